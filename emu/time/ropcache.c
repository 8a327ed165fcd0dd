/* Colour and depth caches of a core's ROP: write-back, sectors with byte masks, one line a cycle. A write
 * brings nothing in; a line that makes room sends its dirty sectors to L2. What is compressed has fewer sectors
 * in its records already. An invalidation of the ring's caches writes them back, so that what reads the picture
 * afterwards finds it in L2.
 */
#include "memory_units.h"

#define BUS_BIT (UINT64_C(1) << (TIME_KEY_BITS - 1)) /* above a line: where it is written back to */

static uint64_t key_of(const time_line *l)
{
   return l->flags & EMU_PAGE_BUS ? l->line | BUS_BIT : l->line;
}

static void write_back(time_memory *m, uint32_t core, unsigned which, const time_way *victim, uint64_t at,
                       uint64_t *granted, uint64_t *counters)
{
   time_line l = {victim->key & (BUS_BIT - 1), WAY_DIRTY(victim), 1,
                  victim->key & BUS_BIT ? EMU_PAGE_BUS : 0};
   m->core[core].rop[which].dirty--;
   time_core_send(m, core, &m->core[core].rop_misses[which], &l, TIME_WRITE, at, granted, counters);
}

static time_way *make_room(time_memory *m, uint32_t core, unsigned which, const time_line *l, uint64_t at,
                           uint64_t *granted, uint64_t *counters)
{
   time_cache *c = &m->core[core].rop[which];
   time_way victim, *w = time_cache_insert(c, time_cache_spread(c, l->line), key_of(l), &victim);
   if (WAY_DIRTY(&victim))
      write_back(m, core, which, &victim, at, granted, counters);
   return w;
}

time_result time_rop_line(time_memory *m, uint32_t core, unsigned which, bool read, bool write,
                          const time_line *l, uint64_t now, uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   uint64_t at = now > c->rop_free[which] ? now : c->rop_free[which], granted = at + 1,
            done = at + m->profile.rop_latency_cycles;
   time_way *w = time_cache_find(&c->rop[which], time_cache_spread(&c->rop[which], l->line), key_of(l));
   uint32_t there = w ? WAY_VALID(w) & l->sectors : 0, missing = read ? l->sectors & ~there : 0;
   counters[which ? GPU_COUNTER_ROP_Z_ACCESSES : GPU_COUNTER_ROP_COLOUR_ACCESSES] +=
       time_sector_count(l->sectors);
   counters[which ? GPU_COUNTER_ROP_Z_HITS : GPU_COUNTER_ROP_COLOUR_HITS] += time_sector_count(there);
   if (there && read)
      done = time_way_wait(w, there, done);
   if (!w)
      w = make_room(m, core, which, l, at, &granted, counters);
   if (missing) {
      time_line fetch = *l;
      fetch.sectors = missing;
      uint64_t ready = time_core_fetch(m, core, &c->rop_misses[which], &fetch, at, &granted, counters);
      time_way_fill(w, missing, ready, at);
      done = ready > done ? ready : done;
   }
   if (write) {
      c->rop[which].dirty += WAY_DIRTY(w) == 0;
      w->state |= l->sectors << 4 | l->sectors;
   }
   c->rop_free[which] = granted;
   return (time_result){granted, done};
}

time_result time_rop_record(time_memory *m, uint32_t core, unsigned which, enum time_op op,
                            const uint32_t *record, uint64_t now, uint64_t *counters)
{
   bool block = record[0] >> 28 == EMU_REC_BLOCK_LINES;
   bool write = block ? record[0] >> 16 & 1 : op != TIME_READ,
        read = block ? record[0] >> 17 & 1 : op != TIME_WRITE;
   time_result all = {now, now};
   uint64_t more = 0;
   do {
      more = time_lsu_lines(m, record, more);
      for (uint32_t i = 0; i < m->lines; i++) {
         time_result r = time_rop_line(m, core, which, read, write, &m->line[i], now, counters);
         all.accepted = r.accepted > all.accepted ? r.accepted : all.accepted;
         all.done = r.done > all.done ? r.done : all.done;
      }
   } while (more);
   return all;
}

static uint64_t flush(time_memory *m, uint32_t core, unsigned which, uint64_t now, uint64_t *counters)
{
   time_cache *c = &m->core[core].rop[which];
   uint64_t granted = now;
   size_t ways = ((size_t)c->set_mask + 1) << c->ways_log2;
   for (size_t i = 0; i < ways && c->dirty; i++)
      if (c->way[i].key >> TIME_KEY_BITS == c->generation >> TIME_KEY_BITS && WAY_DIRTY(&c->way[i]))
         write_back(m, core, which, &c->way[i], granted, &granted, counters);
   time_cache_empty(c);
   return granted;
}

uint64_t time_rop_flush(time_memory *m, uint64_t now, uint64_t *counters)
{
   uint64_t done = now;
   for (uint32_t core = 0; core < m->profile.cores; core++)
      for (unsigned which = 0; which < 2; which++)
         if (m->core[core].rop[which].dirty) {
            uint64_t t = flush(m, core, which, now, counters);
            done = t > done ? t : done;
         }
   return done;
}
