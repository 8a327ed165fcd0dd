/* Small pieces of the driver's own GPU memory: programs, command segments, descriptors, semaphore and query
 * slots. */
#ifndef VKF_SUBALLOC_H
#define VKF_SUBALLOC_H

#include <pthread.h>
#include "vkf_bo.h"

struct vkf_suballoc_block;

struct vkf_suballoc {
   struct vkf_device *device;
   enum vkf_place place;
   uint64_t block_B;
   pthread_mutex_t lock;
   struct vkf_suballoc_block *blocks;
};

/* A piece: host-visible and GPU-visible. Contents are whatever the last owner (the driver itself) left. */
struct vkf_span {
   struct vkf_suballoc_block *block; /* NULL: empty */
   uint64_t va, size_B;
   void *host;
};

void vkf_suballoc_init(struct vkf_suballoc *s, struct vkf_device *device, enum vkf_place place,
                       uint64_t block_B);
void vkf_suballoc_finish(struct vkf_suballoc *s);
VkResult vkf_span_take(struct vkf_suballoc *s, uint64_t size_B, uint64_t align_B, struct vkf_span *out);
void vkf_span_give(struct vkf_suballoc *s, struct vkf_span *span);

#endif
