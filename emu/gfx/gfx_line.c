/* Bresenham lines by the diamond-exit rule in exact integers, and stipple.
 *
 * Along the longer axis every column (row) of pixel centres that the line passes gives one pixel, WIDTH of
 * them across for wide lines. At its ends a line has the pixel whose diamond |x| + |y| < 1/2 it starts in,
 * and not the one whose diamond it ends in.
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

/* Is (x, y), subpixels, inside the diamond of pixel (px, py)? */
static bool in_diamond(int32_t x, int32_t y, int32_t px, int32_t py)
{
   return magnitude((int64_t)x - (px * 256 + 128)) + magnitude((int64_t)y - (py * 256 + 128)) < 128;
}

static int64_t floor_div(int64_t a, int64_t b) /* b > 0 */
{
   return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static void one_pixel(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y)
{
   if (x < s->x0 || x >= s->x1 || y < s->y0 || y >= s->y1 || x < t->x || y < t->y ||
       x >= t->x + (int32_t)GFX_TILE || y >= t->y + (int32_t)GFX_TILE)
      return;
   if (gfx_stippled_out(&t->d->state, gfx_at(&s->along, x + 0.5 - s->ox, y + 0.5 - s->oy)))
      return;
   uint32_t cover = ((1u << t->k->samples) - 1) << 8 * ((x & 1) | (y & 1) << 1);
   gfx_quads_add(t, s, x & ~1, y & ~1, &cover, 1);
}

void gfx_bresenham(gfx_tile *t, const gfx_shape *s)
{
   bool steep = magnitude((int64_t)s->qy - s->py) > magnitude((int64_t)s->qx - s->px);
   int64_t pm = steep ? s->py : s->px, pn = steep ? s->px : s->py, qm = steep ? s->qy : s->qx,
           qn = steep ? s->qx : s->qy;
   int64_t dm = qm - pm, dn = qn - pn;
   if (dm == 0)
      return;
   float width_f = gfx_reg_f32(&t->d->state, GPU_OFF_GFX_LINE_WIDTH);
   int32_t width = width_f >= 1 && width_f <= 1024 ? (int32_t)(width_f + 0.5f) : 1, step = dm > 0 ? 1 : -1;
   int32_t first = (int32_t)(pm >> 8) - step, last = (int32_t)(qm >> 8) + step, low = steep ? t->y : t->x;
   for (int32_t m = first; m != last + step; m += step) {
      int64_t centre = (int64_t)m * 256 + 128;
      if (m < low || m >= low + (int32_t)GFX_TILE)
         continue;
      /* n at the centre, less the shift of wide lines */
      int64_t scaled =
          pn * magnitude(dm) + dn * (centre - pm) * step - (int64_t)(width - 1) * 128 * magnitude(dm);
      int32_t n = (int32_t)floor_div(scaled, magnitude(dm) * 256), line = n + (width - 1) / 2;
      bool before = (centre - pm) * step<0, behind = (centre - qm) * step> 0;
      int32_t x = steep ? line : m, y = steep ? m : line;
      if ((before && !in_diamond(s->px, s->py, x, y)) || behind || in_diamond(s->qx, s->qy, x, y))
         continue;
      for (int32_t k = 0; k < width; k++)
         one_pixel(t, s, steep ? n + k : m, steep ? m : n + k);
   }
}
