/* The approx engine: a wave is a chain of steps, a scheduler a queue of issue work.
 *
 * A step is a piece of arithmetic, laid out in advance as if the wave were alone (plan.c), and what ends it: a
 * memory access, a wait for one, a barrier. Pieces that follow each other without a wait that counts are one
 * block. A wave's blocks up to the next thing that others can notice (an access, a barrier, its end) are laid
 * out at once, and the wave acts next when that is due. Those that begin now are booked with the scheduler now,
 * the others then. A block is over when its layout says, counted from its start, and not before the scheduler
 * has had the time to issue it: what has been issued before, of older waves or of all, comes first. So waves
 * share issue cycles and hide each other's latencies without anybody looking at single instructions. Memory,
 * units' queues, code, room and barriers are those of the detailed engine.
 *
 * A wave goes on at once while its time is less than SLACK_CYCLES ahead of the loop's: memory sees accesses a
 * little out of order, and there are fewer events.
 */
#include "engine.h"
#include "plan.h"
#include "sample.h"
#include "skip.h"

#define SLACK_CYCLES 8u
#define RATE_ONE 1024u  /* of a scheduler */
#define RATE_MOST 614u  /* beyond, the scheduler's time decides */
#define RATE_CYCLES 64u  /* between two looks at it */
#define CHUNK_CYCLES 64u /* issue cycles of segments that are booked at once */

/* Waves get in each other's way before the scheduler is full: an instruction finds its cycle taken as often as
 * the waves that come first issue, and is late by what a queue would make it, rate / (1 - rate) cycles, of
 * which three quarters are on the wave's critical path (fitted to the detailed engine). Of so many
 * instructions, in cycles. */
static uint32_t collisions(const time_machine *m, const time_wave *w, uint32_t instructions)
{
   const time_share *share = w->sched->share;
   bool oldest = m->profile.scheduler_policy == TIME_POLICY_OLDEST;
   uint32_t rate = 0, waves = oldest ? w->place : w->sched->waves;
   for (uint32_t k = 0; k < waves; k++)
      rate += share[k].rate;
   if (!oldest)
      rate -= share[w->place].rate;
   rate = rate < RATE_MOST ? rate : RATE_MOST;
   return (instructions < 1u << 20 ? instructions : 1u << 20) * rate * 3 / ((RATE_ONE - rate) * 4);
}

/* Takes issue cycles at or after `from`; when the last one is over. Oldest first: those that younger waves
 * have taken do not count, and younger waves come later by these; taken in turn they all count. */
static uint64_t take_cycles(const time_machine *m, const time_wave *w, uint64_t from, uint32_t cycles)
{
   time_share *share = w->sched->share;
   uint32_t first = m->profile.scheduler_policy == TIME_POLICY_OLDEST ? w->place : 0;
   for (uint32_t k = first; k < w->sched->waves; k++)
      share[k].booked = time_later(share[k].booked, from) + cycles;
   return share[first].booked;
}

static inline void note_issue(const time_wave *w, uint32_t issue, uint64_t now)
{
   time_share *share = &w->sched->share[w->place];
   share->issue += issue;
   if (now < share->since + RATE_CYCLES)
      return;
   uint64_t cycles = now - share->since;
   uint32_t rate = cycles > share->issue ? (uint32_t)((uint64_t)share->issue * RATE_ONE / cycles) : RATE_ONE;
   share->rate = (share->rate + rate) / 2;
   share->issue = 0;
   share->since = now;
}

/* The wave's time goes on over a block. One without anything is a wait alone. */
static inline void book(const time_machine *m, time_wave *w, const time_block *b)
{
   time_sched *s = w->sched;
   w->ready = time_later(w->ready, b->wait);
   uint64_t start = time_when(w->ready);
   if (!b->cycles && !b->issue)
      return;
   uint64_t end = time_later(w->base + b->cycles, start + b->stalled);
   if (b->issue) {
      time_inst_cost *cost = w->program->cost ? &w->program->cost[b->inst] : NULL;
      time_sched_stall(s, start, (enum time_why)(w->ready & 15), w->job, cost);
      time_sched_issue(s, b->issue, b->instructions, w->job);
      w->instructions += b->instructions;
      if (s->waves > 1)
         end += collisions(m, w, b->instructions);
      end = time_later(end, take_cycles(m, w, start, b->issue));
      note_issue(w, b->issue, end);
   }
   w->base = end;
   w->ready = time_pack(end, b->branches > 0 ? TIME_WHY_FETCH : TIME_WHY_DEPENDENCY);
}

/* When the wave will be through with its blocks. */
static void estimate(time_wave *w)
{
   w->est = time_when(w->ready);
   w->est_base = w->base;
   for (uint32_t i = 0; i <= w->blocks; i++) {
      const time_block *b = &w->block[i];
      w->est = time_later(w->est, time_when(b->wait));
      if (b->cycles || b->issue)
         w->est = w->est_base = time_later(w->est_base + b->cycles, w->est + b->stalled);
   }
}

/* Books the blocks that begin before `limit`; not sooner, because others may still come in between. */
static inline void book_begun(const time_machine *m, time_wave *w, uint64_t limit)
{
   uint32_t n = w->blocks + 1u, i = 0;
   while (i < n && time_when(time_later(w->ready, w->block[i].wait)) <= limit)
      book(m, w, &w->block[i++]);
   if (i == 0)
      return;
   for (uint32_t k = i; k < n; k++)
      w->block[k - i] = w->block[k];
   w->blocks = (uint8_t)(i < n ? n - 1 - i : 0);
   if (i == n)
      w->block[0] = (time_block){0};
   estimate(w);
}

/* So much more in the block that is being laid out; `inst` stands at its beginning. */
static inline void add(time_wave *w, uint32_t cycles, uint32_t stalled, uint32_t issue, uint32_t instructions,
                       uint32_t inst, enum time_why why)
{
   time_block *b = &w->block[w->blocks];
   if (!cycles && !issue)
      return;
   if (!b->cycles && !b->issue) { /* so far it has waited at most */
      b->inst = inst;
      w->est = time_later(w->est_base + cycles, w->est + stalled);
   } else {
      w->est += cycles;
      stalled = cycles;
   }
   w->est_base = w->est;
   if (cycles > issue)
      b->branches += why == TIME_WHY_FETCH ? (int32_t)(cycles - issue) : -(int32_t)(cycles - issue);
   b->cycles += cycles;
   b->stalled += stalled;
   b->issue += issue;
   b->instructions += instructions;
}

static void count_issued(time_wave *w, uint32_t from, uint32_t end, uint32_t times)
{
   time_inst_cost *cost = w->program->cost;
   for (uint32_t i = from; i < end; i++) {
      cost[i].issued += times;
      cost[i].cycles[TIME_WHY_ACTIVE] += (uint64_t)times * w->program->inst[i].issue_cycles;
   }
}

/* ---- code ----------------------------------------------------------------------------------- */
/* Code of the segment, line by line as the wave will need it, at an instruction a cycle. False: a line comes
 * too late by so much that the wave's time has moved, and the next ones are asked for then. */
static bool fetch_code(time_machine *m, time_wave *w)
{
   const time_inst *inst = w->program->inst;
   uint64_t now = time_when(w->ready);
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

/* Will the line be there when the wave comes to it? Not if that has to be asked for beyond the core. */
static bool has_line(time_machine *m, time_wave *w, uint64_t line, time_code_window *known)
{
   const time_code_line *e = &w->sched->code[line % TIME_CODE_LINES];
   const uint64_t key = time_code_key(w->sched, line);
   if (e->line != key) {
      uint64_t now = m->loop.now;
      if (!time_memory_code_hit(m->memory, w->core->index, line << EMU_LINE_LOG2, now, w->job->counters))
         return false;
      time_code_put(w->sched, key, now);
   }
   if (key - known->first < 64) {
      known->present |= UINT64_C(1) << (key - known->first);
      known->there = time_later(known->there, e->there);
   }
   return e->there <= w->est;
}

static bool has_lines(time_machine *m, time_wave *w, uint64_t line, uint64_t last, time_code_window *known)
{
   uint64_t first = time_code_key(w->sched, line) & ~UINT64_C(63);
   if (known->first != first || !known->present)
      *known = (time_code_window){.first = first};
   for (; line <= last; line++)
      if (!has_line(m, w, line, known))
         return false;
   return true;
}

/* Will the segment's code be there, and has the line behind it been asked for? Nothing is to be waited for
 * then. */
static inline bool has_code(time_machine *m, time_wave *w, const time_plan_segment *s)
{
   uint64_t line = time_wave_line(w, s->first_word), last = time_wave_line(w, s->last_word);
   if (line == last && line == w->line)
      return true;
   uint64_t end = time_wave_line(w, w->program->words - 1), behind = last < end ? last + 1 : last;
   uint64_t key = time_code_key(w->sched, line), first = key & ~UINT64_C(63), to = key + (behind - line);
   time_code_window *known = &w->sched->window[time_code_window_of(first)];
   uint64_t wanted = (UINT64_C(2) << ((to - first) & 63)) - (UINT64_C(1) << (key - first));
   bool short_way = to - first < 64 && known->first == first && known->there <= w->est &&
                    (known->present & wanted) == wanted;
   if (!short_way && !has_lines(m, w, line, behind, known))
      return false;
   w->line = last;
   return true;
}

/* ---- laying out ----------------------------------------------------------------------------- */
static bool is_full(const time_wave *w)
{
   const time_block *b = &w->block[w->blocks];
   return b->issue >= CHUNK_CYCLES || b->cycles >= 4 * CHUNK_CYCLES;
}

/* A segment of one step, n times, or so often as the block has room: as if they came one by one. Returns how
 * often. */
static uint32_t add_plain(time_wave *w, uint32_t n)
{
   time_plan *plan = w->program->plan;
   const time_block *b = &w->block[w->blocks];
   const time_plan_segment *s = &plan->segment[w->segment];
   uint32_t cycles = s->cycles + time_plan_penalty(plan, w->previous, w->segment);
   if (n > 1 && s->issue_cycles)
      n = (uint32_t)time_earlier(n, (CHUNK_CYCLES - b->issue + s->issue_cycles - 1) / s->issue_cycles);
   if (n > 1 && cycles)
      n = (uint32_t)time_earlier(n, (4 * CHUNK_CYCLES - b->cycles + cycles - 1) / cycles);
   add(w, n * cycles, n * cycles, n * s->issue_cycles, n * s->instructions, w->inst_first,
       s->branches ? TIME_WHY_FETCH : TIME_WHY_DEPENDENCY);
   if (w->program->cost)
      count_issued(w, w->inst_first, w->inst_end, n);
   w->previous = w->segment;
   return n;
}

/* What stands next in the trace if it is a segment of one step that comes once and whose code is there. */
static const time_plan_segment *peek_plain(time_machine *m, time_wave *w)
{
   uint32_t record = w->at < w->end ? *w->at : UINT32_MAX;
   if (record >= w->program->segments) /* another record, or a repeated segment */
      return NULL;
   const time_plan_segment *s = &w->program->plan->segment[record];
   return s->plain && has_code(m, w, s) ? s : NULL;
}

/* More of them, behind one that has been added: the usual case, in short. */
static void run_plain(time_machine *m, time_wave *w)
{
   time_plan *plan = w->program->plan;
   time_block *b = &w->block[w->blocks];
   const time_plan_segment *s;
   while (!is_full(w) && (s = peek_plain(m, w))) {
      uint32_t n = *w->at++, cycles = s->cycles + time_plan_penalty(plan, w->previous, n);
      int32_t idle = cycles > s->issue_cycles ? (int32_t)(cycles - s->issue_cycles) : 0;
      b->branches += s->branches ? idle : -idle;
      b->cycles += cycles;
      b->stalled += cycles;
      b->issue += s->issue_cycles;
      b->instructions += s->instructions;
      w->est += cycles;
      if (w->program->cost) {
         const time_segment *t = &w->program->segment[n];
         count_issued(w, t->first, t->first + t->count, 1);
      }
      w->previous = n;
   }
   w->est_base = w->est;
}

/* The segment, whose code is there: its steps. */
static void begin(time_machine *m, time_wave *w)
{
   time_plan *plan = w->program->plan;
   const time_plan_segment *s = &plan->segment[w->segment];
   bool pending = time_when(w->results) > w->est;
   if (s->plain && !pending && w->previous != UINT32_MAX) {
      add_plain(w, 1);
      if (w->repeat && !is_full(w))
         w->repeat -= add_plain(w, w->repeat);
      if (!w->repeat && !w->passes)
         run_plain(m, w);
      return;
   }
   w->penalty = w->previous == UINT32_MAX ? 0 : time_plan_penalty(plan, w->previous, w->segment);
   w->previous = w->segment;
   w->step = &plan->step[s->first[pending]];
}

/* The next segment, or a repeat. False: its trace has not arrived. */
static bool next_segment(time_machine *m, time_wave *w)
{
   if (is_full(w)) {
      w->due = TIME_DUE_BOOKS;
      return true;
   }
   if (w->repeat && w->previous != UINT32_MAX) {
      w->repeat--;
      w->inst = w->inst_first;
   } else {
      enum time_read r = w->passes ? time_ahead_wave(m, w) : TIME_READ_SEGMENT;
      if (r == TIME_READ_SEGMENT)
         r = time_read_segment(m, w);
      if (r == TIME_READ_OVER)
         w->due = TIME_DUE_OVER;
      if (r != TIME_READ_SEGMENT)
         return r != TIME_READ_STARVED;
   }
   if (has_code(m, w, &w->program->plan->segment[w->segment])) {
      begin(m, w);
   } else {
      w->due = TIME_DUE_CODE;
      w->fetched = w->inst;
   }
   return true;
}

/* Behind what has been laid out: registers that come later than that. */
static void wait_for(time_wave *w, time_regs regs)
{
   uint64_t wait = 0;
   if (time_when(w->results) <= w->est)
      return;
   for (uint32_t r = regs.first, end = r + regs.count; r < end; r++)
      wait = time_later(wait, w->board[r]);
   if (time_when(wait) <= w->est)
      return;
   time_block *b = &w->block[w->blocks];
   if (b->cycles || b->issue)
      *(b = &w->block[++w->blocks]) = (time_block){0};
   b->wait = time_later(b->wait, wait);
   w->est = time_when(wait);
}

/* Up to something that is due. False: the trace has not arrived; once more when it has. */
static bool lay_out(time_machine *m, time_wave *w)
{
   while (!w->due) {
      const time_step *s = w->step;
      if (!s) {
         if (!next_segment(m, w))
            return false;
         continue;
      }
      if (s->kind == TIME_STEP_WAIT && w->blocks == TIME_BLOCKS - 1) {
         w->due = TIME_DUE_BOOKS;
         break;
      }
      add(w, s->cycles + w->penalty, s->stalled_cycles, s->issue_cycles, s->end - s->from, s->from,
          (enum time_why)s->why);
      if (w->program->cost)
         count_issued(w, s->from, s->end, 1);
      w->penalty = 0;
      if (s->kind == TIME_STEP_TAIL) {
         w->step = NULL;
      } else if (s->kind == TIME_STEP_WAIT) {
         wait_for(w, s->regs);
         w->step = s + 1;
      } else {
         w->due = TIME_DUE_STEP;
      }
   }
   return true;
}

/* ---- what is due ---------------------------------------------------------------------------- */
/* With what continues the record. */
static uint64_t lines_of(const uint32_t *record)
{
   uint64_t n = time_skip_lines(record);
   for (; emu_lines_continue(record); n += time_skip_lines(record))
      record += time_record_dwords(record);
   return n;
}

/* False: the instruction's queue has no room yet, and the wave's time has moved. */
static bool access_memory(time_machine *m, time_wave *w, const time_step *s)
{
   const time_inst *i = &w->program->inst[s->end - 1];
   uint64_t room = time_queue_room(w->sched, i->port) + i->issue_cycles;
   if (room > time_when(w->ready)) {
      w->ready = time_pack(room, TIME_WHY_PORT);
      return false;
   }
   w->inst = s->end - 1;
   const uint32_t *record = time_read_record(w);
   w->lines += record ? lines_of(record) : 0;
   time_wave_access(m, w, i, record, time_when(w->ready) - i->issue_cycles);
   return true;
}

/* What ends a step, at the wave's time. False: the wave does not go on by itself. */
static bool end_step(time_machine *m, time_wave *w)
{
   const time_step *s = w->step;
   uint64_t now = time_when(w->ready);
   if (s->kind == TIME_STEP_ACCESS && !access_memory(m, w, s))
      return true;
   w->step = s + 1;
   w->due = TIME_DUE_NOTHING;
   if (s->kind == TIME_STEP_END) {
      time_wave_finish(m, w, w->ready);
      return false;
   }
   if (s->kind == TIME_STEP_FENCE) {
      w->ready = time_later(w->ready, time_later(w->writes, w->results));
   } else if (s->kind == TIME_STEP_BARRIER && !w->group) {
      w->ready = time_pack(now + m->profile.cost[ISA_CLASS_SYNC].latency_cycles, TIME_WHY_BARRIER);
   } else if (s->kind == TIME_STEP_BARRIER) {
      time_group_arrive(m, w, now);
      return false;
   }
   return true;
}

static void set_estimate(time_wave *w)
{
   w->est = time_when(w->ready);
   w->est_base = w->base;
}

static bool carry_out(time_machine *m, time_wave *w)
{
   bool goes_on = true;
   switch ((enum time_due)w->due) {
   case TIME_DUE_STEP:
      goes_on = end_step(m, w);
      break;
   case TIME_DUE_CODE:
      if (!fetch_code(m, w))
         break;
      w->due = TIME_DUE_NOTHING;
      set_estimate(w);
      begin(m, w);
      return true;
   case TIME_DUE_OVER:
      time_wave_finish(m, w, w->ready);
      return false;
   default:
      w->due = TIME_DUE_NOTHING;
      return true;
   }
   if (goes_on)
      set_estimate(w);
   return goes_on;
}

void time_approx_act(time_machine *m, time_actor *a)
{
   time_wave *w = (time_wave *)((char *)a - offsetof(time_wave, actor));
   uint64_t limit = m->loop.now + SLACK_CYCLES;
   for (;;) {
      if (!lay_out(m, w)) {
         time_starve(m, a);
         return;
      }
      book_begun(m, w, limit);
      if (w->est > limit)
         break;
      if (!carry_out(m, w))
         return;
   }
   time_at(m, a, w->est);
}

void time_approx_resume(time_machine *m, time_wave *w)
{
   set_estimate(w);
   time_at(m, &w->actor, w->est);
}
