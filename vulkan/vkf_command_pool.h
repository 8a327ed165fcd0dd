/* VkCommandPool: command buffers and the segments they are made of. */
#ifndef VKF_COMMAND_POOL_H
#define VKF_COMMAND_POOL_H

#include "vkf.h"

struct vkf_device;
struct vkf_segment;
struct vkf_command_buffer;

struct vkf_command_pool {
   struct vkf_object object;
   struct vkf_device *device;
   VkAllocationCallbacks alloc_copy;
   const VkAllocationCallbacks *alloc;
   struct vkf_segment *spare;
   struct vkf_command_buffer *buffers;
};
VKF_HANDLE(vkf_command_pool, VkCommandPool)

VkResult vkf_command_pool_segment(struct vkf_command_pool *pool, struct vkf_segment **out);
void vkf_command_pool_recycle(struct vkf_command_pool *pool, struct vkf_segment *segment);

#endif
