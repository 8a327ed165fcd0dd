/* VK_KHR_buffer_device_address: all memory has a GPU address from its allocation to its end, so every bound buffer has one. Addresses
 * cannot be asked for again (bufferDeviceAddressCaptureReplay), hence there is nothing to capture. */
#include "vkf_buffer.h"

VKAPI_ATTR VkDeviceAddress VKAPI_CALL vkf_GetBufferDeviceAddressKHR(VkDevice device, const VkBufferDeviceAddressInfo *pInfo)
{
   return vkf_buffer_from(pInfo->buffer)->va;
}

VKAPI_ATTR uint64_t VKAPI_CALL vkf_GetBufferOpaqueCaptureAddressKHR(VkDevice device,
                                                                    const VkBufferDeviceAddressInfo *pInfo)
{
   return 0;
}

VKAPI_ATTR uint64_t VKAPI_CALL
vkf_GetDeviceMemoryOpaqueCaptureAddressKHR(VkDevice device, const VkDeviceMemoryOpaqueCaptureAddressInfo *pInfo)
{
   return 0;
}
