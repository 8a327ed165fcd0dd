/* Subresources as surfaces of the copy engine. Invariant: whatever an application asks for, a surface stays
 * within its image, so that its mistakes end in nothing copied or in the device's fault, never in another
 * object's memory by way of wrong sizes. */
#include "vkf_transfer.h"
#include "vkf_packet.h"

struct vkf_aspect_bytes vkf_aspect_bytes(const struct vkf_image *image, VkImageAspectFlags aspects)
{
   const fmt_info *f = image->info;
   aspects &= image->aspects;
   if (aspects == image->aspects)
      return (struct vkf_aspect_bytes){0, f->block_B};
   const fmt_component *c = &f->component[aspects == VK_IMAGE_ASPECT_STENCIL_BIT];
   return aspects ? (struct vkf_aspect_bytes){c->shift / 8u, c->bits / 8u} : (struct vkf_aspect_bytes){0, 0};
}

bool vkf_transfer_side(const struct vkf_image *image, const VkImageSubresourceLayers *sub,
                       const VkOffset3D *offset, struct vkf_transfer_side *out)
{
   bool is_3d = image->type == VK_IMAGE_TYPE_3D;
   if (!image->va || sub->mipLevel >= image->levels || sub->baseArrayLayer >= image->layers ||
       offset->x < 0 || offset->y < 0 || offset->z < 0)
      return false;
   gpu_image_level l = vkf_image_level(image, sub->mipLevel);
   uint32_t x = (uint32_t)offset->x / image->info->block_w_px,
            y = (uint32_t)offset->y / image->info->block_h_px;
   uint32_t z = is_3d ? (uint32_t)offset->z : 0;
   if (x >= l.width_el || y >= l.height_el || z >= l.depth)
      return false;
   *out = (struct vkf_transfer_side){
       .surface = {.va = vkf_image_va(image, sub->mipLevel, sub->baseArrayLayer) + z * l.slice_B,
                   .tile_log2 = l.tile_log2,
                   .unit_B = image->info->block_B,
                   .x = x,
                   .y = y,
                   .row_B = l.row_B,
                   .slice_B = is_3d ? l.slice_B : image->layer_stride_B},
       .width_el = l.width_el - x,
       .height_el = l.height_el - y,
       .slices = is_3d ? l.depth - z : VKF_MIN(sub->layerCount, image->layers - sub->baseArrayLayer)};
   return true;
}

void vkf_transfer_put(struct vkf_command_buffer *cmd, const gpu_image_job *job, bool fill)
{
   if (!job->width || !job->height || !job->depth || !job->bytes)
      return;
   uint32_t *p = vkf_stream_reserve(&cmd->stream, 1 + GPU_IMAGE_JOB_DW);
   *p++ = GPU_PKT_HEADER(fill ? GPU_PKT_FILL_IMAGE : GPU_PKT_COPY_IMAGE, GPU_IMAGE_JOB_DW, 0);
   gpu_image_job_encode(job, fill, p);
   vkf_stream_commit(&cmd->stream, p + GPU_IMAGE_JOB_DW);
}
