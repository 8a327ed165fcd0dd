/* Pipelines of a frame: layouts and descriptor sets from the bindings of each, everything else static. */
#include "frame.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void create_set_layout(struct frame_pipeline *p)
{
   VkDescriptorSetLayoutBinding bindings[8];
   for (uint32_t i = 0; i < p->bindings; i++)
      bindings[i] = (VkDescriptorSetLayoutBinding){
         i, p->binding[i].type, 1,
         p->binding[i].type == VK_DESCRIPTOR_TYPE_INPUT_ATTACHMENT ? VK_SHADER_STAGE_FRAGMENT_BIT : VK_SHADER_STAGE_ALL_GRAPHICS, NULL};
   VkDescriptorSetLayoutCreateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = p->bindings,
                                          .pBindings = bindings};
   frame_must(vkCreateDescriptorSetLayout(frame_gpu.device, &set, NULL, &p->set_layout), "vkCreateDescriptorSetLayout");
   VkPushConstantRange push = {VK_SHADER_STAGE_ALL_GRAPHICS, 0, FRAME_PUSH_DW * 4};
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1,
                                        .pSetLayouts = &p->set_layout, .pushConstantRangeCount = 1, .pPushConstantRanges = &push};
   frame_must(vkCreatePipelineLayout(frame_gpu.device, &layout, NULL, &p->layout), "vkCreatePipelineLayout");
}

static void fill_set(const struct frame *f, struct frame_pipeline *p, VkDescriptorPool pool)
{
   VkDescriptorSetAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorPool = pool,
                                        .descriptorSetCount = 1, .pSetLayouts = &p->set_layout};
   frame_must(vkAllocateDescriptorSets(frame_gpu.device, &alloc, &p->set), "vkAllocateDescriptorSets");
   for (uint32_t i = 0; i < p->bindings; i++) {
      const struct frame_binding *b = &p->binding[i];
      VkDescriptorImageInfo image = {f->sampler[b->sampler].sampler, f->image[b->image].sampled, VK_IMAGE_LAYOUT_GENERAL};
      VkDescriptorBufferInfo buffer = {f->buffer[b->buffer].buffer, 0, VK_WHOLE_SIZE};
      if (b->type != VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER)
         image.sampler = VK_NULL_HANDLE;
      VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = p->set, .dstBinding = i,
                                    .descriptorCount = 1, .descriptorType = b->type, .pImageInfo = &image, .pBufferInfo = &buffer};
      vkUpdateDescriptorSets(frame_gpu.device, 1, &write, 0, NULL);
   }
}

void frame_create_layouts(struct frame *f, VkDescriptorPool *pool)
{
   const VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 8 * FRAME_MAX},
                                         {VK_DESCRIPTOR_TYPE_INPUT_ATTACHMENT, 8 * FRAME_MAX},
                                         {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 8 * FRAME_MAX},
                                         {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 8 * FRAME_MAX}};
   VkDescriptorPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = FRAME_MAX,
                                      .poolSizeCount = 4, .pPoolSizes = sizes};
   frame_must(vkCreateDescriptorPool(frame_gpu.device, &info, NULL, pool), "vkCreateDescriptorPool");
   for (uint32_t i = 0; i < f->pipelines; i++) {
      create_set_layout(&f->pipeline[i]);
      fill_set(f, &f->pipeline[i], *pool);
   }
}

static VkShaderModule load_shader(const struct frame *f, const char *spirv, const char *name, const char *stage)
{
   char path[700];
   snprintf(path, sizeof path, "%s/%s/%s.%s.spv", spirv, f->name, name, stage);
   FILE *file = fopen(path, "rb");
   if (!file) { /* shaders that several frames share */
      snprintf(path, sizeof path, "%s/common/%s.%s.spv", spirv, name, stage);
      file = fopen(path, "rb");
   }
   if (!file) {
      fprintf(stderr, "%s/scene.txt: shader %s.%s was not compiled (%s)\n", f->directory, name, stage, path);
      exit(1);
   }
   fseek(file, 0, SEEK_END);
   long size = ftell(file);
   rewind(file);
   uint32_t *code = malloc(size > 0 ? (size_t)size : 1);
   if (!code || fread(code, 1, (size_t)size, file) != (size_t)size)
      frame_must(VK_ERROR_INITIALIZATION_FAILED, path);
   fclose(file);
   VkShaderModuleCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = (size_t)size, .pCode = code};
   VkShaderModule module;
   frame_must(vkCreateShaderModule(frame_gpu.device, &info, NULL, &module), "vkCreateShaderModule");
   free(code);
   return module;
}

/* The samples of a subpass are those of any of its attachments. */
static VkSampleCountFlagBits subpass_samples(const struct frame *f, const struct frame_pass *pass, const struct frame_subpass *s)
{
   uint32_t a = s->colours ? s->colour[0] : s->depth;
   return a == VK_ATTACHMENT_UNUSED ? VK_SAMPLE_COUNT_1_BIT : f->image[pass->attachment[a]].samples;
}

VkPipeline frame_create_pipeline(const struct frame *f, const struct frame_pipeline *p, const struct frame_pass *pass, uint32_t subpass,
                                 const char *spirv)
{
   static const char *const names[FRAME_STAGES] = {"vert", "tesc", "tese", "geom", "frag"};
   static const VkShaderStageFlagBits bits[FRAME_STAGES] = {
      VK_SHADER_STAGE_VERTEX_BIT, VK_SHADER_STAGE_TESSELLATION_CONTROL_BIT, VK_SHADER_STAGE_TESSELLATION_EVALUATION_BIT,
      VK_SHADER_STAGE_GEOMETRY_BIT, VK_SHADER_STAGE_FRAGMENT_BIT};
   const struct frame_subpass *s = &pass->subpass[subpass];
   const struct frame_image *first = &f->image[pass->attachment[0]];
   VkPipelineShaderStageCreateInfo stages[FRAME_STAGES];
   uint32_t count = 0;
   for (unsigned i = 0; i < FRAME_STAGES; i++)
      if (p->shader[i][0])
         stages[count++] = (VkPipelineShaderStageCreateInfo){.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                             .stage = bits[i], .pName = "main",
                                                             .module = load_shader(f, spirv, p->shader[i], names[i])};
   VkPipelineVertexInputStateCreateInfo input = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
                                                 .vertexBindingDescriptionCount = p->vertices,
                                                 .pVertexBindingDescriptions = p->vertex,
                                                 .vertexAttributeDescriptionCount = p->attributes,
                                                 .pVertexAttributeDescriptions = p->attribute};
   VkPipelineTessellationStateCreateInfo tess = {.sType = VK_STRUCTURE_TYPE_PIPELINE_TESSELLATION_STATE_CREATE_INFO,
                                                 .patchControlPoints = p->patch};
   VkViewport whole = {0, 0, (float)first->width, (float)first->height, 0, 1};
   VkRect2D everything = {{0, 0}, {first->width, first->height}}, scissors[16];
   uint32_t views = p->viewports ? p->viewports : 1;
   for (uint32_t i = 0; i < views; i++)
      scissors[i] = i < p->scissors ? p->scissor[i] : everything;
   VkPipelineViewportStateCreateInfo viewport = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
                                                 .viewportCount = views, .pViewports = p->viewports ? p->viewport : &whole,
                                                 .scissorCount = views, .pScissors = scissors};
   VkPipelineInputAssemblyStateCreateInfo assembly = p->assembly;
   VkPipelineRasterizationStateCreateInfo raster = p->raster;
   VkPipelineMultisampleStateCreateInfo multisample = p->multisample;
   VkPipelineDepthStencilStateCreateInfo depth = p->depth;
   VkPipelineColorBlendStateCreateInfo blend = p->blend;
   assembly.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO;
   raster.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO;
   multisample.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO;
   multisample.rasterizationSamples = subpass_samples(f, pass, s);
   multisample.pSampleMask = &p->sample_mask;
   depth.sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO;
   blend.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO;
   blend.attachmentCount = s->colours;
   blend.pAttachments = p->blends;
   VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO, .stageCount = count,
                                        .pStages = stages, .pVertexInputState = &input, .pInputAssemblyState = &assembly,
                                        .pTessellationState = p->patch ? &tess : NULL, .pViewportState = &viewport,
                                        .pRasterizationState = &raster, .pMultisampleState = &multisample,
                                        .pDepthStencilState = &depth, .pColorBlendState = &blend, .layout = p->layout,
                                        .renderPass = pass->pass, .subpass = subpass};
   VkPipeline pipeline;
   frame_must(vkCreateGraphicsPipelines(frame_gpu.device, VK_NULL_HANDLE, 1, &info, NULL, &pipeline), "vkCreateGraphicsPipelines");
   for (uint32_t i = 0; i < count; i++)
      vkDestroyShaderModule(frame_gpu.device, stages[i].module, NULL);
   return pipeline;
}
