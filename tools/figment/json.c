/* JSON files, read whole. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_WITH_PARSER
#define JSMN_STATIC
#include "json.h"

bool json_read(const tool_command *c, const char *path, const char *what, struct json *j)
{
   size_t size = 0;
   jsmn_parser parser;

   *j = (struct json){.text = tool_read_file(c, path, &size)};
   if (!j->text)
      return false;
   jsmn_init(&parser);
   int count = jsmn_parse(&parser, j->text, size, NULL, 0);
   j->tokens = count > 0 ? calloc((size_t)count, sizeof *j->tokens) : NULL;
   if (j->tokens) {
      jsmn_init(&parser);
      j->count = jsmn_parse(&parser, j->text, size, j->tokens, (unsigned)count);
   }
   if (j->count > 0)
      return true;
   tool_fail(c, count > 0 && !j->tokens ? "%s: out of memory" : "%s is no %s: malformed JSON", path, what);
   json_release(j);
   return false;
}

void json_release(struct json *j)
{
   free(j->tokens);
   free(j->text);
   *j = (struct json){0};
}

static bool is_type(const struct json *j, int i, jsmntype_t type)
{
   return i >= 0 && i < j->count && j->tokens[i].type == type;
}

bool json_is_array(const struct json *j, int i)
{
   return is_type(j, i, JSMN_ARRAY);
}

bool json_is_object(const struct json *j, int i)
{
   return is_type(j, i, JSMN_OBJECT);
}

int json_size(const struct json *j, int i)
{
   return json_is_array(j, i) || json_is_object(j, i) ? j->tokens[i].size : 0;
}

int json_first(const struct json *j, int i)
{
   return json_size(j, i) ? i + 1 : -1;
}

/* What follows lies inside the parent, or is not its. */
int json_next(const struct json *j, int parent, int i)
{
   i += json_is_object(j, parent) && i + 1 < j->count;
   int end = j->tokens[i].end;
   do
      i++;
   while (i < j->count && j->tokens[i].start < end);
   return i < j->count && j->tokens[i].start < j->tokens[parent].end ? i : -1;
}

int json_member(const struct json *j, int i, const char *key)
{
   if (!json_is_object(j, i))
      return -1;
   for (int k = json_first(j, i); k >= 0; k = json_next(j, i, k))
      if (json_is(j, k, key))
         return k + 1;
   return -1;
}

int json_length(const struct json *j, int i)
{
   return is_type(j, i, JSMN_STRING) ? j->tokens[i].end - j->tokens[i].start : 0;
}

const char *json_chars(const struct json *j, int i)
{
   return is_type(j, i, JSMN_STRING) ? j->text + j->tokens[i].start : "";
}

bool json_is(const struct json *j, int i, const char *text)
{
   size_t n = strlen(text);
   return is_type(j, i, JSMN_STRING) && (size_t)json_length(j, i) == n && !memcmp(json_chars(j, i), text, n);
}

bool json_u64(const struct json *j, int i, uint64_t *out)
{
   if (!is_type(j, i, JSMN_PRIMITIVE))
      return false;
   const char *s = j->text + j->tokens[i].start;
   char *end;
   errno = 0;
   *out = strtoull(s, &end, 10);
   return *s >= '0' && *s <= '9' && end == j->text + j->tokens[i].end && !errno;
}

uint64_t json_number(const struct json *j, int i)
{
   uint64_t n;
   return json_u64(j, i, &n) ? n : 0;
}

void json_string(const struct json *j, int i, char *out, size_t size)
{
   const char *s = json_chars(j, i), *end = s + json_length(j, i);
   size_t n = 0;
   while (s < end && n + 1 < size) {
      char c = *s++;
      if (c == '\\' && s < end) {
         c = *s++;
         if (c == 'u') { /* what our reports escape so are control characters */
            c = '?';
            s = end - s > 4 ? s + 4 : end;
         } else {
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
         }
      }
      out[n++] = c;
   }
   if (size)
      out[n] = '\0';
}
