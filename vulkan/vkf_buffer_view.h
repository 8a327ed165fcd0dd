/* VkBufferView: the hardware's descriptor of a run of texels in a buffer. */
#ifndef VKF_BUFFER_VIEW_H
#define VKF_BUFFER_VIEW_H

#include "image.h"
#include "vkf.h"

#define VKF_TEXEL_BUFFER_ELEMENTS_MAX (1u << 27)
#define VKF_TEXEL_BUFFER_ALIGN_B 16u

struct vkf_buffer_view {
   struct vkf_object object;
   uint32_t descriptor[GPU_IMAGE_DESC_DW];
};
VKF_HANDLE(vkf_buffer_view, VkBufferView)

#endif
