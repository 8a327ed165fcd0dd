/* Dynamic graphics state: every vkCmdSet* changes its bits of the shadow registers, whatever pipeline is bound; a pipeline that has the
 * state static overwrites them when it is bound. */
#include "vkf_buffer.h"
#include "vkf_gfx_state.h"
#include "vkf_graphics_bits.h"

#define STATE(g, commandBuffer)                                                                              \
   struct vkf_gfx_state *g = vkf_gfx_state(vkf_command_buffer_from(commandBuffer));                          \
   if (!g)                                                                                                   \
   return

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetViewport(VkCommandBuffer commandBuffer, uint32_t firstViewport,
                                              uint32_t viewportCount, const VkViewport *pViewports)
{
   STATE(g, commandBuffer);
   for (uint32_t i = 0; i < viewportCount && firstViewport + i < GPU_GFX_VIEWPORTS; i++)
      vkf_gfx_set_viewport(g, firstViewport + i, &pViewports[i]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetScissor(VkCommandBuffer commandBuffer, uint32_t firstScissor,
                                             uint32_t scissorCount, const VkRect2D *pScissors)
{
   STATE(g, commandBuffer);
   for (uint32_t i = 0; i < scissorCount && firstScissor + i < GPU_GFX_VIEWPORTS; i++)
      vkf_gfx_set_scissor(g, firstScissor + i, &pScissors[i]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetLineWidth(VkCommandBuffer commandBuffer, float lineWidth)
{
   STATE(g, commandBuffer);
   vkf_gfx_set_f32(g, GPU_OFF_GFX_LINE_WIDTH, lineWidth);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthBias(VkCommandBuffer commandBuffer, float depthBiasConstantFactor,
                                               float depthBiasClamp, float depthBiasSlopeFactor)
{
   STATE(g, commandBuffer);
   vkf_gfx_set_f32(g, GPU_OFF_GFX_BIAS_CONSTANT, depthBiasConstantFactor);
   vkf_gfx_set_f32(g, GPU_OFF_GFX_BIAS_CLAMP, depthBiasClamp);
   vkf_gfx_set_f32(g, GPU_OFF_GFX_BIAS_SLOPE, depthBiasSlopeFactor);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetBlendConstants(VkCommandBuffer commandBuffer, const float blendConstants[4])
{
   STATE(g, commandBuffer);
   for (uint32_t c = 0; c < 4; c++)
      vkf_gfx_set_f32(g, GPU_OFF_GFX_BLEND_CONSTANT + 4 * c, blendConstants[c]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthBounds(VkCommandBuffer commandBuffer, float minDepthBounds, float maxDepthBounds)
{
   STATE(g, commandBuffer);
   vkf_gfx_set_f32(g, GPU_OFF_GFX_BOUNDS_MIN, minDepthBounds);
   vkf_gfx_set_f32(g, GPU_OFF_GFX_BOUNDS_MAX, maxDepthBounds);
}

static void set_stencil(VkCommandBuffer commandBuffer, VkStencilFaceFlags faces, uint32_t mask, uint32_t value)
{
   STATE(g, commandBuffer);
   if (faces & VK_STENCIL_FACE_FRONT_BIT)
      vkf_gfx_set_bits(g, GPU_OFF_GFX_STENCIL_FRONT_VALUES, mask, value);
   if (faces & VK_STENCIL_FACE_BACK_BIT)
      vkf_gfx_set_bits(g, GPU_OFF_GFX_STENCIL_BACK_VALUES, mask, value);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilCompareMask(VkCommandBuffer commandBuffer, VkStencilFaceFlags faceMask,
                                                        uint32_t compareMask)
{
   set_stencil(commandBuffer, faceMask, VKF_STENCIL_COMPARE_MASK, compareMask << 8);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilWriteMask(VkCommandBuffer commandBuffer, VkStencilFaceFlags faceMask,
                                                      uint32_t writeMask)
{
   set_stencil(commandBuffer, faceMask, VKF_STENCIL_WRITE_MASK, writeMask << 16);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilReference(VkCommandBuffer commandBuffer, VkStencilFaceFlags faceMask,
                                                      uint32_t reference)
{
   set_stencil(commandBuffer, faceMask, VKF_STENCIL_REFERENCE, reference);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindIndexBuffer(VkCommandBuffer commandBuffer, VkBuffer buffer, VkDeviceSize offset,
                                                  VkIndexType indexType)
{
   STATE(g, commandBuffer);
   const struct vkf_buffer *b = vkf_buffer_from(buffer);
   uint64_t va = b ? b->va + offset : 0, size_B = b ? vkf_buffer_range(b, offset, VK_WHOLE_SIZE) : 0;
   vkf_gfx_set(g, GPU_OFF_GFX_INDEX_LO, VKF_LO(va));
   vkf_gfx_set(g, GPU_OFF_GFX_INDEX_HI, VKF_HI(va));
   vkf_gfx_set(g, GPU_OFF_GFX_INDEX_B, (uint32_t)VKF_MIN(size_B, UINT32_MAX));
   vkf_gfx_set(g, GPU_OFF_GFX_INDEX_TYPE, vkf_index_log2(indexType));
}

void vkf_gfx_set_vertex_buffer(struct vkf_gfx_state *g, uint32_t binding, const struct vkf_buffer *b, VkDeviceSize offset,
                               VkDeviceSize size)
{
   uint64_t va = b ? b->va + offset : 0, size_B = b ? vkf_buffer_range(b, offset, size) : 0;
   uint32_t at = VKF_GFX_BINDING(binding);
   vkf_gfx_set(g, at, VKF_LO(va));
   vkf_gfx_set(g, at + 4, VKF_HI(va));
   vkf_gfx_set(g, at + 8, (uint32_t)VKF_MIN(size_B, UINT32_MAX));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindVertexBuffers(VkCommandBuffer commandBuffer, uint32_t firstBinding,
                                                    uint32_t bindingCount, const VkBuffer *pBuffers,
                                                    const VkDeviceSize *pOffsets)
{
   STATE(g, commandBuffer);
   for (uint32_t i = 0; i < bindingCount && firstBinding + i < GPU_GFX_BINDINGS; i++)
      vkf_gfx_set_vertex_buffer(g, firstBinding + i, vkf_buffer_from(pBuffers[i]), pOffsets[i], VK_WHOLE_SIZE);
}
