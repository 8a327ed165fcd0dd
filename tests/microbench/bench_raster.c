/* The graphics pipeline: vertices, triangles, pixels, samples, depth. */
#include "microbench.h"

#define TARGET 512u

static const VkFormat rgba8 = VK_FORMAT_R8G8B8A8_UNORM;

/* ---- geometry ------------------------------------------------------------------------------------------------ */
void bench_triangles(struct mb *m)
{
   struct mb_target t = mb_target(m, 2 * TARGET, rgba8, VK_FORMAT_UNDEFINED, VK_SAMPLE_COUNT_1_BIT);
   const struct mb_draw_state s = {.vertex = &small_vert_code, .fragment = &plain_frag_code, .cull = true};
   VkPipeline p = mb_draw_pipeline(m, &t, &s);
   for (uint32_t away = 0; away < 2; away++)
      for (uint32_t cell = 1; cell <= 128; cell *= m->quick ? 4 : 2) {
         const double area = cell * cell / 2.0;
         struct mb_draw d = {.target = &t,
                             .pipeline = p,
                             .instances = 1,
                             .draws = 1,
                             .push = {.a = t.size / cell, .b = away, .f = 2.0f * (float)cell / (float)t.size}};
         uint32_t hi = away || area < 128 ? 6144 : (uint32_t)(786432 / area), lo = hi / 3;
         double ns[2];
         for (int i = 0; i < 2; i++) {
            d.vertices = 3 * (i ? hi : lo);
            ns[i] = mb_time(m, mb_draw, &d, mb_draw, &d);
         }
         mb_point(m, away ? "facing away" : "drawn", area, (hi - lo) * 1e3 / (ns[1] - ns[0]));
      }
   mb_pipeline_free(m, &p);
   mb_target_free(m, &t);
}

/* Two triangles for each square of a grid, row after row. */
static uint32_t fill_indices(uint32_t *index, uint32_t wide, uint32_t high)
{
   uint32_t n = 0;
   for (uint32_t y = 0; y < high; y++)
      for (uint32_t x = 0; x < wide; x++) {
         const uint32_t a = y * (wide + 1) + x, b = a + wide + 1, square[6] = {a, a + 1, b, b, a + 1, b + 1};
         for (int i = 0; i < 6; i++)
            index[n++] = square[i];
      }
   return n;
}

void bench_vertex_reuse(struct mb *m)
{
   const uint32_t squares = m->quick ? 1024 : 4096;
   if (!m->statistics) {
      mb_unsupported(m, "indexed", "the device has no pipelineStatisticsQuery");
      return;
   }
   struct mb_target t = mb_target(m, 64, rgba8, VK_FORMAT_UNDEFINED, VK_SAMPLE_COUNT_1_BIT);
   const struct mb_draw_state s = {.vertex = &grid_vert_code, .fragment = &plain_frag_code};
   struct mb_buffer indices = mb_buffer(m, squares * 24, VK_BUFFER_USAGE_INDEX_BUFFER_BIT, true);
   VkPipeline p = mb_draw_pipeline(m, &t, &s);
   struct mb_draw d = {.target = &t, .pipeline = p, .instances = 1, .draws = 1, .push = {.count = 1, .f = 0.5f}};
   for (int indexed = 1; indexed >= 0; indexed--)
      for (uint32_t wide = 1; wide <= 1024; wide *= m->quick ? 8 : 2) {
         d.vertices = fill_indices(indices.host, wide, squares / wide);
         d.indices = indexed ? &indices : NULL;
         d.push.a = wide + 1;
         mb_point(m, indexed ? "indexed" : "without indices", wide, (double)mb_vertex_runs(m, &d) / (squares * 2));
      }
   mb_pipeline_free(m, &p);
   mb_buffer_free(m, &indices);
   mb_target_free(m, &t);
}

/* ---- pixels -------------------------------------------------------------------------------------------------- */
/* Pixels a nanosecond. What is blended must be drawn layer by layer; the first layers are left out of the count, since behind them
 * memory is still being fetched. What is only written might be skipped where something is drawn over it, so there one layer
 * covers less or more of the target. */
static double pixel_rate(struct mb *m, const struct mb_target *t, bool blend, bool depth)
{
   const struct mb_draw_state s = {.vertex = &screen_vert_code,
                                   .fragment = t->colour.image ? &plain_frag_code : NULL,
                                   .blend = blend,
                                   .depth = depth};
   VkPipeline p = mb_draw_pipeline(m, t, &s);
   struct mb_draw d = {.target = t, .pipeline = p, .vertices = 3, .instances = 1, .draws = 1, .push = {.f = 0.5f}};
   double ns[2];
   for (uint32_t i = 0; i < 2; i++) {
      d.instances = blend ? 4 + 4 * i : 1;
      d.rows = blend || i ? t->size : t->size / 4;
      ns[i] = mb_time(m, mb_draw, &d, mb_draw, &d);
   }
   mb_pipeline_free(m, &p);
   return (blend ? 4 : 0.75) * t->size * t->size / (ns[1] - ns[0]);
}

void bench_fill(struct mb *m)
{
   static const struct {
      VkFormat format;
      uint32_t bytes;
   } formats[] = {{VK_FORMAT_R8_UNORM, 1},
                  {VK_FORMAT_R8G8_UNORM, 2},
                  {VK_FORMAT_R8G8B8A8_UNORM, 4},
                  {VK_FORMAT_R16G16B16A16_SFLOAT, 8},
                  {VK_FORMAT_R32G32B32A32_SFLOAT, 16}};
   for (int blend = 0; blend < 2; blend++)
      for (unsigned k = 0; k < 5; k++) {
         const VkFormatFeatureFlags need =
            blend ? VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BLEND_BIT : VK_FORMAT_FEATURE_COLOR_ATTACHMENT_BIT;
         const char *series = blend ? "blended" : "written";
         if (!mb_format_has(m, formats[k].format, VK_IMAGE_TILING_OPTIMAL, need)) {
            mb_unsupported(m, series, "the device does not blend this format");
            continue;
         }
         struct mb_target t = mb_target(m, TARGET, formats[k].format, VK_FORMAT_UNDEFINED, VK_SAMPLE_COUNT_1_BIT);
         mb_point(m, series, formats[k].bytes, pixel_rate(m, &t, blend, false));
         mb_target_free(m, &t);
      }
   struct mb_target t = mb_target(m, TARGET, VK_FORMAT_UNDEFINED, VK_FORMAT_D32_SFLOAT, VK_SAMPLE_COUNT_1_BIT);
   mb_point(m, "depth only", 4, pixel_rate(m, &t, false, true));
   mb_target_free(m, &t);
}

/* Whether all of the card works on small pictures. */
void bench_target_size(struct mb *m)
{
   for (uint32_t side = 32; side <= 2 * TARGET; side *= m->quick ? 4 : 2) {
      struct mb_target t = mb_target(m, side, rgba8, VK_FORMAT_UNDEFINED, VK_SAMPLE_COUNT_1_BIT);
      mb_point(m, "blended", side, pixel_rate(m, &t, true, false));
      mb_target_free(m, &t);
   }
}

void bench_msaa(struct mb *m)
{
   const VkPhysicalDeviceLimits *l = &m->properties.limits;
   const VkSampleCountFlags counts = l->framebufferColorSampleCounts & l->framebufferDepthSampleCounts;
   static const char *const names[] = {"written", "written, depth tested", "blended"};
   for (int k = 0; k < 3; k++)
      for (uint32_t samples = 1; samples <= 8; samples *= 2) {
         if (!(counts & samples))
            continue;
         struct mb_target t =
            mb_target(m, TARGET, rgba8, k == 1 ? VK_FORMAT_D32_SFLOAT : VK_FORMAT_UNDEFINED, (VkSampleCountFlagBits)samples);
         mb_point(m, names[k], samples, pixel_rate(m, &t, k == 2, k == 1));
         mb_target_free(m, &t);
      }
}

void bench_overdraw(struct mb *m)
{
   static const struct {
      const char *name;
      float first, step;
      uint32_t cut;
   } series[] = {{"back to front", 0.9f, -0.05f, 0}, {"front to back", 0.1f, 0.05f, 0}, {"front to back, may discard", 0.1f, 0.05f, 1}};
   struct mb_target t = mb_target(m, TARGET / 2, rgba8, VK_FORMAT_D32_SFLOAT, VK_SAMPLE_COUNT_1_BIT);
   for (unsigned i = 0; i < 3; i++) {
      const struct mb_draw_state s = {.vertex = &screen_vert_code, .fragment = &busy_frag_code, .option = series[i].cut, .depth = true};
      VkPipeline p = mb_draw_pipeline(m, &t, &s);
      for (uint32_t layers = 1; layers <= 13; layers += m->quick ? 6 : 2) {
         const struct mb_draw d = {.target = &t,
                                   .pipeline = p,
                                   .vertices = 3,
                                   .instances = layers,
                                   .draws = 1,
                                   .push = {.f = series[i].first, .g = series[i].step}};
         mb_point(m, series[i].name, layers, mb_time(m, mb_draw, &d, mb_draw, &d) / 1e3);
      }
      mb_pipeline_free(m, &p);
   }
   mb_target_free(m, &t);
}
