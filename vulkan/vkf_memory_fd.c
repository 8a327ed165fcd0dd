/* VK_KHR_external_memory_fd: file descriptors on exportable memory. Each call makes a new one, the caller's
 * to close. */
#include "vkf_device.h"
#include "vkf_machine.h"
#include "vkf_memory.h"

#ifndef _WIN32

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetMemoryFdKHR(VkDevice device_, const VkMemoryGetFdInfoKHR *pGetFdInfo,
                                                  int *pFd)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_memory *memory = vkf_memory_from(pGetFdInfo->memory);
   *pFd = -1;
   if (!memory->exportable || pGetFdInfo->handleType != VKF_OPAQUE_HANDLE)
      return vkf_error(device, memory, VK_ERROR_OUT_OF_HOST_MEMORY,
                       "vkGetMemoryFdKHR: the memory was not allocated for export as handle type 0x%x",
                       pGetFdInfo->handleType);
   intptr_t fd = -1;
   VkResult r = vkf_section_export(memory->bo.section, 0, false, &fd);
   if (r == VK_SUCCESS)
      *pFd = (int)fd;
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetMemoryFdPropertiesKHR(VkDevice device,
                                                            VkExternalMemoryHandleTypeFlagBits handleType,
                                                            int fd, VkMemoryFdPropertiesKHR *pProperties)
{
   if (handleType != VKF_OPAQUE_HANDLE || fd < 0)
      return vkf_error(vkf_device_from(device), NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkGetMemoryFdPropertiesKHR: handle type 0x%x, fd %d", handleType, fd);
   pProperties->memoryTypeBits = VKF_MEMORY_TYPE_BITS;
   return VK_SUCCESS;
}

#endif
