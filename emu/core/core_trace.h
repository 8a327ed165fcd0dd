/* What the shader core writes into traces: records of memory instructions. Rules of the records: time/trace.h.
 *
 * A record depends on the instruction's addresses and on page tables alone, never on the way in which the access was carried out: fast
 * paths and memory.c or tex_*.c give the same. It is written after the access, so that the pages are at hand; one that faults has none.
 */
#ifndef EMU_CORE_CORE_TRACE_H
#define EMU_CORE_CORE_TRACE_H

#include <string.h>
#include "core.h"

static inline uint32_t core_trace_place(const emu_uop *u)
{
   return u->flags >> EMU_UOP_PLACE_SHIFT & 0xff;
}

/* ---- runs ------------------------------------------------------------------------------------------------------------------ */
static inline void core_trace_run(const emu_uop *u, emu_core_ctx *x, uint64_t va, uint32_t bytes, uint32_t page_flags)
{
   emu_trace *t = x->trace;
   if (!emu_trace_room(t, 3))
      return;
   t->segment = NULL;
   t->at[0] = (uint32_t)EMU_REC_RUN << 28 | bytes << 8 | core_trace_place(u);
   t->at[1] = (uint32_t)va;
   t->at[2] = ((uint32_t)(va >> 32) & 0xffff) | page_flags << 16;
   t->at += 3;
}

/* ---- lines ------------------------------------------------------------------------------------------------------------------ */
/* A record of lines is put together at the end of the trace, and forgotten unless it is ended. */
static inline bool core_lines_begin(emu_core_ctx *x)
{
   x->lines.count = 0;
   x->lines.full = false;
   memset(x->lines.recent, 0xff, sizeof x->lines.recent);
   if (!emu_trace_room(x->trace, 1 + 2 * EMU_LINES_MAX))
      return false;
   x->lines.entry = x->trace->at + 1;
   return true;
}

/* The entry of a line, NULL if there are too many. `scratch`: no page tables know it. Slots need no clearing: an entry says which slot is its own. */
static inline uint32_t *core_lines_find(emu_core_ctx *x, uint64_t line, bool scratch)
{
   emu_line_set *s = &x->lines;
   uint32_t *e = s->entry, lo = (uint32_t)line, hi = (uint32_t)(line >> 32) & 0x1ff, n = s->count;
   if (n && e[2 * n - 2] == lo && (e[2 * n - 1] & 0x1ff) == hi)
      return e + 2 * n - 2;
   uint32_t slot = lo * 0x9e3779b1u >> (32 - EMU_LINE_SLOTS_LOG2);
   for (uint32_t i; (i = s->slot[slot]) < n && s->where[i] == slot; slot = (slot + 1) % EMU_LINE_SLOTS)
      if (e[2 * i] == lo && (e[2 * i + 1] & 0x1ff) == hi)
         return e + 2 * i;
   if (n == EMU_LINES_MAX) {
      s->full = true;
      return NULL;
   }
   s->slot[slot] = (uint8_t)n;
   s->where[n] = (uint16_t)slot;
   e[2 * n] = lo;
   uint32_t flags = scratch ? 0 : emu_tlb_page_flags(x->tlb, line << EMU_LINE_LOG2);
   e[2 * n + 1] = hi | 1u << 13 | flags << EMU_ENTRY_FLAGS_SHIFT;
   s->count = n + 1;
   return e + 2 * n;
}

static inline void core_sector_add(emu_core_ctx *x, uint64_t sector)
{
   uint64_t *recent = &x->lines.recent[sector % EMU_RECENT_SECTORS];
   if (*recent == sector)
      return;
   uint32_t *e = core_lines_find(x, sector >> 2, false);
   *recent = sector;
   if (e)
      e[1] |= 1u << (9 + (sector & 3));
}

/* 1 to 32 bytes: at most two sectors, which may lie in two lines. */
static inline void core_lines_touch(emu_core_ctx *x, uint64_t va, unsigned bytes)
{
   uint64_t first = va >> EMU_SECTOR_LOG2, last = (va + bytes - 1) >> EMU_SECTOR_LOG2;
   core_sector_add(x, first);
   if (last != first)
      core_sector_add(x, last);
}

static inline void core_lines_end(const emu_uop *u, emu_core_ctx *x, uint32_t filter_cycles)
{
   emu_trace *t = x->trace;
   t->segment = NULL;
   *t->at = (uint32_t)EMU_REC_LINES << 28 | (filter_cycles < 0xfff ? filter_cycles : 0xfff) << 16 | x->lines.count << 8 |
            core_trace_place(u);
   t->at += 1 + 2 * x->lines.count;
}

/* Entries by line, where fast paths and texture unit come to texels in another order. */
void core_lines_sort(emu_core_ctx *x);

/* ---- the rest ------------------------------------------------------------------------------------------------------------------ */
/* Bytes side by side that may lie in two pages; none: a record without entries. */
void core_trace_span(const emu_uop *u, emu_core_ctx *x, uint64_t va, uint32_t bytes);
/* Atomics on one element per lane where m->valid is not 0. */
void core_trace_atomic(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m);

#endif
