/* What the tests of the graphics pipeline share: the device of core_rig.h, a register block that is filled in
 * by name and sent to the front end as the firmware would, shaders assembled into guest memory. Included once
 * per test program.
 *
 * Guest memory (RIG_VA, 1 MiB): programs from 0xc0000 on, everything below is the test's.
 */
#ifndef GFX_RIG_H
#define GFX_RIG_H

#include "core_rig.h"
#ifdef GFX_RIG_PLAIN /* programs without cmocka */
#define assert_true(c) ((c) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #c), abort()))
#define assert_int_equal(a, b) assert_true((a) == (b))
#define fail_msg(...) (fprintf(stderr, __VA_ARGS__), abort())
#else
#include <cmocka.h>
#endif
#include "formats.h"
#include "gfx.h"
#include "image.h"

#define GFX_PROGRAMS 0xc0000u

static emu_device *dev;
static uint32_t gfx_regs[GPU_STRIDE_GFX / 4];
static uint32_t gfx_program_at;

#define R(name) gfx_regs[GPU_OFF_GFX_##name / 4]
#define RI(name, i) gfx_regs[GPU_OFF_GFX_##name / 4 + (i)]

static inline uint32_t f2u(float f)
{
   uint32_t u;
   memcpy(&u, &f, 4);
   return u;
}

static inline float u2f(uint32_t u)
{
   float f;
   memcpy(&f, &u, 4);
   return f;
}

static inline void rig_stage(enum gpu_stage stage, const char *text, uint32_t out_dw, uint32_t flags)
{
   uint32_t *r = &gfx_regs[stage * GPU_STAGE_STRIDE / 4];
   if (!text) {
      r[2] = 0;
      return;
   }
   size_t count;
   uint64_t *words = rig_assemble(text, &count), va = RIG_VA + gfx_program_at;
   rig_copy(dev, gfx_program_at, words, count * 8, true);
   free(words);
   r[0] = (uint32_t)va;
   r[1] = (uint32_t)(va >> 32);
   r[2] = (uint32_t)count;
   r[3] = 64 | 64 << 16;
   r[4] = 0;
   r[5] = out_dw;
   r[6] = flags;
   gfx_program_at += (uint32_t)count * 8;
}

/* A fresh block: everything off, one viewport of w x h. */
static inline void gfx_reset_state(uint32_t w, uint32_t h)
{
   memset(gfx_regs, 0, sizeof gfx_regs);
   gfx_program_at = GFX_PROGRAMS;
   R(FB_SIZE) = w | h << 16;
   R(FB_LAYERS) = 1;
   R(RENDER_AREA_MAX) = w | h << 16;
   R(SAMPLES) = 0xffff0000u;
   R(CLIP) = 1u << 16;
   R(LINE_WIDTH) = f2u(1);
   RI(VIEWPORT, 2) = f2u((float)w);
   RI(VIEWPORT, 3) = f2u((float)h);
   RI(VIEWPORT, 5) = f2u(1);
   for (unsigned i = 0; i < GPU_GFX_VIEWPORTS; i++) {
      RI(SCISSOR, 4 * i + 2) = w;
      RI(SCISSOR, 4 * i + 3) = h;
   }
   for (unsigned i = 0; i < GPU_GFX_TARGETS; i++)
      RI(BLEND, i) = 15u << 27;
   R(TESS) = 1u << 8;
   R(PATCH_B) = 4 * GPU_PATCH_LOCATION;
   R(GEOMETRY) = 1u << 16;
}

static inline void rig_binding(unsigned n, uint32_t offset, uint32_t size_B, uint32_t stride_B)
{
   uint64_t va = RIG_VA + offset;
   RI(BINDING, 8 * n) = (uint32_t)va;
   RI(BINDING, 8 * n + 1) = (uint32_t)(va >> 32);
   RI(BINDING, 8 * n + 2) = size_B;
   RI(BINDING, 8 * n + 3) = stride_B;
}

static inline void rig_attribute(unsigned n, uint32_t format, unsigned binding, unsigned reg,
                                 uint32_t offset_B)
{
   RI(ATTRIBUTE, 2 * n) = format | binding << 10 | reg << 16;
   RI(ATTRIBUTE, 2 * n + 1) = offset_B;
}

static inline void gfx_xfb_buffer(unsigned n, uint32_t offset, uint32_t size_B, uint32_t stride_B)
{
   uint64_t va = RIG_VA + offset;
   RI(XFB_BUFFER, 4 * n) = (uint32_t)va;
   RI(XFB_BUFFER, 4 * n + 1) = (uint32_t)(va >> 32);
   RI(XFB_BUFFER, 4 * n + 2) = size_B;
   RI(XFB_BUFFER, 4 * n + 3) = stride_B;
}

static inline void gfx_send_state(void)
{
   for (uint32_t at = 0; at < GPU_GFX_STATE_END; at += 4)
      emu_gfx_write(dev, at, gfx_regs[at / 4]);
}

static inline bool gfx_wait(void)
{
   uint64_t end = emu_clock_ns() + UINT64_C(60000000000);
   while (emu_gfx_read(dev, GPU_OFF_GFX_INFLIGHT) != 0) {
      if (emu_clock_ns() > end)
         return false;
      rig_sleep_us(20);
   }
   return true;
}

static inline void gfx_go(uint32_t count, uint32_t instances, uint32_t first, uint32_t offset,
                          uint32_t first_instance, bool indexed)
{
   const uint32_t values[7] = {count, instances, first, offset, first_instance, 0, indexed};
   gfx_send_state();
   for (uint32_t i = 0; i < 7; i++)
      emu_gfx_write(dev, GPU_OFF_GFX_COUNT + 4 * i, values[i]);
   emu_gfx_write(dev, GPU_OFF_GFX_GO, 1);
}

/* Draw and wait; a fault fails the test. */
static inline void gfx_draw_all(uint32_t count, uint32_t instances, uint32_t first, uint32_t offset,
                                uint32_t first_instance, bool indexed)
{
   gfx_go(count, instances, first, offset, first_instance, indexed);
   assert_true(gfx_wait());
   if (emu_fault_read(dev, GPU_OFF_FAULT_STATUS))
      fail_msg("fault %u info %x va %x%08x pc %x", emu_fault_read(dev, GPU_OFF_FAULT_TYPE),
               emu_fault_read(dev, GPU_OFF_FAULT_INFO), emu_fault_read(dev, GPU_OFF_FAULT_VA_HI),
               emu_fault_read(dev, GPU_OFF_FAULT_VA_LO), emu_fault_read(dev, GPU_OFF_FAULT_PC_LO));
}

static inline void gfx_draw_n(uint32_t count)
{
   gfx_draw_all(count, 1, 0, 0, 0, false);
}

static inline void gfx_expect_fault(enum gpu_fault type, uint32_t info)
{
   assert_true(gfx_wait());
   assert_int_equal(emu_fault_read(dev, GPU_OFF_FAULT_STATUS), 1);
   assert_int_equal(emu_fault_read(dev, GPU_OFF_FAULT_TYPE), type);
   if (info != ~0u)
      assert_int_equal(emu_fault_read(dev, GPU_OFF_FAULT_INFO), info);
   emu_fault_write(dev, GPU_OFF_FAULT_STATUS, 1);
   emu_gfx_write(dev, GPU_OFF_GFX_KILL, 1);
}

static inline void gfx_put(uint32_t offset, const void *data, size_t size)
{
   rig_copy(dev, offset, (void *)data, size, true);
}

static inline void gfx_get(uint32_t offset, void *data, size_t size)
{
   rig_copy(dev, offset, data, size, false);
}

static inline uint32_t gfx_get32(uint32_t offset)
{
   uint32_t v;
   gfx_get(offset, &v, 4);
   return v;
}

/* Transform feedback of `dwords` dwords from dword `first` of each record of stream 0, buffer 0 at `offset`.
 */
static inline void gfx_capture(uint32_t offset, uint32_t size_B, uint32_t first, uint32_t dwords)
{
   R(XFB) = 1;
   R(XFB_ENTRIES) = dwords;
   gfx_xfb_buffer(0, offset, size_B, 4 * dwords);
   for (uint32_t i = 0; i < dwords; i++)
      RI(XFB_ENTRY, i) = (first + i) | (4 * i) << 16;
   emu_gfx_write(dev, GPU_OFF_GFX_XFB_WRITTEN, 0);
}

/* ---- images
 * ----------------------------------------------------------------------------------------------------------------------
 */
typedef struct gfx_picture {
   uint32_t offset, w, h, samples_log2;
   const fmt_info *format;
   gpu_image_level level;
   uint64_t layer_B;
} gfx_picture;

/* A 2D image at `offset`, cleared to zeros, with its descriptor in dw[8]. */
static inline gfx_picture gfx_make_image(uint32_t *dw, uint32_t offset, uint32_t format, uint32_t w,
                                         uint32_t h, uint32_t samples_log2, uint32_t layers,
                                         enum gpu_tiling tiling)
{
   static const uint8_t zeros[4096];
   gfx_picture p = {
       .offset = offset, .w = w, .h = h, .samples_log2 = samples_log2, .format = fmt_lookup(format)};
   gpu_image i = {.va = RIG_VA + offset,
                  .format = format,
                  .dim = GPU_DIM_2D_ARRAY,
                  .tiling = tiling,
                  .samples_log2 = samples_log2,
                  .width = w,
                  .height = h,
                  .depth = 1,
                  .layers = layers,
                  .levels = 1,
                  .swizzle = {GPU_SWIZZLE_R, GPU_SWIZZLE_G, GPU_SWIZZLE_B, GPU_SWIZZLE_A},
                  .row_pitch_B = tiling == GPU_TILING_LINEAR ? w * p.format->block_B + 16 : 0};
   gpu_image_shape shape = {.tiling = tiling,
                            .element_B = (uint32_t)p.format->block_B << samples_log2,
                            .block_w_px = 1,
                            .block_h_px = 1,
                            .width = w,
                            .height = h,
                            .depth = 1,
                            .row_pitch_B = i.row_pitch_B};
   gpu_image_level_of(&shape, 0, &p.level);
   p.layer_B = i.layer_stride_B = gpu_image_align(gpu_image_layer_B(&shape, 1), 256);
   gpu_image_encode(&i, dw);
   for (uint64_t at = 0; at < p.layer_B * layers; at += sizeof zeros)
      gfx_put(offset + (uint32_t)at, zeros, sizeof zeros);
   return p;
}

static inline gfx_picture gfx_target_image(unsigned n, uint32_t offset, uint32_t format, uint32_t w,
                                           uint32_t h, uint32_t samples_log2)
{
   R(SAMPLES) = (R(SAMPLES) & ~3u) | samples_log2;
   return gfx_make_image(&RI(TARGET, 8 * n), offset, format, w, h, samples_log2, 1, GPU_TILING_TILED);
}

static inline uint32_t gfx_pixel_offset(const gfx_picture *p, uint32_t x, uint32_t y, uint32_t layer,
                                        uint32_t sample)
{
   return p->offset + (uint32_t)(layer * p->layer_B + gpu_image_element_offset(&p->level, x, y, 0)) +
          sample * p->format->block_B;
}

static inline uint32_t gfx_pixel32(const gfx_picture *p, uint32_t x, uint32_t y, uint32_t sample)
{
   uint32_t v = 0;
   gfx_get(gfx_pixel_offset(p, x, y, 0, sample), &v, p->format->block_B < 4 ? p->format->block_B : 4);
   return v;
}

/* ---- shaders
 * ------------------------------------------------------------------------------------------------------------------------
 */
/* Vertex: float4 position in v4..7, float4 in v8..11 to location 0. */
static const char *const gfx_vs_plain =
    "o_store 0, v4 +0\n o_store 0, v5 +4\n o_store 0, v6 +8\n o_store 0, v7 +12\n"
    "o_store 0, v8 +64\n o_store 0, v9 +68\n o_store 0, v10 +72\n o_store 0, v11 +76\n s_endpgm\n";
/* Fragment: location 0, with perspective, to colour 0. */
static const char *const gfx_fs_colour = "f_bary v[20:21]\n f_interp v22, v20, v21, 0 +64\n f_interp v23, "
                                         "v20, v21, 0 +68\n f_interp v24, v20, v21, 0 +72\n"
                                         "f_interp v25, v20, v21, 0 +76\n o_store 0, v22 +0\n o_store 0, v23 "
                                         "+4\n o_store 0, v24 +8\n o_store 0, v25 +12\n s_endpgm\n";
static const char *const gfx_fs_flat =
    "f_flat v22, 0 +64\n f_flat v23, 0 +68\n f_flat v24, 0 +72\n f_flat v25, 0 +76\n"
    "o_store 0, v22 +0\n o_store 0, v23 +4\n o_store 0, v24 +8\n o_store 0, v25 +12\n s_endpgm\n";

#define GFX_VERTICES 0x90000u /* 8 floats each: position, location 0 */
static inline void gfx_use_vertices(const float *v, uint32_t count)
{
   gfx_put(GFX_VERTICES, v, count * 32);
   rig_binding(0, GFX_VERTICES, count * 32, 32);
   rig_attribute(0, 109, 0, 4, 0); /* R32G32B32A32_SFLOAT */
   rig_attribute(1, 109, 0, 8, 16);
}

#endif
