/* f32 arithmetic of the shader core, one lane at a time, bit by bit as gpu/manual/arithmetic.md states.
 *
 * Only + - * / and square root of f32 and f64, each rounded to nearest even, and integer operations: so every
 * compiler, host level and engine gives the same bits. Functions are branch-free where a loop over 32 lanes
 * shall become vector code. What is left to others: operand modifiers, execution mask (interp_alu.h).
 */
#ifndef EMU_CORE_ARITH_F32_H
#define EMU_CORE_ARITH_F32_H

#include <stdint.h>
#include <string.h>

static inline uint32_t arith_bits(float x)
{
   uint32_t u;
   memcpy(&u, &x, 4);
   return u;
}

static inline float arith_float(uint32_t u)
{
   float x;
   memcpy(&x, &u, 4);
   return x;
}

static inline uint64_t arith_bits64(double x)
{
   uint64_t u;
   memcpy(&u, &x, 8);
   return u;
}

static inline double arith_double(uint64_t u)
{
   double x;
   memcpy(&x, &u, 8);
   return x;
}

/* 0x7fc00000, the only NaN that arithmetic produces. */
#define ARITH_NAN __builtin_nanf("")
#define ARITH_INF __builtin_inff()

static inline float arith_canon(float x)
{
   return x == x ? x : ARITH_NAN;
}

static inline float arith_add(float a, float b)
{
   return arith_canon(a + b);
}

static inline float arith_mul(float a, float b)
{
   return arith_canon(a * b);
}

static inline float arith_div(float a, float b)
{
   return arith_canon(a / b);
}

static inline float arith_sqrt(float a)
{
   return arith_canon(__builtin_sqrtf(a));
}

static inline float arith_rcp(float a)
{
   return arith_canon(1.0f / a);
}

static inline float arith_rsq(float a)
{
   return arith_canon(1.0f / __builtin_sqrtf(a));
}

/* a * b + c rounded once, with no fused instruction: the product is exact in f64, the sum is rounded to odd
 * (its low bit remembers that something was cut off), so that the final rounding to f32 sees which side of a
 * tie it is on. */
static inline float arith_fma_soft(float a, float b, float c)
{
   double p = (double)a * (double)b, d = c, s = p + d;
   double t = s - p, e = (p - (s - t)) + (d - t);
   int64_t i = (int64_t)arith_bits64(s);
   int64_t inexact = (int64_t)(e > 0.0) | (int64_t)(e < 0.0);
   int64_t step = (e > 0.0) == (s > 0.0) ? 1 : -1;
   i += (inexact & ~i & 1) ? step : 0;
   return arith_canon((float)arith_double((uint64_t)i));
}

static inline float arith_fma(float a, float b, float c)
{
#ifdef __FMA__
   return arith_canon(__builtin_fmaf(a, b, c));
#else
   return arith_fma_soft(a, b, c);
#endif
}

static inline float arith_min(float a, float b)
{
   return arith_canon(((a < b) | (b != b)) ? a : b);
}

static inline float arith_max(float a, float b)
{
   return arith_canon(((a > b) | (b != b)) ? a : b);
}

static inline float arith_floor(float a)
{
   return arith_canon(__builtin_floorf(a));
}

static inline float arith_ceil(float a)
{
   return arith_canon(__builtin_ceilf(a));
}

static inline float arith_trunc(float a)
{
   return arith_canon(__builtin_truncf(a));
}

/* To nearest even by adding and subtracting 2^23 with a's sign; magnitudes from 2^23 up are integers already.
 */
static inline float arith_rndne(float a)
{
   uint32_t sign = arith_bits(a) & 0x80000000u;
   float mag = arith_float(arith_bits(a) & 0x7fffffffu);
   float r = (mag + 0x1p23f) - 0x1p23f;
   r = mag < 0x1p23f ? r : mag;
   return arith_canon(arith_float(arith_bits(r) | sign));
}

static inline float arith_fract(float a)
{
   float r = a - __builtin_floorf(a);
   return arith_canon(r > 0x1.fffffep-1f ? 0x1.fffffep-1f : r);
}

static inline float arith_sat(float a)
{
   float r = a > 0.0f ? a : 0.0f;
   return r < 1.0f ? r : 1.0f;
}

#define ARITH_ROUND64 0x1.8p52 /* adding and subtracting it rounds |x| < 2^51 to an integer */

static inline float arith_exp2(float a)
{
   double x = a;
   x = x < -200.0 ? -200.0 : x;
   x = x > 200.0 ? 200.0 : x;
   double t = x + ARITH_ROUND64;
   double f = x - (t - ARITH_ROUND64);
   double p = 0x1.00a5818938e35p-16;
   p = p * f + 0x1.44400016ea23dp-13;
   p = p * f + 0x1.5d879eacd6b77p-10;
   p = p * f + 0x1.3b2a1b7104e43p-7;
   p = p * f + 0x1.c6b08d883ddc0p-5;
   p = p * f + 0x1.ebfbe045f50e2p-3;
   p = p * f + 0x1.62e42fefa39efp-1;
   p = p * f + 1.0;
   double scale = arith_double((arith_bits64(t) << 52) + UINT64_C(0x3ff0000000000000));
   float r = (float)(p * scale);
   return a == a ? r : ARITH_NAN;
}

static inline float arith_log2(float a)
{
   double x = a; /* every positive finite f32, denormals too, is a normal f64 */
   uint64_t i = arith_bits64(x);
   /* m in [sqrt(1/2), sqrt(2)): exponent counted from the bits of sqrt(1/2) */
   uint64_t k = i - UINT64_C(0x3fe6a09e00000000);
   uint64_t m_bits = (k & UINT64_C(0x000fffffffffffff)) + UINT64_C(0x3fe6a09e00000000);
   /* exponent as f64 without an integer conversion: with a bias of 2048 it sits in the low bits of 2^52 */
   double e = arith_double(((k >> 52) ^ UINT64_C(0x800)) | UINT64_C(0x4330000000000000)) - (0x1p52 + 0x800);
   double m = arith_double(m_bits);
   double z = (m - 1.0) / (m + 1.0), w = z * z;
   double p = 0x1.5ce91c1a94018p-2;
   p = p * w + 0x1.a58d86633111bp-2;
   p = p * w + 0x1.27777fd825af6p-1;
   p = p * w + 0x1.ec709d13094a7p-1;
   p = p * w + 0x1.71547652bed9dp+1;
   float r = (float)(z * p + e);
   r = a < 0.0f ? ARITH_NAN : r;
   r = a == 0.0f ? -ARITH_INF : r;
   r = a == ARITH_INF ? ARITH_INF : r;
   return a == a ? r : ARITH_NAN;
}

/* Sine of r + n * pi/2 for |r| <= pi/4 and a little more. */
static inline float arith_quadrant(double r, uint64_t n)
{
   double w = r * r;
   double s = 0x1.6dbdd26f56d2dp-19;
   s = s * w + -0x1.a013a6edc8f34p-13;
   s = s * w + 0x1.11110deeb33b2p-7;
   s = s * w + -0x1.555555545dd83p-3;
   s = r * (1.0 + w * s);
   double c = -0x1.25242a3a17327p-22;
   c = c * w + 0x1.a015c40ec65ecp-16;
   c = c * w + -0x1.6c16bf5495185p-10;
   c = c * w + 0x1.5555555502be6p-5;
   c = (1.0 - 0.5 * w) + (w * w) * c;
   double v = (n & 1) ? c : s;
   return (float)arith_double(arith_bits64(v) ^ ((n & 2) << 62));
}

#define ARITH_TRIG_LARGE 0x1p18f /* from here on the quotient needs arith_trig_large */

/* Sine of a + n * pi/2 for |a| < ARITH_TRIG_LARGE. pi/2 in three parts; products with the first two are
 * exact. */
static inline float arith_trig(float a, uint64_t n)
{
   double x = a, t = x * 0x1.45f306dc9c883p-1 + ARITH_ROUND64, k = t - ARITH_ROUND64;
   double r = x - k * 0x1.921fb54400000p+0;
   r = r - k * 0x1.0b4611a600000p-34;
   r = r - k * 0x1.3198a2e037073p-69;
   return arith_quadrant(r, n + arith_bits64(t));
}

/* The same for any larger finite a: a * 2/pi modulo 4 in fixed point, from 128 bits of 2/pi. NaN for the
 * rest. */
static inline float arith_trig_large(float a, uint64_t n)
{
   static const uint32_t two_over_pi[9] = {0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599,
                                           0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a};
   uint32_t u = arith_bits(a), exponent = (u >> 23) & 0xff;
   if (exponent == 255)
      return ARITH_NAN;
   uint64_t m = (u & 0x7fffff) | 0x800000;
   int first = (int)exponent - 150 - 2; /* bits of 2/pi above this one give whole turns */
   unsigned skip = first > 0 ? (unsigned)first : 0, word = skip / 32, bit = skip % 32;
   unsigned __int128 window = 0;
   for (unsigned i = 0; i < 4; i++) {
      uint64_t pair = (uint64_t)two_over_pi[word + i] << 32 | two_over_pi[word + i + 1];
      window = window << 32 | (uint32_t)(pair >> (32 - bit));
   }
   if (first < 0)
      window >>= -first;
   unsigned __int128 product = window * m; /* modulo 4, 126 fraction bits */
   int64_t fraction = (int64_t)(uint64_t)(product >> 62);
   uint64_t quadrant = (uint64_t)(product >> 126) + (fraction < 0);
   double r = (double)fraction * (0x1.921fb54442d18p+0 * 0x1p-64);
   if (u >> 31) {
      r = -r;
      quadrant = 0 - quadrant;
   }
   return arith_quadrant(r, n + quadrant);
}

static inline float arith_ldexp(float a, int32_t b)
{
   b = b < -300 ? -300 : b;
   b = b > 300 ? 300 : b;
   return arith_canon((float)((double)a * arith_double((uint64_t)(b + 1023) << 52)));
}

/* Bits of |a| with a denormal scaled up by 2^32, and the exponent correction that goes with it. */
static inline uint32_t arith_normal(uint32_t u, int32_t *shift)
{
   uint32_t mag = u & 0x7fffffffu;
   uint32_t scaled = arith_bits(arith_float(mag) * 0x1p32f);
   *shift = mag < 0x00800000u ? 32 : 0;
   return mag < 0x00800000u ? scaled : mag;
}

static inline uint32_t arith_frexp_exp(uint32_t u)
{
   int32_t shift;
   uint32_t mag = arith_normal(u, &shift);
   int32_t e = (int32_t)(mag >> 23) - 126 - shift;
   return mag == 0 || mag >= 0x7f800000u ? 0 : (uint32_t)e;
}

static inline uint32_t arith_frexp_mant(uint32_t u)
{
   int32_t shift;
   uint32_t mag = arith_normal(u, &shift);
   uint32_t m = (u & 0x80000000u) | (mag & 0x007fffffu) | 0x3f000000u;
   return mag == 0 || mag >= 0x7f800000u ? u : m;
}

static inline float arith_f32_i32(uint32_t a)
{
   return (float)(int32_t)a;
}

static inline float arith_f32_u32(uint32_t a)
{
   return (float)((double)(int32_t)(a ^ 0x80000000u) + 0x1p31);
}

static inline uint32_t arith_i32_f32(float a)
{
   float low = a > -0x1p31f ? a : -0x1p31f; /* NaN too */
   int32_t r = (int32_t)(low < 0x1p31f ? low : 0.0f);
   uint32_t sat = a >= 0x1p31f ? 0x7fffffffu : (uint32_t)r;
   return a == a ? sat : 0;
}

static inline uint32_t arith_u32_f32(float a)
{
   float pos = a > 0.0f ? a : 0.0f; /* NaN too */
   float high = pos >= 0x1p31f ? pos - 0x1p31f : pos;
   uint32_t r = (uint32_t)(int32_t)(high < 0x1p31f ? high : 0.0f);
   r += pos >= 0x1p31f ? 0x80000000u : 0;
   return pos >= 0x1p32f ? 0xffffffffu : r;
}

/* f32 to f16, nearest even. Normal results: round the bits in place. Denormal results: let an f32 addition
 * round. */
static inline uint32_t arith_f16_f32(float a)
{
   uint32_t u = arith_bits(a), sign = (u >> 16) & 0x8000u, mag = u & 0x7fffffffu;
   uint32_t normal = (mag + 0xfffu + ((mag >> 13) & 1) - 0x38000000u) >> 13;
   uint32_t tiny = arith_bits(arith_float(mag) + 0.5f) - 0x3f000000u;
   uint32_t r = mag < 0x38800000u ? tiny : normal;
   r = mag >= 0x477ff000u ? 0x7c00u : r;
   r |= sign;
   return mag > 0x7f800000u ? 0x7e00u : r;
}

static inline float arith_f32_f16(uint32_t a)
{
   uint32_t sign = (a & 0x8000u) << 16, mag = (a & 0x7fffu) << 13;
   uint32_t normal = mag + 0x38000000u;
   uint32_t tiny = arith_bits((float)(int32_t)(a & 0x3ffu) * 0x1p-24f);
   uint32_t r = (a & 0x7c00u) == 0 ? tiny : normal;
   r = (a & 0x7c00u) == 0x7c00u ? 0x7f800000u : r;
   r |= sign;
   return arith_float((a & 0x7fffu) > 0x7c00u ? 0x7fc00000u : r);
}

#endif
