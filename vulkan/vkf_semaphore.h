/* VkSemaphore (binary): a 64-bit count of signals in GPU-visible memory. */
#ifndef VKF_SEMAPHORE_H
#define VKF_SEMAPHORE_H

#include "vkf.h"
#include "vkf_suballoc.h"

struct vkf_semaphore {
   struct vkf_object object;
   struct vkf_span slot; /* struct vkf_slot */
   uint64_t signals;     /* signal operations submitted so far: what the next wait waits for */
};
VKF_HANDLE(vkf_semaphore, VkSemaphore)

#endif
