/* The bus to system memory (PCIe): a link each way, packets of at most pcie_packet_B with a header.
 * pcie_B_per_s is what full packets carry, so that small ones get less. So many reads may be under way at
 * once; writes are posted.
 */
#include "memory_units.h"

/* Cost of so many bytes, in packets. */
static uint32_t transfer_cost(const time_memory *m, uint32_t bytes)
{
   uint32_t packets = (bytes + m->profile.pcie_packet_B - 1) / m->profile.pcie_packet_B;
   uint64_t cost = ((uint64_t)bytes + (uint64_t)packets * m->bus_header_B) * m->bus_byte_cost >> 6;
   return cost < 1 ? 1 : cost > UINT32_C(1) << 29 ? UINT32_C(1) << 29 : (uint32_t)cost;
}

uint64_t time_bus_read(time_memory *m, uint32_t bytes, uint64_t at, uint64_t *counters)
{
   uint64_t *slot, start = time_ring_take(&m->bus_reads, at, &slot);
   uint32_t cost = transfer_cost(m, bytes);
   uint64_t done = time_port_at(&m->bus_in, start, cost) + m->bus_cycles + (cost >> TIME_FRAC_LOG2);
   *slot = done;
   TIME_COUNT_IN(counters, BUS_BYTES_READ, bytes);
   return done;
}

uint64_t time_bus_write(time_memory *m, uint32_t bytes, uint64_t at, uint64_t *counters)
{
   uint32_t cost = transfer_cost(m, bytes);
   TIME_COUNT_IN(counters, BUS_BYTES_WRITTEN, bytes);
   return time_port_at(&m->bus_out, at, cost) + (cost >> TIME_FRAC_LOG2);
}
