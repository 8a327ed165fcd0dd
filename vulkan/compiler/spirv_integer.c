/* SPIR-V reader: integer instructions with more than one result or operand vector: sums with carry, products of full length, dot
 * products. Components are in their working form; widths below 32 bits are computed in 32.
 */
#include "spirv_reader.h"

/* ---- sums and products in two parts ---------------------------------------------------------------- */

static ir_inst *widened(spv_reader *r, ir_inst *low, ir_inst *high)
{
   return spv_pair(r, low, high ? high : spv_c32(r, 0));
}

/* The upper 64 bits of an unsigned product. */
static ir_inst *upper_product64(spv_reader *r, ir_inst *x, ir_inst *y)
{
   ir_inst *part[2][2];
   for (unsigned j = 0; j < 2; j++)
      for (unsigned k = 0; k < 2; k++) {
         ir_inst *a = spv_half(r, x, j), *b = spv_half(r, y, k);
         part[j][k] = spv_pair(r, E2(r, imul, a, b), E2(r, umulh, a, b));
      }
   /* Neither sum exceeds 64 bits: (2^32 - 1)^2 + 2 * (2^32 - 1) < 2^64. */
   ir_inst *middle = E2(r, iadd, part[0][1], widened(r, spv_half(r, part[0][0], 1), NULL));
   ir_inst *other = E2(r, iadd, part[1][0], widened(r, spv_half(r, middle, 0), NULL));
   ir_inst *carried = E2(r, iadd, part[1][1], widened(r, spv_half(r, middle, 1), NULL));
   return E2(r, iadd, carried, widened(r, spv_half(r, other, 1), NULL));
}

/* A signed product's upper half: the unsigned one less each factor whose partner is negative. */
static ir_inst *upper_signed64(spv_reader *r, ir_inst *x, ir_inst *y)
{
   ir_inst *zero = widened(r, spv_c32(r, 0), NULL), *upper = upper_product64(r, x, y);
   upper = E2(r, isub, upper, E3(r, sel, E2(r, ilt, x, zero), y, zero));
   return E2(r, isub, upper, E3(r, sel, E2(r, ilt, y, zero), x, zero));
}

static void product(spv_reader *r, ir_inst *x, ir_inst *y, uint32_t width, bool sign, ir_inst **out)
{
   out[0] = E2(r, imul, x, y);
   if (width == 64)
      out[1] = sign ? upper_signed64(r, x, y) : upper_product64(r, x, y);
   else if (width == 32)
      out[1] = sign ? E2(r, imulh, x, y) : E2(r, umulh, x, y);
   else
      out[1] = sign ? E2(r, sar, out[0], spv_c32(r, width)) : E2(r, shr, out[0], spv_c32(r, width));
}

/* 1 or 0 in the working form of `like`. */
static ir_inst *flag(spv_reader *r, ir_inst *cond, const ir_inst *like)
{
   ir_inst *one = E3(r, sel, cond, spv_c32(r, 1), spv_c32(r, 0));
   return like->ncomp == 2 ? widened(r, one, NULL) : one;
}

static void two_parts(spv_reader *r, uint32_t op, uint32_t width, ir_inst *x, ir_inst *y, ir_inst **out)
{
   switch (op) {
   case SpvOpIAddCarry:
      out[0] = E2(r, iadd, x, y);
      out[1] = width < 32 ? E2(r, shr, out[0], spv_c32(r, width)) : flag(r, E2(r, ult, out[0], x), x);
      break;
   case SpvOpISubBorrow:
      out[0] = E2(r, isub, x, y);
      out[1] = flag(r, E2(r, ult, x, y), x);
      break;
   default:
      product(r, x, y, width, op == SpvOpSMulExtended, out);
      break;
   }
}

/* The result is a struct of two: low and high part, or sum and carry. */
static void emit_two_parts(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   if (v->type->kind != SPV_T_STRUCT || v->type->count != 2 ||
       v->type->members[0].type != v->type->members[1].type || spv_kind(v->type->members[0].type) != 'i')
      spv_fail(r, SC_E_INVALID, "the result is not a struct of two equal members that are integers");
   const spv_type *t = v->type->members[0].type, *component = spv_component(t);
   uint32_t n = spv_components(t);
   const spv_value *a = spv_use_kind(r, i->w[3], 'i', n), *b = spv_use_kind(r, i->w[4], 'i', n);
   if (spv_component(a->type)->width != component->width || spv_component(b->type)->width != component->width)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   for (uint32_t k = 0; k < n; k++) {
      bool sign = i->op == SpvOpSMulExtended;
      ir_inst *x = spv_get_component(r, a, k, sign), *y = spv_get_component(r, b, k, sign), *out[2];
      two_parts(r, i->op, component->width, x, y, out);
      for (unsigned part = 0; part < 2; part++)
         spv_put_component(r, t, v->c + v->type->members[part].first + k * t->slots, out[part]);
   }
   spv_set(r, i->w[2], v);
}

/* ---- dot products ------------------------------------------------------------------------------------ */

typedef struct dot {
   bool sign[2], saturate; /* sign: the components of a vector are signed */
   const spv_type *type;   /* of the result */
   const spv_value *v[2];
   bool packed;            /* four bytes in 32 bits */
   uint32_t count;
} dot;

static dot dot_kind(uint32_t op)
{
   dot d = {.sign = {true, true}};
   if (op == SpvOpUDotKHR || op == SpvOpUDotAccSatKHR)
      d.sign[0] = d.sign[1] = false;
   if (op == SpvOpSUDotKHR || op == SpvOpSUDotAccSatKHR)
      d.sign[1] = false;
   d.saturate = op >= SpvOpSDotAccSatKHR;
   return d;
}

static void check_dot(spv_reader *r, const spv_inst *i, dot *d)
{
   const spv_type *a = d->v[0]->type, *b = d->v[1]->type;
   uint32_t format = d->saturate ? 6 : 5;
   d->packed = a->kind == SPV_T_INT;
   d->count = d->packed ? 4 : spv_components(a);
   if (d->type->kind != SPV_T_INT || spv_components(a) != spv_components(b) ||
       spv_component(a)->width != spv_component(b)->width)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   if (d->packed && (i->n <= format || i->w[format] != SpvPackedVectorFormatPackedVectorFormat4x8BitKHR || a->width != 32))
      spv_fail(r, SC_E_INVALID, "the format of the packed vectors is not known");
   if (!d->packed && spv_component(a)->width > d->type->width)
      spv_fail(r, SC_E_INVALID, "the result is narrower than the components");
}

/* Component k of vector j in the width of the result. */
static ir_inst *factor(spv_reader *r, const dot *d, unsigned j, uint32_t k)
{
   ir_inst *x, *at = spv_c32(r, k * 8), *eight = spv_c32(r, 8);
   if (d->packed)
      x = d->sign[j] ? E3(r, ibfe, d->v[j]->c[0], at, eight) : E3(r, ubfe, d->v[j]->c[0], at, eight);
   else
      x = spv_get_component(r, d->v[j], k, d->sign[j]);
   if (d->type->width != 64 || x->ncomp == 2)
      return x;
   return widened(r, x, d->sign[j] ? E2(r, sar, x, spv_c32(r, 31)) : NULL);
}

static ir_inst *all_ones(spv_reader *r, const ir_inst *like, bool upper_bit)
{
   ir_inst *low = spv_c32(r, UINT32_MAX), *high = spv_c32(r, upper_bit ? UINT32_MAX : INT32_MAX);
   return like->ncomp == 2 ? spv_pair(r, low, high) : high;
}

/* sum + acc, held at the ends of the type. Working forms. */
static ir_inst *saturated(spv_reader *r, const dot *d, ir_inst *sum, ir_inst *acc)
{
   uint32_t width = d->type->width;
   ir_inst *total = E2(r, iadd, sum, acc);
   if (width < 32 && d->sign[0]) {
      ir_inst *most = spv_c32(r, (1u << (width - 1)) - 1), *least = spv_c32(r, 0u - (1u << (width - 1)));
      return E2(r, imax, E2(r, imin, total, most), least);
   }
   if (width < 32)
      return E2(r, umin, total, spv_c32(r, (1u << width) - 1));
   if (!d->sign[0])
      return E3(r, sel, E2(r, ult, total, acc), all_ones(r, total, true), total);
   /* It overflowed if both have the sign that the total lacks. The end of that side is 0x7f.. xor the sign. */
   ir_inst *differ = E2(r, and, E2(r, xor, sum, total), E2(r, xor, acc, total));
   ir_inst *zero = E2(r, xor, total, total), *overflow = E2(r, ilt, differ, zero);
   ir_inst *end = E2(r, xor, E2(r, sar, acc, spv_c32(r, width - 1)), all_ones(r, total, false));
   return E3(r, sel, overflow, end, total);
}

static void emit_dot(spv_reader *r, const spv_inst *i)
{
   dot d = dot_kind(i->op);
   spv_need(r, i, d.saturate ? 6 : 5);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   d.type = v->type;
   d.v[0] = spv_use_kind(r, i->w[3], 'i', 0);
   d.v[1] = spv_use_kind(r, i->w[4], 'i', 0);
   check_dot(r, i, &d);
   ir_inst *sum = NULL;
   for (uint32_t k = 0; k < d.count; k++) {
      ir_inst *term = E2(r, imul, factor(r, &d, 0, k), factor(r, &d, 1, k));
      sum = sum ? E2(r, iadd, sum, term) : term;
   }
   if (d.saturate) {
      const spv_value *acc = spv_use(r, i->w[5]);
      if (acc->type != d.type)
         spv_fail(r, SC_E_INVALID, "the accumulator has another type than the result");
      sum = saturated(r, &d, sum, spv_get_component(r, acc, 0, d.sign[0]));
   }
   spv_put_component(r, v->type, v->c, sum);
   spv_set(r, i->w[2], v);
}

bool spv_emit_integer(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpIAddCarry:
   case SpvOpISubBorrow:
   case SpvOpUMulExtended:
   case SpvOpSMulExtended:
      emit_two_parts(r, i);
      return true;
   case SpvOpSDotKHR:
   case SpvOpUDotKHR:
   case SpvOpSUDotKHR:
   case SpvOpSDotAccSatKHR:
   case SpvOpUDotAccSatKHR:
   case SpvOpSUDotAccSatKHR:
      emit_dot(r, i);
      return true;
   default:
      return false;
   }
}
