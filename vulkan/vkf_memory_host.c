/* VK_EXT_external_memory_host: memory of the application becomes system memory on the bus, where it lies. It must come in
 * whole 64 KiB chunks, the bus's unit, and stays the application's when the VkDeviceMemory is freed. */
#include "vkf_device.h"
#include "vkf_memory.h"

#define HOST_TYPES (1u << VKF_MEMORY_SYSTEM | 1u << VKF_MEMORY_SYSTEM_CACHED)

static bool is_aligned(const void *pointer)
{
   return pointer && !((uintptr_t)pointer & (GPU_CHUNK_B - 1));
}

VkResult vkf_host_import(struct vkf_device *device, const VkMemoryAllocateInfo *info, void **pages)
{
   const VkImportMemoryHostPointerInfoEXT *i =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT);
   *pages = NULL;
   if (!i || !i->handleType)
      return VK_SUCCESS;
   if (i->handleType != VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT)
      return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkAllocateMemory: host pointers of handle type 0x%x cannot be imported", i->handleType);
   if (!is_aligned(i->pHostPointer) || !info->allocationSize || info->allocationSize & (GPU_CHUNK_B - 1))
      return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkAllocateMemory: a host pointer or size that is no multiple of %u", (unsigned)GPU_CHUNK_B);
   if (!(HOST_TYPES >> info->memoryTypeIndex & 1))
      return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkAllocateMemory: memory type %u is not for host pointers", info->memoryTypeIndex);
   *pages = i->pHostPointer;
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetMemoryHostPointerPropertiesEXT(
    VkDevice device, VkExternalMemoryHandleTypeFlagBits handleType, const void *pHostPointer,
    VkMemoryHostPointerPropertiesEXT *pProperties)
{
   if (handleType != VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT || !is_aligned(pHostPointer)) {
      pProperties->memoryTypeBits = 0;
      return vkf_error(vkf_device_from(device), NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkGetMemoryHostPointerPropertiesEXT: handle type 0x%x, pointer aligned to %u: %s", handleType,
                       (unsigned)GPU_CHUNK_B, is_aligned(pHostPointer) ? "yes" : "no");
   }
   pProperties->memoryTypeBits = HOST_TYPES;
   return VK_SUCCESS;
}
