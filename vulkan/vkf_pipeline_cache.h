/* VkPipelineCache: compiled programs by the hash of everything that went into them. */
#ifndef VKF_PIPELINE_CACHE_H
#define VKF_PIPELINE_CACHE_H

#include <pthread.h>
#include "sc.h"
#include "vkf.h"

struct vkf_cache_key {
   uint64_t lo, hi;
};

struct vkf_cache_entry;

struct vkf_pipeline_cache {
   struct vkf_object object;
   const VkAllocationCallbacks *alloc; /* of the entries */
   VkAllocationCallbacks alloc_copy;
   pthread_mutex_t lock;
   struct vkf_cache_entry **entries; /* sorted by key */
   uint32_t count, capacity;
};
VKF_HANDLE(vkf_pipeline_cache, VkPipelineCache)

struct vkf_cache_key vkf_cache_key_of(const sc_input *in);
/* A copy to be freed with sc_program_finish; false if the cache (or NULL) does not hold it. */
bool vkf_pipeline_cache_find(struct vkf_pipeline_cache *cache, struct vkf_cache_key key, sc_program *out);
void vkf_pipeline_cache_add(struct vkf_pipeline_cache *cache, struct vkf_cache_key key,
                            const sc_program *program);

#endif
