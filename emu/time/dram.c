/* DRAM: channels by a hash of the address, banks with one open row each, a data bus of dram_B_per_s over all
 * channels.
 *
 * A row that is not open has to be activated: once in tRC a bank, once in tRRD a channel. An open row answers
 * sooner by tRCD, one that another row stands in later by tRP; a row left alone for dram_idle_clocks is
 * closed. dram_latency_cycles is a lone access to a closed row. The controller serves what it has for a row
 * together: here, a request for the row before still hits while the switch is young. Writes wait in the
 * controller until a batch is worth turning the bus round, which therefore costs nothing; a channel holds
 * dram_writes of them, and who posts one more waits until it takes it. Refresh is left out.
 */
#include "memory_units.h"

#define NO_ROW UINT64_MAX

/* Activation of the row, or nothing if it is open: when the first data may be on the bus. */
static uint64_t open_row(time_memory *m, time_channel *ch, time_bank *b, uint64_t row, uint64_t at, bool *hit)
{
   bool open = at <= b->last + m->idle_cycles;
   if (row == b->row && open) {
      b->last = at > b->last ? at : b->last;
      *hit = true;
      return at + m->hit_cycles;
   }
   if (row == b->row_before && at <= b->changed + m->idle_cycles) {
      *hit = true;
      return at + m->hit_cycles;
   }
   *hit = false;
   uint64_t start = time_port_at(&b->activate, at, m->bank_cost);
   start = time_port_at(&ch->activate, start, m->activate_cost);
   uint64_t data = start + m->miss_cycles + (open && b->row != NO_ROW ? m->precharge_cycles : 0);
   b->row_before = b->row;
   b->row = row;
   b->changed = start > b->changed ? start : b->changed;
   b->last = start > b->last ? start : b->last;
   return data;
}

uint64_t time_dram_access(time_memory *m, uint64_t line, uint32_t bursts, bool write, uint64_t at,
                          uint64_t *counters)
{
   uint64_t block = line >> 1, upper = block >> m->channel_log2, row = upper >> m->row_log2;
   uint32_t c = (uint32_t)(block ^ time_scatter(upper) >> 52) & ((1u << m->channel_log2) - 1);
   uint32_t bank = (uint32_t)(row ^ time_scatter(row >> m->bank_log2) >> 40) & ((1u << m->bank_log2) - 1);
   time_channel *ch = &m->channel[c];
   uint64_t *held = NULL;
   if (write)
      at = time_ring_take(&ch->writes, at, &held);
   bool hit;
   uint64_t data = open_row(m, ch, &m->bank[c << m->bank_log2 | bank], row, at, &hit);
   uint32_t cost = bursts * m->burst_cost;
   uint64_t start = time_port_at(&ch->data, data, cost);
   TIME_COUNT_IN(counters, DRAM_ROW_HITS, bursts - !hit);
   TIME_COUNT_IN(counters, DRAM_ROW_MISSES, !hit);
   uint64_t bytes = (uint64_t)bursts << EMU_SECTOR_LOG2;
   counters[write ? GPU_COUNTER_DRAM_BYTES_WRITTEN : GPU_COUNTER_DRAM_BYTES_READ] += bytes;
   m->busy_rest += cost;
   TIME_COUNT_IN(counters, DRAM_BUSY_CYCLES, m->busy_rest >> TIME_FRAC_LOG2);
   m->busy_rest &= (1u << TIME_FRAC_LOG2) - 1;
   if (held)
      *held = start - m->hit_cycles; /* then it is on its way */
   return held ? at : start + ((cost - m->burst_cost) >> TIME_FRAC_LOG2);
}
