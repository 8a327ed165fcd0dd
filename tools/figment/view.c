/* figment view: the picture in an exported section, live, while the GPU draws into it.
 *
 * Every tick copies the image out of the mapping and looks whether it has changed; what is shown, compared and saved is that copy. The GPU may
 * be in the middle of a frame: then so is the picture.
 */
#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FD, OPT_HANDLE, OPT_NAME, OPT_SIZE, OPT_FORMAT, OPT_STRIDE, OPT_OFFSET, OPT_PNG, OPT_WINDOW, OPT_FRAMES, OPT_FPS, OPT_EOF };

static const tool_option options[] = {
   [OPT_FD] = {"--fd", NULL, "N", "an inherited file descriptor (Linux)"},
   [OPT_HANDLE] = {"--handle", NULL, "VALUE", "an inherited handle (Windows)"},
   [OPT_NAME] = {"--name", NULL, "NAME", "a section's name (Windows)"},
   [OPT_SIZE] = {"--size", "-s", "WxH", "of the image in pixels"},
   [OPT_FORMAT] = {"--format", NULL, "NAME", "of the texels: rgba8 (default), bgra8 or a Vulkan name: R16G16_SFLOAT"},
   [OPT_STRIDE] = {"--stride", NULL, "BYTES", "from row to row; default: without gaps"},
   [OPT_OFFSET] = {"--offset", NULL, "BYTES", "of the first texel instead of 0; K, M and G may follow"},
   [OPT_PNG] = {"--png", NULL, "FILE", "save the last picture; no window unless --window is given, too"},
   [OPT_WINDOW] = {"--window", NULL, NULL, "with --png: a window as well, if there is a display"},
   [OPT_FRAMES] = {"--frames", "-n", "N", "end when N different pictures were seen; default without a window: 1"},
   [OPT_FPS] = {"--fps", NULL, "N", "look N times a second (default 30)"},
   [OPT_EOF] = {"--until-eof", NULL, NULL, "end when standard input ends, with the picture of that moment"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_view = {
   "view",
   "show an exported image live, in a window or as PNG",
   "[PATH]",
   "PATH names a section that another process holds: /proc/PID/fd/N (Linux). The section is mapped read-only; the image must lie there\n"
   "row by row (VK_IMAGE_TILING_LINEAR, or a buffer). Escape or closing the window ends it.",
   "   figment view /proc/4711/fd/9 --size 800x450 --format R8G8B8A8_SRGB\n"
   "   figment view --fd 5 --size 1024x1024 --png last.png --frames 10     no window: saves the tenth picture",
   options,
   false,
   run,
};

typedef struct view_image {
   const uint8_t *texels;
   uint32_t w, h;
   uint64_t stride, bytes; /* bytes: from the first texel to the last */
   const char *format;
} view_image;

typedef struct viewer {
   view_image image;
   view_window *window;
   uint8_t *now, *before, *rgba;
   uint64_t pictures, frames; /* seen so far; 0: no end */
   unsigned tick_ms;
   bool until_eof;
} viewer;

/* ---- command line ------------------------------------------------------------------------------------ */
static int parse_image(const tool_command *c, const tool_line *line, const map_view *view, view_image *im)
{
   uint64_t offset = 0, payload = map_payload_size(view->size);

   im->format = line->given[OPT_FORMAT] ? line->arg[OPT_FORMAT][0] : "rgba8";
   unsigned texel_B = map_texel_bytes(im->format);
   if (!texel_B)
      return tool_usage(c, "--format %s: valid are rgba8, bgra8 and the uncompressed Vulkan formats", im->format);
   if (!line->given[OPT_SIZE] || !map_parse_size(line->arg[OPT_SIZE][0], &im->w, &im->h))
      return tool_usage(c, "--size WxH is needed, each 1..32768");
   uint64_t row = (uint64_t)im->w * texel_B;
   im->stride = row;
   if (line->given[OPT_STRIDE] && (!tool_number(line->arg[OPT_STRIDE][0], &im->stride) || im->stride < row || im->stride >> 32))
      return tool_usage(c, "--stride %s: a row has %" PRIu64 " bytes", line->arg[OPT_STRIDE][0], row);
   if (line->given[OPT_OFFSET] && !tool_number(line->arg[OPT_OFFSET][0], &offset))
      return tool_usage(c, "--offset %s is no number", line->arg[OPT_OFFSET][0]);
   im->bytes = im->stride * (im->h - 1) + row;
   if (offset > payload || im->bytes > payload - offset)
      return tool_fail(c, "%" PRIu32 "x%" PRIu32 " %s needs %" PRIu64 " bytes, %" PRIu64 " are there", im->w, im->h, im->format, im->bytes,
                       offset > payload ? 0 : payload - offset);
   im->texels = view->data + offset;
   return TOOL_OK;
}

static int parse_loop(const tool_command *c, const tool_line *line, viewer *v)
{
   uint64_t fps = 30;
   v->until_eof = line->given[OPT_EOF];
   if (line->given[OPT_FRAMES] && (!tool_number(line->arg[OPT_FRAMES][0], &v->frames) || !v->frames))
      return tool_usage(c, "--frames %s: expected a number from 1", line->arg[OPT_FRAMES][0]);
   if (line->given[OPT_FPS] && (!tool_number(line->arg[OPT_FPS][0], &fps) || !fps || fps > 1000))
      return tool_usage(c, "--fps %s: expected 1 to 1000", line->arg[OPT_FPS][0]);
   v->tick_ms = (unsigned)(1000 / fps);
   return TOOL_OK;
}

static int open_window(const tool_command *c, const tool_line *line, viewer *v)
{
   const char *why = "";
   bool wanted = line->given[OPT_WINDOW] || !line->given[OPT_PNG];

   if (wanted)
      v->window = view_window_open(v->image.w, v->image.h, &why);
   if (wanted && !v->window && !line->given[OPT_PNG])
      return tool_fail(c, "no window: %s; --png FILE saves pictures without one", why);
   if (wanted && !v->window)
      fprintf(stderr, "figment view: no window: %s; going on without one\n", why);
   if (!v->window && !v->frames && !v->until_eof)
      v->frames = 1;
   return TOOL_OK;
}

/* ---- loop ---------------------------------------------------------------------------------------------- */
/* Copy what is there; true if it is not what was there before. */
static bool look(viewer *v)
{
   memcpy(v->now, v->image.texels, v->image.bytes);
   if (v->pictures && !memcmp(v->now, v->before, v->image.bytes))
      return false;
   uint8_t *t = v->before;
   v->before = v->now;
   v->now = t;
   v->pictures++;
   map_convert(v->image.format, v->before, v->image.w, v->image.h, v->image.stride, v->rgba);
   return true;
}

static void show(viewer *v)
{
   char title[128];
   if (!v->window)
      return;
   snprintf(title, sizeof title, "figment view - %" PRIu32 "x%" PRIu32 " - picture %" PRIu64, v->image.w, v->image.h, v->pictures);
   if (!view_window_show(v->window, v->rgba, NULL, title)) {
      view_window_close(v->window);
      v->window = NULL;
      if (!v->until_eof)
         v->frames = v->pictures; /* the user's end */
   }
}

static void watch(viewer *v)
{
   bool ended = false;
   do {
      look(v);
      show(v);
      if (v->frames && v->pictures >= v->frames)
         return;
      ended = view_wait(v->until_eof, v->tick_ms);
   } while (!ended);
   look(v); /* the other side wrote before it told us */
   show(v);
}

static int view(const tool_command *c, const tool_line *line, viewer *v)
{
   v->now = malloc(v->image.bytes);
   v->before = malloc(v->image.bytes);
   v->rgba = malloc((size_t)v->image.w * v->image.h * 4);
   if (!v->now || !v->before || !v->rgba)
      return tool_fail(c, "not enough memory for the picture");
   int status = open_window(c, line, v);
   if (status != TOOL_OK)
      return status;
   watch(v);
   if (v->window)
      view_window_close(v->window);
   printf("figment view: %" PRIu64 " different pictures of %" PRIu32 "x%" PRIu32 " seen\n", v->pictures, v->image.w, v->image.h);
   if (line->given[OPT_PNG])
      return map_write_rgba(c, line->arg[OPT_PNG][0], v->rgba, v->image.w, v->image.h) ? TOOL_OK : TOOL_FAILED;
   return TOOL_OK;
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   map_view mapped;
   viewer v = {0};
   int status;

   if (!tool_parse(c, argc, argv, &line, &status))
      return status;
   if (line.operands + line.given[OPT_FD] + line.given[OPT_HANDLE] + line.given[OPT_NAME] != 1)
      return tool_usage(c, "expected one section: PATH, --fd, --handle or --name");
   map_source source = {
      .path = line.operands ? line.operand[0] : NULL,
      .handle = line.given[OPT_FD] ? line.arg[OPT_FD][0] : line.arg[OPT_HANDLE][0],
      .name = line.arg[OPT_NAME][0],
   };
   if (!map_open(c, &source, &mapped))
      return TOOL_FAILED;
   if ((status = parse_image(c, &line, &mapped, &v.image)) == TOOL_OK && (status = parse_loop(c, &line, &v)) == TOOL_OK)
      status = view(c, &line, &v);
   free(v.now);
   free(v.before);
   free(v.rgba);
   return status;
}
