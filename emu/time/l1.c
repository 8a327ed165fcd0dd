/* The vector cache of a core, for the load/store unit and the texture unit, and the way from a core to L2.
 *
 * Virtually addressed: a hit needs no translation. Sectors are filled one by one; a sector that is on its way
 * counts as a hit and waits. Stores and atomics go through to L2: a store leaves what the cache holds valid
 * and brings nothing in, an atomic makes its sectors invalid. l1_misses lines may be on their way at once,
 * loads and stores together.
 */
#include "memory_units.h"

uint64_t time_core_fetch(time_memory *m, uint32_t core, time_ring *misses, const time_line *l, uint64_t at,
                         uint64_t *granted, uint64_t *counters)
{
   uint64_t *slot, go = time_ring_take(misses, at, &slot);
   uint32_t n = time_sector_count(l->sectors);
   go = time_xbar_down(m, core, n, go);
   *granted = go > *granted ? go : *granted;
   uint64_t known = time_tlb_translate(m, core, l->line, l->flags, go, counters);
   uint64_t done =
       time_l2_access(m, l->line, l->sectors, 1, l->flags, TIME_READ, known + m->up_cycles, counters) +
       m->back_cycles;
   TIME_COUNT_IN(counters, L2_BYTES_READ, n << EMU_SECTOR_LOG2);
   *slot = done;
   return done;
}

uint64_t time_core_send(time_memory *m, uint32_t core, time_ring *misses, const time_line *l, enum time_op op,
                        uint64_t at, uint64_t *granted, uint64_t *counters)
{
   uint64_t *slot, go = time_ring_take(misses, at, &slot);
   uint32_t n = time_sector_count(l->sectors);
   go = time_xbar_up(m, core, n, go);
   *granted = go > *granted ? go : *granted;
   uint64_t known = time_tlb_translate(m, core, l->line, l->flags, go, counters);
   uint64_t done =
       time_l2_access(m, l->line, l->sectors, l->lanes, l->flags, op, known + m->up_cycles, counters);
   TIME_COUNT_IN(counters, L2_BYTES_WRITTEN, n << EMU_SECTOR_LOG2);
   if (op == TIME_ATOMIC_RETURN) {
      TIME_COUNT_IN(counters, L2_BYTES_READ, n << EMU_SECTOR_LOG2);
      done += m->back_cycles;
   }
   *slot = done;
   return done;
}

uint64_t time_l1_read(time_memory *m, uint32_t core, const time_line *l, uint64_t at, uint64_t *granted,
                      uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   time_way *w = time_cache_find(&c->l1, time_cache_spread(&c->l1, l->line), l->line);
   uint32_t there = w ? WAY_VALID(w) & l->sectors : 0, n = time_sector_count(l->sectors);
   TIME_COUNT_IN(counters, L1_ACCESSES, n);
   uint64_t done = at + m->l1_cycles;
   if (there == l->sectors) {
      TIME_COUNT_IN(counters, L1_HITS, n);
      return time_way_wait(w, there, done);
   }
   if (there) {
      TIME_COUNT_IN(counters, L1_HITS, time_sector_count(there));
      done = time_way_wait(w, there, done);
   }
   time_line missing = *l;
   missing.sectors &= ~there;
   uint64_t ready = time_core_fetch(m, core, &c->misses, &missing, at, granted, counters);
   time_way victim;
   if (!w)
      w = time_cache_insert(&c->l1, time_cache_spread(&c->l1, l->line), l->line, &victim);
   time_way_fill(w, missing.sectors, ready, at);
   return ready > done ? ready : done;
}

uint64_t time_l1_write(time_memory *m, uint32_t core, const time_line *l, enum time_op op, uint64_t at,
                       uint64_t *granted, uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   if (op >= TIME_ATOMIC) {
      time_way *w = time_cache_find(&c->l1, time_cache_spread(&c->l1, l->line), l->line);
      if (w)
         w->state &= ~(uint64_t)l->sectors;
   }
   return time_core_send(m, core, &c->misses, l, op, at, granted, counters);
}
