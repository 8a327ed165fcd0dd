/* VkBufferView. Invariant: the texels of a descriptor lie within the buffer. */
#include "vkf_buffer_view.h"
#include "vkf_buffer.h"
#include "vkf_device.h"
#include "vkf_format.h"

static void describe(const VkBufferViewCreateInfo *info, const fmt_info *format, uint32_t out[GPU_IMAGE_DESC_DW])
{
   const struct vkf_buffer *b = vkf_buffer_from(info->buffer);
   uint64_t va = b->va + info->offset;
   uint64_t texels = vkf_buffer_range(b, info->offset, info->range) / format->block_B;
   gpu_image i = {.va = va & ~(uint64_t)(GPU_IMAGE_ALIGN_B - 1),
                  .format = format->number,
                  .dim = GPU_DIM_BUFFER,
                  .swizzle = {GPU_SWIZZLE_R, GPU_SWIZZLE_G, GPU_SWIZZLE_B, GPU_SWIZZLE_A},
                  .elements = (uint32_t)VKF_MIN(texels, VKF_TEXEL_BUFFER_ELEMENTS_MAX),
                  .offset_B = (uint32_t)(va % GPU_IMAGE_ALIGN_B)};
   gpu_image_encode(&i, out);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateBufferView(VkDevice device_,
                                                    const VkBufferViewCreateInfo *pCreateInfo,
                                                    const VkAllocationCallbacks *pAllocator,
                                                    VkBufferView *pView)
{
   struct vkf_device *device = vkf_device_from(device_);
   if (!vkf_format_buffer_features(pCreateInfo->format))
      return vkf_error(device, NULL, VK_ERROR_FORMAT_NOT_SUPPORTED,
                       "vkCreateBufferView: no texel buffers of format %d", pCreateInfo->format);
   struct vkf_buffer_view *v = vkf_device_object(device, pAllocator, sizeof *v, VK_OBJECT_TYPE_BUFFER_VIEW);
   if (!v)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   describe(pCreateInfo, fmt_lookup(pCreateInfo->format), v->descriptor);
   *pView = vkf_buffer_view_to(v);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyBufferView(VkDevice device, VkBufferView bufferView,
                                                 const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_buffer_view_from(bufferView));
}
