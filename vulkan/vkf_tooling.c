/* VK_EXT_tooling_info: the driver's own debug output counts as a tool while FIGMENT_VK asks for more than errors. Layers
 * put themselves in front of this list. */
#include <stdio.h>
#include "vkf_build_id.h"
#include "vkf_instance.h"
#include "vkf_physical_device.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceToolPropertiesEXT(VkPhysicalDevice physicalDevice,
                                                                      uint32_t *pToolCount,
                                                                      VkPhysicalDeviceToolProperties *pToolProperties)
{
   const struct vkf_instance *instance = vkf_physical_device_from(physicalDevice)->instance;
   uint32_t n = (instance->debug.flags & ~VKF_DEBUG_ERRORS) != 0;
   if (!pToolProperties) {
      *pToolCount = n;
      return VK_SUCCESS;
   }
   VkResult r = *pToolCount < n ? VK_INCOMPLETE : VK_SUCCESS;
   *pToolCount = VKF_MIN(*pToolCount, n);
   if (!*pToolCount)
      return r;
   snprintf(pToolProperties->name, sizeof pToolProperties->name, "Figment debug output");
   snprintf(pToolProperties->version, sizeof pToolProperties->version, "%u.%u.%u",
            VK_API_VERSION_MAJOR(VKF_DRIVER_VERSION), VK_API_VERSION_MINOR(VKF_DRIVER_VERSION),
            VK_API_VERSION_PATCH(VKF_DRIVER_VERSION));
   pToolProperties->purposes = VK_TOOL_PURPOSE_TRACING_BIT;
   if (vkf_extension_in(&instance->extensions, VKF_EXT_EXT_debug_utils))
      pToolProperties->purposes |= VK_TOOL_PURPOSE_DEBUG_REPORTING_BIT_EXT;
   snprintf(pToolProperties->description, sizeof pToolProperties->description,
            "What the driver prints for the nouns in FIGMENT_VK");
   pToolProperties->layer[0] = 0;
   return r;
}
