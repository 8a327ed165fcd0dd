/* VkPipeline: programs in VRAM and the register values that go with them. */
#ifndef VKF_PIPELINE_H
#define VKF_PIPELINE_H

#include "sc.h"
#include "vkf.h"
#include "vkf_program.h"

struct vkf_device;
struct vkf_gfx_bits;
struct vkf_pipeline_layout;

/* Dynamic state that registers hold together with what the pipeline says. */
struct vkf_late_state {
   bool clip_follows_clamp; /* depth is clipped unless it is clamped */
   bool domain_origin;      /* the tessellation domain's origin decides, and whether triangles are */
   bool clockwise;          /* in the shaders' view */
   bool vertex_input;       /* of the attributes only those that the shader reads count: */
   uint32_t attributes;
};

struct vkf_pipeline {
   struct vkf_object object;
   VkPipelineBindPoint bind_point;
   struct vkf_program programs[SC_STAGE_COUNT]; /* by enum sc_stage */
   uint32_t tag; /* CS.TAG: number of the pipeline in reports */
   uint32_t set_count;
   uint32_t dynamic_base[SC_MAX_SETS]; /* of the pipeline layout */
   struct vkf_late_state late;
   uint32_t bit_count;                 /* graphics: static state */
   struct vkf_gfx_bits *bits;
};
VKF_HANDLE(vkf_pipeline, VkPipeline)

void vkf_pipeline_delete(struct vkf_device *device, const VkAllocationCallbacks *alloc, struct vkf_pipeline *p);
/* Number, sets and dynamic descriptors. */
void vkf_pipeline_take_layout(struct vkf_device *device, struct vkf_pipeline *pipeline, const struct vkf_pipeline_layout *layout);

#endif
