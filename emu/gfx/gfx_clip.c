/* From clip space to the window: cull distances, clipping, viewport, facing, polygon modes.
 *
 * Attributes are not clipped: every corner knows its weights in the original primitive, whose records
 * fragments read. Triangles are cut in depth, by user distances, where w is not positive, and in x and y only
 * far outside (guard band); what they cover beyond the viewport is left to the rasteriser's rectangle. Lines
 * are cut by the whole volume, points go by their centre.
 */
#include <math.h>
#include "pipeline.h"

#define GUARD 32768.0 /* pixels */
#define W_LEAST 1e-30
#define POLYGON_MAX 24

typedef struct clip_vertex {
   double x, y, z, w;
   double i, j, li, lj;
} clip_vertex;

typedef struct viewport {
   double sx, ox, sy, oy, sz, oz;
} viewport;

typedef struct clipper {
   const gfx_state *s;
   gfx_batch *b;
   const gfx_input *in;
   uint32_t record_dw, clip_flags;
   viewport v;
   gfx_prim prim; /* what all of its pieces have in common */
   bool ok;
} clipper;

/* Planes that cut: bits of an outcode. User distances from PLANE_USER on. */
enum {
   PLANE_W,
   PLANE_LEFT,
   PLANE_RIGHT,
   PLANE_TOP,
   PLANE_BOTTOM,
   PLANE_NEAR,
   PLANE_FAR,
   PLANE_USER,
   PLANES = PLANE_USER + 8
};

static uint32_t record_bits(const clipper *c, unsigned corner, unsigned dw)
{
   return dw < c->record_dw ? c->in->record[corner][dw] : 0;
}

static float record_f32(const clipper *c, unsigned corner, unsigned dw)
{
   uint32_t bits = record_bits(c, corner, dw);
   float f;
   memcpy(&f, &bits, 4);
   return f;
}

/* ---- distances
 * ------------------------------------------------------------------------------------------------------------------
 */
static double user_distance(const clipper *c, const clip_vertex *p, unsigned n)
{
   double d[3] = {0, 0, 0};
   for (unsigned k = 0; k < c->in->corners; k++)
      d[k] = record_f32(c, k, GPU_RECORD_DISTANCE + n);
   return p->i == 0 && p->j == 0 ? d[0] : d[0] + p->i * (d[1] - d[0]) + p->j * (d[2] - d[0]);
}

/* Not negative: inside. exact: x and y by the volume instead of the guard band. */
static double distance(const clipper *c, const clip_vertex *p, unsigned plane, bool exact)
{
   const viewport *v = &c->v;
   switch (plane) {
   case PLANE_W:
      return p->w - W_LEAST;
   case PLANE_LEFT:
      return exact ? p->w + p->x : (GUARD + v->ox) * p->w + v->sx * p->x;
   case PLANE_RIGHT:
      return exact ? p->w - p->x : (GUARD - v->ox) * p->w - v->sx * p->x;
   case PLANE_TOP:
      return exact ? p->w + p->y : (GUARD + v->oy) * p->w + v->sy * p->y;
   case PLANE_BOTTOM:
      return exact ? p->w - p->y : (GUARD - v->oy) * p->w - v->sy * p->y;
   case PLANE_NEAR:
      return c->clip_flags >> 18 & 1 ? p->z + p->w : p->z;
   case PLANE_FAR:
      return p->w - p->z;
   default:
      return user_distance(c, p, plane - PLANE_USER);
   }
}

/* Planes in use. */
static uint32_t planes_of(const clipper *c)
{
   uint32_t mask = 1u << PLANE_NEAR | 1u << PLANE_FAR;
   return ((1u << PLANE_NEAR) - 1) | (c->clip_flags >> 16 & 1 ? mask : 0) |
          (c->clip_flags & 0xff) << PLANE_USER;
}

/* The same as outcode for planes without user distances and x and y by the guard band. */
static uint32_t guard_outcode(const clipper *c, const clip_vertex *p, uint32_t planes)
{
   const viewport *v = &c->v;
   bool both = c->clip_flags >> 18 & 1;
   uint32_t inside = (uint32_t)(p->w - W_LEAST >= 0) << PLANE_W |
                     (uint32_t)((GUARD + v->ox) * p->w + v->sx * p->x >= 0) << PLANE_LEFT |
                     (uint32_t)((GUARD - v->ox) * p->w - v->sx * p->x >= 0) << PLANE_RIGHT |
                     (uint32_t)((GUARD + v->oy) * p->w + v->sy * p->y >= 0) << PLANE_TOP |
                     (uint32_t)((GUARD - v->oy) * p->w - v->sy * p->y >= 0) << PLANE_BOTTOM |
                     (uint32_t)((both ? p->z + p->w : p->z) >= 0) << PLANE_NEAR |
                     (uint32_t)(p->w - p->z >= 0) << PLANE_FAR;
   return planes & ~inside;
}

static uint32_t outcode(const clipper *c, const clip_vertex *p, uint32_t planes, bool exact)
{
   uint32_t code = 0;
   if (!exact && !(planes >> PLANE_USER))
      return guard_outcode(c, p, planes);
   for (uint32_t m = planes; m; m &= m - 1) {
      unsigned plane = (unsigned)__builtin_ctz(m);
      code |= distance(c, p, plane, exact) >= 0 ? 0 : 1u << plane;
   }
   return code;
}

/* Onto a plane of x or y exactly: the difference of gigantic corners has lost all digits that a pixel needs. */
static void place(const clipper *c, clip_vertex *p, unsigned plane, bool exact)
{
   const viewport *v = &c->v;
   switch (plane) {
   case PLANE_LEFT:
      p->x = exact ? -p->w : -(GUARD + v->ox) * p->w / v->sx;
      break;
   case PLANE_RIGHT:
      p->x = exact ? p->w : (GUARD - v->ox) * p->w / v->sx;
      break;
   case PLANE_TOP:
      p->y = exact ? -p->w : -(GUARD + v->oy) * p->w / v->sy;
      break;
   case PLANE_BOTTOM:
      p->y = exact ? p->w : (GUARD - v->oy) * p->w / v->sy;
      break;
   default:
      break;
   }
}

/* Point t of the way from a (inside) to b, where the plane's distance is 0. */
static clip_vertex cut(const clipper *c, const clip_vertex *a, const clip_vertex *b, unsigned plane,
                       bool exact)
{
   double da = distance(c, a, plane, exact), db = distance(c, b, plane, exact), t = da / (da - db);
   clip_vertex p = {a->x + (b->x - a->x) * t,
                    a->y + (b->y - a->y) * t,
                    a->z + (b->z - a->z) * t,
                    a->w + (b->w - a->w) * t,
                    a->i + (b->i - a->i) * t,
                    a->j + (b->j - a->j) * t,
                    0,
                    0};
   double linear = p.w != 0 ? t * b->w / p.w : t;
   p.li = a->li + (b->li - a->li) * linear;
   p.lj = a->lj + (b->lj - a->lj) * linear;
   place(c, &p, plane, exact);
   return p;
}

/* ---- the window
 * --------------------------------------------------------------------------------------------------------------------
 */
static viewport viewport_of(const gfx_state *s, uint32_t index)
{
   uint32_t at = GPU_OFF_GFX_VIEWPORT + 32 * index;
   double x = gfx_reg_f32(s, at), y = gfx_reg_f32(s, at + 4), w = gfx_reg_f32(s, at + 8),
          h = gfx_reg_f32(s, at + 12);
   double least = gfx_reg_f32(s, at + 16), greatest = gfx_reg_f32(s, at + 20);
   bool both = gfx_reg(s, GPU_OFF_GFX_CLIP) >> 18 & 1;
   return (viewport){w / 2,
                     x + w / 2,
                     h / 2,
                     y + h / 2,
                     both ? (greatest - least) / 2 : greatest - least,
                     both ? (greatest + least) / 2 : least};
}

static gfx_corner to_window(const clipper *c, const clip_vertex *p)
{
   const viewport *v = &c->v;
   double r = 1 / p->w;
   return (gfx_corner){p->x * r * v->sx + v->ox,
                       p->y * r * v->sy + v->oy,
                       p->z * r * v->sz + v->oz,
                       r,
                       p->i,
                       p->j,
                       p->li,
                       p->lj};
}

static bool finite_corner(const gfx_corner *k)
{
   return isfinite(k->x) && isfinite(k->y) && isfinite(k->z) && isfinite(k->inv_w) &&
          fabs(k->x) <= 2 * GUARD && fabs(k->y) <= 2 * GUARD;
}

static void emit(clipper *c, enum gfx_kind kind, const clip_vertex *const p[3])
{
   gfx_batch *b = c->b;
   if (!gfx_grow(&b->prims, b->prim_count, &b->prim_capacity, sizeof *b->prims)) {
      c->ok = false;
      return;
   }
   gfx_prim *prim = &b->prims[b->prim_count];
   *prim = c->prim;
   prim->kind = (uint8_t)kind;
   for (unsigned k = 0; k < (unsigned)kind; k++) {
      prim->corner[k] = to_window(c, p[k]);
      if (!finite_corner(&prim->corner[k]))
         return;
   }
   b->prim_count++;
}

/* ---- points, lines
 * -------------------------------------------------------------------------------------------------------------------
 */
static void clip_point(clipper *c, const clip_vertex *p)
{
   if (outcode(c, p, planes_of(c), true))
      return;
   GFX_COUNT(c->b->counters, CLIP_OUT, 1);
   emit(c, GFX_POINT, (const clip_vertex *const[3]){p});
}

static void clip_line(clipper *c, const clip_vertex *a, const clip_vertex *b)
{
   uint32_t planes = planes_of(c), ca = outcode(c, a, planes, true), cb = outcode(c, b, planes, true);
   clip_vertex p = *a, q = *b;
   if (ca & cb)
      return;
   c->b->cut += (ca | cb) != 0;
   for (uint32_t m = ca | cb; m; m &= m - 1) {
      unsigned plane = (unsigned)__builtin_ctz(m);
      bool pin = distance(c, &p, plane, true) >= 0, qin = distance(c, &q, plane, true) >= 0;
      if (!pin && !qin)
         return;
      if (!qin)
         q = cut(c, &p, &q, plane, true);
      else if (!pin)
         p = cut(c, &q, &p, plane, true);
   }
   GFX_COUNT(c->b->counters, CLIP_OUT, 1);
   emit(c, GFX_LINE, (const clip_vertex *const[3]){&p, &q});
}

/* ---- triangles
 * ------------------------------------------------------------------------------------------------------------------------
 */
static unsigned clip_polygon(const clipper *c, clip_vertex *polygon, unsigned n, unsigned plane)
{
   clip_vertex out[POLYGON_MAX];
   unsigned count = 0;
   for (unsigned k = 0; k < n; k++) {
      const clip_vertex *a = &polygon[k], *b = &polygon[(k + 1) % n];
      bool ain = distance(c, a, plane, false) >= 0, bin = distance(c, b, plane, false) >= 0;
      if (ain && count < POLYGON_MAX)
         out[count++] = *a;
      if (ain != bin && count < POLYGON_MAX)
         out[count++] = ain ? cut(c, a, b, plane, false) : cut(c, b, a, plane, false);
   }
   memcpy(polygon, out, count * sizeof *out);
   return count;
}

static void fill_triangle(clipper *c, const clip_vertex *corner, uint32_t codes)
{
   clip_vertex polygon[POLYGON_MAX];
   unsigned n = 3;
   memcpy(polygon, corner, 3 * sizeof *corner);
   c->b->cut += codes != 0;
   for (uint32_t m = codes; m && n; m &= m - 1)
      n = clip_polygon(c, polygon, n, (unsigned)__builtin_ctz(m));
   for (unsigned k = 1; k + 1 < n && c->ok; k++)
      emit(c, GFX_TRIANGLE, (const clip_vertex *const[3]){&polygon[0], &polygon[k], &polygon[k + 1]});
}

/* Twice the area in the window times w0 w1 w2, which are positive where it is seen. */
static double signed_area(const clipper *c, const clip_vertex *p)
{
   double d = p[0].x * (p[1].y * p[2].w - p[2].y * p[1].w) - p[1].x * (p[0].y * p[2].w - p[2].y * p[0].w) +
              p[2].x * (p[0].y * p[1].w - p[1].y * p[0].w);
   return d * c->v.sx * c->v.sy;
}

/* Greatest change of depth in one pixel's step. */
static float slope_of(const clipper *c, const clip_vertex *p)
{
   if (!(p[0].w > 0 && p[1].w > 0 && p[2].w > 0))
      return 0;
   gfx_corner k[3] = {to_window(c, &p[0]), to_window(c, &p[1]), to_window(c, &p[2])};
   double x1 = k[1].x - k[0].x, y1 = k[1].y - k[0].y, z1 = k[1].z - k[0].z;
   double x2 = k[2].x - k[0].x, y2 = k[2].y - k[0].y, z2 = k[2].z - k[0].z, area = x1 * y2 - x2 * y1;
   if (area == 0)
      return 0;
   double dx = fabs((z1 * y2 - z2 * y1) / area), dy = fabs((z2 * x1 - z1 * x2) / area);
   double most = dx > dy ? dx : dy;
   return isfinite(most) ? (float)most : 0;
}

static bool faces_away(clipper *c, const clip_vertex *p)
{
   uint32_t raster = gfx_reg(c->s, GPU_OFF_GFX_RASTER);
   double area = -signed_area(c, p); /* positive: counterclockwise as seen */
   c->prim.front = raster >> 3 & 1 ? area < 0 : area > 0;
   return raster >> (c->prim.front ? 1 : 2) & 1;
}

/* What is seen of a triangle by its facing; codes: of all corners. */
static void put_triangle(clipper *c, const clip_vertex *p, uint32_t codes)
{
   uint32_t raster = gfx_reg(c->s, GPU_OFF_GFX_RASTER);
   c->prim.from_triangle = true;
   enum gpu_polygon_mode mode = (enum gpu_polygon_mode)(raster >> 4 & 3);
   c->prim.polygon_mode = (uint8_t)mode;
   if (raster >> (mode == GPU_POLYGON_FILL ? 6 : mode == GPU_POLYGON_LINE ? 7 : 8) & 1)
      c->prim.slope = slope_of(c, p);
   if (mode == GPU_POLYGON_FILL)
      fill_triangle(c, p, codes);
   for (unsigned k = 0; k < 3 && mode != GPU_POLYGON_FILL; k++)
      if (mode == GPU_POLYGON_LINE)
         clip_line(c, &p[k], &p[(k + 1) % 3]);
      else
         clip_point(c, &p[k]);
}

static void clip_triangle(clipper *c, const clip_vertex *p)
{
   uint32_t planes = planes_of(c), any = 0, all = ~0u;
   for (unsigned k = 0; k < 3; k++) {
      uint32_t code = outcode(c, &p[k], planes, false);
      any |= code;
      all &= code;
   }
   if (all)
      return;
   GFX_COUNT(c->b->counters, CLIP_OUT, 1);
   if (!faces_away(c, p))
      put_triangle(c, p, any);
}

/* ---- a primitive
 * -------------------------------------------------------------------------------------------------------------------------
 */
/* All corners on the outer side of one cull distance. */
static bool culled(const clipper *c)
{
   for (uint32_t m = c->clip_flags >> 8 & 0xff; m; m &= m - 1) {
      bool all = true;
      for (unsigned k = 0; k < c->in->corners; k++)
         all &= record_f32(c, k, GPU_RECORD_DISTANCE + (unsigned)__builtin_ctz(m)) < 0;
      if (all)
         return true;
   }
   return false;
}

static float point_size(const clipper *c)
{
   float size = c->clip_flags >> 21 & 1 ? record_f32(c, c->prim.provoking, GPU_RECORD_POINT_SIZE) : 1;
   const float most = GPU_GFX_POINT_SIZE_MAX;
   return !(size > 0) ? 0 : size < most ? size : most;
}

/* Layer, viewport and so on by the provoking corner. False: it goes to no layer. */
static bool common(clipper *c)
{
   const gfx_input *in = c->in;
   gfx_prim *p = &c->prim;
   uint32_t view = gfx_reg(c->s, GPU_OFF_GFX_VIEW);
   uint32_t viewport = c->clip_flags >> 20 & 1 ? record_bits(c, in->provoking, GPU_RECORD_VIEWPORT) : 0;
   viewport = viewport < GPU_GFX_VIEWPORTS ? viewport : 0;
   if (viewport != p->viewport)
      c->v = viewport_of(c->s, viewport);
   p->viewport = viewport;
   p->provoking = in->provoking;
   p->continues = in->continues;
   p->front = true;
   p->from_triangle = false;
   p->polygon_mode = 0;
   p->slope = 0;
   p->id = c->clip_flags >> 22 & 1 ? record_bits(c, in->provoking, GPU_RECORD_PRIMITIVE_ID) : in->id;
   p->layer = (c->clip_flags >> 19 & 1 ? record_bits(c, in->provoking, GPU_RECORD_LAYER) : 0) +
              (view >> 8 & 1 ? view & 0xff : 0);
   p->point_size = point_size(c);
   for (unsigned k = 0; k < 3; k++)
      p->record[k] = in->record[k < in->corners ? k : in->corners - 1u];
   return p->layer < gfx_reg(c->s, GPU_OFF_GFX_FB_LAYERS);
}

static bool read_positions(const clipper *c, clip_vertex p[3])
{
   for (unsigned k = 0; k < c->in->corners; k++) {
      float v[4];
      for (unsigned n = 0; n < 4; n++) {
         v[n] = record_f32(c, k, GPU_RECORD_POSITION + n);
         if (!isfinite(v[n]))
            return false;
      }
      p[k] = (clip_vertex){v[0], v[1], v[2], v[3], k == 1, k == 2, k == 1, k == 2};
   }
   return true;
}

static void clip_one(clipper *c)
{
   clip_vertex p[3];
   if (!c->in->corners || !read_positions(c, p) || culled(c) || !common(c))
      return;
   if (c->in->corners == 1)
      clip_point(c, &p[0]);
   else if (c->in->corners == 2)
      clip_line(c, &p[0], &p[1]);
   else
      clip_triangle(c, p);
}

static clipper clipper_of(const gfx_state *s, gfx_batch *b)
{
   return (clipper){.s = s,
                    .b = b,
                    .record_dw = gfx_last_stage(s)->out_dw,
                    .clip_flags = gfx_reg(s, GPU_OFF_GFX_CLIP),
                    .v = viewport_of(s, 0),
                    .ok = true};
}

bool gfx_clip(const gfx_state *s, gfx_batch *b)
{
   clipper c = clipper_of(s, b);
   for (uint32_t i = 0; i < b->out.count && c.ok; i++) {
      c.in = &b->out.list[i];
      if (c.in->stream != s->raster_stream)
         continue;
      GFX_COUNT(b->counters, CLIP_IN, 1);
      clip_one(&c);
   }
   return c.ok;
}

/* ---- assembled triangles
 * ------------------------------------------------------------------------------------------------------------------
 */
enum { NOT_FINITE = 1u << 31 };

/* Where neither distances nor the provoking vertex decide, a vertex has one outcode in all of its triangles. */
static bool is_simple(const clipper *c)
{
   return !(c->clip_flags & (0xffff | 1u << 19 | 1u << 20)) && c->record_dw >= GPU_RECORD_POSITION + 4;
}

static void shared_vertices(const clipper *c, const uint32_t *const *record, clip_vertex *p, uint32_t *code)
{
   uint32_t planes = planes_of(c);
   for (uint32_t i = 0; i < c->b->vertices; i++) {
      float v[4];
      memcpy(v, record[i] + GPU_RECORD_POSITION, sizeof v);
      p[i] = (clip_vertex){v[0], v[1], v[2], v[3], 0, 0, 0, 0};
      bool finite = isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]) && isfinite(v[3]);
      code[i] = finite ? guard_outcode(c, &p[i], planes) : NOT_FINITE;
   }
}

/* As clip_one, with what all triangles of a vertex share; most that are not seen end here. */
static void clip_shared(clipper *c, const clip_vertex *vertex, const uint32_t *code, const uint8_t *slot)
{
   uint32_t c0 = code[slot[0]], c1 = code[slot[1]], c2 = code[slot[2]];
   clip_vertex p[3] = {vertex[slot[0]], vertex[slot[1]], vertex[slot[2]]};
   uint32_t view = gfx_reg(c->s, GPU_OFF_GFX_VIEW);
   if (((c0 | c1 | c2) & NOT_FINITE) || (view >> 8 & 1 ? view & 0xff : 0) >= gfx_reg(c->s, GPU_OFF_GFX_FB_LAYERS) ||
       (c0 & c1 & c2))
      return;
   GFX_COUNT(c->b->counters, CLIP_OUT, 1);
   if (faces_away(c, p))
      return;
   bool front = c->prim.front;
   p[1].i = p[1].li = p[2].j = p[2].lj = 1;
   if (!common(c))
      return;
   c->prim.front = front;
   put_triangle(c, p, c0 | c1 | c2);
}

bool gfx_clip_assembled(const gfx_state *s, gfx_batch *b, const uint32_t *const *record)
{
   clipper c = clipper_of(s, b);
   clip_vertex vertex[GFX_BATCH_VERTICES];
   uint32_t code[GFX_BATCH_VERTICES];
   bool simple = is_simple(&c);
   if (simple)
      shared_vertices(&c, record, vertex, code);
   for (uint32_t i = 0; i < b->primitives && c.ok; i++) {
      const uint8_t *slot = &b->slot[3 * i];
      const uint32_t *mine[3] = {record[slot[0]], record[slot[1]], record[slot[2]]};
      gfx_input in = {.record = mine, .id = b->id[i], .vertices = 3, .corners = 3, .provoking = b->provoking[i],
                      .continues = b->continues[i]};
      c.in = &in;
      if (simple)
         clip_shared(&c, vertex, code, slot);
      else
         clip_one(&c);
   }
   GFX_COUNT(b->counters, CLIP_IN, b->primitives);
   return c.ok;
}
