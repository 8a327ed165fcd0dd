/* VkShaderModule. Checked when a pipeline is compiled from it. */
#include "vkf_shader_module.h"
#include "vkf_device.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateShaderModule(VkDevice device_,
                                                      const VkShaderModuleCreateInfo *pCreateInfo,
                                                      const VkAllocationCallbacks *pAllocator,
                                                      VkShaderModule *pShaderModule)
{
   struct vkf_device *device = vkf_device_from(device_);
   size_t words = pCreateInfo->codeSize / 4;
   struct vkf_shader_module *m =
       vkf_device_object(device, pAllocator, sizeof *m + words * 4, VK_OBJECT_TYPE_SHADER_MODULE);
   if (!m)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   m->word_count = words;
   memcpy(m->words, pCreateInfo->pCode, words * 4);
   *pShaderModule = vkf_shader_module_to(m);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyShaderModule(VkDevice device, VkShaderModule module,
                                                   const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_shader_module_from(module));
}
