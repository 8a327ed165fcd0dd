/* VK_KHR_performance_query: the machine's counters as the API lists them. Queries themselves are query pools
 * like others (vkf_query_pool.c, vkf_cmd_query.c): COUNTERS packets at begin and end, so one pass is enough
 * for any choice of counters. Counters of the host are left out. Every VkDevice is a card of its own: nobody
 * else can disturb its counters, and the profiling lock is always free.
 */
#include "counters.h"
#include "vkf_physical_device.h"
#include "vkf_query_pool.h"
#include <stdio.h>

uint32_t vkf_performance_counters(void)
{
   uint32_t n = 0;
   for (uint32_t i = 0; i < GPU_COUNTER_COUNT; i++)
      n += !counter_table()[i].host;
   return n;
}

uint32_t vkf_performance_counter(uint32_t index)
{
   for (uint32_t i = 0; i < GPU_COUNTER_COUNT; i++)
      if (!counter_table()[i].host && !index--)
         return i;
   return GPU_COUNTER_COUNT;
}

static VkPerformanceCounterUnitKHR unit_of(const counter_info *c)
{
   return !strcmp(c->unit, "cycles")  ? VK_PERFORMANCE_COUNTER_UNIT_CYCLES_KHR
          : !strcmp(c->unit, "bytes") ? VK_PERFORMANCE_COUNTER_UNIT_BYTES_KHR
                                      : VK_PERFORMANCE_COUNTER_UNIT_GENERIC_KHR;
}

/* The counter's own, in every build: two FNV-1a hashes of its name. */
static void fill_uuid(const counter_info *c, uint8_t out[VK_UUID_SIZE])
{
   uint64_t hash[2] = {UINT64_C(0xcbf29ce484222325), UINT64_C(0x84222325cbf29ce4)};
   for (unsigned k = 0; k < 2; k++)
      for (const char *p = c->name; *p; p++)
         hash[k] = (hash[k] ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
   memcpy(out, hash, VK_UUID_SIZE);
}

static void fill_counter(const counter_info *c, VkPerformanceCounterKHR *out)
{
   out->unit = unit_of(c);
   out->scope = VK_PERFORMANCE_COUNTER_SCOPE_COMMAND_KHR;
   out->storage = VK_PERFORMANCE_COUNTER_STORAGE_UINT64_KHR;
   fill_uuid(c, out->uuid);
}

/* Begin and end wait for the queue's earlier work; work of other queues is counted along. */
static void fill_description(const counter_info *c, VkPerformanceCounterDescriptionKHR *out)
{
   out->flags = VK_PERFORMANCE_COUNTER_DESCRIPTION_PERFORMANCE_IMPACTING_BIT_KHR |
                VK_PERFORMANCE_COUNTER_DESCRIPTION_CONCURRENTLY_IMPACTED_BIT_KHR;
   snprintf(out->name, sizeof out->name, "%s", c->name);
   snprintf(out->category, sizeof out->category, "%s", c->block);
   snprintf(out->description, sizeof out->description, "%s, in %s", c->doc, c->unit);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_EnumeratePhysicalDeviceQueueFamilyPerformanceQueryCountersKHR(
    VkPhysicalDevice physicalDevice, uint32_t queueFamilyIndex, uint32_t *pCount,
    VkPerformanceCounterKHR *pCounters, VkPerformanceCounterDescriptionKHR *pDescriptions)
{
   uint32_t n = vkf_performance_counters();
   if (!pCounters && !pDescriptions) {
      *pCount = n;
      return VK_SUCCESS;
   }
   *pCount = VKF_MIN(*pCount, n);
   for (uint32_t i = 0; i < *pCount; i++) {
      const counter_info *c = &counter_table()[vkf_performance_counter(i)];
      if (pCounters)
         fill_counter(c, &pCounters[i]);
      if (pDescriptions)
         fill_description(c, &pDescriptions[i]);
   }
   return *pCount < n ? VK_INCOMPLETE : VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetPhysicalDeviceQueueFamilyPerformanceQueryPassesKHR(
    VkPhysicalDevice physicalDevice, const VkQueryPoolPerformanceCreateInfoKHR *pInfo, uint32_t *pNumPasses)
{
   *pNumPasses = 1;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_AcquireProfilingLockKHR(VkDevice device,
                                                           const VkAcquireProfilingLockInfoKHR *pInfo)
{
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_ReleaseProfilingLockKHR(VkDevice device)
{
}
