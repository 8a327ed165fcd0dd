/* Translation: a TLB in each core, one behind all of them, and page walks. An entry of a core's TLB covers 64
 * KiB, or 4 KiB of a small page; one of the second TLB a page of any size, 2 MiB included.
 *
 * A walk reads page tables level by level: down to level 1 for a page of 2 MiB, else to level 0. What lies
 * above the last level comes from tlb_tables entries kept beside the walkers, one for each 2 MiB (or 1 GiB);
 * without one these are read as well, one after the other. Every read goes through L2 and, if need be, DRAM.
 * So many walks go on at once. Entries are made when the walk starts; whoever asks meanwhile waits for it.
 */
#include "memory_units.h"

#define TABLE_SPACE                                                                                          \
   (UINT64_C(1) << 41) /* lines that no address reaches: page tables have physical addresses */

static const uint8_t level_shift[4] = {12, 21, 30, 39};

/* One entry of a table of the level. */
static uint64_t read_table(time_memory *m, unsigned level, uint64_t va, uint64_t at, uint64_t *counters)
{
   uint64_t entry_B = (va >> level_shift[level]) * 8;
   uint64_t line = TABLE_SPACE | (uint64_t)level << 39 | entry_B >> EMU_LINE_LOG2;
   uint32_t sector = 1u << (entry_B >> EMU_SECTOR_LOG2 & 3);
   return time_l2_access(m, line, sector, 1, 0, TIME_READ, at, counters) + m->back_cycles;
}

static uint64_t walk(time_memory *m, uint64_t va, uint32_t flags, uint64_t at, uint64_t *counters)
{
   unsigned last = flags & EMU_PAGE_LARGE ? 1 : 0;
   uint64_t *slot, t = time_ring_take(&m->walks, at, &slot);
   uint64_t region = va >> level_shift[last + 1] | (uint64_t)last << 40;
   time_way victim, *w = time_cache_find(&m->tables, time_cache_spread(&m->tables, region), region);
   if (w) {
      t = time_way_wait(w, 1, t);
   } else {
      for (unsigned level = 3; level > last; level--)
         t = read_table(m, level, va, t, counters);
      w = time_cache_insert(&m->tables, time_cache_spread(&m->tables, region), region, &victim);
      time_way_fill(w, 1, t, at);
   }
   t = read_table(m, last, va, t, counters);
   *slot = t;
   return t;
}

/* The second TLB, for cores whose own one does not have the page. */
static uint64_t second_level(time_memory *m, uint64_t page, uint64_t va, uint32_t flags, uint64_t at,
                             uint64_t *counters)
{
   at = time_port_at(&m->tlb2_port, at, m->tlb2_cost) + m->profile.tlb2_latency_cycles;
   page = time_tlb2_page(page, va, flags);
   time_way victim, *w = time_cache_find(&m->tlb2, time_cache_spread(&m->tlb2, page), page);
   if (w)
      return time_way_wait(w, 1, at);
   TIME_COUNT_IN(counters, TLB_L2_MISSES, 1);
   uint64_t done = walk(m, va, flags, at, counters);
   w = time_cache_insert(&m->tlb2, time_cache_spread(&m->tlb2, page), page, &victim);
   time_way_fill(w, 1, done, at);
   return done;
}

uint64_t time_tlb_translate(time_memory *m, uint32_t core, uint64_t line, uint32_t flags, uint64_t at,
                            uint64_t *counters)
{
   time_core_memory *c = &m->core[core];
   uint64_t va = line << EMU_LINE_LOG2, page = time_tlb_page(line, flags);
   TIME_COUNT_IN(counters, TLB_ACCESSES, 1);
   if (page == c->page)
      return at > c->page_ready ? at : c->page_ready;
   time_way victim, *w = time_cache_find(&c->tlb, time_cache_spread(&c->tlb, page), page);
   uint64_t known = at;
   if (w) {
      known = time_way_wait(w, 1, at);
   } else {
      TIME_COUNT_IN(counters, TLB_L1_MISSES, 1);
      known = second_level(m, page, va, flags, at, counters);
      w = time_cache_insert(&c->tlb, time_cache_spread(&c->tlb, page), page, &victim);
      time_way_fill(w, 1, known, at);
   }
   c->page = page;
   c->page_ready = WAY_READY(w);
   return known;
}
