/* The render pass that a command buffer is in. */
#ifndef VKF_CMD_RENDER_PASS_H
#define VKF_CMD_RENDER_PASS_H

#include "vkf.h"

struct vkf_image_view;
struct vkf_render_pass;

struct vkf_pass_state {
   const struct vkf_render_pass *pass; /* NULL: none */
   uint32_t subpass, layers;
   VkRect2D area;
   uint32_t view_count, clear_count;
   const struct vkf_image_view **views; /* in memory */
   VkClearValue *clears;                /* likewise */
   uint32_t *seen;                      /* likewise: views of each attachment that have been used */
   void *memory;
};

#endif
