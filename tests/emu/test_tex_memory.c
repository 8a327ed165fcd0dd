/* Images in memory: tiling, every format through load and store, ranges, atomics, queries, null and random
 * descriptors, faults. */
#include "tex_rig.h"
#include <cmocka.h>

/* ---- tiling ------------------------------------------------------------------------------------------ */
static uint8_t *touched;

static void check_layout(gpu_image_shape s, uint32_t levels)
{
   uint64_t layer_B = gpu_image_layer_B(&s, levels);
   touched = calloc(layer_B, 1);
   uint64_t end = 0;
   for (uint32_t n = 0; n < levels; n++) {
      gpu_image_level l;
      gpu_image_level_of(&s, n, &l);
      assert_true(l.offset_B >= end && l.offset_B % 256 == 0);
      end = l.offset_B + l.size_B;
      assert_true(end <= layer_B);
      for (uint32_t z = 0; z < l.depth; z++)
         for (uint32_t y = 0; y < l.height_el; y++)
            for (uint32_t x = 0; x < l.width_el; x++) {
               uint64_t at = gpu_image_element_offset(&l, x, y, z);
               assert_true(at >= l.offset_B && at + s.element_B <= end);
               for (uint32_t b = 0; b < s.element_B; b++)
                  assert_int_equal(touched[at + b]++, 0);
            }
   }
   assert_int_equal(end, layer_B);
   free(touched);
}

static void tiling_is_a_bijection(void **state)
{
   static const uint32_t sizes[][3] = {{1, 1, 1}, {4, 4, 1}, {5, 3, 1},  {16, 17, 1}, {17, 16, 1},
                                       {17, 17, 1}, {33, 65, 1}, {100, 40, 3}, {7, 9, 5}, {64, 64, 1}};
   static const uint32_t bytes[] = {1, 2, 3, 4, 8, 12, 16};
   for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
      for (unsigned k = 0; k < sizeof bytes / sizeof *bytes; k++) {
         gpu_image_shape s = {.element_B = bytes[k], .block_w_px = 1, .block_h_px = 1, .width = sizes[i][0], .height = sizes[i][1], .depth = sizes[i][2]};
         check_layout(s, 5);
         s.block_w_px = 4, s.block_h_px = 4;
         check_layout(s, 3);
         s.block_w_px = s.block_h_px = 1;
         s.height = s.depth = 1, s.is_1d = true;
         check_layout(s, 3);
         s.height = sizes[i][1], s.depth = sizes[i][2], s.is_1d = false;
         s.tiling = GPU_TILING_LINEAR;
         s.row_pitch_B = bytes[k] * s.width + 13;
         s.slice_pitch_B = s.row_pitch_B * s.height + 5;
         gpu_image_level l;
         gpu_image_level_of(&s, 0, &l);
         assert_int_equal(gpu_image_element_offset(&l, 1, 2, 3), bytes[k] + 2 * s.row_pitch_B + 3 * l.slice_B);
      }
   gpu_image_shape s = {.element_B = 4, .block_w_px = 1, .block_h_px = 1, .width = 64, .height = 64, .depth = 1};
   gpu_image_level l;
   gpu_image_level_of(&s, 0, &l);
   assert_int_equal(l.tile_log2, 5);
   assert_int_equal(gpu_image_element_offset(&l, 33, 2, 0), 4096 + 4 * (1 + 8));
   gpu_image_level_of(&s, 2, &l);
   assert_int_equal(l.offset_B, 16384 + 4096);
   assert_int_equal(l.tile_log2, 2);
   assert_int_equal(gpu_image_element_offset(&l, 4, 1, 0), l.offset_B + 4 * (16 + 2));
}

static void descriptors_round_trip(void **state)
{
   for (int i = 0; i < 200000; i++) {
      uint32_t dw[8], again[8];
      gpu_image image;
      gpu_sampler sampler;
      for (unsigned k = 0; k < 8; k++)
         dw[k] = rnd() & (rnd() % 2 ? 0xffffffffu : rnd());
      dw[1] &= 0x07ffffff, dw[3] &= 0x0fffffff, dw[4] &= 0xfffff;
      if (gpu_image_decode(dw, &image)) {
         gpu_image back;
         gpu_image_encode(&image, again);
         assert_true(gpu_image_decode(again, &back));
         uint32_t third[8];
         gpu_image_encode(&back, third);
         assert_memory_equal(again, third, 32);
         assert_int_equal(again[0], dw[0]);
         assert_int_equal(again[2], dw[2]);
      }
      gpu_sampler_decode(dw, &sampler);
      gpu_sampler_encode(&sampler, again);
      assert_memory_equal(dw + 1, again + 1, 28);
      assert_int_equal(again[0] & 7, dw[0] & 7);
   }
   uint32_t zero[8] = {0};
   gpu_image image;
   assert_false(gpu_image_decode(zero, &image));
}

/* ---- every format --------------------------------------------------------------------------------------- */
static void expected_texel(const fmt_info *f, bool stencil, const uint8_t *bytes, uint32_t out[4])
{
   fmt_texel t;
   fmt_unpack(f, bytes, &t);
   for (unsigned c = 0; c < 4; c++)
      out[c] = t.c[c].u;
   if (f->layout == FMT_DEPTH) {
      out[0] = t.c[stencil].u;
      out[1] = out[2] = 0;
      out[3] = stencil ? 1 : 0x3f800000;
   } else if (f->component[0].bits == 64) {
      memset(out, 0, 16);
      memcpy(out, &t.c[0].u64, 8);
      out[3] = f->components == 1;
      if (f->components > 1)
         memcpy(out + 2, &t.c[1].u64, 8);
   }
}

static void check_format(const fmt_info *f, bool stencil, enum gpu_tiling tiling)
{
   static tex_run r;
   gpu_image i = tex_image(f->name, GPU_DIM_2D_ARRAY, 37, 21, 1, 3, tiling ? 1 : 3);
   i.stencil = stencil;
   i.tiling = tiling;
   i.row_pitch_B = tiling ? 37 * f->block_B + 3 : 0;
   gpu_image_shape s = tex_shape(&i);
   i.layer_stride_B = gpu_image_align(gpu_image_layer_B(&s, 3), 256);
   gpu_image_encode(&i, r.image);
   uint64_t at[32];
   uint32_t level = tiling ? 0 : rnd() % 3;
   uint8_t bytes[32][32], before[32][32];
   r.exec = 0xffffffffu;
   for (unsigned l = 0; l < 32; l++) {
      uint32_t w = gpu_image_minify(37, level), h = gpu_image_minify(21, level);
      /* distinct texels */
      uint32_t x = l % w, y = (l / w) % h, layer = (l / w / h + l) % 3;
      r.address[0][l] = x, r.address[1][l] = y, r.address[2][l] = layer, r.address[3][l] = level;
      at[l] = tex_offset(&i, level, layer, x, y, 0);
      for (unsigned b = 0; b < 32; b++)
         before[l][b] = (uint8_t)rnd();
      rig_copy(rig_dev, at[l], before[l], f->block_B, true);
   }
   tex_go(&r, "img_load.2da.lod v[20:23], s[0:7], v[0:3]");
   assert_int_equal(r.fault.type, GPU_FAULT_NONE);
   for (unsigned l = 0; l < 32; l++) {
      uint32_t want[4];
      expected_texel(f, stencil, before[l], want);
      for (unsigned c = 0; c < 4; c++)
         if (r.result[c][l] != want[c])
            fail_msg("%s loads %08x in component %u, not %08x", f->name, r.result[c][l], c, want[c]);
   }
   for (unsigned l = 0; l < 32; l++)
      for (unsigned c = 0; c < 4; c++)
         r.data[c][l] = rnd() % 2 ? as_u((float)(rnd() % 2000) / 700.0f - 0.5f) : rnd() >> rnd() % 32;
   tex_go(&r, "img_store.2da.lod s[0:7], v[16:19], v[0:3]");
   assert_int_equal(r.fault.type, GPU_FAULT_NONE);
   for (unsigned l = 0; l < 32; l++) {
      fmt_texel t;
      uint8_t want[32];
      fmt_unpack(f, before[l], &t);
      if (f->layout == FMT_DEPTH)
         t.c[stencil].u = r.data[0][l];
      else
         for (unsigned c = 0; c < 4; c++)
            if (f->component[0].bits == 64)
               t.c[c].u64 = c > 1 ? 0 : r.data[2 * c][l] | (uint64_t)r.data[2 * c + 1][l] << 32;
            else
               t.c[c].u = r.data[c][l];
      fmt_pack(f, &t, want);
      /* of two aspects, only the bytes of one are written */
      for (unsigned b = 0; f->component[0].bits && f->component[1].bits && f->layout == FMT_DEPTH && b < f->block_B; b++)
         if (b - f->component[stencil].shift / 8u >= f->component[stencil].bits / 8u)
            want[b] = before[l][b];
      rig_copy(rig_dev, at[l], bytes[l], f->block_B, false);
      if (memcmp(bytes[l], want, f->block_B))
         fail_msg("%s stores other bytes", f->name);
   }
}

static void every_format_loads_and_stores(void **state)
{
   size_t count, tried = 0;
   const fmt_info *table = fmt_table(&count);
   for (size_t i = 0; i < count; i++) {
      const fmt_info *f = &table[i];
      if (f->layout >= FMT_BC)
         continue;
      for (unsigned aspect = 0; aspect < 2; aspect++)
         for (unsigned tiling = 0; tiling < 2; tiling++)
            for (unsigned round = 0; round < 4; round++) {
               if (f->layout == FMT_DEPTH ? !f->component[aspect].bits : aspect)
                  continue;
               check_format(f, aspect, (enum gpu_tiling)tiling);
               tried++;
            }
   }
   assert_true(tried > 1000);
}

static void buffers(void **state)
{
   static tex_run r;
   gpu_image i = {.va = RIG_VA, .format = tex_format("R8G8B8A8_UINT")->number, .dim = GPU_DIM_BUFFER, .elements = 20, .offset_B = 12,
                  .swizzle = {GPU_SWIZZLE_R, GPU_SWIZZLE_G, GPU_SWIZZLE_B, GPU_SWIZZLE_A}};
   uint32_t content[40];
   for (unsigned k = 0; k < 40; k++)
      content[k] = k * 0x01020304u;
   rig_copy(rig_dev, 0, content, sizeof content, true);
   gpu_image_encode(&i, r.image);
   r.exec = 0x7fffffff;
   for (unsigned l = 0; l < 32; l++) {
      r.address[0][l] = l == 30 ? 0xffffffffu : l;
      for (unsigned c = 0; c < 4; c++)
         r.data[c][l] = l + c;
   }
   tex_go(&r, "img_load.buf v[20:23], s[0:7], v0");
   for (unsigned l = 0; l < 31; l++)
      for (unsigned c = 0; c < 4; c++)
         assert_int_equal(r.result[c][l], l < 20 ? (content[l + 3] >> 8 * c & 255) : 0);
   assert_int_equal(r.result[0][31], 0xcdcdcdcd);
   tex_go(&r, "img_store.buf s[0:7], v[16:19], v0");
   rig_copy(rig_dev, 0, content, sizeof content, false);
   for (unsigned k = 0; k < 40; k++)
      assert_int_equal(content[k], k >= 3 && k < 23 ? (k - 3) * 0x01010101u + 0x03020100u : k * 0x01020304u);
   tex_go(&r, "img_size.buf v[20:23], s[0:7], 0");
   assert_int_equal(r.result[0][0], 20);
   assert_int_equal(r.result[1][0], 0);
}

/* ---- ranges, swizzle, null ----------------------------------------------------------------------------------- */
static void out_of_range(void **state)
{
   static tex_run r;
   static const char *const formats[] = {"R8G8B8A8_UNORM", "R8G8B8A8_UINT", "R32_SFLOAT", "R16G16_UINT"};
   for (unsigned k = 0; k < 4; k++) {
      gpu_image i = tex_image(formats[k], GPU_DIM_2D_ARRAY, 8, 4, 1, 2, 2);
      bool alpha = k < 2;
      i.layer_stride_B = 512;
      uint8_t fill[2048];
      memset(fill, 0xff, sizeof fill);
      rig_copy(rig_dev, 0, fill, sizeof fill, true);
      gpu_image_encode(&i, r.image);
      r.exec = 0xffffffffu;
      for (unsigned l = 0; l < 32; l++) {
         r.address[0][l] = l % 2 ? 8 : 0;
         r.address[1][l] = l & 2 ? (uint32_t)-1 : 3;
         r.address[2][l] = l & 4 ? 2 : 1;
         r.address[3][l] = l & 8 ? 2 : 0;
         if (l == 16)
            r.address[3][l] = 1; /* height 2 there */
         memset(r.data[0], 0, sizeof r.data);
      }
      uint32_t one = strstr(formats[k], "UINT") ? 1 : 0x3f800000;
      tex_go(&r, "img_load.2da.lod v[20:23], s[0:7], v[0:3]");
      for (unsigned l = 0; l < 32; l++) {
         if (l == 0 || l == 16) {
            assert_int_equal(r.result[0][l] != 0, l == 0);
            continue;
         }
         assert_int_equal(r.result[0][l] | r.result[1][l] | r.result[2][l], l % 16 ? 0 : r.result[0][l]);
         if (l % 16)
            assert_int_equal(r.result[3][l], alpha ? 0 : one);
      }
      r.exec = 0xfffefffeu; /* all of them out of range */
      tex_go(&r, "img_store.2da.lod s[0:7], v[16:19], v[0:3]");
      uint8_t after[2048];
      rig_copy(rig_dev, 0, after, sizeof after, false);
      assert_memory_equal(fill, after, sizeof fill);
   }
}

static void swizzles(void **state)
{
   static tex_run r;
   gpu_image i = tex_image("R8G8B8A8_UINT", GPU_DIM_2D, 4, 4, 1, 1, 1);
   uint32_t texel = 0x44332211;
   rig_copy(rig_dev, 0, &texel, 4, true);
   for (unsigned k = 0; k < 6 * 6 * 6 * 6; k++) {
      static const uint32_t value[6] = {0x11, 0x22, 0x33, 0x44, 0, 1};
      unsigned s[4] = {k % 6, k / 6 % 6, k / 36 % 6, k / 216};
      for (unsigned c = 0; c < 4; c++)
         i.swizzle[c] = (enum gpu_swizzle)s[c];
      gpu_image_encode(&i, r.image);
      r.exec = 2;
      tex_go(&r, "img_load.2d v[20:23], s[0:7], v[0:1]");
      for (unsigned c = 0; c < 4; c++)
         assert_int_equal(r.result[c][1], value[s[c]]);
   }
}

static void null_and_wrong_kind(void **state)
{
   static tex_run r;
   static const char *const loads[] = {"img_load.2d v[20:23], s[0:7], v[0:1]", "img_sample.2d v[20:23], s[0:7], s[8:15], v[0:1]",
                                       "img_gather.2d.g v[20:23], s[0:7], s[8:15], v[0:1]", "img_size.2d v[20:23], s[0:7], 0",
                                       "img_info.2d v[20:23], s[0:7]"};
   gpu_image i = tex_image("R8G8B8A8_UINT", GPU_DIM_3D, 4, 4, 4, 1, 1);
   for (unsigned k = 0; k < 5; k++)
      for (unsigned null = 0; null < 2; null++) {
         memset(&r, 0, sizeof r);
         if (!null)
            gpu_image_encode(&i, r.image);
         r.exec = 0xffff;
         tex_go(&r, loads[k]);
         assert_int_equal(r.fault.type, GPU_FAULT_NONE);
         for (unsigned c = 0; c < 4; c++)
            for (unsigned l = 0; l < 32; l++)
               assert_int_equal(r.result[c][l], l < 16 ? 0 : 0xcdcdcdcd);
      }
   memset(&r, 0, sizeof r);
   r.exec = 0xffffffff;
   tex_go(&r, "img_store.2d s[0:7], v[16:19], v[0:1]");
   assert_int_equal(r.fault.type, GPU_FAULT_NONE);
   tex_go(&r, "img_atom_add.ret.2d v20, s[0:7], v16, v[0:1]");
   assert_int_equal(r.result[0][3], 0);
}

/* ---- atomics ------------------------------------------------------------------------------------------------------ */
static void atomics(void **state)
{
   static tex_run r;
   gpu_image i = tex_image("R32_UINT", GPU_DIM_3D, 8, 8, 2, 1, 1);
   uint32_t value = 100;
   uint64_t at = tex_offset(&i, 0, 0, 5, 3, 1);
   rig_copy(rig_dev, at, &value, 4, true);
   gpu_image_encode(&i, r.image);
   r.exec = 0xffff00ff;
   for (unsigned l = 0; l < 32; l++) {
      r.address[0][l] = 5, r.address[1][l] = 3, r.address[2][l] = l == 31 ? 2 : 1;
      r.data[0][l] = l;
   }
   tex_go(&r, "img_atom_add.ret.3d v20, s[0:7], v16, v[0:2]");
   rig_copy(rig_dev, at, &value, 4, false);
   uint32_t sum = 100;
   for (unsigned l = 0; l < 31; l++)
      if (r.exec >> l & 1) {
         assert_int_equal(r.result[0][l], sum);
         sum += l;
      }
   assert_int_equal(value, sum);
   assert_int_equal(r.result[0][31], 0);
   assert_int_equal(r.result[0][9], 0xcdcdcdcd);
   r.exec = 1;
   r.data[0][0] = 7, r.data[1][0] = value;
   tex_go(&r, "img_atom_cmpswap.3d v20, s[0:7], v[16:17], v[0:2]");
   rig_copy(rig_dev, at, &value, 4, false);
   assert_int_equal(value, 7);

   i = tex_image("R64_UINT", GPU_DIM_2D, 8, 8, 1, 1, 1);
   uint64_t wide = 0xfffffffff0000000, expected = wide, got;
   at = tex_offset(&i, 0, 0, 5, 3, 0);
   rig_copy(rig_dev, at, &wide, 8, true);
   gpu_image_encode(&i, r.image);
   r.exec = 0xff;
   for (unsigned l = 0; l < 32; l++)
      r.data[0][l] = 0x8000000u * l, r.data[1][l] = l;
   tex_go(&r, "img_atom64_add.ret.2d v[20:21], s[0:7], v[16:17], v[0:1]");
   for (unsigned l = 0; l < 8; l++) {
      assert_int_equal(r.result[0][l], (uint32_t)expected);
      assert_int_equal(r.result[1][l], expected >> 32);
      expected += 0x8000000u * l + ((uint64_t)l << 32);
   }
   rig_copy(rig_dev, at, &got, 8, false);
   assert_true(got == expected);
   r.exec = 1;
   r.data[0][0] = 1, r.data[1][0] = 2, r.data[2][0] = (uint32_t)got, r.data[3][0] = (uint32_t)(got >> 32);
   tex_go(&r, "img_atom64_cmpswap.2d v[20:21], s[0:7], v[16:19], v[0:1]");
   rig_copy(rig_dev, at, &got, 8, false);
   assert_true(got == 0x200000001);
   r.data[0][0] = 0, r.data[1][0] = 0x80000000;
   tex_go(&r, "img_atom64_min_i64.2d v[20:21], s[0:7], v[16:17], v[0:1]");
   rig_copy(rig_dev, at, &got, 8, false);
   assert_true(got == 0x8000000000000000);
   /* not of that size: nothing */
   tex_go(&r, "img_atom_add.ret.2d v20, s[0:7], v16, v[0:1]");
   assert_int_equal(r.result[0][0], 0);
}

/* ---- queries -------------------------------------------------------------------------------------------------------- */
static void queries(void **state)
{
   static const struct {
      enum gpu_dim dim;
      const char *text;
      uint32_t layers, want[3];
   } cases[] = {
      {GPU_DIM_1D, "1d", 1, {20, 0, 0}},        {GPU_DIM_1D_ARRAY, "1da", 5, {20, 5, 0}}, {GPU_DIM_2D, "2d", 1, {20, 6, 0}},
      {GPU_DIM_2D_ARRAY, "2da", 5, {20, 6, 5}}, {GPU_DIM_3D, "3d", 1, {20, 6, 3}},        {GPU_DIM_CUBE, "cube", 6, {20, 20, 0}},
      {GPU_DIM_CUBE_ARRAY, "cubea", 12, {20, 20, 2}},
   };
   static tex_run r;
   for (unsigned k = 0; k < sizeof cases / sizeof *cases; k++) {
      char text[80];
      bool cube = gpu_dim_is_cube(cases[k].dim), flat = cases[k].dim == GPU_DIM_1D || cases[k].dim == GPU_DIM_1D_ARRAY;
      gpu_image i = tex_image("R8_UNORM", cases[k].dim, 40, cube ? 40 : flat ? 1 : 12, cases[k].dim == GPU_DIM_3D ? 7 : 1, cases[k].layers, 3);
      i.base_level = 1;
      gpu_image_encode(&i, r.image);
      r.exec = 0xf;
      for (unsigned l = 0; l < 4; l++)
         r.address[0][l] = l;
      snprintf(text, sizeof text, "img_size.%s v[20:23], s[0:7], v0", cases[k].text);
      tex_go(&r, text);
      for (unsigned c = 0; c < 3; c++)
         assert_int_equal(r.result[c][0], cases[k].want[c]);
      assert_int_equal(r.result[0][1], 10);
      assert_int_equal(r.result[3][1], 3);
      assert_int_equal(r.result[0][3] | r.result[3][3], 0);
      snprintf(text, sizeof text, "img_info.%s v[20:23], s[0:7]", cases[k].text);
      tex_go(&r, text);
      assert_int_equal(r.result[0][0], 3);
      assert_int_equal(r.result[1][0], 1);
      assert_int_equal(r.result[2][0], tex_format("R8_UNORM")->number);
      assert_int_equal(r.result[3][0], cases[k].dim);
   }
}

static void samples(void **state)
{
   static tex_run r;
   gpu_image i = tex_image("R16_UINT", GPU_DIM_2D, 6, 6, 1, 1, 1);
   i.samples_log2 = 2;
   gpu_image_encode(&i, r.image);
   r.exec = 0xffffffff;
   for (unsigned l = 0; l < 32; l++) {
      uint16_t v = (uint16_t)(100 + l);
      r.address[0][l] = l / 5, r.address[1][l] = 2, r.address[2][l] = l % 5;
      rig_copy(rig_dev, tex_offset(&i, 0, 0, l / 5, 2, 0) + 2 * (l % 5), &v, l % 5 < 4 ? 2 : 0, true);
   }
   r.exec = 0x3fffffff; /* x up to 5 */
   tex_go(&r, "img_load.2d.sample v[20:23], s[0:7], v[0:2]");
   for (unsigned l = 0; l < 30; l++)
      assert_int_equal(r.result[0][l], l % 5 < 4 ? 100 + l : 0);
   tex_go(&r, "img_info.2d v[20:23], s[0:7]");
   assert_int_equal(r.result[1][0], 4);
}

/* ---- faults and nonsense ------------------------------------------------------------------------------------------------ */
static void faults_name_the_lane(void **state)
{
   static tex_run r;
   gpu_image i = tex_image("R8G8B8A8_UNORM", GPU_DIM_1D, 0x8000, 1, 1, 1, 1);
   i.va = RIG_VA + RIG_B - 256;
   gpu_image_encode(&i, r.image);
   r.exec = 0xfffffffe;
   for (unsigned l = 0; l < 32; l++)
      r.address[0][l] = 50 + l;
   tex_go(&r, "img_load.1d v[20:23], s[0:7], v0");
   assert_int_equal(r.fault.type, GPU_FAULT_UNMAPPED);
   assert_int_equal(r.fault.access, GPU_ACCESS_READ);
   assert_int_equal(r.fault.lanes, 1u << 14);
   assert_true(r.fault.va == RIG_VA + RIG_B);
   assert_int_equal(r.result[0][3], 0xcdcdcdcd);
   i.va = RIG_RO_VA;
   gpu_image_encode(&i, r.image);
   tex_go(&r, "img_store.1d s[0:7], v[16:19], v0");
   assert_int_equal(r.fault.type, GPU_FAULT_READ_ONLY);
   assert_int_equal(r.fault.lanes, 2);
   tex_go(&r, "img_load.1d v[20:23], s[0:7], v0");
   assert_int_equal(r.fault.type, GPU_FAULT_NONE);
}

static void any_descriptor_is_safe(void **state)
{
   static const char *const texts[] = {
      "img_load.2d.lod v[20:23], s[0:7], v[0:2]", "img_load.cubea v[20:23], s[0:7], v[0:3]", "img_load.3d v[20:23], s[0:7], v[0:2]",
      "img_load.2da.sample v[20:23], s[0:7], v[0:3]", "img_store.1da s[0:7], v[16:19], v[0:1]", "img_store.buf s[0:7], v[16:19], v0",
      "img_sample.2d.quad.off v[20:23], s[0:7], s[8:15], v[0:2]", "img_sample.cubea.grad.cmp v[20:23], s[0:7], s[8:15], v[0:10]",
      "img_sample.3d.bias v[20:23], s[0:7], s[8:15], v[0:3]", "img_gather.cube.lod.a v[20:23], s[0:7], s[8:15], v[0:3]",
      "img_gather.2da.off.cmp v[20:23], s[0:7], s[8:15], v[0:4]", "img_lod.1d.grad v[20:23], s[0:7], s[8:15], v[0:2]",
      "img_atom_add.ret.2d v20, s[0:7], v16, v[0:1]", "img_atom64_xor.ret.3d v[20:21], s[0:7], v[16:17], v[0:2]",
      "img_size.2da v[20:23], s[0:7], v0", "img_sample.1da.grad v[20:23], s[0:7], s[8:15], v[0:3]",
   };
   static tex_run r, again;
   const emu_interp *levels[3];
   unsigned count = rig_levels(levels), ended = 0;
   for (unsigned round = 0; round < 20000; round++) {
      gpu_image i;
      memset(&r, 0, sizeof r);
      for (unsigned k = 0; k < 8; k++) {
         r.image[k] = rnd() & (rnd() % 2 ? 0xffffffffu : rnd());
         r.sampler[k] = rnd();
      }
      if (round % 4) { /* mostly well-formed and where memory is */
         r.image[0] = (uint32_t)(RIG_VA >> 8), r.image[1] = (r.image[1] & 0x04400000) | (uint32_t)(RIG_VA >> 40 & 0xff) | (1 + rnd() % 184) << 8 | (1 + rnd() % 8) << 18;
         r.image[2] = rnd() % 64 | (rnd() % 64) << 16, r.image[3] &= 0x7, r.image[4] = (r.image[4] & 0x37) | 0x18800;
         r.image[5] &= 0xff, r.image[6] &= 0x3ff, r.image[7] &= 0x3f;
         if ((r.image[1] >> 18 & 15) == GPU_DIM_CUBE || (r.image[1] >> 18 & 15) == GPU_DIM_CUBE_ARRAY)
            r.image[2] = (r.image[2] & 63) * 0x10001, r.image[3] = 5 + 6 * (rnd() % 2);
         if ((r.image[1] >> 18 & 15) == GPU_DIM_1D || (r.image[1] >> 18 & 15) == GPU_DIM_1D_ARRAY)
            r.image[2] &= 0xffff;
         if (r.image[1] >> 22 & 1)
            r.image[4] &= ~0xffu;
         (void)gpu_image_decode(r.image, &i);
      }
      for (unsigned k = 0; k < 16; k++)
         for (unsigned l = 0; l < 32; l++)
            r.address[k][l] = rnd() % 3 == 0 ? rnd() : rnd() % 2 ? rnd() % 64 : as_u((float)(rnd() % 4000) / 1000.0f - 1.5f);
      r.exec = rnd() | rnd();
      again = r;
      const char *text = texts[round % (sizeof texts / sizeof *texts)];
      tex_go_on(&r, text, levels[0]);
      ended += r.fault.type == GPU_FAULT_NONE;
      bool writes = strstr(text, "store") || strstr(text, "atom");
      if (count > 1 && !writes && round % 4 == 0) {
         tex_go_on(&again, text, levels[count - 1]);
         assert_memory_equal(r.result, again.result, sizeof r.result);
      }
   }
   assert_true(ended > 15000);
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
      cmocka_unit_test(tiling_is_a_bijection), cmocka_unit_test(descriptors_round_trip), cmocka_unit_test(every_format_loads_and_stores),
      cmocka_unit_test(buffers),               cmocka_unit_test(out_of_range),           cmocka_unit_test(swizzles),
      cmocka_unit_test(null_and_wrong_kind),   cmocka_unit_test(atomics),                cmocka_unit_test(queries),
      cmocka_unit_test(samples),               cmocka_unit_test(faults_name_the_lane),   cmocka_unit_test(any_descriptor_is_safe),
   };
   return cmocka_run_group_tests(tests, open_device, close_device);
}
