/* VkPipeline: compile (or take from the cache), upload, derive the register values. sc_program memory is the
 * compiler's own; what stays is in VRAM. */
#include "vkf_pipeline.h"
#include "vkf_capability.h"
#include "vkf_address_report.h"
#include "vkf_device.h"
#include "vkf_pipeline_cache.h"
#include "vkf_pipeline_layout.h"
#include "vkf_shader_module.h"
#include <stdlib.h>
#include <time.h>

static VkResult read_spec(const VkSpecializationInfo *info, sc_spec_entry **out, size_t *count)
{
   *out = NULL;
   *count = info ? info->mapEntryCount : 0;
   if (!*count)
      return VK_SUCCESS;
   sc_spec_entry *e = calloc(*count, sizeof *e);
   if (!e)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   for (size_t i = 0; i < *count; i++) {
      const VkSpecializationMapEntry *m = &info->pMapEntries[i];
      size_t size_B = VKF_MIN(m->size, sizeof e[i].value);
      e[i] = (sc_spec_entry){.id = m->constantID, .size_B = (uint32_t)size_B};
      if (m->offset <= info->dataSize && size_B <= info->dataSize - m->offset)
         memcpy(&e[i].value, (const char *)info->pData + m->offset, size_B);
   }
   *out = e;
   return VK_SUCCESS;
}

static VkResult compile_error(struct vkf_device *device, const void *module, sc_result r, const char *err)
{
   static const char *const kinds[] = {"", "invalid SPIR-V", "unsupported SPIR-V", "out of memory",
                                       "limit exceeded"};
   VkResult vr = r == SC_E_NO_MEMORY     ? VK_ERROR_OUT_OF_HOST_MEMORY
                 : r == SC_E_UNSUPPORTED ? VK_ERROR_FEATURE_NOT_PRESENT
                                         : VK_ERROR_UNKNOWN;
   return vkf_error(device, module, vr, "vkCreateComputePipelines: %s: %s", kinds[VKF_MIN((uint32_t)r, 4u)],
                    err);
}

/* Every pipeline is robust; what robustBufferAccess2 asks for beyond that costs instructions. */
static bool asks_exact_bounds(const void *pNext)
{
   const VkPipelineRobustnessCreateInfoEXT *r =
       vkf_find_in(pNext, VK_STRUCTURE_TYPE_PIPELINE_ROBUSTNESS_CREATE_INFO_EXT);
   return r && (r->storageBuffers == VK_PIPELINE_ROBUSTNESS_BUFFER_BEHAVIOR_ROBUST_BUFFER_ACCESS_2_EXT ||
                r->uniformBuffers == VK_PIPELINE_ROBUSTNESS_BUFFER_BEHAVIOR_ROBUST_BUFFER_ACCESS_2_EXT);
}

/* With *hit: out came from the cache. */
static VkResult compile(struct vkf_device *device, struct vkf_pipeline_cache *cache,
                        const VkComputePipelineCreateInfo *info, sc_program *out, bool *hit)
{
   const struct vkf_shader_module *module = vkf_shader_module_from(info->stage.module);
   const struct vkf_pipeline_layout *layout = vkf_pipeline_layout_from(info->layout);
   const VkPhysicalDeviceLimits *limits = &device->physical->properties.limits;
   sc_spec_entry *spec;
   size_t spec_count;
   VkResult r = read_spec(info->stage.pSpecializationInfo, &spec, &spec_count);
   if (r != VK_SUCCESS)
      return r;
   sc_input in = {.words = module->words,
                  .word_count = module->word_count,
                  .entry = info->stage.pName,
                  .bindings = layout->bindings,
                  .binding_count = layout->binding_count,
                  .spec = spec,
                  .spec_count = spec_count,
                  .offers = vkf_offers_capability,
                  .max_group_invocations = limits->maxComputeWorkGroupInvocations,
                  .max_lds_B = device->physical->lds_B,
                  .max_scratch_B = device->physical->scratch_max_B,
                  .exact_bounds = device->exact_bounds || asks_exact_bounds(info->pNext) ||
                                  asks_exact_bounds(info->stage.pNext)};
   memcpy(in.max_group_size, limits->maxComputeWorkGroupSize, sizeof in.max_group_size);
   struct vkf_cache_key key = vkf_cache_key_of(&in);
   in.want_ir = info->flags & VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
   /* The cache keeps no IR. */
   *hit = !in.want_ir && vkf_pipeline_cache_find(cache, key, out);
   if (!*hit && info->flags & VK_PIPELINE_CREATE_FAIL_ON_PIPELINE_COMPILE_REQUIRED_BIT) {
      r = VK_PIPELINE_COMPILE_REQUIRED;
   } else if (!*hit) {
      char err[800] = "";
      sc_result sr = sc_compile(&in, out, err, sizeof err);
      if (sr == SC_OK)
         vkf_pipeline_cache_add(cache, key, out);
      else
         r = compile_error(device, module, sr, err);
   }
   free(spec);
   return r;
}

static VkResult upload(struct vkf_device *device, struct vkf_pipeline *pipeline, const sc_program *program)
{
   size_t size_B = program->word_count * 8;
   VkResult r = vkf_span_take(&device->code, size_B, 256, &pipeline->program);
   if (r == VK_SUCCESS)
      memcpy(pipeline->program.host, program->words, size_B);
   return r;
}

/* What diagnostics show; the IR changes hands. */
static void keep_diagnostics(struct vkf_pipeline *pipeline, sc_program *program, const struct vkf_shader_module *module)
{
   pipeline->stats = program->stats;
   pipeline->spirv_B = module->word_count * 4;
   pipeline->ir_text = program->ir_text;
   program->ir_text = NULL;
}

static void set_registers(struct vkf_device *device, struct vkf_pipeline *pipeline, const sc_program *program,
                          const struct vkf_pipeline_layout *layout)
{
   pipeline->program_qw = (uint32_t)program->word_count;
   pipeline->resources = program->vregs | program->sregs << 16;
   pipeline->lds_B = program->lds_B;
   pipeline->scratch_B = program->scratch_B;
   memcpy(pipeline->group_size, program->group_size, sizeof pipeline->group_size);
   pipeline->flags = program->ordered ? GPU_CS_FLAG_ORDERED : 0;
   pipeline->tag = atomic_fetch_add(&device->pipelines, 1) + 1;
   pipeline->set_count = layout->set_count;
   memcpy(pipeline->dynamic_base, layout->dynamic_base, sizeof pipeline->dynamic_base);
}

static uint64_t now_ns(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

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

static VkResult create_one(struct vkf_device *device, struct vkf_pipeline_cache *cache,
                           const VkComputePipelineCreateInfo *info, const VkAllocationCallbacks *alloc,
                           VkPipeline *out)
{
   struct vkf_pipeline *pipeline =
       vkf_device_object(device, alloc, sizeof *pipeline, VK_OBJECT_TYPE_PIPELINE);
   if (!pipeline)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   sc_program program = {0};
   bool hit = false;
   uint64_t start = now_ns();
   VkResult r = compile(device, cache, info, &program, &hit);
   if (r == VK_SUCCESS) {
      r = upload(device, pipeline, &program);
      set_registers(device, pipeline, &program, vkf_pipeline_layout_from(info->layout));
      keep_diagnostics(pipeline, &program, vkf_shader_module_from(info->stage.module));
      vkf_debug(device->physical->instance, VKF_DEBUG_PIPELINE,
                "pipeline %u: %zu instruction words at va %llx, %u vector and %u scalar registers, %u bytes "
                "LDS, %u bytes "
                "scratch, group %ux%ux%u",
                pipeline->tag, program.word_count, (unsigned long long)pipeline->program.va, program.vregs,
                program.sregs, program.lds_B, program.scratch_B, program.group_size[0], program.group_size[1],
                program.group_size[2]);
      sc_program_finish(&program);
   }
   if (r != VK_SUCCESS) {
      free(pipeline->ir_text);
      vkf_object_delete(alloc, device->alloc, pipeline);
      return r;
   }
   put_feedback(info->pNext, hit, now_ns() - start);
   vkf_address_bound(device, pipeline, pipeline->program.va, pipeline->program.size_B);
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

VKAPI_ATTR void VKAPI_CALL vkf_DestroyPipeline(VkDevice device_, VkPipeline pipeline,
                                               const VkAllocationCallbacks *pAllocator)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_pipeline *p = vkf_pipeline_from(pipeline);
   if (!p)
      return;
   vkf_address_unbound(device, p, p->program.va, p->program.size_B);
   vkf_span_give(&device->code, &p->program);
   free(p->ir_text);
   vkf_object_delete(pAllocator, device->alloc, p);
}
