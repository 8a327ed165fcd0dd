/* Recording of commands of every kind, each recorded anew if it was refused for want of memory, so that what a refused recording
 * had made is seen to be given back (nomem/). A recording that was refused says so at its end, not before and not later. */
#include "vkt_gfx.h"
#include "gfx_position_spirv.h"
#include "square_spirv.h"
#include "white_fs_spirv.h"

#define SIDE 32u

static struct vkt t;
static VkCommandPool pool;
static struct gfx_target target;
static struct vkt_buffer buffer;

/* ---- record, maybe again, and run ------------------------------------------------------------------------------------- */
static void attempt(void (*record)(VkCommandBuffer cmd))
{
   VkCommandBuffer cmd = gfx_begin(&t, pool);
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   record(cmd);
   VkResult r = vk.EndCommandBuffer(cmd);
   if (vkt_refused(r, "vk.EndCommandBuffer")) {
      vkt_ok(vk.ResetCommandPool(t.device, pool, 0));
      vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
      record(cmd);
      r = vk.EndCommandBuffer(cmd);
   }
   assert_int_equal(r, VK_SUCCESS);
   VkFence fence = vkt_fence(&t);
   vkt_ok(vkt_submit_no_wait(&t, t.main, cmd, fence));
   vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_C(60000000000)));
   vk.DestroyFence(t.device, fence, NULL);
   vk.FreeCommandBuffers(t.device, pool, 1, &cmd);
}

/* ---- buffers and dispatches ------------------------------------------------------------------------------------------- */
static void record_transfers(VkCommandBuffer cmd)
{
   VkBufferCopy region = {0, 2048, 1024};
   const uint32_t words[4] = {1, 2, 3, 4};
   vk.CmdFillBuffer(cmd, buffer.buffer, 0, 1024, 7);
   vkt_barrier(cmd);
   vk.CmdUpdateBuffer(cmd, buffer.buffer, 16, 16, words);
   vkt_barrier(cmd);
   vk.CmdCopyBuffer(cmd, buffer.buffer, buffer.buffer, 1, &region);
   vkt_barrier(cmd);
}

static void test_transfers(void **state)
{
   attempt(record_transfers);
   assert_int_equal(((uint32_t *)buffer.host)[512 + 5], 2);
   assert_int_equal(((uint32_t *)buffer.host)[512 + 9], 7);
}

static struct vkt_compute compute;

static void record_dispatches(VkCommandBuffer cmd)
{
   for (uint32_t i = 0; i < 40; i++) /* more than one piece of command memory */
      vkt_dispatch(cmd, &compute, 1, 1, 1);
   vkt_barrier(cmd);
}

static void test_dispatches(void **state)
{
   const struct vkt_compute_info info = {VKT_SPIRV(square_spirv), .bindings = 1};
   compute = vkt_compute(&t, &info);
   vkt_bind_buffer(&t, &compute, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &buffer, 0, VK_WHOLE_SIZE);
   attempt(record_dispatches);
   vkt_compute_free(&t, &compute);
}

/* Thousands of commands: memory for them is asked for again and again. */
static void record_many(VkCommandBuffer cmd)
{
   for (uint32_t i = 0; i < SIDE * SIDE * 4; i++)
      vk.CmdFillBuffer(cmd, buffer.buffer, i * 4, 4, i);
   vkt_barrier(cmd);
}

static void test_many(void **state)
{
   attempt(record_many);
}

/* ---- images ------------------------------------------------------------------------------------------------------------ */
static VkImage make_image(VkFormat format, VkSampleCountFlagBits samples, VkDeviceMemory *memory)
{
   VkImage image;
   VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                             .imageType = VK_IMAGE_TYPE_2D,
                             .format = format,
                             .extent = {SIDE, SIDE, 1},
                             .mipLevels = 1,
                             .arrayLayers = 1,
                             .samples = samples,
                             .usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT |
                                      VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT};
   vkt_ok(vk.CreateImage(t.device, &info, NULL, &image));
   VkMemoryRequirements need;
   vk.GetImageMemoryRequirements(t.device, image, &need);
   VkMemoryAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = need.size, .memoryTypeIndex = VKT_TYPE_VRAM};
   vkt_ok(vk.AllocateMemory(t.device, &alloc, NULL, memory));
   vkt_ok(vk.BindImageMemory(t.device, image, *memory, 0));
   return image;
}

static VkImage many_samples, narrow, wide;

static void to_general(VkCommandBuffer cmd, VkImage image)
{
   VkImageMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                                   .dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                                   .newLayout = VK_IMAGE_LAYOUT_GENERAL,
                                   .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                   .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                   .image = image,
                                   .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0, NULL, 1,
                         &barrier);
}

static void record_images(VkCommandBuffer cmd)
{
   const VkImageLayout general = VK_IMAGE_LAYOUT_GENERAL;
   const VkClearColorValue grey = {{0.5f, 0.5f, 0.5f, 1}};
   const VkImageSubresourceRange all = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
   const VkImageSubresourceLayers layer = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
   const VkExtent3D size = {SIDE, SIDE, 1};
   VkImageResolve resolve = {.srcSubresource = layer, .dstSubresource = layer, .extent = size};
   VkImageBlit blit = {.srcSubresource = layer,
                       .srcOffsets = {{0, 0, 0}, {SIDE, SIDE, 1}},
                       .dstSubresource = layer,
                       .dstOffsets = {{SIDE, SIDE, 0}, {0, 0, 1}}};
   VkBufferImageCopy copy = {.imageSubresource = layer, .imageExtent = size};
   to_general(cmd, many_samples);
   to_general(cmd, narrow);
   to_general(cmd, wide);
   vk.CmdClearColorImage(cmd, many_samples, general, &grey, 1, &all);
   vkt_barrier(cmd);
   vk.CmdResolveImage(cmd, many_samples, general, narrow, general, 1, &resolve);
   vkt_barrier(cmd);
   vk.CmdBlitImage(cmd, narrow, general, wide, general, 1, &blit, VK_FILTER_LINEAR);
   vkt_barrier(cmd);
   vk.CmdCopyImageToBuffer(cmd, wide, general, buffer.buffer, 1, &copy);
   vkt_barrier(cmd);
}

static void test_images(void **state)
{
   VkDeviceMemory memory[3];
   many_samples = make_image(VK_FORMAT_R8G8B8A8_UNORM, VK_SAMPLE_COUNT_4_BIT, &memory[0]);
   narrow = make_image(VK_FORMAT_R8G8B8A8_UNORM, VK_SAMPLE_COUNT_1_BIT, &memory[1]);
   wide = make_image(VK_FORMAT_R32G32B32A32_SFLOAT, VK_SAMPLE_COUNT_1_BIT, &memory[2]);
   attempt(record_images);
   const float *p = buffer.host;
   for (uint32_t i = 0; i < SIDE * SIDE * 4; i++)
      assert_true(i % 4 == 3 ? p[i] == 1 : p[i] > 0.49f && p[i] < 0.51f);
   const VkImage images[3] = {many_samples, narrow, wide};
   for (int i = 0; i < 3; i++) {
      vk.DestroyImage(t.device, images[i], NULL);
      vk.FreeMemory(t.device, memory[i], NULL);
   }
}

/* ---- drawing ------------------------------------------------------------------------------------------------------------ */
static struct gfx_pipeline pipeline;
static VkQueryPool queries;
static VkCommandBuffer secondary;
static const VkRect2D everything = {{0, 0}, {SIDE, SIDE}};

static void draw(VkCommandBuffer cmd)
{
   VkDeviceSize zero = 0;
   const uint32_t push[4] = {0};
   VkClearAttachment clear = {VK_IMAGE_ASPECT_COLOR_BIT, 0, {.color = {{0, 0, 0, 0}}}};
   VkClearRect corner = {{{0, 0}, {4, 4}}, 0, 1};
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline.pipeline);
   vk.CmdBindVertexBuffers(cmd, 0, 1, &buffer.buffer, &zero);
   vk.CmdPushConstants(cmd, pipeline.layout, VK_SHADER_STAGE_ALL_GRAPHICS, 0, 16, push);
   vk.CmdDraw(cmd, 3, 1, 0, 0);
   vk.CmdClearAttachments(cmd, 1, &clear, 1, &corner);
}

static void record_draws(VkCommandBuffer cmd)
{
   vk.CmdResetQueryPool(cmd, queries, 0, 1);
   gfx_begin_pass(cmd, &target);
   vk.CmdBeginQuery(cmd, queries, 0, VK_QUERY_CONTROL_PRECISE_BIT);
   draw(cmd);
   vk.CmdEndQuery(cmd, queries, 0);
   vk.CmdEndRenderPass(cmd);
   gfx_fetch(cmd, &target, 0, &everything, &buffer);
}

static void record_secondary(VkCommandBuffer cmd)
{
   VkClearValue black = {.color = {{0, 0, 0, 0}}};
   VkRenderPassBeginInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                 .renderPass = target.pass,
                                 .framebuffer = target.framebuffer,
                                 .renderArea = everything,
                                 .clearValueCount = 1,
                                 .pClearValues = &black};
   vk.CmdBeginRenderPass(cmd, &info, VK_SUBPASS_CONTENTS_SECONDARY_COMMAND_BUFFERS);
   vk.CmdExecuteCommands(cmd, 1, &secondary);
   vk.CmdEndRenderPass(cmd);
   gfx_fetch(cmd, &target, 0, &everything, &buffer);
}

static void set_triangle(void)
{
   static const float covering[3][4] = {{-1, -1, 0.5f, 1}, {3, -1, 0.5f, 1}, {-1, 3, 0.5f, 1}};
   memcpy(buffer.host, covering, sizeof covering);
}

static void check_drawn(void)
{
   const uint32_t *p = buffer.host;
   for (uint32_t i = 0; i < SIDE * SIDE; i++)
      assert_int_equal(p[i], i % SIDE < 4 && i / SIDE < 4 ? 0 : 0xffffffff);
}

/* A pool of its own, since a refused recording resets all of the other. */
static void make_secondary(VkCommandPool own)
{
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = own,
                                        .level = VK_COMMAND_BUFFER_LEVEL_SECONDARY,
                                        .commandBufferCount = 1};
   VkCommandBufferInheritanceInfo inherit = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_INFO,
                                             .renderPass = target.pass};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_RENDER_PASS_CONTINUE_BIT,
                                     .pInheritanceInfo = &inherit};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &secondary));
   vkt_ok(vk.BeginCommandBuffer(secondary, &begin));
   draw(secondary);
   VkResult r = vk.EndCommandBuffer(secondary);
   if (vkt_refused(r, "vk.EndCommandBuffer")) {
      vkt_ok(vk.ResetCommandPool(t.device, own, 0));
      vkt_ok(vk.BeginCommandBuffer(secondary, &begin));
      draw(secondary);
      r = vk.EndCommandBuffer(secondary);
   }
   assert_int_equal(r, VK_SUCCESS);
}

static void test_draws(void **state)
{
   const struct gfx_pipeline_info info = {.vs = GFX_CODE(gfx_position_spirv),
                                          .fs = GFX_CODE(white_fs_spirv),
                                          .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};
   VkQueryPoolCreateInfo qi = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_OCCLUSION, .queryCount = 1};
   uint64_t passed = 0;
   pipeline = gfx_pipeline(&t, &target, &info);
   vkt_ok(vk.CreateQueryPool(t.device, &qi, NULL, &queries));
   set_triangle();
   attempt(record_draws);
   check_drawn();
   vkt_ok(vk.GetQueryPoolResults(t.device, queries, 0, 1, 8, &passed, 8, VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
   assert_in_range(passed, SIDE * SIDE, SIDE * SIDE); /* clears are not counted */
   VkCommandPool own = gfx_pool(&t);
   set_triangle();
   make_secondary(own);
   attempt(record_secondary);
   check_drawn();
   vk.DestroyCommandPool(t.device, own, NULL);
   vk.DestroyQueryPool(t.device, queries, NULL);
   gfx_pipeline_free(&t, &pipeline);
}

static int setup(void **state)
{
   vkt_open(&t);
   pool = gfx_pool(&t);
   target = gfx_target(&t, SIDE, SIDE, 1, VK_FORMAT_R8G8B8A8_UNORM, VK_ATTACHMENT_LOAD_OP_CLEAR);
   buffer = vkt_buffer(&t, SIDE * SIDE * 16, VKT_TYPE_VRAM_VISIBLE);
   return 0;
}

static int teardown(void **state)
{
   vkt_buffer_free(&t, &buffer);
   gfx_target_free(&t, &target);
   vk.DestroyCommandPool(t.device, pool, NULL);
   vkt_close(&t);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(test_transfers), cmocka_unit_test(test_dispatches),
                                      cmocka_unit_test(test_many), cmocka_unit_test(test_images),
                                      cmocka_unit_test(test_draws)};
   return cmocka_run_group_tests(tests, setup, teardown);
}
