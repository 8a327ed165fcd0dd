/* VkDescriptorUpdateTemplate: a list of entries by which raw memory becomes descriptor writes, one descriptor at
 * a time, since entries have strides. */
#include "vkf_descriptor.h"
#include "vkf_device.h"

struct vkf_template {
   struct vkf_object object;
   VkPipelineBindPoint bind_point; /* of push descriptors */
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
   if (pCreateInfo->templateType != VK_DESCRIPTOR_UPDATE_TEMPLATE_TYPE_DESCRIPTOR_SET &&
       pCreateInfo->templateType != VK_DESCRIPTOR_UPDATE_TEMPLATE_TYPE_PUSH_DESCRIPTORS_KHR)
      return vkf_error(device, NULL, VK_ERROR_FEATURE_NOT_PRESENT,
                       "vkCreateDescriptorUpdateTemplate: template type %d is not supported",
                       pCreateInfo->templateType);
   struct vkf_template *t = vkf_device_object(device, pAllocator, sizeof *t + n * sizeof t->entries[0],
                                              VK_OBJECT_TYPE_DESCRIPTOR_UPDATE_TEMPLATE);
   if (!t)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   t->count = n;
   t->bind_point = pCreateInfo->pipelineBindPoint;
   if (n)
      memcpy(t->entries, pCreateInfo->pDescriptorUpdateEntries, n * sizeof t->entries[0]);
   *pTemplate = vkf_template_to(t);
   return VK_SUCCESS;
}

VkPipelineBindPoint vkf_template_bind_point(VkDescriptorUpdateTemplate t)
{
   return vkf_template_from(t)->bind_point;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyDescriptorUpdateTemplateKHR(VkDevice device,
                                                                  VkDescriptorUpdateTemplate t,
                                                                  const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_template_from(t));
}

/* Inline uniform data is one piece of bytes; anything else comes element by element. */
static void write_inline(struct vkf_device *device, const struct vkf_descriptors *d,
                         const VkDescriptorUpdateTemplateEntry *e, const void *data)
{
   VkWriteDescriptorSetInlineUniformBlock block = {
       .sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET_INLINE_UNIFORM_BLOCK,
       .dataSize = e->descriptorCount,
       .pData = data};
   VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                 .pNext = &block,
                                 .dstBinding = e->dstBinding,
                                 .dstArrayElement = e->dstArrayElement,
                                 .descriptorCount = e->descriptorCount,
                                 .descriptorType = e->descriptorType};
   vkf_descriptors_write(device, d, &write);
}

static void write_element(struct vkf_device *device, const struct vkf_descriptors *d,
                          const VkDescriptorUpdateTemplateEntry *e, uint32_t n, const void *data)
{
   /* Which of the three pointers is read follows from the type. */
   VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                 .dstBinding = e->dstBinding,
                                 .dstArrayElement = e->dstArrayElement + n,
                                 .descriptorCount = 1,
                                 .descriptorType = e->descriptorType,
                                 .pImageInfo = data,
                                 .pBufferInfo = data,
                                 .pTexelBufferView = data};
   vkf_descriptors_write(device, d, &write);
}

void vkf_descriptors_write_template(struct vkf_device *device, const struct vkf_descriptors *d,
                                    VkDescriptorUpdateTemplate template_, const void *data)
{
   const struct vkf_template *t = vkf_template_from(template_);
   for (uint32_t i = 0; i < t->count; i++) {
      const VkDescriptorUpdateTemplateEntry *e = &t->entries[i];
      const char *first = (const char *)data + e->offset;
      if (e->descriptorType == VK_DESCRIPTOR_TYPE_INLINE_UNIFORM_BLOCK)
         write_inline(device, d, e, first);
      else
         for (uint32_t n = 0; n < e->descriptorCount; n++)
            write_element(device, d, e, n, first + n * e->stride);
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_UpdateDescriptorSetWithTemplateKHR(VkDevice device, VkDescriptorSet set,
                                                                  VkDescriptorUpdateTemplate template_,
                                                                  const void *pData)
{
   struct vkf_descriptors d = vkf_set_descriptors(vkf_set_from(set));
   vkf_descriptors_write_template(vkf_device_from(device), &d, template_, pData);
}
