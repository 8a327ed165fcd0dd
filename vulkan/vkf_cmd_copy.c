/* Transfer commands on buffers: COPY and FILL packets for the copy engine, WRITE packets for data that stands
 * in the command stream. */
#include "vkf_buffer.h"
#include "vkf_command_buffer.h"
#include "vkf_packet.h"

#define UPDATE_CHUNK_DW 512u

static void copy_buffer(VkCommandBuffer commandBuffer, const struct vkf_buffer *src, const struct vkf_buffer *dst,
                        uint64_t src_offset, uint64_t dst_offset, uint64_t size_B)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   size_B = vkf_buffer_range(src, src_offset, size_B);
   size_B = vkf_buffer_range(dst, dst_offset, size_B);
   if (!size_B)
      return;
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(COPY));
   vkf_stream_commit(s, vkf_pkt_copy(p, src->va + src_offset, dst->va + dst_offset, size_B));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyBuffer(VkCommandBuffer commandBuffer, VkBuffer srcBuffer,
                                             VkBuffer dstBuffer, uint32_t regionCount,
                                             const VkBufferCopy *pRegions)
{
   for (uint32_t i = 0; i < regionCount; i++)
      copy_buffer(commandBuffer, vkf_buffer_from(srcBuffer), vkf_buffer_from(dstBuffer), pRegions[i].srcOffset,
                  pRegions[i].dstOffset, pRegions[i].size);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdCopyBuffer2KHR(VkCommandBuffer commandBuffer, const VkCopyBufferInfo2 *pInfo)
{
   for (uint32_t i = 0; i < pInfo->regionCount; i++)
      copy_buffer(commandBuffer, vkf_buffer_from(pInfo->srcBuffer), vkf_buffer_from(pInfo->dstBuffer),
                  pInfo->pRegions[i].srcOffset, pInfo->pRegions[i].dstOffset, pInfo->pRegions[i].size);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdFillBuffer(VkCommandBuffer commandBuffer, VkBuffer dstBuffer,
                                             VkDeviceSize dstOffset, VkDeviceSize size, uint32_t data)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   const struct vkf_buffer *dst = vkf_buffer_from(dstBuffer);
   uint64_t size_B = vkf_buffer_range(dst, dstOffset, size) & ~UINT64_C(3);
   if (!size_B)
      return;
   uint32_t *p = vkf_stream_reserve(s, VKF_PKT_DW(FILL));
   vkf_stream_commit(s, vkf_pkt_fill(p, dst->va + dstOffset, size_B, data));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdUpdateBuffer(VkCommandBuffer commandBuffer, VkBuffer dstBuffer,
                                               VkDeviceSize dstOffset, VkDeviceSize dataSize,
                                               const void *pData)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   uint64_t va = vkf_buffer_from(dstBuffer)->va + dstOffset;
   const char *data = pData;
   uint32_t left_dw = (uint32_t)(vkf_buffer_range(vkf_buffer_from(dstBuffer), dstOffset, dataSize) / 4);
   while (left_dw) {
      uint32_t n = VKF_MIN(left_dw, UPDATE_CHUNK_DW);
      uint32_t *p = vkf_stream_reserve(s, VKF_PKT_WRITE_DW(n));
      vkf_stream_commit(s, vkf_pkt_write(p, va, data, n));
      va += n * 4;
      data += n * 4;
      left_dw -= n;
   }
}
