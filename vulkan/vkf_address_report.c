/* Events of VK_EXT_device_address_binding_report, as callbacks of VK_EXT_debug_utils messengers. Objects of the
 * application (memory, buffers, images) and what stands behind others (programs, descriptors, queries) look the same,
 * but for a flag. */
#include "vkf_address_report.h"
#include <stdio.h>

static bool is_memory_of_application(VkObjectType type)
{
   return type == VK_OBJECT_TYPE_DEVICE_MEMORY || type == VK_OBJECT_TYPE_BUFFER || type == VK_OBJECT_TYPE_IMAGE;
}

void vkf_address_tell(struct vkf_device *device, const void *object, uint64_t va, uint64_t size_B, bool bind)
{
   const struct vkf_object *o = object;
   VkDeviceAddressBindingCallbackDataEXT binding = {
       .sType = VK_STRUCTURE_TYPE_DEVICE_ADDRESS_BINDING_CALLBACK_DATA_EXT,
       .flags = is_memory_of_application(o->type) ? 0 : VK_DEVICE_ADDRESS_BINDING_INTERNAL_OBJECT_BIT_EXT,
       .baseAddress = va,
       .size = size_B,
       .bindingType = bind ? VK_DEVICE_ADDRESS_BINDING_TYPE_BIND_EXT : VK_DEVICE_ADDRESS_BINDING_TYPE_UNBIND_EXT};
   VkDebugUtilsObjectNameInfoEXT name = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT,
                                         .objectType = o->type,
                                         .objectHandle = (uint64_t)(uintptr_t)o,
                                         .pObjectName = o->name};
   char text[160];
   snprintf(text, sizeof text, "%s [%llx, %llx)", bind ? "bind" : "unbind", (unsigned long long)va,
            (unsigned long long)(va + size_B));
   VkDebugUtilsMessengerCallbackDataEXT data = {.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CALLBACK_DATA_EXT,
                                                .pNext = &binding,
                                                .pMessageIdName = "FIGMENT-address",
                                                .pMessage = text,
                                                .objectCount = 1,
                                                .pObjects = &name};
   vkf_messengers_call(device->physical->instance, VK_DEBUG_UTILS_MESSAGE_SEVERITY_INFO_BIT_EXT,
                       VK_DEBUG_UTILS_MESSAGE_TYPE_DEVICE_ADDRESS_BINDING_BIT_EXT, &data);
}
