/* VkSampler: a hardware descriptor, made once. */
#ifndef VKF_SAMPLER_H
#define VKF_SAMPLER_H

#include "image.h"
#include "vkf.h"

#define VKF_SAMPLER_LOD_BIAS_MAX 16.0f
#define VKF_SAMPLERS_MAX 65536u /* promised; memory is the only limit */

struct vkf_sampler {
   struct vkf_object object;
   uint32_t descriptor[GPU_SAMPLER_DESC_DW];
};
VKF_HANDLE(vkf_sampler, VkSampler)

#endif
