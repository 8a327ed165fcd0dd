/* Level of detail, anisotropy and cube faces. Manual: chapter "Images", sections "Level of detail" and "Cubes".
 *
 * Only + - * / and square root of f64 and the core's own log2, so every host computes the same.
 */
#include "tex.h"

/* ---- cubes ----------------------------------------------------------------------------------------- */
/* sc, tc and rc of each face as signed axes: 1 x, 2 y, 3 z. */
static const int8_t face_axes[6][3] = {{-3, -2, 1}, {3, -2, -1}, {1, 3, 2}, {1, -3, -2}, {1, -2, 3}, {-1, -2, -3}};

static double along(const double v[3], int axis)
{
   return axis < 0 ? -v[-axis - 1] : v[axis - 1];
}

static unsigned face_of(const double v[3])
{
   double x = __builtin_fabs(v[0]), y = __builtin_fabs(v[1]), z = __builtin_fabs(v[2]);
   if (z >= x && z >= y)
      return v[2] < 0 ? 5 : 4;
   if (y >= x)
      return v[1] < 0 ? 3 : 2;
   return v[0] < 0 ? 1 : 0;
}

static double on_face(double c, double r)
{
   return r > 0 ? 0.5 * c / r + 0.5 : 0.5;
}

static void numbers_only(const float in[3], double out[3])
{
   for (unsigned k = 0; k < 3; k++)
      out[k] = in[k] == in[k] ? in[k] : 0;
}

tex_cube tex_cube_of(const float in[3])
{
   double v[3];
   numbers_only(in, v);
   unsigned face = face_of(v);
   const int8_t *axis = face_axes[face];
   double r = along(v, axis[2]);
   return (tex_cube){face, on_face(along(v, axis[0]), r), on_face(along(v, axis[1]), r)};
}

/* Gradient of the face's s and t. */
static void project(const float in[3], double g[3])
{
   double v[3], d[3] = {g[0], g[1], g[2]};
   numbers_only(in, v);
   const int8_t *axis = face_axes[face_of(v)];
   double r = along(v, axis[2]), dr = along(d, axis[2]);
   for (unsigned k = 0; k < 2; k++)
      g[k] = r > 0 ? 0.5 * (r * along(d, axis[k]) - along(v, axis[k]) * dr) / (r * r) : 0;
   g[2] = 0;
}

/* In units of half texels the cube's faces are at +-size, texel centres at odd or even steps between. The
 * axis that has left the face becomes the new face's, the old one ends at its last texel. */
void tex_cube_wrap(unsigned *face, int32_t *x, int32_t *y, int32_t size)
{
   const int8_t *axis = face_axes[*face];
   int32_t c[3] = {2 * *x + 1 - size, 2 * *y + 1 - size, size - 1}, v[3];
   for (unsigned k = 0; k < 2; k++)
      c[k] = c[k] > size ? size : c[k] < -size ? -size : c[k];
   for (unsigned k = 0; k < 3; k++) {
      int a = axis[k];
      v[(a < 0 ? -a : a) - 1] = a < 0 ? -c[k] : c[k];
   }
   unsigned major = v[0] == size || v[0] == -size ? 0 : v[1] == size || v[1] == -size ? 1 : 2;
   *face = 2 * major + (v[major] < 0);
   axis = face_axes[*face];
   int32_t s = axis[0] < 0 ? -v[-axis[0] - 1] : v[axis[0] - 1];
   int32_t t = axis[1] < 0 ? -v[-axis[1] - 1] : v[axis[1] - 1];
   *x = (s + size - 1) / 2;
   *y = (t + size - 1) / 2;
}

/* ---- gradients --------------------------------------------------------------------------------------- */
static void read_gradients(const tex_unit *t, const tex_address *a, unsigned lane, double g[2][3])
{
   unsigned quad = lane & ~3u;
   for (unsigned k = 0; k < 3; k++) {
      g[0][k] = g[1][k] = 0;
      if (k >= a->coords)
         continue;
      if (t->inst.lod == ISA_LOD_GRAD) {
         g[0][k] = arith_float(a->lod[k][lane]);
         g[1][k] = arith_float(a->lod[a->coords + k][lane]);
      } else {
         float at = arith_float(a->coord[k][quad]);
         g[0][k] = arith_float(a->coord[k][quad + 1]) - at;
         g[1][k] = arith_float(a->coord[k][quad + 2]) - at;
      }
   }
}

static double square_length(const tex_unit *t, const gpu_image_level *base, const double g[3])
{
   uint32_t size[3] = {base->width_px, base->height_px, base->depth};
   double sum = 0;
   for (unsigned k = 0; k < 3; k++) {
      double m = t->sampler.unnormalised ? g[k] : g[k] * size[k];
      sum += m * m;
   }
   return sum;
}

static float half_log2(double x)
{
   return 0.5f * arith_log2((float)x);
}

static unsigned anisotropy(const tex_unit *t, double max, double min)
{
   uint32_t limit = t->sampler.anisotropy;
   if (limit < 2 || !(max > 0))
      return 1;
   double ratio = __builtin_ceil(__builtin_sqrt(max / min));
   return ratio >= limit ? limit : ratio > 1 ? (unsigned)ratio : 1;
}

static float lambda_of_gradients(const tex_unit *t, const tex_address *a, unsigned lane, tex_lod *l)
{
   double g[2][3];
   const gpu_image_level *base = tex_level((tex_unit *)t, 0);
   read_gradients(t, a, lane, g);
   if (gpu_dim_is_cube((enum gpu_dim)t->inst.dim)) {
      float v[3] = {arith_float(a->coord[0][lane]), arith_float(a->coord[1][lane]),
                    arith_float(a->coord[2][lane])};
      project(v, g[0]);
      project(v, g[1]);
   }
   double x = square_length(t, base, g[0]), y = square_length(t, base, g[1]);
   double max = x >= y ? x : y, min = x >= y ? y : x;
   l->points = anisotropy(t, max, min);
   for (unsigned k = 0; k < 3; k++)
      l->step[k] = g[x >= y ? 0 : 1][k];
   return half_log2(max / ((double)l->points * l->points));
}

/* ---- level of detail ---------------------------------------------------------------------------------- */
static float clamp(float x, float low, float high)
{
   x = x < low ? low : x;
   return x > high ? high : x;
}

tex_lod tex_lod_of(const tex_unit *t, const tex_address *a, unsigned lane)
{
   tex_lod l = {.points = 1};
   float bias = arith_float(t->sampler.bias);

   if (t->sampler.unnormalised)
      return l;
   if (t->inst.lod == ISA_LOD_LEVEL)
      l.lambda = arith_float(a->lod[0][lane]);
   else if (t->inst.lod != ISA_LOD_ZERO)
      l.lambda = lambda_of_gradients(t, a, lane, &l);
   if (t->inst.lod == ISA_LOD_BIAS)
      bias += arith_float(a->lod[0][lane]);
   l.lambda += bias == bias ? clamp(bias, -16, 16) : 0;
   l.lambda = l.lambda == l.lambda ? l.lambda : 0;
   l.clamped = clamp(l.lambda, arith_float(t->sampler.min_lod), arith_float(t->sampler.max_lod));
   float fixed = arith_rndne(clamp(l.clamped, 0, (float)(t->image.levels - 1)) * 256.0f);
   l.fixed = (uint32_t)fixed;
   return l;
}
