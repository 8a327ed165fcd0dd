/* VkRenderPass and VkFramebuffer: attachments and the subpasses that use them. The card knows neither: subpasses become renderings
 * (vkf_cmd_render_pass.c). */
#ifndef VKF_RENDER_PASS_H
#define VKF_RENDER_PASS_H

#include "gfx.h"
#include "vkf.h"

struct vkf_image_view;

struct vkf_pass_attachment {
   VkFormat format;
   VkSampleCountFlagBits samples;
   VkAttachmentLoadOp load, stencil_load;
   uint32_t first_use; /* subpass; VK_SUBPASS_EXTERNAL: never used */
};

struct vkf_subpass {
   uint32_t view_mask;
   uint32_t color_count;
   uint32_t color[GPU_GFX_TARGETS], resolve[GPU_GFX_TARGETS]; /* VK_ATTACHMENT_UNUSED */
   uint32_t depth_stencil, depth_stencil_resolve;
   VkResolveModeFlagBits depth_mode, stencil_mode;
};

struct vkf_render_pass {
   struct vkf_object object;
   uint32_t attachment_count, subpass_count;
   struct vkf_pass_attachment *attachments;
   struct vkf_subpass *subpasses; /* both behind the object */
};
VKF_HANDLE(vkf_render_pass, VkRenderPass)

struct vkf_framebuffer {
   struct vkf_object object;
   uint32_t width, height, layers, count; /* count 0: imageless, or nothing */
   const struct vkf_image_view *views[];
};
VKF_HANDLE(vkf_framebuffer, VkFramebuffer)

#endif
