/* The approx engine: a wave is a chain of steps, a scheduler a queue of issue work.
 *
 * A step is a block of arithmetic, laid out in advance as if the wave were alone (plan.c), and what ends it:
 * a memory access, a wait for one, a barrier. The block is over when its layout says, counted from its start,
 * and not before the scheduler has had the time to issue it: what has been issued before, of older waves or
 * of all, comes first. So waves share issue cycles and hide each other's latencies without anybody looking at
 * single instructions. Memory, units' queues, code, room and barriers are those of the detailed engine.
 *
 * A wave goes on at once while its time is less than SLACK_CYCLES ahead of the loop's: memory sees accesses a
 * little out of order, and there are fewer events.
 */
#include "engine.h"
#include "plan.h"

#define SLACK_CYCLES 16u
#define CHUNK_CYCLES 64u /* issue cycles of segments that are booked at once */

/* Takes issue cycles at or after `from`; when the last one is over. Oldest first: those that younger waves
 * have taken do not count, and younger waves come later by these; taken in turn they all count. */
static uint64_t take_cycles(const time_machine *m, const time_wave *w, uint64_t from, uint32_t cycles)
{
   time_sched *s = w->sched;
   uint32_t first = m->profile.scheduler_policy == TIME_POLICY_OLDEST ? w->place : 0;
   for (uint32_t k = first; k < s->waves; k++)
      s->booked[k] = time_later(s->booked[k], from) + cycles;
   return s->booked[first];
}

/* The wave's time goes on over arithmetic: `alone` is when it is over if nobody else issues. */
static void book(const time_machine *m, time_wave *w, uint64_t alone, uint32_t issue_cycles,
                 uint32_t instructions, enum time_why why)
{
   time_sched *s = w->sched;
   uint64_t end = time_later(alone, time_when(w->ready));
   if (issue_cycles) {
      time_inst_cost *cost =
          w->program->cost && w->inst < w->program->insts ? &w->program->cost[w->inst] : NULL;
      time_sched_stall(s, time_when(w->ready), (enum time_why)(w->ready & 15), w->job, cost);
      time_sched_issue(s, issue_cycles, instructions, w->job);
      end = time_later(end, take_cycles(m, w, time_when(w->ready), issue_cycles));
   }
   w->base = end;
   w->ready = time_pack(end, why);
}

static void count_block(time_wave *w, uint32_t from, uint32_t end, uint32_t times)
{
   time_inst_cost *cost = w->program->cost;
   for (uint32_t i = from; cost && i < end; i++) {
      cost[i].issued += times;
      cost[i].cycles[TIME_WHY_ACTIVE] += (uint64_t)times * w->program->inst[i].issue_cycles;
   }
}

/* ---- segments ------------------------------------------------------------------------------- */
/* Code of the segment, line by line as the wave will need it, at an instruction a cycle. False: a line comes
 * too late by so much that the wave's time has moved, and the next ones are asked for then. */
static bool fetch_code(time_machine *m, time_wave *w)
{
   const time_inst *inst = w->program->inst;
   uint64_t now = time_when(w->ready), last = time_wave_line(w, inst[w->inst_end - 1].word);
   if (w->line == last && time_wave_line(w, inst[w->fetched].word) == last)
      return true;
   for (uint32_t i = w->fetched; i < w->inst_end; i++) {
      uint64_t line = time_wave_line(w, inst[i].word), at = now + (i - w->inst);
      uint64_t there = line == w->line ? at : time_wave_enter_line(m, w, line, at);
      if (there > at) {
         w->ready = time_pack(now + (there - at), TIME_WHY_FETCH);
         w->fetched = i;
         return false;
      }
   }
   return true;
}

/* Is its code there already? */
static bool has_code(const time_wave *w, const time_plan_segment *s)
{
   uint64_t now = time_when(w->ready), last = time_wave_line(w, s->last_word);
   for (uint64_t line = time_wave_line(w, s->first_word); line <= last; line++) {
      const time_code_line *e = &w->sched->code[line % TIME_CODE_LINES];
      if (e->line != line || e->there > now)
         return false;
   }
   return true;
}

/* Does the run of plain segments go on with segment n? */
static bool is_plain(const time_wave *w, uint32_t n)
{
   const time_plan *plan = w->program->plan;
   return n < w->program->segments && plan->segment[n].plain && has_code(w, &plan->segment[n]);
}

/* The segment at w->at becomes the wave's. */
static void take_plain(time_wave *w)
{
   const time_plan *plan = w->program->plan;
   w->segment = *w->at & 0xfffff;
   w->repeat = *w->at++ >> 20 & 0xff;
   w->inst_first = w->program->segment[w->segment].first;
   w->inst_end = w->inst_first + w->program->segment[w->segment].count;
   w->line = time_wave_line(w, plan->segment[w->segment].last_word);
}

/* The segment n times more, or so often as the run has room: as if they came one by one. Returns how often.
 */
static uint32_t add_plain(time_wave *w, uint32_t n)
{
   time_plan *plan = w->program->plan;
   const time_step *tail = &plan->step[plan->segment[w->segment].first[0]];
   uint32_t cycles = tail->cycles + time_plan_penalty(plan, w->previous, w->segment);
   if (tail->issue_cycles)
      n = (uint32_t)time_earlier(n,
                                 (CHUNK_CYCLES - w->run_issue + tail->issue_cycles - 1) / tail->issue_cycles);
   if (cycles)
      n = (uint32_t)time_earlier(n, (4 * CHUNK_CYCLES - w->run_cycles + cycles - 1) / cycles);
   w->run_cycles += (uint64_t)n * cycles;
   w->run_issue += n * tail->issue_cycles;
   w->run_instructions += n * (tail->end - tail->from);
   w->run_why = tail->why;
   w->previous = w->segment;
   count_block(w, tail->from, tail->end, n);
   return n;
}

/* Segments that only compute, as many as fit a chunk, are one block. How they are spread over records and
 * portions makes no difference. OVER: there is none. */
static enum time_read run_plain(time_machine *m, time_wave *w)
{
   if (w->previous == UINT32_MAX || time_when(w->results) > time_when(w->ready))
      return TIME_READ_OVER;
   while (w->run_issue < CHUNK_CYCLES && w->run_cycles < 4 * CHUNK_CYCLES) {
      if (w->repeat) {
         if (!is_plain(w, w->segment))
            break;
         w->repeat -= add_plain(w, w->repeat);
         continue;
      }
      enum time_read r = time_peek_segment(m, w);
      if (r == TIME_READ_STARVED)
         return r;
      if (r == TIME_READ_OVER || !is_plain(w, *w->at & 0xfffff))
         break;
      take_plain(w);
      add_plain(w, 1);
   }
   if (!w->run_instructions)
      return TIME_READ_OVER;
   w->inst = w->inst_first;
   book(m, w, w->base + w->run_cycles, w->run_issue, w->run_instructions, (enum time_why)w->run_why);
   w->run_cycles = w->run_issue = w->run_instructions = 0;
   return TIME_READ_SEGMENT;
}

/* The steps of the segment, whose code is there. */
static void begin(time_wave *w)
{
   time_plan *plan = w->program->plan;
   w->penalty = w->previous == UINT32_MAX ? 0 : time_plan_penalty(plan, w->previous, w->segment);
   w->previous = w->segment;
   w->step = &plan->step[plan->segment[w->segment].first[time_when(w->results) > time_when(w->ready)]];
   w->blocked = false;
   w->fetching = false;
}

/* The next segment, or a repeat. */
static enum time_read enter(time_machine *m, time_wave *w)
{
   enum time_read r = run_plain(m, w);
   if (r != TIME_READ_OVER)
      return r;
   if (w->repeat && w->previous != UINT32_MAX) {
      w->repeat--;
      w->inst = w->inst_first;
      r = TIME_READ_SEGMENT;
   } else {
      r = time_read_segment(m, w);
   }
   w->fetching = r == TIME_READ_SEGMENT;
   w->fetched = w->inst;
   return r;
}

/* ---- steps ---------------------------------------------------------------------------------- */
static void run_block(const time_machine *m, time_wave *w, const time_step *s)
{
   uint64_t alone = time_later(w->base + s->cycles + w->penalty, time_when(w->ready) + s->stalled_cycles);
   w->inst = s->from;
   if (s->cycles || s->issue_cycles || w->penalty)
      book(m, w, alone, s->issue_cycles, s->end - s->from, (enum time_why)s->why);
   w->penalty = 0;
   count_block(w, s->from, s->end, 1);
   w->blocked = true;
}

/* Waits of a step, before what it does; they move the wave's time. A memory instruction has been issued in
 * the block, at its end. */
static void wait_before(time_wave *w, const time_step *s)
{
   if (s->kind == TIME_STEP_WAIT) {
      for (uint32_t r = s->regs.first, end = r + s->regs.count; r < end; r++)
         w->ready = time_later(w->ready, w->board[r]);
   } else if (s->kind == TIME_STEP_ACCESS) {
      const time_inst *i = &w->program->inst[s->end - 1];
      uint64_t room = time_queue_room(w->sched, i->port) + i->issue_cycles;
      if (room > time_when(w->ready))
         w->ready = time_pack(room, TIME_WHY_PORT);
   }
}

/* What a step does, at the wave's time. False: the wave does not go on by itself. */
static bool run_step(time_machine *m, time_wave *w, const time_step *s)
{
   const time_inst *i = &w->program->inst[s->end - 1];
   uint64_t now = time_when(w->ready);
   w->step = s + 1;
   w->blocked = false;
   switch ((enum time_step_kind)s->kind) {
   case TIME_STEP_TAIL:
      w->step = NULL;
      return true;
   case TIME_STEP_WAIT:
      return true;
   case TIME_STEP_ACCESS:
      w->inst = s->end - 1;
      time_wave_access(m, w, i, time_read_record(w), now - i->issue_cycles);
      return true;
   case TIME_STEP_FENCE:
      w->ready = time_later(w->ready, time_later(w->writes, w->results));
      return true;
   case TIME_STEP_BARRIER:
      if (w->group)
         time_group_arrive(m, w, now);
      else
         w->ready = time_pack(now + m->profile.cost[ISA_CLASS_SYNC].latency_cycles, TIME_WHY_BARRIER);
      return !w->group;
   case TIME_STEP_END:
      time_wave_finish(m, w, now);
      return false;
   }
   return true;
}

void time_approx_act(time_machine *m, time_actor *a)
{
   time_wave *w = (time_wave *)((char *)a - offsetof(time_wave, actor));
   uint64_t limit = m->loop.now + SLACK_CYCLES;
   while (time_when(w->ready) <= limit) {
      if (w->fetching) {
         if (fetch_code(m, w))
            begin(w);
         continue;
      }
      if (!w->step) {
         enum time_read r = enter(m, w);
         if (r == TIME_READ_STARVED) {
            time_starve(m, a);
            return;
         }
         if (r == TIME_READ_OVER) {
            time_wave_finish(m, w, time_when(w->ready));
            return;
         }
         continue;
      }
      if (!w->blocked)
         run_block(m, w, w->step);
      if (time_when(w->ready) > limit)
         break;
      wait_before(w, w->step);
      if (time_when(w->ready) <= limit && !run_step(m, w, w->step))
         return;
   }
   time_at(m, a, time_when(w->ready));
}

void time_approx_resume(time_machine *m, time_wave *w)
{
   time_at(m, &w->actor, time_when(w->ready));
}
