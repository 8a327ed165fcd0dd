/* Monotonic clock and timed waits. winpthreads waits on the wall clock unless it is given a relative time, so the
 * deadline is turned into one there; callers loop on their own condition anyway.
 */
#include "clock.h"
#include <time.h>

uint64_t emu_clock_ns(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t emu_clock_thread_ns(void)
{
   struct timespec t;
   if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) != 0)
      return 0;
   return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct timespec to_timespec(uint64_t ns)
{
   return (struct timespec){.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
}

bool emu_cond_init(pthread_cond_t *cond)
{
#ifdef _WIN32
   return pthread_cond_init(cond, NULL) == 0;
#else
   pthread_condattr_t attr;
   if (pthread_condattr_init(&attr) != 0)
      return false;
   bool ok = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 && pthread_cond_init(cond, &attr) == 0;
   pthread_condattr_destroy(&attr);
   return ok;
#endif
}

bool emu_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline_ns)
{
#ifdef _WIN32
   uint64_t now = emu_clock_ns();
   if (now >= deadline_ns)
      return false;
   uint64_t left_ns = deadline_ns - now;
   if (left_ns > UINT64_C(60000000000)) /* long waits in slices: a relative time in milliseconds must fit 32 bits */
      left_ns = UINT64_C(60000000000);
   struct timespec t = to_timespec(left_ns);
   pthread_cond_timedwait_relative_np(cond, mutex, &t);
#else
   struct timespec t = to_timespec(deadline_ns);
   pthread_cond_timedwait(cond, mutex, &t);
#endif
   return emu_clock_ns() < deadline_ns;
}
