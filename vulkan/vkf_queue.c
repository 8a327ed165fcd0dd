/* VkQueue: the object, its ring and its backlog. All packets pass through the backlog, from where they are fed into
 * the ring as far as it has room. Invariant: never more in the ring than it holds; WPTR moves past whole
 * packets only. What submissions consist of is in vkf_submit.c. */
#include "vkf_queue.h"
#include <assert.h>
#include "vkf_device.h"
#include "vkf_machine.h"
#include "vkf_packet.h"
#include "vkf_submit.h"

#define RING_DW 65536u
#define BACKLOG_DW 4096u /* to begin with */

/* ---- life ---------------------------------------------------------------------------------------------- */
VkResult vkf_queue_create(struct vkf_device *device, uint32_t family, uint32_t index, bool high_priority)
{
   uint32_t ring = index;
   for (uint32_t f = 0; f < family; f++)
      ring += vkf_queue_families[f].queueCount;
   struct vkf_queue *q = vkf_device_object(device, NULL, sizeof *q, VK_OBJECT_TYPE_QUEUE);
   if (!q)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   q->device = device;
   q->family = family;
   q->index = index;
   q->ring = ring;
   q->high_priority = high_priority;
   pthread_mutex_init(&q->lock, NULL);
   device->queues[ring] = q;
   VkResult r = vkf_bo_create(device, VKF_PLACE_SYSTEM, RING_DW * 4, NULL, true, &q->ring_memory);
   if (r == VK_SUCCESS)
      r = vkf_span_take(&device->slots, sizeof(struct vkf_slot), 16, &q->slot);
   if (r == VK_SUCCESS)
      memset(q->slot.host, 0, sizeof(struct vkf_slot));
   return r == VK_SUCCESS ? vkf_queue_reserve(q, BACKLOG_DW) : r;
}

void vkf_queue_destroy(struct vkf_queue *queue)
{
   if (!queue)
      return;
   struct vkf_device *device = queue->device;
   device->queues[queue->ring] = NULL;
   vkf_submit_free_retired(queue, UINT64_MAX);
   vkf_free(device->alloc, queue->backlog.dw);
   vkf_span_give(&device->slots, &queue->slot);
   vkf_bo_destroy(device, &queue->ring_memory);
   pthread_mutex_destroy(&queue->lock);
   vkf_object_delete(NULL, device->alloc, queue);
}

void vkf_queue_start(struct vkf_queue *queue)
{
   struct vkf_machine *m = queue->device->machine;
   vkf_machine_write64(m, GPU_REG_AT(RING, BASE_LO, queue->ring), queue->ring_memory.va);
   vkf_machine_write(m, GPU_REG_AT(RING, SIZE_DW, queue->ring), RING_DW);
   vkf_machine_write(m, GPU_REG_AT(RING, PRIORITY, queue->ring), queue->high_priority);
   vkf_machine_write(m, GPU_REG_AT(RING, WPTR, queue->ring), 0);
   vkf_machine_write(m, GPU_REG_AT(RING, ENABLE, queue->ring), 1);
}

uint64_t vkf_queue_finished(const struct vkf_queue *queue)
{
   return vkf_slot_read(&queue->slot);
}

/* ---- ring and backlog ------------------------------------------------------------------------------------ */
VkResult vkf_queue_reserve(struct vkf_queue *queue, size_t dw)
{
   struct vkf_backlog *b = &queue->backlog;
   size_t used = b->end - b->first;
   if (dw <= b->capacity - b->end)
      return VK_SUCCESS;
   if (used + dw <= b->capacity / 2) {
      memmove(b->dw, b->dw + b->first, used * sizeof *b->dw);
      b->first = 0;
      b->end = used;
      return VK_SUCCESS;
   }
   size_t capacity = VKF_MAX(b->end + dw, 2 * b->capacity);
   uint32_t *grown = vkf_realloc(queue->device->alloc, b->dw, b->capacity * sizeof *b->dw,
                                 capacity * sizeof *b->dw, VK_SYSTEM_ALLOCATION_SCOPE_DEVICE);
   if (!grown)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   b->dw = grown;
   b->capacity = capacity;
   return VK_SUCCESS;
}

void vkf_queue_put(struct vkf_queue *queue, const uint32_t *from, const uint32_t *to)
{
   struct vkf_backlog *b = &queue->backlog;
   size_t dw = (size_t)(to - from);
   assert(dw <= b->capacity - b->end);
   memcpy(b->dw + b->end, from, dw * sizeof *from);
   b->end += dw;
}

static uint32_t room_dw(const struct vkf_queue *queue)
{
   uint32_t rptr = vkf_machine_read(queue->device->machine, GPU_REG_AT(RING, RPTR, queue->ring));
   return RING_DW - (queue->wptr - rptr);
}

bool vkf_queue_has_room(const struct vkf_queue *queue, size_t dw)
{
   return queue->backlog.end - queue->backlog.first + dw <= room_dw(queue);
}

static uint32_t packet_dw(uint32_t header)
{
   return 1 + (header >> 8 & 0xffff);
}

bool vkf_queue_feed_locked(struct vkf_queue *queue)
{
   struct vkf_backlog *b = &queue->backlog;
   if (b->first == b->end)
      return false;
   uint32_t *ring = queue->ring_memory.host, wptr = queue->wptr, room = room_dw(queue);
   while (b->first < b->end) {
      uint32_t dw = packet_dw(b->dw[b->first]);
      if (dw > room)
         break;
      room -= dw;
      for (; dw; dw--)
         ring[wptr++ & (RING_DW - 1)] = b->dw[b->first++];
   }
   if (wptr != queue->wptr) {
      queue->wptr = wptr;
      vkf_machine_doorbell(queue->device->machine, queue->ring, wptr);
   }
   if (b->first < b->end)
      return true;
   b->first = b->end = 0;
   return false;
}

bool vkf_queue_feed(struct vkf_queue *queue)
{
   pthread_mutex_lock(&queue->lock);
   bool left = vkf_queue_feed_locked(queue);
   pthread_mutex_unlock(&queue->lock);
   return left;
}

/* ---- waiting -------------------------------------------------------------------------------------------- */
struct idle {
   struct vkf_queue *queue;
   uint64_t number;
};

static bool is_idle(void *context)
{
   const struct idle *idle = context;
   return vkf_queue_finished(idle->queue) >= idle->number;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_QueueWaitIdle(VkQueue queue_)
{
   struct vkf_queue *queue = vkf_queue_from(queue_);
   pthread_mutex_lock(&queue->lock);
   struct idle idle = {queue, queue->submitted};
   pthread_mutex_unlock(&queue->lock);
   return vkf_device_wait(queue->device, is_idle, &idle, UINT64_MAX, 0);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_QueueBindSparse(VkQueue queue_, uint32_t bindInfoCount,
                                                   const VkBindSparseInfo *pBindInfo, VkFence fence)
{
   return vkf_error(vkf_queue_from(queue_)->device, vkf_queue_from(queue_), VK_ERROR_UNKNOWN,
                    "vkQueueBindSparse: sparse binding is not supported");
}

/* ---- labels ---------------------------------------------------------------------------------------------- */
static void put_label(struct vkf_queue *queue, const char *text, uint32_t flags)
{
   uint32_t p[1 + VKF_LABEL_MAX_DW], *end = vkf_pkt_label(p, text, flags);
   pthread_mutex_lock(&queue->lock);
   /* A label that there is no memory for is lost, nothing else. */
   if (vkf_queue_reserve(queue, (size_t)(end - p)) == VK_SUCCESS)
      vkf_queue_put(queue, p, end);
   bool left = vkf_queue_feed_locked(queue);
   pthread_mutex_unlock(&queue->lock);
   if (left)
      vkf_feeder_wake(queue->device);
}

VKAPI_ATTR void VKAPI_CALL vkf_QueueBeginDebugUtilsLabelEXT(VkQueue queue,
                                                            const VkDebugUtilsLabelEXT *pLabelInfo)
{
   put_label(vkf_queue_from(queue), pLabelInfo->pLabelName, GPU_PKT_F_PUSH);
}

VKAPI_ATTR void VKAPI_CALL vkf_QueueEndDebugUtilsLabelEXT(VkQueue queue)
{
   put_label(vkf_queue_from(queue), "", GPU_PKT_F_POP);
}

VKAPI_ATTR void VKAPI_CALL vkf_QueueInsertDebugUtilsLabelEXT(VkQueue queue,
                                                             const VkDebugUtilsLabelEXT *pLabelInfo)
{
   put_label(vkf_queue_from(queue), pLabelInfo->pLabelName, 0);
}
