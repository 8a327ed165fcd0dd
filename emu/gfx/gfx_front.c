/* The front half for one batch: vertex waves, then tessellation and geometry as they are switched on, then
 * what each primitive of the rasterised stream becomes in the window. Everything goes into the batch; order
 * among batches is the captain's.
 */
#include <stdlib.h>
#include "pipeline.h"

bool gfx_input_add(gfx_input_list *l, const gfx_input *in)
{
   if (!gfx_grow(&l->list, l->count, &l->capacity, sizeof *l->list))
      return false;
   l->list[l->count++] = *in;
   return true;
}

/* Records of the batch's vertices, record[i] that of slot i; NULL: stop. */
static const uint32_t **shade_vertices(gfx_worker *wk, gfx_draw *d, gfx_batch *b)
{
   const gfx_stage *st = &d->state.stage[GPU_STAGE_VS];
   uint32_t n = b->vertices, exec = n < ISA_WAVE_LANES ? (1u << n) - 1 : 0xffffffffu;
   const uint32_t **record = gfx_alloc(&b->arena, n * sizeof *record);
   uint32_t *memory = gfx_alloc(&b->arena, ((size_t)n * st->out_dw + 1) * 4);
   emu_wave *w = record && memory ? gfx_wave_start(wk, d, GPU_STAGE_VS, exec, 0) : NULL;
   if (!w) {
      gfx_stop_memory(wk, d);
      return NULL;
   }
   memset(memory, 0, ((size_t)n * st->out_dw + 1) * 4);
   uint32_t *index = gfx_wave_row(wk, d, GPU_STAGE_VS, w, 0);
   for (uint32_t i = 0; i < n; i++)
      index[i] = b->index[i];
   uint32_t *instance = gfx_wave_row(wk, d, GPU_STAGE_VS, w, 1);
   for (uint32_t i = 0; i < n; i++)
      instance[i] = b->instance[i] + d->state.first_instance;
   wk->stage.out_dw = wk->stage.out_stride = st->out_dw;
   for (uint32_t i = 0; i < n; i++)
      record[i] = wk->stage.out[i] = memory + (size_t)i * st->out_dw;
   GFX_COUNT(b->counters, VS_INVOCATIONS, n);
   if (!gfx_fetch_attributes(wk, d, w, b) || !gfx_wave_run(wk, d, GPU_STAGE_VS))
      return NULL;
   return record;
}

static uint8_t corners_of(enum gpu_topology t)
{
   static const uint8_t corners[GPU_TOPOLOGY_COUNT] = {1, 2, 2, 3, 3, 3, 2, 2, 3, 3, 0};
   return corners[t];
}

static bool gather_inputs(gfx_worker *wk, gfx_draw *d, gfx_batch *b, const uint32_t **record,
                          gfx_input_list *out)
{
   const uint32_t **records =
       gfx_alloc(&b->arena, (size_t)b->primitives * b->per_primitive * sizeof *records);
   bool ok = records != NULL;
   for (uint32_t p = 0; ok && p < b->primitives; p++) {
      const uint32_t **mine = records + (size_t)p * b->per_primitive;
      for (uint32_t i = 0; i < b->per_primitive; i++)
         mine[i] = record[b->slot[p * b->per_primitive + i]];
      ok = gfx_input_add(out, &(gfx_input){.record = mine,
                                           .id = b->id[p],
                                           .vertices = (uint8_t)b->per_primitive,
                                           .corners = corners_of(d->state.topology),
                                           .provoking = b->provoking[p],
                                           .continues = b->continues[p]});
   }
   return ok || gfx_stop_memory(wk, d);
}

/* Nothing but rasterisation looks at the primitives, and they are triangles as they were assembled. */
static bool is_plain(const gfx_state *s, const gfx_batch *b)
{
   return !s->stage[GPU_STAGE_TCS].on && !s->stage[GPU_STAGE_GS].on && !s->xfb && !s->discard && s->raster_stream == 0 &&
          b->per_primitive == 3 && corners_of(s->topology) == 3;
}

/* What is rasterised and fed back has no adjacent vertices. */
static bool drop_adjacency(gfx_worker *wk, gfx_draw *d, gfx_batch *b, gfx_input_list *l)
{
   for (uint32_t i = 0; i < l->count; i++) {
      gfx_input *in = &l->list[i];
      if (in->vertices == in->corners || !in->corners)
         continue;
      const uint32_t **record = gfx_alloc(&b->arena, in->corners * sizeof *record);
      if (!record)
         return gfx_stop_memory(wk, d);
      for (unsigned c = 0; c < in->corners; c++)
         record[c] = in->record[in->corners == 2 ? c + 1 : 2 * c];
      in->record = record;
      in->vertices = in->corners;
   }
   return true;
}

static void count_primitives(gfx_batch *b)
{
   for (uint32_t i = 0; i < b->out.count; i++)
      b->counters[GPU_COUNTER_PRIMITIVES_OUT0 - GPU_COUNTER_DRAWS + b->out.list[i].stream]++;
}

static bool run_stages(gfx_worker *wk, gfx_draw *d, gfx_batch *b, gfx_input_list *in, gfx_input_list *between)
{
   const gfx_state *s = &d->state;
   const uint32_t **record = shade_vertices(wk, d, b);
   bool tess = s->stage[GPU_STAGE_TCS].on, geometry = s->stage[GPU_STAGE_GS].on;
   if (record && is_plain(s, b)) {
      GFX_COUNT(b->counters, PRIMITIVES_OUT0, b->primitives);
      return gfx_clip_assembled(s, b, record) || gfx_stop_memory(wk, d);
   }
   if (!record || !gather_inputs(wk, d, b, record, tess || geometry ? in : &b->out))
      return false;
   if (tess && !gfx_tessellate(wk, d, b, in, geometry ? between : &b->out))
      return false;
   if (geometry && !gfx_geometry(wk, d, b, tess ? between : in, &b->out))
      return false;
   count_primitives(b);
   return drop_adjacency(wk, d, b, &b->out) && (s->discard || gfx_clip(s, b) || gfx_stop_memory(wk, d));
}

void gfx_front(gfx_worker *wk, gfx_draw *d, gfx_batch *b)
{
   gfx_input_list in = {0}, between = {0};
   run_stages(wk, d, b, &in, &between);
   free(in.list);
   free(between.list);
}
