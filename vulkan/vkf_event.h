/* VkEvent: a dword in memory, 0 or 1. */
#ifndef VKF_EVENT_H
#define VKF_EVENT_H

#include "vkf.h"
#include "vkf_suballoc.h"

struct vkf_event {
   struct vkf_object object;
   struct vkf_span slot;
};
VKF_HANDLE(vkf_event, VkEvent)

#endif
