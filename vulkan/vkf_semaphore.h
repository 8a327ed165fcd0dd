/* VkSemaphore, binary and timeline: a permanent payload, which an import may replace for good or until the
 * next wait. */
#ifndef VKF_SEMAPHORE_H
#define VKF_SEMAPHORE_H

#include "vkf.h"
#include "vkf_payload.h"

struct vkf_semaphore {
   struct vkf_object object;
   bool timeline;
   struct vkf_payload *permanent, *temporary; /* temporary: NULL while none is imported */
};
VKF_HANDLE(vkf_semaphore, VkSemaphore)

static inline struct vkf_payload *vkf_semaphore_payload(const struct vkf_semaphore *s)
{
   return s->temporary ? s->temporary : s->permanent;
}

VkResult vkf_semaphore_import(struct vkf_device *device, struct vkf_semaphore *s,
                              const struct vkf_sync_import *import, const char *command);

/* Signal a binary semaphore at once, as a submission would. */
void vkf_semaphore_signal_now(struct vkf_device *device, struct vkf_semaphore *s);

#endif
