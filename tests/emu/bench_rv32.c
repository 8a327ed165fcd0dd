/* Speed of the RV32IMC core in instructions per second of host time. Not a test: run it by hand or from the benchmarks. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "rv32.h"
#include "rv32_asm.h"

static uint32_t bus_read(void *context, uint32_t offset) { return offset; }
static void bus_write(void *context, uint32_t offset, uint32_t value) {}

static double seconds(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void measure(rv32_core *core, const char *name, const uint32_t *words, size_t size_B)
{
   memset(core->sram, 0, core->sram_B);
   memcpy(core->sram, words, size_B);
   rv32_reset(core, 0);
   rv32_run(core, 1000000);
   double start = seconds(), took;
   uint64_t before = core->instret;
   do {
      for (int i = 0; i < 100; i++)
         rv32_run(core, 65536);
      took = seconds() - start;
   } while (took < 0.3);
   printf("%-12s %8.1f M instructions/s\n", name, (double)(core->instret - before) / took * 1e-6);
}

int main(void)
{
   const rv32_bus bus = { .size_B = 0x10000, .read = bus_read, .write = bus_write };
   /* bit loop of a CRC; copy of words; calls; register space */
   const uint32_t crc[] = { asm_i(0x13, 7, A1, A0, 1), asm_i(0x13, 5, A0, A0, 1), branch(0, A1, ZERO, 8), asm_r(0, 4, A0, A0, A2),
                            addi(A3, A3, 1), bne(A3, ZERO, -20), jal(ZERO, -24) };
   const uint32_t copy[] = { lui(A0, 1), lui(A1, 2), addi(A2, ZERO, 256), lw(A3, A0, 0), sw(A3, A1, 0), addi(A0, A0, 4), addi(A1, A1, 4),
                             addi(A2, A2, -1), bne(A2, ZERO, -20), jal(ZERO, -36) };
   const uint32_t calls[] = { lui(SP, 2), addi(SP, SP, -16), sw(RA, SP, 12), jal(RA, 16), lw(RA, SP, 12), addi(SP, SP, 16), jal(ZERO, -20),
                              asm_r(0, 0, A0, A0, A1), slli(A1, A0, 3), jalr(ZERO, RA, 0) };
   const uint32_t registers[] = { lui(A0, 0x40000), lw(A1, A0, 16), sw(A1, A0, 32), jal(ZERO, -8) };
   rv32_core core;
   if (!rv32_create(&core, 262144, &bus))
      return 1;
   measure(&core, "crc", crc, sizeof crc);
   measure(&core, "copy", copy, sizeof copy);
   measure(&core, "calls", calls, sizeof calls);
   measure(&core, "registers", registers, sizeof registers);
   rv32_destroy(&core);
   return 0;
}
