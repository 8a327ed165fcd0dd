/* One compiled shader in GPU memory, with what the card's registers need to run it. */
#ifndef VKF_PROGRAM_H
#define VKF_PROGRAM_H

#include "sc.h"
#include "vkf.h"
#include "vkf_suballoc.h"

struct vkf_device;
struct vkf_pipeline_cache;
struct vkf_pipeline_layout;

struct vkf_program {
   struct vkf_span code;
   uint32_t qw; /* 64-bit words; 0: there is no program */
   uint32_t resources, lds_B, scratch_B, group_size[3];
   bool ordered;
   sc_stage_info *stage; /* graphics stages, else NULL */
   sc_stats stats;       /* for vkf_pipeline_executable.c, with what follows */
   uint64_t spirv_B;
   char *ir_text; /* NULL unless the creation flags asked for internal representations */
};

/* Upload what has been compiled; what only programs keep (stage, IR) changes hands. */
VkResult vkf_program_upload(struct vkf_device *device, sc_program *compiled, struct vkf_program *out);
void vkf_program_finish(struct vkf_device *device, struct vkf_program *p);

/* A stage of a pipeline, from the cache or compiled. pNext: of the pipeline's creation info; *hit: out came from the cache. */
VkResult vkf_program_create(struct vkf_device *device, struct vkf_pipeline_cache *cache, const struct vkf_pipeline_layout *layout,
                            const VkPipelineShaderStageCreateInfo *stage, VkPipelineCreateFlags flags, const void *pNext,
                            struct vkf_program *out, bool *hit);

/* VK_EXT_pipeline_creation_feedback. */
uint64_t vkf_now_ns(void);

#endif
