/* vkCmdClearAttachments: the copy engine fills rectangles of the targets at hand, after the draws before and before those behind. */
#include "vkf_device.h"
#include "vkf_gfx_state.h"
#include "vkf_image.h"
#include "vkf_packet.h"
#include "vkf_rendering.h"

static void barrier(struct vkf_command_buffer *cmd, uint32_t wait)
{
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(BARRIER));
   vkf_stream_commit(&cmd->stream, vkf_pkt_barrier(p, wait, 0));
}

static void clear_rect(struct vkf_command_buffer *cmd, const struct vkf_rendering *r, const struct vkf_image_view *view,
                       VkImageAspectFlags aspects, const VkClearValue *value, const VkClearRect *rect)
{
   if (!view)
      return;
   if (!r->view_mask)
      vkf_rendering_clear(cmd, view, aspects, value, &rect->rect, rect->baseArrayLayer, rect->layerCount);
   for (uint32_t v = 0; v < 32; v++)
      if (r->view_mask >> v & 1)
         vkf_rendering_clear(cmd, view, aspects, value, &rect->rect, v, 1);
}

static void clear(struct vkf_command_buffer *cmd, const struct vkf_rendering *r, const VkClearAttachment *a,
                  const VkClearRect *rect)
{
   if (a->aspectMask & VK_IMAGE_ASPECT_COLOR_BIT && a->colorAttachment < r->color_count)
      clear_rect(cmd, r, r->color[a->colorAttachment].view, VK_IMAGE_ASPECT_COLOR_BIT, &a->clearValue, rect);
   if (a->aspectMask & VK_IMAGE_ASPECT_DEPTH_BIT)
      clear_rect(cmd, r, r->depth.view, VK_IMAGE_ASPECT_DEPTH_BIT, &a->clearValue, rect);
   if (a->aspectMask & VK_IMAGE_ASPECT_STENCIL_BIT)
      clear_rect(cmd, r, r->stencil.view, VK_IMAGE_ASPECT_STENCIL_BIT, &a->clearValue, rect);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdClearAttachments(VkCommandBuffer commandBuffer, uint32_t attachmentCount,
                                                   const VkClearAttachment *pAttachments, uint32_t rectCount,
                                                   const VkClearRect *pRects)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   if (!g)
      return;
   if (!g->rendering.known) {
      vkf_cmd_unsupported(commandBuffer, "vkCmdClearAttachments in a secondary command buffer that names no framebuffer");
      return;
   }
   barrier(cmd, GPU_BARRIER_GFX);
   for (uint32_t i = 0; i < attachmentCount; i++)
      for (uint32_t k = 0; k < rectCount; k++)
         clear(cmd, &g->rendering, &pAttachments[i], &pRects[k]);
   barrier(cmd, GPU_BARRIER_DMA);
}
