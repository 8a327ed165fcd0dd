/* VkEvent. Command buffers write and wait for the dword by packets (vkf_cmd_sync.c); the host writes it and
 * pokes the processor, so that rings which wait look again. */
#include "vkf_event.h"
#include "vkf_device.h"
#include "vkf_machine.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateEvent(VkDevice device_, const VkEventCreateInfo *pCreateInfo,
                                               const VkAllocationCallbacks *pAllocator, VkEvent *pEvent)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_event *e = vkf_device_object(device, pAllocator, sizeof *e, VK_OBJECT_TYPE_EVENT);
   if (!e)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   VkResult r = vkf_span_take(&device->slots, 16, 16, &e->slot);
   if (r != VK_SUCCESS) {
      vkf_object_delete(pAllocator, device->alloc, e);
      return r;
   }
   memset(e->slot.host, 0, 16);
   *pEvent = vkf_event_to(e);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyEvent(VkDevice device_, VkEvent event,
                                            const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_event *e = vkf_event_from(event);
   if (!e)
      return;
   vkf_span_give(&device->slots, &e->slot);
   vkf_object_delete(pAllocator, device->alloc, e);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetEventStatus(VkDevice device, VkEvent event)
{
   if (vkf_device_is_lost(vkf_device_from(device)))
      return VK_ERROR_DEVICE_LOST;
   return __atomic_load_n((uint32_t *)vkf_event_from(event)->slot.host, __ATOMIC_ACQUIRE) ? VK_EVENT_SET
                                                                                          : VK_EVENT_RESET;
}

static void host_write(VkDevice device, VkEvent event, uint32_t value)
{
   __atomic_store_n((uint32_t *)vkf_event_from(event)->slot.host, value, __ATOMIC_SEQ_CST);
   vkf_machine_write(vkf_device_from(device)->machine, GPU_REG_CP_POKE, 1);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_SetEvent(VkDevice device, VkEvent event)
{
   host_write(device, event, 1);
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ResetEvent(VkDevice device, VkEvent event)
{
   host_write(device, event, 0);
   return VK_SUCCESS;
}
