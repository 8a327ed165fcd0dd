/* VkFence: signalled when its queue's slot has reached the number of the submission that carried it. Waits
 * sleep on interrupts. A shared fence is signalled when its payload's value has reached the epoch; a reset moves
 * the epoch past the value. */
#include "vkf_fence.h"
#include "vkf_device.h"
#include "vkf_machine.h"
#include "vkf_queue.h"

void vkf_fence_attach(struct vkf_fence *fence, struct vkf_queue *queue, uint64_t number)
{
   atomic_store(&fence->number, number);
   atomic_store(&fence->queue, queue);
}

void vkf_fence_signal_now(struct vkf_device *device, struct vkf_fence *fence)
{
   struct vkf_payload *p = vkf_fence_payload(fence);
   if (p)
      __atomic_store_n(&p->page->value, vkf_payload_epoch(p), __ATOMIC_SEQ_CST);
   else
      atomic_store(&fence->signaled, true);
   vkf_machine_irq_wake(device->machine);
}

static bool is_signaled(struct vkf_fence *fence)
{
   const struct vkf_payload *payload = vkf_fence_payload(fence);
   if (payload) {
      uint64_t epoch = vkf_payload_epoch(payload);
      return vkf_payload_value(payload) >= epoch;
   }
   if (atomic_load(&fence->signaled))
      return true;
   struct vkf_queue *queue = atomic_load(&fence->queue);
   if (!queue || vkf_queue_finished(queue) < atomic_load(&fence->number))
      return false;
   atomic_store(&fence->signaled, true);
   return true;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateFence(VkDevice device_, const VkFenceCreateInfo *pCreateInfo,
                                               const VkAllocationCallbacks *pAllocator, VkFence *pFence)
{
   struct vkf_device *device = vkf_device_from(device_);
   bool signaled = pCreateInfo->flags & VK_FENCE_CREATE_SIGNALED_BIT;
   struct vkf_sync_export share;
   VkResult r = vkf_sync_parse_export(device, pCreateInfo->pNext, true, &share);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_fence *fence = vkf_device_object(device, pAllocator, sizeof *fence, VK_OBJECT_TYPE_FENCE);
   if (!fence)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   atomic_store(&fence->signaled, signaled);
   if (share.wanted)
      r = vkf_payload_create(device, VKF_TRAILER_FENCE, &share, 0, signaled ? 0 : 1, &fence->permanent);
   if (r != VK_SUCCESS) {
      vkf_object_delete(pAllocator, device->alloc, fence);
      return r;
   }
   *pFence = vkf_fence_to(fence);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyFence(VkDevice device_, VkFence fence_,
                                            const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_fence *fence = vkf_fence_from(fence_);
   if (!fence)
      return;
   vkf_payload_destroy(device, fence->temporary);
   vkf_payload_destroy(device, fence->permanent);
   vkf_object_delete(pAllocator, device->alloc, fence);
}

VkResult vkf_fence_import(struct vkf_device *device, struct vkf_fence *fence,
                          const struct vkf_sync_import *import, const char *command)
{
   struct vkf_payload *payload;
   VkResult r = vkf_payload_import(device, VKF_TRAILER_FENCE, import, command, &payload);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_payload **place = import->temporary ? &fence->temporary : &fence->permanent;
   vkf_payload_destroy(device, *place);
   *place = payload;
   vkf_sync_commit(import);
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ResetFences(VkDevice device, uint32_t fenceCount, const VkFence *pFences)
{
   for (uint32_t i = 0; i < fenceCount; i++) {
      struct vkf_fence *fence = vkf_fence_from(pFences[i]);
      /* The permanent payload comes back and is what gets reset. */
      vkf_payload_destroy(vkf_device_from(device), fence->temporary);
      fence->temporary = NULL;
      struct vkf_payload *p = fence->permanent;
      if (p)
         __atomic_store_n(&p->page->epoch, vkf_payload_value(p) + 1, __ATOMIC_SEQ_CST);
      atomic_store(&fence->queue, NULL);
      atomic_store(&fence->signaled, false);
   }
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetFenceStatus(VkDevice device, VkFence fence)
{
   bool lost = vkf_device_is_lost(vkf_device_from(device));
   if (is_signaled(vkf_fence_from(fence)))
      return VK_SUCCESS;
   return lost ? VK_ERROR_DEVICE_LOST : VK_NOT_READY;
}

struct fence_wait {
   const VkFence *fences;
   uint32_t count;
   bool all;
};

static bool enough_signaled(void *context)
{
   const struct fence_wait *w = context;
   for (uint32_t i = 0; i < w->count; i++)
      if (is_signaled(vkf_fence_from(w->fences[i])) != w->all)
         return !w->all;
   return w->all;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_WaitForFences(VkDevice device, uint32_t fenceCount, const VkFence *pFences,
                                                 VkBool32 waitAll, uint64_t timeout)
{
   struct fence_wait w = {pFences, fenceCount, waitAll != VK_FALSE};
   bool shared = false;
   for (uint32_t i = 0; i < fenceCount; i++)
      shared |= vkf_fence_payload(vkf_fence_from(pFences[i])) != NULL;
   return vkf_device_wait(vkf_device_from(device), enough_signaled, &w, timeout,
                          shared ? VKF_SHARED_POLL_NS : 0);
}
