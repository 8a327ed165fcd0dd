/* Waves of the graphics stages: one emu_group of a single wave per worker and stage, started again and again.
 * Who lays out lanes and reads results is the stage's file; here are scalar registers, turns, faults, and the
 * sums for counters and time.
 */
#include <emmintrin.h>
#include <stdlib.h>
#include "pipeline.h"

void gfx_runner_release(gfx_runner *r)
{
   emu_group_destroy(r->group);
   free(r->segments);
   *r = (gfx_runner){0};
}

/* A group for the stage's program, kept while draws use the same one. */
static bool prepare(gfx_worker *wk, const gfx_stage *st, gfx_runner *r)
{
   if (r->serial == st->serial)
      return true;
   gfx_runner_release(r);
   r->group = emu_group_create(&st->launch);
   r->segments = calloc(st->program->segment_count + 1, sizeof *r->segments);
   if (!r->group || !r->segments) {
      gfx_runner_release(r);
      return false;
   }
   r->program = st->program;
   r->serial = st->serial;
   (void)wk;
   return true;
}

static void set_scalars(uint32_t *scalar, const gfx_state *s, const gfx_stage *st, uint32_t input_points)
{
   memset(scalar, 0, ISA_MAX_SREGS * sizeof *scalar);
   memcpy(scalar, st->launch.user, GPU_GFX_USER_REGS * 4);
   scalar[GPU_SREG_GFX_VERTEX_OFFSET] = s->indexed ? s->vertex_offset : s->first;
   scalar[GPU_SREG_GFX_FIRST_INSTANCE] = s->first_instance;
   scalar[GPU_SREG_GFX_DRAW_INDEX] = s->draw_index;
   scalar[GPU_SREG_GFX_VIEW_INDEX] = gfx_reg(s, GPU_OFF_GFX_VIEW) & 0xff;
   scalar[GPU_SREG_GFX_INPUT_POINTS] = input_points;
   scalar[GPU_SREG_GFX_OUTPUT_POINTS] = s->output_points;
}

/* Vectors, because a call or a string instruction takes longer than the copy. */
static void copy_scalars(uint32_t *to, const uint32_t *from)
{
   for (unsigned n = 0; n < ISA_MAX_SREGS; n += 4)
      _mm_storeu_si128((__m128i *)(to + n), _mm_loadu_si128((const __m128i *)(from + n)));
}

/* A full wave writes the others before it reads them. */
static void clear_registers(emu_wave *w, const emu_program *p, bool full)
{
   if (!full) {
      memset(w->rows, 0, (size_t)EMU_ROW_B * p->vregs);
      return;
   }
   for (unsigned i = 0; 32 * i < p->vregs; i++)
      for (uint32_t mask = p->entry[i]; mask; mask &= mask - 1) {
         unsigned r = 32 * i + (unsigned)__builtin_ctz(mask);
         if (r < p->vregs)
            memset(w->rows[r], 0, EMU_ROW_B);
      }
}

/* Vertices and fragments have neither inputs of others, patches nor emitted vertices. */
static void clear_stage(emu_stage *st, enum gpu_stage stage)
{
   st->fragment = false;
   if (stage != GPU_STAGE_VS && stage != GPU_STAGE_FS) {
      memset(st, 0, offsetof(emu_stage, last)); /* last: geometry sets it up */
      return;
   }
   if (stage == GPU_STAGE_VS)
      memset(st->out, 0, sizeof st->out);
   st->in_vertices = st->patch_dw = st->max_vertices = st->out_stride = 0;
}

emu_wave *gfx_wave_start(gfx_worker *wk, gfx_draw *d, enum gpu_stage stage, uint32_t exec,
                         uint32_t input_points)
{
   const gfx_stage *st = &d->state.stage[stage];
   gfx_runner *r = &wk->runner[stage];
   if (!prepare(wk, st, r)) {
      gfx_stop_memory(wk, d);
      return NULL;
   }
   const emu_program *p = st->program;
   emu_group *g = r->group;
   emu_wave *w = emu_group_wave(g, &st->launch, 0);
   g->next = NULL;
   g->index = 0;
   g->id[0] = stage;
   g->id[1] = g->id[2] = 0;
   g->done = 0;
   g->instructions = 0;
   bool other = r->draw != d->number || r->input_points != input_points;
   if (other)
      set_scalars(r->scalars, &d->state, st, input_points);
   copy_scalars(w->s, r->scalars);
   w->exec = exec;
   w->state = EMU_WAVE_READY;
   w->resume = p->uops;
   w->instructions = 0;
   clear_registers(w, p, exec == 0xffffffffu);
   if (other) {
      for (uint32_t k = 0; k < p->invariant_count; k++)
         for (unsigned lane = 0; lane < ISA_WAVE_LANES; lane++)
            w->rows[p->invariants[k].row][lane] = w->s[p->invariants[k].sreg];
      r->draw = d->number;
      r->input_points = input_points;
   }
   if (st->launch.scratch_B)
      memset(g->scratch, 0, (size_t)ISA_WAVE_LANES * st->launch.scratch_B);
   clear_stage(&wk->stage, stage);
   wk->stage.live = exec;
   return w;
}

uint32_t *gfx_wave_row(gfx_worker *wk, const gfx_draw *d, enum gpu_stage stage, emu_wave *w, uint32_t n)
{
   return n < d->state.stage[stage].program->vregs ? w->rows[n] : wk->spare_row;
}

bool gfx_wave_run(gfx_worker *wk, gfx_draw *d, enum gpu_stage stage)
{
   const gfx_stage *st = &d->state.stage[stage];
   gfx_runner *r = &wk->runner[stage];
   enum emu_turn turn;
   wk->x->segments = r->segments;
   wk->x->trace = wk->trace;
   wk->dirty = true;
   if (wk->trace) {
      r->group->stage = stage;
      r->group->first_wave = wk->unit_waves++;
      emu_trace_wave_begin(wk->trace, r->group->first_wave, stage, true);
   }
   while ((turn = emu_group_turn(r->group, &st->launch, wk->gfx->interp, wk->x, &d->kill)) ==
              EMU_TURN_QUANTUM ||
          turn == EMU_TURN_YIELD)
      gfx_quiesce(wk);
   if (wk->trace)
      emu_trace_wave_end(wk->trace, true);
   if (turn == EMU_TURN_FAULT)
      return gfx_stop(wk, d, &wk->x->fault);
   if (turn != EMU_TURN_DONE)
      return false;
   r->waves++;
   return true;
}

void gfx_wave_merge(gfx_worker *wk, gfx_draw *d)
{
   emu_core_sums *to = &d->sums, *from = &wk->x->sums;
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
      to->class_instructions[c] += from->class_instructions[c];
   to->lane_instructions += from->lane_instructions;
   to->bytes_read += from->bytes_read;
   to->bytes_written += from->bytes_written;
   memset(from, 0, sizeof *from);
   for (unsigned k = 0; k < GPU_STAGE_COUNT; k++) {
      gfx_runner *r = &wk->runner[k];
      if (!r->waves && !r->segments)
         continue;
      const emu_program *p = r->program;
      for (uint32_t i = 0; i < p->segment_count; i++) {
         emu_segment_count n = r->segments[i];
         for (unsigned c = 0; c < ISA_CLASS_COUNT && n.runs; c++)
            to->class_instructions[c] += n.runs * p->segments[i].class_instructions[c];
         to->lane_instructions += n.lanes * p->segments[i].vector_instructions;
      }
      memset(r->segments, 0, p->segment_count * sizeof *r->segments);
      d->waves += r->waves;
      r->waves = 0;
   }
   wk->dirty = false;
}
