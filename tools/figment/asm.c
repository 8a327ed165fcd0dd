/* figment asm: shader assembly text to program words. The assembler is gpu/isa_text.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa.h"
#include "tool.h"

enum { OPT_OUTPUT };

static const tool_option options[] = {
   {"--output", "-o", "FILE", "write the program's 64-bit words, little-endian; default: list them as text"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_asm = {
   "asm",
   "assemble a shader program",
   "FILE.s",
   "FILE.s may be - for standard input. The syntax is in the manual, chapter \"Shader ISA\".",
   "   figment asm saxpy.s -o saxpy.bin && figment disasm saxpy.bin",
   options,
   false,
   run,
};

/* Program words as they lie in memory. */
static bool write_words(const tool_command *c, const char *path, const uint64_t *words, size_t count)
{
   uint8_t *bytes = malloc(count * 8 + 1);

   if (!bytes) {
      tool_fail(c, "out of memory");
      return false;
   }
   for (size_t i = 0; i < count * 8; i++)
      bytes[i] = (uint8_t)(words[i / 8] >> i % 8 * 8);
   bool ok = tool_write_file(c, path, bytes, count * 8);
   free(bytes);
   return ok;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   int status;
   size_t size, count;
   char err[256];

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.operands != 1)
      return tool_usage(c, "expected one file");
   char *text = tool_read_file(c, line.operand[0], &size);
   if (!text)
      return TOOL_FAILED;
   if (strlen(text) != size) {
      free(text);
      return tool_fail(c, "%s is not text: it has zero bytes", line.operand[0]);
   }
   uint64_t *words = isa_assemble(text, &count, err, sizeof err);
   free(text);
   if (!words) {
      fprintf(stderr, "%s:%s\n", line.operand[0], err);
      return TOOL_FAILED;
   }
   bool ok = true;
   if (line.given[OPT_OUTPUT])
      ok = write_words(c, line.arg[OPT_OUTPUT][0], words, count);
   else
      for (size_t i = 0; i < count; i++)
         printf("%6zu  0x%016" PRIx64 "\n", i, words[i]);
   free(words);
   return ok ? TOOL_OK : TOOL_FAILED;
}
