/* Graphics through the firmware: register bursts, draws of every kind, transform feedback counts, order with
 * other work, faults and shaders that never end. Pixels and vertices are the real pipeline's.
 */
#include "fw_rig.h"
#include "image.h"
#include "isa.h"

#define PROGRAMS 0x100000u
#define IMAGE 0x200000u
#define OUT 0x300000u
#define SIZE 32u

static uint32_t program_at;

/* SET_GFX of values from a register on. */
static void set_gfx(uint32_t first, const uint32_t *values, uint32_t n)
{
   rig_dw(0, GPU_PKT_HEADER(GPU_PKT_SET_GFX, n + 1, 0));
   rig_dw(0, first);
   for (uint32_t i = 0; i < n; i++)
      rig_dw(0, values[i]);
}

static void set_one(uint32_t offset, uint32_t value)
{
   set_gfx(offset, &value, 1);
}

static void set_stage(uint32_t stage, const char *text, uint32_t out_dw)
{
   char err[256];
   size_t n;
   uint64_t *words = isa_assemble(text, &n, err, sizeof err), va = VA(PROGRAMS + program_at);
   if (!words)
      fail_msg("%s", err);
   memcpy(rig_host(va), words, n * 8);
   free(words);
   program_at += (uint32_t)n * 8;
   const uint32_t r[7] = {U64(va), (uint32_t)n, 32 | 32 << 16, 0, out_dw, 0};
   set_gfx(stage * GPU_STAGE_STRIDE, r, 7);
}

/* One big triangle made from the vertex index; its colour is the draw's index + 1 in 255ths. */
static void set_scene(void)
{
   gpu_image i = {.va = VA(IMAGE),
                  .format = 37,
                  .dim = GPU_DIM_2D,
                  .width = SIZE,
                  .height = SIZE,
                  .depth = 1,
                  .layers = 1,
                  .levels = 1};
   uint32_t dw[8], clear[0x1000 / 4] = {0};
   program_at = 0;
   memcpy(rig_host(VA(IMAGE)), clear, sizeof clear);
   gpu_image_encode(&i, dw);
   set_gfx(GPU_OFF_GFX_TARGET, dw, 8);
   set_stage(GPU_STAGE_VS,
             "v_and v2, v0, 1\n v_cvt_f32_u32 v2, v2\n v_fma_f32 v2, v2, 4.0, -1.0\n v_shr v3, v0, 1\n "
             "v_cvt_f32_u32 v3, v3\n"
             "v_fma_f32 v3, v3, 4.0, -1.0\n o_store 0, v2 +0\n o_store 0, v3 +4\n o_store 0, 0.5 +8\n "
             "o_store 0, 1.0 +12\n"
             "o_store 0, v0 +64\n o_store 0, v1 +68\n s_endpgm\n",
             18);
   set_stage(GPU_STAGE_FS,
             "s_add s20, s18, 1\n v_cvt_f32_u32 v10, s20\n v_mul_f32 v10, v10, 0x3b808081\n o_store 0, v10 "
             "+0\n o_store 0, 1.0 +12\n s_endpgm\n",
             0);
   const uint32_t size = SIZE | SIZE << 16, viewport[6] = {0, 0, 0x42000000, 0x42000000, 0, 0x3f800000};
   const uint32_t scissor[4] = {0, 0, SIZE, SIZE};
   set_one(GPU_OFF_GFX_TOPOLOGY, GPU_TOPOLOGY_TRIANGLES);
   set_one(GPU_OFF_GFX_FB_SIZE, size);
   set_one(GPU_OFF_GFX_FB_LAYERS, 1);
   set_one(GPU_OFF_GFX_RENDER_AREA_MAX, size);
   set_one(GPU_OFF_GFX_SAMPLES, 0xffff0000u);
   set_one(GPU_OFF_GFX_CLIP, 1u << 16);
   set_one(GPU_OFF_GFX_BLEND, 15u << 27);
   set_gfx(GPU_OFF_GFX_VIEWPORT, viewport, 6);
   set_gfx(GPU_OFF_GFX_SCISSOR, scissor, 4);
   set_one(GPU_OFF_GFX_XFB, 0);
}

static void expect_pixels(uint32_t want)
{
   for (uint32_t i = 0; i < SIZE * SIZE; i++)
      if (rig_read32(VA(IMAGE + 4 * i)) != want)
         fail_msg("element %u: %08x, not %08x", i, rig_read32(VA(IMAGE + 4 * i)), want);
}

static uint64_t next_fence;

static void finish(void)
{
   next_fence++;
   if (!rig_fence(0, next_fence))
      fail_msg("no fence: ring status %u, fault %u info %x", emu_mmio_read(rig, GPU_REG_AT(RING, STATUS, 0)),
               emu_mmio_read(rig, GPU_REG_FAULT_TYPE), emu_mmio_read(rig, GPU_REG_FAULT_INFO));
}

static void draws(void **state)
{
   rig_enable(0, 4096);
   set_scene();
   PKT(0, DRAW, 3, 1, 0, 0, 6);
   finish();
   expect_pixels(0xff000007);
   PKT(0, DRAW, 0, 1, 0, 0, 9); /* nothing */
   PKT(0, DRAW, 3, 0, 0, 0, 9);
   finish();
   expect_pixels(0xff000007);
   for (uint16_t i = 0; i < 3; i++)
      *(uint16_t *)rig_host(VA(OUT + 2 * i)) = (uint16_t)(i + 5);
   const uint32_t index[4] = {U64(VA(OUT)), 6, 1};
   set_gfx(GPU_OFF_GFX_INDEX_LO, index, 4);
   PKT(0, DRAW_INDEXED, 3, 1, 0, (uint32_t)-5, 0, 8);
   finish();
   expect_pixels(0xff000009);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_GFX_INFLIGHT), 0);
   assert_true(rig->counters[GPU_COUNTER_GPU_CYCLES] > 0);
}

/* More draws than the front end holds, with and without a count in memory. */
static void indirect(void **state)
{
   rig_enable(0, 4096);
   set_scene();
   for (uint32_t i = 0; i < 200; i++) {
      const uint32_t record[5] = {3, 1, 0, 0, 0};
      memcpy(rig_host(VA(OUT + 32 * i)), record, 20);
   }
   rig_write32(VA(OUT + 0x8000), 150);
   PKT(0, DRAW_INDIRECT, U64(VA(OUT)), 200, 32, 0, 0, 0);
   finish();
   expect_pixels(0xff0000c8);
   PKT(0, DRAW_INDIRECT, U64(VA(OUT)), 200, 32, U64(VA(OUT + 0x8000)), 0);
   finish();
   expect_pixels(0xff000096);
   for (uint32_t i = 0; i < 3; i++)
      rig_write32(VA(OUT + 0x9000 + 4 * i), i);
   const uint32_t index[4] = {U64(VA(OUT + 0x9000)), 12, 2};
   set_gfx(GPU_OFF_GFX_INDEX_LO, index, 4);
   PKT(0, DRAW_INDIRECT, U64(VA(OUT)), 2, 32, 0, 0, 1);
   finish();
   expect_pixels(0xff000002);
   rig_write32(VA(OUT + 0x8000), 0);
   PKT(0, DRAW_INDIRECT, U64(VA(OUT)), 7, 32, U64(VA(OUT + 0x8000)), 0);
   finish();
   expect_pixels(0xff000002);
}

static void feedback(void **state)
{
   rig_enable(0, 4096);
   set_scene();
   const uint32_t buffer[4] = {U64(VA(OUT)), 4 * 7, 4}, entries[2] = {1, 0}, entry = 16;
   set_one(GPU_OFF_GFX_XFB, 1);
   set_gfx(GPU_OFF_GFX_XFB_ENTRIES, entries, 1);
   set_gfx(GPU_OFF_GFX_XFB_BUFFER, buffer, 4);
   set_gfx(GPU_OFF_GFX_XFB_ENTRY, &entry, 1);
   PKT(0, XFB_LOAD, 0, 0, 0);
   PKT(0, DRAW, 3, 1, 10, 0, 0);
   PKT(0, DRAW, 6, 1, 20, 0, 0);
   PKT(0, XFB_STORE, 0, U64(VA(OUT + 0x100)));
   PKT(0, BARRIER, GPU_BARRIER_GFX);
   set_one(GPU_OFF_GFX_XFB, 0);
   PKT(0, COND, U64(VA(OUT + 0x100)), 0x18, 6); /* the count is there: not skipped */
   PKT(0, DRAW_XFB, U64(VA(OUT + 0x100)), 1, 0, 12, 4);
   finish();
   assert_int_equal(rig_read32(VA(OUT + 0x100)), 24);
   for (uint32_t i = 0; i < 6; i++)
      assert_int_equal(rig_read32(VA(OUT + 4 * i)), (i < 3 ? 10 : 17) + i);
   expect_pixels(0xff000001);
}

static void faults(void **state)
{
   rig_enable(0, 4096);
   set_scene();
   set_stage(GPU_STAGE_FS, "s_trap 3\n", 0);
   PKT(0, DRAW, 3, 1, 0, 0, 0);
   PKT(0, FENCE, U64(rig_fence_va(0)), U64(77));
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_SHADER_TRAP);
   assert_int_not_equal(rig_read64(rig_fence_va(0)), 77);
   rig_restart(0, 4096);
   set_scene();
   set_one(GPU_OFF_GFX_TOPOLOGY, 13);
   PKT(0, DRAW, 3, 1, 0, 0, 0);
   rig_kick(0);
   rig_expect_fault(0, GPU_FAULT_BAD_DRAW);
   rig_restart(0, 4096);
   set_scene();
   set_stage(GPU_STAGE_FS, "again: s_br again\n", 0); /* only the end of the ring ends this one */
   for (int i = 0; i < 100; i++)
      PKT(0, DRAW, 3, 1, 0, 0, 0);
   rig_kick(0);
   assert_true(rig_wait_reg(GPU_REG_GFX_INFLIGHT, GPU_GFX_DEPTH));
   rig_restart(0, 4096);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_GFX_INFLIGHT), 0);
   set_scene();
   PKT(0, DRAW, 3, 1, 0, 0, 1);
   next_fence = 100;
   finish();
   expect_pixels(0xff000002);
   set_stage(GPU_STAGE_VS, "again: s_br again\n", 18);
   PKT(0, DRAW, 3, 1, 0, 0, 0);
   rig_kick(0);
   assert_true(rig_wait_reg(GPU_REG_GFX_INFLIGHT, 1));
   rig_boot(); /* reset in the middle */
   rig_enable(0, 4096);
   set_scene();
   PKT(0, DRAW, 3, 1, 0, 0, 4);
   finish();
   expect_pixels(0xff000005);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
   const struct CMUnitTest tests[] = {TEST(draws), TEST(indirect), TEST(feedback), TEST(faults)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
