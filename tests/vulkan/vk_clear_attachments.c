/* vkCmdClearAttachments: in the primary and in secondary command buffers that name no framebuffer, in render passes and in
 * dynamic rendering, rectangles and layers, in the order of the commands. */
#include "vkt_image.h"

#define SIDE 48u
#define LAYERS 3u

struct target {
   VkImage image;
   VkDeviceMemory memory;
   VkImageView view;
   VkRenderPass pass;
   VkFramebuffer framebuffer;
   struct vkt_buffer back;
};

static const VkFormat format = VK_FORMAT_R32_UINT;

static void make_pass(struct target *g)
{
   VkAttachmentDescription attachment = {.format = format,
                                         .samples = VK_SAMPLE_COUNT_1_BIT,
                                         .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                         .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                         .finalLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL};
   VkAttachmentReference color = {0, VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
   VkSubpassDescription subpass = {.pipelineBindPoint = VK_PIPELINE_BIND_POINT_GRAPHICS,
                                   .colorAttachmentCount = 1,
                                   .pColorAttachments = &color};
   VkRenderPassCreateInfo pass = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_CREATE_INFO,
                                  .attachmentCount = 1,
                                  .pAttachments = &attachment,
                                  .subpassCount = 1,
                                  .pSubpasses = &subpass};
   vkt_ok(vk.CreateRenderPass(t.device, &pass, NULL, &g->pass));
   VkFramebufferCreateInfo framebuffer = {.sType = VK_STRUCTURE_TYPE_FRAMEBUFFER_CREATE_INFO,
                                          .renderPass = g->pass,
                                          .attachmentCount = 1,
                                          .pAttachments = &g->view,
                                          .width = SIDE,
                                          .height = SIDE,
                                          .layers = LAYERS};
   vkt_ok(vk.CreateFramebuffer(t.device, &framebuffer, NULL, &g->framebuffer));
}

static struct target make_target(void)
{
   struct target g;
   VkImageCreateInfo image = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = format,
                              .extent = {SIDE, SIDE, 1},
                              .mipLevels = 1,
                              .arrayLayers = LAYERS,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
   VkMemoryRequirements need;
   vkt_ok(vk.CreateImage(t.device, &image, NULL, &g.image));
   vk.GetImageMemoryRequirements(t.device, g.image, &need);
   VkMemoryAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .allocationSize = need.size,
                                 .memoryTypeIndex = VKT_TYPE_VRAM};
   vkt_ok(vk.AllocateMemory(t.device, &alloc, NULL, &g.memory));
   vkt_ok(vk.BindImageMemory(t.device, g.image, g.memory, 0));
   VkImageViewCreateInfo view = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                 .image = g.image,
                                 .viewType = VK_IMAGE_VIEW_TYPE_2D_ARRAY,
                                 .format = format,
                                 .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, LAYERS}};
   vkt_ok(vk.CreateImageView(t.device, &view, NULL, &g.view));
   g.back = vkt_buffer(&t, SIDE * SIDE * LAYERS * 4, VKT_TYPE_SYSTEM);
   make_pass(&g);
   return g;
}

static void free_target(struct target *g)
{
   vk.DestroyFramebuffer(t.device, g->framebuffer, NULL);
   vk.DestroyRenderPass(t.device, g->pass, NULL);
   vk.DestroyImageView(t.device, g->view, NULL);
   vk.DestroyImage(t.device, g->image, NULL);
   vk.FreeMemory(t.device, g->memory, NULL);
   vkt_buffer_free(&t, &g->back);
}

/* All but the margin of layers 1 and 2, then a spot of layer 2. */
static void clears(VkCommandBuffer cmd)
{
   VkClearAttachment a = {.aspectMask = VK_IMAGE_ASPECT_COLOR_BIT, .clearValue.color.uint32 = {0x12345678}};
   VkClearAttachment b = {.aspectMask = VK_IMAGE_ASPECT_COLOR_BIT, .clearValue.color.uint32 = {0xffffffff}};
   VkClearRect rect = {{{2, 3}, {SIDE - 4, SIDE - 6}}, 1, 2}, spots[2] = {{{{10, 11}, {1, 1}}, 2, 1}, {{{12, 13}, {1, 1}}, 2, 1}};
   vk.CmdClearAttachments(cmd, 1, &a, 1, &rect);
   vk.CmdClearAttachments(cmd, 1, &b, 2, spots);
}

static uint32_t expected(uint32_t x, uint32_t y, uint32_t layer)
{
   bool inside = x >= 2 && x < SIDE - 2 && y >= 3 && y < SIDE - 3;
   bool spot = layer == 2 && ((x == 10 && y == 11) || (x == 12 && y == 13));
   return spot ? 0xffffffff : layer && inside ? 0x12345678 : 5;
}

static void check(struct target *g, VkCommandBuffer cmd, VkImageLayout layout)
{
   VkBufferImageCopy copy = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, LAYERS}, .imageExtent = {SIDE, SIDE, 1}};
   memset(g->back.host, 0x77, SIDE * SIDE * LAYERS * 4);
   vkt_barrier(cmd);
   vk.CmdCopyImageToBuffer(cmd, g->image, layout, g->back.buffer, 1, &copy);
   run_on(0, cmd);
   const uint32_t *p = g->back.host;
   for (uint32_t i = 0; i < SIDE * SIDE * LAYERS; i++)
      assert_int_equal(p[i], expected(i % SIDE, i / SIDE % SIDE, i / (SIDE * SIDE)));
}

static VkCommandBuffer secondary(const VkCommandBufferInheritanceInfo *inheritance)
{
   VkCommandBuffer cmd;
   VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                        .commandPool = pool_of[0],
                                        .level = VK_COMMAND_BUFFER_LEVEL_SECONDARY,
                                        .commandBufferCount = 1};
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                     .flags = VK_COMMAND_BUFFER_USAGE_RENDER_PASS_CONTINUE_BIT,
                                     .pInheritanceInfo = inheritance};
   vkt_ok(vk.AllocateCommandBuffers(t.device, &alloc, &cmd));
   vkt_ok(vk.BeginCommandBuffer(cmd, &begin));
   clears(cmd);
   vkt_ok(vk.EndCommandBuffer(cmd));
   return cmd;
}

static void render_pass(bool nested)
{
   struct target g = make_target();
   VkClearValue five = {.color.uint32 = {5}};
   VkCommandBufferInheritanceInfo inherit = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_INFO, .renderPass = g.pass};
   VkCommandBuffer cmd = begin_on(0), inner = nested ? secondary(&inherit) : VK_NULL_HANDLE;
   VkRenderPassBeginInfo info = {.sType = VK_STRUCTURE_TYPE_RENDER_PASS_BEGIN_INFO,
                                 .renderPass = g.pass,
                                 .framebuffer = g.framebuffer,
                                 .renderArea = {{0, 0}, {SIDE, SIDE}},
                                 .clearValueCount = 1,
                                 .pClearValues = &five};
   vk.CmdBeginRenderPass(cmd, &info,
                         nested ? VK_SUBPASS_CONTENTS_SECONDARY_COMMAND_BUFFERS : VK_SUBPASS_CONTENTS_INLINE);
   if (nested)
      vk.CmdExecuteCommands(cmd, 1, &inner);
   else
      clears(cmd);
   vk.CmdEndRenderPass(cmd);
   check(&g, cmd, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
   if (nested)
      vk.FreeCommandBuffers(t.device, pool_of[0], 1, &inner);
   free_target(&g);
}

static void dynamic_rendering(bool nested)
{
   struct target g = make_target();
   VkCommandBufferInheritanceRenderingInfo formats = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_RENDERING_INFO,
                                                      .colorAttachmentCount = 1,
                                                      .pColorAttachmentFormats = &format,
                                                      .rasterizationSamples = VK_SAMPLE_COUNT_1_BIT};
   VkCommandBufferInheritanceInfo inherit = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_INHERITANCE_INFO, .pNext = &formats};
   VkRenderingAttachmentInfo color = {.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                      .imageView = g.view,
                                      .imageLayout = VK_IMAGE_LAYOUT_GENERAL,
                                      .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                      .storeOp = VK_ATTACHMENT_STORE_OP_STORE,
                                      .clearValue.color.uint32 = {5}};
   VkRenderingInfo info = {.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                           .flags = nested ? VK_RENDERING_CONTENTS_SECONDARY_COMMAND_BUFFERS_BIT : 0,
                           .renderArea = {{0, 0}, {SIDE, SIDE}},
                           .layerCount = LAYERS,
                           .colorAttachmentCount = 1,
                           .pColorAttachments = &color};
   VkCommandBuffer cmd = begin_on(0), inner = nested ? secondary(&inherit) : VK_NULL_HANDLE;
   vkt_make_general(cmd, g.image, VK_IMAGE_ASPECT_COLOR_BIT);
   vk.CmdBeginRenderingKHR(cmd, &info);
   if (nested)
      vk.CmdExecuteCommands(cmd, 1, &inner);
   else
      clears(cmd);
   vk.CmdEndRenderingKHR(cmd);
   check(&g, cmd, VK_IMAGE_LAYOUT_GENERAL);
   if (nested)
      vk.FreeCommandBuffers(t.device, pool_of[0], 1, &inner);
   free_target(&g);
}

static void primary(void **state)
{
   render_pass(false);
   dynamic_rendering(false);
}

static void inherited(void **state)
{
   render_pass(true);
   dynamic_rendering(true);
}

static int open_all(void **state)
{
   static const char *const extensions[] = {VK_KHR_DYNAMIC_RENDERING_EXTENSION_NAME,
                                            VK_KHR_DEPTH_STENCIL_RESOLVE_EXTENSION_NAME,
                                            VK_KHR_CREATE_RENDERPASS_2_EXTENSION_NAME};
   VkPhysicalDeviceDynamicRenderingFeatures feature = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DYNAMIC_RENDERING_FEATURES, .dynamicRendering = VK_TRUE};
   struct vkt_options options = {.extensions = extensions, .extension_count = 3, .device_next = &feature};
   vkt_load();
   vkt_open_instance(&t, &options);
   vkt_ok(vkt_create_device(&t, &options));
   open_queues();
   return 0;
}

static int close_all(void **state)
{
   close_queues();
   vkt_close(&t);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(primary), cmocka_unit_test(inherited)};
   return cmocka_run_group_tests(tests, open_all, close_all);
}
