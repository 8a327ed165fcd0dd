/* Where API state stands in the GFX registers: shared by pipelines (static state) and commands (dynamic state). */
#ifndef VKF_GRAPHICS_BITS_H
#define VKF_GRAPHICS_BITS_H

#include "formats.h"
#include "sc.h"
#include "vkf_gfx_state.h"

struct vkf_buffer;

#define VKF_STENCIL_REFERENCE 0x0000ffu
#define VKF_STENCIL_COMPARE_MASK 0x00ff00u
#define VKF_STENCIL_WRITE_MASK 0xff0000u
#define VKF_GFX_BINDING(n) (GPU_OFF_GFX_BINDING + 32u * (n))
#define VKF_GFX_ATTRIBUTE(n) (GPU_OFF_GFX_ATTRIBUTE + 8u * (n))
#define VKF_GFX_VIEWPORT(n) (GPU_OFF_GFX_VIEWPORT + 32u * (n))
#define VKF_GFX_SCISSOR(n) (GPU_OFF_GFX_SCISSOR + 16u * (n))

#define VKF_STENCIL_OPS 0xfffu
#define VKF_TOPOLOGY_KIND 0xfu
#define VKF_TOPOLOGY_RESTART (1u << 4)
#define VKF_TOPOLOGY_LAST (1u << 5)
#define VKF_TOPOLOGY_PATCH (0x3fu << 8)
#define VKF_TESS_CLOCKWISE (1u << 4)
#define VKF_CLIP_DEPTH (1u << 16)
#define VKF_CLIP_CLAMP (1u << 17)
#define VKF_CLIP_MINUS_ONE (1u << 18)
#define VKF_RASTER_DISCARD 1u
#define VKF_RASTER_CULL 6u
#define VKF_RASTER_CLOCKWISE 8u
#define VKF_RASTER_POLYGON (3u << 4)
#define VKF_RASTER_BIAS (7u << 6)
#define VKF_RASTER_LINE_MODE (1u << 10)
#define VKF_RASTER_STIPPLE (1u << 12)
#define VKF_RASTER_CONSERVATIVE (1u << 13)
#define VKF_SAMPLES_LOG2 3u
#define VKF_SAMPLES_EACH (1u << 8)
#define VKF_SAMPLES_ALPHA_COVERAGE (1u << 9)
#define VKF_SAMPLES_ALPHA_ONE (1u << 10)
#define VKF_SAMPLES_MASK 0xffff0000u
#define VKF_DEPTH_TEST 1u
#define VKF_DEPTH_WRITE 2u
#define VKF_DEPTH_COMPARE (7u << 2)
#define VKF_DEPTH_BOUNDS (1u << 5)
#define VKF_DEPTH_STENCIL (1u << 6)
#define VKF_LOGIC_OP 0xfu
#define VKF_LOGIC_ENABLE (1u << 4)
#define VKF_BLEND_ENABLE 1u
#define VKF_BLEND_EQUATION 0x07fffffeu
#define VKF_BLEND_MASK (0xfu << 27)
#define VKF_BLEND_NO_WRITE (1u << 31)
#define VKF_XFB_STREAM (3u << 4)

static inline uint32_t vkf_cull_bits(VkCullModeFlags mode)
{
   return (mode & VK_CULL_MODE_FRONT_BIT ? 2u : 0) | (mode & VK_CULL_MODE_BACK_BIT ? 4u : 0);
}

static inline uint32_t vkf_stencil_bits(const VkStencilOpState *o)
{
   return (uint32_t)o->compareOp | (uint32_t)o->failOp << 3 | (uint32_t)o->passOp << 6 | (uint32_t)o->depthFailOp << 9;
}

static inline uint32_t vkf_line_mode_bits(VkLineRasterizationModeEXT mode)
{
   return mode == VK_LINE_RASTERIZATION_MODE_BRESENHAM_EXT ? VKF_RASTER_LINE_MODE : 0;
}

static inline uint32_t vkf_conservative_bits(VkConservativeRasterizationModeEXT mode)
{
   return mode == VK_CONSERVATIVE_RASTERIZATION_MODE_OVERESTIMATE_EXT ? VKF_RASTER_CONSERVATIVE : 0;
}

static inline uint32_t vkf_stipple_bits(uint32_t factor, uint16_t pattern)
{
   return pattern | ((factor - 1) & 0xff) << 16;
}

static inline uint32_t vkf_samples_log2(VkSampleCountFlagBits samples)
{
   uint32_t log2 = 0;
   while (log2 < 3 && 2u << log2 <= (uint32_t)samples)
      log2++;
   return log2;
}

static inline uint32_t vkf_equation_bits(const VkColorBlendEquationEXT *e)
{
   return (uint32_t)e->srcColorBlendFactor << 1 | (uint32_t)e->dstColorBlendFactor << 6 | (uint32_t)e->colorBlendOp << 11 |
          (uint32_t)e->srcAlphaBlendFactor << 14 | (uint32_t)e->dstAlphaBlendFactor << 19 | (uint32_t)e->alphaBlendOp << 24;
}

/* ATTRIBUTE n; 0: no such format. */
static inline uint32_t vkf_attribute_bits(uint32_t n, uint32_t binding, VkFormat format)
{
   const fmt_info *f = fmt_lookup((uint32_t)format);
   return f ? f->number | (binding % GPU_GFX_BINDINGS) << 10 | SC_ATTRIBUTE_REG(4 * n) << 16 : 0;
}

void vkf_gfx_set_vertex_buffer(struct vkf_gfx_state *g, uint32_t binding, const struct vkf_buffer *b, VkDeviceSize offset,
                               VkDeviceSize size);

static inline uint32_t vkf_index_log2(VkIndexType type)
{
   return type == VK_INDEX_TYPE_UINT32 ? 2 : type == VK_INDEX_TYPE_UINT16 ? 1 : 0;
}

static inline void vkf_gfx_set_viewport(struct vkf_gfx_state *g, uint32_t n, const VkViewport *v)
{
   const float values[6] = {v->x, v->y, v->width, v->height, v->minDepth, v->maxDepth};
   for (uint32_t k = 0; k < 6; k++)
      vkf_gfx_set_f32(g, VKF_GFX_VIEWPORT(n) + 4 * k, values[k]);
}

static inline int32_t vkf_clamp_i64(int64_t v)
{
   return v > INT32_MAX ? INT32_MAX : (int32_t)v;
}

static inline void vkf_gfx_set_scissor(struct vkf_gfx_state *g, uint32_t n, const VkRect2D *r)
{
   const int32_t values[4] = {r->offset.x, r->offset.y, vkf_clamp_i64((int64_t)r->offset.x + r->extent.width),
                              vkf_clamp_i64((int64_t)r->offset.y + r->extent.height)};
   vkf_gfx_set_many(g, VKF_GFX_SCISSOR(n), (const uint32_t *)values, 4);
}

#endif
