/* Shared memory of a workgroup. */
#include "microbench.h"

void bench_shared_stride(struct mb *m)
{
   VkPipeline p = mb_compute(m, &shared_code, m->group, 0);
   for (uint32_t stride = 0; stride <= 33; stride += m->quick && stride ? stride : 1) {
      const struct mb_run run = {.pipeline = p, .groups = 1, .push.a = stride};
      mb_point(m, "one workgroup", stride, mb_slope(m, NULL, run, 4, 20) / (8.0 * (m->group / 32)));
   }
   mb_pipeline_free(m, &p);
}

void bench_shared_latency(struct mb *m)
{
   for (uint32_t waves = 1; waves * 32 <= m->group; waves *= 2) {
      VkPipeline p = mb_compute(m, &shared_chase_code, waves * 32, 0);
      const struct mb_run run = {.pipeline = p, .groups = 1};
      mb_point(m, "without conflicts", waves, mb_slope(m, NULL, run, 2, 18) / (16.0 * waves));
      mb_pipeline_free(m, &p);
   }
}
