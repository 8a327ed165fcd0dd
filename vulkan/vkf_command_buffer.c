/* VkCommandBuffer: begin, end, reset, nesting. The stream stays as recorded until the next reset, so a buffer
 * may be submitted again, also while it is pending. Invariant: a buffer starts with all state dirty, so it
 * depends on nothing that ran before it. */
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_gfx_state.h"
#include "vkf_packet.h"

void vkf_command_buffer_reset(struct vkf_command_buffer *cmd)
{
   vkf_stream_reset(&cmd->stream);
   memset(&cmd->compute, 0, sizeof cmd->compute);
   memset(cmd->bindings, 0, sizeof cmd->bindings);
   memset(cmd->push, 0, sizeof cmd->push);
   vkf_cmd_compute_unknown(cmd);
   if (cmd->gfx)
      vkf_gfx_state_reset(cmd->gfx, false);
   cmd->pass.pass = NULL;
   cmd->inherits = false;
   cmd->state = VKF_CMD_INITIAL;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_BeginCommandBuffer(VkCommandBuffer commandBuffer,
                                                      const VkCommandBufferBeginInfo *pBeginInfo)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   vkf_command_buffer_reset(cmd);
   cmd->state = VKF_CMD_RECORDING;
   /* Primaries ignore both. */
   if (cmd->secondary && pBeginInfo->flags & VK_COMMAND_BUFFER_USAGE_RENDER_PASS_CONTINUE_BIT && pBeginInfo->pInheritanceInfo)
      vkf_gfx_inherit(cmd, pBeginInfo->pInheritanceInfo);
   return cmd->stream.error;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_EndCommandBuffer(VkCommandBuffer commandBuffer)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   VkResult r = cmd->stream.error;
   cmd->state = r == VK_SUCCESS ? VKF_CMD_EXECUTABLE : VKF_CMD_INVALID;
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_ResetCommandBuffer(VkCommandBuffer commandBuffer,
                                                      VkCommandBufferResetFlags flags)
{
   vkf_command_buffer_reset(vkf_command_buffer_from(commandBuffer));
   return VK_SUCCESS;
}

static void execute(struct vkf_command_buffer *cmd, const struct vkf_command_buffer *secondary)
{
   if (secondary->state != VKF_CMD_EXECUTABLE) {
      cmd->stream.error =
          vkf_error(cmd->device, secondary, VK_ERROR_UNKNOWN,
                    "vkCmdExecuteCommands: a secondary command buffer that is not executable");
      return;
   }
   for (const struct vkf_segment *s = secondary->stream.first; s; s = s->next) {
      if (!s->used_dw)
         continue;
      uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(INDIRECT));
      vkf_stream_commit(&cmd->stream, vkf_pkt_indirect(p, s->span.va, s->used_dw));
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdExecuteCommands(VkCommandBuffer commandBuffer, uint32_t count,
                                                  const VkCommandBuffer *pCommandBuffers)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   if (cmd->gfx)
      vkf_gfx_flush(cmd, cmd->gfx); /* targets and areas, which secondaries inherit */
   for (uint32_t i = 0; i < count; i++)
      execute(cmd, vkf_command_buffer_from(pCommandBuffers[i]));
   vkf_cmd_compute_unknown(cmd);
   if (cmd->gfx)
      vkf_gfx_mark_all(cmd->gfx);
}

void vkf_cmd_unsupported(VkCommandBuffer commandBuffer, const char *command)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   vkf_error(cmd->device, cmd, VK_ERROR_UNKNOWN, "%s: not supported; the command buffer becomes invalid",
             command);
   if (cmd->stream.error == VK_SUCCESS)
      cmd->stream.error = VK_ERROR_UNKNOWN;
}
