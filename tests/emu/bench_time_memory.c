/* Host time of the timing model's memory system for each kind of access: bench_time_memory [accesses in
 * millions]. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "time/memory.h"

static emu_profile profile;
static time_memory *m;
static uint64_t counters[GPU_COUNTER_COUNT];
static uint32_t seed = 1;

static uint32_t random_line(uint32_t lines)
{
   seed = seed * 1664525u + 1013904223u;
   return (seed >> 4) % lines;
}

static double now_ns(void)
{
   struct timespec t;
   clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
   return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One access a core in turn, `spacing` cycles apart; lines in order (lines 0) or anywhere among so many, or
 * below `wrap` again and again. */
static void run(const char *what, enum time_op op, uint32_t lines, uint32_t wrap, unsigned spacing,
                unsigned count)
{
   m = time_memory_create(&profile);
   if (!m)
      return;
   memset(counters, 0, sizeof counters);
   double begin = now_ns();
   for (unsigned i = 0; i < count; i++) {
      uint64_t va = (uint64_t)(lines ? random_line(lines) : wrap ? i / profile.cores % wrap : i) * 128;
      uint32_t record[3] = {(uint32_t)EMU_REC_RUN << 28 | 128u << 8, (uint32_t)va,
                            (uint32_t)(va >> 32) | EMU_PAGE_LARGE << 16};
      time_memory_record(m, i % profile.cores, TIME_PATH_VECTOR, op, record, (uint64_t)i * spacing, counters);
   }
   double ns = (now_ns() - begin) / count;
   printf("%-28s %6.1f ns   L1 %3.0f %% hits, L2 %3.0f %%\n", what, ns,
          100.0 * (double)counters[GPU_COUNTER_L1_HITS] / (double)(counters[GPU_COUNTER_L1_ACCESSES] + 1),
          100.0 * (double)counters[GPU_COUNTER_L2_HITS] / (double)(counters[GPU_COUNTER_L2_ACCESSES] + 1));
   time_memory_destroy(m);
}

int main(int argc, char **argv)
{
   char err[256];
   unsigned n = (argc > 1 ? (unsigned)atoi(argv[1]) : 3) * 1000000u;
   if (!n || !emu_profile_load("fg1", &profile, err, sizeof err))
      return 1;
   run("load, L1 hit", TIME_READ, 0, 64, 1, n);
   run("load, L2 hit", TIME_READ, 16384, 0, 2, n);
   run("load, DRAM, streaming", TIME_READ, 0, 0, 1, n);
   run("load, DRAM, random 256 MiB", TIME_READ, 1u << 21, 0, 2, n);
   run("load, DRAM, random 8 GiB", TIME_READ, 1u << 26, 0, 8, n);
   run("store, streaming", TIME_WRITE, 0, 0, 1, n);
   run("atomic, random 1 MiB", TIME_ATOMIC, 8192, 0, 2, n);
   return 0;
}
