/* Spill code. Vector units go to scratch memory, scalar units to lanes of reserved vector registers.
 *
 * A spilled unit is stored behind each definition and loaded in front of each use, under the exec mask of
 * that place: a lane stores what it defined and loads what it stored, as it would have written and read the
 * register. Lanes of reserved registers are written and read whatever exec is, as scalar registers are.
 */
#include <stdlib.h>
#include <string.h>

#include "ra.h"

#define NO_SLOT UINT32_MAX
#define SHARE_PROBES 48u

struct spill {
   ra_ctx *r;
   mach *m;
   enum mach_class cls;
   uint32_t units;      /* when the round began */
   uint32_t *slot;      /* by unit; NO_SLOT = not spilled */
   uint32_t *occupant;  /* by new slot: first unit, linked through `next` */
   uint32_t *next;
   uint32_t first_slot, slot_count, slot_capacity;
   mach_inst *out;      /* the block being rewritten */
   uint32_t out_count, out_capacity;
};

static void push(struct spill *s, const mach_inst *i)
{
   if (mach_grow(s->m, &s->out, &s->out_capacity, s->out_count + 1, sizeof *s->out))
      s->out[s->out_count++] = *i;
}

/* ---- slots ------------------------------------------------------------------------------------ */

static bool slot_free(const struct spill *s, uint32_t slot, const mach_unit *u)
{
   for (uint32_t o = s->occupant[slot]; o != NO_SLOT; o = s->next[o]) {
      if (ra_segments_meet(u, &s->m->units[o]))
         return false;
   }
   return true;
}

/* Slots of this round are shared by units that are never live at once. */
static void choose_slot(struct spill *s, uint32_t unit)
{
   const mach_unit *u = &s->m->units[unit];
   uint32_t probe = s->slot_count > SHARE_PROBES ? s->slot_count - SHARE_PROBES : 0;
   while (probe < s->slot_count && !slot_free(s, probe, u))
      probe++;
   if (probe == s->slot_count) {
      if (!mach_grow(s->m, &s->occupant, &s->slot_capacity, s->slot_count + 1, sizeof *s->occupant))
         return;
      s->occupant[s->slot_count++] = NO_SLOT;
   }
   s->next[unit] = s->occupant[probe];
   s->occupant[probe] = unit;
   s->slot[unit] = s->first_slot + probe;
}

static void choose_slots(struct spill *s)
{
   for (uint32_t k = 0; k < s->r->spilled_count; k++) {
      uint32_t head = s->r->spilled[k];
      for (unsigned n = 0; n < s->m->units[head].size; n++)
         choose_slot(s, head + n);
   }
}

/* ---- accesses ----------------------------------------------------------------------------------- */

/* Slot number to scratch address: small ones fit the immediate. */
static void scratch_address(mach_inst *i, uint32_t slot)
{
   uint32_t byte = slot * 4;
   i->src[1] = mach_const(byte <= ISA_IMM_MAX ? 0 : byte);
   i->imm = byte <= ISA_IMM_MAX ? byte : 0;
}

static void push_load(struct spill *s, uint32_t temp, uint32_t slot)
{
   mach_inst i = {.dst = mach_unit_op(temp), .spill_code = true, .target = MACH_NO_BLOCK};
   if (s->cls == MACH_V) {
      i.op = ISA_OP_p_load_x1;
      scratch_address(&i, slot);
   } else {
      i.op = ISA_OP_v_readlane;
      i.src[0] = (mach_operand){MACH_PHYS, slot / 32};
      i.src[1] = mach_const(slot % 32);
   }
   s->m->fills++;
   push(s, &i);
}

static void push_store(struct spill *s, mach_operand value, uint32_t slot)
{
   mach_inst i = {.spill_code = true, .target = MACH_NO_BLOCK};
   if (s->cls == MACH_V) {
      i.op = ISA_OP_p_store_x1;
      i.src[2] = value;
      scratch_address(&i, slot);
   } else {
      i.op = ISA_OP_v_writelane;
      i.dst = (mach_operand){MACH_PHYS, slot / 32};
      i.src[0] = value;
      i.src[1] = mach_const(slot % 32);
   }
   s->m->spills++;
   push(s, &i);
}

static uint32_t new_temps(struct spill *s, unsigned n)
{
   uint32_t first = mach_new_units(s->m, s->cls, n);
   for (unsigned k = 0; k < n && !s->m->out_of_memory; k++)
      s->m->units[first + k].spill_temp = true;
   return first;
}

static bool is_spilled(const struct spill *s, const mach_operand *o, unsigned units)
{
   if (!units || s->m->units[o->value].cls != s->cls)
      return false;
   if (o->value >= s->units)
      return false; /* a temporary of this very round */
   for (unsigned k = 0; k < units; k++) {
      if (s->slot[o->value + k] != NO_SLOT)
         return true;
   }
   return false;
}

/* A copy with a spilled side is the load or store itself, where the machine can do that directly. */
static bool rewrite_copy(struct spill *s, mach_inst *i)
{
   bool from = is_spilled(s, &i->src[0], i->src[0].kind == MACH_UNIT), to = is_spilled(s, &i->dst, 1);
   if (to && !from) {
      bool direct =
          s->cls == MACH_S || (i->src[0].kind == MACH_UNIT && s->m->units[i->src[0].value].cls == MACH_V);
      if (direct)
         push_store(s, i->src[0], s->slot[i->dst.value]);
      return direct;
   }
   if (from && !to && s->m->units[i->dst.value].cls == s->cls) {
      push_load(s, i->dst.value, s->slot[i->src[0].value]);
      return true;
   }
   return false;
}

static void rewrite(struct spill *s, mach_inst *i)
{
   mach_operand before[3], old_dst = i->dst;
   if (i->op == MACH_IMPDEF && is_spilled(s, &i->dst, 1))
      return;
   if (i->op == MACH_COPY && rewrite_copy(s, i))
      return;
   for (int k = 0; k < 3; k++) {
      unsigned n = mach_operand_units(i, k);
      before[k] = i->src[k];
      if (!is_spilled(s, &i->src[k], n))
         continue;
      int same = -1;
      for (int j = 0; j < k; j++) {
         if (before[j].kind == MACH_UNIT && before[j].value == i->src[k].value &&
             mach_operand_units(i, j) == n)
            same = j;
      }
      uint32_t temp = same >= 0 ? i->src[same].value : new_temps(s, n);
      for (unsigned u = 0; u < n && same < 0; u++)
         push_load(s, temp + u, s->slot[i->src[k].value + u]);
      i->src[k].value = temp;
   }
   unsigned n = mach_operand_units(i, -1);
   bool store = is_spilled(s, &old_dst, n);
   if (store)
      i->dst.value = new_temps(s, n);
   push(s, i);
   uint32_t temp = i->dst.value;
   for (unsigned u = 0; u < n && store; u++)
      push_store(s, mach_unit_op(temp + u), s->slot[old_dst.value + u]);
}

/* Instructions that end a block must stay its last; nothing they define is ever spilled behind them. */
static void rewrite_block(struct spill *s, mach_block *b)
{
   s->out_count = 0;
   for (uint32_t k = 0; k < b->count; k++) {
      mach_inst i = b->insts[k];
      rewrite(s, &i);
   }
   if (s->m->out_of_memory || !mach_grow(s->m, &b->insts, &b->capacity, s->out_count, sizeof *b->insts))
      return;
   if (s->out_count)
      memcpy(b->insts, s->out, s->out_count * sizeof *b->insts);
   b->count = s->out_count;
}

void ra_spill(ra_ctx *r, enum mach_class cls)
{
   mach *m = r->m;
   uint32_t units = m->unit_count;
   struct spill s = {.r = r, .m = m, .cls = cls, .units = units};
   s.first_slot = cls == MACH_V ? m->scratch_B / 4 : m->lane_spill_slots;
   s.slot = malloc((units + 1) * sizeof *s.slot);
   s.next = malloc((units + 1) * sizeof *s.next);
   if (s.slot && s.next) {
      memset(s.slot, 0xff, units * sizeof *s.slot);
      choose_slots(&s);
      for (uint32_t b = 0; b < m->order_count && !m->out_of_memory; b++)
         rewrite_block(&s, &m->blocks[m->order[b]]);
   } else {
      m->out_of_memory = true;
   }
   if (cls == MACH_V)
      m->scratch_B = (s.first_slot + s.slot_count) * 4;
   else
      m->lane_spill_slots = s.first_slot + s.slot_count;
   free(s.slot);
   free(s.next);
   free(s.occupant);
   free(s.out);
}
