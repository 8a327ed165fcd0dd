/* Passing over traces: what a wave, a workgroup, a batch or a tile did is counted where records say it
 * exactly, and warms caches and TLBs, but takes no time. When and how much: sample.c, which also charges the
 * time.
 */
#include "engine.h"
#include "skip.h"

static uint32_t amount(const uint32_t *r)
{
   return *r >> 8 & 0xfffff;
}

/* ---- waves ---------------------------------------------------------------------------------- */
static void count_cost(time_program *t, const time_segment *s, uint32_t times)
{
   for (uint32_t i = s->first; i < s->first + s->count; i++)
      t->cost[i].passed += times;
}

static inline void skip_record(time_machine *m, time_skip_wave *w)
{
   const uint32_t *r = w->at;
   uint32_t n = time_record_dwords(r), kind = *r >> 28, place = *r & 0xff;
   time_program *t = w->program;
   w->at = n < (size_t)(w->end - r) ? r + n : w->end;
   if (kind == EMU_REC_SEGMENT) {
      uint32_t segment = *r & 0xfffff, times = 1 + (*r >> 20 & 0xff);
      w->segment = segment < t->segments ? &t->segment[segment] : NULL;
      if (!w->segment)
         return;
      w->instructions += (uint64_t)w->segment->count * times;
      if (t->cost)
         count_cost(t, w->segment, times);
   } else if (n > 1 && (size_t)(w->end - r) >= n && w->segment && place < w->segment->count) {
      const time_inst *i = &t->inst[w->segment->first + place];
      if (i->kind == TIME_KIND_MEMORY && i->port != TIME_PORT_LDS && !w->cold)
         time_memory_warm(m->memory, w->core, (enum time_path)i->path, (enum time_op)i->op, r);
   }
}

void time_skip_records(time_machine *m, time_skip_wave *w, uint64_t instructions)
{
   while (w->at < w->end && (w->instructions < instructions || !time_is_segment(w->at)))
      skip_record(m, w);
}

/* A whole portion of a wave; its instructions. */
static uint64_t skip_portion(time_machine *m, uint32_t core, emu_time_job *j, unsigned stage,
                             const uint32_t *r, uint32_t left, bool cold)
{
   uint32_t n = r[1] < left - 2 ? r[1] : left - 2;
   time_skip_wave w = {
       .program = time_job_program(m, j, stage), .core = core, .at = r + 2, .end = r + 2 + n, .cold = cold};
   if (w.program)
      time_skip_records(m, &w, UINT64_MAX);
   return w.instructions;
}

/* ---- fixed function ------------------------------------------------------------------------- */
static void count_block(emu_time_job *j, const uint32_t *r)
{
   static const uint8_t counter[EMU_BLOCK_COUNT] = {
       [EMU_BLOCK_QUADS] = GPU_COUNTER_RASTER_QUADS,    [EMU_BLOCK_HIZ] = GPU_COUNTER_HIZ_KILLED,
       [EMU_BLOCK_EARLY_Z] = GPU_COUNTER_EARLY_Z_QUADS, [EMU_BLOCK_EARLY_KILL] = GPU_COUNTER_EARLY_Z_KILLED,
       [EMU_BLOCK_ROP] = GPU_COUNTER_ROP_QUADS,         [EMU_BLOCK_BLEND] = GPU_COUNTER_BLEND_QUADS,
   };
   uint32_t block = *r & 0xff;
   if (block < EMU_BLOCK_COUNT && counter[block])
      j->counters[counter[block]] += amount(r);
   /* those of a clear are no tests */
   if (block == EMU_BLOCK_LATE_Z && j->kind == EMU_JOB_DRAW)
      TIME_COUNT(j, LATE_Z_QUADS, amount(r));
}

static void warm_block(time_machine *m, uint32_t core, const uint32_t *r)
{
   bool written = *r >> 28 == EMU_REC_RUN || *r >> 16 & 1;
   enum time_path path = TIME_PATH_VERTEX;
   switch (*r & 0xff) {
   case EMU_BLOCK_EARLY_Z:
   case EMU_BLOCK_LATE_Z:
      path = TIME_PATH_DEPTH;
      break;
   case EMU_BLOCK_ROP:
   case EMU_BLOCK_ROP_MORE:
   case EMU_BLOCK_BLEND:
      path = TIME_PATH_COLOUR;
      break;
   case EMU_BLOCK_XFB:
      written = true;
      break;
   }
   time_memory_warm(m->memory, core, path, written ? TIME_WRITE : TIME_READ, r);
}

uint32_t time_skip_top(time_machine *m, uint32_t core, emu_time_job *j, const uint32_t *r, uint32_t left)
{
   uint32_t kind = *r >> 28, n = kind == EMU_REC_WAVE ? 2 : time_record_dwords(r);
   if (n > left)
      return left;
   if (kind == EMU_REC_WAVE) {
      unsigned stage = *r >> 16 & 15;
      TIME_COUNT(j, TIMED_INSTRUCTIONS, skip_portion(m, core, j, stage, r, left, false));
      n += r[1];
      j->counters[stage == GPU_STAGE_FS ? GPU_COUNTER_FRAGMENT_WAVES : GPU_COUNTER_FRONT_WAVES]++;
   } else if (kind == EMU_REC_BLOCK) {
      count_block(j, r);
   } else if (kind == EMU_REC_BLOCK_LINES || kind == EMU_REC_RUN) {
      warm_block(m, core, r);
   }
   return n < left ? n : left;
}

void time_skip_unit(time_machine *m, uint32_t core, emu_time_job *j, const time_unit *u)
{
   for (const time_piece *p = u->first; p; p = p->next)
      for (uint32_t at = 0; at < p->dwords;)
         at += time_skip_top(m, core, j, p->data + at, p->dwords - at);
}

/* Only shaders' costs and caches ask what it did. */
void time_skip_group(time_machine *m, uint32_t core, emu_time_job *j, const time_unit *u, bool cold)
{
   const time_program *t = time_job_program(m, j, 0);
   TIME_COUNT(j, TIMED_INSTRUCTIONS, u->instructions);
   if (!t || (cold && !t->cost))
      return;
   for (const time_piece *p = u->first; p; p = p->next)
      for (uint32_t at = 0, n; at + 2 <= p->dwords; at += n) {
         const uint32_t *r = p->data + at;
         bool is_wave = *r >> 28 == EMU_REC_WAVE;
         if (is_wave)
            skip_portion(m, core, j, 0, r, p->dwords - at, cold);
         n = is_wave ? 2 + r[1] : time_record_dwords(r);
         n = n < p->dwords - at ? n : p->dwords - at;
      }
}
