/* Geometry waves: a lane is one invocation of one primitive. What the lanes emit is cut into points, lines
 * and triangles in the order of the primitives and, for each, of its invocations. Manual: "Graphics
 * pipeline", Geometry.
 */
#include <stdlib.h>
#include "pipeline.h"

typedef struct gs_wave {
   gfx_worker *wk;
   gfx_draw *d;
   gfx_batch *b;
   const gfx_input_list *in;
   uint32_t first, lanes; /* invocations in the order primitive, invocation */
} gs_wave;

/* Room for a wave's emitted records and their tags, kept by the worker. */
static bool reserve(gfx_worker *wk, size_t size_B)
{
   if (size_B <= wk->gs_memory_B)
      return true;
   free(wk->gs_memory);
   wk->gs_memory = malloc(size_B);
   wk->gs_memory_B = wk->gs_memory ? size_B : 0;
   return wk->gs_memory != NULL;
}

static const gfx_input *input_of(const gs_wave *g, uint32_t lane)
{
   return &g->in->list[(g->first + lane) / g->d->state.gs_invocations];
}

/* Vertices of the input primitive as the stage before it left them. */
static uint32_t input_dw(const gfx_state *s)
{
   return s->stage[s->stage[GPU_STAGE_TES].on ? GPU_STAGE_TES : GPU_STAGE_VS].out_dw;
}

static bool launch(gs_wave *g)
{
   gfx_worker *wk = g->wk;
   const gfx_state *s = &g->d->state;
   const gfx_stage *st = &s->stage[GPU_STAGE_GS];
   size_t lane_dw = (size_t)(s->gs_max_vertices + 1) * st->out_dw, records_B = lane_dw * 4 * g->lanes;
   uint32_t exec = g->lanes < ISA_WAVE_LANES ? (1u << g->lanes) - 1 : 0xffffffffu;
   uint32_t vertices = g->in->list[0].vertices;
   if (!reserve(wk, records_B + (size_t)(s->gs_max_vertices + 1) * g->lanes))
      return gfx_stop_memory(wk, g->d);
   emu_wave *w = gfx_wave_start(wk, g->d, GPU_STAGE_GS, exec, vertices);
   if (!w)
      return false;
   emu_stage *x = &wk->stage;
   x->out_dw = st->out_dw;
   x->in_vertices = vertices;
   x->in_dw = input_dw(s);
   x->max_vertices = s->gs_max_vertices;
   memset(x->last, 0, sizeof x->last);
   uint32_t *id = gfx_wave_row(wk, g->d, GPU_STAGE_GS, w, 0);
   for (uint32_t l = 0; l < g->lanes; l++)
      id[l] = input_of(g, l)->id;
   uint32_t *invocation = gfx_wave_row(wk, g->d, GPU_STAGE_GS, w, 1);
   for (uint32_t l = 0; l < g->lanes; l++) {
      invocation[l] = (g->first + l) % s->gs_invocations;
      x->in[l] = input_of(g, l)->record;
      x->out[l] = x->emitted[l] = wk->gs_memory + l * lane_dw;
      x->tags[l] = (uint8_t *)wk->gs_memory + records_B + l * (s->gs_max_vertices + 1);
      memset(x->out[l], 0, st->out_dw * 4);
   }
   return gfx_wave_run(wk, g->d, GPU_STAGE_GS);
}

/* ---- strips
 * -------------------------------------------------------------------------------------------------------------------
 */
static bool add(gs_wave *g, gfx_input_list *out, unsigned stream, uint32_t id, const uint32_t *const *v,
                unsigned n, unsigned provoking, bool continues)
{
   const uint32_t **record = gfx_alloc(&g->b->arena, n * sizeof *record);
   if (!record)
      return false;
   for (unsigned i = 0; i < n; i++)
      record[i] = v[i];
   GFX_COUNT(g->b->counters, GS_PRIMITIVES, 1);
   return gfx_input_add(out, &(gfx_input){.record = record,
                                          .id = id,
                                          .vertices = (uint8_t)n,
                                          .corners = (uint8_t)n,
                                          .provoking = (uint8_t)provoking,
                                          .stream = (uint8_t)stream,
                                          .continues = continues});
}

/* Vertex number n (from 0) of a strip, the two before it being v[0] and v[1]. */
static bool strip_vertex(gs_wave *g, gfx_input_list *out, unsigned stream, uint32_t id, uint32_t n,
                         const uint32_t *v[3])
{
   const gfx_state *s = &g->d->state;
   bool late = s->provoking_last;
   if (s->gs_output == 0)
      return add(g, out, stream, id, &v[2], 1, 0, false);
   if (s->gs_output == 1)
      return n < 1 || add(g, out, stream, id, &v[1], 2, late, n > 1);
   if (n < 2)
      return true;
   const uint32_t *odd[3] = {v[0], v[2], v[1]};
   return n & 1 ? add(g, out, stream, id, odd, 3, late ? 1 : 0, false)
                : add(g, out, stream, id, v, 3, late ? 2 : 0, false);
}

static bool collect_lane(gs_wave *g, uint32_t lane, gfx_input_list *out)
{
   const emu_stage *x = &g->wk->stage;
   uint32_t count = x->count[lane], dw = x->out_dw, length[EMU_STAGE_STREAMS] = {0};
   const uint32_t *v[EMU_STAGE_STREAMS][3] = {{0}};
   uint32_t *records = gfx_alloc(&g->b->arena, ((size_t)count * dw + 1) * 4);
   if (!records)
      return false;
   memcpy(records, x->emitted[lane], (size_t)count * dw * 4);
   for (uint32_t i = 0; i < count; i++) {
      unsigned stream = x->tags[lane][i] & EMU_VERTEX_STREAM;
      const uint32_t **last = v[stream];
      last[0] = last[1];
      last[1] = last[2];
      last[2] = records + (size_t)i * dw;
      if (!strip_vertex(g, out, stream, input_of(g, lane)->id, length[stream]++, last))
         return false;
      if (x->tags[lane][i] & EMU_VERTEX_CUT)
         length[stream] = 0;
   }
   return true;
}

bool gfx_geometry(gfx_worker *wk, gfx_draw *d, gfx_batch *b, const gfx_input_list *in, gfx_input_list *out)
{
   uint32_t total = in->count * d->state.gs_invocations;
   for (uint32_t first = 0; first < total; first += ISA_WAVE_LANES) {
      uint32_t lanes = total - first < ISA_WAVE_LANES ? total - first : ISA_WAVE_LANES;
      gs_wave g = {wk, d, b, in, first, lanes};
      GFX_COUNT(b->counters, GS_INVOCATIONS, lanes);
      if (gfx_killed(d) || !launch(&g))
         return false;
      for (uint32_t l = 0; l < lanes; l++)
         if (!collect_lane(&g, l, out))
            return gfx_stop_memory(wk, d);
   }
   return true;
}
