/* Handlers of vector arithmetic, moves, cross-lane operations and compares. Part of interp.c.
 *
 * Operands may be any row, the destination too: every lane is read before it is written. Operations that need
 * more than a few host instructions compute into a temporary row once and blend afterwards.
 */

/* ---- one lane function applied to rows ------------------------------------------------------- */
#define ROWS1(T) const T *a = row(w, u->a)
#define ROWS2(T)                                                                                             \
   ROWS1(T);                                                                                                 \
   const T *b = row(w, u->b)
#define ROWS3(T)                                                                                             \
   ROWS2(T);                                                                                                 \
   const T *c = row(w, u->c)

#define LIGHT(name, rows, T, TD, expr)                                                                       \
   H(name)                                                                                                   \
   {                                                                                                         \
      rows(T);                                                                                               \
      TD *d = row(w, u->d);                                                                                  \
      if (is_full(u, w)) {                                                                                   \
         LANES d[l] = (expr);                                                                                \
      } else {                                                                                               \
         const uint32_t *m = x->exec_row;                                                                    \
         LANES                                                                                               \
         {                                                                                                   \
            TD r = (expr);                                                                                   \
            d[l] = m[l] ? r : d[l];                                                                          \
         }                                                                                                   \
      }                                                                                                      \
      NEXT;                                                                                                  \
   }

#define HEAVY(name, rows, T, TD, expr)                                                                       \
   H(name)                                                                                                   \
   {                                                                                                         \
      rows(T);                                                                                               \
      TD *r = (TD *)x->temp[0];                                                                              \
      LANES r[l] = (expr);                                                                                   \
      store_row(u, w, x, x->temp[0]);                                                                        \
      NEXT;                                                                                                  \
   }

/* The same with operand modifiers and saturation. */
#define SIGN_BIT(shift, i) (((u->flags >> ((shift) + (i))) & 1u) << 31)
#define MODIFIER(i)                                                                                          \
   const uint32_t keep##i = ~SIGN_BIT(EMU_UOP_ABS_SHIFT, i), flip##i = SIGN_BIT(EMU_UOP_NEG_SHIFT, i)
#define MODIFY(v, i) arith_float((arith_bits(v) & keep##i) ^ flip##i)
#define MODIFIED_LIGHT(name, rows, modifiers, expr)                                                          \
   H(name##_modified)                                                                                        \
   {                                                                                                         \
      rows(float);                                                                                           \
      modifiers;                                                                                             \
      float *r = (float *)x->temp[0], *d = row(w, u->d);                                                     \
      if (!(u->flags & EMU_UOP_SAT) && is_full(u, w)) {                                                      \
         LANES d[l] = (expr);                                                                                \
         NEXT;                                                                                               \
      }                                                                                                      \
      LANES r[l] = (expr);                                                                                   \
      saturate(u, r);                                                                                        \
      store_row(u, w, x, x->temp[0]);                                                                        \
      NEXT;                                                                                                  \
   }
#define MODIFIED_HEAVY(name, rows, modifiers, expr)                                                          \
   H(name##_modified)                                                                                        \
   {                                                                                                         \
      rows(float);                                                                                           \
      modifiers;                                                                                             \
      float *r = (float *)x->temp[0];                                                                        \
      LANES r[l] = (expr);                                                                                   \
      saturate(u, r);                                                                                        \
      store_row(u, w, x, x->temp[0]);                                                                        \
      NEXT;                                                                                                  \
   }

static inline void saturate(const emu_uop *u, float *r)
{
   if (u->flags & EMU_UOP_SAT) {
      LANES r[l] = arith_sat(r[l]);
   }
}

#define FLOAT1(kind, name, fn)                                                                               \
   kind(name, ROWS1, float, float, fn(a[l])) MODIFIED_##kind(name, ROWS1, MODIFIER(0), fn(MODIFY(a[l], 0)))
#define FLOAT2(kind, name, fn)                                                                               \
   kind(name, ROWS2, float, float, fn(a[l], b[l]))                                                           \
       MODIFIED_##kind(name, ROWS2, MODIFIER(0); MODIFIER(1), fn(MODIFY(a[l], 0), MODIFY(b[l], 1)))
#define FLOAT3(kind, name, fn)                                                                               \
   kind(name, ROWS3, float, float, fn(a[l], b[l], c[l]))                                                     \
       MODIFIED_##kind(name, ROWS3, MODIFIER(0); MODIFIER(1);                                                \
                       MODIFIER(2), fn(MODIFY(a[l], 0), MODIFY(b[l], 1), MODIFY(c[l], 2)))
#define INT1(kind, name, expr) kind(name, ROWS1, uint32_t, uint32_t, expr)
#define INT2(kind, name, expr) kind(name, ROWS2, uint32_t, uint32_t, expr)
#define INT3(kind, name, expr) kind(name, ROWS3, uint32_t, uint32_t, expr)

/* ---- f32 ------------------------------------------------------------------------------------- */
FLOAT2(LIGHT, v_add_f32, arith_add)
FLOAT2(LIGHT, v_mul_f32, arith_mul)
#ifdef __FMA__
FLOAT3(LIGHT, v_fma_f32, arith_fma)
#else
/* arith_fma_soft, two lanes at a time: compilers do not find vector code for it. */
static inline __m128d fma_pair(__m128d a, __m128d b, __m128d c)
{
   __m128d p = _mm_mul_pd(a, b), s = _mm_add_pd(p, c), t = _mm_sub_pd(s, p);
   __m128d e = _mm_add_pd(_mm_sub_pd(p, _mm_sub_pd(s, t)), _mm_sub_pd(c, t));
   __m128d inexact = _mm_and_pd(_mm_cmpord_pd(e, e), _mm_cmpneq_pd(e, _mm_setzero_pd()));
   __m128i i = _mm_castpd_si128(s), zero = _mm_setzero_si128(), one = _mm_set1_epi64x(1);
   __m128i even = _mm_cmpeq_epi64(_mm_and_si128(i, one), zero);
   __m128i down = _mm_cmpgt_epi64(zero, _mm_castpd_si128(_mm_xor_pd(e, s)));
   __m128i step = _mm_and_si128(_mm_or_si128(down, one), _mm_and_si128(even, _mm_castpd_si128(inexact)));
   return _mm_castsi128_pd(_mm_add_epi64(i, step));
}

static inline void fma_row(float *r, const float *a, const float *b, const float *c)
{
   for (unsigned l = 0; l < ISA_WAVE_LANES; l += 4) {
      __m128 va = _mm_load_ps(a + l), vb = _mm_load_ps(b + l), vc = _mm_load_ps(c + l);
      __m128d low = fma_pair(_mm_cvtps_pd(va), _mm_cvtps_pd(vb), _mm_cvtps_pd(vc));
      __m128d high = fma_pair(_mm_cvtps_pd(_mm_movehl_ps(va, va)), _mm_cvtps_pd(_mm_movehl_ps(vb, vb)),
                              _mm_cvtps_pd(_mm_movehl_ps(vc, vc)));
      __m128 v = _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
      _mm_store_ps(r + l, _mm_blendv_ps(v, _mm_set1_ps(ARITH_NAN), _mm_cmpunord_ps(v, v)));
   }
}

H(v_fma_f32)
{
   fma_row((float *)x->temp[0], row(w, u->a), row(w, u->b), row(w, u->c));
   store_row(u, w, x, x->temp[0]);
   NEXT;
}

H(v_fma_f32_modified)
{
   ROWS3(float);
   MODIFIER(0);
   MODIFIER(1);
   MODIFIER(2);
   float(*t)[ISA_WAVE_LANES] = (float(*)[ISA_WAVE_LANES])x->temp;
   LANES t[1][l] = MODIFY(a[l], 0);
   LANES t[2][l] = MODIFY(b[l], 1);
   LANES t[3][l] = MODIFY(c[l], 2);
   fma_row(t[0], t[1], t[2], t[3]);
   saturate(u, t[0]);
   store_row(u, w, x, x->temp[0]);
   NEXT;
}
#endif
FLOAT2(LIGHT, v_min_f32, arith_min)
FLOAT2(LIGHT, v_max_f32, arith_max)
FLOAT1(LIGHT, v_floor_f32, arith_floor)
FLOAT1(LIGHT, v_ceil_f32, arith_ceil)
FLOAT1(LIGHT, v_trunc_f32, arith_trunc)
FLOAT1(LIGHT, v_rndne_f32, arith_rndne)
FLOAT1(LIGHT, v_fract_f32, arith_fract)
FLOAT2(HEAVY, v_div_f32, arith_div)
FLOAT1(HEAVY, v_sqrt_f32, arith_sqrt)
FLOAT1(HEAVY, v_rcp_f32, arith_rcp)
FLOAT1(HEAVY, v_rsq_f32, arith_rsq)
FLOAT1(HEAVY, v_exp2_f32, arith_exp2)
FLOAT1(HEAVY, v_log2_f32, arith_log2)

/* Sine of the row x->temp[1] plus n quarter turns, to x->temp[0]; arguments beyond the fast reduction one by
 * one. */
static inline void trig_row(emu_core_ctx *x, uint64_t n)
{
   const float *a = (const float *)x->temp[1];
   float *r = (float *)x->temp[0];
   uint32_t *large = x->temp[2];
   LANES r[l] = arith_trig(a[l], n);
   LANES large[l] = __builtin_fabsf(a[l]) < ARITH_TRIG_LARGE ? 0 : 0xffffffffu;
   for (uint32_t mask = row_to_mask(large); mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      r[l] = arith_trig_large(a[l], n);
   }
}

#define TRIG(name, n)                                                                                        \
   H(name)                                                                                                   \
   {                                                                                                         \
      ROWS1(uint32_t);                                                                                       \
      LANES x->temp[1][l] = a[l];                                                                            \
      trig_row(x, n);                                                                                        \
      store_row(u, w, x, x->temp[0]);                                                                        \
      NEXT;                                                                                                  \
   }                                                                                                         \
   H(name##_modified)                                                                                        \
   {                                                                                                         \
      ROWS1(uint32_t);                                                                                       \
      MODIFIER(0);                                                                                           \
      LANES x->temp[1][l] = (a[l] & keep0) ^ flip0;                                                          \
      trig_row(x, n);                                                                                        \
      saturate(u, (float *)x->temp[0]);                                                                      \
      store_row(u, w, x, x->temp[0]);                                                                        \
      NEXT;                                                                                                  \
   }
TRIG(v_sin_f32, 0)
TRIG(v_cos_f32, 1)

H(v_ldexp_f32)
{
   const float *a = row(w, u->a);
   const int32_t *b = row(w, u->b);
   float *r = (float *)x->temp[0];
   LANES r[l] = arith_ldexp(a[l], b[l]);
   store_row(u, w, x, x->temp[0]);
   NEXT;
}

INT1(HEAVY, v_frexp_exp, arith_frexp_exp(a[l]))
INT1(HEAVY, v_frexp_mant, arith_frexp_mant(a[l]))
LIGHT(v_cvt_f32_i32, ROWS1, uint32_t, float, arith_f32_i32(a[l]))
HEAVY(v_cvt_f32_u32, ROWS1, uint32_t, float, arith_f32_u32(a[l]))
HEAVY(v_cvt_i32_f32, ROWS1, float, uint32_t, arith_i32_f32(a[l]))
HEAVY(v_cvt_u32_f32, ROWS1, float, uint32_t, arith_u32_f32(a[l]))
HEAVY(v_cvt_f16_f32, ROWS1, float, uint32_t, arith_f16_f32(a[l]))
HEAVY(v_cvt_f32_f16, ROWS1, uint32_t, float, arith_f32_f16(a[l]))

/* ---- integers -------------------------------------------------------------------------------- */
INT2(LIGHT, v_add_u32, a[l] + b[l])
INT2(LIGHT, v_sub_u32, a[l] - b[l])
INT2(LIGHT, v_mul_lo_u32, a[l] * b[l])
INT2(LIGHT, v_mul_hi_u32, arith_mul_hi_u32(a[l], b[l]))
INT2(LIGHT, v_mul_hi_i32, arith_mul_hi_i32(a[l], b[l]))
INT3(LIGHT, v_mad_u32, a[l] * b[l] + c[l])
INT2(HEAVY, v_div_u32, arith_div_u32(a[l], b[l]))
INT2(HEAVY, v_rem_u32, arith_rem_u32(a[l], b[l]))
INT2(HEAVY, v_div_i32, arith_div_i32(a[l], b[l]))
INT2(HEAVY, v_rem_i32, arith_rem_i32(a[l], b[l]))
INT2(LIGHT, v_min_i32, arith_min_i32(a[l], b[l]))
INT2(LIGHT, v_max_i32, arith_max_i32(a[l], b[l]))
INT2(LIGHT, v_min_u32, arith_min_u32(a[l], b[l]))
INT2(LIGHT, v_max_u32, arith_max_u32(a[l], b[l]))
INT2(LIGHT, v_and, a[l] & b[l])
INT2(LIGHT, v_or, a[l] | b[l])
INT2(LIGHT, v_xor, a[l] ^ b[l])
INT1(LIGHT, v_not, ~a[l])
INT2(LIGHT, v_shl, arith_shl(a[l], b[l]))
INT2(LIGHT, v_shr, arith_shr(a[l], b[l]))
INT2(LIGHT, v_sar, arith_sar(a[l], b[l]))
INT3(HEAVY, v_bfe_u32, arith_bfe_u32(a[l], b[l], c[l]))
INT3(HEAVY, v_bfe_i32, arith_bfe_i32(a[l], b[l], c[l]))
INT3(LIGHT, v_bfi, arith_bfi(a[l], b[l], c[l]))
INT1(HEAVY, v_bcnt, arith_bcnt(a[l]))
INT1(HEAVY, v_brev, arith_brev(a[l]))
INT1(HEAVY, v_ctz, arith_ctz(a[l]))
INT1(HEAVY, v_msb_u32, arith_msb_u32(a[l]))
INT1(HEAVY, v_msb_i32, arith_msb_i32(a[l]))
INT2(HEAVY, v_bfm, arith_bfm(a[l], b[l]))

/* ---- moves and cross-lane -------------------------------------------------------------------- */
INT1(LIGHT, v_mov, a[l])

H(v_sel)
{
   ROWS2(uint32_t);
   uint32_t mask = scalar(w, u->c), *d = row(w, u->d);
   if (is_full(u, w)) {
      LANES d[l] = (mask & lane_bit[l]) ? b[l] : a[l];
   } else {
      const uint32_t *m = x->exec_row;
      LANES
      {
         uint32_t r = (mask & lane_bit[l]) ? b[l] : a[l];
         d[l] = m[l] ? r : d[l];
      }
   }
   NEXT;
}

H(v_lane_id)
{
   store_row(u, w, x, lane_index);
   NEXT;
}

H(v_readfirst)
{
   const uint32_t *a = row(w, u->a);
   set_scalar(w, u->d, a[w->exec ? __builtin_ctz(w->exec) : 0]);
   NEXT;
}

H(v_readlane)
{
   const uint32_t *a = row(w, u->a);
   set_scalar(w, u->d, a[scalar(w, u->b) & 31]);
   NEXT;
}

H(v_writelane)
{
   uint32_t *d = row(w, u->d);
   d[scalar(w, u->b) & 31] = scalar(w, u->a);
   NEXT;
}

H(v_shuffle)
{
   ROWS2(uint32_t);
   uint32_t *r = x->temp[0];
   for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
      r[l] = a[b[l] & 31];
   store_row(u, w, x, r);
   NEXT;
}

H(v_mbcnt)
{
   uint32_t mask = scalar(w, u->a), *r = x->temp[0];
   LANES r[l] = arith_bcnt(mask & (lane_bit[l] - 1));
   store_row(u, w, x, r);
   NEXT;
}

/* ---- compares -------------------------------------------------------------------------------- */
#define COMPARE(name, T, va, vb, cond, modifiers)                                                            \
   H(name)                                                                                                   \
   {                                                                                                         \
      ROWS2(T);                                                                                              \
      modifiers;                                                                                             \
      uint32_t *r = x->temp[0];                                                                              \
      LANES                                                                                                  \
      {                                                                                                      \
         T p = va, q = vb;                                                                                   \
         r[l] = (cond) ? 0xffffffffu : 0;                                                                    \
      }                                                                                                      \
      set_scalar(w, u->d, row_to_mask(r) & w->exec);                                                         \
      NEXT;                                                                                                  \
   }
#define COMPARE_FLOAT(name, cond)                                                                            \
   COMPARE(name, float, a[l], b[l], cond, (void)0)                                                           \
   COMPARE(name##_modified, float, MODIFY(a[l], 0), MODIFY(b[l], 1), cond, MODIFIER(0); MODIFIER(1))
#define COMPARE_INT(name, T, cond) COMPARE(name, T, a[l], b[l], cond, (void)0)

COMPARE_FLOAT(v_cmp_eq_f32, p == q)
COMPARE_FLOAT(v_cmp_lt_f32, p < q)
COMPARE_FLOAT(v_cmp_le_f32, p <= q)
COMPARE_FLOAT(v_cmp_ne_f32, (p < q) | (p > q))
COMPARE_FLOAT(v_cmp_equ_f32, !((p < q) | (p > q)))
COMPARE_FLOAT(v_cmp_ltu_f32, !(p >= q))
COMPARE_FLOAT(v_cmp_leu_f32, !(p > q))
COMPARE_FLOAT(v_cmp_neu_f32, p != q)
COMPARE_INT(v_cmp_eq_u32, uint32_t, p == q)
COMPARE_INT(v_cmp_ne_u32, uint32_t, p != q)
COMPARE_INT(v_cmp_lt_i32, int32_t, p < q)
COMPARE_INT(v_cmp_le_i32, int32_t, p <= q)
COMPARE_INT(v_cmp_lt_u32, uint32_t, p < q)
COMPARE_INT(v_cmp_le_u32, uint32_t, p <= q)

#define MODIFIED_OPS(M)                                                                                      \
   M(v_add_f32)                                                                                              \
   M(v_mul_f32) M(v_fma_f32) M(v_min_f32) M(v_max_f32) M(v_floor_f32) M(v_ceil_f32) M(v_trunc_f32)           \
       M(v_rndne_f32) M(v_fract_f32) M(v_div_f32) M(v_sqrt_f32) M(v_rcp_f32) M(v_rsq_f32) M(v_exp2_f32)      \
           M(v_log2_f32) M(v_sin_f32) M(v_cos_f32) M(v_cmp_eq_f32) M(v_cmp_lt_f32) M(v_cmp_le_f32)           \
               M(v_cmp_ne_f32) M(v_cmp_equ_f32) M(v_cmp_ltu_f32) M(v_cmp_leu_f32) M(v_cmp_neu_f32)
