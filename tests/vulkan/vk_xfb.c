/* VK_EXT_transform_feedback and VK_EXT_primitives_generated_query: what every topology and stage captures, in which order; buffers
 * that are too small, missing or wrong; counters across pauses and command buffers; draws by byte count; queries of each stream. */
#include "vkt_image.h"
#include "white_fs_spirv.h"
#include "xfb_streams_spirv.h"
#include "xfb_streams_vs_spirv.h"
#include "xfb_tcs_spirv.h"
#include "xfb_tes_spirv.h"
#include "xfb_vs_spirv.h"

#define SIDE 16u
#define BUFFER_B 8192u
#define UNTOUCHED 0xa5a5a5a5u
#define COUNTERS 128u /* bytes of the buffer of counters; further counters do not lie in it */

static VkRenderPass pass;
static VkFramebuffer framebuffer;
static VkPipelineLayout layout;
static struct vkt_buffer capture[4], counters;
static VkQueryPool stream_queries, primitive_queries, samples;

struct program {
   const uint32_t *words;
   size_t size_B;
   VkShaderStageFlagBits stage;
};
#define PROGRAM(name, stage) {name##_spirv, sizeof name##_spirv, VK_SHADER_STAGE_##stage##_BIT}

/* ---- pipelines -------------------------------------------------------------------------------------------------- */
struct pipeline_info {
   const struct program *programs;
   uint32_t count;
   VkPrimitiveTopology topology;
   bool rasterised;
   uint32_t stream;
};

static VkResult try_pipeline(const struct pipeline_info *p, VkPipeline *out)
{
   VkPipelineShaderStageCreateInfo stages[4];
   for (uint32_t i = 0; i < p->count; i++) {
      VkShaderModuleCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                       .codeSize = p->programs[i].size_B,
                                       .pCode = p->programs[i].words};
      stages[i] = (VkPipelineShaderStageCreateInfo){.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                    .stage = p->programs[i].stage,
                                                    .pName = "main"};
      vkt_ok(vk.CreateShaderModule(t.device, &info, NULL, &stages[i].module));
   }
   VkPipelineVertexInputStateCreateInfo input = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
   VkPipelineInputAssemblyStateCreateInfo assembly = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO, .topology = p->topology};
   VkPipelineTessellationStateCreateInfo tessellation = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_TESSELLATION_STATE_CREATE_INFO, .patchControlPoints = 1};
   VkViewport viewport = {0, 0, SIDE, SIDE, 0, 1};
   VkRect2D scissor = {{0, 0}, {SIDE, SIDE}};
   VkPipelineViewportStateCreateInfo viewports = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
                                                  .viewportCount = 1,
                                                  .pViewports = &viewport,
                                                  .scissorCount = 1,
                                                  .pScissors = &scissor};
   VkPipelineRasterizationStateStreamCreateInfoEXT stream = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_STREAM_CREATE_INFO_EXT, .rasterizationStream = p->stream};
   VkPipelineRasterizationStateCreateInfo raster = {.sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO,
                                                    .pNext = &stream,
                                                    .rasterizerDiscardEnable = !p->rasterised,
                                                    .lineWidth = 1};
   VkPipelineMultisampleStateCreateInfo multisample = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO, .rasterizationSamples = 1};
   VkGraphicsPipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                        .stageCount = p->count,
                                        .pStages = stages,
                                        .pVertexInputState = &input,
                                        .pInputAssemblyState = &assembly,
                                        .pTessellationState = &tessellation,
                                        .pViewportState = &viewports,
                                        .pRasterizationState = &raster,
                                        .pMultisampleState = &multisample,
                                        .layout = layout,
                                        .renderPass = pass};
   VkResult r = vk.CreateGraphicsPipelines(t.device, VK_NULL_HANDLE, 1, &info, NULL, out);
   for (uint32_t i = 0; i < p->count; i++)
      vk.DestroyShaderModule(t.device, stages[i].module, NULL);
   return r;
}

static VkPipeline pipeline(const struct pipeline_info *p)
{
   VkPipeline made;
   vkt_ok(try_pipeline(p, &made));
   return made;
}

static VkPipeline vertex_pipeline(VkPrimitiveTopology topology)
{
   static const struct program vertex[] = {PROGRAM(xfb_vs, VERTEX)};
   return pipeline(&(struct pipeline_info){vertex, 1, topology, false, 0});
}

/* ---- commands --------------------------------------------------------------------------------------------------- */
static void forget(void)
{
   for (unsigned i = 0; i < 4; i++)
      memset(capture[i].host, 0xa5, BUFFER_B);
   memset(counters.host, 0xa5, counters.size);
}

static void bind(VkCommandBuffer cmd, uint32_t n, VkDeviceSize offset, VkDeviceSize size)
{
   vk.CmdBindTransformFeedbackBuffersEXT(cmd, n, 1, &capture[n].buffer, &offset, &size);
}

static VkCommandBuffer begin(VkPipeline p)
{
   VkCommandBuffer cmd = begin_on(0);
   VkRenderPassBeginInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                 .renderPass = pass,
                                 .framebuffer = framebuffer,
                                 .renderArea = {{0, 0}, {SIDE, SIDE}}};
   vk.CmdResetQueryPool(cmd, stream_queries, 0, 4);
   vk.CmdResetQueryPool(cmd, primitive_queries, 0, 4);
   vk.CmdResetQueryPool(cmd, samples, 0, 1);
   vk.CmdBeginRenderPass(cmd, &info, VK_SUBPASS_CONTENTS_INLINE);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, p);
   return cmd;
}

static void end(VkCommandBuffer cmd)
{
   vk.CmdEndRenderPass(cmd);
   run_on(0, cmd);
}

static void begin_queries(VkCommandBuffer cmd)
{
   for (uint32_t n = 0; n < 4; n++) {
      vk.CmdBeginQueryIndexedEXT(cmd, stream_queries, n, 0, n);
      vk.CmdBeginQueryIndexedEXT(cmd, primitive_queries, n, 0, n);
   }
}

static void end_queries(VkCommandBuffer cmd)
{
   for (uint32_t n = 0; n < 4; n++) {
      vk.CmdEndQueryIndexedEXT(cmd, stream_queries, n, n);
      vk.CmdEndQueryIndexedEXT(cmd, primitive_queries, n, n);
   }
}

static void expect_queries(uint32_t stream, uint64_t written, uint64_t needed, uint64_t generated)
{
   uint64_t r[2], g;
   vkt_ok(vk.GetQueryPoolResults(t.device, stream_queries, stream, 1, sizeof r, r, sizeof r, VK_QUERY_RESULT_64_BIT));
   vkt_ok(vk.GetQueryPoolResults(t.device, primitive_queries, stream, 1, 8, &g, 8, VK_QUERY_RESULT_64_BIT));
   assert_int_equal(r[0], written);
   assert_int_equal(r[1], needed);
   assert_int_equal(g, generated);
}

static void feedback_begin(VkCommandBuffer cmd, uint32_t first, uint32_t count, const VkDeviceSize *at)
{
   const VkBuffer buffers[4] = {counters.buffer, counters.buffer, counters.buffer, counters.buffer};
   vk.CmdBeginTransformFeedbackEXT(cmd, first, count, count ? buffers : NULL, at);
}

static void feedback_end(VkCommandBuffer cmd, uint32_t first, uint32_t count, const VkDeviceSize *at)
{
   const VkBuffer buffers[4] = {counters.buffer, counters.buffer, counters.buffer, counters.buffer};
   vk.CmdEndTransformFeedbackEXT(cmd, first, count, count ? buffers : NULL, at);
}

/* ---- what xfb_vs captures ------------------------------------------------------------------------------------------ */
static uint32_t word(const struct vkt_buffer *b, uint32_t byte)
{
   uint32_t w;
   memcpy(&w, (const char *)b->host + byte, 4);
   return w;
}

/* Captured vertex number n, the buffers being bound at these offsets. */
static void expect_vertex(uint32_t n, uint32_t offset0, uint32_t offset2, uint32_t vertex, uint32_t instance)
{
   float third;
   double exact[2];
   assert_int_equal(word(&capture[0], offset0 + 12 * n), vertex);
   assert_int_equal(word(&capture[0], offset0 + 12 * n + 4), instance);
   memcpy(&third, (const char *)capture[0].host + offset0 + 12 * n + 8, 4);
   assert_true(third == (float)vertex / 4);
   assert_int_equal(word(&capture[2], offset2 + 24 * n), UNTOUCHED);
   assert_int_equal(word(&capture[2], offset2 + 24 * n + 4), UNTOUCHED);
   memcpy(exact, (const char *)capture[2].host + offset2 + 24 * n + 8, 16);
   assert_true(exact[0] == (double)vertex / 3 && exact[1] == 1.0 / 3);
}

static void expect_end(uint32_t n, uint32_t offset0, uint32_t offset2)
{
   assert_int_equal(word(&capture[0], offset0 + 12 * n), UNTOUCHED);
   assert_int_equal(word(&capture[2], offset2 + 24 * n + 8), UNTOUCHED);
   assert_int_equal(word(&capture[1], 0), UNTOUCHED);
   assert_int_equal(word(&capture[3], 0), UNTOUCHED);
}

/* Vertices of primitive p, adjacent ones left out ("Primitive Topologies" of the specification). */
static uint32_t corners(VkPrimitiveTopology topology, uint32_t p, uint32_t v[3])
{
   uint32_t odd = p & 1;
   switch (topology) {
   case VK_PRIMITIVE_TOPOLOGY_POINT_LIST: v[0] = p; return 1;
   case VK_PRIMITIVE_TOPOLOGY_LINE_LIST: v[0] = 2 * p; v[1] = v[0] + 1; return 2;
   case VK_PRIMITIVE_TOPOLOGY_LINE_STRIP: v[0] = p; v[1] = p + 1; return 2;
   case VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST: v[0] = 3 * p; v[1] = v[0] + 1; v[2] = v[0] + 2; return 3;
   case VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP: v[0] = p; v[1] = p + 1 + odd; v[2] = p + 2 - odd; return 3;
   case VK_PRIMITIVE_TOPOLOGY_TRIANGLE_FAN: v[0] = p + 1; v[1] = p + 2; v[2] = 0; return 3;
   case VK_PRIMITIVE_TOPOLOGY_LINE_LIST_WITH_ADJACENCY: v[0] = 4 * p + 1; v[1] = v[0] + 1; return 2;
   case VK_PRIMITIVE_TOPOLOGY_LINE_STRIP_WITH_ADJACENCY: v[0] = p + 1; v[1] = p + 2; return 2;
   case VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST_WITH_ADJACENCY: v[0] = 6 * p; v[1] = v[0] + 2; v[2] = v[0] + 4; return 3;
   default: v[0] = 2 * p; v[1] = 2 * (p + 1 + odd); v[2] = 2 * (p + 2 - odd); return 3;
   }
}

/* Of 13 vertices. */
static const uint32_t primitives_of_13[] = {13, 6, 12, 4, 11, 11, 3, 10, 2, 4};

static void test_topologies(void **state)
{
   for (uint32_t topology = 0; topology < 10; topology++) {
      VkPipeline p = vertex_pipeline((VkPrimitiveTopology)topology);
      uint32_t n = 0, v[3];
      forget();
      VkCommandBuffer cmd = begin(p);
      bind(cmd, 0, 8, VK_WHOLE_SIZE);
      bind(cmd, 2, 64, BUFFER_B - 64);
      begin_queries(cmd);
      feedback_begin(cmd, 0, 0, NULL);
      vk.CmdDraw(cmd, 13, 2, 100, 5);
      feedback_end(cmd, 0, 0, NULL);
      end_queries(cmd);
      vk.CmdDraw(cmd, 13, 1, 0, 0); /* not captured */
      end(cmd);
      uint32_t each = primitives_of_13[topology];
      for (uint32_t i = 0; i < 2 * each; i++)
         for (uint32_t k = 0, count = corners((VkPrimitiveTopology)topology, i % each, v); k < count; k++)
            expect_vertex(n++, 8, 64, 100 + v[k], 5 + i / each);
      expect_end(n, 8, 64);
      expect_queries(0, 2 * each, 2 * each, 2 * each);
      expect_queries(1, 0, 0, 0);
      vk.DestroyPipeline(t.device, p, NULL);
   }
}

/* A primitive is captured as a whole or not at all, in all buffers, and none comes behind one that did not fit. */
static void test_too_small(void **state)
{
   VkPipeline p = vertex_pipeline(VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST);
   const VkDeviceSize at[3] = {0, 0, 4};
   const uint32_t room[][2] = {{BUFFER_B, 24 * 8 + 23}, {12 * 6 + 3, BUFFER_B}, {2, 1}, {0, 0}};
   const uint32_t fit[] = {2, 2, 0, 0};
   for (unsigned i = 0; i < 4; i++) {
      forget();
      VkCommandBuffer cmd = begin(p);
      bind(cmd, 0, 0, room[i][0]);
      bind(cmd, 2, 0, room[i][1]);
      begin_queries(cmd);
      feedback_begin(cmd, 0, 0, NULL);
      vk.CmdDraw(cmd, 12, 1, 0, 0);
      feedback_end(cmd, 0, 3, at);
      end_queries(cmd);
      end(cmd);
      for (uint32_t n = 0; n < 3 * fit[i]; n++)
         expect_vertex(n, 0, 0, n, 0);
      expect_end(3 * fit[i], 0, 0);
      expect_queries(0, fit[i], 4, 4);
      assert_int_equal(word(&counters, 4), 72 * fit[i]); /* the later of two counters in one place */
   }
   vk.DestroyPipeline(t.device, p, NULL);
}

/* Feedback goes on where it stopped: after a pause, in another command buffer; and what it gave is drawn by its byte count. */
static void test_pause(void **state)
{
   VkPipeline p = vertex_pipeline(VK_PRIMITIVE_TOPOLOGY_LINE_LIST);
   const VkDeviceSize at[3] = {16, 8, 64};
   forget();
   for (uint32_t round = 0; round < 2; round++) {
      VkCommandBuffer cmd = begin(p);
      bind(cmd, 0, 0, VK_WHOLE_SIZE);
      bind(cmd, 2, 0, VK_WHOLE_SIZE);
      for (uint32_t part = 0; part < 2; part++) {
         feedback_begin(cmd, 0, round + part ? 3 : 0, round + part ? at : NULL);
         vk.CmdDraw(cmd, 4, 1, 10 * (2 * round + part), 0);
         vk.CmdDraw(cmd, 2, 1, 10 * (2 * round + part) + 4, 0);
         feedback_end(cmd, 0, 3, at);
         vk.CmdDraw(cmd, 2, 1, 0, 0);
      }
      end(cmd);
   }
   for (uint32_t n = 0; n < 24; n++)
      expect_vertex(n, 0, 0, 10 * (n / 6) + n % 6, 0);
   expect_end(24, 0, 0);
   assert_int_equal(word(&counters, 16), 24 * 12);
   assert_int_equal(word(&counters, 8), 0);
   assert_int_equal(word(&counters, 64), 24 * 24);

   /* (24 x 12 - 40) / 12 = 20 vertices, and the stride need not be that of the capture: 248 / 100 = 2. */
   const uint32_t strides[] = {12, 100, 0}, vertices[] = {20, 2, 0};
   for (unsigned i = 0; i < (vkt_may_err() ? 3 : 2); i++) { /* a stride of 0 is not allowed */
      VkCommandBuffer cmd = begin(p);
      memset(capture[0].host, 0xa5, BUFFER_B);
      memset(capture[2].host, 0xa5, BUFFER_B);
      bind(cmd, 0, 0, VK_WHOLE_SIZE);
      bind(cmd, 2, 0, VK_WHOLE_SIZE);
      feedback_begin(cmd, 0, 0, NULL);
      vk.CmdDrawIndirectByteCountEXT(cmd, 1, 3, counters.buffer, 16, 40, strides[i]);
      vk.CmdDrawIndirectByteCountEXT(cmd, 1, 3, counters.buffer, COUNTERS - 2, 0, 12);
      feedback_end(cmd, 0, 0, NULL);
      end(cmd);
      for (uint32_t n = 0; n < vertices[i]; n++)
         expect_vertex(n, 0, 0, n, 3);
      expect_end(vertices[i], 0, 0);
   }
   vk.DestroyPipeline(t.device, p, NULL);
}

/* Counters that say more than a buffer holds or that do not lie in theirs; buffers that were never bound. */
static void test_bad_input(void **state)
{
   VkPipeline p = vertex_pipeline(VK_PRIMITIVE_TOPOLOGY_POINT_LIST);
   const VkDeviceSize beyond[1] = {COUNTERS}, first[1] = {0};
   const uint32_t values[] = {BUFFER_B - 11, UINT32_MAX, UINT32_MAX - 3};
   for (unsigned i = 0; i < 3; i++) {
      forget();
      memcpy(counters.host, &values[i], 4);
      VkCommandBuffer cmd = begin(p);
      bind(cmd, 0, 0, VK_WHOLE_SIZE);
      bind(cmd, 2, 0, VK_WHOLE_SIZE);
      begin_queries(cmd);
      feedback_begin(cmd, 0, 1, first);
      vk.CmdDraw(cmd, 3, 1, 0, 0);
      feedback_end(cmd, 0, 1, first);
      end_queries(cmd);
      end(cmd);
      expect_end(0, 0, 0);
      expect_queries(0, 0, 3, 3);
      assert_int_equal(word(&counters, 0), values[i]);
   }
   forget();
   VkCommandBuffer cmd = begin(p);
   bind(cmd, 0, 0, VK_WHOLE_SIZE);
   begin_queries(cmd);
   feedback_begin(cmd, 0, 1, beyond);
   vk.CmdDraw(cmd, 3, 1, 0, 0); /* buffer 2 is missing */
   bind(cmd, 2, 0, VK_WHOLE_SIZE);
   vk.CmdDraw(cmd, 5, 1, 7, 0);
   feedback_end(cmd, 0, 1, beyond);
   vk.CmdBeginQueryIndexedEXT(cmd, stream_queries, 3, 0, 4); /* no such stream, no such query */
   vk.CmdBeginQueryIndexedEXT(cmd, stream_queries, 4, 0, 0);
   end_queries(cmd);
   end(cmd);
   for (uint32_t n = 0; n < 5; n++)
      expect_vertex(n, 0, 0, 7 + n, 0);
   expect_end(5, 0, 0);
   expect_queries(0, 5, 8, 8);
   assert_int_equal(word(&counters, COUNTERS - 4), UNTOUCHED);
   vk.DestroyPipeline(t.device, p, NULL);
}

/* ---- geometry and tessellation ------------------------------------------------------------------------------------- */
static void test_streams(void **state)
{
   static const struct program programs[] = {PROGRAM(xfb_streams_vs, VERTEX), PROGRAM(xfb_streams, GEOMETRY),
                                             PROGRAM(white_fs, FRAGMENT)};
   const uint64_t visible[] = {0, 21};
   for (uint32_t stream = 0; stream < 2; stream++) {
      VkPipeline p = pipeline(&(struct pipeline_info){programs, 3, VK_PRIMITIVE_TOPOLOGY_POINT_LIST, true, stream});
      uint64_t seen;
      forget();
      VkCommandBuffer cmd = begin(p);
      bind(cmd, 1, 4, VK_WHOLE_SIZE);
      bind(cmd, 3, 0, 100); /* 12 of 21 vertices */
      begin_queries(cmd);
      vk.CmdBeginQuery(cmd, samples, 0, VK_QUERY_CONTROL_PRECISE_BIT);
      feedback_begin(cmd, 0, 0, NULL);
      vk.CmdDraw(cmd, 7, 1, 0, 0);
      feedback_end(cmd, 0, 0, NULL);
      vk.CmdEndQuery(cmd, samples, 0);
      end_queries(cmd);
      end(cmd);
      for (uint32_t n = 0; n < 14; n++)
         assert_int_equal(word(&capture[1], 4 + 4 * n), 10 * (n / 2) + n % 2);
      assert_int_equal(word(&capture[1], 4 + 4 * 14), UNTOUCHED);
      for (uint32_t n = 0; n < 12; n++) {
         assert_int_equal(word(&capture[3], 8 * n), n / 3);
         assert_int_equal(word(&capture[3], 8 * n + 4), n % 3);
      }
      assert_int_equal(word(&capture[3], 96), UNTOUCHED);
      expect_queries(0, 14, 14, 14);
      expect_queries(1, 12, 21, 21);
      expect_queries(2, 0, 0, 0);
      expect_queries(3, 7, 7, 7);
      vkt_ok(vk.GetQueryPoolResults(t.device, samples, 0, 1, 8, &seen, 8, VK_QUERY_RESULT_64_BIT));
      assert_int_equal(seen, visible[stream]);
      vk.DestroyPipeline(t.device, p, NULL);
   }
}

static void test_tessellation(void **state)
{
   static const struct program programs[] = {PROGRAM(xfb_streams_vs, VERTEX), PROGRAM(xfb_tcs, TESSELLATION_CONTROL),
                                             PROGRAM(xfb_tes, TESSELLATION_EVALUATION)};
   VkPipeline p = pipeline(&(struct pipeline_info){programs, 3, VK_PRIMITIVE_TOPOLOGY_PATCH_LIST, false, 0});
   forget();
   VkCommandBuffer cmd = begin(p);
   bind(cmd, 0, 0, VK_WHOLE_SIZE);
   bind(cmd, 1, 0, VK_WHOLE_SIZE);
   begin_queries(cmd);
   feedback_begin(cmd, 0, 0, NULL);
   vk.CmdDraw(cmd, 3, 1, 0, 0);
   feedback_end(cmd, 0, 0, NULL);
   end_queries(cmd);
   end(cmd);
   /* Two lines of four segments in each patch. */
   for (uint32_t n = 0; n < 48; n++) {
      float u, v;
      memcpy(&u, (char *)capture[0].host + 8 * n, 4);
      memcpy(&v, (char *)capture[1].host + 8 * n, 4);
      assert_true(u == (float)(n % 8 / 2 + n % 2) / 4);
      assert_true(v == (float)(n / 8 % 2) / 2);
      assert_int_equal(word(&capture[0], 8 * n + 4), n / 16);
      assert_int_equal((int32_t)word(&capture[1], 8 * n + 4), -(int32_t)(n / 16));
   }
   assert_int_equal(word(&capture[0], 8 * 48), UNTOUCHED);
   expect_queries(0, 24, 24, 24);
   vk.DestroyPipeline(t.device, p, NULL);
}

/* ---- modules that ask for too much -------------------------------------------------------------------------------- */
static void test_bad_modules(void **state)
{
   enum { OP_DECORATE = 71, OFFSET = 35, XFB_BUFFER = 36, XFB_STRIDE = 37 };
   static const uint32_t wrong[][2] = {{OFFSET, 3}, {OFFSET, 2048}, {OFFSET, UINT32_MAX - 3}, {XFB_BUFFER, 4},
                                       {XFB_BUFFER, UINT32_MAX - 1}, {XFB_STRIDE, 13}, {XFB_STRIDE, 1u << 31}};
   uint32_t words[sizeof xfb_vs_spirv / 4], count = sizeof xfb_vs_spirv / 4;
   for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
      unsigned changed = 0;
      memcpy(words, xfb_vs_spirv, sizeof words);
      for (uint32_t at = 5; at < count && words[at] >> 16; at += words[at] >> 16)
         if ((words[at] & 0xffff) == OP_DECORATE && words[at + 2] == wrong[i][0] && !changed++)
            words[at + 3] = wrong[i][1];
      assert_int_equal(changed > 0, 1);
      struct program program = {words, sizeof words, VK_SHADER_STAGE_VERTEX_BIT};
      VkPipeline p;
      VkResult r = try_pipeline(
         &(struct pipeline_info){&program, 1, VK_PRIMITIVE_TOPOLOGY_POINT_LIST, false, 0}, &p);
      assert_int_not_equal(r, VK_SUCCESS);
   }
}

/* ---- setup ---------------------------------------------------------------------------------------------------------- */
static VkQueryPool make_queries(VkQueryType type, uint32_t count)
{
   VkQueryPool pool;
   VkQueryPoolCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = type, .queryCount = count};
   vkt_ok(vk.CreateQueryPool(t.device, &info, NULL, &pool));
   return pool;
}

static void make_pass(void)
{
   VkSubpassDescription subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS};
   VkRenderPassCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO, .subpassCount = 1, .pSubpasses = &subpass};
   vkt_ok(vk.CreateRenderPass(t.device, &info, NULL, &pass));
   VkFramebufferCreateInfo fb = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
                                 .renderPass = pass,
                                 .width = SIDE,
                                 .height = SIDE,
                                 .layers = 1};
   vkt_ok(vk.CreateFramebuffer(t.device, &fb, NULL, &framebuffer));
   VkPipelineLayoutCreateInfo l = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
   vkt_ok(vk.CreatePipelineLayout(t.device, &l, NULL, &layout));
}

static int setup(void **state)
{
   static const char *const extensions[] = {VK_EXT_TRANSFORM_FEEDBACK_EXTENSION_NAME,
                                            VK_EXT_PRIMITIVES_GENERATED_QUERY_EXTENSION_NAME};
   VkPhysicalDevicePrimitivesGeneratedQueryFeaturesEXT generated = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PRIMITIVES_GENERATED_QUERY_FEATURES_EXT,
      .primitivesGeneratedQuery = VK_TRUE,
      .primitivesGeneratedQueryWithRasterizerDiscard = VK_TRUE,
      .primitivesGeneratedQueryWithNonZeroStreams = VK_TRUE};
   VkPhysicalDeviceTransformFeedbackFeaturesEXT feedback = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TRANSFORM_FEEDBACK_FEATURES_EXT,
      .pNext = &generated,
      .transformFeedback = VK_TRUE,
      .geometryStreams = VK_TRUE};
   VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                         .pNext = &feedback,
                                         .features = {.geometryShader = VK_TRUE,
                                                      .tessellationShader = VK_TRUE,
                                                      .shaderTessellationAndGeometryPointSize = VK_TRUE,
                                                      .shaderFloat64 = VK_TRUE,
                                                      .occlusionQueryPrecise = VK_TRUE}};
   struct vkt_options o = {.extensions = extensions, .extension_count = 2, .device_next = &features};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   open_queues();
   make_pass();
   for (unsigned i = 0; i < 4; i++)
      capture[i] = vkt_buffer(&t, BUFFER_B, VKT_TYPE_SYSTEM);
   counters = vkt_buffer(&t, COUNTERS, VKT_TYPE_SYSTEM);
   stream_queries = make_queries(VK_QUERY_TYPE_TRANSFORM_FEEDBACK_STREAM_EXT, 4);
   primitive_queries = make_queries(VK_QUERY_TYPE_PRIMITIVES_GENERATED_EXT, 4);
   samples = make_queries(VK_QUERY_TYPE_OCCLUSION, 1);
   return 0;
}

static int teardown(void **state)
{
   vk.DestroyQueryPool(t.device, stream_queries, NULL);
   vk.DestroyQueryPool(t.device, primitive_queries, NULL);
   vk.DestroyQueryPool(t.device, samples, NULL);
   for (unsigned i = 0; i < 4; i++)
      vkt_buffer_free(&t, &capture[i]);
   vkt_buffer_free(&t, &counters);
   vk.DestroyPipelineLayout(t.device, layout, NULL);
   vk.DestroyFramebuffer(t.device, framebuffer, NULL);
   vk.DestroyRenderPass(t.device, pass, NULL);
   close_queues();
   vkt_close(&t);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_topologies), cmocka_unit_test(test_too_small),    cmocka_unit_test(test_pause),
      vkt_mistakes_test(test_bad_input),  cmocka_unit_test(test_streams),      cmocka_unit_test(test_tessellation),
      vkt_mistakes_test(test_bad_modules),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
