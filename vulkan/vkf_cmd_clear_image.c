/* Clears outside of render passes: the value, encoded once as a block of the format, is a FILL_IMAGE packet
 * for each level. */
#include "vkf_transfer.h"

/* One level of a range, all its layers, or all slices of a 3D image. */
static void fill_level(struct vkf_command_buffer *cmd, const struct vkf_image *image, uint32_t level,
                       const struct vkf_image_range *range, struct vkf_aspect_bytes bytes,
                       const uint8_t *block)
{
   struct vkf_transfer_side side;
   VkImageSubresourceLayers sub = {
       .mipLevel = level, .baseArrayLayer = range->base_layer, .layerCount = range->layers};
   if (!vkf_transfer_side(image, &sub, &(VkOffset3D){0, 0, 0}, &side))
      return;
   side.surface.first_B = bytes.first;
   gpu_image_job job = {.dst = side.surface,
                        .width = side.width_el,
                        .height = side.height_el,
                        .depth = side.slices,
                        .bytes = bytes.count,
                        .samples_log2 = image->samples_log2};
   memcpy(job.pattern, block + bytes.first, bytes.count);
   vkf_transfer_put(cmd, &job, true);
}

static void fill_ranges(struct vkf_command_buffer *cmd, const struct vkf_image *image, const fmt_texel *value,
                        uint32_t count, const VkImageSubresourceRange *ranges)
{
   uint8_t block[GPU_IMAGE_JOB_UNIT_MAX_B];
   if (!fmt_pack(image->info, value, block)) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd), "clears of compressed images");
      return;
   }
   for (uint32_t i = 0; i < count; i++) {
      struct vkf_image_range r = vkf_image_range(image, &ranges[i]);
      struct vkf_aspect_bytes bytes = vkf_aspect_bytes(image, ranges[i].aspectMask);
      for (uint32_t level = r.base_level; level < r.base_level + r.levels; level++)
         fill_level(cmd, image, level, &r, bytes, block);
   }
}

/* A component of 64 bits is two elements of the clear value, low half first, so there are two of them. */
static uint64_t wide_component(const VkClearColorValue *v, unsigned c)
{
   return c < 2 ? v->uint32[2 * c] | (uint64_t)v->uint32[2 * c + 1] << 32 : 0;
}

void vkf_clear_component(fmt_texel *t, unsigned c, const fmt_info *info, const VkClearColorValue *v)
{
   if (info->component[c].bits == 64) {
      t->c[c].u64 = wide_component(v, c);
      return;
   }
   switch (fmt_component_type(info, c)) {
   case FMT_UINT: t->c[c].u = v->uint32[c]; break;
   case FMT_SINT: t->c[c].i = v->int32[c]; break;
   default: t->c[c].f = v->float32[c]; break;
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdClearColorImage(VkCommandBuffer commandBuffer, VkImage image_,
                                                  VkImageLayout imageLayout, const VkClearColorValue *pColor,
                                                  uint32_t rangeCount, const VkImageSubresourceRange *pRanges)
{
   const struct vkf_image *image = vkf_image_from(image_);
   fmt_texel value = {0};
   for (unsigned c = 0; c < 4; c++)
      vkf_clear_component(&value, c, image->info, pColor);
   fill_ranges(vkf_command_buffer_from(commandBuffer), image, &value, rangeCount, pRanges);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdClearDepthStencilImage(VkCommandBuffer commandBuffer, VkImage image,
                                                         VkImageLayout imageLayout,
                                                         const VkClearDepthStencilValue *pDepthStencil,
                                                         uint32_t rangeCount,
                                                         const VkImageSubresourceRange *pRanges)
{
   fmt_texel value = {0};
   value.c[0].f = pDepthStencil->depth;
   value.c[1].u = pDepthStencil->stencil & 0xff;
   fill_ranges(vkf_command_buffer_from(commandBuffer), vkf_image_from(image), &value, rangeCount, pRanges);
}
