/* The second opinion on 64-bit arithmetic and conversions, one lane at a time: quadruple precision and
 * 128-bit integers where the interpreter has f64 and 64 bits. Part of interp_ref.h.
 */
#ifndef INTERP_REF_WIDE_H
#define INTERP_REF_WIDE_H

typedef __float128 ref_quad;

static inline double rd(uint64_t u)
{
   double d;
   memcpy(&d, &u, 8);
   return d;
}
static inline uint64_t rdu(double d)
{
   uint64_t u;
   memcpy(&u, &d, 8);
   return d != d ? UINT64_C(0x7ff8000000000000) : u;
}

/* Operands: 64-bit ones whole, 32-bit ones in the low half. */
typedef uint64_t (*ref_wide)(uint64_t a, uint64_t b, uint64_t c);
#define WIDE(name, expr)                                                                                     \
   static uint64_t r_##name(uint64_t a, uint64_t b, uint64_t c)                                              \
   {                                                                                                         \
      (void)a;                                                                                               \
      (void)b;                                                                                               \
      (void)c;                                                                                               \
      return (uint64_t)(expr);                                                                               \
   }
#define A rd(a)
#define B rd(b)
#define C rd(c)
#define Q(x) ((ref_quad)(x))
WIDE(v_add_u64, (unsigned __int128)a + b)
WIDE(v_sub_u64, ((unsigned __int128)1 << 64) + a - b)
WIDE(v_mul_lo_u64, (unsigned __int128)a *b)
WIDE(v_shl_u64, (unsigned __int128)a << (b & 63))
WIDE(v_shr_u64, (unsigned __int128)a >> (b & 63))
WIDE(v_sar_i64, (__int128)(int64_t)a >> (b & 63))
WIDE(v_min_i64, (int64_t)a < (int64_t)b ? a : b)
WIDE(v_max_i64, (int64_t)a > (int64_t)b ? a : b)
WIDE(v_min_u64, a < b ? a : b)
WIDE(v_max_u64, a > b ? a : b)
WIDE(v_div_u64, b ? a / b : UINT64_MAX)
WIDE(v_rem_u64, b ? a % b : a)
WIDE(v_div_i64, b ? (__int128)(int64_t)a / (int64_t)b : -1)
WIDE(v_rem_i64, b ? (__int128)(int64_t)a % (int64_t)b : (int64_t)a)
WIDE(v_cmp_eq_u64, a == b)
WIDE(v_cmp_ne_u64, a != b)
WIDE(v_cmp_lt_i64, (int64_t)a < (int64_t)b)
WIDE(v_cmp_le_i64, (int64_t)a <= (int64_t)b)
WIDE(v_cmp_lt_u64, a < b)
WIDE(v_cmp_le_u64, a <= b)
WIDE(v_add_f64, rdu((double)(Q(A) + Q(B))))
WIDE(v_mul_f64, rdu((double)(Q(A) * Q(B))))
WIDE(v_fma_f64, rdu(fma(A, B, C)))
WIDE(v_min_f64, rdu(A < B || isnan(B) ? A : B))
WIDE(v_max_f64, rdu(A > B || isnan(B) ? A : B))
WIDE(v_floor_f64, rdu(floor(A)))
WIDE(v_ceil_f64, rdu(ceil(A)))
WIDE(v_trunc_f64, rdu(trunc(A)))
WIDE(v_rndne_f64, rdu(rint(A)))
WIDE(v_fract_f64, rdu(isnan(A - floor(A)) ? NAN : fmin((double)(Q(A) - Q(floor(A))), 0x1.fffffffffffffp-1)))
WIDE(v_div_f64, rdu((double)(Q(A) / Q(B))))
WIDE(v_sqrt_f64, rdu(sqrt(A)))
WIDE(v_rcp_f64, rdu((double)(Q(1) / Q(A))))
WIDE(v_rsq_f64, rdu((double)(Q(1) / Q(sqrt(A)))))
/* exact in the range of long double, so the conversion rounds once */
WIDE(v_ldexp_f64, rdu((double)ldexpl(A, (int32_t)b<-6000 ? -6000 : (int32_t)b> 6000 ? 6000 : (int32_t)b)))
static uint64_t r_v_frexp_exp_f64(uint64_t a, uint64_t b, uint64_t c)
{
   int e = 0;
   (void)b, (void)c;
   if (isfinite(A) && A != 0)
      frexp(A, &e);
   return (uint32_t)e;
}
static uint64_t r_v_frexp_mant_f64(uint64_t a, uint64_t b, uint64_t c)
{
   int e;
   (void)b, (void)c;
   return isfinite(A) && A != 0 ? rdu(frexp(A, &e)) : a;
}
WIDE(v_cmp_eq_f64, A == B)
WIDE(v_cmp_lt_f64, A < B)
WIDE(v_cmp_le_f64, A <= B)
WIDE(v_cmp_ne_f64, !isunordered(A, B) && A != B)
WIDE(v_cmp_equ_f64, isunordered(A, B) || A == B)
WIDE(v_cmp_ltu_f64, isunordered(A, B) || A < B)
WIDE(v_cmp_leu_f64, isunordered(A, B) || A <= B)
WIDE(v_cmp_neu_f64, isunordered(A, B) || A != B)

/* ---- conversions ----------------------------------------------------------------------------- */
/* x towards zero, kept inside [low, high]. */
static __int128 whole(double x, __int128 low, __int128 high)
{
   if (isnan(x))
      return 0;
   if (fabs(x) >= 0x1p100)
      return x < 0 ? low : high;
   __int128 i = (__int128)x;
   return i < low ? low : i > high ? high : i;
}
WIDE(v_cvt_f32_f64, ru((float)A))
WIDE(v_cvt_f64_f32, rdu((double)rf((uint32_t)a)))
WIDE(v_cvt_f64_i32, rdu((double)(int32_t)a))
WIDE(v_cvt_f64_u32, rdu((double)(uint32_t)a))
WIDE(v_cvt_f64_i64, rdu((double)Q((int64_t)a)))
WIDE(v_cvt_f64_u64, rdu((double)Q(a)))
WIDE(v_cvt_i32_f64, (uint32_t)whole(A, INT32_MIN, INT32_MAX))
WIDE(v_cvt_u32_f64, whole(A, 0, UINT32_MAX))
WIDE(v_cvt_i64_f64, whole(A, INT64_MIN, INT64_MAX))
WIDE(v_cvt_u64_f64, whole(A, 0, UINT64_MAX))
WIDE(v_cvt_f32_i64, ru((float)Q((int64_t)a)))
WIDE(v_cvt_f32_u64, ru((float)Q(a)))
WIDE(v_cvt_i64_f32, whole((double)rf((uint32_t)a), INT64_MIN, INT64_MAX))
WIDE(v_cvt_u64_f32, whole((double)rf((uint32_t)a), 0, UINT64_MAX))
WIDE(v_cvt_f16_f64, half_bits(A, true))
WIDE(v_cvt_f16_f64_rtz, half_bits(A, false))
WIDE(v_cvt_f16_f32_rtz, half_bits((double)rf((uint32_t)a), false))
#undef A
#undef B
#undef C
#undef Q

static uint64_t ref_atomic64(unsigned kind, uint64_t old, uint64_t c, uint64_t c2)
{
   switch (kind) { /* the last hexadecimal digit of the opcode */
   case 0:
      return old + c;
   case 1:
      return r_v_min_i64(old, c, 0);
   case 2:
      return r_v_max_i64(old, c, 0);
   case 3:
      return r_v_min_u64(old, c, 0);
   case 4:
      return r_v_max_u64(old, c, 0);
   case 5:
      return old & c;
   case 6:
      return old | c;
   case 7:
      return old ^ c;
   case 8:
      return c;
   case 9:
      return old == c2 ? c : old;
   case 10:
      return r_v_add_f32((uint32_t)old, (uint32_t)c, 0);
   case 11:
      return r_v_min_f32((uint32_t)old, (uint32_t)c, 0);
   case 12:
      return r_v_max_f32((uint32_t)old, (uint32_t)c, 0);
   default:
      return r_v_add_f64(old, c, 0);
   }
}

#endif
