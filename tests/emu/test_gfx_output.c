/* What fragments become: depth and stencil in every format, blending with every factor and operation, logic
 * operations, masks, every colour format, samples, alpha to coverage, demoted lanes, targets that are linear,
 * small or not there. References are written down straightforwardly in double precision.
 */
#include "gfx_rig.h"
#include <math.h>

#define SIZE 32
#define IMAGE 0x20000u
#define DEPTH_IMAGE 0x60000u

static float frand(float least, float most)
{
   return least + (float)(rnd() & 0xffffff) / 16777216.0f * (most - least);
}

static void scene(const char *fs, uint32_t fs_flags)
{
   gfx_reset_state(SIZE, SIZE);
   R(TOPOLOGY) = GPU_TOPOLOGY_TRIANGLES;
   rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
   rig_stage(GPU_STAGE_FS, fs, 0, fs_flags);
}

/* One triangle over everything, at a depth, with a colour. */
static void draw_all(float z, const float colour[4])
{
   float v[3][8] = {{-1, -1, z, 1}, {3, -1, z, 1}, {-1, 3, z, 1}};
   for (unsigned k = 0; k < 3; k++)
      memcpy(v[k] + 4, colour, 16);
   gfx_use_vertices(v[0], 3);
   gfx_draw_n(3);
}

static const float white[4] = {1, 1, 1, 1};

/* ---- depth and stencil
 * ------------------------------------------------------------------------------------------------------------
 */
static double depth_value(const gfx_picture *p, double z)
{
   unsigned bits = p->format->component[0].bits;
   if (p->format->type != FMT_UNORM)
      return z;
   double max = (double)((1u << bits) - 1);
   return nearbyint(z * max);
}

static bool passes(unsigned compare, double a, double b)
{
   static bool (*const never)(void) = NULL;
   (void)never;
   switch (compare) {
   case 0:
      return false;
   case 1:
      return a < b;
   case 2:
      return a == b;
   case 3:
      return a <= b;
   case 4:
      return a > b;
   case 5:
      return a != b;
   case 6:
      return a >= b;
   default:
      return true;
   }
}

static unsigned stencil_after(unsigned op, unsigned old, unsigned ref)
{
   switch (op) {
   case 1:
      return 0;
   case 2:
      return ref;
   case 3:
      return old == 255 ? 255 : old + 1;
   case 4:
      return old == 0 ? 0 : old - 1;
   case 5:
      return ~old & 255;
   case 6:
      return (old + 1) & 255;
   case 7:
      return (old - 1) & 255;
   default:
      return old;
   }
}

static void read_depth(const gfx_picture *p, double *depth, unsigned *stencil)
{
   uint8_t bytes[8];
   fmt_texel t;
   gfx_get(gfx_pixel_offset(p, 5, 6, 0, 0), bytes, p->format->block_B);
   fmt_unpack(p->format, bytes, &t);
   *depth = p->format->component[0].bits ? depth_value(p, (double)t.c[0].f) : 0;
   *stencil = p->format->component[1].bits ? t.c[1].u : 0;
}

/* A chain of draws in random states; after each, depth, stencil and whether colour was written are as the
 * reference says. */
static void depth_and_stencil(void **state)
{
   for (unsigned format = 124; format <= 130; format++)
      for (unsigned late = 0; late < 2; late++) {
         scene(gfx_fs_flat, late ? GPU_STAGE_FS_KILLS : 0);
         gfx_picture c = gfx_target_image(0, IMAGE, 98, SIZE, SIZE, 0);
         gfx_picture p =
             gfx_make_image(&R(DEPTH_TARGET), DEPTH_IMAGE, format, SIZE, SIZE, 0, 1, GPU_TILING_TILED);
         bool has_depth = p.format->component[0].bits, has_stencil = p.format->component[1].bits;
         double depth = 0;
         unsigned stencil = 0, mark = 0;
         for (unsigned round = 0; round < 150; round++) {
            unsigned compare = rnd() % 8, scompare = rnd() % 8, op[3] = {rnd() % 8, rnd() % 8, rnd() % 8},
                     ref = rnd() & 255;
            unsigned cmask = rnd() % 3 ? 255 : rnd() & 255, wmask = rnd() % 3 ? 255 : rnd() & 255;
            bool test = rnd() % 4, write = rnd() % 4, stest = rnd() % 4, bounds = rnd() % 4 == 0;
            float z = rnd() % 3 ? (float)(rnd() % 5) / 4 : frand(0, 1), lo = frand(0, 0.6f),
                  hi = frand(0.4f, 1);
            R(DEPTH) =
                test | (uint32_t)write << 1 | compare << 2 | (uint32_t)bounds << 5 | (uint32_t)stest << 6;
            R(STENCIL_FRONT) = R(STENCIL_BACK) = scompare | op[0] << 3 | op[1] << 6 | op[2] << 9;
            R(STENCIL_FRONT_VALUES) = R(STENCIL_BACK_VALUES) = ref | cmask << 8 | wmask << 16;
            R(BOUNDS_MIN) = f2u(lo);
            R(BOUNDS_MAX) = f2u(hi);
            mark++;
            uint64_t passed = rig_counter(dev, GPU_COUNTER_SAMPLES_PASSED);
            draw_all(z, (const float[4]){u2f(mark), 0, 0, 0});
            double max = p.format->type == FMT_UNORM && has_depth
                             ? (double)((1u << p.format->component[0].bits) - 1)
                             : 1;
            double shown = has_depth ? (double)((float)depth / (float)max) : 0;
            bool in = !bounds || !has_depth || (shown >= (double)lo && shown <= (double)hi);
            bool spass = !stest || !has_stencil || passes(scompare, ref & cmask, stencil & cmask);
            bool dpass = !test || !has_depth || passes(compare, depth_value(&p, (double)z), depth);
            if (in && stest && has_stencil) {
               unsigned after = stencil_after(!spass ? op[0] : !dpass ? op[2] : op[1], stencil, ref);
               stencil = (stencil & ~wmask) | (after & wmask);
            }
            if (in && spass && dpass && test && write && has_depth)
               depth = depth_value(&p, (double)z);
            bool all = in && spass && dpass;
            double got_depth;
            unsigned got_stencil;
            read_depth(&p, &got_depth, &got_stencil);
            if ((gfx_pixel32(&c, 5, 6, 0) == mark) != all)
               fail_msg("%s round %u: %s", p.format->name, round, all ? "should pass" : "should not pass");
            if (fabs(got_depth - depth) > 1e-6 || got_stencil != stencil)
               fail_msg("%s round %u: %g %u, not %g %u", p.format->name, round, got_depth, got_stencil, depth,
                        stencil);
            assert_int_equal(rig_counter(dev, GPU_COUNTER_SAMPLES_PASSED) - passed, all ? SIZE * SIZE : 0);
         }
      }
}

/* Depth from the shader, bias, clamp. */
static void depth_sources(void **state)
{
   double depth;
   unsigned stencil;
   scene("v_mov v22, 0.5\n v_mul_f32 v22, v22, 0.5\n o_store 0, v22 +144\n o_store 0, 77 +148\n s_endpgm\n",
         GPU_STAGE_FS_WRITES_DEPTH | GPU_STAGE_FS_WRITES_STENCIL);
   gfx_picture p = gfx_make_image(&R(DEPTH_TARGET), DEPTH_IMAGE, 130, SIZE, SIZE, 0, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_ALWAYS << 2 | 1u << 6;
   R(STENCIL_BACK) = R(STENCIL_FRONT) = GPU_COMPARE_ALWAYS | GPU_STENCIL_REPLACE << 6;
   R(STENCIL_BACK_VALUES) = R(STENCIL_FRONT_VALUES) = 0xffff05;
   draw_all(0.9f, white);
   read_depth(&p, &depth, &stencil);
   assert_true(depth == 0.25 && stencil == 77);
   scene(gfx_fs_flat, 0);
   p = gfx_make_image(&R(DEPTH_TARGET), DEPTH_IMAGE, 124, SIZE, SIZE, 0, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_ALWAYS << 2;
   R(RASTER) = 1u << 6;
   R(BIAS_CONSTANT) = f2u(100);
   draw_all(0.5f, white);
   read_depth(&p, &depth, &stencil);
   assert_true(fabs(depth - (0.5 * 65535 + 100)) <= 1.5);
   scene(gfx_fs_flat, 0);
   p = gfx_make_image(&R(DEPTH_TARGET), DEPTH_IMAGE, 126, SIZE, SIZE, 0, 1, GPU_TILING_TILED);
   R(DEPTH) = 3 | GPU_COMPARE_ALWAYS << 2;
   R(CLIP) = 1u << 17; /* clamp, do not clip */
   draw_all(1.5f, white);
   read_depth(&p, &depth, &stencil);
   assert_true(depth == 1);
   R(CLIP) = 1u << 16;
   gfx_picture c = gfx_target_image(0, IMAGE, 37, SIZE, SIZE, 0);
   draw_all(1.5f, white);
   assert_int_equal(gfx_pixel32(&c, 3, 3, 0), 0);
}

/* ---- blending
 * -------------------------------------------------------------------------------------------------------------------------
 */
static double factor(unsigned f, const double *s, const double *d, const double *k, const double *s1,
                     unsigned c)
{
   switch (f) {
   case 0:
      return 0;
   case 1:
      return 1;
   case 2:
      return s[c];
   case 3:
      return 1 - s[c];
   case 4:
      return d[c];
   case 5:
      return 1 - d[c];
   case 6:
      return s[3];
   case 7:
      return 1 - s[3];
   case 8:
      return d[3];
   case 9:
      return 1 - d[3];
   case 10:
      return k[c];
   case 11:
      return 1 - k[c];
   case 12:
      return k[3];
   case 13:
      return 1 - k[3];
   case 14:
      return c == 3 ? 1 : fmin(s[3], 1 - d[3]);
   case 15:
      return s1[c];
   case 16:
      return 1 - s1[c];
   case 17:
      return s1[3];
   default:
      return 1 - s1[3];
   }
}

static double blend(unsigned op, double s, double sf, double d, double df)
{
   switch (op) {
   case 0:
      return s * sf + d * df;
   case 1:
      return s * sf - d * df;
   case 2:
      return d * df - s * sf;
   case 3:
      return fmin(s, d);
   default:
      return fmax(s, d);
   }
}

static const char *const fs_dual =
    "f_flat v22, 0 +64\n f_flat v23, 0 +68\n f_flat v24, 0 +72\n f_flat v25, 0 +76\n"
    "o_store 0, v22 +0\n o_store 0, v23 +4\n o_store 0, v24 +8\n o_store 0, v25 +12\n"
    "o_store 0, v25 +128\n o_store 0, v24 +132\n o_store 0, v23 +136\n o_store 0, v22 +140\n s_endpgm\n";

static void blending(void **state)
{
   static const uint32_t formats[] = {37, 109, 97, 44, 70, 64, 43};
   for (unsigned round = 0; round < 19 * 19 * 3; round++) {
      uint32_t format = formats[round % 7];
      scene(fs_dual, 0);
      gfx_picture p = gfx_target_image(0, IMAGE, format, SIZE, SIZE, 0);
      unsigned n = p.format->components, op = rnd() % 5, aop = rnd() % 5, asf = rnd() % 19, adf = rnd() % 19;
      unsigned sf = round % 19, df = round / 19 % 19;
      float first[4], src[4];
      double s[4], d[4] = {0, 0, 0, 1}, k[4], s1[4];
      uint8_t bytes[16];
      fmt_texel texel;
      for (unsigned c = 0; c < 4; c++) {
         first[c] = frand(0, 1);
         src[c] = frand(0, 1);
         s[c] = (double)src[c];
         RI(BLEND_CONSTANT, c) = f2u(frand(0, 1));
         k[c] = (double)u2f(RI(BLEND_CONSTANT, c));
      }
      for (unsigned c = 0; c < 4; c++)
         s1[c] = s[3 - c];
      draw_all(0.5f, first);
      gfx_get(gfx_pixel_offset(&p, 9, 9, 0, 0), bytes, p.format->block_B);
      fmt_unpack(p.format, bytes, &texel);
      for (unsigned c = 0; c < n; c++)
         d[c] = (double)texel.c[c].f;
      RI(BLEND, 0) = 1 | sf << 1 | df << 6 | op << 11 | asf << 14 | adf << 19 | aop << 24 | 15u << 27;
      draw_all(0.5f, src);
      gfx_get(gfx_pixel_offset(&p, 9, 9, 0, 0), bytes, p.format->block_B);
      fmt_unpack(p.format, bytes, &texel);
      for (unsigned c = 0; c < n; c++) {
         double want = c < 3
                           ? blend(op, s[c], factor(sf, s, d, k, s1, c), d[c], factor(df, s, d, k, s1, c))
                           : blend(aop, s[3], factor(asf, s, d, k, s1, 3), d[3], factor(adf, s, d, k, s1, 3));
         bool fixed = p.format->type == FMT_UNORM || p.format->type == FMT_SRGB;
         double got = (double)texel.c[c].f,
                unit = p.format->type == FMT_SFLOAT ? fmax(fabs(want), 1) * 1e-3 : 0;
         want = fixed ? fmin(fmax(want, 0), 1) : want;
         if (fixed)
            unit = p.format->type == FMT_SRGB && c < 3
                       ? 0.01
                       : 0.51 / (double)((1u << p.format->component[c].bits) - 1) + 1e-6;
         if (fabs(got - want) > unit)
            fail_msg("%s factors %u %u op %u, alpha %u %u op %u, component %u: %g, not %g", p.format->name,
                     sf, df, op, asf, adf, aop, c, got, want);
      }
   }
}

static uint32_t logic(unsigned op, uint32_t s, uint32_t d)
{
   const uint32_t all[16] = {0,        s & d,    s & ~d, s,      ~s & d, d,      s ^ d,    s | d,
                             ~(s | d), ~(s ^ d), ~d,     s | ~d, ~s,     ~s | d, ~(s & d), 0xffffffffu};
   return all[op];
}

static void logic_and_masks(void **state)
{
   for (unsigned op = 0; op < 16; op++) {
      scene(gfx_fs_flat, 0);
      gfx_picture p = gfx_target_image(0, IMAGE, 98, SIZE, SIZE, 0);
      uint32_t d = 0x3f123456, s = 0x3e987651;
      draw_all(0.5f, (const float[4]){u2f(d), 0, 0, 0});
      R(LOGIC_OP) = op | 1u << 4;
      draw_all(0.5f, (const float[4]){u2f(s), 0, 0, 0});
      assert_int_equal(gfx_pixel32(&p, 1, 1, 0), logic(op, s, d));
   }
   for (unsigned mask = 0; mask < 16; mask++) {
      scene(gfx_fs_flat, 0);
      gfx_picture p = gfx_target_image(0, IMAGE, 44, SIZE, SIZE, 0);
      draw_all(0.5f, (const float[4]){0.2f, 0.4f, 0.6f, 0.8f});
      RI(BLEND, 0) = mask << 27;
      draw_all(0.5f, white);
      uint32_t want = (mask & 4 ? 255u : 153u) | (mask & 2 ? 255u : 102u) << 8 |
                      (mask & 1 ? 255u : 51u) << 16 | (mask & 8 ? 255u : 204u) << 24;
      assert_int_equal(gfx_pixel32(&p, 1, 1, 0), want);
   }
}

/* Every format that can be a target gets what fmt_pack makes of the colour; tiled, linear, and so small that
 * tiles are small. */
static void formats(void **state)
{
   size_t count;
   const fmt_info *t = fmt_table(&count);
   for (size_t i = 0; i < count; i++)
      for (unsigned kind = 0; kind < 4; kind++) {
         if (t[i].layout != FMT_PLAIN || t[i].component[0].bits == 64)
            continue;
         uint32_t w = kind == 2 ? 13 : SIZE + (kind == 3 ? 11 : 0), log2 = kind == 3 ? 3 : 0;
         bool integer = t[i].type == FMT_UINT || t[i].type == FMT_SINT;
         uint8_t got[16], want[16];
         fmt_texel texel;
         float colour[4];
         gfx_reset_state(w, w);
         R(TOPOLOGY) = GPU_TOPOLOGY_TRIANGLES;
         rig_stage(GPU_STAGE_VS, gfx_vs_plain, 20, 0);
         rig_stage(GPU_STAGE_FS, gfx_fs_flat, 0, 0);
         R(SAMPLES) |= log2;
         gfx_picture p = gfx_make_image(&RI(TARGET, 0), IMAGE, t[i].number, w, w, log2, 1,
                                        kind == 1 ? GPU_TILING_LINEAR : GPU_TILING_TILED);
         for (unsigned c = 0; c < 4; c++) {
            colour[c] = integer ? u2f(rnd() % 3 ? rnd() % 300 : rnd()) : frand(-2, 2);
            texel.c[c].f = colour[c];
         }
         draw_all(0.5f, colour);
         assert_true(fmt_pack(&t[i], &texel, want));
         for (uint32_t at = 0; at < 4; at++) {
            uint32_t x = at & 1 ? w - 1 : 0, y = at & 2 ? w - 1 : 3;
            gfx_get(gfx_pixel_offset(&p, x, y, 0, log2 ? 5 : 0), got, t[i].block_B);
            if (memcmp(got, want, t[i].block_B))
               fail_msg("%s kind %u pixel %u %u", t[i].name, kind, x, y);
         }
      }
}

/* ---- samples, demotion
 * ------------------------------------------------------------------------------------------------------------------
 */
static void samples(void **state)
{
   scene("v_mov v22, 1.0\n o_store 0, v22 +0\n v_mul_f32 v23, v22, 0.5\n o_store 0, v23 +12\n s_endpgm\n", 0);
   gfx_picture p = gfx_target_image(0, IMAGE, 37, SIZE, SIZE, 2);
   R(SAMPLES) |= 1u << 9; /* alpha to coverage: half of the samples */
   draw_all(0.5f, white);
   unsigned n = 0;
   for (unsigned s = 0; s < 4; s++)
      n += gfx_pixel32(&p, 8, 8, s) != 0;
   assert_int_equal(n, 2);
   scene("v_bfe_u32 v22, v4, 4, 4\n v_cvt_f32_u32 v22, v22\n v_mul_f32 v22, v22, 0.5\n v_mul_f32 v22, v22, "
         "0.5\n o_store 0, v22 +0\n s_endpgm\n",
         0);
   p = gfx_target_image(0, IMAGE, 9, SIZE, SIZE, 2);
   R(SAMPLES) |= 1u << 8; /* each sample on its own */
   uint64_t shaded = rig_counter(dev, GPU_COUNTER_FS_INVOCATIONS);
   draw_all(0.5f, white);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_FS_INVOCATIONS) - shaded, 4 * SIZE * SIZE);
   for (unsigned s = 0; s < 4; s++)
      assert_int_equal(gfx_pixel32(&p, 31, 3, s), (uint32_t)nearbyint(s * 0.25 * 255));
   scene("o_store 0, 1.0 +0\n o_store 0, 5 +152\n s_endpgm\n", GPU_STAGE_FS_WRITES_MASK);
   p = gfx_target_image(0, IMAGE, 9, SIZE, SIZE, 2);
   R(SAMPLES) = (R(SAMPLES) & 0xffff) | 0xeu << 16;
   draw_all(0.5f, white);
   for (unsigned s = 0; s < 4; s++)
      assert_int_equal(gfx_pixel32(&p, 4, 4, s), s == 2 ? 255 : 0);
}

/* Pixels left of 10 go; they store nothing, their neighbours still find their values. */
static void demotion(void **state)
{
   scene("v_cmp_lt_f32 s20, v0, 0x41200000\n f_demote s20\n"
         "v_lane_id v10\n v_xor v10, v10, 1\n v_shuffle v11, v0, v10\n v_sub_u32 v12, v11, v11\n"
         "v_mul_f32 v13, v11, 0x3c800000\n o_store 0, v13 +0\n"
         "v_cvt_u32_f32 v14, v0\n v_cvt_u32_f32 v15, v1\n v_mad_u32 v14, v15, 32, v14\n v_shl v14, v14, 2\n"
         "v_mov v16, 9\n g_store_x1 s[0:1], v14, v16\n s_endpgm\n",
         GPU_STAGE_FS_KILLS | GPU_STAGE_FS_SIDE_EFFECTS);
   uint64_t va = RIG_VA + 0x80000;
   gfx_regs[(GPU_OFF_GFX_FS + GPU_STAGE_USER) / 4] = (uint32_t)va;
   gfx_regs[(GPU_OFF_GFX_FS + GPU_STAGE_USER) / 4 + 1] = (uint32_t)(va >> 32);
   for (uint32_t i = 0; i < SIZE * SIZE; i++)
      gfx_put(0x80000 + 4 * i, &(uint32_t){0}, 4);
   gfx_picture p = gfx_target_image(0, IMAGE, 100, SIZE, SIZE, 0);
   draw_all(0.5f, white);
   for (uint32_t i = 0; i < SIZE * SIZE; i++) {
      bool alive = i % SIZE >= 10;
      assert_int_equal(gfx_get32(0x80000 + 4 * i), alive ? 9 : 0);
      float want = ((float)((i % SIZE) ^ 1) + 0.5f) / 64;
      assert_int_equal(gfx_pixel32(&p, i % SIZE, i / SIZE, 0), alive ? f2u(want) : 0);
   }
}

static void bad_targets(void **state)
{
   scene(gfx_fs_flat, 0);
   draw_all(0.5f, white); /* none at all */
   gfx_target_image(0, IMAGE, 37, SIZE, SIZE, 0);
   R(SAMPLES) |= 1;
   gfx_go(3, 1, 0, 0, 0, false);
   gfx_expect_fault(GPU_FAULT_BAD_DRAW, GPU_OFF_GFX_TARGET);
   scene(gfx_fs_flat, 0);
   gfx_target_image(2, IMAGE, 123, SIZE, SIZE, 0); /* E5B9G9R9 */
   gfx_go(3, 1, 0, 0, 0, false);
   gfx_expect_fault(GPU_FAULT_BAD_DRAW, GPU_OFF_GFX_TARGET + 64);
   scene(gfx_fs_flat, 0);
   gfx_target_image(0, IMAGE, 37, SIZE, SIZE, 0);
   RI(TARGET, 1) = (RI(TARGET, 1) & ~0xffu) | 0x12;
   float v[3][8] = {{-1, -1, 0.5f, 1}, {3, -1, 0.5f, 1}, {-1, 3, 0.5f, 1}};
   gfx_use_vertices(v[0], 3);
   gfx_go(3, 1, 0, 0, 0, false);
   gfx_expect_fault(GPU_FAULT_UNMAPPED, 0);
   scene("s_trap 5\n", 0);
   gfx_target_image(0, IMAGE, 37, SIZE, SIZE, 0);
   gfx_use_vertices(v[0], 3);
   gfx_go(3, 1, 0, 0, 0, false);
   gfx_expect_fault(GPU_FAULT_SHADER_TRAP, 5);
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
       TEST(depth_and_stencil), TEST(depth_sources), TEST(blending), TEST(logic_and_masks),
       TEST(formats),           TEST(samples),       TEST(demotion), TEST(bad_targets),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
