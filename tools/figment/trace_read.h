/* A trace as the emulator writes it (gpu/perfetto_fields.h), taken apart. Everything lies in memory; text
 * points into the file's. */
#ifndef TOOLS_FIGMENT_TRACE_READ_H
#define TOOLS_FIGMENT_TRACE_READ_H

#include "tool.h"

/* Text of the file: not ended by a zero byte. */
typedef struct trace_text {
   const char *at;
   uint32_t size;
} trace_text;

typedef struct trace_device {
   uint64_t track;
   trace_text profile, timing;
   uint64_t core_khz, cores, waves_per_core;
} trace_device;

typedef struct trace_job {
   uint32_t device;
   uint64_t queue, number, tag;
   uint64_t start, end; /* cycles */
   uint64_t start_ns, end_ns;
   trace_text name, kind, label; /* label: the path, empty for none */
   trace_text counters;          /* the packet's part, for trace_counters */
} trace_job;

typedef struct trace_wave {
   uint32_t device, core, queue;
   uint64_t job, cycles, start_ns, end_ns;
} trace_wave;

typedef struct trace_point {
   uint64_t ns, value;
} trace_point;

/* A track of samples; each value holds until the next. */
typedef struct trace_samples {
   uint32_t device;
   int64_t queue;
   trace_text name, unit;
   trace_point *point;
   size_t count, capacity;
} trace_samples;

typedef struct trace {
   trace_device *device;
   trace_job *job; /* by device, start, queue, number */
   trace_wave *wave;
   trace_samples *samples;
   trace_text *limit; /* what the trace says of what is left out */
   size_t devices, jobs, waves, sample_tracks, limits;
   uint64_t packets;
   char *file;
} trace;

/* False after a message: it cannot be read, is malformed, or no trace of Figment. */
bool trace_read(const tool_command *c, const char *path, trace *t);
void trace_free(trace *t);
/* The counters of a job, one after the other: *at from 0; false: there are no more. */
bool trace_counter(const trace_job *j, size_t *at, trace_text *name, uint64_t *value);

#endif
