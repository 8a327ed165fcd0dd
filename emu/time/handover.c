/* Traces on their way from writers to the queues: how much may wait, blobs that are used again, and when the model's thread is woken.
 *
 * The thread is not woken for every blob: on a host with few cores each time would take one from a writer and give it back when
 * what has come is used up. It looks when some have gathered, or after a while; at once if it had nothing at all, or if the command
 * processor waits for a clock and something else than a blob comes. All that changes is when the host does the work.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../clock.h"
#include "queue.h"

#define PATIENCE_NS 2000000u       /* the model waits so long for traces before writers must not wait for it any more */
#define GATHER_NS 200000u          /* so long for more of them */
#define GATHER_B ((size_t)256 << 10)
#define EVENT_B 1024u              /* what another event counts for beside traces */
#define SPARES 512u                /* blobs kept: 16 MiB, as much as waits mostly */

void time_say_lost(emu_time *t, const char *what)
{
   if (!t->lost)
      fprintf(stderr, "figment: %s; times and cycle counters are too small from here on\n", what);
   t->lost = true;
}

/* ---- waking and sleeping ------------------------------------------------------------------------------------------------------ */
void time_rouse(emu_time *t)
{
   t->fresh = true;
   pthread_cond_signal(&t->work);
}

static bool is_asked(const emu_time *t)
{
   for (unsigned n = 0; n < GPU_RINGS; n++)
      if (t->ring[n].asked)
         return true;
   return false;
}

void time_tell(emu_time *t, size_t bytes)
{
   t->told_B += bytes + EVENT_B;
   if (t->asleep == TIME_AWAKE)
      t->fresh = true;
   else if (t->asleep == TIME_RESTS || t->told_B >= GATHER_B || (!bytes && is_asked(t)))
      time_rouse(t);
}

static bool has_commands(const emu_time *t)
{
   for (unsigned n = 0; n < GPU_RINGS; n++)
      if (t->ring[n].count)
         return true;
   return false;
}

static bool has_jobs(const emu_time *t)
{
   for (unsigned n = 0; n < GPU_RINGS; n++)
      if (t->ring[n].jobs)
         return true;
   return false;
}

/* Writers that wait for the model are let go: what is missing may stand behind them. */
static void get_hungry(emu_time *t)
{
   atomic_store(&t->hungry, true);
   pthread_cond_broadcast(&t->room);
}

/* What is missing is not among what waits. The model reads many workgroups side by side: how much that is the work decides. Little is better:
 * what it decides to pass over unseen has then not been traced yet. */
static void allow_more(emu_time *t)
{
   if (t->backlog_limit_B == TIME_BACKLOG_B) {
      get_hungry(t);
      return;
   }
   t->backlog_limit_B *= 2;
   pthread_cond_broadcast(&t->room);
}

void time_sleep(emu_time *t)
{
   uint64_t began = emu_clock_ns(), gathered = began + GATHER_NS, patience = began + PATIENCE_NS;
   t->told_B = 0;
   t->asleep = has_commands(t) || has_jobs(t) ? TIME_WAITS : TIME_RESTS;
   atomic_store(&t->waits, t->asleep == TIME_WAITS);
   if (t->backlog_B > t->backlog_limit_B)
      allow_more(t);
   if (!has_commands(t))
      time_progress_pause(t);
   while (!t->fresh && !t->quit && !t->abandon) {
      if (t->asleep == TIME_WAITS) {
         if (!emu_cond_wait_until(&t->work, &t->lock, gathered)) {
            t->fresh |= t->told_B != 0;
            t->asleep = TIME_RESTS;
         }
      } else if (!has_commands(t)) {
         pthread_cond_wait(&t->work, &t->lock);
      } else if (!emu_cond_wait_until(&t->work, &t->lock, patience) && !t->fresh) {
         get_hungry(t);
         patience = emu_clock_ns() + UINT64_C(1000000000);
      }
   }
   t->asleep = TIME_AWAKE;
   atomic_store(&t->hungry, false);
   atomic_store(&t->waits, false);
}

/* ---- blobs -------------------------------------------------------------------------------------------------------------------- */
void time_blob_leave(emu_time *t, time_blob *b)
{
   if (b->capacity == TIME_BLOB_DW && t->spares < SPARES) {
      b->next = t->spare;
      t->spare = b;
      t->spares++;
      return;
   }
   free(b->parts);
   free(b);
}

void time_spares_free(emu_time *t)
{
   while (t->spare) {
      time_blob *b = t->spare;
      t->spare = b->next;
      free(b->parts);
      free(b);
   }
   t->spares = 0;
}

time_blob *emu_time_spare(emu_device *dev)
{
   emu_time *t = dev->time;
   pthread_mutex_lock(&t->lock);
   time_blob *b = t->spare;
   if (b) {
      t->spare = b->next;
      t->spares--;
   }
   pthread_mutex_unlock(&t->lock);
   return b;
}

/* ---- from writers --------------------------------------------------------------------------------------------------------------- */
void emu_time_deliver(emu_time_job *j, time_blob *blob)
{
   emu_time *t = j->dev->time;
   size_t bytes = blob->dwords * sizeof *blob->data;
   bool there = time_units_prepare(blob);
   pthread_mutex_lock(&t->lock);
   while (t->backlog_B > t->backlog_limit_B && !atomic_load(&t->hungry) && !t->abandon)
      pthread_cond_wait(&t->room, &t->lock);
   if (j->lost || t->backlog_B > t->backlog_max_B) { /* a shader that spins must not fill the host's memory */
      time_blob_leave(t, blob);
      j->lost = true;
      time_say_lost(t, "the timing model is too far behind a trace");
   } else if (!time_units_add(t, j, blob) || !there) {
      j->lost = true;
      time_say_lost(t, "host memory exhausted: no room for a trace");
   }
   time_tell(t, bytes);
   pthread_mutex_unlock(&t->lock);
}

size_t emu_time_enough(const emu_device *dev)
{
   const emu_time *t = dev->time;
   if (!atomic_load_explicit(&t->waits, memory_order_relaxed))
      return TIME_BLOB_DW / 2;
   return atomic_load_explicit(&t->hungry, memory_order_relaxed) ? 0 : TIME_BLOB_DW / 32;
}

void emu_time_lost(emu_time_job *j)
{
   emu_time *t = j->dev->time;
   pthread_mutex_lock(&t->lock);
   j->lost = true;
   time_say_lost(t, "host memory exhausted: no room for a trace");
   pthread_mutex_unlock(&t->lock);
}
