/* VK_KHR_push_descriptor: a set whose memory is the command stream's data. Pushes add to what was pushed before under the
 * same layout, so the descriptors are kept on the host and each push writes the whole set afresh; what earlier dispatches
 * read stays as it was. */
#include "vkf_command_buffer.h"
#include "vkf_descriptor.h"
#include "vkf_device.h"
#include "vkf_pipeline_layout.h"

_Static_assert(VKF_PUSH_DESCRIPTORS_MAX * 64u >= VKF_PUSH_DESCRIPTORS_MAX * (GPU_IMAGE_DESC_DW + GPU_SAMPLER_DESC_DW) * 4,
               "no descriptor takes more than 64 bytes");

/* Where to write; false, told, if the layout has no such set. */
static bool begin(struct vkf_command_buffer *cmd, VkPipelineBindPoint point, VkPipelineLayout layout_, uint32_t set,
                  struct vkf_descriptors *out)
{
   const struct vkf_pipeline_layout *layout = vkf_pipeline_layout_from(layout_);
   if ((uint32_t)point >= VKF_BIND_POINTS)
      return false;
   struct vkf_bindings *c = &cmd->bindings[point];
   if (set >= layout->set_count || layout->sets[set]->size_B > VKF_PUSH_SET_MAX_B || layout->sets[set]->dynamic_count) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd), "vkCmdPushDescriptorSet to a set not made for it");
      return false;
   }
   *out = (struct vkf_descriptors){.layout = layout->sets[set], .memory = c->push_set};
   if (c->push_layout != out->layout || !c->sets[set].push_va)
      vkf_descriptors_init(out);
   c->push_layout = out->layout;
   return true;
}

static void end(struct vkf_command_buffer *cmd, VkPipelineBindPoint point, uint32_t set, const struct vkf_descriptors *d)
{
   struct vkf_bound_set *b = &cmd->bindings[point].sets[set];
   uint32_t size_B = VKF_MAX(d->layout->size_B, 16u);
   b->set = NULL;
   memcpy(vkf_stream_data(&cmd->stream, size_B, &b->push_va), d->memory, size_B);
   cmd->bindings[point].dirty = true;
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdPushDescriptorSetKHR(VkCommandBuffer commandBuffer, VkPipelineBindPoint bindPoint,
                                                       VkPipelineLayout layout, uint32_t set, uint32_t writeCount,
                                                       const VkWriteDescriptorSet *pWrites)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_descriptors d;
   if (!begin(cmd, bindPoint, layout, set, &d))
      return;
   for (uint32_t i = 0; i < writeCount; i++)
      vkf_descriptors_write(cmd->device, &d, &pWrites[i]);
   end(cmd, bindPoint, set, &d);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdPushDescriptorSetWithTemplateKHR(VkCommandBuffer commandBuffer,
                                                                   VkDescriptorUpdateTemplate template_,
                                                                   VkPipelineLayout layout, uint32_t set,
                                                                   const void *pData)
{
   struct vkf_command_buffer *cmd = vkf_command_buffer_from(commandBuffer);
   struct vkf_descriptors d;
   VkPipelineBindPoint point = vkf_template_bind_point(template_);
   if (!begin(cmd, point, layout, set, &d))
      return;
   vkf_descriptors_write_template(cmd->device, &d, template_, pData);
   end(cmd, point, set, &d);
}
