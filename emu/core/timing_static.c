/* The first estimate of time.
 *
 * A wave's issue time is the sum over its instructions of the class's issue cost; its latency is what
 * in-order issue with the class latencies would take, segment by segment (results in flight at a segment's
 * end are not waited for). Workgroup g runs on core g % cores; a core is as busy as its schedulers together,
 * or as its one cache-line port. The dispatch takes the launch cost plus the largest of: busiest core,
 * longest wave, lines at DRAM bandwidth. Only integer sums and maxima per workgroup enter, so the result is
 * the same whatever the host does. The event-driven model replaces emu_timing_dispatch and keeps the seams:
 * SEG micro-ops and the line counts of memory instructions.
 */
#include <string.h>
#include "timing_static.h"

void emu_timing_begin(emu_timing_board *b)
{
   memset(b, 0, sizeof *b);
}

static unsigned board_index(unsigned operand)
{
   if (operand == ISA_EXEC)
      return EMU_BOARD_REGS - 1;
   return operand < ISA_INT_M16 ? operand : EMU_BOARD_REGS;
}

static uint32_t operand_ready(const emu_timing_board *b, unsigned operand, unsigned regs)
{
   uint32_t t = 0;
   unsigned first = board_index(operand);
   for (unsigned i = first; i < first + regs && i < EMU_BOARD_REGS; i++)
      t = b->ready[i] > t ? b->ready[i] : t;
   return t;
}

void emu_timing_issue(emu_timing_board *b, const emu_profile *p, const isa_inst *inst)
{
   const isa_info *info = isa_lookup(inst->op);
   const emu_class_cost *cost = &p->cost[info->cls];
   for (unsigned i = 0; i < 3; i++) {
      if (info->src[i] == ISA_K_N)
         continue;
      uint32_t t = operand_ready(b, inst->src[i], isa_source_regs(inst, i));
      b->now = t > b->now ? t : b->now;
   }
   if (info->dst != ISA_K_N) {
      unsigned first = board_index(inst->dst);
      for (unsigned i = first; i < first + isa_kind_regs(info->dst) && i < EMU_BOARD_REGS; i++)
         b->ready[i] = b->now + cost->latency_cycles;
   }
   b->now += cost->issue_cycles;
   b->issue += cost->issue_cycles;
}

uint64_t emu_timing_dispatch(const emu_profile *p, const emu_timing_work *work)
{
   uint64_t busy = work->wave_latency;
   uint32_t schedulers = p->schedulers_per_core ? p->schedulers_per_core : 1;
   for (uint32_t i = 0; i < p->cores; i++) {
      uint64_t issue = (work->core_issue[i] + schedulers - 1) / schedulers;
      busy = issue > busy ? issue : busy;
      busy = work->core_lines[i] > busy ? work->core_lines[i] : busy;
   }
   if (p->dram_B_per_s) {
      /* bytes * core_clock / bandwidth, split so that it cannot overflow */
      uint64_t hz = (uint64_t)p->core_clock_khz * 1000;
      uint64_t seconds = work->bytes / p->dram_B_per_s, rest = work->bytes % p->dram_B_per_s;
      uint64_t bandwidth = seconds * hz + (uint64_t)((unsigned __int128)rest * hz / p->dram_B_per_s);
      busy = bandwidth > busy ? bandwidth : busy;
   }
   return p->launch_cycles + busy;
}
