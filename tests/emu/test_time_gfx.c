/* The fixed functions of the timing model with units made by hand, waves of a given length and a memory of
 * fixed latency: whichever block has most to do sets the pace, the others hide behind it. The same draws,
 * longer, are passed over by the sampler.
 *
 * The model's front.c, tile.c, rop.c, copy.c, loop.c, sample.c and skip.c are the real ones; cores, memory
 * and queue are stand-ins of this program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "time/fixed.h"
#include "time/sample.h"
#include "time/sink.h"
#include "time/skip.h"

#define FOREVER (UINT64_MAX >> 8)
#define LATENCY 200u
#define VERTEX_WAVE 60u
#define INSTRUCTIONS 20u /* of a wave */

static time_machine *m;
static uint64_t wave_cycles; /* of fragments */
static uint64_t odd_wave;    /* every eighth takes this, if not 0 */
static uint32_t core_waves[64], room;
static uint64_t memory_at[64][8], copied;
static uint64_t write_back;
static time_core cores[64];
static time_sched scheds[16];
static bool hesitate; /* units come late */
static bool samples;  /* the machine does */
static uint64_t warmed;

/* ---- stand-ins ----------------------------------------------------------------------------------------- */
typedef struct fake_wave {
   time_actor actor, *done;
   uint64_t *end;
   uint32_t core;
} fake_wave;

static fake_wave *fakes[1024];
static unsigned fake_count;
static time_actor *waiting[64];
static unsigned waiting_count;
static uint64_t started;

static void fake_over(time_machine *machine, time_actor *a)
{
   fake_wave *w = (fake_wave *)(void *)a;
   core_waves[w->core]--;
   *w->end = time_now(machine);
   time_at(machine, w->done, time_now(machine));
   fakes[fake_count++] = w;
   while (waiting_count)
      time_at(machine, waiting[--waiting_count], time_now(machine));
}

/* Dispatches are others' tests. */
bool time_group_settled(const emu_time_job *j)
{
   fail_msg("no dispatch");
   return false;
}

uint64_t time_group_plan(time_machine *machine, emu_time_job *j, uint64_t instructions, uint64_t filled, uint32_t times)
{
   return time_group_settled(j);
}

void time_group_open(emu_time_job *j)
{
   time_group_settled(j);
}

bool time_group_close(emu_time_job *j, uint64_t instructions)
{
   return time_group_settled(j);
}

bool time_group_cold(const emu_time_job *j)
{
   return time_group_settled(j);
}

void time_group_warm(emu_time_job *j)
{
   time_group_settled(j);
}

bool time_group_pass(time_machine *machine, emu_time_job *j, bool *starved)
{
   *starved = false;
   return time_group_settled(j);
}

void time_group_retime(time_machine *machine)
{
   (void)machine;
}

bool time_ahead_create(time_machine *machine, time_ahead **a)
{
   *a = NULL;
   return true;
}

void time_ahead_open(time_machine *machine)
{
   fail_msg("no dispatch");
}

bool time_ahead_begin(time_machine *machine, time_ahead *a, uint64_t age, uint32_t reach)
{
   return time_group_settled(NULL);
}

bool time_ahead_look(time_machine *machine, time_ahead *a, uint32_t *times)
{
   *times = 0;
   return time_group_settled(NULL);
}

uint64_t time_ahead_measured(const time_ahead *a)
{
   return time_group_settled(NULL);
}

uint64_t time_ahead_pass(time_ahead *a, uint32_t times)
{
   return time_group_settled(NULL);
}

uint64_t time_memory_l2_filled(const time_memory *memory)
{
   return 0;
}

void time_observe_passed(time_machine *machine)
{
   fail_msg("nobody looks");
}

void time_memory_warm_begin(time_memory *memory)
{
   (void)memory;
}

void time_memory_warm(time_memory *memory, uint32_t core, enum time_path path, enum time_op op,
                      const uint32_t *record)
{
   assert_true(core < m->profile.cores);
   warmed++;
}

/* Every wave runs through its only segment once. */
time_program *time_job_program(time_machine *machine, emu_time_job *j, unsigned stage)
{
   static time_segment segment = {.count = INSTRUCTIONS};
   static time_program program = {.segment = &segment, .segments = 1};
   return &program;
}

static void check_rasters(void)
{
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      uint32_t tiles = 0;
      for (const time_tile *t = m->gfx->raster[i].first; t; t = t->next)
         tiles++;
      assert_int_equal(tiles, m->gfx->raster[i].tiles);
      assert_true(tiles <= m->profile.raster_tiles);
   }
}

bool time_core_room(const time_machine *machine, uint32_t core, const emu_time_job *j, unsigned stage,
                    uint32_t waves)
{
   return core_waves[core] + waves <= room;
}

void time_core_wait(time_machine *machine, uint32_t core, time_actor *a)
{
   for (unsigned i = 0; i < waiting_count; i++)
      if (waiting[i] == a)
         return;
   waiting[waiting_count++] = a;
}

void time_wave_start(time_machine *machine, uint32_t core, emu_time_job *j, unsigned stage,
                     const uint32_t *data, uint32_t dwords, uint64_t at, time_actor *done, uint64_t *end)
{
   fake_wave *w = fake_count ? fakes[--fake_count] : NULL;
   if (!w) {
      w = time_machine_alloc(machine, sizeof *w);
      time_actor_init(machine, &w->actor, fake_over);
   }
   w->done = done;
   w->end = end;
   w->core = core;
   core_waves[core]++;
   check_rasters();
   TIME_COUNT(j, TIMED_INSTRUCTIONS, INSTRUCTIONS);
   assert_int_equal(dwords, 1);
   assert_int_equal(*data, (uint32_t)EMU_REC_SEGMENT << 28);
   uint64_t length = stage != GPU_STAGE_FS            ? VERTEX_WAVE
                     : odd_wave && started++ % 8 == 0 ? odd_wave
                                                      : wave_cycles;
   time_at(machine, &w->actor, (at > time_now(machine) ? at : time_now(machine)) + length);
}

time_result time_memory_record(time_memory *memory, uint32_t core, enum time_path path, enum time_op op,
                               const uint32_t *record, uint64_t now, uint64_t *counters)
{
   uint64_t *at = &memory_at[core][path];
   *at = (now > *at ? now : *at) + (*record >> 8 & 0xff);
   return (time_result){*at, *at + LATENCY};
}

time_result time_memory_copy(time_memory *memory, uint64_t bytes, uint64_t from, uint64_t to, uint32_t flags,
                             uint64_t now, uint64_t *counters)
{
   uint64_t setup = flags & TIME_COPY_MORE ? 0 : 1000;
   assert_int_equal(to - from, 0x1000000);
   copied += bytes;
   return (time_result){now + setup + bytes / 64, now + setup + bytes / 64 + LATENCY};
}

/* What the ROPs hold is written back in so many cycles. */
uint64_t time_memory_flush_rops(time_memory *memory, uint64_t now, uint64_t *counters)
{
   counters[GPU_COUNTER_L2_BYTES_WRITTEN]++;
   return now + write_back;
}

time_memory *time_machine_memory(time_machine *machine)
{
   return NULL;
}

void *time_machine_alloc(time_machine *machine, size_t size_B)
{
   struct {
      struct time_allocation *next;
      uint64_t room[];
   } *a = calloc(1, sizeof *a + size_B);
   assert_non_null(a);
   a->next = machine->allocations;
   machine->allocations = (struct time_allocation *)(void *)a;
   return a->room;
}

void time_job_over(time_machine *machine, emu_time_job *j, uint64_t end)
{
   assert_false(j->done);
   time_sample_over(machine, j);
   emu_time_job **at = &machine->jobs;
   while (*at != j)
      at = &(*at)->launched_before;
   *at = j->launched_before;
   j->done = true;
   j->end = end + machine->passed;
   machine->ended = true;
}

/* ---- jobs and their units ------------------------------------------------------------------------------ */
typedef struct job {
   emu_time_job base;
   time_unit *unit[4096];
   time_piece *piece[4096];
   uint32_t count, next, released;
   unsigned refused;
} job;

static job *all[512];
static unsigned job_count;

static uint64_t end_of_all; /* of the latest */

time_unit *time_job_take(emu_time_job *base, bool *starved)
{
   job *j = (job *)(void *)base;
   *starved = hesitate && j->refused++ % 3 != 2;
   if (*starved || j->next == j->count)
      return NULL;
   time_unit *u = j->unit[j->next++];
   base->begun = true;
   u->complete = !hesitate;
   return u;
}

bool time_unit_poll(emu_time_job *base, time_unit *u)
{
   job *j = (job *)(void *)base;
   u->complete = !hesitate || j->refused++ % 4 == 3;
   return u->complete;
}

void time_unit_release(emu_time_job *base, time_unit *u)
{
   ((job *)(void *)base)->released++;
}

void time_unit_drop(emu_time_job *base, time_unit *u, time_piece *p)
{
   fail_msg("units stay whole");
}

static job *job_new(enum emu_job_kind kind)
{
   job *j = calloc(1, sizeof *j);
   assert_non_null(j);
   j->base.kind = kind;
   return all[job_count++] = j;
}

static uint32_t words[4096];
static unsigned word_count;

static void put(enum emu_block block, uint32_t n)
{
   if (n)
      words[word_count++] = (uint32_t)EMU_REC_BLOCK << 28 | n << 8 | (uint32_t)block;
}

static void lines(enum emu_block block, uint32_t n)
{
   words[word_count++] = (uint32_t)EMU_REC_BLOCK_LINES << 28 | 1u << 16 | n << 8 | (uint32_t)block;
   for (uint32_t i = 0; i < n; i++) {
      emu_entry_pack(words + word_count, (uint64_t)i * 128, 15, 1, 0);
      word_count += 2;
   }
}

static void wave(unsigned stage)
{
   words[word_count++] = (uint32_t)EMU_REC_WAVE << 28 | stage << 16 | 3u << 20;
   words[word_count++] = 1;
   words[word_count++] = (uint32_t)EMU_REC_SEGMENT << 28;
}

/* The words so far as one unit, in two pieces. */
static void unit(job *j, enum emu_unit kind, unsigned cut)
{
   time_unit *u = calloc(1, sizeof *u);
   time_piece *p = calloc(2, sizeof *p);
   uint32_t *data = malloc(word_count * 4 + 4);
   assert_true(u && p && data && j->count < 4096);
   memcpy(data, words, word_count * 4);
   p[0] = (time_piece){.next = &p[1], .data = data, .dwords = cut};
   p[1] = (time_piece){.data = data + cut, .dwords = word_count - cut};
   *u = (time_unit){.kind = kind, .number = j->count, .first = p, .last = p + 1};
   j->piece[j->count] = p;
   j->unit[j->count++] = u;
   word_count = 0;
}

static void batch(job *j, uint32_t primitives)
{
   put(EMU_BLOCK_INDEX, 32);
   put(EMU_BLOCK_ASSEMBLE, primitives);
   unsigned cut = word_count;
   put(EMU_BLOCK_FETCH, 64);
   lines(EMU_BLOCK_FETCH, 8);
   wave(GPU_STAGE_VS);
   put(EMU_BLOCK_CLIP, primitives);
   put(EMU_BLOCK_SETUP, primitives);
   put(EMU_BLOCK_BIN, primitives);
   unit(j, EMU_UNIT_BATCH, cut);
}

/* Waves of eight quads, each from half a block; more: cycles of the ROP beyond one each. */
static void tile(job *j, uint32_t place, uint32_t waves, uint32_t more, bool depth)
{
   put(EMU_BLOCK_TILE, 1 + place);
   unsigned cut = word_count;
   for (uint32_t i = 0; i < waves; i++) {
      put(EMU_BLOCK_RASTER, i % 2 == 0);
      put(EMU_BLOCK_QUADS, i % 2 == 0 ? 16 : 0);
      if (depth && i % 2 == 0) {
         lines(EMU_BLOCK_EARLY_Z, 2);
         put(EMU_BLOCK_EARLY_Z, 16);
      }
      wave(GPU_STAGE_FS);
      lines(EMU_BLOCK_ROP, 1);
      put(EMU_BLOCK_ROP, 8);
      put(EMU_BLOCK_ROP_MORE, more);
      if (i == waves / 2)
         cut = word_count;
   }
   unit(j, EMU_UNIT_TILE, cut);
}

/* Blocks that hierarchical Z kills. */
static void hidden(job *j, uint32_t place, uint32_t blocks)
{
   put(EMU_BLOCK_TILE, 1 + place);
   put(EMU_BLOCK_RASTER, blocks);
   put(EMU_BLOCK_HIZ, blocks);
   unit(j, EMU_UNIT_TILE, 1);
}

/* Launch all jobs at 0 and run them to their ends. */
static void run(void)
{
   assert_true(!samples || time_sample_create(m));
   for (unsigned i = 0; i < job_count; i++) {
      all[i]->base.launched_before = m->jobs;
      m->jobs = &all[i]->base;
      assert_true(
          (all[i]->base.kind == EMU_JOB_COPY ? time_copy_begin : time_draw_begin)(m, &all[i]->base, 0));
   }
   unsigned ended = 0;
   for (unsigned rounds = 0; ended < job_count; rounds++) {
      enum time_progress p = time_loop_run(m, FOREVER);
      assert_true(rounds < 10000000);
      if (p == TIME_IDLE)
         break;
      ended = 0;
      for (unsigned i = 0; i < job_count; i++)
         ended += all[i]->base.done;
   }
   end_of_all = 0;
   for (unsigned i = 0; i < job_count; i++) {
      assert_true(all[i]->base.done);
      assert_int_equal(all[i]->released, all[i]->count);
      end_of_all = all[i]->base.end > end_of_all ? all[i]->base.end : end_of_all;
   }
}

static int setup(void **state)
{
   char err[200];
   m = calloc(1, sizeof *m);
   assert_non_null(m);
   assert_true(emu_profile_load("fg1", &m->profile, err, sizeof err));
   m->core = cores; /* empty */
   for (uint32_t i = 0; i < 64; i++)
      cores[i].sched = scheds;
   memset(core_waves, 0, sizeof core_waves);
   memset(memory_at, 0, sizeof memory_at);
   wave_cycles = 50;
   odd_wave = started = copied = write_back = 0;
   room = 32;
   fake_count = waiting_count = job_count = 0;
   hesitate = samples = false;
   warmed = 0;
   return 0;
}

static int teardown(void **state)
{
   for (unsigned i = 0; i < job_count; i++) {
      for (unsigned k = 0; k < all[i]->count; k++) {
         free((void *)(uintptr_t)all[i]->piece[k][0].data);
         free(all[i]->piece[k]);
         free(all[i]->unit[k]);
      }
      free(all[i]);
   }
   while (m->allocations) {
      void *a = m->allocations;
      memcpy(&m->allocations, a, sizeof m->allocations);
      free(a);
   }
   free(m);
   return 0;
}

#define COUNTER(j, name) ((j)->base.counters[GPU_COUNTER_##name])
/* What there is beside the block that is the slowest. */
#define SLACK (m->profile.draw_launch_cycles + 3 * LATENCY + VERTEX_WAVE + 150)

static void assert_paced(uint64_t least)
{
   if (end_of_all < least || end_of_all > least + least / 50 + SLACK)
      fail_msg("%llu cycles, not about %llu", (unsigned long long)end_of_all, (unsigned long long)least);
}

/* ---- the front half ------------------------------------------------------------------------------------ */
static void triangles_are_bound_by_setup(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   for (unsigned i = 0; i < 300; i++)
      batch(j, 64);
   run();
   assert_paced(300 * 64 / m->profile.setup_primitives_per_cycle);
   assert_int_equal(COUNTER(j, SETUP_CYCLES), 300 * 64);
   assert_true(COUNTER(j, FRONT_CYCLES) >= 300 * 64);
   assert_int_equal(COUNTER(j, FRONT_WAVES), 300);
}

static void vertices_are_bound_by_indices(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   m->profile.front_indices_per_cycle = 1;
   for (unsigned i = 0; i < 300; i++)
      batch(j, 8);
   run();
   assert_paced(300 * 32);
}

static void waves_of_vertices_overlap(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   m->profile.cores = 1;
   room = 2;
   for (unsigned i = 0; i < 100; i++)
      batch(j, 1);
   run();
   assert_paced(100 * VERTEX_WAVE / 2);
}

static void stages_follow_each_other(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   wave(GPU_STAGE_VS);
   wave(GPU_STAGE_TCS);
   put(EMU_BLOCK_TESSELLATE, 1000);
   for (unsigned i = 0; i < 20; i++)
      wave(GPU_STAGE_TES);
   wave(GPU_STAGE_GS);
   unit(j, EMU_UNIT_BATCH, 3);
   run();
   /* domain points in three rows of eight, as far as a batch has waves side by side */
   uint64_t expected = m->profile.draw_launch_cycles + VERTEX_WAVE * (1 + 1 + 3 + 1) +
                       1000 / m->profile.tess_points_per_cycle;
   assert_int_equal(end_of_all, expected);
   assert_int_equal(COUNTER(j, FRONT_WAVES), 23);
}

static void a_draw_costs_its_launch(void **state)
{
   for (unsigned i = 0; i < 200; i++)
      batch(job_new(EMU_JOB_DRAW), 1);
   run();
   assert_paced(200 * m->profile.draw_launch_cycles + 200 * 32 / m->profile.front_indices_per_cycle);
}

/* ---- the back half ------------------------------------------------------------------------------------- */
static void fill_is_bound_by_the_rop(void **state)
{
   for (unsigned more = 0; more < 3; more++) {
      job *j = job_new(EMU_JOB_DRAW);
      batch(j, 2);
      for (unsigned i = 0; i < 64; i++)
         tile(j, i, 32, 8 * more, true);
      run();
      assert_paced(64 / m->profile.cores * 32 * 8 * (1 + more));
      assert_int_equal(COUNTER(j, ROP_QUADS), 64 * 256);
      assert_int_equal(COUNTER(j, ROP_CYCLES), 64 * 256 * (1 + more));
      assert_int_equal(COUNTER(j, FRAGMENT_WAVES), 64 * 32);
      assert_int_equal(COUNTER(j, EARLY_Z_QUADS), 64 * 256);
      assert_int_equal(COUNTER(j, RASTER_QUADS), 64 * 256);
      teardown(NULL);
      setup(NULL);
   }
}

static void shading_is_bound_by_the_cores(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   wave_cycles = 2000;
   room = 8;
   batch(j, 2);
   for (unsigned i = 0; i < 32; i++)
      tile(j, i, 32, 0, true);
   run();
   assert_paced(2 * 32 / 8 * 2000);
}

/* Sixteen pixels a cycle and core, or what the profile says. */
static void quads_are_bound_by_the_rasteriser(void **state)
{
   for (uint32_t rate = 1; rate <= 4; rate *= 2) {
      job *j = job_new(EMU_JOB_DRAW);
      m->profile.raster_quads_per_cycle = rate;
      m->profile.rop_quads_per_cycle = 16;
      batch(j, 2);
      for (unsigned i = 0; i < 256; i++)
         tile(j, i, 32, 0, false);
      run();
      assert_paced(256 / m->profile.cores * 256 / rate);
      assert_int_equal(COUNTER(j, RASTER_CYCLES), 256 * 256 / rate);
      teardown(NULL);
      setup(NULL);
   }
}

static void hidden_blocks_cost_their_finding(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   batch(j, 2);
   for (unsigned i = 0; i < 16; i++)
      hidden(j, i, 4000);
   run();
   assert_paced(4000 / m->profile.raster_blocks_per_cycle);
   assert_int_equal(COUNTER(j, HIZ_KILLED), 64000);
   assert_int_equal(COUNTER(j, FRAGMENT_WAVES), 0);
}

/* Tiles of one core follow each other, those of others do not mind. */
static void tiles_have_their_core(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   batch(j, 2);
   for (unsigned i = 0; i < 16; i++)
      hidden(j, 16 * i, 1000);
   run();
   assert_paced(16 * 1000 / m->profile.raster_blocks_per_cycle);
}

/* A wave that takes its time holds up what is behind it in the ROP, but not the waves. */
static void writes_are_in_order(void **state)
{
   job *j = job_new(EMU_JOB_DRAW);
   odd_wave = 3000;
   batch(j, 2);
   tile(j, 0, 32, 0, false);
   run();
   assert_paced(3000);
}

/* The second draw's vertices are shaded while the first one's pixels are. */
static void draws_overlap(void **state)
{
   uint64_t alone = 0;
   for (unsigned draws = 1; draws <= 2; draws++) {
      for (unsigned d = 0; d < draws; d++) {
         job *j = job_new(EMU_JOB_DRAW);
         for (unsigned i = 0; i < 30; i++)
            batch(j, 64);
         for (unsigned i = 0; i < 16; i++)
            tile(j, i, 256, 0, false);
      }
      run();
      if (draws == 1)
         alone = end_of_all;
      else
         assert_true(end_of_all > alone + 256 * 8 - 100 && end_of_all < 2 * alone - 1500);
      teardown(NULL);
      setup(NULL);
   }
}

/* Many rounds through bins that hold a few, or less than one; all end. */
static void bins_are_bounded(void **state)
{
   static const uint32_t bins[] = {128, 64, 32, 1};
   for (unsigned k = 0; k < 4; k++) {
      job *j = job_new(EMU_JOB_DRAW);
      m->profile.bin_batches = bins[k];
      m->profile.raster_tiles = 64;
      m->profile.front_batches = 1;
      for (unsigned r = 0; r < 20; r++) {
         for (unsigned i = 0; i < 64; i++)
            batch(j, 4);
         for (unsigned i = 0; i < 7; i++)
            tile(j, i * 3, 40, 0, true);
      }
      batch(job_new(EMU_JOB_DRAW), 1); /* and what comes behind them, too */
      run();
      assert_int_equal(COUNTER(j, FRAGMENT_WAVES), 20 * 7 * 40);
      teardown(NULL);
      setup(NULL);
   }
}

/* A draw ends however few tiles a rasteriser holds, and none ever holds more (check_rasters). */
static void rasterisers_hold_few_tiles(void **state)
{
   static const uint32_t tiles[] = {1, 2, 64};
   for (unsigned k = 0; k < 3; k++) {
      job *j = job_new(EMU_JOB_DRAW);
      m->profile.raster_tiles = tiles[k];
      for (unsigned i = 0; i < 1600; i++) {
         if (i % 160 == 0)
            batch(j, 2);
         tile(j, i % 16, 8, 0, true);
      }
      for (unsigned i = 0; i < 100; i++)
         hidden(j, 3, 10);
      batch(job_new(EMU_JOB_DRAW), 1);
      run();
      assert_true(end_of_all > 100 * 8 * 8 && (tiles[k] < 64 || end_of_all < 2 * 100 * 8 * 8));
      assert_int_equal(COUNTER(j, FRAGMENT_WAVES), 1600 * 8);
      teardown(NULL);
      setup(NULL);
   }
}

static void clears_write(void **state)
{
   job *j = job_new(EMU_JOB_CLEAR);
   for (unsigned i = 0; i < 160; i++) {
      put(EMU_BLOCK_TILE, 1 + i);
      put(EMU_BLOCK_ROP, 256);
      lines(EMU_BLOCK_ROP, 32);
      unit(j, EMU_UNIT_CLEAR, 1);
   }
   run();
   assert_paced(10 * 256);
   assert_int_equal(COUNTER(j, ROP_QUADS), 160 * 256);
}

/* The last draw in the pipeline has the ROPs' caches written back, and ends when that is done. */
static void the_last_draw_writes_back(void **state)
{
   uint64_t end[2];
   for (unsigned pass = 0; pass < 2; pass++) {
      write_back = pass ? 5000 : 0;
      for (unsigned d = 0; d < 4; d++) {
         job *j = job_new(d == 1 ? EMU_JOB_CLEAR : EMU_JOB_DRAW);
         batch(j, 2);
         tile(j, d, d == 3 ? 200 : 20, 0, false);
      }
      run();
      for (unsigned d = 0; d < 4; d++)
         assert_int_equal(COUNTER(all[d], L2_BYTES_WRITTEN), d == 3);
      end[pass] = all[3]->base.end;
      assert_true(all[2]->base.end < end[0]);
      teardown(NULL);
      setup(NULL);
   }
   assert_int_equal(end[1], end[0] + 5000);
}

static void nothing_takes_the_launch(void **state)
{
   job_new(EMU_JOB_DRAW);
   run();
   assert_int_equal(end_of_all, m->profile.draw_launch_cycles);
}

/* ---- copies -------------------------------------------------------------------------------------------- */
static void copy(job *j, uint64_t bytes)
{
   const uint32_t r[7] = {
       (uint32_t)EMU_REC_COPY << 28, (uint32_t)bytes, (uint32_t)(bytes >> 32), 0x100000, 0, 0x1100000, 0};
   memcpy(words, r, sizeof r);
   memcpy(words + 7, r, sizeof r);
   word_count = 14;
   unit(j, EMU_UNIT_COPY, 7);
}

static void copies_follow_each_other(void **state)
{
   for (unsigned i = 0; i < 3; i++) {
      job *j = job_new(EMU_JOB_COPY);
      for (unsigned k = 0; k < 4; k++)
         copy(j, 1u << 20);
   }
   job_new(EMU_JOB_COPY); /* of nothing */
   run();
   assert_int_equal(copied, 3 * 8 * (1u << 20));
   uint64_t each = 1000 + 8 * (1u << 20) / 64;
   for (unsigned i = 0; i < 3; i++) {
      assert_int_equal(all[i]->base.end, (i + 1) * each + LATENCY);
      assert_int_equal(COUNTER(all[i], COPY_CYCLES), each);
   }
   assert_int_equal(all[3]->base.end, 3 * each);
}

/* ---- when units come late ------------------------------------------------------------------------------ */
static void scene(void)
{
   for (unsigned d = 0; d < 3; d++) {
      job *j = job_new(EMU_JOB_DRAW);
      for (unsigned r = 0; r < 3; r++) {
         for (unsigned i = 0; i < 20; i++)
            batch(j, 10 + i);
         for (unsigned i = 0; i < 24; i++)
            tile(j, i * 5 + r, 9 + i, i % 3, d != 1);
      }
   }
   copy(job_new(EMU_JOB_COPY), 100000);
}

static void host_does_not_matter(void **state)
{
   uint64_t ends[4], counters[4][GPU_COUNTER_COUNT];
   for (unsigned late = 0; late < 2; late++) {
      hesitate = late;
      odd_wave = 700;
      scene();
      run();
      for (unsigned i = 0; i < 4; i++) {
         if (late) {
            assert_int_equal(all[i]->base.end, ends[i]);
            assert_memory_equal(all[i]->base.counters, counters[i], sizeof counters[i]);
         }
         ends[i] = all[i]->base.end;
         memcpy(counters[i], all[i]->base.counters, sizeof counters[i]);
      }
      teardown(NULL);
      setup(NULL);
   }
}

/* ---- sampling ------------------------------------------------------------------------------------------ */
enum { LONG_DRAWS = 4 };

/* Draws of many rounds, with a clear between them; `more` cycles of the ROP beyond one for each quad. */
static void long_scene(uint32_t rounds, uint32_t batches, uint32_t primitives, uint32_t waves, uint32_t more)
{
   for (unsigned d = 0; d < LONG_DRAWS; d++) {
      job *j = job_new(d == 2 ? EMU_JOB_CLEAR : EMU_JOB_DRAW);
      for (unsigned i = 0; d == 2 && i < 64; i++) {
         put(EMU_BLOCK_TILE, 1 + i);
         put(EMU_BLOCK_ROP, 256);
         lines(EMU_BLOCK_ROP, 32);
         unit(j, EMU_UNIT_CLEAR, 1);
      }
      for (unsigned r = 0; d != 2 && r < rounds; r++) {
         for (unsigned i = 0; i < batches; i++)
            batch(j, primitives);
         for (unsigned i = 0; i < 64; i++)
            tile(j, i, waves, more, i % 2);
      }
   }
}

static const enum gpu_counter exact[] = {
    GPU_COUNTER_TIMED_INSTRUCTIONS, GPU_COUNTER_RASTER_QUADS, GPU_COUNTER_EARLY_Z_QUADS,
    GPU_COUNTER_ROP_QUADS,          GPU_COUNTER_FRONT_WAVES,  GPU_COUNTER_FRAGMENT_WAVES};
static const enum gpu_counter near[] = {GPU_COUNTER_ROP_CYCLES, GPU_COUNTER_RASTER_CYCLES,
                                        GPU_COUNTER_FRONT_CYCLES, GPU_COUNTER_SETUP_CYCLES};

static void assert_near(uint64_t is, uint64_t all_of_it, unsigned percent)
{
   uint64_t apart = is > all_of_it ? is - all_of_it : all_of_it - is;
   if (apart * 100 > all_of_it * percent + 10000)
      fail_msg("%llu, not about %llu", (unsigned long long)is, (unsigned long long)all_of_it);
}

static void check_sampling(const uint32_t scene_of[5], uint32_t tiles, unsigned percent)
{
   uint64_t sums[3][GPU_COUNTER_COUNT] = {{0}}, ends[3], passed = 0, warm = 0;
   for (unsigned pass = 0; pass < 3; pass++) { /* without; with; with units that come late */
      samples = pass != 0;
      hesitate = pass == 2;
      m->profile.raster_tiles = tiles;
      long_scene(scene_of[0], scene_of[1], scene_of[2], scene_of[3], scene_of[4]);
      run();
      ends[pass] = end_of_all;
      for (unsigned i = 0; i < LONG_DRAWS; i++)
         for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
            sums[pass][c] += all[i]->base.counters[c];
      if (pass == 2)
         assert_true(m->passed == passed && warmed == warm);
      passed = m->passed;
      warm = warmed;
      teardown(NULL);
      setup(NULL);
   }
   print_message("%llu cycles, %llu passed over; %llu without sampling\n", (unsigned long long)ends[1],
                 (unsigned long long)passed, (unsigned long long)ends[0]);
   assert_true(passed > ends[1] / 4 && warm > 0);
   assert_near(ends[1], ends[0], percent);
   for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
      assert_int_equal(sums[1][exact[i]], sums[0][exact[i]]);
   for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
      assert_near(sums[1][near[i]], sums[0][near[i]], 2 * percent);
   assert_int_equal(ends[2], ends[1]);
   assert_memory_equal(sums[2], sums[1], sizeof sums[1]);
}

static void long_fills_are_sampled(void **state)
{
   static const uint32_t scene_of[5] = {30, 4, 4, 16, 24};
   for (uint32_t tiles = 1; tiles <= 64; tiles *= 8)
      check_sampling(scene_of, tiles, 4);
}

static void long_fronts_are_sampled(void **state)
{
   static const uint32_t scene_of[5] = {20, 60, 64, 2, 0};
   check_sampling(scene_of, 16, 8);
}

/* Draws of any shape end, at the same time however their units come, and count exactly what they did. */
static void shapes_at_random(void **state)
{
   uint32_t seed = 1, apart = 0;
   enum { SHAPES = 30 };
   for (unsigned n = 0; n < SHAPES; n++) {
      uint32_t v[6];
      uint64_t ends[3], sums[3][GPU_COUNTER_COUNT] = {{0}};
      for (unsigned i = 0; i < 6; i++)
         v[i] = (seed = seed * 1664525u + 1013904223u) >> 16;
      for (unsigned pass = 0; pass < 3; pass++) {
         samples = pass != 0;
         hesitate = pass == 2;
         m->profile.raster_tiles = 1u << v[5] % 7;
         wave_cycles = n % 3 == 0 ? 2000 : 50;
         long_scene(1 + v[0] % 12, 1 + v[1] % 60, 1 + v[2] % 64, 1 + v[3] % 40, v[4] % 4 * 8);
         run();
         ends[pass] = end_of_all;
         for (unsigned i = 0; i < LONG_DRAWS; i++)
            for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
               sums[pass][c] += all[i]->base.counters[c];
         teardown(NULL);
         setup(NULL);
      }
      assert_int_equal(ends[2], ends[1]);
      assert_memory_equal(sums[2], sums[1], sizeof sums[1]);
      for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
         assert_int_equal(sums[1][exact[i]], sums[0][exact[i]]);
      apart += (uint32_t)(100 * (ends[1] > ends[0] ? ends[1] - ends[0] : ends[0] - ends[1]) / ends[0]);
   }
   print_message("%u %% apart on average\n", apart / SHAPES);
   assert_true(apart / SHAPES < 9);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
   const struct CMUnitTest tests[] = {
       TEST(triangles_are_bound_by_setup),
       TEST(vertices_are_bound_by_indices),
       TEST(waves_of_vertices_overlap),
       TEST(stages_follow_each_other),
       TEST(a_draw_costs_its_launch),
       TEST(fill_is_bound_by_the_rop),
       TEST(shading_is_bound_by_the_cores),
       TEST(quads_are_bound_by_the_rasteriser),
       TEST(hidden_blocks_cost_their_finding),
       TEST(tiles_have_their_core),
       TEST(writes_are_in_order),
       TEST(draws_overlap),
       TEST(bins_are_bounded),
       TEST(rasterisers_hold_few_tiles),
       TEST(clears_write),
       TEST(the_last_draw_writes_back),
       TEST(nothing_takes_the_launch),
       TEST(copies_follow_each_other),
       TEST(host_does_not_matter),
       TEST(long_fills_are_sampled),
       TEST(long_fronts_are_sampled),
       TEST(shapes_at_random),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
