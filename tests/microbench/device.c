/* The device and what lives in its memory. Features that are missing are noted in struct mb; benchmarks ask there. */
#include "microbench.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICES 16u
#define ARENA_B (256 * MIB)
#define RESULT_B (1 * MIB)

/* ---- choosing a device ----------------------------------------------------------------------------------------- */
static void create_instance(VkInstance *out, bool validate)
{
   const char *layer = "VK_LAYER_KHRONOS_validation";
   const VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                  .pApplicationName = "figment-microbench",
                                  .apiVersion = VK_API_VERSION_1_1};
   const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                      .pApplicationInfo = &app,
                                      .enabledLayerCount = validate,
                                      .ppEnabledLayerNames = &layer};
   VkResult r = vk.CreateInstance(&info, NULL, out);
   if (r == VK_ERROR_LAYER_NOT_PRESENT)
      mb_die("--validate: VK_LAYER_KHRONOS_validation is not installed");
   if (r == VK_ERROR_INCOMPATIBLE_DRIVER)
      mb_die("no Vulkan driver was found");
   mb_check(r, "vkCreateInstance");
   mb_load_instance(*out);
}

static uint32_t devices(VkInstance instance, VkPhysicalDevice *list)
{
   uint32_t count = DEVICES;
   VkResult r = vk.EnumeratePhysicalDevices(instance, &count, list);
   if (r != VK_INCOMPLETE)
      mb_check(r, "vkEnumeratePhysicalDevices");
   return count;
}

void mb_list_devices(void)
{
   VkInstance instance;
   VkPhysicalDevice list[DEVICES];
   VkPhysicalDeviceProperties p;
   create_instance(&instance, false);
   uint32_t count = devices(instance, list);
   for (uint32_t i = 0; i < count; i++) {
      vk.GetPhysicalDeviceProperties(list[i], &p);
      printf("%s\n", p.deviceName);
   }
   vk.DestroyInstance(instance, NULL);
}

static void choose_device(struct mb *m, const char *name)
{
   VkPhysicalDevice list[DEVICES];
   uint32_t count = devices(m->instance, list);
   for (uint32_t i = 0; i < count; i++) {
      vk.GetPhysicalDeviceProperties(list[i], &m->properties);
      if (name && !strstr(m->properties.deviceName, name))
         continue;
      if (m->properties.apiVersion < VK_API_VERSION_1_1)
         mb_die("%s has no Vulkan 1.1", m->properties.deviceName);
      m->physical = list[i];
      return;
   }
   if (name)
      mb_die("no device has \"%s\" in its name (--devices lists them)", name);
   mb_die("no Vulkan device was found");
}

static void choose_family(struct mb *m)
{
   VkQueueFamilyProperties families[16];
   uint32_t count = 16;
   vk.GetPhysicalDeviceQueueFamilyProperties(m->physical, &count, families);
   const VkQueueFlags need = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
   for (uint32_t i = 0; i < count; i++)
      if ((families[i].queueFlags & need) == need) {
         uint32_t bits = families[i].timestampValidBits;
         if (!bits || m->properties.limits.timestampPeriod <= 0)
            mb_die("%s cannot write timestamps, which everything here is measured by", m->properties.deviceName);
         m->family = i;
         m->tick_mask = bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
         return;
      }
   mb_die("%s has no queue for graphics and compute", m->properties.deviceName);
}

static bool has_extension(struct mb *m, const char *name)
{
   uint32_t count = 0;
   bool found = false;
   mb_ok(vk.EnumerateDeviceExtensionProperties(m->physical, NULL, &count, NULL));
   VkExtensionProperties *list = calloc(count + 1, sizeof *list);
   if (!list)
      mb_die("no memory");
   VkResult r = vk.EnumerateDeviceExtensionProperties(m->physical, NULL, &count, list);
   for (uint32_t i = 0; r >= 0 && i < count; i++)
      found |= !strcmp(list[i].extensionName, name);
   free(list);
   return found;
}

static void create_device(struct mb *m)
{
   const float priority = 1;
   const char *extensions[4];
   uint32_t count = 0;
   VkPhysicalDeviceShaderFloat16Int8FeaturesKHR half = {
       .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES_KHR};
   VkPhysicalDeviceBufferDeviceAddressFeaturesKHR address = {
       .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES_KHR};
   VkPhysicalDeviceFeatures2 f = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
   if (has_extension(m, VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME)) {
      extensions[count++] = VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME;
      half.pNext = f.pNext;
      f.pNext = &half;
   }
   if (has_extension(m, VK_KHR_BUFFER_DEVICE_ADDRESS_EXTENSION_NAME) && vk.GetBufferDeviceAddressKHR) {
      extensions[count++] = VK_KHR_BUFFER_DEVICE_ADDRESS_EXTENSION_NAME;
      address.pNext = f.pNext;
      f.pNext = &address;
   }
   vk.GetPhysicalDeviceFeatures2(m->physical, &f);
   m->has_f16 = half.shaderFloat16;
   m->has_address = address.bufferDeviceAddress;
   m->features = (VkPhysicalDeviceFeatures){.samplerAnisotropy = f.features.samplerAnisotropy,
                                            .shaderFloat64 = f.features.shaderFloat64,
                                            .shaderInt64 = f.features.shaderInt64,
                                            .pipelineStatisticsQuery = f.features.pipelineStatisticsQuery};
   half.shaderInt8 = VK_FALSE;
   address.bufferDeviceAddressCaptureReplay = address.bufferDeviceAddressMultiDevice = VK_FALSE;
   f.features = m->features;
   const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                          .queueFamilyIndex = m->family,
                                          .queueCount = 1,
                                          .pQueuePriorities = &priority};
   const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                    .pNext = &f,
                                    .queueCreateInfoCount = 1,
                                    .pQueueCreateInfos = &queue,
                                    .enabledExtensionCount = count,
                                    .ppEnabledExtensionNames = extensions};
   mb_ok(vk.CreateDevice(m->physical, &info, NULL, &m->device));
   vk.GetDeviceQueue(m->device, m->family, 0, &m->queue);
}

/* Subgroup operations, and the driver's own name, which Vulkan 1.1 itself has not. */
static void look_closer(struct mb *m)
{
   VkPhysicalDeviceDriverPropertiesKHR driver = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES_KHR};
   VkPhysicalDeviceSubgroupProperties subgroup = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES};
   VkPhysicalDeviceProperties2 p = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &subgroup};
   if (has_extension(m, VK_KHR_DRIVER_PROPERTIES_EXTENSION_NAME))
      subgroup.pNext = &driver;
   vk.GetPhysicalDeviceProperties2(m->physical, &p);
   m->has_shuffle = subgroup.supportedOperations & VK_SUBGROUP_FEATURE_SHUFFLE_BIT && subgroup.subgroupSize >= 32;
   struct mb_results *r = m->results;
   uint32_t v = m->properties.apiVersion;
   snprintf(r->device, sizeof r->device, "%s", m->properties.deviceName);
   snprintf(r->driver, sizeof r->driver, "%s%s%s", driver.driverName, driver.driverInfo[0] ? " " : "", driver.driverInfo);
   snprintf(r->api, sizeof r->api, "%u.%u.%u", VK_API_VERSION_MAJOR(v), VK_API_VERSION_MINOR(v), VK_API_VERSION_PATCH(v));
   r->period_ns = m->properties.limits.timestampPeriod;
   m->group = m->properties.limits.maxComputeWorkGroupInvocations;
   if (m->group > m->properties.limits.maxComputeWorkGroupSize[0])
      m->group = m->properties.limits.maxComputeWorkGroupSize[0];
   m->group = m->group >= 1024 ? 1024 : m->group & ~31u;
}

/* ---- memory ------------------------------------------------------------------------------------------------- */
/* The first type that has all of want; else the first that has all of need. */
static bool memory_type(struct mb *m, uint32_t bits, VkMemoryPropertyFlags want, VkMemoryPropertyFlags need, uint32_t *out)
{
   VkPhysicalDeviceMemoryProperties p;
   vk.GetPhysicalDeviceMemoryProperties(m->physical, &p);
   for (int pass = 0; pass < 2; pass++)
      for (uint32_t i = 0; i < p.memoryTypeCount; i++) {
         VkMemoryPropertyFlags flags = p.memoryTypes[i].propertyFlags, asked = pass ? need : want;
         bool far = want == need && !(want & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) && !pass;
         if (bits >> i & 1 && (flags & asked) == asked && !(far && flags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT)) {
            *out = i;
            return true;
         }
      }
   return false;
}

static VkResult allocate(struct mb *m, const VkMemoryRequirements *need, bool host, bool address, VkDeviceMemory *out)
{
   const VkMemoryPropertyFlags mapped = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
   const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                            .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                .pNext = address ? &flags : NULL,
                                .allocationSize = need->size};
   if (!memory_type(m, need->memoryTypeBits, host ? mapped : VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, host ? mapped : 0,
                    &info.memoryTypeIndex))
      return VK_ERROR_OUT_OF_DEVICE_MEMORY;
   return vk.AllocateMemory(m->device, &info, NULL, out);
}

bool mb_buffer_try(struct mb *m, uint64_t size, VkBufferUsageFlags usage, bool host, struct mb_buffer *out)
{
   struct mb_buffer b = {.size = size};
   VkMemoryRequirements need;
   const bool address = m->has_address && usage & VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
   const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                    .size = size,
                                    .usage = address ? usage : usage & ~(VkFlags)VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT};
   mb_ok(vk.CreateBuffer(m->device, &info, NULL, &b.buffer));
   vk.GetBufferMemoryRequirements(m->device, b.buffer, &need);
   VkResult r = allocate(m, &need, host, address, &b.memory);
   if (r == VK_ERROR_OUT_OF_DEVICE_MEMORY || r == VK_ERROR_OUT_OF_HOST_MEMORY) {
      vk.DestroyBuffer(m->device, b.buffer, NULL);
      return false;
   }
   mb_check(r, "vkAllocateMemory");
   mb_ok(vk.BindBufferMemory(m->device, b.buffer, b.memory, 0));
   if (host)
      mb_ok(vk.MapMemory(m->device, b.memory, 0, VK_WHOLE_SIZE, 0, &b.host));
   if (address) {
      const VkBufferDeviceAddressInfo which = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO, .buffer = b.buffer};
      b.address = vk.GetBufferDeviceAddressKHR(m->device, &which);
   }
   *out = b;
   return true;
}

struct mb_buffer mb_buffer(struct mb *m, uint64_t size, VkBufferUsageFlags usage, bool host)
{
   struct mb_buffer b;
   if (!mb_buffer_try(m, size, usage, host, &b))
      mb_die("no memory for a buffer of %llu bytes", (unsigned long long)size);
   return b;
}

void mb_buffer_free(struct mb *m, struct mb_buffer *b)
{
   vk.DestroyBuffer(m->device, b->buffer, NULL);
   vk.FreeMemory(m->device, b->memory, NULL);
   *b = (struct mb_buffer){0};
}

static VkImageAspectFlags aspect(VkFormat f)
{
   return f == VK_FORMAT_D32_SFLOAT || f == VK_FORMAT_D16_UNORM ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT;
}

struct mb_image mb_image(struct mb *m, VkFormat format, uint32_t size, uint32_t levels, VkSampleCountFlagBits samples,
                         VkImageTiling tiling, VkImageUsageFlags usage)
{
   struct mb_image i = {.format = format, .size = size, .levels = levels};
   VkMemoryRequirements need;
   const VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                                   .imageType = VK_IMAGE_TYPE_2D,
                                   .format = format,
                                   .extent = {size, size, 1},
                                   .mipLevels = levels,
                                   .arrayLayers = 1,
                                   .samples = samples,
                                   .tiling = tiling,
                                   .usage = usage};
   mb_ok(vk.CreateImage(m->device, &info, NULL, &i.image));
   vk.GetImageMemoryRequirements(m->device, i.image, &need);
   mb_check(allocate(m, &need, false, false, &i.memory), "vkAllocateMemory for an image");
   mb_ok(vk.BindImageMemory(m->device, i.image, i.memory, 0));
   const VkImageViewCreateInfo view = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                       .image = i.image,
                                       .viewType = VK_IMAGE_VIEW_TYPE_2D,
                                       .format = format,
                                       .subresourceRange = {aspect(format), 0, levels, 0, 1}};
   mb_ok(vk.CreateImageView(m->device, &view, NULL, &i.view));
   return i;
}

void mb_image_free(struct mb *m, struct mb_image *i)
{
   vk.DestroyImageView(m->device, i->view, NULL);
   vk.DestroyImage(m->device, i->image, NULL);
   vk.FreeMemory(m->device, i->memory, NULL);
   *i = (struct mb_image){0};
}

bool mb_format_has(struct mb *m, VkFormat format, VkImageTiling tiling, VkFormatFeatureFlags features)
{
   VkFormatProperties p;
   vk.GetPhysicalDeviceFormatProperties(m->physical, format, &p);
   return ((tiling == VK_IMAGE_TILING_LINEAR ? p.linearTilingFeatures : p.optimalTilingFeatures) & features) == features;
}

/* ---- what every pipeline shares ------------------------------------------------------------------------------ */
static VkDescriptorSet create_set(struct mb *m, VkDescriptorType type, uint32_t count, VkDescriptorSetLayout *layout)
{
   const VkDescriptorSetLayoutBinding bindings[2] = {{0, type, 1, VK_SHADER_STAGE_COMPUTE_BIT, NULL},
                                                     {1, type, 1, VK_SHADER_STAGE_COMPUTE_BIT, NULL}};
   const VkDescriptorSetLayoutCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = count, .pBindings = bindings};
   mb_ok(vk.CreateDescriptorSetLayout(m->device, &info, NULL, layout));
   const VkDescriptorSetAllocateInfo one = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                            .descriptorPool = m->descriptors,
                                            .descriptorSetCount = 1,
                                            .pSetLayouts = layout};
   VkDescriptorSet set;
   mb_ok(vk.AllocateDescriptorSets(m->device, &one, &set));
   return set;
}

static void create_layout(struct mb *m)
{
   const VkDescriptorPoolSize sizes[2] = {{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 2}, {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1}};
   const VkDescriptorPoolCreateInfo pool = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = 2, .poolSizeCount = 2, .pPoolSizes = sizes};
   mb_ok(vk.CreateDescriptorPool(m->device, &pool, NULL, &m->descriptors));
   m->buffers = create_set(m, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 2, &m->set_layouts[0]);
   m->texture = create_set(m, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, &m->set_layouts[1]);
   const VkPushConstantRange push = {VK_SHADER_STAGE_ALL, 0, sizeof(struct mb_push)};
   const VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                              .setLayoutCount = 2,
                                              .pSetLayouts = m->set_layouts,
                                              .pushConstantRangeCount = 1,
                                              .pPushConstantRanges = &push};
   mb_ok(vk.CreatePipelineLayout(m->device, &layout, NULL, &m->layout));
}

static void create_buffers(struct mb *m)
{
   const VkBufferUsageFlags usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                    VK_BUFFER_USAGE_TRANSFER_DST_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
   m->arena_B = ARENA_B;
   while (m->arena_B > m->properties.limits.maxStorageBufferRange)
      m->arena_B /= 2;
   while (!mb_buffer_try(m, m->arena_B, usage, false, &m->arena)) {
      m->arena_B /= 2;
      if (m->arena_B < 16 * MIB)
         mb_die("not even 16 MiB of device memory can be had");
   }
   m->result = mb_buffer(m, RESULT_B, usage, false);
   const VkDescriptorBufferInfo ranges[2] = {{m->arena.buffer, 0, m->arena_B}, {m->result.buffer, 0, RESULT_B}};
   const VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                       .dstSet = m->buffers,
                                       .descriptorCount = 1,
                                       .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
   VkWriteDescriptorSet writes[2] = {write, write};
   for (uint32_t i = 0; i < 2; i++) {
      writes[i].dstBinding = i;
      writes[i].pBufferInfo = &ranges[i];
   }
   vk.UpdateDescriptorSets(m->device, 2, writes, 0, NULL);
}

void mb_open(struct mb *m, const char *device, bool validate)
{
   create_instance(&m->instance, validate);
   choose_device(m, device);
   choose_family(m);
   create_device(m);
   look_closer(m);
   const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                         .queueFamilyIndex = m->family};
   mb_ok(vk.CreateCommandPool(m->device, &pool, NULL, &m->pool));
   const VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   mb_ok(vk.CreateFence(m->device, &fence, NULL, &m->fence));
   VkQueryPoolCreateInfo queries = {
       .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = 2};
   mb_ok(vk.CreateQueryPool(m->device, &queries, NULL, &m->times));
   if (m->features.pipelineStatisticsQuery) {
      queries.queryType = VK_QUERY_TYPE_PIPELINE_STATISTICS;
      queries.queryCount = 1;
      queries.pipelineStatistics = VK_QUERY_PIPELINE_STATISTIC_VERTEX_SHADER_INVOCATIONS_BIT;
      mb_ok(vk.CreateQueryPool(m->device, &queries, NULL, &m->statistics));
   }
   create_layout(m);
   create_buffers(m);
}

void mb_close(struct mb *m)
{
   mb_buffer_free(m, &m->arena);
   mb_buffer_free(m, &m->result);
   vk.DestroyDescriptorPool(m->device, m->descriptors, NULL);
   vk.DestroyPipelineLayout(m->device, m->layout, NULL);
   vk.DestroyDescriptorSetLayout(m->device, m->set_layouts[0], NULL);
   vk.DestroyDescriptorSetLayout(m->device, m->set_layouts[1], NULL);
   vk.DestroyQueryPool(m->device, m->times, NULL);
   vk.DestroyQueryPool(m->device, m->statistics, NULL);
   vk.DestroyFence(m->device, m->fence, NULL);
   vk.DestroyCommandPool(m->device, m->pool, NULL);
   vk.DestroyDevice(m->device, NULL);
   vk.DestroyInstance(m->instance, NULL);
}
