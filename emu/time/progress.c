/* How far the model is, for people who wait: one line on stderr, renewed twice a second. Host time only decides when it is shown. */
#include <stdio.h>
#include "../clock.h"
#include "queue.h"

#define PERIOD_NS UINT64_C(500000000)

static uint64_t instructions(const emu_time *t)
{
   uint64_t n = t->ended_instructions;
   for (unsigned r = 0; r < GPU_RINGS; r++)
      for (const emu_time_job *j = t->ring[r].jobs; j; j = j->next)
         n += j->counters[GPU_COUNTER_TIMED_INSTRUCTIONS];
   return n;
}

void time_progress(emu_time *t, const time_ring *r)
{
   if (!t->dev->settings.progress)
      return;
   uint64_t now = emu_clock_ns();
   t->started_ns = t->started_ns ? t->started_ns : now;
   if (now - t->shown_ns < PERIOD_NS)
      return;
   double seconds = (double)(now - t->started_ns) * 1e-9, done = (double)instructions(t) * 1e-6;
   fprintf(stderr, "\rfigment: ring %u at %.3f M cycles; %.1f M wave instructions timed, %.1f M/s; %u jobs, %.1f MiB of traces wait\x1b[K",
           (unsigned)(r - t->ring), (double)time_clock(r->machine) * 1e-6, done, seconds > 0 ? done / seconds : 0.0, r->job_count,
           (double)t->backlog_B / 1048576.0);
   fflush(stderr);
   t->shown_ns = now;
   t->shown = true;
}

void time_progress_pause(emu_time *t)
{
   if (t->shown)
      fprintf(stderr, "\n");
   t->shown = false;
}
