/* Query commands as packets. The firmware writes timestamps and counters in ring order; resets and copies of results go
 * through the copy engine, so barriers keep them in order with each other. A counted query holds the counters' values
 * from its begin to its end, and then what they have grown by. Invariant: availability is written last. */
#include "vkf_buffer.h"
#include "vkf_command_buffer.h"
#include "vkf_gfx_state.h"
#include "vkf_packet.h"
#include "vkf_query_pool.h"

VKAPI_ATTR void VKAPI_CALL vkf_CmdResetQueryPool(VkCommandBuffer commandBuffer, VkQueryPool queryPool,
                                                 uint32_t firstQuery, uint32_t queryCount)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   const struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   queryCount = vkf_query_count(pool, firstQuery, queryCount);
   if (!queryCount)
      return;
   uint32_t *p = vkf_stream_reserve(s, 2 * VKF_PKT_DW(BARRIER) + VKF_PKT_DW(FILL));
   p = vkf_pkt_barrier(p, GPU_BARRIER_DMA, 0);
   p = vkf_pkt_fill(p, vkf_query_va(pool, firstQuery), queryCount * vkf_query_size_B(pool), 0);
   p = vkf_pkt_barrier(p, GPU_BARRIER_DMA, 0);
   vkf_stream_commit(s, p);
}

static const uint64_t zeros[16];

static void put_zeros(struct vkf_stream *s, uint64_t va, uint32_t values)
{
   for (uint32_t done = 0, n; done < values; done += n) {
      n = VKF_MIN(values - done, (uint32_t)VKF_COUNT(zeros));
      uint32_t *p = vkf_stream_reserve(s, VKF_PKT_WRITE_DW(2 * n));
      vkf_stream_commit(s, vkf_pkt_write(p, va + 8 * (uint64_t)done, zeros, 2 * n));
   }
}

/* With multiview a query is as many as there are views. The first one holds the sum, the others become available with zeros. */
static void finish_views(struct vkf_command_buffer *cmd, const struct vkf_query_pool *pool, uint32_t query)
{
   const struct vkf_gfx_state *g = cmd->gfx;
   uint32_t mask = g && (g->rendering.active || cmd->inherits) ? g->rendering.view_mask : 0;
   uint32_t views = mask ? vkf_query_count(pool, query, (uint32_t)__builtin_popcount(mask)) : 1;
   for (uint32_t v = 1; v < views; v++) {
      put_zeros(&cmd->stream, vkf_query_va(pool, query + v), pool->values);
      uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_WRITE_DW(1));
      vkf_stream_commit(&cmd->stream, vkf_pkt_write1(p, vkf_query_available_va(pool, query + v), 1));
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdWriteTimestamp(VkCommandBuffer commandBuffer, VkPipelineStageFlagBits stage,
                                                 VkQueryPool queryPool, uint32_t query)
{
   vkf_CmdWriteTimestamp2KHR(commandBuffer, stage, queryPool, query);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdWriteTimestamp2KHR(VkCommandBuffer commandBuffer, VkPipelineStageFlags2 stage,
                                                     VkQueryPool queryPool, uint32_t query)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_stream *s = &cmd->stream;
   const struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   if (pool->counted || !vkf_query_count(pool, query, 1))
      return;
   bool after_work = stage & ~(VK_PIPELINE_STAGE_2_TOP_OF_PIPE_BIT | VK_PIPELINE_STAGE_2_HOST_BIT);
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(TIMESTAMP) + VKF_PKT_WRITE_DW(1));
   p = vkf_pkt_timestamp(p, vkf_query_va(pool, query), after_work);
   p = vkf_pkt_write1(p, vkf_query_available_va(pool, query), 1);
   vkf_stream_commit(s, p);
   finish_views(cmd, pool, query);
}

/* Packets that copy the values, in the buffer's width. */
static uint32_t *put_values(uint32_t *p, uint64_t src, uint64_t dst, uint32_t values, bool wide)
{
   if (wide)
      return vkf_pkt_copy(p, src, dst, 8 * (uint64_t)values);
   for (uint32_t v = 0; v < values; v++)
      p = vkf_pkt_copy(p, src + 8 * v, dst + 4 * v, 4);
   return p;
}

/* One query's result: wait for it, or leave its values out if they are not there; what a partial result then is: 0. Performance queries
 * have no partial results; the values of others fit into `zeros`. */
_Static_assert(VKF_QUERY_STATISTICS <= VKF_COUNT(zeros), "one packet of zeros");

static void copy_result(struct vkf_stream *s, const struct vkf_query_pool *pool, uint32_t query, uint64_t dst,
                        VkQueryResultFlags flags)
{
   bool wide = pool->performance || flags & VK_QUERY_RESULT_64_BIT, wait = flags & VK_QUERY_RESULT_WAIT_BIT;
   uint64_t src = vkf_query_va(pool, query), available = vkf_query_available_va(pool, query);
   uint32_t zero_dw = wide ? 2 * pool->values : pool->values;
   uint32_t values_dw = (wide ? 1 : pool->values) * VKF_PKT_DW(COPY);
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(WAIT_MEM) + 2 * VKF_PKT_DW(COND) + VKF_PKT_WRITE_DW(VKF_MIN(zero_dw, 2 * (uint32_t)VKF_COUNT(zeros))) +
                                          values_dw + VKF_PKT_DW(COPY));
   if (wait) {
      p = vkf_pkt_wait_mem(p, available, 1, 1, GPU_WAIT_EQ);
   } else {
      if (flags & VK_QUERY_RESULT_PARTIAL_BIT && zero_dw && !pool->performance) {
         p = vkf_pkt_cond_not(p, available, 1, VKF_PKT_WRITE_DW(zero_dw));
         p = vkf_pkt_write(p, dst, zeros, zero_dw);
      }
      p = vkf_pkt_cond(p, available, 1, values_dw);
   }
   p = put_values(p, src, dst, pool->values, wide);
   if (flags & VK_QUERY_RESULT_WITH_AVAILABILITY_BIT)
      p = vkf_pkt_copy(p, available, dst + (wide ? 8 : 4) * pool->values, wide ? 8 : 4);
   vkf_stream_commit(s, p);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyQueryPoolResults(VkCommandBuffer commandBuffer, VkQueryPool queryPool,
                                                       uint32_t firstQuery, uint32_t queryCount,
                                                       VkBuffer dstBuffer, VkDeviceSize dstOffset,
                                                       VkDeviceSize stride, VkQueryResultFlags flags)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   uint64_t dst = vkf_buffer_from(dstBuffer)->va + dstOffset;
   queryCount = vkf_query_count(vkf_query_pool_from(queryPool), firstQuery, queryCount);
   for (uint32_t i = 0; i < queryCount; i++)
      copy_result(s, vkf_query_pool_from(queryPool), firstQuery + i, dst + i * stride, flags);
}

/* The pool's counters, neighbours in one packet; index: the vertex stream. */
static void put_counters(struct vkf_stream *s, const struct vkf_query_pool *pool, uint32_t query, uint32_t index, bool delta)
{
   for (uint32_t v = 0, n; v < pool->values; v += n) {
      n = 1;
      while (v + n < pool->values && pool->counters[v + n] == pool->counters[v] + n)
         n++;
      uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(COUNTERS));
      p = vkf_pkt_counters(p, vkf_query_va(pool, query) + 8 * (uint64_t)v, pool->counters[v] + index, n, delta);
      vkf_stream_commit(s, p);
   }
}

/* A query that the command may name: one that counts, of a stream that there is. */
static bool is_countable(const struct vkf_query_pool *pool, uint32_t query, uint32_t index)
{
   return pool->counted && vkf_query_count(pool, query, 1) && index < (pool->streams ? GPU_GFX_STREAMS : 1);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginQueryIndexedEXT(VkCommandBuffer commandBuffer, VkQueryPool queryPool, uint32_t query,
                                                       VkQueryControlFlags flags, uint32_t index)
{
   const struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   if (is_countable(pool, query, index))
      put_counters(&vkf_command_buffer_from(commandBuffer)->stream, pool, query, index, false);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndQueryIndexedEXT(VkCommandBuffer commandBuffer, VkQueryPool queryPool, uint32_t query,
                                                     uint32_t index)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   const struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   if (!is_countable(pool, query, index))
      return;
   put_counters(&cmd->stream, pool, query, index, true);
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_WRITE_DW(1));
   vkf_stream_commit(&cmd->stream, vkf_pkt_write1(p, vkf_query_available_va(pool, query), 1));
   finish_views(cmd, pool, query);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginQuery(VkCommandBuffer commandBuffer, VkQueryPool queryPool,
                                             uint32_t query, VkQueryControlFlags flags)
{
   vkf_CmdBeginQueryIndexedEXT(commandBuffer, queryPool, query, flags, 0);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndQuery(VkCommandBuffer commandBuffer, VkQueryPool queryPool,
                                           uint32_t query)
{
   vkf_CmdEndQueryIndexedEXT(commandBuffer, queryPool, query, 0);
}
