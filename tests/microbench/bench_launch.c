/* What it costs to start work at all: launches that do next to nothing, many in one submission. */
#include "microbench.h"

struct launches {
   struct mb_run run;
   uint32_t count;
   bool barriers;
};

static void dispatches(struct mb *m, VkCommandBuffer cmd, const void *what)
{
   const struct launches *l = what;
   for (uint32_t i = 0; i < l->count; i++) {
      if (i && l->barriers)
         mb_barrier(cmd);
      if (i)
         vk.CmdDispatch(cmd, l->run.groups, 1, 1);
      else
         mb_dispatch(m, cmd, &l->run);
   }
}

void bench_launch(struct mb *m)
{
   const uint32_t most = m->quick ? 64 : 256;
   struct launches l = {.run = {.pipeline = mb_compute(m, &touch_code, 64, 0), .groups = 1}};
   for (int b = 0; b < 2; b++)
      for (uint32_t n = 1; n <= most; n *= 2) {
         l.count = n;
         l.barriers = b;
         mb_point(m, b ? "dispatches, a barrier between" : "dispatches", n, mb_time(m, NULL, NULL, dispatches, &l) / (n * 1e3));
      }
   mb_pipeline_free(m, &l.run.pipeline);

   struct mb_target t = mb_target(m, 64, VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_UNDEFINED, VK_SAMPLE_COUNT_1_BIT);
   const struct mb_draw_state s = {.vertex = &small_vert_code, .fragment = &plain_frag_code};
   struct mb_draw d = {.target = &t,
                       .pipeline = mb_draw_pipeline(m, &t, &s),
                       .vertices = 3,
                       .instances = 1,
                       .push = {.a = 16, .f = 0.125f}};
   for (d.draws = 1; d.draws <= most; d.draws *= 2)
      mb_point(m, "draws of one triangle", d.draws, mb_time(m, NULL, NULL, mb_draw, &d) / (d.draws * 1e3));
   mb_pipeline_free(m, &d.pipeline);
   mb_target_free(m, &t);
}
