/* Tags of render targets: which sectors a clear has filled and nobody has written since. The ROPs ask them
 * instead of memory. A bit for each sector; a line of tags covers 32 KiB of target and lies in memory at an
 * address of its own (time_tag_line), through the ROPs' caches, so that a lookup costs what its line costs.
 * What the bits are stands here, for as many lines of tags as there are places: of a target beyond that the
 * oldest are forgotten, and its sectors are read from memory again.
 *
 * Whoever writes a sector takes it out: ROPs, what reaches L2, copies. Other readers than ROPs do not ask.
 */
#include "memory_units.h"

static time_tag *set_of(const time_memory *m, uint64_t id)
{
   uint64_t set = (id ^ time_scatter(id >> TIME_TAG_SETS_LOG2) >> 40) & (TIME_TAG_SETS - 1);
   return m->tags.place + set * TIME_TAG_WAYS;
}

time_tag *time_tags_find(const time_memory *m, uint64_t line)
{
   uint64_t id = line >> TIME_TAG_LINES_LOG2;
   time_tag *t = set_of(m, id);
   for (uint32_t i = 0; i < TIME_TAG_WAYS; i++)
      if (t[i].count && t[i].id == id)
         return &t[i];
   return NULL;
}

static time_tag *make_room(time_memory *m, uint64_t line)
{
   uint64_t id = line >> TIME_TAG_LINES_LOG2;
   time_tag *set = set_of(m, id), *oldest = set;
   for (uint32_t i = 0; i < TIME_TAG_WAYS; i++) {
      if (!set[i].count) {
         oldest = &set[i];
         break;
      }
      if (set[i].age < oldest->age)
         oldest = &set[i];
   }
   m->tags.used += oldest->count == 0;
   *oldest = (time_tag){.id = id, .age = ++m->tags.clears};
   return oldest;
}

static uint32_t word_of(uint64_t line)
{
   return (uint32_t)line >> 4 & (TIME_TAG_WORDS - 1);
}

static uint32_t shift_of(uint64_t line)
{
   return ((uint32_t)line & 15) * 4;
}

uint32_t time_tags_cleared(const time_tag *t, uint64_t line)
{
   return t ? (uint32_t)(t->bits[word_of(line)] >> shift_of(line)) & 15 : 0;
}

void time_tags_set(time_memory *m, uint64_t line, uint32_t sectors)
{
   time_tag *t = time_tags_find(m, line);
   if (!t)
      t = make_room(m, line);
   t->count += time_sector_count(sectors & ~time_tags_cleared(t, line));
   t->bits[word_of(line)] |= (uint64_t)sectors << shift_of(line);
}

void time_tags_drop(time_memory *m, uint64_t line, uint32_t sectors)
{
   time_tag *t = time_tags_find(m, line);
   uint32_t gone = time_tags_cleared(t, line) & sectors;
   if (!gone)
      return;
   t->count -= time_sector_count(gone);
   t->bits[word_of(line)] &= ~((uint64_t)gone << shift_of(line));
   m->tags.used -= t->count == 0;
}
