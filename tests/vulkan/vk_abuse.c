/* Loads that no well-behaved program makes: faults beside living devices, losses while others wait, hundreds of devices, exhausted
 * memory, exports and imports in a crowd of threads, forks, endless grids abandoned. Nothing hangs, nothing leaks, neighbours live on. */
#include "vkt_loss.h"
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#include "spin_spirv.h"

static const struct vkt_compute_info square_info = {VKT_SPIRV(square_spirv), .bindings = 1};
static const struct vkt_compute_info spin_info = {VKT_SPIRV(spin_spirv), .bindings = 1};

static unsigned entries(const char *path)
{
   DIR *d = opendir(path);
   unsigned n = 0;
   assert_non_null(d);
   while (readdir(d))
      n++;
   closedir(d);
   return n;
}

/* Pages of this process, resident and mapped, without free memory that malloc keeps. */
static void sizes(long *mapped, long *resident)
{
   malloc_trim(0);
   FILE *f = fopen("/proc/self/statm", "r");
   assert_non_null(f);
   assert_int_equal(fscanf(f, "%ld %ld", mapped, resident), 2);
   fclose(f);
}

/* A dispatch into memory that has been freed; the device is lost. */
static void lose(struct vkt *t)
{
   struct vkt_buffer b = vkt_buffer(t, 4096, VKT_TYPE_VRAM);
   struct vkt_compute c = vkt_compute(t, &square_info);
   vkt_bind_buffer(t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   vkt_buffer_free(t, &b);
   VkCommandBuffer cmd = vkt_begin(t);
   vkt_dispatch(cmd, &c, 16, 1, 1);
   assert_int_equal(vkt_submit(t, cmd), VK_ERROR_DEVICE_LOST);
   vkt_compute_free(t, &c);
}

static void test_neighbour_lives(void **state)
{
   struct vkt good, bad;
   vkt_open(&good);
   vkt_open(&bad);
   vkt_prove_alive(&good);
   lose(&bad);
   vkt_prove_alive(&good);
   vkt_close_device(&bad);
   vkt_prove_alive(&good);
   struct vkt_options none = {0};
   vkt_ok(vkt_create_device(&bad, &none));
   vkt_prove_alive(&bad);
   vkt_close(&good);
   vkt_prove_alive(&bad);
   vkt_close(&bad);
}

/* The other queue waits for a semaphore that will never be signalled, a host thread for that queue's fence. */
static void test_loss_while_another_queue_waits(void **state)
{
   struct vkt t;
   vkt_open(&t);
   VkSemaphore semaphore;
   VkSemaphoreCreateInfo sci = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
   vkt_ok(vk.CreateSemaphore(t.device, &sci, NULL, &semaphore));
   struct vkt_buffer spin = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   memset(spin.host, 0, 4096);
   struct vkt_compute c = vkt_compute(&t, &spin_info);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &spin, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, 1, 1, 1);
   vkt_ok(vk.EndCommandBuffer(cmd));
   VkSubmitInfo first = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd,
                         .signalSemaphoreCount = 1, .pSignalSemaphores = &semaphore};
   vkt_ok(vk.QueueSubmit(t.queue2, 1, &first, VK_NULL_HANDLE));
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   VkSubmitInfo second = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .waitSemaphoreCount = 1, .pWaitSemaphores = &semaphore,
                          .pWaitDstStageMask = &stage};
   static struct vkt_waiter w;
   VkFence fence = vkt_fence(&t);
   vkt_ok(vk.QueueSubmit(t.transfer, 1, &second, fence));
   vkt_start_waiter(&w, &t, fence);
   lose(&t);
   assert_int_equal(vkt_join_waiter(&w), VK_ERROR_DEVICE_LOST);
   assert_int_equal(vk.QueueWaitIdle(t.queue2), VK_ERROR_DEVICE_LOST);
   assert_int_equal(vk.DeviceWaitIdle(t.device), VK_ERROR_DEVICE_LOST);
   /* children in an order that nobody intended: memory first, pools before what is made of them */
   vk.FreeMemory(t.device, spin.memory, NULL);
   vk.DestroyDescriptorPool(t.device, c.pool, NULL);
   vk.DestroyDescriptorSetLayout(t.device, c.set_layout, NULL);
   vk.DestroyPipelineLayout(t.device, c.layout, NULL);
   vk.DestroySemaphore(t.device, semaphore, NULL);
   vk.DestroyPipeline(t.device, c.pipeline, NULL);
   vk.DestroyBuffer(t.device, spin.buffer, NULL);
   vk.DestroyFence(t.device, fence, NULL);
   vkt_close(&t);
}

static void test_devices_leave_nothing(void **state)
{
   struct vkt t;
   struct vkt_options none = {0};
   vkt_open(&t);
   vkt_prove_alive(&t);
   vkt_close_device(&t);
   unsigned fds = 0, threads = 0;
   long mapped = 0, resident = 0, mapped_now, resident_now;
   for (int i = 0; i < 300; i++) {
      vkt_ok(vkt_create_device(&t, &none));
      if (i % 50 == 7)
         lose(&t);
      vkt_close_device(&t);
      if (i == 60) {
         fds = entries("/proc/self/fd");
         threads = entries("/proc/self/task");
         sizes(&mapped, &resident);
      }
   }
   sizes(&mapped_now, &resident_now);
   print_message("fds %u -> %u, threads %u -> %u, mapped %ld -> %ld pages, resident %ld -> %ld\n", fds, entries("/proc/self/fd"), threads,
                 entries("/proc/self/task"), mapped, mapped_now, resident, resident_now);
   assert_int_equal(entries("/proc/self/fd"), fds);
   assert_int_equal(entries("/proc/self/task"), threads);
   assert_true(mapped_now <= mapped + 256);
   assert_true(resident_now <= resident + 512);
   vkt_close(&t);
}

static void test_memory_to_the_last(void **state)
{
   struct vkt t;
   vkt_open(&t);
   for (uint32_t type = 0; type < 4; type++)
      for (int round = 0; round < 2; round++) {
         VkDeviceMemory list[512];
         uint32_t n = 0;
         VkResult r = VK_SUCCESS;
         for (VkDeviceSize size = UINT64_C(1) << 30; size >= 1 << 20; size >>= 1)
            for (;;) {
               VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = size, .memoryTypeIndex = type};
               if (n == 512 || (r = vk.AllocateMemory(t.device, &info, NULL, &list[n])) != VK_SUCCESS)
                  break;
               n++;
            }
         assert_true(n < 512 ? r == VK_ERROR_OUT_OF_DEVICE_MEMORY || r == VK_ERROR_OUT_OF_HOST_MEMORY : true);
         assert_true(n >= 4);
         while (n)
            vk.FreeMemory(t.device, list[--n], NULL);
         vkt_prove_alive(&t);
      }
   vkt_close(&t);
}

static void *share(void *context)
{
   struct vkt *t = context;
   for (int i = 0; i < 50; i++) {
      VkExportMemoryAllocateInfo export = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                           .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
      VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &export, .allocationSize = 300000,
                                   .memoryTypeIndex = VKT_TYPE_VRAM_VISIBLE};
      VkDeviceMemory a, b;
      int fd;
      uint32_t *pa, *pb;
      if (vk.AllocateMemory(t->device, &info, NULL, &a) != VK_SUCCESS)
         return "allocate";
      VkMemoryGetFdInfoKHR get = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = a,
                                  .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
      if (vk.GetMemoryFdKHR(t->device, &get, &fd) != VK_SUCCESS)
         return "export";
      VkImportMemoryFdInfoKHR import = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR,
                                        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT, .fd = fd};
      info.pNext = &import;
      if (vk.AllocateMemory(t->device, &info, NULL, &b) != VK_SUCCESS)
         return "import";
      if (vk.MapMemory(t->device, a, 0, VK_WHOLE_SIZE, 0, (void **)&pa) != VK_SUCCESS ||
          vk.MapMemory(t->device, b, 0, VK_WHOLE_SIZE, 0, (void **)&pb) != VK_SUCCESS)
         return "map";
      pa[1000] = 0x1234u + (uint32_t)i;
      if (pb[1000] != 0x1234u + (uint32_t)i || pb[0] != 0)
         return "bytes";
      vk.FreeMemory(t->device, i & 1 ? a : b, NULL);
      vk.FreeMemory(t->device, i & 1 ? b : a, NULL);
   }
   return NULL;
}

static void test_crowd_of_sharers(void **state)
{
   struct vkt t;
   pthread_t threads[6];
   vkt_open(&t);
   unsigned fds = entries("/proc/self/fd");
   for (int i = 0; i < 6; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, share, &t), 0);
   for (int i = 0; i < 6; i++) {
      void *what;
      pthread_join(threads[i], &what);
      if (what)
         fail_msg("a thread failed at: %s", (char *)what);
   }
   assert_int_equal(entries("/proc/self/fd"), fds);
   vkt_prove_alive(&t);
   vkt_close(&t);
}

/* 2^31 workgroups are not waited for. */
static void test_huge_grid_abandoned(void **state)
{
   struct vkt t;
   vkt_open(&t);
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_VRAM);
   struct vkt_compute c = vkt_compute(&t, &square_info);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, 65535, 65535, 1);
   vkt_dispatch(cmd, &c, 65535, 65535, 65535);
   vkt_ok(vk.EndCommandBuffer(cmd));
   vkt_ok(vkt_submit_no_wait(&t, t.queue, cmd, VK_NULL_HANDLE));
   vkt_ok(vkt_submit_no_wait(&t, t.queue2, cmd, VK_NULL_HANDLE));
   usleep(50000);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
   vkt_close_device(&t);
   struct vkt_options none = {0};
   vkt_ok(vkt_create_device(&t, &none));
   vkt_prove_alive(&t);
   vkt_close(&t);
}

/* A forked child that only leaves, and one that makes a device of its own; the parent's goes on. */
static void test_fork(void **state)
{
   struct vkt t;
   vkt_open(&t);
   vkt_prove_alive(&t);
   for (int way = 0; way < 3; way++) {
      pid_t child = fork();
      assert_true(child >= 0);
      if (!child) {
         struct vkt own;
         alarm(20);
         if (way == 1)
            exit(0);
         if (way == 2) {
            vkt_open(&own);
            vkt_prove_alive(&own);
            vkt_close(&own);
         }
         _exit(0);
      }
      int status;
      assert_int_equal(waitpid(child, &status, 0), child);
      assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
      vkt_prove_alive(&t);
   }
   vkt_close(&t);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      vkt_mistakes_test(test_neighbour_lives),      vkt_mistakes_test(test_loss_while_another_queue_waits),
      vkt_mistakes_test(test_devices_leave_nothing), cmocka_unit_test(test_memory_to_the_last),
      cmocka_unit_test(test_crowd_of_sharers),     vkt_mistakes_test(test_huge_grid_abandoned),
      cmocka_unit_test(test_fork),
   };
   mallopt(M_ARENA_MAX, 1); /* malloc_trim does not reach the ends of the others */
   return cmocka_run_group_tests(tests, NULL, NULL);
}
