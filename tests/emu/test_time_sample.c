/* Sampling: work that lasts is passed over, and what comes out is what would have come out without.
 *
 * Every job here runs on a machine that samples and on the same one whose sampler has been taken out. What
 * traces tell exactly is the same, accounts add up, times are near; and nothing depends on when traces come.
 */
#include "time_core_set.h"
#include <cmocka.h>

static int setup(void **state)
{
   rig_code_cycles = 4;
   return 0;
}

static int teardown(void **state)
{
   rig_split = 0;
   rig_pieces = false;
   return 0;
}

/* ---- runs ----------------------------------------------------------------------------------- */
typedef struct outcome {
   uint64_t cycles, passed, hash, warmed;
   uint64_t counters[GPU_COUNTER_COUNT];
} outcome;

static void check_slots(const emu_profile *p, const rig_job *r)
{
   assert_true(set_slots_add_up(p, r));
   assert_int_equal(r->units.released, r->units.taken);
}

static time_machine *machine_of(const emu_profile *p, bool samples)
{
   time_machine *m = time_machine_create(p, false);
   assert_non_null(m);
   assert_non_null(m->sampler);
   if (!samples)
      m->sampler = NULL;
   return m;
}

static outcome job_on(time_machine *m, rig_job *r, unsigned withhold, uint64_t slice)
{
   uint64_t start = time_clock(m) + 1000, passed = m->passed, until = m->loop.now;
   unsigned runs = 0;
   rig_job_rewind(r);
   r->units.withhold = withhold;
   time_machine_launch(m, &r->job, start);
   while (!r->job.done) {
      time_machine_run(m, slice ? until += slice : UINT64_MAX);
      assert_true(++runs < 10000000);
   }
   outcome o = {.cycles = r->job.end - start,
                .passed = m->passed - passed,
                .hash = rig_memory->hash,
                .warmed = rig_memory->warmed};
   memcpy(o.counters, r->job.counters, sizeof o.counters);
   return o;
}

static outcome run(const emu_profile *p, rig_job *r, bool samples, unsigned withhold, uint64_t slice)
{
   time_machine *m = machine_of(p, samples);
   memset(r->job.program, 0, sizeof r->job.program);
   outcome o = job_on(m, r, withhold, slice);
   time_machine_destroy(m);
   check_slots(p, r);
   return o;
}

static double percent_off(uint64_t a, uint64_t b)
{
   return 100 * (a > b ? (double)a / (double)b - 1 : 1 - (double)a / (double)b);
}

/* It samples at least so many percent of the time, and is off by no more than that. */
static void check(const emu_profile *p, rig_job *r, unsigned percent_passed, double percent_allowed)
{
   outcome all = run(p, r, false, 0, 0);
   assert_int_equal(all.passed, 0);
   assert_int_equal(counter(r, GPU_COUNTER_TIMED_INSTRUCTIONS), r->instructions);
   outcome o = run(p, r, true, 0, 0);
   assert_int_equal(counter(r, GPU_COUNTER_TIMED_INSTRUCTIONS), r->instructions);
   assert_int_equal(r->units.released, r->units.count);
   print_message("%llu cycles, %llu of them passed over; %llu without sampling: %.1f %% off\n",
                 (unsigned long long)o.cycles, (unsigned long long)o.passed, (unsigned long long)all.cycles,
                 percent_off(o.cycles, all.cycles));
   assert_true(o.passed * 100 >= o.cycles * percent_passed);
   assert_true(percent_off(o.cycles, all.cycles) <= percent_allowed);
   assert_true(percent_off(o.counters[GPU_COUNTER_ISSUE_ACTIVE], all.counters[GPU_COUNTER_ISSUE_ACTIVE]) <=
               percent_allowed);
   assert_true(percent_off(o.counters[GPU_COUNTER_CORE_CYCLES], all.counters[GPU_COUNTER_CORE_CYCLES]) <=
               percent_allowed);
}

/* ---- kernels -------------------------------------------------------------------------------- */
#define ARITHMETIC "v_fma_f32 v2, v2, v3, v4\n v_fma_f32 v5, v5, v3, v4\n v_rcp_f32 v6, v2\n "
#define LOADS                                                                                                \
   "b_load_x1 v7, s[0:3], v1\n v_add_u32 v1, v1, 0x80\n v_fma_f32 v8, v7, v4, v8\n "                         \
   "v_fma_f32 v9, v9, v4, v8\n "
#define TEN(x) x x x x x x x x x x

static const set_entry short_groups = {
    "short workgroups", SET_HEAD SET_LOOP LOADS SET_AGAIN "s_endpgm\n", 16, 2, 3000, 6, 0, set_mixed};
static const set_entry long_waves = {
    "long waves", SET_HEAD SET_LOOP LOADS ARITHMETIC SET_AGAIN "s_endpgm\n", 16, 1, 24, 6000, 0, set_l2};
static const set_entry plain_waves = {"long waves of arithmetic",
                                      SET_HEAD SET_LOOP ARITHMETIC SET_AGAIN "s_endpgm\n",
                                      16,
                                      4,
                                      4,
                                      40000,
                                      0,
                                      NULL};
static const set_entry many_barriers = {
    "barriers in a loop",
    SET_HEAD SET_LOOP LOADS "l_store_x1 v1, v8\n s_barrier\n l_load_x1 v3, v1\n v_add_f32 v8, v8, v3\n "
                            "s_barrier\n " SET_AGAIN "s_endpgm\n",
    16,
    8,
    6,
    2500,
    0,
    set_mixed};
/* A loop in a loop, and much between the inner one and the barrier. */
static const set_entry few_barriers = {
    "few barriers",
    SET_HEAD "outer: s_sub s32, s32, 1\n " SET_LOOP LOADS SET_AGAIN TEN(
        TEN("v_fma_f32 v2, v2, v3, v4\n ")) "s_barrier\n s_cmp_lt_i32 s34, 0, s32\n s_brnz s34, outer\n "
                                            "tail: s_sub s33, s33, 1\n " ARITHMETIC
                                            "s_cmp_lt_i32 s34, 0, s33\n s_brnz s34, tail\n s_endpgm\n",
    16,
    4,
    2,
    150,
    0,
    set_l2};

static const set_entry *const entries[] = {&short_groups, &long_waves, &plain_waves, &many_barriers,
                                           &few_barriers};
#define ENTRIES (sizeof entries / sizeof entries[0])

/* ---- what is passed over -------------------------------------------------------------------- */
static void streams(void **state)
{
   emu_profile p = set_profile();
   static const double allowed[ENTRIES] = {4, 2, 3, 6, 4};
   for (size_t i = 0; i < ENTRIES; i++) {
      rig_job *r = set_job(&p, entries[i]);
      print_message("%s: ", entries[i]->name);
      check(&p, r, 40, allowed[i]);
      rig_job_destroy(r);
   }
}

/* The last number of barriers that each wave is seen to have come to. */
typedef struct seen {
   uint64_t barriers[64];
   unsigned waves;
} seen;

static void look_at_barriers(const time_machine *m, seen *s)
{
   for (uint32_t c = 0; c < m->profile.cores; c++)
      for (uint32_t k = 0; k < m->profile.schedulers_per_core; k++)
         for (uint32_t i = 0; i < m->core[c].sched[k].waves; i++) {
            const time_wave *w = m->core[c].sched[k].wave[i];
            uint64_t n = w->group->unit->number * w->group->waves + w->index;
            assert_true(n < 64);
            s->waves = n >= s->waves ? (unsigned)n + 1 : s->waves;
            s->barriers[n] = w->barriers;
         }
}

/* Shares of instructions never hold a barrier: every wave comes to all of them. */
static void no_barrier_is_passed_over(void **state)
{
   emu_profile p = set_profile();
   for (uint32_t trips = 150; trips < 170; trips += 4) {
      set_entry e = few_barriers;
      seen s = {{0}, 0};
      e.trips = trips;
      rig_job *r = set_job(&p, &e);
      time_machine *m = machine_of(&p, true);
      time_machine_launch(m, &r->job, 0);
      for (uint64_t until = 0; !r->job.done; look_at_barriers(m, &s))
         time_machine_run(m, until += 64);
      assert_true(m->passed > 0);
      assert_int_equal(s.waves, e.groups * e.waves);
      for (unsigned i = 0; i < s.waves; i++)
         assert_int_equal(s.barriers[i], trips + 1);
      time_machine_destroy(m);
      rig_job_destroy(r);
   }
}

/* Accesses that are passed over warm caches, each once; of workgroups only those of the last before a window. */
static void accesses_are_seen(void **state)
{
   emu_profile p = set_profile();
   const set_entry *const kernels[] = {&long_waves, &short_groups};
   for (unsigned i = 0; i < 2; i++) {
      const set_entry *e = kernels[i];
      rig_job *r = set_job(&p, e);
      outcome o = run(&p, r, true, 0, 0);
      uint64_t accesses = (uint64_t)e->groups * e->waves * (e->trips + 1 + 2), percent = 100 * o.warmed / accesses;
      assert_true(i ? percent > 10 && percent < 50 : percent > 70 && percent < 100);
      rig_job_destroy(r);
   }
}

/* Instructions that are passed over have been issued, too. */
static void attribution(void **state)
{
   emu_profile p = set_profile();
   for (size_t i = 0; i < ENTRIES; i++) {
      rig_job *r = set_job(&p, entries[i]);
      const time_program *t = r->program.t;
      time_inst_cost *cost = calloc(t->insts, sizeof *cost);
      assert_non_null(cost);
      r->program.p->time->cost = cost;
      outcome o = run(&p, r, true, 0, 0);
      uint64_t issued = 0;
      for (uint32_t n = 0; n < t->insts; n++)
         issued += cost[n].issued + cost[n].passed;
      assert_true(o.passed > 0);
      assert_int_equal(issued, r->instructions);
      rig_job_destroy(r);
      free(cost);
   }
}

#define AT_RANDOM 25u

/* Programs at random: what is exact is exact, the rest is near. */
static void at_random(void **state)
{
   static char text[65536];
   emu_profile p = set_profile();
   double sum = 0, worst = 0;
   unsigned sampled = 0;
   for (uint64_t seed = 5000; seed < 5000 + AT_RANDOM; seed++) {
      set_entry e = set_random(seed, text, sizeof text);
      e.trips *= 1 + 4000 / (e.groups * e.waves);
      rig_job *r = set_job(&p, &e);
      outcome all = run(&p, r, false, 0, 0), o = run(&p, r, true, 3, 0);
      assert_int_equal(counter(r, GPU_COUNTER_TIMED_INSTRUCTIONS), r->instructions);
      assert_int_equal(r->units.released, r->units.count);
      double off = percent_off(o.cycles, all.cycles);
      sum += off;
      worst = off > worst ? off : worst;
      sampled += o.passed > o.cycles / 10;
      rig_job_destroy(r);
   }
   print_message("%.1f %% off on average, %.1f %% at worst; %u of %u sampled\n", sum / AT_RANDOM, worst,
                 sampled, AT_RANDOM);
   assert_true(sum / AT_RANDOM < 4 && worst < 12);
   assert_true(sampled > AT_RANDOM / 2);
}

/* ---- what makes no difference --------------------------------------------------------------- */
static void the_same_however_it_comes(void **state)
{
   static const struct {
      unsigned withhold;
      uint64_t slice;
      bool unseen;
   } ways[] = {{0, 0, false}, {2, 0, false}, {3, 777, false}, {7, 0, true}, {0, 5000, true}};
   emu_profile p = set_profile();
   for (size_t i = 0; i < ENTRIES; i++)
      for (rig_pieces = false;; rig_pieces = true) {
         set_entry e = *entries[i];
         e.trips = e.trips > 1000 ? e.trips / 4 : e.trips;
         rig_split = rig_pieces ? 5 : 0;
         rig_job *r = set_job(&p, &e);
         outcome first = run(&p, r, true, 0, 0);
         assert_true(first.passed > 0);
         for (size_t k = 1; k < sizeof ways / sizeof ways[0]; k++) {
            rig_unseen = ways[k].unseen;
            outcome o = run(&p, r, true, ways[k].withhold, ways[k].slice);
            rig_unseen = false;
            assert_int_equal(o.cycles, first.cycles);
            assert_int_equal(o.passed, first.passed);
            assert_int_equal(o.hash, first.hash);
            assert_int_equal(o.warmed, first.warmed);
            assert_memory_equal(o.counters, first.counters, sizeof o.counters);
            assert_int_equal(counter(r, GPU_COUNTER_TIMED_INSTRUCTIONS), r->instructions);
         }
         rig_job_destroy(r);
         if (rig_pieces)
            break;
      }
   assert_true(rig_unseen_units > 1000);
}

/* One job after the other in the same place, as those of a queue are used again. */
static void jobs_in_the_same_place(void **state)
{
   emu_profile p = set_profile();
   rig_job *r = set_job(&p, &short_groups);
   time_machine *m = machine_of(&p, true);
   outcome first = job_on(m, r, 0, 0);
   for (unsigned i = 0; i < 4; i++) {
      outcome o = job_on(m, r, i ? i + 1 : 0, 0);
      check_slots(&p, r);
      assert_int_equal(counter(r, GPU_COUNTER_TIMED_INSTRUCTIONS), r->instructions);
      assert_true(o.passed > 0);
      assert_true(percent_off(o.cycles, first.cycles) < 6);
   }
   time_machine_destroy(m);
   rig_job_destroy(r);
}

/* While two dispatches overlap there is nothing to go by; behind the first the second is alone. */
static void dispatches_overlap(void **state)
{
   emu_profile p = set_profile();
   uint64_t ends[2][2];
   rig_job *a = set_job(&p, &long_waves), *b = set_job(&p, &short_groups);
   for (unsigned samples = 0; samples < 2; samples++) {
      time_machine *m = machine_of(&p, samples);
      rig_job_rewind(a);
      rig_job_rewind(b);
      time_machine_launch(m, &a->job, 0);
      time_machine_launch(m, &b->job, 0);
      while (!a->job.done || !b->job.done)
         time_machine_run(m, UINT64_MAX);
      assert_int_equal(counter(a, GPU_COUNTER_TIMED_INSTRUCTIONS), a->instructions);
      assert_int_equal(counter(b, GPU_COUNTER_TIMED_INSTRUCTIONS), b->instructions);
      assert_int_equal(m->passed > 0, samples);
      ends[samples][0] = a->job.end;
      ends[samples][1] = b->job.end;
      time_machine_destroy(m);
   }
   assert_true(percent_off(ends[1][0], ends[0][0]) < 3);
   assert_true(percent_off(ends[1][1], ends[0][1]) < 3);
   rig_job_destroy(a);
   rig_job_destroy(b);
}

/* Whoever looks sees periods that follow each other, and in them all that was counted; at whichever time the
 * windows and the periods meet. */
static void samples_add_up(void **state)
{
   emu_profile p = set_profile();
   static const uint64_t periods[] = {1, 1024, 4096, 1 << 20};
   for (size_t k = 0; k < sizeof periods / sizeof periods[0]; k++)
      for (uint64_t start = 0; start < 4096; start += 1024) {
         rig_job *r = set_job(&p, &short_groups);
         time_machine *m = machine_of(&p, true);
         rig_look = (rig_looks){.period = periods[k]};
         time_observe(m, (time_sink *)(void *)&rig_look, 0);
         time_machine_launch(m, &r->job, start);
         while (!r->job.done)
            time_machine_run(m, UINT64_MAX);
         time_machine_run(m, m->loop.now + 2 * periods[k]);
         assert_true(m->passed > 0);
         assert_true(rig_look.last && !rig_look.broken);
         assert_true(rig_look.from >= r->job.end);
         assert_memory_equal(rig_look.sum, r->job.counters, sizeof rig_look.sum);
         time_machine_destroy(m);
         rig_job_destroy(r);
      }
}

/* ---- what is cut short ---------------------------------------------------------------------- */
/* Of a job that was killed units are missing, and the ends of waves. */
static void killed_jobs_end(void **state)
{
   emu_profile p = set_profile();
   for (size_t i = 0; i < ENTRIES; i++) {
      rig_job *r = set_job(&p, entries[i]);
      uint32_t last = r->units.count - 1, piece = r->unit_pieces[last] - 1;
      r->units.count -= r->units.count / 3;
      for (uint32_t k = 0; k <= piece; k += 3)
         r->pieces[k].dwords = 2 + (r->pieces[k].dwords - 2) / 2;
      outcome all = run(&p, r, false, 0, 0), o = run(&p, r, true, 2, 0);
      /* units say what they were, though half of their records are missing */
      assert_true(o.counters[GPU_COUNTER_TIMED_INSTRUCTIONS] >= all.counters[GPU_COUNTER_TIMED_INSTRUCTIONS]);
      assert_true(o.counters[GPU_COUNTER_TIMED_INSTRUCTIONS] <= r->instructions);
      assert_int_equal(r->units.released, r->units.count);
      rig_job_destroy(r);
   }
}

/* ---- machines ------------------------------------------------------------------------------- */
static void odd_machines(void **state)
{
   static const uint32_t machines[][3] = {{1, 1, 32}, {1, 3, 5}, {3, 1, 1}, {2, 16, 256}, {64, 2, 8}};
   for (size_t k = 0; k < sizeof machines / sizeof machines[0]; k++) {
      emu_profile p = set_profile();
      p.cores = machines[k][0];
      p.schedulers_per_core = machines[k][1];
      p.waves_per_core = machines[k][2];
      for (size_t i = 0; i < ENTRIES; i++) {
         set_entry e = *entries[i];
         e.trips = e.trips > 1000 ? e.trips / 4 : e.trips;
         e.waves = e.waves < p.waves_per_core ? e.waves : p.waves_per_core;
         rig_job *r = set_job(&p, &e);
         outcome all = run(&p, r, false, 0, 0), o = run(&p, r, true, 3, 0);
         assert_int_equal(counter(r, GPU_COUNTER_TIMED_INSTRUCTIONS), r->instructions);
         assert_true(percent_off(o.cycles, all.cycles) < 8);
         rig_job_destroy(r);
      }
   }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
   const struct CMUnitTest tests[] = {
       TEST(streams),
       TEST(no_barrier_is_passed_over),
       TEST(at_random),
       TEST(accesses_are_seen),
       TEST(attribution),
       TEST(the_same_however_it_comes),
       TEST(jobs_in_the_same_place),
       TEST(dispatches_overlap),
       TEST(samples_add_up),
       TEST(killed_jobs_end),
       TEST(odd_machines),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
