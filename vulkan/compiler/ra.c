/* Register allocation: scalars first, because their spills need vector registers, then vectors.
 *
 * Each class repeats liveness, assignment and spilling until everything has a register. Copies are coalesced
 * once, before the first assignment. At the end every unit has a register, and writes that may ignore
 * inactive lanes are marked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ra.h"
#include "sc.h"

#define MAX_ROUNDS 64u

static uint32_t lane_registers(const mach *m)
{
   return (m->lane_spill_slots + 31) / 32;
}

static bool allocate(ra_ctx *r, enum mach_class cls)
{
   mach *m = r->m;
   for (unsigned round = 0; round < MAX_ROUNDS; round++) {
      uint32_t reserved = cls == MACH_V ? lane_registers(m) : 0,
               limit = cls == MACH_V ? m->max_vregs : m->max_sregs;
      ra_liveness(r, cls);
      if (round == 0 && !m->out_of_memory) {
         ra_coalesce(r, cls);
         ra_liveness(r, cls);
      }
      if (m->out_of_memory)
         return false;
      if (reserved >= limit) {
         r->error = "too many values need scalar registers";
         return false;
      }
      ra_colour(r, cls, limit - reserved);
      if (m->out_of_memory || r->error)
         return false;
      if (!r->spilled_count)
         return true;
      ra_spill(r, cls);
      if (m->scratch_B > m->max_scratch_B) {
         r->error = "too much scratch memory for spilled registers";
         return false;
      }
   }
   r->error = "register allocation found no end";
   return false;
}

static void count_registers(mach *m)
{
   uint32_t used[2] = {0, 0};
   for (uint32_t u = 0; u < m->unit_count; u++) {
      const mach_unit *unit = &m->units[u];
      if (unit->reg >= 0 && (uint32_t)unit->reg + 1 > used[unit->cls])
         used[unit->cls] = (uint32_t)unit->reg + 1;
   }
   m->lane_spill_base = used[MACH_V];
   m->vregs = used[MACH_V] + lane_registers(m);
   m->sregs = used[MACH_S];
}

/* ---- writes that may ignore inactive lanes --------------------------------------------------------- */

/* Registers whose values the lanes that wait around a region still need. */
struct needed {
   uint64_t bits[4];
};

struct wait {
   uint32_t position, block;
};

static int by_position(const void *a, const void *b)
{
   const struct wait *x = a, *y = b;
   if (x->position != y->position)
      return x->position < y->position ? -1 : 1;
   return x->block < y->block ? -1 : x->block > y->block;
}

static uint32_t lower_bound(const struct wait *waits, uint32_t count, uint32_t position)
{
   uint32_t low = 0;
   while (count) {
      uint32_t half = count / 2;
      if (waits[low + half].position < position) {
         low += half + 1;
         count -= half + 1;
      } else {
         count = half;
      }
   }
   return low;
}

/* Vector registers that are live into each block in which lanes wait. */
static void live_into_waits(const mach *m, struct wait *waits, uint32_t count, struct needed *by_block)
{
   for (uint32_t u = 0; u < m->unit_count; u++) {
      const mach_unit *unit = &m->units[u];
      if (unit->cls != MACH_V || unit->reg < 0)
         continue;
      for (uint32_t s = 0; s < unit->seg_count; s++) {
         for (uint32_t w = lower_bound(waits, count, unit->segs[s].start);
              w < count && waits[w].position < unit->segs[s].end; w++)
            by_block[waits[w].block].bits[unit->reg / 64] |= UINT64_C(1) << (unit->reg % 64);
      }
   }
}

static void mark_writes(mach *m, const struct needed *by_region)
{
   for (uint32_t o = 0; o < m->order_count; o++) {
      mach_block *b = &m->blocks[m->order[o]];
      for (uint32_t k = 0; k < b->count; k++) {
         mach_inst *i = &b->insts[k];
         unsigned n = mach_operand_units(i, -1);
         if (!n || m->units[i->dst.value].cls != MACH_V)
            continue;
         i->nd = true;
         for (unsigned u = 0; u < n; u++) {
            int reg = m->units[i->dst.value + u].reg;
            if (reg >= 0 && (by_region[b->region].bits[reg / 64] >> (reg % 64) & 1))
               i->nd = false;
         }
      }
   }
}

void ra_hints(ra_ctx *r)
{
   mach *m = r->m;
   uint32_t count = 0;
   struct wait *waits = malloc((2 * m->region_count + 1) * sizeof *waits);
   struct needed *by_block = calloc(m->block_count + 1, sizeof *by_block);
   struct needed *by_region = calloc(m->region_count + 1, sizeof *by_region);
   if (!waits || !by_block || !by_region) {
      m->out_of_memory = true;
   } else {
      for (uint32_t g = 0; g < m->region_count; g++) {
         for (int k = 0; k < 2; k++) {
            uint32_t block = m->regions[g].wait[k];
            if (block != MACH_NO_BLOCK)
               waits[count++] = (struct wait){2 * m->blocks[block].start, block};
         }
      }
      qsort(waits, count, sizeof *waits, by_position);
      live_into_waits(m, waits, count, by_block);
      for (uint32_t g = 1; g < m->region_count; g++) { /* parents have lower numbers */
         by_region[g] = by_region[m->regions[g].parent];
         for (int k = 0; k < 2; k++) {
            uint32_t block = m->regions[g].wait[k];
            for (int w = 0; w < 4 && block != MACH_NO_BLOCK; w++)
               by_region[g].bits[w] |= by_block[block].bits[w];
         }
      }
      mark_writes(m, by_region);
   }
   free(waits);
   free(by_block);
   free(by_region);
}

int ra_run(mach *m, char *err, size_t err_size)
{
   ra_ctx r = {.m = m};
   if (allocate(&r, MACH_S) && allocate(&r, MACH_V)) {
      count_registers(m);
      ra_hints(&r);
   }
   free(r.spilled);
   if (m->out_of_memory)
      return SC_E_NO_MEMORY;
   if (r.error) {
      snprintf(err, err_size, "register allocation: %s", r.error);
      return SC_E_LIMIT;
   }
   return SC_OK;
}
