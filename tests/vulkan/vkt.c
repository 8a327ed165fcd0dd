/* Helper of the driver's tests; see vkt.h. */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "vkt.h"
#ifndef _WIN32
#include <dlfcn.h>
#endif

struct vkt_api vk;
static bool direct;

/* ---- failing requests: nomem/ ----------------------------------------------------------------------------------- */
static bool excused;
static struct vkt *blamed; /* who has heard of it by messages */
static uint32_t blames;

bool vkt_is_failing(void)
{
#ifdef _WIN32
   return false;
#else
   int (*hit)(void) = NULL;
   *(void **)&hit = dlsym(RTLD_DEFAULT, "nomem_hit");
   return hit && hit() && !excused;
#endif
}

/* vkt_errors.def: the errors of each command, from the registry. */
static const struct {
   const char *command, *errors;
} permitted[] = {
#define VKT_ERRORS(command, errors) {command, errors},
#include "vkt_errors.def"
   {"", ""}
};

/* Extensions' commands go by the name that they got in the core, and the other way round. */
static size_t bare_length(const char *name)
{
   size_t n = 0;
   while ((name[n] >= 'A' && name[n] <= 'Z') || (name[n] >= 'a' && name[n] <= 'z') || (name[n] >= '0' && name[n] <= '9'))
      n++;
   return n > 3 && (!memcmp(name + n - 3, "KHR", 3) || !memcmp(name + n - 3, "EXT", 3)) ? n - 3 : n;
}

static bool is_permitted(const char *error, const char *call)
{
   if (strncmp(call, "vk.", 3))
      return true;
   size_t n = bare_length(call + 3);
   for (size_t i = 0; permitted[i].command[0]; i++)
      if (bare_length(permitted[i].command) == n && !memcmp(permitted[i].command, call + 3, n))
         return strstr(permitted[i].errors, error) != NULL;
   return true;
}

bool vkt_refused(VkResult r, const char *call)
{
   const char *error = r == VK_ERROR_OUT_OF_HOST_MEMORY       ? "VK_ERROR_OUT_OF_HOST_MEMORY"
                       : r == VK_ERROR_OUT_OF_DEVICE_MEMORY   ? "VK_ERROR_OUT_OF_DEVICE_MEMORY"
                       : r == VK_ERROR_INITIALIZATION_FAILED  ? "VK_ERROR_INITIALIZATION_FAILED"
                       : r == VK_ERROR_TOO_MANY_OBJECTS       ? "VK_ERROR_TOO_MANY_OBJECTS"
                                                              : NULL;
   if (!error || !vkt_is_failing())
      return false;
   if (!is_permitted(error, call)) {
      print_error("%s must not answer %s\n", call, error);
      return false;
   }
   excused = true;
   if (blamed)
      blamed->errors -= blames;
   return true;
}

void vkt_said(const char *message, const char *words)
{
   if (!strstr(message, words))
      fail_msg("no \"%s\" in: %s", words, message);
}

void vkt_run_test(void **test)
{
   CMUnitTestFunction run;
   *(void **)&run = *test;
#ifndef _WIN32
   int (*hit)(void) = NULL;
   *(void **)&hit = dlsym(RTLD_DEFAULT, "nomem_hit");
   if (hit && hit() && getenv("NOMEM_STOP"))
      skip();
#endif
   run(test);
}

bool vkt_may_err(void) { return !getenv("VKT_NO_MISTAKES"); }

void vkt_run_mistakes(void **test)
{
   if (!vkt_may_err())
      skip();
   vkt_run_test(test);
}

long vkt_requests(void)
{
#ifdef _WIN32
   return 0;
#else
   long (*count)(void) = NULL;
   *(void **)&count = dlsym(RTLD_DEFAULT, "nomem_count");
   return count ? count() : 0;
#endif
}

#ifdef _WIN32
static void *open_library(const char *path) { return (void *)LoadLibraryA(path ? path : "vulkan-1.dll"); }
static void *symbol(void *library, const char *name)
{
   return (void *)(uintptr_t)GetProcAddress((HMODULE)library, name);
}
void vkt_setenv(const char *name, const char *value)
{
   char text[1200];
   snprintf(text, sizeof text, "%s=%s", name, value ? value : "");
   _putenv(text);
}
#else
static void *open_library(const char *path) { return dlopen(path ? path : "libvulkan.so.1", RTLD_NOW | RTLD_LOCAL); }
static void *symbol(void *library, const char *name) { return dlsym(library, name); }
void vkt_setenv(const char *name, const char *value)
{
   if (value)
      setenv(name, value, 1);
   else
      unsetenv(name);
}
#endif

void vkt_load(void)
{
   const char *path = getenv("VKT_LIBRARY");
   if (vk.get)
      return;
   void *library = open_library(path && *path ? path : NULL);
   if (!library)
      fail_msg("cannot open %s", path ? path : "the Vulkan loader");
   VkResult(VKAPI_PTR *negotiate)(uint32_t *) = NULL;
   *(void **)&negotiate = symbol(library, "vk_icdNegotiateLoaderICDInterfaceVersion");
   *(void **)&vk.get = symbol(library, "vkGetInstanceProcAddr");
   if (negotiate && !vk.get) {
      uint32_t version = 7;
      vkt_ok(negotiate(&version));
      assert_int_equal(version, 7);
      *(void **)&vk.get = symbol(library, "vk_icdGetInstanceProcAddr");
   }
   direct = negotiate != NULL;
   assert_non_null(vk.get);
   vk.CreateInstance = (PFN_vkCreateInstance)vk.get(NULL, "vkCreateInstance");
   vk.EnumerateInstanceVersion = (PFN_vkEnumerateInstanceVersion)vk.get(NULL, "vkEnumerateInstanceVersion");
   vk.EnumerateInstanceExtensionProperties =
      (PFN_vkEnumerateInstanceExtensionProperties)vk.get(NULL, "vkEnumerateInstanceExtensionProperties");
   assert_non_null(vk.CreateInstance);
}

bool vkt_is_direct(void) { return direct; }

static VKAPI_ATTR VkBool32 VKAPI_CALL hear(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                           VkDebugUtilsMessageTypeFlagsEXT types,
                                           const VkDebugUtilsMessengerCallbackDataEXT *data, void *user)
{
   struct vkt *t = user;
   /* What the loader adds of its own is not the driver's message. */
   const char *id = data->pMessageIdName ? data->pMessageIdName : "";
   if (!*id || !strcmp(id, "Loader Message"))
      return VK_FALSE;
   if (severity & VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT)
   {
      t->errors++;
      if (vkt_is_failing()) {
         blamed = t;
         blames++;
      }
   }
   else
      t->warnings++;
   snprintf(t->last, sizeof t->last, "%s", data->pMessage);
   if (getenv("VKT_VERBOSE"))
      print_message("[%s] %s\n", id, data->pMessage);
   return VK_FALSE;
}

static void load_instance_commands(VkInstance instance)
{
#define VKF_COMMAND(name, level, need)                                                                         \
   if (!vk.name)                                                                                               \
      *(PFN_vkVoidFunction *)&vk.name = vk.get(instance, "vk" #name);
#define VKF_COMMAND_1_1(name, level, target) VKF_COMMAND(name, level, CORE_1_1)
#include "vkf_commands.def"
}

void vkt_open_instance(struct vkt *t, const struct vkt_options *o)
{
   const char *extensions[6 + 8] = {VK_EXT_DEBUG_UTILS_EXTENSION_NAME,
                                    VK_KHR_GET_PHYSICAL_DEVICE_PROPERTIES_2_EXTENSION_NAME,
                                    VK_KHR_EXTERNAL_MEMORY_CAPABILITIES_EXTENSION_NAME,
                                    VK_KHR_EXTERNAL_SEMAPHORE_CAPABILITIES_EXTENSION_NAME,
                                    VK_KHR_EXTERNAL_FENCE_CAPABILITIES_EXTENSION_NAME,
                                    VK_KHR_DEVICE_GROUP_CREATION_EXTENSION_NAME};
   for (uint32_t i = 0; i < o->instance_extension_count; i++)
      extensions[6 + i] = o->instance_extensions[i];
   vkt_load();
   memset(t, 0, sizeof *t);
   VkDebugUtilsMessengerCreateInfoEXT listen = {
      .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
      .messageSeverity =
         VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT,
      .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_GENERAL_BIT_EXT | VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
      .pfnUserCallback = hear,
      .pUserData = t};
   VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_1};
   VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                .pApplicationInfo = &app,
                                .enabledLayerCount = o->layer != NULL,
                                .ppEnabledLayerNames = &o->layer,
                                .enabledExtensionCount = 6 + o->instance_extension_count,
                                .ppEnabledExtensionNames = extensions};
   vkt_ok(vk.CreateInstance(&info, o->alloc, &t->instance));
   load_instance_commands(t->instance);
   vkt_ok(vk.CreateDebugUtilsMessengerEXT(t->instance, &listen, o->alloc, &t->messenger));
   uint32_t count = 1;
   vkt_ok(vk.EnumeratePhysicalDevices(t->instance, &count, &t->physical));
   assert_int_equal(count, 1);
   vk.GetPhysicalDeviceProperties(t->physical, &t->properties);
   VkQueueFamilyProperties families[3];
   count = 3;
   vk.GetPhysicalDeviceQueueFamilyProperties(t->physical, &count, families);
   assert_int_equal(count, 3);
   assert_int_equal(families[VKT_FAMILY_MAIN].queueCount, 1);
   assert_int_equal(families[VKT_FAMILY_COMPUTE].queueCount, 2);
   assert_int_equal(families[VKT_FAMILY_TRANSFER].queueFlags, VK_QUEUE_TRANSFER_BIT);
}

static bool has_features(const VkBaseInStructure *s)
{
   while (s && s->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2)
      s = s->pNext;
   return s != NULL;
}

VkResult vkt_create_device(struct vkt *t, const struct vkt_options *o)
{
   static const float priorities[2] = {1, 1};
   VkDeviceQueueCreateInfo queues[3];
   for (uint32_t f = 0; f < 3; f++)
      queues[f] = (VkDeviceQueueCreateInfo){.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                            .queueFamilyIndex = f,
                                            .queueCount = f == VKT_FAMILY_COMPUTE ? 2 : 1,
                                            .pQueuePriorities = priorities};
   /* Everything, but where a test chooses; robust access would hide its mistakes. */
   VkPhysicalDeviceFeatures features;
   vk.GetPhysicalDeviceFeatures(t->physical, &features);
   features.robustBufferAccess = VK_FALSE;
   VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                              .pNext = o->device_next,
                              .pEnabledFeatures = has_features(o->device_next) ? NULL : &features,
                              .queueCreateInfoCount = 3,
                              .pQueueCreateInfos = queues,
                              .enabledExtensionCount = o->extension_count,
                              .ppEnabledExtensionNames = o->extensions};
   VkResult r = vk.CreateDevice(t->physical, &info, o->alloc, &t->device);
   if (r != VK_SUCCESS)
      return r;
   vk.GetDeviceQueue(t->device, VKT_FAMILY_MAIN, 0, &t->main);
   vk.GetDeviceQueue(t->device, VKT_FAMILY_COMPUTE, 0, &t->queue);
   vk.GetDeviceQueue(t->device, VKT_FAMILY_COMPUTE, 1, &t->queue2);
   vk.GetDeviceQueue(t->device, VKT_FAMILY_TRANSFER, 0, &t->transfer);
   VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                   .queueFamilyIndex = VKT_FAMILY_COMPUTE};
   vkt_ok(vk.CreateCommandPool(t->device, &pool, o->alloc, &t->pool));
   pool.queueFamilyIndex = VKT_FAMILY_TRANSFER;
   vkt_ok(vk.CreateCommandPool(t->device, &pool, o->alloc, &t->transfer_pool));
   return r;
}

void vkt_open(struct vkt *t)
{
   static const char *const extensions[] = {
      VK_KHR_EXTERNAL_MEMORY_EXTENSION_NAME, VK_EXT_DEVICE_FAULT_EXTENSION_NAME,
#ifdef _WIN32
      VK_KHR_EXTERNAL_MEMORY_WIN32_EXTENSION_NAME
#else
      VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME
#endif
   };
   VkPhysicalDeviceFaultFeaturesEXT fault = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FAULT_FEATURES_EXT,
                                             .deviceFault = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 3, .device_next = &fault};
   vkt_open_instance(t, &o);
   vkt_ok(vkt_create_device(t, &o));
}

void vkt_close_device(struct vkt *t)
{
   vk.DestroyCommandPool(t->device, t->pool, NULL);
   vk.DestroyCommandPool(t->device, t->transfer_pool, NULL);
   vk.DestroyDevice(t->device, NULL);
   t->device = VK_NULL_HANDLE;
}

void vkt_close(struct vkt *t)
{
   if (t->device)
      vkt_close_device(t);
   vk.DestroyDebugUtilsMessengerEXT(t->instance, t->messenger, NULL);
   vk.DestroyInstance(t->instance, NULL);
}

/* ---- buffers -------------------------------------------------------------------------------------------- */
static bool is_addressable(const VkBaseInStructure *s)
{
   while (s && s->sType != VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO)
      s = s->pNext;
   return s && ((const VkMemoryAllocateFlagsInfo *)s)->flags & VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT;
}

struct vkt_buffer vkt_buffer_next(struct vkt *t, VkDeviceSize size, uint32_t type, const void *alloc_next,
                                  const void *buffer_next)
{
   struct vkt_buffer b = {.size = size};
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                              .pNext = buffer_next,
                              .size = size,
                              .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT |
                                       VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                                       VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT | VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT |
                                       VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT | VK_BUFFER_USAGE_VERTEX_BUFFER_BIT |
                                       VK_BUFFER_USAGE_INDEX_BUFFER_BIT |
                                       VK_BUFFER_USAGE_TRANSFORM_FEEDBACK_BUFFER_BIT_EXT |
                                       VK_BUFFER_USAGE_TRANSFORM_FEEDBACK_COUNTER_BUFFER_BIT_EXT};
   if (is_addressable(alloc_next))
      info.usage |= VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT;
   vkt_ok(vk.CreateBuffer(t->device, &info, NULL, &b.buffer));
   VkMemoryRequirements need;
   vk.GetBufferMemoryRequirements(t->device, b.buffer, &need);
   assert_true(need.memoryTypeBits >> type & 1);
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .pNext = alloc_next,
                                 .allocationSize = need.size,
                                 .memoryTypeIndex = type};
   vkt_ok(vk.AllocateMemory(t->device, &alloc, NULL, &b.memory));
   vkt_ok(vk.BindBufferMemory(t->device, b.buffer, b.memory, 0));
   if (type != VKT_TYPE_VRAM)
      vkt_ok(vk.MapMemory(t->device, b.memory, 0, VK_WHOLE_SIZE, 0, &b.host));
   return b;
}

struct vkt_buffer vkt_buffer(struct vkt *t, VkDeviceSize size, uint32_t type)
{
   return vkt_buffer_next(t, size, type, NULL, NULL);
}

void vkt_buffer_free(struct vkt *t, struct vkt_buffer *b)
{
   vk.DestroyBuffer(t->device, b->buffer, NULL);
   vk.FreeMemory(t->device, b->memory, NULL);
   memset(b, 0, sizeof *b);
}

/* ---- command buffers -------------------------------------------------------------------------------------- */
static VkCommandBuffer begin_with(struct vkt *t, VkCommandBufferUsageFlags flags)
{
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = t->pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                        .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .flags = flags};
   vkt_ok(vk.AllocateCommandBuffers(t->device, &alloc, &cmd));
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   return cmd;
}

VkCommandBuffer vkt_begin(struct vkt *t) { return begin_with(t, 0); }

VkCommandBuffer vkt_begin_for_many(struct vkt *t)
{
   return begin_with(t, VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT);
}

VkFence vkt_fence(struct vkt *t)
{
   VkFence fence;
   VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
   vkt_ok(vk.CreateFence(t->device, &info, NULL, &fence));
   return fence;
}

VkResult vkt_submit_no_wait(struct vkt *t, VkQueue queue, VkCommandBuffer cmd, VkFence fence)
{
   VkSubmitInfo submit = {
      .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd};
   return vk.QueueSubmit(queue, 1, &submit, fence);
}

VkResult vkt_submit(struct vkt *t, VkCommandBuffer cmd)
{
   VkFence fence = vkt_fence(t);
   vkt_ok(vk.EndCommandBuffer(cmd));
   VkResult r = vkt_submit_no_wait(t, t->queue, cmd, fence);
   if (r == VK_SUCCESS)
      r = vk.WaitForFences(t->device, 1, &fence, VK_TRUE, UINT64_C(60000000000));
   vk.DestroyFence(t->device, fence, NULL);
   vk.FreeCommandBuffers(t->device, t->pool, 1, &cmd);
   return r;
}

void vkt_barrier(VkCommandBuffer cmd)
{
   VkMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                        .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                        .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                         VK_PIPELINE_STAGE_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &b, 0, NULL, 0, NULL);
}

void vkt_make_general(VkCommandBuffer cmd, VkImage image, VkImageAspectFlags aspects)
{
   VkImageMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                             .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                             .newLayout = VK_IMAGE_LAYOUT_GENERAL,
                             .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .image = image,
                             .subresourceRange = {aspects, 0, VK_REMAINING_MIP_LEVELS, 0, VK_REMAINING_ARRAY_LAYERS}};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1,
                         &b);
}

void vkt_submit_general(struct vkt *t, VkImage image, VkImageAspectFlags aspects)
{
   VkCommandBuffer cmd = vkt_begin(t);
   vkt_make_general(cmd, image, aspects);
   vkt_ok(vkt_submit(t, cmd));
}

static void transfer(struct vkt *t, struct vkt_buffer *from, struct vkt_buffer *to, VkDeviceSize size)
{
   VkCommandBuffer cmd = vkt_begin(t);
   VkBufferCopy region = {0, 0, size};
   vk.CmdCopyBuffer(cmd, from->buffer, to->buffer, 1, &region);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(t, cmd));
}

void vkt_write(struct vkt *t, struct vkt_buffer *b, const void *data, VkDeviceSize size)
{
   struct vkt_buffer stage = vkt_buffer(t, size, VKT_TYPE_SYSTEM);
   memcpy(stage.host, data, size);
   transfer(t, &stage, b, size);
   vkt_buffer_free(t, &stage);
}

void vkt_read(struct vkt *t, struct vkt_buffer *b, void *data, VkDeviceSize size)
{
   struct vkt_buffer stage = vkt_buffer(t, size, VKT_TYPE_SYSTEM_CACHED);
   transfer(t, b, &stage, size);
   memcpy(data, stage.host, size);
   vkt_buffer_free(t, &stage);
}

/* ---- compute ------------------------------------------------------------------------------------------------ */
static VkDescriptorType type_of(const struct vkt_compute_info *info, uint32_t i)
{
   return info->types ? info->types[i] : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
}

static uint32_t count_of(const struct vkt_compute_info *info, uint32_t i)
{
   return info->counts ? info->counts[i] : 1;
}

static void make_layouts(struct vkt *t, const struct vkt_compute_info *info, struct vkt_compute *c)
{
   VkDescriptorSetLayoutBinding bindings[16] = {0};
   VkDescriptorPoolSize sizes[16];
   for (uint32_t i = 0; i < info->bindings; i++) {
      bindings[i] = (VkDescriptorSetLayoutBinding){i, type_of(info, i), count_of(info, i),
                                                   VK_SHADER_STAGE_COMPUTE_BIT, NULL};
      sizes[i] = (VkDescriptorPoolSize){type_of(info, i), count_of(info, i)};
   }
   VkDescriptorSetLayoutCreateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                          .bindingCount = info->bindings,
                                          .pBindings = bindings};
   vkt_ok(vk.CreateDescriptorSetLayout(t->device, &set, NULL, &c->set_layout));
   VkPushConstantRange push = {VK_SHADER_STAGE_COMPUTE_BIT, 0, info->push_B};
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                        .setLayoutCount = 1,
                                        .pSetLayouts = &c->set_layout,
                                        .pushConstantRangeCount = info->push_B != 0,
                                        .pPushConstantRanges = &push};
   vkt_ok(vk.CreatePipelineLayout(t->device, &layout, NULL, &c->layout));
   if (!info->bindings)
      return;
   VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                      .maxSets = 1,
                                      .poolSizeCount = info->bindings,
                                      .pPoolSizes = sizes};
   vkt_ok(vk.CreateDescriptorPool(t->device, &pool, NULL, &c->pool));
   VkDescriptorSetAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                        .descriptorPool = c->pool,
                                        .descriptorSetCount = 1,
                                        .pSetLayouts = &c->set_layout};
   vkt_ok(vk.AllocateDescriptorSets(t->device, &alloc, &c->set));
}

VkResult vkt_compute_try(struct vkt *t, const struct vkt_compute_info *info, struct vkt_compute *out)
{
   VkShaderModule module;
   VkShaderModuleCreateInfo code = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                    .codeSize = info->spirv_B,
                                    .pCode = info->spirv};
   memset(out, 0, sizeof *out);
   make_layouts(t, info, out);
   vkt_ok(vk.CreateShaderModule(t->device, &code, NULL, &module));
   VkComputePipelineCreateInfo pipeline = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                           .flags = info->flags,
                                           .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                     .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                     .module = module,
                                                     .pName = "main",
                                                     .pSpecializationInfo = info->spec},
                                           .layout = out->layout};
   VkResult r = vk.CreateComputePipelines(t->device, info->cache, 1, &pipeline, NULL, &out->pipeline);
   if (vkt_refused(r, "vk.CreateComputePipelines"))
      r = vk.CreateComputePipelines(t->device, info->cache, 1, &pipeline, NULL, &out->pipeline);
   vk.DestroyShaderModule(t->device, module, NULL);
   return r;
}

struct vkt_compute vkt_compute(struct vkt *t, const struct vkt_compute_info *info)
{
   struct vkt_compute c;
   VkResult r = vkt_compute_try(t, info, &c);
   if (r != VK_SUCCESS)
      fail_msg("pipeline: result %d: %s", r, t->last);
   return c;
}

void vkt_compute_free(struct vkt *t, struct vkt_compute *c)
{
   vk.DestroyPipeline(t->device, c->pipeline, NULL);
   vk.DestroyPipelineLayout(t->device, c->layout, NULL);
   vk.DestroyDescriptorPool(t->device, c->pool, NULL);
   vk.DestroyDescriptorSetLayout(t->device, c->set_layout, NULL);
}

void vkt_bind_buffer(struct vkt *t, struct vkt_compute *c, uint32_t binding, uint32_t element, VkDescriptorType type,
                     const struct vkt_buffer *b, VkDeviceSize offset, VkDeviceSize range)
{
   VkDescriptorBufferInfo buffer = {b->buffer, offset, range};
   VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                 .dstSet = c->set,
                                 .dstBinding = binding,
                                 .dstArrayElement = element,
                                 .descriptorCount = 1,
                                 .descriptorType = type,
                                 .pBufferInfo = &buffer};
   vk.UpdateDescriptorSets(t->device, 1, &write, 0, NULL);
}

void vkt_dispatch(VkCommandBuffer cmd, struct vkt_compute *c, uint32_t x, uint32_t y, uint32_t z)
{
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c->pipeline);
   if (c->set)
      vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c->layout, 0, 1, &c->set, 0, NULL);
   vk.CmdDispatch(cmd, x, y, z);
}
