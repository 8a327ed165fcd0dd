/* VkDescriptorUpdateTemplate: a list of entries by which raw memory becomes descriptor writes, done by
 * vkUpdateDescriptorSets one descriptor at a time, since entries have strides. */
#include "vkf_device.h"

struct vkf_template {
   struct vkf_object object;
   uint32_t count;
   VkDescriptorUpdateTemplateEntry entries[];
};
VKF_HANDLE(vkf_template, VkDescriptorUpdateTemplate)

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateDescriptorUpdateTemplateKHR(
    VkDevice device_, const VkDescriptorUpdateTemplateCreateInfo *pCreateInfo,
    const VkAllocationCallbacks *pAllocator, VkDescriptorUpdateTemplate *pTemplate)
{
   struct vkf_device *device = vkf_device_from(device_);
   uint32_t n = pCreateInfo->descriptorUpdateEntryCount;
   if (pCreateInfo->templateType != VK_DESCRIPTOR_UPDATE_TEMPLATE_TYPE_DESCRIPTOR_SET)
      return vkf_error(device, NULL, VK_ERROR_FEATURE_NOT_PRESENT,
                       "vkCreateDescriptorUpdateTemplate: template type %d is not supported",
                       pCreateInfo->templateType);
   struct vkf_template *t = vkf_device_object(device, pAllocator, sizeof *t + n * sizeof t->entries[0],
                                              VK_OBJECT_TYPE_DESCRIPTOR_UPDATE_TEMPLATE);
   if (!t)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   t->count = n;
   if (n)
      memcpy(t->entries, pCreateInfo->pDescriptorUpdateEntries, n * sizeof t->entries[0]);
   *pTemplate = vkf_template_to(t);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyDescriptorUpdateTemplateKHR(VkDevice device,
                                                                  VkDescriptorUpdateTemplate t,
                                                                  const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_template_from(t));
}

VKAPI_ATTR void VKAPI_CALL vkf_UpdateDescriptorSetWithTemplateKHR(VkDevice device, VkDescriptorSet set,
                                                                  VkDescriptorUpdateTemplate template_,
                                                                  const void *pData)
{
   const struct vkf_template *t = vkf_template_from(template_);
   for (uint32_t i = 0; i < t->count; i++) {
      const VkDescriptorUpdateTemplateEntry *e = &t->entries[i];
      for (uint32_t n = 0; n < e->descriptorCount; n++) {
         /* Which of the three pointers is read follows from the type. */
         const void *data = (const char *)pData + e->offset + n * e->stride;
         VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                       .dstSet = set,
                                       .dstBinding = e->dstBinding,
                                       .dstArrayElement = e->dstArrayElement + n,
                                       .descriptorCount = 1,
                                       .descriptorType = e->descriptorType,
                                       .pImageInfo = data,
                                       .pBufferInfo = data,
                                       .pTexelBufferView = data};
         vkf_UpdateDescriptorSets(device, 1, &write, 0, NULL);
      }
   }
}
