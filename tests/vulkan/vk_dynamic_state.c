/* Dynamic state beyond Vulkan 1.0, multi draw, and state that pipelines have static beside it: what is drawn is told by an occlusion
 * query and by the colours that arrive. One pipeline has everything dynamic that the draws below change. */
#include "vkt_image.h"
#include "screen_vs_spirv.h"
#include "white_fs_spirv.h"

#define SIDE 16u

static VkImage target;
static VkDeviceMemory memory;
static VkImageView view;
static struct vkt_buffer back;
static VkPipelineLayout layout;
static VkPipeline pipeline;
static VkQueryPool queries;

static const VkDynamicState states[] = {
   VK_DYNAMIC_STATE_CULL_MODE, VK_DYNAMIC_STATE_FRONT_FACE, VK_DYNAMIC_STATE_PRIMITIVE_TOPOLOGY,
   VK_DYNAMIC_STATE_VIEWPORT_WITH_COUNT, VK_DYNAMIC_STATE_SCISSOR_WITH_COUNT, VK_DYNAMIC_STATE_RASTERIZER_DISCARD_ENABLE,
   VK_DYNAMIC_STATE_COLOR_WRITE_MASK_EXT, VK_DYNAMIC_STATE_COLOR_WRITE_ENABLE_EXT, VK_DYNAMIC_STATE_SAMPLE_MASK_EXT,
   VK_DYNAMIC_STATE_POLYGON_MODE_EXT, VK_DYNAMIC_STATE_DEPTH_CLAMP_ENABLE_EXT};

static const char *const extensions[] = {
   VK_KHR_CREATE_RENDERPASS_2_EXTENSION_NAME, VK_KHR_DEPTH_STENCIL_RESOLVE_EXTENSION_NAME, /* the next one wants them */
   VK_KHR_DYNAMIC_RENDERING_EXTENSION_NAME, VK_EXT_EXTENDED_DYNAMIC_STATE_EXTENSION_NAME,
   VK_EXT_EXTENDED_DYNAMIC_STATE_2_EXTENSION_NAME, VK_EXT_EXTENDED_DYNAMIC_STATE_3_EXTENSION_NAME,
   VK_EXT_COLOR_WRITE_ENABLE_EXTENSION_NAME, VK_EXT_MULTI_DRAW_EXTENSION_NAME};

static VkShaderModule module(const uint32_t *words, size_t size_B)
{
   VkShaderModule m;
   VkShaderModuleCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size_B, .pCode = words};
   vkt_ok(vk.CreateShaderModule(t.device, &info, NULL, &m));
   return m;
}

static void make_pipeline(void)
{
   static const VkFormat format = VK_FORMAT_R8G8B8A8_UNORM;
   VkPipelineLayoutCreateInfo layout_info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
   vkt_ok(vk.CreatePipelineLayout(t.device, &layout_info, NULL, &layout));
   VkPipelineShaderStageCreateInfo stages[2] = {{.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                 .stage = VK_SHADER_STAGE_VERTEX_BIT,
                                                 .module = module(screen_vs_spirv, sizeof screen_vs_spirv),
                                                 .pName = "main"},
                                                {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                 .stage = VK_SHADER_STAGE_FRAGMENT_BIT,
                                                 .module = module(white_fs_spirv, sizeof white_fs_spirv),
                                                 .pName = "main"}};
   VkPipelineRenderingCreateInfo rendering = {.sType = VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO,
                                              .colorAttachmentCount = 1,
                                              .pColorAttachmentFormats = &format};
   VkPipelineVertexInputStateCreateInfo input = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
   VkPipelineInputAssemblyStateCreateInfo assembly = {.sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
                                                      .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
   VkPipelineViewportStateCreateInfo viewports = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO};
   VkPipelineRasterizationStateCreateInfo raster = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO, .lineWidth = 1};
   VkPipelineMultisampleStateCreateInfo samples = {.sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO,
                                                   .rasterizationSamples = VK_SAMPLE_COUNT_1_BIT};
   VkPipelineColorBlendAttachmentState attachment = {0};
   VkPipelineColorBlendStateCreateInfo blend = {.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
                                                .attachmentCount = 1,
                                                .pAttachments = &attachment};
   VkPipelineDynamicStateCreateInfo dynamic = {.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
                                               .dynamicStateCount = sizeof states / sizeof states[0],
                                               .pDynamicStates = states};
   VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                        .pNext = &rendering,
                                        .stageCount = 2,
                                        .pStages = stages,
                                        .pVertexInputState = &input,
                                        .pInputAssemblyState = &assembly,
                                        .pViewportState = &viewports,
                                        .pRasterizationState = &raster,
                                        .pMultisampleState = &samples,
                                        .pColorBlendState = &blend,
                                        .pDynamicState = &dynamic,
                                        .layout = layout};
   vkt_ok(vk.CreateGraphicsPipelines(t.device, VK_NULL_HANDLE, 1, &info, NULL, &pipeline));
   vk.DestroyShaderModule(t.device, stages[0].module, NULL);
   vk.DestroyShaderModule(t.device, stages[1].module, NULL);
}

static void make_target(void)
{
   VkImageCreateInfo image = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = VK_FORMAT_R8G8B8A8_UNORM,
                              .extent = {SIDE, SIDE, 1},
                              .mipLevels = 1,
                              .arrayLayers = 1,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
   VkMemoryRequirements need;
   vkt_ok(vk.CreateImage(t.device, &image, NULL, &target));
   vk.GetImageMemoryRequirements(t.device, target, &need);
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .allocationSize = need.size,
                                 .memoryTypeIndex = VKT_TYPE_VRAM};
   vkt_ok(vk.AllocateMemory(t.device, &alloc, NULL, &memory));
   vkt_ok(vk.BindImageMemory(t.device, target, memory, 0));
   VkImageViewCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                 .image = target,
                                 .viewType = VK_IMAGE_VIEW_TYPE_2D,
                                 .format = VK_FORMAT_R8G8B8A8_UNORM,
                                 .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
   vkt_ok(vk.CreateImageView(t.device, &info, NULL, &view));
   back = vkt_buffer(&t, SIDE * SIDE * 4, VKT_TYPE_SYSTEM);
   vkt_submit_general(&t, target, VK_IMAGE_ASPECT_COLOR_BIT);
}

/* State that lets everything through: all pixels become white. */
static VkCommandBuffer begin(void)
{
   VkRenderingAttachmentInfo color = {.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                      .imageView = view,
                                      .imageLayout = VK_IMAGE_LAYOUT_GENERAL,
                                      .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                      .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
   VkRenderingInfo info = {.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                           .renderArea = {{0, 0}, {SIDE, SIDE}},
                           .layerCount = 1,
                           .colorAttachmentCount = 1,
                           .pColorAttachments = &color};
   const VkViewport viewport = {0, 0, SIDE, SIDE, 0, 1};
   const VkRect2D scissor = {{0, 0}, {SIDE, SIDE}};
   const VkColorComponentFlags all = 15;
   const VkBool32 on = VK_TRUE;
   const VkSampleMask mask = ~0u;
   VkCommandBuffer cmd = begin_on(0);
   vk.CmdResetQueryPool(cmd, queries, 0, 1);
   vk.CmdBeginRenderingKHR(cmd, &info);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline);
   vk.CmdSetCullModeEXT(cmd, VK_CULL_MODE_NONE);
   vk.CmdSetFrontFaceEXT(cmd, VK_FRONT_FACE_CLOCKWISE);
   vk.CmdSetPrimitiveTopologyEXT(cmd, VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST);
   vk.CmdSetViewportWithCountEXT(cmd, 1, &viewport);
   vk.CmdSetScissorWithCountEXT(cmd, 1, &scissor);
   vk.CmdSetRasterizerDiscardEnableEXT(cmd, VK_FALSE);
   vk.CmdSetColorWriteMaskEXT(cmd, 0, 1, &all);
   vk.CmdSetColorWriteEnableEXT(cmd, 1, &on);
   vk.CmdSetSampleMaskEXT(cmd, VK_SAMPLE_COUNT_1_BIT, &mask);
   vk.CmdSetPolygonModeEXT(cmd, VK_POLYGON_MODE_FILL);
   vk.CmdSetDepthClampEnableEXT(cmd, VK_FALSE);
   vk.CmdBeginQuery(cmd, queries, 0, VK_QUERY_CONTROL_PRECISE_BIT);
   return cmd;
}

/* samples: how many must have passed; pixel: what those of `pixels` pixels must be, the others being 0. */
static void check(VkCommandBuffer cmd, uint64_t samples, uint32_t pixel, uint32_t pixels)
{
   VkBufferImageCopy copy = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, .imageExtent = {SIDE, SIDE, 1}};
   uint64_t passed;
   uint32_t found = 0;
   vk.CmdEndQuery(cmd, queries, 0);
   vk.CmdEndRenderingKHR(cmd);
   vkt_barrier(cmd);
   vk.CmdCopyImageToBuffer(cmd, target, VK_IMAGE_LAYOUT_GENERAL, back.buffer, 1, &copy);
   run_on(0, cmd);
   vkt_ok(vk.GetQueryPoolResults(t.device, queries, 0, 1, sizeof passed, &passed, 8, VK_QUERY_RESULT_64_BIT));
   assert_int_equal(passed, samples);
   for (uint32_t i = 0; i < SIDE * SIDE; i++) {
      uint32_t p = ((uint32_t *)back.host)[i];
      assert_true(p == 0 || p == pixel);
      found += p != 0;
   }
   assert_int_equal(found, pixels);
}

static void everything(void **state)
{
   VkCommandBuffer cmd = begin();
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, SIDE * SIDE, 0xffffffff, SIDE * SIDE);
}

static void faces(void **state)
{
   VkCommandBuffer cmd = begin();
   vk.CmdSetCullModeEXT(cmd, VK_CULL_MODE_FRONT_BIT); /* the triangles turn clockwise in the window */
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, 0, 0, 0);
   cmd = begin();
   vk.CmdSetCullModeEXT(cmd, VK_CULL_MODE_FRONT_BIT);
   vk.CmdSetFrontFaceEXT(cmd, VK_FRONT_FACE_COUNTER_CLOCKWISE);
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, SIDE * SIDE, 0xffffffff, SIDE * SIDE);
   cmd = begin();
   vk.CmdSetRasterizerDiscardEnableEXT(cmd, VK_TRUE);
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, 0, 0, 0);
}

static void areas(void **state)
{
   const VkViewport half = {0, 0, SIDE, SIDE / 2, 0, 1};
   const VkRect2D column = {{3, 0}, {2, SIDE}};
   VkCommandBuffer cmd = begin();
   vk.CmdSetViewportWithCountEXT(cmd, 1, &half);
   vk.CmdSetScissorWithCountEXT(cmd, 1, &column);
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, SIDE, 0xffffffff, SIDE);
   cmd = begin();
   vk.CmdSetPrimitiveTopologyEXT(cmd, VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP); /* the second triangle has no area */
   vk.CmdSetScissorWithCountEXT(cmd, 1, &column);
   vk.CmdDraw(cmd, 4, 1, 0, 0);
   check(cmd, 12 + 11, 0xffffffff, 12 + 11);
}

static void writes(void **state)
{
   const VkColorComponentFlags green_alpha = VK_COLOR_COMPONENT_G_BIT | VK_COLOR_COMPONENT_A_BIT;
   const VkBool32 off = VK_FALSE;
   const VkSampleMask none = 0;
   VkCommandBuffer cmd = begin();
   vk.CmdSetColorWriteMaskEXT(cmd, 0, 1, &green_alpha);
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, SIDE * SIDE, 0xff00ff00, SIDE * SIDE);
   cmd = begin();
   vk.CmdSetColorWriteEnableEXT(cmd, 1, &off);
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, SIDE * SIDE, 0, 0);
   cmd = begin();
   vk.CmdSetSampleMaskEXT(cmd, VK_SAMPLE_COUNT_1_BIT, &none);
   vk.CmdDraw(cmd, 6, 1, 0, 0);
   check(cmd, 0, 0, 0);
}

static void multi_draw(void **state)
{
   const VkMultiDrawInfoEXT draws[4] = {{0, 3}, {9, 9}, {3, 3}, {9, 9}};
   VkCommandBuffer cmd = begin();
   vk.CmdDrawMultiEXT(cmd, 2, draws, 1, 0, 2 * sizeof draws[0]);
   check(cmd, SIDE * SIDE, 0xffffffff, SIDE * SIDE);
   cmd = begin();
   vk.CmdDrawMultiEXT(cmd, 0, NULL, 1, 0, sizeof draws[0]);
   check(cmd, 0, 0, 0);
}

static int open_all(void **state)
{
   VkPhysicalDeviceMultiDrawFeaturesEXT multi = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTI_DRAW_FEATURES_EXT,
                                                 .multiDraw = VK_TRUE};
   VkPhysicalDeviceColorWriteEnableFeaturesEXT write = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COLOR_WRITE_ENABLE_FEATURES_EXT, .pNext = &multi, .colorWriteEnable = VK_TRUE};
   VkPhysicalDeviceExtendedDynamicState3FeaturesEXT eds3 = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTENDED_DYNAMIC_STATE_3_FEATURES_EXT,
      .pNext = &write,
      .extendedDynamicState3ColorWriteMask = VK_TRUE,
      .extendedDynamicState3SampleMask = VK_TRUE,
      .extendedDynamicState3PolygonMode = VK_TRUE,
      .extendedDynamicState3DepthClampEnable = VK_TRUE};
   VkPhysicalDeviceExtendedDynamicState2FeaturesEXT eds2 = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTENDED_DYNAMIC_STATE_2_FEATURES_EXT,
      .pNext = &eds3,
      .extendedDynamicState2 = VK_TRUE};
   VkPhysicalDeviceExtendedDynamicStateFeaturesEXT eds = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTENDED_DYNAMIC_STATE_FEATURES_EXT,
      .pNext = &eds2,
      .extendedDynamicState = VK_TRUE};
   VkPhysicalDeviceDynamicRenderingFeatures dynamic = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DYNAMIC_RENDERING_FEATURES,
                                                       .pNext = &eds,
                                                       .dynamicRendering = VK_TRUE};
   struct vkt_options options = {
      .extensions = extensions, .extension_count = sizeof extensions / sizeof extensions[0], .device_next = &dynamic};
   vkt_load();
   vkt_open_instance(&t, &options);
   vkt_ok(vkt_create_device(&t, &options));
   open_queues();
   make_target();
   make_pipeline();
   VkQueryPoolCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_OCCLUSION, .queryCount = 1};
   vkt_ok(vk.CreateQueryPool(t.device, &info, NULL, &queries));
   return 0;
}

static int close_all(void **state)
{
   vk.DestroyQueryPool(t.device, queries, NULL);
   vk.DestroyPipeline(t.device, pipeline, NULL);
   vk.DestroyPipelineLayout(t.device, layout, NULL);
   vk.DestroyImageView(t.device, view, NULL);
   vk.DestroyImage(t.device, target, NULL);
   vk.FreeMemory(t.device, memory, NULL);
   vkt_buffer_free(&t, &back);
   close_queues();
   vkt_close(&t);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(everything), cmocka_unit_test(faces), cmocka_unit_test(areas),
                                      cmocka_unit_test(writes),     cmocka_unit_test(multi_draw)};
   return cmocka_run_group_tests(tests, open_all, close_all);
}
