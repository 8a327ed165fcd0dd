/* vkCmdClearAttachments, and the clears that begin a subpass: the graphics front end fills rectangles of whatever targets are bound,
 * in the order of the draws. So it does not matter whether this command buffer knows the targets or inherits them. */
#include "vkf_device.h"
#include "vkf_gfx_state.h"
#include "vkf_packet.h"
#include "vkf_rendering.h"

static uint32_t point(int64_t x, int64_t y)
{
   uint32_t most = GPU_GFX_SIZE_MAX;
   return (uint32_t)(x < 0 ? 0 : VKF_MIN(x, (int64_t)most)) | (uint32_t)(y < 0 ? 0 : VKF_MIN(y, (int64_t)most)) << 16;
}

static void put(struct vkf_command_buffer *cmd, uint32_t what, const VkRect2D *r, uint32_t first_layer, uint32_t layers,
                const uint32_t value[4])
{
   uint32_t most = GPU_GFX_LAYERS_MAX;
   const uint32_t packet[] = {VKF_PKT_FIXED(CLEAR_TARGET, 0), what, point(r->offset.x, r->offset.y),
                              point((int64_t)r->offset.x + r->extent.width, (int64_t)r->offset.y + r->extent.height),
                              VKF_MIN(first_layer, most) | VKF_MIN(layers, most) << 16, value[0], value[1], value[2], value[3]};
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_COUNT(packet));
   memcpy(p, packet, sizeof packet);
   vkf_stream_commit(&cmd->stream, p + VKF_COUNT(packet));
}

void vkf_clear_bound(struct vkf_command_buffer *cmd, uint32_t view_mask, uint32_t what, const VkClearRect *rect,
                     const uint32_t value[4])
{
   if (!view_mask)
      put(cmd, what, &rect->rect, rect->baseArrayLayer, rect->layerCount, value);
   for (uint32_t v = 0; v < 32; v++)
      if (view_mask >> v & 1)
         put(cmd, what, &rect->rect, v, 1, value);
}

static void clear(struct vkf_command_buffer *cmd, uint32_t view_mask, const VkClearAttachment *a, const VkClearRect *rect)
{
   uint32_t color[4], depth[4] = {0, a->clearValue.depthStencil.stencil & 0xff, 0, 0};
   uint32_t what = (a->aspectMask & VK_IMAGE_ASPECT_DEPTH_BIT ? GPU_CLEAR_DEPTH : 0) |
                   (a->aspectMask & VK_IMAGE_ASPECT_STENCIL_BIT ? GPU_CLEAR_STENCIL : 0);
   memcpy(color, &a->clearValue.color, sizeof color);
   memcpy(depth, &a->clearValue.depthStencil.depth, sizeof depth[0]);
   if (a->aspectMask & VK_IMAGE_ASPECT_COLOR_BIT && a->colorAttachment < GPU_GFX_TARGETS)
      vkf_clear_bound(cmd, view_mask, a->colorAttachment, rect, color);
   if (what)
      vkf_clear_bound(cmd, view_mask, what, rect, depth);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdClearAttachments(VkCommandBuffer commandBuffer, uint32_t attachmentCount,
                                                   const VkClearAttachment *pAttachments, uint32_t rectCount,
                                                   const VkClearRect *pRects)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   if (!g)
      return;
   vkf_gfx_flush(cmd, g);
   for (uint32_t i = 0; i < attachmentCount; i++)
      for (uint32_t k = 0; k < rectCount; k++)
         clear(cmd, g->rendering.view_mask, &pAttachments[i], &pRects[k]);
}
