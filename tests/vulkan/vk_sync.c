/* Synchronisation: fences, semaphores, events, timestamps, query copies, several queues, ring overflow, resubmission, nesting. */
#include "vkt.h"
#include <pthread.h>
#include <time.h>

static struct vkt t;
static int setup(void **state) { vkt_open(&t); return 0; }
static int teardown(void **state)
{
   if (t.errors)
      print_message("%s\n", t.last);
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

static VkEvent make_event(void)
{
   VkEvent event;
   VkEventCreateInfo info = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO};
   vkt_ok(vk.CreateEvent(t.device, &info, NULL, &event));
   return event;
}

static VkSemaphore make_semaphore(void)
{
   VkSemaphore s;
   VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
   vkt_ok(vk.CreateSemaphore(t.device, &info, NULL, &s));
   return s;
}

static void wait_event(VkCommandBuffer cmd, VkEvent event, VkPipelineStageFlags set_by)
{
   vk.CmdWaitEvents(cmd, 1, &event, set_by, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, NULL, 0, NULL, 0, NULL);
}

static void test_fences(void **state)
{
   VkFence f[3];
   for (int i = 0; i < 3; i++)
      f[i] = vkt_fence(&t);
   assert_int_equal(vk.GetFenceStatus(t.device, f[0]), VK_NOT_READY);
   assert_int_equal(vk.WaitForFences(t.device, 1, f, VK_TRUE, 0), VK_TIMEOUT);
   double start = now_s();
   assert_int_equal(vk.WaitForFences(t.device, 3, f, VK_FALSE, 30000000), VK_TIMEOUT);
   assert_true(now_s() - start >= 0.029);
   vkt_ok(vk.QueueSubmit(t.queue, 0, NULL, f[1]));
   vkt_ok(vk.WaitForFences(t.device, 3, f, VK_FALSE, UINT64_MAX));
   assert_int_equal(vk.WaitForFences(t.device, 3, f, VK_TRUE, 1000000), VK_TIMEOUT);
   vkt_ok(vk.QueueSubmit(t.queue2, 0, NULL, f[0]));
   vkt_ok(vk.QueueSubmit(t.transfer, 0, NULL, f[2]));
   vkt_ok(vk.WaitForFences(t.device, 3, f, VK_TRUE, UINT64_MAX));
   vkt_ok(vk.ResetFences(t.device, 3, f));
   assert_int_equal(vk.GetFenceStatus(t.device, f[1]), VK_NOT_READY);
   vkt_ok(vk.QueueSubmit(t.queue, 0, NULL, f[1]));
   vkt_ok(vk.QueueWaitIdle(t.queue));
   vkt_ok(vk.GetFenceStatus(t.device, f[1]));
   for (int i = 0; i < 3; i++)
      vk.DestroyFence(t.device, f[i], NULL);
   VkFence ready;
   VkFenceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, .flags = VK_FENCE_CREATE_SIGNALED_BIT};
   vkt_ok(vk.CreateFence(t.device, &info, NULL, &ready));
   vkt_ok(vk.WaitForFences(t.device, 1, &ready, VK_TRUE, 0));
   vk.DestroyFence(t.device, ready, NULL);
}

static void *set_event_later(void *event)
{
   struct timespec ts = {.tv_nsec = 20000000};
   nanosleep(&ts, NULL);
   vkt_ok(vk.SetEvent(t.device, (VkEvent)event));
   return NULL;
}

/* A queue that waits for an event is let go by the host. */
static void test_host_event(void **state)
{
   VkEvent event = make_event();
   struct vkt_buffer b = vkt_buffer(&t, 16, VKT_TYPE_SYSTEM);
   VkFence fence = vkt_fence(&t);
   VkCommandBuffer cmd = vkt_begin(&t);
   wait_event(cmd, event, VK_PIPELINE_STAGE_HOST_BIT);
   vk.CmdFillBuffer(cmd, b.buffer, 0, 16, 7);
   vkt_barrier(cmd);
   vkt_ok(vk.EndCommandBuffer(cmd));
   vkt_ok(vkt_submit_no_wait(&t, t.queue, cmd, fence));
   assert_int_equal(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, 5000000), VK_TIMEOUT);
   assert_int_equal(*(uint32_t *)b.host, 0);
   assert_int_equal(vk.GetEventStatus(t.device, event), VK_EVENT_RESET);
   pthread_t thread;
   pthread_create(&thread, NULL, set_event_later, (void *)event);
   vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_C(10000000000)));
   pthread_join(thread, NULL);
   assert_int_equal(*(uint32_t *)b.host, 7);
   assert_int_equal(vk.GetEventStatus(t.device, event), VK_EVENT_SET);
   vkt_ok(vk.ResetEvent(t.device, event));
   assert_int_equal(vk.GetEventStatus(t.device, event), VK_EVENT_RESET);
   vk.DestroyFence(t.device, fence, NULL);
   vk.FreeCommandBuffers(t.device, t.pool, 1, &cmd);
   vk.DestroyEvent(t.device, event, NULL);
   vkt_buffer_free(&t, &b);
}

/* One queue waits for an event that another sets, which is not what events are for: the rings do not block each other. */
static void test_event_between_queues(void **state)
{
   VkEvent event = make_event();
   VkFence fence = vkt_fence(&t);
   VkCommandBuffer waiter = vkt_begin(&t), setter = vkt_begin(&t);
   wait_event(waiter, event, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT);
   vk.CmdResetEvent(waiter, event, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT);
   vk.CmdSetEvent(setter, event, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT);
   vkt_ok(vk.EndCommandBuffer(waiter));
   vkt_ok(vk.EndCommandBuffer(setter));
   for (int i = 0; i < 50; i++) {
      vkt_ok(vkt_submit_no_wait(&t, t.queue, waiter, fence));
      vkt_ok(vkt_submit_no_wait(&t, t.queue2, setter, VK_NULL_HANDLE));
      vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_C(10000000000)));
      vkt_ok(vk.ResetFences(t.device, 1, &fence));
      assert_int_equal(vk.GetEventStatus(t.device, event), VK_EVENT_RESET);
      vkt_ok(vk.QueueWaitIdle(t.queue2));
   }
   vk.DestroyFence(t.device, fence, NULL);
   vk.DestroyEvent(t.device, event, NULL);
   VkCommandBuffer both[] = {waiter, setter};
   vk.FreeCommandBuffers(t.device, t.pool, 2, both);
}

static VkCommandBuffer begin_for(VkCommandPool pool)
{
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &cmd));
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   return cmd;
}

/* A value goes round three queues, each step held by a semaphore. */
static void test_semaphores(void **state)
{
   enum { ROUNDS = 20, STEPS = 3 };
   VkSemaphore s[STEPS];
   struct vkt_buffer b[STEPS + 1];
   VkCommandBuffer cmd[STEPS];
   VkQueue queues[STEPS] = {t.queue, t.transfer, t.queue2};
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   for (int i = 0; i <= STEPS; i++)
      b[i] = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM_CACHED);
   for (int i = 0; i < STEPS; i++) {
      s[i] = make_semaphore();
      cmd[i] = begin_for(i == 1 ? t.transfer_pool : t.pool);
      VkBufferCopy region = {0, 0, 4096};
      vk.CmdCopyBuffer(cmd[i], b[i].buffer, b[i + 1].buffer, 1, &region);
      vkt_barrier(cmd[i]);
      vkt_ok(vk.EndCommandBuffer(cmd[i]));
   }
   for (uint32_t round = 1; round <= ROUNDS; round++) {
      for (uint32_t i = 0; i < 1024; i++)
         ((uint32_t *)b[0].host)[i] = round * 1000 + i;
      /* The last queue is submitted with its wait in place each time; signals come before waits in submission order. */
      for (int i = 0; i < STEPS; i++) {
         VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                                .waitSemaphoreCount = i > 0,
                                .pWaitSemaphores = i > 0 ? &s[i - 1] : NULL,
                                .pWaitDstStageMask = &stage,
                                .commandBufferCount = 1,
                                .pCommandBuffers = &cmd[i],
                                .signalSemaphoreCount = i < STEPS - 1,
                                .pSignalSemaphores = &s[i]};
         vkt_ok(vk.QueueSubmit(queues[i], 1, &submit, VK_NULL_HANDLE));
      }
      vkt_ok(vk.QueueWaitIdle(queues[STEPS - 1]));
      for (uint32_t i = 0; i < 1024; i++)
         assert_int_equal(((uint32_t *)b[STEPS].host)[i], round * 1000 + i);
   }
   vkt_ok(vk.DeviceWaitIdle(t.device));
   for (int i = 0; i < STEPS; i++)
      vk.FreeCommandBuffers(t.device, i == 1 ? t.transfer_pool : t.pool, 1, &cmd[i]);
   for (int i = 0; i < STEPS; i++)
      vk.DestroySemaphore(t.device, s[i], NULL);
   for (int i = 0; i <= STEPS; i++)
      vkt_buffer_free(&t, &b[i]);
}

static VkQueryPool make_queries(uint32_t count)
{
   VkQueryPool pool;
   VkQueryPoolCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = count};
   vkt_ok(vk.CreateQueryPool(t.device, &info, NULL, &pool));
   return pool;
}

static void test_timestamps(void **state)
{
   VkQueryPool pool = make_queries(4);
   struct vkt_buffer big = vkt_buffer(&t, 4 << 20, VKT_TYPE_VRAM);
   uint64_t r[4][2];
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdResetQueryPool(cmd, pool, 0, 4);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, pool, 0);
   vk.CmdFillBuffer(cmd, big.buffer, 0, VK_WHOLE_SIZE, 1);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool, 1);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_TRANSFER_BIT, pool, 3);
   vkt_ok(vkt_submit(&t, cmd));
   memset(r, 0x55, sizeof r);
   VkQueryResultFlags f = VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WITH_AVAILABILITY_BIT;
   assert_int_equal(vk.GetQueryPoolResults(t.device, pool, 0, 4, sizeof r, r, 16, f), VK_NOT_READY);
   assert_int_equal(r[0][1], 1);
   assert_int_equal(r[1][1], 1);
   assert_int_equal(r[2][1], 0);
   assert_int_equal(r[3][1], 1);
   assert_int_equal(r[2][0], 0x5555555555555555); /* untouched */
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 2, sizeof r, r, 16, f | VK_QUERY_RESULT_WAIT_BIT));
   /* 4 MiB cannot be written in no time: at 256 GB/s it is more than 10 us of GPU time. */
   double ns = (double)(r[1][0] - r[0][0]) * t.properties.limits.timestampPeriod;
   print_message("fill of 4 MiB: %.0f ns of GPU time\n", ns);
   assert_true(r[1][0] > r[0][0]);
   assert_true(ns > 5000 && ns < 10e6);
   uint32_t narrow[2];
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 2, sizeof narrow, narrow, 4, 0));
   assert_int_equal(narrow[0], (uint32_t)r[0][0]);
   assert_int_equal(narrow[1], (uint32_t)r[1][0]);
   vk.DestroyQueryPool(t.device, pool, NULL);
   vkt_buffer_free(&t, &big);
}

static void test_copy_query_results(void **state)
{
   VkQueryPool pool = make_queries(3);
   struct vkt_buffer wide = vkt_buffer(&t, 256, VKT_TYPE_SYSTEM), narrow = vkt_buffer(&t, 256, VKT_TYPE_SYSTEM);
   memset(wide.host, 0xcc, 256);
   memset(narrow.host, 0xcc, 256);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdResetQueryPool(cmd, pool, 0, 3);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool, 0);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool, 2);
   vk.CmdCopyQueryPoolResults(cmd, pool, 0, 3, wide.buffer, 0, 24,
                              VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WITH_AVAILABILITY_BIT);
   vk.CmdCopyQueryPoolResults(cmd, pool, 0, 1, narrow.buffer, 8, 4, VK_QUERY_RESULT_WAIT_BIT);
   vk.CmdCopyQueryPoolResults(cmd, pool, 1, 2, narrow.buffer, 16, 4, 0);
   /* The reset behind the copies must not overtake them. */
   vk.CmdResetQueryPool(cmd, pool, 0, 3);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   uint64_t *w = wide.host;
   uint32_t *n = narrow.host;
   assert_int_equal(w[1], 1);
   assert_int_equal(w[3], 0xcccccccccccccccc);
   assert_int_equal(w[4], 0);
   assert_int_equal(w[7], 1);
   assert_true(w[6] >= w[0]);
   assert_int_equal(n[1], 0xcccccccc);
   assert_int_equal(n[2], (uint32_t)w[0]);
   assert_int_equal(n[3], 0xcccccccc);
   assert_int_equal(n[4], 0xcccccccc);
   assert_int_equal(n[5], (uint32_t)w[6]);
   uint64_t r[2];
   assert_int_equal(vk.GetQueryPoolResults(t.device, pool, 0, 1, 16, r, 16, VK_QUERY_RESULT_64_BIT), VK_NOT_READY);
   vk.DestroyQueryPool(t.device, pool, NULL);
   vkt_buffer_free(&t, &wide);
   vkt_buffer_free(&t, &narrow);
}

/* Queries that a pool does not have are nobody's: not the neighbour's either. */
static void test_queries_out_of_range(void **state)
{
   VkQueryPool first = make_queries(2), pool = make_queries(2), last = make_queries(2);
   VkQueryPool neighbours[] = {first, last};
   uint64_t r[4];
   for (int i = 0; i < 2; i++) {
      VkCommandBuffer cmd = vkt_begin(&t);
      vk.CmdResetQueryPool(cmd, neighbours[i], 0, 2);
      vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, neighbours[i], 0);
      vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, neighbours[i], 1);
      vkt_ok(vkt_submit(&t, cmd));
   }
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
   memset(b.host, 0x11, 64);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdResetQueryPool(cmd, pool, 1, UINT32_MAX);
   vk.CmdResetQueryPool(cmd, pool, 7, 3);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool, 2);
   vk.CmdCopyQueryPoolResults(cmd, pool, 2, 8, b.buffer, 0, 8, VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT);
   vkt_ok(vkt_submit(&t, cmd));
   vk.GetQueryPoolResults(t.device, pool, 2, 1000000, sizeof r, r, 8, VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT);
   assert_int_equal(*(uint64_t *)b.host, 0x1111111111111111);
   for (int i = 0; i < 2; i++)
      vkt_ok(vk.GetQueryPoolResults(t.device, neighbours[i], 0, 2, sizeof r, r, 8, VK_QUERY_RESULT_64_BIT));
   vk.DestroyQueryPool(t.device, first, NULL);
   vk.DestroyQueryPool(t.device, pool, NULL);
   vk.DestroyQueryPool(t.device, last, NULL);
   vkt_buffer_free(&t, &b);
}

/* A command buffer is submitted many times, also several times in one submission, without waiting in between. */
static void test_resubmission(void **state)
{
   enum { N = 300 };
   struct vkt_buffer b = vkt_buffer(&t, (N + 1) * 4, VKT_TYPE_SYSTEM);
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = t.pool, .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &cmd));
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   /* Shift everything by one dword, from the back: after k runs the first dword has reached index k. */
   VkBufferCopy regions[2] = {{0, N * 4, 4}, {0, 4, 4}};
   for (int i = N; i > 0; i--) {
      regions[0] = (VkBufferCopy){(VkDeviceSize)(i - 1) * 4, (VkDeviceSize)i * 4, 4};
      vk.CmdCopyBuffer(cmd, b.buffer, b.buffer, 1, regions);
      vkt_barrier(cmd);
   }
   vkt_ok(vk.EndCommandBuffer(cmd));
   *(uint32_t *)b.host = 42;
   VkCommandBuffer twice[2] = {cmd, cmd};
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 2, .pCommandBuffers = twice};
   for (int i = 0; i < 5; i++)
      vkt_ok(vk.QueueSubmit(t.queue, 1, &submit, VK_NULL_HANDLE));
   vkt_ok(vk.QueueWaitIdle(t.queue));
   uint32_t *v = b.host;
   for (int i = 0; i <= N; i++)
      assert_int_equal(v[i], i <= 10 ? 42 : 0);
   vk.FreeCommandBuffers(t.device, t.pool, 1, &cmd);
   vkt_buffer_free(&t, &b);
}

/* More submissions than the ring holds while its first packet waits. vk_queues.c has more of it. */
static void test_ring_overflow(void **state)
{
   VkEvent event = make_event();
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
   VkCommandBuffer waiter = vkt_begin(&t), work = vkt_begin_for_many(&t);
   wait_event(waiter, event, VK_PIPELINE_STAGE_HOST_BIT);
   vk.CmdUpdateBuffer(work, b.buffer, 0, 4, "done");
   vkt_ok(vk.EndCommandBuffer(waiter));
   vkt_ok(vk.EndCommandBuffer(work));
   vkt_ok(vkt_submit_no_wait(&t, t.queue, waiter, VK_NULL_HANDLE));
   pthread_t thread;
   pthread_create(&thread, NULL, set_event_later, (void *)event);
   VkCommandBuffer many[64];
   for (int i = 0; i < 64; i++)
      many[i] = work;
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 64, .pCommandBuffers = many};
   for (int i = 0; i < 600; i++) /* 600 * 64 * 4 dwords: more than twice the ring */
      vkt_ok(vk.QueueSubmit(t.queue, 1, &submit, VK_NULL_HANDLE));
   vkt_ok(vk.QueueWaitIdle(t.queue));
   pthread_join(thread, NULL);
   assert_memory_equal(b.host, "done", 4);
   vk.DestroyEvent(t.device, event, NULL);
   VkCommandBuffer both[] = {waiter, work};
   vk.FreeCommandBuffers(t.device, t.pool, 2, both);
   vkt_buffer_free(&t, &b);
}

/* A recording that needs many segments keeps its order, and so do secondary buffers inside it. */
static void test_long_and_nested(void **state)
{
   enum { N = 20000 };
   struct vkt_buffer b = vkt_buffer(&t, 1024 * 4, VKT_TYPE_SYSTEM);
   VkCommandBuffer secondary, cmd;
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = t.pool,
                                        .level = VK_COMMAND_BUFFER_LEVEL_SECONDARY,
                                        .commandBufferCount = 1};
   VkCommandBufferInheritanceInfo inherit = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_INFO};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO, .pInheritanceInfo = &inherit};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &secondary));
   vkt_ok(vk.BeginCommandBuffer(secondary, &begin));
   for (uint32_t i = 0; i < N; i++) {
      if (i % 1024 == 0)
         vkt_barrier(secondary);
      vk.CmdUpdateBuffer(secondary, b.buffer, i % 1024 * 4, 4, &i);
   }
   vkt_barrier(secondary);
   vkt_ok(vk.EndCommandBuffer(secondary));
   cmd = vkt_begin(&t);
   vk.CmdFillBuffer(cmd, b.buffer, 0, VK_WHOLE_SIZE, 1);
   vkt_barrier(cmd);
   vk.CmdExecuteCommands(cmd, 1, &secondary);
   uint32_t last = 0xffffffff;
   vk.CmdUpdateBuffer(cmd, b.buffer, 0, 4, &last);
   vkt_ok(vkt_submit(&t, cmd));
   uint32_t *v = b.host;
   assert_int_equal(v[0], 0xffffffff);
   for (uint32_t i = 1; i < 1024; i++)
      assert_int_equal(v[i], i + (N - 1 - i) / 1024 * 1024);
   vk.FreeCommandBuffers(t.device, t.pool, 1, &secondary);
   vkt_buffer_free(&t, &b);
}

/* Two threads, a queue each. */
static void *copy_loop(void *queue)
{
   struct vkt_buffer b = vkt_buffer(&t, 65536, VKT_TYPE_SYSTEM);
   VkCommandPool pool;
   VkCommandBuffer cmd;
   VkFence fence = vkt_fence(&t);
   VkCommandPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                   .queueFamilyIndex = VKT_FAMILY_COMPUTE};
   vkt_ok(vk.CreateCommandPool(t.device, &info, NULL, &pool));
   VkCommandBufferAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &cmd));
   uintptr_t wrong = 0;
   for (uint32_t i = 1; i <= 200; i++) {
      vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
      vk.CmdFillBuffer(cmd, b.buffer, 0, VK_WHOLE_SIZE, i);
      vkt_barrier(cmd);
      vkt_ok(vk.EndCommandBuffer(cmd));
      vkt_ok(vkt_submit_no_wait(&t, (VkQueue)queue, cmd, fence));
      vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_MAX));
      vkt_ok(vk.ResetFences(t.device, 1, &fence));
      wrong += ((uint32_t *)b.host)[0] != i || ((uint32_t *)b.host)[16383] != i;
   }
   vk.DestroyFence(t.device, fence, NULL);
   vk.DestroyCommandPool(t.device, pool, NULL);
   vkt_buffer_free(&t, &b);
   return (void *)wrong;
}

static void test_two_queues_two_threads(void **state)
{
   pthread_t a, b;
   void *wrong_a, *wrong_b;
   pthread_create(&a, NULL, copy_loop, t.queue);
   pthread_create(&b, NULL, copy_loop, t.queue2);
   pthread_join(a, &wrong_a);
   pthread_join(b, &wrong_b);
   assert_null(wrong_a);
   assert_null(wrong_b);
}

static void test_pool_reset_and_trim(void **state)
{
   VkCommandPool pool;
   VkCommandBuffer cmd[2];
   VkCommandPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .queueFamilyIndex = VKT_FAMILY_COMPUTE};
   vkt_ok(vk.CreateCommandPool(t.device, &info, NULL, &pool));
   VkCommandBufferAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool, .commandBufferCount = 2};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, cmd));
   for (uint32_t round = 1; round < 5; round++) {
      for (int i = 0; i < 2; i++) {
         vkt_ok(vk.BeginCommandBuffer(cmd[i], &begin));
         vk.CmdUpdateBuffer(cmd[i], b.buffer, (VkDeviceSize)i * 4, 4, &round);
         vkt_ok(vk.EndCommandBuffer(cmd[i]));
         vkt_ok(vkt_submit_no_wait(&t, t.queue, cmd[i], VK_NULL_HANDLE));
      }
      vkt_ok(vk.QueueWaitIdle(t.queue));
      assert_int_equal(((uint32_t *)b.host)[0], round);
      assert_int_equal(((uint32_t *)b.host)[1], round);
      vkt_ok(vk.ResetCommandPool(t.device, pool, round & 1 ? VK_COMMAND_POOL_RESET_RELEASE_RESOURCES_BIT : 0));
   }
   vk.FreeCommandBuffers(t.device, pool, 1, cmd);
   vk.DestroyCommandPool(t.device, pool, NULL);
   vkt_buffer_free(&t, &b);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fences),
      cmocka_unit_test(test_host_event),
      vkt_mistakes_test(test_event_between_queues),
      cmocka_unit_test(test_semaphores),
      cmocka_unit_test(test_timestamps),
      cmocka_unit_test(test_copy_query_results), vkt_mistakes_test(test_queries_out_of_range),
      cmocka_unit_test(test_resubmission),
      cmocka_unit_test(test_ring_overflow),
      cmocka_unit_test(test_long_and_nested),
      cmocka_unit_test(test_two_queues_two_threads),
      cmocka_unit_test(test_pool_reset_and_trim),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
