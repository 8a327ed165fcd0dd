/* Speed of the graphics pipeline: vertices, triangles, fill, blending, depth, samples, small draws. Prints
 * one line each; run by hand. */
#define GFX_RIG_PLAIN
#include "gfx_rig.h"

#define SIZE 256u

static void scene(const char *fs)
{
   gfx_reset_state(SIZE, SIZE);
   R(TOPOLOGY) = GPU_TOPOLOGY_TRIANGLES;
   rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
   rig_stage(GPU_STAGE_FS, fs, 0, 0);
   gfx_target_image(0, 0, 37, SIZE, SIZE, 0);
}

static double now(void)
{
   return (double)clock() / CLOCKS_PER_SEC;
}

static double seconds(uint32_t count, uint32_t instances)
{
   double start = now();
   gfx_draw_all(count, instances, 0, 0, 0, false);
   return now() - start;
}

static void big_triangle(void)
{
   float v[3][8] = {
       {-1, -1, 0.5f, 1, 1, 0, 0, 1}, {3, -1, 0.5f, 1, 0, 1, 0, 1}, {-1, 3, 0.5f, 1, 0, 0, 1, 0.5f}};
   gfx_use_vertices(v[0], 3);
}

static void fill(const char *what, const char *fs, uint32_t blend, bool depth, uint32_t samples_log2)
{
   scene(fs);
   big_triangle();
   if (samples_log2)
      gfx_target_image(0, 0, 9, SIZE, SIZE, samples_log2);
   if (depth) {
      gfx_make_image(&R(DEPTH_TARGET), 0x40000, 126, SIZE, SIZE, samples_log2, 1, GPU_TILING_TILED);
      R(DEPTH) = 3 | GPU_COMPARE_ALWAYS << 2;
   }
   RI(BLEND, 0) |= blend;
   seconds(3, 1);
   double s = seconds(3, 100);
   printf("%-34s %8.1f Mpixel/s\n", what, 100.0 * SIZE * SIZE / s * 1e-6);
}

/* The same triangle again and again, each time a little further away. */
static void hidden(void)
{
   scene(gfx_fs_flat);
   rig_stage(
       GPU_STAGE_VS,
       "v_cvt_f32_u32 v12, v1\n v_fma_f32 v6, v12, 0xb8d1b717, v6\n o_store 0, v4 +0\n o_store 0, v5 +4\n"
       "o_store 0, v6 +8\n o_store 0, v7 +12\n s_endpgm\n",
       20, 0);
   big_triangle();
   gfx_make_image(&R(DEPTH_TARGET), 0x40000, 126, SIZE, SIZE, 0, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_GREATER << 2;
   double s = seconds(3, 1000);
   printf("%-34s %8.1f Mpixel/s\n", "fill, hidden", 1000.0 * SIZE * SIZE / s * 1e-6);
}

static void small_triangles(const char *what, float size, bool discard)
{
   static float v[768][8];
   scene(gfx_fs_flat);
   for (unsigned i = 0; i < 768; i++) {
      static const float at[3][2] = {{0, 0}, {1, 0}, {0, 1}};
      v[i][0] = (float)(i / 3 % 16) / 8 - 1 + at[i % 3][0] * size / SIZE * 2;
      v[i][1] = (float)(i / 48) / 8 - 1 + at[i % 3][1] * size / SIZE * 2;
      v[i][3] = 1;
   }
   gfx_use_vertices(v[0], 768);
   R(RASTER) = discard;
   seconds(768, 1);
   double s = seconds(768, 1000);
   printf("%-34s %8.2f Mvertex/s %8.2f Mtriangle/s\n", what, 0.768 / s, 0.256 / s);
}

static void small_draws(void)
{
   scene(gfx_fs_flat);
   float v[3][8] = {{0, 0, 0.5f, 1}, {0.05f, 0, 0.5f, 1}, {0, 0.05f, 0.5f, 1}};
   gfx_use_vertices(v[0], 3);
   gfx_send_state();
   double start = now();
   for (unsigned i = 0; i < 20000; i++) {
      while (emu_gfx_read(dev, GPU_OFF_GFX_INFLIGHT) == GPU_GFX_DEPTH)
         rig_sleep_us(1);
      const uint32_t values[7] = {3, 1};
      for (uint32_t k = 0; k < 7; k++)
         emu_gfx_write(dev, GPU_OFF_GFX_COUNT + 4 * k, values[k]);
      emu_gfx_write(dev, GPU_OFF_GFX_GO, 1);
   }
   assert_true(gfx_wait());
   printf("%-34s %8.0f draws/s\n", "small draws", 20000 / (now() - start));
}

int main(int argc, char **argv)
{
   dev = rig_open(argc > 1 ? (unsigned)atoi(argv[1]) : 2);
   fill("fill, flat colour", gfx_fs_flat, 0, false, 0);
   fill("fill, interpolated", gfx_fs_colour, 0, false, 0);
   fill("fill, blended", gfx_fs_flat,
        1 | GPU_FACTOR_SOURCE_ALPHA << 1 | GPU_FACTOR_ONE_MINUS_SOURCE_ALPHA << 6 | GPU_FACTOR_ONE << 14,
        false, 0);
   fill("fill, depth", gfx_fs_flat, 0, true, 0);
   fill("fill, 4 samples", gfx_fs_flat, 0, false, 2);
   hidden();
   small_triangles("vertices, all discarded", 4, true);
   small_triangles("triangles of 2 pixels", 2, false);
   small_triangles("triangles of 32 pixels", 8, false);
   small_draws();
   emu_device_close(dev);
   return 0;
}
