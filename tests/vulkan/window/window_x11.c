/* Windows of an X server, by xcb and by xlib: every pixel of what is presented is read back from the server. A connection of the
 * test's own looks on, so that the application's sees nothing but Vulkan. */
#define VK_USE_PLATFORM_XCB_KHR
#define VK_USE_PLATFORM_XLIB_KHR
#include <X11/Xlib-xcb.h>
#include <X11/Xlib.h>
#include <pthread.h>
#include <xcb/xcb.h>
#include "vkt_window.h"

static bool by_xlib;
static xcb_connection_t *look; /* the observer */
static xcb_screen_t *screen;

struct window {
   xcb_connection_t *c; /* the application's */
   Display *display;
   xcb_window_t id;
   struct chain chain;
};

static PFN_vkVoidFunction proc(const char *name)
{
   PFN_vkVoidFunction f = vk.get(t.instance, name);
   assert_non_null(f);
   return f;
}

/* ---- the server's side -------------------------------------------------------------------------------------------- */
static void settle(xcb_connection_t *c)
{
   free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
}

/* The pixels that the window shows; NULL if it is not there. Freed by the caller. */
static uint32_t *look_at(xcb_window_t id, uint32_t width, uint32_t height)
{
   xcb_get_image_reply_t *r = xcb_get_image_reply(
      look, xcb_get_image(look, XCB_IMAGE_FORMAT_Z_PIXMAP, id, 0, 0, (uint16_t)width, (uint16_t)height, ~0u), NULL);
   if (!r)
      return NULL;
   uint32_t *pixels = malloc((size_t)width * height * 4);
   assert_int_equal(xcb_get_image_data_length(r), width * height * 4);
   memcpy(pixels, xcb_get_image_data(r), (size_t)width * height * 4);
   free(r);
   return pixels;
}

static uint32_t wrong_in(struct window *w, uint32_t frame)
{
   VkExtent2D e = w->chain.extent;
   uint32_t *pixels = look_at(w->id, e.width, e.height);
   assert_non_null(pixels);
   uint32_t wrong = wrong_pixels(pixels, e.width, e.height, frame);
   free(pixels);
   return wrong;
}

/* Presenting is not waited for by anyone else. */
static void expect_frame(struct window *w, uint32_t frame)
{
   double start = now_s();
   uint32_t wrong;
   while ((wrong = wrong_in(w, frame)) != 0 && now_s() - start < 20) {
      struct timespec ts = {.tv_nsec = 2000000};
      nanosleep(&ts, NULL);
   }
   assert_int_equal(wrong, 0);
}

static void resize(struct window *w, uint32_t width, uint32_t height)
{
   const uint32_t size[2] = {width, height};
   xcb_configure_window(look, w->id, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
   settle(look);
}

/* ---- the application's side --------------------------------------------------------------------------------------- */
static struct window make_window(uint32_t width, uint32_t height, uint8_t depth, xcb_visualid_t visual)
{
   struct window w = {0};
   if (by_xlib) {
      w.display = XOpenDisplay(NULL);
      assert_non_null(w.display);
      w.c = XGetXCBConnection(w.display);
   } else {
      w.c = xcb_connect(NULL, NULL);
      assert_false(xcb_connection_has_error(w.c));
   }
   w.id = xcb_generate_id(w.c);
   xcb_colormap_t map = xcb_generate_id(w.c);
   xcb_create_colormap(w.c, XCB_COLORMAP_ALLOC_NONE, map, screen->root, visual);
   const uint32_t values[] = {0, 0, 1, 0, map};
   xcb_create_window(w.c, depth, w.id, screen->root, 0, 0, (uint16_t)width, (uint16_t)height, 0,
                     XCB_WINDOW_CLASS_INPUT_OUTPUT, visual,
                     XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL | XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK | XCB_CW_COLORMAP,
                     values);
   xcb_map_window(w.c, w.id);
   settle(w.c);
   return w;
}

static void make_surface(struct window *w)
{
   xcb_get_window_attributes_reply_t *a =
      xcb_get_window_attributes_reply(look, xcb_get_window_attributes(look, w->id), NULL);
   assert_non_null(a);
   if (by_xlib) {
      VkXlibSurfaceCreateInfoKHR info = {
         .sType = VK_STRUCTURE_TYPE_XLIB_SURFACE_CREATE_INFO_KHR, .dpy = w->display, .window = w->id};
      vkt_ok(((PFN_vkCreateXlibSurfaceKHR)proc("vkCreateXlibSurfaceKHR"))(t.instance, &info, NULL, &w->chain.surface));
      assert_true(((PFN_vkGetPhysicalDeviceXlibPresentationSupportKHR)proc(
         "vkGetPhysicalDeviceXlibPresentationSupportKHR"))(t.physical, 0, w->display, a->visual));
   } else {
      VkXcbSurfaceCreateInfoKHR info = {
         .sType = VK_STRUCTURE_TYPE_XCB_SURFACE_CREATE_INFO_KHR, .connection = w->c, .window = w->id};
      vkt_ok(((PFN_vkCreateXcbSurfaceKHR)proc("vkCreateXcbSurfaceKHR"))(t.instance, &info, NULL, &w->chain.surface));
      PFN_vkGetPhysicalDeviceXcbPresentationSupportKHR ask =
         (PFN_vkGetPhysicalDeviceXcbPresentationSupportKHR)proc("vkGetPhysicalDeviceXcbPresentationSupportKHR");
      assert_true(ask(t.physical, 0, w->c, a->visual));
      assert_false(ask(t.physical, 0, w->c, 0x7fffff));
   }
   free(a);
}

static VkResult extent_of(struct window *w, VkExtent2D *out)
{
   VkSurfaceCapabilitiesKHR caps;
   VkResult r = vk.GetPhysicalDeviceSurfaceCapabilitiesKHR(t.physical, w->chain.surface, &caps);
   if (r == VK_SUCCESS) {
      *out = caps.currentExtent;
      assert_memory_equal(&caps.minImageExtent, out, sizeof *out);
      assert_memory_equal(&caps.maxImageExtent, out, sizeof *out);
   }
   return r;
}

/* A window with a swapchain. */
static struct window open_window(uint32_t width, uint32_t height, VkFormat format, VkPresentModeKHR mode)
{
   struct window w = make_window(width, height, screen->root_depth, screen->root_visual);
   make_surface(&w);
   VkBool32 there = VK_FALSE;
   vkt_ok(vk.GetPhysicalDeviceSurfaceSupportKHR(t.physical, 0, w.chain.surface, &there));
   assert_true(there);
   w.chain.format = format;
   w.chain.mode = mode;
   vkt_ok(extent_of(&w, &w.chain.extent));
   assert_int_equal(w.chain.extent.width, width);
   assert_int_equal(w.chain.extent.height, height);
   chain_open(&w.chain, 2, VK_NULL_HANDLE);
   return w;
}

static void close_connection(struct window *w)
{
   /* No error and no event has come of what the driver did. */
   xcb_generic_event_t *e = xcb_connection_has_error(w->c) ? NULL : xcb_poll_for_event(w->c);
   assert_null(e);
   if (by_xlib)
      XCloseDisplay(w->display);
   else
      xcb_disconnect(w->c);
}

static void close_window(struct window *w)
{
   chain_close(&w->chain);
   vk.DestroySurfaceKHR(t.instance, w->chain.surface, NULL);
   xcb_destroy_window(w->c, w->id);
   settle(w->c);
   close_connection(w);
}

/* ---- tests --------------------------------------------------------------------------------------------------------- */
static void test_modes(void **state)
{
   for (VkPresentModeKHR mode = VK_PRESENT_MODE_IMMEDIATE_KHR; mode <= VK_PRESENT_MODE_FIFO_RELAXED_KHR; mode++) {
      struct window w = open_window(203, 151, VK_FORMAT_B8G8R8A8_UNORM, mode);
      for (uint32_t f = 0; f < 4; f++) {
         chain_frame(&w.chain, f);
         expect_frame(&w, f);
      }
      for (uint32_t f = 4; f < 12; f++)
         chain_frame(&w.chain, f);
      expect_frame(&w, 11); /* the last one stays in every mode */
      close_window(&w);
   }
}

static void test_formats(void **state)
{
   static const VkFormat formats[] = {VK_FORMAT_B8G8R8A8_SRGB, VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_R8G8B8A8_SRGB};
   for (int i = 0; i < 3; i++) {
      struct window w = open_window(64, 64, formats[i], VK_PRESENT_MODE_FIFO_KHR);
      for (uint32_t f = 0; f < 3; f++) {
         chain_frame(&w.chain, f);
         expect_frame(&w, f);
      }
      close_window(&w);
   }
}

/* More than one request takes. */
static void test_large(void **state)
{
   struct window w = open_window(1280, 1024, VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_MAILBOX_KHR);
   chain_frame(&w.chain, 3);
   expect_frame(&w, 3);
   close_window(&w);
}

static void test_resize(void **state)
{
   struct window w = open_window(120, 90, VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_FIFO_KHR);
   chain_frame(&w.chain, 0);
   uint32_t n = chain_acquire(&w.chain), m;
   chain_draw(&w.chain, n, 1);
   resize(&w, 170, 40);
   assert_int_equal(chain_present(&w.chain, t.main, n), VK_ERROR_OUT_OF_DATE_KHR);
   assert_int_equal(vk.AcquireNextImageKHR(t.device, w.chain.swapchain, 0, VK_NULL_HANDLE, w.chain.fence, &m),
                    VK_ERROR_OUT_OF_DATE_KHR);
   struct chain old = w.chain;
   vkt_ok(extent_of(&w, &w.chain.extent));
   assert_int_equal(w.chain.extent.width, 170);
   assert_int_equal(w.chain.extent.height, 40);
   chain_open(&w.chain, 3, old.swapchain);
   chain_frame(&w.chain, 2);
   chain_close(&old);
   expect_frame(&w, 2);
   for (uint32_t i = 0; i < 10; i++) {
      resize(&w, 50 + 9 * i, 80 - 5 * i);
      old = w.chain;
      vkt_ok(extent_of(&w, &w.chain.extent));
      chain_open(&w.chain, 2, old.swapchain);
      chain_frame(&w.chain, i);
      chain_frame(&w.chain, i + 1);
      chain_close(&old);
      expect_frame(&w, i + 1);
   }
   close_window(&w);
}

/* With an opaque swapchain, alpha in the window counts as 1, whatever the image has. */
static void test_alpha(void **state)
{
   xcb_visualid_t visual = 0;
   for (xcb_depth_iterator_t d = xcb_screen_allowed_depths_iterator(screen); d.rem; xcb_depth_next(&d))
      if (d.data->depth == 32 && xcb_depth_visuals_length(d.data))
         visual = xcb_depth_visuals(d.data)->visual_id;
   if (!visual)
      skip();
   struct window w = make_window(40, 30, 32, visual);
   make_surface(&w);
   w.chain.format = VK_FORMAT_B8G8R8A8_UNORM;
   w.chain.mode = VK_PRESENT_MODE_FIFO_KHR;
   vkt_ok(extent_of(&w, &w.chain.extent));
   chain_open(&w.chain, 2, VK_NULL_HANDLE);
   chain_frame(&w.chain, 5);
   expect_frame(&w, 5);
   uint32_t *pixels = look_at(w.id, 40, 30);
   for (int i = 0; i < 40 * 30; i++)
      assert_int_equal(pixels[i] >> 24, 255);
   free(pixels);
   close_window(&w);
}

static void *wait_for_event(void *w)
{
   free(xcb_wait_for_event(((struct window *)w)->c));
   return NULL;
}

/* The application sits in its event loop meanwhile, on the same connection. */
static void test_event_loop(void **state)
{
   struct window w = open_window(64, 48, VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_FIFO_KHR);
   pthread_t thread;
   pthread_create(&thread, NULL, wait_for_event, &w);
   for (uint32_t f = 0; f < 20; f++)
      chain_frame(&w.chain, f);
   expect_frame(&w, 19);
   xcb_client_message_event_t message = {
      .response_type = XCB_CLIENT_MESSAGE, .format = 32, .window = w.id, .type = XCB_ATOM_STRING};
   xcb_send_event(look, false, w.id, 0, (const char *)&message);
   xcb_flush(look);
   pthread_join(thread, NULL);
   close_window(&w);
}

/* All that can be asked of a window that is gone. */
static void check_lost(struct window *w, uint32_t acquired)
{
   VkExtent2D e;
   uint32_t n;
   assert_int_equal(extent_of(w, &e), VK_ERROR_SURFACE_LOST_KHR);
   assert_int_equal(chain_present(&w->chain, t.main, acquired), VK_ERROR_SURFACE_LOST_KHR);
   assert_int_equal(vk.AcquireNextImageKHR(t.device, w->chain.swapchain, WAIT_NS, VK_NULL_HANDLE, w->chain.fence, &n),
                    VK_ERROR_SURFACE_LOST_KHR);
   VkSwapchainCreateInfoKHR info = chain_info(&w->chain, 2, w->chain.swapchain);
   VkSwapchainKHR none;
   if (vkt_may_err()) /* nothing fits the capabilities of a surface that has none */
      assert_int_equal(vk.CreateSwapchainKHR(t.device, &info, NULL, &none), VK_ERROR_SURFACE_LOST_KHR);
   vkt_ok(vk.QueueWaitIdle(t.main));
   chain_close(&w->chain);
   vk.DestroySurfaceKHR(t.instance, w->chain.surface, NULL);
}

static void test_destroyed_window(void **state)
{
   struct window w = open_window(64, 48, VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_FIFO_KHR);
   chain_frame(&w.chain, 0);
   uint32_t n = chain_acquire(&w.chain);
   chain_draw(&w.chain, n, 1);
   xcb_destroy_window(w.c, w.id);
   settle(w.c);
   check_lost(&w, n);
   close_connection(&w);
}

/* The server throws the application out. Xlib ends such a program itself. */
static void test_lost_connection(void **state)
{
   if (by_xlib)
      skip();
   struct window w = open_window(64, 48, VK_FORMAT_B8G8R8A8_UNORM, VK_PRESENT_MODE_FIFO_KHR);
   chain_frame(&w.chain, 0);
   uint32_t n = chain_acquire(&w.chain);
   chain_draw(&w.chain, n, 1);
   xcb_kill_client(look, w.id);
   settle(look);
   check_lost(&w, n);
   close_connection(&w);
}

static int setup(void **state)
{
   open_wsi(by_xlib ? VK_KHR_XLIB_SURFACE_EXTENSION_NAME : VK_KHR_XCB_SURFACE_EXTENSION_NAME, NULL);
   return 0;
}

static int teardown(void **state)
{
   if (t.errors)
      print_message("%s\n", t.last);
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

int main(void)
{
   look = xcb_connect(NULL, NULL);
   if (xcb_connection_has_error(look)) {
      puts("skipped: no X server");
      return 77;
   }
   screen = xcb_setup_roots_iterator(xcb_get_setup(look)).data;
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_modes),           cmocka_unit_test(test_formats), cmocka_unit_test(test_large),
      cmocka_unit_test(test_resize),          cmocka_unit_test(test_alpha),   cmocka_unit_test(test_event_loop),
      cmocka_unit_test(test_destroyed_window), cmocka_unit_test(test_lost_connection),
   };
   int failed = cmocka_run_group_tests_name("xcb", tests, setup, teardown);
   by_xlib = true;
   failed += cmocka_run_group_tests_name("xlib", tests, setup, teardown);
   xcb_disconnect(look);
   return failed;
}
