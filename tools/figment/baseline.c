/* Baselines of counters for regression gates. The file is JSON with one counter a line, sorted by name, so
 * that a change of one counter is a change of one line. Counters of the host are left out: they differ from
 * run to run. */
#include "baseline.h"
#include "report.h"
#include "run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Counters of the machine by name. */
static int by_name(const void *a, const void *b)
{
   const counter_info *known = counter_table();
   return strcmp(known[*(const int *)a].name, known[*(const int *)b].name);
}

static size_t sorted_counters(int index[GPU_COUNTER_COUNT])
{
   size_t n = 0;
   for (int i = 0; i < GPU_COUNTER_COUNT; i++)
      if (!counter_table()[i].host)
         index[n++] = i;
   qsort(index, n, sizeof *index, by_name);
   return n;
}

/* ---- writing ------------------------------------------------------------------------------------- */
static void put_device(FILE *f, const struct report *r, int object, const int *index, size_t count)
{
   const struct json *j = &r->json;
   struct report_part p;
   char profile[64], timing[16];

   report_device(r, object, &p);
   json_string(j, json_member(j, object, "profile"), profile, sizeof profile);
   json_string(j, json_member(j, object, "timing"), timing, sizeof timing);
   fprintf(f,
           "      {\n         \"profile\": \"%s\",\n         \"timing\": \"%s\",\n         \"counters\": {\n",
           profile, timing);
   for (size_t i = 0; i < count; i++)
      fprintf(f, "            \"%s\": %" PRIu64 "%s\n", counter_table()[index[i]].name, p.counters[index[i]],
              i + 1 < count ? "," : "");
   fputs("         }\n      }", f);
}

int baseline_update(const tool_command *c, const char *report, const char *baseline)
{
   int index[GPU_COUNTER_COUNT];
   size_t count = sorted_counters(index);
   struct report r;

   if (!report_read(c, report, &r))
      return TOOL_FAILED;
   FILE *f = fopen(baseline, "wb");
   if (f) {
      const char *separator = "";
      fputs("{\n   \"figment_baseline\": 1,\n   \"devices\": [\n", f);
      for (int i = json_first(&r.json, r.devices); i >= 0; i = json_next(&r.json, r.devices, i)) {
         fputs(separator, f);
         put_device(f, &r, i, index, count);
         separator = ",\n";
      }
      fputs("\n   ]\n}\n", f);
   }
   bool ok = f && !ferror(f);
   ok = f && fclose(f) == 0 && ok;
   report_release(&r);
   return ok ? TOOL_OK : tool_fail(c, "cannot write %s: %s", baseline, strerror(errno));
}

/* ---- comparing --------------------------------------------------------------------------------------- */
bool baseline_tolerance(const char *text, double *out)
{
   char *end;
   if (*text < '0' || *text > '9')
      return false;
   *out = strtod(text, &end);
   return !*end && *out >= 0 && *out <= 1e6;
}

static bool is_within(uint64_t was, uint64_t is, double tolerance)
{
   uint64_t change = is > was ? is - was : was - is;
   return !change || (double)change * 100 <= (double)was * tolerance;
}

struct table {
   int device, devices;
   size_t differ, compared, unknown;
};

static void put_row(struct table *t, const char *name, const char *was, uint64_t now, const char *change)
{
   if (!t->differ++)
      printf("   %-24s%22s%22s %10s\n", "counter", "baseline", "now", "change");
   printf("   %-24s%22s%22" PRIu64 " %10s", name, was, now, change);
   if (t->devices > 1)
      printf("   device %d", t->device);
   putchar('\n');
}

static void compare_counter(struct table *t, const char *name, uint64_t was, uint64_t now, double tolerance)
{
   char before[24], change[32];
   t->compared++;
   if (is_within(was, now, tolerance))
      return;
   snprintf(before, sizeof before, "%" PRIu64, was);
   if (was)
      snprintf(change, sizeof change, "%+.2f %%", ((double)now - (double)was) * 100 / (double)was);
   else
      snprintf(change, sizeof change, "new");
   put_row(t, name, before, now, change);
}

/* All counters of this command's table; what the baseline does not know yet is no difference, but said. */
static void compare_counters(struct table *t, const struct json *old, int counters,
                             const struct report_part *now, double tolerance)
{
   int index[GPU_COUNTER_COUNT];
   size_t count = sorted_counters(index);
   for (size_t i = 0; i < count; i++) {
      uint64_t was;
      const char *name = counter_table()[index[i]].name;
      if (json_u64(old, json_member(old, counters, name), &was))
         compare_counter(t, name, was, now->counters[index[i]], tolerance);
      else
         t->unknown++;
   }
}

/* Counts of different cards or models say nothing about each other. */
static bool same_text(const tool_command *c, const struct json *old, int a, const struct json *now, int b,
                      const char *what)
{
   char was[64], is[64];
   json_string(old, json_member(old, a, what), was, sizeof was);
   json_string(now, json_member(now, b, what), is, sizeof is);
   if (!strcmp(was, is))
      return true;
   tool_fail(c, "the baseline was taken with %s %s, this run with %s: they cannot be compared", what, was,
             is);
   return false;
}

static bool compare_device(const tool_command *c, struct table *t, const struct json *old, int a,
                           const struct report *r, int b, double tolerance)
{
   struct report_part now;
   int counters = json_member(old, a, "counters");

   if (!same_text(c, old, a, &r->json, b, "profile") || !same_text(c, old, a, &r->json, b, "timing"))
      return false;
   if (!json_is_object(old, counters)) {
      tool_fail(c, "the baseline has a device without counters");
      return false;
   }
   report_device(r, b, &now);
   compare_counters(t, old, counters, &now, tolerance);
   t->device++;
   return true;
}

static int compare(const tool_command *c, const struct json *old, const char *path, const struct report *r,
                   double tolerance)
{
   int devices = json_member(old, 0, "devices");
   struct table t = {.devices = json_size(&r->json, r->devices)};

   if (json_number(old, json_member(old, 0, "figment_baseline")) != 1 || !json_is_array(old, devices))
      return tool_fail(c, "%s is no baseline", path);
   if (json_size(old, devices) != t.devices)
      return tool_fail(c, "the baseline has %d devices, this run %d", json_size(old, devices), t.devices);
   int a = json_first(old, devices), b = json_first(&r->json, r->devices);
   for (; a >= 0 && b >= 0; a = json_next(old, devices, a), b = json_next(&r->json, r->devices, b))
      if (!compare_device(c, &t, old, a, r, b, tolerance))
         return TOOL_FAILED;
   if (t.unknown)
      printf("   %zu counters are not in %s: --update-baseline adds them\n", t.unknown, path);
   if (t.differ)
      printf("%zu of %zu counters differ from %s\n", t.differ, t.compared, path);
   else
      printf("%zu counters are those of %s\n", t.compared, path);
   fflush(stdout);
   return t.differ ? TOOL_DIFFERS : TOOL_OK;
}

int baseline_compare(const tool_command *c, const char *report, const char *baseline, double tolerance)
{
   struct report r;
   struct json old;
   int status = TOOL_FAILED;

   if (!report_read(c, report, &r))
      return TOOL_FAILED;
   if (json_read(c, baseline, "baseline", &old)) {
      status = compare(c, &old, baseline, &r, tolerance);
      json_release(&old);
   }
   report_release(&r);
   return status;
}
