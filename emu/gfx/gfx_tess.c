/* Tessellation: control waves (a lane is an output point; the points of a patch lie in one wave), the
 * tessellator for each patch, evaluation waves (a lane is a domain point; points of several patches share
 * waves), and the primitives that come of it.
 */
#include "pipeline.h"

typedef struct tess_run {
   gfx_worker *wk;
   gfx_draw *d;
   gfx_batch *b;
   gfx_input_list *out;
   /* domain points that wait for a wave */
   unsigned lanes;
   gfx_domain_point point[ISA_WAVE_LANES];
   uint32_t *patch[ISA_WAVE_LANES], id[ISA_WAVE_LANES];
   uint32_t *record[ISA_WAVE_LANES];
} tess_run;

/* Patch memory of `count` patches from `first` on, after their control waves. NULL: stop. */
static uint32_t *control(tess_run *r, const gfx_input_list *patches, uint32_t first, uint32_t count)
{
   gfx_worker *wk = r->wk;
   const gfx_state *s = &r->d->state;
   uint32_t points = s->output_points, lanes = count * points;
   size_t size_B = ((size_t)count * s->patch_dw) * 4;
   uint32_t *memory = gfx_alloc(&r->b->arena, size_B);
   emu_wave *w =
       memory ? gfx_wave_start(wk, r->d, GPU_STAGE_TCS,
                               lanes < ISA_WAVE_LANES ? (1u << lanes) - 1 : 0xffffffffu, s->patch_points)
              : NULL;
   if (!w) {
      gfx_stop_memory(wk, r->d);
      return NULL;
   }
   memset(memory, 0, size_B);
   emu_stage *x = &wk->stage;
   x->in_vertices = s->patch_points;
   x->in_dw = s->stage[GPU_STAGE_VS].out_dw;
   x->patch_dw = s->patch_dw;
   uint32_t *invocation = gfx_wave_row(wk, r->d, GPU_STAGE_TCS, w, 0);
   for (uint32_t l = 0; l < lanes; l++)
      invocation[l] = l % points;
   uint32_t *id = gfx_wave_row(wk, r->d, GPU_STAGE_TCS, w, 1);
   for (uint32_t l = 0; l < lanes; l++) {
      const gfx_input *in = &patches->list[first + l / points];
      id[l] = in->id;
      x->in[l] = in->record;
      x->patch[l] = memory + (size_t)(l / points) * s->patch_dw;
   }
   GFX_COUNT(r->b->counters, TCS_PATCHES, count);
   return gfx_wave_run(wk, r->d, GPU_STAGE_TCS) ? memory : NULL;
}

/* Shade the domain points that have gathered. */
static bool evaluate(tess_run *r)
{
   gfx_worker *wk = r->wk;
   const gfx_state *s = &r->d->state;
   uint32_t n = r->lanes;
   if (!n)
      return true;
   emu_wave *w = gfx_wave_start(wk, r->d, GPU_STAGE_TES, n < ISA_WAVE_LANES ? (1u << n) - 1 : 0xffffffffu,
                                s->output_points);
   if (!w)
      return false;
   emu_stage *x = &wk->stage;
   x->out_dw = s->stage[GPU_STAGE_TES].out_dw;
   x->patch_dw = s->patch_dw;
   for (unsigned k = 0; k < 3; k++) {
      float *row = (float *)gfx_wave_row(wk, r->d, GPU_STAGE_TES, w, k);
      for (uint32_t l = 0; l < n; l++) {
         gfx_domain_point p = r->point[l];
         uint32_t third = s->domain == GPU_TESS_TRIANGLES ? 65536u - p.u - p.v : 0;
         row[l] = (float)(k == 0 ? p.u : k == 1 ? p.v : third) / 65536.0f;
      }
   }
   uint32_t *id = gfx_wave_row(wk, r->d, GPU_STAGE_TES, w, 3);
   for (uint32_t l = 0; l < n; l++) {
      id[l] = r->id[l];
      x->patch[l] = r->patch[l];
      x->out[l] = r->record[l];
   }
   GFX_COUNT(r->b->counters, TES_INVOCATIONS, n);
   r->lanes = 0;
   return gfx_wave_run(wk, r->d, GPU_STAGE_TES);
}

static bool add_points(tess_run *r, uint32_t *patch, uint32_t id, uint32_t *records)
{
   const gfx_tessellation *t = &r->wk->tessellation;
   uint32_t dw = r->d->state.stage[GPU_STAGE_TES].out_dw;
   for (uint32_t i = 0; i < t->points; i++) {
      r->point[r->lanes] = t->point[i];
      r->patch[r->lanes] = patch;
      r->id[r->lanes] = id;
      r->record[r->lanes] = records + (size_t)i * dw;
      if (++r->lanes == ISA_WAVE_LANES && !evaluate(r))
         return false;
   }
   return true;
}

/* The primitives name records that may still be waiting for their wave. */
static bool add_primitives(tess_run *r, uint32_t id, const uint32_t *records)
{
   const gfx_tessellation *t = &r->wk->tessellation;
   uint32_t n = t->per_primitive, dw = r->d->state.stage[GPU_STAGE_TES].out_dw;
   const uint32_t **all = gfx_alloc(&r->b->arena, (t->indices + 1) * sizeof *all);
   if (!all)
      return gfx_stop_memory(r->wk, r->d);
   for (uint32_t i = 0; i < t->indices; i++)
      all[i] = records + (size_t)t->index[i] * dw;
   for (uint32_t i = 0; i < t->indices; i += n)
      if (!gfx_input_add(r->out,
                         &(gfx_input){.record = all + i,
                                      .id = id,
                                      .vertices = (uint8_t)n,
                                      .corners = (uint8_t)n,
                                      .provoking = (uint8_t)(r->d->state.provoking_last ? n - 1 : 0)}))
         return gfx_stop_memory(r->wk, r->d);
   return true;
}

static bool one_patch(tess_run *r, uint32_t *patch, uint32_t id)
{
   const gfx_state *s = &r->d->state;
   gfx_tessellation *t = &r->wk->tessellation;
   float level[6];
   memcpy(level, patch, sizeof level);
   if (!gfx_tessellate_patch(s->domain, s->spacing, s->clockwise, s->point_mode, level,
                             level + GPU_PATCH_INNER, t))
      return gfx_stop_memory(r->wk, r->d);
   if (r->wk->trace)
      emu_trace_block(r->wk->trace, EMU_BLOCK_TESSELLATE, t->points + (t->indices ? t->indices / t->per_primitive : 0));
   size_t dw = (size_t)t->points * s->stage[GPU_STAGE_TES].out_dw;
   uint32_t *records = gfx_alloc(&r->b->arena, (dw + 1) * 4);
   if (!records)
      return gfx_stop_memory(r->wk, r->d);
   memset(records, 0, (dw + 1) * 4);
   return add_primitives(r, id, records) && add_points(r, patch, id, records);
}

bool gfx_tessellate(gfx_worker *wk, gfx_draw *d, gfx_batch *b, const gfx_input_list *patches,
                    gfx_input_list *out)
{
   tess_run r = {.wk = wk, .d = d, .b = b, .out = out};
   uint32_t per_wave = ISA_WAVE_LANES / d->state.output_points;
   for (uint32_t first = 0; first < patches->count; first += per_wave) {
      uint32_t left = patches->count - first, count = left < per_wave ? left : per_wave;
      uint32_t *memory = gfx_killed(d) ? NULL : control(&r, patches, first, count);
      for (uint32_t i = 0; i < count; i++)
         if (!memory || !one_patch(&r, memory + (size_t)i * d->state.patch_dw, patches->list[first + i].id))
            return false;
   }
   return evaluate(&r);
}
