/* Robust buffer access to the byte, null descriptors, and memory of the host imported where it lies. */
#include "vkt.h"
#include "robust_spirv.h"
#include "square_spirv.h"

static struct vkt t;
static VkPhysicalDeviceExternalMemoryHostPropertiesEXT host_properties = {
   .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT};
static VkPhysicalDeviceRobustness2PropertiesEXT robustness = {
   .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_PROPERTIES_EXT, .pNext = &host_properties};

static int setup(void **state)
{
   static const char *const extensions[] = {VK_EXT_ROBUSTNESS_2_EXTENSION_NAME,
                                            VK_EXT_EXTERNAL_MEMORY_HOST_EXTENSION_NAME,
                                            VK_EXT_PIPELINE_ROBUSTNESS_EXTENSION_NAME};
   VkPhysicalDeviceRobustness2FeaturesEXT features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ROBUSTNESS_2_FEATURES_EXT,
                                                      .robustBufferAccess2 = VK_TRUE,
                                                      .nullDescriptor = VK_TRUE};
   VkPhysicalDeviceFeatures2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                    .pNext = &features,
                                    .features.robustBufferAccess = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 3, .device_next = &all};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   VkPhysicalDeviceProperties2 p = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &robustness};
   vk.GetPhysicalDeviceProperties2KHR(t.physical, &p);
   return 0;
}

static int teardown(void **state)
{
   vkt_close(&t);
   return 0;
}

/* ---- buffers ------------------------------------------------------------------------------------------------------- */
#define LANES 32
#define PER_LANE 12

static uint8_t byte_at(uint32_t i)
{
   return (uint8_t)(i * 37 + 11);
}

struct run {
   struct vkt_compute c;
   struct vkt_buffer out, data;
   uint32_t first, store;
};

static void run_open(struct run *r)
{
   static const VkDescriptorType types[] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                            VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER};
   const struct vkt_compute_info info = {VKT_SPIRV(robust_spirv), .bindings = 3, .types = types, .push_B = 8};
   r->c = vkt_compute(&t, &info);
   r->out = vkt_buffer(&t, LANES * PER_LANE * 4, VKT_TYPE_SYSTEM);
   r->data = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   vkt_bind_buffer(&t, &r->c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &r->out, 0, VK_WHOLE_SIZE);
}

static const uint32_t *run_go(struct run *r)
{
   uint8_t *bytes = r->data.host;
   for (uint32_t i = 0; i < 4096; i++)
      bytes[i] = byte_at(i);
   uint32_t push[2] = {r->first, r->store};
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, r->c.pipeline);
   vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, r->c.layout, 0, 1, &r->c.set, 0, NULL);
   vk.CmdPushConstants(cmd, r->c.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, 8, push);
   vk.CmdDispatch(cmd, 1, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   return r->out.host;
}

static void run_close(struct run *r)
{
   vkt_buffer_free(&t, &r->data);
   vkt_buffer_free(&t, &r->out);
   vkt_compute_free(&t, &r->c);
}

static uint32_t dword_within(uint32_t offset, uint32_t size)
{
   uint32_t v = 0;
   if (offset + 4 <= size)
      for (uint32_t b = 0; b < 4; b++)
         v |= (uint32_t)byte_at(offset + b) << (8 * b);
   return v;
}

/* Every size in bytes: an element that ends beyond it reads 0, nothing behind it changes. */
static void test_sizes(void **state)
{
   static const uint32_t sizes[] = {1, 3, 4, 5, 8, 16, 19, 20, 21, 31, 32, 36, 40, 44, 63, 64, 100, 255, 257, 515};
   struct run r = {.store = 1};
   run_open(&r);
   for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      uint32_t size = sizes[s];
      vkt_bind_buffer(&t, &r.c, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &r.data, 0, size);
      vkt_bind_buffer(&t, &r.c, 2, 0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, &r.data, 0, size);
      r.store = s & 1;
      const uint32_t *out = run_go(&r);
      for (uint32_t i = 0; i < LANES; i++, out += PER_LANE) {
         for (uint32_t c = 0; c < 4; c++)
            assert_int_equal(out[c], dword_within(16 + i * 16 + c * 4, size));
         assert_int_equal(out[8], size > 16 ? (size - 16) / 16 : 0);
         if (r.store)
            assert_int_equal(out[9], dword_within(16 + i * 16 + 4, size));
         else
            for (uint32_t c = 0; c < 4; c++)
               assert_int_equal(out[4 + c], dword_within((i < 7 ? i : 7) * 16 + c * 4, size));
      }
      const uint8_t *bytes = r.data.host;
      for (uint32_t i = size & ~3u; i < 4096; i++)
         assert_int_equal(bytes[i], byte_at(i));
   }
   run_close(&r);
}

/* Indices whose byte offset exceeds 32 bits do not come back into the buffer. */
static void test_far(void **state)
{
   static const uint32_t firsts[] = {0x0fffffffu, 0x10000000u, 0xfffffff0u, 0x40000000u, 0x80000001u};
   struct run r = {.store = 1};
   run_open(&r);
   vkt_bind_buffer(&t, &r.c, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &r.data, 0, VK_WHOLE_SIZE);
   vkt_bind_buffer(&t, &r.c, 2, 0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, &r.data, 0, 128);
   for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
      r.first = firsts[f];
      const uint32_t *out = run_go(&r);
      for (uint32_t i = 0; i < LANES; i++, out += PER_LANE) {
         uint64_t index = (uint32_t)(r.first + i);
         if (index * 16 + 16 < 4096)
            continue; /* the index itself wraps */
         for (uint32_t c = 0; c < 4; c++)
            assert_int_equal(out[c], 0);
         assert_int_equal(out[9], 0);
      }
      const uint8_t *bytes = r.data.host;
      for (uint32_t i = 0; i < 4096; i++)
         if (r.first < 0xfffffff0u)
            assert_int_equal(bytes[i], byte_at(i));
   }
   run_close(&r);
}

static void test_null(void **state)
{
   struct run r = {.store = 1};
   run_open(&r);
   struct vkt_buffer none = {0};
   vkt_bind_buffer(&t, &r.c, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &none, 0, VK_WHOLE_SIZE);
   vkt_bind_buffer(&t, &r.c, 2, 0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, &none, 0, VK_WHOLE_SIZE);
   const uint32_t *out = run_go(&r);
   for (uint32_t i = 0; i < LANES * PER_LANE; i++)
      assert_int_equal(out[i], 0);
   assert_int_equal(t.errors, 0);
   run_close(&r);
}

static void test_limits(void **state)
{
   assert_true(robustness.robustStorageBufferAccessSizeAlignment == 1 ||
               robustness.robustStorageBufferAccessSizeAlignment == 4);
   assert_true(robustness.robustUniformBufferAccessSizeAlignment >= 1 &&
               robustness.robustUniformBufferAccessSizeAlignment <= 256);
}

/* ---- memory of the host -------------------------------------------------------------------------------------------- */
#define BYTES (4u << 16)

static VkDeviceMemory import(void *pages, uint64_t size, uint32_t type, VkResult want)
{
   VkImportMemoryHostPointerInfoEXT i = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
                                         .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT,
                                         .pHostPointer = pages};
   VkMemoryAllocateInfo a = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                             .pNext = &i,
                             .allocationSize = size,
                             .memoryTypeIndex = type};
   VkDeviceMemory memory = VK_NULL_HANDLE;
   assert_int_equal(vk.AllocateMemory(t.device, &a, NULL, &memory), want);
   return memory;
}

static uint32_t *aligned_pages(void **base)
{
   uint64_t align = host_properties.minImportedHostPointerAlignment;
   *base = malloc(BYTES + align);
   assert_non_null(*base);
   return (uint32_t *)(((uintptr_t)*base + align - 1) & ~(uintptr_t)(align - 1));
}

/* A shader squares numbers in memory of malloc, which the application keeps. */
static void test_host_memory(void **state)
{
   void *base;
   uint32_t *pages = aligned_pages(&base), errors = t.errors;
   VkMemoryHostPointerPropertiesEXT p = {.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT};
   vkt_ok(vk.GetMemoryHostPointerPropertiesEXT(t.device, VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT, pages, &p));
   assert_true(p.memoryTypeBits != 0);
   for (uint32_t type = 0; type < 4; type++) {
      if (!(p.memoryTypeBits >> type & 1))
         continue;
      for (uint32_t i = 0; i < BYTES / 4; i++)
         pages[i] = i;
      VkDeviceMemory memory = import(pages, BYTES, type, VK_SUCCESS);
      struct vkt_buffer b = {.memory = memory, .size = BYTES};
      VkExternalMemoryBufferCreateInfo e = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
                                            .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT};
      VkBufferCreateInfo bi = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                               .pNext = &e,
                               .size = BYTES,
                               .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT};
      vkt_ok(vk.CreateBuffer(t.device, &bi, NULL, &b.buffer));
      vkt_ok(vk.BindBufferMemory(t.device, b.buffer, memory, 0));
      const struct vkt_compute_info info = {VKT_SPIRV(square_spirv), .bindings = 1};
      struct vkt_compute c = vkt_compute(&t, &info);
      vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
      VkCommandBuffer cmd = vkt_begin(&t);
      vkt_dispatch(cmd, &c, BYTES / 256, 1, 1);
      vkt_barrier(cmd);
      vkt_ok(vkt_submit(&t, cmd));
      void *mapped;
      vkt_ok(vk.MapMemory(t.device, memory, 4, VK_WHOLE_SIZE, 0, &mapped));
      assert_ptr_equal(mapped, pages + 1);
      vkt_compute_free(&t, &c);
      vk.DestroyBuffer(t.device, b.buffer, NULL);
      vk.FreeMemory(t.device, memory, NULL);
      for (uint32_t i = 0; i < BYTES / 4; i++)
         assert_int_equal(pages[i], i * i + i);
   }
   assert_int_equal(t.errors, errors);
   /* the same memory twice at once, and what cannot be */
   VkDeviceMemory a = import(pages, BYTES, 1, VK_SUCCESS), b = import(pages, BYTES / 2, 1, VK_SUCCESS);
   vk.FreeMemory(t.device, a, NULL);
   vk.FreeMemory(t.device, b, NULL);
   import(pages + 1, BYTES / 2, 1, VK_ERROR_INVALID_EXTERNAL_HANDLE);
   import(pages, BYTES - 4, 1, VK_ERROR_INVALID_EXTERNAL_HANDLE);
   import(pages, BYTES, 0, VK_ERROR_INVALID_EXTERNAL_HANDLE);
   assert_int_equal(vk.GetMemoryHostPointerPropertiesEXT(
                       t.device, VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT, (char *)pages + 64, &p),
                    VK_ERROR_INVALID_EXTERNAL_HANDLE);
   free(base);
}

static void test_no_host_memory(void **state)
{
   import(NULL, BYTES, 1, VK_ERROR_INVALID_EXTERNAL_HANDLE);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_far),
      cmocka_unit_test(test_null),
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_host_memory),
      vkt_mistakes_test(test_no_host_memory),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
