/* Procedure addresses by name. */
#ifndef VKF_ENTRYPOINTS_H
#define VKF_ENTRYPOINTS_H

#include "vkf.h"

struct vkf_instance;
struct vkf_extension_set;

/* vkGetInstanceProcAddr without and with an instance. */
PFN_vkVoidFunction vkf_lookup_global(const char *name);
PFN_vkVoidFunction vkf_lookup_instance(const struct vkf_instance *instance, const char *name);
/* Commands that take a VkPhysicalDevice. */
PFN_vkVoidFunction vkf_lookup_physical(const struct vkf_instance *instance, const char *name);
/* vkGetDeviceProcAddr of a device with these extensions. */
PFN_vkVoidFunction vkf_lookup_device(const struct vkf_instance *instance,
                                     const struct vkf_extension_set *device_extensions, const char *name);

#endif
