/* Bins: which primitives touch which tile of the screen. A round's primitives are set up, sorted into the
 * tiles of their layer in API order, and the tiles are then worked on by all host threads.
 */
#include <stdlib.h>
#include "back.h"

typedef struct bin {
   const gfx_shape **list;
   uint32_t count, capacity;
} bin;

typedef struct gfx_bins {
   bin *bin;
   uint32_t allocated; /* bins */
   uint32_t tiles_x, tiles_y;
   uint32_t *touched; /* bins with something in them */
   uint32_t touched_count, touched_capacity;
   uint32_t layer;
} gfx_bins;

void gfx_bins_free(emu_gfx *g)
{
   gfx_bins *b = g->bins;
   if (!b)
      return;
   for (uint32_t i = 0; i < b->allocated; i++)
      free(b->bin[i].list);
   free(b->bin);
   free(b->touched);
   free(b);
   g->bins = NULL;
}

static gfx_bins *prepare(emu_gfx *g, const gfx_back *k)
{
   if (!g->bins)
      g->bins = calloc(1, sizeof(gfx_bins));
   gfx_bins *b = g->bins;
   if (!b)
      return NULL;
   b->tiles_x = (k->width + GFX_TILE - 1) >> GFX_TILE_LOG2;
   b->tiles_y = (k->height + GFX_TILE - 1) >> GFX_TILE_LOG2;
   uint32_t need = b->tiles_x * b->tiles_y;
   if (need > b->allocated) {
      bin *p = realloc(b->bin, need * sizeof *p);
      if (!p)
         return NULL;
      memset(p + b->allocated, 0, (need - b->allocated) * sizeof *p);
      b->bin = p;
      b->allocated = need;
   }
   return b;
}

/* ---- into the bins
 * ------------------------------------------------------------------------------------------------------------
 */
static bool add(gfx_bins *b, uint32_t index, const gfx_shape *s)
{
   bin *n = &b->bin[index];
   if (n->count == 0) {
      if (!gfx_grow(&b->touched, b->touched_count, &b->touched_capacity, sizeof *b->touched))
         return false;
      b->touched[b->touched_count++] = index;
   }
   if (!gfx_grow(&n->list, n->count, &n->capacity, sizeof *n->list))
      return false;
   n->list[n->count++] = s;
   return true;
}

/* No edge has the whole tile on its outer side. */
static bool touches(const gfx_shape *s, int32_t x, int32_t y)
{
   const int64_t size = GFX_TILE * GFX_SUBPIXELS;
   for (unsigned k = 0; k < s->edges && !s->conservative; k++) {
      const gfx_edge *e = &s->edge[k];
      int64_t most = e->a * x * 256 + e->b * y * 256 + e->c + (e->a > 0 ? e->a * size : 0) +
                     (e->b > 0 ? e->b * size : 0);
      if (most < 0)
         return false;
   }
   return true;
}

uint32_t gfx_bin_tiles(const gfx_shape *s)
{
   int32_t tx0 = s->x0 >> GFX_TILE_LOG2, ty0 = s->y0 >> GFX_TILE_LOG2;
   int32_t tx1 = (s->x1 - 1) >> GFX_TILE_LOG2, ty1 = (s->y1 - 1) >> GFX_TILE_LOG2;
   uint32_t n = 0;
   if (tx0 == tx1 && ty0 == ty1)
      return 1;
   for (int32_t ty = ty0; ty <= ty1; ty++)
      for (int32_t tx = tx0; tx <= tx1; tx++)
         n += touches(s, tx << GFX_TILE_LOG2, ty << GFX_TILE_LOG2);
   return n;
}

static bool sort_in(gfx_bins *b, const gfx_shape *s)
{
   int32_t tx0 = s->x0 >> GFX_TILE_LOG2, ty0 = s->y0 >> GFX_TILE_LOG2;
   int32_t tx1 = (s->x1 - 1) >> GFX_TILE_LOG2, ty1 = (s->y1 - 1) >> GFX_TILE_LOG2;
   bool single = tx0 == tx1 && ty0 == ty1;
   for (int32_t ty = ty0; ty <= ty1; ty++)
      for (int32_t tx = tx0; tx <= tx1; tx++)
         if ((single || touches(s, tx << GFX_TILE_LOG2, ty << GFX_TILE_LOG2)) &&
             !add(b, (uint32_t)ty * b->tiles_x + (uint32_t)tx, s))
            return false;
   return true;
}

/* ---- tiles
 * -----------------------------------------------------------------------------------------------------------------------
 */
static gfx_tile *tile_of(gfx_worker *wk)
{
   if (!wk->tile)
      wk->tile = calloc(1, sizeof(gfx_tile));
   return wk->tile;
}

static void flush_surfaces(gfx_tile *t)
{
   for (unsigned n = 0; n < GPU_GFX_TARGETS; n++)
      gfx_surface_flush(t, &t->colour[n]);
   gfx_surface_flush(t, &t->depth);
}

static void forget_surfaces(gfx_tile *t)
{
   for (unsigned n = 0; n < GPU_GFX_TARGETS; n++)
      t->colour[n].mapped = false;
   t->depth.mapped = false;
}

gfx_tile *gfx_tile_begin(gfx_worker *wk, gfx_draw *d, uint32_t x, uint32_t y, uint32_t layer)
{
   gfx_tile *t = gfx_killed(d) ? NULL : tile_of(wk);
   if (!t) {
      if (!gfx_killed(d))
         gfx_stop_memory(wk, d);
      return NULL;
   }
   forget_surfaces(t);
   t->wk = wk;
   t->d = d;
   t->k = d->back;
   t->x = (int32_t)(x & ~(GFX_TILE - 1));
   t->y = (int32_t)(y & ~(GFX_TILE - 1));
   t->layer = layer;
   t->lanes = wk->gfx->lanes;
   t->fast_depth = t->k && t->k->fast_depth && t->layer < t->k->depth.layers;
   t->quads = 0;
   t->regular = false;
   t->staged = NULL;
   t->failed = t->traced = false;
   memset(t->looked, 0, sizeof t->looked);
   t->current = 0;
   memset(t->counters, 0, sizeof t->counters);
   t->shaded_quads = 0;
   memset(t->shaded, 0, sizeof t->shaded);
   return t;
}

void gfx_tile_end(gfx_tile *t)
{
   flush_surfaces(t);
}

static void add_counters(gfx_draw *d, const gfx_tile *t, uint32_t number)
{
   for (unsigned c = 0; c < GFX_COUNTERS; c++)
      if (t->counters[c])
         atomic_fetch_add(&d->back_counters[c], t->counters[c]);
   if (!t->shaded_quads)
      return;
   atomic_fetch_add(&d->shaded_quads, t->shaded_quads);
   atomic_fetch_add(&d->shaded_places, gfx_places_add(d, t, number));
}

static void tile_item(gfx_worker *wk, gfx_draw *d, void *arg, uint32_t index)
{
   gfx_bins *b = arg;
   uint32_t number = b->touched[index];
   bin *n = &b->bin[number];
   gfx_tile *t = gfx_tile_begin(wk, d, number % b->tiles_x << GFX_TILE_LOG2, number / b->tiles_x << GFX_TILE_LOG2,
                                b->layer);
   if (!t)
      return;
   gfx_unit_begin(wk, d, EMU_UNIT_TILE, d->first_unit + index);
   gfx_trace_tile(t);
   for (uint32_t i = 0; i < n->count && !t->failed && !gfx_killed(d); i++) {
      gfx_raster(t, n->list[i]);
      if (i % 64 == 63)
         gfx_quiesce(wk);
   }
   gfx_quads_flush(t);
   if (t->traced)
      gfx_trace_gathered(t);
   gfx_unit_end(wk);
   gfx_tile_end(t);
   add_counters(d, t, number);
}

static void run_layer(gfx_worker *wk, gfx_draw *d, gfx_bins *b)
{
   gfx_units_add(d, b->touched_count);
   gfx_places_layer(d, b->layer, b->tiles_x * b->tiles_y);
   gfx_parallel(wk, d, tile_item, b, b->touched_count, d->state.stage[GPU_STAGE_FS].ordered);
   for (uint32_t i = 0; i < b->touched_count; i++)
      b->bin[b->touched[i]].count = 0;
   b->touched_count = 0;
}

/* ---- a round
 * ------------------------------------------------------------------------------------------------------------------------
 */
/* Where each line of a strip begins in the stipple pattern. */
static void measure_lines(gfx_draw *d, gfx_batch *b)
{
   for (uint32_t i = 0; i < b->prim_count; i++) {
      gfx_prim *p = &b->prims[i];
      if (p->kind != GFX_LINE)
         continue;
      double dx = p->corner[1].x - p->corner[0].x, dy = p->corner[1].y - p->corner[0].y;
      bool bresenham = gfx_reg(&d->state, GPU_OFF_GFX_RASTER) >> 10 & 1;
      double length = bresenham ? gfx_bresenham_length(&d->state, p) : __builtin_sqrt(dx * dx + dy * dy);
      d->stipple = p->continues ? d->stipple : 0;
      p->line_start = d->stipple;
      d->stipple += length;
   }
   for (uint32_t i = 0; i < b->shape_count; i++)
      if (b->shapes[i].prim->kind == GFX_LINE)
         b->shapes[i].along.c = b->shapes[i].prim->line_start;
}

void gfx_batch_setup(gfx_worker *wk, gfx_draw *d, gfx_batch *b)
{
   b->shapes = gfx_alloc(&b->arena, ((size_t)b->prim_count + 1) * sizeof *b->shapes);
   if (!b->shapes) {
      gfx_stop_memory(wk, d);
      return;
   }
   for (uint32_t i = 0; i < b->prim_count; i++)
      b->shape_count += gfx_setup(&d->state, d->back, &b->prims[i], &b->shapes[b->shape_count]);
}

/* Least layer above `after` that some shape goes to; UINT32_MAX: none. */
static uint32_t next_layer(const emu_gfx *g, uint32_t batches, int64_t after)
{
   uint32_t least = UINT32_MAX;
   for (uint32_t i = 0; i < batches; i++)
      for (uint32_t n = 0; n < g->batches[i].shape_count; n++) {
         uint32_t layer = g->batches[i].shapes[n].prim->layer;
         if ((int64_t)layer > after && layer < least)
            least = layer;
      }
   return least;
}

void gfx_back_run(gfx_worker *wk, gfx_draw *d, uint32_t batches)
{
   emu_gfx *g = wk->gfx;
   gfx_bins *b = prepare(g, d->back);
   bool ok = b != NULL;
   if (gfx_reg(&d->state, GPU_OFF_GFX_RASTER) >> 12 & 1)
      for (uint32_t i = 0; i < batches; i++)
         measure_lines(d, &g->batches[i]);
   for (int64_t layer = -1; ok && !gfx_killed(d);) {
      layer = next_layer(g, batches, layer);
      if (layer == UINT32_MAX)
         return;
      b->layer = (uint32_t)layer;
      for (uint32_t i = 0; i < batches && ok; i++)
         for (uint32_t n = 0; n < g->batches[i].shape_count && ok; n++)
            if (g->batches[i].shapes[n].prim->layer == b->layer)
               ok = sort_in(b, &g->batches[i].shapes[n]);
      if (ok)
         run_layer(wk, d, b);
   }
   if (!ok)
      gfx_stop_memory(wk, d);
   if (b) { /* nothing may stay behind for the next draw */
      for (uint32_t i = 0; i < b->touched_count; i++)
         b->bin[b->touched[i]].count = 0;
      b->touched_count = 0;
   }
}
