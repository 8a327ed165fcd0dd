/* Shaders that reach memory by address: vkGetBufferDeviceAddress, lists and arrays of addresses in memory, and what happens when
 * an address is wrong. */
#include "vkt.h"
#include "pointers_spirv.h"

struct pair {
   float x;
   uint32_t y;
};
/* As the shader's Node: a row-major mat2x3 has three rows of two floats, 8 bytes apart. */
struct node {
   uint64_t next, pairs;
   uint32_t count, pad;
   float m[3][2];
};
struct push {
   uint64_t lists, outs, raw;
   uint32_t node_B;
};

enum { LISTS = 64, USED = 60, NODES = 300, PAIRS = 900, WORDS = 130 };

static void open_device(struct vkt *t)
{
   static const char *const extensions[] = {VK_KHR_BUFFER_DEVICE_ADDRESS_EXTENSION_NAME,
                                            VK_EXT_SCALAR_BLOCK_LAYOUT_EXTENSION_NAME};
   static VkPhysicalDeviceScalarBlockLayoutFeatures layout = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SCALAR_BLOCK_LAYOUT_FEATURES, .scalarBlockLayout = VK_TRUE};
   static VkPhysicalDeviceBufferDeviceAddressFeatures address = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES,
      .pNext = &layout,
      .bufferDeviceAddress = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 2, .device_next = &address};
   vkt_open_instance(t, &o);
   vkt_ok(vkt_create_device(t, &o));
}

static struct vkt_buffer addressable(struct vkt *t, VkDeviceSize size)
{
   static const VkMemoryAllocateFlagsInfo flags = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                                   .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
   return vkt_buffer_next(t, size, VKT_TYPE_VRAM_VISIBLE, &flags, NULL);
}

static uint64_t address_of(struct vkt *t, const struct vkt_buffer *b)
{
   VkBufferDeviceAddressInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO, .buffer = b->buffer};
   uint64_t va = vk.GetBufferDeviceAddressKHR(t->device, &info);
   assert_true(va && va % 16 == 0);
   assert_true(vk.GetBufferOpaqueCaptureAddressKHR(t->device, &info) == 0);
   return va;
}

static VkResult run(struct vkt *t, const struct push *push)
{
   const struct vkt_compute_info info = {VKT_SPIRV(pointers_spirv), .push_B = sizeof *push};
   struct vkt_compute c = vkt_compute(t, &info);
   VkCommandBuffer cmd = vkt_begin(t);
   vk.CmdPushConstants(cmd, c.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof *push, push);
   vkt_dispatch(cmd, &c, 1, 1, 1);
   vkt_barrier(cmd);
   VkResult r = vkt_submit(t, cmd);
   vkt_compute_free(t, &c);
   return r;
}

/* Nodes 0..63 are the heads; the rest hang behind random ones, each at the end of its list. */
static void make_lists(struct node *nodes, uint64_t nodes_va, const struct pair *pairs, uint64_t pairs_va, uint32_t *sums,
                       uint32_t *lengths)
{
   uint32_t last[LISTS], seed = 1;
   for (uint32_t i = 0; i < NODES; i++) {
      uint32_t first = (seed = seed * 1664525u + 1013904223u) % (PAIRS - 8), list = i < LISTS ? i : (seed >> 8) % LISTS;
      nodes[i] = (struct node){.pairs = pairs_va + first * sizeof *pairs, .count = seed >> 13 & 7};
      nodes[i].m[2][1] = (float)i;
      if (i >= LISTS)
         nodes[last[list]].next = nodes_va + i * sizeof *nodes;
      last[list] = i;
      lengths[list]++;
      for (uint32_t k = 0; k < nodes[i].count; k++)
         sums[list] += pairs[first + k].y + (uint32_t)pairs[first + k].x;
      sums[list] += i;
   }
}

static void test_lists(void **state)
{
   struct vkt t;
   open_device(&t);
   struct vkt_buffer nodes = addressable(&t, NODES * sizeof(struct node)), pairs = addressable(&t, PAIRS * sizeof(struct pair)),
                     outs = addressable(&t, WORDS * 4);
   struct pair *p = pairs.host;
   struct node *n = nodes.host, before[NODES];
   const uint32_t *out = outs.host;
   uint32_t sums[LISTS] = {0}, lengths[LISTS] = {0};
   memset(outs.host, 0, WORDS * 4);
   for (uint32_t k = 0; k < PAIRS; k++)
      p[k] = (struct pair){(float)(k * 3), k * 7 + 1};
   make_lists(n, address_of(&t, &nodes), p, address_of(&t, &pairs), sums, lengths);
   memcpy(before, n, sizeof before);
   const struct push push = {address_of(&t, &nodes), address_of(&t, &outs), address_of(&t, &outs), sizeof(struct node)};
   vkt_ok(run(&t, &push));
   for (uint32_t i = 0; i < LISTS; i++) {
      assert_int_equal(out[2 * i], i < USED ? sums[i] : 0);
      assert_int_equal(out[2 * i + 1], i < USED ? lengths[i] : 0);
      const struct node *next = before[i].next ? before + (before[i].next - push.lists) / sizeof *next : before + i;
      assert_int_equal(n[i].count, i < USED && i & 1 ? next->count : before[i].count);
   }
   assert_int_equal(out[128], LISTS);
   assert_int_equal(out[129], 1);
   vkt_buffer_free(&t, &nodes);
   vkt_buffer_free(&t, &pairs);
   vkt_buffer_free(&t, &outs);
   vkt_close(&t);
}

/* An address where nothing is: the device is lost and says where; a new one works. */
static void test_wrong_address(void **state)
{
   static const uint64_t wrong[] = {8, 0x00007f0000000000, 0xffff800000000000};
   for (unsigned k = 0; k < 3; k++) {
      struct vkt t;
      open_device(&t);
      struct vkt_buffer outs = addressable(&t, WORDS * 4);
      const struct push push = {wrong[k], address_of(&t, &outs), address_of(&t, &outs), sizeof(struct node)};
      assert_int_equal(run(&t, &push), VK_ERROR_DEVICE_LOST);
      vkt_buffer_free(&t, &outs);
      vkt_close(&t);
   }
   test_lists(state);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(test_lists), vkt_mistakes_test(test_wrong_address)};
   vkt_load();
   return cmocka_run_group_tests(tests, NULL, NULL);
}
