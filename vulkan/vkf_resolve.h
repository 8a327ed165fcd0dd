/* Resolves of attachments, by the same programs as vkCmdResolveImage. vkf_cmd_blit.c */
#ifndef VKF_RESOLVE_H
#define VKF_RESOLVE_H

#include "vkf.h"

struct vkf_command_buffer;
struct vkf_image_view;

/* One aspect of layers 0..layers-1 of the views, the samples of each pixel of the area made one by mode. */
void vkf_resolve_views(struct vkf_command_buffer *cmd, const struct vkf_image_view *from, const struct vkf_image_view *to,
                       VkImageAspectFlags aspect, VkResolveModeFlagBits mode, const VkRect2D *area, uint32_t layers);

#endif
