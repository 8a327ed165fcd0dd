/* Which lines of a target quads touch, for gfx_trace_tile.c: one by one, or those of a block of 8 x 8 pixels
 * at once.
 *
 * Targets that are stored in the screen's tiles have the pixels of a block side by side in Morton order; the
 * sectors of a block's quads are then found by moving bits. Others are asked element by element.
 */
#ifndef EMU_GFX_TRACE_QUADS_H
#define EMU_GFX_TRACE_QUADS_H

#include <emmintrin.h>
#include "back.h"

/* The quad's pixels are wholly covered or not at all. */
static inline bool is_whole(const gfx_back *k, uint32_t cover)
{
   uint32_t some =
       (((cover & 0x7f7f7f7fu) + 0x7f7f7f7fu) | cover) >> 7 & 0x01010101u; /* bytes that are not 0 */
   return some * ((1u << k->samples) - 1) == cover;
}

/* The target's tiles are the screen's. */
static inline bool is_tile(const gfx_target *g)
{
   return g->level.tile_log2 == GFX_TILE_LOG2;
}

/* Pixels of a tile from tile_va on that follow each other in a block of 8 x 8. What is one for all samples
 * stands at the block's start. */
static inline void touch_pixels(gfx_tile *t, gfx_lines *l, const gfx_target *g, uint64_t tile_va, int32_t x,
                                int32_t y, uint32_t pixels, bool whole)
{
   uint32_t at = gfx_morton(x, y), in_block = at & 63, size_B = g->level.element_B,
            shift = whole ? g->image.samples_log2 : 0;
   uint64_t va = tile_va + (uint64_t)(at - in_block) * size_B + (in_block * size_B >> shift);
   gfx_lines_add(t->wk, l, va, pixels * size_B >> shift);
}

/* Small levels and linear images: tiles of 4 x 4 pixels or none. */
static inline void touch_small(gfx_tile *t, gfx_lines *l, const gfx_target *g, int32_t x, int32_t y,
                               bool whole)
{
   const gpu_image_level *level = &g->level;
   uint32_t shift = whole ? g->image.samples_log2 : 0;
   if (level->tile_log2) {
      uint32_t from_B = (gfx_morton(x, y) & 15) * level->element_B;
      uint64_t va = gfx_element_va(t, g, (uint32_t)x, (uint32_t)y) - from_B + (from_B >> shift);
      gfx_lines_add(t->wk, l, va, 4 * level->element_B >> shift);
      return;
   }
   for (uint32_t r = 0; r < 2 && (uint32_t)y + r < level->height_px; r++)
      gfx_lines_add(t->wk, l, gfx_element_va(t, g, (uint32_t)x, (uint32_t)y + r), 2 * level->element_B);
}

static inline void touch_quad(gfx_tile *t, gfx_lines *l, const gfx_target *g, uint64_t tile_va, int32_t x,
                              int32_t y, bool whole)
{
   if ((uint32_t)x >= g->level.width_px || (uint32_t)y >= g->level.height_px)
      return;
   if (is_tile(g))
      touch_pixels(t, l, g, tile_va, x, y, 4, whole);
   else
      touch_small(t, l, g, x, y, whole);
}

/* ---- blocks of quads ----------------------------------------------------------------------------------- */
/* Quads of gfx_quads_add as bits: those with samples, and those of them that are whole. */
typedef struct quad_bits {
   uint32_t some, whole;
} quad_bits;

static inline quad_bits bits_of_block(const gfx_back *k, const uint32_t *cover)
{
   const __m128i full = _mm_set1_epi8((char)((1u << k->samples) - 1)), zero = _mm_setzero_si128();
   quad_bits b = {0, 0};
   for (unsigned n = 0; n < GFX_BLOCK_QUADS; n += 4) {
      __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(cover + n));
      __m128i none = _mm_cmpeq_epi32(v, zero),
              whole = _mm_cmpeq_epi32(_mm_andnot_si128(_mm_cmpeq_epi8(v, zero), full), v);
      b.some |= (uint32_t)(_mm_movemask_ps(_mm_castsi128_ps(none)) ^ 15) << n;
      b.whole |= (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_andnot_si128(none, whole))) << n;
   }
   return b;
}

static inline quad_bits bits_of(const gfx_back *k, const uint32_t *cover, unsigned count)
{
   quad_bits b = {0, 0};
   if (count == GFX_BLOCK_QUADS)
      return bits_of_block(k, cover);
   for (unsigned n = 0; n < count; n++) {
      b.some |= (uint32_t)(cover[n] != 0) << n;
      b.whole |= (uint32_t)(cover[n] && is_whole(k, cover[n])) << n;
   }
   return b;
}

/* Rows of quads to the order in memory. */
static inline uint32_t in_morton(uint32_t quads)
{
   return (quads & 0xc3c3) | (quads >> 2 & 0x0c0c) | (quads << 2 & 0x3030);
}

/* Sectors that quads of so many bytes (4 to 128, a power of two) lie in, which follow each other. */
static inline uint64_t sectors_of(uint32_t quads, uint32_t quad_B)
{
   uint64_t x = quads;
   for (; quad_B < 1u << EMU_SECTOR_LOG2; quad_B *= 2) { /* two are one */
      x = (x | x >> 1) & 0x5555;
      x = (x | x >> 1) & 0x3333;
      x = (x | x >> 2) & 0x0f0f;
      x = (x | x >> 4) & 0x00ff;
   }
   for (; quad_B > 1u << EMU_SECTOR_LOG2; quad_B /= 2) { /* one is two */
      x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
      x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
      x = (x | x << 4) & UINT64_C(0x0f0f0f0f0f0f0f0f);
      x = (x | x << 2) & UINT64_C(0x3333333333333333);
      x = (x | x << 1) & UINT64_C(0x5555555555555555);
      x |= x << 1;
   }
   return x;
}

/* Quads of a block of 8 x 8 pixels, line after line; false: they do not follow each other, or have too many
 * sectors. */
static inline bool touch_block(gfx_tile *t, gfx_lines *l, const gfx_target *g, uint64_t tile_va, int32_t x,
                               int32_t y, quad_bits b)
{
   uint32_t quad_B = 4 * g->level.element_B;
   if (!is_tile(g) || quad_B > 128 || quad_B < 8 || (quad_B & (quad_B - 1)) ||
       (uint32_t)x + 8 > g->level.width_px || (uint32_t)y + 8 > g->level.height_px)
      return false;
   uint64_t line = (tile_va + (uint64_t)gfx_morton(x, y) * g->level.element_B) >> EMU_LINE_LOG2;
   uint32_t partly = b.some & ~b.whole;
   uint64_t sectors = 0;
   if (b.whole)
      sectors = sectors_of(in_morton(b.whole), quad_B >> g->image.samples_log2);
   if (partly)
      sectors |= sectors_of(in_morton(partly), quad_B);
   for (; sectors; sectors >>= 4, line++)
      if (sectors & 15)
         gfx_lines_touch(t->wk, l, line, sectors & 15);
   return true;
}

#endif
