/* Bresenham lines by the diamond-exit rule in exact integers, and stipple.
 *
 * Along the longer axis every column (row) of pixel centres that the line passes gives one pixel, WIDTH of
 * them across for wide lines. At its ends a line has the pixel whose diamond |x| + |y| < 1/2 it starts in,
 * and not the one whose diamond it ends in. The stipple pattern goes on by one each column.
 */
#include "back.h"

bool gfx_stippled_out(const gfx_state *s, double along)
{
   uint32_t stipple = gfx_reg(s, GPU_OFF_GFX_STIPPLE), factor = (stipple >> 16 & 0xff) + 1;
   if (!(gfx_reg(s, GPU_OFF_GFX_RASTER) >> 12 & 1) || !(along >= 0) || along > 1e15)
      return false;
   return !(stipple >> ((uint64_t)along / factor & 15) & 1);
}

static int64_t magnitude(int64_t v)
{
   return v < 0 ? -v : v;
}

static int64_t floor_div(int64_t a, int64_t b) /* b > 0 */
{
   return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* A line as it is walked along its longer axis, m, n being the other; wide ones are moved by half of what they are wider. */
typedef struct walk {
   bool steep;
   int32_t width, step;
   int64_t pm, pn, qm, qn; /* ends, subpixels */
} walk;

static walk walk_of(const gfx_state *s, int32_t px, int32_t py, int32_t qx, int32_t qy)
{
   float width = gfx_reg_f32(s, GPU_OFF_GFX_LINE_WIDTH);
   bool steep = magnitude((int64_t)qy - py) > magnitude((int64_t)qx - px);
   walk w = {.steep = steep, .width = width >= 1 && width <= 1024 ? (int32_t)(width + 0.5f) : 1};
   int64_t shift = (int64_t)(w.width - 1) * 128;
   w.pm = steep ? py : px;
   w.pn = (steep ? px : py) - shift;
   w.qm = steep ? qy : qx;
   w.qn = (steep ? qx : qy) - shift;
   w.step = w.qm > w.pm ? 1 : -1;
   return w;
}

static bool in_diamond(int64_t m, int64_t n, int32_t pixel_m, int32_t pixel_n)
{
   return magnitude(m - ((int64_t)pixel_m * 256 + 128)) + magnitude(n - ((int64_t)pixel_n * 256 + 128)) < 128;
}

/* The pixel of column m, the first of those across; false: the line has none there. */
static bool pixel_at(const walk *w, int32_t m, int32_t *n)
{
   int64_t centre = (int64_t)m * 256 + 128, dm = magnitude(w->qm - w->pm);
   *n = (int32_t)floor_div(w->pn * dm + (w->qn - w->pn) * (centre - w->pm) * w->step, dm * 256);
   bool before = (centre - w->pm) * w->step < 0, behind = (centre - w->qm) * w->step > 0;
   return !(before && !in_diamond(w->pm, w->pn, m, *n)) && !behind && !in_diamond(w->qm, w->qn, m, *n);
}

/* First column with a pixel and how many there are, one beside the other. */
static uint32_t columns(const walk *w, int32_t *first)
{
   int32_t m = (int32_t)(w->pm >> 8) - w->step, last = (int32_t)(w->qm >> 8) + w->step, n;
   if (w->pm == w->qm)
      return 0;
   for (int i = 0; i < 4 && !pixel_at(w, m, &n); i++)
      m += w->step;
   for (int i = 0; i < 4 && !pixel_at(w, last, &n); i++)
      last -= w->step;
   *first = m;
   return pixel_at(w, m, &n) && pixel_at(w, last, &n) ? (uint32_t)((last - m) * w->step + 1) : 0;
}

uint32_t gfx_bresenham_length(const gfx_state *s, const gfx_prim *p)
{
   const gfx_corner *a = &p->corner[0], *b = &p->corner[1];
   walk w = walk_of(s, gfx_snap(a->x), gfx_snap(a->y), gfx_snap(b->x), gfx_snap(b->y));
   int32_t first;
   return columns(&w, &first);
}

static void one_pixel(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y)
{
   if (x < s->x0 || x >= s->x1 || y < s->y0 || y >= s->y1 || x < t->x || y < t->y ||
       x >= t->x + (int32_t)GFX_TILE || y >= t->y + (int32_t)GFX_TILE)
      return;
   uint32_t cover = ((1u << t->k->samples) - 1) << 8 * ((x & 1) | (y & 1) << 1);
   gfx_quads_add(t, s, x & ~1, y & ~1, &cover, 1);
}

void gfx_bresenham(gfx_tile *t, const gfx_shape *s)
{
   walk w = walk_of(&t->d->state, s->px, s->py, s->qx, s->qy);
   int32_t first = 0, low = w.steep ? t->y : t->x, n;
   uint32_t count = columns(&w, &first);
   for (uint32_t i = 0; i < count; i++) {
      int32_t m = first + (int32_t)i * w.step;
      if (m < low || m >= low + (int32_t)GFX_TILE || !pixel_at(&w, m, &n) ||
          gfx_stippled_out(&t->d->state, s->along.c + i))
         continue;
      t->work.blocks += (m & 7) == 0 || m == low || i == 0; /* as many as a line of fill meets */
      for (int32_t k = 0; k < w.width; k++)
         one_pixel(t, s, w.steep ? n + k : m, w.steep ? m : n + k);
   }
}
