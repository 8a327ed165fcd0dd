/* VK_KHR_maintenance4: what memory an object would need, without the object. An object is asked, so the answer
 * is the same: a buffer without memory of its own, an image that is made and destroyed. */
#include "vkf_buffer.h"
#include "vkf_device.h"

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceBufferMemoryRequirementsKHR(
    VkDevice device, const VkDeviceBufferMemoryRequirements *pInfo, VkMemoryRequirements2 *pMemoryRequirements)
{
   struct vkf_buffer buffer = {.size_B = pInfo->pCreateInfo->size}; /* this cannot fail for want of memory */
   VkBufferMemoryRequirementsInfo2 info = {.sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_REQUIREMENTS_INFO_2,
                                           .buffer = vkf_buffer_to(&buffer)};
   vkf_GetBufferMemoryRequirements2KHR(device, &info, pMemoryRequirements);
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
