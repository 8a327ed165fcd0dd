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

static inline uint64_t vkf_query_va(const struct vkf_query_pool *p, uint32_t i)
{
   return p->span.va + i * sizeof(struct vkf_query);
}
static inline uint64_t vkf_query_available_va(const struct vkf_query_pool *p, uint32_t i)
{
   return vkf_query_va(p, i) + offsetof(struct vkf_query, available);
}

#endif
