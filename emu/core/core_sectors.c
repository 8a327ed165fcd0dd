/* Sectors of image instructions, what is not worth being inline (core_sectors.h): finding blocks, their order, and instructions that touch
 * more lines than a record has room for. */
#include "core_sectors.h"

/* Slots need no clearing: a block says which slot is its own. */
static bool hash(emu_sector_set *s, uint32_t n, uint64_t block, uint64_t sectors)
{
   uint32_t slot = (uint32_t)block * 0x9e3779b1u >> (32 - EMU_SECTOR_SLOTS_LOG2);
   for (uint32_t i; (i = s->slot[slot]) < n && s->where[i] == slot; slot = (slot + 1) % EMU_SECTOR_SLOTS)
      if (s->at[i].block == block) {
         s->at[i].sectors |= sectors;
         return true;
      }
   if (n == EMU_SECTOR_BLOCKS)
      return false;
   s->slot[slot] = (uint8_t)n;
   s->where[n] = (uint16_t)slot;
   s->at[n] = (emu_sector_block){block, sectors};
   s->count = n + 1;
   return true;
}

/* The first few are kept in order, which is how most of them come. */
bool core_sectors_find(emu_sector_set *s, uint64_t block, uint64_t sectors)
{
   enum { FEW = 12 };
   uint32_t n = s->count, i = n;
   if (n > FEW)
      return hash(s, n, block, sectors);
   while (i && s->at[i - 1].block >= block)
      i--;
   if (i < n && s->at[i].block == block) {
      s->at[i].sectors |= sectors;
      return true;
   }
   for (uint32_t k = n; k > i; k--)
      s->at[k] = s->at[k - 1];
   s->at[i] = (emu_sector_block){block, sectors};
   s->count = n + 1;
   for (uint32_t k = 0; n == FEW && k <= FEW; k++)
      hash(s, k, s->at[k].block, s->at[k].sectors);
   return true;
}

/* Shell's way: mostly a few blocks that are nearly in order. What is found afterwards would be wrong: nothing is. */
void core_sectors_sort(emu_sector_set *s)
{
   static const uint32_t gaps[] = {57, 23, 10, 4, 1};
   for (unsigned g = s->count > 16 ? 0 : sizeof gaps / sizeof *gaps - 1; g < sizeof gaps / sizeof *gaps; g++)
      for (uint32_t i = gaps[g]; i < s->count; i++) {
         emu_sector_block moving = s->at[i];
         uint32_t k = i;
         for (; k >= gaps[g] && s->at[k - gaps[g]].block > moving.block; k -= gaps[g])
            s->at[k] = s->at[k - gaps[g]];
         s->at[k] = moving;
      }
}

/* ---- more lines than a record has room for ------------------------------------------------------------------------------------- */
/* Room behind what was spilled so far. When the trace is lost, it starts anew and what was spilled is gone. */
static bool room(emu_core_ctx *x, size_t dwords)
{
   emu_trace *t = x->trace;
   size_t before = t->first ? (size_t)(t->at - t->first) : 0;
   x->sectors.lost = x->sectors.lost || !emu_trace_room(t, dwords) || (size_t)(t->at - t->first) != before;
   return !x->sectors.lost;
}

static bool open_record(const emu_uop *u, emu_core_ctx *x, enum emu_record kind)
{
   emu_trace *t = x->trace;
   if (!room(x, 1))
      return false;
   x->sectors.open = (size_t)(t->at - t->first);
   *t->at++ = (uint32_t)kind << 28 | core_trace_place(u);
   return true;
}

/* One entry more; the record that is full with it is continued. */
static bool append(const emu_uop *u, emu_core_ctx *x, uint64_t entry)
{
   emu_trace *t = x->trace;
   if (!room(x, 2))
      return false;
   memcpy(t->at, &entry, sizeof entry);
   t->at += 2;
   uint32_t *record = t->first + x->sectors.open;
   *record += 1u << 8;
   return (*record >> 8 & 0xff) < EMU_LINES_MAX || open_record(u, x, EMU_REC_MORE_LINES);
}

void core_sectors_spill(const emu_uop *u, emu_core_ctx *x)
{
   emu_sector_set *s = &x->sectors;
   core_sectors_sort(s);
   if (!s->spilled && !s->lost) {
      s->spilled = true;
      if (open_record(u, x, EMU_REC_LINES))
         s->head = s->open;
   }
   for (uint32_t i = 0; i < s->count && !s->lost; i++) {
      uint64_t entry = core_block_entry(x, s->at[i].block), sectors = s->at[i].sectors;
      for (uint64_t lines = core_block_lines(sectors); lines; lines &= lines - 1) {
         unsigned bit = (unsigned)__builtin_ctzll(lines);
         if (!append(u, x, (entry | bit / 4) + ((sectors >> bit & 15) << 41)))
            break;
      }
   }
   s->count = 0;
}

void core_sectors_drop(emu_core_ctx *x)
{
   emu_sector_set *s = &x->sectors;
   if (s->spilled && !s->lost)
      x->trace->at = x->trace->first + s->head;
}

void core_sectors_end_long(const emu_uop *u, emu_core_ctx *x, uint32_t filter_cycles)
{
   core_sectors_spill(u, x);
   if (x->sectors.lost)
      return;
   x->trace->segment = NULL;
   x->trace->first[x->sectors.head] |= (filter_cycles < 0xfff ? filter_cycles : 0xfff) << 16;
}
