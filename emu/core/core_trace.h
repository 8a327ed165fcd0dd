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
/* Room for a record of at most 255 entries, which are written to e[0], e[1] of t->at + 1 on. */
static inline bool core_lines_room(emu_trace *t, uint32_t entries)
{
   return emu_trace_room(t, 1 + 2 * (size_t)entries);
}

/* passes: see EMU_REC_LINES. */
static inline void core_lines_end(const emu_uop *u, emu_trace *t, uint32_t entries, uint32_t passes)
{
   t->segment = NULL;
   *t->at = (uint32_t)EMU_REC_LINES << 28 | passes << 16 | entries << 8 | core_trace_place(u);
   t->at += 1 + 2 * entries;
}

/* ---- the rest ------------------------------------------------------------------------------------------------------------------ */
/* Bytes side by side that may lie in two pages; none: a record without entries. */
void core_trace_span(const emu_uop *u, emu_core_ctx *x, uint64_t va, uint32_t bytes);
/* Atomics on one element per lane where m->valid is not 0. */
void core_trace_atomic(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m);

#endif
