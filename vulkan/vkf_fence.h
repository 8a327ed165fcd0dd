/* VkFence: a submission number of one queue; an exportable or imported one has a payload instead. */
#ifndef VKF_FENCE_H
#define VKF_FENCE_H

#include <stdatomic.h>
#include "vkf.h"
#include "vkf_payload.h"

struct vkf_queue;

struct vkf_fence {
   struct vkf_object object;
   atomic_bool signaled;              /* created or once seen so */
   _Atomic(struct vkf_queue *) queue; /* NULL while no submission carries the fence */
   _Atomic uint64_t number;
   struct vkf_payload *permanent, *temporary; /* NULL for none; then the above holds */
};
VKF_HANDLE(vkf_fence, VkFence)

void vkf_fence_attach(struct vkf_fence *fence, struct vkf_queue *queue, uint64_t number);
/* NULL: the fence is private. */
static inline struct vkf_payload *vkf_fence_payload(const struct vkf_fence *fence)
{
   return fence->temporary ? fence->temporary : fence->permanent;
}
VkResult vkf_fence_import(struct vkf_device *device, struct vkf_fence *fence,
                          const struct vkf_sync_import *import, const char *command);
/* Signal it at once; it is part of no submission. */
void vkf_fence_signal_now(struct vkf_device *device, struct vkf_fence *fence);

#endif
