/* SPIR-V reader: partitions of a subgroup (SPV_NV_shader_subgroup_partitioned): which lanes have the same value, and reductions and
 * scans over the lanes of each part.
 *
 * The machine scans whole waves only. Here every lane knows the lane before it in its part; looking through that one at
 * the one twice, four times ... as far away gives an inclusive scan in five steps, from which all results come. A part
 * that does not hold the lane itself, or holds lanes that are not active, is taken as if it did and did not.
 */
#include "spirv_reader.h"

#include "isa.h"

#define STEPS 5u /* log2 of the lanes of a wave */

struct spv_partition {
   ir_inst *mask;                  /* the lane's part */
   ir_inst *before[STEPS];         /* the lane 1, 2, 4, 8, 16 places before it in the part */
   ir_inst *has_before[STEPS];     /* is there one? else `before` is the lane itself */
};

static ir_inst *lane(spv_reader *r)
{
   return ir_op0(&r->b, IR_lane_id, 0);
}

static ir_inst *self(spv_reader *r)
{
   return E2(r, shl, spv_c32(r, 1), lane(r));
}

static ir_inst *active(spv_reader *r)
{
   return E1(r, ballot, spv_cbool(r, true));
}

static ir_inst *bits_of(spv_reader *r, ir_inst *s)
{
   return s->type == IR_T_BOOL ? E3(r, sel, s, spv_c32(r, 1), spv_c32(r, 0)) : s;
}

static ir_inst *shuffled(spv_reader *r, ir_inst *x, ir_inst *from)
{
   if (x->ncomp == 2)
      return spv_pair(r, shuffled(r, spv_half(r, x, 0), from), shuffled(r, spv_half(r, x, 1), from));
   return E2(r, shuffle, x, from);
}

/* ---- the partition that a value gives --------------------------------------------------------------- */

/* A bit of all lanes: keep those that have it as this one has. */
static ir_inst *narrow(spv_reader *r, ir_inst *mask, ir_inst *bit)
{
   ir_inst *with = E1(r, ballot, bit);
   return E2(r, and, mask, E3(r, sel, bit, with, E1(r, not, with)));
}

ir_inst *spv_partition_of(spv_reader *r, const spv_value *v)
{
   ir_inst *mask = active(r);
   uint32_t width = spv_component(v->type)->width;
   for (uint32_t k = 0; k < v->type->scalars; k++) {
      if (v->c[k]->type == IR_T_BOOL) {
         mask = narrow(r, mask, v->c[k]);
         continue;
      }
      for (uint32_t b = 0; b < (width < 32 ? width : 32); b++)
         mask = narrow(r, mask, E2(r, ine, E2(r, and, v->c[k], spv_c32(r, 1u << b)), spv_c32(r, 0)));
   }
   return mask;
}

/* ---- scans -------------------------------------------------------------------------------------------- */

const spv_partition *spv_use_partition(spv_reader *r, ir_inst *ballot)
{
   spv_partition *p = spv_alloc(r, sizeof *p);
   p->mask = E2(r, or, E2(r, and, ballot, active(r)), self(r));
   ir_inst *below = E2(r, and, p->mask, E2(r, bfm, lane(r), spv_c32(r, 0)));
   p->has_before[0] = E2(r, ine, below, spv_c32(r, 0));
   p->before[0] = E3(r, sel, p->has_before[0], E1(r, umsb, below), lane(r));
   for (uint32_t k = 1; k < STEPS; k++) {
      ir_inst *there = E2(r, shuffle, bits_of(r, p->has_before[k - 1]), p->before[k - 1]);
      p->has_before[k] = E2(r, band, p->has_before[k - 1], E2(r, ine, there, spv_c32(r, 0)));
      p->before[k] = E2(r, shuffle, p->before[k - 1], p->before[k - 1]);
   }
   return p;
}

static enum ir_op operation(uint8_t group)
{
   static const enum ir_op ops[] = {
      [IR_GROUP_ADD] = IR_iadd,  [IR_GROUP_MUL] = IR_imul,   [IR_GROUP_IMIN] = IR_imin, [IR_GROUP_IMAX] = IR_imax,
      [IR_GROUP_UMIN] = IR_umin, [IR_GROUP_UMAX] = IR_umax,  [IR_GROUP_AND] = IR_and,   [IR_GROUP_OR] = IR_or,
      [IR_GROUP_XOR] = IR_xor,   [IR_GROUP_FADD] = IR_fadd,  [IR_GROUP_FMUL] = IR_fmul, [IR_GROUP_FMIN] = IR_fmin,
      [IR_GROUP_FMAX] = IR_fmax,
   };
   return ops[group];
}

/* What an exclusive scan begins with. */
static ir_inst *identity(spv_reader *r, uint8_t group, bool wide)
{
   static const uint32_t narrow_bits[] = {
      [IR_GROUP_MUL] = 1,           [IR_GROUP_IMIN] = INT32_MAX,   [IR_GROUP_IMAX] = 0x80000000u,
      [IR_GROUP_UMIN] = UINT32_MAX, [IR_GROUP_AND] = UINT32_MAX,   [IR_GROUP_FMUL] = 0x3f800000u,
      [IR_GROUP_FMIN] = 0x7f800000, [IR_GROUP_FMAX] = 0xff800000u,
   };
   static const uint64_t wide_bits[] = {
      [IR_GROUP_MUL] = 1,           [IR_GROUP_IMIN] = INT64_MAX,   [IR_GROUP_IMAX] = UINT64_C(1) << 63,
      [IR_GROUP_UMIN] = UINT64_MAX, [IR_GROUP_AND] = UINT64_MAX,   [IR_GROUP_FMUL] = UINT64_C(0x3ff) << 52,
      [IR_GROUP_FMIN] = UINT64_C(0x7ff) << 52, [IR_GROUP_FMAX] = UINT64_C(0xfff) << 52,
   };
   if (!wide)
      return spv_c32(r, narrow_bits[group]);
   return spv_pair(r, spv_c32(r, (uint32_t)wide_bits[group]), spv_c32(r, (uint32_t)(wide_bits[group] >> 32)));
}

ir_inst *spv_partition_scan(spv_reader *r, const spv_partition *p, uint8_t group, uint32_t mode, ir_inst *x)
{
   for (uint32_t k = 0; k < STEPS; k++) {
      ir_inst *sum = spv_op2(r, operation(group), shuffled(r, x, p->before[k]), x);
      x = E3(r, sel, p->has_before[k], sum, x);
   }
   if (mode == IR_GROUP_REDUCE)
      return shuffled(r, x, E1(r, umsb, p->mask));
   if (mode == IR_GROUP_EXCLUSIVE)
      return E3(r, sel, p->has_before[0], shuffled(r, x, p->before[0]), identity(r, group, x->ncomp == 2));
   return x;
}
