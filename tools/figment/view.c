/* figment view: the picture in an exported section, or what a program presents, live, while the GPU draws into it.
 *
 * Every tick copies the image out of the mapping and looks whether it has changed; what is shown, compared and
 * saved is that copy. The GPU may be in the middle of a frame: then so is the picture. Which picture it is:
 * view_picture.c.
 */
#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FD, OPT_HANDLE, OPT_NAME, OPT_SIZE, OPT_FORMAT, OPT_STRIDE, OPT_OFFSET, OPT_PNG, OPT_WINDOW, OPT_FRAMES,
       OPT_FPS, OPT_EOF, OPT_PID, OPT_LIST };

static const tool_option options[] = {
   [OPT_FD] = {"--fd", NULL, "N", "an inherited file descriptor (Linux)"},
   [OPT_HANDLE] = {"--handle", NULL, "VALUE", "an inherited handle (Windows)"},
   [OPT_NAME] = {"--name", NULL, "NAME", "a section's name (Windows)"},
   [OPT_SIZE] = {"--size", "-s", "WxH", "of the image in pixels, where the section does not tell"},
   [OPT_FORMAT] = {"--format", NULL, "NAME", "of the texels: rgba8 (default), bgra8 or a Vulkan name: R16G16_SFLOAT"},
   [OPT_STRIDE] = {"--stride", NULL, "BYTES", "from row to row; default: without gaps"},
   [OPT_OFFSET] = {"--offset", NULL, "BYTES", "of the first texel instead of 0; K, M and G may follow"},
   [OPT_PNG] = {"--png", NULL, "FILE", "save the last picture; no window unless --window is given, too"},
   [OPT_WINDOW] = {"--window", NULL, NULL, "with --png: a window as well, if there is a display"},
   [OPT_FRAMES] = {"--frames", "-n", "N", "end when N different pictures were seen; default without a window: 1"},
   [OPT_FPS] = {"--fps", NULL, "N", "look N times a second (default 30)"},
   [OPT_EOF] = {"--until-eof", NULL, NULL, "end when standard input ends, with the picture of that moment"},
   [OPT_PID] = {"--pid", NULL, "N", "what process N presents, else the largest image it exports"},
   [OPT_LIST] = {"--list", NULL, NULL, "with --pid: list its sections and what they show"},
   {0},
};

static int run(const tool_command *c, int argc, char **argv);

const tool_command tool_view = {
   "view",
   "show an exported image live, in a window or as PNG",
   "[PATH | -- PROGRAM [ARGUMENTS]]",
   "PATH names a section that another process holds: /proc/PID/fd/N (Linux; on Windows --name or --handle).\n"
   "A PROGRAM is started on the emulated GPU and watched until it ends, its counters included (those of --pid\n"
   "if it runs with FIGMENT_WATCH=on, which also makes swapchains visible that share no memory with their\n"
   "window). Images and frames tell their size and format themselves. With --size, a section is taken for rows\n"
   "of texels (VK_IMAGE_TILING_LINEAR, or a buffer): of a process, the smallest that is large enough. All is\n"
   "mapped read-only. Escape or closing the window ends it.",
   "   figment view -- vkcube\n"
   "   figment view --pid 4711                                            attaches to a running program\n"
   "   figment view /proc/4711/fd/9 --size 800x450 --format R8G8B8A8_SRGB  a buffer\n"
   "   figment view --fd 5 --png last.png --frames 10                      no window: saves the tenth picture",
   options,
   false,
   run,
};

typedef struct viewer {
   view_image image;
   view_process *process; /* whose picture it is, NULL: always the same section's */
   view_window *window;
   uint8_t *now, *before, *rows, *rgba; /* rows: of tiled images */
   uint64_t pictures, frames; /* seen so far; 0: no end */
   unsigned tick_ms;
   bool seen;           /* before and rgba hold a picture */
   bool until_eof, own; /* own: we have started pid */
   long pid;            /* of the watched process, 0 for none */
   const struct gpu_watch_page *counters;
} viewer;

/* ---- command line ------------------------------------------------------------------------------------ */
static int parse_image(const tool_command *c, const tool_line *line, const map_view *view, view_image *im)
{
   uint64_t offset = 0, payload = map_payload_size(view->size), shown_ns;

   if (!line->given[OPT_SIZE] && view_described(view, im, &shown_ns))
      return TOOL_OK;
   im->format = line->given[OPT_FORMAT] ? line->arg[OPT_FORMAT][0] : "rgba8";
   unsigned texel_B = map_texel_bytes(im->format);
   if (!texel_B)
      return tool_usage(c, "--format %s: valid are rgba8, bgra8 and the uncompressed Vulkan formats", im->format);
   if (!line->given[OPT_SIZE] || !map_parse_size(line->arg[OPT_SIZE][0], &im->w, &im->h))
      return tool_usage(c, "--size WxH is needed, each 1..32768: the section does not tell");
   uint64_t row = (uint64_t)im->w * texel_B;
   im->stride = row;
   if (line->given[OPT_STRIDE] && (!tool_number(line->arg[OPT_STRIDE][0], &im->stride) || im->stride < row || im->stride >> 32))
      return tool_usage(c, "--stride %s: a row has %" PRIu64 " bytes", line->arg[OPT_STRIDE][0], row);
   if (line->given[OPT_OFFSET] && !tool_number(line->arg[OPT_OFFSET][0], &offset))
      return tool_usage(c, "--offset %s is no number", line->arg[OPT_OFFSET][0]);
   im->texel_B = texel_B;
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
   if (!v->window && !v->frames && !v->until_eof && !v->own)
      v->frames = 1;
   return TOOL_OK;
}

/* ---- loop ---------------------------------------------------------------------------------------------- */
static bool is_alike(const view_image *a, const view_image *b)
{
   return a->w == b->w && a->h == b->h && a->bytes == b->bytes && a->stride == b->stride && a->tiled == b->tiled && a->format == b->format;
}

/* Memory, and a window, for another image than before; what was seen before does not count any more. False: no memory. */
static bool set_image(viewer *v, const view_image *im)
{
   bool resized = im->w != v->image.w || im->h != v->image.h;
   uint8_t *now = malloc(im->bytes), *before = malloc(im->bytes), *rgba = malloc((size_t)im->w * im->h * 4);
   uint8_t *rows = im->tiled ? malloc((size_t)im->w * im->h * im->texel_B) : NULL;
   const char *why;

   if (!now || !before || !rgba || (im->tiled && !rows)) {
      free(now);
      free(before);
      free(rgba);
      free(rows);
      return false;
   }
   free(v->now);
   free(v->before);
   free(v->rgba);
   free(v->rows);
   v->now = now;
   v->before = before;
   v->rgba = rgba;
   v->rows = rows;
   v->image = *im;
   v->seen = false;
   if (v->window && resized) {
      view_window_close(v->window);
      v->window = view_window_open(im->w, im->h, &why);
   }
   return true;
}

static void convert(viewer *v)
{
   const view_image *im = &v->image;
   if (im->tiled)
      view_untile(im, v->before, v->rows);
   map_convert(im->format, im->tiled ? v->rows : v->before, im->w, im->h, im->tiled ? (uint64_t)im->w * im->texel_B : im->stride, v->rgba);
}

/* Of a process, the picture of this moment. False if there is none now, or no memory for it. */
static bool follow(viewer *v, unsigned passed_ms)
{
   view_image im;
   if (!v->process)
      return true;
   if (!view_process_picture(v->process, passed_ms, &im) || (!is_alike(&im, &v->image) && !set_image(v, &im)))
      return false;
   v->image.texels = im.texels;
   return true;
}

/* Copy what is there; true if it is not what was there before. */
static bool look(viewer *v, unsigned passed_ms)
{
   if (!follow(v, passed_ms))
      return false;
   memcpy(v->now, v->image.texels, v->image.bytes);
   if (v->seen && !memcmp(v->now, v->before, v->image.bytes))
      return false;
   uint8_t *t = v->before;
   v->before = v->now;
   v->now = t;
   v->seen = true;
   v->pictures++;
   convert(v);
   return true;
}

/* The main counters, a line each; separator behind every line but the last. NULL without a counter page. */
static const char *counters_text(const viewer *v, const char *separator, char *out, size_t size)
{
   const struct gpu_watch_page *p = v->counters;
   if (!p)
      return NULL;
   const struct {
      const char *name;
      uint64_t value;
   } lines[] = {{"cycles", p->counter[GPU_COUNTER_GPU_CYCLES]},
                {"instructions", p->counter[GPU_COUNTER_WAVE_INSTRUCTIONS]},
                {"waves", p->counter[GPU_COUNTER_WAVES]},
                {"bytes", p->counter[GPU_COUNTER_CORE_BYTES_READ] + p->counter[GPU_COUNTER_CORE_BYTES_WRITTEN] +
                             p->counter[GPU_COUNTER_COPY_BYTES]},
                {"draws", p->counter[GPU_COUNTER_DRAWS]},
                {"dispatches", p->counter[GPU_COUNTER_DISPATCHES]},
                {"fragments", p->counter[GPU_COUNTER_FS_INVOCATIONS]}};
   const size_t count = sizeof lines / sizeof *lines;
   size_t n = 0;
   for (size_t i = 0; i < count && n < size; i++)
      n += (size_t)snprintf(out + n, size - n, "%" PRIu64 " %s%s", lines[i].value, lines[i].name, i + 1 < count ? separator : "");
   return out;
}

static void show(viewer *v)
{
   char title[128], text[512];
   if (!v->window)
      return;
   snprintf(title, sizeof title, "figment view - %" PRIu32 "x%" PRIu32 " - picture %" PRIu64, v->image.w, v->image.h, v->pictures);
   if (!view_window_show(v->window, v->rgba, counters_text(v, "\n", text, sizeof text), title)) {
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
      look(v, v->tick_ms);
      show(v);
      if (v->frames && v->pictures >= v->frames)
         return;
      ended = view_wait(v->until_eof, v->tick_ms) || (v->pid && !view_alive(v->pid, v->own));
   } while (!ended);
   look(v, 0); /* the other side wrote before it told us */
   show(v);
}

static int view(const tool_command *c, const tool_line *line, viewer *v)
{
   const view_image image = v->image;
   if (!set_image(v, &image))
      return tool_fail(c, "not enough memory for the picture");
   int status = open_window(c, line, v);
   if (status != TOOL_OK)
      return status;
   if (v->pid)
      v->counters = view_counters(c, v->pid);
   watch(v);
   if (v->window)
      view_window_close(v->window);
   while (v->own && view_alive(v->pid, true)) /* its last words before ours */
      view_wait(false, 10);
   printf("figment view: %" PRIu64 " different pictures of %" PRIu32 "x%" PRIu32 " seen\n", v->pictures, v->image.w, v->image.h);
   char text[512];
   if (counters_text(v, ", ", text, sizeof text))
      printf("figment view: %s\n", text);
   if (line->given[OPT_PNG])
      return map_write_rgba(c, line->arg[OPT_PNG][0], v->rgba, v->image.w, v->image.h) ? TOOL_OK : TOOL_FAILED;
   return TOOL_OK;
}

/* ---- other processes --------------------------------------------------------------------------------- */
static void describe(long pid, const view_section *section)
{
   map_view view;
   view_image im;
   uint64_t shown_ns;
   printf("   %-28s %12" PRIu64 " bytes", section->path, section->payload);
   if (view_section_open(NULL, pid, section, &view)) {
      if (view_described(&view, &im, &shown_ns))
         printf("   %s %" PRIu32 "x%" PRIu32 " %s%s", im.is_frame ? "frame" : "image", im.w, im.h, im.format, im.tiled ? ", tiled" : "");
      map_close(&view);
   }
   printf("\n");
}

static int list_sections(const tool_command *c, long pid)
{
   view_section list[VIEW_SECTIONS];
   int n = view_sections(c, pid, list, VIEW_SECTIONS);
   if (n < 0)
      return TOOL_FAILED;
   printf("%d sections\n", n);
   for (int i = 0; i < n; i++)
      describe(pid, &list[i]);
   return TOOL_OK;
}

#define PATIENCE_MS 1000
#define ASK_MS 5

/* The first picture of a process. A program that we have started gets time to make it. */
static bool find_picture(const tool_command *c, viewer *v)
{
   v->process = view_process_open(v->pid);
   if (!v->process) {
      tool_fail(c, "not enough memory for the picture");
      return false;
   }
   for (unsigned waited = 0; !view_process_picture(v->process, 200, &v->image); waited += ASK_MS) {
      if (!view_alive(v->pid, v->own)) {
         tool_fail(c, v->own ? "the program ended before it presented or exported a picture" : "there is no process %ld", v->pid);
         return false;
      }
      if (!v->own && waited >= PATIENCE_MS) {
         tool_fail(c, "process %ld shows no picture (what it presents may need FIGMENT_WATCH=on); --list tells what it has", v->pid);
         return false;
      }
      view_wait(false, ASK_MS);
   }
   return true;
}

/* Bytes that the image needs, as far as the command line tells; 0 if it is wrong there (parse_image will say how). */
static uint64_t needed_bytes(const tool_line *line)
{
   uint32_t w, h;
   uint64_t stride = 0, offset = 0;
   const char *format = line->given[OPT_FORMAT] ? line->arg[OPT_FORMAT][0] : "rgba8";
   if (!map_parse_size(line->arg[OPT_SIZE][0], &w, &h))
      return 0;
   uint64_t row = (uint64_t)w * map_texel_bytes(format);
   if (!line->given[OPT_STRIDE] || !tool_number(line->arg[OPT_STRIDE][0], &stride))
      stride = row;
   if (line->given[OPT_OFFSET])
      tool_number(line->arg[OPT_OFFSET][0], &offset);
   return offset + stride * (h - 1) + row;
}

/* The smallest section that is large enough. A program that we have started gets time to make it. */
static bool find_section(const tool_command *c, const tool_line *line, const viewer *v, view_section *found)
{
   view_section list[VIEW_SECTIONS];
   uint64_t needed = needed_bytes(line);
   for (;;) {
      int n = view_sections(c, v->pid, list, VIEW_SECTIONS), best = -1;
      for (int i = 0; i < n; i++)
         if (list[i].payload >= needed && (best < 0 || list[i].payload < list[best].payload))
            best = i;
      if (best >= 0) {
         *found = list[best];
         return true;
      }
      if (n < 0)
         return false;
      if (!v->own) {
         tool_fail(c, "process %ld exports no section of %" PRIu64 " bytes or more; figment view --pid %ld --list tells what it has", v->pid, needed,
                   v->pid);
         return false;
      }
      view_wait(false, 5);
      if (!view_alive(v->pid, true)) {
         tool_fail(c, "the program ended before it exported %" PRIu64 " bytes", needed);
         return false;
      }
   }
}

/* Take "-- PROGRAM ..." off the command line. */
static char **split_program(int *argc, char **argv)
{
   for (int i = 0; i < *argc; i++)
      if (!strcmp(argv[i], "--")) {
         *argc = i;
         return argv + i + 1;
      }
   return NULL;
}

static int choose(const tool_command *c, const tool_line *line, char **program, viewer *v, view_section *section, map_source *source)
{
   uint64_t pid = 0;
   if (line->operands + line->given[OPT_FD] + line->given[OPT_HANDLE] + line->given[OPT_NAME] + line->given[OPT_PID] + (program != NULL) != 1)
      return tool_usage(c, "expected one section: PATH, --fd, --handle, --name, --pid or -- PROGRAM");
   *source = (map_source){.path = line->operands ? line->operand[0] : NULL,
                          .handle = line->given[OPT_FD] ? line->arg[OPT_FD][0] : line->arg[OPT_HANDLE][0],
                          .name = line->arg[OPT_NAME][0]};
   if (line->given[OPT_PID] && (!tool_number(line->arg[OPT_PID][0], &pid) || !pid || pid > INT32_MAX))
      return tool_usage(c, "--pid %s is no process number", line->arg[OPT_PID][0]);
   if (program && !*program)
      return tool_usage(c, "-- PROGRAM needs a program");
   v->own = program != NULL;
   v->pid = program ? view_start(c, program) : (long)pid;
   if (!v->pid)
      return TOOL_OK;
   if (v->pid < 0)
      return TOOL_FAILED;
   if (line->given[OPT_LIST])
      return TOOL_OK;
   if (line->given[OPT_SIZE] ? find_section(c, line, v, section) : find_picture(c, v))
      return TOOL_OK;
   view_process_close(v->process);
   return TOOL_FAILED;
}

static bool open_chosen(const tool_command *c, const viewer *v, const view_section *section, const map_source *source, map_view *out)
{
   return v->pid ? view_section_open(c, v->pid, section, out) : map_open(c, source, out);
}

static int run(const tool_command *c, int argc, char **argv)
{
   tool_line line;
   map_view mapped;
   map_source source;
   view_section section = {{0}, 0, 0};
   viewer v = {0};
   int status;
   char **program = split_program(&argc, argv);

   if (!tool_parse(c, argc, argv, &line, &status) || (status = choose(c, &line, program, &v, &section, &source)) != TOOL_OK)
      return status;
   if (line.given[OPT_LIST])
      return line.given[OPT_PID] ? list_sections(c, v.pid) : tool_usage(c, "--list goes with --pid");
   if (!v.process && !open_chosen(c, &v, &section, &source, &mapped))
      return TOOL_FAILED;
   if ((v.process || (status = parse_image(c, &line, &mapped, &v.image)) == TOOL_OK) && (status = parse_loop(c, &line, &v)) == TOOL_OK)
      status = view(c, &line, &v);
   view_process_close(v.process);
   free(v.rows);
   free(v.now);
   free(v.before);
   free(v.rgba);
   return status;
}
