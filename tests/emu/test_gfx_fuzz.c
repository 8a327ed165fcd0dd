/* Random register blocks, random shaders, random vertices: a draw ends, with or without a fault, and the
 * front end works afterwards. States start from one that draws and are damaged a little, so that most get
 * far.
 */
#include "gfx_rig.h"
#include "core_fuzz.h"

#define SIZE 96

static const char *const gs_text =
    "again: i_load v2, s30, 0 +0\n o_store 0, v2 +0\n i_load v2, s30, 0 +4\n o_store 0, v2 +4\n o_store 0, "
    "1.0 +12\n"
    "gs_emit +0\n s_add s30, s30, 1\n s_sub s31, s30, 3\n s_brnz s31, again\n s_endpgm\n";
static const char *const tcs_text =
    "v_mov v5, 4.0\n t_store 0, v5 +0\n t_store 0, v5 +4\n t_store 0, v5 +8\n t_store 0, v5 +12\n t_store 0, "
    "v5 +16\n"
    "t_store 0, v5 +20\n i_load v2, v0, 0 +0\n v_shl v3, v0, 4\n t_store v3, v2 +32\n s_endpgm\n";
static const char *const tes_text = "o_store 0, v0 +0\n o_store 0, v1 +4\n o_store 0, 1.0 +12\n s_endpgm\n";

static void fuzz_state(void)
{
   gfx_reset_state(SIZE, SIZE);
   R(TOPOLOGY) = rnd() % GPU_TOPOLOGY_COUNT | (rnd() & 3) << 4 | 3u << 8;
   rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
   if (rnd() % 4)
      rig_stage(GPU_STAGE_FS, gfx_fs_colour, 0, rnd() % 3 ? 0 : rnd() & 0x7f);
   if (rnd() % 4 == 0)
      rig_stage(GPU_STAGE_GS, gs_text, 20, 0);
   if (rnd() % 3 == 0 && !R(GS)) {
      R(TOPOLOGY) = GPU_TOPOLOGY_PATCHES | (1 + rnd() % 8) << 8;
      rig_stage(GPU_STAGE_TCS, tcs_text, 4, 0);
      rig_stage(GPU_STAGE_TES, tes_text, 20, 0);
      R(TESS) = rnd() % 3 | rnd() % 3 << 2 | (rnd() & 3) << 4 | (1 + rnd() % 8) << 8;
   }
   R(GEOMETRY) = rnd() % 3 | 6 << 4 | (1 + rnd() % 4) << 16;
   uint32_t log2 = rnd() % 2;
   R(SAMPLES) |= log2 | (rnd() & 7) << 8;
   for (unsigned n = 0; n < 3; n++)
      if (rnd() % 2)
         gfx_make_image(&RI(TARGET, 8 * n), 0x10000 + 0x20000 * n, rnd() % 3 ? 37 : 9 + rnd() % 90, 64, 64,
                        log2 > 1 ? 1 : log2, 1, GPU_TILING_TILED);
   if (rnd() % 2)
      gfx_make_image(&R(DEPTH_TARGET), 0x70000, 124 + rnd() % 7, 64, 64, log2 > 1 ? 1 : log2, 1,
                     GPU_TILING_TILED);
   R(DEPTH) = rnd() & 0x7f;
   R(RASTER) = rnd() % 2 ? 0 : rnd() & 0x3ffe;
   R(LINE_WIDTH) = f2u((float)(rnd() % 9));
   R(STENCIL_FRONT) = rnd() & 0xfff;
   R(CLIP) = rnd();
   RI(BLEND, 0) =
       rnd() % 2 ? 15u << 27 : 15u << 27 | 1 | (rnd() % 19) << 1 | (rnd() % 19) << 6 | (rnd() % 5) << 11;
   if (rnd() % 4 == 0)
      gfx_capture(0x50000, 0x10000, rnd() % 20, 1 + rnd() % 8);
   for (unsigned damage = rnd() % 4; damage; damage--) {
      uint32_t at = rnd() % 3 ? rnd() % (GPU_OFF_GFX_TARGET / 4) : rnd() % (GPU_GFX_STATE_END / 4);
      gfx_regs[at] = rnd() % 2 ? gfx_regs[at] ^ 1u << rnd() % 32 : rnd();
   }
}

static void fuzz_vertices(void)
{
   static const uint32_t odd[] = {0x7f800000, 0xff800000, 0x7fc00000, 0,          0x80000000,
                                  0x00000001, 0x7f7fffff, 0xff7fffff, 0x4b000000, 0x3f800000};
   float v[40][8];
   for (unsigned i = 0; i < 40; i++)
      for (unsigned c = 0; c < 8; c++)
         v[i][c] = rnd() % 12 ? (float)((int)(rnd() % 4000) - 2000) / 1000 : u2f(odd[rnd() % 10]);
   gfx_use_vertices(v[0], 40);
}

static void check_alive(void)
{
   gfx_reset_state(32, 32);
   R(TOPOLOGY) = GPU_TOPOLOGY_POINTS;
   R(RASTER) = 1;
   rig_stage(GPU_STAGE_VS, "o_store 0, v0 +64\n s_endpgm\n", 17, 0);
   gfx_capture(0x40000, 0x1000, 16, 1);
   gfx_draw_n(5);
   for (uint32_t i = 0; i < 5; i++)
      assert_int_equal(gfx_get32(0x40000 + 4 * i), i);
}

static void settle(unsigned *faulted)
{
   assert_true(gfx_wait());
   *faulted += emu_fault_read(dev, GPU_OFF_FAULT_STATUS);
   emu_fault_write(dev, GPU_OFF_FAULT_STATUS, 1);
   emu_gfx_write(dev, GPU_OFF_GFX_KILL, 1);
}

static void random_states(void **state)
{
   unsigned faulted = 0, drawn = 0;
   uint64_t shaded = rig_counter(dev, GPU_COUNTER_FS_INVOCATIONS);
   for (unsigned round = 0; round < 3000; round++, drawn++) {
      fuzz_state();
      fuzz_vertices();
      gfx_go(rnd() % 60, 1 + rnd() % 3, rnd() % 4, rnd() % 5, rnd() % 3, rnd() % 3 == 0);
      if (rnd() % 16 == 0)
         emu_gfx_write(dev, GPU_OFF_GFX_KILL, 1);
      settle(&faulted);
      if (round % 100 == 0)
         check_alive();
   }
   print_message("%u of %u faulted, %llu fragments\n", faulted, drawn,
                 (unsigned long long)(rig_counter(dev, GPU_COUNTER_FS_INVOCATIONS) - shaded));
   assert_true(faulted > 50 && faulted < drawn);
   check_alive();
}

static void random_shaders(void **state)
{
   unsigned faulted = 0;
   uint64_t words[WORDS];
   for (unsigned round = 0; round < 300; round++) {
      fuzz_state();
      fuzz_vertices();
      unsigned stage = rnd() % GPU_STAGE_COUNT;
      uint32_t *r = &gfx_regs[stage * GPU_STAGE_STRIDE / 4];
      make_program(words, round);
      words[WORDS - 1] = ISA_OP_s_endpgm;
      rig_copy(dev, 0xd0000, words, sizeof words, true);
      if (stage != GPU_STAGE_VS && !r[2])
         continue;
      r[0] = (uint32_t)(RIG_VA + 0xd0000);
      r[2] = WORDS;
      for (unsigned i = 0; i < 8; i++)
         r[8 + i] = i % 4 == 0 ? (uint32_t)RIG_VA : i % 4 == 1 ? (uint32_t)(RIG_VA >> 32) : RIG_B / 2;
      emu_gfx_write(dev, GPU_OFF_GFX_WATCHDOG, 1);
      gfx_go(rnd() % 40, 1, 0, 0, 0, false);
      if (rnd() % 8 == 0) {
         rig_sleep_us(200);
         emu_gfx_write(dev, GPU_OFF_GFX_KILL, 1);
      }
      settle(&faulted);
   }
   print_message("%u faulted\n", faulted);
   assert_true(faulted > 20);
   check_alive();
}

static int open_it(void **state)
{
   dev = rig_open(3);
   return 0;
}

static int close_it(void **state)
{
   emu_device_close(dev);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test_setup_teardown(random_states, open_it, close_it),
       cmocka_unit_test_setup_teardown(random_shaders, open_it, close_it),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
