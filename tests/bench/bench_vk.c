/* Vulkan objects of bench_graphics (bench_vk.h). Plain Vulkan 1.0 through the loader, so that the same program
 * runs on every driver. */
#include "bench_vk.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_die(const char *what, int result)
{
   fprintf(stderr, "bench_graphics: %s gave %d\n", what, result);
   exit(1);
}

/* ---- device ------------------------------------------------------------------------------------------------ */
void bench_device_open(struct bench_device *d)
{
   const VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_0};
   const VkInstanceCreateInfo ici = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app};
   const float priority = 1;
   uint32_t count = 1;
   memset(d, 0, sizeof *d);
   bench_ok(vkCreateInstance(&ici, NULL, &d->instance));
   VkResult r = vkEnumeratePhysicalDevices(d->instance, &count, &d->physical);
   if ((r != VK_SUCCESS && r != VK_INCOMPLETE) || !count)
      bench_die("vkEnumeratePhysicalDevices: no device", r);
   vkGetPhysicalDeviceProperties(d->physical, &d->properties);
   VkPhysicalDeviceFeatures has, want = {0};
   vkGetPhysicalDeviceFeatures(d->physical, &has);
   want.samplerAnisotropy = has.samplerAnisotropy;
   d->anisotropy = has.samplerAnisotropy ? d->properties.limits.maxSamplerAnisotropy : 0;
   /* the first family of both drivers does everything; the specification asks for one that has graphics */
   const VkDeviceQueueCreateInfo qci = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                        .queueCount = 1,
                                        .pQueuePriorities = &priority};
   const VkDeviceCreateInfo dci = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                   .queueCreateInfoCount = 1,
                                   .pQueueCreateInfos = &qci,
                                   .pEnabledFeatures = &want};
   bench_ok(vkCreateDevice(d->physical, &dci, NULL, &d->device));
   vkGetDeviceQueue(d->device, 0, 0, &d->queue);
   const VkCommandPoolCreateInfo pci = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
   bench_ok(vkCreateCommandPool(d->device, &pci, NULL, &d->pool));
}

void bench_device_close(struct bench_device *d)
{
   vkDestroyCommandPool(d->device, d->pool, NULL);
   vkDestroyDevice(d->device, NULL);
   vkDestroyInstance(d->instance, NULL);
}

static VkDeviceMemory allocate(struct bench_device *d, const VkMemoryRequirements *need, VkMemoryPropertyFlags flags)
{
   VkPhysicalDeviceMemoryProperties p;
   VkDeviceMemory memory;
   vkGetPhysicalDeviceMemoryProperties(d->physical, &p);
   for (uint32_t i = 0; i < p.memoryTypeCount; i++)
      if (need->memoryTypeBits >> i & 1 && (p.memoryTypes[i].propertyFlags & flags) == flags) {
         const VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                            .allocationSize = need->size,
                                            .memoryTypeIndex = i};
         bench_ok(vkAllocateMemory(d->device, &info, NULL, &memory));
         return memory;
      }
   bench_die("no memory type", (int)flags);
   return VK_NULL_HANDLE;
}

struct bench_buffer bench_buffer(struct bench_device *d, VkDeviceSize size, VkBufferUsageFlags usage)
{
   const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = size, .usage = usage};
   struct bench_buffer b;
   VkMemoryRequirements need;
   bench_ok(vkCreateBuffer(d->device, &info, NULL, &b.buffer));
   vkGetBufferMemoryRequirements(d->device, b.buffer, &need);
   b.memory = allocate(d, &need, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
   bench_ok(vkBindBufferMemory(d->device, b.buffer, b.memory, 0));
   bench_ok(vkMapMemory(d->device, b.memory, 0, VK_WHOLE_SIZE, 0, &b.host));
   return b;
}

void bench_buffer_free(struct bench_device *d, struct bench_buffer *b)
{
   vkDestroyBuffer(d->device, b->buffer, NULL);
   vkFreeMemory(d->device, b->memory, NULL);
   *b = (struct bench_buffer){0};
}

struct bench_image bench_image(struct bench_device *d, const VkImageCreateInfo *info, VkImageAspectFlags aspect)
{
   struct bench_image i;
   VkMemoryRequirements need;
   bench_ok(vkCreateImage(d->device, info, NULL, &i.image));
   vkGetImageMemoryRequirements(d->device, i.image, &need);
   i.memory = allocate(d, &need, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
   bench_ok(vkBindImageMemory(d->device, i.image, i.memory, 0));
   const VkImageViewCreateInfo view = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                       .image = i.image,
                                       .viewType = VK_IMAGE_VIEW_TYPE_2D,
                                       .format = info->format,
                                       .subresourceRange = {aspect, 0, info->mipLevels, 0, 1}};
   bench_ok(vkCreateImageView(d->device, &view, NULL, &i.view));
   return i;
}

void bench_image_free(struct bench_device *d, struct bench_image *i)
{
   vkDestroyImageView(d->device, i->view, NULL);
   vkDestroyImage(d->device, i->image, NULL);
   vkFreeMemory(d->device, i->memory, NULL);
   *i = (struct bench_image){0};
}

VkCommandBuffer bench_begin(struct bench_device *d)
{
   const VkCommandBufferAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                             .commandPool = d->pool,
                                             .commandBufferCount = 1};
   const VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   VkCommandBuffer cmd;
   bench_ok(vkAllocateCommandBuffers(d->device, &info, &cmd));
   bench_ok(vkBeginCommandBuffer(cmd, &begin));
   return cmd;
}

void bench_finish(struct bench_device *d, VkCommandBuffer cmd)
{
   const VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &cmd};
   bench_ok(vkEndCommandBuffer(cmd));
   bench_ok(vkQueueSubmit(d->queue, 1, &submit, VK_NULL_HANDLE));
   bench_ok(vkQueueWaitIdle(d->queue));
   vkFreeCommandBuffers(d->device, d->pool, 1, &cmd);
}

/* ---- texture ----------------------------------------------------------------------------------------------- */
static void to_layout(VkCommandBuffer cmd, VkImage image, uint32_t level, VkImageLayout from, VkImageLayout to)
{
   const VkImageMemoryBarrier b = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                                   .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                                   .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT,
                                   .oldLayout = from,
                                   .newLayout = to,
                                   .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                   .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                   .image = image,
                                   .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, level, 1, 0, 1}};
   vkCmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0,
                        NULL, 1, &b);
}

static void fill_pattern(uint32_t *texel, uint32_t size)
{
   for (uint32_t y = 0; y < size; y++)
      for (uint32_t x = 0; x < size; x++) {
         uint32_t check = (x >> 4 ^ y >> 4) & 1 ? 0xffu : 0x40u;
         texel[y * size + x] = check | (x * 255 / size) << 8 | (y * 255 / size) << 16 | 0xff000000u;
      }
}

struct bench_image bench_texture(struct bench_device *d, uint32_t size)
{
   uint32_t levels = 1;
   while (size >> levels)
      levels++;
   const VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                                   .imageType = VK_IMAGE_TYPE_2D,
                                   .format = VK_FORMAT_R8G8B8A8_UNORM,
                                   .extent = {size, size, 1},
                                   .mipLevels = levels,
                                   .arrayLayers = 1,
                                   .samples = VK_SAMPLE_COUNT_1_BIT,
                                   .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT |
                                            VK_IMAGE_USAGE_TRANSFER_DST_BIT};
   struct bench_image t = bench_image(d, &info, VK_IMAGE_ASPECT_COLOR_BIT);
   struct bench_buffer b = bench_buffer(d, (VkDeviceSize)size * size * 4, VK_BUFFER_USAGE_TRANSFER_SRC_BIT);
   fill_pattern(b.host, size);
   VkCommandBuffer cmd = bench_begin(d);
   const VkBufferImageCopy copy = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                                   .imageExtent = {size, size, 1}};
   to_layout(cmd, t.image, 0, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
   vkCmdCopyBufferToImage(cmd, b.buffer, t.image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
   to_layout(cmd, t.image, 0, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
   for (uint32_t n = 1; n < levels; n++) {
      const VkImageBlit blit = {.srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, n - 1, 0, 1},
                                .srcOffsets = {{0}, {(int32_t)(size >> (n - 1)), (int32_t)(size >> (n - 1)), 1}},
                                .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, n, 0, 1},
                                .dstOffsets = {{0}, {(int32_t)(size >> n), (int32_t)(size >> n), 1}}};
      to_layout(cmd, t.image, n, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
      vkCmdBlitImage(cmd, t.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, t.image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                     1, &blit, VK_FILTER_LINEAR);
      to_layout(cmd, t.image, n, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
   }
   for (uint32_t n = 0; n < levels; n++)
      to_layout(cmd, t.image, n, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
   bench_finish(d, cmd);
   bench_buffer_free(d, &b);
   return t;
}

/* ---- target ------------------------------------------------------------------------------------------------ */
static struct bench_image attachment(struct bench_device *d, uint32_t size, VkFormat format, VkSampleCountFlagBits samples)
{
   bool depth = format == VK_FORMAT_D32_SFLOAT;
   const VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                                   .imageType = VK_IMAGE_TYPE_2D,
                                   .format = format,
                                   .extent = {size, size, 1},
                                   .mipLevels = 1,
                                   .arrayLayers = 1,
                                   .samples = samples,
                                   .usage = depth ? VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT
                                                  : VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
   return bench_image(d, &info, depth ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT);
}

static VkRenderPass render_pass(struct bench_device *d, VkSampleCountFlagBits samples, bool depth)
{
   bool resolve = samples > 1;
   uint32_t n = 0;
   VkAttachmentDescription a[3];
   VkAttachmentReference colour = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
   VkAttachmentReference resolved = {1, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
   VkAttachmentReference z = {1u + resolve, VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL};
   const VkAttachmentDescription one = {.format = VK_FORMAT_R8G8B8A8_UNORM,
                                        .samples = VK_SAMPLE_COUNT_1_BIT,
                                        .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                        .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                        .stencilLoadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
                                        .stencilStoreOp = VK_ATTACHMENT_STORE_OP_DONT_CARE,
                                        .finalLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL};
   a[n] = one;
   a[n++].samples = samples;
   if (resolve) {
      a[n] = one;
      a[n++].loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE;
   }
   if (depth) {
      a[n] = one;
      a[n].format = VK_FORMAT_D32_SFLOAT;
      a[n].samples = samples;
      a[n].storeOp = VK_ATTACHMENT_STORE_OP_DONT_CARE;
      a[n++].finalLayout = VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL;
   }
   const VkSubpassDescription s = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
                                   .colorAttachmentCount = 1,
                                   .pColorAttachments = &colour,
                                   .pResolveAttachments = resolve ? &resolved : NULL,
                                   .pDepthStencilAttachment = depth ? &z : NULL};
   const VkSubpassDependency order = {.srcSubpass = VK_SUBPASS_EXTERNAL,
                                      .srcStageMask = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                                      .dstStageMask = VK_PIPELINE_STAGE_ALL_GRAPHICS_BIT,
                                      .srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT,
                                      .dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT};
   const VkRenderPassCreateInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
                                        .attachmentCount = n,
                                        .pAttachments = a,
                                        .subpassCount = 1,
                                        .pSubpasses = &s,
                                        .dependencyCount = 1,
                                        .pDependencies = &order};
   VkRenderPass pass;
   bench_ok(vkCreateRenderPass(d->device, &info, NULL, &pass));
   return pass;
}

struct bench_target bench_target(struct bench_device *d, uint32_t size, VkSampleCountFlagBits samples, bool depth)
{
   struct bench_target t = {.size = size, .samples = samples};
   VkImageView view[3];
   uint32_t n = 0;
   t.colour = attachment(d, size, VK_FORMAT_R8G8B8A8_UNORM, samples);
   view[n++] = t.colour.view;
   if (samples > 1) {
      t.resolved = attachment(d, size, VK_FORMAT_R8G8B8A8_UNORM, VK_SAMPLE_COUNT_1_BIT);
      view[n++] = t.resolved.view;
   }
   if (depth) {
      t.depth = attachment(d, size, VK_FORMAT_D32_SFLOAT, samples);
      view[n++] = t.depth.view;
   }
   t.pass = render_pass(d, samples, depth);
   const VkFramebufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
                                         .renderPass = t.pass,
                                         .attachmentCount = n,
                                         .pAttachments = view,
                                         .width = size,
                                         .height = size,
                                         .layers = 1};
   bench_ok(vkCreateFramebuffer(d->device, &info, NULL, &t.framebuffer));
   return t;
}

void bench_target_free(struct bench_device *d, struct bench_target *t)
{
   vkDestroyFramebuffer(d->device, t->framebuffer, NULL);
   vkDestroyRenderPass(d->device, t->pass, NULL);
   bench_image_free(d, &t->colour);
   bench_image_free(d, &t->resolved);
   bench_image_free(d, &t->depth);
}

uint64_t bench_target_look(struct bench_device *d, const struct bench_target *t, double mean[4])
{
   VkDeviceSize size = (VkDeviceSize)t->size * t->size * 4;
   struct bench_buffer b = bench_buffer(d, size, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
   const VkBufferImageCopy copy = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                                   .imageExtent = {t->size, t->size, 1}};
   VkCommandBuffer cmd = bench_begin(d);
   vkCmdCopyImageToBuffer(cmd, t->samples > 1 ? t->resolved.image : t->colour.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                          b.buffer, 1, &copy);
   bench_finish(d, cmd);
   uint64_t sum[4] = {0}, hash = UINT64_C(0xcbf29ce484222325);
   for (VkDeviceSize i = 0; i < size; i++) {
      uint8_t byte = ((const uint8_t *)b.host)[i];
      sum[i % 4] += byte;
      hash = (hash ^ byte) * UINT64_C(0x100000001b3);
   }
   for (unsigned c = 0; c < 4; c++)
      mean[c] = (double)sum[c] / 255 / (double)(size / 4);
   bench_buffer_free(d, &b);
   return hash;
}

/* ---- pipeline ---------------------------------------------------------------------------------------------- */
static VkShaderModule module(struct bench_device *d, const uint32_t *words, size_t bytes)
{
   const VkShaderModuleCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                          .codeSize = bytes,
                                          .pCode = words};
   VkShaderModule m;
   bench_ok(vkCreateShaderModule(d->device, &info, NULL, &m));
   return m;
}

static VkPipelineLayout pipeline_layout(struct bench_device *d, VkDescriptorSetLayout set)
{
   const VkPushConstantRange push = {VK_SHADER_STAGE_VERTEX_BIT | VK_SHADER_STAGE_FRAGMENT_BIT, 0,
                                     sizeof(struct bench_push)};
   const VkPipelineLayoutCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                            .setLayoutCount = 1,
                                            .pSetLayouts = &set,
                                            .pushConstantRangeCount = 1,
                                            .pPushConstantRanges = &push};
   VkPipelineLayout layout;
   bench_ok(vkCreatePipelineLayout(d->device, &info, NULL, &layout));
   return layout;
}

struct bench_pipeline bench_pipeline(struct bench_device *d, const struct bench_target *t,
                                     const struct bench_pipeline_info *info)
{
   struct bench_pipeline p = {.layout = pipeline_layout(d, info->set_layout)};
   const VkPipelineShaderStageCreateInfo stages[2] = {
       {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
        .stage = VK_SHADER_STAGE_VERTEX_BIT,
        .module = module(d, info->vertex, info->vertex_B),
        .pName = "main"},
       {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
        .stage = VK_SHADER_STAGE_FRAGMENT_BIT,
        .module = module(d, info->fragment, info->fragment_B),
        .pName = "main"}};
   const VkVertexInputBindingDescription binding = {0, sizeof(struct bench_vertex), VK_VERTEX_INPUT_RATE_VERTEX};
   const VkVertexInputAttributeDescription attributes[3] = {{0, 0, VK_FORMAT_R32G32B32_SFLOAT, 0},
                                                            {1, 0, VK_FORMAT_R32G32B32_SFLOAT, 12},
                                                            {2, 0, VK_FORMAT_R32G32_SFLOAT, 24}};
   const VkPipelineVertexInputStateCreateInfo input = {
       .sType = VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO,
       .vertexBindingDescriptionCount = info->mesh,
       .pVertexBindingDescriptions = &binding,
       .vertexAttributeDescriptionCount = info->mesh ? 3 : 0,
       .pVertexAttributeDescriptions = attributes};
   const VkPipelineInputAssemblyStateCreateInfo assembly = {
       .sType = VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO,
       .topology = info->mesh ? VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST : VK_PRIMITIVE_TOPOLOGY_TRIANGLE_STRIP};
   const VkViewport viewport = {0, 0, (float)t->size, (float)t->size, 0, 1};
   const VkRect2D scissor = {{0, 0}, {t->size, t->size}};
   const VkPipelineViewportStateCreateInfo view = {.sType = VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO,
                                                   .viewportCount = 1,
                                                   .pViewports = &viewport,
                                                   .scissorCount = 1,
                                                   .pScissors = &scissor};
   const VkPipelineRasterizationStateCreateInfo raster = {
       .sType = VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO, .cullMode = info->cull, .lineWidth = 1};
   const VkPipelineMultisampleStateCreateInfo multisample = {
       .sType = VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO, .rasterizationSamples = t->samples};
   const VkPipelineDepthStencilStateCreateInfo depth = {.sType = VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO,
                                                        .depthTestEnable = info->depth,
                                                        .depthWriteEnable = info->depth,
                                                        .depthCompareOp = info->compare};
   const VkPipelineColorBlendAttachmentState blend = {.blendEnable = info->blend,
                                                      .srcColorBlendFactor = VK_BLEND_FACTOR_SRC_ALPHA,
                                                      .dstColorBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                      .srcAlphaBlendFactor = VK_BLEND_FACTOR_ONE,
                                                      .dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA,
                                                      .colorWriteMask = 15};
   const VkPipelineColorBlendStateCreateInfo colour = {.sType = VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO,
                                                       .attachmentCount = 1,
                                                       .pAttachments = &blend};
   const VkGraphicsPipelineCreateInfo gci = {.sType = VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO,
                                             .stageCount = 2,
                                             .pStages = stages,
                                             .pVertexInputState = &input,
                                             .pInputAssemblyState = &assembly,
                                             .pViewportState = &view,
                                             .pRasterizationState = &raster,
                                             .pMultisampleState = &multisample,
                                             .pDepthStencilState = &depth,
                                             .pColorBlendState = &colour,
                                             .layout = p.layout,
                                             .renderPass = t->pass};
   bench_ok(vkCreateGraphicsPipelines(d->device, VK_NULL_HANDLE, 1, &gci, NULL, &p.pipeline));
   vkDestroyShaderModule(d->device, stages[0].module, NULL);
   vkDestroyShaderModule(d->device, stages[1].module, NULL);
   return p;
}

void bench_pipeline_free(struct bench_device *d, struct bench_pipeline *p)
{
   vkDestroyPipeline(d->device, p->pipeline, NULL);
   vkDestroyPipelineLayout(d->device, p->layout, NULL);
}
