/* Helper of bench_graphics: a device of whichever driver the loader finds, buffers, a texture with all its levels,
 * a render target, one pipeline. Errors end the program with a message: a benchmark of half a frame says nothing. */
#ifndef BENCH_VK_H
#define BENCH_VK_H

#include <stdbool.h>
#include <stdint.h>
#include <vulkan/vulkan.h>

#define BENCH_FRAMES 2u /* in flight */

struct bench_push {
   float transform[16], colour[4], params[4];
};

struct bench_vertex {
   float position[3], normal[3], place[2];
};

struct bench_buffer {
   VkBuffer buffer;
   VkDeviceMemory memory;
   void *host;
};

struct bench_image {
   VkImage image;
   VkDeviceMemory memory;
   VkImageView view;
};

struct bench_device {
   VkInstance instance;
   VkPhysicalDevice physical;
   VkDevice device;
   VkQueue queue;
   VkCommandPool pool;
   VkPhysicalDeviceProperties properties;
   float anisotropy; /* greatest, 0: none */
};

void bench_die(const char *what, int result);
#define bench_ok(call)                                                                                       \
   do {                                                                                                      \
      VkResult bench_result_ = (call);                                                                       \
      if (bench_result_ != VK_SUCCESS)                                                                       \
         bench_die(#call, bench_result_);                                                                    \
   } while (0)

void bench_device_open(struct bench_device *d);
void bench_device_close(struct bench_device *d);

struct bench_buffer bench_buffer(struct bench_device *d, VkDeviceSize size, VkBufferUsageFlags usage);
void bench_buffer_free(struct bench_device *d, struct bench_buffer *b);
struct bench_image bench_image(struct bench_device *d, const VkImageCreateInfo *info, VkImageAspectFlags aspect);
void bench_image_free(struct bench_device *d, struct bench_image *i);
/* R8G8B8A8, size x size, all levels, by blits from a pattern; ready to be sampled. */
struct bench_image bench_texture(struct bench_device *d, uint32_t size);

/* Recorded, submitted and waited for. */
VkCommandBuffer bench_begin(struct bench_device *d);
void bench_finish(struct bench_device *d, VkCommandBuffer cmd);

/* What is drawn to: colour of R8G8B8A8, with more samples a resolved one behind it, depth of D32. */
struct bench_target {
   uint32_t size;
   VkSampleCountFlagBits samples;
   struct bench_image colour, resolved, depth; /* resolved, depth: may be none */
   VkRenderPass pass;
   VkFramebuffer framebuffer;
};
struct bench_target bench_target(struct bench_device *d, uint32_t size, VkSampleCountFlagBits samples, bool depth);
void bench_target_free(struct bench_device *d, struct bench_target *t);
/* Mean of each component over the target, 0 to 1; returns a hash of all of it. */
uint64_t bench_target_look(struct bench_device *d, const struct bench_target *t, double mean[4]);

struct bench_pipeline_info {
   const uint32_t *vertex, *fragment;
   size_t vertex_B, fragment_B;
   bool mesh; /* bench_vertex, triangles; else a strip without vertex buffers */
   bool depth, blend;
   VkCompareOp compare;
   VkCullModeFlags cull;
   VkDescriptorSetLayout set_layout;
};
struct bench_pipeline {
   VkPipelineLayout layout;
   VkPipeline pipeline;
};
struct bench_pipeline bench_pipeline(struct bench_device *d, const struct bench_target *t,
                                     const struct bench_pipeline_info *info);
void bench_pipeline_free(struct bench_device *d, struct bench_pipeline *p);

#endif
