/* Sampling against a slow reference written from the Vulkan specification's equations in f64 with real weights, not
 * from the machine: filtered results may differ by what 8 fraction bits of weight allow, nearest ones not at all. Lanes
 * that lie so near to a decision (texel edge, level) that both sides are right are left out, and counted. */
#include "tex_rig.h"
#include <cmocka.h>
#include <math.h>

#define SIZE_MAX_PX 16
#define LAYERS_MAX 12
#define LEVELS_MAX 5

static float image_texels[LEVELS_MAX][LAYERS_MAX][SIZE_MAX_PX][SIZE_MAX_PX][SIZE_MAX_PX][4]; /* level layer z y x */

typedef struct setup {
   gpu_image image;
   gpu_sampler sampler;
   unsigned coords;
   bool cube, array, compare;
   float reference;
   bool near_tie; /* set by the reference: both answers are right */
} setup;

typedef struct rgba {
   double c[4];
} rgba;

static int extent(const setup *s, unsigned level, unsigned axis)
{
   uint32_t size[3] = {s->image.width, s->image.height, s->image.depth};
   return (int)gpu_image_minify(size[axis], level);
}

/* ---- the reference ------------------------------------------------------------------------------------- */
/* Index after wrapping, -1 for the border; walks there step by step. */
static int ref_wrap(int i, int n, enum gpu_address_mode mode)
{
   if (mode == GPU_ADDRESS_BORDER)
      return i < 0 || i >= n ? -1 : i;
   if (mode == GPU_ADDRESS_MIRROR_CLAMP && i < 0)
      i = -i - 1;
   while (mode == GPU_ADDRESS_REPEAT && (i < 0 || i >= n))
      i += i < 0 ? n : -n;
   while (mode == GPU_ADDRESS_MIRROR && (i < 0 || i >= n))
      i = i < 0 ? -i - 1 : 2 * n - 1 - i;
   return i < 0 ? 0 : i >= n ? n - 1 : i;
}

static rgba ref_compare(const setup *s, rgba t)
{
   if (!s->compare)
      return t;
   double r = s->reference, d = t.c[0];
   bool yes[8] = {false, r < d, r == d, r <= d, r > d, r != d, r >= d, true};
   return (rgba){{yes[s->sampler.compare], 0, 0, 1}};
}

static rgba ref_texel(const setup *s, unsigned level, unsigned layer, int x, int y, int z)
{
   rgba t;
   for (unsigned c = 0; c < 4; c++)
      t.c[c] = x < 0 || y < 0 || z < 0 ? as_f(s->sampler.border[c]) : image_texels[level][layer][z][y][x][c];
   return ref_compare(s, t);
}

/* Table of the specification: face, sc, tc, rc. */
static int ref_face(const double v[3], double *sc, double *tc, double *rc)
{
   double ax = fabs(v[0]), ay = fabs(v[1]), az = fabs(v[2]);
   if (az >= ax && az >= ay) {
      *rc = az, *tc = -v[1], *sc = v[2] < 0 ? -v[0] : v[0];
      return v[2] < 0 ? 5 : 4;
   }
   if (ay >= ax) {
      *rc = ay, *sc = v[0], *tc = v[1] < 0 ? -v[2] : v[2];
      return v[1] < 0 ? 3 : 2;
   }
   *rc = ax, *tc = -v[1], *sc = v[0] < 0 ? v[2] : -v[2];
   return v[0] < 0 ? 1 : 0;
}

static void ref_direction(int face, double sc, double tc, double v[3])
{
   const double table[6][3] = {{1, -tc, -sc}, {-1, -tc, sc}, {sc, 1, tc}, {sc, -1, -tc}, {sc, -tc, 1}, {-sc, -tc, -1}};
   memcpy(v, table[face], sizeof table[face]);
}

/* A texel beside a face, found by following the direction through its centre. */
static rgba ref_cube_texel(const setup *s, unsigned level, unsigned layer, int face, int x, int y)
{
   int n = extent(s, level, 0);
   double v[3], sc, tc, rc;
   if (x < 0 || y < 0 || x >= n || y >= n) {
      ref_direction(face, (2.0 * x + 1) / n - 1, (2.0 * y + 1) / n - 1, v);
      face = ref_face(v, &sc, &tc, &rc);
      x = (int)floor((sc / rc * 0.5 + 0.5) * n);
      y = (int)floor((tc / rc * 0.5 + 0.5) * n);
      x = x < 0 ? 0 : x >= n ? n - 1 : x;
      y = y < 0 ? 0 : y >= n ? n - 1 : y;
   }
   return ref_texel(s, level, layer + (unsigned)face, x, y, 0);
}

static bool near_integer(double x, double eps)
{
   return fabs(x - round(x)) < eps;
}

static void ref_mix(const setup *s, rgba *sum, rgba t, double w, bool first)
{
   for (unsigned c = 0; c < 4; c++)
      switch (s->sampler.reduction) {
      case GPU_REDUCE_AVERAGE:
         sum->c[c] = (first ? 0 : sum->c[c]) + w * t.c[c];
         break;
      case GPU_REDUCE_MIN:
         sum->c[c] = first || t.c[c] < sum->c[c] ? t.c[c] : sum->c[c];
         break;
      case GPU_REDUCE_MAX:
         sum->c[c] = first || t.c[c] > sum->c[c] ? t.c[c] : sum->c[c];
      }
}

static rgba ref_cube_level(setup *s, unsigned level, unsigned layer, const double v[3], bool linear)
{
   double sc, tc, rc;
   int face = ref_face(v, &sc, &tc, &rc), n = extent(s, level, 0);
   double u = (sc / rc * 0.5 + 0.5) * n, w = (tc / rc * 0.5 + 0.5) * n;
   int x = (int)floor(u), y = (int)floor(w);
   if (!linear) {
      s->near_tie |= near_integer(u, 1e-4) || near_integer(w, 1e-4);
      x = x >= n ? n - 1 : x, y = y >= n ? n - 1 : y;
      return ref_texel(s, level, layer + (unsigned)face, x, y, 0);
   }
   x = (int)floor(u - 0.5), y = (int)floor(w - 0.5);
   double a = u - 0.5 - x, b = w - 0.5 - y;
   if (s->sampler.reduction != GPU_REDUCE_AVERAGE)
      s->near_tie |= near_integer(a, 0.003) || near_integer(b, 0.003);
   rgba t[4], sum = {{0}};
   int missing = -1;
   for (int k = 0; k < 4; k++) {
      int i = x + (k & 1), j = y + (k >> 1);
      if ((i < 0 || i >= n) && (j < 0 || j >= n) && !s->sampler.not_seamless)
         missing = k;
      else if (s->sampler.not_seamless)
         t[k] = ref_texel(s, level, layer + (unsigned)face, ref_wrap(i, n, GPU_ADDRESS_CLAMP), ref_wrap(j, n, GPU_ADDRESS_CLAMP), 0);
      else
         t[k] = ref_cube_texel(s, level, layer, face, i, j);
   }
   if (missing >= 0)
      for (unsigned c = 0; c < 4; c++) {
         double all = 0;
         for (int k = 0; k < 4; k++)
            all += k == missing ? 0 : t[k].c[c] / 3;
         t[missing].c[c] = s->sampler.reduction == GPU_REDUCE_AVERAGE ? all : t[missing ^ 1].c[c];
      }
   for (int k = 0; k < 4; k++)
      ref_mix(s, &sum, t[k], (k & 1 ? a : 1 - a) * (k >> 1 ? b : 1 - b), k == 0);
   return sum;
}

static rgba ref_level(setup *s, unsigned level, unsigned layer, const double p[3], const int offset[3], bool linear)
{
   if (s->cube)
      return ref_cube_level(s, level, layer, p, linear);
   int i[3][2] = {{0}};
   double w[3][2] = {{1, 0}, {1, 0}, {1, 0}};
   for (unsigned k = 0; k < s->coords; k++) {
      int n = extent(s, level, k);
      double u = s->sampler.unnormalised ? p[k] : p[k] * n;
      int at = (int)floor(linear ? u - 0.5 : u);
      double a = linear ? u - 0.5 - at : 0;
      if (!linear || s->sampler.reduction != GPU_REDUCE_AVERAGE)
         s->near_tie |= near_integer(linear ? a : u, linear ? 0.003 : 1e-4);
      for (int t = 0; t < 2; t++)
         i[k][t] = ref_wrap(at + t + offset[k], n, s->sampler.address[k]);
      w[k][0] = 1 - a, w[k][1] = a;
   }
   rgba sum = {{0}};
   bool first = true;
   for (int k = 0; k < 8; k++) {
      double weight = w[0][k & 1] * w[1][k >> 1 & 1] * w[2][k >> 2];
      if (weight == 0)
         continue;
      ref_mix(s, &sum, ref_texel(s, level, layer, i[0][k & 1], i[1][k >> 1 & 1], i[2][k >> 2]), weight, first);
      first = false;
   }
   return sum;
}

/* One point at level of detail `lod` (already with bias). */
static rgba ref_point(setup *s, unsigned layer, const double p[3], const int offset[3], double lod)
{
   const gpu_sampler *m = &s->sampler;
   double low = as_f(m->min_lod), high = as_f(m->max_lod), q = s->image.levels - 1;
   double l = m->unnormalised ? 0 : lod < low ? low : lod > high ? high : lod;
   bool linear = l <= 0 ? m->mag_linear : m->min_linear;
   if (m->mag_linear != m->min_linear && !m->unnormalised)
      s->near_tie |= fabs(l) < 1e-3;
   l = l < 0 ? 0 : l > q ? q : l;
   if (!m->mip_linear) {
      s->near_tie |= near_integer(l + 0.5, 0.005) && l != 0 && l != q;
      return ref_level(s, (unsigned)(ceil(l + 0.5) - 1), layer, p, offset, linear);
   }
   unsigned a = (unsigned)floor(l), b = a + 1 <= q ? a + 1 : (unsigned)q;
   double delta = l - a;
   if (m->reduction != GPU_REDUCE_AVERAGE)
      s->near_tie |= near_integer(delta, 0.003) && l != 0 && l != q;
   rgba t = ref_level(s, a, layer, p, offset, linear), sum = {{0}};
   if (delta == 0)
      return t;
   ref_mix(s, &sum, t, 1 - delta, true);
   ref_mix(s, &sum, ref_level(s, b, layer, p, offset, linear), delta, false);
   return sum;
}

/* ---- set-ups -------------------------------------------------------------------------------------------- */
static float random_unit(void)
{
   return (float)(rnd() % 65536) / 65536.0f;
}

static void upload(const setup *s)
{
   static uint8_t bytes[1 << 19];
   for (unsigned level = 0; level < s->image.levels; level++)
      for (unsigned layer = 0; layer < s->image.layers; layer++)
         for (int z = 0; z < extent(s, level, 2); z++)
            for (int y = 0; y < extent(s, level, 1); y++)
               for (int x = 0; x < extent(s, level, 0); x++) {
                  float *t = image_texels[level][layer][z][y][x];
                  for (unsigned c = 0; c < 4; c++)
                     t[c] = random_unit();
                  memcpy(bytes + tex_offset(&s->image, level, layer, (uint32_t)x, (uint32_t)y, (uint32_t)z), t, 16);
               }
   rig_copy(rig_dev, 0, bytes, sizeof bytes, true);
}

static setup random_setup(void)
{
   setup s = {0};
   static const enum gpu_dim dims[] = {GPU_DIM_1D, GPU_DIM_2D, GPU_DIM_3D, GPU_DIM_CUBE, GPU_DIM_1D_ARRAY, GPU_DIM_2D_ARRAY, GPU_DIM_CUBE_ARRAY};
   enum gpu_dim dim = dims[rnd() % 7];
   uint32_t w = 1 + rnd() % SIZE_MAX_PX, h = 1 + rnd() % SIZE_MAX_PX, d = 1 + rnd() % 8, layers = 1 + rnd() % 4;
   s.coords = isa_img_coords(dim);
   s.cube = gpu_dim_is_cube(dim);
   s.array = gpu_dim_is_array(dim);
   if (s.cube)
      h = w, layers = dim == GPU_DIM_CUBE ? 6 : 12;
   else if (s.coords == 1)
      h = 1;
   s.image = tex_image("R32G32B32A32_SFLOAT", dim, w, h, dim == GPU_DIM_3D ? d : 1, s.array || s.cube ? layers : 1, 1 + rnd() % LEVELS_MAX);
   gpu_image_shape shape = tex_shape(&s.image);
   s.image.layer_stride_B = gpu_image_layer_B(&shape, s.image.levels);
   s.sampler = (gpu_sampler){.mag_linear = rnd() & 1, .min_linear = rnd() & 1, .mip_linear = rnd() & 1, .not_seamless = rnd() % 4 == 0,
                             .reduction = rnd() % 3 ? GPU_REDUCE_AVERAGE : rnd() % 3, .compare = (enum gpu_compare)(rnd() % 8),
                             .min_lod = as_u(rnd() % 2 ? 0 : -1000.0f), .max_lod = as_u(rnd() % 3 ? 1000.0f : 1.75f), .bias = as_u(rnd() % 3 ? 0 : 0.375f)};
   for (unsigned k = 0; k < 3; k++)
      s.sampler.address[k] = (enum gpu_address_mode)(rnd() % 5);
   for (unsigned c = 0; c < 4; c++)
      s.sampler.border[c] = as_u(random_unit());
   return s;
}

static const char *dim_text(const setup *s)
{
   return isa_img_dim_text(s->image.dim);
}

static void random_coordinates(const setup *s, tex_run *r)
{
   for (unsigned l = 0; l < 32; l++) {
      for (unsigned k = 0; k < s->coords; k++)
         r->address[k][l] = as_u(s->cube ? random_unit() * 2 - 1 : s->sampler.unnormalised ? random_unit() * 20 - 2 : random_unit() * 5 - 2);
      if (s->cube && rnd() % 3 == 0) /* near an edge or a corner */
         for (unsigned k = 0; k < 3; k++)
            r->address[k][l] = as_u((rnd() % 2 ? 1.0f : -1.0f) * (0.9f + 0.1f * random_unit()));
      r->address[s->coords][l] = as_u((float)(rnd() % 700) / 100.0f - 1);
   }
}

static unsigned layer_of(const setup *s, const tex_run *r, unsigned l)
{
   if (!s->array)
      return 0;
   int count = (int)(s->cube ? s->image.layers / 6 : s->image.layers), layer = (int)rint(as_f(r->address[s->coords][l]));
   layer = layer < 0 ? 0 : layer >= count ? count - 1 : layer;
   return (unsigned)layer * (s->cube ? 6 : 1);
}

static unsigned compared, skipped;

static void compare(const setup *s, const tex_run *r, unsigned l, const rgba *want, double tolerance, const char *text)
{
   if (s->near_tie) {
      skipped++;
      return;
   }
   compared++;
   for (unsigned c = 0; c < 4; c++)
      if (!(fabs(as_f(r->result[c][l]) - want->c[c]) <= tolerance))
         fail_msg("%s, lane %u, component %u: %f, not %f (%ux%ux%u, %u levels, seamless %d, linear %d%d%d, reduction %d)", text, l, c,
                  as_f(r->result[c][l]), want->c[c], s->image.width, s->image.height, s->image.depth, s->image.levels,
                  !s->sampler.not_seamless, s->sampler.mag_linear, s->sampler.min_linear, s->sampler.mip_linear, s->sampler.reduction);
}

static double tolerance_of(const setup *s)
{
   bool linear = s->sampler.mag_linear || s->sampler.min_linear;
   return 2e-6 + (linear ? s->coords / 512.0 * 1.02 : 0) + (s->sampler.mip_linear ? 1.02 / 512 : 0);
}

/* ---- tests ------------------------------------------------------------------------------------------------ */
static void explicit_lod(void **state)
{
   static tex_run r;
   compared = skipped = 0;
   for (unsigned round = 0; round < 1500; round++) {
      setup s = random_setup();
      bool offset = !s.cube && rnd() % 2;
      char text[100];
      unsigned n = s.coords + s.array, lod = n++, off = offset ? n++ : 0, ref = 0;
      s.compare = rnd() % 4 == 0;
      if (s.compare)
         ref = n++;
      upload(&s);
      gpu_image_encode(&s.image, r.image);
      gpu_sampler_encode(&s.sampler, r.sampler);
      random_coordinates(&s, &r);
      r.exec = 0xffffffff;
      for (unsigned l = 0; l < 32; l++) {
         r.address[lod][l] = as_u(random_unit() * 6 - 1);
         if (offset)
            r.address[off][l] = rnd() & 0x070707 ? (rnd() & 0x0f0f0f) - 0 : 0;
         if (s.compare)
            r.address[ref][l] = as_u(random_unit());
      }
      snprintf(text, sizeof text, "img_sample.%s.lod%s%s v[20:23], s[0:7], s[8:15], v[0:%u]", dim_text(&s), offset ? ".off" : "", s.compare ? ".cmp" : "", n - 1);
      tex_go(&r, text);
      assert_int_equal(r.fault.type, GPU_FAULT_NONE);
      for (unsigned l = 0; l < 32; l++) {
         double p[3] = {as_f(r.address[0][l]), s.coords > 1 ? as_f(r.address[1][l]) : 0, s.coords > 2 ? as_f(r.address[2][l]) : 0};
         int o[3] = {0};
         for (unsigned k = 0; k < 3 && offset; k++)
            o[k] = (int8_t)(r.address[off][l] >> 8 * k);
         s.near_tie = false;
         s.reference = s.compare ? as_f(r.address[ref][l]) : 0;
         rgba want = ref_point(&s, layer_of(&s, &r, l), p, o, as_f(r.address[lod][l]) + as_f(s.sampler.bias));
         compare(&s, &r, l, &want, tolerance_of(&s), text);
      }
   }
   assert_true(compared > 40000 && skipped < compared / 10);
}

/* Gradients, with and without anisotropy, by operands and from quads. */
static void gradients(void **state)
{
   static tex_run r;
   compared = skipped = 0;
   for (unsigned round = 0; round < 800; round++) {
      setup s = random_setup();
      if (s.cube)
         continue;
      bool quad = rnd() % 2;
      char text[100];
      unsigned grad = s.coords + s.array;
      s.sampler.anisotropy = rnd() % 2 ? rnd() % 17 : 0;
      upload(&s);
      gpu_image_encode(&s.image, r.image);
      gpu_sampler_encode(&s.sampler, r.sampler);
      random_coordinates(&s, &r);
      r.exec = 0xffffffff;
      for (unsigned l = 0; l < 32; l++)
         for (unsigned k = 0; k < 2 * s.coords; k++)
            r.address[grad + k][l] = as_u((random_unit() - 0.5f) * (rnd() % 2 ? 0.5f : 0.05f));
      if (quad)
         snprintf(text, sizeof text, "img_sample.%s.quad v[20:23], s[0:7], s[8:15], v[0:%u]", dim_text(&s), grad - 1);
      else
         snprintf(text, sizeof text, "img_sample.%s.grad v[20:23], s[0:7], s[8:15], v[0:%u]", dim_text(&s), grad + 2 * s.coords - 1);
      if (quad && grad == 1)
         snprintf(text, sizeof text, "img_sample.1d.quad v[20:23], s[0:7], s[8:15], v0");
      tex_go(&r, text);
      assert_int_equal(r.fault.type, GPU_FAULT_NONE);
      for (unsigned l = 0; l < 32; l++) {
         double p[3] = {0}, g[2][3] = {{0}}, rho[2] = {0};
         int o[3] = {0};
         unsigned q = l & ~3u;
         for (unsigned k = 0; k < s.coords; k++) {
            p[k] = as_f(r.address[k][l]);
            for (unsigned d = 0; d < 2; d++) {
               g[d][k] = quad ? (double)(as_f(r.address[k][q + 1 + d]) - as_f(r.address[k][q])) : as_f(r.address[grad + d * s.coords + k][l]);
               rho[d] = hypot(rho[d], g[d][k] * extent(&s, 0, k));
            }
         }
         unsigned major = rho[0] >= rho[1] ? 0 : 1, n = 1;
         s.near_tie = fabs(rho[0] - rho[1]) < 1e-6;
         if (s.sampler.anisotropy > 1 && rho[major] > 0) {
            double ratio = rho[major] / rho[1 - major];
            n = ratio >= s.sampler.anisotropy ? s.sampler.anisotropy : (unsigned)ceil(ratio);
            s.near_tie |= near_integer(ratio, 1e-5) && ratio < 20;
         }
         double lod = log2(rho[major] / n) + as_f(s.sampler.bias);
         rgba want = {{0}};
         for (unsigned i = 0; i < n; i++) {
            double at[3];
            for (unsigned k = 0; k < 3; k++)
               at[k] = p[k] + g[major][k] * ((i + 0.5) / n - 0.5);
            ref_mix(&s, &want, ref_point(&s, layer_of(&s, &r, l), at, o, lod), 1.0 / n, i == 0);
         }
         compare(&s, &r, l, &want, tolerance_of(&s), text);
      }
   }
   assert_true(compared > 10000 && skipped < compared);
}

static void gathers(void **state)
{
   static tex_run r;
   compared = skipped = 0;
   for (unsigned round = 0; round < 800; round++) {
      setup s = random_setup();
      if (s.coords == 1 || s.image.dim == GPU_DIM_3D)
         continue;
      s.sampler.not_seamless = true; /* corners have no texel of their own */
      s.sampler.reduction = GPU_REDUCE_AVERAGE;
      unsigned component = rnd() % 4, n = s.coords + s.array;
      char text[100];
      upload(&s);
      gpu_image_encode(&s.image, r.image);
      gpu_sampler_encode(&s.sampler, r.sampler);
      random_coordinates(&s, &r);
      r.exec = 0xffffffff;
      snprintf(text, sizeof text, "img_gather.%s.%c v[20:23], s[0:7], s[8:15], v[0:%u]", dim_text(&s), "rgba"[component], n - 1);
      tex_go(&r, text);
      for (unsigned l = 0; l < 32; l++) {
         double u[2], sc, tc, rc, v[3] = {as_f(r.address[0][l]), as_f(r.address[1][l]), s.cube ? as_f(r.address[2][l]) : 0};
         unsigned layer = layer_of(&s, &r, l);
         rgba want;
         u[0] = v[0] * extent(&s, 0, 0), u[1] = v[1] * extent(&s, 0, 1);
         if (s.cube) {
            layer += (unsigned)ref_face(v, &sc, &tc, &rc);
            u[0] = (sc / rc * 0.5 + 0.5) * extent(&s, 0, 0), u[1] = (tc / rc * 0.5 + 0.5) * extent(&s, 0, 0);
         }
         s.near_tie = near_integer(u[0] - 0.5, 1e-4) || near_integer(u[1] - 0.5, 1e-4);
         static const int order[4][2] = {{0, 1}, {1, 1}, {1, 0}, {0, 0}};
         for (unsigned k = 0; k < 4; k++) {
            int x = (int)floor(u[0] - 0.5) + order[k][0], y = (int)floor(u[1] - 0.5) + order[k][1];
            x = ref_wrap(x, extent(&s, 0, 0), s.cube ? GPU_ADDRESS_CLAMP : s.sampler.address[0]);
            y = ref_wrap(y, extent(&s, 0, 1), s.cube ? GPU_ADDRESS_CLAMP : s.sampler.address[1]);
            want.c[k] = ref_texel(&s, 0, layer, x, y, 0).c[component];
         }
         compare(&s, &r, l, &want, 0, text);
      }
   }
   assert_true(compared > 8000 && skipped < compared / 4);
}

static void unnormalised_and_integers(void **state)
{
   static tex_run r;
   gpu_image i = tex_image("R16G16_UINT", GPU_DIM_2D, 16, 16, 1, 1, 1);
   gpu_sampler m = {.unnormalised = true, .mag_linear = true, .address = {GPU_ADDRESS_BORDER, GPU_ADDRESS_CLAMP}, .border = {77, 88, 99, 111}};
   for (uint32_t y = 0; y < 16; y++)
      for (uint32_t x = 0; x < 16; x++) {
         uint32_t v = (x * 1000) | (y * 1000) << 16;
         rig_copy(rig_dev, tex_offset(&i, 0, 0, x, y, 0), &v, 4, true);
      }
   gpu_image_encode(&i, r.image);
   gpu_sampler_encode(&m, r.sampler);
   r.exec = 0xffffffff;
   for (unsigned l = 0; l < 32; l++) {
      r.address[0][l] = as_u((float)l - 3.75f);
      r.address[1][l] = as_u((float)l + 0.5f);
   }
   tex_go(&r, "img_sample.2d v[20:23], s[0:7], s[8:15], v[0:1]");
   for (unsigned l = 0; l < 32; l++) {
      int x = (int)l - 4, y = (int)l > 15 ? 15 : (int)l;
      bool border = x < 0 || x > 15;
      assert_int_equal(r.result[0][l], border ? 77 : x * 1000);
      assert_int_equal(r.result[1][l], border ? 88 : y * 1000);
      assert_int_equal(r.result[2][l], 0); /* the format has no blue, not even at the border */
      assert_int_equal(r.result[3][l], 1);
   }
}

static void lod_query(void **state)
{
   static tex_run r;
   gpu_image i = tex_image("R8_UNORM", GPU_DIM_2D, 256, 64, 1, 1, 7);
   gpu_sampler m = {.mip_linear = true, .min_lod = as_u(0.5f), .max_lod = as_u(100), .bias = as_u(0.25f)};
   gpu_image_encode(&i, r.image);
   gpu_sampler_encode(&m, r.sampler);
   r.exec = 0xffffffff;
   for (unsigned l = 0; l < 32; l++) {
      r.address[2][l] = as_u(ldexpf(1, (int)l - 20)), r.address[5][l] = as_u(ldexpf(1, -30));
      r.address[3][l] = r.address[4][l] = 0;
   }
   tex_go(&r, "img_lod.2d.grad v[20:23], s[0:7], s[8:15], v[0:5]");
   for (unsigned l = 0; l < 32; l++) {
      float lod = (float)l - 20 + 8 + 0.25f;
      assert_true(as_f(r.result[1][l]) == lod);
      assert_true(as_f(r.result[0][l]) == (lod < 0.5f ? 0.5f : lod > 6 ? 6 : lod));
   }
}

static void depth_compare_clamps(void **state)
{
   static tex_run r;
   static const char *const formats[] = {"D16_UNORM", "D32_SFLOAT", "D24_UNORM_S8_UINT"};
   for (unsigned k = 0; k < 3; k++) {
      gpu_image i = tex_image(formats[k], GPU_DIM_2D, 1, 1, 1, 1, 1);
      gpu_sampler m = {.compare = GPU_COMPARE_EQUAL};
      fmt_texel t = {.c = {{.f = 1}}};
      uint8_t bytes[8];
      fmt_pack(tex_format(formats[k]), &t, bytes);
      rig_copy(rig_dev, 0, bytes, sizeof bytes, true);
      gpu_image_encode(&i, r.image);
      gpu_sampler_encode(&m, r.sampler);
      r.exec = 1;
      r.address[2][0] = as_u(1.5f);
      tex_go(&r, "img_sample.2d.cmp v[20:23], s[0:7], s[8:15], v[0:2]");
      assert_true(as_f(r.result[0][0]) == (k == 1 ? 0 : 1));
      assert_true(as_f(r.result[3][0]) == 1);
   }
}

static int open_device(void **state)
{
   rig_dev = rig_open(1);
   return 0;
}

static int close_device(void **state)
{
   emu_device_close(rig_dev);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(explicit_lod), cmocka_unit_test(gradients), cmocka_unit_test(gathers), cmocka_unit_test(unnormalised_and_integers),
      cmocka_unit_test(lod_query),    cmocka_unit_test(depth_compare_clamps),
   };
   return cmocka_run_group_tests(tests, open_device, close_device);
}
