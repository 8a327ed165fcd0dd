/* VkBuffer: creation, requirements, binding. Any memory type will do, shared ones included. */
#include "vkf_buffer.h"
#include "vkf_address_report.h"
#include "vkf_device.h"
#include "vkf_memory.h"

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateBuffer(VkDevice device_, const VkBufferCreateInfo *pCreateInfo,
                                                const VkAllocationCallbacks *pAllocator, VkBuffer *pBuffer)
{
   struct vkf_device *device = vkf_device_from(device_);
   if (pCreateInfo->flags)
      return vkf_error(device, NULL, VK_ERROR_FEATURE_NOT_PRESENT,
                       "vkCreateBuffer: flags 0x%x are not supported", pCreateInfo->flags);
   if (pCreateInfo->size > UINT64_MAX - VKF_BUFFER_ALIGN_B)
      return VK_ERROR_OUT_OF_DEVICE_MEMORY;
   struct vkf_buffer *buffer = vkf_device_object(device, pAllocator, sizeof *buffer, VK_OBJECT_TYPE_BUFFER);
   if (!buffer)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   buffer->size_B = pCreateInfo->size;
   *pBuffer = vkf_buffer_to(buffer);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyBuffer(VkDevice device, VkBuffer buffer,
                                             const VkAllocationCallbacks *pAllocator)
{
   const struct vkf_buffer *b = vkf_buffer_from(buffer);
   if (b)
      vkf_address_unbound(vkf_device_from(device), b, b->va, b->size_B);
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_buffer_from(buffer));
}

VKAPI_ATTR void VKAPI_CALL vkf_GetBufferMemoryRequirements(VkDevice device, VkBuffer buffer,
                                                           VkMemoryRequirements *pMemoryRequirements)
{
   *pMemoryRequirements = (VkMemoryRequirements){
       .size = vkf_align(vkf_buffer_from(buffer)->size_B, VKF_BUFFER_ALIGN_B),
       .alignment = VKF_BUFFER_ALIGN_B,
       .memoryTypeBits = VKF_MEMORY_TYPE_BITS,
   };
}

VKAPI_ATTR void VKAPI_CALL vkf_GetBufferMemoryRequirements2KHR(VkDevice device,
                                                               const VkBufferMemoryRequirementsInfo2 *pInfo,
                                                               VkMemoryRequirements2 *pMemoryRequirements)
{
   vkf_GetBufferMemoryRequirements(device, pInfo->buffer, &pMemoryRequirements->memoryRequirements);
   for (VkBaseOutStructure *s = pMemoryRequirements->pNext; s; s = s->pNext) {
      if (s->sType == VK_STRUCTURE_TYPE_MEMORY_DEDICATED_REQUIREMENTS) {
         VkMemoryDedicatedRequirements *d = (VkMemoryDedicatedRequirements *)s;
         d->prefersDedicatedAllocation = VK_FALSE;
         d->requiresDedicatedAllocation = VK_FALSE;
      }
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_BindBufferMemory(VkDevice device, VkBuffer buffer, VkDeviceMemory memory,
                                                    VkDeviceSize memoryOffset)
{
   struct vkf_buffer *b = vkf_buffer_from(buffer);
   b->va = vkf_memory_from(memory)->bo.va + memoryOffset;
   vkf_address_bound(vkf_device_from(device), b, b->va, b->size_B);
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_BindBufferMemory2KHR(VkDevice device, uint32_t count,
                                                        const VkBindBufferMemoryInfo *pInfos)
{
   for (uint32_t i = 0; i < count; i++)
      vkf_BindBufferMemory(device, pInfos[i].buffer, pInfos[i].memory, pInfos[i].memoryOffset);
   return VK_SUCCESS;
}
