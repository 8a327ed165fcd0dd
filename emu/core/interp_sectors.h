/* Sectors of all lanes' texels at once, for traces. Part of interp.c, before the fast paths of image instructions (interp_sample.h,
 * interp_texel.h), which are its users; the set that they go into is core_sectors.h's.
 *
 * Texels of one instruction mostly lie in few blocks of 64 sectors. The lowest block that is left is found over all rows of texels, then
 * the bits of all texels in it, and so on: what this costs does not depend on how many lanes share a sector.
 */
#include "core_sectors.h"

/* Parts of a row, as wide as the host level's registers. */
#if defined(__AVX512F__)
typedef __m512i sector_part;
#define PART_LANES 16u
#define PART(name) _mm512_##name
#define part_load(p) _mm512_loadu_si512(p)
#define part_store(p, v) _mm512_storeu_si512(p, v)
#define part_or(a, b) _mm512_or_si512(a, b)
#define part_not_and(a, b) _mm512_andnot_si512(a, b)
#define part_bit(d) _mm512_sllv_epi32(_mm512_set1_epi32(1), d) /* 1 << d, 0 beyond 31 */
#elif defined(__AVX2__)
typedef __m256i sector_part;
#define PART_LANES 8u
#define PART(name) _mm256_##name
#define part_load(p) _mm256_loadu_si256((const __m256i *)(p))
#define part_store(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define part_or(a, b) _mm256_or_si256(a, b)
#define part_not_and(a, b) _mm256_andnot_si256(a, b)
#define part_bit(d) _mm256_sllv_epi32(_mm256_set1_epi32(1), d)
#else
typedef __m128i sector_part;
#define PART_LANES 4u
#define PART(name) _mm_##name
#define part_load(p) _mm_loadu_si128((const __m128i *)(p))
#define part_store(p, v) _mm_storeu_si128((__m128i *)(p), v)
#define part_or(a, b) _mm_or_si128(a, b)
#define part_not_and(a, b) _mm_andnot_si128(a, b)
/* As a float's exponent: what is beyond the range of integers becomes their sign bit, just as 1 << 31. */
static inline __m128i part_bit(__m128i d)
{
   const __m128i most = _mm_set1_epi32(31), one = _mm_set1_epi32(0x3f800000);
   __m128i in = _mm_min_epu32(d, most), power = _mm_cvttps_epi32(_mm_castsi128_ps(_mm_add_epi32(_mm_slli_epi32(in, 23), one)));
   return _mm_and_si128(power, _mm_cmpeq_epi32(in, d));
}
#endif
#define PARTS (ISA_WAVE_LANES / PART_LANES)

/* The least element of a part, of any. */
static inline uint32_t part_least(sector_part v)
{
#if defined(__AVX512F__)
   __m256i half = _mm256_min_epu32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
#elif defined(__AVX2__)
   __m256i half = v;
#endif
#if defined(__AVX2__)
   __m128i q = _mm_min_epu32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
#else
   __m128i q = v;
#endif
   q = _mm_min_epu32(q, _mm_shuffle_epi32(q, 0x4e));
   q = _mm_min_epu32(q, _mm_shuffle_epi32(q, 0xb1));
   return (uint32_t)_mm_cvtsi128_si32(q);
}

static inline __m128i part_any(sector_part v)
{
#if defined(__AVX512F__)
   __m256i half = _mm256_or_si256(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
#elif defined(__AVX2__)
   __m256i half = v;
#endif
#if defined(__AVX2__)
   return _mm_or_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
#else
   return v;
#endif
}

/* Bits that any element of `low` has, and above them those of `high`. */
static inline uint64_t part_bits(sector_part low, sector_part high)
{
   __m128i l = part_any(low), h = part_any(high);
   __m128i both = _mm_or_si128(_mm_unpacklo_epi32(l, h), _mm_unpackhi_epi32(l, h));
   return (uint64_t)_mm_cvtsi128_si64(_mm_or_si128(both, _mm_unpackhi_epi64(both, both)));
}

#define NO_SECTOR 0x80000000u /* and above: none; offsets of 32 bits have fewer */
#define SECTOR_TURNS 6u       /* so many blocks at once, those above one by one */

static __attribute__((noinline)) bool sectors_scattered(emu_core_ctx *x, uint64_t first_block, const uint32_t (*offset)[ISA_WAVE_LANES],
                                                        const uint32_t (*used)[ISA_WAVE_LANES], unsigned rows, uint32_t from)
{
   bool ok = true;
   for (unsigned k = 0; k < rows; k++)
      for (uint32_t mask = row_to_mask(used[k]); mask; mask &= mask - 1) {
         uint32_t sector = offset[k][__builtin_ctz(mask)] >> EMU_SECTOR_LOG2;
         ok = ok && (sector < from || core_sectors_add(x, first_block + sector / 64, UINT64_C(1) << sector % 64));
      }
   return ok;
}

/* Texels at these offsets from page_va, which begins a page of 64 KiB, where `used` is all ones; each lies in one sector. False: the set is
 * full, the texture unit must see to it. */
static inline bool sectors_add(emu_core_ctx *x, uint64_t page_va, const uint32_t (*offset)[ISA_WAVE_LANES],
                               const uint32_t (*used)[ISA_WAVE_LANES], unsigned rows)
{
   const uint64_t first_block = page_va >> (EMU_BLOCK_LOG2 + EMU_SECTOR_LOG2);
   const sector_part ones = PART(set1_epi32)(-1), half = PART(set1_epi32)(32);
   sector_part sector[4 * PARTS], least = ones;
   for (unsigned k = 0; k < rows; k++)
      for (unsigned i = 0; i < PARTS; i++) {
         sector_part own = PART(srli_epi32)(part_load(offset[k] + i * PART_LANES), EMU_SECTOR_LOG2);
         own = part_or(own, part_not_and(part_load(used[k] + i * PART_LANES), ones));
         sector[k * PARTS + i] = own;
         least = PART(min_epu32)(least, own);
      }
   uint32_t next = part_least(least);
   for (unsigned turn = 0; next < NO_SECTOR; turn++) {
      const uint32_t from = next / 64 * 64;
      if (turn == SECTOR_TURNS)
         return sectors_scattered(x, first_block, offset, used, rows, from);
      const sector_part base = PART(set1_epi32)((int32_t)from);
      sector_part low = PART(set1_epi32)(0), high = low;
      least = ones;
      for (unsigned i = 0; i < rows * PARTS; i++) {
         sector_part d = PART(sub_epi32)(sector[i], base), e = PART(sub_epi32)(d, half);
         low = part_or(low, part_bit(d));
         high = part_or(high, part_bit(e));
         least = PART(min_epu32)(least, PART(sub_epi32)(e, half)); /* those below the next block wrap around */
      }
      if (!core_sectors_add(x, first_block + from / 64, part_bits(low, high)))
         return false;
      next = part_least(least);
      next = next < NO_SECTOR ? next + from + 64 : NO_SECTOR;
   }
   return true;
}
