/* Interrupt line: pending bits and a sequence number that the host sleeps on. Every change from "enabled cause absent" to "raised" counts,
 * also when ENABLE uncovers a pending bit, so that no interrupt is lost between reading STATUS and sleeping.
 */
#include "blocks.h"
#include "clock.h"
#include "settings.h"
#include <stdlib.h>

struct emu_irq {
   pthread_mutex_t lock;
   pthread_cond_t raised;
   uint64_t sequence;
   uint32_t status, enable;
};

static void interrupt(struct emu_irq *q)
{
   q->sequence++;
   pthread_cond_broadcast(&q->raised);
}

void emu_irq_raise(emu_device *dev, uint32_t status_bits)
{
   struct emu_irq *q = dev->irq;
   pthread_mutex_lock(&q->lock);
   q->status |= status_bits;
   if (status_bits & q->enable)
      interrupt(q);
   pthread_mutex_unlock(&q->lock);
   emu_debug(dev, IRQ, "raise %08x", status_bits);
}

uint64_t emu_irq_wait(emu_device *dev, uint64_t last_seq, int64_t timeout_ns)
{
   struct emu_irq *q = dev->irq;
   uint64_t now = timeout_ns > 0 ? emu_clock_ns() : 0;
   uint64_t deadline = timeout_ns > 0 && (uint64_t)timeout_ns < UINT64_MAX / 2 - now ? now + (uint64_t)timeout_ns : UINT64_MAX / 2;
   pthread_mutex_lock(&q->lock);
   while (q->sequence == last_seq && timeout_ns != 0) {
      if (timeout_ns < 0)
         pthread_cond_wait(&q->raised, &q->lock);
      else if (!emu_cond_wait_until(&q->raised, &q->lock, deadline))
         break;
   }
   uint64_t sequence = q->sequence;
   pthread_mutex_unlock(&q->lock);
   return sequence;
}

void emu_irq_wake(emu_device *dev)
{
   pthread_mutex_lock(&dev->irq->lock);
   interrupt(dev->irq);
   pthread_mutex_unlock(&dev->irq->lock);
}

uint32_t emu_irq_read(emu_device *dev, uint32_t offset)
{
   struct emu_irq *q = dev->irq;
   pthread_mutex_lock(&q->lock);
   uint32_t value = offset == GPU_OFF_IRQ_STATUS ? q->status : offset == GPU_OFF_IRQ_ENABLE ? q->enable : 0;
   pthread_mutex_unlock(&q->lock);
   return value;
}

void emu_irq_write(emu_device *dev, uint32_t offset, uint32_t value)
{
   struct emu_irq *q = dev->irq;
   if (offset == GPU_OFF_IRQ_RAISE) {
      emu_irq_raise(dev, value);
      return;
   }
   pthread_mutex_lock(&q->lock);
   if (offset == GPU_OFF_IRQ_STATUS) {
      q->status &= ~value;
   } else if (offset == GPU_OFF_IRQ_ENABLE) {
      uint32_t uncovered = q->status & value & ~q->enable;
      q->enable = value;
      if (uncovered)
         interrupt(q);
   }
   pthread_mutex_unlock(&q->lock);
}

void emu_irq_reset(emu_device *dev)
{
   emu_irq_write(dev, GPU_OFF_IRQ_STATUS, ~0u);
}

bool emu_irq_create(emu_device *dev)
{
   struct emu_irq *q = calloc(1, sizeof(*q));
   if (!q || pthread_mutex_init(&q->lock, NULL) != 0) {
      free(q);
      return false;
   }
   if (!emu_cond_init(&q->raised)) {
      pthread_mutex_destroy(&q->lock);
      free(q);
      return false;
   }
   q->enable = 0xffffffffu; /* reset value in regs.def */
   dev->irq = q;
   return true;
}

void emu_irq_destroy(emu_device *dev)
{
   pthread_cond_destroy(&dev->irq->raised);
   pthread_mutex_destroy(&dev->irq->lock);
   free(dev->irq);
   dev->irq = NULL;
}
