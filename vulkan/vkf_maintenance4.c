/* VK_KHR_maintenance4: what memory an object would need, without the object. An object on the stack is asked, so the
 * answer is the same, and nothing can fail for want of memory. */
#include "vkf_buffer.h"
#include "vkf_device.h"
#include "vkf_image.h"

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceBufferMemoryRequirementsKHR(
    VkDevice device, const VkDeviceBufferMemoryRequirements *pInfo, VkMemoryRequirements2 *pMemoryRequirements)
{
   struct vkf_buffer buffer = {.size_B = pInfo->pCreateInfo->size};
   VkBufferMemoryRequirementsInfo2 info = {.sType = VK_STRUCTURE_TYPE_BUFFER_MEMORY_REQUIREMENTS_INFO_2,
                                           .buffer = vkf_buffer_to(&buffer)};
   vkf_GetBufferMemoryRequirements2KHR(device, &info, pMemoryRequirements);
}

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceImageMemoryRequirementsKHR(
    VkDevice device, const VkDeviceImageMemoryRequirements *pInfo, VkMemoryRequirements2 *pMemoryRequirements)
{
   struct vkf_image image = {0};
   /* What cannot be made needs nothing; the application has been told of its mistake. */
   vkf_image_plan(vkf_device_from(device), pInfo->pCreateInfo, &image);
   VkImageMemoryRequirementsInfo2 info = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_REQUIREMENTS_INFO_2,
                                          .image = vkf_image_to(&image)};
   vkf_GetImageMemoryRequirements2KHR(device, &info, pMemoryRequirements);
}

/* No image is sparse. */
VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceImageSparseMemoryRequirementsKHR(
    VkDevice device, const VkDeviceImageMemoryRequirements *pInfo, uint32_t *pCount,
    VkSparseImageMemoryRequirements2 *pRequirements)
{
   *pCount = 0;
}
