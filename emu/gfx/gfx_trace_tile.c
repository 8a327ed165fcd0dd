/* What the back half tells the timing model of a tile: blocks walked and killed by hierarchical Z, quads and
 * their tests, then each wave, then what it writes. What comes before a wave is gathered, so that full waves
 * are few records.
 *
 * The model's ROP writes a quad a cycle to a target of up to 64 bits, blending beyond 32 bits takes two, 128
 * bits take two and blending them four; samples of a pixel that is not wholly covered, or that are blended,
 * are written one by one. Of a quad whose pixels are wholly covered or not at all, one colour and one depth
 * per pixel go to memory: the others are the same, which the ROP's tags say.
 */
#include "back.h"

void gfx_trace_tile(gfx_tile *t)
{
   uint32_t x = (uint32_t)t->x >> GFX_TILE_LOG2, y = (uint32_t)t->y >> GFX_TILE_LOG2;
   gfx_tile_work *w = &t->work;
   t->traced = t->wk->trace != NULL;
   w->blocks = w->hidden = w->quads = w->early = w->killed = w->depth.count = 0;
   w->depth.block = EMU_BLOCK_EARLY_Z;
   w->depth.read = true;
   w->depth.write = false;
   if (t->traced)
      emu_trace_block(t->wk->trace, EMU_BLOCK_TILE, 1 + x + 3 * y + t->layer);
}

/* ---- memory of quads ----------------------------------------------------------------------------------- */
/* The quad's pixels are wholly covered or not at all. */
static bool is_whole(const gfx_back *k, uint32_t cover)
{
   uint32_t some = cover, full = (1u << k->samples) - 1;
   for (unsigned p = 0; p < 4; p++, some >>= 8)
      if ((some & 0xff) && (some & 0xff) != full)
         return false;
   return true;
}

static void touch_quad(gfx_tile *t, gfx_lines *l, const gfx_target *g, int32_t x, int32_t y, bool whole)
{
   const gpu_image_level *level = &g->level;
   uint32_t shift = whole ? g->image.samples_log2 : 0;
   if ((uint32_t)x >= level->width_px || (uint32_t)y >= level->height_px)
      return;
   if (level->tile_log2) { /* its pixels follow each other; what is one for all samples stands at the block's
                              start */
      uint32_t in_block = gfx_morton(x, y) & (level->tile_log2 == GFX_TILE_LOG2 ? 63 : 15),
               from_B = in_block * level->element_B;
      uint64_t va = gfx_element_va(t, g, (uint32_t)x, (uint32_t)y) - from_B + (from_B >> shift);
      gfx_lines_add(t->wk, l, va, 4 * level->element_B >> shift);
      return;
   }
   for (uint32_t r = 0; r < 2 && (uint32_t)y + r < level->height_px; r++)
      gfx_lines_add(t->wk, l, gfx_element_va(t, g, (uint32_t)x, (uint32_t)y + r), 2 * level->element_B);
}

/* A block of 8 x 8 pixels or its upper or lower half that follow each other in memory and are touched as a
 * whole. */
static bool touch_block(gfx_tile *t, gfx_lines *l, const gfx_target *g, int32_t x, int32_t y, uint32_t pixels)
{
   if (g->level.tile_log2 != GFX_TILE_LOG2 || g->image.samples_log2)
      return false;
   gfx_lines_add(t->wk, l, gfx_element_va(t, g, (uint32_t)x, (uint32_t)y),
                 (uint64_t)pixels * g->level.element_B);
   return true;
}

/* ---- depth --------------------------------------------------------------------------------------------- */
static uint32_t nonzero(const uint32_t *cover, unsigned count)
{
   uint32_t n = 0;
   for (unsigned i = 0; i < count; i++)
      n += cover[i] != 0;
   return n;
}

static bool writes_depth(const gfx_back *k, bool passed)
{
   bool stencil = k->stencil_test && (k->stencil[0].write_mask | k->stencil[1].write_mask);
   return stencil || (passed && k->depth_write);
}

/* A change from reading to writing begins a new record. */
static gfx_lines *depth_lines(gfx_tile *t, bool write)
{
   gfx_lines *l = &t->work.depth;
   if (l->write != write)
      gfx_lines_emit(t->wk, l);
   l->write = write;
   return l;
}

void gfx_trace_untested(gfx_tile *t, const uint32_t *cover, unsigned count)
{
   t->work.quads += nonzero(cover, count);
}

void gfx_trace_early(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, const uint32_t *before,
                     const uint32_t *cover, unsigned count)
{
   const gfx_back *k = t->k;
   gfx_tile_work *w = &t->work;
   uint32_t tested = nonzero(before, count), left = nonzero(cover, count);
   if (!left && count == GFX_BLOCK_QUADS && gfx_depth_behind(t, s, x, y)) {
      w->hidden++; /* which the machine knows without looking at the quads */
      return;
   }
   w->quads += tested;
   w->early += tested;
   w->killed += tested - left;
   if (t->layer >= k->depth.layers)
      return;
   gfx_lines *l = depth_lines(t, writes_depth(k, left));
   if (tested == GFX_BLOCK_QUADS && touch_block(t, l, &k->depth, x, y, 4 * GFX_BLOCK_QUADS))
      return;
   for (unsigned n = 0; n < count; n++)
      if (before[n])
         touch_quad(t, l, &k->depth, x + (int32_t)(n % 4) * 2, y + (int32_t)(n / 4) * 2,
                    is_whole(k, before[n]));
}

void gfx_trace_gathered(gfx_tile *t)
{
   gfx_tile_work *w = &t->work;
   emu_trace *trace = t->wk->trace;
   emu_trace_block(trace, EMU_BLOCK_RASTER, w->blocks);
   emu_trace_block(trace, EMU_BLOCK_HIZ, w->hidden);
   emu_trace_block(trace, EMU_BLOCK_QUADS, w->quads);
   gfx_lines_emit(t->wk, &w->depth);
   emu_trace_block(trace, EMU_BLOCK_EARLY_Z, w->early);
   emu_trace_block(trace, EMU_BLOCK_EARLY_KILL, w->killed);
   w->blocks = w->hidden = w->quads = w->early = w->killed = 0;
}

void gfx_trace_late(gfx_tile *t, uint32_t tested)
{
   const gfx_back *k = t->k;
   uint32_t passed = 0;
   for (unsigned n = 0; n < t->quads; n++)
      passed |= t->quad[n].all;
   gfx_lines l = {.block = EMU_BLOCK_LATE_Z, .read = true, .write = writes_depth(k, passed)};
   emu_trace_block(t->wk->trace, EMU_BLOCK_LATE_Z, (uint32_t)__builtin_popcount(tested));
   if (t->layer >= k->depth.layers)
      return;
   for (unsigned n = 0; n < t->quads; n++)
      if (tested >> n & 1)
         touch_quad(t, &l, &k->depth, t->quad[n].x, t->quad[n].y, is_whole(k, t->quad[n].all));
   gfx_lines_emit(t->wk, &l);
}

/* ---- colour -------------------------------------------------------------------------------------------- */
/* Cycles for a quad of one sample. */
static uint32_t quad_cost(const gfx_target *g, bool blends)
{
   uint32_t size_B = g->format->block_B;
   return (size_B > 8 ? 2u : 1u) << (blends && size_B > 4);
}

/* Samples that a quad is written for. Those that are read before may differ from each other. */
static uint32_t times(const gfx_back *k, uint32_t cover, bool read)
{
   uint32_t most = 1;
   if (k->samples == 1 || (!read && is_whole(k, cover)))
      return 1;
   for (unsigned p = 0; p < 4; p++, cover >>= 8) {
      uint32_t n = (uint32_t)__builtin_popcount(cover & 0xff);
      most = n > most ? n : most;
   }
   return most;
}

void gfx_trace_colour(gfx_tile *t, const uint8_t *cover)
{
   const gfx_back *k = t->k;
   uint32_t quads = 0, units = 0, blended = 0, all[EMU_STAGE_QUADS];
   memcpy(all, cover, 4 * (size_t)t->quads);
   for (unsigned n = 0; n < GPU_GFX_TARGETS; n++) {
      const gfx_target *g = &k->colour[n];
      if (!g->on || !g->writes || t->layer >= g->layers)
         continue;
      bool blends = g->blends && k->logic == 16;
      gfx_lines l = {.block = EMU_BLOCK_ROP, .write = true, .read = blends || k->logic < 16 || !g->all};
      bool block = t->regular && touch_block(t, &l, g, t->quad[0].x, t->quad[0].y, ISA_WAVE_LANES);
      for (unsigned q = 0; q < t->quads; q++) {
         if (!all[q])
            continue;
         quads++;
         blended += blends;
         units += quad_cost(g, blends) * times(k, all[q], l.read);
         if (!block)
            touch_quad(t, &l, g, t->quad[q].x, t->quad[q].y, !l.read && is_whole(k, all[q]));
      }
      gfx_lines_emit(t->wk, &l);
   }
   emu_trace_block(t->wk->trace, EMU_BLOCK_ROP, quads);
   emu_trace_block(t->wk->trace, EMU_BLOCK_ROP_MORE, units - quads);
   emu_trace_block(t->wk->trace, EMU_BLOCK_BLEND, blended);
}

/* ---- clears -------------------------------------------------------------------------------------------- */
/* A tile of the target that is cleared as a whole: its tag says so, which takes a cycle for each block and a
 * sector of memory. */
static bool clear_tag(gfx_tile *t, const gfx_target *g, gfx_lines *l, uint32_t x0, uint32_t y0, uint32_t x1,
                      uint32_t y1)
{
   uint32_t tx = (uint32_t)t->x, ty = (uint32_t)t->y, w = g->level.width_px, h = g->level.height_px;
   bool all = g->level.tile_log2 == GFX_TILE_LOG2 && x0 <= tx && y0 <= ty &&
              (x1 >= tx + GFX_TILE || x1 >= w) && (y1 >= ty + GFX_TILE || y1 >= h);
   if (!all)
      return false;
   emu_trace_block(t->wk->trace, l->block, GFX_TILE * GFX_TILE / 64);
   gfx_lines_add(t->wk, l, gfx_element_va(t, g, tx, ty), 1u << EMU_SECTOR_LOG2);
   gfx_lines_emit(t->wk, l);
   return true;
}

void gfx_trace_clear(gfx_tile *t, bool depth, unsigned colour, bool whole, uint32_t x0, uint32_t y0,
                     uint32_t x1, uint32_t y1)
{
   const gfx_target *g = depth ? t->depth.target : t->colour[colour].target;
   gfx_lines l = {.block = depth ? EMU_BLOCK_LATE_Z : EMU_BLOCK_ROP, .write = true};
   uint32_t quads = ((x1 + 1) / 2 - x0 / 2) * ((y1 + 1) / 2 - y0 / 2);
   if (whole && clear_tag(t, g, &l, x0, y0, x1, y1))
      return;
   emu_trace_block(t->wk->trace, l.block, quads);
   if (!depth)
      emu_trace_block(t->wk->trace, EMU_BLOCK_ROP_MORE, quads * (quad_cost(g, false) - 1));
   for (uint32_t by = y0 & ~7u; by < y1; by += 8)
      for (uint32_t bx = x0 & ~7u; bx < x1; bx += 8) {
         bool inside = bx >= x0 && by >= y0 && bx + 8 <= x1 && by + 8 <= y1;
         if (inside && touch_block(t, &l, g, (int32_t)bx, (int32_t)by, 4 * GFX_BLOCK_QUADS))
            continue;
         for (unsigned n = 0; n < GFX_BLOCK_QUADS; n++) {
            uint32_t x = bx + n % 4 * 2, y = by + n / 4 * 2;
            if (x + 1 >= x0 && x < x1 && y + 1 >= y0 && y < y1)
               touch_quad(t, &l, g, (int32_t)x, (int32_t)y, true);
         }
      }
   gfx_lines_emit(t->wk, &l);
}
