/* 32-bit integer arithmetic of the shader core, one lane at a time: what isa.def says, with no undefined C
 * left in. Used by the scalar unit and by loops over lanes. */
#ifndef EMU_CORE_ARITH_INT_H
#define EMU_CORE_ARITH_INT_H

#include <stdint.h>
#include "arith_f32.h"

static inline uint32_t arith_shl(uint32_t a, uint32_t b)
{
   return a << (b & 31);
}
static inline uint32_t arith_shr(uint32_t a, uint32_t b)
{
   return a >> (b & 31);
}
static inline uint32_t arith_sar(uint32_t a, uint32_t b)
{
   return (uint32_t)((int32_t)a >> (b & 31));
}
static inline uint32_t arith_min_i32(uint32_t a, uint32_t b)
{
   return (int32_t)a < (int32_t)b ? a : b;
}
static inline uint32_t arith_max_i32(uint32_t a, uint32_t b)
{
   return (int32_t)a > (int32_t)b ? a : b;
}
static inline uint32_t arith_min_u32(uint32_t a, uint32_t b)
{
   return a < b ? a : b;
}
static inline uint32_t arith_max_u32(uint32_t a, uint32_t b)
{
   return a > b ? a : b;
}
static inline uint32_t arith_mul_hi_u32(uint32_t a, uint32_t b)
{
   return (uint32_t)(((uint64_t)a * b) >> 32);
}
static inline uint32_t arith_mul_hi_i32(uint32_t a, uint32_t b)
{
   return (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int32_t)b) >> 32);
}

static inline double arith_f64_u32(uint32_t a)
{
   return arith_double(UINT64_C(0x4330000000000000) | a) - 0x1p52;
}

/* A quotient of 32-bit integers is exact, or at least 2^-32 of its size away from the next integer:
 * truncating the rounded f64 quotient is right. The integer is read from the low bits of a sum with 2^52. */
static inline uint32_t arith_div_u32(uint32_t a, uint32_t b)
{
   double q = __builtin_floor(arith_f64_u32(a) / arith_f64_u32(b));
   return b == 0 ? 0xffffffffu : (uint32_t)arith_bits64(q + 0x1p52);
}

static inline uint32_t arith_rem_u32(uint32_t a, uint32_t b)
{
   return b == 0 ? a : a - arith_div_u32(a, b) * b;
}

static inline uint32_t arith_div_i32(uint32_t a, uint32_t b)
{
   double q = __builtin_trunc((double)(int32_t)a / (double)(int32_t)b);
   return b == 0 ? 0xffffffffu : (uint32_t)arith_bits64(q + 0x1.8p52);
}

static inline uint32_t arith_rem_i32(uint32_t a, uint32_t b)
{
   return b == 0 ? a : a - arith_div_i32(a, b) * b;
}

static inline uint32_t arith_bfe_u32(uint32_t a, uint32_t b, uint32_t c)
{
   c &= 63;
   uint32_t field = a >> (b & 31);
   uint32_t mask = c >= 32 ? 0xffffffffu : (1u << (c & 31)) - 1;
   return field & mask;
}

static inline uint32_t arith_bfe_i32(uint32_t a, uint32_t b, uint32_t c)
{
   c &= 63;
   uint32_t field = a >> (b & 31);
   uint32_t up = (32 - c) & 31; /* bits past 31 read 0, so a field of 32 and more is its own sign */
   uint32_t extended = (uint32_t)((int32_t)(field << up) >> up);
   extended = c >= 32 ? field : extended;
   return c == 0 ? 0 : extended;
}

static inline uint32_t arith_bfi(uint32_t a, uint32_t b, uint32_t c)
{
   return (a & b) | (~a & c);
}

static inline uint32_t arith_bcnt(uint32_t a)
{
   a -= (a >> 1) & 0x55555555u;
   a = (a & 0x33333333u) + ((a >> 2) & 0x33333333u);
   a = (a + (a >> 4)) & 0x0f0f0f0fu;
   return (a * 0x01010101u) >> 24;
}

static inline uint32_t arith_brev(uint32_t a)
{
   a = ((a >> 1) & 0x55555555u) | ((a & 0x55555555u) << 1);
   a = ((a >> 2) & 0x33333333u) | ((a & 0x33333333u) << 2);
   a = ((a >> 4) & 0x0f0f0f0fu) | ((a & 0x0f0f0f0fu) << 4);
   a = ((a >> 8) & 0x00ff00ffu) | ((a & 0x00ff00ffu) << 8);
   return (a >> 16) | (a << 16);
}

static inline uint32_t arith_ctz(uint32_t a)
{
   return a == 0 ? 0xffffffffu : arith_bcnt(~a & (a - 1));
}

static inline uint32_t arith_msb_u32(uint32_t a)
{
   a |= a >> 1;
   a |= a >> 2;
   a |= a >> 4;
   a |= a >> 8;
   a |= a >> 16;
   return arith_bcnt(a) - 1;
}

static inline uint32_t arith_msb_i32(uint32_t a)
{
   return arith_msb_u32(a ^ (uint32_t)((int32_t)a >> 31));
}

static inline uint32_t arith_bfm(uint32_t a, uint32_t b)
{
   uint32_t ones = a >= 32 ? 0xffffffffu : (1u << (a & 31)) - 1;
   return ones << (b & 31);
}

#endif
