/* Sampling: approx follows work for a while, then passes over what comes next and charges the time that it
 * would have taken, again and again. Manual: "Time", Sampling.
 *
 * In a window the machine is as it always is. Behind it, everything that streams through the machine goes on
 * by a multiple of what it did in the window, at once: the workgroups that a dispatch launches, or the
 * instructions of its waves when all are launched; the batches that the front end takes, and what each
 * rasteriser has in front of it. The ring's clock goes on by the same multiple of the window, and so do
 * counters, but for those that traces tell exactly. What is in flight stays as it is: it is as good as what
 * would be there then. Caches, TLBs and tags see the addresses that are passed over (warm.c). Windows that go
 * on to agree make the multiple larger.
 *
 * All of it follows from traces and the machine's state, so that times are the same on every host.
 */
#include "sample.h"
#include <string.h>
#include "fixed.h"
#include "sink.h"

#define SETTLE_CYCLES 4096u
#define SETTLE_STEP 1024u
#define SETTLE_DISPATCH 32768u /* at most, where workgroups are long */
#define SETTLE_DRAW 16384u     /* at most */
#define SETTLE_PLACES 32u      /* of each rasteriser: those that were in flight first are gone */
#define WINDOW_CYCLES 2048u    /* and as many more of them as it takes for enough work: */
#define WINDOW_WORK 2048u      /* instructions, */
#define PLACE_WORK 32u         /* or places of rasterisers, */
#define BATCH_WORK 64u         /* or batches, for which so many stand */
#define WINDOW_PLACES 64u      /* of each rasteriser that has tiles, */
#define WINDOW_DRAW 8192u      /* or so many cycles */
#define WINDOWS_MOST 256u
#define NEAR 8u       /* windows agree that differ by less than this part; */
#define NEAR_MIXED 4u /* of workgroups that do not go in step, where it is chance */
#define TIME_ONE 256u   /* parts of a window in which it is shared out */
#define SAMPLE_JOBS 64u /* that have begun and are not over (TIME_JOBS_MAX) */

enum sample_state {
   SAMPLE_RESTS,
   SAMPLE_SETTLES,
   SAMPLE_MEASURES,
   SAMPLE_PASSES /* over something; waits for its traces */
};

/* What is passed over. */
enum sample_stream { STREAM_GROUPS, STREAM_WAVES, STREAM_PICTURES };

/* What windows are compared by: sums over all jobs. */
#define MEASURE_L2_ACCESSES 2
#define MEASURE_L2_HITS 3
static const enum gpu_counter measures[] = {
    GPU_COUNTER_TIMED_INSTRUCTIONS,
    GPU_COUNTER_L1_ACCESSES,
    [MEASURE_L2_ACCESSES] = GPU_COUNTER_L2_ACCESSES,
    [MEASURE_L2_HITS] = GPU_COUNTER_L2_HITS,
    GPU_COUNTER_RASTER_QUADS,
    GPU_COUNTER_ROP_QUADS,
    GPU_COUNTER_LDS_PASSES,
    GPU_COUNTER_DRAM_BUSY_CYCLES,
    GPU_COUNTER_TLB_L1_MISSES,
    GPU_COUNTER_FRONT_CYCLES,
};
#define MEASURES (sizeof measures / sizeof measures[0])

/* What comes from the traces, or from the ring's clock. */
static const bool is_exact[GPU_COUNTER_COUNT] = {
    [GPU_COUNTER_TIMED_INSTRUCTIONS] = true, [GPU_COUNTER_CORE_CYCLES] = true,
    [GPU_COUNTER_WAVE_CYCLES] = true,        [GPU_COUNTER_RASTER_QUADS] = true,
    [GPU_COUNTER_HIZ_KILLED] = true,         [GPU_COUNTER_EARLY_Z_QUADS] = true,
    [GPU_COUNTER_EARLY_Z_KILLED] = true,     [GPU_COUNTER_LATE_Z_QUADS] = true,
    [GPU_COUNTER_ROP_QUADS] = true,          [GPU_COUNTER_BLEND_QUADS] = true,
    [GPU_COUNTER_FRAGMENT_WAVES] = true,     [GPU_COUNTER_FRONT_WAVES] = true,
};

/* A job's counters when the window began; later, what they counted in it. */
typedef struct sample_mark {
   emu_time_job *job;
   uint64_t counters[GPU_COUNTER_COUNT];
} sample_mark;

typedef struct sample_raster {
   uint64_t retired_dw;   /* when the window began; later, in it */
   uint64_t wanted, left; /* dwords to be passed over */
   uint64_t ahead_dw;     /* passed over before their turn, since places are whole */
   uint64_t owed;         /* cycles that it did not go on by when the others did, at the end of a draw */
} sample_raster;

typedef struct time_sampler {
   time_actor actor;
   enum sample_state state;
   bool disturbed, agreed; /* agreed: there are rates of the present work */
   uint64_t reach, next_reach;
   uint32_t marks;
   uint64_t since;        /* when it began to settle */
   uint64_t work;         /* of the window before, in WINDOW_CYCLES */
   uint64_t places;       /* of all rasterisers then, or when the window began */
   uint64_t from, cycles; /* the window */
   uint64_t filled;       /* lines of L2 when it began; later, in it */
   uint64_t age;          /* of the next wave */
   uint64_t over[MEASURES], base[MEASURES], rate[MEASURES]; /* of jobs that are over; when the window began;
                                                               of the one before, per WINDOW_CYCLES */
   sample_mark *mark;
   uint64_t
       gone[GPU_COUNTER_COUNT]; /* counted in the window by jobs that are over: others go on in their place */
   sample_raster *raster;
   uint64_t batches, front_cycles; /* that left the front end, cycles in which it had any: as retired_dw */
   time_ahead *ahead;
   /* what is passed over */
   enum sample_stream stream;
   emu_time_job *dispatch;
   uint64_t wanted, passed; /* batches; these or instructions */
   bool cold;               /* the caches have not seen all of it */
   uint64_t share;          /* of the window, if it is shared out to the rasterisers */
   bool shared;
} time_sampler;

static void sample_act(time_machine *m, time_actor *a);

bool time_sample_create(time_machine *m)
{
   if (m->detailed)
      return true;
   time_sampler *s = time_machine_alloc(m, sizeof *s);
   if (!s || !time_ahead_create(m, &s->ahead))
      return false;
   s->mark = time_machine_alloc(m, SAMPLE_JOBS * sizeof *s->mark);
   s->raster = time_machine_alloc(m, m->profile.cores * sizeof *s->raster);
   time_actor_init(m, &s->actor, sample_act);
   m->sampler = s;
   return !m->failed;
}

static void go_to(time_machine *m, enum sample_state state, uint64_t cycles)
{
   m->sampler->state = state;
   time_at(m, &m->sampler->actor, m->loop.now + cycles);
}

static uint64_t count_places(const time_machine *m)
{
   uint64_t n = 0;
   for (uint32_t i = 0; m->gfx && i < m->profile.cores; i++)
      n += time_raster_places(m, i);
   return n;
}

static void settle(time_machine *m, time_sampler *s)
{
   s->disturbed = s->agreed = false;
   s->next_reach = TIME_REACH_LEAST;
   s->since = m->loop.now;
   s->places = count_places(m);
   go_to(m, SAMPLE_SETTLES, SETTLE_CYCLES);
}

void time_sample_begin(time_machine *m)
{
   if (m->sampler && m->sampler->state == SAMPLE_RESTS)
      settle(m, m->sampler);
}

void time_sample_disturb(time_machine *m)
{
   if (!m->sampler)
      return;
   m->sampler->disturbed = true;
   time_sample_begin(m);
}

/* ---- measuring ------------------------------------------------------------------------------ */
static void sum_up(const time_machine *m, uint64_t *sum)
{
   for (unsigned i = 0; i < MEASURES; i++)
      sum[i] = m->sampler->over[i];
   for (const emu_time_job *j = m->jobs; j; j = j->launched_before)
      for (unsigned i = 0; i < MEASURES; i++)
         sum[i] += j->counters[measures[i]];
}

/* The dispatch that is at work, if there is one and nothing else. */
static emu_time_job *only_dispatch(const time_machine *m)
{
   emu_time_job *only = NULL;
   for (emu_time_job *j = m->jobs; j; j = j->launched_before) {
      if (j->begun && (only || j->kind != EMU_JOB_DISPATCH))
         return NULL;
      only = j->begun ? j : only;
   }
   return only;
}

static bool only_draws(const time_machine *m)
{
   for (const emu_time_job *j = m->jobs; j; j = j->launched_before)
      if (j->begun && j->kind != EMU_JOB_DRAW && j->kind != EMU_JOB_CLEAR)
         return false;
   return m->gfx != NULL;
}

static bool any_begun(const time_machine *m)
{
   const emu_time_job *j = m->jobs;
   while (j && !j->begun)
      j = j->launched_before;
   return j != NULL;
}

static void mark(time_sampler *s, emu_time_job *j, bool begins)
{
   if (s->marks == SAMPLE_JOBS)
      return;
   sample_mark *k = &s->mark[s->marks++];
   k->job = j;
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      k->counters[c] = begins ? 0 : j->counters[c];
}

static sample_mark *mark_of(const time_sampler *s, const emu_time_job *j)
{
   for (uint32_t i = 0; i < s->marks; i++)
      if (s->mark[i].job == j)
         return &s->mark[i];
   return NULL;
}

void time_sample_over(time_machine *m, emu_time_job *j)
{
   time_sampler *s = m->sampler;
   sample_mark *k = s ? mark_of(s, j) : NULL;
   for (unsigned c = 0; s && s->state == SAMPLE_MEASURES && c < GPU_COUNTER_COUNT; c++)
      s->gone[c] += j->counters[c] - (k ? k->counters[c] : 0);
   if (k)
      *k = s->mark[--s->marks];
   for (unsigned i = 0; s && i < MEASURES; i++)
      s->over[i] += j->counters[measures[i]];
   if (s && j->kind == EMU_JOB_DISPATCH)
      s->disturbed = true;
}

static void open_window(time_machine *m, time_sampler *s)
{
   sum_up(m, s->base);
   s->from = m->loop.now;
   s->marks = 0;
   memset(s->gone, 0, sizeof s->gone);
   for (emu_time_job *j = m->jobs; j; j = j->launched_before)
      if (j->begun)
         mark(s, j, false);
   s->age = m->age;
   s->filled = time_memory_l2_filled(m->memory);
   s->dispatch = only_dispatch(m);
   if (s->dispatch) {
      time_ahead_open(m);
      time_group_open(s->dispatch);
   }
   for (uint32_t i = 0; m->gfx && i < m->profile.cores; i++)
      s->raster[i].retired_dw = time_raster_retired_dw(m, i);
   s->places = count_places(m);
   s->batches = time_feed_finished(m);
   s->front_cycles = time_feed_busy(m);
   go_to(m, SAMPLE_MEASURES, WINDOW_CYCLES);
}

static uint64_t work_since(const time_machine *m, const time_sampler *s)
{
   uint64_t sum[MEASURES];
   sum_up(m, sum);
   return sum[0] - s->base[0] + PLACE_WORK * (count_places(m) - s->places) +
          BATCH_WORK * (time_feed_finished(m) - s->batches);
}

static uint64_t count_busy(const time_machine *m)
{
   uint64_t n = 0;
   for (uint32_t i = 0; m->gfx && i < m->profile.cores; i++)
      n += time_raster_busy(m, i);
   return n;
}

/* Does the window hold enough work? What is passed over takes their lines of L1 from waves in flight, so
 * these should not be most of it. */
static bool is_enough(const time_machine *m, const time_sampler *s)
{
   uint64_t cycles = m->loop.now - s->from, places = count_places(m) - s->places;
   if (places < WINDOW_PLACES * count_busy(m) && cycles < WINDOW_DRAW)
      return false;
   return work_since(m, s) >= WINDOW_WORK || cycles >= WINDOWS_MOST * WINDOW_CYCLES;
}

static bool is_near(uint64_t a, uint64_t b, uint64_t parts)
{
   return a > b ? a - b <= a / parts + 64 / parts : b - a <= b / parts + 64 / parts;
}

/* Is L2 hit less often than before, by more than an eighth of all accesses? It misses what it has not seen. */
static bool has_cooled(const time_sampler *s, uint64_t accesses, uint64_t hits)
{
   const uint64_t now = s->rate[MEASURE_L2_ACCESSES], now_hits = s->rate[MEASURE_L2_HITS];
   return 8 * hits * now > (8 * now_hits + now) * accesses;
}

/* Is the machine about as busy as in the window before? That says how far to go, where it is chance behind
 * the next window: if the same one said both how fast and how far, slow ones that follow each other would
 * count for more. False: by no means, or there is none before. */
static bool compare(const time_machine *m, time_sampler *s)
{
   uint64_t sum[MEASURES];
   const uint64_t accesses = s->rate[MEASURE_L2_ACCESSES], hits = s->rate[MEASURE_L2_HITS];
   uint64_t work = work_since(m, s) * WINDOW_CYCLES / s->cycles, before = s->work;
   uint64_t halves = s->dispatch ? 4 : 3; /* draws change more: what one window says of the next is less */
   bool agrees = s->agreed, steady = agrees && 2 * work <= halves * before && 2 * before <= halves * work;
   sum_up(m, sum);
   const bool mixed = s->dispatch && time_group_close(s->dispatch, sum[0] - s->base[0]);
   for (unsigned i = 0; i < MEASURES; i++) {
      uint64_t rate = (sum[i] - s->base[i]) * WINDOW_CYCLES / s->cycles;
      agrees &= is_near(rate, s->rate[i], mixed ? NEAR_MIXED : NEAR);
      s->rate[i] = rate;
   }
   if (s->cold && s->dispatch && has_cooled(s, accesses, hits)) {
      time_group_warm(s->dispatch);
      steady = agrees = false;
   }
   s->cold = false;
   s->agreed = true;
   s->work = work;
   uint64_t next = agrees ? time_earlier(2 * s->next_reach, TIME_REACH) : TIME_REACH_LEAST;
   s->reach = mixed ? s->next_reach : next;
   s->next_reach = next;
   return steady;
}

static bool close_window(time_machine *m, time_sampler *s)
{
   s->cycles = m->loop.now - s->from;
   s->filled = time_memory_l2_filled(m->memory) - s->filled;
   if (!compare(m, s))
      return false;
   for (emu_time_job *j = m->jobs; j; j = j->launched_before)
      if (j->begun && !mark_of(s, j))
         mark(s, j, true);
   for (uint32_t i = 0; i < s->marks; i++)
      for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
         s->mark[i].counters[c] = s->mark[i].job->counters[c] - s->mark[i].counters[c];
   for (unsigned c = 0; s->marks && c < GPU_COUNTER_COUNT; c++)
      s->mark[0].counters[c] += s->gone[c];
   for (uint32_t i = 0; m->gfx && i < m->profile.cores; i++)
      s->raster[i].retired_dw = time_raster_retired_dw(m, i) - s->raster[i].retired_dw;
   s->batches = time_feed_finished(m) - s->batches;
   s->front_cycles = time_feed_busy(m) - s->front_cycles;
   return true;
}

/* ---- charging ------------------------------------------------------------------------------- */
static bool is_issue(unsigned c)
{
   return c >= GPU_COUNTER_ISSUE_SLOTS && c <= GPU_COUNTER_STALL_IDLE;
}

/* So many cycles of schedulers with waves, to what they went in the window. */
static void charge_slots(const sample_mark *k, uint64_t slots)
{
   uint64_t *to = k->job->counters, left = slots, window = 0;
   for (unsigned c = GPU_COUNTER_ISSUE_ACTIVE; c < GPU_COUNTER_STALL_IDLE; c++)
      window += k->counters[c];
   for (unsigned c = GPU_COUNTER_ISSUE_ACTIVE; c < GPU_COUNTER_STALL_IDLE; c++) {
      uint64_t n = time_scale(slots, k->counters[c], window);
      to[c] += n;
      left -= n;
   }
   to[GPU_COUNTER_STALL_MEMORY] += left; /* what was lost by rounding */
   to[GPU_COUNTER_ISSUE_SLOTS] += slots;
}

/* Of every core with waves, to the job of one of these. */
static void charge_cores(time_machine *m, const time_sampler *s, uint64_t cycles)
{
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      const time_core *c = &m->core[i];
      const time_wave *w = NULL;
      uint64_t busy = 0, all = m->profile.schedulers_per_core;
      for (uint32_t k = 0; k < all; k++)
         if (c->sched[k].waves) {
            w = c->sched[k].wave[0];
            busy++;
         }
      const sample_mark *k = w ? mark_of(s, w->job) : NULL;
      if (!k)
         continue;
      charge_slots(k, cycles * busy);
      TIME_COUNT(k->job, STALL_IDLE, cycles * (all - busy));
      TIME_COUNT(k->job, ISSUE_SLOTS, cycles * (all - busy));
   }
}

static bool is_front(unsigned c)
{
   return c == GPU_COUNTER_FRONT_CYCLES || c == GPU_COUNTER_SETUP_CYCLES;
}

static bool is_back(unsigned c)
{
   return c == GPU_COUNTER_RASTER_CYCLES || c == GPU_COUNTER_ROP_CYCLES ||
          c == GPU_COUNTER_ROP_COLOUR_ACCESSES || c == GPU_COUNTER_ROP_COLOUR_HITS ||
          c == GPU_COUNTER_ROP_Z_ACCESSES || c == GPU_COUNTER_ROP_Z_HITS;
}

/* Work of the front end, or of the back. */
static void charge_end(const time_sampler *s, bool (*of)(unsigned), uint64_t num, uint64_t den)
{
   for (uint32_t i = 0; i < s->marks; i++)
      for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
         if (of(c))
            s->mark[i].job->counters[c] += time_scale(s->mark[i].counters[c], num, den);
}

/* The clock goes on; counters by num / den times those of the window. */
static void charge(time_machine *m, time_sampler *s, uint64_t cycles, uint64_t num, uint64_t den)
{
   for (uint32_t i = 0; i < s->marks; i++)
      for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
         if (!is_exact[c] && !is_issue(c) && !is_front(c) && !is_back(c))
            s->mark[i].job->counters[c] += time_scale(s->mark[i].counters[c], num, den);
   charge_cores(m, s, cycles);
   m->passed += cycles;
   time_group_retime(m);
   time_feed_retime(m);
   if (m->observer)
      time_observe_passed(m);
}

/* ---- passing over: false: traces have not arrived ------------------------------------------- */
static uint64_t window_instructions(const time_sampler *s)
{
   const sample_mark *k = mark_of(s, s->dispatch);
   return k ? k->counters[GPU_COUNTER_TIMED_INSTRUCTIONS] : 0;
}

/* Workgroups, by their instructions. */
static bool pass_groups(time_machine *m, time_sampler *s)
{
   const uint64_t *timed = &s->dispatch->counters[GPU_COUNTER_TIMED_INSTRUCTIONS], before = *timed;
   bool starved = false;
   while (time_group_pass(m, s->dispatch, &starved)) {
   }
   s->passed += *timed - before;
   if (starved)
      return false;
   uint64_t window = window_instructions(s);
   if (s->passed)
      charge(m, s, time_scale(s->cycles, s->passed, window), s->passed, window);
   return true;
}

static bool pass_waves(time_machine *m, time_sampler *s)
{
   uint32_t times;
   if (!time_ahead_look(m, s->ahead, &times))
      return false;
   uint64_t measured = time_ahead_measured(s->ahead);
   if (!times ||
       8 * measured < 7 * window_instructions(s)) /* where waves have ended the others have more room now */
      return true;
   uint64_t passed = time_ahead_pass(s->ahead, times);
   if (passed)
      charge(m, s, time_scale(s->cycles, passed, measured), passed, measured);
   return true;
}

/* Units for the rasterisers, and so many batches less as are wanted. False: traces have not arrived. */
static bool pass_feed(time_machine *m, time_sampler *s, enum time_fed *last)
{
   do {
      *last = time_feed_pass(m, s->passed < s->wanted);
      s->passed += *last == TIME_FED_PASSED;
   } while (*last == TIME_FED || *last == TIME_FED_PASSED);
   return *last != TIME_FED_STARVED;
}

/* By how many cycles the pipeline goes on: if the front end is what the others wait for, no further than it
 * comes. */
static void share_out(time_machine *m, time_sampler *s, enum time_fed last)
{
   bool ends = s->passed < s->wanted && last == TIME_FED_NOTHING;
   s->share = ends ? s->passed * TIME_ONE / s->batches : s->reach * TIME_ONE;
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      sample_raster *r = &s->raster[i];
      uint64_t cycles = time_scale(s->cycles, s->share, TIME_ONE);
      r->left = r->wanted = s->share ? time_scale(r->retired_dw, cycles + r->owed, s->cycles) : 0;
      uint64_t before = time_earlier(r->ahead_dw, r->left);
      r->left -= before;
      r->ahead_dw -= before;
   }
   s->shared = true;
}

/* Every rasteriser as far as its tiles go; whether any went on. */
static bool pass_rasters(time_machine *m, time_sampler *s)
{
   bool any = false;
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      sample_raster *r = &s->raster[i];
      uint64_t n = r->left ? time_raster_pass(m, i, r->left) : 0;
      r->ahead_dw += n > r->left ? n - r->left : 0;
      r->left -= time_earlier(n, r->left);
      any |= n != 0;
   }
   return any;
}

/* By how many cycles the rasterisers went on: as those that came farthest, without those that did little in
 * the window and whose rates are uncertain. */
static uint64_t rasters_cycles(const time_machine *m, const time_sampler *s)
{
   uint64_t cycles = time_scale(s->cycles, s->share, TIME_ONE), most = 0, all = 0, active = 0;
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      all += s->raster[i].wanted;
      active += s->raster[i].wanted != 0;
   }
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      const sample_raster *r = &s->raster[i];
      if (2 * r->wanted * active >= all)
         most = time_later(most, time_scale(cycles, r->wanted - r->left, r->wanted));
   }
   return most;
}

/* What a rasteriser still has to go on by waits for the next draw. */
static void settle_rasters(time_machine *m, time_sampler *s, uint64_t cycles)
{
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      sample_raster *r = &s->raster[i];
      uint64_t owed = time_raster_busy(m, i) ? time_scale(cycles + r->owed, r->left, r->wanted) : 0;
      r->owed = time_earlier(owed, TIME_REACH_LEAST * s->cycles);
   }
}

/* What the front end went on by beyond the rasterisers: in the cycles in which it had batches at all. */
static uint64_t front_cycles(const time_sampler *s, uint64_t back)
{
   uint64_t all = time_scale(s->front_cycles, s->passed, s->batches),
            with_back = time_scale(s->front_cycles, back, s->cycles);
   return all > with_back ? all - with_back : 0;
}

static void charge_pictures(time_machine *m, time_sampler *s)
{
   uint64_t back = rasters_cycles(m, s), front = front_cycles(s, back), retired = 0, passed = 0;
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      retired += s->raster[i].retired_dw;
      passed += s->raster[i].wanted - s->raster[i].left;
   }
   if (s->share)
      settle_rasters(m, s, back + front);
   charge_end(s, is_front, s->passed, s->batches);
   charge_end(s, is_back, passed, retired);
   if (front > back)
      charge(m, s, back + front, s->passed, s->batches);
   else
      charge(m, s, back + front, passed, retired);
}

static bool pass_pictures(time_machine *m, time_sampler *s)
{
   enum time_fed last;
   do {
      if (!pass_feed(m, s, &last))
         return false;
      if (!s->shared)
         share_out(m, s, last);
   } while (pass_rasters(m, s));
   time_feed_resume(m);
   charge_pictures(m, s);
   return true;
}

static void pass_over(time_machine *m, time_sampler *s)
{
   bool (*const by_stream[])(time_machine *, time_sampler *) = {
       [STREAM_GROUPS] = pass_groups, [STREAM_WAVES] = pass_waves, [STREAM_PICTURES] = pass_pictures};
   if (by_stream[s->stream](m, s))
      open_window(m, s);
   else
      time_starve(m, &s->actor);
}

/* What there is to be passed over; false: nothing. */
static bool choose(time_machine *m, time_sampler *s)
{
   s->passed = 0;
   s->shared = false;
   if (time_copy_busy(m))
      return false;
   if (s->dispatch && s->dispatch == only_dispatch(m)) {
      uint64_t window = window_instructions(s);
      bool groups = window && time_group_plan(m, s->dispatch, window, s->filled, s->reach);
      s->stream = groups ? STREAM_GROUPS : STREAM_WAVES;
      s->cold = groups && time_group_cold(s->dispatch);
      return groups || time_ahead_begin(m, s->ahead, s->age, s->reach);
   }
   s->stream = STREAM_PICTURES;
   s->wanted = s->reach * s->batches;
   return !s->dispatch && only_draws(m);
}

static void begin_passing(time_machine *m, time_sampler *s)
{
   if (!close_window(m, s) || !choose(m, s)) {
      open_window(m, s);
      return;
   }
   s->state = SAMPLE_PASSES;
   time_memory_warm_begin(m->memory);
   pass_over(m, s);
}

/* What was in flight at first, and began at one time, is gone. */
static bool has_settled(const time_machine *m, const time_sampler *s)
{
   const emu_time_job *d = only_dispatch(m);
   uint64_t cycles = m->loop.now - s->since;
   if (d)
      return time_group_settled(d) || cycles >= SETTLE_DISPATCH;
   return count_places(m) - s->places >= SETTLE_PLACES * count_busy(m) || cycles >= SETTLE_DRAW;
}

static void sample_act(time_machine *m, time_actor *a)
{
   time_sampler *s = TIME_OF(time_sampler, actor, a);
   if (s->state == SAMPLE_PASSES)
      pass_over(m, s);
   else if (!any_begun(m))
      s->state = SAMPLE_RESTS;
   else if (s->disturbed)
      settle(m, s);
   else if (s->state == SAMPLE_SETTLES && !has_settled(m, s))
      go_to(m, SAMPLE_SETTLES, SETTLE_STEP);
   else if (s->state == SAMPLE_SETTLES)
      open_window(m, s);
   else if (!is_enough(m, s))
      go_to(m, SAMPLE_MEASURES, WINDOW_CYCLES);
   else
      begin_passing(m, s);
}
