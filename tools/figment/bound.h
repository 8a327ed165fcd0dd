/* What bounds a job, from its counters: the limit that it comes closest to, or latency. */
#ifndef TOOLS_FIGMENT_BOUND_H
#define TOOLS_FIGMENT_BOUND_H

#include "counters.h"

#define BOUND_PERCENT 60.0 /* used by so much, a limit is the bound */

struct bound {
   const char *name; /* of the limit (limit_table), or "latency" */
   double percent;   /* of the limit; of latency: of issue slots, 0 if nothing is known */
   char why[200];    /* the evidence */
};

/* GPU_CYCLES among the counters are the cycles from the job's start to its end. */
void bound_find(const metric_source *s, struct bound *out);

#endif
