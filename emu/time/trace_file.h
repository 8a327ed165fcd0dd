/* Trace files: FIGMENT_TRACE=file. Devices of a process that name the same file share it. */
#ifndef EMU_TIME_TRACE_FILE_H
#define EMU_TIME_TRACE_FILE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct trace_file trace_file;

/* The first device of the process replaces what stood there. *device: how manieth device of the file, from 0.
 * NULL: it cannot be written, which stderr says, or host memory is exhausted. */
trace_file *trace_file_open(const char *path, uint32_t *device);
void trace_file_close(trace_file *f);
/* Whole packets. What could not be written is said once on stderr. */
void trace_file_write(trace_file *f, const void *data, size_t size);

/* Of whoever holds packets back: called when the process exits with the file open, with its last packets to
 * write. */
typedef struct trace_tail {
   struct trace_tail *next;
   void (*flush)(struct trace_tail *t);
} trace_tail;
void trace_file_at_exit(trace_file *f, trace_tail *t);
void trace_file_forget(trace_file *f, trace_tail *t);
/* For what happens then: take a lock that nobody holds for long. False: who held it is gone. */
bool trace_file_lock_at_exit(pthread_mutex_t *lock);

#endif
