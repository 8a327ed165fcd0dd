/* Device, memory and submissions of the scene. */
#include "scene.h"

#include <string.h>
#ifndef _WIN32
#include <unistd.h>
#endif

#ifdef _WIN32
static const VkExternalMemoryHandleTypeFlagBits handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_WIN32_BIT;
static const char *const handle_extension = VK_KHR_EXTERNAL_MEMORY_WIN32_EXTENSION_NAME;
#else
static const VkExternalMemoryHandleTypeFlagBits handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
static const char *const handle_extension = VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME;
#endif

static bool instance_has(const char *name)
{
   VkExtensionProperties all[128];
   uint32_t count = 128;
   VkResult r = vkEnumerateInstanceExtensionProperties(NULL, &count, all);
   if (r != VK_SUCCESS && r != VK_INCOMPLETE)
      return false;
   while (count > 0 && strcmp(all[count - 1].extensionName, name))
      count--;
   return count > 0;
}

static void create_instance(scene *s)
{
   static const char *const extensions[] = {VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
                                            VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME,
                                            VK_EXT_DEBUG_UTILS_EXTENSION_NAME};
   s->labelled = instance_has(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
   VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .pApplicationName = "figment-scene",
                            .apiVersion = VK_API_VERSION_1_0};
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app,
                                .enabledExtensionCount = s->labelled ? 3 : 2, .ppEnabledExtensionNames = extensions};
   SCENE_CHECK(vkCreateInstance(&info, NULL, &s->instance));
   if (!demo_vk_load_commands(s->instance))
      exit(1);
   uint32_t count = 1;
   VkResult r = vkEnumeratePhysicalDevices(s->instance, &count, &s->physical);
   if ((r != VK_SUCCESS && r != VK_INCOMPLETE) || !count) {
      fprintf(stderr, "scene: no Vulkan device; is VK_DRIVER_FILES set to figment_icd.x86_64.json?\n");
      exit(1);
   }
   vkGetPhysicalDeviceProperties(s->physical, &s->properties);
   vkGetPhysicalDeviceMemoryProperties(s->physical, &s->memory);
   printf("device: %s\n", s->properties.deviceName);
}

static void create_device(scene *s)
{
   VkQueueFamilyProperties families[16];
   uint32_t count = 16;
   vkGetPhysicalDeviceQueueFamilyProperties(s->physical, &count, families);
   while (s->family < count && !(families[s->family].queueFlags & VK_QUEUE_GRAPHICS_BIT))
      s->family++;
   VkPhysicalDeviceFeatures has, use = {0};
   vkGetPhysicalDeviceFeatures(s->physical, &has);
   use.samplerAnisotropy = has.samplerAnisotropy;
   use.shaderSampledImageArrayDynamicIndexing = has.shaderSampledImageArrayDynamicIndexing;
   if (s->family == count || !has.samplerAnisotropy || !has.shaderSampledImageArrayDynamicIndexing) {
      fprintf(stderr, "scene: this device has no graphics queue, no anisotropic filter or no arrays of images\n");
      exit(1);
   }
   float priority = 1;
   const char *extensions[] = {VK_KHR_EXTERNAL_MEMORY_EXTENSION_NAME, handle_extension,
                               VK_KHR_GET_MEMORY_REQUIREMENTS_2_EXTENSION_NAME, VK_KHR_DEDICATED_ALLOCATION_EXTENSION_NAME};
   VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueFamilyIndex = s->family,
                                    .queueCount = 1, .pQueuePriorities = &priority};
   VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue,
                              .enabledExtensionCount = 4, .ppEnabledExtensionNames = extensions, .pEnabledFeatures = &use};
   SCENE_CHECK(vkCreateDevice(s->physical, &info, NULL, &s->device));
   vkGetDeviceQueue(s->device, s->family, 0, &s->queue);
}

void scene_open(scene *s)
{
   create_instance(s);
   create_device(s);
   VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT, .queueFamilyIndex = s->family};
   SCENE_CHECK(vkCreateCommandPool(s->device, &pool, NULL, &s->pool));
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = s->pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY, .commandBufferCount = 1};
   SCENE_CHECK(vkAllocateCommandBuffers(s->device, &alloc, &s->commands));
   VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   SCENE_CHECK(vkCreateFence(s->device, &fence, NULL, &s->fence));
   VkQueryPoolCreateInfo queries = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                    .queryCount = 2};
   SCENE_CHECK(vkCreateQueryPool(s->device, &queries, NULL, &s->timestamps));
}

void scene_close(scene *s)
{
   vkDestroyQueryPool(s->device, s->timestamps, NULL);
   vkDestroyFence(s->device, s->fence, NULL);
   vkDestroyCommandPool(s->device, s->pool, NULL);
   vkDestroyDevice(s->device, NULL);
   vkDestroyInstance(s->instance, NULL);
}

/* ---- memory ---------------------------------------------------------------------------------------- */
static VkDeviceMemory allocate(scene *s, const VkMemoryRequirements *need, VkMemoryPropertyFlags wanted, const void *next)
{
   for (uint32_t i = 0; i < s->memory.memoryTypeCount; i++)
      if (need->memoryTypeBits >> i & 1 && (s->memory.memoryTypes[i].propertyFlags & wanted) == wanted) {
         VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = next, .allocationSize = need->size,
                                      .memoryTypeIndex = i};
         VkDeviceMemory memory;
         SCENE_CHECK(vkAllocateMemory(s->device, &info, NULL, &memory));
         return memory;
      }
   fprintf(stderr, "scene: no memory type with properties %#x\n", wanted);
   exit(1);
}

scene_buffer scene_create_buffer(scene *s, VkDeviceSize size_B, VkBufferUsageFlags usage, VkMemoryPropertyFlags wanted)
{
   scene_buffer b = {.size_B = size_B};
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = size_B, .usage = usage};
   VkMemoryRequirements need;
   SCENE_CHECK(vkCreateBuffer(s->device, &info, NULL, &b.buffer));
   vkGetBufferMemoryRequirements(s->device, b.buffer, &need);
   b.memory = allocate(s, &need, wanted, NULL);
   SCENE_CHECK(vkBindBufferMemory(s->device, b.buffer, b.memory, 0));
   if (wanted & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT)
      SCENE_CHECK(vkMapMemory(s->device, b.memory, 0, VK_WHOLE_SIZE, 0, &b.host));
   return b;
}

void scene_destroy_buffer(scene *s, scene_buffer *b)
{
   vkDestroyBuffer(s->device, b->buffer, NULL);
   vkFreeMemory(s->device, b->memory, NULL);
}

void scene_create_image(scene *s, scene_image *im, VkImageUsageFlags usage, VkImageAspectFlags aspect, bool exported)
{
   VkExternalMemoryImageCreateInfo external = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO,
                                               .handleTypes = handle_type};
   VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO, .pNext = exported ? &external : NULL,
                             .imageType = VK_IMAGE_TYPE_2D, .format = im->format, .extent = {im->width, im->height, 1},
                             .mipLevels = im->levels, .arrayLayers = im->layers, .samples = im->samples,
                             .tiling = exported ? VK_IMAGE_TILING_LINEAR : VK_IMAGE_TILING_OPTIMAL, .usage = usage};
   VkMemoryRequirements need;
   SCENE_CHECK(vkCreateImage(s->device, &info, NULL, &im->image));
   vkGetImageMemoryRequirements(s->device, im->image, &need);

   /* The memory belongs to this image alone: then it begins at offset 0 of what is exported. */
   VkMemoryDedicatedAllocateInfo dedicated = {.sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO, .image = im->image};
   VkExportMemoryAllocateInfo export_info = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, .pNext = &dedicated,
                                             .handleTypes = handle_type};
#ifdef _WIN32
   SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
   VkExportMemoryWin32HandleInfoKHR win32 = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_WIN32_HANDLE_INFO_KHR, .pNext = &dedicated,
                                             .pAttributes = &inherit, .dwAccess = GENERIC_ALL};
   export_info.pNext = &win32;
#endif
   im->memory = allocate(s, &need, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, exported ? &export_info : NULL);
   SCENE_CHECK(vkBindImageMemory(s->device, im->image, im->memory, 0));
   VkImageViewCreateInfo view = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO, .image = im->image, .format = im->format,
                                 .viewType = im->layers > 1 ? VK_IMAGE_VIEW_TYPE_2D_ARRAY : VK_IMAGE_VIEW_TYPE_2D,
                                 .subresourceRange = {aspect, 0, im->levels, 0, im->layers}};
   SCENE_CHECK(vkCreateImageView(s->device, &view, NULL, &im->view));
   if (exported) {
      VkSubresourceLayout layout;
      vkGetImageSubresourceLayout(s->device, im->image, &(VkImageSubresource){aspect, 0, 0}, &layout);
      if (layout.offset) {
         fprintf(stderr, "scene: the first texel of a linear image does not lie at offset 0\n");
         exit(1);
      }
      s->target_stride_B = layout.rowPitch;
      s->target_B = need.size;
   }
}

void scene_destroy_image(scene *s, scene_image *im)
{
   vkDestroyImageView(s->device, im->view, NULL);
   vkDestroyImage(s->device, im->image, NULL);
   vkFreeMemory(s->device, im->memory, NULL);
}

intptr_t scene_export(scene *s, const scene_image *im)
{
#ifdef _WIN32
   VkMemoryGetWin32HandleInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_WIN32_HANDLE_INFO_KHR, .memory = im->memory,
                                         .handleType = handle_type};
   HANDLE handle;
   SCENE_CHECK(vkGetMemoryWin32HandleKHR(s->device, &info, &handle));
   return (intptr_t)handle;
#else
   VkMemoryGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = im->memory, .handleType = handle_type};
   int fd;
   SCENE_CHECK(vkGetMemoryFdKHR(s->device, &info, &fd));
   return fd;
#endif
}

void scene_close_handle(intptr_t handle)
{
#ifdef _WIN32
   CloseHandle((HANDLE)handle);
#else
   close((int)handle);
#endif
}

/* ---- submissions -------------------------------------------------------------------------------------- */
void scene_begin(scene *s)
{
   VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                    .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
   SCENE_CHECK(vkBeginCommandBuffer(s->commands, &info));
}

void scene_label(scene *s, const char *name)
{
   if (s->labelled)
      vkCmdBeginDebugUtilsLabelEXT(s->commands, &(VkDebugUtilsLabelEXT){.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_LABEL_EXT, .pLabelName = name});
}

void scene_label_end(scene *s)
{
   if (s->labelled)
      vkCmdEndDebugUtilsLabelEXT(s->commands);
}

void scene_finish(scene *s)
{
   SCENE_CHECK(vkEndCommandBuffer(s->commands));
   SCENE_CHECK(vkResetFences(s->device, 1, &s->fence));
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &s->commands};
   SCENE_CHECK(vkQueueSubmit(s->queue, 1, &submit, s->fence));
   SCENE_CHECK(vkWaitForFences(s->device, 1, &s->fence, VK_TRUE, UINT64_MAX));
}

void scene_layout(scene *s, const scene_image *im, VkImageAspectFlags aspect, uint32_t level, uint32_t levels, VkImageLayout from,
                  VkImageLayout to)
{
   VkImageMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                             .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT, .oldLayout = from,
                             .newLayout = to, .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED, .image = im->image,
                             .subresourceRange = {aspect, level, levels, 0, im->layers}};
   vkCmdPipelineBarrier(s->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1,
                        &b);
}

void scene_barrier(scene *s)
{
   VkMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                        .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT};
   vkCmdPipelineBarrier(s->commands, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                        VK_PIPELINE_STAGE_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &b, 0, NULL, 0, NULL);
}

VkShaderModule scene_shader(scene *s, const uint32_t *spirv, size_t spirv_B)
{
   VkShaderModuleCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = spirv_B, .pCode = spirv};
   VkShaderModule module;
   SCENE_CHECK(vkCreateShaderModule(s->device, &info, NULL, &module));
   return module;
}
