/* Constant evaluation, bit-exact with the ISA's arithmetic (gpu/manual, chapter ISA).
 *
 * Every float result that is a NaN is 0x7fc00000; denormals are kept; each operation rounds once to f32.
 * Built with contraction off, and fma without the C library's, whose Windows version rounds twice. No
 * transcendentals: their definition is the machine's.
 */
#include "fold_const.h"

#include <math.h>
#include <string.h>

#include "ir.h"

static float as_float(uint32_t u)
{
   float f;
   memcpy(&f, &u, 4);
   return f;
}

static uint32_t bits(float f)
{
   uint32_t u;
   memcpy(&u, &f, 4);
   return f != f ? 0x7fc00000u : u;
}

/* The product is exact in double; the sum is rounded to odd, so that rounding to float afterwards is right.
 */
static float fma_once(float a, float b, float c)
{
   volatile double product = (double)a * (double)b, sum = product + (double)c;
   volatile double part = sum - product;
   volatile double error = (product - (sum - part)) + ((double)c - part);
   double s = sum;
   uint64_t u;
   memcpy(&u, &s, 8);
   if (error != 0.0 && error == error && !(u & 1))
      u += (error > 0.0) == (s > 0.0) ? 1 : (uint64_t)-1;
   memcpy(&s, &u, 8);
   return (float)s;
}

static float fract(float a)
{
   float r = a - floorf(a);
   return r > 0x1.fffffep-1f ? 0x1.fffffep-1f : r;
}

/* To the nearest integer, ties to even: beyond 2^23 there are no fractions. The sign stays, even of zero. */
static float round_even(float a)
{
   volatile float mag = fabsf(a);
   if (mag < 0x1p23f) {
      mag = mag + 0x1p23f;
      mag = mag - 0x1p23f;
   }
   return copysignf(mag, a);
}

static uint32_t saturate(float a)
{
   if (!(a > 0.0f))
      return 0;
   return bits(a < 1.0f ? a : 1.0f);
}

static uint32_t to_i32(float a)
{
   if (a != a)
      return 0;
   if (a >= 0x1p31f)
      return 0x7fffffffu;
   return a <= -0x1p31f ? 0x80000000u : (uint32_t)(int32_t)a;
}

static uint32_t to_u32(float a)
{
   if (!(a > 0.0f))
      return 0;
   return a >= 0x1p32f ? 0xffffffffu : (uint32_t)a;
}

static bool fold_float(unsigned op, const uint32_t s[3], uint32_t *r)
{
   float a = as_float(s[0]), b = as_float(s[1]), c = as_float(s[2]);
   switch (op) {
   case IR_fadd: *r = bits(a + b); return true;
   case IR_fsub: *r = bits(a - b); return true;
   case IR_fmul: *r = bits(a * b); return true;
   case IR_ffma: *r = bits(fma_once(a, b, c)); return true;
   case IR_fdiv: *r = bits(a / b); return true;
   case IR_fneg: *r = s[0] ^ 0x80000000u; return true;
   case IR_fabs: *r = s[0] & 0x7fffffffu; return true;
   case IR_fsat: *r = saturate(a); return true;
   case IR_fmin: *r = bits(a < b || b != b ? a : b); return true;
   case IR_fmax: *r = bits(a > b || b != b ? a : b); return true;
   case IR_ffloor: *r = bits(floorf(a)); return true;
   case IR_fceil: *r = bits(ceilf(a)); return true;
   case IR_ftrunc: *r = bits(truncf(a)); return true;
   case IR_frndne: *r = bits(round_even(a)); return true;
   case IR_ffract: *r = bits(fract(a)); return true;
   case IR_fsqrt: *r = bits(sqrtf(a)); return true;
   case IR_frcp: *r = bits(1.0f / a); return true;
   case IR_frsq: *r = bits(1.0f / sqrtf(a)); return true;
   case IR_i2f: *r = bits((float)(int32_t)s[0]); return true;
   case IR_u2f: *r = bits((float)s[0]); return true;
   case IR_f2i: *r = to_i32(a); return true;
   case IR_f2u: *r = to_u32(a); return true;
   case IR_feq: *r = a == b; return true;
   case IR_fne: *r = a < b || a > b; return true;
   case IR_flt: *r = a < b; return true;
   case IR_fle: *r = a <= b; return true;
   case IR_fequ: *r = !(a < b || a > b); return true;
   case IR_fneu: *r = a != b; return true;
   case IR_fltu: *r = !(a >= b); return true;
   case IR_fleu: *r = !(a > b); return true;
   default: return false;
   }
}

static uint32_t bit_count(uint32_t a)
{
   uint32_t n = 0;
   for (; a; a &= a - 1)
      n++;
   return n;
}

static uint32_t reverse(uint32_t a)
{
   uint32_t r = 0;
   for (int i = 0; i < 32; i++)
      r |= (a >> i & 1) << (31 - i);
   return r;
}

static uint32_t highest(uint32_t a)
{
   uint32_t n = 0xffffffffu;
   for (; a; a >>= 1)
      n++;
   return n;
}

static uint32_t field_mask(uint32_t count)
{
   return count >= 32 ? 0xffffffffu : (1u << count) - 1;
}

static uint32_t extract_signed(uint32_t a, uint32_t offset, uint32_t count)
{
   uint32_t field = a >> (offset & 31);
   count &= 63;
   if (count == 0)
      return 0;
   if (count >= 32)
      return field;
   uint32_t sign = 1u << (count - 1);
   return ((field & field_mask(count)) ^ sign) - sign;
}

static uint32_t shift_signed(uint32_t a, uint32_t n)
{
   return n ? a >> n | ((a >> 31) ? ~(0xffffffffu >> n) : 0) : a;
}

static uint32_t divide_signed(uint32_t a, uint32_t b)
{
   if (b == 0)
      return 0xffffffffu;
   if (b == 0xffffffffu)
      return 0u - a;
   return (uint32_t)((int32_t)a / (int32_t)b);
}

static bool fold_int(unsigned op, const uint32_t s[3], uint32_t *r)
{
   uint32_t a = s[0], b = s[1], c = s[2];
   switch (op) {
   case IR_iadd: *r = a + b; return true;
   case IR_isub: *r = a - b; return true;
   case IR_imul: *r = a * b; return true;
   case IR_umulh: *r = (uint32_t)((uint64_t)a * b >> 32); return true;
   case IR_imulh: *r = (uint32_t)((uint64_t)((int64_t)(int32_t)a * (int32_t)b) >> 32); return true;
   case IR_udiv: *r = b ? a / b : 0xffffffffu; return true;
   case IR_urem: *r = b ? a % b : a; return true;
   case IR_idiv: *r = divide_signed(a, b); return true;
   case IR_irem: *r = b ? a - divide_signed(a, b) * b : a; return true;
   case IR_imin: *r = (int32_t)a < (int32_t)b ? a : b; return true;
   case IR_imax: *r = (int32_t)a > (int32_t)b ? a : b; return true;
   case IR_umin: *r = a < b ? a : b; return true;
   case IR_umax: *r = a > b ? a : b; return true;
   case IR_and: *r = a & b; return true;
   case IR_or: *r = a | b; return true;
   case IR_xor: *r = a ^ b; return true;
   case IR_not: *r = ~a; return true;
   case IR_shl: *r = a << (b & 31); return true;
   case IR_shr: *r = a >> (b & 31); return true;
   case IR_sar: *r = shift_signed(a, b & 31); return true;
   case IR_ubfe: *r = a >> (b & 31) & field_mask(c & 63); return true;
   case IR_ibfe: *r = extract_signed(a, b, c); return true;
   case IR_bfi: *r = (a & b) | (~a & c); return true;
   case IR_bfm: *r = field_mask(a) << (b & 31); return true;
   case IR_bcnt: *r = bit_count(a); return true;
   case IR_brev: *r = reverse(a); return true;
   case IR_ctz: *r = a ? bit_count((a & (0u - a)) - 1) : 0xffffffffu; return true;
   case IR_umsb: *r = highest(a); return true;
   case IR_imsb: *r = highest(a >> 31 ? ~a : a); return true;
   case IR_ieq: *r = a == b; return true;
   case IR_ine: *r = a != b; return true;
   case IR_ilt: *r = (int32_t)a < (int32_t)b; return true;
   case IR_ile: *r = (int32_t)a <= (int32_t)b; return true;
   case IR_ult: *r = a < b; return true;
   case IR_ule: *r = a <= b; return true;
   case IR_band: *r = a & b; return true;
   case IR_bor: *r = a | b; return true;
   case IR_bxor: *r = a ^ b; return true;
   case IR_bnot: *r = !a; return true;
   case IR_sel: *r = a ? b : c; return true;
   default: return false;
   }
}

bool fold_const(unsigned op, const uint32_t src[3], uint32_t *result)
{
   return fold_int(op, src, result) || fold_float(op, src, result);
}
