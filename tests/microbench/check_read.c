/* Reads results and profiles: jsmn tokens, looked through in the order in which they stand. */
#include "check.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define JSMN_STATIC
#define JSMN_STRICT
#include <jsmn.h>

#define MAX_FILE_B (16u << 20)

struct json {
   char *text;
   jsmntok_t *tok;
   int count;
};

static char *read_file(const char *path)
{
   FILE *f = fopen(path, "rb");
   char *text = NULL;
   if (f && !fseek(f, 0, SEEK_END)) {
      long n = ftell(f);
      if (n >= 0 && n < (long)MAX_FILE_B && !fseek(f, 0, SEEK_SET) && (text = calloc((size_t)n + 1, 1)) &&
          fread(text, 1, (size_t)n, f) != (size_t)n) {
         free(text);
         text = NULL;
      }
   }
   if (f)
      fclose(f);
   return text;
}

static bool tokenise(struct json *j)
{
   jsmn_parser p;
   jsmn_init(&p);
   int n = jsmn_parse(&p, j->text, strlen(j->text), NULL, 0);
   if (n < 1 || !(j->tok = calloc((size_t)n, sizeof *j->tok)))
      return false;
   jsmn_init(&p);
   j->count = jsmn_parse(&p, j->text, strlen(j->text), j->tok, (unsigned)n);
   return j->count == n;
}

static int skip(const struct json *j, int i)
{
   int end = j->tok[i].end;
   do
      i++;
   while (i < j->count && j->tok[i].start < end);
   return i;
}

/* The value of a key of the object at i; -1: none. */
static int member(const struct json *j, int i, const char *key, size_t length)
{
   if (i < 0 || j->tok[i].type != JSMN_OBJECT)
      return -1;
   int end = skip(j, i);
   for (int k = i + 1; k + 1 < end; k = skip(j, k + 1))
      if ((size_t)(j->tok[k].end - j->tok[k].start) == length && !memcmp(j->text + j->tok[k].start, key, length))
         return k + 1;
   return -1;
}

static int named(const struct json *j, int i, const char *key) { return member(j, i, key, strlen(key)); }

static double as_number(const struct json *j, int i)
{
   if (i < 0 || j->tok[i].type != JSMN_PRIMITIVE || j->text[j->tok[i].start] == 'n')
      return NAN;
   return strtod(j->text + j->tok[i].start, NULL);
}

static void as_text(const struct json *j, int i, char *out, size_t size)
{
   int n = i < 0 ? 0 : j->tok[i].end - j->tok[i].start;
   snprintf(out, size, "%.*s", n < (int)size ? n : (int)size - 1, i < 0 ? "" : j->text + j->tok[i].start);
}

bool ck_read_results(struct ck *c, const char *path, char *message, size_t size)
{
   struct json j = {.text = read_file(path)};
   if (!j.text || !tokenise(&j) || named(&j, 0, "microbench") < 0) {
      snprintf(message, size, "%s %s", path, j.text ? "holds no results of figment-microbench" : "cannot be read");
      free(j.text);
      free(j.tok);
      return false;
   }
   as_text(&j, named(&j, 0, "device"), c->device, sizeof c->device);
   int quick = named(&j, 0, "quick"), list = named(&j, 0, "benches"), n = list < 0 ? 0 : j.tok[list].size;
   c->quick = quick >= 0 && j.text[j.tok[quick].start] == 't';
   c->benches = calloc((size_t)n + 1, sizeof *c->benches);
   for (int k = list + 1; c->benches && n > 0; n--, k = skip(&j, k))
      as_text(&j, named(&j, k, "bench"), c->benches[c->bench_count++], sizeof *c->benches);
   list = named(&j, 0, "points"), n = list < 0 ? 0 : j.tok[list].size;
   c->points = calloc((size_t)n + 1, sizeof *c->points);
   for (int k = list + 1; c->points && n > 0; n--, k = skip(&j, k)) {
      struct ck_point *p = &c->points[c->count++];
      as_text(&j, named(&j, k, "bench"), p->bench, sizeof p->bench);
      as_text(&j, named(&j, k, "series"), p->series, sizeof p->series);
      p->x = as_number(&j, named(&j, k, "x"));
      p->y = as_number(&j, named(&j, k, "y"));
   }
   free(j.text);
   free(j.tok);
   return true;
}

bool ck_read_profile(struct ck *c, const char *path, char *message, size_t size)
{
   c->profile = read_file(path);
   c->ghz = c->profile ? ck_key(c, "core_clock_khz") * 1e-6 : 0;
   if (c->profile && c->ghz > 0)
      return true;
   snprintf(message, size, "%s %s", path, c->profile ? "is no profile" : "cannot be read");
   return false;
}

double ck_key(const struct ck *c, const char *name)
{
   struct json j = {.text = c->profile};
   double v = NAN;
   if (j.text && tokenise(&j)) {
      int at = 0;
      for (const char *dot; at >= 0 && (dot = strchr(name, '.')); name = dot + 1)
         at = member(&j, at, name, (size_t)(dot - name));
      v = as_number(&j, at < 0 ? -1 : named(&j, at, name));
   }
   free(j.tok);
   return v;
}

void ck_free(struct ck *c)
{
   free(c->points);
   free(c->benches);
   free(c->profile);
}
