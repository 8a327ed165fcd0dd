/* Records of memory instructions whose lanes have addresses of their own. Part of interp.c, before the handlers of memory instructions;
 * out of their way, because most of the time nobody asks for time. Rules: core_trace.h.
 */
#include "core_trace.h"

#define BANKS 32u

/* ---- how the lanes lie ----------------------------------------------------------------------- */
/* exec is full and lane l is at the address of lane 0 + l * stride. */
static inline bool is_affine(const emu_lanes *m, uint64_t *stride)
{
   uint64_t differ = 0, start = m->va[0], step = m->va[1] - start;
   LANES differ |= m->va[l] ^ (start + step * lane_index[l]);
   *stride = step;
   return m->exec == 0xffffffffu && !differ;
}

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

/* ---- banks ------------------------------------------------------------------------------------- */
/* Dwords of memory lie in 32 banks, in the local data share and in the L1. A pass serves one dword of every bank, to as many lanes as want it;
 * an atomic only one lane. */
static inline unsigned lane_units(const emu_lanes *m, bool all, unsigned units, unsigned l)
{
   return all || m->valid[l] >= units ? units : m->valid[l];
}

static __attribute__((noinline)) uint32_t count_passes(const emu_lanes *m, bool all, unsigned unit_B, unsigned units, bool atomic)
{
   uint32_t seen[BANKS][ISA_WAVE_LANES], most = 0;
   uint8_t passes[BANKS] = {0};
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask), n = lane_units(m, all, units, l);
      uint64_t first = m->va[l] / 4, end = n ? (m->va[l] + unit_B * n + 3) / 4 : first;
      for (uint64_t dw = first; dw < end; dw++) {
         uint32_t bank = dw % BANKS, key = (uint32_t)(dw / BANKS), i = passes[bank];
         while (!atomic && i && seen[bank][i - 1] != key)
            i--;
         if (!atomic && i)
            continue;
         uint32_t p = passes[bank]++;
         if (p < ISA_WAVE_LANES)
            seen[bank][p] = key;
         most = p + 1 > most ? p + 1 : most;
      }
   }
   return most;
}

/* Each lane in a bank of its own. */
static inline bool banks_differ(const emu_lanes *m, const uint32_t *active)
{
   uint32_t used = 0;
   LANES used |= 1u << ((uint32_t)m->va[l] >> 2) % BANKS & active[l];
   return __builtin_popcount(used) == __builtin_popcount(m->exec);
}

static inline uint32_t bank_passes(const emu_core_ctx *x, const emu_lanes *m, bool all, bool affine, uint64_t stride, unsigned unit_B,
                                   unsigned units)
{
   const unsigned dwords = (unit_B * units + 3) / 4;
   if (affine && !(stride & 3)) {
      uint64_t step = ((int64_t)stride < 0 ? -stride : stride) / 4, alike = step & -step;
      uint32_t together = alike < BANKS ? (uint32_t)alike : BANKS;
      if (!step)
         return 1;
      if (step >= dwords) /* `together` lanes of each dword in one bank */
         return together * ((dwords + together - 1) / together);
   }
   if (all && dwords == 1 && banks_differ(m, x->exec_row))
      return 1;
   return count_passes(m, all, unit_B, units, false);
}

/* ---- records ----------------------------------------------------------------------------------- */
/* Loads and stores: `units` of unit_B bytes per lane, of which m->valid lie inside if not all do. Adjacent lanes share an entry; what else
 * lies in one line is left to the reader to find. */
static __attribute__((noinline)) void trace_lanes(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool all, unsigned unit_B,
                                                  unsigned units)
{
   const unsigned bytes = unit_B * units;
   emu_trace *t = x->trace;
   uint64_t stride = 0, last = UINT64_MAX, page = UINT64_MAX;
   uint32_t n = 0, word = 0, flags = 0;
   bool affine = all && is_affine(m, &stride);
   if (affine && stride == bytes) {
      core_trace_span(u, x, m->va[0], ISA_WAVE_LANES * bytes);
      return;
   }
   if (!emu_trace_room(t, 1 + 2 * EMU_LINES_MAX))
      return;
   uint32_t *e = t->at - 1; /* of the latest entry */
   /* lanes in short steps leave no sector out: walk along these */
   const bool dense = affine && stride <= 1u << EMU_SECTOR_LOG2;
   for (uint32_t mask = dense ? 1 : all ? sector_changes(m, bytes) : m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask), size = unit_B * lane_units(m, all, units, l);
      if (dense)
         size = (unsigned)stride * (ISA_WAVE_LANES - 1) + bytes;
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
   t->segment = NULL;
   *t->at = (uint32_t)EMU_REC_LINES << 28 | bank_passes(x, m, all, affine, stride, unit_B, units) << 16 | n << 8 | core_trace_place(u);
   t->at += 1 + 2 * n;
}

/* ---- LDS ------------------------------------------------------------------------------------- */
static __attribute__((noinline)) void trace_lds(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool all, unsigned unit_B,
                                                unsigned units, bool atomic)
{
   const unsigned dwords = (unit_B * units + 3) / 4;
   emu_trace *t = x->trace;
   uint64_t stride = 0;
   bool affine = all && is_affine(m, &stride);
   uint32_t passes =
      atomic ? count_passes(m, all, unit_B, units, true) : bank_passes(x, m, all, affine, stride, unit_B, units);
   if (passes <= dwords || !emu_trace_room(t, 1))
      return;
   t->segment = NULL;
   *t->at++ = (uint32_t)EMU_REC_LDS << 28 | passes << 8 | core_trace_place(u);
}
