/* The memory system of the timing model, one access at a time: latencies as the profile says, capacities
 * where it says, lines and sectors, conflicts, translation, counters that add up. Rates under load and other
 * profiles: test_time_rates.c. */
#include <string.h>
#include "time_rig.h"

static time_rig rig, *r = &rig;
static uint64_t now; /* the test's clock */

static int open_fg1(void **state)
{
   now = 10000;
   rig_open(r, "fg1");
   rig_make(r);
   return 0;
}
static int open_nano(void **state)
{
   now = 10000;
   rig_open(r, "fg1-nano");
   rig_make(r);
   return 0;
}
static int close_rig(void **state)
{
   rig_close(r);
   return 0;
}

/* An access long after everything before. */
static uint64_t lone(uint32_t core, enum time_op op, uint64_t va)
{
   now += 1000000;
   return rig_run(r, core, op, va, 4, now).done - now;
}

static void lone_latencies(void **state)
{
   const uint64_t va = 0x40000000;
   lone(0, TIME_READ, va); /* the page is known */
   assert_int_equal(lone(0, TIME_READ, va), r->p.l1_latency_cycles);
   assert_int_equal(lone(0, TIME_READ, va + 128), r->p.dram_latency_cycles);
   assert_int_equal(lone(0, TIME_READ, va + 128 + 32),
                    r->p.dram_latency_cycles); /* another sector of the line */
   assert_int_equal(lone(0, TIME_READ, va + 128), r->p.l1_latency_cycles);
   time_memory_invalidate(r->m);
   assert_int_equal(lone(0, TIME_READ, va + 128), r->p.l2_latency_cycles);
   assert_int_equal(lone(0, TIME_READ, va + 128), r->p.l1_latency_cycles);
}

static void scalar_and_code_latencies(void **state)
{
   const uint64_t va = 0x40000000;
   lone(0, TIME_READ, va);
   for (unsigned code = 0; code < 2; code++) {
      enum time_path path = code ? TIME_PATH_CODE : TIME_PATH_SCALAR;
      uint64_t at = va + 4096 * (code + 1), miss, hit;
      now += 100000000;
      miss = time_memory_line(r->m, 0, path, TIME_READ, at, 1, r->pages, now, r->n).done - now;
      now += 100000;
      hit = time_memory_line(r->m, 0, path, TIME_READ, at, 1, r->pages, now, r->n).done - now;
      assert_int_equal(miss, r->p.dram_latency_cycles);
      assert_int_equal(hit, code ? 0 : r->p.scalar_latency_cycles);
      time_memory_invalidate(r->m);
      now += 100000;
      assert_int_equal(time_memory_line(r->m, 0, path, TIME_READ, at, 1, r->pages, now, r->n).done - now,
                       r->p.l2_latency_cycles);
   }
   assert_int_equal(N(SCALAR_ACCESSES), 3);
   assert_int_equal(N(SCALAR_HITS), 1);
   assert_int_equal(N(CODE_ACCESSES), 3);
   assert_int_equal(N(CODE_HITS), 1);
}

/* Plateaus, and where they end: a chase that fits a level stays at its latency, one half as large again does
 * not. */
static void capacity_knees(void **state)
{
   uint64_t l1 = r->p.l1_B, l2 = r->p.l2_B;
   assert_int_equal(rig_chase(r, l1, 128, 2, &now), 16 * r->p.l1_latency_cycles);
   assert_true(rig_chase(r, l1 + l1 / 2, 128, 2, &now) > 16 * r->p.l1_latency_cycles * 2);
   assert_int_equal(rig_chase(r, 4 * l1, 128, 2, &now), 16 * r->p.l2_latency_cycles);
   uint64_t whole = rig_chase(r, l2 - l2 / 16, 128, 2, &now);
   assert_in_range(whole, 16 * r->p.l2_latency_cycles, 16 * (r->p.l2_latency_cycles + 4));
   uint64_t beyond = rig_chase(r, 2 * l2, 128, 2, &now);
   assert_in_range(beyond, 16 * r->p.dram_latency_cycles, 16 * (r->p.dram_latency_cycles + 4));
}

/* Lines of one set: as many as there are ways stay, one more and LRU keeps none. */
static void associativity(void **state)
{
   rig_close(r);
   r->p.l1_B = 128 * 4;
   r->p.l1_ways = 4; /* one set */
   rig_make(r);
   assert_int_equal(rig_chase(r, 4 * 128, 128, 3, &now), 16 * r->p.l1_latency_cycles);
   assert_int_equal(rig_chase(r, 5 * 128, 128, 3, &now), 16 * r->p.l2_latency_cycles);
   /* least recently used, not first in */
   for (unsigned i = 0; i < 4; i++)
      now = rig_run(r, 0, TIME_READ, 0x8000 + i * 128, 4, now).done;
   now = rig_run(r, 0, TIME_READ, 0x8000, 4, now).done;
   now = rig_run(r, 0, TIME_READ, 0x8000 + 4 * 128, 4, now).done;
   assert_int_equal(rig_run(r, 0, TIME_READ, 0x8000, 4, now).done - now, r->p.l1_latency_cycles);
   now += 1000;
   assert_int_equal(rig_run(r, 0, TIME_READ, 0x8000 + 128, 4, now).done - now, r->p.l2_latency_cycles);
}

static void lines_and_sectors(void **state)
{
   static const struct {
      uint32_t va, bytes, lines, sectors;
   } runs[] = {{0, 4, 1, 1},   {0, 128, 1, 4}, {124, 8, 2, 2},
               {4, 128, 2, 5}, {31, 2, 1, 2},  {0, 512, 4, 16},
               {0, 0, 0, 0},   {96, 32, 1, 1}, {1, 1u << 19, 4097, 16385}};
   for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
      uint64_t lines = N(LSU_REQUESTS), sectors = N(LSU_SECTORS), read = N(L2_BYTES_READ);
      now += 1000000;
      time_memory_invalidate(r->m);
      time_result t = rig_run(r, 0, TIME_READ, 0x100000 + runs[i].va, runs[i].bytes, now);
      assert_int_equal(N(LSU_REQUESTS) - lines, runs[i].lines);
      assert_int_equal(N(LSU_SECTORS) - sectors, runs[i].sectors);
      assert_int_equal(N(L2_BYTES_READ) - read, 32 * runs[i].sectors);
      assert_true(t.accepted >= now + (runs[i].lines ? runs[i].lines : 1));
   }
   assert_int_equal(N(L1_ACCESSES), N(LSU_SECTORS));
   assert_int_equal(N(L1_HITS), 0);
}

/* What does not fit a record stands in those behind it. */
static void continued_lines(void **state)
{
   static uint32_t rec[3 + 2 * 600];
   for (uint32_t lines = 254; lines <= 600; lines += lines < 256 ? 1 : 86)
      for (unsigned path = 0; path < 2; path++) {
         uint64_t requests = N(LSU_REQUESTS), read = N(L2_BYTES_READ);
         uint32_t *at = rec, left = lines, part;
         now += 1000000;
         time_memory_invalidate(r->m);
         do {
            part = left < 255 ? left : 255;
            *at = (uint32_t)(at == rec ? EMU_REC_LINES : EMU_REC_MORE_LINES) << 28 | part << 8;
            at++;
            for (uint32_t k = 0; k < part; k++, at += 2)
               emu_entry_pack(at, 0x100000 + 128 * (uint64_t)(lines - left + k), 1, 1, 0);
            left -= part;
         } while (part == 255);
         time_memory_record(r->m, 0, path ? TIME_PATH_TEXTURE : TIME_PATH_VECTOR, TIME_READ, rec, now, r->n);
         assert_int_equal(N(LSU_REQUESTS) - requests, path ? 0 : lines);
         assert_int_equal(N(L2_BYTES_READ) - read, 32 * lines);
      }
}

/* Unit stride takes a cycle for each line, strides of 2, 4 and 8 dwords as many cycles, others
 * up to 32. */
static void strides(void **state)
{
   static const uint32_t cycles[][3] = {{4, 1, 4},   {8, 2, 8},     {16, 4, 16},
                                        {32, 8, 32}, {128, 32, 32}, {4096, 32, 32}};
   uint32_t rec[1 + 64];
   for (size_t i = 0; i < sizeof(cycles) / sizeof(*cycles); i++)
      for (unsigned again = 0; again < 2; again++) {
         uint64_t lines = N(LSU_REQUESTS), sectors = N(LSU_SECTORS);
         now += 1000000;
         rig_strided(rec, 0x1000000 * (i + 1), cycles[i][0], 4);
         time_result t = time_memory_record(r->m, 0, TIME_PATH_VECTOR, TIME_READ, rec, now, r->n);
         assert_int_equal(N(LSU_REQUESTS) - lines, cycles[i][1]);
         assert_int_equal(N(LSU_SECTORS) - sectors, cycles[i][2]);
         if (again) {
            assert_int_equal(t.accepted - now, cycles[i][1]);
            assert_int_equal(t.done - now, r->p.l1_latency_cycles + cycles[i][1] - 1);
         }
      }
}

/* Where the record knows of banks, lines share lookups: stride 9 has no conflicts, ten lines take three
 * cycles. */
static void banks_of_l1(void **state)
{
   uint32_t rec[1 + 64];
   static const uint32_t cases[][3] = {{36, 1, 3}, {32, 8, 8}, {4, 1, 1}, {128, 32, 32}};
   for (unsigned i = 0; i < 4; i++)
      for (unsigned again = 0; again < 2; again++) {
         now += 1000000;
         rig_strided(rec, 0x1000000 * (i + 1), cases[i][0], 4);
         rec[0] |= cases[i][1] << 16;
         time_result t = time_memory_record(r->m, 0, TIME_PATH_VECTOR, TIME_READ, rec, now, r->n);
         if (again) {
            assert_int_equal(t.accepted - now, cases[i][2]);
            assert_int_equal(t.done - now, r->p.l1_latency_cycles + cases[i][2] - 1);
         }
      }
}

static void misses_merge(void **state)
{
   lone(0, TIME_READ, 0x10000);
   uint64_t before = N(DRAM_BYTES_READ);
   now += 1000000;
   uint64_t first = rig_run(r, 0, TIME_READ, 0x10400, 4, now).done;
   uint64_t second = rig_run(r, 0, TIME_READ, 0x10404, 4, now + 100).done;
   assert_int_equal(first, now + r->p.dram_latency_cycles);
   assert_int_equal(second, first);
   uint64_t hits = N(L1_HITS);
   assert_int_equal(rig_run(r, 0, TIME_READ, 0x10408, 4, first).done, first + r->p.l1_latency_cycles);
   assert_int_equal(N(L1_HITS) - hits, 1);
   assert_int_equal(N(DRAM_BYTES_READ) - before, 32);
   /* of another core: the line is on its way to L2 */
   lone(1, TIME_READ, 0x10000);
   uint64_t at = now + 20000;
   first = rig_run(r, 0, TIME_READ, 0x10800, 4, at).done;
   second = rig_run(r, 1, TIME_READ, 0x10800, 4, at + 10).done;
   assert_true(second <= first + 1 && second > at + r->p.l2_latency_cycles);
   assert_int_equal(N(DRAM_BYTES_READ) - before, 64);
}

/* Full miss registers hold the unit up. */
static void miss_registers_are_bounded(void **state)
{
   lone(0, TIME_READ, 0x200000);
   uint64_t accepted = 0;
   now += 1000000;
   for (uint32_t i = 0; i < r->p.l1_misses; i++)
      accepted = rig_run(r, 0, TIME_READ, 0x200080 + i * 128, 4, now).accepted;
   assert_in_range(accepted, now + r->p.l1_misses, now + r->p.l1_misses + 64);
   accepted = rig_run(r, 0, TIME_READ, 0x300000, 4, now).accepted;
   assert_true(accepted >= now + r->p.dram_latency_cycles);
}

static void stores_and_write_back(void **state)
{
   lone(0, TIME_READ, 0);
   uint64_t line = 0x100000;
   now += 1000000;
   uint64_t read = N(DRAM_BYTES_READ);
   assert_true(rig_run(r, 0, TIME_WRITE, line, 4, now).done - now < r->p.l2_latency_cycles);
   assert_int_equal(N(L1_ACCESSES), 1); /* stores pass the L1 */
   assert_int_equal(N(DRAM_BYTES_WRITTEN), 0);
   for (unsigned i = 0; i < 5; i++)
      rig_run(r, 0, TIME_WRITE, line, 128, now + 1000 * i);
   assert_int_equal(N(DRAM_BYTES_READ), read);
   now += 1000000;
   for (uint64_t i = 0; i < 4 * (uint64_t)r->p.l2_B / 128; i++)
      now = rig_run(r, 0, TIME_READ, 0x8000000 + i * 128, 128, now).accepted;
   assert_int_equal(N(DRAM_BYTES_WRITTEN), 128); /* all four sectors, once */
   uint64_t l2_writes = N(L2_BYTES_WRITTEN);
   assert_int_equal(l2_writes, 32 + 5 * 128);
}

static void atomics(void **state)
{
   const uint64_t va = 0x600000;
   lone(0, TIME_READ, va - 128);
   lone(0, TIME_ATOMIC_RETURN, va);
   assert_int_equal(lone(0, TIME_ATOMIC_RETURN, va), r->p.l2_latency_cycles);
   assert_true(lone(0, TIME_ATOMIC, va) < r->p.l2_latency_cycles);
   uint32_t rec[3] = {(uint32_t)EMU_REC_LINES << 28 | 1u << 8};
   emu_entry_pack(rec + 1, va, 1, 32, EMU_PAGE_LARGE);
   uint64_t steps = N(L2_ATOMICS);
   now += 1000000;
   assert_int_equal(time_memory_record(r->m, 0, TIME_PATH_VECTOR, TIME_ATOMIC_RETURN, rec, now, r->n).done -
                        now,
                    r->p.l2_latency_cycles + 31 * r->p.l2_atomic_cycles);
   assert_int_equal(N(L2_ATOMICS) - steps, 32);
   lone(0, TIME_READ, va + 128);
   lone(0, TIME_ATOMIC, va + 128); /* the cache's copy is old then */
   assert_int_equal(lone(0, TIME_READ, va + 128), r->p.l2_latency_cycles);
}

static void lds_passes(void **state)
{
   uint32_t latency = r->p.cost[ISA_CLASS_LDS].latency_cycles;
   time_result a = time_memory_lds(r->m, 0, 1, 1000, r->n), b = time_memory_lds(r->m, 0, 32, 1000, r->n);
   assert_int_equal(a.done, 1000 + latency);
   assert_int_equal(a.accepted, 1001);
   assert_int_equal(b.done, 1001 + latency + 31);
   assert_int_equal(b.accepted, 1033);
   assert_int_equal(time_memory_lds(r->m, 1, 1, 1000, r->n).done, 1000 + latency); /* another core's */
   assert_int_equal(N(LDS_PASSES), 34);
}

/* Pages of 64 KiB one after the other: within the core's TLB, within the second, beyond both. */
static void tlb_reach(void **state)
{
   r->pages = 0;
   const uint64_t step = 65536 + 128; /* other L1 sets, other rows */
   static const unsigned scale[3] = {1, 8, 2};
   uint64_t pages[3] = {r->p.tlb_entries, r->p.tlb_entries * scale[1],
                        (uint64_t)r->p.tlb2_entries * scale[2]};
   uint64_t mean[3], first[3], second[3];
   for (unsigned k = 0; k < 3; k++) {
      for (unsigned round = 0; round < 2; round++) {
         time_memory_invalidate(r->m);
         first[k] = N(TLB_L1_MISSES), second[k] = N(TLB_L2_MISSES);
         uint64_t begin = now;
         for (uint64_t i = 0; i < pages[k]; i++)
            now = rig_run(r, 0, TIME_READ, i * step, 4, now).done;
         mean[k] = (now - begin) / pages[k];
      }
      first[k] = N(TLB_L1_MISSES) - first[k];
      second[k] = N(TLB_L2_MISSES) - second[k];
   }
   assert_int_equal(mean[0], r->p.l2_latency_cycles);
   assert_int_equal(first[0], 0);
   assert_int_equal(mean[1], r->p.l2_latency_cycles + r->p.tlb2_latency_cycles);
   assert_int_equal(first[1], pages[1]);
   assert_int_equal(second[1], 0);
   assert_true(mean[2] >= mean[1] + r->p.l2_latency_cycles / 2);
   assert_int_equal(second[2], pages[2]);
   assert_true(N(TLB_ACCESSES) >= N(TLB_L1_MISSES) && N(TLB_L1_MISSES) >= N(TLB_L2_MISSES));
}

static void page_sizes(void **state)
{
   static const uint32_t sizes[3] = {EMU_PAGE_SMALL, 0, EMU_PAGE_LARGE};
   static const unsigned walks[3] = {256, 16, 1}, lookups[3] = {256, 16, 16};
   for (unsigned k = 0; k < 3; k++) {
      r->pages = sizes[k];
      uint64_t first = N(TLB_L1_MISSES), second = N(TLB_L2_MISSES);
      for (unsigned i = 0; i < 1024; i++)
         now = rig_run(r, 0, TIME_READ, 0x40000000 * (k + 1) + i * 1024, 4, now).done;
      assert_int_equal(N(TLB_L1_MISSES) - first, lookups[k]);
      assert_int_equal(N(TLB_L2_MISSES) - second, walks[k]);
   }
}

/* Emptying is a new generation of tags; they run out after 4 million. */
static void generations(void **state)
{
   lone(0, TIME_READ, 0x1000);
   for (unsigned i = 0; i < (1u << 22) - 1; i++)
      time_memory_invalidate(r->m);
   assert_int_equal(lone(0, TIME_READ, 0x1000), r->p.l2_latency_cycles);
   assert_int_equal(lone(0, TIME_READ, 0x1000), r->p.l1_latency_cycles);
}

static uint64_t textured(uint32_t quads)
{
   now += 1000000;
   uint32_t rec[3] = {(uint32_t)EMU_REC_LINES << 28 | 1u << 8 | quads << 16};
   emu_entry_pack(rec + 1, 0x5000000, 15, 1, EMU_PAGE_LARGE);
   time_result t = time_memory_record(r->m, 0, TIME_PATH_TEXTURE, TIME_READ, rec, now, r->n);
   assert_int_equal(t.accepted - now, quads);
   return t.done - now;
}

static void filter_rate(void **state)
{
   lone(0, TIME_READ, 0x5000000);
   lone(0, TIME_READ, 0x5000020);
   lone(0, TIME_READ, 0x5000040);
   lone(0, TIME_READ, 0x5000060);
   uint64_t base = r->p.l1_latency_cycles + r->p.tex_latency_cycles;
   assert_int_equal(textured(8), base + 7);
   assert_int_equal(textured(16), base + 15);
   assert_int_equal(N(TEX_REQUESTS), 2);
   assert_int_equal(N(TEX_FILTER_CYCLES), 24);
}

static uint32_t *rop_record(uint32_t *rec, uint64_t va, bool written, bool read)
{
   rec[0] = (uint32_t)EMU_REC_BLOCK_LINES << 28 | (uint32_t)written << 16 | (uint32_t)read << 17 | 1u << 8;
   emu_entry_pack(rec + 1, va, 15, 1, EMU_PAGE_LARGE);
   return rec;
}

static void rop_caches(void **state)
{
   uint32_t rec[3];
   time_memory_record(r->m, 0, TIME_PATH_COLOUR, TIME_WRITE, rop_record(rec, 0, true, false), now, r->n);
   assert_int_equal(N(L2_ACCESSES), 0); /* a write brings nothing in */
   time_memory_record(r->m, 0, TIME_PATH_COLOUR, TIME_WRITE, rop_record(rec, 0, true, true), now + 100, r->n);
   assert_int_equal(N(ROP_COLOUR_ACCESSES), 8);
   assert_int_equal(N(ROP_COLOUR_HITS), 4);
   assert_int_equal(N(L2_ACCESSES), 0);
   time_memory_record(r->m, 0, TIME_PATH_DEPTH, TIME_WRITE, rop_record(rec, 4096, true, true), now + 200,
                      r->n);
   assert_int_equal(N(ROP_Z_ACCESSES), 4);
   assert_int_equal(N(ROP_Z_HITS), 0);
   assert_int_equal(N(L2_BYTES_READ), 128);
   assert_int_equal(N(L2_BYTES_WRITTEN), 0);
   time_memory_flush_rops(r->m, now + 10000, r->n);
   assert_int_equal(N(L2_BYTES_WRITTEN), 256);
   time_memory_flush_rops(r->m, now + 20000, r->n);
   assert_int_equal(N(L2_BYTES_WRITTEN), 256);
   uint64_t lines = r->p.rop_colour_B / 128;
   for (uint64_t i = 0; i < 3 * lines; i++)
      time_memory_record(r->m, 0, TIME_PATH_COLOUR, TIME_WRITE,
                         rop_record(rec, 0x100000 + i * 128, true, false), now + 30000 + 10 * i, r->n);
   assert_int_equal(N(L2_BYTES_WRITTEN), 256 + 2 * lines * 128);
}

static uint64_t rop(unsigned which, uint64_t va, bool written, bool read)
{
   uint32_t rec[3];
   now += 100000;
   return time_memory_record(r->m, 0, which ? TIME_PATH_DEPTH : TIME_PATH_COLOUR, TIME_WRITE,
                             rop_record(rec, va, written, read), now, r->n)
              .done -
          now;
}

static void clear_range(unsigned which, uint64_t va, uint32_t bytes)
{
   uint32_t rec[3] = {(uint32_t)EMU_REC_RUN << 28 | bytes << 8, (uint32_t)va,
                      (uint32_t)(va >> 32) | EMU_PAGE_LARGE << 16};
   now += 100000;
   time_memory_record(r->m, 0, which ? TIME_PATH_DEPTH : TIME_PATH_COLOUR, TIME_WRITE, rec, now, r->n);
}

/* Bytes of DRAM that a ROP's reading of a line takes. */
static uint64_t brought_in(uint64_t va)
{
   uint64_t before = N(DRAM_BYTES_READ);
   rop(1, va, false, true);
   return N(DRAM_BYTES_READ) - before;
}

/* What a clear has filled is not read from memory, until somebody has written it. */
static void tags_of_clears(void **state)
{
   const uint64_t target = 0x10000000, size = 0x2000;
   brought_in(target + size); /* the page is known */
   assert_int_equal(brought_in(target), 128);
   clear_range(1, target, size);
   uint64_t moved = N(L2_BYTES_WRITTEN) + N(L2_BYTES_READ);
   for (uint64_t va = target; va < target + size; va += 128)
      assert_int_equal(brought_in(va), 0);
   assert_int_equal(N(L2_BYTES_WRITTEN) + N(L2_BYTES_READ), moved); /* the tags are still in the cache */
   now = time_memory_flush_rops(r->m, now + 100000, r->n);
   assert_int_equal(N(L2_BYTES_WRITTEN) + N(L2_BYTES_READ), moved + size / 256);
   time_memory_invalidate(r->m);
   assert_in_range(rop(1, target, false, true), r->p.l2_latency_cycles, r->p.dram_latency_cycles);
   assert_int_equal(N(L2_BYTES_WRITTEN) + N(L2_BYTES_READ), moved + 2 * size / 256);
   /* a ROP, a store, an atomic and a copy write a line each */
   rop(1, target, true, false);
   now = time_memory_flush_rops(r->m, now + 100000, r->n);
   rig_run(r, 0, TIME_WRITE, target + 4 * 128, 128, now += 100000);
   rig_run(r, 0, TIME_ATOMIC, target + 6 * 128, 128, now += 100000);
   time_memory_copy(r->m, 256, 0, target + 8 * 128, TIME_COPY_FILL, now += 100000, r->n);
   for (uint64_t i = 0; i < 1000; i++) /* out of L2, too */
      rig_run(r, 0, TIME_READ, 0x40000000 + i * 4096, 4096, now += 10000);
   time_memory_invalidate(r->m);
   assert_true(brought_in(target + 12 * 128) >= 32); /* the tags */
   for (uint64_t i = 0; i < 12; i += 2)
      assert_int_equal(brought_in(target + i * 128), i == 2 || i == 10 ? 0 : 128);
   assert_int_equal(brought_in(target + 9 * 128), 128);
   /* cleared again; what is in the cache dirty need not be written */
   rop(1, target, true, false);
   clear_range(1, target, size);
   moved = N(L2_BYTES_WRITTEN);
   time_memory_flush_rops(r->m, now + 100000, r->n);
   assert_int_equal(N(L2_BYTES_WRITTEN), moved + size / 256);
   assert_int_equal(brought_in(target + 4 * 128), 0);
}

/* Clears of more than the places for tags: the latest are known. */
static void tags_are_bounded(void **state)
{
   const uint64_t base = 0x100000000, total = UINT64_C(512) << 20;
   for (uint64_t va = base; va < base + total; va += 0x20000)
      clear_range(0, va, 0x20000);
   uint64_t before = N(DRAM_BYTES_READ);
   for (uint64_t va = base + total - (16 << 20); va < base + total; va += 0x8000)
      rop(0, va, false, true);
   uint64_t known = N(DRAM_BYTES_READ) - before;
   for (uint64_t va = base; va < base + (16 << 20); va += 0x8000)
      rop(0, va, false, true);
   assert_true(known <= 512 * 32); /* tags alone */
   assert_true(N(DRAM_BYTES_READ) - before - known >= 512 * 128);
}

static void system_memory(void **state)
{
   r->pages = EMU_PAGE_BUS;
   lone(0, TIME_READ, 0x70000000);
   uint64_t bus = (uint64_t)r->p.pcie_latency_ns * (r->p.core_clock_khz / 1000) / 1000;
   uint64_t t = lone(0, TIME_READ, 0x70000080);
   assert_in_range(t, bus + r->p.l2_latency_cycles, bus + r->p.l2_latency_cycles + 16);
   uint64_t dram = N(DRAM_BYTES_READ);
   time_memory_invalidate(r->m);
   assert_in_range(lone(0, TIME_READ, 0x70000080), t, t + 1); /* L2 does not keep it */
   assert_int_equal(N(DRAM_BYTES_READ), dram);
   assert_int_equal(N(BUS_BYTES_READ), 3 * 32);
   lone(0, TIME_WRITE, 0x70000080);
   assert_int_equal(N(BUS_BYTES_WRITTEN), 32);
}

/* ---- warming: what nobody times leaves the caches as if it had been timed ------------------------------- */
static void warm(enum time_path path, enum time_op op, uint64_t va, uint32_t bytes)
{
   uint32_t rec[3] = {(uint32_t)EMU_REC_RUN << 28 | bytes << 8, (uint32_t)va,
                      (uint32_t)(va >> 32) | r->pages << 16};
   uint64_t counted[GPU_COUNTER_COUNT];
   memcpy(counted, r->n, sizeof counted);
   time_memory_warm(r->m, 0, path, op, rec);
   assert_memory_equal(r->n, counted, sizeof counted);
}

static void warmed_reads_hit(void **state)
{
   const uint64_t va = 0x40000000;
   time_memory_warm_begin(r->m);
   warm(TIME_PATH_VECTOR, TIME_READ, va, 4096);
   for (uint64_t at = va; at < va + 4096; at += 32)
      assert_int_equal(lone(0, TIME_READ, at), r->p.l1_latency_cycles);
   assert_true(lone(1, TIME_READ, va) > r->p.l2_latency_cycles); /* its TLB knows nothing */
   assert_int_equal(N(TLB_L1_MISSES), 1);
   assert_int_equal(N(TLB_L2_MISSES), 0);
   time_memory_invalidate(r->m);
   assert_int_equal(lone(0, TIME_READ, va), r->p.l2_latency_cycles);
   assert_int_equal(N(TLB_L1_MISSES), 1);
   assert_int_equal(N(DRAM_BYTES_READ), 0);
   assert_int_equal(lone(0, TIME_READ, va + 4096), r->p.dram_latency_cycles);
   warm(TIME_PATH_SCALAR, TIME_READ, va + 8192, 4);
   now += 1000000;
   time_result t = time_memory_line(r->m, 0, TIME_PATH_SCALAR, TIME_READ, va + 8192, 1, r->pages, now, r->n);
   assert_int_equal(t.done - now, r->p.scalar_latency_cycles);
}

/* Records of lines, the ones that continue them, and lines of some sectors. */
static void warmed_lines(void **state)
{
   uint32_t rec[1 + 2 * 3] = {(uint32_t)EMU_REC_LINES << 28 | 3u << 8};
   const uint64_t va = 0x40000000;
   time_memory_warm_begin(r->m);
   for (unsigned more = 0; more < 2; more++) {
      for (unsigned i = 0; i < 3; i++)
         emu_entry_pack(rec + 1 + 2 * i, va + 0x1000 * more + 0x100 * i, 5, 1, r->pages);
      time_memory_warm(r->m, 0, TIME_PATH_TEXTURE, TIME_READ, rec);
      rec[0] = (uint32_t)EMU_REC_MORE_LINES << 28 | 3u << 8;
   }
   for (unsigned i = 0; i < 6; i++) {
      uint64_t at = va + 0x1000 * (i / 3) + 0x100 * (i % 3);
      assert_int_equal(lone(0, TIME_READ, at), r->p.l1_latency_cycles);
      assert_int_equal(lone(0, TIME_READ, at + 64), r->p.l1_latency_cycles);
      assert_int_equal(lone(0, TIME_READ, at + 32), r->p.dram_latency_cycles);
   }
}

static void warmed_writes_are_in_l2(void **state)
{
   const uint64_t va = 0x40000000;
   time_memory_warm_begin(r->m);
   warm(TIME_PATH_VECTOR, TIME_WRITE, va, 128);
   assert_int_equal(lone(0, TIME_READ, va), r->p.l2_latency_cycles);
   assert_int_equal(N(TLB_L1_MISSES), 0);
   assert_int_equal(N(DRAM_BYTES_READ), 0);
   /* an atomic makes what L1 holds old, a store does not */
   warm(TIME_PATH_VECTOR, TIME_WRITE, va, 32);
   assert_int_equal(lone(0, TIME_READ, va), r->p.l1_latency_cycles);
   warm(TIME_PATH_VECTOR, TIME_ATOMIC, va + 128, 32);
   lone(0, TIME_READ, va + 128);
   time_memory_warm_begin(r->m);
   warm(TIME_PATH_VECTOR, TIME_ATOMIC, va + 128, 32);
   assert_int_equal(lone(0, TIME_READ, va + 128), r->p.l2_latency_cycles);
   /* and is written back once: all four sectors of the first line, one of the second */
   for (uint64_t i = 0; i < 4 * (uint64_t)r->p.l2_B / 128; i++)
      now = rig_run(r, 0, TIME_READ, 0x80000000 + i * 128, 128, now).accepted;
   assert_int_equal(N(DRAM_BYTES_WRITTEN), 128 + 32);
}

/* Lines that were warmed a moment ago are not looked at again, unless something else has happened. */
static void warming_begins_anew(void **state)
{
   const uint64_t va = 0x40000000;
   for (unsigned anew = 0; anew < 2; anew++) {
      time_memory_warm_begin(r->m);
      warm(TIME_PATH_VECTOR, TIME_READ, va, 128);
      time_memory_invalidate(r->m);
      if (anew)
         time_memory_warm_begin(r->m);
      warm(TIME_PATH_VECTOR, TIME_READ, va, 128);
      assert_int_equal(lone(0, TIME_READ, va), anew ? r->p.l1_latency_cycles : r->p.l2_latency_cycles);
      time_memory_invalidate(r->m);
   }
}

static void warming_keeps_nothing_of_the_bus(void **state)
{
   r->pages = EMU_PAGE_BUS;
   time_memory_warm_begin(r->m);
   warm(TIME_PATH_VECTOR, TIME_READ, 0x70000000, 128);
   warm(TIME_PATH_VECTOR, TIME_WRITE, 0x70000100, 128);
   time_memory_invalidate(r->m);
   for (unsigned i = 0; i < 2; i++)
      assert_true(lone(0, TIME_READ, 0x70000000 + 0x100 * i) > r->p.dram_latency_cycles);
   assert_int_equal(N(BUS_BYTES_READ), 2 * 32);
   assert_int_equal(N(TLB_L1_MISSES), 0);
   /* nor does it take the place of anything */
   r->pages = EMU_PAGE_LARGE;
   lone(0, TIME_READ, 0x40000000);
   r->pages = EMU_PAGE_BUS;
   for (uint64_t at = 0; at < 2 * (uint64_t)r->p.l2_B; at += 0x8000)
      warm(TIME_PATH_VECTOR, TIME_READ, 0x80000000 + at, 0x8000);
   r->pages = EMU_PAGE_LARGE;
   uint64_t before = N(DRAM_BYTES_READ);
   lone(0, TIME_READ, 0x40000000);
   assert_int_equal(N(DRAM_BYTES_READ), before);
}

/* Bytes that a ROP's reading of a line takes from L2. */
static uint64_t from_l2(uint64_t va)
{
   uint64_t before = N(L2_BYTES_READ);
   rop(1, va, false, true);
   return N(L2_BYTES_READ) - before;
}

static void warming_knows_of_clears(void **state)
{
   const uint64_t target = 0x10000000;
   clear_range(1, target, 0x1000);
   time_memory_warm_begin(r->m);
   warm(TIME_PATH_DEPTH, TIME_WRITE, target + 0x1000, 0x1000); /* in a tile: a clear */
   warm(TIME_PATH_VECTOR, TIME_WRITE, target + 0x80, 0x20);
   warm(TIME_PATH_VECTOR, TIME_WRITE, target + 0x1080, 0x80);
   rop(1, target, false, true); /* its tags are there */
   assert_int_equal(from_l2(target + 0x80), 0x20);
   assert_int_equal(from_l2(target + 0x100), 0);
   rop(1, target + 0x1000, false, true);
   assert_int_equal(from_l2(target + 0x1080), 0x80);
   assert_int_equal(from_l2(target + 0x1100), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_fg1, close_rig)
#define NANO(f) {#f " (fg1-nano)", f, open_nano, close_rig, NULL}
   const struct CMUnitTest tests[] = {
       T(lone_latencies),
       NANO(lone_latencies),
       T(scalar_and_code_latencies),
       T(capacity_knees),
       NANO(capacity_knees),
       T(associativity),
       T(lines_and_sectors), T(continued_lines),
       T(strides),
       T(banks_of_l1),
       T(misses_merge),
       T(miss_registers_are_bounded),
       NANO(stores_and_write_back),
       T(atomics),
       T(lds_passes),
       T(tlb_reach),
       NANO(tlb_reach),
       T(page_sizes),
       NANO(generations),
       T(filter_rate),
       T(rop_caches),
       T(tags_of_clears),
       T(tags_are_bounded),
       T(system_memory),
       T(warmed_reads_hit),
       T(warmed_lines),
       T(warmed_writes_are_in_l2),
       T(warming_begins_anew),
       T(warming_keeps_nothing_of_the_bus),
       T(warming_knows_of_clears),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
