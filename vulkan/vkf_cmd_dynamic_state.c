/* Dynamic state beyond Vulkan 1.0: what VK_EXT_extended_dynamic_state 1 and 2 and VK_EXT_color_write_enable name. As in
 * vkf_cmd_state.c, each command changes its bits of the shadow registers. */
#include "vkf_buffer.h"
#include "vkf_gfx_state.h"
#include "vkf_graphics_bits.h"

static void set_bits(VkCommandBuffer commandBuffer, uint32_t offset, uint32_t mask, uint32_t value)
{
   struct vkf_gfx_state *g = vkf_gfx_state(vkf_command_buffer_from(commandBuffer));
   if (g)
      vkf_gfx_set_bits(g, offset, mask, value);
}

static void set_flag(VkCommandBuffer commandBuffer, uint32_t offset, uint32_t mask, VkBool32 on)
{
   set_bits(commandBuffer, offset, mask, on ? mask : 0);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetCullModeEXT(VkCommandBuffer commandBuffer, VkCullModeFlags cullMode)
{
   set_bits(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_CULL, vkf_cull_bits(cullMode));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetFrontFaceEXT(VkCommandBuffer commandBuffer, VkFrontFace frontFace)
{
   set_flag(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_CLOCKWISE, frontFace == VK_FRONT_FACE_CLOCKWISE);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetPrimitiveTopologyEXT(VkCommandBuffer commandBuffer, VkPrimitiveTopology primitiveTopology)
{
   set_bits(commandBuffer, GPU_OFF_GFX_TOPOLOGY, VKF_TOPOLOGY_KIND, (uint32_t)primitiveTopology);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetViewportWithCountEXT(VkCommandBuffer commandBuffer, uint32_t viewportCount,
                                                          const VkViewport *pViewports)
{
   vkf_CmdSetViewport(commandBuffer, 0, viewportCount, pViewports);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetScissorWithCountEXT(VkCommandBuffer commandBuffer, uint32_t scissorCount,
                                                         const VkRect2D *pScissors)
{
   vkf_CmdSetScissor(commandBuffer, 0, scissorCount, pScissors);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindVertexBuffers2EXT(VkCommandBuffer commandBuffer, uint32_t firstBinding, uint32_t bindingCount,
                                                        const VkBuffer *pBuffers, const VkDeviceSize *pOffsets,
                                                        const VkDeviceSize *pSizes, const VkDeviceSize *pStrides)
{
   struct vkf_gfx_state *g = vkf_gfx_state(vkf_command_buffer_from(commandBuffer));
   if (!g)
      return;
   for (uint32_t i = 0; i < bindingCount && firstBinding + i < GPU_GFX_BINDINGS; i++) {
      vkf_gfx_set_vertex_buffer(g, firstBinding + i, vkf_buffer_from(pBuffers[i]), pOffsets[i],
                                pSizes ? pSizes[i] : VK_WHOLE_SIZE);
      if (pStrides)
         vkf_gfx_set(g, VKF_GFX_BINDING(firstBinding + i) + 12, (uint32_t)pStrides[i]);
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthTestEnableEXT(VkCommandBuffer commandBuffer, VkBool32 depthTestEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_DEPTH, VKF_DEPTH_TEST, depthTestEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthWriteEnableEXT(VkCommandBuffer commandBuffer, VkBool32 depthWriteEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_DEPTH, VKF_DEPTH_WRITE, depthWriteEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthCompareOpEXT(VkCommandBuffer commandBuffer, VkCompareOp depthCompareOp)
{
   set_bits(commandBuffer, GPU_OFF_GFX_DEPTH, VKF_DEPTH_COMPARE, (uint32_t)depthCompareOp << 2);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthBoundsTestEnableEXT(VkCommandBuffer commandBuffer, VkBool32 depthBoundsTestEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_DEPTH, VKF_DEPTH_BOUNDS, depthBoundsTestEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilTestEnableEXT(VkCommandBuffer commandBuffer, VkBool32 stencilTestEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_DEPTH, VKF_DEPTH_STENCIL, stencilTestEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilOpEXT(VkCommandBuffer commandBuffer, VkStencilFaceFlags faceMask, VkStencilOp failOp,
                                                  VkStencilOp passOp, VkStencilOp depthFailOp, VkCompareOp compareOp)
{
   const VkStencilOpState o = {.failOp = failOp, .passOp = passOp, .depthFailOp = depthFailOp, .compareOp = compareOp};
   if (faceMask & VK_STENCIL_FACE_FRONT_BIT)
      set_bits(commandBuffer, GPU_OFF_GFX_STENCIL_FRONT, VKF_STENCIL_OPS, vkf_stencil_bits(&o));
   if (faceMask & VK_STENCIL_FACE_BACK_BIT)
      set_bits(commandBuffer, GPU_OFF_GFX_STENCIL_BACK, VKF_STENCIL_OPS, vkf_stencil_bits(&o));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetPatchControlPointsEXT(VkCommandBuffer commandBuffer, uint32_t patchControlPoints)
{
   set_bits(commandBuffer, GPU_OFF_GFX_TOPOLOGY, VKF_TOPOLOGY_PATCH, patchControlPoints << 8);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetRasterizerDiscardEnableEXT(VkCommandBuffer commandBuffer, VkBool32 rasterizerDiscardEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_DISCARD, rasterizerDiscardEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthBiasEnableEXT(VkCommandBuffer commandBuffer, VkBool32 depthBiasEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_BIAS, depthBiasEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetLogicOpEXT(VkCommandBuffer commandBuffer, VkLogicOp logicOp)
{
   set_bits(commandBuffer, GPU_OFF_GFX_LOGIC_OP, VKF_LOGIC_OP, (uint32_t)logicOp);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetPrimitiveRestartEnableEXT(VkCommandBuffer commandBuffer, VkBool32 primitiveRestartEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_TOPOLOGY, VKF_TOPOLOGY_RESTART, primitiveRestartEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetColorWriteEnableEXT(VkCommandBuffer commandBuffer, uint32_t attachmentCount,
                                                         const VkBool32 *pColorWriteEnables)
{
   for (uint32_t i = 0; i < attachmentCount && i < GPU_GFX_TARGETS; i++)
      set_flag(commandBuffer, GPU_OFF_GFX_BLEND + 4 * i, VKF_BLEND_NO_WRITE, !pColorWriteEnables[i]);
}
