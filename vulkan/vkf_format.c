/* Features of formats. Invariant: one rule per feature, over the columns of formats.def; a bit stands here only
 * when every command and instruction that it allows works. What a format can be rendered to and fetched as is the card's own
 * property and asked of every implementation by the specification, whether a queue family can draw or not. */
#include "vkf_format.h"
#include "vkf_physical_device.h"

VkImageAspectFlags vkf_format_aspects(const fmt_info *info)
{
   if (info->layout != FMT_DEPTH)
      return VK_IMAGE_ASPECT_COLOR_BIT;
   return (info->component[0].bits ? VK_IMAGE_ASPECT_DEPTH_BIT : 0) |
          (info->component[1].bits ? VK_IMAGE_ASPECT_STENCIL_BIT : 0);
}

static bool is_integer(const fmt_info *info)
{
   return info->type == FMT_UINT || info->type == FMT_SINT;
}

/* Colour that is no block: what images, texel buffers and stores share. 64-bit components do not fit the
 * registers of a texel, and scaled integers are for vertices alone. */
static bool is_texel(const fmt_info *info)
{
   return (info->layout == FMT_PLAIN || info->layout == FMT_SHARED_EXP) && info->component[0].bits < 64 &&
          info->type != FMT_USCALED && info->type != FMT_SSCALED;
}

static bool is_power_of_two(uint32_t v)
{
   return !(v & (v - 1));
}

/* Integers of 64 bits, one to a texel, are there to be stored and for atomics. */
static bool is_wide_integer(const fmt_info *info)
{
   return is_integer(info) && info->component[0].bits == 64 && info->components == 1;
}

/* Three components of whole bytes are for buffers. */
static bool is_image(const fmt_info *info)
{
   return info->layout == FMT_DEPTH || vkf_format_is_compressed(info) || is_wide_integer(info) ||
          (is_texel(info) && is_power_of_two(info->block_B));
}

/* Signed numbers of two bits, alpha beside ten bits of colour, are for vertices and sampling. */
static bool is_storable(const fmt_info *info)
{
   bool is_signed = info->type == FMT_SINT || info->type == FMT_SNORM;
   if (is_wide_integer(info))
      return true;
   return info->layout == FMT_PLAIN && is_texel(info) && is_power_of_two(info->block_B) &&
          info->type != FMT_SRGB && info->component[0].bits >= 8 && !(is_signed && info->component[3].bits == 2);
}

static bool has_atomics(const fmt_info *info)
{
   return info->layout == FMT_PLAIN && is_integer(info) && info->block_B >= 4 && info->components == 1;
}

/* Comparison is what a depth texture is for; integers, and stencil which is one, are not filtered. */
static VkFormatFeatureFlags2 sampling(const fmt_info *info)
{
   bool has_depth = vkf_format_aspects(info) & VK_IMAGE_ASPECT_DEPTH_BIT;
   VkFormatFeatureFlags2 f = VK_FORMAT_FEATURE_2_SAMPLED_IMAGE_BIT;
   if (!is_integer(info))
      f |= VK_FORMAT_FEATURE_2_SAMPLED_IMAGE_FILTER_LINEAR_BIT |
           VK_FORMAT_FEATURE_2_SAMPLED_IMAGE_FILTER_MINMAX_BIT;
   if (has_depth)
      f |= VK_FORMAT_FEATURE_2_SAMPLED_IMAGE_DEPTH_COMPARISON_BIT;
   return f;
}

static VkFormatFeatureFlags2 storing(const fmt_info *info)
{
   if (!is_storable(info))
      return 0;
   return VK_FORMAT_FEATURE_2_STORAGE_IMAGE_BIT | VK_FORMAT_FEATURE_2_STORAGE_READ_WITHOUT_FORMAT_BIT |
          VK_FORMAT_FEATURE_2_STORAGE_WRITE_WITHOUT_FORMAT_BIT |
          (has_atomics(info) ? VK_FORMAT_FEATURE_2_STORAGE_IMAGE_ATOMIC_BIT : 0);
}

/* What the card blends or writes as a colour target. */
static VkFormatFeatureFlags2 rendering(const fmt_info *info)
{
   if (info->layout == FMT_DEPTH)
      return VK_FORMAT_FEATURE_2_DEPTH_STENCIL_ATTACHMENT_BIT;
   bool is_signed = info->type == FMT_SINT || info->type == FMT_SNORM;
   if (info->layout != FMT_PLAIN || !is_texel(info) || !is_power_of_two(info->block_B) ||
       (is_signed && info->component[3].bits == 2))
      return 0;
   return VK_FORMAT_FEATURE_2_COLOR_ATTACHMENT_BIT | (is_integer(info) ? 0 : VK_FORMAT_FEATURE_2_COLOR_ATTACHMENT_BLEND_BIT);
}

/* Blits load and store by the texture unit, which writes every format but compressed ones. */
static VkFormatFeatureFlags2 transferring(const fmt_info *info)
{
   return VK_FORMAT_FEATURE_2_TRANSFER_SRC_BIT | VK_FORMAT_FEATURE_2_TRANSFER_DST_BIT | VK_FORMAT_FEATURE_2_BLIT_SRC_BIT |
          (vkf_format_is_compressed(info) ? 0 : VK_FORMAT_FEATURE_2_BLIT_DST_BIT);
}

VkFormatFeatureFlags2 vkf_format_image_features(VkFormat format, VkImageTiling tiling)
{
   const fmt_info *info = fmt_lookup(format);
   if (!info || !is_image(info))
      return 0;
   bool can_be_linear = is_texel(info) || is_wide_integer(info);
   if (tiling != VK_IMAGE_TILING_OPTIMAL && (tiling != VK_IMAGE_TILING_LINEAR || !can_be_linear))
      return 0;
   if (is_wide_integer(info))
      return storing(info) | (transferring(info) & ~(VK_FORMAT_FEATURE_2_BLIT_SRC_BIT | VK_FORMAT_FEATURE_2_BLIT_DST_BIT));
   return sampling(info) | storing(info) | transferring(info) | rendering(info);
}

VkFormatFeatureFlags2 vkf_format_buffer_features(VkFormat format)
{
   const fmt_info *info = fmt_lookup(format);
   if (!info || info->type == FMT_SRGB)
      return 0;
   VkFormatFeatureFlags2 f = info->layout == FMT_PLAIN ? VK_FORMAT_FEATURE_2_VERTEX_BUFFER_BIT : 0;
   if (!is_texel(info) && !is_wide_integer(info))
      return f;
   f |= is_wide_integer(info) ? 0 : VK_FORMAT_FEATURE_2_UNIFORM_TEXEL_BUFFER_BIT;
   if (is_storable(info))
      f |= VK_FORMAT_FEATURE_2_STORAGE_TEXEL_BUFFER_BIT | VK_FORMAT_FEATURE_2_STORAGE_READ_WITHOUT_FORMAT_BIT |
           VK_FORMAT_FEATURE_2_STORAGE_WRITE_WITHOUT_FORMAT_BIT;
   if (has_atomics(info))
      f |= VK_FORMAT_FEATURE_2_STORAGE_TEXEL_BUFFER_ATOMIC_BIT;
   return f;
}

/* The old structure has the bits of the first word that were not added with the new one. */
#define OLD_BITS UINT64_C(0x3fffffff)

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceFormatProperties(VkPhysicalDevice physicalDevice,
                                                                 VkFormat format,
                                                                 VkFormatProperties *pFormatProperties)
{
   VkFormatFeatureFlags2 linear = vkf_format_image_features(format, VK_IMAGE_TILING_LINEAR);
   VkFormatFeatureFlags2 optimal = vkf_format_image_features(format, VK_IMAGE_TILING_OPTIMAL);
   *pFormatProperties = (VkFormatProperties){
       .linearTilingFeatures = (VkFormatFeatureFlags)(linear & OLD_BITS),
       .optimalTilingFeatures = (VkFormatFeatureFlags)(optimal & OLD_BITS),
       .bufferFeatures = (VkFormatFeatureFlags)(vkf_format_buffer_features(format) & OLD_BITS)};
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceFormatProperties2KHR(VkPhysicalDevice physicalDevice,
                                                                     VkFormat format,
                                                                     VkFormatProperties2 *pFormatProperties)
{
   vkf_GetPhysicalDeviceFormatProperties(physicalDevice, format, &pFormatProperties->formatProperties);
   for (VkBaseOutStructure *s = pFormatProperties->pNext; s; s = s->pNext) {
      if (s->sType != VK_STRUCTURE_TYPE_FORMAT_PROPERTIES_3)
         continue;
      VkFormatProperties3 *p = (VkFormatProperties3 *)s;
      p->linearTilingFeatures = vkf_format_image_features(format, VK_IMAGE_TILING_LINEAR);
      p->optimalTilingFeatures = vkf_format_image_features(format, VK_IMAGE_TILING_OPTIMAL);
      p->bufferFeatures = vkf_format_buffer_features(format);
   }
}
