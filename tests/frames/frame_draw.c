/* Draws a frame: render passes, framebuffers and draws as the scene has them, then the shown images side by side as one picture. */
#include "frame.h"
#include <stdlib.h>
#include <string.h>
#include "formats.h"

/* ---- render passes -------------------------------------------------------------------------------------------------------- */
static void describe_attachments(struct frame *f, const struct frame_pass *pass, VkAttachmentDescription *out)
{
   for (uint32_t i = 0; i < pass->attachments; i++) {
      struct frame_image *im = &f->image[pass->attachment[i]];
      VkAttachmentLoadOp load = im->written ? VK_ATTACHMENT_LOAD_OP_LOAD
                                : im->clear ? VK_ATTACHMENT_LOAD_OP_CLEAR
                                            : VK_ATTACHMENT_LOAD_OP_DONT_CARE;
      out[i] = (VkAttachmentDescription){.format = im->format, .samples = im->samples, .loadOp = load,
                                         .storeOp = VK_ATTACHMENT_STORE_OP_STORE, .stencilLoadOp = load,
                                         .stencilStoreOp = VK_ATTACHMENT_STORE_OP_STORE, .initialLayout = VK_IMAGE_LAYOUT_GENERAL,
                                         .finalLayout = VK_IMAGE_LAYOUT_GENERAL};
      im->written = true;
   }
}

struct references {
   VkAttachmentReference colour[8], resolve[8], input[8], depth;
};

static void describe_subpass(const struct frame_subpass *s, struct references *r, VkSubpassDescription *out)
{
   for (uint32_t i = 0; i < 8; i++) {
      r->colour[i] = (VkAttachmentReference){s->colour[i], VK_IMAGE_LAYOUT_GENERAL};
      r->resolve[i] = (VkAttachmentReference){s->resolve[i], VK_IMAGE_LAYOUT_GENERAL};
      r->input[i] = (VkAttachmentReference){s->input[i], VK_IMAGE_LAYOUT_GENERAL};
   }
   r->depth = (VkAttachmentReference){s->depth, VK_IMAGE_LAYOUT_GENERAL};
   *out = (VkSubpassDescription){.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS, .inputAttachmentCount = s->inputs,
                                 .pInputAttachments = r->input, .colorAttachmentCount = s->colours, .pColorAttachments = r->colour,
                                 .pResolveAttachments = s->resolves ? r->resolve : NULL,
                                 .pDepthStencilAttachment = s->depth == VK_ATTACHMENT_UNUSED ? NULL : &r->depth};
}

static void create_pass(struct frame *f, struct frame_pass *pass)
{
   VkAttachmentDescription attachments[FRAME_MAX_ATTACHMENTS];
   VkSubpassDescription subpasses[4];
   VkSubpassDependency dependencies[4];
   struct references references[4];
   const VkAccessFlags all = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
   describe_attachments(f, pass, attachments);
   for (uint32_t i = 0; i < pass->subpasses; i++) {
      describe_subpass(&pass->subpass[i], &references[i], &subpasses[i]);
      dependencies[i] = (VkSubpassDependency){i ? i - 1 : 0, i, VK_PIPELINE_STAGE_ALL_GRAPHICS_BIT, VK_PIPELINE_STAGE_ALL_GRAPHICS_BIT,
                                              all, all, VK_DEPENDENCY_BY_REGION_BIT};
   }
   VkRenderPassCreateInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO, .attachmentCount = pass->attachments,
                                  .pAttachments = attachments, .subpassCount = pass->subpasses, .pSubpasses = subpasses,
                                  .dependencyCount = pass->subpasses - 1, .pDependencies = dependencies + 1};
   frame_must(vkCreateRenderPass(frame_gpu.device, &info, NULL, &pass->pass), "vkCreateRenderPass");
   VkImageView views[FRAME_MAX_ATTACHMENTS];
   const struct frame_image *first = &f->image[pass->attachment[0]];
   for (uint32_t i = 0; i < pass->attachments; i++)
      views[i] = f->image[pass->attachment[i]].target;
   VkFramebufferCreateInfo framebuffer = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO, .renderPass = pass->pass,
                                          .attachmentCount = pass->attachments, .pAttachments = views, .width = first->width,
                                          .height = first->height, .layers = first->layers};
   frame_must(vkCreateFramebuffer(frame_gpu.device, &framebuffer, NULL, &pass->framebuffer), "vkCreateFramebuffer");
}

/* ---- draws ------------------------------------------------------------------------------------------------------------------- */
static void record_draw(const struct frame *f, const struct frame_draw *d, VkPipeline pipeline, VkCommandBuffer cmd)
{
   const struct frame_pipeline *p = &f->pipeline[d->pipeline];
   vkCmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline);
   vkCmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, p->layout, 0, 1, &p->set, 0, NULL);
   if (d->pushes)
      vkCmdPushConstants(cmd, p->layout, VK_SHADER_STAGE_ALL_GRAPHICS, 0, d->pushes * 4, d->push);
   for (uint32_t i = 0; i < d->vertex_buffers; i++)
      vkCmdBindVertexBuffers(cmd, i, 1, &f->buffer[d->vertex[i]].buffer, &(VkDeviceSize){0});
   if (d->index != UINT32_MAX)
      vkCmdBindIndexBuffer(cmd, f->buffer[d->index].buffer, 0, f->buffer[d->index].index_type);
   bool indexed = d->index != UINT32_MAX;
   if (d->indirect != UINT32_MAX && indexed)
      vkCmdDrawIndexedIndirect(cmd, f->buffer[d->indirect].buffer, d->offset_B, d->count, d->stride);
   else if (d->indirect != UINT32_MAX)
      vkCmdDrawIndirect(cmd, f->buffer[d->indirect].buffer, d->offset_B, d->count, d->stride);
   else if (indexed)
      vkCmdDrawIndexed(cmd, d->vertices, d->instances, d->first, (int32_t)d->vertex_offset, d->base);
   else
      vkCmdDraw(cmd, d->vertices, d->instances, d->first, d->base);
}

static void record_pass(const struct frame *f, struct frame_pass *pass, const char *spirv, VkCommandBuffer cmd)
{
   VkClearValue clear[FRAME_MAX_ATTACHMENTS];
   const struct frame_image *first = &f->image[pass->attachment[0]];
   uint32_t subpass = 0;
   for (uint32_t i = 0; i < pass->attachments; i++)
      clear[i] = f->image[pass->attachment[i]].clear_value;
   VkRenderPassBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO, .renderPass = pass->pass,
                                  .framebuffer = pass->framebuffer, .renderArea = {{0, 0}, {first->width, first->height}},
                                  .clearValueCount = pass->attachments, .pClearValues = clear};
   vkCmdBeginRenderPass(cmd, &begin, VK_SUBPASS_CONTENTS_INLINE);
   for (uint32_t i = 0; i < pass->draws; i++) {
      const struct frame_draw *d = &f->draw[pass->first_draw + i];
      if (d->next && subpass + 1 < pass->subpasses) {
         subpass++;
         vkCmdNextSubpass(cmd, VK_SUBPASS_CONTENTS_INLINE);
      } else if (!d->next) {
         pass->pipelines[i] = frame_create_pipeline(f, &f->pipeline[d->pipeline], pass, subpass, spirv);
         record_draw(f, d, pass->pipelines[i], cmd);
      }
   }
   vkCmdEndRenderPass(cmd);
   frame_barrier(cmd);
}

static void draw_passes(struct frame *f, const char *spirv)
{
   VkDescriptorPool pool;
   frame_create_layouts(f, &pool);
   VkCommandBuffer cmd = frame_begin();
   frame_barrier(cmd);
   for (uint32_t i = 0; i < f->passes; i++) {
      create_pass(f, &f->pass[i]);
      record_pass(f, &f->pass[i], spirv, cmd);
   }
   frame_submit(cmd);
   for (uint32_t i = 0; i < f->passes; i++) {
      for (uint32_t d = 0; d < f->pass[i].draws; d++)
         vkDestroyPipeline(frame_gpu.device, f->pass[i].pipelines[d], NULL);
      vkDestroyFramebuffer(frame_gpu.device, f->pass[i].framebuffer, NULL);
      vkDestroyRenderPass(frame_gpu.device, f->pass[i].pass, NULL);
   }
   for (uint32_t i = 0; i < f->pipelines; i++) {
      vkDestroyPipelineLayout(frame_gpu.device, f->pipeline[i].layout, NULL);
      vkDestroyDescriptorSetLayout(frame_gpu.device, f->pipeline[i].set_layout, NULL);
   }
   vkDestroyDescriptorPool(frame_gpu.device, pool, NULL);
}

/* ---- picture -------------------------------------------------------------------------------------------------------------------- */
/* One channel of a texel as it is shown: integers modulo 256, depth and single channels as grey. */
static float shown(const fmt_info *info, const fmt_texel *t, unsigned c)
{
   enum fmt_type type = fmt_component_type(info, c);
   if (type == FMT_UINT || type == FMT_SINT)
      return (float)(t->c[c].u & 255) / 255;
   if (type == FMT_SNORM)
      return t->c[c].f / 2 + 0.5f;
   return t->c[c].f;
}

static void show_texel(const fmt_info *info, const uint8_t *texel, uint8_t *rgba)
{
   const fmt_info *target = fmt_lookup(VK_FORMAT_R8G8B8A8_UNORM);
   fmt_texel t, out;
   if (info->type == FMT_SRGB) { /* the codes themselves, as a PNG has them */
      memcpy(rgba, texel, 4);
      rgba[3] = 255;
      return;
   }
   fmt_unpack(info, texel, &t);
   bool grey = info->components == 1 || info->layout == FMT_DEPTH;
   for (unsigned c = 0; c < 3; c++)
      out.c[c].f = grey ? shown(info, &t, 0) : c < info->components ? shown(info, &t, c) : 0;
   out.c[3].f = 1;
   fmt_pack(target, &out, rgba);
}

static void copy_image(const struct frame_image *im, struct frame_picture *out, uint32_t x0)
{
   const fmt_info *info = fmt_lookup(im->format);
   size_t row_B = (size_t)im->width * info->block_B;
   VkDeviceMemory memory;
   void *host;
   VkBuffer buffer = frame_host_buffer(row_B * im->height, VK_BUFFER_USAGE_TRANSFER_DST_BIT, &memory, &host);
   VkCommandBuffer cmd = frame_begin();
   VkBufferImageCopy r = {.imageSubresource = {im->aspects & VK_IMAGE_ASPECT_DEPTH_BIT ? VK_IMAGE_ASPECT_DEPTH_BIT : im->aspects, 0, 0, 1},
                          .imageExtent = {im->width, im->height, 1}};
   vkCmdCopyImageToBuffer(cmd, im->image, VK_IMAGE_LAYOUT_GENERAL, buffer, 1, &r);
   frame_barrier(cmd);
   frame_submit(cmd);
   for (uint32_t y = 0; y < im->height; y++)
      for (uint32_t x = 0; x < im->width; x++)
         show_texel(info, (const uint8_t *)host + y * row_B + (size_t)x * info->block_B,
                    out->rgba + ((size_t)y * out->width + x0 + x) * 4);
   vkDestroyBuffer(frame_gpu.device, buffer, NULL);
   vkFreeMemory(frame_gpu.device, memory, NULL);
}

void frame_draw(struct frame *f, const char *spirv, struct frame_picture *out)
{
   frame_create_resources(f);
   draw_passes(f, spirv);
   *out = (struct frame_picture){0};
   for (uint32_t i = 0; i < f->shows; i++) {
      const struct frame_image *im = &f->image[f->show[i]];
      out->width += im->width;
      out->height = im->height > out->height ? im->height : out->height;
   }
   out->rgba = calloc((size_t)out->width * out->height, 4);
   frame_must(out->rgba ? VK_SUCCESS : VK_ERROR_OUT_OF_HOST_MEMORY, "picture");
   uint32_t x = 0;
   for (uint32_t i = 0; i < f->shows; i++) {
      copy_image(&f->image[f->show[i]], out, x);
      x += f->image[f->show[i]].width;
   }
   frame_destroy_resources(f);
}
