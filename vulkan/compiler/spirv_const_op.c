/* SPIR-V reader: evaluation of OpSpecConstantOp for the opcodes that the Shader capability allows.
 *
 * Numeric meaning is that of the ISA, so that a specialised constant equals the same expression at run time
 * (division by zero included).
 */
#include "spirv_reader.h"

#include <string.h>

/* Constant operand in word k of the instruction. */
static const spv_id *operand(spv_reader *r, const spv_inst *i, uint32_t k)
{
   spv_need(r, i, k + 1);
   const spv_id *e = spv_get(r, i->w[k]);
   if (e->kind != SPV_K_CONST)
      spv_fail(r, SC_E_INVALID, "operand %u is not a constant", i->w[k]);
   return e;
}

static uint32_t div_s(uint32_t a, uint32_t b)
{
   if (!b)
      return UINT32_MAX;
   return b == UINT32_MAX ? 0u - a : (uint32_t)((int32_t)a / (int32_t)b);
}

static uint32_t rem_s(uint32_t a, uint32_t b)
{
   if (!b)
      return a;
   return b == UINT32_MAX ? 0 : (uint32_t)((int32_t)a % (int32_t)b);
}

static uint32_t mod_s(uint32_t a, uint32_t b)
{
   uint32_t m = rem_s(a, b);
   return m && (int32_t)(m ^ b) < 0 ? m + b : m;
}

static uint32_t sar(uint32_t a, uint32_t n)
{
   n &= 31;
   return (int32_t)a < 0 ? ~(~a >> n) : a >> n;
}

/* f32 to f16 and back with ties to even; magnitudes below the smallest normal f16 become 0. */
static uint32_t quantize(uint32_t bits)
{
   uint32_t sign = bits & 0x80000000u, mag = bits & 0x7fffffffu;
   if (mag > 0x7f800000u)
      return sign | 0x7fc00000u;
   if (mag < 0x7f800000u)
      mag = (mag + 0xfffu + (mag >> 13 & 1)) & ~0x1fffu;
   if (mag >= 0x47800000u) /* 65536 */
      mag = 0x7f800000u;
   if (mag < 0x38800000u) /* 2^-14 */
      mag = 0;
   return sign | mag;
}

/* One component of a unary or binary operation. False if the opcode is none. */
static bool eval_scalar(uint32_t op, uint32_t a, uint32_t b, uint32_t *out)
{
   int32_t sa = (int32_t)a, sb = (int32_t)b;
   switch (op) {
   case SpvOpSConvert: case SpvOpUConvert: case SpvOpFConvert: *out = a; return true;
   case SpvOpQuantizeToF16: *out = quantize(a); return true;
   case SpvOpSNegate: *out = 0u - a; return true;
   case SpvOpNot: *out = ~a; return true;
   case SpvOpLogicalNot: *out = !a; return true;
   case SpvOpIAdd: *out = a + b; return true;
   case SpvOpISub: *out = a - b; return true;
   case SpvOpIMul: *out = a * b; return true;
   case SpvOpUDiv: *out = b ? a / b : UINT32_MAX; return true;
   case SpvOpUMod: *out = b ? a % b : a; return true;
   case SpvOpSDiv: *out = div_s(a, b); return true;
   case SpvOpSRem: *out = rem_s(a, b); return true;
   case SpvOpSMod: *out = mod_s(a, b); return true;
   case SpvOpShiftLeftLogical: *out = a << (b & 31); return true;
   case SpvOpShiftRightLogical: *out = a >> (b & 31); return true;
   case SpvOpShiftRightArithmetic: *out = sar(a, b); return true;
   case SpvOpBitwiseOr: case SpvOpLogicalOr: *out = a | b; return true;
   case SpvOpBitwiseAnd: case SpvOpLogicalAnd: *out = a & b; return true;
   case SpvOpBitwiseXor: case SpvOpLogicalNotEqual: *out = a ^ b; return true;
   case SpvOpLogicalEqual: case SpvOpIEqual: *out = a == b; return true;
   case SpvOpINotEqual: *out = a != b; return true;
   case SpvOpULessThan: *out = a < b; return true;
   case SpvOpULessThanEqual: *out = a <= b; return true;
   case SpvOpUGreaterThan: *out = a > b; return true;
   case SpvOpUGreaterThanEqual: *out = a >= b; return true;
   case SpvOpSLessThan: *out = sa < sb; return true;
   case SpvOpSLessThanEqual: *out = sa <= sb; return true;
   case SpvOpSGreaterThan: *out = sa > sb; return true;
   case SpvOpSGreaterThanEqual: *out = sa >= sb; return true;
   default: return false;
   }
}

static bool is_unary(uint32_t op)
{
   return op == SpvOpSConvert || op == SpvOpUConvert || op == SpvOpFConvert || op == SpvOpQuantizeToF16 ||
          op == SpvOpSNegate || op == SpvOpNot || op == SpvOpLogicalNot;
}

/* Class of operands and of the result: 'c' = 'i' in, bool out. */
static char signature(uint32_t op)
{
   if (op == SpvOpQuantizeToF16 || op == SpvOpFConvert)
      return 'f';
   if (op >= SpvOpIEqual && op <= SpvOpSLessThanEqual)
      return 'c';
   return op >= SpvOpLogicalEqual && op <= SpvOpLogicalNot ? 'b' : 'i';
}

static void eval_components(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   uint32_t op = i->w[3];
   uint32_t probe;
   if (!eval_scalar(op, 0, 0, &probe))
      spv_fail(r, SC_E_UNSUPPORTED, "%s (%u) in a specialisation constant", spv_op_name(op), op);
   char sig = signature(op), in_cls = sig == 'c' ? 'i' : sig, out_cls = sig == 'c' ? 'b' : sig;
   const spv_id *a = operand(r, i, 4), *b = is_unary(op) ? a : operand(r, i, 5);
   if (spv_scalar_class(t) != out_cls || spv_scalar_class(a->type) != in_cls ||
       spv_scalar_class(b->type) != in_cls || a->type->scalars != t->scalars ||
       b->type->scalars != t->scalars)
      spv_fail(r, SC_E_INVALID, "operand types do not fit %s", spv_op_name(op));
   for (uint32_t k = 0; k < t->scalars; k++)
      eval_scalar(op, a->bits[k], b->bits[k], &out[k]);
}

static void eval_select(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   const spv_id *c = operand(r, i, 4), *a = operand(r, i, 5), *b = operand(r, i, 6);
   bool scalar = c->type->kind == SPV_T_BOOL;
   if (a->type != t || b->type != t || spv_scalar_class(c->type) != 'b' ||
       (!scalar && c->type->scalars != t->scalars))
      spv_fail(r, SC_E_INVALID, "operand types do not fit OpSelect");
   for (uint32_t k = 0; k < t->scalars; k++)
      out[k] = c->bits[scalar ? 0 : k] ? a->bits[k] : b->bits[k];
}

static void eval_shuffle(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   const spv_id *a = operand(r, i, 4), *b = operand(r, i, 5);
   if (t->kind != SPV_T_VECTOR || a->type->kind != SPV_T_VECTOR || b->type->kind != SPV_T_VECTOR ||
       a->type->elem != t->elem || b->type->elem != t->elem || i->n - 6 != t->count)
      spv_fail(r, SC_E_INVALID, "operand types do not fit OpVectorShuffle");
   for (uint32_t k = 0; k < t->count; k++) {
      uint32_t index = i->w[6 + k];
      if (index < a->type->count)
         out[k] = a->bits[index];
      else if (index - a->type->count < b->type->count)
         out[k] = b->bits[index - a->type->count];
      else if (index != UINT32_MAX)
         spv_fail(r, SC_E_INVALID, "component %u is out of range", index);
   }
}

/* Follows literal indices from word `first` to the part's type and flat position. */
static const spv_type *walk(spv_reader *r, const spv_inst *i, uint32_t first, const spv_type *t,
                            uint32_t *flat)
{
   for (uint32_t k = first; k < i->n; k++) {
      uint32_t index = i->w[k];
      if (spv_is_scalar(t) || index >= t->count)
         spv_fail(r, SC_E_INVALID, "index %u is out of range", index);
      *flat += t->kind == SPV_T_STRUCT ? t->members[index].first : index * t->elem->scalars;
      t = t->kind == SPV_T_STRUCT ? t->members[index].type : t->elem;
   }
   return t;
}

static void eval_extract(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   const spv_id *a = operand(r, i, 4);
   uint32_t flat = 0;
   if (walk(r, i, 5, a->type, &flat) != t)
      spv_fail(r, SC_E_INVALID, "the part has another type than the result");
   memcpy(out, a->bits + flat, t->scalars * sizeof *out);
}

static void eval_insert(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   const spv_id *object = operand(r, i, 4), *a = operand(r, i, 5);
   uint32_t flat = 0;
   if (a->type != t || walk(r, i, 6, t, &flat) != object->type)
      spv_fail(r, SC_E_INVALID, "operand types do not fit OpCompositeInsert");
   memcpy(out, a->bits, t->scalars * sizeof *out);
   memcpy(out + flat, object->bits, object->type->scalars * sizeof *out);
}

void spv_eval_spec_op(spv_reader *r, const spv_inst *i, const spv_type *type, uint32_t *out)
{
   switch (i->w[3]) {
   case SpvOpSelect:
      eval_select(r, i, type, out);
      break;
   case SpvOpVectorShuffle:
      eval_shuffle(r, i, type, out);
      break;
   case SpvOpCompositeExtract:
      eval_extract(r, i, type, out);
      break;
   case SpvOpCompositeInsert:
      eval_insert(r, i, type, out);
      break;
   default:
      eval_components(r, i, type, out);
      break;
   }
}
