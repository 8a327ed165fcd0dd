/* VK_KHR_pipeline_executable_properties: what the compiler made of the shaders. Each stage is an executable. The
 * instructions are read back from GPU memory and decoded when somebody asks; what cannot be told from them (spills, the
 * final IR) the pipeline keeps, if its creation flags asked for it. */
#include "isa.h"
#include "vkf_device.h"
#include "vkf_machine.h"
#include "vkf_pipeline.h"
#include <stdio.h>
#include <stdlib.h>

/* Executables are the stages that the pipeline has, in the order of enum sc_stage. */
static const struct {
   const char *name, *description;
   VkShaderStageFlagBits bit;
} stages[SC_STAGE_COUNT] = {
    [SC_STAGE_COMPUTE] = {"compute", "Compute shader in the card's instruction set", VK_SHADER_STAGE_COMPUTE_BIT},
    [SC_STAGE_VERTEX] = {"vertex", "Vertex shader in the card's instruction set", VK_SHADER_STAGE_VERTEX_BIT},
    [SC_STAGE_TESS_CONTROL] = {"tessellation control", "Tessellation control shader in the card's instruction set",
                               VK_SHADER_STAGE_TESSELLATION_CONTROL_BIT},
    [SC_STAGE_TESS_EVAL] = {"tessellation evaluation", "Tessellation evaluation shader in the card's instruction set",
                            VK_SHADER_STAGE_TESSELLATION_EVALUATION_BIT},
    [SC_STAGE_GEOMETRY] = {"geometry", "Geometry shader in the card's instruction set", VK_SHADER_STAGE_GEOMETRY_BIT},
    [SC_STAGE_FRAGMENT] = {"fragment", "Fragment shader in the card's instruction set", VK_SHADER_STAGE_FRAGMENT_BIT},
};

static uint32_t executable_count(const struct vkf_pipeline *p)
{
   uint32_t n = 0;
   for (uint32_t i = 0; i < SC_STAGE_COUNT; i++)
      n += p->programs[i].qw != 0;
   return n;
}

/* Stage of an executable; the last one for an index out of range. */
static enum sc_stage executable_stage(const struct vkf_pipeline *p, uint32_t index)
{
   enum sc_stage last = SC_STAGE_COMPUTE;
   for (uint32_t i = 0; i < SC_STAGE_COUNT; i++) {
      if (!p->programs[i].qw)
         continue;
      last = (enum sc_stage)i;
      if (!index--)
         break;
   }
   return last;
}

static const uint64_t *code(const struct vkf_program *p)
{
   return p->code.host;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPipelineExecutablePropertiesKHR(VkDevice device,
                                                                      const VkPipelineInfoKHR *pPipelineInfo,
                                                                      uint32_t *pCount,
                                                                      VkPipelineExecutablePropertiesKHR *pProperties)
{
   const struct vkf_pipeline *p = vkf_pipeline_from(pPipelineInfo->pipeline);
   uint32_t n = executable_count(p);
   if (!pProperties) {
      *pCount = n;
      return VK_SUCCESS;
   }
   *pCount = VKF_MIN(*pCount, n);
   for (uint32_t i = 0; i < *pCount; i++) {
      enum sc_stage stage = executable_stage(p, i);
      pProperties[i].stages = stages[stage].bit;
      pProperties[i].subgroupSize = ISA_WAVE_LANES;
      snprintf(pProperties[i].name, sizeof pProperties[i].name, "%s", stages[stage].name);
      snprintf(pProperties[i].description, sizeof pProperties[i].description, "%s", stages[stage].description);
   }
   return *pCount < n ? VK_INCOMPLETE : VK_SUCCESS;
}

/* ---- statistics ---------------------------------------------------------------------------------------- */
struct mix {
   uint32_t instructions, by_class[ISA_CLASS_COUNT];
};

static struct mix count_mix(const struct vkf_program *p)
{
   struct mix mix = {0};
   for (uint32_t at = 0; at < p->qw;) {
      isa_inst i;
      unsigned used = 1;
      if (isa_decode(code(p) + at, p->qw - at, &i, &used) == ISA_OK) {
         mix.instructions++;
         mix.by_class[isa_lookup(i.op)->cls]++;
      }
      at += used;
   }
   return mix;
}

struct residency {
   uint32_t waves_per_group, groups, waves;
};

/* How many workgroups a core holds: manual, "Workgroups on cores". */
static struct residency residency_of(struct vkf_machine *m, const struct vkf_program *p)
{
   uint32_t lanes = p->group_size[0] * p->group_size[1] * p->group_size[2];
   uint32_t waves = (lanes + ISA_WAVE_LANES - 1) / ISA_WAVE_LANES, rows = (p->resources & 0xffff) * waves;
   uint32_t groups = vkf_machine_read(m, GPU_REG_ID_WAVES_PER_CORE) / VKF_MAX(waves, 1u);
   if (rows)
      groups = VKF_MIN(groups, vkf_machine_read(m, GPU_REG_ID_VREGS_PER_CORE) / rows);
   if (p->lds_B)
      groups = VKF_MIN(groups, vkf_machine_read(m, GPU_REG_ID_LDS_PER_CORE_B) / p->lds_B);
   groups = VKF_MAX(groups, 1u);
   return (struct residency){waves, groups, groups * waves};
}

static uint64_t issue_cycles(struct vkf_machine *m, const struct mix *mix)
{
   uint64_t cycles = 0;
   for (uint32_t c = 0; c < ISA_CLASS_COUNT; c++)
      cycles += (uint64_t)mix->by_class[c] * (vkf_machine_read(m, GPU_REG_ID_CLASS_COST + 4 * c) & 0xffff);
   return cycles;
}

#define MAX_STATISTICS (16 + ISA_CLASS_COUNT)

struct list {
   uint32_t count;
   VkPipelineExecutableStatisticKHR *items;
};

static void add(struct list *l, const char *name, const char *description, uint64_t value)
{
   VkPipelineExecutableStatisticKHR *s = &l->items[l->count++];
   *s = (VkPipelineExecutableStatisticKHR){.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR,
                                           .format = VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR,
                                           .value.u64 = value};
   snprintf(s->name, sizeof s->name, "%s", name);
   snprintf(s->description, sizeof s->description, "%s", description);
}

static void add_classes(struct list *l, const struct mix *mix)
{
   static const struct {
      const char *name, *doc;
   } classes[] = {
#define X(name, doc) [ISA_CLASS_##name] = {#name, doc},
       ISA_CLASS_LIST(X)
#undef X
   };
   for (uint32_t c = 0; c < ISA_CLASS_COUNT; c++) {
      char name[64], description[160];
      snprintf(name, sizeof name, "%s instructions", classes[c].name);
      snprintf(description, sizeof description, "Instructions of the scheduling class: %s", classes[c].doc);
      add(l, name, description, mix->by_class[c]);
   }
}

static void collect(struct vkf_machine *m, const struct vkf_program *p, struct list *l)
{
   struct mix mix = count_mix(p);
   struct residency r = residency_of(m, p);
   add(l, "Instructions", "Instructions of the program", mix.instructions);
   add(l, "Code size", "Bytes of the program, literals included", (uint64_t)p->qw * 8);
   add(l, "IR instructions", "Instructions of the intermediate form after optimisation", p->stats.ir_instructions);
   add(l, "SPIR-V size", "Bytes of the shader module", p->spirv_B);
   add(l, "Vector registers", "32-lane registers of a wave", p->resources & 0xffff);
   add(l, "Scalar registers", "Scalar registers of a wave", p->resources >> 16);
   add(l, "Spills", "Registers written to scratch for want of room", p->stats.spills);
   add(l, "Fills", "Registers read back from scratch", p->stats.fills);
   add(l, "LDS", "Bytes of local data share of a workgroup", p->lds_B);
   add(l, "Scratch", "Bytes of scratch of an invocation", p->scratch_B);
   add(l, "Waves per workgroup", "Waves of 32 lanes that a workgroup is cut into", r.waves_per_group);
   add(l, "Workgroups per core", "Workgroups resident on one core at a time", r.groups);
   add(l, "Occupancy", "Waves resident on one core at a time", r.waves);
   add(l, "Issue cycles", "Scheduler cycles of a wave that runs each instruction once", issue_cycles(m, &mix));
   add_classes(l, &mix);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPipelineExecutableStatisticsKHR(
    VkDevice device_, const VkPipelineExecutableInfoKHR *pExecutableInfo, uint32_t *pCount,
    VkPipelineExecutableStatisticKHR *pStatistics)
{
   VkPipelineExecutableStatisticKHR items[MAX_STATISTICS];
   struct list l = {.items = items};
   const struct vkf_pipeline *p = vkf_pipeline_from(pExecutableInfo->pipeline);
   collect(vkf_device_from(device_)->machine, &p->programs[executable_stage(p, pExecutableInfo->executableIndex)], &l);
   if (!pStatistics) {
      *pCount = l.count;
      return VK_SUCCESS;
   }
   *pCount = VKF_MIN(*pCount, l.count);
   for (uint32_t i = 0; i < *pCount; i++) {
      void *next = pStatistics[i].pNext;
      pStatistics[i] = items[i];
      pStatistics[i].pNext = next;
   }
   return *pCount < l.count ? VK_INCOMPLETE : VK_SUCCESS;
}

/* ---- internal representations ---------------------------------------------------------------------------- */
/* Text into a buffer that may be too short or absent; counts what it would take. */
struct sink {
   char *out;
   size_t room, used;
};

static void put(struct sink *s, const char *text)
{
   size_t n = strlen(text);
   if (s->out && s->used < s->room) {
      size_t fit = VKF_MIN(n, s->room - s->used);
      memcpy(s->out + s->used, text, fit);
   }
   s->used += n;
}

static void put_isa(struct sink *s, const struct vkf_program *p)
{
   for (uint32_t at = 0; at < p->qw;) {
      isa_inst i;
      unsigned used = 1;
      char text[160], line[192];
      if (isa_decode(code(p) + at, p->qw - at, &i, &used) == ISA_OK)
         isa_print(&i, at, text, sizeof text);
      else
         snprintf(text, sizeof text, ".word 0x%016llx", (unsigned long long)code(p)[at]);
      snprintf(line, sizeof line, "%s ; @%u\n", text, at);
      put(s, line);
      at += used;
   }
}

static void put_ir(struct sink *s, const struct vkf_program *p)
{
   put(s, p->ir_text);
}

static const struct {
   const char *name, *description;
   void (*put)(struct sink *s, const struct vkf_program *p);
} representations[] = {
    {"ISA", "The program in the card's instruction set; `figment asm` reads it", put_isa},
    {"IR", "The compiler's intermediate form after optimisation", put_ir},
};

static VkResult represent(const struct vkf_program *p, uint32_t index,
                          VkPipelineExecutableInternalRepresentationKHR *out)
{
   snprintf(out->name, sizeof out->name, "%s", representations[index].name);
   snprintf(out->description, sizeof out->description, "%s", representations[index].description);
   out->isText = VK_TRUE;
   struct sink s = {out->pData, out->pData ? out->dataSize : 0, 0};
   representations[index].put(&s, p);
   size_t need = s.used + 1;
   if (!out->pData) {
      out->dataSize = need;
      return VK_SUCCESS;
   }
   if (s.room)
      s.out[VKF_MIN(s.used, s.room - 1)] = 0;
   out->dataSize = VKF_MIN(s.room, need);
   return s.room < need ? VK_INCOMPLETE : VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPipelineExecutableInternalRepresentationsKHR(
    VkDevice device, const VkPipelineExecutableInfoKHR *pExecutableInfo, uint32_t *pCount,
    VkPipelineExecutableInternalRepresentationKHR *pRepresentations)
{
   const struct vkf_pipeline *pipeline = vkf_pipeline_from(pExecutableInfo->pipeline);
   const struct vkf_program *p = &pipeline->programs[executable_stage(pipeline, pExecutableInfo->executableIndex)];
   /* The IR is kept only where the pipeline was created to show it, and where there was memory for it. */
   uint32_t n = p->ir_text ? 2 : 1;
   if (!pRepresentations) {
      *pCount = n;
      return VK_SUCCESS;
   }
   VkResult result = *pCount < n ? VK_INCOMPLETE : VK_SUCCESS;
   *pCount = VKF_MIN(*pCount, n);
   for (uint32_t i = 0; i < *pCount; i++) {
      VkResult r = represent(p, i, &pRepresentations[i]);
      if (r != VK_SUCCESS)
         result = r;
   }
   return result;
}
