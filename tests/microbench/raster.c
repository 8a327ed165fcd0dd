/* Drawing: targets, pipelines without vertex buffers, a render pass with draws of one kind in it. */
#include "microbench.h"
#include <string.h>

static void attachment(VkAttachmentDescription *a, VkFormat format, VkSampleCountFlagBits samples, VkImageLayout layout)
{
   *a = (VkAttachmentDescription){.format = format,
                                  .samples = samples,
                                  .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                  .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                  .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
                                  .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
                                  .finalLayout = layout};
}

struct mb_target mb_target(struct mb *m, uint32_t size, VkFormat colour, VkFormat depth, VkSampleCountFlagBits samples)
{
   struct mb_target t = {.size = size, .samples = samples};
   VkAttachmentDescription a[2];
   VkAttachmentReference c = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL}, z;
   VkImageView views[2];
   uint32_t n = 0;
   if (colour) {
      t.colour = mb_image(m, colour, size, 1, samples, VK_IMAGE_TILING_OPTIMAL, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT);
      views[n] = t.colour.view;
      attachment(&a[n++], colour, samples, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL);
   }
   if (depth) {
      z = (VkAttachmentReference){n, VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL};
      t.depth = mb_image(m, depth, size, 1, samples, VK_IMAGE_TILING_OPTIMAL, VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT);
      views[n] = t.depth.view;
      attachment(&a[n++], depth, samples, VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL);
   }
   const VkSubpassDescription subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
                                         .colorAttachmentCount = colour != VK_FORMAT_UNDEFINED,
                                         .pColorAttachments = &c,
                                         .pDepthStencilAttachment = depth ? &z : NULL};
   /* A pass clears what the one before it has drawn. */
   const VkPipelineStageFlags stages = VK_PIPELINE_STAGE_COLOR_ATTACHMENT_OUTPUT_BIT |
                                       VK_PIPELINE_STAGE_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_LATE_FRAGMENT_TESTS_BIT;
   const VkAccessFlags writes = VK_ACCESS_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT;
   const VkSubpassDependency behind = {.srcSubpass = VK_SUBPASS_EXTERNAL,
                                       .srcStageMask = stages,
                                       .dstStageMask = stages,
                                       .srcAccessMask = writes,
                                       .dstAccessMask = writes | VK_ACCESS_COLOR_ATTACHMENT_READ_BIT |
                                                        VK_ACCESS_DEPTH_STENCIL_ATTACHMENT_READ_BIT};
   const VkRenderPassCreateInfo pass = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
                                        .attachmentCount = n,
                                        .pAttachments = a,
                                        .subpassCount = 1,
                                        .pSubpasses = &subpass,
                                        .dependencyCount = 1,
                                        .pDependencies = &behind};
   mb_ok(vk.CreateRenderPass(m->device, &pass, NULL, &t.pass));
   const VkFramebufferCreateInfo framebuffer = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
                                                .renderPass = t.pass,
                                                .attachmentCount = n,
                                                .pAttachments = views,
                                                .width = size,
                                                .height = size,
                                                .layers = 1};
   mb_ok(vk.CreateFramebuffer(m->device, &framebuffer, NULL, &t.framebuffer));
   return t;
}

void mb_target_free(struct mb *m, struct mb_target *t)
{
   vk.DestroyFramebuffer(m->device, t->framebuffer, NULL);
   vk.DestroyRenderPass(m->device, t->pass, NULL);
   mb_image_free(m, &t->colour);
   mb_image_free(m, &t->depth);
}

VkPipeline mb_draw_pipeline(struct mb *m, const struct mb_target *t, const struct mb_draw_state *s)
{
   const VkSpecializationMapEntry entry = {1, 0, 4};
   const VkSpecializationInfo constants = {1, &entry, 4, &s->option};
   VkPipelineShaderStageCreateInfo stages[2] = {
      {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
       .stage = VK_SHADER_STAGE_VERTEX_BIT,
       .module = mb_shader(m, s->vertex),
       .pName = "main"},
      {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
       .stage = VK_SHADER_STAGE_FRAGMENT_BIT,
       .pName = "main",
       .pSpecializationInfo = &constants}};
   if (s->fragment)
      stages[1].module = mb_shader(m, s->fragment);
   const VkPipelineVertexInputStateCreateInfo input = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
   const VkPipelineInputAssemblyStateCreateInfo assembly = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
      .topology = s->triangle_strip ? VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP : VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
   const VkViewport viewport = {0, 0, (float)t->size, (float)t->size, 0, 1};
   const VkPipelineViewportStateCreateInfo view = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
                                                   .viewportCount = 1,
                                                   .pViewports = &viewport,
                                                   .scissorCount = 1};
   const VkPipelineRasterizationStateCreateInfo raster = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
      .cullMode = s->cull ? VK_CULL_MODE_BACK_BIT : VK_CULL_MODE_NONE,
      .frontFace = VK_FRONT_FACE_CLOCKWISE,
      .lineWidth = 1};
   const VkPipelineMultisampleStateCreateInfo multisample = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO, .rasterizationSamples = t->samples};
   const VkPipelineDepthStencilStateCreateInfo depth = {.sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
                                                        .depthTestEnable = s->depth,
                                                        .depthWriteEnable = s->depth,
                                                        .depthCompareOp = VK_COMPARE_OP_LESS};
   const VkPipelineColorBlendAttachmentState blend = {.blendEnable = s->blend,
                                                      .srcColorBlendFactor = VK_BLEND_FACTOR_SRC_ALPHA,
                                                      .dstColorBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                      .srcAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
                                                      .dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                      .colorWriteMask = 15};
   const VkPipelineColorBlendStateCreateInfo colour = {.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
                                                       .attachmentCount = t->colour.image != VK_NULL_HANDLE,
                                                       .pAttachments = &blend};
   const VkDynamicState scissor_only = VK_DYNAMIC_STATE_SCISSOR;
   const VkPipelineDynamicStateCreateInfo dynamic = {.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
                                                     .dynamicStateCount = 1,
                                                     .pDynamicStates = &scissor_only};
   const VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                              .stageCount = s->fragment ? 2 : 1,
                                              .pStages = stages,
                                              .pVertexInputState = &input,
                                              .pInputAssemblyState = &assembly,
                                              .pViewportState = &view,
                                              .pRasterizationState = &raster,
                                              .pMultisampleState = &multisample,
                                              .pDepthStencilState = &depth,
                                              .pColorBlendState = &colour,
                                              .pDynamicState = &dynamic,
                                              .layout = m->layout,
                                              .renderPass = t->pass};
   VkPipeline p;
   mb_ok(vk.CreateGraphicsPipelines(m->device, VK_NULL_HANDLE, 1, &info, NULL, &p));
   vk.DestroyShaderModule(m->device, stages[0].module, NULL);
   vk.DestroyShaderModule(m->device, stages[1].module, NULL);
   return p;
}

void mb_draw(struct mb *m, VkCommandBuffer cmd, const void *what)
{
   const struct mb_draw *d = what;
   VkClearValue clear[2] = {{{{0, 0, 0, 0}}}, {{{0, 0, 0, 0}}}};
   clear[d->target->colour.image ? 1 : 0].depthStencil.depth = 1;
   const VkRenderPassBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                        .renderPass = d->target->pass,
                                        .framebuffer = d->target->framebuffer,
                                        .renderArea = {{0, 0}, {d->target->size, d->target->size}},
                                        .clearValueCount = 2,
                                        .pClearValues = clear};
   const VkRect2D scissor = {{0, 0}, {d->target->size, d->rows ? d->rows : d->target->size}};
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, d->pipeline);
   vk.CmdSetScissor(cmd, 0, 1, &scissor);
   vk.CmdPushConstants(cmd, m->layout, VK_SHADER_STAGE_ALL, 0, sizeof d->push, &d->push);
   if (d->indices)
      vk.CmdBindIndexBuffer(cmd, d->indices->buffer, 0, VK_INDEX_TYPE_UINT32);
   vk.CmdBeginRenderPass(cmd, &begin, VK_SUBPASS_CONTENTS_INLINE);
   for (uint32_t i = 0; i < d->draws; i++)
      if (d->indices)
         vk.CmdDrawIndexed(cmd, d->vertices, d->instances, 0, 0, 0);
      else
         vk.CmdDraw(cmd, d->vertices, d->instances, 0, 0);
   vk.CmdEndRenderPass(cmd);
}

static void counted(struct mb *m, VkCommandBuffer cmd, const void *draw)
{
   vk.CmdResetQueryPool(cmd, m->statistics, 0, 1);
   vk.CmdBeginQuery(cmd, m->statistics, 0, 0);
   mb_draw(m, cmd, draw);
   vk.CmdEndQuery(cmd, m->statistics, 0);
}

uint64_t mb_vertex_runs(struct mb *m, const struct mb_draw *draw)
{
   uint64_t runs = 0;
   mb_do(m, counted, draw);
   mb_ok(vk.GetQueryPoolResults(m->device, m->statistics, 0, 1, sizeof runs, &runs, sizeof runs,
                                VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
   return runs;
}
