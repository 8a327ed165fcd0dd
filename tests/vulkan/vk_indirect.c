/* Indirect draws whose parameters an earlier draw writes: in the same render pass behind a barrier of its own (vertex stage), in a
 * render pass before (vertex and fragment stage). The writer takes its time, so a draw that does not wait finds zeros and draws
 * nothing. What the drawn vertices are told (base vertex, base instance, number of the draw) is what was written. */
#include "vkt_gfx.h"
#include "indirect_fs_spirv.h"
#include "indirect_vs_spirv.h"

#define SIDE 32u
#define STEPS 20000u

enum role { WRITING_VERTEX, WRITING_FRAGMENT, DRAWN };

/* As in the shaders. */
struct shared {
   VkDrawIndirectCommand draw[2];
   uint32_t told[2][4];
};
struct push {
   uint64_t address;
   uint32_t role, steps;
};

static struct vkt t;
static VkCommandPool pool;
static struct gfx_target target;
static struct gfx_pipeline pipeline;
static struct vkt_buffer shared, picture;
static uint64_t address;

/* ---- recording ------------------------------------------------------------------------------------------------------- */
static void push_role(VkCommandBuffer cmd, enum role role)
{
   struct push p = {address, role, STEPS};
   vk.CmdPushConstants(cmd, pipeline.layout, VK_SHADER_STAGE_ALL_GRAPHICS, 0, sizeof p, &p);
}

static void written(VkCommandBuffer cmd, VkPipelineStageFlags by)
{
   VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                              .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
                              .dstAccessMask = VK_ACCESS_INDIRECT_COMMAND_READ_BIT};
   vk.CmdPipelineBarrier(cmd, by, VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT, 0, 1, &barrier, 0, NULL, 0, NULL);
}

static void write_parameters(VkCommandBuffer cmd, enum role role)
{
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline.pipeline);
   push_role(cmd, role);
   vk.CmdDraw(cmd, 3, 1, 0, 0);
}

/* One render pass, or another one for the drawing. */
static void run(enum role writer, bool apart)
{
   static const VkRect2D everything = {{0, 0}, {SIDE, SIDE}};
   VkPipelineStageFlags by =
      writer == WRITING_VERTEX ? VK_PIPELINE_STAGE_VERTEX_SHADER_BIT : VK_PIPELINE_STAGE_FRAGMENT_SHADER_BIT;
   memset(shared.host, 0, sizeof(struct shared));
   VkCommandBuffer cmd = gfx_begin(&t, pool);
   gfx_begin_pass(cmd, &target);
   write_parameters(cmd, writer);
   if (apart)
      vk.CmdEndRenderPass(cmd);
   written(cmd, by);
   if (apart)
      gfx_begin_pass(cmd, &target);
   push_role(cmd, DRAWN);
   vk.CmdDrawIndirect(cmd, shared.buffer, 0, 2, sizeof(VkDrawIndirectCommand));
   vk.CmdEndRenderPass(cmd);
   gfx_fetch(cmd, &target, 0, &everything, &picture);
   vkt_ok(gfx_finish(&t, pool, cmd));
}

static void check(void)
{
   static const uint32_t told[2][4] = {{5, 7, 7, 1}, {9, 2, 2, 1}};
   const struct shared *s = shared.host;
   const uint32_t *pixels = picture.host;
   assert_int_equal(s->draw[0].vertexCount, 3);
   assert_int_equal(s->draw[1].firstInstance, 2);
   assert_memory_equal(s->told, told, sizeof told);
   for (uint32_t i = 0; i < SIDE * SIDE; i++)
      assert_int_equal(pixels[i], 0xffffffff);
}

/* ---- cases ------------------------------------------------------------------------------------------------------------ */
static void in_the_same_render_pass(void **state)
{
   for (int i = 0; i < 5; i++) {
      run(WRITING_VERTEX, false);
      check();
   }
}

static void by_vertices_of_a_pass_before(void **state)
{
   run(WRITING_VERTEX, true);
   check();
}

static void by_fragments_of_a_pass_before(void **state)
{
   run(WRITING_FRAGMENT, true);
   check();
}

/* ---- life --------------------------------------------------------------------------------------------------------------- */
static void open_device(void)
{
   static const char *const extensions[] = {VK_KHR_BUFFER_DEVICE_ADDRESS_EXTENSION_NAME};
   VkPhysicalDeviceShaderDrawParametersFeatures parameters = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_DRAW_PARAMETERS_FEATURES, .shaderDrawParameters = VK_TRUE};
   VkPhysicalDeviceBufferDeviceAddressFeatures addresses = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES,
      .pNext = &parameters,
      .bufferDeviceAddress = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 1, .device_next = &addresses};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
}

static int setup(void **state)
{
   static const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                                   .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
   static const VkSubpassDependency inside = {.srcStageMask = VK_PIPELINE_STAGE_VERTEX_SHADER_BIT,
                                              .dstStageMask = VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT,
                                              .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
                                              .dstAccessMask = VK_ACCESS_INDIRECT_COMMAND_READ_BIT};
   const struct gfx_pipeline_info info = {.vs = GFX_CODE(indirect_vs_spirv),
                                          .fs = GFX_CODE(indirect_fs_spirv),
                                          .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST,
                                          .bare = true};
   open_device();
   pool = gfx_pool(&t);
   target = gfx_target(&t, SIDE, SIDE, 1, VK_FORMAT_R8G8B8A8_UNORM, VK_ATTACHMENT_LOAD_OP_CLEAR);
   vk.DestroyFramebuffer(t.device, target.framebuffer, NULL);
   vk.DestroyRenderPass(t.device, target.pass, NULL);
   gfx_make_pass_with(&t, &target, VK_ATTACHMENT_LOAD_OP_CLEAR, &inside);
   gfx_make_framebuffer(&t, &target);
   pipeline = gfx_pipeline(&t, &target, &info);
   picture = vkt_buffer(&t, SIDE * SIDE * 4, VKT_TYPE_VRAM_VISIBLE);
   shared = vkt_buffer_next(&t, sizeof(struct shared), VKT_TYPE_VRAM_VISIBLE, &flags, NULL);
   VkBufferDeviceAddressInfo where = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO, .buffer = shared.buffer};
   address = vk.GetBufferDeviceAddressKHR(t.device, &where);
   return 0;
}

static int teardown(void **state)
{
   vkt_buffer_free(&t, &shared);
   vkt_buffer_free(&t, &picture);
   gfx_pipeline_free(&t, &pipeline);
   gfx_target_free(&t, &target);
   vk.DestroyCommandPool(t.device, pool, NULL);
   vkt_close(&t);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(in_the_same_render_pass), cmocka_unit_test(by_vertices_of_a_pass_before),
                                      cmocka_unit_test(by_fragments_of_a_pass_before)};
   return cmocka_run_group_tests(tests, setup, teardown);
}
