/* Rendering into attachments: what dynamic rendering and the subpasses of render passes both come down to. */
#ifndef VKF_RENDERING_H
#define VKF_RENDERING_H

#include "gfx.h"
#include "vkf.h"

struct vkf_command_buffer;
struct vkf_image_view;

struct vkf_attachment {
   const struct vkf_image_view *view;    /* NULL: unused */
   const struct vkf_image_view *resolve; /* NULL: none */
   VkResolveModeFlagBits resolve_mode;
   bool clear;
   uint32_t clear_views; /* with multiview: which of the views */
   VkClearValue value;
};

struct vkf_rendering {
   VkRect2D area;
   uint32_t layers, view_mask; /* view_mask 0: no multiview */
   uint32_t color_count;
   struct vkf_attachment color[GPU_GFX_TARGETS], depth, stencil;
   bool active;
};

/* Sets targets and areas, and clears what is to be cleared. The attachments of *r are those of one subpass. */
void vkf_rendering_begin(struct vkf_command_buffer *cmd, const struct vkf_rendering *r);
/* Waits for the draws and resolves. */
void vkf_rendering_end(struct vkf_command_buffer *cmd);

/* Clear a rectangle of layers of targets that are bound, of which the registers are in the stream: `what` and value as CLEAR_TARGET
 * has them. With a view mask, layers are the views in it. */
void vkf_clear_bound(struct vkf_command_buffer *cmd, uint32_t view_mask, uint32_t what, const VkClearRect *rect,
                     const uint32_t value[4]);
/* Clear a rectangle of layers of a view; aspects of depth and stencil views as given. The copy engine does it: draws before and after
 * are the caller's to order. */
void vkf_rendering_clear(struct vkf_command_buffer *cmd, const struct vkf_image_view *view, VkImageAspectFlags aspects,
                         const VkClearValue *value, const VkRect2D *area, uint32_t first_layer, uint32_t layers);

#endif
