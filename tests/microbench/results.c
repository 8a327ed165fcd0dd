/* The points and their file (results.h says how it looks). */
#include "results.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mb_results *mb_results_new(void)
{
   struct mb_results *r = calloc(1, sizeof *r);
   if (!r || !(r->was_run = calloc(mb_bench_count, sizeof *r->was_run))) {
      fprintf(stderr, "figment-microbench: no memory\n");
      exit(1);
   }
   return r;
}

void mb_results_free(struct mb_results *r)
{
   free(r->points);
   free(r->was_run);
   free(r);
}

struct mb_point *mb_results_add(struct mb_results *r, unsigned bench, const char *series)
{
   if (r->count == r->room) {
      r->room = r->room ? r->room * 2 : 256;
      r->points = realloc(r->points, r->room * sizeof *r->points);
      if (!r->points) {
         fprintf(stderr, "figment-microbench: no memory\n");
         exit(1);
      }
   }
   struct mb_point *p = &r->points[r->count++];
   memset(p, 0, sizeof *p);
   p->bench = bench;
   snprintf(p->series, sizeof p->series, "%s", series);
   return p;
}

static void text(FILE *f, const char *key, const char *value, const char *end)
{
   fprintf(f, "\"%s\":\"", key);
   for (; *value; value++)
      if (*value == '"' || *value == '\\')
         fprintf(f, "\\%c", *value);
      else if ((unsigned char)*value < 0x20)
         fprintf(f, "\\u%04x", *value);
      else
         fputc(*value, f);
   fprintf(f, "\"%s", end);
}

static void write_bench(FILE *f, const struct mb_bench *b, bool first)
{
   fprintf(f, "%s\n {", first ? "" : ",");
   text(f, "bench", b->name, ",");
   text(f, "group", b->group, ",");
   text(f, "title", b->title, ",");
   text(f, "x", b->x, ",");
   text(f, "x_unit", b->x_unit, ",");
   text(f, "y", b->y, ",");
   text(f, "unit", b->unit, "}");
}

static void write_point(FILE *f, const struct mb_point *p, bool first)
{
   const struct mb_bench *b = &mb_benches[p->bench];
   fprintf(f, "%s\n {", first ? "" : ",");
   text(f, "bench", b->name, ",");
   text(f, "series", p->series, ",");
   fprintf(f, "\"x\":%.10g,", p->x);
   text(f, "x_unit", b->x_unit, ",");
   if (p->measured)
      fprintf(f, "\"y\":%.6g,", p->y);
   else
      fprintf(f, "\"y\":null,");
   text(f, "unit", b->unit, p->measured ? "}" : ",");
   if (!p->measured)
      text(f, "note", p->note, "}");
}

bool mb_results_write(const struct mb_results *r, const char *path)
{
   FILE *f = fopen(path, "w");
   bool first = true;
   if (!f)
      return false;
   fprintf(f, "{\"microbench\":1,");
   text(f, "device", r->device, ",");
   text(f, "driver", r->driver, ",");
   text(f, "api", r->api, ",");
   fprintf(f, "\"timestampPeriod\":%.9g,\"quick\":%s,\n\"benches\":[", r->period_ns, r->quick ? "true" : "false");
   for (unsigned i = 0; i < mb_bench_count; i++)
      if (r->was_run[i]) {
         write_bench(f, &mb_benches[i], first);
         first = false;
      }
   fprintf(f, "],\n\"points\":[");
   for (size_t i = 0; i < r->count; i++)
      write_point(f, &r->points[i], !i);
   fprintf(f, "]}\n");
   bool ok = !ferror(f);
   return !fclose(f) && ok;
}
