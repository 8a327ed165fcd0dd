/* figment view: a live picture of an exported image. What its files share. */
#ifndef TOOLS_FIGMENT_VIEW_H
#define TOOLS_FIGMENT_VIEW_H

#include "map.h"

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

#endif
