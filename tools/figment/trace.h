/* figment trace: what is picked of a trace, and its summary (trace_sum.c) as text or JSON (trace_print.c). */
#ifndef TOOLS_FIGMENT_TRACE_H
#define TOOLS_FIGMENT_TRACE_H

#include "trace_read.h"

typedef struct trace_filter {
   bool one_queue;
   uint64_t queue;
   const char *label; /* pattern with * and ?, of the path or of one of its labels; NULL: all */
   uint64_t from_ns, to_ns;
   uint64_t min_cycles;
   uint32_t top;
} trace_filter;

typedef struct trace_queue {
   uint32_t device;
   uint64_t queue;
   size_t jobs, gaps;
   uint64_t busy_ns, first_ns, last_ns; /* busy: of the time when at least one job ran */
   uint64_t cycles;                     /* of all jobs */
   uint64_t longest_gap_ns, longest_gap_at_ns;
} trace_queue;

typedef struct trace_core {
   uint32_t device, queue, core;
   uint64_t waves, wave_ns; /* wave_ns: summed over waves, inside the time looked at */
} trace_core;

typedef struct trace_label {
   trace_text label;
   size_t jobs;
   uint64_t cycles, ns;
} trace_label;

/* Values over the time looked at. */
typedef struct trace_level {
   const trace_samples *samples;
   uint64_t average, most;
} trace_level;

typedef struct trace_sum {
   const trace *t;
   const trace_filter *filter;
   uint64_t first_ns, last_ns; /* the time looked at */
   const trace_job **top;      /* longest first */
   size_t picked, shown;       /* jobs that the filter let through, and of them in `top` */
   trace_queue *queue;
   trace_core *core;
   trace_label *label;
   trace_level *level;
   size_t queues, cores, labels, levels;
} trace_sum;

/* False: host memory is exhausted. */
bool trace_summarise(const trace *t, const trace_filter *f, trace_sum *s);
void trace_sum_free(trace_sum *s);
bool trace_matches(const char *pattern, trace_text text);

void trace_print(const trace_sum *s, const char *path);
void trace_print_json(const trace_sum *s);

#endif
