/* VkQueue: one ring of the card. */
#ifndef VKF_QUEUE_H
#define VKF_QUEUE_H

#include <pthread.h>
#include "vkf.h"
#include "vkf_bo.h"
#include "vkf_suballoc.h"

struct vkf_device;
struct vkf_payload;

/* What SIGNAL64 and FENCE packets write: 16 bytes, read by host and rings. */
struct vkf_slot {
   uint64_t value, time;
};

struct vkf_queue {
   struct vkf_object object;
   struct vkf_device *device;
   uint32_t family, index, ring;
   bool high_priority;
   pthread_mutex_t lock; /* wptr, submitted, retired */
   struct vkf_bo ring_memory;
   uint32_t wptr;        /* dwords put into the ring, modulo 2^32 */
   struct vkf_span slot; /* struct vkf_slot: number of the last finished submission */
   uint64_t submitted;   /* number of the last submission */
   struct vkf_payload *retired; /* temporary imports that submitted waits still look at */
};
VKF_HANDLE(vkf_queue, VkQueue)

/* Enters itself into device->queues, where the device's destruction finds it even if this fails. */
VkResult vkf_queue_create(struct vkf_device *device, uint32_t family, uint32_t index, bool high_priority);
void vkf_queue_destroy(struct vkf_queue *queue);
/* Tell the card about the ring; the firmware runs. */
void vkf_queue_start(struct vkf_queue *queue);
/* The last submission that is done. */
uint64_t vkf_queue_finished(const struct vkf_queue *queue);

static inline uint64_t vkf_slot_read(const struct vkf_span *span)
{
   return __atomic_load_n(&((const struct vkf_slot *)span->host)->value, __ATOMIC_ACQUIRE);
}

#endif
