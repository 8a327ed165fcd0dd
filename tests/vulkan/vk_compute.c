/* Compute: every way a buffer or constant reaches a shader, shared memory and atomics, indirect dispatch, caches, bad modules. */
#include "vkt.h"
#include "args_spirv.h"
#include "features_spirv.h"
#include "reduce_spirv.h"
#include "square_spirv.h"

static struct vkt t;
static int setup(void **state) { vkt_open(&t); return 0; }
static int teardown(void **state)
{
   if (t.errors)
      print_message("%s\n", t.last);
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

static const struct vkt_compute_info square_info = {VKT_SPIRV(square_spirv), .bindings = 1};

static void test_square(void **state)
{
   enum { N = 64 * 100 };
   static uint32_t want[N], got[N];
   for (uint32_t type = 0; type < 4; type++) {
      struct vkt_buffer b = vkt_buffer(&t, sizeof got, type);
      struct vkt_compute c = vkt_compute(&t, &square_info);
      for (uint32_t i = 0; i < N; i++)
         want[i] = i * 3 + type;
      vkt_write(&t, &b, want, sizeof want);
      vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
      VkCommandBuffer cmd = vkt_begin(&t);
      vkt_dispatch(cmd, &c, 50, 1, 1);
      vkt_barrier(cmd);
      vkt_dispatch(cmd, &c, 100, 1, 1);
      vkt_barrier(cmd);
      vkt_ok(vkt_submit(&t, cmd));
      for (uint32_t i = 0; i < N; i++) {
         if (i < 50 * 64)
            want[i] = want[i] * want[i] + i;
         want[i] = want[i] * want[i] + i;
      }
      vkt_read(&t, &b, got, sizeof got);
      assert_memory_equal(want, got, sizeof got);
      vkt_compute_free(&t, &c);
      vkt_buffer_free(&t, &b);
   }
}

/* Accesses outside of a descriptor's range: reads give zero, writes are dropped, the neighbours stay. */
static void test_bounds(void **state)
{
   struct vkt_buffer b = vkt_buffer(&t, 1024, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(&t, &square_info);
   uint32_t *v = b.host;
   for (uint32_t i = 0; i < 256; i++)
      v[i] = 2;
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 256, 80);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, 2, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t i = 0; i < 256; i++)
      assert_int_equal(v[i], i >= 64 && i < 84 ? 4 + (i - 64) : 2);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
}

static void test_reduce_and_indirect(void **state)
{
   enum { N = 1024 };
   struct vkt_buffer in = vkt_buffer(&t, N * 4, VKT_TYPE_VRAM_VISIBLE), out = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM),
                     args = vkt_buffer(&t, 64, VKT_TYPE_VRAM);
   const struct vkt_compute_info reduce_info = {VKT_SPIRV(reduce_spirv), .bindings = 2};
   const struct vkt_compute_info args_info = {VKT_SPIRV(args_spirv), .bindings = 1};
   struct vkt_compute reduce = vkt_compute(&t, &reduce_info), make = vkt_compute(&t, &args_info);
   uint32_t total = 0, group[4] = {0};
   for (uint32_t i = 0; i < N; i++) {
      uint32_t v = i * i + 17;
      ((uint32_t *)in.host)[i] = v;
      total += v;
      group[i / 256] += v;
   }
   vkt_bind_buffer(&t, &reduce, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &in, 0, VK_WHOLE_SIZE);
   vkt_bind_buffer(&t, &reduce, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &out, 0, VK_WHOLE_SIZE);
   vkt_bind_buffer(&t, &make, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &args, 16, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &make, 1, 1, 1);
   vkt_barrier(cmd);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, reduce.pipeline);
   vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, reduce.layout, 0, 1, &reduce.set, 0, NULL);
   vk.CmdDispatchIndirect(cmd, args.buffer, 16);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   uint32_t *o = out.host;
   assert_int_equal(o[0], total);
   assert_memory_equal(o + 1, group, sizeof group);
   assert_int_equal(o[5], 0);
   vkt_compute_free(&t, &reduce);
   vkt_compute_free(&t, &make);
   vkt_buffer_free(&t, &in);
   vkt_buffer_free(&t, &out);
   vkt_buffer_free(&t, &args);
}

/* ---- two sets, arrays, dynamic offsets, push and specialisation constants ------------------------------------------ */
enum { LANES = 128 };
struct features {
   VkDescriptorSetLayout set_layouts[2];
   VkPipelineLayout layout;
   VkPipeline pipeline;
   VkDescriptorPool pool;
   VkDescriptorSet sets[2];
   struct vkt_buffer uniform, array[3], dyn_uniform, dyn_storage, out;
};

static void features_layout(struct features *f)
{
   const VkShaderStageFlags cs = VK_SHADER_STAGE_COMPUTE_BIT;
   /* Bindings are given out of order on purpose. */
   VkDescriptorSetLayoutBinding set0[] = {{2, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC, 1, cs, NULL},
                                          {0, VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1, cs, NULL},
                                          {1, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 3, cs, NULL}};
   VkDescriptorSetLayoutBinding set1[] = {{3, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, cs, NULL},
                                          {0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC, 2, cs, NULL}};
   VkDescriptorSetLayoutCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
                                           .bindingCount = 3,
                                           .pBindings = set0};
   vkt_ok(vk.CreateDescriptorSetLayout(t.device, &info, NULL, &f->set_layouts[0]));
   info.bindingCount = 2;
   info.pBindings = set1;
   vkt_ok(vk.CreateDescriptorSetLayout(t.device, &info, NULL, &f->set_layouts[1]));
   VkPushConstantRange push = {cs, 16, 112};
   VkPipelineLayoutCreateInfo layout = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                        .setLayoutCount = 2,
                                        .pSetLayouts = f->set_layouts,
                                        .pushConstantRangeCount = 1,
                                        .pPushConstantRanges = &push};
   vkt_ok(vk.CreatePipelineLayout(t.device, &layout, NULL, &f->layout));
   VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, 1},
                                   {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4},
                                   {VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC, 1},
                                   {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC, 2}};
   VkDescriptorPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                      .maxSets = 2,
                                      .poolSizeCount = 4,
                                      .pPoolSizes = sizes};
   vkt_ok(vk.CreateDescriptorPool(t.device, &pool, NULL, &f->pool));
   VkDescriptorSetAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                        .descriptorPool = f->pool,
                                        .descriptorSetCount = 2,
                                        .pSetLayouts = f->set_layouts};
   vkt_ok(vk.AllocateDescriptorSets(t.device, &alloc, f->sets));
}

static void features_pipeline(struct features *f)
{
   struct {
      uint32_t scale;
      VkBool32 invert;
      float bias;
      uint32_t lanes;
   } values = {3, VK_TRUE, 1.25f, 32};
   VkSpecializationMapEntry map[] = {{0, 0, 4}, {1, 4, 4}, {2, 8, 4}, {5, 12, 4}};
   VkSpecializationInfo spec = {4, map, sizeof values, &values};
   VkShaderModule module;
   VkShaderModuleCreateInfo code = {
      .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO, .codeSize = sizeof features_spirv, .pCode = features_spirv};
   vkt_ok(vk.CreateShaderModule(t.device, &code, NULL, &module));
   VkComputePipelineCreateInfo info = {.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                       .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                 .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                 .module = module,
                                                 .pName = "main",
                                                 .pSpecializationInfo = &spec},
                                       .layout = f->layout};
   vkt_ok(vk.CreateComputePipelines(t.device, VK_NULL_HANDLE, 1, &info, NULL, &f->pipeline));
   vk.DestroyShaderModule(t.device, module, NULL);
}

static void features_buffers(struct features *f)
{
   f->uniform = vkt_buffer(&t, 16, VKT_TYPE_SYSTEM);
   f->dyn_uniform = vkt_buffer(&t, 4096, VKT_TYPE_VRAM_VISIBLE);
   f->dyn_storage = vkt_buffer(&t, 16384, VKT_TYPE_VRAM_VISIBLE);
   f->out = vkt_buffer(&t, LANES * 4, VKT_TYPE_SYSTEM_CACHED);
   ((uint32_t *)f->uniform.host)[2] = 5;
   for (uint32_t i = 0; i < 1024; i++)
      ((uint32_t *)f->dyn_uniform.host)[i] = i / 64;
   for (uint32_t i = 0; i < 4096; i++)
      ((uint32_t *)f->dyn_storage.host)[i] = i;
   for (uint32_t k = 0; k < 3; k++) {
      f->array[k] = vkt_buffer(&t, LANES * 4, VKT_TYPE_SYSTEM);
      for (uint32_t i = 0; i < LANES; i++)
         ((uint32_t *)f->array[k].host)[i] = i % 10 + k;
   }
}

static void features_write_sets(struct features *f)
{
   VkDescriptorBufferInfo uniform = {f->uniform.buffer, 0, VK_WHOLE_SIZE}, dyn_u = {f->dyn_uniform.buffer, 256, 4},
                          out = {f->out.buffer, 0, VK_WHOLE_SIZE};
   VkDescriptorBufferInfo array[3], dyn_s[2] = {{f->dyn_storage.buffer, 0, 1024}, {f->dyn_storage.buffer, 2048, 1024}};
   for (int k = 0; k < 3; k++)
      array[k] = (VkDescriptorBufferInfo){f->array[k].buffer, 0, VK_WHOLE_SIZE};
   VkWriteDescriptorSet w[5];
   for (int i = 0; i < 5; i++)
      w[i] = (VkWriteDescriptorSet){.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                    .dstSet = f->sets[i > 2],
                                    .descriptorCount = 1};
   w[0].dstBinding = 0, w[0].descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, w[0].pBufferInfo = &uniform;
   w[1].dstBinding = 1, w[1].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, w[1].pBufferInfo = array;
   w[1].descriptorCount = 3;
   w[2].dstBinding = 2, w[2].descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER_DYNAMIC, w[2].pBufferInfo = &dyn_u;
   w[3].dstBinding = 0, w[3].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER_DYNAMIC, w[3].pBufferInfo = dyn_s;
   w[3].descriptorCount = 2;
   w[4].dstBinding = 3, w[4].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, w[4].pBufferInfo = &out;
   vk.UpdateDescriptorSets(t.device, 5, w, 0, NULL);
}

static void features_free(struct features *f)
{
   vk.DestroyPipeline(t.device, f->pipeline, NULL);
   vk.DestroyPipelineLayout(t.device, f->layout, NULL);
   vk.DestroyDescriptorPool(t.device, f->pool, NULL);
   for (int i = 0; i < 2; i++)
      vk.DestroyDescriptorSetLayout(t.device, f->set_layouts[i], NULL);
   vkt_buffer_free(&t, &f->uniform);
   vkt_buffer_free(&t, &f->dyn_uniform);
   vkt_buffer_free(&t, &f->dyn_storage);
   vkt_buffer_free(&t, &f->out);
   for (int k = 0; k < 3; k++)
      vkt_buffer_free(&t, &f->array[k]);
}

static void check_features(const struct features *f, uint32_t add, uint32_t pick, const uint32_t offsets[3])
{
   for (uint32_t i = 0; i < LANES; i++) {
      uint32_t x = i % 10 + 10 * (i % 10 + 1) + 100 * (i % 10 + pick);
      x = x * 3 + add + 5;
      x += (256 + offsets[0]) / 256 * 1000000u;
      x += (offsets[1] / 4 + i) * 3 + (512 + offsets[2] / 4 + i) * 7;
      x = ~x + 5;
      assert_int_equal(((uint32_t *)f->out.host)[i], x);
   }
}

static void test_features(void **state)
{
   struct features f = {0};
   features_layout(&f);
   features_pipeline(&f);
   features_buffers(&f);
   features_write_sets(&f);
   for (uint32_t round = 0; round < 4; round++) {
      uint32_t add = 1000 + round, pick = round % 3, offsets[3] = {round * 256, round * 64, round * 128};
      VkCommandBuffer cmd = vkt_begin(&t);
      vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, f.pipeline);
      if (round & 1) {
         vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, f.layout, 0, 2, f.sets, 3, offsets);
      } else {
         vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, f.layout, 1, 1, &f.sets[1], 2, offsets + 1);
         vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, f.layout, 0, 1, &f.sets[0], 1, offsets);
      }
      vk.CmdPushConstants(cmd, f.layout, VK_SHADER_STAGE_COMPUTE_BIT, 16, 4, &add);
      vk.CmdPushConstants(cmd, f.layout, VK_SHADER_STAGE_COMPUTE_BIT, 100, 4, &pick);
      vk.CmdDispatch(cmd, LANES / 32, 1, 1);
      vkt_barrier(cmd);
      vkt_ok(vkt_submit(&t, cmd));
      check_features(&f, add, pick, offsets);
   }
   features_free(&f);
}

/* A write that runs over into the next binding, and copies between sets. */
static void test_descriptor_copies(void **state)
{
   struct vkt_buffer in = vkt_buffer(&t, 1024, VKT_TYPE_SYSTEM), out = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
   const struct vkt_compute_info info = {VKT_SPIRV(reduce_spirv), .bindings = 2};
   struct vkt_compute a = vkt_compute(&t, &info), b = vkt_compute(&t, &info);
   VkDescriptorBufferInfo both[2] = {{in.buffer, 0, VK_WHOLE_SIZE}, {out.buffer, 0, VK_WHOLE_SIZE}};
   VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                 .dstSet = a.set,
                                 .descriptorCount = 2,
                                 .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                 .pBufferInfo = both};
   VkCopyDescriptorSet copy = {.sType = VK_STRUCTURE_TYPE_COPY_DESCRIPTOR_SET,
                               .srcSet = a.set,
                               .dstSet = b.set,
                               .descriptorCount = 2};
   vk.UpdateDescriptorSets(t.device, 1, &write, 1, &copy);
   for (uint32_t i = 0; i < 256; i++)
      ((uint32_t *)in.host)[i] = i;
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &b, 1, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   assert_int_equal(((uint32_t *)out.host)[0], 255 * 128);
   vkt_compute_free(&t, &a);
   vkt_compute_free(&t, &b);
   vkt_buffer_free(&t, &in);
   vkt_buffer_free(&t, &out);
}

static void test_descriptor_pools(void **state)
{
   enum { N = 40 };
   VkDescriptorSetLayoutBinding binding = {0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 3, VK_SHADER_STAGE_COMPUTE_BIT, NULL};
   VkDescriptorSetLayoutCreateInfo li = {
      .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO, .bindingCount = 1, .pBindings = &binding};
   VkDescriptorSetLayout layout;
   vkt_ok(vk.CreateDescriptorSetLayout(t.device, &li, NULL, &layout));
   VkDescriptorPoolSize size = {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 3 * N};
   VkDescriptorPoolCreateInfo pi = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                    .flags = VK_DESCRIPTOR_POOL_CREATE_FREE_DESCRIPTOR_SET_BIT,
                                    .maxSets = N,
                                    .poolSizeCount = 1,
                                    .pPoolSizes = &size};
   VkDescriptorPool pool;
   vkt_ok(vk.CreateDescriptorPool(t.device, &pi, NULL, &pool));
   VkDescriptorSetLayout layouts[N];
   VkDescriptorSet sets[N], more;
   for (int i = 0; i < N; i++)
      layouts[i] = layout;
   VkDescriptorSetAllocateInfo ai = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                     .descriptorPool = pool,
                                     .descriptorSetCount = N,
                                     .pSetLayouts = layouts};
   for (int round = 0; round < 3; round++) {
      vkt_ok(vk.AllocateDescriptorSets(t.device, &ai, sets));
      ai.descriptorSetCount = 1;
      assert_int_equal(vk.AllocateDescriptorSets(t.device, &ai, &more), VK_ERROR_OUT_OF_POOL_MEMORY);
      vkt_ok(vk.FreeDescriptorSets(t.device, pool, 1, &sets[7]));
      vkt_ok(vk.AllocateDescriptorSets(t.device, &ai, &sets[7]));
      ai.descriptorSetCount = N;
      if (round == 1)
         vkt_ok(vk.FreeDescriptorSets(t.device, pool, N, sets));
      else
         vkt_ok(vk.ResetDescriptorPool(t.device, pool, 0));
   }
   /* The layout may go first. */
   vkt_ok(vk.AllocateDescriptorSets(t.device, &ai, sets));
   vk.DestroyDescriptorSetLayout(t.device, layout, NULL);
   vk.DestroyDescriptorPool(t.device, pool, NULL);
}

/* ---- pipeline caches --------------------------------------------------------------------------------------------------- */
static VkPipelineCache make_cache(const void *data, size_t size)
{
   VkPipelineCache cache;
   VkPipelineCacheCreateInfo info = {
      .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO, .initialDataSize = size, .pInitialData = data};
   vkt_ok(vk.CreatePipelineCache(t.device, &info, NULL, &cache));
   return cache;
}

static size_t cache_size(VkPipelineCache cache)
{
   size_t size = 0;
   vkt_ok(vk.GetPipelineCacheData(t.device, cache, &size, NULL));
   return size;
}

static void run_square(VkPipelineCache cache)
{
   struct vkt_compute_info info = square_info;
   info.cache = cache;
   struct vkt_buffer b = vkt_buffer(&t, 256, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(&t, &info);
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, 1, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t i = 0; i < 64; i++)
      assert_int_equal(((uint32_t *)b.host)[i], i);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &b);
}

static void test_pipeline_cache(void **state)
{
   VkPipelineCache a = make_cache(NULL, 0), merged = make_cache(NULL, 0);
   size_t empty = cache_size(a), full, part;
   run_square(a);
   full = cache_size(a);
   if (full == empty && vkt_is_failing()) { /* a pipeline does without a place in the cache */
      run_square(a);
      full = cache_size(a);
   }
   assert_true(full > empty);
   run_square(a);
   assert_int_equal(cache_size(a), full);
   uint8_t *blob = malloc(full + 1) ;
   part = full - 1;
   assert_int_equal(vk.GetPipelineCacheData(t.device, a, &part, blob), VK_INCOMPLETE);
   assert_int_equal(part, empty);
   vkt_ok(vk.GetPipelineCacheData(t.device, a, &full, blob));
   const VkPipelineCacheHeaderVersionOne *h = (void *)blob;
   assert_int_equal(h->vendorID, t.properties.vendorID);
   assert_memory_equal(h->pipelineCacheUUID, t.properties.pipelineCacheUUID, VK_UUID_SIZE);
   vkt_ok(vk.MergePipelineCaches(t.device, merged, 1, &a));
   assert_int_equal(cache_size(merged), full);
   VkPipelineCache b = make_cache(blob, full);
   assert_int_equal(cache_size(b), full);
   run_square(b);
   assert_int_equal(cache_size(b), full);
   vk.DestroyPipelineCache(t.device, b, NULL);
   /* A flipped bit anywhere or a cut blob: the entry is dropped, never used. */
   for (size_t i = 0; i < full; i += 7) {
      blob[i] ^= 0x10;
      b = make_cache(blob, full);
      /* Only the key of an entry may change without its being dropped. */
      bool key = i >= empty && i < empty + 16;
      assert_int_equal(cache_size(b), key ? full : empty);
      vk.DestroyPipelineCache(t.device, b, NULL);
      blob[i] ^= 0x10;
      b = make_cache(blob, i);
      assert_int_equal(cache_size(b), empty);
      vk.DestroyPipelineCache(t.device, b, NULL);
   }
   free(blob);
   vk.DestroyPipelineCache(t.device, a, NULL);
   vk.DestroyPipelineCache(t.device, merged, NULL);
}

/* ---- bad modules ---------------------------------------------------------------------------------------------------------- */
static void test_bad_modules(void **state)
{
   uint32_t words[sizeof square_spirv / 4];
   uint32_t seed = 1, refused = 0;
   for (int round = 0; round < 300; round++) {
      memcpy(words, square_spirv, sizeof words);
      for (int flips = 0; flips < 1 + round % 5; flips++) {
         seed = seed * 1664525u + 1013904223u;
         words[(seed >> 8) % (sizeof words / 4)] ^= 1u << (seed >> 27);
      }
      struct vkt_compute_info info = {.spirv = words, .spirv_B = round % 10 ? sizeof words : seed % sizeof words & ~3u,
                                      .bindings = 1};
      struct vkt_compute c;
      uint32_t errors = t.errors;
      VkResult r = vkt_compute_try(&t, &info, &c);
      if (r != VK_SUCCESS) {
         refused++;
         assert_true(t.errors > errors);
         assert_null(c.pipeline);
      }
      vkt_compute_free(&t, &c);
   }
   assert_true(refused > 50);
   t.errors = 0;
   /* The device is none the worse for it. */
   run_square(VK_NULL_HANDLE);
}

/* A program that was destroyed gives its memory to the next: no stale code runs. */
static void test_program_memory_reuse(void **state)
{
   for (int i = 0; i < 30; i++) {
      run_square(VK_NULL_HANDLE);
      struct vkt_buffer args = vkt_buffer(&t, 64, VKT_TYPE_SYSTEM);
      const struct vkt_compute_info info = {VKT_SPIRV(args_spirv), .bindings = 1};
      struct vkt_compute c = vkt_compute(&t, &info);
      vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &args, 0, VK_WHOLE_SIZE);
      VkCommandBuffer cmd = vkt_begin(&t);
      vkt_dispatch(cmd, &c, 1, 1, 1);
      vkt_barrier(cmd);
      vkt_ok(vkt_submit(&t, cmd));
      assert_int_equal(((uint32_t *)args.host)[0], 4);
      vkt_compute_free(&t, &c);
      vkt_buffer_free(&t, &args);
   }
}

int main(void)
{
   vkt_setenv("FIGMENT_VK", "quiet");
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_square),           cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_reduce_and_indirect), cmocka_unit_test(test_features),
      cmocka_unit_test(test_descriptor_copies), cmocka_unit_test(test_descriptor_pools),
      cmocka_unit_test(test_pipeline_cache),   vkt_mistakes_test(test_bad_modules),
      cmocka_unit_test(test_program_memory_reuse),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
