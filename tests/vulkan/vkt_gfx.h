/* A small render target, pipelines from whatever stages are named, draws and what they left. Included once per program. */
#ifndef VKT_GFX_H
#define VKT_GFX_H

#include "vkt.h"

struct gfx_target {
   uint32_t width, height, layers;
   VkFormat format;
   VkImage image;
   VkDeviceMemory memory;
   VkImageView view;
   VkRenderPass pass;
   VkFramebuffer framebuffer;
};

struct gfx_code {
   const uint32_t *words;
   size_t size_B;
};
#define GFX_CODE(words) {words, sizeof words}

struct gfx_pipeline_info {
   struct gfx_code vs, tcs, tes, gs, fs;
   VkPrimitiveTopology topology;
   bool restart, bare; /* bare: without the vec4 at binding 0 */
   uint32_t viewports; /* 0: 1 */
   const VkViewport *viewport; /* NULL: all of the target, each */
   const VkRect2D *scissor;
};

struct gfx_pipeline {
   VkPipelineLayout layout;
   VkPipeline pipeline;
};

/* inside: a dependency of the subpass on itself, or NULL. */
static inline void gfx_make_pass_with(struct vkt *t, struct gfx_target *g, VkAttachmentLoadOp load,
                                      const VkSubpassDependency *inside)
{
   VkAttachmentDescription attachment = {.format = g->format,
                                         .samples = VK_SAMPLE_COUNT_1_BIT,
                                         .loadOp = load,
                                         .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                         .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
                                         .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
                                         .initialLayout = VK_IMAGE_LAYOUT_UNDEFINED,
                                         .finalLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL};
   VkAttachmentReference color = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
   VkSubpassDescription subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
                                   .colorAttachmentCount = 1,
                                   .pColorAttachments = &color};
   VkSubpassDependency dependencies[2] = {{.srcSubpass = 0,
                                           .dstSubpass = VK_SUBPASS_EXTERNAL,
                                           .srcStageMask = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT,
                                           .dstStageMask = VK_PIPELINE_STAGE_TRANSFER_BIT,
                                           .srcAccessMask = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT,
                                           .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT}};
   if (inside)
      dependencies[1] = *inside;
   VkRenderPassCreateInfo pass = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
                                  .attachmentCount = 1,
                                  .pAttachments = &attachment,
                                  .subpassCount = 1,
                                  .pSubpasses = &subpass,
                                  .dependencyCount = inside ? 2 : 1,
                                  .pDependencies = dependencies};
   vkt_ok(vk.CreateRenderPass(t->device, &pass, NULL, &g->pass));
}

static inline void gfx_make_pass(struct vkt *t, struct gfx_target *g, VkAttachmentLoadOp load)
{
   gfx_make_pass_with(t, g, load, NULL);
}

static inline void gfx_make_framebuffer(struct vkt *t, struct gfx_target *g)
{
   VkFramebufferCreateInfo framebuffer = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
                                          .renderPass = g->pass,
                                          .attachmentCount = 1,
                                          .pAttachments = &g->view,
                                          .width = g->width,
                                          .height = g->height,
                                          .layers = g->layers};
   vkt_ok(vk.CreateFramebuffer(t->device, &framebuffer, NULL, &g->framebuffer));
}

static inline struct gfx_target gfx_target(struct vkt *t, uint32_t width, uint32_t height, uint32_t layers,
                                           VkFormat format, VkAttachmentLoadOp load)
{
   struct gfx_target g = {.width = width, .height = height, .layers = layers, .format = format};
   VkImageCreateInfo image = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = format,
                              .extent = {width, height, 1},
                              .mipLevels = 1,
                              .arrayLayers = layers,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
   vkt_ok(vk.CreateImage(t->device, &image, NULL, &g.image));
   VkMemoryRequirements need;
   vk.GetImageMemoryRequirements(t->device, g.image, &need);
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .allocationSize = need.size,
                                 .memoryTypeIndex = VKT_TYPE_VRAM};
   vkt_ok(vk.AllocateMemory(t->device, &alloc, NULL, &g.memory));
   vkt_ok(vk.BindImageMemory(t->device, g.image, g.memory, 0));
   VkImageViewCreateInfo view = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                 .image = g.image,
                                 .viewType = VK_IMAGE_VIEW_TYPE_2D_ARRAY,
                                 .format = format,
                                 .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, layers}};
   vkt_ok(vk.CreateImageView(t->device, &view, NULL, &g.view));
   gfx_make_pass(t, &g, load);
   gfx_make_framebuffer(t, &g);
   return g;
}

static inline void gfx_target_free(struct vkt *t, struct gfx_target *g)
{
   vk.DestroyFramebuffer(t->device, g->framebuffer, NULL);
   vk.DestroyRenderPass(t->device, g->pass, NULL);
   vk.DestroyImageView(t->device, g->view, NULL);
   vk.DestroyImage(t->device, g->image, NULL);
   vk.FreeMemory(t->device, g->memory, NULL);
}

static inline VkShaderModule gfx_module(struct vkt *t, const struct gfx_code *code)
{
   VkShaderModule m;
   VkShaderModuleCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = code->size_B, .pCode = code->words};
   vkt_ok(vk.CreateShaderModule(t->device, &info, NULL, &m));
   return m;
}

#define GFX_VIEWPORTS 16
static inline struct gfx_pipeline gfx_pipeline(struct vkt *t, const struct gfx_target *g,
                                               const struct gfx_pipeline_info *info)
{
   struct gfx_pipeline p;
   VkPushConstantRange push = {VK_SHADER_STAGE_ALL_GRAPHICS, 0, 16};
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                        .pushConstantRangeCount = 1,
                                        .pPushConstantRanges = &push};
   vkt_ok(vk.CreatePipelineLayout(t->device, &layout, NULL, &p.layout));
   const struct gfx_code *codes[] = {&info->vs, &info->tcs, &info->tes, &info->gs, &info->fs};
   VkPipelineShaderStageCreateInfo stages[5];
   uint32_t count = 0;
   for (uint32_t i = 0; i < 5; i++)
      if (codes[i]->words)
         stages[count++] = (VkPipelineShaderStageCreateInfo){
            .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
            .stage = (VkShaderStageFlagBits)(VK_SHADER_STAGE_VERTEX_BIT << i),
            .module = gfx_module(t, codes[i]),
            .pName = "main"};
   VkVertexInputBindingDescription binding = {0, 16, VK_VERTEX_INPUT_RATE_VERTEX};
   VkVertexInputAttributeDescription attribute = {0, 0, VK_FORMAT_R32G32B32A32_SFLOAT, 0};
   VkPipelineVertexInputStateCreateInfo input = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
                                                 .vertexBindingDescriptionCount = !info->bare,
                                                 .pVertexBindingDescriptions = &binding,
                                                 .vertexAttributeDescriptionCount = !info->bare,
                                                 .pVertexAttributeDescriptions = &attribute};
   VkPipelineInputAssemblyStateCreateInfo assembly = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
      .topology = info->topology,
      .primitiveRestartEnable = info->restart};
   VkPipelineTessellationStateCreateInfo tess = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_TESSELLATION_STATE_CREATE_INFO, .patchControlPoints = 4};
   VkViewport viewport[GFX_VIEWPORTS];
   VkRect2D scissor[GFX_VIEWPORTS];
   uint32_t viewports = info->viewports ? info->viewports : 1;
   for (uint32_t i = 0; i < viewports; i++) {
      viewport[i] = info->viewport ? info->viewport[i] : (VkViewport){0, 0, (float)g->width, (float)g->height, 0, 1};
      scissor[i] = info->scissor ? info->scissor[i] : (VkRect2D){{0, 0}, {g->width, g->height}};
   }
   VkPipelineViewportStateCreateInfo viewport_state = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
                                                       .viewportCount = viewports,
                                                       .pViewports = viewport,
                                                       .scissorCount = viewports,
                                                       .pScissors = scissor};
   VkPipelineRasterizationStateCreateInfo raster = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO, .lineWidth = 1};
   VkPipelineMultisampleStateCreateInfo multisample = {.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
                                                       .rasterizationSamples = VK_SAMPLE_COUNT_1_BIT};
   VkPipelineColorBlendAttachmentState channels = {.colorWriteMask = 15};
   VkPipelineColorBlendStateCreateInfo blend = {.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
                                                .attachmentCount = 1,
                                                .pAttachments = &channels};
   VkGraphicsPipelineCreateInfo create = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                          .stageCount = count,
                                          .pStages = stages,
                                          .pVertexInputState = &input,
                                          .pInputAssemblyState = &assembly,
                                          .pTessellationState = info->tcs.words ? &tess : NULL,
                                          .pViewportState = &viewport_state,
                                          .pRasterizationState = &raster,
                                          .pMultisampleState = &multisample,
                                          .pColorBlendState = &blend,
                                          .layout = p.layout,
                                          .renderPass = g->pass};
   vkt_ok(vk.CreateGraphicsPipelines(t->device, VK_NULL_HANDLE, 1, &create, NULL, &p.pipeline));
   for (uint32_t i = 0; i < count; i++)
      vk.DestroyShaderModule(t->device, stages[i].module, NULL);
   return p;
}

static inline void gfx_pipeline_free(struct vkt *t, struct gfx_pipeline *p)
{
   vk.DestroyPipeline(t->device, p->pipeline, NULL);
   vk.DestroyPipelineLayout(t->device, p->layout, NULL);
}

/* A command buffer for the queue that draws; gfx_finish submits, waits and frees it. */
static inline VkCommandPool gfx_pool(struct vkt *t)
{
   VkCommandPool pool;
   VkCommandPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .queueFamilyIndex = VKT_FAMILY_MAIN};
   vkt_ok(vk.CreateCommandPool(t->device, &info, NULL, &pool));
   return pool;
}

static inline VkCommandBuffer gfx_begin(struct vkt *t, VkCommandPool pool)
{
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   vkt_ok(vk.AllocateCommandBuffers(t->device, &alloc, &cmd));
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   return cmd;
}

static inline VkResult gfx_finish(struct vkt *t, VkCommandPool pool, VkCommandBuffer cmd)
{
   VkFence fence = vkt_fence(t);
   vkt_ok(vk.EndCommandBuffer(cmd));
   VkResult r = vkt_submit_no_wait(t, t->main, cmd, fence);
   if (vkt_refused(r, "vk.QueueSubmit"))
      r = vkt_submit_no_wait(t, t->main, cmd, fence);
   if (r == VK_SUCCESS)
      r = vk.WaitForFences(t->device, 1, &fence, VK_TRUE, UINT64_C(60000000000));
   vk.DestroyFence(t->device, fence, NULL);
   vk.FreeCommandBuffers(t->device, pool, 1, &cmd);
   return r;
}

/* The whole target black at first, if its pass clears. */
static inline void gfx_begin_pass(VkCommandBuffer cmd, const struct gfx_target *g)
{
   VkClearValue black = {.color = {{0, 0, 0, 0}}};
   VkRenderPassBeginInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                 .renderPass = g->pass,
                                 .framebuffer = g->framebuffer,
                                 .renderArea = {{0, 0}, {g->width, g->height}},
                                 .clearValueCount = 1,
                                 .pClearValues = &black};
   vk.CmdBeginRenderPass(cmd, &info, VK_SUBPASS_CONTENTS_INLINE);
}

/* A part of a layer to a buffer, rows without gaps. */
static inline void gfx_fetch(VkCommandBuffer cmd, const struct gfx_target *g, uint32_t layer, const VkRect2D *area,
                             const struct vkt_buffer *to)
{
   VkBufferImageCopy region = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, layer, 1},
                               .imageOffset = {area->offset.x, area->offset.y, 0},
                               .imageExtent = {area->extent.width, area->extent.height, 1}};
   VkMemoryBarrier visible = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                              .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                              .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
   vk.CmdCopyImageToBuffer(cmd, g->image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, to->buffer, 1, &region);
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &visible, 0, NULL, 0,
                         NULL);
}

#endif
