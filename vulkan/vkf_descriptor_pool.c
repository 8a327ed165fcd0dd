/* VkDescriptorPool and allocation of sets. A pool owns one piece of GPU memory, big enough for all descriptors
 * it was made for whatever sets they form; sets take ranges of it. Invariant: what a pool was made for is counted
 * by type, so a set that does not fit is refused even where memory would be left, and one that fits always finds
 * memory unless sets were freed one by one. */
#include "vkf_descriptor.h"
#include "vkf_device.h"

/* At most this much of a set is lost to alignment: before the binding of variable length, and at the end. */
#define SET_LOSS_B (2 * VKF_SET_ALIGN_B)

static uint32_t inline_bindings_of(const VkDescriptorPoolCreateInfo *info)
{
   const VkDescriptorPoolInlineUniformBlockCreateInfo *i =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_INLINE_UNIFORM_BLOCK_CREATE_INFO);
   return i ? i->maxInlineUniformBlockBindings : 0;
}

static VkResult pool_init(struct vkf_device *device, const VkDescriptorPoolCreateInfo *info,
                          struct vkf_descriptor_pool *pool)
{
   uint64_t size_B = (uint64_t)info->maxSets * SET_LOSS_B;
   pool->left_inline_bindings = inline_bindings_of(info);
   size_B += pool->left_inline_bindings * (VKF_INLINE_DESC_B + UINT64_C(16));
   for (uint32_t i = 0; i < info->poolSizeCount; i++) {
      const VkDescriptorPoolSize *s = &info->pPoolSizes[i];
      uint32_t type = vkf_descriptor_type_index(s->type);
      if (type == VKF_DESCRIPTOR_TYPES)
         return vkf_error(device, NULL, VK_ERROR_OUT_OF_DEVICE_MEMORY,
                          "vkCreateDescriptorPool: descriptors of type %d are not supported", s->type);
      pool->left[type] += s->descriptorCount;
      size_B += (uint64_t)s->descriptorCount * sc_binding_stride_B(vkf_descriptor_kind(s->type));
   }
   VkResult r = vkf_span_take(&device->code, VKF_MAX(size_B, VKF_SET_ALIGN_B), VKF_SET_ALIGN_B, &pool->memory);
   if (r != VK_SUCCESS)
      return r;
   if (!vkf_ranges_init(&pool->ranges, device->alloc, 0, pool->memory.size_B)) {
      vkf_span_give(&device->code, &pool->memory);
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   }
   pool->max_sets = info->maxSets;
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateDescriptorPool(VkDevice device_,
                                                        const VkDescriptorPoolCreateInfo *pCreateInfo,
                                                        const VkAllocationCallbacks *pAllocator,
                                                        VkDescriptorPool *pDescriptorPool)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_descriptor_pool *pool =
       vkf_device_object(device, pAllocator, sizeof *pool, VK_OBJECT_TYPE_DESCRIPTOR_POOL);
   if (!pool)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   VkResult r = pool_init(device, pCreateInfo, pool);
   if (r != VK_SUCCESS) {
      vkf_object_delete(pAllocator, device->alloc, pool);
      return r;
   }
   *pDescriptorPool = vkf_descriptor_pool_to(pool);
   return VK_SUCCESS;
}

/* ---- counting ------------------------------------------------------------------------------------------ */
struct demand {
   uint64_t count[VKF_DESCRIPTOR_TYPES];
   uint32_t inline_bindings;
};

static struct demand demand_of(const struct vkf_set_layout *layout, uint32_t variable_count)
{
   struct demand d = {0};
   for (uint32_t i = 0; i < layout->binding_count; i++) {
      const struct vkf_binding *b = &layout->bindings[i];
      uint32_t type = vkf_descriptor_type_index(b->type);
      if (type == VKF_DESCRIPTOR_TYPES) /* a binding of no descriptors */
         continue;
      d.count[type] += b->variable ? VKF_MIN(variable_count, b->count) : b->count;
      d.inline_bindings += b->kind == SC_BINDING_INLINE_UNIFORM && b->count;
   }
   return d;
}

static bool pool_covers(const struct vkf_descriptor_pool *pool, const struct demand *d)
{
   for (uint32_t t = 0; t < VKF_DESCRIPTOR_TYPES; t++)
      if (d->count[t] > pool->left[t])
         return false;
   return d->inline_bindings <= pool->left_inline_bindings;
}

static void pool_charge(struct vkf_descriptor_pool *pool, const struct demand *d)
{
   for (uint32_t t = 0; t < VKF_DESCRIPTOR_TYPES; t++)
      pool->left[t] -= d->count[t];
   pool->left_inline_bindings -= d->inline_bindings;
   pool->live_sets++;
}

static void pool_refund(struct vkf_descriptor_pool *pool, const struct demand *d)
{
   for (uint32_t t = 0; t < VKF_DESCRIPTOR_TYPES; t++)
      pool->left[t] += d->count[t];
   pool->left_inline_bindings += d->inline_bindings;
   pool->live_sets--;
}

/* ---- sets ---------------------------------------------------------------------------------------------- */
static void set_free(struct vkf_device *device, struct vkf_descriptor_pool *pool, struct vkf_set *set)
{
   struct demand d = demand_of(set->layout, set->variable_count);
   *set->link = set->next;
   if (set->next)
      set->next->link = set->link;
   if (set->size_B)
      vkf_ranges_give(&pool->ranges, set->offset_B, set->size_B);
   pool_refund(pool, &d);
   vkf_set_layout_unref(set->layout);
   vkf_object_delete(NULL, device->alloc, set);
}

static void pool_empty(struct vkf_device *device, struct vkf_descriptor_pool *pool)
{
   while (pool->sets)
      set_free(device, pool, pool->sets);
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyDescriptorPool(VkDevice device_, VkDescriptorPool pool_,
                                                     const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_descriptor_pool *pool = vkf_descriptor_pool_from(pool_);
   if (!pool)
      return;
   pool_empty(device, pool);
   vkf_ranges_finish(&pool->ranges);
   vkf_span_give(&device->code, &pool->memory);
   vkf_object_delete(pAllocator, device->alloc, pool);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ResetDescriptorPool(VkDevice device, VkDescriptorPool pool,
                                                       VkDescriptorPoolResetFlags flags)
{
   pool_empty(vkf_device_from(device), vkf_descriptor_pool_from(pool));
   return VK_SUCCESS;
}

/* A set without descriptors in memory takes none. */
static VkResult take_memory(struct vkf_descriptor_pool *pool, struct vkf_set *set)
{
   set->size_B = vkf_set_layout_size_B(set->layout, set->variable_count);
   if (!set->size_B)
      return VK_SUCCESS;
   VkResult r = vkf_ranges_take(&pool->ranges, set->size_B, VKF_SET_ALIGN_B, &set->offset_B);
   if (r != VK_SUCCESS)
      return r == VK_ERROR_OUT_OF_DEVICE_MEMORY ? VK_ERROR_FRAGMENTED_POOL : r;
   set->va = pool->memory.va + set->offset_B;
   set->memory = (uint8_t *)pool->memory.host + set->offset_B;
   return VK_SUCCESS;
}

static VkResult set_new(struct vkf_device *device, struct vkf_descriptor_pool *pool,
                        struct vkf_set_layout *layout, uint32_t variable_count, struct vkf_set **out)
{
   struct demand d = demand_of(layout, variable_count);
   if (pool->live_sets == pool->max_sets || !pool_covers(pool, &d))
      return VK_ERROR_OUT_OF_POOL_MEMORY;
   struct vkf_set *set =
       vkf_device_object(device, NULL, sizeof *set + layout->dynamic_count * sizeof set->dynamic[0],
                         VK_OBJECT_TYPE_DESCRIPTOR_SET);
   if (!set)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   set->layout = layout;
   set->variable_count = variable_count;
   VkResult r = take_memory(pool, set);
   if (r != VK_SUCCESS) {
      vkf_object_delete(NULL, device->alloc, set);
      return r;
   }
   vkf_set_layout_ref(layout);
   pool_charge(pool, &d);
   struct vkf_descriptors where = vkf_set_descriptors(set);
   vkf_descriptors_init(&where);
   set->next = pool->sets;
   set->link = &pool->sets;
   if (set->next)
      set->next->link = &set->next;
   pool->sets = set;
   *out = set;
   return VK_SUCCESS;
}

static uint32_t variable_count_of(const VkDescriptorSetAllocateInfo *info, uint32_t i)
{
   const VkDescriptorSetVariableDescriptorCountAllocateInfo *v =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_DESCRIPTOR_SET_VARIABLE_DESCRIPTOR_COUNT_ALLOCATE_INFO);
   return v && i < v->descriptorSetCount ? v->pDescriptorCounts[i] : 0;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_AllocateDescriptorSets(VkDevice device_,
                                                          const VkDescriptorSetAllocateInfo *pInfo,
                                                          VkDescriptorSet *pDescriptorSets)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_descriptor_pool *pool = vkf_descriptor_pool_from(pInfo->descriptorPool);
   VkResult r = VK_SUCCESS;
   uint32_t done = 0;
   for (; done < pInfo->descriptorSetCount && r == VK_SUCCESS; done++) {
      struct vkf_set *set = NULL;
      r = set_new(device, pool, vkf_set_layout_from(pInfo->pSetLayouts[done]), variable_count_of(pInfo, done),
                  &set);
      pDescriptorSets[done] = vkf_set_to(set);
   }
   if (r == VK_SUCCESS)
      return r;
   for (uint32_t i = 0; i + 1 < done; i++)
      set_free(device, pool, vkf_set_from(pDescriptorSets[i]));
   for (uint32_t i = 0; i < pInfo->descriptorSetCount; i++)
      pDescriptorSets[i] = VK_NULL_HANDLE;
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_FreeDescriptorSets(VkDevice device, VkDescriptorPool pool, uint32_t count,
                                                      const VkDescriptorSet *pDescriptorSets)
{
   for (uint32_t i = 0; i < count; i++)
      if (pDescriptorSets[i])
         set_free(vkf_device_from(device), vkf_descriptor_pool_from(pool), vkf_set_from(pDescriptorSets[i]));
   return VK_SUCCESS;
}
