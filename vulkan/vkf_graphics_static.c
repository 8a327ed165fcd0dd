/* The fixed-function state of a graphics pipeline as bits of GFX registers. State that the pipeline leaves dynamic is left out. */
#include "formats.h"
#include "vkf_graphics_bits.h"
#include "vkf_graphics_pipeline.h"

struct dynamic {
   uint64_t core;     /* VkDynamicState 0..63 */
   uint32_t extended; /* VK_DYNAMIC_STATE_CULL_MODE + n */
   bool line_stipple, vertex_input;
};

static struct dynamic read_dynamic(const VkPipelineDynamicStateCreateInfo *info)
{
   struct dynamic d = {0};
   for (uint32_t i = 0; info && i < info->dynamicStateCount; i++) {
      uint32_t s = (uint32_t)info->pDynamicStates[i];
      if (s < 64)
         d.core |= UINT64_C(1) << s;
      else if (s >= VK_DYNAMIC_STATE_CULL_MODE && s < VK_DYNAMIC_STATE_CULL_MODE + 32u)
         d.extended |= 1u << (s - VK_DYNAMIC_STATE_CULL_MODE);
      d.line_stipple |= s == VK_DYNAMIC_STATE_LINE_STIPPLE_EXT;
      d.vertex_input |= s == VK_DYNAMIC_STATE_VERTEX_INPUT_EXT;
   }
   return d;
}

static bool has(const struct dynamic *d, VkDynamicState state)
{
   return (uint32_t)state < 64 ? d->core >> state & 1 : d->extended >> (state - VK_DYNAMIC_STATE_CULL_MODE) & 1;
}

/* ---- vertex input ---------------------------------------------------------------------------------------- */
static void vertex_bindings(struct vkf_static_state *s, const VkPipelineVertexInputStateCreateInfo *info, const struct dynamic *d)
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
      vkf_static(s, VKF_GFX_ATTRIBUTE(n), ~0u,
                 f->number | (a->binding % GPU_GFX_BINDINGS) << 10 | SC_ATTRIBUTE_REG(4 * n) << 16);
      vkf_static(s, VKF_GFX_ATTRIBUTE(n) + 4, ~0u, a->offset);
   }
   for (uint32_t n = 0; n < GPU_GFX_ATTRIBUTES; n++)
      if (!(set >> n & 1))
         vkf_static(s, VKF_GFX_ATTRIBUTE(n), ~0u, 0);
}

/* ---- assembly, viewport, raster ---------------------------------------------------------------------------- */
static void assembly(struct vkf_static_state *s, const VkGraphicsPipelineCreateInfo *info, const struct dynamic *d)
{
   const VkPipelineInputAssemblyStateCreateInfo *a = info->pInputAssemblyState;
   if (a && !has(d, VK_DYNAMIC_STATE_PRIMITIVE_TOPOLOGY))
      vkf_static(s, GPU_OFF_GFX_TOPOLOGY, 0xfu, a->topology);
   if (a && !has(d, VK_DYNAMIC_STATE_PRIMITIVE_RESTART_ENABLE))
      vkf_static(s, GPU_OFF_GFX_TOPOLOGY, 1u << 4, a->primitiveRestartEnable ? 1u << 4 : 0);
   if (info->pTessellationState)
      vkf_static(s, GPU_OFF_GFX_TOPOLOGY, 0x3fu << 8, info->pTessellationState->patchControlPoints << 8);
}

static uint32_t f32_bits(float f)
{
   uint32_t bits;
   memcpy(&bits, &f, sizeof bits);
   return bits;
}

static void viewports(struct vkf_static_state *s, const VkPipelineViewportStateCreateInfo *v, const struct dynamic *d)
{
   const VkPipelineViewportDepthClipControlCreateInfoEXT *control =
      vkf_find_in(v->pNext, VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_DEPTH_CLIP_CONTROL_CREATE_INFO_EXT);
   vkf_static(s, GPU_OFF_GFX_CLIP, 1u << 18, control && control->negativeOneToOne ? 1u << 18 : 0);
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

static uint32_t cull_bits(VkCullModeFlags mode)
{
   return (mode & VK_CULL_MODE_FRONT_BIT ? 2u : 0) | (mode & VK_CULL_MODE_BACK_BIT ? 4u : 0);
}

static void raster(struct vkf_static_state *s, const VkPipelineRasterizationStateCreateInfo *r, const struct dynamic *d)
{
   const VkPipelineRasterizationDepthClipStateCreateInfoEXT *clip =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_DEPTH_CLIP_STATE_CREATE_INFO_EXT);
   const VkPipelineRasterizationProvokingVertexStateCreateInfoEXT *provoking =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_PROVOKING_VERTEX_STATE_CREATE_INFO_EXT);
   const VkPipelineRasterizationStateStreamCreateInfoEXT *stream =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_STREAM_CREATE_INFO_EXT);
   const VkPipelineRasterizationLineStateCreateInfoEXT *line =
      vkf_find_in(r->pNext, VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_LINE_STATE_CREATE_INFO_EXT);
   bool clips = clip ? clip->depthClipEnable : !r->depthClampEnable;
   bool last = provoking && provoking->provokingVertexMode == VK_PROVOKING_VERTEX_MODE_LAST_VERTEX_EXT;
   vkf_static(s, GPU_OFF_GFX_TOPOLOGY, 1u << 5, last ? 1u << 5 : 0);
   vkf_static(s, GPU_OFF_GFX_CLIP, 3u << 16, (clips ? 1u << 16 : 0) | (r->depthClampEnable ? 1u << 17 : 0));
   vkf_static(s, GPU_OFF_GFX_XFB, 3u << 4, stream ? stream->rasterizationStream << 4 : 0);
   if (!has(d, VK_DYNAMIC_STATE_RASTERIZER_DISCARD_ENABLE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 1u, r->rasterizerDiscardEnable ? 1 : 0);
   if (!has(d, VK_DYNAMIC_STATE_CULL_MODE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 6u, cull_bits(r->cullMode));
   if (!has(d, VK_DYNAMIC_STATE_FRONT_FACE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 8u, r->frontFace == VK_FRONT_FACE_CLOCKWISE ? 8 : 0);
   vkf_static(s, GPU_OFF_GFX_RASTER, 3u << 4, (uint32_t)r->polygonMode << 4);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_BIAS_ENABLE))
      vkf_static(s, GPU_OFF_GFX_RASTER, 7u << 6, r->depthBiasEnable ? 7u << 6 : 0);
   bool bresenham = line && line->lineRasterizationMode == VK_LINE_RASTERIZATION_MODE_BRESENHAM_EXT;
   vkf_static(s, GPU_OFF_GFX_RASTER, 1u << 10, bresenham ? 1u << 10 : 0);
   vkf_static(s, GPU_OFF_GFX_RASTER, 1u << 12, line && line->stippledLineEnable ? 1u << 12 : 0);
   if (line && !d->line_stipple)
      vkf_static(s, GPU_OFF_GFX_STIPPLE, ~0u, line->lineStipplePattern | ((line->lineStippleFactor - 1) & 0xff) << 16);
   if (!has(d, VK_DYNAMIC_STATE_LINE_WIDTH))
      vkf_static_f32(s, GPU_OFF_GFX_LINE_WIDTH, r->lineWidth);
   if (!has(d, VK_DYNAMIC_STATE_DEPTH_BIAS)) {
      vkf_static_f32(s, GPU_OFF_GFX_BIAS_CONSTANT, r->depthBiasConstantFactor);
      vkf_static_f32(s, GPU_OFF_GFX_BIAS_CLAMP, r->depthBiasClamp);
      vkf_static_f32(s, GPU_OFF_GFX_BIAS_SLOPE, r->depthBiasSlopeFactor);
   }
}

/* ---- samples, depth, stencil, blend --------------------------------------------------------------------------- */
static void samples(struct vkf_static_state *s, const VkPipelineMultisampleStateCreateInfo *m, bool shader_per_sample)
{
   if (!m)
      return;
   uint32_t log2 = 0, mask = m->pSampleMask ? m->pSampleMask[0] & 0xffff : 0xffff;
   while (1u << (log2 + 1) <= (uint32_t)m->rasterizationSamples && log2 < 3)
      log2++;
   bool each = shader_per_sample || (m->sampleShadingEnable && m->minSampleShading * (float)(1u << log2) > 1.0f);
   vkf_static(s, GPU_OFF_GFX_SAMPLES, ~0u,
              log2 | (each && log2 ? 1u << 8 : 0) | (m->alphaToCoverageEnable ? 1u << 9 : 0) |
                 (m->alphaToOneEnable ? 1u << 10 : 0) | mask << 16);
}

static uint32_t stencil_bits(const VkStencilOpState *o)
{
   return (uint32_t)o->compareOp | (uint32_t)o->failOp << 3 | (uint32_t)o->passOp << 6 | (uint32_t)o->depthFailOp << 9;
}

static void stencil_face(struct vkf_static_state *s, uint32_t at, const VkStencilOpState *o, const struct dynamic *d)
{
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_OP))
      vkf_static(s, at, 0xfffu, stencil_bits(o));
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_REFERENCE))
      vkf_static(s, at + 4, VKF_STENCIL_REFERENCE, o->reference);
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_COMPARE_MASK))
      vkf_static(s, at + 4, VKF_STENCIL_COMPARE_MASK, o->compareMask << 8);
   if (!has(d, VK_DYNAMIC_STATE_STENCIL_WRITE_MASK))
      vkf_static(s, at + 4, VKF_STENCIL_WRITE_MASK, o->writeMask << 16);
}

static void depth_stencil(struct vkf_static_state *s, const VkPipelineDepthStencilStateCreateInfo *z, const struct dynamic *d)
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
   return (a->blendEnable ? 1u : 0) | (uint32_t)a->srcColorBlendFactor << 1 | (uint32_t)a->dstColorBlendFactor << 6 |
          (uint32_t)a->colorBlendOp << 11 | (uint32_t)a->srcAlphaBlendFactor << 14 | (uint32_t)a->dstAlphaBlendFactor << 19 |
          (uint32_t)a->alphaBlendOp << 24 | (uint32_t)a->colorWriteMask << 27;
}

static void blend(struct vkf_static_state *s, const VkPipelineColorBlendStateCreateInfo *b, const struct dynamic *d)
{
   for (uint32_t i = 0; i < GPU_GFX_TARGETS; i++)
      vkf_static(s, GPU_OFF_GFX_BLEND + 4 * i, ~0u, b && i < b->attachmentCount ? blend_bits(&b->pAttachments[i]) : 0);
   if (!b)
      return;
   vkf_static(s, GPU_OFF_GFX_LOGIC_OP, 1u << 4, b->logicOpEnable ? 1u << 4 : 0);
   if (!has(d, VK_DYNAMIC_STATE_LOGIC_OP_EXT))
      vkf_static(s, GPU_OFF_GFX_LOGIC_OP, 0xfu, b->logicOp);
   for (uint32_t c = 0; c < 4 && !has(d, VK_DYNAMIC_STATE_BLEND_CONSTANTS); c++)
      vkf_static_f32(s, GPU_OFF_GFX_BLEND_CONSTANT + 4 * c, b->blendConstants[c]);
}

void vkf_static_fixed_function(struct vkf_static_state *s, const VkGraphicsPipelineCreateInfo *info,
                               const struct vkf_pipeline *pipeline)
{
   struct dynamic d = read_dynamic(info->pDynamicState);
   const sc_stage_info *vertex = pipeline->programs[SC_STAGE_VERTEX].stage, *fragment = pipeline->programs[SC_STAGE_FRAGMENT].stage;
   const VkPipelineRasterizationStateCreateInfo *r = info->pRasterizationState;
   bool rasterises = !r->rasterizerDiscardEnable || has(&d, VK_DYNAMIC_STATE_RASTERIZER_DISCARD_ENABLE);
   if (info->pVertexInputState && !d.vertex_input) {
      vertex_bindings(s, info->pVertexInputState, &d);
      vertex_attributes(s, info->pVertexInputState, vertex ? vertex->attributes : 0);
   }
   assembly(s, info, &d);
   raster(s, r, &d);
   if (!rasterises)
      return;
   if (info->pViewportState)
      viewports(s, info->pViewportState, &d);
   samples(s, info->pMultisampleState, fragment && fragment->per_sample);
   depth_stencil(s, info->pDepthStencilState, &d);
   blend(s, info->pColorBlendState, &d);
}
