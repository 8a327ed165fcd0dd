/* VkQueryPool. A query is a slot of 64-bit values (one, or one for each statistic asked for) and its availability, which
 * is 0 or 1. The card's counters that a slot is filled from are listed in the order of its values; of those that vertex streams have, the counters of stream 0. */
#ifndef VKF_QUERY_POOL_H
#define VKF_QUERY_POOL_H

#include "vkf.h"
#include "vkf_suballoc.h"

#define VKF_QUERY_STATISTICS 11u /* of VkQueryPipelineStatisticFlagBits */

struct vkf_query_pool {
   struct vkf_object object;
   uint32_t count;
   uint32_t values;                         /* of one query */
   bool counted;                            /* filled by begin and end; otherwise a timestamp */
   bool streams;                            /* there is a counter for each vertex stream, one behind the other */
   bool performance;                        /* results are 64 bits wide whatever is asked */
   struct vkf_span span;
   uint32_t counters[]; /* enum gpu_counter, a value each */
};
VKF_HANDLE(vkf_query_pool, VkQueryPool)

/* How many of count queries from first on there are: never more than the pool holds, whatever is asked. */
static inline uint32_t vkf_query_count(const struct vkf_query_pool *p, uint32_t first, uint32_t count)
{
   return first < p->count ? VKF_MIN(count, p->count - first) : 0;
}
static inline uint64_t vkf_query_size_B(const struct vkf_query_pool *p)
{
   return 8 * (uint64_t)(p->values + 1);
}
static inline uint64_t vkf_query_va(const struct vkf_query_pool *p, uint32_t i)
{
   return p->span.va + i * vkf_query_size_B(p);
}
static inline uint64_t vkf_query_available_va(const struct vkf_query_pool *p, uint32_t i)
{
   return vkf_query_va(p, i) + 8 * (uint64_t)p->values;
}
/* The query's values as the host sees them, availability behind them. */
static inline uint64_t *vkf_query_host(const struct vkf_query_pool *p, uint32_t i)
{
   return (uint64_t *)p->span.host + i * (uint64_t)(p->values + 1);
}

/* vkf_performance_query.c: how many counters VK_KHR_performance_query lists, and the card's number of one (GPU_COUNTER_COUNT: none). */
uint32_t vkf_performance_counters(void);
uint32_t vkf_performance_counter(uint32_t index);

#endif
