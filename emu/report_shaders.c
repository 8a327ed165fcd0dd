/* Programs in the report, with what each of their instructions cost the schedulers:
 * FIGMENT_REPORT_SHADERS=on. A program's record stays until the report is written, so that costs outlive the
 * program and the device. Programs with the same text are one.
 */
#include "core/core.h"
#include "gfx.h"
#include "isa.h"
#include "program_hash.h"
#include "report.h"
#include "time/program.h"
#include <stdlib.h>
#include <string.h>

struct report_shader {
   report_shader *next;
   uint64_t hash;
   uint64_t *words;
   uint32_t *inst; /* word of each instruction, in the model's order */
   time_inst_cost *cost;
   uint32_t word_count, insts;
   uint32_t stages; /* bit: enum gpu_stage, GPU_STAGE_COUNT is compute */
};

static void release(report_shader *s)
{
   if (!s)
      return;
   free(s->words);
   free(s->inst);
   free(s->cost);
   free(s);
}

static report_shader *make(const emu_program *p, const time_program *t, uint64_t hash)
{
   report_shader *s = calloc(1, sizeof *s);
   size_t n = t->insts ? t->insts : 1;
   if (!s)
      return NULL;
   s->words = malloc((p->word_count ? p->word_count : 1) * sizeof *s->words);
   s->inst = malloc(n * sizeof *s->inst);
   s->cost = calloc(n, sizeof *s->cost);
   if (!s->words || !s->inst || !s->cost) {
      release(s);
      return NULL;
   }
   memcpy(s->words, p->words, p->word_count * sizeof *s->words);
   for (uint32_t i = 0; i < t->insts; i++)
      s->inst[i] = t->inst[i].word;
   s->hash = hash;
   s->word_count = (uint32_t)p->word_count;
   s->insts = t->insts;
   return s;
}

time_inst_cost *report_shader_cost(report_entry *e, const emu_program *p, const time_program *t,
                                   unsigned stage)
{
   uint64_t hash = gpu_program_hash(p->words, p->word_count);
   report_shader **at = &e->shaders;
   for (; *at; at = &(*at)->next)
      if ((*at)->hash == hash && (*at)->word_count == p->word_count && (*at)->insts == t->insts)
         break;
   if (!*at)
      *at = make(p, t, hash);
   if (!*at)
      return NULL;
   (*at)->stages |= 1u << stage;
   return (*at)->cost;
}

/* ---- JSON ---- */
/* What was passed over took what the rest did. */
static uint64_t cycles_of(const time_inst_cost *c, unsigned why)
{
   if (!c->issued) /* never seen: as if it had had to wait for nothing */
      return why == TIME_WHY_ACTIVE ? c->passed : 0;
   return (uint64_t)((unsigned __int128)c->cycles[why] * (c->issued + c->passed) / c->issued);
}

static void put_code(FILE *f, const report_shader *s, uint32_t i)
{
   const time_inst_cost *c = &s->cost[i];
   char text[256] = "?";
   isa_inst inst;
   unsigned used;
   uint32_t word = s->inst[i];
   if (isa_decode(s->words + word, s->word_count - word, &inst, &used) == ISA_OK)
      isa_print(&inst, word, text, sizeof text);
   fprintf(f, "%s\n{\"word\":%u,\"isa\":\"%s\",\"issued\":%llu,\"cycles\":[", i ? "," : "", word, text,
           (unsigned long long)(c->issued + c->passed));
   for (unsigned w = 0; w < TIME_WHY_IDLE; w++)
      fprintf(f, "%s%llu", w ? "," : "", (unsigned long long)cycles_of(c, w));
   fputs("]}", f);
}

static void put_shader(FILE *f, const report_shader *s)
{
   static const char *const names[] = {[GPU_STAGE_VS] = "vertex",
                                       [GPU_STAGE_TCS] = "tessellation control",
                                       [GPU_STAGE_TES] = "tessellation evaluation",
                                       [GPU_STAGE_GS] = "geometry",
                                       [GPU_STAGE_FS] = "fragment",
                                       [GPU_STAGE_COUNT] = "compute"};
   const char *comma = "";
   fprintf(f, "{\"program\":\"%016llx\",\"stages\":[", (unsigned long long)s->hash);
   for (unsigned k = 0; k <= GPU_STAGE_COUNT; k++)
      if (s->stages >> k & 1) {
         fprintf(f, "%s\"%s\"", comma, names[k]);
         comma = ",";
      }
   fputs("],\"code\":[", f);
   for (uint32_t i = 0; i < s->insts; i++)
      put_code(f, s, i);
   fputs("]}", f);
}

void report_shaders_json(FILE *f, const report_entry *e)
{
   const char *comma = "";
   for (const report_shader *s = e->shaders; s; s = s->next) {
      fprintf(f, "%s\n", comma);
      put_shader(f, s);
      comma = ",";
   }
}
