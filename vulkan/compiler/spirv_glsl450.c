/* SPIR-V reader: the extended instruction set GLSL.std.450.
 *
 * One table row per instruction that works component by component; geometry, packing, frexp and modf below.
 * The functions that need an algorithm are in spirv_math.c. Operands start at word 5.
 */
#include "spirv_reader.h"

#include <spirv/unified1/GLSL.std.450.h>

typedef ir_inst *(*expand)(spv_reader *r, ir_inst **s);

typedef struct glsl_row {
   uint16_t ir;            /* enum ir_op, unless fn */
   const char *classes;    /* result, then operands */
   expand fn;
} glsl_row;

/* ---- component by component -------------------------------------------------------------------- */

static ir_inst *round_(spv_reader *r, ir_inst **s)
{
   return E1(r, frndne, s[0]); /* halves may go either way */
}

static ir_inst *sabs(spv_reader *r, ir_inst **s)
{
   return E2(r, imax, s[0], E2(r, isub, spv_c32(r, 0), s[0]));
}

static ir_inst *fsign(spv_reader *r, ir_inst **s)
{
   ir_inst *zero = spv_cf(r, 0.0f);
   ir_inst *v = E3(r, sel, E2(r, flt, s[0], zero), spv_cf(r, -1.0f), zero);
   return E3(r, sel, E2(r, flt, zero, s[0]), spv_cf(r, 1.0f), v);
}

static ir_inst *ssign(spv_reader *r, ir_inst **s)
{
   return E2(r, imax, E2(r, imin, s[0], spv_c32(r, 1)), spv_c32(r, UINT32_MAX));
}

static ir_inst *radians(spv_reader *r, ir_inst **s)
{
   return E2(r, fmul, s[0], spv_cf(r, 0.0174532925f));
}

static ir_inst *degrees(spv_reader *r, ir_inst **s)
{
   return E2(r, fmul, s[0], spv_cf(r, 57.2957795f));
}

static ir_inst *atan2_(spv_reader *r, ir_inst **s)
{
   return spv_math_atan2(r, s[0], s[1]);
}

static ir_inst *pow_(spv_reader *r, ir_inst **s)
{
   return spv_math_pow(r, s[0], s[1]);
}

static bool is_constant(const ir_inst *i, uint32_t bits)
{
   return i->op == IR_const && i->imm == bits;
}

static ir_inst *fclamp(spv_reader *r, ir_inst **s)
{
   if (is_constant(s[1], 0) && is_constant(s[2], 0x3f800000u))
      return E1(r, fsat, s[0]);
   return E2(r, fmin, E2(r, fmax, s[0], s[1]), s[2]);
}

static ir_inst *uclamp(spv_reader *r, ir_inst **s)
{
   return E2(r, umin, E2(r, umax, s[0], s[1]), s[2]);
}

static ir_inst *sclamp(spv_reader *r, ir_inst **s)
{
   return E2(r, imin, E2(r, imax, s[0], s[1]), s[2]);
}

/* x * (1 - a) + y * a, as the specification spells it */
static ir_inst *fmix(spv_reader *r, ir_inst **s)
{
   ir_inst *rest = E2(r, fsub, spv_cf(r, 1.0f), s[2]);
   return E2(r, fadd, E2(r, fmul, s[0], rest), E2(r, fmul, s[1], s[2]));
}

static ir_inst *step(spv_reader *r, ir_inst **s)
{
   return E3(r, sel, E2(r, flt, s[1], s[0]), spv_cf(r, 0.0f), spv_cf(r, 1.0f));
}

static ir_inst *smooth_step(spv_reader *r, ir_inst **s)
{
   ir_inst *t = E1(r, fsat, E2(r, fdiv, E2(r, fsub, s[2], s[0]), E2(r, fsub, s[1], s[0])));
   ir_inst *slope = E2(r, fsub, spv_cf(r, 3.0f), E2(r, fadd, t, t));
   return E2(r, fmul, E2(r, fmul, t, t), slope);
}

#define ROW(op, classes, ir) [GLSLstd450##op] = {IR_##ir, classes, NULL}
#define EXPAND(op, classes, fn) [GLSLstd450##op] = {0, classes, fn}

static const glsl_row rows[] = {
    EXPAND(Round, "ff", round_),    ROW(RoundEven, "ff", frndne),
    ROW(Trunc, "ff", ftrunc),       ROW(FAbs, "ff", fabs),
    EXPAND(SAbs, "ii", sabs),       EXPAND(FSign, "ff", fsign),
    EXPAND(SSign, "ii", ssign),     ROW(Floor, "ff", ffloor),
    ROW(Ceil, "ff", fceil),         ROW(Fract, "ff", ffract),
    EXPAND(Radians, "ff", radians), EXPAND(Degrees, "ff", degrees),
    ROW(Sin, "ff", fsin),           ROW(Cos, "ff", fcos),
    EXPAND(Atan2, "fff", atan2_),   EXPAND(Pow, "fff", pow_),
    ROW(Exp2, "ff", fexp2),         ROW(Log2, "ff", flog2),
    ROW(Sqrt, "ff", fsqrt),         ROW(InverseSqrt, "ff", frsq),
    ROW(FMin, "fff", fmin),         ROW(UMin, "iii", umin),
    ROW(SMin, "iii", imin),         ROW(FMax, "fff", fmax),
    ROW(UMax, "iii", umax),         ROW(SMax, "iii", imax),
    EXPAND(FClamp, "ffff", fclamp), EXPAND(UClamp, "iiii", uclamp),
    EXPAND(SClamp, "iiii", sclamp), EXPAND(FMix, "ffff", fmix),
    EXPAND(Step, "fff", step),      EXPAND(SmoothStep, "ffff", smooth_step),
    ROW(Fma, "ffff", ffma),         ROW(Ldexp, "ffi", fldexp),
    ROW(FindILsb, "ii", ctz),       ROW(FindSMsb, "ii", imsb),
    ROW(FindUMsb, "ii", umsb),      ROW(NMin, "fff", fmin),
    ROW(NMax, "fff", fmax),         EXPAND(NClamp, "ffff", fclamp),
};

static const glsl_row *find_row(uint32_t number)
{
   return number < sizeof rows / sizeof *rows && rows[number].classes ? &rows[number] : NULL;
}

static spv_value *new_result(spv_reader *r, const spv_inst *i)
{
   return spv_new_value(r, spv_get(r, i->w[2])->type);
}

/* Operand k, any f32 scalar or vector. */
static spv_value *float_operand(spv_reader *r, const spv_inst *i, uint32_t k)
{
   spv_need(r, i, 6 + k);
   spv_value *v = spv_use(r, i->w[5 + k]);
   if (spv_scalar_class(v->type) != 'f' || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "operand %u is not a float or vector of floats", i->w[5 + k]);
   return v;
}

static spv_value *typed_operand(spv_reader *r, const spv_inst *i, uint32_t k, char cls, uint32_t count)
{
   spv_need(r, i, 6 + k);
   return spv_use_class(r, i->w[5 + k], cls, count);
}

static ir_inst *emit_row(spv_reader *r, const glsl_row *row, ir_inst **s, unsigned n)
{
   if (row->fn)
      return row->fn(r, s);
   if (n == 1)
      return ir_op1(&r->b, (enum ir_op)row->ir, s[0]);
   if (n == 2)
      return ir_op2(&r->b, (enum ir_op)row->ir, s[0], s[1]);
   return ir_op3(&r->b, (enum ir_op)row->ir, s[0], s[1], s[2]);
}

static void emit_components(spv_reader *r, const spv_inst *i, const glsl_row *row)
{
   spv_value *v = new_result(r, i), *operands[3];
   unsigned n = 0;
   if (spv_scalar_class(v->type) != row->classes[0] || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "result of type %u", v->type->id);
   for (; row->classes[n + 1]; n++)
      operands[n] = typed_operand(r, i, n, row->classes[n + 1], v->type->scalars);
   for (uint32_t k = 0; k < v->type->scalars; k++) {
      ir_inst *s[3];
      for (unsigned j = 0; j < n; j++)
         s[j] = operands[j]->c[k];
      v->c[k] = emit_row(r, row, s, n);
   }
   spv_set(r, i->w[2], v);
}

/* The algorithms' error bounds hold only as they are written. */
static void emit_math(spv_reader *r, const spv_inst *i, spv_math1 fn)
{
   spv_value *v = new_result(r, i);
   bool exact = r->b.exact;
   if (spv_scalar_class(v->type) != 'f' || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "result of type %u", v->type->id);
   const spv_value *a = typed_operand(r, i, 0, 'f', v->type->scalars);
   r->b.exact = true;
   for (uint32_t k = 0; k < v->type->scalars; k++)
      v->c[k] = fn(r, a->c[k]);
   r->b.exact = exact;
   spv_set(r, i->w[2], v);
}

/* ---- geometry ---------------------------------------------------------------------------------- */

/* Result of the type of vector operand a, filled with c. */
static void set_like(spv_reader *r, const spv_inst *i, const spv_value *a, ir_inst *const *c)
{
   spv_value *v = spv_new_value(r, a->type);
   for (uint32_t k = 0; k < a->type->scalars; k++)
      v->c[k] = c[k];
   spv_set(r, i->w[2], v);
}

static void set_scalar(spv_reader *r, const spv_inst *i, char cls, ir_inst *c)
{
   spv_value *v = new_result(r, i);
   if (!spv_is_scalar(v->type) || spv_scalar_class(v->type) != cls)
      spv_fail(r, SC_E_INVALID, "the result is not a scalar of the right kind");
   v->c[0] = c;
   spv_set(r, i->w[2], v);
}

static ir_inst *length_of(spv_reader *r, uint32_t n, ir_inst *const *c)
{
   return n == 1 ? E1(r, fabs, c[0]) : E1(r, fsqrt, spv_dot(r, n, c, c));
}

static void emit_length(spv_reader *r, const spv_inst *i)
{
   const spv_value *a = float_operand(r, i, 0);
   set_scalar(r, i, 'f', length_of(r, a->type->scalars, a->c));
}

static void emit_distance(spv_reader *r, const spv_inst *i)
{
   const spv_value *a = float_operand(r, i, 0);
   uint32_t n = a->type->scalars;
   const spv_value *b = typed_operand(r, i, 1, 'f', n);
   ir_inst *d[4];
   for (uint32_t k = 0; k < n; k++)
      d[k] = E2(r, fsub, a->c[k], b->c[k]);
   set_scalar(r, i, 'f', length_of(r, n, d));
}

static void emit_normalize(spv_reader *r, const spv_inst *i)
{
   const spv_value *a = float_operand(r, i, 0);
   uint32_t n = a->type->scalars;
   ir_inst *c[4], *scale = E1(r, frsq, spv_dot(r, n, a->c, a->c));
   for (uint32_t k = 0; k < n; k++)
      c[k] = E2(r, fmul, a->c[k], scale);
   set_like(r, i, a, c);
}

static void emit_cross(spv_reader *r, const spv_inst *i)
{
   const spv_value *a = typed_operand(r, i, 0, 'f', 3), *b = typed_operand(r, i, 1, 'f', 3);
   ir_inst *c[3];
   for (unsigned k = 0; k < 3; k++) {
      unsigned x = (k + 1) % 3, y = (k + 2) % 3;
      c[k] = E2(r, fsub, E2(r, fmul, a->c[x], b->c[y]), E2(r, fmul, a->c[y], b->c[x]));
   }
   set_like(r, i, a, c);
}

static void emit_face_forward(spv_reader *r, const spv_inst *i)
{
   const spv_value *n = float_operand(r, i, 0);
   uint32_t count = n->type->scalars;
   const spv_value *incident = typed_operand(r, i, 1, 'f', count),
                   *reference = typed_operand(r, i, 2, 'f', count);
   ir_inst *keep = E2(r, flt, spv_dot(r, count, reference->c, incident->c), spv_cf(r, 0.0f)), *c[4];
   for (uint32_t k = 0; k < count; k++)
      c[k] = E3(r, sel, keep, n->c[k], E1(r, fneg, n->c[k]));
   set_like(r, i, n, c);
}

static void emit_reflect(spv_reader *r, const spv_inst *i)
{
   const spv_value *a = float_operand(r, i, 0);
   uint32_t count = a->type->scalars;
   const spv_value *n = typed_operand(r, i, 1, 'f', count);
   ir_inst *d = spv_dot(r, count, n->c, a->c), *twice = E2(r, fadd, d, d), *c[4];
   for (uint32_t k = 0; k < count; k++)
      c[k] = E2(r, fsub, a->c[k], E2(r, fmul, twice, n->c[k]));
   set_like(r, i, a, c);
}

static void emit_refract(spv_reader *r, const spv_inst *i)
{
   const spv_value *a = float_operand(r, i, 0);
   uint32_t count = a->type->scalars;
   const spv_value *n = typed_operand(r, i, 1, 'f', count);
   ir_inst *eta = typed_operand(r, i, 2, 'f', 1)->c[0], *one = spv_cf(r, 1.0f), *zero = spv_cf(r, 0.0f),
           *c[4];
   ir_inst *d = spv_dot(r, count, n->c, a->c);
   ir_inst *sine = E2(r, fmul, E2(r, fmul, eta, eta), E2(r, fsub, one, E2(r, fmul, d, d)));
   ir_inst *k2 = E2(r, fsub, one, sine), *total = E2(r, flt, k2, zero);
   ir_inst *along = E2(r, fadd, E2(r, fmul, eta, d), E1(r, fsqrt, k2));
   for (uint32_t k = 0; k < count; k++) {
      ir_inst *bent = E2(r, fsub, E2(r, fmul, eta, a->c[k]), E2(r, fmul, along, n->c[k]));
      c[k] = E3(r, sel, total, zero, bent);
   }
   set_like(r, i, a, c);
}

static const spv_value *square_matrix(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 6);
   const spv_value *m = spv_use(r, i->w[5]);
   if (m->type->kind != SPV_T_MATRIX || m->type->count != m->type->elem->count)
      spv_fail(r, SC_E_INVALID, "operand %u is not a square matrix", i->w[5]);
   return m;
}

static void emit_inverse(spv_reader *r, const spv_inst *i)
{
   const spv_value *m = square_matrix(r, i);
   ir_inst *c[16];
   spv_inverse(r, m->type->count, m->c, c);
   set_like(r, i, m, c);
}

/* ---- modf and frexp ---------------------------------------------------------------------------- */

/* Two results per component: first is the instruction's result or member 0, second goes to the pointer or
 * member 1. */
static void split(spv_reader *r, bool frexp, ir_inst *x, ir_inst **first, ir_inst **second)
{
   if (frexp) {
      *first = E1(r, frexp_mant, x);
      *second = E1(r, frexp_exp, x);
      return;
   }
   *second = E1(r, ftrunc, x);
   ir_inst *infinite = E2(r, feq, E1(r, fabs, x), spv_c32(r, 0x7f800000u));
   *first = E3(r, sel, infinite, spv_cf(r, 0.0f), E2(r, fsub, x, *second));
}

static void emit_split_struct(spv_reader *r, const spv_inst *i, bool frexp)
{
   const spv_value *a = float_operand(r, i, 0);
   spv_value *v = new_result(r, i);
   const spv_type *t = v->type;
   uint32_t n = a->type->scalars;
   if (t->kind != SPV_T_STRUCT || t->count != 2 || t->members[0].type != a->type ||
       t->members[1].type->scalars != n || spv_scalar_class(t->members[1].type) != (frexp ? 'i' : 'f'))
      spv_fail(r, SC_E_INVALID, "the result is not the right struct");
   for (uint32_t k = 0; k < n; k++)
      split(r, frexp, a->c[k], &v->c[k], &v->c[n + k]);
   spv_set(r, i->w[2], v);
}

static void emit_split_pointer(spv_reader *r, const spv_inst *i, bool frexp)
{
   const spv_value *a = float_operand(r, i, 0);
   spv_need(r, i, 7);
   const spv_pointer *p = spv_use_pointer(r, i->w[6]);
   uint32_t n = a->type->scalars;
   ir_inst *first[4];
   if (p->type->scalars != n || spv_scalar_class(p->type) != (frexp ? 'i' : 'f'))
      spv_fail(r, SC_E_INVALID, "the pointer has the wrong target");
   spv_value *second = spv_new_value(r, p->type);
   for (uint32_t k = 0; k < n; k++)
      split(r, frexp, a->c[k], &first[k], &second->c[k]);
   spv_store(r, p, second, false);
   set_like(r, i, a, first);
}

/* ---- packing ----------------------------------------------------------------------------------- */

typedef struct packing {
   uint8_t count, bits;
   bool is_signed, half;
   float scale;
} packing;

static const packing snorm4x8 = {4, 8, true, false, 127.0f}, unorm4x8 = {4, 8, false, false, 255.0f},
                     snorm2x16 = {2, 16, true, false, 32767.0f}, unorm2x16 = {2, 16, false, false, 65535.0f},
                     half2x16 = {2, 16, false, true, 0.0f};

static ir_inst *pack_component(spv_reader *r, const packing *p, ir_inst *x)
{
   if (p->half)
      return E1(r, f2h, x);
   if (p->is_signed)
      x = E2(r, fmin, E2(r, fmax, x, spv_cf(r, -1.0f)), spv_cf(r, 1.0f));
   else
      x = E1(r, fsat, x);
   ir_inst *n = E1(r, f2i, E1(r, frndne, E2(r, fmul, x, spv_cf(r, p->scale))));
   return p->is_signed ? E2(r, and, n, spv_c32(r, (1u << p->bits) - 1)) : n;
}

static void emit_pack(spv_reader *r, const spv_inst *i, const packing *p)
{
   const spv_value *a = typed_operand(r, i, 0, 'f', p->count);
   ir_inst *word = pack_component(r, p, a->c[0]);
   for (unsigned k = 1; k < p->count; k++)
      word = E2(r, or, word, E2(r, shl, pack_component(r, p, a->c[k]), spv_c32(r, k * p->bits)));
   set_scalar(r, i, 'i', word);
}

static ir_inst *unpack_component(spv_reader *r, const packing *p, ir_inst *word, unsigned k)
{
   ir_inst *offset = spv_c32(r, k * p->bits), *bits = spv_c32(r, p->bits);
   if (p->half)
      return E1(r, h2f, k ? E2(r, shr, word, offset) : word);
   if (!p->is_signed)
      return E2(r, fdiv, E1(r, u2f, E3(r, ubfe, word, offset, bits)), spv_cf(r, p->scale));
   ir_inst *x = E2(r, fdiv, E1(r, i2f, E3(r, ibfe, word, offset, bits)), spv_cf(r, p->scale));
   return E2(r, fmax, x, spv_cf(r, -1.0f));
}

static void emit_unpack(spv_reader *r, const spv_inst *i, const packing *p)
{
   ir_inst *word = typed_operand(r, i, 0, 'i', 1)->c[0];
   spv_value *v = new_result(r, i);
   if (v->type->kind != SPV_T_VECTOR || v->type->count != p->count || spv_scalar_class(v->type) != 'f')
      spv_fail(r, SC_E_INVALID, "the result is not a vector of %u floats", p->count);
   for (unsigned k = 0; k < p->count; k++)
      v->c[k] = unpack_component(r, p, word, k);
   spv_set(r, i->w[2], v);
}

/* ---- all the rest ------------------------------------------------------------------------------ */

static void emit_other(spv_reader *r, const spv_inst *i)
{
   const spv_value *m;
   switch (i->w[4]) {
   case GLSLstd450Determinant:
      m = square_matrix(r, i);
      set_scalar(r, i, 'f', spv_determinant(r, m->type->count, m->c));
      break;
   case GLSLstd450MatrixInverse: emit_inverse(r, i); break;
   case GLSLstd450Modf: emit_split_pointer(r, i, false); break;
   case GLSLstd450ModfStruct: emit_split_struct(r, i, false); break;
   case GLSLstd450Frexp: emit_split_pointer(r, i, true); break;
   case GLSLstd450FrexpStruct: emit_split_struct(r, i, true); break;
   case GLSLstd450PackSnorm4x8: emit_pack(r, i, &snorm4x8); break;
   case GLSLstd450PackUnorm4x8: emit_pack(r, i, &unorm4x8); break;
   case GLSLstd450PackSnorm2x16: emit_pack(r, i, &snorm2x16); break;
   case GLSLstd450PackUnorm2x16: emit_pack(r, i, &unorm2x16); break;
   case GLSLstd450PackHalf2x16: emit_pack(r, i, &half2x16); break;
   case GLSLstd450UnpackSnorm4x8: emit_unpack(r, i, &snorm4x8); break;
   case GLSLstd450UnpackUnorm4x8: emit_unpack(r, i, &unorm4x8); break;
   case GLSLstd450UnpackSnorm2x16: emit_unpack(r, i, &snorm2x16); break;
   case GLSLstd450UnpackUnorm2x16: emit_unpack(r, i, &unorm2x16); break;
   case GLSLstd450UnpackHalf2x16: emit_unpack(r, i, &half2x16); break;
   case GLSLstd450Length: emit_length(r, i); break;
   case GLSLstd450Distance: emit_distance(r, i); break;
   case GLSLstd450Cross: emit_cross(r, i); break;
   case GLSLstd450Normalize: emit_normalize(r, i); break;
   case GLSLstd450FaceForward: emit_face_forward(r, i); break;
   case GLSLstd450Reflect: emit_reflect(r, i); break;
   case GLSLstd450Refract: emit_refract(r, i); break;
   default:
      spv_fail(r, SC_E_UNSUPPORTED, "GLSL.std.450 instruction %u is not supported in compute shaders",
               i->w[4]);
   }
}

void spv_emit_glsl450(spv_reader *r, const spv_inst *i)
{
   const glsl_row *row = find_row(i->w[4]);
   spv_math1 math = spv_math_function(i->w[4]);
   if (row)
      emit_components(r, i, row);
   else if (math)
      emit_math(r, i, math);
   else
      emit_other(r, i);
}
