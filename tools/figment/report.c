/* The GPU's report for people: the JSON that the emulator leaves at FIGMENT_REPORT when a device closes, as
 * tables. Its form is in the manual's chapter "Counters". */
#include "report.h"
#include "run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ------------------------------------------------------------------------------------- */
static bool is_empty(const char *path)
{
   FILE *f = fopen(path, "rb");
   bool empty = !f || fgetc(f) == EOF;
   if (f)
      fclose(f);
   return empty;
}

bool report_read(const tool_command *c, const char *path, struct report *r)
{
   if (is_empty(path)) {
      tool_fail(c, "no report: the program opened no Figment device, or did not close it");
      return false;
   }
   if (!json_read(c, path, "report", &r->json))
      return false;
   r->devices = json_member(&r->json, 0, "devices");
   if (json_number(&r->json, json_member(&r->json, 0, "figment")) == 1 && json_is_array(&r->json, r->devices))
      return true;
   tool_fail(c, "%s is no report", path);
   json_release(&r->json);
   return false;
}

void report_release(struct report *r)
{
   json_release(&r->json);
}

static void read_counters(struct report_part *p, const char *key)
{
   const struct json *j = p->json;
   int object = json_member(j, p->object, key);
   for (int k = json_first(j, object); k >= 0; k = json_next(j, object, k)) {
      int counter = counter_find(json_chars(j, k), (size_t)json_length(j, k));
      if (counter >= 0)
         p->counters[counter] = json_number(j, k + 1);
   }
}

void report_device(const struct report *r, int object, struct report_part *out)
{
   *out = (struct report_part){
       .json = &r->json, .object = object, .card = json_member(&r->json, object, "card")};
   read_counters(out, "counters");
   read_counters(out, "host");
}

void report_job(const struct report_part *device, int object, struct report_part *out)
{
   *out = (struct report_part){.json = device->json, .object = object, .card = device->card};
   read_counters(out, "counters");
   out->counters[GPU_COUNTER_GPU_CYCLES] = json_number(out->json, json_member(out->json, object, "cycles"));
}

static bool card_constant(void *ctx, const char *name, size_t length, double *out)
{
   const struct report_part *p = ctx;
   const struct json *j = p->json;
   for (int k = json_first(j, p->card); k >= 0; k = json_next(j, p->card, k))
      if ((size_t)json_length(j, k) == length && !memcmp(json_chars(j, k), name, length)) {
         *out = (double)json_number(j, k + 1);
         return true;
      }
   return false;
}

metric_source report_source(const struct report_part *p)
{
   return (metric_source){.counters = p->counters, .constant = card_constant, .ctx = (void *)p};
}

/* ---- printing --------------------------------------------------------------------------------------- */
void report_print_number(uint64_t n)
{
   char digits[24], out[40];
   size_t have = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n), k = 0;

   for (size_t i = 0; i < have; i++) {
      if (i && (have - i) % 3 == 0)
         out[k++] = ' ';
      out[k++] = digits[i];
   }
   out[k] = '\0';
   printf("%22s", out);
}

static void print_line(const char *what, uint64_t n, const char *unit)
{
   printf("   %-24s", what);
   report_print_number(n);
   printf(" %s\n", unit);
}

static void print_metric(const metric_info *m, double v)
{
   if (v >= 1000 && v < 1e18)
      print_line(m->name, (uint64_t)(v + 0.5), m->unit);
   else
      printf("   %-24s%22.*f %s\n", m->name, v < 10 && v > -10 ? 3 : 1, v, m->unit);
}

/* 0 is news of a rate, which there is only if something happened, and of nothing else. */
static bool is_worth_saying(const metric_info *m, double v)
{
   return v < 0 || v > 0 || strstr(m->name, "_RATE");
}

/* Counters that are not 0, then metrics that there are numbers for, under the block's name. */
static void print_block(const struct report_part *p, const char *block)
{
   const counter_info *counters = counter_table();
   metric_source source = report_source(p);
   size_t count;
   const metric_info *metrics = metric_table(&count);
   double v;
   bool any = false;

   for (size_t i = 0; i < GPU_COUNTER_COUNT; i++) {
      if (counters[i].host || strcmp(counters[i].block, block) || !p->counters[i])
         continue;
      if (!any)
         printf("%s\n", block);
      any = true;
      print_line(counters[i].name, p->counters[i], counters[i].unit);
   }
   for (size_t i = 0; i < count && any; i++)
      if (!strcmp(metrics[i].block, block) && metric_value(&source, i, &v) == METRIC_OK &&
          is_worth_saying(&metrics[i], v))
         print_metric(&metrics[i], v);
}

static void print_blocks(const struct report_part *p)
{
   const counter_info *counters = counter_table();
   for (size_t i = 0; i < GPU_COUNTER_COUNT; i++) {
      size_t first = 0;
      while (strcmp(counters[first].block, counters[i].block))
         first++;
      if (first == i)
         print_block(p, counters[i].block);
   }
}

static void print_host(const struct report_part *p)
{
   const counter_info *counters = counter_table();
   bool any = false;
   for (size_t i = 0; i < GPU_COUNTER_COUNT; i++) {
      if (!counters[i].host || !p->counters[i])
         continue;
      if (!any)
         printf("of the host, different in every run\n");
      any = true;
      print_line(counters[i].name, p->counters[i], counters[i].unit);
   }
}

static void print_device(const struct report *r, int object)
{
   struct report_part p;
   char profile[64], timing[16];

   report_device(r, object, &p);
   json_string(p.json, json_member(p.json, object, "profile"), profile, sizeof profile);
   json_string(p.json, json_member(p.json, object, "timing"), timing, sizeof timing);
   printf("figment report, card %s%s%s\n", *profile ? profile : "?", *timing ? ", timing " : "", timing);
   print_blocks(&p);
   print_host(&p);
   report_print_time(&p);
   report_print_shaders(&p);
}

bool report_print(const tool_command *c, const char *path)
{
   struct report r;

   if (!report_read(c, path, &r))
      return false;
   for (int i = json_first(&r.json, r.devices); i >= 0; i = json_next(&r.json, r.devices, i))
      print_device(&r, i);
   fflush(stdout);
   report_release(&r);
   return true;
}
