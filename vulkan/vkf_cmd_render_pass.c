/* Render passes as command buffers record them: each subpass is one rendering (vkf_rendering.c) whose attachments are cleared if
 * this is their first use. Between subpasses the draws before are waited for, which covers every subpass dependency. */
#include "vkf_cmd_render_pass.h"
#include "vkf_device.h"
#include "vkf_gfx_state.h"
#include "vkf_image.h"
#include "vkf_packet.h"
#include "vkf_render_pass.h"
#include "vkf_rendering.h"

static void wait_draws(struct vkf_command_buffer *cmd)
{
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(BARRIER));
   vkf_stream_commit(&cmd->stream, vkf_pkt_barrier(p, GPU_BARRIER_GFX, VKF_CACHE_WRITEBACK | VKF_CACHE_INVALIDATE));
}

static const struct vkf_image_view *view_of(const struct vkf_pass_state *s, uint32_t attachment)
{
   return attachment < s->view_count ? s->views[attachment] : NULL;
}

/* Load operations are due at an attachment's first use; with multiview that of each view. */
static struct vkf_attachment attachment(const struct vkf_pass_state *s, uint32_t index, uint32_t resolve, bool stencil)
{
   struct vkf_attachment a = {.view = view_of(s, index), .resolve = view_of(s, resolve)};
   if (!a.view || index >= s->pass->attachment_count)
      return (struct vkf_attachment){0};
   const struct vkf_pass_attachment *p = &s->pass->attachments[index];
   uint32_t views = s->pass->subpasses[s->subpass].view_mask;
   bool due = views ? (views & ~s->seen[index]) != 0 : p->first_use == s->subpass;
   a.clear = due && (stencil ? p->stencil_load : p->load) == VK_ATTACHMENT_LOAD_OP_CLEAR;
   a.clear_views = ~s->seen[index];
   if (index < s->clear_count)
      a.value = s->clears[index];
   a.resolve_mode = VK_RESOLVE_MODE_AVERAGE_BIT;
   return a;
}

static void see(struct vkf_pass_state *s, uint32_t index, uint32_t views)
{
   if (index < s->view_count)
      s->seen[index] |= views;
}

/* Resolve modes may leave an aspect of the target out, which then holds what its load operation made of it. */
static void clear_resolve_target(struct vkf_command_buffer *cmd, const struct vkf_pass_state *s, uint32_t index)
{
   const struct vkf_image_view *view = view_of(s, index);
   if (!view || index >= s->pass->attachment_count || index >= s->clear_count ||
       s->pass->attachments[index].first_use != s->subpass)
      return;
   const struct vkf_pass_attachment *p = &s->pass->attachments[index];
   VkImageAspectFlags aspects = (p->load == VK_ATTACHMENT_LOAD_OP_CLEAR ? VK_IMAGE_ASPECT_DEPTH_BIT : 0) |
                                (p->stencil_load == VK_ATTACHMENT_LOAD_OP_CLEAR ? VK_IMAGE_ASPECT_STENCIL_BIT : 0);
   uint32_t views = s->pass->subpasses[s->subpass].view_mask, layers = views ? view->range.layers : s->layers;
   for (VkImageAspectFlags a = VK_IMAGE_ASPECT_DEPTH_BIT; a <= VK_IMAGE_ASPECT_STENCIL_BIT; a <<= 1)
      if (aspects & a & view->image->aspects)
         vkf_rendering_clear(cmd, view, a, &s->clears[index], &s->area, 0, layers);
   uint32_t *packet = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(BARRIER));
   vkf_stream_commit(&cmd->stream, vkf_pkt_barrier(packet, GPU_BARRIER_DMA, 0));
}

static void begin_subpass(struct vkf_command_buffer *cmd, struct vkf_pass_state *s)
{
   const struct vkf_subpass *sub = &s->pass->subpasses[s->subpass];
   struct vkf_rendering r = {.area = s->area, .layers = s->layers, .view_mask = sub->view_mask, .color_count = sub->color_count};
   for (uint32_t c = 0; c < sub->color_count; c++)
      r.color[c] = attachment(s, sub->color[c], sub->resolve[c], false);
   const struct vkf_image_view *ds = view_of(s, sub->depth_stencil);
   if (ds && ds->image->aspects & VK_IMAGE_ASPECT_DEPTH_BIT) {
      r.depth = attachment(s, sub->depth_stencil, sub->depth_mode ? sub->depth_stencil_resolve : VK_ATTACHMENT_UNUSED, false);
      r.depth.resolve_mode = sub->depth_mode;
   }
   if (ds && ds->image->aspects & VK_IMAGE_ASPECT_STENCIL_BIT) {
      r.stencil = attachment(s, sub->depth_stencil, sub->stencil_mode ? sub->depth_stencil_resolve : VK_ATTACHMENT_UNUSED, true);
      r.stencil.resolve_mode = sub->stencil_mode;
   }
   vkf_rendering_begin(cmd, &r);
   clear_resolve_target(cmd, s, sub->depth_stencil_resolve);
   for (uint32_t c = 0; c < sub->color_count; c++)
      see(s, sub->color[c], sub->view_mask);
   see(s, sub->depth_stencil, sub->view_mask);
}

/* Attachments and clear values are copied: the framebuffer may be imageless, and pClearValues is the caller's. */
static bool take_arrays(struct vkf_command_buffer *cmd, struct vkf_pass_state *s, const VkRenderPassBeginInfo *info,
                        const struct vkf_framebuffer *fb)
{
   const VkRenderPassAttachmentBeginInfo *late = vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_RENDER_PASS_ATTACHMENT_BEGIN_INFO);
   s->view_count = fb->count ? fb->count : late ? late->attachmentCount : 0;
   s->clear_count = info->clearValueCount;
   size_t views_B = s->view_count * sizeof *s->views, clears_B = s->clear_count * sizeof *s->clears;
   size_t seen_B = s->view_count * sizeof *s->seen;
   vkf_free(cmd->device->alloc, s->memory);
   s->memory = vkf_alloc(cmd->device->alloc, views_B + clears_B + seen_B + 1, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
   if (!s->memory) {
      cmd->stream.error = vkf_error(cmd->device, cmd, VK_ERROR_OUT_OF_HOST_MEMORY, "no memory for a render pass");
      return false;
   }
   s->views = s->memory;
   s->clears = (VkClearValue *)((char *)s->memory + views_B);
   s->seen = (uint32_t *)((char *)s->memory + views_B + clears_B);
   for (uint32_t i = 0; i < s->view_count; i++)
      s->views[i] = fb->count ? fb->views[i] : vkf_image_view_from(late->pAttachments[i]);
   if (clears_B)
      memcpy(s->clears, info->pClearValues, clears_B);
   return true;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginRenderPass(VkCommandBuffer commandBuffer, const VkRenderPassBeginInfo *pRenderPassBegin,
                                                  VkSubpassContents contents)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   const struct vkf_framebuffer *fb = vkf_framebuffer_from(pRenderPassBegin->framebuffer);
   if (!g || !take_arrays(cmd, &cmd->pass, pRenderPassBegin, fb))
      return;
   struct vkf_pass_state *s = &cmd->pass;
   s->pass = vkf_render_pass_from(pRenderPassBegin->renderPass);
   s->subpass = 0;
   s->area = pRenderPassBegin->renderArea;
   s->layers = fb->layers;
   begin_subpass(cmd, s);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdNextSubpass(VkCommandBuffer commandBuffer, VkSubpassContents contents)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   if (!vkf_gfx_state(cmd) || !cmd->pass.pass || cmd->pass.subpass + 1 >= cmd->pass.pass->subpass_count)
      return;
   vkf_rendering_end(cmd);
   wait_draws(cmd);
   cmd->pass.subpass++;
   begin_subpass(cmd, &cmd->pass);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndRenderPass(VkCommandBuffer commandBuffer)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   vkf_rendering_end(cmd);
   wait_draws(cmd);
   cmd->pass.pass = NULL;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginRenderPass2KHR(VkCommandBuffer commandBuffer, const VkRenderPassBeginInfo *pRenderPassBegin,
                                                      const VkSubpassBeginInfo *pSubpassBeginInfo)
{
   vkf_CmdBeginRenderPass(commandBuffer, pRenderPassBegin, pSubpassBeginInfo->contents);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdNextSubpass2KHR(VkCommandBuffer commandBuffer, const VkSubpassBeginInfo *pSubpassBeginInfo,
                                                  const VkSubpassEndInfo *pSubpassEndInfo)
{
   vkf_CmdNextSubpass(commandBuffer, pSubpassBeginInfo->contents);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndRenderPass2KHR(VkCommandBuffer commandBuffer, const VkSubpassEndInfo *pSubpassEndInfo)
{
   vkf_CmdEndRenderPass(commandBuffer);
}

/* ---- dynamic rendering --------------------------------------------------------------------------------------- */
static struct vkf_attachment dynamic_attachment(const VkRenderingAttachmentInfo *i)
{
   struct vkf_attachment a = {0};
   if (!i || !i->imageView)
      return a;
   a.view = vkf_image_view_from(i->imageView);
   a.clear = i->loadOp == VK_ATTACHMENT_LOAD_OP_CLEAR;
   a.clear_views = ~0u;
   a.value = i->clearValue;
   a.resolve = i->resolveMode ? vkf_image_view_from(i->resolveImageView) : NULL;
   a.resolve_mode = i->resolveMode;
   return a;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginRenderingKHR(VkCommandBuffer commandBuffer, const VkRenderingInfo *pRenderingInfo)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_rendering r = {.area = pRenderingInfo->renderArea, .layers = pRenderingInfo->layerCount,
                             .view_mask = pRenderingInfo->viewMask,
                             .color_count = VKF_MIN(pRenderingInfo->colorAttachmentCount, GPU_GFX_TARGETS)};
   for (uint32_t c = 0; c < r.color_count; c++)
      r.color[c] = dynamic_attachment(&pRenderingInfo->pColorAttachments[c]);
   r.depth = dynamic_attachment(pRenderingInfo->pDepthAttachment);
   r.stencil = dynamic_attachment(pRenderingInfo->pStencilAttachment);
   if (pRenderingInfo->flags & VK_RENDERING_RESUMING_BIT) {
      for (uint32_t c = 0; c < r.color_count; c++)
         r.color[c].clear = false;
      r.depth.clear = r.stencil.clear = false;
   }
   if (pRenderingInfo->flags & VK_RENDERING_SUSPENDING_BIT) {
      for (uint32_t c = 0; c < r.color_count; c++)
         r.color[c].resolve = NULL;
      r.depth.resolve = r.stencil.resolve = NULL;
   }
   vkf_rendering_begin(cmd, &r);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndRenderingKHR(VkCommandBuffer commandBuffer)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   vkf_rendering_end(cmd);
   wait_draws(cmd);
}
