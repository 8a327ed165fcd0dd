/* Writing traces: the buffer of a host thread, frames of units and portions, handing over.
 *
 * A writer collects chunks of units, of one job at a time, in a block that becomes the queue's blob as it is, mostly one that has been
 * a blob before. Frames are closed by
 * writing their length into the record that opened them; pointers to open records move with the buffer when it grows. Where
 * a chunk or a blob ends depends on what the host thread had collected before, so it means nothing: the reader joins the chunks of
 * a unit. When host memory runs out, what is collected is dropped and the job is told; writing goes on, so that no caller has
 * to care. What the records mean: trace.h. Queue, back-pressure and jobs: queue.c.
 */
#include <stdlib.h>
#include <string.h>
#include "../machine.h"
#include "model.h"

#define LONG_DW (TIME_BLOB_DW - EMU_TRACE_LITTLE_DW) /* a unit is cut when more than this is collected */
#define WAVE_FIRST (1u << 20)
#define WAVE_LAST (1u << 21)
#define WAVE_BARRIER (1u << 22)
#define UNIT_LAST (1u << 4)
#define WAVE_DW 2u

emu_trace *emu_trace_create(emu_device *dev)
{
   return dev->settings.timing != EMU_TIMING_OFF ? calloc(1, sizeof(emu_trace)) : NULL;
}

static time_blob *blob_of(const emu_trace *t)
{
   return (time_blob *)(void *)((uint8_t *)t->first - offsetof(time_blob, data));
}

static void free_blob(time_blob *b)
{
   free(b->parts);
   free(b);
}

void emu_trace_destroy(emu_trace *t)
{
   if (!t)
      return;
   if (t->first)
      free_blob(blob_of(t));
   free(t);
}

static size_t used(const emu_trace *t)
{
   return t->first ? (size_t)(t->at - t->first) : 0;
}

static void drop(emu_trace *t)
{
   t->at = t->first;
   t->segment = t->wave = t->unit = NULL;
}

/* The buffer moved: so do the records in it that are still open. */
static uint32_t *moved(uint32_t *record, const uint32_t *from, uint32_t *to)
{
   return record ? to + (record - from) : NULL;
}

/* One of the usual size: another writer's before, or a new one. */
static time_blob *usual_blob(const emu_trace *t)
{
   time_blob *b = t->job ? emu_time_spare(t->job->dev) : NULL;
   if (!b && (b = malloc(sizeof *b + TIME_BLOB_DW * sizeof *b->data)))
      *b = (time_blob){.capacity = TIME_BLOB_DW};
   return b;
}

static time_blob *other_blob(size_t dwords)
{
   time_blob *b = malloc(sizeof *b + dwords * sizeof *b->data);
   if (b)
      *b = (time_blob){0};
   return b;
}

static bool enlarge(emu_trace *t, size_t dwords)
{
   size_t n = used(t), cap = t->first ? (size_t)(t->end - t->first) : TIME_BLOB_DW;
   while (cap < n + dwords)
      cap *= 2;
   time_blob *b = cap == TIME_BLOB_DW ? usual_blob(t) : other_blob(cap);
   if (!b)
      return false;
   if (n)
      memcpy(b->data, t->first, n * sizeof *b->data);
   t->segment = moved(t->segment, t->first, b->data);
   t->wave = moved(t->wave, t->first, b->data);
   t->unit = moved(t->unit, t->first, b->data);
   if (t->first)
      free_blob(blob_of(t));
   t->first = b->data;
   t->at = t->first + n;
   t->end = t->first + cap;
   return true;
}

bool emu_trace_grow(emu_trace *t, size_t dwords)
{
   if (!t->lost && enlarge(t, dwords))
      return true;
   t->lost = true;
   drop(t);
   return (size_t)(t->end - t->at) >= dwords;
}

/* ---- handing over ------------------------------------------------------------------------------------------------------------ */
/* The buffer itself if it is filled well, else a copy that is no larger than it must be. */
static time_blob *take(emu_trace *t)
{
   size_t n = used(t);
   time_blob *b;
   if (2 * n >= (size_t)(t->end - t->first)) {
      b = blob_of(t);
      t->first = t->at = t->end = NULL;
   } else {
      b = other_blob(n);
      if (!b)
         return NULL;
      memcpy(b->data, t->first, n * sizeof *b->data);
   }
   b->dwords = (uint32_t)n;
   return b;
}

void emu_trace_flush(emu_trace *t)
{
   if (!t || (!t->lost && !used(t)))
      return;
   time_blob *b = t->lost ? NULL : take(t);
   t->lost = false;
   drop(t);
   if (b)
      emu_time_deliver(t->job, b);
   else
      emu_time_lost(t->job);
}

/* ---- units ------------------------------------------------------------------------------------------------------------------- */
void emu_trace_unit_begin(emu_trace *t, struct emu_time_job *job, enum emu_unit kind, uint64_t number)
{
   if (t->job != job)
      emu_trace_flush(t);
   t->job = job;
   if (!emu_trace_room(t, EMU_UNIT_DW))
      return;
   t->segment = t->wave = NULL;
   t->unit = t->at;
   t->at[0] = (uint32_t)EMU_REC_UNIT << 28 | (uint32_t)kind;
   t->at[1] = (uint32_t)number;
   t->at[2] = (uint32_t)(number >> 32);
   t->at[3] = 0;
   t->at[4] = 0;
   t->at += EMU_UNIT_DW;
}

void emu_trace_unit_did(emu_trace *t, uint64_t instructions)
{
   if (t->unit)
      t->unit[4] += (uint32_t)instructions;
}

static void close_unit(emu_trace *t, bool last)
{
   uint32_t n = (uint32_t)(t->at - t->unit) - EMU_UNIT_DW;
   if (!n && !last && !t->unit[4]) {
      t->at = t->unit;
   } else {
      t->unit[0] |= last ? UNIT_LAST : 0;
      t->unit[3] = n;
   }
   t->unit = t->segment = t->wave = NULL;
}

void emu_trace_unit_end(emu_trace *t, bool last)
{
   if (t->unit && !t->lost)
      close_unit(t, last);
   if (t->lost || used(t) >= emu_time_enough(t->job->dev))
      emu_trace_flush(t);
}

/* Another chunk of the same unit. */
static void cut_unit(emu_trace *t)
{
   enum emu_unit kind = (enum emu_unit)(t->unit[0] & 15);
   uint64_t number = t->unit[1] | (uint64_t)t->unit[2] << 32;
   struct emu_time_job *job = t->job;
   close_unit(t, false);
   emu_trace_flush(t);
   emu_trace_unit_begin(t, job, kind, number);
}

/* ---- portions of waves --------------------------------------------------------------------------------------------------------- */
void emu_trace_wave_begin(emu_trace *t, uint32_t wave, uint32_t stage, bool first)
{
   if (!emu_trace_room(t, WAVE_DW))
      return;
   t->segment = NULL;
   t->wave = t->at;
   t->at[0] = (uint32_t)EMU_REC_WAVE << 28 | (first ? WAVE_FIRST : 0) | (stage & 15) << 16 | (wave & 0xffff);
   t->at[1] = 0;
   t->at += WAVE_DW;
}

void emu_trace_wave_barrier(emu_trace *t)
{
   if (t->wave)
      t->wave[0] |= WAVE_BARRIER;
}

void emu_trace_wave_end(emu_trace *t, bool last)
{
   t->segment = NULL;
   if (!t->wave)
      return;
   uint32_t n = (uint32_t)(t->at - t->wave) - WAVE_DW;
   t->wave[0] |= last ? WAVE_LAST : 0;
   t->wave[1] = n;
   if (!n && !(t->wave[0] & (WAVE_FIRST | WAVE_LAST | WAVE_BARRIER)))
      t->at = t->wave;
   t->wave = NULL;
   if (t->unit && used(t) > LONG_DW)
      cut_unit(t);
}

/* The wave's portion ends here, and the next one begins in another chunk. */
static void cut_portion(emu_trace *t)
{
   uint32_t header = *t->wave, n = (uint32_t)(t->at - t->wave) - WAVE_DW;
   if (n)
      t->wave[1] = n;
   else
      t->at = t->wave;
   t->wave = NULL;
   cut_unit(t);
   emu_trace_wave_begin(t, header & 0xffff, header >> 16 & 15, !n && header & WAVE_FIRST);
}

/* Waves of other units are one portion each. No segment is cut from its records, nor from repetitions that it would have counted: where
 * a blob is full hangs on the host. */
bool emu_trace_go_on(emu_trace *t)
{
   if (t->unit && t->wave && (*t->unit & 15) == EMU_UNIT_GROUP && used(t) > LONG_DW)
      cut_portion(t);
   return emu_trace_room(t, 1);
}
