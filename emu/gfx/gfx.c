/* Graphics front end: its register block, GO latches, the queue of draws and clears in flight, KILL and reset.
 *
 * Registers are written by the command processor only; GO copies the block, so that the next draw can be set
 * up at once. Draws run one after another in the order of their GO; a fault drops those behind it and stops
 * the front end until KILL, so that nothing is drawn on top of a hole. Running a draw is left to gfx_draw.c
 * and the files behind it.
 */
#include <stdlib.h>
#include "lanes.h"
#include "settings.h"

#define PROGRAM_CACHE_B (32u << 20)
#define BATCHES 64u

bool emu_gfx_create(emu_device *dev)
{
   emu_gfx *g = calloc(1, sizeof *g);
   if (!g)
      return false;
   dev->gfx = g;
   g->dev = dev;
   pthread_mutex_init(&g->lock, NULL);
   pthread_cond_init(&g->work, NULL);
   pthread_cond_init(&g->done, NULL);
   pthread_cond_init(&g->drained, NULL);
   g->interp = emu_interp_select(dev->settings.isa);
   g->lanes = gfx_lanes_select(g->interp);
   g->programs = emu_program_cache_create(g->interp, &dev->profile, PROGRAM_CACHE_B);
   g->batches = calloc(BATCHES, sizeof *g->batches);
   g->batch_count = BATCHES;
   if (!g->interp || !g->programs || !g->batches || !gfx_pool_start(g, dev->settings.threads)) {
      emu_gfx_destroy(dev);
      return false;
   }
   return true;
}

/* Draws that nobody works on go at once, the one at work as soon as its waves give way. True if some went. */
static bool kill_draws(emu_gfx *g)
{
   bool gone = false;
   gfx_draw *next;
   for (gfx_draw *d = g->oldest; d; d = next) {
      next = d->next;
      atomic_store(&d->kill, true);
      if (!(g->busy && d == g->oldest)) {
         gfx_retire(g, d);
         gone = true;
      }
   }
   return gone;
}

void emu_gfx_reset(emu_device *dev)
{
   emu_gfx *g = dev->gfx;
   if (!g)
      return;
   pthread_mutex_lock(&g->lock);
   kill_draws(g);
   while (g->inflight)
      pthread_cond_wait(&g->drained, &g->lock);
   memset(g->regs, 0, sizeof g->regs);
   g->stopped = false;
   pthread_mutex_unlock(&g->lock);
}

void emu_gfx_destroy(emu_device *dev)
{
   emu_gfx *g = dev->gfx;
   if (!g)
      return;
   if (g->workers) {
      emu_gfx_reset(dev);
      gfx_pool_stop(g);
   }
   for (unsigned i = 0; i < GPU_STAGE_COUNT && g->programs; i++)
      emu_program_cache_put(g->programs, g->kept[i].program);
   emu_program_cache_destroy(g->programs);
   for (uint32_t i = 0; i < g->batch_count && g->batches; i++) {
      gfx_arena_free(&g->batches[i].arena);
      free(g->batches[i].out.list);
      free(g->batches[i].prims);
   }
   free(g->batches);
   gfx_bins_free(g);
   pthread_cond_destroy(&g->drained);
   pthread_cond_destroy(&g->done);
   pthread_cond_destroy(&g->work);
   pthread_mutex_destroy(&g->lock);
   free(g);
   dev->gfx = NULL;
}

void gfx_retire(emu_gfx *g, gfx_draw *d)
{
   gfx_draw **at = &g->oldest, *previous = NULL;
   while (*at != d) {
      previous = *at;
      at = &previous->next;
   }
   *at = d->next;
   if (g->newest == d)
      g->newest = previous;
   g->inflight--;
   if (d->job)
      emu_time_finish(d->job, d->units, gfx_killed(d));
   free(d);
   pthread_cond_broadcast(&g->drained);
}

uint32_t emu_gfx_read(emu_device *dev, uint32_t offset)
{
   emu_gfx *g = dev->gfx;
   if (offset >= GPU_STRIDE_GFX || offset % 4)
      return 0;
   pthread_mutex_lock(&g->lock);
   uint32_t value = g->regs[offset / 4];
   switch (offset) {
   case GPU_OFF_GFX_INFLIGHT:
      value = g->inflight;
      break;
   }
   pthread_mutex_unlock(&g->lock);
   return value;
}

/* False: dropped. */
static bool go(emu_gfx *g, uint32_t command, emu_time_job *job)
{
   if (g->inflight == GPU_GFX_DEPTH || g->stopped)
      return false;
   gfx_draw *d = calloc(1, sizeof *d);
   if (!d) { /* never drop work in silence: a fence behind it would lie */
      g->stopped = true;
      emu_fault_record(g->dev, &(emu_fault_info){.type = GPU_FAULT_EXHAUSTED, .info = GPU_OFF_GFX_GO});
      return false;
   }
   d->number = ++g->draws;
   memcpy(d->state.regs, g->regs, sizeof d->state.regs);
   d->clears = command == GPU_GFX_CLEAR;
   d->job = job;
   *(g->newest ? &g->newest->next : &g->oldest) = d;
   g->newest = d;
   g->inflight++;
   pthread_cond_signal(&g->work);
   return true;
}

static bool is_plain(uint32_t offset)
{
   return offset <= GPU_OFF_GFX_WATCHDOG ||
          (offset >= GPU_OFF_GFX_XFB_WRITTEN && offset < GPU_OFF_GFX_CLEAR + 32);
}

void emu_gfx_write(emu_device *dev, uint32_t offset, uint32_t value)
{
   emu_gfx *g = dev->gfx;
   bool gone = false, dropped = false;
   emu_time_job *job = NULL;
   if (offset >= GPU_STRIDE_GFX || offset % 4)
      return;
   if (offset == GPU_OFF_GFX_GO && dev->settings.timing != EMU_TIMING_OFF) /* without the lock: it waits for a place */
      job = emu_time_launch(dev, 0, value == GPU_GFX_CLEAR ? EMU_JOB_CLEAR : EMU_JOB_DRAW, g->regs[GPU_OFF_GFX_TAG / 4]);
   pthread_mutex_lock(&g->lock);
   if (is_plain(offset)) {
      g->regs[offset / 4] = value;
   } else if (offset == GPU_OFF_GFX_GO) {
      dropped = !go(g, value, job);
   } else if (offset == GPU_OFF_GFX_KILL) {
      gone = kill_draws(g);
      g->stopped = false;
   }
   pthread_mutex_unlock(&g->lock);
   if (job && dropped)
      emu_time_finish(job, 0, true);
   if (gone)
      emu_cp_event(dev, GPU_EVENT_GFX);
}
