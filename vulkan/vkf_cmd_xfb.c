/* Transform feedback commands. What is captured comes with the pipeline; buffers are registers, and the card itself counts how
 * far each of them has been filled: XFB_LOAD sets that to what a counter buffer says, XFB_STORE writes it there. Invariant: the
 * card gets whole dwords only, inside the buffers; a buffer that is not bound has no bytes, so nothing fits into it. */
#include "vkf_buffer.h"
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_gfx_state.h"
#include "vkf_packet.h"

#define XFB_BUFFER(n) (GPU_OFF_GFX_XFB_BUFFER + 16u * (n))

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindTransformFeedbackBuffersEXT(VkCommandBuffer commandBuffer, uint32_t firstBinding,
                                                                  uint32_t bindingCount, const VkBuffer *pBuffers,
                                                                  const VkDeviceSize *pOffsets, const VkDeviceSize *pSizes)
{
   struct vkf_gfx_state *g = vkf_gfx_state(vkf_command_buffer_from(commandBuffer));
   if (!g)
      return;
   for (uint32_t i = 0; i < bindingCount && firstBinding + i < GPU_GFX_XFB_BUFFERS; i++) {
      const struct vkf_buffer *b = vkf_buffer_from(pBuffers[i]);
      uint64_t size_B = b ? vkf_buffer_range(b, pOffsets[i], pSizes ? pSizes[i] : VK_WHOLE_SIZE) : 0;
      uint64_t va = b ? (b->va + pOffsets[i]) & ~UINT64_C(3) : 0;
      vkf_gfx_set(g, XFB_BUFFER(firstBinding + i), VKF_LO(va));
      vkf_gfx_set(g, XFB_BUFFER(firstBinding + i) + 4, VKF_HI(va));
      vkf_gfx_set(g, XFB_BUFFER(firstBinding + i) + 8, (uint32_t)VKF_MIN(size_B, UINT32_MAX) & ~3u);
   }
}

/* The dword of a counter, or 0: there is none, or it does not lie in its buffer. */
static uint64_t counter_va(const struct vkf_buffer *b, VkDeviceSize offset)
{
   return b && vkf_buffer_range(b, offset, 4) == 4 ? (b->va + offset) & ~UINT64_C(3) : 0;
}

/* Those of buffers first to first + count - 1. */
static void list_counters(uint64_t va[GPU_GFX_XFB_BUFFERS], uint32_t first, uint32_t count, const VkBuffer *buffers,
                          const VkDeviceSize *offsets)
{
   memset(va, 0, sizeof va[0] * GPU_GFX_XFB_BUFFERS);
   for (uint32_t i = 0; buffers && i < count && first + i < GPU_GFX_XFB_BUFFERS; i++)
      va[first + i] = counter_va(vkf_buffer_from(buffers[i]), offsets ? offsets[i] : 0);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginTransformFeedbackEXT(VkCommandBuffer commandBuffer, uint32_t firstCounterBuffer,
                                                            uint32_t counterBufferCount, const VkBuffer *pCounterBuffers,
                                                            const VkDeviceSize *pCounterBufferOffsets)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   uint64_t va[GPU_GFX_XFB_BUFFERS];
   if (!g)
      return;
   list_counters(va, firstCounterBuffer, counterBufferCount, pCounterBuffers, pCounterBufferOffsets);
   uint32_t *p = vkf_stream_reserve(&cmd->stream, GPU_GFX_XFB_BUFFERS * VKF_PKT_DW(XFB_LOAD));
   for (uint32_t n = 0; n < GPU_GFX_XFB_BUFFERS; n++)
      p = vkf_pkt_xfb(p, false, n, va[n]);
   vkf_stream_commit(&cmd->stream, p);
   vkf_gfx_set_bits(g, GPU_OFF_GFX_XFB, 1, 1);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndTransformFeedbackEXT(VkCommandBuffer commandBuffer, uint32_t firstCounterBuffer,
                                                          uint32_t counterBufferCount, const VkBuffer *pCounterBuffers,
                                                          const VkDeviceSize *pCounterBufferOffsets)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   uint64_t va[GPU_GFX_XFB_BUFFERS];
   if (!g)
      return;
   list_counters(va, firstCounterBuffer, counterBufferCount, pCounterBuffers, pCounterBufferOffsets);
   uint32_t *p = vkf_stream_reserve(&cmd->stream, GPU_GFX_XFB_BUFFERS * VKF_PKT_DW(XFB_STORE));
   for (uint32_t n = 0; n < GPU_GFX_XFB_BUFFERS; n++)
      if (va[n])
         p = vkf_pkt_xfb(p, true, n, va[n]);
   vkf_stream_commit(&cmd->stream, p);
   vkf_gfx_set_bits(g, GPU_OFF_GFX_XFB, 1, 0);
}
