/* Reads what engines hand to the timing unit: the linker sends emu_time_launch and emu_time_deliver here
 * first (--wrap, CMakeLists.txt). Units of everything since tap_clear are joined from their chunks and
 * ordered by job, then by number, which is how the model sees them. Included once.
 */
#ifndef TIME_TAP_H
#define TIME_TAP_H

#include "time/model.h"

typedef struct tap_unit {
   uint64_t number;
   unsigned order; /* of the job's launch */
   enum emu_unit kind;
   bool last;
   uint32_t *data;
   size_t dwords;
} tap_unit;

static pthread_mutex_t tap_lock = PTHREAD_MUTEX_INITIALIZER;
static tap_unit *tap;
static size_t tap_count;
static uint32_t tap_longest; /* dwords of a blob */
static const emu_time_job
    *tap_jobs[64]; /* an address may come again when a job has ended: the latest counts */
static unsigned tap_job_count;

emu_time_job *__real_emu_time_launch(emu_device *d, uint32_t ring, enum emu_job_kind kind, uint32_t tag);
emu_time_job *__wrap_emu_time_launch(emu_device *d, uint32_t ring, enum emu_job_kind kind, uint32_t tag);
void __real_emu_time_deliver(emu_time_job *j, time_blob *b);
void __wrap_emu_time_deliver(emu_time_job *j, time_blob *b);

emu_time_job *__wrap_emu_time_launch(emu_device *d, uint32_t ring, enum emu_job_kind kind, uint32_t tag)
{
   emu_time_job *j = __real_emu_time_launch(d, ring, kind, tag);
   pthread_mutex_lock(&tap_lock);
   assert_true(tap_job_count < 64);
   tap_jobs[tap_job_count++] = j;
   pthread_mutex_unlock(&tap_lock);
   return j;
}

static tap_unit *tap_find(const emu_time_job *j, uint64_t number, enum emu_unit kind)
{
   unsigned order = tap_job_count - 1;
   while (order && tap_jobs[order] != j)
      order--;
   for (size_t i = 0; i < tap_count; i++)
      if (tap[i].order == order && tap[i].number == number)
         return &tap[i];
   tap = realloc(tap, (tap_count + 1) * sizeof *tap);
   assert_non_null(tap);
   tap[tap_count] = (tap_unit){.number = number, .order = order, .kind = kind};
   return &tap[tap_count++];
}

void __wrap_emu_time_deliver(emu_time_job *j, time_blob *b)
{
   pthread_mutex_lock(&tap_lock);
   tap_longest = b->dwords > tap_longest ? b->dwords : tap_longest;
   for (uint32_t at = 0; at < b->dwords; at += EMU_UNIT_DW + b->data[at + 3]) {
      const uint32_t *r = b->data + at;
      tap_unit *u = tap_find(j, r[1] | (uint64_t)r[2] << 32, (enum emu_unit)(r[0] & 15));
      u->data = realloc(u->data, (u->dwords + r[3] + 1) * 4);
      assert_non_null(u->data);
      memcpy(u->data + u->dwords, r + EMU_UNIT_DW, r[3] * 4u);
      u->dwords += r[3];
      assert_false(u->last);
      u->last = r[0] >> 4 & 1;
   }
   pthread_mutex_unlock(&tap_lock);
   __real_emu_time_deliver(j, b);
}

static void tap_clear(void)
{
   for (size_t i = 0; i < tap_count; i++)
      free(tap[i].data);
   free(tap);
   tap = NULL;
   tap_count = tap_longest = 0;
   tap_job_count = 0;
}

static int tap_compare(const void *a, const void *b)
{
   const tap_unit *x = a, *y = b;
   if (x->order != y->order)
      return x->order < y->order ? -1 : 1;
   return x->number < y->number ? -1 : x->number > y->number;
}

static void tap_sort(void)
{
   if (tap_count)
      qsort(tap, tap_count, sizeof *tap, tap_compare);
}

static uint32_t tap_record_dwords(const uint32_t *r)
{
   switch (*r >> 28) {
   case EMU_REC_WAVE:
      return 2 + r[1];
   case EMU_REC_RUN:
      return 3;
   case EMU_REC_LINES:
   case EMU_REC_MORE_LINES:
   case EMU_REC_BLOCK_LINES:
      return 1 + 2 * (*r >> 8 & 0xff);
   case EMU_REC_COPY:
      return 7;
   default:
      return 1;
   }
}

#endif
