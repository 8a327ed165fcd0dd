/* VK_KHR_performance_query and VK_EXT_calibrated_timestamps: counters as they are listed, their values around
 * work whose counts are known, results read and copied; the card's clock. */
#include "vkt.h"
#include "square_spirv.h"

#define GROUPS 7u
#define MAX_COUNTERS 512u

static struct vkt t;
static uint32_t counter_count;
static VkPerformanceCounterKHR counters[MAX_COUNTERS];
static VkPerformanceCounterDescriptionKHR descriptions[MAX_COUNTERS];

static uint32_t counter(const char *name)
{
   for (uint32_t i = 0; i < counter_count; i++)
      if (!strcmp(descriptions[i].name, name))
         return i;
   fail_msg("no counter %s", name);
   return 0;
}

/* A card without host memory for its timing model says so and goes on; its times are then too small. */
static bool has_times(void)
{
   const char *timing = getenv("FIGMENT_TIMING");
   return vkt_requests() == 0 && !(timing && !strcmp(timing, "off"));
}

static void list(uint32_t family)
{
   uint32_t n = 0;
   vkt_ok(
       vk.EnumeratePhysicalDeviceQueueFamilyPerformanceQueryCountersKHR(t.physical, family, &n, NULL, NULL));
   assert_in_range(n, 50, MAX_COUNTERS);
   for (uint32_t i = 0; i < n; i++) {
      counters[i] = (VkPerformanceCounterKHR){.sType = VK_STRUCTURE_TYPE_PERFORMANCE_COUNTER_KHR};
      descriptions[i] = (VkPerformanceCounterDescriptionKHR){
          .sType = VK_STRUCTURE_TYPE_PERFORMANCE_COUNTER_DESCRIPTION_KHR};
   }
   counter_count = n;
   vkt_ok(vk.EnumeratePhysicalDeviceQueueFamilyPerformanceQueryCountersKHR(t.physical, family, &n, counters,
                                                                           descriptions));
   assert_int_equal(n, counter_count);
}

static VkQueryPool make_pool(const uint32_t *indices, uint32_t n, uint32_t queries)
{
   VkQueryPool pool;
   VkQueryPoolPerformanceCreateInfoKHR performance = {
       .sType = VK_STRUCTURE_TYPE_QUERY_POOL_PERFORMANCE_CREATE_INFO_KHR,
       .queueFamilyIndex = VKT_FAMILY_COMPUTE,
       .counterIndexCount = n,
       .pCounterIndices = indices};
   VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                 .pNext = &performance,
                                 .queryType = VK_QUERY_TYPE_PERFORMANCE_QUERY_KHR,
                                 .queryCount = queries};
   uint32_t passes = 0;
   vk.GetPhysicalDeviceQueueFamilyPerformanceQueryPassesKHR(t.physical, &performance, &passes);
   assert_int_equal(passes, 1);
   vkt_ok(vk.CreateQueryPool(t.device, &info, NULL, &pool));
   return pool;
}

static void lists(void **state)
{
   for (uint32_t family = 0; family < 3; family++) {
      list(family);
      for (uint32_t i = 0; i < counter_count; i++) {
         assert_int_equal(counters[i].storage, VK_PERFORMANCE_COUNTER_STORAGE_UINT64_KHR);
         assert_int_equal(counters[i].scope, VK_PERFORMANCE_COUNTER_SCOPE_COMMAND_KHR);
         assert_true(*descriptions[i].name && *descriptions[i].category &&
                     strlen(descriptions[i].description) > 5);
         for (uint32_t k = 0; k < i; k++)
            assert_memory_not_equal(counters[i].uuid, counters[k].uuid, VK_UUID_SIZE);
      }
   }
   assert_int_equal(counters[counter("GPU_CYCLES")].unit, VK_PERFORMANCE_COUNTER_UNIT_CYCLES_KHR);
   assert_int_equal(counters[counter("DRAM_BYTES_READ")].unit, VK_PERFORMANCE_COUNTER_UNIT_BYTES_KHR);
   assert_string_equal(descriptions[counter("L1_HITS")].category, "L1");
   for (uint32_t i = 0; i < counter_count; i++) /* what differs from run to run is no counter of the card */
      assert_true(strcmp(descriptions[i].name, "TLB_MISSES") &&
                  strcmp(descriptions[i].name, "CP_IDLE_INSTRUCTIONS"));
   uint32_t few = 3;
   assert_int_equal(
       vk.EnumeratePhysicalDeviceQueueFamilyPerformanceQueryCountersKHR(t.physical, 0, &few, counters, NULL),
       VK_INCOMPLETE);
   assert_int_equal(few, 3);
}

/* Performance queries are reset by another command buffer than the one that they are in, which is recorded under the lock. */
static void reset_and_lock(VkQueryPool pool, uint32_t count)
{
   VkAcquireProfilingLockInfoKHR lock = {.sType = VK_STRUCTURE_TYPE_ACQUIRE_PROFILING_LOCK_INFO_KHR,
                                         .timeout = UINT64_MAX};
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdResetQueryPool(cmd, pool, 0, count);
   vkt_ok(vkt_submit(&t, cmd));
   vkt_ok(vk.AcquireProfilingLockKHR(t.device, &lock));
}

static void dispatch_counts(void **state)
{
   list(VKT_FAMILY_COMPUTE);
   const uint32_t indices[] = {counter("WORKGROUPS"),     counter("DISPATCHES"), counter("DRAWS"),
                               counter("CS_INVOCATIONS"), counter("WAVES"),      counter("WAVES"),
                               counter("GPU_CYCLES")};
   enum { N = sizeof indices / sizeof *indices };
   VkQueryPool pool = make_pool(indices, N, 2);
   struct vkt_buffer data = vkt_buffer(&t, 4 * 64 * GROUPS, VKT_TYPE_SYSTEM),
                     copied = vkt_buffer(&t, 16 * N, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(&t, &(struct vkt_compute_info){VKT_SPIRV(square_spirv), .bindings = 1});
   VkPerformanceCounterResultKHR r[2][N];

   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &data, 0, VK_WHOLE_SIZE);
   reset_and_lock(pool, 2);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, 3, 1, 1); /* outside: not counted */
   for (uint32_t q = 0; q < 2; q++) {
      vk.CmdBeginQuery(cmd, pool, q, 0);
      for (uint32_t i = 0; i <= q; i++)
         vkt_dispatch(cmd, &c, GROUPS, 1, 1);
      vk.CmdEndQuery(cmd, pool, q);
   }
   vkt_ok(vkt_submit(&t, cmd));
   vk.ReleaseProfilingLockKHR(t.device);
   cmd = vkt_begin(&t);
   vk.CmdCopyQueryPoolResults(cmd, pool, 0, 2, copied.buffer, 0, 8 * N, VK_QUERY_RESULT_WAIT_BIT);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 2, sizeof r, r, sizeof *r, VK_QUERY_RESULT_WAIT_BIT));
   assert_memory_equal(r, copied.host, sizeof r);
   for (uint32_t q = 0; q < 2; q++) {
      assert_int_equal(r[q][0].uint64, GROUPS * (q + 1));
      assert_int_equal(r[q][1].uint64, q + 1);
      assert_int_equal(r[q][2].uint64, 0);
      assert_int_equal(r[q][3].uint64 % (GROUPS * (q + 1)), 0);
      assert_int_equal(r[q][4].uint64, r[q][5].uint64);
      assert_true(r[q][6].uint64 > 0 || !has_times());
   }
   assert_int_equal(2 * r[0][3].uint64, r[1][3].uint64);
   assert_true(r[1][6].uint64 > r[0][6].uint64 || !has_times());
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &data);
   vkt_buffer_free(&t, &copied);
   vk.DestroyQueryPool(t.device, pool, NULL);
}

/* All counters in one query; stalls and work are the schedulers' cycles, exactly. */
static void stalls_add_up(void **state)
{
   uint32_t indices[MAX_COUNTERS];
   VkPerformanceCounterResultKHR r[MAX_COUNTERS];
   uint64_t sum = 0;

   list(VKT_FAMILY_COMPUTE);
   for (uint32_t i = 0; i < counter_count; i++)
      indices[i] = i;
   VkQueryPool pool = make_pool(indices, counter_count, 1);
   struct vkt_buffer data = vkt_buffer(&t, 4 * 64 * GROUPS, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(&t, &(struct vkt_compute_info){VKT_SPIRV(square_spirv), .bindings = 1});
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &data, 0, VK_WHOLE_SIZE);
   reset_and_lock(pool, 1);
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBeginQuery(cmd, pool, 0, 0);
   vkt_dispatch(cmd, &c, GROUPS, 1, 1);
   vk.CmdEndQuery(cmd, pool, 0);
   vkt_ok(vkt_submit(&t, cmd));
   vk.ReleaseProfilingLockKHR(t.device);
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 1, sizeof r, r, sizeof r, VK_QUERY_RESULT_WAIT_BIT));
   for (uint32_t i = 0; i < counter_count; i++)
      if (!strncmp(descriptions[i].name, "STALL_", 6))
         sum += r[i].uint64;
   assert_true(r[counter("ISSUE_SLOTS")].uint64 > 0 || !has_times());
   assert_int_equal(sum + r[counter("ISSUE_ACTIVE")].uint64, r[counter("ISSUE_SLOTS")].uint64);
   assert_true(r[counter("L1_HITS")].uint64 <= r[counter("L1_ACCESSES")].uint64);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &data);
   vk.DestroyQueryPool(t.device, pool, NULL);
}

static void refuses(void **state)
{
   VkQueryPool pool = VK_NULL_HANDLE;
   const uint32_t beyond[] = {0, 100000};
   VkQueryPoolPerformanceCreateInfoKHR performance = {
       .sType = VK_STRUCTURE_TYPE_QUERY_POOL_PERFORMANCE_CREATE_INFO_KHR,
       .counterIndexCount = 2,
       .pCounterIndices = beyond};
   VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                 .pNext = &performance,
                                 .queryType = VK_QUERY_TYPE_PERFORMANCE_QUERY_KHR,
                                 .queryCount = 1};
   assert_int_equal(vk.CreateQueryPool(t.device, &info, NULL, &pool), VK_ERROR_FEATURE_NOT_PRESENT);
   info.pNext = NULL;
   assert_int_equal(vk.CreateQueryPool(t.device, &info, NULL, &pool), VK_ERROR_FEATURE_NOT_PRESENT);
}

static uint64_t card_time(void)
{
   VkCalibratedTimestampInfoEXT info = {.sType = VK_STRUCTURE_TYPE_CALIBRATED_TIMESTAMP_INFO_EXT,
                                        .timeDomain = VK_TIME_DOMAIN_DEVICE_EXT};
   uint64_t time = 0, deviation = 1;
   vkt_ok(vk.GetCalibratedTimestampsEXT(t.device, 1, &info, &time, &deviation));
   assert_int_equal(deviation, 0);
   return time;
}

/* The clock stands still while the card has no work, whatever the host does, and timestamps lie between its
 * readings. */
static void clock_of_the_card(void **state)
{
   VkTimeDomainEXT domain = VK_TIME_DOMAIN_MAX_ENUM_EXT;
   uint32_t n = 0;
   uint64_t written = 0;
   VkQueryPool pool;
   VkQueryPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                 .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                 .queryCount = 1};

   vkt_ok(vk.GetPhysicalDeviceCalibrateableTimeDomainsEXT(t.physical, &n, NULL));
   assert_int_equal(n, 1);
   vkt_ok(vk.GetPhysicalDeviceCalibrateableTimeDomainsEXT(t.physical, &n, &domain));
   assert_int_equal(domain, VK_TIME_DOMAIN_DEVICE_EXT);
   vkt_ok(vk.CreateQueryPool(t.device, &info, NULL, &pool));
   uint64_t before = card_time();
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdResetQueryPool(cmd, pool, 0, 1);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, pool, 0);
   vkt_ok(vkt_submit(&t, cmd));
   uint64_t after = card_time();
   vkt_ok(vk.GetQueryPoolResults(t.device, pool, 0, 1, 8, &written, 8,
                                 VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
   assert_true(before < after && before <= written && written <= after);
   assert_int_equal(card_time(), after);
   vk.DestroyQueryPool(t.device, pool, NULL);
}

static int open_device(void **state)
{
   static const char *const extensions[] = {VK_KHR_PERFORMANCE_QUERY_EXTENSION_NAME,
                                            VK_EXT_CALIBRATED_TIMESTAMPS_EXTENSION_NAME};
   static const VkPhysicalDevicePerformanceQueryFeaturesKHR features = {
       .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PERFORMANCE_QUERY_FEATURES_KHR,
       .performanceCounterQueryPools = VK_TRUE,
       .performanceCounterMultipleQueryPools = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 2, .device_next = &features};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}

static int close_device(void **state)
{
   vkt_close(&t);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(lists), cmocka_unit_test(dispatch_counts), cmocka_unit_test(stalls_add_up),
      vkt_mistakes_test(refuses), cmocka_unit_test(clock_of_the_card),
   };
   return cmocka_run_group_tests(tests, open_device, close_device);
}
