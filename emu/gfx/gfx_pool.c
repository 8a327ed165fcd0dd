/* Host threads of the graphics pipeline. The worker that takes a draw is its captain: it runs what must be in
 * order itself and hands out items (batches, tiles) that anybody may work on. Which worker takes which item
 * decides nothing but speed: items write to places of their own.
 *
 * A worker is an entered agent exactly while it holds host pointers into guest memory; nobody waits for
 * another worker as one.
 */
#include <stdlib.h>
#include <xmmintrin.h>
#include "lanes.h"

#define MXCSR_DEFAULT 0x1f80u /* to nearest even, denormals kept, no exceptions */

static void enter(gfx_worker *wk)
{
   emu_agent_enter(wk->agent);
   emu_tlb_sync(&wk->tlb);
   wk->entered = true;
}

static void leave(gfx_worker *wk)
{
   wk->entered = false;
   emu_agent_leave(wk->agent);
}

void gfx_quiesce(gfx_worker *wk)
{
   emu_agent_quiesce(wk->agent);
   emu_tlb_sync(&wk->tlb);
}

static void work_on(gfx_worker *wk, gfx_draw *d, gfx_item item, void *arg, uint32_t count)
{
   emu_gfx *g = wk->gfx;
   for (;;) {
      uint32_t i = atomic_fetch_add(&g->item_next, 1);
      if (i >= count)
         break;
      item(wk, d, arg, i);
      gfx_quiesce(wk);
   }
}

void gfx_parallel(gfx_worker *captain, gfx_draw *d, gfx_item item, void *arg, uint32_t count, bool serial)
{
   emu_gfx *g = captain->gfx;
   if (serial || count == 1 || g->worker_count == 1) {
      for (uint32_t i = 0; i < count; i++) {
         item(captain, d, arg, i);
         gfx_quiesce(captain);
      }
      return;
   }
   pthread_mutex_lock(&g->lock);
   g->item = item;
   g->item_arg = arg;
   g->item_draw = d;
   g->item_count = count;
   atomic_store(&g->item_next, 0);
   pthread_cond_broadcast(&g->work);
   pthread_mutex_unlock(&g->lock);
   work_on(captain, d, item, arg, count);
   leave(captain);
   pthread_mutex_lock(&g->lock);
   g->item = NULL;
   while (g->working)
      pthread_cond_wait(&g->done, &g->lock);
   pthread_mutex_unlock(&g->lock);
   enter(captain);
}

/* ---- the threads: all of this under the lock
 * -------------------------------------------------------------------------------- */
static void help(gfx_worker *wk)
{
   emu_gfx *g = wk->gfx;
   gfx_item item = g->item;
   void *arg = g->item_arg;
   gfx_draw *d = g->item_draw;
   uint32_t count = g->item_count;
   g->working++;
   pthread_mutex_unlock(&g->lock);
   enter(wk);
   work_on(wk, d, item, arg, count);
   leave(wk);
   if (wk->writer)
      emu_trace_flush(wk->writer); /* what belongs to the draw, while there is one */
   pthread_mutex_lock(&g->lock);
   if (wk->dirty)
      gfx_wave_merge(wk, d);
   if (--g->working == 0)
      pthread_cond_signal(&g->done);
}

static bool items_left(emu_gfx *g)
{
   return g->item && atomic_load(&g->item_next) < g->item_count;
}

static void lead(gfx_worker *wk)
{
   emu_gfx *g = wk->gfx;
   gfx_draw *d = g->oldest;
   g->busy = true;
   for (unsigned i = 0; i < GPU_GFX_XFB_BUFFERS; i++)
      d->xfb_written[i] = g->regs[GPU_OFF_GFX_XFB_WRITTEN / 4 + i];
   pthread_mutex_unlock(&g->lock);
   enter(wk);
   gfx_draw_run(wk, d); /* retires it */
   leave(wk);
   emu_cp_event(g->dev, GPU_EVENT_GFX);
   pthread_mutex_lock(&g->lock);
}

static void *worker_main(void *arg)
{
   gfx_worker *wk = arg;
   emu_gfx *g = wk->gfx;
   _mm_setcsr(MXCSR_DEFAULT);
   emu_tlb_init(&wk->tlb, g->dev);
   pthread_mutex_lock(&g->lock);
   while (!g->stop) {
      if (items_left(g))
         help(wk);
      else if (g->oldest && !g->busy)
         lead(wk);
      else
         pthread_cond_wait(&g->work, &g->lock);
   }
   pthread_mutex_unlock(&g->lock);
   return NULL;
}

const gfx_lanes *gfx_lanes_select(const emu_interp *interp)
{
   return interp == &emu_interp_v4 ? &gfx_lanes_v4 : interp == &emu_interp_v3 ? &gfx_lanes_v3 : &gfx_lanes_v2;
}

bool gfx_pool_start(emu_gfx *g, uint32_t threads)
{
   g->workers = calloc(threads, sizeof *g->workers);
   if (!g->workers)
      return false;
   g->worker_count = threads;
   for (uint32_t i = 0; i < threads; i++) {
      gfx_worker *wk = &g->workers[i];
      wk->gfx = g;
      wk->agent = emu_agent_create(g->dev);
      wk->x = emu_rows_alloc(sizeof *wk->x);
      if (wk->x) {
         memset(wk->x, 0, sizeof *wk->x);
         wk->x->tlb = &wk->tlb;
         wk->x->stage = &wk->stage;
         wk->x->tex_cache = &wk->tex_cache;
      }
      if (!wk->agent || !wk->x || pthread_create(&wk->thread, NULL, worker_main, wk) != 0)
         return false;
      wk->started = true;
   }
   return true;
}

void gfx_pool_stop(emu_gfx *g)
{
   pthread_mutex_lock(&g->lock);
   g->stop = true;
   pthread_cond_broadcast(&g->work);
   pthread_mutex_unlock(&g->lock);
   for (uint32_t i = 0; i < g->worker_count; i++) {
      gfx_worker *wk = &g->workers[i];
      if (wk->started)
         pthread_join(wk->thread, NULL);
      if (wk->agent)
         emu_agent_destroy(wk->agent);
      for (unsigned s = 0; s < GPU_STAGE_COUNT; s++)
         gfx_runner_release(&wk->runner[s]);
      emu_rows_free(wk->x);
      if (wk->writer)
         emu_trace_destroy(wk->writer);
      free(wk->tessellation.point);
      free(wk->tessellation.index);
      free(wk->program_buffer);
      free(wk->gs_memory);
      free(wk->tex_cache);
      for (unsigned n = 0; wk->tile && n < GPU_GFX_TARGETS; n++)
         free(wk->tile->colour[n].buffer);
      if (wk->tile)
         free(wk->tile->depth.buffer);
      free(wk->tile);
   }
   free(g->workers);
   g->workers = NULL;
}
