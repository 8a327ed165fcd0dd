/* VkQueue: one ring of the card, and behind it what the ring has no room for yet. */
#ifndef VKF_QUEUE_H
#define VKF_QUEUE_H

#include <pthread.h>
#include "vkf.h"
#include "vkf_bo.h"
#include "vkf_suballoc.h"

struct vkf_device;
struct vkf_payload;
struct vkf_feeder;

/* What SIGNAL64 and FENCE packets write: 16 bytes, read by host and rings. */
struct vkf_slot {
   uint64_t value, time;
};

/* Packets that are submitted but not in the ring: dw[first] to dw[end - 1]. */
struct vkf_backlog {
   uint32_t *dw;
   size_t first, end, capacity;
};

struct vkf_queue {
   struct vkf_object object;
   struct vkf_device *device;
   uint32_t family, index, ring;
   bool high_priority;
   pthread_mutex_t lock; /* all below */
   struct vkf_bo ring_memory;
   uint32_t wptr; /* dwords put into the ring, modulo 2^32 */
   struct vkf_backlog backlog;
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

/* With the lock held: room for dw more dwords of packets, so that vkf_queue_put cannot fail. */
VkResult vkf_queue_reserve(struct vkf_queue *queue, size_t dw);
/* With the lock held: whether the ring takes all of the backlog and dw more. */
bool vkf_queue_has_room(const struct vkf_queue *queue, size_t dw);
/* With the lock held: append whole packets, [from, to); the card sees them when fed. */
void vkf_queue_put(struct vkf_queue *queue, const uint32_t *from, const uint32_t *to);
/* Give the card what its ring has room for. Never waits; true if something is left over. */
bool vkf_queue_feed_locked(struct vkf_queue *queue);
bool vkf_queue_feed(struct vkf_queue *queue);

/* vkf_feeder.c: the thread that feeds rings which were full. It exists from the first time on that one was. */
VkResult vkf_feeder_wake(struct vkf_device *device);
void vkf_feeder_stop(struct vkf_device *device);

static inline uint64_t vkf_slot_read(const struct vkf_span *span)
{
   return __atomic_load_n(&((const struct vkf_slot *)span->host)->value, __ATOMIC_ACQUIRE);
}

#endif
