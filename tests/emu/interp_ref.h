/* A second opinion on every instruction: what isa.def's doc line says, one lane at a time, written without
 * looking at the interpreter and with other means (double and long double arithmetic, libm, bit loops).
 * Memory is reached by a callback of the test.
 */
#ifndef INTERP_REF_H
#define INTERP_REF_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "isa.h"

typedef struct ref_state {
   uint32_t v[32][32], s[64], exec;
   uint8_t lds[512];
   uint32_t scratch[32][16]; /* [lane][dword] */
   bool approximate;         /* the destination is checked with a tolerance: */
   double exact[32];         /* what it should be */
} ref_state;

/* Host address of a dword of guest memory, as the reference sees it. */
static uint8_t *ref_memory(uint64_t va);

static inline float rf(uint32_t u)
{
   float f;
   memcpy(&f, &u, 4);
   return f;
}
static inline uint32_t ru(float f)
{
   uint32_t u;
   memcpy(&u, &f, 4);
   return f != f ? 0x7fc00000u : u;
}

typedef uint32_t (*ref_lane)(uint32_t a, uint32_t b, uint32_t c);
#define LANE(name, expr)                                                                                     \
   static uint32_t r_##name(uint32_t a, uint32_t b, uint32_t c)                                              \
   {                                                                                                         \
      (void)a;                                                                                               \
      (void)b;                                                                                               \
      (void)c;                                                                                               \
      return (expr);                                                                                         \
   }
#define A rf(a)
#define B rf(b)
#define C rf(c)
LANE(v_mov, a)
LANE(v_add_f32, ru((float)((double)A + (double)B)))
LANE(v_mul_f32, ru((float)((double)A *(double)B)))
LANE(v_fma_f32, ru(fmaf(A, B, C)))
LANE(v_min_f32, ru(A < B || isnan(B) ? A : B))
LANE(v_max_f32, ru(A > B || isnan(B) ? A : B))
LANE(v_floor_f32, ru(floorf(A)))
LANE(v_ceil_f32, ru(ceilf(A)))
LANE(v_trunc_f32, ru(truncf(A)))
LANE(v_rndne_f32, ru(rintf(A)))
LANE(v_fract_f32, ru(isnan(A - floorf(A)) ? NAN : fminf(A - floorf(A), 0x1.fffffep-1f)))
LANE(v_div_f32, ru((float)((double)A / (double)B)))
LANE(v_sqrt_f32, ru((float)sqrt((double)A)))
LANE(v_rcp_f32, ru((float)(1.0 / (double)A)))
LANE(v_rsq_f32, ru((float)(1.0 / (double)(float)sqrt((double)A))))
LANE(v_ldexp_f32,
     ru((float)ldexpl((long double)A, (int32_t)b<-2000 ? -2000 : (int32_t)b> 2000 ? 2000 : (int32_t)b)))
static uint32_t r_v_frexp_exp(uint32_t a, uint32_t b, uint32_t c)
{
   int e = 0;
   if (isfinite(A) && A != 0)
      frexpf(A, &e);
   return (uint32_t)e;
}
static uint32_t r_v_frexp_mant(uint32_t a, uint32_t b, uint32_t c)
{
   int e;
   return isfinite(A) && A != 0 ? ru(frexpf(A, &e)) : a;
}
LANE(v_cvt_f32_i32, ru((float)(int32_t)a))
LANE(v_cvt_f32_u32, ru((float)a))
LANE(v_cvt_i32_f32, isnan(A)        ? 0
                    : A >= 0x1p31f  ? 0x7fffffffu
                    : A <= -0x1p31f ? 0x80000000u
                                    : (uint32_t)(int32_t)A)
LANE(v_cvt_u32_f32, isnan(A) || A <= 0 ? 0 : A >= 0x1p32f ? 0xffffffffu : (uint32_t)A)
static double half_value(uint32_t h) /* |h|, finite */
{
   int e = (h >> 10) & 31;
   return e ? ldexp(1024 + (h & 1023), e - 25) : ldexp(h & 1023, -24);
}
/* The f16 of y: nearest even or towards zero. */
static uint32_t half_bits(double y, bool nearest)
{
   uint32_t sign = signbit(y) ? 0x8000 : 0;
   double x = fabs(y);
   if (isnan(x))
      return 0x7e00;
   if (isinf(x) || (nearest && x >= 65520))
      return sign | 0x7c00;
   uint32_t low = 0, high = 0x7bff; /* largest half <= x by bisection */
   while (low < high) {
      uint32_t mid = (low + high + 1) / 2;
      if (half_value(mid) <= x)
         low = mid;
      else
         high = mid - 1;
   }
   double below = x - half_value(low), above = (low == 0x7bff ? 65536 : half_value(low + 1)) - x;
   if (nearest && (above < below || (above == below && (low & 1))))
      low++;
   return sign | low;
}
LANE(v_cvt_f16_f32, half_bits((double)A, true))
LANE(v_cvt_f32_f16, (a & 0x7c00) == 0x7c00 ? (a & 1023 ? 0x7fc00000u : ((a & 0x8000) << 16 | 0x7f800000u))
                                           : ru((float)half_value(a & 0x7fff)) | (a & 0x8000) << 16)
LANE(v_add_u32, a + b)
LANE(v_sub_u32, a - b)
LANE(v_mul_lo_u32, a *b)
LANE(v_mul_hi_u32, (uint32_t)((uint64_t)a *b >> 32))
LANE(v_mul_hi_i32, (uint32_t)((int64_t)(int32_t)a *(int32_t)b >> 32))
LANE(v_mad_u32, a *b + c)
LANE(v_div_u32, b ? a / b : 0xffffffffu)
LANE(v_rem_u32, b ? a % b : a)
LANE(v_div_i32, !b ? 0xffffffffu : b == 0xffffffffu ? 0 - a : (uint32_t)((int32_t)a / (int32_t)b))
LANE(v_rem_i32, !b ? a : b == 0xffffffffu ? 0 : (uint32_t)((int32_t)a % (int32_t)b))
LANE(v_min_i32, (int32_t)a < (int32_t)b ? a : b)
LANE(v_max_i32, (int32_t)a > (int32_t)b ? a : b)
LANE(v_min_u32, a < b ? a : b)
LANE(v_max_u32, a > b ? a : b)
LANE(v_and, a &b)
LANE(v_or, a | b)
LANE(v_xor, a ^ b)
LANE(v_not, ~a)
LANE(v_shl, a << (b & 31))
LANE(v_shr, a >> (b & 31))
LANE(v_sar, (uint32_t)((int64_t)(int32_t)a >> (b & 31)))
static uint32_t bits_of(uint32_t a, unsigned from, unsigned n, bool extend)
{
   uint64_t wide = a, r = 0;
   for (unsigned i = 0; i < n; i++)
      r |= (from + i < 64 ? wide >> (from + i) & 1 : 0) << i;
   if (extend && n && r >> (n - 1) & 1)
      r |= ~UINT64_C(0) << (n - 1);
   return (uint32_t)r;
}
LANE(v_bfe_u32, bits_of(a, b & 31, c & 63, false))
LANE(v_bfe_i32, bits_of(a, b & 31, c & 63, true))
LANE(v_bfi, (a & b) | (~a & c))
static uint32_t count_ones(uint32_t a)
{
   uint32_t n = 0;
   for (unsigned i = 0; i < 32; i++)
      n += a >> i & 1;
   return n;
}
LANE(v_bcnt, count_ones(a))
static uint32_t r_v_brev(uint32_t a, uint32_t b, uint32_t c)
{
   uint32_t r = 0;
   for (unsigned i = 0; i < 32; i++)
      r |= (a >> i & 1) << (31 - i);
   return r;
}
static uint32_t lowest(uint32_t a)
{
   for (unsigned i = 0; i < 32; i++)
      if (a >> i & 1)
         return i;
   return 0xffffffffu;
}
static uint32_t highest(uint32_t a)
{
   for (unsigned i = 32; i-- > 0;)
      if (a >> i & 1)
         return i;
   return 0xffffffffu;
}
LANE(v_ctz, lowest(a))
LANE(v_msb_u32, highest(a))
LANE(v_msb_i32, highest(a >> 31 ? ~a : a))
LANE(v_bfm, (a >= 32 ? 0xffffffffu : (uint32_t)((UINT64_C(1) << a) - 1)) << (b & 31))
LANE(v_cmp_eq_f32, A == B)
LANE(v_cmp_lt_f32, A < B)
LANE(v_cmp_le_f32, A <= B)
LANE(v_cmp_ne_f32, !isunordered(A, B) && A != B)
LANE(v_cmp_equ_f32, isunordered(A, B) || A == B)
LANE(v_cmp_ltu_f32, isunordered(A, B) || A < B)
LANE(v_cmp_leu_f32, isunordered(A, B) || A <= B)
LANE(v_cmp_neu_f32, isunordered(A, B) || A != B)
LANE(v_cmp_eq_u32, a == b)
LANE(v_cmp_ne_u32, a != b)
LANE(v_cmp_lt_i32, (int32_t)a < (int32_t)b)
LANE(v_cmp_le_i32, (int32_t)a <= (int32_t)b)
LANE(v_cmp_lt_u32, a < b)
LANE(v_cmp_le_u32, a <= b)
LANE(s_mov, a)
LANE(s_not, ~a)
LANE(s_andn, a & ~b)
LANE(s_addc, (uint64_t)a + b > 0xffffffffu)
LANE(s_cmp_eq, a == b ? 0xffffffffu : 0)
LANE(s_cmp_ne, a != b ? 0xffffffffu : 0)
LANE(s_cmp_lt_i32, (int32_t)a < (int32_t)b ? 0xffffffffu : 0)
LANE(s_cmp_le_i32, (int32_t)a <= (int32_t)b ? 0xffffffffu : 0)
LANE(s_cmp_lt_u32, a < b ? 0xffffffffu : 0)
LANE(s_cmp_le_u32, a <= b ? 0xffffffffu : 0)
LANE(s_sel, c ? b : a)
#undef A
#undef B
#undef C

#include "interp_ref_wide.h"

enum ref_kind {
   REF_NONE,
   REF_LANES,
   REF_COMPARE,
   REF_WIDE,
   REF_WIDE_COMPARE,
   REF_SCALAR,
   REF_APPROXIMATE,
   REF_SPECIAL,
   REF_GROUP,
   REF_MEMORY,
   REF_STAGE, /* in the waves of these tests: reads 0, does nothing */
   REF_CONTROL
};
typedef struct ref_entry {
   enum ref_kind kind;
   ref_lane lane;
   double (*exact)(double);
   ref_wide wide;
} ref_entry;

#define V(name) [ISA_OP_##name] = {REF_LANES, r_##name, NULL, NULL}
#define CMP(name) [ISA_OP_##name] = {REF_COMPARE, r_##name, NULL, NULL}
#define W(name) [ISA_OP_##name] = {REF_WIDE, NULL, NULL, r_##name}
#define WCMP(name) [ISA_OP_##name] = {REF_WIDE_COMPARE, NULL, NULL, r_##name}
#define S(name, fn) [ISA_OP_##name] = {REF_SCALAR, r_##fn, NULL, NULL}
#define K(name, kind) [ISA_OP_##name] = {REF_##kind, NULL, NULL, NULL}
#define ATOMICS(p)                                                                                           \
   K(p##_atom_add, MEMORY), K(p##_atom_min_i32, MEMORY), K(p##_atom_max_i32, MEMORY),                        \
       K(p##_atom_min_u32, MEMORY), K(p##_atom_max_u32, MEMORY), K(p##_atom_and, MEMORY),                    \
       K(p##_atom_or, MEMORY), K(p##_atom_xor, MEMORY), K(p##_atom_swap, MEMORY),                            \
       K(p##_atom_cmpswap, MEMORY)
#define ACCESS(p)                                                                                            \
   K(p##_load_x1, MEMORY), K(p##_load_x2, MEMORY), K(p##_load_x3, MEMORY), K(p##_load_x4, MEMORY),           \
       K(p##_store_x1, MEMORY), K(p##_store_x2, MEMORY), K(p##_store_x3, MEMORY), K(p##_store_x4, MEMORY)
#define ATOMICS64(p)                                                                                         \
   K(p##_atom_add_u64, MEMORY), K(p##_atom_min_i64, MEMORY), K(p##_atom_max_i64, MEMORY),                    \
       K(p##_atom_min_u64, MEMORY), K(p##_atom_max_u64, MEMORY), K(p##_atom_and_u64, MEMORY),                \
       K(p##_atom_or_u64, MEMORY), K(p##_atom_xor_u64, MEMORY), K(p##_atom_swap_u64, MEMORY),                \
       K(p##_atom_cmpswap_u64, MEMORY), K(p##_atom_add_f32, MEMORY), K(p##_atom_min_f32, MEMORY),            \
       K(p##_atom_max_f32, MEMORY), K(p##_atom_add_f64, MEMORY)
#define ELEMENTS(p)                                                                                          \
   K(p##_load_u8, MEMORY), K(p##_load_i8, MEMORY), K(p##_load_u16, MEMORY), K(p##_load_i16, MEMORY),         \
       K(p##_store_b8, MEMORY), K(p##_store_b16, MEMORY)
#define G(name, lane) [ISA_OP_v_group_##name] = {REF_GROUP, r_##lane, NULL, NULL}
#define GW(name) [ISA_OP_v_group_##name] = {REF_GROUP, NULL, NULL, r_v_##name}
#define GROUPS(bits) GROUPS_##bits
#define GROUPS_32                                                                                            \
   G(add_u32, v_add_u32), G(mul_u32, v_mul_lo_u32), G(min_i32, v_min_i32), G(max_i32, v_max_i32),            \
       G(min_u32, v_min_u32), G(max_u32, v_max_u32), G(and, v_and), G(or, v_or), G(xor, v_xor),              \
       G(add_f32, v_add_f32), G(mul_f32, v_mul_f32), G(min_f32, v_min_f32), G(max_f32, v_max_f32)
#define GROUPS_64                                                                                            \
   GW(add_u64), [ISA_OP_v_group_mul_u64] = {REF_GROUP, NULL, NULL, r_v_mul_lo_u64}, GW(min_i64),             \
       GW(max_i64), GW(min_u64), GW(max_u64), GW(add_f64), GW(mul_f64), GW(min_f64), GW(max_f64)
static const ref_entry references[ISA_OPCODES] = {
    V(v_mov),
    V(v_add_f32),
    V(v_mul_f32),
    V(v_fma_f32),
    V(v_min_f32),
    V(v_max_f32),
    V(v_floor_f32),
    V(v_ceil_f32),
    V(v_trunc_f32),
    V(v_rndne_f32),
    V(v_fract_f32),
    V(v_div_f32),
    V(v_sqrt_f32),
    V(v_rcp_f32),
    V(v_rsq_f32),
    V(v_ldexp_f32),
    V(v_frexp_exp),
    V(v_frexp_mant),
    V(v_cvt_f32_i32),
    V(v_cvt_f32_u32),
    V(v_cvt_i32_f32),
    V(v_cvt_u32_f32),
    V(v_cvt_f16_f32),
    V(v_cvt_f32_f16),
    V(v_add_u32),
    V(v_sub_u32),
    V(v_mul_lo_u32),
    V(v_mul_hi_u32),
    V(v_mul_hi_i32),
    V(v_mad_u32),
    V(v_div_u32),
    V(v_rem_u32),
    V(v_div_i32),
    V(v_rem_i32),
    V(v_min_i32),
    V(v_max_i32),
    V(v_min_u32),
    V(v_max_u32),
    V(v_and),
    V(v_or),
    V(v_xor),
    V(v_not),
    V(v_shl),
    V(v_shr),
    V(v_sar),
    V(v_bfe_u32),
    V(v_bfe_i32),
    V(v_bfi),
    V(v_bcnt),
    V(v_brev),
    V(v_ctz),
    V(v_msb_u32),
    V(v_msb_i32),
    V(v_bfm),
    CMP(v_cmp_eq_f32),
    CMP(v_cmp_lt_f32),
    CMP(v_cmp_le_f32),
    CMP(v_cmp_ne_f32),
    CMP(v_cmp_equ_f32),
    CMP(v_cmp_ltu_f32),
    CMP(v_cmp_leu_f32),
    CMP(v_cmp_neu_f32),
    CMP(v_cmp_eq_u32),
    CMP(v_cmp_ne_u32),
    CMP(v_cmp_lt_i32),
    CMP(v_cmp_le_i32),
    CMP(v_cmp_lt_u32),
    CMP(v_cmp_le_u32),
    S(s_mov, s_mov),
    S(s_not, s_not),
    S(s_and, v_and),
    S(s_or, v_or),
    S(s_xor, v_xor),
    S(s_andn, s_andn),
    S(s_shl, v_shl),
    S(s_shr, v_shr),
    S(s_sar, v_sar),
    S(s_add, v_add_u32),
    S(s_sub, v_sub_u32),
    S(s_mul, v_mul_lo_u32),
    S(s_min_i32, v_min_i32),
    S(s_max_i32, v_max_i32),
    S(s_min_u32, v_min_u32),
    S(s_max_u32, v_max_u32),
    S(s_bcnt, v_bcnt),
    S(s_ctz, v_ctz),
    S(s_msb_u32, v_msb_u32),
    S(s_addc, s_addc),
    S(s_cmp_eq, s_cmp_eq),
    S(s_cmp_ne, s_cmp_ne),
    S(s_cmp_lt_i32, s_cmp_lt_i32),
    S(s_cmp_le_i32, s_cmp_le_i32),
    S(s_cmp_lt_u32, s_cmp_lt_u32),
    S(s_cmp_le_u32, s_cmp_le_u32),
    S(s_sel, s_sel),
    W(v_add_u64),
    W(v_sub_u64),
    W(v_mul_lo_u64),
    W(v_shl_u64),
    W(v_shr_u64),
    W(v_sar_i64),
    W(v_min_i64),
    W(v_max_i64),
    W(v_min_u64),
    W(v_max_u64),
    W(v_div_u64),
    W(v_rem_u64),
    W(v_div_i64),
    W(v_rem_i64),
    WCMP(v_cmp_eq_u64),
    WCMP(v_cmp_ne_u64),
    WCMP(v_cmp_lt_i64),
    WCMP(v_cmp_le_i64),
    WCMP(v_cmp_lt_u64),
    WCMP(v_cmp_le_u64),
    W(v_add_f64),
    W(v_mul_f64),
    W(v_fma_f64),
    W(v_min_f64),
    W(v_max_f64),
    W(v_floor_f64),
    W(v_ceil_f64),
    W(v_trunc_f64),
    W(v_rndne_f64),
    W(v_fract_f64),
    W(v_div_f64),
    W(v_sqrt_f64),
    W(v_rcp_f64),
    W(v_rsq_f64),
    W(v_ldexp_f64),
    W(v_frexp_exp_f64),
    W(v_frexp_mant_f64),
    WCMP(v_cmp_eq_f64),
    WCMP(v_cmp_lt_f64),
    WCMP(v_cmp_le_f64),
    WCMP(v_cmp_ne_f64),
    WCMP(v_cmp_equ_f64),
    WCMP(v_cmp_ltu_f64),
    WCMP(v_cmp_leu_f64),
    WCMP(v_cmp_neu_f64),
    W(v_cvt_f32_f64),
    W(v_cvt_f64_f32),
    W(v_cvt_f64_i32),
    W(v_cvt_f64_u32),
    W(v_cvt_f64_i64),
    W(v_cvt_f64_u64),
    W(v_cvt_i32_f64),
    W(v_cvt_u32_f64),
    W(v_cvt_i64_f64),
    W(v_cvt_u64_f64),
    W(v_cvt_f32_i64),
    W(v_cvt_f32_u64),
    W(v_cvt_i64_f32),
    W(v_cvt_u64_f32),
    W(v_cvt_f16_f64),
    W(v_cvt_f16_f64_rtz),
    W(v_cvt_f16_f32_rtz),
    [ISA_OP_v_exp2_f32] = {REF_APPROXIMATE, NULL, exp2, NULL},
    [ISA_OP_v_log2_f32] = {REF_APPROXIMATE, NULL, log2, NULL},
    [ISA_OP_v_sin_f32] = {REF_APPROXIMATE, NULL, sin, NULL},
    [ISA_OP_v_cos_f32] = {REF_APPROXIMATE, NULL, cos, NULL},
    K(v_sel, SPECIAL),
    K(v_lane_id, SPECIAL),
    K(v_readfirst, SPECIAL),
    K(v_readlane, SPECIAL),
    K(v_writelane, SPECIAL),
    K(v_shuffle, SPECIAL),
    K(v_mbcnt, SPECIAL),
    GROUPS(32),
    GROUPS(64),
    ACCESS(g),
    ACCESS(b),
    ACCESS(l),
    ATOMICS(g),
    ATOMICS(b),
    ATOMICS(l),
    ATOMICS64(g),
    ATOMICS64(b),
    ATOMICS64(l),
    ELEMENTS(g),
    ELEMENTS(b),
    ELEMENTS(l),
    ELEMENTS(p),
    K(p_load_x1, MEMORY),
    K(p_store_x1, MEMORY),
    K(s_load_x1, MEMORY),
    K(s_load_x2, MEMORY),
    K(s_load_x4, MEMORY),
    K(s_load_x8, MEMORY),
    K(s_buf_load_x1, MEMORY),
    K(s_buf_load_x2, MEMORY),
    K(s_buf_load_x4, MEMORY),
    K(o_store, STAGE),
    K(i_load, STAGE),
    K(t_load, STAGE),
    K(t_store, STAGE),
    K(gs_emit, STAGE),
    K(gs_cut, STAGE),
    K(f_bary, STAGE),
    K(f_bary_at, STAGE),
    K(f_bary_sample, STAGE),
    K(f_interp, STAGE),
    K(f_flat, STAGE),
    K(f_vertex, STAGE),
    K(f_demote, STAGE),
    K(f_live, STAGE),
    /* their effect is on the wave's course: test_core_flow.c */
    K(s_endpgm, CONTROL),
    K(s_nop, CONTROL),
    K(s_barrier, CONTROL),
    K(s_fence, CONTROL),
    K(s_trap, CONTROL),
    K(s_yield, CONTROL),
    K(s_br, CONTROL),
    K(s_brz, CONTROL),
    K(s_brnz, CONTROL),
};

/* ---- operands -------------------------------------------------------------------------------- */
static uint32_t ref_read(const ref_state *st, const isa_inst *in, unsigned operand, unsigned lane)
{
   if (operand < 256)
      return st->v[operand][lane];
   if (operand < 384)
      return st->s[operand - 256];
   if (operand < 448)
      return (uint32_t)((int32_t)operand - 384 - 16);
   if (operand < 456)
      return ru((const float[]){0.5f, -0.5f, 1, -1, 2, -2, 4, -4}[operand - 448]);
   return operand == ISA_LITERAL ? in->literal : st->exec;
}

static uint32_t ref_modified(const ref_state *st, const isa_inst *in, unsigned i, unsigned lane)
{
   uint32_t u = ref_read(st, in, in->src[i], lane);
   if (in->abs >> i & 1)
      u &= 0x7fffffffu;
   if (in->neg >> i & 1)
      u ^= 0x80000000u;
   return u;
}

/* Source i with its modifiers: 64 bits where the record asks for a pair, else 32. */
static uint64_t ref_modified64(const ref_state *st, const isa_inst *in, unsigned i, unsigned lane)
{
   unsigned kind = isa_lookup(in->op)->src[i], operand = in->src[i];
   if (kind != ISA_K_A2 && kind != ISA_K_F2)
      return ref_read(st, in, operand, lane);
   uint32_t low = ref_read(st, in, operand, lane);
   uint64_t u = kind == ISA_K_F2 ? rdu((double)rf(low)) : (uint64_t)(int64_t)(int32_t)low;
   if (operand < ISA_INT_M16)
      u = low | (uint64_t)ref_read(st, in, operand + 1, lane) << 32;
   if (in->abs >> i & 1)
      u &= UINT64_MAX >> 1;
   if (in->neg >> i & 1)
      u ^= UINT64_C(1) << 63;
   return u;
}

static void ref_set_scalar(ref_state *st, unsigned operand, uint32_t value)
{
   if (operand == ISA_EXEC)
      st->exec = value;
   else
      st->s[operand - 256] = value;
}

/* ---- memory ---------------------------------------------------------------------------------- */
static uint32_t ref_atomic(unsigned kind, uint32_t old, uint32_t c, uint32_t c2)
{
   switch (kind) { /* the last hexadecimal digit of the opcode */
   case 0:
      return old + c;
   case 1:
      return (int32_t)old < (int32_t)c ? old : c;
   case 2:
      return (int32_t)old > (int32_t)c ? old : c;
   case 3:
      return old < c ? old : c;
   case 4:
      return old > c ? old : c;
   case 5:
      return old & c;
   case 6:
      return old | c;
   case 7:
      return old ^ c;
   case 8:
      return c;
   default:
      return old == c2 ? c : old;
   }
}

/* Bytes of one element: what the record's name says. */
static unsigned ref_unit(const isa_info *info)
{
   if (strstr(info->name, "64"))
      return 8;
   if (strstr(info->name, "8") && !(info->flags & ISA_F_ATOMIC) && info->opcode >= 0x260)
      return 1;
   return strstr(info->name, "16") ? 2 : 4;
}

/* The element that lane `lane` means with its k-th one; NULL if it lies outside its buffer. */
static uint8_t *ref_element(ref_state *st, const isa_inst *in, char space, unsigned lane, unsigned k)
{
   unsigned bytes = ref_unit(isa_lookup(in->op));
   uint64_t offset = (uint64_t)ref_read(st, in, in->src[1], lane) + in->imm + bytes * k;
   uint32_t base[3];
   switch (space) {
   case 'l':
      return offset + bytes <= sizeof st->lds ? st->lds + offset : NULL;
   case 'p':
      return offset + bytes <= sizeof st->scratch[0] ? (uint8_t *)st->scratch[lane] + offset : NULL;
   }
   for (unsigned i = 0; i < 3; i++)
      base[i] = i == 2 && space == 'g' ? 0 : ref_read(st, in, in->src[0] + i, lane);
   if (space == 'b' && offset + bytes > base[2])
      return NULL;
   return ref_memory((base[0] | (uint64_t)base[1] << 32) + offset);
}

/* One lane of an atomic; operands are as they were before the instruction. */
static void ref_atomic_lane(ref_state *st, ref_state *before, const isa_inst *in, const isa_info *info,
                            unsigned lane)
{
   unsigned bytes = ref_unit(info), regs = isa_kind_regs(info->src[2]);
   uint8_t *p = ref_element(before, in, info->name[0], lane, 0);
   uint64_t old = 0, data[2] = {0, 0}, value;
   if (p && info->name[0] == 'l')
      p = st->lds + (p - before->lds);
   for (unsigned i = 0; i < regs; i++)
      data[i * 4 / bytes] |= (uint64_t)before->v[in->src[2] + i][lane] << (i * 32 % (bytes * 8));
   if (p) {
      memcpy(&old, p, bytes);
      value = info->opcode >= 0x260
                  ? ref_atomic64(info->opcode & 15, old, data[0], data[1])
                  : ref_atomic(info->opcode & 15, (uint32_t)old, (uint32_t)data[0], (uint32_t)data[1]);
      memcpy(p, &value, bytes);
   }
   for (unsigned i = 0; in->ret && i < isa_kind_regs(info->dst); i++)
      st->v[in->dst + i][lane] = (uint32_t)(old >> (32 * i));
}

static void ref_access(ref_state *st, const isa_inst *in, const isa_info *info)
{
   char space = info->name[0];
   unsigned bytes = ref_unit(info), n = isa_kind_regs(info->flags & ISA_F_STORE ? info->src[2] : info->dst);
   ref_state before = *st;
   if (space == 's') {
      char real = info->name[2] == 'b' ? 'b' : 'g';
      for (unsigned k = 0; k < n; k++) {
         uint8_t *p = ref_element(&before, in, real, 0, k);
         uint32_t value = 0;
         if (p)
            memcpy(&value, p, 4);
         ref_set_scalar(st, in->dst + k, value);
      }
      return;
   }
   for (unsigned lane = 0; lane < 32; lane++) {
      if (!(before.exec >> lane & 1))
         continue;
      if (info->flags & ISA_F_ATOMIC) {
         ref_atomic_lane(st, &before, in, info, lane);
         continue;
      }
      for (unsigned k = 0; k < n; k++) {
         uint8_t *p = ref_element(&before, in, space, lane, k);
         uint32_t value = 0;
         if (p && space == 'l')
            p = st->lds + (p - before.lds);
         if (p && space == 'p')
            p = (uint8_t *)st->scratch + (p - (uint8_t *)before.scratch);
         if (info->flags & ISA_F_STORE) {
            if (p)
               memcpy(p, &before.v[in->src[2] + k][lane], bytes);
         } else {
            if (p)
               memcpy(&value, p, bytes);
            if (strstr(info->name, "_i8"))
               value = (value ^ 0x80) - 0x80;
            if (strstr(info->name, "_i16"))
               value = (value ^ 0x8000) - 0x8000;
            st->v[in->dst + k][lane] = value;
         }
      }
   }
}

/* ---- the rest -------------------------------------------------------------------------------- */
static void ref_special(ref_state *st, const isa_inst *in)
{
   ref_state b = *st;
   uint32_t first = b.exec ? lowest(b.exec) : 0;
   switch (in->op) {
   case ISA_OP_v_readfirst:
      ref_set_scalar(st, in->dst, b.v[in->src[0]][first]);
      return;
   case ISA_OP_v_readlane:
      ref_set_scalar(st, in->dst, b.v[in->src[0]][ref_read(&b, in, in->src[1], 0) & 31]);
      return;
   case ISA_OP_v_writelane:
      st->v[in->dst][ref_read(&b, in, in->src[1], 0) & 31] = ref_read(&b, in, in->src[0], 0);
      return;
   }
   for (unsigned l = 0; l < 32; l++) {
      uint32_t r = 0;
      if (in->op == ISA_OP_v_sel)
         r = ref_read(&b, in, in->src[ref_read(&b, in, in->src[2], 0) >> l & 1], l);
      if (in->op == ISA_OP_v_lane_id)
         r = l;
      if (in->op == ISA_OP_v_shuffle)
         r = b.v[in->src[0]][ref_read(&b, in, in->src[1], l) & 31];
      if (in->op == ISA_OP_v_mbcnt)
         r = count_ones(ref_read(&b, in, in->src[0], 0) & ((1u << l) - 1));
      if (b.exec >> l & 1)
         st->v[in->dst][l] = r;
   }
}

static uint32_t ref_saturate(uint32_t u)
{
   return isnan(rf(u)) || rf(u) <= 0 ? 0 : rf(u) >= 1 ? 0x3f800000u : u;
}

static uint64_t ref_saturate64(uint64_t u)
{
   return isnan(rd(u)) || rd(u) <= 0 ? 0 : rd(u) >= 1 ? rdu(1) : u;
}

static void ref_wide_lanes(ref_state *st, const ref_state *b, const isa_inst *in, const isa_info *info)
{
   const ref_entry *e = &references[in->op];
   uint32_t mask = 0;
   for (unsigned l = 0; l < 32; l++) {
      if (!(b->exec >> l & 1))
         continue;
      uint64_t r =
          e->wide(ref_modified64(b, in, 0, l), ref_modified64(b, in, 1, l), ref_modified64(b, in, 2, l));
      r = in->sat ? ref_saturate64(r) : r;
      mask |= e->kind == REF_WIDE_COMPARE && r ? 1u << l : 0;
      for (unsigned i = 0; e->kind == REF_WIDE && i < isa_kind_regs(info->dst); i++)
         st->v[in->dst + i][l] = (uint32_t)(r >> (32 * i));
   }
   if (e->kind == REF_WIDE_COMPARE)
      ref_set_scalar(st, in->dst, mask);
}

/* What an exclusive scan begins with. */
static uint64_t ref_identity(const char *name)
{
   static const struct {
      const char *part;
      uint64_t value;
   } all[] = {{"add", 0},
              {"mul_u", 1},
              {"mul_f32", 0x3f800000},
              {"mul_f64", UINT64_C(0x3ff0000000000000)},
              {"min_f32", 0x7f800000},
              {"max_f32", 0xff800000},
              {"min_f64", UINT64_C(0x7ff0000000000000)},
              {"max_f64", UINT64_C(0xfff0000000000000)},
              {"min_i32", 0x7fffffff},
              {"max_i32", 0x80000000},
              {"min_i64", UINT64_MAX >> 1},
              {"max_i64", UINT64_C(1) << 63},
              {"min_u", UINT64_MAX},
              {"max_u", 0},
              {"_and", UINT64_MAX}};
   for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++)
      if (strstr(name, all[i].part))
         return all[i].value;
   return 0; /* or, xor */
}

/* For each lane by itself: fold those of its cluster that it may see, lowest first. */
static void ref_group(ref_state *st, const ref_state *b, const isa_inst *in, const isa_info *info)
{
   const ref_entry *e = &references[in->op];
   uint32_t control = ref_read(b, in, in->src[1], 0);
   unsigned log2 = control % 8 < 5 ? control % 8 : 5, mode = control / 8 % 4;
   for (unsigned l = 0; l < 32; l++) {
      uint64_t sum = ref_identity(info->name);
      bool any = false;
      for (unsigned k = 0; k < 32 && b->exec >> l & 1; k++) {
         if (!(b->exec >> k & 1) || k >> log2 != l >> log2 || (mode == 1 && k > l) || (mode >= 2 && k >= l))
            continue;
         uint64_t v = ref_modified64(b, in, 0, k);
         sum = !any ? v : e->wide ? e->wide(sum, v, 0) : e->lane((uint32_t)sum, (uint32_t)v, 0);
         any = true;
      }
      for (unsigned i = 0; i < isa_kind_regs(info->dst) && b->exec >> l & 1; i++)
         st->v[in->dst + i][l] = (uint32_t)(sum >> (32 * i));
   }
}

static void ref_execute(ref_state *st, const isa_inst *in)
{
   const isa_info *info = isa_lookup(in->op);
   const ref_entry *e = &references[in->op];
   ref_state b = *st;
   uint32_t mask = 0;
   st->approximate = e->kind == REF_APPROXIMATE;
   switch (e->kind) {
   case REF_SCALAR:
      ref_set_scalar(st, in->dst,
                     e->lane(ref_read(&b, in, in->src[0], 0), ref_read(&b, in, in->src[1], 0),
                             ref_read(&b, in, in->src[2], 0)));
      return;
   case REF_SPECIAL:
      ref_special(st, in);
      return;
   case REF_GROUP:
      ref_group(st, &b, in, info);
      return;
   case REF_MEMORY:
      ref_access(st, in, info);
      return;
   case REF_STAGE:
      if (info->dst == ISA_K_S1)
         ref_set_scalar(st, in->dst, 0);
      for (unsigned l = 0; l < 32 && info->dst >= ISA_K_V1 && info->dst <= ISA_K_V4; l++)
         for (unsigned i = 0; i < isa_kind_regs(info->dst) && (b.exec >> l & 1); i++)
            st->v[in->dst + i][l] = 0;
      return;
   case REF_WIDE:
   case REF_WIDE_COMPARE:
      ref_wide_lanes(st, &b, in, info);
      return;
   case REF_APPROXIMATE:
      for (unsigned l = 0; l < 32; l++)
         if (b.exec >> l & 1)
            st->exact[l] = e->exact((double)rf(ref_modified(&b, in, 0, l)));
      return;
   case REF_COMPARE:
      for (unsigned l = 0; l < 32; l++)
         if (b.exec >> l & 1 && e->lane(ref_modified(&b, in, 0, l), ref_modified(&b, in, 1, l), 0))
            mask |= 1u << l;
      ref_set_scalar(st, in->dst, mask);
      return;
   case REF_LANES:
      for (unsigned l = 0; l < 32; l++) {
         uint32_t r =
             e->lane(ref_modified(&b, in, 0, l), ref_modified(&b, in, 1, l), ref_modified(&b, in, 2, l));
         if (b.exec >> l & 1)
            st->v[in->dst][l] = in->sat ? ref_saturate(r) : r;
      }
      return;
   default:
      return;
   }
}

#endif
