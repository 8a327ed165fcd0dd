/* The summary of a trace: jobs picked by the filter, and sums over them by queue, core, label and track of
 * samples. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "perfetto_fields.h"

/* ---- picking ---- */
static bool matches(const char *p, const char *t, const char *end)
{
   const char *star = NULL, *again = NULL;
   while (t < end) {
      if (*p == '*') {
         star = p++;
         again = t;
      } else if (*p == '?' || (*p && *p == *t)) {
         p++;
         t++;
      } else if (star) {
         p = star + 1;
         t = ++again;
      } else {
         return false;
      }
   }
   while (*p == '*')
      p++;
   return !*p;
}

bool trace_matches(const char *pattern, trace_text text)
{
   static const char separator[] = TRACE_LABEL_SEPARATOR;
   size_t n = sizeof separator - 1;
   if (!text.size)
      return matches(pattern, "", "" /* nothing */);
   const char *end = text.at + text.size, *part = text.at;
   if (matches(pattern, text.at, end))
      return true;
   for (const char *p = text.at; p < end; p++) {
      bool here = (size_t)(end - p) >= n && !memcmp(p, separator, n);
      if (here && matches(pattern, part, p))
         return true;
      if (here)
         part = p + n;
   }
   return matches(pattern, part, end);
}

static bool picked(const trace_filter *f, const trace_job *j)
{
   return (!f->one_queue || j->queue == f->queue) && j->start_ns < f->to_ns && j->end_ns >= f->from_ns &&
          j->end - j->start >= f->min_cycles && (!f->label || trace_matches(f->label, j->label));
}

static uint64_t least(uint64_t a, uint64_t b)
{
   return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
   return a > b ? a : b;
}

/* How much of [start, end) lies in [from, to). */
static uint64_t inside(uint64_t start, uint64_t end, uint64_t from, uint64_t to)
{
   start = most(start, from);
   end = least(end, to);
   return end > start ? end - start : 0;
}

/* ---- queues: jobs come in the order of their starts ---- */
static trace_queue *queue_of(trace_sum *s, const trace_job *j)
{
   for (size_t i = 0; i < s->queues; i++)
      if (s->queue[i].device == j->device && s->queue[i].queue == j->queue)
         return &s->queue[i];
   trace_queue *bigger = realloc(s->queue, (s->queues + 1) * sizeof *bigger);
   if (!bigger)
      return NULL;
   s->queue = bigger;
   bigger[s->queues] =
       (trace_queue){.device = j->device, .queue = j->queue, .first_ns = j->start_ns, .last_ns = j->start_ns};
   return &bigger[s->queues++];
}

static bool add_to_queue(trace_sum *s, const trace_job *j)
{
   trace_queue *q = queue_of(s, j);
   if (!q)
      return false;
   if (j->start_ns > q->last_ns) {
      uint64_t gap = j->start_ns - q->last_ns;
      q->gaps++;
      if (gap > q->longest_gap_ns) {
         q->longest_gap_ns = gap;
         q->longest_gap_at_ns = q->last_ns;
      }
   }
   uint64_t from = most(q->last_ns, j->start_ns);
   q->busy_ns += j->end_ns > from ? j->end_ns - from : 0;
   q->last_ns = most(q->last_ns, j->end_ns);
   q->cycles += j->end - j->start;
   q->jobs++;
   return true;
}

static int by_queue(const void *a, const void *b)
{
   const trace_queue *x = a, *y = b;
   if (x->device != y->device)
      return x->device < y->device ? -1 : 1;
   return x->queue < y->queue ? -1 : x->queue > y->queue;
}

/* ---- labels ---- */
static int compare_text(trace_text a, trace_text b)
{
   uint32_t n = a.size < b.size ? a.size : b.size;
   int order = n ? memcmp(a.at, b.at, n) : 0;
   return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

static int by_label(const void *a, const void *b)
{
   return compare_text(((const trace_label *)a)->label, ((const trace_label *)b)->label);
}

static int by_label_time(const void *a, const void *b)
{
   const trace_label *x = a, *y = b;
   if (x->cycles != y->cycles)
      return x->cycles > y->cycles ? -1 : 1;
   return by_label(a, b);
}

/* The entries of the same label become one. */
static void merge_labels(trace_sum *s)
{
   size_t n = 0;
   if (s->labels)
      qsort(s->label, s->labels, sizeof *s->label, by_label);
   for (size_t i = 0; i < s->labels; i++) {
      if (n && !compare_text(s->label[n - 1].label, s->label[i].label)) {
         s->label[n - 1].jobs++;
         s->label[n - 1].cycles += s->label[i].cycles;
         s->label[n - 1].ns += s->label[i].ns;
      } else {
         s->label[n++] = s->label[i];
      }
   }
   s->labels = n;
   if (n)
      qsort(s->label, n, sizeof *s->label, by_label_time);
}

/* ---- cores, samples ---- */
static bool queue_is_picked(const trace_filter *f, int64_t queue)
{
   return !f->one_queue || (queue >= 0 && (uint64_t)queue == f->queue);
}

static trace_core *core_of(trace_sum *s, const trace_wave *w)
{
   for (size_t i = 0; i < s->cores; i++)
      if (s->core[i].device == w->device && s->core[i].queue == w->queue && s->core[i].core == w->core)
         return &s->core[i];
   trace_core *bigger = realloc(s->core, (s->cores + 1) * sizeof *bigger);
   if (!bigger)
      return NULL;
   s->core = bigger;
   bigger[s->cores] = (trace_core){.device = w->device, .queue = w->queue, .core = w->core};
   return &bigger[s->cores++];
}

static int by_core(const void *a, const void *b)
{
   const trace_core *x = a, *y = b;
   if (x->device != y->device)
      return x->device < y->device ? -1 : 1;
   if (x->queue != y->queue)
      return x->queue < y->queue ? -1 : 1;
   return x->core < y->core ? -1 : x->core > y->core;
}

static bool sum_cores(trace_sum *s)
{
   for (size_t i = 0; i < s->t->waves; i++) {
      const trace_wave *w = &s->t->wave[i];
      uint64_t ns = inside(w->start_ns, w->end_ns, s->first_ns, s->last_ns);
      if (!queue_is_picked(s->filter, w->queue) || w->start_ns >= s->last_ns || w->end_ns < s->first_ns)
         continue;
      trace_core *c = core_of(s, w);
      if (!c)
         return false;
      c->waves++;
      c->wave_ns += ns;
   }
   if (s->cores)
      qsort(s->core, s->cores, sizeof *s->core, by_core);
   return true;
}

static trace_level level_of(const trace_sum *s, const trace_samples *x)
{
   trace_level l = {.samples = x};
   uint64_t span = s->last_ns - s->first_ns, sum = 0;
   for (size_t i = 0; i < x->count; i++) {
      uint64_t end = i + 1 < x->count ? x->point[i + 1].ns : s->last_ns;
      uint64_t ns = inside(x->point[i].ns, end, s->first_ns, s->last_ns);
      sum += x->point[i].value * ns;
      l.most = ns ? most(l.most, x->point[i].value) : l.most;
   }
   l.average = span ? sum / span : 0;
   return l;
}

static bool sum_samples(trace_sum *s)
{
   s->level = calloc(s->t->sample_tracks + 1, sizeof *s->level);
   for (size_t i = 0; s->level && i < s->t->sample_tracks; i++)
      if (queue_is_picked(s->filter, s->t->samples[i].queue))
         s->level[s->levels++] = level_of(s, &s->t->samples[i]);
   return s->level != NULL;
}

/* ---- all of it ---- */
static int by_length(const void *a, const void *b)
{
   const trace_job *x = *(const trace_job *const *)a, *y = *(const trace_job *const *)b;
   uint64_t nx = x->end - x->start, ny = y->end - y->start;
   if (nx != ny)
      return nx > ny ? -1 : 1;
   return x < y ? -1 : x > y; /* the order of the trace */
}

static void set_span(trace_sum *s)
{
   s->first_ns = s->filter->from_ns;
   s->last_ns = s->filter->to_ns;
   if (s->last_ns != UINT64_MAX)
      return;
   s->last_ns = 0;
   for (size_t i = 0; i < s->t->jobs; i++)
      s->last_ns = most(s->last_ns, s->t->job[i].end_ns);
   s->last_ns = most(s->last_ns, s->first_ns);
}

bool trace_summarise(const trace *t, const trace_filter *f, trace_sum *s)
{
   *s = (trace_sum){.t = t, .filter = f};
   set_span(s);
   s->top = calloc(t->jobs + 1, sizeof *s->top);
   s->label = calloc(t->jobs + 1, sizeof *s->label);
   bool ok = s->top && s->label;
   for (size_t i = 0; ok && i < t->jobs; i++) {
      const trace_job *j = &t->job[i];
      if (!picked(f, j))
         continue;
      s->top[s->picked++] = j;
      s->label[s->labels++] = (trace_label){j->label, 1, j->end - j->start, j->end_ns - j->start_ns};
      ok = add_to_queue(s, j);
   }
   if (ok) {
      qsort(s->top, s->picked, sizeof *s->top, by_length);
      s->shown = least(s->picked, f->top);
      if (s->queues)
         qsort(s->queue, s->queues, sizeof *s->queue, by_queue);
      merge_labels(s);
      ok = sum_cores(s) && sum_samples(s);
   }
   if (!ok)
      trace_sum_free(s);
   return ok;
}

void trace_sum_free(trace_sum *s)
{
   free(s->top);
   free(s->queue);
   free(s->core);
   free(s->label);
   free(s->level);
   *s = (trace_sum){0};
}
