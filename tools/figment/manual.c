/* figment manual: prints the reference, writes its generated chapters to gpu/manual, or proves that
 * those there are up to date. The text comes from the tables alone. */
#include "manual.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"
#include "formats.h"
#include "isa.h"
#include "packets.h"
#include "regs.h"
#include "tool.h"

void manual_put(manual_text *t, const char *format, ...)
{
   va_list args;

   va_start(args, format);
   int n = vsnprintf(NULL, 0, format, args);
   va_end(args);
   if (n < 0 || t->failed) {
      t->failed = true;
      return;
   }
   if (t->length + (size_t)n + 1 > t->room) {
      size_t room = (t->length + (size_t)n + 1) * 2;
      char *p = realloc(t->p, room);
      if (!p) {
         t->failed = true;
         return;
      }
      t->p = p;
      t->room = room;
   }
   va_start(args, format);
   vsnprintf(t->p + t->length, t->room - t->length, format, args);
   va_end(args);
   t->length += (size_t)n;
}

void manual_put_cell(manual_text *t, const char *text)
{
   for (const char *bar; (bar = strchr(text, '|')); text = bar + 1)
      manual_put(t, "%.*s\\|", (int)(bar - text), text);
   manual_put(t, "%s", text);
}

/* ---- registers ----------------------------------------------------------------------------- */

static void put_block(manual_text *t, const reg_block_info *b)
{
   size_t count;
   const reg_info *table = reg_table(&count);

   manual_put(t, "\n## %s: %s\n\n", b->name, b->doc);
   if (b->count > 1)
      manual_put(t, "%" PRIu32 " instances, the first at 0x%04" PRIx32 ", 0x%" PRIx32 " bytes apart.\n\n",
                 b->count, b->base, b->stride);
   manual_put(t, "| address | name | access | reset | meaning |\n| --- | --- | --- | --- | --- |\n");
   for (size_t i = 0; i < count; i++) {
      if (table[i].block != b)
         continue;
      manual_put(t, "| 0x%04" PRIx32 " | %s", b->base + table[i].offset, table[i].name);
      if (reg_count(&table[i]) > 1)
         manual_put(t, "0..%" PRIu32, reg_count(&table[i]) - 1);
      manual_put(t, " | %s | 0x%" PRIx32 " | ", reg_access_text(table[i].access), table[i].reset);
      manual_put_cell(t, table[i].doc);
      manual_put(t, " |\n");
   }
}

static void put_registers(manual_text *t)
{
   size_t count;
   const reg_block_info *blocks = reg_block_table(&count);

   manual_put(t, "# Reference: registers\n\nGenerated from `gpu/regs.def` by `figment manual`. Addresses are "
                 "bytes in BAR0; the "
                 "command processor sees the same space at 0x40000000.\nRegisters are 32 bits wide; "
                 "undefined addresses read 0 "
                 "and ignore writes.\n\n"
                 "| access | host | command processor |\n| --- | --- | --- |\n"
                 "| RO | reads | reads |\n| RW | reads, writes | reads, writes |\n"
                 "| W1C | reads; a written one clears the bit | the same |\n| CP | reads | reads, writes |\n"
                 "| GO | a write starts the action; reads 0 | the same |\n"
                 "| CPGO | reads 0; writes are ignored | a write starts the action; reads 0 |\n");
   for (size_t i = 0; i < count; i++)
      put_block(t, &blocks[i]);
}

/* ---- packets ------------------------------------------------------------------------------------ */

static char capital(char c)
{
   return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static void put_packet(manual_text *t, const pkt_info *p)
{
   size_t n, flag_count;
   const pkt_field_info *f = pkt_fields(p, &n);
   const pkt_flag_info *flags = pkt_flags(p, &flag_count);

   manual_put(t, "\n## 0x%02" PRIx32 " %s\n\n%c%s. Payload: %" PRIu32, p->opcode, p->name,
              capital(p->doc[0]), p->doc + 1, p->min_dw);
   if (p->max_dw != p->min_dw)
      manual_put(t, " to %" PRIu32, p->max_dw);
   manual_put(t, " dwords.\n");
   for (size_t i = 0; i < flag_count; i++)
      manual_put(t, "\nHeader flag %s (bit %u): %s.\n", flags[i].name,
                 24 + (unsigned)__builtin_ctz(flags[i].mask), flags[i].doc);
   if (n)
      manual_put(t, "\n| dword | bits | field | meaning |\n| --- | --- | --- | --- |\n");
   for (size_t i = 0; i < n; i++) {
      manual_put(t, "| %" PRIu32 " | %" PRIu32 ":%" PRIu32 " | %s | ", f[i].dw, f[i].shift + f[i].bits - 1,
                 f[i].shift, f[i].name);
      manual_put_cell(t, f[i].doc);
      manual_put(t, " |\n");
   }
}

static void put_packets(manual_text *t)
{
   size_t count;
   const pkt_info *table = pkt_table(&count);

   manual_put(
      t, "# Reference: packets\n\nGenerated from `gpu/packets.def` by `figment manual`; the rules are in "
         "[packets.md](packets.md). Payload dwords are counted from 0 behind the header.\n");
   for (size_t i = 0; i < count; i++)
      put_packet(t, &table[i]);
}

/* ---- formats and counters -------------------------------------------------------------------------- */

static void put_components(manual_text *t, const fmt_info *f)
{
   const char *names = f->layout == FMT_DEPTH ? "DS  " : "RGBA";
   const char *separator = "";

   for (unsigned c = 0; c < 4; c++) {
      fmt_component k = f->component[c];
      if (!k.bits)
         continue;
      manual_put(t, "%s%c %u:%u", separator, names[c], k.shift + k.bits - 1u, k.shift);
      separator = ", ";
   }
}

static void put_formats(manual_text *t)
{
   size_t count;
   const fmt_info *table = fmt_table(&count);

   manual_put(
      t, "# Reference: formats\n\nGenerated from `gpu/formats.def` by `figment manual`; the rules are in "
         "[formats.md](formats.md). Bits are counted in the little-endian block.\n\n"
         "| number | name | layout | type | bytes | block | components |\n"
         "| --- | --- | --- | --- | --- | --- | --- |\n");
   for (size_t i = 0; i < count; i++) {
      const fmt_info *f = &table[i];
      manual_put(t, "| %" PRIu32 " | %s | %s | %s | %u | %ux%u | ", f->number, f->name,
                 fmt_layout_text(f->layout), fmt_type_text(f->type), f->block_B, f->block_w_px,
                 f->block_h_px);
      put_components(t, f);
      manual_put(t, " |\n");
   }
}

static void put_metrics(manual_text *t)
{
   size_t count;
   const metric_info *m = metric_table(&count);

   manual_put(t, "\n## Metrics\n\nWhat follows from counters, of a whole card or of one job. Names in capitals are counters and metrics, "
                 "names in lower case keys of the [profile](profiles.md). Where a formula divides by zero there is no value.\n\n"
                 "| name | unit | block | formula | meaning |\n| --- | --- | --- | --- | --- |\n");
   for (size_t i = 0; i < count; i++)
      manual_put(t, "| %s | %s | %s | `%s` | %s |\n", m[i].name, m[i].unit, m[i].block, m[i].formula, m[i].doc);
}

static void put_limits(manual_text *t)
{
   size_t count;
   const limit_info *l = limit_table(&count);

   manual_put(t, "\n## Limits\n\nHow much of what can bound a job the job used, in percent. GPU_CYCLES are the cycles from the job's start to its "
                 "end.\n\n| name | formula | of what |\n| --- | --- | --- |\n");
   for (size_t i = 0; i < count; i++)
      manual_put(t, "| %s | `%s` | %s |\n", l[i].name, l[i].formula, l[i].doc);
}

static void put_counters(manual_text *t)
{
   const counter_info *counters = counter_table();

   manual_put(t, "# Reference: counters\n\nGenerated from `gpu/counters.def` by `figment manual`; what the "
                 "cycles mean is in "
                 "[counters.md](counters.md). The number is the instance of the COUNTER registers.\n\n"
                 "| number | name | unit | block | meaning |\n| --- | --- | --- | --- | --- |\n");
   for (size_t i = 0; i < GPU_COUNTER_COUNT; i++)
      manual_put(t, "| %zu | %s | %s | %s | %s |\n", i, counters[i].name, counters[i].unit, counters[i].block,
                 counters[i].doc);
   put_metrics(t);
   put_limits(t);
}

/* ---- the subcommand ---------------------------------------------------------------------------------- */

enum { OPT_WRITE, OPT_CHECK };

static const tool_option options[] = {
   {"--write", NULL, "DIR", "write the generated chapters (ref-*.md) into DIR"},
   {"--check", NULL, "DIR", "exit 1 unless those in DIR are up to date"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_manual = {
   "manual",
   "reference of instructions, registers, packets, formats, counters",
   "[TOPIC]",
   "TOPIC is isa, registers, packets, formats, counters, or the name of an instruction. The\n"
   "manual's other chapters are files of gpu/manual; start at README.md there.",
   "   figment manual v_fma_f32\n   figment manual packets",
   options,
   false,
   run,
};

static const struct {
   const char *topic;
   void (*put)(manual_text *t);
} chapters[] = {
   {"isa", manual_isa},      {"registers", put_registers}, {"packets", put_packets},
   {"formats", put_formats}, {"counters", put_counters},
};

#define CHAPTERS (sizeof chapters / sizeof *chapters)

/* Is the file what was generated? A checkout may have given it other line ends. */
static bool same_text(const char *file, size_t size, const manual_text *t)
{
   size_t at = 0;

   for (size_t i = 0; i < size; i++) {
      if (file[i] == '\r')
         continue;
      if (at >= t->length || file[i] != t->p[at++])
         return false;
   }
   return at == t->length;
}

static bool check_chapter(const tool_command *c, const char *path, const manual_text *t)
{
   size_t size;
   char *file = tool_read_file(c, path, &size);
   bool same = file && same_text(file, size, t);

   if (file && !same)
      tool_fail(c, "%s is out of date; run 'figment manual --write'", path);
   free(file);
   return same;
}

static int each_chapter(const tool_command *c, const char *directory, bool write)
{
   bool ok = true;

   for (size_t i = 0; i < CHAPTERS; i++) {
      manual_text t = {0};
      char path[1024];
      chapters[i].put(&t);
      if (t.failed ||
          (size_t)snprintf(path, sizeof path, "%s/ref-%s.md", directory, chapters[i].topic) >= sizeof path) {
         free(t.p);
         return tool_fail(c, "out of memory");
      }
      ok = (write ? tool_write_file(c, path, t.p, t.length) : check_chapter(c, path, &t)) && ok;
      free(t.p);
   }
   return ok ? TOOL_OK : TOOL_FAILED;
}

static int print_topic(const tool_command *c, const char *topic)
{
   const isa_info *info = isa_lookup_name(topic, strlen(topic));
   manual_text t = {0};

   for (size_t i = 0; i < CHAPTERS; i++)
      if (!strcmp(topic, chapters[i].topic))
         chapters[i].put(&t);
   if (info)
      manual_instruction(&t, info);
   if (!t.p)
      return tool_fail(
         c, "nothing about %s; topics: isa, registers, packets, formats, counters, or an instruction", topic);
   if (!t.failed)
      fputs(t.p, stdout);
   free(t.p);
   return t.failed ? tool_fail(c, "out of memory") : TOOL_OK;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   int status;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.given[OPT_WRITE] || line.given[OPT_CHECK]) {
      if (line.operands || (line.given[OPT_WRITE] && line.given[OPT_CHECK]))
         return tool_usage(c, "--write and --check stand alone");
      bool write = line.given[OPT_WRITE];
      return each_chapter(c, line.arg[write ? OPT_WRITE : OPT_CHECK][0], write);
   }
   if (line.operands > 1)
      return tool_usage(c, "expected one topic");
   if (!line.operands) {
      tool_help(c);
      return TOOL_OK;
   }
   return print_topic(c, line.operand[0]);
}
