/* Options, the order of benchmarks, progress. */
#include "microbench.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef _WIN32
#include <direct.h>
#include <io.h>
#define isatty _isatty
#define make_directory(path) _mkdir(path)
#else
#include <sys/stat.h>
#include <unistd.h>
#define make_directory(path) mkdir(path, 0777)
#endif

#define PATTERNS 32u

const struct mb_bench mb_benches[] = {
#define MB_BENCH(name, group, ...) {#name, #group, __VA_ARGS__, bench_##name},
#include "benches.def"
#undef MB_BENCH
};
const unsigned mb_bench_count = sizeof mb_benches / sizeof mb_benches[0];

struct options {
   const char *only[PATTERNS];
   unsigned only_count;
   const char *device, *library, *json, *plots;
   bool quick, list, devices, validate, quiet;
   unsigned repeats;
};

void mb_die(const char *format, ...)
{
   va_list args;
   va_start(args, format);
   fprintf(stderr, "figment-microbench: ");
   vfprintf(stderr, format, args);
   fprintf(stderr, "\n");
   va_end(args);
   exit(1);
}

void mb_check(VkResult r, const char *call)
{
   if (r != VK_SUCCESS)
      mb_die("%s gave %d%s", call, r, r == VK_ERROR_DEVICE_LOST ? " (device lost)" : "");
}

static void usage(FILE *f)
{
   fprintf(f,
           "figment-microbench measures a GPU by timestamp queries, through plain Vulkan 1.1: latencies, bandwidths, rates, and\n"
           "the shapes by which caches, coalescing, divergence, early depth tests and so on show themselves.\n"
           "\n"
           "usage: figment-microbench [options]\n"
           "  --list           the benchmarks: name, group, what is measured against what\n"
           "  --only GLOB      only benchmarks or groups of that name; may be repeated (* and ? match)\n"
           "  --devices        the names of the Vulkan devices\n"
           "  --device NAME    the first device with NAME in its name\n"
           "  --library FILE   load this Vulkan loader or driver instead of the system's loader\n"
           "  --json FILE      write all points there\n"
           "  --plots DIR      write DIR/BENCHMARK.svg; DIR is made if it is not there\n"
           "  --quick          fewer points\n"
           "  --repeat N       measure each time N times and take the least (default: 1 where the clock is seen not to wobble,\n"
           "                   else 5)\n"
           "  --validate       with the Khronos validation layer\n"
           "  --quiet          no table on the standard output\n"
           "  --help           this\n"
           "\n"
           "examples:\n"
           "  figment-microbench --json all.json --plots plots\n"
           "  figment-microbench --only 'chase*' --only texture\n"
           "  VK_DRIVER_FILES=build/share/vulkan/icd.d/figment_icd.x86_64.json figment-microbench --quick\n"
           "  figment run --profile fg1-nano -- figment-microbench --only overdraw\n");
}

/* ---- options ------------------------------------------------------------------------------------------------ */
static bool matches(const char *pattern, const char *name)
{
   for (; *pattern && *pattern != '*'; pattern++, name++)
      if (!*name || (*pattern != '?' && *pattern != *name))
         return false;
   if (!*pattern)
      return !*name;
   for (;; name++) {
      if (matches(pattern + 1, name))
         return true;
      if (!*name)
         return false;
   }
}

static bool is_wanted(const struct options *o, const struct mb_bench *b)
{
   for (unsigned i = 0; i < o->only_count; i++)
      if (matches(o->only[i], b->name) || matches(o->only[i], b->group))
         return true;
   return !o->only_count;
}

static void check_patterns(const struct options *o)
{
   for (unsigned i = 0; i < o->only_count; i++) {
      bool any = false;
      for (unsigned b = 0; b < mb_bench_count; b++)
         any |= matches(o->only[i], mb_benches[b].name) || matches(o->only[i], mb_benches[b].group);
      if (!any)
         mb_die("no benchmark or group is called \"%s\" (--list names them)", o->only[i]);
   }
}

static struct options parse(int argc, char **argv)
{
   struct options o = {0};
   const char *repeat = NULL, *only = NULL;
   const struct {
      const char *name, **value;
      bool *flag;
   } table[] = {{"--only", &only, NULL},          {"--device", &o.device, NULL}, {"--library", &o.library, NULL},
                {"--json", &o.json, NULL},        {"--plots", &o.plots, NULL},   {"--repeat", &repeat, NULL},
                {"--quick", NULL, &o.quick},      {"--list", NULL, &o.list},     {"--devices", NULL, &o.devices},
                {"--validate", NULL, &o.validate}, {"--quiet", NULL, &o.quiet}};
   for (int i = 1; i < argc; i++) {
      size_t k = 0, n = sizeof table / sizeof table[0];
      if (!strcmp(argv[i], "--help")) {
         usage(stdout);
         exit(0);
      }
      while (k < n && strcmp(argv[i], table[k].name))
         k++;
      if (k == n)
         mb_die("unknown option %s (--help lists them)", argv[i]);
      if (table[k].flag) {
         *table[k].flag = true;
         continue;
      }
      if (++i == argc)
         mb_die("%s needs a value", argv[i - 1]);
      *table[k].value = argv[i];
      if (only && o.only_count == PATTERNS)
         mb_die("more than %u times --only", PATTERNS);
      if (only)
         o.only[o.only_count++] = only;
      only = NULL;
   }
   if (repeat) {
      char *end;
      unsigned long n = strtoul(repeat, &end, 10);
      if (*end || n < 1 || n > 1000)
         mb_die("--repeat needs a number from 1 to 1000");
      o.repeats = (unsigned)n;
   }
   return o;
}

static void list(const struct options *o)
{
   for (unsigned i = 0; i < mb_bench_count; i++) {
      const struct mb_bench *b = &mb_benches[i];
      if (is_wanted(o, b))
         printf("%-17s %-9s %s: %s (%s) against %s (%s)\n", b->name, b->group, b->title, b->y, b->unit, b->x, b->x_unit);
   }
}

/* ---- running ------------------------------------------------------------------------------------------------ */
static double now(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void nothing(struct mb *m, VkCommandBuffer cmd, const void *what)
{
   (void)what;
   vk.CmdFillBuffer(cmd, m->result.buffer, 0, m->result.size, 0);
}

/* An emulated GPU's clock tells the same for the same work; then one measurement says all. */
static bool is_clock_steady(struct mb *m)
{
   m->repeats = 1;
   mb_time(m, NULL, NULL, nothing, NULL);
   double first = mb_time(m, NULL, NULL, nothing, NULL);
   for (int i = 0; i < 5; i++)
      if (mb_time(m, NULL, NULL, nothing, NULL) != first)
         return false;
   return first > 0;
}

static void print_number(double v)
{
   if (v >= 100000 || (v < 0.01 && v > 0))
      printf(" %10.4g", v);
   else
      printf(" %10.*f", v == (double)(long)v ? 0 : v < 1 ? 4 : v < 100 ? 2 : 1, v);
}

static void print_bench(const struct mb *m)
{
   const struct mb_bench *b = m->bench;
   const struct mb_results *r = m->results;
   const char *last = "";
   printf("\n%s: %s\n  %s [%s] -> %s [%s]\n", b->name, b->title, b->x, b->x_unit, b->y, b->unit);
   for (size_t i = 0; i < r->count; i++) {
      const struct mb_point *p = &r->points[i];
      if (p->bench != (unsigned)(b - mb_benches))
         continue;
      if (strcmp(last, p->series))
         printf("  %s\n", last = p->series);
      if (!p->measured) {
         printf("    not measured: %s\n", p->note);
         continue;
      }
      printf("   ");
      print_number(p->x);
      print_number(p->y);
      printf("\n");
   }
   fflush(stdout);
}

static void run_all(struct mb *m, const struct options *o)
{
   unsigned total = 0, n = 0;
   const bool live = isatty(2);
   const double start = now();
   for (unsigned i = 0; i < mb_bench_count; i++)
      total += is_wanted(o, &mb_benches[i]);
   for (unsigned i = 0; i < mb_bench_count; i++) {
      if (!is_wanted(o, &mb_benches[i]))
         continue;
      m->bench = &mb_benches[i];
      fprintf(stderr, "%s[%2u/%2u] %5.1f s  %s%s", live ? "\r\033[K" : "", ++n, total, now() - start, m->bench->name,
              live ? "" : "\n");
      m->bench->run(m);
      m->results->was_run[i] = true;
      if (live)
         fprintf(stderr, "\r\033[K");
      if (!o->quiet)
         print_bench(m);
   }
   fprintf(stderr, "%u benchmarks, %zu points, %.1f s\n", total, m->results->count, now() - start);
}

int main(int argc, char **argv)
{
   struct options o = parse(argc, argv);
   struct mb m = {0};
   char message[700];
   check_patterns(&o);
   if (o.list) {
      list(&o);
      return 0;
   }
   if (!mb_load(o.library, message, sizeof message))
      mb_die("%s", message);
   if (o.devices) {
      mb_list_devices();
      return 0;
   }
   m.results = mb_results_new();
   m.quick = m.results->quick = o.quick;
   mb_open(&m, o.device, o.validate);
   m.scale = is_clock_steady(&m) ? 1 : 4;
   m.repeats = o.repeats ? o.repeats : m.scale == 1 ? 1 : 5;
   fprintf(stderr, "%s, %s, timestamps of %g ns, each time measured %u time%s\n", m.results->device, m.results->driver,
           m.results->period_ns, m.repeats, m.repeats == 1 ? "" : "s");
   run_all(&m, &o);
   mb_close(&m);
   if (o.json && !mb_results_write(m.results, o.json))
      mb_die("cannot write %s", o.json);
   if (o.plots)
      make_directory(o.plots); /* may be there already; if it cannot be made, the first file says so */
   if (o.plots && !mb_plot_all(m.results, o.plots, message, sizeof message))
      mb_die("cannot write %s", message);
   mb_results_free(m.results);
   return 0;
}
