/* VkQueryPool: creation and reading on the host. Results are written by packets (vkf_cmd_query.c). */
#include "vkf_query_pool.h"
#include "vkf_address_report.h"
#include "vkf_device.h"

#define POLL_NS UINT64_C(500000)

/* Counters of VkQueryPipelineStatisticFlagBits, from bit 0 on. */
static const enum gpu_counter statistics[VKF_QUERY_STATISTICS] = {
   GPU_COUNTER_IA_VERTICES,    GPU_COUNTER_IA_PRIMITIVES, GPU_COUNTER_VS_INVOCATIONS, GPU_COUNTER_GS_INVOCATIONS,
   GPU_COUNTER_GS_PRIMITIVES,  GPU_COUNTER_CLIP_IN,       GPU_COUNTER_CLIP_OUT,       GPU_COUNTER_FS_INVOCATIONS,
   GPU_COUNTER_TCS_PATCHES,    GPU_COUNTER_TES_INVOCATIONS, GPU_COUNTER_CS_INVOCATIONS,
};

static const VkQueryPoolPerformanceCreateInfoKHR *performance_info(const VkQueryPoolCreateInfo *info)
{
   return info->queryType == VK_QUERY_TYPE_PERFORMANCE_QUERY_KHR
             ? vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_QUERY_POOL_PERFORMANCE_CREATE_INFO_KHR)
             : NULL;
}

static bool performance_layout(struct vkf_query_pool *pool, const VkQueryPoolPerformanceCreateInfoKHR *info)
{
   if (!info)
      return false;
   pool->counted = pool->performance = true;
   for (uint32_t i = 0; i < info->counterIndexCount; i++) {
      pool->counters[pool->values++] = vkf_performance_counter(info->pCounterIndices[i]);
      if (pool->counters[i] == GPU_COUNTER_COUNT)
         return false;
   }
   return true;
}

/* What the queries of the pool hold; false for a type that does not exist here. */
static bool layout(struct vkf_query_pool *pool, const VkQueryPoolCreateInfo *info)
{
   switch (info->queryType) {
   case VK_QUERY_TYPE_TIMESTAMP:
      pool->values = 1;
      return true;
   case VK_QUERY_TYPE_OCCLUSION:
      pool->counted = true;
      pool->values = 1;
      pool->counters[0] = GPU_COUNTER_SAMPLES_PASSED;
      return true;
   case VK_QUERY_TYPE_PIPELINE_STATISTICS:
      pool->counted = true;
      for (uint32_t bit = 0; bit < VKF_QUERY_STATISTICS; bit++)
         if (info->pipelineStatistics >> bit & 1)
            pool->counters[pool->values++] = statistics[bit];
      return info->pipelineStatistics >> VKF_QUERY_STATISTICS == 0;
   case VK_QUERY_TYPE_TRANSFORM_FEEDBACK_STREAM_EXT:
      pool->counted = pool->streams = true;
      pool->values = 2;
      pool->counters[0] = GPU_COUNTER_XFB_WRITTEN0;
      pool->counters[1] = GPU_COUNTER_XFB_NEEDED0;
      return true;
   case VK_QUERY_TYPE_PRIMITIVES_GENERATED_EXT:
      pool->counted = pool->streams = true;
      pool->values = 1;
      pool->counters[0] = GPU_COUNTER_PRIMITIVES_OUT0;
      return true;
   case VK_QUERY_TYPE_PERFORMANCE_QUERY_KHR:
      return performance_layout(pool, performance_info(info));
   default:
      return false;
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateQueryPool(VkDevice device_, const VkQueryPoolCreateInfo *pCreateInfo,
                                                   const VkAllocationCallbacks *pAllocator,
                                                   VkQueryPool *pQueryPool)
{
   struct vkf_device *device = vkf_device_from(device_);
   const VkQueryPoolPerformanceCreateInfoKHR *performance = performance_info(pCreateInfo);
   size_t values = performance ? performance->counterIndexCount : VKF_QUERY_STATISTICS;
   struct vkf_query_pool *pool =
       vkf_device_object(device, pAllocator, sizeof *pool + values * sizeof *pool->counters, VK_OBJECT_TYPE_QUERY_POOL);
   if (!pool)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   pool->count = pCreateInfo->queryCount;
   if (!layout(pool, pCreateInfo)) {
      vkf_object_delete(pAllocator, device->alloc, pool);
      return vkf_error(device, NULL, VK_ERROR_FEATURE_NOT_PRESENT,
                       "vkCreateQueryPool: query type %d, statistics 0x%x or its counters: not supported", pCreateInfo->queryType,
                       pCreateInfo->pipelineStatistics);
   }
   VkResult r = vkf_span_take(&device->slots, pool->count * vkf_query_size_B(pool), 16, &pool->span);
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
   queryCount = vkf_query_count(pool, firstQuery, queryCount);
   if (queryCount)
      memset(vkf_query_host(pool, firstQuery), 0, queryCount * vkf_query_size_B(pool));
}

static void store(char *out, uint32_t index, uint64_t value, bool wide)
{
   uint32_t narrow = (uint32_t)value;
   memcpy(out + index * (wide ? 8 : 4), wide ? (void *)&value : (void *)&narrow, wide ? 8 : 4);
}

static bool is_available(void *available)
{
   return __atomic_load_n((uint64_t *)available, __ATOMIC_ACQUIRE) != 0;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetQueryPoolResults(VkDevice device_, VkQueryPool queryPool,
                                                       uint32_t firstQuery, uint32_t queryCount,
                                                       size_t dataSize, void *pData, VkDeviceSize stride,
                                                       VkQueryResultFlags flags)
{
   struct vkf_device *device = vkf_device_from(device_);
   const struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   queryCount = vkf_query_count(pool, firstQuery, queryCount);
   bool wide = pool->performance || flags & VK_QUERY_RESULT_64_BIT, lost = vkf_device_is_lost(device);
   VkResult result = VK_SUCCESS;
   for (uint32_t i = 0; i < queryCount; i++) {
      uint64_t *q = vkf_query_host(pool, firstQuery + i);
      char *out = (char *)pData + i * stride;
      if (flags & VK_QUERY_RESULT_WAIT_BIT) {
         VkResult r = vkf_device_wait(device, is_available, q + pool->values, UINT64_MAX, POLL_NS);
         if (r != VK_SUCCESS)
            return r;
      }
      bool available = is_available(q + pool->values);
      /* A query under way holds what the counters began with; the least that a partial result can be is 0. */
      for (uint32_t v = 0; v < pool->values; v++)
         if (available || flags & VK_QUERY_RESULT_PARTIAL_BIT)
            store(out, v, available ? q[v] : 0, wide);
      if (!available)
         result = lost ? VK_ERROR_DEVICE_LOST : VK_NOT_READY;
      if (flags & VK_QUERY_RESULT_WITH_AVAILABILITY_BIT)
         store(out, pool->values, available, wide);
   }
   return result;
}
