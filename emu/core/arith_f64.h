/* f64 arithmetic of the shader core and conversions from and to 64 bits, one lane at a time, bit by bit as
 * gpu/manual/arithmetic.md states.
 *
 * The same means as in arith_f32.h: + - * / and square root of the host, each rounded to nearest even, and
 * integer operations. Functions are branch-free where a loop over lanes shall become vector code. What is
 * left to others: operand modifiers, execution mask (interp_wide.h).
 */
#ifndef EMU_CORE_ARITH_F64_H
#define EMU_CORE_ARITH_F64_H

#include <stdbool.h>
#include "arith_f32.h"
#include "arith_int.h"

/* 0x7ff8000000000000, the only NaN that f64 arithmetic produces. */
#define ARITH_NAN64 __builtin_nan("")
#define ARITH_INF64 __builtin_inf()
#define ARITH_SIGN64 UINT64_C(0x8000000000000000)
#define ARITH_MANT64 UINT64_C(0x000fffffffffffff)

static inline double arith_canon64(double x)
{
   return x == x ? x : ARITH_NAN64;
}

static inline double arith_add64(double a, double b)
{
   return arith_canon64(a + b);
}

static inline double arith_mul64(double a, double b)
{
   return arith_canon64(a * b);
}

static inline double arith_div64(double a, double b)
{
   return arith_canon64(a / b);
}

static inline double arith_sqrt64(double a)
{
   return arith_canon64(__builtin_sqrt(a));
}

static inline double arith_rcp64(double a)
{
   return arith_canon64(1.0 / a);
}

static inline double arith_rsq64(double a)
{
   return arith_canon64(1.0 / __builtin_sqrt(a));
}

static inline double arith_min64(double a, double b)
{
   return arith_canon64(((a < b) | (b != b)) ? a : b);
}

static inline double arith_max64(double a, double b)
{
   return arith_canon64(((a > b) | (b != b)) ? a : b);
}

static inline double arith_floor64(double a)
{
   return arith_canon64(__builtin_floor(a));
}

static inline double arith_ceil64(double a)
{
   return arith_canon64(__builtin_ceil(a));
}

static inline double arith_trunc64(double a)
{
   return arith_canon64(__builtin_trunc(a));
}

/* To nearest even by adding and subtracting 2^52; magnitudes from 2^52 up are integers already. */
static inline double arith_rndne64(double a)
{
   uint64_t sign = arith_bits64(a) & ARITH_SIGN64;
   double mag = arith_double(arith_bits64(a) & ~ARITH_SIGN64);
   double r = (mag + 0x1p52) - 0x1p52;
   r = mag < 0x1p52 ? r : mag;
   return arith_canon64(arith_double(arith_bits64(r) | sign));
}

static inline double arith_fract64(double a)
{
   double r = a - __builtin_floor(a);
   return arith_canon64(r > 0x1.fffffffffffffp-1 ? 0x1.fffffffffffffp-1 : r);
}

static inline double arith_sat64(double a)
{
   double r = a > 0.0 ? a : 0.0;
   return r < 1.0 ? r : 1.0;
}

/* ---- fused multiply-add without a fused instruction ------------------------------------------- */
/* A finite number that is not 0 as mantissa * 2^exponent with 2^52 <= mantissa < 2^53. */
typedef struct arith_parts {
   uint64_t mantissa;
   int32_t exponent;
} arith_parts;

static inline arith_parts arith_split64(double x)
{
   uint64_t mag = arith_bits64(x) & ~ARITH_SIGN64;
   if (mag >> 52)
      return (arith_parts){(mag & ARITH_MANT64) | (ARITH_MANT64 + 1), (int32_t)(mag >> 52) - 1075};
   int32_t up = __builtin_clzll(mag) - 11;
   return (arith_parts){mag << up, -1074 - up};
}

/* x shifted right; ones that fall out leave a one in the last bit. */
static inline unsigned __int128 arith_shift_jam(unsigned __int128 x, int32_t by)
{
   if (by <= 0)
      return x;
   if (by > 127)
      return x != 0;
   unsigned __int128 lost = x & (((unsigned __int128)1 << by) - 1);
   return x >> by | (lost != 0);
}

/* (-1)^negative * m * 2^exponent rounded once, m > 0. */
static inline double arith_pack64(bool negative, unsigned __int128 m, int32_t exponent)
{
   uint64_t high = (uint64_t)(m >> 64);
   int32_t length = high ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll((uint64_t)m);
   int32_t unit = exponent + length - 53; /* exponent of the result's last bit */
   unit = unit < -1074 ? -1074 : unit;
   int32_t down = unit - exponent;
   uint64_t q;
   if (down <= 0) {
      q = (uint64_t)(m << -down);
   } else {
      m = arith_shift_jam(m, down - 2); /* two bits below the last one: the half and the rest */
      if (down == 1)
         m <<= 1;
      q = (uint64_t)(m >> 2);
      unsigned rest = (unsigned)m & 3;
      q += rest > 2 || (rest == 2 && (q & 1));
   }
   if (unit > 971)
      q = 0, unit = 973; /* beyond the largest number */
   uint64_t bits = ((uint64_t)(unit + 1074) << 52) + q;
   bits = bits > UINT64_C(0x7ff0000000000000) ? UINT64_C(0x7ff0000000000000) : bits;
   return arith_double(bits | (negative ? ARITH_SIGN64 : 0));
}

/* a * b + c rounded once: the product has at most 106 bits, the sum is built in 128 with a sticky last bit.
 */
static inline double arith_fma64_soft(double a, double b, double c)
{
   uint64_t ua = arith_bits64(a) & ~ARITH_SIGN64, ub = arith_bits64(b) & ~ARITH_SIGN64;
   uint64_t uc = arith_bits64(c) & ~ARITH_SIGN64, inf = UINT64_C(0x7ff0000000000000);
   if (ua >= inf || ub >= inf || ua == 0 || ub == 0)
      return arith_canon64(a * b + c);
   if (uc >= inf)
      return arith_canon64(c);
   if (uc == 0)
      return a * b;
   arith_parts pa = arith_split64(a), pb = arith_split64(b), pc = arith_split64(c);
   bool negative = (arith_bits64(a) ^ arith_bits64(b)) >> 63, other = arith_bits64(c) >> 63;
   /* both with their first one at bit 124 or 125; the last 20 and 73 bits are 0 */
   unsigned __int128 p = (unsigned __int128)pa.mantissa * pb.mantissa << 20;
   unsigned __int128 q = (unsigned __int128)pc.mantissa << 73;
   int32_t ep = pa.exponent + pb.exponent - 20, eq = pc.exponent - 73;
   int32_t e = ep > eq ? ep : eq;
   p = arith_shift_jam(p, e - ep);
   q = arith_shift_jam(q, e - eq);
   if (negative == other)
      return arith_pack64(negative, p + q, e);
   if (p == q)
      return 0.0;
   return p > q ? arith_pack64(negative, p - q, e) : arith_pack64(other, q - p, e);
}

static inline double arith_fma64(double a, double b, double c)
{
#ifdef __FMA__
   return arith_canon64(__builtin_fma(a, b, c));
#else
   return arith_fma64_soft(a, b, c);
#endif
}

/* ---- exponents -------------------------------------------------------------------------------- */
/* Bits of |a| with a denormal scaled up by 2^54, and the exponent correction that goes with it. */
static inline uint64_t arith_normal64(uint64_t u, int64_t *shift)
{
   uint64_t mag = u & ~ARITH_SIGN64;
   uint64_t scaled = arith_bits64(arith_double(mag) * 0x1p54);
   *shift = mag <= ARITH_MANT64 ? 54 : 0;
   return mag <= ARITH_MANT64 ? scaled : mag;
}

static inline bool arith_no_exponent64(uint64_t mag) /* 0, infinity, NaN */
{
   return (mag == 0) | (mag >= UINT64_C(0x7ff0000000000000));
}

static inline uint32_t arith_frexp_exp64(uint64_t u)
{
   int64_t shift;
   uint64_t mag = arith_normal64(u, &shift);
   int64_t e = (int64_t)(mag >> 52) - 1022 - shift;
   return arith_no_exponent64(mag) ? 0 : (uint32_t)(uint64_t)e;
}

static inline uint64_t arith_frexp_mant64(uint64_t u)
{
   int64_t shift;
   uint64_t mag = arith_normal64(u, &shift);
   uint64_t m = (u & ARITH_SIGN64) | (mag & ARITH_MANT64) | UINT64_C(0x3fe0000000000000);
   return arith_no_exponent64(mag) ? u : m;
}

static inline int64_t arith_clamp_exponent(int64_t e)
{
   e = e < -1022 ? -1022 : e;
   return e > 1023 ? 1023 : e;
}

/* |m| in [1, 2) times two powers of two; the first product is exact, so only the second one rounds. */
static inline double arith_ldexp64(double a, int32_t b)
{
   int64_t shift;
   uint64_t u = arith_bits64(a), mag = arith_normal64(u, &shift);
   int32_t limited = b < -5000 ? -5000 : b;
   limited = limited > 5000 ? 5000 : limited;
   int64_t e = (int64_t)(mag >> 52) - 1023 - shift + limited;
   int64_t first = arith_clamp_exponent(e), second = arith_clamp_exponent(e - first);
   double m = arith_double((u & ARITH_SIGN64) | (mag & ARITH_MANT64) | UINT64_C(0x3ff0000000000000));
   double r =
       m * arith_double((uint64_t)(first + 1023) << 52) * arith_double((uint64_t)(second + 1023) << 52);
   return arith_canon64(arith_no_exponent64(mag) ? a : r);
}

/* ---- conversions ------------------------------------------------------------------------------ */
static inline float arith_f32_f64(double a)
{
   return arith_canon((float)a);
}

static inline double arith_f64_f32(float a)
{
   return arith_canon64((double)a);
}

static inline double arith_f64_i32(uint32_t a)
{
   return (double)(int32_t)a;
}

/* Both halves are exact, so the sum rounds once. */
static inline double arith_f64_i64(uint64_t a)
{
   return (double)(int32_t)(uint32_t)(a >> 32) * 0x1p32 + arith_f64_u32((uint32_t)a);
}

static inline double arith_f64_u64(uint64_t a)
{
   return arith_f64_u32((uint32_t)(a >> 32)) * 0x1p32 + arith_f64_u32((uint32_t)a);
}

static inline uint32_t arith_i32_f64(double a)
{
   double low = a > -0x1p31 ? a : -0x1p31; /* NaN too */
   int32_t r = (int32_t)(low < 0x1.fffffffcp30 ? low : 0x1.fffffffcp30);
   return a == a ? (uint32_t)r : 0;
}

static inline uint32_t arith_u32_f64(double a)
{
   double low = a > 0.0 ? a : 0.0; /* NaN too */
   double r = __builtin_trunc(low < 0x1.fffffffep31 ? low : 0x1.fffffffep31);
   return (uint32_t)arith_bits64(r + 0x1p52);
}

static inline uint64_t arith_i64_f64(double a)
{
   double low = a > -0x1p63 ? a : -0x1p63; /* NaN too */
   int64_t r = (int64_t)(low < 0x1p63 ? low : 0.0);
   uint64_t sat = a >= 0x1p63 ? (uint64_t)INT64_MAX : (uint64_t)r;
   return a == a ? sat : 0;
}

static inline uint64_t arith_u64_f64(double a)
{
   double pos = a > 0.0 ? a : 0.0; /* NaN too */
   double high = pos >= 0x1p63 ? pos - 0x1p63 : pos;
   uint64_t r = (uint64_t)(int64_t)(high < 0x1p63 ? high : 0.0);
   r += pos >= 0x1p63 ? ARITH_SIGN64 : 0;
   return pos >= 0x1p64 ? UINT64_MAX : r;
}

static inline uint64_t arith_i64_f32(float a)
{
   return arith_i64_f64((double)a);
}

static inline uint64_t arith_u64_f32(float a)
{
   return arith_u64_f64((double)a);
}

/* An integer of more than 53 bits loses 11 of them, which leave a one in the last bit kept: exact as f64, and
 * the rounding to f32 sees on which side of a tie it is. */
static inline float arith_f32_u64(uint64_t a)
{
   uint64_t jammed = (a & ~UINT64_C(0x7ff)) | ((a & 0x7ff) ? 0x800 : 0);
   return (float)arith_f64_u64(a >> 53 ? jammed : a);
}

static inline float arith_f32_i64(uint64_t a)
{
   uint64_t sign = (uint64_t)((int64_t)a >> 63);
   float r = arith_f32_u64((a ^ sign) - sign);
   return sign ? -r : r;
}

/* f32 to f16 towards zero; only infinity becomes infinity. */
static inline uint32_t arith_f16_f32_rtz(float a)
{
   uint32_t u = arith_bits(a), sign = (u >> 16) & 0x8000u, mag = u & 0x7fffffffu;
   uint32_t normal = (mag - 0x38000000u) >> 13;
   float small = mag < 0x38800000u ? arith_float(mag) : 0.0f;
   uint32_t tiny = (uint32_t)(int32_t)(small * 0x1p24f);
   uint32_t r = mag < 0x38800000u ? tiny : normal;
   r = mag >= 0x47800000u ? 0x7bffu : r;
   r = mag == 0x7f800000u ? 0x7c00u : r;
   r |= sign;
   return mag > 0x7f800000u ? 0x7e00u : r;
}

/* f64 to f32 with the bits that fall out left as a one in the last bit kept: what a later rounding to f16
 * needs. Magnitudes that f16 cannot tell apart are brought into the range of f32 first. */
static inline float arith_odd_f32(double a)
{
   uint64_t u = arith_bits64(a), sign = u & ARITH_SIGN64, mag = u & ~ARITH_SIGN64;
   uint64_t low = UINT64_C(0x3c00000000000000), high = UINT64_C(0x40f0000000000000); /* 2^-63, 2^16 */
   uint64_t inside = mag > high ? high : mag;
   inside = ((inside < low) & (mag != 0)) ? low : inside;
   inside = mag >= UINT64_C(0x7ff0000000000000) ? mag : inside;
   uint64_t lost = inside & 0x1fffffff;
   uint64_t odd = (inside & ~UINT64_C(0x1fffffff)) | (lost ? 0x20000000 : 0);
   return (float)arith_double(sign | odd);
}

static inline uint32_t arith_f16_f64(double a)
{
   return arith_f16_f32(arith_odd_f32(a));
}

static inline uint32_t arith_f16_f64_rtz(double a)
{
   return arith_f16_f32_rtz(arith_odd_f32(a));
}

#endif
