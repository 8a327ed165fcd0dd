/* Coverage: which samples of which pixels of a tile lie inside a shape's edges.
 *
 * Blocks of 8 x 8 pixels that lie wholly outside one edge are skipped, edges that have the whole block inside
 * are not looked at any more; the rest is decided sample by sample in 64-bit integers, so the answer is
 * exact.
 */
#include <emmintrin.h>
#include "back.h"

#define BLOCK 8

typedef struct block {
   int32_t x, y, x1, y1; /* pixels of the block that the shape's rectangle leaves */
   unsigned edges;       /* those that pass through the block */
   gfx_edge edge[4];
   int64_t sample[4][8]; /* what is added at each sample's position */
   /* narrow: 32 bits are enough for all values in the block, relative to its corner */
   bool narrow;
   int32_t from_x, from_y, start[4];
   __m128i step[4];
} block;

#define NARROW (INT64_C(1) << 18)

static int64_t at(const gfx_edge *e, int32_t x, int32_t y)
{
   return e->a * x * GFX_SUBPIXELS + e->b * y * GFX_SUBPIXELS + e->c;
}

/* Conservative: the pixel's nearest corner counts for all of its samples. */
static void set_samples(const gfx_tile *t, const gfx_shape *s, const gfx_edge *e, int64_t *out)
{
   for (unsigned n = 0; n < t->k->samples; n++) {
      const uint8_t *p = gpu_sample_at(t->k->samples_log2, n);
      out[n] = s->conservative ? (e->a > 0 ? e->a * 256 : 0) + (e->b > 0 ? e->b * 256 : 0)
                               : e->a * p[0] * 16 + e->b * p[1] * 16;
   }
}

static bool classify(const gfx_tile *t, const gfx_shape *s, block *b, int32_t x, int32_t y)
{
   const int64_t size = BLOCK * GFX_SUBPIXELS;
   b->edges = 0;
   b->narrow = true;
   b->from_x = x;
   b->from_y = y;
   for (unsigned k = 0; k < s->edges; k++) {
      const gfx_edge *e = &s->edge[k];
      int64_t here = at(e, x, y), right = e->a * size, down = e->b * size;
      int64_t most = here + (right > 0 ? right : 0) + (down > 0 ? down : 0);
      int64_t least = here + (right < 0 ? right : 0) + (down < 0 ? down : 0);
      if (most < 0)
         return false;
      if (least >= 0)
         continue;
      b->edge[b->edges] = *e;
      set_samples(t, s, e, b->sample[b->edges]);
      if (e->a < NARROW && e->a > -NARROW && e->b < NARROW && e->b > -NARROW) {
         int32_t a = (int32_t)e->a * GFX_SUBPIXELS, c = (int32_t)e->b * GFX_SUBPIXELS;
         b->start[b->edges] = (int32_t)here; /* both signs occur in the block */
         b->step[b->edges] = _mm_set_epi32(a + c, c, a, 0);
      } else {
         b->narrow = false;
      }
      b->edges++;
   }
   return true;
}

/* The same in 32 bits, four pixels at once: bits of those that are outside are their signs. */
static void cover_narrow(const gfx_tile *t, const block *b, gfx_quad *q)
{
   static const uint32_t spread[16] = {0x0,       0x1,       0x100,     0x101,     0x10000,   0x10001,
                                       0x10100,   0x10101,   0x1000000, 0x1000001, 0x1000100, 0x1000101,
                                       0x1010000, 0x1010001, 0x1010100, 0x1010101};
   __m128i pixels[4];
   uint32_t out = 0;
   for (unsigned k = 0; k < b->edges; k++) {
      int32_t here = b->start[k] + (int32_t)b->edge[k].a * (q->x - b->from_x) * GFX_SUBPIXELS +
                     (int32_t)b->edge[k].b * (q->y - b->from_y) * GFX_SUBPIXELS;
      pixels[k] = _mm_add_epi32(_mm_set1_epi32(here), b->step[k]);
   }
   for (unsigned n = 0; n < t->k->samples; n++) {
      __m128i any = _mm_setzero_si128();
      for (unsigned k = 0; k < b->edges; k++)
         any = _mm_or_si128(any, _mm_add_epi32(pixels[k], _mm_set1_epi32((int32_t)b->sample[k][n])));
      out |= spread[_mm_movemask_ps(_mm_castsi128_ps(any))] << n;
   }
   q->all &= ~out;
}

/* Samples of a quad's four pixels that all edges have inside. */
static void cover_quad(const gfx_tile *t, const block *b, gfx_quad *q)
{
   const unsigned samples = t->k->samples;
   for (unsigned k = 0; k < b->edges; k++) {
      const gfx_edge *e = &b->edge[k];
      int64_t here = at(e, q->x, q->y), right = e->a * GFX_SUBPIXELS, down = e->b * GFX_SUBPIXELS;
      const int64_t pixel[4] = {here, here + right, here + down, here + right + down};
      for (unsigned p = 0; p < 4; p++) {
         unsigned out = 0;
         for (unsigned n = 0; n < samples; n++)
            out |= (unsigned)((uint64_t)(pixel[p] + b->sample[k][n]) >> 63) << n;
         q->cover[p] &= (uint8_t)~out;
      }
   }
}

static bool is_stippled(const gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y)
{
   return s->prim->kind == GFX_LINE &&
          gfx_stippled_out(&t->d->state, gfx_at(&s->along, x + 0.5 - s->ox, y + 0.5 - s->oy));
}

/* Take away what lies outside the shape's rectangle, or is stippled away. */
static void trim_quad(const gfx_tile *t, const gfx_shape *s, const block *b, gfx_quad *q)
{
   for (unsigned p = 0; p < 4; p++) {
      int32_t x = q->x + (int32_t)(p & 1), y = q->y + (int32_t)(p >> 1);
      bool inside = x >= b->x && x < b->x1 && y >= b->y && y < b->y1;
      if (!inside || is_stippled(t, s, x, y))
         q->cover[p] = 0;
   }
}

static void block_quads(gfx_tile *t, const gfx_shape *s, const block *b)
{
   const uint32_t full = ((1u << t->k->samples) - 1) * 0x01010101u;
   bool whole = b->x == b->from_x && b->y == b->from_y && b->x1 == b->x + BLOCK && b->y1 == b->y + BLOCK;
   bool trim = !whole || s->prim->kind == GFX_LINE;
   uint32_t cover[GFX_BLOCK_QUADS], any = full;
   for (unsigned n = 0; n < GFX_BLOCK_QUADS; n++)
      cover[n] = full;
   if (b->edges || trim) {
      any = 0;
      for (unsigned n = 0; n < GFX_BLOCK_QUADS; n++) {
         gfx_quad q = {.x = b->from_x + (int32_t)(n % 4) * 2, .y = b->from_y + (int32_t)(n / 4) * 2};
         q.all = full;
         if (q.x >= b->x1 || q.y >= b->y1 || q.x + 2 <= b->x || q.y + 2 <= b->y)
            q.all = 0;
         else if (b->edges)
            b->narrow ? cover_narrow(t, b, &q) : cover_quad(t, b, &q);
         if (q.all && trim)
            trim_quad(t, s, b, &q);
         any |= cover[n] = q.all;
      }
   }
   if (any)
      gfx_quads_add(t, s, b->from_x, b->from_y, cover, GFX_BLOCK_QUADS);
}

void gfx_raster(gfx_tile *t, const gfx_shape *s)
{
   int32_t x0 = s->x0 > t->x ? s->x0 : t->x, y0 = s->y0 > t->y ? s->y0 : t->y;
   int32_t x1 = s->x1 < t->x + (int32_t)GFX_TILE ? s->x1 : t->x + (int32_t)GFX_TILE;
   int32_t y1 = s->y1 < t->y + (int32_t)GFX_TILE ? s->y1 : t->y + (int32_t)GFX_TILE;
   if (s->bresenham) {
      gfx_bresenham(t, s);
      return;
   }
   bool walked = false;
   for (int32_t by = y0 & ~(BLOCK - 1); by < y1; by += BLOCK)
      for (int32_t bx = x0 & ~(BLOCK - 1); bx < x1; bx += BLOCK) {
         block b;
         if (t->failed || !classify(t, s, &b, bx, by))
            continue;
         walked = true;
         t->work.blocks++;
         if (gfx_depth_hides(t, s, bx, by)) {
            t->work.hidden++;
            continue;
         }
         b.x = bx > x0 ? bx : x0;
         b.y = by > y0 ? by : y0;
         b.x1 = bx + BLOCK < x1 ? bx + BLOCK : x1;
         b.y1 = by + BLOCK < y1 ? by + BLOCK : y1;
         block_quads(t, s, &b);
      }
   t->work.blocks += !walked; /* a shape that meets none takes its turn, too */
}
