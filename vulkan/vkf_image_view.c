/* VkImageView: a descriptor made once. A view that the hardware cannot have, such as 2D slices of a 3D image that
 * begin anywhere in memory, is the null descriptor: shaders may not use those by the specification. */
#include "vkf_device.h"
#include "vkf_image.h"

static enum gpu_dim dim_of(VkImageViewType type)
{
   static const uint8_t dims[] = {
       [VK_IMAGE_VIEW_TYPE_1D] = GPU_DIM_1D,
       [VK_IMAGE_VIEW_TYPE_2D] = GPU_DIM_2D,
       [VK_IMAGE_VIEW_TYPE_3D] = GPU_DIM_3D,
       [VK_IMAGE_VIEW_TYPE_CUBE] = GPU_DIM_CUBE,
       [VK_IMAGE_VIEW_TYPE_1D_ARRAY] = GPU_DIM_1D_ARRAY,
       [VK_IMAGE_VIEW_TYPE_2D_ARRAY] = GPU_DIM_2D_ARRAY,
       [VK_IMAGE_VIEW_TYPE_CUBE_ARRAY] = GPU_DIM_CUBE_ARRAY,
   };
   return (uint32_t)type < VKF_COUNT(dims) ? (enum gpu_dim)dims[type] : GPU_DIM_NONE;
}

/* Which dimensions of views an image of a type has. */
static bool dim_fits(VkImageType type, enum gpu_dim dim)
{
   switch (dim) {
   case GPU_DIM_1D:
   case GPU_DIM_1D_ARRAY:
      return type == VK_IMAGE_TYPE_1D;
   case GPU_DIM_3D:
      return type == VK_IMAGE_TYPE_3D;
   case GPU_DIM_2D:
   case GPU_DIM_2D_ARRAY:
      return type != VK_IMAGE_TYPE_1D;
   case GPU_DIM_CUBE:
   case GPU_DIM_CUBE_ARRAY:
      return type == VK_IMAGE_TYPE_2D;
   default:
      return false;
   }
}

static enum gpu_swizzle swizzle_of(VkComponentSwizzle s, uint32_t component)
{
   switch (s) {
   case VK_COMPONENT_SWIZZLE_ZERO:
      return GPU_SWIZZLE_0;
   case VK_COMPONENT_SWIZZLE_ONE:
      return GPU_SWIZZLE_1;
   case VK_COMPONENT_SWIZZLE_R:
   case VK_COMPONENT_SWIZZLE_G:
   case VK_COMPONENT_SWIZZLE_B:
   case VK_COMPONENT_SWIZZLE_A:
      return (enum gpu_swizzle)(GPU_SWIZZLE_R + (s - VK_COMPONENT_SWIZZLE_R));
   default:
      return (enum gpu_swizzle)(GPU_SWIZZLE_R + component);
   }
}

/* Slices of a 3D image count as layers of its 2D views. */
static struct vkf_image_range range_of(const struct vkf_image *image, enum gpu_dim dim,
                                       const VkImageSubresourceRange *wanted)
{
   struct vkf_image_range r = vkf_image_range(image, wanted);
   if (image->type == VK_IMAGE_TYPE_3D && dim != GPU_DIM_3D) {
      uint32_t slices = vkf_image_extent(image, r.base_level).depth;
      r.base_layer = VKF_MIN(wanted->baseArrayLayer, slices);
      r.layers = VKF_MIN(wanted->layerCount, slices - r.base_layer);
   }
   return r;
}

static void describe(struct vkf_image_view *v, enum gpu_dim dim, const VkComponentMapping *swizzle)
{
   gpu_image d;
   bool stencil = v->aspects == VK_IMAGE_ASPECT_STENCIL_BIT;
   if (!vkf_image_describe(v->image, v->format, dim, stencil, &v->range, &d))
      return;
   const VkComponentSwizzle from[4] = {swizzle->r, swizzle->g, swizzle->b, swizzle->a};
   for (uint32_t c = 0; c < 4; c++)
      d.swizzle[c] = swizzle_of(from[c], c);
   gpu_image_encode(&d, v->descriptor);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateImageView(VkDevice device_, const VkImageViewCreateInfo *pCreateInfo,
                                                   const VkAllocationCallbacks *pAllocator,
                                                   VkImageView *pView)
{
   struct vkf_device *device = vkf_device_from(device_);
   const struct vkf_image *image = vkf_image_from(pCreateInfo->image);
   enum gpu_dim dim = dim_of(pCreateInfo->viewType);
   const fmt_info *as = fmt_lookup(pCreateInfo->format);
   if (!as || as->block_B != image->info->block_B || !dim_fits(image->type, dim))
      return vkf_error(device, image, VK_ERROR_FORMAT_NOT_SUPPORTED,
                       "vkCreateImageView: an image of type %d and format %d has no views of type %d and format %d",
                       image->type, image->format, pCreateInfo->viewType, pCreateInfo->format);
   struct vkf_image_view *v = vkf_device_object(device, pAllocator, sizeof *v, VK_OBJECT_TYPE_IMAGE_VIEW);
   if (!v)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   v->image = image;
   v->format = pCreateInfo->format;
   v->type = pCreateInfo->viewType;
   v->aspects = pCreateInfo->subresourceRange.aspectMask;
   v->range = range_of(image, dim, &pCreateInfo->subresourceRange);
   describe(v, dim, &pCreateInfo->components);
   *pView = vkf_image_view_to(v);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyImageView(VkDevice device, VkImageView imageView,
                                                const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_image_view_from(imageView));
}
