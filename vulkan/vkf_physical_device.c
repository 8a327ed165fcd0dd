/* VkPhysicalDevice: identification and queries. The numbers come from the ID registers (limits in
 * vkf_limits.c). Invariant: opening the card once serves both the queries and the first device. Formats and
 * images: vkf_format.c, vkf_image_format.c. */
#include "vkf_physical_device.h"
#include "vkf_extensions.h"
#include "vkf_features.h"
#include "vkf_instance.h"
#include "vkf_machine.h"

/* robustBufferAccess is the hardware's way: every buffer access is checked against its descriptor. */
const VkPhysicalDeviceFeatures vkf_features = {
    .robustBufferAccess = VK_TRUE,
    .fullDrawIndexUint32 = VK_TRUE,
    .independentBlend = VK_TRUE,
    .geometryShader = VK_TRUE,
    .tessellationShader = VK_TRUE,
    .sampleRateShading = VK_TRUE,
    .dualSrcBlend = VK_TRUE,
    .logicOp = VK_TRUE,
    .multiDrawIndirect = VK_TRUE,
    .drawIndirectFirstInstance = VK_TRUE,
    .depthClamp = VK_TRUE,
    .depthBiasClamp = VK_TRUE,
    .fillModeNonSolid = VK_TRUE,
    .depthBounds = VK_TRUE,
    .wideLines = VK_TRUE,
    .largePoints = VK_TRUE,
    .alphaToOne = VK_TRUE,
    .multiViewport = VK_TRUE,
    .vertexPipelineStoresAndAtomics = VK_TRUE,
    .fragmentStoresAndAtomics = VK_TRUE,
    .shaderTessellationAndGeometryPointSize = VK_TRUE,
    .shaderClipDistance = VK_TRUE,
    .shaderCullDistance = VK_TRUE,
    .imageCubeArray = VK_TRUE,
    .samplerAnisotropy = VK_TRUE,
    .textureCompressionETC2 = VK_TRUE,
    .textureCompressionASTC_LDR = VK_TRUE,
    .textureCompressionBC = VK_TRUE,
    .occlusionQueryPrecise = VK_TRUE,
    .pipelineStatisticsQuery = VK_TRUE,
    .shaderImageGatherExtended = VK_TRUE,
    .shaderStorageImageExtendedFormats = VK_TRUE,
    .shaderStorageImageMultisample = VK_TRUE,
    .shaderStorageImageReadWithoutFormat = VK_TRUE,
    .shaderStorageImageWriteWithoutFormat = VK_TRUE,
    .shaderUniformBufferArrayDynamicIndexing = VK_TRUE,
    .shaderSampledImageArrayDynamicIndexing = VK_TRUE,
    .shaderStorageBufferArrayDynamicIndexing = VK_TRUE,
    .shaderStorageImageArrayDynamicIndexing = VK_TRUE,
    .shaderFloat64 = VK_TRUE,
    .shaderInt64 = VK_TRUE,
    .shaderInt16 = VK_TRUE,
    .shaderResourceResidency = VK_TRUE,
    .shaderResourceMinLod = VK_TRUE,
    .inheritedQueries = VK_TRUE,
};

static void put_uuid(uint8_t out[VK_UUID_SIZE], const char text[12])
{
   memcpy(out, text, 12);
   for (int i = 0; i < 4; i++)
      out[12 + i] = (uint8_t)(GPU_ABI_VERSION >> (8 * i));
}

void vkf_device_uuid(uint8_t out[VK_UUID_SIZE])
{
   put_uuid(out, "Figment-card");
}
void vkf_driver_uuid(uint8_t out[VK_UUID_SIZE])
{
   put_uuid(out, "Figment-vulk");
}

static VkResult identify(struct vkf_physical_device *p)
{
   struct vkf_machine *m = p->probe;
   uint32_t magic = vkf_machine_read(m, GPU_REG_ID_MAGIC), abi = vkf_machine_read(m, GPU_REG_ID_ABI);
   if (magic != GPU_MAGIC || abi != GPU_ABI_VERSION)
      return vkf_instance_error(p->instance, VK_ERROR_INITIALIZATION_FAILED,
                                "card answers magic %08x, ABI %u; this driver needs %08x, %u", magic, abi,
                                GPU_MAGIC, GPU_ABI_VERSION);
   p->vram_B = vkf_machine_read64(m, GPU_REG_ID_VRAM_LO);
   p->sysmem_B = vkf_machine_read64(m, GPU_REG_ID_SYSMEM_LO);
   p->lds_B = vkf_machine_read(m, GPU_REG_ID_LDS_B);
   p->scratch_max_B = vkf_machine_read(m, GPU_REG_ID_SCRATCH_MAX_B);
   p->rings = vkf_machine_read(m, GPU_REG_ID_RINGS);
   p->core_clock_khz = vkf_machine_read(m, GPU_REG_ID_CORE_CLOCK_KHZ);
   p->watchdog_m = vkf_machine_read(m, GPU_REG_ID_WATCHDOG_M);
   if (p->rings < VKF_QUEUE_COUNT || !p->core_clock_khz)
      return vkf_instance_error(p->instance, VK_ERROR_INITIALIZATION_FAILED,
                                "card has %u rings and a clock of %u kHz", p->rings, p->core_clock_khz);
   vkf_fill_properties(p, vkf_machine_profile(m), &p->properties);
   return VK_SUCCESS;
}

VkResult vkf_physical_device_create(struct vkf_instance *instance, struct vkf_physical_device **out)
{
   char err[512] = "";
   struct vkf_physical_device *p = vkf_object_new(
       NULL, instance->alloc, sizeof *p, VK_OBJECT_TYPE_PHYSICAL_DEVICE, VK_SYSTEM_ALLOCATION_SCOPE_INSTANCE);
   if (!p)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   p->instance = instance;
   pthread_mutex_init(&p->lock, NULL);
   VkResult r = vkf_machine_open(&p->probe, err, sizeof err);
   if (r != VK_SUCCESS)
      vkf_instance_error(instance, r, "cannot power the card: %s", err);
   else
      r = identify(p);
   if (r != VK_SUCCESS) {
      vkf_physical_device_destroy(p);
      /* Only vkCreateDevice may speak of handles. */
      return r == VK_ERROR_TOO_MANY_OBJECTS ? VK_ERROR_INITIALIZATION_FAILED : r;
   }
   *out = p;
   return VK_SUCCESS;
}

void vkf_physical_device_destroy(struct vkf_physical_device *p)
{
   if (!p)
      return;
   vkf_machine_close(p->probe);
   pthread_mutex_destroy(&p->lock);
   vkf_object_delete(NULL, p->instance->alloc, p);
}

VkResult vkf_physical_device_take_machine(struct vkf_physical_device *p, struct vkf_machine **out)
{
   pthread_mutex_lock(&p->lock);
   *out = p->probe;
   p->probe = NULL;
   pthread_mutex_unlock(&p->lock);
   if (*out)
      return VK_SUCCESS;
   char err[512] = "";
   VkResult r = vkf_machine_open(out, err, sizeof err);
   if (r != VK_SUCCESS) {
      vkf_instance_error(p->instance, r, "cannot power another card: %s", err);
      return r == VK_ERROR_TOO_MANY_OBJECTS ? r : VK_ERROR_INITIALIZATION_FAILED;
   }
   return VK_SUCCESS;
}

/* ---- queries ---------------------------------------------------------------------------------------- */
VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceFeatures(VkPhysicalDevice physicalDevice,
                                                         VkPhysicalDeviceFeatures *pFeatures)
{
   *pFeatures = vkf_features;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceFeatures2KHR(VkPhysicalDevice physicalDevice,
                                                             VkPhysicalDeviceFeatures2 *pFeatures)
{
   pFeatures->features = vkf_features;
   for (VkBaseOutStructure *s = pFeatures->pNext; s; s = s->pNext)
      vkf_features_fill(s);
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceProperties(VkPhysicalDevice physicalDevice,
                                                           VkPhysicalDeviceProperties *pProperties)
{
   *pProperties = vkf_physical_device_from(physicalDevice)->properties;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceProperties2KHR(VkPhysicalDevice physicalDevice,
                                                               VkPhysicalDeviceProperties2 *pProperties)
{
   const struct vkf_physical_device *p = vkf_physical_device_from(physicalDevice);
   pProperties->properties = p->properties;
   for (VkBaseOutStructure *s = pProperties->pNext; s; s = s->pNext)
      vkf_properties_fill(p, s);
}

#define QUEUE_FAMILY(flags, count)                                                                           \
   {                                                                                                         \
      .queueFlags = (flags), .queueCount = (count), .timestampValidBits = 64,                                \
      .minImageTransferGranularity = {1, 1, 1}                                                               \
   }
const VkQueueFamilyProperties vkf_queue_families[VKF_FAMILY_COUNT] = {
    [VKF_FAMILY_MAIN] = QUEUE_FAMILY(VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT, 1),
    [VKF_FAMILY_COMPUTE] = QUEUE_FAMILY(VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT, 2),
    [VKF_FAMILY_TRANSFER] = QUEUE_FAMILY(VK_QUEUE_TRANSFER_BIT, 1),
};

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceQueueFamilyProperties(VkPhysicalDevice physicalDevice,
                                                                      uint32_t *pCount,
                                                                      VkQueueFamilyProperties *pProperties)
{
   vkf_return_array(vkf_queue_families, VKF_FAMILY_COUNT, sizeof vkf_queue_families[0], pCount, pProperties);
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceQueueFamilyProperties2KHR(
    VkPhysicalDevice physicalDevice, uint32_t *pCount, VkQueueFamilyProperties2 *pProperties)
{
   if (!pProperties) {
      *pCount = VKF_FAMILY_COUNT;
      return;
   }
   *pCount = VKF_MIN(*pCount, (uint32_t)VKF_FAMILY_COUNT);
   for (uint32_t i = 0; i < *pCount; i++)
      pProperties[i].queueFamilyProperties = vkf_queue_families[i];
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceMemoryProperties(
    VkPhysicalDevice physicalDevice, VkPhysicalDeviceMemoryProperties *pProperties)
{
   vkf_fill_memory_properties(vkf_physical_device_from(physicalDevice), pProperties);
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceMemoryProperties2KHR(
    VkPhysicalDevice physicalDevice, VkPhysicalDeviceMemoryProperties2 *pProperties)
{
   struct vkf_physical_device *p = vkf_physical_device_from(physicalDevice);
   vkf_fill_memory_properties(p, &pProperties->memoryProperties);
   for (VkBaseOutStructure *s = pProperties->pNext; s; s = s->pNext) {
      if (s->sType != VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT)
         continue;
      VkPhysicalDeviceMemoryBudgetPropertiesEXT *b = (VkPhysicalDeviceMemoryBudgetPropertiesEXT *)s;
      memset(b->heapBudget, 0, sizeof b->heapBudget);
      memset(b->heapUsage, 0, sizeof b->heapUsage);
      /* Nobody else uses the card: all of a heap may be had. */
      for (uint32_t h = 0; h < pProperties->memoryProperties.memoryHeapCount; h++) {
         b->heapBudget[h] = pProperties->memoryProperties.memoryHeaps[h].size;
         b->heapUsage[h] = p->used_B[h];
      }
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumerateDeviceExtensionProperties(VkPhysicalDevice physicalDevice,
                                                                      const char *pLayerName,
                                                                      uint32_t *pCount,
                                                                      VkExtensionProperties *pProperties)
{
   if (pLayerName)
      return VK_ERROR_LAYER_NOT_PRESENT;
   return vkf_extensions_list(VKF_EXT_KIND_DEVICE, pCount, pProperties);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumerateDeviceLayerProperties(VkPhysicalDevice physicalDevice,
                                                                  uint32_t *pCount,
                                                                  VkLayerProperties *pProperties)
{
   *pCount = 0;
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceExternalBufferPropertiesKHR(
    VkPhysicalDevice physicalDevice, const VkPhysicalDeviceExternalBufferInfo *pExternalBufferInfo,
    VkExternalBufferProperties *pExternalBufferProperties)
{
   VkExternalMemoryProperties *p = &pExternalBufferProperties->externalMemoryProperties;
   *p = (VkExternalMemoryProperties){.compatibleHandleTypes = pExternalBufferInfo->handleType};
   if (pExternalBufferInfo->handleType == VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT &&
       !pExternalBufferInfo->flags)
      p->externalMemoryFeatures = VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT;
   if (pExternalBufferInfo->handleType != VKF_OPAQUE_HANDLE || pExternalBufferInfo->flags)
      return;
   p->externalMemoryFeatures =
       VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT;
   p->exportFromImportedHandleTypes = VKF_OPAQUE_HANDLE;
   p->compatibleHandleTypes = VKF_OPAQUE_HANDLE;
}
