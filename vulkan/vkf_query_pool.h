/* VkQueryPool: 16 bytes a query, value and availability. */
#ifndef VKF_QUERY_POOL_H
#define VKF_QUERY_POOL_H

#include "vkf.h"
#include "vkf_suballoc.h"

struct vkf_query {
   uint64_t value;
   uint64_t available; /* 0 or 1 */
};

struct vkf_query_pool {
   struct vkf_object object;
   uint32_t count;
   struct vkf_span span;
};
VKF_HANDLE(vkf_query_pool, VkQueryPool)

/* How many of count queries from first on there are: never more than the pool holds, whatever is asked. */
static inline uint32_t vkf_query_count(const struct vkf_query_pool *p, uint32_t first, uint32_t count)
{
   return first < p->count ? VKF_MIN(count, p->count - first) : 0;
}
static inline uint64_t vkf_query_va(const struct vkf_query_pool *p, uint32_t i)
{
   return p->span.va + i * sizeof(struct vkf_query);
}
static inline uint64_t vkf_query_available_va(const struct vkf_query_pool *p, uint32_t i)
{
   return vkf_query_va(p, i) + offsetof(struct vkf_query, available);
}

#endif
