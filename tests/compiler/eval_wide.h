/* The IR's 64-bit operations and conversions for the evaluators of the tests: plain C arithmetic of the host, which has
 * the same IEEE results; f16 is made by search among its values. */
#ifndef TEST_EVAL_WIDE_H
#define TEST_EVAL_WIDE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ir.h"

static inline double wide_double(uint64_t u)
{
   double d;
   memcpy(&d, &u, 8);
   return d;
}

static inline uint64_t wide_bits(double d)
{
   uint64_t u;
   memcpy(&u, &d, 8);
   return d != d ? 0x7ff8000000000000u : u;
}

static inline float wide_float(uint32_t u)
{
   float f;
   memcpy(&f, &u, 4);
   return f;
}

static inline uint32_t wide_float_bits(float f)
{
   uint32_t u;
   memcpy(&u, &f, 4);
   return f != f ? 0x7fc00000u : u;
}

static inline double wide_half(uint32_t h) /* positive, finite */
{
   return h >> 10 ? ldexp((double)((h & 1023) | 1024), (int)(h >> 10) - 25) : ldexp((double)h, -24);
}

static inline uint32_t wide_to_half(double d, bool to_zero)
{
   uint32_t sign = signbit(d) ? 0x8000u : 0, low = 0, high = 0x7bff;
   if (d != d)
      return 0x7e00u;
   d = fabs(d);
   if (isinf(d) || (d >= 65520.0 && !to_zero))
      return sign | 0x7c00u;
   while (low < high) { /* the largest that is not above d */
      uint32_t mid = (low + high + 1) / 2;
      if (wide_half(mid) <= d)
         low = mid;
      else
         high = mid - 1;
   }
   if (to_zero || low == 0x7bff)
      return sign | low;
   double below = d - wide_half(low), above = wide_half(low + 1) - d;
   return sign | (above < below || (above == below && (low & 1)) ? low + 1 : low);
}

static inline uint64_t wide_to_i64(double d)
{
   return d != d ? 0 : d >= 0x1p63 ? INT64_MAX : d < -0x1p63 ? (uint64_t)INT64_MIN : (uint64_t)(int64_t)d;
}

static inline uint64_t wide_to_u64(double d)
{
   return !(d > 0) ? 0 : d >= 0x1p64 ? UINT64_MAX : (uint64_t)d;
}

static inline uint32_t wide_to_i32(double d)
{
   return d != d ? 0 : d >= 0x1p31 ? INT32_MAX : d < -0x1p31 ? 0x80000000u : (uint32_t)(int32_t)d;
}

static inline uint32_t wide_to_u32(double d)
{
   return !(d > 0) ? 0 : d >= 0x1p32 ? UINT32_MAX : (uint32_t)d;
}

/* Results that are integers or bools. a, b: sources as 64 bits, zero-extended. */
static inline bool eval_wide_int(unsigned op, uint64_t a, uint64_t b, uint64_t *r)
{
   int64_t x = (int64_t)a, y = (int64_t)b;
   unsigned n = (unsigned)b & 63;
   double d = wide_double(a), e = wide_double(b);
   float f = wide_float((uint32_t)a);
   switch (op) {
   case IR_iadd64: *r = a + b; break;
   case IR_isub64: *r = a - b; break;
   case IR_imul64: *r = a * b; break;
   case IR_shl64: *r = a << n; break;
   case IR_shr64: *r = a >> n; break;
   case IR_sar64: *r = (uint64_t)(x >> n); break;
   case IR_imin64: *r = x < y ? a : b; break;
   case IR_imax64: *r = x > y ? a : b; break;
   case IR_umin64: *r = a < b ? a : b; break;
   case IR_umax64: *r = a > b ? a : b; break;
   case IR_udiv64: *r = b ? a / b : UINT64_MAX; break;
   case IR_urem64: *r = b ? a % b : a; break;
   case IR_idiv64: *r = !b ? UINT64_MAX : y == -1 ? 0u - a : (uint64_t)(x / y); break;
   case IR_irem64: *r = !b ? a : y == -1 ? 0 : (uint64_t)(x % y); break;
   case IR_ieq64: *r = a == b; break;
   case IR_ine64: *r = a != b; break;
   case IR_ilt64: *r = x < y; break;
   case IR_ile64: *r = x <= y; break;
   case IR_ult64: *r = a < b; break;
   case IR_ule64: *r = a <= b; break;
   case IR_deq: *r = d == e; break;
   case IR_dne: *r = d < e || d > e; break;
   case IR_dlt: *r = d < e; break;
   case IR_dle: *r = d <= e; break;
   case IR_dequ: *r = !(d < e || d > e); break;
   case IR_dneu: *r = d != e; break;
   case IR_dltu: *r = !(d >= e); break;
   case IR_dleu: *r = !(d > e); break;
   case IR_drexp_exp: { int exponent = 0; frexp(d, &exponent); *r = d == 0 || !isfinite(d) ? 0 : (uint32_t)exponent; break; }
   case IR_d2i: *r = wide_to_i32(d); break;
   case IR_d2u: *r = wide_to_u32(d); break;
   case IR_d2l: *r = wide_to_i64(d); break;
   case IR_d2ul: *r = wide_to_u64(d); break;
   case IR_f2l: *r = wide_to_i64((double)f); break;
   case IR_f2ul: *r = wide_to_u64((double)f); break;
   case IR_d2h: *r = wide_to_half(d, false); break;
   case IR_d2h_rtz: *r = wide_to_half(d, true); break;
   case IR_f2h_rtz: *r = wide_to_half((double)f, true); break;
   case IR_d2f: *r = wide_float_bits((float)d); break;
   case IR_l2f: *r = wide_float_bits((float)x); break;
   case IR_ul2f: *r = wide_float_bits((float)a); break;
   default: return false;
   }
   return true;
}

/* Results that are doubles. */
static inline bool eval_wide_double(unsigned op, uint64_t a, uint64_t b, uint64_t c, double *r)
{
   double x = wide_double(a), y = wide_double(b), z = wide_double(c);
   int exponent, scale = (int32_t)b;
   switch (op) {
   case IR_dadd: *r = x + y; break;
   case IR_dsub: *r = x - y; break;
   case IR_dmul: *r = x * y; break;
   case IR_dfma: *r = fma(x, y, z); break;
   case IR_ddiv: *r = x / y; break;
   case IR_dmin: *r = x < y || y != y ? x : y; break;
   case IR_dmax: *r = x > y || y != y ? x : y; break;
   case IR_dfloor: *r = floor(x); break;
   case IR_dceil: *r = ceil(x); break;
   case IR_dtrunc: *r = trunc(x); break;
   case IR_drndne: *r = nearbyint(x); break;
   case IR_dfract: *r = fmin(x - floor(x), 0x1.fffffffffffffp-1); break;
   case IR_dsqrt: *r = sqrt(x); break;
   case IR_drcp: *r = 1 / x; break;
   case IR_drsq: *r = 1 / sqrt(x); break;
   case IR_dldexp: *r = ldexp(x, scale > 5000 ? 5000 : scale < -5000 ? -5000 : scale); break;
   case IR_drexp_mant: *r = x == 0 || !isfinite(x) ? x : frexp(x, &exponent); break;
   case IR_f2d: *r = (double)wide_float((uint32_t)a); break;
   case IR_i2d: *r = (double)(int32_t)a; break;
   case IR_u2d: *r = (double)(uint32_t)a; break;
   case IR_l2d: *r = (double)(int64_t)a; break;
   case IR_ul2d: *r = (double)a; break;
   default: return false;
   }
   return true;
}

/* The operation, sources as zero-extended 64 bits; false if it is none of these. */
static inline bool eval_wide(unsigned op, const uint64_t s[3], uint32_t out[2])
{
   uint64_t r;
   double d;
   if (eval_wide_double(op, s[0], s[1], s[2], &d))
      r = wide_bits(d);
   else if (!eval_wide_int(op, s[0], s[1], &r))
      return false;
   out[0] = (uint32_t)r;
   if (ir_op_ncomp((enum ir_op)op) == 2)
      out[1] = (uint32_t)(r >> 32);
   return true;
}

/* New value of a 64-bit atomic. */
static inline uint64_t eval_wide_atomic(unsigned kind, uint64_t old, uint64_t data, uint64_t comparator)
{
   switch (kind) {
   case IR_ATOM_ADD: return old + data;
   case IR_ATOM_IMIN: return (int64_t)old < (int64_t)data ? old : data;
   case IR_ATOM_IMAX: return (int64_t)old > (int64_t)data ? old : data;
   case IR_ATOM_UMIN: return old < data ? old : data;
   case IR_ATOM_UMAX: return old > data ? old : data;
   case IR_ATOM_AND: return old & data;
   case IR_ATOM_OR: return old | data;
   case IR_ATOM_XOR: return old ^ data;
   case IR_ATOM_SWAP: return data;
   case IR_ATOM_CMPSWAP: return old == comparator ? data : old;
   default: return wide_bits(wide_double(old) + wide_double(data));
   }
}

#endif
