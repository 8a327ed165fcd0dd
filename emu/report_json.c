/* The report's JSON: a device's card, counters, metrics and jobs. Manual: chapter "Counters".
 */
#include "counters.h"
#include "report.h"
#include "time/timing.h"
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {[EMU_JOB_DISPATCH] = "dispatch",
                                    [EMU_JOB_DRAW] = "draw",
                                    [EMU_JOB_CLEAR] = "clear",
                                    [EMU_JOB_COPY] = "copy"};
static const char *const timings[] = {
   [EMU_TIMING_OFF] = "off", [EMU_TIMING_APPROX] = "approx", [EMU_TIMING_DETAILED] = "detailed"};

static bool profile_constant(void *ctx, const char *name, size_t length, double *out)
{
   const report_entry *e = ctx;
   const char *key;
   uint64_t value;
   for (size_t i = 0; (key = emu_profile_key(&e->profile, i, &value)); i++)
      if (strlen(key) == length && !memcmp(key, name, length)) {
         *out = (double)value;
         return true;
      }
   return false;
}

static void put_card(FILE *f, const report_entry *e)
{
   uint64_t value;
   const char *key;
   for (size_t i = 0; (key = emu_profile_key(&e->profile, i, &value)); i++)
      fprintf(f, "%s\"%s\":%llu", i ? "," : "", key, (unsigned long long)value);
}

static void put_counters(FILE *f, const uint64_t *counters, bool host)
{
   const counter_info *known = counter_table();
   const char *comma = "";
   for (unsigned i = 0; i < GPU_COUNTER_COUNT; i++)
      if (known[i].host == host) {
         fprintf(f, "%s\"%s\":%llu", comma, known[i].name, (unsigned long long)counters[i]);
         comma = ",";
      }
}

static void put_metrics(FILE *f, const report_entry *e)
{
   metric_source s = {.counters = e->counters, .constant = profile_constant, .ctx = (void *)e};
   size_t count;
   const metric_info *metrics = metric_table(&count);
   for (size_t i = 0; i < count; i++) {
      double value;
      fprintf(f, "%s\"%s\":", i ? "," : "", metrics[i].name);
      if (metric_value(&s, i, &value) == METRIC_OK)
         fprintf(f, "%.9g", value);
      else
         fputs("null", f);
   }
}

/* ---- jobs -------------------------------------------------------------------------------------- */
static void put_text(FILE *f, const char *text)
{
   fputc('"', f);
   for (; *text; text++) {
      unsigned char c = (unsigned char)*text;
      if (c < 0x20 || c == 0x7f)
         fprintf(f, "\\u%04x", c);
      else
         fprintf(f, c == '"' || c == '\\' ? "\\%c" : "%c", c);
   }
   fputc('"', f);
}

/* From the outermost on. */
static void put_labels(FILE *f, const emu_label *l)
{
   if (!l)
      return;
   put_labels(f, l->outer);
   if (l->outer)
      fputc(',', f);
   put_text(f, l->text);
}

/* The cycles that a job worked: from its first work, or, with what it took to get there, from where it alone
 * kept the ring. */
static uint64_t cycles_of(const report_job *j)
{
   uint64_t worked = j->end > j->begin ? j->end - j->begin : 0;
   return worked > j->added ? worked : j->added;
}

static void put_job(FILE *f, const report_job *j)
{
   uint64_t counters[GPU_COUNTER_COUNT];
   const counter_info *known = counter_table();
   const char *comma = "";
   fprintf(f, "{\"kind\":\"%s\",\"ring\":%u,\"number\":%llu,\"tag\":%u,\"label\":[", kinds[j->kind], j->ring,
           (unsigned long long)j->number, j->tag);
   put_labels(f, j->label);
   fprintf(f, "],\"start\":%llu,\"begin\":%llu,\"end\":%llu,\"cycles\":%llu,\"added\":%llu,\"counters\":{",
           (unsigned long long)j->start, (unsigned long long)j->begin, (unsigned long long)j->end,
           (unsigned long long)cycles_of(j), (unsigned long long)j->added);
   report_job_counters(j, counters);
   for (unsigned i = 0; i < GPU_COUNTER_COUNT; i++)
      if (counters[i]) {
         fprintf(f, "%s\"%s\":%llu", comma, known[i].name, (unsigned long long)counters[i]);
         comma = ",";
      }
   fprintf(f, "}}");
}

static void put_longest(FILE *f, const report_jobs *jobs)
{
   for (uint32_t i = 0; i < jobs->longest_count; i++) {
      fputs(i ? ",\n" : "\n", f);
      put_job(f, jobs->longest[i]);
   }
}

static void put_jobs(FILE *f, const report_jobs *jobs)
{
   const char *comma = "";
   for (uint32_t i = 0; i < GPU_RINGS; i++)
      for (const report_job *j = jobs->ring[i].first; j; j = j->next) {
         fprintf(f, "%s\n", comma);
         put_job(f, j);
         comma = ",";
      }
}

void report_json_device(FILE *f, const report_entry *e)
{
   uint64_t jobs = 0, kept = 0;
   for (uint32_t i = 0; i < GPU_RINGS; i++) {
      jobs += e->jobs.ring[i].jobs;
      kept += e->jobs.ring[i].kept;
   }
   fprintf(f, "{\"profile\":\"%s\",\"timing\":\"%s\",\"counters\":{", e->profile.name, timings[e->timing]);
   put_counters(f, e->counters, false);
   fprintf(f, "},\"host\":{");
   put_counters(f, e->counters, true);
   fprintf(f, "},\n\"card\":{");
   put_card(f, e);
   fprintf(f, "},\n\"metrics\":{");
   put_metrics(f, e);
   fprintf(f, "},\n\"job_count\":%llu,\"longest\":[", (unsigned long long)jobs);
   put_longest(f, &e->jobs);
   fputs("]", f);
   if (e->jobs_wanted) {
      fprintf(f, ",\n\"left_out\":%llu,\"jobs\":[", (unsigned long long)(jobs - kept));
      put_jobs(f, &e->jobs);
      fputs("]", f);
   }
   fprintf(f, ",\n\"timeline\":[");
   report_timeline_json(f, e);
   fputs("]", f);
   if (e->shaders_wanted) {
      fprintf(f, ",\n\"shaders\":[");
      report_shaders_json(f, e);
      fputs("]", f);
   }
   fputs("}", f);
}
