/* Frames: small Vulkan scenes whose pictures are compared with baselines. What the files of this folder share.
 *
 * A scene is a text (scene.txt, language: README.md of this folder) and its shaders. frame_parse.c makes a struct frame of it,
 * frame_device.c, frame_resource.c, frame_pipeline.c and frame_draw.c draw it on any Vulkan driver, frame_picture.c compares.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vulkan/vulkan.h>

#define FRAME_NAME 32
#define FRAME_MAX 24       /* images, samplers, buffers, pipelines, passes, ... of a frame */
#define FRAME_MAX_DRAWS 96 /* of a frame */
#define FRAME_MAX_ATTACHMENTS 10
#define FRAME_PUSH_DW 32

enum frame_fill { FRAME_FILL_NONE, FRAME_FILL_CHECKER, FRAME_FILL_BRICKS, FRAME_FILL_NOISE, FRAME_FILL_LEVELS };

struct frame_image {
   char name[FRAME_NAME];
   VkFormat format;
   uint32_t width, height, layers, mips;
   VkSampleCountFlagBits samples;
   enum frame_fill fill;
   bool cube;
   bool clear;             /* at its first use as an attachment */
   VkClearValue clear_value;
   VkImageUsageFlags usage; /* gathered while parsing */
   VkImageAspectFlags aspects;
   bool written;           /* while recording: an earlier pass has drawn there */
   VkImage image;
   VkDeviceMemory memory;
   VkImageView target, sampled;
};

struct frame_sampler {
   char name[FRAME_NAME];
   VkSamplerCreateInfo info;
   VkSampler sampler;
};

struct frame_buffer {
   char name[FRAME_NAME];
   VkIndexType index_type;
   void *data;
   size_t size_B;
   VkBuffer buffer;
   VkDeviceMemory memory;
};

struct frame_binding {
   VkDescriptorType type;
   uint32_t image, sampler, buffer; /* indices */
};

enum { FRAME_VERT, FRAME_TESC, FRAME_TESE, FRAME_GEOM, FRAME_FRAG, FRAME_STAGES };

struct frame_pipeline {
   char name[FRAME_NAME];
   char shader[FRAME_STAGES][FRAME_NAME]; /* "" for none */
   VkPipelineInputAssemblyStateCreateInfo assembly;
   uint32_t patch;
   VkVertexInputBindingDescription vertex[FRAME_MAX];
   VkVertexInputAttributeDescription attribute[FRAME_MAX];
   uint32_t vertices, attributes;
   VkPipelineRasterizationStateCreateInfo raster;
   VkPipelineMultisampleStateCreateInfo multisample;
   VkSampleMask sample_mask;
   VkPipelineDepthStencilStateCreateInfo depth;
   VkPipelineColorBlendStateCreateInfo blend;
   VkPipelineColorBlendAttachmentState blends[8];
   VkViewport viewport[16];
   VkRect2D scissor[16];
   uint32_t viewports, scissors;
   struct frame_binding binding[8];
   uint32_t bindings;
   VkDescriptorSetLayout set_layout;
   VkPipelineLayout layout;
   VkDescriptorSet set;
};

struct frame_draw {
   uint32_t pipeline;
   bool next; /* no draw: the next subpass */
   uint32_t vertices, first, instances, base, vertex_offset;
   uint32_t index;                /* buffer, UINT32_MAX without */
   uint32_t indirect, count, stride, offset_B; /* buffer, UINT32_MAX without */
   uint32_t vertex[8], vertex_buffers;
   float push[FRAME_PUSH_DW];
   uint32_t pushes;
};

struct frame_subpass {
   uint32_t colour[8], resolve[8], input[8], depth; /* attachments of the pass, VK_ATTACHMENT_UNUSED without */
   uint32_t colours, resolves, inputs;
};

struct frame_pass {
   uint32_t attachment[FRAME_MAX_ATTACHMENTS]; /* images */
   uint32_t attachments;
   struct frame_subpass subpass[4];
   uint32_t subpasses;
   uint32_t first_draw, draws;
   VkRenderPass pass;
   VkFramebuffer framebuffer;
   VkPipeline pipelines[FRAME_MAX_DRAWS]; /* one per draw */
};

struct frame {
   char name[FRAME_NAME], about[160];
   char directory[512];      /* where scene.txt lies */
   int tolerance;            /* other drivers: of 255, */
   float outliers;           /* percent of pixels that may differ by more */
   char needs[16][48];       /* members of VkPhysicalDeviceFeatures */
   uint32_t need_count;
   struct frame_image image[FRAME_MAX];
   struct frame_sampler sampler[FRAME_MAX];
   struct frame_buffer buffer[FRAME_MAX];
   struct frame_pipeline pipeline[FRAME_MAX];
   struct frame_pass pass[FRAME_MAX];
   struct frame_draw draw[FRAME_MAX_DRAWS];
   uint32_t images, samplers, buffers, pipelines, passes, draws;
   uint32_t show[8], shows;
};

/* RGBA8, rows without gaps. */
struct frame_picture {
   uint32_t width, height;
   uint8_t *rgba;
};

/* The only device; failures end the process with a message. */
struct frame_gpu {
   VkInstance instance;
   VkPhysicalDevice physical;
   VkDevice device;
   VkQueue queue;
   VkCommandPool pool;
   VkPhysicalDeviceFeatures features;
   VkPhysicalDeviceProperties properties;
   VkPhysicalDeviceMemoryProperties memory;
};
extern struct frame_gpu frame_gpu;

/* frame_parse.c: NULL and a message on stderr if the text is wrong; frame_free releases it. */
struct frame *frame_parse(const char *directory, const char *name);
void frame_free(struct frame *f);
/* frame_words.c: value of a word of a kind; false if there is none. frame_format: of a Vulkan name without VK_FORMAT_. */
enum frame_kind { FRAME_TOPOLOGY, FRAME_CULL, FRAME_FRONT, FRAME_POLYGON, FRAME_COMPARE, FRAME_STENCIL, FRAME_FACTOR, FRAME_BLEND,
                  FRAME_LOGIC, FRAME_FILTER, FRAME_MIP, FRAME_ADDRESS, FRAME_PATTERN };
bool frame_word(enum frame_kind kind, const char *text, uint32_t *value);
bool frame_format(const char *name, VkFormat *format);

/* frame_device.c */
void frame_must(VkResult r, const char *what);
void frame_open(void);
void frame_close(void);
/* The first thing that a frame needs and this driver lacks, NULL if all is there. */
const char *frame_lacks(const struct frame *f);
VkDeviceMemory frame_memory(const VkMemoryRequirements *need, VkMemoryPropertyFlags wanted);
VkBuffer frame_host_buffer(VkDeviceSize size_B, VkBufferUsageFlags usage, VkDeviceMemory *memory, void **host);
VkCommandBuffer frame_begin(void);
void frame_submit(VkCommandBuffer cmd);
void frame_barrier(VkCommandBuffer cmd);

/* frame_resource.c: objects of images, samplers, buffers; frame_fill.c: texels of a pattern. */
void frame_create_resources(struct frame *f);
void frame_destroy_resources(struct frame *f);
void frame_fill_texels(enum frame_fill fill, uint32_t level, uint32_t layer, uint32_t width, uint32_t height, uint8_t *rgba);

/* frame_pipeline.c: layouts and sets of all pipelines; a pipeline for a subpass. */
void frame_create_layouts(struct frame *f, VkDescriptorPool *pool);
VkPipeline frame_create_pipeline(const struct frame *f, const struct frame_pipeline *p, const struct frame_pass *pass, uint32_t subpass,
                                 const char *spirv);

/* frame_draw.c: draw the frame; the caller frees out->rgba. `spirv`: folder of the compiled shaders. */
void frame_draw(struct frame *f, const char *spirv, struct frame_picture *out);

/* frame_picture.c. Read and write: false and a message on failure. */
bool frame_read_png(const char *path, struct frame_picture *out);
bool frame_write_png(const char *path, const struct frame_picture *p);
struct frame_difference {
   bool size;          /* the sizes differ: nothing else was looked at */
   int greatest;       /* of a channel */
   uint32_t pixels, beyond; /* that differ at all, by more than the tolerance */
};
struct frame_difference frame_compare(const struct frame_picture *a, const struct frame_picture *b, int tolerance);
/* Baseline dimmed, differences bright: side by side with what was drawn. */
bool frame_write_difference(const char *path, const struct frame_picture *drawn, const struct frame_picture *baseline);

#endif
