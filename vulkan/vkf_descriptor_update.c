/* vkUpdateDescriptorSets: writes and copies of descriptors, straight into the set's GPU memory. A count that
 * exceeds a binding runs on into the next one. Only buffers have descriptors yet; others cannot exist, since
 * nothing to write into them can be created. */
#include "vkf_buffer.h"
#include "vkf_descriptor.h"
#include "vkf_device.h"

/* Where one descriptor of a set stands: walks over bindings. */
struct cursor {
   struct vkf_set *set;
   uint32_t binding; /* index in the layout */
   uint32_t element;
};

static bool cursor_start(struct cursor *c, VkDescriptorSet set, uint32_t number, uint32_t element)
{
   *c = (struct cursor){.set = vkf_set_from(set), .element = element};
   const struct vkf_set_layout *layout = c->set->layout;
   while (c->binding < layout->binding_count && layout->bindings[c->binding].number != number)
      c->binding++;
   return c->binding < layout->binding_count;
}

/* The descriptor under the cursor, which moves on; NULL behind the last. */
static struct gpu_buffer_desc *cursor_next(struct cursor *c, VkDescriptorType *type)
{
   const struct vkf_set_layout *layout = c->set->layout;
   while (c->binding < layout->binding_count && c->element >= layout->bindings[c->binding].count) {
      c->element -= layout->bindings[c->binding].count;
      c->binding++;
   }
   if (c->binding == layout->binding_count)
      return NULL;
   const struct vkf_binding *b = &layout->bindings[c->binding];
   *type = b->type;
   return (b->dynamic ? c->set->dynamic : c->set->descriptors) + b->first + c->element++;
}

static struct gpu_buffer_desc describe(const VkDescriptorBufferInfo *info)
{
   const struct vkf_buffer *b = vkf_buffer_from(info->buffer);
   if (!b)
      return (struct gpu_buffer_desc){0};
   uint64_t va = b->va + info->offset, size_B = vkf_buffer_range(b, info->offset, info->range);
   return (struct gpu_buffer_desc){.va_lo = VKF_LO(va),
                                   .va_hi = VKF_HI(va),
                                   .size_B = (uint32_t)VKF_MIN(size_B, UINT32_MAX & ~UINT64_C(3))};
}

static void write_set(struct vkf_device *device, const VkWriteDescriptorSet *w)
{
   struct cursor c;
   VkDescriptorType type;
   if (!vkf_is_buffer_type(w->descriptorType) ||
       !cursor_start(&c, w->dstSet, w->dstBinding, w->dstArrayElement))
      return;
   for (uint32_t i = 0; i < w->descriptorCount; i++) {
      struct gpu_buffer_desc *d = cursor_next(&c, &type);
      if (!d || !vkf_is_buffer_type(type)) {
         vkf_error(device, c.set, VK_ERROR_UNKNOWN,
                   "vkUpdateDescriptorSets: binding %u has no %u buffers to write", w->dstBinding,
                   w->descriptorCount);
         return;
      }
      *d = describe(&w->pBufferInfo[i]);
   }
}

static void copy_set(const VkCopyDescriptorSet *copy)
{
   struct cursor from, to;
   VkDescriptorType type;
   if (!cursor_start(&from, copy->srcSet, copy->srcBinding, copy->srcArrayElement) ||
       !cursor_start(&to, copy->dstSet, copy->dstBinding, copy->dstArrayElement))
      return;
   for (uint32_t i = 0; i < copy->descriptorCount; i++) {
      const struct gpu_buffer_desc *s = cursor_next(&from, &type);
      struct gpu_buffer_desc *d = cursor_next(&to, &type);
      if (!s || !d)
         return;
      *d = *s;
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_UpdateDescriptorSets(VkDevice device, uint32_t writeCount,
                                                    const VkWriteDescriptorSet *pWrites, uint32_t copyCount,
                                                    const VkCopyDescriptorSet *pCopies)
{
   for (uint32_t i = 0; i < writeCount; i++)
      write_set(vkf_device_from(device), &pWrites[i]);
   for (uint32_t i = 0; i < copyCount; i++)
      copy_set(&pCopies[i]);
}
