/* What a dispatch costs the host: from GO to retirement of an empty one, workgroups per second of a large
 * grid, and how a heavy grid scales with worker threads. */
#include "../emu/core_rig.h"

static double now(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double run(emu_device *dev, const rig_dispatch *d)
{
   double start = now();
   unsigned events = atomic_load(&rig_cs_events);
   rig_go(dev, d);
   while (atomic_load(&rig_cs_events) == events) {
   }
   return now() - start;
}

static double best(emu_device *dev, const rig_dispatch *d, unsigned times)
{
   double least = 1e9;
   for (unsigned i = 0; i < times; i++) {
      double t = run(dev, d);
      least = t < least ? t : least;
   }
   return least;
}

int main(void)
{
   static const unsigned threads[] = {1, 2, 4};
   for (unsigned i = 0; i < 3; i++) {
      emu_device *dev = rig_open(threads[i]);
      rig_dispatch d = rig_program(dev, "s_endpgm\n");
      printf("%u threads\n  empty dispatch           %8.2f us\n", threads[i], best(dev, &d, 2000) * 1e6);
      d.grid[0] = 100000;
      d.group[0] = 64;
      printf("  empty workgroups of 64   %8.2f M/s\n", 1e-1 / best(dev, &d, 5));
      d = rig_program(dev, "s_mov s4, 500\n loop: v_fma_f32 v4, v1, v2, v4\n v_fma_f32 v5, v1, v2, v5\n "
                           "v_fma_f32 v6, v1, v2, v6\n"
                           "v_fma_f32 v7, v1, v2, v7\n s_sub s4, s4, 1\n s_brnz s4, loop\n s_endpgm\n");
      d.grid[0] = 2000;
      d.group[0] = 64;
      printf("  fma in a grid            %8.2f G lane-operations/s\n",
             2000 * 64 * 2000e-9 / best(dev, &d, 5));
      d = rig_program(
          dev, "s_shl s30, s16, 8\n v_shl v3, v0, 2\n v_add_u32 v3, v3, s30\n v_and v3, v3, 0xffff\n"
               "b_load_x1 v4, s[0:3], v3\n v_add_u32 v4, v4, 1\n b_store_x1 s[0:3], v3, v4\n s_endpgm\n");
      d.grid[0] = 100000;
      d.group[0] = 64;
      printf("  load, add, store         %8.2f GB/s\n", 2 * 100000 * 64 * 4e-9 / best(dev, &d, 5));
      emu_device_close(dev);
   }
   return 0;
}
