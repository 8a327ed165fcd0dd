/* The fast paths of image instructions against the texture unit: whatever image, sampler and coordinates, on every host level
 * results, memory, bytes and traces are the same to the bit. The instruction runs twice, so that the second time finds its pages
 * in the TLB. */
#include "tex_rig.h"
#include <cmocka.h>
#include "core/tex.h"

static struct emu_tex_cache *cache;
static unsigned taken; /* runs with a view that fits */

static float unit(void)
{
   return (float)(rnd() >> 8) * 0x1p-24f;
}

/* Mostly ordinary, now and then what breaks things. */
static float coordinate(void)
{
   static const float odd[] = {0, -0.0f, 1, -1, 1e30f, -1e30f, 1e-40f, 3e9f, __builtin_inff(), -__builtin_inff(), 0.5f, 0x1.fffffep-1f};
   unsigned n = rnd() % 40;
   return n < sizeof odd / sizeof *odd ? odd[n] : n == 20 ? __builtin_nanf("") : unit() * 4 - 1.5f;
}

static float level(void)
{
   return rnd() % 12 ? unit() * 9 - 2 : rnd() % 2 ? __builtin_nanf("") : 1000.0f;
}

static gpu_image random_image(const char *const *formats, unsigned count, bool array)
{
   uint32_t most = 1u << (rnd() % 8 + 1), w = 1 + rnd() % most, h = 1 + rnd() % most, base = rnd() % 3;
   gpu_image i = tex_image(formats[rnd() % count], array ? GPU_DIM_2D_ARRAY : GPU_DIM_2D, w, h, 1, 1 + rnd() % 3, 1 + rnd() % 6);
   if (rnd() % 4 == 0) {
      i.tiling = GPU_TILING_LINEAR;
      i.levels = 1;
      base = 0;
      i.row_pitch_B = (fmt_lookup(i.format)->block_B * w + 63) / 64 * 64;
   }
   i.base_level = base;
   if (!array)
      i.layers = 1;
   i.base_layer = rnd() % 2;
   for (unsigned c = 0; c < 4 && rnd() % 2; c++)
      i.swizzle[c] = (enum gpu_swizzle)(rnd() % (GPU_SWIZZLE_1 + 1));
   gpu_image_shape shape = tex_shape(&i);
   i.layer_stride_B = gpu_image_align(gpu_image_layer_B(&shape, base + i.levels), 256);
   return i;
}

static void random_memory(void)
{
   static uint8_t bytes[RIG_B / 2];
   for (size_t n = 0; n < sizeof bytes; n++)
      bytes[n] = (uint8_t)(rnd() >> 11);
   rig_copy(rig_dev, 0, bytes, sizeof bytes, true);
}

static void compare(const tex_run *want, const tex_run *got, const char *text, const char *level)
{
   assert_int_equal(want->fault.type, got->fault.type);
   for (unsigned c = 0; c < 4; c++)
      for (unsigned l = 0; l < 32; l++)
         if (want->result[c][l] != got->result[c][l])
            fail_msg("%s on %s, lane %u, component %u: %08x, not %08x", text, level, l, c, got->result[c][l], want->result[c][l]);
   assert_int_equal(want->sums.bytes_read, got->sums.bytes_read);
   assert_int_equal(want->sums.bytes_written, got->sums.bytes_written);
   assert_int_equal(want->trace_dw, got->trace_dw);
   assert_memory_equal(want->trace, got->trace, 4 * want->trace_dw);
}

static void same(tex_run *r, const char *instruction)
{
   static uint8_t before[RIG_B / 2], want_memory[RIG_B / 2], memory[RIG_B / 2];
   const emu_interp *levels[3];
   char text[200];
   tex_run want = *r;
   snprintf(text, sizeof text, "%s\n%s", instruction, instruction);
   rig_copy(rig_dev, 0, before, sizeof before, false);
   want.cache = NULL;
   tex_go(&want, text);
   rig_copy(rig_dev, 0, want_memory, sizeof memory, false);
   for (unsigned n = rig_levels(levels); n-- > 0;) {
      rig_copy(rig_dev, 0, before, sizeof before, true);
      tex_run got = *r;
      got.cache = &cache;
      tex_go_on(&got, text, levels[n]);
      compare(&want, &got, text, levels[n]->name);
      rig_copy(rig_dev, 0, memory, sizeof memory, false);
      assert_memory_equal(memory, want_memory, sizeof memory);
   }
   for (unsigned n = 0; cache && n < TEX_VIEWS; n++)
      taken += cache->view[n].ok;
   free(cache);
   cache = NULL;
}

static void sampled(void **state)
{
   static const char *const formats[] = {"R8G8B8A8_UNORM", "B8G8R8A8_UNORM", "R8G8B8A8_SRGB", "B8G8R8A8_SRGB", "R32G32B32A32_SFLOAT"};
   static const char *const texts[] = {
      "img_sample.2d v[20:23], s[0:7], s[8:15], v[0:1]", "img_sample.2d.lod v[20:23], s[0:7], s[8:15], v[0:2]",
      "img_sample.2d.quad v[20:23], s[0:7], s[8:15], v[0:1]", "img_sample.2d.quad v[20:23], s[0:7], s[8:15], v[0:1]",
      "img_sample.2d.bias v[20:23], s[0:7], s[8:15], v[0:2]", "img_sample.2d.grad v[20:23], s[0:7], s[8:15], v[0:5]"};
   random_memory();
   taken = 0;
   for (unsigned n = 0; n < 1500; n++) {
      tex_run r = {.exec = rnd() % 3 ? 0xffffffffu : rnd() | 1u << rnd() % 32};
      gpu_image i = random_image(formats, 5, false);
      gpu_sampler s = {.mag_linear = rnd() & 1, .min_linear = rnd() & 1, .mip_linear = rnd() & 1, .anisotropy = rnd() % 3 ? 0 : rnd() % 17,
                       .bias = as_u(rnd() % 3 ? 0 : level()), .min_lod = as_u(rnd() % 3 ? 0 : level()),
                       .max_lod = as_u(rnd() % 3 ? 1000.0f : rnd() % 2 ? 0 : level())};
      if (rnd() % 2)
         s.mag_linear = s.min_linear;
      for (unsigned k = 0; k < 3; k++)
         s.address[k] = (enum gpu_address_mode)(rnd() % (rnd() % 8 ? 3 : 5));
      gpu_image_encode(&i, r.image);
      gpu_sampler_encode(&s, r.sampler);
      bool smooth = rnd() % 2;
      float across = unit() * 0.2f, down = unit() * 0.05f;
      for (unsigned l = 0; l < 32; l++) {
         for (unsigned k = 0; k < 2; k++)
            r.address[k][l] = as_u(smooth ? unit() * 0.01f + (k ? down : across) * (float)((k ? l / 8 : l % 8)) : coordinate());
         for (unsigned k = 2; k < 6; k++)
            r.address[k][l] = as_u(rnd() % 8 ? (unit() - 0.5f) * 0.3f : level());
         if (n % 6 == 1 || n % 6 == 4)
            r.address[2][l] = as_u(level());
      }
      same(&r, texts[n % 6]);
   }
   assert_true(taken > 700); /* else this test shows nothing */
}

static void loaded_and_stored(void **state)
{
   static const char *const formats[] = {"R8G8B8A8_UNORM", "B8G8R8A8_UNORM", "R8G8B8A8_SRGB",       "R32_UINT",
                                         "R32G32_SFLOAT",  "R32_SFLOAT",     "R32G32B32A32_SFLOAT", "R16G16_SFLOAT"};
   static const char *const texts[] = {
      "img_load.2d v[20:23], s[0:7], v[0:1]",        "img_load.2da v[20:23], s[0:7], v[0:2]",
      "img_load.2d.lod v[20:23], s[0:7], v[0:2]",    "img_load.2da.sample v[20:23], s[0:7], v[0:3]",
      "img_store.2d s[0:7], v[16:19], v[0:1]",       "img_store.2da s[0:7], v[16:19], v[0:2]"};
   random_memory();
   taken = 0;
   for (unsigned n = 0; n < 900; n++) {
      tex_run r = {.exec = rnd() % 3 ? 0xffffffffu : rnd() | 1u << rnd() % 32};
      unsigned which = n % 6;
      gpu_image i = random_image(formats, 8, which == 1 || which == 3 || which == 5);
      if (which == 3) {
         i.tiling = GPU_TILING_TILED;
         i.levels = 1;
         i.base_level = 0;
         i.samples_log2 = rnd() % 4;
      }
      gpu_image_encode(&i, r.image);
      bool uniform = rnd() % 4;
      uint32_t third = rnd() % 3, x0 = rnd() % i.width, y0 = rnd() % i.height;
      for (unsigned l = 0; l < 32; l++) {
         r.address[0][l] = rnd() % 20 ? x0 + l % 8 : rnd();
         r.address[1][l] = rnd() % 20 ? y0 + l / 8 : rnd();
         r.address[2][l] = uniform ? third : rnd() % 4;
         r.address[3][l] = rnd() % 5;
         for (unsigned c = 0; c < 4; c++)
            r.data[c][l] = as_u(rnd() % 6 ? unit() * 1.5f - 0.2f : coordinate());
      }
      same(&r, texts[which]);
   }
   assert_true(taken > 400);
}

/* The sectors of the instruction's records, whose form is checked; returns how many lines they have. */
static unsigned sectors_of(const tex_run *r, uint8_t *sectors)
{
   const uint32_t *at = r->trace + 3, *end = r->trace + r->trace_dw;
   unsigned lines = 0;
   bool more = false;
   assert_int_equal(at[-1], (uint32_t)EMU_REC_SEGMENT << 28);
   do {
      unsigned n = *at >> 8 & 0xff;
      assert_int_equal(*at >> 28, more ? EMU_REC_MORE_LINES : EMU_REC_LINES);
      assert_int_equal(*at & 0xff, 0);
      assert_int_equal(*at >> 16 & 0xfff, more ? 0 : (unsigned)__builtin_popcount(r->exec) / (r->exec == 0xffffffffu ? 4 : 1) * 16);
      more = emu_lines_continue(at++);
      for (unsigned i = 0; i < n; i++, at += 2)
         for (unsigned k = 0; k < 4; k++)
            sectors[4 * (emu_entry_line(at) - (RIG_VA >> 7)) + k] |= emu_entry_sectors(at) >> k & 1;
      lines += n;
   } while (more);
   assert_ptr_equal(at, end);
   return lines;
}

/* More lines than a record has room for, and more blocks of them than are collected at once: nothing is lost. */
static void many_lines(void **state)
{
   static uint8_t all[RIG_B / 32], single[RIG_B / 32];
   for (unsigned width = 128; width <= 256; width *= 2) {
      tex_run r = {.exec = 0xffffffffu};
      gpu_image i = tex_image("R8G8B8A8_UNORM", GPU_DIM_2D, width, 768, 1, 1, 1);
      gpu_sampler s = {.anisotropy = 16};
      gpu_image_encode(&i, r.image);
      gpu_sampler_encode(&s, r.sampler);
      for (unsigned l = 0; l < 32; l++) {
         r.address[0][l] = as_u(unit());
         r.address[1][l] = as_u(unit());
         r.address[2][l] = r.address[3][l] = as_u(1);
      }
      random_memory();
      same(&r, "img_sample.2d.grad v[20:23], s[0:7], s[8:15], v[0:5]");
      memset(all, 0, sizeof all);
      memset(single, 0, sizeof single);
      tex_go(&r, "img_sample.2d.grad v[20:23], s[0:7], s[8:15], v[0:5]");
      assert_true(sectors_of(&r, all) > 255);
      for (unsigned l = 0; l < 32; l++) {
         r.exec = 1u << l;
         tex_go(&r, "img_sample.2d.grad v[20:23], s[0:7], s[8:15], v[0:5]");
         assert_true(sectors_of(&r, single) <= 16);
      }
      assert_memory_equal(all, single, sizeof all);
      unsigned blocks = 0;
      for (unsigned b = 0; b < sizeof all / 64; b++)
         blocks += memchr(all + 64 * b, 1, 64) != NULL;
      assert_true((blocks > EMU_SECTOR_BLOCKS) == (width == 256));
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
   const struct CMUnitTest tests[] = {cmocka_unit_test(sampled), cmocka_unit_test(loaded_and_stored), cmocka_unit_test(many_lines)};
   return cmocka_run_group_tests(tests, open_device, close_device);
}
