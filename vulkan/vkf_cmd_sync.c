/* Barriers and events in command buffers. The firmware starts dispatches and copies in order but does not
 * wait for them; BARRIER packets wait for what the source stages may still be running. Commands the firmware
 * executes itself (WRITE, TIMESTAMP) are done when it goes on. */
#include "vkf_command_buffer.h"
#include "vkf_event.h"
#include "vkf_packet.h"

#define NO_DRAWS                                                                                             \
   (VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT | VK_PIPELINE_STAGE_HOST_BIT | VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT |  \
    VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_2_COPY_BIT | VK_PIPELINE_STAGE_2_RESOLVE_BIT |        \
    VK_PIPELINE_STAGE_2_BLIT_BIT | VK_PIPELINE_STAGE_2_CLEAR_BIT)

/* Stage bits of both generations; the first 32 are the same. */
static uint32_t units_of(VkPipelineStageFlags2 stages)
{
   uint32_t units = 0;
   /* Blits and resolves are dispatches. */
   if (stages & (VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_ALL_COMMANDS_BIT |
                 VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT |
                 VK_PIPELINE_STAGE_2_RESOLVE_BIT | VK_PIPELINE_STAGE_2_BLIT_BIT))
      units |= GPU_BARRIER_CS;
   if (stages & (VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_ALL_COMMANDS_BIT |
                 VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT | VK_PIPELINE_STAGE_2_COPY_BIT |
                 VK_PIPELINE_STAGE_2_RESOLVE_BIT | VK_PIPELINE_STAGE_2_BLIT_BIT |
                 VK_PIPELINE_STAGE_2_CLEAR_BIT))
      units |= GPU_BARRIER_DMA;
   if (stages & ~(VkPipelineStageFlags2)NO_DRAWS) /* inside a render pass: indirect parameters are read by the firmware */
      units |= GPU_BARRIER_GFX;
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

static void write_event(VkCommandBuffer commandBuffer, VkEvent event, VkPipelineStageFlags2 stages,
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

static void wait_events(VkCommandBuffer commandBuffer, uint32_t count, const VkEvent *events)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   for (uint32_t i = 0; i < count; i++) {
      uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(WAIT_MEM));
      p = vkf_pkt_wait_mem(p, vkf_event_from(events[i])->slot.va, 1, ~0u, GPU_WAIT_EQ);
      vkf_stream_commit(s, p);
   }
   put_barrier(s, 0, VKF_CACHE_INVALIDATE);
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
   wait_events(commandBuffer, eventCount, pEvents);
}

/* ---- VK_KHR_synchronization2 ---------------------------------------------------------------------------- */
static VkPipelineStageFlags2 sources_of(const VkDependencyInfo *d)
{
   VkPipelineStageFlags2 stages = 0;
   for (uint32_t i = 0; i < d->memoryBarrierCount; i++)
      stages |= d->pMemoryBarriers[i].srcStageMask;
   for (uint32_t i = 0; i < d->bufferMemoryBarrierCount; i++)
      stages |= d->pBufferMemoryBarriers[i].srcStageMask;
   for (uint32_t i = 0; i < d->imageMemoryBarrierCount; i++)
      stages |= d->pImageMemoryBarriers[i].srcStageMask;
   return stages;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdPipelineBarrier2KHR(VkCommandBuffer commandBuffer,
                                                      const VkDependencyInfo *pDependencyInfo)
{
   const VkDependencyInfo *d = pDependencyInfo;
   if (d->memoryBarrierCount || d->bufferMemoryBarrierCount || d->imageMemoryBarrierCount)
      put_barrier(&vkf_command_buffer_from(commandBuffer)->stream, units_of(sources_of(d)),
                  VKF_CACHE_WRITEBACK | VKF_CACHE_INVALIDATE);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetEvent2KHR(VkCommandBuffer commandBuffer, VkEvent event,
                                               const VkDependencyInfo *pDependencyInfo)
{
   write_event(commandBuffer, event, sources_of(pDependencyInfo), 1);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdResetEvent2KHR(VkCommandBuffer commandBuffer, VkEvent event,
                                                 VkPipelineStageFlags2 stageMask)
{
   write_event(commandBuffer, event, stageMask, 0);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdWaitEvents2KHR(VkCommandBuffer commandBuffer, uint32_t eventCount,
                                                 const VkEvent *pEvents,
                                                 const VkDependencyInfo *pDependencyInfos)
{
   wait_events(commandBuffer, eventCount, pEvents);
}
