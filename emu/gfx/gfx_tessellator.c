/* Fixed-function tessellator: domain points and primitives of one patch, in fixed point of 16 fraction bits.
 *
 * Points, their order and the triangles are those of the fixed-point tessellator that Direct3D 11 hardware has
 * in common, to the bit. An edge is divided at points that depend on its level and the spacing alone and are
 * symmetric (point n - i is 1 - point i), so patches that share an edge and its level share its points.
 * Triangles and quads are rings: the outer one has the outer levels' points, the inner ones those of the inner
 * levels; between two rings points are joined side by side. Manual: "Graphics pipeline", Tessellator.
 */
#include <stdlib.h>
#include "pipeline.h"

#define ONE 65536u
#define HALF 32768u
#define POINTS_MAX (GPU_GFX_TESS_LEVEL_MAX + 1)
#define RANKS 33u

/* A level turned into points t[0] = 0 .. t[points - 1] = ONE. */
typedef struct division {
   bool odd;
   unsigned points, half; /* half: points before the middle, or before the middle segment's end if odd */
   uint32_t t[POINTS_MAX];
} division;

/* One side of a ring, from corner to corner. */
typedef struct side {
   unsigned n;
   uint32_t id[POINTS_MAX];
} side;

typedef struct tess {
   gfx_tessellation *out;
   enum gpu_tess_spacing spacing;
   bool clockwise, point_mode, ok;
} tess;

/* ---- levels -------------------------------------------------------------------------------------------------
 */
static float limit(float level, float least, float most)
{
   return !(level > least) ? least : level < most ? level : most;
}

static float least_of(enum gpu_tess_spacing spacing)
{
   return spacing == GPU_TESS_FRACTIONAL_EVEN ? 2 : 1;
}

static float most_of(enum gpu_tess_spacing spacing)
{
   return spacing == GPU_TESS_FRACTIONAL_ODD ? 63 : 64;
}

/* In units of 1/65536, to nearest even; equal spacing rounds up to whole levels. */
static uint32_t to_fixed(enum gpu_tess_spacing spacing, float level)
{
   double x = (double)level * ONE;
   uint32_t n = (uint32_t)x;
   double rest = x - n;
   if (spacing == GPU_TESS_EQUAL)
      return (n + ONE - 1 + (rest > 0)) / ONE * ONE;
   return n + (rest > 0.5 || (rest == 0.5 && (n & 1)));
}

static uint32_t outer_level(const tess *k, float level)
{
   return to_fixed(k->spacing, limit(level, least_of(k->spacing), most_of(k->spacing)));
}

/* frame: with odd spacing, the inner levels must be greater than 1, because another level is. */
static uint32_t inner_level(const tess *k, float level, bool frame)
{
   float least = least_of(k->spacing) + (frame && k->spacing == GPU_TESS_FRACTIONAL_ODD ? 1.0f / ONE : 0);
   return to_fixed(k->spacing, limit(level, least, most_of(k->spacing)));
}

static uint32_t whole(uint32_t fixed)
{
   return (fixed + ONE - 1) / ONE;
}

static uint32_t without_top_bit(uint32_t v)
{
   uint32_t top = 1;
   while (top * 2 <= v)
      top *= 2;
   return v ? v - top : 0;
}

static uint32_t reciprocal(uint32_t n)
{
   return (ONE + n / 2) / n;
}

/* A half edge lies between the divisions into the whole numbers of points below and above its level: `rest`
 * says how far. The point `split` is the one that the lower has not got yet. */
static void divide(uint32_t level, bool odd, division *d)
{
   uint32_t h = (level + 1) / 2;
   d->odd = odd;
   d->points = odd ? 2 * whole(HALF + h) : 2 * whole(h) + 1;
   if (odd || h == HALF)
      h += HALF;
   uint32_t below = h / ONE, above = whole(h), rest = h % ONE;
   uint32_t split = !rest ? above + 1 : odd && below == 1 ? 0 : 2 * without_top_bit(below - odd) + 1;
   uint32_t step_below = reciprocal(2 * below - odd), step_above = reciprocal(2 * above - odd);
   d->half = above;
   for (uint32_t i = 0; i < above; i++) {
      uint32_t lower = (i > split ? i - 1 : i) * step_below, upper = i * step_above;
      d->t[i] = (lower * (ONE - rest) + upper * rest + HALF) >> 16;
      d->t[d->points - 1 - i] = ONE - d->t[i];
   }
   if (!odd)
      d->t[above] = HALF;
}

static bool is_odd(const tess *k, uint32_t level)
{
   return k->spacing == GPU_TESS_EQUAL ? level / ONE & 1 : k->spacing == GPU_TESS_FRACTIONAL_ODD;
}

/* An inner level of 1 beside greater ones is two segments: there is always a ring inside the outer one. */
static void divide_inner(const tess *k, uint32_t level, division *d)
{
   divide(level, is_odd(k, level) && !(k->spacing == GPU_TESS_EQUAL && level == ONE), d);
}

/* ---- output -------------------------------------------------------------------------------------------------
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

/* ---- strips between two sides ---------------------------------------------------------------------------------
 */
typedef struct strip {
   tess *k;
   const uint32_t *outer, *inner; /* where the strip has got to on either side */
} strip;

static void step_outer(strip *s)
{
   triangle(s->k, s->outer[0], s->outer[1], s->inner[0]);
   s->outer++;
}

static void step_inner(strip *s)
{
   triangle(s->k, s->inner[0], s->outer[0], s->inner[1]);
   s->inner++;
}

/* Both sides go on by one; the diagonal runs from the outer or the inner point of the start. */
static void step_both(strip *s, bool from_outer)
{
   const uint32_t *o = s->outer++, *i = s->inner++;
   if (from_outer) {
      triangle(s->k, o[0], i[1], i[0]);
      triangle(s->k, o[0], o[1], i[1]);
   } else {
      triangle(s->k, i[0], o[0], o[1]);
      triangle(s->k, i[0], o[1], i[1]);
   }
}

/* In which order the points of a half edge appear as its level grows: 0 first, then as in a binary heap. */
static uint32_t rank(uint32_t i)
{
   uint32_t below = 0, n = i - 1;
   if (i == 0 || i == 1)
      return i ? RANKS - 1 : 0;
   for (; !(n & 1); n /= 2)
      below++;
   return (16u >> below) + n / 2;
}

/* Between sides of any two levels: points go on in the order in which they appear, mirrored behind the middle. */
static void stitch_levels(tess *k, const side *outer, const division *od, const side *inner, const division *id)
{
   strip s = {k, outer->id, inner->id};
   uint32_t outer_half = od->half - od->odd, inner_half = id->half - id->odd;
   for (uint32_t i = 0; i < RANKS; i++) {
      if (i > 0 && rank(i) < inner_half)
         step_inner(&s);
      if (rank(i) < outer_half)
         step_outer(&s);
   }
   if (od->odd && id->odd) {
      triangle(k, s.inner[0], s.outer[0], s.inner[1]);
      triangle(k, s.inner[1], s.outer[0], s.outer[1]);
      s.inner++;
      s.outer++;
   } else if (od->odd) {
      triangle(k, s.inner[0], s.outer[0], s.outer[1]);
      s.outer++;
   } else if (id->odd) {
      step_inner(&s);
   }
   for (uint32_t i = RANKS; i-- > 0;) {
      if (rank(i) < outer_half)
         step_outer(&s);
      if (i > 0 && rank(i) < inner_half)
         step_inner(&s);
   }
}

/* Between rings of the inner level: the outer side has one segment more at either end. */
static void stitch_rings(tess *k, const side *outer, const side *inner)
{
   strip s = {k, outer->id, inner->id};
   step_outer(&s);
   for (unsigned p = 0; p + 1 < inner->n; p++)
      step_both(&s, p < inner->n / 2);
   step_outer(&s);
}

/* Sides of a ring whose points were made one after the other; n points on each. Returns how many there are. */
static uint32_t ring_sides(side *s, unsigned sides, uint32_t base, const unsigned *n)
{
   uint32_t total = 0, at = 0;
   for (unsigned e = 0; e < sides; e++)
      total += n[e] - 1;
   for (unsigned e = 0; e < sides; at += n[e++] - 1) {
      s[e].n = n[e];
      for (unsigned i = 0; i < n[e]; i++)
         s[e].id[i] = total ? base + (at + i) % total : base;
   }
   return total;
}

/* ---- triangles ------------------------------------------------------------------------------------------------
 * Sides in the order u = 0 from v = 1, v = 0 from w = 1, w = 0 from u = 1.
 */
static void triangle_ring(tess *k, const division *d, unsigned ring)
{
   uint32_t away = (d->t[ring] * (2 * ONE / 3) + HALF) >> 16, shift = (away + 1) / 2;
   unsigned first = ring, last = d->points - 1 - ring;
   for (unsigned e = 0; e < 3; e++)
      for (unsigned p = first; p < last; p++) {
         uint32_t along = d->t[e == 1 ? p : last - (p - first)] - shift;
         if (e == 0)
            point(k, away, along);
         else
            point(k, along, e == 1 ? away : ONE - along - away);
      }
}

static void triangle_outside(tess *k, const division edge[3], unsigned n[3])
{
   for (unsigned e = 0; e < 3; e++) {
      n[e] = edge[e].points;
      for (unsigned p = 0; p + 1 < n[e]; p++) {
         uint32_t t = edge[e].t[e == 1 ? p : n[e] - 1 - p];
         point(k, e == 0 ? 0 : t, e == 0 ? t : e == 1 ? 0 : ONE - t);
      }
   }
}

static void triangles(tess *k, const float outer[4], float inner)
{
   division edge[3], in;
   side sides[2][3];
   unsigned n[3];
   uint32_t level[3], most = 0;
   for (unsigned e = 0; e < 3; e++) {
      level[e] = outer_level(k, outer[e]);
      most = level[e] > most ? level[e] : most;
      divide(level[e], is_odd(k, level[e]), &edge[e]);
   }
   uint32_t inside = inner_level(k, inner, most > ONE);
   triangle_outside(k, edge, n);
   uint32_t base = ring_sides(sides[0], 3, 0, n);
   if (most == ONE && inside == ONE) {
      triangle(k, 0, 1, 2);
      return;
   }
   divide_inner(k, inside, &in);
   for (unsigned ring = 1; ring < in.points / 2; ring++)
      triangle_ring(k, &in, ring);
   if (!in.odd)
      point(k, ONE / 3, ONE / 3);
   for (unsigned ring = 1; ring < (in.points + 1) / 2; ring++) {
      side *o = sides[(ring - 1) & 1], *i = sides[ring & 1];
      n[0] = n[1] = n[2] = in.points - 2 * ring;
      uint32_t made = ring_sides(i, 3, base, n);
      for (unsigned e = 0; e < 3; e++)
         if (ring == 1)
            stitch_levels(k, &o[e], &edge[e], &i[e], &in);
         else
            stitch_rings(k, &o[e], &i[e]);
      if (ring + 1 < (in.points + 1) / 2)
         base += made;
   }
   if (in.odd)
      triangle(k, base, base + 1, base + 2);
}

/* ---- quads ----------------------------------------------------------------------------------------------------
 * Sides in the order u = 0 from v = 1, v = 0 from u = 0, u = 1 from v = 0, v = 1 from u = 1; sides 1 and 3 lie
 * along u.
 */
static void quad_side(tess *k, unsigned e, const division *along, unsigned first, uint32_t across)
{
   unsigned last = along->points - 1 - first;
   for (unsigned p = first; p < last; p++) {
      uint32_t t = along->t[e == 1 || e == 2 ? p : last - (p - first)];
      point(k, e & 1 ? t : across, e & 1 ? across : t);
   }
}

/* The innermost ring of an even level is a row of points: along u, or down from great v. */
static void quad_row(tess *k, const division *d, bool along_u, unsigned ring)
{
   unsigned last = d->points - 1 - ring;
   for (unsigned p = ring; p <= last; p++)
      if (along_u)
         point(k, d->t[p], HALF);
      else
         point(k, HALF, d->t[last - (p - ring)]);
}

static void quad_row_sides(side s[4], uint32_t base, unsigned n, bool along_u)
{
   unsigned there = along_u ? 1 : 0, back = there + 2;
   for (unsigned e = 0; e < 4; e++)
      s[e].n = e == there || e == back ? n : 1;
   for (unsigned i = 0; i < n; i++) {
      s[there].id[i] = base + i;
      s[back].id[i] = base + n - 1 - i;
   }
   s[along_u ? 0 : 3].id[0] = base;
   s[along_u ? 2 : 1].id[0] = base + n - 1;
}

/* The innermost ring of an odd level is a row of quads. */
static void quad_centre(tess *k, const side s[4], bool along_u, bool even)
{
   side back = s[along_u ? 3 : 2];
   const side *front = &s[along_u ? 1 : 0];
   unsigned n = back.n;
   for (unsigned i = 0; i < n / 2; i++) {
      uint32_t swapped = back.id[i];
      back.id[i] = back.id[n - 1 - i];
      back.id[n - 1 - i] = swapped;
   }
   strip m = {k, front->id, back.id};
   for (unsigned p = 0; p + 1 < n; p++)
      if (along_u || even) {
         step_both(&m, false);
      } else if (p == n / 2 - 1) {
         step_both(&m, true);
      } else {
         step_outer(&m);
         triangle(k, m.inner[0], m.outer[0], m.inner[1]);
         m.inner++;
      }
}

static void quad_inside(tess *k, const division d[2], unsigned rows)
{
   bool along_u = d[0].points > d[1].points;
   unsigned ring = 1;
   for (; ring < rows; ring++)
      for (unsigned e = 0; e < 4; e++) {
         const division *across = &d[e & 1];
         quad_side(k, e, &d[!(e & 1)], ring, across->t[e < 2 ? ring : across->points - 1 - ring]);
      }
   if (!d[along_u].odd)
      quad_row(k, &d[!along_u], along_u, ring);
}

static void quad_stitch(tess *k, const division edge[4], const division d[2], side sides[2][4], uint32_t base)
{
   bool along_u = d[0].points > d[1].points;
   unsigned shorter = d[along_u].points, rings = (shorter + 1) / 2;
   for (unsigned ring = 1; ring < rings; ring++) {
      side *o = sides[(ring - 1) & 1], *i = sides[ring & 1];
      unsigned along[2] = {d[0].points - 2 * ring, d[1].points - 2 * ring};
      const unsigned n[4] = {along[1], along[0], along[1], along[0]};
      if (ring + 1 == rings && !d[along_u].odd)
         quad_row_sides(i, base, along[!along_u], along_u);
      else
         base += ring_sides(i, 4, base, n);
      for (unsigned e = 0; e < 4; e++)
         if (ring == 1)
            stitch_levels(k, &o[e], &edge[e], &i[e], &d[!(e & 1)]);
         else
            stitch_rings(k, &o[e], &i[e]);
   }
   if (d[along_u].odd)
      quad_centre(k, sides[(rings - 1) & 1], along_u, !d[!along_u].odd);
}

static void quads(tess *k, const float outer[4], const float inner[2])
{
   division edge[4], in[2];
   side sides[2][4];
   unsigned n[4];
   const float smallest = 1 + 0.5f / ONE; /* what is greater becomes more than 1 */
   bool frame = inner[0] > smallest || inner[1] > smallest, ones = true;
   uint32_t inside[2];
   for (unsigned e = 0; e < 4; e++) {
      uint32_t level = outer_level(k, outer[e]);
      frame |= level > ONE;
      ones &= level == ONE;
      divide(level, is_odd(k, level), &edge[e]);
      n[e] = edge[e].points;
      quad_side(k, e, &edge[e], 0, e < 2 ? 0 : ONE);
   }
   for (unsigned a = 0; a < 2; a++)
      inside[a] = inner_level(k, inner[a], frame);
   if (ones && inside[0] == ONE && inside[1] == ONE) { /* as the points are numbered from (0, 0) */
      k->out->points = 0;
      point(k, 0, 0);
      point(k, ONE, 0);
      point(k, ONE, ONE);
      point(k, 0, ONE);
      triangle(k, 0, 1, 3);
      triangle(k, 1, 2, 3);
      return;
   }
   for (unsigned a = 0; a < 2; a++)
      divide_inner(k, inside[a], &in[a]);
   uint32_t base = ring_sides(sides[0], 4, 0, n);
   quad_inside(k, in, (in[0].points < in[1].points ? in[0].points : in[1].points) / 2);
   quad_stitch(k, edge, in, sides, base);
}

/* ---- lines ----------------------------------------------------------------------------------------------------
 */
static void isolines(tess *k, const float outer[4])
{
   division lines, along;
   uint32_t density = to_fixed(GPU_TESS_EQUAL, limit(outer[0], 1, 64)), detail = outer_level(k, outer[1]);
   divide(density, density / ONE & 1, &lines);
   divide(detail, is_odd(k, detail), &along);
   for (unsigned y = 0; y + 1 < lines.points; y++) {
      uint32_t first = k->out->points;
      for (unsigned x = 0; x < along.points; x++)
         point(k, along.t[x], lines.t[y]);
      for (unsigned x = 0; x + 1 < along.points && !k->point_mode; x++) {
         index_out(k, first + x);
         index_out(k, first + x + 1);
      }
   }
}

bool gfx_tessellate_patch(enum gpu_tess_domain domain, enum gpu_tess_spacing spacing, bool clockwise,
                          bool point_mode, const float outer[4], const float inner[2], gfx_tessellation *t)
{
   tess k = {t, spacing, clockwise, point_mode, true};
   unsigned levels = domain == GPU_TESS_TRIANGLES ? 3 : domain == GPU_TESS_QUADS ? 4 : 2;
   t->points = t->indices = 0;
   t->per_primitive = point_mode ? 1 : domain == GPU_TESS_ISOLINES ? 2 : 3;
   for (unsigned i = 0; i < levels; i++)
      if (!(outer[i] > 0))
         return true;
   if (domain == GPU_TESS_TRIANGLES)
      triangles(&k, outer, inner[0]);
   else if (domain == GPU_TESS_QUADS)
      quads(&k, outer, inner);
   else
      isolines(&k, outer);
   for (uint32_t i = 0; i < t->points && point_mode; i++)
      index_out(&k, i);
   return k.ok;
}
