/* The device that all frames share, memory, and submissions that are waited for. Nothing here knows which driver it runs on. */
#include "frame.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_NS UINT64_C(120000000000)

struct frame_gpu frame_gpu;

void frame_must(VkResult r, const char *what)
{
   if (r != VK_SUCCESS) {
      fprintf(stderr, "frames: %s: VkResult %d\n", what, (int)r);
      exit(1);
   }
}

void frame_open(void)
{
   struct frame_gpu *g = &frame_gpu;
   VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_1};
   VkInstanceCreateInfo instance = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
   frame_must(vkCreateInstance(&instance, NULL, &g->instance), "vkCreateInstance");
   uint32_t count = 1;
   VkResult r = vkEnumeratePhysicalDevices(g->instance, &count, &g->physical);
   if ((r != VK_SUCCESS && r != VK_INCOMPLETE) || !count) {
      fprintf(stderr, "frames: no Vulkan device; name a driver's manifest with --icd or VK_DRIVER_FILES\n");
      exit(1);
   }
   vkGetPhysicalDeviceFeatures(g->physical, &g->features);
   vkGetPhysicalDeviceProperties(g->physical, &g->properties);
   vkGetPhysicalDeviceMemoryProperties(g->physical, &g->memory);
   float priority = 1;
   VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1,
                                    .pQueuePriorities = &priority};
   VkDeviceCreateInfo device = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &queue,
                                .pEnabledFeatures = &g->features};
   frame_must(vkCreateDevice(g->physical, &device, NULL, &g->device), "vkCreateDevice");
   vkGetDeviceQueue(g->device, 0, 0, &g->queue);
   VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT};
   frame_must(vkCreateCommandPool(g->device, &pool, NULL, &g->pool), "vkCreateCommandPool");
}

void frame_close(void)
{
   vkDestroyCommandPool(frame_gpu.device, frame_gpu.pool, NULL);
   vkDestroyDevice(frame_gpu.device, NULL);
   vkDestroyInstance(frame_gpu.instance, NULL);
}

/* ---- what a frame needs ---------------------------------------------------------------------------------------------------- */
#define FEATURE(name) {#name, offsetof(VkPhysicalDeviceFeatures, name)}
static const struct {
   const char *name;
   size_t offset;
} features[] = {
   FEATURE(independentBlend),  FEATURE(geometryShader),    FEATURE(tessellationShader), FEATURE(sampleRateShading),
   FEATURE(dualSrcBlend),      FEATURE(logicOp),           FEATURE(multiDrawIndirect),  FEATURE(drawIndirectFirstInstance),
   FEATURE(depthClamp),        FEATURE(depthBiasClamp),    FEATURE(fillModeNonSolid),   FEATURE(depthBounds),
   FEATURE(wideLines),         FEATURE(largePoints),       FEATURE(alphaToOne),         FEATURE(multiViewport),
   FEATURE(samplerAnisotropy), FEATURE(shaderClipDistance), FEATURE(shaderCullDistance), FEATURE(imageCubeArray),
   FEATURE(fragmentStoresAndAtomics), FEATURE(shaderTessellationAndGeometryPointSize),
};

static bool has_feature(const char *name)
{
   for (size_t i = 0; i < sizeof features / sizeof *features; i++)
      if (!strcmp(features[i].name, name))
         return *(const VkBool32 *)((const char *)&frame_gpu.features + features[i].offset);
   return false;
}

/* Formats, samples and usage of an image together. */
static bool has_image(const struct frame_image *im)
{
   VkImageFormatProperties p;
   return vkGetPhysicalDeviceImageFormatProperties(frame_gpu.physical, im->format, VK_IMAGE_TYPE_2D, VK_IMAGE_TILING_OPTIMAL, im->usage,
                                                   im->cube ? VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT : 0, &p) == VK_SUCCESS &&
          (p.sampleCounts & im->samples);
}

const char *frame_lacks(const struct frame *f)
{
   for (uint32_t i = 0; i < f->need_count; i++)
      if (!has_feature(f->needs[i]))
         return f->needs[i];
   static char text[FRAME_NAME + 64];
   for (uint32_t i = 0; i < f->images; i++)
      if (!has_image(&f->image[i])) {
         snprintf(text, sizeof text, "image %s: its format, samples or usage", f->image[i].name);
         return text;
      }
   return NULL;
}

/* ---- memory and submissions -------------------------------------------------------------------------------------------------- */
VkDeviceMemory frame_memory(const VkMemoryRequirements *need, VkMemoryPropertyFlags wanted)
{
   for (uint32_t i = 0; i < frame_gpu.memory.memoryTypeCount; i++)
      if (need->memoryTypeBits >> i & 1 && (frame_gpu.memory.memoryTypes[i].propertyFlags & wanted) == wanted) {
         VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = need->size,
                                      .memoryTypeIndex = i};
         VkDeviceMemory memory;
         frame_must(vkAllocateMemory(frame_gpu.device, &info, NULL, &memory), "vkAllocateMemory");
         return memory;
      }
   frame_must(VK_ERROR_FEATURE_NOT_PRESENT, "memory of the wanted kind");
   return VK_NULL_HANDLE;
}

VkBuffer frame_host_buffer(VkDeviceSize size_B, VkBufferUsageFlags usage, VkDeviceMemory *memory, void **host)
{
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = size_B, .usage = usage};
   VkBuffer buffer;
   VkMemoryRequirements need;
   frame_must(vkCreateBuffer(frame_gpu.device, &info, NULL, &buffer), "vkCreateBuffer");
   vkGetBufferMemoryRequirements(frame_gpu.device, buffer, &need);
   *memory = frame_memory(&need, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
   frame_must(vkBindBufferMemory(frame_gpu.device, buffer, *memory, 0), "vkBindBufferMemory");
   frame_must(vkMapMemory(frame_gpu.device, *memory, 0, VK_WHOLE_SIZE, 0, host), "vkMapMemory");
   return buffer;
}

VkCommandBuffer frame_begin(void)
{
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = frame_gpu.pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY, .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
   VkCommandBuffer cmd;
   frame_must(vkAllocateCommandBuffers(frame_gpu.device, &alloc, &cmd), "vkAllocateCommandBuffers");
   frame_must(vkBeginCommandBuffer(cmd, &begin), "vkBeginCommandBuffer");
   return cmd;
}

void frame_submit(VkCommandBuffer cmd)
{
   VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd};
   VkFence fence;
   frame_must(vkEndCommandBuffer(cmd), "vkEndCommandBuffer");
   frame_must(vkCreateFence(frame_gpu.device, &info, NULL, &fence), "vkCreateFence");
   frame_must(vkQueueSubmit(frame_gpu.queue, 1, &submit, fence), "vkQueueSubmit");
   frame_must(vkWaitForFences(frame_gpu.device, 1, &fence, VK_TRUE, TIMEOUT_NS), "vkWaitForFences");
   vkDestroyFence(frame_gpu.device, fence, NULL);
   vkFreeCommandBuffers(frame_gpu.device, frame_gpu.pool, 1, &cmd);
}

void frame_barrier(VkCommandBuffer cmd)
{
   VkMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                        .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT};
   vkCmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1, &b, 0, NULL, 0, NULL);
}
