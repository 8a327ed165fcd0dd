/* figment view without windows: the build found no SDL2. */
#include "view.h"

view_window *view_window_open(uint32_t w, uint32_t h, const char **why)
{
#ifdef _WIN32
   *why = "windows are not available on Windows yet";
#else
   *why = "this figment was built without SDL2 (Debian package libsdl2-dev)";
#endif
   return NULL;
}

bool view_window_show(view_window *window, const uint8_t *rgba, const char *text, const char *title)
{
   return false;
}

void view_window_close(view_window *window)
{
}
