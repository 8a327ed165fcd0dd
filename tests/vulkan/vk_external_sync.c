/* External semaphores and fences inside one process, between two devices: exports, permanent and temporary imports, all kinds,
 * refusals, garbage in the page, nothing leaked. Other processes: tests/external. */
#define _GNU_SOURCE
#include "vkt.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SEM_TYPE VK_EXTERNAL_SEMAPHORE_HANDLE_TYPE_OPAQUE_FD_BIT
#define FENCE_TYPE VK_EXTERNAL_FENCE_HANDLE_TYPE_OPAQUE_FD_BIT
#define SECOND UINT64_C(1000000000)

static struct vkt a, b;

static void open_device(struct vkt *t)
{
   static const char *const extensions[] = {
      VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME,       VK_KHR_EXTERNAL_SEMAPHORE_EXTENSION_NAME,
      VK_KHR_EXTERNAL_SEMAPHORE_FD_EXTENSION_NAME,    VK_KHR_EXTERNAL_FENCE_EXTENSION_NAME,
      VK_KHR_EXTERNAL_FENCE_FD_EXTENSION_NAME,        VK_KHR_EXTERNAL_MEMORY_EXTENSION_NAME,
      VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME};
   VkPhysicalDeviceTimelineSemaphoreFeatures timeline = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES, .timelineSemaphore = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 7, .device_next = &timeline};
   vkt_open_instance(t, &o);
   vkt_ok(vkt_create_device(t, &o));
}

static int setup(void **state)
{
   open_device(&a);
   open_device(&b);
   return 0;
}

static int teardown(void **state)
{
   vkt_close(&b);
   vkt_close(&a);
   return 0;
}

static int open_fds(void)
{
   int n = 0;
   DIR *d = opendir("/proc/self/fd");
   while (readdir(d))
      n++;
   closedir(d);
   return n;
}

static VkSemaphore semaphore(struct vkt *t, bool export, VkSemaphoreType kind)
{
   VkSemaphore s;
   VkExportSemaphoreCreateInfo e = {.sType = VK_STRUCTURE_TYPE_EXPORT_SEMAPHORE_CREATE_INFO,
                                    .handleTypes = export ? SEM_TYPE : 0};
   VkSemaphoreTypeCreateInfo type = {
      .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO, .pNext = &e, .semaphoreType = kind};
   VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
   vkt_ok(vk.CreateSemaphore(t->device, &info, NULL, &s));
   return s;
}

static int semaphore_fd(struct vkt *t, VkSemaphore s)
{
   int fd = -1;
   VkSemaphoreGetFdInfoKHR info = {
      .sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR, .semaphore = s, .handleType = SEM_TYPE};
   vkt_ok(vk.GetSemaphoreFdKHR(t->device, &info, &fd));
   assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
   return fd;
}

static VkResult import_semaphore(struct vkt *t, VkSemaphore s, int fd, VkSemaphoreImportFlags flags)
{
   VkImportSemaphoreFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_IMPORT_SEMAPHORE_FD_INFO_KHR,
                                      .semaphore = s,
                                      .flags = flags,
                                      .handleType = SEM_TYPE,
                                      .fd = fd};
   return vk.ImportSemaphoreFdKHR(t->device, &info);
}

static VkFence fence(struct vkt *t, bool export, VkFenceCreateFlags flags)
{
   VkFence f;
   VkExportFenceCreateInfo e = {.sType = VK_STRUCTURE_TYPE_EXPORT_FENCE_CREATE_INFO, .handleTypes = export ? FENCE_TYPE : 0};
   VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, .pNext = &e, .flags = flags};
   vkt_ok(vk.CreateFence(t->device, &info, NULL, &f));
   return f;
}

static int fence_fd(struct vkt *t, VkFence f)
{
   int fd = -1;
   VkFenceGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_FENCE_GET_FD_INFO_KHR, .fence = f, .handleType = FENCE_TYPE};
   vkt_ok(vk.GetFenceFdKHR(t->device, &info, &fd));
   return fd;
}

static VkResult import_fence(struct vkt *t, VkFence f, int fd, VkFenceImportFlags flags)
{
   VkImportFenceFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_IMPORT_FENCE_FD_INFO_KHR,
                                  .fence = f,
                                  .flags = flags,
                                  .handleType = FENCE_TYPE,
                                  .fd = fd};
   return vk.ImportFenceFdKHR(t->device, &info);
}

static void submit(struct vkt *t, VkSemaphore wait, VkSemaphore signal, VkFence f)
{
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                        .waitSemaphoreCount = wait != VK_NULL_HANDLE,
                        .pWaitSemaphores = &wait,
                        .pWaitDstStageMask = &stage,
                        .signalSemaphoreCount = signal != VK_NULL_HANDLE,
                        .pSignalSemaphores = &signal};
   vkt_ok(vk.QueueSubmit(t->queue, 1, &info, f));
}

static void expect_done(struct vkt *t, VkFence f)
{
   vkt_ok(vk.WaitForFences(t->device, 1, &f, VK_TRUE, 10 * SECOND));
   vkt_ok(vk.ResetFences(t->device, 1, &f));
}

/* Binary semaphores back and forth between two cards, hundreds of times. */
static void test_binary(void **state)
{
   int fds = open_fds();
   VkSemaphore there = semaphore(&a, true, VK_SEMAPHORE_TYPE_BINARY), back = semaphore(&a, true, VK_SEMAPHORE_TYPE_BINARY);
   VkSemaphore b_there = semaphore(&b, true, VK_SEMAPHORE_TYPE_BINARY), b_back = semaphore(&b, false, VK_SEMAPHORE_TYPE_BINARY);
   vkt_ok(import_semaphore(&b, b_there, semaphore_fd(&a, there), 0));
   vkt_ok(import_semaphore(&b, b_back, semaphore_fd(&a, back), 0));
   assert_int_equal(open_fds(), fds + 4); /* a section each; the fds that carried them are taken over */
   VkFence f = vkt_fence(&b), fa = vkt_fence(&a);
   for (int i = 0; i < 200; i++) {
      submit(&a, VK_NULL_HANDLE, there, VK_NULL_HANDLE);
      submit(&b, b_there, b_back, f);
      submit(&a, back, VK_NULL_HANDLE, fa);
      expect_done(&a, fa);
      expect_done(&b, f);
   }
   /* An imported semaphore can be exported again. */
   int again = semaphore_fd(&b, b_there);
   VkSemaphore third = semaphore(&a, false, VK_SEMAPHORE_TYPE_BINARY);
   vkt_ok(import_semaphore(&a, third, again, 0));
   submit(&b, VK_NULL_HANDLE, b_there, VK_NULL_HANDLE);
   submit(&a, third, VK_NULL_HANDLE, fa);
   expect_done(&a, fa);
   vkt_ok(vk.DeviceWaitIdle(a.device));
   vkt_ok(vk.DeviceWaitIdle(b.device));
   vk.DestroySemaphore(a.device, third, NULL);
   vk.DestroySemaphore(a.device, there, NULL);
   vk.DestroySemaphore(a.device, back, NULL);
   vk.DestroySemaphore(b.device, b_there, NULL);
   vk.DestroySemaphore(b.device, b_back, NULL);
   vk.DestroyFence(b.device, f, NULL);
   vk.DestroyFence(a.device, fa, NULL);
   assert_int_equal(open_fds(), fds);
}

/* A temporary import lasts until the next wait; the semaphore's own payload comes back. */
static void test_temporary_semaphore(void **state)
{
   int fds = open_fds();
   VkSemaphore outer = semaphore(&a, true, VK_SEMAPHORE_TYPE_BINARY), inner = semaphore(&b, false, VK_SEMAPHORE_TYPE_BINARY);
   VkFence f = vkt_fence(&b);
   for (int i = 0; i < 5; i++) {
      submit(&b, VK_NULL_HANDLE, inner, f);
      expect_done(&b, f);
      submit(&a, VK_NULL_HANDLE, outer, VK_NULL_HANDLE);
      vkt_ok(import_semaphore(&b, inner, semaphore_fd(&a, outer), VK_SEMAPHORE_IMPORT_TEMPORARY_BIT));
      submit(&b, inner, VK_NULL_HANDLE, f); /* the temporary one */
      expect_done(&b, f);
      submit(&b, inner, VK_NULL_HANDLE, f); /* its own, signalled first */
      expect_done(&b, f);
   }
   submit(&b, VK_NULL_HANDLE, VK_NULL_HANDLE, f);
   expect_done(&b, f);
   vkt_ok(vk.DeviceWaitIdle(a.device));
   vk.DestroySemaphore(a.device, outer, NULL);
   vk.DestroySemaphore(b.device, inner, NULL);
   vk.DestroyFence(b.device, f, NULL);
   assert_int_equal(open_fds(), fds);
}

static void test_timeline(void **state)
{
   VkSemaphore here = semaphore(&a, true, VK_SEMAPHORE_TYPE_TIMELINE), there = semaphore(&b, false, VK_SEMAPHORE_TYPE_TIMELINE);
   vkt_ok(import_semaphore(&b, there, semaphore_fd(&a, here), 0));
   uint64_t one = 1, two = 2, value = 0;
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   VkTimelineSemaphoreSubmitInfo values = {.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
                                           .waitSemaphoreValueCount = 1,
                                           .pWaitSemaphoreValues = &one,
                                           .signalSemaphoreValueCount = 1,
                                           .pSignalSemaphoreValues = &two};
   VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                        .pNext = &values,
                        .waitSemaphoreCount = 1,
                        .pWaitSemaphores = &there,
                        .pWaitDstStageMask = &stage,
                        .signalSemaphoreCount = 1,
                        .pSignalSemaphores = &there};
   vkt_ok(vk.QueueSubmit(b.queue, 1, &info, VK_NULL_HANDLE));
   VkSemaphoreSignalInfo signal = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = here, .value = 1};
   vkt_ok(vk.SignalSemaphoreKHR(a.device, &signal));
   VkSemaphoreWaitInfo w = {
      .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO, .semaphoreCount = 1, .pSemaphores = &here, .pValues = &two};
   vkt_ok(vk.WaitSemaphoresKHR(a.device, &w, 10 * SECOND));
   vkt_ok(vk.GetSemaphoreCounterValueKHR(a.device, here, &value));
   assert_int_equal(value, 2);
   vkt_ok(vk.DeviceWaitIdle(b.device));
   vk.DestroySemaphore(a.device, here, NULL);
   vk.DestroySemaphore(b.device, there, NULL);
}

static double cpu_s(void)
{
   struct timespec ts;
   clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
   return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void test_fences(void **state)
{
   int fds = open_fds();
   VkFence here = fence(&a, true, 0), there = fence(&b, false, VK_FENCE_CREATE_SIGNALED_BIT);
   vkt_ok(vk.GetFenceStatus(b.device, there));
   vkt_ok(import_fence(&b, there, fence_fd(&a, here), 0));
   for (int i = 0; i < 50; i++) {
      assert_int_equal(vk.GetFenceStatus(b.device, there), VK_NOT_READY);
      assert_int_equal(vk.GetFenceStatus(a.device, here), VK_NOT_READY);
      if (i % 2) {
         submit(&a, VK_NULL_HANDLE, VK_NULL_HANDLE, here);
         vkt_ok(vk.WaitForFences(b.device, 1, &there, VK_TRUE, 10 * SECOND));
      } else {
         submit(&b, VK_NULL_HANDLE, VK_NULL_HANDLE, there);
         vkt_ok(vk.WaitForFences(a.device, 1, &here, VK_TRUE, 10 * SECOND));
      }
      vkt_ok(vk.GetFenceStatus(a.device, here));
      vkt_ok(vk.GetFenceStatus(b.device, there));
      vkt_ok(vk.DeviceWaitIdle(a.device));
      vkt_ok(vk.DeviceWaitIdle(b.device));
      vkt_ok(vk.ResetFences(i % 3 ? a.device : b.device, 1, i % 3 ? &here : &there));
   }
   /* Waiting for another card's fence does not spin. */
   double cpu = cpu_s();
   assert_int_equal(vk.WaitForFences(b.device, 1, &there, VK_TRUE, SECOND / 5), VK_TIMEOUT);
   cpu = cpu_s() - cpu;
   print_message("200 ms of waiting took %.2f ms of processor time\n", cpu * 1e3);
   assert_true(cpu < 0.04);
   vk.DestroyFence(a.device, here, NULL);
   vk.DestroyFence(b.device, there, NULL);
   assert_int_equal(open_fds(), fds);
}

/* A temporary import lasts until the fence is reset. */
static void test_temporary_fence(void **state)
{
   VkFence outer = fence(&a, true, VK_FENCE_CREATE_SIGNALED_BIT), inner = vkt_fence(&b);
   vkt_ok(import_fence(&b, inner, fence_fd(&a, outer), VK_FENCE_IMPORT_TEMPORARY_BIT));
   vkt_ok(vk.GetFenceStatus(b.device, inner));
   vkt_ok(vk.ResetFences(b.device, 1, &inner));
   assert_int_equal(vk.GetFenceStatus(b.device, inner), VK_NOT_READY);
   vkt_ok(vk.GetFenceStatus(a.device, outer)); /* the reset was of the permanent one */
   submit(&b, VK_NULL_HANDLE, VK_NULL_HANDLE, inner);
   expect_done(&b, inner);
   vk.DestroyFence(a.device, outer, NULL);
   vk.DestroyFence(b.device, inner, NULL);
}

static void expect_refusal(VkSemaphore s, int fd, VkSemaphoreImportFlags flags, const char *why)
{
   uint32_t errors = b.errors;
   assert_int_equal(import_semaphore(&b, s, fd, flags), VK_ERROR_INVALID_EXTERNAL_HANDLE);
   assert_int_equal(b.errors, errors + 1);
   if (!strstr(b.last, why))
      fail_msg("%s", b.last);
   assert_true(fcntl(fd, F_GETFD) >= 0); /* still the caller's */
   close(fd);
}

static void test_refusals(void **state)
{
   int fds = open_fds();
   VkSemaphore binary = semaphore(&a, true, VK_SEMAPHORE_TYPE_BINARY), timeline = semaphore(&a, true, VK_SEMAPHORE_TYPE_TIMELINE);
   VkSemaphore s = semaphore(&b, false, VK_SEMAPHORE_TYPE_BINARY), st = semaphore(&b, false, VK_SEMAPHORE_TYPE_TIMELINE);
   VkFence f = fence(&a, true, 0);
   expect_refusal(s, semaphore_fd(&a, timeline), 0, "another kind");
   expect_refusal(st, semaphore_fd(&a, binary), 0, "another kind");
   expect_refusal(s, fence_fd(&a, f), 0, "another kind");
   expect_refusal(st, semaphore_fd(&a, timeline), VK_SEMAPHORE_IMPORT_TEMPORARY_BIT, "temporary");
   expect_refusal(s, open("/dev/null", O_RDWR), 0, "import");
   /* Memory of the same size, exported by the same driver. */
   VkExportMemoryAllocateInfo e = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                   .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
   VkMemoryAllocateInfo m = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &e, .allocationSize = 65536};
   VkDeviceMemory memory;
   vkt_ok(vk.AllocateMemory(a.device, &m, NULL, &memory));
   int fd;
   VkMemoryGetFdInfoKHR g = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = memory, .handleType = e.handleTypes};
   vkt_ok(vk.GetMemoryFdKHR(a.device, &g, &fd));
   expect_refusal(s, fd, 0, "another kind");
   vk.FreeMemory(a.device, memory, NULL);
   /* Each field of the trailer, which stands behind the 64 KiB of the payload. */
   static const uint32_t fields[] = {0, 4, 8, 12, 16, 24, 28, 32, 48};
   for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
      fd = semaphore_fd(&a, binary);
      uint8_t *p = mmap(NULL, 65536 + 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      assert_ptr_not_equal(p, MAP_FAILED);
      p[65536 + fields[i]] ^= 1;
      expect_refusal(s, fd, 0, "cannot import");
      p[65536 + fields[i]] ^= 1;
      munmap(p, 65536 + 4096);
   }
   int none = -1;
   VkSemaphoreGetFdInfoKHR get = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_GET_FD_INFO_KHR, .semaphore = s, .handleType = SEM_TYPE};
   assert_int_equal(vk.GetSemaphoreFdKHR(b.device, &get, &none), VK_ERROR_OUT_OF_HOST_MEMORY); /* not exportable */
   assert_int_equal(none, -1);
   vk.DestroySemaphore(a.device, binary, NULL);
   vk.DestroySemaphore(a.device, timeline, NULL);
   vk.DestroySemaphore(b.device, s, NULL);
   vk.DestroySemaphore(b.device, st, NULL);
   vk.DestroyFence(a.device, f, NULL);
   assert_int_equal(open_fds(), fds);
}

/* A peer that writes garbage into the page: waits end or time out, the card stays alive, its clock sane. */
static void test_garbage(void **state)
{
   VkSemaphore s = semaphore(&a, true, VK_SEMAPHORE_TYPE_BINARY);
   VkFence f = vkt_fence(&a);
   int fd = semaphore_fd(&a, s);
   uint64_t *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
   assert_ptr_not_equal(p, MAP_FAILED);
   memset(p, 0xff, 65536);
   submit(&a, VK_NULL_HANDLE, s, VK_NULL_HANDLE);
   submit(&a, s, VK_NULL_HANDLE, f);
   expect_done(&a, f);
   p[0] = 0;
   p[2] = UINT64_MAX / 2;
   submit(&a, s, VK_NULL_HANDLE, f);
   assert_int_equal(vk.WaitForFences(a.device, 1, &f, VK_TRUE, SECOND / 50), VK_TIMEOUT);
   p[0] = UINT64_MAX; /* what lets it go: any signal */
   vkt_ok(vk.WaitForFences(a.device, 1, &f, VK_TRUE, 10 * SECOND));
   munmap(p, 65536);
   close(fd);
   vk.DestroySemaphore(a.device, s, NULL);
   vk.DestroyFence(a.device, f, NULL);
}

/* Waits for a signal that never comes: the device can still be destroyed. */
static void test_dead_peer(void **state)
{
   struct vkt c;
   open_device(&c);
   VkSemaphore s = semaphore(&a, true, VK_SEMAPHORE_TYPE_TIMELINE), sc = semaphore(&c, false, VK_SEMAPHORE_TYPE_TIMELINE);
   vkt_ok(import_semaphore(&c, sc, semaphore_fd(&a, s), 0));
   vk.DestroySemaphore(a.device, s, NULL);
   uint64_t one = 1;
   VkSemaphoreWaitInfo w = {
      .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO, .semaphoreCount = 1, .pSemaphores = &sc, .pValues = &one};
   assert_int_equal(vk.WaitSemaphoresKHR(c.device, &w, SECOND / 50), VK_TIMEOUT);
   VkTimelineSemaphoreSubmitInfo values = {.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
                                           .waitSemaphoreValueCount = 1,
                                           .pWaitSemaphoreValues = &one};
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                        .pNext = &values,
                        .waitSemaphoreCount = 1,
                        .pWaitSemaphores = &sc,
                        .pWaitDstStageMask = &stage};
   VkFence f = vkt_fence(&c);
   vkt_ok(vk.QueueSubmit(c.queue, 1, &info, f));
   assert_int_equal(vk.WaitForFences(c.device, 1, &f, VK_TRUE, SECOND / 50), VK_TIMEOUT);
   /* The survivor can let itself go. */
   VkSemaphoreSignalInfo signal = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = sc, .value = 1};
   vkt_ok(vk.SignalSemaphoreKHR(c.device, &signal));
   vkt_ok(vk.WaitForFences(c.device, 1, &f, VK_TRUE, 10 * SECOND));
   vk.DestroyFence(c.device, f, NULL);
   vk.DestroySemaphore(c.device, sc, NULL);
   vkt_close(&c);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_binary),   cmocka_unit_test(test_temporary_semaphore), cmocka_unit_test(test_timeline),
      cmocka_unit_test(test_fences),   cmocka_unit_test(test_temporary_fence),     vkt_mistakes_test(test_refusals),
      cmocka_unit_test(test_garbage),  cmocka_unit_test(test_dead_peer),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
