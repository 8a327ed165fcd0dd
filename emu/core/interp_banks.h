/* Passes over banks: how long data of a load, a store or an LDS access take. Part of interp.c, before interp_trace.h.
 *
 * Dwords of memory lie in 32 banks, in the local data share and in the L1. A pass serves one dword of every bank, to as many lanes as want
 * it; an atomic only one lane. So an access takes as many passes as the bank has different dwords of which it wants most.
 */
#include "core_trace.h"

#define BANKS 32u

/* Lane l of all is at the address of lane 0 + l * step, which is less than 2^26 either way. */
typedef struct bank_step {
   bool even;
   int32_t step;
} bank_step;

static inline bank_step step_of(const uint32_t *at, uint32_t exec)
{
   uint32_t differ = 0, start = at[0], step = at[1] - start;
   LANES differ |= at[l] ^ (start + step * lane_index[l]);
   return (bank_step){exec == 0xffffffffu && !differ && step + (1u << 26) < 1u << 27, (int32_t)step};
}

static inline uint32_t lanes_like(const uint32_t *row, uint32_t value)
{
#if defined(__AVX512F__)
   const __m512i one = _mm512_set1_epi32((int32_t)value);
   return (uint32_t)_mm512_cmpeq_epi32_mask(_mm512_loadu_si512(row), one) |
          (uint32_t)_mm512_cmpeq_epi32_mask(_mm512_loadu_si512(row + 16), one) << 16;
#else
   uint32_t alike[ISA_WAVE_LANES];
   LANES alike[l] = row[l] == value ? 0xffffffffu : 0;
   return row_to_mask(alike);
#endif
}

/* Active lanes side by side, in a row of their own; behind them stays what is there: the first lane's. */
static inline void pack_lanes(const uint32_t *at, uint32_t exec, uint32_t *out)
{
#if defined(__AVX512F__)
   const __m512i first = _mm512_loadu_si512(out);
   _mm512_storeu_si512(out, _mm512_mask_compress_epi32(first, (__mmask16)exec, _mm512_loadu_si512(at)));
   _mm512_storeu_si512(out + __builtin_popcount(exec & 0xffff),
                       _mm512_mask_compress_epi32(first, (__mmask16)(exec >> 16), _mm512_loadu_si512(at + 16)));
#else
   for (; exec; exec &= exec - 1)
      *out++ = at[__builtin_ctz(exec)];
#endif
}

/* The row of the active lanes, which may be `packed`. */
static inline const uint32_t *active_row(const uint32_t *at, uint32_t exec, uint32_t *packed)
{
   if (exec == 0xffffffffu)
      return at;
   const uint32_t first = at[__builtin_ctz(exec)];
   LANES packed[l] = first;
   pack_lanes(at, exec, packed);
   return packed;
}

/* ---- one by one ------------------------------------------------------------------------------- */
static inline unsigned lane_units(const emu_lanes *m, bool all, unsigned units, unsigned l)
{
   return all || m->valid[l] >= units ? units : m->valid[l];
}

static __attribute__((noinline)) uint32_t count_passes(const emu_lanes *m, bool all, unsigned unit_B, unsigned units, bool atomic)
{
   uint32_t seen[BANKS][ISA_WAVE_LANES], most = 0;
   uint8_t passes[BANKS] = {0};
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask), n = lane_units(m, all, units, l);
      uint64_t first = m->va[l] / 4, end = n ? (m->va[l] + unit_B * n + 3) / 4 : first;
      for (uint64_t dw = first; dw < end; dw++) {
         uint32_t bank = dw % BANKS, key = (uint32_t)(dw / BANKS), i = passes[bank];
         while (!atomic && i && seen[bank][i - 1] != key)
            i--;
         if (!atomic && i)
            continue;
         uint32_t p = passes[bank]++;
         if (p < ISA_WAVE_LANES)
            seen[bank][p] = key;
         most = p + 1 > most ? p + 1 : most;
      }
   }
   return most;
}

/* ---- elements of a power of two dwords ---------------------------------------------------------- */
/* Lanes whose key is that of their group. */
static inline uint32_t lanes_led(const uint32_t leader[BANKS], const uint32_t *group, const uint32_t *key)
{
#if defined(__AVX512F__)
   const __m512i low = _mm512_loadu_si512(leader), high = _mm512_loadu_si512(leader + 16);
   uint32_t led = 0;
   for (unsigned half = 0; half < 2; half++) {
      __m512i own = _mm512_permutex2var_epi32(low, _mm512_loadu_si512(group + 16 * half), high);
      led |= (uint32_t)_mm512_cmpeq_epi32_mask(own, _mm512_loadu_si512(key + 16 * half)) << 16 * half;
   }
   return led;
#else
   uint32_t alike[ISA_WAVE_LANES];
   LANES alike[l] = leader[group[l]] == key[l] ? 0xffffffffu : 0;
   return row_to_mask(alike);
#endif
}

/* Pass by pass: in each, one key of every group is served. */
static inline uint32_t group_passes_each(const uint32_t *key, const uint32_t *group, unsigned lanes)
{
   uint32_t leader[BANKS] = {0}, n = 1;
   for (unsigned l = 0; l < lanes; l++)
      leader[group[l]] = key[l];
   uint32_t mask = ~lanes_led(leader, group, key) & ~0u >> (32 - lanes);
   for (; mask; n++) {
      for (uint32_t left = mask; left; left &= left - 1) {
         unsigned l = (unsigned)__builtin_ctz(left);
         leader[group[l]] = key[l];
      }
      mask &= ~lanes_led(leader, group, key);
   }
   return n;
}

/* Mostly all keys are different, and the fullest group decides. */
#if defined(__AVX512VL__)
#define SUM(a, b, c) _mm_ternarylogic_epi32(a, b, c, 0x96)
#define CARRY(a, b, c) _mm_ternarylogic_epi32(a, b, c, 0xe8)

/* How many lanes the fullest group has, and one such group. Each lane has a bit in its group's place; they are added up, plane by plane of
 * binary digits, the upper half of the lanes to the lower one until one is left. */
static inline uint32_t fullest_group(const uint32_t *group, uint32_t lanes, uint32_t *which)
{
   const __m512i one = _mm512_set1_epi32(1), a = _mm512_maskz_sllv_epi32((__mmask16)lanes, one, _mm512_loadu_si512(group)),
                 b = _mm512_maskz_sllv_epi32((__mmask16)(lanes >> 16), one, _mm512_loadu_si512(group + 16));
   const __m512i sum = _mm512_xor_si512(a, b), both = _mm512_and_si512(a, b);
   const __m256i s0 = _mm512_castsi512_si256(sum), t0 = _mm512_extracti64x4_epi64(sum, 1), s1 = _mm512_castsi512_si256(both),
                 t1 = _mm512_extracti64x4_epi64(both, 1), c = _mm256_and_si256(s0, t0);
   const __m256i wide[3] = {_mm256_xor_si256(s0, t0), _mm256_ternarylogic_epi32(s1, t1, c, 0x96), _mm256_ternarylogic_epi32(s1, t1, c, 0xe8)};
   __m128i plane[6], carry = _mm_setzero_si128();
   for (unsigned i = 0; i < 3; i++) {
      __m128i x = _mm256_castsi256_si128(wide[i]), y = _mm256_extracti128_si256(wide[i], 1);
      plane[i] = SUM(x, y, carry);
      carry = CARRY(x, y, carry);
   }
   plane[3] = carry;
   carry = _mm_setzero_si128();
   for (unsigned i = 0; i < 4; i++) {
      __m128i x = plane[i], y = _mm_shuffle_epi32(x, 0x4e);
      plane[i] = SUM(x, y, carry);
      carry = CARRY(x, y, carry);
   }
   plane[4] = carry;
   carry = _mm_setzero_si128();
   for (unsigned i = 0; i < 5; i++) {
      __m128i x = plane[i], y = _mm_shuffle_epi32(x, 0xb1);
      plane[i] = SUM(x, y, carry);
      carry = CARRY(x, y, carry);
   }
   plane[5] = carry;
   uint32_t left = ~0u, most = 0;
   for (unsigned i = 6; i-- > 0;) {
      uint32_t digit = (uint32_t)_mm_cvtsi128_si32(plane[i]) & left;
      left = digit ? digit : left;
      most |= (uint32_t)(digit != 0) << i;
   }
   *which = (uint32_t)__builtin_ctz(left);
   return most;
}

/* Whether the lanes have different keys for certain. */
static inline bool surely_differ(const uint32_t *key, unsigned groups_log2, uint32_t lanes)
{
   __m512i any = _mm512_setzero_si512();
   for (unsigned half = 0; half < 2; half++) {
      __m512i row = _mm512_srl_epi32(_mm512_loadu_si512(key + 16 * half), _mm_cvtsi32_si128((int32_t)groups_log2));
      row = _mm512_xor_si512(row, _mm512_srli_epi32(row, 5));
      row = _mm512_rolv_epi32(_mm512_set1_epi32(1), row);
      any = _mm512_mask_or_epi32(any, (__mmask16)(lanes >> 16 * half), any, row);
   }
   return __builtin_popcount((uint32_t)_mm512_reduce_or_epi32(any)) == __builtin_popcount(lanes);
}
#endif

/* Lanes as a row: key % groups is the group of banks. */
static inline uint32_t group_passes(const uint32_t *key, uint32_t groups, unsigned lanes)
{
   uint32_t used = 0, group[ISA_WAVE_LANES];
   LANES
   {
      group[l] = key[l] & (groups - 1);
      used |= 1u << group[l];
   }
   const unsigned in_use = (unsigned)__builtin_popcount(used);
   if (in_use == lanes)
      return 1;
#if defined(__AVX512VL__)
   if (lanes > ISA_WAVE_LANES / 2 && 2 * in_use > (lanes < groups ? lanes : groups)) { /* in few groups, many have the same key */
      uint32_t which, all = ~0u >> (32 - lanes), most = fullest_group(group, all, &which);
      if (surely_differ(key, (unsigned)__builtin_ctz(groups), lanes_like(group, which) & all))
         return most;
   }
#endif
   return group_passes_each(key, group, lanes);
}

/* ---- all ---------------------------------------------------------------------------------------- */
/* As bank_passes, where lanes are neither evenly spaced nor all in one place. */
static __attribute__((noinline)) uint32_t uneven_passes(const emu_lanes *m, const uint32_t *at, unsigned lanes, unsigned bytes,
                                                        uint32_t differ)
{
   const unsigned dwords = (bytes + 3) / 4, log2 = dwords == 1 ? 2 : dwords == 2 ? 3 : 4;
   const uint32_t inside = bytes < 4 ? at[0] & 3 : at[0] & ((1u << log2) - 1);
   uint32_t key[ISA_WAVE_LANES];
   if (dwords == 3 || (bytes >= 4 && (differ & ((1u << log2) - 1))) || (inside & 3 && bytes >= 4))
      return count_passes(m, true, bytes, 1, false);
   LANES key[l] = (at[l] - (bytes < 4 ? 0 : inside)) >> log2;
   return group_passes(key, BANKS / dwords, lanes);
}

/* `bytes` at each of the first `lanes` of a row, those behind are like the first; m, the same, for those who do it one by one. The passes
 * stay the same when all lanes move by a dword: an instruction in a loop mostly takes as many as the last time. */
static inline uint32_t bank_passes(const emu_uop *u, emu_core_ctx *x, const emu_lanes *m, const uint32_t *at, unsigned lanes,
                                   unsigned bytes, const bank_step *step)
{
   if (step->even && !(step->step & 3)) {
      const unsigned dwords = (bytes + 3) / 4;
      uint32_t n = (uint32_t)(step->step < 0 ? -step->step : step->step) / 4, alike = n & -n;
      uint32_t together = alike < BANKS ? alike : BANKS;
      if (!n)
         return 1;
      if (n >= dwords) /* `together` lanes of each dword in one bank */
         return together * ((dwords + together - 1) / together);
   }
   const uint32_t first = at[0], kind = (first & 3) << 16 | bytes << 8 | lanes;
   emu_bank_memo *memo = &x->bank_memo[(uintptr_t)u / sizeof *u % EMU_BANK_MEMOS];
   uint32_t differ = 0, other = memo->kind ^ kind;
   LANES
   {
      differ |= at[l] ^ first;
      other |= memo->place[l] ^ (at[l] - first);
   }
   if (!other)
      return memo->passes;
   if (!differ && bytes <= 4)
      return 1;
   LANES memo->place[l] = at[l] - first;
   memo->kind = kind;
   return memo->passes = uneven_passes(m, at, lanes, bytes, differ);
}
