/* Command streams as text, for people: one line per packet and one per field.
 *
 * Invariant: total on garbage and dependent on the dwords alone. Fields come from packets.def; 64-bit
 * pairs are joined, and the few packets with a variable tail (registers, values, text) show it whole.
 */
#include "packets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gpu.h"
#include "regs.h"

struct printer {
   pkt_line_fn put;
   void *ctx;
};

static const char *const counter_names[GPU_COUNTER_COUNT] = {
#define COUNTER(name, unit, block, doc) #name,
#include "counters.def"
};

static void print_header(const struct printer *p, size_t at, uint32_t header, const pkt_info *info)
{
   char line[128];
   size_t n, flag_count;
   const pkt_flag_info *flags = pkt_flags(info, &flag_count);

   n = (size_t)snprintf(line, sizeof line, "%06zx  %08" PRIx32 "  %s", at, header, info->name);
   for (size_t i = 0; i < flag_count; i++)
      if (header >> 24 & flags[i].mask)
         n += (size_t)snprintf(line + n, sizeof line - n, ".%s", flags[i].name);
   p->put(p->ctx, line);
}

static void print_value(const struct printer *p, const char *name, const char *value)
{
   char line[160];
   snprintf(line, sizeof line, "                  %-12s %s", name, value);
   p->put(p->ctx, line);
}

/* FOO_LO directly followed by FOO_HI in the next dword is one 64-bit quantity. */
static bool is_pair(const pkt_field_info *f, size_t left)
{
   size_t n = strlen(f->name);

   return left >= 2 && n > 3 && !strcmp(f->name + n - 3, "_LO") && strlen(f[1].name) == n &&
          !memcmp(f[1].name, f->name, n - 3) && !strcmp(f[1].name + n - 3, "_HI");
}

static void print_pair(const struct printer *p, const pkt_field_info *f, const uint32_t *payload)
{
   char name[32], value[32];

   snprintf(name, sizeof name, "%.*s", (int)strlen(f->name) - 3, f->name);
   snprintf(value, sizeof value, "0x%012" PRIx64, (uint64_t)payload[f[1].dw] << 32 | payload[f->dw]);
   print_value(p, name, value);
}

static const char *value_name(const pkt_info *info, const char *field, uint32_t value)
{
   static const char *const funcs[GPU_WAIT_COUNT] = {"==", "!=", "<", "<=", ">", ">="};

   if (info->opcode == GPU_PKT_WAIT_MEM && !strcmp(field, "FUNC"))
      return value < GPU_WAIT_COUNT ? funcs[value] : "undefined";
   if (info->opcode == GPU_PKT_COUNTERS && !strcmp(field, "FIRST"))
      return value < GPU_COUNTER_COUNT ? counter_names[value] : "undefined";
   return "";
}

static void print_field(const struct printer *p, const pkt_info *info, const pkt_field_info *f,
                        uint32_t dword)
{
   char value[80];
   uint32_t v = dword >> f->shift & (f->bits < 32 ? (1u << f->bits) - 1 : UINT32_MAX);

   snprintf(value, sizeof value, v < 10 ? "%" PRIu32 "  %s" : "0x%" PRIx32 "  %s", v,
            value_name(info, f->name, v));
   size_t n = strlen(value);
   while (n && value[n - 1] == ' ')
      value[--n] = '\0';
   print_value(p, f->name, value);
}

/* SET_REGS and SET_GFX: the burst's values with the names of the block's registers. */
static void print_registers(const struct printer *p, const uint32_t *payload, uint32_t payload_dw, bool gfx)
{
   char name[64], value[16];
   uint32_t size = gfx ? GPU_STRIDE_GFX : GPU_STRIDE_CS, base = gfx ? GPU_BLOCK_GFX : GPU_BLOCK_CS;

   for (uint32_t i = 1; i < payload_dw; i++) {
      uint32_t offset = payload[0] + (i - 1) * 4;
      if (offset >= size)
         snprintf(name, sizeof name, "%s+0x%" PRIx32, gfx ? "GFX" : "CS", offset);
      else
         reg_name(base + offset, name, sizeof name);
      /* The burst goes to the ring's own instance, so the instance number that reg_name shows is dropped. */
      if (!strncmp(name, "CS0.", 4))
         memmove(name + 2, name + 3, strlen(name + 3) + 1);
      snprintf(value, sizeof value, "0x%08" PRIx32, payload[i]);
      print_value(p, name, value);
   }
}

static void print_values(const struct printer *p, const uint32_t *values, uint32_t count)
{
   char name[24], line[80];

   for (uint32_t i = 0; i < count; i += 4) {
      size_t n = 0;
      snprintf(name, sizeof name, "[%" PRIu32 "]", i);
      for (uint32_t k = i; k < count && k < i + 4; k++)
         n += (size_t)snprintf(line + n, sizeof line - n, "%s%08" PRIx32, k == i ? "" : " ", values[k]);
      print_value(p, name, line);
   }
}

static void print_label(const struct printer *p, const uint32_t *payload, uint32_t payload_dw)
{
   char text[64 * 4 + 1] = "";
   size_t n = 0;

   for (uint32_t i = 0; i < payload_dw * 4 && n + 1 < sizeof text; i++) {
      char c = (char)(payload[i / 4] >> i % 4 * 8);
      if (!c)
         break;
      text[n++] = c >= 0x20 && c < 0x7f ? c : '.';
   }
   text[n] = '\0';
   for (size_t at = 0; at < n; at += 100) {
      char part[104];
      snprintf(part, sizeof part, "\"%.100s\"", text + at);
      print_value(p, "text", part);
   }
}

static void print_payload(const struct printer *p, const pkt_info *info, const uint32_t *payload,
                          uint32_t payload_dw)
{
   size_t n;
   const pkt_field_info *f = pkt_fields(info, &n);

   for (size_t i = 0; i < n; i++) {
      if (is_pair(&f[i], n - i)) {
         print_pair(p, &f[i], payload);
         i++;
      } else {
         print_field(p, info, &f[i], payload[f[i].dw]);
      }
   }
   if (info->opcode == GPU_PKT_SET_REGS || info->opcode == GPU_PKT_SET_GFX)
      print_registers(p, payload, payload_dw, info->opcode == GPU_PKT_SET_GFX);
   else if (info->opcode == GPU_PKT_LABEL)
      print_label(p, payload, payload_dw);
   else if (info->opcode == GPU_PKT_WRITE)
      print_values(p, payload + 2, payload_dw - 2);
   else if (info->opcode == GPU_PKT_NOP)
      print_values(p, payload, payload_dw);
}

size_t pkt_print(const uint32_t *dw, size_t n, pkt_line_fn put, void *ctx)
{
   struct printer p = {put, ctx};
   size_t bad = 0, used;

   for (size_t at = 0; at < n; at += used) {
      const pkt_info *info;
      pkt_error e = pkt_check(dw + at, n - at, &used, &info);
      if (e == PKT_OK) {
         print_header(&p, at, dw[at], info);
         print_payload(&p, info, dw + at + 1, (uint32_t)used - 1);
         continue;
      }
      char line[128];
      snprintf(line, sizeof line, "%06zx  %08" PRIx32 "  ? %s%s%s", at, dw[at], info ? info->name : "",
               info ? ": " : "", pkt_error_text(e));
      put(ctx, line);
      bad++;
   }
   return bad;
}
