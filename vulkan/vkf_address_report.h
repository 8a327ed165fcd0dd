/* VK_EXT_device_address_binding_report: every run of GPU addresses that an object gets and gives up, told to messengers
 * that listen for it. */
#ifndef VKF_ADDRESS_REPORT_H
#define VKF_ADDRESS_REPORT_H

#include "vkf_device.h"

void vkf_address_tell(struct vkf_device *device, const void *object, uint64_t va, uint64_t size_B, bool bind);

/* object (any that starts with struct vkf_object) owns [va, va + size_B) from now on. Costs nothing unless the device
 * was created with the feature. No lock of the driver is held by the caller. */
static inline void vkf_address_bound(struct vkf_device *device, const void *object, uint64_t va, uint64_t size_B)
{
   if (device->report_addresses && size_B)
      vkf_address_tell(device, object, va, size_B, true);
}

/* It no longer does; before anything else can get them. */
static inline void vkf_address_unbound(struct vkf_device *device, const void *object, uint64_t va, uint64_t size_B)
{
   if (device->report_addresses && va && size_B)
      vkf_address_tell(device, object, va, size_B, false);
}

#endif
