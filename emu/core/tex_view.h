/* An image as the fast paths of img_sample (interp_sample.h), img_load and img_store (interp_texel.h) see it: what the
 * descriptors and the instruction say, decoded once and kept per host thread. Only 2D images have one: sampled, of four 8-bit
 * components without comparison, offsets or borders; loaded and stored, besides of 32-bit components. Whatever else is the
 * texture unit's (tex_exec.c), which gives the same results for these. */
#ifndef EMU_CORE_TEX_VIEW_H
#define EMU_CORE_TEX_VIEW_H

#include "core.h"
#include "image.h"

#define TEX_VIEWS 4u

typedef struct tex_view {
   bool used, sampled, ok; /* not ok: for the texture unit */
   uint32_t image_dw[GPU_IMAGE_DESC_DW], sampler_dw[GPU_SAMPLER_DESC_DW], imm; /* what it was made from */
   uint64_t va;                        /* of layer 0 of the view, level 0 of the image */
   uint64_t layer_stride_B;
   uint32_t levels, layers, samples_log2;
   uint32_t element_log2; /* bytes of a texel, all samples */
   uint32_t raw_dw;       /* components of 32 bits as they are; 0: four of 8 bits */
   uint32_t one;          /* the number 1 of the format */
   int32_t width[GPU_IMAGE_LEVELS_MAX], height[GPU_IMAGE_LEVELS_MAX]; /* of the view's levels */
   uint32_t offset_B[GPU_IMAGE_LEVELS_MAX], row_B[GPU_IMAGE_LEVELS_MAX], tile_log2[GPU_IMAGE_LEVELS_MAX];
   bool srgb, mag_linear, min_linear, mip_linear;
   enum gpu_address_mode address[2];
   uint8_t shift[4];   /* of R G B A in the texel */
   uint8_t swizzle[4]; /* enum gpu_swizzle */
   uint32_t anisotropy;
   float bias, min_lod, max_lod;
} tex_view;

/* The view of an image instruction, NULL if there is none. Valid until the next call. sampled: with a sampler. */
const tex_view *emu_tex_view(const emu_uop *u, const emu_wave *w, emu_core_ctx *x, bool sampled);

#endif
