/* Graphics workloads, each a frame that is recorded once and drawn again and again; wall time, from the first
 * submission to the last fence. The program draws on the first device that the loader finds; tools/bench runs two of it
 * side by side and prints ratios.
 *
 *   bench_graphics [NAME...]        measure these workloads or all, one line each
 *   bench_graphics --list           names, units, what they are
 *   bench_graphics --quick          a few small frames of each, hashes of the pictures; fails where nothing was drawn
 *   bench_graphics --serve          read lines "NAME SECONDS", answer each with a line of JSON
 */
#include "bench_vk.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "arithmetic_frag.h"
#include "colour_frag.h"
#include "fill_vert.h"
#include "lit_frag.h"
#include "mesh_vert.h"
#include "texture_frag.h"

#define GRID 256u /* squares on a side: triangles of 8 pixels at 1024 x 1024 */
#define STACKS 24u
#define SLICES 48u
#define SMALL_DRAWS 2000u

enum shader { COLOUR, TEXTURE, ARITHMETIC, LIT };
enum filter { NEAREST, BILINEAR, TRILINEAR, ANISOTROPIC };

struct mesh {
   struct bench_buffer vertices, indices;
   uint32_t count;
};

struct bench {
   struct bench_device dev;
   struct mesh grid, sphere;
   struct bench_image texture;
   VkSampler sampler[4];
   VkDescriptorSetLayout set_layout;
   VkDescriptorPool descriptors;
   VkDescriptorSet set[4];
   /* of the workload at work */
   const struct workload *current;
   struct bench_target target;
   struct bench_pipeline pipeline;
   struct bench_buffer copy;
   VkCommandBuffer frame[BENCH_FRAMES];
   VkFence fence[BENCH_FRAMES];
   double work; /* in a frame */
};

struct workload {
   const char *name, *unit, *what;
   double unit_size;
   /* puts a frame's commands into cmd, inside the render pass; returns how much work it is */
   double (*draw)(struct bench *b, VkCommandBuffer cmd);
   enum shader shader;
   enum filter filter;
   uint32_t size, samples;
   bool mesh, depth, blend, copy;
   VkCompareOp compare;
   VkCullModeFlags cull;
};

/* ---- what is drawn ----------------------------------------------------------------------------------------- */
static void push(struct bench *b, VkCommandBuffer cmd, const struct bench_push *p)
{
   vkCmdPushConstants(cmd, b->pipeline.layout, VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof *p, p);
}

static struct bench_push plain(void)
{
   return (struct bench_push){.transform = {[0] = 1, [5] = 1, [10] = 1, [15] = 1},
                              .colour = {1, 1, 1, 0.5f},
                              .params = {0.5f, 1, 1, 0}};
}

static double pixels(const struct bench *b)
{
   return (double)b->current->size * b->current->size;
}

/* Eight layers; depth_step: how much nearer each is than the one before. */
static double layers(struct bench *b, VkCommandBuffer cmd, float depth_step)
{
   struct bench_push p = plain();
   for (unsigned i = 0; i < 8; i++) {
      p.params[0] = 0.5f - depth_step * ((float)i - 4);
      push(b, cmd, &p);
      vkCmdDraw(cmd, 4, 1, 0, 0);
   }
   return 8 * pixels(b);
}

static double draw_layers(struct bench *b, VkCommandBuffer cmd)
{
   return layers(b, cmd, 0);
}

/* Once, where all that lies below may be dropped unseen. */
static double draw_once(struct bench *b, VkCommandBuffer cmd)
{
   const struct bench_push p = plain();
   push(b, cmd, &p);
   vkCmdDraw(cmd, 4, 1, 0, 0);
   return pixels(b);
}

static double draw_nearer(struct bench *b, VkCommandBuffer cmd)
{
   return layers(b, cmd, 0.1f);
}

static double draw_farther(struct bench *b, VkCommandBuffer cmd)
{
   return layers(b, cmd, -0.1f);
}

/* Texels as large as pixels. */
static double draw_facing(struct bench *b, VkCommandBuffer cmd)
{
   struct bench_push p = plain();
   p.params[2] = (float)b->current->size / 512 * 0.9f;
   push(b, cmd, &p);
   vkCmdDraw(cmd, 4, 1, 0, 0);
   return pixels(b);
}

/* A floor that runs into the distance: pixels cover up to eight times more texels one way than the other. */
static double draw_tilted(struct bench *b, VkCommandBuffer cmd)
{
   struct bench_push p = plain();
   p.params[1] = 8;
   p.params[2] = 4;
   push(b, cmd, &p);
   vkCmdDraw(cmd, 4, 1, 0, 0);
   return pixels(b);
}

static void bind_mesh(VkCommandBuffer cmd, const struct mesh *m)
{
   const VkDeviceSize zero = 0;
   vkCmdBindVertexBuffers(cmd, 0, 1, &m->vertices.buffer, &zero);
   vkCmdBindIndexBuffer(cmd, m->indices.buffer, 0, VK_INDEX_TYPE_UINT32);
}

static double draw_grid(struct bench *b, VkCommandBuffer cmd)
{
   struct bench_push p = plain();
   bind_mesh(cmd, &b->grid);
   push(b, cmd, &p);
   vkCmdDrawIndexed(cmd, b->grid.count, 1, 0, 0, 0);
   return b->grid.count / 3;
}

static double draw_small(struct bench *b, VkCommandBuffer cmd)
{
   struct bench_push p = plain();
   bind_mesh(cmd, &b->grid);
   for (unsigned i = 0; i < SMALL_DRAWS; i++) {
      p.colour[0] = (float)(i % 16) / 16;
      push(b, cmd, &p);
      vkCmdDrawIndexed(cmd, 6, 1, i * 97 % (GRID * GRID) * 6, 0, 0);
   }
   return SMALL_DRAWS;
}

/* Where a ball of radius 1 at (x, y, z) is seen, columns first. */
static void look(float m[16], float x, float y, float z)
{
   const float near = 1, far = 60, scale = 1.2f, a = far / (far - near);
   memset(m, 0, 16 * sizeof *m);
   m[0] = m[5] = scale;
   m[10] = a;
   m[11] = 1;
   m[12] = scale * x;
   m[13] = scale * y;
   m[14] = a * (z - near);
   m[15] = z;
}

static double draw_scene(struct bench *b, VkCommandBuffer cmd)
{
   bind_mesh(cmd, &b->sphere);
   for (unsigned i = 0; i < 64; i++) {
      struct bench_push p = {.colour = {0.4f + 0.15f * (float)(i % 5), 0.5f + 0.125f * (float)(i % 4), 0.9f, 1},
                             .params = {0.5f, -0.7f, -0.6f, 0}};
      look(p.transform, 2.4f * ((float)(i % 8) - 3.5f), 1.2f * ((float)(i * 5 % 8) - 3.5f), 6 + 2 * (float)(i / 8));
      push(b, cmd, &p);
      vkCmdDrawIndexed(cmd, b->sphere.count, 1, 0, 0, 0);
   }
   return 1;
}

static double draw_nothing(struct bench *b, VkCommandBuffer cmd)
{
   (void)cmd;
   return pixels(b);
}

#define LEQ VK_COMPARE_OP_LESS_OR_EQUAL
static const struct workload workloads[] = {
    {"triangles", "Mtriangle/s", "indexed mesh, triangles of 8 pixels", 1e6, draw_grid, .shader = COLOUR, .mesh = true},
    {"triangles_depth", "Mtriangle/s", "the same with a depth test", 1e6, draw_grid, .shader = COLOUR, .mesh = true, .depth = true,
     .compare = LEQ},
    {"culled", "Mtriangle/s", "the same, all facing away", 1e6, draw_grid, .shader = COLOUR, .mesh = true,
     .cull = VK_CULL_MODE_FRONT_BIT},
    {"fill", "Mpixel/s", "whole target, interpolated colour", 1e6, draw_once, .shader = COLOUR},
    {"fill_blend", "Mpixel/s", "eight layers, blended", 1e6, draw_layers, .shader = COLOUR, .blend = true},
    {"fill_depth", "Mpixel/s", "each layer nearer than the one before", 1e6, draw_nearer, .shader = COLOUR, .depth = true,
     .compare = LEQ},
    {"fill_hidden", "Mpixel/s", "each layer behind the one before", 1e6, draw_farther, .shader = COLOUR, .depth = true,
     .compare = LEQ},
    {"fill_msaa4", "Mpixel/s", "4 samples, resolved", 1e6, draw_once, .shader = COLOUR, .samples = 4},
    {"texture_nearest", "Mpixel/s", "one texel per pixel", 1e6, draw_facing, .shader = TEXTURE, .filter = NEAREST},
    {"texture_bilinear", "Mpixel/s", "one level, four texels per pixel", 1e6, draw_facing, .shader = TEXTURE, .filter = BILINEAR},
    {"texture_trilinear", "Mpixel/s", "tilted, two levels", 1e6, draw_tilted, .shader = TEXTURE, .filter = TRILINEAR},
    {"texture_anisotropic", "Mpixel/s", "tilted, up to 16 points", 1e6, draw_tilted, .shader = TEXTURE, .filter = ANISOTROPIC},
    {"arithmetic", "Mpixel/s", "some 200 operations per pixel", 1e6, draw_facing, .shader = ARITHMETIC},
    {"triangles_msaa4", "Mtriangle/s", "mesh, 4 samples, depth, resolved", 1e6, draw_grid, .shader = COLOUR, .mesh = true, .depth = true,
     .samples = 4, .compare = LEQ},
    {"small_draws", "kdraw/s", "2000 draws of two triangles, push constants", 1e3, draw_small, .shader = COLOUR, .mesh = true},
    {"clear", "Mpixel/s", "clear of the whole target", 1e6, draw_nothing, .shader = COLOUR},
    {"clear_copy", "Mpixel/s", "clear, copied to a buffer", 1e6, draw_nothing, .shader = COLOUR, .copy = true},
    {"scene", "frame/s", "64 balls, textured, lit, depth, 4 samples, 1024 x 1024", 1, draw_scene, .shader = LIT, .filter = TRILINEAR,
     .mesh = true, .depth = true, .samples = 4, .compare = LEQ, .cull = VK_CULL_MODE_BACK_BIT},
};
#define WORKLOADS (sizeof workloads / sizeof *workloads)

/* ---- what all have in common ---------------------------------------------------------------------------------- */
static struct mesh mesh(struct bench *b, const struct bench_vertex *v, size_t vertices, const uint32_t *index, uint32_t count)
{
   struct mesh m = {.count = count};
   m.vertices = bench_buffer(&b->dev, vertices * sizeof *v, VK_BUFFER_USAGE_VERTEX_BUFFER_BIT);
   m.indices = bench_buffer(&b->dev, count * sizeof *index, VK_BUFFER_USAGE_INDEX_BUFFER_BIT);
   memcpy(m.vertices.host, v, vertices * sizeof *v);
   memcpy(m.indices.host, index, count * sizeof *index);
   return m;
}

/* A sheet of w x h squares, shaped by `shape` from (0, 0)..(1, 1). */
static struct mesh sheet(struct bench *b, uint32_t w, uint32_t h, void (*shape)(struct bench_vertex *v, float s, float t))
{
   struct bench_vertex *v = calloc((size_t)(w + 1) * (h + 1), sizeof *v);
   uint32_t *index = malloc((size_t)w * h * 6 * sizeof *index), n = 0;
   if (!v || !index)
      bench_die("malloc", 0);
   for (uint32_t y = 0; y <= h; y++)
      for (uint32_t x = 0; x <= w; x++)
         shape(&v[y * (w + 1) + x], (float)x / (float)w, (float)y / (float)h);
   for (uint32_t y = 0; y < h; y++)
      for (uint32_t x = 0; x < w; x++) {
         uint32_t at = y * (w + 1) + x, corner[6] = {at, at + w + 1, at + 1, at + 1, at + w + 1, at + w + 2};
         memcpy(index + n, corner, sizeof corner);
         n += 6;
      }
   struct mesh m = mesh(b, v, (size_t)(w + 1) * (h + 1), index, n);
   free(v);
   free(index);
   return m;
}

static void flat_sheet(struct bench_vertex *v, float s, float t)
{
   *v = (struct bench_vertex){{2 * s - 1, 2 * t - 1, 0.5f}, {s, t, 1 - s}, {s, t}};
}

static void ball(struct bench_vertex *v, float s, float t)
{
   float a = s * 6.2831853f, c = t * 3.1415927f;
   float n[3] = {cosf(a) * sinf(c), cosf(c), sinf(a) * sinf(c)};
   memcpy(v->position, n, sizeof n);
   memcpy(v->normal, n, sizeof n);
   v->place[0] = 4 * s;
   v->place[1] = 2 * t;
}

static void make_samplers(struct bench *b)
{
   for (unsigned n = 0; n < 4; n++) {
      const VkSamplerCreateInfo info = {
          .sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
          .magFilter = n == NEAREST ? VK_FILTER_NEAREST : VK_FILTER_LINEAR,
          .minFilter = n == NEAREST ? VK_FILTER_NEAREST : VK_FILTER_LINEAR,
          .mipmapMode = n >= TRILINEAR ? VK_SAMPLER_MIPMAP_MODE_LINEAR : VK_SAMPLER_MIPMAP_MODE_NEAREST,
          .maxLod = n >= TRILINEAR ? VK_LOD_CLAMP_NONE : 0,
          .anisotropyEnable = n == ANISOTROPIC && b->dev.anisotropy > 1,
          .maxAnisotropy = b->dev.anisotropy};
      bench_ok(vkCreateSampler(b->dev.device, &info, NULL, &b->sampler[n]));
   }
}

static void make_sets(struct bench *b)
{
   VkDevice dev = b->dev.device;
   const VkDescriptorSetLayoutBinding binding = {0, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 1, VK_SHADER_STAGE_FRAGMENT_BIT,
                                                 NULL};
   const VkDescriptorSetLayoutCreateInfo lci = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                                .bindingCount = 1,
                                                .pBindings = &binding};
   const VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 4};
   const VkDescriptorPoolCreateInfo pci = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                           .maxSets = 4,
                                           .poolSizeCount = 1,
                                           .pPoolSizes = &size};
   bench_ok(vkCreateDescriptorSetLayout(dev, &lci, NULL, &b->set_layout));
   bench_ok(vkCreateDescriptorPool(dev, &pci, NULL, &b->descriptors));
   for (unsigned n = 0; n < 4; n++) {
      const VkDescriptorSetAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                                .descriptorPool = b->descriptors,
                                                .descriptorSetCount = 1,
                                                .pSetLayouts = &b->set_layout};
      bench_ok(vkAllocateDescriptorSets(dev, &info, &b->set[n]));
      const VkDescriptorImageInfo image = {b->sampler[n], b->texture.view, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
      const VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                          .dstSet = b->set[n],
                                          .descriptorCount = 1,
                                          .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                                          .pImageInfo = &image};
      vkUpdateDescriptorSets(dev, 1, &write, 0, NULL);
   }
}

static void open_bench(struct bench *b)
{
   memset(b, 0, sizeof *b);
   bench_device_open(&b->dev);
   b->grid = sheet(b, GRID, GRID, flat_sheet);
   b->sphere = sheet(b, SLICES, STACKS, ball);
   b->texture = bench_texture(&b->dev, 512);
   make_samplers(b);
   make_sets(b);
}

/* ---- one workload ---------------------------------------------------------------------------------------------- */
static struct bench_pipeline make_pipeline(struct bench *b, const struct workload *w)
{
   static const struct {
      const uint32_t *words;
      size_t bytes;
   } fragment[] = {{colour_frag, sizeof colour_frag},
                   {texture_frag, sizeof texture_frag},
                   {arithmetic_frag, sizeof arithmetic_frag},
                   {lit_frag, sizeof lit_frag}};
   const struct bench_pipeline_info info = {.vertex = w->mesh ? mesh_vert : fill_vert,
                                            .vertex_B = w->mesh ? sizeof mesh_vert : sizeof fill_vert,
                                            .fragment = fragment[w->shader].words,
                                            .fragment_B = fragment[w->shader].bytes,
                                            .mesh = w->mesh,
                                            .depth = w->depth,
                                            .blend = w->blend,
                                            .compare = w->compare,
                                            .cull = w->cull,
                                            .set_layout = b->set_layout};
   return bench_pipeline(&b->dev, &b->target, &info);
}

static void record(struct bench *b, VkCommandBuffer cmd)
{
   const struct workload *w = b->current;
   const VkClearValue grey = {.color.float32 = {0.25f, 0.25f, 0.25f, 1}}, far = {.depthStencil = {1, 0}};
   const VkClearValue clear[3] = {grey, w->samples > 1 ? grey : far, far};
   const VkRenderPassBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                        .renderPass = b->target.pass,
                                        .framebuffer = b->target.framebuffer,
                                        .renderArea = {{0, 0}, {b->target.size, b->target.size}},
                                        .clearValueCount = 1u + (w->samples > 1) + w->depth,
                                        .pClearValues = clear};
   vkCmdBeginRenderPass(cmd, &begin, VK_SUBPASS_CONTENTS_INLINE);
   vkCmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, b->pipeline.pipeline);
   vkCmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_GRAPHICS, b->pipeline.layout, 0, 1, &b->set[w->filter], 0, NULL);
   b->work = w->draw(b, cmd) / w->unit_size;
   vkCmdEndRenderPass(cmd);
   if (w->copy) {
      const VkBufferImageCopy copy = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                                      .imageExtent = {b->target.size, b->target.size, 1}};
      const VkMemoryBarrier order = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                     .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                                     .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT};
      vkCmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1, &order, 0, NULL, 0,
                           NULL);
      vkCmdCopyImageToBuffer(cmd, b->target.colour.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, b->copy.buffer, 1, &copy);
   }
}

static void put_away(struct bench *b)
{
   if (!b->current)
      return;
   vkDeviceWaitIdle(b->dev.device);
   vkFreeCommandBuffers(b->dev.device, b->dev.pool, BENCH_FRAMES, b->frame);
   for (unsigned i = 0; i < BENCH_FRAMES; i++)
      vkDestroyFence(b->dev.device, b->fence[i], NULL);
   bench_pipeline_free(&b->dev, &b->pipeline);
   bench_target_free(&b->dev, &b->target);
   bench_buffer_free(&b->dev, &b->copy);
   b->current = NULL;
}

static void set_up(struct bench *b, const struct workload *w)
{
   uint32_t size = w->size ? w->size : 1024;
   static struct workload copy; /* with the defaults filled in */
   put_away(b);
   copy = *w;
   copy.size = size;
   copy.samples = w->samples ? w->samples : 1;
   b->current = &copy;
   b->target = bench_target(&b->dev, size, (VkSampleCountFlagBits)copy.samples, w->depth);
   b->pipeline = make_pipeline(b, &copy);
   b->copy = bench_buffer(&b->dev, (VkDeviceSize)size * size * 4, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
   const VkFenceCreateInfo fci = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO, .flags = VK_FENCE_CREATE_SIGNALED_BIT};
   for (unsigned i = 0; i < BENCH_FRAMES; i++) {
      b->frame[i] = bench_begin(&b->dev);
      record(b, b->frame[i]);
      bench_ok(vkEndCommandBuffer(b->frame[i]));
      bench_ok(vkCreateFence(b->dev.device, &fci, NULL, &b->fence[i]));
   }
}

static double now(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* As many frames as fit into that time, at least two; returns how long they took. */
static double run(struct bench *b, double seconds, unsigned *frames)
{
   double start = now();
   *frames = 0;
   while (*frames < 2 || now() - start < seconds) {
      unsigned i = *frames % BENCH_FRAMES;
      const VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                                   .commandBufferCount = 1,
                                   .pCommandBuffers = &b->frame[i]};
      bench_ok(vkWaitForFences(b->dev.device, 1, &b->fence[i], VK_TRUE, UINT64_MAX));
      bench_ok(vkResetFences(b->dev.device, 1, &b->fence[i]));
      bench_ok(vkQueueSubmit(b->dev.queue, 1, &submit, b->fence[i]));
      ++*frames;
   }
   bench_ok(vkWaitForFences(b->dev.device, BENCH_FRAMES, b->fence, VK_TRUE, UINT64_MAX));
   return now() - start;
}

struct measurement {
   double rate, ms, cpu_ms, mean[4]; /* cpu: of all threads */
   uint64_t hash; /* of the picture */
};

static struct measurement measure(struct bench *b, const struct workload *w, double seconds)
{
   struct measurement m;
   unsigned frames;
   if (!b->current || strcmp(b->current->name, w->name)) {
      set_up(b, w);
      run(b, seconds / 4, &frames); /* pipelines get compiled, memory gets touched */
   }
   clock_t cpu = clock();
   double took = run(b, seconds, &frames);
   m.cpu_ms = 1e3 * (double)(clock() - cpu) / CLOCKS_PER_SEC / frames;
   m.rate = b->work * frames / took;
   m.ms = 1e3 * took / frames;
   m.hash = bench_target_look(&b->dev, &b->target, m.mean);
   return m;
}

/* ---- the command ------------------------------------------------------------------------------------------------ */
static const struct workload *find(const char *name)
{
   for (size_t i = 0; i < WORKLOADS; i++)
      if (!strcmp(workloads[i].name, name))
         return &workloads[i];
   fprintf(stderr, "bench_graphics: there is no workload '%s'; --list names them\n", name);
   exit(2);
}

static void print_line(struct bench *b, const struct workload *w)
{
   struct measurement m = measure(b, w, 0.5);
   printf("  %-22s %10.2f %-12s %9.3f ms/frame %9.3f CPU ms  %s\n", w->name, m.rate, w->unit, m.ms, m.cpu_ms,
          w->what);
   fflush(stdout);
}

static int quick(struct bench *b)
{
   int bad = 0;
   for (size_t i = 0; i < WORKLOADS; i++) {
      const struct workload *w = &workloads[i];
      struct workload small = *w;
      small.size = 300; /* ends within a tile */
      struct measurement m = measure(b, &small, 0);
      bool drawn = fabs(m.mean[1] - 64 / 255.0) > 1e-3 || fabs(m.mean[3] - 1) > 1e-3;
      printf("%-22s %016llx mean %.4f %.4f %.4f %.4f\n", w->name, (unsigned long long)m.hash, m.mean[0], m.mean[1], m.mean[2],
             m.mean[3]);
      bad += drawn == (w->draw == draw_nothing || w->cull == VK_CULL_MODE_FRONT_BIT);
   }
   return bad != 0;
}

static void serve(struct bench *b)
{
   char name[64];
   double seconds;
   printf("{\"device\": \"%s\"}\n", b->dev.properties.deviceName);
   fflush(stdout);
   while (scanf("%63s %lf", name, &seconds) == 2) {
      const struct workload *w = find(name);
      struct measurement m = measure(b, w, seconds);
      printf("{\"name\": \"%s\", \"unit\": \"%s\", \"rate\": %.6g, \"ms\": %.6g, \"cpu_ms\": %.6g, \"mean\": [%.5f, %.5f, %.5f, %.5f]}\n", w->name,
             w->unit, m.rate, m.ms, m.cpu_ms, m.mean[0], m.mean[1], m.mean[2], m.mean[3]);
      fflush(stdout);
   }
}

static void close_bench(struct bench *b)
{
   VkDevice dev = b->dev.device;
   put_away(b);
   vkDestroyDescriptorPool(dev, b->descriptors, NULL);
   vkDestroyDescriptorSetLayout(dev, b->set_layout, NULL);
   for (unsigned n = 0; n < 4; n++)
      vkDestroySampler(dev, b->sampler[n], NULL);
   bench_image_free(&b->dev, &b->texture);
   struct mesh *m[2] = {&b->grid, &b->sphere};
   for (unsigned n = 0; n < 2; n++) {
      bench_buffer_free(&b->dev, &m[n]->vertices);
      bench_buffer_free(&b->dev, &m[n]->indices);
   }
   bench_device_close(&b->dev);
}

int main(int argc, char **argv)
{
   static struct bench b;
   if (argc == 2 && !strcmp(argv[1], "--list")) {
      for (size_t i = 0; i < WORKLOADS; i++)
         printf("%s\t%s\t%s\n", workloads[i].name, workloads[i].unit, workloads[i].what);
      return 0;
   }
   int status = 0;
   for (int i = 1; i < argc && strncmp(argv[1], "--", 2); i++)
      find(argv[i]);
   open_bench(&b);
   if (argc == 2 && !strcmp(argv[1], "--serve")) {
      serve(&b);
   } else if (argc == 2 && !strcmp(argv[1], "--quick")) {
      status = quick(&b);
   } else {
      printf("  on %s\n", b.dev.properties.deviceName);
      for (int i = 1; i < argc; i++)
         print_line(&b, find(argv[i]));
      for (size_t i = 0; argc == 1 && i < WORKLOADS; i++)
         print_line(&b, &workloads[i]);
   }
   close_bench(&b);
   return status;
}
