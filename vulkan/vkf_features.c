/* Feature structures as a table: what the driver can do of each. Invariant: after the header each is an array of
 * VkBool32, which both the query and the check of vkCreateDevice walk. */
#include "vkf_features.h"
#include "vkf_instance.h"
#include "vkf_physical_device.h"

struct feature_set {
   VkStructureType type;
   uint32_t count; /* of VkBool32 behind the header */
   const void *have;
   const char *name;
};

/* last: the last member; further arguments: the members that are there. */
#define SET(Struct, TYPE, last, ...)                                                                         \
   {VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_##TYPE,                                                                \
    (uint32_t)((offsetof(Struct, last) - sizeof(VkBaseOutStructure)) / sizeof(VkBool32) + 1),               \
    &(const Struct){__VA_ARGS__}, #Struct}

static const struct feature_set sets[] = {
    SET(VkPhysicalDeviceFaultFeaturesEXT, FAULT_FEATURES_EXT, deviceFaultVendorBinary, .deviceFault = VK_TRUE),
    SET(VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR, PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR,
        pipelineExecutableInfo, .pipelineExecutableInfo = VK_TRUE),
    SET(VkPhysicalDeviceTimelineSemaphoreFeatures, TIMELINE_SEMAPHORE_FEATURES, timelineSemaphore,
        .timelineSemaphore = VK_TRUE),
    SET(VkPhysicalDeviceSynchronization2Features, SYNCHRONIZATION_2_FEATURES, synchronization2,
        .synchronization2 = VK_TRUE),
    SET(VkPhysicalDeviceMemoryPriorityFeaturesEXT, MEMORY_PRIORITY_FEATURES_EXT, memoryPriority,
        .memoryPriority = VK_TRUE), /* a hint, and nothing is ever evicted */
    SET(VkPhysicalDevice16BitStorageFeatures, 16BIT_STORAGE_FEATURES, storageInputOutput16,
        .storageBuffer16BitAccess = VK_TRUE, .uniformAndStorageBuffer16BitAccess = VK_TRUE,
        .storagePushConstant16 = VK_TRUE),
    SET(VkPhysicalDevice8BitStorageFeatures, 8BIT_STORAGE_FEATURES, storagePushConstant8,
        .storageBuffer8BitAccess = VK_TRUE, .uniformAndStorageBuffer8BitAccess = VK_TRUE,
        .storagePushConstant8 = VK_TRUE),
    SET(VkPhysicalDeviceShaderFloat16Int8Features, SHADER_FLOAT16_INT8_FEATURES, shaderInt8,
        .shaderFloat16 = VK_TRUE, .shaderInt8 = VK_TRUE),
    SET(VkPhysicalDeviceShaderAtomicInt64Features, SHADER_ATOMIC_INT64_FEATURES, shaderSharedInt64Atomics,
        .shaderBufferInt64Atomics = VK_TRUE, .shaderSharedInt64Atomics = VK_TRUE),
    SET(VkPhysicalDeviceShaderAtomicFloatFeaturesEXT, SHADER_ATOMIC_FLOAT_FEATURES_EXT, sparseImageFloat32AtomicAdd,
        .shaderBufferFloat32Atomics = VK_TRUE, .shaderBufferFloat32AtomicAdd = VK_TRUE,
        .shaderBufferFloat64Atomics = VK_TRUE, .shaderBufferFloat64AtomicAdd = VK_TRUE,
        .shaderSharedFloat32Atomics = VK_TRUE, .shaderSharedFloat32AtomicAdd = VK_TRUE,
        .shaderSharedFloat64Atomics = VK_TRUE, .shaderSharedFloat64AtomicAdd = VK_TRUE),
    SET(VkPhysicalDeviceShaderAtomicFloat2FeaturesEXT, SHADER_ATOMIC_FLOAT_2_FEATURES_EXT,
        sparseImageFloat32AtomicMinMax, .shaderBufferFloat32AtomicMinMax = VK_TRUE,
        .shaderSharedFloat32AtomicMinMax = VK_TRUE),
    SET(VkPhysicalDeviceVulkanMemoryModelFeatures, VULKAN_MEMORY_MODEL_FEATURES,
        vulkanMemoryModelAvailabilityVisibilityChains, .vulkanMemoryModel = VK_TRUE,
        .vulkanMemoryModelDeviceScope = VK_TRUE, .vulkanMemoryModelAvailabilityVisibilityChains = VK_TRUE),
    SET(VkPhysicalDeviceHostQueryResetFeatures, HOST_QUERY_RESET_FEATURES, hostQueryReset,
        .hostQueryReset = VK_TRUE),
};

static const struct feature_set *find_set(VkStructureType type)
{
   for (size_t i = 0; i < VKF_COUNT(sets); i++)
      if (sets[i].type == type)
         return &sets[i];
   return NULL;
}

void vkf_features_fill(VkBaseOutStructure *s)
{
   const struct feature_set *set = find_set(s->sType);
   if (set)
      memcpy(s + 1, (const VkBaseOutStructure *)set->have + 1, set->count * sizeof(VkBool32));
}

bool vkf_features_have(VkStructureType type, size_t offset)
{
   const struct feature_set *set = find_set(type);
   VkBool32 have = VK_FALSE;
   if (set)
      memcpy(&have, (const char *)set->have + offset, sizeof have);
   return have;
}

VkResult vkf_features_check(struct vkf_physical_device *p, const void *pNext)
{
   for (const VkBaseInStructure *s = pNext; s; s = s->pNext) {
      const struct feature_set *set = find_set(s->sType);
      if (!set)
         continue;
      const VkBool32 *wanted = (const VkBool32 *)(s + 1);
      const VkBool32 *have = (const VkBool32 *)((const VkBaseInStructure *)set->have + 1);
      for (uint32_t i = 0; i < set->count; i++)
         if (wanted[i] && !have[i])
            return vkf_instance_error(p->instance, VK_ERROR_FEATURE_NOT_PRESENT,
                                      "vkCreateDevice: feature %u of %s is not supported", i, set->name);
   }
   return VK_SUCCESS;
}

void vkf_properties_fill(const struct vkf_physical_device *p, VkBaseOutStructure *s)
{
   switch (s->sType) {
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_PROPERTIES:
      ((VkPhysicalDeviceTimelineSemaphoreProperties *)s)->maxTimelineSemaphoreValueDifference = UINT64_MAX;
      break;
   default:
      break;
   }
}
