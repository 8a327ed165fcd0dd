/* Queues: submitting never blocks, whatever the rings hold; queues run truly beside each other; loss and destruction with
 * submissions that no ring ever had room for. */
#include "vkt.h"
#include "spin_spirv.h"
#include <time.h>

static struct vkt t;
static const struct vkt_compute_info spin_info = {VKT_SPIRV(spin_spirv), .bindings = 1};

static int setup(void **state)
{
   vkt_open(&t);
   return 0;
}

static int teardown(void **state)
{
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

static double now_s(void)
{
   struct timespec ts;
   clock_gettime(CLOCK_MONOTONIC, &ts);
   return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Look at memory, without asking the driver anything. */
static bool comes_true(const volatile uint32_t *word, uint32_t value)
{
   for (double end = now_s() + 100; now_s() < end;) {
      if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value)
         return true;
      nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
   }
   return false;
}

static VkEvent make_event(void)
{
   VkEvent event;
   VkEventCreateInfo info = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO};
   vkt_ok(vk.CreateEvent(t.device, &info, NULL, &event));
   return event;
}

static void submit_many(VkQueue queue, VkCommandBuffer cmd, uint32_t count, VkFence fence)
{
   VkCommandBuffer *many = calloc(count, sizeof *many);
   for (uint32_t i = 0; i < count; i++)
      many[i] = cmd;
   VkSubmitInfo submit = {
      .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = count, .pCommandBuffers = many};
   vkt_ok(vk.QueueSubmit(queue, 1, &submit, fence));
   free(many);
}

/* A command buffer that waits for the event. */
static VkCommandBuffer record_wait(VkEvent event)
{
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdWaitEvents(cmd, 1, &event, VK_PIPELINE_STAGE_HOST_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, NULL, 0, NULL, 0,
                    NULL);
   vkt_ok(vk.EndCommandBuffer(cmd));
   return cmd;
}

/* Each execution moves a marker one word on: order and number of all executions show in the end. */
static VkCommandBuffer record_shift(const struct vkt_buffer *b)
{
   VkCommandBuffer cmd = vkt_begin_for_many(&t);
   VkBufferCopy up = {.dstOffset = b->size / 2, .size = b->size / 2}, down = {b->size / 2, 4, b->size / 2 - 4};
   vk.CmdCopyBuffer(cmd, b->buffer, b->buffer, 1, &up);
   vkt_barrier(cmd);
   vk.CmdCopyBuffer(cmd, b->buffer, b->buffer, 1, &down);
   vkt_barrier(cmd);
   vkt_ok(vk.EndCommandBuffer(cmd));
   return cmd;
}

/* One thread submits several rings full of work behind a wait that only itself ends, later; then it looks at memory only. */
static void test_submit_never_blocks(void **state)
{
   enum { SINGLE = 3000, BIG = 40000, TOTAL = SINGLE + BIG + 1 };
   VkEvent event = make_event();
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM), count = vkt_buffer(&t, 256, VKT_TYPE_SYSTEM);
   memset(count.host, 0, count.size);
   memset(b.host, 0, b.size);
   VkCommandBuffer waiter = record_wait(event), done = vkt_begin(&t), nothing = vkt_begin_for_many(&t), shift = record_shift(&count);
   vk.CmdFillBuffer(nothing, b.buffer, 32, 4, 1);
   vkt_ok(vk.EndCommandBuffer(nothing));
   vkt_barrier(done);
   vk.CmdFillBuffer(done, b.buffer, 0, 4, TOTAL);
   vkt_ok(vk.EndCommandBuffer(done));
   ((uint32_t *)count.host)[0] = 1;
   VkFence first = vkt_fence(&t), last = vkt_fence(&t);
   submit_many(t.queue, waiter, 1, first);
   for (int i = 0; i < SINGLE; i++)
      submit_many(t.queue, i % 300 ? nothing : shift, 1, VK_NULL_HANDLE);
   submit_many(t.queue, nothing, BIG, VK_NULL_HANDLE); /* alone more than a ring */
   submit_many(t.queue, done, 1, last);
   assert_int_equal(vk.GetFenceStatus(t.device, first), VK_NOT_READY);
   assert_int_equal(vk.WaitForFences(t.device, 1, &last, VK_TRUE, 20000000), VK_TIMEOUT);
   assert_int_equal(*(uint32_t *)b.host, 0);
   /* The others are not held up. */
   submit_many(t.queue2, nothing, 1, VK_NULL_HANDLE);
   vkt_ok(vk.QueueWaitIdle(t.queue2));
   vkt_ok(vk.SetEvent(t.device, event));
   assert_true(comes_true(b.host, TOTAL));
   const uint32_t *marker = count.host;
   for (int i = 0; i < 32; i++)
      assert_int_equal(marker[i], i <= SINGLE / 300);
   vkt_ok(vk.QueueWaitIdle(t.queue));
   assert_int_equal(vk.GetFenceStatus(t.device, first), VK_SUCCESS);
   assert_int_equal(vk.GetFenceStatus(t.device, last), VK_SUCCESS);
   vk.DestroyFence(t.device, first, NULL);
   vk.DestroyFence(t.device, last, NULL);
   vk.DestroyEvent(t.device, event, NULL);
   VkCommandBuffer all[] = {waiter, done, nothing, shift};
   vk.FreeCommandBuffers(t.device, t.pool, 4, all);
   vkt_buffer_free(&t, &b);
   vkt_buffer_free(&t, &count);
}

/* Backlogs of several queues at once, with semaphores from one to the next, all behind one host signal. */
static void test_backlogs_of_all_queues(void **state)
{
   enum { N = 2500 };
   VkEvent event = make_event();
   VkSemaphore s[2];
   VkSemaphoreCreateInfo si = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
   memset(b.host, 0, b.size);
   VkCommandBuffer waiter = record_wait(event), fill = vkt_begin_for_many(&t);
   vk.CmdFillBuffer(fill, b.buffer, 0, 4, 5);
   vkt_ok(vk.EndCommandBuffer(fill));
   for (int i = 0; i < 2; i++)
      vkt_ok(vk.CreateSemaphore(t.device, &si, NULL, &s[i]));
   submit_many(t.queue, waiter, 1, VK_NULL_HANDLE);
   for (int i = 0; i < N; i++) {
      VkSubmitInfo a = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                        .waitSemaphoreCount = i ? 1 : 0,
                        .pWaitSemaphores = &s[1],
                        .pWaitDstStageMask = &stage,
                        .commandBufferCount = 1,
                        .pCommandBuffers = &fill,
                        .signalSemaphoreCount = 1,
                        .pSignalSemaphores = &s[0]};
      VkSubmitInfo c = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                        .waitSemaphoreCount = 1,
                        .pWaitSemaphores = &s[0],
                        .pWaitDstStageMask = &stage,
                        .signalSemaphoreCount = 1,
                        .pSignalSemaphores = &s[1]};
      vkt_ok(vk.QueueSubmit(t.queue, 1, &a, VK_NULL_HANDLE));
      vkt_ok(vk.QueueSubmit(i & 1 ? t.queue2 : t.transfer, 1, &c, VK_NULL_HANDLE));
   }
   assert_int_equal(*(uint32_t *)b.host, 0);
   vkt_ok(vk.SetEvent(t.device, event));
   vkt_ok(vk.DeviceWaitIdle(t.device));
   assert_int_equal(*(uint32_t *)b.host, 5);
   for (int i = 0; i < 2; i++)
      vk.DestroySemaphore(t.device, s[i], NULL);
   vk.DestroyEvent(t.device, event, NULL);
   VkCommandBuffer all[] = {waiter, fill};
   vk.FreeCommandBuffers(t.device, t.pool, 2, all);
   vkt_buffer_free(&t, &b);
}

static VkCommandBuffer begin_on(uint32_t family, VkCommandPool *pool)
{
   VkCommandBuffer cmd;
   VkCommandPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .queueFamilyIndex = family};
   vkt_ok(vk.CreateCommandPool(t.device, &info, NULL, pool));
   VkCommandBufferAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = *pool, .commandBufferCount = 1};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &cmd));
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   return cmd;
}

/* A shader on the main queue runs until the host ends it; meanwhile the compute queues and the transfer queue do theirs. */
static void test_queues_run_beside_each_other(void **state)
{
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM), data = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   struct vkt_compute spin = vkt_compute(&t, &spin_info);
   VkCommandPool pools[2];
   memset(b.host, 0, b.size);
   vkt_bind_buffer(&t, &spin, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer endless = begin_on(VKT_FAMILY_MAIN, &pools[0]);
   vkt_dispatch(endless, &spin, 1, 1, 1);
   vkt_ok(vk.EndCommandBuffer(endless));
   VkFence fence = vkt_fence(&t);
   submit_many(t.main, endless, 1, fence);
   for (int round = 0; round < 50; round++) {
      VkQueue queues[] = {t.queue, t.queue2, t.transfer};
      for (uint32_t i = 0; i < 3; i++) {
         VkCommandPool pool;
         VkCommandBuffer cmd = begin_on(i < 2 ? VKT_FAMILY_COMPUTE : VKT_FAMILY_TRANSFER, &pool);
         vk.CmdFillBuffer(cmd, data.buffer, 4 * i, 4, (uint32_t)round * 8 + i);
         vkt_ok(vk.EndCommandBuffer(cmd));
         submit_many(queues[i], cmd, 1, VK_NULL_HANDLE);
         vkt_ok(vk.QueueWaitIdle(queues[i]));
         assert_int_equal(((uint32_t *)data.host)[i], round * 8 + (int)i);
         vk.DestroyCommandPool(t.device, pool, NULL);
      }
   }
   assert_int_equal(vk.GetFenceStatus(t.device, fence), VK_NOT_READY);
   __atomic_store_n((uint32_t *)b.host, 77, __ATOMIC_RELEASE);
   vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_MAX));
   assert_int_equal(((uint32_t *)b.host)[1], 1);
   vk.DestroyFence(t.device, fence, NULL);
   vk.DestroyCommandPool(t.device, pools[0], NULL);
   vkt_compute_free(&t, &spin);
   vkt_buffer_free(&t, &b);
   vkt_buffer_free(&t, &data);
}

/* A device is destroyed, and another one lost, while queues have more than their rings hold. */
static void test_end_with_backlog(void **state)
{
   struct vkt saved = t;
   for (int lose = 0; lose < 2; lose++) {
      vkt_open(&t);
      VkEvent event = make_event();
      struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
      VkCommandBuffer waiter = record_wait(event), wild = vkt_begin(&t);
      vk.CmdFillBuffer(wild, b.buffer, 0, 4, 0);
      vkt_ok(vk.EndCommandBuffer(wild));
      VkFence fence = vkt_fence(&t);
      submit_many(t.queue, waiter, 1, VK_NULL_HANDLE);
      submit_many(t.queue, wild, 50000, VK_NULL_HANDLE);
      submit_many(t.queue, wild, 1, fence);
      if (lose) {
         /* The memory under the fills goes: the first of them faults. */
         vk.FreeMemory(t.device, b.memory, NULL);
         b.memory = VK_NULL_HANDLE;
         vkt_ok(vk.SetEvent(t.device, event));
         assert_int_equal(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_MAX), VK_ERROR_DEVICE_LOST);
         assert_int_equal(vk.QueueWaitIdle(t.queue), VK_ERROR_DEVICE_LOST);
         assert_int_equal(vk.QueueSubmit(t.queue, 0, NULL, VK_NULL_HANDLE), VK_ERROR_DEVICE_LOST);
      }
      vk.DestroyFence(t.device, fence, NULL);
      VkCommandBuffer all[] = {waiter, wild};
      vk.FreeCommandBuffers(t.device, t.pool, 2, all);
      vk.DestroyEvent(t.device, event, NULL);
      vkt_buffer_free(&t, &b);
      vkt_close(&t);
   }
   t = saved;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_submit_never_blocks),
      cmocka_unit_test(test_backlogs_of_all_queues),
      cmocka_unit_test(test_queues_run_beside_each_other),
      vkt_mistakes_test(test_end_with_backlog),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
