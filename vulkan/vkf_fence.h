/* VkFence: a submission number of one queue. */
#ifndef VKF_FENCE_H
#define VKF_FENCE_H

#include <stdatomic.h>
#include "vkf.h"

struct vkf_queue;

struct vkf_fence {
   struct vkf_object object;
   atomic_bool signaled;              /* created or once seen so */
   _Atomic(struct vkf_queue *) queue; /* NULL while no submission carries the fence */
   _Atomic uint64_t number;
};
VKF_HANDLE(vkf_fence, VkFence)

void vkf_fence_attach(struct vkf_fence *fence, struct vkf_queue *queue, uint64_t number);

#endif
