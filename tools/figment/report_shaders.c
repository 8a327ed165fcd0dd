/* Hot shaders of a report as an annotated listing: source lines where the driver knew them, instructions, and
 * what the schedulers' cycles went to. Order and text are the report's ("shaders", "sources"). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define PROGRAMS_SHOWN 4u
#define REASONS 10u /* ISSUE_ACTIVE and STALL_..., without idle cycles */
#define SHOWN 60u   /* instructions of a program, the most expensive */

static const char *const reasons[REASONS] = {
    "",       "arithmetic", "memory",    "texture",      "scalar memory",
    "atomic", "LDS",        "unit full", "instructions", "barrier"};

struct shader {
   int object, source; /* token of its source, -1 */
   uint64_t cycles;
};

static uint64_t cycles_of(const struct json *j, int inst, uint64_t out[REASONS])
{
   int list = json_member(j, inst, "cycles");
   uint64_t sum = 0;
   unsigned n = 0;
   memset(out, 0, REASONS * sizeof *out);
   for (int k = json_first(j, list); k >= 0 && n < REASONS; k = json_next(j, list, k), n++)
      sum += out[n] = json_number(j, k);
   return sum;
}

static uint64_t sum_of(const struct json *j, int shader)
{
   uint64_t sum = 0, unused[REASONS];
   int code = json_member(j, shader, "code");
   for (int k = json_first(j, code); k >= 0; k = json_next(j, code, k))
      sum += cycles_of(j, k, unused);
   return sum;
}

static bool same_text(const struct json *j, int a, int b)
{
   return a >= 0 && b >= 0 && json_length(j, a) == json_length(j, b) &&
          !memcmp(json_chars(j, a), json_chars(j, b), (size_t)json_length(j, a));
}

static int source_of(const struct json *j, int shader)
{
   int sources = json_member(j, 0, "sources"), program = json_member(j, shader, "program");
   for (int k = json_first(j, sources); k >= 0; k = json_next(j, sources, k))
      if (same_text(j, json_member(j, k, "program"), program))
         return k;
   return -1;
}

static int by_cycles(const void *a, const void *b)
{
   const struct shader *x = a, *y = b;
   if (x->cycles != y->cycles)
      return x->cycles > y->cycles ? -1 : 1;
   return x->object < y->object ? -1 : x->object > y->object;
}

/* ---- source lines ---- */
/* Files and lines by word of the program; file + 1, 0: unknown. */
struct lines {
   uint32_t (*at)[2];
   uint32_t count;
   char **text; /* by file */
   char (*name)[128];
   uint32_t files;
};

static char *file_text(const struct json *j, int file)
{
   int t = json_member(j, file, "text");
   size_t size = t < 0 ? 1 : (size_t)json_length(j, t) + 1;
   char *text = calloc(size, 1);
   if (text && t >= 0)
      json_string(j, t, text, size);
   return text;
}

static void read_files(const struct json *j, int source, struct lines *l)
{
   int files = json_member(j, source, "files");
   uint32_t count = (uint32_t)json_size(j, files);
   l->text = calloc(count + 1, sizeof *l->text);
   l->name = calloc(count + 1, sizeof *l->name);
   for (int k = json_first(j, files); k >= 0 && l->text && l->name; k = json_next(j, files, k)) {
      char path[1024];
      json_string(j, json_member(j, k, "name"), path, sizeof path);
      const char *slash = strrchr(path, '/');
      snprintf(l->name[l->files], sizeof l->name[0], "%.*s", (int)sizeof l->name[0] - 1,
               slash ? slash + 1 : path);
      l->text[l->files++] = file_text(j, k);
   }
}

static void read_lines(const struct json *j, int source, uint32_t words, struct lines *l)
{
   int list = json_member(j, source, "lines");
   *l = (struct lines){.count = words};
   l->at = calloc(words + 1, sizeof *l->at);
   read_files(j, source, l);
   for (int k = json_first(j, list); k >= 0 && l->at; k = json_next(j, list, k)) {
      uint64_t v[3] = {UINT64_MAX, UINT64_MAX, 0};
      unsigned n = 0;
      for (int m = json_first(j, k); m >= 0 && n < 3; m = json_next(j, k, m))
         v[n++] = json_number(j, m);
      if (v[0] < words && v[1] < l->files) {
         l->at[v[0]][0] = (uint32_t)v[1] + 1;
         l->at[v[0]][1] = (uint32_t)v[2];
      }
   }
}

static void release_lines(struct lines *l)
{
   for (uint32_t i = 0; l->text && i < l->files; i++)
      free(l->text[i]);
   free(l->text);
   free(l->name);
   free(l->at);
}

static const char *line_text(const struct lines *l, uint32_t file, uint32_t line, int *length)
{
   const char *p = l->text[file] ? l->text[file] : "";
   while (line > 1 && *p)
      if (*p++ == '\n')
         line--;
   p += strspn(p, " \t");
   *length = (int)strcspn(p, "\r\n");
   return p;
}

/* What an instruction must have cost to be shown: cheaper ones are told of by their number. */
static int descending(const void *a, const void *b)
{
   uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
   return x > y ? -1 : x < y;
}

static uint64_t least_shown(const struct json *j, int code)
{
   size_t count = (size_t)json_size(j, code), n = 0;
   uint64_t *cycles = calloc(count + 1, sizeof *cycles), unused[REASONS], least = 1;
   for (int k = json_first(j, code); k >= 0 && cycles && n < count; k = json_next(j, code, k))
      cycles[n++] = cycles_of(j, k, unused);
   if (cycles && n > SHOWN) {
      qsort(cycles, n, sizeof *cycles, descending);
      least = cycles[SHOWN - 1] ? cycles[SHOWN - 1] : 1;
   }
   free(cycles);
   return least;
}

/* ---- the listing ---- */
static void print_share(uint64_t part, uint64_t whole)
{
   printf("%6.1f %%", whole ? 100.0 * (double)part / (double)whole : 0);
}

static uint64_t cycles_of_line(const struct json *j, int code, const struct lines *l, const uint32_t at[2])
{
   uint64_t sum = 0, unused[REASONS];
   for (int k = json_first(j, code); k >= 0; k = json_next(j, code, k)) {
      uint64_t word = json_number(j, json_member(j, k, "word"));
      if (word < l->count && !memcmp(l->at[word], at, sizeof l->at[0]))
         sum += cycles_of(j, k, unused);
   }
   return sum;
}

static void print_source(const struct json *j, int code, const struct lines *l, const uint32_t at[2],
                         uint64_t total)
{
   int length;
   const char *text = line_text(l, at[0] - 1, at[1], &length);
   fputs("   ", stdout);
   print_share(cycles_of_line(j, code, l, at), total);
   printf("  %s:%u  %.*s\n", l->name[at[0] - 1], at[1], length, text);
}

static void print_instruction(const struct json *j, int inst, uint64_t total)
{
   uint64_t cycles[REASONS], sum = cycles_of(j, inst, cycles);
   unsigned worst = 1;
   char text[256];
   for (unsigned r = 2; r < REASONS; r++)
      worst = cycles[r] > cycles[worst] ? r : worst;
   json_string(j, json_member(j, inst, "isa"), text, sizeof text);
   fputs("      ", stdout);
   print_share(sum, total);
   printf(" %12" PRIu64 " %11" PRIu64 "  %-13s  %s\n", sum, json_number(j, json_member(j, inst, "issued")),
          cycles[worst] ? reasons[worst] : "", text);
}

static void print_listing(const struct json *j, const struct shader *s)
{
   int code = json_member(j, s->object, "code");
   uint32_t words = 0, skipped = 0;
   uint32_t last[2] = {0, 0};
   uint64_t unused[REASONS], least = least_shown(j, code);
   struct lines l;
   for (int k = json_first(j, code); k >= 0; k = json_next(j, code, k)) {
      uint64_t word = json_number(j, json_member(j, k, "word"));
      words = word >= words && word < 1u << 24 ? (uint32_t)word + 1 : words;
   }
   read_lines(j, s->source, words, &l);
   puts("         share       cycles      issued  waits for      instruction");
   for (int k = json_first(j, code); k >= 0; k = json_next(j, code, k)) {
      uint64_t word = json_number(j, json_member(j, k, "word"));
      bool quiet = cycles_of(j, k, unused) < least;
      const uint32_t *at = l.at && l.text && l.name && word < l.count && l.at[word][0] ? l.at[word] : NULL;
      if (quiet && ++skipped)
         continue;
      if (skipped)
         printf("               ... %u cheaper instructions\n", skipped);
      skipped = 0;
      if (at && memcmp(at, last, sizeof last) != 0)
         print_source(j, code, &l, at, s->cycles);
      memcpy(last, at ? at : (uint32_t[2]){0, 0}, sizeof last);
      print_instruction(j, k, s->cycles);
   }
   if (skipped)
      printf("               ... %u cheaper instructions\n", skipped);
   release_lines(&l);
}

static void print_head(const struct json *j, const struct shader *s, uint64_t total)
{
   char text[64];
   int stages = json_member(j, s->object, "stages");
   fputs("   ", stdout);
   for (int k = json_first(j, stages); k >= 0; k = json_next(j, stages, k)) {
      json_string(j, k, text, sizeof text);
      printf("%s ", text);
   }
   json_string(j, json_member(j, s->object, "program"), text, sizeof text);
   printf("shader %s: ", text);
   print_share(s->cycles, total);
   printf(" of the cycles of all, %d instructions%s\n", json_size(j, json_member(j, s->object, "code")),
          s->source < 0 ? "; its module has no lines" : "");
}

void report_print_shaders(const struct report_part *device)
{
   const struct json *j = device->json;
   int list = json_member(j, device->object, "shaders");
   size_t count = 0;
   uint64_t total = 0;
   struct shader *s = calloc((size_t)json_size(j, list) + 1, sizeof *s);
   for (int k = json_first(j, list); k >= 0 && s; k = json_next(j, list, k)) {
      struct shader one = {k, source_of(j, k), sum_of(j, k)};
      total += one.cycles;
      if (one.cycles)
         s[count++] = one;
   }
   if (count) {
      qsort(s, count, sizeof *s, by_cycles);
      puts("hot shaders: cycles of the schedulers; a wait counts for the instruction that had to wait");
   }
   for (size_t i = 0; i < count && i < PROGRAMS_SHOWN; i++) {
      print_head(j, &s[i], total);
      print_listing(j, &s[i]);
   }
   if (count > PROGRAMS_SHOWN)
      printf("   and %zu more programs\n", count - PROGRAMS_SHOWN);
   free(s);
}
