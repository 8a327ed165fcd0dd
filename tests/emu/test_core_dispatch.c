/* Dispatches as the firmware starts them: launch state, control flow, barriers, LDS, scratch, many threads
 * against one, ordered dispatches, counters and cycles, queue depth, rewritten programs. Faults and endless
 * shaders: test_core_faults.c. */
#include "core_rig.h"
#include <cmocka.h>

static const unsigned thread_counts[] = {1, 2, 8};
#define EACH_THREAD_COUNT(i) for (unsigned i = 0; i < 3; i++)

static void expect_no_fault(emu_device *dev)
{
   if (emu_mmio_read(dev, GPU_REG_FAULT_STATUS))
      fail_msg("fault %u at %x%08x pc %x info %x", emu_mmio_read(dev, GPU_REG_FAULT_TYPE),
               emu_mmio_read(dev, GPU_REG_FAULT_VA_HI), emu_mmio_read(dev, GPU_REG_FAULT_VA_LO),
               emu_mmio_read(dev, GPU_REG_FAULT_PC_LO), emu_mmio_read(dev, GPU_REG_FAULT_INFO));
}

static void run(emu_device *dev, const rig_dispatch *d)
{
   rig_go(dev, d);
   assert_true(rig_wait(dev, d->ring));
   expect_no_fault(dev);
}

static uint32_t *dword(emu_device *dev, uint64_t offset)
{
   return (uint32_t *)rig_host(dev, offset);
}

/* v5 = global byte offset of the lane: ((group id linear) * 64 + local index) * 16 for groups of 8x4x2 in a
 * 5x3x2 grid. */
static const char launch_text[] =
    "s_mul s30, s18, 3\n s_add s30, s30, s17\n s_mul s30, s30, 5\n s_add s30, s30, s16\n"
    "s_shl s31, s30, 6\n s_shl s32, s19, 5\n s_add s31, s31, s32\n"
    "v_lane_id v5\n v_add_u32 v5, v5, s31\n v_shl v5, v5, 4\n"
    "v_mov v6, v0\n v_shl v7, v1, 8\n v_or v6, v6, v7\n v_shl v7, v2, 16\n v_or v6, v6, v7\n"
    "v_mov v7, s20\n v_shl v8, s21, 8\n v_or v7, v7, v8\n v_shl v8, s22, 16\n v_or v7, v7, v8\n"
    "v_mov v8, s30\n v_mov v9, s4\n"
    "b_store_x4 s[0:3], v5, v[6:9]\n s_endpgm\n";

static void launch_state(void **state)
{
   EACH_THREAD_COUNT(t)
   {
      emu_device *dev = rig_open(thread_counts[t]);
      rig_dispatch d = rig_program(dev, launch_text);
      memcpy(d.group, (uint32_t[]){8, 4, 2}, 12);
      memcpy(d.grid, (uint32_t[]){5, 3, 2}, 12);
      d.user[4] = 0xabcd;
      run(dev, &d);
      for (uint32_t g = 0; g < 30; g++)
         for (uint32_t i = 0; i < 64; i++) {
            uint32_t *r = dword(dev, (g * 64 + i) * 16);
            assert_int_equal(r[0], i % 8 | (i / 8 % 4) << 8 | (i / 32) << 16);
            assert_int_equal(r[1], 5 | 3 << 8 | 2 << 16);
            assert_int_equal(r[2], g);
            assert_int_equal(r[3], 0xabcd);
         }
      assert_int_equal(rig_counter(dev, GPU_COUNTER_DISPATCHES), 1);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_WORKGROUPS), 30);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_WAVES), 60);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_WAVE_INSTRUCTIONS), 60 * 24);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_INST_VMEM), 60);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_INST_SALU), 60 * 7);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_LANE_INSTRUCTIONS), 60 * 32 * 16);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_CORE_BYTES_WRITTEN), 30 * 64 * 16);
      assert_true(rig_wait_event()); /* raised after INFLIGHT has fallen, not at the same moment */
      emu_device_close(dev);
   }
}

static void base_and_partial_wave(void **state)
{
   emu_device *dev = rig_open(2);
   rig_dispatch d =
       rig_program(dev, "s_sub s30, s16, 7\n s_mul s30, s30, 160\n v_shl v5, v0, 2\n v_add_u32 v5, v5, s30\n"
                        "v_mov v6, s17\n b_store_x1 s[0:3], v5, v6\n s_endpgm\n");
   d.group[0] = 40;
   d.grid[0] = 3;
   memcpy(d.base, (uint32_t[]){7, 9, 0}, 12);
   run(dev, &d);
   for (uint32_t i = 0; i < 120; i++)
      assert_int_equal(*dword(dev, 4 * i), 9);
   assert_int_equal(*dword(dev, 480), 0);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_WAVES), 6);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_CORE_BYTES_WRITTEN), 480);
   emu_device_close(dev);
}

/* A loop that each lane leaves at its own time: collatz steps of lane + 1. */
static void divergent_loop(void **state)
{
   emu_device *dev = rig_open(1);
   rig_dispatch d = rig_program(
       dev, "v_add_u32 v3, v0, 1\n v_mov v4, 0\n s_mov s40, exec\n"
            "loop: v_cmp_ne_u32 s41, v3, 1\n s_and s42, exec, s41\n s_mov exec, s42\n s_brz exec, done\n"
            "v_and v6, v3, 1\n v_cmp_eq_u32 s43, v6, 0\n v_shr v7, v3, 1\n v_mad_u32 v8, v3, 3, 1\n v_sel "
            "v3, v8, v7, s43\n"
            "v_add_u32 v4, v4, 1\n s_br loop\n"
            "done: s_mov exec, s40\n v_shl v5, v0, 2\n b_store_x1 s[0:3], v5, v4\n s_endpgm\n");
   run(dev, &d);
   for (uint32_t i = 0; i < 32; i++) {
      uint32_t n = i + 1, steps = 0;
      for (; n != 1; steps++)
         n = n % 2 ? 3 * n + 1 : n / 2;
      assert_int_equal(*dword(dev, 4 * i), steps);
   }
   emu_device_close(dev);
}

/* 8 waves write the LDS, meet, read it reversed; twice, so that the second barrier separates rounds. */
static void barrier_and_lds(void **state)
{
   EACH_THREAD_COUNT(t)
   {
      emu_device *dev = rig_open(thread_counts[t]);
      rig_dispatch d = rig_program(
          dev,
          "v_shl v3, v0, 2\n v_mul_lo_u32 v4, v0, 3\n v_add_u32 v4, v4, s16\n l_store_x1 v3, v4\n s_barrier\n"
          "v_sub_u32 v5, 0x3fc, v3\n l_load_x1 v6, v5\n s_barrier\n v_add_u32 v6, v6, v0\n l_store_x1 v5, "
          "v6\n s_barrier\n"
          "l_load_x1 v7, v3\n s_shl s30, s16, 10\n v_add_u32 v8, v3, s30\n b_store_x1 s[0:3], v8, v7\n "
          "s_endpgm\n");
      d.group[0] = 256;
      d.grid[0] = 40;
      d.lds_B = 1024;
      run(dev, &d);
      for (uint32_t g = 0; g < 40; g++)
         for (uint32_t i = 0; i < 256; i++)
            assert_int_equal(*dword(dev, g * 1024 + i * 4), i * 3 + g + 255 - i);
      emu_device_close(dev);
   }
}

/* Waves that have ended do not hold up a barrier. */
static void barrier_without_ended_waves(void **state)
{
   emu_device *dev = rig_open(1);
   rig_dispatch d =
       rig_program(dev, "s_and s30, s19, 1\n s_brz s30, end\n s_barrier\n s_shl s31, s19, 2\n v_mov v1, s31\n"
                        "v_mov v2, s19\n b_store_x1 s[0:3], v1, v2\n end: s_endpgm\n");
   d.group[0] = 256;
   run(dev, &d);
   for (uint32_t i = 0; i < 8; i++)
      assert_int_equal(*dword(dev, 4 * i), i & 1 ? i : 0);
   emu_device_close(dev);
}

/* Workgroup i waits for workgroup i + 1, which starts later: all must be resident for any to end. */
static void spin(const char *wait)
{
   char text[512];
   snprintf(text, sizeof text,
            "s_add s30, s16, 1\n s_shl s31, s16, 2\n v_mov v3, s31\n s_sub s32, s20, 1\n s_cmp_eq s33, s16, "
            "s32\n s_brnz s33, done\n"
            "loop: s_buf_load_x1 s34, s[0:3], s31 +4\n s_brnz s34, done\n %s\n s_br loop\n"
            "done: s_mov s40, 1\n s_mov exec, 1\n v_mov v4, s40\n s_fence\n b_store_x1 s[0:3], v3, v4\n "
            "s_endpgm\n",
            wait);
   EACH_THREAD_COUNT(t)
   {
      for (unsigned flags = 0; flags <= GPU_CS_FLAG_ORDERED; flags++) {
         emu_device *dev = rig_open(thread_counts[t]);
         rig_dispatch d = rig_program(dev, text);
         d.grid[0] = 100;
         d.flags = flags;
         run(dev, &d);
         for (uint32_t i = 0; i < 100; i++)
            assert_int_equal(*dword(dev, 4 * i), 1);
         emu_device_close(dev);
      }
   }
}

static void spin_with_yield(void **state)
{
   spin("s_yield");
}
/* Without timing: what endless turns leave for the model to replay would be gigabytes. */
static void spin_without_yield(void **state)
{
   rig_setting("FIGMENT_TIMING", "off");
   spin("s_nop");
   rig_setting("FIGMENT_TIMING", "");
}

/* Two rings: the first one's shader waits for what the second one's writes. */
static void rings_share_a_worker(void **state)
{
   emu_device *dev = rig_open(1);
   rig_dispatch a =
       rig_program_at(dev, "loop: s_buf_load_x1 s34, s[0:3], 64\n s_brz s34, loop\n s_endpgm\n", RIG_PROGRAM);
   rig_dispatch b = rig_program_at(dev, "v_mov v3, 64\n v_mov v4, 7\n b_store_x1 s[0:3], v3, v4\n s_endpgm\n",
                                   RIG_PROGRAM + 4096);
   b.ring = 5;
   rig_go(dev, &a);
   rig_sleep_us(2000);
   assert_int_equal(emu_cs_read(dev, 0, GPU_OFF_CS_INFLIGHT), 1);
   rig_go(dev, &b);
   assert_true(rig_wait(dev, 5));
   assert_true(rig_wait(dev, 0));
   expect_no_fault(dev);
   emu_device_close(dev);
}

/* The old values that an ordered dispatch's atomics return, every counter and the cycles are the same with
 * any number of threads. */
static void ordered_is_deterministic(void **state)
{
   static uint32_t first[64 * 64];
   uint64_t counters[GPU_COUNTER_COUNT], cycles = 0;
   EACH_THREAD_COUNT(t)
   {
      emu_device *dev = rig_open(thread_counts[t]);
      rig_dispatch d =
          rig_program(dev, "s_shl s30, s16, 6\n v_add_u32 v3, v0, s30\n v_shl v3, v3, 2\n v_and v9, v0, 7\n "
                           "s_and s33, s16, 3\n s_mul s33, s33, 700\n"
                           "again: s_sub s33, s33, 1\n s_cmp_lt_i32 s34, 0, s33\n s_brnz s34, again\n"
                           "v_mov v4, 0x8000\n v_mov v5, v0\n b_atom_add.ret v6, s[0:3], v4, v5\n s_barrier\n"
                           "b_atom_swap.ret v7, s[0:3], v4, v6 +4\n v_xor v6, v6, v7\n b_store_x1 s[0:3], "
                           "v3, v6\n s_endpgm\n");
      d.group[0] = 64;
      d.grid[0] = 64;
      d.flags = GPU_CS_FLAG_ORDERED;
      run(dev, &d);
      uint64_t now = rig_time(dev, GPU_BARRIER_CS);
      if (t == 0)
         rig_copy(dev, 0, first, sizeof first, false);
      for (uint32_t i = 0; i < 64 * 64; i++)
         assert_int_equal(*dword(dev, 4 * i), first[i]);
      for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++) {
         if (t == 0)
            counters[c] = rig_counter(dev, c);
         if (!rig_counter_of_host[c])
            assert_int_equal(rig_counter(dev, c), counters[c]);
      }
      cycles = t ? cycles : now;
      assert_int_equal(now, cycles);
      assert_true(now > dev->profile.launch_cycles);
      emu_device_close(dev);
   }
}

/* 64-bit and float atomics of many waves on any number of threads lose nothing, in memory and in the LDS. */
static void wide_atomics(void **state)
{
   enum { GROUPS = 200, LANES = 64, N = GROUPS * LANES };
   EACH_THREAD_COUNT(t)
   {
      emu_device *dev = rig_open(thread_counts[t]);
      rig_dispatch d =
          rig_program(dev, "v_mov v3, 0\n v_mov v4, 0xffffffff\n v_mov v5, 3\n v_mov v6, 1.0\n"
                           "b_atom_add_u64 v[20:21], s[0:3], v3, v[4:5]\n b_atom_add_f32 v0, s[0:3], v3, v6 +8\n"
                           "v_cvt_f64_u32 v[8:9], v0\n b_atom_add_f64 v[20:21], s[0:3], v3, v[8:9] +16\n"
                           "s_add s30, s16, 1\n s_add s31, s16, 2\n v_add_u64 v[10:11], s[30:31], v[8:9]\n"
                           "b_atom_max_u64 v[20:21], s[0:3], v3, v[10:11] +24\n"
                           "l_atom_add_f64 v[20:21], v3, v[8:9]\n s_barrier\n l_load_x2 v[12:13], v3\n"
                           "b_atom_max_i64 v[20:21], s[0:3], v3, v[12:13] +32\n s_endpgm\n");
      memset(dword(dev, 0), 0, 64);
      d.group[0] = LANES;
      d.grid[0] = GROUPS;
      d.lds_B = 64;
      run(dev, &d);
      double of_indices = LANES * (LANES - 1) / 2.0, sum, lds, last = LANES - 1;
      float ones;
      uint64_t added, largest, last_bits;
      memcpy(&added, dword(dev, 0), 8);
      memcpy(&ones, dword(dev, 8), 4);
      memcpy(&sum, dword(dev, 16), 8);
      memcpy(&largest, dword(dev, 24), 8);
      memcpy(&lds, dword(dev, 32), 8);
      memcpy(&last_bits, &last, 8);
      assert_true(added == N * UINT64_C(0x3ffffffff));
      assert_true(ones == (float)N);
      assert_true(sum == of_indices * GROUPS);
      assert_true(largest == last_bits + GROUPS + ((uint64_t)(GROUPS + 1) << 32));
      assert_true(lds == of_indices);
      emu_device_close(dev);
   }
}

static void sums_do_not_depend_on_threads(void **state)
{
   uint64_t counters[GPU_COUNTER_COUNT], cycles = 0;
   EACH_THREAD_COUNT(t)
   {
      emu_device *dev = rig_open(thread_counts[t]);
      rig_dispatch d =
          rig_program(dev, "s_and s33, s16, 31\n again: s_sub s33, s33, 1\n v_sin_f32 v4, v0\n s_cmp_lt_i32 "
                           "s34, 0, s33\n s_brnz s34, again\n"
                           "s_mul s35, s16, 64\n v_mul_lo_u32 v5, v0, 36\n v_add_u32 v5, v5, s35\n b_load_x2 "
                           "v[6:7], s[0:3], v5\n"
                           "v_mov v8, 0x40000\n v_mov v9, 1\n b_atom_add v0, s[0:3], v8, v9\n s_endpgm\n");
      d.group[0] = 96;
      d.grid[0] = 500;
      run(dev, &d);
      assert_int_equal(*dword(dev, 0x40000), 96 * 500);
      uint64_t now = rig_time(dev, GPU_BARRIER_CS);
      for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++) {
         counters[c] = t ? counters[c] : rig_counter(dev, c);
         if (!rig_counter_of_host[c])
            assert_int_equal(rig_counter(dev, c), counters[c]);
      }
      cycles = t ? cycles : now;
      assert_int_equal(now, cycles);
      emu_device_close(dev);
   }
}

/* Each lane's scratch is its own and starts as zero, though workgroups follow each other in the same host
 * memory. */
static void scratch_is_private(void **state)
{
   emu_device *dev = rig_open(1);
   rig_dispatch d = rig_program(dev, "v_and v3, v0, 7\n v_shl v3, v3, 2\n p_load_x1 v4, v3\n v_add_u32 v4, "
                                     "v4, v0\n p_store_x1 v3, v4\n p_store_x1 60, v4\n"
                                     "p_load_x1 v5, v3\n p_load_x1 v6, 60\n v_add_u32 v5, v5, v6\n p_load_x1 "
                                     "v6, 60 +4\n v_add_u32 v5, v5, v6\n"
                                     "s_shl s30, s16, 8\n v_shl v7, v0, 2\n v_add_u32 v7, v7, s30\n "
                                     "b_store_x1 s[0:3], v7, v5\n s_endpgm\n");
   d.group[0] = 64;
   d.grid[0] = 20;
   d.scratch_B = 64;
   run(dev, &d);
   for (uint32_t g = 0; g < 20; g++)
      for (uint32_t i = 0; i < 64; i++)
         assert_int_equal(*dword(dev, g * 256 + i * 4), 2 * i);
   emu_device_close(dev);
}

/* The same address, other words: what runs is what is there at GO. */
static void rewritten_program(void **state)
{
   emu_device *dev = rig_open(2);
   for (uint32_t i = 0; i < 50; i++) {
      char text[128];
      snprintf(text, sizeof text, "v_mov v3, 0\n v_mov v4, %u\n b_store_x1 s[0:3], v3, v4\n s_endpgm\n",
               1000 + i % 7);
      rig_dispatch d = rig_program(dev, text);
      run(dev, &d);
      assert_int_equal(*dword(dev, 0), 1000 + i % 7);
   }
   emu_device_close(dev);
}

static void cache_is_bounded(void **state)
{
   emu_device *dev = rig_open(1);
   emu_program_cache *c = emu_program_cache_create(emu_interp_select(EMU_ISA_AUTO), &dev->profile, 1u << 20);
   uint64_t words[256] = {0};
   emu_program *held = emu_program_cache_get(c, words, 256, 4, 4);
   for (uint64_t i = 0; i < 500; i++) {
      words[0] = 1 | (i & 1);
      words[1] = i << 40; /* undecodable: still a program */
      emu_program *p = emu_program_cache_get(c, words, 256, 4, 4);
      assert_non_null(p);
      assert_ptr_equal(p, emu_program_cache_get(c, words, 256, 4, 4));
      emu_program_cache_put(c, p);
      emu_program_cache_put(c, p);
      assert_true(emu_program_cache_bytes(c) <= (1u << 20) + 2 * p->bytes);
   }
   memset(words, 0, sizeof words);
   assert_ptr_equal(held, emu_program_cache_get(c, words, 256, 4, 4));
   assert_ptr_not_equal(held, emu_program_cache_get(c, words, 256, 5, 4));
   emu_program_cache_destroy(c);
   emu_device_close(dev);
}

static void queue_depth(void **state)
{
   emu_device *dev = rig_open(2);
   rig_dispatch d = rig_program(dev, "loop: s_br loop\n");
   for (unsigned i = 0; i < GPU_CS_DEPTH + 5; i++)
      rig_go(dev, &d);
   assert_int_equal(emu_cs_read(dev, 0, GPU_OFF_CS_INFLIGHT), GPU_CS_DEPTH);
   emu_cs_write(dev, 0, GPU_OFF_CS_KILL, 1);
   assert_true(rig_wait(dev, 0));
   assert_int_equal(rig_counter(dev, GPU_COUNTER_DISPATCHES), GPU_CS_DEPTH);
   expect_no_fault(dev);
   rig_dispatch good = rig_program(dev, "v_mov v3, 0\n v_mov v4, 5\n b_store_x1 s[0:3], v3, v4\n s_endpgm\n");
   run(dev, &good);
   assert_int_equal(*dword(dev, 0), 5);
   emu_device_close(dev);
}

/* Many small dispatches one after the other and at once on all rings. */
static void many_small_dispatches(void **state)
{
   emu_device *dev = rig_open(8);
   rig_dispatch d =
       rig_program(dev, "v_mov v3, 0\n v_mov v4, 1\n b_atom_add v0, s[0:3], v3, v4\n s_endpgm\n");
   uint32_t total = 0;
   for (unsigned i = 0; i < 3000; i++) {
      d.ring = i % GPU_RINGS;
      d.grid[0] = 1 + i % 5;
      while (emu_cs_read(dev, d.ring, GPU_OFF_CS_INFLIGHT) == GPU_CS_DEPTH)
         rig_sleep_us(10);
      rig_go(dev, &d);
      total += 32 * d.grid[0];
   }
   for (unsigned r = 0; r < GPU_RINGS; r++)
      assert_true(rig_wait(dev, r));
   expect_no_fault(dev);
   assert_int_equal(*dword(dev, 0), total);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_DISPATCHES), 3000);
   emu_device_close(dev);
}

static void registers(void **state)
{
   emu_device *dev = rig_open(1);
   emu_cs_write(dev, 3, GPU_OFF_CS_USER + 4 * 15, 77);
   assert_int_equal(emu_cs_read(dev, 3, GPU_OFF_CS_USER + 4 * 15), 77);
   assert_int_equal(emu_cs_read(dev, 2, GPU_OFF_CS_USER + 4 * 15), 0);
   emu_cs_write(dev, 3, GPU_OFF_CS_INFLIGHT, 9);
   assert_int_equal(emu_cs_read(dev, 3, GPU_OFF_CS_INFLIGHT), 0);
   emu_cs_write(dev, 3, GPU_OFF_CS_WATCHDOG, 4);
   emu_cs_reset(dev);
   assert_int_equal(emu_cs_read(dev, 3, GPU_OFF_CS_WATCHDOG), 0);
   assert_int_equal(emu_cs_read(dev, 9, 0), 0);
   emu_cs_write(dev, 9, 0, 1);
   emu_cs_write(dev, 0, 0x1000, 1);
   emu_device_close(dev);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(launch_state),
       cmocka_unit_test(base_and_partial_wave),
       cmocka_unit_test(divergent_loop),
       cmocka_unit_test(barrier_and_lds),
       cmocka_unit_test(barrier_without_ended_waves),
       cmocka_unit_test(spin_with_yield),
       cmocka_unit_test(spin_without_yield),
       cmocka_unit_test(rings_share_a_worker),
       cmocka_unit_test(ordered_is_deterministic),
       cmocka_unit_test(wide_atomics),
       cmocka_unit_test(sums_do_not_depend_on_threads),
       cmocka_unit_test(scratch_is_private),
       cmocka_unit_test(rewritten_program),
       cmocka_unit_test(cache_is_bounded),
       cmocka_unit_test(queue_depth),
       cmocka_unit_test(many_small_dispatches),
       cmocka_unit_test(registers),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
