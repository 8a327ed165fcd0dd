/* A ring's machine under observation: an actor of its loop looks at it every period while there are jobs. It
 * reads, and changes nothing that others see: times are the same with and without it.
 */
#include <stdlib.h>
#include <string.h>
#include "engine.h"
#include "sink.h"

typedef struct time_observer {
   time_actor actor;
   time_sink *sink;
   uint32_t ring;
   uint64_t from;                    /* what was counted before has been reported */
   uint64_t over[GPU_COUNTER_COUNT]; /* counted by jobs that are over */
   uint64_t reported[GPU_COUNTER_COUNT];
   uint32_t core_waves[];
} time_observer;

/* What has been counted and not reported. */
static void count(time_machine *m, const time_observer *o, uint64_t *added)
{
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      added[c] = o->over[c] - o->reported[c];
   for (const emu_time_job *j = m->jobs; j; j = j->launched_before)
      for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
         added[c] += j->counters[c];
}

static void report(time_machine *m, time_observer *o, uint64_t to, const uint64_t *added)
{
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      o->reported[c] += added[c];
   for (uint32_t i = 0; i < m->profile.cores; i++)
      o->core_waves[i] = m->core[i].waves;
   time_sink_sample(o->sink, &(time_sample){.ring = o->ring,
                                            .from = o->from,
                                            .to = to,
                                            .counters = added,
                                            .core_waves = o->core_waves,
                                            .last = !m->jobs});
   o->from = to;
}

static void look(time_machine *m, time_actor *a)
{
   time_observer *o = (time_observer *)a;
   uint64_t now = time_clock(m), period = time_sink_period(o->sink, o->ring), added[GPU_COUNTER_COUNT];
   /* not if the clock has gone on since this was put there, or everything was reported then */
   bool due = now % period == 0 && now > o->from;
   if (due) {
      count(m, o, added);
      report(m, o, now, added);
      period = time_sink_period(o->sink, o->ring);
   }
   if (m->jobs || !due)
      time_at(m, a, time_at_clock(m, (now / period + 1) * period));
}

void time_observe_passed(time_machine *m)
{
   time_observer *o = m->observer;
   uint64_t now = time_clock(m), period = time_sink_period(o->sink, o->ring), all[GPU_COUNTER_COUNT];
   if (!period)
      return;
   count(m, o, all);
   for (uint64_t to = (o->from / period + 1) * period; to <= now; to = (o->from / period + 1) * period) {
      uint64_t part[GPU_COUNTER_COUNT], of = now - o->from;
      for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++) {
         part[c] = (uint64_t)((unsigned __int128)all[c] * (to - o->from) / of);
         all[c] -= part[c];
      }
      report(m, o, to, part);
      period = time_sink_period(o->sink, o->ring);
   }
   if (o->actor.queued)
      time_at(m, &o->actor, time_at_clock(m, (now / period + 1) * period));
}

void time_observe(time_machine *m, time_sink *s, uint32_t ring)
{
   if (!s)
      return;
   m->observer = calloc(1, sizeof *m->observer + m->profile.cores * sizeof(uint32_t));
   if (!m->observer) /* as if nobody asked */
      return;
   time_actor_init(m, &m->observer->actor, look);
   m->observer->sink = s;
   m->observer->ring = ring;
}

void time_observe_launch(time_machine *m, uint64_t at)
{
   time_observer *o = m->observer;
   uint64_t period = o->actor.queued ? 0 : time_sink_period(o->sink, o->ring);
   if (!period)
      return;
   uint64_t from = at / period * period;
   o->from = from > o->from ? from : o->from;
   time_at(m, &o->actor, time_at_clock(m, (at / period + 1) * period));
}

void time_observe_over(time_machine *m, const emu_time_job *j)
{
   time_observer *o = m->observer;
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      o->over[c] += j->counters[c];
}

void time_observe_wave(time_machine *m, uint32_t core, const emu_time_job *j, unsigned stage, uint64_t start,
                       uint64_t end)
{
   time_sink_wave(m->observer->sink, m->observer->ring, core, j, stage, start, end);
}

void time_observe_end(time_machine *m)
{
   free(m->observer);
   m->observer = NULL;
}
