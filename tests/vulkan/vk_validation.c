/* A sample program under the Khronos validation layer: nothing to report. Skipped where the layer is not installed. */
#include "vkt.h"
#include "reduce_spirv.h"
#include "square_spirv.h"

#define LAYER "VK_LAYER_KHRONOS_validation"

static bool layer_is_installed(void)
{
   vkt_load();
   PFN_vkEnumerateInstanceLayerProperties list =
      (PFN_vkEnumerateInstanceLayerProperties)vk.get(NULL, "vkEnumerateInstanceLayerProperties");
   VkLayerProperties layers[64];
   uint32_t count = 64;
   list(&count, layers);
   for (uint32_t i = 0; i < count; i++)
      if (!strcmp(layers[i].layerName, LAYER))
         return true;
   return false;
}

static void use_everything(struct vkt *t)
{
   struct vkt_buffer in = vkt_buffer(t, 4096, VKT_TYPE_VRAM), out = vkt_buffer(t, 4096, VKT_TYPE_SYSTEM_CACHED);
   const struct vkt_compute_info square = {VKT_SPIRV(square_spirv), .bindings = 1};
   const struct vkt_compute_info reduce = {VKT_SPIRV(reduce_spirv), .bindings = 2};
   struct vkt_compute a = vkt_compute(t, &square), b = vkt_compute(t, &reduce);
   vkt_bind_buffer(t, &a, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &in, 0, VK_WHOLE_SIZE);
   vkt_bind_buffer(t, &b, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &in, 0, VK_WHOLE_SIZE);
   vkt_bind_buffer(t, &b, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &out, 0, VK_WHOLE_SIZE);
   VkQueryPool queries;
   VkQueryPoolCreateInfo qi = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = 2};
   vkt_ok(vk.CreateQueryPool(t->device, &qi, NULL, &queries));
   VkEvent event;
   VkEventCreateInfo ei = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO};
   vkt_ok(vk.CreateEvent(t->device, &ei, NULL, &event));
   VkCommandBuffer cmd = vkt_begin(t);
   vk.CmdResetQueryPool(cmd, queries, 0, 2);
   vk.CmdFillBuffer(cmd, in.buffer, 0, VK_WHOLE_SIZE, 3);
   vk.CmdFillBuffer(cmd, out.buffer, 0, VK_WHOLE_SIZE, 0);
   vkt_barrier(cmd);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, queries, 0);
   vkt_dispatch(cmd, &a, 16, 1, 1);
   vk.CmdSetEvent(cmd, event, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
   VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                              .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
                              .dstAccessMask = VK_ACCESS_SHADER_READ_BIT};
   vk.CmdWaitEvents(cmd, 1, &event, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 1, &barrier, 0,
                    NULL, 0, NULL);
   vkt_dispatch(cmd, &b, 4, 1, 1);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, queries, 1);
   vkt_barrier(cmd);
   vk.CmdCopyQueryPoolResults(cmd, queries, 0, 2, out.buffer, 1024, 8, VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(t, cmd));
   uint32_t want = 0;
   for (uint32_t i = 0; i < 1024; i++)
      want += 9 + i;
   assert_int_equal(((uint32_t *)out.host)[0], want);
   assert_true(((uint64_t *)out.host)[129] > ((uint64_t *)out.host)[128]);
   vk.DestroyEvent(t->device, event, NULL);
   vk.DestroyQueryPool(t->device, queries, NULL);
   vkt_compute_free(t, &a);
   vkt_compute_free(t, &b);
   vkt_buffer_free(t, &in);
   vkt_buffer_free(t, &out);
}

static void test_silence(void **state)
{
   const struct vkt_options o = {.layer = LAYER};
   struct vkt t;
   if (!layer_is_installed()) {
      print_message("%s is not installed\n", LAYER);
      skip();
   }
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   use_everything(&t);
   vkt_close_device(&t);
   if (t.errors + t.warnings)
      fail_msg("%u errors, %u warnings; the last: %s", t.errors, t.warnings, t.last);
   vkt_close(&t);
}

/* The layer is awake: a mistake is reported. */
static void test_layer_reports(void **state)
{
   const struct vkt_options o = {.layer = LAYER};
   struct vkt t;
   if (!layer_is_installed())
      skip();
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   VkBuffer buffer = VK_NULL_HANDLE;
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = 16};
   vk.CreateBuffer(t.device, &info, NULL, &buffer);
   assert_true(t.errors > 0);
   vk.DestroyBuffer(t.device, buffer, NULL);
   vkt_close(&t);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(test_silence), cmocka_unit_test(test_layer_reports)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
