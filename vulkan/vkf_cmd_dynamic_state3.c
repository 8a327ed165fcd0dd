/* Dynamic state of VK_EXT_extended_dynamic_state3, VK_EXT_vertex_input_dynamic_state and VK_EXT_line_rasterization. Three states
 * depend on what the bound pipeline says, too: those are put together when a draw is recorded (vkf_cmd_draw.c). */
#include "vkf_gfx_state.h"
#include "vkf_graphics_bits.h"
#include "vkf_pipeline.h"

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

/* ---- tessellation, raster -------------------------------------------------------------------------------- */
VKAPI_ATTR void VKAPI_CALL vkf_CmdSetTessellationDomainOriginEXT(VkCommandBuffer commandBuffer,
                                                                 VkTessellationDomainOrigin domainOrigin)
{
   struct vkf_gfx_state *g = vkf_gfx_state(vkf_command_buffer_from(commandBuffer));
   if (g)
      g->lower_left = domainOrigin == VK_TESSELLATION_DOMAIN_ORIGIN_LOWER_LEFT;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthClampEnableEXT(VkCommandBuffer commandBuffer, VkBool32 depthClampEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_CLIP, VKF_CLIP_CLAMP, depthClampEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthClipEnableEXT(VkCommandBuffer commandBuffer, VkBool32 depthClipEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_CLIP, VKF_CLIP_DEPTH, depthClipEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetDepthClipNegativeOneToOneEXT(VkCommandBuffer commandBuffer, VkBool32 negativeOneToOne)
{
   set_flag(commandBuffer, GPU_OFF_GFX_CLIP, VKF_CLIP_MINUS_ONE, negativeOneToOne);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetPolygonModeEXT(VkCommandBuffer commandBuffer, VkPolygonMode polygonMode)
{
   set_bits(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_POLYGON, (uint32_t)polygonMode << 4);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetRasterizationStreamEXT(VkCommandBuffer commandBuffer, uint32_t rasterizationStream)
{
   set_bits(commandBuffer, GPU_OFF_GFX_XFB, VKF_XFB_STREAM, rasterizationStream << 4);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetProvokingVertexModeEXT(VkCommandBuffer commandBuffer, VkProvokingVertexModeEXT mode)
{
   set_flag(commandBuffer, GPU_OFF_GFX_TOPOLOGY, VKF_TOPOLOGY_LAST, mode == VK_PROVOKING_VERTEX_MODE_LAST_VERTEX_EXT);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetLineRasterizationModeEXT(VkCommandBuffer commandBuffer, VkLineRasterizationModeEXT mode)
{
   set_bits(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_LINE_MODE, vkf_line_mode_bits(mode));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetLineStippleEnableEXT(VkCommandBuffer commandBuffer, VkBool32 stippledLineEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_STIPPLE, stippledLineEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetLineStippleEXT(VkCommandBuffer commandBuffer, uint32_t lineStippleFactor,
                                                    uint16_t lineStipplePattern)
{
   set_bits(commandBuffer, GPU_OFF_GFX_STIPPLE, ~0u, vkf_stipple_bits(lineStippleFactor, lineStipplePattern));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetConservativeRasterizationModeEXT(VkCommandBuffer commandBuffer,
                                                                      VkConservativeRasterizationModeEXT mode)
{
   set_bits(commandBuffer, GPU_OFF_GFX_RASTER, VKF_RASTER_CONSERVATIVE, vkf_conservative_bits(mode));
}

/* Nothing is added to what is touched: maxExtraPrimitiveOverestimationSize is 0. */
VKAPI_ATTR void VKAPI_CALL vkf_CmdSetExtraPrimitiveOverestimationSizeEXT(VkCommandBuffer commandBuffer, float size)
{
}

/* ---- samples ------------------------------------------------------------------------------------------------ */
VKAPI_ATTR void VKAPI_CALL vkf_CmdSetRasterizationSamplesEXT(VkCommandBuffer commandBuffer, VkSampleCountFlagBits rasterizationSamples)
{
   set_bits(commandBuffer, GPU_OFF_GFX_SAMPLES, VKF_SAMPLES_LOG2, vkf_samples_log2(rasterizationSamples));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetSampleMaskEXT(VkCommandBuffer commandBuffer, VkSampleCountFlagBits samples,
                                                   const VkSampleMask *pSampleMask)
{
   set_bits(commandBuffer, GPU_OFF_GFX_SAMPLES, VKF_SAMPLES_MASK, pSampleMask ? pSampleMask[0] << 16 : VKF_SAMPLES_MASK);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetAlphaToCoverageEnableEXT(VkCommandBuffer commandBuffer, VkBool32 alphaToCoverageEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_SAMPLES, VKF_SAMPLES_ALPHA_COVERAGE, alphaToCoverageEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetAlphaToOneEnableEXT(VkCommandBuffer commandBuffer, VkBool32 alphaToOneEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_SAMPLES, VKF_SAMPLES_ALPHA_ONE, alphaToOneEnable);
}

/* ---- blending ----------------------------------------------------------------------------------------------- */
VKAPI_ATTR void VKAPI_CALL vkf_CmdSetLogicOpEnableEXT(VkCommandBuffer commandBuffer, VkBool32 logicOpEnable)
{
   set_flag(commandBuffer, GPU_OFF_GFX_LOGIC_OP, VKF_LOGIC_ENABLE, logicOpEnable);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetColorBlendEnableEXT(VkCommandBuffer commandBuffer, uint32_t firstAttachment,
                                                         uint32_t attachmentCount, const VkBool32 *pColorBlendEnables)
{
   for (uint32_t i = 0; i < attachmentCount && firstAttachment + i < GPU_GFX_TARGETS; i++)
      set_flag(commandBuffer, GPU_OFF_GFX_BLEND + 4 * (firstAttachment + i), VKF_BLEND_ENABLE, pColorBlendEnables[i]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetColorBlendEquationEXT(VkCommandBuffer commandBuffer, uint32_t firstAttachment,
                                                           uint32_t attachmentCount,
                                                           const VkColorBlendEquationEXT *pColorBlendEquations)
{
   for (uint32_t i = 0; i < attachmentCount && firstAttachment + i < GPU_GFX_TARGETS; i++)
      set_bits(commandBuffer, GPU_OFF_GFX_BLEND + 4 * (firstAttachment + i), VKF_BLEND_EQUATION,
               vkf_equation_bits(&pColorBlendEquations[i]));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdSetColorWriteMaskEXT(VkCommandBuffer commandBuffer, uint32_t firstAttachment,
                                                       uint32_t attachmentCount, const VkColorComponentFlags *pColorWriteMasks)
{
   for (uint32_t i = 0; i < attachmentCount && firstAttachment + i < GPU_GFX_TARGETS; i++)
      set_bits(commandBuffer, GPU_OFF_GFX_BLEND + 4 * (firstAttachment + i), VKF_BLEND_MASK, pColorWriteMasks[i] << 27);
}

/* ---- vertex input --------------------------------------------------------------------------------------------- */
/* Which attributes the shader reads is not known yet. */
VKAPI_ATTR void VKAPI_CALL vkf_CmdSetVertexInputEXT(VkCommandBuffer commandBuffer, uint32_t bindingCount,
                                                    const VkVertexInputBindingDescription2EXT *pBindings,
                                                    uint32_t attributeCount,
                                                    const VkVertexInputAttributeDescription2EXT *pAttributes)
{
   struct vkf_gfx_state *g = vkf_gfx_state(vkf_command_buffer_from(commandBuffer));
   if (!g)
      return;
   for (uint32_t i = 0; i < bindingCount; i++) {
      uint32_t at = VKF_GFX_BINDING(pBindings[i].binding % GPU_GFX_BINDINGS);
      vkf_gfx_set(g, at + 12, pBindings[i].stride);
      vkf_gfx_set(g, at + 16, pBindings[i].inputRate == VK_VERTEX_INPUT_RATE_INSTANCE);
      vkf_gfx_set(g, at + 20, pBindings[i].divisor);
   }
   memset(g->attributes, 0, sizeof g->attributes);
   for (uint32_t i = 0; i < attributeCount; i++) {
      const VkVertexInputAttributeDescription2EXT *a = &pAttributes[i];
      uint32_t n = a->location % GPU_GFX_ATTRIBUTES;
      g->attributes[n][0] = vkf_attribute_bits(n, a->binding, a->format);
      g->attributes[n][1] = a->offset;
   }
}
