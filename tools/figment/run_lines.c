/* Source lines of shaders, which the driver leaves beside the report, become part of it: the array "sources".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static void put(char *out, size_t *used, const char *text, size_t size)
{
   memcpy(out + *used, text, size);
   *used += size;
}

/* Lines of the file as elements of an array; one that a process could not end is left out. */
static size_t put_lines(char *out, size_t used, const char *lines)
{
   bool first = true;
   for (const char *end; (end = strchr(lines, '\n')); lines = end + 1) {
      if (end == lines)
         continue;
      put(out, &used, first ? "\n" : ",\n", first ? 1 : 2);
      put(out, &used, lines, (size_t)(end - lines));
      first = false;
   }
   return used;
}

bool run_merge_lines(const tool_command *c, const char *report, const char *lines)
{
   static const char head[] = ",\n\"sources\":[", tail[] = "]}\n";
   size_t size, lines_size, used = 0;
   char *text = tool_read_file(c, report, &size), *more = text ? tool_read_file(c, lines, &lines_size) : NULL;
   char *out = more ? malloc(size + 2 * lines_size + sizeof head + sizeof tail) : NULL;
   char *last = text ? strrchr(text, '}') : NULL;
   bool ok = out != NULL;
   if (ok && last) {
      put(out, &used, text, (size_t)(last - text));
      put(out, &used, head, sizeof head - 1);
      used = put_lines(out, used, more);
      put(out, &used, tail, sizeof tail - 1);
      ok = tool_write_file(c, report, out, used);
   }
   free(out);
   free(more);
   free(text);
   return ok;
}
