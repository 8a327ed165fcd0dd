/* Depth and stencil: tests of each sample in the format's own numbers, and their updates.
 *
 * Order: bounds, stencil, depth. Fragment depths are rounded to the format before they are compared, so equal
 * depths compare equal whichever primitive they come from.
 */
#include <emmintrin.h>
#include "back.h"

/* Bits of a format's depth and stencil in memory, by VkFormat number. */
enum { D16 = 124, X8_D24, D32, S8, D16_S8, D24_S8, D32_S8 };

typedef struct stored {
   uint32_t depth; /* UNORM integer, or bits of f32 */
   uint8_t stencil;
} stored;

static uint32_t load32(const uint8_t *p)
{
   uint32_t v;
   memcpy(&v, p, 4);
   return v;
}

static stored load(uint32_t format, const uint8_t *p)
{
   switch (format) {
   case D16:
      return (stored){p[0] | (uint32_t)p[1] << 8, 0};
   case X8_D24:
      return (stored){load32(p) & 0xffffff, 0};
   case D32:
      return (stored){load32(p), 0};
   case S8:
      return (stored){0, p[0]};
   case D16_S8:
      return (stored){p[0] | (uint32_t)p[1] << 8, p[2]};
   case D24_S8:
      return (stored){load32(p) & 0xffffff, p[3]};
   default:
      return (stored){load32(p), p[4]};
   }
}

static void store_depth(uint32_t format, uint8_t *p, uint32_t depth)
{
   unsigned n = format == D16 || format == D16_S8 ? 2 : format == X8_D24 || format == D24_S8 ? 3 : 4;
   memcpy(p, &depth, n);
}

static void store_stencil(uint32_t format, uint8_t *p, uint8_t stencil)
{
   p[format == S8 ? 0 : format == D16_S8 ? 2 : format == D24_S8 ? 3 : 4] = stencil;
}

static float as_float(uint32_t bits)
{
   float f;
   memcpy(&f, &bits, 4);
   return f;
}

static bool compare_int(enum gpu_compare c, uint32_t a, uint32_t b)
{
   return (a < b ? 1u << GPU_COMPARE_LESS | 1u << GPU_COMPARE_LESS_EQUAL | 1u << GPU_COMPARE_NOT_EQUAL
           : a == b
               ? 1u << GPU_COMPARE_EQUAL | 1u << GPU_COMPARE_LESS_EQUAL | 1u << GPU_COMPARE_GREATER_EQUAL
               : 1u << GPU_COMPARE_GREATER | 1u << GPU_COMPARE_GREATER_EQUAL | 1u << GPU_COMPARE_NOT_EQUAL) >>
                  c &
              1 ||
          c == GPU_COMPARE_ALWAYS;
}

static bool compare_float(enum gpu_compare c, float a, float b)
{
   if (a < b || a == b || a > b)
      return compare_int(c, a < b ? 0 : 1, a > b ? 0 : 1);
   return c == GPU_COMPARE_ALWAYS || c == GPU_COMPARE_NOT_EQUAL;
}

/* ---- depths of fragments
 * -------------------------------------------------------------------------------------------------------- */
float gfx_depth_limit(const gfx_back *k, const gfx_shape *s, float z)
{
   if (!k->depth_clamp)
      return z;
   float least = (float)s->z_least, most = (float)s->z_most;
   return !(z > least) ? least : z < most ? z : most;
}

float gfx_depth_at(const gfx_back *k, const gfx_shape *s, double x, double y)
{
   return gfx_depth_limit(k, s, (float)(gfx_at(&s->z, x - s->ox, y - s->oy) + s->bias));
}

static uint32_t to_format(const gfx_back *k, float z)
{
   uint32_t bits;
   if (!k->depth_bits) {
      memcpy(&bits, &z, 4);
      return bits;
   }
   double v = !(z > 0) ? 0 : z < 1 ? z : 1;
   return (uint32_t)_mm_cvtsd_si32(_mm_set_sd(v * ((1u << k->depth_bits) - 1)));
}

/* ---- tests
 * ------------------------------------------------------------------------------------------------------------------------
 */
static uint8_t stencil_result(unsigned op, uint8_t old, uint8_t reference)
{
   switch (op) {
   case GPU_STENCIL_ZERO:
      return 0;
   case GPU_STENCIL_REPLACE:
      return reference;
   case GPU_STENCIL_INCREMENT_CLAMP:
      return old < 255 ? (uint8_t)(old + 1) : 255;
   case GPU_STENCIL_DECREMENT_CLAMP:
      return old > 0 ? (uint8_t)(old - 1) : 0;
   case GPU_STENCIL_INVERT:
      return (uint8_t)~old;
   case GPU_STENCIL_INCREMENT_WRAP:
      return (uint8_t)(old + 1);
   case GPU_STENCIL_DECREMENT_WRAP:
      return (uint8_t)(old - 1);
   default:
      return old;
   }
}

static bool in_bounds(const gfx_back *k, uint32_t depth)
{
   float d = k->depth_bits ? (float)depth / (float)((1u << k->depth_bits) - 1) : as_float(depth);
   return d >= k->bounds[0] && d <= k->bounds[1];
}

/* One sample at p; true if it passes. *changed: memory was written. */
static bool test_sample(const gfx_back *k, const gfx_stencil *st, uint8_t *p, float z, uint8_t reference,
                        bool *changed)
{
   uint32_t format = k->depth.format->number, depth = to_format(k, z);
   stored old = load(format, p);
   if (k->bounds_test && !in_bounds(k, old.depth))
      return false;
   bool stencil = !k->stencil_test ||
                  compare_int(st->compare, reference & st->compare_mask, old.stencil & st->compare_mask);
   bool pass =
       !k->depth_test || (k->depth_bits ? compare_int(k->compare, depth, old.depth)
                                        : compare_float(k->compare, as_float(depth), as_float(old.depth)));
   if (k->stencil_test) {
      unsigned op = !stencil ? st->fail : !pass ? st->depth_fail : st->pass;
      uint8_t new = stencil_result(op, old.stencil, reference);
      new = (uint8_t)((old.stencil & ~st->write_mask) | (new & st->write_mask));
      if (new != old.stencil) {
         store_stencil(format, p, new);
         *changed = true;
      }
   }
   if (stencil && pass && k->depth_write && depth != old.depth) {
      store_depth(format, p, depth);
      *changed = true;
   }
   return stencil && pass;
}

uint8_t gfx_depth_test(gfx_tile *t, const gfx_quad *q, unsigned pixel, uint8_t cover, const float *z,
                       int32_t reference)
{
   const gfx_back *k = t->k;
   int32_t x = q->x + (int32_t)(pixel & 1), y = q->y + (int32_t)(pixel >> 1);
   const gfx_stencil *st = &k->stencil[!q->shape->prim->front];
   uint8_t *element;
   bool changed = false;
   if (!k->tests || !cover)
      return cover;
   if (!gfx_surface_map(t, &t->depth, &k->depth))
      return 0;
   element = gfx_element(&t->depth, x, y);
   if (!element || t->layer >= k->depth.layers)
      return cover;
   for (unsigned n = 0; n < k->samples; n++) {
      const uint8_t *at = gpu_sample_at(k->samples_log2, n);
      if (!(cover >> n & 1))
         continue;
      float depth = z ? z[n] : gfx_depth_at(k, q->shape, x + at[0] / 16.0, y + at[1] / 16.0);
      uint8_t ref = reference >= 0 ? (uint8_t)reference : st->reference;
      if (!test_sample(k, st, element + n * k->depth.format->block_B, depth, ref, &changed))
         cover &= (uint8_t) ~(1u << n);
   }
   if (changed)
      gfx_touch(&t->depth, x, y);
   return cover;
}

/* ---- hierarchical Z
 * ----------------------------------------------------------------------------------------- */
/* Within a draw a LESS test only ever makes depths smaller, so a block's greatest depth, once known, stays a
 * bound; GREATER the other way round, with signs changed. Blocks that are looked at once or twice are not
 * worth it. */
#define WORTH_IT 3

/* 1: less, -1: greater, 0: other tests, or something else would change. */
static int direction(const gfx_back *k)
{
   bool less = k->compare == GPU_COMPARE_LESS || k->compare == GPU_COMPARE_LESS_EQUAL;
   bool greater = k->compare == GPU_COMPARE_GREATER || k->compare == GPU_COMPARE_GREATER_EQUAL;
   if (!k->depth_test || k->stencil_test || !(k->early || !k->fragments) ||
       (k->fs_flags & GPU_STAGE_FS_WRITES_DEPTH))
      return 0;
   return less ? 1 : greater ? -1 : 0;
}

/* Depths that follow each other as floats, a multiple of four; infinity if one is no number. */
static double farthest_float(const uint8_t *p, unsigned count, int sign)
{
   const __m128 flip = _mm_set1_ps(sign < 0 ? -0.0f : 0.0f);
   __m128 most = _mm_set1_ps(-__builtin_inff()), odd = _mm_setzero_ps();
   float lane[4];
   for (unsigned i = 0; i < count; i += 4) {
      __m128 z = _mm_xor_ps(_mm_loadu_ps((const float *)(const void *)(p + 4 * i)), flip);
      odd = _mm_or_ps(odd, _mm_cmpunord_ps(z, z));
      most = _mm_max_ps(z, most);
   }
   if (_mm_movemask_ps(odd))
      return __builtin_inf();
   _mm_storeu_ps(lane, most);
   float a = lane[0] > lane[1] ? lane[0] : lane[1], b = lane[2] > lane[3] ? lane[2] : lane[3];
   return (double)(a > b ? a : b);
}

/* The same for numbers of so many bytes, which are all numbers. */
static double farthest_fixed(const uint8_t *p, unsigned count, unsigned size, double scale, int sign)
{
   uint32_t least = UINT32_MAX, most = 0;
   for (unsigned i = 0; i < count; i++) {
      uint32_t d = size == 2 ? p[2 * i] | (uint32_t)p[2 * i + 1] << 8 : load32(p + 4 * i) & 0xffffff;
      least = d < least ? d : least;
      most = d > most ? d : most;
   }
   return sign > 0 ? most * scale : -(least * scale);
}

/* Bound of what is stored in the block; infinity if some of it has no bound (NaN, beyond the target). */
static double farthest_of(gfx_tile *t, int32_t x, int32_t y, int sign)
{
   const gfx_back *k = t->k;
   double most = -__builtin_inf(), scale = k->depth_bits ? 1.0 / ((1u << k->depth_bits) - 1) : 1;
   if (!gfx_surface_map(t, &t->depth, &k->depth) || t->layer >= k->depth.layers)
      return __builtin_inf();
   uint32_t format = k->depth.format->number;
   bool inside = (uint32_t)x + 8 <= k->depth.level.width_px && (uint32_t)y + 8 <= k->depth.level.height_px;
   if (inside && format == D32) /* pixels of a block follow each other */
      return farthest_float(gfx_element(&t->depth, x, y), 64 * k->samples, sign);
   if (inside && (format == D16 || format == X8_D24 || format == D24_S8))
      return farthest_fixed(gfx_element(&t->depth, x, y), 64 * k->samples, format == D16 ? 2 : 4, scale, sign);
   for (int32_t i = 0; i < 64; i++) {
      const uint8_t *p = gfx_element(&t->depth, x + i % 8, y + i / 8);
      for (unsigned n = 0; n < k->samples; n++) {
         uint32_t d = p ? load(k->depth.format->number, p + n * k->depth.format->block_B).depth : 0;
         double z = !p ? __builtin_nan("") : sign * (k->depth_bits ? d * scale : (double)as_float(d));
         if (!(z == z))
            return __builtin_inf();
         most = z > most ? z : most;
      }
   }
   return most;
}

/* The nearest that the shape comes in the block, less what rounding may do, lies behind `farthest`; clamped depths are not nearer
 * than that. */
static bool is_behind(const gfx_back *k, const gfx_shape *s, int32_t x, int32_t y, int sign, double farthest)
{
   double nearest = __builtin_inf(), size = 0;
   for (unsigned c = 0; c < 4; c++) {
      double z = gfx_at(&s->z, x + (c & 1) * 8.0 - s->ox, y + (c >> 1) * 8.0 - s->oy) + s->bias;
      size = z > size ? z : -z > size ? -z : size;
      nearest = sign * z < nearest ? sign * z : nearest;
   }
   if (k->depth_clamp || k->depth_bits) {
      double least = k->depth_clamp ? s->z_least : 0, most = k->depth_clamp ? s->z_most : 1;
      double limit = sign > 0 ? most : -least;
      nearest = nearest < limit ? nearest : limit;
   }
   double step = k->depth_bits ? 1.0 / ((1u << k->depth_bits) - 1) : 0;
   return nearest - (size + 1) * 1e-6 - step > farthest;
}

static unsigned block_of(int32_t x, int32_t y)
{
   return (unsigned)((x & 31) >> 3 | (y & 31) >> 3 << 2);
}

bool gfx_depth_hides(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y)
{
   const gfx_back *k = t->k;
   int sign = direction(k);
   unsigned block = block_of(x, y);
   if (!sign || t->looked[block] < WORTH_IT) {
      t->looked[block] += sign != 0;
      return false;
   }
   if (t->looked[block] == WORTH_IT) {
      t->farthest[block] = farthest_of(t, x, y, sign);
      t->looked[block]++;
   }
   return is_behind(k, s, x, y, sign, t->farthest[block]);
}

void gfx_depth_written(gfx_tile *t, int32_t x, int32_t y)
{
   t->current &= (uint16_t) ~(1u << block_of(x, y));
}

bool gfx_depth_behind(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y)
{
   int sign = direction(t->k);
   unsigned block = block_of(x, y);
   if (!sign)
      return false;
   if (!(t->current >> block & 1))
      t->current_farthest[block] = farthest_of(t, x, y, sign);
   t->current |= (uint16_t)(1u << block);
   return is_behind(t->k, s, x, y, sign, t->current_farthest[block]);
}
