/* Inner loops of the back half (lanes.h). Compiled three times: vectors of the compiler, whatever the level makes of them.
 *
 * A quad is four lanes of doubles. Every sum is in the order in which back.h and the slow paths write it, so that all levels
 * and all paths round alike; the one fused operation (to_bytes) is exact where it is used.
 */
#include <immintrin.h>
#include "core/arith_f32.h"
#include "lanes.h"

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define LANES ISA_WAVE_LANES
#if defined(__clang__)
#define EACH_LANE                                                                                                       \
   _Pragma("clang loop vectorize(assume_safety) unroll(disable)") for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
#else
#define EACH_LANE _Pragma("GCC ivdep") for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
#endif

typedef double v4d __attribute__((vector_size(32)));
typedef float v4f __attribute__((vector_size(16)));
typedef int32_t v4i __attribute__((vector_size(16)));
typedef int64_t v4l __attribute__((vector_size(32)));
typedef uint16_t v4h __attribute__((vector_size(8)));

/* Macros, not functions: vectors wider than the level's registers do not go through calls. */
#define SPLAT(v) ((v4d){(v), (v), (v), (v)})
#define PIXELS_X(x) (SPLAT((double)(x)) + (v4d){0, 1, 0, 1})
#define PIXELS_Y(y) (SPLAT((double)(y)) + (v4d){0, 0, 1, 1})
#define AT(plane, x, y) (SPLAT((plane)->c) + SPLAT((plane)->dx) * (x) + SPLAT((plane)->dy) * (y))

static unsigned signs(v4i v)
{
   return (unsigned)_mm_movemask_ps((__m128)v);
}

static v4i blend(v4i mask, v4i yes, v4i no)
{
   return (mask & yes) | (~mask & no);
}

/* gfx_depth_limit for four. */
static v4f limited(const gfx_back *k, const gfx_shape *s, v4f z)
{
   if (!k->depth_clamp)
      return z;
   float least = (float)s->z_least, most = (float)s->z_most;
   v4f low = {least, least, least, least}, high = {most, most, most, most};
   z = (v4f)blend(z > low, (v4i)blend(z < high, (v4i)z, (v4i)high), (v4i)low);
   return z;
}

/* ---- fragments --------------------------------------------------------------------------------------------- */
static void positions(const gfx_tile *t, float *x, float *y, float *z, float *inv_w)
{
   for (unsigned n = 0; n < t->quads; n++) {
      const gfx_quad *q = &t->quad[n];
      const gfx_shape *s = q->shape;
      v4d px = PIXELS_X(q->x) + SPLAT(0.5), py = PIXELS_Y(q->y) + SPLAT(0.5);
      v4d rx = px - SPLAT(s->ox), ry = py - SPLAT(s->oy);
      v4f fx = __builtin_convertvector(px, v4f), fy = __builtin_convertvector(py, v4f);
      v4f fz = limited(t->k, s, __builtin_convertvector(AT(&s->z, rx, ry) + SPLAT(s->bias), v4f));
      v4f fw = __builtin_convertvector(AT(&s->inv_w, rx, ry), v4f);
      memcpy(x + 4 * n, &fx, 16);
      memcpy(y + 4 * n, &fy, 16);
      memcpy(z + 4 * n, &fz, 16);
      memcpy(inv_w + 4 * n, &fw, 16);
   }
}

/* Values of a plane at half a block's pixels, whose columns and rows share what AT adds up. */
typedef struct half_plane {
   v4d column[4], line[2];
} half_plane;

#define HALF_PLANE(out, plane, x, y)                                                                                    \
   do {                                                                                                                 \
      for (unsigned c_ = 0; c_ < 4; c_++)                                                                               \
         (out).column[c_] = SPLAT((plane)->c) + SPLAT((plane)->dx) * (x)[c_];                                           \
      for (unsigned c_ = 0; c_ < 2; c_++)                                                                               \
         (out).line[c_] = SPLAT((plane)->dy) * (y)[c_];                                                                 \
   } while (0)
#define HALF_AT(p, n) ((p).column[(n) % 4] + (p).line[(n) / 4])

static void regular_weights(const gfx_tile *t, bool linear, float *i, float *j)
{
   const gfx_quad *q = &t->quad[0];
   const gfx_shape *s = q->shape;
   v4d x[4], y[2];
   half_plane a, b, inv_w;
   for (int32_t c = 0; c < 4; c++)
      x[c] = SPLAT(0.5) + (PIXELS_X(q->x + 2 * c) - SPLAT(s->ox));
   for (int32_t c = 0; c < 2; c++)
      y[c] = SPLAT(0.5) + (PIXELS_Y(q->y + 2 * c) - SPLAT(s->oy));
   HALF_PLANE(a, linear ? &s->li : &s->i, x, y);
   HALF_PLANE(b, linear ? &s->lj : &s->j, x, y);
   HALF_PLANE(inv_w, &s->inv_w, x, y);
   bool flat = s->inv_w.dx == 0 && s->inv_w.dy == 0;
   v4d same = SPLAT(linear ? 1.0 : 1.0 / s->inv_w.c);
   for (unsigned n = 0; n < EMU_STAGE_QUADS; n++) {
      v4d w = same;
      if (!linear && !flat)
         w = SPLAT(1.0) / HALF_AT(inv_w, n);
      v4f fa = __builtin_convertvector(HALF_AT(a, n) * w, v4f), fb = __builtin_convertvector(HALF_AT(b, n) * w, v4f);
      memcpy(i + 4 * n, &fa, 16);
      memcpy(j + 4 * n, &fb, 16);
   }
}

static void weights(const gfx_tile *t, bool linear, float *i, float *j)
{
   if (t->regular) {
      regular_weights(t, linear, i, j);
      return;
   }
   for (unsigned n = 0; n < t->quads; n++) {
      const gfx_quad *q = &t->quad[n];
      const gfx_shape *s = q->shape;
      v4d x = SPLAT(0.5) + (PIXELS_X(q->x) - SPLAT(s->ox)), y = SPLAT(0.5) + (PIXELS_Y(q->y) - SPLAT(s->oy));
      v4d a, b;
      if (linear) {
         a = AT(&s->li, x, y);
         b = AT(&s->lj, x, y);
      } else {
         /* without perspective one division is enough: adding 0 changes nothing */
         bool flat = s->inv_w.dx == 0 && s->inv_w.dy == 0;
         double same = flat ? 1.0 / s->inv_w.c : 0;
         v4d w = SPLAT(same);
         if (!flat)
            w = SPLAT(1.0) / AT(&s->inv_w, x, y);
         a = AT(&s->i, x, y) * w;
         b = AT(&s->j, x, y) * w;
      }
      v4f fa = __builtin_convertvector(a, v4f), fb = __builtin_convertvector(b, v4f);
      memcpy(i + 4 * n, &fa, 16);
      memcpy(j + 4 * n, &fb, 16);
   }
   for (unsigned l = 4 * t->quads; l < LANES; l++)
      i[l] = j[l] = 0;
}

/* ---- depth ------------------------------------------------------------------------------------------------- */
enum { D16 = 124 };

/* Elements from the first quad of a block of 8 x 8 pixels to each. */
static const uint8_t block_morton[GFX_BLOCK_QUADS] = {0, 4, 16, 20, 8, 12, 24, 28, 32, 36, 48, 52, 40, 44, 56, 60};

/* Bit of each pixel to bit 0 of each byte. */
static const uint32_t spread[16] = {0x0,       0x1,       0x100,     0x101,     0x10000,   0x10001,
                                    0x10100,   0x10101,   0x1000000, 0x1000001, 0x1000100, 0x1000101,
                                    0x1010000, 0x1010001, 0x1010100, 0x1010101};

typedef struct compare_masks {
   v4i less, equal, greater, unordered;
} compare_masks;

static v4i all_if(bool yes)
{
   int32_t m = -(int32_t)yes;
   return (v4i){m, m, m, m};
}

static compare_masks masks_of(enum gpu_compare c)
{
   bool always = c == GPU_COMPARE_ALWAYS;
   return (compare_masks){all_if(always || c == GPU_COMPARE_LESS || c == GPU_COMPARE_LESS_EQUAL || c == GPU_COMPARE_NOT_EQUAL),
                          all_if(always || c == GPU_COMPARE_EQUAL || c == GPU_COMPARE_LESS_EQUAL ||
                                 c == GPU_COMPARE_GREATER_EQUAL),
                          all_if(always || c == GPU_COMPARE_GREATER || c == GPU_COMPARE_GREATER_EQUAL ||
                                 c == GPU_COMPARE_NOT_EQUAL),
                          all_if(always || c == GPU_COMPARE_NOT_EQUAL)};
}

static v4i load_depths(const uint8_t *p, size_t stride, bool half)
{
   uint32_t v[4];
   if (half) {
      for (unsigned n = 0; n < 4; n++) {
         uint16_t h;
         memcpy(&h, p + n * stride, 2);
         v[n] = h;
      }
   } else if (stride == 4) {
      memcpy(v, p, 16);
   } else {
      for (unsigned n = 0; n < 4; n++)
         memcpy(&v[n], p + n * stride, 4);
   }
   v4i out;
   memcpy(&out, v, 16);
   return out;
}

static void store_depths(uint8_t *p, size_t stride, bool half, v4i value, unsigned mask)
{
   uint32_t v[4];
   memcpy(v, &value, 16);
   for (unsigned n = 0; n < 4; n++)
      if (mask >> n & 1)
         memcpy(p + n * stride, &v[n], half ? 2 : 4);
}

/* z to the format's own numbers. */
static v4i fixed_depth(v4f z, unsigned bits)
{
   const v4f zero = {0, 0, 0, 0}, one = {1, 1, 1, 1};
   z = (v4f)((z > zero) & (v4i)z);
   z = (v4f)blend(z < one, (v4i)z, (v4i)one);
   /* the sum's last place is 1, so it is the exact product, rounded once */
   v4d sum = __builtin_convertvector(z, v4d) * SPLAT((double)((1u << bits) - 1)) + SPLAT(0x1p52);
   v4l low = (v4l)sum & 0xffffffff;
   return __builtin_convertvector(low, v4i);
}

/* Inlined with constant format and samples. */
static inline __attribute__((always_inline)) void depth_of(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y,
                                                           uint32_t *covers, unsigned count, const bool half,
                                                           const unsigned bits, const unsigned samples)
{
   const gfx_back *k = t->k;
   const compare_masks m = masks_of(k->compare);
   const size_t sample_B = half ? 2 : 4, stride = sample_B * samples;
   const int32_t field = bits == 24 ? 0xffffff : -1;
   const v4i keep = ~(v4i){field, field, field, field};
   const bool block = count == GFX_BLOCK_QUADS; /* at multiples of 8 pixels */
   const uint32_t corner = gfx_morton(x, y);
   v4d column[4], line[4]; /* what AT adds up, of a block with one sample */
   if (block && samples == 1)
      for (int32_t c = 0; c < 4; c++) {
         column[c] = SPLAT(s->z.c) + SPLAT(s->z.dx) * ((PIXELS_X(x + 2 * c) + SPLAT(0.5)) - SPLAT(s->ox));
         line[c] = SPLAT(s->z.dy) * ((PIXELS_Y(y + 2 * c) + SPLAT(0.5)) - SPLAT(s->oy));
      }
   for (unsigned n = 0; n < count; n++) {
      int32_t qx = x + (int32_t)(n % 4) * 2, qy = y + (int32_t)(n / 4) * 2;
      uint8_t *p = t->depth.base + (size_t)(block ? corner + block_morton[n] : gfx_morton(qx, qy)) * stride;
      uint32_t cover = 0;
      if (!covers[n])
         continue;
      for (unsigned sample = 0; sample < samples; sample++) {
         const uint8_t *at = gpu_sample_at(k->samples_log2, sample);
         unsigned mine = (covers[n] >> sample & 0x01010101u) * 0x01020408u >> 24 & 15; /* pixel n in bit n */
         if (!mine)
            continue;
         v4d sum;
         if (block && samples == 1) {
            sum = column[n % 4] + line[n / 4];
         } else {
            v4d px = (PIXELS_X(qx) + SPLAT(at[0] / 16.0)) - SPLAT(s->ox), py = (PIXELS_Y(qy) + SPLAT(at[1] / 16.0)) - SPLAT(s->oy);
            sum = AT(&s->z, px, py);
         }
         v4f z = limited(k, s, __builtin_convertvector(sum + SPLAT(s->bias), v4f));
         v4i stored = load_depths(p + sample * sample_B, stride, half), new, pass;
         if (bits) {
            v4i old = stored & ~keep;
            new = fixed_depth(z, bits);
            pass = ((new < old) & m.less) | ((new == old) & m.equal) | ((new > old) & m.greater);
            new |= stored & keep;
         } else {
            v4f old = (v4f)stored;
            v4i less = z < old, equal = z == old, greater = z > old;
            new = (v4i)z;
            pass = (less & m.less) | (equal & m.equal) | (greater & m.greater) | (~(less | equal | greater) & m.unordered);
         }
         unsigned passed = signs(pass) & mine;
         cover |= spread[passed] << sample;
         if (!k->depth_write || !passed)
            continue;
         if (passed == 15 && stride == 4 && !half) /* two samples of D16 are as far apart */
            memcpy(p, &new, 16);
         else
            store_depths(p + sample * sample_B, stride, half, new, passed);
         for (int32_t c = 0; c < 4 && !t->depth.direct; c++)
            if (passed >> c & 1)
               gfx_touch(&t->depth, qx + (c & 1), qy + (c >> 1));
      }
      covers[n] = cover;
   }
}

static void depth(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *covers, unsigned count)
{
   const gfx_back *k = t->k;
   if (!k->depth_bits && k->samples == 1)
      depth_of(t, s, x, y, covers, count, false, 0, 1);
   else if (!k->depth_bits && k->samples == 4)
      depth_of(t, s, x, y, covers, count, false, 0, 4);
   else if (k->depth_bits == 24 && k->samples == 1)
      depth_of(t, s, x, y, covers, count, false, 24, 1);
   else
      depth_of(t, s, x, y, covers, count, k->depth.format->number == D16, k->depth_bits, k->samples);
}

/* ---- colour ------------------------------------------------------------------------------------------------ */
typedef float row[LANES];

static void clamp_row(row v)
{
   EACH_LANE v[l] = v[l] > 0.0f ? v[l] : 0.0f; /* NaN too */
   EACH_LANE v[l] = v[l] < 1.0f ? v[l] : 1.0f;
}

/* v x 255 to the nearest integer, ties to even; v is clamped. */
static inline uint32_t to_byte(float v)
{
   v = v > 0.0f ? v : 0.0f; /* NaN too */
   v = v < 1.0f ? v : 1.0f;
#if defined(__FMA__)
   /* the sum's last place is 1, so one rounding of the exact product */
   return arith_bits(__builtin_fmaf(v, 255.0f, 0x1p23f)) & 0xff;
#else
   return (uint32_t)(arith_bits64((double)v * 255.0 + 0x1p52) & 0xff);
#endif
}

/* ---- blending: as in gfx_blend.c, a row for each component ---- */
typedef struct inputs {
   row source[4], target[4], second[4];
   float constant[4];
} inputs;

static void from_one(row out, const row v)
{
   EACH_LANE out[l] = 1.0f - v[l];
}

static void set_row(row out, float v)
{
   EACH_LANE out[l] = v;
}

/* The factor of component c. */
static void factor(unsigned f, unsigned c, const inputs *i, row out)
{
   row alpha;
   switch (f) {
   case GPU_FACTOR_ONE:
      set_row(out, 1);
      return;
   case GPU_FACTOR_SOURCE:
      memcpy(out, i->source[c], sizeof(row));
      return;
   case GPU_FACTOR_ONE_MINUS_SOURCE:
      from_one(out, i->source[c]);
      return;
   case GPU_FACTOR_TARGET:
      memcpy(out, i->target[c], sizeof(row));
      return;
   case GPU_FACTOR_ONE_MINUS_TARGET:
      from_one(out, i->target[c]);
      return;
   case GPU_FACTOR_SOURCE_ALPHA:
      memcpy(out, i->source[3], sizeof(row));
      return;
   case GPU_FACTOR_ONE_MINUS_SOURCE_ALPHA:
      from_one(out, i->source[3]);
      return;
   case GPU_FACTOR_TARGET_ALPHA:
      memcpy(out, i->target[3], sizeof(row));
      return;
   case GPU_FACTOR_ONE_MINUS_TARGET_ALPHA:
      from_one(out, i->target[3]);
      return;
   case GPU_FACTOR_CONSTANT:
      set_row(out, i->constant[c]);
      return;
   case GPU_FACTOR_ONE_MINUS_CONSTANT:
      set_row(out, 1.0f - i->constant[c]);
      return;
   case GPU_FACTOR_CONSTANT_ALPHA:
      set_row(out, i->constant[3]);
      return;
   case GPU_FACTOR_ONE_MINUS_CONSTANT_ALPHA:
      set_row(out, 1.0f - i->constant[3]);
      return;
   case GPU_FACTOR_SOURCE_ALPHA_SATURATE:
      if (c == 3) {
         set_row(out, 1);
         return;
      }
      from_one(alpha, i->target[3]);
      EACH_LANE out[l] = i->source[3][l] < alpha[l] ? i->source[3][l] : alpha[l];
      return;
   case GPU_FACTOR_SECOND:
      memcpy(out, i->second[c], sizeof(row));
      return;
   case GPU_FACTOR_ONE_MINUS_SECOND:
      from_one(out, i->second[c]);
      return;
   case GPU_FACTOR_SECOND_ALPHA:
      memcpy(out, i->second[3], sizeof(row));
      return;
   case GPU_FACTOR_ONE_MINUS_SECOND_ALPHA:
      from_one(out, i->second[3]);
      return;
   default:
      set_row(out, 0);
   }
}

/* A product with factor 0 is 0, whatever the other factor is. */
static void weigh(unsigned f, unsigned c, const inputs *i, const row v, row out)
{
   row by;
   if (f == GPU_FACTOR_ONE) {
      memcpy(out, v, sizeof(row));
      return;
   }
   factor(f, c, i, by);
   EACH_LANE out[l] = by[l] == 0.0f ? 0.0f : v[l] * by[l];
}

static void blend_component(uint32_t state, unsigned c, const inputs *i, row out)
{
   unsigned shift = c == 3 ? 14 : 1;
   unsigned sf = state >> shift & 31, df = state >> (shift + 5) & 31, op = state >> (shift + 10) & 7;
   row s, d;
   weigh(sf, c, i, i->source[c], s);
   weigh(df, c, i, i->target[c], d);
   switch (op) {
   case GPU_BLEND_SUBTRACT:
      EACH_LANE out[l] = s[l] - d[l];
      return;
   case GPU_BLEND_REVERSE_SUBTRACT:
      EACH_LANE out[l] = d[l] - s[l];
      return;
   case GPU_BLEND_MIN:
      EACH_LANE out[l] = i->source[c][l] < i->target[c][l] ? i->source[c][l] : i->target[c][l];
      return;
   case GPU_BLEND_MAX:
      EACH_LANE out[l] = i->source[c][l] > i->target[c][l] ? i->source[c][l] : i->target[c][l];
      return;
   default:
      EACH_LANE out[l] = s[l] + d[l];
   }
}

/* Component c of a target's four bytes. */
static unsigned byte_of(const gfx_target *g, unsigned c)
{
   return 8u * g->shift8[c];
}

static void unpack(const gfx_target *g, const uint32_t *pixel, row out[4])
{
   for (unsigned c = 0; c < 4; c++) {
      const unsigned shift = byte_of(g, c);
      EACH_LANE out[c][l] = (float)(int32_t)(pixel[l] >> shift & 0xff) / 255.0f;
   }
}

static void pack(const gfx_target *g, const row *in, uint32_t *out)
{
   const unsigned s0 = byte_of(g, 0), s1 = byte_of(g, 1), s2 = byte_of(g, 2), s3 = byte_of(g, 3);
   const float *r = in[0], *green = in[1], *b = in[2], *a = in[3];
   EACH_LANE out[l] = to_byte(r[l]) << s0 | to_byte(green[l]) << s1 | to_byte(b[l]) << s2 | to_byte(a[l]) << s3;
}

/* Elements of the quads: pixels of one sample, `stride` bytes apart within a quad. */
static void load_pixels(uint8_t *const *place, unsigned quads, size_t stride, uint32_t *out)
{
   for (unsigned n = 0; n < quads && n < EMU_STAGE_QUADS; n++)
      if (stride == 4)
         memcpy(out + 4 * n, place[n], 16);
      else
         for (unsigned c = 0; c < 4; c++)
            memcpy(out + 4 * n + c, place[n] + c * stride, 4);
}

static void write_pixels(const gfx_target *g, uint8_t *const *place, unsigned quads, size_t stride, const uint32_t *pixel,
                         const uint8_t *cover, unsigned sample)
{
   uint32_t bits;
   memcpy(&bits, g->write_bits, 4);
   for (unsigned n = 0; n < quads && n < EMU_STAGE_QUADS; n++) {
      uint32_t word;
      memcpy(&word, cover + 4 * n, 4);
      word = word >> sample & 0x01010101u;
      if (word == 0x01010101u && stride == 4 && g->all) {
         memcpy(place[n], pixel + 4 * n, 16);
         continue;
      }
      for (unsigned c = 0; c < 4; c++)
         if (word >> 8 * c & 1) {
            uint32_t old;
            memcpy(&old, place[n] + c * stride, 4);
            old = (old & ~bits) | (pixel[4 * n + c] & bits);
            memcpy(place[n] + c * stride, &old, 4);
         }
   }
}

/* The same colour for all samples. */
static void write_whole(uint8_t *const *place, unsigned quads, unsigned samples, const uint32_t *pixel)
{
   for (unsigned n = 0; n < quads && n < EMU_STAGE_QUADS; n++)
      for (unsigned c = 0; c < 4; c++)
         for (unsigned s = 0; s < samples; s++)
            memcpy(place[n] + 4 * (c * samples + s), &pixel[4 * n + c], 4);
}

static void touch(gfx_tile *t, gfx_surface *s, const uint8_t *cover)
{
   for (unsigned l = 0; l < 4 * t->quads; l++)
      if (cover[l])
         gfx_touch(s, t->quad[l / 4].x + (int32_t)(l & 1), t->quad[l / 4].y + (int32_t)(l >> 1 & 1));
}

static bool is_whole(const uint8_t *cover, unsigned quads, uint8_t full)
{
   uint8_t least = 0xff;
   for (unsigned l = 0; l < 4 * quads; l++)
      least &= cover[l];
   return least == full;
}

static void blended(gfx_tile *t, const gfx_target *g, unsigned target, uint8_t *const *place, const uint8_t *cover)
{
   const gfx_back *k = t->k;
   const size_t stride = 4 * k->samples;
   inputs i;
   row out[4];
   uint32_t pixel[LANES];
   memset(pixel, 0, sizeof pixel);
   memcpy(i.source, t->record[GPU_FRAGMENT_COLOUR + 4 * target], sizeof i.source);
   memcpy(i.second, t->record[GPU_FRAGMENT_SECOND], sizeof i.second);
   for (unsigned c = 0; c < 4; c++) {
      float v = k->constant[c];
      v = v > 0.0f ? v : 0.0f;
      i.constant[c] = v < 1.0f ? v : 1.0f;
      clamp_row(i.source[c]);
      clamp_row(i.second[c]);
   }
   if (k->alpha_to_one)
      set_row(i.source[3], 1);
   for (unsigned s = 0; s < k->samples; s++) {
      uint8_t *at[EMU_STAGE_QUADS];
      for (unsigned n = 0; n < t->quads; n++)
         at[n] = place[n] + 4 * s;
      load_pixels(at, t->quads, stride, pixel);
      unpack(g, pixel, i.target);
      for (unsigned c = 0; c < 4; c++)
         blend_component(g->blend, c, &i, out[c]);
      pack(g, (const row *)out, pixel);
      write_pixels(g, at, t->quads, stride, pixel, cover, s);
   }
}

static void colour(gfx_tile *t, unsigned target, const uint8_t cover[LANES])
{
   const gfx_back *k = t->k;
   const gfx_target *g = &k->colour[target];
   gfx_surface *s = &t->colour[target];
   const size_t stride = 4 * k->samples;
   uint8_t *place[EMU_STAGE_QUADS];
   if (t->regular)
      for (unsigned n = 0, corner = gfx_morton(t->quad[0].x, t->quad[0].y); n < EMU_STAGE_QUADS; n++)
         place[n] = s->base + (size_t)(corner + block_morton[n]) * stride;
   else
      for (unsigned n = 0; n < t->quads; n++)
         place[n] = s->base + (size_t)gfx_morton(t->quad[n].x, t->quad[n].y) * stride;
   if (!s->direct)
      touch(t, s, cover);
   if (g->blends) {
      blended(t, g, target, place, cover);
      return;
   }
   row in[4];
   uint32_t pixel[LANES];
   if (k->alpha_to_one) {
      memcpy(in, t->record[GPU_FRAGMENT_COLOUR + 4 * target], sizeof in);
      set_row(in[3], 1);
      pack(g, (const row *)in, pixel);
   } else {
      pack(g, (const row *)(const void *)t->record[GPU_FRAGMENT_COLOUR + 4 * target], pixel);
   }
   if (t->regular && g->all && k->samples == 1) {
      for (unsigned n = 0; n < EMU_STAGE_QUADS; n++)
         memcpy(place[n], pixel + 4 * n, 16);
      return;
   }
   if (g->all && k->samples > 1 && is_whole(cover, t->quads, (uint8_t)((1u << k->samples) - 1))) {
      write_whole(place, t->quads, k->samples, pixel);
      return;
   }
   for (unsigned n = 0; n < k->samples; n++) {
      uint8_t *at[EMU_STAGE_QUADS];
      for (unsigned q = 0; q < t->quads; q++)
         at[q] = place[q] + 4 * n;
      write_pixels(g, at, t->quads, stride, pixel, cover, n);
   }
}

/* ---- entry points ------------------------------------------------------------------------------------------ */
/* The callers are compiled for the lowest level: they would pay dearly for what stays in the upper halves, and compilers
 * do not clear them on every way out. */
static void leave(void)
{
#if defined(__AVX__)
   _mm256_zeroupper();
#endif
}

static void enter_positions(const gfx_tile *t, float *x, float *y, float *z, float *inv_w)
{
   positions(t, x, y, z, inv_w);
   leave();
}

static void enter_weights(const gfx_tile *t, bool linear, float *i, float *j)
{
   weights(t, linear, i, j);
   leave();
}

static void enter_depth(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *cover, unsigned count)
{
   depth(t, s, x, y, cover, count);
   leave();
}

static void enter_colour(gfx_tile *t, unsigned target, const uint8_t cover[LANES])
{
   colour(t, target, cover);
   leave();
}

const gfx_lanes PASTE(gfx_lanes_, EMU_LEVEL) = {enter_positions, enter_weights, enter_depth, enter_colour};
