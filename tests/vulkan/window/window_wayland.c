/* Surfaces of a Wayland compositor: every pixel of what is presented, held buffers, hidden windows, lost connections. The compositor is
 * a thread of the test's own (wayland_server.c). */
#define VK_USE_PLATFORM_WAYLAND_KHR
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wayland-client.h>
#include "vkt_window.h"
#include "wayland_server.h"

static struct server server;
static pthread_t server_thread;
static atomic_bool server_stop;

static void *serve(void *unused)
{
   while (!atomic_load(&server_stop)) {
      wl_event_loop_dispatch(server.loop, 20);
      wl_display_flush_clients(server.display);
   }
   return NULL;
}

static void tell_server(bool hold_buffers, bool hidden, bool throw_out)
{
   pthread_mutex_lock(&server.lock);
   server.hold_buffers = hold_buffers;
   server.hidden = hidden;
   server.throw_out = throw_out;
   pthread_mutex_unlock(&server.lock);
}

/* ---- the application's side --------------------------------------------------------------------------------------- */
struct window {
   struct wl_display *display;
   struct wl_compositor *compositor;
   struct wl_surface *surface;
   struct chain chain;
};

static void found(void *data, struct wl_registry *registry, uint32_t name, const char *interface, uint32_t version)
{
   struct window *w = data;
   if (!strcmp(interface, "wl_compositor"))
      w->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
}
static void lost(void *data, struct wl_registry *registry, uint32_t name) {}
static const struct wl_registry_listener listener = {found, lost};

static struct window open_window(VkFormat format, VkPresentModeKHR mode, uint32_t count)
{
   struct window w = {0};
   int fds[2];
   assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
   pthread_mutex_lock(&server.lock);
   server.join = fds[0]; /* the server's thread alone may touch its objects */
   pthread_mutex_unlock(&server.lock);
   w.display = wl_display_connect_to_fd(fds[1]);
   assert_non_null(w.display);
   struct wl_registry *registry = wl_display_get_registry(w.display);
   wl_registry_add_listener(registry, &listener, &w);
   assert_true(wl_display_roundtrip(w.display) >= 0);
   wl_registry_destroy(registry);
   assert_non_null(w.compositor);
   w.surface = wl_compositor_create_surface(w.compositor);
   assert_true(((PFN_vkGetPhysicalDeviceWaylandPresentationSupportKHR)vk.get(
      t.instance, "vkGetPhysicalDeviceWaylandPresentationSupportKHR"))(t.physical, 0, w.display));
   VkWaylandSurfaceCreateInfoKHR info = {
      .sType = VK_STRUCTURE_TYPE_WAYLAND_SURFACE_CREATE_INFO_KHR, .display = w.display, .surface = w.surface};
   vkt_ok(((PFN_vkCreateWaylandSurfaceKHR)vk.get(t.instance, "vkCreateWaylandSurfaceKHR"))(t.instance, &info, NULL,
                                                                                         &w.chain.surface));
   VkBool32 there = VK_FALSE;
   vkt_ok(vk.GetPhysicalDeviceSurfaceSupportKHR(t.physical, 0, w.chain.surface, &there));
   assert_true(there);
   VkSurfaceCapabilitiesKHR caps;
   vkt_ok(vk.GetPhysicalDeviceSurfaceCapabilitiesKHR(t.physical, w.chain.surface, &caps));
   assert_int_equal(caps.currentExtent.width, UINT32_MAX);
   w.chain.format = format;
   w.chain.mode = mode;
   w.chain.extent = (VkExtent2D){203, 151};
   chain_open(&w.chain, count, VK_NULL_HANDLE);
   return w;
}

static void close_window(struct window *w)
{
   chain_close(&w->chain);
   vk.DestroySurfaceKHR(t.instance, w->chain.surface, NULL);
   wl_surface_destroy(w->surface);
   wl_compositor_destroy(w->compositor);
   wl_display_disconnect(w->display);
}

static void expect_frame(struct window *w, uint32_t frame)
{
   double start = now_s();
   uint32_t wrong = 1;
   while (wrong && now_s() - start < 20) {
      pthread_mutex_lock(&server.lock);
      if (server.width == w->chain.extent.width && server.height == w->chain.extent.height)
         wrong = wrong_pixels(server.pixels, server.width, server.height, frame);
      pthread_mutex_unlock(&server.lock);
      if (wrong)
         usleep(2000);
   }
   assert_int_equal(wrong, 0);
}

/* ---- tests --------------------------------------------------------------------------------------------------------- */
static void test_modes(void **state)
{
   for (int hold = 0; hold < 2; hold++)
      for (VkPresentModeKHR mode = VK_PRESENT_MODE_MAILBOX_KHR; mode <= VK_PRESENT_MODE_FIFO_KHR; mode++)
         for (uint32_t count = 2; count < 5; count++) {
            tell_server(hold, false, false);
            struct window w = open_window(VK_FORMAT_B8G8R8A8_UNORM, mode, count);
            for (uint32_t f = 0; f < 4; f++) {
               chain_frame(&w.chain, f);
               expect_frame(&w, f);
            }
            double start = now_s();
            for (uint32_t f = 4; f < 14; f++)
               chain_frame(&w.chain, f);
            if (mode == VK_PRESENT_MODE_FIFO_KHR)
               assert_true(now_s() - start >= (10 - 2 - w.chain.count) * 0.016);
            expect_frame(&w, 13);
            assert_true(server.opaque);
            close_window(&w);
         }
}

static void test_formats(void **state)
{
   static const VkFormat formats[] = {VK_FORMAT_B8G8R8A8_SRGB, VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_R8G8B8A8_SRGB};
   tell_server(false, false, false);
   for (int i = 0; i < 3; i++) {
      struct window w = open_window(formats[i], VK_PRESENT_MODE_FIFO_KHR, 3);
      for (uint32_t f = 0; f < 3; f++) {
         chain_frame(&w.chain, f);
         expect_frame(&w, f);
      }
      close_window(&w);
   }
}

/* The swapchain decides the window's size. */
static void test_resize(void **state)
{
   tell_server(true, false, false);
   struct window w = open_window(VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_FIFO_KHR, 2);
   chain_frame(&w.chain, 0);
   for (uint32_t i = 1; i < 8; i++) {
      struct chain old = w.chain;
      w.chain.extent = (VkExtent2D){20 + 31 * i, 300 - 29 * i};
      chain_open(&w.chain, 2, old.swapchain);
      chain_frame(&w.chain, i);
      chain_close(&old);
      expect_frame(&w, i);
   }
   close_window(&w);
}

/* A hidden window is never due: frames go on, slowly, and taking it down does not hang. */
static void test_hidden(void **state)
{
   tell_server(false, true, false);
   struct window w = open_window(VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_FIFO_KHR, 2);
   double start = now_s();
   for (uint32_t f = 0; f < 5; f++)
      chain_frame(&w.chain, f);
   assert_true(now_s() - start > 0.1);
   expect_frame(&w, 4);
   tell_server(false, false, false);
   for (uint32_t f = 5; f < 9; f++)
      chain_frame(&w.chain, f);
   expect_frame(&w, 8);
   tell_server(true, true, false);
   chain_frame(&w.chain, 9);
   chain_frame(&w.chain, 10);
   start = now_s();
   close_window(&w);
   assert_true(now_s() - start < 5);
}

/* All buffers are with the compositor: there is nothing to acquire. */
static void test_held(void **state)
{
   tell_server(true, false, false);
   struct window w = open_window(VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_MAILBOX_KHR, 2);
   chain_frame(&w.chain, 0);
   expect_frame(&w, 0);
   uint32_t n = chain_acquire(&w.chain), m;
   assert_int_equal(vk.AcquireNextImageKHR(t.device, w.chain.swapchain, 0, VK_NULL_HANDLE, w.chain.fence, &m),
                    VK_NOT_READY);
   assert_int_equal(vk.AcquireNextImageKHR(t.device, w.chain.swapchain, 50000000, VK_NULL_HANDLE, w.chain.fence, &m),
                    VK_TIMEOUT);
   chain_draw(&w.chain, n, 1);
   assert_int_equal(chain_present(&w.chain, t.main, n), VK_SUCCESS);
   m = chain_acquire(&w.chain); /* replaced, so released */
   assert_int_not_equal(m, n);
   chain_draw(&w.chain, m, 2);
   assert_int_equal(chain_present(&w.chain, t.main, m), VK_SUCCESS);
   expect_frame(&w, 2);
   close_window(&w);
}

static void test_lost_connection(void **state)
{
   for (int waiting = 0; waiting < 2; waiting++) {
      tell_server(true, false, false);
      struct window w = open_window(VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_FIFO_KHR, 2);
      chain_frame(&w.chain, 0);
      expect_frame(&w, 0);
      uint32_t n = chain_acquire(&w.chain), m;
      chain_draw(&w.chain, n, 1);
      tell_server(true, false, true);
      VkResult r = VK_SUCCESS;
      if (waiting) /* for an image that will never be released */
         r = vk.AcquireNextImageKHR(t.device, w.chain.swapchain, WAIT_NS, VK_NULL_HANDLE, w.chain.fence, &m);
      else {
         while (wl_display_roundtrip(w.display) >= 0)
            usleep(1000);
         r = chain_present(&w.chain, t.main, n);
      }
      assert_int_equal(r, VK_ERROR_SURFACE_LOST_KHR);
      VkSurfaceCapabilitiesKHR caps;
      assert_int_equal(vk.GetPhysicalDeviceSurfaceCapabilitiesKHR(t.physical, w.chain.surface, &caps),
                       VK_ERROR_SURFACE_LOST_KHR);
      vkt_ok(vk.QueueWaitIdle(t.main));
      close_window(&w);
   }
}

static int setup(void **state)
{
   if (!server_open(&server) || pthread_create(&server_thread, NULL, serve, NULL))
      return -1;
   open_wsi(VK_KHR_WAYLAND_SURFACE_EXTENSION_NAME, NULL);
   return 0;
}

static int teardown(void **state)
{
   if (t.errors)
      print_message("%s\n", t.last);
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   atomic_store(&server_stop, true);
   pthread_join(server_thread, NULL);
   server_close(&server);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_modes),  cmocka_unit_test(test_formats), cmocka_unit_test(test_resize),
      cmocka_unit_test(test_hidden), cmocka_unit_test(test_held),    cmocka_unit_test(test_lost_connection),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
