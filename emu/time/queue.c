/* The timing unit: rings' commands, jobs in flight, and the thread that carries them out.
 *
 * Every ring is a queue of commands in the order of the command processor. The thread takes whichever ring can go on; one that waits for
 * traces of its jobs lets the others pass. What needs no model (a ring without jobs, timing off) is carried out at once by whoever gives
 * the command. A ring's times depend on its own commands alone, but for WAKE, which takes the time last published by any ring.
 *
 * Lock order: a block's own lock -> time->lock -> program caches, cp. Traces are handed over under no lock (handover.c).
 */
#include "queue.h"
#include "../blocks.h"
#include "../clock.h"
#include "../core/core.h"
#include "../labels.h"
#include "sink.h"
#include <stdlib.h>
#include <string.h>

#define SLICES_COUNTED 256u            /* host time is looked at so often */
#define TIME_LIMIT (UINT64_C(1) << 52) /* of times read from memory: beyond, a month at 1.6 GHz, is noise; far from TIME_NEVER */

static bool is_on(const emu_time *t)
{
   return t->dev->settings.timing != EMU_TIMING_OFF;
}

/* ---- jobs: under the lock ------------------------------------------------------------------------------------------------- */
static unsigned engine_of(enum emu_job_kind kind)
{
   return kind == EMU_JOB_DISPATCH ? 0 : kind == EMU_JOB_COPY ? 1 : 2;
}

static const uint32_t engine_bit[] = {GPU_BARRIER_CS, GPU_BARRIER_DMA, GPU_BARRIER_GFX};

static void job_free(emu_time *t, emu_time_job *j)
{
   struct time_job_queue *q = j->queue;
   for (unsigned s = 0; s < GPU_STAGE_COUNT; s++)
      if (j->stage[s].program)
         emu_program_cache_put(j->stage[s].programs, j->stage[s].program);
   emu_label_drop(j->label);
   if (t->spare_jobs == TIME_JOBS_MAX) {
      time_units_destroy(t, q);
      free(j);
      return;
   }
   time_units_clear(t, q);
   memset(j, 0, sizeof *j);
   j->queue = q;
   j->next = t->spare_job;
   t->spare_job = j;
   t->spare_jobs++;
}

static void spare_jobs_free(emu_time *t)
{
   while (t->spare_job) {
      emu_time_job *j = t->spare_job;
      t->spare_job = j->next;
      time_units_destroy(t, j->queue);
      free(j);
   }
   t->spare_jobs = 0;
}

/* Not under the lock. NULL: host memory is exhausted. */
static emu_time_job *job_new(emu_time *t)
{
   pthread_mutex_lock(&t->lock);
   emu_time_job *j = t->spare_job;
   if (j) {
      t->spare_job = j->next;
      t->spare_jobs--;
   }
   pthread_mutex_unlock(&t->lock);
   if (!j && (j = calloc(1, sizeof *j)) && !(j->queue = time_units_create())) {
      free(j);
      j = NULL;
   }
   if (j)
      j->next = NULL;
   return j;
}

/* Cycles by which the job moved the end of the ring's work. */
static uint64_t add_counters(emu_time *t, time_ring *r, const emu_time_job *j)
{
   uint64_t from = j->start > r->busy_until ? j->start : r->busy_until;
   t->ended_instructions += j->counters[GPU_COUNTER_TIMED_INSTRUCTIONS];
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      if (j->counters[c])
         emu_counter_add(t->dev, (enum gpu_counter)c, j->counters[c]);
   if (j->end <= from)
      return 0;
   emu_counter_add(t->dev, GPU_COUNTER_GPU_CYCLES, j->end - from);
   r->busy_until = j->end;
   return j->end - from;
}

static void at_least(time_ring *r, uint64_t time)
{
   if (time > r->clock && time < TIME_LIMIT)
      r->clock = time;
}

static void report(emu_device *dev, const emu_time_job *j, uint64_t added)
{
   uint64_t counters[GPU_COUNTER_COUNT];
   if (!dev->report)
      return;
   for (unsigned c = 0; c < GPU_COUNTER_COUNT; c++)
      counters[c] = j->counters[c] + j->work[c];
   emu_report_job(dev, &(emu_job_report){.kind = (uint8_t)j->kind, .ring = j->ring, .tag = j->tag, .number = j->number,
                                         .label = j->label, .start = j->start, .begin = j->begun ? j->begin : j->end, .end = j->end,
                                         .added = added, .counters = counters});
}

/* Jobs that are through on both sides leave. */
static void reap(emu_time *t, time_ring *r)
{
   for (emu_time_job **at = &r->jobs; *at && r->over;) {
      emu_time_job *j = *at;
      uint64_t *latest = &r->latest[engine_of(j->kind)];
      if (!j->done || !j->finished) {
         at = &j->next;
         continue;
      }
      *latest = j->end > *latest ? j->end : *latest;
      if (r->full)
         at_least(r, j->end);
      r->full = false;
      report(t->dev, j, add_counters(t, r, j));
      time_sink_job(t->sink, j);
      *at = j->next;
      if (!*at)
         r->jobs_end = at;
      r->job_count--;
      job_free(t, j);
   }
   r->over = false;
}

/* ---- carrying out commands: under the lock; false: the ring cannot go on now --------------------------------------------- */
static void advance(emu_time *t, time_ring *r, uint64_t cp_cycles)
{
   uint64_t q16 = cp_cycles * t->core_per_cp_q16 + r->fraction;
   r->clock += q16 >> 16;
   r->fraction = (uint32_t)q16 & 0xffff;
   if (is_on(t))
      emu_counter_add(t->dev, GPU_COUNTER_CP_CYCLES, q16 >> 16);
}

/* Jobs may start long after each other: a clock taken over from memory can be anything. */
static uint64_t slice_end(const time_machine *m)
{
   uint64_t next = time_next(m), end = time_now(m) + TIME_SLICE_CYCLES;
   return next != UINT64_MAX && next >= end ? next + 1 : end;
}

/* The thread's own. Asking the system is slow beside a short slice. */
static void count_host_time(emu_time *t)
{
   uint64_t now = emu_clock_thread_ns();
   emu_counter_add(t->dev, GPU_COUNTER_MODEL_NS, now - t->thread_ns);
   t->thread_ns = now;
}

/* The model goes on by a slice, or until a job ends. False: traces are missing. Lets go of the lock meanwhile. */
static bool run_model(emu_time *t, time_ring *r)
{
   bool starved = true;
   if (r->machine) {
      t->working = true;
      pthread_mutex_unlock(&t->lock);
      starved = time_machine_run(r->machine, slice_end(r->machine)) == TIME_STARVED;
      if (++t->slices % SLICES_COUNTED == 0)
         count_host_time(t);
      pthread_mutex_lock(&t->lock);
      t->working = false;
      r->over |= time_machine_ended(r->machine);
      if (time_machine_failed(r->machine))
         time_say_lost(t, "host memory exhausted: no room for the timing model's state");
      time_progress(t, r);
      if (t->abandon)
         pthread_cond_broadcast(&t->quiet);
   }
   uint32_t jobs = r->job_count;
   reap(t, r);
   return !starved || r->job_count < jobs;
}

static bool has_machine(emu_time *t, time_ring *r)
{
   if (r->machine || r->failed)
      return r->machine != NULL;
   r->machine = time_machine_create(&t->dev->profile, t->dev->settings.timing == EMU_TIMING_DETAILED);
   r->failed = !r->machine;
   if (r->machine)
      time_observe(r->machine, t->sink, (uint32_t)(r - t->ring));
   if (r->failed)
      time_say_lost(t, "host memory exhausted: no room for the timing model of a ring");
   return r->machine != NULL;
}

static bool launch(emu_time *t, time_ring *r, emu_time_job *j)
{
   while (r->job_count >= TIME_JOBS_MAX) {
      r->full = true;
      if (!run_model(t, r) || t->abandon)
         return false;
   }
   *r->jobs_end = j;
   r->jobs_end = &j->next;
   r->job_count++;
   j->start = j->end = r->clock;
   if (has_machine(t, r))
      time_machine_launch(r->machine, j, r->clock);
   else
      j->done = r->over = true;
   return true;
}

static bool in_flight(const time_ring *r, uint32_t engines)
{
   const emu_time_job *j = r->jobs;
   while (j && !(engine_bit[engine_of(j->kind)] & engines))
      j = j->next;
   return j != NULL;
}

static bool wait_for(emu_time *t, time_ring *r, uint32_t engines)
{
   reap(t, r);
   while (in_flight(r, engines))
      if (!run_model(t, r) || t->abandon)
         return false;
   for (unsigned e = 0; e < 3; e++)
      if (engines & engine_bit[e])
         at_least(r, r->latest[e]);
   if (r->machine)
      time_memory_invalidate(time_machine_memory(r->machine));
   return true;
}

static const time_command *command_at(const time_ring *r, uint32_t i)
{
   return &r->queue[(r->head + i) % r->capacity];
}

/* Publications that were given before, but stand in queues yet. */
static bool is_pending(const emu_time *t, uint64_t before)
{
   for (unsigned n = 0; n < GPU_RINGS; n++)
      for (uint32_t i = 0; i < t->ring[n].count; i++) {
         const time_command *c = command_at(&t->ring[n], i);
         if (c->kind == TIME_PUBLISH && c->value < before)
            return true;
      }
   return false;
}

static bool carry_out(emu_time *t, time_ring *r, const time_command *c)
{
   switch (c->kind) {
   case TIME_ADVANCE:
      advance(t, r, c->value);
      return true;
   case TIME_AT_LEAST:
      at_least(r, c->value);
      return true;
   case TIME_LAUNCH:
      return launch(t, r, c->job);
   case TIME_WAIT:
      return wait_for(t, r, (uint32_t)c->value);
   case TIME_PUBLISH:
      if (r->clock > atomic_load(&t->published))
         atomic_store(&t->published, r->clock);
      return true;
   case TIME_WAKE:
      if (is_pending(t, c->value))
         return false;
      at_least(r, atomic_load(&t->published));
      return true;
   }
   return true;
}

/* ---- queues ---------------------------------------------------------------------------------------------------------------- */
static bool grow(time_ring *r)
{
   uint32_t capacity = 2 * r->capacity;
   time_command *queue = malloc(capacity * sizeof *queue);
   if (!queue)
      return false;
   for (uint32_t i = 0; i < r->count; i++)
      queue[i] = *command_at(r, i);
   if (r->queue != r->few)
      free(r->queue);
   r->queue = queue;
   r->capacity = capacity;
   r->head = 0;
   return true;
}

static void give(emu_device *dev, uint32_t ring, time_command c)
{
   emu_time *t = dev->time;
   time_ring *r = &t->ring[ring];
   pthread_mutex_lock(&t->lock);
   if (c.kind == TIME_PUBLISH)
      c.value = t->publications++;
   if (c.kind == TIME_WAKE)
      c.value = t->publications;
   bool at_once = !r->count && (c.kind == TIME_ADVANCE || c.kind == TIME_AT_LEAST || c.kind == TIME_PUBLISH || !r->jobs);
   if (at_once && c.kind != TIME_LAUNCH && carry_out(t, r, &c)) {
      pthread_mutex_unlock(&t->lock);
      return;
   }
   time_command *last = r->count ? &r->queue[(r->head + r->count - 1) % r->capacity] : NULL;
   if (last && last->kind == TIME_ADVANCE && c.kind == TIME_ADVANCE) {
      last->value += c.value;
   } else {
      while (r->count == r->capacity && !grow(r))
         pthread_cond_wait(&t->room, &t->lock); /* the thread empties it without needing memory */
      r->queue[(r->head + r->count++) % r->capacity] = c;
   }
   if (c.kind != TIME_ADVANCE)
      time_tell(t, 0);
   pthread_mutex_unlock(&t->lock);
}

void emu_time_advance(emu_device *dev, uint32_t ring, uint64_t cp_cycles)
{
   give(dev, ring, (time_command){.kind = TIME_ADVANCE, .value = cp_cycles});
}

void emu_time_wait(emu_device *dev, uint32_t ring, uint32_t engines)
{
   give(dev, ring, (time_command){.kind = TIME_WAIT, .value = engines});
}

void emu_time_at_least(emu_device *dev, uint32_t ring, uint64_t cycles)
{
   give(dev, ring, (time_command){.kind = TIME_AT_LEAST, .value = cycles});
}

void emu_time_publish(emu_device *dev, uint32_t ring)
{
   give(dev, ring, (time_command){.kind = TIME_PUBLISH});
}

void emu_time_wake(emu_device *dev, uint32_t ring)
{
   give(dev, ring, (time_command){.kind = TIME_WAKE});
}

bool emu_time_read(emu_device *dev, uint32_t ring, uint64_t *cycles)
{
   emu_time *t = dev->time;
   time_ring *r = &t->ring[ring];
   pthread_mutex_lock(&t->lock);
   bool known = !r->count;
   *cycles = r->clock;
   r->asked = !known;
   if (!known)
      time_rouse(t);
   pthread_mutex_unlock(&t->lock);
   return known;
}

uint64_t emu_time_clock(emu_device *dev, uint32_t ring)
{
   emu_time *t = dev->time;
   pthread_mutex_lock(&t->lock);
   uint64_t clock = t->ring[ring].clock;
   pthread_mutex_unlock(&t->lock);
   return clock;
}

uint64_t emu_time_published(emu_device *dev)
{
   return atomic_load(&dev->time->published);
}

/* ---- jobs, from the engines' side --------------------------------------------------------------------------------------------- */
emu_time_job *emu_time_launch(emu_device *dev, uint32_t ring, enum emu_job_kind kind, uint32_t tag)
{
   emu_time *t = dev->time;
   if (!is_on(t))
      return NULL;
   emu_time_job *j = job_new(t);
   if (!j) {
      pthread_mutex_lock(&t->lock);
      time_say_lost(t, "host memory exhausted: no room for the timing of a job");
      pthread_mutex_unlock(&t->lock);
      return NULL;
   }
   j->dev = dev;
   j->ring = ring;
   j->kind = kind;
   j->tag = tag;
   j->number = t->ring[ring].launched++;
   j->label = emu_label_now(dev, ring);
   give(dev, ring, (time_command){.kind = TIME_LAUNCH, .job = j});
   return j;
}

void emu_time_stage(emu_time_job *j, unsigned stage, const emu_job_stage *info)
{
   emu_time *t = j->dev->time;
   emu_program_cache_hold(info->programs, info->program);
   pthread_mutex_lock(&t->lock);
   j->stage[stage] = *info;
   pthread_mutex_unlock(&t->lock);
}

void emu_time_groups(emu_time_job *j, uint64_t groups, uint32_t group_waves)
{
   emu_time *t = j->dev->time;
   pthread_mutex_lock(&t->lock);
   j->groups = groups;
   j->group_waves = group_waves;
   pthread_mutex_unlock(&t->lock);
}

uint64_t emu_time_units(emu_time_job *j, uint64_t count)
{
   uint64_t first = j->next_number;
   j->next_number += count;
   return first;
}

void emu_time_count(emu_device *dev, emu_time_job *j, enum gpu_counter c, uint64_t n)
{
   emu_counter_add(dev, c, n);
   if (j)
      j->work[c] += n;
}

void emu_time_finish(emu_time_job *j, uint64_t units, bool killed)
{
   emu_time *t = j->dev->time;
   pthread_mutex_lock(&t->lock);
   time_units_end(j->queue, units, killed || j->lost); /* nobody must wait for what is lost */
   j->finished = true;
   t->ring[j->ring].over = true;
   time_tell(t, 0);
   pthread_mutex_unlock(&t->lock);
}

/* ---- the thread ----------------------------------------------------------------------------------------------------------------- */
/* Everything that the ring can do now; whether it was anything. */
static bool work_on(emu_time *t, time_ring *r)
{
   bool any = false;
   while (r->count && !t->abandon) {
      time_command c = r->queue[r->head];
      if (!carry_out(t, r, &c))
         break;
      any = true;
      if (r->count-- == r->capacity)
         pthread_cond_broadcast(&t->room);
      r->head = (r->head + 1) % r->capacity;
   }
   if (r->asked && !r->count) {
      r->asked = false;
      count_host_time(t);
      emu_cp_event(t->dev, GPU_EVENT_TIME);
   }
   return any;
}

static void *thread_main(void *arg)
{
   emu_time *t = arg;
   pthread_mutex_lock(&t->lock);
   while (!t->quit) {
      bool any = false;
      t->fresh = false;
      for (unsigned n = 0; n < GPU_RINGS; n++)
         any |= work_on(t, &t->ring[n]);
      while (t->abandon && !t->quit)
         pthread_cond_wait(&t->work, &t->lock);
      if (!any && !t->fresh) {
         count_host_time(t);
         time_sleep(t);
      }
   }
   pthread_mutex_unlock(&t->lock);
   return NULL;
}

/* ---- power -------------------------------------------------------------------------------------------------------------------------- */
static uint32_t ratio_q16(uint64_t a, uint64_t b)
{
   uint64_t q = b ? (a << 16) / b : UINT32_MAX;
   return q < UINT32_MAX ? (uint32_t)q : UINT32_MAX;
}

static void forget_ring(emu_time *t, time_ring *r)
{
   for (uint32_t i = 0; i < r->count; i++) {
      const time_command *c = command_at(r, i);
      if (c->kind == TIME_LAUNCH)
         job_free(t, c->job);
   }
   while (r->jobs) {
      emu_time_job *j = r->jobs;
      r->jobs = j->next;
      job_free(t, j);
   }
   time_machine_destroy(r->machine);
   if (r->queue != r->few)
      free(r->queue);
   memset(r, 0, sizeof *r);
   r->queue = r->few;
   r->capacity = TIME_FEW;
   r->jobs_end = &r->jobs;
}

bool emu_time_create(emu_device *dev)
{
   emu_time *t = calloc(1, sizeof *t);
   if (!t)
      return false;
   dev->time = t;
   t->dev = dev;
   t->backlog_limit_B = TIME_BACKLOG_LEAST_B;
   t->backlog_max_B = TIME_BACKLOG_MAX_B;
   t->core_per_cp_q16 = ratio_q16(dev->profile.core_clock_khz, dev->profile.cp_clock_khz);
   pthread_mutex_init(&t->lock, NULL);
   pthread_cond_init(&t->room, NULL);
   pthread_cond_init(&t->quiet, NULL);
   if (!emu_cond_init(&t->work)) {
      free(t);
      dev->time = NULL;
      return false;
   }
   for (unsigned n = 0; n < GPU_RINGS; n++)
      forget_ring(t, &t->ring[n]);
   t->sink = time_sink_create(dev);
   t->started = !is_on(t) || pthread_create(&t->thread, NULL, thread_main, t) == 0;
   if (!t->started)
      emu_time_destroy(dev);
   return t->started;
}

void emu_time_reset(emu_device *dev)
{
   emu_time *t = dev->time;
   if (!t)
      return;
   pthread_mutex_lock(&t->lock);
   t->abandon = true;
   time_rouse(t);
   pthread_cond_broadcast(&t->room);
   while (t->working)
      pthread_cond_wait(&t->quiet, &t->lock);
   for (unsigned n = 0; n < GPU_RINGS; n++)
      forget_ring(t, &t->ring[n]);
   time_sink_reset(t->sink);
   atomic_store(&t->published, 0);
   t->publications = 0;
   t->abandon = false;
   time_rouse(t);
   pthread_mutex_unlock(&t->lock);
}

void emu_time_destroy(emu_device *dev)
{
   emu_time *t = dev->time;
   if (!t)
      return;
   emu_time_reset(dev);
   if (t->started && is_on(t)) {
      pthread_mutex_lock(&t->lock);
      t->quit = true;
      time_rouse(t);
      pthread_mutex_unlock(&t->lock);
      pthread_join(t->thread, NULL);
   }
   time_sink_destroy(t->sink);
   time_spares_free(t);
   spare_jobs_free(t);
   pthread_cond_destroy(&t->work);
   pthread_cond_destroy(&t->room);
   pthread_cond_destroy(&t->quiet);
   pthread_mutex_destroy(&t->lock);
   free(t);
   dev->time = NULL;
}
