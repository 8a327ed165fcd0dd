/* Control flow. */
#include "microbench.h"

void bench_divergence(struct mb *m)
{
   const uint32_t waves = m->group / 32;
   VkPipeline p = mb_compute(m, &diverge_code, m->group, 0);
   for (int lanes = 1; lanes >= 0; lanes--)
      for (uint32_t ways = 1; ways <= 32; ways *= 2) {
         const struct mb_run run = {.pipeline = p, .groups = 1, .push = {.a = ways - 1, .b = (uint32_t)lanes, .f = 0.5f, .g = 0.25f}};
         mb_point(m, lanes ? "lanes of a wave part" : "whole waves part", ways, mb_slope(m, NULL, run, 1, 3) / waves);
      }
   mb_pipeline_free(m, &p);
}
