/* VkSamplerYcbcrConversion: the commands are core since 1.1, the feature samplerYcbcrConversion is not offered. So no
 * such object ever exists. */
#include "vkf_device.h"

VKAPI_ATTR VkResult VKAPI_CALL
vkf_CreateSamplerYcbcrConversion(VkDevice device, const VkSamplerYcbcrConversionCreateInfo *pCreateInfo,
                                 const VkAllocationCallbacks *pAllocator, VkSamplerYcbcrConversion *pConversion)
{
   *pConversion = VK_NULL_HANDLE;
   return vkf_error(vkf_device_from(device), NULL, VK_ERROR_OUT_OF_HOST_MEMORY,
                    "vkCreateSamplerYcbcrConversion: the feature samplerYcbcrConversion is not supported");
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroySamplerYcbcrConversion(VkDevice device,
                                                             VkSamplerYcbcrConversion conversion,
                                                             const VkAllocationCallbacks *pAllocator)
{
}
