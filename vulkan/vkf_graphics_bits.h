/* Where API state stands in the GFX registers: shared by pipelines (static state) and commands (dynamic state). */
#ifndef VKF_GRAPHICS_BITS_H
#define VKF_GRAPHICS_BITS_H

#include "vkf_gfx_state.h"

#define VKF_STENCIL_REFERENCE 0x0000ffu
#define VKF_STENCIL_COMPARE_MASK 0x00ff00u
#define VKF_STENCIL_WRITE_MASK 0xff0000u
#define VKF_GFX_BINDING(n) (GPU_OFF_GFX_BINDING + 32u * (n))
#define VKF_GFX_ATTRIBUTE(n) (GPU_OFF_GFX_ATTRIBUTE + 8u * (n))
#define VKF_GFX_VIEWPORT(n) (GPU_OFF_GFX_VIEWPORT + 32u * (n))
#define VKF_GFX_SCISSOR(n) (GPU_OFF_GFX_SCISSOR + 16u * (n))

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
