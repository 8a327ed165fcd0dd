/* Descriptors: sets of every type, written directly, by template and by copy; immutable samplers; arrays of variable length; what
 * pools count; views of levels, layers, swizzles and blocks as a shader sees them. */
#include "vkt.h"
#include "every_descriptor_spirv.h"
#include "view_spirv.h"

static struct vkt t;
static int setup(void **state)
{
   static const char *const extensions[] = {"VK_KHR_descriptor_update_template", "VK_EXT_descriptor_indexing",
                                            "VK_EXT_inline_uniform_block", "VK_KHR_maintenance2", "VK_KHR_maintenance3"};
   static const VkPhysicalDeviceInlineUniformBlockFeatures inline_ = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_INLINE_UNIFORM_BLOCK_FEATURES, .inlineUniformBlock = VK_TRUE};
   static const VkPhysicalDeviceDescriptorIndexingFeatures indexing = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DESCRIPTOR_INDEXING_FEATURES,
      .pNext = (void *)&inline_,
      .descriptorBindingVariableDescriptorCount = VK_TRUE,
      .runtimeDescriptorArray = VK_TRUE};
   struct vkt_options o = {.extensions = extensions, .extension_count = 5, .device_next = &indexing};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}
static int teardown(void **state)
{
   vkt_close(&t);
   return 0;
}

/* ---- images ------------------------------------------------------------------------------------------------------- */
struct image {
   VkImage image;
   VkDeviceMemory memory;
};

static struct image make_image(const VkImageCreateInfo *info)
{
   struct image i;
   VkMemoryRequirements m;
   vkt_ok(vk.CreateImage(t.device, info, NULL, &i.image));
   vk.GetImageMemoryRequirements(t.device, i.image, &m);
   VkMemoryAllocateInfo ai = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = m.size};
   vkt_ok(vk.AllocateMemory(t.device, &ai, NULL, &i.memory));
   vkt_ok(vk.BindImageMemory(t.device, i.image, i.memory, 0));
   vkt_submit_general(&t, i.image, VK_IMAGE_ASPECT_COLOR_BIT);
   return i;
}

static void free_image(struct image *i)
{
   vk.DestroyImage(t.device, i->image, NULL);
   vk.FreeMemory(t.device, i->memory, NULL);
}

static VkImageCreateInfo image_2d(VkFormat format, uint32_t size, uint32_t levels, uint32_t layers)
{
   return (VkImageCreateInfo){.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = format,
                              .extent = {size, size, 1},
                              .mipLevels = levels,
                              .arrayLayers = layers,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT};
}

static VkImageView make_view(VkImage image, VkImageViewType type, VkFormat format, VkImageSubresourceRange range,
                             VkComponentMapping swizzle)
{
   VkImageViewCreateInfo vi = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                               .image = image,
                               .viewType = type,
                               .format = format,
                               .components = swizzle,
                               .subresourceRange = range};
   VkImageView view;
   vkt_ok(vk.CreateImageView(t.device, &vi, NULL, &view));
   return view;
}

static VkSampler make_sampler(VkSamplerAddressMode mode)
{
   VkSamplerCreateInfo si = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO,
                             .addressModeU = mode,
                             .addressModeV = mode,
                             .borderColor = VK_BORDER_COLOR_FLOAT_OPAQUE_WHITE};
   VkSampler s;
   vkt_ok(vk.CreateSampler(t.device, &si, NULL, &s));
   return s;
}

/* ---- one of every type ---------------------------------------------------------------------------------------------- */
enum { COLOUR = 0x80402010, TEXEL = 0x00ff00ff, WHITE = 0xffffffff, BINDINGS = 11, INLINE_B = 48 };
#define INLINE VK_DESCRIPTOR_TYPE_INLINE_UNIFORM_BLOCK

static const struct {
   VkDescriptorType type;
   uint32_t count;
} bindings[BINDINGS] = {
   {VK_DESCRIPTOR_TYPE_SAMPLER, 1},        {VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, 1},
   {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, 3}, {VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, 1},
   {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, 1},   {VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER, 1},
   {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1}, {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1},
   {INLINE, INLINE_B},                     {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC, 1},
   {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC, 1},
};

static struct every {
   struct image image;
   VkImageView view;
   VkSampler border, clamp;
   struct vkt_buffer data, result;
   VkBufferView uniform_texels, storage_texels;
   VkDescriptorSetLayout set_layout;
   VkPipelineLayout layout;
   VkPipeline pipeline;
   VkDescriptorPool pool;
   VkDescriptorSet sets[3];
} e;

static VkBufferView texel_view(VkFormat format, VkDeviceSize offset)
{
   VkBufferViewCreateInfo bi = {.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
                                .buffer = e.data.buffer,
                                .format = format,
                                .offset = offset,
                                .range = 64};
   VkBufferView v;
   vkt_ok(vk.CreateBufferView(t.device, &bi, NULL, &v));
   return v;
}

static void make_resources(void)
{
   VkImageCreateInfo info = image_2d(VK_FORMAT_R8G8B8A8_UNORM, 4, 1, 1);
   info.usage |= VK_IMAGE_USAGE_STORAGE_BIT;
   e.image = make_image(&info);
   VkImageSubresourceRange all = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
   e.view = make_view(e.image.image, VK_IMAGE_VIEW_TYPE_2D, info.format, all, (VkComponentMapping){0});
   e.border = make_sampler(VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER);
   e.clamp = make_sampler(VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE);
   e.data = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   e.result = vkt_buffer(&t, 256, VKT_TYPE_SYSTEM);
   e.uniform_texels = texel_view(VK_FORMAT_R8G8B8A8_UNORM, 16);
   e.storage_texels = texel_view(VK_FORMAT_R32_UINT, 1024);
   VkCommandBuffer cmd = vkt_begin(&t);
   VkClearColorValue colour = {.float32 = {16 / 255.0f, 32 / 255.0f, 64 / 255.0f, 128 / 255.0f}};
   vk.CmdClearColorImage(cmd, e.image.image, VK_IMAGE_LAYOUT_GENERAL, &colour, 1, &all);
   vkt_ok(vkt_submit(&t, cmd));
}

static void make_layouts(void)
{
   VkSampler samplers[3] = {e.border, e.clamp, e.border};
   VkDescriptorSetLayoutBinding b[BINDINGS];
   VkDescriptorPoolSize sizes[BINDINGS];
   /* Given backwards, since their order is by number. */
   for (uint32_t i = 0; i < BINDINGS; i++) {
      b[BINDINGS - 1 - i] = (VkDescriptorSetLayoutBinding){i, bindings[i].type, bindings[i].count,
                                                           VK_SHADER_STAGE_COMPUTE_BIT,
                                                           i == 0 || i == 2 ? samplers : NULL};
      sizes[i] = (VkDescriptorPoolSize){bindings[i].type, 3 * bindings[i].count};
   }
   VkDescriptorSetLayoutCreateInfo sl = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                         .bindingCount = BINDINGS,
                                         .pBindings = b};
   vkt_ok(vk.CreateDescriptorSetLayout(t.device, &sl, NULL, &e.set_layout));
   VkPipelineLayoutCreateInfo pl = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                    .setLayoutCount = 1,
                                    .pSetLayouts = &e.set_layout};
   vkt_ok(vk.CreatePipelineLayout(t.device, &pl, NULL, &e.layout));
   VkDescriptorPoolInlineUniformBlockCreateInfo inline_ = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_INLINE_UNIFORM_BLOCK_CREATE_INFO, .maxInlineUniformBlockBindings = 3};
   VkDescriptorPoolCreateInfo dp = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                    .pNext = &inline_,
                                    .maxSets = 3,
                                    .poolSizeCount = BINDINGS,
                                    .pPoolSizes = sizes};
   vkt_ok(vk.CreateDescriptorPool(t.device, &dp, NULL, &e.pool));
   VkDescriptorSetLayout three[3] = {e.set_layout, e.set_layout, e.set_layout};
   VkDescriptorSetAllocateInfo da = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                     .descriptorPool = e.pool,
                                     .descriptorSetCount = 3,
                                     .pSetLayouts = three};
   vkt_ok(vk.AllocateDescriptorSets(t.device, &da, e.sets));
   VkDescriptorSet none;
   da.descriptorSetCount = 1;
   assert_int_equal(vk.AllocateDescriptorSets(t.device, &da, &none), VK_ERROR_OUT_OF_POOL_MEMORY);
}

static void make_pipeline(void)
{
   VkShaderModuleCreateInfo mi = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                  .codeSize = sizeof every_descriptor_spirv,
                                  .pCode = every_descriptor_spirv};
   VkShaderModule module;
   vkt_ok(vk.CreateShaderModule(t.device, &mi, NULL, &module));
   VkComputePipelineCreateInfo ci = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                     .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                               .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                               .module = module,
                                               .pName = "main"},
                                     .layout = e.layout};
   vkt_ok(vk.CreateComputePipelines(t.device, VK_NULL_HANDLE, 1, &ci, NULL, &e.pipeline));
   vk.DestroyShaderModule(t.device, module, NULL);
}

/* What writes take: the same memory serves the template. */
struct contents {
   VkDescriptorImageInfo sampler, texture, combined[3], stored;
   VkBufferView uniform_texels, storage_texels;
   VkDescriptorBufferInfo uniform, storage, dynamic, dynamic_storage;
   uint32_t inline_[INLINE_B / 4];
};

static struct contents contents_of_sets(void)
{
   VkDescriptorImageInfo image = {e.clamp, e.view, VK_IMAGE_LAYOUT_GENERAL}; /* its sampler must not count where there are immutable ones */
   struct contents c = {.sampler = image,
                        .texture = image,
                        .combined = {image, image, image},
                        .stored = image,
                        .uniform_texels = e.uniform_texels,
                        .storage_texels = e.storage_texels,
                        .uniform = {e.data.buffer, 256, 16},
                        .storage = {e.result.buffer, 0, VK_WHOLE_SIZE},
                        .dynamic = {e.data.buffer, 512, 16},
                        .dynamic_storage = {e.data.buffer, 2048, 16}};
   c.inline_[0] = 1000;
   c.inline_[11] = 234;
   return c;
}

/* The sampler of binding 0 is immutable: that a write does nothing to it is tried where mistakes are. */
static uint32_t first_written(void)
{
   return vkt_may_err() ? 0 : 1;
}

static void write_set(VkDescriptorSet set, const struct contents *c)
{
   VkWriteDescriptorSetInlineUniformBlock halves[2] = {
      {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET_INLINE_UNIFORM_BLOCK, NULL, INLINE_B / 2, c->inline_},
      {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET_INLINE_UNIFORM_BLOCK, NULL, INLINE_B / 2, c->inline_ + INLINE_B / 8}};
   VkWriteDescriptorSet w[12];
   for (uint32_t i = 0; i < 12; i++) {
      uint32_t binding = i == 11 ? 8 : i;
      w[i] = (VkWriteDescriptorSet){.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                    .dstSet = set,
                                    .dstBinding = binding,
                                    .descriptorCount = bindings[binding].count,
                                    .descriptorType = bindings[binding].type};
   }
   w[0].pImageInfo = &c->sampler;
   w[1].pImageInfo = &c->texture;
   w[2].pImageInfo = c->combined;
   w[3].pImageInfo = &c->stored;
   w[4].pTexelBufferView = &c->uniform_texels;
   w[5].pTexelBufferView = &c->storage_texels;
   w[6].pBufferInfo = &c->uniform;
   w[7].pBufferInfo = &c->storage;
   w[9].pBufferInfo = &c->dynamic;
   w[10].pBufferInfo = &c->dynamic_storage;
   for (uint32_t h = 0; h < 2; h++) {
      VkWriteDescriptorSet *half = &w[h ? 11 : 8];
      half->pNext = &halves[h];
      half->descriptorCount = INLINE_B / 2;
      half->dstArrayElement = h * INLINE_B / 2;
   }
   vk.UpdateDescriptorSets(t.device, 12 - first_written(), w + first_written(), 0, NULL);
}

static void template_set(VkDescriptorSet set, const struct contents *c)
{
#define AT(binding, member)                                                                                            \
   {binding, 0, bindings[binding].count, bindings[binding].type, offsetof(struct contents, member), sizeof(VkDescriptorImageInfo)}
   const VkDescriptorUpdateTemplateEntry entries[BINDINGS] = {
      AT(0, sampler), AT(1, texture), AT(2, combined), AT(3, stored),    AT(4, uniform_texels), AT(5, storage_texels),
      AT(6, uniform), AT(7, storage), AT(8, inline_),  AT(9, dynamic), AT(10, dynamic_storage)};
   VkDescriptorUpdateTemplateCreateInfo ti = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_UPDATE_TEMPLATE_CREATE_INFO,
                                              .descriptorUpdateEntryCount = BINDINGS - first_written(),
                                              .pDescriptorUpdateEntries = entries + first_written(),
                                              .descriptorSetLayout = e.set_layout};
   VkDescriptorUpdateTemplate template;
   vkt_ok(vk.CreateDescriptorUpdateTemplateKHR(t.device, &ti, NULL, &template));
   vk.UpdateDescriptorSetWithTemplateKHR(t.device, set, template, c);
   vk.DestroyDescriptorUpdateTemplateKHR(t.device, template, NULL);
}

static void copy_set(VkDescriptorSet from, VkDescriptorSet to)
{
   VkCopyDescriptorSet c[BINDINGS];
   for (uint32_t i = 0; i < BINDINGS; i++)
      c[i] = (VkCopyDescriptorSet){VK_STRUCTURE_TYPE_COPY_DESCRIPTOR_SET, NULL, from, i, 0, to, i, 0, bindings[i].count};
   vk.UpdateDescriptorSets(t.device, 0, NULL, BINDINGS - first_written(), c + first_written());
}

static void check_set(VkDescriptorSet set)
{
   uint32_t *data = e.data.host, *seen = e.result.host;
   memset(data, 0, 4096);
   memset(seen, 0, 256);
   data[(16 + 8) / 4] = TEXEL;
   data[(1024 + 12) / 4] = 99;
   data[256 / 4] = 71;
   data[(512 + 256) / 4] = 72;
   const uint32_t offsets[2] = {256, 64};
   VkCommandBuffer cmd = vkt_begin(&t);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, e.pipeline);
   vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, e.layout, 0, 1, &set, 2, offsets);
   vk.CmdDispatch(cmd, 1, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   static const uint32_t want[] = {COLOUR, WHITE, COLOUR, WHITE, COLOUR, COLOUR, COLOUR, WHITE,
                                   COLOUR, TEXEL, 16,     99,    71,     1234,   72};
   for (uint32_t i = 0; i < sizeof want / 4; i++)
      if (seen[i] != want[i])
         fail_msg("value %u is %x, not %x", i, seen[i], want[i]);
   assert_int_equal(data[(1024 + 20) / 4], 4711);
   assert_int_equal(data[(2048 + 64) / 4], 815);
}

static void test_every_type(void **state)
{
   make_resources();
   make_layouts();
   make_pipeline();
   struct contents c = contents_of_sets();
   write_set(e.sets[0], &c);
   template_set(e.sets[1], &c);
   check_set(e.sets[0]);
   check_set(e.sets[1]);
   copy_set(e.sets[0], e.sets[2]);
   check_set(e.sets[2]);
   assert_int_equal(t.errors, 0);
   vk.DestroyPipeline(t.device, e.pipeline, NULL);
   vk.DestroyDescriptorPool(t.device, e.pool, NULL);
   vk.DestroyPipelineLayout(t.device, e.layout, NULL);
   vk.DestroyDescriptorSetLayout(t.device, e.set_layout, NULL);
   vk.DestroyBufferView(t.device, e.uniform_texels, NULL);
   vk.DestroyBufferView(t.device, e.storage_texels, NULL);
   vk.DestroySampler(t.device, e.border, NULL);
   vk.DestroySampler(t.device, e.clamp, NULL);
   vk.DestroyImageView(t.device, e.view, NULL);
   free_image(&e.image);
   vkt_buffer_free(&t, &e.data);
   vkt_buffer_free(&t, &e.result);
}

/* ---- views ---------------------------------------------------------------------------------------------------------- */
static const uint32_t *look(struct vkt_compute *c, struct vkt_buffer *b, VkImageView view, VkSampler sampler)
{
   VkDescriptorImageInfo info = {sampler, view, VK_IMAGE_LAYOUT_GENERAL};
   VkWriteDescriptorSet w = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                             .dstSet = c->set,
                             .descriptorCount = 1,
                             .descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                             .pImageInfo = &info};
   vk.UpdateDescriptorSets(t.device, 1, &w, 0, NULL);
   memset(b->host, 0xee, b->size);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, c, 1, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   return b->host;
}

static struct vkt_compute view_shader(struct vkt_buffer *b)
{
   static const VkDescriptorType types[2] = {VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER};
   const struct vkt_compute_info info = {VKT_SPIRV(view_spirv), .bindings = 2, .types = types};
   struct vkt_compute c = vkt_compute(&t, &info);
   vkt_bind_buffer(&t, &c, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, b, 0, VK_WHOLE_SIZE);
   return c;
}

static void test_views(void **state)
{
   enum { LEVELS = 4, LAYERS = 6, SIZE = 40 };
   VkImageCreateInfo info = image_2d(VK_FORMAT_R8G8B8A8_UINT, SIZE, LEVELS, LAYERS);
   info.flags = VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT | VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT;
   struct image i = make_image(&info);
   VkCommandBuffer cmd = vkt_begin(&t);
   for (uint32_t level = 0; level < LEVELS; level++)
      for (uint32_t layer = 0; layer < LAYERS; layer++) {
         VkClearColorValue colour = {.uint32 = {level, layer, 3, 4}};
         VkImageSubresourceRange one = {VK_IMAGE_ASPECT_COLOR_BIT, level, 1, layer, 1};
         vk.CmdClearColorImage(cmd, i.image, VK_IMAGE_LAYOUT_GENERAL, &colour, 1, &one);
      }
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   VkSampler sampler = make_sampler(VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE);
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   struct vkt_compute c = view_shader(&b);
   const VkComponentMapping swizzle = {VK_COMPONENT_SWIZZLE_A, VK_COMPONENT_SWIZZLE_ONE, VK_COMPONENT_SWIZZLE_R,
                                       VK_COMPONENT_SWIZZLE_G};
   for (uint32_t level = 0; level < LEVELS; level++)
      for (uint32_t layer = 0; layer < LAYERS; layer++) {
         VkImageSubresourceRange r = {VK_IMAGE_ASPECT_COLOR_BIT, level, VK_REMAINING_MIP_LEVELS, layer,
                                      VK_REMAINING_ARRAY_LAYERS};
         VkImageView view = make_view(i.image, VK_IMAGE_VIEW_TYPE_2D_ARRAY, info.format, r, swizzle);
         const uint32_t *seen = look(&c, &b, view, sampler);
         assert_int_equal(seen[0], SIZE >> level);
         assert_int_equal(seen[2], LAYERS - layer);
         assert_int_equal(seen[3], LEVELS - level);
         for (uint32_t l = 0, n = 4; l < LEVELS - level; l++)
            for (uint32_t k = 0; k < LAYERS - layer; k++, n += 4) {
               const uint32_t want[4] = {4, 1, level + l, layer + k};
               assert_memory_equal(seen + n, want, 16);
            }
         vk.DestroyImageView(t.device, view, NULL);
      }
   VkImageSubresourceRange one = {VK_IMAGE_ASPECT_COLOR_BIT, 2, 1, 5, 1};
   VkImageView view = make_view(i.image, VK_IMAGE_VIEW_TYPE_2D_ARRAY, VK_FORMAT_R32_UINT, one, (VkComponentMapping){0});
   assert_int_equal(look(&c, &b, view, sampler)[4], 0x04030502);
   vk.DestroyImageView(t.device, view, NULL);
   vk.DestroySampler(t.device, sampler, NULL);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
   free_image(&i);
}

/* A level of a compressed image as texels of its blocks. */
static void test_block_view(void **state)
{
   VkImageCreateInfo info = image_2d(VK_FORMAT_BC1_RGB_UNORM_BLOCK, 60, 3, 2);
   info.flags = VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT | VK_IMAGE_CREATE_BLOCK_TEXEL_VIEW_COMPATIBLE_BIT;
   struct image i = make_image(&info);
   struct vkt_buffer b = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM);
   const uint32_t block[2] = {0x12345678, 0x9abcdef0};
   memcpy(b.host, block, 8);
   VkCommandBuffer cmd = vkt_begin(&t);
   VkBufferImageCopy region = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 1, 1, 1}, .imageExtent = {4, 4, 1}};
   vk.CmdCopyBufferToImage(cmd, b.buffer, i.image, VK_IMAGE_LAYOUT_GENERAL, 1, &region);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   VkSampler sampler = make_sampler(VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE);
   struct vkt_compute c = view_shader(&b);
   VkImageSubresourceRange r = {VK_IMAGE_ASPECT_COLOR_BIT, 1, 1, 1, 1};
   VkImageView view = make_view(i.image, VK_IMAGE_VIEW_TYPE_2D_ARRAY, VK_FORMAT_R32G32_UINT, r, (VkComponentMapping){0});
   const uint32_t want[8] = {8, 8, 1, 1, 0x12345678, 0x9abcdef0, 0, 1};
   assert_memory_equal(look(&c, &b, view, sampler), want, 32);
   vk.DestroyImageView(t.device, view, NULL);
   vk.DestroySampler(t.device, sampler, NULL);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
   free_image(&i);
}

/* ---- pools ------------------------------------------------------------------------------------------------------------ */
static VkDescriptorSetLayout simple_layout(VkDescriptorType type, uint32_t count, bool variable)
{
   VkDescriptorBindingFlags flags = variable ? VK_DESCRIPTOR_BINDING_VARIABLE_DESCRIPTOR_COUNT_BIT : 0;
   VkDescriptorSetLayoutBindingFlagsCreateInfo fi = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_BINDING_FLAGS_CREATE_INFO, .bindingCount = 1, .pBindingFlags = &flags};
   VkDescriptorSetLayoutBinding b = {0, type, count, VK_SHADER_STAGE_COMPUTE_BIT, NULL};
   VkDescriptorSetLayoutCreateInfo sl = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                         .pNext = &fi,
                                         .bindingCount = 1,
                                         .pBindings = &b};
   VkDescriptorSetLayout l;
   vkt_ok(vk.CreateDescriptorSetLayout(t.device, &sl, NULL, &l));
   return l;
}

static VkResult allocate(VkDescriptorPool pool, VkDescriptorSetLayout layout, uint32_t variable, VkDescriptorSet *set)
{
   VkDescriptorSetVariableDescriptorCountAllocateInfo v = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_VARIABLE_DESCRIPTOR_COUNT_ALLOCATE_INFO,
      .descriptorSetCount = 1,
      .pDescriptorCounts = &variable};
   VkDescriptorSetAllocateInfo da = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                     .pNext = &v,
                                     .descriptorPool = pool,
                                     .descriptorSetCount = 1,
                                     .pSetLayouts = &layout};
   return vk.AllocateDescriptorSets(t.device, &da, set);
}

/* Sets of variable length take from the pool what they ask for; freeing gives it back, in any order. */
static void test_pool_counts(void **state)
{
   VkDescriptorSetLayout images = simple_layout(VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, 1000, true);
   VkDescriptorSetLayout buffers = simple_layout(VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 3, false);
   const VkDescriptorPoolSize sizes[2] = {{VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, 100}, {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 5}};
   VkDescriptorPoolCreateInfo dp = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                    .flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT,
                                    .maxSets = 4,
                                    .poolSizeCount = 2,
                                    .pPoolSizes = sizes};
   VkDescriptorPool pool;
   VkDescriptorSet s[4], none;
   vkt_ok(vk.CreateDescriptorPool(t.device, &dp, NULL, &pool));
   assert_int_equal(allocate(pool, images, 101, &none), VK_ERROR_OUT_OF_POOL_MEMORY);
   vkt_ok(allocate(pool, images, 60, &s[0]));
   assert_int_equal(allocate(pool, images, 41, &none), VK_ERROR_OUT_OF_POOL_MEMORY);
   vkt_ok(allocate(pool, images, 40, &s[1]));
   vkt_ok(allocate(pool, buffers, 0, &s[2]));
   assert_int_equal(allocate(pool, buffers, 0, &none), VK_ERROR_OUT_OF_POOL_MEMORY); /* 2 buffers left */
   assert_null(none);
   vkt_ok(allocate(pool, images, 0, &s[3]));
   assert_int_equal(allocate(pool, images, 0, &none), VK_ERROR_OUT_OF_POOL_MEMORY); /* no sets left */
   vkt_ok(vk.FreeDescriptorSets(t.device, pool, 2, (VkDescriptorSet[]){s[3], s[0]}));
   vkt_ok(allocate(pool, images, 60, &s[0]));
   vkt_ok(vk.ResetDescriptorPool(t.device, pool, 0));
   vkt_ok(allocate(pool, images, 100, &s[0]));
   vk.DestroyDescriptorPool(t.device, pool, NULL);
   vk.DestroyDescriptorSetLayout(t.device, images, NULL);
   vk.DestroyDescriptorSetLayout(t.device, buffers, NULL);
}

/* Whatever sets a pool was made for, all of them fit. */
static void test_pool_fills(void **state)
{
   static const VkDescriptorType types[] = {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER,
                                            VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, VK_DESCRIPTOR_TYPE_SAMPLER};
   VkDescriptorPoolSize sizes[4];
   VkDescriptorSetLayout layouts[4];
   for (uint32_t i = 0; i < 4; i++) {
      sizes[i] = (VkDescriptorPoolSize){types[i], 50 * (i + 1)};
      layouts[i] = simple_layout(types[i], i + 1, i & 1);
   }
   VkDescriptorPoolCreateInfo dp = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                    .maxSets = 200,
                                    .poolSizeCount = 4,
                                    .pPoolSizes = sizes};
   VkDescriptorPool pool;
   VkDescriptorSet set;
   vkt_ok(vk.CreateDescriptorPool(t.device, &dp, NULL, &pool));
   for (uint32_t round = 0; round < 3; round++) {
      for (uint32_t i = 0; i < 200; i++)
         vkt_ok(allocate(pool, layouts[i * 7 % 4], i * 7 % 4 + 1, &set));
      vkt_ok(vk.ResetDescriptorPool(t.device, pool, 0));
   }
   vk.DestroyDescriptorPool(t.device, pool, NULL);
   for (uint32_t i = 0; i < 4; i++)
      vk.DestroyDescriptorSetLayout(t.device, layouts[i], NULL);
}

/* ---- mistakes ----------------------------------------------------------------------------------------------------------- */
static void test_wrong_arguments(void **state)
{
   VkDescriptorSetLayoutBinding b = {0, VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, UINT32_MAX, VK_SHADER_STAGE_COMPUTE_BIT, NULL};
   VkDescriptorSetLayoutCreateInfo sl = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 1, .pBindings = &b};
   VkDescriptorSetLayout layout;
   assert_int_not_equal(vk.CreateDescriptorSetLayout(t.device, &sl, NULL, &layout), VK_SUCCESS);
   VkDescriptorSetLayoutSupport support = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_SUPPORT};
   vk.GetDescriptorSetLayoutSupportKHR(t.device, &sl, &support);
   assert_false(support.supported);
   b.descriptorCount = 4;
   vk.GetDescriptorSetLayoutSupportKHR(t.device, &sl, &support);
   assert_true(support.supported);
   b.descriptorType = VK_DESCRIPTOR_TYPE_ACCELERATION_STRUCTURE_KHR;
   assert_int_not_equal(vk.CreateDescriptorSetLayout(t.device, &sl, NULL, &layout), VK_SUCCESS);
   layout = simple_layout(VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 2, false);
   VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 2};
   VkDescriptorPoolCreateInfo dp = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                    .maxSets = 1,
                                    .poolSizeCount = 1,
                                    .pPoolSizes = &size};
   VkDescriptorPool pool;
   VkDescriptorSet set;
   vkt_ok(vk.CreateDescriptorPool(t.device, &dp, NULL, &pool));
   vkt_ok(allocate(pool, layout, 0, &set));
   /* Beyond the binding, to another type, to no binding: told, and nothing else happens. */
   VkDescriptorBufferInfo info[3] = {{0}};
   VkWriteDescriptorSet w = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                             .dstSet = set,
                             .descriptorCount = 3,
                             .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                             .pBufferInfo = info};
   uint32_t errors = t.errors;
   vk.UpdateDescriptorSets(t.device, 1, &w, 0, NULL);
   w.dstArrayElement = UINT32_MAX;
   vk.UpdateDescriptorSets(t.device, 1, &w, 0, NULL);
   w.dstArrayElement = 0;
   w.dstBinding = 7;
   vk.UpdateDescriptorSets(t.device, 1, &w, 0, NULL);
   w.dstBinding = 0;
   w.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;
   vk.UpdateDescriptorSets(t.device, 1, &w, 0, NULL);
   assert_int_equal(t.errors, errors + 4);
   VkCopyDescriptorSet c = {VK_STRUCTURE_TYPE_COPY_DESCRIPTOR_SET, NULL, set, 0, 1, set, 0, 0, 2};
   vk.UpdateDescriptorSets(t.device, 0, NULL, 1, &c);
   assert_int_equal(t.errors, errors + 5);
   vk.DestroyDescriptorPool(t.device, pool, NULL);
   size.type = (VkDescriptorType)4711;
   assert_int_not_equal(vk.CreateDescriptorPool(t.device, &dp, NULL, &pool), VK_SUCCESS);
   size = (VkDescriptorPoolSize){VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, UINT32_MAX};
   dp.maxSets = UINT32_MAX;
   assert_int_not_equal(vk.CreateDescriptorPool(t.device, &dp, NULL, &pool), VK_SUCCESS);
   vk.DestroyDescriptorSetLayout(t.device, layout, NULL);
}

int main(void)
{
   vkt_load();
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_type),  cmocka_unit_test(test_views),      cmocka_unit_test(test_block_view),
      cmocka_unit_test(test_pool_counts), cmocka_unit_test(test_pool_fills), vkt_mistakes_test(test_wrong_arguments),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
