/* VK_KHR_device_group_creation: the one group has the one card, and a device made of the group is an ordinary
 * one. */
#include "vkf.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumeratePhysicalDeviceGroupsKHR(
    VkInstance instance, uint32_t *pCount, VkPhysicalDeviceGroupProperties *pProperties)
{
   if (!pProperties) {
      *pCount = 1;
      return VK_SUCCESS;
   }
   if (!*pCount)
      return VK_INCOMPLETE;
   *pCount = 1;
   pProperties->physicalDeviceCount = 0;
   pProperties->subsetAllocation = VK_FALSE;
   uint32_t one = 1;
   VkResult r = vkf_EnumeratePhysicalDevices(instance, &one, pProperties->physicalDevices);
   pProperties->physicalDeviceCount = r == VK_SUCCESS ? one : 0;
   return r;
}
