/* Shader cores: what room they have, the waves in it, and the accounts of their schedulers.
 *
 * A wave takes its slot and registers when it is launched and gives them back when its last result is there;
 * writes on their way to L2 do not hold it. An empty core takes any workgroup, even one that asks for more
 * registers than there are. A wave goes to the scheduler with the fewest waves. How waves go on is left to
 * the engines.
 */
#include <string.h>
#include "../core/core.h"
#include "engine.h"
#include "sink.h"

#define BOARD_STEP 64u
_Static_assert((ISA_MAX_VREGS + ISA_MAX_SREGS + 1 + BOARD_STEP - 1) / BOARD_STEP < TIME_BOARD_CLASSES,
               "free lists");
/* ORDER why: counters in the order of enum time_why */
_Static_assert(GPU_COUNTER_STALL_DEPENDENCY == GPU_COUNTER_ISSUE_ACTIVE + TIME_WHY_DEPENDENCY, "order");
_Static_assert(GPU_COUNTER_STALL_IDLE == GPU_COUNTER_ISSUE_ACTIVE + TIME_WHY_IDLE, "order");
_Static_assert(GPU_COUNTER_STALL_PORT == GPU_COUNTER_ISSUE_ACTIVE + TIME_WHY_PORT, "order");

static void wave_over(time_machine *m, time_actor *a);

bool time_cores_create(time_machine *m)
{
   const emu_profile *p = &m->profile;
   uint32_t per_sched = (p->waves_per_core + p->schedulers_per_core - 1) / p->schedulers_per_core;
   m->core = time_machine_alloc(m, p->cores * sizeof *m->core);
   for (uint32_t i = 0; m->core && i < p->cores; i++) {
      time_core *c = &m->core[i];
      c->index = i;
      c->sched = time_machine_alloc(m, p->schedulers_per_core * sizeof *c->sched);
      time_wave **waves = time_machine_alloc(m, (size_t)p->schedulers_per_core * per_sched * sizeof *waves);
      time_share *shares = time_machine_alloc(m, (size_t)p->schedulers_per_core * per_sched * sizeof *shares);
      for (uint32_t k = 0; c->sched && waves && shares && k < p->schedulers_per_core; k++) {
         c->sched[k].core = c;
         c->sched[k].wave = waves + (size_t)k * per_sched;
         c->sched[k].share = shares + (size_t)k * per_sched;
         time_actor_init(m, &c->sched[k].actor, time_detailed_act);
      }
   }
   return !m->failed;
}

/* ---- room ----------------------------------------------------------------------------------- */
bool time_core_room(const time_machine *m, uint32_t core, const emu_time_job *j, unsigned stage,
                    uint32_t waves)
{
   const time_core *c = &m->core[core];
   const emu_profile *p = &m->profile;
   const emu_job_stage *s = &j->stage[stage];
   if (c->waves == 0)
      return true;
   return waves <= p->waves_per_core - c->waves &&
          c->vregs + (uint64_t)waves * s->vregs <= p->vregs_per_core &&
          (uint64_t)c->lds_B + s->lds_B <= p->lds_B_per_core;
}

static time_actor **waiters_of(time_machine *m, uint32_t core)
{
   return core == TIME_ANY_CORE ? &m->any_waiters : &m->core[core].waiters;
}

void time_core_wait(time_machine *m, uint32_t core, time_actor *a)
{
   if (a->waiting) {
      time_actor **at = waiters_of(m, a->wait_core);
      while (*at != a)
         at = &(*at)->wait_next;
      *at = a->wait_next;
   }
   time_actor **list = waiters_of(m, core);
   a->waiting = true;
   a->wait_core = core;
   a->wait_next = *list;
   *list = a;
}

static void wake(time_machine *m, time_actor **list)
{
   while (*list) {
      time_actor *a = *list;
      *list = a->wait_next;
      a->waiting = false;
      time_at(m, a, m->loop.now);
   }
}

/* ---- waves ---------------------------------------------------------------------------------- */
static time_wave *wave_new(time_machine *m, const time_program *t)
{
   uint32_t cls = t->board / BOARD_STEP;
   size_t size_B = sizeof(time_wave) + (size_t)(cls + 1) * BOARD_STEP * sizeof(uint64_t);
   time_wave *w = m->free_waves[cls];
   if (w)
      m->free_waves[cls] = w->next;
   else if (!(w = time_machine_alloc(m, size_B)))
      return NULL;
   memset(w, 0, sizeof *w);
   if (m->detailed) /* approx asks for what is still to come, and nothing of a wave before is */
      memset(w->board, 0, t->board * sizeof w->board[0]);
   w->board_class = cls;
   return w;
}

static time_sched *emptiest(time_machine *m, time_core *c)
{
   time_sched *s = &c->sched[0];
   for (uint32_t k = 1; k < m->profile.schedulers_per_core; k++)
      if (c->sched[k].waves < s->waves)
         s = &c->sched[k];
   return s;
}

static void empty_code(time_sched *s)
{
   s->code_epoch += TIME_CODE_EPOCH;
   if (s->code_epoch)
      return;
   memset(s->code, 0, sizeof s->code); /* once in 4 million times */
   memset(s->window, 0, sizeof s->window);
   s->code_epoch = TIME_CODE_EPOCH;
}

static void occupy(time_machine *m, time_core *c, time_sched *s, time_wave *w)
{
   uint64_t now = m->loop.now;
   if (c->waves == 0) {
      c->since = time_clock(m);
      for (uint32_t k = 0; k < m->profile.schedulers_per_core; k++) {
         c->sched[k].free = now;
         empty_code(&c->sched[k]);
      }
   } else if (s->waves == 0) {
      time_sched_stall(s, now, TIME_WHY_IDLE, w->job, NULL);
   }
   c->waves++;
   c->vregs += w->vregs;
   w->place = s->waves++;
   s->wave[w->place] = w;
   s->share[w->place] = (time_share){.booked = s->free, .since = now};
}

time_wave *time_wave_launch(time_machine *m, time_core *c, emu_time_job *j, unsigned stage, time_group *g,
                            uint64_t at)
{
   time_program *t = time_job_program(m, j, stage);
   time_wave *w = t ? wave_new(m, t) : NULL;
   if (!w) {
      time_machine_fail(m);
      return NULL;
   }
   time_actor_init(m, &w->actor, time_approx_act);
   w->core = c;
   w->sched = emptiest(m, c);
   w->job = j;
   w->program = t;
   w->group = g;
   w->code_va = j->stage[stage].program_va;
   w->stage = stage;
   w->vregs = j->stage[stage].vregs;
   w->age = m->age++;
   w->began = m->loop.now;
   w->start = time_clock(m);
   w->base = time_later(at, m->loop.now);
   w->ready = time_pack(w->base, TIME_WHY_FETCH);
   w->previous = UINT32_MAX;
   w->line = UINT64_MAX;
   occupy(m, c, w->sched, w);
   return w;
}

void time_wave_start(time_machine *m, uint32_t core, emu_time_job *j, unsigned stage, const uint32_t *data,
                     uint32_t dwords, uint64_t at, time_actor *done, uint64_t *end)
{
   time_wave *w = time_wave_launch(m, &m->core[core], j, stage, NULL, at);
   if (!w)
      return;
   w->at = data;
   w->end = data + dwords;
   w->last = true;
   w->done = done;
   w->done_at = end;
   (m->detailed ? time_detailed_resume : time_approx_resume)(m, w);
}

void time_wave_finish(time_machine *m, time_wave *w, uint64_t ready)
{
   w->state = TIME_WAVE_ENDS;
   w->ready = time_later(ready, w->results);
   uint64_t end = time_when(w->ready);
   w->actor.act = wave_over;
   time_forget(m, &w->actor);
   time_at(m, &w->actor, end);
}

static void leave(time_machine *m, time_wave *w)
{
   time_core *c = w->core;
   time_sched *s = w->sched;
   uint64_t now = m->loop.now, clock = time_clock(m);
   if (s->waves == 1)
      time_sched_stall(s, now, (enum time_why)(w->ready & 15), w->job, NULL);
   s->waves--;
   for (uint32_t k = w->place; k < s->waves; k++) {
      s->wave[k] = s->wave[k + 1];
      s->wave[k]->place = k;
      s->share[k] = s->share[k + 1];
   }
   TIME_COUNT(w->job, WAVE_CYCLES, clock - w->start);
   TIME_COUNT(w->job, CORE_CYCLES, clock - c->since);
   c->since = clock;
   c->vregs -= w->vregs;
   c->waves--;
   for (uint32_t i = 0; c->waves == 0 && i < m->profile.schedulers_per_core; i++)
      time_sched_stall(&c->sched[i], now, TIME_WHY_IDLE, w->job, NULL);
}

static void wave_over(time_machine *m, time_actor *a)
{
   time_wave *w = (time_wave *)((char *)a - offsetof(time_wave, actor));
   time_core *c = w->core;
   if (w->sched->waves == 1 &&
       w->sched->free > m->loop.now) { /* approx: what it and younger waves have issued takes until then */
      time_at(m, a, w->sched->free);
      return;
   }
   leave(m, w);
   if (m->observer)
      time_observe_wave(m, c->index, w->job, w->stage, w->start, time_clock(m));
   w->job->written = time_later(w->job->written, time_when(w->writes));
   time_read_drop(m, w);
   if (w->done_at)
      *w->done_at = m->loop.now;
   if (w->done)
      time_at(m, w->done, m->loop.now);
   if (w->group)
      time_group_wave_over(m, w);
   w->next = m->free_waves[w->board_class];
   m->free_waves[w->board_class] = w;
   wake(m, &c->waiters);
   wake(m, &m->any_waiters);
}

/* ---- what both engines do with an instruction ----------------------------------------------- */
void time_code_put(time_sched *s, uint64_t key, uint64_t there)
{
   time_code_line *e = &s->code[key % TIME_CODE_LINES];
   for (unsigned k = 0; k < TIME_CODE_WINDOWS; k++)
      if (e->line - s->window[k].first < 64)
         s->window[k].present &= ~(UINT64_C(1) << (e->line - s->window[k].first));
   *e = (time_code_line){key, there};
}

static uint64_t ask_line(time_machine *m, time_wave *w, uint64_t line, uint64_t now)
{
   const time_code_line *e = &w->sched->code[line % TIME_CODE_LINES];
   const uint64_t key = time_code_key(w->sched, line);
   if (e->line != key)
      time_code_put(w->sched, key,
                    time_memory_line(m->memory, w->core->index, TIME_PATH_CODE, TIME_READ,
                                     line << EMU_LINE_LOG2, 15, 0, now, w->job->counters)
                        .done);
   return e->there;
}

/* A scheduler holds some lines of code for its waves, and asks for the next one when a wave enters a line. */
uint64_t time_wave_enter_line(time_machine *m, time_wave *w, uint64_t line, uint64_t now)
{
   uint64_t there = ask_line(m, w, line, now);
   w->line = line;
   if (line < (w->code_va + 8 * (uint64_t)w->program->words - 1) >> EMU_LINE_LOG2)
      ask_line(m, w, line + 1, now);
   return there;
}

static time_result access_memory(time_machine *m, time_wave *w, const time_inst *i, const uint32_t *record,
                                 uint64_t now)
{
   uint64_t *counters = w->job->counters;
   if (i->port == TIME_PORT_LDS) {
      uint32_t passes = record && *record >> 28 == EMU_REC_LDS ? *record >> 8 & 0xffff : i->passes;
      TIME_COUNT(w->job, LDS_CONFLICTS, passes > i->passes ? passes - i->passes : 0);
      return time_memory_lds(m->memory, w->core->index, passes, now, counters);
   }
   if (record && *record >> 28 != EMU_REC_LDS)
      return time_memory_record(m->memory, w->core->index, (enum time_path)i->path, (enum time_op)i->op,
                                record, now, counters);
   return (time_result){.accepted = now + 1, .done = now + i->latency_cycles};
}

void time_wave_access(time_machine *m, time_wave *w, const time_inst *i, const uint32_t *record, uint64_t now)
{
   time_sched *s = w->sched;
   time_result r = access_memory(m, w, i, record, now);
   uint64_t there = time_pack(r.done, (enum time_why)i->why);
   s->queue[i->port][s->queue_at[i->port]] = r.accepted;
   if (++s->queue_at[i->port] == m->port_queue)
      s->queue_at[i->port] = 0;
   s->room[i->port] = s->queue[i->port][s->queue_at[i->port]];
   for (uint32_t k = 0; k < i->dst.count; k++)
      w->board[i->dst.first + k] = there;
   if (i->dst.count)
      w->results = time_later(w->results, there);
   else
      w->writes = time_later(w->writes, there);
}
