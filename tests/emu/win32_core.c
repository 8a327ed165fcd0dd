/* The shader cores on Windows: the random programs of test_core_fuzz.c give the very outcomes that they give
 * on Linux, on every level, and dispatches run on several threads. A plain program: exit status 0 or a
 * message. */
#include "core_fuzz.h"

static int fail(const char *what)
{
   fprintf(stderr, "win32_core: %s\n", what);
   return 1;
}

static int golden(emu_device *dev)
{
   const emu_interp *levels[3];
   unsigned level_count = rig_levels(levels);
   uint64_t seed = rig_seed;
   for (unsigned i = 0; i < level_count; i++) {
      static outcome o;
      uint64_t hash = 0, words[WORDS];
      rig_seed = seed;
      for (unsigned round = 0; round < FUZZ_GOLDEN_ROUNDS; round++) {
         make_program(words, round);
         reset_memory(dev);
         run_program(dev, levels[i], words, round, &o);
         hash = hash_outcome(hash, &o);
      }
      printf("%s %llx\n", levels[i]->name, (unsigned long long)hash);
      if (hash != FUZZ_GOLDEN)
         return fail("outcomes differ from those of other systems");
   }
   return 0;
}

static int dispatches(emu_device *dev)
{
   reset_memory(dev);
   rig_dispatch d =
       rig_program(dev, "v_mov v3, 0x40\n v_mov v4, 1\n b_atom_add v0, s[0:3], v3, v4\n s_endpgm\n");
   uint32_t *sum = (uint32_t *)rig_host(dev, 0x40), before = *sum;
   d.group[0] = 64;
   d.grid[0] = 1000;
   rig_go(dev, &d);
   if (!rig_wait(dev, 0))
      return fail("dispatch does not end");
   if (emu_mmio_read(dev, GPU_REG_FAULT_STATUS)) {
      fprintf(stderr, "fault %u\n", emu_mmio_read(dev, GPU_REG_FAULT_TYPE));
      return fail("dispatch faults");
   }
   if (*sum - before != 64000)
      return fail("atomics are lost");
   d = rig_program(dev, "loop: s_br loop\n");
   d.grid[0] = 1000;
   rig_go(dev, &d);
   emu_cs_write(dev, 0, GPU_OFF_CS_KILL, 1);
   return rig_wait(dev, 0) ? 0 : fail("an endless shader is not stopped");
}

int main(void)
{
   emu_device *dev = rig_open(4);
   int status = golden(dev) || dispatches(dev);
   emu_device_close(dev);
   return status;
}
