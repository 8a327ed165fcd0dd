/* What a graphics pipeline is besides its programs: bits of the GFX registers. */
#ifndef VKF_GRAPHICS_PIPELINE_H
#define VKF_GRAPHICS_PIPELINE_H

#include "vkf_gfx_state.h"
#include "vkf_pipeline.h"

#define VKF_STATIC_BITS_MAX 1200u

/* Static state under construction. */
struct vkf_static_state {
   uint32_t count;
   struct vkf_gfx_bits bits[VKF_STATIC_BITS_MAX];
};

static inline void vkf_static(struct vkf_static_state *s, uint32_t offset, uint32_t mask, uint32_t value)
{
   if (s->count < VKF_STATIC_BITS_MAX)
      s->bits[s->count++] = (struct vkf_gfx_bits){offset, mask, value};
}

static inline void vkf_static_f32(struct vkf_static_state *s, uint32_t offset, float value)
{
   uint32_t bits;
   memcpy(&bits, &value, sizeof bits);
   vkf_static(s, offset, ~0u, bits);
}

/* All that the creation info says, but for what is dynamic. vkf_graphics_static.c */
void vkf_static_fixed_function(struct vkf_static_state *s, const VkGraphicsPipelineCreateInfo *info,
                               const struct vkf_pipeline *pipeline);
/* Which dynamic states need the pipeline's word at each draw. vkf_graphics_static.c */
void vkf_static_late(const VkGraphicsPipelineCreateInfo *info, struct vkf_pipeline *pipeline);
/* What the programs say. vkf_graphics_programs.c */
void vkf_static_programs(struct vkf_static_state *s, const VkGraphicsPipelineCreateInfo *info,
                         const struct vkf_pipeline *pipeline);

#endif
