/* The main job as an ordinary Vulkan program: a compute shader paints into device-local memory, the
 * memory is exported, a second process maps it, saves the picture and writes into it, and the next
 * dispatch reads what was written. Nothing here knows which Vulkan driver it runs on.
 */
#include "link.h"
#include "vk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifndef _WIN32
#include <unistd.h>
#endif

#include "picture.spv.h"
#include "readback.spv.h"

#define CHECK(call)                                                                                          \
   do {                                                                                                      \
      VkResult check_result = (call);                                                                        \
      if (check_result != VK_SUCCESS) {                                                                      \
         fprintf(stderr, "demo: %s failed with VkResult %d (%s:%d)\n", #call, check_result, __FILE__,         \
                 __LINE__);                                                                                  \
         exit(1);                                                                                            \
      }                                                                                                      \
   } while (0)

#define STAMP_WORDS 4096u

#ifdef _WIN32
static const VkExternalMemoryHandleTypeFlagBits handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_WIN32_BIT;
static const char *const handle_extension = VK_KHR_EXTERNAL_MEMORY_WIN32_EXTENSION_NAME;
static const char *const run_name = "win32-section";
#else
static const VkExternalMemoryHandleTypeFlagBits handle_type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT;
static const char *const handle_extension = VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME;
static const char *const run_name = "linux-fd";
#endif

typedef struct options {
   const char *png, *peer;
   uint32_t size_px;
   float power;
} options;

typedef struct buffer {
   VkBuffer handle;
   VkDeviceMemory memory;
   VkDeviceSize size_B;
   void *map; /* host-visible ones only */
} buffer;

typedef struct kernel {
   VkPipeline pipeline;
   VkPipelineLayout layout;
   VkDescriptorSetLayout set_layout;
   VkDescriptorSet set;
} kernel;

typedef struct demo {
   options opt;
   VkInstance instance;
   VkPhysicalDevice physical;
   VkPhysicalDeviceProperties properties;
   VkPhysicalDeviceMemoryProperties memory;
   VkDevice device;
   VkQueue queue;
   VkDescriptorPool descriptors;
   VkCommandPool pool;
   VkCommandBuffer commands;
   VkFence fence;
   VkQueryPool timestamps;
   buffer picture, copy, answer;
   kernel paint, readback;
   char section_name[64]; /* Windows */
} demo;

static double now_s(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- device ---------------------------------------------------------------------------------- */
static void create_instance(demo *d)
{
   static const char *const extensions[] = {VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
                                            VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME};
   VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .pApplicationName = "figment-demo",
                            .apiVersion = VK_API_VERSION_1_0};
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app,
                                .enabledExtensionCount = 2, .ppEnabledExtensionNames = extensions};
   CHECK(vkCreateInstance(&info, NULL, &d->instance));
   if (!demo_vk_load_commands(d->instance))
      exit(1);
   uint32_t count = 1;
   VkResult r = vkEnumeratePhysicalDevices(d->instance, &count, &d->physical);
   if ((r != VK_SUCCESS && r != VK_INCOMPLETE) || !count) {
      fprintf(stderr, "demo: no Vulkan device; is VK_DRIVER_FILES set to figment_icd.x86_64.json?\n");
      exit(1);
   }
   vkGetPhysicalDeviceProperties(d->physical, &d->properties);
   vkGetPhysicalDeviceMemoryProperties(d->physical, &d->memory);
   printf("device: %s\n", d->properties.deviceName);

   VkPhysicalDeviceExternalBufferInfo query = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO,
                                               .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                               .handleType = handle_type};
   VkExternalBufferProperties props = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES};
   vkGetPhysicalDeviceExternalBufferPropertiesKHR(d->physical, &query, &props);
   if (!(props.externalMemoryProperties.externalMemoryFeatures & VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT)) {
      fprintf(stderr, "demo: this device cannot export memory as an operating-system handle\n");
      exit(1);
   }
}

static void create_device(demo *d)
{
   VkQueueFamilyProperties families[16];
   uint32_t count = 16, family = 0;
   vkGetPhysicalDeviceQueueFamilyProperties(d->physical, &count, families);
   while (family < count && !(families[family].queueFlags & VK_QUEUE_COMPUTE_BIT))
      family++;
   float priority = 1.0f;
   const char *extensions[] = {VK_KHR_EXTERNAL_MEMORY_EXTENSION_NAME, handle_extension};
   VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueFamilyIndex = family,
                                    .queueCount = 1, .pQueuePriorities = &priority};
   VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .queueCreateInfoCount = 1,
                              .pQueueCreateInfos = &queue, .enabledExtensionCount = 2,
                              .ppEnabledExtensionNames = extensions};
   CHECK(vkCreateDevice(d->physical, &info, NULL, &d->device));
   vkGetDeviceQueue(d->device, family, 0, &d->queue);

   VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                   .queueFamilyIndex = family};
   CHECK(vkCreateCommandPool(d->device, &pool, NULL, &d->pool));
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = d->pool, .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                        .commandBufferCount = 1};
   CHECK(vkAllocateCommandBuffers(d->device, &alloc, &d->commands));
   CHECK(vkCreateFence(d->device, &(VkFenceCreateInfo){.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO}, NULL, &d->fence));
   VkQueryPoolCreateInfo queries = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                    .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = 2};
   CHECK(vkCreateQueryPool(d->device, &queries, NULL, &d->timestamps));
}

/* ---- memory ------------------------------------------------------------------------------------ */
static uint32_t find_memory_type(const demo *d, uint32_t bits, VkMemoryPropertyFlags wanted)
{
   for (uint32_t i = 0; i < d->memory.memoryTypeCount; i++)
      if (bits >> i & 1 && (d->memory.memoryTypes[i].propertyFlags & wanted) == wanted)
         return i;
   fprintf(stderr, "demo: no memory type with properties %#x\n", wanted);
   exit(1);
}

static buffer create_buffer(demo *d, VkDeviceSize size_B, VkBufferUsageFlags usage, VkMemoryPropertyFlags wanted,
                            bool exported)
{
   buffer b = {.size_B = size_B};
   VkExternalMemoryBufferCreateInfo external = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
                                                .handleTypes = handle_type};
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .pNext = exported ? &external : NULL,
                              .size = size_B, .usage = usage};
   CHECK(vkCreateBuffer(d->device, &info, NULL, &b.handle));
   VkMemoryRequirements need;
   vkGetBufferMemoryRequirements(d->device, b.handle, &need);

   VkExportMemoryAllocateInfo export_info = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                             .handleTypes = handle_type};
#ifdef _WIN32
   wchar_t name[64];
   snprintf(d->section_name, sizeof d->section_name, "Local\\figment-demo-%lu", GetCurrentProcessId());
   for (size_t i = 0; i < sizeof d->section_name; i++)
      name[i] = (wchar_t)d->section_name[i];
   SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
   VkExportMemoryWin32HandleInfoKHR win32 = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_WIN32_HANDLE_INFO_KHR,
                                             .pAttributes = &inherit, .dwAccess = GENERIC_ALL, .name = name};
   export_info.pNext = &win32;
#endif
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .pNext = exported ? &export_info : NULL, .allocationSize = need.size,
                                 .memoryTypeIndex = find_memory_type(d, need.memoryTypeBits, wanted)};
   CHECK(vkAllocateMemory(d->device, &alloc, NULL, &b.memory));
   CHECK(vkBindBufferMemory(d->device, b.handle, b.memory, 0));
   if (wanted & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT)
      CHECK(vkMapMemory(d->device, b.memory, 0, VK_WHOLE_SIZE, 0, &b.map));
   return b;
}

static void destroy_buffer(demo *d, buffer *b)
{
   vkDestroyBuffer(d->device, b->handle, NULL);
   vkFreeMemory(d->device, b->memory, NULL);
}

static intptr_t export_handle(demo *d)
{
#ifdef _WIN32
   VkMemoryGetWin32HandleInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_WIN32_HANDLE_INFO_KHR,
                                         .memory = d->picture.memory, .handleType = handle_type};
   HANDLE handle;
   CHECK(vkGetMemoryWin32HandleKHR(d->device, &info, &handle));
   return (intptr_t)handle;
#else
   VkMemoryGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = d->picture.memory,
                                .handleType = handle_type};
   int fd;
   CHECK(vkGetMemoryFdKHR(d->device, &info, &fd));
   return fd;
#endif
}

static void close_handle(intptr_t handle)
{
#ifdef _WIN32
   CloseHandle((HANDLE)handle);
#else
   close((int)handle);
#endif
}

/* ---- kernels -------------------------------------------------------------------------------------- */
static kernel create_kernel(demo *d, const uint32_t *spirv, size_t spirv_B, uint32_t push_B, const buffer *const *buffers,
                            uint32_t buffer_count)
{
   kernel k;
   VkDescriptorSetLayoutBinding bindings[4];
   for (uint32_t i = 0; i < buffer_count; i++)
      bindings[i] = (VkDescriptorSetLayoutBinding){.binding = i, .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                                   .descriptorCount = 1, .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
   VkDescriptorSetLayoutCreateInfo set_info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                               .bindingCount = buffer_count, .pBindings = bindings};
   CHECK(vkCreateDescriptorSetLayout(d->device, &set_info, NULL, &k.set_layout));
   VkPushConstantRange range = {.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT, .size = push_B};
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1,
                                        .pSetLayouts = &k.set_layout, .pushConstantRangeCount = 1,
                                        .pPushConstantRanges = &range};
   CHECK(vkCreatePipelineLayout(d->device, &layout, NULL, &k.layout));
   VkShaderModuleCreateInfo code = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = spirv_B,
                                    .pCode = spirv};
   VkShaderModule module;
   CHECK(vkCreateShaderModule(d->device, &code, NULL, &module));
   VkComputePipelineCreateInfo pipeline = {
      .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
      .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO, .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                .module = module, .pName = "main"},
      .layout = k.layout};
   CHECK(vkCreateComputePipelines(d->device, VK_NULL_HANDLE, 1, &pipeline, NULL, &k.pipeline));
   vkDestroyShaderModule(d->device, module, NULL);

   VkDescriptorSetAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                        .descriptorPool = d->descriptors, .descriptorSetCount = 1,
                                        .pSetLayouts = &k.set_layout};
   CHECK(vkAllocateDescriptorSets(d->device, &alloc, &k.set));
   for (uint32_t i = 0; i < buffer_count; i++) {
      VkDescriptorBufferInfo info = {.buffer = buffers[i]->handle, .range = VK_WHOLE_SIZE};
      VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = k.set, .dstBinding = i,
                                    .descriptorCount = 1, .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                    .pBufferInfo = &info};
      vkUpdateDescriptorSets(d->device, 1, &write, 0, NULL);
   }
   return k;
}

static void destroy_kernel(demo *d, kernel *k)
{
   vkDestroyPipeline(d->device, k->pipeline, NULL);
   vkDestroyPipelineLayout(d->device, k->layout, NULL);
   vkDestroyDescriptorSetLayout(d->device, k->set_layout, NULL);
}

static void create_kernels(demo *d)
{
   VkDescriptorPoolSize size = {.type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, .descriptorCount = 3};
   VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = 2,
                                      .poolSizeCount = 1, .pPoolSizes = &size};
   CHECK(vkCreateDescriptorPool(d->device, &pool, NULL, &d->descriptors));
   d->paint = create_kernel(d, picture_spv, sizeof picture_spv, 16, (const buffer *[]){&d->picture}, 1);
   d->readback = create_kernel(d, readback_spv, sizeof readback_spv, 8, (const buffer *[]){&d->picture, &d->answer}, 2);
}

static void bind_kernel(demo *d, const kernel *k, const void *push, uint32_t push_B)
{
   vkCmdBindPipeline(d->commands, VK_PIPELINE_BIND_POINT_COMPUTE, k->pipeline);
   vkCmdBindDescriptorSets(d->commands, VK_PIPELINE_BIND_POINT_COMPUTE, k->layout, 0, 1, &k->set, 0, NULL);
   vkCmdPushConstants(d->commands, k->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, push_B, push);
}

/* ---- submission --------------------------------------------------------------------------------------- */
static void begin(demo *d)
{
   VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                    .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
   CHECK(vkBeginCommandBuffer(d->commands, &info));
}

static void barrier(demo *d, VkPipelineStageFlags src, VkPipelineStageFlags dst, VkAccessFlags src_access,
                    VkAccessFlags dst_access)
{
   VkMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = src_access,
                        .dstAccessMask = dst_access};
   vkCmdPipelineBarrier(d->commands, src, dst, 0, 1, &b, 0, NULL, 0, NULL);
}

/* Submit what was recorded and wait for the device. */
static void finish(demo *d)
{
   CHECK(vkEndCommandBuffer(d->commands));
   CHECK(vkResetFences(d->device, 1, &d->fence));
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1,
                          .pCommandBuffers = &d->commands};
   CHECK(vkQueueSubmit(d->queue, 1, &submit, d->fence));
   CHECK(vkWaitForFences(d->device, 1, &d->fence, VK_TRUE, UINT64_MAX));
}

static void paint(demo *d)
{
   struct {
      uint32_t size[2];
      float power, threshold;
   } push = {{d->opt.size_px, d->opt.size_px}, d->opt.power, 0.06f};
   double start = now_s();
   begin(d);
   vkCmdResetQueryPool(d->commands, d->timestamps, 0, 2);
   vkCmdWriteTimestamp(d->commands, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, d->timestamps, 0);
   bind_kernel(d, &d->paint, &push, sizeof push);
   vkCmdDispatch(d->commands, (d->opt.size_px + 15) / 16, (d->opt.size_px + 15) / 16, 1);
   vkCmdWriteTimestamp(d->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, d->timestamps, 1);
   barrier(d, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_ACCESS_SHADER_WRITE_BIT,
           VK_ACCESS_TRANSFER_READ_BIT);
   VkBufferCopy region = {.size = d->picture.size_B};
   vkCmdCopyBuffer(d->commands, d->picture.handle, d->copy.handle, 1, &region);
   barrier(d, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
           VK_ACCESS_HOST_READ_BIT);
   finish(d);
   uint64_t stamp[2] = {0};
   CHECK(vkGetQueryPoolResults(d->device, d->timestamps, 0, 2, sizeof stamp, stamp, sizeof stamp[0],
                               VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
   double gpu_ms = (double)(stamp[1] - stamp[0]) * (double)d->properties.limits.timestampPeriod * 1e-6;
   printf("painted %u x %u pixels: %.2f ms of GPU time, %.2f s of host time\n", d->opt.size_px, d->opt.size_px, gpu_ms,
          now_s() - start);
}

/* The GPU reads the words that the peer wrote; true if all of them arrived. */
static bool read_stamp(demo *d, const demo_stamp *stamp)
{
   uint32_t push[2] = {stamp->first_word, stamp->words};
   begin(d);
   vkCmdFillBuffer(d->commands, d->answer.handle, 0, VK_WHOLE_SIZE, 0);
   barrier(d, VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_HOST_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT,
           VK_ACCESS_TRANSFER_WRITE_BIT | VK_ACCESS_HOST_WRITE_BIT, VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT);
   bind_kernel(d, &d->readback, push, sizeof push);
   vkCmdDispatch(d->commands, (stamp->words + 63) / 64, 1, 1);
   barrier(d, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_SHADER_WRITE_BIT,
           VK_ACCESS_HOST_READ_BIT);
   finish(d);
   const uint32_t *answer = d->answer.map;
   uint32_t sum = 0, right = 0;
   for (uint32_t i = 0; i < stamp->words; i++) {
      uint32_t want = demo_stamp_word(stamp->seed, i);
      sum += want;
      right += answer[1 + i] == want;
   }
   printf("read back by the GPU: %u of %u words that the other process wrote, sum %s\n", right, stamp->words,
          answer[0] == sum ? "agrees" : "differs");
   return right == stamp->words && answer[0] == sum;
}

/* One visit of the second process. Returns how many bytes it saw as the GPU wrote them. */
static uint64_t visit(demo *d, intptr_t handle, const char *name, uint32_t seed, bool *stamp_ok)
{
   demo_request rq = {.peer_path = d->opt.peer, .png_path = d->opt.png, .width = d->opt.size_px,
                      .height = d->opt.size_px, .size_B = d->picture.size_B, .handle = handle, .name = name,
                      .stamp = {.first_word = d->opt.size_px * 3, .seed = seed,
                                .words = d->opt.size_px * 4 < STAMP_WORDS ? d->opt.size_px * 4 : STAMP_WORDS}};
   uint8_t *seen = malloc(d->picture.size_B);
   if (!seen || !demo_link_run(&rq, seen))
      exit(1);
   const uint8_t *expected = d->copy.map;
   uint64_t match = 0;
   for (VkDeviceSize i = 0; i < d->picture.size_B; i++)
      match += seen[i] == expected[i];
   free(seen);
   printf("seen by the other process (%s): %llu of %llu bytes as the GPU wrote them\n",
          name ? "section opened by name" : "handle passed on", (unsigned long long)match,
          (unsigned long long)d->picture.size_B);
   *stamp_ok &= read_stamp(d, &rq.stamp);
   return match;
}

static void destroy(demo *d)
{
   destroy_kernel(d, &d->paint);
   destroy_kernel(d, &d->readback);
   vkDestroyDescriptorPool(d->device, d->descriptors, NULL);
   vkDestroyQueryPool(d->device, d->timestamps, NULL);
   vkDestroyFence(d->device, d->fence, NULL);
   vkDestroyCommandPool(d->device, d->pool, NULL);
   destroy_buffer(d, &d->picture);
   destroy_buffer(d, &d->copy);
   destroy_buffer(d, &d->answer);
   vkDestroyDevice(d->device, NULL);
   vkDestroyInstance(d->instance, NULL);
}

static const char usage[] =
   "usage: figment-demo --peer EXECUTABLE --png FILE [--size PX] [--power P]\n"
   "Paints a picture with a compute shader into exported GPU memory, lets a second process map that memory,\n"
   "save it as a PNG and write into it, and reads the written words with the next dispatch.\n"
   "example: figment-demo --peer build/bin/figment-peer --png picture.png\n";

static options parse(int argc, char **argv)
{
   options o = {.size_px = 1024, .power = 8.0f};
   for (int i = 1; i < argc; i += 2) {
      const char *value = i + 1 < argc ? argv[i + 1] : NULL;
      if (!strcmp(argv[i], "--help")) {
         fputs(usage, stdout);
         exit(0);
      } else if (value && !strcmp(argv[i], "--peer"))
         o.peer = value;
      else if (value && !strcmp(argv[i], "--png"))
         o.png = value;
      else if (value && !strcmp(argv[i], "--size"))
         o.size_px = (uint32_t)strtoul(value, NULL, 10);
      else if (value && !strcmp(argv[i], "--power"))
         o.power = strtof(value, NULL);
      else
         o.peer = NULL, i = argc;
   }
   if (!o.peer || !o.png || o.size_px < 64 || o.size_px > 8192 || o.size_px % 16) {
      fputs(usage, stderr);
      exit(2);
   }
   return o;
}

int main(int argc, char **argv)
{
   demo d = {.opt = parse(argc, argv)};
   setvbuf(stdout, NULL, _IONBF, 0); /* its lines interleave with the other process's */
   if (!demo_vk_load_library())
      return 1;
   create_instance(&d);
   create_device(&d);
   VkDeviceSize picture_B = (VkDeviceSize)d.opt.size_px * d.opt.size_px * 4;
   VkMemoryPropertyFlags host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
   d.picture = create_buffer(&d, picture_B, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                             VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, true);
   d.copy = create_buffer(&d, picture_B, VK_BUFFER_USAGE_TRANSFER_DST_BIT, host, false);
   d.answer = create_buffer(&d, 4 + 4 * STAMP_WORDS,
                            VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT, host, false);
   create_kernels(&d);

   paint(&d);
   bool stamp_ok = true;
   intptr_t handle = export_handle(&d);
   uint64_t match = visit(&d, handle, NULL, 1, &stamp_ok);
#ifdef _WIN32
   paint(&d); /* the first visit's stamp is painted over */
   uint64_t by_name = visit(&d, handle, d.section_name, 2, &stamp_ok);
   match = by_name < match ? by_name : match;
#endif
   close_handle(handle);
   destroy(&d);
   printf("%s %llu of %llu bytes match\n", run_name, (unsigned long long)match, (unsigned long long)picture_B);
   return match == picture_B && stamp_ok ? 0 : 1;
}
