/* VkQueue: packets into a ring. Every submission ends in a FENCE packet with the queue's next number; fences
 * and idle waits compare that number with the slot the packet writes. Invariant: never more in the ring than
 * it holds; WPTR moves past whole packets only. Semaphores wait and signal by WAIT_MEM64 and SIGNAL64 on the
 * semaphore's payload. */
#include "vkf_queue.h"
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_fence.h"
#include "vkf_machine.h"
#include "vkf_packet.h"
#include "vkf_semaphore.h"

#define RING_DW 65536u
#define RING_POLL_NS UINT64_C(200000)

static void free_retired(struct vkf_queue *queue, uint64_t finished);

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
   return r;
}

void vkf_queue_destroy(struct vkf_queue *queue)
{
   if (!queue)
      return;
   struct vkf_device *device = queue->device;
   device->queues[queue->ring] = NULL;
   free_retired(queue, UINT64_MAX);
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

/* ---- the ring --------------------------------------------------------------------------------------------
 */
struct room {
   struct vkf_queue *queue;
   uint32_t dw;
};

static bool has_room(void *context)
{
   const struct room *room = context;
   struct vkf_queue *q = room->queue;
   uint32_t rptr = vkf_machine_read(q->device->machine, GPU_REG_AT(RING, RPTR, q->ring));
   return RING_DW - (q->wptr - rptr) >= room->dw;
}

static void ring_kick(struct vkf_queue *queue)
{
   vkf_machine_doorbell(queue->device->machine, queue->ring, queue->wptr);
}

/* Append whole packets, [from, to). Waits for the firmware if the ring is full. */
static VkResult ring_put(struct vkf_queue *queue, const uint32_t *from, const uint32_t *to)
{
   struct room room = {queue, (uint32_t)(to - from)};
   if (!has_room(&room)) {
      ring_kick(queue);
      VkResult r = vkf_device_wait(queue->device, has_room, &room, UINT64_MAX, RING_POLL_NS);
      if (r != VK_SUCCESS)
         return r;
   }
   uint32_t *ring = queue->ring_memory.host;
   for (; from < to; from++)
      ring[queue->wptr++ & (RING_DW - 1)] = *from;
   return VK_SUCCESS;
}

/* ---- submission
 * -------------------------------------------------------------------------------------------- */
static VkResult put_command_buffer(struct vkf_queue *queue, const struct vkf_command_buffer *cmd)
{
   VkResult r = VK_SUCCESS;
   for (const struct vkf_segment *s = cmd->stream.first; s && r == VK_SUCCESS; s = s->next) {
      uint32_t p[8];
      if (s->used_dw)
         r = ring_put(queue, p, vkf_pkt_indirect(p, s->span.va, s->used_dw));
   }
   return r;
}

static VkResult put_wait(struct vkf_queue *queue, struct vkf_semaphore *s, uint64_t value)
{
   struct vkf_payload *p = vkf_semaphore_payload(s);
   uint32_t dw[8];
   VkResult r = ring_put(queue, dw, vkf_pkt_wait_mem64(dw, p->va, s->timeline ? value : vkf_payload_epoch(p)));
   if (p == s->temporary) {
      /* The wait ends the temporary import, yet the card looks at the payload until this submission is done. */
      p->retire_at = queue->submitted + 1;
      p->next = queue->retired;
      queue->retired = p;
      s->temporary = NULL;
   }
   return r;
}

/* Of a shared payload only the value is written: times of two cards do not compare. */
static uint32_t *put_shared_value(uint32_t *dw, const struct vkf_payload *p, uint64_t value)
{
   uint32_t words[2] = {VKF_LO(value), VKF_HI(value)};
   dw = vkf_pkt_barrier(dw, GPU_BARRIER_CS | GPU_BARRIER_DMA, VKF_CACHE_WRITEBACK);
   return vkf_pkt_write(dw, p->va, words, 2);
}

static VkResult put_signal(struct vkf_queue *queue, struct vkf_semaphore *s, uint64_t value)
{
   struct vkf_payload *p = vkf_semaphore_payload(s);
   uint32_t dw[12], *end;
   if (!s->timeline)
      value = __atomic_add_fetch(&p->page->epoch, 1, __ATOMIC_SEQ_CST);
   if (vkf_payload_is_shared(p))
      end = put_shared_value(dw, p, value);
   else if (s->timeline)
      end = vkf_pkt_fence(dw, p->va, value); /* hosts may wait for it: interrupt */
   else
      end = vkf_pkt_signal64(dw, p->va, value);
   return ring_put(queue, dw, end);
}

static void free_retired(struct vkf_queue *queue, uint64_t finished)
{
   for (struct vkf_payload **at = &queue->retired; *at;) {
      struct vkf_payload *p = *at;
      if (p->retire_at > finished) {
         at = &p->next;
         continue;
      }
      *at = p->next;
      vkf_payload_destroy(queue->device, p);
   }
}

/* One batch, from the structures of either submission command. */
struct batch {
   const VkSubmitInfo *info;
   const VkTimelineSemaphoreSubmitInfo *values; /* of info, NULL for none */
   const VkSubmitInfo2 *info2;                  /* NULL: info */
   uint32_t waits, commands, signals;
};

static struct batch batch_of(const VkSubmitInfo *info)
{
   return (struct batch){
       .info = info,
       .values = vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO),
       .waits = info->waitSemaphoreCount,
       .commands = info->commandBufferCount,
       .signals = info->signalSemaphoreCount,
   };
}

static struct batch batch_of2(const VkSubmitInfo2 *info)
{
   return (struct batch){.info2 = info,
                         .waits = info->waitSemaphoreInfoCount,
                         .commands = info->commandBufferInfoCount,
                         .signals = info->signalSemaphoreInfoCount};
}

static const struct vkf_command_buffer *command_of(const struct batch *b, uint32_t i)
{
   return vkf_command_buffer_from(b->info2 ? b->info2->pCommandBufferInfos[i].commandBuffer
                                           : b->info->pCommandBuffers[i]);
}

static VkResult put_wait_of(struct vkf_queue *queue, const struct batch *b, uint32_t i)
{
   if (b->info2)
      return put_wait(queue, vkf_semaphore_from(b->info2->pWaitSemaphoreInfos[i].semaphore),
                      b->info2->pWaitSemaphoreInfos[i].value);
   bool given = b->values && i < b->values->waitSemaphoreValueCount;
   return put_wait(queue, vkf_semaphore_from(b->info->pWaitSemaphores[i]),
                   given ? b->values->pWaitSemaphoreValues[i] : 0);
}

static VkResult put_signal_of(struct vkf_queue *queue, const struct batch *b, uint32_t i)
{
   if (b->info2)
      return put_signal(queue, vkf_semaphore_from(b->info2->pSignalSemaphoreInfos[i].semaphore),
                        b->info2->pSignalSemaphoreInfos[i].value);
   bool given = b->values && i < b->values->signalSemaphoreValueCount;
   return put_signal(queue, vkf_semaphore_from(b->info->pSignalSemaphores[i]),
                     given ? b->values->pSignalSemaphoreValues[i] : 0);
}

static VkResult put_batch(struct vkf_queue *queue, const struct batch *b)
{
   VkResult r = VK_SUCCESS;
   for (uint32_t i = 0; i < b->waits && r == VK_SUCCESS; i++)
      r = put_wait_of(queue, b, i);
   /* Host writes before the submission are visible to it: drop what the caches still hold. */
   uint32_t p[4];
   if (r == VK_SUCCESS && b->commands)
      r = ring_put(queue, p, vkf_pkt_barrier(p, 0, VKF_CACHE_INVALIDATE));
   for (uint32_t i = 0; i < b->commands && r == VK_SUCCESS; i++)
      r = put_command_buffer(queue, command_of(b, i));
   for (uint32_t i = 0; i < b->signals && r == VK_SUCCESS; i++)
      r = put_signal_of(queue, b, i);
   return r;
}

/* The end of a submission: its number, before it the value of a shared fence. */
static VkResult put_fence(struct vkf_queue *queue, struct vkf_fence *fence)
{
   const struct vkf_payload *shared = fence ? vkf_fence_payload(fence) : NULL;
   uint32_t p[16], *end;
   if (shared)
      end = put_shared_value(p, shared, vkf_payload_epoch(shared));
   else
      end = vkf_pkt_barrier(p, GPU_BARRIER_CS | GPU_BARRIER_DMA, VKF_CACHE_WRITEBACK);
   VkResult r = ring_put(queue, p, vkf_pkt_fence(end, queue->slot.va, queue->submitted + 1));
   if (r == VK_SUCCESS)
      queue->submitted++;
   ring_kick(queue);
   if (r == VK_SUCCESS && fence)
      vkf_fence_attach(fence, queue, queue->submitted);
   return r;
}

static VkResult check_batch(struct vkf_queue *queue, const struct batch *b)
{
   for (uint32_t i = 0; i < b->commands; i++)
      if (command_of(b, i)->state != VKF_CMD_EXECUTABLE)
         return vkf_error(queue->device, command_of(b, i), VK_ERROR_UNKNOWN,
                          "vkQueueSubmit: a command buffer that is not executable (not ended, or ended with "
                          "an error)");
   return VK_SUCCESS;
}

/* infos or infos2. */
static VkResult submit(struct vkf_queue *queue, uint32_t count, const VkSubmitInfo *infos,
                       const VkSubmitInfo2 *infos2, struct vkf_fence *fence)
{
   struct vkf_device *device = queue->device;
   if (vkf_device_is_lost(device))
      return VK_ERROR_DEVICE_LOST;
   VkResult r = VK_SUCCESS;
   for (uint32_t i = 0; i < count && r == VK_SUCCESS; i++) {
      struct batch b = infos2 ? batch_of2(&infos2[i]) : batch_of(&infos[i]);
      r = check_batch(queue, &b);
   }
   if (r != VK_SUCCESS)
      return r;
   pthread_mutex_lock(&queue->lock);
   free_retired(queue, vkf_queue_finished(queue));
   for (uint32_t i = 0; i < count && r == VK_SUCCESS; i++) {
      struct batch b = infos2 ? batch_of2(&infos2[i]) : batch_of(&infos[i]);
      r = put_batch(queue, &b);
   }
   if (r == VK_SUCCESS)
      r = put_fence(queue, fence);
   uint64_t number = queue->submitted;
   pthread_mutex_unlock(&queue->lock);
   vkf_debug(device->physical->instance, VKF_DEBUG_SUBMIT, "ring %u: submission %llu, %u batches, result %d",
             queue->ring, (unsigned long long)number, count, r);
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_QueueSubmit(VkQueue queue, uint32_t submitCount,
                                               const VkSubmitInfo *pSubmits, VkFence fence)
{
   return submit(vkf_queue_from(queue), submitCount, pSubmits, NULL, vkf_fence_from(fence));
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_QueueSubmit2KHR(VkQueue queue, uint32_t submitCount,
                                                   const VkSubmitInfo2 *pSubmits, VkFence fence)
{
   return submit(vkf_queue_from(queue), submitCount, NULL, pSubmits, vkf_fence_from(fence));
}

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

/* ---- labels
 * ---------------------------------------------------------------------------------------------------- */
static void put_label(struct vkf_queue *queue, const char *text)
{
   uint32_t p[1 + VKF_LABEL_MAX_DW];
   pthread_mutex_lock(&queue->lock);
   if (!atomic_load(&queue->device->lost))
      ring_put(queue, p, vkf_pkt_label(p, text));
   pthread_mutex_unlock(&queue->lock);
}

VKAPI_ATTR void VKAPI_CALL vkf_QueueBeginDebugUtilsLabelEXT(VkQueue queue,
                                                            const VkDebugUtilsLabelEXT *pLabelInfo)
{
   put_label(vkf_queue_from(queue), pLabelInfo->pLabelName);
}

VKAPI_ATTR void VKAPI_CALL vkf_QueueEndDebugUtilsLabelEXT(VkQueue queue)
{
   put_label(vkf_queue_from(queue), "end");
}

VKAPI_ATTR void VKAPI_CALL vkf_QueueInsertDebugUtilsLabelEXT(VkQueue queue,
                                                             const VkDebugUtilsLabelEXT *pLabelInfo)
{
   put_label(vkf_queue_from(queue), pLabelInfo->pLabelName);
}
