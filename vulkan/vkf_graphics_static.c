/* The fixed-function state of a graphics pipeline as bits of GFX registers. State that the pipeline leaves dynamic is left out. */
#include "formats.h"
#include "vkf_graphics_bits.h"
#include "vkf_graphics_pipeline.h"

typedef VkPipelineDynamicStateCreateInfo dynamic; /* NULL: nothing is */

static bool has(const dynamic *d, VkDynamicState state)
{
   for (uint32_t i = 0; d && i < d->dynamicStateCount; i++)
      if (d->pDynamicStates[i] == state)
         return true;
   return false;
}

/* The parts of a register that are static. */
struct part {
   VkDynamicState state; /* that makes it dynamic */
   uint32_t mask;
};

static uint32_t static_mask(const dynamic *d, const struct part *parts, uint32_t count)
{
   uint32_t mask = 0;
   for (uint32_t i = 0; i < count; i++)
      mask |= has(d, parts[i].state) ? 0 : parts[i].mask;
   return mask;
}
#define STATIC_MASK(d, parts) static_mask(d, parts, VKF_COUNT(parts))

/* ---- vertex input ---------------------------------------------------------------------------------------- */
static void vertex_bindings(struct vkf_static_state *s, const VkPipelineVertexInputStateCreateInfo *info, const dynamic *d)
{
   const VkPipelineVertexInputDivisorStateCreateInfoEXT *divisors =
      vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_DIVISOR_STATE_CREATE_INFO_EXT);
   for (uint32_t i = 0; i < info->vertexBindingDescriptionCount; i++) {
      const VkVertexInputBindingDescription *b = &info->pVertexBindingDescriptions[i];
      uint32_t divisor = 1, at = VKF_GFX_BINDING(b->binding % GPU_GFX_BINDINGS);
      for (uint32_t k = 0; divisors && k < divisors->vertexBindingDivisorCount; k++)
         if (divisors->pVertexBindingDivisors[k].binding == b->binding)
            divisor = divisors->pVertexBindingDivisors[k].divisor;
      if (!has(d, VK_DYNAMIC_STATE_VERTEX_INPUT_BINDING_STRIDE))
         vkf_static(s, at + 12, ~0u, b->stride);
      vkf_static(s, at + 16, ~0u, b->inputRate == VK_VERTEX_INPUT_RATE_INSTANCE);
      vkf_static(s, at + 20, ~0u, divisor);
   }
}

static void vertex_attributes(struct vkf_static_state *s, const VkPipelineVertexInputStateCreateInfo *info, uint32_t used)
{
   uint32_t set = 0;
   for (uint32_t i = 0; i < info->vertexAttributeDescriptionCount; i++) {
      const VkVertexInputAttributeDescription *a = &info->pVertexAttributeDescriptions[i];
      const fmt_info *f = fmt_lookup((uint32_t)a->format);
      uint32_t n = a->location % GPU_GFX_ATTRIBUTES, reach = f && f->block_B > 16 ? 3u : 1u; /* locations it fills */
      if (!f || !(used & reach << n))
         continue;
      set |= 1u << n;
      vkf_static(s, VKF_GFX_ATTRIBUTE(n), ~0u, vkf_attribute_bits(n, a->binding, a->format));
      vkf_static(s, VKF_GFX_ATTRIBUTE(n) + 4, ~0u, a->offset);
   }
   for (uint32_t n = 0; n < GPU_GFX_ATTRIBUTES; n++)
      if (!(set >> n & 1))
         vkf_static(s, VKF_GFX_ATTRIBUTE(n), ~0u, 0);
}

/* ---- assembly, viewport, raster ---------------------------------------------------------------------------- */
static void assembly(struct vkf_static_state *s, const VkGraphicsPipelineCreateInfo *info, const dynamic *d)
{
   const VkPipelineInputAssemblyStateCreateInfo *a = info->pInputAssemblyState;
   if (a && !has(d, VK_DYNAMIC_STATE_PRIMITIVE_TOPOLOGY))
      vkf_static(s, GPU_OFF_GFX_TOPOLOGY, 0xfu, a->topology);
   if (a && !has(d, VK_DYNAMIC_STATE_PRIMITIVE_RESTART_ENABLE))
      vkf_static(s, GPU_OFF_GFX_TOPOLOGY, 1u << 4, a->primitiveRestartEnable ? 1u << 4 : 0);
   if (info->pTessellationState && !has(d, VK_DYNAMIC_STATE_PATCH_CONTROL_POINTS_EXT))
      vkf_static(s, GPU_OFF_GFX_TOPOLOGY, VKF_TOPOLOGY_PATCH, info->pTessellationState->patchControlPoints << 8);
}

static uint32_t f32_bits(float f)
{
   uint32_t bits;
   memcpy(&bits, &f, sizeof bits);
   return bits;
}

static void viewports(struct vkf_static_state *s, const VkPipelineViewportStateCreateInfo *v, const dynamic *d)
{
   const VkPipelineViewportDepthClipControlCreateInfoEXT *control =
      vkf_find_in(v->pNext, VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_DEPTH_CLIP_CONTROL_CREATE_INFO_EXT);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_CLIP_NEGATIVE_ONE_TO_ONE_EXT))
      vkf_static(s, GPU_OFF_GFX_CLIP, VKF_CLIP_MINUS_ONE, control && control->negativeOneToOne ? VKF_CLIP_MINUS_ONE : 0);
   bool set_v = !has(d, VK_DYNAMIC_STATE_VIEWPORT) && !has(d, VK_DYNAMIC_STATE_VIEWPORT_WITH_COUNT) && v->pViewports;
   bool set_s = !has(d, VK_DYNAMIC_STATE_SCISSOR) && !has(d, VK_DYNAMIC_STATE_SCISSOR_WITH_COUNT) && v->pScissors;
   for (uint32_t i = 0; set_v && i < v->viewportCount && i < GPU_GFX_VIEWPORTS; i++) {
      const VkViewport *p = &v->pViewports[i];
      const float values[6] = {p->x, p->y, p->width, p->height, p->minDepth, p->maxDepth};
      for (uint32_t k = 0; k < 6; k++)
         vkf_static(s, VKF_GFX_VIEWPORT(i) + 4 * k, ~0u, f32_bits(values[k]));
   }
   for (uint32_t i = 0; set_s && i < v->scissorCount && i < GPU_GFX_VIEWPORTS; i++) {
      const VkRect2D *r = &v->pScissors[i];
      const int32_t values[4] = {r->offset.x, r->offset.y, vkf_clamp_i64((int64_t)r->offset.x + r->extent.width),
                                 vkf_clamp_i64((int64_t)r->offset.y + r->extent.height)};
      for (uint32_t k = 0; k < 4; k++)
         vkf_static(s, VKF_GFX_SCISSOR(i) + 4 * k, ~0u, (uint32_t)values[k]);
   }
}

static void raster(struct vkf_static_state *s, const VkPipelineRasterizationStateCreateInfo *r, const dynamic *d)
{
   const VkPipelineRasterizationDepthClipStateCreateInfoEXT *clip =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_DEPTH_CLIP_STATE_CREATE_INFO_EXT);
   const VkPipelineRasterizationProvokingVertexStateCreateInfoEXT *provoking =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_PROVOKING_VERTEX_STATE_CREATE_INFO_EXT);
   const VkPipelineRasterizationStateStreamCreateInfoEXT *stream =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_STREAM_CREATE_INFO_EXT);
   const VkPipelineRasterizationLineStateCreateInfoEXT *line =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_LINE_STATE_CREATE_INFO_EXT);
   const VkPipelineRasterizationConservativeStateCreateInfoEXT *conservative =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_CONSERVATIVE_STATE_CREATE_INFO_EXT);
   bool clips = clip ? clip->depthClipEnable : !r->depthClampEnable;
   bool last = provoking && provoking->provokingVertexMode == VK_PROVOKING_VERTEX_MODE_LAST_VERTEX_EXT;
   static const struct part clip_parts[] = {{VK_DYNAMIC_STATE_DEPTH_CLIP_ENABLE_EXT, VKF_CLIP_DEPTH},
                                            {VK_DYNAMIC_STATE_DEPTH_CLAMP_ENABLE_EXT, VKF_CLIP_CLAMP}};
   vkf_static(s, GPU_OFF_GFX_CLIP, STATIC_MASK(d, clip_parts),
              (clips ? VKF_CLIP_DEPTH : 0) | (r->depthClampEnable ? VKF_CLIP_CLAMP : 0));
   if (!has(d, VK_DYNAMIC_STATE_PROVOKING_VERTEX_MODE_EXT))
      vkf_static(s, GPU_OFF_GFX_TOPOLOGY, VKF_TOPOLOGY_LAST, last ? VKF_TOPOLOGY_LAST : 0);
   if (!has(d, VK_DYNAMIC_STATE_RASTERIZATION_STREAM_EXT))
      vkf_static(s, GPU_OFF_GFX_XFB, VKF_XFB_STREAM, stream ? stream->rasterizationStream << 4 : 0);
   if (!has(d, VK_DYNAMIC_STATE_RASTERIZER_DISCARD_ENABLE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 1u, r->rasterizerDiscardEnable ? 1 : 0);
   if (!has(d, VK_DYNAMIC_STATE_CULL_MODE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 6u, vkf_cull_bits(r->cullMode));
   if (!has(d, VK_DYNAMIC_STATE_FRONT_FACE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 8u, r->frontFace == VK_FRONT_FACE_CLOCKWISE ? 8 : 0);
   if (!has(d, VK_DYNAMIC_STATE_CONSERVATIVE_RASTERIZATION_MODE_EXT))
      vkf_static(s, GPU_OFF_GFX_RASTER, VKF_RASTER_CONSERVATIVE,
                 conservative ? vkf_conservative_bits(conservative->conservativeRasterizationMode) : 0);
   if (!has(d, VK_DYNAMIC_STATE_POLYGON_MODE_EXT))
      vkf_static(s, GPU_OFF_GFX_RASTER, VKF_RASTER_POLYGON, (uint32_t)r->polygonMode << 4);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_BIAS_ENABLE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 7u << 6, r->depthBiasEnable ? 7u << 6 : 0);
   if (!has(d, VK_DYNAMIC_STATE_LINE_RASTERIZATION_MODE_EXT))
      vkf_static(s, GPU_OFF_GFX_RASTER, VKF_RASTER_LINE_MODE, line ? vkf_line_mode_bits(line->lineRasterizationMode) : 0);
   if (!has(d, VK_DYNAMIC_STATE_LINE_STIPPLE_ENABLE_EXT))
      vkf_static(s, GPU_OFF_GFX_RASTER, VKF_RASTER_STIPPLE, line && line->stippledLineEnable ? VKF_RASTER_STIPPLE : 0);
   if (line && !has(d, VK_DYNAMIC_STATE_LINE_STIPPLE_EXT))
      vkf_static(s, GPU_OFF_GFX_STIPPLE, ~0u, vkf_stipple_bits(line->lineStippleFactor, line->lineStipplePattern));
   if (!has(d, VK_DYNAMIC_STATE_LINE_WIDTH))
      vkf_static_f32(s, GPU_OFF_GFX_LINE_WIDTH, r->lineWidth);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_BIAS)) {
      vkf_static_f32(s, GPU_OFF_GFX_BIAS_CONSTANT, r->depthBiasConstantFactor);
      vkf_static_f32(s, GPU_OFF_GFX_BIAS_CLAMP, r->depthBiasClamp);
      vkf_static_f32(s, GPU_OFF_GFX_BIAS_SLOPE, r->depthBiasSlopeFactor);
   }
}

/* ---- samples, depth, stencil, blend --------------------------------------------------------------------------- */
/* sampleRateShading asks for a least number of samples: where the number is not known, for any that is greater than 1. */
static void samples(struct vkf_static_state *s, const VkPipelineMultisampleStateCreateInfo *m, const dynamic *d,
                    bool shader_per_sample)
{
   static const struct part parts[] = {{VK_DYNAMIC_STATE_RASTERIZATION_SAMPLES_EXT, VKF_SAMPLES_LOG2},
                                       {VK_DYNAMIC_STATE_ALPHA_TO_COVERAGE_ENABLE_EXT, VKF_SAMPLES_ALPHA_COVERAGE},
                                       {VK_DYNAMIC_STATE_ALPHA_TO_ONE_ENABLE_EXT, VKF_SAMPLES_ALPHA_ONE},
                                       {VK_DYNAMIC_STATE_SAMPLE_MASK_EXT, VKF_SAMPLES_MASK}};
   if (!m) {
      vkf_static(s, GPU_OFF_GFX_SAMPLES, VKF_SAMPLES_EACH, shader_per_sample ? VKF_SAMPLES_EACH : 0);
      return;
   }
   uint32_t log2 = vkf_samples_log2(m->rasterizationSamples);
   uint32_t most = has(d, VK_DYNAMIC_STATE_RASTERIZATION_SAMPLES_EXT) ? 3 : log2;
   uint32_t mask = m->pSampleMask ? m->pSampleMask[0] << 16 : VKF_SAMPLES_MASK;
   bool each = shader_per_sample || (m->sampleShadingEnable && m->minSampleShading * (float)(1u << most) > 1.0f);
   vkf_static(s, GPU_OFF_GFX_SAMPLES, STATIC_MASK(d, parts) | VKF_SAMPLES_EACH,
              log2 | (each ? VKF_SAMPLES_EACH : 0) | (m->alphaToCoverageEnable ? VKF_SAMPLES_ALPHA_COVERAGE : 0) |
                 (m->alphaToOneEnable ? VKF_SAMPLES_ALPHA_ONE : 0) | mask);
}

static void stencil_face(struct vkf_static_state *s, uint32_t at, const VkStencilOpState *o, const dynamic *d)
{
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_OP))
      vkf_static(s, at, VKF_STENCIL_OPS, vkf_stencil_bits(o));
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_REFERENCE))
      vkf_static(s, at + 4, VKF_STENCIL_REFERENCE, o->reference);
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_COMPARE_MASK))
      vkf_static(s, at + 4, VKF_STENCIL_COMPARE_MASK, o->compareMask << 8);
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_WRITE_MASK))
      vkf_static(s, at + 4, VKF_STENCIL_WRITE_MASK, o->writeMask << 16);
}

static void depth_stencil(struct vkf_static_state *s, const VkPipelineDepthStencilStateCreateInfo *z, const dynamic *d)
{
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_TEST_ENABLE))
      vkf_static(s, GPU_OFF_GFX_DEPTH, 1u, z && z->depthTestEnable ? 1 : 0);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_WRITE_ENABLE))
      vkf_static(s, GPU_OFF_GFX_DEPTH, 2u, z && z->depthWriteEnable ? 2 : 0);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_COMPARE_OP))
      vkf_static(s, GPU_OFF_GFX_DEPTH, 7u << 2, z ? (uint32_t)z->depthCompareOp << 2 : 0);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_BOUNDS_TEST_ENABLE))
      vkf_static(s, GPU_OFF_GFX_DEPTH, 1u << 5, z && z->depthBoundsTestEnable ? 1u << 5 : 0);
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_TEST_ENABLE))
      vkf_static(s, GPU_OFF_GFX_DEPTH, 1u << 6, z && z->stencilTestEnable ? 1u << 6 : 0);
   if (!z)
      return;
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_BOUNDS)) {
      vkf_static_f32(s, GPU_OFF_GFX_BOUNDS_MIN, z->minDepthBounds);
      vkf_static_f32(s, GPU_OFF_GFX_BOUNDS_MAX, z->maxDepthBounds);
   }
   stencil_face(s, GPU_OFF_GFX_STENCIL_FRONT, &z->front, d);
   stencil_face(s, GPU_OFF_GFX_STENCIL_BACK, &z->back, d);
}

static uint32_t blend_bits(const VkPipelineColorBlendAttachmentState *a)
{
   const VkColorBlendEquationEXT e = {a->srcColorBlendFactor, a->dstColorBlendFactor, a->colorBlendOp,
                                      a->srcAlphaBlendFactor, a->dstAlphaBlendFactor, a->alphaBlendOp};
   return (a->blendEnable ? VKF_BLEND_ENABLE : 0) | vkf_equation_bits(&e) | (uint32_t)a->colorWriteMask << 27;
}

static void blend(struct vkf_static_state *s, const VkPipelineColorBlendStateCreateInfo *b, const dynamic *d)
{
   static const struct part parts[] = {{VK_DYNAMIC_STATE_COLOR_BLEND_ENABLE_EXT, VKF_BLEND_ENABLE},
                                       {VK_DYNAMIC_STATE_COLOR_BLEND_EQUATION_EXT, VKF_BLEND_EQUATION},
                                       {VK_DYNAMIC_STATE_COLOR_WRITE_MASK_EXT, VKF_BLEND_MASK},
                                       {VK_DYNAMIC_STATE_COLOR_WRITE_ENABLE_EXT, VKF_BLEND_NO_WRITE}};
   uint32_t mask = STATIC_MASK(d, parts);
   const VkPipelineColorWriteCreateInfoEXT *write =
      b ? vkf_find_in(b->pNext, VK_STRUCTURE_TYPE_PIPELINE_COLOR_WRITE_CREATE_INFO_EXT) : NULL;
   for (uint32_t i = 0; i < GPU_GFX_TARGETS; i++) {
      uint32_t value = b && b->pAttachments && i < b->attachmentCount ? blend_bits(&b->pAttachments[i]) : 0;
      if (write && i < write->attachmentCount && !write->pColorWriteEnables[i])
         value |= VKF_BLEND_NO_WRITE;
      vkf_static(s, GPU_OFF_GFX_BLEND + 4 * i, mask, value);
   }
   if (!b)
      return;
   if (!has(d, VK_DYNAMIC_STATE_LOGIC_OP_ENABLE_EXT))
      vkf_static(s, GPU_OFF_GFX_LOGIC_OP, VKF_LOGIC_ENABLE, b->logicOpEnable ? VKF_LOGIC_ENABLE : 0);
   if (!has(d, VK_DYNAMIC_STATE_LOGIC_OP_EXT))
      vkf_static(s, GPU_OFF_GFX_LOGIC_OP, VKF_LOGIC_OP, b->logicOp);
   for (uint32_t c = 0; c < 4 && !has(d, VK_DYNAMIC_STATE_BLEND_CONSTANTS); c++)
      vkf_static_f32(s, GPU_OFF_GFX_BLEND_CONSTANT + 4 * c, b->blendConstants[c]);
}

void vkf_static_late(const VkGraphicsPipelineCreateInfo *info, struct vkf_pipeline *pipeline)
{
   const dynamic *d = info->pDynamicState;
   const VkPipelineRasterizationStateCreateInfo *r = info->pRasterizationState;
   const sc_stage_info *vertex = pipeline->programs[SC_STAGE_VERTEX].stage;
   const sc_stage_info *control = pipeline->programs[SC_STAGE_TESS_CONTROL].stage;
   const sc_stage_info *evaluation = pipeline->programs[SC_STAGE_TESS_EVAL].stage;
   pipeline->late = (struct vkf_late_state){
      .clip_follows_clamp =
         has(d, VK_DYNAMIC_STATE_DEPTH_CLAMP_ENABLE_EXT) && !has(d, VK_DYNAMIC_STATE_DEPTH_CLIP_ENABLE_EXT) &&
         !(r && vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_DEPTH_CLIP_STATE_CREATE_INFO_EXT)),
      .domain_origin = control && evaluation && has(d, VK_DYNAMIC_STATE_TESSELLATION_DOMAIN_ORIGIN_EXT),
      .clockwise = control && evaluation && (control->clockwise || evaluation->clockwise),
      .vertex_input = has(d, VK_DYNAMIC_STATE_VERTEX_INPUT_EXT),
      .attributes = vertex ? vertex->attributes : 0};
}

void vkf_static_fixed_function(struct vkf_static_state *s, const VkGraphicsPipelineCreateInfo *info,
                               const struct vkf_pipeline *pipeline)
{
   const dynamic *d = info->pDynamicState;
   const sc_stage_info *vertex = pipeline->programs[SC_STAGE_VERTEX].stage, *fragment = pipeline->programs[SC_STAGE_FRAGMENT].stage;
   const VkPipelineRasterizationStateCreateInfo *r = info->pRasterizationState;
   bool rasterises = !r || !r->rasterizerDiscardEnable || has(d, VK_DYNAMIC_STATE_RASTERIZER_DISCARD_ENABLE);
   if (info->pVertexInputState && !has(d, VK_DYNAMIC_STATE_VERTEX_INPUT_EXT)) {
      vertex_bindings(s, info->pVertexInputState, d);
      vertex_attributes(s, info->pVertexInputState, vertex ? vertex->attributes : 0);
   }
   assembly(s, info, d);
   if (r) /* with everything dynamic there is none */
      raster(s, r, d);
   if (!rasterises)
      return;
   if (info->pViewportState)
      viewports(s, info->pViewportState, d);
   samples(s, info->pMultisampleState, d, fragment && fragment->per_sample);
   depth_stencil(s, info->pDepthStencilState, d);
   blend(s, info->pColorBlendState, d);
}
