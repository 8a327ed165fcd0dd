/* The programs of a graphics pipeline as bits of GFX registers: where they are, what they need, and what their outputs switch on. */
#include "vkf_graphics_pipeline.h"
#include "gfx_stage.h"

/* ORDER enum gpu_stage. */
static const enum sc_stage stages[GPU_STAGE_COUNT] = {SC_STAGE_VERTEX, SC_STAGE_TESS_CONTROL, SC_STAGE_TESS_EVAL,
                                                      SC_STAGE_GEOMETRY, SC_STAGE_FRAGMENT};

static bool writes(const sc_stage_info *info, uint32_t dword)
{
   return info->outputs[dword / 32] >> dword % 32 & 1;
}

static uint32_t out_dw(const sc_stage_info *info, enum sc_stage stage)
{
   if (stage == SC_STAGE_TESS_CONTROL)
      return GPU_GFX_RECORD_DW_MAX; /* t_store says nothing of how far it goes */
   uint32_t n = GPU_RECORD_POSITION + 4;
   for (uint32_t dw = 0; dw < GPU_GFX_RECORD_DW_MAX; dw++)
      if (writes(info, dw))
         n = VKF_MAX(n, dw + 1);
   return n;
}

static uint32_t flags_of(const struct vkf_program *p, enum sc_stage stage)
{
   const sc_stage_info *info = p->stage;
   uint32_t flags = p->ordered ? GPU_STAGE_ORDERED : 0;
   if (stage != SC_STAGE_FRAGMENT)
      return flags;
   if (writes(info, GPU_FRAGMENT_DEPTH) && info->depth != SC_DEPTH_UNCHANGED)
      flags |= GPU_STAGE_FS_WRITES_DEPTH;
   if (writes(info, GPU_FRAGMENT_STENCIL))
      flags |= GPU_STAGE_FS_WRITES_STENCIL;
   if (writes(info, GPU_FRAGMENT_MASK))
      flags |= GPU_STAGE_FS_WRITES_MASK;
   return flags | (info->demotes ? GPU_STAGE_FS_KILLS : 0) | (info->early_tests ? GPU_STAGE_FS_EARLY : 0) |
          (info->side_effects ? GPU_STAGE_FS_SIDE_EFFECTS : 0);
}

static void put_stage(struct vkf_static_state *s, const struct vkf_program *p, uint32_t n)
{
   uint32_t at = GPU_OFF_GFX_VS + n * GPU_STAGE_STRIDE;
   vkf_static(s, at + GPU_STAGE_PROGRAM_QW, ~0u, p->qw);
   if (!p->qw)
      return;
   vkf_static(s, at + GPU_STAGE_PROGRAM_LO, ~0u, VKF_LO(p->code.va));
   vkf_static(s, at + GPU_STAGE_PROGRAM_HI, ~0u, VKF_HI(p->code.va));
   vkf_static(s, at + GPU_STAGE_RESOURCES, ~0u, p->resources);
   vkf_static(s, at + GPU_STAGE_SCRATCH_B, ~0u, p->scratch_B);
   vkf_static(s, at + GPU_STAGE_OUT_DW, ~0u, out_dw(p->stage, stages[n]));
   vkf_static(s, at + GPU_STAGE_FLAGS, ~0u, flags_of(p, stages[n]));
}

/* The stage whose records are clipped. */
static const sc_stage_info *last_vertex_stage(const struct vkf_pipeline *pipeline)
{
   static const enum sc_stage order[] = {SC_STAGE_GEOMETRY, SC_STAGE_TESS_EVAL, SC_STAGE_VERTEX};
   for (uint32_t i = 0; i < VKF_COUNT(order); i++)
      if (pipeline->programs[order[i]].stage)
         return pipeline->programs[order[i]].stage;
   return NULL;
}

static void put_clip(struct vkf_static_state *s, const struct vkf_pipeline *pipeline)
{
   const sc_stage_info *info = last_vertex_stage(pipeline);
   uint32_t value = 0, distances = 0;
   if (!info)
      return;
   for (uint32_t n = 0; n < 8; n++)
      distances |= (uint32_t)writes(info, GPU_RECORD_DISTANCE + n) << n;
   value |= (distances & ~info->cull_distances) | (distances & info->cull_distances) << 8;
   value |= writes(info, GPU_RECORD_LAYER) ? 1u << 19 : 0;
   value |= writes(info, GPU_RECORD_VIEWPORT) ? 1u << 20 : 0;
   value |= writes(info, GPU_RECORD_POINT_SIZE) ? 1u << 21 : 0;
   value |= writes(info, GPU_RECORD_PRIMITIVE_ID) ? 1u << 22 : 0;
   vkf_static(s, GPU_OFF_GFX_CLIP, 0xffffu | 0xfu << 19, value);
}

static void put_tessellation(struct vkf_static_state *s, const struct vkf_pipeline *pipeline, bool lower_left)
{
   const sc_stage_info *c = pipeline->programs[SC_STAGE_TESS_CONTROL].stage, *e = pipeline->programs[SC_STAGE_TESS_EVAL].stage;
   if (!c || !e)
      return;
   uint32_t domain = e->domain ? e->domain : c->domain, spacing = e->spacing ? e->spacing : c->spacing;
   bool clockwise = (e->clockwise || c->clockwise) == lower_left; /* the card's v points up */
   vkf_static(s, GPU_OFF_GFX_TESS, ~0u,
              (domain ? domain - 1 : 0) | (spacing ? spacing - 1 : 0) << 2 | (clockwise ? 1u << 4 : 0) |
                 (e->point_mode || c->point_mode ? 1u << 5 : 0) | c->output_vertices << 8);
   vkf_static(s, GPU_OFF_GFX_PATCH_B, ~0u, GPU_GFX_PATCH_B_MAX);
}

static void put_geometry(struct vkf_static_state *s, const sc_stage_info *g)
{
   if (g)
      vkf_static(s, GPU_OFF_GFX_GEOMETRY, ~0u,
                 (uint32_t)g->output_primitive | g->output_vertices << 4 | VKF_MAX(g->invocations, 1u) << 16);
}

static void put_captures(struct vkf_static_state *s, const sc_stage_info *info)
{
   uint32_t n = info ? info->xfb_count : 0;
   vkf_static(s, GPU_OFF_GFX_XFB_ENTRIES, ~0u, n);
   for (uint32_t i = 0; i < n; i++)
      vkf_static(s, GPU_OFF_GFX_XFB_ENTRY + 4 * i, ~0u,
                 info->xfb[i].dword | (uint32_t)info->xfb[i].buffer << 8 | (uint32_t)info->xfb[i].stream << 10 |
                    (uint32_t)info->xfb[i].offset_B << 16);
   for (uint32_t b = 0; n && b < SC_XFB_BUFFERS; b++)
      vkf_static(s, GPU_OFF_GFX_XFB_BUFFER + 16 * b + 12, ~0u, info->xfb_stride_B[b]);
}

void vkf_static_programs(struct vkf_static_state *s, const VkGraphicsPipelineCreateInfo *info, const struct vkf_pipeline *pipeline)
{
   const VkPipelineTessellationDomainOriginStateCreateInfo *origin =
      info->pTessellationState
         ? vkf_find_in(info->pTessellationState->pNext, VK_STRUCTURE_TYPE_PIPELINE_TESSELLATION_DOMAIN_ORIGIN_STATE_CREATE_INFO)
         : NULL;
   for (uint32_t n = 0; n < GPU_STAGE_COUNT; n++)
      put_stage(s, &pipeline->programs[stages[n]], n);
   put_clip(s, pipeline);
   put_tessellation(s, pipeline, origin && origin->domainOrigin == VK_TESSELLATION_DOMAIN_ORIGIN_LOWER_LEFT);
   put_geometry(s, pipeline->programs[SC_STAGE_GEOMETRY].stage);
   put_captures(s, last_vertex_stage(pipeline));
   vkf_static(s, GPU_OFF_GFX_TAG, ~0u, pipeline->tag);
}
