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
   const char *classes;    /* result, then operands: letters of spv_use_operands */
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
   ir_inst *zero = spv_cf_like(r, s[0], 0.0f);
   ir_inst *v = E3(r, sel, E2(r, flt, s[0], zero), spv_cf_like(r, s[0], -1.0f), zero);
   return E3(r, sel, E2(r, flt, zero, s[0]), spv_cf_like(r, s[0], 1.0f), v);
}

static ir_inst *ssign(spv_reader *r, ir_inst **s)
{
   return E2(r, imax, E2(r, imin, s[0], spv_c32(r, 1)), spv_c32(r, UINT32_MAX));
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
   return E3(r, sel, E2(r, flt, s[1], s[0]), spv_cf_like(r, s[0], 0.0f), spv_cf_like(r, s[0], 1.0f));
}

static ir_inst *smooth_step(spv_reader *r, ir_inst **s)
{
   ir_inst *t = E1(r, fsat, E2(r, fdiv, E2(r, fsub, s[2], s[0]), E2(r, fsub, s[1], s[0])));
   ir_inst *slope = E2(r, fsub, spv_cf(r, 3.0f), E2(r, fadd, t, t));
   return E2(r, fmul, E2(r, fmul, t, t), slope);
}

/* An exponent of any width; beyond some thousands all are alike. */
static ir_inst *ldexp_(spv_reader *r, ir_inst **s)
{
   ir_inst *e = s[1];
   if (e->ncomp == 2) {
      ir_inst *most = spv_c32(r, 0x10000), *least = spv_c32(r, 0u - 0x10000u);
      e = spv_half(r, E2(r, imax, E2(r, imin, e, most), least), 0);
   }
   return E2(r, fldexp, s[0], e);
}

#define ROW(op, classes, ir) [GLSLstd450##op] = {IR_##ir, classes, NULL}
#define EXPAND(op, classes, fn) [GLSLstd450##op] = {0, classes, fn}

static const glsl_row rows[] = {
    EXPAND(Round, "ff", round_),    ROW(RoundEven, "ff", frndne),
    ROW(Trunc, "ff", ftrunc),       ROW(FAbs, "ff", fabs),
    EXPAND(SAbs, "ij", sabs),       EXPAND(FSign, "ff", fsign),
    EXPAND(SSign, "ij", ssign),     ROW(Floor, "ff", ffloor),
    ROW(Ceil, "ff", fceil),         ROW(Fract, "ff", ffract),
    ROW(Sin, "FF", fsin),           ROW(Cos, "FF", fcos),
    EXPAND(Atan2, "FFF", atan2_),   EXPAND(Pow, "FFF", pow_),
    ROW(Exp2, "FF", fexp2),         ROW(Log2, "FF", flog2),
    ROW(Sqrt, "ff", fsqrt),         ROW(InverseSqrt, "ff", frsq),
    ROW(FMin, "fff", fmin),         ROW(UMin, "iii", umin),
    ROW(SMin, "ijj", imin),         ROW(FMax, "fff", fmax),
    ROW(UMax, "iii", umax),         ROW(SMax, "ijj", imax),
    EXPAND(FClamp, "ffff", fclamp), EXPAND(UClamp, "iiii", uclamp),
    EXPAND(SClamp, "ijjj", sclamp), EXPAND(FMix, "ffff", fmix),
    EXPAND(Step, "fff", step),      EXPAND(SmoothStep, "ffff", smooth_step),
    ROW(Fma, "ffff", ffma),         EXPAND(Ldexp, "ffm", ldexp_),
    ROW(FindILsb, "II", ctz),       ROW(FindSMsb, "II", imsb),
    ROW(FindUMsb, "II", umsb),      ROW(NMin, "fff", fmin),
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

/* Components of an operand in their working form. */
typedef struct components {
   const spv_type *type;
   uint32_t n;
   ir_inst *c[16];
} components;

static components components_of(spv_reader *r, const spv_value *v)
{
   components a = {.type = v->type, .n = spv_components(v->type)};
   for (uint32_t k = 0; k < a.n; k++)
      a.c[k] = spv_get_component(r, v, k, false);
   return a;
}

/* Operand k, any float scalar or vector. */
static components float_operand(spv_reader *r, const spv_inst *i, uint32_t k)
{
   spv_need(r, i, 6 + k);
   return components_of(r, spv_use_kind(r, i->w[5 + k], 'f', 0));
}

/* The same of `count` components as wide as those of `like`. */
static components same_operand(spv_reader *r, const spv_inst *i, uint32_t k, const components *like, uint32_t count)
{
   components a = float_operand(r, i, k);
   if (a.n != count || spv_component(a.type) != spv_component(like->type))
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   return a;
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
      return spv_op1(r, (enum ir_op)row->ir, s[0]);
   if (n == 2)
      return spv_op2(r, (enum ir_op)row->ir, s[0], s[1]);
   return spv_op3(r, (enum ir_op)row->ir, s[0], s[1], s[2]);
}

static void emit_components(spv_reader *r, const spv_inst *i, const glsl_row *row)
{
   spv_operands o = spv_use_operands(r, i, 5, row->classes, 0);
   spv_value *v = o.result;
   for (uint32_t k = 0; k < spv_components(v->type); k++) {
      ir_inst *s[SPV_MAX_OPERANDS];
      spv_get_operands(r, &o, k, s);
      spv_put_component(r, v->type, v->c + k * v->type->slots, emit_row(r, row, s, o.count));
   }
   spv_set(r, i->w[2], v);
}

/* Radians and Degrees are a product with a constant of the operand's own width: halves, although multiplied as f32, take the nearest f16. */
static void emit_angle(spv_reader *r, const spv_inst *i, float single, float half)
{
   spv_operands o = spv_use_operands(r, i, 5, "FF", 0);
   spv_value *v = o.result;
   ir_inst *factor = spv_cf(r, spv_component(v->type)->width == 16 ? half : single);
   for (uint32_t k = 0; k < spv_components(v->type); k++) {
      ir_inst *x;
      spv_get_operands(r, &o, k, &x);
      spv_put_component(r, v->type, v->c + k, E2(r, fmul, x, factor));
   }
   spv_set(r, i->w[2], v);
}

/* The algorithms' error bounds hold only as they are written. */
static void emit_math(spv_reader *r, const spv_inst *i, spv_math1 fn)
{
   spv_operands o = spv_use_operands(r, i, 5, "FF", 0);
   spv_value *v = o.result;
   bool exact = r->b.exact;
   r->b.exact = true;
   for (uint32_t k = 0; k < spv_components(v->type); k++) {
      ir_inst *x;
      spv_get_operands(r, &o, k, &x);
      spv_put_component(r, v->type, v->c + k, fn(r, x));
   }
   r->b.exact = exact;
   spv_set(r, i->w[2], v);
}

/* ---- geometry ---------------------------------------------------------------------------------- */

/* Result of the type of operand a, filled with c. */
static void set_like(spv_reader *r, const spv_inst *i, const components *a, ir_inst *const *c)
{
   spv_set_components(r, i->w[2], spv_new_value(r, a->type), c);
}

/* Result that is one component of operand a. */
static void set_component(spv_reader *r, const spv_inst *i, const components *a, ir_inst *c)
{
   spv_set_components(r, i->w[2], spv_new_value(r, spv_component(a->type)), &c);
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
   components a = float_operand(r, i, 0);
   set_component(r, i, &a, length_of(r, a.n, a.c));
}

static void emit_distance(spv_reader *r, const spv_inst *i)
{
   components a = float_operand(r, i, 0), b = same_operand(r, i, 1, &a, a.n);
   ir_inst *d[4];
   for (uint32_t k = 0; k < a.n; k++)
      d[k] = E2(r, fsub, a.c[k], b.c[k]);
   set_component(r, i, &a, length_of(r, a.n, d));
}

static void emit_normalize(spv_reader *r, const spv_inst *i)
{
   components a = float_operand(r, i, 0);
   ir_inst *c[4], *scale = E1(r, frsq, spv_dot(r, a.n, a.c, a.c));
   for (uint32_t k = 0; k < a.n; k++)
      c[k] = E2(r, fmul, a.c[k], scale);
   set_like(r, i, &a, c);
}

static void emit_cross(spv_reader *r, const spv_inst *i)
{
   components a = float_operand(r, i, 0), b = same_operand(r, i, 1, &a, 3);
   ir_inst *c[3];
   if (a.n != 3)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   for (unsigned k = 0; k < 3; k++) {
      unsigned x = (k + 1) % 3, y = (k + 2) % 3;
      c[k] = E2(r, fsub, E2(r, fmul, a.c[x], b.c[y]), E2(r, fmul, a.c[y], b.c[x]));
   }
   set_like(r, i, &a, c);
}

static void emit_face_forward(spv_reader *r, const spv_inst *i)
{
   components n = float_operand(r, i, 0), incident = same_operand(r, i, 1, &n, n.n),
              reference = same_operand(r, i, 2, &n, n.n);
   ir_inst *keep = E2(r, flt, spv_dot(r, n.n, reference.c, incident.c), spv_cf_like(r, n.c[0], 0.0f)), *c[4];
   for (uint32_t k = 0; k < n.n; k++)
      c[k] = E3(r, sel, keep, n.c[k], E1(r, fneg, n.c[k]));
   set_like(r, i, &n, c);
}

static void emit_reflect(spv_reader *r, const spv_inst *i)
{
   components a = float_operand(r, i, 0), n = same_operand(r, i, 1, &a, a.n);
   ir_inst *d = spv_dot(r, a.n, n.c, a.c), *twice = E2(r, fadd, d, d), *c[4];
   for (uint32_t k = 0; k < a.n; k++)
      c[k] = E2(r, fsub, a.c[k], E2(r, fmul, twice, n.c[k]));
   set_like(r, i, &a, c);
}

/* eta is a float of the vectors' width; GLSL with doubles has it as f32. */
static ir_inst *refraction_index(spv_reader *r, const spv_inst *i, const components *a)
{
   components eta = float_operand(r, i, 2);
   if (eta.n != 1)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   if (a->c[0]->ncomp == 2 && eta.c[0]->ncomp == 1)
      return E1(r, f2d, eta.c[0]);
   return eta.c[0];
}

static void emit_refract(spv_reader *r, const spv_inst *i)
{
   components a = float_operand(r, i, 0), n = same_operand(r, i, 1, &a, a.n);
   ir_inst *eta = refraction_index(r, i, &a), *one = spv_cf_like(r, a.c[0], 1.0f), *zero = spv_cf_like(r, a.c[0], 0.0f),
           *c[4];
   ir_inst *d = spv_dot(r, a.n, n.c, a.c);
   ir_inst *sine = E2(r, fmul, E2(r, fmul, eta, eta), E2(r, fsub, one, E2(r, fmul, d, d)));
   ir_inst *k2 = E2(r, fsub, one, sine), *total = E2(r, flt, k2, zero);
   ir_inst *along = E2(r, fadd, E2(r, fmul, eta, d), E1(r, fsqrt, k2));
   for (uint32_t k = 0; k < a.n; k++) {
      ir_inst *bent = E2(r, fsub, E2(r, fmul, eta, a.c[k]), E2(r, fmul, along, n.c[k]));
      c[k] = E3(r, sel, total, zero, bent);
   }
   set_like(r, i, &a, c);
}

static components square_matrix(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 6);
   const spv_value *m = spv_use(r, i->w[5]);
   if (m->type->kind != SPV_T_MATRIX || m->type->count != m->type->elem->count)
      spv_fail(r, SC_E_INVALID, "operand %u is not a square matrix", i->w[5]);
   return components_of(r, m);
}

static void emit_determinant(spv_reader *r, const spv_inst *i)
{
   components m = square_matrix(r, i);
   set_component(r, i, &m, spv_determinant(r, m.type->count, m.c));
}

static void emit_inverse(spv_reader *r, const spv_inst *i)
{
   components m = square_matrix(r, i);
   ir_inst *c[16];
   spv_inverse(r, m.type->count, m.c, c);
   set_like(r, i, &m, c);
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
   *first = E3(r, sel, infinite, spv_cf_like(r, x, 0.0f), E2(r, fsub, x, *second));
}

/* May the second results of `a` have this type? */
static bool fits_second(const components *a, const spv_type *t, bool frexp)
{
   return frexp ? spv_scalar_class(t) == 'i' && t->scalars == a->n : t == a->type;
}

static void emit_split_struct(spv_reader *r, const spv_inst *i, bool frexp)
{
   components a = float_operand(r, i, 0);
   spv_value *v = new_result(r, i);
   const spv_type *t = v->type;
   if (t->kind != SPV_T_STRUCT || t->count != 2 || t->members[0].type != a.type ||
       !fits_second(&a, t->members[1].type, frexp))
      spv_fail(r, SC_E_INVALID, "the result is not the right struct");
   for (uint32_t k = 0; k < a.n; k++) {
      ir_inst *first, *second;
      split(r, frexp, a.c[k], &first, &second);
      spv_put_component(r, a.type, v->c + k * a.type->slots, first);
      spv_put_component(r, t->members[1].type, v->c + t->members[1].first + k * t->members[1].type->slots, second);
   }
   spv_set(r, i->w[2], v);
}

static void emit_split_pointer(spv_reader *r, const spv_inst *i, bool frexp)
{
   components a = float_operand(r, i, 0);
   spv_need(r, i, 7);
   const spv_pointer *p = spv_use_pointer(r, i->w[6]);
   ir_inst *first[4], *x;
   if (!fits_second(&a, p->type, frexp))
      spv_fail(r, SC_E_INVALID, "the pointer has the wrong target");
   spv_value *second = spv_new_value(r, p->type);
   for (uint32_t k = 0; k < a.n; k++) {
      split(r, frexp, a.c[k], &first[k], &x);
      spv_put_component(r, p->type, second->c + k * p->type->slots, x);
   }
   spv_store(r, p, second, false);
   set_like(r, i, &a, first);
}

/* Two dwords and a double are the same scalars. */
static void emit_double_bits(spv_reader *r, const spv_inst *i, bool pack)
{
   spv_value *v = new_result(r, i);
   spv_need(r, i, 6);
   const spv_value *a = spv_use(r, i->w[5]);
   if (spv_scalar_class(v->type) != (pack ? 'd' : 'i') || spv_scalar_class(a->type) != (pack ? 'i' : 'd') ||
       v->type->scalars != 2 || a->type->scalars != 2)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   v->c[0] = a->c[0];
   v->c[1] = a->c[1];
   spv_set(r, i->w[2], v);
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
   switch (i->w[4]) {
   case GLSLstd450Determinant: emit_determinant(r, i); break;
   case GLSLstd450PackDouble2x32: emit_double_bits(r, i, true); break;
   case GLSLstd450UnpackDouble2x32: emit_double_bits(r, i, false); break;
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
   case GLSLstd450Radians: emit_angle(r, i, 0.0174532925f, 0x1.1ep-6f); break;
   case GLSLstd450Degrees: emit_angle(r, i, 57.2957795f, 57.28125f); break;
   case GLSLstd450Length: emit_length(r, i); break;
   case GLSLstd450Distance: emit_distance(r, i); break;
   case GLSLstd450Cross: emit_cross(r, i); break;
   case GLSLstd450Normalize: emit_normalize(r, i); break;
   case GLSLstd450FaceForward: emit_face_forward(r, i); break;
   case GLSLstd450Reflect: emit_reflect(r, i); break;
   case GLSLstd450Refract: emit_refract(r, i); break;
   case GLSLstd450InterpolateAtCentroid:
   case GLSLstd450InterpolateAtSample:
   case GLSLstd450InterpolateAtOffset: spv_emit_interpolate_at(r, i, i->w[4]); break;
   default:
      spv_fail(r, SC_E_UNSUPPORTED, "GLSL.std.450 instruction %u is not supported", i->w[4]);
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
