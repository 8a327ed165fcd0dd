/* VkFence: signalled when its queue's slot has reached the number of the submission that carried it. Waits
 * sleep on interrupts. */
#include "vkf_fence.h"
#include "vkf_device.h"
#include "vkf_queue.h"

void vkf_fence_attach(struct vkf_fence *fence, struct vkf_queue *queue, uint64_t number)
{
   atomic_store(&fence->number, number);
   atomic_store(&fence->queue, queue);
}

static bool is_signaled(struct vkf_fence *fence)
{
   if (atomic_load(&fence->signaled))
      return true;
   struct vkf_queue *queue = atomic_load(&fence->queue);
   if (!queue || vkf_queue_finished(queue) < atomic_load(&fence->number))
      return false;
   atomic_store(&fence->signaled, true);
   return true;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateFence(VkDevice device, const VkFenceCreateInfo *pCreateInfo,
                                               const VkAllocationCallbacks *pAllocator, VkFence *pFence)
{
   struct vkf_fence *fence =
       vkf_device_object(vkf_device_from(device), pAllocator, sizeof *fence, VK_OBJECT_TYPE_FENCE);
   if (!fence)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   atomic_store(&fence->signaled, (pCreateInfo->flags & VK_FENCE_CREATE_SIGNALED_BIT) != 0);
   *pFence = vkf_fence_to(fence);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyFence(VkDevice device, VkFence fence,
                                            const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_fence_from(fence));
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ResetFences(VkDevice device, uint32_t fenceCount, const VkFence *pFences)
{
   for (uint32_t i = 0; i < fenceCount; i++) {
      struct vkf_fence *fence = vkf_fence_from(pFences[i]);
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
   return vkf_device_wait(vkf_device_from(device), enough_signaled, &w, timeout, 0);
}
