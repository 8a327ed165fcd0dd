/* Constant folding and algebraic identities.
 *
 * Invariant: never changes a bit of any result, NaN payloads included. A float identity such as x * 1 = x
 * turns a signalling or negative NaN of memory into the canonical one, so it is used only where x is the
 * result of float arithmetic, which is canonical already. Contraction is opt_fma's business.
 */
#include "fold_const.h"
#include "ir.h"

#define ONE 0x3f800000u
#define MINUS_ZERO 0x80000000u

static bool is_const(const ir_inst *i)
{
   return i->op == IR_const || i->op == IR_bconst;
}

static bool is_value(const ir_inst *i, uint32_t bits)
{
   return i->op == IR_const && i->imm == bits;
}

static bool is_pow2(uint32_t v)
{
   return v && !(v & (v - 1));
}

static uint32_t log2_of(uint32_t v)
{
   uint32_t n = 0;
   while (v >>= 1)
      n++;
   return n;
}

/* Result of float arithmetic: if a NaN, the canonical one. */
static bool is_canonical(const ir_inst *i)
{
   switch (i->op) {
   case IR_fadd:
   case IR_fsub:
   case IR_fmul:
   case IR_ffma:
   case IR_fdiv:
   case IR_fsat:
   case IR_fmin:
   case IR_fmax:
   case IR_ffloor: case IR_fceil: case IR_ftrunc: case IR_frndne: case IR_ffract: case IR_fsqrt: case IR_frcp:
   case IR_frsq:
   case IR_fexp2:
   case IR_flog2:
   case IR_fsin:
   case IR_fcos:
   case IR_i2f:
   case IR_u2f:
   case IR_h2f:
      return true;
   case IR_const:
      return (i->imm & 0x7fffffffu) <= 0x7f800000u || i->imm == 0x7fc00000u;
   default:
      return false;
   }
}

static ir_builder before(ir_shader *s, ir_inst *i)
{
   return (ir_builder){
       .s = s, .block = i->block, .before = i, .exact = i->exact, .spirv_word = i->spirv_word};
}

static ir_inst *constant_like(ir_shader *s, ir_inst *i, uint32_t bits)
{
   ir_builder b = before(s, i);
   while (b.before && b.before->op == IR_phi)
      b.before = b.before->next;
   return i->type == IR_T_BOOL ? ir_bconst(&b, bits) : ir_const(&b, bits);
}

static ir_inst *fold_constants(ir_shader *s, ir_inst *i)
{
   uint32_t src[3] = {0}, bits;
   if (i->nsrc == 0 || i->nsrc > 3 || i->ncomp != 1)
      return NULL;
   for (unsigned k = 0; k < i->nsrc; k++) {
      if (!is_const(i->src[k]))
         return NULL;
      src[k] = i->src[k]->imm;
   }
   return fold_const(i->op, src, &bits) ? constant_like(s, i, bits) : NULL;
}

static ir_inst *fold_phi(ir_shader *s, ir_inst *phi)
{
   ir_inst *same = NULL;
   bool equal_constants = true;
   for (unsigned k = 0; k < phi->nsrc; k++) {
      ir_inst *src = phi->src[k];
      if (src == phi)
         continue;
      if (same && src != same && !(is_const(src) && is_const(same) && src->imm == same->imm))
         return NULL;
      equal_constants = equal_constants && is_const(src);
      same = src;
   }
   if (!same || phi->nsrc == 0)
      return NULL;
   return equal_constants && is_const(same) ? constant_like(s, phi, same->imm) : same;
}

static ir_inst *fold_tuple(ir_inst *i)
{
   ir_inst *t = i->src[0];
   if (i->op == IR_extract)
      return t->op == IR_vec ? t->src[i->imm] : NULL;
   if (t->op != IR_extract || t->src[0]->ncomp != i->ncomp)
      return NULL;
   for (unsigned k = 0; k < i->nsrc; k++) {
      if (i->src[k]->op != IR_extract || i->src[k]->imm != k || i->src[k]->src[0] != t->src[0])
         return NULL;
   }
   return t->src[0];
}

/* Constants go to the right of commutative operations and compares are turned round to match. */
static void canonicalise(ir_inst *i)
{
   static const uint8_t swapped[IR_OP_COUNT] = {
       [IR_fadd] = IR_fadd,   [IR_fmul] = IR_fmul,   [IR_iadd] = IR_iadd, [IR_imul] = IR_imul,
       [IR_umulh] = IR_umulh, [IR_imulh] = IR_imulh, [IR_imin] = IR_imin, [IR_imax] = IR_imax,
       [IR_umin] = IR_umin,   [IR_umax] = IR_umax,   [IR_and] = IR_and,   [IR_or] = IR_or,
       [IR_xor] = IR_xor,     [IR_feq] = IR_feq,     [IR_fne] = IR_fne,   [IR_fequ] = IR_fequ,
       [IR_fneu] = IR_fneu,   [IR_ieq] = IR_ieq,     [IR_ine] = IR_ine,   [IR_band] = IR_band,
       [IR_bor] = IR_bor,     [IR_bxor] = IR_bxor,   [IR_ffma] = IR_ffma,
   };
   if (swapped[i->op] && is_const(i->src[0]) && !is_const(i->src[1])) {
      ir_inst *t = i->src[0];
      i->src[0] = i->src[1];
      i->src[1] = t;
   }
}

static ir_inst *fold_float(ir_shader *s, ir_inst *i)
{
   ir_builder b = before(s, i);
   ir_inst *x = i->src[0], *y = i->nsrc > 1 ? i->src[1] : NULL;
   switch (i->op) {
   case IR_fneg:
      return x->op == IR_fneg ? x->src[0] : NULL;
   case IR_fabs:
      if (x->op == IR_fabs)
         return x;
      return x->op == IR_fneg ? ir_op1(&b, IR_fabs, x->src[0]) : NULL;
   case IR_fsat:
      return x->op == IR_fsat ? x : NULL;
   case IR_fadd:
      return is_value(y, MINUS_ZERO) && is_canonical(x) ? x : NULL;
   case IR_fsub:
      return is_value(y, 0) && is_canonical(x) ? x : NULL;
   case IR_fmul:
      return is_value(y, ONE) && is_canonical(x) ? x : NULL;
   case IR_fdiv:
      if (is_value(x, ONE))
         return ir_op1(&b, IR_frcp, y);
      if (y->op == IR_const && !(y->imm & 0x7fffffu)) { /* a power of two: its reciprocal is exact */
         uint32_t exponent = y->imm >> 23 & 255;
         if (exponent >= 2 && exponent <= 252)
            return ir_op2(&b, IR_fmul, x, ir_const(&b, (y->imm & 0x80000000u) | (254 - exponent) << 23));
      }
      return NULL;
   case IR_fmin: case IR_fmax:
      return x == y && is_canonical(x) ? x : NULL;
   default:
      return NULL;
   }
}

/* (x op c1) op c2 with an associative integer op. */
static ir_inst *reassociate(ir_shader *s, ir_inst *i)
{
   ir_inst *x = i->src[0], *y = i->src[1];
   if (y->op != IR_const || x->op != i->op || x->src[1]->op != IR_const)
      return NULL;
   uint32_t src[3] = {x->src[1]->imm, y->imm, 0}, bits;
   ir_builder b = before(s, i);
   if (i->op == IR_shl || i->op == IR_shr) {
      uint32_t sum = (src[0] & 31) + (src[1] & 31);
      return sum < 32 ? ir_op2(&b, (enum ir_op)i->op, x->src[0], ir_const(&b, sum)) : ir_const(&b, 0);
   }
   if (!fold_const(i->op, src, &bits))
      return NULL;
   return ir_op2(&b, (enum ir_op)i->op, x->src[0], ir_const(&b, bits));
}

static ir_inst *fold_multiply(ir_builder *b, ir_inst *x, ir_inst *y)
{
   if (y->op != IR_const)
      return NULL;
   if (y->imm == 0)
      return y;
   if (y->imm == 1)
      return x;
   return is_pow2(y->imm) ? ir_op2(b, IR_shl, x, ir_const(b, log2_of(y->imm))) : NULL;
}

static ir_inst *fold_divide(ir_builder *b, ir_inst *i, ir_inst *x, ir_inst *y)
{
   if (y->op != IR_const || y->imm == 0)
      return NULL;
   if (y->imm == 1)
      return i->op == IR_udiv || i->op == IR_idiv ? x : ir_const(b, 0);
   if (!is_pow2(y->imm))
      return NULL;
   if (i->op == IR_udiv)
      return ir_op2(b, IR_shr, x, ir_const(b, log2_of(y->imm)));
   if (i->op == IR_urem)
      return ir_op2(b, IR_and, x, ir_const(b, y->imm - 1));
   if (y->imm >> 31)
      return NULL;
   /* Signed: add divisor - 1 to negative dividends, so that the shift rounds towards zero. */
   uint32_t n = log2_of(y->imm);
   ir_inst *sign = ir_op2(b, IR_sar, x, ir_const(b, 31));
   ir_inst *bias = ir_op2(b, IR_shr, sign, ir_const(b, 32 - n));
   ir_inst *biased = ir_op2(b, IR_iadd, x, bias);
   if (i->op == IR_idiv)
      return ir_op2(b, IR_sar, biased, ir_const(b, n));
   return ir_op2(b, IR_isub, x, ir_op2(b, IR_and, biased, ir_const(b, ~(y->imm - 1))));
}

static ir_inst *fold_integer(ir_shader *s, ir_inst *i)
{
   ir_builder b = before(s, i);
   ir_inst *x = i->src[0], *y = i->nsrc > 1 ? i->src[1] : NULL;
   bool zero = y && is_value(y, 0), ones = y && is_value(y, 0xffffffffu);
   switch (i->op) {
   case IR_iadd:
      return zero ? x : reassociate(s, i);
   case IR_isub:
      if (x == y)
         return ir_const(&b, 0);
      if (zero)
         return x;
      return y->op == IR_const ? ir_op2(&b, IR_iadd, x, ir_const(&b, 0u - y->imm)) : NULL;
   case IR_imul: {
      ir_inst *r = fold_multiply(&b, x, y);
      return r ? r : reassociate(s, i);
   }
   case IR_udiv: case IR_urem: case IR_idiv: case IR_irem:
      return fold_divide(&b, i, x, y);
   case IR_and:
      if (zero)
         return y;
      return ones || x == y ? x : reassociate(s, i);
   case IR_or:
      if (ones)
         return y;
      return zero || x == y ? x : reassociate(s, i);
   case IR_xor:
      if (x == y)
         return ir_const(&b, 0);
      return zero ? x : reassociate(s, i);
   case IR_not:
      return x->op == IR_not ? x->src[0] : NULL;
   case IR_shl: case IR_shr: case IR_sar:
      if (y->op == IR_const && (y->imm & 31) == 0)
         return x;
      return i->op == IR_sar ? NULL : reassociate(s, i);
   case IR_imin: case IR_imax: case IR_umin: case IR_umax:
      return x == y ? x : NULL;
   default:
      return NULL;
   }
}

/* The compare that is true exactly where this one is false; *swap: with its operands exchanged. */
static int inverse_compare(unsigned op, bool *swap)
{
   *swap = op == IR_flt || op == IR_fle || op == IR_fltu || op == IR_fleu || op == IR_ilt || op == IR_ile ||
           op == IR_ult || op == IR_ule;
   switch (op) {
   case IR_feq: return IR_fneu;
   case IR_fne: return IR_fequ;
   case IR_fequ: return IR_fne;
   case IR_fneu: return IR_feq;
   case IR_flt: return IR_fleu;
   case IR_fle: return IR_fltu;
   case IR_fltu: return IR_fle;
   case IR_fleu: return IR_flt;
   case IR_ieq: return IR_ine;
   case IR_ine: return IR_ieq;
   case IR_ilt: return IR_ile;
   case IR_ile: return IR_ilt;
   case IR_ult: return IR_ule;
   case IR_ule: return IR_ult;
   default: return -1;
   }
}

/* (c ? 1 : 0) compared with 0 is c or its opposite. */
static ir_inst *fold_bool_compare(ir_builder *b, ir_inst *i)
{
   ir_inst *x = i->src[0], *y = i->src[1];
   if (x == y)
      return ir_bconst(b, i->op == IR_ieq || i->op == IR_ile || i->op == IR_ule);
   if ((i->op != IR_ieq && i->op != IR_ine) || x->op != IR_sel || y->op != IR_const ||
       x->src[1]->op != IR_const || x->src[2]->op != IR_const)
      return NULL;
   bool if_true = (x->src[1]->imm == y->imm) == (i->op == IR_ieq);
   bool if_false = (x->src[2]->imm == y->imm) == (i->op == IR_ieq);
   if (if_true == if_false)
      return ir_bconst(b, if_true);
   return if_true ? x->src[0] : ir_op1(b, IR_bnot, x->src[0]);
}

static ir_inst *fold_sel(ir_builder *b, ir_inst *i)
{
   ir_inst *c = i->src[0], *x = i->src[1], *y = i->src[2];
   if (x == y || (is_const(x) && is_const(y) && x->imm == y->imm))
      return x;
   if (c->op == IR_bconst)
      return c->imm ? x : y;
   if (c->op == IR_bnot)
      return ir_op3(b, IR_sel, c->src[0], y, x);
   if (i->type != IR_T_BOOL)
      return NULL;
   if (x == c)
      return ir_op2(b, IR_bor, c, y);
   if (y == c)
      return ir_op2(b, IR_band, c, x);
   if (x->op == IR_bconst)
      return x->imm ? ir_op2(b, IR_bor, c, y) : ir_op2(b, IR_band, ir_op1(b, IR_bnot, c), y);
   if (y->op == IR_bconst)
      return y->imm ? ir_op2(b, IR_bor, ir_op1(b, IR_bnot, c), x) : ir_op2(b, IR_band, c, x);
   return NULL;
}

static ir_inst *fold_bool(ir_shader *s, ir_inst *i)
{
   ir_builder b = before(s, i);
   ir_inst *x = i->src[0], *y = i->nsrc > 1 ? i->src[1] : NULL;
   bool swap;
   switch (i->op) {
   case IR_bnot:
      if (x->op == IR_bnot)
         return x->src[0];
      if (inverse_compare(x->op, &swap) >= 0)
         return ir_op2(&b, (enum ir_op)inverse_compare(x->op, &swap), x->src[swap], x->src[!swap]);
      return NULL;
   case IR_band:
      if (y->op == IR_bconst)
         return y->imm ? x : y;
      return x == y ? x : NULL;
   case IR_bor:
      if (y->op == IR_bconst)
         return y->imm ? y : x;
      return x == y ? x : NULL;
   case IR_bxor:
      if (x == y)
         return ir_bconst(&b, false);
      if (y->op == IR_bconst)
         return y->imm ? ir_op1(&b, IR_bnot, x) : x;
      return NULL;
   case IR_ieq: case IR_ine: case IR_ilt: case IR_ile: case IR_ult: case IR_ule:
      return fold_bool_compare(&b, i);
   case IR_sel:
      return fold_sel(&b, i);
   default:
      return NULL;
   }
}

static ir_inst *fold_sysval(ir_shader *s, ir_inst *i)
{
   ir_builder b = before(s, i);
   uint32_t size = s->group_size[0] * s->group_size[1] * s->group_size[2];
   if (i->op == IR_local_id && i->imm < 3 && s->group_size[i->imm] == 1)
      return ir_const(&b, 0);
   return i->op == IR_wave_index && size <= 32 ? ir_const(&b, 0) : NULL;
}

static ir_inst *simplify(ir_shader *s, ir_inst *i)
{
   ir_inst *r;
   if (i->op == IR_phi)
      return fold_phi(s, i);
   if (i->op == IR_extract || i->op == IR_vec)
      return fold_tuple(i);
   if (i->op == IR_local_id || i->op == IR_wave_index)
      return fold_sysval(s, i);
   if (!(ir_op_flags((enum ir_op)i->op) & IR_OPF_PURE) || i->nsrc == 0)
      return NULL;
   if ((r = fold_constants(s, i)))
      return r;
   canonicalise(i);
   if ((r = fold_bool(s, i)) || (r = fold_integer(s, i)))
      return r;
   return fold_float(s, i);
}

bool opt_fold(ir_shader *s)
{
   bool progress = false;
   ir_build_cfg(s);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i && b->reachable && !s->out_of_memory; i = i->next) {
         for (unsigned k = 0; k < i->nsrc; k++) {
            while (i->src[k]->forward)
               i->src[k] = i->src[k]->forward;
         }
         ir_inst *r = simplify(s, i);
         if (r && r != i) {
            i->forward = r;
            progress = true;
         }
      }
   }
   if (!s->out_of_memory)
      ir_apply_forwards(s);
   return progress;
}
