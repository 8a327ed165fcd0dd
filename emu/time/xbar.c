/* The crossbar between cores and L2: each core has a link each way of xbar_B_per_cycle; the slices' ports are
 * L2's. A reply's room is booked when it is asked for, in the order of the core's requests; the time on the
 * way is part of l2_latency_cycles.
 */
#include "memory_units.h"

static uint64_t book(uint64_t *free, uint64_t at, uint32_t cost)
{
   uint64_t start = at << TIME_FRAC_LOG2;
   if (start < *free)
      start = *free;
   *free = start + cost;
   return start >> TIME_FRAC_LOG2;
}

uint64_t time_xbar_up(time_memory *m, uint32_t core, uint32_t sectors, uint64_t at)
{
   return book(&m->core[core].up_free, at, sectors * m->link_cost);
}

uint64_t time_xbar_down(time_memory *m, uint32_t core, uint32_t sectors, uint64_t at)
{
   return book(&m->core[core].down_free, at, sectors * m->link_cost);
}
