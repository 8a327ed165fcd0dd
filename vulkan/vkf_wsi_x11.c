/* VK_KHR_xcb_surface and VK_KHR_xlib_surface: windows of an X server, both by way of XCB on the application's
 * connection. Frames go to the window from memory shared with the server where it takes file descriptors,
 * else through the socket in strips. Every request is checked here, so that no error reaches the
 * application's event loop, and a check comes back only after the server has read the pixels. */
#ifdef VKF_HAVE_X11
#include <X11/Xlib-xcb.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>
#include "vkf_surface.h"
#include "vkf_wsi_library.h"

/* ---- the libraries ---------------------------------------------------------------------------------------- */
/* clang-format off */
#define XCB_FUNCTIONS(F)                                                                                     \
   F(xcb_connection_has_error) F(xcb_create_gc_checked) F(xcb_depth_next) F(xcb_depth_visuals_iterator)       \
   F(xcb_free_gc_checked) F(xcb_generate_id) F(xcb_get_extension_data) F(xcb_get_geometry)                   \
   F(xcb_get_geometry_reply) F(xcb_get_maximum_request_length) F(xcb_get_setup)                              \
   F(xcb_get_window_attributes) F(xcb_get_window_attributes_reply) F(xcb_put_image_checked)                  \
   F(xcb_request_check) F(xcb_screen_allowed_depths_iterator) F(xcb_screen_next)                             \
   F(xcb_setup_roots_iterator) F(xcb_visualtype_next)
#define XCB_SHM_FUNCTIONS(F)                                                                                 \
   F(xcb_shm_attach_fd_checked) F(xcb_shm_detach_checked) F(xcb_shm_put_image_checked)                       \
   F(xcb_shm_query_version) F(xcb_shm_query_version_reply)
/* clang-format on */

static struct {
#define MEMBER(name) __typeof__(name) *name;
   XCB_FUNCTIONS(MEMBER)
   XCB_SHM_FUNCTIONS(MEMBER)
   xcb_extension_t *shm_id;
   __typeof__(XGetXCBConnection) *XGetXCBConnection;
} x;
static bool has_xcb, has_xlib;

static void load(void)
{
#define SYMBOL(name) {#name, &x.name},
   static const struct vkf_wsi_symbol core[] = {XCB_FUNCTIONS(SYMBOL)};
   static const struct vkf_wsi_symbol shm[] = {XCB_SHM_FUNCTIONS(SYMBOL){"xcb_shm_id", &x.shm_id}};
   static const struct vkf_wsi_symbol xlib[] = {{"XGetXCBConnection", &x.XGetXCBConnection}};
   has_xcb = vkf_wsi_library_load("libxcb.so.1", core, VKF_COUNT(core)) &&
             vkf_wsi_library_load("libxcb-shm.so.0", shm, VKF_COUNT(shm));
   has_xlib = has_xcb && vkf_wsi_library_load("libX11-xcb.so.1", xlib, VKF_COUNT(xlib));
}

bool vkf_wsi_x11_is_there(void)
{
   static pthread_once_t once = PTHREAD_ONCE_INIT;
   pthread_once(&once, load);
   return has_xcb;
}

bool vkf_wsi_xlib_is_there(void)
{
   return vkf_wsi_x11_is_there() && has_xlib;
}

/* ---- windows ----------------------------------------------------------------------------------------------
 */
static xcb_connection_t *connection_of(const struct vkf_surface *surface)
{
   return surface->connection;
}

static xcb_window_t window_of(const struct vkf_surface *surface)
{
   return (xcb_window_t)surface->window;
}

/* Whether the request went well; false also if the connection is gone. */
static bool succeeds(xcb_connection_t *c, xcb_void_cookie_t cookie)
{
   xcb_generic_error_t *e = x.xcb_request_check(c, cookie);
   bool good = !e && !x.xcb_connection_has_error(c);
   free(e);
   return good;
}

static bool geometry(struct vkf_surface *surface, VkExtent2D *extent, uint8_t *depth)
{
   xcb_connection_t *c = connection_of(surface);
   xcb_generic_error_t *e = NULL;
   xcb_get_geometry_reply_t *g = x.xcb_get_geometry_reply(c, x.xcb_get_geometry(c, window_of(surface)), &e);
   if (g) {
      *extent = (VkExtent2D){g->width, g->height};
      *depth = g->depth;
   }
   bool there = g != NULL;
   free(g);
   free(e);
   return there;
}

/* Pixels of 32 bits, blue first in memory. */
static bool visual_fits(xcb_connection_t *c, xcb_visualid_t visual)
{
   const xcb_setup_t *setup = x.xcb_get_setup(c);
   if (!setup || x.xcb_connection_has_error(c) || setup->image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST)
      return false;
   for (xcb_screen_iterator_t s = x.xcb_setup_roots_iterator(setup); s.rem; x.xcb_screen_next(&s))
      for (xcb_depth_iterator_t d = x.xcb_screen_allowed_depths_iterator(s.data); d.rem; x.xcb_depth_next(&d))
         for (xcb_visualtype_iterator_t v = x.xcb_depth_visuals_iterator(d.data); v.rem;
              x.xcb_visualtype_next(&v))
            if (v.data->visual_id == visual)
               return (d.data->depth == 24 || d.data->depth == 32) && v.data->red_mask == 0xff0000 &&
                      v.data->green_mask == 0xff00 && v.data->blue_mask == 0xff;
   return false;
}

static bool supports(struct vkf_surface *surface)
{
   xcb_connection_t *c = connection_of(surface);
   xcb_generic_error_t *e = NULL;
   xcb_get_window_attributes_reply_t *a =
       x.xcb_get_window_attributes_reply(c, x.xcb_get_window_attributes(c, window_of(surface)), &e);
   bool fits = a && visual_fits(c, a->visual);
   free(a);
   free(e);
   return fits;
}

static VkResult extent(struct vkf_surface *surface, VkExtent2D *out)
{
   uint8_t depth;
   return geometry(surface, out, &depth) ? VK_SUCCESS : VK_ERROR_SURFACE_LOST_KHR;
}

/* ---- frames ----------------------------------------------------------------------------------------------
 */
/* Descriptors can only be passed since version 1.2 of the extension, and only to a server on this machine. */
static bool takes_descriptors(xcb_connection_t *c)
{
   const xcb_query_extension_reply_t *there = x.xcb_get_extension_data(c, x.shm_id);
   if (!there || !there->present)
      return false;
   xcb_generic_error_t *e = NULL;
   xcb_shm_query_version_reply_t *v = x.xcb_shm_query_version_reply(c, x.xcb_shm_query_version(c), &e);
   bool takes = v && (v->major_version > 1 || (v->major_version == 1 && v->minor_version >= 2));
   free(v);
   free(e);
   return takes;
}

static VkResult attach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   xcb_connection_t *c = connection_of(window->surface);
   if (frame->handle < 0 || !takes_descriptors(c))
      return VK_SUCCESS;
   int fd = fcntl((int)frame->handle, F_DUPFD_CLOEXEC, 0); /* closed by XCB once sent */
   if (fd < 0)
      return VK_SUCCESS;
   uint32_t segment = x.xcb_generate_id(c);
   if (succeeds(c, x.xcb_shm_attach_fd_checked(c, segment, fd, true)))
      frame->segment = segment;
   return VK_SUCCESS;
}

static void detach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   xcb_connection_t *c = connection_of(window->surface);
   if (frame->segment)
      succeeds(c, x.xcb_shm_detach_checked(c, frame->segment));
   frame->segment = 0;
}

static VkResult open_window(struct vkf_wsi_window *window)
{
   xcb_connection_t *c = connection_of(window->surface);
   VkExtent2D now;
   if (!geometry(window->surface, &now, &window->depth))
      return VK_ERROR_SURFACE_LOST_KHR;
   const uint32_t quiet = 0; /* no exposure events for the application */
   uint32_t gc = x.xcb_generate_id(c);
   if (!succeeds(
           c, x.xcb_create_gc_checked(c, gc, window_of(window->surface), XCB_GC_GRAPHICS_EXPOSURES, &quiet)))
      return VK_ERROR_SURFACE_LOST_KHR;
   window->gc = gc;
   return VK_SUCCESS;
}

static void close_window(struct vkf_wsi_window *window)
{
   xcb_connection_t *c = connection_of(window->surface);
   if (window->gc)
      succeeds(c, x.xcb_free_gc_checked(c, window->gc));
   window->gc = 0;
}

static void make_opaque(struct vkf_wsi_frame *frame)
{
   uint8_t *alpha = (uint8_t *)frame->pixels + 3;
   size_t n = (size_t)frame->width_px * frame->height_px;
   for (size_t i = 0; i < n; i++)
      alpha[4 * i] = 0xff;
}

static bool put_strips(const struct vkf_wsi_window *window, const struct vkf_wsi_frame *frame)
{
   xcb_connection_t *c = connection_of(window->surface);
   uint32_t row_B = frame->width_px * 4;
   uint64_t request_B = (uint64_t)x.xcb_get_maximum_request_length(c) * 4;
   uint64_t at_once = request_B > row_B + 64 ? (request_B - 64) / row_B : 1;
   const uint8_t *pixels = frame->pixels;
   for (uint32_t y = 0; y < frame->height_px;) {
      uint32_t rows = (uint32_t)VKF_MIN(at_once, frame->height_px - y);
      if (!succeeds(c, x.xcb_put_image_checked(c, XCB_IMAGE_FORMAT_Z_PIXMAP, window_of(window->surface),
                                               window->gc, (uint16_t)frame->width_px, (uint16_t)rows, 0,
                                               (int16_t)y, 0, window->depth, rows * row_B,
                                               pixels + (size_t)y * row_B)))
         return false;
      y += rows;
   }
   return true;
}

static bool put_shared(const struct vkf_wsi_window *window, const struct vkf_wsi_frame *frame)
{
   xcb_connection_t *c = connection_of(window->surface);
   uint16_t w = (uint16_t)frame->width_px, h = (uint16_t)frame->height_px;
   return succeeds(c, x.xcb_shm_put_image_checked(c, window_of(window->surface), window->gc, w, h, 0, 0, w, h,
                                                  0, 0, window->depth, XCB_IMAGE_FORMAT_Z_PIXMAP, false,
                                                  frame->segment, 0));
}

static VkResult show(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   if (frame->opaque && window->depth == 32)
      make_opaque(frame);
   bool shown = frame->segment ? put_shared(window, frame) : put_strips(window, frame);
   return shown ? VK_SUCCESS : VK_ERROR_SURFACE_LOST_KHR;
}

static const VkPresentModeKHR modes[] = {VK_PRESENT_MODE_FIFO_KHR, VK_PRESENT_MODE_FIFO_RELAXED_KHR,
                                         VK_PRESENT_MODE_MAILBOX_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR};

static const struct vkf_wsi x11 = {.shared = true,
                                   .modes = modes,
                                   .mode_count = VKF_COUNT(modes),
                                   .alpha =
                                       VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR | VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR,
                                   .supports = supports,
                                   .extent = extent,
                                   .open = open_window,
                                   .close = close_window,
                                   .attach = attach,
                                   .detach = detach,
                                   .show = show};

/* ---- surfaces ---------------------------------------------------------------------------------------------
 */
VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateXcbSurfaceKHR(VkInstance instance,
                                                       const VkXcbSurfaceCreateInfoKHR *pCreateInfo,
                                                       const VkAllocationCallbacks *pAllocator,
                                                       VkSurfaceKHR *pSurface)
{
   return vkf_surface_create(instance, pAllocator, &x11, pCreateInfo->connection, pCreateInfo->window,
                             pSurface);
}

VKAPI_ATTR VkBool32 VKAPI_CALL vkf_GetPhysicalDeviceXcbPresentationSupportKHR(VkPhysicalDevice physicalDevice,
                                                                              uint32_t queueFamilyIndex,
                                                                              xcb_connection_t *connection,
                                                                              xcb_visualid_t visual_id)
{
   return visual_fits(connection, visual_id);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateXlibSurfaceKHR(VkInstance instance,
                                                        const VkXlibSurfaceCreateInfoKHR *pCreateInfo,
                                                        const VkAllocationCallbacks *pAllocator,
                                                        VkSurfaceKHR *pSurface)
{
   return vkf_surface_create(instance, pAllocator, &x11, x.XGetXCBConnection(pCreateInfo->dpy),
                             pCreateInfo->window, pSurface);
}

VKAPI_ATTR VkBool32 VKAPI_CALL vkf_GetPhysicalDeviceXlibPresentationSupportKHR(
    VkPhysicalDevice physicalDevice, uint32_t queueFamilyIndex, Display *dpy, VisualID visualID)
{
   return visual_fits(x.XGetXCBConnection(dpy), (xcb_visualid_t)visualID);
}

#endif
