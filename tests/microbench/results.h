/* Points, what they are of, and their JSON:
 *
 *   {"microbench": 1,
 *    "device": "...", "driver": "...", "api": "1.1.0", "timestampPeriod": ns a tick, "quick": false,
 *    "benches": [{"bench": name, "group": ..., "title": ..., "x": label, "x_unit": ..., "y": label, "unit": ...}, ...],
 *    "points": [{"bench": name, "series": ..., "x": number, "x_unit": ..., "y": number or null, "unit": ...,
 *                "note": why y is null}, ...]}
 *
 * Benches are in the order of benches.def, points in the order in which they were measured. Nothing in it is of the host's time: where
 * the GPU's clock is steady, two runs give the same file. */
#ifndef MICROBENCH_RESULTS_H
#define MICROBENCH_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

enum mb_axis { MB_LINEAR, MB_LOG2, MB_LOG10 };

struct mb;
struct mb_bench {
   const char *name, *group, *title;
   const char *x, *x_unit;
   enum mb_axis x_axis;
   const char *y, *unit;
   enum mb_axis y_axis;
   void (*run)(struct mb *m);
};
extern const struct mb_bench mb_benches[];
extern const unsigned mb_bench_count;

struct mb_point {
   unsigned bench;
   char series[48];
   double x, y;
   bool measured;
   char note[96]; /* why not */
};

struct mb_results {
   char device[256], driver[600], api[32];
   double period_ns;
   bool quick;
   bool *was_run; /* each bench */
   struct mb_point *points;
   size_t count, room;
};

struct mb_results *mb_results_new(void);
void mb_results_free(struct mb_results *r);
struct mb_point *mb_results_add(struct mb_results *r, unsigned bench, const char *series);
bool mb_results_write(const struct mb_results *r, const char *path);
/* One SVG for each bench that has points: directory/bench.svg. False: the file that failed is in `failed`. */
bool mb_plot_all(const struct mb_results *r, const char *directory, char *failed, size_t size);

#endif
