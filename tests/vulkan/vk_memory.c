/* Memory: types, mapping, copies, fills and updates between all types; no owner sees another's bytes; limits are errors. */
#include "vkt.h"

static struct vkt t;
static int setup(void **state) { vkt_open(&t); return 0; }
static int teardown(void **state)
{
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

static void test_types(void **state)
{
   VkPhysicalDeviceMemoryProperties m;
   vk.GetPhysicalDeviceMemoryProperties(t.physical, &m);
   assert_int_equal(m.memoryTypeCount, 4);
   assert_int_equal(m.memoryHeapCount, 2);
   for (uint32_t i = 0; i < m.memoryTypeCount; i++)
      for (uint32_t j = i + 1; j < m.memoryTypeCount; j++) {
         VkMemoryPropertyFlags a = m.memoryTypes[i].propertyFlags, b = m.memoryTypes[j].propertyFlags;
         assert_false(a != b && (a & b) == b); /* no subset behind its superset */
      }
   assert_int_equal(m.memoryTypes[0].propertyFlags, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
   assert_true(m.memoryHeaps[0].size >= 64u << 20);
}

static void fill_pattern(uint32_t *p, uint32_t dw, uint32_t seed)
{
   for (uint32_t i = 0; i < dw; i++)
      p[i] = i * 2654435761u + seed;
}

static void test_copies_between_types(void **state)
{
   enum { DW = 70000 };
   uint32_t *want = malloc(DW * 4), *got = malloc(DW * 4);
   for (uint32_t from = 0; from < 4; from++)
      for (uint32_t to = 0; to < 4; to++) {
         struct vkt_buffer a = vkt_buffer(&t, DW * 4, from), b = vkt_buffer(&t, DW * 4, to);
         fill_pattern(want, DW, from * 4 + to + 1);
         vkt_write(&t, &a, want, DW * 4);
         VkCommandBuffer cmd = vkt_begin(&t);
         VkBufferCopy regions[2] = {{0, 0, 100003}, {100003, 100003, DW * 4 - 100003}};
         vk.CmdCopyBuffer(cmd, a.buffer, b.buffer, 2, regions);
         vkt_barrier(cmd);
         vkt_ok(vkt_submit(&t, cmd));
         vkt_read(&t, &b, got, DW * 4);
         assert_memory_equal(want, got, DW * 4);
         if (b.host)
            assert_memory_equal(want, b.host, DW * 4);
         vkt_buffer_free(&t, &a);
         vkt_buffer_free(&t, &b);
      }
   free(want);
   free(got);
}

static void test_fill_and_update(void **state)
{
   enum { SIZE = 65536 + 256 };
   static uint8_t want[SIZE], got[SIZE], data[65536];
   struct vkt_buffer b = vkt_buffer(&t, SIZE, VKT_TYPE_VRAM);
   for (uint32_t i = 0; i < sizeof data; i++)
      data[i] = (uint8_t)(i * 7 + (i >> 8));
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdFillBuffer(cmd, b.buffer, 0, VK_WHOLE_SIZE, 0x01020304);
   vkt_barrier(cmd);
   vk.CmdUpdateBuffer(cmd, b.buffer, 128, sizeof data, data);
   vkt_barrier(cmd);
   vk.CmdFillBuffer(cmd, b.buffer, 132, 8, 0xffffffff);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t i = 0; i < SIZE; i++)
      want[i] = (uint8_t)(4 - i % 4);
   memcpy(want + 128, data, sizeof data);
   memset(want + 132, 0xff, 8);
   vkt_read(&t, &b, got, SIZE);
   assert_memory_equal(want, got, SIZE);
   vkt_buffer_free(&t, &b);
}

/* Fresh memory of every type reads zero, also where another owner has just left something. */
static void test_no_leftovers(void **state)
{
   enum { SIZE = 1 << 20 };
   uint8_t *got = malloc(SIZE);
   for (uint32_t type = 0; type < 4; type++)
      for (int round = 0; round < 3; round++) {
         struct vkt_buffer b = vkt_buffer(&t, SIZE, type);
         memset(got, 1, SIZE);
         vkt_read(&t, &b, got, SIZE);
         for (uint32_t i = 0; i < SIZE; i++)
            assert_int_equal(got[i], 0);
         memset(got, 0xee, SIZE);
         vkt_write(&t, &b, got, SIZE);
         vkt_buffer_free(&t, &b);
      }
   free(got);
}

static void test_map(void **state)
{
   VkMemoryAllocateInfo info = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = 1000, .memoryTypeIndex = VKT_TYPE_SYSTEM};
   VkDeviceMemory memory;
   char *a, *b;
   vkt_ok(vk.AllocateMemory(t.device, &info, NULL, &memory));
   vkt_ok(vk.MapMemory(t.device, memory, 0, VK_WHOLE_SIZE, 0, (void **)&a));
   strcpy(a + 256, "kept over unmap");
   vk.UnmapMemory(t.device, memory);
   vkt_ok(vk.MapMemory(t.device, memory, 256, 100, 0, (void **)&b));
   assert_string_equal(b, "kept over unmap");
   assert_int_equal(((uintptr_t)b - 256) % t.properties.limits.minMemoryMapAlignment, 0);
   vk.FreeMemory(t.device, memory, NULL);
}

static void test_map_of_vram(void **state)
{
   VkMemoryAllocateInfo info = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = 1000, .memoryTypeIndex = VKT_TYPE_VRAM};
   VkDeviceMemory memory;
   char *b;
   vkt_ok(vk.AllocateMemory(t.device, &info, NULL, &memory));
   assert_int_equal(vk.MapMemory(t.device, memory, 0, VK_WHOLE_SIZE, 0, (void **)&b), VK_ERROR_MEMORY_MAP_FAILED);
   assert_int_equal(t.errors, 1);
   t.errors = 0;
   vk.FreeMemory(t.device, memory, NULL);
}

static void test_more_than_a_heap(void **state)
{
   VkPhysicalDeviceMemoryProperties m;
   vk.GetPhysicalDeviceMemoryProperties(t.physical, &m);
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
   VkDeviceMemory memory;
   info.allocationSize = m.memoryHeaps[0].size + 1;
   assert_int_equal(vk.AllocateMemory(t.device, &info, NULL, &memory), VK_ERROR_OUT_OF_DEVICE_MEMORY);
   info.allocationSize = UINT64_MAX;
   assert_int_equal(vk.AllocateMemory(t.device, &info, NULL, &memory), VK_ERROR_OUT_OF_DEVICE_MEMORY);
}

static void test_exhaustion(void **state)
{
   VkPhysicalDeviceMemoryProperties m;
   vk.GetPhysicalDeviceMemoryProperties(t.physical, &m);
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
   VkDeviceMemory memory[64];
   /* Nothing is committed until it is touched, so the whole heap can be asked for. */
   uint32_t count = 0;
   VkResult r = VK_SUCCESS;
   info.allocationSize = m.memoryHeaps[0].size / 32;
   while (count < 64 && r == VK_SUCCESS) {
      r = vk.AllocateMemory(t.device, &info, NULL, &memory[count]);
      count += r == VK_SUCCESS;
   }
   assert_int_equal(r, VK_ERROR_OUT_OF_DEVICE_MEMORY);
   assert_in_range(count, 30, 32);
   for (uint32_t i = 0; i < count; i++)
      vk.FreeMemory(t.device, memory[i], NULL);
   vkt_ok(vk.AllocateMemory(t.device, &info, NULL, memory));
   vk.FreeMemory(t.device, memory[0], NULL);
}

static void test_many_small(void **state)
{
   enum { N = 4096 };
   static VkDeviceMemory memory[N];
   VkMemoryAllocateInfo info = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = 16, .memoryTypeIndex = VKT_TYPE_VRAM};
   for (uint32_t i = 0; i < N; i++)
      vkt_ok(vk.AllocateMemory(t.device, &info, NULL, &memory[i]));
   for (uint32_t i = 0; i < N; i++)
      vk.FreeMemory(t.device, memory[i * 5 % N], NULL);
}

/* A 40 MiB allocation maps with 2 MiB pages; a copy over page borders sees all of it. */
static void test_large(void **state)
{
   enum { SIZE = 40 << 20 };
   struct vkt_buffer a = vkt_buffer(&t, SIZE, VKT_TYPE_VRAM), b = vkt_buffer(&t, SIZE, VKT_TYPE_VRAM_VISIBLE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdFillBuffer(cmd, a.buffer, 0, SIZE, 0xabcd1234);
   vkt_barrier(cmd);
   VkBufferCopy region = {0, 0, SIZE};
   vk.CmdCopyBuffer(cmd, a.buffer, b.buffer, 1, &region);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t i = 0; i < SIZE / 4; i += 1021)
      assert_int_equal(((uint32_t *)b.host)[i], 0xabcd1234);
   vkt_buffer_free(&t, &a);
   vkt_buffer_free(&t, &b);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_types),        cmocka_unit_test(test_copies_between_types),
      cmocka_unit_test(test_fill_and_update), cmocka_unit_test(test_no_leftovers),
      cmocka_unit_test(test_map),          cmocka_unit_test(test_exhaustion),
      vkt_mistakes_test(test_map_of_vram), vkt_mistakes_test(test_more_than_a_heap),
      cmocka_unit_test(test_many_small),   cmocka_unit_test(test_large),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
