/* Limits, heaps and names. What the hardware decides comes from the ID registers and the contract's constants. */
#include "vkf_instance.h"
#include "vkf_physical_device.h"
#include <stdio.h>
#include "gfx_stage.h"
#include "sc.h"
#include "vkf_buffer_view.h"
#include "vkf_descriptor.h"
#include "vkf_image.h"
#include "vkf_sampler.h"
#include "vkf_build_id.h"

#define VKF_VENDOR_ID 0x4647u /* "FG" */
#define VKF_DEVICE_ID 0x0001u
#define MAX_DESCRIPTORS VKF_SET_DESCRIPTORS_MAX

static void fill_image_limits(VkPhysicalDeviceLimits *l)
{
   l->maxImageDimension1D = VKF_IMAGE_SIZE_MAX;
   l->maxImageDimension2D = VKF_IMAGE_SIZE_MAX;
   l->maxImageDimension3D = VKF_IMAGE_DEPTH_MAX;
   l->maxImageDimensionCube = VKF_IMAGE_SIZE_MAX;
   l->maxImageArrayLayers = VKF_IMAGE_LAYERS_MAX;
   l->maxTexelBufferElements = VKF_TEXEL_BUFFER_ELEMENTS_MAX;
   l->minTexelBufferOffsetAlignment = VKF_TEXEL_BUFFER_ALIGN_B;
   l->maxSamplerAllocationCount = VKF_SAMPLERS_MAX;
   l->maxSamplerLodBias = VKF_SAMPLER_LOD_BIAS_MAX;
   l->maxSamplerAnisotropy = GPU_IMAGE_ANISOTROPY_MAX;
   l->minTexelOffset = -8;
   l->maxTexelOffset = 7;
   l->minTexelGatherOffset = -32; /* signed bytes would do for -128 to 127 */
   l->maxTexelGatherOffset = 31;
   l->subTexelPrecisionBits = GPU_TEXEL_FRACTION_BITS;
   l->mipmapPrecisionBits = GPU_TEXEL_FRACTION_BITS;
   l->sampledImageColorSampleCounts = VKF_IMAGE_SAMPLES;
   l->sampledImageIntegerSampleCounts = VKF_IMAGE_SAMPLES;
   l->sampledImageDepthSampleCounts = VKF_IMAGE_SAMPLES;
   l->sampledImageStencilSampleCounts = VKF_IMAGE_SAMPLES;
   l->storageImageSampleCounts = VKF_IMAGE_SAMPLES;
   l->maxSampleMaskWords = 1;
}

static void fill_geometry_limits(VkPhysicalDeviceLimits *l)
{
   const uint32_t components = 4 * GPU_RECORD_LOCATIONS;
   l->maxTessellationGenerationLevel = GPU_GFX_TESS_LEVEL_MAX;
   l->maxTessellationPatchSize = GPU_GFX_PATCH_POINTS_MAX;
   l->maxTessellationControlPerVertexInputComponents = components;
   l->maxTessellationControlPerVertexOutputComponents = components;
   l->maxTessellationControlPerPatchOutputComponents = 120;
   l->maxTessellationControlTotalOutputComponents = 4096;
   l->maxTessellationEvaluationInputComponents = components;
   l->maxTessellationEvaluationOutputComponents = components;
   l->maxGeometryShaderInvocations = 32;
   l->maxGeometryInputComponents = components;
   l->maxGeometryOutputComponents = components;
   l->maxGeometryOutputVertices = 256;
   l->maxGeometryTotalOutputComponents = 1024;
}

static void fill_raster_limits(VkPhysicalDeviceLimits *l)
{
   l->maxVertexInputAttributes = GPU_GFX_ATTRIBUTES;
   l->maxVertexInputBindings = GPU_GFX_BINDINGS;
   l->maxVertexInputAttributeOffset = 2047;
   l->maxVertexInputBindingStride = 2048;
   l->maxVertexOutputComponents = 4 * GPU_RECORD_LOCATIONS;
   l->maxFragmentInputComponents = 4 * GPU_RECORD_LOCATIONS;
   l->maxFragmentOutputAttachments = GPU_GFX_TARGETS;
   l->maxFragmentCombinedOutputResources = MAX_DESCRIPTORS;
   l->subPixelPrecisionBits = 8;
   l->maxDrawIndexedIndexValue = UINT32_MAX;
   l->maxDrawIndirectCount = UINT32_MAX;
   l->maxViewports = GPU_GFX_VIEWPORTS;
   l->maxViewportDimensions[0] = l->maxViewportDimensions[1] = GPU_GFX_SIZE_MAX;
   l->viewportBoundsRange[0] = -2.0f * GPU_GFX_SIZE_MAX;
   l->viewportBoundsRange[1] = 2.0f * GPU_GFX_SIZE_MAX - 1;
   l->maxFramebufferWidth = l->maxFramebufferHeight = GPU_GFX_SIZE_MAX;
   l->maxFramebufferLayers = GPU_GFX_LAYERS_MAX;
   l->framebufferColorSampleCounts = VKF_IMAGE_SAMPLES;
   l->framebufferDepthSampleCounts = VKF_IMAGE_SAMPLES;
   l->framebufferStencilSampleCounts = VKF_IMAGE_SAMPLES;
   l->framebufferNoAttachmentsSampleCounts = VKF_IMAGE_SAMPLES;
   l->maxColorAttachments = GPU_GFX_TARGETS;
   l->discreteQueuePriorities = 2;
   l->pointSizeRange[0] = l->lineWidthRange[0] = 1;
   l->pointSizeRange[1] = GPU_GFX_POINT_SIZE_MAX;
   l->lineWidthRange[1] = 16;
   l->pointSizeGranularity = l->lineWidthGranularity = 0.125f;
   l->strictLines = VK_TRUE;
   l->maxClipDistances = l->maxCullDistances = l->maxCombinedClipAndCullDistances = 8;
   l->maxFragmentDualSrcAttachments = 1;
   l->minInterpolationOffset = -0.5f;
   l->maxInterpolationOffset = 0.4375f;
   l->subPixelInterpolationOffsetBits = 4;
   fill_geometry_limits(l);
   l->standardSampleLocations = VK_TRUE;
}

static void fill_descriptor_limits(VkPhysicalDeviceLimits *l)
{
   l->maxUniformBufferRange = UINT32_MAX & ~3u;
   l->maxStorageBufferRange = UINT32_MAX & ~3u;
   l->maxPushConstantsSize = SC_PUSH_MAX_B;
   l->maxBoundDescriptorSets = SC_MAX_SETS;
   l->maxPerStageDescriptorUniformBuffers = MAX_DESCRIPTORS;
   l->maxPerStageDescriptorStorageBuffers = MAX_DESCRIPTORS;
   l->maxPerStageDescriptorSamplers = MAX_DESCRIPTORS;
   l->maxPerStageDescriptorSampledImages = MAX_DESCRIPTORS;
   l->maxPerStageDescriptorStorageImages = MAX_DESCRIPTORS;
   l->maxPerStageDescriptorInputAttachments = MAX_DESCRIPTORS;
   l->maxPerStageResources = MAX_DESCRIPTORS;
   l->maxDescriptorSetUniformBuffers = MAX_DESCRIPTORS;
   l->maxDescriptorSetStorageBuffers = MAX_DESCRIPTORS;
   l->maxDescriptorSetUniformBuffersDynamic = SC_MAX_DYNAMIC / 2;
   l->maxDescriptorSetStorageBuffersDynamic = SC_MAX_DYNAMIC / 2;
   l->maxDescriptorSetSamplers = MAX_DESCRIPTORS;
   l->maxDescriptorSetSampledImages = MAX_DESCRIPTORS;
   l->maxDescriptorSetStorageImages = MAX_DESCRIPTORS;
   l->maxDescriptorSetInputAttachments = MAX_DESCRIPTORS;
   l->minUniformBufferOffsetAlignment = 16;
   l->minStorageBufferOffsetAlignment = 16;
}

static void fill_compute_limits(const struct vkf_physical_device *p, VkPhysicalDeviceLimits *l)
{
   l->maxComputeSharedMemorySize = p->lds_B;
   l->maxComputeWorkGroupInvocations = 1024;
   for (int i = 0; i < 3; i++) {
      l->maxComputeWorkGroupCount[i] = 65535;
      l->maxComputeWorkGroupSize[i] = 1024;
   }
   l->timestampComputeAndGraphics = VK_TRUE;
   l->timestampPeriod = (float)(1e6 / p->core_clock_khz);
}

static void fill_memory_limits(VkPhysicalDeviceLimits *l)
{
   l->maxMemoryAllocationCount = VKF_MAX_ALLOCATIONS;
   l->bufferImageGranularity = 1;
   l->minMemoryMapAlignment = 65536;
   l->optimalBufferCopyOffsetAlignment = 16;
   l->optimalBufferCopyRowPitchAlignment = 64;
   l->nonCoherentAtomSize = 1;
}

void vkf_fill_properties(const struct vkf_physical_device *p, const char *profile,
                         VkPhysicalDeviceProperties *out)
{
   *out = (VkPhysicalDeviceProperties){
       .apiVersion = VKF_API_VERSION,
       .driverVersion = VKF_DRIVER_VERSION,
       .vendorID = VKF_VENDOR_ID,
       .deviceID = VKF_DEVICE_ID,
       .deviceType = VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU,
   };
   snprintf(out->deviceName, sizeof out->deviceName, "Figment %s", profile);
   static const uint8_t build_id[VK_UUID_SIZE] = VKF_BUILD_ID;
   memcpy(out->pipelineCacheUUID, build_id, sizeof build_id);
   fill_image_limits(&out->limits);
   fill_raster_limits(&out->limits);
   fill_descriptor_limits(&out->limits);
   fill_compute_limits(p, &out->limits);
   fill_memory_limits(&out->limits);
}

void vkf_fill_memory_properties(const struct vkf_physical_device *p, VkPhysicalDeviceMemoryProperties *out)
{
   const VkMemoryPropertyFlags visible =
       VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
   const VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
   *out = (VkPhysicalDeviceMemoryProperties){.memoryTypeCount = VKF_MEMORY_TYPE_COUNT, .memoryHeapCount = 2};
   out->memoryHeaps[0] = (VkMemoryHeap){p->vram_B, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT};
   out->memoryHeaps[1] = (VkMemoryHeap){p->sysmem_B, 0};
   out->memoryTypes[VKF_MEMORY_VRAM] = (VkMemoryType){local, 0};
   out->memoryTypes[VKF_MEMORY_SYSTEM] = (VkMemoryType){visible, 1};
   out->memoryTypes[VKF_MEMORY_VRAM_VISIBLE] = (VkMemoryType){local | visible, 0};
   out->memoryTypes[VKF_MEMORY_SYSTEM_CACHED] =
       (VkMemoryType){visible | VK_MEMORY_PROPERTY_HOST_CACHED_BIT, 1};
}
