/* figment disasm: program words to text that `figment asm` turns back into the same words. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa.h"
#include "tool.h"

enum { OPT_BARE };

static const tool_option options[] = {
   {"--bare", NULL, NULL, "instructions only, no comments with index and words"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_disasm = {
   "disasm",
   "disassemble a shader program",
   "FILE",
   "FILE holds 64-bit words, little-endian; - is standard input. Words that are no instruction\n"
   "are shown as .word, with the reason.",
   "   figment disasm saxpy.bin",
   options,
   false,
   run,
};

static void print_comment(const uint64_t *words, unsigned used, size_t at, const isa_inst *inst)
{
   float literal;

   printf("; %6zu: %016" PRIx64, at, words[0]);
   if (used == 2) {
      memcpy(&literal, &inst->literal, sizeof literal);
      printf(" %016" PRIx64 "  0x%08" PRIx32 " = %" PRId32 " = %g", words[1], inst->literal,
             (int32_t)inst->literal, (double)literal);
   }
}

/* Prints the instruction at words[at]; returns the words it takes. */
static unsigned print_one(const uint64_t *words, size_t count, size_t at, bool bare, size_t *bad)
{
   isa_inst inst;
   unsigned used;
   char text[256];
   isa_error e = isa_decode(words + at, count - at, &inst, &used);

   if (e == ISA_OK)
      isa_print(&inst, (uint32_t)at, text, sizeof text);
   else
      snprintf(text, sizeof text, ".word 0x%016" PRIx64, words[at]);
   *bad += e != ISA_OK;
   printf(bare ? "%s" : "   %-56s ", text);
   if (!bare)
      print_comment(words + at, used, at, &inst);
   if (!bare && e != ISA_OK)
      printf("  %s", isa_error_text(e));
   putchar('\n');
   return used;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   int status;
   size_t size, bad = 0;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.operands != 1)
      return tool_usage(c, "expected one file");
   char *bytes = tool_read_file(c, line.operand[0], &size);
   if (!bytes)
      return TOOL_FAILED;
   size_t count = size / 8;
   uint64_t *words = calloc(count + 1, sizeof *words);
   if (!words || size % 8) {
      free(words);
      free(bytes);
      return tool_fail(
         c, size % 8 ? "%s: %zu bytes are no whole number of 64-bit words" : "%s: out of memory (%zu bytes)",
         line.operand[0], size);
   }
   for (size_t i = 0; i < size; i++)
      words[i / 8] |= (uint64_t)(uint8_t)bytes[i] << i % 8 * 8;
   for (size_t at = 0; at < count;)
      at += print_one(words, count, at, line.given[OPT_BARE], &bad);
   if (bad)
      fprintf(stderr, "figment disasm: %zu words are no instruction\n", bad);
   free(words);
   free(bytes);
   return TOOL_OK;
}
