/* figment packets: a captured command stream as text. The printer is gpu/packets_print.c. */
#include "packets.h"

#include <stdio.h>
#include <stdlib.h>

#include "tool.h"

enum { OPT_OFFSET, OPT_COUNT };

static const tool_option options[] = {
   {"--offset", NULL, "DW", "start at this dword"},
   {"--count", NULL, "DW", "stop after this many dwords"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_packets = {
   "packets",
   "decode a command stream",
   "FILE",
   "FILE holds the dwords of a ring or an indirect buffer, little-endian; - is standard input.\n"
   "Each packet is shown with its dword index, header and fields; a dword that starts no packet\n"
   "is marked '?', and decoding goes on behind it.",
   "   figment packets stream.bin",
   options,
   false,
   run,
};

static void put(void *ctx, const char *text)
{
   (void)ctx;
   puts(text);
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   int status;
   size_t size;
   uint64_t offset = 0, limit = UINT64_MAX;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.operands != 1)
      return tool_usage(c, "expected one file");
   if (line.given[OPT_OFFSET] && !tool_number(line.arg[OPT_OFFSET][0], &offset))
      return tool_usage(c, "--offset needs a number");
   if (line.given[OPT_COUNT] && !tool_number(line.arg[OPT_COUNT][0], &limit))
      return tool_usage(c, "--count needs a number");
   char *bytes = tool_read_file(c, line.operand[0], &size);
   if (!bytes)
      return TOOL_FAILED;
   size_t count = size / 4;
   uint32_t *dw = calloc(count + 1, sizeof *dw);
   if (!dw || size % 4 || offset > count) {
      free(dw);
      free(bytes);
      return tool_fail(c,
                       size % 4 ? "%s: %zu bytes are no whole number of dwords"
                                : "%s: %zu bytes are too few or too many",
                       line.operand[0], size);
   }
   for (size_t i = 0; i < size; i++)
      dw[i / 4] |= (uint32_t)(uint8_t)bytes[i] << i % 4 * 8;
   free(bytes);
   count -= (size_t)offset;
   size_t bad = pkt_print(dw + offset, limit < count ? (size_t)limit : count, put, NULL);
   if (bad)
      fprintf(stderr, "figment packets: %zu dwords start no packet\n", bad);
   free(dw);
   return TOOL_OK;
}
