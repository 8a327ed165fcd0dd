/* Set-up: a primitive in the window becomes edges in exact integers and planes for what varies over it.
 *
 * Corners snap to 1/256 pixel, to nearest even; coverage and planes follow from the snapped ones. Lines
 * become rectangles, points squares. An edge's function is not negative inside; one is taken off where the
 * edge is neither a top nor a left one.
 */
#include <emmintrin.h>
#include <math.h>
#include "back.h"

typedef struct spot {
   int32_t x, y;
} spot;

int32_t gfx_snap(double v)
{
   return _mm_cvtsd_si32(_mm_set_sd(v * GFX_SUBPIXELS));
}

static gfx_edge edge_of(spot p, spot q)
{
   int64_t dx = (int64_t)q.x - p.x, dy = (int64_t)q.y - p.y;
   bool top_left = dy < 0 || (dy == 0 && dx > 0);
   return (gfx_edge){-dy, dx, dy * p.x - dx * p.y - !top_left};
}

static int32_t floor_px(int32_t v)
{
   return v >> 8;
}

/* Edges of a convex polygon, turned so that its inside is on the right side; false: no area. */
static bool set_edges(gfx_shape *s, const spot *corner, unsigned n)
{
   int64_t area = 0;
   int32_t x0 = corner[0].x, x1 = x0, y0 = corner[0].y, y1 = y0;
   for (unsigned k = 0; k < n; k++) {
      spot p = corner[k], q = corner[(k + 1) % n];
      area += (int64_t)p.x * q.y - (int64_t)q.x * p.y;
      x0 = p.x < x0 ? p.x : x0;
      x1 = p.x > x1 ? p.x : x1;
      y0 = p.y < y0 ? p.y : y0;
      y1 = p.y > y1 ? p.y : y1;
   }
   if (area == 0)
      return false;
   s->edges = (uint8_t)n;
   for (unsigned k = 0; k < n; k++) {
      spot p = corner[k], q = corner[(k + 1) % n];
      s->edge[k] = area > 0 ? edge_of(p, q) : edge_of(q, p);
   }
   s->x0 = floor_px(x0);
   s->y0 = floor_px(y0);
   s->x1 = floor_px(x1) + 1;
   s->y1 = floor_px(y1) + 1;
   return true;
}

/* ---- planes
 * -----------------------------------------------------------------------------------------------------------------------
 */
/* Values of corner k for each plane. */
typedef struct values {
   double z, inv_w, i, j, li, lj;
} values;

static values values_of(const gfx_corner *c)
{
   return (values){c->z, c->inv_w, c->i * c->inv_w, c->j * c->inv_w, c->li, c->lj};
}

/* fx, fy: change per pixel of the weights of corners 1 and 2. */
static gfx_plane plane(double f0, double f1, double f2, const double fx[2], const double fy[2])
{
   return (gfx_plane){f0, (f1 - f0) * fx[0] + (f2 - f0) * fx[1], (f1 - f0) * fy[0] + (f2 - f0) * fy[1]};
}

static void set_planes(gfx_shape *s, const gfx_prim *p, const double fx[2], const double fy[2])
{
   values v[3];
   for (unsigned k = 0; k < 3; k++)
      v[k] = values_of(&p->corner[k < p->kind ? k : p->kind - 1u]);
   s->z = plane(v[0].z, v[1].z, v[2].z, fx, fy);
   s->inv_w = plane(v[0].inv_w, v[1].inv_w, v[2].inv_w, fx, fy);
   s->i = plane(v[0].i, v[1].i, v[2].i, fx, fy);
   s->j = plane(v[0].j, v[1].j, v[2].j, fx, fy);
   s->li = plane(v[0].li, v[1].li, v[2].li, fx, fy);
   s->lj = plane(v[0].lj, v[1].lj, v[2].lj, fx, fy);
}

/* ---- the three kinds
 * -----------------------------------------------------------------------------------------------------------------
 */
static bool setup_triangle(gfx_shape *s, const gfx_prim *p)
{
   spot c[3];
   for (unsigned k = 0; k < 3; k++)
      c[k] = (spot){gfx_snap(p->corner[k].x), gfx_snap(p->corner[k].y)};
   if (!set_edges(s, c, 3))
      return false;
   double x1 = (c[1].x - c[0].x) / 256.0, y1 = (c[1].y - c[0].y) / 256.0;
   double x2 = (c[2].x - c[0].x) / 256.0, y2 = (c[2].y - c[0].y) / 256.0, area = x1 * y2 - x2 * y1;
   const double fx[2] = {y2 / area, -y1 / area}, fy[2] = {-x2 / area, x1 / area};
   s->ox = c[0].x / 256.0;
   s->oy = c[0].y / 256.0;
   set_planes(s, p, fx, fy);
   return true;
}

static void expand(gfx_shape *s, int32_t by)
{
   s->x0 -= by;
   s->y0 -= by;
   s->x1 += by;
   s->y1 += by;
}

static bool setup_line(const gfx_state *st, gfx_shape *s, const gfx_prim *p)
{
   const gfx_corner *a = &p->corner[0], *b = &p->corner[1];
   double dx = b->x - a->x, dy = b->y - a->y, length2 = dx * dx + dy * dy, length = sqrt(length2);
   double width = gfx_reg_f32(st, GPU_OFF_GFX_LINE_WIDTH);
   width = width > 0 && width <= 1024 ? width : 1;
   if (!(length > 0))
      return false;
   const double fx[2] = {dx / length2, 0}, fy[2] = {dy / length2, 0};
   s->ox = a->x;
   s->oy = a->y;
   set_planes(s, p, fx, fy);
   s->along = (gfx_plane){p->line_start, dx / length, dy / length};
   s->px = gfx_snap(a->x);
   s->py = gfx_snap(a->y);
   s->qx = gfx_snap(b->x);
   s->qy = gfx_snap(b->y);
   if (gfx_reg(st, GPU_OFF_GFX_RASTER) >> 10 & 1) {
      s->bresenham = true;
      s->x0 = floor_px(s->px < s->qx ? s->px : s->qx);
      s->y0 = floor_px(s->py < s->qy ? s->py : s->qy);
      s->x1 = floor_px(s->px < s->qx ? s->qx : s->px) + 1;
      s->y1 = floor_px(s->py < s->qy ? s->qy : s->py) + 1;
      expand(s, (int32_t)width / 2 + 2);
      return true;
   }
   double nx = -dy / length * width / 2, ny = dx / length * width / 2;
   const spot c[4] = {{gfx_snap(a->x + nx), gfx_snap(a->y + ny)},
                      {gfx_snap(a->x - nx), gfx_snap(a->y - ny)},
                      {gfx_snap(b->x - nx), gfx_snap(b->y - ny)},
                      {gfx_snap(b->x + nx), gfx_snap(b->y + ny)}};
   return set_edges(s, c, 4);
}

static bool setup_point(gfx_shape *s, const gfx_prim *p)
{
   double half = p->point_size / 2.0;
   int32_t x0 = gfx_snap(p->corner[0].x - half), x1 = gfx_snap(p->corner[0].x + half);
   int32_t y0 = gfx_snap(p->corner[0].y - half), y1 = gfx_snap(p->corner[0].y + half);
   const spot c[4] = {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
   const double none[2] = {0, 0};
   s->ox = p->corner[0].x;
   s->oy = p->corner[0].y;
   set_planes(s, p, none, none);
   return set_edges(s, c, 4);
}

/* ---- depth bias, rectangle
 * -------------------------------------------------------------------------------------------------------------
 */
/* Smallest difference that the depth format resolves at the primitive's depth. */
static double resolution(const gfx_back *k, const gfx_prim *p)
{
   double most = 0;
   if (k->depth_bits)
      return ldexp(1, -(int)k->depth_bits);
   for (unsigned c = 0; c < p->kind; c++)
      most = fabs(p->corner[c].z) > most ? fabs(p->corner[c].z) : most;
   float f = (float)most;
   uint32_t bits;
   memcpy(&bits, &f, 4);
   int exponent = (int)(bits >> 23 & 0xff) - 127;
   return exponent > -127 ? ldexp(1, exponent - 23) : 0;
}

static double bias_of(const gfx_state *s, const gfx_back *k, const gfx_prim *p)
{
   static const uint8_t bit[3] = {6, 7, 8};
   if (!(gfx_reg(s, GPU_OFF_GFX_RASTER) >> bit[p->polygon_mode % 3] & 1) || !p->from_triangle)
      return 0;
   double clamp = gfx_reg_f32(s, GPU_OFF_GFX_BIAS_CLAMP);
   double o = (double)p->slope * gfx_reg_f32(s, GPU_OFF_GFX_BIAS_SLOPE) +
              resolution(k, p) * gfx_reg_f32(s, GPU_OFF_GFX_BIAS_CONSTANT);
   if (clamp > 0 && o > clamp)
      o = clamp;
   if (clamp < 0 && o < clamp)
      o = clamp;
   return isfinite(o) ? o : 0;
}

static void cut(gfx_shape *s, int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
   s->x0 = s->x0 > x0 ? s->x0 : x0;
   s->y0 = s->y0 > y0 ? s->y0 : y0;
   s->x1 = s->x1 < x1 ? s->x1 : x1;
   s->y1 = s->y1 < y1 ? s->y1 : y1;
}

static double between(double v, double least, double most)
{
   return !(v > least) ? least : v < most ? v : most;
}

/* Triangles end at the viewport's edges; its edges act on the centres of pixels. */
static void cut_viewport(const gfx_state *s, gfx_shape *o)
{
   uint32_t at = GPU_OFF_GFX_VIEWPORT + 32 * o->prim->viewport;
   double x = gfx_reg_f32(s, at), y = gfx_reg_f32(s, at + 4), w = gfx_reg_f32(s, at + 8),
          h = gfx_reg_f32(s, at + 12);
   double x0 = w < 0 ? x + w : x, x1 = w < 0 ? x : x + w, y0 = h < 0 ? y + h : y, y1 = h < 0 ? y : y + h,
          far = 1 << 20;
   cut(o, (int32_t)ceil(between(x0, -far, far) - 0.5), (int32_t)ceil(between(y0, -far, far) - 0.5),
       (int32_t)ceil(between(x1, -far, far) - 0.5), (int32_t)ceil(between(y1, -far, far) - 0.5));
}

bool gfx_setup(const gfx_state *s, const gfx_back *k, const gfx_prim *p, gfx_shape *o)
{
   const int32_t *scissor = (const int32_t *)&s->regs[GPU_OFF_GFX_SCISSOR / 4 + 4 * p->viewport];
   uint32_t at = GPU_OFF_GFX_VIEWPORT + 32 * p->viewport;
   double least = gfx_reg_f32(s, at + 16), most = gfx_reg_f32(s, at + 20);
   memset(o, 0, sizeof *o);
   o->prim = p;
   bool seen = p->kind == GFX_TRIANGLE ? setup_triangle(o, p)
               : p->kind == GFX_LINE   ? setup_line(s, o, p)
                                       : setup_point(o, p);
   if (!seen)
      return false;
   if (p->kind == GFX_TRIANGLE && gfx_reg(s, GPU_OFF_GFX_RASTER) >> 13 & 1) {
      o->conservative = true;
      expand(o, 1);
   }
   o->bias = bias_of(s, k, p);
   o->z_least = least < most ? least : most;
   o->z_most = least < most ? most : least;
   if (p->kind == GFX_TRIANGLE)
      cut_viewport(s, o);
   cut(o, k->area[0], k->area[1], k->area[2], k->area[3]);
   cut(o, scissor[0], scissor[1], scissor[2], scissor[3]);
   return o->x0 < o->x1 && o->y0 < o->y1;
}
