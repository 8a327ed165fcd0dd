/* Profiles: JSON text into struct emu_profile. Every key of the table must stand there exactly once, nothing else may; each message names
 * the key. jsmn only tokenises, so the shape (key, one value, next key) is checked here. Files are read whole and bounded.
 */
#include "profile.h"
#include "builtin_profiles.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#define MAX_FILE_B 65536u
#define MAX_TOKENS 512u
#define KiB UINT64_C(1024)
#define MiB (KiB * 1024)
#define GiB (MiB * 1024)

typedef struct profile_key {
   const char *name;
   size_t offset;
   uint8_t bytes;        /* of the field: 4 or 8 */
   bool power_of_two;
   uint64_t min, max, multiple;
   const char *const *words; /* it is one of them, min..max their indices, not a number; or NULL */
} profile_key;

static const char *const policies[] = {[TIME_POLICY_OLDEST] = "oldest", [TIME_POLICY_ROUND_ROBIN] = "round_robin"};

#define K(field, min, max, multiple, pow2)                                                                   \
   {#field, offsetof(emu_profile, field), sizeof(((emu_profile *)0)->field), pow2, min, max, multiple, NULL}
static const profile_key keys[] = {
   K(cores, 1, 1024, 1, false),
   K(schedulers_per_core, 1, 16, 1, false),
   K(waves_per_core, 1, 256, 1, false),
   K(core_clock_khz, 1000, 10000000, 1, false),
   K(cp_clock_khz, 1000, 10000000, 1, false),
   K(memory_clock_khz, 1000, 100000000, 1, false),
   K(vram_B, 16 * MiB, 256 * GiB, 2 * MiB, false),
   K(sysmem_B, 16 * MiB, 512 * GiB, 2 * MiB, false),
   K(lds_B_per_group, 1 * KiB, 1 * MiB, 256, false),
   K(lds_B_per_core, 1 * KiB, 16 * MiB, 256, false),
   K(scratch_max_B, 0, 1 * MiB, 4, false),
   K(vregs_per_core, ISA_MAX_VREGS, 1 << 20, 1, false),
   K(cp_sram_B, 16 * KiB, 16 * MiB, 4096, false),
   K(watchdog_wave_instructions, 0, UINT64_C(1) << 48, 1, false),
   K(l1_B, 1 * KiB, 16 * MiB, 1, true),
   K(l1_line_B, 128, 128, 1, true), /* the grain of traces */
   K(l1_ways, 1, 16, 1, true),
   K(l1_misses, 1, 1024, 1, true),
   K(l1_lookups_per_cycle, 1, 32, 1, true),
   K(l1_latency_cycles, 1, 100000, 1, false),
   K(scalar_B, 1 * KiB, 1 * MiB, 1, true),
   K(scalar_latency_cycles, 1, 100000, 1, false),
   K(code_B, 1 * KiB, 1 * MiB, 1, true),
   K(tex_quads_per_cycle, 1, 64, 1, false),
   K(tex_latency_cycles, 0, 100000, 1, false),
   K(rop_colour_B, 1 * KiB, 1 * MiB, 1, true),
   K(rop_depth_B, 1 * KiB, 1 * MiB, 1, true),
   K(rop_misses, 1, 1024, 1, true),
   K(rop_latency_cycles, 1, 100000, 1, false),
   K(xbar_B_per_cycle, 1, 4096, 1, true),
   K(l2_B, 16 * KiB, 1 * GiB, 1, true),
   K(l2_line_B, 128, 128, 1, true),
   K(l2_ways, 1, 16, 1, true),
   K(l2_misses, 1, 1024, 1, true),
   K(l2_latency_cycles, 1, 100000, 1, false),
   K(l2_slices, 1, 256, 1, true),
   K(l2_B_per_cycle, 1, 4096, 1, true),
   K(l2_atomic_cycles, 1, 1000, 1, false),
   K(tlb_entries, 8, 4096, 1, true),
   K(tlb2_entries, 8, 65536, 1, true),
   K(tlb2_lookups_per_cycle, 1, 64, 1, true),
   K(tlb2_latency_cycles, 1, 100000, 1, false),
   K(tlb_tables, 8, 4096, 1, true),
   K(tlb_walks, 1, 1024, 1, true),
   K(dram_channels, 1, 256, 1, true),
   K(dram_banks, 1, 64, 1, true),
   K(dram_row_B, 256, 64 * KiB, 1, true),
   K(dram_latency_cycles, 1, 100000, 1, false),
   K(dram_rcd_clocks, 1, 1000, 1, false),
   K(dram_rp_clocks, 1, 1000, 1, false),
   K(dram_ras_clocks, 1, 1000, 1, false),
   K(dram_rrd_clocks, 1, 1000, 1, false),
   K(dram_idle_clocks, 1, 100000, 1, false),
   K(dram_writes, 1, 1024, 1, true),
   K(dram_B_per_s, UINT64_C(1000000000), UINT64_C(100000000000000), 1, false),
   K(pcie_B_per_s, UINT64_C(100000000), UINT64_C(100000000000000), 1, false),
   K(pcie_latency_ns, 0, 1000000, 1, false),
   K(pcie_packet_B, 128, 4096, 1, true),
   K(pcie_header_B, 0, 256, 1, false),
   K(pcie_reads, 1, 4096, 1, true),
   K(copy_B_per_cycle, 1, 4096, 1, true),
   K(copy_setup_ns, 0, 1000000, 1, false),
   K(copy_bus_setup_ns, 0, 1000000, 1, false),
   K(draw_launch_cycles, 0, 1000000, 1, false),
   K(front_indices_per_cycle, 1, 1024, 1, false),
   K(front_attributes_per_cycle, 1, 1024, 1, false),
   K(front_primitives_per_cycle, 1, 1024, 1, false),
   K(tess_points_per_cycle, 1, 1024, 1, false),
   K(setup_primitives_per_cycle, 1, 1024, 1, false),
   K(bin_pairs_per_cycle, 1, 1024, 1, false),
   K(xfb_dwords_per_cycle, 1, 1024, 1, false),
   K(front_batches, 1, 4096, 1, false),
   K(bin_batches, 1, 65536, 1, false),
   K(raster_tiles, 1, 65536, 1, false),
   K(raster_blocks_per_cycle, 1, 1024, 1, false),
   K(raster_quads_per_cycle, 1, 1024, 1, false),
   K(early_z_quads_per_cycle, 1, 1024, 1, false),
   K(rop_quads_per_cycle, 1, 1024, 1, false),
   K(launch_cycles, 0, 100000000, 1, false),
   {"scheduler_policy", offsetof(emu_profile, scheduler_policy), 4, false, 0, 1, 1, policies},
   K(port_queue, 1, 16, 1, false),
};
#undef K
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static const char *const class_names[ISA_CLASS_COUNT] = {
#define X(name, doc) #name,
   ISA_CLASS_LIST(X)
#undef X
};

typedef struct parse {
   const char *json;
   const jsmntok_t *tok;
   int count;
   const char *source; /* profile name or path, for messages */
   char *err;
   size_t err_size;
} parse;

static bool fail(const parse *p, const char *format, ...)
{
   char text[400];
   va_list args;
   va_start(args, format);
   vsnprintf(text, sizeof(text), format, args);
   va_end(args);
   if (p->err_size > 0)
      snprintf(p->err, p->err_size, "profile %.200s: %s", p->source, text);
   return false;
}

static int token_length(const parse *p, int i)
{
   return p->tok[i].end - p->tok[i].start;
}

static bool token_is(const parse *p, int i, const char *text)
{
   return token_length(p, i) == (int)strlen(text) && memcmp(p->json + p->tok[i].start, text, strlen(text)) == 0;
}

/* Arguments for "%.*s": a token's text, clipped. */
#define TEXT(p, i) (token_length(p, i) < 60 ? token_length(p, i) : 60), (p)->json + (p)->tok[i].start

/* Index of the first token behind the value at i. */
static int skip_value(const parse *p, int i)
{
   int end = p->tok[i].end;
   do
      i++;
   while (i < p->count && p->tok[i].start < end);
   return i;
}

static bool token_number(const parse *p, int i, uint64_t *out)
{
   const char *s = p->json + p->tok[i].start;
   int n = token_length(p, i);
   uint64_t v = 0;
   if (p->tok[i].type != JSMN_PRIMITIVE || n < 1 || n > 19 || (n > 1 && s[0] == '0'))
      return false;
   for (int k = 0; k < n; k++) {
      if (s[k] < '0' || s[k] > '9')
         return false;
      v = v * 10 + (uint64_t)(s[k] - '0');
   }
   *out = v;
   return true;
}

static void store_field(emu_profile *out, size_t offset, unsigned bytes, uint64_t v)
{
   uint32_t v32 = (uint32_t)v;
   memcpy((char *)out + offset, bytes == 8 ? (const void *)&v : (const void *)&v32, bytes);
}

static bool parse_word(const parse *p, const profile_key *k, int value, emu_profile *out)
{
   for (uint64_t v = k->min; v <= k->max; v++) {
      if (p->tok[value].type == JSMN_STRING && token_is(p, value, k->words[v])) {
         store_field(out, k->offset, k->bytes, v);
         return true;
      }
   }
   return fail(p, "%s must be \"%s\" or \"%s\", not \"%.*s\"", k->name, k->words[k->min], k->words[k->max], TEXT(p, value));
}

static bool parse_key(const parse *p, const profile_key *k, int value, emu_profile *out)
{
   uint64_t v;
   if (k->words)
      return parse_word(p, k, value, out);
   if (!token_number(p, value, &v))
      return fail(p, "%s must be a whole number, not \"%.*s\"", k->name, TEXT(p, value));
   if (v < k->min || v > k->max)
      return fail(p, "%s = %llu is out of range %llu..%llu", k->name, (unsigned long long)v, (unsigned long long)k->min,
                  (unsigned long long)k->max);
   if (v % k->multiple != 0)
      return fail(p, "%s = %llu is not a multiple of %llu", k->name, (unsigned long long)v, (unsigned long long)k->multiple);
   if (k->power_of_two && (v & (v - 1)) != 0)
      return fail(p, "%s = %llu is not a power of two", k->name, (unsigned long long)v);
   store_field(out, k->offset, k->bytes, v);
   return true;
}

static bool parse_name(const parse *p, int value, emu_profile *out)
{
   int n = token_length(p, value);
   const char *s = p->json + p->tok[value].start;
   if (p->tok[value].type != JSMN_STRING || n < 1 || n >= (int)sizeof(out->name))
      return fail(p, "name must be a string of 1 to %u characters", (unsigned)sizeof(out->name) - 1);
   for (int i = 0; i < n; i++)
      if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", s[i]) || !s[i])
         return fail(p, "name may hold letters, digits and . _ - only");
   memcpy(out->name, s, (size_t)n);
   out->name[n] = '\0';
   return true;
}

/* {"issue_cycles": n, "latency_cycles": n} */
static bool parse_cost(const parse *p, const char *cls, int object, emu_class_cost *out)
{
   static const char *const names[2] = {"issue_cycles", "latency_cycles"};
   uint64_t v[2];
   bool seen[2] = {false, false};
   if (p->tok[object].type != JSMN_OBJECT)
      return fail(p, "cost.%s must be an object", cls);
   int end = skip_value(p, object);
   for (int i = object + 1; i < end; i = skip_value(p, i + 1)) {
      int which = token_is(p, i, names[0]) ? 0 : token_is(p, i, names[1]) ? 1 : -1;
      if (which < 0)
         return fail(p, "unknown key cost.%s.%.*s; valid: issue_cycles, latency_cycles", cls, TEXT(p, i));
      if (p->tok[i].size != 1 || seen[which])
         return fail(p, "cost.%s.%s must stand once, with a value", cls, names[which]);
      if (!token_number(p, i + 1, &v[which]) || v[which] < 1 || v[which] > 100000)
         return fail(p, "cost.%s.%s must be a whole number in 1..100000", cls, names[which]);
      seen[which] = true;
   }
   for (int k = 0; k < 2; k++)
      if (!seen[k])
         return fail(p, "missing key cost.%s.%s", cls, names[k]);
   *out = (emu_class_cost){(uint32_t)v[0], (uint32_t)v[1]};
   return true;
}

static bool parse_costs(const parse *p, int object, emu_profile *out)
{
   bool seen[ISA_CLASS_COUNT] = {false};
   if (p->tok[object].type != JSMN_OBJECT)
      return fail(p, "cost must be an object of scheduling classes");
   int end = skip_value(p, object);
   for (int i = object + 1; i < end; i = skip_value(p, i + 1)) {
      int c = 0;
      while (c < ISA_CLASS_COUNT && !token_is(p, i, class_names[c]))
         c++;
      if (c == ISA_CLASS_COUNT)
         return fail(p, "unknown key cost.%.*s: no such scheduling class", TEXT(p, i));
      if (p->tok[i].size != 1 || seen[c])
         return fail(p, "cost.%s must stand once, with a value", class_names[c]);
      if (!parse_cost(p, class_names[c], i + 1, &out->cost[c]))
         return false;
      seen[c] = true;
   }
   for (int c = 0; c < ISA_CLASS_COUNT; c++)
      if (!seen[c])
         return fail(p, "missing key cost.%s", class_names[c]);
   return true;
}

static bool parse_member(const parse *p, int i, emu_profile *out, bool *seen)
{
   size_t k = 0;
   if (p->tok[i].type != JSMN_STRING || p->tok[i].size != 1)
      return fail(p, "\"%.*s\" is not a key with one value", TEXT(p, i));
   while (k < KEY_COUNT && !token_is(p, i, keys[k].name))
      k++;
   if (k == KEY_COUNT && token_is(p, i, "cost"))
      k = KEY_COUNT + 1;
   else if (k == KEY_COUNT && !token_is(p, i, "name"))
      return fail(p, "unknown key %.*s", TEXT(p, i));
   if (seen[k])
      return fail(p, "key %.*s stands twice", TEXT(p, i));
   seen[k] = true;
   if (k < KEY_COUNT)
      return parse_key(p, &keys[k], i + 1, out);
   return k == KEY_COUNT ? parse_name(p, i + 1, out) : parse_costs(p, i + 1, out);
}

/* Relations between keys of the memory system. The model's own memory is a fixed part of what the caches hold, so that a profile which is
 * accepted bounds it. */
static bool check_memory(const parse *p, const emu_profile *o)
{
   uint64_t per_core = (uint64_t)o->l1_B + o->scalar_B + o->code_B + o->rop_colour_B + o->rop_depth_B;
   if (per_core * o->cores > 1 * GiB)
      return fail(p, "l1_B, scalar_B, code_B, rop_colour_B and rop_depth_B of all cores are more than 1 GiB");
   if (o->l2_B / o->l2_slices < 128 * o->l2_ways || o->l1_B < 128 * o->l1_ways)
      return fail(p, "l1_ways or l2_ways: a set does not fit l1_B, or not l2_B / l2_slices");
   if (o->l1_latency_cycles > o->l2_latency_cycles || o->l2_latency_cycles > o->dram_latency_cycles)
      return fail(p, "l1_latency_cycles, l2_latency_cycles and dram_latency_cycles are totals and must not decrease");
   return true;
}

/* Relations between keys. */
static bool check_profile(const parse *p, const emu_profile *o)
{
   if (o->lds_B_per_group > o->lds_B_per_core)
      return fail(p, "lds_B_per_group is larger than lds_B_per_core");
   if (o->waves_per_core < 32)
      return fail(p, "waves_per_core must be at least 32: a workgroup of 1024 lanes has to fit a core");
   return check_memory(p, o);
}

static bool parse_profile(parse *p, emu_profile *out)
{
   bool seen[KEY_COUNT + 2] = {false};
   if (p->count < 1 || p->tok[0].type != JSMN_OBJECT || skip_value(p, 0) != p->count)
      return fail(p, "not one JSON object");
   for (int i = 1; i < p->count; i = skip_value(p, i + 1))
      if (!parse_member(p, i, out, seen))
         return false;
   for (size_t k = 0; k < KEY_COUNT + 2; k++)
      if (!seen[k])
         return fail(p, "missing key %s", k < KEY_COUNT ? keys[k].name : k == KEY_COUNT ? "name" : "cost");
   return check_profile(p, out);
}

static bool parse_text(const char *source, const char *json, size_t size, emu_profile *out, char *err, size_t err_size)
{
   jsmntok_t tokens[MAX_TOKENS];
   jsmn_parser parser;
   parse p = {.json = json, .tok = tokens, .source = source, .err = err, .err_size = err_size};
   jsmn_init(&parser);
   p.count = jsmn_parse(&parser, json, size, tokens, MAX_TOKENS);
   if (p.count == JSMN_ERROR_NOMEM)
      return fail(&p, "too many values");
   if (p.count < 0)
      return fail(&p, "not valid JSON near byte %u", parser.pos);
   *out = (emu_profile){0};
   return parse_profile(&p, out);
}

static bool load_file(const char *path, emu_profile *out, char *err, size_t err_size)
{
   parse p = {.source = path, .err = err, .err_size = err_size};
   struct stat st;
   if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) /* a pipe could block for ever */
      return fail(&p, "cannot read the file");
   FILE *f = fopen(path, "rb");
   char *text = f ? malloc(MAX_FILE_B + 1) : NULL;
   size_t size = text ? fread(text, 1, MAX_FILE_B + 1, f) : 0;
   bool ok = text && !ferror(f);
   if (f)
      fclose(f);
   if (!ok)
      fail(&p, "cannot read the file");
   else if (size > MAX_FILE_B)
      ok = fail(&p, "larger than %u bytes", MAX_FILE_B);
   else
      ok = parse_text(path, text, size, out, err, err_size);
   free(text);
   return ok;
}

static bool is_path(const char *s)
{
   size_t n = strlen(s);
   return strpbrk(s, "/\\") || (n > 5 && strcmp(s + n - 5, ".json") == 0);
}

bool emu_profile_load(const char *name_or_path, emu_profile *out, char *err, size_t err_size)
{
   for (size_t i = 0; i < emu_builtin_profile_count; i++) {
      const emu_builtin_profile *b = &emu_builtin_profiles[i];
      if (strcmp(b->name, name_or_path) == 0)
         return parse_text(b->name, b->json, strlen(b->json), out, err, err_size);
   }
   if (is_path(name_or_path))
      return load_file(name_or_path, out, err, err_size);
   if (err_size > 0)
      snprintf(err, err_size, "there is no profile %.100s; built in:", name_or_path);
   for (size_t i = 0; i < emu_builtin_profile_count && err_size > 0; i++) {
      size_t used = strlen(err);
      snprintf(err + used, err_size - used, "%s %s", i ? "," : "", emu_builtin_profiles[i].name);
   }
   return false;
}

const char *emu_profile_key(const emu_profile *p, size_t i, uint64_t *value)
{
   if (i >= KEY_COUNT)
      return NULL;
   const char *field = (const char *)p + keys[i].offset;
   uint32_t v32;
   memcpy(keys[i].bytes == 8 ? (void *)value : (void *)&v32, field, keys[i].bytes);
   if (keys[i].bytes != 8)
      *value = v32;
   return keys[i].name;
}
