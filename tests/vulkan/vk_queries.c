/* Occlusion and pipeline statistics queries: exact counts of draws whose area is known, results in every form that they can be
 * asked for in, secondary command buffers, several views. The render pass has no attachments: what passes is counted all the same. */
#include "vkt_image.h"
#include "sample_unread_fs_spirv.h"
#include "screen_vs_spirv.h"
#include "square_spirv.h"
#include "white_fs_spirv.h"

#define SIDE 64u
#define WIDE (VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WITH_AVAILABILITY_BIT)

struct scene {
   VkRenderPass pass;
   VkFramebuffer framebuffer;
   VkPipelineLayout layout;
   VkPipeline pipeline;
};

static VkShaderModule module(const uint32_t *words, size_t size_B)
{
   VkShaderModule m;
   VkShaderModuleCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size_B, .pCode = words};
   vkt_ok(vk.CreateShaderModule(t.device, &info, NULL, &m));
   return m;
}

static void make_pass(struct scene *s, uint32_t view_mask)
{
   VkSubpassDescription subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS};
   VkRenderPassMultiviewCreateInfo views = {
      .sType = VK_STRUCTURE_TYPE_RENDER_PASS_MULTIVIEW_CREATE_INFO, .subpassCount = 1, .pViewMasks = &view_mask};
   VkRenderPassCreateInfo pass = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
                                  .pNext = view_mask ? &views : NULL,
                                  .subpassCount = 1,
                                  .pSubpasses = &subpass};
   vkt_ok(vk.CreateRenderPass(t.device, &pass, NULL, &s->pass));
   VkFramebufferCreateInfo framebuffer = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
                                          .renderPass = s->pass,
                                          .width = SIDE,
                                          .height = SIDE,
                                          .layers = 1};
   vkt_ok(vk.CreateFramebuffer(t.device, &framebuffer, NULL, &s->framebuffer));
}

static void make_pipeline(struct scene *s, VkSampleCountFlagBits samples, VkShaderModule fragment)
{
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
   vkt_ok(vk.CreatePipelineLayout(t.device, &layout, NULL, &s->layout));
   VkPipelineShaderStageCreateInfo stages[2] = {{.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                 .stage = VK_SHADER_STAGE_VERTEX_BIT,
                                                 .module = module(screen_vs_spirv, sizeof screen_vs_spirv),
                                                 .pName = "main"},
                                                {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                 .stage = VK_SHADER_STAGE_FRAGMENT_BIT,
                                                 .module = fragment,
                                                 .pName = "main"}};
   VkPipelineVertexInputStateCreateInfo input = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
   VkPipelineInputAssemblyStateCreateInfo assembly = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
      .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
   VkViewport viewport = {0, 0, SIDE, SIDE, 0, 1};
   VkPipelineViewportStateCreateInfo viewports = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
                                                  .viewportCount = 1,
                                                  .pViewports = &viewport,
                                                  .scissorCount = 1};
   VkPipelineRasterizationStateCreateInfo raster = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO, .lineWidth = 1};
   VkPipelineMultisampleStateCreateInfo multisample = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO, .rasterizationSamples = samples};
   VkDynamicState scissor = VK_DYNAMIC_STATE_SCISSOR;
   VkPipelineDynamicStateCreateInfo dynamic = {.sType = VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO,
                                               .dynamicStateCount = 1,
                                               .pDynamicStates = &scissor};
   VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                        .stageCount = 2,
                                        .pStages = stages,
                                        .pVertexInputState = &input,
                                        .pInputAssemblyState = &assembly,
                                        .pViewportState = &viewports,
                                        .pRasterizationState = &raster,
                                        .pMultisampleState = &multisample,
                                        .pDynamicState = &dynamic,
                                        .layout = s->layout,
                                        .renderPass = s->pass};
   vkt_ok(vk.CreateGraphicsPipelines(t.device, VK_NULL_HANDLE, 1, &info, NULL, &s->pipeline));
   vk.DestroyShaderModule(t.device, stages[0].module, NULL);
   vk.DestroyShaderModule(t.device, stages[1].module, NULL);
}

static struct scene make_scene(VkSampleCountFlagBits samples, uint32_t view_mask)
{
   struct scene s;
   make_pass(&s, view_mask);
   make_pipeline(&s, samples, module(white_fs_spirv, sizeof white_fs_spirv));
   return s;
}

static void free_scene(struct scene *s)
{
   vk.DestroyPipeline(t.device, s->pipeline, NULL);
   vk.DestroyPipelineLayout(t.device, s->layout, NULL);
   vk.DestroyFramebuffer(t.device, s->framebuffer, NULL);
   vk.DestroyRenderPass(t.device, s->pass, NULL);
}

static void begin_pass(VkCommandBuffer cmd, const struct scene *s, VkSubpassContents contents)
{
   VkRenderPassBeginInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                 .renderPass = s->pass,
                                 .framebuffer = s->framebuffer,
                                 .renderArea = {{0, 0}, {SIDE, SIDE}}};
   vk.CmdBeginRenderPass(cmd, &info, contents);
}

/* Two triangles that leave width x height pixels, as often as told. */
static void draw(VkCommandBuffer cmd, const struct scene *s, uint32_t width, uint32_t height, uint32_t instances)
{
   VkRect2D scissor = {{3, 5}, {width, height}};
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, s->pipeline);
   vk.CmdSetScissor(cmd, 0, 1, &scissor);
   vk.CmdDraw(cmd, 6, instances, 0, 0);
}

static VkQueryPool make_queries(VkQueryType type, VkQueryPipelineStatisticFlags statistics, uint32_t count)
{
   VkQueryPool pool;
   VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                 .queryType = type,
                                 .queryCount = count,
                                 .pipelineStatistics = statistics};
   vkt_ok(vk.CreateQueryPool(t.device, &info, NULL, &pool));
   return pool;
}

static void occlusion(VkSampleCountFlagBits samples)
{
   struct scene s = make_scene(samples, 0);
   VkQueryPool pool = make_queries(VK_QUERY_TYPE_OCCLUSION, 0, 4);
   uint64_t r[4][2];
   uint32_t narrow[3];
   VkCommandBuffer cmd = begin_on(0);
   vk.CmdResetQueryPool(cmd, pool, 0, 4);
   begin_pass(cmd, &s, VK_SUBPASS_CONTENTS_INLINE);
   draw(cmd, &s, SIDE, SIDE, 1); /* not asked for */
   vk.CmdBeginQuery(cmd, pool, 0, VK_QUERY_CONTROL_PRECISE_BIT);
   draw(cmd, &s, 10, 7, 1);
   vk.CmdEndQuery(cmd, pool, 0);
   draw(cmd, &s, 20, 20, 1);
   vk.CmdBeginQuery(cmd, pool, 1, VK_QUERY_CONTROL_PRECISE_BIT);
   vk.CmdEndQuery(cmd, pool, 1);
   vk.CmdBeginQuery(cmd, pool, 2, VK_QUERY_CONTROL_PRECISE_BIT);
   draw(cmd, &s, 31, 1, 2);
   draw(cmd, &s, 1, 17, 3);
   vk.CmdEndQuery(cmd, pool, 2);
   vk.CmdEndRenderPass(cmd);
   run_on(0, cmd);
   memset(r, 0x55, sizeof r);
   assert_int_equal(vk.GetQueryPoolResults(t.device, pool, 0, 4, sizeof r, r, 16, WIDE), VK_NOT_READY);
   assert_int_equal(r[0][0], 70 * samples);
   assert_int_equal(r[1][0], 0);
   assert_int_equal(r[2][0], (62 + 51) * samples);
   assert_int_equal(r[3][0], 0x5555555555555555);
   for (unsigned i = 0; i < 4; i++)
      assert_int_equal(r[i][1], i < 3);
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 3, sizeof narrow, narrow, 4, VK_QUERY_RESULT_WAIT_BIT));
   assert_int_equal(narrow[2], 113 * samples);
   vk.DestroyQueryPool(t.device, pool, NULL);
   free_scene(&s);
}

static void test_occlusion(void **state)
{
   occlusion(VK_SAMPLE_COUNT_1_BIT);
}

static void test_occlusion_samples(void **state)
{
   occlusion(VK_SAMPLE_COUNT_4_BIT);
}

/* Values stand in the order of the bits, whichever are asked for. */
static void test_statistics(void **state)
{
   static const uint64_t expected[11] = {18, 6, 18, 0, 0, 6, 6, 3 * 12 * 9, 0, 0, 0};
   static const uint32_t sets[] = {0x7ff, 0x001, 0x0a5, 0x3fe, 0x480, 0x462};
   struct scene s = make_scene(VK_SAMPLE_COUNT_1_BIT, 0);
   for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
      uint64_t r[12];
      VkQueryPool pool = make_queries(VK_QUERY_TYPE_PIPELINE_STATISTICS, sets[i], 2);
      VkCommandBuffer cmd = begin_on(0);
      vk.CmdResetQueryPool(cmd, pool, 0, 2);
      begin_pass(cmd, &s, VK_SUBPASS_CONTENTS_INLINE);
      draw(cmd, &s, 30, 30, 1);
      vk.CmdBeginQuery(cmd, pool, 1, 0);
      draw(cmd, &s, 12, 9, 3);
      vk.CmdEndQuery(cmd, pool, 1);
      draw(cmd, &s, 30, 30, 1);
      vk.CmdEndRenderPass(cmd);
      run_on(0, cmd);
      vkt_ok(vk.GetQueryPoolResults(t.device, pool, 1, 1, sizeof r, r, sizeof r, WIDE));
      unsigned at = 0;
      for (unsigned bit = 0; bit < 11; bit++)
         if (sets[i] >> bit & 1)
            assert_int_equal(r[at++], expected[bit]);
      assert_int_equal(r[at], 1);
      vk.DestroyQueryPool(t.device, pool, NULL);
   }
   free_scene(&s);
}

/* SampleId in the interface means an invocation for each sample, read or not. */
static void test_sample_invocations(void **state)
{
   for (unsigned unread = 0; unread < 2; unread++) {
      uint64_t r[2];
      struct scene s;
      make_pass(&s, 0);
      make_pipeline(&s, VK_SAMPLE_COUNT_4_BIT,
                    unread ? module(sample_unread_fs_spirv, sizeof sample_unread_fs_spirv)
                           : module(white_fs_spirv, sizeof white_fs_spirv));
      VkQueryPool pool = make_queries(VK_QUERY_TYPE_PIPELINE_STATISTICS,
                                      VK_QUERY_PIPELINE_STATISTIC_FRAGMENT_SHADER_INVOCATIONS_BIT, 1);
      VkCommandBuffer cmd = begin_on(0);
      vk.CmdResetQueryPool(cmd, pool, 0, 1);
      begin_pass(cmd, &s, VK_SUBPASS_CONTENTS_INLINE);
      vk.CmdBeginQuery(cmd, pool, 0, 0);
      draw(cmd, &s, 12, 9, 1);
      vk.CmdEndQuery(cmd, pool, 0);
      vk.CmdEndRenderPass(cmd);
      run_on(0, cmd);
      vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 1, sizeof r, r, sizeof r, WIDE));
      /* a pixel on the edge between the two triangles has an invocation in each if that is per pixel */
      if (unread)
         assert_int_equal(r[0], 4 * 12 * 9);
      else
         assert_in_range(r[0], 12 * 9, 2 * 12 * 9);
      vk.DestroyQueryPool(t.device, pool, NULL);
      free_scene(&s);
   }
}

static void test_compute_statistics(void **state)
{
   uint64_t r[2];
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(&t, &(struct vkt_compute_info){VKT_SPIRV(square_spirv), .bindings = 1});
   VkQueryPool pool =
      make_queries(VK_QUERY_TYPE_PIPELINE_STATISTICS, VK_QUERY_PIPELINE_STATISTIC_COMPUTE_SHADER_INVOCATIONS_BIT, 1);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = begin_on(1);
   vk.CmdResetQueryPool(cmd, pool, 0, 1);
   vkt_dispatch(cmd, &c, 1, 1, 1);
   vk.CmdBeginQuery(cmd, pool, 0, 0);
   vkt_dispatch(cmd, &c, 5, 1, 1);
   vkt_dispatch(cmd, &c, 2, 3, 1);
   vk.CmdEndQuery(cmd, pool, 0);
   vkt_dispatch(cmd, &c, 1, 1, 1);
   run_on(1, cmd);
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 1, sizeof r, r, 16, WIDE));
   assert_int_equal(r[0], 11 * 64);
   vk.DestroyQueryPool(t.device, pool, NULL);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
}

/* What is not there yet: left alone, 0 if partial results will do, and the availability either way. On the host and on the card. */
static void test_unavailable(void **state)
{
   struct vkt_buffer b = vkt_buffer(&t, 256, VKT_TYPE_SYSTEM);
   VkQueryPool pool = make_queries(VK_QUERY_TYPE_PIPELINE_STATISTICS, 0x81, 2);
   uint64_t r[3] = {7, 7, 7};
   const uint32_t *narrow = b.host;
   uint64_t wide[3];
   memset(b.host, 0x55, 256);
   VkCommandBuffer cmd = begin_on(0);
   vk.CmdResetQueryPool(cmd, pool, 0, 2);
   vk.CmdBeginQuery(cmd, pool, 1, 0);
   vk.CmdEndQuery(cmd, pool, 1);
   vk.CmdCopyQueryPoolResults(cmd, pool, 0, 2, b.buffer, 0, 16, VK_QUERY_RESULT_WITH_AVAILABILITY_BIT);
   vk.CmdCopyQueryPoolResults(cmd, pool, 0, 1, b.buffer, 64, 24, WIDE | VK_QUERY_RESULT_PARTIAL_BIT);
   vk.CmdCopyQueryPoolResults(cmd, pool, 1, 1, b.buffer, 128, 24, WIDE | VK_QUERY_RESULT_WAIT_BIT);
   run_on(0, cmd);
   assert_int_equal(narrow[0], 0x55555555);
   assert_int_equal(narrow[1], 0x55555555);
   assert_int_equal(narrow[2], 0);
   assert_int_equal(narrow[3], 0x55555555);
   assert_int_equal(narrow[4], 0);
   assert_int_equal(narrow[5], 0);
   assert_int_equal(narrow[6], 1);
   for (unsigned i = 0; i < 2; i++) {
      memcpy(wide, (char *)b.host + 64 * (i + 1), sizeof wide);
      assert_int_equal(wide[0], 0);
      assert_int_equal(wide[1], 0);
      assert_int_equal(wide[2], i);
   }
   assert_int_equal(vk.GetQueryPoolResults(t.device, pool, 0, 1, sizeof r, r, 24, WIDE), VK_NOT_READY);
   assert_int_equal(r[0], 7);
   assert_int_equal(r[2], 0);
   assert_int_equal(
      vk.GetQueryPoolResults(t.device, pool, 0, 1, sizeof r, r, 24, WIDE | VK_QUERY_RESULT_PARTIAL_BIT), VK_NOT_READY);
   assert_int_equal(r[0], 0);
   assert_int_equal(r[1], 0);
   vk.DestroyQueryPool(t.device, pool, NULL);
   vkt_buffer_free(&t, &b);
}

/* A query that the primary command buffer began counts what its secondary ones draw. */
static void test_inherited(void **state)
{
   struct scene s = make_scene(VK_SAMPLE_COUNT_1_BIT, 0);
   VkQueryPool pool = make_queries(VK_QUERY_TYPE_OCCLUSION, 0, 1);
   uint64_t r[2];
   VkCommandBuffer secondary, cmd = begin_on(0);
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = pool_of[0],
                                        .level = VK_COMMAND_BUFFER_LEVEL_SECONDARY,
                                        .commandBufferCount = 1};
   VkCommandBufferInheritanceInfo inherit = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_INFO,
                                             .renderPass = s.pass,
                                             .occlusionQueryEnable = VK_TRUE,
                                             .queryFlags = VK_QUERY_CONTROL_PRECISE_BIT};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_RENDER_PASS_CONTINUE_BIT,
                                     .pInheritanceInfo = &inherit};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &secondary));
   vkt_ok(vk.BeginCommandBuffer(secondary, &begin));
   draw(secondary, &s, 13, 4, 1);
   vkt_ok(vk.EndCommandBuffer(secondary));
   vk.CmdResetQueryPool(cmd, pool, 0, 1);
   vk.CmdBeginQuery(cmd, pool, 0, VK_QUERY_CONTROL_PRECISE_BIT);
   begin_pass(cmd, &s, VK_SUBPASS_CONTENTS_SECONDARY_COMMAND_BUFFERS);
   vk.CmdExecuteCommands(cmd, 1, &secondary);
   vk.CmdEndRenderPass(cmd);
   vk.CmdEndQuery(cmd, pool, 0);
   run_on(0, cmd);
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 1, sizeof r, r, 16, WIDE));
   assert_int_equal(r[0], 52);
   vk.FreeCommandBuffers(t.device, pool_of[0], 1, &secondary);
   vk.DestroyQueryPool(t.device, pool, NULL);
   free_scene(&s);
}

/* Three views take three queries, which are all available and add up. */
static void test_views(void **state)
{
   struct scene s = make_scene(VK_SAMPLE_COUNT_1_BIT, 0x7);
   VkQueryPool pool = make_queries(VK_QUERY_TYPE_OCCLUSION, 0, 4);
   uint64_t r[4][2];
   VkCommandBuffer cmd = begin_on(0);
   vk.CmdResetQueryPool(cmd, pool, 0, 4);
   begin_pass(cmd, &s, VK_SUBPASS_CONTENTS_INLINE);
   vk.CmdBeginQuery(cmd, pool, 0, VK_QUERY_CONTROL_PRECISE_BIT);
   draw(cmd, &s, 6, 6, 1);
   vk.CmdEndQuery(cmd, pool, 0);
   vk.CmdEndRenderPass(cmd);
   run_on(0, cmd);
   assert_int_equal(vk.GetQueryPoolResults(t.device, pool, 0, 4, sizeof r, r, 16, WIDE | VK_QUERY_RESULT_PARTIAL_BIT),
                    VK_NOT_READY);
   assert_int_equal(r[0][0] + r[1][0] + r[2][0], 3 * 36);
   for (unsigned i = 0; i < 4; i++)
      assert_int_equal(r[i][1], i < 3);
   vk.DestroyQueryPool(t.device, pool, NULL);
   free_scene(&s);
}

static int setup(void **state)
{
   VkPhysicalDeviceMultiviewFeatures views = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTIVIEW_FEATURES,
                                              .multiview = VK_TRUE};
   struct vkt_options options = {.device_next = &views};
   vkt_open_instance(&t, &options);
   vkt_ok(vkt_create_device(&t, &options));
   open_queues();
   return 0;
}

static int teardown(void **state)
{
   close_queues();
   vkt_close(&t);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_occlusion),   cmocka_unit_test(test_occlusion_samples),
      cmocka_unit_test(test_statistics),  cmocka_unit_test(test_compute_statistics),
      cmocka_unit_test(test_unavailable), cmocka_unit_test(test_inherited),
      cmocka_unit_test(test_views),       cmocka_unit_test(test_sample_invocations),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
