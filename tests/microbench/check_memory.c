/* Expectations of caches, memory, TLBs, atomics and copies. */
#include "check.h"
#include <math.h>
#include <stdio.h>

#define KIB 1024.0
#define MIB (1024.0 * KIB)
#define CHASE "chase", "one lane, random lines"

/* What the last point on the plateau may be for a cache of so many bytes or entries: sets fill unevenly. */
static void knee(struct ck *c, const char *what, double size, double measured, const char *unit)
{
   ck_within(c, what, size * 0.5, size * 1.26, measured, unit);
}

static void latency(struct ck *c)
{
   const double l1 = ck_key(c, "l1_latency_cycles"), l2 = ck_key(c, "l2_latency_cycles"), dram = ck_key(c, "dram_latency_cycles");
   const double l1_B = ck_key(c, "l1_B"), l2_B = ck_key(c, "l2_B"), ns = 1 / c->ghz;
   /* A core's TLB reaches so far; what lies beyond asks the second one, and beyond that walks pages. */
   const double reach_B = ck_key(c, "tlb_entries") * 64 * KIB, second = ck_key(c, "tlb2_latency_cycles");
   const double second_B = ck_key(c, "tlb2_entries") * 2 * MIB, walk = second_B < 256 * MIB ? dram : 0;
   ck_near(c, "chase: plateau of L1", l1, ck_cycles(c, ck_median(c, CHASE, 0, l1_B / 2)), 0.1, "cycles");
   ck_near(c, "chase: plateau of L2", l2, ck_cycles(c, ck_median(c, CHASE, 2 * l1_B, fmin(l2_B, reach_B) / 2)), 0.1, "cycles");
   ck_near(c, "chase: plateau of memory, with the second TLB", dram + second,
           ck_cycles(c, ck_median(c, CHASE, 4 * l2_B, fmin(256 * MIB, second_B))), 0.1, "cycles");
   ck_within(c, "chase: the greatest size", 0.9 * (dram + second), 1.1 * (dram + second + walk),
             ck_cycles(c, ck_at(c, CHASE, 256 * MIB)), "cycles");
   knee(c, "chase: knee of L1", l1_B, ck_last_below(c, CHASE, l1 * 1.3 * ns), "B");
   knee(c, "chase: knee of L2", l2_B, ck_last_below(c, CHASE, (l2 + second) * 1.1 * ns), "B");
   knee(c, "chase_pages: knee of a core's TLB", ck_key(c, "tlb_entries"),
        ck_last_below(c, "chase_pages", "64 KiB pages", (l2 + second / 6) * ns), "pages");
   knee(c, "chase_pages: knee of a core's TLB, pages of 4 KiB", ck_key(c, "tlb_entries") * 16,
        ck_last_below(c, "chase_pages", "4 KiB pages", (l2 + second / 6) * ns), "pages");
}

static void bandwidth(struct ck *c)
{
   const double l1_B = ck_key(c, "l1_B"), l2_B = ck_key(c, "l2_B"), cores = ck_key(c, "cores");
   const double slices = ck_key(c, "l2_slices") * ck_key(c, "l2_B_per_cycle"), crossbar = cores * ck_key(c, "xbar_B_per_cycle");
   const double dram = ck_key(c, "dram_B_per_s") * 1e-9;
   /* Below, several of the 1024 waves read the same and may find it in their core's cache. */
   const double least_B = fmax(4 * l1_B, 512 * KIB), l2 = ck_median(c, "bandwidth_size", "16 B a lane", least_B, l2_B / 2);
   const bool shows = least_B <= l2_B / 2;
   ck_near(c, "bandwidth_size: plateau of L2", shows ? fmin(slices, crossbar) * c->ghz : NAN, l2, 0.1, "GB/s");
   ck_near(c, "bandwidth_size: plateau of memory", dram, ck_median(c, "bandwidth_size", "16 B a lane", 16 * l2_B, 256 * MIB), 0.1,
           "GB/s");
   ck_within(c, "bandwidth_size: L1 above L2", shows ? 1.2 : NAN, INFINITY,
             ck_most(c, "bandwidth_size", "16 B a lane", 0, l1_B) / l2, "times");
   ck_within(c, "bandwidth_size: L1 above memory", 1.2, INFINITY, ck_most(c, "bandwidth_size", "16 B a lane", 0, l1_B) / dram, "times");
   ck_within(c, "bandwidth_random: in L1 above in memory", 2, INFINITY,
             ck_median(c, "bandwidth_random", "4 B a lane", 0, 16 * KIB) /
                ck_median(c, "bandwidth_random", "4 B a lane", 64 * MIB, 256 * MIB),
             "times");
}

static void occupancy(struct ck *c)
{
   const double most = ck_most(c, "bandwidth_waves", "4 B a lane", 0, 1e9), full = ck_key(c, "cores") * ck_key(c, "waves_per_core");
   const double at = 1 / most;
   ck_near(c, "bandwidth_waves: saturates at memory's rate", ck_key(c, "dram_B_per_s") * 1e-9,
           ck_most(c, "bandwidth_waves", "16 B a lane", 0, 1e9), 0.1, "GB/s");
   ck_within(c, "bandwidth_waves: share at 3 % occupancy", 0.01, 0.12, ck_at(c, "bandwidth_waves", "4 B a lane", full / 32) * at, "");
   ck_within(c, "bandwidth_waves: share at 25 % occupancy", 0.12, 0.7, ck_at(c, "bandwidth_waves", "4 B a lane", full / 4) * at, "");
   ck_within(c, "bandwidth_waves: share at 50 % occupancy", 0.3, 0.95, ck_at(c, "bandwidth_waves", "4 B a lane", full / 2) * at, "");
   ck_within(c, "bandwidth_waves: 64 waves above one", 8, INFINITY,
             ck_at(c, "bandwidth_waves", "4 B a lane", 64) / ck_at(c, "bandwidth_waves", "4 B a lane", 1), "times");
}

static void coalescing(struct ck *c)
{
   const char *b = "bandwidth_stride", *s = "from memory";
   /* Sectors that may be on their way, each with a line's miss register, against what memory delivers. */
   const double latency = ck_key(c, "dram_latency_cycles") + ck_key(c, "tlb2_latency_cycles");
   const double flying = ck_key(c, "cores") * ck_key(c, "l1_misses") * 32 * c->ghz / latency / (ck_key(c, "dram_B_per_s") * 1e-9);
   /* A load and what stands beside it are four instructions. */
   const double issue = 4 / ck_key(c, "schedulers_per_core"), base = ck_cycles(c, ck_at(c, "near_stride", "one workgroup", 1));
   ck_within(c, "bandwidth_stride: a sector a lane costs eightfold", 6, 10, ck_at(c, b, s, 4) / ck_at(c, b, s, 32), "times");
   ck_within(c, "bandwidth_stride: a line a lane costs no more than a sector", fmin(1 / 2.2, c->profile ? 0.9 * flying : 1), 1.3,
             ck_at(c, b, s, 128) / ck_at(c, b, s, 32), "times");
   ck_within(c, "bandwidth_stride: the same from L2", 3, 10, ck_at(c, b, "from 2 MiB", 4) / ck_at(c, b, "from 2 MiB", 32), "times");
   for (int stride = 1; stride <= 8; stride *= 2) {
      char what[64];
      snprintf(what, sizeof what, "near_stride: stride %d costs %d", stride, stride);
      if (c->profile) /* the instructions between the loads show, too */
         ck_within(c, what, 0.9 * stride, stride == 1 ? fmax(1.8, issue) : 1.15 * fmax(stride, base),
                   ck_cycles(c, ck_at(c, "near_stride", "one workgroup", stride)), "cycles");
   }
   if (c->profile)
      ck_within(c, "near_stride: stride 9 costs 3", 2.5, fmax(3.5, 1.15 * base), ck_cycles(c, ck_at(c, "near_stride", "one workgroup", 9)),
                "cycles");
}

static void atomics(struct ck *c)
{
   const char *b = "atomics";
   const double slices = c->profile ? ck_key(c, "l2_slices") : 16; /* work side by side */
   ck_within(c, "atomics: spread over lines above one address", fmin(3, 0.75 * slices), INFINITY,
             ck_most(c, b, "memory, 128 B apart", 512, 1e9) / ck_at(c, b, "memory, 128 B apart", 1), "times");
   ck_within(c, "atomics: spread over words above one address", 3, INFINITY,
             ck_most(c, b, "memory, 4 B apart", 512, 1e9) / ck_at(c, b, "memory, 4 B apart", 1), "times");
   ck_within(c, "atomics: shared memory, spread above one address", 3, INFINITY,
             ck_most(c, b, "shared memory, one workgroup", 32, 1e9) / ck_at(c, b, "shared memory, one workgroup", 1), "times");
}

static void copies(struct ck *c)
{
   const double bus = ck_key(c, "pcie_B_per_s") * 1e-9;
   const double inside = fmin(ck_key(c, "dram_B_per_s") * 0.5e-9, ck_key(c, "copy_B_per_cycle") * c->ghz);
   const double up = ck_most(c, "copy", "host to device", 0, 1e9), down = ck_most(c, "copy", "device to host", 0, 1e9);
   ck_near(c, "copy: plateau to the device", bus, up, 0.1, "GB/s");
   ck_near(c, "copy: plateau from the device", bus, down, 0.1, "GB/s");
   ck_near(c, "copy: plateau within the device", inside, ck_most(c, "copy", "device to device", 0, 1e9), 0.1, "GB/s");
   ck_within(c, "copy: half the plateau to the device", 128 * KIB, 512 * KIB, ck_reaches(c, "copy", "host to device", up / 2), "B");
   ck_within(c, "copy: half the plateau from the device", 128 * KIB, 512 * KIB, ck_reaches(c, "copy", "device to host", down / 2), "B");
}

void ck_memory(struct ck *c)
{
   if (c->profile) {
      latency(c);
      bandwidth(c);
      occupancy(c);
   }
   coalescing(c);
   atomics(c);
   copies(c);
}
