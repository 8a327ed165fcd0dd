/* Copy engine: every alignment, page boundaries, faults in the middle, order, queue depth, kill, cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sched.h>
#include "machine_rig.h"
#include "clock.h"
#include "time/timing.h"

#define SRC (UINT64_C(1) << 32)
#define DST (UINT64_C(3) << 32)
#define MiB (UINT64_C(1) << 20)
#define SRC_PA (64 * MiB)
#define DST_PA (128 * MiB)

static emu_device *dev;

static int setup(void **state)
{
   dev = rig_open("fg1-nano");
   rig_tables(dev);
   return 0;
}

static int teardown(void **state)
{
   emu_device_close(dev);
   return 0;
}

static void reg(uint32_t channel, uint32_t offset, uint32_t value)
{
   emu_reg_write(dev, GPU_BLOCK_DMA + channel * GPU_STRIDE_DMA + offset, value, true);
}

static uint32_t inflight(uint32_t channel)
{
   return emu_reg_read(dev, GPU_REG_AT(DMA, INFLIGHT, channel), true);
}

static void start(uint32_t channel, uint32_t op, uint64_t src, uint64_t dst, uint64_t bytes)
{
   reg(channel, GPU_OFF_DMA_SRC_LO, (uint32_t)src);
   reg(channel, GPU_OFF_DMA_SRC_HI, (uint32_t)(src >> 32));
   reg(channel, GPU_OFF_DMA_DST_LO, (uint32_t)dst);
   reg(channel, GPU_OFF_DMA_DST_HI, (uint32_t)(dst >> 32));
   reg(channel, GPU_OFF_DMA_BYTES_LO, (uint32_t)bytes);
   reg(channel, GPU_OFF_DMA_BYTES_HI, (uint32_t)(bytes >> 32));
   reg(channel, GPU_OFF_DMA_GO, op);
}

static void finish(uint32_t channel)
{
   uint64_t deadline = emu_clock_ns() + UINT64_C(20000000000);
   while (inflight(channel) != 0) {
      assert_true(emu_clock_ns() < deadline);
      sched_yield();
   }
}

static void run(uint32_t op, uint64_t src, uint64_t dst, uint64_t bytes)
{
   start(0, op, src, dst, bytes);
   finish(0);
}

static uint64_t counter(enum gpu_counter c)
{
   uint32_t lo = emu_mmio_read(dev, GPU_REG_AT(COUNTER, LO, c));
   return (uint64_t)emu_mmio_read(dev, GPU_REG_AT(COUNTER, HI, c)) << 32 | lo;
}

static uint32_t fault_reg(uint32_t offset) { return emu_mmio_read(dev, GPU_BLOCK_FAULT + offset); }

/* 4 KiB source pages and 64 KiB destination pages, both scattered backwards, so that every boundary matters. */
static void map_scattered(void)
{
   for (unsigned i = 0; i < 32; i++)
      rig_map_4k(dev, SRC + i * 4096u, SRC_PA + (31 - i) * 4096u, 0);
   for (unsigned i = 0; i < 4; i++)
      rig_map_64k(dev, DST + i * 65536u, DST_PA + (3 - i) * 65536u, GPU_PTE_WRITE);
}

static uint8_t *byte_at(uint64_t va)
{
   emu_walk w;
   uint64_t n;
   assert_int_equal(emu_mmu_walk(dev, va, false, &w), GPU_FAULT_NONE);
   return emu_pa_host(dev, w.pa, &n);
}

static uint8_t pattern(uint64_t i) { return (uint8_t)(i * 31 + i / 251 + 1); }

static void copies_of_every_alignment(void **state)
{
   map_scattered();
   for (uint64_t i = 0; i < 32 * 4096; i++)
      *byte_at(SRC + i) = pattern(i);
   static const uint64_t sizes[] = {1, 3, 4, 7, 64, 4096, 4097, 9001, 70000};
   for (unsigned k = 0; k < 9; k++)
      for (unsigned so = 0; so < 8; so += 1 + (sizes[k] > 9000))
         for (unsigned to = 0; to < 8; to += 1 + 3 * (sizes[k] > 9000)) {
            uint64_t src = SRC + 4090 + so, dst = DST + 65530 + to, n = sizes[k];
            *byte_at(dst - 1) = 0xee;
            *byte_at(dst + n) = 0xdd;
            run(GPU_DMA_COPY, src, dst, n);
            for (uint64_t i = 0; i < n; i += n > 5000 ? 61 : 1)
               assert_int_equal(*byte_at(dst + i), pattern(4090 + so + i));
            assert_int_equal(*byte_at(dst + n - 1), pattern(4090 + so + n - 1));
            assert_int_equal(*byte_at(dst - 1), 0xee);
            assert_int_equal(*byte_at(dst + n), 0xdd);
         }
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
   assert_true(atomic_load(&fake_events) & GPU_EVENT_DMA);
}

static void fills_across_pages(void **state)
{
   map_scattered();
   for (uint64_t to = 0; to < 16; to += 4)
      for (uint64_t n = 4; n < 200000; n = n * 3 + 4) {
         uint64_t dst = DST + 65536 - 8 + to;
         memset(byte_at(dst - 4), 0xee, 4);
         memset(byte_at(dst + n), 0xdd, 1);
         run(GPU_DMA_FILL, 0x04030201, dst, n);
         for (uint64_t i = 0; i < n; i += n > 5000 ? 61 : 1)
            assert_int_equal(*byte_at(dst + i), i % 4 + 1);
         assert_int_equal(*byte_at(dst + n - 1), 4);
         assert_int_equal(*byte_at(dst - 1), 0xee);
         assert_int_equal(*byte_at(dst + n), 0xdd);
      }
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
}

static void counters_and_empty_jobs(void **state)
{
   map_scattered();
   run(GPU_DMA_COPY, SRC, DST, 0);
   run(GPU_DMA_COPY, SRC, DST, 1000);
   run(GPU_DMA_FILL, 0, DST, 100);
   assert_int_equal(counter(GPU_COUNTER_COPY_JOBS), 3);
   assert_int_equal(counter(GPU_COUNTER_COPY_BYTES), 1100);
}

static void expect_fault(enum gpu_fault type, enum gpu_access access, uint64_t va, uint32_t ring)
{
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 1);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_TYPE), type);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_ACCESS), access);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_VA_LO), (uint32_t)va);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_VA_HI), (uint32_t)(va >> 32));
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RING), ring);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RINGS), 1u << ring);
   assert_true(atomic_load(&fake_events) & GPU_EVENT_FAULT);
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
   emu_mmio_write(dev, GPU_REG_FAULT_RINGS, ~0u);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
   atomic_store(&fake_events, 0);
   reg(ring, GPU_OFF_DMA_KILL, 1);
}

static void faults_in_the_middle(void **state)
{
   map_scattered();
   for (uint64_t i = 0; i < 32 * 4096; i++)
      *byte_at(SRC + i) = pattern(i);
   run(GPU_DMA_COPY, SRC + 31 * 4096, DST, 8192); /* the source ends */
   expect_fault(GPU_FAULT_UNMAPPED, GPU_ACCESS_READ, SRC + 32 * 4096, 0);
   assert_int_equal(*byte_at(DST + 4095), pattern(32 * 4096 - 1)); /* what came before is there */
   assert_int_equal(*byte_at(DST + 4096), 0);
   run(GPU_DMA_COPY, SRC, DST + 4 * 65536 - 100, 8192); /* the destination ends */
   expect_fault(GPU_FAULT_UNMAPPED, GPU_ACCESS_WRITE, DST + 4 * 65536, 0);
   run(GPU_DMA_COPY, DST, SRC + 5, 10);
   expect_fault(GPU_FAULT_READ_ONLY, GPU_ACCESS_WRITE, SRC + 5, 0);
   run(GPU_DMA_FILL, 1, SRC + 8, 16);
   expect_fault(GPU_FAULT_READ_ONLY, GPU_ACCESS_WRITE, SRC + 8, 0);
   run(GPU_DMA_COPY, UINT64_MAX - 3, DST, 16);
   expect_fault(GPU_FAULT_BAD_ADDRESS, GPU_ACCESS_READ, UINT64_MAX - 3, 0);
   rig_map_4k(dev, SRC + 64 * 4096, GPU_PA_SYSMEM, GPU_PTE_WRITE); /* nothing is plugged in there */
   run(GPU_DMA_COPY, SRC + 64 * 4096, DST, 16);
   expect_fault(GPU_FAULT_BAD_ADDRESS, GPU_ACCESS_READ, SRC + 64 * 4096, 0);
   assert_int_equal(counter(GPU_COUNTER_FAULTS), 6);
   run(GPU_DMA_COPY, SRC, DST, 16); /* the engine lives on */
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
}

static void bad_registers(void **state)
{
   map_scattered();
   run(5, SRC, DST, 16);
   expect_fault(GPU_FAULT_BAD_DMA, GPU_ACCESS_NONE, DST, 0);
   run(0, SRC, DST, 16);
   expect_fault(GPU_FAULT_BAD_DMA, GPU_ACCESS_NONE, DST, 0);
   run(GPU_DMA_FILL, 1, DST + 2, 16);
   expect_fault(GPU_FAULT_BAD_DMA, GPU_ACCESS_NONE, DST + 2, 0);
   run(GPU_DMA_FILL, 1, DST, 18);
   expect_fault(GPU_FAULT_BAD_DMA, GPU_ACCESS_NONE, DST, 0);
}

static void a_fault_stops_its_channel_only(void **state)
{
   map_scattered();
   start(2, GPU_DMA_COPY, SRC + 32 * 4096, DST, 16);
   finish(2);
   start(2, GPU_DMA_FILL, 0x11111111, DST + 64, 4); /* ignored until KILL */
   start(5, GPU_DMA_FILL, 0x22222222, DST + 68, 4);
   finish(5);
   assert_int_equal(inflight(2), 0);
   assert_int_equal(*byte_at(DST + 64), 0);
   assert_int_equal(*byte_at(DST + 68), 0x22);
   expect_fault(GPU_FAULT_UNMAPPED, GPU_ACCESS_READ, SRC + 32 * 4096, 2);
   start(2, GPU_DMA_FILL, 0x11111111, DST + 64, 4);
   finish(2);
   assert_int_equal(*byte_at(DST + 64), 0x11);
}

/* 2 MiB of memory seen over and over: a job as long as one likes. */
static void map_endless(uint64_t va, uint64_t bytes)
{
   for (uint64_t i = 0; i < bytes; i += 2 * MiB)
      rig_map_2m(dev, va + i, 256 * MiB, GPU_PTE_WRITE);
}

static void jobs_of_a_channel_run_in_order(void **state)
{
   map_scattered();
   for (uint32_t i = 0; i < GPU_DMA_DEPTH; i++)
      start(0, GPU_DMA_FILL, i, DST + i * 4, 4 * (GPU_DMA_DEPTH - i)); /* each leaves its first dword to posterity */
   finish(0);
   for (uint32_t i = 0; i < GPU_DMA_DEPTH; i++) {
      uint32_t v;
      memcpy(&v, byte_at(DST + i * 4), 4);
      assert_int_equal(v, i);
   }
}

static void depth_kill_and_turns(void **state)
{
   uint64_t far = UINT64_C(1) << 36;
   map_scattered();
   map_endless(far, 1024 * MiB);
   start(1, GPU_DMA_FILL, 7, far, 1024 * MiB);
   for (uint32_t i = 0; i < GPU_DMA_DEPTH + 10; i++)
      start(1, GPU_DMA_FILL, 0x55555555, DST, 4);
   assert_int_equal(inflight(1), GPU_DMA_DEPTH);
   start(3, GPU_DMA_FILL, 0x33333333, DST + 8, 4); /* does not wait for the long one */
   finish(3);
   assert_true(inflight(1) > 0);
   reg(1, GPU_OFF_DMA_KILL, 1);
   finish(1);
   assert_int_equal(*byte_at(DST), 0);
   assert_int_equal(*byte_at(DST + 8), 0x33);
   start(1, GPU_DMA_FILL, 0x44444444, DST + 12, 4);
   finish(1);
   assert_int_equal(*byte_at(DST + 12), 0x44);
   start(1, GPU_DMA_FILL, 7, far, 1024 * MiB);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
   assert_int_equal(inflight(1), 0);
   assert_int_equal(emu_reg_read(dev, GPU_REG_AT(DMA, DST_HI, 1), false), 0);
}

static void unbind_during_a_long_copy(void **state)
{
   uint64_t far = UINT64_C(1) << 36;
   emu_section *s = NULL;
   assert_int_equal(emu_section_create(&(emu_section_info){.size_B = 2 * MiB}, &s), EMU_OK);
   map_endless(far, 1024 * MiB);
   for (int round = 0; round < 10; round++) {
      assert_int_equal(emu_section_bind(dev, 256 * MiB, s), EMU_OK);
      start(0, GPU_DMA_FILL, 7, far, 1024 * MiB);
      emu_section_unbind(dev, 256 * MiB, s); /* waits for at most a slice */
      reg(0, GPU_OFF_DMA_KILL, 1);
      finish(0);
   }
   emu_section_unref(s);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
}

/* The ring's clock when its copies are through. */
static uint64_t clock_now(void)
{
   uint64_t cycles, end = emu_clock_ns() + UINT64_C(20000000000);
   emu_time_wait(dev, 0, GPU_BARRIER_DMA);
   while (!emu_time_read(dev, 0, &cycles)) {
      assert_true(emu_clock_ns() < end);
      sched_yield();
   }
   return cycles;
}

static uint64_t cost_of(uint64_t src, uint64_t dst, uint64_t bytes)
{
   uint64_t before = clock_now();
   run(GPU_DMA_COPY, src, dst, bytes);
   return clock_now() - before;
}

/* As long as the slower side takes for the bytes, a fixed time, and not much else. */
static void assert_cost(uint64_t cycles, uint64_t bytes, uint64_t B_per_s, uint64_t setup_ns)
{
   const emu_profile *p = &dev->profile;
   uint64_t clock = (uint64_t)p->core_clock_khz * 1000, least = bytes * clock / B_per_s + setup_ns * p->core_clock_khz / 1000000;
   if (cycles < least || cycles > least + least / 5 + 4000)
      fail_msg("%llu cycles, not about %llu", (unsigned long long)cycles, (unsigned long long)least);
}

static void system_memory_costs_more(void **state)
{
   uint8_t *memory = aligned_alloc(65536, MiB);
   memset(memory, 0x77, MiB);
   assert_int_equal(emu_sysmem_bind(dev, GPU_PA_SYSMEM, memory, MiB), EMU_OK);
   rig_map_2m(dev, DST, DST_PA, GPU_PTE_WRITE);
   for (unsigned i = 0; i < 16; i++)
      rig_map_64k(dev, SRC + i * 65536, GPU_PA_SYSMEM + i * 65536, 0);
   const emu_profile *p = &dev->profile;
   uint64_t pcie = cost_of(SRC, DST, MiB), local = cost_of(DST, DST + MiB, MiB);
   assert_cost(local, 2 * MiB, p->dram_B_per_s, p->copy_setup_ns);
   assert_cost(pcie, MiB, p->pcie_B_per_s, p->copy_setup_ns + p->copy_bus_setup_ns + p->pcie_latency_ns);
   assert_int_equal(*byte_at(DST + MiB - 1), 0x77);
   emu_sysmem_unbind(dev, GPU_PA_SYSMEM, MiB);
   free(memory);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
   const struct CMUnitTest tests[] = {
      T(copies_of_every_alignment), T(fills_across_pages), T(counters_and_empty_jobs), T(faults_in_the_middle),
      T(bad_registers), T(a_fault_stops_its_channel_only), T(jobs_of_a_channel_run_in_order), T(depth_kill_and_turns),
      T(unbind_during_a_long_copy), T(system_memory_costs_more),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
