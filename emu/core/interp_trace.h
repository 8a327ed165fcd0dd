/* Records of memory instructions whose lanes have addresses of their own. Part of interp.c, before the handlers of memory instructions;
 * out of their way, because most of the time nobody asks for time. Rules: core_trace.h.
 */
#include "core_trace.h"

#define BANKS 32u /* of a dword, of the local data share and of the L1's data */

/* Lanes of `exec` whose sectors are not those of the lane before; the lowest one always. Inactive lanes repeat its address. */
static inline uint32_t sector_changes(const emu_lanes *m, unsigned bytes, uint32_t exec)
{
   uint32_t changed[ISA_WAVE_LANES];
   const uint64_t *va = m->va, last = bytes - 1;
   changed[0] = 0xffffffffu;
   for (unsigned l = 1; l < ISA_WAVE_LANES; l++) {
      uint64_t differ = ((va[l] ^ va[l - 1]) | ((va[l] + last) ^ (va[l - 1] + last))) >> EMU_SECTOR_LOG2;
      changed[l] = differ ? 0xffffffffu : 0;
   }
   return (row_to_mask(changed) | (exec & -exec)) & exec;
}

static inline bool is_run(const emu_lanes *m, unsigned bytes, uint32_t exec)
{
   uint64_t unrun = 0, start = m->va[0];
   LANES unrun |= m->va[l] ^ (start + (uint64_t)bytes * lane_index[l]);
   return exec == 0xffffffffu && !unrun;
}

/* Passes over the banks: each pass serves one dword of every bank, to as many lanes as want it; an atomic only one lane. */
static uint32_t bank_passes(const emu_lanes *m, bool all, unsigned unit_B, unsigned units, bool atomic)
{
   uint32_t seen[8 * ISA_WAVE_LANES], most = 0;
   uint8_t passes[BANKS] = {0};
   memset(seen, 0xff, sizeof seen);
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask), n = all || m->valid[l] >= units ? units : m->valid[l];
      uint32_t first = (uint32_t)(m->va[l] / 4), end = first + (unit_B * n + 3) / 4;
      for (uint32_t dw = first; dw < end; dw++) {
         uint32_t slot = dw % (8 * ISA_WAVE_LANES);
         while (!atomic && seen[slot] != dw && seen[slot] != UINT32_MAX)
            slot = (slot + 1) % (8 * ISA_WAVE_LANES);
         if (!atomic && seen[slot] == dw)
            continue;
         seen[slot] = dw;
         uint32_t p = ++passes[dw % BANKS];
         most = p > most ? p : most;
      }
   }
   return most;
}

/* All lanes in banks of their own, or all on one dword. */
static inline bool banks_differ(const emu_lanes *m)
{
   uint32_t used = 0, other = 0;
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++) {
      uint32_t dw = (uint32_t)(m->va[l] / 4);
      used |= m->exec >> l & 1 ? 1u << dw % BANKS : 0;
      other |= dw ^ (uint32_t)(m->va[0] / 4);
   }
   return !other || __builtin_popcount(used) == __builtin_popcount(m->exec);
}

/* Loads and stores: `units` of unit_B bytes per lane, of which m->valid lie inside if not all do. */
static __attribute__((noinline)) void trace_lanes(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool all, unsigned unit_B,
                                                  unsigned units)
{
   const uint32_t exec = m->exec;
   const unsigned bytes = unit_B * units;
   if (all && is_run(m, bytes, exec)) {
      core_trace_span(u, x, m->va[0], ISA_WAVE_LANES * bytes);
      return;
   }
   if (!core_lines_begin(x))
      return;
   for (uint32_t mask = all ? sector_changes(m, bytes, exec) : exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask), n = all || m->valid[l] >= units ? units : m->valid[l];
      if (n)
         core_lines_touch(x, m->va[l], unit_B * n);
   }
   bool apart = all && bytes <= 4 && banks_differ(m);
   core_lines_end(u, x, !x->lines.count ? 0 : apart ? 1 : bank_passes(m, all, unit_B, units, false));
}

/* ---- LDS ------------------------------------------------------------------------------------- */
static __attribute__((noinline)) void trace_lds(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, bool all, unsigned unit_B,
                                                unsigned units, bool atomic)
{
   const unsigned dwords = (unit_B * units + 3) / 4;
   emu_trace *t = x->trace;
   if (!atomic && dwords == 1 && all && banks_differ(m))
      return;
   uint32_t passes = bank_passes(m, all, unit_B, units, atomic);
   if (passes <= dwords || !emu_trace_room(t, 1))
      return;
   t->segment = NULL;
   *t->at++ = (uint32_t)EMU_REC_LDS << 28 | passes << 8 | core_trace_place(u);
}
