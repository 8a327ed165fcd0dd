/* Query commands as packets. The firmware writes timestamps in ring order; resets and copies of results go
 * through the copy engine, so barriers keep them in order with each other. */
#include "vkf_buffer.h"
#include "vkf_command_buffer.h"
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
   p = vkf_pkt_fill(p, vkf_query_va(pool, firstQuery), queryCount * sizeof(struct vkf_query), 0);
   p = vkf_pkt_barrier(p, GPU_BARRIER_DMA, 0);
   vkf_stream_commit(s, p);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdWriteTimestamp(VkCommandBuffer commandBuffer, VkPipelineStageFlagBits stage,
                                                 VkQueryPool queryPool, uint32_t query)
{
   vkf_CmdWriteTimestamp2KHR(commandBuffer, stage, queryPool, query);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdWriteTimestamp2KHR(VkCommandBuffer commandBuffer, VkPipelineStageFlags2 stage,
                                                     VkQueryPool queryPool, uint32_t query)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   const struct vkf_query_pool *pool = vkf_query_pool_from(queryPool);
   if (!vkf_query_count(pool, query, 1))
      return;
   bool after_work = stage & ~(VK_PIPELINE_STAGE_2_TOP_OF_PIPE_BIT | VK_PIPELINE_STAGE_2_HOST_BIT);
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(TIMESTAMP) + VKF_PKT_WRITE_DW(1));
   p = vkf_pkt_timestamp(p, vkf_query_va(pool, query), after_work);
   p = vkf_pkt_write1(p, vkf_query_available_va(pool, query), 1);
   vkf_stream_commit(s, p);
}

/* One query's result: wait for it, or leave its value out if it is not there. */
static void copy_result(struct vkf_stream *s, const struct vkf_query_pool *pool, uint32_t query, uint64_t dst,
                        VkQueryResultFlags flags)
{
   uint32_t size_B = flags & VK_QUERY_RESULT_64_BIT ? 8 : 4;
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(WAIT_MEM) + VKF_PKT_DW(COND) + 2 * VKF_PKT_DW(COPY));
   if (flags & VK_QUERY_RESULT_WAIT_BIT)
      p = vkf_pkt_wait_mem(p, vkf_query_available_va(pool, query), 1, 1, GPU_WAIT_EQ);
   else
      p = vkf_pkt_cond(p, vkf_query_available_va(pool, query), 1, VKF_PKT_DW(COPY));
   p = vkf_pkt_copy(p, vkf_query_va(pool, query), dst, size_B);
   if (flags & VK_QUERY_RESULT_WITH_AVAILABILITY_BIT)
      p = vkf_pkt_copy(p, vkf_query_available_va(pool, query), dst + size_B, size_B);
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

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginQuery(VkCommandBuffer commandBuffer, VkQueryPool queryPool,
                                             uint32_t query, VkQueryControlFlags flags)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdBeginQuery");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndQuery(VkCommandBuffer commandBuffer, VkQueryPool queryPool,
                                           uint32_t query)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdEndQuery");
}
