/* Copies between images and to and from buffers: a COPY_IMAGE packet for each region and aspect. All is
 * counted in elements, so formats only matter by the size of their blocks. */
#include "vkf_buffer.h"
#include "vkf_transfer.h"

/* ---- image to image -------------------------------------------------------------------------------------
 */
/* Slices that a region copies: layers, or the depth if a 3D image takes part. */
static uint32_t slices_of(const struct vkf_image *src, const struct vkf_image *dst, const VkImageCopy *r)
{
   bool is_3d = src->type == VK_IMAGE_TYPE_3D || dst->type == VK_IMAGE_TYPE_3D;
   return is_3d ? r->extent.depth : r->srcSubresource.layerCount;
}

static void copy_image(struct vkf_command_buffer *cmd, const struct vkf_image *src,
                       const struct vkf_image *dst, const VkImageCopy *r)
{
   struct vkf_transfer_side from, to;
   if (src->info->block_B != dst->info->block_B || src->samples_log2 != dst->samples_log2) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd),
                          "vkCmdCopyImage between images whose texel blocks differ in size");
      return;
   }
   if (!vkf_transfer_side(src, &r->srcSubresource, &r->srcOffset, &from) ||
       !vkf_transfer_side(dst, &r->dstSubresource, &r->dstOffset, &to))
      return;
   struct vkf_aspect_bytes s = vkf_aspect_bytes(src, r->srcSubresource.aspectMask);
   struct vkf_aspect_bytes d = vkf_aspect_bytes(dst, r->dstSubresource.aspectMask);
   from.surface.first_B = s.first;
   to.surface.first_B = d.first;
   uint32_t width = vkf_div_up(r->extent.width, src->info->block_w_px);
   uint32_t height = vkf_div_up(r->extent.height, src->info->block_h_px);
   gpu_image_job job = {.src = from.surface,
                        .dst = to.surface,
                        .width = VKF_MIN(width, VKF_MIN(from.width_el, to.width_el)),
                        .height = VKF_MIN(height, VKF_MIN(from.height_el, to.height_el)),
                        .depth = VKF_MIN(slices_of(src, dst, r), VKF_MIN(from.slices, to.slices)),
                        .bytes = VKF_MIN(s.count, d.count),
                        .samples_log2 = src->samples_log2};
   vkf_transfer_put(cmd, &job, false);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyImage(VkCommandBuffer commandBuffer, VkImage srcImage,
                                            VkImageLayout srcImageLayout, VkImage dstImage,
                                            VkImageLayout dstImageLayout, uint32_t regionCount,
                                            const VkImageCopy *pRegions)
{
   for (uint32_t i = 0; i < regionCount; i++)
      copy_image(vkf_command_buffer_from(commandBuffer), vkf_image_from(srcImage), vkf_image_from(dstImage),
                 &pRegions[i]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyImage2KHR(VkCommandBuffer commandBuffer, const VkCopyImageInfo2 *pInfo)
{
   for (uint32_t i = 0; i < pInfo->regionCount; i++) {
      const VkImageCopy2 *r = &pInfo->pRegions[i];
      VkImageCopy one = {r->srcSubresource, r->srcOffset, r->dstSubresource, r->dstOffset, r->extent};
      copy_image(vkf_command_buffer_from(commandBuffer), vkf_image_from(pInfo->srcImage),
                 vkf_image_from(pInfo->dstImage), &one);
   }
}

/* ---- buffers ----------------------------------------------------------------------------------------------
 */
/* Bytes of a texel block in a buffer: aspects of depth formats stand there alone, D24 in four bytes. */
static uint32_t buffer_block_B(const struct vkf_image *image, VkImageAspectFlags aspects)
{
   if (aspects & VK_IMAGE_ASPECT_STENCIL_BIT)
      return 1;
   return aspects & VK_IMAGE_ASPECT_DEPTH_BIT ? (image->info->component[0].bits > 16 ? 4 : 2)
                                              : image->info->block_B;
}

static gpu_job_surface buffer_side(const struct vkf_buffer *buffer, const struct vkf_image *image,
                                   const VkBufferImageCopy *r, uint32_t unit_B)
{
   const fmt_info *f = image->info;
   uint32_t row_px = r->bufferRowLength ? r->bufferRowLength : r->imageExtent.width;
   uint32_t rows_px = r->bufferImageHeight ? r->bufferImageHeight : r->imageExtent.height;
   uint64_t row_B = (uint64_t)vkf_div_up(row_px, f->block_w_px) * unit_B;
   return (gpu_job_surface){.va = buffer->va + r->bufferOffset,
                            .unit_B = unit_B,
                            .row_B = row_B,
                            .slice_B = row_B * vkf_div_up(rows_px, f->block_h_px)};
}

static void copy_buffer(struct vkf_command_buffer *cmd, const struct vkf_buffer *buffer,
                        const struct vkf_image *image, bool to_image, const VkBufferImageCopy *r)
{
   struct vkf_transfer_side side;
   VkImageAspectFlags aspects = r->imageSubresource.aspectMask & image->aspects;
   if (!aspects || (aspects & (aspects - 1)) || image->samples_log2) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd),
                          "copies between buffers and images of several aspects or samples");
      return;
   }
   if (!buffer->va || !vkf_transfer_side(image, &r->imageSubresource, &r->imageOffset, &side))
      return;
   bool is_3d = image->type == VK_IMAGE_TYPE_3D;
   uint32_t unit_B = buffer_block_B(image, aspects);
   struct vkf_aspect_bytes b = vkf_aspect_bytes(image, aspects);
   gpu_job_surface in_buffer = buffer_side(buffer, image, r, unit_B);
   side.surface.first_B = b.first;
   gpu_image_job job = {
       .src = to_image ? in_buffer : side.surface,
       .dst = to_image ? side.surface : in_buffer,
       .width = VKF_MIN(vkf_div_up(r->imageExtent.width, image->info->block_w_px), side.width_el),
       .height = VKF_MIN(vkf_div_up(r->imageExtent.height, image->info->block_h_px), side.height_el),
       .depth = VKF_MIN(is_3d ? r->imageExtent.depth : r->imageSubresource.layerCount, side.slices),
       .bytes = VKF_MIN(b.count, unit_B)};
   vkf_transfer_put(cmd, &job, false);
}

static VkBufferImageCopy without_chain(const VkBufferImageCopy2 *r)
{
   return (VkBufferImageCopy){r->bufferOffset,     r->bufferRowLength, r->bufferImageHeight,
                              r->imageSubresource, r->imageOffset,     r->imageExtent};
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyBufferToImage(VkCommandBuffer commandBuffer, VkBuffer srcBuffer,
                                                    VkImage dstImage, VkImageLayout dstImageLayout,
                                                    uint32_t regionCount, const VkBufferImageCopy *pRegions)
{
   for (uint32_t i = 0; i < regionCount; i++)
      copy_buffer(vkf_command_buffer_from(commandBuffer), vkf_buffer_from(srcBuffer),
                  vkf_image_from(dstImage), true, &pRegions[i]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyBufferToImage2KHR(VkCommandBuffer commandBuffer,
                                                        const VkCopyBufferToImageInfo2 *pInfo)
{
   for (uint32_t i = 0; i < pInfo->regionCount; i++) {
      VkBufferImageCopy r = without_chain(&pInfo->pRegions[i]);
      copy_buffer(vkf_command_buffer_from(commandBuffer), vkf_buffer_from(pInfo->srcBuffer),
                  vkf_image_from(pInfo->dstImage), true, &r);
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyImageToBuffer(VkCommandBuffer commandBuffer, VkImage srcImage,
                                                    VkImageLayout srcImageLayout, VkBuffer dstBuffer,
                                                    uint32_t regionCount, const VkBufferImageCopy *pRegions)
{
   for (uint32_t i = 0; i < regionCount; i++)
      copy_buffer(vkf_command_buffer_from(commandBuffer), vkf_buffer_from(dstBuffer),
                  vkf_image_from(srcImage), false, &pRegions[i]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyImageToBuffer2KHR(VkCommandBuffer commandBuffer,
                                                        const VkCopyImageToBufferInfo2 *pInfo)
{
   for (uint32_t i = 0; i < pInfo->regionCount; i++) {
      VkBufferImageCopy r = without_chain(&pInfo->pRegions[i]);
      copy_buffer(vkf_command_buffer_from(commandBuffer), vkf_buffer_from(pInfo->dstBuffer),
                  vkf_image_from(pInfo->srcImage), false, &r);
   }
}
