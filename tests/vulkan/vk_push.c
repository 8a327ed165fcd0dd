/* Push descriptors: sets that live in the command stream, by writes and by templates, added to push by push. */
#include "vkt.h"
#include "robust_spirv.h"
#include "square_spirv.h"

static struct vkt t;

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_PUSH_DESCRIPTOR_EXTENSION_NAME,
                                            VK_KHR_DESCRIPTOR_UPDATE_TEMPLATE_EXTENSION_NAME};
   struct vkt_options o = {.extensions = extensions, .extension_count = 2};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}

static int teardown(void **state)
{
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

struct push {
   VkDescriptorSetLayout set_layout;
   VkPipelineLayout layout;
   VkPipeline pipeline;
};

static struct push push_open(const uint32_t *words, size_t size_B, uint32_t bindings, const VkDescriptorType *types)
{
   struct push p;
   VkDescriptorSetLayoutBinding b[4] = {0};
   for (uint32_t i = 0; i < bindings; i++)
      b[i] = (VkDescriptorSetLayoutBinding){i, types[i], 1, VK_SHADER_STAGE_COMPUTE_BIT, NULL};
   VkDescriptorSetLayoutCreateInfo li = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                         .flags = VK_DESCRIPTOR_SET_LAYOUT_CREATE_PUSH_DESCRIPTOR_BIT_KHR,
                                         .bindingCount = bindings,
                                         .pBindings = b};
   vkt_ok(vk.CreateDescriptorSetLayout(t.device, &li, NULL, &p.set_layout));
   VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0, 8};
   VkPipelineLayoutCreateInfo pi = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                    .setLayoutCount = 1,
                                    .pSetLayouts = &p.set_layout,
                                    .pushConstantRangeCount = 1,
                                    .pPushConstantRanges = &range};
   vkt_ok(vk.CreatePipelineLayout(t.device, &pi, NULL, &p.layout));
   VkShaderModuleCreateInfo mi = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = size_B, .pCode = words};
   VkShaderModule module;
   vkt_ok(vk.CreateShaderModule(t.device, &mi, NULL, &module));
   VkComputePipelineCreateInfo ci = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                     .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                               .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                               .module = module,
                                               .pName = "main"},
                                     .layout = p.layout};
   vkt_ok(vk.CreateComputePipelines(t.device, VK_NULL_HANDLE, 1, &ci, NULL, &p.pipeline));
   vk.DestroyShaderModule(t.device, module, NULL);
   return p;
}

static void push_close(struct push *p)
{
   vk.DestroyPipeline(t.device, p->pipeline, NULL);
   vk.DestroyPipelineLayout(t.device, p->layout, NULL);
   vk.DestroyDescriptorSetLayout(t.device, p->set_layout, NULL);
}

static void push_buffer(VkCommandBuffer cmd, const struct push *p, uint32_t binding, VkDescriptorType type, VkBuffer buffer)
{
   VkDescriptorBufferInfo b = {buffer, 0, VK_WHOLE_SIZE};
   VkWriteDescriptorSet w = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                             .dstBinding = binding,
                             .descriptorCount = 1,
                             .descriptorType = type,
                             .pBufferInfo = &b};
   vk.CmdPushDescriptorSetKHR(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, p->layout, 0, 1, &w);
}

/* Many dispatches of one command buffer, each with a buffer of its own; every other one through a template. */
static void test_many(void **state)
{
   enum { BUFFERS = 40, DW = 256 };
   static const VkDescriptorType types[] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
   struct push p = push_open(square_spirv, sizeof square_spirv, 1, types);
   VkDescriptorUpdateTemplateEntry entry = {.descriptorCount = 1, .descriptorType = types[0]};
   VkDescriptorUpdateTemplateCreateInfo ti = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_UPDATE_TEMPLATE_CREATE_INFO,
                                              .descriptorUpdateEntryCount = 1,
                                              .pDescriptorUpdateEntries = &entry,
                                              .templateType = VK_DESCRIPTOR_UPDATE_TEMPLATE_TYPE_PUSH_DESCRIPTORS_KHR,
                                              .pipelineBindPoint = VK_PIPELINE_BIND_POINT_COMPUTE,
                                              .pipelineLayout = p.layout};
   VkDescriptorUpdateTemplate template;
   vkt_ok(vk.CreateDescriptorUpdateTemplateKHR(t.device, &ti, NULL, &template));
   struct vkt_buffer b[BUFFERS];
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, p.pipeline);
   for (uint32_t n = 0; n < BUFFERS; n++) {
      b[n] = vkt_buffer(&t, DW * 4, VKT_TYPE_SYSTEM);
      for (uint32_t i = 0; i < DW; i++)
         ((uint32_t *)b[n].host)[i] = n * 1000 + i;
      VkDescriptorBufferInfo info = {b[n].buffer, 0, VK_WHOLE_SIZE};
      if (n & 1)
         vk.CmdPushDescriptorSetWithTemplateKHR(cmd, template, p.layout, 0, &info);
      else
         push_buffer(cmd, &p, 0, types[0], b[n].buffer);
      vk.CmdDispatch(cmd, DW / 64, 1, 1);
   }
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t n = 0; n < BUFFERS; n++) {
      for (uint32_t i = 0; i < DW; i++) {
         uint32_t v = n * 1000 + i;
         assert_int_equal(((uint32_t *)b[n].host)[i], v * v + i);
      }
      vkt_buffer_free(&t, &b[n]);
   }
   vk.DestroyDescriptorUpdateTemplateKHR(t.device, template, NULL);
   push_close(&p);
}

/* What is not pushed again stays. */
static void test_partial(void **state)
{
   static const VkDescriptorType types[] = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                            VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER};
   struct push p = push_open(robust_spirv, sizeof robust_spirv, 3, types);
   struct vkt_buffer out[3], data[2], constants = vkt_buffer(&t, 128, VKT_TYPE_SYSTEM);
   for (uint32_t i = 0; i < 3; i++)
      out[i] = vkt_buffer(&t, 32 * 12 * 4, VKT_TYPE_SYSTEM);
   for (uint32_t i = 0; i < 2; i++) {
      data[i] = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
      memset(data[i].host, 0x11 * (i + 1), 4096);
   }
   memset(constants.host, 0x77, 128);
   uint32_t push[2] = {0, 0};
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, p.pipeline);
   vk.CmdPushConstants(cmd, p.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, 8, push);
   push_buffer(cmd, &p, 2, types[2], constants.buffer);
   push_buffer(cmd, &p, 1, types[1], data[0].buffer);
   push_buffer(cmd, &p, 0, types[0], out[0].buffer);
   vk.CmdDispatch(cmd, 1, 1, 1);
   push_buffer(cmd, &p, 0, types[0], out[1].buffer);
   vk.CmdDispatch(cmd, 1, 1, 1);
   push_buffer(cmd, &p, 1, types[1], data[1].buffer);
   push_buffer(cmd, &p, 0, types[0], out[2].buffer);
   vk.CmdDispatch(cmd, 1, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t n = 0; n < 3; n++)
      for (uint32_t i = 0; i < 32; i++)
         for (uint32_t c = 0; c < 4; c++) {
            const uint32_t *lane = (const uint32_t *)out[n].host + i * 12;
            assert_int_equal(lane[c], n < 2 ? 0x11111111 : 0x22222222);
            assert_int_equal(lane[4 + c], 0x77777777);
         }
   for (uint32_t i = 0; i < 3; i++)
      vkt_buffer_free(&t, &out[i]);
   for (uint32_t i = 0; i < 2; i++)
      vkt_buffer_free(&t, &data[i]);
   vkt_buffer_free(&t, &constants);
   push_close(&p);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_many),
      cmocka_unit_test(test_partial),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
