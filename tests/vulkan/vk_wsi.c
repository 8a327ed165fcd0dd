/* Surfaces and swapchains on a surface that needs no window system: queries, modes and their pace, acquiring and its time limits,
 * retirement, presents of several and of wrong images, loss of the device. */
#include "vkt_window.h"
#include "spin_spirv.h"

#define WIDTH 96u
#define HEIGHT 64u

static VkSurfaceKHR make_surface(void)
{
   VkSurfaceKHR surface;
   VkHeadlessSurfaceCreateInfoEXT info = {.sType = VK_STRUCTURE_TYPE_HEADLESS_SURFACE_CREATE_INFO_EXT};
   vkt_ok(vk.CreateHeadlessSurfaceEXT(t.instance, &info, NULL, &surface));
   return surface;
}

static struct chain make_chain(VkPresentModeKHR mode, uint32_t count)
{
   struct chain c = {.surface = make_surface(),
                     .format = VK_FORMAT_B8G8R8A8_UNORM,
                     .mode = mode,
                     .extent = {WIDTH, HEIGHT}};
   chain_open(&c, count, VK_NULL_HANDLE);
   return c;
}

static void drop(struct chain *c)
{
   chain_close(c);
   vk.DestroySurfaceKHR(t.instance, c->surface, NULL);
}

static int setup(void **state)
{
   open_wsi(VK_EXT_HEADLESS_SURFACE_EXTENSION_NAME, NULL);
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

static void test_queries(void **state)
{
   VkSurfaceKHR surface = make_surface();
   for (uint32_t family = 0; family < 3; family++) {
      VkBool32 there = VK_FALSE;
      vkt_ok(vk.GetPhysicalDeviceSurfaceSupportKHR(t.physical, family, surface, &there));
      assert_true(there);
   }
   VkSurfaceCapabilitiesKHR caps;
   vkt_ok(vk.GetPhysicalDeviceSurfaceCapabilitiesKHR(t.physical, surface, &caps));
   assert_int_equal(caps.currentExtent.width, UINT32_MAX);
   assert_int_equal(caps.currentExtent.height, UINT32_MAX);
   assert_true(caps.minImageCount <= 2 && caps.maxImageCount >= 8);
   assert_true(caps.supportedUsageFlags & VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT);
   VkPhysicalDeviceSurfaceInfo2KHR about = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SURFACE_INFO_2_KHR,
                                            .surface = surface};
   VkSurfaceCapabilities2KHR caps2 = {.sType = VK_STRUCTURE_TYPE_SURFACE_CAPABILITIES_2_KHR};
   vkt_ok(vk.GetPhysicalDeviceSurfaceCapabilities2KHR(t.physical, &about, &caps2));
   assert_memory_equal(&caps2.surfaceCapabilities, &caps, sizeof caps);
   VkSurfaceFormatKHR formats[8];
   uint32_t count = 8;
   vkt_ok(vk.GetPhysicalDeviceSurfaceFormatsKHR(t.physical, surface, &count, formats));
   assert_true(count >= 2 && count < 8);
   uint32_t all = count;
   count = 1;
   assert_int_equal(vk.GetPhysicalDeviceSurfaceFormatsKHR(t.physical, surface, &count, formats), VK_INCOMPLETE);
   assert_int_equal(count, 1);
   VkSurfaceFormat2KHR formats2[8] = {{.sType = VK_STRUCTURE_TYPE_SURFACE_FORMAT_2_KHR},
                                      {.sType = VK_STRUCTURE_TYPE_SURFACE_FORMAT_2_KHR}};
   count = 2;
   assert_int_equal(vk.GetPhysicalDeviceSurfaceFormats2KHR(t.physical, &about, &count, formats2),
                    all > 2 ? VK_INCOMPLETE : VK_SUCCESS);
   assert_memory_equal(&formats2[0].surfaceFormat, &formats[0], sizeof formats[0]);
   VkPresentModeKHR modes[8];
   count = 8;
   vkt_ok(vk.GetPhysicalDeviceSurfacePresentModesKHR(t.physical, surface, &count, modes));
   uint32_t seen = 0;
   for (uint32_t i = 0; i < count; i++)
      seen |= 1u << modes[i];
   assert_int_equal(seen, 15); /* IMMEDIATE, MAILBOX, FIFO, FIFO_RELAXED */
   VkDeviceGroupPresentCapabilitiesKHR group = {.sType = VK_STRUCTURE_TYPE_DEVICE_GROUP_PRESENT_CAPABILITIES_KHR};
   vkt_ok(vk.GetDeviceGroupPresentCapabilitiesKHR(t.device, &group));
   assert_int_equal(group.presentMask[0], 1);
   vk.DestroySurfaceKHR(t.instance, surface, NULL);
   vk.DestroySurfaceKHR(t.instance, VK_NULL_HANDLE, NULL);
}

/* Every mode with every small number of images; FIFO shows one frame in 1/60 s. */
static void test_modes(void **state)
{
   for (VkPresentModeKHR mode = VK_PRESENT_MODE_IMMEDIATE_KHR; mode <= VK_PRESENT_MODE_FIFO_RELAXED_KHR; mode++)
      for (uint32_t count = vkt_may_err() ? 1 : 2; count < 5; count++) { /* one is less than the surface wants */
         struct chain c = make_chain(mode, count);
         double start = now_s();
         for (uint32_t f = 0; f < 12; f++)
            chain_frame(&c, f);
         if (mode == VK_PRESENT_MODE_FIFO_KHR) /* those in flight at the end have not been waited for */
            assert_true(now_s() - start >= (12 - 2 - c.count) / 60.0);
         drop(&c);
      }
}

/* All formats, from every kind of queue. */
static void test_queues(void **state)
{
   static const VkFormat formats[] = {VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_B8G8R8A8_SRGB, VK_FORMAT_R8G8B8A8_UNORM,
                                      VK_FORMAT_R8G8B8A8_SRGB};
   VkQueue queues[] = {t.main, t.queue, t.queue2, t.transfer};
   for (uint32_t i = 0; i < 4; i++) {
      struct chain c = {.surface = make_surface(),
                        .format = formats[i],
                        .mode = VK_PRESENT_MODE_IMMEDIATE_KHR,
                        .extent = {WIDTH, HEIGHT}};
      chain_open(&c, 2, VK_NULL_HANDLE);
      for (uint32_t f = 0; f < 6; f++) {
         uint32_t n = chain_acquire(&c);
         chain_draw(&c, n, f);
         assert_int_equal(chain_present(&c, queues[i], n), VK_SUCCESS);
      }
      drop(&c);
   }
}

static void test_acquire(void **state)
{
   struct chain c = make_chain(VK_PRESENT_MODE_FIFO_KHR, 3);
   uint32_t n, seen = 0;
   for (uint32_t i = 0; i < c.count; i++) {
      vkt_ok(vk.AcquireNextImageKHR(t.device, c.swapchain, 0, VK_NULL_HANDLE, c.fence, &n));
      assert_false(seen & 1u << n);
      seen |= 1u << n;
      vkt_ok(vk.WaitForFences(t.device, 1, &c.fence, VK_TRUE, WAIT_NS));
      vkt_ok(vk.ResetFences(t.device, 1, &c.fence));
   }
   assert_int_equal(vk.AcquireNextImageKHR(t.device, c.swapchain, 0, VK_NULL_HANDLE, c.fence, &n), VK_NOT_READY);
   double start = now_s();
   VkAcquireNextImageInfoKHR info = {.sType = VK_STRUCTURE_TYPE_ACQUIRE_NEXT_IMAGE_INFO_KHR,
                                     .swapchain = c.swapchain,
                                     .timeout = 30000000,
                                     .fence = c.fence,
                                     .deviceMask = 1};
   assert_int_equal(vk.AcquireNextImage2KHR(t.device, &info, &n), VK_TIMEOUT);
   assert_true(now_s() - start >= 0.029);
   assert_int_equal(vk.GetFenceStatus(t.device, c.fence), VK_NOT_READY);
   drop(&c);
}

static void test_retirement(void **state)
{
   struct chain a = make_chain(VK_PRESENT_MODE_FIFO_KHR, 3), b = a;
   uint32_t n = chain_acquire(&a), m;
   chain_draw(&a, n, 1);
   VkSwapchainCreateInfoKHR info = chain_info(&a, 2, VK_NULL_HANDLE);
   VkSwapchainKHR none;
   assert_int_equal(vk.CreateSwapchainKHR(t.device, &info, NULL, &none), VK_ERROR_NATIVE_WINDOW_IN_USE_KHR);
   assert_int_equal(t.errors, 1);
   t.errors = 0;
   b.extent = (VkExtent2D){2 * WIDTH, HEIGHT};
   chain_open(&b, 2, a.swapchain);
   if (vkt_may_err())
      assert_int_equal(vk.AcquireNextImageKHR(t.device, a.swapchain, WAIT_NS, a.acquired, VK_NULL_HANDLE, &m),
                       VK_ERROR_OUT_OF_DATE_KHR);
   assert_int_equal(chain_present(&a, t.main, n), VK_SUCCESS); /* what was acquired may still be presented */
   chain_frame(&b, 2);
   chain_close(&a);
   chain_frame(&b, 3);
   drop(&b);
}

static void test_retirement_by_what_is_refused(void **state)
{
   struct chain b = make_chain(VK_PRESENT_MODE_FIFO_KHR, 3);
   VkSwapchainKHR none;
   uint32_t m;
   /* Even a swapchain that cannot be made retires the old one. */
   VkSwapchainCreateInfoKHR info = chain_info(&b, 2, b.swapchain);
   info.imageArrayLayers = 2;
   assert_int_equal(vk.CreateSwapchainKHR(t.device, &info, NULL, &none), VK_ERROR_INITIALIZATION_FAILED);
   t.errors = 0;
   assert_int_equal(vk.AcquireNextImageKHR(t.device, b.swapchain, 0, b.acquired, VK_NULL_HANDLE, &m),
                    VK_ERROR_OUT_OF_DATE_KHR);
   drop(&b);
}

static void test_refusals(void **state)
{
   struct chain c = {.surface = make_surface(),
                     .format = VK_FORMAT_B8G8R8A8_UNORM,
                     .mode = VK_PRESENT_MODE_FIFO_KHR,
                     .extent = {WIDTH, HEIGHT}};
   for (int i = 0; i < 9; i++) {
      VkSwapchainCreateInfoKHR info = chain_info(&c, 2, VK_NULL_HANDLE);
      VkSwapchainKHR none;
      switch (i) {
      case 0: info.imageExtent.width = 0; break;
      case 1: info.imageExtent.height = 0; break;
      case 2: info.imageExtent.width = 1u << 30; break;
      case 3: info.minImageCount = 1000; break;
      case 4: info.imageFormat = VK_FORMAT_R5G6B5_UNORM_PACK16; break;
      case 5: info.presentMode = VK_PRESENT_MODE_SHARED_DEMAND_REFRESH_KHR; break;
      case 6: info.imageUsage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT; break;
      case 7: info.compositeAlpha = VK_COMPOSITE_ALPHA_POST_MULTIPLIED_BIT_KHR; break;
      case 8: info.preTransform = VK_SURFACE_TRANSFORM_ROTATE_90_BIT_KHR; break;
      }
      assert_int_equal(vk.CreateSwapchainKHR(t.device, &info, NULL, &none), VK_ERROR_INITIALIZATION_FAILED);
      assert_int_equal(t.errors, i + 1);
   }
   t.errors = 0;
   vk.DestroySurfaceKHR(t.instance, c.surface, NULL);
}

/* Two images in one present. With `wrong`: the same one twice, or one that was never acquired, is refused and leaves all as it was. */
static void several(bool wrong)
{
   struct chain a = make_chain(VK_PRESENT_MODE_FIFO_KHR, 2), b = make_chain(VK_PRESENT_MODE_MAILBOX_KHR, 2);
   for (uint32_t f = 0; f < 8; f++) {
      uint32_t n[2] = {chain_acquire(&a), chain_acquire(&b)};
      chain_draw(&a, n[0], f);
      chain_draw(&b, n[1], f);
      VkResult results[2] = {1, 1};
      VkSemaphore drawn[2] = {a.drawn, b.drawn};
      VkSwapchainKHR chains[2] = {a.swapchain, a.swapchain};
      uint32_t twice[2] = {n[0], f & 1 ? n[0] : n[0] + 7 * (f + 1)};
      VkPresentInfoKHR present = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                                  .waitSemaphoreCount = 2,
                                  .pWaitSemaphores = drawn,
                                  .swapchainCount = 2,
                                  .pSwapchains = chains,
                                  .pImageIndices = twice,
                                  .pResults = results};
      if (wrong) {
         assert_int_equal(vk.QueuePresentKHR(t.main, &present), VK_ERROR_UNKNOWN);
         assert_int_equal(results[0], VK_ERROR_UNKNOWN);
         assert_int_equal(results[1], VK_ERROR_UNKNOWN);
         assert_int_equal(t.errors, 1);
         t.errors = 0;
      }
      chains[1] = b.swapchain;
      present.pImageIndices = n;
      vkt_ok(vk.QueuePresentKHR(t.main, &present));
      assert_int_equal(results[0], VK_SUCCESS);
      assert_int_equal(results[1], VK_SUCCESS);
   }
   drop(&a);
   drop(&b);
}

static void test_several(void **state)
{
   several(false);
}

static void test_several_wrong(void **state)
{
   several(true);
}

/* An image of the application's own over a swapchain image's memory. */
static void test_bind(void **state)
{
   struct chain c = make_chain(VK_PRESENT_MODE_FIFO_KHR, 2);
   uint32_t n = chain_acquire(&c);
   VkImageSwapchainCreateInfoKHR of = {.sType = VK_STRUCTURE_TYPE_IMAGE_SWAPCHAIN_CREATE_INFO_KHR,
                                       .swapchain = c.swapchain};
   VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                             .pNext = &of,
                             .imageType = VK_IMAGE_TYPE_2D,
                             .format = c.format,
                             .extent = {WIDTH, HEIGHT, 1},
                             .mipLevels = 1,
                             .arrayLayers = 1,
                             .samples = VK_SAMPLE_COUNT_1_BIT,
                             .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
   VkImage image;
   vkt_ok(vk.CreateImage(t.device, &info, NULL, &image));
   VkBindImageMemorySwapchainInfoKHR to = {.sType = VK_STRUCTURE_TYPE_BIND_IMAGE_MEMORY_SWAPCHAIN_INFO_KHR,
                                           .swapchain = c.swapchain,
                                           .imageIndex = n};
   VkBindImageMemoryInfo bind = {.sType = VK_STRUCTURE_TYPE_BIND_IMAGE_MEMORY_INFO, .pNext = &to, .image = image};
   vkt_ok(vk.BindImageMemory2KHR(t.device, 1, &bind));
   c.images[n] = image;
   chain_draw(&c, n, 1);
   assert_int_equal(chain_present(&c, t.main, n), VK_SUCCESS);
   vkt_ok(vk.QueueWaitIdle(t.main));
   vk.DestroyImage(t.device, image, NULL);
   drop(&c);
}

/* Presents with numbers, waited for by them. */
static void test_present_wait(void **state)
{
   for (VkPresentModeKHR mode = VK_PRESENT_MODE_IMMEDIATE_KHR; mode <= VK_PRESENT_MODE_FIFO_RELAXED_KHR; mode++) {
      struct chain c = make_chain(mode, 3);
      assert_int_equal(vk.WaitForPresentKHR(t.device, c.swapchain, 1, 0), VK_TIMEOUT);
      for (uint64_t i = 1; i < 10; i++) {
         uint64_t id = 10 * i;
         uint32_t n = chain_acquire(&c);
         chain_draw(&c, n, (uint32_t)i);
         VkRectLayerKHR changed = {.offset = {1, 1}, .extent = {2, 2}};
         VkPresentRegionKHR region = {1, &changed};
         VkPresentRegionsKHR regions = {
            .sType = VK_STRUCTURE_TYPE_PRESENT_REGIONS_KHR, .swapchainCount = 1, .pRegions = &region};
         VkPresentIdKHR ids = {.sType = VK_STRUCTURE_TYPE_PRESENT_ID_KHR,
                               .pNext = &regions,
                               .swapchainCount = 1,
                               .pPresentIds = &id};
         VkPresentInfoKHR present = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                                     .pNext = &ids,
                                     .waitSemaphoreCount = 1,
                                     .pWaitSemaphores = &c.drawn,
                                     .swapchainCount = 1,
                                     .pSwapchains = &c.swapchain,
                                     .pImageIndices = &n};
         vkt_ok(vk.QueuePresentKHR(t.main, &present));
         assert_int_equal(vk.WaitForPresentKHR(t.device, c.swapchain, id + 1, 1000), VK_TIMEOUT);
         if (i % 3 == 0) {
            vkt_ok(vk.WaitForPresentKHR(t.device, c.swapchain, id, WAIT_NS));
            vkt_ok(vk.WaitForPresentKHR(t.device, c.swapchain, id - 7, 0));
         }
      }
      drop(&c);
   }
}

/* Views of another format of a mutable swapchain's images. */
static void test_mutable(void **state)
{
   struct chain c = make_chain(VK_PRESENT_MODE_FIFO_KHR, 2);
   static const VkFormat both[] = {VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_B8G8R8A8_SRGB};
   VkImageFormatListCreateInfo list = {
      .sType = VK_STRUCTURE_TYPE_IMAGE_FORMAT_LIST_CREATE_INFO, .viewFormatCount = 2, .pViewFormats = both};
   VkSwapchainCreateInfoKHR info = chain_info(&c, 2, c.swapchain);
   info.flags = VK_SWAPCHAIN_CREATE_MUTABLE_FORMAT_BIT_KHR;
   info.imageUsage |= VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT;
   info.pNext = &list;
   VkSwapchainKHR sc;
   vkt_ok(vk.CreateSwapchainKHR(t.device, &info, NULL, &sc));
   VkImage images[16];
   uint32_t count = 16;
   vkt_ok(vk.GetSwapchainImagesKHR(t.device, sc, &count, images));
   for (int i = 0; i < 2; i++) {
      VkImageView view;
      VkImageViewCreateInfo vi = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                  .image = images[0],
                                  .viewType = VK_IMAGE_VIEW_TYPE_2D,
                                  .format = both[i],
                                  .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
      vkt_ok(vk.CreateImageView(t.device, &vi, NULL, &view));
      vk.DestroyImageView(t.device, view, NULL);
   }
   vk.DestroySwapchainKHR(t.device, sc, NULL);
   drop(&c);
}

/* The device is lost while a frame is on its way: nothing waits for ever. */
static void test_loss(void **state)
{
   struct chain c = make_chain(VK_PRESENT_MODE_FIFO_KHR, 2);
   uint32_t n = chain_acquire(&c), m;
   chain_draw(&c, n, 1);
   static const struct vkt_compute_info spin_info = {VKT_SPIRV(spin_spirv), .bindings = 1};
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_VRAM);
   struct vkt_compute spin = vkt_compute(&t, &spin_info);
   vkt_bind_buffer(&t, &spin, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   vkt_buffer_free(&t, &b);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &spin, 1, 1, 1);
   VkSemaphore late = make_semaphore();
   vkt_ok(vk.EndCommandBuffer(cmd));
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                          .waitSemaphoreCount = 1,
                          .pWaitSemaphores = &c.drawn,
                          .pWaitDstStageMask = &stage,
                          .commandBufferCount = 1,
                          .pCommandBuffers = &cmd,
                          .signalSemaphoreCount = 1,
                          .pSignalSemaphores = &late};
   vkt_ok(vk.QueueSubmit(t.queue, 1, &submit, VK_NULL_HANDLE));
   VkPresentInfoKHR present = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                               .waitSemaphoreCount = 1,
                               .pWaitSemaphores = &late,
                               .swapchainCount = 1,
                               .pSwapchains = &c.swapchain,
                               .pImageIndices = &n};
   VkResult r = vk.QueuePresentKHR(t.main, &present);
   if (vkt_refused(r, "vk.QueuePresentKHR"))
      r = vk.QueuePresentKHR(t.main, &present);
   assert_true(r == VK_SUCCESS || r == VK_ERROR_DEVICE_LOST);
   /* The other image may still be had; then there is no more. */
   for (int i = 0; i < 3 && r != VK_ERROR_DEVICE_LOST; i++)
      r = vk.AcquireNextImageKHR(t.device, c.swapchain, UINT64_MAX, VK_NULL_HANDLE, VK_NULL_HANDLE, &m);
   assert_int_equal(r, VK_ERROR_DEVICE_LOST);
   assert_int_equal(vk.QueuePresentKHR(t.main, &present), VK_ERROR_DEVICE_LOST);
   assert_true(t.errors >= 1);
   t.errors = 0;
   vk.DestroySemaphore(t.device, late, NULL);
   vkt_compute_free(&t, &spin);
   drop(&c);
   vkt_close(&t);
   setup(NULL);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_queries), cmocka_unit_test(test_modes),      cmocka_unit_test(test_queues),
      cmocka_unit_test(test_acquire), cmocka_unit_test(test_retirement), vkt_mistakes_test(test_refusals),
      cmocka_unit_test(test_several), vkt_mistakes_test(test_several_wrong),
      vkt_mistakes_test(test_retirement_by_what_is_refused),
      cmocka_unit_test(test_bind),       vkt_mistakes_test(test_loss),
      cmocka_unit_test(test_present_wait), cmocka_unit_test(test_mutable),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
