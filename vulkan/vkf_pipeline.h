/* VkPipeline (compute): a program in VRAM and the register values that go with it. */
#ifndef VKF_PIPELINE_H
#define VKF_PIPELINE_H

#include "sc.h"
#include "vkf.h"
#include "vkf_suballoc.h"

struct vkf_pipeline {
   struct vkf_object object;
   struct vkf_span program;
   uint32_t program_qw, resources, lds_B, scratch_B, group_size[3], flags; /* CS registers */
   uint32_t tag; /* CS.TAG: number of the pipeline in reports */
   uint32_t set_count;
   uint32_t dynamic_base[SC_MAX_SETS]; /* of the pipeline layout */
   sc_stats stats;                     /* for vkf_pipeline_executable.c, with what follows */
   uint64_t spirv_B;
   char *ir_text; /* NULL unless the creation flags asked for internal representations */
};
VKF_HANDLE(vkf_pipeline, VkPipeline)

#endif
