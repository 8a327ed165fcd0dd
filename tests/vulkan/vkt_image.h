/* What the tests of image transfers share: images with memory, command buffers on any queue family. Included
 * once per program. */
#ifndef VKT_IMAGE_H
#define VKT_IMAGE_H

#include "formats.h"
#include "vkt.h"

static struct vkt t;

/* ---- queues
 * ------------------------------------------------------------------------------------------------- */
#define QUEUES 4
static VkQueue queue_of[QUEUES];
static VkCommandPool pool_of[QUEUES];

static inline void open_queues(void)
{
   const VkQueue queues[QUEUES] = {t.main, t.queue, t.queue2, t.transfer};
   const uint32_t families[QUEUES] = {VKT_FAMILY_MAIN, VKT_FAMILY_COMPUTE, VKT_FAMILY_COMPUTE,
                                      VKT_FAMILY_TRANSFER};
   memcpy(queue_of, queues, sizeof queues);
   for (unsigned i = 0; i < QUEUES; i++) {
      VkCommandPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                      .queueFamilyIndex = families[i]};
      vkt_ok(vk.CreateCommandPool(t.device, &info, NULL, &pool_of[i]));
   }
}

/* That queue, or, if it must not do this, the first one. */
static inline unsigned able(unsigned q, VkQueueFlags any)
{
   static const VkQueueFlags does[QUEUES] = {VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT,
                                             VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT,
                                             VK_QUEUE_COMPUTE_BIT | VK_QUEUE_TRANSFER_BIT, VK_QUEUE_TRANSFER_BIT};
   return does[q] & any ? q : 0;
}

static inline void close_queues(void)
{
   for (unsigned i = 0; i < QUEUES; i++)
      vk.DestroyCommandPool(t.device, pool_of[i], NULL);
}

static inline VkCommandBuffer begin_on(unsigned q)
{
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = pool_of[q],
                                        .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &cmd));
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   return cmd;
}

static inline void run_on(unsigned q, VkCommandBuffer cmd)
{
   VkFence fence = vkt_fence(&t);
   vkt_ok(vk.EndCommandBuffer(cmd));
   vkt_ok(vkt_submit_no_wait(&t, queue_of[q], cmd, fence));
   vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_C(60000000000)));
   vk.DestroyFence(t.device, fence, NULL);
   vk.FreeCommandBuffers(t.device, pool_of[q], 1, &cmd);
}

static inline void transfer_barrier(VkCommandBuffer cmd)
{
   VkMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                        .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                        .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1, &b, 0,
                         NULL, 0, NULL);
}

/* ---- images
 * --------------------------------------------------------------------------------------------------- */
struct image {
   VkImage image;
   VkDeviceMemory memory;
   void *host; /* the memory itself, in the layout of gpu/image.h */
   VkDeviceSize size_B;
   VkImageCreateInfo info;
   const fmt_info *format;
   VkImageAspectFlags aspects;
};

static inline VkImageAspectFlags aspects_of(const fmt_info *f)
{
   if (f->layout != FMT_DEPTH)
      return VK_IMAGE_ASPECT_COLOR_BIT;
   return (f->component[0].bits ? VK_IMAGE_ASPECT_DEPTH_BIT : 0) |
          (f->component[1].bits ? VK_IMAGE_ASPECT_STENCIL_BIT : 0);
}

/* In VK_IMAGE_LAYOUT_GENERAL. Only type, format, extent and, where not 1, levels, layers and samples of *info are looked at. */
static inline struct image make_image(const VkImageCreateInfo *info)
{
   struct image im = {.info = *info, .format = fmt_lookup(info->format)};
   im.info.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO;
   im.info.mipLevels = info->mipLevels ? info->mipLevels : 1;
   im.info.arrayLayers = info->arrayLayers ? info->arrayLayers : 1;
   im.info.samples = info->samples ? info->samples : VK_SAMPLE_COUNT_1_BIT;
   im.info.usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
   im.aspects = aspects_of(im.format);
   vkt_ok(vk.CreateImage(t.device, &im.info, NULL, &im.image));
   VkMemoryRequirements need;
   vk.GetImageMemoryRequirements(t.device, im.image, &need);
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .allocationSize = need.size,
                                 .memoryTypeIndex = VKT_TYPE_VRAM_VISIBLE};
   vkt_ok(vk.AllocateMemory(t.device, &alloc, NULL, &im.memory));
   vkt_ok(vk.BindImageMemory(t.device, im.image, im.memory, 0));
   vkt_ok(vk.MapMemory(t.device, im.memory, 0, VK_WHOLE_SIZE, 0, &im.host));
   im.size_B = need.size;
   vkt_submit_general(&t, im.image, im.aspects);
   return im;
}

static inline void free_image(struct image *im)
{
   vk.DestroyImage(t.device, im->image, NULL);
   vk.FreeMemory(t.device, im->memory, NULL);
}

static inline bool has_features(VkFormat format, VkImageTiling tiling, VkFormatFeatureFlags need)
{
   VkFormatProperties p;
   vk.GetPhysicalDeviceFormatProperties(t.physical, format, &p);
   return ((tiling == VK_IMAGE_TILING_LINEAR ? p.linearTilingFeatures : p.optimalTilingFeatures) & need) ==
          need;
}

static uint64_t rnd_state = UINT64_C(0x9e3779b97f4a7c15);

static inline uint32_t rnd(uint32_t n)
{
   rnd_state ^= rnd_state << 13;
   rnd_state ^= rnd_state >> 7;
   rnd_state ^= rnd_state << 17;
   return n ? (uint32_t)(rnd_state >> 24) % n : 0;
}

#endif
