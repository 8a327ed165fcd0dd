/* A program to be watched: view_target frames|image EXPECTED.png
 *   frames  presents to a surface without window system, in two sizes
 *   image   exports an image of optimal tiling
 * Writes the picture that a viewer is to see last, keeps it there for a while, and ends without tidying up. */
#include "vkt_window.h"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

#define LAST 9u

static void write_expected(const char *path, uint32_t w, uint32_t h, uint8_t alpha)
{
   uint8_t *rgba = malloc((size_t)w * h * 4), *p = rgba;
   assert_non_null(rgba);
   for (uint32_t y = 0; y < h; y++)
      for (uint32_t x = 0; x < w; x++, p += 4) {
         uint32_t colour = pixel_of(x, y, LAST);
         p[0] = (uint8_t)(colour >> 16);
         p[1] = (uint8_t)(colour >> 8);
         p[2] = (uint8_t)colour;
         p[3] = alpha;
      }
   assert_true(stbi_write_png(path, (int)w, (int)h, 4, rgba, (int)w * 4));
   free(rgba);
}

static void nap(long ms)
{
   nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void present(const char *expected)
{
   open_wsi(VK_EXT_HEADLESS_SURFACE_EXTENSION_NAME, NULL);
   VkHeadlessSurfaceCreateInfoEXT info = {.sType = VK_STRUCTURE_TYPE_HEADLESS_SURFACE_CREATE_INFO_EXT};
   struct chain c = {.format = VK_FORMAT_R8G8B8A8_UNORM, .mode = VK_PRESENT_MODE_FIFO_KHR, .extent = {96, 64}};
   vkt_ok(vk.CreateHeadlessSurfaceEXT(t.instance, &info, NULL, &c.surface));
   chain_open(&c, 2, VK_NULL_HANDLE);
   for (uint32_t f = 0; f < 5; f++)
      chain_frame(&c, f);
   nap(300);
   struct chain old = c;
   c.extent = (VkExtent2D){121, 50};
   chain_open(&c, 3, old.swapchain);
   chain_close(&old);
   for (uint32_t f = 5; f <= LAST; f++)
      chain_frame(&c, f);
   write_expected(expected, 121, 50, 0);
}

static void export_image(const char *expected)
{
   vkt_open(&t);
   VkExternalMemoryImageCreateInfo external = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO,
                                               .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
   VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO, .pNext = &external, .imageType = VK_IMAGE_TYPE_2D,
                             .format = VK_FORMAT_R8G8B8A8_UNORM, .extent = {75, 41, 1}, .mipLevels = 3, .arrayLayers = 2,
                             .samples = VK_SAMPLE_COUNT_1_BIT, .usage = VK_IMAGE_USAGE_TRANSFER_DST_BIT};
   VkExportMemoryAllocateInfo export = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO, .handleTypes = external.handleTypes};
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &export};
   VkImage image;
   VkDeviceMemory memory;
   VkMemoryRequirements need;
   vkt_ok(vk.CreateImage(t.device, &info, NULL, &image));
   vk.GetImageMemoryRequirements(t.device, image, &need);
   alloc.allocationSize = need.size + 4096;
   vkt_ok(vk.AllocateMemory(t.device, &alloc, NULL, &memory));
   vkt_ok(vk.BindImageMemory(t.device, image, memory, 4096));
   struct chain pixels = {.format = info.format, .extent = {75, 41}, .pixels = vkt_buffer(&t, 75 * 41 * 4, VKT_TYPE_SYSTEM)};
   fill_pixels(&pixels, LAST);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_make_general(cmd, image, VK_IMAGE_ASPECT_COLOR_BIT);
   VkBufferImageCopy all = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, .imageExtent = info.extent};
   vk.CmdCopyBufferToImage(cmd, pixels.pixels.buffer, image, VK_IMAGE_LAYOUT_GENERAL, 1, &all);
   vkt_ok(vkt_submit(&t, cmd));
   write_expected(expected, 75, 41, 0);
}

static const char *mode, *file;

static void show(void **state)
{
   if (!strcmp(mode, "frames"))
      present(file);
   else
      export_image(file);
   nap(1200);
   exit(0);
}

int main(int argc, char **argv)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(show)};
   mode = argc == 3 ? argv[1] : "";
   file = argc == 3 ? argv[2] : "";
   return argc == 3 ? cmocka_run_group_tests(tests, NULL, NULL) : 2;
}
