/* figment-microbench: measures a GPU through plain Vulkan 1.1 and timestamp queries. Nothing here knows Figment: any driver with
 * timestamps runs it.
 *
 * A benchmark (benches.def, bench_*.c) sweeps something and gives points: mb_point(m, series, x, y). Most of them time the same
 * work twice, with two counts, and divide the difference of the times by the difference of the work: what a launch, the first
 * touch of a cache or the timestamp itself costs cancels (mb_slope).
 *
 * Files: main.c options and order; loader.c, device.c Vulkan's objects; measure.c timing; raster.c drawing; results.c the points
 * and their JSON; plot.c the pictures; check.c, a program of its own, holds the JSON against a profile. */
#ifndef MICROBENCH_H
#define MICROBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>
#include "results.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)

struct mb_vk {
   PFN_vkGetInstanceProcAddr GetInstanceProcAddr;
   PFN_vkCreateInstance CreateInstance;
   PFN_vkGetBufferDeviceAddressKHR GetBufferDeviceAddressKHR; /* NULL: none */
#define MB_COMMAND(name) PFN_vk##name name;
#include "commands.def"
#undef MB_COMMAND
};
extern struct mb_vk vk;

/* library: NULL: the system's Vulkan loader; else that file, which may be a driver itself. False: message says why. */
bool mb_load(const char *library, char *message, size_t size);
void mb_load_instance(VkInstance instance);

/* Ends the program: half a measurement says nothing. */
_Noreturn void mb_die(const char *format, ...);
void mb_check(VkResult r, const char *call);
#define mb_ok(call) mb_check((call), #call)

/* SPIR-V of shaders/: shaders.h, made by the build, declares NAME_code for each. */
struct mb_code {
   const uint32_t *words;
   size_t size_B;
};
#include "shaders.h"

struct mb_buffer {
   VkBuffer buffer;
   VkDeviceMemory memory;
   VkDeviceSize size;
   VkDeviceAddress address; /* 0: the device has none */
   void *host;              /* NULL: device-local */
};

struct mb_image {
   VkImage image;
   VkDeviceMemory memory;
   VkImageView view;
   VkFormat format;
   uint32_t size, levels;
};

struct mb {
   VkInstance instance;
   VkPhysicalDevice physical;
   VkDevice device;
   uint32_t family;
   VkQueue queue;
   VkCommandPool pool;
   VkCommandBuffer cmd; /* the only one: recorded anew each time */
   VkFence fence;
   VkQueryPool times, statistics; /* statistics: may be none */
   VkPhysicalDeviceProperties properties;
   VkPhysicalDeviceFeatures features; /* those that are used are enabled */
   bool has_address, has_f16, has_shuffle;
   uint64_t tick_mask; /* valid bits of a timestamp */
   VkDescriptorSetLayout set_layouts[2];
   VkPipelineLayout layout; /* of every pipeline: shaders/common.glsl */
   VkDescriptorPool descriptors;
   VkDescriptorSet buffers, texture; /* sets 0 and 1 */
   bool has_texture;                 /* set 1 is in use */
   struct mb_buffer arena, result;   /* bindings 0 and 1 of set 0 */
   uint64_t arena_B; /* a power of two: what is bound of the arena */
   uint64_t fresh_B;   /* where in the arena mb_fresh goes on */
   uint32_t group;     /* lanes of the greatest workgroup, at most 1024 */
   bool quick;
   unsigned repeats; /* each time is the least of so many */
   unsigned scale;   /* ... and slopes run over so many times the work, where the clock wobbles */
   struct mb_results *results;
   const struct mb_bench *bench; /* at work */
};

/* ---- device.c ---- */
void mb_open(struct mb *m, const char *device, bool validate);
void mb_close(struct mb *m);
void mb_list_devices(void);
/* host: in the host's memory and mapped. mb_buffer_try answers false where there is not enough memory. */
bool mb_buffer_try(struct mb *m, uint64_t size, VkBufferUsageFlags usage, bool host, struct mb_buffer *out);
struct mb_buffer mb_buffer(struct mb *m, uint64_t size, VkBufferUsageFlags usage, bool host);
void mb_buffer_free(struct mb *m, struct mb_buffer *b);
/* size x size texels; memory is undefined. */
struct mb_image mb_image(struct mb *m, VkFormat format, uint32_t size, uint32_t levels, VkSampleCountFlagBits samples,
                         VkImageTiling tiling, VkImageUsageFlags usage);
void mb_image_free(struct mb *m, struct mb_image *i);
bool mb_format_has(struct mb *m, VkFormat format, VkImageTiling tiling, VkFormatFeatureFlags features);

/* ---- measure.c ---- */
VkShaderModule mb_shader(struct mb *m, const struct mb_code *code);
/* lanes: of a workgroup; option: the shader's specialisation constant 1. */
VkPipeline mb_compute(struct mb *m, const struct mb_code *code, uint32_t lanes, uint32_t option);
void mb_pipeline_free(struct mb *m, VkPipeline *p);

/* The push constants of shaders/common.glsl. */
struct mb_push {
   uint32_t count, a, b, c;
   uint32_t address[2];
   float f, g;
};
struct mb_run {
   VkPipeline pipeline;
   uint32_t groups;
   struct mb_push push;
};

typedef void mb_record(struct mb *m, VkCommandBuffer cmd, const void *what);
/* Nanoseconds between timestamps around what `timed` records; `before` (may be NULL) is recorded in front of them. A full
 * barrier stands between. */
double mb_time(struct mb *m, mb_record *before, const void *before_what, mb_record *timed, const void *timed_what);
/* A dispatch; mb_record of a struct mb_run. */
void mb_dispatch(struct mb *m, VkCommandBuffer cmd, const void *run);
/* Nanoseconds per unit of push.count: from two dispatches, with counts lo and hi (more on a clock that wobbles), each behind
 * `warm` (NULL: none). Before them a rehearsal, so that neither pays for what is met for the first time: instructions, pages. */
double mb_slope(struct mb *m, const struct mb_run *warm, struct mb_run run, uint32_t lo, uint32_t hi);
double mb_slope_cold(struct mb *m, const struct mb_run *warm, struct mb_run run, uint32_t lo, uint32_t hi); /* no rehearsal */
void mb_barrier(VkCommandBuffer cmd);
/* Recorded, submitted, waited for; no timestamps. */
void mb_do(struct mb *m, mb_record *record, const void *what);
/* So many bytes of the arena that were touched longest ago; offset within the binding. */
uint64_t mb_fresh(struct mb *m, uint64_t size_B);
/* The image that shaders sample; NULL: no more. */
void mb_use_texture(struct mb *m, VkSampler sampler, const struct mb_image *image);

void mb_point(struct mb *m, const char *series, double x, double y);
/* The series cannot be measured here; why. */
void mb_unsupported(struct mb *m, const char *series, const char *why);

/* ---- raster.c ---- */
struct mb_target {
   uint32_t size;
   VkSampleCountFlagBits samples;
   struct mb_image colour, depth; /* either may be none */
   VkRenderPass pass;
   VkFramebuffer framebuffer;
};
/* colour, depth: VK_FORMAT_UNDEFINED: none. Passes clear what is there. */
struct mb_target mb_target(struct mb *m, uint32_t size, VkFormat colour, VkFormat depth, VkSampleCountFlagBits samples);
void mb_target_free(struct mb *m, struct mb_target *t);

struct mb_draw_state {
   const struct mb_code *vertex, *fragment; /* fragment NULL: none */
   uint32_t option;             /* the fragment shader's specialisation constant 1 */
   bool blend, cull, depth, triangle_strip;
};
VkPipeline mb_draw_pipeline(struct mb *m, const struct mb_target *t, const struct mb_draw_state *s);

/* A render pass with one draw: mb_record of it. */
struct mb_draw {
   const struct mb_target *target;
   VkPipeline pipeline;
   uint32_t vertices, instances, draws, rows; /* rows: of the target that are drawn to; 0: all */
   const struct mb_buffer *indices; /* NULL: none; else 32 bits each */
   struct mb_push push;
};
void mb_draw(struct mb *m, VkCommandBuffer cmd, const void *draw);
/* Runs of the vertex shader during the draw; needs m->statistics. */
uint64_t mb_vertex_runs(struct mb *m, const struct mb_draw *draw);

/* ---- bench_*.c ---- */
#define MB_BENCH(name, ...) void bench_##name(struct mb *m);
#include "benches.def"
#undef MB_BENCH

#endif
