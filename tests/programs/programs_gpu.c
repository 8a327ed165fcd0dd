/* Runs one compute program through the Vulkan loader, on any driver: every program gets the same layout, buffers, push
 * constants and specialisation, which the table below describes. */
#include "programs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vulkan.h>

#define TIMEOUT_NS UINT64_C(60000000000)
#define SETS 4

enum contents { ZEROS, RANDOM, QUARTERS, COUNT_1000, COUNT_100, COUNT };

/* One binding each; elements of an array have a buffer each. */
static const struct binding {
   uint32_t set, binding, elements;
   VkDescriptorType type;
   uint32_t size_B;
   enum contents contents;
} bindings[] = {
   {0, 0, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, RESULT_DW * 4, ZEROS},          /* the result */
   {0, 1, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, RESULT_DW * 4, RANDOM},
   {0, 2, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, RESULT_DW * 4, ZEROS},
   {0, 3, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, RESULT_DW * 4, ZEROS},
   {0, 4, 1, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 16384, QUARTERS},               /* dword i: the float (i + 1) / 4 */
   {0, 5, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, RESULT_DW * 4, ZEROS},
   {1, 0, 4, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4096, COUNT_1000},              /* dword i of element e: 1000 e + i */
   {1, 1, 3, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1024, COUNT_100},               /* dword i of element e: 100 e + i */
   {2, 7, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC, 2048, COUNT},           /* 1024 bytes of it, bound at offset 256 */
   {3, 9, 1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4096, ZEROS},
};
#define BINDINGS (sizeof bindings / sizeof *bindings)
#define DYNAMIC_OFFSET_B 256
#define DYNAMIC_RANGE_B 1024
#define MAX_ELEMENTS 4

static VkInstance instance;
static VkPhysicalDevice physical;
static VkDevice device;
static VkQueue queue;
static VkCommandPool pool;
static VkDescriptorPool descriptors;
static VkDescriptorSetLayout layouts[SETS];
static VkPipelineLayout pipeline_layout;
static VkDescriptorSet sets[SETS];
static struct { VkBuffer buffer; VkDeviceMemory memory; uint32_t *host; } buffers[BINDINGS][MAX_ELEMENTS];

static void must(VkResult r, const char *what)
{
   if (r != VK_SUCCESS) {
      fprintf(stderr, "%s: VkResult %d\n", what, (int)r);
      exit(1);
   }
}

static void open_device(void)
{
   VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_0};
   VkInstanceCreateInfo ici = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
   uint32_t count = 1;
   float priority = 1;
   must(vkCreateInstance(&ici, NULL, &instance), "vkCreateInstance");
   VkResult r = vkEnumeratePhysicalDevices(instance, &count, &physical);
   must(r == VK_INCOMPLETE ? VK_SUCCESS : r, "vkEnumeratePhysicalDevices");
   VkPhysicalDeviceFeatures has, use = {.shaderStorageBufferArrayDynamicIndexing = VK_TRUE,
                                        .shaderUniformBufferArrayDynamicIndexing = VK_TRUE};
   vkGetPhysicalDeviceFeatures(physical, &has);
   if (!has.shaderStorageBufferArrayDynamicIndexing || !has.shaderUniformBufferArrayDynamicIndexing)
      must(VK_ERROR_FEATURE_NOT_PRESENT, "dynamic indices of buffer arrays");
   VkDeviceQueueCreateInfo qci = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueCount = 1, .pQueuePriorities = &priority};
   VkDeviceCreateInfo dci = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1, .pQueueCreateInfos = &qci,
                             .pEnabledFeatures = &use};
   must(vkCreateDevice(physical, &dci, NULL, &device), "vkCreateDevice");
   vkGetDeviceQueue(device, 0, 0, &queue);
   VkCommandPoolCreateInfo cpi = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
   must(vkCreateCommandPool(device, &cpi, NULL, &pool), "vkCreateCommandPool");
}

static uint32_t host_memory_type(uint32_t allowed)
{
   const VkMemoryPropertyFlags need = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
   VkPhysicalDeviceMemoryProperties p;
   vkGetPhysicalDeviceMemoryProperties(physical, &p);
   for (uint32_t i = 0; i < p.memoryTypeCount; i++)
      if ((allowed >> i & 1) && (p.memoryTypes[i].propertyFlags & need) == need)
         return i;
   must(VK_ERROR_FEATURE_NOT_PRESENT, "host-visible memory");
   return 0;
}

static void make_buffer(uint32_t b, uint32_t e)
{
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = bindings[b].size_B,
                              .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT};
   VkMemoryRequirements need;
   must(vkCreateBuffer(device, &info, NULL, &buffers[b][e].buffer), "vkCreateBuffer");
   vkGetBufferMemoryRequirements(device, buffers[b][e].buffer, &need);
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = need.size,
                                 .memoryTypeIndex = host_memory_type(need.memoryTypeBits)};
   must(vkAllocateMemory(device, &alloc, NULL, &buffers[b][e].memory), "vkAllocateMemory");
   must(vkBindBufferMemory(device, buffers[b][e].buffer, buffers[b][e].memory, 0), "vkBindBufferMemory");
   must(vkMapMemory(device, buffers[b][e].memory, 0, VK_WHOLE_SIZE, 0, (void **)&buffers[b][e].host), "vkMapMemory");
}

static void make_layouts(void)
{
   for (uint32_t s = 0; s < SETS; s++) {
      VkDescriptorSetLayoutBinding list[BINDINGS];
      uint32_t n = 0;
      for (uint32_t b = 0; b < BINDINGS; b++)
         if (bindings[b].set == s)
            list[n++] = (VkDescriptorSetLayoutBinding){bindings[b].binding, bindings[b].type, bindings[b].elements,
                                                       VK_SHADER_STAGE_COMPUTE_BIT, NULL};
      VkDescriptorSetLayoutCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = n,
                                              .pBindings = list};
      must(vkCreateDescriptorSetLayout(device, &info, NULL, &layouts[s]), "vkCreateDescriptorSetLayout");
   }
   VkPushConstantRange push = {VK_SHADER_STAGE_COMPUTE_BIT, 0, 128};
   VkPipelineLayoutCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = SETS,
                                      .pSetLayouts = layouts, .pushConstantRangeCount = 1, .pPushConstantRanges = &push};
   must(vkCreatePipelineLayout(device, &info, NULL, &pipeline_layout), "vkCreatePipelineLayout");
}

static void make_sets(void)
{
   const VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 16}, {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 8},
                                         {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC, 1}};
   VkDescriptorPoolCreateInfo pci = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = SETS, .poolSizeCount = 3,
                                     .pPoolSizes = sizes};
   must(vkCreateDescriptorPool(device, &pci, NULL, &descriptors), "vkCreateDescriptorPool");
   VkDescriptorSetAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorPool = descriptors,
                                        .descriptorSetCount = SETS, .pSetLayouts = layouts};
   must(vkAllocateDescriptorSets(device, &alloc, sets), "vkAllocateDescriptorSets");
   for (uint32_t b = 0; b < BINDINGS; b++)
      for (uint32_t e = 0; e < bindings[b].elements; e++) {
         bool dynamic = bindings[b].type == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC;
         VkDescriptorBufferInfo buffer = {buffers[b][e].buffer, 0, dynamic ? DYNAMIC_RANGE_B : VK_WHOLE_SIZE};
         VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = sets[bindings[b].set],
                                       .dstBinding = bindings[b].binding, .dstArrayElement = e, .descriptorCount = 1,
                                       .descriptorType = bindings[b].type, .pBufferInfo = &buffer};
         vkUpdateDescriptorSets(device, 1, &write, 0, NULL);
      }
}

void prog_open(void)
{
   open_device();
   for (uint32_t b = 0; b < BINDINGS; b++)
      for (uint32_t e = 0; e < bindings[b].elements; e++)
         make_buffer(b, e);
   make_layouts();
   make_sets();
}

void prog_close(void)
{
   vkDestroyDescriptorPool(device, descriptors, NULL);
   vkDestroyPipelineLayout(device, pipeline_layout, NULL);
   for (uint32_t s = 0; s < SETS; s++)
      vkDestroyDescriptorSetLayout(device, layouts[s], NULL);
   for (uint32_t b = 0; b < BINDINGS; b++)
      for (uint32_t e = 0; e < bindings[b].elements; e++) {
         vkDestroyBuffer(device, buffers[b][e].buffer, NULL);
         vkFreeMemory(device, buffers[b][e].memory, NULL);
      }
   vkDestroyCommandPool(device, pool, NULL);
   vkDestroyDevice(device, NULL);
   vkDestroyInstance(instance, NULL);
}

static uint32_t content(enum contents c, uint32_t element, uint32_t i)
{
   float quarter = (float)(i + 1) * 0.25f;
   uint32_t bits;
   memcpy(&bits, &quarter, 4);
   switch (c) {
   case RANDOM: return prog_random(i);
   case QUARTERS: return bits;
   case COUNT_1000: return 1000 * element + i;
   case COUNT_100: return 100 * element + i;
   case COUNT: return i;
   default: return 0;
   }
}

static void fill_buffers(void)
{
   for (uint32_t b = 0; b < BINDINGS; b++)
      for (uint32_t e = 0; e < bindings[b].elements; e++)
         for (uint32_t i = 0; i < bindings[b].size_B / 4; i++)
            buffers[b][e].host[i] = content(bindings[b].contents, e, i);
}

static VkShaderModule load_module(const char *path)
{
   FILE *f = fopen(path, "rb");
   VkShaderModule module;
   if (!f) {
      fprintf(stderr, "cannot open %s\n", path);
      exit(1);
   }
   fseek(f, 0, SEEK_END);
   size_t size_B = (size_t)ftell(f);
   rewind(f);
   uint32_t *words = malloc(size_B);
   if (!words || fread(words, 1, size_B, f) != size_B) {
      fprintf(stderr, "cannot read %s\n", path);
      exit(1);
   }
   fclose(f);
   VkShaderModuleCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size_B, .pCode = words};
   must(vkCreateShaderModule(device, &info, NULL, &module), "vkCreateShaderModule");
   free(words);
   return module;
}

static VkResult make_pipeline(const char *path, VkPipeline *pipeline)
{
   static const struct { uint32_t count; float scale; VkBool32 down; uint32_t local_size; int32_t low; } values = {6, 2.5f, VK_TRUE, 48, -7};
   static const VkSpecializationMapEntry map[] = {{0, 0, 4}, {1, 4, 4}, {2, 8, 4}, {3, 12, 4}, {4, 16, 4}};
   static const VkSpecializationInfo spec = {5, map, sizeof values, &values};
   VkShaderModule module = load_module(path);
   VkComputePipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                       .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                 .stage = VK_SHADER_STAGE_COMPUTE_BIT, .module = module, .pName = "main",
                                                 .pSpecializationInfo = &spec},
                                       .layout = pipeline_layout};
   VkResult r = vkCreateComputePipelines(device, VK_NULL_HANDLE, 1, &info, NULL, pipeline);
   vkDestroyShaderModule(device, module, NULL);
   return r;
}

static VkCommandBuffer record(const struct prog *program, VkPipeline pipeline)
{
   VkCommandBuffer cmd;
   uint32_t push[32], offset = DYNAMIC_OFFSET_B;
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool,
                                        .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   for (uint32_t i = 0; i < 32; i++)
      push[i] = 3 * i + 1;
   must(vkAllocateCommandBuffers(device, &alloc, &cmd), "vkAllocateCommandBuffers");
   must(vkBeginCommandBuffer(cmd, &begin), "vkBeginCommandBuffer");
   vkCmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
   vkCmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline_layout, 0, SETS, sets, 1, &offset);
   vkCmdPushConstants(cmd, pipeline_layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push, push);
   vkCmdDispatch(cmd, program->groups[0], program->groups[1], program->groups[2]);
   VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT,
                              .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
   vkCmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &barrier, 0, NULL, 0, NULL);
   must(vkEndCommandBuffer(cmd), "vkEndCommandBuffer");
   return cmd;
}

bool prog_run(const char *path, const struct prog *program, uint32_t *result)
{
   VkPipeline pipeline;
   VkFence fence;
   VkFenceCreateInfo fci = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   VkResult r = make_pipeline(path, &pipeline);
   if (r != VK_SUCCESS) {
      fprintf(stderr, "%s: vkCreateComputePipelines: VkResult %d\n", path, (int)r);
      return false;
   }
   fill_buffers();
   VkCommandBuffer cmd = record(program, pipeline);
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd};
   must(vkCreateFence(device, &fci, NULL, &fence), "vkCreateFence");
   must(vkQueueSubmit(queue, 1, &submit, fence), path);
   must(vkWaitForFences(device, 1, &fence, VK_TRUE, TIMEOUT_NS), path);
   memcpy(result, buffers[0][0].host, RESULT_DW * 4);
   vkDestroyFence(device, fence, NULL);
   vkFreeCommandBuffers(device, pool, 1, &cmd);
   vkDestroyPipeline(device, pipeline, NULL);
   return true;
}
