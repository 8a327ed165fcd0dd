/* Arithmetic wider than any that the machine has: numbers are __float128, a format says where its values lie. */
#ifndef PRECISION_WIDE_H
#define PRECISION_WIDE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef __float128 W;
struct format {
   int bits, digits, e_min, e_max; /* significant bits; exponents of normal numbers */
};
static const struct format formats[] = {{16, 11, -14, 15}, {32, 24, -126, 127}, {64, 53, -1022, 1023}};
static const struct format *fm;

#define PI ((W)0x1.921fb54442d18p+1 + (W)0x1.1a62633145c07p-53)
#define W_INF ((W)INFINITY)

/* ---- numbers ------------------------------------------------------------------------------------------------------- */
static inline bool finite_w(W v) { return v - v == 0; }
static inline W w_abs(W v) { return v < 0 ? -v : v == 0 ? 0 : v; }
static inline W w_min(W a, W b) { return b < a ? b : a; }
static inline W w_max(W a, W b) { return a < b ? b : a; }
static inline bool negative(W v)
{
   unsigned char bytes[16];
   memcpy(bytes, &v, 16);
   return bytes[15] >> 7;
}

static inline W w_pow2(int e)
{
   uint64_t words[2] = {0, (uint64_t)(e + 16383) << 48};
   W v;
   memcpy(&v, words, 16);
   return v;
}

/* floor(log2(|v|)) of a number that is not 0. */
static inline int exponent_of(W v)
{
   uint64_t words[2];
   memcpy(words, &v, 16);
   return (int)(words[1] >> 48 & 0x7fff) - 16383;
}

static inline W w_round_even(W v)
{
   const W magic = w_pow2(112);
   W a = w_abs(v), r = a < magic ? a + magic - magic : a;
   return negative(v) ? -r : r;
}

static inline W w_floor(W v)
{
   W r = w_round_even(v);
   return r > v ? r - 1 : r == 0 ? v * 0 : r;
}

static inline W w_trunc(W v) { return v < 0 ? -w_floor(-v) : w_floor(v); }

static inline W w_sqrt(W v)
{
   if (!(v > 0) || !finite_w(v))
      return v == 0 || v > 0 ? v : (W)NAN;
   int e = exponent_of(v) / 2;
   W m = v * w_pow2(-2 * e), r = sqrt((double)m);
   for (int i = 0; i < 2; i++)
      r = (r + m / r) / 2;
   return r * w_pow2(e);
}

/* ---- the format ---------------------------------------------------------------------------------------------------- */
static inline W largest(void) { return (2 - w_pow2(1 - fm->digits)) * w_pow2(fm->e_max); }

/* One in the last place, as the specification defines it: below a power of two the smaller distance. */
static inline W ulp(W v)
{
   v = w_abs(v);
   if (v == 0 || exponent_of(v) < fm->e_min)
      return w_pow2(fm->e_min - fm->digits + 1);
   int e = exponent_of(w_min(v, largest()));
   bool power = v == w_pow2(e) && e > fm->e_min;
   return w_pow2(e - fm->digits + 1 - power);
}

/* Towards -1: down, 0: nearest even, 1: up. */
static inline W to_format(W v, int way)
{
   if (v == 0 || !finite_w(v))
      return v;
   int e = exponent_of(v);
   int last = (e < fm->e_min ? fm->e_min : e) - fm->digits + 1;
   W unit = w_pow2(last), q = v * w_pow2(-last);
   W r = (way < 0 ? w_floor(q) : way > 0 ? -w_floor(-q) : w_round_even(q)) * unit;
   if (w_abs(r) > largest())
      r = way == 0 || (way > 0) == (r > 0) ? (r > 0 ? W_INF : -W_INF) : (r > 0 ? largest() : -largest());
   return r == 0 && v < 0 ? -(W)0 : r;
}

static inline W from_bits(uint64_t bits)
{
   uint64_t fraction = bits & ((UINT64_C(1) << (fm->digits - 1)) - 1);
   int e = (int)(bits >> (fm->digits - 1) & ((1u << (fm->bits - fm->digits)) - 1));
   W v = e > fm->e_max * 2 ? (fraction ? (W)NAN : W_INF)
         : e               ? ((W)fraction * w_pow2(1 - fm->digits) + 1) * w_pow2(e - fm->e_max)
                           : (W)fraction * w_pow2(fm->e_min - fm->digits + 1);
   return bits >> (fm->bits - 1) & 1 ? -v : v;
}

static inline uint64_t to_bits(W v)
{
   union {
      double d;
      uint64_t u;
   } wide = {.d = (double)v};
   if (fm->bits == 64 || v == 0)
      return wide.u >> (64 - fm->bits);
   v = to_format(v, 0);
   if (v == 0 || !finite_w(v))
      return negative(v) ? UINT64_C(1) << (fm->bits - 1) : 0;
   int e = exponent_of(v);
   uint64_t sign = (uint64_t)negative(v) << (fm->bits - 1);
   if (e < fm->e_min)
      return sign | (uint64_t)(w_abs(v) / w_pow2(fm->e_min - fm->digits + 1));
   uint64_t fraction = (uint64_t)((w_abs(v) / w_pow2(e) - 1) * w_pow2(fm->digits - 1));
   return sign | (uint64_t)(e + fm->e_max) << (fm->digits - 1) | fraction;
}

#endif
