/* See ext_gpu.h. Plain Vulkan 1.0 with the external memory extensions. */
#include "ext_gpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <dlfcn.h>
#endif

#define SETUP(call)                                                                                          \
   do {                                                                                                      \
      VkResult setup_result = (call);                                                                        \
      if (setup_result != VK_SUCCESS) {                                                                      \
         fprintf(stderr, "%s:%d: %s gave VkResult %d\n", __FILE__, __LINE__, #call, setup_result);           \
         exit(1);                                                                                            \
      }                                                                                                      \
   } while (0)

#ifdef _WIN32
const VkExternalMemoryHandleTypeFlagBits ext_handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_WIN32_BIT;
static const char *const handle_extension = VK_KHR_EXTERNAL_MEMORY_WIN32_EXTENSION_NAME;
static const char *const semaphore_extension = VK_KHR_EXTERNAL_SEMAPHORE_WIN32_EXTENSION_NAME;
#else
const VkExternalMemoryHandleTypeFlagBits ext_handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
static const char *const handle_extension = VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME;
static const char *const semaphore_extension = VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME;
#endif

static void open_instance(ext_gpu *g)
{
   static const char *const extensions[] = {VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
                                            VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME,
                                            VK_KHR_EXTERNAL_SEMAPHORE_CAPABILITIES_EXTENSION_NAME};
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .enabledExtensionCount = 3,
                                .ppEnabledExtensionNames = extensions};
   if (!demo_vk_load_library())
      exit(1);
   SETUP(vkCreateInstance(&info, NULL, &g->instance));
   if (!demo_vk_load_commands(g->instance))
      exit(1);
   uint32_t count = 1;
   VkResult r = vkEnumeratePhysicalDevices(g->instance, &count, &g->physical);
   if ((r != VK_SUCCESS && r != VK_INCOMPLETE) || !count) {
      fprintf(stderr, "no Vulkan device\n");
      exit(1);
   }
   vkGetPhysicalDeviceMemoryProperties(g->physical, &g->memory);
}

void ext_gpu_open(ext_gpu *g)
{
   memset(g, 0, sizeof *g);
   open_instance(g);
   float priority = 1.0f;
   const char *extensions[] = {VK_KHR_EXTERNAL_MEMORY_EXTENSION_NAME, handle_extension,
                               VK_KHR_EXTERNAL_SEMAPHORE_EXTENSION_NAME, semaphore_extension,
                               VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME};
   VkPhysicalDeviceTimelineSemaphoreFeatures timeline = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES, .timelineSemaphore = VK_TRUE};
   VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1,
                                    .pQueuePriorities = &priority};
   VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .pNext = &timeline, .queueCreateInfoCount = 1,
                              .pQueueCreateInfos = &queue, .enabledExtensionCount = 5,
                              .ppEnabledExtensionNames = extensions};
   SETUP(vkCreateDevice(g->physical, &info, NULL, &g->device));
   vkGetDeviceQueue(g->device, 0, 0, &g->queue);
   VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT};
   SETUP(vkCreateCommandPool(g->device, &pool, NULL, &g->pool));
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = g->pool, .commandBufferCount = 1};
   SETUP(vkAllocateCommandBuffers(g->device, &alloc, &g->commands));
   VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   SETUP(vkCreateFence(g->device, &fence, NULL, &g->fence));
}

#ifdef _WIN32
PFN_vkVoidFunction ext_command(const ext_gpu *g, const char *name)
{
   HMODULE lib = GetModuleHandleA("vulkan-1.dll");
   PFN_vkGetDeviceProcAddr get = (PFN_vkGetDeviceProcAddr)(void (*)(void))GetProcAddress(lib, "vkGetDeviceProcAddr");
#else
PFN_vkVoidFunction ext_command(const ext_gpu *g, const char *name)
{
   void *lib = dlopen("libvulkan.so.1", RTLD_NOW);
   PFN_vkGetDeviceProcAddr get = (PFN_vkGetDeviceProcAddr)dlsym(lib, "vkGetDeviceProcAddr");
#endif
   PFN_vkVoidFunction f = get ? get(g->device, name) : NULL;
   if (f)
      return f;
   fprintf(stderr, "no command %s\n", name);
   exit(1);
}

void ext_gpu_close(ext_gpu *g)
{
   if (g->device) {
      vkDestroyFence(g->device, g->fence, NULL);
      vkDestroyCommandPool(g->device, g->pool, NULL);
      vkDestroyDevice(g->device, NULL);
   }
   vkDestroyInstance(g->instance, NULL);
   memset(g, 0, sizeof *g);
}

uint32_t ext_memory_type(const ext_gpu *g, uint32_t bits, VkMemoryPropertyFlags wanted)
{
   for (uint32_t i = 0; i < g->memory.memoryTypeCount; i++)
      if (bits >> i & 1 && (g->memory.memoryTypes[i].propertyFlags & wanted) == wanted)
         return i;
   fprintf(stderr, "no memory type with properties %#x\n", wanted);
   exit(1);
}

VkResult ext_buffer_create(ext_gpu *g, VkDeviceSize size_B, VkMemoryPropertyFlags wanted, bool external,
                           const void *alloc_next, ext_buffer *out)
{
   *out = (ext_buffer){.size_B = size_B};
   VkExternalMemoryBufferCreateInfo ext = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
                                           .handleTypes = ext_handle_type};
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .pNext = external ? &ext : NULL,
                              .size = size_B,
                              .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT};
   SETUP(vkCreateBuffer(g->device, &info, NULL, &out->buffer));
   VkMemoryRequirements need;
   vkGetBufferMemoryRequirements(g->device, out->buffer, &need);
   out->allocation_B = need.size;
   out->type = ext_memory_type(g, need.memoryTypeBits, wanted);
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = alloc_next,
                                 .allocationSize = need.size, .memoryTypeIndex = out->type};
   VkResult r = vkAllocateMemory(g->device, &alloc, NULL, &out->memory);
   if (r != VK_SUCCESS) {
      vkDestroyBuffer(g->device, out->buffer, NULL);
      memset(out, 0, sizeof *out);
      return r;
   }
   SETUP(vkBindBufferMemory(g->device, out->buffer, out->memory, 0));
   if (wanted & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT)
      SETUP(vkMapMemory(g->device, out->memory, 0, VK_WHOLE_SIZE, 0, &out->map));
   return VK_SUCCESS;
}

void ext_buffer_destroy(ext_gpu *g, ext_buffer *b)
{
   vkDestroyBuffer(g->device, b->buffer, NULL);
   vkFreeMemory(g->device, b->memory, NULL);
   memset(b, 0, sizeof *b);
}

static void begin(ext_gpu *g)
{
   VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   SETUP(vkBeginCommandBuffer(g->commands, &info));
}

static VkResult finish(ext_gpu *g)
{
   SETUP(vkEndCommandBuffer(g->commands));
   SETUP(vkResetFences(g->device, 1, &g->fence));
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1,
                          .pCommandBuffers = &g->commands};
   VkResult r = vkQueueSubmit(g->queue, 1, &submit, g->fence);
   return r == VK_SUCCESS ? vkWaitForFences(g->device, 1, &g->fence, VK_TRUE, UINT64_MAX) : r;
}

VkResult ext_fill(ext_gpu *g, const ext_buffer *b, uint32_t value)
{
   begin(g);
   vkCmdFillBuffer(g->commands, b->buffer, 0, VK_WHOLE_SIZE, value);
   return finish(g);
}

VkResult ext_submit_with(ext_gpu *g, const ext_buffer *from, const ext_buffer *to, uint32_t fill_value, VkSemaphore semaphore,
                         const void *submit_next, uint64_t timeout_ns)
{
   begin(g);
   VkBufferCopy region = {.size = to->size_B};
   if (from)
      vkCmdCopyBuffer(g->commands, from->buffer, to->buffer, 1, &region);
   else
      vkCmdFillBuffer(g->commands, to->buffer, 0, VK_WHOLE_SIZE, fill_value);
   SETUP(vkEndCommandBuffer(g->commands));
   SETUP(vkResetFences(g->device, 1, &g->fence));
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .pNext = submit_next, .waitSemaphoreCount = 1,
                          .pWaitSemaphores = &semaphore, .pWaitDstStageMask = &stage, .commandBufferCount = 1,
                          .pCommandBuffers = &g->commands, .signalSemaphoreCount = 1, .pSignalSemaphores = &semaphore};
   VkResult r = vkQueueSubmit(g->queue, 1, &submit, g->fence);
   return r == VK_SUCCESS ? vkWaitForFences(g->device, 1, &g->fence, VK_TRUE, timeout_ns) : r;
}

VkResult ext_read(ext_gpu *g, const ext_buffer *b, void *out)
{
   ext_buffer host;
   VkResult r = ext_buffer_create(g, b->size_B,
                                  VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, false,
                                  NULL, &host);
   if (r != VK_SUCCESS)
      return r;
   begin(g);
   VkBufferCopy region = {.size = b->size_B};
   vkCmdCopyBuffer(g->commands, b->buffer, host.buffer, 1, &region);
   VkMemoryBarrier to_host = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                              .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT, .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
   vkCmdPipelineBarrier(g->commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &to_host, 0,
                        NULL, 0, NULL);
   r = finish(g);
   if (r == VK_SUCCESS)
      memcpy(out, host.map, b->size_B);
   ext_buffer_destroy(g, &host);
   return r;
}

bool ext_all_equal(ext_gpu *g, const ext_buffer *b, uint32_t value)
{
   uint32_t *words = malloc(b->size_B);
   bool equal = words && ext_read(g, b, words) == VK_SUCCESS;
   for (VkDeviceSize i = 0; equal && i < b->size_B / 4; i++)
      if (words[i] != value) {
         fprintf(stderr, "word %llu is %#x, not %#x\n", (unsigned long long)i, words[i], value);
         equal = false;
      }
   free(words);
   return equal;
}
