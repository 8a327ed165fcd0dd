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
/* How many different keys the lanes in `mask` have. */
static inline uint32_t count_different(const uint32_t *key, uint32_t mask)
{
   uint32_t n = 0;
   for (; mask; n++)
      mask &= ~lanes_like(key, key[__builtin_ctz(mask)]);
   return n;
}

/* Lanes as a row: key % groups is the group of banks. The fullest group decides, unless some of its lanes have the same key. */
static inline uint32_t group_passes(const uint32_t *key, uint32_t groups, unsigned lanes)
{
   uint8_t count[BANKS] = {0};
   uint32_t used = 0, most = 0, which = 0, best = 0;
   LANES used |= 1u << (key[l] & (groups - 1));
   if ((unsigned)__builtin_popcount(used) == lanes)
      return 1;
   for (unsigned l = 0; l < lanes; l++) {
      uint32_t group = key[l] & (groups - 1), n = ++count[group];
      which = n > most ? group : which;
      most = n > most ? n : most;
   }
   while (most > best) {
      uint32_t alike[ISA_WAVE_LANES];
      LANES alike[l] = (key[l] & (groups - 1)) == which ? 0xffffffffu : 0;
      uint32_t n = count_different(key, row_to_mask(alike) & ~0u >> (32 - lanes));
      best = n > best ? n : best;
      count[which] = 0;
      if (best == most)
         break;
      most = 0;
      for (unsigned g = 0; g < groups; g++) {
         which = count[g] > most ? g : which;
         most = count[g] > most ? count[g] : most;
      }
   }
   return best;
}

/* ---- all ---------------------------------------------------------------------------------------- */
/* `bytes` at each of the first `lanes` of a row, those behind are like the first; m, the same, for those who do it one by one. */
static inline uint32_t bank_passes(const emu_lanes *m, const uint32_t *at, unsigned lanes, unsigned bytes, const bank_step *step)
{
   const unsigned dwords = (bytes + 3) / 4, log2 = dwords == 1 ? 2 : dwords == 2 ? 3 : 4;
   uint32_t differ = 0, key[ISA_WAVE_LANES];
   if (step->even && !(step->step & 3)) {
      uint32_t n = (uint32_t)(step->step < 0 ? -step->step : step->step) / 4, alike = n & -n;
      uint32_t together = alike < BANKS ? alike : BANKS;
      if (!n)
         return 1;
      if (n >= dwords) /* `together` lanes of each dword in one bank */
         return together * ((dwords + together - 1) / together);
   }
   const uint32_t first = at[0], inside = bytes < 4 ? first & 3 : first & ((1u << log2) - 1);
   LANES differ |= at[l] ^ first;
   if (!differ && bytes <= 4)
      return 1;
   if (dwords == 3 || (bytes >= 4 && (differ & ((1u << log2) - 1))) || (inside & 3 && bytes >= 4))
      return count_passes(m, true, bytes, 1, false);
   LANES key[l] = (at[l] - (bytes < 4 ? 0 : inside)) >> log2;
   return group_passes(key, BANKS / dwords, lanes);
}
