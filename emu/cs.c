/* Compute front end: the CS register block of each ring, GO latches, the queue of dispatches in flight.
 *
 * Registers are written by the command processor only; GO copies the block, so that the next dispatch can be
 * set up at once. At most GPU_CS_DEPTH dispatches of a ring are in flight; they may overlap, order between
 * them is the firmware's affair (it waits for INFLIGHT 0). Dispatches of different rings share the workers
 * fairly. Running them is left to pool.c and core/, what a dispatch is to cs_dispatch.c.
 */
#include <stdlib.h>
#include <string.h>
#include "cs.h"
#include "settings.h"

bool emu_cs_create(emu_device *dev)
{
   emu_cs *cs = calloc(1, sizeof *cs);
   if (!cs)
      return false;
   dev->cs = cs;
   cs->dev = dev;
   pthread_mutex_init(&cs->lock, NULL);
   pthread_cond_init(&cs->work, NULL);
   pthread_cond_init(&cs->drained, NULL);
   cs->interp = emu_interp_select(dev->settings.isa);
   cs->programs = emu_program_cache_create(cs->interp, &dev->profile, EMU_CS_PROGRAM_CACHE_B);
   if (!cs->interp || !cs->programs || !emu_pool_start(cs, dev->settings.threads)) {
      emu_cs_destroy(dev);
      return false;
   }
   return true;
}

/* Ask every dispatch in [first, last] rings to stop; those that nobody works on yet go at once. Returns
 * whether some went. */
static bool kill_rings(emu_cs *cs, uint32_t first, uint32_t last)
{
   bool retired = false;
   for (uint32_t r = first; r <= last; r++) {
      emu_dispatch *next;
      for (emu_dispatch *d = cs->rings[r].oldest; d; d = next) {
         next = d->next;
         atomic_store(&d->kill, true);
         if (d->state == EMU_DISPATCH_QUEUED) {
            emu_dispatch_retire(cs, d);
            emu_dispatch_destroy(cs, d);
            retired = true;
         }
      }
   }
   atomic_fetch_add(&cs->epoch, 1);
   return retired;
}

static bool idle(const emu_cs *cs)
{
   for (uint32_t r = 0; r < GPU_RINGS; r++)
      if (cs->rings[r].inflight)
         return false;
   return true;
}

void emu_cs_reset(emu_device *dev)
{
   emu_cs *cs = dev->cs;
   pthread_mutex_lock(&cs->lock);
   kill_rings(cs, 0, GPU_RINGS - 1);
   while (!idle(cs))
      pthread_cond_wait(&cs->drained, &cs->lock);
   for (uint32_t r = 0; r < GPU_RINGS; r++)
      memset(&cs->rings[r], 0, sizeof cs->rings[r]);
   pthread_mutex_unlock(&cs->lock);
}

void emu_cs_destroy(emu_device *dev)
{
   emu_cs *cs = dev->cs;
   if (!cs)
      return;
   if (cs->workers) {
      emu_cs_reset(dev);
      emu_pool_stop(cs);
   }
   emu_program_cache_destroy(cs->programs);
   pthread_cond_destroy(&cs->drained);
   pthread_cond_destroy(&cs->work);
   pthread_mutex_destroy(&cs->lock);
   free(cs);
   dev->cs = NULL;
}

uint32_t emu_cs_read(emu_device *dev, uint32_t ring, uint32_t offset)
{
   emu_cs *cs = dev->cs;
   if (ring >= GPU_RINGS || offset >= GPU_STRIDE_CS || offset % 4)
      return 0;
   pthread_mutex_lock(&cs->lock);
   emu_cs_ring *r = &cs->rings[ring];
   uint32_t value = r->regs[offset / 4];
   switch (offset) {
   case GPU_OFF_CS_GO:
   case GPU_OFF_CS_KILL:
      value = 0;
      break;
   case GPU_OFF_CS_INFLIGHT:
      value = r->inflight;
      break;
   }
   pthread_mutex_unlock(&cs->lock);
   return value;
}

static void go(emu_cs *cs, uint32_t ring)
{
   emu_cs_ring *r = &cs->rings[ring];
   if (r->inflight == GPU_CS_DEPTH)
      return;
   emu_dispatch *d = emu_dispatch_create(ring, r->regs);
   if (!d) { /* never drop work in silence: a fence behind it would lie */
      emu_fault_info f = {.type = GPU_FAULT_EXHAUSTED, .ring = ring, .info = GPU_OFF_CS_GO};
      emu_fault_record(cs->dev, &f);
      return;
   }
   d->job = emu_time_launch(cs->dev, ring, EMU_JOB_DISPATCH, d->regs[GPU_OFF_CS_TAG / 4]);
   *(r->newest ? &r->newest->next : &r->oldest) = d;
   r->newest = d;
   r->inflight++;
   atomic_fetch_add(&cs->epoch, 1);
   pthread_cond_signal(&cs->work);
}

/* Registers that hold what is written; USER1.. have no records of their own. */
static bool is_plain(uint32_t offset)
{
   return offset < GPU_OFF_CS_USER + 4 * GPU_CS_USER_REGS || offset == GPU_OFF_CS_WATCHDOG;
}

void emu_cs_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value)
{
   emu_cs *cs = dev->cs;
   bool retired = false;
   if (ring >= GPU_RINGS || offset >= GPU_STRIDE_CS || offset % 4)
      return;
   pthread_mutex_lock(&cs->lock);
   if (is_plain(offset))
      cs->rings[ring].regs[offset / 4] = value;
   else if (offset == GPU_OFF_CS_GO)
      go(cs, ring);
   else if (offset == GPU_OFF_CS_KILL)
      retired = kill_rings(cs, ring, ring);
   pthread_mutex_unlock(&cs->lock);
   if (retired)
      emu_cp_event(dev, GPU_EVENT_CS);
}
