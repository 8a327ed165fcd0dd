/* The face towards the Vulkan loader: interface version 7. Everything else is reached through the addresses
 * given here. */
#include "vkf_entrypoints.h"
#include "vkf_instance.h"

#define VKF_LOADER_INTERFACE 7u

#ifdef _WIN32
#define VKF_EXPORT __declspec(dllexport)
#else
#define VKF_EXPORT __attribute__((visibility("default")))
#endif

VKF_EXPORT VKAPI_ATTR VkResult VKAPI_CALL vk_icdNegotiateLoaderICDInterfaceVersion(uint32_t *pVersion)
{
   /* Below 2 the loader expects other exports than ours. */
   if (*pVersion < 2)
      return VK_ERROR_INCOMPATIBLE_DRIVER;
   *pVersion = VKF_MIN(*pVersion, VKF_LOADER_INTERFACE);
   return VK_SUCCESS;
}

VKF_EXPORT VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vk_icdGetPhysicalDeviceProcAddr(VkInstance instance,
                                                                                    const char *pName)
{
   return instance ? vkf_lookup_physical(vkf_instance_from(instance), pName) : NULL;
}

VKF_EXPORT VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vk_icdGetInstanceProcAddr(VkInstance instance,
                                                                              const char *pName)
{
   if (!strcmp(pName, "vk_icdNegotiateLoaderICDInterfaceVersion"))
      return (PFN_vkVoidFunction)vk_icdNegotiateLoaderICDInterfaceVersion;
   if (!strcmp(pName, "vk_icdGetPhysicalDeviceProcAddr"))
      return (PFN_vkVoidFunction)vk_icdGetPhysicalDeviceProcAddr;
   return vkf_GetInstanceProcAddr(instance, pName);
}
