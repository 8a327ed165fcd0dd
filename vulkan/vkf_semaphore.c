/* VkSemaphore. A binary semaphore needs no reset: each signal writes the next number, the wait submitted
 * after it waits for that number (the signal is always submitted first). */
#include "vkf_semaphore.h"
#include "vkf_device.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateSemaphore(VkDevice device_, const VkSemaphoreCreateInfo *pCreateInfo,
                                                   const VkAllocationCallbacks *pAllocator,
                                                   VkSemaphore *pSemaphore)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_semaphore *s = vkf_device_object(device, pAllocator, sizeof *s, VK_OBJECT_TYPE_SEMAPHORE);
   if (!s)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   VkResult r = vkf_span_take(&device->slots, sizeof(struct vkf_slot), 16, &s->slot);
   if (r != VK_SUCCESS) {
      vkf_object_delete(pAllocator, device->alloc, s);
      return r;
   }
   memset(s->slot.host, 0, sizeof(struct vkf_slot));
   *pSemaphore = vkf_semaphore_to(s);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroySemaphore(VkDevice device_, VkSemaphore semaphore,
                                                const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_semaphore *s = vkf_semaphore_from(semaphore);
   if (!s)
      return;
   vkf_span_give(&device->slots, &s->slot);
   vkf_object_delete(pAllocator, device->alloc, s);
}
