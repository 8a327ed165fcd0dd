/* Atomic additions to few and to many addresses. */
#include "microbench.h"

static void global(struct mb *m, const char *series, uint32_t apart)
{
   const uint32_t groups = 256, lanes = groups * 64;
   VkPipeline p = mb_compute(m, &atomic_global_code, 64, 0);
   for (uint32_t n = 1; n <= lanes; n *= m->quick ? 8 : 2) {
      const struct mb_run run = {.pipeline = p, .groups = groups, .push = {.a = n - 1, .b = apart}};
      mb_point(m, series, n, lanes * 2 / mb_slope(m, NULL, run, 1, 4));
   }
   mb_pipeline_free(m, &p);
}

void bench_atomics(struct mb *m)
{
   global(m, "memory, 4 B apart", 1);
   global(m, "memory, 128 B apart", 32);
   VkPipeline p = mb_compute(m, &atomic_shared_code, m->group, 0);
   for (uint32_t n = 1; n <= m->group; n *= m->quick ? 8 : 2) {
      const struct mb_run run = {.pipeline = p, .groups = 1, .push = {.a = n - 1, .b = 1}};
      mb_point(m, "shared memory, one workgroup", n, m->group * 2 / mb_slope(m, NULL, run, 2, 8));
   }
   mb_pipeline_free(m, &p);
}
