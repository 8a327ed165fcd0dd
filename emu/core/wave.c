/* Waves and workgroups.
 *
 * A workgroup is one block of host memory: its waves (registers as rows, core.h), its LDS, its scratch. It
 * lives on one host thread; its waves run in turn, each until it ends, waits at a barrier, yields or has used
 * up its quantum. Which wave runs when depends on instruction counts alone. Where workgroups come from and
 * which of them runs next is left to pool.c.
 */
#include <stdlib.h>
#include <string.h>
#include "wave.h"

#define ALIGN_B EMU_ROW_B

static size_t align_up(size_t n)
{
   return (n + ALIGN_B - 1) / ALIGN_B * ALIGN_B;
}

/* The address that malloc gave stands in front of the aligned block. */
void *emu_rows_alloc(size_t size_B)
{
   uint8_t *raw = malloc(size_B + ALIGN_B + sizeof raw);
   if (!raw)
      return NULL;
   uint8_t *p = (uint8_t *)align_up((uintptr_t)raw + sizeof raw);
   memcpy(p - sizeof raw, &raw, sizeof raw);
   return p;
}

void emu_rows_free(void *p)
{
   void *raw = NULL;
   if (p)
      memcpy(&raw, (uint8_t *)p - sizeof raw, sizeof raw);
   free(raw);
}

/* ---- launch ---------------------------------------------------------------------------------- */
bool emu_launch_prepare(emu_launch *l)
{
   l->lanes = l->size[0] * l->size[1] * l->size[2];
   l->waves = (l->lanes + ISA_WAVE_LANES - 1) / ISA_WAVE_LANES;
   l->groups = (uint64_t)l->grid[0] * l->grid[1] * l->grid[2];
   l->wave_B = sizeof(emu_wave) + (size_t)EMU_ROW_B * l->program->rows;
   size_t scratch = (size_t)ISA_WAVE_LANES * l->scratch_B;
   l->group_B = align_up(sizeof(emu_group)) + l->waves * (l->wave_B + align_up(scratch)) + align_up(l->lds_B);
   l->local_id = malloc(l->waves * sizeof *l->local_id);
   if (!l->local_id)
      return false;
   uint32_t id[3] = {0, 0, 0};
   for (uint32_t i = 0; i < l->waves * ISA_WAVE_LANES; i++) {
      for (unsigned k = 0; k < 3; k++)
         l->local_id[i / ISA_WAVE_LANES][k][i % ISA_WAVE_LANES] = i < l->lanes ? id[k] : 0;
      for (unsigned k = 0; k < 3 && ++id[k] == l->size[k]; k++)
         id[k] = 0;
   }
   return true;
}

void emu_launch_release(emu_launch *l)
{
   free(l->local_id);
   l->local_id = NULL;
}

/* ---- workgroups ------------------------------------------------------------------------------ */
emu_wave *emu_group_wave(const emu_group *g, const emu_launch *l, uint32_t i)
{
   return (emu_wave *)(g->waves + i * l->wave_B);
}

emu_group *emu_group_create(const emu_launch *l)
{
   uint8_t *p = emu_rows_alloc(l->group_B);
   if (!p)
      return NULL;
   emu_group *g = (emu_group *)p;
   g->waves = p + align_up(sizeof(emu_group));
   g->lds = g->waves + l->waves * l->wave_B;
   g->scratch = g->lds + align_up(l->lds_B);
   const emu_program *program = l->program;
   for (uint32_t i = 0; i < l->waves; i++) {
      emu_wave *w = emu_group_wave(g, l, i);
      w->scratch = (uint32_t *)(g->scratch + i * align_up((size_t)ISA_WAVE_LANES * l->scratch_B));
      for (uint32_t k = 0; k < program->const_count; k++)
         for (unsigned lane = 0; lane < ISA_WAVE_LANES; lane++)
            w->rows[program->consts[k].row][lane] = program->consts[k].bits;
   }
   return g;
}

void emu_group_destroy(emu_group *g)
{
   emu_rows_free(g);
}

static uint32_t wave_lanes(const emu_launch *l, uint32_t i)
{
   uint32_t left = l->lanes - i * ISA_WAVE_LANES;
   return left >= ISA_WAVE_LANES ? 0xffffffffu : (1u << left) - 1;
}

static void start_wave(emu_wave *w, const emu_group *g, const emu_launch *l, uint32_t i)
{
   const emu_program *p = l->program;
   memset(w->s, 0, sizeof w->s);
   memcpy(w->s, l->user, sizeof l->user);
   for (unsigned k = 0; k < 3; k++) {
      w->s[GPU_SREG_GROUP_ID + k] = g->id[k] + l->base[k];
      w->s[GPU_SREG_GRID + k] = l->grid[k];
   }
   w->s[GPU_SREG_WAVE_INDEX] = i;
   w->exec = wave_lanes(l, i);
   w->state = EMU_WAVE_READY;
   w->resume = p->uops;
   w->instructions = 0;
   w->traced = false;
   memset(w->rows, 0, (size_t)EMU_ROW_B * p->vregs);
   for (uint32_t k = 0; k < GPU_VREG_INITIAL_COUNT && k < p->vregs; k++)
      memcpy(w->rows[GPU_VREG_LOCAL_ID + k], l->local_id[i][k], EMU_ROW_B);
   for (uint32_t k = 0; k < p->invariant_count; k++)
      for (unsigned lane = 0; lane < ISA_WAVE_LANES; lane++)
         w->rows[p->invariants[k].row][lane] = w->s[p->invariants[k].sreg];
}

void emu_group_start(emu_group *g, const emu_launch *l, uint64_t index)
{
   g->next = NULL;
   g->index = index;
   g->id[0] = (uint32_t)(index % l->grid[0]);
   g->id[1] = (uint32_t)(index / l->grid[0] % l->grid[1]);
   g->id[2] = (uint32_t)(index / l->grid[0] / l->grid[1]);
   g->done = g->first_wave = g->stage = 0;
   g->instructions = 0;
   memset(g->lds, 0, l->lds_B);
   if (l->scratch_B)
      memset(g->scratch, 0, l->waves * align_up((size_t)ISA_WAVE_LANES * l->scratch_B));
   for (uint32_t i = 0; i < l->waves; i++)
      start_wave(emu_group_wave(g, l, i), g, l, i);
}

/* ---- faults ---------------------------------------------------------------------------------- */
/* SEG counted its whole segment in advance: take back what stands behind the fault. */
static void uncount(emu_core_ctx *x, const emu_program *p, const emu_wave *w, uint32_t at)
{
   uint32_t low = 0, high = p->segment_count;
   while (high - low > 1) {
      uint32_t mid = (low + high) / 2;
      *(p->segments[mid].first_uop <= at ? &low : &high) = mid;
   }
   const emu_segment *s = &p->segments[low];
   uint16_t rest[ISA_CLASS_COUNT];
   memcpy(rest, s->class_instructions, sizeof rest);
   uint32_t left = s->instructions, vector_left = s->vector_instructions;
   for (uint32_t i = s->first_uop; i < at; i++) {
      uint8_t cls = p->uop_class[i];
      if (cls == 0xff)
         continue;
      rest[cls]--;
      left--;
      vector_left -=
          cls != ISA_CLASS_SALU && cls != ISA_CLASS_SMEM && cls != ISA_CLASS_BRANCH && cls != ISA_CLASS_SYNC;
   }
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
      x->sums.class_instructions[c] -= rest[c];
   x->sums.lane_instructions -= (uint64_t)vector_left * (unsigned)__builtin_popcount(w->exec);
   x->budget += left;
}

static void locate_fault(emu_core_ctx *x, const emu_group *g, const emu_launch *l, const emu_uop *at)
{
   const emu_program *p = l->program;
   uint64_t word = p->uop_word[at - p->uops];
   if (p->uop_class[at - p->uops] == 0xff && at->d == GPU_FAULT_ILLEGAL_PC)
      word = at->b | (uint64_t)at->c << 32;
   x->fault.pc = l->program_va + 8 * word;
   for (unsigned k = 0; k < 3; k++)
      x->fault.group[k] = g->id[k] + l->base[k];
}

/* ---- turns ----------------------------------------------------------------------------------- */
static bool watchdog_bites(const emu_launch *l, const emu_wave *w)
{
   if (!l->watchdog)
      return false;
   const emu_segment *s = &l->program->segments[w->resume->a];
   return w->instructions + s->instructions > l->watchdog;
}

static void wave_ended(emu_group *g, emu_wave *w)
{
   w->state = EMU_WAVE_DONE;
   g->done++;
}

/* ---- traces ---------------------------------------------------------------------------------- */
static uint64_t scratch_va(const emu_core_ctx *x, const emu_group *g, const emu_launch *l, uint32_t i)
{
   const emu_profile *p = &x->tlb->dev->profile;
   uint64_t slots = (uint64_t)p->cores * p->waves_per_core, slot = (g->index * l->waves + g->first_wave + i) % slots;
   return EMU_SCRATCH_VA + slot * ISA_WAVE_LANES * l->scratch_B;
}

static void open_portion(const emu_group *g, emu_wave *w, const emu_launch *l, emu_core_ctx *x, uint32_t i, bool framed)
{
   if (!framed)
      emu_trace_wave_begin(x->trace, g->first_wave + i, g->stage, !w->traced);
   w->traced = true;
   if (l->scratch_B)
      x->scratch_va = scratch_va(x, g, l, i);
}

static void close_portion(emu_trace *t, const emu_wave *w)
{
   if (w->state == EMU_WAVE_BARRIER)
      emu_trace_wave_barrier(t);
   emu_trace_wave_end(t, w->state == EMU_WAVE_DONE);
}

void emu_group_trace_abandon(const emu_group *g, const emu_launch *l, emu_trace *t)
{
   for (uint32_t i = 0; i < l->waves; i++) {
      const emu_wave *w = emu_group_wave(g, l, i);
      if (w->state == EMU_WAVE_DONE)
         continue;
      emu_trace_wave_begin(t, g->first_wave + i, g->stage, !w->traced);
      emu_trace_wave_end(t, true);
   }
}

/* ---- one turn of a wave ---------------------------------------------------------------------- */
static enum emu_stop run_wave(emu_group *g, emu_wave *w, const emu_launch *l, const emu_interp *interp,
                              emu_core_ctx *x)
{
   int64_t quantum = EMU_WAVE_QUANTUM;
   if (l->watchdog && l->watchdog - w->instructions < (uint64_t)quantum)
      quantum = (int64_t)(l->watchdog - w->instructions);
   x->budget = quantum;
   enum emu_stop why = interp->run(w, x);
   if (why == EMU_STOP_FAULT) {
      uncount(x, l->program, w, (uint32_t)(x->at - l->program->uops));
      locate_fault(x, g, l, x->at);
   }
   w->instructions += (uint64_t)(quantum - x->budget);
   g->instructions += (uint64_t)(quantum - x->budget);
   if (why == EMU_STOP_QUANTUM && watchdog_bites(l, w)) {
      emu_core_fault(x, GPU_FAULT_WATCHDOG, GPU_ACCESS_EXECUTE, 0, w->exec, 0);
      locate_fault(x, g, l, w->resume);
      why = EMU_STOP_FAULT;
   }
   if (why == EMU_STOP_BARRIER)
      w->state = EMU_WAVE_BARRIER;
   if (why == EMU_STOP_END || why == EMU_STOP_FAULT)
      wave_ended(g, w);
   return why;
}

static void release_barrier(emu_group *g, const emu_launch *l)
{
   for (uint32_t i = 0; i < l->waves; i++) {
      emu_wave *w = emu_group_wave(g, l, i);
      if (w->state == EMU_WAVE_BARRIER)
         w->state = EMU_WAVE_READY;
   }
}

enum emu_turn emu_group_turn(emu_group *g, const emu_launch *l, const emu_interp *interp, emu_core_ctx *x,
                             const atomic_bool *kill)
{
   uint64_t limit = g->instructions + (uint64_t)EMU_WAVE_QUANTUM * l->waves;
   bool quantum = false, yielded = false;
   bool framed = x->trace && x->trace->wave; /* by who wants the wave in one portion */
   x->lds = g->lds;
   x->lds_B = l->lds_B;
   x->scratch_B = l->scratch_B;
   while (!quantum && !yielded) {
      for (uint32_t i = 0; i < l->waves; i++) {
         emu_wave *w = emu_group_wave(g, l, i);
         if (w->state != EMU_WAVE_READY)
            continue;
         if (atomic_load_explicit(kill, memory_order_relaxed))
            return EMU_TURN_KILLED;
         if (x->trace)
            open_portion(g, w, l, x, i, framed);
         enum emu_stop why = run_wave(g, w, l, interp, x);
         if (x->trace && !framed)
            close_portion(x->trace, w);
         if (why == EMU_STOP_FAULT)
            return EMU_TURN_FAULT;
         quantum |= why == EMU_STOP_QUANTUM;
         yielded |= why == EMU_STOP_YIELD;
      }
      if (g->done == l->waves)
         break;
      if (!quantum && !yielded) {
         release_barrier(g, l);
         quantum = g->instructions >= limit;
      }
   }
   if (g->done == l->waves)
      return EMU_TURN_DONE;
   return quantum ? EMU_TURN_QUANTUM : EMU_TURN_YIELD;
}
