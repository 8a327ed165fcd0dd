/* Holds the results of figment-microbench against expectations: one line a check, what was expected, what was measured. */
#include "check.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PROFILE_DIR
#define PROFILE_DIR "."
#endif

/* ---- points ------------------------------------------------------------------------------------------------- */
static bool is_of(const struct ck_point *p, const char *bench, const char *series)
{
   return !strcmp(p->bench, bench) && !strcmp(p->series, series) && isfinite(p->y);
}

static int compare(const void *a, const void *b)
{
   double x = *(const double *)a, y = *(const double *)b;
   return x < y ? -1 : x > y;
}

/* The y of the points in a range, in order of size. Returns how many. */
static size_t collect(const struct ck *c, const char *bench, const char *series, double from, double to, double *out, size_t room)
{
   size_t n = 0;
   for (size_t i = 0; i < c->count && n < room; i++)
      if (is_of(&c->points[i], bench, series) && c->points[i].x >= from && c->points[i].x <= to)
         out[n++] = c->points[i].y;
   qsort(out, n, sizeof *out, compare);
   return n;
}

double ck_at(const struct ck *c, const char *bench, const char *series, double x)
{
   return ck_median(c, bench, series, x * (1 - 1e-9), x * (1 + 1e-9));
}

double ck_median(const struct ck *c, const char *bench, const char *series, double from, double to)
{
   double y[256];
   size_t n = collect(c, bench, series, from, to, y, 256);
   return n ? y[n / 2] : NAN;
}

double ck_least(const struct ck *c, const char *bench, const char *series, double from, double to)
{
   double y[256];
   return collect(c, bench, series, from, to, y, 256) ? y[0] : NAN;
}

double ck_most(const struct ck *c, const char *bench, const char *series, double from, double to)
{
   double y[256];
   size_t n = collect(c, bench, series, from, to, y, 256);
   return n ? y[n - 1] : NAN;
}

double ck_last_below(const struct ck *c, const char *bench, const char *series, double level)
{
   double last = NAN; /* there are no points */
   for (size_t i = 0; i < c->count; i++) {
      if (!is_of(&c->points[i], bench, series))
         continue;
      last = isnan(last) ? 0 : last;
      if (c->points[i].y > level)
         return last;
      last = c->points[i].x;
   }
   return last;
}

double ck_reaches(const struct ck *c, const char *bench, const char *series, double level)
{
   const struct ck_point *before = NULL;
   for (size_t i = 0; i < c->count; i++) {
      const struct ck_point *p = &c->points[i];
      if (!is_of(p, bench, series))
         continue;
      if (p->y >= level)
         return before ? before->x + (p->x - before->x) * (level - before->y) / (p->y - before->y) : p->x;
      before = p;
   }
   return NAN;
}

double ck_cycles(const struct ck *c, double ns) { return ns * c->ghz; }

/* ---- verdicts ------------------------------------------------------------------------------------------------ */
static void verdict(struct ck *c, bool good, const char *what, const char *expected, double measured, const char *unit)
{
   if (good)
      c->ok++;
   else
      c->failed++;
   printf("%-4s  %-58s expected %-20s measured %.4g %s\n", good ? "ok" : "FAIL", what, expected, measured, unit);
}

static bool skip(struct ck *c, const char *what, const char *why)
{
   c->skipped++;
   if (c->verbose)
      printf("skip  %-58s %s\n", what, why);
   return true;
}

/* Nothing was measured, and nothing had to be. */
static bool is_left_out(const struct ck *c, const char *what, double measured)
{
   size_t length = strcspn(what, ":");
   if (!isnan(measured) || c->quick)
      return isnan(measured);
   for (size_t i = 0; i < c->bench_count; i++)
      if (strlen(c->benches[i]) == length && !memcmp(c->benches[i], what, length))
         return false;
   return true;
}

void ck_near(struct ck *c, const char *what, double expected, double measured, double tolerance, const char *unit)
{
   char text[64];
   if ((isnan(expected) && skip(c, what, "the profile does not say")) ||
       (is_left_out(c, what, measured) && skip(c, what, "not measured")))
      return;
   snprintf(text, sizeof text, "%.4g +-%g %%", expected, tolerance * 100);
   verdict(c, fabs(measured - expected) <= expected * tolerance, what, text, measured, unit);
}

void ck_within(struct ck *c, const char *what, double least, double most, double measured, const char *unit)
{
   char text[64];
   if (((isnan(least) || isnan(most)) && skip(c, what, "the profile does not say")) ||
       (is_left_out(c, what, measured) && skip(c, what, "not measured")))
      return;
   if (isinf(most))
      snprintf(text, sizeof text, ">= %.4g", least);
   else
      snprintf(text, sizeof text, "%.4g .. %.4g", least, most);
   verdict(c, measured >= least && measured <= most, what, text, measured, unit);
}

static int usage(FILE *f, int status)
{
   fprintf(f, "microbench_check judges the results of figment-microbench --json: the shapes that any GPU shows, and for a Figment\n"
              "the plateaus, knees and rates of its profile.\n\n"
              "usage: microbench_check RESULTS.json [--profile FILE] [--verbose]\n"
              "  --profile FILE   a profile in JSON (default: the built-in one whose name the device has)\n"
              "  --verbose        name what the profile says nothing of\n\n"
              "example: figment-microbench --json all.json && microbench_check all.json\n");
   return status;
}

int main(int argc, char **argv)
{
   struct ck c = {0};
   const char *results = NULL, *profile = NULL;
   char message[700], path[600];
   for (int i = 1; i < argc; i++)
      if (!strcmp(argv[i], "--help"))
         return usage(stdout, 0);
      else if (!strcmp(argv[i], "--verbose"))
         c.verbose = true;
      else if (!strcmp(argv[i], "--profile") && i + 1 < argc)
         profile = argv[++i];
      else if (argv[i][0] == '-' || results)
         return usage(stderr, 2);
      else
         results = argv[i];
   if (!results)
      return usage(stderr, 2);
   if (!ck_read_results(&c, results, message, sizeof message)) {
      fprintf(stderr, "microbench_check: %s\n", message);
      return 2;
   }
   if (!profile && !strncmp(c.device, "Figment ", 8)) {
      snprintf(path, sizeof path, "%s/%s.json", PROFILE_DIR, c.device + 8);
      profile = path;
   }
   if (profile && !ck_read_profile(&c, profile, message, sizeof message)) {
      fprintf(stderr, "microbench_check: %s\n", message);
      return 2;
   }
   printf("%s, %zu points%s%s\n", c.device, c.count, profile ? ", against " : ", shapes only", profile ? profile : "");
   ck_memory(&c);
   ck_cores(&c);
   ck_graphics(&c);
   printf("%u ok, %u failed, %u skipped\n", c.ok, c.failed, c.skipped);
   ck_free(&c);
   return c.failed != 0;
}
