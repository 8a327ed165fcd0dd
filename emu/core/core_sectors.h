/* Sectors that one image instruction touches, on their way into a trace (core_trace.h).
 *
 * They are collected in blocks of 64, one bit each, and written as entries in the order of lines: no line is looked for and entries need no
 * sorting, only the few blocks do. Whoever adds them may do so in any order and as often as it likes, so fast paths and texture unit give
 * the same records. A set that is full is for the texture unit alone, which empties it into the trace and goes on (core_sectors_spill).
 */
#ifndef EMU_CORE_CORE_SECTORS_H
#define EMU_CORE_CORE_SECTORS_H

#include "core_trace.h"

#define EMU_BLOCK_LOG2 6u /* sectors of a block: 2 KiB */

static inline void core_sectors_begin(emu_core_ctx *x)
{
   x->sectors.count = 0;
   x->sectors.spilled = x->sectors.lost = false;
}

/* The place of a block that is not the latest one; false: the set is full. */
bool core_sectors_find(emu_sector_set *s, uint64_t block, uint64_t sectors);

/* False: the set is full. */
static inline bool core_sectors_add(emu_core_ctx *x, uint64_t block, uint64_t sectors)
{
   emu_sector_set *s = &x->sectors;
   if (!s->count) {
      s->at[0] = (emu_sector_block){block, sectors};
      s->count = 1;
      return true;
   }
   if (s->at[s->count - 1].block == block) {
      s->at[s->count - 1].sectors |= sectors;
      return true;
   }
   return core_sectors_find(s, block, sectors);
}

/* What is in the set goes into the trace; to be dropped again if the instruction faults. */
void core_sectors_spill(const emu_uop *u, emu_core_ctx *x);
void core_sectors_drop(emu_core_ctx *x);

/* 1 to 32 bytes: at most two sectors. */
static inline void core_sectors_touch(const emu_uop *u, emu_core_ctx *x, uint64_t va, unsigned bytes)
{
   uint64_t first = va >> EMU_SECTOR_LOG2, last = (va + bytes - 1) >> EMU_SECTOR_LOG2;
   for (uint64_t sector = first; sector <= last; sector++)
      while (!core_sectors_add(x, sector >> EMU_BLOCK_LOG2, UINT64_C(1) << sector % 64))
         core_sectors_spill(u, x);
}

/* ---- the record ---------------------------------------------------------------------------------------------------------------- */
/* The lowest bit of each line of a block that has sectors. */
static inline uint64_t core_block_lines(uint64_t sectors)
{
   uint64_t any = sectors | sectors >> 1;
   return (any | any >> 2) & UINT64_C(0x1111111111111111);
}

/* The entry of a line of the block, as it lies in the trace, without sectors. */
static inline uint64_t core_block_entry(const emu_core_ctx *x, uint64_t block)
{
   uint32_t entry[2], flags = emu_tlb_page_flags(x->tlb, block << (EMU_BLOCK_LOG2 + EMU_SECTOR_LOG2));
   emu_entry_pack(entry, block << (EMU_BLOCK_LOG2 + EMU_SECTOR_LOG2), 0, 1, flags);
   return entry[0] | (uint64_t)entry[1] << 32;
}

#define EMU_BLOCK_ROOM 32u /* dwords that the entries of a block may take, and be written beyond its last */

/* Entries of a block; returns where they end. */
static inline uint32_t *core_block_write(uint32_t *at, uint64_t entry, uint64_t sectors)
{
#if defined(__AVX512F__)
   const __m512i all = _mm512_set1_epi64((long long)sectors), one = _mm512_set1_epi64((long long)entry),
                 line = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
   for (unsigned half = 0; half < 2; half++) {
      __m512i own = _mm512_add_epi64(line, _mm512_set1_epi64(8 * half));
      __m512i bits = _mm512_and_si512(_mm512_srlv_epi64(all, _mm512_slli_epi64(own, 2)), _mm512_set1_epi64(15));
      __mmask8 any = _mm512_test_epi64_mask(bits, bits);
      __m512i e = _mm512_or_si512(_mm512_or_si512(one, own), _mm512_slli_epi64(bits, 41));
      _mm512_storeu_si512(at, _mm512_maskz_compress_epi64(any, e));
      at += 2 * __builtin_popcount(any);
   }
#else
   for (uint64_t lines = core_block_lines(sectors); lines; lines &= lines - 1) {
      unsigned bit = (unsigned)__builtin_ctzll(lines);
      uint64_t e = (entry | bit / 4) + ((sectors >> bit & 15) << 41);
      memcpy(at, &e, sizeof e);
      at += 2;
   }
#endif
   return at;
}

void core_sectors_sort(emu_sector_set *s);
void core_sectors_end_long(const emu_uop *u, emu_core_ctx *x, uint32_t filter_cycles);

/* The record of what is in the set, and of what was spilled before. */
static inline void core_sectors_end(const emu_uop *u, emu_core_ctx *x, uint32_t filter_cycles)
{
   emu_sector_set *s = &x->sectors;
   emu_trace *t = x->trace;
   bool sorted = true;
   uint32_t lines = 0;
   for (uint32_t i = 0; i < s->count; i++) {
      lines += (uint32_t)__builtin_popcountll(core_block_lines(s->at[i].sectors));
      sorted &= !i || s->at[i - 1].block < s->at[i].block;
   }
   if (!sorted)
      core_sectors_sort(s);
   if (s->spilled || lines >= EMU_LINES_MAX) {
      core_sectors_end_long(u, x, filter_cycles);
      return;
   }
   if (!emu_trace_room(t, 1 + 2 * lines + EMU_BLOCK_ROOM))
      return;
   t->segment = NULL;
   *t->at = (uint32_t)EMU_REC_LINES << 28 | (filter_cycles < 0xfff ? filter_cycles : 0xfff) << 16 | lines << 8 | core_trace_place(u);
   uint32_t *at = t->at + 1;
   for (uint32_t i = 0; i < s->count; i++)
      at = core_block_write(at, core_block_entry(x, s->at[i].block), s->at[i].sectors);
   t->at = at;
}

#endif
