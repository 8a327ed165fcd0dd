/* A memory system under test: a built-in profile, counters, records of memory instructions. */
#ifndef TIME_RIG_H
#define TIME_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "time/memory.h"

typedef struct time_rig {
   emu_profile p;
   time_memory *m;
   uint64_t n[GPU_COUNTER_COUNT];
   uint32_t seed, pages; /* flags of the pages that rig_run touches */
} time_rig;

#define N(name) (r->n[GPU_COUNTER_##name])

static inline void rig_open(time_rig *r, const char *profile)
{
   char err[256] = "";
   memset(r, 0, sizeof(*r));
   if (!emu_profile_load(profile, &r->p, err, sizeof(err)))
      fail_msg("%s", err);
   r->seed = 1;
   r->pages = EMU_PAGE_LARGE;
}
static inline void rig_make(time_rig *r)
{
   r->m = time_memory_create(&r->p);
   assert_non_null(r->m);
}
static inline void rig_close(time_rig *r)
{
   time_memory_destroy(r->m);
   r->m = NULL;
}
static inline uint32_t rig_random(time_rig *r)
{
   r->seed = r->seed * 1664525u + 1013904223u;
   return r->seed >> 8;
}

static inline time_result rig_run(time_rig *r, uint32_t core, enum time_op op, uint64_t va, uint32_t bytes,
                                  uint64_t now)
{
   uint32_t rec[3] = {(uint32_t)EMU_REC_RUN << 28 | bytes << 8, (uint32_t)va,
                      (uint32_t)(va >> 32) | r->pages << 16};
   return time_memory_record(r->m, core, TIME_PATH_VECTOR, op, rec, now, r->n);
}
/* 32 lanes of `bytes` each, `stride` bytes apart. */
static inline uint32_t rig_strided(uint32_t *rec, uint64_t va, uint32_t stride, uint32_t bytes)
{
   uint32_t n = 0;
   for (uint32_t lane = 0; lane < 32; lane++) {
      uint64_t a = va + (uint64_t)lane * stride;
      uint32_t first = a >> 5 & 3, last = (a + bytes - 1) >> 5 & 3;
      emu_entry_pack(rec + 1 + 2 * n++, a, (2u << last) - (1u << first), 1, 0);
   }
   rec[0] = (uint32_t)EMU_REC_LINES << 28 | n << 8;
   return n;
}
/* A pointer chase through `bytes` in steps of `step`, `rounds` times over; the mean of the last round in 1/16
 * cycles. */
static inline uint64_t rig_chase(time_rig *r, uint64_t bytes, uint64_t step, unsigned rounds, uint64_t *now)
{
   uint64_t begin = 0, count = bytes / step;
   for (unsigned k = 0; k < rounds; k++) {
      begin = *now;
      for (uint64_t i = 0; i < count; i++)
         *now = rig_run(r, 0, TIME_READ, i * step, 4, *now).done;
   }
   return (*now - begin) * 16 / count;
}

#endif
