/* Cycles of shader cores, worked out on paper, and what must hold for any trace.
 *
 * On paper: the code of a wave that is launched at 0 is there at FIRST; the dispatcher launches a wave per
 * cycle; an instruction occupies its scheduler for a cycle. Both engines are asked; where the blocks of
 * approx cannot see a conflict of single instructions, a few cycles are allowed.
 */
#include "time_core_set.h"
#include <cmocka.h>

#define FIRST 4u

static int setup(void **state)
{
   rig_code_cycles = FIRST;
   return 0;
}

static void check_slots(const emu_profile *p, const rig_job *r)
{
   assert_true(set_slots_add_up(p, r));
   assert_int_equal(r->units.released, r->units.count);
   assert_int_equal(counter(r, GPU_COUNTER_TIMED_INSTRUCTIONS), r->instructions);
}

static rig_job *job_of(const emu_profile *p, const char *text, uint32_t vregs, uint32_t groups,
                       uint32_t waves)
{
   return rig_job_create(rig_assemble(p, text, vregs), groups, waves, 0);
}

static void check(const emu_profile *p, const char *text, uint32_t groups, uint32_t waves, uint64_t cycles,
                  uint64_t allowed)
{
   rig_job *r = job_of(p, text, 16, groups, waves);
   assert_int_equal(rig_cycles(p, true, r), cycles);
   check_slots(p, r);
   uint64_t approx = rig_cycles(p, false, r);
   assert_in_range(approx, cycles - allowed, cycles + allowed);
   check_slots(p, r);
   rig_job_destroy(r);
}

/* n instructions, then the end */
static const char *repeat(const char *line, unsigned n)
{
   static char text[65536];
   size_t at = 0;
   for (unsigned i = 0; i < n; i++)
      at += (size_t)snprintf(text + at, sizeof text - at, "%s\n", line);
   snprintf(text + at, sizeof text - at, "s_endpgm\n");
   return text;
}

/* ---- one wave ------------------------------------------------------------------------------- */
static void arithmetic(void **state)
{
   emu_profile p = rig_profile();
   /* each needs the one before; the end is issued early and waits for the last result */
   check(&p, repeat("v_add_u32 v1, v1, v2", 10), 1, 1, FIRST + 10 * 4, 0);
   /* back to back; the last is issued at 9 */
   check(&p, repeat("v_add_u32 v1, v2, v3", 10), 1, 1, FIRST + 9 + 4, 0);
   /* 8 cycles of issue each */
   check(&p, repeat("v_div_u32 v1, v2, v3", 10), 1, 1, FIRST + 9 * 8 + 28, 0);
   /* a mask in a scalar register, 6 cycles; exec from it, 2; the vector instruction needs exec; its result
    * after 4 */
   check(&p, "v_cmp_lt_u32 s20, v1, v2\n s_mov exec, s20\n v_add_u32 v1, v2, v3\n s_endpgm\n", 1, 1,
         FIRST + 6 + 2 + 4, 0);
}

static void memory(void **state)
{
   emu_profile p = rig_profile();
   check(&p, repeat("b_load_x1 v1, s[0:3], v1", 10), 1, 1, FIRST + 10 * RIG_L1_CYCLES, 0);
   check(&p, "b_load_x1 v2, s[0:3], v1\n b_load_x1 v3, s[0:3], v1\n b_load_x1 v4, s[0:3], v1\n s_endpgm\n", 1,
         1, FIRST + 2 + RIG_L1_CYCLES, 0);
   /* both write v2: the second waits for the first */
   check(&p, repeat("b_load_x1 v2, s[0:3], v1", 2), 1, 1, FIRST + 2 * RIG_L1_CYCLES, 0);
   check(&p, repeat("l_load_x1 v1, v1", 10), 1, 1, FIRST + 10 * RIG_LDS_CYCLES, 0);
   /* four dwords take four passes */
   check(&p, "l_load_x4 v[4:7], v1\n l_load_x4 v[8:11], v1\n s_endpgm\n", 1, 1,
         FIRST + 4 + RIG_LDS_CYCLES + 3, 0);
   check(&p, repeat("s_load_x2 s[4:5], s[4:5], 0", 10), 1, 1, FIRST + 10 * RIG_SCALAR_CYCLES, 0);
   /* a fence waits for the store */
   check(&p, "b_store_x1 s[0:3], v1, v2\n s_fence\n s_endpgm\n", 1, 1, FIRST + RIG_L1_CYCLES + 1, 0);
}

static void branches(void **state)
{
   emu_profile p = rig_profile();
   rig_program program = rig_assemble(&p, "again: s_sub s33, s33, 1\n s_brnz s33, again\n s_endpgm\n", 4);
   program.trips = 9;
   rig_job *r = rig_job_create(program, 1, 1, 0);
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      /* s33 after 2, the next instruction 8 behind the branch; the end takes a cycle */
      assert_int_equal(rig_cycles(&p, detailed, r), FIRST + 10 * (2 + 8) + 1);
      check_slots(&p, r);
      assert_int_equal(counter(r, GPU_COUNTER_ISSUE_ACTIVE), 21);
      assert_int_equal(counter(r, GPU_COUNTER_STALL_DEPENDENCY), detailed ? 10 : 0);
      assert_int_equal(counter(r, GPU_COUNTER_STALL_FETCH), detailed ? FIRST + 10 * 7 : FIRST + 10 * 8);
   }
   rig_job_destroy(r);
}

/* Lines of code arrive in order, the next one asked for when one is entered; a scheduler's waves share them.
 */
static void code(void **state)
{
   emu_profile p = rig_profile();
   rig_code_cycles = 100;
   /* 16 words are a line; the second is asked for at 0 together with the first; the third when the last of
    * the first is issued */
   check(&p, repeat("v_add_u32 v1, v2, v3", 16 + 16 + 1), 1, 1, 100 + 15 + 100 + 4, 4);
   rig_code_cycles = FIRST;
}

static void reasons(void **state)
{
   emu_profile p = rig_profile();
   rig_job *r = job_of(&p, repeat("v_add_u32 v1, v1, v2", 10), 4, 1, 1);
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      rig_cycles(&p, detailed, r);
      assert_int_equal(counter(r, GPU_COUNTER_STALL_FETCH), FIRST);
      assert_int_equal(counter(r, GPU_COUNTER_ISSUE_ACTIVE), 11);
      assert_int_equal(counter(r, GPU_COUNTER_STALL_DEPENDENCY), 40 - 11);
      assert_int_equal(counter(r, GPU_COUNTER_WAVE_CYCLES), FIRST + 40);
   }
   rig_job_destroy(r);
   static const struct {
      const char *text;
      enum gpu_counter stall;
      uint64_t cycles;
   } cases[] = {
       {"b_load_x1 v1, s[0:3], v1\n v_add_u32 v1, v1, v1\n s_endpgm\n", GPU_COUNTER_STALL_MEMORY,
        RIG_L1_CYCLES - 1},
       {"l_load_x1 v1, v1\n v_add_u32 v1, v1, v1\n s_endpgm\n", GPU_COUNTER_STALL_LDS, RIG_LDS_CYCLES - 1},
       {"s_load_x1 s4, s[4:5], 0\n v_add_u32 v1, v1, s4\n s_endpgm\n", GPU_COUNTER_STALL_SCALAR,
        RIG_SCALAR_CYCLES - 1},
       {"img_load.2d v[4:7], s[8:15], v[0:1]\n v_add_u32 v1, v4, v1\n s_endpgm\n", GPU_COUNTER_STALL_TEXTURE,
        RIG_L1_CYCLES - 1},
       {"b_atom_add.ret v1, s[0:3], v1, v2\n v_add_u32 v1, v1, v1\n s_endpgm\n", GPU_COUNTER_STALL_ATOMIC,
        RIG_L1_CYCLES - 1},
   };
   for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      r = job_of(&p, cases[i].text, 16, 1, 1);
      for (unsigned detailed = 0; detailed < 2; detailed++) {
         rig_cycles(&p, detailed, r);
         check_slots(&p, r);
         assert_int_equal(counter(r, cases[i].stall), cases[i].cycles);
      }
      rig_job_destroy(r);
   }
}

/* ---- several -------------------------------------------------------------------------------- */
static void waves_interleave(void **state)
{
   emu_profile p = rig_profile();
   /* the second wave is issued in the holes of the first, whose end takes one of its last cycles */
   check(&p, repeat("v_add_u32 v1, v1, v2", 10), 1, 2, FIRST + 1 + 10 * 4 + 1, 2);
   /* eight waves fill the scheduler: the last one's last add is its 87th instruction */
   check(&p, repeat("v_add_u32 v1, v2, v3", 10), 1, 8, FIRST + 86 + 4, 2);
}

static void policies(void **state)
{
   emu_profile p = rig_profile();
   rig_job *r = job_of(&p, repeat("v_add_u32 v1, v2, v3", 10), 4, 1, 2);
   assert_int_equal(rig_cycles(&p, true, r), FIRST + 20 + 4);
   assert_int_equal(counter(r, GPU_COUNTER_WAVE_CYCLES), FIRST + 9 + 4 + FIRST + 20 + 4);
   p.scheduler_policy = TIME_POLICY_ROUND_ROBIN;
   assert_int_equal(rig_cycles(&p, true, r), FIRST + 19 + 4);
   assert_int_equal(counter(r, GPU_COUNTER_WAVE_CYCLES), FIRST + 18 + 4 + FIRST + 19 + 4);
   rig_job_destroy(r);
}

static void barriers(void **state)
{
   emu_profile p = rig_profile();
   /* the first wave adds at 0 and arrives at 2; the second adds at 2 and arrives at 4; 16 later both go on */
   check(&p, "v_add_u32 v1, v2, v3\n s_barrier\n s_endpgm\n", 1, 2, FIRST + 4 + 16 + 2, 1);
   rig_job *r = job_of(&p, "v_add_u32 v1, v2, v3\n s_barrier\n s_endpgm\n", 4, 1, 2);
   rig_cycles(&p, true, r);
   assert_int_equal(counter(r, GPU_COUNTER_STALL_BARRIER), 16);
   rig_job_destroy(r);
}

static void units_hold_instructions(void **state)
{
   emu_profile p = rig_profile();
   rig_program program = rig_assemble(
       &p, "l_load_x1 v2, v1\n l_load_x1 v3, v1\n l_load_x1 v4, v1\n l_load_x1 v5, v1\n s_endpgm\n", 8);
   program.lds_passes = 8;
   rig_job *r = rig_job_create(program, 1, 1, 0);
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      for (p.port_queue = 1; p.port_queue <= 4; p.port_queue += 3) {
         assert_int_equal(rig_cycles(&p, detailed, r), FIRST + 3 * 8 + RIG_LDS_CYCLES + 7);
         assert_int_equal(counter(r, GPU_COUNTER_STALL_PORT), p.port_queue == 1 ? 3 * 7 : 0);
         assert_int_equal(counter(r, GPU_COUNTER_LDS_CONFLICTS), 4 * 7);
         check_slots(&p, r);
      }
   }
   rig_job_destroy(r);
}

/* Records that continue one are part of it: the next instruction finds its own. */
static void continued_records(void **state)
{
   emu_profile p = rig_profile();
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      uint64_t cycles[4];
      for (unsigned k = 0; k < 4; k++) {
         static const uint32_t lines[] = {0, 255, 300, 510};
         rig_program program = rig_assemble(&p, "b_load_x1 v2, s[0:3], v1\n b_load_x1 v3, s[0:3], v1\n s_endpgm\n", 8);
         program.base = RIG_DRAM;
         program.lines = lines[k];
         rig_job *r = rig_job_create(program, 1, 1, 0);
         cycles[k] = rig_cycles(&p, detailed, r);
         check_slots(&p, r);
         rig_job_destroy(r);
      }
      assert_true(cycles[0] > RIG_DRAM_CYCLES && cycles[1] > RIG_DRAM_CYCLES); /* the second goes to memory */
      assert_int_equal(cycles[2], cycles[1]);
      assert_int_equal(cycles[3], cycles[1]);
   }
}

/* 32 workgroups of a wave that loads for 500 cycles; so many have room at once. Each takes two issue cycles.
 */
static void check_rounds(const emu_profile *p, uint32_t vregs, uint32_t lds_B, uint32_t resident)
{
   rig_program program = rig_assemble(p, "b_load_x1 v2, s[0:3], v1\n s_endpgm\n", vregs);
   program.base = RIG_DRAM;
   rig_job *r = rig_job_create(program, 32, 1, lds_B);
   /* code is there when the core has not been empty */
   uint64_t cycles =
       RIG_DRAM_CYCLES * (32 / resident) + 2 * (resident - 1) + FIRST * (resident == 1 ? 32 : 1);
   assert_int_equal(rig_cycles(p, true, r), cycles);
   check_slots(p, r);
   assert_in_range(rig_cycles(p, false, r), cycles - cycles / 20, cycles + cycles / 20);
   check_slots(p, r);
   rig_job_destroy(r);
}

static void occupancy(void **state)
{
   emu_profile p = rig_profile();
   check_rounds(&p, 64, 0, 32);
   check_rounds(&p, 128, 0, 16);
   check_rounds(&p, 256, 0, 8);
   check_rounds(&p, 16, 4096, 16);
   check_rounds(&p, 16, 65536, 1);
   p.waves_per_core = 4;
   check_rounds(&p, 16, 0, 4);
   p.vregs_per_core = 8; /* an empty core takes anything */
   check_rounds(&p, 16, 0, 1);
}

static void cores_fill_evenly(void **state)
{
   emu_profile p = rig_profile();
   p.cores = 4;
   p.schedulers_per_core = 2;
   rig_job *r = job_of(&p, repeat("v_add_u32 v1, v1, v2", 10), 4, 8, 1);
   /* eight waves, eight schedulers: launched at 0 to 7, nobody waits */
   assert_int_equal(rig_cycles(&p, true, r), 7 + FIRST + 40);
   check_slots(&p, r);
   assert_int_equal(counter(r, GPU_COUNTER_WAVE_CYCLES), 8 * (FIRST + 40));
   assert_int_equal(counter(r, GPU_COUNTER_CORE_CYCLES), 4 * (FIRST + 40 + 4));
   assert_int_equal(counter(r, GPU_COUNTER_STALL_IDLE), 4 * (4 + 4));
   rig_job_destroy(r);
}

/* Two dispatches at once: the workgroups of the second come behind the last of the first, and fill what is
 * free. */
static void overlap(void **state)
{
   emu_profile p = rig_profile();
   p.waves_per_core = 4;
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      rig_job *a = job_of(&p, repeat("b_load_x1 v1, s[0:3], v1", 10), 4, 6, 1),
              *b = job_of(&p, "s_endpgm\n", 4, 1, 1);
      time_machine *m = time_machine_create(&p, detailed);
      time_machine_launch(m, &a->job, 0);
      time_machine_launch(m, &b->job, 0);
      while (!a->job.done || !b->job.done)
         assert_int_not_equal(time_machine_run(m, UINT64_MAX), TIME_STARVED);
      assert_int_equal(time_machine_run(m, UINT64_MAX), TIME_IDLE);
      /* four are there at once; the two others are launched when the first two end, and then one slot is free
       */
      uint64_t first_end = FIRST + 10 * RIG_L1_CYCLES;
      assert_in_range(b->job.end, first_end + 2 + 1, first_end + 6 + 1);
      assert_in_range(a->job.end, 2 * first_end - FIRST, 2 * first_end - FIRST + 6);
      time_machine_destroy(m);
      rig_job_destroy(a);
      rig_job_destroy(b);
   }
}

/* ---- what must hold ------------------------------------------------------------------------- */
/* Where the trace waits, in how many slices the machine runs, and a second time: the same cycles, counters
 * and accesses. */
static void the_same_however_it_comes(void **state)
{
   static char text[65536];
   emu_profile p = set_profile();
   for (unsigned i = 0; i < 12; i++) {
      set_entry e = set_random(1000 + i, text, sizeof text);
      rig_job *r = set_job(&p, &e);
      for (unsigned detailed = 0; detailed < 2; detailed++) {
         uint64_t counters[GPU_COUNTER_COUNT], end = 0, hash = 0;
         for (unsigned pass = 0; pass < 4; pass++) {
            time_machine *m = time_machine_create(&p, detailed);
            uint64_t until = 0;
            rig_job_rewind(r);
            r->units.withhold = pass == 1 ? 2 : pass == 2 ? 3 : 0;
            time_machine_launch(m, &r->job, 1000);
            while (!r->job.done)
               time_machine_run(m, pass < 2 ? UINT64_MAX : (until += 777));
            if (pass == 0) {
               end = r->job.end;
               hash = rig_memory->hash;
               memcpy(counters, r->job.counters, sizeof counters);
            }
            assert_int_equal(r->job.end, end);
            assert_int_equal(rig_memory->hash, hash);
            assert_memory_equal(r->job.counters, counters, sizeof counters);
            check_slots(&p, r);
            time_machine_destroy(m);
         }
      }
      rig_job_destroy(r);
   }
}

/* How the functional model cut a wave's work into portions, and so what it wrote as repeats, makes no difference. */
static void the_same_however_it_is_cut(void **state)
{
   static char text[65536];
   emu_profile p = set_profile();
   for (unsigned i = 0; i < SET_ENTRIES + 8; i++) {
      set_entry e = i < SET_ENTRIES ? set_entries[i] : set_random(3000 + i, text, sizeof text);
      for (unsigned detailed = 0; detailed < 2; detailed++) {
         uint64_t end = 0;
         for (rig_split = 0; rig_split < 6; rig_split += 1 + rig_split) {
            rig_job *r = set_job(&p, &e);
            uint64_t cycles = rig_cycles(&p, detailed, r);
            end = rig_split ? end : cycles;
            assert_int_equal(cycles, end);
            rig_job_destroy(r);
         }
         rig_split = 0;
      }
   }
}

static double compare(const emu_profile *p, const set_entry *e)
{
   rig_job *r = set_job(p, e);
   double detailed = (double)rig_cycles(p, true, r);
   uint64_t active = counter(r, GPU_COUNTER_ISSUE_ACTIVE);
   check_slots(p, r);
   double approx = (double)rig_cycles(p, false, r);
   assert_int_equal(counter(r, GPU_COUNTER_ISSUE_ACTIVE), active);
   check_slots(p, r);
   rig_job_destroy(r);
   return 100 * (approx > detailed ? approx / detailed - 1 : 1 - approx / detailed);
}

static void approx_is_near(void **state)
{
   static char text[65536];
   emu_profile p = set_profile();
   for (p.scheduler_policy = 0; p.scheduler_policy < 2; p.scheduler_policy++) {
      double sum = 0, worst = 0;
      unsigned n = 0;
      for (; n < SET_ENTRIES + 30; n++) {
         set_entry e = n < SET_ENTRIES ? set_entries[n] : set_random(n, text, sizeof text);
         double error = compare(&p, &e);
         sum += error;
         worst = error > worst ? error : worst;
      }
      print_message("%s: %.1f %% on average, %.1f %% at worst\n",
                    p.scheduler_policy ? "round robin" : "oldest", sum / n, worst);
      assert_true(sum / n < 5);
      assert_true(worst < 25);
   }
}

/* What instructions cost adds up to what schedulers did. */
static void attribution(void **state)
{
   static char text[65536];
   emu_profile p = set_profile();
   for (unsigned i = 0; i < 8; i++) {
      for (unsigned detailed = 0; detailed < 2; detailed++) {
         set_entry e = set_random(2000 + i, text, sizeof text);
         rig_job *r = set_job(&p, &e);
         time_machine *m = time_machine_create(&p, detailed);
         m->sampler = NULL;
         time_inst_cost *cost = calloc(r->program.t->insts, sizeof *cost);
         assert_non_null(cost);
         r->program.p->time->cost = cost;
         time_machine_launch(m, &r->job, 0);
         while (!r->job.done)
            time_machine_run(m, UINT64_MAX);
         const time_program *t = r->program.t;
         uint64_t issued = 0, active = 0, sum = 0;
         for (uint32_t n = 0; n < t->insts; n++) {
            issued += t->cost[n].issued;
            active += t->cost[n].cycles[TIME_WHY_ACTIVE];
            for (unsigned why = 0; why < TIME_WHY_IDLE; why++)
               sum += t->cost[n].cycles[why];
         }
         assert_int_equal(issued, r->instructions);
         assert_int_equal(active, counter(r, GPU_COUNTER_ISSUE_ACTIVE));
         /* all but what is waited for behind the last instruction */
         uint64_t busy = counter(r, GPU_COUNTER_ISSUE_SLOTS) - counter(r, GPU_COUNTER_STALL_IDLE);
         assert_in_range(sum, busy - busy / 4, busy);
         time_machine_destroy(m);
         rig_job_destroy(r);
         free(cost);
      }
   }
}

/* ---- the loop, and waves of graphics -------------------------------------------------------- */
typedef struct alarm_actor {
   time_actor actor;
   uint64_t want;
   unsigned put; /* the how manieth */
} alarm_actor;

static uint64_t alarm_last;
static unsigned alarm_put, alarm_count;

static void alarm_act(time_machine *m, time_actor *a)
{
   const alarm_actor *alarm = (const alarm_actor *)a;
   assert_int_equal(time_now(m), alarm->want);
   assert_true(time_now(m) > alarm_last || alarm->put > alarm_put);
   alarm_last = time_now(m);
   alarm_put = alarm->put;
   alarm_count++;
}

static void actors_in_order(void **state)
{
   enum { N = 3000 };
   emu_profile p = rig_profile();
   time_machine *m = time_machine_create(&p, true);
   alarm_actor *a = calloc(N, sizeof *a);
   uint64_t seed = 1, until = 0;
   alarm_count = 0;
   alarm_last = 0;
   for (unsigned i = 0; i < N; i++) {
      static const uint32_t range[] = {50, 5000, 1 << 20, 1 << 30};
      time_actor_init(m, &a[i].actor, alarm_act);
      a[i].want = set_next(&seed, range[i % 4]);
      a[i].put = i + 1;
      time_at(m, &a[i].actor, a[i].want + set_next(&seed, 100000)); /* the earlier one counts */
      time_at(m, &a[i].actor, a[i].want);
      time_at(m, &a[i].actor, a[i].want + 1);
   }
   while (alarm_count < N)
      time_machine_run(m, until += 1 << 18);
   time_machine_destroy(m);
   free(a);
}

static uint64_t wave_end;
static void wave_done(time_machine *m, time_actor *a)
{
   assert_int_equal(time_now(m), wave_end);
   alarm_count++;
}

static void waves_of_graphics(void **state)
{
   emu_profile p = rig_profile();
   for (unsigned detailed = 0; detailed < 2; detailed++) {
      rig_job *r =
          job_of(&p, "v_add_u32 v1, v1, v2\n s_barrier\n v_add_u32 v1, v1, v2\n s_endpgm\n", 16, 0, 1);
      time_machine *m = time_machine_create(&p, detailed);
      time_actor done;
      time_actor_init(m, &done, wave_done);
      rig_trace t = {0};
      rig_run(&t, &r->program, 0, 0, NULL, NULL);
      alarm_count = 0;
      r->job.stage[0].vregs = 1024;
      assert_true(time_core_room(m, 0, &r->job, 0, 1));
      time_wave_start(m, 0, &r->job, 0, t.data, (uint32_t)t.count, 0, &done, &wave_end);
      assert_true(time_core_room(m, 0, &r->job, 0, 1));
      time_wave_start(m, 0, &r->job, 0, t.data, (uint32_t)t.count, 100, NULL, NULL);
      assert_false(time_core_room(m, 0, &r->job, 0, 1));
      time_core_wait(m, 0, &done);
      time_machine_run(m, 60);
      /* it waits for nobody at the barrier */
      assert_int_equal(alarm_count, 1);
      assert_int_equal(wave_end, FIRST + 2 + 16 + 4);
      assert_true(time_core_room(m, 0, &r->job, 0, 1));
      time_machine_run(m, 1000);
      assert_in_range(counter(r, GPU_COUNTER_CORE_CYCLES), 100 + 2 + 16 + 4, 100 + FIRST + 2 + 16 + 4);
      time_machine_destroy(m);
      free(t.data);
      rig_job_destroy(r);
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test_setup(arithmetic, setup),
       cmocka_unit_test_setup(memory, setup),
       cmocka_unit_test_setup(branches, setup),
       cmocka_unit_test_setup(code, setup),
       cmocka_unit_test_setup(reasons, setup),
       cmocka_unit_test_setup(waves_interleave, setup),
       cmocka_unit_test_setup(policies, setup),
       cmocka_unit_test_setup(barriers, setup),
       cmocka_unit_test_setup(units_hold_instructions, setup),
       cmocka_unit_test_setup(continued_records, setup),
       cmocka_unit_test_setup(occupancy, setup),
       cmocka_unit_test_setup(cores_fill_evenly, setup),
       cmocka_unit_test_setup(overlap, setup),
       cmocka_unit_test_setup(the_same_however_it_comes, setup),
      cmocka_unit_test_setup(the_same_however_it_is_cut, setup),
       cmocka_unit_test_setup(approx_is_near, setup),
       cmocka_unit_test_setup(attribution, setup),
       cmocka_unit_test_setup(actors_in_order, setup),
       cmocka_unit_test_setup(waves_of_graphics, setup),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
