/* Bounds of jobs: the tables of gpu/counters.def hold the arithmetic, here is the judgement. */
#include "bound.h"

#include <stdio.h>
#include <string.h>

static double metric_named(const metric_source *s, const char *name, double otherwise)
{
   size_t count;
   double v;
   const metric_info *m = metric_table(&count);
   for (size_t i = 0; i < count; i++)
      if (!strcmp(m[i].name, name) && metric_value(s, i, &v) == METRIC_OK)
         return v;
   return otherwise;
}

/* The limit that is used most, by *percent; NULL: none is used at all. */
static const limit_info *closest_limit(const metric_source *s, double *percent)
{
   size_t count;
   const limit_info *limits = limit_table(&count), *found = NULL;
   double v;
   *percent = 0;
   for (size_t i = 0; i < count; i++)
      if (limit_value(s, i, &v) == METRIC_OK && v > *percent) {
         *percent = v;
         found = &limits[i];
      }
   return found;
}

/* The metric WAIT_* with the greatest share of issue slots; NULL: no shader ran. */
static const metric_info *greatest_wait(const metric_source *s, double *percent)
{
   size_t count;
   const metric_info *m = metric_table(&count), *found = NULL;
   double v;
   *percent = 0;
   for (size_t i = 0; i < count; i++)
      if (!strncmp(m[i].name, "WAIT_", 5) && metric_value(s, i, &v) == METRIC_OK && v > *percent) {
         *percent = v;
         found = &m[i];
      }
   return found;
}

/* Of a limit inside of cores, which is measured while they have work and says nothing of the others. */
static bool is_of_cores(const limit_info *l)
{
   return strstr(l->formula, "CORE_CYCLES") || strstr(l->formula, "ISSUE_SLOTS");
}

static void judge_latency(const metric_source *s, const limit_info *limit, double used, struct bound *out)
{
   double waited;
   const metric_info *wait = greatest_wait(s, &waited);
   *out = (struct bound){.name = "latency", .percent = waited};
   if (wait)
      snprintf(out->why, sizeof out->why, "%.0f %% of issue slots: %s; occupancy %.0f %%", waited, wait->doc,
               metric_named(s, "OCCUPANCY", 0));
   else if (limit)
      snprintf(out->why, sizeof out->why, "closest to a limit: %s, %.0f %% of %s", limit->name, used,
               limit->doc);
   else
      snprintf(out->why, sizeof out->why, "no counter tells");
}

void bound_find(const metric_source *s, struct bound *out)
{
   double used, busy = metric_named(s, "CORE_UTILISATION", 100);
   const limit_info *limit = closest_limit(s, &used);

   if (!limit || used < BOUND_PERCENT) {
      judge_latency(s, limit, used, out);
   } else if (is_of_cores(limit) && busy < BOUND_BUSY_PERCENT) {
      *out = (struct bound){.name = "idle cores", .percent = 100 - busy};
      snprintf(out->why, sizeof out->why,
               "they had work %.0f %% of the time; those that had, %s: %.0f %% of %s", busy, limit->name,
               used, limit->doc);
   } else {
      *out = (struct bound){.name = limit->name, .percent = used};
      snprintf(out->why, sizeof out->why, "%.0f %% of %s", used, limit->doc);
   }
}
