/* VkInstance: settings, enabled extensions, messengers, the one physical device. */
#ifndef VKF_INSTANCE_H
#define VKF_INSTANCE_H

#include <pthread.h>
#include "vkf.h"
#include "vkf_debug.h"
#include "vkf_extensions.h"

struct vkf_physical_device;
struct vkf_messenger;

struct vkf_instance {
   struct vkf_object object;
   VkAllocationCallbacks alloc_copy;
   const VkAllocationCallbacks *alloc; /* &alloc_copy or NULL */
   uint32_t api_version; /* what the application asked for, at most VKF_API_VERSION */
   struct vkf_extension_set extensions;
   struct vkf_debug_settings debug;
   pthread_mutex_t lock; /* physical */
   struct vkf_physical_device *physical;
   pthread_rwlock_t messenger_lock;
   struct vkf_messenger *messengers;
   struct vkf_messenger
       *birth_messengers; /* from pNext of VkInstanceCreateInfo: heard in create and destroy only */
};
VKF_HANDLE(vkf_instance, VkInstance)

/* Of instance and device alike. */
#define VKF_API_VERSION VK_MAKE_API_VERSION(0, 1, 1, VK_HEADER_VERSION)

/* vkf_debug_utils.c */
struct vkf_messenger *vkf_messenger_new(struct vkf_instance *instance,
                                        const VkDebugUtilsMessengerCreateInfoEXT *info,
                                        const VkAllocationCallbacks *alloc);
void vkf_messengers_call(struct vkf_instance *instance, VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                         VkDebugUtilsMessageTypeFlagsEXT types,
                         const VkDebugUtilsMessengerCallbackDataEXT *data);
void vkf_messengers_free(struct vkf_instance *instance, struct vkf_messenger **list);

#endif
