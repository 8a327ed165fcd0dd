/* VkShaderModule: a copy of the SPIR-V words. */
#ifndef VKF_SHADER_MODULE_H
#define VKF_SHADER_MODULE_H

#include "vkf.h"

struct vkf_shader_module {
   struct vkf_object object;
   size_t word_count;
   uint32_t words[];
};
VKF_HANDLE(vkf_shader_module, VkShaderModule)

#endif
