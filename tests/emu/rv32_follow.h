/* The two RV32IMC cores side by side: a bus that remembers what each of them did, and the reference brought to where the fast core stands.
 * Include once per program, with SRAM_B defined. */
#ifndef RV32_FOLLOW_H
#define RV32_FOLLOW_H

#include <string.h>
#include "rv32.h"
#include "rv32_ref.h"

/* Every access and the instruction count at which it came go into a hash. */
typedef struct bus_log {
   uint64_t hash;
   const uint64_t *instret;
   rv32_core *core; /* the side that runs ahead is poked: a write may change SRAM under it */
   ref_core *ref;
} bus_log;

static void mix(bus_log *b, uint64_t v)
{
   b->hash = (b->hash ^ v) * UINT64_C(0x100000001b3);
   b->hash ^= b->hash >> 29;
}

static uint32_t bus_read(void *context, uint32_t offset)
{
   bus_log *b = context;
   mix(b, *b->instret);
   mix(b, offset);
   return (uint32_t)b->hash;
}

/* Offset 0 is a transfer unit: it writes a dword of SRAM, perhaps code. */
static void bus_write(void *context, uint32_t offset, uint32_t value)
{
   bus_log *b = context;
   mix(b, *b->instret);
   mix(b, (uint64_t)offset << 32 | value);
   if (offset)
      return;
   uint32_t at = value % (SRAM_B / 4) * 4, data = (uint32_t)b->hash;
   memcpy((b->core ? b->core->sram : b->ref->sram) + at, &data, 4);
   if (b->core)
      rv32_sram_written(b->core, at, 4);
}

/* Bring the reference to where the core stands. A trap retires nothing, so the counts alone do not tell. */
static void follow(const rv32_core *c, ref_core *r, bool halted)
{
   while (!r->halted && r->instret < c->instret)
      ref_step(r);
   for (int i = 0; i < 2 && !r->halted && (halted || r->pc != c->pc || r->in_trap != c->in_trap); i++)
      ref_step(r);
}

#endif
