/* VkQueryPool: creation and reading on the host. Results are written by packets (vkf_cmd_query.c). Timestamps
 * are real; occlusion pools can be made, as everywhere, but no queue here can count into them. */
#include "vkf_query_pool.h"
#include "vkf_address_report.h"
#include "vkf_device.h"

#define POLL_NS UINT64_C(500000)

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateQueryPool(VkDevice device_, const VkQueryPoolCreateInfo *pCreateInfo,
                                                   const VkAllocationCallbacks *pAllocator,
                                                   VkQueryPool *pQueryPool)
{
   struct vkf_device *device = vkf_device_from(device_);
   if (pCreateInfo->queryType != VK_QUERY_TYPE_TIMESTAMP && pCreateInfo->queryType != VK_QUERY_TYPE_OCCLUSION)
      return vkf_error(device, NULL, VK_ERROR_FEATURE_NOT_PRESENT,
                       "vkCreateQueryPool: query type %d is not supported", pCreateInfo->queryType);
   struct vkf_query_pool *pool =
       vkf_device_object(device, pAllocator, sizeof *pool, VK_OBJECT_TYPE_QUERY_POOL);
   if (!pool)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   pool->count = pCreateInfo->queryCount;
   VkResult r =
       vkf_span_take(&device->slots, (uint64_t)pool->count * sizeof(struct vkf_query), 16, &pool->span);
   if (r != VK_SUCCESS) {
      vkf_object_delete(pAllocator, device->alloc, pool);
      return r;
   }
   memset(pool->span.host, 0, pool->span.size_B);
   vkf_address_bound(device, pool, pool->span.va, pool->span.size_B);
   *pQueryPool = vkf_query_pool_to(pool);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyQueryPool(VkDevice device_, VkQueryPool queryPool,
                                                const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   if (!pool)
      return;
   vkf_address_unbound(device, pool, pool->span.va, pool->span.size_B);
   vkf_span_give(&device->slots, &pool->span);
   vkf_object_delete(pAllocator, device->alloc, pool);
}

VKAPI_ATTR void VKAPI_CALL vkf_ResetQueryPoolEXT(VkDevice device, VkQueryPool queryPool, uint32_t firstQuery,
                                                 uint32_t queryCount)
{
   const struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   struct vkf_query *queries = pool->span.host;
   queryCount = vkf_query_count(pool, firstQuery, queryCount);
   if (queryCount)
      memset(queries + firstQuery, 0, queryCount * sizeof *queries);
}

static void store(char *out, uint64_t value, bool wide)
{
   uint32_t narrow = (uint32_t)value;
   memcpy(out, wide ? (void *)&value : (void *)&narrow, wide ? 8 : 4);
}

static bool is_available(void *context)
{
   return __atomic_load_n(&((struct vkf_query *)context)->available, __ATOMIC_ACQUIRE) != 0;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetQueryPoolResults(VkDevice device_, VkQueryPool queryPool,
                                                       uint32_t firstQuery, uint32_t queryCount,
                                                       size_t dataSize, void *pData, VkDeviceSize stride,
                                                       VkQueryResultFlags flags)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_query *queries = vkf_query_pool_from(queryPool)->span.host;
   queryCount = vkf_query_count(vkf_query_pool_from(queryPool), firstQuery, queryCount);
   bool wide = (flags & VK_QUERY_RESULT_64_BIT) != 0, lost = vkf_device_is_lost(device);
   VkResult result = VK_SUCCESS;
   for (uint32_t i = 0; i < queryCount; i++) {
      struct vkf_query *q = &queries[firstQuery + i];
      char *out = (char *)pData + i * stride;
      if (flags & VK_QUERY_RESULT_WAIT_BIT) {
         VkResult r = vkf_device_wait(device, is_available, q, UINT64_MAX, POLL_NS);
         if (r != VK_SUCCESS)
            return r;
      }
      bool available = is_available(q);
      if (available)
         store(out, q->value, wide);
      else
         result = lost ? VK_ERROR_DEVICE_LOST : VK_NOT_READY;
      if (flags & VK_QUERY_RESULT_WITH_AVAILABILITY_BIT)
         store(out + (wide ? 8 : 4), available, wide);
   }
   return result;
}
