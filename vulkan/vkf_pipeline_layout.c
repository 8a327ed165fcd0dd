/* VkPipelineLayout. Invariant: the layout of the root table follows from the set layouts alone, so that
 * compatible pipeline layouts agree on it. */
#include "vkf_pipeline_layout.h"
#include "vkf_device.h"

static uint32_t count_bindings(const VkPipelineLayoutCreateInfo *info)
{
   uint32_t n = 0;
   for (uint32_t s = 0; s < info->setLayoutCount; s++)
      n += vkf_set_layout_from(info->pSetLayouts[s])->binding_count;
   return n;
}

static void add_set(struct vkf_pipeline_layout *layout, uint32_t index, struct vkf_set_layout *set,
                    uint32_t *dynamic)
{
   layout->sets[index] = set;
   layout->dynamic_base[index] = *dynamic;
   vkf_set_layout_ref(set);
   for (uint32_t i = 0; i < set->binding_count; i++) {
      const struct vkf_binding *b = &set->bindings[i];
      bool is_inline = b->kind == SC_BINDING_INLINE_UNIFORM;
      if (!b->count)
         continue;
      layout->bindings[layout->binding_count++] = (sc_binding){
          .set = index,
          .binding = b->number,
          .kind = is_inline ? SC_BINDING_UNIFORM_BUFFER : b->kind,
          .count = is_inline ? 1 : b->count,
          .dynamic = b->dynamic,
          .offset_B = b->dynamic ? *dynamic + b->offset_B : b->offset_B - (is_inline ? VKF_INLINE_DESC_B : 0)};
   }
   *dynamic += set->dynamic_count;
}

static VkResult check_limits(struct vkf_device *device, const VkPipelineLayoutCreateInfo *info)
{
   uint32_t dynamic = 0;
   if (info->setLayoutCount > SC_MAX_SETS)
      return vkf_error(device, NULL, VK_ERROR_UNKNOWN, "vkCreatePipelineLayout: more than %u sets",
                       SC_MAX_SETS);
   for (uint32_t s = 0; s < info->setLayoutCount; s++)
      dynamic += vkf_set_layout_from(info->pSetLayouts[s])->dynamic_count;
   if (dynamic > SC_MAX_DYNAMIC)
      return vkf_error(device, NULL, VK_ERROR_UNKNOWN, "vkCreatePipelineLayout: more than %u dynamic buffers",
                       SC_MAX_DYNAMIC);
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreatePipelineLayout(VkDevice device_,
                                                        const VkPipelineLayoutCreateInfo *pCreateInfo,
                                                        const VkAllocationCallbacks *pAllocator,
                                                        VkPipelineLayout *pPipelineLayout)
{
   struct vkf_device *device = vkf_device_from(device_);
   VkResult r = check_limits(device, pCreateInfo);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_pipeline_layout *layout = vkf_device_object(
       device, pAllocator, sizeof *layout + count_bindings(pCreateInfo) * sizeof(sc_binding),
       VK_OBJECT_TYPE_PIPELINE_LAYOUT);
   if (!layout)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   uint32_t dynamic = 0;
   layout->set_count = pCreateInfo->setLayoutCount;
   for (uint32_t s = 0; s < layout->set_count; s++)
      add_set(layout, s, vkf_set_layout_from(pCreateInfo->pSetLayouts[s]), &dynamic);
   *pPipelineLayout = vkf_pipeline_layout_to(layout);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyPipelineLayout(VkDevice device, VkPipelineLayout layout_,
                                                     const VkAllocationCallbacks *pAllocator)
{
   struct vkf_pipeline_layout *layout = vkf_pipeline_layout_from(layout_);
   if (!layout)
      return;
   for (uint32_t s = 0; s < layout->set_count; s++)
      vkf_set_layout_unref(layout->sets[s]);
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, layout);
}
