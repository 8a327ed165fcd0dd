/* What the transfer commands on images share: a subresource as a surface of the copy engine
 * (gpu/image_job.h). */
#ifndef VKF_TRANSFER_H
#define VKF_TRANSFER_H

#include "image_job.h"
#include "vkf_command_buffer.h"
#include "vkf_image.h"

/* The bytes of a block that an aspect mask means. */
struct vkf_aspect_bytes {
   uint32_t first, count;
};
struct vkf_aspect_bytes vkf_aspect_bytes(const struct vkf_image *image, VkImageAspectFlags aspects);

/* A level seen by the engine: elements, and slices that are layers or, of 3D images, slices of the one layer.
 */
struct vkf_transfer_side {
   gpu_job_surface surface;              /* at the box's origin; unit_B, first_B of the whole block */
   uint32_t width_el, height_el, slices; /* from the origin on to the end of the subresource */
};

/* A box that begins at offset of a subresource; layers as asked for, 3D images by the offset's z. False: it
 * lies outside of the image, so there is nothing to transfer. */
bool vkf_transfer_side(const struct vkf_image *image, const VkImageSubresourceLayers *sub,
                       const VkOffset3D *offset, struct vkf_transfer_side *out);

/* A component of a clear value as the format's own kind of number. */
void vkf_clear_component(fmt_texel *t, unsigned c, const fmt_info *info, const VkClearColorValue *v);

/* Put the job into the stream, unless it is empty. */
void vkf_transfer_put(struct vkf_command_buffer *cmd, const gpu_image_job *job, bool fill);

static inline uint32_t vkf_div_up(uint32_t n, uint32_t by)
{
   return n / by + (n % by != 0);
}

#endif
