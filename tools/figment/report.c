/* The GPU's report for people: the JSON that the emulator leaves at FIGMENT_REPORT when a device closes,
 * {"figment":1,"devices":[{"profile":"fg1","counters":{"GPU_CYCLES":123,...},"host":{...}}]}, as a table. */
#include "run.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSMN_STATIC
#include <jsmn.h>

#define MAX_TOKENS 16384

struct json {
   const char *text;
   jsmntok_t *tokens;
   int count;
};

static const struct {
   const char *name, *unit;
} known[] = {
#define COUNTER(name, unit, block, doc) {#name, unit},
#include "counters.def"
};

/* Token behind the value at i, nested ones included. */
static int after(const struct json *j, int i)
{
   int end = j->tokens[i].end;
   while (i < j->count && j->tokens[i].start < end)
      i++;
   return i;
}

static bool is_string(const struct json *j, int i, const char *text)
{
   const jsmntok_t *t = &j->tokens[i];
   size_t n = strlen(text);
   return t->type == JSMN_STRING && (size_t)(t->end - t->start) == n && !memcmp(j->text + t->start, text, n);
}

/* Token of the value of a key of the object at i, -1 if there is none. */
static int member(const struct json *j, int i, const char *key)
{
   if (i < 0 || j->tokens[i].type != JSMN_OBJECT)
      return -1;
   int k = i + 1;
   for (int n = j->tokens[i].size; n > 0 && k + 1 < j->count; n--, k = after(j, k + 1))
      if (is_string(j, k, key))
         return k + 1;
   return -1;
}

static uint64_t number(const struct json *j, int i)
{
   return i >= 0 && j->tokens[i].type == JSMN_PRIMITIVE ? strtoull(j->text + j->tokens[i].start, NULL, 10)
                                                        : 0;
}

/* 1234567 as "1 234 567", right-aligned. */
static void print_number(uint64_t n)
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
   print_number(n);
   printf(" %s\n", unit);
}

static void print_counters(const struct json *j, int object, const char *title)
{
   for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
      uint64_t n = number(j, member(j, object, known[i].name));
      if (n && title)
         printf("%s\n", title);
      title = n ? NULL : title;
      if (n)
         print_line(known[i].name, n, known[i].unit);
   }
}

static void print_device(const struct json *j, int device)
{
   int profile = member(j, device, "profile"), counters = member(j, device, "counters");
   uint64_t bytes = number(j, member(j, counters, "CORE_BYTES_READ")) +
                    number(j, member(j, counters, "CORE_BYTES_WRITTEN")) +
                    number(j, member(j, counters, "COPY_BYTES"));

   printf("figment report, card %.*s\n", profile < 0 ? 1 : j->tokens[profile].end - j->tokens[profile].start,
          profile < 0 ? "?" : j->text + j->tokens[profile].start);
   print_line("cycles", number(j, member(j, counters, "GPU_CYCLES")), "");
   print_line("instructions", number(j, member(j, counters, "WAVE_INSTRUCTIONS")), "");
   print_line("waves", number(j, member(j, counters, "WAVES")), "");
   print_line("packets", number(j, member(j, counters, "CP_PACKETS")), "");
   print_line("firmware instructions", number(j, member(j, counters, "CP_INSTRUCTIONS")), "");
   print_line("bytes moved", bytes, "");
   print_counters(j, counters, "counters that are not 0");
   print_counters(j, member(j, device, "host"), "of the host, different in every run");
}

static bool print_devices(const tool_command *c, const struct json *j, const char *path)
{
   int devices = j->count > 0 ? member(j, 0, "devices") : -1;

   if (number(j, member(j, 0, "figment")) != 1 || devices < 0 || j->tokens[devices].type != JSMN_ARRAY) {
      tool_fail(c, "%s is no report", path);
      return false;
   }
   int at = devices + 1;
   for (int n = j->tokens[devices].size; n > 0 && at < j->count; n--, at = after(j, at))
      print_device(j, at);
   return true;
}

bool report_print(const tool_command *c, const char *path)
{
   FILE *probe = fopen(path, "rb");
   size_t size = 0;

   if (probe) {
      int first = fgetc(probe);
      fclose(probe);
      size = first != EOF;
   }
   if (!size) {
      tool_fail(c, "no report: the program opened no Figment device, or did not close it");
      return false;
   }
   char *text = tool_read_file(c, path, &size);
   jsmntok_t *tokens = text ? calloc(MAX_TOKENS, sizeof *tokens) : NULL;
   bool ok = false;
   if (tokens) {
      jsmn_parser parser;
      jsmn_init(&parser);
      int count = jsmn_parse(&parser, text, size, tokens, MAX_TOKENS);
      struct json j = {text, tokens, count};
      if (count > 0)
         ok = print_devices(c, &j, path);
      else
         tool_fail(c, "%s is no report: malformed JSON", path);
   }
   fflush(stdout);
   free(tokens);
   free(text);
   return ok;
}
