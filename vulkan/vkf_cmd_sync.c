/* Barriers and events in command buffers. The firmware starts dispatches and copies in order but does not
 * wait for them; BARRIER packets wait for what the source stages may still be running. Commands the firmware
 * executes itself (WRITE, TIMESTAMP) are done when it goes on. */
#include "vkf_command_buffer.h"
#include "vkf_event.h"
#include "vkf_packet.h"

static uint32_t units_of(VkPipelineStageFlags stages)
{
   uint32_t units = 0;
   if (stages & (VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_ALL_COMMANDS_BIT |
                 VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT))
      units |= GPU_BARRIER_CS;
   if (stages & (VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_ALL_COMMANDS_BIT |
                 VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT))
      units |= GPU_BARRIER_DMA;
   return units;
}

static void put_barrier(struct vkf_stream *s, uint32_t units, uint32_t caches)
{
   if (!units && !caches)
      return;
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(BARRIER));
   vkf_stream_commit(s, vkf_pkt_barrier(p, units, caches));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdPipelineBarrier(
    VkCommandBuffer commandBuffer, VkPipelineStageFlags srcStageMask, VkPipelineStageFlags dstStageMask,
    VkDependencyFlags dependencyFlags, uint32_t memoryBarrierCount, const VkMemoryBarrier *pMemoryBarriers,
    uint32_t bufferBarrierCount, const VkBufferMemoryBarrier *pBufferBarriers, uint32_t imageBarrierCount,
    const VkImageMemoryBarrier *pImageBarriers)
{
   bool memory = memoryBarrierCount || bufferBarrierCount || imageBarrierCount;
   put_barrier(&vkf_command_buffer_from(commandBuffer)->stream, units_of(srcStageMask),
               memory ? VKF_CACHE_WRITEBACK | VKF_CACHE_INVALIDATE : 0);
}

static void write_event(VkCommandBuffer commandBuffer, VkEvent event, VkPipelineStageFlags stages,
                        uint32_t value)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   put_barrier(s, units_of(stages), VKF_CACHE_WRITEBACK);
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_WRITE_DW(1));
   vkf_stream_commit(s, vkf_pkt_write1(p, vkf_event_from(event)->slot.va, value));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetEvent(VkCommandBuffer commandBuffer, VkEvent event,
                                           VkPipelineStageFlags stageMask)
{
   write_event(commandBuffer, event, stageMask, 1);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdResetEvent(VkCommandBuffer commandBuffer, VkEvent event,
                                             VkPipelineStageFlags stageMask)
{
   write_event(commandBuffer, event, stageMask, 0);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdWaitEvents(VkCommandBuffer commandBuffer, uint32_t eventCount,
                                             const VkEvent *pEvents, VkPipelineStageFlags srcStageMask,
                                             VkPipelineStageFlags dstStageMask, uint32_t memoryBarrierCount,
                                             const VkMemoryBarrier *pMemoryBarriers,
                                             uint32_t bufferBarrierCount,
                                             const VkBufferMemoryBarrier *pBufferBarriers,
                                             uint32_t imageBarrierCount,
                                             const VkImageMemoryBarrier *pImageBarriers)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   for (uint32_t i = 0; i < eventCount; i++) {
      uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(WAIT_MEM));
      p = vkf_pkt_wait_mem(p, vkf_event_from(pEvents[i])->slot.va, 1, ~0u, GPU_WAIT_EQ);
      vkf_stream_commit(s, p);
   }
   put_barrier(s, 0, VKF_CACHE_INVALIDATE);
}
