/* 64-bit integer arithmetic of the shader core, one lane at a time: what isa.def says, with no undefined C
 * left in. Loops over lanes and 64-bit atomics use it. */
#ifndef EMU_CORE_ARITH_I64_H
#define EMU_CORE_ARITH_I64_H

#include <stdint.h>

static inline uint64_t arith_shl64(uint64_t a, uint32_t b)
{
   return a << (b & 63);
}
static inline uint64_t arith_shr64(uint64_t a, uint32_t b)
{
   return a >> (b & 63);
}
static inline uint64_t arith_sar64(uint64_t a, uint32_t b)
{
   return (uint64_t)((int64_t)a >> (b & 63));
}
static inline uint64_t arith_min_i64(uint64_t a, uint64_t b)
{
   return (int64_t)a < (int64_t)b ? a : b;
}
static inline uint64_t arith_max_i64(uint64_t a, uint64_t b)
{
   return (int64_t)a > (int64_t)b ? a : b;
}
static inline uint64_t arith_min_u64(uint64_t a, uint64_t b)
{
   return a < b ? a : b;
}
static inline uint64_t arith_max_u64(uint64_t a, uint64_t b)
{
   return a > b ? a : b;
}
static inline uint64_t arith_div_u64(uint64_t a, uint64_t b)
{
   return b == 0 ? UINT64_MAX : a / b;
}
static inline uint64_t arith_rem_u64(uint64_t a, uint64_t b)
{
   return b == 0 ? a : a % b;
}
static inline uint64_t arith_div_i64(uint64_t a, uint64_t b)
{
   if (b == 0)
      return UINT64_MAX;
   return b == UINT64_MAX ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b);
}
static inline uint64_t arith_rem_i64(uint64_t a, uint64_t b)
{
   if (b == 0)
      return a;
   return b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b);
}

#endif
