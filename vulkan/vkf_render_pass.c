/* VkRenderPass and VkFramebuffer. Both versions of the creation call fill the same object; subpass dependencies need no record, since
 * every change of subpass waits for the draws before it. */
#include "vkf_render_pass.h"
#include "vkf_device.h"
#include "vkf_image.h"

static struct vkf_render_pass *new_pass(struct vkf_device *device, const VkAllocationCallbacks *alloc, uint32_t attachments,
                                        uint32_t subpasses)
{
   size_t a_B = attachments * sizeof(struct vkf_pass_attachment), s_B = subpasses * sizeof(struct vkf_subpass);
   struct vkf_render_pass *pass =
      vkf_device_object(device, alloc, sizeof *pass + a_B + s_B, VK_OBJECT_TYPE_RENDER_PASS);
   if (!pass)
      return NULL;
   pass->attachment_count = attachments;
   pass->subpass_count = subpasses;
   pass->attachments = (struct vkf_pass_attachment *)(pass + 1);
   pass->subpasses = (struct vkf_subpass *)((char *)(pass + 1) + a_B);
   for (uint32_t i = 0; i < subpasses; i++) {
      struct vkf_subpass *s = &pass->subpasses[i];
      for (uint32_t c = 0; c < GPU_GFX_TARGETS; c++)
         s->color[c] = s->resolve[c] = VK_ATTACHMENT_UNUSED;
      s->depth_stencil = s->depth_stencil_resolve = VK_ATTACHMENT_UNUSED;
   }
   return pass;
}

static void use(struct vkf_render_pass *pass, uint32_t attachment, uint32_t subpass)
{
   if (attachment < pass->attachment_count && pass->attachments[attachment].first_use > subpass)
      pass->attachments[attachment].first_use = subpass;
}

static void note_uses(struct vkf_render_pass *pass)
{
   for (uint32_t i = 0; i < pass->attachment_count; i++)
      pass->attachments[i].first_use = VK_SUBPASS_EXTERNAL;
   for (uint32_t i = 0; i < pass->subpass_count; i++) {
      const struct vkf_subpass *s = &pass->subpasses[i];
      for (uint32_t c = 0; c < s->color_count; c++) {
         use(pass, s->color[c], i);
         use(pass, s->resolve[c], i);
      }
      use(pass, s->depth_stencil, i);
      use(pass, s->depth_stencil_resolve, i);
   }
}

static void set_attachment(struct vkf_pass_attachment *a, VkFormat format, VkSampleCountFlagBits samples, VkAttachmentLoadOp load,
                           VkAttachmentLoadOp stencil_load)
{
   *a = (struct vkf_pass_attachment){.format = format, .samples = samples, .load = load, .stencil_load = stencil_load};
}

static void read_subpass(struct vkf_subpass *s, const VkSubpassDescription *d)
{
   s->color_count = VKF_MIN(d->colorAttachmentCount, GPU_GFX_TARGETS);
   for (uint32_t c = 0; c < s->color_count; c++) {
      s->color[c] = d->pColorAttachments[c].attachment;
      if (d->pResolveAttachments)
         s->resolve[c] = d->pResolveAttachments[c].attachment;
   }
   if (d->pDepthStencilAttachment)
      s->depth_stencil = d->pDepthStencilAttachment->attachment;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateRenderPass(VkDevice device_, const VkRenderPassCreateInfo *pCreateInfo,
                                                    const VkAllocationCallbacks *pAllocator, VkRenderPass *pRenderPass)
{
   struct vkf_render_pass *pass =
      new_pass(vkf_device_from(device_), pAllocator, pCreateInfo->attachmentCount, pCreateInfo->subpassCount);
   if (!pass)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   for (uint32_t i = 0; i < pass->attachment_count; i++) {
      const VkAttachmentDescription *a = &pCreateInfo->pAttachments[i];
      set_attachment(&pass->attachments[i], a->format, a->samples, a->loadOp, a->stencilLoadOp);
   }
   const VkRenderPassMultiviewCreateInfo *multiview =
      vkf_find_in(pCreateInfo->pNext, VK_STRUCTURE_TYPE_RENDER_PASS_MULTIVIEW_CREATE_INFO);
   for (uint32_t i = 0; i < pass->subpass_count; i++) {
      read_subpass(&pass->subpasses[i], &pCreateInfo->pSubpasses[i]);
      if (multiview && i < multiview->subpassCount)
         pass->subpasses[i].view_mask = multiview->pViewMasks[i];
   }
   note_uses(pass);
   *pRenderPass = vkf_render_pass_to(pass);
   return VK_SUCCESS;
}

static void read_subpass2(struct vkf_subpass *s, const VkSubpassDescription2 *d)
{
   s->view_mask = d->viewMask;
   s->color_count = VKF_MIN(d->colorAttachmentCount, GPU_GFX_TARGETS);
   for (uint32_t c = 0; c < s->color_count; c++) {
      s->color[c] = d->pColorAttachments[c].attachment;
      if (d->pResolveAttachments)
         s->resolve[c] = d->pResolveAttachments[c].attachment;
   }
   if (d->pDepthStencilAttachment)
      s->depth_stencil = d->pDepthStencilAttachment->attachment;
   const VkSubpassDescriptionDepthStencilResolve *r =
      vkf_find_in(d->pNext, VK_STRUCTURE_TYPE_SUBPASS_DESCRIPTION_DEPTH_STENCIL_RESOLVE);
   if (r && r->pDepthStencilResolveAttachment) {
      s->depth_stencil_resolve = r->pDepthStencilResolveAttachment->attachment;
      s->depth_mode = r->depthResolveMode;
      s->stencil_mode = r->stencilResolveMode;
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateRenderPass2KHR(VkDevice device_, const VkRenderPassCreateInfo2 *pCreateInfo,
                                                        const VkAllocationCallbacks *pAllocator, VkRenderPass *pRenderPass)
{
   struct vkf_render_pass *pass =
      new_pass(vkf_device_from(device_), pAllocator, pCreateInfo->attachmentCount, pCreateInfo->subpassCount);
   if (!pass)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   for (uint32_t i = 0; i < pass->attachment_count; i++) {
      const VkAttachmentDescription2 *a = &pCreateInfo->pAttachments[i];
      set_attachment(&pass->attachments[i], a->format, a->samples, a->loadOp, a->stencilLoadOp);
   }
   for (uint32_t i = 0; i < pass->subpass_count; i++)
      read_subpass2(&pass->subpasses[i], &pCreateInfo->pSubpasses[i]);
   note_uses(pass);
   *pRenderPass = vkf_render_pass_to(pass);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyRenderPass(VkDevice device, VkRenderPass renderPass,
                                                 const VkAllocationCallbacks *pAllocator)
{
   if (renderPass)
      vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_render_pass_from(renderPass));
}

VKAPI_ATTR void VKAPI_CALL vkf_GetRenderAreaGranularity(VkDevice device, VkRenderPass renderPass, VkExtent2D *pGranularity)
{
   *pGranularity = (VkExtent2D){1, 1};
}

/* ---- framebuffers ------------------------------------------------------------------------------------------ */
VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateFramebuffer(VkDevice device_, const VkFramebufferCreateInfo *pCreateInfo,
                                                     const VkAllocationCallbacks *pAllocator, VkFramebuffer *pFramebuffer)
{
   struct vkf_device *device = vkf_device_from(device_);
   uint32_t n = pCreateInfo->flags & VK_FRAMEBUFFER_CREATE_IMAGELESS_BIT ? 0 : pCreateInfo->attachmentCount;
   struct vkf_framebuffer *fb =
      vkf_device_object(device, pAllocator, sizeof *fb + n * sizeof fb->views[0], VK_OBJECT_TYPE_FRAMEBUFFER);
   if (!fb)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   fb->width = pCreateInfo->width;
   fb->height = pCreateInfo->height;
   fb->layers = pCreateInfo->layers;
   fb->count = n;
   for (uint32_t i = 0; i < n; i++)
      fb->views[i] = vkf_image_view_from(pCreateInfo->pAttachments[i]);
   *pFramebuffer = vkf_framebuffer_to(fb);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyFramebuffer(VkDevice device, VkFramebuffer framebuffer,
                                                  const VkAllocationCallbacks *pAllocator)
{
   if (framebuffer)
      vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_framebuffer_from(framebuffer));
}
