/* Scalar and instruction caches of a core: lines, one lookup each, filled by sectors. A scalar hit takes
 * scalar_latency_cycles; the instruction fetch runs ahead, so that a hit costs nothing and a miss what it
 * takes to L2 and back. Scalar stores go to L2.
 */
#include "memory_units.h"

time_result time_scalar_line(time_memory *m, uint32_t core, bool code, enum time_op op, const time_line *l,
                             uint64_t now, uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   time_cache *cache = code ? &c->code : &c->scalar;
   uint64_t granted = now + 1, done = now + (code ? 0 : m->scalar_cycles);
   time_way victim, *w = time_cache_find(cache, time_cache_spread(cache, l->line), l->line);
   if (op != TIME_READ) {
      if (w)
         w->state &= ~(uint64_t)l->sectors;
      done = time_core_send(m, core, &c->misses, l, op, now, &granted, counters);
      return (time_result){granted, done};
   }
   bool hit = w && (WAY_VALID(w) & l->sectors) == l->sectors;
   counters[code ? GPU_COUNTER_CODE_ACCESSES : GPU_COUNTER_SCALAR_ACCESSES]++;
   counters[code ? GPU_COUNTER_CODE_HITS : GPU_COUNTER_SCALAR_HITS] += hit;
   if (hit)
      return (time_result){granted, time_way_wait(w, l->sectors, done)};
   time_line missing = *l;
   missing.sectors = w ? l->sectors & ~WAY_VALID(w) : l->sectors;
   uint64_t ready = time_core_fetch(m, core, &c->misses, &missing, now, &granted, counters);
   if (!w)
      w = time_cache_insert(cache, time_cache_spread(cache, l->line), l->line, &victim);
   else
      done = time_way_wait(w, l->sectors, done);
   time_way_fill(w, missing.sectors, ready, now);
   return (time_result){granted, ready > done ? ready : done};
}
