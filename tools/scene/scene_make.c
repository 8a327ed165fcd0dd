/* What the scene consists of, made on the GPU: materials by a compute shader with mipmaps by blits, meshes by another. */
#include "scene.h"

#include "make_mesh.spv.h"
#include "make_texture.spv.h"

typedef struct maker {
   VkDescriptorSetLayout set_layout;
   VkDescriptorPool pool;
   VkDescriptorSet set;
   VkPipelineLayout layout;
   VkPipeline pipeline;
} maker;

static maker create_maker(scene *s, VkDescriptorType type, uint32_t bindings, uint32_t push_B, const uint32_t *spirv, size_t spirv_B)
{
   maker m;
   VkDescriptorSetLayoutBinding list[2];
   for (uint32_t i = 0; i < bindings; i++)
      list[i] = (VkDescriptorSetLayoutBinding){i, type, 1, VK_SHADER_STAGE_COMPUTE_BIT, NULL};
   VkDescriptorSetLayoutCreateInfo set = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = bindings,
                                          .pBindings = list};
   SCENE_CHECK(vkCreateDescriptorSetLayout(s->device, &set, NULL, &m.set_layout));
   VkPushConstantRange push = {VK_SHADER_STAGE_COMPUTE_BIT, 0, push_B};
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO, .setLayoutCount = 1,
                                        .pSetLayouts = &m.set_layout, .pushConstantRangeCount = push_B != 0,
                                        .pPushConstantRanges = &push};
   SCENE_CHECK(vkCreatePipelineLayout(s->device, &layout, NULL, &m.layout));
   VkDescriptorPoolSize size = {type, bindings};
   VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO, .maxSets = 1, .poolSizeCount = 1,
                                      .pPoolSizes = &size};
   SCENE_CHECK(vkCreateDescriptorPool(s->device, &pool, NULL, &m.pool));
   VkDescriptorSetAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO, .descriptorPool = m.pool,
                                        .descriptorSetCount = 1, .pSetLayouts = &m.set_layout};
   SCENE_CHECK(vkAllocateDescriptorSets(s->device, &alloc, &m.set));
   VkShaderModule module = scene_shader(s, spirv, spirv_B);
   VkComputePipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                       .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                 .stage = VK_SHADER_STAGE_COMPUTE_BIT, .module = module, .pName = "main"},
                                       .layout = m.layout};
   SCENE_CHECK(vkCreateComputePipelines(s->device, VK_NULL_HANDLE, 1, &info, NULL, &m.pipeline));
   vkDestroyShaderModule(s->device, module, NULL);
   return m;
}

static void destroy_maker(scene *s, maker *m)
{
   vkDestroyPipeline(s->device, m->pipeline, NULL);
   vkDestroyPipelineLayout(s->device, m->layout, NULL);
   vkDestroyDescriptorPool(s->device, m->pool, NULL);
   vkDestroyDescriptorSetLayout(s->device, m->set_layout, NULL);
}

static void bind_maker(scene *s, const maker *m)
{
   vkCmdBindPipeline(s->commands, VK_PIPELINE_BIND_POINT_COMPUTE, m->pipeline);
   vkCmdBindDescriptorSets(s->commands, VK_PIPELINE_BIND_POINT_COMPUTE, m->layout, 0, 1, &m->set, 0, NULL);
}

/* ---- materials -------------------------------------------------------------------------------------- */
static void blit_levels(scene *s)
{
   const scene_image *im = &s->materials;
   for (uint32_t level = 1; level < im->levels; level++) {
      int32_t from = (int32_t)(im->width >> (level - 1)), to = (int32_t)(im->width >> level);
      VkImageBlit r = {.srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level - 1, 0, im->layers}, .srcOffsets = {{0, 0, 0}, {from, from, 1}},
                       .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, level, 0, im->layers}, .dstOffsets = {{0, 0, 0}, {to, to, 1}}};
      scene_layout(s, im, VK_IMAGE_ASPECT_COLOR_BIT, level - 1, 1, VK_IMAGE_LAYOUT_GENERAL, VK_IMAGE_LAYOUT_GENERAL);
      vkCmdBlitImage(s->commands, im->image, VK_IMAGE_LAYOUT_GENERAL, im->image, VK_IMAGE_LAYOUT_GENERAL, 1, &r, VK_FILTER_LINEAR);
   }
}

static void make_materials(scene *s)
{
   s->materials = (scene_image){.format = VK_FORMAT_R8G8B8A8_UNORM, .width = SCENE_TEXTURE_PX, .height = SCENE_TEXTURE_PX,
                                .levels = SCENE_TEXTURE_LEVELS, .layers = SCENE_MATERIALS, .samples = VK_SAMPLE_COUNT_1_BIT};
   scene_create_image(s, &s->materials,
                      VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT |
                         VK_IMAGE_USAGE_TRANSFER_DST_BIT,
                      VK_IMAGE_ASPECT_COLOR_BIT, false);
   maker m = create_maker(s, VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, 1, 0, make_texture_spv, sizeof make_texture_spv);
   VkImageViewCreateInfo first_level = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO, .image = s->materials.image,
                                        .format = s->materials.format, .viewType = VK_IMAGE_VIEW_TYPE_2D_ARRAY,
                                        .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, SCENE_MATERIALS}};
   VkImageView view;
   SCENE_CHECK(vkCreateImageView(s->device, &first_level, NULL, &view));
   VkDescriptorImageInfo image = {.imageView = view, .imageLayout = VK_IMAGE_LAYOUT_GENERAL};
   VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = m.set, .descriptorCount = 1,
                                 .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, .pImageInfo = &image};
   vkUpdateDescriptorSets(s->device, 1, &write, 0, NULL);
   scene_begin(s);
   scene_layout(s, &s->materials, VK_IMAGE_ASPECT_COLOR_BIT, 0, SCENE_TEXTURE_LEVELS, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_GENERAL);
   bind_maker(s, &m);
   scene_label(s, "textures");
   vkCmdDispatch(s->commands, SCENE_TEXTURE_PX / 8, SCENE_TEXTURE_PX / 8, SCENE_MATERIALS);
   scene_barrier(s);
   scene_label_end(s);
   scene_label(s, "mipmaps");
   blit_levels(s);
   scene_label_end(s);
   scene_layout(s, &s->materials, VK_IMAGE_ASPECT_COLOR_BIT, 0, SCENE_TEXTURE_LEVELS, VK_IMAGE_LAYOUT_GENERAL,
                VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
   scene_finish(s);
   vkDestroyImageView(s->device, view, NULL);
   destroy_maker(s, &m);
   for (uint32_t i = 0; i < SCENE_MATERIALS; i++) {
      VkImageViewCreateInfo layer = first_level;
      layer.viewType = VK_IMAGE_VIEW_TYPE_2D;
      layer.subresourceRange = (VkImageSubresourceRange){VK_IMAGE_ASPECT_COLOR_BIT, 0, SCENE_TEXTURE_LEVELS, i, 1};
      SCENE_CHECK(vkCreateImageView(s->device, &layer, NULL, &s->material[i]));
   }
}

/* ---- meshes -------------------------------------------------------------------------------------------- */
static void make_meshes(scene *s)
{
   /* Rows of the turned meshes: two for each of the eleven pieces of a profile. */
   static const scene_mesh plan[MESHES] = {
      [MESH_TERRAIN] = {.kind = 0, .columns = 160, .rows = 160}, [MESH_KNOT] = {.kind = 1, .columns = 240, .rows = 20},
      [MESH_PLATFORM] = {.kind = 2, .columns = 72, .rows = 21},  [MESH_COLUMN] = {.kind = 3, .columns = 48, .rows = 21},
      [MESH_LINTEL] = {.kind = 4, .columns = 72, .rows = 21},
   };
   uint32_t vertices = 0, indices = 0;
   for (unsigned i = 0; i < MESHES; i++) {
      scene_mesh *m = &s->mesh[i];
      *m = plan[i];
      m->first_vertex = vertices;
      m->first_index = indices;
      m->indices = m->columns * m->rows * 6;
      vertices += (m->columns + 1) * (m->rows + 1);
      indices += m->indices;
   }
   s->vertices = scene_create_buffer(s, vertices * 32, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_VERTEX_BUFFER_BIT,
                                     VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
   s->indices = scene_create_buffer(s, indices * 4, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_INDEX_BUFFER_BIT,
                                    VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
   maker m = create_maker(s, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 2, 20, make_mesh_spv, sizeof make_mesh_spv);
   VkDescriptorBufferInfo buffers[2] = {{s->vertices.buffer, 0, VK_WHOLE_SIZE}, {s->indices.buffer, 0, VK_WHOLE_SIZE}};
   VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET, .dstSet = m.set, .descriptorCount = 2,
                                 .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, .pBufferInfo = buffers};
   vkUpdateDescriptorSets(s->device, 1, &write, 0, NULL);
   scene_begin(s);
   bind_maker(s, &m);
   scene_label(s, "meshes");
   for (unsigned i = 0; i < MESHES; i++) {
      const scene_mesh *mesh = &s->mesh[i];
      uint32_t push[5] = {mesh->kind, mesh->columns, mesh->rows, mesh->first_vertex, mesh->first_index};
      vkCmdPushConstants(s->commands, m.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push, push);
      vkCmdDispatch(s->commands, ((mesh->columns + 1) * (mesh->rows + 1) + 63) / 64, 1, 1);
   }
   scene_label_end(s);
   scene_barrier(s);
   scene_finish(s);
   destroy_maker(s, &m);
}

void scene_make(scene *s)
{
   make_materials(s);
   make_meshes(s);
}
