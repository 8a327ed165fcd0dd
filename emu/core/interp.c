/* The vector interpreter: one handler per instruction, all 32 lanes per call, each handing over to the next.
 *
 * This file is compiled once per host level (EMU_LEVEL v2, v3, v4) with that level's instruction set; loops
 * over lanes become vector code. Results are the same on every level because arithmetic is (arith_f32.h,
 * arith_int.h). Handlers tail-call each other inside a segment; SEG returns to the loop in run(), so the host
 * stack stays bounded even where the compiler makes plain calls of them. Decoding is left to decode.c, turns
 * of waves to wave.c.
 */
#include <immintrin.h>
#include <string.h>
#include "core.h"
#include "arith_f32.h"
#include "arith_int.h"

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

#define H(name) static const emu_uop *h_##name(const emu_uop *u, emu_wave *w, emu_core_ctx *x)
/* Where an access is of one length only if it is part of its handler: compilers weigh the whole file and would give some of them up. */
#define INLINE static inline __attribute__((always_inline))
#define NEXT return u[1].fn(u + 1, w, x)
#if defined(__clang__) /* unrolled first, a loop would not become vector code any more */
#define LANES                                                                                                \
   _Pragma("clang loop vectorize(assume_safety) unroll(disable)") for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
#else
#define LANES _Pragma("GCC ivdep") for (unsigned l = 0; l < ISA_WAVE_LANES; l++)
#endif

/* A row of lanes at a micro-op's offset. A row either is another one or does not overlap it. */
static inline void *row(emu_wave *w, uint32_t offset)
{
   return __builtin_assume_aligned((uint8_t *)w + offset, EMU_ROW_B);
}

static inline uint32_t scalar(const emu_wave *w, uint32_t offset)
{
   return *(const uint32_t *)((const uint8_t *)w + offset);
}

static inline void set_scalar(emu_wave *w, uint32_t offset, uint32_t value)
{
   *(uint32_t *)((uint8_t *)w + offset) = value;
}

/* All lanes of the destination may be written. */
static inline bool is_full(const emu_uop *u, const emu_wave *w)
{
   return (u->flags & EMU_UOP_ND) || w->exec == 0xffffffffu;
}

static const uint32_t lane_bit[ISA_WAVE_LANES] __attribute__((aligned(64))) = {
    1u << 0,  1u << 1,  1u << 2,  1u << 3,  1u << 4,  1u << 5,  1u << 6,  1u << 7,
    1u << 8,  1u << 9,  1u << 10, 1u << 11, 1u << 12, 1u << 13, 1u << 14, 1u << 15,
    1u << 16, 1u << 17, 1u << 18, 1u << 19, 1u << 20, 1u << 21, 1u << 22, 1u << 23,
    1u << 24, 1u << 25, 1u << 26, 1u << 27, 1u << 28, 1u << 29, 1u << 30, 1u << 31,
};
static const uint32_t lane_index[ISA_WAVE_LANES] __attribute__((aligned(64))) = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};

static inline void mask_to_row(uint32_t mask, uint32_t *out)
{
   LANES out[l] = (mask & lane_bit[l]) ? 0xffffffffu : 0;
}

/* Sign bits of a row as a mask. */
static inline uint32_t row_to_mask(const uint32_t *in)
{
#if defined(__AVX512DQ__)
   return (uint32_t)_mm512_movepi32_mask(_mm512_loadu_si512(in)) |
          (uint32_t)_mm512_movepi32_mask(_mm512_loadu_si512(in + 16)) << 16;
#elif defined(__AVX2__)
   uint32_t m = 0;
   for (unsigned i = 0; i < 4; i++)
      m |= (uint32_t)_mm256_movemask_ps(_mm256_loadu_ps((const float *)in + 8 * i)) << (8 * i);
   return m;
#else
   uint32_t m = 0;
   for (unsigned i = 0; i < 8; i++)
      m |= (uint32_t)_mm_movemask_ps(_mm_loadu_ps((const float *)in + 4 * i)) << (4 * i);
   return m;
#endif
}

/* d = r in the lanes that this micro-op may write. */
static inline void store_row(const emu_uop *u, emu_wave *w, const emu_core_ctx *x, const uint32_t *r)
{
   uint32_t *d = row(w, u->d);
   if (is_full(u, w)) {
      LANES d[l] = r[l];
   } else {
      const uint32_t *m = x->exec_row;
      LANES d[l] = m[l] ? r[l] : d[l];
   }
}

static inline void leave_vector_state(void)
{
#if defined(__AVX__)
   _mm256_zeroupper();
#endif
}

static const emu_uop *stop(const emu_uop *u, emu_core_ctx *x, enum emu_stop why)
{
   x->stop = why;
   x->at = u;
   return NULL;
}

#include "interp_alu.h"
#include "interp_wide.h"
#include "interp_group.h"
#include "interp_trace.h"
#include "interp_memory.h"
#include "interp_element.h"
#include "interp_sectors.h"
#include "interp_sample.h"
#include "interp_texel.h"
#include "interp_image.h"
#include "interp_stage.h"
#include "interp_flow.h"

static enum emu_stop run(emu_wave *w, emu_core_ctx *x)
{
   mask_to_row(w->exec, x->exec_row);
   const emu_uop *u = w->resume;
   while (u)
      u = u->fn(u, w, x);
   leave_vector_state();
   return x->stop;
}

const emu_interp PASTE(emu_interp_, EMU_LEVEL) = {
    .name = TEXT(EMU_LEVEL),
    .op =
        {
#define ISA_OP(name, opcode, ...) [opcode] = h_##name,
#include "isa.def"
#undef ISA_OP
        },
    .op_modified =
        {
#define M(name) [ISA_OP_##name] = h_##name##_modified,
            MODIFIED_OPS(M) MODIFIED_WIDE_OPS(M)
#undef M
        },
    .helper =
        {
            [EMU_HELPER_SEG] = h_seg,
            [EMU_HELPER_JUMP] = h_jump,
            [EMU_HELPER_FAULT] = h_fault,
            [EMU_HELPER_BROADCAST] = h_broadcast,
            [EMU_HELPER_BROADCAST_IMM] = h_broadcast_imm,
            [EMU_HELPER_EXEC_CHANGED] = h_exec_changed,
            [EMU_HELPER_LIVE_ENTER] = h_live_enter,
            [EMU_HELPER_LIVE_LEAVE] = h_live_leave,
        },
    .run = run,
};
