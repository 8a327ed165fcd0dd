/* Copies and clears of images: random sequences of commands on random images, on every queue family, against
 * a model that is nothing but arrays of texel blocks; every format, type, level, layer, aspect, odd sizes,
 * padded buffers. */
#include "vkt_image.h"

#define STAGE_B (4u << 20)
#define TRANSFERS (VK_FORMAT_FEATURE_TRANSFER_SRC_BIT | VK_FORMAT_FEATURE_TRANSFER_DST_BIT)

static struct vkt_buffer stage;
static uint8_t expected[STAGE_B];

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_COPY_COMMANDS_2_EXTENSION_NAME,
                                            VK_KHR_MAINTENANCE1_EXTENSION_NAME};
   struct vkt_options o = {.extensions = extensions, .extension_count = 2};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   open_queues();
   stage = vkt_buffer(&t, STAGE_B, VKT_TYPE_SYSTEM_CACHED);
   return 0;
}

static int teardown(void **state)
{
   vkt_buffer_free(&t, &stage);
   close_queues();
   assert_int_equal(t.errors, 0);
   vkt_close(&t);
   return 0;
}

/* ---- the model
 * -------------------------------------------------------------------------------------------------- */
#define LEVELS 3
struct model {
   struct image im;
   uint32_t width[LEVELS], height[LEVELS], slices[LEVELS]; /* blocks; slices: depth or layers */
   uint8_t *blocks[LEVELS];
};

static uint32_t minify(uint32_t v, uint32_t level)
{
   return v >> level ? v >> level : 1;
}
static uint32_t div_up(uint32_t n, uint32_t by)
{
   return (n + by - 1) / by;
}

static uint8_t *block_at(const struct model *m, uint32_t level, uint32_t x, uint32_t y, uint32_t z)
{
   return m->blocks[level] +
          (((size_t)z * m->height[level] + y) * m->width[level] + x) * m->im.format->block_B;
}

static struct model make_model(const VkImageCreateInfo *info)
{
   struct model m = {.im = make_image(info)};
   for (uint32_t l = 0; l < m.im.info.mipLevels; l++) {
      m.width[l] = div_up(minify(info->extent.width, l), m.im.format->block_w_px);
      m.height[l] = div_up(minify(info->extent.height, l), m.im.format->block_h_px);
      m.slices[l] =
          info->imageType == VK_IMAGE_TYPE_3D ? minify(info->extent.depth, l) : m.im.info.arrayLayers;
      m.blocks[l] = calloc((size_t)m.width[l] * m.height[l] * m.slices[l], m.im.format->block_B);
   }
   return m;
}

static void free_model(struct model *m)
{
   for (uint32_t l = 0; l < LEVELS; l++)
      free(m->blocks[l]);
   free_image(&m->im);
}

/* Bytes of a block that an aspect is, and its bytes in buffers. */
struct part {
   uint32_t first, count, in_buffer;
};

static struct part part_of(const fmt_info *f, VkImageAspectFlags aspect)
{
   switch (aspect) {
   case VK_IMAGE_ASPECT_DEPTH_BIT:
      return (struct part){0, f->component[0].bits / 8u, f->component[0].bits > 16 ? 4 : 2};
   case VK_IMAGE_ASPECT_STENCIL_BIT:
      return (struct part){f->component[1].shift / 8u, 1, 1};
   default:
      return (struct part){0, f->block_B, f->block_B};
   }
}

static VkImageAspectFlags one_aspect(const struct model *m)
{
   VkImageAspectFlags a = m->im.aspects;
   return a & (a - 1) ? (rnd(2) ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_STENCIL_BIT) : a;
}

/* ---- regions
 * ----------------------------------------------------------------------------------------------------- */
struct box {
   uint32_t level, x, y, z, w, h, d; /* blocks, slices */
};

static struct box random_box(const struct model *m)
{
   struct box b = {.level = rnd(m->im.info.mipLevels)};
   bool all = rnd(3) == 0;
   b.x = all ? 0 : rnd(m->width[b.level]);
   b.y = all ? 0 : rnd(m->height[b.level]);
   b.z = all ? 0 : rnd(m->slices[b.level]);
   b.w = all ? m->width[b.level] : 1 + rnd(m->width[b.level] - b.x);
   b.h = all ? m->height[b.level] : 1 + rnd(m->height[b.level] - b.y);
   b.d = all ? m->slices[b.level] : 1 + rnd(m->slices[b.level] - b.z);
   return b;
}

static bool is_3d(const struct model *m)
{
   return m->im.info.imageType == VK_IMAGE_TYPE_3D;
}

static VkImageSubresourceLayers layers_of(const struct model *m, const struct box *b,
                                          VkImageAspectFlags aspects)
{
   return (VkImageSubresourceLayers){aspects, b->level, is_3d(m) ? 0 : b->z, is_3d(m) ? 1 : b->d};
}

static VkOffset3D offset_of(const struct model *m, const struct box *b)
{
   const fmt_info *f = m->im.format;
   return (VkOffset3D){(int32_t)(b->x * f->block_w_px), (int32_t)(b->y * f->block_h_px),
                       is_3d(m) ? (int32_t)b->z : 0};
}

/* In texels; a box that reaches the edge ends there, maybe within a block. */
static VkExtent3D extent_of(const struct model *m, const struct box *b)
{
   const fmt_info *f = m->im.format;
   uint32_t right = minify(m->im.info.extent.width, b->level) - b->x * f->block_w_px;
   uint32_t below = minify(m->im.info.extent.height, b->level) - b->y * f->block_h_px;
   uint32_t w = b->w * f->block_w_px, h = b->h * f->block_h_px;
   return (VkExtent3D){w < right ? w : right, h < below ? h : below, is_3d(m) ? b->d : 1};
}

/* ---- commands: each is recorded for the card and done on the model
 * ---------------------------------------------------- */
struct pitch {
   uint32_t offset, row, slice; /* bytes */
};

static VkBufferImageCopy random_buffer_region(const struct model *m, const struct box *b,
                                              VkImageAspectFlags aspect, struct pitch *p)
{
   const fmt_info *f = m->im.format;
   uint32_t unit = part_of(f, aspect).in_buffer;
   VkBufferImageCopy r = {.imageSubresource = layers_of(m, b, aspect),
                          .imageOffset = offset_of(m, b),
                          .imageExtent = extent_of(m, b)};
   r.bufferOffset = rnd(20) * (uint64_t)unit * 4;
   if (rnd(2))
      r.bufferRowLength = (b->w + rnd(5)) * f->block_w_px;
   if (rnd(2))
      r.bufferImageHeight = (b->h + rnd(3)) * f->block_h_px;
   p->offset = (uint32_t)r.bufferOffset;
   p->row = (r.bufferRowLength ? r.bufferRowLength / f->block_w_px : b->w) * unit;
   p->slice = (r.bufferImageHeight ? r.bufferImageHeight / f->block_h_px : b->h) * p->row;
   return r;
}

static void put_buffer_copy(VkCommandBuffer cmd, const struct model *m, bool to_image,
                            const VkBufferImageCopy *r)
{
   VkBufferImageCopy2 r2 = {.sType = VK_STRUCTURE_TYPE_BUFFER_IMAGE_COPY_2,
                            .bufferOffset = r->bufferOffset,
                            .bufferRowLength = r->bufferRowLength,
                            .bufferImageHeight = r->bufferImageHeight,
                            .imageSubresource = r->imageSubresource,
                            .imageOffset = r->imageOffset,
                            .imageExtent = r->imageExtent};
   VkCopyBufferToImageInfo2 in = {.sType = VK_STRUCTURE_TYPE_COPY_BUFFER_TO_IMAGE_INFO_2,
                                  .srcBuffer = stage.buffer,
                                  .dstImage = m->im.image,
                                  .dstImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                                  .regionCount = 1,
                                  .pRegions = &r2};
   VkCopyImageToBufferInfo2 out = {.sType = VK_STRUCTURE_TYPE_COPY_IMAGE_TO_BUFFER_INFO_2,
                                   .srcImage = m->im.image,
                                   .srcImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                                   .dstBuffer = stage.buffer,
                                   .regionCount = 1,
                                   .pRegions = &r2};
   switch (2 * to_image + rnd(2)) {
   case 0:
      vk.CmdCopyImageToBuffer(cmd, m->im.image, VK_IMAGE_LAYOUT_GENERAL, stage.buffer, 1, r);
      break;
   case 1:
      vk.CmdCopyImageToBuffer2KHR(cmd, &out);
      break;
   case 2:
      vk.CmdCopyBufferToImage(cmd, stage.buffer, m->im.image, VK_IMAGE_LAYOUT_GENERAL, 1, r);
      break;
   default:
      vk.CmdCopyBufferToImage2KHR(cmd, &in);
      break;
   }
}

static void upload(struct model *m, unsigned q)
{
   struct box b = random_box(m);
   struct pitch p;
   VkImageAspectFlags aspect = one_aspect(m);
   struct part part = part_of(m->im.format, aspect);
   VkBufferImageCopy r = random_buffer_region(m, &b, aspect, &p);
   uint8_t *host = stage.host;
   for (uint32_t i = 0; i < p.offset + p.slice * b.d; i++)
      host[i] = (uint8_t)rnd(256);
   if (m->im.format->layout == FMT_DEPTH)
      q = able(q, VK_QUEUE_GRAPHICS_BIT);
   VkCommandBuffer cmd = begin_on(q);
   put_buffer_copy(cmd, m, true, &r);
   run_on(q, cmd);
   for (uint32_t z = 0; z < b.d; z++)
      for (uint32_t y = 0; y < b.h; y++)
         for (uint32_t x = 0; x < b.w; x++)
            memcpy(block_at(m, b.level, b.x + x, b.y + y, b.z + z) + part.first,
                   host + p.offset + z * p.slice + y * p.row + x * part.in_buffer, part.count);
}

/* Also checks: what the buffer holds afterwards, and that nothing else in it changed. */
static void download(const struct model *m, unsigned q, const struct box *b, VkImageAspectFlags aspect)
{
   struct pitch p;
   struct part part = part_of(m->im.format, aspect);
   VkBufferImageCopy r = random_buffer_region(m, b, aspect, &p);
   uint8_t *host = stage.host;
   size_t size = p.offset + (size_t)p.slice * b->d + 64;
   assert_true(size < STAGE_B);
   memset(host, 0xa5, size);
   memset(expected, 0xa5, size);
   VkCommandBuffer cmd = begin_on(q);
   put_buffer_copy(cmd, m, false, &r);
   run_on(q, cmd);
   for (uint32_t z = 0; z < b->d; z++)
      for (uint32_t y = 0; y < b->h; y++)
         for (uint32_t x = 0; x < b->w; x++) {
            size_t at = p.offset + z * p.slice + y * p.row + x * part.in_buffer;
            memcpy(expected + at, block_at(m, b->level, b->x + x, b->y + y, b->z + z) + part.first,
                   part.count);
            memcpy(expected + at + part.count, host + at + part.count,
                   part.in_buffer - part.count); /* undefined bits of D24 */
         }
   if (memcmp(host, expected, size)) {
      size_t i = 0;
      while (host[i] == expected[i])
         i++;
      fail_msg("%s type %d %ux%ux%u level %u queue %u: byte %zu of the buffer is %02x, not %02x",
               m->im.format->name, m->im.info.imageType, m->im.info.extent.width, m->im.info.extent.height,
               m->slices[b->level], b->level, q, i, host[i], expected[i]);
   }
}

static void check_all(const struct model *m, unsigned q)
{
   for (uint32_t l = 0; l < m->im.info.mipLevels; l++) {
      struct box b = {l, 0, 0, 0, m->width[l], m->height[l], m->slices[l]};
      for (VkImageAspectFlags a = 1; a <= VK_IMAGE_ASPECT_STENCIL_BIT; a <<= 1)
         if (m->im.aspects & a)
            download(m, q, &b, a);
   }
}

static uint32_t least(uint32_t a, uint32_t b)
{
   return a < b ? a : b;
}

/* A block at an edge may be less than whole; if it is at one end of a copy only, it is left out. False if nothing remains. */
static bool leave_partial_blocks(const struct model *src, struct box *s, const struct model *dst, struct box *d)
{
   const fmt_info *f = src->im.format, *g = dst->im.format;
   VkExtent3D from = extent_of(src, s), to = extent_of(dst, d);
   if (g->block_w_px == 1) /* written texel by block */
      return true;
   if (f->block_w_px == 1) {
      from.width *= g->block_w_px;
      from.height *= g->block_h_px;
   }
   if (from.width != to.width)
      s->w = --d->w;
   if (from.height != to.height)
      s->h = --d->h;
   return s->w && s->h;
}

/* Between any two images whose blocks are as large; extents count in the source's texels. */
static void copy(struct model *src, struct model *dst, unsigned q)
{
   struct box s = random_box(src), d = random_box(dst);
   VkImageAspectFlags aspects = rnd(2) ? src->im.aspects : one_aspect(src);
   struct part part = aspects == src->im.aspects ? (struct part){0, src->im.format->block_B, 0}
                                                 : part_of(src->im.format, aspects);
   bool layered = !is_3d(src) && !is_3d(dst);
   s.w = d.w = least(s.w, d.w);
   s.h = d.h = least(s.h, d.h);
   s.d = d.d = least(s.d, d.d);
   if (!leave_partial_blocks(src, &s, dst, &d))
      return;
   if (src == dst && s.level == d.level && (layered || is_3d(src)) && s.z < d.z + d.d && d.z < s.z + s.d)
      return; /* might overlap */
   VkImageCopy r = {layers_of(src, &s, aspects), offset_of(src, &s),
                    layers_of(dst, &d, src->im.format == dst->im.format ? aspects : dst->im.aspects),
                    offset_of(dst, &d), extent_of(src, &s)};
   r.extent.depth = layered ? 1 : s.d;
   VkImageCopy2 r2 = {.sType = VK_STRUCTURE_TYPE_IMAGE_COPY_2,
                      .srcSubresource = r.srcSubresource,
                      .srcOffset = r.srcOffset,
                      .dstSubresource = r.dstSubresource,
                      .dstOffset = r.dstOffset,
                      .extent = r.extent};
   VkCopyImageInfo2 info = {.sType = VK_STRUCTURE_TYPE_COPY_IMAGE_INFO_2,
                            .srcImage = src->im.image,
                            .srcImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                            .dstImage = dst->im.image,
                            .dstImageLayout = VK_IMAGE_LAYOUT_GENERAL,
                            .regionCount = 1,
                            .pRegions = &r2};
   VkCommandBuffer cmd = begin_on(q);
   if (rnd(2))
      vk.CmdCopyImage(cmd, src->im.image, VK_IMAGE_LAYOUT_GENERAL, dst->im.image, VK_IMAGE_LAYOUT_GENERAL, 1,
                      &r);
   else
      vk.CmdCopyImage2KHR(cmd, &info);
   run_on(q, cmd);
   for (uint32_t z = 0; z < s.d; z++)
      for (uint32_t y = 0; y < s.h; y++)
         for (uint32_t x = 0; x < s.w; x++)
            memcpy(block_at(dst, d.level, d.x + x, d.y + y, d.z + z) + part.first,
                   block_at(src, s.level, s.x + x, s.y + y, s.z + z) + part.first, part.count);
}

static void clear(struct model *m, unsigned q)
{
   const fmt_info *f = m->im.format;
   if (f->block_w_px > 1)
      return;
   VkImageSubresourceRange range = {.aspectMask = rnd(2) ? m->im.aspects : one_aspect(m),
                                    .baseMipLevel = rnd(m->im.info.mipLevels)};
   range.levelCount = rnd(2) ? VK_REMAINING_MIP_LEVELS : 1 + rnd(m->im.info.mipLevels - range.baseMipLevel);
   range.baseArrayLayer = rnd(m->im.info.arrayLayers);
   range.layerCount =
       rnd(2) ? VK_REMAINING_ARRAY_LAYERS : 1 + rnd(m->im.info.arrayLayers - range.baseArrayLayer);
   VkClearColorValue color;
   for (unsigned c = 0; c < 4; c++)
      if (f->type == FMT_UINT || f->type == FMT_SINT)
         color.uint32[c] = rnd(f->component[c].bits > 8 ? 200 : 2);
      else
         color.float32[c] = (float)rnd(1000) / 997.0f;
   VkClearDepthStencilValue ds = {(float)rnd(1000) / 1000.0f, rnd(256)};
   fmt_texel texel = {0};
   uint8_t block[32];
   for (unsigned c = 0; c < 4; c++)
      if (f->component[0].bits < 64)
         texel.c[c].u = color.uint32[c];
      else if (c < 2) /* two elements each, low half first */
         memcpy(&texel.c[c].u64, &color.uint32[2 * c], 8);
   if (f->layout == FMT_DEPTH) {
      texel.c[0].f = ds.depth;
      texel.c[1].u = ds.stencil;
   }
   assert_true(fmt_pack(f, &texel, block));
   q = able(q, f->layout == FMT_DEPTH ? VK_QUEUE_GRAPHICS_BIT : VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT);
   VkCommandBuffer cmd = begin_on(q);
   if (f->layout == FMT_DEPTH)
      vk.CmdClearDepthStencilImage(cmd, m->im.image, VK_IMAGE_LAYOUT_GENERAL, &ds, 1, &range);
   else
      vk.CmdClearColorImage(cmd, m->im.image, VK_IMAGE_LAYOUT_GENERAL, &color, 1, &range);
   run_on(q, cmd);
   struct part part =
       range.aspectMask == m->im.aspects ? (struct part){0, f->block_B, 0} : part_of(f, range.aspectMask);
   for (uint32_t l = range.baseMipLevel;
        l < m->im.info.mipLevels && l - range.baseMipLevel < range.levelCount; l++)
      for (uint32_t z = 0; z < m->slices[l]; z++) {
         if (!is_3d(m) && (z < range.baseArrayLayer || z - range.baseArrayLayer >= range.layerCount))
            continue;
         for (uint32_t i = 0; i < m->width[l] * m->height[l]; i++)
            memcpy(block_at(m, l, 0, 0, z) + (size_t)i * f->block_B + part.first, block + part.first,
                   part.count);
      }
}

/* ---- tests
 * -------------------------------------------------------------------------------------------------------- */
static VkImageCreateInfo random_info(VkFormat format, VkImageType type, VkImageTiling tiling)
{
   VkImageCreateInfo i = {.imageType = type, .format = format, .tiling = tiling};
   bool large = rnd(2);
   i.extent.width = 1 + rnd(large ? 90 : 18);
   i.extent.height = type == VK_IMAGE_TYPE_1D ? 1 : 1 + rnd(large ? 70 : 18);
   i.extent.depth = type == VK_IMAGE_TYPE_3D ? 1 + rnd(6) : 1;
   i.arrayLayers = type == VK_IMAGE_TYPE_3D ? 1 : 1 + rnd(4);
   uint32_t most = i.extent.width > i.extent.height ? i.extent.width : i.extent.height;
   i.mipLevels = tiling == VK_IMAGE_TILING_LINEAR || most < 4 ? 1 : 1 + rnd(LEVELS);
   return i;
}

static bool offered(const VkImageCreateInfo *i)
{
   VkImageFormatProperties p;
   return has_features(i->format, i->tiling, TRANSFERS) &&
          vk.GetPhysicalDeviceImageFormatProperties(
              t.physical, i->format, i->imageType, i->tiling,
              VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT, 0, &p) == VK_SUCCESS &&
          i->arrayLayers <= p.maxArrayLayers;
}

static void work(struct model *a, struct model *b, unsigned steps)
{
   for (unsigned i = 0; i < steps; i++) {
      unsigned q = rnd(QUEUES);
      struct model *m = rnd(2) ? a : b;
      switch (rnd(5)) {
      case 0:
         clear(m, q);
         break;
      case 1:
      case 2:
         copy(m, rnd(3) ? (m == a ? b : a) : m, q);
         break;
      default:
         upload(m, q);
         break;
      }
      if (rnd(3) == 0) {
         struct box box = random_box(m);
         download(m, q, &box, one_aspect(m));
      }
   }
   check_all(a, rnd(QUEUES));
   check_all(b, rnd(QUEUES));
}

/* Memory that models take for zero. */
static void start_from_zero(struct model *m)
{
   memset(m->im.host, 0, m->im.size_B);
}

static void every_format_of_every_type(void **state)
{
   size_t count;
   const fmt_info *table = fmt_table(&count);
   unsigned pairs = 0;
   for (size_t i = 0; i < count; i++)
      for (unsigned k = 0; k < 4; k++) {
         VkImageTiling tiling = k == 3 ? VK_IMAGE_TILING_LINEAR : VK_IMAGE_TILING_OPTIMAL;
         VkImageCreateInfo ia = random_info((VkFormat)table[i].number, (VkImageType)(k % 3), tiling);
         VkImageType other = ia.imageType == VK_IMAGE_TYPE_1D ? VK_IMAGE_TYPE_1D : (VkImageType)(1 + rnd(2));
         VkImageCreateInfo ib = random_info((VkFormat)table[i].number, other, VK_IMAGE_TILING_OPTIMAL);
         if (!offered(&ia) || !offered(&ib))
            continue;
         struct model a = make_model(&ia), b = make_model(&ib);
         start_from_zero(&a);
         start_from_zero(&b);
         work(&a, &b, 10);
         free_model(&a);
         free_model(&b);
         pairs++;
      }
   assert_true(pairs > 200);
}

/* Blocks of 8 and 16 bytes as single texels of another format, and back. */
static void compressed_and_uncompressed(void **state)
{
   static const VkFormat pairs[][2] = {{VK_FORMAT_BC1_RGB_UNORM_BLOCK, VK_FORMAT_R32G32_UINT},
                                       {VK_FORMAT_BC7_SRGB_BLOCK, VK_FORMAT_R32G32B32A32_SFLOAT},
                                       {VK_FORMAT_ETC2_R8G8B8A8_UNORM_BLOCK, VK_FORMAT_R32G32B32A32_UINT},
                                       {VK_FORMAT_ASTC_10x6_UNORM_BLOCK, VK_FORMAT_R32G32B32A32_SINT},
                                       {VK_FORMAT_BC3_UNORM_BLOCK, VK_FORMAT_ASTC_4x4_UNORM_BLOCK},
                                       {VK_FORMAT_R16G16_UNORM, VK_FORMAT_R8G8B8A8_SRGB}};
   unsigned done = 0;
   for (unsigned i = 0; i < 60; i++) {
      VkImageCreateInfo ia =
          random_info(pairs[i % 6][0], rnd(2) ? VK_IMAGE_TYPE_2D : VK_IMAGE_TYPE_3D, VK_IMAGE_TILING_OPTIMAL);
      VkImageCreateInfo ib =
          random_info(pairs[i % 6][1], rnd(2) ? VK_IMAGE_TYPE_2D : VK_IMAGE_TYPE_3D, VK_IMAGE_TILING_OPTIMAL);
      if (!offered(&ia) || !offered(&ib))
         continue;
      struct model a = make_model(&ia), b = make_model(&ib);
      start_from_zero(&a);
      start_from_zero(&b);
      work(&a, &b, 12);
      free_model(&a);
      free_model(&b);
      done++;
   }
   assert_true(done > 20);
}

/* One command buffer, every step behind a transfer barrier, several regions in a command. */
static void order_within_a_command_buffer(void **state)
{
   VkImageCreateInfo info = {
       .imageType = VK_IMAGE_TYPE_2D, .format = VK_FORMAT_R32_UINT, .extent = {64, 64, 1}};
   struct vkt_buffer value = vkt_buffer(&t, 64 * 64 * 4, VKT_TYPE_VRAM);
   for (unsigned q = 0; q < QUEUES; q++) {
      struct image a = make_image(&info), b = make_image(&info);
      VkImageSubresourceRange all = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
      VkImageSubresourceLayers layer = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
      VkImageCopy halves[2] = {{layer, {0, 0, 0}, layer, {0, 0, 0}, {32, 64, 1}},
                               {layer, {32, 0, 0}, layer, {32, 0, 0}, {32, 64, 1}}};
      VkBufferImageCopy whole = {.imageSubresource = layer, .imageExtent = {64, 64, 1}};
      VkCommandBuffer cmd = begin_on(q);
      for (uint32_t i = 0; i < 30; i++) {
         VkClearColorValue v = {.uint32 = {i, 0, 0, 0}};
         if (able(q, VK_QUEUE_COMPUTE_BIT) == q) {
            vk.CmdClearColorImage(cmd, a.image, VK_IMAGE_LAYOUT_GENERAL, &v, 1, &all);
         } else {
            vk.CmdFillBuffer(cmd, value.buffer, 0, VK_WHOLE_SIZE, i);
            transfer_barrier(cmd);
            whole.bufferOffset = 0;
            vk.CmdCopyBufferToImage(cmd, value.buffer, a.image, VK_IMAGE_LAYOUT_GENERAL, 1, &whole);
         }
         transfer_barrier(cmd);
         vk.CmdCopyImage(cmd, a.image, VK_IMAGE_LAYOUT_GENERAL, b.image, VK_IMAGE_LAYOUT_GENERAL, 2, halves);
         transfer_barrier(cmd);
         whole.bufferOffset = i * 64 * 64 * 4;
         vk.CmdCopyImageToBuffer(cmd, b.image, VK_IMAGE_LAYOUT_GENERAL, stage.buffer, 1, &whole);
         transfer_barrier(cmd);
      }
      run_on(q, cmd);
      for (uint32_t i = 0; i < 30 * 64 * 64; i++)
         assert_int_equal(((uint32_t *)stage.host)[i], i / (64 * 64));
      free_image(&a);
      free_image(&b);
   }
   vkt_buffer_free(&t, &value);
}

/* Regions that no valid program has: whatever comes of them, the memory of others stays as it is and the
 * device lives. */
static void regions_out_of_range(void **state)
{
   VkImageCreateInfo info = {.imageType = VK_IMAGE_TYPE_2D,
                             .format = VK_FORMAT_R8G8B8A8_UNORM,
                             .extent = {40, 24, 1},
                             .mipLevels = 2,
                             .arrayLayers = 2};
   struct image before = make_image(&info), im = make_image(&info), behind = make_image(&info);
   memset(before.host, 0x11, before.size_B);
   memset(behind.host, 0x22, behind.size_B);
   static const int32_t odd[] = {0, 1, 23, 24, 39, 40, 41, 1000, 65536, INT32_MAX, -1, INT32_MIN};
   for (unsigned i = 0; i < 300; i++) {
#define ODD odd[rnd(12)]
      VkImageSubresourceLayers any = {rnd(8), (uint32_t)rnd(4), (uint32_t)rnd(4), rnd(4) ? rnd(5) : ~0u};
      any.aspectMask = any.aspectMask ? any.aspectMask : VK_IMAGE_ASPECT_COLOR_BIT;
      VkImageCopy r = {
          any, {ODD, ODD, ODD}, any, {ODD, ODD, ODD}, {(uint32_t)ODD, (uint32_t)ODD, (uint32_t)ODD}};
      VkImageSubresourceRange range = {rnd(4), (uint32_t)ODD, (uint32_t)ODD, (uint32_t)ODD, (uint32_t)ODD};
      VkImageBlit b = {any, {{ODD, ODD, ODD}, {ODD, ODD, ODD}}, any, {{ODD, ODD, ODD}, {ODD, ODD, ODD}}};
      VkClearColorValue v = {.uint32 = {1, 2, 3, 4}};
      VkCommandBuffer cmd = begin_on(i % QUEUES);
      vk.CmdCopyImage(cmd, im.image, VK_IMAGE_LAYOUT_GENERAL, im.image, VK_IMAGE_LAYOUT_GENERAL, 1, &r);
      vk.CmdClearColorImage(cmd, im.image, VK_IMAGE_LAYOUT_GENERAL, &v, 1, &range);
      vk.CmdBlitImage(cmd, im.image, VK_IMAGE_LAYOUT_GENERAL, im.image, VK_IMAGE_LAYOUT_GENERAL, 1, &b,
                      VK_FILTER_LINEAR);
      run_on(i % QUEUES, cmd);
   }
   for (VkDeviceSize i = 0; i < before.size_B; i++)
      assert_true(((uint8_t *)before.host)[i] == 0x11 && ((uint8_t *)behind.host)[i] == 0x22);
   free_image(&before);
   free_image(&im);
   free_image(&behind);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(every_format_of_every_type), cmocka_unit_test(compressed_and_uncompressed),
       cmocka_unit_test(order_within_a_command_buffer), vkt_mistakes_test(regions_out_of_range)};
   return cmocka_run_group_tests(tests, setup, teardown);
}
