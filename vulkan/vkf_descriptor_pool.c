/* VkDescriptorPool and allocation of sets. A pool owns one piece of GPU memory, big enough for all
 * descriptors it was made for; sets take ranges of it. */
#include "vkf_descriptor.h"
#include "vkf_device.h"

#define DESC_B sizeof(struct gpu_buffer_desc)

static VkResult pool_init(struct vkf_device *device, const VkDescriptorPoolCreateInfo *info,
                          struct vkf_descriptor_pool *pool)
{
   uint64_t count = 0;
   for (uint32_t i = 0; i < info->poolSizeCount; i++)
      count += info->pPoolSizes[i].descriptorCount;
   /* An empty set still takes one unit. */
   uint64_t size_B = (count + info->maxSets) * DESC_B;
   VkResult r = vkf_span_take(&device->code, size_B, 64, &pool->memory);
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

static uint64_t set_size_B(const struct vkf_set_layout *layout)
{
   return VKF_MAX(layout->static_count, 1u) * DESC_B;
}

static void set_free(struct vkf_device *device, struct vkf_descriptor_pool *pool, struct vkf_set *set)
{
   *set->link = set->next;
   if (set->next)
      set->next->link = set->link;
   vkf_ranges_give(&pool->ranges, set->offset_B, set_size_B(set->layout));
   vkf_set_layout_unref(set->layout);
   vkf_object_delete(NULL, device->alloc, set);
   pool->live_sets--;
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

static VkResult set_new(struct vkf_device *device, struct vkf_descriptor_pool *pool,
                        struct vkf_set_layout *layout, struct vkf_set **out)
{
   uint64_t size_B = set_size_B(layout), offset_B;
   if (pool->live_sets == pool->max_sets || size_B > pool->ranges.free_total)
      return VK_ERROR_OUT_OF_POOL_MEMORY;
   struct vkf_set *set =
       vkf_device_object(device, NULL, sizeof *set + layout->dynamic_count * sizeof set->dynamic[0],
                         VK_OBJECT_TYPE_DESCRIPTOR_SET);
   if (!set)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   VkResult r = vkf_ranges_take(&pool->ranges, size_B, DESC_B, &offset_B);
   if (r != VK_SUCCESS) {
      vkf_object_delete(NULL, device->alloc, set);
      return r == VK_ERROR_OUT_OF_DEVICE_MEMORY ? VK_ERROR_FRAGMENTED_POOL : r;
   }
   set->layout = layout;
   vkf_set_layout_ref(layout);
   set->offset_B = offset_B;
   set->va = pool->memory.va + offset_B;
   set->descriptors = (struct gpu_buffer_desc *)((char *)pool->memory.host + offset_B);
   /* Unwritten descriptors have size 0: reads give zero, writes are dropped. */
   memset(set->descriptors, 0, size_B);
   set->next = pool->sets;
   set->link = &pool->sets;
   if (set->next)
      set->next->link = &set->next;
   pool->sets = set;
   pool->live_sets++;
   *out = set;
   return VK_SUCCESS;
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
      r = set_new(device, pool, vkf_set_layout_from(pInfo->pSetLayouts[done]), &set);
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
