/* The detailed engine: instruction by instruction.
 *
 * A scheduler acts at the times at which it issues. Since a wave issues in order and every result's time is
 * known when its instruction is issued, so is the earliest time of the wave's next instruction: the latest of
 * its sources, its code, its unit's queue. The scheduler sleeps until the first of its waves may issue, and
 * then takes the oldest of those that may, or the next one in turn. Only a barrier is something that others
 * decide; who leaves it wakes the scheduler.
 */
#include "engine.h"

/* A wave's next instruction, and when it may be issued. False: its trace has not arrived. */
static bool open_next(time_machine *m, time_wave *w)
{
   uint64_t now = m->loop.now;
   if (w->inst == w->inst_end && w->repeat) {
      w->repeat--;
      w->inst = w->inst_first;
   } else if (w->inst == w->inst_end) {
      enum time_read r = time_read_segment(m, w);
      if (r == TIME_READ_STARVED)
         return false;
      if (r == TIME_READ_OVER) {
         time_wave_finish(m, w, time_pack(time_later(now, time_when(w->ready)), TIME_WHY_DEPENDENCY));
         return true;
      }
   }
   const time_inst *i = &w->program->inst[w->inst];
   uint64_t ready = w->ready, line = time_wave_line(w, i->word);
   if (line != w->line)
      ready = time_later(ready, time_pack(time_wave_enter_line(m, w, line, now), TIME_WHY_FETCH));
   for (uint32_t k = 0; k < i->sources; k++)
      for (uint32_t r = i->src[k].first, end = r + i->src[k].count; r < end; r++)
         ready = time_later(ready, w->board[r]);
   for (uint32_t r = i->dst.first, end = r + i->dst.count; r < end;
        r++) /* arithmetic writes in order, memory does not */
      if ((w->board[r] & 15) != TIME_WHY_DEPENDENCY)
         ready = time_later(ready, w->board[r]);
   w->ready = ready;
   w->port = i->port;
   return true;
}

static bool open_all(time_machine *m, time_sched *s)
{
   for (uint32_t k = 0; k < s->waves && s->opens; k++) {
      time_wave *w = s->wave[k];
      if (!w->open)
         continue;
      if (!open_next(m, w))
         return false;
      w->open = false;
      s->opens--;
   }
   return true;
}

static void issue(time_machine *m, time_sched *s, time_wave *w, enum time_why why)
{
   const time_inst *i = &w->program->inst[w->inst];
   time_inst_cost *cost = w->program->cost ? &w->program->cost[w->inst] : NULL;
   uint64_t now = m->loop.now, after = now + i->issue_cycles, there = now + i->latency_cycles;
   time_sched_stall(s, now, why, w->job, cost);
   time_sched_issue(s, i->issue_cycles, 1, w->job);
   s->last_age = w->age;
   if (cost) {
      cost->issued++;
      cost->cycles[TIME_WHY_ACTIVE] += i->issue_cycles;
   }
   w->ready = time_pack(after, TIME_WHY_DEPENDENCY);
   w->open = i->kind != TIME_KIND_END && !(i->kind == TIME_KIND_BARRIER && w->group);
   s->opens += w->open;
   switch ((enum time_kind)i->kind) {
   case TIME_KIND_ALU:
      for (uint32_t r = i->dst.first, end = r + i->dst.count; r < end; r++)
         w->board[r] = time_pack(there, TIME_WHY_DEPENDENCY);
      if (i->dst.count)
         w->results = time_later(w->results, time_pack(there, TIME_WHY_DEPENDENCY));
      break;
   case TIME_KIND_MEMORY:
      time_wave_access(m, w, i, time_read_record(w), now);
      break;
   case TIME_KIND_BRANCH:
      w->ready = time_pack(time_later(there, after), TIME_WHY_FETCH);
      break;
   case TIME_KIND_FENCE:
      w->ready = time_later(time_pack(time_later(there, after), TIME_WHY_DEPENDENCY),
                            time_later(w->writes, w->results));
      break;
   case TIME_KIND_BARRIER:
      w->inst++;
      if (w->group)
         time_group_arrive(m, w, after);
      else
         w->ready = time_pack(after + i->latency_cycles, TIME_WHY_BARRIER);
      return;
   case TIME_KIND_END:
      time_wave_finish(m, w, time_pack(after, TIME_WHY_DEPENDENCY));
      return;
   }
   w->inst++;
}

/* Before which of two waves that may both issue? */
static bool goes_first(const time_machine *m, const time_sched *s, const time_wave *a, const time_wave *b)
{
   bool a_waits = a->age > s->last_age, b_waits = b->age > s->last_age;
   if (m->profile.scheduler_policy == TIME_POLICY_ROUND_ROBIN && a_waits != b_waits)
      return a_waits;
   return a->age < b->age;
}

/* The wave that issues now, or NULL and when the scheduler should look again. */
static time_wave *choose(const time_machine *m, const time_sched *s, uint64_t now, enum time_why *why,
                         uint64_t *again)
{
   time_wave *best = NULL;
   *again = TIME_NEVER;
   for (uint32_t k = 0; k < s->waves; k++) {
      time_wave *w = s->wave[k];
      if (w->state != TIME_WAVE_RUNS || w->open)
         continue;
      uint64_t ready = time_when(w->ready), room = w->port < TIME_PORTS ? time_queue_room(s, w->port) : 0;
      uint64_t at = time_later(ready, room);
      if (at > now) {
         *again = at < *again ? at : *again;
      } else if (!best || goes_first(m, s, w, best)) {
         best = w;
         *why = room > ready ? TIME_WHY_PORT : (enum time_why)(w->ready & 15);
      }
   }
   return best;
}

void time_detailed_act(time_machine *m, time_actor *a)
{
   time_sched *s = (time_sched *)((char *)a - offsetof(time_sched, actor));
   uint64_t again = 0;
   enum time_why why = TIME_WHY_DEPENDENCY;
   time_wave *w = NULL;
   if (s->opens && !open_all(m, s)) {
      time_starve(m, a);
      return;
   }
   if (m->loop.now >= s->free && (w = choose(m, s, m->loop.now, &why, &again))) {
      issue(m, s, w, why);
      if (s->opens && !open_all(m, s)) {
         time_starve(m, a);
         return;
      }
   }
   uint64_t at = time_later(s->free, m->loop.now);
   if (choose(m, s, at, &why, &again))
      again = at;
   if (again != TIME_NEVER)
      time_at(m, a, again);
}

void time_detailed_resume(time_machine *m, time_wave *w)
{
   w->open = true;
   w->sched->opens++;
   time_at(m, &w->sched->actor, m->loop.now);
}
