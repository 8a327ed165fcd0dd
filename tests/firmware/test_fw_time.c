/* GPU time and instruction counts do not depend on the host: the same commands, submitted in one go or piece by piece with pauses,
 * with work that retires at once or late, give the same times and counters.
 */
#include "fw_rig.h"

#define STEPS 24

static uint64_t rig_launch_cycles;

typedef struct outcome {
   uint64_t times[STEPS], instructions, packets, end;
} outcome;

static void step(uint32_t i)
{
   rig_write64(VA(0x2000), 1000);
   PKT(0, SET_REGS, GPU_OFF_CS_USER, i, i + 1);
   PKT(0, DISPATCH, i + 1, 1, 1);
   PKT(0, TIMESTAMP, U64(VA(0x1000 + 16 * i)));
   PKT(0, WRITE, U64(VA(0x1800)), i);
   PKT(0, WAIT_MEM, U64(VA(0x2000)), 1000, ~0u, GPU_WAIT_EQ);
   PKT(0, COND, U64(VA(0x1800)), 1, 4);
   PKT(0, WRITE, U64(VA(0x1804)), i);
   PKT(0, FILL, U64(VA(0x3000)), U64(256), i);
   PKT(0, BARRIER, GPU_BARRIER_CS);
   PKT(0, INDIRECT, U64(VA(0x5000)), 40);
   PKT(0, FENCE, U64(rig_fence_va(0)), U64(i + 1));
}

static void run(outcome *out, uint32_t pause_us, bool piecewise, bool late)
{
   rig_setup(NULL);
   rig_launch_cycles = rig->profile.launch_cycles;
   atomic_store(&rig_cs_auto, !late);
   memset(rig_host(VA(0x5000)), 0, 160); /* 40 NOPs */
   rig_enable(0, 4096);
   rig_enable(1, 1024);
   uint64_t instructions = rig->counters[GPU_COUNTER_CP_INSTRUCTIONS];
   for (uint32_t i = 0; i < STEPS; i++) {
      step(i);
      if (piecewise)
         rig_kick(0);
      if (pause_us)
         emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), pause_us * 1000);
      if (piecewise && late && i % 3 == 0)
         emu_mmio_write(rig, GPU_REG_CP_POKE, 1);
   }
   rig_kick(0);
   for (uint64_t end = emu_clock_ns() + UINT64_C(3000000000); rig_read64(rig_fence_va(0)) != STEPS && emu_clock_ns() < end;) {
      if (late && rig_cs_inflight(0))
         rig_cs_retire(rig, 0);
      emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 50000);
   }
   assert_true(rig_read64(rig_fence_va(0)) == STEPS);
   assert_true(rig_wait_reg(GPU_REG_AT(RING, STATUS, 0), GPU_RING_IDLE));
   emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 2000000);
   for (uint32_t i = 0; i < STEPS; i++)
      out->times[i] = rig_read64(VA(0x1000 + 16 * i));
   out->end = rig_read64(rig_fence_va(0) + 8);
   out->instructions = rig->counters[GPU_COUNTER_CP_INSTRUCTIONS] - instructions;
   out->packets = rig->counters[GPU_COUNTER_CP_PACKETS];
   rig_teardown(NULL);
}

static void same_whatever_the_host_does(void **state)
{
   outcome first, other;
   run(&first, 0, false, false);
   assert_true(first.instructions > 1000 && first.end > STEPS * rig_launch_cycles);
   for (uint32_t i = 0; i < 6; i++) {
      run(&other, i % 3 * 200, i % 2, i >= 3);
      assert_int_equal(other.instructions, first.instructions);
      assert_int_equal(other.packets, first.packets);
      assert_memory_equal(other.times, first.times, sizeof first.times);
      assert_int_equal(other.end, first.end);
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = { cmocka_unit_test(same_whatever_the_host_does) };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
