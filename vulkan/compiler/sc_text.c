/* The text of a shader's IR as a string, for whoever asks the driver for a pipeline's internal representations.
 * The printer writes to a stream; here the stream is memory, or a short-lived file where the system has no such. */
#include "ir.h"

#include <stdlib.h>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static char *read_all(FILE *f)
{
   long size = ftell(f);
   char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
   if (text) {
      rewind(f);
      text[fread(text, 1, (size_t)size, f)] = 0;
   }
   return text;
}

char *sc_ir_text(const ir_shader *s)
{
   char folder[MAX_PATH + 1], path[MAX_PATH + 1], *text = NULL;
   if (!GetTempPathA(sizeof folder, folder) || !GetTempFileNameA(folder, "fig", 0, path))
      return NULL;
   FILE *f = fopen(path, "w+b");
   if (f) {
      ir_print(s, f);
      text = read_all(f);
      fclose(f);
   }
   DeleteFileA(path);
   return text;
}

#else

char *sc_ir_text(const ir_shader *s)
{
   char *text = NULL;
   size_t size = 0;
   FILE *f = open_memstream(&text, &size);
   if (!f)
      return NULL;
   ir_print(s, f);
   bool good = !ferror(f);
   if (fclose(f) == 0 && good)
      return text;
   free(text);
   return NULL;
}

#endif
