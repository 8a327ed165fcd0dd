/* VK_KHR_external_memory_win32: NT section handles on exportable memory. Each call makes a new one, the
 * caller's to close; access and inheritance are what the allocation asked for. */
#include "vkf_device.h"
#include "vkf_machine.h"
#include "vkf_memory.h"

#ifdef _WIN32

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetMemoryWin32HandleKHR(VkDevice device_,
                                                           const VkMemoryGetWin32HandleInfoKHR *pInfo,
                                                           HANDLE *pHandle)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_memory *memory = vkf_memory_from(pInfo->memory);
   *pHandle = NULL;
   if (!memory->exportable || pInfo->handleType != VKF_OPAQUE_HANDLE)
      return vkf_error(
          device, memory, VK_ERROR_OUT_OF_HOST_MEMORY,
          "vkGetMemoryWin32HandleKHR: the memory was not allocated for export as handle type 0x%x",
          pInfo->handleType);
   intptr_t handle = 0;
   VkResult r = vkf_section_export(memory->bo.section, memory->win32_access, memory->win32_inherit, &handle);
   if (r == VK_SUCCESS)
      *pHandle = (HANDLE)handle;
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkf_GetMemoryWin32HandlePropertiesKHR(VkDevice device, VkExternalMemoryHandleTypeFlagBits handleType,
                                      HANDLE handle, VkMemoryWin32HandlePropertiesKHR *pProperties)
{
   /* Not meant for opaque handles; callers that ask all the same get the types that an import may name. */
   if (handleType != VKF_OPAQUE_HANDLE || !handle || handle == INVALID_HANDLE_VALUE)
      return vkf_error(vkf_device_from(device), NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkGetMemoryWin32HandlePropertiesKHR: handle type 0x%x", handleType);
   pProperties->memoryTypeBits = VKF_MEMORY_TYPE_BITS;
   return VK_SUCCESS;
}

#endif
