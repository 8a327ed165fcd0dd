/* An allocator of number ranges: physical memory, GPU addresses, bytes of a block. First fit, free neighbours
 * merge. */
#ifndef VKF_RANGES_H
#define VKF_RANGES_H

#include "vkf.h"

struct vkf_range {
   uint64_t start, size;
};

/* Not locked: the owner does that. */
struct vkf_ranges {
   const VkAllocationCallbacks *alloc;
   struct vkf_range *free; /* sorted by start, never adjacent */
   uint32_t count, capacity;
   uint32_t live; /* ranges handed out */
   uint64_t free_total;
};

/* All of [start, start + size) is free. */
bool vkf_ranges_init(struct vkf_ranges *r, const VkAllocationCallbacks *alloc, uint64_t start, uint64_t size);
void vkf_ranges_finish(struct vkf_ranges *r);
/* align is a power of two. VK_ERROR_OUT_OF_DEVICE_MEMORY if nothing fits, _HOST_MEMORY if the list cannot
 * grow. */
VkResult vkf_ranges_take(struct vkf_ranges *r, uint64_t size, uint64_t align, uint64_t *start);
/* Never fails: taking has already made room for the record. */
void vkf_ranges_give(struct vkf_ranges *r, uint64_t start, uint64_t size);

#endif
