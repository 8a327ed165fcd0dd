/* Host workers: threads that run workgroups of the dispatches in flight.
 *
 * A worker joins dispatches through runners; a runner holds the workgroups that this worker has taken from
 * one dispatch. Workers go round their runners, one workgroup's turn each, so rings share the host fairly. A
 * runner starts another workgroup when it has none, or when all it has keep spinning (they may wait for one
 * that has not started), up to the residency of the machine. An ordered dispatch has one runner only, whose
 * decisions depend on instruction counts alone: its interleaving is the same on every host. Between turns a
 * worker holds no host pointer into guest memory.
 */
#include <stdlib.h>
#include <string.h>
#include <xmmintrin.h>
#include "cs.h"
#include "time/model.h"

#define MXCSR_DEFAULT 0x1f80u    /* to nearest even, denormals kept, no exceptions */
#define SPIN_LIMIT 16u           /* quanta per resident workgroup before another one is started */
#define WAKE_INSTRUCTIONS 16384u /* work left that is worth waking another worker */
#define RESCAN_TURNS 64u         /* look for new dispatches at least this often */

typedef struct emu_runner {
   struct emu_runner *next;
   emu_dispatch *d;
   emu_group *first, *last; /* resident workgroups, next to run first */
   emu_group *spare;
   unsigned resident, spin;
   uint64_t groups_done, instructions;
   emu_core_ctx *x;
} emu_runner;

typedef struct emu_worker {
   emu_cs *cs;
   pthread_t thread;
   bool started;
   emu_agent *agent;
   emu_tlb tlb;
   struct emu_tex_cache *tex_cache;
   emu_runner *runners, *turn; /* turn: whose turn it is */
   uint64_t *program_buffer;
   size_t program_buffer_qw;
   unsigned seen_epoch;
} emu_worker;

/* ---- runners --------------------------------------------------------------------------------- */
static void runner_destroy(emu_runner *r)
{
   if (!r)
      return;
   if (r->x)
      emu_trace_destroy(r->x->trace);
   while (r->first) {
      emu_group *g = r->first;
      r->first = g->next;
      emu_group_destroy(g);
   }
   emu_group_destroy(r->spare);
   if (r->x)
      free(r->x->segments);
   emu_rows_free(r->x);
   free(r);
}

static emu_runner *runner_create(emu_worker *wk, emu_dispatch *d)
{
   emu_runner *r = calloc(1, sizeof *r);
   if (!r)
      return NULL;
   r->d = d;
   r->x = emu_rows_alloc(sizeof *r->x);
   if (r->x) {
      memset(r->x, 0, sizeof *r->x);
      r->x->tlb = &wk->tlb;
      r->x->tex_cache = &wk->tex_cache;
      r->x->segments = calloc(d->program->segment_count + 1, sizeof *r->x->segments);
      r->x->trace = d->job ? emu_trace_create(wk->cs->dev) : NULL;
      if (d->job && !r->x->trace)
         emu_time_lost(d->job);
   }
   if (!r->x || !r->x->segments) {
      runner_destroy(r);
      return NULL;
   }
   return r;
}

static void push(emu_runner *r, emu_group *g)
{
   g->next = NULL;
   *(r->first ? &r->last->next : &r->first) = g;
   r->last = g;
}

static emu_group *pop(emu_runner *r)
{
   emu_group *g = r->first;
   r->first = g->next;
   return g;
}

/* Next workgroup of the dispatch, if there is one and the machine has room. A runner without any always has
 * room for one. */
static bool take_group(emu_runner *r, uint64_t *index)
{
   emu_dispatch *d = r->d;
   if (emu_dispatch_exhausted(d))
      return false;
   if (atomic_fetch_add(&d->resident, 1) >= d->resident_max && r->resident) {
      atomic_fetch_sub(&d->resident, 1);
      return false;
   }
   *index = atomic_fetch_add(&d->next_group, 1);
   if (*index < d->launch.groups)
      return true;
   atomic_fetch_sub(&d->next_group, 1);
   atomic_fetch_sub(&d->resident, 1);
   return false;
}

static void stop_dispatch(emu_worker *wk, emu_dispatch *d, emu_fault_info *f)
{
   f->ring = d->ring;
   if (!atomic_exchange(&d->kill, true))
      emu_fault_record(wk->cs->dev, f);
}

static void start_group(emu_worker *wk, emu_runner *r)
{
   uint64_t index;
   emu_group *g = r->spare ? r->spare : emu_group_create(&r->d->launch);
   r->spare = NULL;
   if (g && take_group(r, &index)) {
      emu_group_start(g, &r->d->launch, index);
      g->untraced = r->d->job && emu_time_untraced(r->d->job, index);
      r->resident++;
      push(r, g);
      return;
   }
   r->spare = g;
   if (!g && !r->resident) /* the host has no memory for a single workgroup */
      stop_dispatch(wk, r->d,
                    &(emu_fault_info){.type = GPU_FAULT_EXHAUSTED, .info = GPU_OFF_CS_SCRATCH_B});
}

static void leave_group(emu_runner *r, emu_group *g)
{
   r->resident--;
   atomic_fetch_sub(&r->d->resident, 1);
   if (r->spare)
      emu_group_destroy(g);
   else
      r->spare = g;
}

static void group_done(emu_worker *wk, emu_runner *r, emu_group *g)
{
   r->groups_done++;
   r->instructions += g->instructions;
   r->spin = 0;
   leave_group(r, g);
}

/* A turn is a chunk of the workgroup's unit: others may have theirs in between. */
static enum emu_turn traced_turn(emu_worker *wk, emu_runner *r, emu_group *g)
{
   emu_trace *t = r->x->trace;
   uint64_t before = g->instructions;
   if (t)
      emu_trace_unit_begin(t, r->d->job, EMU_UNIT_GROUP, g->index);
   if (g->untraced)
      r->x->trace = NULL;
   enum emu_turn turn = emu_group_turn(g, &r->d->launch, wk->cs->interp, r->x, &r->d->kill);
   r->x->trace = t;
   if (t) {
      emu_trace_unit_did(t, g->instructions - before);
      emu_trace_unit_end(t, turn == EMU_TURN_DONE);
   }
   return turn;
}

/* The runner is through: hand over what it has collected, and end the units of workgroups that were killed. Not under the lock. */
static void end_trace(emu_runner *r)
{
   emu_trace *t = r->x->trace;
   if (!t)
      return;
   for (const emu_group *g = r->first; g; g = g->next) {
      emu_trace_unit_begin(t, r->d->job, EMU_UNIT_GROUP, g->index);
      emu_group_trace_abandon(g, &r->d->launch, t);
      emu_trace_unit_end(t, true);
   }
   emu_trace_flush(t);
   emu_trace_destroy(t);
   r->x->trace = NULL;
}

/* One workgroup's turn. */
static void runner_turn(emu_worker *wk, emu_runner *r)
{
   if (!r->resident || r->spin >= SPIN_LIMIT * r->resident) {
      r->spin = 0;
      start_group(wk, r);
   }
   if (!r->resident)
      return;
   emu_group *g = pop(r);
   switch (traced_turn(wk, r, g)) {
   case EMU_TURN_DONE:
      group_done(wk, r, g);
      return;
   case EMU_TURN_QUANTUM:
      r->spin += 1;
      break;
   case EMU_TURN_YIELD:
      r->spin += SPIN_LIMIT;
      break;
   case EMU_TURN_FAULT:
      stop_dispatch(wk, r->d, &r->x->fault);
      break;
   case EMU_TURN_KILLED:
      break;
   }
   push(r, g);
}

static bool runner_finished(const emu_runner *r)
{
   return atomic_load_explicit(&r->d->kill, memory_order_relaxed) ||
          (!r->resident && emu_dispatch_exhausted(r->d));
}

/* More work than this worker should do alone, and somebody sleeps: wake one, who will do the same. */
static void share(emu_worker *wk, const emu_runner *r)
{
   const emu_dispatch *d = r->d;
   if (d->ordered || !atomic_load_explicit(&wk->cs->idle, memory_order_relaxed) || emu_dispatch_exhausted(d))
      return;
   uint64_t left = d->launch.groups - atomic_load_explicit(&d->next_group, memory_order_relaxed);
   uint64_t each = r->groups_done ? r->instructions / r->groups_done : WAKE_INSTRUCTIONS;
   if (left > WAKE_INSTRUCTIONS || left * (each + 1) >= WAKE_INSTRUCTIONS)
      pthread_cond_signal(&wk->cs->work);
}

/* ---- merging: under cs->lock ----------------------------------------------------------------- */
static void merge(emu_cs *cs, const emu_runner *r)
{
   emu_dispatch *d = r->d;
   const emu_program *p = d->program;
   const emu_core_sums *s = &r->x->sums;
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
      d->sums.class_instructions[c] += s->class_instructions[c];
   d->sums.lane_instructions += s->lane_instructions;
   for (uint32_t i = 0; i < p->segment_count; i++) {
      emu_segment_count n = r->x->segments[i];
      if (!n.runs)
         continue;
      for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
         d->sums.class_instructions[c] += n.runs * p->segments[i].class_instructions[c];
      d->sums.lane_instructions += n.lanes * p->segments[i].vector_instructions;
   }
   d->sums.bytes_read += s->bytes_read;
   d->sums.bytes_written += s->bytes_written;
   d->groups_done += r->groups_done;
   d->waves_done += r->groups_done * d->launch.waves;
}

/* Give up runners that have nothing left. Returns the dispatches that retired through it, linked. */
static emu_dispatch *drop_finished(emu_worker *wk)
{
   emu_dispatch *retired = NULL;
   for (emu_runner **at = &wk->runners; *at;) {
      emu_runner *r = *at;
      emu_dispatch *d = r->d;
      if (!runner_finished(r) || r->x->trace) { /* one that has just been killed ends its trace first, in run() */
         at = &r->next;
         continue;
      }
      *at = r->next;
      merge(wk->cs, r);
      runner_destroy(r);
      if (--d->runners == 0) {
         emu_dispatch_retire(wk->cs, d);
         d->next = retired;
         retired = d;
      }
   }
   wk->turn = NULL;
   return retired;
}

/* ---- joining: under cs->lock ----------------------------------------------------------------- */
static bool joined(const emu_worker *wk, const emu_dispatch *d)
{
   for (const emu_runner *r = wk->runners; r; r = r->next)
      if (r->d == d)
         return true;
   return false;
}

static void join(emu_worker *wk, emu_dispatch *d)
{
   emu_runner *r = runner_create(wk, d);
   if (!r) {
      if (d->runners == 0) /* nobody else will do it */
         stop_dispatch(wk, d, &(emu_fault_info){.type = GPU_FAULT_EXHAUSTED, .info = GPU_OFF_CS_GO});
      return;
   }
   emu_runner **at = &wk->runners;
   while (*at)
      at = &(*at)->next;
   *at = r;
   d->runners++;
}

/* The oldest dispatch of each ring that has something for this worker. One that is not prepared is returned:
 * the caller does it. */
static emu_dispatch *scan(emu_worker *wk)
{
   emu_cs *cs = wk->cs;
   wk->seen_epoch = atomic_load(&cs->epoch);
   for (uint32_t i = 0; i < GPU_RINGS; i++) {
      for (emu_dispatch *d = cs->rings[i].oldest; d; d = d->next) {
         if (d->state == EMU_DISPATCH_QUEUED) {
            d->state = EMU_DISPATCH_PREPARING;
            return d;
         }
         if (d->state != EMU_DISPATCH_READY || emu_dispatch_exhausted(d) || (d->ordered && d->runners))
            continue;
         if (!joined(wk, d))
            join(wk, d);
         break;
      }
   }
   return NULL;
}

/* ---- the thread ------------------------------------------------------------------------------ */
static void announce(emu_worker *wk, emu_dispatch *retired)
{
   bool any = retired != NULL;
   while (retired) {
      emu_dispatch *d = retired;
      retired = d->next;
      emu_dispatch_destroy(wk->cs, d);
   }
   if (any)
      emu_cp_event(wk->cs->dev, GPU_EVENT_CS);
}

/* Validate and decode a dispatch; enters with the lock held and leaves with it held. */
static void prepare(emu_worker *wk, emu_dispatch *d)
{
   emu_cs *cs = wk->cs;
   emu_dispatch *retired = NULL;
   pthread_mutex_unlock(&cs->lock);
   emu_agent_enter(wk->agent);
   emu_tlb_sync(&wk->tlb);
   bool ok = emu_dispatch_fetch(cs, d, &wk->tlb, &wk->program_buffer, &wk->program_buffer_qw);
   emu_agent_leave(wk->agent);
   ok = ok && emu_dispatch_prepare(cs, d, wk->program_buffer);
   pthread_mutex_lock(&cs->lock);
   d->state = EMU_DISPATCH_READY;
   if (ok && !emu_dispatch_exhausted(d))
      join(wk, d);
   if (d->runners == 0) {
      emu_dispatch_retire(cs, d);
      d->next = NULL;
      retired = d;
   }
   atomic_fetch_add(&cs->epoch, 1);
   if (retired) {
      pthread_mutex_unlock(&cs->lock);
      announce(wk, retired);
      pthread_mutex_lock(&cs->lock);
   }
}

/* Turns of all runners until one has finished or there may be something new. Enters and leaves with the lock
 * held. */
static void run(emu_worker *wk)
{
   emu_cs *cs = wk->cs;
   bool finished = false;
   pthread_mutex_unlock(&cs->lock);
   emu_agent_enter(wk->agent);
   for (unsigned i = 0; !finished && i < RESCAN_TURNS; i++) {
      emu_agent_quiesce(wk->agent);
      emu_tlb_sync(&wk->tlb);
      emu_runner *r = wk->turn ? wk->turn : wk->runners;
      wk->turn = r->next;
      runner_turn(wk, r);
      finished =
          runner_finished(r) || atomic_load_explicit(&cs->epoch, memory_order_relaxed) != wk->seen_epoch;
      share(wk, r);
   }
   emu_agent_leave(wk->agent);
   for (emu_runner *r = wk->runners; r; r = r->next)
      if (runner_finished(r))
         end_trace(r);
   pthread_mutex_lock(&cs->lock);
}

static void *worker_main(void *arg)
{
   emu_worker *wk = arg;
   emu_cs *cs = wk->cs;
   _mm_setcsr(MXCSR_DEFAULT);
   emu_tlb_init(&wk->tlb, cs->dev);
   pthread_mutex_lock(&cs->lock);
   while (!cs->stop) {
      emu_dispatch *fresh = scan(wk);
      if (fresh) {
         prepare(wk, fresh);
         continue;
      }
      if (!wk->runners) {
         atomic_fetch_add(&cs->idle, 1);
         pthread_cond_wait(&cs->work, &cs->lock);
         atomic_fetch_sub(&cs->idle, 1);
         continue;
      }
      run(wk);
      emu_dispatch *retired = drop_finished(wk);
      if (retired) {
         pthread_mutex_unlock(&cs->lock);
         announce(wk, retired);
         pthread_mutex_lock(&cs->lock);
      }
   }
   pthread_mutex_unlock(&cs->lock);
   free(wk->tex_cache);
   wk->tex_cache = NULL;
   return NULL;
}

bool emu_pool_start(emu_cs *cs, uint32_t threads)
{
   cs->workers = calloc(threads, sizeof *cs->workers);
   if (!cs->workers)
      return false;
   cs->worker_count = threads;
   for (uint32_t i = 0; i < threads; i++) {
      emu_worker *wk = &cs->workers[i];
      wk->cs = cs;
      wk->agent = emu_agent_create(cs->dev);
      if (!wk->agent || pthread_create(&wk->thread, NULL, worker_main, wk) != 0)
         return false;
      wk->started = true;
   }
   return true;
}

void emu_pool_stop(emu_cs *cs)
{
   pthread_mutex_lock(&cs->lock);
   cs->stop = true;
   pthread_cond_broadcast(&cs->work);
   pthread_mutex_unlock(&cs->lock);
   for (uint32_t i = 0; i < cs->worker_count; i++) {
      emu_worker *wk = &cs->workers[i];
      if (wk->started)
         pthread_join(wk->thread, NULL);
      if (wk->agent)
         emu_agent_destroy(wk->agent);
      free(wk->program_buffer);
   }
   free(cs->workers);
   cs->workers = NULL;
}
