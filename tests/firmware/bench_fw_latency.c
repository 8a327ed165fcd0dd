/* Round trip of an empty submission: doorbell, firmware, fence, interrupt, the waiting thread awake. */
#include "fw_rig.h"

static int compare(const void *a, const void *b)
{
   uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
   return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
   enum { N = 5000 };
   static uint64_t ns[N];
   uint64_t pause_us = argc > 1 ? (uint64_t)atoi(argv[1]) : 0; /* between submissions, so that the processor sleeps */
   rig_setup(NULL);
   rig_enable(0, 1024);
   rig_fence(0, 1);
   for (uint32_t i = 0; i < N; i++) {
      if (pause_us)
         emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), (int64_t)pause_us * 1000);
      uint64_t start = emu_clock_ns(), seq = emu_irq_wait(rig, 0, 0);
      PKT(0, FENCE, U64(rig_fence_va(0)), U64(i + 2));
      rig_kick(0);
      while (rig_read64(rig_fence_va(0)) != i + 2)
         seq = emu_irq_wait(rig, seq, 1000000000);
      ns[i] = emu_clock_ns() - start;
   }
   qsort(ns, N, sizeof ns[0], compare);
   printf("submit + fence: median %.1f us, 90%% %.1f us, 99%% %.1f us, max %.1f us\n", (double)ns[N / 2] / 1e3,
          (double)ns[N * 9 / 10] / 1e3, (double)ns[N * 99 / 100] / 1e3, (double)ns[N - 1] / 1e3);
   return rig_teardown(NULL);
}
