/* Properties of descriptors and samplers in structures of their own. Memory alone limits descriptors: what the
 * structures ask for are the numbers of vkf_descriptor.h, whatever a descriptor is and whenever it is written. */
#include "vkf_buffer_view.h"
#include "vkf_descriptor.h"
#include "vkf_features.h"
#include "vkf_sampler.h"

/* Divergent indices cost a loop over their values. */
static void fill_indexing(VkPhysicalDeviceDescriptorIndexingProperties *p)
{
   const uint32_t many = VKF_SET_DESCRIPTORS_MAX;
   p->maxUpdateAfterBindDescriptorsInAllPools = UINT32_MAX;
   p->shaderUniformBufferArrayNonUniformIndexingNative = VK_FALSE;
   p->shaderSampledImageArrayNonUniformIndexingNative = VK_FALSE;
   p->shaderStorageBufferArrayNonUniformIndexingNative = VK_FALSE;
   p->shaderStorageImageArrayNonUniformIndexingNative = VK_FALSE;
   p->shaderInputAttachmentArrayNonUniformIndexingNative = VK_FALSE;
   p->robustBufferAccessUpdateAfterBind = VK_TRUE;
   p->quadDivergentImplicitLod = VK_FALSE;
   p->maxPerStageDescriptorUpdateAfterBindSamplers = many;
   p->maxPerStageDescriptorUpdateAfterBindUniformBuffers = many;
   p->maxPerStageDescriptorUpdateAfterBindStorageBuffers = many;
   p->maxPerStageDescriptorUpdateAfterBindSampledImages = many;
   p->maxPerStageDescriptorUpdateAfterBindStorageImages = many;
   p->maxPerStageDescriptorUpdateAfterBindInputAttachments = many;
   p->maxPerStageUpdateAfterBindResources = many;
   p->maxDescriptorSetUpdateAfterBindSamplers = many;
   p->maxDescriptorSetUpdateAfterBindUniformBuffers = many;
   p->maxDescriptorSetUpdateAfterBindUniformBuffersDynamic = SC_MAX_DYNAMIC / 2;
   p->maxDescriptorSetUpdateAfterBindStorageBuffers = many;
   p->maxDescriptorSetUpdateAfterBindStorageBuffersDynamic = SC_MAX_DYNAMIC / 2;
   p->maxDescriptorSetUpdateAfterBindSampledImages = many;
   p->maxDescriptorSetUpdateAfterBindStorageImages = many;
   p->maxDescriptorSetUpdateAfterBindInputAttachments = many;
}

static void fill_inline(VkPhysicalDeviceInlineUniformBlockProperties *p)
{
   p->maxInlineUniformBlockSize = VKF_INLINE_UNIFORM_BLOCK_MAX_B;
   p->maxPerStageDescriptorInlineUniformBlocks = VKF_INLINE_UNIFORM_BLOCKS_MAX;
   p->maxPerStageDescriptorUpdateAfterBindInlineUniformBlocks = VKF_INLINE_UNIFORM_BLOCKS_MAX;
   p->maxDescriptorSetInlineUniformBlocks = VKF_INLINE_UNIFORM_BLOCKS_MAX;
   p->maxDescriptorSetUpdateAfterBindInlineUniformBlocks = VKF_INLINE_UNIFORM_BLOCKS_MAX;
}

bool vkf_resource_properties_fill(VkBaseOutStructure *s)
{
   switch (s->sType) {
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DESCRIPTOR_INDEXING_PROPERTIES:
      fill_indexing((VkPhysicalDeviceDescriptorIndexingProperties *)s);
      return true;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_INLINE_UNIFORM_BLOCK_PROPERTIES:
      fill_inline((VkPhysicalDeviceInlineUniformBlockProperties *)s);
      return true;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SAMPLER_FILTER_MINMAX_PROPERTIES:
      ((VkPhysicalDeviceSamplerFilterMinmaxProperties *)s)->filterMinmaxSingleComponentFormats = VK_TRUE;
      ((VkPhysicalDeviceSamplerFilterMinmaxProperties *)s)->filterMinmaxImageComponentMapping = VK_TRUE;
      return true;
   case VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_CUSTOM_BORDER_COLOR_PROPERTIES_EXT:
      ((VkPhysicalDeviceCustomBorderColorPropertiesEXT *)s)->maxCustomBorderColorSamplers = VKF_SAMPLERS_MAX;
      return true;
   default:
      return false;
   }
}
