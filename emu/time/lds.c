/* The local data share: 32 banks of a dword a cycle, one instruction after the other. The functional model
 * has counted the passes. A lone access of one pass takes cost.LDS.latency_cycles.
 */
#include "memory_units.h"

time_result time_lds_passes(time_memory *m, uint32_t core, uint32_t passes, uint64_t now, uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   uint64_t start = now > c->lds_free ? now : c->lds_free;
   if (!passes)
      passes = 1;
   c->lds_free = start + passes;
   TIME_COUNT_IN(counters, LDS_PASSES, passes);
   return (time_result){c->lds_free, start + passes - 1 + m->profile.cost[ISA_CLASS_LDS].latency_cycles};
}
