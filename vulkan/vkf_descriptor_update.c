/* vkUpdateDescriptorSets: writes and copies of descriptors, straight into the memory that the GPU reads. A count
 * that exceeds a binding runs on into the next one. Invariant: immutable samplers stand where the set's
 * allocation has put them, whatever is written. */
#include "vkf_buffer.h"
#include "vkf_buffer_view.h"
#include "vkf_descriptor.h"
#include "vkf_device.h"
#include "vkf_image.h"
#include "vkf_sampler.h"

#define IMAGE_B (GPU_IMAGE_DESC_DW * 4)
#define SAMPLER_B (GPU_SAMPLER_DESC_DW * 4)

/* Walks over the elements of a layout. */
struct cursor {
   const struct vkf_descriptors *d;
   uint32_t binding, element;
};

static uint32_t count_of(const struct vkf_descriptors *d, const struct vkf_binding *b)
{
   return b->variable ? VKF_MIN(b->count, d->variable_count) : b->count;
}

static bool cursor_start(struct cursor *c, const struct vkf_descriptors *d, uint32_t number, uint32_t element)
{
   *c = (struct cursor){.d = d, .element = element};
   while (c->binding < d->layout->binding_count && d->layout->bindings[c->binding].number != number)
      c->binding++;
   return c->binding < d->layout->binding_count;
}

/* The binding of the next element and its index there; NULL behind the last one. */
static const struct vkf_binding *cursor_next(struct cursor *c, uint32_t *element)
{
   const struct vkf_set_layout *layout = c->d->layout;
   while (c->binding < layout->binding_count && c->element >= count_of(c->d, &layout->bindings[c->binding])) {
      c->element -= count_of(c->d, &layout->bindings[c->binding]);
      c->binding++;
   }
   if (c->binding == layout->binding_count)
      return NULL;
   *element = c->element++;
   return &layout->bindings[c->binding];
}

static void *place_of(const struct vkf_descriptors *d, const struct vkf_binding *b, uint32_t element)
{
   if (b->dynamic)
      return &d->dynamic[b->offset_B + element];
   return d->memory + b->offset_B + (size_t)element * b->stride_B;
}

/* ---- initial contents ---------------------------------------------------------------------------------- */
static uint32_t sampler_at(const struct vkf_binding *b)
{
   return b->kind == SC_BINDING_COMBINED_IMAGE_SAMPLER ? IMAGE_B : 0;
}

/* To shaders, inline uniform data is a uniform buffer. */
static void init_inline(const struct vkf_descriptors *d, const struct vkf_binding *b)
{
   uint64_t va = d->va + b->offset_B;
   struct gpu_buffer_desc desc = {.va_lo = VKF_LO(va), .va_hi = VKF_HI(va), .size_B = count_of(d, b) & ~3u};
   memcpy(d->memory + b->offset_B - VKF_INLINE_DESC_B, &desc, sizeof desc);
}

void vkf_descriptors_init(const struct vkf_descriptors *d)
{
   uint32_t size_B = vkf_set_layout_size_B(d->layout, d->variable_count);
   if (size_B)
      memset(d->memory, 0, size_B);
   if (d->layout->dynamic_count)
      memset(d->dynamic, 0, d->layout->dynamic_count * sizeof d->dynamic[0]);
   for (uint32_t i = 0; i < d->layout->binding_count; i++) {
      const struct vkf_binding *b = &d->layout->bindings[i];
      if (b->kind == SC_BINDING_INLINE_UNIFORM && count_of(d, b))
         init_inline(d, b);
      for (uint32_t n = 0; b->immutable && n < count_of(d, b); n++)
         memcpy((uint8_t *)place_of(d, b, n) + sampler_at(b), b->immutable[n], SAMPLER_B);
   }
}

/* ---- one descriptor ------------------------------------------------------------------------------------ */
static void put_buffer(void *out, const VkDescriptorBufferInfo *info)
{
   const struct vkf_buffer *b = vkf_buffer_from(info->buffer);
   struct gpu_buffer_desc desc = {0};
   if (b) {
      uint64_t va = b->va + info->offset, size_B = vkf_buffer_range(b, info->offset, info->range);
      desc = (struct gpu_buffer_desc){.va_lo = VKF_LO(va),
                                      .va_hi = VKF_HI(va),
                                      .size_B = (uint32_t)VKF_MIN(size_B, UINT32_MAX & ~UINT64_C(3))};
   }
   memcpy(out, &desc, sizeof desc);
}

static void put_view(void *out, VkImageView view)
{
   const struct vkf_image_view *v = vkf_image_view_from(view);
   if (v)
      memcpy(out, v->descriptor, IMAGE_B);
   else
      memset(out, 0, IMAGE_B);
}

static void put_sampler(uint8_t *out, const struct vkf_binding *b, VkSampler sampler)
{
   const struct vkf_sampler *s = vkf_sampler_from(sampler);
   if (!b->immutable && s)
      memcpy(out + sampler_at(b), s->descriptor, SAMPLER_B);
}

static void put_texel_buffer(void *out, VkBufferView view)
{
   const struct vkf_buffer_view *v = vkf_buffer_view_from(view);
   if (v)
      memcpy(out, v->descriptor, IMAGE_B);
   else
      memset(out, 0, IMAGE_B);
}

static void put(void *out, const struct vkf_binding *b, const VkWriteDescriptorSet *w, uint32_t i)
{
   switch (b->kind) {
   case SC_BINDING_UNIFORM_BUFFER:
   case SC_BINDING_STORAGE_BUFFER:
      put_buffer(out, &w->pBufferInfo[i]);
      break;
   case SC_BINDING_UNIFORM_TEXEL_BUFFER:
   case SC_BINDING_STORAGE_TEXEL_BUFFER:
      put_texel_buffer(out, w->pTexelBufferView[i]);
      break;
   case SC_BINDING_SAMPLER:
      put_sampler(out, b, w->pImageInfo[i].sampler);
      break;
   case SC_BINDING_COMBINED_IMAGE_SAMPLER:
      put_sampler(out, b, w->pImageInfo[i].sampler);
      put_view(out, w->pImageInfo[i].imageView);
      break;
   case SC_BINDING_INLINE_UNIFORM: {
      const VkWriteDescriptorSetInlineUniformBlock *data =
          vkf_find_in(w->pNext, VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET_INLINE_UNIFORM_BLOCK);
      if (data && i < data->dataSize)
         *(uint8_t *)out = ((const uint8_t *)data->pData)[i];
      break;
   }
   default: /* images of all kinds */
      put_view(out, w->pImageInfo[i].imageView);
      break;
   }
}

void vkf_descriptors_write(struct vkf_device *device, const struct vkf_descriptors *d,
                           const VkWriteDescriptorSet *w)
{
   struct cursor c;
   bool found = cursor_start(&c, d, w->dstBinding, w->dstArrayElement);
   for (uint32_t i = 0; i < w->descriptorCount; i++) {
      uint32_t element;
      const struct vkf_binding *b = found ? cursor_next(&c, &element) : NULL;
      if (!b || b->type != w->descriptorType) {
         vkf_error(device, NULL, VK_ERROR_UNKNOWN,
                   "write of descriptors: binding %u has no %u elements of type %d from element %u on",
                   w->dstBinding, w->descriptorCount, w->descriptorType, w->dstArrayElement);
         return;
      }
      put(place_of(d, b, element), b, w, i);
   }
}

/* ---- copies -------------------------------------------------------------------------------------------- */
/* Overlapping elements of one binding are copied as memory is, in order. */
static void copy_one(void *to, const struct vkf_binding *b, const void *from)
{
   if (b->immutable && b->kind == SC_BINDING_SAMPLER)
      return;
   size_t size_B = b->immutable ? IMAGE_B : b->stride_B;
   memmove(to, from, size_B);
}

static void copy_set(struct vkf_device *device, const VkCopyDescriptorSet *copy)
{
   struct vkf_descriptors src = vkf_set_descriptors(vkf_set_from(copy->srcSet));
   struct vkf_descriptors dst = vkf_set_descriptors(vkf_set_from(copy->dstSet));
   struct cursor from, to;
   bool found = cursor_start(&from, &src, copy->srcBinding, copy->srcArrayElement) &&
                cursor_start(&to, &dst, copy->dstBinding, copy->dstArrayElement);
   for (uint32_t i = 0; i < copy->descriptorCount; i++) {
      uint32_t s_element, d_element;
      const struct vkf_binding *s = found ? cursor_next(&from, &s_element) : NULL;
      const struct vkf_binding *d = found ? cursor_next(&to, &d_element) : NULL;
      if (!s || !d || s->type != d->type) {
         vkf_error(device, NULL, VK_ERROR_UNKNOWN,
                   "vkUpdateDescriptorSets: bindings %u and %u do not both have %u elements of one type",
                   copy->srcBinding, copy->dstBinding, copy->descriptorCount);
         return;
      }
      copy_one(place_of(&dst, d, d_element), d, place_of(&src, s, s_element));
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_UpdateDescriptorSets(VkDevice device_, uint32_t writeCount,
                                                    const VkWriteDescriptorSet *pWrites, uint32_t copyCount,
                                                    const VkCopyDescriptorSet *pCopies)
{
   struct vkf_device *device = vkf_device_from(device_);
   for (uint32_t i = 0; i < writeCount; i++) {
      struct vkf_descriptors d = vkf_set_descriptors(vkf_set_from(pWrites[i].dstSet));
      vkf_descriptors_write(device, &d, &pWrites[i]);
   }
   for (uint32_t i = 0; i < copyCount; i++)
      copy_set(device, &pCopies[i]);
}
