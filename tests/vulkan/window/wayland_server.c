/* See wayland_server.h. Everything of the protocol runs on the thread that runs the event loop. */
#include "wayland_server.h"
#include <stdlib.h>
#include <string.h>
#include <wayland-server-protocol.h>
#include "xdg-shell-server.h"

#define TICK_MS 16

struct surface {
   struct server *server;
   struct wl_list link;
   struct wl_resource *xdg, *toplevel;
   struct wl_resource *pending, *held; /* buffers */
   struct wl_listener held_gone, pending_gone;
   struct wl_list frames; /* callbacks of the last commit */
   bool attached, configured;
};

static void destroy_resource(struct wl_client *client, struct wl_resource *resource)
{
   wl_resource_destroy(resource);
}

/* ---- buffers ------------------------------------------------------------------------------------------------------ */
static void forget_held(struct wl_listener *listener, void *data)
{
   struct surface *s = wl_container_of(listener, s, held_gone);
   s->held = NULL;
}

static void forget_pending(struct wl_listener *listener, void *data)
{
   struct surface *s = wl_container_of(listener, s, pending_gone);
   s->pending = NULL;
}

static void release_held(struct surface *s)
{
   if (!s->held)
      return;
   wl_list_remove(&s->held_gone.link);
   wl_buffer_send_release(s->held);
   s->held = NULL;
}

/* With the lock held. */
static void keep_pixels(struct server *server, struct wl_shm_buffer *b)
{
   uint32_t width = (uint32_t)wl_shm_buffer_get_width(b), height = (uint32_t)wl_shm_buffer_get_height(b);
   uint32_t *copy = realloc(server->pixels, (size_t)width * height * 4);
   if (!copy)
      return;
   wl_shm_buffer_begin_access(b);
   for (uint32_t y = 0; y < height; y++)
      memcpy(copy + (size_t)y * width, (char *)wl_shm_buffer_get_data(b) + (size_t)y * wl_shm_buffer_get_stride(b),
             (size_t)width * 4);
   wl_shm_buffer_end_access(b);
   server->pixels = copy;
   server->width = width;
   server->height = height;
   server->opaque = wl_shm_buffer_get_format(b) == WL_SHM_FORMAT_XRGB8888;
   server->commits++;
}

/* ---- surfaces ----------------------------------------------------------------------------------------------------- */
static void set_pending(struct surface *s, struct wl_resource *buffer)
{
   if (s->pending)
      wl_list_remove(&s->pending_gone.link);
   s->pending = buffer;
   if (buffer) {
      s->pending_gone.notify = forget_pending;
      wl_resource_add_destroy_listener(buffer, &s->pending_gone);
   }
}

static void attach(struct wl_client *client, struct wl_resource *resource, struct wl_resource *buffer, int32_t x, int32_t y)
{
   struct surface *s = wl_resource_get_user_data(resource);
   set_pending(s, buffer);
   s->attached = true;
}

static void unlink_callback(struct wl_resource *callback)
{
   wl_list_remove(wl_resource_get_link(callback));
}

static void frame(struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
   struct surface *s = wl_resource_get_user_data(resource);
   struct wl_resource *callback = wl_resource_create(client, &wl_callback_interface, 1, id);
   if (!callback)
      return;
   wl_resource_set_implementation(callback, NULL, NULL, unlink_callback);
   wl_list_insert(&s->frames, wl_resource_get_link(callback));
}

static void configure(struct surface *s)
{
   struct wl_array states;
   wl_array_init(&states);
   xdg_toplevel_send_configure(s->toplevel, 0, 0, &states);
   wl_array_release(&states);
   xdg_surface_send_configure(s->xdg, wl_display_next_serial(s->server->display));
   s->configured = true;
}

static void commit(struct wl_client *client, struct wl_resource *resource)
{
   struct surface *s = wl_resource_get_user_data(resource);
   if (s->toplevel && !s->configured)
      configure(s);
   if (!s->attached)
      return;
   s->attached = false;
   struct wl_resource *buffer = s->pending;
   set_pending(s, NULL);
   struct wl_shm_buffer *b = buffer ? wl_shm_buffer_get(buffer) : NULL;
   release_held(s);
   if (!b)
      return;
   pthread_mutex_lock(&s->server->lock);
   keep_pixels(s->server, b);
   bool hold = s->server->hold_buffers;
   pthread_mutex_unlock(&s->server->lock);
   s->held = buffer;
   s->held_gone.notify = forget_held;
   wl_resource_add_destroy_listener(buffer, &s->held_gone);
   if (!hold)
      release_held(s);
}

static void ignore_rectangle(struct wl_client *client, struct wl_resource *resource, int32_t x, int32_t y, int32_t width,
                             int32_t height)
{
}
static void ignore_resource(struct wl_client *client, struct wl_resource *resource, struct wl_resource *other) {}
static void ignore_number(struct wl_client *client, struct wl_resource *resource, int32_t n) {}
static const struct wl_surface_interface surface_requests = {.destroy = destroy_resource,
                                                             .attach = attach,
                                                             .damage = ignore_rectangle,
                                                             .frame = frame,
                                                             .set_opaque_region = ignore_resource,
                                                             .set_input_region = ignore_resource,
                                                             .commit = commit,
                                                             .set_buffer_transform = ignore_number,
                                                             .set_buffer_scale = ignore_number,
                                                             .damage_buffer = ignore_rectangle};

static void surface_gone(struct wl_resource *resource)
{
   struct surface *s = wl_resource_get_user_data(resource);
   struct wl_resource *callback, *next;
   wl_resource_for_each_safe(callback, next, &s->frames)
   {
      wl_list_remove(wl_resource_get_link(callback));
      wl_list_init(wl_resource_get_link(callback));
   }
   set_pending(s, NULL);
   if (s->held)
      wl_list_remove(&s->held_gone.link);
   wl_list_remove(&s->link);
   free(s);
}

static const struct wl_region_interface region_requests = {
   .destroy = destroy_resource, .add = ignore_rectangle, .subtract = ignore_rectangle};

static void create_surface(struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
   struct surface *s = calloc(1, sizeof *s);
   struct wl_resource *r = s ? wl_resource_create(client, &wl_surface_interface, wl_resource_get_version(resource), id) : NULL;
   if (!r) {
      free(s);
      wl_client_post_no_memory(client);
      return;
   }
   s->server = wl_resource_get_user_data(resource);
   wl_list_init(&s->frames);
   wl_list_insert(&s->server->surfaces, &s->link);
   wl_resource_set_implementation(r, &surface_requests, s, surface_gone);
}

static void create_region(struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
   struct wl_resource *r = wl_resource_create(client, &wl_region_interface, 1, id);
   if (r)
      wl_resource_set_implementation(r, &region_requests, NULL, NULL);
}

static const struct wl_compositor_interface compositor_requests = {.create_surface = create_surface,
                                                                   .create_region = create_region};

static void bind_compositor(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
   struct wl_resource *r = wl_resource_create(client, &wl_compositor_interface, (int)version, id);
   if (r)
      wl_resource_set_implementation(r, &compositor_requests, data, NULL);
}

/* ---- windows: as much of xdg-shell as programs need to begin ------------------------------------------------------- */
static void set_text(struct wl_client *client, struct wl_resource *resource, const char *text) {}
static void set_nothing(struct wl_client *client, struct wl_resource *resource) {}
static void set_serial(struct wl_client *client, struct wl_resource *resource, uint32_t serial) {}
static void set_size(struct wl_client *client, struct wl_resource *resource, int32_t width, int32_t height) {}
static const struct xdg_toplevel_interface toplevel_requests = {.destroy = destroy_resource,
                                                                .set_parent = ignore_resource,
                                                                .set_title = set_text,
                                                                .set_app_id = set_text,
                                                                .set_max_size = set_size,
                                                                .set_min_size = set_size,
                                                                .set_maximized = set_nothing,
                                                                .unset_maximized = set_nothing,
                                                                .set_fullscreen = ignore_resource,
                                                                .unset_fullscreen = set_nothing,
                                                                .set_minimized = set_nothing};

static void get_toplevel(struct wl_client *client, struct wl_resource *resource, uint32_t id)
{
   struct wl_resource *of = wl_resource_get_user_data(resource);
   struct surface *s = wl_resource_get_user_data(of);
   struct wl_resource *r = wl_resource_create(client, &xdg_toplevel_interface, wl_resource_get_version(resource), id);
   if (!r)
      return;
   wl_resource_set_implementation(r, &toplevel_requests, s, NULL);
   s->toplevel = r;
}

static const struct xdg_surface_interface xdg_surface_requests = {.destroy = destroy_resource,
                                                                  .get_toplevel = get_toplevel,
                                                                  .set_window_geometry = ignore_rectangle,
                                                                  .ack_configure = set_serial};

static void get_xdg_surface(struct wl_client *client, struct wl_resource *resource, uint32_t id, struct wl_resource *surface)
{
   struct wl_resource *r = wl_resource_create(client, &xdg_surface_interface, wl_resource_get_version(resource), id);
   if (!r)
      return;
   wl_resource_set_implementation(r, &xdg_surface_requests, surface, NULL);
   ((struct surface *)wl_resource_get_user_data(surface))->xdg = r;
}

static const struct xdg_wm_base_interface shell_requests = {
   .destroy = destroy_resource, .get_xdg_surface = get_xdg_surface, .pong = set_serial};

static void bind_shell(struct wl_client *client, void *data, uint32_t version, uint32_t id)
{
   struct wl_resource *r = wl_resource_create(client, &xdg_wm_base_interface, (int)version, id);
   if (r)
      wl_resource_set_implementation(r, &shell_requests, data, NULL);
}

/* ---- the server --------------------------------------------------------------------------------------------------- */
static void answer_frames(struct surface *s, uint32_t time)
{
   struct wl_resource *callback, *next;
   wl_resource_for_each_safe(callback, next, &s->frames)
   {
      wl_callback_send_done(callback, time);
      wl_resource_destroy(callback);
   }
}

static int on_tick(void *data)
{
   struct server *s = data;
   static uint32_t time;
   pthread_mutex_lock(&s->lock);
   bool hidden = s->hidden, throw_out = s->throw_out;
   int join = s->join;
   s->throw_out = false;
   s->join = -1;
   pthread_mutex_unlock(&s->lock);
   struct surface *surface;
   if (join >= 0)
      wl_client_create(s->display, join);
   if (throw_out)
      wl_display_destroy_clients(s->display);
   else if (!hidden)
      wl_list_for_each(surface, &s->surfaces, link) answer_frames(surface, time += TICK_MS);
   wl_event_source_timer_update(s->tick, TICK_MS);
   return 0;
}

bool server_open(struct server *s)
{
   memset(s, 0, sizeof *s);
   s->join = -1;
   pthread_mutex_init(&s->lock, NULL);
   wl_list_init(&s->surfaces);
   s->display = wl_display_create();
   if (!s->display || wl_display_init_shm(s->display) ||
       !wl_global_create(s->display, &wl_compositor_interface, 4, s, bind_compositor) ||
       !wl_global_create(s->display, &xdg_wm_base_interface, 1, s, bind_shell))
      return false;
   s->loop = wl_display_get_event_loop(s->display);
   s->tick = wl_event_loop_add_timer(s->loop, on_tick, s);
   wl_event_source_timer_update(s->tick, TICK_MS);
   return true;
}

void server_close(struct server *s)
{
   wl_display_destroy_clients(s->display);
   wl_display_destroy(s->display);
   free(s->pixels);
   pthread_mutex_destroy(&s->lock);
}
