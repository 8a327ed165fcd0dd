/* Blits and resolves, and copies of multisampled images, against a reference on the host that reads and
 * writes the images' memory by the manual's rule of tiles. With the application's own state bound before and after. */
#include "vkt_image.h"
#include "image.h"
#include <math.h>

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_COPY_COMMANDS_2_EXTENSION_NAME};
   struct vkt_options o = {.extensions = extensions, .extension_count = 1};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   open_queues();
   return 0;
}

static int teardown(void **state)
{
   close_queues();
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

/* ---- texels in memory
 * -------------------------------------------------------------------------------------------- */
static uint32_t samples_of(const struct image *im)
{
   return im->info.samples;
}

static uint32_t log2_of(uint32_t n)
{
   uint32_t l = 0;
   while (n >> l > 1)
      l++;
   return l;
}

/* Uncompressed images of one level: the memory of a texel's sample. */
static uint8_t *texel_at(const struct image *im, uint32_t x, uint32_t y, uint32_t z, uint32_t sample)
{
   bool is_3d = im->info.imageType == VK_IMAGE_TYPE_3D;
   gpu_image_shape shape = {.is_1d = im->info.imageType == VK_IMAGE_TYPE_1D,
                            .element_B = (uint32_t)im->format->block_B << log2_of(samples_of(im)),
                            .block_w_px = 1,
                            .block_h_px = 1,
                            .width = im->info.extent.width,
                            .height = im->info.extent.height,
                            .depth = im->info.extent.depth};
   gpu_image_level l;
   gpu_image_level_of(&shape, 0, &l);
   uint64_t layer_B = (l.size_B + 255) / 256 * 256;
   return (uint8_t *)im->host + (is_3d ? 0 : z * layer_B) +
          gpu_image_element_offset(&l, x, y, is_3d ? z : 0) + sample * im->format->block_B;
}

static uint32_t slices(const struct image *im)
{
   return im->info.imageType == VK_IMAGE_TYPE_3D ? im->info.extent.depth : im->info.arrayLayers;
}

static bool is_integer(const fmt_info *f)
{
   return f->type == FMT_UINT || f->type == FMT_SINT;
}

/* Texels that mean something: a number encoded by the format. */
static void randomise(const struct image *im)
{
   for (uint32_t z = 0; z < slices(im); z++)
      for (uint32_t y = 0; y < im->info.extent.height; y++)
         for (uint32_t x = 0; x < im->info.extent.width; x++)
            for (uint32_t s = 0; s < samples_of(im); s++) {
               fmt_texel v;
               for (unsigned c = 0; c < 4; c++)
                  if (is_integer(im->format))
                     v.c[c].u = rnd(~0u) >> rnd(32);
                  else
                     v.c[c].f = (float)rnd(10000) / 7000.0f - (im->format->type == FMT_SNORM ? 0.7f : 0.0f);
               if (im->format->layout == FMT_DEPTH)
                  v.c[1].u = rnd(256);
               fmt_pack(im->format, &v, texel_at(im, x, y, z, s));
            }
}

static fmt_texel load(const struct image *im, int64_t x, int64_t y, int64_t z)
{
   fmt_texel v;
   int64_t w = im->info.extent.width, h = im->info.extent.height, d = slices(im);
   x = x < 0 ? 0 : x >= w ? w - 1 : x;
   y = y < 0 ? 0 : y >= h ? h - 1 : y;
   z = z < 0 ? 0 : z >= d ? d - 1 : z;
   assert_true(fmt_unpack(im->format, texel_at(im, (uint32_t)x, (uint32_t)y, (uint32_t)z, 0), &v));
   return v;
}

/* ---- reference of blits
 * ---------------------------------------------------------------------------------------------- */
struct direction {
   int32_t s0, s1, t0, t1;
};

/* u of the specification's "Image Blits With Scaling and Rotation", as the exact fraction n / d, d > 0. */
static void coordinate(const struct direction *k, int32_t at, int64_t *n, int64_t *d)
{
   int64_t over = (int64_t)k->t1 - k->t0;
   *n = (2 * ((int64_t)at - k->t0) + 1) * ((int64_t)k->s1 - k->s0) + 2 * over * k->s0;
   *d = 2 * over;
   if (*d < 0) {
      *n = -*n;
      *d = -*d;
   }
}

static int64_t floor_of(int64_t n, int64_t d)
{
   return n >= 0 ? n / d : -((d - 1 - n) / d);
}

static fmt_texel sample_nearest(const struct image *im, const struct direction k[3], const int32_t at[3])
{
   int64_t i[3], n, d;
   for (unsigned c = 0; c < 3; c++) {
      coordinate(&k[c], at[c], &n, &d);
      i[c] = floor_of(n, d);
   }
   return load(im, i[0], i[1], i[2]);
}

static void sample_linear(const struct image *im, const struct direction k[3], const int32_t at[3],
                          double out[4])
{
   int64_t i[3], n, d;
   double f[3];
   for (unsigned c = 0; c < 3; c++) {
      coordinate(&k[c], at[c], &n, &d);
      n = 2 * n - d; /* - 1/2 */
      d *= 2;
      i[c] = floor_of(n, d);
      f[c] = (double)(n - i[c] * d) / (double)d;
   }
   bool in_z = im->info.imageType == VK_IMAGE_TYPE_3D;
   for (unsigned c = 0; c < 4; c++)
      out[c] = 0;
   for (unsigned corner = 0; corner < (in_z ? 8 : 4); corner++) {
      unsigned dx = corner & 1, dy = corner >> 1 & 1, dz = corner >> 2;
      double w = (dx ? f[0] : 1 - f[0]) * (dy ? f[1] : 1 - f[1]) * (!in_z ? 1 : dz ? f[2] : 1 - f[2]);
      coordinate(&k[2], at[2], &n, &d);
      fmt_texel v = load(im, i[0] + dx, i[1] + dy, in_z ? i[2] + dz : floor_of(n, d));
      for (unsigned c = 0; c < 4; c++)
         out[c] += w * (w > 0 ? v.c[c].f : 0);
   }
}

/* ---- comparing
 * ------------------------------------------------------------------------------------------------------------
 */
static void check_linear(const struct image *dst, const int32_t at[3], const double want[4])
{
   fmt_texel got = load(dst, at[0], at[1], at[2]), rounded, below, above;
   uint8_t block[32];
   fmt_texel v, lo, hi;
   for (unsigned c = 0; c < 4; c++) {
      double slack = fabs(want[c]) * 4e-6 + 1e-7;
      v.c[c].f = (float)want[c];
      lo.c[c].f = (float)(want[c] - slack);
      hi.c[c].f = (float)(want[c] + slack);
   }
   fmt_pack(dst->format, &v, block);
   fmt_unpack(dst->format, block, &rounded);
   fmt_pack(dst->format, &lo, block);
   fmt_unpack(dst->format, block, &below);
   fmt_pack(dst->format, &hi, block);
   fmt_unpack(dst->format, block, &above);
   for (unsigned c = 0; c < dst->format->components; c++)
      if (!(got.c[c].f >= below.c[c].f && got.c[c].f <= above.c[c].f))
         fail_msg("%s at %d,%d,%d component %u: %.9g, not %.9g", dst->format->name, at[0], at[1], at[2], c,
                  (double)got.c[c].f, (double)rounded.c[c].f);
}

static void check_nearest(const struct image *dst, const int32_t at[3], const fmt_texel *want)
{
   uint8_t block[32];
   fmt_pack(dst->format, want, block);
   const uint8_t *got = texel_at(dst, (uint32_t)at[0], (uint32_t)at[1], (uint32_t)at[2], 0);
   if (memcmp(got, block, dst->format->block_B))
      fail_msg("%s at %d,%d,%d: %02x %02x %02x %02x ..., not %02x %02x %02x %02x", dst->format->name, at[0],
               at[1], at[2], got[0], got[1], got[2], got[3], block[0], block[1], block[2], block[3]);
}

/* ---- blits
 * ------------------------------------------------------------------------------------------------------------------
 */
static VkImageSubresourceLayers layers(const struct image *im, VkImageAspectFlags aspects, uint32_t count)
{
   return (VkImageSubresourceLayers){aspects, 0, 0, im->info.imageType == VK_IMAGE_TYPE_3D ? 1 : count};
}

static void random_span(int32_t size, int32_t *a, int32_t *b, bool forward)
{
   *a = rnd(3) ? (int32_t)rnd((uint32_t)size) : 0;
   *b = rnd(3) ? *a + 1 + (int32_t)rnd((uint32_t)(size - *a)) : size;
   if (!forward && rnd(2)) {
      int32_t swap = *a;
      *a = *b;
      *b = swap;
   }
}

static bool within(const struct direction *k, int32_t at)
{
   return k->t0 < k->t1 ? at >= k->t0 && at < k->t1 : at >= k->t1 && at < k->t0;
}

/* One random region; texels outside of it must keep their values. */
static void blit_once(const struct image *src, const struct image *dst, VkFilter filter)
{
   struct direction k[3];
   bool z = src->info.imageType == VK_IMAGE_TYPE_3D || dst->info.imageType == VK_IMAGE_TYPE_3D;
   uint32_t common = slices(src) < slices(dst) ? slices(src) : slices(dst), count = 1 + rnd(common);
   random_span((int32_t)src->info.extent.width, &k[0].s0, &k[0].s1, false);
   random_span((int32_t)dst->info.extent.width, &k[0].t0, &k[0].t1, false);
   random_span((int32_t)src->info.extent.height, &k[1].s0, &k[1].s1, src->info.imageType == VK_IMAGE_TYPE_1D);
   random_span((int32_t)dst->info.extent.height, &k[1].t0, &k[1].t1, dst->info.imageType == VK_IMAGE_TYPE_1D);
   k[2] = (struct direction){0, (int32_t)count, 0, (int32_t)count};
   if (z) {
      k[2] = (struct direction){0, 1, 0, 1};
      if (src->info.imageType == VK_IMAGE_TYPE_3D)
         random_span((int32_t)src->info.extent.depth, &k[2].s0, &k[2].s1, false);
      if (dst->info.imageType == VK_IMAGE_TYPE_3D)
         random_span((int32_t)dst->info.extent.depth, &k[2].t0, &k[2].t1, false);
      count = 1;
   }
   bool flat = !z;
   VkImageBlit r = {layers(src, src->aspects, count),
                    {{k[0].s0, k[1].s0, flat ? 0 : k[2].s0}, {k[0].s1, k[1].s1, flat ? 1 : k[2].s1}},
                    layers(dst, dst->aspects, count),
                    {{k[0].t0, k[1].t0, flat ? 0 : k[2].t0}, {k[0].t1, k[1].t1, flat ? 1 : k[2].t1}}};
   VkImageBlit2 r2 = {.sType = VK_STRUCTURE_TYPE_IMAGE_BLIT_2,
                      .srcSubresource = r.srcSubresource,
                      .dstSubresource = r.dstSubresource};
   memcpy(r2.srcOffsets, r.srcOffsets, sizeof r.srcOffsets);
   memcpy(r2.dstOffsets, r.dstOffsets, sizeof r.dstOffsets);
   VkBlitImageInfo2 info = {.sType = VK_STRUCTURE_TYPE_BLIT_IMAGE_INFO_2,
                            .srcImage = src->image,
                            .srcImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                            .dstImage = dst->image,
                            .dstImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                            .regionCount = 1,
                            .pRegions = &r2,
                            .filter = filter};
   uint8_t *old = malloc(dst->size_B);
   memcpy(old, dst->host, dst->size_B);
   VkCommandBuffer cmd = begin_on(0);
   if (rnd(2))
      vk.CmdBlitImage(cmd, src->image, VK_IMAGE_LAYOUT_GENERAL, dst->image, VK_IMAGE_LAYOUT_GENERAL, 1, &r,
                      filter);
   else
      vk.CmdBlitImage2KHR(cmd, &info);
   run_on(0, cmd);
   for (int32_t zz = 0; zz < (int32_t)slices(dst); zz++)
      for (int32_t y = 0; y < (int32_t)dst->info.extent.height; y++)
         for (int32_t x = 0; x < (int32_t)dst->info.extent.width; x++) {
            int32_t at[3] = {x, y, zz};
            const uint8_t *here = texel_at(dst, (uint32_t)x, (uint32_t)y, (uint32_t)zz, 0);
            if (!within(&k[0], x) || !within(&k[1], y) || !within(&k[2], zz)) {
               assert_memory_equal(here, old + (here - (uint8_t *)dst->host), dst->format->block_B);
               continue;
            }
            if (filter == VK_FILTER_LINEAR) {
               double want[4];
               sample_linear(src, k, at, want);
               check_linear(dst, at, want);
            } else {
               fmt_texel want = sample_nearest(src, k, at);
               check_nearest(dst, at, &want);
            }
         }
   free(old);
}

static VkImageCreateInfo random_info(VkFormat format, VkImageType type)
{
   VkImageCreateInfo i = {.imageType = type, .format = format};
   i.extent.width = 1 + rnd(40);
   i.extent.height = type == VK_IMAGE_TYPE_1D ? 1 : 1 + rnd(40);
   i.extent.depth = type == VK_IMAGE_TYPE_3D ? 1 + rnd(5) : 1;
   i.arrayLayers = type == VK_IMAGE_TYPE_3D ? 1 : 1 + rnd(3);
   return i;
}

static void blit_formats(VkFormat from, VkFormat to, VkFilter filter, unsigned rounds)
{
   for (unsigned i = 0; i < rounds; i++) {
      bool depth = fmt_lookup(from)->layout == FMT_DEPTH;
      VkImageCreateInfo ia = random_info(from, (VkImageType)rnd(depth ? 2 : 3));
      VkImageCreateInfo ib = random_info(to, (VkImageType)rnd(depth ? 2 : 3));
      if (ia.imageType == VK_IMAGE_TYPE_1D || ib.imageType == VK_IMAGE_TYPE_1D)
         ia.imageType = ib.imageType = VK_IMAGE_TYPE_1D,
         ia.extent.height = ib.extent.height = ia.extent.depth = ib.extent.depth = 1;
      struct image a = make_image(&ia), b = make_image(&ib);
      randomise(&a);
      memset(b.host, 0, b.size_B);
      blit_once(&a, &b, filter);
      blit_once(&a, &b, filter);
      free_image(&a);
      free_image(&b);
   }
}

static void nearest_between_formats(void **state)
{
   static const VkFormat pairs[][2] = {
       {VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_R8G8B8A8_UNORM},
       {VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_B8G8R8A8_SRGB},
       {VK_FORMAT_R8G8B8A8_SRGB, VK_FORMAT_R16G16B16A16_SFLOAT},
       {VK_FORMAT_R32G32B32A32_SFLOAT, VK_FORMAT_R5G6B5_UNORM_PACK16},
       {VK_FORMAT_R16G16B16A16_SNORM, VK_FORMAT_R8G8_SNORM},
       {VK_FORMAT_A2B10G10R10_UNORM_PACK32, VK_FORMAT_B10G11R11_UFLOAT_PACK32},
       {VK_FORMAT_E5B9G9R9_UFLOAT_PACK32, VK_FORMAT_R32G32B32A32_SFLOAT},
       {VK_FORMAT_R32G32B32A32_SFLOAT, VK_FORMAT_E5B9G9R9_UFLOAT_PACK32},
       {VK_FORMAT_R4G4B4A4_UNORM_PACK16, VK_FORMAT_R8_UNORM},
       {VK_FORMAT_R32_UINT, VK_FORMAT_R32_UINT},
       {VK_FORMAT_R32G32B32A32_UINT, VK_FORMAT_R8G8B8A8_UINT},
       {VK_FORMAT_R32G32B32A32_SINT, VK_FORMAT_R16G16_SINT},
       {VK_FORMAT_A2B10G10R10_UINT_PACK32, VK_FORMAT_R16_UINT}};
   for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++)
      blit_formats(pairs[i][0], pairs[i][1], VK_FILTER_NEAREST, 6);
}

static void linear_between_formats(void **state)
{
   static const VkFormat pairs[][2] = {{VK_FORMAT_R32G32B32A32_SFLOAT, VK_FORMAT_R32G32B32A32_SFLOAT},
                                       {VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_R32G32B32A32_SFLOAT},
                                       {VK_FORMAT_R8G8B8A8_SRGB, VK_FORMAT_R8G8B8A8_SRGB},
                                       {VK_FORMAT_R16G16_SNORM, VK_FORMAT_R32G32B32A32_SFLOAT},
                                       {VK_FORMAT_R5G6B5_UNORM_PACK16, VK_FORMAT_R16G16B16A16_UNORM}};
   for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++)
      blit_formats(pairs[i][0], pairs[i][1], VK_FILTER_LINEAR, 8);
}

static void depth_and_stencil(void **state)
{
   static const VkFormat formats[] = {VK_FORMAT_D16_UNORM,         VK_FORMAT_X8_D24_UNORM_PACK32,
                                      VK_FORMAT_D32_SFLOAT,        VK_FORMAT_S8_UINT,
                                      VK_FORMAT_D24_UNORM_S8_UINT, VK_FORMAT_D32_SFLOAT_S8_UINT,
                                      VK_FORMAT_D16_UNORM_S8_UINT};
   for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++)
      if (has_features(formats[i], VK_IMAGE_TILING_OPTIMAL,
                       VK_FORMAT_FEATURE_BLIT_SRC_BIT | VK_FORMAT_FEATURE_BLIT_DST_BIT))
         blit_formats(formats[i], formats[i], VK_FILTER_NEAREST, 4);
}

/* One aspect of two: every value of D24 must arrive, and the other aspect stay. */
static void one_aspect_of_two(void **state)
{
   VkImageCreateInfo info = {
       .imageType = VK_IMAGE_TYPE_2D, .format = VK_FORMAT_D24_UNORM_S8_UINT, .extent = {512, 512, 1}};
   struct image a = make_image(&info), b = make_image(&info);
   uint32_t *from = a.host, *to = b.host, n = 512 * 512;
   for (uint32_t i = 0; i < n; i++) {
      from[i] = (i * 64 + i % 64) | i << 24;
      to[i] = ~i;
   }
   VkImageBlit r = {layers(&a, VK_IMAGE_ASPECT_DEPTH_BIT, 1),
                    {{0, 0, 0}, {512, 512, 1}},
                    layers(&a, VK_IMAGE_ASPECT_DEPTH_BIT, 1),
                    {{0, 0, 0}, {512, 512, 1}}};
   VkCommandBuffer cmd = begin_on(0);
   vk.CmdBlitImage(cmd, a.image, VK_IMAGE_LAYOUT_GENERAL, b.image, VK_IMAGE_LAYOUT_GENERAL, 1, &r,
                   VK_FILTER_NEAREST);
   run_on(0, cmd);
   for (uint32_t i = 0; i < n; i++)
      assert_int_equal(to[i], (from[i] & 0xffffff) | (~i & 0xff000000));
   r.srcSubresource.aspectMask = r.dstSubresource.aspectMask = VK_IMAGE_ASPECT_STENCIL_BIT;
   cmd = begin_on(0);
   vk.CmdBlitImage(cmd, a.image, VK_IMAGE_LAYOUT_GENERAL, b.image, VK_IMAGE_LAYOUT_GENERAL, 1, &r,
                   VK_FILTER_NEAREST);
   run_on(0, cmd);
   assert_memory_equal(from, to, n * 4);
   /* Both as regions of one command, which has no order among them. */
   VkImageBlit both[2] = {r, r};
   both[1].srcSubresource.aspectMask = both[1].dstSubresource.aspectMask = VK_IMAGE_ASPECT_DEPTH_BIT;
   for (unsigned round = 0; round < 5; round++) {
      memset(to, 0, n * 4);
      cmd = begin_on(0);
      vk.CmdBlitImage(cmd, a.image, VK_IMAGE_LAYOUT_GENERAL, b.image, VK_IMAGE_LAYOUT_GENERAL, 2, both,
                      VK_FILTER_NEAREST);
      run_on(0, cmd);
      assert_memory_equal(from, to, n * 4);
   }
   free_image(&a);
   free_image(&b);
}

/* ---- samples
 * ------------------------------------------------------------------------------------------------------------------
 */
static void resolve_once(VkFormat format, VkSampleCountFlagBits samples)
{
   VkImageCreateInfo info = random_info(format, VK_IMAGE_TYPE_2D);
   struct image dst = make_image(&info);
   info.samples = samples;
   struct image src = make_image(&info);
   randomise(&src);
   memset(dst.host, 0xee, dst.size_B);
   uint32_t w = info.extent.width, h = info.extent.height, x0 = rnd(w), y0 = rnd(h), x1 = rnd(x0 + 1),
            y1 = rnd(y0 + 1);
   VkImageResolve r = {layers(&src, src.aspects, info.arrayLayers),
                       {(int32_t)x0, (int32_t)y0, 0},
                       layers(&dst, dst.aspects, info.arrayLayers),
                       {(int32_t)x1, (int32_t)y1, 0},
                       {w - x0, h - y0, 1}};
   VkImageResolve2 r2 = {.sType = VK_STRUCTURE_TYPE_IMAGE_RESOLVE_2,
                         .srcSubresource = r.srcSubresource,
                         .srcOffset = r.srcOffset,
                         .dstSubresource = r.dstSubresource,
                         .dstOffset = r.dstOffset,
                         .extent = r.extent};
   VkResolveImageInfo2 i2 = {.sType = VK_STRUCTURE_TYPE_RESOLVE_IMAGE_INFO_2,
                             .srcImage = src.image,
                             .srcImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                             .dstImage = dst.image,
                             .dstImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                             .regionCount = 1,
                             .pRegions = &r2};
   VkCommandBuffer cmd = begin_on(0);
   if (rnd(2))
      vk.CmdResolveImage(cmd, src.image, VK_IMAGE_LAYOUT_GENERAL, dst.image, VK_IMAGE_LAYOUT_GENERAL, 1, &r);
   else
      vk.CmdResolveImage2KHR(cmd, &i2);
   run_on(0, cmd);
   for (uint32_t z = 0; z < info.arrayLayers; z++)
      for (uint32_t y = 0; y < h - y0; y++)
         for (uint32_t x = 0; x < w - x0; x++) {
            int32_t at[3] = {(int32_t)(x1 + x), (int32_t)(y1 + y), (int32_t)z};
            fmt_texel v;
            double mean[4] = {0};
            for (uint32_t s = samples; s-- > 0;) {
               fmt_unpack(src.format, texel_at(&src, x0 + x, y0 + y, z, s), &v);
               for (unsigned c = 0; c < 4; c++)
                  mean[c] += v.c[c].f / (double)samples;
            }
            if (is_integer(src.format))
               check_nearest(&dst, at, &v); /* of sample 0 */
            else
               check_linear(&dst, at, mean);
         }
   free_image(&src);
   free_image(&dst);
}

static void resolves(void **state)
{
   static const VkFormat formats[] = {VK_FORMAT_R8G8B8A8_UNORM,
                                      VK_FORMAT_R8G8B8A8_SRGB,
                                      VK_FORMAT_R16G16_SNORM,
                                      VK_FORMAT_R16G16B16A16_SFLOAT,
                                      VK_FORMAT_R32G32B32A32_SFLOAT,
                                      VK_FORMAT_R8G8B8A8_UINT,
                                      VK_FORMAT_R32_SINT,
                                      VK_FORMAT_B10G11R11_UFLOAT_PACK32};
   for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++)
      for (VkSampleCountFlagBits samples = 2; samples <= 8; samples <<= 1)
         for (unsigned k = 0; k < 2; k++)
            resolve_once(formats[i], samples);
}

/* All samples go with their texel; of one aspect, only that. */
static void copies_of_samples(void **state)
{
   static const VkFormat formats[] = {VK_FORMAT_R8_UNORM, VK_FORMAT_R32G32B32A32_UINT,
                                      VK_FORMAT_D24_UNORM_S8_UINT, VK_FORMAT_D32_SFLOAT_S8_UINT};
   for (unsigned i = 0; i < 16; i++) {
      VkImageCreateInfo info = random_info(formats[i % 4], VK_IMAGE_TYPE_2D);
      info.samples = (VkSampleCountFlagBits)(2u << i / 4 % 3);
      struct image a = make_image(&info), b = make_image(&info);
      const fmt_info *f = a.format;
      randomise(&a);
      randomise(&b);
      uint8_t *old = malloc(b.size_B);
      memcpy(old, b.host, b.size_B);
      bool stencil = f->layout == FMT_DEPTH;
      VkImageAspectFlags aspect = stencil ? VK_IMAGE_ASPECT_STENCIL_BIT : VK_IMAGE_ASPECT_COLOR_BIT;
      uint32_t first = stencil ? f->component[1].shift / 8u : 0, bytes = stencil ? 1 : f->block_B;
      VkImageCopy r = {layers(&a, aspect, info.arrayLayers),
                       {0, 0, 0},
                       layers(&b, aspect, info.arrayLayers),
                       {0, 0, 0},
                       info.extent};
      VkCommandBuffer cmd = begin_on(i % QUEUES);
      vk.CmdCopyImage(cmd, a.image, VK_IMAGE_LAYOUT_GENERAL, b.image, VK_IMAGE_LAYOUT_GENERAL, 1, &r);
      run_on(i % QUEUES, cmd);
      for (uint32_t z = 0; z < info.arrayLayers; z++)
         for (uint32_t y = 0; y < info.extent.height; y++)
            for (uint32_t x = 0; x < info.extent.width; x++)
               for (uint32_t s = 0; s < info.samples; s++) {
                  const uint8_t *src = texel_at(&a, x, y, z, s), *dst = texel_at(&b, x, y, z, s);
                  for (uint32_t k = 0; k < f->block_B; k++)
                     assert_int_equal(dst[k], k - first < bytes ? src[k] : old[dst + k - (uint8_t *)b.host]);
               }
      free(old);
      free_image(&a);
      free_image(&b);
   }
}

/* ---- state
 * ----------------------------------------------------------------------------------------------------------------------
 */
#include "push_value_spirv.h"

/* A blit between two dispatches: the second finds the pipeline, set and push constants that the first had. */
static void bound_state_survives(void **state)
{
   VkImageCreateInfo info = {
       .imageType = VK_IMAGE_TYPE_2D, .format = VK_FORMAT_R8G8B8A8_UNORM, .extent = {16, 16, 1}};
   struct image a = make_image(&info), b = make_image(&info);
   struct vkt_buffer out = vkt_buffer(&t, 4096, VKT_TYPE_SYSTEM_CACHED);
   struct vkt_compute c =
       vkt_compute(&t, &(struct vkt_compute_info){VKT_SPIRV(push_value_spirv), .bindings = 1, .push_B = 4});
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &out, 0, VK_WHOLE_SIZE);
   memset(out.host, 0, 4096);
   VkImageBlit r = {layers(&a, a.aspects, 1),
                    {{0, 0, 0}, {16, 16, 1}},
                    layers(&b, b.aspects, 1),
                    {{0, 0, 0}, {16, 16, 1}}};
   VkCommandBuffer cmd = begin_on(0);
   vk.CmdBindPipeline(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c.pipeline);
   vk.CmdBindDescriptorSets(cmd, VK_PIPELINE_BIND_POINT_COMPUTE, c.layout, 0, 1, &c.set, 0, NULL);
   uint32_t push = 5;
   vk.CmdPushConstants(cmd, c.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, 4, &push);
   vk.CmdDispatch(cmd, 2, 1, 1);
   vkt_barrier(cmd);
   vk.CmdBlitImage(cmd, a.image, VK_IMAGE_LAYOUT_GENERAL, b.image, VK_IMAGE_LAYOUT_GENERAL, 1, &r,
                   VK_FILTER_LINEAR);
   vkt_barrier(cmd);
   vk.CmdDispatch(cmd, 2, 1, 1);
   run_on(0, cmd);
   for (unsigned i = 0; i < 1024; i++)
      assert_int_equal(((uint32_t *)out.host)[i], i < 64 ? 10 : 0);
   vkt_compute_free(&t, &c);
   vkt_buffer_free(&t, &out);
   free_image(&a);
   free_image(&b);
}

int main(void)
{
   /* The quick ones first: what fails requests (nomem/) stops at the first test that was hit. */
   const struct CMUnitTest tests[] = {cmocka_unit_test(bound_state_survives),
                                      cmocka_unit_test(one_aspect_of_two),
                                      cmocka_unit_test(copies_of_samples),
                                      cmocka_unit_test(resolves),
                                      cmocka_unit_test(depth_and_stencil),
                                      cmocka_unit_test(nearest_between_formats),
                                      cmocka_unit_test(linear_between_formats)};
   return cmocka_run_group_tests(tests, setup, teardown);
}
