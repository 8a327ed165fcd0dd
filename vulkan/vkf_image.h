/* VkImage and VkImageView. An image is one run of memory in the layout of gpu/image.h, all its aspects in the
 * same blocks; a view is a hardware descriptor. Layout transitions do nothing to memory. */
#ifndef VKF_IMAGE_H
#define VKF_IMAGE_H

#include "formats.h"
#include "image.h"
#include "vkf.h"

#define VKF_IMAGE_SIZE_MAX 16384u /* 1D, 2D, cubes */
#define VKF_IMAGE_DEPTH_MAX 2048u /* 3D, in every direction */
#define VKF_IMAGE_LAYERS_MAX 2048u
#define VKF_IMAGE_SAMPLES                                                                                    \
   (VK_SAMPLE_COUNT_1_BIT | VK_SAMPLE_COUNT_2_BIT | VK_SAMPLE_COUNT_4_BIT | VK_SAMPLE_COUNT_8_BIT)

struct vkf_image {
   struct vkf_object object;
   VkImageCreateFlags flags;
   VkImageType type;
   VkFormat format;
   const fmt_info *info; /* of format, never NULL */
   VkImageTiling tiling;
   VkImageUsageFlags usage;
   VkImageAspectFlags aspects; /* that the format has */
   VkExtent3D extent;          /* texels of level 0 */
   uint32_t levels, layers;
   uint32_t samples_log2;
   gpu_image_shape shape; /* where texels lie in a layer: gpu_image_level_of, gpu_image_element_offset */
   uint64_t layer_stride_B;
   uint64_t size_B;
   uint64_t va; /* of level 0 of layer 0; 0 until memory is bound */
};
VKF_HANDLE(vkf_image, VkImage)

/* Everything of *out (zeroed) but its object header and address as vkCreateImage would make it, without asking for memory;
 * the error of vkCreateImage for what cannot be. Its size may be more than any memory has. */
struct vkf_device;
VkResult vkf_image_plan(struct vkf_device *device, const VkImageCreateInfo *info, struct vkf_image *out);

/* A part of an image, counts resolved. Of a 3D image seen as 2D, layers are slices. */
struct vkf_image_range {
   uint32_t base_level, levels, base_layer, layers;
};

/* VK_REMAINING_* resolved, and everything clipped to the image: never more than there is, maybe nothing. */
struct vkf_image_range vkf_image_range(const struct vkf_image *image, const VkImageSubresourceRange *range);

static inline struct gpu_image_level vkf_image_level(const struct vkf_image *image, uint32_t level)
{
   gpu_image_level l;
   gpu_image_level_of(&image->shape, level, &l);
   return l;
}

/* GPU address of a level of a layer; slices of 3D follow each other by vkf_image_level(...).slice_B. */
static inline uint64_t vkf_image_va(const struct vkf_image *image, uint32_t level, uint32_t layer)
{
   return image->va + layer * image->layer_stride_B + vkf_image_level(image, level).offset_B;
}

static inline VkExtent3D vkf_image_extent(const struct vkf_image *image, uint32_t level)
{
   return (VkExtent3D){gpu_image_minify(image->extent.width, level), gpu_image_minify(image->extent.height, level),
                       gpu_image_minify(image->extent.depth, level)};
}

/* The hardware's view of a range, as any format whose blocks have the image's number of bytes (depth and stencil
 * formats and compressed ones included: their blocks then are texels, and the range has one level). Swizzle is
 * the identity; stencil says which aspect a DEPTH format means. dim must fit the image (arrays, cubes: 2D; 2D
 * kinds of a 3D image: its slices). False, and a null descriptor's worth in *out, if the hardware has no such
 * view: slices of a 3D image that do not begin at multiples of GPU_IMAGE_ALIGN_B. */
bool vkf_image_describe(const struct vkf_image *image, VkFormat format, enum gpu_dim dim, bool stencil,
                        const struct vkf_image_range *range, gpu_image *out);

struct vkf_image_view {
   struct vkf_object object;
   const struct vkf_image *image;
   VkFormat format;
   VkImageViewType type;
   VkImageAspectFlags aspects;
   struct vkf_image_range range;
   uint32_t descriptor[GPU_IMAGE_DESC_DW]; /* as VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE and STORAGE_IMAGE want it */
};
VKF_HANDLE(vkf_image_view, VkImageView)

/* vkf_image_format.c: what vkGetPhysicalDeviceImageFormatProperties answers, and vkCreateImage obeys. */
VkResult vkf_image_format_limits(VkFormat format, VkImageType type, VkImageTiling tiling,
                                 VkImageUsageFlags usage, VkImageCreateFlags flags, uint64_t memory_B,
                                 VkImageFormatProperties *out);

#endif
