/* Instruction selection of arithmetic, compares, bools and selects.
 *
 * One table maps IR operations to vector and scalar instructions. Float negation and absolute value of a
 * source become modifiers where the instruction has them. Which unit computes is decided by the value's home.
 */
#include "isel.h"

#include <math.h>
#include <string.h>

#define NEG1 1u /* negate source 1 */

static const struct alu {
   uint16_t vector, scalar;
   uint8_t flags;
} table[IR_OP_COUNT] = {
#define V(op, v) [IR_##op] = {ISA_OP_##v, 0, 0}
#define VS(op, v, s) [IR_##op] = {ISA_OP_##v, ISA_OP_##s, 0}
    V(fadd, v_add_f32),
    V(fmul, v_mul_f32),
    V(ffma, v_fma_f32),
    V(fdiv, v_div_f32),
    V(fmin, v_min_f32),
    V(fmax, v_max_f32),
    V(ffloor, v_floor_f32),
    V(fceil, v_ceil_f32),
    V(ftrunc, v_trunc_f32),
    V(frndne, v_rndne_f32),
    V(ffract, v_fract_f32),
    V(fsqrt, v_sqrt_f32),
    V(frcp, v_rcp_f32),
    V(frsq, v_rsq_f32),
    V(fexp2, v_exp2_f32),
    V(flog2, v_log2_f32),
    V(fsin, v_sin_f32),
    V(fcos, v_cos_f32),
    V(fldexp, v_ldexp_f32),
    V(frexp_exp, v_frexp_exp),
    V(frexp_mant, v_frexp_mant),
    V(i2f, v_cvt_f32_i32),
    V(u2f, v_cvt_f32_u32),
    V(f2i, v_cvt_i32_f32),
    V(f2u, v_cvt_u32_f32),
    V(f2h, v_cvt_f16_f32),
    V(h2f, v_cvt_f32_f16),
    [IR_fsub] = {ISA_OP_v_add_f32, 0, NEG1},
    VS(iadd, v_add_u32, s_add),
    VS(isub, v_sub_u32, s_sub),
    VS(imul, v_mul_lo_u32, s_mul),
    V(umulh, v_mul_hi_u32),
    V(imulh, v_mul_hi_i32),
    V(udiv, v_div_u32),
    V(urem, v_rem_u32),
    V(idiv, v_div_i32),
    V(irem, v_rem_i32),
    VS(imin, v_min_i32, s_min_i32),
    VS(imax, v_max_i32, s_max_i32),
    VS(umin, v_min_u32, s_min_u32),
    VS(umax, v_max_u32, s_max_u32),
    VS(and, v_and, s_and),
    VS(or, v_or, s_or),
    VS(xor, v_xor, s_xor),
    VS(not, v_not, s_not),
    VS(shl, v_shl, s_shl),
    VS(shr, v_shr, s_shr),
    VS(sar, v_sar, s_sar),
    V(ubfe, v_bfe_u32),
    V(ibfe, v_bfe_i32),
    V(bfi, v_bfi),
    V(bfm, v_bfm),
    VS(bcnt, v_bcnt, s_bcnt),
    V(brev, v_brev),
    VS(ctz, v_ctz, s_ctz),
    VS(umsb, v_msb_u32, s_msb_u32),
    V(imsb, v_msb_i32),
    V(feq, v_cmp_eq_f32),
    V(fne, v_cmp_ne_f32),
    V(flt, v_cmp_lt_f32),
    V(fle, v_cmp_le_f32),
    V(fequ, v_cmp_equ_f32),
    V(fneu, v_cmp_neu_f32),
    V(fltu, v_cmp_ltu_f32),
    V(fleu, v_cmp_leu_f32),
    VS(ieq, v_cmp_eq_u32, s_cmp_eq),
    VS(ine, v_cmp_ne_u32, s_cmp_ne),
    VS(ilt, v_cmp_lt_i32, s_cmp_lt_i32),
    VS(ile, v_cmp_le_i32, s_cmp_le_i32),
    VS(ult, v_cmp_lt_u32, s_cmp_lt_u32),
    VS(ule, v_cmp_le_u32, s_cmp_le_u32),
    VS(sel, v_sel, s_sel),
    /* 64 bits */
    V(iadd64, v_add_u64),
    V(isub64, v_sub_u64),
    V(imul64, v_mul_lo_u64),
    V(shl64, v_shl_u64),
    V(shr64, v_shr_u64),
    V(sar64, v_sar_i64),
    V(imin64, v_min_i64),
    V(imax64, v_max_i64),
    V(umin64, v_min_u64),
    V(umax64, v_max_u64),
    V(udiv64, v_div_u64),
    V(urem64, v_rem_u64),
    V(idiv64, v_div_i64),
    V(irem64, v_rem_i64),
    V(ieq64, v_cmp_eq_u64),
    V(ine64, v_cmp_ne_u64),
    V(ilt64, v_cmp_lt_i64),
    V(ile64, v_cmp_le_i64),
    V(ult64, v_cmp_lt_u64),
    V(ule64, v_cmp_le_u64),
    V(dadd, v_add_f64),
    V(dmul, v_mul_f64),
    V(dfma, v_fma_f64),
    V(ddiv, v_div_f64),
    V(dmin, v_min_f64),
    V(dmax, v_max_f64),
    V(dfloor, v_floor_f64),
    V(dceil, v_ceil_f64),
    V(dtrunc, v_trunc_f64),
    V(drndne, v_rndne_f64),
    V(dfract, v_fract_f64),
    V(dsqrt, v_sqrt_f64),
    V(drcp, v_rcp_f64),
    V(drsq, v_rsq_f64),
    V(dldexp, v_ldexp_f64),
    V(drexp_exp, v_frexp_exp_f64),
    V(drexp_mant, v_frexp_mant_f64),
    V(deq, v_cmp_eq_f64),
    V(dne, v_cmp_ne_f64),
    V(dlt, v_cmp_lt_f64),
    V(dle, v_cmp_le_f64),
    V(dequ, v_cmp_equ_f64),
    V(dneu, v_cmp_neu_f64),
    V(dltu, v_cmp_ltu_f64),
    V(dleu, v_cmp_leu_f64),
    [IR_dsub] = {ISA_OP_v_add_f64, 0, NEG1},
    V(d2f, v_cvt_f32_f64),
    V(f2d, v_cvt_f64_f32),
    V(i2d, v_cvt_f64_i32),
    V(u2d, v_cvt_f64_u32),
    V(l2d, v_cvt_f64_i64),
    V(ul2d, v_cvt_f64_u64),
    V(d2i, v_cvt_i32_f64),
    V(d2u, v_cvt_u32_f64),
    V(d2l, v_cvt_i64_f64),
    V(d2ul, v_cvt_u64_f64),
    V(l2f, v_cvt_f32_i64),
    V(ul2f, v_cvt_f32_u64),
    V(f2l, v_cvt_i64_f32),
    V(f2ul, v_cvt_u64_f32),
    V(d2h, v_cvt_f16_f64),
    V(d2h_rtz, v_cvt_f16_f64_rtz),
    V(f2h_rtz, v_cvt_f16_f32_rtz),
    /* sign bit operations: an operation with a constant */
    VS(fneg, v_xor, s_xor),
    VS(fabs, v_and, s_and),
#undef V
#undef VS
};

bool isel_has_scalar_op(unsigned op)
{
   return table[op].scalar != 0;
}

bool isel_takes_sat(unsigned op)
{
   return op != IR_sel && table[op].vector && ir_op_type((enum ir_op)op) == IR_T_I32 &&
          (isa_lookup(table[op].vector)->flags & ISA_F_FMOD);
}

/* Strips sign operations off a float source. */
static ir_inst *strip_modifiers(ir_inst *i, bool *neg, bool *abs)
{
   while (i->op == IR_fneg || i->op == IR_fabs) {
      if (i->op == IR_fabs)
         *abs = true;
      else if (!*abs)
         *neg = !*neg;
      i = i->src[0];
   }
   return i;
}

/* The bits of a constant operand that the machine widens to this 64-bit constant; false if there are none. */
static bool narrow_constant(const ir_inst *i, unsigned kind, uint32_t *bits)
{
   if (i->op != IR_vec || i->nsrc != 2 || i->src[0]->op != IR_const || i->src[1]->op != IR_const)
      return false;
   uint32_t low = i->src[0]->imm, high = i->src[1]->imm;
   if (kind == ISA_K_A2) {
      *bits = low;
      return high == (low >> 31 ? 0xffffffffu : 0);
   }
   uint64_t u = (uint64_t)high << 32 | low;
   double d;
   memcpy(&d, &u, sizeof d);
   if (!(fabs(d) <= 0x1.fffffep127)) /* infinities and NaNs stay in registers */
      return false;
   float f = (float)d;
   memcpy(bits, &f, sizeof f);
   return (double)f == d;
}

static mach_operand wide_operand(isel_ctx *c, ir_inst *i, unsigned kind)
{
   uint32_t bits;
   if ((kind == ISA_K_A2 || kind == ISA_K_F2) && narrow_constant(i, kind, &bits))
      return mach_const(bits);
   return isel_any(c, i);
}

static void vector_op(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   const struct alu *alu = &table[i->op];
   bool modifiers = isa_lookup(alu->vector)->flags & ISA_F_FMOD, neg[3] = {0}, abs[3] = {0};
   mach_operand src[3] = {{0}};
   for (unsigned k = 0; k < i->nsrc; k++) {
      ir_inst *s = modifiers ? strip_modifiers(i->src[k], &neg[k], &abs[k]) : i->src[k];
      neg[k] ^= k == 1 && (alu->flags & NEG1);
      src[k] = wide_operand(c, s, isa_lookup(alu->vector)->src[k]);
      if (src[k].kind == MACH_CONST && modifiers) {
         src[k].value = abs[k] ? src[k].value & 0x7fffffffu : src[k].value;
         src[k].value = neg[k] ? src[k].value ^ 0x80000000u : src[k].value;
         neg[k] = abs[k] = false;
      }
   }
   mach_inst *m = isel_emit(c, (enum isa_op)alu->vector, dst, src[0], src[1], src[2]);
   for (unsigned k = 0; k < i->nsrc; k++) {
      m->neg |= (uint8_t)(neg[k] << k);
      m->abs |= (uint8_t)(abs[k] << k);
   }
   m->sat = isel_val(c, i)->sat != NULL;
}

static void scalar_op(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   mach_operand src[3] = {{0}};
   for (unsigned k = 0; k < i->nsrc; k++)
      src[k] = isel_uniform(c, i->src[k]);
   isel_emit(c, (enum isa_op)table[i->op].scalar, dst, src[0], src[1], src[2]);
}

/* fneg, fabs and fsat that no modifier took over. */
static void sign_op(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   bool scalar = isel_val(c, i)->home == HOME_S;
   mach_operand bits = mach_const(i->op == IR_fneg ? 0x80000000u : 0x7fffffffu);
   mach_operand src = scalar ? isel_uniform(c, i->src[0]) : isel_any(c, i->src[0]);
   isel_emit(c, (enum isa_op)(scalar ? table[i->op].scalar : table[i->op].vector), dst, src, bits,
             mach_none());
}

static void saturate(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   bool neg = false, abs = false;
   ir_inst *s = strip_modifiers(i->src[0], &neg, &abs);
   mach_operand one = mach_const(0x3f800000u);
   mach_inst *m;
   if (isel_is_const(
           s)) /* modifiers act on registers only here: keep the operation itself for the constant */
      m = isel_emit(c, ISA_OP_v_mul_f32, dst,
                    mach_const(((abs ? s->imm & 0x7fffffffu : s->imm) ^ (neg ? 0x80000000u : 0))), one,
                    mach_none());
   else {
      m = isel_emit(c, ISA_OP_v_mul_f32, dst, isel_any(c, s), one, mach_none());
      m->neg = neg;
      m->abs = abs;
   }
   m->sat = true;
}

static void set_strict(isel_ctx *c, ir_inst *i, bool strict)
{
   isel_val(c, i)->strict = strict;
   isel_val(c, i)->strict_epoch = c->epoch;
}

static bool is_strict(isel_ctx *c, ir_inst *i)
{
   return !isel_is_const(i) && isel_val(c, i)->strict && isel_val(c, i)->strict_epoch == c->epoch;
}

static void compare(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   if (isel_val(c, i)->full) {
      scalar_op(c, i, dst);
   } else {
      vector_op(c, i, dst);
      set_strict(c, i, true);
   }
}

static void bool_op(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   static const uint16_t ops[] = {ISA_OP_s_and, ISA_OP_s_or, ISA_OP_s_xor};
   mach_operand a = isel_mask(c, i->src[0]);
   if (i->op == IR_bnot) {
      isel_emit(c, ISA_OP_s_not, dst, a, mach_none(), mach_none());
      return;
   }
   bool strict_a = is_strict(c, i->src[0]), strict_b = is_strict(c, i->src[1]);
   isel_emit(c, (enum isa_op)ops[i->op - IR_band], dst, a, isel_mask(c, i->src[1]), mach_none());
   set_strict(c, i, i->op == IR_band ? strict_a || strict_b : strict_a && strict_b);
}

static void select_bool(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   mach_operand cond = isel_mask(c, i->src[0]), a = isel_mask(c, i->src[1]), b = isel_mask(c, i->src[2]);
   if (isel_is_const(i->src[0]) || isel_val(c, i->src[0])->full) {
      isel_emit(c, ISA_OP_s_sel, dst, b, a, cond);
      return;
   }
   mach_operand t = isel_new(c, MACH_S, 1), u = isel_new(c, MACH_S, 1);
   isel_emit(c, ISA_OP_s_and, t, a, cond, mach_none());
   isel_emit(c, ISA_OP_s_andn, u, b, cond, mach_none());
   isel_emit(c, ISA_OP_s_or, dst, t, u, mach_none());
}

static void select(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   mach_operand cond = isel_mask(c, i->src[0]);
   if (isel_val(c, i)->home == HOME_S)
      isel_emit(c, ISA_OP_s_sel, dst, isel_uniform(c, i->src[2]), isel_uniform(c, i->src[1]), cond);
   else
      isel_emit(c, ISA_OP_v_sel, dst, isel_any(c, i->src[2]), isel_any(c, i->src[1]), cond);
}

static void build_tuple(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   bool scalar = isel_val(c, i)->home == HOME_S;
   for (unsigned k = 0; k < i->nsrc; k++)
      isel_copy(c, dst.value + k, scalar ? isel_uniform(c, i->src[k]) : isel_any(c, i->src[k]));
}

void isel_alu(isel_ctx *c, ir_inst *i)
{
   isel_value *v = isel_val(c, i);
   if (isel_is_const(i) || i->op == IR_phi || v->folded || i->op == IR_extract || i->op == IR_buf_size)
      return;
   mach_operand dst = mach_unit_op(isel_unit_of(c, v->sat ? v->sat : i));
   switch (i->op) {
   case IR_undef:
      for (unsigned k = 0; k < i->ncomp; k++)
         isel_emit(c, (enum isa_op)MACH_IMPDEF, mach_plus(dst, k), mach_none(), mach_none(), mach_none());
      break;
   case IR_vec:
      build_tuple(c, i, dst);
      break;
   case IR_fneg: case IR_fabs:
      sign_op(c, i, dst);
      break;
   case IR_fsat:
      saturate(c, i, dst);
      break;
   case IR_band: case IR_bor: case IR_bxor: case IR_bnot:
      bool_op(c, i, dst);
      break;
   case IR_sel:
      if (i->type == IR_T_BOOL)
         select_bool(c, i, dst);
      else
         select(c, i, dst);
      break;
   case IR_lane_id:
      isel_emit(c, ISA_OP_v_lane_id, dst, mach_none(), mach_none(), mach_none());
      break;
   case IR_ballot: case IR_read_first: case IR_shuffle: case IR_group:
      isel_group(c, i, dst);
      break;
   case IR_local_id: case IR_group_id: case IR_grid_size: case IR_wave_index:
      break; /* launch state */
   default:
      if (i->type == IR_T_BOOL)
         compare(c, i, dst);
      else if (v->home == HOME_S)
         scalar_op(c, i, dst);
      else
         vector_op(c, i, dst);
      break;
   }
}
