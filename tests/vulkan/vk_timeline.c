/* VK_KHR_timeline_semaphore and VK_KHR_synchronization2: wait before signal between queues and from the host, any/all waits that
 * sleep, submissions and barriers of the second generation, queries reset by the host. */
#include "vkt.h"
#include <pthread.h>
#include <time.h>

static struct vkt t;

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_TIMELINE_SEMAPHORE_EXTENSION_NAME,
                                            VK_KHR_SYNCHRONIZATION_2_EXTENSION_NAME,
                                            VK_EXT_HOST_QUERY_RESET_EXTENSION_NAME};
   VkPhysicalDeviceHostQueryResetFeatures reset = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_HOST_QUERY_RESET_FEATURES, .hostQueryReset = VK_TRUE};
   VkPhysicalDeviceSynchronization2Features sync2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SYNCHRONIZATION_2_FEATURES,
                                                     .pNext = &reset,
                                                     .synchronization2 = VK_TRUE};
   VkPhysicalDeviceTimelineSemaphoreFeatures timeline = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES,
      .pNext = &sync2,
      .timelineSemaphore = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 3, .device_next = &timeline};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}

static int teardown(void **state)
{
   if (t.errors)
      print_message("%s\n", t.last);
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

static double clock_s(clockid_t id)
{
   struct timespec ts;
   clock_gettime(id, &ts);
   return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static VkSemaphore timeline(uint64_t value)
{
   VkSemaphore s;
   VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                     .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE,
                                     .initialValue = value};
   VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
   vkt_ok(vk.CreateSemaphore(t.device, &info, NULL, &s));
   return s;
}

static uint64_t counter(VkSemaphore s)
{
   uint64_t v = 0;
   vkt_ok(vk.GetSemaphoreCounterValueKHR(t.device, s, &v));
   return v;
}

static VkResult wait_host(VkSemaphore s, uint64_t value, uint64_t timeout)
{
   VkSemaphoreWaitInfo w = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                            .semaphoreCount = 1,
                            .pSemaphores = &s,
                            .pValues = &value};
   return vk.WaitSemaphoresKHR(t.device, &w, timeout);
}

static void signal_host(VkSemaphore s, uint64_t value)
{
   VkSemaphoreSignalInfo i = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = s, .value = value};
   vkt_ok(vk.SignalSemaphoreKHR(t.device, &i));
}

static void submit(VkQueue queue, VkSemaphore wait, uint64_t wait_value, VkCommandBuffer cmd, VkSemaphore signal,
                   uint64_t signal_value)
{
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   VkTimelineSemaphoreSubmitInfo values = {.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
                                           .waitSemaphoreValueCount = wait != VK_NULL_HANDLE,
                                           .pWaitSemaphoreValues = &wait_value,
                                           .signalSemaphoreValueCount = signal != VK_NULL_HANDLE,
                                           .pSignalSemaphoreValues = &signal_value};
   VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                        .pNext = &values,
                        .waitSemaphoreCount = wait != VK_NULL_HANDLE,
                        .pWaitSemaphores = &wait,
                        .pWaitDstStageMask = &stage,
                        .commandBufferCount = cmd != NULL,
                        .pCommandBuffers = &cmd,
                        .signalSemaphoreCount = signal != VK_NULL_HANDLE,
                        .pSignalSemaphores = &signal};
   vkt_ok(vk.QueueSubmit(queue, 1, &info, VK_NULL_HANDLE));
}

static void test_queries(void **state)
{
   VkPhysicalDeviceTimelineSemaphoreFeatures f = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES};
   VkPhysicalDeviceFeatures2 f2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &f};
   vk.GetPhysicalDeviceFeatures2KHR(t.physical, &f2);
   assert_int_equal(f.timelineSemaphore, VK_TRUE);
   VkPhysicalDeviceTimelineSemaphoreProperties p = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_PROPERTIES};
   VkPhysicalDeviceProperties2 p2 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &p};
   vk.GetPhysicalDeviceProperties2KHR(t.physical, &p2);
   assert_true(p.maxTimelineSemaphoreValueDifference >= INT32_MAX);
   VkSemaphore s = timeline(41);
   assert_int_equal(counter(s), 41);
   signal_host(s, UINT64_C(1) << 40);
   assert_int_equal(counter(s), UINT64_C(1) << 40);
   vkt_ok(wait_host(s, UINT64_C(1) << 40, 0));
   assert_int_equal(wait_host(s, (UINT64_C(1) << 40) + 1, 0), VK_TIMEOUT);
   vk.DestroySemaphore(t.device, s, NULL);
}

/* Three queues wait for each other and for the host, all submitted before anything is signalled. */
static void test_wait_before_signal(void **state)
{
   VkSemaphore s = timeline(0);
   struct vkt_buffer a = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM), b = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM),
                     c = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   VkBufferCopy region = {0, 0, 4096};
   VkCommandBuffer first = vkt_begin(&t), second = vkt_begin(&t);
   vk.CmdCopyBuffer(first, a.buffer, b.buffer, 1, &region);
   vkt_barrier(first);
   vk.CmdCopyBuffer(second, b.buffer, c.buffer, 1, &region);
   vkt_barrier(second);
   vkt_ok(vk.EndCommandBuffer(first));
   vkt_ok(vk.EndCommandBuffer(second));
   uint64_t base = 0;
   for (uint32_t round = 1; round <= 20; round++, base += 4) {
      submit(t.queue2, s, base + 2, second, s, base + 3);
      submit(t.queue, s, base + 1, first, s, base + 2);
      submit(t.transfer, s, base + 3, NULL, s, base + 4);
      if (round == 1)
         assert_int_equal(wait_host(s, 1, 20000000), VK_TIMEOUT);
      for (uint32_t i = 0; i < 1024; i++)
         ((uint32_t *)a.host)[i] = round * 7 + i;
      signal_host(s, base + 1);
      vkt_ok(wait_host(s, base + 4, UINT64_C(10000000000)));
      assert_int_equal(counter(s), base + 4);
      for (uint32_t i = 0; i < 1024; i++)
         assert_int_equal(((uint32_t *)c.host)[i], round * 7 + i);
   }
   vkt_ok(vk.DeviceWaitIdle(t.device));
   VkCommandBuffer both[] = {first, second};
   vk.FreeCommandBuffers(t.device, t.pool, 2, both);
   vkt_buffer_free(&t, &a);
   vkt_buffer_free(&t, &b);
   vkt_buffer_free(&t, &c);
   vk.DestroySemaphore(t.device, s, NULL);
}

static void *signal_later(void *s)
{
   struct timespec ts = {.tv_nsec = 100000000};
   nanosleep(&ts, NULL);
   signal_host((VkSemaphore)s, 5);
   return NULL;
}

/* A host thread that waits sleeps, and another host thread's signal ends that at once. */
static void test_host_to_host(void **state)
{
   VkSemaphore s = timeline(0);
   pthread_t thread;
   double cpu = clock_s(CLOCK_THREAD_CPUTIME_ID), start = clock_s(CLOCK_MONOTONIC);
   pthread_create(&thread, NULL, signal_later, (void *)s);
   vkt_ok(wait_host(s, 5, UINT64_MAX));
   double took = clock_s(CLOCK_MONOTONIC) - start;
   cpu = clock_s(CLOCK_THREAD_CPUTIME_ID) - cpu;
   pthread_join(thread, NULL);
   print_message("waited %.1f ms with %.2f ms of processor time\n", took * 1e3, cpu * 1e3);
   assert_true(took >= 0.099);
   assert_true(cpu < 0.02);
   vk.DestroySemaphore(t.device, s, NULL);
}

static void test_any_and_all(void **state)
{
   VkSemaphore s[3] = {timeline(0), timeline(0), timeline(0)};
   uint64_t values[3] = {1, 2, 3};
   VkSemaphoreWaitInfo all = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO,
                              .semaphoreCount = 3,
                              .pSemaphores = s,
                              .pValues = values};
   VkSemaphoreWaitInfo any = all;
   any.flags = VK_SEMAPHORE_WAIT_ANY_BIT;
   assert_int_equal(vk.WaitSemaphoresKHR(t.device, &any, 1000000), VK_TIMEOUT);
   signal_host(s[1], 1);
   assert_int_equal(vk.WaitSemaphoresKHR(t.device, &any, 1000000), VK_TIMEOUT);
   submit(t.queue, VK_NULL_HANDLE, 0, NULL, s[1], 2);
   vkt_ok(vk.WaitSemaphoresKHR(t.device, &any, UINT64_MAX));
   assert_int_equal(vk.WaitSemaphoresKHR(t.device, &all, 1000000), VK_TIMEOUT);
   submit(t.queue2, s[1], 2, NULL, s[2], 30);
   submit(t.transfer, s[2], 29, NULL, s[0], 1);
   vkt_ok(vk.WaitSemaphoresKHR(t.device, &all, UINT64_MAX));
   assert_int_equal(counter(s[2]), 30);
   for (int i = 0; i < 3; i++)
      vk.DestroySemaphore(t.device, s[i], NULL);
}

/* The host sees a value that a batch in the middle of one submission signals while the next batch still waits for the host. */
static void test_signal_inside_submission(void **state)
{
   VkSemaphore s = timeline(0);
   VkSemaphoreSubmitInfo at[3];
   for (uint64_t i = 0; i < 3; i++)
      at[i] = (VkSemaphoreSubmitInfo){.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                      .semaphore = s,
                                      .value = i + 1,
                                      .stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
   VkSubmitInfo2 batches[2] = {{.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
                                .signalSemaphoreInfoCount = 1,
                                .pSignalSemaphoreInfos = &at[0]},
                               {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
                                .waitSemaphoreInfoCount = 1,
                                .pWaitSemaphoreInfos = &at[1],
                                .signalSemaphoreInfoCount = 1,
                                .pSignalSemaphoreInfos = &at[2]}};
   VkFence fence = vkt_fence(&t);
   vkt_ok(vk.QueueSubmit2KHR(t.queue, 2, batches, fence));
   vkt_ok(wait_host(s, 1, UINT64_C(10000000000)));
   assert_int_equal(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, 3000000), VK_TIMEOUT);
   signal_host(s, 2);
   vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_C(10000000000)));
   assert_int_equal(counter(s), 3);
   vk.DestroyFence(t.device, fence, NULL);
   vk.DestroySemaphore(t.device, s, NULL);
}

/* Barriers, events, timestamps and a submission of the second generation. */
static void test_sync2_commands(void **state)
{
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM), c = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   VkQueryPool pool;
   VkQueryPoolCreateInfo qi = {
      .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = 2};
   vkt_ok(vk.CreateQueryPool(t.device, &qi, NULL, &pool));
   VkEvent event;
   VkEventCreateInfo ei = {.sType = VK_STRUCTURE_TYPE_EVENT_CREATE_INFO, .flags = VK_EVENT_CREATE_DEVICE_ONLY_BIT};
   vkt_ok(vk.CreateEvent(t.device, &ei, NULL, &event));
   VkMemoryBarrier2 copy_to_copy = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER_2,
                                    .srcStageMask = VK_PIPELINE_STAGE_2_CLEAR_BIT | VK_PIPELINE_STAGE_2_COPY_BIT,
                                    .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT,
                                    .dstStageMask = VK_PIPELINE_STAGE_2_COPY_BIT,
                                    .dstAccessMask = VK_ACCESS_2_TRANSFER_READ_BIT};
   VkDependencyInfo d = {.sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO, .memoryBarrierCount = 1, .pMemoryBarriers = &copy_to_copy};
   VkBufferCopy region = {0, 0, 4096};
   vk.ResetQueryPoolEXT(t.device, pool, 0, 2);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdWriteTimestamp2KHR(cmd, VK_PIPELINE_STAGE_2_NONE, pool, 0);
   vk.CmdFillBuffer(cmd, b.buffer, 0, 4096, 9);
   vk.CmdSetEvent2KHR(cmd, event, &d);
   vk.CmdWaitEvents2KHR(cmd, 1, &event, &d);
   vk.CmdResetEvent2KHR(cmd, event, VK_PIPELINE_STAGE_2_COPY_BIT);
   vk.CmdCopyBuffer(cmd, b.buffer, c.buffer, 1, &region);
   vk.CmdPipelineBarrier2KHR(cmd, &d);
   vk.CmdFillBuffer(cmd, b.buffer, 0, 4096, 10);
   vk.CmdPipelineBarrier2KHR(cmd, &d);
   vk.CmdWriteTimestamp2KHR(cmd, VK_PIPELINE_STAGE_2_ALL_TRANSFER_BIT, pool, 1);
   vkt_ok(vk.EndCommandBuffer(cmd));
   VkCommandBufferSubmitInfo ci = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO, .commandBuffer = cmd};
   VkSubmitInfo2 submit2 = {
      .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2, .commandBufferInfoCount = 1, .pCommandBufferInfos = &ci};
   vkt_ok(vk.QueueSubmit2KHR(t.queue, 1, &submit2, VK_NULL_HANDLE));
   vkt_ok(vk.QueueWaitIdle(t.queue));
   for (int i = 0; i < 1024; i++) {
      assert_int_equal(((uint32_t *)c.host)[i], 9);
      assert_int_equal(((uint32_t *)b.host)[i], 10);
   }
   uint64_t times[2];
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 2, sizeof times, times, 8, VK_QUERY_RESULT_64_BIT));
   assert_true(times[1] > times[0]);
   vk.ResetQueryPoolEXT(t.device, pool, 1, 1);
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 1, 8, times, 8, VK_QUERY_RESULT_64_BIT));
   assert_int_equal(vk.GetQueryPoolResults(t.device, pool, 1, 1, 8, times, 8, VK_QUERY_RESULT_64_BIT), VK_NOT_READY);
   vk.FreeCommandBuffers(t.device, t.pool, 1, &cmd);
   vk.DestroyEvent(t.device, event, NULL);
   vk.DestroyQueryPool(t.device, pool, NULL);
   vkt_buffer_free(&t, &b);
   vkt_buffer_free(&t, &c);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_queries),     cmocka_unit_test(test_wait_before_signal),
      cmocka_unit_test(test_host_to_host), cmocka_unit_test(test_any_and_all),
      cmocka_unit_test(test_signal_inside_submission), cmocka_unit_test(test_sync2_commands),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
