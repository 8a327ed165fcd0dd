/* Colour output: blending, logic operations, conversion to the target's format, masks.
 *
 * Blending is in f32, one rounding for each operation as written in the manual; sources of UNORM and SNORM
 * targets are clamped first. What is written replaces exactly the bits of the components that the mask lets
 * through.
 */
#include <emmintrin.h>
#include "back.h"

typedef struct colour {
   float c[4];
} colour;

static uint32_t field(uint32_t blend, unsigned low, unsigned count)
{
   return blend >> low & ((1u << count) - 1);
}

static float clamp(float v, float least, float most)
{
   return !(v == v) ? 0 : v < least ? least : v > most ? most : v;
}

/* Fixed point formats take sources and constants in their own range. */
static colour limited(const gfx_target *g, const float *in)
{
   bool snorm = g->format->type == FMT_SNORM,
        fixed = snorm || g->format->type == FMT_UNORM || g->format->type == FMT_SRGB;
   colour out;
   for (unsigned n = 0; n < 4; n++)
      out.c[n] = fixed ? clamp(in[n], snorm ? -1 : 0, 1) : in[n];
   return out;
}

/* ---- factors
 * --------------------------------------------------------------------------------------------------------------------
 */
typedef struct inputs {
   colour source, second, target, constant;
} inputs;

static float factor(unsigned f, const inputs *i, unsigned n)
{
   switch (f) {
   case GPU_FACTOR_ONE:
      return 1;
   case GPU_FACTOR_SOURCE:
      return i->source.c[n];
   case GPU_FACTOR_ONE_MINUS_SOURCE:
      return 1 - i->source.c[n];
   case GPU_FACTOR_TARGET:
      return i->target.c[n];
   case GPU_FACTOR_ONE_MINUS_TARGET:
      return 1 - i->target.c[n];
   case GPU_FACTOR_SOURCE_ALPHA:
      return i->source.c[3];
   case GPU_FACTOR_ONE_MINUS_SOURCE_ALPHA:
      return 1 - i->source.c[3];
   case GPU_FACTOR_TARGET_ALPHA:
      return i->target.c[3];
   case GPU_FACTOR_ONE_MINUS_TARGET_ALPHA:
      return 1 - i->target.c[3];
   case GPU_FACTOR_CONSTANT:
      return i->constant.c[n];
   case GPU_FACTOR_ONE_MINUS_CONSTANT:
      return 1 - i->constant.c[n];
   case GPU_FACTOR_CONSTANT_ALPHA:
      return i->constant.c[3];
   case GPU_FACTOR_ONE_MINUS_CONSTANT_ALPHA:
      return 1 - i->constant.c[3];
   case GPU_FACTOR_SOURCE_ALPHA_SATURATE:
      return n == 3 ? 1 : i->source.c[3] < 1 - i->target.c[3] ? i->source.c[3] : 1 - i->target.c[3];
   case GPU_FACTOR_SECOND:
      return i->second.c[n];
   case GPU_FACTOR_ONE_MINUS_SECOND:
      return 1 - i->second.c[n];
   case GPU_FACTOR_SECOND_ALPHA:
      return i->second.c[3];
   case GPU_FACTOR_ONE_MINUS_SECOND_ALPHA:
      return 1 - i->second.c[3];
   default:
      return 0;
   }
}

/* A product with factor 0 is 0, whatever the other factor is. */
static float weighted(float v, float f)
{
   return f == 0 ? 0 : v * f;
}

static float combine(unsigned op, float s, float sf, float d, float df)
{
   switch (op) {
   case GPU_BLEND_SUBTRACT:
      return weighted(s, sf) - weighted(d, df);
   case GPU_BLEND_REVERSE_SUBTRACT:
      return weighted(d, df) - weighted(s, sf);
   case GPU_BLEND_MIN:
      return s < d ? s : d;
   case GPU_BLEND_MAX:
      return s > d ? s : d;
   default:
      return weighted(s, sf) + weighted(d, df);
   }
}

static colour blended(uint32_t blend, const inputs *i)
{
   colour out;
   for (unsigned n = 0; n < 4; n++) {
      unsigned shift = n == 3 ? 13 : 0;
      float sf = factor(field(blend, 1 + shift, 5), i, n), df = factor(field(blend, 6 + shift, 5), i, n);
      out.c[n] = combine(field(blend, 11 + shift, 3), i->source.c[n], sf, i->target.c[n], df);
   }
   return out;
}

/* ---- formats
 * ----------------------------------------------------------------------------------------------------------------------
 */
static uint8_t to_unorm8(float v)
{
   return (uint8_t)_mm_cvtsd_si32(_mm_set_sd((double)(!(v > 0) ? 0 : v < 1 ? v : 1) * 255));
}

static void pack(const gfx_target *g, const colour *in, uint8_t *out)
{
   fmt_texel texel = {{{0}}};
   if (g->unorm8) {
      for (unsigned n = 0; n < g->format->components; n++)
         out[g->shift8[n]] = to_unorm8(in->c[n]);
      return;
   }
   for (unsigned n = 0; n < 4; n++)
      texel.c[n].f = in->c[n];
   fmt_pack(g->format, &texel, out);
}

static colour unpack(const gfx_target *g, const uint8_t *p)
{
   colour out = {{0, 0, 0, 1}};
   fmt_texel texel;
   if (g->unorm8) {
      for (unsigned n = 0; n < g->format->components; n++)
         out.c[n] = (float)p[g->shift8[n]] / 255.0f;
      return out;
   }
   fmt_unpack(g->format, p, &texel);
   for (unsigned n = 0; n < 4; n++)
      out.c[n] = texel.c[n].f;
   return out;
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

/* ---- a pixel
 * ------------------------------------------------------------------------------------------------------------------------
 */
static void write_sample(const gfx_back *k, const gfx_target *g, uint8_t *p, const inputs *given,
                         const uint32_t *raw)
{
   uint8_t new[16] = {0};
   if (g->integer) {
      fmt_texel texel = {{{0}}};
      for (unsigned n = 0; n < 4; n++)
         texel.c[n].u = raw[n];
      fmt_pack(g->format, &texel, new);
   } else if (g->blends && k->logic == 16) {
      inputs i = *given;
      i.target = unpack(g, p);
      colour out = blended(g->blend, &i);
      pack(g, &out, new);
   } else {
      pack(g, &given->source, new);
   }
   if (k->logic < 16 && takes_logic(g))
      for (unsigned b = 0; b < g->format->block_B; b++)
         new[b] = logic(k->logic, new[b], p[b]);
   if (g->all && g->unorm8 && g->format->components == 4)
      memcpy(p, new, 4);
   else
      merge(g, p, new);
}

static void blend_target(gfx_tile *t, unsigned n, int32_t x, int32_t y, uint8_t cover, const uint32_t *record)
{
   const gfx_back *k = t->k;
   const gfx_target *g = &k->colour[n];
   const uint32_t *raw = record + GPU_FRAGMENT_COLOUR + 4 * n;
   inputs i = {{{0}}, {{0}}, {{0}}, {{0}}};
   float source[4], second[4];
   if (t->layer >= g->layers || !gfx_surface_map(t, &t->colour[n], g))
      return;
   uint8_t *p = gfx_element(&t->colour[n], x, y);
   if (!p)
      return;
   memcpy(source, raw, sizeof source);
   if (k->alpha_to_one)
      source[3] = 1;
   i.source = limited(g, source);
   if (g->blends) {
      memcpy(second, record + GPU_FRAGMENT_SECOND, sizeof second);
      i.second = limited(g, second);
      i.constant = limited(g, k->constant);
   }
   for (unsigned s = 0; s < k->samples; s++)
      if (cover >> s & 1)
         write_sample(k, g, p + s * g->format->block_B, &i, raw);
   gfx_touch(&t->colour[n], x, y);
}

void gfx_blend_pixel(gfx_tile *t, int32_t x, int32_t y, uint8_t cover, const uint32_t *record)
{
   for (unsigned n = 0; n < GPU_GFX_TARGETS && !t->failed; n++)
      if (t->k->colour[n].on && t->k->colour[n].writes)
         blend_target(t, n, x, y, cover, record);
}
