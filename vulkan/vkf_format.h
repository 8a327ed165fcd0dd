/* What formats may be used for: features derived from gpu/formats.def and from what the hardware does with
 * each kind of format. */
#ifndef VKF_FORMAT_H
#define VKF_FORMAT_H

#include "formats.h"
#include "vkf.h"

/* 0 if the format does not exist, or not with this tiling. */
VkFormatFeatureFlags2 vkf_format_image_features(VkFormat format, VkImageTiling tiling);
VkFormatFeatureFlags2 vkf_format_buffer_features(VkFormat format);
/* COLOR, or DEPTH and STENCIL as the format has them. */
VkImageAspectFlags vkf_format_aspects(const fmt_info *info);

static inline bool vkf_format_is_compressed(const fmt_info *info)
{
   return info->block_w_px > 1;
}

#endif
