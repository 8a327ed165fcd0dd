/* SPIR-V reader: arithmetic, bits, comparisons and logic, component by component.
 *
 * One table row per opcode: the IR operation or a function that expands it, and the letters of result and operands
 * (spv_use_operands). Signedness lies in the opcode alone: j marks operands that it takes as signed.
 */
#include "spirv_reader.h"

typedef ir_inst *(*expand)(spv_reader *r, ir_inst **s);

typedef struct alu_row {
   uint16_t ir;            /* enum ir_op, unless fn */
   bool swap;              /* a > b is b < a */
   const char *classes;    /* result, then operands */
   expand fn;
} alu_row;

/* ---- expansions -------------------------------------------------------------------------------- */

static ir_inst *snegate(spv_reader *r, ir_inst **s)
{
   return E2(r, isub, spv_c32(r, 0), s[0]);
}

/* Remainder with the sign of the divisor. */
static ir_inst *smod(spv_reader *r, ir_inst **s)
{
   ir_inst *m = E2(r, irem, s[0], s[1]), *zero = spv_c32(r, 0);
   ir_inst *differ = E2(r, band, E2(r, ine, m, zero), E2(r, ilt, E2(r, xor, m, s[1]), zero));
   return E3(r, sel, differ, E2(r, iadd, m, s[1]), m);
}

/* x - y * n with one rounding. */
static ir_inst *minus_times(spv_reader *r, ir_inst *x, ir_inst *y, ir_inst *n)
{
   return E3(r, ffma, E1(r, fneg, y), n, x);
}

static ir_inst *frem(spv_reader *r, ir_inst **s)
{
   return minus_times(r, s[0], s[1], E1(r, ftrunc, E2(r, fdiv, s[0], s[1])));
}

static ir_inst *fmod_(spv_reader *r, ir_inst **s)
{
   return minus_times(r, s[0], s[1], E1(r, ffloor, E2(r, fdiv, s[0], s[1])));
}

/* What has no normal f16 becomes a zero of the same sign. */
static ir_inst *quantize(spv_reader *r, ir_inst **s)
{
   ir_inst *q = E1(r, h2f, E1(r, f2h, s[0]));
   ir_inst *tiny = E2(r, flt, E1(r, fabs, q), spv_cf(r, 0x1p-14f));
   return E3(r, sel, tiny, E2(r, and, s[0], spv_c32(r, 0x80000000u)), q);
}

static ir_inst *isnan_(spv_reader *r, ir_inst **s)
{
   return E2(r, fneu, s[0], s[0]);
}

static ir_inst *isinf_(spv_reader *r, ir_inst **s)
{
   return E2(r, feq, E1(r, fabs, s[0]), spv_c32(r, 0x7f800000u)); /* widened if need be */
}

static ir_inst *logical_equal(spv_reader *r, ir_inst **s)
{
   return E1(r, bnot, E2(r, bxor, s[0], s[1]));
}

/* base, insert, offset, count */
static ir_inst *bitfield_insert(spv_reader *r, ir_inst **s)
{
   ir_inst *mask = E2(r, bfm, s[3], s[2]);
   return E3(r, bfi, mask, E2(r, shl, s[1], s[2]), s[0]);
}

/* ---- the table --------------------------------------------------------------------------------- */

#define ROW(op, classes, ir) [SpvOp##op] = {IR_##ir, false, classes, NULL}
#define SWAPPED(op, classes, ir) [SpvOp##op] = {IR_##ir, true, classes, NULL}
#define EXPAND(op, classes, fn) [SpvOp##op] = {0, false, classes, fn}

static const alu_row rows[] = {
    EXPAND(QuantizeToF16, "FF", quantize),
    EXPAND(SNegate, "ii", snegate),
    ROW(FNegate, "ff", fneg),
    ROW(IAdd, "iii", iadd),
    ROW(FAdd, "fff", fadd),
    ROW(ISub, "iii", isub),
    ROW(FSub, "fff", fsub),
    ROW(IMul, "iii", imul),
    ROW(FMul, "fff", fmul),
    ROW(UDiv, "iii", udiv),
    ROW(SDiv, "ijj", idiv),
    ROW(FDiv, "fff", fdiv),
    ROW(UMod, "iii", urem),
    ROW(SRem, "ijj", irem),
    EXPAND(SMod, "ijj", smod),
    EXPAND(FRem, "fff", frem),
    EXPAND(FMod, "fff", fmod_),
    EXPAND(IsNan, "bf", isnan_),
    EXPAND(IsInf, "bf", isinf_),
    EXPAND(LogicalEqual, "bbb", logical_equal),
    ROW(LogicalNotEqual, "bbb", bxor),
    ROW(LogicalOr, "bbb", bor),
    ROW(LogicalAnd, "bbb", band),
    ROW(LogicalNot, "bb", bnot),
    ROW(IEqual, "bii", ieq),
    ROW(INotEqual, "bii", ine),
    ROW(ULessThan, "bii", ult),
    SWAPPED(UGreaterThan, "bii", ult),
    ROW(SLessThan, "bjj", ilt),
    SWAPPED(SGreaterThan, "bjj", ilt),
    ROW(ULessThanEqual, "bii", ule),
    SWAPPED(UGreaterThanEqual, "bii", ule),
    ROW(SLessThanEqual, "bjj", ile),
    SWAPPED(SGreaterThanEqual, "bjj", ile),
    ROW(FOrdEqual, "bff", feq),
    ROW(FUnordEqual, "bff", fequ),
    ROW(FOrdNotEqual, "bff", fne),
    ROW(FUnordNotEqual, "bff", fneu),
    ROW(FOrdLessThan, "bff", flt),
    ROW(FUnordLessThan, "bff", fltu),
    SWAPPED(FOrdGreaterThan, "bff", flt),
    SWAPPED(FUnordGreaterThan, "bff", fltu),
    ROW(FOrdLessThanEqual, "bff", fle),
    ROW(FUnordLessThanEqual, "bff", fleu),
    SWAPPED(FOrdGreaterThanEqual, "bff", fle),
    SWAPPED(FUnordGreaterThanEqual, "bff", fleu),
    ROW(ShiftRightLogical, "iin", shr),
    ROW(ShiftRightArithmetic, "ijn", sar),
    ROW(ShiftLeftLogical, "iin", shl),
    ROW(BitwiseOr, "iii", or),
    ROW(BitwiseXor, "iii", xor),
    ROW(BitwiseAnd, "iii", and),
    ROW(Not, "ii", not ),
    EXPAND(BitFieldInsert, "IIInn", bitfield_insert),
    ROW(BitFieldSExtract, "IInn", ibfe),
    ROW(BitFieldUExtract, "IInn", ubfe),
    ROW(BitReverse, "II", brev),
    ROW(BitCount, "II", bcnt),
};

static const alu_row *find_row(uint32_t op)
{
   return op < sizeof rows / sizeof *rows && rows[op].classes ? &rows[op] : NULL;
}

/* Offset and count of the bit field instructions are scalars even where the rest are vectors. */
static unsigned scalar_operands(uint32_t op)
{
   if (op == SpvOpBitFieldInsert)
      return 1u << 2 | 1u << 3;
   return op == SpvOpBitFieldSExtract || op == SpvOpBitFieldUExtract ? 1u << 1 | 1u << 2 : 0;
}

static ir_inst *emit_row(spv_reader *r, const alu_row *row, ir_inst **s, unsigned n)
{
   if (row->fn)
      return row->fn(r, s);
   if (n == 1)
      return spv_op1(r, (enum ir_op)row->ir, s[0]);
   if (n == 2)
      return spv_op2(r, (enum ir_op)row->ir, s[row->swap], s[!row->swap]);
   return spv_op3(r, (enum ir_op)row->ir, s[0], s[1], s[2]);
}

static spv_value *result(spv_reader *r, const spv_inst *i)
{
   return spv_new_value(r, spv_get(r, i->w[2])->type);
}

static void emit_components(spv_reader *r, const spv_inst *i, const alu_row *row)
{
   spv_operands o = spv_use_operands(r, i, 3, row->classes, scalar_operands(i->op));
   spv_value *v = o.result;
   for (uint32_t k = 0; k < spv_components(v->type); k++) {
      ir_inst *s[SPV_MAX_OPERANDS];
      spv_get_operands(r, &o, k, s);
      spv_put_component(r, v->type, v->c + k * v->type->slots, emit_row(r, row, s, o.count));
   }
   spv_set(r, i->w[2], v);
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static void emit_select(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 6);
   spv_value *v = result(r, i), *cond = spv_use(r, i->w[3]), *a = spv_use(r, i->w[4]),
             *b = spv_use(r, i->w[5]);
   bool scalar = cond->type->kind == SPV_T_BOOL;
   uint32_t slots = v->type->slots ? v->type->slots : 1;
   if (spv_scalar_class(cond->type) != 'b' || (!scalar && cond->type->scalars * slots != v->type->scalars) ||
       a->type != v->type || b->type != v->type)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   for (uint32_t k = 0; k < v->type->scalars; k++)
      v->c[k] = E3(r, sel, cond->c[scalar ? 0 : k / slots], a->c[k], b->c[k]);
   spv_set(r, i->w[2], v);
}

static void emit_any_all(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_value *v = result(r, i), *a = spv_use(r, i->w[3]);
   if (spv_scalar_class(a->type) != 'b' || v->type->kind != SPV_T_BOOL)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   v->c[0] = a->c[0];
   for (uint32_t k = 1; k < a->type->scalars; k++)
      v->c[0] = i->op == SpvOpAny ? E2(r, bor, v->c[0], a->c[k]) : E2(r, band, v->c[0], a->c[k]);
   spv_set(r, i->w[2], v);
}

bool spv_emit_alu(spv_reader *r, const spv_inst *i)
{
   const alu_row *row = find_row(i->op);
   if (row) {
      emit_components(r, i, row);
      return true;
   }
   if (spv_emit_conversion(r, i) || spv_emit_integer(r, i))
      return true;
   switch (i->op) {
   case SpvOpSelect:
      emit_select(r, i);
      return true;
   case SpvOpAny:
   case SpvOpAll:
      emit_any_all(r, i);
      return true;
   default:
      return false;
   }
}
