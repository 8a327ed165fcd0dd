/* Handlers of 64-bit vector arithmetic: pairs of rows, low halves in the first one. Part of interp.c.
 *
 * Every handler gathers its operands lane by lane into 64-bit values, computes into x->wide (or x->temp where
 * the result has 32 bits) and blends into the destination afterwards: source and destination pairs may
 * overlap in one row.
 */
#include "arith_f64.h"
#include "arith_i64.h"

static inline uint64_t pair_at(const uint32_t *p, unsigned l)
{
   return p[l] | (uint64_t)p[l + ISA_WAVE_LANES] << 32;
}

static inline void store_pair(const emu_uop *u, emu_wave *w, const emu_core_ctx *x, const uint64_t *r)
{
   uint32_t *lo = row(w, u->d), *hi = lo + ISA_WAVE_LANES;
   if (is_full(u, w)) {
      LANES lo[l] = (uint32_t)r[l];
      LANES hi[l] = (uint32_t)(r[l] >> 32);
   } else {
      const uint32_t *m = x->exec_row;
      LANES lo[l] = m[l] ? (uint32_t)r[l] : lo[l];
      LANES hi[l] = m[l] ? (uint32_t)(r[l] >> 32) : hi[l];
   }
}

static inline void saturate_pair(const emu_uop *u, uint64_t *r)
{
   if (u->flags & EMU_UOP_SAT) {
      LANES r[l] = arith_bits64(arith_sat64(arith_double(r[l])));
   }
}

/* ---- results of 64 and of 32 bits ------------------------------------------------------------ */
/* For what hosts have no vector instruction for. */
#define EACH_LANE for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
#define TO_WIDE_BY(loop, name, rows, expr)                                                                   \
   H(name)                                                                                                   \
   {                                                                                                         \
      rows(uint32_t);                                                                                        \
      uint64_t *r = x->wide[0];                                                                              \
      loop r[l] = (expr);                                                                                    \
      store_pair(u, w, x, r);                                                                                \
      NEXT;                                                                                                  \
   }
#define TO_WIDE(name, rows, expr) TO_WIDE_BY(LANES, name, rows, expr)
#define TO_ROW(name, rows, expr)                                                                             \
   H(name)                                                                                                   \
   {                                                                                                         \
      rows(uint32_t);                                                                                        \
      uint32_t *r = x->temp[0];                                                                              \
      LANES r[l] = (expr);                                                                                   \
      store_row(u, w, x, r);                                                                                 \
      NEXT;                                                                                                  \
   }
#define TO_MASK(name, modifiers, cond)                                                                       \
   H(name)                                                                                                   \
   {                                                                                                         \
      ROWS2(uint32_t);                                                                                       \
      modifiers;                                                                                             \
      uint32_t *r = x->temp[0];                                                                              \
      LANES r[l] = (cond) ? 0xffffffffu : 0;                                                                 \
      set_scalar(w, u->d, row_to_mask(r) & w->exec);                                                         \
      NEXT;                                                                                                  \
   }
#define PA pair_at(a, l)
#define PB pair_at(b, l)
#define DA arith_double(PA)

/* ---- integers -------------------------------------------------------------------------------- */
TO_WIDE(v_add_u64, ROWS2, PA + PB)
TO_WIDE(v_sub_u64, ROWS2, PA - PB)
TO_WIDE(v_mul_lo_u64, ROWS2, PA *PB)
TO_WIDE(v_shl_u64, ROWS2, arith_shl64(PA, b[l]))
TO_WIDE(v_shr_u64, ROWS2, arith_shr64(PA, b[l]))
TO_WIDE(v_sar_i64, ROWS2, arith_sar64(PA, b[l]))
TO_WIDE(v_min_i64, ROWS2, arith_min_i64(PA, PB))
TO_WIDE(v_max_i64, ROWS2, arith_max_i64(PA, PB))
TO_WIDE(v_min_u64, ROWS2, arith_min_u64(PA, PB))
TO_WIDE(v_max_u64, ROWS2, arith_max_u64(PA, PB))
TO_WIDE_BY(EACH_LANE, v_div_u64, ROWS2, arith_div_u64(PA, PB))
TO_WIDE_BY(EACH_LANE, v_rem_u64, ROWS2, arith_rem_u64(PA, PB))
TO_WIDE_BY(EACH_LANE, v_div_i64, ROWS2, arith_div_i64(PA, PB))
TO_WIDE_BY(EACH_LANE, v_rem_i64, ROWS2, arith_rem_i64(PA, PB))
TO_MASK(v_cmp_eq_u64, (void)0, PA == PB)
TO_MASK(v_cmp_ne_u64, (void)0, PA != PB)
TO_MASK(v_cmp_lt_i64, (void)0, (int64_t)PA < (int64_t)PB)
TO_MASK(v_cmp_le_i64, (void)0, (int64_t)PA <= (int64_t)PB)
TO_MASK(v_cmp_lt_u64, (void)0, PA < PB)
TO_MASK(v_cmp_le_u64, (void)0, PA <= PB)

/* ---- f64, with operand modifiers and saturation ---------------------------------------------- */
#define SIGN_BIT64(shift, i) ((uint64_t)((u->flags >> ((shift) + (i))) & 1u) << 63)
#define WIDE_MODIFIER(i)                                                                                     \
   const uint64_t keep##i = ~SIGN_BIT64(EMU_UOP_ABS_SHIFT, i), flip##i = SIGN_BIT64(EMU_UOP_NEG_SHIFT, i)
#define WIDE_MODIFY(p, i) arith_double((pair_at(p, l) & keep##i) ^ flip##i)
#define WIDE_FLOAT(loop, name, rows, modifiers, plain, modified)                                             \
   TO_WIDE_BY(loop, name, rows, arith_bits64(plain))                                                         \
   H(name##_modified)                                                                                        \
   {                                                                                                         \
      rows(uint32_t);                                                                                        \
      modifiers;                                                                                             \
      uint64_t *r = x->wide[0];                                                                              \
      loop r[l] = arith_bits64(modified);                                                                    \
      saturate_pair(u, r);                                                                                   \
      store_pair(u, w, x, r);                                                                                \
      NEXT;                                                                                                  \
   }
#ifdef __FMA__
#define FMA64_LANES LANES
#else
#define FMA64_LANES EACH_LANE
#endif
#define WIDE_FLOAT1(name, fn) WIDE_FLOAT(LANES, name, ROWS1, WIDE_MODIFIER(0), fn(DA), fn(WIDE_MODIFY(a, 0)))
#define WIDE_FLOAT2(name, fn)                                                                                \
   WIDE_FLOAT(LANES, name, ROWS2, WIDE_MODIFIER(0);                                                          \
              WIDE_MODIFIER(1), fn(DA, arith_double(PB)), fn(WIDE_MODIFY(a, 0), WIDE_MODIFY(b, 1)))
#define WIDE_FLOAT3(name, fn)                                                                                \
   WIDE_FLOAT(FMA64_LANES, name, ROWS3, WIDE_MODIFIER(0); WIDE_MODIFIER(1);                                  \
              WIDE_MODIFIER(2), fn(DA, arith_double(PB), arith_double(pair_at(c, l))),                       \
              fn(WIDE_MODIFY(a, 0), WIDE_MODIFY(b, 1), WIDE_MODIFY(c, 2)))

WIDE_FLOAT2(v_add_f64, arith_add64)
WIDE_FLOAT2(v_mul_f64, arith_mul64)
WIDE_FLOAT3(v_fma_f64, arith_fma64)
WIDE_FLOAT2(v_min_f64, arith_min64)
WIDE_FLOAT2(v_max_f64, arith_max64)
WIDE_FLOAT1(v_floor_f64, arith_floor64)
WIDE_FLOAT1(v_ceil_f64, arith_ceil64)
WIDE_FLOAT1(v_trunc_f64, arith_trunc64)
WIDE_FLOAT1(v_rndne_f64, arith_rndne64)
WIDE_FLOAT1(v_fract_f64, arith_fract64)
WIDE_FLOAT2(v_div_f64, arith_div64)
WIDE_FLOAT1(v_sqrt_f64, arith_sqrt64)
WIDE_FLOAT1(v_rcp_f64, arith_rcp64)
WIDE_FLOAT1(v_rsq_f64, arith_rsq64)
TO_WIDE(v_ldexp_f64, ROWS2, arith_bits64(arith_ldexp64(DA, (int32_t)b[l])))
TO_ROW(v_frexp_exp_f64, ROWS1, arith_frexp_exp64(PA))
TO_WIDE(v_frexp_mant_f64, ROWS1, arith_frexp_mant64(PA))

static inline bool unordered64(double p, double q)
{
   return (p != p) | (q != q);
}

#define WIDE_COMPARE(name, test)                                                                             \
   static inline bool test_##name(double p, double q)                                                        \
   {                                                                                                         \
      return test;                                                                                           \
   }                                                                                                         \
   TO_MASK(name, (void)0, test_##name(DA, arith_double(PB)))                                                 \
   TO_MASK(name##_modified, WIDE_MODIFIER(0);                                                                \
           WIDE_MODIFIER(1), test_##name(WIDE_MODIFY(a, 0), WIDE_MODIFY(b, 1)))
WIDE_COMPARE(v_cmp_eq_f64, p == q)
WIDE_COMPARE(v_cmp_lt_f64, p < q)
WIDE_COMPARE(v_cmp_le_f64, p <= q)
WIDE_COMPARE(v_cmp_ne_f64, (p < q) | (p > q))
WIDE_COMPARE(v_cmp_equ_f64, (p == q) | unordered64(p, q))
WIDE_COMPARE(v_cmp_ltu_f64, !(p >= q))
WIDE_COMPARE(v_cmp_leu_f64, !(p > q))
WIDE_COMPARE(v_cmp_neu_f64, p != q)

/* ---- conversions ----------------------------------------------------------------------------- */
TO_ROW(v_cvt_f32_f64, ROWS1, arith_bits(arith_f32_f64(DA)))
TO_WIDE(v_cvt_f64_f32, ROWS1, arith_bits64(arith_f64_f32(arith_float(a[l]))))
TO_WIDE(v_cvt_f64_i32, ROWS1, arith_bits64(arith_f64_i32(a[l])))
TO_WIDE(v_cvt_f64_u32, ROWS1, arith_bits64(arith_f64_u32(a[l])))
TO_WIDE(v_cvt_f64_i64, ROWS1, arith_bits64(arith_f64_i64(PA)))
TO_WIDE(v_cvt_f64_u64, ROWS1, arith_bits64(arith_f64_u64(PA)))
TO_ROW(v_cvt_i32_f64, ROWS1, arith_i32_f64(DA))
TO_ROW(v_cvt_u32_f64, ROWS1, arith_u32_f64(DA))
TO_WIDE(v_cvt_i64_f64, ROWS1, arith_i64_f64(DA))
TO_WIDE(v_cvt_u64_f64, ROWS1, arith_u64_f64(DA))
TO_ROW(v_cvt_f32_i64, ROWS1, arith_bits(arith_f32_i64(PA)))
TO_ROW(v_cvt_f32_u64, ROWS1, arith_bits(arith_f32_u64(PA)))
TO_WIDE(v_cvt_i64_f32, ROWS1, arith_i64_f32(arith_float(a[l])))
TO_WIDE(v_cvt_u64_f32, ROWS1, arith_u64_f32(arith_float(a[l])))
TO_ROW(v_cvt_f16_f64, ROWS1, arith_f16_f64(DA))
TO_ROW(v_cvt_f16_f64_rtz, ROWS1, arith_f16_f64_rtz(DA))
TO_ROW(v_cvt_f16_f32_rtz, ROWS1, arith_f16_f32_rtz(arith_float(a[l])))

#define MODIFIED_WIDE_OPS(M)                                                                                 \
   M(v_add_f64)                                                                                              \
   M(v_mul_f64)                                                                                              \
   M(v_fma_f64) M(v_min_f64) M(v_max_f64) M(v_floor_f64) M(v_ceil_f64) M(v_trunc_f64) M(v_rndne_f64)         \
       M(v_fract_f64) M(v_div_f64) M(v_sqrt_f64) M(v_rcp_f64) M(v_rsq_f64) M(v_cmp_eq_f64) M(v_cmp_lt_f64)   \
           M(v_cmp_le_f64) M(v_cmp_ne_f64) M(v_cmp_equ_f64) M(v_cmp_ltu_f64) M(v_cmp_leu_f64)                \
               M(v_cmp_neu_f64)
