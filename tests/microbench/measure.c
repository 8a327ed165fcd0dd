/* Timing: commands between two timestamps, on an otherwise idle queue. The clock of an emulated GPU never wobbles; that of a real
 * one does, so the least of a few repetitions counts. */
#include "microbench.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

VkShaderModule mb_shader(struct mb *m, const struct mb_code *code)
{
   const VkShaderModuleCreateInfo info = {
       .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = code->size_B, .pCode = code->words};
   VkShaderModule module;
   mb_ok(vk.CreateShaderModule(m->device, &info, NULL, &module));
   return module;
}

VkPipeline mb_compute(struct mb *m, const struct mb_code *code, uint32_t lanes, uint32_t option)
{
   const uint32_t values[2] = {lanes, option};
   const VkSpecializationMapEntry entries[2] = {{0, 0, 4}, {1, 4, 4}};
   const VkSpecializationInfo constants = {2, entries, sizeof values, values};
   const VkComputePipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                             .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                       .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                       .module = mb_shader(m, code),
                                                       .pName = "main",
                                                       .pSpecializationInfo = &constants},
                                             .layout = m->layout};
   VkPipeline p;
   mb_ok(vk.CreateComputePipelines(m->device, VK_NULL_HANDLE, 1, &info, NULL, &p));
   vk.DestroyShaderModule(m->device, info.stage.module, NULL);
   return p;
}

void mb_pipeline_free(struct mb *m, VkPipeline *p)
{
   vk.DestroyPipeline(m->device, *p, NULL);
   *p = VK_NULL_HANDLE;
}

void mb_barrier(VkCommandBuffer cmd)
{
   const VkMemoryBarrier all = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                .srcAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                                .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT};
   vk.CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1, &all, 0, NULL, 0,
                         NULL);
}

void mb_dispatch(struct mb *m, VkCommandBuffer cmd, const void *what)
{
   const struct mb_run *run = what;
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, run->pipeline);
   vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, m->layout, 0, 1, &m->buffers, 0, NULL);
   if (m->has_texture)
      vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, m->layout, 1, 1, &m->texture, 0, NULL);
   vk.CmdPushConstants(cmd, m->layout, VK_SHADER_STAGE_ALL, 0, sizeof run->push, &run->push);
   vk.CmdDispatch(cmd, run->groups, 1, 1);
}

/* ---- submissions -------------------------------------------------------------------------------------------- */
static VkCommandBuffer begin(struct mb *m)
{
   const VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                             .commandPool = m->pool,
                                             .commandBufferCount = 1};
   const VkCommandBufferBeginInfo once = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                          .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
   if (m->cmd)
      mb_ok(vk.ResetCommandPool(m->device, m->pool, 0));
   else
      mb_ok(vk.AllocateCommandBuffers(m->device, &info, &m->cmd));
   mb_ok(vk.BeginCommandBuffer(m->cmd, &once));
   return m->cmd;
}

static void finish(struct mb *m, VkCommandBuffer cmd)
{
   const VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd};
   mb_ok(vk.EndCommandBuffer(cmd));
   mb_ok(vk.QueueSubmit(m->queue, 1, &submit, m->fence));
   mb_ok(vk.WaitForFences(m->device, 1, &m->fence, VK_TRUE, UINT64_MAX));
   mb_ok(vk.ResetFences(m->device, 1, &m->fence));
}

void mb_do(struct mb *m, mb_record *record, const void *what)
{
   VkCommandBuffer cmd = begin(m);
   record(m, cmd, what);
   mb_barrier(cmd);
   finish(m, cmd);
}

static double time_once(struct mb *m, mb_record *before, const void *before_what, mb_record *timed, const void *timed_what)
{
   uint64_t tick[2];
   VkCommandBuffer cmd = begin(m);
   vk.CmdResetQueryPool(cmd, m->times, 0, 2);
   if (before)
      before(m, cmd, before_what);
   mb_barrier(cmd);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, m->times, 0);
   timed(m, cmd, timed_what);
   vk.CmdWriteTimestamp(cmd, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, m->times, 1);
   finish(m, cmd);
   mb_ok(vk.GetQueryPoolResults(m->device, m->times, 0, 2, sizeof tick, tick, sizeof tick[0],
                                VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT));
   return (double)((tick[1] - tick[0]) & m->tick_mask) * m->properties.limits.timestampPeriod;
}

double mb_time(struct mb *m, mb_record *before, const void *before_what, mb_record *timed, const void *timed_what)
{
   double least = time_once(m, before, before_what, timed, timed_what);
   for (unsigned i = 1; i < m->repeats; i++)
      least = fmin(least, time_once(m, before, before_what, timed, timed_what));
   return least;
}

double mb_slope_cold(struct mb *m, const struct mb_run *warm, struct mb_run run, uint32_t lo, uint32_t hi)
{
   hi = lo + (hi - lo) * m->scale;
   run.push.count = lo;
   double at_lo = mb_time(m, warm ? mb_dispatch : NULL, warm, mb_dispatch, &run);
   run.push.count = hi;
   double at_hi = mb_time(m, warm ? mb_dispatch : NULL, warm, mb_dispatch, &run);
   return (at_hi - at_lo) / (double)(hi - lo);
}

double mb_slope(struct mb *m, const struct mb_run *warm, struct mb_run run, uint32_t lo, uint32_t hi)
{
   if (warm)
      mb_do(m, mb_dispatch, warm);
   run.push.count = hi;
   mb_do(m, mb_dispatch, &run);
   return mb_slope_cold(m, warm, run, lo, hi);
}

/* ---- resources ---------------------------------------------------------------------------------------------- */
uint64_t mb_fresh(struct mb *m, uint64_t size_B)
{
   if (m->fresh_B + size_B > m->arena_B)
      m->fresh_B = 0;
   uint64_t at = m->fresh_B;
   m->fresh_B += size_B;
   return at;
}

void mb_use_texture(struct mb *m, VkSampler sampler, const struct mb_image *image)
{
   m->has_texture = image != NULL;
   if (!image)
      return;
   const VkDescriptorImageInfo info = {sampler, image->view, VK_IMAGE_LAYOUT_GENERAL};
   const VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                       .dstSet = m->texture,
                                       .descriptorCount = 1,
                                       .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                                       .pImageInfo = &info};
   vk.UpdateDescriptorSets(m->device, 1, &write, 0, NULL);
}

/* ---- points ------------------------------------------------------------------------------------------------- */
void mb_point(struct mb *m, const char *series, double x, double y)
{
   struct mb_point *p = mb_results_add(m->results, (unsigned)(m->bench - mb_benches), series);
   p->x = x;
   p->y = y;
   p->measured = isfinite(y) && y > 0;
   if (!p->measured)
      snprintf(p->note, sizeof p->note, "too short for this device's timestamps");
}

void mb_unsupported(struct mb *m, const char *series, const char *why)
{
   struct mb_point *p = mb_results_add(m->results, (unsigned)(m->bench - mb_benches), series);
   snprintf(p->note, sizeof p->note, "%s", why);
}
