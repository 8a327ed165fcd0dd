/* microbench_check: holds results of figment-microbench against what must show on any GPU, and against the profile of a Figment.
 * check.c main, lines and verdicts; check_read.c the two files; check_*.c the expectations. */
#ifndef MICROBENCH_CHECK_H
#define MICROBENCH_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct ck_point {
   char bench[32], series[48];
   double x, y; /* y: NaN where nothing was measured */
};

struct ck {
   struct ck_point *points;
   size_t count;
   char device[256];
   bool quick;          /* points are left out on purpose */
   char (*benches)[32]; /* that were run */
   size_t bench_count;
   char *profile; /* text of the profile; NULL: none, only shapes are checked */
   double ghz;    /* core clock; 0 without a profile */
   bool verbose;
   unsigned ok, failed, skipped;
};

/* ---- check_read.c: false: message says why ---- */
bool ck_read_results(struct ck *c, const char *path, char *message, size_t size);
bool ck_read_profile(struct ck *c, const char *path, char *message, size_t size);
void ck_free(struct ck *c);
/* A number of the profile, "l1_B" or "cost.VALU.issue_cycles"; NaN: none. */
double ck_key(const struct ck *c, const char *name);

/* ---- points ---- */
double ck_at(const struct ck *c, const char *bench, const char *series, double x);
/* Median, least and greatest of the points with from <= x <= to; NaN: none. */
double ck_median(const struct ck *c, const char *bench, const char *series, double from, double to);
double ck_least(const struct ck *c, const char *bench, const char *series, double from, double to);
double ck_most(const struct ck *c, const char *bench, const char *series, double from, double to);
/* The greatest x up to which no y is above the level; 0: the first is already; NaN: there are none. */
double ck_last_below(const struct ck *c, const char *bench, const char *series, double level);
/* Where the line through the points first reaches the level; NaN: never. */
double ck_reaches(const struct ck *c, const char *bench, const char *series, double level);
double ck_cycles(const struct ck *c, double ns);

/* ---- verdicts: a line each; `what` begins with a benchmark's name and a colon. NaN as measured value fails unless the
 * benchmark was not run or the run was a quick one; NaN as expected one (a profile without the key) is skipped ---- */
void ck_near(struct ck *c, const char *what, double expected, double measured, double tolerance, const char *unit);
void ck_within(struct ck *c, const char *what, double least, double most, double measured, const char *unit);

void ck_memory(struct ck *c);
void ck_cores(struct ck *c);
void ck_graphics(struct ck *c);

#endif
