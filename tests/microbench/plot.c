/* The pictures: one SVG for each benchmark, its series as lines over labelled axes. Nothing but the points decides how one looks, so
 * the same results give the same file. */
#include "results.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 760
#define HEIGHT 430
#define LEFT 76.0
#define RIGHT 24.0
#define TOP 44.0
#define BOTTOM 58.0
#define SERIES_MAX 12
#define LEGEND_LINE 17

static const char *const colours[SERIES_MAX] = {"#1668b8", "#d5542b", "#2a9d5c", "#8c4bb0", "#c99700", "#13909c",
                                                "#b0326e", "#6b6b6b", "#7f6a2a", "#3c4fc7", "#5f9320", "#994636"};

struct axis {
   enum mb_axis kind;
   double from, to;   /* in the axis' own measure: the value, or its logarithm */
   double low, high;  /* where that lies on the page */
};

struct plot {
   const struct mb_results *r;
   unsigned bench;
   const char *series[SERIES_MAX];
   int count; /* of series */
   struct axis x, y;
   FILE *f;
};

static double measure(enum mb_axis kind, double v)
{
   return kind == MB_LINEAR ? v : kind == MB_LOG2 ? log2(v) : log10(v);
}

static double place(const struct axis *a, double v)
{
   return a->low + (measure(a->kind, v) - a->from) / (a->to - a->from) * (a->high - a->low);
}

static bool is_shown(const struct plot *p, const struct mb_point *at)
{
   return at->bench == p->bench && at->measured && (p->x.kind == MB_LINEAR || at->x > 0);
}

static int series_of(struct plot *p, const char *name)
{
   for (int i = 0; i < p->count; i++)
      if (!strcmp(p->series[i], name))
         return i;
   if (p->count == SERIES_MAX)
      return -1;
   p->series[p->count] = name;
   return p->count++;
}

/* ---- axes ---------------------------------------------------------------------------------------------------- */
/* A step of 1, 2 or 5 times a power of ten that gives at most n steps in a range. */
static double nice_step(double range, int n)
{
   double step = pow(10, floor(log10(range / n)));
   static const double factor[] = {1, 2, 5, 10};
   for (int i = 0; i < 4; i++)
      if (range / (step * factor[i]) <= n)
         return step * factor[i];
   return step * 10;
}

static void fit(struct axis *a, double least, double most)
{
   double from = measure(a->kind, least), to = measure(a->kind, most);
   if (a->kind == MB_LINEAR) {
      double step = nice_step(to > 0 ? to : 1, 6);
      from = 0;
      to = ceil(to / step * (1 - 1e-9)) * step;
   } else if (a->kind == MB_LOG10) {
      from -= 0.08;
      to += 0.08;
      if (to - from < 1) { /* at least a decade: noise must not look like a shape */
         double middle = (from + to) / 2;
         from = middle - 0.5;
         to = middle + 0.5;
      }
   }
   if (to <= from)
      to = from + 1;
   a->from = from;
   a->to = to;
}

static void number(char *out, size_t size, double v)
{
   if (v >= 1e6 || (v != 0 && v < 1e-3))
      snprintf(out, size, "%.3g", v);
   else
      snprintf(out, size, "%.6g", v);
}

static void label(char *out, size_t size, double v, const char *unit)
{
   if (!strcmp(unit, "B") && v >= 1048576)
      snprintf(out, size, "%g MiB", v / 1048576);
   else if (!strcmp(unit, "B") && v >= 1024)
      snprintf(out, size, "%g KiB", v / 1024);
   else
      number(out, size, v);
}

static void tick(const struct plot *p, bool is_x, double v, const char *unit)
{
   const struct axis *a = is_x ? &p->x : &p->y;
   double at = place(a, v);
   char text[40];
   if (measure(a->kind, v) < a->from - 1e-9 || measure(a->kind, v) > a->to + 1e-9)
      return;
   label(text, sizeof text, v, unit);
   if (is_x)
      fprintf(p->f, "<path class=\"g\" d=\"M%.1f %.1fV%.1f\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", at,
              p->y.low, p->y.high, at, p->y.low + 17, text);
   else
      fprintf(p->f, "<path class=\"g\" d=\"M%.1f %.1fH%.1f\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", p->x.low, at,
              p->x.high, p->x.low - 7, at + 4, text);
}

static void ticks(const struct plot *p, bool is_x, const char *unit)
{
   const struct axis *a = is_x ? &p->x : &p->y;
   if (a->kind == MB_LOG2) {
      int step = (int)ceil((a->to - a->from) / 10);
      for (int e = (int)ceil(a->from - 1e-9); e <= a->to + 1e-9; e += step < 1 ? 1 : step)
         tick(p, is_x, exp2(e), unit);
   } else if (a->kind == MB_LOG10) {
      const bool fine = a->to - a->from < 3.2;
      for (int e = (int)floor(a->from); e <= a->to; e++)
         for (int k = 1; k <= (fine ? 5 : 1); k += k == 1 ? 1 : 3)
            tick(p, is_x, k * pow(10, e), unit);
   } else {
      double step = nice_step(a->to, 6);
      for (int i = 0; i * step <= a->to * (1 + 1e-9); i++)
         tick(p, is_x, i * step, unit);
   }
}

/* ---- the page ------------------------------------------------------------------------------------------------ */
static void escaped(FILE *f, const char *s)
{
   for (; *s; s++)
      if (*s == '<' || *s == '>' || *s == '&')
         fprintf(f, "&#%d;", *s);
      else
         fputc(*s, f);
}

static void frame(const struct plot *p, int height)
{
   const struct mb_bench *b = &mb_benches[p->bench];
   fprintf(p->f,
           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
           "<style>text{font:12px sans-serif;fill:#333}.t{font-size:15px;font-weight:bold}.g{stroke:#ddd;fill:none}"
           ".l{fill:none;stroke-width:2;stroke-linejoin:round}</style>\n"
           "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text class=\"t\" x=\"%.1f\" y=\"24\">",
           WIDTH, height, WIDTH, height, LEFT);
   escaped(p->f, b->title);
   fprintf(p->f, "</text>\n<text x=\"%.1f\" y=\"24\" text-anchor=\"end\">", WIDTH - RIGHT);
   escaped(p->f, p->r->device);
   fprintf(p->f, "</text>\n");
   ticks(p, true, b->x_unit);
   ticks(p, false, b->unit);
   fprintf(p->f, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" stroke=\"#888\"/>\n", p->x.low, p->y.high,
           p->x.high - p->x.low, p->y.low - p->y.high);
   const bool plain = strstr(b->x, b->x_unit) != NULL; /* "waves in flight" says what is counted */
   fprintf(p->f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s%s%s%s</text>\n", (p->x.low + p->x.high) / 2, p->y.low + 38,
           b->x, plain ? "" : " [", plain ? "" : b->x_unit, plain ? "" : "]");
   fprintf(p->f, "<text transform=\"translate(18 %.1f) rotate(-90)\" text-anchor=\"middle\">%s [%s]</text>\n",
           (p->y.low + p->y.high) / 2, b->y, b->unit);
}

static void line(const struct plot *p, int series)
{
   bool first = true;
   /* every other line is broken, so that one that lies under it shows */
   fprintf(p->f, "<path class=\"l\" stroke=\"%s\"%s d=\"", colours[series], series % 2 ? " stroke-dasharray=\"9 6\"" : "");
   for (size_t i = 0; i < p->r->count; i++) {
      const struct mb_point *at = &p->r->points[i];
      if (!is_shown(p, at) || strcmp(at->series, p->series[series]))
         continue;
      fprintf(p->f, "%s%.1f %.1f", first ? "M" : "L", place(&p->x, at->x), place(&p->y, at->y));
      first = false;
   }
   fprintf(p->f, "\"/>\n<g fill=\"%s\">", colours[series]);
   for (size_t i = 0; i < p->r->count; i++) {
      const struct mb_point *at = &p->r->points[i];
      if (is_shown(p, at) && !strcmp(at->series, p->series[series]))
         fprintf(p->f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", place(&p->x, at->x), place(&p->y, at->y));
   }
   fprintf(p->f, "</g>\n");
}

static void legend(const struct plot *p)
{
   for (int i = 0; i < p->count; i++) {
      double x = LEFT + (i % 3) * (WIDTH - LEFT - RIGHT) / 3, y = HEIGHT + (i / 3) * LEGEND_LINE;
      fprintf(p->f, "<rect x=\"%.1f\" y=\"%.1f\" width=\"14\" height=\"4\" fill=\"%s\"/><text x=\"%.1f\" y=\"%.1f\">", x, y - 6, colours[i],
              x + 20, y);
      escaped(p->f, p->series[i]);
      fprintf(p->f, "</text>\n");
   }
}

/* False if there is nothing to show. */
static bool prepare(struct plot *p)
{
   const struct mb_bench *b = &mb_benches[p->bench];
   double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
   p->x = (struct axis){.kind = b->x_axis, .low = LEFT, .high = WIDTH - RIGHT};
   p->y = (struct axis){.kind = b->y_axis, .low = HEIGHT - BOTTOM, .high = TOP};
   for (size_t i = 0; i < p->r->count; i++) {
      const struct mb_point *at = &p->r->points[i];
      if (!is_shown(p, at) || series_of(p, at->series) < 0)
         continue;
      x0 = fmin(x0, at->x);
      x1 = fmax(x1, at->x);
      y0 = fmin(y0, at->y);
      y1 = fmax(y1, at->y);
   }
   if (!p->count)
      return false;
   fit(&p->x, x0, x1);
   fit(&p->y, y0, y1);
   return true;
}

bool mb_plot_all(const struct mb_results *r, const char *directory, char *failed, size_t size)
{
   for (unsigned b = 0; b < mb_bench_count; b++) {
      struct plot p = {.r = r, .bench = b};
      if (!prepare(&p))
         continue;
      snprintf(failed, size, "%s/%s.svg", directory, mb_benches[b].name);
      if (!(p.f = fopen(failed, "wb")))
         return false;
      frame(&p, HEIGHT + (p.count + 2) / 3 * LEGEND_LINE);
      for (int i = 0; i < p.count; i++)
         line(&p, i);
      legend(&p);
      fprintf(p.f, "</svg>\n");
      bool ok = !ferror(p.f);
      if (fclose(p.f) || !ok)
         return false;
   }
   return true;
}
