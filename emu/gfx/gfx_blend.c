/* Colour output: blending, logic operations, conversion to the target's format, masks.
 *
 * Blending is in f32, one rounding for each operation as written in the manual; sources of UNORM and SNORM
 * targets are clamped first. What is written replaces exactly the bits of the components that the mask lets
 * through.
 */
#include <smmintrin.h>
#include "lanes.h"

/* Four components, red in the lowest place. */
typedef __m128 colour;

static uint32_t field(uint32_t blend, unsigned low, unsigned count)
{
   return blend >> low & ((1u << count) - 1);
}

static colour splat_alpha(colour c)
{
   return _mm_shuffle_ps(c, c, 0xff);
}

/* The colour parts of one, the alpha of the other. */
static colour with_alpha(colour rgb, colour alpha)
{
   return _mm_blend_ps(rgb, alpha, 8);
}

/* NaN becomes 0: the second operand is what comes out then. */
static colour clamp(colour v, float least)
{
   v = least < 0 ? _mm_and_ps(v, _mm_cmpord_ps(v, v)) : v;
   return _mm_min_ps(_mm_max_ps(v, _mm_set1_ps(least)), _mm_set1_ps(1));
}

/* Fixed point formats take sources and constants in their own range. */
static colour limited(const gfx_target *g, colour in)
{
   if (g->format->type == FMT_SNORM)
      return clamp(in, -1);
   return g->format->type == FMT_UNORM || g->format->type == FMT_SRGB ? clamp(in, 0) : in;
}

/* ---- factors ---------------------------------------------------------------------------------------------
 */
typedef struct inputs {
   colour source, second, target, constant;
} inputs;

static colour from_one(colour v)
{
   return _mm_sub_ps(_mm_set1_ps(1), v);
}

static colour factor(unsigned f, const inputs *i)
{
   switch (f) {
   case GPU_FACTOR_ONE:
      return _mm_set1_ps(1);
   case GPU_FACTOR_SOURCE:
      return i->source;
   case GPU_FACTOR_ONE_MINUS_SOURCE:
      return from_one(i->source);
   case GPU_FACTOR_TARGET:
      return i->target;
   case GPU_FACTOR_ONE_MINUS_TARGET:
      return from_one(i->target);
   case GPU_FACTOR_SOURCE_ALPHA:
      return splat_alpha(i->source);
   case GPU_FACTOR_ONE_MINUS_SOURCE_ALPHA:
      return from_one(splat_alpha(i->source));
   case GPU_FACTOR_TARGET_ALPHA:
      return splat_alpha(i->target);
   case GPU_FACTOR_ONE_MINUS_TARGET_ALPHA:
      return from_one(splat_alpha(i->target));
   case GPU_FACTOR_CONSTANT:
      return i->constant;
   case GPU_FACTOR_ONE_MINUS_CONSTANT:
      return from_one(i->constant);
   case GPU_FACTOR_CONSTANT_ALPHA:
      return splat_alpha(i->constant);
   case GPU_FACTOR_ONE_MINUS_CONSTANT_ALPHA:
      return from_one(splat_alpha(i->constant));
   case GPU_FACTOR_SOURCE_ALPHA_SATURATE:
      return with_alpha(_mm_min_ps(splat_alpha(i->source), from_one(splat_alpha(i->target))), _mm_set1_ps(1));
   case GPU_FACTOR_SECOND:
      return i->second;
   case GPU_FACTOR_ONE_MINUS_SECOND:
      return from_one(i->second);
   case GPU_FACTOR_SECOND_ALPHA:
      return splat_alpha(i->second);
   case GPU_FACTOR_ONE_MINUS_SECOND_ALPHA:
      return from_one(splat_alpha(i->second));
   default:
      return _mm_setzero_ps();
   }
}

/* A product with factor 0 is 0, whatever the other factor is. */
static colour weighted(colour v, colour f)
{
   return _mm_andnot_ps(_mm_cmpeq_ps(f, _mm_setzero_ps()), _mm_mul_ps(v, f));
}

static colour combine(unsigned op, const inputs *i, colour s, colour d)
{
   switch (op) {
   case GPU_BLEND_SUBTRACT:
      return _mm_sub_ps(s, d);
   case GPU_BLEND_REVERSE_SUBTRACT:
      return _mm_sub_ps(d, s);
   case GPU_BLEND_MIN:
      return _mm_min_ps(i->source, i->target);
   case GPU_BLEND_MAX:
      return _mm_max_ps(i->source, i->target);
   default:
      return _mm_add_ps(s, d);
   }
}

static colour blended(uint32_t blend, const inputs *i)
{
   unsigned sf = field(blend, 1, 5), df = field(blend, 6, 5), op = field(blend, 11, 3);
   unsigned asf = field(blend, 14, 5), adf = field(blend, 19, 5), aop = field(blend, 24, 3);
   colour s = factor(sf, i), d = factor(df, i);
   s = weighted(i->source, asf == sf ? s : with_alpha(s, factor(asf, i)));
   d = weighted(i->target, adf == df ? d : with_alpha(d, factor(adf, i)));
   colour out = combine(op, i, s, d);
   return aop == op ? out : with_alpha(out, combine(aop, i, s, d));
}

/* ---- formats ----------------------------------------------------------------------------------------------
 */
/* v x 255 to the nearest integers, in f64, where the product is exact. */
static __m128i to_bytes(colour v)
{
   v = clamp(v, 0);
   __m128d scale = _mm_set1_pd(255), low = _mm_cvtps_pd(v), high = _mm_cvtps_pd(_mm_movehl_ps(v, v));
   __m128i n =
       _mm_unpacklo_epi64(_mm_cvtpd_epi32(_mm_mul_pd(low, scale)), _mm_cvtpd_epi32(_mm_mul_pd(high, scale)));
   n = _mm_packus_epi32(n, n);
   return _mm_packus_epi16(n, n);
}

static colour swap_red_blue(colour c)
{
   return _mm_shuffle_ps(c, c, _MM_SHUFFLE(3, 0, 1, 2));
}

static void pack(const gfx_target *g, colour in, uint8_t *out)
{
   fmt_texel texel = {{{0}}};
   float c[4];
   if (g->unorm8) {
      uint32_t bytes = (uint32_t)_mm_cvtsi128_si32(to_bytes(g->rgba8 && g->swapped ? swap_red_blue(in) : in));
      if (g->rgba8)
         memcpy(out, &bytes, 4);
      for (unsigned n = 0; n < g->format->components && !g->rgba8; n++)
         out[g->shift8[n]] = (uint8_t)(bytes >> 8 * n);
      return;
   }
   _mm_storeu_ps(c, in);
   for (unsigned n = 0; n < 4; n++)
      texel.c[n].f = c[n];
   fmt_pack(g->format, &texel, out);
}

static colour unpack(const gfx_target *g, const uint8_t *p)
{
   float c[4] = {0, 0, 0, 1};
   fmt_texel texel;
   if (g->rgba8) {
      int32_t bytes;
      memcpy(&bytes, p, 4);
      colour v = _mm_div_ps(_mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes))), _mm_set1_ps(255));
      return g->swapped ? swap_red_blue(v) : v;
   }
   if (g->unorm8) {
      for (unsigned n = 0; n < g->format->components; n++)
         c[n] = (float)p[g->shift8[n]] / 255.0f;
      return _mm_loadu_ps(c);
   }
   fmt_unpack(g->format, p, &texel);
   for (unsigned n = 0; n < 4; n++)
      c[n] = texel.c[n].f;
   return _mm_loadu_ps(c);
}

static uint8_t logic(unsigned op, uint8_t s, uint8_t d)
{
   uint8_t r = 0; /* the operation's bits are its truth table, but in the order of VkLogicOp */
   static const uint8_t table[16] = {0x0, 0x8, 0x4, 0xc, 0x2, 0xa, 0x6, 0xe,
                                     0x1, 0x9, 0x5, 0xd, 0x3, 0xb, 0x7, 0xf};
   uint8_t f = table[op];
   r |= f & 8 ? s & d : 0;
   r |= f & 4 ? s & ~d : 0;
   r |= f & 2 ? ~s & d : 0;
   r |= f & 1 ? ~s & ~d : 0;
   return r;
}

static bool takes_logic(const gfx_target *g)
{
   return g->format->type != FMT_SFLOAT && g->format->type != FMT_UFLOAT && g->format->type != FMT_SRGB;
}

static void merge(const gfx_target *g, uint8_t *p, const uint8_t *new)
{
   for (unsigned b = 0; b < g->format->block_B; b++)
      p[b] = (uint8_t)((p[b] & ~g->write_bits[b]) | (new[b] & g->write_bits[b]));
}

/* ---- pixels -----------------------------------------------------------------------------------------------
 */
static void write_sample(const gfx_back *k, const gfx_target *g, uint8_t *p, inputs *i, const uint32_t *raw)
{
   uint8_t new[16] = {0};
   if (g->integer) {
      fmt_texel texel = {{{0}}};
      for (unsigned n = 0; n < 4; n++)
         texel.c[n].u = raw[n];
      fmt_pack(g->format, &texel, new);
   } else if (g->blends && k->logic == 16) {
      i->target = unpack(g, p);
      pack(g, blended(g->blend, i), new);
   } else {
      pack(g, i->source, new);
   }
   if (k->logic < 16 && takes_logic(g))
      for (unsigned b = 0; b < g->format->block_B; b++)
         new[b] = logic(k->logic, new[b], p[b]);
   if (g->all && g->rgba8)
      memcpy(p, new, 4);
   else
      merge(g, p, new);
}

/* Four components from `first` on of what lane l put out. */
static void take(const gfx_tile *t, unsigned first, unsigned l, uint32_t out[4])
{
   for (unsigned c = 0; c < 4; c++)
      out[c] = t->record[first + c][l];
}

static void write_pixel(gfx_tile *t, const gfx_target *g, uint8_t *p, uint8_t cover, unsigned l, unsigned n)
{
   const gfx_back *k = t->k;
   uint32_t raw[4], second[4];
   take(t, GPU_FRAGMENT_COLOUR + 4 * n, l, raw);
   inputs i = {_mm_loadu_ps((const float *)raw), _mm_setzero_ps(), _mm_setzero_ps(), _mm_setzero_ps()};
   if (k->alpha_to_one)
      i.source = with_alpha(i.source, _mm_set1_ps(1));
   i.source = limited(g, i.source);
   if (g->blends) {
      take(t, GPU_FRAGMENT_SECOND, l, second);
      i.second = limited(g, _mm_loadu_ps((const float *)second));
      i.constant = limited(g, _mm_loadu_ps(k->constant));
   }
   for (unsigned s = 0; s < k->samples; s++)
      if (cover >> s & 1)
         write_sample(k, g, p + s * g->format->block_B, &i, raw);
}

static void blend_target(gfx_tile *t, unsigned n, const uint8_t *cover)
{
   const gfx_target *g = &t->k->colour[n];
   gfx_surface *s = &t->colour[n];
   if (t->layer >= g->layers || !gfx_surface_map(t, s, g))
      return;
   if (g->fast) {
      t->lanes->colour(t, n, cover);
      return;
   }
   for (unsigned l = 0; l < 4 * t->quads; l++) {
      const gfx_quad *q = &t->quad[l / 4];
      int32_t x = q->x + (int32_t)(l & 1), y = q->y + (int32_t)(l >> 1 & 1);
      uint8_t *p = cover[l] ? gfx_element(s, x, y) : NULL;
      if (!p)
         continue;
      write_pixel(t, g, p, cover[l], l, n);
      gfx_touch(s, x, y);
   }
}

void gfx_blend_quads(gfx_tile *t, const uint8_t cover[ISA_WAVE_LANES])
{
   for (unsigned n = 0; n < GPU_GFX_TARGETS && !t->failed; n++)
      if (t->k->colour[n].on && t->k->colour[n].writes)
         blend_target(t, n, cover);
}
