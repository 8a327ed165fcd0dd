/* L2: slices by a hash of the address, each with a port of l2_B_per_cycle, miss registers and a unit for
 * atomics.
 *
 * Write-back with sectors of 32 B. A sector carries byte masks, so that a write which covers part of it needs
 * nothing from memory; a read of such a sector is taken to find the rest there. Atomics are carried out here,
 * one after the other on one dword, and need the sector. A line that makes room sends its dirty sectors to
 * DRAM; a store that needs the room, and its miss register, wait until the controller has taken that write,
 * which bounds how far writes run ahead of DRAM. System memory is not kept: it goes to the bus.
 */
#include "memory_units.h"

static uint64_t system_memory(time_memory *m, uint32_t sectors, enum time_op op, uint64_t at,
                              uint64_t *counters)
{
   uint32_t bytes = time_sector_count(sectors) << EMU_SECTOR_LOG2;
   if (op == TIME_WRITE)
      return time_bus_write(m, bytes, at, counters);
   uint64_t done = time_bus_read(m, bytes, at, counters);
   return op == TIME_READ ? done : time_bus_write(m, bytes, done, counters);
}

/* Room for a line: what the victim has written goes to DRAM. Until when that keeps the register busy. */
static time_way *make_room(time_memory *m, uint64_t set, uint64_t line, uint64_t at, uint64_t *busy,
                           uint64_t *counters)
{
   time_way victim;
   time_way *w = time_cache_insert(&m->l2, set, line, &victim);
   uint32_t dirty = WAY_DIRTY(&victim);
   m->l2_filled++;
   *busy = at;
   if (dirty)
      *busy = time_dram_access(m, victim.key & ((UINT64_C(1) << TIME_KEY_BITS) - 1), time_sector_count(dirty),
                               true, at, counters);
   return w;
}

uint64_t time_memory_l2_filled(const time_memory *m)
{
   return m->l2_filled;
}

uint64_t time_l2_access(time_memory *m, uint64_t line, uint32_t sectors, uint32_t lanes, uint32_t flags,
                        enum time_op op, uint64_t at, uint64_t *counters)
{
   uint32_t n = time_sector_count(sectors);
   uint64_t set = time_l2_set(m, line);
   time_slice *s = &m->slice[time_l2_slice(m, line)];
   uint64_t start = time_port_at(&s->port, at, n * m->slice_cost);
   if (op >= TIME_ATOMIC) {
      lanes = lanes ? lanes : 1;
      start = time_port_at(&s->atomics, start, lanes * m->atomic_cost) +
              (((lanes - 1) * m->atomic_cost) >> TIME_FRAC_LOG2);
      TIME_COUNT_IN(counters, L2_ATOMICS, lanes);
   }
   TIME_COUNT_IN(counters, L2_ACCESSES, n);
   if (op != TIME_READ)
      time_tags_written(m, line, sectors);
   if (flags & EMU_PAGE_BUS)
      return system_memory(m, sectors, op, start, counters);
   uint64_t done = start + (((n - 1) * m->slice_cost) >> TIME_FRAC_LOG2);
   time_way *w = time_cache_find(&m->l2, set, line);
   uint32_t there = w ? WAY_VALID(w) & sectors : 0;
   if (op == TIME_WRITE) {
      TIME_COUNT_IN(counters, L2_HITS, time_sector_count(there));
      if (!w) {
         uint64_t *slot, busy;
         uint64_t granted = time_ring_take(&s->misses, start, &slot);
         w = make_room(m, set, line, granted, &busy, counters);
         *slot = busy;
         done += busy - start;
      }
      w->state |= sectors << 4 | sectors;
      return done;
   }
   if (there)
      done = time_way_wait(w, there, done);
   TIME_COUNT_IN(counters, L2_HITS, time_sector_count(there));
   uint32_t missing = sectors & ~there;
   if (missing) {
      uint64_t *slot, busy = 0;
      uint64_t granted = time_ring_take(&s->misses, start, &slot);
      if (!w)
         w = make_room(m, set, line, granted, &busy, counters);
      uint64_t data = time_dram_access(m, line, time_sector_count(missing), false, granted, counters);
      time_way_fill(w, missing, data, granted);
      *slot = data > busy ? data : busy;
      done = data > done ? data : done;
   }
   if (op >= TIME_ATOMIC)
      w->state |= sectors << 4;
   return done;
}
