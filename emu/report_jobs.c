/* Records of jobs for the report: the longest of a device, always, and with FIGMENT_REPORT_JOBS the first so
 * many of each ring. Nothing here depends on how the jobs of several rings interleave, so a report is the
 * same in every run. What there is no memory for is left out.
 */
#include "report.h"
#include <stdlib.h>
#include <string.h>

/* A 64-bit value takes ten bytes of seven bits, a counter's number at most two. */
#define PACKED_MAX_B (GPU_COUNTER_COUNT * 12u)

static uint8_t *pack(uint8_t *p, uint64_t v)
{
   for (; v >= 0x80; v >>= 7)
      *p++ = (uint8_t)(v | 0x80);
   *p++ = (uint8_t)v;
   return p;
}

static const uint8_t *unpack(const uint8_t *p, uint64_t *v)
{
   unsigned shift = 0;
   *v = 0;
   do
      *v |= (uint64_t)(*p & 0x7f) << shift;
   while (shift += 7, *p++ & 0x80);
   return p;
}

static report_job *record(const emu_job_report *job)
{
   uint8_t packed[PACKED_MAX_B], *p = packed;
   for (unsigned i = 0; i < GPU_COUNTER_COUNT; i++)
      if (job->counters[i])
         p = pack(pack(p, i), job->counters[i]);
   size_t size = (size_t)(p - packed);
   report_job *j = malloc(sizeof(*j) + size);
   if (!j)
      return NULL;
   *j = (report_job){.label = emu_label_hold(job->label),
                     .start = job->start,
                     .begin = job->begin,
                     .end = job->end,
                     .added = job->added,
                     .number = job->number,
                     .ring = job->ring,
                     .tag = job->tag,
                     .kind = job->kind,
                     .packed_B = (uint16_t)size};
   memcpy(j->packed, packed, size);
   return j;
}

static void forget(report_job *j)
{
   emu_label_drop(j->label);
   free(j);
}

void report_job_counters(const report_job *j, uint64_t counters[GPU_COUNTER_COUNT])
{
   memset(counters, 0, GPU_COUNTER_COUNT * sizeof(*counters));
   for (const uint8_t *p = j->packed; p < j->packed + j->packed_B;) {
      uint64_t index, value;
      p = unpack(unpack(p, &index), &value);
      counters[index] = value;
   }
}

/* ---- the longest ------------------------------------------------------------------------------- */
/* Took the ring longer, or as long and before it. */
static bool precedes(const emu_job_report *a, const report_job *b)
{
   if (a->added != b->added)
      return a->added > b->added;
   return a->ring != b->ring ? a->ring < b->ring : a->number < b->number;
}

static void add_longest(report_jobs *jobs, const emu_job_report *job)
{
   uint32_t n = jobs->longest_count, at = n;
   while (at > 0 && precedes(job, jobs->longest[at - 1]))
      at--;
   report_job *j = at < REPORT_LONGEST ? record(job) : NULL;
   if (!j)
      return;
   if (n == REPORT_LONGEST)
      forget(jobs->longest[--n]);
   memmove(&jobs->longest[at + 1], &jobs->longest[at], (n - at) * sizeof(*jobs->longest));
   jobs->longest[at] = j;
   jobs->longest_count = n + 1;
}

/* Jobs end nearly in the order of their numbers: look for the place from the end. */
static void insert(report_ring *r, report_job *j)
{
   report_job *before = r->last;
   while (before && before->number > j->number)
      before = before->before;
   j->before = before;
   j->next = before ? before->next : r->first;
   *(before ? &before->next : &r->first) = j;
   *(j->next ? &j->next->before : &r->last) = j;
   r->kept++;
}

void report_jobs_add(report_entry *e, const emu_job_report *job)
{
   report_ring *r = &e->jobs.ring[job->ring];
   r->jobs++;
   add_longest(&e->jobs, job);
   report_job *j = job->number < e->jobs_wanted ? record(job) : NULL;
   if (j)
      insert(r, j);
}
