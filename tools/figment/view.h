/* figment view: a live picture of an exported image. What its files share. */
#ifndef TOOLS_FIGMENT_VIEW_H
#define TOOLS_FIGMENT_VIEW_H

#include "image.h"
#include "map.h"
#include "watch_page.h"

/* ---- pictures: view_picture.c ---- */
typedef struct view_image {
   const uint8_t *texels; /* in another process' memory: they change */
   uint32_t w, h;
   uint64_t stride, bytes; /* stride: unless tiled; bytes: from the first texel to the last */
   const char *format;
   unsigned texel_B;
   bool tiled, is_frame; /* is_frame: of a swapchain */
   gpu_image_level level; /* tiled */
} view_image;

/* What the section says of itself; shown_ns: when a frame was last shown, 0 for never. False if it says nothing that can be shown. */
bool view_described(const map_view *view, view_image *out, uint64_t *shown_ns);
/* The copied tiles of an image as rows without gaps. */
void view_untile(const view_image *im, const uint8_t *tiles, uint8_t *rows);

/* The sections of a process, watched. */
typedef struct view_process view_process;
view_process *view_process_open(long pid); /* NULL: no memory */
void view_process_close(view_process *p);  /* pictures of it are gone, too */
/* The picture to show now, given how much time has passed since the last question. False if there is none. */
bool view_process_picture(view_process *p, unsigned passed_ms, view_image *out);

/* The counter page (gpu/watch_page.h) of a process; NULL if it has none (yet). Stays mapped. */
const struct gpu_watch_page *view_counters(const tool_command *c, long pid);

/* ---- window: view_sdl.c, or view_no_window.c where there is none ---- */
typedef struct view_window view_window;

/* NULL if there is no window to be had, with the reason in *why. */
view_window *view_window_open(uint32_t w, uint32_t h, const char **why);
/* Show a picture, scaled to the window, with lines of text over it (NULL: none). False once the user has closed the window or pressed
 * Escape. */
bool view_window_show(view_window *window, const uint8_t *rgba, const char *text, const char *title);
void view_window_close(view_window *window);

/* ---- view_posix.c, view_win32.c ---- */
/* Wait so long. With `input`, true as soon as standard input has ended; what arrives there is ignored. */
bool view_wait(bool input, unsigned milliseconds);

/* ---- programs that are watched from outside: view_attach_posix.c, view_attach_win32.c ---- */
#define VIEW_SECTIONS 256
typedef struct view_section {
   char path[64]; /* Linux: as PATH of the command line; Windows: the handle's value in that process */
   uint64_t id;   /* of the memory, as long as the process has it */
   uint64_t payload;
} view_section;
/* The exported and imported sections of a process, at most `max` of them; -1 and a message if there is no such process or it must not be looked at.
 * Here and below: without a command, no message. */
int view_sections(const tool_command *c, long pid, view_section *out, int max);
bool view_section_open(const tool_command *c, long pid, const view_section *section, map_view *out);
/* Start a program on the emulated GPU; its process number, or -1 and a message. */
long view_start(const tool_command *c, char **argv);
/* Whether a process that view_start started, or any other, still runs. */
bool view_alive(long pid, bool own);

#endif
