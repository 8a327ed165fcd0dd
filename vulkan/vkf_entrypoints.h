/* Procedure addresses by name. */
#ifndef VKF_ENTRYPOINTS_H
#define VKF_ENTRYPOINTS_H

#include "vkf.h"

/* As vkGetInstanceProcAddr: extensions is the instance's set, global_only for a NULL instance. */
PFN_vkVoidFunction vkf_lookup_instance(const char *name, uint64_t extensions, bool global_only);
/* Commands that take a VkPhysicalDevice. */
PFN_vkVoidFunction vkf_lookup_physical(const char *name, uint64_t extensions);
/* As vkGetDeviceProcAddr: the sets enabled on the device and on its instance. */
PFN_vkVoidFunction vkf_lookup_device(const char *name, uint64_t device_extensions,
                                     uint64_t instance_extensions);

#endif
