/* Records of memory instructions, what is not worth being inline (core_trace.h). */
#include "core_trace.h"

void core_trace_span(const emu_uop *u, emu_core_ctx *x, uint64_t va, uint32_t bytes)
{
   uint32_t first = bytes ? emu_tlb_page_flags(x->tlb, va) : 0;
   if (bytes && ((va ^ (va + bytes - 1)) < 4096 || first == emu_tlb_page_flags(x->tlb, va + bytes - 1))) {
      core_trace_run(u, x, va, bytes, first);
      return;
   }
   if (!core_lines_begin(x))
      return;
   for (uint64_t at = va; at < va + bytes; at = (at | 31) + 1)
      core_lines_touch(x, at, 1);
   core_lines_end(u, x, 0);
}

/* Elements of all lanes are different and evenly spaced. */
static bool are_spaced(const emu_lanes *m)
{
   uint64_t step = m->va[1] - m->va[0], differ = 0, missing = 0;
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++) {
      differ |= m->va[l] ^ (m->va[0] + step * l);
      missing |= !m->valid[l];
   }
   return m->exec == 0xffffffffu && step && !differ && !missing;
}

/* Lanes on one element act one after the other: an entry has the greatest number of them in its line. */
void core_trace_atomic(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m)
{
   enum { SLOTS = 2 * ISA_WAVE_LANES, EMPTY = 0xff };
   uint8_t slot[SLOTS], lanes[ISA_WAVE_LANES];
   uint64_t va[ISA_WAVE_LANES];
   uint32_t n = 0;
   if (!core_lines_begin(x))
      return;
   if (are_spaced(m)) {
      for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
         core_lines_touch(x, m->va[l], 4);
      core_lines_end(u, x, 0);
      return;
   }
   memset(slot, EMPTY, sizeof slot);
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint32_t s = (uint32_t)(m->va[l] >> 2) * 0x9e3779b1u >> 26;
      if (!m->valid[l])
         continue;
      while (slot[s] != EMPTY && va[slot[s]] != m->va[l])
         s = (s + 1) % SLOTS;
      if (slot[s] == EMPTY) {
         slot[s] = (uint8_t)n;
         va[n] = m->va[l];
         lanes[n++] = 0;
      }
      lanes[slot[s]]++;
   }
   for (uint32_t i = 0; i < n; i++) {
      uint32_t *e = core_lines_find(x, va[i] >> EMU_LINE_LOG2, false);
      if (!e)
         continue;
      e[1] |= (1u << (va[i] >> EMU_SECTOR_LOG2 & 3)) << 9;
      if (emu_entry_lanes(e) < lanes[i])
         e[1] = (e[1] & ~(63u << 13)) | (uint32_t)lanes[i] << 13;
   }
   core_lines_end(u, x, 0);
}

static bool behind(const uint32_t *a, const uint32_t *b)
{
   return emu_entry_line(a) > emu_entry_line(b);
}

/* Shell's way: mostly a few entries that are nearly in order. */
void core_lines_sort(emu_core_ctx *x)
{
   static const uint32_t gaps[] = {57, 23, 10, 4, 1};
   uint32_t *e = x->lines.entry, n = x->lines.count;
   for (unsigned g = 0; g < sizeof gaps / sizeof *gaps; g++)
      for (uint32_t i = gaps[g]; i < n; i++) {
         uint32_t moving[2] = {e[2 * i], e[2 * i + 1]}, k = i;
         for (; k >= gaps[g] && behind(e + 2 * (k - gaps[g]), moving); k -= gaps[g]) {
            e[2 * k] = e[2 * (k - gaps[g])];
            e[2 * k + 1] = e[2 * (k - gaps[g]) + 1];
         }
         e[2 * k] = moving[0];
         e[2 * k + 1] = moving[1];
      }
}
