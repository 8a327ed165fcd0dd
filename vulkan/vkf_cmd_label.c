/* Labels of command buffers (VK_EXT_debug_utils) as LABEL packets, for reports and traces. */
#include "vkf_command_buffer.h"
#include "vkf_packet.h"

static void put_label(VkCommandBuffer commandBuffer, const char *text, uint32_t flags)
{
   struct vkf_stream *s = &vkf_command_buffer_from(commandBuffer)->stream;
   uint32_t *p = vkf_stream_reserve(s, 1 + VKF_LABEL_MAX_DW);
   vkf_stream_commit(s, vkf_pkt_label(p, text, flags));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginDebugUtilsLabelEXT(VkCommandBuffer commandBuffer,
                                                          const VkDebugUtilsLabelEXT *pLabelInfo)
{
   put_label(commandBuffer, pLabelInfo->pLabelName, GPU_PKT_F_PUSH);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndDebugUtilsLabelEXT(VkCommandBuffer commandBuffer)
{
   put_label(commandBuffer, "", GPU_PKT_F_POP);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdInsertDebugUtilsLabelEXT(VkCommandBuffer commandBuffer,
                                                           const VkDebugUtilsLabelEXT *pLabelInfo)
{
   put_label(commandBuffer, pLabelInfo->pLabelName, 0);
}
