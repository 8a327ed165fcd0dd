/* VkDeviceMemory: allocation, mapping. Private memory comes from the board or from host pages; exportable and
 * imported memory has a section of its own (vkf_memory_external.c). Invariant: a failed allocation leaves
 * nothing behind, the caller's handles included. */
#include "vkf_memory.h"
#include "vkf_address_report.h"
#include "vkf_device.h"
#include "vkf_machine.h"

static VkResult allocate(struct vkf_device *device, const VkMemoryAllocateInfo *info,
                         struct vkf_memory *memory)
{
   struct vkf_external_request request;
   struct vkf_section *section = NULL;
   void *pages = NULL;
   VkResult r = vkf_external_parse(device, info, &request);
   if (r == VK_SUCCESS)
      r = vkf_host_import(device, info, &pages);
   if (r == VK_SUCCESS && pages && (request.import || request.export))
      r = vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                    "vkAllocateMemory: host memory cannot be imported and exported, or imported twice");
   if (r == VK_SUCCESS)
      r = vkf_external_section(device, info, &request, &section);
   if (r != VK_SUCCESS)
      return r;
   memory->type = info->memoryTypeIndex;
   memory->size_B = info->allocationSize;
   memory->exportable = request.export;
   memory->win32_access = request.access;
   memory->win32_inherit = request.inherit;
   enum vkf_place place = VKF_MEMORY_IS_VRAM(memory->type) ? VKF_PLACE_VRAM : VKF_PLACE_SYSTEM;
   if (pages)
      return vkf_bo_import_pages(device, pages, memory->size_B, &memory->bo);
   r = vkf_bo_create(device, place, memory->size_B, section, memory->type != VKF_MEMORY_VRAM, &memory->bo);
   if (r == VK_SUCCESS)
      vkf_external_commit(&request);
   else
      vkf_section_release(section);
   return r;
}

static VkResult check_request(struct vkf_device *device, const VkMemoryAllocateInfo *info)
{
   if (info->memoryTypeIndex >= VKF_MEMORY_TYPE_COUNT)
      return vkf_error(device, NULL, VK_ERROR_OUT_OF_DEVICE_MEMORY,
                       "vkAllocateMemory: memory type %u does not exist", info->memoryTypeIndex);
   uint64_t heap_B =
       VKF_MEMORY_IS_VRAM(info->memoryTypeIndex) ? device->physical->vram_B : device->physical->sysmem_B;
   return info->allocationSize > heap_B ? VK_ERROR_OUT_OF_DEVICE_MEMORY : VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_AllocateMemory(VkDevice device_, const VkMemoryAllocateInfo *pAllocateInfo,
                                                  const VkAllocationCallbacks *pAllocator,
                                                  VkDeviceMemory *pMemory)
{
   struct vkf_device *device = vkf_device_from(device_);
   VkResult r = check_request(device, pAllocateInfo);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_memory *memory =
       vkf_device_object(device, pAllocator, sizeof *memory, VK_OBJECT_TYPE_DEVICE_MEMORY);
   if (!memory)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   if (atomic_fetch_add(&device->allocations, 1) >= VKF_MAX_ALLOCATIONS)
      r = VK_ERROR_TOO_MANY_OBJECTS;
   else
      r = allocate(device, pAllocateInfo, memory);
   if (r != VK_SUCCESS) {
      atomic_fetch_sub(&device->allocations, 1);
      vkf_object_delete(pAllocator, device->alloc, memory);
      return r;
   }
   vkf_debug(device->physical->instance, VKF_DEBUG_MEMORY,
             "allocate %llu bytes of type %u at va %llx pa %llx%s", (unsigned long long)memory->size_B,
             memory->type, (unsigned long long)memory->bo.va, (unsigned long long)memory->bo.pa,
             memory->bo.section ? ", section" : "");
   vkf_address_bound(device, memory, memory->bo.va, memory->bo.size_B);
   *pMemory = vkf_memory_to(memory);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_FreeMemory(VkDevice device_, VkDeviceMemory memory_,
                                          const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_memory *memory = vkf_memory_from(memory_);
   if (!memory)
      return;
   vkf_debug(device->physical->instance, VKF_DEBUG_MEMORY, "free %llu bytes at va %llx",
             (unsigned long long)memory->size_B, (unsigned long long)memory->bo.va);
   vkf_address_unbound(device, memory, memory->bo.va, memory->bo.size_B);
   vkf_bo_destroy(device, &memory->bo);
   atomic_fetch_sub(&device->allocations, 1);
   vkf_object_delete(pAllocator, device->alloc, memory);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_MapMemory(VkDevice device, VkDeviceMemory memory_, VkDeviceSize offset,
                                             VkDeviceSize size, VkMemoryMapFlags flags, void **ppData)
{
   struct vkf_memory *memory = vkf_memory_from(memory_);
   if (memory->type == VKF_MEMORY_VRAM)
      return vkf_error(vkf_device_from(device), memory, VK_ERROR_MEMORY_MAP_FAILED,
                       "vkMapMemory: memory type %u is not host visible", memory->type);
   *ppData = (char *)memory->bo.host + offset;
   return VK_SUCCESS;
}

/* Mappings last as long as the memory, and every visible type is coherent. */
VKAPI_ATTR void VKAPI_CALL vkf_UnmapMemory(VkDevice device, VkDeviceMemory memory) {}

VKAPI_ATTR VkResult VKAPI_CALL vkf_FlushMappedMemoryRanges(VkDevice device, uint32_t count,
                                                           const VkMappedMemoryRange *pRanges)
{
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_InvalidateMappedMemoryRanges(VkDevice device, uint32_t count,
                                                                const VkMappedMemoryRange *pRanges)
{
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetDeviceMemoryCommitment(VkDevice device, VkDeviceMemory memory,
                                                         VkDeviceSize *pBytes)
{
   *pBytes = vkf_memory_from(memory)->size_B;
}
