/* Small extensions: device groups of one card, descriptor update templates, memory budgets. */
#include "vkt.h"
#include "group_id_spirv.h"

static struct vkt t;

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_DESCRIPTOR_UPDATE_TEMPLATE_EXTENSION_NAME,
                                            VK_EXT_MEMORY_BUDGET_EXTENSION_NAME, VK_EXT_MEMORY_PRIORITY_EXTENSION_NAME};
   VkPhysicalDeviceMemoryPriorityFeaturesEXT priority = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PRIORITY_FEATURES_EXT, .memoryPriority = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 3, .device_next = &priority};
   vkt_open_instance(&t, &o);
   VkPhysicalDeviceGroupProperties g = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_GROUP_PROPERTIES};
   uint32_t count = 0;
   vkt_ok(vk.EnumeratePhysicalDeviceGroupsKHR(t.instance, &count, NULL));
   assert_int_equal(count, 1);
   vkt_ok(vk.EnumeratePhysicalDeviceGroupsKHR(t.instance, &count, &g));
   assert_int_equal(g.physicalDeviceCount, 1);
   assert_ptr_equal(g.physicalDevices[0], t.physical);
   count = 0;
   assert_int_equal(vk.EnumeratePhysicalDeviceGroupsKHR(t.instance, &count, &g), VK_INCOMPLETE);
   VkDeviceGroupDeviceCreateInfo group = {.sType = VK_STRUCTURE_TYPE_DEVICE_GROUP_DEVICE_CREATE_INFO,
                                          .pNext = &priority,
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

/* The set is filled through a template whose entry stands behind other data. */
static void test_template(void **state)
{
   const struct vkt_compute_info info = {VKT_SPIRV(group_id_spirv), .bindings = 1};
   struct vkt_compute c = vkt_compute(&t, &info);
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   memset(b.host, 0, 4096);
   struct {
      uint64_t other;
      VkDescriptorBufferInfo buffer;
   } data = {77, {b.buffer, 0, VK_WHOLE_SIZE}};
   VkDescriptorUpdateTemplateEntry entry = {.dstBinding = 0,
                                            .descriptorCount = 1,
                                            .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                            .offset = offsetof(__typeof__(data), buffer),
                                            .stride = sizeof data};
   VkDescriptorUpdateTemplateCreateInfo ti = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_UPDATE_TEMPLATE_CREATE_INFO,
                                              .descriptorUpdateEntryCount = 1,
                                              .pDescriptorUpdateEntries = &entry,
                                              .templateType = VK_DESCRIPTOR_UPDATE_TEMPLATE_TYPE_DESCRIPTOR_SET,
                                              .descriptorSetLayout = c.set_layout};
   VkDescriptorUpdateTemplate template;
   vkt_ok(vk.CreateDescriptorUpdateTemplateKHR(t.device, &ti, NULL, &template));
   vk.UpdateDescriptorSetWithTemplateKHR(t.device, c.set, template, &data);
   vk.DestroyDescriptorUpdateTemplateKHR(t.device, template, NULL);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c.pipeline);
   vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c.layout, 0, 1, &c.set, 0, NULL);
   vk.CmdDispatch(cmd, 3, 2, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   const uint32_t *seen = b.host;
   for (uint32_t i = 0; i < 1024; i++) {
      uint32_t x = i % 8, y = i / 8;
      assert_int_equal(seen[i], x < 3 && y < 2 ? 1032 : 0);
   }
   vkt_buffer_free(&t, &b);
   vkt_compute_free(&t, &c);
}

static void budget(VkPhysicalDeviceMemoryBudgetPropertiesEXT *b)
{
   *b = (VkPhysicalDeviceMemoryBudgetPropertiesEXT){
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
   VkPhysicalDeviceMemoryProperties2 p = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, .pNext = b};
   vk.GetPhysicalDeviceMemoryProperties2KHR(t.physical, &p);
   for (uint32_t h = 0; h < VK_MAX_MEMORY_HEAPS; h++)
      if (h < p.memoryProperties.memoryHeapCount)
         assert_true(b->heapBudget[h] > 0 && b->heapBudget[h] <= p.memoryProperties.memoryHeaps[h].size);
      else
         assert_true(b->heapBudget[h] == 0 && b->heapUsage[h] == 0);
}

static void test_budget(void **state)
{
   VkPhysicalDeviceMemoryBudgetPropertiesEXT before, during, after;
   VkMemoryPriorityAllocateInfoEXT priority = {.sType = VK_STRUCTURE_TYPE_MEMORY_PRIORITY_ALLOCATE_INFO_EXT,
                                               .priority = 0.75f};
   budget(&before);
   for (uint32_t heap = 0; heap < 2; heap++) {
      struct vkt_buffer b =
         vkt_buffer_next(&t, 10 << 20, heap ? VKT_TYPE_SYSTEM : VKT_TYPE_VRAM, &priority, NULL);
      budget(&during);
      assert_int_equal(during.heapUsage[heap] - before.heapUsage[heap], 10 << 20);
      assert_int_equal(during.heapUsage[!heap], before.heapUsage[!heap]);
      vkt_buffer_free(&t, &b);
   }
   budget(&after);
   assert_int_equal(after.heapUsage[0], before.heapUsage[0]);
   assert_int_equal(after.heapUsage[1], before.heapUsage[1]);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_template),
      cmocka_unit_test(test_budget),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
