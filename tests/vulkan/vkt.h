/* Helper of the driver's tests: reach the driver (by the normal loader, or straight through its ICD interface), open a device,
 * make buffers, pipelines and command buffers in a line each. Failures of the helper itself are cmocka failures. */
#ifndef VKT_H
#define VKT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#define VK_USE_PLATFORM_WIN32_KHR
#endif
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

/* Every command that the driver implements, by its API name without "vk". */
struct vkt_api {
   PFN_vkGetInstanceProcAddr get;
#define VKF_COMMAND(name, level, need) PFN_vk##name name;
#define VKF_COMMAND_1_1(name, level, target) PFN_vk##name name;
#include "vkf_commands.def"
};
extern struct vkt_api vk;

/* The library under test. VKT_LIBRARY in the environment names one to be opened directly: an ICD, or a vulkan-1.dll; unset: the
 * system's loader. */
void vkt_load(void);
bool vkt_is_direct(void);

#define VKT_TYPE_VRAM 0
#define VKT_TYPE_SYSTEM 1
#define VKT_TYPE_VRAM_VISIBLE 2
#define VKT_TYPE_SYSTEM_CACHED 3

enum { VKT_FAMILY_MAIN, VKT_FAMILY_COMPUTE, VKT_FAMILY_TRANSFER };

struct vkt {
   VkInstance instance;
   VkPhysicalDevice physical;
   VkDevice device;
   VkQueue main, queue, queue2, transfer; /* of VKT_FAMILY_MAIN, _COMPUTE (two), _TRANSFER; pool: of _COMPUTE */
   VkCommandPool pool, transfer_pool;
   VkPhysicalDeviceProperties properties;
   VkDebugUtilsMessengerEXT messenger;
   uint32_t errors, warnings;       /* messages heard */
   char last[2048];                 /* text of the last error or warning */
};

struct vkt_options {
   const char *layer;              /* e.g. the validation layer */
   const VkAllocationCallbacks *alloc;
   const char *const *extensions;  /* more device extensions */
   uint32_t extension_count;
   const void *device_next;        /* pNext of VkDeviceCreateInfo */
   const char *const *instance_extensions; /* more of them, at most 8 */
   uint32_t instance_extension_count;
};

/* vkt_open_instance stops before the device; vkt_create_device answers its result. */
void vkt_open_instance(struct vkt *t, const struct vkt_options *o);
VkResult vkt_create_device(struct vkt *t, const struct vkt_options *o);
void vkt_open(struct vkt *t);
void vkt_close_device(struct vkt *t);
void vkt_close(struct vkt *t);

/* What was refused because nomem_run let a request of the driver fail is asked for once more, if the error is one that the
 * specification has for the command; call is its text in C. vkt_is_failing: one has failed, and nothing was refused yet. */
bool vkt_refused(VkResult r, const char *call);
bool vkt_is_failing(void);
/* With NOMEM_STOP set, tests after the one in which a request failed are skipped. */
void vkt_run_test(void **test);
#undef cmocka_unit_test
#define cmocka_unit_test(f) {#f, vkt_run_test, NULL, NULL, (void *)(f)}
/* For tests that break the specification on purpose, or lose their device, after which the layers take all work for pending:
 * where VKT_NO_MISTAKES is set, for the validation layers, they are skipped. */
void vkt_run_mistakes(void **test);
#define vkt_mistakes_test(f) {#f, vkt_run_mistakes, NULL, NULL, (void *)(f)}
bool vkt_may_err(void); /* VKT_NO_MISTAKES is not set */
/* Fails unless the message has the words; shows it then, since it may tell of a request that nomem_run let fail. */
void vkt_said(const char *message, const char *words);
long vkt_requests(void); /* that the driver has made so far; 0 when nobody counts */
#define vkt_ok(call)                                                                                                \
   do {                                                                                                             \
      VkResult vkt_result_ = (call);                                                                                \
      if (vkt_refused(vkt_result_, #call))                                                                         \
         vkt_result_ = (call);                                                                                      \
      assert_int_equal(vkt_result_, VK_SUCCESS);                                                                    \
   } while (0)

struct vkt_buffer {
   VkBuffer buffer;
   VkDeviceMemory memory;
   VkDeviceSize size;
   void *host; /* NULL for type 0 */
};
struct vkt_buffer vkt_buffer(struct vkt *t, VkDeviceSize size, uint32_t type);
struct vkt_buffer vkt_buffer_next(struct vkt *t, VkDeviceSize size, uint32_t type, const void *alloc_next,
                                  const void *buffer_next);
void vkt_buffer_free(struct vkt *t, struct vkt_buffer *b);

/* A command buffer in recording state; submit ends it, waits for a fence and frees it. */
VkCommandBuffer vkt_begin(struct vkt *t);
VkCommandBuffer vkt_begin_for_many(struct vkt *t); /* to be pending more than once */
VkResult vkt_submit(struct vkt *t, VkCommandBuffer cmd);
VkResult vkt_submit_no_wait(struct vkt *t, VkQueue queue, VkCommandBuffer cmd, VkFence fence);
VkFence vkt_fence(struct vkt *t);
void vkt_barrier(VkCommandBuffer cmd);
/* All of an image from no layout to VK_IMAGE_LAYOUT_GENERAL; the second in a submission of its own. */
void vkt_make_general(VkCommandBuffer cmd, VkImage image, VkImageAspectFlags aspects);
void vkt_submit_general(struct vkt *t, VkImage image, VkImageAspectFlags aspects);
/* Copy through the GPU so that memory of any type can be filled and looked at. */
void vkt_write(struct vkt *t, struct vkt_buffer *b, const void *data, VkDeviceSize size);
void vkt_read(struct vkt *t, struct vkt_buffer *b, void *data, VkDeviceSize size);

/* A compute pipeline with one set whose binding i has types[i] and counts[i] (counts NULL: 1 each). */
struct vkt_compute {
   VkDescriptorSetLayout set_layout;
   VkPipelineLayout layout;
   VkPipeline pipeline;
   VkDescriptorPool pool;
   VkDescriptorSet set;
};
struct vkt_compute_info {
   const uint32_t *spirv;
   size_t spirv_B;
   uint32_t bindings;
   const VkDescriptorType *types; /* NULL: storage buffers */
   const uint32_t *counts;
   uint32_t push_B;
   VkPipelineCreateFlags flags;
   const VkSpecializationInfo *spec;
   VkPipelineCache cache;
};
VkResult vkt_compute_try(struct vkt *t, const struct vkt_compute_info *info, struct vkt_compute *out);
struct vkt_compute vkt_compute(struct vkt *t, const struct vkt_compute_info *info);
void vkt_compute_free(struct vkt *t, struct vkt_compute *c);
void vkt_bind_buffer(struct vkt *t, struct vkt_compute *c, uint32_t binding, uint32_t element, VkDescriptorType type,
                     const struct vkt_buffer *b, VkDeviceSize offset, VkDeviceSize range);
void vkt_dispatch(VkCommandBuffer cmd, struct vkt_compute *c, uint32_t x, uint32_t y, uint32_t z);

#define VKT_SPIRV(words) .spirv = words, .spirv_B = sizeof words

void vkt_setenv(const char *name, const char *value); /* NULL unsets */

#endif
