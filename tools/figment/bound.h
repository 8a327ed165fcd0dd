/* What bounds a job, from its counters: the limit that it comes closest to, or latency. */
#ifndef TOOLS_FIGMENT_BOUND_H
#define TOOLS_FIGMENT_BOUND_H

#include "counters.h"

#define BOUND_PERCENT 60.0      /* used by so much, a limit is the bound */
#define BOUND_BUSY_PERCENT 50.0 /* but one of the cores only if they had work for so much of the time */

struct bound {
   const char *name; /* of the limit (limit_table), "idle cores" or "latency" */
   double percent; /* of the limit; of idle cores: of their time; of latency: of issue slots, 0 if nothing is
                      known */
   char why[200];    /* the evidence */
};

/* GPU_CYCLES among the counters are the cycles from the job's start to its end. */
void bound_find(const metric_source *s, struct bound *out);

#endif
