/* Libraries of window systems are opened when asked for, never linked: the driver loads, and shows what it
 * can, on a machine that has none of them. They stay open as long as the process. */
#ifndef VKF_WSI_LIBRARY_H
#define VKF_WSI_LIBRARY_H

#include "vkf.h"

struct vkf_wsi_symbol {
   const char *name;
   void *address; /* of the pointer that gets the symbol's address */
};

/* False if the library or one of the symbols is not there. */
bool vkf_wsi_library_load(const char *soname, const struct vkf_wsi_symbol *symbols, size_t count);

/* Whether the window system's libraries are there: vkf_wsi_x11.c, vkf_wsi_wayland.c. */
bool vkf_wsi_x11_is_there(void);
bool vkf_wsi_xlib_is_there(void);
bool vkf_wsi_wayland_is_there(void);

#endif
