/* The commands of Vulkan 1.0 that need what the device does not have yet: image transfers, render passes, graphics
 * pipelines. None of them crashes: creation fails with a message, destruction has nothing to destroy,
 * recording makes the command buffer invalid. Invariant: no object of these kinds ever exists, so the other
 * commands here can only be reached by mistake. */
#include "vkf_command_buffer.h"
#include "vkf_device.h"

static VkResult missing(VkDevice device, const char *what)
{
   return vkf_error(vkf_device_from(device), NULL, VK_ERROR_FEATURE_NOT_PRESENT, "%s are not supported yet",
                    what);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateFramebuffer(VkDevice device,
                                                     const VkFramebufferCreateInfo *pCreateInfo,
                                                     const VkAllocationCallbacks *pAllocator,
                                                     VkFramebuffer *pFramebuffer)
{
   return missing(device, "framebuffers");
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateRenderPass(VkDevice device,
                                                    const VkRenderPassCreateInfo *pCreateInfo,
                                                    const VkAllocationCallbacks *pAllocator,
                                                    VkRenderPass *pRenderPass)
{
   return missing(device, "render passes");
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateGraphicsPipelines(VkDevice device, VkPipelineCache pipelineCache,
                                                           uint32_t createInfoCount,
                                                           const VkGraphicsPipelineCreateInfo *pCreateInfos,
                                                           const VkAllocationCallbacks *pAllocator,
                                                           VkPipeline *pPipelines)
{
   for (uint32_t i = 0; i < createInfoCount; i++)
      pPipelines[i] = VK_NULL_HANDLE;
   return missing(device, "graphics pipelines");
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyFramebuffer(VkDevice device, VkFramebuffer framebuffer,
                                                  const VkAllocationCallbacks *pAllocator)
{
}
VKAPI_ATTR void VKAPI_CALL vkf_DestroyRenderPass(VkDevice device, VkRenderPass renderPass,
                                                 const VkAllocationCallbacks *pAllocator)
{
}

VKAPI_ATTR void VKAPI_CALL vkf_GetRenderAreaGranularity(VkDevice device, VkRenderPass renderPass,
                                                        VkExtent2D *pGranularity)
{
   *pGranularity = (VkExtent2D){1, 1};
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetViewport(VkCommandBuffer commandBuffer, uint32_t firstViewport,
                                              uint32_t viewportCount, const VkViewport *pViewports)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetViewport");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetScissor(VkCommandBuffer commandBuffer, uint32_t firstScissor,
                                             uint32_t scissorCount, const VkRect2D *pScissors)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetScissor");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetLineWidth(VkCommandBuffer commandBuffer, float lineWidth)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetLineWidth");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthBias(VkCommandBuffer commandBuffer, float depthBiasConstantFactor,
                                               float depthBiasClamp, float depthBiasSlopeFactor)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetDepthBias");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetBlendConstants(VkCommandBuffer commandBuffer,
                                                    const float blendConstants[4])
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetBlendConstants");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthBounds(VkCommandBuffer commandBuffer, float minDepthBounds,
                                                 float maxDepthBounds)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetDepthBounds");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilCompareMask(VkCommandBuffer commandBuffer,
                                                        VkStencilFaceFlags faceMask, uint32_t compareMask)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetStencilCompareMask");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilWriteMask(VkCommandBuffer commandBuffer,
                                                      VkStencilFaceFlags faceMask, uint32_t writeMask)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetStencilWriteMask");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetStencilReference(VkCommandBuffer commandBuffer,
                                                      VkStencilFaceFlags faceMask, uint32_t reference)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdSetStencilReference");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindIndexBuffer(VkCommandBuffer commandBuffer, VkBuffer buffer,
                                                  VkDeviceSize offset, VkIndexType indexType)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdBindIndexBuffer");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindVertexBuffers(VkCommandBuffer commandBuffer, uint32_t firstBinding,
                                                    uint32_t bindingCount, const VkBuffer *pBuffers,
                                                    const VkDeviceSize *pOffsets)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdBindVertexBuffers");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDraw(VkCommandBuffer commandBuffer, uint32_t vertexCount,
                                       uint32_t instanceCount, uint32_t firstVertex, uint32_t firstInstance)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdDraw");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndexed(VkCommandBuffer commandBuffer, uint32_t indexCount,
                                              uint32_t instanceCount, uint32_t firstIndex,
                                              int32_t vertexOffset, uint32_t firstInstance)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdDrawIndexed");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndirect(VkCommandBuffer commandBuffer, VkBuffer buffer,
                                               VkDeviceSize offset, uint32_t drawCount, uint32_t stride)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdDrawIndirect");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndexedIndirect(VkCommandBuffer commandBuffer, VkBuffer buffer,
                                                      VkDeviceSize offset, uint32_t drawCount,
                                                      uint32_t stride)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdDrawIndexedIndirect");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdClearAttachments(VkCommandBuffer commandBuffer, uint32_t attachmentCount,
                                                   const VkClearAttachment *pAttachments, uint32_t rectCount,
                                                   const VkClearRect *pRects)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdClearAttachments");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBeginRenderPass(VkCommandBuffer commandBuffer,
                                                  const VkRenderPassBeginInfo *pRenderPassBegin,
                                                  VkSubpassContents contents)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdBeginRenderPass");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdNextSubpass(VkCommandBuffer commandBuffer, VkSubpassContents contents)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdNextSubpass");
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdEndRenderPass(VkCommandBuffer commandBuffer)
{
   vkf_cmd_unsupported(commandBuffer, "vkCmdEndRenderPass");
}
