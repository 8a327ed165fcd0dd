/* Image objects: what formats must offer, creation over all kinds, memory layout, wrong arguments, exhausted host memory. What
 * shaders see of images is tested in vk_image_shaders.c. */
#include "vkt.h"

static struct vkt t;
static int setup(void **state) { vkt_open(&t); return 0; }
static int teardown(void **state)
{
   vkt_close(&t);
   return 0;
}

/* ---- formats ------------------------------------------------------------------------------------------------------ */
#define S VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT
#define L (S | VK_FORMAT_FEATURE_SAMPLED_IMAGE_FILTER_LINEAR_BIT)
#define T VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT
#define A (T | VK_FORMAT_FEATURE_STORAGE_IMAGE_ATOMIC_BIT)
#define U VK_FORMAT_FEATURE_UNIFORM_TEXEL_BUFFER_BIT
#define X (U | VK_FORMAT_FEATURE_STORAGE_TEXEL_BUFFER_BIT)
#define Y (X | VK_FORMAT_FEATURE_STORAGE_TEXEL_BUFFER_ATOMIC_BIT)

/* "Required Format Support" of the specification, without what needs a rasteriser; image features, then those of buffers. Storage
 * includes shaderStorageImageExtendedFormats. */
static const struct {
   VkFormat format;
   VkFormatFeatureFlags image, buffer;
} required[] = {
   {VK_FORMAT_B4G4R4A4_UNORM_PACK16, L, 0},
   {VK_FORMAT_R5G6B5_UNORM_PACK16, L, 0},
   {VK_FORMAT_A1R5G5B5_UNORM_PACK16, L, 0},
   {VK_FORMAT_R8_UNORM, L | T, U},
   {VK_FORMAT_R8_SNORM, L | T, U},
   {VK_FORMAT_R8_UINT, S | T, U},
   {VK_FORMAT_R8_SINT, S | T, U},
   {VK_FORMAT_R8G8_UNORM, L | T, U},
   {VK_FORMAT_R8G8_SNORM, L | T, U},
   {VK_FORMAT_R8G8_UINT, S | T, U},
   {VK_FORMAT_R8G8_SINT, S | T, U},
   {VK_FORMAT_R8G8B8A8_UNORM, L | T, X},
   {VK_FORMAT_R8G8B8A8_SNORM, L | T, X},
   {VK_FORMAT_R8G8B8A8_UINT, S | T, X},
   {VK_FORMAT_R8G8B8A8_SINT, S | T, X},
   {VK_FORMAT_R8G8B8A8_SRGB, L, 0},
   {VK_FORMAT_B8G8R8A8_UNORM, L, U},
   {VK_FORMAT_B8G8R8A8_SRGB, L, 0},
   {VK_FORMAT_A8B8G8R8_UNORM_PACK32, L, X},
   {VK_FORMAT_A8B8G8R8_SNORM_PACK32, L, X},
   {VK_FORMAT_A8B8G8R8_UINT_PACK32, S, X},
   {VK_FORMAT_A8B8G8R8_SINT_PACK32, S, X},
   {VK_FORMAT_A8B8G8R8_SRGB_PACK32, L, 0},
   {VK_FORMAT_A2B10G10R10_UNORM_PACK32, L | T, U},
   {VK_FORMAT_A2B10G10R10_UINT_PACK32, S | T, U},
   {VK_FORMAT_R16_UNORM, T, 0},
   {VK_FORMAT_R16_SNORM, T, 0},
   {VK_FORMAT_R16_UINT, S | T, U},
   {VK_FORMAT_R16_SINT, S | T, U},
   {VK_FORMAT_R16_SFLOAT, L | T, U},
   {VK_FORMAT_R16G16_UNORM, T, 0},
   {VK_FORMAT_R16G16_SNORM, T, 0},
   {VK_FORMAT_R16G16_UINT, S | T, U},
   {VK_FORMAT_R16G16_SINT, S | T, U},
   {VK_FORMAT_R16G16_SFLOAT, L | T, U},
   {VK_FORMAT_R16G16B16A16_UNORM, T, 0},
   {VK_FORMAT_R16G16B16A16_SNORM, T, 0},
   {VK_FORMAT_R16G16B16A16_UINT, S | T, X},
   {VK_FORMAT_R16G16B16A16_SINT, S | T, X},
   {VK_FORMAT_R16G16B16A16_SFLOAT, L | T, X},
   {VK_FORMAT_R32_UINT, S | A, Y},
   {VK_FORMAT_R32_SINT, S | A, Y},
   {VK_FORMAT_R32_SFLOAT, S | T, X},
   {VK_FORMAT_R32G32_UINT, S | T, X},
   {VK_FORMAT_R32G32_SINT, S | T, X},
   {VK_FORMAT_R32G32_SFLOAT, S | T, X},
   {VK_FORMAT_R32G32B32A32_UINT, S | T, X},
   {VK_FORMAT_R32G32B32A32_SINT, S | T, X},
   {VK_FORMAT_R32G32B32A32_SFLOAT, S | T, X},
   {VK_FORMAT_B10G11R11_UFLOAT_PACK32, L | T, U},
   {VK_FORMAT_E5B9G9R9_UFLOAT_PACK32, L, 0},
   {VK_FORMAT_D16_UNORM, S, 0},
   {VK_FORMAT_D32_SFLOAT, S, 0},
   {VK_FORMAT_D24_UNORM_S8_UINT, S, 0},
   {VK_FORMAT_D32_SFLOAT_S8_UINT, S, 0},
};

static void test_required_formats(void **state)
{
   VkFormatProperties p;
   for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
      vk.GetPhysicalDeviceFormatProperties(t.physical, required[i].format, &p);
      if ((p.optimalTilingFeatures & required[i].image) != required[i].image ||
          (p.bufferFeatures & required[i].buffer) != required[i].buffer)
         fail_msg("format %d: image features %x, buffer features %x", required[i].format, p.optimalTilingFeatures,
                  p.bufferFeatures);
   }
   /* All blocks of BC, ETC2 and ASTC. */
   for (VkFormat f = VK_FORMAT_BC1_RGB_UNORM_BLOCK; f <= VK_FORMAT_ASTC_12x12_SRGB_BLOCK; f++) {
      vk.GetPhysicalDeviceFormatProperties(t.physical, f, &p);
      assert_int_equal(p.optimalTilingFeatures & L, L);
      assert_int_equal(p.linearTilingFeatures | p.bufferFeatures, 0);
   }
}

static void test_unknown_formats(void **state)
{
   VkFormatProperties p;
   static const VkFormat none[] = {VK_FORMAT_UNDEFINED, (VkFormat)185, (VkFormat)1000156003, (VkFormat)0x7fffffff};
   for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
      vk.GetPhysicalDeviceFormatProperties(t.physical, none[i], &p);
      assert_int_equal(p.linearTilingFeatures | p.optimalTilingFeatures | p.bufferFeatures, 0);
   }
}

/* ---- creation ----------------------------------------------------------------------------------------------------- */
static VkImageCreateInfo image_2d(VkFormat format, uint32_t w, uint32_t h)
{
   return (VkImageCreateInfo){.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = format,
                              .extent = {w, h, 1},
                              .mipLevels = 1,
                              .arrayLayers = 1,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .usage = VK_IMAGE_USAGE_SAMPLED_BIT};
}

static uint32_t block_texels(VkFormat f)
{
   return f >= VK_FORMAT_BC1_RGB_UNORM_BLOCK && f <= VK_FORMAT_EAC_R11G11_SNORM_BLOCK ? 16 : 1;
}

/* Create, bind, view and destroy; *size_B gets the memory it took. */
static VkResult round_trip(const VkImageCreateInfo *info, VkImageViewType view_type, VkDeviceSize *size_B)
{
   VkImage image;
   VkResult r = vk.CreateImage(t.device, info, NULL, &image);
   if (r != VK_SUCCESS)
      return r;
   VkMemoryRequirements m;
   vk.GetImageMemoryRequirements(t.device, image, &m);
   assert_int_not_equal(m.memoryTypeBits, 0);
   assert_true(m.alignment && !(m.alignment & (m.alignment - 1)));
   *size_B = m.size;
   VkMemoryAllocateInfo ai = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = m.size + 4096};
   VkDeviceMemory memory;
   vkt_ok(vk.AllocateMemory(t.device, &ai, NULL, &memory));
   vkt_ok(vk.BindImageMemory(t.device, image, memory, 4096));
   bool is_depth = info->format >= VK_FORMAT_D16_UNORM && info->format <= VK_FORMAT_D32_SFLOAT_S8_UINT;
   VkImageViewCreateInfo vi = {
      .sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
      .image = image,
      .viewType = view_type,
      .format = info->format,
      .subresourceRange = {is_depth ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT, 0,
                           info->mipLevels, 0, VK_REMAINING_ARRAY_LAYERS}};
   VkImageView view;
   vkt_ok(vk.CreateImageView(t.device, &vi, NULL, &view));
   vk.DestroyImageView(t.device, view, NULL);
   vk.DestroyImage(t.device, image, NULL);
   vk.FreeMemory(t.device, memory, NULL);
   return VK_SUCCESS;
}

/* What is offered can be made; what is not, with `all`, is refused. */
static void creation_matrix(bool all)
{
   static const struct {
      VkFormat format;
      uint32_t block_B;
   } formats[] = {{VK_FORMAT_R8_UNORM, 1},           {VK_FORMAT_R8G8B8A8_SRGB, 4},    {VK_FORMAT_R32G32B32A32_SFLOAT, 16},
                  {VK_FORMAT_BC1_RGB_UNORM_BLOCK, 8}, {VK_FORMAT_BC7_SRGB_BLOCK, 16}, {VK_FORMAT_D32_SFLOAT, 4}};
   static const struct {
      VkImageType type;
      VkImageViewType view;
      VkExtent3D extent;
      uint32_t levels, layers;
      VkImageCreateFlags flags;
   } kinds[] = {
      {VK_IMAGE_TYPE_1D, VK_IMAGE_VIEW_TYPE_1D, {1000, 1, 1}, 10, 1, 0},
      {VK_IMAGE_TYPE_1D, VK_IMAGE_VIEW_TYPE_1D_ARRAY, {37, 1, 1}, 1, 9, 0},
      {VK_IMAGE_TYPE_2D, VK_IMAGE_VIEW_TYPE_2D, {640, 480, 1}, 1, 1, 0},
      {VK_IMAGE_TYPE_2D, VK_IMAGE_VIEW_TYPE_2D_ARRAY, {61, 17, 1}, 6, 5, 0},
      {VK_IMAGE_TYPE_2D, VK_IMAGE_VIEW_TYPE_CUBE, {64, 64, 1}, 7, 6, VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT},
      {VK_IMAGE_TYPE_2D, VK_IMAGE_VIEW_TYPE_CUBE_ARRAY, {16, 16, 1}, 1, 12, VK_IMAGE_CREATE_CUBE_COMPATIBLE_BIT},
      {VK_IMAGE_TYPE_3D, VK_IMAGE_VIEW_TYPE_3D, {33, 20, 9}, 4, 1, 0},
      {VK_IMAGE_TYPE_3D, VK_IMAGE_VIEW_TYPE_2D_ARRAY, {32, 32, 8}, 1, 1, VK_IMAGE_CREATE_2D_ARRAY_COMPATIBLE_BIT},
   };
   uint32_t made = 0;
   for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
      for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
         VkImageCreateInfo info = image_2d(formats[f].format, 1, 1);
         info.imageType = kinds[k].type;
         info.extent = kinds[k].extent;
         info.mipLevels = kinds[k].levels;
         info.arrayLayers = kinds[k].layers;
         info.flags = kinds[k].flags;
         VkImageFormatProperties p;
         VkResult offered = vk.GetPhysicalDeviceImageFormatProperties(t.physical, info.format, info.imageType,
                                                                      info.tiling, info.usage, info.flags, &p);
         if (offered != VK_SUCCESS && !all)
            continue;
         VkDeviceSize size_B;
         VkResult r = round_trip(&info, kinds[k].view, &size_B);
         assert_int_equal(r, offered);
         if (r != VK_SUCCESS)
            continue;
         made++;
         /* No fewer bytes than level 0 has in whole blocks, and not several times as many as all levels. */
         uint64_t texels = (uint64_t)info.extent.width * info.extent.height * info.extent.depth * info.arrayLayers;
         uint64_t least = texels * formats[f].block_B / block_texels(info.format);
         assert_true(size_B >= least);
         assert_true(size_B <= 4 * least + 16384 * info.arrayLayers);
      }
   assert_in_range(made, 36, 48);
}

static void test_creation_matrix(void **state)
{
   creation_matrix(false);
}

static void test_refused_images(void **state)
{
   creation_matrix(true);
}

static void test_samples(void **state)
{
   static const VkFormat formats[] = {VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_R32_SINT, VK_FORMAT_D16_UNORM};
   for (size_t f = 0; f < 3; f++) {
      VkDeviceSize one = 0, size_B;
      for (uint32_t samples = 1; samples <= 8; samples *= 2) {
         VkImageCreateInfo info = image_2d(formats[f], 100, 50);
         info.samples = (VkSampleCountFlagBits)samples;
         info.arrayLayers = 3;
         vkt_ok(round_trip(&info, VK_IMAGE_VIEW_TYPE_2D_ARRAY, &size_B));
         one = samples == 1 ? size_B : one;
         assert_int_equal(size_B, one * samples);
      }
   }
}

/* Linear images: where the host finds texels. A copy through the card must agree. */
static void test_linear_layout(void **state)
{
   VkImageCreateInfo info = image_2d(VK_FORMAT_R8G8B8A8_UNORM, 37, 11);
   info.tiling = VK_IMAGE_TILING_LINEAR;
   info.usage |= VK_IMAGE_USAGE_TRANSFER_DST_BIT;
   VkImage image;
   vkt_ok(vk.CreateImage(t.device, &info, NULL, &image));
   VkMemoryRequirements m;
   vk.GetImageMemoryRequirements(t.device, image, &m);
   VkImageSubresource sub = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0};
   VkSubresourceLayout l;
   vk.GetImageSubresourceLayout(t.device, image, &sub, &l);
   assert_true(l.rowPitch >= 37 * 4);
   assert_true(l.size >= l.rowPitch * 10 + 37 * 4);
   assert_true(l.offset + l.size <= m.size);
   VkMemoryAllocateInfo ai = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                              .allocationSize = m.size,
                              .memoryTypeIndex = VKT_TYPE_SYSTEM_CACHED};
   VkDeviceMemory memory;
   uint8_t *host;
   vkt_ok(vk.AllocateMemory(t.device, &ai, NULL, &memory));
   vkt_ok(vk.BindImageMemory(t.device, image, memory, 0));
   vkt_ok(vk.MapMemory(t.device, memory, 0, VK_WHOLE_SIZE, 0, (void **)&host));
   struct vkt_buffer b = vkt_buffer(&t, 37 * 11 * 4, VKT_TYPE_SYSTEM);
   uint32_t *texels = b.host;
   for (uint32_t i = 0; i < 37 * 11; i++)
      texels[i] = i * 2654435761u;
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_make_general(cmd, image, VK_IMAGE_ASPECT_COLOR_BIT);
   VkBufferImageCopy region = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, .imageExtent = {37, 11, 1}};
   vk.CmdCopyBufferToImage(cmd, b.buffer, image, VK_IMAGE_LAYOUT_GENERAL, 1, &region);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t y = 0; y < 11; y++)
      assert_memory_equal(host + l.offset + y * l.rowPitch, texels + y * 37, 37 * 4);
   vkt_buffer_free(&t, &b);
   vk.DestroyImage(t.device, image, NULL);
   vk.FreeMemory(t.device, memory, NULL);
}

/* ---- mistakes ----------------------------------------------------------------------------------------------------- */
static void test_wrong_arguments(void **state)
{
   const VkImageCreateInfo good = image_2d(VK_FORMAT_R8G8B8A8_UNORM, 64, 64);
   VkImageCreateInfo bad[14];
   for (size_t i = 0; i < 14; i++)
      bad[i] = good;
   bad[0].extent.width = 0;
   bad[1].extent = (VkExtent3D){UINT32_MAX, UINT32_MAX, UINT32_MAX};
   bad[2].mipLevels = 8;
   bad[3].mipLevels = UINT32_MAX;
   bad[4].arrayLayers = UINT32_MAX;
   bad[5].samples = (VkSampleCountFlagBits)3;
   bad[6].samples = VK_SAMPLE_COUNT_16_BIT;
   bad[7].format = (VkFormat)123456;
   bad[8].imageType = (VkImageType)9;
   bad[9].flags = VK_IMAGE_CREATE_SPARSE_BINDING_BIT;
   bad[10].tiling = (VkImageTiling)7;
   bad[11].samples = VK_SAMPLE_COUNT_4_BIT;
   bad[11].mipLevels = 2;
   bad[12].usage = 0x80000000;
   bad[13].extent = (VkExtent3D){16384, 16384, 1};
   bad[13].arrayLayers = 2048;
   for (size_t i = 0; i < 14; i++) {
      VkImage image;
      VkDeviceSize size_B;
      uint32_t errors = t.errors;
      if (vk.CreateImage(t.device, &bad[i], NULL, &image) == VK_SUCCESS)
         fail_msg("case %zu made an image", i);
      assert_int_equal(t.errors, errors + 1);
      vkt_ok(round_trip(&good, VK_IMAGE_VIEW_TYPE_2D, &size_B));
   }
   /* Views of what is not there. */
   VkImage image;
   vkt_ok(vk.CreateImage(t.device, &good, NULL, &image));
   VkImageViewCreateInfo vi = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                               .image = image,
                               .viewType = VK_IMAGE_VIEW_TYPE_3D,
                               .format = VK_FORMAT_R8G8B8A8_UNORM,
                               .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
   VkImageView view;
   assert_int_not_equal(vk.CreateImageView(t.device, &vi, NULL, &view), VK_SUCCESS);
   vi.viewType = VK_IMAGE_VIEW_TYPE_2D;
   vi.format = VK_FORMAT_R8_UNORM;
   assert_int_not_equal(vk.CreateImageView(t.device, &vi, NULL, &view), VK_SUCCESS);
   vi.format = VK_FORMAT_R32_UINT;
   vi.subresourceRange = (VkImageSubresourceRange){VK_IMAGE_ASPECT_COLOR_BIT, 77, UINT32_MAX, 99, UINT32_MAX};
   vkt_ok(vk.CreateImageView(t.device, &vi, NULL, &view));
   vk.DestroyImageView(t.device, view, NULL);
   vk.DestroyImage(t.device, image, NULL);
   struct vkt_buffer b = vkt_buffer(&t, 64, VKT_TYPE_VRAM);
   VkBufferViewCreateInfo bi = {.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
                                .buffer = b.buffer,
                                .format = VK_FORMAT_BC1_RGB_UNORM_BLOCK,
                                .range = VK_WHOLE_SIZE};
   VkBufferView texels;
   assert_int_not_equal(vk.CreateBufferView(t.device, &bi, NULL, &texels), VK_SUCCESS);
   vkt_buffer_free(&t, &b);
}

static void test_queries(void **state)
{
   VkPhysicalDeviceImageFormatInfo2 info = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_IMAGE_FORMAT_INFO_2,
                                            .format = VK_FORMAT_R8G8B8A8_UNORM,
                                            .type = VK_IMAGE_TYPE_2D,
                                            .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_STORAGE_BIT};
   VkExternalImageFormatProperties external = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_IMAGE_FORMAT_PROPERTIES};
   VkImageFormatProperties2 p = {.sType = VK_STRUCTURE_TYPE_IMAGE_FORMAT_PROPERTIES_2, .pNext = &external};
   vkt_ok(vk.GetPhysicalDeviceImageFormatProperties2KHR(t.physical, &info, &p));
   assert_int_equal(external.externalMemoryProperties.externalMemoryFeatures, 0);
   assert_int_equal(p.imageFormatProperties.sampleCounts, 15);
   VkPhysicalDeviceExternalImageFormatInfo handle = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_IMAGE_FORMAT_INFO,
      .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD_BIT};
   info.pNext = &handle;
   vkt_ok(vk.GetPhysicalDeviceImageFormatProperties2KHR(t.physical, &info, &p));
   assert_int_equal(external.externalMemoryProperties.externalMemoryFeatures,
                    VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT | VK_EXTERNAL_MEMORY_FEATURE_IMPORTABLE_BIT);
   handle.handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_D3D11_TEXTURE_BIT;
   assert_int_equal(vk.GetPhysicalDeviceImageFormatProperties2KHR(t.physical, &info, &p), VK_ERROR_FORMAT_NOT_SUPPORTED);
   uint32_t n = 77;
   vk.GetPhysicalDeviceSparseImageFormatProperties(t.physical, VK_FORMAT_R8_UNORM, VK_IMAGE_TYPE_2D, 1, 4, 0, &n, NULL);
   assert_int_equal(n, 0);
}

/* ---- exhausted host memory ------------------------------------------------------------------------------------------ */
struct counter {
   long calls, fail_at, live;
};
static void *VKAPI_PTR count_alloc(void *user, size_t size, size_t align, VkSystemAllocationScope scope)
{
   struct counter *c = user;
   void *p = c->calls++ == c->fail_at ? NULL : malloc(size);
   c->live += p != NULL;
   return p;
}
static void *VKAPI_PTR count_realloc(void *user, void *p, size_t size, size_t align, VkSystemAllocationScope scope)
{
   struct counter *c = user;
   return p ? realloc(p, size) : count_alloc(c, size, align, scope);
}
static void VKAPI_PTR count_free(void *user, void *p)
{
   struct counter *c = user;
   c->live -= p != NULL;
   free(p);
}

static VkResult make(const VkAllocationCallbacks *alloc, VkDeviceMemory memory)
{
   VkImageCreateInfo info = image_2d(VK_FORMAT_R8G8B8A8_UNORM, 64, 64);
   VkImage image;
   VkImageView view;
   VkSampler sampler;
   VkResult r = vk.CreateImage(t.device, &info, alloc, &image);
   if (r != VK_SUCCESS)
      return r;
   vkt_ok(vk.BindImageMemory(t.device, image, memory, 0));
   VkImageViewCreateInfo vi = {.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                               .image = image,
                               .viewType = VK_IMAGE_VIEW_TYPE_2D,
                               .format = info.format,
                               .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
   r = vk.CreateImageView(t.device, &vi, alloc, &view);
   if (r == VK_SUCCESS) {
      VkSamplerCreateInfo si = {.sType = VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
      r = vk.CreateSampler(t.device, &si, alloc, &sampler);
      if (r == VK_SUCCESS)
         vk.DestroySampler(t.device, sampler, alloc);
      vk.DestroyImageView(t.device, view, alloc);
   }
   vk.DestroyImage(t.device, image, alloc);
   return r;
}

static void test_allocation_failures(void **state)
{
   VkDeviceMemory memory;
   VkMemoryAllocateInfo ai = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .allocationSize = 1 << 16};
   vkt_ok(vk.AllocateMemory(t.device, &ai, NULL, &memory));
   for (long i = 0; i < 4; i++) {
      struct counter c = {.fail_at = i};
      VkAllocationCallbacks alloc = {&c, count_alloc, count_realloc, count_free, NULL, NULL};
      assert_int_equal(make(&alloc, memory), i < 3 ? VK_ERROR_OUT_OF_HOST_MEMORY : VK_SUCCESS);
      assert_int_equal(c.live, 0);
   }
   vk.FreeMemory(t.device, memory, NULL);
}

int main(void)
{
   vkt_load();
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_required_formats), cmocka_unit_test(test_creation_matrix),
      cmocka_unit_test(test_samples),          cmocka_unit_test(test_linear_layout),
      vkt_mistakes_test(test_wrong_arguments), cmocka_unit_test(test_queries),
      cmocka_unit_test(test_allocation_failures), vkt_mistakes_test(test_unknown_formats), vkt_mistakes_test(test_refused_images),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
