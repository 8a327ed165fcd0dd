/* VkPipeline: creation of compute pipelines, and the end of all. Programs are vkf_program.c's, graphics pipelines
 * vkf_graphics_pipeline.c's. */
#include "vkf_pipeline.h"
#include "vkf_address_report.h"
#include "vkf_device.h"
#include "vkf_pipeline_cache.h"
#include "vkf_pipeline_layout.h"

/* VK_EXT_pipeline_creation_feedback; the one stage is all of the pipeline. */
static void put_feedback(const void *pNext, bool hit, uint64_t duration_ns)
{
   const VkPipelineCreationFeedbackCreateInfo *wanted =
       vkf_find_in(pNext, VK_STRUCTURE_TYPE_PIPELINE_CREATION_FEEDBACK_CREATE_INFO);
   if (!wanted)
      return;
   VkPipelineCreationFeedback f = {.flags = VK_PIPELINE_CREATION_FEEDBACK_VALID_BIT, .duration = duration_ns};
   if (hit)
      f.flags |= VK_PIPELINE_CREATION_FEEDBACK_APPLICATION_PIPELINE_CACHE_HIT_BIT;
   *wanted->pPipelineCreationFeedback = f;
   for (uint32_t i = 0; i < wanted->pipelineStageCreationFeedbackCount; i++)
      wanted->pPipelineStageCreationFeedbacks[i] = f;
}

void vkf_pipeline_take_layout(struct vkf_device *device, struct vkf_pipeline *pipeline, const struct vkf_pipeline_layout *layout)
{
   pipeline->tag = atomic_fetch_add(&device->pipelines, 1) + 1;
   pipeline->set_count = layout->set_count;
   memcpy(pipeline->dynamic_base, layout->dynamic_base, sizeof pipeline->dynamic_base);
}

static VkResult create_one(struct vkf_device *device, struct vkf_pipeline_cache *cache,
                           const VkComputePipelineCreateInfo *info, const VkAllocationCallbacks *alloc,
                           VkPipeline *out)
{
   struct vkf_pipeline *pipeline =
       vkf_device_object(device, alloc, sizeof *pipeline, VK_OBJECT_TYPE_PIPELINE);
   if (!pipeline)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   const struct vkf_pipeline_layout *layout = vkf_pipeline_layout_from(info->layout);
   struct vkf_program *program = &pipeline->programs[SC_STAGE_COMPUTE];
   bool hit = false;
   uint64_t start = vkf_now_ns();
   VkResult r = vkf_program_create(device, cache, layout, &info->stage, info->flags, info->pNext, program, &hit);
   if (r != VK_SUCCESS) {
      vkf_object_delete(alloc, device->alloc, pipeline);
      return r;
   }
   pipeline->bind_point = VK_PIPELINE_BIND_POINT_COMPUTE;
   vkf_pipeline_take_layout(device, pipeline, layout);
   put_feedback(info->pNext, hit, vkf_now_ns() - start);
   vkf_address_bound(device, pipeline, program->code.va, program->code.size_B);
   *out = vkf_pipeline_to(pipeline);
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateComputePipelines(VkDevice device, VkPipelineCache cache,
                                                          uint32_t count,
                                                          const VkComputePipelineCreateInfo *pCreateInfos,
                                                          const VkAllocationCallbacks *pAllocator,
                                                          VkPipeline *pPipelines)
{
   VkResult result = VK_SUCCESS;
   for (uint32_t i = 0; i < count; i++)
      pPipelines[i] = VK_NULL_HANDLE;
   for (uint32_t i = 0; i < count; i++) {
      VkResult r = create_one(vkf_device_from(device), vkf_pipeline_cache_from(cache), &pCreateInfos[i],
                              pAllocator, &pPipelines[i]);
      /* That a pipeline would have to be compiled is no error beside a real one. */
      if (r < 0 || (r != VK_SUCCESS && result == VK_SUCCESS))
         result = r;
      if (r != VK_SUCCESS && pCreateInfos[i].flags & VK_PIPELINE_CREATE_EARLY_RETURN_ON_FAILURE_BIT)
         break;
   }
   return result;
}

void vkf_pipeline_delete(struct vkf_device *device, const VkAllocationCallbacks *alloc, struct vkf_pipeline *p)
{
   for (uint32_t i = 0; i < SC_STAGE_COUNT; i++) {
      if (!p->programs[i].qw)
         continue;
      vkf_address_unbound(device, p, p->programs[i].code.va, p->programs[i].code.size_B);
      vkf_program_finish(device, &p->programs[i]);
   }
   vkf_free(device->alloc, p->bits);
   vkf_object_delete(alloc, device->alloc, p);
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyPipeline(VkDevice device, VkPipeline pipeline, const VkAllocationCallbacks *pAllocator)
{
   if (pipeline)
      vkf_pipeline_delete(vkf_device_from(device), pAllocator, vkf_pipeline_from(pipeline));
}
