/* Preloaded into programs of X: when one takes its window down, what the window shows is saved first, as a PPM in the file that
 * LAST_FRAME names. So a program that draws N frames leaves exactly its Nth picture. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <X11/Xlib-xcb.h>
#include <X11/Xlib.h>
#include <xcb/xcb.h>

static void save(xcb_connection_t *c, xcb_window_t window)
{
   const char *path = getenv("LAST_FRAME");
   xcb_get_geometry_reply_t *g = xcb_get_geometry_reply(c, xcb_get_geometry(c, window), NULL);
   xcb_get_image_reply_t *image =
      g ? xcb_get_image_reply(c, xcb_get_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, window, 0, 0, g->width, g->height, ~0u), NULL)
        : NULL;
   FILE *f = path && image ? fopen(path, "wb") : NULL;
   if (f) {
      const uint32_t *p = (const uint32_t *)xcb_get_image_data(image);
      fprintf(f, "P6\n%u %u\n255\n", g->width, g->height);
      for (unsigned i = 0; i < (unsigned)g->width * g->height; i++)
         fprintf(f, "%c%c%c", (int)(p[i] >> 16 & 255), (int)(p[i] >> 8 & 255), (int)(p[i] & 255));
      fclose(f);
   }
   free(image);
   free(g);
}

xcb_void_cookie_t xcb_destroy_window(xcb_connection_t *c, xcb_window_t window)
{
   xcb_void_cookie_t (*real)(xcb_connection_t *, xcb_window_t) = NULL;
   *(void **)&real = dlsym(RTLD_NEXT, "xcb_destroy_window");
   save(c, window);
   return real(c, window);
}

int XDestroyWindow(Display *display, Window window)
{
   int (*real)(Display *, Window) = NULL;
   *(void **)&real = dlsym(RTLD_NEXT, "XDestroyWindow");
   save(XGetXCBConnection(display), (xcb_window_t)window);
   return real(display, window);
}
