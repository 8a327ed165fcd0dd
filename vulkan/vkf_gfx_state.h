/* Graphics state of a command buffer: a shadow of the card's GFX registers. Commands and pipelines change bits of it, a draw
 * writes what has changed. Invariant: a register that is not dirty holds its shadow's value once the stream has run up to here.
 * The contents of all registers are unknown where a command buffer begins, so everything is dirty then. */
#ifndef VKF_GFX_STATE_H
#define VKF_GFX_STATE_H

#include "gfx.h"
#include "vkf.h"
#include "vkf_command_buffer.h"
#include "vkf_rendering.h"

#define VKF_GFX_DW (GPU_GFX_STATE_END / 4)
#define VKF_GFX_DIRTY_WORDS ((VKF_GFX_DW + 63) / 64)

/* Bits of a register: what a pipeline's static state is made of. */
struct vkf_gfx_bits {
   uint32_t offset, mask, value; /* bytes in the GFX block */
};

struct vkf_gfx_state {
   const struct vkf_pipeline *pipeline;
   uint32_t regs[VKF_GFX_DW];
   uint64_t dirty[VKF_GFX_DIRTY_WORDS];
   struct vkf_rendering rendering;
   bool lower_left;                             /* dynamic origin of the tessellation domain */
   uint32_t attributes[GPU_GFX_ATTRIBUTES][2];  /* dynamic vertex input: ATTRIBUTE registers of all locations */
};

/* The state, made at its first use; NULL when memory is exhausted, which fails the command buffer. */
struct vkf_gfx_state *vkf_gfx_state(struct vkf_command_buffer *cmd);
void vkf_gfx_state_free(struct vkf_command_buffer *cmd);
/* Everything unknown, with defaults that draw nothing harmful. inherit: targets and areas stay what the primary set. */
void vkf_gfx_state_reset(struct vkf_gfx_state *g, bool inherit);

/* A secondary command buffer that continues a render pass. */
void vkf_gfx_inherit(struct vkf_command_buffer *cmd, const VkCommandBufferInheritanceInfo *info);

void vkf_gfx_set_bits(struct vkf_gfx_state *g, uint32_t offset, uint32_t mask, uint32_t value);
static inline void vkf_gfx_set(struct vkf_gfx_state *g, uint32_t offset, uint32_t value)
{
   vkf_gfx_set_bits(g, offset, ~0u, value);
}
void vkf_gfx_set_f32(struct vkf_gfx_state *g, uint32_t offset, float value);
void vkf_gfx_set_many(struct vkf_gfx_state *g, uint32_t offset, const uint32_t *values, uint32_t count);
/* Everything is unknown again: somebody else has written the registers. */
void vkf_gfx_mark_all(struct vkf_gfx_state *g);
/* Write what is dirty into the stream. */
void vkf_gfx_flush(struct vkf_command_buffer *cmd, struct vkf_gfx_state *g);

#endif
