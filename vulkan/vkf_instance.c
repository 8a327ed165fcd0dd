/* VkInstance. Creation reads the settings but does not power a card: that waits until devices are enumerated.
 */
#include "vkf_instance.h"
#include "vkf_entrypoints.h"
#include "vkf_extensions.h"
#include "vkf_physical_device.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumerateInstanceVersion(uint32_t *pApiVersion)
{
   *pApiVersion = VKF_API_VERSION;
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumerateInstanceExtensionProperties(const char *pLayerName,
                                                                        uint32_t *pCount,
                                                                        VkExtensionProperties *pProperties)
{
   if (pLayerName)
      return VK_ERROR_LAYER_NOT_PRESENT;
   return vkf_extensions_list(VKF_EXT_KIND_INSTANCE, pCount, pProperties);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumerateInstanceLayerProperties(uint32_t *pCount,
                                                                    VkLayerProperties *pProperties)
{
   *pCount = 0;
   return VK_SUCCESS;
}

static VkResult add_birth_messengers(struct vkf_instance *instance, const void *pNext)
{
   for (const VkBaseInStructure *s = pNext; s; s = s->pNext) {
      if (s->sType != VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT)
         continue;
      struct vkf_messenger *m =
          vkf_messenger_new(instance, (const VkDebugUtilsMessengerCreateInfoEXT *)s, instance->alloc);
      if (!m)
         return VK_ERROR_OUT_OF_HOST_MEMORY;
   }
   /* Heard until creation ends; vkDestroyInstance puts them back. */
   return VK_SUCCESS;
}

static VkResult check_create_info(struct vkf_instance *instance, const VkInstanceCreateInfo *info)
{
   const char *unknown = NULL;
   if (!instance->debug.valid)
      return vkf_instance_error(instance, VK_ERROR_INITIALIZATION_FAILED, "FIGMENT_VK holds an unknown noun");
   if (info->enabledLayerCount)
      return vkf_instance_error(instance, VK_ERROR_LAYER_NOT_PRESENT, "layer %s: the driver has none",
                                info->ppEnabledLayerNames[0]);
   if (!vkf_extensions_parse(VKF_EXT_KIND_INSTANCE, info->ppEnabledExtensionNames,
                             info->enabledExtensionCount, &instance->extensions, &unknown))
      return vkf_instance_error(instance, VK_ERROR_EXTENSION_NOT_PRESENT,
                                "instance extension %s is not supported", unknown);
   return VK_SUCCESS;
}

static void instance_free(struct vkf_instance *instance, const VkAllocationCallbacks *given)
{
   vkf_physical_device_destroy(instance->physical);
   vkf_messengers_free(instance, &instance->messengers);
   vkf_messengers_free(instance, &instance->birth_messengers);
   pthread_rwlock_destroy(&instance->messenger_lock);
   pthread_mutex_destroy(&instance->lock);
   vkf_object_delete(given, instance->alloc, instance);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateInstance(const VkInstanceCreateInfo *pCreateInfo,
                                                  const VkAllocationCallbacks *pAllocator,
                                                  VkInstance *pInstance)
{
   struct vkf_instance *instance = vkf_object_new(pAllocator, NULL, sizeof *instance, VK_OBJECT_TYPE_INSTANCE,
                                                  VK_SYSTEM_ALLOCATION_SCOPE_INSTANCE);
   if (!instance)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   if (pAllocator) {
      instance->alloc_copy = *pAllocator;
      instance->alloc = &instance->alloc_copy;
   }
   const VkApplicationInfo *app = pCreateInfo->pApplicationInfo;
   instance->api_version =
       app && app->apiVersion ? VKF_MIN(app->apiVersion, VKF_API_VERSION) : VK_API_VERSION_1_0;
   pthread_mutex_init(&instance->lock, NULL);
   pthread_rwlock_init(&instance->messenger_lock, NULL);
   vkf_debug_read(&instance->debug);
   VkResult r = add_birth_messengers(instance, pCreateInfo->pNext);
   if (r == VK_SUCCESS)
      r = check_create_info(instance, pCreateInfo);
   if (r != VK_SUCCESS) {
      instance_free(instance, pAllocator);
      return r;
   }
   instance->birth_messengers = instance->messengers;
   instance->messengers = NULL;
   *pInstance = vkf_instance_to(instance);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyInstance(VkInstance instance_, const VkAllocationCallbacks *pAllocator)
{
   struct vkf_instance *instance = vkf_instance_from(instance_);
   if (instance)
      instance_free(instance, pAllocator);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumeratePhysicalDevices(VkInstance instance_, uint32_t *pCount,
                                                            VkPhysicalDevice *pPhysicalDevices)
{
   struct vkf_instance *instance = vkf_instance_from(instance_);
   pthread_mutex_lock(&instance->lock);
   VkResult r = instance->physical ? VK_SUCCESS : vkf_physical_device_create(instance, &instance->physical);
   pthread_mutex_unlock(&instance->lock);
   if (r != VK_SUCCESS)
      return r;
   VkPhysicalDevice handle = vkf_physical_device_to(instance->physical);
   return vkf_return_array(&handle, 1, sizeof handle, pCount, pPhysicalDevices);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vkf_GetInstanceProcAddr(VkInstance instance, const char *pName)
{
   return instance ? vkf_lookup_instance(vkf_instance_from(instance), pName) : vkf_lookup_global(pName);
}
