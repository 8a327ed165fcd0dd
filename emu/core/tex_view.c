/* Views for the fast paths of image instructions (tex_view.h): made from descriptors, a few kept per host thread. They hold nothing of
 * memory, so they never get stale. */
#include <stdlib.h>
#include <string.h>
#include "tex.h"

static bool takes_instruction(const isa_img *inst, bool sampled)
{
   if (inst->offset || inst->compare)
      return false;
   return inst->dim == GPU_DIM_2D ? !sampled || !inst->sample : inst->dim == GPU_DIM_2D_ARRAY && !sampled;
}

static bool takes_sampler(const gpu_sampler *s)
{
   for (unsigned k = 0; k < 2; k++)
      if (s->address[k] > GPU_ADDRESS_CLAMP)
         return false;
   return !s->unnormalised && s->reduction == GPU_REDUCE_AVERAGE;
}

static bool set_format(const gpu_image *i, tex_view *v)
{
   const fmt_info *f = fmt_lookup(i->format);
   if (!f || f->layout != FMT_PLAIN || i->stencil)
      return false;
   enum tex_kind kind = tex_kind_of(f, false);
   bool bgr = kind == TEX_BGRA8 || kind == TEX_SRGB8_BGR, bytes = f->components == 4 && f->block_B == 4;
   v->srgb = kind == TEX_SRGB8 || kind == TEX_SRGB8_BGR;
   v->raw_dw = kind == TEX_RAW32 && f->components != 3 ? f->components : 0;
   v->one = f->type == FMT_UINT || f->type == FMT_SINT ? 1 : TEX_ONE;
   v->samples_log2 = i->samples_log2;
   v->element_log2 = (v->raw_dw == 2 ? 3 : v->raw_dw == 4 ? 4 : 2) + i->samples_log2;
   for (unsigned c = 0; c < 4; c++) {
      v->shift[c] = (uint8_t)(8 * (bgr && c != 3 && c != 1 ? 2 - c : c));
      v->swizzle[c] = (uint8_t)i->swizzle[c];
   }
   return v->raw_dw || (bytes && (kind == TEX_UNORM8 || v->srgb || bgr));
}

static bool set_levels(const gpu_image *i, tex_view *v)
{
   gpu_image_shape shape = {.tiling = i->tiling,
                            .element_B = 1u << v->element_log2,
                            .block_w_px = 1,
                            .block_h_px = 1,
                            .width = i->width,
                            .height = i->height,
                            .depth = 1,
                            .row_pitch_B = i->row_pitch_B};
   v->va = i->va + i->base_layer * i->layer_stride_B;
   v->layer_stride_B = i->layer_stride_B;
   v->levels = i->levels;
   v->layers = i->layers;
   for (uint32_t n = 0; n < i->levels; n++) {
      gpu_image_level l;
      gpu_image_level_of(&shape, i->base_level + n, &l);
      if (l.offset_B + l.size_B > 0x7fff0000u || l.row_B > 0x7fffffffu || l.row_B % 16)
         return false;
      v->width[n] = (int32_t)l.width_px;
      v->height[n] = (int32_t)l.height_px;
      v->offset_B[n] = (uint32_t)l.offset_B;
      v->row_B[n] = (uint32_t)l.row_B;
      v->tile_log2[n] = l.tile_log2;
   }
   return true;
}

static void make(tex_view *v, uint32_t imm)
{
   gpu_image image;
   gpu_sampler s;
   isa_img inst = isa_img_unpack(imm);
   v->used = true;
   v->ok = takes_instruction(&inst, v->sampled) && gpu_image_decode(v->image_dw, &image) &&
           (image.dim == GPU_DIM_2D || image.dim == GPU_DIM_2D_ARRAY || gpu_dim_is_cube(image.dim)) && set_format(&image, v) &&
           set_levels(&image, v);
   if (!v->sampled)
      return;
   v->ok = v->ok && !v->samples_log2 && !v->raw_dw;
   gpu_sampler_decode(v->sampler_dw, &s);
   v->ok = v->ok && takes_sampler(&s);
   v->mag_linear = s.mag_linear;
   v->min_linear = s.min_linear;
   v->mip_linear = s.mip_linear;
   v->address[0] = s.address[0];
   v->address[1] = s.address[1];
   v->anisotropy = s.anisotropy;
   v->bias = arith_float(s.bias);
   v->min_lod = arith_float(s.min_lod);
   v->max_lod = arith_float(s.max_lod);
}

const tex_view *emu_tex_view(const emu_uop *u, const emu_wave *w, emu_core_ctx *x, bool sampled)
{
   static const uint32_t no_sampler[GPU_SAMPLER_DESC_DW];
   const void *image = (const uint8_t *)w + u->a, *sampler = sampled ? (const void *)((const uint8_t *)w + u->b) : no_sampler;
   if (!x->tex_cache || (!*x->tex_cache && !(*x->tex_cache = calloc(1, sizeof **x->tex_cache))))
      return NULL;
   struct emu_tex_cache *c = *x->tex_cache;
   for (unsigned n = 0; n < TEX_VIEWS; n++) {
      tex_view *v = &c->view[n];
      if (v->used && v->sampled == sampled && v->imm == u->imm && !memcmp(v->image_dw, image, sizeof v->image_dw) &&
          !memcmp(v->sampler_dw, sampler, sizeof v->sampler_dw))
         return v->ok ? v : NULL;
   }
   tex_view *v = &c->view[c->next_view++ % TEX_VIEWS];
   memcpy(v->image_dw, image, sizeof v->image_dw);
   memcpy(v->sampler_dw, sampler, sizeof v->sampler_dw);
   v->imm = u->imm;
   v->sampled = sampled;
   make(v, u->imm);
   return v->ok ? v : NULL;
}
