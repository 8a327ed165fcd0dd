/* What the tests of window systems share: swapchains, and frames whose every pixel is known. Included once per program. */
#ifndef VKT_WINDOW_H
#define VKT_WINDOW_H

#include <time.h>
#include "vkt.h"

#define WAIT_NS UINT64_C(20000000000)

static struct vkt t;

struct chain {
   VkSurfaceKHR surface;
   VkSwapchainKHR swapchain;
   VkFormat format;
   VkPresentModeKHR mode;
   VkExtent2D extent;
   uint32_t count;
   VkImage images[16];
   VkCommandPool pool;
   struct vkt_buffer pixels;
   VkSemaphore acquired, drawn;
   VkFence fence;
};

static inline double now_s(void)
{
   struct timespec ts;
   clock_gettime(CLOCK_MONOTONIC, &ts);
   return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static inline void open_wsi(const char *surface_extension, const char *layer)
{
   const char *const instance[] = {VK_KHR_SURFACE_EXTENSION_NAME, VK_KHR_GET_SURFACE_CAPABILITIES_2_EXTENSION_NAME,
                                   surface_extension};
   static const char *const device[] = {
      VK_KHR_SWAPCHAIN_EXTENSION_NAME,    VK_KHR_DEVICE_GROUP_EXTENSION_NAME, VK_KHR_BIND_MEMORY_2_EXTENSION_NAME,
      VK_KHR_PRESENT_ID_EXTENSION_NAME,   VK_KHR_PRESENT_WAIT_EXTENSION_NAME, VK_KHR_INCREMENTAL_PRESENT_EXTENSION_NAME,
      VK_KHR_MAINTENANCE_2_EXTENSION_NAME, VK_KHR_IMAGE_FORMAT_LIST_EXTENSION_NAME,
      VK_KHR_SWAPCHAIN_MUTABLE_FORMAT_EXTENSION_NAME};
   static VkPhysicalDevicePresentWaitFeaturesKHR wait = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PRESENT_WAIT_FEATURES_KHR, .presentWait = VK_TRUE};
   static VkPhysicalDevicePresentIdFeaturesKHR id = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PRESENT_ID_FEATURES_KHR, .pNext = &wait, .presentId = VK_TRUE};
   struct vkt_options o = {.layer = layer,
                           .extensions = device,
                           .extension_count = 9,
                           .device_next = &id,
                           .instance_extensions = instance,
                           .instance_extension_count = 3};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
}

static inline VkSemaphore make_semaphore(void)
{
   VkSemaphore s;
   VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
   vkt_ok(vk.CreateSemaphore(t.device, &info, NULL, &s));
   return s;
}

static inline VkSwapchainCreateInfoKHR chain_info(const struct chain *c, uint32_t count, VkSwapchainKHR old)
{
   return (VkSwapchainCreateInfoKHR){.sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR,
                                     .surface = c->surface,
                                     .minImageCount = count,
                                     .imageFormat = c->format,
                                     .imageColorSpace = VK_COLOR_SPACE_SRGB_NONLINEAR_KHR,
                                     .imageExtent = c->extent,
                                     .imageArrayLayers = 1,
                                     .imageUsage = VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                                     .preTransform = VK_SURFACE_TRANSFORM_IDENTITY_BIT_KHR,
                                     .compositeAlpha = VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR,
                                     .presentMode = c->mode,
                                     .clipped = VK_TRUE,
                                     .oldSwapchain = old};
}

/* With c->surface, format, mode and extent set. */
static inline void chain_open(struct chain *c, uint32_t count, VkSwapchainKHR old)
{
   VkSwapchainCreateInfoKHR info = chain_info(c, count, old);
   vkt_ok(vk.CreateSwapchainKHR(t.device, &info, NULL, &c->swapchain));
   c->count = 16;
   vkt_ok(vk.GetSwapchainImagesKHR(t.device, c->swapchain, &c->count, c->images));
   assert_true(c->count >= count);
   VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                   .queueFamilyIndex = VKT_FAMILY_MAIN};
   vkt_ok(vk.CreateCommandPool(t.device, &pool, NULL, &c->pool));
   c->pixels = vkt_buffer(&t, (VkDeviceSize)c->extent.width * c->extent.height * 4, VKT_TYPE_SYSTEM_CACHED);
   c->acquired = make_semaphore();
   c->drawn = make_semaphore();
   c->fence = vkt_fence(&t);
}

static inline void chain_close(struct chain *c)
{
   vk.DeviceWaitIdle(t.device);
   vk.DestroySwapchainKHR(t.device, c->swapchain, NULL);
   vk.DestroyCommandPool(t.device, c->pool, NULL);
   vk.DestroySemaphore(t.device, c->acquired, NULL);
   vk.DestroySemaphore(t.device, c->drawn, NULL);
   vk.DestroyFence(t.device, c->fence, NULL);
   vkt_buffer_free(&t, &c->pixels);
}

/* 0xRRGGBB of a pixel of that frame. */
static inline uint32_t pixel_of(uint32_t x, uint32_t y, uint32_t frame)
{
   return ((x + 7 * frame) & 255) << 16 | ((y + 13 * frame) & 255) << 8 | ((x * y + 29 * frame) & 255);
}

static inline bool red_is_first(VkFormat format)
{
   return format == VK_FORMAT_R8G8B8A8_UNORM || format == VK_FORMAT_R8G8B8A8_SRGB;
}

static inline void fill_pixels(struct chain *c, uint32_t frame)
{
   uint32_t *to = c->pixels.host;
   for (uint32_t y = 0; y < c->extent.height; y++)
      for (uint32_t x = 0; x < c->extent.width; x++) {
         uint32_t p = pixel_of(x, y, frame);
         *to++ = red_is_first(c->format) ? (p & 0xff00) | p >> 16 | (p & 255) << 16 : p; /* alpha 0 */
      }
}

static inline void image_barrier(VkCommandBuffer cmd, VkImage image, VkImageLayout from, VkImageLayout to)
{
   VkImageMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                             .srcAccessMask = from ? VK_ACCESS_TRANSFER_WRITE_BIT : 0,
                             .dstAccessMask = from ? 0 : VK_ACCESS_TRANSFER_WRITE_BIT,
                             .oldLayout = from,
                             .newLayout = to,
                             .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .image = image,
                             .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 0, NULL, 0, NULL, 1,
                         &b);
}

/* Draw that frame into image n, between the chain's semaphores. */
static inline void chain_draw(struct chain *c, uint32_t n, uint32_t frame)
{
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo alloc = {
      .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = c->pool, .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   fill_pixels(c, frame);
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &cmd));
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   image_barrier(cmd, c->images[n], VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
   VkBufferImageCopy all = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                            .imageExtent = {c->extent.width, c->extent.height, 1}};
   vk.CmdCopyBufferToImage(cmd, c->pixels.buffer, c->images[n], VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &all);
   image_barrier(cmd, c->images[n], VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_PRESENT_SRC_KHR);
   vkt_ok(vk.EndCommandBuffer(cmd));
   VkPipelineStageFlags stage = VK_PIPELINE_STAGE_TRANSFER_BIT;
   VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                          .waitSemaphoreCount = 1,
                          .pWaitSemaphores = &c->acquired,
                          .pWaitDstStageMask = &stage,
                          .commandBufferCount = 1,
                          .pCommandBuffers = &cmd,
                          .signalSemaphoreCount = 1,
                          .pSignalSemaphores = &c->drawn};
   vkt_ok(vk.QueueSubmit(t.main, 1, &submit, c->fence));
   vkt_ok(vk.WaitForFences(t.device, 1, &c->fence, VK_TRUE, WAIT_NS));
   vkt_ok(vk.ResetFences(t.device, 1, &c->fence));
   vk.FreeCommandBuffers(t.device, c->pool, 1, &cmd);
}

static inline VkResult chain_present(struct chain *c, VkQueue queue, uint32_t n)
{
   VkPresentInfoKHR present = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                               .waitSemaphoreCount = 1,
                               .pWaitSemaphores = &c->drawn,
                               .swapchainCount = 1,
                               .pSwapchains = &c->swapchain,
                               .pImageIndices = &n};
   VkResult r = vk.QueuePresentKHR(queue, &present);
   return vkt_refused(r, "vk.QueuePresentKHR") ? vk.QueuePresentKHR(queue, &present) : r;
}

static inline uint32_t chain_acquire(struct chain *c)
{
   uint32_t n = UINT32_MAX;
   vkt_ok(vk.AcquireNextImageKHR(t.device, c->swapchain, WAIT_NS, c->acquired, VK_NULL_HANDLE, &n));
   assert_true(n < c->count);
   return n;
}

/* Acquire, draw, present. */
static inline void chain_frame(struct chain *c, uint32_t frame)
{
   uint32_t n = chain_acquire(c);
   chain_draw(c, n, frame);
   assert_int_equal(chain_present(c, t.main, n), VK_SUCCESS);
}

/* Rows of 4 bytes a pixel, blue first, against that frame; alpha does not count. */
static inline uint32_t wrong_pixels(const void *rows, uint32_t width, uint32_t height, uint32_t frame)
{
   const uint32_t *p = rows;
   uint32_t wrong = 0;
   for (uint32_t y = 0; y < height; y++)
      for (uint32_t x = 0; x < width; x++)
         wrong += (*p++ & 0xffffff) != pixel_of(x, y, frame);
   return wrong;
}

#endif
