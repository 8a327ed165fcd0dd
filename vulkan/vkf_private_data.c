/* VK_EXT_private_data: 64 bits of an application's own for every object and slot. They are kept with the object, so they
 * end with it. Invariant: the number of a slot is never given again, so what an older slot left behind with an
 * object is never read. */
#include <stdlib.h>
#include "vkf_device.h"

struct vkf_private_slot {
   struct vkf_object object;
   uint64_t number; /* from 1 */
};
VKF_HANDLE(vkf_private_slot, VkPrivateDataSlot)

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreatePrivateDataSlotEXT(VkDevice device_,
                                                            const VkPrivateDataSlotCreateInfo *pCreateInfo,
                                                            const VkAllocationCallbacks *pAllocator,
                                                            VkPrivateDataSlot *pSlot)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_private_slot *slot =
       vkf_device_object(device, pAllocator, sizeof *slot, VK_OBJECT_TYPE_PRIVATE_DATA_SLOT);
   if (!slot)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   slot->number = atomic_fetch_add(&device->private_slots, 1) + 1;
   *pSlot = vkf_private_slot_to(slot);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyPrivateDataSlotEXT(VkDevice device, VkPrivateDataSlot slot,
                                                         const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_private_slot_from(slot));
}

static struct vkf_private_data *find(struct vkf_object *o, uint64_t slot)
{
   struct vkf_private_data *d = o->private_data;
   while (d && d->slot != slot)
      d = d->next;
   return d;
}

static VkResult set(struct vkf_object *o, uint64_t slot, uint64_t value)
{
   struct vkf_private_data *d = find(o, slot);
   if (!d) {
      d = calloc(1, sizeof *d);
      if (!d)
         return VK_ERROR_OUT_OF_HOST_MEMORY;
      d->slot = slot;
      d->next = o->private_data;
      o->private_data = d;
   }
   d->value = value;
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_SetPrivateDataEXT(VkDevice device_, VkObjectType objectType,
                                                     uint64_t objectHandle, VkPrivateDataSlot slot,
                                                     uint64_t data)
{
   struct vkf_device *device = vkf_device_from(device_);
   pthread_mutex_lock(&device->private_lock);
   VkResult r = set((struct vkf_object *)(uintptr_t)objectHandle, vkf_private_slot_from(slot)->number, data);
   pthread_mutex_unlock(&device->private_lock);
   return r;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPrivateDataEXT(VkDevice device_, VkObjectType objectType,
                                                 uint64_t objectHandle, VkPrivateDataSlot slot, uint64_t *pData)
{
   struct vkf_device *device = vkf_device_from(device_);
   pthread_mutex_lock(&device->private_lock);
   const struct vkf_private_data *d =
       find((struct vkf_object *)(uintptr_t)objectHandle, vkf_private_slot_from(slot)->number);
   *pData = d ? d->value : 0;
   pthread_mutex_unlock(&device->private_lock);
}
