/* VkBuffer: a run of GPU addresses. */
#ifndef VKF_BUFFER_H
#define VKF_BUFFER_H

#include "vkf.h"

struct vkf_buffer {
   struct vkf_object object;
   uint64_t size_B;
   uint64_t va; /* 0 until memory is bound */
};
VKF_HANDLE(vkf_buffer, VkBuffer)

/* Bytes from offset that range (VK_WHOLE_SIZE included) stands for. */
static inline uint64_t vkf_buffer_range(const struct vkf_buffer *b, uint64_t offset, uint64_t range)
{
   uint64_t left = offset < b->size_B ? b->size_B - offset : 0;
   return VKF_MIN(range, left);
}

#endif
