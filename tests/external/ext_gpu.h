/* A Vulkan device with just what the cross-process tests need: exportable buffers, imports, and GPU
 * writes and reads of whole buffers. Failing set-up ends the test program with a message.
 */
#ifndef EXT_GPU_H
#define EXT_GPU_H

#include "vk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ext_gpu {
   VkInstance instance;
   VkPhysicalDevice physical;
   VkPhysicalDeviceMemoryProperties memory;
   VkDevice device;
   VkQueue queue;
   VkCommandPool pool;
   VkCommandBuffer commands;
   VkFence fence;
} ext_gpu;

/* A buffer that fills an allocation of its own. */
typedef struct ext_buffer {
   VkBuffer buffer;
   VkDeviceMemory memory;
   VkDeviceSize size_B;       /* of the buffer */
   VkDeviceSize allocation_B; /* allocationSize, what an importer must repeat */
   uint32_t type;             /* memoryTypeIndex, likewise */
   void *map;                 /* host-visible ones, else NULL */
} ext_buffer;

extern const VkExternalMemoryHandleTypeFlagBits ext_handle_type; /* of this operating system */

void ext_gpu_open(ext_gpu *g);
/* A command that tools/demo/vk.h does not list; ends the program if it is not there. */
PFN_vkVoidFunction ext_command(const ext_gpu *g, const char *name);
void ext_gpu_close(ext_gpu *g);

/* Memory type index with these properties among `bits`. */
uint32_t ext_memory_type(const ext_gpu *g, uint32_t bits, VkMemoryPropertyFlags wanted);

/* alloc_next: chained into VkMemoryAllocateInfo (export or import structures). On failure of the allocation everything
 * is undone and its VkResult returned. */
VkResult ext_buffer_create(ext_gpu *g, VkDeviceSize size_B, VkMemoryPropertyFlags wanted, bool external,
                           const void *alloc_next, ext_buffer *out);
void ext_buffer_destroy(ext_gpu *g, ext_buffer *b);

VkResult ext_fill(ext_gpu *g, const ext_buffer *b, uint32_t value); /* by the GPU, waits */
/* The GPU copies the buffer to host memory; out holds size_B bytes. */
VkResult ext_read(ext_gpu *g, const ext_buffer *b, void *out);
/* True if the GPU finds every dword equal to value. */
/* Submit a fill or a copy of the whole buffer to host memory; submit_next is chained into VkSubmitInfo, which waits for and
 * signals the semaphore given; waits up to timeout_ns for the end. */
VkResult ext_submit_with(ext_gpu *g, const ext_buffer *from, const ext_buffer *to, uint32_t fill_value, VkSemaphore semaphore,
                         const void *submit_next, uint64_t timeout_ns);
bool ext_all_equal(ext_gpu *g, const ext_buffer *b, uint32_t value);

#endif
