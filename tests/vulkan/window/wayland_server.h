/* A small Wayland compositor for tests: it keeps the pixels of every surface's last frame, and does on demand what real ones
 * do now and then: hold a buffer until the next one comes, never call a hidden surface's frame due, throw a client out. */
#ifndef WAYLAND_SERVER_H
#define WAYLAND_SERVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

struct server {
   struct wl_display *display;
   struct wl_event_loop *loop;
   struct wl_event_source *tick;
   pthread_mutex_t lock; /* all below */
   bool hold_buffers;    /* a buffer is released only when the next one has come */
   bool hidden;          /* no frame callback is answered */
   bool throw_out;       /* every client, at the next tick */
   int join;             /* a socket whose other end is a client, let in at the next tick; -1 for none */
   uint32_t commits;     /* with a buffer, so far */
   uint32_t width, height;
   bool opaque; /* a format without alpha */
   uint32_t *pixels; /* of the last frame, blue first */
   struct wl_list surfaces;
};

bool server_open(struct server *s);
void server_close(struct server *s);

#endif
