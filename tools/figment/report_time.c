/* Where the time went: the longest jobs with what bounds them, and, if the report has all jobs, the same by
 * label. */
#include "bound.h"
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_SHOWN 10
#define LABELS_SHOWN 20

/* Jobs of one kind under one path of labels. */
struct group {
   char label[128];
   int kind; /* token of the first one's */
   uint64_t jobs, cycles;
   uint64_t counters[GPU_COUNTER_COUNT];
};

struct groups {
   struct group *group;
   size_t count, room;
};

/* "Frame / Shadow" */
static void label_of(const struct report_part *job, char *out, size_t size)
{
   int path = json_member(job->json, job->object, "label");
   size_t n = 0;

   out[0] = '\0';
   for (int i = json_first(job->json, path); i >= 0 && n + 4 < size; i = json_next(job->json, path, i)) {
      n += (size_t)snprintf(out + n, size - n, "%s", n ? " / " : "");
      json_string(job->json, i, out + n, size - n);
      n += strlen(out + n);
   }
}

static void print_bound(const metric_source *s)
{
   struct bound b;
   bound_find(s, &b);
   printf("      %s: %s\n", b.name, b.why);
}

/* What the ring's work took longer for the job: such cycles add up, those of jobs that overlap do not. */
static uint64_t added_by(const struct json *j, int object)
{
   return json_number(j, json_member(j, object, "added"));
}

static void print_job(const struct report_part *device, int object)
{
   const struct json *j = device->json;
   struct report_part job;
   char label[128], kind[16];

   report_job(device, object, &job);
   label_of(&job, label, sizeof label);
   json_string(j, json_member(j, object, "kind"), kind, sizeof kind);
   report_print_number(added_by(j, object));
   printf(" cycles   ring %" PRIu64 ", job %" PRIu64 ", %s%s%s\n",
          json_number(j, json_member(j, object, "ring")), json_number(j, json_member(j, object, "number")),
          kind, *label ? ": " : "", label);
   metric_source s = report_source(&job);
   print_bound(&s);
}

/* ---- by label --------------------------------------------------------------------------------------- */
static struct group *group_of(struct groups *g, const struct report_part *job)
{
   char label[sizeof g->group->label];
   int kind = json_member(job->json, job->object, "kind");

   label_of(job, label, sizeof label);
   for (size_t i = 0; i < g->count; i++)
      if (!strcmp(g->group[i].label, label) &&
          json_length(job->json, kind) == json_length(job->json, g->group[i].kind) &&
          !memcmp(json_chars(job->json, kind), json_chars(job->json, g->group[i].kind),
                  (size_t)json_length(job->json, kind)))
         return &g->group[i];
   if (g->count == g->room) {
      size_t room = g->room ? g->room * 2 : 16;
      struct group *bigger = realloc(g->group, room * sizeof *bigger);
      if (!bigger)
         return NULL;
      g->group = bigger;
      g->room = room;
   }
   struct group *n = &g->group[g->count++];
   *n = (struct group){.kind = kind};
   memcpy(n->label, label, sizeof label);
   return n;
}

static int by_cycles(const void *a, const void *b)
{
   uint64_t na = ((const struct group *)a)->cycles, nb = ((const struct group *)b)->cycles;
   return na != nb ? (na < nb ? 1 : -1)
                   : strcmp(((const struct group *)a)->label, ((const struct group *)b)->label);
}

static void add_job(struct groups *g, const struct report_part *device, int object)
{
   struct report_part job;

   report_job(device, object, &job);
   struct group *of = group_of(g, &job);
   if (!of)
      return;
   of->jobs++;
   of->cycles += added_by(job.json, object);
   for (size_t i = 0; i < GPU_COUNTER_COUNT; i++)
      of->counters[i] += job.counters[i];
}

static void print_group(const struct report_part *device, const struct group *g)
{
   struct report_part sum = *device;

   memcpy(sum.counters, g->counters, sizeof sum.counters);
   report_print_number(g->cycles);
   printf(" cycles   %" PRIu64 " x %.*s%s%s\n", g->jobs, json_length(device->json, g->kind),
          json_chars(device->json, g->kind), *g->label ? ": " : "", g->label);
   metric_source s = report_source(&sum);
   print_bound(&s);
}

static void print_labels(const struct report_part *device, int jobs)
{
   struct groups g = {0};

   for (int i = json_first(device->json, jobs); i >= 0; i = json_next(device->json, jobs, i))
      add_job(&g, device, i);
   if (g.count)
      qsort(g.group, g.count, sizeof *g.group, by_cycles);
   printf("where the time went, by label\n");
   for (size_t i = 0; i < g.count && i < LABELS_SHOWN; i++)
      print_group(device, &g.group[i]);
   if (g.count > LABELS_SHOWN)
      printf("   and %zu more\n", g.count - LABELS_SHOWN);
   free(g.group);
}

void report_print_time(const struct report_part *device)
{
   const struct json *j = device->json;
   int longest = json_member(j, device->object, "longest"), jobs = json_member(j, device->object, "jobs"),
       shown = 0;
   uint64_t left_out = json_number(j, json_member(j, device->object, "left_out"));

   if (json_size(j, longest))
      printf("the longest of %" PRIu64 " jobs\n",
             json_number(j, json_member(j, device->object, "job_count")));
   for (int i = json_first(j, longest); i >= 0 && shown < LONGEST_SHOWN;
        i = json_next(j, longest, i), shown++)
      print_job(device, i);
   if (json_size(j, jobs))
      print_labels(device, jobs);
   if (left_out)
      printf("   %" PRIu64 " jobs are not in it: FIGMENT_REPORT_JOBS takes a greater number\n", left_out);
}
