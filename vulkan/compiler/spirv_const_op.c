/* SPIR-V reader: evaluation of OpSpecConstantOp for the opcodes that the Shader capability allows.
 *
 * Numeric meaning is that of the ISA, so that a specialised constant equals the same expression at run time
 * (division by zero included).
 */
#include "spirv_reader.h"

#include <math.h>
#include <string.h>

/* Constant operand in word k of the instruction. */
static const spv_id *operand(spv_reader *r, const spv_inst *i, uint32_t k)
{
   spv_need(r, i, k + 1);
   const spv_id *e = spv_get(r, i->w[k]);
   if (e->kind != SPV_K_CONST || !e->bits)
      spv_fail(r, SC_E_INVALID, "operand %u is not a constant", i->w[k]);
   return e;
}

/* Numbers are handled as 64 bits: integers zero-extended, floats as their bits. */
static int64_t sign_extend(uint64_t a, unsigned width)
{
   uint64_t sign = (uint64_t)1 << (width - 1);
   return (int64_t)((a ^ sign) - sign);
}

static uint64_t div_s(int64_t a, int64_t b)
{
   if (!b)
      return UINT64_MAX;
   return b == -1 ? 0u - (uint64_t)a : (uint64_t)(a / b);
}

static uint64_t rem_s(int64_t a, int64_t b)
{
   if (!b)
      return (uint64_t)a;
   return b == -1 ? 0 : (uint64_t)(a % b);
}

static uint64_t mod_s(int64_t a, int64_t b)
{
   int64_t m = (int64_t)rem_s(a, b);
   return (uint64_t)(m && (m ^ b) < 0 ? m + b : m);
}

static uint64_t sar(int64_t a, unsigned n)
{
   return a < 0 ? ~(~(uint64_t)a >> n) : (uint64_t)a >> n;
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

/* ---- floats to other widths ---------------------------------------------------------------------- */

static double half_to_double(uint32_t h)
{
   uint32_t exponent = h >> 10 & 31, mantissa = h & 1023;
   double m = exponent == 31 ? (mantissa ? NAN : INFINITY)
              : exponent     ? ldexp((double)(mantissa | 1024), (int)exponent - 25)
                             : ldexp((double)mantissa, -24);
   return h & 0x8000u ? -m : m;
}

/* To nearest, ties to even: in units of the last place of the result, whole numbers below 2^11 are exact. */
static uint32_t double_to_half(double d)
{
   uint32_t sign = signbit(d) ? 0x8000u : 0;
   if (d != d)
      return 0x7e00u;
   d = fabs(d);
   if (d >= 65520.0)
      return sign | 0x7c00u;
   int e = -14;
   while (e < 15 && d >= ldexp(1.0, e + 1))
      e++;
   double units = ldexp(d, 10 - e), whole = floor(units), rest = units - whole;
   uint32_t n = (uint32_t)whole;
   n += rest > 0.5 || (rest == 0.5 && (n & 1));
   return sign | (((uint32_t)(e + 14) << 10) + n);
}

static double to_double(uint64_t bits, unsigned width)
{
   float f;
   double d;
   uint32_t low = (uint32_t)bits;
   if (width == 16)
      return half_to_double(low);
   memcpy(&f, &low, sizeof f);
   memcpy(&d, &bits, sizeof d);
   return width == 32 ? (double)f : d;
}

static uint64_t convert_float(uint64_t bits, unsigned from, unsigned to)
{
   double d = to_double(bits, from);
   float f = (float)d;
   uint32_t low;
   if (from == to)
      return bits;
   if (to == 16)
      return double_to_half(d);
   if (d != d)
      return to == 32 ? 0x7fc00000u : 0x7ff8000000000000u;
   memcpy(&low, &f, sizeof low);
   memcpy(&bits, &d, sizeof bits);
   return to == 32 ? low : bits;
}

/* One component of a unary or binary operation on operands of wa and wb bits; the result is cut to its type by the caller.
 * False if the opcode is none. */
static bool eval_scalar(uint32_t op, uint64_t a, uint64_t b, unsigned wa, unsigned wb, unsigned to, uint64_t *out)
{
   int64_t sa = sign_extend(a, wa), sb = sign_extend(b, wb);
   unsigned n = (unsigned)b & (wa == 64 ? 63 : 31);
   switch (op) {
   case SpvOpUConvert: *out = a; return true;
   case SpvOpSConvert: *out = (uint64_t)sa; return true;
   case SpvOpFConvert: *out = convert_float(a, wa, to); return true;
   case SpvOpQuantizeToF16: *out = quantize((uint32_t)a); return true;
   case SpvOpSNegate: *out = 0u - a; return true;
   case SpvOpNot: *out = ~a; return true;
   case SpvOpLogicalNot: *out = !a; return true;
   case SpvOpIAdd: *out = a + b; return true;
   case SpvOpISub: *out = a - b; return true;
   case SpvOpIMul: *out = a * b; return true;
   case SpvOpUDiv: *out = b ? a / b : UINT64_MAX; return true;
   case SpvOpUMod: *out = b ? a % b : a; return true;
   case SpvOpSDiv: *out = div_s(sa, sb); return true;
   case SpvOpSRem: *out = rem_s(sa, sb); return true;
   case SpvOpSMod: *out = mod_s(sa, sb); return true;
   case SpvOpShiftLeftLogical: *out = a << n; return true;
   case SpvOpShiftRightLogical: *out = a >> n; return true;
   case SpvOpShiftRightArithmetic: *out = sar(sa, n); return true;
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

static bool is_conversion(uint32_t op)
{
   return op == SpvOpSConvert || op == SpvOpUConvert || op == SpvOpFConvert;
}

static bool is_shift(uint32_t op)
{
   return op == SpvOpShiftLeftLogical || op == SpvOpShiftRightLogical || op == SpvOpShiftRightArithmetic;
}

static uint64_t get(const spv_id *e, uint32_t k)
{
   const uint32_t *bits = e->bits + k * e->type->slots;
   return e->type->slots == 2 ? bits[0] | (uint64_t)bits[1] << 32 : bits[0];
}

static void put(const spv_type *t, uint32_t *out, uint64_t value)
{
   unsigned width = spv_component(t)->width;
   out[0] = width < 32 ? (uint32_t)value & ((1u << width) - 1) : (uint32_t)value;
   if (t->slots == 2)
      out[1] = (uint32_t)(value >> 32);
}

static void eval_components(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   uint32_t op = i->w[3];
   uint64_t value;
   if (!eval_scalar(op, 0, 0, 32, 32, 32, &value))
      spv_fail(r, SC_E_UNSUPPORTED, "%s (%u) in a specialisation constant", spv_op_name(op), op);
   char sig = signature(op), in_kind = sig == 'c' ? 'i' : sig, out_kind = sig == 'c' ? 'b' : sig;
   const spv_id *a = operand(r, i, 4), *b = is_unary(op) ? a : operand(r, i, 5);
   if (spv_kind(t) != out_kind || spv_kind(a->type) != in_kind || spv_kind(b->type) != in_kind ||
       t->kind == SPV_T_MATRIX || spv_components(a->type) != spv_components(t) ||
       spv_components(b->type) != spv_components(t))
      spv_fail(r, SC_E_INVALID, "operand types do not fit %s", spv_op_name(op));
   unsigned wa = spv_component(a->type)->width, wb = spv_component(b->type)->width, to = spv_component(t)->width;
   if ((wa != wb && !is_shift(op)) || (sig != 'c' && wa != to && !is_conversion(op)) ||
       (op == SpvOpQuantizeToF16 && wa != 32))
      spv_fail(r, SC_E_INVALID, "operand widths do not fit %s", spv_op_name(op));
   for (uint32_t k = 0; k < spv_components(t); k++) {
      eval_scalar(op, get(a, k), get(b, k), wa, wb, to, &value);
      put(t, out + k * t->slots, value);
   }
}

static void eval_select(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   const spv_id *c = operand(r, i, 4), *a = operand(r, i, 5), *b = operand(r, i, 6);
   bool scalar = c->type->kind == SPV_T_BOOL;
   if (a->type != t || b->type != t || spv_scalar_class(c->type) != 'b' ||
       (!scalar && (t->kind != SPV_T_VECTOR || c->type->scalars != t->count)))
      spv_fail(r, SC_E_INVALID, "operand types do not fit OpSelect");
   for (uint32_t k = 0; k < t->scalars; k++)
      out[k] = c->bits[scalar ? 0 : k / t->slots] ? a->bits[k] : b->bits[k];
}

static void eval_shuffle(spv_reader *r, const spv_inst *i, const spv_type *t, uint32_t *out)
{
   const spv_id *a = operand(r, i, 4), *b = operand(r, i, 5);
   if (t->kind != SPV_T_VECTOR || a->type->kind != SPV_T_VECTOR || b->type->kind != SPV_T_VECTOR ||
       a->type->elem != t->elem || b->type->elem != t->elem || i->n - 6 != t->count)
      spv_fail(r, SC_E_INVALID, "operand types do not fit OpVectorShuffle");
   for (uint32_t k = 0; k < t->count; k++) {
      uint32_t index = i->w[6 + k], size = t->slots * (uint32_t)sizeof *out;
      if (index < a->type->count)
         memcpy(out + k * t->slots, a->bits + index * t->slots, size);
      else if (index - a->type->count < b->type->count)
         memcpy(out + k * t->slots, b->bits + (index - a->type->count) * t->slots, size);
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
