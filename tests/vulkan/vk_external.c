/* External memory inside one process: export, import, plain mapping, two devices on the same bytes, every refusal, nothing leaked.
 * Other processes and Windows: tests/external. */
#define _GNU_SOURCE
#include "vkt.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "square_spirv.h"

#define OPAQUE VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT
#define TRAILER_ALIGN 65536u

static int open_fds(void)
{
   int n = 0;
   DIR *d = opendir("/proc/self/fd");
   while (readdir(d))
      n++;
   closedir(d);
   return n;
}

static VkResult export_memory(struct vkt *t, VkDeviceSize size, uint32_t type, VkDeviceMemory *memory)
{
   VkExportMemoryAllocateInfo e = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, .handleTypes = OPAQUE};
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                .pNext = &e,
                                .allocationSize = size,
                                .memoryTypeIndex = type};
   return vk.AllocateMemory(t->device, &info, NULL, memory);
}

static VkResult get_fd(struct vkt *t, VkDeviceMemory memory, int *fd)
{
   VkMemoryGetFdInfoKHR info = {
      .sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = memory, .handleType = OPAQUE};
   return vk.GetMemoryFdKHR(t->device, &info, fd);
}

static VkResult import_fd(struct vkt *t, int fd, VkDeviceSize size, uint32_t type, VkDeviceMemory *memory)
{
   VkImportMemoryFdInfoKHR i = {
      .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR, .handleType = OPAQUE, .fd = fd};
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                .pNext = &i,
                                .allocationSize = size,
                                .memoryTypeIndex = type};
   return vk.AllocateMemory(t->device, &info, NULL, memory);
}

static VkBuffer buffer_on(struct vkt *t, VkDeviceMemory memory, VkDeviceSize size)
{
   VkBuffer buffer;
   VkExternalMemoryBufferCreateInfo external = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO,
                                                .handleTypes = OPAQUE};
   VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                              .pNext = &external,
                              .size = size,
                              .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                       VK_BUFFER_USAGE_TRANSFER_DST_BIT};
   vkt_ok(vk.CreateBuffer(t->device, &info, NULL, &buffer));
   vkt_ok(vk.BindBufferMemory(t->device, buffer, memory, 0));
   return buffer;
}

static void fill(struct vkt *t, VkBuffer buffer, VkDeviceSize offset, VkDeviceSize size, uint32_t value)
{
   VkCommandBuffer cmd = vkt_begin(t);
   vk.CmdFillBuffer(cmd, buffer, offset, size, value);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(t, cmd));
}

/* The GPU writes, a plain mapping of the fd shows the bytes at offset 0; what the mapping writes a shader reads. */
static void test_plain_mapping(void **state)
{
   enum { SIZE = 100032 }; /* what a buffer of it needs, and no whole number of pages */
   struct vkt t;
   vkt_open(&t);
   for (uint32_t type = 0; type < 4; type++) {
      VkDeviceMemory memory;
      int fd, again;
      vkt_ok(export_memory(&t, SIZE, type, &memory));
      VkBuffer buffer = buffer_on(&t, memory, SIZE);
      vkt_ok(get_fd(&t, memory, &fd));
      vkt_ok(get_fd(&t, memory, &again));
      assert_int_not_equal(fd, again);
      assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
      int seals = fcntl(fd, F_GET_SEALS);
      assert_int_equal(seals & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
      uint32_t *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      assert_ptr_not_equal(p, MAP_FAILED);
      for (uint32_t i = 0; i < SIZE / 4; i++)
         assert_int_equal(p[i], 0);
      fill(&t, buffer, 0, SIZE, 0xfeed0000 + type);
      for (uint32_t i = 0; i < SIZE / 4; i++)
         assert_int_equal(p[i], 0xfeed0000 + type);
      for (uint32_t i = 0; i < 64; i++)
         p[i] = i + 5;
      const struct vkt_compute_info info = {VKT_SPIRV(square_spirv), .bindings = 1};
      struct vkt_compute c = vkt_compute(&t, &info);
      struct vkt_buffer view = {.buffer = buffer};
      vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &view, 0, VK_WHOLE_SIZE);
      VkCommandBuffer cmd = vkt_begin(&t);
      vkt_dispatch(cmd, &c, 1, 1, 1);
      vkt_barrier(cmd);
      vkt_ok(vkt_submit(&t, cmd));
      for (uint32_t i = 0; i < 64; i++)
         assert_int_equal(p[i], (i + 5) * (i + 5) + i);
      vkt_compute_free(&t, &c);
      vk.DestroyBuffer(t.device, buffer, NULL);
      vk.FreeMemory(t.device, memory, NULL);
      /* The handle outlives the memory. */
      assert_int_equal(p[1], 37);
      munmap(p, SIZE);
      close(fd);
      close(again);
   }
   vkt_close(&t);
}

/* Two devices and two imports share one payload. */
static void test_two_devices(void **state)
{
   enum { SIZE = 65536 * 3 + 4096 };
   struct vkt a, b;
   vkt_open(&a);
   vkt_open(&b);
   VkDeviceMemory exported, imported, same;
   int fd, fd2;
   vkt_ok(export_memory(&a, SIZE, VKT_TYPE_VRAM, &exported));
   vkt_ok(get_fd(&a, exported, &fd));
   vkt_ok(get_fd(&a, exported, &fd2));
   vkt_ok(import_fd(&b, fd, SIZE, VKT_TYPE_VRAM, &imported));
   assert_int_equal(fcntl(fd, F_GETFD), -1); /* taken over */
   vkt_ok(import_fd(&a, fd2, SIZE, VKT_TYPE_VRAM, &same));
   VkBuffer ba = buffer_on(&a, exported, SIZE), bb = buffer_on(&b, imported, SIZE), bs = buffer_on(&a, same, SIZE);
   fill(&a, ba, 0, SIZE, 1);
   fill(&b, bb, 65536, 65536, 2);
   fill(&a, bs, 131072, 65536, 3);
   uint32_t *got = malloc(SIZE);
   struct vkt_buffer view = {.buffer = ba};
   vkt_read(&a, &view, got, SIZE);
   for (uint32_t i = 0; i < SIZE / 4; i++)
      assert_int_equal(got[i], i / 16384 == 1 ? 2 : i / 16384 == 2 ? 3 : 1);
   /* The exporter goes, the importer keeps the bytes. */
   vk.DestroyBuffer(a.device, ba, NULL);
   vk.DestroyBuffer(a.device, bs, NULL);
   vk.FreeMemory(a.device, same, NULL);
   vk.FreeMemory(a.device, exported, NULL);
   vkt_close(&a);
   memset(got, 0, SIZE);
   view.buffer = bb;
   vkt_read(&b, &view, got, SIZE);
   assert_int_equal(got[0], 1);
   assert_int_equal(got[16384], 2);
   assert_int_equal(got[32768], 3);
   free(got);
   vk.DestroyBuffer(b.device, bb, NULL);
   vk.FreeMemory(b.device, imported, NULL);
   vkt_close(&b);
}

/* Memory that was imported can be exported again when the import asks for it. */
static void test_export_of_import(void **state)
{
   struct vkt t;
   vkt_open(&t);
   VkDeviceMemory first, second;
   int fd, fd2;
   vkt_ok(export_memory(&t, 4096, VKT_TYPE_SYSTEM, &first));
   vkt_ok(get_fd(&t, first, &fd));
   VkExportMemoryAllocateInfo e = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, .handleTypes = OPAQUE};
   VkImportMemoryFdInfoKHR i = {
      .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR, .pNext = &e, .handleType = OPAQUE, .fd = fd};
   VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                .pNext = &i,
                                .allocationSize = 4096,
                                .memoryTypeIndex = VKT_TYPE_SYSTEM};
   vkt_ok(vk.AllocateMemory(t.device, &info, NULL, &second));
   vkt_ok(get_fd(&t, second, &fd2));
   uint32_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd2, 0), *q;
   vkt_ok(vk.MapMemory(t.device, first, 0, VK_WHOLE_SIZE, 0, (void **)&q));
   q[7] = 77;
   assert_int_equal(p[7], 77);
   munmap(p, 4096);
   close(fd2);
   vk.FreeMemory(t.device, first, NULL);
   vk.FreeMemory(t.device, second, NULL);
   vkt_close(&t);
}

static void expect_refusal(struct vkt *t, int fd, VkDeviceSize size, uint32_t type, const char *why)
{
   VkDeviceMemory memory = VK_NULL_HANDLE;
   uint32_t errors = t->errors;
   VkResult r = import_fd(t, fd, size, type, &memory);
   if (vkt_refused(r, "vk.AllocateMemory"))
      r = import_fd(t, fd, size, type, &memory);
   if (r != VK_ERROR_INVALID_EXTERNAL_HANDLE || t->errors != errors + 1 || !strstr(t->last, why))
      fail_msg("%s: result %d, message '%s'", why, r, t->last);
}

/* A section made by hand with a copy of a true export, to be falsified. */
static int forge(int from, size_t size, size_t change_at, int seals)
{
   struct stat st;
   assert_int_equal(fstat(from, &st), 0);
   int fd = memfd_create("forged", MFD_ALLOW_SEALING);
   assert_int_equal(ftruncate(fd, (off_t)(size ? size : (size_t)st.st_size)), 0);
   char *data = malloc((size_t)st.st_size);
   assert_int_equal(pread(from, data, (size_t)st.st_size, 0), st.st_size);
   if (change_at)
      data[change_at] ^= 1;
   size_t n = size && size < (size_t)st.st_size ? size : (size_t)st.st_size;
   assert_int_equal(pwrite(fd, data, n, 0), n);
   free(data);
   assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
   return fd;
}

static void test_refusals(void **state)
{
   enum { SIZE = 70000 };
   const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
   const size_t trailer = 2 * TRAILER_ALIGN;
   struct vkt t;
   vkt_open(&t);
   VkDeviceMemory memory;
   int fd;
   vkt_ok(export_memory(&t, SIZE, VKT_TYPE_VRAM, &memory));
   vkt_ok(get_fd(&t, memory, &fd));
   int before = open_fds();
   expect_refusal(&t, fd, SIZE + 1, VKT_TYPE_VRAM, "allocationSize differs");
   expect_refusal(&t, fd, SIZE, VKT_TYPE_VRAM_VISIBLE, "memoryTypeIndex differs");
   expect_refusal(&t, fd, SIZE * 100, VKT_TYPE_VRAM, "cannot import");
   expect_refusal(&t, -1, SIZE, VKT_TYPE_VRAM, "cannot import");
   expect_refusal(&t, 12345, SIZE, VKT_TYPE_VRAM, "cannot import");
   int null = open("/dev/null", O_RDWR), file = open("/proc/self/exe", O_RDONLY), pipes[2];
   assert_int_equal(pipe(pipes), 0);
   expect_refusal(&t, null, SIZE, VKT_TYPE_VRAM, "cannot import");
   expect_refusal(&t, file, SIZE, VKT_TYPE_VRAM, "cannot import");
   expect_refusal(&t, pipes[0], SIZE, VKT_TYPE_VRAM, "cannot import");
   close(null);
   close(file);
   close(pipes[0]);
   close(pipes[1]);
   /* Forgeries: unsealed, too small, and each field of the trailer. */
   int forged = forge(fd, 0, 0, F_SEAL_GROW);
   expect_refusal(&t, forged, SIZE, VKT_TYPE_VRAM, "cannot import");
   close(forged);
   forged = forge(fd, SIZE, 0, seals);
   expect_refusal(&t, forged, SIZE, VKT_TYPE_VRAM, "cannot import");
   close(forged);
   const struct {
      size_t at;
      const char *why;
   } fields[] = {{0, "not memory that Figment exported"}, {4, "another version"},      {8, "deviceUUID"},
                 {16, "allocationSize"},                   {24, "memoryTypeIndex"},      {32 + 3, "deviceUUID"},
                 {48 + 15, "driverUUID"}};
   for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
      forged = forge(fd, 0, trailer + fields[i].at, seals);
      expect_refusal(&t, forged, SIZE, VKT_TYPE_VRAM, fields[i].why);
      assert_true(fcntl(forged, F_GETFD) >= 0); /* a failed import leaves the fd to its owner */
      close(forged);
   }
   assert_int_equal(open_fds(), before);
   /* Only the forgery's payload differs: that one is fine. */
   VkDeviceMemory good;
   vkt_ok(import_fd(&t, forge(fd, 0, 100, seals), SIZE, VKT_TYPE_VRAM, &good));
   vk.FreeMemory(t.device, good, NULL);
   close(fd);
   vk.FreeMemory(t.device, memory, NULL);
   /* Memory that was not meant for export. */
   VkMemoryAllocateInfo plain = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = 64};
   vkt_ok(vk.AllocateMemory(t.device, &plain, NULL, &memory));
   assert_int_not_equal(get_fd(&t, memory, &fd), VK_SUCCESS);
   assert_int_equal(fd, -1);
   vk.FreeMemory(t.device, memory, NULL);
   vkt_close(&t);
}

static void test_properties_of_fds(void **state)
{
   struct vkt t;
   vkt_open(&t);
   VkMemoryFdPropertiesKHR p = {.sType = VK_STRUCTURE_TYPE_MEMORY_FD_PROPERTIES_KHR};
   assert_int_equal(vk.GetMemoryFdPropertiesKHR(t.device, OPAQUE, -1, &p), VK_ERROR_INVALID_EXTERNAL_HANDLE);
   assert_int_equal(vk.GetMemoryFdPropertiesKHR(t.device, VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT, 0, &p),
                    VK_ERROR_INVALID_EXTERNAL_HANDLE);
   vkt_close(&t);
}

/* Many rounds of everything leave no descriptor and no mapping behind. */
static void test_no_leaks(void **state)
{
   struct vkt t;
   vkt_open(&t);
   int before = open_fds();
   for (int i = 0; i < 200; i++) {
      VkDeviceMemory a, b;
      int fd;
      vkt_ok(export_memory(&t, 4096 + i * 1000, i % 4, &a));
      vkt_ok(get_fd(&t, a, &fd));
      vkt_ok(import_fd(&t, fd, 4096 + i * 1000, i % 4, &b));
      vk.FreeMemory(t.device, i & 1 ? a : b, NULL);
      vk.FreeMemory(t.device, i & 1 ? b : a, NULL);
   }
   assert_int_equal(open_fds(), before);
   vkt_close(&t);
}

int main(void)
{
   vkt_setenv("FIGMENT_VK", "quiet");
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plain_mapping),    cmocka_unit_test(test_two_devices),
      cmocka_unit_test(test_export_of_import), cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_properties_of_fds), cmocka_unit_test(test_no_leaks),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
