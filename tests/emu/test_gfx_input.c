/* Input assembly, vertex fetch and transform feedback: every topology against lists written out by hand,
 * restart, indices of all sizes and beyond their buffer, instances, attributes of every format against
 * fmt_unpack, feedback that overflows, faults.
 */
#include "gfx_rig.h"

#define OUT 0x40000u /* feedback */
#define IN 0x10000u  /* vertices, indices */

static const char *const pass_index = "o_store 0, v0 +64\n o_store 0, v1 +68\n s_endpgm\n";

static void capture_indices(enum gpu_topology topology)
{
   gfx_reset_state(64, 64);
   R(TOPOLOGY) = topology;
   R(RASTER) = 1;
   rig_stage(GPU_STAGE_VS, pass_index, 18, 0);
   gfx_capture(OUT, 0x40000, 16, 1);
}

/* Captured vertices against a list that ends with ~0. */
static void expect(const uint32_t *want, const char *what)
{
   uint32_t n = 0;
   while (want[n] != ~0u)
      n++;
   if (emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN) != 4 * n)
      fail_msg("%s: %u vertices instead of %u", what, emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN) / 4, n);
   for (uint32_t i = 0; i < n; i++)
      if (gfx_get32(OUT + 4 * i) != want[i])
         fail_msg("%s: vertex %u is %u, not %u", what, i, gfx_get32(OUT + 4 * i), want[i]);
}

#define END ~0u
static void topologies(void **state)
{
   static const struct {
      enum gpu_topology topology;
      uint32_t count, want[40];
   } cases[] = {
       {GPU_TOPOLOGY_POINTS, 3, {0, 1, 2, END}},
       {GPU_TOPOLOGY_LINES, 5, {0, 1, 2, 3, END}},
       {GPU_TOPOLOGY_LINE_STRIP, 4, {0, 1, 1, 2, 2, 3, END}},
       {GPU_TOPOLOGY_LINE_STRIP, 1, {END}},
       {GPU_TOPOLOGY_TRIANGLES, 8, {0, 1, 2, 3, 4, 5, END}},
       {GPU_TOPOLOGY_TRIANGLE_STRIP, 6, {0, 1, 2, 1, 3, 2, 2, 3, 4, 3, 5, 4, END}},
       {GPU_TOPOLOGY_TRIANGLE_FAN, 5, {1, 2, 0, 2, 3, 0, 3, 4, 0, END}},
       {GPU_TOPOLOGY_LINES_ADJACENCY, 9, {1, 2, 5, 6, END}},
       {GPU_TOPOLOGY_LINE_STRIP_ADJACENCY, 6, {1, 2, 2, 3, 3, 4, END}},
       {GPU_TOPOLOGY_TRIANGLES_ADJACENCY, 13, {0, 2, 4, 6, 8, 10, END}},
       {GPU_TOPOLOGY_TRIANGLE_STRIP_ADJACENCY, 10, {0, 2, 4, 2, 6, 4, 4, 6, 8, END}},
       {GPU_TOPOLOGY_TRIANGLE_STRIP_ADJACENCY, 7, {0, 2, 4, END}},
       {GPU_TOPOLOGY_TRIANGLE_STRIP_ADJACENCY, 5, {END}},
   };
   for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      char what[32];
      snprintf(what, sizeof what, "case %zu", i);
      capture_indices(cases[i].topology);
      gfx_draw_n(cases[i].count);
      expect(cases[i].want, what);
   }
}

/* What geometry shaders see of strips with adjacency, all six vertices. */
static void adjacency(void **state)
{
   static const uint32_t want[] = {0, 1, 2, 6, 4, 3, /**/ 2, 5, 6, 8, 4, 0, /**/ 4, 2, 6, 9, 8, 7, END};
   static const uint32_t only[] = {0, 1, 2, 5, 4, 3, END};
   capture_indices(GPU_TOPOLOGY_TRIANGLE_STRIP_ADJACENCY);
   rig_stage(GPU_STAGE_GS,
             "s_mov s30, 0\n"
             "again: i_load v2, s30, 0 +64\n o_store 0, v2 +64\n gs_emit +0\n gs_cut +0\n"
             "s_add s30, s30, 1\n s_sub s31, s30, 6\n s_brnz s31, again\n s_endpgm\n",
             17, 0);
   R(GEOMETRY) = 0 | 6 << 4 | 1 << 16;
   gfx_draw_n(10);
   expect(want, "three triangles");
   emu_gfx_write(dev, GPU_OFF_GFX_XFB_WRITTEN, 0);
   gfx_draw_n(6);
   expect(only, "one triangle");
}

static void long_strips(void **state)
{
   capture_indices(GPU_TOPOLOGY_TRIANGLE_STRIP);
   gfx_draw_n(5000);
   assert_int_equal(emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN), 4998 * 12);
   for (uint32_t i = 0; i < 4998; i++) {
      uint32_t v[3], odd = i & 1;
      gfx_get(OUT + 12 * i, v, 12);
      assert_int_equal(v[0], i);
      assert_int_equal(v[1], i + 1 + odd);
      assert_int_equal(v[2], i + 2 - odd);
   }
   capture_indices(GPU_TOPOLOGY_TRIANGLE_FAN);
   gfx_draw_n(1000);
   for (uint32_t i = 0; i < 998; i++) {
      assert_int_equal(gfx_get32(OUT + 12 * i), i + 1);
      assert_int_equal(gfx_get32(OUT + 12 * i + 8), 0);
   }
}

static void set_indices(unsigned log2, const uint32_t *index, unsigned n)
{
   for (unsigned i = 0; i < n; i++)
      gfx_put(IN + (i << log2), &index[i], 1u << log2);
   R(INDEX_LO) = (uint32_t)(RIG_VA + IN);
   R(INDEX_HI) = (uint32_t)((RIG_VA + IN) >> 32);
   R(INDEX_B) = n << log2;
   R(INDEX_TYPE) = log2;
}

static void indices(void **state)
{
   static const uint32_t index[] = {7,           8, 9, 0xffffffffu, 4,  5,  6, 3,
                                    0xffffffffu, 1, 2, 0xffffffffu, 11, 12, 13};
   static const uint32_t want[] = {107, 108, 109, 104, 105, 106, 105, 103, 106, 111, 112, 113, END};
   static const uint32_t tail[] = {111, 112, 113, 112, 100, 113, 113, 100, 100, END};
   for (unsigned log2 = 0; log2 < 3; log2++) {
      capture_indices(GPU_TOPOLOGY_TRIANGLE_STRIP);
      R(TOPOLOGY) |= 1u << 4;
      set_indices(log2, index, 15);
      gfx_draw_all(15, 1, 0, 100, 0, true);
      expect(want, "restart");
      emu_gfx_write(dev, GPU_OFF_GFX_XFB_WRITTEN, 0);
      gfx_draw_all(5, 1, 12, 100, 0, true); /* two indices beyond the buffer */
      expect(tail, "beyond");
   }
}

static void instances(void **state)
{
   capture_indices(GPU_TOPOLOGY_POINTS);
   gfx_capture(OUT, 0x40000, 16, 2);
   gfx_draw_all(3, 50, 5, 0, 9, false);
   for (uint32_t i = 0; i < 150; i++) {
      assert_int_equal(gfx_get32(OUT + 8 * i), 5 + i % 3);
      assert_int_equal(gfx_get32(OUT + 8 * i + 4), 9 + i / 3);
   }
}

/* Shared vertices are shaded once in a batch; a vertex used by two instances twice. */
static void reuse(void **state)
{
   uint32_t index[96];
   for (unsigned i = 0; i < 96; i++)
      index[i] = i % 4;
   capture_indices(GPU_TOPOLOGY_TRIANGLES);
   set_indices(2, index, 96);
   uint64_t shaded = rig_counter(dev, GPU_COUNTER_VS_INVOCATIONS),
            read = rig_counter(dev, GPU_COUNTER_IA_VERTICES);
   gfx_draw_all(96, 2, 0, 0, 0, true);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_VS_INVOCATIONS) - shaded, 8);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_IA_VERTICES) - read, 192);
}

/* Every vertex format, at odd addresses, by vertex and by instance, and beyond the buffer. */
static void attributes(void **state)
{
   size_t count;
   const fmt_info *t = fmt_table(&count);
   uint8_t bytes[0x1000];
   for (unsigned i = 0; i < sizeof bytes; i++)
      bytes[i] = (uint8_t)rnd();
   gfx_put(IN, bytes, sizeof bytes);
   for (size_t i = 0; i < count; i++) {
      if (t[i].layout != FMT_PLAIN)
         continue;
      bool wide = t[i].component[0].bits == 64;
      unsigned dwords = wide ? 8 : 4;
      capture_indices(GPU_TOPOLOGY_POINTS);
      rig_stage(GPU_STAGE_VS,
                "o_store 0, v4 +64\n o_store 0, v5 +68\n o_store 0, v6 +72\n o_store 0, v7 +76\n o_store 0, "
                "v8 +80\n"
                "o_store 0, v9 +84\n o_store 0, v10 +88\n o_store 0, v11 +92\n s_endpgm\n",
                24, 0);
      gfx_capture(OUT, 0x40000, 16, dwords);
      rig_binding(3, IN + 1, 37 * 40, 37);
      rig_attribute(5, t[i].number, 3, 4, 2);
      gfx_draw_n(41);
      for (unsigned v = 0; v < 41; v++) {
         static const uint8_t zeros[32];
         fmt_texel want;
         bool inside = 37 * v + 2 + t[i].block_B <= 37 * 40;
         assert_true(fmt_unpack(&t[i], inside ? bytes + 1 + 37 * v + 2 : zeros, &want));
         for (unsigned k = 0; k < dwords; k++) {
            uint32_t w = wide ? (uint32_t)(want.c[k / 2].u64 >> 32 * (k & 1)) : want.c[k].u;
            uint32_t got = gfx_get32(OUT + 4 * (v * dwords + k));
            if (got != w)
               fail_msg("%s vertex %u register %u: %08x, not %08x", t[i].name, v, k, got, w);
         }
      }
   }
   capture_indices(GPU_TOPOLOGY_POINTS);
   rig_stage(GPU_STAGE_VS, "o_store 0, v4 +64\n s_endpgm\n", 17, 0);
   rig_binding(0, IN, 0x1000, 4);
   RI(BINDING, 4) = 1;
   RI(BINDING, 5) = 3;
   rig_attribute(0, 98, 0, 4, 0); /* R32_UINT */
   gfx_draw_all(2, 10, 0, 0, 5, false);
   for (uint32_t i = 0; i < 20; i++)
      assert_memory_equal(&(uint32_t){gfx_get32(OUT + 4 * i)}, bytes + 4 * (5 + i / 2 / 3), 4);
}

/* Whole primitives only, several buffers, two streams, counts kept from draw to draw. */
static void feedback(void **state)
{
   capture_indices(GPU_TOPOLOGY_TRIANGLES);
   uint64_t needed = rig_counter(dev, GPU_COUNTER_XFB_NEEDED0),
            written = rig_counter(dev, GPU_COUNTER_XFB_WRITTEN0);
   gfx_capture(OUT, 4 * 10, 16, 1);
   gfx_put(OUT + 36, &(uint32_t){0xabcdef}, 4);
   gfx_draw_n(12);
   assert_int_equal(emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN), 36);
   assert_int_equal(gfx_get32(OUT + 36), 0xabcdef);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_XFB_NEEDED0) - needed, 4);
   assert_int_equal(rig_counter(dev, GPU_COUNTER_XFB_WRITTEN0) - written, 3);
   gfx_capture(OUT, 4 * 100, 16, 1);
   R(XFB_ENTRIES) = 2;
   RI(XFB_ENTRY, 1) = 17 | 2 << 8 | 4u << 16;
   gfx_xfb_buffer(2, OUT + 0x1000, 1000, 12);
   emu_gfx_write(dev, GPU_OFF_GFX_XFB_WRITTEN + 8, 24);
   gfx_draw_all(3, 1, 40, 0, 77, false);
   gfx_draw_all(3, 1, 50, 0, 78, false);
   for (uint32_t i = 0; i < 6; i++) {
      assert_int_equal(gfx_get32(OUT + 4 * i), (i < 3 ? 40 : 47) + i);
      assert_int_equal(gfx_get32(OUT + 0x1000 + 24 + 12 * i + 4), i < 3 ? 77 : 78);
   }
   assert_int_equal(emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN + 8), 24 + 72);
}

static void faults(void **state)
{
   static const struct {
      uint32_t offset, value, info;
   } bad[] = {
       {GPU_OFF_GFX_TOPOLOGY, GPU_TOPOLOGY_COUNT, GPU_OFF_GFX_TOPOLOGY},
       {GPU_OFF_GFX_TOPOLOGY, GPU_TOPOLOGY_PATCHES | 3 << 8, GPU_OFF_GFX_TOPOLOGY},
       {GPU_OFF_GFX_VS + GPU_STAGE_PROGRAM_QW, 0, GPU_OFF_GFX_VS + GPU_STAGE_PROGRAM_QW},
       {GPU_OFF_GFX_VS + GPU_STAGE_RESOURCES, 300, GPU_OFF_GFX_VS + GPU_STAGE_RESOURCES},
       {GPU_OFF_GFX_VS + GPU_STAGE_OUT_DW, 145, GPU_OFF_GFX_VS + GPU_STAGE_OUT_DW},
       {GPU_OFF_GFX_GS + GPU_STAGE_FLAGS, 1u << 20, ~0u},
       {GPU_OFF_GFX_ATTRIBUTE, 1000, GPU_OFF_GFX_ATTRIBUTE},
       {GPU_OFF_GFX_XFB_ENTRIES, 145, GPU_OFF_GFX_XFB_ENTRIES},
   };
   for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
      capture_indices(GPU_TOPOLOGY_POINTS);
      gfx_regs[bad[i].offset / 4] = bad[i].value;
      if (bad[i].info == ~0u)
         continue;
      gfx_go(1, 1, 0, 0, 0, false);
      gfx_expect_fault(GPU_FAULT_BAD_DRAW, bad[i].info);
   }
   capture_indices(GPU_TOPOLOGY_POINTS);
   rig_stage(GPU_STAGE_VS, "s_trap 9\n", 17, 0);
   gfx_go(100, 1, 0, 0, 0, false);
   gfx_go(100, 1, 0, 0, 0, false); /* dropped */
   gfx_expect_fault(GPU_FAULT_SHADER_TRAP, 9);
   capture_indices(GPU_TOPOLOGY_POINTS);
   R(INDEX_HI) = 0x1234;
   R(INDEX_B) = 100;
   gfx_go(10, 1, 0, 0, 0, true);
   gfx_expect_fault(GPU_FAULT_UNMAPPED, 0);
   capture_indices(GPU_TOPOLOGY_POINTS);
   rig_binding(0, 0, 1000, 4);
   RI(BINDING, 1) = 0x1234;
   rig_attribute(0, 98, 0, 4, 0);
   gfx_go(10, 1, 0, 0, 0, false);
   gfx_expect_fault(GPU_FAULT_UNMAPPED, 0);
   capture_indices(GPU_TOPOLOGY_POINTS);
   rig_stage(GPU_STAGE_VS, "again: s_br again\n", 17, 0);
   gfx_go(1000, 1, 0, 0, 0, false);
   rig_sleep_us(2000);
   emu_gfx_write(dev, GPU_OFF_GFX_KILL, 1);
   assert_true(gfx_wait());
   capture_indices(GPU_TOPOLOGY_POINTS);
   rig_stage(GPU_STAGE_VS, "again: s_br again\n", 17, 0);
   gfx_send_state();
   emu_gfx_write(dev, GPU_OFF_GFX_WATCHDOG, 1);
   gfx_go(1000, 1, 0, 0, 0, false);
   gfx_expect_fault(GPU_FAULT_WATCHDOG, 0);
   emu_gfx_write(dev, GPU_OFF_GFX_WATCHDOG, 0);
   capture_indices(GPU_TOPOLOGY_LINES); /* billions of instances without a single line */
   gfx_go(1, 0xffffffffu, 0, 0, 0, false);
   rig_sleep_us(2000);
   emu_gfx_write(dev, GPU_OFF_GFX_KILL, 1);
   assert_true(gfx_wait());
   capture_indices(GPU_TOPOLOGY_POINTS); /* all is well again */
   gfx_draw_n(2);
   expect((const uint32_t[]){0, 1, END}, "after faults");
}

static int open_one(void **state)
{
   dev = rig_open(1);
   return 0;
}

static int open_many(void **state)
{
   dev = rig_open(8);
   return 0;
}

static int close_it(void **state)
{
   emu_device_close(dev);
   return 0;
}

#define BOTH(test)                                                                                           \
   cmocka_unit_test_setup_teardown(test, open_one, close_it),                                                \
       cmocka_unit_test_setup_teardown(test, open_many, close_it)

int main(void)
{
   const struct CMUnitTest tests[] = {
       BOTH(topologies), BOTH(adjacency),  BOTH(long_strips), BOTH(indices), BOTH(instances),
       BOTH(reuse),      BOTH(attributes), BOTH(feedback),    BOTH(faults),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
