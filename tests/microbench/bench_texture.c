/* Textures: where texels lie, how many levels there are, what a filter and a format cost. */
#include "microbench.h"
#include <math.h>
#include <stdio.h>

#define PICTURE 2048u /* texels on a side */
#define SMALL 64u

static VkSampler sampler(struct mb *m, VkFilter filter, VkSamplerMipmapMode mip, float anisotropy)
{
   const VkSamplerCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
                                     .magFilter = filter,
                                     .minFilter = filter,
                                     .mipmapMode = mip,
                                     .anisotropyEnable = anisotropy > 1,
                                     .maxAnisotropy = anisotropy,
                                     .maxLod = 16};
   VkSampler s;
   mb_ok(vk.CreateSampler(m->device, &info, NULL, &s));
   return s;
}

static void clear(struct mb *m, VkCommandBuffer cmd, const void *what)
{
   const struct mb_image *i = what;
   const VkImageSubresourceRange all = {VK_IMAGE_ASPECT_COLOR_BIT, 0, i->levels, 0, 1};
   const VkClearColorValue grey = {{0.5f, 0.25f, 0.75f, 1}};
   VkImageMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                             .dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                             .newLayout = VK_IMAGE_LAYOUT_GENERAL,
                             .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .image = i->image,
                             .subresourceRange = all};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1, &b);
   vk.CmdClearColorImage(cmd, i->image, VK_IMAGE_LAYOUT_GENERAL, &grey, 1, &all);
}

static void release(struct mb *m, struct mb_image *i)
{
   mb_use_texture(m, VK_NULL_HANDLE, NULL);
   mb_image_free(m, i);
}

static struct mb_image texture(struct mb *m, VkFormat format, uint32_t size, bool levels, VkImageTiling tiling)
{
   uint32_t n = 1;
   while (levels && size >> n)
      n++;
   struct mb_image i = mb_image(m, format, size, n, VK_SAMPLE_COUNT_1_BIT, tiling,
                                VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
   mb_do(m, clear, &i);
   return i;
}

/* ---- locality ------------------------------------------------------------------------------------------------ */
/* Samples a nanosecond: the picture turned and stretched by (f, g), second time round. */
static double sample(struct mb *m, VkPipeline p, double f, double g, uint32_t level)
{
   const uint32_t waves = 1024;
   struct mb_run run = {.pipeline = p, .groups = waves / 2, .push = {.count = 6, .a = level, .f = (float)f, .g = (float)g}};
   const struct mb_run warm = run;
   return waves * 32 / mb_slope(m, &warm, run, 2, 6);
}

static bool has_linear(struct mb *m)
{
   return mb_format_has(m, VK_FORMAT_R8G8B8A8_UNORM, VK_IMAGE_TILING_LINEAR,
                        VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT | VK_FORMAT_FEATURE_TRANSFER_DST_BIT);
}

void bench_texture_turn(struct mb *m)
{
   static const char *const names[2] = {"optimal tiling", "linear tiling"};
   VkSampler s = sampler(m, VK_FILTER_NEAREST, VK_SAMPLER_MIPMAP_MODE_NEAREST, 0);
   VkPipeline p = mb_compute(m, &sample_code, 64, 32);
   for (int linear = 0; linear < 2; linear++) {
      if (linear && !has_linear(m)) {
         mb_unsupported(m, names[1], "linear images cannot be sampled");
         continue;
      }
      struct mb_image i = texture(m, VK_FORMAT_R8G8B8A8_UNORM, PICTURE, false,
                                  linear ? VK_IMAGE_TILING_LINEAR : VK_IMAGE_TILING_OPTIMAL);
      mb_use_texture(m, s, &i);
      for (int degrees = 0; degrees <= 90; degrees += m->quick ? 45 : 15) {
         double angle = degrees * 3.14159265358979 / 180;
         mb_point(m, names[linear], degrees, sample(m, p, cos(angle), sin(angle), 0));
      }
      release(m, &i);
   }
   mb_pipeline_free(m, &p);
   vk.DestroySampler(m->device, s, NULL);
}

void bench_texture_shrink(struct mb *m)
{
   VkSampler s = sampler(m, VK_FILTER_LINEAR, VK_SAMPLER_MIPMAP_MODE_NEAREST, 0);
   VkPipeline p = mb_compute(m, &sample_code, 64, 8);
   struct mb_image i = texture(m, VK_FORMAT_R8G8B8A8_UNORM, PICTURE, true, VK_IMAGE_TILING_OPTIMAL);
   mb_use_texture(m, s, &i);
   for (uint32_t level = 0; level <= 4; level += m->quick ? 2 : 1)
      mb_point(m, "level of the right size", 1 << level, sample(m, p, 1 << level, 0, level));
   for (uint32_t level = 0; level <= 4; level += m->quick ? 2 : 1)
      mb_point(m, "level 0 always", 1 << level, sample(m, p, 1 << level, 0, 0));
   release(m, &i);
   mb_pipeline_free(m, &p);
   vk.DestroySampler(m->device, s, NULL);
}

/* ---- filters and formats ------------------------------------------------------------------------------------- */
/* Nanoseconds a sample of a wave; mode, level and ratio as in filter.comp. */
static double filter(struct mb *m, const struct mb_image *i, VkSampler s, uint32_t mode, uint32_t level, uint32_t ratio)
{
   VkPipeline p = mb_compute(m, &filter_code, m->group, mode);
   const struct mb_run run = {.pipeline = p, .groups = 1, .push = {.a = level, .b = ratio}};
   mb_use_texture(m, s, i);
   double ns = mb_slope(m, NULL, run, 2, 10) / (4.0 * (m->group / 32));
   mb_pipeline_free(m, &p);
   vk.DestroySampler(m->device, s, NULL);
   return ns;
}

void bench_texture_filter(struct mb *m)
{
   struct mb_image i = texture(m, VK_FORMAT_R8G8B8A8_UNORM, SMALL, true, VK_IMAGE_TILING_OPTIMAL);
   mb_point(m, "nearest", 1, filter(m, &i, sampler(m, VK_FILTER_NEAREST, VK_SAMPLER_MIPMAP_MODE_NEAREST, 0), 0, 0, 1));
   mb_point(m, "bilinear", 4, filter(m, &i, sampler(m, VK_FILTER_LINEAR, VK_SAMPLER_MIPMAP_MODE_NEAREST, 0), 0, 0, 1));
   mb_point(m, "trilinear", 8, filter(m, &i, sampler(m, VK_FILTER_LINEAR, VK_SAMPLER_MIPMAP_MODE_LINEAR, 0), 0, 128, 1));
   if (!m->features.samplerAnisotropy)
      mb_unsupported(m, "anisotropic", "the device has no samplerAnisotropy");
   else
      for (uint32_t n = 2; n <= (uint32_t)m->properties.limits.maxSamplerAnisotropy && n <= 16; n *= 2)
         mb_point(m, "anisotropic", 4 * n,
                  filter(m, &i, sampler(m, VK_FILTER_LINEAR, VK_SAMPLER_MIPMAP_MODE_LINEAR, (float)n), 1, 0, n));
   release(m, &i);
}

void bench_texture_format(struct mb *m)
{
   static const struct {
      VkFormat format;
      uint32_t bytes;
   } formats[] = {{VK_FORMAT_R8_UNORM, 1},
                  {VK_FORMAT_R8G8_UNORM, 2},
                  {VK_FORMAT_R8G8B8A8_UNORM, 4},
                  {VK_FORMAT_R16G16B16A16_SFLOAT, 8},
                  {VK_FORMAT_R32G32B32A32_SFLOAT, 16}};
   for (int linear = 0; linear < 2; linear++)
      for (unsigned k = 0; k < 5; k++) {
         VkFormatFeatureFlags need = VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT | VK_FORMAT_FEATURE_TRANSFER_DST_BIT;
         if (linear)
            need |= VK_FORMAT_FEATURE_SAMPLED_IMAGE_FILTER_LINEAR_BIT;
         if (!mb_format_has(m, formats[k].format, VK_IMAGE_TILING_OPTIMAL, need)) {
            mb_unsupported(m, linear ? "bilinear" : "nearest", "the device does not filter this format");
            continue;
         }
         struct mb_image i = texture(m, formats[k].format, SMALL, false, VK_IMAGE_TILING_OPTIMAL);
         VkSampler s = sampler(m, linear ? VK_FILTER_LINEAR : VK_FILTER_NEAREST, VK_SAMPLER_MIPMAP_MODE_NEAREST, 0);
         mb_point(m, linear ? "bilinear" : "nearest", formats[k].bytes, filter(m, &i, s, 0, 0, 1));
         release(m, &i);
      }
}
