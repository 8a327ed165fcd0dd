/* Records of memory instructions whose lanes have addresses of their own. Part of interp.c, before the handlers of memory instructions;
 * out of their way, because most of the time nobody asks for time. Rules: core_trace.h; passes over the banks: interp_banks.h.
 *
 * Lanes next to each other that touch one line share an entry; what else lies in one line is left to the reader to find. All lanes are put
 * together at once where they lie within 4 GiB and none reaches over the end of a line.
 */
#include "interp_banks.h"

/* ---- entries ----------------------------------------------------------------------------------- */
/* Bits of rows as masks: which lanes have bit `bit`, below 32, and which are the last ones of a line. */
static inline uint32_t lanes_with(const uint32_t *at, unsigned bit)
{
#if defined(__AVX512F__)
   const __m512i one = _mm512_set1_epi32((int32_t)(1u << bit));
   return (uint32_t)_mm512_test_epi32_mask(_mm512_loadu_si512(at), one) |
          (uint32_t)_mm512_test_epi32_mask(_mm512_loadu_si512(at + 16), one) << 16;
#else
   uint32_t sign[ISA_WAVE_LANES];
   LANES sign[l] = at[l] << (31 - bit);
   return row_to_mask(sign);
#endif
}

static inline uint32_t line_ends(const uint32_t *at)
{
#if defined(__AVX512F__)
   const __m512i line = _mm512_set1_epi32(-(1 << EMU_LINE_LOG2)), low = _mm512_loadu_si512(at), high = _mm512_loadu_si512(at + 16);
   const __m512i low_next = _mm512_alignr_epi32(high, low, 1), high_next = _mm512_alignr_epi32(high, high, 1);
   return (uint32_t)_mm512_test_epi32_mask(_mm512_xor_si512(low, low_next), line) |
          (uint32_t)_mm512_test_epi32_mask(_mm512_xor_si512(high, high_next), line) << 16;
#else
   uint32_t ends = 0;
   for (unsigned l = 0; l + 1 < ISA_WAVE_LANES; l++)
      ends |= (uint32_t)((at[l] ^ at[l + 1]) >> EMU_LINE_LOG2 != 0) << l;
   return ends;
#endif
}

/* Entries of the lanes in `ends` to `out`: low bits of lines, what the others have in common, and sectors[i] & 1 << lane. */
static inline void write_entries(uint32_t *out, const uint32_t *line, uint32_t common, uint32_t ends, const uint32_t sectors[4])
{
#if defined(__AVX512F__)
   const __m512i first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
   for (unsigned half = 0; half < 2; half++) {
      const __mmask16 end = (__mmask16)(ends >> 16 * half);
      __m512i low = _mm512_maskz_compress_epi32(end, _mm512_loadu_si512(line + 16 * half)), high = _mm512_set1_epi32((int32_t)common);
      for (unsigned i = 0; i < 4; i++)
         high = _mm512_mask_or_epi32(high, (__mmask16)(sectors[i] >> 16 * half), high, _mm512_set1_epi32((int32_t)(1u << (9 + i))));
      high = _mm512_maskz_compress_epi32(end, high);
      _mm512_storeu_si512(out, _mm512_permutex2var_epi32(low, first, high));
      _mm512_storeu_si512(out + 16, _mm512_permutex2var_epi32(low, _mm512_add_epi32(first, _mm512_set1_epi32(8)), high));
      out += 2 * __builtin_popcount(end);
   }
#else
   for (; ends; ends &= ends - 1, out += 2) {
      unsigned l = (unsigned)__builtin_ctz(ends);
      out[0] = line[l];
      out[1] = common | (sectors[0] >> l & 1) << 9 | (sectors[1] >> l & 1) << 10 | (sectors[2] >> l & 1) << 11 | (sectors[3] >> l & 1) << 12;
   }
#endif
}
#define ENTRIES_ROOM 32u /* dwords that may be written beyond the last entry */

/* Any bits of `in` in the lanes from one end to the next: at the end, as a carry from below. */
static inline uint32_t any_to_end(uint32_t in, uint32_t ends)
{
   return (((in & ~ends) + ~ends) | in) & ends;
}

/* Flags of pages that are not the same for all entries. */
static void patch_flags(const emu_core_ctx *x, uint32_t *entry, uint32_t n)
{
   uint64_t page = UINT64_MAX;
   for (uint32_t i = 0, flags = 0; i < n; i++) {
      uint64_t va = emu_entry_line(entry + 2 * i) << EMU_LINE_LOG2;
      if (va >> 12 != page)
         flags = emu_tlb_page_flags(x->tlb, va) << EMU_ENTRY_FLAGS_SHIFT;
      page = va >> 12;
      entry[2 * i + 1] |= flags;
   }
}

/* The low halves of the active lanes' addresses, of which the bits in `differ` are not the same for all. False: some lane reaches over the
 * end of its line. */
static inline bool trace_near(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, const uint32_t *at, uint64_t differ, unsigned bytes,
                              const bank_step *step)
{
   emu_trace *t = x->trace;
   const uint64_t first = m->va[__builtin_ctz(m->exec)];
   const unsigned lanes = (unsigned)__builtin_popcount(m->exec);
   const uint32_t all = ~0u >> (32 - lanes);
   uint32_t packed[2 * ISA_WAVE_LANES], end[ISA_WAVE_LANES], line[ISA_WAVE_LANES], over = 0;
   at = active_row(at, m->exec, packed);
   LANES
   {
      end[l] = at[l] + (bytes - 1);
      over |= at[l] ^ end[l];
   }
   if (over >> EMU_LINE_LOG2)
      return false;
   if (!core_lines_room(t, ISA_WAVE_LANES + ENTRIES_ROOM / 2))
      return true;
   const uint32_t ends = (line_ends(at) & all) | 1u << (lanes - 1), five = lanes_with(at, 5), six = lanes_with(at, 6);
   uint32_t sectors[4] = {~five & ~six & all, five & ~six & all, ~five & six & all, five & six & all};
   if (over >> EMU_SECTOR_LOG2) { /* two sectors of one lane at most */
      const uint32_t end_five = lanes_with(end, 5), end_six = lanes_with(end, 6);
      sectors[1] |= end_five & ~end_six & all;
      sectors[2] |= ~end_five & end_six & all;
      sectors[3] |= end_five & end_six & all;
   }
   for (unsigned i = 0; i < 4; i++)
      sectors[i] = any_to_end(sectors[i], ends);
   bool alike = differ >> 12 == 0 || (differ >> 16 == 0 && emu_tlb_fast(x->tlb, first, false));
   uint32_t flags = alike ? emu_tlb_page_flags(x->tlb, first) << EMU_ENTRY_FLAGS_SHIFT : 0, n = (uint32_t)__builtin_popcount(ends);
   const uint32_t high = (uint32_t)(first >> 32) << (32 - EMU_LINE_LOG2);
   LANES line[l] = at[l] >> EMU_LINE_LOG2 | high;
   write_entries(t->at + 1, line, ((uint32_t)(first >> (32 + EMU_LINE_LOG2)) & 0x1ff) | 1u << 13 | flags, ends, sectors);
   if (!alike)
      patch_flags(x, t->at + 1, n);
   core_lines_end(u, t, n, bank_passes(u, x, m, at, lanes, bytes, step));
   return true;
}

/* ---- records ----------------------------------------------------------------------------------- */
/* Lanes whose sectors are not those of the lane before; the lowest one always. Inactive lanes repeat its address. */
static inline uint32_t sector_changes(const emu_lanes *m, unsigned bytes)
{
   uint32_t changed[ISA_WAVE_LANES];
   const uint64_t *va = m->va, last = bytes - 1;
   changed[0] = 0xffffffffu;
   for (unsigned l = 1; l < ISA_WAVE_LANES; l++) {
      uint64_t differ = ((va[l] ^ va[l - 1]) | ((va[l] + last) ^ (va[l - 1] + last))) >> EMU_SECTOR_LOG2;
      changed[l] = differ ? 0xffffffffu : 0;
   }
   return (row_to_mask(changed) | (m->exec & -m->exec)) & m->exec;
}

/* As trace_lanes, lane by lane. */
static void trace_each(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool all, unsigned unit_B, unsigned units)
{
   emu_trace *t = x->trace;
   uint64_t last = UINT64_MAX, page = UINT64_MAX;
   uint32_t n = 0, word = 0, flags = 0;
   if (!core_lines_room(t, EMU_LINES_MAX))
      return;
   uint32_t *e = t->at - 1; /* of the latest entry */
   for (uint32_t mask = all ? sector_changes(m, unit_B * units) : m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask), size = unit_B * lane_units(m, all, units, l);
      for (uint64_t at = m->va[l], end = at + size; at < end; at = (at | 31) + 1) {
         uint64_t line = at >> EMU_LINE_LOG2;
         uint32_t sector = 1u << (9 + (at >> EMU_SECTOR_LOG2 & 3));
         if (at >> 12 != page) {
            page = at >> 12;
            flags = emu_tlb_page_flags(x->tlb, at) << EMU_ENTRY_FLAGS_SHIFT | 1u << 13;
         }
         bool same = line == last;
         last = line;
         n += !same;
         e += same ? 0 : 2;
         word = same ? word | sector : ((uint32_t)(line >> 32) & 0x1ff) | flags | sector;
         e[0] = (uint32_t)line;
         e[1] = word;
      }
   }
   core_lines_end(u, t, n, count_passes(m, all, unit_B, units, false));
}

/* `bytes` from va on, all of them. */
static inline void trace_all(const emu_uop *u, emu_core_ctx *x, uint64_t va, unsigned bytes, uint32_t passes)
{
   const uint64_t first = va >> EMU_LINE_LOG2, last = (va + bytes - 1) >> EMU_LINE_LOG2;
   const uint32_t n = (uint32_t)(last - first) + 1;
   if (!core_lines_room(x->trace, n))
      return;
   uint32_t *entry = x->trace->at + 1, from = va >> EMU_SECTOR_LOG2 & 3, to = (va + bytes - 1) >> EMU_SECTOR_LOG2 & 3;
   uint32_t flags = emu_tlb_page_flags(x->tlb, va);
   for (uint32_t i = 0; i < n; i++) {
      uint64_t at = (first + i) << EMU_LINE_LOG2;
      if (i && !(at & 0xfff))
         flags = emu_tlb_page_flags(x->tlb, at);
      emu_entry_pack(entry + 2 * i, at, 15, 1, flags);
   }
   entry[1] &= ~(((1u << from) - 1) << 9);
   entry[2 * n - 1] &= ~((15u & ~((2u << to) - 1)) << 9);
   core_lines_end(u, x->trace, n, passes);
}

/* Loads and stores: `units` of unit_B bytes per lane, of which m->valid lie inside if not all do. */
static __attribute__((noinline)) void trace_lanes(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool all, unsigned unit_B,
                                                  unsigned units)
{
   const unsigned bytes = unit_B * units;
   const uint64_t first = m->va[__builtin_ctz(m->exec)];
   uint32_t at[ISA_WAVE_LANES];
   uint64_t differ = 0;
   LANES
   {
      at[l] = (uint32_t)m->va[l];
      differ |= m->va[l] ^ first;
   }
   if (!all || differ >> 32) {
      trace_each(u, x, m, all, unit_B, units);
      return;
   }
   if (!differ) {
      trace_all(u, x, first, bytes, 1);
      return;
   }
   const bank_step step = step_of(at, m->exec);
   if (step.even && step.step == (int32_t)bytes)
      core_trace_span(u, x, m->va[0], ISA_WAVE_LANES * bytes);
   else if (step.even && (uint32_t)step.step <= 1u << EMU_SECTOR_LOG2) /* leaves no sector out */
      trace_all(u, x, m->va[0], (unsigned)step.step * (ISA_WAVE_LANES - 1) + bytes, bank_passes(u, x, m, at, ISA_WAVE_LANES, bytes, &step));
   else if (!trace_near(u, x, m, at, differ, bytes, &step))
      trace_each(u, x, m, all, unit_B, units);
}

/* ---- LDS ------------------------------------------------------------------------------------- */
static __attribute__((noinline)) void trace_lds(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool all, unsigned unit_B,
                                                unsigned units, bool atomic)
{
   const unsigned dwords = (unit_B * units + 3) / 4;
   emu_trace *t = x->trace;
   uint32_t at[ISA_WAVE_LANES], packed[2 * ISA_WAVE_LANES], passes;
   if (all && !atomic) { /* inside, so 32 bits are enough */
      LANES at[l] = (uint32_t)m->va[l];
      const bank_step step = step_of(at, m->exec);
      passes = bank_passes(u, x, m, active_row(at, m->exec, packed), (unsigned)__builtin_popcount(m->exec), unit_B * units, &step);
   } else {
      passes = count_passes(m, all, unit_B, units, atomic);
   }
   if (passes <= dwords || !emu_trace_room(t, 1))
      return;
   t->segment = NULL;
   *t->at++ = (uint32_t)EMU_REC_LDS << 28 | passes << 8 | core_trace_place(u);
}
