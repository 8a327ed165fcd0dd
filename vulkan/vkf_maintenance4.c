/* VK_KHR_maintenance4: what memory an object would need, without the object. The object is made and asked, so the answer
 * is the same. */
#include "vkf_device.h"

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceBufferMemoryRequirementsKHR(
    VkDevice device, const VkDeviceBufferMemoryRequirements *pInfo, VkMemoryRequirements2 *pMemoryRequirements)
{
   VkBuffer buffer;
   pMemoryRequirements->memoryRequirements = (VkMemoryRequirements){0};
   if (vkf_CreateBuffer(device, pInfo->pCreateInfo, NULL, &buffer) != VK_SUCCESS)
      return;
   VkBufferMemoryRequirementsInfo2 info = {.sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_REQUIREMENTS_INFO_2,
                                           .buffer = buffer};
   vkf_GetBufferMemoryRequirements2KHR(device, &info, pMemoryRequirements);
   vkf_DestroyBuffer(device, buffer, NULL);
}

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceImageMemoryRequirementsKHR(
    VkDevice device, const VkDeviceImageMemoryRequirements *pInfo, VkMemoryRequirements2 *pMemoryRequirements)
{
   VkImage image;
   pMemoryRequirements->memoryRequirements = (VkMemoryRequirements){0};
   if (vkf_CreateImage(device, pInfo->pCreateInfo, NULL, &image) != VK_SUCCESS)
      return;
   VkImageMemoryRequirementsInfo2 info = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_REQUIREMENTS_INFO_2,
                                          .image = image};
   vkf_GetImageMemoryRequirements2KHR(device, &info, pMemoryRequirements);
   vkf_DestroyImage(device, image, NULL);
}

/* No image is sparse. */
VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceImageSparseMemoryRequirementsKHR(
    VkDevice device, const VkDeviceImageMemoryRequirements *pInfo, uint32_t *pCount,
    VkSparseImageMemoryRequirements2 *pRequirements)
{
   *pCount = 0;
}
