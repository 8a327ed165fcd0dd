/* Tables of counters, metrics and limits, and the evaluation of formulas: recursive descent, straight from
 * the text. */
#include "counters.h"

#include <string.h>

static const counter_info counters[GPU_COUNTER_COUNT] = {
#define COUNTER(name, unit, block, doc) {#name, unit, #block, doc, false},
#define HOST_COUNTER(name, unit, block, doc) {#name, unit, #block, doc, true},
#include "counters.def"
};

static const metric_info metrics[] = {
#define METRIC(name, unit, block, formula, doc) {#name, unit, #block, formula, doc},
#include "counters.def"
};
#define METRICS (sizeof metrics / sizeof *metrics)

static const limit_info limits[] = {
#define LIMIT(name, formula, doc) {name, formula, doc},
#include "counters.def"
};
#define LIMITS (sizeof limits / sizeof *limits)

#define MAX_NESTING 32u /* of parentheses: formulas of ours have two or three */

const counter_info *counter_table(void)
{
   return counters;
}

const metric_info *metric_table(size_t *count)
{
   *count = METRICS;
   return metrics;
}

const limit_info *limit_table(size_t *count)
{
   *count = LIMITS;
   return limits;
}

static bool is_name(const char *have, const char *name, size_t length)
{
   return strlen(have) == length && !memcmp(have, name, length);
}

int counter_find(const char *name, size_t length)
{
   for (int i = 0; i < GPU_COUNTER_COUNT; i++)
      if (is_name(counters[i].name, name, length))
         return i;
   return -1;
}

/* ---- formulas ---------------------------------------------------------------------------------- */
typedef struct formula {
   const metric_source *source;
   const char *at;
   size_t known; /* metrics that may be named */
   unsigned nesting;
   enum metric_result result; /* the first thing that went wrong; BAD wins over NONE */
} formula;

static double sum(formula *f);

static double wrong(formula *f, enum metric_result r)
{
   f->result = r > f->result ? r : f->result;
   return 0;
}

static char next(formula *f)
{
   while (*f->at == ' ')
      f->at++;
   return *f->at;
}

static bool is_digit(char c)
{
   return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static double number(formula *f)
{
   double n = 0, place = 1;
   while (is_digit(*f->at))
      n = n * 10 + (*f->at++ - '0');
   if (*f->at != '.')
      return n;
   for (f->at++; is_digit(*f->at); f->at++) {
      place *= 10;
      n = n * 10 + (*f->at - '0');
   }
   return n / place;
}

static double named(formula *f)
{
   const char *name = f->at;
   double out = 0;
   while (is_letter(*f->at) || is_digit(*f->at))
      f->at++;
   size_t length = (size_t)(f->at - name);
   int counter = counter_find(name, length);
   if (counter >= 0)
      return (double)f->source->counters[counter];
   for (size_t i = 0; i < f->known; i++)
      if (is_name(metrics[i].name, name, length)) {
         enum metric_result r = metric_value(f->source, i, &out);
         return r == METRIC_OK ? out : wrong(f, r);
      }
   return f->source->constant(f->source->ctx, name, length, &out) ? out : wrong(f, METRIC_BAD);
}

static double factor(formula *f)
{
   char c = next(f);
   if (is_digit(c))
      return number(f);
   if (is_letter(c))
      return named(f);
   if (c != '(' || f->nesting >= MAX_NESTING)
      return wrong(f, METRIC_BAD);
   f->at++;
   f->nesting++;
   double v = sum(f);
   f->nesting--;
   if (next(f) != ')')
      return wrong(f, METRIC_BAD);
   f->at++;
   return v;
}

static double product(formula *f)
{
   double v = factor(f);
   for (char c; (c = next(f)) == '*' || c == '/';) {
      f->at++;
      double w = factor(f);
      if (c == '/' && !(w > 0 || w < 0))
         wrong(f, METRIC_NONE);
      else
         v = c == '*' ? v * w : v / w;
   }
   return v;
}

static double sum(formula *f)
{
   double v = product(f);
   for (char c; (c = next(f)) == '+' || c == '-';) {
      f->at++;
      double w = product(f);
      v = c == '+' ? v + w : v - w;
   }
   return v;
}

enum metric_result metric_formula(const metric_source *s, const char *text, size_t known, double *out)
{
   formula f = {.source = s, .at = text, .known = known < METRICS ? known : METRICS};
   double v = sum(&f);
   if (next(&f))
      wrong(&f, METRIC_BAD);
   if (f.result == METRIC_OK)
      *out = v;
   return f.result;
}

enum metric_result metric_value(const metric_source *s, size_t index, double *out)
{
   return metric_formula(s, metrics[index].formula, index, out);
}

enum metric_result limit_value(const metric_source *s, size_t index, double *out)
{
   return metric_formula(s, limits[index].formula, METRICS, out);
}
