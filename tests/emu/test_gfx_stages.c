/* Tessellation and geometry: the tessellator's points and triangles by their invariants (area, orientation,
 * symmetry, shared edges) and by known patterns; the stages by what transform feedback captures.
 */
#include "gfx_rig.h"
#include "gfx/pipeline.h"
#include <math.h>

#define OUT 0x20000u

/* ---- the tessellator
 * ------------------------------------------------------------------------------------------------------------
 */
static gfx_tessellation tess;

static void run(enum gpu_tess_domain domain, enum gpu_tess_spacing spacing, bool cw, bool points, float o0,
                float o1, float o2, float o3, float i0, float i1)
{
   const float outer[4] = {o0, o1, o2, o3}, inner[2] = {i0, i1};
   assert_true(gfx_tessellate_patch(domain, spacing, cw, points, outer, inner, &tess));
}

static int64_t area2(const uint32_t *i)
{
   gfx_domain_point a = tess.point[i[0]], b = tess.point[i[1]], c = tess.point[i[2]];
   return ((int64_t)b.u - a.u) * ((int64_t)c.v - a.v) - ((int64_t)c.u - a.u) * ((int64_t)b.v - a.v);
}

static float level(void)
{
   switch (rnd() % 4) {
   case 0:
      return (float)(1 + rnd() % 64);
   case 1:
      return 1 + (float)(rnd() % 1000) / 1000;
   default:
      return 1 + (float)(rnd() % 64000) / 1000;
   }
}

/* Triangles fill the domain exactly, none is turned the other way. */
static void areas(void **state)
{
   for (unsigned round = 0; round < 3000; round++) {
      enum gpu_tess_domain domain = round & 1 ? GPU_TESS_TRIANGLES : GPU_TESS_QUADS;
      bool cw = rnd() & 1;
      run(domain, (enum gpu_tess_spacing)(rnd() % 3), cw, false, level(), level(), level(), level(), level(),
          level());
      int64_t sum = 0, want = (int64_t)65536 * 65536 * (domain == GPU_TESS_QUADS ? 2 : 1);
      for (uint32_t i = 0; i < tess.indices; i += 3) {
         int64_t a = area2(&tess.index[i]) * (cw ? -1 : 1);
         if (a < -400000) /* slivers of the last bit are no fault */
            fail_msg("round %u: triangle %u has area %lld", round, i / 3, (long long)a);
         sum += a;
      }
      if (sum != want)
         fail_msg("round %u: area %lld instead of %lld", round, (long long)sum, (long long)want);
      for (uint32_t i = 0; i < tess.points; i++) {
         assert_true(tess.point[i].u <= 65536 && tess.point[i].v <= 65536);
         if (domain == GPU_TESS_TRIANGLES)
            assert_true(tess.point[i].u + tess.point[i].v <= 65536);
      }
   }
}

#define EDGE_POINTS 80
static int order(const void *a, const void *b)
{
   return memcmp(a, b, sizeof(gfx_domain_point));
}

/* Points of an edge, sorted: u = 0 of quads. */
static unsigned edge_points(gfx_domain_point *out)
{
   unsigned n = 0;
   for (uint32_t i = 0; i < tess.points; i++)
      if (tess.point[i].u == 0) {
         assert_true(n < EDGE_POINTS);
         out[n++] = tess.point[i];
      }
   qsort(out, n, sizeof *out, order);
   return n;
}

/* An edge's points depend on its own level alone and are symmetric. */
static void shared_edges(void **state)
{
   gfx_domain_point a[EDGE_POINTS], b[EDGE_POINTS];
   for (unsigned round = 0; round < 1000; round++) {
      float l = level();
      enum gpu_tess_spacing spacing = (enum gpu_tess_spacing)(rnd() % 3);
      run(GPU_TESS_QUADS, spacing, false, false, l, level(), level(), level(), 2 + level(), 2 + level());
      unsigned n = edge_points(a);
      run(GPU_TESS_TRIANGLES, spacing, false, false, l, level(), level(), 0, 3 + level(), 0);
      assert_int_equal(edge_points(b), n);
      assert_memory_equal(a, b, n * sizeof *a);
      for (unsigned i = 0; i < n; i++) {
         bool mirrored = false;
         for (unsigned k = 0; k < n; k++)
            mirrored |= a[k].v == 65536 - a[i].v;
         assert_true(mirrored);
      }
   }
}

static void known_patterns(void **state)
{
   static const struct {
      enum gpu_tess_domain domain;
      enum gpu_tess_spacing spacing;
      float level;
      uint32_t points, primitives;
   } cases[] = {
       {GPU_TESS_TRIANGLES, GPU_TESS_EQUAL, 1, 3, 1},
       {GPU_TESS_TRIANGLES, GPU_TESS_EQUAL, 2, 7, 6},
       {GPU_TESS_TRIANGLES, GPU_TESS_EQUAL, 3, 12, 13},
       {GPU_TESS_TRIANGLES, GPU_TESS_EQUAL, 4, 19, 24},
       {GPU_TESS_TRIANGLES, GPU_TESS_FRACTIONAL_EVEN, 1, 7, 6},
       {GPU_TESS_TRIANGLES, GPU_TESS_FRACTIONAL_ODD, 3, 12, 13},
       {GPU_TESS_QUADS, GPU_TESS_EQUAL, 1, 4, 2},
       {GPU_TESS_QUADS, GPU_TESS_EQUAL, 4, 25, 32},
       {GPU_TESS_QUADS, GPU_TESS_EQUAL, 100, 65 * 65, 8192},
       {GPU_TESS_QUADS, GPU_TESS_FRACTIONAL_ODD, 64, 64 * 64, 63 * 63 * 2},
       {GPU_TESS_ISOLINES, GPU_TESS_EQUAL, 3, 12, 9},
   };
   for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      float l = cases[i].level;
      run(cases[i].domain, cases[i].spacing, false, false, l, l, l, l, l, l);
      assert_int_equal(tess.points, cases[i].points);
      assert_int_equal(tess.indices / tess.per_primitive, cases[i].primitives);
      run(cases[i].domain, cases[i].spacing, false, true, l, l, l, l, l, l);
      assert_int_equal(tess.indices, cases[i].points);
   }
   run(GPU_TESS_QUADS, GPU_TESS_EQUAL, false, false, 4, 4, 4, 4, 4, 4);
   for (uint32_t i = 0; i < tess.points; i++)
      assert_true(tess.point[i].u % 16384 == 0 && tess.point[i].v % 16384 == 0);
   run(GPU_TESS_TRIANGLES, GPU_TESS_EQUAL, false, false, 1, NAN, 1, 1, 1, 1);
   assert_int_equal(tess.points, 0);
   run(GPU_TESS_TRIANGLES, GPU_TESS_EQUAL, false, false, 1, -1, 1, 1, 1, 1);
   assert_int_equal(tess.points, 0);
   run(GPU_TESS_QUADS, GPU_TESS_EQUAL, false, false, INFINITY, 1, 1, 1, -INFINITY, NAN);
   assert_true(tess.points > 64);
}

/* Positions, order and connectivity bit for bit: hashes of what another implementation of the same tessellator
 * gave for these levels (lavapipe 22.3, gl_TessCoord captured by transform feedback). */
#define PATCHES_EACH 200

static uint32_t xorshift(uint32_t *x)
{
   *x ^= *x << 13;
   *x ^= *x >> 17;
   return *x ^= *x << 5;
}

static float random_level(uint32_t *x)
{
   uint32_t n = xorshift(x), kind = xorshift(x) % 8;
   return kind < 2    ? (float)(n % 66)
          : kind == 2 ? (float)(n % 5)
          : kind == 3 ? 1.0f + (float)(n % 64) / 262144.0f
                      : (float)(n % 66000) / 1000.0f + 0.001f;
}

static uint64_t mix(uint64_t hash, uint32_t v)
{
   return (hash ^ v) * UINT64_C(0x100000001b3);
}

static void reference_patterns(void **state)
{
   static const uint64_t expected[3][3][2] = { /* domain, spacing, clockwise */
       {{UINT64_C(0xca4503c079e12033), UINT64_C(0xc6261de8e754ffeb)},
        {UINT64_C(0x3f42bf9fc686fa58), UINT64_C(0x2cb81ab28b463a7c)},
        {UINT64_C(0xec97b08450abcd6a), UINT64_C(0x9c4f0f128f9c6b2e)}},
       {{UINT64_C(0xc3f601e02489d37d), UINT64_C(0xb0e55bfd34b0bfc5)},
        {UINT64_C(0x8df4572317d3e93f), UINT64_C(0xffac9e7628159793)},
        {UINT64_C(0x81eec88900ec8b84), UINT64_C(0xee4a0f85d8a8f534)}},
       {{UINT64_C(0x3cfd5ae45fad7f4f), UINT64_C(0x3cfd5ae45fad7f4f)},
        {UINT64_C(0x88f13f6057d179e9), UINT64_C(0x88f13f6057d179e9)},
        {UINT64_C(0x18a9a3a94cfe07ed), UINT64_C(0x18a9a3a94cfe07ed)}},
   };
   for (unsigned n = 0; n < 18; n++) {
      unsigned domain = n / 6, spacing = n / 2 % 3, clockwise = n % 2;
      uint32_t x = 12345 + domain * 100 + spacing * 10;
      uint64_t hash = UINT64_C(0xcbf29ce484222325);
      for (unsigned k = 0; k < PATCHES_EACH; k++) {
         float l[6];
         for (unsigned i = 0; i < 6; i++)
            l[i] = random_level(&x);
         run((enum gpu_tess_domain)domain, (enum gpu_tess_spacing)spacing, clockwise, false, l[0], l[1], l[2], l[3],
             l[4], l[5]);
         hash = mix(hash, tess.indices);
         for (uint32_t i = 0; i < tess.indices; i++) {
            gfx_domain_point p = tess.point[tess.index[i]];
            hash = mix(mix(hash, p.u), p.v);
         }
      }
      assert_true(hash == expected[domain][spacing][clockwise]);
   }
}

/* ---- the stages
 * ----------------------------------------------------------------------------------------------------------------------
 */
static const char *const vs_index = "v_cvt_f32_u32 v2, v0\n o_store 0, v2 +64\n s_endpgm\n";

/* Patches of 3 points: control scales the point's value by 10 and adds the patch's id, levels are s0;
 * evaluation interpolates. */
static void tess_stages(void **state)
{
   for (unsigned run_no = 0; run_no < 2; run_no++) {
      gfx_reset_state(64, 64);
      R(TOPOLOGY) = GPU_TOPOLOGY_PATCHES | 3u << 8;
      R(RASTER) = 1;
      R(TESS) = GPU_TESS_TRIANGLES | 3u << 8;
      rig_stage(GPU_STAGE_VS, vs_index, 17, 0);
      rig_stage(GPU_STAGE_TCS,
                "i_load v2, v0, 0 +64\n v_mul_f32 v2, v2, 0x41200000\n v_cvt_f32_u32 v3, v1\n v_add_f32 v2, "
                "v2, v3\n"
                "v_mul_lo_u32 v4, v0, 68\n t_store v4, v2 +96\n"
                "v_mov v5, s0\n t_store 0, v5 +0\n t_store 0, v5 +4\n t_store 0, v5 +8\n t_store 0, v5 +16\n "
                "s_endpgm\n",
                17, 0);
      gfx_regs[(GPU_OFF_GFX_TCS + GPU_STAGE_USER) / 4] = f2u(4);
      rig_stage(GPU_STAGE_TES,
                "t_load v4, 0 +96\n t_load v5, 0 +164\n t_load v6, 0 +232\n"
                "v_mul_f32 v7, v4, v0\n v_fma_f32 v7, v5, v1, v7\n v_fma_f32 v7, v6, v2, v7\n"
                "o_store 0, v7 +64\n o_store 0, v3 +68\n s_endpgm\n",
                18, 0);
      gfx_capture(OUT, 0x60000, 16, 2);
      if (run_no) { /* the same through a geometry shader that hands everything on */
         rig_stage(GPU_STAGE_GS,
                   "s_mov s30, 0\n"
                   "again: i_load v2, s30, 0 +64\n i_load v3, s30, 0 +68\n o_store 0, v2 +64\n o_store 0, v3 "
                   "+68\n gs_emit +0\n"
                   "s_add s30, s30, 1\n s_sub s31, s30, 3\n s_brnz s31, again\n s_endpgm\n",
                   18, 0);
         R(GEOMETRY) = 2 | 3 << 4 | 1 << 16;
      }
      uint64_t patches = rig_counter(dev, GPU_COUNTER_TCS_PATCHES),
               points = rig_counter(dev, GPU_COUNTER_TES_INVOCATIONS);
      gfx_draw_n(3 * 50);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_TCS_PATCHES) - patches, 50);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_TES_INVOCATIONS) - points, 50 * 19);
      assert_int_equal(emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN), 50 * 24 * 3 * 8);
      run(GPU_TESS_TRIANGLES, GPU_TESS_EQUAL, false, false, 4, 4, 4, 4, 4, 4);
      for (uint32_t patch = 0; patch < 50; patch++)
         for (uint32_t i = 0; i < tess.indices; i++) {
            gfx_domain_point p = tess.point[tess.index[i]];
            double u = p.u / 65536.0, v = p.v / 65536.0,
                   got = (double)u2f(gfx_get32(OUT + 8 * (patch * 72 + i)));
            double want = (3 * patch + 0) * 10 * u + (3 * patch + 1) * 10 * v +
                          (3 * patch + 2) * 10 * (1 - u - v) + patch;
            if (fabs(got - want) > 0.01)
               fail_msg("patch %u vertex %u: %g, not %g", patch, i, got, want);
            assert_int_equal(gfx_get32(OUT + 8 * (patch * 72 + i) + 4), patch);
         }
   }
}

/* Invocations in order, strips with cuts, two streams, and no more than the greatest number of vertices. */
static void geometry(void **state)
{
   gfx_reset_state(64, 64);
   R(TOPOLOGY) = GPU_TOPOLOGY_POINTS;
   R(RASTER) = 1;
   rig_stage(GPU_STAGE_VS, "o_store 0, v0 +64\n s_endpgm\n", 17, 0);
   rig_stage(GPU_STAGE_GS,
             "i_load v2, 0, 0 +64\n v_mul_lo_u32 v2, v2, 100\n v_mad_u32 v2, v1, 10, v2\n"
             "s_mov s30, 0\n"
             "again: v_add_u32 v3, v2, s30\n o_store 0, v3 +64\n gs_emit +0\n s_add s30, s30, 1\n s_sub s31, "
             "s30, 3\n s_brnz s31, on\n gs_cut +0\n"
             "on: s_sub s31, s30, 9\n s_brnz s31, again\n s_endpgm\n",
             17, 0);
   R(GEOMETRY) = 1 | 6 << 4 | 3 << 16;
   gfx_capture(OUT, 0x60000, 16, 1);
   gfx_draw_n(20);
   /* strips 0 1 2 | 3 4 5, then no more vertices: lines 01 12 34 45 */
   static const uint32_t line[8] = {0, 1, 1, 2, 3, 4, 4, 5};
   assert_int_equal(emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN), 20 * 3 * 8 * 4);
   for (uint32_t i = 0; i < 20 * 3 * 8; i++)
      assert_int_equal(gfx_get32(OUT + 4 * i), i / 24 * 100 + i / 8 % 3 * 10 + line[i % 8]);
   rig_stage(GPU_STAGE_GS,
             "o_store 0, 7 +64\n gs_emit +1\n o_store 0, 8 +64\n gs_emit +0\n o_store 0, 9 +64\n gs_emit "
             "+1\n s_endpgm\n",
             17, 0);
   R(GEOMETRY) = 0 | 6 << 4 | 1 << 16;
   R(XFB_ENTRIES) = 2;
   RI(XFB_ENTRY, 1) = 16 | 1 << 8 | 1 << 10;
   gfx_xfb_buffer(1, OUT + 0x8000, 0x1000, 4);
   emu_gfx_write(dev, GPU_OFF_GFX_XFB_WRITTEN, 0);
   emu_gfx_write(dev, GPU_OFF_GFX_XFB_WRITTEN + 4, 0);
   gfx_draw_n(40);
   for (uint32_t i = 0; i < 40; i++) {
      assert_int_equal(gfx_get32(OUT + 4 * i), 8);
      assert_int_equal(gfx_get32(OUT + 0x8000 + 8 * i), 7);
      assert_int_equal(gfx_get32(OUT + 0x8000 + 8 * i + 4), 9);
   }
   assert_int_equal(emu_gfx_read(dev, GPU_OFF_GFX_XFB_WRITTEN + 4), 320);
}

static int open_one(void **state)
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
       cmocka_unit_test(areas),
       cmocka_unit_test(shared_edges),
       cmocka_unit_test(known_patterns),
       cmocka_unit_test(reference_patterns),
       cmocka_unit_test_setup_teardown(tess_stages, open_one, close_it),
       cmocka_unit_test_setup_teardown(geometry, open_one, close_it),
   };
   int failed = cmocka_run_group_tests(tests, NULL, NULL);
   free(tess.point);
   free(tess.index);
   return failed;
}
