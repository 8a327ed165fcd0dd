/* Compute commands: binding, push constants, dispatch. A dispatch writes the CS registers that changed and,
 * when descriptors or push constants changed, a fresh root table (sc.h) into the stream's data. */
#include "vkf_buffer.h"
#include "vkf_command_buffer.h"
#include "vkf_descriptor.h"
#include "vkf_device.h"
#include "vkf_packet.h"
#include "vkf_pipeline.h"

#define COMPUTE VK_PIPELINE_BIND_POINT_COMPUTE

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindPipeline(VkCommandBuffer commandBuffer, VkPipelineBindPoint bindPoint,
                                               VkPipeline pipeline)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   if (bindPoint == VK_PIPELINE_BIND_POINT_GRAPHICS) {
      vkf_gfx_bind(cmd, vkf_pipeline_from(pipeline));
      return;
   }
   cmd->compute.pipeline = vkf_pipeline_from(pipeline);
   cmd->compute.pipeline_dirty = cmd->bindings[COMPUTE].dirty = true;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBindDescriptorSets(VkCommandBuffer commandBuffer,
                                                     VkPipelineBindPoint bindPoint, VkPipelineLayout layout,
                                                     uint32_t firstSet, uint32_t setCount,
                                                     const VkDescriptorSet *pSets,
                                                     uint32_t dynamicOffsetCount,
                                                     const uint32_t *pDynamicOffsets)
{
   if ((uint32_t)bindPoint >= VKF_BIND_POINTS)
      return;
   struct vkf_bindings *bindings = &vkf_command_buffer_from(commandBuffer)->bindings[bindPoint];
   for (uint32_t i = 0; i < setCount && firstSet + i < SC_MAX_SETS; i++) {
      struct vkf_bound_set *b = &bindings->sets[firstSet + i];
      b->set = vkf_set_from(pSets[i]);
      b->push_va = 0;
      uint32_t n = b->set ? VKF_MIN(b->set->layout->dynamic_count, SC_MAX_DYNAMIC) : 0;
      n = VKF_MIN(n, dynamicOffsetCount);
      if (!n)
         continue;
      memcpy(b->offsets, pDynamicOffsets, n * sizeof b->offsets[0]);
      pDynamicOffsets += n;
      dynamicOffsetCount -= n;
   }
   bindings->dirty = true;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdPushConstants(VkCommandBuffer commandBuffer, VkPipelineLayout layout,
                                                VkShaderStageFlags stageFlags, uint32_t offset, uint32_t size,
                                                const void *pValues)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   if (offset > SC_PUSH_MAX_B || size > SC_PUSH_MAX_B - offset)
      return;
   memcpy(cmd->push + offset, pValues, size);
   for (uint32_t i = 0; i < VKF_BIND_POINTS; i++)
      cmd->bindings[i].dirty = true;
}

static void put_dynamic(uint8_t *root, const struct vkf_bound_set *b, uint32_t base)
{
   struct gpu_buffer_desc *out = (struct gpu_buffer_desc *)(root + SC_ROOT_DYNAMIC);
   for (uint32_t i = 0; i < b->set->layout->dynamic_count && base + i < SC_MAX_DYNAMIC; i++) {
      struct gpu_buffer_desc d = b->set->dynamic[i];
      uint64_t va = (d.va_lo | (uint64_t)d.va_hi << 32) + b->offsets[i];
      d.va_lo = VKF_LO(va);
      d.va_hi = VKF_HI(va);
      out[base + i] = d;
   }
}

uint64_t vkf_cmd_write_root(struct vkf_command_buffer *cmd, const struct vkf_pipeline *pipeline)
{
   const struct vkf_bound_set *sets = cmd->bindings[pipeline->bind_point].sets;
   uint64_t va;
   uint8_t *root = vkf_stream_data(&cmd->stream, SC_ROOT_B, &va);
   memset(root, 0, SC_ROOT_B);
   memcpy(root + SC_ROOT_PUSH, cmd->push, SC_PUSH_MAX_B);
   for (uint32_t s = 0; s < pipeline->set_count; s++) {
      if (sets[s].push_va)
         memcpy(root + SC_ROOT_SETS + 8 * s, &sets[s].push_va, 8);
      if (!sets[s].set)
         continue;
      memcpy(root + SC_ROOT_SETS + 8 * s, &sets[s].set->va, 8);
      put_dynamic(root, &sets[s], pipeline->dynamic_base[s]);
   }
   return va;
}

void vkf_cmd_compute_unknown(struct vkf_command_buffer *cmd)
{
   cmd->compute.pipeline_dirty = cmd->bindings[COMPUTE].dirty = true;
}

#define PROGRAM_REGS ((GPU_OFF_CS_GROUP_Z - GPU_OFF_CS_PROGRAM_LO) / 4 + 1)
#define USER_REGS ((GPU_OFF_CS_USER - GPU_OFF_CS_BASE_X) / 4 + 2)

static uint32_t *put_program(uint32_t *p, const struct vkf_program *program)
{
   p = vkf_pkt_set_regs(p, GPU_OFF_CS_PROGRAM_LO, PROGRAM_REGS);
   p = vkf_put64(p, program->code.va);
   *p++ = program->qw;
   *p++ = program->resources;
   *p++ = program->lds_B;
   *p++ = program->scratch_B;
   for (int i = 0; i < 3; i++)
      *p++ = program->group_size[i];
   return p;
}

static uint32_t *put_user(uint32_t *p, const struct vkf_pipeline *pipeline, uint64_t root_va)
{
   p = vkf_pkt_set_regs(p, GPU_OFF_CS_BASE_X, USER_REGS);
   for (int i = 0; i < 3; i++)
      *p++ = 0;
   *p++ = pipeline->programs[SC_STAGE_COMPUTE].ordered ? GPU_CS_FLAG_ORDERED : 0;
   *p++ = pipeline->tag;
   return vkf_put64(p, root_va);
}

void vkf_cmd_load_program(struct vkf_command_buffer *cmd, const struct vkf_pipeline *pipeline, uint64_t root_va)
{
   uint32_t *p = vkf_stream_reserve(&cmd->stream, 4 + PROGRAM_REGS + USER_REGS);
   vkf_stream_commit(&cmd->stream, put_user(put_program(p, &pipeline->programs[SC_STAGE_COMPUTE]), pipeline, root_va));
}

bool vkf_cmd_flush_compute(struct vkf_command_buffer *cmd)
{
   struct vkf_compute_state *c = &cmd->compute;
   if (!c->pipeline) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd), "vkCmdDispatch without a pipeline");
      return false;
   }
   if (c->pipeline_dirty) {
      uint32_t *p = vkf_stream_reserve(&cmd->stream, 2 + PROGRAM_REGS);
      vkf_stream_commit(&cmd->stream, put_program(p, &c->pipeline->programs[SC_STAGE_COMPUTE]));
   }
   if (c->pipeline_dirty || cmd->bindings[COMPUTE].dirty) {
      uint64_t root_va = vkf_cmd_write_root(cmd, c->pipeline);
      uint32_t *p = vkf_stream_reserve(&cmd->stream, 2 + USER_REGS);
      vkf_stream_commit(&cmd->stream, put_user(p, c->pipeline, root_va));
   }
   c->pipeline_dirty = cmd->bindings[COMPUTE].dirty = false;
   return true;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDispatch(VkCommandBuffer commandBuffer, uint32_t x, uint32_t y, uint32_t z)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   if (!vkf_cmd_flush_compute(cmd))
      return;
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(DISPATCH));
   vkf_stream_commit(&cmd->stream, vkf_pkt_dispatch(p, x, y, z));
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdDispatchIndirect(VkCommandBuffer commandBuffer, VkBuffer buffer,
                                                   VkDeviceSize offset)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   if (!vkf_cmd_flush_compute(cmd))
      return;
   uint32_t *p = vkf_stream_reserve(&cmd->stream, VKF_PKT_DW(DISPATCH_INDIRECT));
   vkf_stream_commit(&cmd->stream, vkf_pkt_dispatch_indirect(p, vkf_buffer_from(buffer)->va + offset));
}
