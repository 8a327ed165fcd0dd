/* Images, samplers and buffers of a frame. Images stay in the layout GENERAL all the time; the smaller levels of a pattern are blitted from
 * the first one, but for the pattern that tells levels apart. */
#include "frame.h"
#include <stdlib.h>
#include <string.h>

static VkImageView create_view(const struct frame_image *im, VkImageViewType type, VkImageAspectFlags aspects, uint32_t mips)
{
   VkImageViewCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO, .image = im->image, .viewType = type,
                                 .format = im->format, .subresourceRange = {aspects, 0, mips, 0, im->layers}};
   VkImageView view;
   frame_must(vkCreateImageView(frame_gpu.device, &info, NULL, &view), "vkCreateImageView");
   return view;
}

static void create_image(struct frame_image *im)
{
   VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                             .flags = im->cube ? VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT : 0,
                             .imageType = VK_IMAGE_TYPE_2D, .format = im->format, .extent = {im->width, im->height, 1},
                             .mipLevels = im->mips, .arrayLayers = im->layers, .samples = im->samples, .usage = im->usage};
   VkMemoryRequirements need;
   frame_must(vkCreateImage(frame_gpu.device, &info, NULL, &im->image), "vkCreateImage");
   vkGetImageMemoryRequirements(frame_gpu.device, im->image, &need);
   im->memory = frame_memory(&need, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
   frame_must(vkBindImageMemory(frame_gpu.device, im->image, im->memory, 0), "vkBindImageMemory");
   VkImageViewType type = im->layers > 1 ? VK_IMAGE_VIEW_TYPE_2D_ARRAY : VK_IMAGE_VIEW_TYPE_2D;
   im->target = create_view(im, type, im->aspects, 1);
   VkImageAspectFlags aspect = im->aspects & VK_IMAGE_ASPECT_DEPTH_BIT ? VK_IMAGE_ASPECT_DEPTH_BIT : im->aspects;
   im->sampled = create_view(im, im->cube ? VK_IMAGE_VIEW_TYPE_CUBE : type, aspect, im->mips);
   im->written = false;
}

static void to_general(VkCommandBuffer cmd, const struct frame_image *im)
{
   VkImageMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER, .newLayout = VK_IMAGE_LAYOUT_GENERAL,
                             .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                             .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED, .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                             .image = im->image, .subresourceRange = {im->aspects, 0, im->mips, 0, im->layers}};
   vkCmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1, &b);
}

static uint32_t side(uint32_t size, uint32_t level) { return size >> level ? size >> level : 1; }

static void blit_level(VkCommandBuffer cmd, const struct frame_image *im, uint32_t level)
{
   VkImageBlit r = {.srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level - 1, 0, im->layers},
                    .srcOffsets = {{0, 0, 0}, {(int32_t)side(im->width, level - 1), (int32_t)side(im->height, level - 1), 1}},
                    .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level, 0, im->layers},
                    .dstOffsets = {{0, 0, 0}, {(int32_t)side(im->width, level), (int32_t)side(im->height, level), 1}}};
   frame_barrier(cmd);
   vkCmdBlitImage(cmd, im->image, VK_IMAGE_LAYOUT_GENERAL, im->image, VK_IMAGE_LAYOUT_GENERAL, 1, &r, VK_FILTER_LINEAR);
}

/* Upload what is not blitted: the first level, or all of those that differ from each other. */
static void fill_image(const struct frame_image *im)
{
   uint32_t own = im->fill == FRAME_FILL_LEVELS ? im->mips : 1;
   VkDeviceSize size_B = (VkDeviceSize)im->width * im->height * 4 * im->layers * 2 + 64;
   VkDeviceMemory memory;
   void *host;
   VkBuffer staging = frame_host_buffer(size_B, VK_BUFFER_USAGE_TRANSFER_SRC_BIT, &memory, &host);
   VkCommandBuffer cmd = frame_begin();
   VkDeviceSize at = 0;
   for (uint32_t level = 0; level < own; level++)
      for (uint32_t layer = 0; layer < im->layers; layer++) {
         uint32_t w = side(im->width, level), h = side(im->height, level);
         VkBufferImageCopy r = {.bufferOffset = at, .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level, layer, 1},
                                .imageExtent = {w, h, 1}};
         frame_fill_texels(im->fill, level, layer, w, h, (uint8_t *)host + at);
         vkCmdCopyBufferToImage(cmd, staging, im->image, VK_IMAGE_LAYOUT_GENERAL, 1, &r);
         at += (VkDeviceSize)w * h * 4;
      }
   for (uint32_t level = own; level < im->mips; level++)
      blit_level(cmd, im, level);
   frame_submit(cmd);
   vkDestroyBuffer(frame_gpu.device, staging, NULL);
   vkFreeMemory(frame_gpu.device, memory, NULL);
}

static void create_buffer(struct frame_buffer *b)
{
   void *host;
   b->buffer = frame_host_buffer(b->size_B ? b->size_B : 4,
                                 VK_BUFFER_USAGE_VERTEX_BUFFER_BIT | VK_BUFFER_USAGE_INDEX_BUFFER_BIT |
                                    VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT |
                                    VK_BUFFER_USAGE_STORAGE_BUFFER_BIT,
                                 &b->memory, &host);
   if (b->size_B)
      memcpy(host, b->data, b->size_B);
}

void frame_create_resources(struct frame *f)
{
   VkCommandBuffer cmd = frame_begin();
   for (uint32_t i = 0; i < f->images; i++) {
      create_image(&f->image[i]);
      to_general(cmd, &f->image[i]);
   }
   frame_submit(cmd);
   for (uint32_t i = 0; i < f->images; i++)
      if (f->image[i].fill)
         fill_image(&f->image[i]);
   for (uint32_t i = 0; i < f->samplers; i++)
      frame_must(vkCreateSampler(frame_gpu.device, &f->sampler[i].info, NULL, &f->sampler[i].sampler), "vkCreateSampler");
   for (uint32_t i = 0; i < f->buffers; i++)
      create_buffer(&f->buffer[i]);
}

void frame_destroy_resources(struct frame *f)
{
   for (uint32_t i = 0; i < f->images; i++) {
      vkDestroyImageView(frame_gpu.device, f->image[i].target, NULL);
      vkDestroyImageView(frame_gpu.device, f->image[i].sampled, NULL);
      vkDestroyImage(frame_gpu.device, f->image[i].image, NULL);
      vkFreeMemory(frame_gpu.device, f->image[i].memory, NULL);
   }
   for (uint32_t i = 0; i < f->samplers; i++)
      vkDestroySampler(frame_gpu.device, f->sampler[i].sampler, NULL);
   for (uint32_t i = 0; i < f->buffers; i++) {
      vkDestroyBuffer(frame_gpu.device, f->buffer[i].buffer, NULL);
      vkFreeMemory(frame_gpu.device, f->buffer[i].memory, NULL);
   }
}
