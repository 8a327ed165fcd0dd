/* Functional warming: what accesses that nobody times leave behind in L1, scalar cache, L2, TLBs and tags, so
 * that those that are timed later find them. No time passes, nothing is counted.
 *
 * A line that was warmed a moment ago is known by a small table of each core. ROP caches are too small to
 * matter: what a ROP writes goes to L2 at once. Victims just go; their traffic is part of what the sampler
 * scales.
 */
#include "memory_units.h"

#define NEW_LINE ~UINT64_C(0)

/* Is the access one of the latest? What it would change has been changed. */
static inline bool is_recent(time_core_memory *c, uint64_t key, uint32_t sectors)
{
   time_warm *w = &c->warm[key % TIME_WARM_LINES];
   if (w->key == key && !(sectors & ~w->sectors))
      return true;
   w->sectors = w->key == key ? w->sectors | sectors : sectors;
   w->key = key;
   return false;
}

static time_way *find_or_insert(time_cache *c, uint64_t set, uint64_t key)
{
   time_way victim, *w = time_cache_find(c, set, key);
   return w ? w : time_cache_insert(c, set, key, &victim);
}

static void warm_l2(time_memory *m, const time_line *l, bool write)
{
   if (l->flags & EMU_PAGE_BUS)
      return;
   time_way *w = find_or_insert(&m->l2, time_l2_set(m, l->line), l->line);
   m->l2_filled += w->state == 0;
   w->state |= write ? l->sectors << 4 | l->sectors : l->sectors;
}

static void warm_tlb(time_memory *m, uint32_t core, const time_line *l)
{
   time_core_memory *c = &m->core[core];
   uint64_t va = l->line << EMU_LINE_LOG2, page = time_tlb_page(l->line, l->flags);
   if (page == c->page || page == c->warm_page)
      return;
   c->warm_page = page;
   find_or_insert(&c->tlb, time_cache_spread(&c->tlb, page), page)->state |= 1;
   page = time_tlb2_page(page, va, l->flags);
   find_or_insert(&m->tlb2, time_cache_spread(&m->tlb2, page), page)->state |= 1;
}

static void warm_read(time_memory *m, uint32_t core, time_cache *c, const time_line *l)
{
   time_way *w = find_or_insert(c, time_cache_spread(c, l->line), l->line);
   time_line missing = *l;
   missing.sectors &= ~WAY_VALID(w);
   if (!missing.sectors)
      return;
   w->state |= missing.sectors;
   warm_l2(m, &missing, false);
   warm_tlb(m, core, l);
}

static void warm_write(time_memory *m, uint32_t core, time_cache *c, const time_line *l, enum time_op op)
{
   time_tags_written(m, l->line, l->sectors);
   if (op >= TIME_ATOMIC) {
      time_way *w = time_cache_find(c, time_cache_spread(c, l->line), l->line);
      if (w)
         w->state &= ~(uint64_t)l->sectors;
   }
   warm_l2(m, l, true);
   warm_tlb(m, core, l);
}

static inline void warm_line(time_memory *m, uint32_t core, enum time_path path, enum time_op op,
                             const time_line *l)
{
   time_core_memory *c = &m->core[core];
   const bool rop = path == TIME_PATH_COLOUR || path == TIME_PATH_DEPTH;
   if (!l->sectors || is_recent(c, l->line << 4 | (uint64_t)path << 1 | (op != TIME_READ), l->sectors))
      return;
   time_cache *cache = path == TIME_PATH_SCALAR ? &c->scalar : &c->l1;
   if (op != TIME_READ)
      warm_write(m, core, cache, l, rop ? TIME_WRITE : op);
   else if (!rop)
      warm_read(m, core, cache, l);
   else if (!m->tags.used || !time_tags_find(m, l->line))
      warm_l2(m, l, false);
}

static void warm_run(time_memory *m, uint32_t core, enum time_path path, enum time_op op,
                     const uint32_t *record)
{
   bool clear = path == TIME_PATH_COLOUR || path == TIME_PATH_DEPTH;
   uint64_t more = 0;
   do {
      more = time_lsu_lines(m, record, more);
      for (uint32_t i = 0; i < m->lines; i++)
         if (clear)
            time_rop_clear(m, core, path == TIME_PATH_DEPTH, &m->line[i]);
         else
            warm_line(m, core, path, op, &m->line[i]);
   } while (more);
}

void time_memory_warm(time_memory *m, uint32_t core, enum time_path path, enum time_op op,
                      const uint32_t *record)
{
   if (*record >> 28 == EMU_REC_RUN) {
      warm_run(m, core, path, op, record);
      return;
   }
   for (uint32_t i = 0, n = *record >> 8 & 0xff; i < n; i++) {
      const uint32_t *e = record + 1 + 2 * i;
      warm_line(m, core, path, op,
                &(time_line){emu_entry_line(e), emu_entry_sectors(e), 1, emu_entry_flags(e)});
   }
}

/* What has happened since may have changed what the tables speak of. */
void time_memory_warm_begin(time_memory *m)
{
   for (uint32_t i = 0; i < m->profile.cores; i++) {
      for (uint32_t k = 0; k < TIME_WARM_LINES; k++)
         m->core[i].warm[k].key = NEW_LINE;
      m->core[i].warm_page = UINT64_MAX;
   }
}
