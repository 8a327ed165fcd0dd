/* Sampling: texel indices and weights, address modes, borders, seamless cubes, filters, comparison, gather.
 *
 * Manual: chapter "Images", section "Sampling", followed step by step; sums are f32 in the order given there.
 * Level of detail and cube faces are tex_lod.c's, texels tex_memory.c's.
 */
#include "tex.h"

#define BORDER (-1)

enum footprint { FOOT_NEAREST, FOOT_LINEAR, FOOT_GATHER };

typedef struct tex_axis {
   int32_t i[2];
   float w[2];
   unsigned n; /* texels to read */
} tex_axis;

/* What one filter step reads of one level. */
typedef struct tex_foot {
   tex_axis axis[3];
   uint32_t level, layer;
   bool cube; /* seamless: indices one outside are on other faces; layer is that of face 0 */
   unsigned face;
   int32_t size;
   float reference;
} tex_foot;

/* A point of the filter kernel, all that is the same on both levels. */
typedef struct tex_point {
   double s[3];
   int32_t offset[3];
   unsigned coords;
   uint32_t layer;
   bool cube;
   unsigned face;
   float reference;
} tex_point;

/* ---- one axis ------------------------------------------------------------------------------------------ */
static int32_t modulo(int32_t i, int32_t n)
{
   int32_t m = i % n;
   return m < 0 ? m + n : m;
}

static int32_t clamp_index(int32_t i, int32_t size)
{
   return i < 0 ? 0 : i >= size ? size - 1 : i;
}

static int32_t wrap(int32_t i, int32_t size, enum gpu_address_mode mode)
{
   int32_t m;
   if (i >= 0 && i < size)
      return i;
   switch (mode) {
   case GPU_ADDRESS_REPEAT:
      return modulo(i, size);
   case GPU_ADDRESS_MIRROR:
      m = modulo(i, 2 * size);
      return m < size ? m : 2 * size - 1 - m;
   case GPU_ADDRESS_BORDER:
      return BORDER;
   case GPU_ADDRESS_MIRROR_CLAMP:
      return clamp_index(i < 0 ? -1 - i : i, size);
   default:
      return clamp_index(i, size);
   }
}

/* Position in texels, within +-2^30. */
static double position(double s, int32_t size, enum gpu_address_mode mode, bool unnormalised)
{
   s = s == s ? s : 0;
   if (!unnormalised) {
      /* so that texel numbers stay small; infinity becomes NaN here */
      if (mode == GPU_ADDRESS_REPEAT)
         s -= __builtin_floor(s);
      else if (mode == GPU_ADDRESS_MIRROR)
         s -= 2 * __builtin_floor(0.5 * s);
      s = s == s ? s : 0;
      s *= size;
   }
   return s < -0x1p30 ? -0x1p30 : s > 0x1p30 ? 0x1p30 : s;
}

/* Indices before wrapping, and weights. */
static tex_axis indices(double u, int32_t offset, enum footprint foot)
{
   if (foot == FOOT_NEAREST)
      return (tex_axis){.i = {(int32_t)__builtin_floor(u) + offset}, .w = {1}, .n = 1};
   if (foot == FOOT_GATHER) {
      int32_t i = (int32_t)__builtin_floor(u - 0.5) + offset;
      return (tex_axis){{i, i + 1}, {1, 1}, 2};
   }
   int64_t fixed = (int64_t)__builtin_floor(u * 256 + 0.5) - 128;
   int32_t i = (int32_t)(fixed >> 8) + offset;
   float alpha = (float)(fixed & 255) * 0x1p-8f;
   return (tex_axis){{i, i + 1}, {1 - alpha, alpha}, alpha > 0 ? 2 : 1};
}

static const tex_axis one_texel = {.i = {0, 0}, .w = {1, 0}, .n = 1};

static void aim(tex_unit *t, const tex_point *p, uint32_t level, enum footprint foot, tex_foot *f)
{
   const gpu_image_level *l = tex_level(t, level);
   int32_t size[3] = {(int32_t)l->width_px, (int32_t)l->height_px, (int32_t)l->depth};
   unsigned coords = p->cube ? 2 : p->coords;

   f->level = level;
   f->layer = p->layer;
   f->cube = p->cube && foot != FOOT_NEAREST && !t->sampler.not_seamless;
   f->face = p->face;
   f->size = size[0];
   f->reference = p->reference;
   for (unsigned k = 0; k < 3; k++) {
      if (k >= coords) {
         f->axis[k] = one_texel;
         continue;
      }
      enum gpu_address_mode mode = p->cube ? GPU_ADDRESS_CLAMP : t->sampler.address[k];
      double u = position(p->s[k], size[k], mode, t->sampler.unnormalised && !p->cube);
      f->axis[k] = indices(u, p->offset[k], foot);
      for (unsigned i = 0; i < 2; i++) {
         int32_t *at = &f->axis[k].i[i];
         *at = f->cube ? clamp_index(*at + 1, size[k] + 2) - 1 : wrap(*at, size[k], mode);
      }
   }
   if (p->cube && !f->cube)
      f->layer += p->face;
}

/* ---- texels of a footprint -------------------------------------------------------------------------------- */
static bool compares(enum gpu_compare op, float a, float b)
{
   switch (op) {
   case GPU_COMPARE_NEVER:
      return false;
   case GPU_COMPARE_LESS:
      return a < b;
   case GPU_COMPARE_EQUAL:
      return a == b;
   case GPU_COMPARE_LESS_EQUAL:
      return a <= b;
   case GPU_COMPARE_GREATER:
      return a > b;
   case GPU_COMPARE_NOT_EQUAL:
      return a != b;
   case GPU_COMPARE_GREATER_EQUAL:
      return a >= b;
   default:
      return true;
   }
}

static void compare_texel(const tex_unit *t, float reference, tex_texel *texel)
{
   if (t->inst.compare)
      *texel = (tex_texel){
         .u = {compares(t->sampler.compare, reference, texel->f[0]) ? TEX_ONE : 0, 0, 0, TEX_ONE}};
}

static bool outside(int32_t i, int32_t size)
{
   return i < 0 || i >= size;
}

static bool fetch(tex_unit *t, const tex_foot *f, unsigned x, unsigned y, unsigned z, tex_texel *out)
{
   int32_t ix = f->axis[0].i[x], iy = f->axis[1].i[y], iz = f->axis[2].i[z];
   uint32_t layer = f->layer;

   if (f->cube) {
      unsigned face = f->face;
      if (outside(ix, f->size) || outside(iy, f->size))
         tex_cube_wrap(&face, &ix, &iy, f->size);
      layer += face;
   }
   if (ix < 0 || iy < 0 || iz < 0) {
      *out = t->border;
   } else {
      tex_place p = {(uint32_t)ix, (uint32_t)iy, (uint32_t)iz, layer, f->level, 0};
      if (!tex_read(t, &p, out))
         return false;
   }
   compare_texel(t, f->reference, out);
   return true;
}

static bool is_corner(const tex_foot *f, unsigned x, unsigned y)
{
   return f->cube && outside(f->axis[0].i[x], f->size) && outside(f->axis[1].i[y], f->size);
}

/* The texel that the cube does not have at its corner: mean of the other three. */
static bool fetch_corner(tex_unit *t, const tex_foot *f, unsigned x, unsigned y, bool mean, tex_texel *out)
{
   tex_texel other[3];
   unsigned n = 0;

   if (!mean)
      return fetch(t, f, x ^ 1, y, 0, out);
   for (unsigned k = 0; k < 4; k++)
      if (k != (x | y << 1) && !fetch(t, f, k & 1, k >> 1, 0, &other[n++]))
         return false;
   for (unsigned c = 0; c < 4; c++)
      out->f[c] = ((other[0].f[c] + other[1].f[c]) + other[2].f[c]) * (1.0f / 3.0f);
   return true;
}

/* ---- filters ------------------------------------------------------------------------------------------------ */
static void canonical(tex_texel *texel)
{
   for (unsigned c = 0; c < 4; c++)
      texel->f[c] = arith_canon(texel->f[c]);
}

static void accumulate(const tex_unit *t, tex_texel *sum, const tex_texel *texel, float weight, bool first)
{
   enum gpu_reduction how = t->sampler.reduction;
   for (unsigned c = 0; c < 4; c++) {
      float v = texel->f[c];
      if (how == GPU_REDUCE_AVERAGE) {
         float part = weight == 1 ? v : weight * v;
         sum->f[c] = first ? part : sum->f[c] + part;
      } else if (first || (how == GPU_REDUCE_MIN ? v < sum->f[c] : v > sum->f[c])) {
         sum->f[c] = v;
      }
   }
}

static bool filter(tex_unit *t, const tex_foot *f, tex_texel *out)
{
   const tex_axis *ax = &f->axis[0], *ay = &f->axis[1], *az = &f->axis[2];
   bool first = true, mean = t->sampler.reduction == GPU_REDUCE_AVERAGE;

   if (ax->n == 1 && ay->n == 1 && az->n == 1)
      return fetch(t, f, 0, 0, 0, out); /* a corner has two texels each way, or its column is on another face */
   for (unsigned z = 0; z < az->n; z++)
      for (unsigned y = 0; y < ay->n; y++)
         for (unsigned x = 0; x < ax->n; x++) {
            tex_texel texel;
            bool ok = is_corner(f, x, y) ? fetch_corner(t, f, x, y, mean, &texel) : fetch(t, f, x, y, z, &texel);
            if (!ok)
               return false;
            accumulate(t, out, &texel, ax->w[x] * ay->w[y] * az->w[z], first);
            first = false;
         }
   canonical(out);
   return true;
}

static bool sample_level(tex_unit *t, const tex_point *p, uint32_t level, bool linear, tex_texel *out)
{
   tex_foot f;
   aim(t, p, level, linear ? FOOT_LINEAR : FOOT_NEAREST, &f);
   return filter(t, &f, out);
}

static bool sample_point(tex_unit *t, const tex_point *p, const tex_lod *l, tex_texel *out)
{
   bool linear = !t->integer && (l->clamped > 0 ? t->sampler.min_linear : t->sampler.mag_linear);
   if (!t->sampler.mip_linear || t->integer)
      return sample_level(t, p, (l->fixed + 127) >> 8, linear, out);
   float delta = (float)(l->fixed & 255) * 0x1p-8f;
   tex_texel low;
   if (!sample_level(t, p, l->fixed >> 8, linear, out))
      return false;
   if (delta == 0)
      return true;
   if (!sample_level(t, p, (l->fixed >> 8) + 1, linear, &low))
      return false;
   if (t->sampler.reduction == GPU_REDUCE_AVERAGE)
      for (unsigned c = 0; c < 4; c++)
         out->f[c] *= 1 - delta;
   accumulate(t, out, &low, delta, false);
   canonical(out);
   return true;
}

/* ---- one lane ------------------------------------------------------------------------------------------------ */
static uint32_t nearest_layer(uint32_t bits, uint32_t count)
{
   float a = arith_rndne(arith_float(bits));
   a = a > 0 ? a : 0; /* NaN too */
   return a < (float)count ? (uint32_t)a : count - 1;
}

static float reference_of(const tex_unit *t, const tex_address *a)
{
   if (!a->reference)
      return 0;
   float r = arith_float(a->reference[t->lane]);
   bool fixed_point = t->format->type == FMT_UNORM && !t->integer;
   if (fixed_point)
      r = r > 1 ? 1 : r < 0 ? 0 : r;
   return r;
}

static tex_point point_of(const tex_unit *t, const tex_address *a)
{
   tex_point p = {.coords = a->coords, .cube = gpu_dim_is_cube((enum gpu_dim)t->inst.dim)};
   float v[3] = {0, 0, 0};

   for (unsigned k = 0; k < a->coords; k++)
      v[k] = arith_float(a->coord[k][t->lane]);
   for (unsigned k = 0; k < 3; k++) {
      p.s[k] = v[k];
      p.offset[k] = a->offset ? (int8_t)(a->offset[t->lane] >> 8 * k) : 0;
   }
   if (p.cube) {
      tex_cube c = tex_cube_of(v);
      p.face = c.face;
      p.s[0] = c.s;
      p.s[1] = c.t;
   }
   uint32_t count = p.cube ? t->image.layers / 6 : t->image.layers;
   if (a->layer)
      p.layer = nearest_layer(a->layer[t->lane], count) * (p.cube ? 6 : 1);
   p.reference = reference_of(t, a);
   return p;
}

static bool sample_anisotropic(tex_unit *t, const tex_point *centre, const tex_lod *l, tex_texel *out)
{
   for (unsigned i = 0; i < l->points; i++) {
      tex_point p = *centre;
      tex_texel texel;
      double at = (i + 0.5) / l->points - 0.5;
      for (unsigned k = 0; k < 3; k++)
         p.s[k] += l->step[k] * at;
      if (!sample_point(t, &p, l, &texel))
         return false;
      accumulate(t, out, &texel, 1, i == 0);
   }
   if (t->sampler.reduction == GPU_REDUCE_AVERAGE)
      for (unsigned c = 0; c < 4; c++)
         out->f[c] *= 1.0f / (float)l->points;
   canonical(out);
   return true;
}

/* Four texels of one level in one pass, eight of a volume in two. */
static unsigned steps_of(const tex_unit *t, const tex_lod *l, bool many)
{
   bool linear = l->clamped > 0 ? t->sampler.min_linear : t->sampler.mag_linear;
   unsigned levels = t->sampler.mip_linear && (l->fixed & 255) ? 2 : 1;
   if (t->integer)
      return 1;
   return (many ? l->points : 1) * levels * (linear && t->inst.dim == GPU_DIM_3D ? 2 : 1);
}

bool tex_sample(tex_unit *t, const tex_address *a, tex_texel *out)
{
   tex_point p = point_of(t, a);
   tex_lod l = tex_lod_of(t, a, t->lane);
   bool many = l.points > 1 && !t->integer;
   tex_take_steps(t, steps_of(t, &l, many));
   if (!(many ? sample_anisotropic(t, &p, &l, out) : sample_point(t, &p, &l, out)))
      return false;
   tex_swizzle(t, out);
   return true;
}

bool tex_gather(tex_unit *t, const tex_address *a, tex_texel *out)
{
   static const uint8_t order[4] = {2, 3, 1, 0}; /* x | y << 1 */
   tex_point p = point_of(t, a);
   tex_lod l = tex_lod_of(t, a, t->lane);
   tex_foot f;

   tex_take_steps(t, 1);
   aim(t, &p, t->inst.lod == ISA_LOD_ZERO ? 0 : (l.fixed + 127) >> 8, FOOT_GATHER, &f);
   for (unsigned k = 0; k < 4; k++) {
      unsigned x = order[k] & 1, y = order[k] >> 1;
      tex_texel texel;
      if (!(is_corner(&f, x, y) ? fetch_corner(t, &f, x, y, false, &texel) : fetch(t, &f, x, y, 0, &texel)))
         return false;
      if (!t->inst.compare)
         tex_swizzle(t, &texel);
      out->u[k] = texel.u[t->inst.component];
   }
   return true;
}
