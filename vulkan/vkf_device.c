/* VkDevice: creation, destruction, loss. Invariant: the processor is held in reset before any memory that it
 * may look at goes away. A lost device never hangs its user: every wait ends through vkf_device_wait. */
#include "vkf_device.h"
#include "vkf_entrypoints.h"
#include "vkf_extensions.h"
#include "vkf_features.h"
#include "vkf_internal.h"
#include "vkf_machine.h"
#include <time.h>

#define VA_FIRST                                                                                             \
   (UINT64_C(1) << 32) /* addresses below stay unmapped: small numbers used as pointers fault                \
                        */
#define VA_END (UINT64_C(1) << 47)
#define FIRST_POLL_NS UINT64_C(20000)
#define CODE_BLOCK_B (UINT64_C(2) << 20)
#define SLOT_BLOCK_B (UINT64_C(64) << 10)

/* ---- loss and waiting ---------------------------------------------------------------------------------- */
static void declare_lost(struct vkf_device *device)
{
   pthread_mutex_lock(&device->lost_lock);
   bool first = !atomic_load(&device->lost);
   if (first) {
      vkf_fault_read(device, &device->fault);
      atomic_store(&device->lost, true);
   }
   pthread_mutex_unlock(&device->lost_lock);
   if (first) {
      char text[512];
      vkf_fault_describe(&device->fault, text, sizeof text);
      vkf_error(device, NULL, VK_ERROR_DEVICE_LOST, "device lost: %s", text);
   }
}

bool vkf_device_is_lost(struct vkf_device *device)
{
   if (atomic_load(&device->lost))
      return true;
   uint32_t status = vkf_machine_read(device->machine, GPU_REG_IRQ_STATUS);
   uint32_t bad = status & (GPU_IRQ_FAULT | GPU_IRQ_CP_HALT);
   /* Fence bits carry nothing that the slots in memory do not: acknowledge, then look at memory. */
   if (status & ~bad)
      vkf_machine_write(device->machine, GPU_REG_IRQ_STATUS, status & ~bad);
   if (bad)
      declare_lost(device);
   return bad != 0;
}

static uint64_t now_ns(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/* What is left of a wait that ends at deadline, shortened to poll_ns; negative waits for ever. */
static int64_t slice_ns(uint64_t deadline, uint64_t poll_ns)
{
   uint64_t left = INT64_MAX;
   if (deadline != UINT64_MAX) {
      uint64_t now = now_ns();
      left = now < deadline ? deadline - now : 0;
   }
   if (poll_ns)
      left = VKF_MIN(left, poll_ns);
   return left >= INT64_MAX ? -1 : (int64_t)left;
}

VkResult vkf_device_wait(struct vkf_device *device, bool (*done)(void *context), void *context,
                         uint64_t timeout_ns, uint64_t poll_ns)
{
   uint64_t now = timeout_ns && timeout_ns != UINT64_MAX ? now_ns() : 0;
   uint64_t poll = VKF_MIN(poll_ns, FIRST_POLL_NS);
   uint64_t deadline = timeout_ns > UINT64_MAX - 1 - now ? UINT64_MAX : now + timeout_ns;
   for (;;) {
      /* The interrupt count is taken before looking, so that one which comes in between ends the wait at
       * once. */
      uint64_t seen = vkf_machine_irq_wait(device->machine, 0, 0);
      bool lost = vkf_device_is_lost(device);
      if (done(context))
         return VK_SUCCESS;
      if (lost)
         return VK_ERROR_DEVICE_LOST;
      if (!timeout_ns || (deadline != UINT64_MAX && now_ns() >= deadline))
         return VK_TIMEOUT;
      vkf_machine_irq_wait(device->machine, seen, slice_ns(deadline, poll));
      poll = VKF_MIN(poll * 2, poll_ns);
   }
}

/* ---- creation
 * ---------------------------------------------------------------------------------------------- */
/* ORDER of VkPhysicalDeviceFeatures */
static const char *const feature_names[] = {
    "robustBufferAccess",
    "fullDrawIndexUint32",
    "imageCubeArray",
    "independentBlend",
    "geometryShader",
    "tessellationShader",
    "sampleRateShading",
    "dualSrcBlend",
    "logicOp",
    "multiDrawIndirect",
    "drawIndirectFirstInstance",
    "depthClamp",
    "depthBiasClamp",
    "fillModeNonSolid",
    "depthBounds",
    "wideLines",
    "largePoints",
    "alphaToOne",
    "multiViewport",
    "samplerAnisotropy",
    "textureCompressionETC2",
    "textureCompressionASTC_LDR",
    "textureCompressionBC",
    "occlusionQueryPrecise",
    "pipelineStatisticsQuery",
    "vertexPipelineStoresAndAtomics",
    "fragmentStoresAndAtomics",
    "shaderTessellationAndGeometryPointSize",
    "shaderImageGatherExtended",
    "shaderStorageImageExtendedFormats",
    "shaderStorageImageMultisample",
    "shaderStorageImageReadWithoutFormat",
    "shaderStorageImageWriteWithoutFormat",
    "shaderUniformBufferArrayDynamicIndexing",
    "shaderSampledImageArrayDynamicIndexing",
    "shaderStorageBufferArrayDynamicIndexing",
    "shaderStorageImageArrayDynamicIndexing",
    "shaderClipDistance",
    "shaderCullDistance",
    "shaderFloat64",
    "shaderInt64",
    "shaderInt16",
    "shaderResourceResidency",
    "shaderResourceMinLod",
    "sparseBinding",
    "sparseResidencyBuffer",
    "sparseResidencyImage2D",
    "sparseResidencyImage3D",
    "sparseResidency2Samples",
    "sparseResidency4Samples",
    "sparseResidency8Samples",
    "sparseResidency16Samples",
    "sparseResidencyAliased",
    "variableMultisampleRate",
    "inheritedQueries",
};
_Static_assert(VKF_COUNT(feature_names) * sizeof(VkBool32) == sizeof(VkPhysicalDeviceFeatures),
               "one name a feature");

static VkResult check_feature_bits(struct vkf_physical_device *p, const VkPhysicalDeviceFeatures *wanted)
{
   const VkBool32 *w = (const VkBool32 *)wanted, *have = (const VkBool32 *)&vkf_features;
   for (size_t i = 0; wanted && i < sizeof *wanted / sizeof *w; i++)
      if (w[i] && !have[i])
         return vkf_instance_error(p->instance, VK_ERROR_FEATURE_NOT_PRESENT,
                                   "vkCreateDevice: feature %s is not supported", feature_names[i]);
   return VK_SUCCESS;
}

static VkResult check_queues(struct vkf_physical_device *p, const VkDeviceCreateInfo *info)
{
   uint32_t seen = 0;
   for (uint32_t i = 0; i < info->queueCreateInfoCount; i++) {
      const VkDeviceQueueCreateInfo *q = &info->pQueueCreateInfos[i];
      if (q->flags)
         return vkf_instance_error(p->instance, VK_ERROR_INITIALIZATION_FAILED,
                                   "vkCreateDevice: queue flags 0x%x are not supported", q->flags);
      if (q->queueFamilyIndex >= VKF_FAMILY_COUNT ||
          q->queueCount > vkf_queue_families[q->queueFamilyIndex].queueCount ||
          seen >> q->queueFamilyIndex & 1)
         return vkf_instance_error(p->instance, VK_ERROR_INITIALIZATION_FAILED,
                                   "vkCreateDevice: %u queues of family %u are not there", q->queueCount,
                                   q->queueFamilyIndex);
      seen |= 1u << q->queueFamilyIndex;
   }
   return VK_SUCCESS;
}

static VkResult check_create_info(struct vkf_physical_device *p, const VkDeviceCreateInfo *info,
                                  struct vkf_extension_set *extensions)
{
   const char *unknown = NULL;
   if (!vkf_extensions_parse(VKF_EXT_KIND_DEVICE, info->ppEnabledExtensionNames, info->enabledExtensionCount,
                             extensions, &unknown))
      return vkf_instance_error(p->instance, VK_ERROR_EXTENSION_NOT_PRESENT,
                                "device extension %s is not supported", unknown);
   VkResult r = check_queues(p, info);
   if (r == VK_SUCCESS)
      r = check_feature_bits(p, info->pEnabledFeatures);
   const VkPhysicalDeviceFeatures2 *f2 =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2);
   if (r == VK_SUCCESS && f2)
      r = check_feature_bits(p, &f2->features);
   return r == VK_SUCCESS ? vkf_features_check(p, info->pNext) : r;
}

static VkResult init_memory(struct vkf_device *device)
{
   const struct vkf_physical_device *p = device->physical;
   /* The first chunk stays out of use: address 0 is never a valid table or image. */
   if (!vkf_ranges_init(&device->vram, device->alloc, GPU_PA_VRAM + GPU_CHUNK_B, p->vram_B - GPU_CHUNK_B) ||
       !vkf_ranges_init(&device->sysmem, device->alloc, GPU_PA_SYSMEM, p->sysmem_B) ||
       !vkf_ranges_init(&device->va, device->alloc, VA_FIRST, VA_END - VA_FIRST))
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   vkf_suballoc_init(&device->code, device, VKF_PLACE_VRAM, CODE_BLOCK_B);
   vkf_suballoc_init(&device->slots, device, VKF_PLACE_SYSTEM, SLOT_BLOCK_B);
   VkResult r = vkf_internal_create(device);
   return r == VK_SUCCESS ? vkf_mmu_init(device) : r;
}

static VkResult init_queues(struct vkf_device *device, const VkDeviceCreateInfo *info)
{
   float lowest = 1.0f;
   for (uint32_t i = 0; i < info->queueCreateInfoCount; i++)
      for (uint32_t q = 0; q < info->pQueueCreateInfos[i].queueCount; q++)
         lowest = VKF_MIN(lowest, info->pQueueCreateInfos[i].pQueuePriorities[q]);
   for (uint32_t i = 0; i < info->queueCreateInfoCount; i++) {
      const VkDeviceQueueCreateInfo *q = &info->pQueueCreateInfos[i];
      for (uint32_t n = 0; n < q->queueCount; n++) {
         VkResult r = vkf_queue_create(device, q->queueFamilyIndex, n, q->pQueuePriorities[n] > lowest);
         if (r != VK_SUCCESS)
            return r;
      }
   }
   return VK_SUCCESS;
}

static void device_free(struct vkf_device *device, const VkAllocationCallbacks *given)
{
   vkf_feeder_stop(device);
   if (device->machine)
      vkf_machine_write(device->machine, GPU_REG_CP_RESET, 1);
   for (uint32_t i = 0; i < VKF_QUEUE_COUNT; i++)
      vkf_queue_destroy(device->queues[i]);
   vkf_internal_destroy(device);
   vkf_suballoc_finish(&device->slots);
   vkf_suballoc_finish(&device->code);
   vkf_bo_destroy(device, &device->firmware);
   vkf_ranges_finish(&device->va);
   vkf_ranges_finish(&device->sysmem);
   vkf_ranges_finish(&device->vram);
   vkf_machine_close(device->machine);
   pthread_mutex_destroy(&device->private_lock);
   pthread_mutex_destroy(&device->feeder_lock);
   pthread_mutex_destroy(&device->lost_lock);
   pthread_mutex_destroy(&device->lock);
   vkf_object_delete(given, device->alloc, device);
}

static VkResult device_init(struct vkf_device *device, const VkDeviceCreateInfo *info)
{
   VkResult r = vkf_physical_device_take_machine(device->physical, &device->machine);
   if (r == VK_SUCCESS)
      r = init_memory(device);
   if (r == VK_SUCCESS)
      r = init_queues(device, info);
   return r == VK_SUCCESS ? vkf_boot(device) : r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateDevice(VkPhysicalDevice physicalDevice,
                                                const VkDeviceCreateInfo *pCreateInfo,
                                                const VkAllocationCallbacks *pAllocator, VkDevice *pDevice)
{
   struct vkf_physical_device *p = vkf_physical_device_from(physicalDevice);
   struct vkf_extension_set extensions;
   VkResult r = check_create_info(p, pCreateInfo, &extensions);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_device *device = vkf_object_new(pAllocator, p->instance->alloc, sizeof *device,
                                              VK_OBJECT_TYPE_DEVICE, VK_SYSTEM_ALLOCATION_SCOPE_DEVICE);
   if (!device)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   const VkAllocationCallbacks *alloc = pAllocator ? pAllocator : p->instance->alloc;
   if (alloc) {
      device->alloc_copy = *alloc;
      device->alloc = &device->alloc_copy;
   }
   device->physical = p;
   device->extensions = extensions;
   const VkPhysicalDeviceAddressBindingReportFeaturesEXT *report = vkf_find_in(
       pCreateInfo->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ADDRESS_BINDING_REPORT_FEATURES_EXT);
   const VkPhysicalDeviceRobustness2FeaturesEXT *robustness =
       vkf_find_in(pCreateInfo->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT);
   device->exact_bounds = robustness && robustness->robustBufferAccess2;
   device->report_addresses = report && report->reportAddressBinding;
   pthread_mutex_init(&device->lock, NULL);
   pthread_mutex_init(&device->lost_lock, NULL);
   pthread_mutex_init(&device->feeder_lock, NULL);
   pthread_mutex_init(&device->private_lock, NULL);
   r = device_init(device, pCreateInfo);
   if (r != VK_SUCCESS) {
      device_free(device, pAllocator);
      return r;
   }
   *pDevice = vkf_device_to(device);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyDevice(VkDevice device_, const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   if (!device)
      return;
   vkf_debug(device->physical->instance, VKF_DEBUG_DEVICE, "device closed");
   device_free(device, pAllocator);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vkf_GetDeviceProcAddr(VkDevice device_, const char *pName)
{
   struct vkf_device *device = vkf_device_from(device_);
   return vkf_lookup_device(device->physical->instance, &device->extensions, pName);
}

/* Queues are made with flags 0 only: there is no protected memory. */
VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceQueue2(VkDevice device, const VkDeviceQueueInfo2 *pQueueInfo,
                                               VkQueue *pQueue)
{
   *pQueue = VK_NULL_HANDLE;
   if (!pQueueInfo->flags)
      vkf_GetDeviceQueue(device, pQueueInfo->queueFamilyIndex, pQueueInfo->queueIndex, pQueue);
}

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceQueue(VkDevice device_, uint32_t family, uint32_t index,
                                              VkQueue *pQueue)
{
   struct vkf_device *device = vkf_device_from(device_);
   *pQueue = VK_NULL_HANDLE;
   for (uint32_t i = 0; i < VKF_QUEUE_COUNT; i++) {
      struct vkf_queue *q = device->queues[i];
      if (q && q->family == family && q->index == index)
         *pQueue = vkf_queue_to(q);
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_DeviceWaitIdle(VkDevice device_)
{
   struct vkf_device *device = vkf_device_from(device_);
   for (uint32_t i = 0; i < VKF_QUEUE_COUNT; i++) {
      VkResult r = device->queues[i] ? vkf_QueueWaitIdle(vkf_queue_to(device->queues[i])) : VK_SUCCESS;
      if (r != VK_SUCCESS)
         return r;
   }
   return VK_SUCCESS;
}
