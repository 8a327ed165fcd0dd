/* Rasterisation: triangles at every sample count against exact integers, meshes without cracks or overlaps,
 * perspective, lines, points, layers, scissors, facing; the same bytes for any number of host threads and for
 * every interpreter.
 */
#include "gfx_rig.h"
#include <math.h>

#define SIZE 64
#define IMAGE 0x20000u

static float frand(float least, float most)
{
   return least + (float)(rnd() & 0xffffff) / 16777216.0f * (most - least);
}

/* Window coordinates to clip space of a SIZE x SIZE viewport. */
static void corner(float *v, double x, double y, float z, float w)
{
   v[0] = (float)((x / (SIZE / 2.0) - 1) * w);
   v[1] = (float)((y / (SIZE / 2.0) - 1) * w);
   v[2] = z * w;
   v[3] = w;
}

static gfx_picture scene(uint32_t samples_log2, const char *fs)
{
   gfx_reset_state(SIZE, SIZE);
   R(TOPOLOGY) = GPU_TOPOLOGY_TRIANGLES;
   rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
   rig_stage(GPU_STAGE_FS, fs, 0, 0);
   return gfx_target_image(0, IMAGE, 37, SIZE, SIZE, samples_log2);
}

/* ---- coverage
 * -------------------------------------------------------------------------------------------------------------------
 */
static int64_t snap(float clip)
{
   return (int64_t)nearbyint(((double)clip * (SIZE / 2.0) + SIZE / 2.0) * 256);
}

/* Is the sample inside, by the rule for edges, written down a second time. */
static bool inside(const int64_t x[3], const int64_t y[3], int64_t sx, int64_t sy)
{
   int64_t area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
   for (unsigned k = 0; k < 3; k++) {
      unsigned a = area > 0 ? k : (k + 1) % 3, b = area > 0 ? (k + 1) % 3 : k;
      int64_t cross = (x[b] - x[a]) * (sy - y[a]) - (y[b] - y[a]) * (sx - x[a]);
      bool left = y[b] < y[a], top = y[b] == y[a] && x[b] > x[a];
      if (cross < 0 || (cross == 0 && !left && !top))
         return false;
   }
   return area != 0;
}

static void coverage(void **state)
{
   for (unsigned round = 0; round < 400; round++) {
      uint32_t log2 = round % 4;
      gfx_picture p = scene(log2, gfx_fs_flat);
      float v[3][8];
      int64_t x[3], y[3];
      for (unsigned k = 0; k < 3; k++) {
         double fx = round % 3 ? frand(-20, 84) : (double)(rnd() % 65),
                fy = round % 3 ? frand(-20, 84) : (double)(rnd() % 65);
         if (round % 5 == 0)
            fx = floor(fx) + 0.5;
         corner(v[k], fx, fy, 0.5f, 1);
         for (unsigned c = 4; c < 8; c++)
            v[k][c] = 1;
         x[k] = snap(v[k][0]);
         y[k] = snap(v[k][1]);
      }
      gfx_use_vertices(v[0], 3);
      gfx_draw_n(3);
      for (uint32_t py = 0; py < SIZE; py++)
         for (uint32_t px = 0; px < SIZE; px++)
            for (uint32_t s = 0; s < 1u << log2; s++) {
               const uint8_t *at = gpu_sample_at(log2, s);
               bool want = inside(x, y, px * 256 + at[0] * 16, py * 256 + at[1] * 16);
               bool got = gfx_pixel32(&p, px, py, s) == 0xffffffffu;
               if (want != got)
                  fail_msg("round %u: pixel %u %u sample %u is %s", round, px, py, s,
                           got ? "covered" : "not covered");
            }
   }
}

/* A mesh with random inner vertices: with blending every sample is hit exactly once. */
static void no_cracks(void **state)
{
   for (unsigned round = 0; round < 12; round++) {
      static float grid[9][9][2], v[8 * 8 * 6][8];
      unsigned n = 0;
      gfx_picture p = scene(round % 4, gfx_fs_flat);
      RI(BLEND, 0) = 1 | GPU_FACTOR_ONE << 1 | GPU_FACTOR_ONE << 6 | GPU_FACTOR_ONE << 14 |
                     GPU_FACTOR_ONE << 19 | 15u << 27;
      for (int i = 0; i < 81; i++) {
         bool edge = i % 9 == 0 || i % 9 == 8 || i / 9 == 0 || i / 9 == 8;
         grid[i / 9][i % 9][0] = (float)(i % 9 * 8) + (edge ? 0 : frand(-1.9f, 1.9f));
         grid[i / 9][i % 9][1] = (float)(i / 9 * 8) + (edge ? 0 : frand(-1.9f, 1.9f));
      }
      for (int i = 0; i < 64; i++) {
         static const uint8_t order[6][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 0}, {1, 1}, {0, 1}};
         for (unsigned k = 0; k < 6; k++, n++) {
            const float *g = grid[i / 8 + order[k][1]][i % 8 + order[k][0]];
            corner(v[n], g[0], g[1], 0.5f, 1);
            for (unsigned c = 4; c < 8; c++)
               v[n][c] = 1 / 255.0f;
         }
      }
      gfx_use_vertices(v[0], n);
      gfx_draw_n(n);
      for (uint32_t i = 0; i < SIZE * SIZE; i++)
         for (uint32_t s = 0; s < 1u << (round % 4); s++)
            if (gfx_pixel32(&p, i % SIZE, i / SIZE, s) != 0x01010101)
               fail_msg("round %u: pixel %u %u sample %u: %08x", round, i % SIZE, i / SIZE, s,
                        gfx_pixel32(&p, i % SIZE, i / SIZE, s));
   }
}

/* ---- interpolation
 * ----------------------------------------------------------------------------------------------------------------
 */
/* Location 0 against perspective by the book, with triangles that are clipped in front, too. */
static void perspective(void **state)
{
   for (unsigned round = 0; round < 60; round++) {
      float v[3][8];
      gfx_reset_state(SIZE, SIZE);
      R(TOPOLOGY) = GPU_TOPOLOGY_TRIANGLES;
      rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
      rig_stage(GPU_STAGE_FS, gfx_fs_colour, 0, 0);
      gfx_picture p = gfx_target_image(0, IMAGE, 109, SIZE, SIZE, 0);
      bool behind = round % 3 == 0;
      for (unsigned k = 0; k < 3; k++) {
         float w = behind && k == 0 ? frand(-3, -0.5f) : frand(0.5f, 5);
         corner(v[k], frand(-20, 84), frand(-20, 84), frand(0.1f, 0.9f), w);
         v[k][2] = behind && k == 0 ? -1 : v[k][2];
         for (unsigned c = 4; c < 8; c++)
            v[k][c] = frand(-2, 2);
      }
      gfx_use_vertices(v[0], 3);
      gfx_draw_n(3);
      /* solve for the plane equation of value / w and 1 / w in clip space: M (a b c) = rows x y w */
      double m[3][3], det;
      for (unsigned k = 0; k < 3; k++)
         m[k][0] = v[k][0], m[k][1] = v[k][1], m[k][2] = v[k][3];
      det = m[0][0] * (m[1][1] * m[2][2] - m[2][1] * m[1][2]) -
            m[1][0] * (m[0][1] * m[2][2] - m[2][1] * m[0][2]) +
            m[2][0] * (m[0][1] * m[1][2] - m[1][1] * m[0][2]);
      if (fabs(det) < 0.05)
         continue;
      unsigned seen = 0;
      for (uint32_t i = 0; i < SIZE * SIZE; i++) {
         float got[4];
         gfx_get(gfx_pixel_offset(&p, i % SIZE, i / SIZE, 0, 0), got, 16);
         if (got[0] == 0 && got[1] == 0)
            continue;
         double x = ((i % SIZE) + 0.5) / 32 - 1, y = ((i / SIZE) + 0.5) / 32 - 1, weight[3], sum = 0;
         for (unsigned k = 0; k < 3; k++) {
            const double *a = m[(k + 1) % 3], *b = m[(k + 2) % 3];
            weight[k] = x * (a[1] * b[2] - b[1] * a[2]) - y * (a[0] * b[2] - b[0] * a[2]) +
                        (a[0] * b[1] - b[0] * a[1]);
            sum += weight[k];
         }
         for (unsigned c = 0; c < 4; c++) {
            double want = (weight[0] * v[0][4 + c] + weight[1] * v[1][4 + c] + weight[2] * v[2][4 + c]) / sum;
            double spread = 1 + fabs(weight[0] / sum) + fabs(weight[1] / sum) + fabs(weight[2] / sum);
            if (fabs(want - (double)got[c]) > 0.02 * spread)
               fail_msg("round %u pixel %u %u component %u: %g, not %g", round, i % SIZE, i / SIZE, c,
                        (double)got[c], want);
         }
         seen++;
      }
      (void)seen;
   }
}

/* ---- lines and points
 * ----------------------------------------------------------------------------------------------------------------
 */
static unsigned count_pixels(const gfx_picture *p)
{
   unsigned n = 0;
   for (uint32_t i = 0; i < SIZE * SIZE; i++)
      n += gfx_pixel32(p, i % SIZE, i / SIZE, 0) != 0;
   return n;
}

static void lines(void **state)
{
   float v[2][8];
   for (unsigned c = 4; c < 8; c++)
      v[0][c] = v[1][c] = 1;
   gfx_picture p = scene(0, gfx_fs_flat);
   R(TOPOLOGY) = GPU_TOPOLOGY_LINES;
   corner(v[0], 10, 20.5, 0.5f, 1);
   corner(v[1], 30, 20.5, 0.5f, 1);
   gfx_use_vertices(v[0], 2);
   gfx_draw_n(2);
   assert_int_equal(count_pixels(&p), 20);
   for (uint32_t x = 10; x < 30; x++)
      assert_int_equal(gfx_pixel32(&p, x, 20, 0), 0xffffffffu);
   p = scene(0, gfx_fs_flat); /* five wide, steep */
   R(TOPOLOGY) = GPU_TOPOLOGY_LINES;
   R(LINE_WIDTH) = f2u(5);
   corner(v[0], 30.5, 40, 0.5f, 1);
   corner(v[1], 30.5, 8, 0.5f, 1);
   gfx_use_vertices(v[0], 2);
   gfx_draw_n(2);
   assert_int_equal(count_pixels(&p), 5 * 32);
   p = scene(0, gfx_fs_flat); /* Bresenham: one pixel a column, ends as the rule says */
   R(TOPOLOGY) = GPU_TOPOLOGY_LINES;
   R(RASTER) = 1u << 10;
   corner(v[0], 2.5, 3.5, 0.5f, 1);
   corner(v[1], 40.5, 13.5, 0.5f, 1);
   gfx_use_vertices(v[0], 2);
   gfx_draw_n(2);
   assert_int_equal(count_pixels(&p), 38);
   for (uint32_t x = 2; x < 40; x++)
      assert_int_equal(gfx_pixel32(&p, x, (uint32_t)floor(3.5 + (x - 2) * 10.0 / 38), 0), 0xffffffffu);
   p = scene(0, gfx_fs_flat); /* stipple: every other pair */
   R(TOPOLOGY) = GPU_TOPOLOGY_LINES;
   R(RASTER) = 1u << 10 | 1u << 12;
   R(STIPPLE) = 0x5555 | 1u << 16;
   corner(v[0], 0.5, 5.5, 0.5f, 1);
   corner(v[1], 40.5, 5.5, 0.5f, 1);
   gfx_use_vertices(v[0], 2);
   gfx_draw_n(2);
   for (uint32_t x = 0; x < 40; x++)
      assert_int_equal(gfx_pixel32(&p, x, 5, 0), x / 2 % 2 ? 0 : 0xffffffffu);
}

/* Polylines by Bresenham have no gaps and no pixel twice. */
static void joined_lines(void **state)
{
   for (unsigned round = 0; round < 100; round++) {
      float v[2][8];
      double x[3], y[3];
      gfx_picture p = scene(0, gfx_fs_flat);
      R(TOPOLOGY) = GPU_TOPOLOGY_LINES;
      R(RASTER) = 1u << 10;
      RI(BLEND, 0) = 1 | GPU_FACTOR_ONE << 1 | GPU_FACTOR_ONE << 6 | GPU_FACTOR_ONE << 14 |
                     GPU_FACTOR_ONE << 19 | 15u << 27;
      x[0] = frand(2, 20), x[1] = x[0] + frand(8, 20), x[2] = x[1] + frand(8, 20);
      y[0] = frand(10, 50), y[1] = y[0] + (x[1] - x[0]) * frand(-0.4f, 0.4f),
      y[2] = y[1] + (x[2] - x[1]) * frand(-0.4f, 0.4f);
      for (unsigned k = 0; k < 2; k++) {
         for (unsigned e = 0; e < 2; e++) {
            corner(v[e], x[k + e], y[k + e], 0.5f, 1);
            for (unsigned c = 4; c < 8; c++)
               v[e][c] = 1 / 255.0f;
         }
         gfx_use_vertices(v[0], 2);
         gfx_draw_n(2);
      }
      for (uint32_t c = (uint32_t)x[0] + 1; c < (uint32_t)x[2]; c++) {
         unsigned n = 0;
         for (uint32_t r = 0; r < SIZE; r++)
            n += gfx_pixel32(&p, c, r, 0) & 0xff;
         if (n != 1 && fabs((double)c + 0.5 - x[1]) > 1)
            fail_msg("round %u: column %u has %u pixels", round, c, n);
      }
   }
}

static void points(void **state)
{
   gfx_picture p = scene(0, "f_flat v20, 0\n o_store 0, v7 +0\n o_store 0, v8 +4\n v_mov v21, 1.0\n o_store "
                            "0, v21 +12\n s_endpgm\n");
   float v[1][8] = {{0}};
   R(TOPOLOGY) = GPU_TOPOLOGY_POINTS;
   R(CLIP) |= 1u << 21;
   rig_stage(GPU_STAGE_VS,
             "o_store 0, v4 +0\n o_store 0, v5 +4\n o_store 0, v6 +8\n o_store 0, v7 +12\n o_store 0, v8 "
             "+16\n s_endpgm\n",
             20, 0);
   corner(v[0], 20, 30, 0.5f, 1);
   v[0][4] = 8;
   gfx_use_vertices(v[0], 1);
   gfx_draw_n(1);
   assert_int_equal(count_pixels(&p), 64);
   for (uint32_t y = 0; y < 8; y++)
      for (uint32_t x = 0; x < 8; x++) {
         uint32_t got = gfx_pixel32(&p, 16 + x, 26 + y, 0);
         uint32_t want = (uint32_t)nearbyint((x + 0.5) / 8 * 255) |
                         (uint32_t)nearbyint((y + 0.5) / 8 * 255) << 8 | 0xff000000u;
         assert_int_equal(got, want);
      }
}

/* ---- state
 * ------------------------------------------------------------------------------------------------------------------------------
 */
static void full_screen(float v[3][8])
{
   corner(v[0], 0, 0, 0.5f, 1);
   corner(v[1], 2 * SIZE, 0, 0.5f, 1);
   corner(v[2], 0, 2 * SIZE, 0.5f, 1);
   for (unsigned k = 0; k < 3; k++)
      for (unsigned c = 4; c < 8; c++)
         v[k][c] = 1;
   gfx_use_vertices(v[0], 3);
}

static void rectangles_and_facing(void **state)
{
   float v[3][8];
   gfx_picture p = scene(0, gfx_fs_flat);
   full_screen(v);
   gfx_draw_n(3);
   assert_int_equal(count_pixels(&p), SIZE * SIZE);
   p = scene(0, gfx_fs_flat);
   full_screen(v);
   RI(SCISSOR, 0) = 5, RI(SCISSOR, 1) = 7, RI(SCISSOR, 2) = 25, RI(SCISSOR, 3) = 47;
   gfx_draw_n(3);
   assert_int_equal(count_pixels(&p), 20 * 40);
   p = scene(0, gfx_fs_flat);
   full_screen(v);
   R(RENDER_AREA_MIN) = 60 | 50u << 16;
   gfx_draw_n(3);
   assert_int_equal(count_pixels(&p), 4 * 14);
   p = scene(0, gfx_fs_flat); /* the viewport cuts triangles */
   full_screen(v);
   RI(VIEWPORT, 0) = f2u(10), RI(VIEWPORT, 1) = f2u(12), RI(VIEWPORT, 2) = f2u(16), RI(VIEWPORT, 3) = f2u(8);
   gfx_draw_n(3);
   assert_int_equal(count_pixels(&p), 16 * 8);
   /* (0,0) (1,0) (0,1) in the window is clockwise as seen */
   for (unsigned k = 0; k < 8; k++) {
      p = scene(0, gfx_fs_flat);
      full_screen(v);
      R(RASTER) = k << 1;
      bool front = k >> 2 & 1, gone = front ? k & 1 : k >> 1 & 1;
      gfx_draw_n(3);
      assert_int_equal(count_pixels(&p), gone ? 0 : SIZE * SIZE);
   }
   for (unsigned mode = 1; mode < 3; mode++) { /* wire and points */
      p = scene(0, gfx_fs_flat);
      R(RASTER) = mode << 4;
      corner(v[0], 8.5, 8.5, 0.5f, 1);
      corner(v[1], 40.5, 8.5, 0.5f, 1);
      corner(v[2], 8.5, 40.5, 0.5f, 1);
      gfx_use_vertices(v[0], 3);
      gfx_draw_n(3);
      unsigned n = count_pixels(&p);
      if (mode == 1)
         assert_in_range(n, 90, 130);
      else
         assert_int_equal(n, 3);
   }
}

static void layers(void **state)
{
   float v[9][8];
   scene(0, gfx_fs_flat);
   gfx_picture p = gfx_make_image(&RI(TARGET, 0), IMAGE, 37, SIZE, SIZE, 0, 3, GPU_TILING_TILED);
   R(FB_LAYERS) = 3;
   R(CLIP) |= 1u << 19;
   rig_stage(
       GPU_STAGE_VS,
       "o_store 0, v4 +0\n o_store 0, v5 +4\n o_store 0, v6 +8\n o_store 0, v7 +12\n v_cvt_u32_f32 v12, v8\n"
       "o_store 0, v12 +20\n o_store 0, v9 +64\n o_store 0, v9 +68\n o_store 0, v9 +72\n o_store 0, v9 +76\n "
       "s_endpgm\n",
       20, 0);
   for (unsigned k = 0; k < 9; k++) {
      static const int8_t at[3][2] = {{0, 0}, {2, 0}, {0, 2}};
      corner(v[k], at[k % 3][0] * SIZE, at[k % 3][1] * SIZE, 0.5f, 1);
      v[k][4] = (float)(k / 3 == 2 ? 5 : 2 - k / 3); /* the third goes to no layer */
      v[k][5] = (float)(k / 3 + 1) / 255;
   }
   gfx_use_vertices(v[0], 9);
   gfx_draw_n(9);
   for (uint32_t layer = 0; layer < 3; layer++) {
      uint32_t want = layer == 2 ? 0x01010101 : layer == 1 ? 0x02020202 : 0;
      assert_int_equal(gfx_get32(gfx_pixel_offset(&p, 33, 5, layer, 0)), want);
      assert_int_equal(gfx_get32(gfx_pixel_offset(&p, 63, 63, layer, 0)), want);
   }
}

/* ---- the same everywhere
 * -----------------------------------------------------------------------------------------------------------------
 */
static uint64_t busy_scene(unsigned threads, const char *isa)
{
   static float v[900][8];
   uint64_t hash = 0;
   rig_seed = 12345;
   dev = rig_open_as("fg1", threads, isa);
   gfx_picture p = scene(2, gfx_fs_colour);
   gfx_make_image(&R(DEPTH_TARGET), 0x70000, 126, SIZE, SIZE, 2, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_GREATER << 2;
   RI(BLEND, 0) = 1 | GPU_FACTOR_SOURCE_ALPHA << 1 | GPU_FACTOR_ONE_MINUS_SOURCE_ALPHA << 6 |
                  GPU_FACTOR_ONE << 14 | 15u << 27;
   for (unsigned k = 0; k < 900; k++) {
      corner(v[k], frand(-30, 94), frand(-30, 94), frand(0, 1), frand(0.3f, 3));
      for (unsigned c = 4; c < 8; c++)
         v[k][c] = frand(0, 1);
   }
   gfx_use_vertices(v[0], 900);
   gfx_draw_n(900);
   for (uint32_t at = 0; at < p.layer_B; at += 4)
      hash = (hash ^ gfx_get32(IMAGE + at)) * UINT64_C(0x100000001b3);
   for (unsigned c = GPU_COUNTER_DRAWS; c <= GPU_COUNTER_XFB_NEEDED3; c++)
      hash = (hash ^ rig_counter(dev, (enum gpu_counter)c)) * UINT64_C(0x100000001b3);
   hash = (hash ^ rig_time(dev, GPU_BARRIER_GFX)) * UINT64_C(0x100000001b3);
   assert_true(rig_counter(dev, GPU_COUNTER_FS_INVOCATIONS) > 1000);
   emu_device_close(dev);
   return hash;
}

static void same_everywhere(void **state)
{
   const emu_interp *levels[3];
   uint64_t first = busy_scene(1, NULL);
   assert_true(first == busy_scene(2, NULL));
   assert_true(first == busy_scene(8, NULL));
   for (unsigned i = 0; i < rig_levels(levels); i++)
      assert_true(first == busy_scene(2, levels[i]->name));
}

/* Hierarchical Z tells nobody: a draw of many triangles and many draws of one give the same. */
static void depth_by_blocks(void **state)
{
   static const uint8_t compares[4] = {GPU_COMPARE_LESS, GPU_COMPARE_LESS_EQUAL, GPU_COMPARE_GREATER,
                                       GPU_COMPARE_GREATER_EQUAL};
   for (unsigned round = 0; round < 24; round++) {
      static float v[240][8];
      static uint8_t pixels[2][2][0x8000];
      uint32_t log2 = round / 8 % 2, format = 124 + round % 3, compare = compares[round % 4];
      for (unsigned k = 0; k < 240; k++) {
         float z = frand(0, 1);
         corner(v[k], frand(-60, 124), frand(-60, 124), round % 5 ? z : (float)(k / 3 % 7) / 7, 1);
         for (unsigned c = 4; c < 8; c++)
            v[k][c] = k % 3 ? v[k - 1][c] : frand(0, 1);
      }
      for (unsigned run = 0; run < 2; run++) {
         gfx_picture p = scene(log2, gfx_fs_flat);
         gfx_picture z =
             gfx_make_image(&R(DEPTH_TARGET), 0x60000, format, SIZE, SIZE, log2, 1, GPU_TILING_TILED);
         gfx_use_vertices(v[0], 240);
         if (compare == GPU_COMPARE_LESS || compare == GPU_COMPARE_LESS_EQUAL) { /* clear to far */
            float far[3][8] = {{-1, -1, 1, 1}, {3, -1, 1, 1}, {-1, 3, 1, 1}};
            R(DEPTH) = 3 | GPU_COMPARE_ALWAYS << 2;
            gfx_use_vertices(far[0], 3);
            gfx_draw_n(3);
            gfx_use_vertices(v[0], 240);
         }
         R(DEPTH) = 3 | compare << 2;
         if (run == 0)
            gfx_draw_n(240);
         for (uint32_t i = 0; run && i < 240; i += 3)
            gfx_draw_all(3, 1, i, 0, 0, false);
         gfx_get(IMAGE, pixels[run][0], (size_t)p.layer_B);
         gfx_get(0x60000, pixels[run][1], (size_t)z.layer_B);
      }
      assert_memory_equal(pixels[0], pixels[1], sizeof pixels[0]);
   }
}

/* Layers over the whole target, in one round and in several: each place of a quad counts once. */
static void places_of_quads(void **state)
{
   static const uint32_t layers[] = {1, 7, 700, 1500};
   const float v[3][8] = {{-1, -1, 0, 1}, {3, -1, 0, 1}, {-1, 3, 0, 1}};
   gfx_reset_state(70, 40);
   R(TOPOLOGY) = GPU_TOPOLOGY_TRIANGLES;
   rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
   rig_stage(GPU_STAGE_FS, gfx_fs_flat, 0, 0);
   gfx_target_image(0, IMAGE, 37, 70, 40, 0);
   gfx_use_vertices(v[0], 3);
   for (size_t k = 0; k < sizeof layers / sizeof *layers; k++) {
      uint64_t quads = rig_counter(dev, GPU_COUNTER_FS_QUADS),
               places = rig_counter(dev, GPU_COUNTER_FS_QUAD_PLACES);
      gfx_draw_all(3, layers[k], 0, 0, 0, false);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_FS_QUADS) - quads, 35 * 20 * layers[k]);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_FS_QUAD_PLACES) - places, 35 * 20);
   }
}

static int open_one(void **state)
{
   dev = rig_open(2);
   return 0;
}

static int close_it(void **state)
{
   emu_device_close(dev);
   return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_one, close_it)

int main(void)
{
   const struct CMUnitTest tests[] = {
       TEST(coverage),
       TEST(no_cracks),
       TEST(perspective),
       TEST(lines),
       TEST(joined_lines),
       TEST(points),
       TEST(rectangles_and_facing),
       TEST(layers),
       TEST(places_of_quads),
       TEST(depth_by_blocks),
       cmocka_unit_test(same_everywhere),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
