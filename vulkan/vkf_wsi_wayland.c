/* VK_KHR_wayland_surface: surfaces of a Wayland compositor. Frames are buffers of wl_shm over the very memory that the
 * card copies into; they are busy until the compositor releases them. Each swapchain has an event queue of its own, so
 * that what the driver hears never mixes with what the application does. Whoever waits, presenter or acquirer, hears
 * for all: what events change is atomic. */
#ifdef VKF_HAVE_WAYLAND
#include <errno.h>
#include <poll.h>
#include <wayland-client-core.h>
#include "vkf_surface.h"
#include "vkf_wsi_library.h"

/* ---- the library ----------------------------------------------------------------------------------------- */
/* clang-format off */
#define WL_FUNCTIONS(F)                                                                                      \
   F(wl_display_cancel_read) F(wl_display_create_queue) F(wl_display_dispatch_queue_pending)                 \
   F(wl_display_flush) F(wl_display_get_error) F(wl_display_get_fd) F(wl_display_prepare_read_queue)         \
   F(wl_display_read_events) F(wl_display_roundtrip_queue) F(wl_event_queue_destroy)                         \
   F(wl_proxy_add_listener) F(wl_proxy_create_wrapper) F(wl_proxy_destroy) F(wl_proxy_get_version)           \
   F(wl_proxy_marshal_flags) F(wl_proxy_set_queue) F(wl_proxy_wrapper_destroy)
#define WL_INTERFACES(F)                                                                                     \
   F(wl_buffer_interface) F(wl_callback_interface) F(wl_registry_interface) F(wl_shm_interface)              \
   F(wl_shm_pool_interface)
/* clang-format on */

static struct {
#define MEMBER(name) __typeof__(name) *name;
   WL_FUNCTIONS(MEMBER)
} wl;
#define INTERFACE(name) static const struct wl_interface *name##_here;
WL_INTERFACES(INTERFACE)
static bool has_wayland;

static void load(void)
{
#define SYMBOL(name) {#name, &wl.name},
#define DATA(name) {#name, &name##_here},
   static const struct vkf_wsi_symbol all[] = {WL_FUNCTIONS(SYMBOL) WL_INTERFACES(DATA)};
   has_wayland = vkf_wsi_library_load("libwayland-client.so.0", all, VKF_COUNT(all));
}

bool vkf_wsi_wayland_is_there(void)
{
   static pthread_once_t once = PTHREAD_ONCE_INIT;
   pthread_once(&once, load);
   return has_wayland;
}

/* The requests of the protocol are inline functions that name these. */
#define wl_proxy_add_listener wl.wl_proxy_add_listener
#define wl_proxy_destroy wl.wl_proxy_destroy
#define wl_proxy_get_version wl.wl_proxy_get_version
#define wl_proxy_marshal_flags wl.wl_proxy_marshal_flags
#define wl_buffer_interface (*wl_buffer_interface_here)
#define wl_callback_interface (*wl_callback_interface_here)
#define wl_registry_interface (*wl_registry_interface_here)
#define wl_shm_interface (*wl_shm_interface_here)
#define wl_shm_pool_interface (*wl_shm_pool_interface_here)
#include <wayland-client-protocol.h>

/* ---- a connection ---------------------------------------------------------------------------------------- */
struct wayland {
   struct wl_display *display; /* the application's */
   struct wl_event_queue *queue;
   struct wl_display *to_display; /* the same, with answers in our queue */
   struct wl_surface *to_surface;
   struct wl_shm *shm;
   _Atomic(struct wl_callback *) frame; /* NULL: the window is due */
};

static void found(void *data, struct wl_registry *registry, uint32_t name, const char *interface,
                  uint32_t version)
{
   struct wayland *w = data;
   if (!strcmp(interface, "wl_shm") && !w->shm)
      w->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
}

static void lost(void *data, struct wl_registry *registry, uint32_t name) {}

static const struct wl_registry_listener registry_listener = {.global = found, .global_remove = lost};

static void disconnect(struct wayland *w)
{
   struct wl_callback *frame = atomic_load(&w->frame);
   if (frame)
      wl_callback_destroy(frame);
   if (w->shm)
      wl_shm_destroy(w->shm);
   if (w->to_surface)
      wl.wl_proxy_wrapper_destroy(w->to_surface);
   if (w->to_display)
      wl.wl_proxy_wrapper_destroy(w->to_display);
   if (w->queue)
      wl.wl_event_queue_destroy(w->queue);
   *w = (struct wayland){.display = w->display};
}

static bool find_shm(struct wayland *w)
{
   struct wl_registry *registry = wl_display_get_registry(w->to_display);
   if (!registry)
      return false;
   wl_registry_add_listener(registry, &registry_listener, w);
   bool answered = wl.wl_display_roundtrip_queue(w->display, w->queue) >= 0;
   wl_registry_destroy(registry);
   return answered && w->shm;
}

/* False, with nothing left to disconnect, if the compositor or memory is not there. */
static bool connect(struct wayland *w)
{
   w->queue = wl.wl_display_create_queue(w->display);
   w->to_display = w->queue ? wl.wl_proxy_create_wrapper(w->display) : NULL;
   if (w->to_display) {
      wl.wl_proxy_set_queue((struct wl_proxy *)w->to_display, w->queue);
      if (find_shm(w))
         return true;
   }
   disconnect(w);
   return false;
}

static bool can_present(struct wl_display *display)
{
   struct wayland w = {.display = display};
   bool can = connect(&w);
   disconnect(&w);
   return can;
}

static bool supports(struct vkf_surface *surface)
{
   return can_present(surface->connection);
}

static VkResult state_of(const struct vkf_surface *surface)
{
   return wl.wl_display_get_error(surface->connection) ? VK_ERROR_SURFACE_LOST_KHR : VK_SUCCESS;
}

static VkResult extent(struct vkf_surface *surface, VkExtent2D *out)
{
   *out = (VkExtent2D){UINT32_MAX, UINT32_MAX};
   return state_of(surface);
}

/* ---- windows --------------------------------------------------------------------------------------------- */
static void close_window(struct vkf_wsi_window *window)
{
   struct wayland *w = window->state;
   if (!w)
      return;
   disconnect(w);
   vkf_free(NULL, w);
   window->state = NULL;
}

static VkResult open_window(struct vkf_wsi_window *window)
{
   struct wayland *w = vkf_alloc(NULL, sizeof *w, VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
   if (!w)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   window->state = w;
   w->display = window->surface->connection;
   if (!connect(w))
      return state_of(window->surface) == VK_SUCCESS ? VK_ERROR_INITIALIZATION_FAILED : VK_ERROR_SURFACE_LOST_KHR;
   w->to_surface = wl.wl_proxy_create_wrapper((void *)window->surface->window);
   if (!w->to_surface)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   wl.wl_proxy_set_queue((struct wl_proxy *)w->to_surface, w->queue);
   return VK_SUCCESS;
}

/* ---- frames ---------------------------------------------------------------------------------------------- */
static void released(void *data, struct wl_buffer *buffer)
{
   struct vkf_wsi_frame *frame = data;
   atomic_store(&frame->busy, false);
}

static const struct wl_buffer_listener buffer_listener = {.release = released};

static void shown(void *data, struct wl_callback *callback, uint32_t time)
{
   struct wayland *w = data;
   wl_callback_destroy(callback);
   atomic_store(&w->frame, NULL);
}

static const struct wl_callback_listener frame_listener = {.done = shown};

static VkResult attach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   struct wayland *w = window->state;
   int32_t width = (int32_t)frame->width_px, height = (int32_t)frame->height_px;
   if (frame->handle < 0)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   struct wl_shm_pool *pool = wl_shm_create_pool(w->shm, (int)frame->handle, width * height * 4);
   if (!pool)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   struct wl_buffer *buffer = wl_shm_pool_create_buffer(
       pool, 0, width, height, width * 4, frame->opaque ? WL_SHM_FORMAT_XRGB8888 : WL_SHM_FORMAT_ARGB8888);
   wl_shm_pool_destroy(pool);
   if (!buffer)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   wl_buffer_add_listener(buffer, &buffer_listener, frame);
   frame->buffer = buffer;
   return VK_SUCCESS;
}

static void detach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   if (frame->buffer)
      wl_buffer_destroy(frame->buffer);
   frame->buffer = NULL;
}

/* A socket that is full takes more when the compositor has read. */
static void flush(struct wayland *w)
{
   struct pollfd socket = {.fd = wl.wl_display_get_fd(w->display), .events = POLLOUT};
   while (wl.wl_display_flush(w->display) < 0 && errno == EAGAIN)
      if (poll(&socket, 1, 1000) <= 0)
         return;
}

/* A frame that was never confirmed because nobody sees the window is not asked about again. */
static void ask_for_next(struct wayland *w)
{
   if (atomic_load(&w->frame))
      return;
   struct wl_callback *callback = wl_surface_frame(w->to_surface);
   if (!callback)
      return;
   atomic_store(&w->frame, callback); /* before anything of it can be heard */
   wl_callback_add_listener(callback, &frame_listener, w);
}

static VkResult show(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   struct wayland *w = window->state;
   atomic_store(&frame->busy, true);
   wl_surface_attach(w->to_surface, frame->buffer, 0, 0);
   wl_surface_damage(w->to_surface, 0, 0, INT32_MAX, INT32_MAX);
   if (window->fifo)
      ask_for_next(w);
   wl_surface_commit(w->to_surface);
   flush(w);
   return state_of(window->surface);
}

static void listen_for(struct vkf_wsi_window *window, uint64_t ns)
{
   struct wayland *w = window->state;
   struct pollfd socket = {.fd = wl.wl_display_get_fd(w->display), .events = POLLIN};
   while (wl.wl_display_prepare_read_queue(w->display, w->queue))
      if (wl.wl_display_dispatch_queue_pending(w->display, w->queue) < 0)
         return;
   wl.wl_display_flush(w->display);
   if (poll(&socket, 1, (int)((ns + 999999) / 1000000)) > 0)
      wl.wl_display_read_events(w->display);
   else
      wl.wl_display_cancel_read(w->display);
   wl.wl_display_dispatch_queue_pending(w->display, w->queue);
}

static bool due(struct vkf_wsi_window *window)
{
   struct wayland *w = window->state;
   return !atomic_load(&w->frame) || state_of(window->surface) != VK_SUCCESS;
}

/* The compositor never tears. */
static const VkPresentModeKHR modes[] = {VK_PRESENT_MODE_FIFO_KHR, VK_PRESENT_MODE_MAILBOX_KHR};

static const struct vkf_wsi wayland = {.shared = true,
                                       .modes = modes,
                                       .mode_count = VKF_COUNT(modes),
                                       .alpha = VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR |
                                                VK_COMPOSITE_ALPHA_PRE_MULTIPLIED_BIT_KHR,
                                       .supports = supports,
                                       .extent = extent,
                                       .open = open_window,
                                       .close = close_window,
                                       .attach = attach,
                                       .detach = detach,
                                       .show = show,
                                       .listen = listen_for,
                                       .due = due};

/* ---- surfaces -------------------------------------------------------------------------------------------- */
VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateWaylandSurfaceKHR(VkInstance instance,
                                                           const VkWaylandSurfaceCreateInfoKHR *pCreateInfo,
                                                           const VkAllocationCallbacks *pAllocator,
                                                           VkSurfaceKHR *pSurface)
{
   return vkf_surface_create(instance, pAllocator, &wayland, pCreateInfo->display,
                             (uintptr_t)pCreateInfo->surface, pSurface);
}

VKAPI_ATTR VkBool32 VKAPI_CALL vkf_GetPhysicalDeviceWaylandPresentationSupportKHR(
    VkPhysicalDevice physicalDevice, uint32_t queueFamilyIndex, struct wl_display *display)
{
   return can_present(display);
}

#endif
