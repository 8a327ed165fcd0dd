/* The API's frame: which commands resolve, what is refused with which code, properties, allocation callbacks, out-of-memory paths. */
#include "vkt.h"

static const struct vkt_options no_options;

/* ---- procedure addresses ------------------------------------------------------------------------------------ */
static void test_commands_resolve(void **state)
{
   struct vkt t;
   vkt_open_instance(&t, &no_options);
   vkt_ok(vkt_create_device(&t, &no_options));
   struct {
      const char *name, *level, *need;
   } commands[] = {
#define VKF_COMMAND(name, level, need) {"vk" #name, #level, #need},
#include "vkf_commands.def"
   };
   for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
      bool core = !strcmp(commands[i].need, "CORE") && strcmp(commands[i].level, "GLOBAL");
      bool device = !strcmp(commands[i].level, "DEVICE");
      if (core && !vk.get(t.instance, commands[i].name))
         fail_msg("%s does not resolve from the instance", commands[i].name);
      if (core && device && !vk.GetDeviceProcAddr(t.device, commands[i].name))
         fail_msg("%s does not resolve from the device", commands[i].name);
   }
   assert_null(vk.get(t.instance, "vkNoSuchCommand"));
   assert_null(vk.GetDeviceProcAddr(t.device, "vkNoSuchCommand"));
   assert_null(vk.GetDeviceProcAddr(t.device, "vkCreateInstance"));
   /* Not enabled on this device, or not there at all. */
   assert_null(vk.GetDeviceProcAddr(t.device, "vkGetMemoryFdKHR"));
   assert_null(vk.GetDeviceProcAddr(t.device, "vkGetDeviceFaultInfoEXT"));
   assert_null(vk.GetDeviceProcAddr(t.device, "vkQueueSubmit2"));
   if (vkt_is_direct())
      assert_null(vk.get(NULL, "vkCreateDevice"));
   assert_non_null(vk.get(NULL, "vkEnumerateInstanceExtensionProperties"));
   vkt_close(&t);
}

/* ---- what is refused ----------------------------------------------------------------------------------------- */
static VkResult try_instance(const char *layer, const char *extension)
{
   VkInstance instance;
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                .enabledLayerCount = layer != NULL,
                                .ppEnabledLayerNames = &layer,
                                .enabledExtensionCount = extension != NULL,
                                .ppEnabledExtensionNames = &extension};
   VkResult r = vk.CreateInstance(&info, NULL, &instance);
   if (r == VK_SUCCESS) {
      PFN_vkDestroyInstance destroy = (PFN_vkDestroyInstance)vk.get(instance, "vkDestroyInstance");
      destroy(instance, NULL);
   }
   return r;
}

static void test_instance_refusals(void **state)
{
   vkt_load();
   vkt_ok(try_instance(NULL, NULL));
   assert_int_equal(try_instance(NULL, "VK_EXT_no_such_thing"), VK_ERROR_EXTENSION_NOT_PRESENT);
   assert_int_equal(try_instance("VK_LAYER_no_such_thing", NULL), VK_ERROR_LAYER_NOT_PRESENT);
   if (!vkt_is_direct())
      return; /* the loader answers these in its own way */
   vkt_setenv("FIGMENT_VK", "errors,nonsense");
   assert_int_equal(try_instance(NULL, NULL), VK_ERROR_INITIALIZATION_FAILED);
   vkt_setenv("FIGMENT_VK", "quiet");
   vkt_ok(try_instance(NULL, NULL));
   vkt_setenv("FIGMENT_VK", NULL);
}

static void test_bad_profile(void **state)
{
   vkt_load();
   if (!vkt_is_direct())
      return;
   struct vkt t;
   vkt_open_instance(&t, &no_options);
   vkt_close(&t);
   vkt_setenv("FIGMENT_PROFILE", "no-such-card");
   VkInstance instance;
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
   vkt_ok(vk.CreateInstance(&info, NULL, &instance));
   uint32_t count = 0;
   assert_int_equal(vk.EnumeratePhysicalDevices(instance, &count, NULL), VK_ERROR_INITIALIZATION_FAILED);
   vkt_setenv("FIGMENT_PROFILE", NULL);
   vkt_ok(vk.EnumeratePhysicalDevices(instance, &count, NULL));
   vk.DestroyInstance(instance, NULL);
}

static void test_device_refusals(void **state)
{
   struct vkt t;
   float priority = 1;
   VkDevice device;
   vkt_open_instance(&t, &no_options);
   VkDeviceQueueCreateInfo queue = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
   VkPhysicalDeviceFeatures features = {.sparseResidencyBuffer = VK_TRUE};
   VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                              .queueCreateInfoCount = 1,
                              .pQueueCreateInfos = &queue,
                              .pEnabledFeatures = &features};
   assert_int_equal(vk.CreateDevice(t.physical, &info, NULL, &device), VK_ERROR_FEATURE_NOT_PRESENT);
   assert_int_equal(t.errors, 1);
   const char *name = "VK_KHR_no_such_thing";
   info.pEnabledFeatures = NULL;
   info.enabledExtensionCount = 1;
   info.ppEnabledExtensionNames = &name;
   assert_int_equal(vk.CreateDevice(t.physical, &info, NULL, &device), VK_ERROR_EXTENSION_NOT_PRESENT);
   vkt_close(&t);
}

static void test_extension_lists(void **state)
{
   struct vkt t;
   vkt_open_instance(&t, &no_options);
   uint32_t count = 0, one = 1;
   VkExtensionProperties list[256], first;
   vkt_ok(vk.EnumerateDeviceExtensionProperties(t.physical, NULL, &count, NULL));
   assert_in_range(count, 5, 256);
   vkt_ok(vk.EnumerateDeviceExtensionProperties(t.physical, NULL, &count, list));
   assert_int_equal(vk.EnumerateDeviceExtensionProperties(t.physical, NULL, &one, &first), VK_INCOMPLETE);
   assert_string_equal(first.extensionName, list[0].extensionName);
   vkt_close(&t);
}

/* ---- what is not there yet fails softly ----------------------------------------------------------------------- */
static void test_missing_parts(void **state)
{
   struct vkt t;
   vkt_open(&t);
   VkImageCreateInfo image_info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
   VkImage image = (VkImage)1;
   assert_int_equal(vk.CreateImage(t.device, &image_info, NULL, &image), VK_ERROR_FORMAT_NOT_SUPPORTED);
   vk.DestroyImage(t.device, VK_NULL_HANDLE, NULL);
   uint32_t errors = t.errors;
   assert_true(errors >= 1);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdDraw(cmd, 3, 1, 0, 0);
   assert_int_equal(t.errors, errors + 1);
   assert_true(strstr(t.last, "without a pipeline") || vkt_is_failing());
   assert_int_equal(vk.EndCommandBuffer(cmd), VK_ERROR_UNKNOWN);
   /* An invalid command buffer is refused, and works again after a new recording. */
   assert_int_equal(vkt_submit_no_wait(&t, t.queue, cmd, VK_NULL_HANDLE), VK_ERROR_UNKNOWN);
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   vkt_ok(vkt_submit(&t, cmd));
   vkt_close(&t);
}

/* ---- properties ------------------------------------------------------------------------------------------------ */
static void test_properties(void **state)
{
   struct vkt t;
   vkt_open_instance(&t, &no_options);
   const VkPhysicalDeviceLimits *l = &t.properties.limits;
   assert_int_equal(VK_API_VERSION_MAJOR(t.properties.apiVersion), 1);
   assert_int_equal(VK_API_VERSION_MINOR(t.properties.apiVersion), 1);
   assert_true(l->maxComputeWorkGroupInvocations >= 128);
   assert_true(l->maxComputeSharedMemorySize >= 16384);
   assert_true(l->maxPushConstantsSize >= 128);
   assert_true(l->maxBoundDescriptorSets >= 4);
   assert_true(l->maxDescriptorSetUniformBuffersDynamic >= 8);
   assert_true(l->maxDescriptorSetStorageBuffersDynamic >= 4);
   assert_true(l->maxMemoryAllocationCount >= 4096);
   assert_true(l->timestampPeriod > 0);
   VkPhysicalDeviceIDProperties id = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES};
   VkPhysicalDeviceProperties2 p2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &id};
   vk.GetPhysicalDeviceProperties2KHR(t.physical, &p2);
   assert_memory_equal(&p2.properties, &t.properties, sizeof t.properties);
   assert_false(id.deviceLUIDValid);
   static const uint8_t zero[VK_UUID_SIZE];
   assert_memory_not_equal(id.deviceUUID, zero, VK_UUID_SIZE);
   assert_memory_not_equal(id.driverUUID, zero, VK_UUID_SIZE);
   assert_memory_not_equal(id.deviceUUID, id.driverUUID, VK_UUID_SIZE);
   VkPhysicalDeviceExternalBufferInfo ask = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO,
                                             .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                             .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
   VkExternalBufferProperties answer = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES};
   vk.GetPhysicalDeviceExternalBufferPropertiesKHR(t.physical, &ask, &answer);
   assert_int_equal(answer.externalMemoryProperties.externalMemoryFeatures,
                    VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT);
   ask.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT;
   vk.GetPhysicalDeviceExternalBufferPropertiesKHR(t.physical, &ask, &answer);
   assert_int_equal(answer.externalMemoryProperties.externalMemoryFeatures, 0);
   vkt_close(&t);
}

/* ---- allocation callbacks ---------------------------------------------------------------------------------------- */
struct counter {
   long live, total, fail_at; /* fail_at: number of the allocation that fails, -1 for none */
};
static void *VKAPI_PTR count_alloc(void *user, size_t size, size_t align, VkSystemAllocationScope scope)
{
   struct counter *c = user;
   if (c->total++ == c->fail_at)
      return NULL;
   c->live++;
   return aligned_alloc(align < 16 ? 16 : align, (size + 63) / 64 * 64);
}
static void VKAPI_PTR count_free(void *user, void *p)
{
   struct counter *c = user;
   c->live -= p != NULL;
   free(p);
}
static void *VKAPI_PTR count_realloc(void *user, void *p, size_t size, size_t align, VkSystemAllocationScope scope)
{
   struct counter *c = user;
   if (!p)
      return count_alloc(user, size, align, scope);
   if (c->total++ == c->fail_at)
      return NULL;
   return realloc(p, size);
}

/* One of everything, with the callbacks; the first result that is not success. */
static VkResult make_objects(VkPhysicalDevice physical, const VkAllocationCallbacks *alloc)
{
   float priority = 1;
   VkDevice d;
   VkDeviceQueueCreateInfo queue = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
   VkDeviceCreateInfo device = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue};
   VkResult r = vk.CreateDevice(physical, &device, alloc, &d);
   if (r != VK_SUCCESS)
      return r;
   VkBuffer buffer = VK_NULL_HANDLE;
   VkDeviceMemory memory = VK_NULL_HANDLE;
   VkFence fence = VK_NULL_HANDLE;
   VkSemaphore semaphore = VK_NULL_HANDLE;
   VkEvent event = VK_NULL_HANDLE;
   VkQueryPool queries = VK_NULL_HANDLE;
   VkCommandPool pool = VK_NULL_HANDLE;
   VkCommandBuffer cmd[3] = {0};
   VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
   VkPipelineLayout layout = VK_NULL_HANDLE;
   VkDescriptorPool sets = VK_NULL_HANDLE;
   VkDescriptorSet set[2];
   VkPipelineCache cache = VK_NULL_HANDLE;
   VkBufferCreateInfo b = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = 100, .usage = 2};
   VkMemoryAllocateInfo m = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = 128};
   VkFenceCreateInfo f = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   VkSemaphoreCreateInfo s = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
   VkEventCreateInfo e = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO};
   VkQueryPoolCreateInfo q = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = 3};
   VkCommandPoolCreateInfo p = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
   VkDescriptorSetLayoutBinding binding = {.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, .descriptorCount = 2};
   VkDescriptorSetLayoutCreateInfo sl = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 1, .pBindings = &binding};
   VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4};
   VkDescriptorPoolCreateInfo dp = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                    .maxSets = 2,
                                    .poolSizeCount = 1,
                                    .pPoolSizes = &size};
   VkPipelineCacheCreateInfo pc = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO};
#define TRY(call)                                                                                              \
   if (r == VK_SUCCESS)                                                                                        \
      r = call;
   TRY(vk.CreateBuffer(d, &b, alloc, &buffer))
   TRY(vk.AllocateMemory(d, &m, alloc, &memory))
   TRY(vk.CreateFence(d, &f, alloc, &fence))
   TRY(vk.CreateSemaphore(d, &s, alloc, &semaphore))
   TRY(vk.CreateEvent(d, &e, alloc, &event))
   TRY(vk.CreateQueryPool(d, &q, alloc, &queries))
   TRY(vk.CreatePipelineCache(d, &pc, alloc, &cache))
   TRY(vk.CreateCommandPool(d, &p, alloc, &pool))
   VkCommandBufferAllocateInfo ca = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 3};
   TRY(vk.AllocateCommandBuffers(d, &ca, cmd))
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   TRY(vk.BeginCommandBuffer(cmd[1], &begin))
   if (r == VK_SUCCESS)
      vk.CmdPipelineBarrier(cmd[1], VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL,
                            0, NULL, 0, NULL);
   TRY(vk.EndCommandBuffer(cmd[1]))
   TRY(vk.CreateDescriptorSetLayout(d, &sl, alloc, &set_layout))
   VkPipelineLayoutCreateInfo pl = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1, .pSetLayouts = &set_layout};
   TRY(vk.CreatePipelineLayout(d, &pl, alloc, &layout))
   TRY(vk.CreateDescriptorPool(d, &dp, alloc, &sets))
   VkDescriptorSetLayout two[2] = {set_layout, set_layout};
   VkDescriptorSetAllocateInfo da = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                     .descriptorPool = sets,
                                     .descriptorSetCount = 2,
                                     .pSetLayouts = two};
   TRY(vk.AllocateDescriptorSets(d, &da, set))
#undef TRY
   vk.DestroyDescriptorPool(d, sets, alloc);
   vk.DestroyPipelineLayout(d, layout, alloc);
   vk.DestroyDescriptorSetLayout(d, set_layout, alloc);
   vk.DestroyCommandPool(d, pool, alloc);
   vk.DestroyPipelineCache(d, cache, alloc);
   vk.DestroyQueryPool(d, queries, alloc);
   vk.DestroyEvent(d, event, alloc);
   vk.DestroySemaphore(d, semaphore, alloc);
   vk.DestroyFence(d, fence, alloc);
   vk.FreeMemory(d, memory, alloc);
   vk.DestroyBuffer(d, buffer, alloc);
   vk.DestroyDevice(d, alloc);
   return r;
}

static void test_allocation_failures(void **state)
{
   struct vkt t;
   vkt_open_instance(&t, &no_options);
   struct counter c = {.fail_at = -1};
   VkAllocationCallbacks alloc = {&c, count_alloc, count_realloc, count_free, NULL, NULL};
   vkt_ok(make_objects(t.physical, &alloc));
   assert_int_equal(c.live, 0);
   long total = c.total;
   assert_true(total > 20);
   /* Let every single allocation fail once: an error comes back and nothing stays behind. */
   long failed = 0;
   for (long i = 0; i < total; i++) {
      c = (struct counter){.fail_at = i};
      VkResult r = make_objects(t.physical, &alloc);
      if (r != VK_SUCCESS && r != VK_ERROR_OUT_OF_HOST_MEMORY)
         fail_msg("allocation %ld failed: result %d", i, r);
      failed += r != VK_SUCCESS;
      assert_int_equal(c.live, 0);
   }
   assert_true(failed > total / 2);
   vkt_close(&t);
}

static void test_names_and_labels(void **state)
{
   struct vkt t;
   vkt_open(&t);
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_VRAM);
   VkDebugUtilsObjectNameInfoEXT name = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT,
                                         .objectType = VK_OBJECT_TYPE_BUFFER,
                                         .objectHandle = (uint64_t)(uintptr_t)b.buffer,
                                         .pObjectName = "a buffer"};
   vkt_ok(vk.SetDebugUtilsObjectNameEXT(t.device, &name));
   name.pObjectName = NULL;
   vkt_ok(vk.SetDebugUtilsObjectNameEXT(t.device, &name));
   name.pObjectName = "again";
   vkt_ok(vk.SetDebugUtilsObjectNameEXT(t.device, &name));
   char text[600];
   memset(text, 'x', sizeof text);
   text[sizeof text - 1] = 0;
   VkDebugUtilsLabelEXT label = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT, .pLabelName = text};
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBeginDebugUtilsLabelEXT(cmd, &label);
   label.pLabelName = "";
   vk.CmdInsertDebugUtilsLabelEXT(cmd, &label);
   vk.CmdEndDebugUtilsLabelEXT(cmd);
   vk.QueueBeginDebugUtilsLabelEXT(t.queue, &label);
   vk.QueueEndDebugUtilsLabelEXT(t.queue);
   vkt_ok(vkt_submit(&t, cmd));
   assert_int_equal(t.errors, 0);
   vkt_buffer_free(&t, &b);
   vkt_close(&t);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_commands_resolve), cmocka_unit_test(test_instance_refusals),
      cmocka_unit_test(test_bad_profile),      cmocka_unit_test(test_device_refusals),
      cmocka_unit_test(test_extension_lists),  vkt_mistakes_test(test_missing_parts),
      cmocka_unit_test(test_properties),       cmocka_unit_test(test_allocation_failures),
      cmocka_unit_test(test_names_and_labels),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
