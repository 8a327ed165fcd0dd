/* The summary of a trace as text and as JSON. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trace.h"

#define LABELS_SHOWN 12u

static uint64_t per_cent(uint64_t part, uint64_t whole)
{
   return whole ? (uint64_t)((double)part * 100 / (double)whole + 0.5) : 0;
}

/* ---- text ---- */
/* "12.345 ms": three digits behind the point of the unit that keeps the number short. */
static const char *span_text(uint64_t ns, char out[32])
{
   if (ns < 1000)
      snprintf(out, 32, "%" PRIu64 " ns", ns);
   else if (ns < 1000000)
      snprintf(out, 32, "%" PRIu64 ".%03" PRIu64 " us", ns / 1000, ns % 1000);
   else if (ns < UINT64_C(1000000000))
      snprintf(out, 32, "%" PRIu64 ".%03" PRIu64 " ms", ns / 1000000, ns / 1000 % 1000);
   else
      snprintf(out, 32, "%" PRIu64 ".%03" PRIu64 " s", ns / UINT64_C(1000000000), ns / 1000000 % 1000);
   return out;
}

static void put_cell(const char *text, int width)
{
   printf("%*s", width, text);
}

static void put_time(uint64_t ns, int width)
{
   char text[32];
   put_cell(span_text(ns, text), width);
}

/* What the terminal would take for a command is not its. */
static void put_text(trace_text t)
{
   for (uint32_t i = 0; i < t.size; i++)
      putchar((unsigned char)t.at[i] < 0x20 || t.at[i] == 0x7f ? '?' : t.at[i]);
}

static void print_devices(const trace_sum *s, const char *path)
{
   char first[32], last[32];
   printf("%s: %zu jobs, %zu waves; looking at %s to %s\n", path, s->t->jobs, s->t->waves,
          span_text(s->first_ns, first), span_text(s->last_ns, last));
   for (size_t i = 0; i < s->t->devices; i++) {
      const trace_device *d = &s->t->device[i];
      printf("device %zu: %.*s, timing %.*s, %" PRIu64 " MHz, %" PRIu64 " cores\n", i, (int)d->profile.size,
             d->profile.at, (int)d->timing.size, d->timing.at, d->core_khz / 1000, d->cores);
   }
   for (size_t i = 0; i < s->t->limits; i++)
      printf("%.*s\n", (int)s->t->limit[i].size, s->t->limit[i].at);
}

static void print_queues(const trace_sum *s)
{
   uint64_t span = s->last_ns - s->first_ns;
   for (size_t i = 0; i < s->queues; i++) {
      const trace_queue *q = &s->queue[i];
      char busy[32], gap[32], at[32];
      printf("%squeue %" PRIu64, i ? "" : "\n", q->queue);
      if (s->t->devices > 1)
         printf(" of device %u", q->device);
      printf(": %zu jobs, busy %s (%" PRIu64 " %%)", q->jobs, span_text(q->busy_ns, busy),
             per_cent(q->busy_ns, span));
      if (q->gaps)
         printf(", %zu gaps, the longest %s at %s", q->gaps, span_text(q->longest_gap_ns, gap),
                span_text(q->longest_gap_at_ns, at));
      putchar('\n');
   }
}

static void print_jobs(const trace_sum *s)
{
   if (!s->shown) {
      puts("\nno job is picked");
      return;
   }
   if (s->shown < s->picked)
      printf("\nlongest %zu of %zu jobs\n", s->shown, s->picked);
   else
      puts("\njobs, the longest first");
   puts("             at        takes       cycles  queue  job              label");
   for (size_t i = 0; i < s->shown; i++) {
      const trace_job *j = s->top[i];
      put_time(j->start_ns, 15);
      put_time(j->end_ns - j->start_ns, 13);
      printf("%13" PRIu64 "%7" PRIu64 "  %-16.*s ", j->end - j->start, j->queue, (int)j->name.size,
             j->name.at ? j->name.at : "");
      put_text(j->label);
      putchar('\n');
   }
}

static void print_labels(const trace_sum *s)
{
   if (!s->labels || (s->labels == 1 && !s->label[0].label.size))
      return;
   puts("\nlabels         takes         jobs");
   for (size_t i = 0; i < s->labels && i < LABELS_SHOWN; i++) {
      put_time(s->label[i].ns, 20);
      printf("%13zu  ", s->label[i].jobs);
      if (s->label[i].label.size)
         put_text(s->label[i].label);
      else
         fputs("(none)", stdout);
      putchar('\n');
   }
   if (s->labels > LABELS_SHOWN)
      printf("   and %zu more\n", s->labels - LABELS_SHOWN);
}

static void print_cores(const trace_sum *s)
{
   uint64_t span = s->last_ns - s->first_ns;
   if (s->cores)
      puts("\ncores        queue        waves    occupancy");
   for (size_t i = 0; i < s->cores; i++) {
      const trace_core *c = &s->core[i];
      printf("   core %-4u %6u %12" PRIu64 " %10" PRIu64 " %%\n", c->core, c->queue, c->waves,
             per_cent(c->wave_ns, span * s->t->device[c->device].waves_per_core));
   }
}

static void print_levels(const trace_sum *s)
{
   bool any = false;
   for (size_t i = 0; i < s->levels; i++) {
      const trace_samples *x = s->level[i].samples;
      if (x->name.size > 5 && !memcmp(x->name.at, "core ", 5))
         continue; /* stand among the cores */
      if (!any)
         puts("\nsamples                    queue      average         most");
      any = true;
      printf("   %-25.*s%4" PRId64 " %12" PRIu64 " %12" PRIu64 " %.*s\n", (int)x->name.size,
             x->name.at ? x->name.at : "", x->queue, s->level[i].average, s->level[i].most, (int)x->unit.size,
             x->unit.at ? x->unit.at : "");
   }
}

void trace_print(const trace_sum *s, const char *path)
{
   print_devices(s, path);
   print_queues(s);
   print_jobs(s);
   print_labels(s);
   print_cores(s);
   print_levels(s);
}

/* ---- JSON ---- */
static void json_text(trace_text t)
{
   putchar('"');
   for (uint32_t i = 0; i < t.size; i++) {
      unsigned char ch = (unsigned char)t.at[i];
      if (ch < 0x20 || ch == 0x7f)
         printf("\\u%04x", ch);
      else if (ch == '"' || ch == '\\')
         printf("\\%c", ch);
      else
         putchar(ch);
   }
   putchar('"');
}

static void json_field(const char *name, uint64_t value, bool last)
{
   printf("\"%s\":%" PRIu64 "%s", name, value, last ? "" : ",");
}

static void json_job(const trace_job *j)
{
   size_t at = 0;
   trace_text name;
   uint64_t value;
   printf("{\"name\":");
   json_text(j->name);
   printf(",\"kind\":");
   json_text(j->kind);
   printf(",\"label\":");
   json_text(j->label);
   putchar(',');
   json_field("device", j->device, false);
   json_field("queue", j->queue, false);
   json_field("number", j->number, false);
   json_field("tag", j->tag, false);
   json_field("start_ns", j->start_ns, false);
   json_field("end_ns", j->end_ns, false);
   json_field("start", j->start, false);
   json_field("cycles", j->end - j->start, false);
   printf("\"counters\":{");
   for (bool first = true; trace_counter(j, &at, &name, &value); first = false) {
      fputs(first ? "" : ",", stdout);
      json_text(name);
      printf(":%" PRIu64, value);
   }
   fputs("}}", stdout);
}

static void json_devices(const trace *t)
{
   for (size_t i = 0; i < t->devices; i++) {
      const trace_device *d = &t->device[i];
      printf("%s\n{\"profile\":", i ? "," : "");
      json_text(d->profile);
      printf(",\"timing\":");
      json_text(d->timing);
      putchar(',');
      json_field("core_clock_khz", d->core_khz, false);
      json_field("cores", d->cores, false);
      json_field("waves_per_core", d->waves_per_core, true);
      putchar('}');
   }
}

static void json_queues(const trace_sum *s)
{
   for (size_t i = 0; i < s->queues; i++) {
      const trace_queue *q = &s->queue[i];
      printf("%s\n{", i ? "," : "");
      json_field("device", q->device, false);
      json_field("queue", q->queue, false);
      json_field("jobs", q->jobs, false);
      json_field("cycles", q->cycles, false);
      json_field("first_ns", q->first_ns, false);
      json_field("last_ns", q->last_ns, false);
      json_field("busy_ns", q->busy_ns, false);
      json_field("gaps", q->gaps, false);
      json_field("longest_gap_ns", q->longest_gap_ns, false);
      json_field("longest_gap_at_ns", q->longest_gap_at_ns, true);
      putchar('}');
   }
}

static void json_labels(const trace_sum *s)
{
   for (size_t i = 0; i < s->labels; i++) {
      printf("%s\n{\"label\":", i ? "," : "");
      json_text(s->label[i].label);
      putchar(',');
      json_field("jobs", s->label[i].jobs, false);
      json_field("cycles", s->label[i].cycles, false);
      json_field("ns", s->label[i].ns, true);
      putchar('}');
   }
}

static void json_cores(const trace_sum *s)
{
   for (size_t i = 0; i < s->cores; i++) {
      const trace_core *c = &s->core[i];
      printf("%s\n{", i ? "," : "");
      json_field("device", c->device, false);
      json_field("queue", c->queue, false);
      json_field("core", c->core, false);
      json_field("waves", c->waves, false);
      json_field("wave_ns", c->wave_ns, true);
      putchar('}');
   }
}

static void json_levels(const trace_sum *s)
{
   for (size_t i = 0; i < s->levels; i++) {
      const trace_samples *x = s->level[i].samples;
      printf("%s\n{\"name\":", i ? "," : "");
      json_text(x->name);
      printf(",\"unit\":");
      json_text(x->unit);
      putchar(',');
      json_field("device", x->device, false);
      json_field("queue", (uint64_t)(x->queue < 0 ? 0 : x->queue), false);
      json_field("average", s->level[i].average, false);
      json_field("most", s->level[i].most, true);
      putchar('}');
   }
}

void trace_print_json(const trace_sum *s)
{
   printf("{\"figment_trace\":1,\"first_ns\":%" PRIu64 ",\"last_ns\":%" PRIu64 ",\"packets\":%" PRIu64
          ",\"left_out\":[",
          s->first_ns, s->last_ns, s->t->packets);
   for (size_t i = 0; i < s->t->limits; i++) {
      fputs(i ? "," : "", stdout);
      json_text(s->t->limit[i]);
   }
   printf("],\n\"devices\":[");
   json_devices(s->t);
   printf("],\n\"queues\":[");
   json_queues(s);
   printf("],\n\"picked\":%zu,\"jobs\":[", s->picked);
   for (size_t i = 0; i < s->shown; i++) {
      fputs(i ? ",\n" : "\n", stdout);
      json_job(s->top[i]);
   }
   printf("],\n\"labels\":[");
   json_labels(s);
   printf("],\n\"cores\":[");
   json_cores(s);
   printf("],\n\"samples\":[");
   json_levels(s);
   puts("]}");
}
