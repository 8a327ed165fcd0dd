/* Bad input of the graphics pipeline: what is out of range, not finite, endless or not there gives what the manual says, the same each
 * time, and at worst a lost device, after which a fresh one draws. */
#include "vkt_gfx.h"
#include "vkt_loss.h"
#include <math.h>
#include "gfx.h"
#include "gfx_kill_spirv.h"
#include "gfx_levels_tcs_spirv.h"
#include "gfx_levels_tes_spirv.h"
#include "gfx_over_spirv.h"
#include "gfx_position_spirv.h"
#include "gfx_spin_fs_spirv.h"
#include "gfx_spin_vs_spirv.h"
#include "gfx_where_spirv.h"
#include "gfx_wild_fs_spirv.h"
#include "gfx_wild_vs_spirv.h"
#include "white_fs_spirv.h"

#define SIDE 64u
#define PIXELS (SIDE * SIDE)
#define WHITE UINT32_C(0xffffffff)
#define PLAIN .vs = GFX_CODE(gfx_position_spirv), .fs = GFX_CODE(white_fs_spirv)

struct scene {
   struct vkt t;
   VkCommandPool pool;
   struct gfx_target target;
   struct vkt_buffer vertices, indices, out;
};
static struct scene s;

/* ---- a device with a target, buffers and a pool ------------------------------------------------------------------------ */
static struct vkt_buffer buffer(VkDeviceSize size)
{
   return vkt_buffer(&s.t, size, VKT_TYPE_VRAM_VISIBLE);
}

static void open_device(void)
{
   static const char *const extensions[] = {VK_KHR_BUFFER_DEVICE_ADDRESS_EXTENSION_NAME,
                                            VK_EXT_DEVICE_FAULT_EXTENSION_NAME};
   VkPhysicalDeviceFaultFeaturesEXT fault = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FAULT_FEATURES_EXT,
                                             .deviceFault = VK_TRUE};
   VkPhysicalDeviceBufferDeviceAddressFeatures address = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES,
      .pNext = &fault,
      .bufferDeviceAddress = VK_TRUE};
   VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                         .pNext = &address,
                                         .features = {.robustBufferAccess = VK_TRUE,
                                                      .geometryShader = VK_TRUE,
                                                      .tessellationShader = VK_TRUE,
                                                      .multiViewport = VK_TRUE,
                                                      .multiDrawIndirect = VK_TRUE,
                                                      .drawIndirectFirstInstance = VK_TRUE,
                                                      .fullDrawIndexUint32 = VK_TRUE,
                                                      .vertexPipelineStoresAndAtomics = VK_TRUE,
                                                      .fragmentStoresAndAtomics = VK_TRUE}};
   struct vkt_options o = {.extensions = extensions, .extension_count = 2, .device_next = &features};
   if (!s.t.instance)
      vkt_open_instance(&s.t, &o);
   vkt_ok(vkt_create_device(&s.t, &o));
   s.pool = gfx_pool(&s.t);
   s.target = gfx_target(&s.t, SIDE, SIDE, 2, VK_FORMAT_R8G8B8A8_UNORM, VK_ATTACHMENT_LOAD_OP_CLEAR);
   s.vertices = buffer(1 << 16);
   s.indices = buffer(1 << 16);
   s.out = buffer(2 * PIXELS * 4);
}

static void close_device(void)
{
   vkt_buffer_free(&s.t, &s.vertices);
   vkt_buffer_free(&s.t, &s.indices);
   vkt_buffer_free(&s.t, &s.out);
   gfx_target_free(&s.t, &s.target);
   vk.DestroyCommandPool(s.t.device, s.pool, NULL);
   vkt_close_device(&s.t);
}

static int setup(void **state)
{
   memset(&s, 0, sizeof s);
   open_device();
   return 0;
}

static int teardown(void **state)
{
   close_device();
   vkt_close(&s.t);
   return 0;
}

/* ---- drawing --------------------------------------------------------------------------------------------------------- */
struct draw {
   uint32_t vertices, indices; /* indices 0: not indexed */
   VkDeviceSize vertex_offset;
   const void *push;           /* 16 bytes */
   const struct vkt_buffer *indirect;
   uint32_t indirect_draws;
};

static VkResult try_draw(const struct gfx_pipeline_info *info, const struct draw *d)
{
   struct gfx_pipeline p = gfx_pipeline(&s.t, &s.target, info);
   static const VkRect2D all = {{0, 0}, {SIDE, SIDE}};
   VkCommandBuffer cmd = gfx_begin(&s.t, s.pool);
   gfx_begin_pass(cmd, &s.target);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, p.pipeline);
   if (!info->bare)
      vk.CmdBindVertexBuffers(cmd, 0, 1, &s.vertices.buffer, &d->vertex_offset);
   if (d->push)
      vk.CmdPushConstants(cmd, p.layout, VK_SHADER_STAGE_ALL_GRAPHICS, 0, 16, d->push);
   if (d->indices)
      vk.CmdBindIndexBuffer(cmd, s.indices.buffer, 0, VK_INDEX_TYPE_UINT32);
   if (d->indirect && d->indices)
      vk.CmdDrawIndexedIndirect(cmd, d->indirect->buffer, 0, d->indirect_draws, 20);
   else if (d->indirect)
      vk.CmdDrawIndirect(cmd, d->indirect->buffer, 0, d->indirect_draws, 16);
   else if (d->indices)
      vk.CmdDrawIndexed(cmd, d->indices, 1, 0, 0, 0);
   else
      vk.CmdDraw(cmd, d->vertices, 1, 0, 0);
   vk.CmdEndRenderPass(cmd);
   memset(s.out.host, 0x55, 2 * PIXELS * 4);
   gfx_fetch(cmd, &s.target, 0, &all, &s.out);
   VkResult r = gfx_finish(&s.t, s.pool, cmd);
   gfx_pipeline_free(&s.t, &p);
   return r;
}

/* Pixels of layer 0 that are white; the others must be black. The same bytes a second time. */
static uint32_t draw(const struct gfx_pipeline_info *info, const struct draw *d)
{
   static uint32_t first[PIXELS];
   uint32_t count = 0;
   vkt_ok(try_draw(info, d));
   memcpy(first, s.out.host, sizeof first);
   vkt_ok(try_draw(info, d));
   assert_memory_equal(first, s.out.host, sizeof first);
   for (uint32_t i = 0; i < PIXELS; i++) {
      assert_true(first[i] == 0 || first[i] == WHITE);
      count += first[i] == WHITE;
   }
   return count;
}

static void set_vertices(const float (*v)[4], uint32_t n)
{
   memset(s.vertices.host, 0, 1 << 16);
   memcpy(s.vertices.host, v, n * sizeof *v);
}

static const float covering[3][4] = {{-1, -1, 0.5f, 1}, {3, -1, 0.5f, 1}, {-1, 3, 0.5f, 1}};
static const float strip[6][4] = {{-1, -1, 0.5f, 1}, {-1, 1, 0.5f, 1}, {0, -1, 0.5f, 1},
                                  {0, 1, 0.5f, 1},   {1, -1, 0.5f, 1}, {1, 1, 0.5f, 1}};
static const struct gfx_pipeline_info plain = {PLAIN, .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST};

/* An ordinary triangle covers all. */
static void prove_alive(void)
{
   set_vertices(covering, 3);
   assert_int_equal(draw(&plain, &(struct draw){.vertices = 3}), PIXELS);
}

/* The device was lost by r; a fresh one draws. */
static void check_lost(VkResult r)
{
   assert_int_equal(r, VK_ERROR_DEVICE_LOST);
   VkDeviceFaultCountsEXT counts = {.sType = VK_STRUCTURE_TYPE_DEVICE_FAULT_COUNTS_EXT};
   vkt_ok(vk.GetDeviceFaultInfoEXT(s.t.device, &counts, NULL));
   assert_int_equal(counts.vendorInfoCount, 1);
   close_device();
   open_device();
   prove_alive();
}

/* ---- vertices -------------------------------------------------------------------------------------------------------- */
static void test_vertices_that_are_no_numbers(void **state)
{
   const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
   for (int place = 0; place < 12; place++)
      for (int b = 0; b < 4; b++) {
         float v[3][4];
         memcpy(v, covering, sizeof v);
         v[place / 4][place % 4] = bad[b];
         set_vertices((const float(*)[4])v, 3);
         assert_int_equal(draw(&plain, &(struct draw){.vertices = 3}), 0);
      }
   prove_alive();
}

static void test_gigantic_vertices(void **state)
{
   const float sizes[] = {1e5f, 1e10f, 1e20f, 1e30f, 1e38f};
   for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      const float k = sizes[i];
      const float v[3][4] = {{-k, -k, 0.5f, 1}, {3 * k, -k, 0.5f, 1}, {-k, 3 * k, 0.5f, 1}};
      set_vertices(v, 3);
      assert_int_equal(draw(&plain, &(struct draw){.vertices = 3}), PIXELS);
      const float away[3][4] = {{k, -k, 0.5f, 1}, {3 * k, -k, 0.5f, 1}, {k, 3 * k, 0.5f, 1}};
      set_vertices(away, 3);
      assert_int_equal(draw(&plain, &(struct draw){.vertices = 3}), 0);
      const float half_way[3][4] = {{0, -k, 0.5f, 1}, {0, k, 0.5f, 1}, {k, 0, 0.5f, 1}}; /* x >= 0 as far as anyone sees */
      set_vertices(half_way, 3);
      assert_int_equal(draw(&plain, &(struct draw){.vertices = 3}), PIXELS / 2);
   }
}

static void test_degenerate_triangles(void **state)
{
   const float v[][4] = {{0, 0, 0, 1},  {0, 0, 0, 1}, {0, 0, 0, 1},     /* a point */
                         {-1, -1, 0, 1}, {0, 0, 0, 1}, {1, 1, 0, 1},     /* a line */
                         {-1, -1, 0, 0}, {1, -1, 0, 0}, {0, 1, 0, 0},    /* at infinity */
                         {-1, -1, 0, -1}, {3, -1, 0, -1}, {-1, 3, 0, -1}, /* behind the eye */
                         {-1, -1, 2, 1}, {3, -1, 2, 1}, {-1, 3, 2, 1},    /* behind the far plane */
                         {0, 0, 0, 0},  {0, 0, 0, 0}, {0, 0, 0, 0},
                         {1e-40f, 0, 0, 1}, {0, 1e-40f, 0, 1}, {0, 0, 1e-40f, 1}};
   set_vertices(v, sizeof v / sizeof *v);
   assert_int_equal(draw(&plain, &(struct draw){.vertices = sizeof v / sizeof *v}), 0);
   prove_alive();
}

/* Whatever bits: every topology, defined and the same twice. */
static void test_soup(void **state)
{
   const float odd[] = {0,     -0.f,  1,      -1,    0.5f,  -0.5f,    NAN,       INFINITY, -INFINITY, 1e38f,
                        -1e38f, 1e-38f, 1e-45f, 32768, 16384, 1.00001f, 0.015625f, -2,       3,         1e10f};
   uint64_t seed = 7;
   for (uint32_t topology = 0; topology <= VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP_WITH_ADJACENCY; topology++) {
      float *v = s.vertices.host;
      for (uint32_t i = 0; i < 4096; i++) {
         seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
         uint32_t r = (uint32_t)(seed >> 33);
         if (topology & 1 && r % 5 == 0)
            memcpy(&v[i], &r, 4);
         else
            v[i] = odd[r % (sizeof odd / sizeof *odd)];
      }
      struct gfx_pipeline_info info = {PLAIN, .topology = (VkPrimitiveTopology)topology};
      draw(&info, &(struct draw){.vertices = 1024});
   }
   prove_alive();
}

/* ---- vertex and index buffers ---------------------------------------------------------------------------------------- */
static void test_indices_out_of_range(void **state)
{
   const uint32_t indices[] = {0, 1, 2, 0x7fffffff, 0xfffffffe, 5000000, 0, 1, 0xffffffff, 2, 1, 4096, 4096, 4097, 4098};
   float v[3][4];
   memcpy(v, covering, sizeof v);
   set_vertices((const float(*)[4])v, 3);
   memcpy(s.indices.host, indices, sizeof indices);
   /* The first triangle covers all; in the others a corner is 0 0 0 0: clipped away, or within what is white anyway. */
   assert_int_equal(draw(&plain, &(struct draw){.indices = 15}), PIXELS);
   memcpy(s.indices.host, indices + 3, sizeof indices - 12);
   memset(s.vertices.host, 0, 1 << 16);
   assert_int_equal(draw(&plain, &(struct draw){.indices = 12}), 0);
   prove_alive();
}

static void test_buffers_too_small(void **state)
{
   struct vkt_buffer whole = s.indices;
   const uint32_t indices[] = {0, 1, 2};
   set_vertices(covering, 3);
   memcpy(s.indices.host, indices, sizeof indices);
   s.indices = buffer(8); /* two indices of three, then zeros: a line */
   memcpy(s.indices.host, indices, 8);
   assert_int_equal(draw(&plain, &(struct draw){.indices = 300}), 0);
   vkt_buffer_free(&s.t, &s.indices);
   s.indices = whole;
   /* Only the last two vertices are inside the buffer, and a position ends beyond it. */
   memcpy((char *)s.vertices.host + (1 << 16) - 40, covering, 40);
   assert_int_equal(draw(&plain, &(struct draw){.vertices = 3, .vertex_offset = (1 << 16) - 40}), 0);
   assert_int_equal(draw(&plain, &(struct draw){.vertices = 30000, .vertex_offset = (1 << 16) - 4}), 0);
   prove_alive();
}

static void test_restart(void **state)
{
   const uint32_t r = 0xffffffff;
   const uint32_t cuts[] = {r, r, 0, 1, 2, r, 1, 2, 3, r, r, 2, 3, r, 4, r, 2, 3, 4, 5, r}; /* all but the empty and short ones */
   struct gfx_pipeline_info info = {PLAIN, .topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP, .restart = true};
   set_vertices(strip, 6);
   memcpy(s.indices.host, cuts, sizeof cuts);
   assert_int_equal(draw(&info, &(struct draw){.indices = sizeof cuts / 4}), PIXELS);
   const uint32_t half[] = {r, 0, 1, r, 2, 3, r, 0, 1, 2, 3};
   memcpy(s.indices.host, half, sizeof half);
   assert_int_equal(draw(&info, &(struct draw){.indices = sizeof half / 4}), PIXELS / 2);
   for (uint32_t i = 0; i < 1000; i++)
      ((uint32_t *)s.indices.host)[i] = r;
   for (uint32_t topology = 0; topology <= VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP_WITH_ADJACENCY; topology++) {
      bool is_list = topology == VK_PRIMITIVE_TOPOLOGY_POINT_LIST || topology == VK_PRIMITIVE_TOPOLOGY_LINE_LIST ||
                     topology == VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST ||
                     topology == VK_PRIMITIVE_TOPOLOGY_LINE_LIST_WITH_ADJACENCY ||
                     topology == VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST_WITH_ADJACENCY;
      struct gfx_pipeline_info each = {PLAIN, .topology = (VkPrimitiveTopology)topology, .restart = !is_list};
      assert_int_equal(draw(&each, &(struct draw){.indices = 1000}), 0);
   }
}

/* ---- viewports, scissors, targets ------------------------------------------------------------------------------------- */
static void test_viewports(void **state)
{
   const float n = NAN, inf = INFINITY, side = SIDE;
   const VkViewport nothing[] = {{0, 0, 0, 0, 0, 1},     {0, 0, side, 0, 0, 1},   {0, 0, 0, side, 0, 1}, {-500, 0, 64, 64, 0, 1},
                                 {64, 64, 64, 64, 0, 1}, {20000, 0, 64, 64, 0, 1}, {n, 0, side, side, 0, 1}, {0, 0, n, side, 0, 1},
                                 {inf, 0, side, side, 0, 1}};
   set_vertices(covering, 3);
   for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
      struct gfx_pipeline_info info = plain;
      info.viewport = &nothing[i];
      assert_int_equal(draw(&info, &(struct draw){.vertices = 3}), 0);
   }
   const VkViewport odd[] = {{0, 0, side, side, n, n}, {0, 0, side, side, -inf, inf}, {0, 0, inf, inf, 0, 1},
                             {-inf, -inf, inf, inf, 0, 1}, {0, 0, 1e30f, 1e30f, 0, 1}, {0, 0, -side, -side, 1, 0}};
   for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
      struct gfx_pipeline_info info = plain;
      info.viewport = &odd[i];
      draw(&info, &(struct draw){.vertices = 3});
   }
   const VkViewport upside_down = {0, side, side, -side, 0, 1};
   struct gfx_pipeline_info info = plain;
   info.viewport = &upside_down;
   assert_int_equal(draw(&info, &(struct draw){.vertices = 3}), PIXELS);
}

static void test_scissors(void **state)
{
   static const struct {
      VkRect2D rect;
      uint32_t pixels;
   } cases[] = {{{{0, 0}, {0, 0}}, 0},           {{{0, 0}, {SIDE, 0}}, 0},        {{{5, 5}, {0, 10}}, 0},
                {{{100, 100}, {100, 100}}, 0},   {{{63, 63}, {INT32_MAX - 63, INT32_MAX - 63}}, 1},
                {{{0, 0}, {INT32_MAX, 3}}, 192}, {{{10, 20}, {7, 3}}, 21}};
   set_vertices(covering, 3);
   for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      struct gfx_pipeline_info info = plain;
      info.scissor = &cases[i].rect;
      assert_int_equal(draw(&info, &(struct draw){.vertices = 3}), cases[i].pixels);
   }
}

/* Draws a covering triangle, looks at the last pixels of the last layer. */
static void check_size(uint32_t width, uint32_t height, uint32_t layers, VkAttachmentLoadOp load)
{
   struct gfx_target g = gfx_target(&s.t, width, height, layers, VK_FORMAT_R8_UNORM, load);
   VkRect2D last = {{(int32_t)(width < 4 ? 0 : width - 4), (int32_t)(height < 4 ? 0 : height - 4)},
                    {width < 4 ? width : 4, height < 4 ? height : 4}};
   struct gfx_pipeline_info info = plain;
   struct {
      int32_t layer, viewport, pad[2];
   } push = {(int32_t)layers - 1, 0, {0, 0}};
   info.gs = (struct gfx_code)GFX_CODE(gfx_where_spirv);
   info.scissor = &last; /* the rest of the largest would take its time */
   set_vertices(covering, 3);
   struct gfx_pipeline p = gfx_pipeline(&s.t, &g, &info);
   VkCommandBuffer cmd = gfx_begin(&s.t, s.pool);
   VkDeviceSize zero = 0;
   gfx_begin_pass(cmd, &g);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, p.pipeline);
   vk.CmdBindVertexBuffers(cmd, 0, 1, &s.vertices.buffer, &zero);
   vk.CmdPushConstants(cmd, p.layout, VK_SHADER_STAGE_ALL_GRAPHICS, 0, 16, &push);
   vk.CmdDraw(cmd, 3, 1, 0, 0);
   vk.CmdEndRenderPass(cmd);
   memset(s.out.host, 0x55, 16);
   gfx_fetch(cmd, &g, layers - 1, &last, &s.out);
   vkt_ok(gfx_finish(&s.t, s.pool, cmd));
   for (uint32_t i = 0; i < last.extent.width * last.extent.height; i++)
      assert_int_equal(((uint8_t *)s.out.host)[i], 0xff);
   gfx_pipeline_free(&s.t, &p);
   gfx_target_free(&s.t, &g);
}

static void test_largest_targets(void **state)
{
   const VkPhysicalDeviceLimits *l = &s.t.properties.limits;
   check_size(l->maxFramebufferWidth, 1, 1, VK_ATTACHMENT_LOAD_OP_CLEAR);
   check_size(1, l->maxFramebufferHeight, 1, VK_ATTACHMENT_LOAD_OP_CLEAR);
   check_size(1, 1, l->maxFramebufferLayers, VK_ATTACHMENT_LOAD_OP_CLEAR);
   check_size(l->maxFramebufferWidth, l->maxFramebufferHeight, 1, VK_ATTACHMENT_LOAD_OP_DONT_CARE);
}

/* ---- stages ---------------------------------------------------------------------------------------------------------- */
static void test_kill_every_pixel(void **state)
{
   struct gfx_pipeline_info info = plain;
   info.fs = (struct gfx_code)GFX_CODE(gfx_kill_spirv);
   set_vertices(covering, 3);
   assert_int_equal(draw(&info, &(struct draw){.vertices = 3}), 0);
}

static void test_layers_and_viewports(void **state)
{
   static const int32_t values[] = {0, 1, 2, 15, 16, 100, -1, INT32_MIN, INT32_MAX, 0x10000, 0x7fff0000};
   struct gfx_pipeline_info info = plain;
   info.gs = (struct gfx_code)GFX_CODE(gfx_where_spirv);
   info.viewports = GFX_VIEWPORTS;
   set_vertices(covering, 3);
   for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
      const int32_t layer[4] = {values[i], 0, 0, 0}, viewport[4] = {0, values[i], 0, 0};
      assert_int_equal(draw(&info, &(struct draw){.vertices = 3, .push = layer}), i == 0 ? PIXELS : 0);
      uint32_t n = draw(&info, &(struct draw){.vertices = 3, .push = viewport});
      if ((uint32_t)values[i] < GFX_VIEWPORTS)
         assert_int_equal(n, PIXELS);
      else
         assert_true(n == 0 || n == PIXELS);
   }
   prove_alive();
}

static void test_geometry_beyond_its_vertices(void **state)
{
   static const float small[3][4] = {{0, 0, 0.5f, 1}, {0.5f, 0, 0.5f, 1}, {0, 0.5f, 0.5f, 1}};
   struct gfx_pipeline_info info = plain;
   set_vertices(small, 3);
   uint32_t n = draw(&info, &(struct draw){.vertices = 3});
   info.gs = (struct gfx_code)GFX_CODE(gfx_over_spirv);
   assert_in_range(n, 1, PIXELS / 4);
   assert_int_equal(draw(&info, &(struct draw){.vertices = 3}), n);
}

static void test_tessellation_levels(void **state)
{
   static const struct {
      float outer, inner;
      bool covers;
   } cases[] = {{1, 1, true},        {NAN, 1, false},      {-1, 1, false},      {0, 1, false},    {-INFINITY, 1, false},
                {INFINITY, 1, true}, {1e30f, 1e30f, true}, {1, NAN, true},      {1, -5, true},    {1, INFINITY, true},
                {1, 0, true},        {1e-40f, 1, true},    {64.5f, 64.5f, true}, {-0.f, 9, false}, {2, -INFINITY, true}};
   struct gfx_pipeline_info info = {PLAIN,
                                    .tcs = GFX_CODE(gfx_levels_tcs_spirv),
                                    .tes = GFX_CODE(gfx_levels_tes_spirv),
                                    .topology = VK_PRIMITIVE_TOPOLOGY_PATCH_LIST};
   set_vertices(covering, 3);
   for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      const float push[4] = {cases[i].outer, cases[i].inner, 0, 0};
      uint32_t n = draw(&info, &(struct draw){.vertices = 4, .push = push});
      if (n != (cases[i].covers ? PIXELS : 0))
         fail_msg("levels %g %g: %u pixels", (double)cases[i].outer, (double)cases[i].inner, n);
   }
}

/* ---- indirect draws --------------------------------------------------------------------------------------------------- */
static void test_indirect_oddities(void **state)
{
   struct vkt_buffer args = buffer(1 << 14);
   uint32_t *a = args.host;
   set_vertices(covering, 3);
   const uint32_t none[4][4] = {{0, 0xffffffff, 0, 0}, {0xffffffff, 0, 0, 0}, {2, 5, 0, 0}, {3, 1, 0xffffffff, 0xffffffff}};
   memcpy(a, none, sizeof none);
   assert_int_equal(draw(&plain, &(struct draw){.indirect = &args, .indirect_draws = 4}), 0);
   /* Garbage of moderate counts, anything elsewhere. */
   uint64_t seed = 3;
   for (uint32_t i = 0; i < 1 << 12; i++) {
      seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      a[i] = i % 20 % 5 < 2 ? (uint32_t)(seed >> 33) % 300 : (uint32_t)(seed >> 32);
   }
   for (uint32_t i = 0; i < 4096; i++)
      ((uint32_t *)s.indices.host)[i] = i % 7 ? i % 3 : a[i];
   for (uint32_t i = 0; i < 64; i++) { /* arguments are records of 5 dwords here, counts first */
      a[i * 5] %= 300;
      a[i * 5 + 1] %= 30;
   }
   draw(&plain, &(struct draw){.indices = 1, .indirect = &args, .indirect_draws = 64});
   for (uint32_t i = 0; i < 64; i++) {
      a[i * 4] %= 300;
      a[i * 4 + 1] %= 30;
   }
   draw(&plain, &(struct draw){.indirect = &args, .indirect_draws = 64});
   vkt_buffer_free(&s.t, &args);
   prove_alive();
}

/* ---- loss of the device ------------------------------------------------------------------------------------------------ */
static void test_wild_pointers(void **state)
{
   static const uint64_t addresses[] = {0, 0x10, UINT64_C(0xdead00000000), UINT64_C(0xfffffffffffffff0), UINT64_C(1) << 47};
   for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
      const uint64_t push[2] = {addresses[i], 0};
      struct gfx_pipeline_info info = plain;
      info.vs = (struct gfx_code)GFX_CODE(gfx_wild_vs_spirv);
      info.bare = true;
      check_lost(try_draw(&info, &(struct draw){.vertices = 3, .push = push}));
      info = plain;
      info.fs = (struct gfx_code)GFX_CODE(gfx_wild_fs_spirv);
      set_vertices(covering, 3);
      check_lost(try_draw(&info, &(struct draw){.vertices = 3, .push = push}));
   }
}

/* Memory that the GPU finds gone: vertices, indices, arguments, the target. */
static void test_memory_that_is_gone(void **state)
{
   for (int which = 0; which < 4; which++) {
      struct vkt_buffer args = buffer(4096);
      struct vkt_buffer *gone = which == 0 ? &s.vertices : which == 1 ? &s.indices : &args;
      VkDeviceMemory *memory = which == 3 ? &s.target.memory : &gone->memory;
      set_vertices(covering, 3);
      memset(s.indices.host, 0, 64);
      vk.FreeMemory(s.t.device, *memory, NULL);
      *memory = VK_NULL_HANDLE;
      VkResult r = try_draw(&plain, &(struct draw){.vertices = 3,
                                                   .indices = which == 1 ? 3 : 0,
                                                   .indirect = which == 2 ? &args : NULL,
                                                   .indirect_draws = 1});
      vkt_buffer_free(&s.t, &args);
      check_lost(r);
   }
}

static void test_endless_stages(void **state)
{
   static const uint32_t odd[4] = {1, 0, 0, 0}, even[4] = {0, 0, 0, 0};
   teardown(NULL);
   vkt_use_short_watchdog(TEST_DIR "/gfx-watchdog.json");
   setup(NULL);
   for (int stage = 0; stage < 2; stage++) {
      struct gfx_pipeline_info info = plain;
      if (stage)
         info.fs = (struct gfx_code)GFX_CODE(gfx_spin_fs_spirv);
      else
         info.vs = (struct gfx_code)GFX_CODE(gfx_spin_vs_spirv);
      set_vertices(covering, 3);
      assert_int_equal(draw(&info, &(struct draw){.vertices = 3, .push = even}), PIXELS);
      check_lost(try_draw(&info, &(struct draw){.vertices = 3, .push = odd}));
   }
   teardown(NULL);
   vkt_setenv("FIGMENT_PROFILE", NULL);
   setup(NULL);
}

/* Many frames are under way when one goes wrong: all that wait come back, with success or loss, none hangs. */
static void test_loss_amid_frames(void **state)
{
   enum { FRAMES = 12, BAD = 5 };
   const uint64_t push[2] = {UINT64_C(0xdead00000000), 0};
   struct gfx_pipeline_info wild = plain;
   wild.fs = (struct gfx_code)GFX_CODE(gfx_wild_fs_spirv);
   struct gfx_pipeline good = gfx_pipeline(&s.t, &s.target, &plain), bad = gfx_pipeline(&s.t, &s.target, &wild);
   VkCommandBuffer cmds[FRAMES];
   VkFence fences[FRAMES];
   VkDeviceSize zero = 0;
   bool lost = false;
   set_vertices(covering, 3);
   for (int i = 0; i < FRAMES; i++) {
      VkCommandBuffer cmd = cmds[i] = gfx_begin(&s.t, s.pool);
      fences[i] = vkt_fence(&s.t);
      gfx_begin_pass(cmd, &s.target);
      vk.CmdBindVertexBuffers(cmd, 0, 1, &s.vertices.buffer, &zero);
      vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, good.pipeline);
      vk.CmdDraw(cmd, 3, 1, 0, 0);
      if (i == BAD) {
         vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, bad.pipeline);
         vk.CmdPushConstants(cmd, bad.layout, VK_SHADER_STAGE_ALL_GRAPHICS, 0, 16, push);
         vk.CmdDraw(cmd, 3, 1, 0, 0);
      }
      vk.CmdEndRenderPass(cmd);
      vkt_ok(vk.EndCommandBuffer(cmd));
   }
   for (int i = 0; i < FRAMES; i++) {
      VkResult r = vkt_submit_no_wait(&s.t, s.t.main, cmds[i], fences[i]);
      assert_true(r == VK_SUCCESS || (r == VK_ERROR_DEVICE_LOST && i > BAD));
   }
   for (int i = 0; i < FRAMES; i++) {
      VkResult r = vk.WaitForFences(s.t.device, 1, &fences[i], VK_TRUE, UINT64_C(20000000000));
      assert_true(r == VK_ERROR_DEVICE_LOST || (r == VK_SUCCESS && i < BAD));
      lost |= r != VK_SUCCESS;
      vk.DestroyFence(s.t.device, fences[i], NULL);
   }
   assert_true(lost);
   vk.FreeCommandBuffers(s.t.device, s.pool, FRAMES, cmds);
   gfx_pipeline_free(&s.t, &good);
   gfx_pipeline_free(&s.t, &bad);
   check_lost(VK_ERROR_DEVICE_LOST);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_vertices_that_are_no_numbers),
      cmocka_unit_test(test_gigantic_vertices),
      cmocka_unit_test(test_degenerate_triangles),
      cmocka_unit_test(test_soup),
      cmocka_unit_test(test_indices_out_of_range),
      vkt_mistakes_test(test_buffers_too_small),
      cmocka_unit_test(test_restart),
      vkt_mistakes_test(test_viewports),
      cmocka_unit_test(test_scissors),
      cmocka_unit_test(test_largest_targets),
      cmocka_unit_test(test_kill_every_pixel),
      cmocka_unit_test(test_layers_and_viewports),
      cmocka_unit_test(test_geometry_beyond_its_vertices),
      cmocka_unit_test(test_tessellation_levels),
      cmocka_unit_test(test_indirect_oddities),
      vkt_mistakes_test(test_wild_pointers),
      vkt_mistakes_test(test_memory_that_is_gone),
      vkt_mistakes_test(test_endless_stages),
      vkt_mistakes_test(test_loss_amid_frames),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
