/* Passes, pipelines and descriptors of the scene. */
#include "scene.h"

#include <stddef.h>

#include "object_frag.spv.h"
#include "object_vert.spv.h"
#include "sky_frag.spv.h"
#include "sky_vert.spv.h"
#include "spark_frag.spv.h"
#include "spark_vert.spv.h"
#include "water_frag.spv.h"
#include "water_vert.spv.h"

/* ---- descriptors ------------------------------------------------------------------------------------ */
static void create_samplers(scene *s)
{
   VkSamplerCreateInfo repeat = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO, .magFilter = VK_FILTER_LINEAR, .minFilter = VK_FILTER_LINEAR,
                                 .mipmapMode = VK_SAMPLER_MIPMAP_MODE_LINEAR, .anisotropyEnable = VK_TRUE, .maxAnisotropy = 8,
                                 .maxLod = VK_LOD_CLAMP_NONE};
   SCENE_CHECK(vkCreateSampler(s->device, &repeat, NULL, &s->repeat));
   repeat.anisotropyEnable = VK_FALSE;
   SCENE_CHECK(vkCreateSampler(s->device, &repeat, NULL, &s->soft));
   VkSamplerCreateInfo compare = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO, .magFilter = VK_FILTER_LINEAR,
                                  .minFilter = VK_FILTER_LINEAR, .addressModeU = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER,
                                  .addressModeV = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER,
                                  .addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER, .compareEnable = VK_TRUE,
                                  .compareOp = VK_COMPARE_OP_LESS_OR_EQUAL, .borderColor = VK_BORDER_COLOR_FLOAT_OPAQUE_WHITE};
   SCENE_CHECK(vkCreateSampler(s->device, &compare, NULL, &s->compare));
}

static void create_set(scene *s)
{
   VkShaderStageFlags both = VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT;
   const VkDescriptorSetLayoutBinding bindings[] = {{3, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, both, NULL},
                                                    {0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1, both, NULL},
                                                    {1, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 4, both, NULL},
                                                    {2, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, both, NULL}};
   VkDescriptorSetLayoutCreateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 4,
                                          .pBindings = bindings};
   SCENE_CHECK(vkCreateDescriptorSetLayout(s->device, &set, NULL, &s->set_layout));
   const VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1}, {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 6}};
   VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = 1, .poolSizeCount = 2,
                                      .pPoolSizes = sizes};
   SCENE_CHECK(vkCreateDescriptorPool(s->device, &pool, NULL, &s->descriptors));
   VkDescriptorSetAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorPool = s->descriptors,
                                        .descriptorSetCount = 1, .pSetLayouts = &s->set_layout};
   SCENE_CHECK(vkAllocateDescriptorSets(s->device, &alloc, &s->set));
   VkDescriptorBufferInfo camera = {s->camera.buffer, 0, VK_WHOLE_SIZE};
   VkDescriptorImageInfo materials[SCENE_MATERIALS];
   for (uint32_t i = 0; i < SCENE_MATERIALS; i++)
      materials[i] = (VkDescriptorImageInfo){i < 4 ? s->repeat : s->soft, s->material[i], VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
   VkDescriptorImageInfo shadow = {s->compare, s->shadow.view, VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL};
   const VkWriteDescriptorSet writes[] = {
      {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = s->set, .dstBinding = 0, .descriptorCount = 1,
       .descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, .pBufferInfo = &camera},
      {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = s->set, .dstBinding = 1, .descriptorCount = 4,
       .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, .pImageInfo = materials},
      {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = s->set, .dstBinding = 2, .descriptorCount = 1,
       .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, .pImageInfo = &shadow},
      {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = s->set, .dstBinding = 3, .descriptorCount = 1,
       .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, .pImageInfo = &materials[4]}};
   vkUpdateDescriptorSets(s->device, 4, writes, 0, NULL);
}

/* ---- passes ------------------------------------------------------------------------------------------- */
static VkAttachmentDescription attachment(const scene_image *im, VkAttachmentLoadOp load, VkAttachmentStoreOp store, VkImageLayout last)
{
   return (VkAttachmentDescription){.format = im->format, .samples = im->samples, .loadOp = load, .storeOp = store,
                                    .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE, .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
                                    .initialLayout = VK_IMAGE_LAYOUT_UNDEFINED, .finalLayout = last};
}

static VkRenderPass create_pass(scene *s, const VkAttachmentDescription *attachments, uint32_t count, const VkSubpassDescription *subpass)
{
   /* What came before is done before this begins, and this before what follows. */
   const VkAccessFlags all = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
   const VkSubpassDependency around[] = {
      {VK_SUBPASS_EXTERNAL, 0, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_GRAPHICS_BIT, all, all, 0},
      {0, VK_SUBPASS_EXTERNAL, VK_PIPELINE_STAGE_ALL_GRAPHICS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, all, all, 0}};
   VkRenderPassCreateInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO, .attachmentCount = count, .pAttachments = attachments,
                                  .subpassCount = 1, .pSubpasses = subpass, .dependencyCount = 2, .pDependencies = around};
   VkRenderPass pass;
   SCENE_CHECK(vkCreateRenderPass(s->device, &info, NULL, &pass));
   return pass;
}

static VkFramebuffer create_framebuffer(scene *s, VkRenderPass pass, const VkImageView *views, uint32_t count, uint32_t w, uint32_t h)
{
   VkFramebufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO, .renderPass = pass, .attachmentCount = count,
                                   .pAttachments = views, .width = w, .height = h, .layers = 1};
   VkFramebuffer f;
   SCENE_CHECK(vkCreateFramebuffer(s->device, &info, NULL, &f));
   return f;
}

static void create_passes(scene *s)
{
   VkAttachmentDescription depth = attachment(&s->shadow, VK_ATTACHMENT_LOAD_OP_CLEAR, VK_ATTACHMENT_STORE_OP_STORE,
                                              VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL);
   VkAttachmentReference depth_of_shadow = {0, VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL};
   VkSubpassDescription shadow = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS, .pDepthStencilAttachment = &depth_of_shadow};
   s->shadow_pass = create_pass(s, &depth, 1, &shadow);
   s->shadow_frame = create_framebuffer(s, s->shadow_pass, &s->shadow.view, 1, SCENE_SHADOW_PX, SCENE_SHADOW_PX);

   const VkAttachmentDescription three[] = {
      attachment(&s->colour, VK_ATTACHMENT_LOAD_OP_DONT_CARE, VK_ATTACHMENT_STORE_OP_DONT_CARE, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL),
      attachment(&s->depth, VK_ATTACHMENT_LOAD_OP_CLEAR, VK_ATTACHMENT_STORE_OP_DONT_CARE, VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL),
      attachment(&s->target, VK_ATTACHMENT_LOAD_OP_DONT_CARE, VK_ATTACHMENT_STORE_OP_STORE, VK_IMAGE_LAYOUT_GENERAL)};
   const VkAttachmentReference refs[] = {{0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL},
                                         {1, VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL},
                                         {2, VK_IMAGE_LAYOUT_GENERAL}};
   VkSubpassDescription main_subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS, .colorAttachmentCount = 1,
                                        .pColorAttachments = &refs[0], .pDepthStencilAttachment = &refs[1],
                                        .pResolveAttachments = &refs[2]};
   s->main_pass = create_pass(s, three, 3, &main_subpass);
   const VkImageView views[] = {s->colour.view, s->depth.view, s->target.view};
   s->main_frame = create_framebuffer(s, s->main_pass, views, 3, s->opt.width, s->opt.height);
}

/* ---- pipelines ------------------------------------------------------------------------------------------ */
enum blending { OPAQUE_ONES, OVER, ADDED };

typedef struct kind {
   const uint32_t *vert, *frag;
   size_t vert_B, frag_B;
   bool mesh, from_light, depth_write;
   enum blending blending;
} kind;

static const kind kinds[PIPES] = {
   [PIPE_SHADOW] = {object_vert_spv, NULL, sizeof object_vert_spv, 0, true, true, true, OPAQUE_ONES},
   [PIPE_OBJECT] = {object_vert_spv, object_frag_spv, sizeof object_vert_spv, sizeof object_frag_spv, true, false, true, OPAQUE_ONES},
   [PIPE_SKY] = {sky_vert_spv, sky_frag_spv, sizeof sky_vert_spv, sizeof sky_frag_spv, false, false, false, OPAQUE_ONES},
   [PIPE_WATER] = {water_vert_spv, water_frag_spv, sizeof water_vert_spv, sizeof water_frag_spv, false, false, true, OVER},
   [PIPE_SPARK] = {spark_vert_spv, spark_frag_spv, sizeof spark_vert_spv, sizeof spark_frag_spv, false, false, false, ADDED},
};

/* The target's alpha stays 1 whatever is blended. */
static VkPipelineColorBlendAttachmentState blend_of(enum blending b)
{
   return (VkPipelineColorBlendAttachmentState){
      .blendEnable = b != OPAQUE_ONES, .srcColorBlendFactor = b == OVER ? VK_BLEND_FACTOR_SRC_ALPHA : VK_BLEND_FACTOR_ONE,
      .dstColorBlendFactor = b == OVER ? VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA : VK_BLEND_FACTOR_ONE, .colorBlendOp = VK_BLEND_OP_ADD,
      .srcAlphaBlendFactor = VK_BLEND_FACTOR_ZERO, .dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE, .alphaBlendOp = VK_BLEND_OP_ADD,
      .colorWriteMask = 15};
}

static VkPipeline create_pipeline(scene *s, const kind *k)
{
   VkBool32 from_light = k->from_light;
   VkSpecializationMapEntry entry = {0, 0, sizeof from_light};
   VkSpecializationInfo spec = {1, &entry, sizeof from_light, &from_light};
   VkPipelineShaderStageCreateInfo stages[2] = {
      {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, .stage = VK_SHADER_STAGE_VERTEX_BIT, .pName = "main",
       .module = scene_shader(s, k->vert, k->vert_B), .pSpecializationInfo = &spec},
      {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, .stage = VK_SHADER_STAGE_FRAGMENT_BIT, .pName = "main",
       .module = k->frag ? scene_shader(s, k->frag, k->frag_B) : VK_NULL_HANDLE}};
   const VkVertexInputBindingDescription binding = {0, 32, VK_VERTEX_INPUT_RATE_VERTEX};
   const VkVertexInputAttributeDescription attributes[] = {{0, 0, VK_FORMAT_R32G32B32_SFLOAT, 0}, {1, 0, VK_FORMAT_R32G32B32_SFLOAT, 12},
                                                           {2, 0, VK_FORMAT_R32G32_SFLOAT, 24}};
   VkPipelineVertexInputStateCreateInfo input = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
                                                 .vertexBindingDescriptionCount = k->mesh, .pVertexBindingDescriptions = &binding,
                                                 .vertexAttributeDescriptionCount = k->mesh ? 3 : 0,
                                                 .pVertexAttributeDescriptions = attributes};
   VkPipelineInputAssemblyStateCreateInfo assembly = {.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
                                                      .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
   uint32_t w = k->from_light ? SCENE_SHADOW_PX : s->opt.width, h = k->from_light ? SCENE_SHADOW_PX : s->opt.height;
   VkViewport viewport = {0, 0, (float)w, (float)h, 0, 1};
   VkRect2D scissor = {{0, 0}, {w, h}};
   VkPipelineViewportStateCreateInfo views = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO, .viewportCount = 1,
                                              .pViewports = &viewport, .scissorCount = 1, .pScissors = &scissor};
   VkPipelineRasterizationStateCreateInfo raster = {.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
                                                    .cullMode = k->mesh && !k->from_light ? VK_CULL_MODE_BACK_BIT : VK_CULL_MODE_NONE,
                                                    .frontFace = VK_FRONT_FACE_COUNTER_CLOCKWISE, .lineWidth = 1,
                                                    .depthBiasEnable = k->from_light, .depthBiasConstantFactor = 2,
                                                    .depthBiasSlopeFactor = 1.5f};
   VkPipelineMultisampleStateCreateInfo multisample = {.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
                                                       .rasterizationSamples = k->from_light ? VK_SAMPLE_COUNT_1_BIT : s->opt.samples};
   VkPipelineDepthStencilStateCreateInfo depth = {.sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
                                                  .depthTestEnable = VK_TRUE, .depthWriteEnable = k->depth_write,
                                                  .depthCompareOp = VK_COMPARE_OP_LESS_OR_EQUAL};
   VkPipelineColorBlendAttachmentState blend = blend_of(k->blending);
   VkPipelineColorBlendStateCreateInfo blends = {.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
                                                 .attachmentCount = !k->from_light, .pAttachments = &blend};
   VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO, .stageCount = k->frag ? 2 : 1,
                                        .pStages = stages, .pVertexInputState = &input, .pInputAssemblyState = &assembly,
                                        .pViewportState = &views, .pRasterizationState = &raster, .pMultisampleState = &multisample,
                                        .pDepthStencilState = &depth, .pColorBlendState = &blends, .layout = s->layout,
                                        .renderPass = k->from_light ? s->shadow_pass : s->main_pass};
   VkPipeline pipeline;
   SCENE_CHECK(vkCreateGraphicsPipelines(s->device, VK_NULL_HANDLE, 1, &info, NULL, &pipeline));
   for (uint32_t i = 0; i < info.stageCount; i++)
      vkDestroyShaderModule(s->device, stages[i].module, NULL);
   return pipeline;
}

void scene_create_pipelines(scene *s)
{
   create_samplers(s);
   create_set(s);
   create_passes(s);
   VkPushConstantRange push = {VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, 48};
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1,
                                        .pSetLayouts = &s->set_layout, .pushConstantRangeCount = 1, .pPushConstantRanges = &push};
   SCENE_CHECK(vkCreatePipelineLayout(s->device, &layout, NULL, &s->layout));
   for (unsigned i = 0; i < PIPES; i++)
      s->pipeline[i] = create_pipeline(s, &kinds[i]);
}

void scene_destroy_pipelines(scene *s)
{
   for (unsigned i = 0; i < PIPES; i++)
      vkDestroyPipeline(s->device, s->pipeline[i], NULL);
   vkDestroyPipelineLayout(s->device, s->layout, NULL);
   vkDestroyFramebuffer(s->device, s->main_frame, NULL);
   vkDestroyFramebuffer(s->device, s->shadow_frame, NULL);
   vkDestroyRenderPass(s->device, s->main_pass, NULL);
   vkDestroyRenderPass(s->device, s->shadow_pass, NULL);
   vkDestroyDescriptorPool(s->device, s->descriptors, NULL);
   vkDestroyDescriptorSetLayout(s->device, s->set_layout, NULL);
   vkDestroySampler(s->device, s->repeat, NULL);
   vkDestroySampler(s->device, s->soft, NULL);
   vkDestroySampler(s->device, s->compare, NULL);
}
