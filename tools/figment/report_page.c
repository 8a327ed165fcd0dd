/* The page: page/report.html with its parts in their places. Numbers and text go in as JSON, so that nothing
 * of a report is ever taken for markup; what its script shows, it puts in as text.
 */
#include "report_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
   char *data;
   size_t used, capacity;
   bool failed;
};

static void put(struct text *t, const char *data, size_t size)
{
   if (t->capacity - t->used < size && !t->failed) {
      size_t capacity = 2 * t->capacity + size + 4096;
      char *bigger = realloc(t->data, capacity);
      t->failed = !bigger;
      t->data = bigger ? bigger : t->data;
      t->capacity = bigger ? capacity : t->capacity;
   }
   if (t->failed)
      return;
   memcpy(t->data + t->used, data, size);
   t->used += size;
}

static void puts_to(struct text *t, const char *text)
{
   put(t, text, strlen(text));
}

/* JSON inside of a script element: only '<' could end that, and it stands in strings alone. */
static void put_json(struct text *t, const char *json)
{
   while (*json) {
      size_t n = strcspn(json, "<");
      put(t, json, n);
      json += n;
      if (*json == '<') {
         puts_to(t, "\\u003c");
         json++;
      }
   }
}

/* ---- the tables ---- */
static void put_member(struct text *t, const char *name, const char *value)
{
   puts_to(t, "\"");
   puts_to(t, name);
   puts_to(t, "\":\"");
   for (; *value; value++) {
      if (*value == '"' || *value == '\\')
         puts_to(t, "\\");
      put(t, value, 1);
   }
   puts_to(t, "\"");
}

static void put_members(struct text *t, const char *const members[][2], size_t count)
{
   puts_to(t, "{");
   for (size_t i = 0; i < count; i++) {
      puts_to(t, i ? "," : "");
      put_member(t, members[i][0], members[i][1]);
   }
}

static void put_tables(struct text *t)
{
   size_t count;
   struct text raw = {0};
   const counter_info *c = counter_table();
   puts_to(&raw, "{\"counters\":[");
   for (size_t i = 0; i < GPU_COUNTER_COUNT; i++) {
      const char *const m[][2] = {
          {"name", c[i].name}, {"unit", c[i].unit}, {"block", c[i].block}, {"doc", c[i].doc}};
      puts_to(&raw, i ? ",\n" : "");
      put_members(&raw, m, 4);
      puts_to(&raw, c[i].host ? ",\"host\":true}" : "}");
   }
   puts_to(&raw, "],\n\"metrics\":[");
   const metric_info *k = metric_table(&count);
   for (size_t i = 0; i < count; i++) {
      const char *const m[][2] = {{"name", k[i].name},
                                  {"unit", k[i].unit},
                                  {"block", k[i].block},
                                  {"formula", k[i].formula},
                                  {"doc", k[i].doc}};
      puts_to(&raw, i ? ",\n" : "");
      put_members(&raw, m, 5);
      puts_to(&raw, "}");
   }
   puts_to(&raw, "],\n\"limits\":[");
   const limit_info *l = limit_table(&count);
   for (size_t i = 0; i < count; i++) {
      const char *const m[][2] = {{"name", l[i].name}, {"formula", l[i].formula}, {"doc", l[i].doc}};
      puts_to(&raw, i ? ",\n" : "");
      put_members(&raw, m, 3);
      puts_to(&raw, "}");
   }
   put(&raw, "]}", 3);
   if (raw.failed)
      t->failed = true;
   else
      put_json(t, raw.data);
   free(raw.data);
}

/* ---- the page ---- */
static void fill(struct text *t, const struct report *r)
{
   for (const char *p = page_html; *p;) {
      const char *mark = strchr(p, '@');
      size_t n = mark ? (size_t)(mark - p) : strlen(p);
      put(t, p, n);
      p += n;
      if (!mark)
         break;
      const char *end = strchr(mark + 1, '@');
      size_t length = end ? (size_t)(end - mark - 1) : 0;
      if (length == 3 && !memcmp(mark + 1, "css", 3))
         puts_to(t, page_css);
      else if (length == 2 && !memcmp(mark + 1, "js", 2))
         puts_to(t, page_js);
      else if (length == 6 && !memcmp(mark + 1, "tables", 6))
         put_tables(t);
      else if (length == 6 && !memcmp(mark + 1, "report", 6))
         put_json(t, r->json.text);
      p = end ? end + 1 : mark + 1;
   }
}

bool report_write_page(const tool_command *c, const struct report *r, const char *path)
{
   struct text t = {0};
   fill(&t, r);
   bool ok = !t.failed;
   if (ok)
      ok = tool_write_file(c, path, t.data, t.used);
   else
      tool_fail(c, "the page is too large for this host's memory");
   free(t.data);
   return ok;
}
