/* Register allocation, shared between its parts.
 *
 * Positions: instruction n of the program order reads at 2n and writes at 2n + 1. A unit is live in segments
 * [start, end) of positions; two units may share a register if their segments do not meet. Vector units are
 * live along the logical graph, scalar units along the physical one (mach.h). Loads of several dwords write
 * at 2n: their destination must not overlap their sources.
 */
#ifndef SC_RA_H
#define SC_RA_H

#include "mach.h"

typedef struct ra {
   mach *m;
   uint32_t *spilled; /* group heads to spill, found by ra_colour */
   uint32_t spilled_count, spilled_capacity;
   const char *error;
} ra_ctx;

/* Segments and weights of every unit of the class. */
void ra_liveness(ra_ctx *r, enum mach_class cls);
/* Merges the two sides of copies that never hold different values at once; renames and drops those copies. */
void ra_coalesce(ra_ctx *r, enum mach_class cls);
/* Assigns registers below `limit`. What finds none, or gives way to what cannot be spilled, goes to
 * r->spilled. */
void ra_colour(ra_ctx *r, enum mach_class cls, uint32_t limit);
/* Moves the spilled units to memory or lanes: short-lived temporaries around each use. */
void ra_spill(ra_ctx *r, enum mach_class cls);
/* Marks writes whose inactive lanes nobody needs. */
void ra_hints(ra_ctx *r);

bool ra_segments_meet(const mach_unit *a, const mach_unit *b);
static inline uint32_t ra_head(const mach *m, uint32_t unit) { return unit - m->units[unit].index; }
static inline uint32_t ra_find(const mach *m, uint32_t unit)
{
   while (m->units[unit].same_as != unit)
      unit = m->units[unit].same_as;
   return unit;
}

#endif
