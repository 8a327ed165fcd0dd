/* A draw from GO to its end: rounds of batches, each round through the front half in parallel, then what must
 * be in order. Every draw that was latched retires exactly once; its counters are those of the work that was
 * really done.
 */
#include <stdlib.h>
#include "back.h"
#include "settings.h"

bool gfx_stop(gfx_worker *wk, gfx_draw *d, const emu_fault_info *f)
{
   emu_gfx *g = wk->gfx;
   if (atomic_exchange(&d->kill, true))
      return false;
   pthread_mutex_lock(&g->lock);
   g->stopped = true;
   pthread_mutex_unlock(&g->lock);
   emu_fault_info info = *f;
   info.ring = 0;
   emu_fault_record(g->dev, &info);
   return false;
}

bool gfx_stop_memory(gfx_worker *wk, gfx_draw *d)
{
   return gfx_stop(wk, d, &(emu_fault_info){.type = GPU_FAULT_EXHAUSTED, .info = GPU_OFF_GFX_GO});
}

/* ---- rounds
 * -------------------------------------------------------------------------------------------------------------------
 */
static void front_item(gfx_worker *wk, gfx_draw *d, void *arg, uint32_t index)
{
   gfx_batch *b = &((gfx_batch *)arg)[index];
   if (gfx_killed(d))
      return;
   gfx_unit_begin(wk, d, EMU_UNIT_BATCH, d->first_unit + index);
   if (wk->trace)
      gfx_trace_input(wk, d, b);
   gfx_front(wk, d, b);
   if (d->back && !gfx_killed(d))
      gfx_batch_setup(wk, d, b);
   if (wk->trace)
      gfx_trace_output(wk, d, b);
   gfx_unit_end(wk);
}

/* Batches of a round: few where each may grow large. */
static uint32_t round_batches(const emu_gfx *g, const gfx_state *s)
{
   uint32_t n = s->stage[GPU_STAGE_TCS].on || s->stage[GPU_STAGE_GS].on ? 16 : 64;
   return n < g->batch_count ? n : g->batch_count;
}

static uint32_t assemble_round(gfx_worker *wk, gfx_draw *d, gfx_assembler *a)
{
   emu_gfx *g = wk->gfx;
   uint32_t n = 0, most = round_batches(g, &d->state);
   for (; n < most; n++) {
      gfx_batch *b = &g->batches[n];
      gfx_arena_reset(&b->arena);
      b->out.count = b->prim_count = b->shape_count = b->cut = 0;
      memset(b->counters, 0, sizeof b->counters);
      if (!gfx_assemble(a, wk, d, b))
         return 0;
      if (!b->primitives)
         break;
   }
   return n;
}

static bool front_serial(const gfx_state *s)
{
   for (unsigned n = 0; n < GPU_STAGE_FS; n++)
      if (s->stage[n].ordered)
         return true;
   return false;
}

static bool finish_round(gfx_worker *wk, gfx_draw *d, uint32_t batches)
{
   emu_gfx *g = wk->gfx;
   bool ok = true;
   if (d->state.xfb)
      gfx_unit_begin(wk, d, EMU_UNIT_BATCH, d->first_unit + batches);
   for (uint32_t i = 0; i < batches && ok && !gfx_killed(d); i++) {
      gfx_batch *b = &g->batches[i];
      for (unsigned c = 0; c < GFX_COUNTERS; c++)
         d->counters[c] += b->counters[c];
      ok = !d->state.xfb || gfx_xfb_write(wk, d, b);
      gfx_quiesce(wk);
   }
   gfx_unit_end(wk);
   if (ok && d->back && !gfx_killed(d))
      gfx_back_run(wk, d, batches);
   return ok && !gfx_killed(d);
}

static bool prepare_back(gfx_worker *wk, gfx_draw *d)
{
   if (d->state.discard)
      return true;
   d->back = calloc(1, sizeof *d->back);
   return d->back ? gfx_back_prepare(wk, d) : gfx_stop_memory(wk, d);
}

static void run_rounds(gfx_worker *wk, gfx_draw *d)
{
   gfx_assembler *a = malloc(sizeof *a);
   if (!a) {
      gfx_stop_memory(wk, d);
      return;
   }
   gfx_assemble_start(a, &d->state);
   for (;;) {
      uint32_t n = gfx_killed(d) ? 0 : assemble_round(wk, d, a);
      if (!n)
         break;
      d->several |= n == round_batches(wk->gfx, &d->state);
      gfx_units_add(d, n + d->state.xfb); /* transform feedback of a round is a unit behind its batches */
      gfx_parallel(wk, d, front_item, wk->gfx->batches, n, front_serial(&d->state));
      if (gfx_killed(d) || !finish_round(wk, d, n))
         break;
   }
   free(a);
}

/* ---- the end
 * -------------------------------------------------------------------------------------------------------------------
 */
static void add_counters(emu_device *dev, const gfx_draw *d)
{
   static const enum gpu_counter of_class[ISA_CLASS_COUNT] = {
#define X(name, doc) [ISA_CLASS_##name] = GPU_COUNTER_INST_##name,
       ISA_CLASS_LIST(X)
#undef X
   };
   uint64_t instructions = 0;
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++) {
      emu_time_count(dev, d->job, of_class[c], d->sums.class_instructions[c]);
      instructions += d->sums.class_instructions[c];
   }
   for (unsigned c = 0; c < GFX_COUNTERS; c++)
      emu_time_count(dev, d->job, (enum gpu_counter)(GPU_COUNTER_DRAWS + c), d->counters[c]);
   emu_time_count(dev, d->job, GPU_COUNTER_FS_QUADS, atomic_load(&d->shaded_quads));
   emu_time_count(dev, d->job, GPU_COUNTER_FS_QUAD_PLACES, atomic_load(&d->shaded_places));
   emu_time_count(dev, d->job, GPU_COUNTER_WAVES, d->waves);
   emu_time_count(dev, d->job, GPU_COUNTER_WAVE_INSTRUCTIONS, instructions);
   emu_time_count(dev, d->job, GPU_COUNTER_LANE_INSTRUCTIONS, d->sums.lane_instructions);
   emu_time_count(dev, d->job, GPU_COUNTER_CORE_BYTES_READ, d->sums.bytes_read);
   emu_time_count(dev, d->job, GPU_COUNTER_CORE_BYTES_WRITTEN, d->sums.bytes_written);
}

/* Draws behind one that faulted go without having run. */
static void retire(gfx_worker *wk, gfx_draw *d)
{
   emu_gfx *g = wk->gfx;
   pthread_mutex_lock(&g->lock);
   gfx_wave_merge(wk, d);
   for (unsigned c = 0; c < GFX_COUNTERS; c++)
      d->counters[c] += atomic_load(&d->back_counters[c]);
   GFX_COUNT(d->counters, DRAWS, !d->clears);
   add_counters(g->dev, d);
   if (d->state.xfb)
      memcpy(&g->regs[GPU_OFF_GFX_XFB_WRITTEN / 4], d->xfb_written, sizeof d->xfb_written);
   gfx_retire(g, d);
   while (g->stopped && g->oldest)
      gfx_retire(g, g->oldest);
   g->busy = false;
   if (g->oldest)
      pthread_cond_signal(&g->work);
   pthread_mutex_unlock(&g->lock);
}

/* What the timing model must know of the waves to come. */
static void tell_stages(const gfx_worker *wk, const gfx_draw *d)
{
   for (unsigned n = 0; n < GPU_STAGE_COUNT && d->job; n++) {
      const gfx_stage *st = &d->state.stage[n];
      if (st->on)
         emu_time_stage(d->job, n, &(emu_job_stage){.program = st->program,
                                                    .programs = wk->gfx->programs,
                                                    .program_va = st->launch.program_va,
                                                    .vregs = st->program->vregs,
                                                    .scratch_B = st->launch.scratch_B});
   }
}

void gfx_draw_run(gfx_worker *wk, gfx_draw *d)
{
   if (d->clears) {
      gfx_clear_run(wk, d);
   } else if (!gfx_killed(d) && gfx_state_prepare(wk, d) && prepare_back(wk, d)) {
      emu_debug(wk->gfx->dev, GFX, "draw: %u %s x %u, topology %u, tag %u", d->state.count,
                d->state.indexed ? "indices" : "vertices", d->state.instances, d->state.topology,
                gfx_reg(&d->state, GPU_OFF_GFX_TAG));
      tell_stages(wk, d);
      run_rounds(wk, d);
   }
   if (wk->writer)
      emu_trace_flush(wk->writer); /* the helpers have */
   gfx_state_release(wk, d);
   gfx_places_free(d);
   free(d->back);
   retire(wk, d);
}
