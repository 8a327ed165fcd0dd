/* SPIR-V reader: components in their working form, and operations on them whatever their width.
 *
 * A value is a list of 32-bit scalars. To compute with a component it is brought to its working form: two scalars of a
 * 64-bit number become a pair, f16 becomes f32, smaller integers are extended. Rounding an f32 result to f16 equals one
 * rounding for addition, multiplication, division and square root, because f32 has more than twice the digits. Pairs
 * live within one instruction of the module; between instructions there are scalars only, so variables, phis and
 * composites know nothing of widths.
 */
#include "spirv_reader.h"

#include <string.h>

ir_inst *spv_pair(spv_reader *r, ir_inst *low, ir_inst *high)
{
   return ir_vec(&r->b, 2, (ir_inst *[]){low, high});
}

ir_inst *spv_half(spv_reader *r, ir_inst *pair, unsigned k)
{
   return pair->op == IR_vec ? pair->src[k] : ir_extract(&r->b, pair, k);
}

ir_inst *spv_get_component(spv_reader *r, const spv_value *v, uint32_t k, bool sign)
{
   const spv_type *t = spv_component(v->type);
   ir_inst **s = v->c + k * t->slots;
   if (t->slots == 2)
      return spv_pair(r, s[0], s[1]);
   if (t->kind == SPV_T_FLOAT && t->width == 16)
      return E1(r, h2f, s[0]);
   if (t->kind == SPV_T_INT && t->width < 32 && sign)
      return E3(r, ibfe, s[0], spv_c32(r, 0), spv_c32(r, t->width));
   return s[0];
}

void spv_put_component(spv_reader *r, const spv_type *type, ir_inst **scalars, ir_inst *x)
{
   const spv_type *t = spv_component(type);
   if ((x->ncomp == 2) != (t->slots == 2))
      spv_fail(r, SC_E_INVALID, "a result of type %u has another width than the operands", type->id);
   if (t->slots == 2) {
      scalars[0] = spv_half(r, x, 0);
      scalars[1] = spv_half(r, x, 1);
   } else if (t->kind == SPV_T_FLOAT && t->width == 16) {
      scalars[0] = E1(r, f2h, x);
   } else if (t->kind == SPV_T_INT && t->width < 32) {
      scalars[0] = E2(r, and, x, spv_c32(r, (1u << t->width) - 1));
   } else {
      scalars[0] = x;
   }
}

void spv_set_components(spv_reader *r, uint32_t id, spv_value *v, ir_inst *const *c)
{
   uint32_t count = spv_components(v->type);
   for (uint32_t k = 0; k < count; k++)
      spv_put_component(r, v->type, v->c + k * v->type->slots, c[k]);
   spv_set(r, id, v);
}

static ir_inst *double_constant(spv_reader *r, double d)
{
   uint64_t bits;
   memcpy(&bits, &d, sizeof bits);
   return spv_pair(r, spv_c32(r, (uint32_t)bits), spv_c32(r, (uint32_t)(bits >> 32)));
}

ir_inst *spv_cf_like(spv_reader *r, const ir_inst *like, float f)
{
   return like->ncomp == 2 ? double_constant(r, (double)f) : spv_cf(r, f);
}

/* ---- operands by letters ----------------------------------------------------------------------- */

static char kind_of(char letter)
{
   return letter == 'b' ? 'b' : letter == 'f' || letter == 'F' ? 'f' : 'i';
}

/* Checks the width; *width is that of the operands before, 0 if there were none that count. */
static void check_width(spv_reader *r, const spv_type *t, char letter, unsigned *width)
{
   unsigned w = spv_component(t)->width;
   if (letter == 'b' || letter == 'n' || letter == 'm')
      return;
   if ((letter == 'I' && w != 32) || (letter == 'F' && w == 64))
      spv_fail(r, SC_E_UNSUPPORTED, "not defined for %u bits", w);
   if (*width && w != *width)
      spv_fail(r, SC_E_INVALID, "operands of %u and %u bits", *width, w);
   *width = w;
}

spv_operands spv_use_operands(spv_reader *r, const spv_inst *i, uint32_t first, const char *letters, unsigned scalars)
{
   spv_operands o = {.result = spv_new_value(r, spv_get(r, i->w[2])->type), .letters = letters + 1};
   const spv_type *t = o.result->type;
   unsigned width = 0;
   if (spv_kind(t) != kind_of(letters[0]) || t->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "result of type %u", t->id);
   check_width(r, t, letters[0], &width);
   for (; o.letters[o.count]; o.count++) {
      spv_need(r, i, first + o.count + 1);
      o.v[o.count] = spv_use_kind(r, i->w[first + o.count], kind_of(o.letters[o.count]),
                                  scalars >> o.count & 1 ? 1 : spv_components(t));
      check_width(r, o.v[o.count]->type, o.letters[o.count], &width);
   }
   return o;
}

void spv_get_operands(spv_reader *r, const spv_operands *o, uint32_t k, ir_inst **s)
{
   for (unsigned j = 0; j < o->count; j++) {
      const spv_value *v = o->v[j];
      char letter = o->letters[j];
      s[j] = spv_get_component(r, v, spv_components(v->type) == 1 ? 0 : k, letter == 'j' || letter == 'n' || letter == 'm');
      if (letter == 'n' && s[j]->ncomp == 2)
         s[j] = spv_half(r, s[j], 0);
   }
}

/* ---- operations -------------------------------------------------------------------------------- */

static const uint16_t wide[IR_OP_COUNT] = {
   [IR_iadd] = IR_iadd64,   [IR_isub] = IR_isub64,   [IR_imul] = IR_imul64,   [IR_shl] = IR_shl64,
   [IR_shr] = IR_shr64,     [IR_sar] = IR_sar64,     [IR_imin] = IR_imin64,   [IR_imax] = IR_imax64,
   [IR_umin] = IR_umin64,   [IR_umax] = IR_umax64,   [IR_udiv] = IR_udiv64,   [IR_urem] = IR_urem64,
   [IR_idiv] = IR_idiv64,   [IR_irem] = IR_irem64,   [IR_ieq] = IR_ieq64,     [IR_ine] = IR_ine64,
   [IR_ilt] = IR_ilt64,     [IR_ile] = IR_ile64,     [IR_ult] = IR_ult64,     [IR_ule] = IR_ule64,
   [IR_fadd] = IR_dadd,     [IR_fsub] = IR_dsub,     [IR_fmul] = IR_dmul,     [IR_ffma] = IR_dfma,
   [IR_fdiv] = IR_ddiv,     [IR_fmin] = IR_dmin,     [IR_fmax] = IR_dmax,     [IR_ffloor] = IR_dfloor,
   [IR_fceil] = IR_dceil,   [IR_ftrunc] = IR_dtrunc, [IR_frndne] = IR_drndne, [IR_ffract] = IR_dfract,
   [IR_fsqrt] = IR_dsqrt,   [IR_frcp] = IR_drcp,     [IR_frsq] = IR_drsq,     [IR_fldexp] = IR_dldexp,
   [IR_frexp_exp] = IR_drexp_exp, [IR_frexp_mant] = IR_drexp_mant,
   [IR_feq] = IR_deq,       [IR_fne] = IR_dne,       [IR_flt] = IR_dlt,       [IR_fle] = IR_dle,
   [IR_fequ] = IR_dequ,     [IR_fneu] = IR_dneu,     [IR_fltu] = IR_dltu,     [IR_fleu] = IR_dleu,
};

static enum ir_op wide_op(spv_reader *r, enum ir_op op)
{
   if (!wide[op])
      spv_fail(r, SC_E_UNSUPPORTED, "not supported on 64-bit operands");
   return (enum ir_op)wide[op];
}

static bool is_float_op(enum ir_op op)
{
   return (wide[op] >= IR_dadd && wide[op] <= IR_drexp_mant) || (wide[op] >= IR_deq && wide[op] <= IR_dleu); /* ORDER ir_ops.def */
}

/* A constant among pairs: a float if the operation is one, else sign-extended. */
static ir_inst *widen(spv_reader *r, enum ir_op op, ir_inst *i)
{
   if (i->ncomp == 2)
      return i;
   if (i->op != IR_const || i->type != IR_T_I32)
      spv_fail(r, SC_E_INVALID, "operands have different widths");
   if (!is_float_op(op))
      return spv_pair(r, i, spv_c32(r, i->imm >> 31 ? UINT32_MAX : 0));
   float f;
   memcpy(&f, &i->imm, sizeof f);
   return double_constant(r, (double)f);
}

ir_inst *spv_op1(spv_reader *r, enum ir_op op, ir_inst *a)
{
   if (a->ncomp != 2 || ir_src_ncomp(op, 0) == 2)
      return ir_op1(&r->b, op, a);
   switch (op) {
   case IR_fneg:
      return spv_pair(r, spv_half(r, a, 0), E2(r, xor, spv_half(r, a, 1), spv_c32(r, 0x80000000u)));
   case IR_fabs:
      return spv_pair(r, spv_half(r, a, 0), E2(r, and, spv_half(r, a, 1), spv_c32(r, 0x7fffffffu)));
   case IR_not:
      return spv_pair(r, E1(r, not, spv_half(r, a, 0)), E1(r, not, spv_half(r, a, 1)));
   case IR_fsat:
      return E2(r, fmin, E2(r, fmax, a, spv_cf(r, 0.0f)), spv_cf(r, 1.0f));
   default:
      return ir_op1(&r->b, wide_op(r, op), a);
   }
}

ir_inst *spv_op2(spv_reader *r, enum ir_op op, ir_inst *a, ir_inst *c)
{
   if ((a->ncomp != 2 && c->ncomp != 2) || ir_src_ncomp(op, 0) == 2)
      return ir_op2(&r->b, op, a, c);
   if (op == IR_shl || op == IR_shr || op == IR_sar || op == IR_fldexp)
      return ir_op2(&r->b, wide_op(r, op), a, c);
   a = widen(r, op, a);
   c = widen(r, op, c);
   if (op == IR_and || op == IR_or || op == IR_xor)
      return spv_pair(r, ir_op2(&r->b, op, spv_half(r, a, 0), spv_half(r, c, 0)),
                      ir_op2(&r->b, op, spv_half(r, a, 1), spv_half(r, c, 1)));
   return ir_op2(&r->b, wide_op(r, op), a, c);
}

ir_inst *spv_op3(spv_reader *r, enum ir_op op, ir_inst *a, ir_inst *c, ir_inst *d)
{
   if ((c->ncomp != 2 && d->ncomp != 2) || ir_src_ncomp(op, 0) == 2)
      return ir_op3(&r->b, op, a, c, d);
   if (op != IR_sel)
      return ir_op3(&r->b, wide_op(r, op), widen(r, op, a), widen(r, op, c), widen(r, op, d));
   if (c->ncomp != 2 || d->ncomp != 2)
      spv_fail(r, SC_E_INVALID, "operands have different widths");
   return spv_pair(r, ir_op3(&r->b, IR_sel, a, spv_half(r, c, 0), spv_half(r, d, 0)),
                   ir_op3(&r->b, IR_sel, a, spv_half(r, c, 1), spv_half(r, d, 1)));
}
