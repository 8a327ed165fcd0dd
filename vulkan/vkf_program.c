/* Shaders of pipelines: specialisation, the cache, the compiler, and GPU memory for the result. */
#include "vkf_program.h"
#include "vkf_capability.h"
#include "vkf_device.h"
#include "vkf_pipeline_cache.h"
#include "vkf_pipeline_layout.h"
#include "vkf_shader_lines.h"
#include "vkf_shader_module.h"
#include <stdlib.h>
#include <time.h>

static enum sc_stage stage_of(VkShaderStageFlagBits bit)
{
   switch (bit) {
   case VK_SHADER_STAGE_VERTEX_BIT: return SC_STAGE_VERTEX;
   case VK_SHADER_STAGE_TESSELLATION_CONTROL_BIT: return SC_STAGE_TESS_CONTROL;
   case VK_SHADER_STAGE_TESSELLATION_EVALUATION_BIT: return SC_STAGE_TESS_EVAL;
   case VK_SHADER_STAGE_GEOMETRY_BIT: return SC_STAGE_GEOMETRY;
   case VK_SHADER_STAGE_FRAGMENT_BIT: return SC_STAGE_FRAGMENT;
   default: return SC_STAGE_COMPUTE;
   }
}

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
   return vkf_error(device, module, vr, "shader of a pipeline: %s: %s", kinds[VKF_MIN((uint32_t)r, 4u)],
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
static VkResult compile(struct vkf_device *device, struct vkf_pipeline_cache *cache, const struct vkf_pipeline_layout *layout,
                        const VkPipelineShaderStageCreateInfo *stage, VkPipelineCreateFlags flags, const void *pNext,
                        sc_program *out, bool *hit)
{
   const struct vkf_shader_module *module = vkf_shader_module_from(stage->module);
   const VkPhysicalDeviceLimits *limits = &device->physical->properties.limits;
   sc_spec_entry *spec;
   size_t spec_count;
   VkResult r = read_spec(stage->pSpecializationInfo, &spec, &spec_count);
   if (r != VK_SUCCESS)
      return r;
   sc_input in = {.stage = stage_of(stage->stage),
                  .words = module->words,
                  .word_count = module->word_count,
                  .entry = stage->pName,
                  .bindings = layout->bindings,
                  .binding_count = layout->binding_count,
                  .spec = spec,
                  .spec_count = spec_count,
                  .offers = vkf_offers_capability,
                  .max_group_invocations = limits->maxComputeWorkGroupInvocations,
                  .max_lds_B = device->physical->lds_B,
                  .max_scratch_B = device->physical->scratch_max_B,
                  .exact_bounds = device->exact_bounds || asks_exact_bounds(pNext) ||
                                  asks_exact_bounds(stage->pNext)};
   memcpy(in.max_group_size, limits->maxComputeWorkGroupSize, sizeof in.max_group_size);
   struct vkf_cache_key key = vkf_cache_key_of(&in);
   in.want_ir = flags & VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
   in.want_origins = vkf_shader_lines_wanted();
   /* The cache keeps neither IR nor origins. */
   *hit = !in.want_ir && !in.want_origins && vkf_pipeline_cache_find(cache, key, out);
   if (!*hit && flags & VK_PIPELINE_CREATE_FAIL_ON_PIPELINE_COMPILE_REQUIRED_BIT) {
      r = VK_PIPELINE_COMPILE_REQUIRED;
   } else if (!*hit) {
      char err[800] = "";
      sc_result sr = sc_compile(&in, out, err, sizeof err);
      if (sr == SC_OK)
         vkf_pipeline_cache_add(cache, key, out);
      if (sr == SC_OK && in.want_origins)
         vkf_shader_lines_write(module, &in, out);
      if (sr != SC_OK)
         r = compile_error(device, module, sr, err);
   }
   free(spec);
   return r;
}

VkResult vkf_program_upload(struct vkf_device *device, sc_program *compiled, struct vkf_program *out)
{
   size_t size_B = compiled->word_count * 8;
   VkResult r = vkf_span_take(&device->code, size_B, 256, &out->code);
   if (r != VK_SUCCESS)
      return r;
   memcpy(out->code.host, compiled->words, size_B);
   out->qw = (uint32_t)compiled->word_count;
   out->resources = compiled->vregs | compiled->sregs << 16;
   out->lds_B = compiled->lds_B;
   out->scratch_B = compiled->scratch_B;
   memcpy(out->group_size, compiled->group_size, sizeof out->group_size);
   out->ordered = compiled->ordered;
   out->stats = compiled->stats;
   out->stage = compiled->stage;
   out->ir_text = compiled->ir_text;
   compiled->stage = NULL;
   compiled->ir_text = NULL;
   return VK_SUCCESS;
}

void vkf_program_finish(struct vkf_device *device, struct vkf_program *p)
{
   vkf_span_give(&device->code, &p->code);
   free(p->stage);
   free(p->ir_text);
   *p = (struct vkf_program){0};
}

VkResult vkf_program_create(struct vkf_device *device, struct vkf_pipeline_cache *cache, const struct vkf_pipeline_layout *layout,
                            const VkPipelineShaderStageCreateInfo *stage, VkPipelineCreateFlags flags, const void *pNext,
                            struct vkf_program *out, bool *hit)
{
   sc_program compiled = {0};
   VkResult r = compile(device, cache, layout, stage, flags, pNext, &compiled, hit);
   if (r != VK_SUCCESS)
      return r;
   r = vkf_program_upload(device, &compiled, out);
   if (r == VK_SUCCESS) {
      out->spirv_B = vkf_shader_module_from(stage->module)->word_count * 4;
      vkf_debug(device->physical->instance, VKF_DEBUG_PIPELINE,
                "program: %u instruction words at va %llx, %u vector and %u scalar registers, %u bytes LDS, %u bytes scratch, "
                "group %ux%ux%u",
                out->qw, (unsigned long long)out->code.va, out->resources & 0xffff, out->resources >> 16, out->lds_B,
                out->scratch_B, out->group_size[0], out->group_size[1], out->group_size[2]);
   }
   sc_program_finish(&compiled);
   return r;
}

uint64_t vkf_now_ns(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}
