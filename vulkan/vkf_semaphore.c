/* VkSemaphore. A binary semaphore needs no reset: each signal writes the next number, the wait submitted
 * after it waits for that number (the signal is always submitted first, by whichever process). A timeline's
 * counter is the payload's value itself; the host's waits sleep on interrupts, and look at payloads that
 * another process may write at least every millisecond. */
#include "vkf_semaphore.h"
#include "vkf_device.h"
#include "vkf_machine.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateSemaphore(VkDevice device_, const VkSemaphoreCreateInfo *pCreateInfo,
                                                   const VkAllocationCallbacks *pAllocator,
                                                   VkSemaphore *pSemaphore)
{
   struct vkf_device *device = vkf_device_from(device_);
   const VkSemaphoreTypeCreateInfo *type =
       vkf_find_in(pCreateInfo->pNext, VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO);
   struct vkf_sync_export share;
   VkResult r = vkf_sync_parse_export(device, pCreateInfo->pNext, false, &share);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_semaphore *s = vkf_device_object(device, pAllocator, sizeof *s, VK_OBJECT_TYPE_SEMAPHORE);
   if (!s)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   s->timeline = type && type->semaphoreType == VK_SEMAPHORE_TYPE_TIMELINE;
   r = vkf_payload_create(device, s->timeline ? VKF_TRAILER_TIMELINE : VKF_TRAILER_BINARY, &share,
                          s->timeline ? type->initialValue : 0, 0, &s->permanent);
   if (r != VK_SUCCESS) {
      vkf_object_delete(pAllocator, device->alloc, s);
      return r;
   }
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
   vkf_payload_destroy(device, s->temporary);
   vkf_payload_destroy(device, s->permanent);
   vkf_object_delete(pAllocator, device->alloc, s);
}

VkResult vkf_semaphore_import(struct vkf_device *device, struct vkf_semaphore *s,
                              const struct vkf_sync_import *import, const char *command)
{
   struct vkf_payload *payload;
   VkResult r = vkf_payload_import(device, s->timeline ? VKF_TRAILER_TIMELINE : VKF_TRAILER_BINARY, import,
                                   command, &payload);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_payload **place = import->temporary ? &s->temporary : &s->permanent;
   vkf_payload_destroy(device, *place);
   *place = payload;
   vkf_sync_commit(import);
   return VK_SUCCESS;
}

void vkf_semaphore_signal_now(struct vkf_device *device, struct vkf_semaphore *s)
{
   struct vkf_payload *p = vkf_semaphore_payload(s);
   uint64_t value = __atomic_add_fetch(&p->page->epoch, 1, __ATOMIC_SEQ_CST);
   __atomic_store_n(&p->page->value, value, __ATOMIC_SEQ_CST);
   vkf_machine_write(device->machine, GPU_REG_CP_POKE, 1);
}

/* ---- timelines on the host ----------------------------------------------------------------------------- */
VKAPI_ATTR VkResult VKAPI_CALL vkf_GetSemaphoreCounterValueKHR(VkDevice device, VkSemaphore semaphore,
                                                               uint64_t *pValue)
{
   bool lost = vkf_device_is_lost(vkf_device_from(device));
   *pValue = vkf_payload_value(vkf_semaphore_from(semaphore)->permanent);
   return lost ? VK_ERROR_DEVICE_LOST : VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_SignalSemaphoreKHR(VkDevice device,
                                                      const VkSemaphoreSignalInfo *pSignalInfo)
{
   struct vkf_machine *machine = vkf_device_from(device)->machine;
   struct vkf_payload *p = vkf_semaphore_from(pSignalInfo->semaphore)->permanent;
   __atomic_store_n(&p->page->value, pSignalInfo->value, __ATOMIC_SEQ_CST);
   vkf_machine_write(machine, GPU_REG_CP_POKE, 1);
   vkf_machine_irq_wake(machine);
   return VK_SUCCESS;
}

static bool enough_reached(void *context)
{
   const VkSemaphoreWaitInfo *w = context;
   bool all = !(w->flags & VK_SEMAPHORE_WAIT_ANY_BIT);
   for (uint32_t i = 0; i < w->semaphoreCount; i++) {
      const struct vkf_semaphore *s = vkf_semaphore_from(w->pSemaphores[i]);
      if ((vkf_payload_value(s->permanent) >= w->pValues[i]) != all)
         return !all;
   }
   return all;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_WaitSemaphoresKHR(VkDevice device, const VkSemaphoreWaitInfo *pWaitInfo,
                                                     uint64_t timeout)
{
   VkSemaphoreWaitInfo w = *pWaitInfo;
   bool shared = false;
   for (uint32_t i = 0; i < w.semaphoreCount; i++)
      shared |= vkf_payload_is_shared(vkf_semaphore_from(w.pSemaphores[i])->permanent);
   return vkf_device_wait(vkf_device_from(device), enough_reached, &w, timeout,
                          shared ? VKF_SHARED_POLL_NS : 0);
}
