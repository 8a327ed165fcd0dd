/* VK_EXT_debug_utils: messengers, object names. Labels of command buffers stand in vkf_cmd_label.c. Callbacks
 * run under the read side of the list's lock: a messenger is not destroyed while it is being called. */
#include "vkf_device.h"
#include "vkf_instance.h"
#include <stdlib.h>

struct vkf_messenger {
   struct vkf_object object;
   struct vkf_messenger *next;
   VkDebugUtilsMessageSeverityFlagsEXT severity;
   VkDebugUtilsMessageTypeFlagsEXT types;
   PFN_vkDebugUtilsMessengerCallbackEXT call;
   void *user;
};
VKF_HANDLE(vkf_messenger, VkDebugUtilsMessengerEXT)

struct vkf_messenger *vkf_messenger_new(struct vkf_instance *instance,
                                        const VkDebugUtilsMessengerCreateInfoEXT *info,
                                        const VkAllocationCallbacks *alloc)
{
   struct vkf_messenger *m =
       vkf_object_new(alloc, instance->alloc, sizeof *m, VK_OBJECT_TYPE_DEBUG_UTILS_MESSENGER_EXT,
                      VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
   if (!m)
      return NULL;
   m->severity = info->messageSeverity;
   m->types = info->messageType;
   m->call = info->pfnUserCallback;
   m->user = info->pUserData;
   pthread_rwlock_wrlock(&instance->messenger_lock);
   m->next = instance->messengers;
   instance->messengers = m;
   pthread_rwlock_unlock(&instance->messenger_lock);
   return m;
}

void vkf_messengers_call(struct vkf_instance *instance, VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                         VkDebugUtilsMessageTypeFlagsEXT types,
                         const VkDebugUtilsMessengerCallbackDataEXT *data)
{
   pthread_rwlock_rdlock(&instance->messenger_lock);
   for (struct vkf_messenger *m = instance->messengers; m; m = m->next)
      if ((m->severity & severity) && (m->types & types))
         m->call(severity, types, data, m->user);
   pthread_rwlock_unlock(&instance->messenger_lock);
}

void vkf_messengers_free(struct vkf_instance *instance, struct vkf_messenger **list)
{
   while (*list) {
      struct vkf_messenger *m = *list;
      *list = m->next;
      vkf_object_delete(NULL, instance->alloc, m);
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateDebugUtilsMessengerEXT(
    VkInstance instance, const VkDebugUtilsMessengerCreateInfoEXT *pCreateInfo,
    const VkAllocationCallbacks *pAllocator, VkDebugUtilsMessengerEXT *pMessenger)
{
   struct vkf_messenger *m = vkf_messenger_new(vkf_instance_from(instance), pCreateInfo, pAllocator);
   if (!m)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   *pMessenger = vkf_messenger_to(m);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyDebugUtilsMessengerEXT(VkInstance instance_,
                                                             VkDebugUtilsMessengerEXT messenger,
                                                             const VkAllocationCallbacks *pAllocator)
{
   struct vkf_instance *instance = vkf_instance_from(instance_);
   struct vkf_messenger *m = vkf_messenger_from(messenger);
   if (!m)
      return;
   pthread_rwlock_wrlock(&instance->messenger_lock);
   struct vkf_messenger **link = &instance->messengers;
   while (*link && *link != m)
      link = &(*link)->next;
   if (*link)
      *link = m->next;
   pthread_rwlock_unlock(&instance->messenger_lock);
   vkf_object_delete(pAllocator, instance->alloc, m);
}

VKAPI_ATTR void VKAPI_CALL vkf_SubmitDebugUtilsMessageEXT(
    VkInstance instance, VkDebugUtilsMessageSeverityFlagBitsEXT severity,
    VkDebugUtilsMessageTypeFlagsEXT types, const VkDebugUtilsMessengerCallbackDataEXT *pCallbackData)
{
   vkf_messengers_call(vkf_instance_from(instance), severity, types, pCallbackData);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_SetDebugUtilsObjectNameEXT(VkDevice device,
                                                              const VkDebugUtilsObjectNameInfoEXT *pNameInfo)
{
   struct vkf_object *o = (struct vkf_object *)(uintptr_t)pNameInfo->objectHandle;
   /* Handles of the loader's own making (surfaces and their like) carry no header of ours. */
   bool ours = pNameInfo->objectType <= VK_OBJECT_TYPE_COMMAND_POOL ||
               pNameInfo->objectType == VK_OBJECT_TYPE_DESCRIPTOR_UPDATE_TEMPLATE ||
               pNameInfo->objectType == VK_OBJECT_TYPE_DEBUG_UTILS_MESSENGER_EXT;
   if (!o || !ours || o->type != pNameInfo->objectType)
      return VK_SUCCESS;
   char *name = NULL;
   if (pNameInfo->pObjectName && *pNameInfo->pObjectName) {
      name = strdup(pNameInfo->pObjectName);
      if (!name)
         return VK_ERROR_OUT_OF_HOST_MEMORY;
   }
   free(o->name);
   o->name = name;
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_SetDebugUtilsObjectTagEXT(VkDevice device,
                                                             const VkDebugUtilsObjectTagInfoEXT *pTagInfo)
{
   return VK_SUCCESS; /* nothing of the driver reads tags */
}
