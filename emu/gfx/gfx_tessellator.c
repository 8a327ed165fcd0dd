/* Fixed-function tessellator: domain points and primitives of one patch, in exact fixed point of 16 fraction
 * bits.
 *
 * An edge is divided at points that depend on its level and the spacing alone and are symmetric (point n - i
 * is 1 - point i to the bit), so patches that share an edge and its level share its points. Triangles and
 * quads are rings: the outer one has the outer levels' points, the inner ones those of the inner levels;
 * between two rings, points are joined edge by edge. Manual: "Graphics pipeline", Tessellator.
 */
#include <stdlib.h>
#include "pipeline.h"

#define ONE 65536u
#define LEAST 3u /* shortest segment: rings and points never coincide */
#define SEGMENTS_MAX GPU_GFX_TESS_LEVEL_MAX

/* An edge's points in units of 1/65536: t[0] = 0 .. t[n] = ONE. */
typedef struct division {
   unsigned n;
   uint32_t t[SEGMENTS_MAX + 1];
} division;

typedef struct tess {
   gfx_tessellation *out;
   bool clockwise, point_mode, ok;
} tess;

static float limit(float level, float least, float most)
{
   return !(level > least) ? least : level < most ? level : most;
}

static unsigned round_up(float level)
{
   unsigned n = (unsigned)level;
   return n + ((float)n < level);
}

static unsigned segments(enum gpu_tess_spacing spacing, float *level)
{
   unsigned n;
   switch (spacing) {
   case GPU_TESS_FRACTIONAL_EVEN:
      *level = limit(*level, 2, 64);
      n = round_up(*level);
      return n + n % 2;
   case GPU_TESS_FRACTIONAL_ODD:
      *level = limit(*level, 1, 63);
      n = round_up(*level);
      return n + (n % 2 == 0);
   default:
      *level = limit(*level, 1, 64);
      return round_up(*level);
   }
}

/* Fractional: the two segments at the ends are the short ones. */
static void divide(enum gpu_tess_spacing spacing, float level, division *d)
{
   unsigned n = segments(spacing, &level);
   bool equal = spacing == GPU_TESS_EQUAL;
   double length = equal ? n : level, end = equal ? 1 : (length - (n - 2.0)) / 2;
   d->n = n;
   for (unsigned i = 0; i <= n / 2; i++) {
      double at = i == 0 ? 0 : (end + (i - 1)) / length;
      d->t[i] = (uint32_t)(at * ONE + 0.5);
      if (i == 1 && d->t[1] < LEAST)
         d->t[1] = LEAST;
      d->t[n - i] = ONE - d->t[i];
   }
   if (n % 2 == 0)
      d->t[n / 2] = ONE / 2;
}

/* A level of 1 that stands beside greater ones counts as a little more than 1. */
static void divide_inner(enum gpu_tess_spacing spacing, float level, bool alone, division *d)
{
   divide(spacing, level, d);
   if (d->n == 1 && !alone)
      divide(spacing, 1.0000001f, d);
}

/* ---- output
 * ------------------------------------------------------------------------------------------------------------------
 */
static uint32_t point(tess *k, uint32_t u, uint32_t v)
{
   gfx_tessellation *t = k->out;
   if (!k->ok || !gfx_grow(&t->point, t->points, &t->point_capacity, sizeof *t->point)) {
      k->ok = false;
      return 0;
   }
   t->point[t->points] = (gfx_domain_point){u, v};
   return t->points++;
}

static void index_out(tess *k, uint32_t i)
{
   gfx_tessellation *t = k->out;
   if (k->ok && gfx_grow(&t->index, t->indices, &t->index_capacity, sizeof *t->index))
      t->index[t->indices++] = i;
   else
      k->ok = false;
}

/* Counterclockwise in the plane of u to the right and v up. */
static void triangle(tess *k, uint32_t a, uint32_t b, uint32_t c)
{
   if (k->point_mode)
      return;
   index_out(k, a);
   index_out(k, k->clockwise ? c : b);
   index_out(k, k->clockwise ? b : c);
}

/* Points along one side of a ring and where they stand on the side's edge. */
typedef struct side {
   unsigned n; /* segments */
   uint32_t id[SEGMENTS_MAX + 1];
   uint32_t t[SEGMENTS_MAX + 1];
} side;

/* Fill the strip between a side and the one inside of it (to the left). The nearer middle of the next segment
 * goes first. */
static void stitch(tess *k, const side *outer, const side *inner)
{
   unsigned i = 0, j = 0;
   while (i < outer->n || j < inner->n) {
      bool go =
          j == inner->n || (i < outer->n && outer->t[i] + outer->t[i + 1] <= inner->t[j] + inner->t[j + 1]);
      if (go) {
         triangle(k, outer->id[i], outer->id[i + 1], inner->id[j]);
         i++;
      } else {
         triangle(k, outer->id[i], inner->id[j + 1], inner->id[j]);
         j++;
      }
   }
}

/* Sides of a ring whose points were made in order; `sides` of them, the end of each is the start of the next.
 */
static void close_ring(side *s, unsigned sides)
{
   for (unsigned e = 0; e < sides; e++)
      s[e].id[s[e].n] = s[(e + 1) % sides].id[0];
}

/* ---- triangles
 * -----------------------------------------------------------------------------------------------------------------
 */
/* Point t on side e of the ring that is 2 h away from the edges. Sides: w = 0 from (1,0,0) to (0,1,0), then
 * round. */
static uint32_t triangle_point(tess *k, unsigned e, uint32_t t, uint32_t h, bool corner)
{
   uint32_t far = corner ? ONE - 4 * h : ONE - t - h, along = corner ? 2 * h : t - h, away = 2 * h;
   uint32_t u = e == 0 ? far : e == 1 ? away : along;
   uint32_t v = e == 0 ? along : e == 1 ? far : away;
   return point(k, u, v);
}

static void triangle_side(tess *k, side *s, unsigned e, const division *d, unsigned ring)
{
   uint32_t h = (d->t[ring] + 1) / 3;
   s->n = d->n - 2 * ring;
   for (unsigned i = 0; i <= s->n; i++) {
      s->t[i] = d->t[ring + i];
      if (i < s->n)
         s->id[i] = triangle_point(k, e, s->t[i], h, i == 0);
   }
}

static void triangles(tess *k, enum gpu_tess_spacing spacing, const float outer[4], float inner)
{
   static const uint8_t level_of[3] = {2, 0, 1};
   division edge[3], in;
   side ring[2][3];
   bool ones = true;
   for (unsigned e = 0; e < 3; e++) {
      divide(spacing, outer[level_of[e]], &edge[e]);
      ones &= edge[e].n == 1;
   }
   divide_inner(spacing, inner, ones, &in);
   for (unsigned e = 0; e < 3; e++)
      triangle_side(k, &ring[0][e], e, &edge[e], 0);
   close_ring(ring[0], 3);
   if (in.n == 1) {
      triangle(k, ring[0][0].id[0], ring[0][1].id[0], ring[0][2].id[0]);
      return;
   }
   for (unsigned r = 1; r <= in.n / 2; r++) {
      side *o = ring[(r - 1) & 1], *i = ring[r & 1];
      bool centre = 2 * r == in.n;
      uint32_t middle = centre ? point(k, ONE / 3, ONE / 3) : 0;
      for (unsigned e = 0; e < 3; e++)
         if (centre)
            i[e] = (side){.n = 0, .id = {middle}, .t = {ONE / 2}};
         else
            triangle_side(k, &i[e], e, &in, r);
      if (!centre)
         close_ring(i, 3);
      for (unsigned e = 0; e < 3; e++)
         stitch(k, &o[e], &i[e]);
      if (2 * r + 1 == in.n)
         triangle(k, i[0].id[0], i[1].id[0], i[2].id[0]);
   }
}

/* ---- quads
 * ------------------------------------------------------------------------------------------------------------------------
 */
/* Sides: v = 0 from (0,0) to (1,0), then round counterclockwise. */
static void outer_side(tess *k, side *s, unsigned e, const division *d)
{
   s->n = d->n;
   for (unsigned i = 0; i <= d->n; i++) {
      uint32_t t = s->t[i] = d->t[i];
      uint32_t u = e == 0 ? t : e == 1 ? ONE : e == 2 ? ONE - t : 0;
      uint32_t v = e == 0 ? 0 : e == 1 ? t : e == 2 ? ONE : ONE - t;
      if (i < d->n)
         s->id[i] = point(k, u, v);
   }
}

/* The same side of the inner grid, whose point (x, y) has the number base + y * width + x. */
static void inner_side(side *s, unsigned e, const division *du, const division *dv, uint32_t base)
{
   unsigned width = du->n - 1, height = dv->n - 1;
   const division *d = e & 1 ? dv : du;
   s->n = d->n - 2;
   for (unsigned i = 0; i <= s->n; i++) {
      unsigned x = e == 0 ? i : e == 1 ? width - 1 : e == 2 ? width - 1 - i : 0;
      unsigned y = e == 0 ? 0 : e == 1 ? i : e == 2 ? height - 1 : height - 1 - i;
      s->id[i] = base + y * width + x;
      s->t[i] = d->t[i + 1];
   }
}

static void inner_grid(tess *k, const division *du, const division *dv, uint32_t base)
{
   unsigned width = du->n - 1;
   for (unsigned y = 0; y + 2 < dv->n; y++)
      for (unsigned x = 0; x + 2 < du->n; x++) {
         uint32_t a = base + y * width + x, b = a + width;
         triangle(k, a, a + 1, b + 1);
         triangle(k, a, b + 1, b);
      }
}

static void quads(tess *k, enum gpu_tess_spacing spacing, const float outer[4], const float inner[2])
{
   static const uint8_t level_of[4] = {1, 2, 3, 0};
   division edge[4], du, dv;
   side o[4], i;
   bool ones = true;
   for (unsigned e = 0; e < 4; e++) {
      divide(spacing, outer[level_of[e]], &edge[e]);
      ones &= edge[e].n == 1;
      outer_side(k, &o[e], e, &edge[e]);
   }
   close_ring(o, 4);
   divide(spacing, inner[0], &du);
   divide(spacing, inner[1], &dv);
   if (ones && du.n == 1 && dv.n == 1) {
      triangle(k, o[0].id[0], o[1].id[0], o[2].id[0]);
      triangle(k, o[0].id[0], o[2].id[0], o[3].id[0]);
      return;
   }
   divide_inner(spacing, inner[0], false, &du);
   divide_inner(spacing, inner[1], false, &dv);
   uint32_t base = k->out->points;
   for (unsigned y = 1; y < dv.n; y++)
      for (unsigned x = 1; x < du.n; x++)
         point(k, du.t[x], dv.t[y]);
   for (unsigned e = 0; e < 4; e++) {
      inner_side(&i, e, &du, &dv, base);
      stitch(k, &o[e], &i);
   }
   inner_grid(k, &du, &dv, base);
}

/* ---- lines
 * ---------------------------------------------------------------------------------------------------------------------------
 */
static void isolines(tess *k, enum gpu_tess_spacing spacing, const float outer[4])
{
   division lines, along;
   divide(GPU_TESS_EQUAL, outer[0], &lines);
   divide(spacing, outer[1], &along);
   for (unsigned y = 0; y < lines.n; y++) {
      uint32_t first = k->out->points;
      for (unsigned x = 0; x <= along.n; x++)
         point(k, along.t[x], lines.t[y]);
      for (unsigned x = 0; x < along.n && !k->point_mode; x++) {
         index_out(k, first + x);
         index_out(k, first + x + 1);
      }
   }
}

bool gfx_tessellate_patch(enum gpu_tess_domain domain, enum gpu_tess_spacing spacing, bool clockwise,
                          bool point_mode, const float outer[4], const float inner[2], gfx_tessellation *t)
{
   tess k = {t, clockwise, point_mode, true};
   unsigned levels = domain == GPU_TESS_TRIANGLES ? 3 : domain == GPU_TESS_QUADS ? 4 : 2;
   t->points = t->indices = 0;
   t->per_primitive = point_mode ? 1 : domain == GPU_TESS_ISOLINES ? 2 : 3;
   for (unsigned i = 0; i < levels; i++)
      if (!(outer[i] > 0))
         return true;
   if (domain == GPU_TESS_TRIANGLES)
      triangles(&k, spacing, outer, inner[0]);
   else if (domain == GPU_TESS_QUADS)
      quads(&k, spacing, outer, inner);
   else
      isolines(&k, spacing, outer);
   for (uint32_t i = 0; i < t->points && point_mode; i++)
      index_out(&k, i);
   return k.ok;
}
