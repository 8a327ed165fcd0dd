/* The memory system of the timing model under load: bandwidths and what bounds them, contention, copies, and
 * that any accepted profile with any requests stays finite, in order and repeatable. */
#include <string.h>
#include "time_rig.h"

static time_rig rig, *r = &rig;
static uint64_t start; /* when rate() begins */

static int open_fg1(void **state)
{
   rig_open(r, "fg1");
   rig_make(r);
   start = 0;
   return 0;
}
static int open_nano(void **state)
{
   rig_open(r, "fg1-nano");
   rig_make(r);
   return 0;
}
static int close_rig(void **state)
{
   rig_close(r);
   return 0;
}

enum pattern { STREAM, RANDOM_SECTORS, WITHIN_L2 };
#define MAX_WAVES 2048u

/* `waves` waves a core, each waits for its access before the next; the one whose turn comes first goes on.
 * Bytes in 1/16 a cycle. */
static uint64_t rate(enum pattern pattern, enum time_op op, unsigned waves, unsigned accesses)
{
   static uint64_t at[MAX_WAVES];
   unsigned count = waves * r->p.cores, bucket = 0;
   uint64_t end = 0, bytes = 0, line = 0, now = start;
   assert_true(count <= MAX_WAVES);
   for (unsigned i = 0; i < count; i++)
      at[i] = start + i;
   while (accesses) {
      uint64_t next = UINT64_MAX;
      for (unsigned k = 0; k < count && accesses; k++) {
         unsigned i = (bucket + k) % count;
         if (at[i] > now) {
            next = at[i] < next ? at[i] : next;
            continue;
         }
         uint64_t va = pattern == STREAM           ? line++ * 128
                       : pattern == RANDOM_SECTORS ? (uint64_t)(rig_random(r) & 0x7fffff) * 32
                                                   : (uint64_t)(rig_random(r) % (r->p.l2_B / 256)) * 128;
         uint32_t n = pattern == RANDOM_SECTORS ? 32 : 128;
         time_result t = rig_run(r, i % r->p.cores, op, va, n, at[i]);
         assert_true(t.accepted > at[i] && t.done > at[i]);
         at[i] = op == TIME_READ ? t.done : t.accepted;
         end = t.done > end ? t.done : end;
         next = at[i] < next ? at[i] : next;
         bytes += n;
         accesses--;
      }
      bucket++;
      now = next;
   }
   return bytes * 16 / (end - start);
}

static uint64_t dram_peak(void) /* bytes in 1/16 a cycle */
{
   return r->p.dram_B_per_s / (r->p.core_clock_khz / 16) / 1000;
}

static void streaming_reaches_the_peak(void **state)
{
   uint64_t got = rate(STREAM, TIME_READ, 64, 200000);
   assert_in_range(got, dram_peak() * 90 / 100, dram_peak());
   assert_in_range(N(DRAM_BYTES_READ), 200000 * 128, 200000 * 128 + 4096); /* page tables */
   assert_true(N(DRAM_ROW_HITS) > 20 * N(DRAM_ROW_MISSES));
}

static void streaming_stores_reach_it(void **state)
{
   uint64_t got = rate(STREAM, TIME_WRITE, 16, 200000);
   assert_in_range(N(DRAM_BYTES_WRITTEN), 200000 * 128 - r->p.l2_B, 200000 * 128);
   assert_true(N(DRAM_BYTES_READ) < 100000);
   assert_true(got > dram_peak() * 85 / 100 && got < dram_peak() * 130 / 100); /* L2 still holds some */
}

/* All cores store as fast as they can, from `at` on; when all of it is done. */
static uint64_t storm(uint64_t base, uint64_t at)
{
   uint64_t free_at[64], done = at;
   for (uint32_t core = 0; core < r->p.cores; core++)
      free_at[core] = at;
   for (uint64_t i = 0; i < 20000; i++) {
      uint32_t core = (uint32_t)(i % r->p.cores);
      time_result t = rig_run(r, core, TIME_WRITE, base + (i << 9), 512, free_at[core]);
      free_at[core] = t.accepted;
      done = t.done > done ? t.done : done;
   }
   return done;
}

/* When the last store is done, what is still to be written stands in the controllers' queues: a load behind it
 * waits for no more than those. */
static void posted_writes_are_bounded(void **state)
{
   const uint64_t va = UINT64_C(1) << 40;
   uint64_t done = storm(0, 0), hz = (uint64_t)r->p.core_clock_khz * 1000,
            queue = (uint64_t)r->p.dram_writes * 128 * hz / (r->p.dram_B_per_s / r->p.dram_channels);
   rig_run(r, 0, TIME_READ, va, 4, done + 1000000); /* the page of what comes then */
   done = storm(UINT64_C(1) << 32, done + 2000000);
   for (uint64_t i = 1; i < 16; i++) {
      uint64_t took = rig_run(r, 0, TIME_READ, va + i * 256, 4, done).done - done;
      if (took > r->p.dram_latency_cycles + queue + 100)
         fail_msg("%u cycles behind a queue of %u", (unsigned)took, (unsigned)queue);
   }
}

static void random_rows_are_slower(void **state)
{
   uint64_t got = rate(RANDOM_SECTORS, TIME_READ, 64, 100000);
   assert_true(got < dram_peak() / 2);
   assert_true(got > dram_peak() / 20);
   assert_true(N(DRAM_ROW_MISSES) > N(DRAM_ROW_HITS));
}

static void bandwidth_rises_and_saturates(void **state)
{
   uint64_t got[8];
   for (unsigned k = 0; k < 8; k++) {
      rig_close(r);
      rig_make(r);
      got[k] = rate(STREAM, TIME_READ, 1u << k, 60000);
   }
   for (unsigned k = 1; k < 5; k++)
      assert_in_range(got[k] * 100 / got[k - 1], 150, 205);
   assert_in_range(got[7] * 100 / got[6], 97, 112);
   assert_true(got[0] < dram_peak() / 20);
}

static void l2_bandwidth(void **state)
{
   for (uint64_t i = 0; i < r->p.l2_B / 256; i++)
      rig_run(r, 0, TIME_READ, i * 128, 128, i * 16);
   uint64_t dram = N(DRAM_BYTES_READ);
   time_memory_invalidate(r->m);
   start = 1000000;
   uint64_t core = 16ull * r->p.xbar_B_per_cycle * r->p.cores,
            slices = 16ull * r->p.l2_B_per_cycle * r->p.l2_slices;
   uint64_t peak = core < slices ? core : slices, got = rate(WITHIN_L2, TIME_READ, 128, 300000);
   assert_in_range(N(DRAM_BYTES_READ), dram, dram + 4096);  /* page tables */
   assert_in_range(got, peak * 60 / 100, peak * 115 / 100); /* some of it from L1 */
   assert_true(got > 3 * dram_peak());
}

/* All cores on one dword, and each on its own. */
static void contended_atomics(void **state)
{
   uint64_t end[2] = {0, 0};
   for (unsigned spread = 0; spread < 2; spread++) {
      rig_close(r);
      rig_make(r);
      for (uint64_t i = 0; i < 200; i++)
         for (uint32_t core = 0; core < r->p.cores; core++) {
            uint32_t rec[3] = {(uint32_t)EMU_REC_LINES << 28 | 1u << 8};
            emu_entry_pack(rec + 1, spread ? (core * 4 + i % 4) * 128 : 0, 1, spread ? 1 : 32,
                           EMU_PAGE_LARGE);
            uint64_t done =
                time_memory_record(r->m, core, TIME_PATH_VECTOR, TIME_ATOMIC, rec, i * 4, r->n).done;
            end[spread] = done > end[spread] ? done : end[spread];
         }
   }
   assert_true(end[0] >= 200ull * 32 * r->p.cores);
   assert_true(end[0] > 5 * end[1]);
}

static uint64_t copy_rate(uint64_t bytes, uint32_t flags) /* 1/1024 bytes a cycle */
{
   rig_close(r);
   rig_make(r);
   uint64_t now = 1000;
   time_result t = {0, 0};
   for (uint64_t at = 0; at < bytes; at += 65536) {
      t = time_memory_copy(r->m, bytes - at < 65536 ? bytes - at : 65536, at, at + (1u << 30),
                           flags | (at ? TIME_COPY_MORE : 0), now, r->n);
      assert_true(t.accepted >= now && t.done >= t.accepted);
      now = t.accepted;
   }
   return bytes * 1024 / (t.done - 1000);
}

static void copies(void **state)
{
   uint64_t peak = r->p.pcie_B_per_s * 1024 / ((uint64_t)r->p.core_clock_khz * 1000);
   for (uint32_t flag = TIME_COPY_FROM_BUS; flag <= TIME_COPY_TO_BUS; flag++) {
      assert_in_range(copy_rate(64 << 20, flag), peak * 95 / 100, peak);
      assert_in_range(copy_rate(256 << 10, flag), peak * 40 / 100, peak * 60 / 100);
      assert_true(copy_rate(4096, flag) < peak / 20);
   }
   copy_rate(1 << 20, TIME_COPY_FROM_BUS);
   assert_true(N(BUS_BYTES_READ) >= 1 << 20);
   memset(r->n, 0, sizeof(r->n));
   uint64_t local = copy_rate(64 << 20, 0);
   assert_int_equal(N(DRAM_BYTES_READ), 64 << 20);
   assert_int_equal(N(DRAM_BYTES_WRITTEN), 64 << 20);
   assert_int_equal(N(BUS_BYTES_READ) + N(BUS_BYTES_WRITTEN), 0);
   uint64_t dram = r->p.dram_B_per_s / 2 * 1024 / ((uint64_t)r->p.core_clock_khz * 1000);
   uint64_t engine = r->p.copy_B_per_cycle * 1024;
   assert_in_range(local, (dram < engine ? dram : engine) * 85 / 100, dram < engine ? dram : engine);
   memset(r->n, 0, sizeof(r->n));
   assert_true(copy_rate(64 << 20, TIME_COPY_FILL) >= local);
   assert_int_equal(N(DRAM_BYTES_READ), 0);
}

/* A core whose requests are far behind does not hold up the others. */
static void late_calls_find_room(void **state)
{
   for (uint32_t i = 0; i < 800; i++)
      rig_run(r, 0, TIME_READ, (uint64_t)i * 128, 128, 1000);
   rig_run(r, 1, TIME_READ, 0x30000000, 4, 1000);
   uint64_t done = rig_run(r, 1, TIME_READ, 0x30000080, 4, 4000).done;
   assert_in_range(done, 4000 + r->p.l2_latency_cycles, 4000 + 2 * r->p.dram_latency_cycles);
}

/* ---- any profile, any requests ---- */
static uint32_t power(uint32_t lo, uint32_t hi) /* of two, in a range of exponents */
{
   return 1u << (lo + rig_random(r) % (hi - lo + 1));
}
static uint32_t between(uint32_t lo, uint32_t hi)
{
   switch (rig_random(r) % 4) {
   case 0:
      return lo;
   case 1:
      return hi;
   default:
      return lo + rig_random(r) % (hi - lo + 1);
   }
}

/* Within what the parser accepts, extremes often. */
static void random_profile(emu_profile *p)
{
   p->cores = between(1, 64);
   p->core_clock_khz = between(1000, 10000000);
   p->memory_clock_khz = between(1000, 100000000);
   p->l1_ways = power(0, 4), p->l1_B = power(11, 16), p->l1_misses = power(0, 10),
   p->l1_lookups_per_cycle = power(0, 5);
   p->scalar_B = power(10, 14), p->code_B = power(10, 14), p->scalar_latency_cycles = between(1, 100000);
   p->tex_quads_per_cycle = between(1, 64), p->tex_latency_cycles = between(0, 100000);
   p->rop_colour_B = power(10, 14), p->rop_depth_B = power(10, 14), p->rop_misses = power(0, 10);
   p->rop_latency_cycles = between(1, 100000), p->xbar_B_per_cycle = power(0, 12);
   p->l2_slices = power(0, 8), p->l2_ways = power(0, 4),
   p->l2_B = p->l2_slices * p->l2_ways * 128 * power(0, 4);
   p->l2_misses = power(0, 10), p->l2_B_per_cycle = power(0, 12), p->l2_atomic_cycles = between(1, 1000);
   p->tlb_entries = power(3, 8), p->tlb2_entries = power(3, 12), p->tlb_tables = power(3, 8),
   p->tlb_walks = power(0, 10);
   p->tlb2_lookups_per_cycle = power(0, 6), p->tlb2_latency_cycles = between(1, 100000);
   p->dram_channels = power(0, 8), p->dram_banks = power(0, 6), p->dram_row_B = power(8, 16);
   p->dram_writes = power(0, 10);
   p->l1_latency_cycles = between(1, 100000), p->l2_latency_cycles = between(p->l1_latency_cycles, 100000);
   p->dram_latency_cycles = between(p->l2_latency_cycles, 100000);
   p->dram_rcd_clocks = between(1, 1000), p->dram_rp_clocks = between(1, 1000),
   p->dram_ras_clocks = between(1, 1000);
   p->dram_rrd_clocks = between(1, 1000), p->dram_idle_clocks = between(1, 100000);
   p->dram_B_per_s = rig_random(r) % 2 ? 1000000000 : 100000000000000;
   p->pcie_B_per_s = rig_random(r) % 2 ? 100000000 : 100000000000000;
   p->pcie_latency_ns = between(0, 1000000), p->pcie_packet_B = power(7, 12),
   p->pcie_header_B = between(0, 256);
   p->pcie_reads = power(0, 12), p->copy_B_per_cycle = power(0, 12);
   p->copy_setup_ns = between(0, 1000000), p->copy_bus_setup_ns = between(0, 1000000);
}

static time_result random_call(uint64_t now)
{
   uint32_t rec[1 + 2 * 64], core = rig_random(r) % r->p.cores, kind = rig_random(r) % 32;
   enum time_path path = (enum time_path)(rig_random(r) % (TIME_PATH_COPY + 1));
   enum time_op op = (enum time_op)(rig_random(r) % (TIME_ATOMIC_RETURN + 1));
   uint32_t flags = rig_random(r) % 8;
   uint64_t va = ((uint64_t)rig_random(r) << 24 | rig_random(r)) & ((UINT64_C(1) << 48) - 1);
   if (rig_random(r) % 2)
      va &= 0xfffff;
   if (kind == 0)
      time_memory_invalidate(r->m);
   if (kind == 1)
      return time_memory_copy(r->m, rig_random(r) % 20000, va, va ^ 0x1234567, flags, now, r->n);
   if (kind == 2)
      return time_memory_lds(r->m, core, rig_random(r) & 0xffff, now, r->n);
   if (kind == 3)
      return time_memory_line(r->m, core, path, op, va, rig_random(r) % 16, flags, now, r->n);
   if (kind < 8) {
      rec[0] = (uint32_t)EMU_REC_RUN << 28 | (kind == 4 ? rig_random(r) & 0xffff : rig_random(r) % 600) << 8;
      rec[1] = (uint32_t)va;
      rec[2] = (uint32_t)(va >> 32) | flags << 16;
   } else {
      uint32_t n = rig_random(r) % 65;
      rec[0] = (uint32_t)(kind & 1 ? EMU_REC_LINES : EMU_REC_BLOCK_LINES) << 28 | n << 8 |
               (rig_random(r) & 0xfff) << 16;
      for (uint32_t i = 0; i < n; i++)
         emu_entry_pack(rec + 1 + 2 * i, va + (uint64_t)(rig_random(r) % 64) * 128, rig_random(r) % 16,
                        rig_random(r) % 64, flags);
   }
   return time_memory_record(r->m, core, path, op, rec, now, r->n);
}

/* Every sum of what came back and was counted. */
static uint64_t random_calls(uint32_t seed, unsigned calls)
{
   uint64_t sum = 0, now = 0;
   r->seed = seed;
   memset(r->n, 0, sizeof(r->n));
   rig_make(r);
   for (unsigned i = 0; i < calls; i++) {
      uint64_t at = now > 200 ? now - rig_random(r) % 200 : now;
      time_result t = random_call(at);
      if (t.done < at || t.accepted < at)
         fail_msg("seed %u, call %u: at %llu accepted %llu done %llu", seed, i, (unsigned long long)at,
                  (unsigned long long)t.accepted, (unsigned long long)t.done);
      sum = sum * 31 + t.done + 7 * t.accepted;
      now += rig_random(r) % 64;
      if (rig_random(r) % 1000 == 0)
         now += (uint64_t)rig_random(r) << rig_random(r) % 24;
   }
   rig_close(r);
   for (unsigned i = 0; i < GPU_COUNTER_COUNT; i++)
      sum = sum * 31 + r->n[i];
   return sum;
}

static void any_profile(void **state)
{
   rig_close(r);
   for (uint32_t seed = 1; seed <= 60; seed++) {
      r->seed = seed * 977;
      random_profile(&r->p);
      uint64_t a = random_calls(seed, 1500), b = random_calls(seed, 1500);
      assert_true(a == b);
      assert_true(N(L1_HITS) <= N(L1_ACCESSES) && N(L2_HITS) <= N(L2_ACCESSES) &&
                  N(SCALAR_HITS) <= N(SCALAR_ACCESSES));
      assert_true(N(TLB_L2_MISSES) <= N(TLB_L1_MISSES) && N(TLB_L1_MISSES) <= N(TLB_ACCESSES));
      assert_int_equal((N(DRAM_ROW_HITS) + N(DRAM_ROW_MISSES)) * 32,
                       N(DRAM_BYTES_READ) + N(DRAM_BYTES_WRITTEN));
   }
}

/* Clocks that have run for longer than anybody waits. */
static void late_clocks(void **state)
{
   for (unsigned bit = 40; bit < 64; bit++) {
      uint64_t now = UINT64_C(1) << bit;
      time_result t = rig_run(r, 0, TIME_READ, 0x1000 * bit, 128, now);
      assert_true(t.done > now && t.accepted > now && t.done - now < 100000);
   }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_fg1, close_rig)
#define NANO(f) {#f " (fg1-nano)", f, open_nano, close_rig, NULL}
   const struct CMUnitTest tests[] = {
       T(streaming_reaches_the_peak),
       T(streaming_stores_reach_it),
       T(posted_writes_are_bounded),
       NANO(posted_writes_are_bounded),
       T(random_rows_are_slower),
       T(bandwidth_rises_and_saturates),
       T(l2_bandwidth),
       T(contended_atomics),
       T(copies),
       T(late_calls_find_room),
       T(any_profile),
       T(late_clocks),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
