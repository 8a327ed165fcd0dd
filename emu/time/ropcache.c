/* Colour and depth caches of a core's ROP: write-back, sectors with byte masks, one line a cycle. A write
 * brings nothing in; a line that makes room sends its dirty sectors to L2. What is compressed has fewer
 * sectors in its records already. The last draw before the pipeline runs empty has them written back, so that
 * what reads the picture afterwards finds it in L2.
 *
 * A clear of a whole tile writes its tags alone (tags.c), which take lines of the same caches. What a tag
 * says is clear is not brought in; the first to write there changes the tag.
 */
#include "memory_units.h"

#define BUS_BIT (UINT64_C(1) << (TIME_KEY_BITS - 1)) /* above a line: where it is written back to */

static uint64_t key_of(const time_line *l)
{
   return l->flags & EMU_PAGE_BUS ? l->line | BUS_BIT : l->line;
}

static uint64_t write_back(time_memory *m, uint32_t core, unsigned which, const time_way *victim, uint64_t at,
                           uint64_t *granted, uint64_t *counters)
{
   time_line l = {victim->key & (BUS_BIT - 1), WAY_DIRTY(victim), 1,
                  victim->key & BUS_BIT ? EMU_PAGE_BUS : 0};
   m->core[core].rop[which].dirty--;
   return time_core_send(m, core, &m->core[core].rop_misses[which], &l, TIME_WRITE, at, granted, counters);
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

/* A line in the cache; of the sectors to be read, those that are clear are known at `known`. */
static time_result access(time_memory *m, uint32_t core, unsigned which, time_ring *misses, bool read,
                          bool write, const time_line *l, uint32_t clear, uint64_t known, uint64_t now,
                          uint64_t *counters)
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
   clear &= missing;
   if (clear) {
      time_way_fill(w, clear, known, at);
      done = known > done ? known : done;
      missing &= ~clear;
   }
   if (missing) {
      time_line fetch = *l;
      fetch.sectors = missing;
      uint64_t ready = time_core_fetch(m, core, misses, &fetch, at, &granted, counters);
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

/* The sector of tags that speaks of a line. */
static time_line tag_of(const time_line *l)
{
   return (time_line){(TIME_TAG_VA >> EMU_LINE_LOG2) + (l->line >> TIME_TAG_LINES_LOG2),
                      1u << (l->line >> (TIME_TAG_LINES_LOG2 - 2) & 3), 1, EMU_PAGE_LARGE};
}

static bool holds(time_memory *m, uint32_t core, unsigned which, const time_line *l)
{
   time_cache *c = &m->core[core].rop[which];
   const time_way *w = time_cache_find(c, time_cache_spread(c, l->line), key_of(l));
   return w && !(l->sectors & ~WAY_VALID(w));
}

time_result time_rop_line(time_memory *m, uint32_t core, unsigned which, bool read, bool write,
                          const time_line *l, uint64_t now, uint64_t *counters)
{
   time_ring *misses = &m->core[core].rop_misses[which];
   const time_tag *t = m->tags.used ? time_tags_find(m, l->line) : NULL;
   if (!t || holds(m, core, which, l))
      return access(m, core, which, misses, read, write, l, 0, 0, now, counters);
   uint32_t clear = time_tags_cleared(t, l->line) & l->sectors;
   time_line tag = tag_of(l);
   time_result known =
       access(m, core, which, &m->core[core].tag_misses, true, write && clear, &tag, 0, 0, now, counters);
   if (write)
      time_tags_drop(m, l->line, clear);
   return access(m, core, which, misses, read, write, l, clear, known.done, known.accepted, counters);
}

/* What the cache still holds of a line means nothing any more. */
static void forget(time_memory *m, uint32_t core, unsigned which, const time_line *l)
{
   time_cache *c = &m->core[core].rop[which];
   time_way *w = c->dirty ? time_cache_find(c, time_cache_spread(c, l->line), key_of(l)) : NULL;
   if (!w)
      return;
   c->dirty -= WAY_DIRTY(w) != 0;
   w->state = 0;
}

void time_rop_clear(time_memory *m, uint32_t core, unsigned which, const time_line *l)
{
   forget(m, core, which, l);
   time_tags_set(m, l->line, l->sectors);
}

static void later(time_result *all, time_result r)
{
   all->accepted = r.accepted > all->accepted ? r.accepted : all->accepted;
   all->done = r.done > all->done ? r.done : all->done;
}

/* Lines of m->line that a clear fills: one access for all that stand in one line of tags. */
static time_result fill_tags(time_memory *m, uint32_t core, unsigned which, uint64_t now, uint64_t *counters)
{
   time_result all = {now, now};
   time_line tags = {0};
   for (uint32_t i = 0; i < m->lines; i++) {
      time_line tag = tag_of(&m->line[i]);
      time_rop_clear(m, core, which, &m->line[i]);
      tag.sectors |= tag.line == tags.line ? tags.sectors : 0;
      tags = tag;
      if (i + 1 < m->lines && tag_of(&m->line[i + 1]).line == tag.line)
         continue;
      later(&all, access(m, core, which, &m->core[core].tag_misses, false, true, &tags, 0, 0, now, counters));
   }
   return all;
}

time_result time_rop_record(time_memory *m, uint32_t core, unsigned which, enum time_op op,
                            const uint32_t *record, uint64_t now, uint64_t *counters)
{
   bool block = record[0] >> 28 == EMU_REC_BLOCK_LINES, clear = record[0] >> 28 == EMU_REC_RUN;
   bool write = block ? record[0] >> 16 & 1 : op != TIME_READ,
        read = block ? record[0] >> 17 & 1 : op != TIME_WRITE;
   time_result all = {now, now};
   uint64_t more = 0;
   if (block) { /* which has each line once */
      for (uint32_t i = 0; i < (record[0] >> 8 & 0xff); i++) {
         const uint32_t *e = record + 1 + 2 * i;
         const time_line l = {emu_entry_line(e), emu_entry_sectors(e), 1, emu_entry_flags(e)};
         if (l.sectors)
            later(&all, time_rop_line(m, core, which, read, write, &l, now, counters));
      }
      return all;
   }
   do {
      more = time_lsu_lines(m, record, more);
      for (uint32_t i = 0; i < m->lines && !clear; i++)
         later(&all, time_rop_line(m, core, which, read, write, &m->line[i], now, counters));
      if (clear)
         later(&all, fill_tags(m, core, which, now, counters));
   } while (more);
   return all;
}

static uint64_t flush(time_memory *m, uint32_t core, unsigned which, uint64_t now, uint64_t *counters)
{
   time_cache *c = &m->core[core].rop[which];
   uint64_t granted = now, done = now;
   size_t ways = ((size_t)c->set_mask + 1) << c->ways_log2;
   for (size_t i = 0; i < ways && c->dirty; i++) {
      time_way *w = &c->way[i];
      if (w->key >> TIME_KEY_BITS != c->generation >> TIME_KEY_BITS || !WAY_DIRTY(w))
         continue;
      uint64_t written = write_back(m, core, which, w, granted, &granted, counters);
      done = written > done ? written : done;
      w->state &= ~UINT64_C(0xf0);
   }
   return done;
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

void time_rop_invalidate(time_memory *m)
{
   for (uint32_t core = 0; core < m->profile.cores; core++)
      for (unsigned which = 0; which < 2; which++)
         if (!m->core[core].rop[which].dirty)
            time_cache_empty(&m->core[core].rop[which]);
}
