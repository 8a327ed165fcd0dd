/* Features and properties in structures of their own, beyond VkPhysicalDeviceFeatures. */
#ifndef VKF_FEATURES_H
#define VKF_FEATURES_H

#include "vkf.h"

struct vkf_physical_device;

/* Is the feature there whose VkBool32 stands at this offset of the structure? */
bool vkf_features_have(VkStructureType type, size_t offset);
/* Answer a structure of the chain of vkGetPhysicalDeviceFeatures2; unknown ones are left alone. */
void vkf_features_fill(VkBaseOutStructure *s);
/* What vkCreateDevice is asked for in its chain: VK_ERROR_FEATURE_NOT_PRESENT, told, if not all of it is there. */
VkResult vkf_features_check(struct vkf_physical_device *p, const void *pNext);
/* Answer a structure of the chain of vkGetPhysicalDeviceProperties2; unknown ones are left alone. */
/* vkf_resource_properties.c: the same of descriptors and samplers; false if s is not about them. */
bool vkf_resource_properties_fill(VkBaseOutStructure *s);
bool vkf_raster_properties_fill(VkBaseOutStructure *s); /* fixed functions of the graphics pipeline */
void vkf_properties_fill(const struct vkf_physical_device *p, VkBaseOutStructure *s);
/* Tells which member of a structure of that type is asked for in vain. */
VkResult vkf_features_refuse(struct vkf_physical_device *p, VkStructureType type, uint32_t member);

/* vkf_versioned.c: the structures of whole API versions. False if it is none of these. */
bool vkf_versioned_features_fill(VkBaseOutStructure *s);
VkResult vkf_versioned_features_check(struct vkf_physical_device *p, const VkBaseInStructure *s);
bool vkf_versioned_properties_fill(const struct vkf_physical_device *p, VkBaseOutStructure *s);

#endif
