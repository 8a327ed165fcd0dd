/* figment map: look at an exported section from outside, while the GPU may be writing it.
 *
 * All sizes are checked against the mapped object before anything is read. The operating system's
 * part is map_posix.c and map_win32.c, the picture map_png.c.
 */
#include "map.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
   OPT_FD,
   OPT_HANDLE,
   OPT_NAME,
   OPT_OFFSET,
   OPT_LENGTH,
   OPT_HEXDUMP,
   OPT_DUMP,
   OPT_PNG,
   OPT_FORMAT,
   OPT_STRIDE
};

static const tool_option options[] = {
   [OPT_FD] = {"--fd", NULL, "N", "an inherited file descriptor (Linux)"},
   [OPT_HANDLE] = {"--handle", NULL, "VALUE", "an inherited handle (Windows)"},
   [OPT_NAME] = {"--name", NULL, "NAME", "a section's name (Windows)"},
   [OPT_OFFSET] = {"--offset", NULL, "BYTES", "start there instead of at 0; K, M and G may follow"},
   [OPT_LENGTH] = {"--length", NULL, "BYTES", "so many bytes instead of the whole payload"},
   [OPT_HEXDUMP] = {"--hexdump", NULL, NULL, "print the bytes"},
   [OPT_DUMP] = {"--dump", NULL, "FILE", "write the bytes to a file"},
   [OPT_PNG] = {"--png", NULL, "FILE WxH", "write the first W x H texels as a picture"},
   [OPT_FORMAT] = {"--format", NULL, "NAME",
                   "of the texels: rgba8 (default), bgra8 or a Vulkan name: R16G16_SFLOAT"},
   [OPT_STRIDE] = {"--stride", NULL, "BYTES", "from row to row; default: without gaps"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_map = {
   "map",
   "map an exported section: hexdump, file, picture",
   "[PATH]",
   "PATH names a section that another process holds: /proc/PID/fd/N (Linux). Without an action the\n"
   "sizes are printed. The section is mapped read-only; the bytes are those the GPU sees.",
   "   figment map /proc/4711/fd/9 --png vram.png 1024x1024\n"
   "   figment map --name Local\\frame --hexdump --length 256",
   options,
   false,
   run,
};

/* Behind the payload, at a 64 KiB boundary, a section has a trailer of one page (manual, "Section port"). */
#define GRAIN 0x10000u
#define TRAILER 0x1000u

uint64_t map_payload_size(uint64_t size)
{
   return size > TRAILER && size % GRAIN == TRAILER ? size - TRAILER : size;
}

struct range {
   uint64_t offset, length;
};

static int parse_range(const tool_command *c, const tool_line *line, uint64_t payload, struct range *r)
{
   *r = (struct range){0, payload};
   if (line->given[OPT_OFFSET] && !tool_number(line->arg[OPT_OFFSET][0], &r->offset))
      return tool_usage(c, "--offset %s is no number", line->arg[OPT_OFFSET][0]);
   if (r->offset > payload)
      return tool_fail(c, "offset %" PRIu64 " lies behind the payload of %" PRIu64 " bytes", r->offset,
                       payload);
   r->length = payload - r->offset;
   if (!line->given[OPT_LENGTH])
      return TOOL_OK;
   if (!tool_number(line->arg[OPT_LENGTH][0], &r->length))
      return tool_usage(c, "--length %s is no number", line->arg[OPT_LENGTH][0]);
   if (r->length > payload - r->offset)
      return tool_fail(c,
                       "%" PRIu64 " bytes at offset %" PRIu64 " do not fit the payload of %" PRIu64 " bytes",
                       r->length, r->offset, payload);
   return TOOL_OK;
}

static void hexdump_line(const uint8_t *bytes, uint64_t offset, unsigned n)
{
   printf("%08" PRIx64 " ", offset);
   for (unsigned i = 0; i < 16; i++) {
      if (i < n)
         printf("%s%02x", i == 8 ? "  " : " ", bytes[i]);
      else
         printf("%s  ", i == 8 ? "  " : " ");
   }
   printf("  |");
   for (unsigned i = 0; i < n; i++)
      putchar(bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.');
   printf("|\n");
}

/* Repeated lines are shown once, then '*'. */
static void hexdump(const uint8_t *data, struct range r)
{
   uint8_t previous[16], line[16];
   bool starred = false;

   for (uint64_t at = 0; at < r.length; at += 16) {
      unsigned n = r.length - at < 16 ? (unsigned)(r.length - at) : 16;
      memcpy(line, data + r.offset + at, n);
      if (at && n == 16 && r.length - at > 16 && !memcmp(line, previous, 16)) {
         if (!starred)
            puts("*");
         starred = true;
         continue;
      }
      starred = false;
      memcpy(previous, line, n);
      hexdump_line(line, r.offset + at, n);
   }
}

bool map_parse_size(const char *text, uint32_t *w, uint32_t *h)
{
   char rest;
   return sscanf(text, "%" SCNu32 "x%" SCNu32 "%c", w, h, &rest) == 2 && *text != '-' &&
          !strstr(text, "x-") && *w && *h && *w <= 32768 && *h <= 32768;
}

static int write_picture(const tool_command *c, const tool_line *line, const uint8_t *data, struct range r)
{
   const char *format = line->given[OPT_FORMAT] ? line->arg[OPT_FORMAT][0] : "rgba8";
   unsigned texel_B = map_texel_bytes(format);
   uint32_t w, h;

   if (!texel_B)
      return tool_usage(c, "--format %s: valid are rgba8, bgra8 and the uncompressed Vulkan formats", format);
   if (!map_parse_size(line->arg[OPT_PNG][1], &w, &h))
      return tool_usage(c, "--png size %s: expected WxH, each 1..32768", line->arg[OPT_PNG][1]);
   uint64_t row = (uint64_t)w * texel_B, stride = row;
   if (line->given[OPT_STRIDE] &&
       (!tool_number(line->arg[OPT_STRIDE][0], &stride) || stride < row || stride >> 32))
      return tool_usage(c, "--stride %s: a row has %" PRIu64 " bytes", line->arg[OPT_STRIDE][0], row);
   uint64_t needed = stride * (h - 1) + row;
   if (needed > r.length)
      return tool_fail(c, "%" PRIu32 "x%" PRIu32 " %s needs %" PRIu64 " bytes, %" PRIu64 " are there", w, h,
                       format, needed, r.length);
   if (!map_write_png(c, line->arg[OPT_PNG][0], data + r.offset, w, h, stride, format))
      return TOOL_FAILED;
   printf("%s: %" PRIu32 "x%" PRIu32 "\n", line->arg[OPT_PNG][0], w, h);
   return TOOL_OK;
}

static int act(const tool_command *c, const tool_line *line, const map_view *view)
{
   struct range r;
   uint64_t payload = map_payload_size(view->size);
   int status = parse_range(c, line, payload, &r);

   if (status != TOOL_OK)
      return status;
   if (!line->given[OPT_HEXDUMP] && !line->given[OPT_DUMP] && !line->given[OPT_PNG])
      printf("payload %" PRIu64 " bytes, trailer %" PRIu64 " bytes\n", payload, view->size - payload);
   if (line->given[OPT_HEXDUMP])
      hexdump(view->data, r);
   if (line->given[OPT_DUMP] &&
       !tool_write_file(c, line->arg[OPT_DUMP][0], view->data + r.offset, (size_t)r.length))
      return TOOL_FAILED;
   return line->given[OPT_PNG] ? write_picture(c, line, view->data, r) : TOOL_OK;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   map_view view;
   int status;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   int sources = line.operands + line.given[OPT_FD] + line.given[OPT_HANDLE] + line.given[OPT_NAME];
   if (sources != 1)
      return tool_usage(c, "expected one section: PATH, --fd, --handle or --name");
   map_source source = {
      .path = line.operands ? line.operand[0] : NULL,
      .handle = line.given[OPT_FD] ? line.arg[OPT_FD][0] : line.arg[OPT_HANDLE][0],
      .name = line.arg[OPT_NAME][0],
   };
   if (!map_open(c, &source, &view))
      return TOOL_FAILED;
   return act(c, &line, &view);
}
