/* The scene: an ordinary Vulkan program that renders an animation into an exported image, while a second process without Vulkan looks at the
 * image's memory. What the files of this folder share; nothing here knows which Vulkan driver it runs on.
 */
#ifndef SCENE_H
#define SCENE_H

#include "vk.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SCENE_CHECK(call)                                                                                    \
   do {                                                                                                      \
      VkResult check_result = (call);                                                                        \
      if (check_result != VK_SUCCESS) {                                                                      \
         fprintf(stderr, "scene: %s failed with VkResult %d (%s:%d)\n", #call, check_result, __FILE__,       \
                 __LINE__);                                                                                  \
         exit(1);                                                                                            \
      }                                                                                                      \
   } while (0)

#define SCENE_SHADOW_PX 1024u
#define SCENE_TEXTURE_PX 512u
#define SCENE_TEXTURE_LEVELS 10u
#define SCENE_MATERIALS 5u

typedef struct scene_options {
   const char *viewer, *png, *viewer_png;
   bool window;
   uint32_t width, height, frames;
   VkSampleCountFlagBits samples;
} scene_options;

typedef struct scene_buffer {
   VkBuffer buffer;
   VkDeviceMemory memory;
   VkDeviceSize size_B;
   void *host; /* host-visible ones only */
} scene_buffer;

typedef struct scene_image {
   VkImage image;
   VkDeviceMemory memory;
   VkImageView view;
   VkFormat format;
   uint32_t width, height, levels, layers;
   VkSampleCountFlagBits samples;
} scene_image;

/* As in scene.glsl. */
typedef struct scene_camera {
   float world_to_clip[16], world_to_light[16];
   float eye[4], right[4], up[4], forward[4], sun[4];
} scene_camera;

typedef struct scene_mesh {
   uint32_t kind, columns, rows; /* as in make_mesh.comp */
   uint32_t first_vertex, first_index, indices;
} scene_mesh;
enum { MESH_TERRAIN, MESH_KNOT, MESH_PLATFORM, MESH_COLUMN, MESH_LINTEL, MESHES };

enum { PIPE_SHADOW, PIPE_OBJECT, PIPE_SKY, PIPE_WATER, PIPE_SPARK, PIPES };

typedef struct scene {
   scene_options opt;
   VkInstance instance;
   bool labelled; /* by VK_EXT_debug_utils, if it is there */
   VkPhysicalDevice physical;
   VkPhysicalDeviceProperties properties;
   VkPhysicalDeviceMemoryProperties memory;
   VkDevice device;
   VkQueue queue;
   uint32_t family;
   VkCommandPool pool;
   VkCommandBuffer commands;
   VkFence fence;
   VkQueryPool timestamps;
   scene_image target, colour, depth, shadow, materials; /* target: the exported one */
   VkDeviceSize target_stride_B, target_B;                /* of its memory: row to row, all */
   VkImageView material[SCENE_MATERIALS]; /* a layer of materials each: grass, rock, marble, tiles, clouds */
   scene_buffer vertices, indices, camera, readback;
   scene_mesh mesh[MESHES];
   VkSampler repeat, soft, compare; /* repeat: anisotropic */
   VkDescriptorPool descriptors;
   VkDescriptorSetLayout set_layout;
   VkDescriptorSet set;
   VkPipelineLayout layout;
   VkRenderPass shadow_pass, main_pass;
   VkFramebuffer shadow_frame, main_frame;
   VkPipeline pipeline[PIPES];
   double gpu_s; /* of the frames so far, by the card's clock */
} scene;

/* scene_gpu.c: device, memory, submissions. Every failure ends the process with a message. */
void scene_open(scene *s);
void scene_close(scene *s);
scene_buffer scene_create_buffer(scene *s, VkDeviceSize size_B, VkBufferUsageFlags usage, VkMemoryPropertyFlags wanted);
void scene_destroy_buffer(scene *s, scene_buffer *b);
/* Linear and exported, or optimal. format, width, height, levels, layers and samples are given in *im. */
void scene_create_image(scene *s, scene_image *im, VkImageUsageFlags usage, VkImageAspectFlags aspect, bool exported);
void scene_destroy_image(scene *s, scene_image *im);
intptr_t scene_export(scene *s, const scene_image *im); /* fd or HANDLE, the caller's */
void scene_close_handle(intptr_t handle);
void scene_begin(scene *s);
/* What follows has a name for whoever profiles, up to scene_label_end. */
void scene_label(scene *s, const char *name);
void scene_label_end(scene *s);
void scene_finish(scene *s); /* submits and waits */
void scene_layout(scene *s, const scene_image *im, VkImageAspectFlags aspect, uint32_t level, uint32_t levels, VkImageLayout from,
                  VkImageLayout to);
void scene_barrier(scene *s);
VkShaderModule scene_shader(scene *s, const uint32_t *spirv, size_t spirv_B);

/* scene_make.c: materials and meshes, made by compute shaders. */
void scene_make(scene *s);
/* scene_pipeline.c: passes, pipelines, descriptors. */
void scene_create_pipelines(scene *s);
void scene_destroy_pipelines(scene *s);
/* scene_frame.c: draw at a time of the animation, wait for it; then copy the target as the GPU sees it to s->readback. */
void scene_draw(scene *s, float seconds);
void scene_read_back(scene *s);
/* scene_camera.c: by sums, products and square roots alone, so that it is the same wherever it is compiled. */
void scene_place_camera(scene_camera *c, float seconds, float aspect);

/* scene_viewer_posix.c, scene_viewer_win32.c: `figment view` on the exported memory. NULL and a message if it does not start; finish tells it that the
 * last picture is there, waits for it and says whether it was content. */
typedef struct scene_viewer scene_viewer;
scene_viewer *scene_viewer_start(const scene *s, intptr_t handle);
bool scene_viewer_finish(scene_viewer *v);

#endif
