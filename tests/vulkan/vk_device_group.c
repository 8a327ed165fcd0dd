/* Device groups: a device of the one group, dispatches with a base, masks, and what else the structures say of several
 * devices. */
#include "vkt.h"
#include "group_base_spirv.h"

static struct vkt t;

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_DEVICE_GROUP_EXTENSION_NAME, VK_KHR_BIND_MEMORY_2_EXTENSION_NAME};
   struct vkt_options o = {.extensions = extensions, .extension_count = 2};
   vkt_open_instance(&t, &o);
   VkDeviceGroupDeviceCreateInfo group = {.sType = VK_STRUCTURE_TYPE_DEVICE_GROUP_DEVICE_CREATE_INFO,
                                          .physicalDeviceCount = 1,
                                          .pPhysicalDevices = &t.physical};
   o.device_next = &group;
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}

static int teardown(void **state)
{
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

static void check_groups(const uint32_t *seen, const uint32_t base[3], const uint32_t count[3])
{
   for (uint32_t z = 0; z < count[2]; z++)
      for (uint32_t y = 0; y < count[1]; y++)
         for (uint32_t x = 0; x < count[0]; x++, seen += 4) {
            assert_int_equal(seen[0], (base[0] + x) * 4 + 3);
            assert_int_equal(seen[1], (base[1] + y) * 2 + 1);
            assert_int_equal(seen[2], count[0] << 8 | (base[2] + z));
            assert_int_equal(seen[3], 0);
         }
}

/* Dispatches with bases and one without behind them, which must not inherit any. */
static void test_dispatch_base(void **state)
{
   static const uint32_t bases[][3] = {{5, 0, 0}, {0, 7, 9}, {65530, 65534, 3}, {0, 0, 0}};
   static const uint32_t counts[][3] = {{3, 2, 1}, {2, 2, 2}, {5, 1, 4}, {4, 1, 1}};
   const struct vkt_compute_info info = {VKT_SPIRV(group_base_spirv), .bindings = 1, .push_B = 12,
                                         .flags = VK_PIPELINE_CREATE_DISPATCH_BASE_BIT};
   struct vkt_compute c = vkt_compute(&t, &info);
   struct vkt_buffer b = vkt_buffer(&t, 4 * 1024, VKT_TYPE_SYSTEM);
   memset(b.host, 0xff, b.size);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c.pipeline);
   vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c.layout, 0, 1, &c.set, 0, NULL);
   vk.CmdSetDeviceMaskKHR(cmd, 1);
   for (uint32_t i = 0; i < 4; i++) {
      vk.CmdPushConstants(cmd, c.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, 12, bases[i]);
      if (i < 3)
         vk.CmdDispatchBaseKHR(cmd, bases[i][0], bases[i][1], bases[i][2], counts[i][0], counts[i][1], counts[i][2]);
      else
         vk.CmdDispatch(cmd, counts[i][0], counts[i][1], counts[i][2]);
      vkt_barrier(cmd);
      VkBufferCopy keep = {.dstOffset = 1024 * (i + 1), .size = 512};
      if (i < 3)
         vk.CmdCopyBuffer(cmd, b.buffer, b.buffer, 1, &keep);
      vkt_barrier(cmd);
   }
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t i = 0; i < 4; i++)
      check_groups((const uint32_t *)b.host + 256 * ((i + 1) % 4), bases[i], counts[i]);
   vkt_buffer_free(&t, &b);
   vkt_compute_free(&t, &c);
}

static void test_peer_memory(void **state)
{
   VkPeerMemoryFeatureFlags flags = 0;
   vk.GetDeviceGroupPeerMemoryFeaturesKHR(t.device, 0, 0, 0, &flags);
   assert_true(flags & VK_PEER_MEMORY_FEATURE_COPY_DST_BIT);
}

/* Masks and indices of device 0 everywhere that they may stand. */
static void test_structures(void **state)
{
   VkMemoryAllocateFlagsInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                      .flags = VK_MEMORY_ALLOCATE_DEVICE_MASK_BIT,
                                      .deviceMask = 1};
   struct vkt_buffer b = vkt_buffer_next(&t, 256, VKT_TYPE_SYSTEM, &alloc, NULL);
   VkBufferCreateInfo bi = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                            .size = 256,
                            .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
   VkBuffer other;
   vkt_ok(vk.CreateBuffer(t.device, &bi, NULL, &other));
   uint32_t zero = 0;
   VkBindBufferMemoryDeviceGroupInfo indices = {.sType = VK_STRUCTURE_TYPE_BIND_BUFFER_MEMORY_DEVICE_GROUP_INFO,
                                                .deviceIndexCount = 1,
                                                .pDeviceIndices = &zero};
   VkBindBufferMemoryInfo bind = {.sType = VK_STRUCTURE_TYPE_BIND_BUFFER_MEMORY_INFO,
                                  .pNext = &indices,
                                  .buffer = other,
                                  .memory = b.memory};
   vkt_ok(vk.BindBufferMemory2KHR(t.device, 1, &bind));
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo ci = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = t.pool, .commandBufferCount = 1};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &ci, &cmd));
   VkDeviceGroupCommandBufferBeginInfo mask = {.sType = VK_STRUCTURE_TYPE_DEVICE_GROUP_COMMAND_BUFFER_BEGIN_INFO,
                                               .deviceMask = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .pNext = &mask};
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   vk.CmdFillBuffer(cmd, other, 0, 256, 0x5a5a5a5a);
   vkt_ok(vk.EndCommandBuffer(cmd));
   uint32_t one = 1;
   VkDeviceGroupSubmitInfo group = {.sType = VK_STRUCTURE_TYPE_DEVICE_GROUP_SUBMIT_INFO,
                                    .commandBufferCount = 1,
                                    .pCommandBufferDeviceMasks = &one};
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                          .pNext = &group,
                          .commandBufferCount = 1,
                          .pCommandBuffers = &cmd};
   vkt_ok(vk.QueueSubmit(t.queue, 1, &submit, VK_NULL_HANDLE));
   vkt_ok(vk.QueueWaitIdle(t.queue));
   assert_int_equal(((uint32_t *)b.host)[63], 0x5a5a5a5a);
   vk.FreeCommandBuffers(t.device, t.pool, 1, &cmd);
   vk.DestroyBuffer(t.device, other, NULL);
   vkt_buffer_free(&t, &b);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(test_dispatch_base), cmocka_unit_test(test_peer_memory),
                                      cmocka_unit_test(test_structures)};
   return cmocka_run_group_tests(tests, setup, teardown);
}
