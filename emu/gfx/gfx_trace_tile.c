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
#include "gfx_trace_quads.h"
#include <assert.h>

static_assert(GPU_GFX_SIZE_MAX >> GFX_TILE_LOG2 <= EMU_TILES_X, "a record holds any tile");
static_assert(EMU_TILES_X * EMU_TILES_X <= 0xfffff, "in its amount");

void gfx_trace_tile(gfx_tile *t)
{
   uint32_t x = (uint32_t)t->x >> GFX_TILE_LOG2, y = (uint32_t)t->y >> GFX_TILE_LOG2;
   gfx_tile_work *w = &t->work;
   t->traced = t->wk->trace != NULL;
   w->blocks = w->hidden = w->quads = w->early = w->killed = 0;
   gfx_lines_begin(&w->depth, EMU_BLOCK_EARLY_Z, true, false);
   if (!t->traced)
      return;
   emu_trace_block(t->wk->trace, EMU_BLOCK_TILE, 1 + x + EMU_TILES_X * y);
   emu_trace_block(t->wk->trace, EMU_BLOCK_LAYER, t->layer);
   if (!t->k) /* a clear */
      return;
   for (uint32_t rest = t->k->written; rest; rest &= rest - 1) {
      unsigned n = (unsigned)__builtin_ctz(rest);
      w->colour_va[n] = gfx_element_va(t, &t->k->colour[n], (uint32_t)t->x, (uint32_t)t->y);
   }
   w->depth_va = gfx_element_va(t, &t->k->depth, (uint32_t)t->x, (uint32_t)t->y);
}

/* ---- depth --------------------------------------------------------------------------------------------- */
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
   t->work.quads += (uint32_t)__builtin_popcount(bits_of(t->k, cover, count).some);
}

void gfx_trace_early(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, const uint32_t *before,
                     const uint32_t *cover, unsigned count)
{
   const gfx_back *k = t->k;
   gfx_tile_work *w = &t->work;
   const quad_bits tested = bits_of(k, before, count);
   uint32_t quads = (uint32_t)__builtin_popcount(tested.some), left = 0;
   for (unsigned n = 0; n < count; n++)
      left += cover[n] != 0;
   if (!left && count == GFX_BLOCK_QUADS && gfx_depth_behind(t, s, x, y)) {
      w->hidden++; /* which the machine knows without looking at the quads */
      return;
   }
   if (left)
      gfx_depth_written(t, x, y);
   w->quads += quads;
   w->early += quads;
   w->killed += quads - left;
   if (t->layer >= k->depth.layers)
      return;
   gfx_lines *l = depth_lines(t, writes_depth(k, left));
   if (count == GFX_BLOCK_QUADS && touch_block(t, l, &k->depth, w->depth_va, x, y, tested))
      return;
   for (unsigned n = 0; n < count; n++)
      if (tested.some >> n & 1)
         touch_quad(t, l, &k->depth, w->depth_va, x + (int32_t)(n % 4) * 2, y + (int32_t)(n / 4) * 2,
                    tested.whole >> n & 1);
}

void gfx_trace_gathered(gfx_tile *t)
{
   gfx_tile_work *w = &t->work;
   emu_trace *trace = t->wk->trace;
   emu_trace_block(trace, EMU_BLOCK_RASTER, w->blocks);
   emu_trace_block(trace, EMU_BLOCK_HIZ, w->hidden);
   emu_trace_block(trace, EMU_BLOCK_QUADS, w->quads);
   if (w->depth.count)
      gfx_lines_emit(t->wk, &w->depth);
   emu_trace_block(trace, EMU_BLOCK_EARLY_Z, w->early);
   emu_trace_block(trace, EMU_BLOCK_EARLY_KILL, w->killed);
   w->blocks = w->hidden = w->quads = w->early = w->killed = 0;
}

void gfx_trace_late(gfx_tile *t, uint32_t tested)
{
   const gfx_back *k = t->k;
   uint32_t passed = 0;
   gfx_lines l;
   for (unsigned n = 0; n < t->quads; n++)
      passed |= t->quad[n].all;
   gfx_lines_begin(&l, EMU_BLOCK_LATE_Z, true, writes_depth(k, passed));
   emu_trace_block(t->wk->trace, EMU_BLOCK_LATE_Z, (uint32_t)__builtin_popcount(tested));
   if (t->layer >= k->depth.layers)
      return;
   bool half = t->regular && tested == (1u << EMU_STAGE_QUADS) - 1 && is_tile(&k->depth) && k->samples == 1;
   if (half && (uint32_t)t->quad[0].x + 8 <= k->depth.level.width_px &&
       (uint32_t)t->quad[0].y + 4 <= k->depth.level.height_px) {
      touch_pixels(t, &l, &k->depth, t->work.depth_va, t->quad[0].x, t->quad[0].y, ISA_WAVE_LANES, true);
      gfx_lines_emit(t->wk, &l);
      return;
   }
   for (unsigned n = 0; n < t->quads; n++)
      if (tested >> n & 1)
         touch_quad(t, &l, &k->depth, t->work.depth_va, t->quad[n].x, t->quad[n].y,
                    is_whole(k, t->quad[n].all));
   gfx_lines_emit(t->wk, &l);
}

/* ---- colour -------------------------------------------------------------------------------------------- */
typedef struct rop_work {
   uint32_t quads, units, blended;
} rop_work;

/* Cycles for a quad of one sample. */
static uint32_t quad_cost(const gfx_target *g, bool blends)
{
   uint32_t size_B = g->format->block_B;
   return (size_B > 8 ? 2u : 1u) << (blends && size_B > 4);
}

/* Samples that a quad is written for: those of the pixel that has most. */
static uint32_t most_samples(uint32_t cover)
{
   uint32_t most = 0;
   for (unsigned p = 0; p < 4; p++, cover >>= 8) {
      uint32_t n = (uint32_t)__builtin_popcount(cover & 0xff);
      most = n > most ? n : most;
   }
   return most;
}

/* Half a block of pixels, where that is lines as a whole in one page: their record at once. */
static bool emit_half(gfx_tile *t, const gfx_target *g, unsigned n, bool read)
{
   uint32_t at = gfx_morton(t->quad[0].x, t->quad[0].y), in_block = at & 63, size_B = g->level.element_B,
            shift = read ? 0 : g->image.samples_log2, bytes = ISA_WAVE_LANES * size_B >> shift,
            lines = bytes >> EMU_LINE_LOG2;
   uint64_t va = t->work.colour_va[n] + (uint64_t)(at - in_block) * size_B + (in_block * size_B >> shift);
   emu_trace *trace = t->wk->trace;
   if ((va | bytes) % (1u << EMU_LINE_LOG2) || (va ^ (va + bytes - 1)) >> 12 || !lines || lines > GFX_LINES ||
       !emu_trace_room(trace, 1 + 2 * (size_t)lines))
      return false;
   uint32_t *r = trace->at, flags = emu_tlb_page_flags(&t->wk->tlb, va);
   trace->segment = NULL;
   *r++ = (uint32_t)EMU_REC_BLOCK_LINES << 28 | (uint32_t)EMU_BLOCK_ROP | lines << 8 | 1u << 16 |
          (uint32_t)read << 17;
   for (uint32_t i = 0; i < lines; i++, r += 2)
      emu_entry_pack(r, va + (i << EMU_LINE_LOG2), 15, 1, flags);
   trace->at = r;
   return true;
}

/* Quads of the wave to one target. Samples that are read before may differ from each other. */
static void write_target(gfx_tile *t, unsigned n, const uint32_t *cover, rop_work *w)
{
   const gfx_back *k = t->k;
   const gfx_target *g = &k->colour[n];
   bool blends = g->blends && k->logic == 16, read = blends || k->logic < 16 || !g->all;
   uint32_t cost = quad_cost(g, blends), quads = 0;
   gfx_lines l;
   gfx_lines_begin(&l, EMU_BLOCK_ROP, read, true);
   if (t->regular && is_tile(g)) {
      if (!emit_half(t, g, n, read))
         touch_pixels(t, &l, g, t->work.colour_va[n], t->quad[0].x, t->quad[0].y, ISA_WAVE_LANES, !read);
      quads = EMU_STAGE_QUADS;
      w->units += quads * cost * (read ? k->samples : 1);
   } else {
      for (unsigned q = 0; q < t->quads; q++) {
         bool whole = !read && is_whole(k, cover[q]);
         if (!cover[q])
            continue;
         quads++;
         w->units += cost * (whole || k->samples == 1 ? 1 : most_samples(cover[q]));
         touch_quad(t, &l, g, t->work.colour_va[n], t->quad[q].x, t->quad[q].y, whole);
      }
   }
   w->quads += quads;
   w->blended += blends ? quads : 0;
   if (l.count)
      gfx_lines_emit(t->wk, &l);
}

void gfx_trace_colour(gfx_tile *t, const uint8_t *cover)
{
   uint32_t all[EMU_STAGE_QUADS];
   rop_work w = {0};
   memcpy(all, cover, 4 * (size_t)t->quads);
   for (uint32_t rest = t->k->written; rest; rest &= rest - 1) {
      unsigned n = (unsigned)__builtin_ctz(rest);
      if (t->layer < t->k->colour[n].layers)
         write_target(t, n, all, &w);
   }
   emu_trace_block(t->wk->trace, EMU_BLOCK_ROP, w.quads);
   emu_trace_block(t->wk->trace, EMU_BLOCK_ROP_MORE, w.units - w.quads);
   emu_trace_block(t->wk->trace, EMU_BLOCK_BLEND, w.blended);
}

/* ---- clears -------------------------------------------------------------------------------------------- */
/* A tile of the target that is cleared as a whole: tags say so, which takes a cycle for each block. What they
 * fill is one run of memory, also where the tile ends beyond the target. */
static bool clear_tag(gfx_tile *t, const gfx_target *g, enum emu_block block, uint32_t x0, uint32_t y0,
                      uint32_t x1, uint32_t y1)
{
   emu_trace *trace = t->wk->trace;
   uint32_t tx = (uint32_t)t->x, ty = (uint32_t)t->y, w = g->level.width_px, h = g->level.height_px;
   bool all = is_tile(g) && x0 <= tx && y0 <= ty && (x1 >= tx + GFX_TILE || x1 >= w) &&
              (y1 >= ty + GFX_TILE || y1 >= h);
   if (!all)
      return false;
   emu_trace_block(trace, block, GFX_TILE * GFX_TILE / 64);
   if (emu_trace_room(trace, 3)) {
      uint64_t va = gfx_element_va(t, g, tx, ty);
      uint32_t bytes = GFX_TILE * GFX_TILE * g->level.element_B;
      *trace->at++ = (uint32_t)EMU_REC_RUN << 28 | bytes << 8 | (uint32_t)block;
      *trace->at++ = (uint32_t)va;
      *trace->at++ = (uint32_t)(va >> 32) | emu_tlb_page_flags(&t->wk->tlb, va) << 16;
   }
   return true;
}

void gfx_trace_clear(gfx_tile *t, bool depth, unsigned colour, bool whole, uint32_t x0, uint32_t y0,
                     uint32_t x1, uint32_t y1)
{
   const gfx_target *g = depth ? t->depth.target : t->colour[colour].target;
   uint64_t tile_va = gfx_element_va(t, g, (uint32_t)t->x, (uint32_t)t->y);
   gfx_lines l;
   gfx_lines_begin(&l, depth ? EMU_BLOCK_LATE_Z : EMU_BLOCK_ROP, false, true);
   uint32_t quads = ((x1 + 1) / 2 - x0 / 2) * ((y1 + 1) / 2 - y0 / 2);
   if (whole && clear_tag(t, g, l.block, x0, y0, x1, y1))
      return;
   emu_trace_block(t->wk->trace, l.block, quads);
   if (!depth)
      emu_trace_block(t->wk->trace, EMU_BLOCK_ROP_MORE, quads * (quad_cost(g, false) - 1));
   for (uint32_t by = y0 & ~7u; by < y1; by += 8)
      for (uint32_t bx = x0 & ~7u; bx < x1; bx += 8) {
         bool inside = bx >= x0 && by >= y0 && bx + 8 <= x1 && by + 8 <= y1;
         if (inside && is_tile(g)) {
            touch_pixels(t, &l, g, tile_va, (int32_t)bx, (int32_t)by, 4 * GFX_BLOCK_QUADS, true);
            continue;
         }
         for (unsigned n = 0; n < GFX_BLOCK_QUADS; n++) {
            uint32_t x = bx + n % 4 * 2, y = by + n / 4 * 2;
            if (x + 1 >= x0 && x < x1 && y + 1 >= y0 && y < y1)
               touch_quad(t, &l, g, tile_va, (int32_t)x, (int32_t)y, true);
         }
      }
   gfx_lines_emit(t->wk, &l);
}
