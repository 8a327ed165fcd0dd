/* What Vulkan 1.1 adds around the commands: feature and property structures and that those of whole versions say the same,
 * requirements without objects, private data, what a cache may and may not do at pipeline creation. */
#include "vkt.h"
#include "square_spirv.h"

static struct vkt t;

static int setup(void **state)
{
   static const char *const extensions[] = {
      VK_KHR_MAINTENANCE_4_EXTENSION_NAME, VK_EXT_PRIVATE_DATA_EXTENSION_NAME,
      VK_EXT_PIPELINE_CREATION_CACHE_CONTROL_EXTENSION_NAME, VK_EXT_PIPELINE_CREATION_FEEDBACK_EXTENSION_NAME};
   VkPhysicalDevicePrivateDataFeatures data = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PRIVATE_DATA_FEATURES,
                                               .privateData = VK_TRUE};
   VkPhysicalDeviceMaintenance4Features m4 = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_FEATURES, .pNext = &data, .maintenance4 = VK_TRUE};
   VkPhysicalDevicePipelineCreationCacheControlFeatures cache = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_CREATION_CACHE_CONTROL_FEATURES,
      .pNext = &m4,
      .pipelineCreationCacheControl = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 4, .device_next = &cache};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}

static int teardown(void **state)
{
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

/* ---- versions -------------------------------------------------------------------------------------------------- */
static void *instance_command(VkInstance instance, const char *name)
{
   return (void *)vk.get(instance, name);
}

/* What resolves depends on the version that the instance asks for. The loader answers for itself, so this goes straight. */
static void check_version(uint32_t version, bool core11)
{
   VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = version};
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
   VkInstance instance;
   VkPhysicalDevice physical;
   VkDevice device;
   uint32_t one = 1;
   float priority = 1;
   VkDeviceQueueCreateInfo queue = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
   VkDeviceCreateInfo di = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue};
   vkt_ok(vk.CreateInstance(&info, NULL, &instance));
   vkt_ok(vk.EnumeratePhysicalDevices(instance, &one, &physical));
   vkt_ok(vk.CreateDevice(physical, &di, NULL, &device));
   assert_int_equal(instance_command(instance, "vkGetPhysicalDeviceFeatures2") != NULL, core11);
   assert_int_equal(instance_command(instance, "vkEnumeratePhysicalDeviceGroups") != NULL, core11);
   assert_int_equal(instance_command(instance, "vkCmdDispatchBase") != NULL, core11);
   assert_null(instance_command(instance, "vkGetPhysicalDeviceFeatures2KHR")); /* not enabled */
   assert_null(instance_command(instance, "vkCreateDebugUtilsMessengerEXT"));
   assert_non_null(instance_command(instance, "vkTrimCommandPoolKHR")); /* of a device extension */
   static const char *const commands[] = {"vkGetDeviceQueue2", "vkTrimCommandPool", "vkCmdSetDeviceMask",
                                          "vkCreateDescriptorUpdateTemplate", "vkBindImageMemory2",
                                          "vkCreateSamplerYcbcrConversion", "vkGetDescriptorSetLayoutSupport"};
   for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
      assert_int_equal(vk.GetDeviceProcAddr(device, commands[i]) != NULL, core11);
   static const char *const never[] = {"vkTrimCommandPoolKHR", "vkSetDebugUtilsObjectNameEXT", "vkQueueSubmit2",
                                       "vkWaitSemaphores", "vkGetPhysicalDeviceFeatures2", "vkNoSuchCommand"};
   for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
      assert_null(vk.GetDeviceProcAddr(device, never[i]));
   if (core11) {
      PFN_vkGetDeviceQueue2 get = (PFN_vkGetDeviceQueue2)vk.GetDeviceProcAddr(device, "vkGetDeviceQueue2");
      VkDeviceQueueInfo2 qi = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_INFO_2};
      VkQueue a = VK_NULL_HANDLE, b = VK_NULL_HANDLE;
      vk.GetDeviceQueue(device, 0, 0, &a);
      get(device, &qi, &b);
      assert_true(a != VK_NULL_HANDLE && a == b);
   }
   vk.DestroyDevice(device, NULL);
   vk.DestroyInstance(instance, NULL);
}

static void test_versions(void **state)
{
   uint32_t version = 0;
   vkt_ok(vk.EnumerateInstanceVersion(&version));
   assert_true(version >= VK_API_VERSION_1_1);
   assert_true(t.properties.apiVersion >= VK_API_VERSION_1_1 && t.properties.apiVersion < VK_API_VERSION_1_2);
   if (!vkt_is_direct())
      return;
   check_version(VK_API_VERSION_1_0, false);
   check_version(VK_API_VERSION_1_1, true);
   check_version(VK_API_VERSION_1_3, true);
}

/* ---- structures ------------------------------------------------------------------------------------------------ */
#define GARBAGE 0x77

static void test_features(void **state)
{
   VkPhysicalDevice16BitStorageFeatures s16;
   VkPhysicalDeviceMultiviewFeatures views;
   VkPhysicalDeviceVariablePointersFeatures pointers;
   VkPhysicalDeviceProtectedMemoryFeatures protected;
   VkPhysicalDeviceSamplerYcbcrConversionFeatures ycbcr;
   VkPhysicalDeviceShaderDrawParametersFeatures draw;
   VkPhysicalDeviceVulkan11Features all;
   void *parts[] = {&s16, &views, &pointers, &protected, &ycbcr, &draw, &all};
   const size_t sizes[] = {sizeof s16, sizeof views, sizeof pointers, sizeof protected, sizeof ycbcr, sizeof draw,
                           sizeof all};
   const VkStructureType types[] = {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES,
                                    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTIVIEW_FEATURES,
                                    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VARIABLE_POINTERS_FEATURES,
                                    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROTECTED_MEMORY_FEATURES,
                                    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SAMPLER_YCBCR_CONVERSION_FEATURES,
                                    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_DRAW_PARAMETERS_FEATURES,
                                    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES};
   VkPhysicalDeviceFeatures2 f2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
   for (int i = 6; i >= 0; i--) {
      memset(parts[i], GARBAGE, sizes[i]);
      *(VkBaseOutStructure *)parts[i] = (VkBaseOutStructure){types[i], f2.pNext};
      f2.pNext = parts[i];
   }
   vk.GetPhysicalDeviceFeatures2KHR(t.physical, &f2);
   const VkBool32 *gathered = &all.storageBuffer16BitAccess;
   for (int i = 0; i < 6; i++)
      for (const VkBool32 *b = (VkBool32 *)((VkBaseOutStructure *)parts[i] + 1);
           (char *)b < (char *)parts[i] + sizes[i] && gathered <= &all.shaderDrawParameters; b++) {
         if (*b > 1)
            break; /* padding behind the last member */
         assert_int_equal(*gathered++, *b);
      }
   assert_ptr_equal(gathered, &all.shaderDrawParameters + 1);
   assert_true(all.storageBuffer16BitAccess);
   assert_false(all.protectedMemory);
}

static VkResult create_with(const void *next)
{
   VkDevice device;
   float priority = 1;
   VkDeviceQueueCreateInfo queue = {
      .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
   VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                              .pNext = next,
                              .queueCreateInfoCount = 1,
                              .pQueueCreateInfos = &queue};
   VkResult r = vk.CreateDevice(t.physical, &info, NULL, &device);
   if (r == VK_SUCCESS)
      vk.DestroyDevice(device, NULL);
   return r;
}

/* The structures of whole versions are looked at member by member when a device is made. Of 1.2, they have no business here. */
static void test_wanted_features_of_versions(void **state)
{
   VkPhysicalDeviceVulkan11Features f11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                           .storageBuffer16BitAccess = VK_TRUE};
   VkPhysicalDeviceVulkan12Features f12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                                           .timelineSemaphore = VK_TRUE,
                                           .shaderInt8 = VK_TRUE,
                                           .hostQueryReset = VK_TRUE};
   vkt_ok(create_with(&f11));
   vkt_ok(create_with(&f12));
   uint32_t before = t.errors;
   f11.protectedMemory = VK_TRUE;
   assert_int_equal(create_with(&f11), VK_ERROR_FEATURE_NOT_PRESENT);
   f12.shaderOutputLayer = VK_TRUE;
   assert_int_equal(create_with(&f12), VK_ERROR_FEATURE_NOT_PRESENT);
   t.errors = before;
}

static void test_wanted_features(void **state)
{
   uint32_t before = t.errors;
   VkPhysicalDeviceProtectedMemoryFeatures protected = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROTECTED_MEMORY_FEATURES,
                                                        .protectedMemory = VK_TRUE};
   assert_int_equal(create_with(&protected), VK_ERROR_FEATURE_NOT_PRESENT);
   t.errors = before;
}

static void test_properties(void **state)
{
   /* The first of them came with 1.2. */
   VkPhysicalDeviceVulkan11Properties all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES};
   VkPhysicalDeviceIDProperties id = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES,
                                      .pNext = vkt_may_err() ? &all : NULL};
   VkPhysicalDeviceMaintenance3Properties m3 = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES, .pNext = &id};
   VkPhysicalDevicePointClippingProperties clip = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_POINT_CLIPPING_PROPERTIES, .pNext = &m3};
   VkPhysicalDeviceMultiviewProperties views = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MULTIVIEW_PROPERTIES, .pNext = &clip};
   VkPhysicalDeviceProtectedMemoryProperties protected = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROTECTED_MEMORY_PROPERTIES, .pNext = &views, .protectedNoFault = 7};
   VkPhysicalDeviceMaintenance4Properties m4 = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES, .pNext = &protected};
   VkPhysicalDeviceProperties2 p2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &m4};
   vk.GetPhysicalDeviceProperties2KHR(t.physical, &p2);
   assert_memory_equal(id.deviceUUID, "Figment-card", 12);
   assert_true(m3.maxPerSetDescriptors >= 1024 && m3.maxMemoryAllocationSize >= 1u << 30);
   assert_int_equal(protected.protectedNoFault, VK_FALSE);
   assert_true(m4.maxBufferSize >= 1u << 30);
   if (!vkt_may_err())
      return;
   assert_memory_equal(all.deviceUUID, id.deviceUUID, VK_UUID_SIZE);
   assert_memory_equal(all.driverUUID, id.driverUUID, VK_UUID_SIZE);
   assert_int_equal(all.maxPerSetDescriptors, m3.maxPerSetDescriptors);
   assert_int_equal(all.maxMemoryAllocationSize, m3.maxMemoryAllocationSize);
   assert_int_equal(all.pointClippingBehavior, clip.pointClippingBehavior);
   assert_int_equal(all.maxMultiviewViewCount, views.maxMultiviewViewCount);
}

/* ---- requirements without objects -------------------------------------------------------------------------------- */
static void test_requirements(void **state)
{
   VkBufferCreateInfo bi = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                            .size = 12345,
                            .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
   VkDeviceBufferMemoryRequirements want = {.sType = VK_STRUCTURE_TYPE_DEVICE_BUFFER_MEMORY_REQUIREMENTS,
                                            .pCreateInfo = &bi};
   VkMemoryDedicatedRequirements dedicated = {.sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_REQUIREMENTS,
                                              .prefersDedicatedAllocation = 7,
                                              .requiresDedicatedAllocation = 7};
   VkMemoryRequirements2 r2 = {.sType = VK_STRUCTURE_TYPE_MEMORY_REQUIREMENTS_2, .pNext = &dedicated};
   VkMemoryRequirements r;
   VkBuffer buffer;
   vk.GetDeviceBufferMemoryRequirementsKHR(t.device, &want, &r2);
   vkt_ok(vk.CreateBuffer(t.device, &bi, NULL, &buffer));
   vk.GetBufferMemoryRequirements(t.device, buffer, &r);
   vk.DestroyBuffer(t.device, buffer, NULL);
   assert_int_equal(r.size, r2.memoryRequirements.size);
   assert_int_equal(r.alignment, r2.memoryRequirements.alignment);
   assert_int_equal(r.memoryTypeBits, r2.memoryRequirements.memoryTypeBits);
   assert_true(dedicated.prefersDedicatedAllocation <= 1 && dedicated.requiresDedicatedAllocation <= 1);
}

/* As the object itself says, and nothing is asked of the system for it. */
static void check_image_requirements(const VkImageCreateInfo *ii)
{
   VkDeviceImageMemoryRequirements want = {.sType = VK_STRUCTURE_TYPE_DEVICE_IMAGE_MEMORY_REQUIREMENTS,
                                           .pCreateInfo = ii,
                                           .planeAspect = VK_IMAGE_ASPECT_COLOR_BIT};
   VkMemoryDedicatedRequirements dedicated = {.sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_REQUIREMENTS,
                                              .prefersDedicatedAllocation = 7,
                                              .requiresDedicatedAllocation = 7};
   VkMemoryRequirements2 r2 = {.sType = VK_STRUCTURE_TYPE_MEMORY_REQUIREMENTS_2, .pNext = &dedicated};
   VkMemoryRequirements r;
   VkImage image;
   uint32_t sparse = 9;
   long requests = vkt_requests();
   vk.GetDeviceImageMemoryRequirementsKHR(t.device, &want, &r2);
   vk.GetDeviceImageSparseMemoryRequirementsKHR(t.device, &want, &sparse, NULL);
   assert_int_equal(vkt_requests(), requests);
   assert_int_equal(sparse, 0);
   vkt_ok(vk.CreateImage(t.device, ii, NULL, &image));
   vk.GetImageMemoryRequirements(t.device, image, &r);
   vk.DestroyImage(t.device, image, NULL);
   assert_int_equal(r.size, r2.memoryRequirements.size);
   assert_int_equal(r.alignment, r2.memoryRequirements.alignment);
   assert_int_equal(r.memoryTypeBits, r2.memoryRequirements.memoryTypeBits);
   assert_true(dedicated.prefersDedicatedAllocation <= 1 && dedicated.requiresDedicatedAllocation <= 1);
}

static void test_image_requirements(void **state)
{
   static const struct {
      VkImageType type;
      VkFormat format;
      VkExtent3D extent;
      uint32_t levels, layers, samples;
      VkImageTiling tiling;
   } images[] = {
      {VK_IMAGE_TYPE_1D, VK_FORMAT_R8_UNORM, {1000, 1, 1}, 10, 3, 1, VK_IMAGE_TILING_OPTIMAL},
      {VK_IMAGE_TYPE_2D, VK_FORMAT_R8G8B8A8_UNORM, {333, 77, 1}, 9, 5, 1, VK_IMAGE_TILING_OPTIMAL},
      {VK_IMAGE_TYPE_2D, VK_FORMAT_R8G8B8A8_UNORM, {333, 77, 1}, 1, 1, 8, VK_IMAGE_TILING_OPTIMAL},
      {VK_IMAGE_TYPE_2D, VK_FORMAT_R8G8B8A8_UNORM, {333, 77, 1}, 1, 1, 1, VK_IMAGE_TILING_LINEAR},
      {VK_IMAGE_TYPE_2D, VK_FORMAT_BC1_RGB_UNORM_BLOCK, {65, 65, 1}, 7, 6, 1, VK_IMAGE_TILING_OPTIMAL},
      {VK_IMAGE_TYPE_3D, VK_FORMAT_R32G32B32A32_SFLOAT, {60, 70, 80}, 7, 1, 1, VK_IMAGE_TILING_OPTIMAL},
   };
   for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
      VkImageCreateInfo ii = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = images[i].type,
                              .format = images[i].format,
                              .extent = images[i].extent,
                              .mipLevels = images[i].levels,
                              .arrayLayers = images[i].layers,
                              .samples = (VkSampleCountFlagBits)images[i].samples,
                              .tiling = images[i].tiling,
                              .usage = VK_IMAGE_USAGE_SAMPLED_BIT | (images[i].samples > 1
                                                                        ? VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT
                                                                        : 0)};
      check_image_requirements(&ii);
   }
}

/* ---- private data ------------------------------------------------------------------------------------------------ */
static uint64_t get_data(VkObjectType type, uint64_t handle, VkPrivateDataSlot slot)
{
   uint64_t value = 99;
   vk.GetPrivateDataEXT(t.device, type, handle, slot, &value);
   return value;
}

static void test_private_data(void **state)
{
   VkPrivateDataSlotCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PRIVATE_DATA_SLOT_CREATE_INFO};
   VkPrivateDataSlot a, b, c;
   vkt_ok(vk.CreatePrivateDataSlotEXT(t.device, &info, NULL, &a));
   vkt_ok(vk.CreatePrivateDataSlotEXT(t.device, &info, NULL, &b));
   for (int round = 0; round < 100; round++) { /* objects made anew start without data */
      VkFence fence = vkt_fence(&t);
      uint64_t h = (uint64_t)(uintptr_t)fence;
      assert_int_equal(get_data(VK_OBJECT_TYPE_FENCE, h, a), 0);
      vkt_ok(vk.SetPrivateDataEXT(t.device, VK_OBJECT_TYPE_FENCE, h, a, 1000 + (uint64_t)round));
      vkt_ok(vk.SetPrivateDataEXT(t.device, VK_OBJECT_TYPE_FENCE, h, b, 5));
      vkt_ok(vk.SetPrivateDataEXT(t.device, VK_OBJECT_TYPE_FENCE, h, b, UINT64_MAX));
      assert_int_equal(get_data(VK_OBJECT_TYPE_FENCE, h, a), 1000 + round);
      assert_true(get_data(VK_OBJECT_TYPE_FENCE, h, b) == UINT64_MAX);
      vk.DestroyFence(t.device, fence, NULL);
   }
   uint64_t d = (uint64_t)(uintptr_t)t.device;
   vkt_ok(vk.SetPrivateDataEXT(t.device, VK_OBJECT_TYPE_DEVICE, d, a, 3));
   vk.DestroyPrivateDataSlotEXT(t.device, a, NULL);
   vkt_ok(vk.CreatePrivateDataSlotEXT(t.device, &info, NULL, &c)); /* may have the address of a */
   assert_int_equal(get_data(VK_OBJECT_TYPE_DEVICE, d, c), 0);
   vk.DestroyPrivateDataSlotEXT(t.device, b, NULL);
   vk.DestroyPrivateDataSlotEXT(t.device, c, NULL);
}

/* ---- pipelines and their cache ----------------------------------------------------------------------------------- */
static void test_cache_control(void **state)
{
   const struct vkt_compute_info ci = {VKT_SPIRV(square_spirv), .bindings = 1};
   struct vkt_compute made = vkt_compute(&t, &ci);
   VkPipelineCacheCreateInfo cci = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
                                    .flags = VK_PIPELINE_CACHE_CREATE_EXTERNALLY_SYNCHRONIZED_BIT};
   VkPipelineCache cache;
   vkt_ok(vk.CreatePipelineCache(t.device, &cci, NULL, &cache));
   VkShaderModuleCreateInfo mi = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = sizeof square_spirv, .pCode = square_spirv};
   VkShaderModule module;
   vkt_ok(vk.CreateShaderModule(t.device, &mi, NULL, &module));
   VkPipelineCreationFeedback whole = {0}, stage = {0};
   VkPipelineCreationFeedbackCreateInfo feedback = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CREATION_FEEDBACK_CREATE_INFO,
                                                    .pPipelineCreationFeedback = &whole,
                                                    .pipelineStageCreationFeedbackCount = 1,
                                                    .pPipelineStageCreationFeedbacks = &stage};
   VkComputePipelineCreateInfo pi[2];
   for (int i = 0; i < 2; i++)
      pi[i] = (VkComputePipelineCreateInfo){.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                            .layout = made.layout,
                                            .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                      .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                      .module = module,
                                                      .pName = "main"}};
   VkPipeline p[2];
   pi[0].flags = VK_PIPELINE_CREATE_FAIL_ON_PIPELINE_COMPILE_REQUIRED_BIT;
   assert_int_equal(vk.CreateComputePipelines(t.device, cache, 1, pi, NULL, p), VK_PIPELINE_COMPILE_REQUIRED);
   assert_true(p[0] == VK_NULL_HANDLE);
   pi[0].flags |= VK_PIPELINE_CREATE_EARLY_RETURN_ON_FAILURE_BIT;
   p[1] = (VkPipeline)(uintptr_t)1;
   assert_int_equal(vk.CreateComputePipelines(t.device, cache, 2, pi, NULL, p), VK_PIPELINE_COMPILE_REQUIRED);
   assert_true(p[1] == VK_NULL_HANDLE);
   pi[0].flags &= ~(uint32_t)VK_PIPELINE_CREATE_EARLY_RETURN_ON_FAILURE_BIT;
   pi[1].pNext = &feedback;
   assert_int_equal(vk.CreateComputePipelines(t.device, cache, 2, pi, NULL, p), VK_PIPELINE_COMPILE_REQUIRED);
   assert_true(p[0] == VK_NULL_HANDLE && p[1] != VK_NULL_HANDLE);
   assert_int_equal(whole.flags, VK_PIPELINE_CREATION_FEEDBACK_VALID_BIT);
   assert_true(whole.duration > 0 && stage.flags & VK_PIPELINE_CREATION_FEEDBACK_VALID_BIT);
   vk.DestroyPipeline(t.device, p[1], NULL);
   pi[0].pNext = &feedback; /* it is in the cache now */
   VkResult again = vk.CreateComputePipelines(t.device, cache, 1, pi, NULL, p);
   if (again != VK_PIPELINE_COMPILE_REQUIRED || !vkt_is_failing()) { /* a cache need not find memory for what it is given */
      assert_int_equal(again, VK_SUCCESS);
      assert_int_equal(whole.flags, VK_PIPELINE_CREATION_FEEDBACK_VALID_BIT |
                                       VK_PIPELINE_CREATION_FEEDBACK_APPLICATION_PIPELINE_CACHE_HIT_BIT);
   }
   vk.DestroyPipeline(t.device, p[0], NULL);
   vk.DestroyShaderModule(t.device, module, NULL);
   vk.DestroyPipelineCache(t.device, cache, NULL);
   vkt_compute_free(&t, &made);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_versions),
      cmocka_unit_test(test_features),     vkt_mistakes_test(test_wanted_features_of_versions),
      cmocka_unit_test(test_wanted_features), cmocka_unit_test(test_properties),
      cmocka_unit_test(test_image_requirements),
      cmocka_unit_test(test_requirements), cmocka_unit_test(test_private_data),    cmocka_unit_test(test_cache_control),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
