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

/* How much of the card had work at all: what a limit inside a core cannot say. */
static void add_idle_cores(const metric_source *s, struct bound *out)
{
   double busy = metric_named(s, "CORE_UTILISATION", 100);
   size_t n = strlen(out->why);
   if (busy < 50 && s->counters[GPU_COUNTER_CORE_CYCLES])
      snprintf(out->why + n, sizeof out->why - n, "; cores had work %.0f %% of the time", busy);
}

void bound_find(const metric_source *s, struct bound *out)
{
   double used, waited;
   const limit_info *limit = closest_limit(s, &used);
   const metric_info *wait = greatest_wait(s, &waited);

   if (limit && used >= BOUND_PERCENT) {
      *out = (struct bound){.name = limit->name, .percent = used};
      snprintf(out->why, sizeof out->why, "%.0f %% of %s", used, limit->doc);
   } else {
      *out = (struct bound){.name = "latency", .percent = waited};
      if (wait)
         snprintf(out->why, sizeof out->why, "%.0f %% of issue slots: %s; occupancy %.0f %%", waited, wait->doc,
                  metric_named(s, "OCCUPANCY", 0));
      else if (limit)
         snprintf(out->why, sizeof out->why, "closest to a limit: %s, %.0f %% of %s", limit->name, used, limit->doc);
      else
         snprintf(out->why, sizeof out->why, "no counter tells");
   }
   add_idle_cores(s, out);
}
