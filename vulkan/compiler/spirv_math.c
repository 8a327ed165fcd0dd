/* SPIR-V reader: the transcendental functions of GLSL.std.450 that the ISA has no instruction for.
 *
 * Built from v_exp2, v_log2, v_sin, v_cos, which are good to about half an ulp, and from polynomials
 * (Chebyshev interpolation of (f(t)/t - 1)/t^2 in t^2, coefficients rounded to f32; relative error below
 * 2^-25 on their interval). All meet "Precision and Operation of SPIR-V Instructions" of the Vulkan
 * specification with room to spare; most results are within 2 ulp. Constants that need it are split into a
 * high and a low part.
 */
#include "spirv_reader.h"

#include <spirv/unified1/GLSL.std.450.h>

#define LOG2E_HI 1.44269502f
#define LOG2E_LO 1.92596303e-8f
#define LN2 0.693147182f
#define PI_HI 3.14159274f
#define PI_LO -8.74227766e-8f
#define HALF_PI_HI 1.57079637f
#define HALF_PI_LO -4.37113883e-8f
#define SIGN_BIT 0x80000000u

/* x * (1 + u * P(u)) with u = x^2, for odd functions */
static ir_inst *odd_polynomial(spv_reader *r, ir_inst *x, ir_inst *u, const float *c, unsigned n)
{
   ir_inst *p = spv_cf(r, c[n - 1]);
   for (unsigned k = n - 1; k-- > 0;)
      p = E3(r, ffma, p, u, spv_cf(r, c[k]));
   return E3(r, ffma, E2(r, fmul, x, u), p, x);
}

/* |magnitude| with the sign of `sign` */
static ir_inst *copy_sign(spv_reader *r, ir_inst *magnitude, ir_inst *sign)
{
   return E3(r, bfi, spv_c32(r, SIGN_BIT), sign, magnitude);
}

/* hi + lo - x, for constants in two parts */
static ir_inst *minus_from(spv_reader *r, float hi, float lo, ir_inst *x)
{
   return E2(r, fadd, E2(r, fsub, spv_cf(r, hi), x), spv_cf(r, lo));
}

/* ---- exponential and logarithm ----------------------------------------------------------------- */

/* exp(x) * 2^-halvings. The rounding error of x * log2(e) is found by fma and put back as a factor close
 * to 1. */
static ir_inst *scaled_exp(spv_reader *r, ir_inst *x, float halvings)
{
   ir_inst *hi = spv_cf(r, LOG2E_HI), *t = E2(r, fmul, x, hi);
   ir_inst *e = E3(r, ffma, x, hi, E1(r, fneg, t));
   e = E3(r, ffma, x, spv_cf(r, LOG2E_LO), e);
   e = E2(r, fmin, e, spv_cf(r, 0.5f)); /* infinite x: e is NaN, which fmin drops */
   if (halvings != 0.0f)
      t = E2(r, fsub, t, spv_cf(r, halvings));
   return E2(r, fmul, E1(r, fexp2, t), E3(r, ffma, e, spv_cf(r, LN2), spv_cf(r, 1.0f)));
}

static ir_inst *math_exp(spv_reader *r, ir_inst *x)
{
   return scaled_exp(r, x, 0.0f);
}

static ir_inst *math_log(spv_reader *r, ir_inst *x)
{
   return E2(r, fmul, E1(r, flog2, x), spv_cf(r, LN2));
}

ir_inst *spv_math_pow(spv_reader *r, ir_inst *x, ir_inst *y)
{
   return E1(r, fexp2, E2(r, fmul, y, E1(r, flog2, x)));
}

/* log(1 + z) for z >= 0: the rounding of 1 + z is undone by the ratio of z to what was really added. */
static ir_inst *log1p_(spv_reader *r, ir_inst *z)
{
   ir_inst *one = spv_cf(r, 1.0f), *u = E2(r, fadd, one, z), *d = E2(r, fsub, u, one);
   ir_inst *log_u = math_log(r, u), *corrected = E2(r, fmul, log_u, E2(r, fdiv, z, d));
   ir_inst *v = E3(r, sel, E2(r, feq, d, z), log_u, corrected); /* also z = infinity */
   return E3(r, sel, E2(r, feq, d, spv_cf(r, 0.0f)), z, v);
}

/* ---- trigonometry ------------------------------------------------------------------------------ */

static ir_inst *math_tan(spv_reader *r, ir_inst *x)
{
   return E2(r, fdiv, E1(r, fsin, x), E1(r, fcos, x));
}

/* asin(s) for 0 <= s <= 1/2, u = s^2 */
static ir_inst *asin_core(spv_reader *r, ir_inst *s, ir_inst *u)
{
   static const float c[] = {0.166666731f, 0.0749885514f, 0.0450013801f, 0.0265545417f, 0.0380850248f};
   return odd_polynomial(r, s, u, c, 5);
}

/* Reduction of both: for |x| > 1/2, asin|x| = pi/2 - 2 asin(sqrt((1 - |x|) / 2)). */
static ir_inst *asin_reduced(spv_reader *r, ir_inst *x, ir_inst **big)
{
   ir_inst *a = E1(r, fabs, x), *half = spv_cf(r, 0.5f);
   *big = E2(r, flt, half, a);
   ir_inst *u = E3(r, sel, *big, E2(r, fmul, E2(r, fsub, spv_cf(r, 1.0f), a), half), E2(r, fmul, a, a));
   ir_inst *s = E3(r, sel, *big, E1(r, fsqrt, u), a);
   return asin_core(r, s, u);
}

static ir_inst *math_asin(spv_reader *r, ir_inst *x)
{
   ir_inst *big, *v = asin_reduced(r, x, &big);
   ir_inst *outer = minus_from(r, HALF_PI_HI, HALF_PI_LO, E2(r, fadd, v, v));
   return copy_sign(r, E3(r, sel, big, outer, v), x);
}

static ir_inst *math_acos(spv_reader *r, ir_inst *x)
{
   ir_inst *big, *v = asin_reduced(r, x, &big), *twice = E2(r, fadd, v, v);
   ir_inst *negative = E2(r, flt, x, spv_cf(r, 0.0f));
   ir_inst *outer = E3(r, sel, negative, minus_from(r, PI_HI, PI_LO, twice), twice);
   return E3(r, sel, big, outer, minus_from(r, HALF_PI_HI, HALF_PI_LO, copy_sign(r, v, x)));
}

/* atan(t) for 0 <= t <= 1 */
static ir_inst *atan_core(spv_reader *r, ir_inst *t)
{
   static const float c[] = {-0.333333313f, 0.199997395f,  -0.142785683f, 0.110337645f,  -0.0865688026f,
                             0.0625016913f, -0.0358715393f, 0.0135077713f, -0.00238699722f};
   return odd_polynomial(r, t, E2(r, fmul, t, t), c, 9);
}

static ir_inst *math_atan(spv_reader *r, ir_inst *x)
{
   ir_inst *a = E1(r, fabs, x), *big = E2(r, flt, spv_cf(r, 1.0f), a);
   ir_inst *v = atan_core(r, E3(r, sel, big, E1(r, frcp, a), a));
   return copy_sign(r, E3(r, sel, big, minus_from(r, HALF_PI_HI, HALF_PI_LO, v), v), x);
}

/* Octant by octant; a quotient of zeros counts as 0, one of infinities as 1. The sign bit of x counts, so -0
 * is left. */
ir_inst *spv_math_atan2(spv_reader *r, ir_inst *y, ir_inst *x)
{
   ir_inst *ax = E1(r, fabs, x), *ay = E1(r, fabs, y), *swap = E2(r, flt, ax, ay);
   ir_inst *small = E3(r, sel, swap, ax, ay), *large = E3(r, sel, swap, ay, ax);
   ir_inst *t = E2(r, fdiv, small, E2(r, fmax, large, spv_cf(r, 0x1p-149f)));
   ir_inst *both_infinite = E2(r, feq, small, spv_c32(r, 0x7f800000u));
   ir_inst *v = atan_core(r, E3(r, sel, both_infinite, spv_cf(r, 1.0f), t));
   v = E3(r, sel, swap, minus_from(r, HALF_PI_HI, HALF_PI_LO, v), v);
   ir_inst *left = E2(r, ilt, x, spv_c32(r, 0));
   return copy_sign(r, E3(r, sel, left, minus_from(r, PI_HI, PI_LO, v), v), y);
}

/* ---- hyperbolic functions ---------------------------------------------------------------------- */

/* Halves of exp(|x|) and exp(-|x|) */
static void half_exps(spv_reader *r, ir_inst *x, ir_inst **p, ir_inst **q)
{
   *p = scaled_exp(r, E1(r, fabs, x), 1.0f);
   *q = E2(r, fdiv, spv_cf(r, 0.25f), *p);
}

static ir_inst *math_sinh(spv_reader *r, ir_inst *x)
{
   static const float c[] = {0.166666672f, 0.00833333936f, 0.000198381022f, 2.80628024e-06f};
   ir_inst *p, *q, *small = odd_polynomial(r, x, E2(r, fmul, x, x), c, 4);
   half_exps(r, x, &p, &q);
   ir_inst *is_small = E2(r, flt, E1(r, fabs, x), spv_cf(r, 1.0f));
   return E3(r, sel, is_small, small, copy_sign(r, E2(r, fsub, p, q), x));
}

static ir_inst *math_cosh(spv_reader *r, ir_inst *x)
{
   ir_inst *p, *q;
   half_exps(r, x, &p, &q);
   return E2(r, fadd, p, q);
}

/* 1 - 2 / (exp(2|x|) + 1), a polynomial near 0 */
static ir_inst *math_tanh(spv_reader *r, ir_inst *x)
{
   static const float c[] = {-0.333333313f, 0.133329153f, -0.0538739488f, 0.0211109594f, -0.00626911968f};
   ir_inst *a = E1(r, fabs, x), *one = spv_cf(r, 1.0f), *two = spv_cf(r, 2.0f);
   ir_inst *small = odd_polynomial(r, x, E2(r, fmul, x, x), c, 5);
   ir_inst *e = math_exp(r, E2(r, fadd, a, a));
   ir_inst *big = E2(r, fsub, one, E2(r, fdiv, two, E2(r, fadd, e, one)));
   return E3(r, sel, E2(r, flt, a, spv_cf(r, 0.6f)), small, copy_sign(r, big, x));
}

/* log(2a), for where a^2 no longer notices +-1 */
static ir_inst *log_twice(spv_reader *r, ir_inst *a)
{
   return E2(r, fadd, math_log(r, a), spv_cf(r, LN2));
}

/* log1p(a + a^2 / (1 + sqrt(1 + a^2))) */
static ir_inst *math_asinh(spv_reader *r, ir_inst *x)
{
   ir_inst *a = E1(r, fabs, x), *one = spv_cf(r, 1.0f), *square = E2(r, fmul, a, a);
   ir_inst *root = E1(r, fsqrt, E2(r, fadd, one, square));
   ir_inst *v = log1p_(r, E2(r, fadd, a, E2(r, fdiv, square, E2(r, fadd, one, root))));
   ir_inst *huge = E2(r, flt, spv_cf(r, 0x1p28f), a);
   return copy_sign(r, E3(r, sel, huge, log_twice(r, a), v), x);
}

/* With t = x - 1, which is exact near 1: log1p(t + sqrt(t * (x + 1))) */
static ir_inst *math_acosh(spv_reader *r, ir_inst *x)
{
   ir_inst *one = spv_cf(r, 1.0f), *t = E2(r, fsub, x, one);
   ir_inst *root = E1(r, fsqrt, E2(r, fmul, t, E2(r, fadd, x, one)));
   ir_inst *v = log1p_(r, E2(r, fadd, t, root));
   return E3(r, sel, E2(r, flt, spv_cf(r, 0x1p28f), x), log_twice(r, x), v);
}

/* log1p(2a / (1 - a)) / 2 */
static ir_inst *math_atanh(spv_reader *r, ir_inst *x)
{
   ir_inst *a = E1(r, fabs, x);
   ir_inst *z = E2(r, fdiv, E2(r, fadd, a, a), E2(r, fsub, spv_cf(r, 1.0f), a));
   return copy_sign(r, E2(r, fmul, log1p_(r, z), spv_cf(r, 0.5f)), x);
}


spv_math1 spv_math_function(uint32_t number)
{
   switch (number) {
   case GLSLstd450Tan: return math_tan;
   case GLSLstd450Asin: return math_asin;
   case GLSLstd450Acos: return math_acos;
   case GLSLstd450Atan: return math_atan;
   case GLSLstd450Sinh: return math_sinh;
   case GLSLstd450Cosh: return math_cosh;
   case GLSLstd450Tanh: return math_tanh;
   case GLSLstd450Asinh: return math_asinh;
   case GLSLstd450Acosh: return math_acosh;
   case GLSLstd450Atanh: return math_atanh;
   case GLSLstd450Exp: return math_exp;
   case GLSLstd450Log: return math_log;
   default: return NULL;
   }
}
