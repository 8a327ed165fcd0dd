/* Compressed formats: blocks whose texels follow from the specifications by hand, sums over random blocks, and images of
 * them through the texture unit. The sums were taken when every decoder agreed with the decoders of the Khronos conformance
 * tests on 30,000 random blocks of each format (within the precision of those; void extents with reserved bits aside). */
#include "tex_rig.h"
#include "fmt_block.h"
#include <cmocka.h>
#include <math.h>

static float texels[144 * 4];

static void decode(const char *name, const uint8_t *block)
{
   assert_true(fmt_decode_block(tex_format(name), block, texels));
}

static void check_texel(unsigned i, float r, float g, float b, float a)
{
   const float want[4] = {r, g, b, a};
   for (unsigned c = 0; c < 4; c++)
      if (texels[4 * i + c] != want[c])
         fail_msg("texel %u component %u is %f, not %f", i, c, texels[4 * i + c], want[c]);
}

static void bc_by_hand(void **state)
{
   /* red and blue ends, the four indices in the first row */
   decode("BC1_RGBA_UNORM_BLOCK", (const uint8_t[]){0x00, 0xf8, 0x1f, 0x00, 0xe4, 0, 0, 0});
   check_texel(0, 1, 0, 0, 1);
   check_texel(1, 0, 0, 1, 1);
   check_texel(2, 170 / 255.0f, 0, 85 / 255.0f, 1);
   check_texel(3, 85 / 255.0f, 0, 170 / 255.0f, 1);
   /* the ends in the other order: mean, and transparent black if the format has alpha */
   decode("BC1_RGBA_UNORM_BLOCK", (const uint8_t[]){0x1f, 0x00, 0x00, 0xf8, 0xe4, 0, 0, 0});
   check_texel(2, 127 / 255.0f, 0, 127 / 255.0f, 1);
   check_texel(3, 0, 0, 0, 0);
   decode("BC1_RGB_UNORM_BLOCK", (const uint8_t[]){0x1f, 0x00, 0x00, 0xf8, 0xe4, 0, 0, 0});
   check_texel(3, 0, 0, 0, 1);
   decode("BC2_UNORM_BLOCK", (const uint8_t[]){0xf0, 0x83, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0});
   check_texel(1, 1, 1, 1, 1);
   check_texel(2, 1, 1, 1, 3 / 15.0f);
   decode("BC4_UNORM_BLOCK", (const uint8_t[]){255, 0, 0x88, 0xc6, 0xfa, 0, 0, 0}); /* indices 0..7 */
   check_texel(1, 0, 0, 0, 1);
   check_texel(2, 6 / 7.0f, 0, 0, 1);
   check_texel(7, 1 / 7.0f, 0, 0, 1);
   decode("BC4_SNORM_BLOCK", (const uint8_t[]){0x81, 0x7f, 0x88, 0xc6, 0xfa, 0, 0, 0});
   check_texel(0, -1, 0, 0, 1);
   check_texel(6, -1, 0, 0, 1);
   check_texel(7, 1, 0, 0, 1);
   /* BC7 mode 6: both ends 127 with their low bits set, so 255 everywhere */
   decode("BC7_UNORM_BLOCK", (const uint8_t[]){0xc0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0});
   check_texel(5, 1, 1, 1, 1);
   decode("BC7_UNORM_BLOCK", (const uint8_t[16]){0});
   check_texel(15, 0, 0, 0, 0);
   /* BC6H mode 11 (10-bit ends, no deltas): all ones is the greatest half */
   decode("BC6H_UFLOAT_BLOCK", (const uint8_t[]){0xe3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0});
   check_texel(9, 65504, 65504, 65504, 1);
}

static void etc_by_hand(void **state)
{
   /* individual mode, both bases 8 of 15, table 0, all indices 0: 136 + 2 */
   decode("ETC2_R8G8B8_UNORM_BLOCK", (const uint8_t[]){0x88, 0x88, 0x88, 0, 0, 0, 0, 0});
   check_texel(3, 138 / 255.0f, 138 / 255.0f, 138 / 255.0f, 1);
   /* punch-through: the flag says not opaque, index 2 (upper bit plane set) is transparent black */
   decode("ETC2_R8G8B8A1_UNORM_BLOCK", (const uint8_t[]){0x80, 0x80, 0x80, 0, 0x00, 0x01, 0, 0});
   check_texel(0, 0, 0, 0, 0);
   check_texel(1, 132 / 255.0f, 132 / 255.0f, 132 / 255.0f, 1);
   /* EAC: base 100, multiplier 2, table 13, index 7 (step 9) in the first texel, 3 (-10) in the second of the column */
   decode("ETC2_R8G8B8A8_UNORM_BLOCK", (const uint8_t[]){100, 0x2d, 0xec, 0, 0, 0, 0, 0, 0x88, 0x88, 0x88, 0, 0, 0, 0, 0});
   assert_true(texels[3] == 118 / 255.0f);
   assert_true(texels[4 * 4 + 3] == 80 / 255.0f);
   decode("EAC_R11_UNORM_BLOCK", (const uint8_t[]){255, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
   check_texel(8, 1, 0, 0, 1);
   decode("EAC_R11_SNORM_BLOCK", (const uint8_t[]){0x80, 0x0d, 0, 0, 0, 0, 0, 0}); /* -127 x 8 - 1 */
   check_texel(0, -1017 / 1023.0f, 0, 0, 1);
}

static void astc_by_hand(void **state)
{
   uint8_t extent[16] = {0xfc, 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x80, 0xff, 0xff, 0x00, 0x00, 0x00, 0x40};
   decode("ASTC_12x12_UNORM_BLOCK", extent);
   check_texel(143, 0.5f, 1, 0, 0.25f);
   decode("ASTC_4x4_SRGB_BLOCK", extent);
   check_texel(0, fmt_srgb_to_f32(0x80), 1, 0, 0x40 / 255.0f);
   extent[1] |= 2; /* HDR */
   decode("ASTC_4x4_UNORM_BLOCK", extent);
   check_texel(0, 1, 0, 1, 1);
   decode("ASTC_8x8_UNORM_BLOCK", (const uint8_t[16]){0}); /* reserved block mode */
   check_texel(63, 1, 0, 1, 1);
}

/* Blocks that reach every mode: BC7's unary number and ASTC's block mode are mostly forced. */
static void random_block(const fmt_info *f, uint32_t round, uint8_t block[16])
{
   for (unsigned k = 0; k < 16; k++)
      block[k] = (uint8_t)rnd();
   if (f->number >= 145 && f->number <= 146)
      block[0] = (uint8_t)(1u << round % 8 | (block[0] & 0xfeu << round % 8));
   if (f->layout == FMT_ASTC && round % 3)
      block[1] &= 0xe7;
}

static void sums_of_random_blocks(void **state)
{
   static const uint32_t golden[54] = {
      0xa3b19ecd, 0x9836055a, 0x9618e9a3, 0xdab0bb41, 0x4c213ea7, 0xa75d3bfb, 0xc8798686, 0x1646540a,
      0x9354cee1, 0x87b3b988, 0x928f5af7, 0x21e7425f, 0xb72ff5c5, 0x8b60b5c5, 0x342e55ab, 0x413395b6,
      0x323a0dcd, 0x82e3b5e3, 0x472e973c, 0xf27a2cc8, 0xaf1951d7, 0x976459d1, 0x459a03c1, 0xcb3bfed0,
      0xe570e282, 0x93992b77, 0x24ad39c5, 0x4af46967, 0x527218c5, 0xa966a142, 0x39440745, 0xb47b676b,
      0xf5269fc5, 0x53300d3c, 0x076305c5, 0x7e731189, 0x338d10c5, 0x4beab70b, 0x1be74dc5, 0xd1973790,
      0x3bff6ac5, 0xfd3ef69d, 0xc86905c5, 0x07a8628a, 0x896f0ec5, 0xbeadba3b, 0xaacd7ac5, 0x144fdec3,
      0x1872cac5, 0x9e5a6ece, 0xa55c2bc5, 0x5126e555, 0xd7ca40c5, 0xcef3bcd8,
   };
   bool ok = true;
   for (uint32_t number = 131; number <= 184; number++) {
      const fmt_info *f = fmt_lookup(number);
      uint32_t sum = 0x811c9dc5;
      rig_seed = 0x123456789abcdefu + number;
      for (uint32_t round = 0; round < 3000; round++) {
         uint8_t block[16];
         random_block(f, round, block);
         assert_true(fmt_decode_block(f, block, texels));
         for (unsigned i = 0; i < 4u * f->block_w_px * f->block_h_px; i++)
            sum = (sum ^ as_u(texels[i])) * 0x01000193;
      }
      if (sum != golden[number - 131]) {
         print_error("%s: 0x%08x\n", f->name, sum);
         ok = false;
      }
   }
   assert_true(ok);
}

static void values_are_in_range(void **state)
{
   for (uint32_t number = 131; number <= 184; number++) {
      const fmt_info *f = fmt_lookup(number);
      float low = f->type == FMT_SNORM ? -1.0f : f->type == FMT_SFLOAT ? -65504.0f : 0, high = f->type == FMT_UFLOAT || f->type == FMT_SFLOAT ? 65504.0f : 1;
      for (uint32_t round = 0; round < 1000; round++) {
         uint8_t block[16];
         random_block(f, round, block);
         fmt_decode_block(f, block, texels);
         for (unsigned i = 0; i < 4u * f->block_w_px * f->block_h_px; i++)
            assert_true(texels[i] >= low && texels[i] <= high);
      }
   }
   assert_false(fmt_decode_block(tex_format("R8_UNORM"), (const uint8_t[16]){0}, texels));
}

/* Every texel of a compressed image through a load is the block decoder's. */
static void images_of_blocks(void **state)
{
   static tex_run r;
   static const char *const formats[] = {"BC1_RGB_UNORM_BLOCK", "BC7_SRGB_BLOCK", "ETC2_R8G8B8A8_UNORM_BLOCK", "ASTC_6x5_UNORM_BLOCK", "ASTC_12x10_SRGB_BLOCK"};
   for (unsigned k = 0; k < sizeof formats / sizeof *formats; k++) {
      const fmt_info *f = tex_format(formats[k]);
      gpu_image i = tex_image(formats[k], GPU_DIM_2D_ARRAY, 77, 85, 1, 2, 3);
      gpu_image_shape s = tex_shape(&i);
      static uint8_t bytes[1 << 17];
      for (size_t n = 0; n < sizeof bytes; n++)
         bytes[n] = (uint8_t)rnd();
      rig_copy(rig_dev, 0, bytes, sizeof bytes, true);
      i.layer_stride_B = gpu_image_layer_B(&s, 3);
      assert_true(2 * i.layer_stride_B <= sizeof bytes);
      gpu_image_encode(&i, r.image);
      r.exec = 0xffffffff;
      for (unsigned round = 0; round < 60; round++) {
         uint32_t level = round % 3, w = gpu_image_minify(77, level), h = gpu_image_minify(85, level);
         for (unsigned l = 0; l < 32; l++) {
            r.address[0][l] = rnd() % w, r.address[1][l] = rnd() % h, r.address[2][l] = rnd() % 2;
            r.address[3][l] = level;
         }
         tex_go(&r, "img_load.2da.lod v[20:23], s[0:7], v[0:3]");
         for (unsigned l = 0; l < 32; l++) {
            uint32_t x = r.address[0][l], y = r.address[1][l];
            fmt_decode_block(f, bytes + tex_offset(&i, level, r.address[2][l], x / f->block_w_px, y / f->block_h_px, 0), texels);
            const float *want = texels + 4 * (y % f->block_h_px * f->block_w_px + x % f->block_w_px);
            for (unsigned c = 0; c < 4; c++)
               assert_int_equal(r.result[c][l], as_u(want[c]));
         }
      }
      /* stores leave blocks alone */
      tex_go(&r, "img_store.2da.lod s[0:7], v[16:19], v[0:3]");
      static uint8_t after[sizeof bytes];
      rig_copy(rig_dev, 0, after, sizeof after, false);
      assert_memory_equal(bytes, after, sizeof after);
   }
}

static int open_device(void **state)
{
   rig_dev = rig_open(1);
   return 0;
}

static int close_device(void **state)
{
   emu_device_close(rig_dev);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(bc_by_hand),          cmocka_unit_test(etc_by_hand),         cmocka_unit_test(astc_by_hand),
      cmocka_unit_test(sums_of_random_blocks), cmocka_unit_test(values_are_in_range), cmocka_unit_test(images_of_blocks),
   };
   return cmocka_run_group_tests(tests, open_device, close_device);
}
