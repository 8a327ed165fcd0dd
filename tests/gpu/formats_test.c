/* Formats: the table is consistent with the names, and texels survive the way to memory and back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fmt_srgb.h"
#include "formats.h"
#include "random.h"

static float f32_of(uint32_t bits)
{
   float f;
   memcpy(&f, &bits, sizeof f);
   return f;
}

static const fmt_info *format(const char *name)
{
   const fmt_info *info = fmt_lookup_name(name, strlen(name));
   if (!info)
      fail_msg("no format %s", name);
   return info;
}

static void numbers_have_no_gap(void **state)
{
   size_t count;
   const fmt_info *table = fmt_table(&count);

   assert_int_equal(count, 184);
   for (size_t i = 0; i < count; i++) {
      assert_int_equal(table[i].number, i + 1);
      assert_ptr_equal(fmt_lookup((uint32_t)i + 1), &table[i]);
      assert_ptr_equal(format(table[i].name), &table[i]);
   }
   assert_null(fmt_lookup(0));
   assert_null(fmt_lookup(185));
   assert_null(fmt_lookup(UINT32_MAX));
   assert_null(fmt_lookup_name("R8", 2));
   /* Vulkan's own numbers */
   assert_int_equal(format("R8G8B8A8_UNORM")->number, 37);
   assert_int_equal(format("R16G16B16A16_SFLOAT")->number, 97);
   assert_int_equal(format("D24_UNORM_S8_UINT")->number, 129);
   assert_int_equal(format("BC7_SRGB_BLOCK")->number, 146);
   assert_int_equal(format("ASTC_12x12_SRGB_BLOCK")->number, 184);
}

/* The widths in a plain format's name are those of its components, none overlap, and the type is the name's. */
static void records_agree_with_names(void **state)
{
   size_t count;
   const fmt_info *table = fmt_table(&count);

   for (size_t i = 0; i < count; i++) {
      const fmt_info *f = &table[i];
      uint8_t taken[32] = {0};
      unsigned present = 0;

      if (!strstr(f->name, fmt_type_text(f->type)))
         fail_msg("%s is of type %s", f->name, fmt_type_text(f->type));
      for (unsigned c = 0; c < 4; c++) {
         fmt_component k = f->component[c];
         present += k.bits != 0;
         assert_true(k.shift + k.bits <= f->block_B * 8);
         for (unsigned b = k.shift; b < (unsigned)k.shift + k.bits; b++) {
            assert_false(taken[b / 8] >> b % 8 & 1);
            taken[b / 8] |= (uint8_t)(1u << b % 8);
         }
         char part[16];
         snprintf(part, sizeof part, "%c%u", "RGBA"[c], k.bits);
         if (f->layout == FMT_PLAIN && k.bits && !strstr(f->name, part))
            fail_msg("%s has no %s", f->name, part);
      }
      if (f->layout == FMT_PLAIN || f->layout == FMT_DEPTH || f->layout == FMT_SHARED_EXP) {
         assert_int_equal(present, f->components);
         assert_true(f->block_w_px == 1 && f->block_h_px == 1);
      } else {
         assert_int_equal(present, 0);
         assert_true(f->block_B == 8 || f->block_B == 16);
      }
   }
}

static bool any_nan(const fmt_info *f, const fmt_texel *t)
{
   for (unsigned c = 0; c < 4; c++) {
      enum fmt_type type = fmt_component_type(f, c);
      bool is_float = type == FMT_SFLOAT || type == FMT_UFLOAT;
      if (is_float && f->component[c].bits && f->component[c].bits < 32 && isnan(t->c[c].f))
         return true;
   }
   return false;
}

/* Memory with the bits of no component cleared and SNORM's second -1 replaced by the first. */
static void canonical(const fmt_info *f, uint8_t *memory)
{
   uint8_t out[32] = {0};

   for (unsigned c = 0; c < 4; c++) {
      fmt_component k = f->component[c];
      bool lowest = f->type == FMT_SNORM;
      for (unsigned b = k.shift; b < (unsigned)k.shift + k.bits; b++) {
         unsigned bit = memory[b / 8] >> b % 8 & 1;
         out[b / 8] |= (uint8_t)(bit << b % 8);
         lowest = lowest && bit == (b == (unsigned)k.shift + k.bits - 1);
      }
      if (lowest && k.bits)
         out[k.shift / 8] |= (uint8_t)(1u << k.shift % 8);
   }
   memcpy(memory, out, sizeof out);
}

static void texels_round_trip(void **state)
{
   size_t count, tried = 0;
   const fmt_info *table = fmt_table(&count);

   for (size_t i = 0; i < count; i++) {
      const fmt_info *f = &table[i];
      for (uint32_t round = 0; round < 3000; round++) {
         uint8_t memory[32] = {0}, back[32] = {0};
         fmt_texel texel;
         for (unsigned b = 0; b < f->block_B; b++)
            memory[b] = (uint8_t)(f->block_B <= 2 ? round >> 8 * b : random_u64());
         if (!fmt_unpack(f, memory, &texel)) {
            assert_true(f->layout >= FMT_BC);
            assert_false(fmt_pack(f, &texel, back));
            break;
         }
         if (any_nan(f, &texel) || f->layout == FMT_SHARED_EXP)
            continue;
         assert_true(fmt_pack(f, &texel, back));
         canonical(f, memory);
         if (memcmp(memory, back, sizeof back))
            fail_msg("%s does not round-trip", f->name);
         tried++;
      }
   }
   assert_true(tried > 300000);
}

/* E5B9G9R9 has many encodings of a value: there the numbers must survive. */
static void shared_exponent(void **state)
{
   const fmt_info *f = format("E5B9G9R9_UFLOAT_PACK32");
   fmt_texel t, again;
   uint32_t raw;

   for (int round = 0; round < 100000; round++) {
      raw = (uint32_t)random_u64();
      fmt_unpack(f, &raw, &t);
      fmt_pack(f, &t, &raw);
      fmt_unpack(f, &raw, &again);
      for (int c = 0; c < 4; c++)
         assert_true(t.c[c].f == again.c[c].f);
   }
   t = (fmt_texel){.c = {{.f = 1}, {.f = 0.5f}, {.f = 0}, {.f = 1}}};
   fmt_pack(f, &t, &raw);
   assert_int_equal(raw, 16u << 27 | 128u << 9 | 256u);
   t.c[0].f = 1e30f, t.c[1].f = -1, t.c[2].f = NAN;
   fmt_pack(f, &t, &raw);
   assert_int_equal(raw, 31u << 27 | 511u);
}

static void fixed_point(void **state)
{
   fmt_texel t = {.c = {{.f = 1.5f}, {.f = -1}, {.f = NAN}, {.f = 0.5f}}};
   uint8_t m[4];

   fmt_pack(format("R8G8B8A8_UNORM"), &t, m);
   assert_memory_equal(m, ((uint8_t[]){255, 0, 0, 128}), 4); /* 127.5 goes to even */
   fmt_pack(format("B8G8R8A8_SNORM"), &t, m);
   assert_memory_equal(m, ((uint8_t[]){0, 0x81, 127, 64}), 4);
   fmt_unpack(format("R8G8B8A8_SNORM"), "\x80\x81\x7f\x00", &t);
   assert_true(t.c[0].f == -1 && t.c[1].f == -1 && t.c[2].f == 1 && t.c[3].f == 0);
   fmt_unpack(format("R5G6B5_UNORM_PACK16"), "\x1f\xf8", &t);
   assert_true(t.c[0].f == 1 && t.c[1].f == 0 && t.c[2].f == 1 && t.c[3].f == 1);
   fmt_unpack(format("R8_UINT"), "\xff", &t);
   assert_true(t.c[0].u == 255 && t.c[1].u == 0 && t.c[3].u == 1);
   fmt_unpack(format("R8_SINT"), "\xff", &t);
   assert_int_equal(t.c[0].i, -1);
   t.c[0].i = -1000;
   fmt_pack(format("R8_SINT"), &t, m);
   assert_int_equal(m[0], 0x80);
   t.c[0].u = 1000;
   fmt_pack(format("R8_UINT"), &t, m);
   assert_int_equal(m[0], 255);
   fmt_unpack(format("D24_UNORM_S8_UINT"), "\xff\xff\xff\x07", &t);
   assert_true(t.c[0].f == 1 && t.c[1].u == 7);
}

static void small_floats(void **state)
{
   for (uint32_t h = 0; h < 0x10000; h++) {
      float f = fmt_f16_to_f32((uint16_t)h);
      if (isnan(f))
         assert_int_equal(fmt_f32_to_f16(f), 0x7e00);
      else
         assert_int_equal(fmt_f32_to_f16(f), h);
   }
   assert_true(fmt_f16_to_f32(1) == ldexpf(1, -24));
   assert_true(fmt_f16_to_f32(0x3555) == 0.333251953125f);
   assert_int_equal(fmt_f32_to_f16(65519.0f), 0x7bff);
   assert_int_equal(fmt_f32_to_f16(65520.0f), 0x7c00);
   assert_int_equal(fmt_f32_to_f16(ldexpf(1, -25)), 0);
   assert_int_equal(fmt_f32_to_f16(ldexpf(1.5f, -25)), 1);
   assert_int_equal(fmt_f32_to_f16(-0.0f), 0x8000);

   const fmt_info *f = format("B10G11R11_UFLOAT_PACK32");
   fmt_texel t = {.c = {{.f = 1}, {.f = -5}, {.f = 1e9f}, {.f = 0}}};
   uint32_t raw;
   fmt_pack(f, &t, &raw);
   assert_int_equal(raw, 0x3dfu << 22 | 0x3c0);
   t.c[0].f = INFINITY, t.c[1].f = NAN;
   fmt_pack(f, &t, &raw);
   assert_int_equal(raw & 0x7ff, 0x7c0);
   assert_int_equal(raw >> 11 & 0x7ff, 0x7e0);
}

static double curve(double x)
{
   return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

static void srgb_tables(void **state)
{
   const fmt_info *f = format("R8G8B8A8_SRGB");
   fmt_texel t = {.c = {{.f = -1}, {.f = 2}, {.f = NAN}, {.f = 0.5f}}};
   uint8_t m[4];

   for (int i = 0; i < 256; i++)
      assert_true(fabs(f32_of(fmt_srgb_linear[i]) - curve(i / 255.0)) <= 6e-8 * curve(i / 255.0));
   for (int i = 0; i < 255; i++)
      assert_true(fabs(f32_of(fmt_srgb_threshold[i]) - curve((i + 0.5) / 255)) <= 6e-8 * curve((i + 0.5) / 255));
   fmt_pack(f, &t, m);
   assert_memory_equal(m, ((uint8_t[]){0, 255, 0, 128}), 4); /* alpha is linear */
   fmt_unpack(f, "\xbc\x00\xff\x80", &t);
   assert_true(fabsf(t.c[0].f - 0.5029f) < 1e-4f && t.c[1].f == 0 && t.c[2].f == 1);
   assert_true(t.c[3].f == 128.0f / 255.0f);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_have_no_gap), cmocka_unit_test(records_agree_with_names),
      cmocka_unit_test(texels_round_trip),   cmocka_unit_test(shared_exponent),
      cmocka_unit_test(fixed_point),         cmocka_unit_test(small_floats),
      cmocka_unit_test(srgb_tables),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
