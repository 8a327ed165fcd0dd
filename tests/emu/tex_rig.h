/* What the tests of the texture unit share: one image instruction on a wave set up by hand, and images in guest
 * memory that are written with the contract's own tiling functions. */
#ifndef TEX_RIG_H
#define TEX_RIG_H

#include "core_rig.h"
#include "formats.h"
#include "time/model.h"
#include "image.h"

/* s[0:7] image, s[8:15] sampler, v0.. image address, v[16:19] data, v[20:23] result. */
typedef struct tex_run {
   uint32_t image[8], sampler[8];
   uint32_t address[16][32], data[4][32], result[4][32];
   uint32_t exec;
   struct emu_tex_cache **cache; /* of the thread, NULL: none, so there are no fast paths either */
   emu_fault_info fault; /* type NONE if it ended */
   emu_core_sums sums;
   uint32_t trace[4096]; /* for the timing model */
   unsigned trace_dw;
} tex_run;

static emu_device *rig_dev;

static inline float as_f(uint32_t u)
{
   float f;
   memcpy(&f, &u, 4);
   return f;
}

static inline uint32_t as_u(float f)
{
   uint32_t u;
   memcpy(&u, &f, 4);
   return u;
}

static inline void tex_go_on(tex_run *r, const char *text, const emu_interp *interp)
{
   char program[300];
   size_t count;
   rig_wave t;
   snprintf(program, sizeof program, "%s\ns_endpgm\n", text);
   uint64_t *words = rig_assemble(program, &count);
   rig_wave_open(&t, rig_dev, interp, words, count, 0, 0);
   memcpy(t.wave->s, r->image, 32);
   memcpy(t.wave->s + 8, r->sampler, 32);
   memcpy(t.wave->rows, r->address, sizeof r->address);
   memcpy(t.wave->rows[16], r->data, sizeof r->data);
   memset(t.wave->rows[20], 0xcd, sizeof r->result);
   t.wave->exec = r->exec;
   emu_trace trace = {0};
   t.x->tex_cache = r->cache;
   t.x->trace = &trace;
   rig_wave_refresh(&t);
   enum emu_turn turn = rig_wave_run(&t);
   memcpy(r->result, t.wave->rows[20], sizeof r->result);
   r->fault = turn == EMU_TURN_FAULT ? t.x->fault : (emu_fault_info){.type = GPU_FAULT_NONE};
   r->sums = t.x->sums;
   r->trace_dw = (unsigned)(trace.at - trace.first);
   if (r->trace_dw > sizeof r->trace / 4)
      abort();
   memcpy(r->trace, trace.first, 4 * r->trace_dw);
   free(trace.first - sizeof(time_blob) / 4);
   rig_wave_close(&t);
   free(words);
}

static inline void tex_go(tex_run *r, const char *text)
{
   tex_go_on(r, text, emu_interp_select(EMU_ISA_V2));
}

static inline const fmt_info *tex_format(const char *name)
{
   const fmt_info *f = fmt_lookup_name(name, strlen(name));
   if (!f) {
      fprintf(stderr, "no format %s\n", name);
      abort();
   }
   return f;
}

static inline gpu_image tex_image(const char *format, enum gpu_dim dim, uint32_t w, uint32_t h, uint32_t d,
                                  uint32_t layers, uint32_t levels)
{
   return (gpu_image){.va = RIG_VA,
                      .format = tex_format(format)->number,
                      .dim = dim,
                      .width = w,
                      .height = h,
                      .depth = d,
                      .layers = layers,
                      .levels = levels,
                      .swizzle = {GPU_SWIZZLE_R, GPU_SWIZZLE_G, GPU_SWIZZLE_B, GPU_SWIZZLE_A}};
}

static inline gpu_image_shape tex_shape(const gpu_image *i)
{
   const fmt_info *f = fmt_lookup(i->format);
   return (gpu_image_shape){.tiling = i->tiling,
                            .is_1d = i->dim == GPU_DIM_1D || i->dim == GPU_DIM_1D_ARRAY,
                            .element_B = (uint32_t)f->block_B << i->samples_log2,
                            .block_w_px = f->block_w_px,
                            .block_h_px = f->block_h_px,
                            .width = i->width,
                            .height = i->height,
                            .depth = i->depth,
                            .row_pitch_B = i->row_pitch_B,
                            .slice_pitch_B = i->slice_pitch_B};
}

/* Offset in RIG_VA of an element; levels and layers of the image, not of the view. */
static inline uint64_t tex_offset(const gpu_image *i, uint32_t level, uint32_t layer, uint32_t x, uint32_t y, uint32_t z)
{
   gpu_image_shape s = tex_shape(i);
   gpu_image_level l;
   gpu_image_level_of(&s, level, &l);
   return layer * i->layer_stride_B + gpu_image_element_offset(&l, x, y, z);
}

#endif
