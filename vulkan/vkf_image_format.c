/* vkGetPhysicalDeviceImageFormatProperties: which images there can be. Invariant: vkCreateImage asks the same
 * function, so nothing exists that was not offered. Sparse images: none. */
#include "vkf_format.h"
#include "vkf_image.h"
#include "vkf_physical_device.h"

#define KNOWN_FLAGS                                                                                          \
   (VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT | VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT | VK_IMAGE_CREATE_ALIAS_BIT |   \
    VK_IMAGE_CREATE_2D_ARRAY_COMPATIBLE_BIT | VK_IMAGE_CREATE_BLOCK_TEXEL_VIEW_COMPATIBLE_BIT |              \
    VK_IMAGE_CREATE_EXTENDED_USAGE_BIT)

#define KNOWN_USAGE                                                                                          \
   (VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |         \
    VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT |  \
    VK_IMAGE_USAGE_TRANSIENT_ATTACHMENT_BIT | VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT |                          \
    VK_IMAGE_USAGE_ATTACHMENT_FEEDBACK_LOOP_BIT_EXT)
#define ATTACHMENT_FEATURES                                                                                  \
   (VK_FORMAT_FEATURE_2_COLOR_ATTACHMENT_BIT | VK_FORMAT_FEATURE_2_DEPTH_STENCIL_ATTACHMENT_BIT)

static bool flags_fit(const fmt_info *info, VkImageType type, VkImageCreateFlags flags)
{
   if (flags & ~(VkImageCreateFlags)KNOWN_FLAGS)
      return false;
   if ((flags & VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT) && type != VK_IMAGE_TYPE_2D)
      return false;
   if ((flags & VK_IMAGE_CREATE_2D_ARRAY_COMPATIBLE_BIT) && type != VK_IMAGE_TYPE_3D)
      return false;
   return !(flags & VK_IMAGE_CREATE_BLOCK_TEXEL_VIEW_COMPATIBLE_BIT) || vkf_format_is_compressed(info);
}

/* With EXTENDED_USAGE it is views of other formats that have the features. */
static bool usage_fits(VkFormatFeatureFlags2 features, VkImageUsageFlags usage, VkImageCreateFlags flags)
{
   if (!features || (usage & ~(VkImageUsageFlags)KNOWN_USAGE))
      return false;
   if ((usage & VK_IMAGE_USAGE_TRANSFER_SRC_BIT) && !(features & VK_FORMAT_FEATURE_2_TRANSFER_SRC_BIT))
      return false;
   if ((usage & VK_IMAGE_USAGE_TRANSFER_DST_BIT) && !(features & VK_FORMAT_FEATURE_2_TRANSFER_DST_BIT))
      return false;
   if (flags & VK_IMAGE_CREATE_EXTENDED_USAGE_BIT)
      return true;
   if ((usage & VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT) && !(features & VK_FORMAT_FEATURE_2_COLOR_ATTACHMENT_BIT))
      return false;
   if ((usage & VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT) &&
       !(features & VK_FORMAT_FEATURE_2_DEPTH_STENCIL_ATTACHMENT_BIT))
      return false;
   if ((usage & VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT) && !(features & ATTACHMENT_FEATURES))
      return false;
   if ((usage & VK_IMAGE_USAGE_SAMPLED_BIT) && !(features & VK_FORMAT_FEATURE_2_SAMPLED_IMAGE_BIT))
      return false;
   return !(usage & VK_IMAGE_USAGE_STORAGE_BIT) || (features & VK_FORMAT_FEATURE_2_STORAGE_IMAGE_BIT);
}

static uint32_t levels_of(uint32_t size)
{
   uint32_t n = 0;
   for (; size; size >>= 1)
      n++;
   return n;
}

static bool type_fits(const fmt_info *info, VkImageType type)
{
   switch (type) {
   case VK_IMAGE_TYPE_1D:
      return !vkf_format_is_compressed(info);
   case VK_IMAGE_TYPE_2D:
      return true;
   case VK_IMAGE_TYPE_3D:
      return info->layout != FMT_DEPTH;
   default:
      return false;
   }
}

VkResult vkf_image_format_limits(VkFormat format, VkImageType type, VkImageTiling tiling,
                                 VkImageUsageFlags usage, VkImageCreateFlags flags, uint64_t memory_B,
                                 VkImageFormatProperties *out)
{
   *out = (VkImageFormatProperties){0};
   const fmt_info *info = fmt_lookup(format);
   VkFormatFeatureFlags2 features = vkf_format_image_features(format, tiling);
   if (!info || !type_fits(info, type) || !flags_fit(info, type, flags) || !usage_fits(features, usage, flags))
      return VK_ERROR_FORMAT_NOT_SUPPORTED;
   uint32_t size = type == VK_IMAGE_TYPE_3D ? VKF_IMAGE_DEPTH_MAX : VKF_IMAGE_SIZE_MAX;
   bool linear = tiling == VK_IMAGE_TILING_LINEAR, cube = flags & VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT;
   out->maxExtent = (VkExtent3D){size, type == VK_IMAGE_TYPE_1D ? 1 : size, type == VK_IMAGE_TYPE_3D ? size : 1};
   out->maxMipLevels = linear ? 1 : levels_of(size);
   out->maxArrayLayers = type == VK_IMAGE_TYPE_3D ? 1 : VKF_IMAGE_LAYERS_MAX;
   out->sampleCounts = VK_SAMPLE_COUNT_1_BIT;
   if (type == VK_IMAGE_TYPE_2D && !linear && !cube && (features & ATTACHMENT_FEATURES))
      out->sampleCounts = VKF_IMAGE_SAMPLES;
   out->maxResourceSize = memory_B;
   return VK_SUCCESS;
}

static uint64_t memory_of(const struct vkf_physical_device *p)
{
   return VKF_MAX(VKF_MAX(p->vram_B, p->sysmem_B), UINT64_C(1) << 31);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceImageFormatProperties(
    VkPhysicalDevice physicalDevice, VkFormat format, VkImageType type, VkImageTiling tiling,
    VkImageUsageFlags usage, VkImageCreateFlags flags, VkImageFormatProperties *pImageFormatProperties)
{
   return vkf_image_format_limits(format, type, tiling, usage, flags,
                                  memory_of(vkf_physical_device_from(physicalDevice)), pImageFormatProperties);
}

static void fill_external(VkExternalMemoryHandleTypeFlagBits type, bool ok, VkExternalMemoryProperties *out)
{
   *out = (VkExternalMemoryProperties){0};
   if (!ok)
      return;
   out->externalMemoryFeatures =
       VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT;
   out->exportFromImportedHandleTypes = out->compatibleHandleTypes = type;
}

static void fill_chain(VkBaseOutStructure *s, VkExternalMemoryHandleTypeFlagBits external, bool ok)
{
   for (; s; s = s->pNext) {
      if (s->sType == VK_STRUCTURE_TYPE_EXTERNAL_IMAGE_FORMAT_PROPERTIES)
         fill_external(external, ok && external,
                       &((VkExternalImageFormatProperties *)s)->externalMemoryProperties);
      else if (s->sType == VK_STRUCTURE_TYPE_SAMPLER_YCBCR_CONVERSION_IMAGE_FORMAT_PROPERTIES)
         ((VkSamplerYcbcrConversionImageFormatProperties *)s)->combinedImageSamplerDescriptorCount = 1;
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceImageFormatProperties2KHR(
    VkPhysicalDevice physicalDevice, const VkPhysicalDeviceImageFormatInfo2 *info,
    VkImageFormatProperties2 *pProperties)
{
   const VkPhysicalDeviceExternalImageFormatInfo *external =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_IMAGE_FORMAT_INFO);
   const VkImageStencilUsageCreateInfo *stencil =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_IMAGE_STENCIL_USAGE_CREATE_INFO);
   VkExternalMemoryHandleTypeFlagBits handle = external ? external->handleType : 0;
   VkImageUsageFlags usage = info->usage | (stencil ? stencil->stencilUsage : 0);
   VkResult r = handle && handle != VKF_OPAQUE_HANDLE ? VK_ERROR_FORMAT_NOT_SUPPORTED : VK_SUCCESS;
   if (r == VK_SUCCESS)
      r = vkf_GetPhysicalDeviceImageFormatProperties(physicalDevice, info->format, info->type, info->tiling,
                                                     usage, info->flags, &pProperties->imageFormatProperties);
   else
      pProperties->imageFormatProperties = (VkImageFormatProperties){0};
   fill_chain(pProperties->pNext, handle, r == VK_SUCCESS);
   return r;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceSparseImageFormatProperties(
    VkPhysicalDevice physicalDevice, VkFormat format, VkImageType type, VkSampleCountFlagBits samples,
    VkImageUsageFlags usage, VkImageTiling tiling, uint32_t *pPropertyCount,
    VkSparseImageFormatProperties *pProperties)
{
   *pPropertyCount = 0;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceSparseImageFormatProperties2KHR(
    VkPhysicalDevice physicalDevice, const VkPhysicalDeviceSparseImageFormatInfo2 *pFormatInfo,
    uint32_t *pPropertyCount, VkSparseImageFormatProperties2 *pProperties)
{
   *pPropertyCount = 0;
}
