/* Tags of every cache and TLB of the model: sectored, set-associative, least recently used. The ways of a set
 * stand in the order of their last use, so that the common lookup is one comparison. Emptying is a new
 * generation: no array is walked. Policies (write-through, write-back, who fills) are the callers'.
 */
#include "memory_units.h"

#define GENERATION (UINT64_C(1) << TIME_KEY_BITS)

void time_cache_init(time_cache *c, time_way *ways, uint32_t lines, uint32_t ways_per_set)
{
   *c = (time_cache){.way = ways, .generation = GENERATION};
   while (2u << c->ways_log2 <= ways_per_set && 2u << c->ways_log2 <= lines)
      c->ways_log2++;
   c->set_mask = (lines >> c->ways_log2) - 1;
   while (c->set_mask >> c->set_log2)
      c->set_log2++;
}

void time_cache_empty(time_cache *c)
{
   c->generation += GENERATION;
   if (c->generation == 0) { /* once in 4 million times */
      memset(c->way, 0, (((size_t)c->set_mask + 1) << c->ways_log2) * sizeof(*c->way));
      c->generation = GENERATION;
   }
   c->dirty = 0;
}

time_way *time_cache_find_behind(time_way *set, uint64_t key, uint32_t ways)
{
   for (uint32_t i = 1; i < ways; i++)
      if (set[i].key == key) {
         time_way found = set[i];
         for (; i > 0; i--)
            set[i] = set[i - 1];
         *set = found;
         return set;
      }
   return NULL;
}

time_way *time_cache_insert(time_cache *c, uint64_t set, uint64_t key, time_way *victim)
{
   time_way *w = time_cache_set(c, set);
   size_t others = ((size_t)1 << c->ways_log2) - 1;
   *victim = w[others];
   if (victim->key >> TIME_KEY_BITS != c->generation >> TIME_KEY_BITS)
      *victim = (time_way){0};
   memmove(w + 1, w, others * sizeof(*w));
   *w = (time_way){.key = key | c->generation};
   return w;
}
