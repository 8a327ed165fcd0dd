/* VkDescriptorSetLayout: where each binding stands in a set. Invariants: bindings are sorted by number, because
 * dynamic offsets and writes that run over into the next binding follow that order; memory is laid out by falling
 * alignment, so that there are no gaps, with the binding of variable length at its end. */
#include "vkf_descriptor.h"
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_sampler.h"

uint32_t vkf_descriptor_kind(VkDescriptorType t)
{
   static const uint8_t kinds[VKF_DESCRIPTOR_TYPES + 1] = {
       [VK_DESCRIPTOR_TYPE_SAMPLER] = SC_BINDING_SAMPLER,
       [VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER] = SC_BINDING_COMBINED_IMAGE_SAMPLER,
       [VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE] = SC_BINDING_SAMPLED_IMAGE,
       [VK_DESCRIPTOR_TYPE_STORAGE_IMAGE] = SC_BINDING_STORAGE_IMAGE,
       [VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER] = SC_BINDING_UNIFORM_TEXEL_BUFFER,
       [VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER] = SC_BINDING_STORAGE_TEXEL_BUFFER,
       [VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER] = SC_BINDING_UNIFORM_BUFFER,
       [VK_DESCRIPTOR_TYPE_STORAGE_BUFFER] = SC_BINDING_STORAGE_BUFFER,
       [VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC] = SC_BINDING_UNIFORM_BUFFER,
       [VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC] = SC_BINDING_STORAGE_BUFFER,
       [VK_DESCRIPTOR_TYPE_INPUT_ATTACHMENT] = SC_BINDING_INPUT_ATTACHMENT,
       [VKF_DESCRIPTOR_TYPES - 1] = SC_BINDING_INLINE_UNIFORM,
       [VKF_DESCRIPTOR_TYPES] = SC_BINDING_KIND_COUNT,
   };
   return kinds[vkf_descriptor_type_index(t)];
}

static bool has_immutable(const VkDescriptorSetLayoutBinding *b)
{
   return b->pImmutableSamplers && b->descriptorCount &&
          (b->descriptorType == VK_DESCRIPTOR_TYPE_SAMPLER ||
           b->descriptorType == VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER);
}

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

static uint32_t align_of(const struct vkf_binding *b)
{
   return VKF_MAX(b->stride_B, 16u);
}

static uint64_t place_binding(struct vkf_binding *b, uint64_t end_B)
{
   end_B = vkf_align(end_B, align_of(b)) + (b->kind == SC_BINDING_INLINE_UNIFORM ? VKF_INLINE_DESC_B : 0);
   b->offset_B = (uint32_t)end_B;
   return vkf_align(end_B + (uint64_t)b->count * b->stride_B, 16);
}

static void place_bindings(struct vkf_set_layout *layout)
{
   struct vkf_binding *last = NULL;
   uint64_t end_B = 0;
   for (uint32_t align_B = VKF_SET_ALIGN_B; align_B >= 16; align_B /= 2)
      for (uint32_t i = 0; i < layout->binding_count; i++) {
         struct vkf_binding *b = &layout->bindings[i];
         if (b->variable)
            last = b;
         if (!b->dynamic && !b->variable && align_of(b) == align_B)
            end_B = place_binding(b, end_B);
      }
   if (last)
      end_B = place_binding(last, end_B);
   layout->size_B = (uint32_t)vkf_align(end_B, VKF_SET_ALIGN_B);
   for (uint32_t i = 0; i < layout->binding_count; i++) {
      struct vkf_binding *b = &layout->bindings[i];
      if (b->dynamic) {
         b->offset_B = layout->dynamic_count;
         layout->dynamic_count += b->count;
      }
   }
}

uint32_t vkf_set_layout_size_B(const struct vkf_set_layout *layout, uint32_t variable_count)
{
   for (uint32_t i = 0; i < layout->binding_count; i++) {
      const struct vkf_binding *b = &layout->bindings[i];
      if (b->variable)
         return (uint32_t)vkf_align(b->offset_B + (uint64_t)VKF_MIN(variable_count, b->count) * b->stride_B,
                                    VKF_SET_ALIGN_B);
   }
   return layout->size_B;
}

static const VkDescriptorSetLayoutBindingFlagsCreateInfo *
flags_of(const VkDescriptorSetLayoutCreateInfo *info)
{
   const VkDescriptorSetLayoutBindingFlagsCreateInfo *f =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_BINDING_FLAGS_CREATE_INFO);
   return f && f->bindingCount == info->bindingCount ? f : NULL;
}

static bool is_variable(const VkDescriptorSetLayoutCreateInfo *info, uint32_t binding)
{
   const VkDescriptorSetLayoutBindingFlagsCreateInfo *f = flags_of(info);
   return f && (f->pBindingFlags[binding] & VK_DESCRIPTOR_BINDING_VARIABLE_DESCRIPTOR_COUNT_BIT) &&
          !vkf_is_dynamic_type(info->pBindings[binding].descriptorType);
}

/* Why there cannot be such a layout; NULL if there can. */
static const char *refusal(const VkDescriptorSetLayoutCreateInfo *info)
{
   uint64_t descriptors = 0, inline_B = 0, variable = 0;
   for (uint32_t i = 0; i < info->bindingCount; i++) {
      const VkDescriptorSetLayoutBinding *b = &info->pBindings[i];
      if (!b->descriptorCount)
         continue;
      uint32_t kind = vkf_descriptor_kind(b->descriptorType);
      if (kind == SC_BINDING_KIND_COUNT)
         return "descriptors of an unknown type";
      variable += is_variable(info, i);
      if (kind == SC_BINDING_INLINE_UNIFORM)
         inline_B += b->descriptorCount;
      else
         descriptors += b->descriptorCount;
   }
   if ((info->flags & VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT_KHR) &&
       (descriptors > VKF_PUSH_DESCRIPTORS_MAX || inline_B))
      return "more descriptors than can be pushed";
   if (descriptors > VKF_SET_DESCRIPTORS_MAX)
      return "too many descriptors";
   if (inline_B > VKF_INLINE_UNIFORM_BLOCKS_MAX * VKF_INLINE_UNIFORM_BLOCK_MAX_B)
      return "too much inline uniform data";
   return variable > 1 ? "two bindings of variable length" : NULL;
}

static uint64_t immutable_count(const VkDescriptorSetLayoutCreateInfo *info)
{
   uint64_t n = 0;
   for (uint32_t i = 0; i < info->bindingCount; i++)
      if (has_immutable(&info->pBindings[i]))
         n += info->pBindings[i].descriptorCount;
   return n;
}

static void add_binding(struct vkf_set_layout *layout, const VkDescriptorSetLayoutCreateInfo *info, uint32_t i,
                        uint32_t (**samplers)[GPU_SAMPLER_DESC_DW])
{
   const VkDescriptorSetLayoutBinding *b = &info->pBindings[i];
   uint32_t kind = vkf_descriptor_kind(b->descriptorType);
   layout->bindings[i] = (struct vkf_binding){.number = b->binding,
                                              .type = b->descriptorType,
                                              .kind = kind,
                                              .count = b->descriptorCount,
                                              .dynamic = vkf_is_dynamic_type(b->descriptorType),
                                              .variable = is_variable(info, i),
                                              .stride_B = sc_binding_stride_B(kind)};
   if (!has_immutable(b))
      return;
   layout->bindings[i].immutable = (const uint32_t(*)[GPU_SAMPLER_DESC_DW])*samplers;
   for (uint32_t n = 0; n < b->descriptorCount; n++) {
      const struct vkf_sampler *s = vkf_sampler_from(b->pImmutableSamplers[n]);
      if (s)
         memcpy((*samplers)[n], s->descriptor, sizeof s->descriptor);
   }
   *samplers += b->descriptorCount;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkf_CreateDescriptorSetLayout(VkDevice device_, const VkDescriptorSetLayoutCreateInfo *pCreateInfo,
                              const VkAllocationCallbacks *pAllocator, VkDescriptorSetLayout *pSetLayout)
{
   struct vkf_device *device = vkf_device_from(device_);
   uint32_t n = pCreateInfo->bindingCount;
   const char *why = refusal(pCreateInfo);
   if (why)
      return vkf_error(device, NULL, VK_ERROR_OUT_OF_DEVICE_MEMORY, "vkCreateDescriptorSetLayout: %s", why);
   struct vkf_set_layout *layout = NULL;
   size_t bindings_B = n * sizeof layout->bindings[0];
   size_t samplers_B = (size_t)immutable_count(pCreateInfo) * GPU_SAMPLER_DESC_DW * 4;
   /* Outlives vkDestroyDescriptorSetLayout where sets still use it, so the call's own callbacks will not do.
    */
   layout = vkf_device_object(device, NULL, sizeof *layout + bindings_B + samplers_B,
                              VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT);
   if (!layout)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   layout->alloc = device->alloc;
   atomic_store(&layout->references, 1);
   layout->flags = pCreateInfo->flags;
   layout->binding_count = n;
   uint32_t(*samplers)[GPU_SAMPLER_DESC_DW] = (void *)&layout->bindings[n];
   for (uint32_t i = 0; i < n; i++)
      add_binding(layout, pCreateInfo, i, &samplers);
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

/* How long the variable binding may be beside all others; 0 if there is none. */
static uint32_t variable_max(const VkDescriptorSetLayoutCreateInfo *info)
{
   uint64_t others = 0;
   const VkDescriptorSetLayoutBinding *variable = NULL;
   for (uint32_t i = 0; i < info->bindingCount; i++) {
      const VkDescriptorSetLayoutBinding *b = &info->pBindings[i];
      if (is_variable(info, i))
         variable = b;
      else if (vkf_descriptor_kind(b->descriptorType) != SC_BINDING_INLINE_UNIFORM)
         others += b->descriptorCount;
   }
   if (!variable || others > VKF_SET_DESCRIPTORS_MAX)
      return 0;
   return vkf_descriptor_kind(variable->descriptorType) == SC_BINDING_INLINE_UNIFORM
              ? VKF_INLINE_UNIFORM_BLOCK_MAX_B
              : VKF_SET_DESCRIPTORS_MAX - (uint32_t)others;
}

VKAPI_ATTR void VKAPI_CALL
vkf_GetDescriptorSetLayoutSupportKHR(VkDevice device, const VkDescriptorSetLayoutCreateInfo *pCreateInfo,
                                     VkDescriptorSetLayoutSupport *pSupport)
{
   pSupport->supported = !refusal(pCreateInfo);
   for (VkBaseOutStructure *s = pSupport->pNext; s; s = s->pNext)
      if (s->sType == VK_STRUCTURE_TYPE_DESCRIPTOR_SET_VARIABLE_DESCRIPTOR_COUNT_LAYOUT_SUPPORT)
         ((VkDescriptorSetVariableDescriptorCountLayoutSupport *)s)->maxVariableDescriptorCount =
             pSupport->supported ? variable_max(pCreateInfo) : 0;
}
