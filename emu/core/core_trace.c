/* Records of memory instructions, what is not worth being inline (core_trace.h). */
#include "core_trace.h"

void core_trace_span(const emu_uop *u, emu_core_ctx *x, uint64_t va, uint32_t bytes)
{
   emu_trace *t = x->trace;
   uint64_t last = va + bytes - 1;
   uint32_t first_flags = bytes ? emu_tlb_page_flags(x->tlb, va) : 0, n = 0;
   if (bytes && ((va ^ last) < 4096 || first_flags == emu_tlb_page_flags(x->tlb, last))) {
      core_trace_run(u, x, va, bytes, first_flags);
      return;
   }
   uint32_t lines = bytes ? (uint32_t)((last >> EMU_LINE_LOG2) - (va >> EMU_LINE_LOG2)) + 1 : 0;
   if (!core_lines_room(t, lines))
      return;
   for (uint64_t at = va; n < lines; at = (at | ((1u << EMU_LINE_LOG2) - 1)) + 1) {
      uint64_t end = at | ((1u << EMU_LINE_LOG2) - 1);
      uint32_t from = at >> EMU_SECTOR_LOG2 & 3, to = (end < last ? end : last) >> EMU_SECTOR_LOG2 & 3;
      emu_entry_pack(t->at + 1 + 2 * n++, at, (2u << to) - (1u << from), 1, emu_tlb_page_flags(x->tlb, at));
   }
   core_lines_end(u, t, n, 0);
}

/* ---- atomics ------------------------------------------------------------------------------------------------------------------ */
enum { SLOTS = 2 * ISA_WAVE_LANES, NONE = 0xff };

/* Lanes on the elements of the instruction, and the entries of their lines, in the order of lanes. */
typedef struct elements {
   uint64_t va[ISA_WAVE_LANES];
   uint8_t lanes[ISA_WAVE_LANES];
   uint32_t count;
} elements;

static uint32_t slot_of(uint64_t key)
{
   return (uint32_t)key * 0x9e3779b1u >> 26;
}

static void find_elements(const emu_lanes *m, elements *o)
{
   uint8_t slot[SLOTS];
   uint64_t latest = 0;
   uint32_t i = NONE;
   memset(slot, NONE, sizeof slot);
   o->count = 0;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      if (!m->valid[l])
         continue;
      if (i == NONE || m->va[l] != latest) {
         uint32_t s = slot_of(m->va[l] >> 2);
         while (slot[s] != NONE && o->va[slot[s]] != m->va[l])
            s = (s + 1) % SLOTS;
         if (slot[s] == NONE) {
            slot[s] = (uint8_t)o->count;
            o->lanes[o->count] = 0;
            o->va[o->count++] = m->va[l];
         }
         i = slot[s];
         latest = m->va[l];
      }
      o->lanes[i]++;
   }
}

/* All lanes have elements of their own, evenly spaced. */
static bool are_spaced(const emu_lanes *m)
{
   uint64_t step = m->va[1] - m->va[0], differ = 0, missing = 0;
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++) {
      differ |= m->va[l] ^ (m->va[0] + step * l);
      missing |= !m->valid[l];
   }
   return m->exec == 0xffffffffu && step && !differ && !missing;
}

/* Lanes on the one element that all of them share, 0 if they do not. */
static uint32_t lanes_together(const emu_lanes *m)
{
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      if (!m->valid[l] || m->va[l] != m->va[__builtin_ctz(m->exec)])
         return 0;
   }
   return (uint32_t)__builtin_popcount(m->exec);
}

/* What elements next to each other add to the entry of their line. */
static void add_to_entry(uint32_t *entry, uint32_t sectors, uint32_t lanes)
{
   entry[1] |= sectors << 9;
   if (emu_entry_lanes(entry) < lanes)
      entry[1] = (entry[1] & ~(63u << 13)) | lanes << 13;
}

/* Lanes on one element act one after the other: an entry has the greatest number of them in its line. */
void core_trace_atomic(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m)
{
   emu_trace *t = x->trace;
   uint8_t slot[SLOTS];
   elements o;
   uint32_t n = 0, i = 0, flags = 0, sectors = 0, lanes = 0;
   uint64_t latest = UINT64_MAX, page = UINT64_MAX;
   if (!core_lines_room(t, ISA_WAVE_LANES))
      return;
   if ((n = lanes_together(m))) {
      const uint64_t va = m->va[__builtin_ctz(m->exec)];
      emu_entry_pack(t->at + 1, va, 1u << (va >> EMU_SECTOR_LOG2 & 3), n, emu_tlb_page_flags(x->tlb, va));
      core_lines_end(u, t, 1, 0);
      return;
   }
   if (are_spaced(m)) {
      o.count = ISA_WAVE_LANES;
      memcpy(o.va, m->va, sizeof o.va);
      memset(o.lanes, 1, sizeof o.lanes);
   } else {
      find_elements(m, &o);
   }
   memset(slot, NONE, sizeof slot);
   uint32_t *entry = t->at + 1;
   for (uint32_t k = 0; k < o.count; k++) {
      uint64_t line = o.va[k] >> EMU_LINE_LOG2;
      if (line != latest) {
         uint32_t s = slot_of(line);
         if (n)
            add_to_entry(entry + 2 * i, sectors, lanes);
         latest = line;
         sectors = lanes = 0;
         while (slot[s] != NONE && emu_entry_line(entry + 2 * slot[s]) != line)
            s = (s + 1) % SLOTS;
         if (slot[s] == NONE) {
            if (o.va[k] >> 12 != page)
               flags = emu_tlb_page_flags(x->tlb, o.va[k]);
            page = o.va[k] >> 12;
            slot[s] = (uint8_t)n;
            emu_entry_pack(entry + 2 * n++, o.va[k], 0, 1, flags);
         }
         i = slot[s];
      }
      sectors |= 1u << (o.va[k] >> EMU_SECTOR_LOG2 & 3);
      lanes = o.lanes[k] > lanes ? o.lanes[k] : lanes;
   }
   if (n)
      add_to_entry(entry + 2 * i, sectors, lanes);
   core_lines_end(u, t, n, 0);
}
