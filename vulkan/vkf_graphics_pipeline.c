/* Graphics pipelines: the programs of all stages, and static state as bits of GFX registers. */
#include "vkf_graphics_pipeline.h"
#include "vkf_address_report.h"
#include "vkf_device.h"
#include "vkf_pipeline_cache.h"
#include "vkf_pipeline_layout.h"

static const struct {
   VkShaderStageFlagBits bit;
   enum sc_stage stage;
} stage_bits[] = {
    {VK_SHADER_STAGE_VERTEX_BIT, SC_STAGE_VERTEX},
    {VK_SHADER_STAGE_TESSELLATION_CONTROL_BIT, SC_STAGE_TESS_CONTROL},
    {VK_SHADER_STAGE_TESSELLATION_EVALUATION_BIT, SC_STAGE_TESS_EVAL},
    {VK_SHADER_STAGE_GEOMETRY_BIT, SC_STAGE_GEOMETRY},
    {VK_SHADER_STAGE_FRAGMENT_BIT, SC_STAGE_FRAGMENT},
};

static struct vkf_program *program_for(struct vkf_pipeline *p, VkShaderStageFlagBits bit)
{
   for (uint32_t i = 0; i < VKF_COUNT(stage_bits); i++)
      if (stage_bits[i].bit == bit)
         return &p->programs[stage_bits[i].stage];
   return NULL;
}

struct feedback {
   const VkPipelineCreationFeedbackCreateInfo *wanted;
   uint64_t start_ns;
   bool all_hit;
};

static void stage_feedback(struct feedback *f, uint32_t stage, bool hit, uint64_t start_ns)
{
   f->all_hit = f->all_hit && hit;
   if (!f->wanted || stage >= f->wanted->pipelineStageCreationFeedbackCount)
      return;
   f->wanted->pPipelineStageCreationFeedbacks[stage] = (VkPipelineCreationFeedback){
       .flags = VK_PIPELINE_CREATION_FEEDBACK_VALID_BIT |
                (hit ? VK_PIPELINE_CREATION_FEEDBACK_APPLICATION_PIPELINE_CACHE_HIT_BIT : 0),
       .duration = vkf_now_ns() - start_ns};
}

static void whole_feedback(const struct feedback *f)
{
   if (f->wanted)
      *f->wanted->pPipelineCreationFeedback = (VkPipelineCreationFeedback){
          .flags = VK_PIPELINE_CREATION_FEEDBACK_VALID_BIT |
                   (f->all_hit ? VK_PIPELINE_CREATION_FEEDBACK_APPLICATION_PIPELINE_CACHE_HIT_BIT : 0),
          .duration = vkf_now_ns() - f->start_ns};
}

static VkResult create_programs(struct vkf_device *device, struct vkf_pipeline_cache *cache,
                                const VkGraphicsPipelineCreateInfo *info, struct vkf_pipeline *p, struct feedback *f)
{
   const struct vkf_pipeline_layout *layout = vkf_pipeline_layout_from(info->layout);
   for (uint32_t i = 0; i < info->stageCount; i++) {
      const VkPipelineShaderStageCreateInfo *stage = &info->pStages[i];
      struct vkf_program *program = program_for(p, stage->stage);
      uint64_t start = vkf_now_ns();
      bool hit = false;
      if (!program || program->qw)
         return vkf_error(device, NULL, VK_ERROR_UNKNOWN, "vkCreateGraphicsPipelines: stage 0x%x is unknown or there twice",
                          stage->stage);
      VkResult r = vkf_program_create(device, cache, layout, stage, info->flags, info->pNext, program, &hit);
      if (r != VK_SUCCESS)
         return r;
      vkf_address_bound(device, p, program->code.va, program->code.size_B);
      stage_feedback(f, i, hit, start);
   }
   return VK_SUCCESS;
}

static VkResult keep_bits(struct vkf_device *device, const VkGraphicsPipelineCreateInfo *info, struct vkf_pipeline *p)
{
   struct vkf_static_state *s = vkf_alloc(device->alloc, sizeof *s, VK_SYSTEM_ALLOCATION_SCOPE_COMMAND);
   if (!s)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   vkf_static_programs(s, info, p);
   vkf_static_fixed_function(s, info, p);
   vkf_static_late(info, p);
   p->bits = vkf_alloc(device->alloc, s->count * sizeof *p->bits, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
   if (p->bits) {
      memcpy(p->bits, s->bits, s->count * sizeof *p->bits);
      p->bit_count = s->count;
   }
   vkf_free(device->alloc, s);
   return p->bits ? VK_SUCCESS : VK_ERROR_OUT_OF_HOST_MEMORY;
}

static VkResult create_one(struct vkf_device *device, struct vkf_pipeline_cache *cache, const VkGraphicsPipelineCreateInfo *info,
                           const VkAllocationCallbacks *alloc, VkPipeline *out)
{
   struct vkf_pipeline *p = vkf_device_object(device, alloc, sizeof *p, VK_OBJECT_TYPE_PIPELINE);
   if (!p)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   struct feedback f = {vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_PIPELINE_CREATION_FEEDBACK_CREATE_INFO), vkf_now_ns(), true};
   p->bind_point = VK_PIPELINE_BIND_POINT_GRAPHICS;
   vkf_pipeline_take_layout(device, p, vkf_pipeline_layout_from(info->layout));
   VkResult r = create_programs(device, cache, info, p, &f);
   if (r == VK_SUCCESS)
      r = keep_bits(device, info, p);
   if (r != VK_SUCCESS) {
      vkf_pipeline_delete(device, alloc, p);
      return r;
   }
   whole_feedback(&f);
   *out = vkf_pipeline_to(p);
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateGraphicsPipelines(VkDevice device, VkPipelineCache pipelineCache, uint32_t createInfoCount,
                                                           const VkGraphicsPipelineCreateInfo *pCreateInfos,
                                                           const VkAllocationCallbacks *pAllocator, VkPipeline *pPipelines)
{
   VkResult result = VK_SUCCESS;
   for (uint32_t i = 0; i < createInfoCount; i++)
      pPipelines[i] = VK_NULL_HANDLE;
   for (uint32_t i = 0; i < createInfoCount; i++) {
      VkResult r = create_one(vkf_device_from(device), vkf_pipeline_cache_from(pipelineCache), &pCreateInfos[i], pAllocator,
                              &pPipelines[i]);
      if (r < 0 || (r != VK_SUCCESS && result == VK_SUCCESS))
         result = r;
      if (r != VK_SUCCESS && pCreateInfos[i].flags & VK_PIPELINE_CREATE_EARLY_RETURN_ON_FAILURE_BIT)
         break;
   }
   return result;
}
