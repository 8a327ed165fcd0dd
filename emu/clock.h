/* Host time for sleeping: one monotonic clock and timed waits on it, the same on both systems. GPU time never
 * comes from here: only timeouts of the host and the processor's one-shot timer do.
 */
#ifndef EMU_CLOCK_H
#define EMU_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Nanoseconds of a clock that never jumps. */
uint64_t emu_clock_ns(void);
/* Nanoseconds that this thread has run. */
uint64_t emu_clock_thread_ns(void);
/* A condition variable for emu_cond_wait_until; false on host failure. */
bool emu_cond_init(pthread_cond_t *cond);
/* Wait for a signal until emu_clock_ns() reaches deadline_ns; spurious returns happen. False once the deadline has passed. */
bool emu_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline_ns);

#endif
