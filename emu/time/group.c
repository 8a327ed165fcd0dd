/* Dispatches: workgroups go to cores in the order of their numbers, to the core with the most free wave slots
 * (of several the first); what finds no room waits, and nothing overtakes it. Dispatches of a ring that
 * overlap are served in their order. The dispatcher launches a wave per cycle.
 *
 * A workgroup holds its local data share from its launch until its last wave has ended. At a barrier it waits
 * for those of its waves that have not ended.
 */
#include "engine.h"
#include "sample.h"
#include "skip.h"

#define FILLED_LITTLE 8u /* this part of L2's lines counts for nothing */
#define STAGGERED 8u     /* in so many windows at least the workgroups of a round end */
#define SEEN_WINDOWS 2u  /* as many as end in so many windows warm the caches before the next one */

typedef struct time_dispatch {
   struct time_dispatch *next; /* launched later, or of the free ones */
   time_actor actor;
   emu_time_job *job;
   time_unit *unit; /* waits for room */
   uint64_t running, ended, taken;
   uint64_t round; /* so many have run at once */
   bool all; /* no unit is left */
   /* passing over */
   time_unit *passed;         /* its trace has not come */
   uint64_t skipped, planned; /* have been passed over; are to be */
   uint64_t cold;             /* of these the first ones, which caches do not see */
   bool warm;                 /* caches are to see all of them */
   uint64_t filled;           /* lines of L2 when it began */
   uint64_t mark_ended;       /* when the window began */
   bool staggered;            /* they have drifted apart */
} time_dispatch;

static void dispatch_act(time_machine *m, time_actor *a);

bool time_group_begin(time_machine *m, emu_time_job *j, uint64_t start)
{
   time_dispatch *d = time_machine_alloc(m, sizeof *d), **at = &m->dispatches;
   if (!d)
      return false;
   d->job = j;
   j->model = d;
   time_actor_init(m, &d->actor, dispatch_act);
   while (*at)
      at = &(*at)->next;
   *at = d;
   time_at(m, &d->actor, time_at_clock(m, start + m->profile.launch_cycles));
   return true;
}

/* The dispatch has launched its last workgroup: it is the oldest that had any. */
static void pass_on(time_machine *m, time_dispatch *d)
{
   time_dispatch **at = &m->dispatches;
   while (*at != d)
      at = &(*at)->next;
   *at = d->next;
   d->all = true;
   if (m->dispatches)
      time_at(m, &m->dispatches->actor,
              time_at_clock(m, m->dispatches->job->start + m->profile.launch_cycles));
   if (d->running == 0)
      time_job_over(m, d->job, m->loop.now);
}

static uint32_t group_waves(const time_machine *m, const emu_time_job *j)
{
   uint32_t n = j->group_waves ? j->group_waves : 1;
   return n < m->profile.waves_per_core ? n : m->profile.waves_per_core;
}

static time_core *roomiest(time_machine *m, const emu_time_job *j)
{
   time_core *best = NULL;
   uint32_t waves = group_waves(m, j);
   for (uint32_t i = 0; i < m->profile.cores; i++)
      if ((!best || m->core[i].waves < best->waves) && time_core_room(m, i, j, 0, waves))
         best = &m->core[i];
   return best;
}

static time_group *group_new(time_machine *m, uint32_t waves)
{
   time_group **at = &m->free_groups, *g;
   while (*at && (*at)->capacity < waves)
      at = &(*at)->next;
   uint32_t capacity = *at ? (*at)->capacity : waves;
   if ((g = *at))
      *at = g->next;
   else if (!(g = time_machine_alloc(m, sizeof *g + waves * sizeof g->wave[0])))
      return NULL;
   *g = (time_group){.capacity = capacity, .waves = waves, .alive = waves};
   return g;
}

static void launch(time_machine *m, time_dispatch *d, time_core *c)
{
   time_group *g = group_new(m, group_waves(m, d->job));
   if (!g)
      return;
   g->job = d->job;
   g->unit = d->unit;
   g->core = c;
   g->lds_B = d->job->stage[0].lds_B;
   c->lds_B += g->lds_B;
   d->unit = NULL;
   d->running++;
   d->round = time_later(d->round, d->running);
   for (uint32_t k = 0; k < g->waves; k++)
      g->wave[k] = NULL;
   for (uint32_t k = 0; k < g->waves; k++) {
      if (!(g->wave[k] = time_wave_launch(m, c, d->job, 0, g, m->loop.now + k)))
         return;
      g->wave[k]->index = k;
   }
   for (uint32_t k = 0; k < g->waves; k++)
      (m->detailed ? time_detailed_resume : time_approx_resume)(m, g->wave[k]);
}

static void dispatch_act(time_machine *m, time_actor *a)
{
   time_dispatch *d = (time_dispatch *)((char *)a - offsetof(time_dispatch, actor));
   if (m->dispatches != d) /* it is woken when the older ones are through, or has nothing left */
      return;
   if (!d->unit) {
      bool starved = false;
      d->unit = time_job_take(d->job, &starved);
      if (d->unit && d->taken++ == 0) {
         d->filled = time_memory_l2_filled(m->memory);
         time_sample_disturb(m);
      }
      if (!d->unit && starved)
         time_starve(m, a);
      else if (!d->unit)
         pass_on(m, d);
      if (!d->unit)
         return;
   }
   time_core *c = roomiest(m, d->job);
   if (!c) {
      time_core_wait(m, TIME_ANY_CORE, a);
      return;
   }
   launch(m, d, c);
   time_at(m, a, m->loop.now + group_waves(m, d->job));
}

/* ---- for the sampler ------------------------------------------------------------------------ */
bool time_group_settled(const emu_time_job *j)
{
   const time_dispatch *d = j->model;
   return d->ended >= d->running;
}

/* As many as it did on average with so many instructions. */
static uint64_t groups_in(const time_dispatch *d, uint64_t instructions)
{
   uint64_t halves = 2 * (d->ended + d->skipped) + d->running; /* workgroups that it has done, about */
   return time_scale(instructions, halves, 2 * d->job->counters[GPU_COUNTER_TIMED_INSTRUCTIONS]);
}

bool time_group_close(emu_time_job *j, uint64_t instructions)
{
   time_dispatch *d = j->model;
   uint64_t n = d->ended - d->mark_ended, did = groups_in(d, instructions);
   /* as many end as work was done: there are no rounds */
   d->staggered = d->ended >= 2 * d->round && STAGGERED * n <= d->round && n &&
                  (n > did ? n - did : did - n) <= did / 4 + 1;
   return d->staggered || (d->round && n >= d->round);
}

/* How many may be passed over. Where they come in rounds whole ones in all, and one stays behind them: the
 * last round is then as full as it would have been. */
static uint64_t streaming(const time_machine *m, const time_dispatch *d)
{
   uint64_t left = m->dispatches == d && d->job->groups > d->taken ? d->job->groups - d->taken : 0;
   uint64_t round = d->round ? d->round : 1;
   if (left <= round || d->staggered)
      return d->staggered ? left : 0;
   uint64_t end = (d->skipped + left - round) / round * round; /* of all that will have been */
   return end > d->skipped ? end - d->skipped : 0;
}

/* Has L2 as much of the dispatch's lines as it ever will, or would it get few of the next windows'? Then it
 * matters little if the caches see nothing of these. */
static bool is_even(const time_machine *m, const time_dispatch *d, uint64_t filled, uint32_t times)
{
   uint64_t lines = m->profile.l2_B >> EMU_LINE_LOG2, since = time_memory_l2_filled(m->memory) - d->filled;
   return !d->warm && (since >= lines || FILLED_LITTLE * times * filled <= lines);
}

uint64_t time_group_plan(time_machine *m, emu_time_job *j, uint64_t instructions, uint64_t filled,
                         uint32_t times)
{
   time_dispatch *d = j->model;
   uint64_t window = time_later(groups_in(d, instructions), 1);
   d->planned = time_earlier(times * window, streaming(m, d));
   uint64_t seen = is_even(m, d, filled, times) ? SEEN_WINDOWS * window : d->planned;
   d->cold = d->planned > seen ? d->planned - seen : 0;
   const time_program *t = d->cold ? time_job_program(m, j, 0) : NULL;
   if (t && !t->cost) /* its cost is of all that it did */
      time_leave_untraced(j, d->taken, d->cold);
   return d->planned;
}

void time_group_open(emu_time_job *j)
{
   time_dispatch *d = j->model;
   d->mark_ended = d->ended;
}

bool time_group_cold(const emu_time_job *j)
{
   return ((const time_dispatch *)j->model)->cold != 0;
}

void time_group_warm(emu_time_job *j)
{
   ((time_dispatch *)j->model)->warm = true;
}

bool time_group_pass(time_machine *m, emu_time_job *j, bool *starved)
{
   time_dispatch *d = j->model;
   *starved = false;
   if (!d->planned || (!d->passed && !(d->passed = time_job_take(j, starved))))
      return false;
   if (!d->passed->complete)
      time_unit_poll(j, d->passed);
   if (!d->passed->complete) {
      *starved = true;
      return false;
   }
   d->taken++;
   d->skipped++;
   d->planned--;
   time_skip_group(m, (uint32_t)(d->taken % m->profile.cores), j, d->passed, d->cold != 0);
   d->cold -= d->cold != 0;
   time_unit_release(j, d->passed);
   d->passed = NULL;
   return true;
}

/* A clock that has gone on makes launches due. */
void time_group_retime(time_machine *m)
{
   const time_dispatch *d = m->dispatches;
   if (d && !d->taken)
      time_at(m, &m->dispatches->actor, time_at_clock(m, d->job->start + m->profile.launch_cycles));
}

/* ---- workgroups ----------------------------------------------------------------------------- */
static void release(time_machine *m, time_group *g)
{
   uint64_t at = g->arrived_at + m->profile.cost[ISA_CLASS_SYNC].latency_cycles;
   g->arrived = 0;
   for (uint32_t k = 0; k < g->waves; k++) {
      time_wave *w = g->wave[k];
      if (!w || w->state != TIME_WAVE_BARRIER)
         continue;
      w->state = TIME_WAVE_RUNS;
      w->ready = time_pack(at, TIME_WHY_BARRIER);
      (m->detailed ? time_detailed_resume : time_approx_resume)(m, w);
   }
}

void time_group_arrive(time_machine *m, time_wave *w, uint64_t at)
{
   time_group *g = w->group;
   w->state = TIME_WAVE_BARRIER;
   w->barriers++;
   w->to_barrier = false;
   if (g->arrived++ == 0 || at > g->arrived_at)
      g->arrived_at = at;
   if (g->arrived == g->alive)
      release(m, g);
}

void time_group_wave_over(time_machine *m, time_wave *w)
{
   time_group *g = w->group;
   time_dispatch *d = g->job->model;
   g->wave[w->index] = NULL;
   g->alive--;
   if (g->alive && g->arrived == g->alive) {
      g->arrived_at = time_later(g->arrived_at, m->loop.now);
      release(m, g);
   }
   if (g->alive)
      return;
   g->core->lds_B -= g->lds_B;
   time_unit_release(g->job, g->unit);
   g->next = m->free_groups;
   m->free_groups = g;
   d->ended++;
   if (--d->running == 0 && d->all)
      time_job_over(m, d->job, m->loop.now);
}
