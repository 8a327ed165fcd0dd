/* VkDescriptorSetLayout: where each binding stands in a set. Invariant: bindings are sorted by number,
 * because dynamic offsets and writes that run over into the next binding follow that order. */
#include "vkf_descriptor.h"
#include "vkf_device.h"

#define MAX_PER_SET (1u << 20)

static void sort_bindings(struct vkf_set_layout *layout)
{
   for (uint32_t i = 1; i < layout->binding_count; i++) {
      struct vkf_binding b = layout->bindings[i];
      uint32_t j = i;
      for (; j > 0 && layout->bindings[j - 1].number > b.number; j--)
         layout->bindings[j] = layout->bindings[j - 1];
      layout->bindings[j] = b;
   }
}

static void place_bindings(struct vkf_set_layout *layout)
{
   for (uint32_t i = 0; i < layout->binding_count; i++) {
      struct vkf_binding *b = &layout->bindings[i];
      uint32_t *next = b->dynamic ? &layout->dynamic_count : &layout->static_count;
      b->first = *next;
      *next += b->count;
   }
}

static uint64_t total_descriptors(const VkDescriptorSetLayoutCreateInfo *info)
{
   uint64_t n = 0;
   for (uint32_t i = 0; i < info->bindingCount; i++)
      n += info->pBindings[i].descriptorCount;
   return n;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkf_CreateDescriptorSetLayout(VkDevice device_, const VkDescriptorSetLayoutCreateInfo *pCreateInfo,
                              const VkAllocationCallbacks *pAllocator, VkDescriptorSetLayout *pSetLayout)
{
   struct vkf_device *device = vkf_device_from(device_);
   uint32_t n = pCreateInfo->bindingCount;
   if (total_descriptors(pCreateInfo) > MAX_PER_SET)
      return vkf_error(device, NULL, VK_ERROR_OUT_OF_DEVICE_MEMORY,
                       "vkCreateDescriptorSetLayout: more than %u descriptors", MAX_PER_SET);
   /* Outlives vkDestroyDescriptorSetLayout where sets still use it, so the call's own callbacks will not do.
    */
   struct vkf_set_layout *layout = vkf_device_object(
       device, NULL, sizeof *layout + n * sizeof layout->bindings[0], VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT);
   if (!layout)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   layout->alloc = device->alloc;
   atomic_store(&layout->references, 1);
   layout->binding_count = n;
   for (uint32_t i = 0; i < n; i++) {
      const VkDescriptorSetLayoutBinding *b = &pCreateInfo->pBindings[i];
      layout->bindings[i] = (struct vkf_binding){.number = b->binding,
                                                 .type = b->descriptorType,
                                                 .count = b->descriptorCount,
                                                 .dynamic = vkf_is_dynamic_type(b->descriptorType)};
   }
   sort_bindings(layout);
   place_bindings(layout);
   *pSetLayout = vkf_set_layout_to(layout);
   return VK_SUCCESS;
}

void vkf_set_layout_ref(struct vkf_set_layout *layout)
{
   atomic_fetch_add(&layout->references, 1);
}

void vkf_set_layout_unref(struct vkf_set_layout *layout)
{
   if (layout && atomic_fetch_sub(&layout->references, 1) == 1)
      vkf_object_delete(NULL, layout->alloc, layout);
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyDescriptorSetLayout(VkDevice device, VkDescriptorSetLayout layout,
                                                          const VkAllocationCallbacks *pAllocator)
{
   vkf_set_layout_unref(vkf_set_layout_from(layout));
}

VKAPI_ATTR void VKAPI_CALL
vkf_GetDescriptorSetLayoutSupportKHR(VkDevice device, const VkDescriptorSetLayoutCreateInfo *pCreateInfo,
                                     VkDescriptorSetLayoutSupport *pSupport)
{
   pSupport->supported = total_descriptors(pCreateInfo) <= MAX_PER_SET;
}
