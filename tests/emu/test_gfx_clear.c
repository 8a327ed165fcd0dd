/* Clears of targets: every format that can be drawn to, tiled and linear, all samples, layers, one aspect without
 * the other, the edges of the area, and what is not there. */
#include "gfx_rig.h"

#define SIZE 70
#define IMAGE 0x20000u

static uint32_t xy(uint32_t x, uint32_t y)
{
   return x | y << 16;
}

static void send_clear(const uint32_t fields[8])
{
   gfx_send_state();
   for (uint32_t i = 0; i < 8; i++)
      emu_gfx_write(dev, GPU_OFF_GFX_CLEAR + 4 * i, fields[i]);
   emu_gfx_write(dev, GPU_OFF_GFX_GO, GPU_GFX_CLEAR);
   assert_true(gfx_wait());
}

static void clear(const uint32_t fields[8])
{
   send_clear(fields);
   assert_int_equal(emu_fault_read(dev, GPU_OFF_FAULT_STATUS), 0);
}

/* Texels inside the rectangle have the value in the mask's bits, the others and the rest are zeros. */
static void check(const gfx_picture *p, const uint32_t fields[8], uint32_t layers, const uint8_t *value,
                  const uint8_t *mask)
{
   uint32_t first = fields[3] & 0xffff, last = first + (fields[3] >> 16), size = p->format->block_B;
   for (uint32_t l = 0; l < layers; l++)
      for (uint32_t y = 0; y < p->h; y++)
         for (uint32_t x = 0; x < p->w; x++)
            for (uint32_t s = 0; s < 1u << p->samples_log2; s++) {
               uint8_t got[16];
               bool in = l >= first && l < last && x >= (fields[1] & 0xffff) && x < (fields[2] & 0xffff) &&
                         y >= fields[1] >> 16 && y < fields[2] >> 16;
               gfx_get(gfx_pixel_offset(p, x, y, l, s), got, size);
               for (uint32_t b = 0; b < size; b++)
                  if (got[b] != (in ? value[b] & mask[b] : 0))
                     fail_msg("%s, layer %u, (%u, %u), sample %u, byte %u: %x", p->format->name, l, x, y, s, b, got[b]);
            }
}

static void formats(void **state)
{
   static const uint8_t all[16] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
   size_t count;
   const fmt_info *t = fmt_table(&count);
   unsigned tried = 0;
   for (size_t i = 0; i < count; i++) {
      const fmt_info *f = &t[i];
      uint32_t log2 = i % (f->block_B > 4 ? 2 : 4), linear = i % 3 == 0;
      if (f->layout != FMT_PLAIN || f->block_B > 16 || f->component[0].bits == 64)
         continue;
      bool number = fmt_component_type(f, 0) != FMT_UINT && fmt_component_type(f, 0) != FMT_SINT;
      fmt_texel texel;
      uint32_t fields[8] = {3, xy(5, 30), xy(41, 66), 0 | 1u << 16};
      for (unsigned c = 0; c < 4; c++)
         texel.c[c].u = fields[4 + c] = number ? f2u(0.25f * (float)(c + 1)) : 3 * c + 1;
      uint8_t value[16];
      if (!fmt_pack(f, &texel, value))
         continue;
      gfx_reset_state(SIZE, SIZE);
      gfx_picture p = gfx_make_image(&RI(TARGET, 24), IMAGE, f->number, SIZE, SIZE, linear ? 0 : log2, 1,
                                     linear ? GPU_TILING_LINEAR : GPU_TILING_TILED);
      clear(fields);
      check(&p, fields, 1, value, all);
      tried++;
   }
   assert_true(tried > 60);
}

static void depth_formats(void **state)
{
   static const uint32_t numbers[] = {124, 125, 126, 127, 129, 130}; /* D16 X8D24 D32F S8 D24S8 D32FS8 */
   for (unsigned n = 0; n < sizeof numbers / sizeof numbers[0]; n++)
      for (uint32_t what = 1; what < 4; what++) {
         const fmt_info *f = fmt_lookup(numbers[n]);
         uint8_t value[16] = {0}, mask[16] = {0};
         uint32_t fields[8] = {what << 4, xy(0, 3), xy(64, 40), 1 | 2u << 16, f2u(0.6f), 0xa5};
         fmt_texel texel = {0};
         if (!f)
            continue;
         texel.c[0].f = 0.6f;
         texel.c[1].u = 0xa5;
         assert_true(fmt_pack(f, &texel, value));
         for (unsigned k = 0; k < 2; k++)
            for (unsigned b = 0; b < f->component[k].bits && (what >> k & 1); b++)
               mask[(f->component[k].shift + b) / 8] |= (uint8_t)(1u << (f->component[k].shift + b) % 8);
         gfx_reset_state(SIZE, SIZE);
         R(FB_LAYERS) = 4;
         gfx_picture p = gfx_make_image(&R(DEPTH_TARGET), IMAGE, f->number, SIZE, SIZE, n % 3, 4, GPU_TILING_TILED);
         clear(fields);
         check(&p, fields, 4, value, mask);
      }
}

/* The area drawn to and the target end the rectangle; scissors, masks and samples of draws do not count. */
static void edges(void **state)
{
   static const uint8_t value[16] = {7}, mask[16] = {255};
   gfx_reset_state(SIZE, SIZE);
   R(RENDER_AREA_MIN) = xy(10, 20);
   R(RENDER_AREA_MAX) = xy(60, 50);
   R(FB_LAYERS) = 2;
   RI(SCISSOR, 2) = 0;
   RI(BLEND, 0) = 0;
   R(SAMPLES) = 3;
   gfx_picture p = gfx_make_image(&RI(TARGET, 0), IMAGE, 13, 55, SIZE, 0, 3, GPU_TILING_TILED);
   clear((const uint32_t[8]){0, xy(0, 0), xy(16384, 16384), 1 | 2048u << 16, 7});
   check(&p, (const uint32_t[8]){0, xy(10, 20), xy(55, 50), 1 | 1u << 16}, 3, value, mask);
   clear((const uint32_t[8]){1, xy(0, 0), xy(SIZE, SIZE), 0 | 1u << 16, 1}); /* not there */
   clear((const uint32_t[8]){0, xy(12, 20), xy(12, 50), 0 | 1u << 16, 1});   /* empty */
   clear((const uint32_t[8]){0, xy(0, 0), xy(SIZE, SIZE), 2 | 1u << 16, 1});
   check(&p, (const uint32_t[8]){0, xy(10, 20), xy(55, 50), 1 | 1u << 16}, 3, value, mask);
}

static void bad(void **state)
{
   gfx_reset_state(SIZE, SIZE);
   gfx_make_image(&R(DEPTH_TARGET), IMAGE, 13, SIZE, SIZE, 0, 1, GPU_TILING_TILED);
   send_clear((const uint32_t[8]){GPU_CLEAR_DEPTH, 0, xy(4, 4), 1u << 16});
   gfx_expect_fault(GPU_FAULT_BAD_DRAW, GPU_OFF_GFX_DEPTH_TARGET);
   gfx_reset_state(SIZE, SIZE);
   gfx_make_image(&RI(TARGET, 0), IMAGE, 13, SIZE, SIZE, 0, 1, GPU_TILING_TILED);
   RI(TARGET, 1) ^= 1u << 6; /* an address where nothing is */
   send_clear((const uint32_t[8]){0, 0, xy(4, 4), 1u << 16});
   gfx_expect_fault(GPU_FAULT_UNMAPPED, ~0u);
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
   const struct CMUnitTest tests[] = {TEST(formats), TEST(depth_formats), TEST(edges), TEST(bad)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
