/* Submissions as packets. Each ends in a FENCE packet with the queue's next number; fences and idle waits compare that
 * number with the slot the packet writes. Semaphores wait and signal by WAIT_MEM64 and SIGNAL64 on the
 * semaphore's payload. Invariant: memory for all packets of a submission is there before the first is written,
 * so a submission happens as a whole or not at all; and it never waits for anything. */
#include "vkf_submit.h"
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_fence.h"
#include "vkf_packet.h"
#include "vkf_queue.h"
#include "vkf_semaphore.h"

#define SHARED_VALUE_DW (VKF_PKT_DW(BARRIER) + VKF_PKT_WRITE_DW(2))
#define SIGNAL_DW VKF_MAX(SHARED_VALUE_DW, VKF_MAX(VKF_PKT_DW(FENCE), VKF_PKT_DW(SIGNAL64)))
#define END_DW (SHARED_VALUE_DW + VKF_PKT_DW(FENCE))

/* ---- batches, from the structures of either command ------------------------------------------------------- */
struct batch {
   const VkSubmitInfo *info;
   const VkTimelineSemaphoreSubmitInfo *values; /* of info, NULL for none */
   const VkSubmitInfo2 *info2;                  /* NULL: info */
   uint32_t waits, commands, signals;
};

struct submission {
   uint32_t count;
   const VkSubmitInfo *infos;
   const VkSubmitInfo2 *infos2; /* NULL: infos */
   struct vkf_fence *fence;
};

static struct batch batch_of(const struct submission *s, uint32_t i)
{
   if (s->infos2)
      return (struct batch){.info2 = &s->infos2[i],
                            .waits = s->infos2[i].waitSemaphoreInfoCount,
                            .commands = s->infos2[i].commandBufferInfoCount,
                            .signals = s->infos2[i].signalSemaphoreInfoCount};
   const VkSubmitInfo *info = &s->infos[i];
   return (struct batch){
       .info = info,
       .values = vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO),
       .waits = info->waitSemaphoreCount,
       .commands = info->commandBufferCount,
       .signals = info->signalSemaphoreCount,
   };
}

static const struct vkf_command_buffer *command_of(const struct batch *b, uint32_t i)
{
   return vkf_command_buffer_from(b->info2 ? b->info2->pCommandBufferInfos[i].commandBuffer
                                           : b->info->pCommandBuffers[i]);
}

static VkResult check(struct vkf_queue *queue, const struct submission *s)
{
   for (uint32_t n = 0; n < s->count; n++) {
      struct batch b = batch_of(s, n);
      for (uint32_t i = 0; i < b.commands; i++)
         if (command_of(&b, i)->state != VKF_CMD_EXECUTABLE)
            return vkf_error(queue->device, command_of(&b, i), VK_ERROR_UNKNOWN,
                             "vkQueueSubmit: a command buffer that is not executable (not ended, or ended "
                             "with an error)");
   }
   return VK_SUCCESS;
}

static size_t commands_dw(const struct vkf_command_buffer *cmd)
{
   size_t dw = 0;
   for (const struct vkf_segment *s = cmd->stream.first; s; s = s->next)
      dw += VKF_PKT_DW(INDIRECT);
   return dw;
}

/* At least what the submission's packets take. */
static size_t submission_dw(const struct submission *s)
{
   size_t dw = END_DW;
   for (uint32_t n = 0; n < s->count; n++) {
      struct batch b = batch_of(s, n);
      dw += (size_t)b.waits * VKF_PKT_DW(WAIT_MEM64) + VKF_PKT_DW(BARRIER) + (size_t)b.signals * SIGNAL_DW;
      for (uint32_t i = 0; i < b.commands; i++)
         dw += commands_dw(command_of(&b, i));
   }
   return dw;
}

/* ---- packets --------------------------------------------------------------------------------------------- */
static void put_command_buffer(struct vkf_queue *queue, const struct vkf_command_buffer *cmd)
{
   for (const struct vkf_segment *s = cmd->stream.first; s; s = s->next) {
      uint32_t p[VKF_PKT_DW(INDIRECT)];
      if (s->used_dw)
         vkf_queue_put(queue, p, vkf_pkt_indirect(p, s->span.va, s->used_dw));
   }
}

static void put_wait(struct vkf_queue *queue, struct vkf_semaphore *s, uint64_t value)
{
   struct vkf_payload *p = vkf_semaphore_payload(s);
   uint32_t dw[VKF_PKT_DW(WAIT_MEM64)];
   vkf_queue_put(queue, dw, vkf_pkt_wait_mem64(dw, p->va, s->timeline ? value : vkf_payload_epoch(p)));
   if (p == s->temporary) {
      /* The wait ends the temporary import, yet the card looks at the payload until this submission is done. */
      p->retire_at = queue->submitted + 1;
      p->next = queue->retired;
      queue->retired = p;
      s->temporary = NULL;
   }
}

/* Of a shared payload only the value is written: times of two cards do not compare. */
static uint32_t *put_shared_value(uint32_t *dw, const struct vkf_payload *p, uint64_t value)
{
   uint32_t words[2] = {VKF_LO(value), VKF_HI(value)};
   dw = vkf_pkt_barrier(dw, GPU_BARRIER_CS | GPU_BARRIER_DMA, VKF_CACHE_WRITEBACK);
   return vkf_pkt_write(dw, p->va, words, 2);
}

static void put_signal(struct vkf_queue *queue, struct vkf_semaphore *s, uint64_t value)
{
   struct vkf_payload *p = vkf_semaphore_payload(s);
   uint32_t dw[SIGNAL_DW], *end;
   if (!s->timeline)
      value = __atomic_add_fetch(&p->page->epoch, 1, __ATOMIC_SEQ_CST);
   if (vkf_payload_is_shared(p))
      end = put_shared_value(dw, p, value);
   else if (s->timeline)
      end = vkf_pkt_fence(dw, p->va, value); /* hosts may wait for it: interrupt */
   else
      end = vkf_pkt_signal64(dw, p->va, value);
   vkf_queue_put(queue, dw, end);
}

static void put_wait_of(struct vkf_queue *queue, const struct batch *b, uint32_t i)
{
   if (b->info2) {
      const VkSemaphoreSubmitInfo *s = &b->info2->pWaitSemaphoreInfos[i];
      put_wait(queue, vkf_semaphore_from(s->semaphore), s->value);
      return;
   }
   bool given = b->values && i < b->values->waitSemaphoreValueCount;
   put_wait(queue, vkf_semaphore_from(b->info->pWaitSemaphores[i]),
            given ? b->values->pWaitSemaphoreValues[i] : 0);
}

static void put_signal_of(struct vkf_queue *queue, const struct batch *b, uint32_t i)
{
   if (b->info2) {
      const VkSemaphoreSubmitInfo *s = &b->info2->pSignalSemaphoreInfos[i];
      put_signal(queue, vkf_semaphore_from(s->semaphore), s->value);
      return;
   }
   bool given = b->values && i < b->values->signalSemaphoreValueCount;
   put_signal(queue, vkf_semaphore_from(b->info->pSignalSemaphores[i]),
              given ? b->values->pSignalSemaphoreValues[i] : 0);
}

static void put_batch(struct vkf_queue *queue, const struct batch *b)
{
   for (uint32_t i = 0; i < b->waits; i++)
      put_wait_of(queue, b, i);
   /* Host writes before the submission are visible to it: drop what the caches still hold. */
   uint32_t p[VKF_PKT_DW(BARRIER)];
   if (b->commands)
      vkf_queue_put(queue, p, vkf_pkt_barrier(p, 0, VKF_CACHE_INVALIDATE));
   for (uint32_t i = 0; i < b->commands; i++)
      put_command_buffer(queue, command_of(b, i));
   for (uint32_t i = 0; i < b->signals; i++)
      put_signal_of(queue, b, i);
}

/* The end of a submission: its number, before it the value of a shared fence. */
static void put_end(struct vkf_queue *queue, struct vkf_fence *fence)
{
   const struct vkf_payload *shared = fence ? vkf_fence_payload(fence) : NULL;
   uint32_t p[END_DW], *end;
   if (shared)
      end = put_shared_value(p, shared, vkf_payload_epoch(shared));
   else
      end = vkf_pkt_barrier(p, GPU_BARRIER_CS | GPU_BARRIER_DMA, VKF_CACHE_WRITEBACK);
   queue->submitted++;
   vkf_queue_put(queue, p, vkf_pkt_fence(end, queue->slot.va, queue->submitted));
   if (fence)
      vkf_fence_attach(fence, queue, queue->submitted);
}

/* ---- submission ------------------------------------------------------------------------------------------- */
void vkf_submit_free_retired(struct vkf_queue *queue, uint64_t finished)
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

/* With the queue's lock held. */
static VkResult put_submission(struct vkf_queue *queue, const struct submission *s)
{
   size_t dw = submission_dw(s);
   VkResult r = vkf_queue_reserve(queue, dw);
   /* Who is to feed the rest must exist before there is one. It waits for the lock. */
   if (r == VK_SUCCESS && !vkf_queue_has_room(queue, dw))
      r = vkf_feeder_wake(queue->device);
   if (r != VK_SUCCESS)
      return r;
   vkf_submit_free_retired(queue, vkf_queue_finished(queue));
   for (uint32_t n = 0; n < s->count; n++) {
      struct batch b = batch_of(s, n);
      put_batch(queue, &b);
   }
   put_end(queue, s->fence);
   vkf_queue_feed_locked(queue);
   return VK_SUCCESS;
}

static VkResult submit(struct vkf_queue *queue, const struct submission *s)
{
   struct vkf_device *device = queue->device;
   if (vkf_device_is_lost(device))
      return VK_ERROR_DEVICE_LOST;
   VkResult r = check(queue, s);
   if (r != VK_SUCCESS)
      return r;
   pthread_mutex_lock(&queue->lock);
   r = put_submission(queue, s);
   uint64_t number = queue->submitted;
   pthread_mutex_unlock(&queue->lock);
   vkf_debug(device->physical->instance, VKF_DEBUG_SUBMIT, "ring %u: submission %llu, %u batches, result %d",
             queue->ring, (unsigned long long)number, s->count, r);
   return r;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_QueueSubmit(VkQueue queue, uint32_t submitCount,
                                               const VkSubmitInfo *pSubmits, VkFence fence)
{
   struct submission s = {.count = submitCount, .infos = pSubmits, .fence = vkf_fence_from(fence)};
   return submit(vkf_queue_from(queue), &s);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_QueueSubmit2KHR(VkQueue queue, uint32_t submitCount,
                                                   const VkSubmitInfo2 *pSubmits, VkFence fence)
{
   struct submission s = {.count = submitCount, .infos2 = pSubmits, .fence = vkf_fence_from(fence)};
   return submit(vkf_queue_from(queue), &s);
}
