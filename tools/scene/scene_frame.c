/* One frame of the animation: shadow map, then everything into the multisampled image, which the end of the pass resolves into the exported
 * one. */
#include "scene.h"

#include <string.h>

/* As in object.vert. */
typedef struct push {
   float place[4], turn[4], look[4];
} push;

static void draw_mesh(scene *s, unsigned which, const push *p, uint32_t instances)
{
   const scene_mesh *m = &s->mesh[which];
   vkCmdPushConstants(s->commands, s->layout, VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0, sizeof *p, p);
   vkCmdDrawIndexed(s->commands, m->indices, instances, m->first_index, (int32_t)m->first_vertex, 0);
}

static void draw_monument(scene *s, float seconds)
{
   float t = seconds * 0.11f, c = (1 - t * t) / (1 + t * t), sn = 2 * t / (1 + t * t); /* a turn without sines */
   const push knot = {{0, 5.35f, 0, 0.86f}, {sn, c, 0, 0}, {1, 0, 1, 1}};
   const push platform = {{0, 0, 0, 1}, {0, 1, 0, 0}, {3, 0.12f, 0, 1}};
   const push columns = {{0, 0, 0, 1}, {0, 1, 5.95f, 1.0f / 12}, {2, 0.35f, 0, 1}};
   const push lintel = {{0, 0, 0, 1}, {0, 1, 0, 0}, {2, 0.25f, 0, 0.6f}};
   draw_mesh(s, MESH_KNOT, &knot, 1);
   draw_mesh(s, MESH_COLUMN, &columns, 12);
   draw_mesh(s, MESH_LINTEL, &lintel, 1);
   draw_mesh(s, MESH_PLATFORM, &platform, 1);
}

static void begin_pass(scene *s, VkRenderPass pass, VkFramebuffer frame, uint32_t w, uint32_t h, uint32_t clears)
{
   VkClearValue clear[2] = {{.depthStencil = {1, 0}}, {.depthStencil = {1, 0}}};
   VkRenderPassBeginInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO, .renderPass = pass, .framebuffer = frame,
                                 .renderArea = {{0, 0}, {w, h}}, .clearValueCount = clears, .pClearValues = clear};
   vkCmdBeginRenderPass(s->commands, &info, VK_SUBPASS_CONTENTS_INLINE);
}

static void use(scene *s, unsigned pipe) { vkCmdBindPipeline(s->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, s->pipeline[pipe]); }

/* Without buffers. */
static void draw_plain(scene *s, const char *name, unsigned pipe, uint32_t vertices, uint32_t instances)
{
   scene_label(s, name);
   use(s, pipe);
   vkCmdDraw(s->commands, vertices, instances, 0, 0);
   scene_label_end(s);
}

static void draw_shadow(scene *s, float seconds)
{
   scene_label(s, "shadow map");
   begin_pass(s, s->shadow_pass, s->shadow_frame, SCENE_SHADOW_PX, SCENE_SHADOW_PX, 1);
   use(s, PIPE_SHADOW);
   draw_monument(s, seconds);
   vkCmdEndRenderPass(s->commands);
   scene_label_end(s);
}

static void draw_main(scene *s, float seconds)
{
   const push ground = {{0, 0, 0, 1}, {0, 1, 0, 0}, {0, 0.02f, 0, 1}};
   scene_label(s, "picture");
   begin_pass(s, s->main_pass, s->main_frame, s->opt.width, s->opt.height, 2);
   use(s, PIPE_OBJECT);
   scene_label(s, "monument");
   draw_monument(s, seconds);
   scene_label_end(s);
   scene_label(s, "terrain");
   draw_mesh(s, MESH_TERRAIN, &ground, 1);
   scene_label_end(s);
   draw_plain(s, "sky", PIPE_SKY, 3, 1);
   draw_plain(s, "water", PIPE_WATER, 6, 1);
   draw_plain(s, "sparks", PIPE_SPARK, 6, 90);
   vkCmdEndRenderPass(s->commands);
   scene_label_end(s);
}

void scene_draw(scene *s, float seconds)
{
   scene_place_camera(s->camera.host, seconds, (float)s->opt.width / (float)s->opt.height);
   scene_begin(s);
   vkCmdResetQueryPool(s->commands, s->timestamps, 0, 2);
   vkCmdWriteTimestamp(s->commands, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, s->timestamps, 0);
   vkCmdBindDescriptorSets(s->commands, VK_PIPELINE_BIND_POINT_GRAPHICS, s->layout, 0, 1, &s->set, 0, NULL);
   vkCmdBindVertexBuffers(s->commands, 0, 1, &s->vertices.buffer, &(VkDeviceSize){0});
   vkCmdBindIndexBuffer(s->commands, s->indices.buffer, 0, VK_INDEX_TYPE_UINT32);
   draw_shadow(s, seconds);
   draw_main(s, seconds);
   scene_barrier(s);
   vkCmdWriteTimestamp(s->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, s->timestamps, 1);
   scene_finish(s);
   uint64_t stamp[2] = {0};
   SCENE_CHECK(vkGetQueryPoolResults(s->device, s->timestamps, 0, 2, sizeof stamp, stamp, sizeof stamp[0],
                                     VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
   s->gpu_s += (double)(stamp[1] - stamp[0]) * (double)s->properties.limits.timestampPeriod * 1e-9;
}

void scene_read_back(scene *s)
{
   VkBufferImageCopy r = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, .imageExtent = {s->opt.width, s->opt.height, 1}};
   scene_begin(s);
   vkCmdCopyImageToBuffer(s->commands, s->target.image, VK_IMAGE_LAYOUT_GENERAL, s->readback.buffer, 1, &r);
   scene_barrier(s);
   scene_finish(s);
}
