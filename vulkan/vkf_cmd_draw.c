/* Draws: bring the GFX registers up to date, then one packet; with multiview once per view. */
#include "vkf_buffer.h"
#include "vkf_descriptor.h"
#include "vkf_device.h"
#include "vkf_gfx_state.h"
#include "vkf_graphics_bits.h"
#include "vkf_packet.h"
#include "vkf_pipeline.h"
#include "gfx_stage.h"

void vkf_gfx_bind(struct vkf_command_buffer *cmd, const struct vkf_pipeline *pipeline)
{
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   if (!g)
      return;
   g->pipeline = pipeline;
   cmd->bindings[VK_PIPELINE_BIND_POINT_GRAPHICS].dirty = true;
   for (uint32_t i = 0; i < pipeline->bit_count; i++)
      vkf_gfx_set_bits(g, pipeline->bits[i].offset, pipeline->bits[i].mask, pipeline->bits[i].value);
}

/* Every stage finds the root table in its first two user registers. */
static void set_root(struct vkf_gfx_state *g, uint64_t va)
{
   for (uint32_t s = 0; s < GPU_STAGE_COUNT; s++) {
      uint32_t at = GPU_OFF_GFX_VS + s * GPU_STAGE_STRIDE + GPU_STAGE_USER;
      vkf_gfx_set(g, at, VKF_LO(va));
      vkf_gfx_set(g, at + 4, VKF_HI(va));
   }
}

static void set_attributes(struct vkf_gfx_state *g, uint32_t used)
{
   for (uint32_t n = 0; n < GPU_GFX_ATTRIBUTES; n++) {
      const fmt_info *f = fmt_lookup(g->attributes[n][0] & 0x3ff);
      uint32_t reach = f && f->block_B > 16 ? 3u : 1u; /* locations it fills */
      vkf_gfx_set(g, VKF_GFX_ATTRIBUTE(n), f && used & reach << n ? g->attributes[n][0] : 0);
      vkf_gfx_set(g, VKF_GFX_ATTRIBUTE(n) + 4, g->attributes[n][1]);
   }
}

static void set_late_state(struct vkf_gfx_state *g, const struct vkf_late_state *late)
{
   if (late->clip_follows_clamp)
      vkf_gfx_set_bits(g, GPU_OFF_GFX_CLIP, VKF_CLIP_DEPTH,
                       g->regs[GPU_OFF_GFX_CLIP / 4] & VKF_CLIP_CLAMP ? 0 : VKF_CLIP_DEPTH);
   if (late->domain_origin)
      vkf_gfx_set_bits(g, GPU_OFF_GFX_TESS, VKF_TESS_CLOCKWISE, late->clockwise == g->lower_left ? VKF_TESS_CLOCKWISE : 0);
   if (late->vertex_input)
      set_attributes(g, late->attributes);
}

/* NULL: there is nothing to draw with. */
static struct vkf_gfx_state *prepare(struct vkf_command_buffer *cmd)
{
   struct vkf_gfx_state *g = vkf_gfx_state(cmd);
   if (!g)
      return NULL;
   if (!g->pipeline) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd), "a draw without a pipeline");
      return NULL;
   }
   bool *dirty = &cmd->bindings[VK_PIPELINE_BIND_POINT_GRAPHICS].dirty;
   if (*dirty)
      set_root(g, vkf_cmd_write_root(cmd, g->pipeline));
   *dirty = false;
   set_late_state(g, &g->pipeline->late);
   return g;
}

/* Puts the packet once per view. */
static void put(struct vkf_command_buffer *cmd, const uint32_t *packet, uint32_t dw)
{
   struct vkf_gfx_state *g = prepare(cmd);
   if (!g)
      return;
   uint32_t views = g->rendering.view_mask ? g->rendering.view_mask : 1u;
   for (uint32_t v = 0; v < 32; v++) {
      if (!(views >> v & 1))
         continue;
      vkf_gfx_set(g, GPU_OFF_GFX_VIEW, g->rendering.view_mask ? v | 1u << 8 : 0);
      vkf_gfx_flush(cmd, g);
      uint32_t *p = vkf_stream_reserve(&cmd->stream, dw);
      memcpy(p, packet, 4 * dw);
      vkf_stream_commit(&cmd->stream, p + dw);
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDraw(VkCommandBuffer commandBuffer, uint32_t vertexCount, uint32_t instanceCount,
                                       uint32_t firstVertex, uint32_t firstInstance)
{
   const uint32_t packet[] = {VKF_PKT_FIXED(DRAW, 0), vertexCount, instanceCount, firstVertex, firstInstance, 0};
   put(vkf_command_buffer_from(commandBuffer), packet, VKF_COUNT(packet));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndexed(VkCommandBuffer commandBuffer, uint32_t indexCount, uint32_t instanceCount,
                                              uint32_t firstIndex, int32_t vertexOffset, uint32_t firstInstance)
{
   const uint32_t packet[] = {VKF_PKT_FIXED(DRAW_INDEXED, 0), indexCount, instanceCount, firstIndex, (uint32_t)vertexOffset,
                              firstInstance, 0};
   put(vkf_command_buffer_from(commandBuffer), packet, VKF_COUNT(packet));
}

static void indirect(VkCommandBuffer commandBuffer, VkBuffer buffer, VkDeviceSize offset, uint32_t draws, uint32_t stride_B,
                     uint64_t count_va, bool indexed)
{
   uint64_t va = vkf_buffer_from(buffer)->va + offset;
   const uint32_t packet[] = {VKF_PKT_FIXED(DRAW_INDIRECT, 0), VKF_LO(va), VKF_HI(va), draws, stride_B, VKF_LO(count_va),
                              VKF_HI(count_va), indexed};
   if (draws)
      put(vkf_command_buffer_from(commandBuffer), packet, VKF_COUNT(packet));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndirect(VkCommandBuffer commandBuffer, VkBuffer buffer, VkDeviceSize offset,
                                               uint32_t drawCount, uint32_t stride)
{
   indirect(commandBuffer, buffer, offset, drawCount, stride, 0, false);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndexedIndirect(VkCommandBuffer commandBuffer, VkBuffer buffer, VkDeviceSize offset,
                                                      uint32_t drawCount, uint32_t stride)
{
   indirect(commandBuffer, buffer, offset, drawCount, stride, 0, true);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndirectCountKHR(VkCommandBuffer commandBuffer, VkBuffer buffer, VkDeviceSize offset,
                                                       VkBuffer countBuffer, VkDeviceSize countBufferOffset,
                                                       uint32_t maxDrawCount, uint32_t stride)
{
   indirect(commandBuffer, buffer, offset, maxDrawCount, stride, vkf_buffer_from(countBuffer)->va + countBufferOffset, false);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndexedIndirectCountKHR(VkCommandBuffer commandBuffer, VkBuffer buffer,
                                                              VkDeviceSize offset, VkBuffer countBuffer,
                                                              VkDeviceSize countBufferOffset, uint32_t maxDrawCount,
                                                              uint32_t stride)
{
   indirect(commandBuffer, buffer, offset, maxDrawCount, stride, vkf_buffer_from(countBuffer)->va + countBufferOffset, true);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawIndirectByteCountEXT(VkCommandBuffer commandBuffer, uint32_t instanceCount,
                                                           uint32_t firstInstance, VkBuffer counterBuffer,
                                                           VkDeviceSize counterBufferOffset, uint32_t counterOffset,
                                                           uint32_t vertexStride)
{
   const struct vkf_buffer *b = vkf_buffer_from(counterBuffer);
   uint64_t va = (b->va + counterBufferOffset) & ~UINT64_C(3);
   const uint32_t packet[] = {VKF_PKT_FIXED(DRAW_XFB, 0), VKF_LO(va), VKF_HI(va), instanceCount, firstInstance, counterOffset,
                              vertexStride};
   /* Nothing is drawn of vertices without bytes, nor by a counter outside its buffer. */
   if (vertexStride && vkf_buffer_range(b, counterBufferOffset, 4) == 4)
      put(vkf_command_buffer_from(commandBuffer), packet, VKF_COUNT(packet));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawMultiEXT(VkCommandBuffer commandBuffer, uint32_t drawCount,
                                               const VkMultiDrawInfoEXT *pVertexInfo, uint32_t instanceCount,
                                               uint32_t firstInstance, uint32_t stride)
{
   for (uint32_t i = 0; i < drawCount; i++) {
      const VkMultiDrawInfoEXT *d = (const VkMultiDrawInfoEXT *)((const char *)pVertexInfo + (size_t)i * stride);
      const uint32_t packet[] = {VKF_PKT_FIXED(DRAW, 0), d->vertexCount, instanceCount, d->firstVertex, firstInstance, i};
      put(vkf_command_buffer_from(commandBuffer), packet, VKF_COUNT(packet));
   }
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDrawMultiIndexedEXT(VkCommandBuffer commandBuffer, uint32_t drawCount,
                                                      const VkMultiDrawIndexedInfoEXT *pIndexInfo, uint32_t instanceCount,
                                                      uint32_t firstInstance, uint32_t stride, const int32_t *pVertexOffset)
{
   for (uint32_t i = 0; i < drawCount; i++) {
      const VkMultiDrawIndexedInfoEXT *d = (const VkMultiDrawIndexedInfoEXT *)((const char *)pIndexInfo + (size_t)i * stride);
      const uint32_t packet[] = {VKF_PKT_FIXED(DRAW_INDEXED, 0), d->indexCount, instanceCount, d->firstIndex,
                                 (uint32_t)(pVertexOffset ? *pVertexOffset : d->vertexOffset), firstInstance, i};
      put(vkf_command_buffer_from(commandBuffer), packet, VKF_COUNT(packet));
   }
}
