/* Blits and colour resolves: dispatches of internal programs that load texels of the source, filter, and
 * store them with the target's format. Depth and stencil, blitted whole, go as unsigned integers of their
 * size, so that every bit arrives. */
#include "vkf_internal.h"
#include "vkf_resolve.h"
#include "vkf_transfer.h"

/* ---- images as the programs see them --------------------------------------------------------------------
 */
/* 1D levels have no tiles: seen as linear 2D ones of one row, they need no programs of their own. */
static void as_2d(const struct vkf_image *image, uint32_t level, gpu_image *d)
{
   gpu_image_level l = vkf_image_level(image, level);
   d->va += l.offset_B;
   d->dim = GPU_DIM_2D_ARRAY;
   d->tiling = GPU_TILING_LINEAR;
   d->width = l.width_px;
   d->base_level = 0;
   d->row_pitch_B = l.width_el * l.element_B;
}

static bool describe(const struct vkf_image *image, const VkImageSubresourceLayers *sub, VkFormat format,
                     bool stencil, gpu_image *out)
{
   VkImageSubresourceRange all = {.baseMipLevel = sub->mipLevel,
                                  .levelCount = 1,
                                  .baseArrayLayer = sub->baseArrayLayer,
                                  .layerCount = sub->layerCount};
   struct vkf_image_range range = vkf_image_range(image, &all);
   enum gpu_dim dim = image->type == VK_IMAGE_TYPE_3D   ? GPU_DIM_3D
                      : image->type == VK_IMAGE_TYPE_1D ? GPU_DIM_1D_ARRAY
                                                        : GPU_DIM_2D_ARRAY;
   if (!image->va || !vkf_image_describe(image, format, dim, stencil, &range, out))
      return false;
   if (image->type == VK_IMAGE_TYPE_1D)
      as_2d(image, sub->mipLevel, out);
   return true;
}

static enum vkf_texel_kind kind_of(const fmt_info *info)
{
   return info->type == FMT_UINT ? VKF_TEXEL_UINT : info->type == FMT_SINT ? VKF_TEXEL_SINT : VKF_TEXEL_FLOAT;
}

static VkFormat raw_format(uint32_t block_B)
{
   switch (block_B) {
   case 1:
      return VK_FORMAT_R8_UINT;
   case 2:
      return VK_FORMAT_R16_UINT;
   case 4:
      return VK_FORMAT_R32_UINT;
   default:
      return VK_FORMAT_R32G32_UINT;
   }
}

/* ---- blits
 * ------------------------------------------------------------------------------------------------- */
/* Push constants of shaders/blit.comp. */
struct blit {
   int32_t first[4], size[4], target0[4], source0[4], span[4], over[4], last[4];
};

/* One direction: from source corners s to target corners t, the target having `length` texels. False: nothing
 * to write. */
static bool set_direction(struct blit *b, unsigned k, int32_t s0, int32_t s1, int32_t t0, int32_t t1,
                          uint32_t length)
{
   int64_t low = VKF_MIN(t0, t1), high = VKF_MAX(t0, t1), span = (int64_t)s1 - s0, over = (int64_t)t1 - t0;
   b->source0[k] = s0;
   b->target0[k] = t0;
   b->span[k] = (int32_t)(over < 0 ? -span : span);
   b->over[k] = (int32_t)(over < 0 ? -over : over);
   low = VKF_MAX(low, 0);
   high = VKF_MIN(high, (int64_t)length);
   b->first[k] = (int32_t)low;
   b->size[k] = (int32_t)(high - low);
   return high > low;
}

static uint32_t third(const struct vkf_image *image, const gpu_image *d, uint32_t level)
{
   return image->type == VK_IMAGE_TYPE_3D ? gpu_image_minify(image->extent.depth, level) : d->layers;
}

static bool set_region(struct blit *b, const struct vkf_image *src, const struct vkf_image *dst,
                       const gpu_image *from, const gpu_image *to, const VkImageBlit *r)
{
   VkExtent3D se = vkf_image_extent(src, r->srcSubresource.mipLevel),
              de = vkf_image_extent(dst, r->dstSubresource.mipLevel);
   const VkOffset3D *s = r->srcOffsets, *t = r->dstOffsets;
   uint32_t slices = third(dst, to, r->dstSubresource.mipLevel);
   bool z = src->type == VK_IMAGE_TYPE_3D || dst->type == VK_IMAGE_TYPE_3D;
   int32_t layers = (int32_t)VKF_MIN(from->layers, to->layers);
   if (!set_direction(b, 0, s[0].x, s[1].x, t[0].x, t[1].x, de.width) ||
       !set_direction(b, 1, s[0].y, s[1].y, t[0].y, t[1].y, de.height) ||
       !(z ? set_direction(b, 2, s[0].z, s[1].z, t[0].z, t[1].z, slices)
           : set_direction(b, 2, 0, layers, 0, layers, slices)))
      return false;
   b->last[0] = (int32_t)se.width - 1;
   b->last[1] = (int32_t)se.height - 1;
   b->last[2] = (int32_t)third(src, from, r->srcSubresource.mipLevel) - 1;
   return true;
}

/* Aspects as the program is to see them: the whole block as integers, or one of two by the hardware's own
 * means. */
static void choose_formats(const struct vkf_image *src, const struct vkf_image *dst,
                           VkImageAspectFlags aspects, VkFormat format[2], enum vkf_texel_kind *kind)
{
   format[0] = src->format;
   format[1] = dst->format;
   *kind = kind_of(src->info);
   if (src->info->layout != FMT_DEPTH)
      return;
   if ((aspects & src->aspects) == src->aspects) {
      format[0] = format[1] = raw_format(src->info->block_B);
      *kind = VKF_TEXEL_UINT;
   } else {
      *kind = aspects & VK_IMAGE_ASPECT_STENCIL_BIT ? VKF_TEXEL_UINT : VKF_TEXEL_FLOAT;
   }
}

static void blit(struct vkf_command_buffer *cmd, const struct vkf_image *src, const struct vkf_image *dst,
                 const VkImageBlit *r, VkFilter filter)
{
   VkImageAspectFlags aspects = r->srcSubresource.aspectMask;
   bool stencil = aspects == VK_IMAGE_ASPECT_STENCIL_BIT && src->aspects != VK_IMAGE_ASPECT_STENCIL_BIT,
        depth = src->info->layout == FMT_DEPTH;
   VkFormat format[2];
   enum vkf_texel_kind kind;
   gpu_image from, to;
   struct blit b = {0};
   choose_formats(src, dst, aspects, format, &kind);
   if (src->samples_log2 || dst->samples_log2 ||
       (depth ? src->format != dst->format : kind != kind_of(dst->info)) || dst->info->block_w_px > 1) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd),
                          "vkCmdBlitImage between these formats or of several samples");
      return;
   }
   if (!describe(src, &r->srcSubresource, format[0], stencil, &from) ||
       !describe(dst, &r->dstSubresource, format[1], stencil, &to) ||
       !set_region(&b, src, dst, &from, &to, r))
      return;
   b.first[3] = filter == VK_FILTER_LINEAR;
   uint32_t program = VKF_INTERNAL_BLIT + 4 * kind + 2 * (from.dim == GPU_DIM_3D) + (to.dim == GPU_DIM_3D);
   uint32_t size[3] = {(uint32_t)b.size[0], (uint32_t)b.size[1], (uint32_t)b.size[2]};
   vkf_internal_dispatch(cmd, program, &from, &to, &b, sizeof b, size);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBlitImage(VkCommandBuffer commandBuffer, VkImage srcImage,
                                            VkImageLayout srcImageLayout, VkImage dstImage,
                                            VkImageLayout dstImageLayout, uint32_t regionCount,
                                            const VkImageBlit *pRegions, VkFilter filter)
{
   for (uint32_t i = 0; i < regionCount; i++)
      blit(vkf_command_buffer_from(commandBuffer), vkf_image_from(srcImage), vkf_image_from(dstImage),
           &pRegions[i], filter);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdBlitImage2KHR(VkCommandBuffer commandBuffer, const VkBlitImageInfo2 *pInfo)
{
   for (uint32_t i = 0; i < pInfo->regionCount; i++) {
      const VkImageBlit2 *r = &pInfo->pRegions[i];
      VkImageBlit one = {r->srcSubresource,
                         {r->srcOffsets[0], r->srcOffsets[1]},
                         r->dstSubresource,
                         {r->dstOffsets[0], r->dstOffsets[1]}};
      blit(vkf_command_buffer_from(commandBuffer), vkf_image_from(pInfo->srcImage),
           vkf_image_from(pInfo->dstImage), &one, pInfo->filter);
   }
}

/* ---- resolves
 * ------------------------------------------------------------------------------------------------ */
/* Push constants of shaders/resolve.comp. */
struct resolve {
   int32_t target0[4], source0[4], size[4];
};

/* Integers have no mean. */
static int32_t color_mode(enum vkf_texel_kind kind)
{
   return kind == VKF_TEXEL_FLOAT ? VK_RESOLVE_MODE_AVERAGE_BIT : VK_RESOLVE_MODE_SAMPLE_ZERO_BIT;
}

static void resolve(struct vkf_command_buffer *cmd, const struct vkf_image *src, const struct vkf_image *dst,
                    const VkImageResolve *r)
{
   gpu_image from, to;
   struct vkf_transfer_side f, t;
   if (src->info->layout == FMT_DEPTH || src->format != dst->format || dst->samples_log2 ||
       !src->samples_log2) {
      vkf_cmd_unsupported(vkf_command_buffer_to(cmd), "vkCmdResolveImage between these images");
      return;
   }
   if (!vkf_transfer_side(src, &r->srcSubresource, &r->srcOffset, &f) ||
       !vkf_transfer_side(dst, &r->dstSubresource, &r->dstOffset, &t) ||
       !describe(src, &r->srcSubresource, src->format, false, &from) ||
       !describe(dst, &r->dstSubresource, dst->format, false, &to) || to.dim == GPU_DIM_3D)
      return;
   struct resolve p = {.target0 = {r->dstOffset.x, r->dstOffset.y, 0, 1 << src->samples_log2},
                       .source0 = {r->srcOffset.x, r->srcOffset.y, 0, color_mode(kind_of(src->info))},
                       .size = {(int32_t)VKF_MIN(r->extent.width, VKF_MIN(f.width_el, t.width_el)),
                                (int32_t)VKF_MIN(r->extent.height, VKF_MIN(f.height_el, t.height_el)),
                                (int32_t)VKF_MIN(f.slices, t.slices), 0}};
   uint32_t size[3] = {(uint32_t)p.size[0], (uint32_t)p.size[1], (uint32_t)p.size[2]};
   vkf_internal_dispatch(cmd, VKF_INTERNAL_RESOLVE + kind_of(src->info), &from, &to, &p, sizeof p, size);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdResolveImage(VkCommandBuffer commandBuffer, VkImage srcImage,
                                               VkImageLayout srcImageLayout, VkImage dstImage,
                                               VkImageLayout dstImageLayout, uint32_t regionCount,
                                               const VkImageResolve *pRegions)
{
   for (uint32_t i = 0; i < regionCount; i++)
      resolve(vkf_command_buffer_from(commandBuffer), vkf_image_from(srcImage), vkf_image_from(dstImage),
              &pRegions[i]);
}

VKAPI_ATTR void VKAPI_CALL vkf_CmdResolveImage2KHR(VkCommandBuffer commandBuffer,
                                                   const VkResolveImageInfo2 *pInfo)
{
   for (uint32_t i = 0; i < pInfo->regionCount; i++) {
      const VkImageResolve2 *r = &pInfo->pRegions[i];
      VkImageResolve one = {r->srcSubresource, r->srcOffset, r->dstSubresource, r->dstOffset, r->extent};
      resolve(vkf_command_buffer_from(commandBuffer), vkf_image_from(pInfo->srcImage),
              vkf_image_from(pInfo->dstImage), &one);
   }
}

/* ---- resolves of attachments ----------------------------------------------------------------------------------- */
static bool describe_view(const struct vkf_image_view *view, bool stencil, uint32_t layers, gpu_image *out)
{
   struct vkf_image_range range = view->range;
   range.layers = VKF_MIN(range.layers, layers);
   range.levels = 1;
   return view->image->va && vkf_image_describe(view->image, view->format, GPU_DIM_2D_ARRAY, stencil, &range, out);
}

void vkf_resolve_views(struct vkf_command_buffer *cmd, const struct vkf_image_view *from, const struct vkf_image_view *to,
                       VkImageAspectFlags aspect, VkResolveModeFlagBits mode, const VkRect2D *area, uint32_t layers)
{
   bool stencil = aspect == VK_IMAGE_ASPECT_STENCIL_BIT;
   const fmt_info *info = fmt_lookup((uint32_t)from->format);
   enum vkf_texel_kind kind = stencil ? VKF_TEXEL_UINT : kind_of(info);
   gpu_image source, target;
   if (!describe_view(from, stencil, layers, &source) || !describe_view(to, stencil, layers, &target))
      return;
   VkExtent3D size = vkf_image_extent(to->image, to->range.base_level);
   int64_t x1 = VKF_MIN((int64_t)area->offset.x + area->extent.width, (int64_t)size.width);
   int64_t y1 = VKF_MIN((int64_t)area->offset.y + area->extent.height, (int64_t)size.height);
   if (x1 <= area->offset.x || y1 <= area->offset.y)
      return;
   if (aspect == VK_IMAGE_ASPECT_COLOR_BIT)
      mode = (VkResolveModeFlagBits)color_mode(kind);
   struct resolve p = {.target0 = {area->offset.x, area->offset.y, 0, 1 << from->image->samples_log2},
                       .source0 = {area->offset.x, area->offset.y, 0, (int32_t)mode},
                       .size = {(int32_t)(x1 - area->offset.x), (int32_t)(y1 - area->offset.y),
                                (int32_t)VKF_MIN(source.layers, target.layers), 0}};
   uint32_t extent[3] = {(uint32_t)p.size[0], (uint32_t)p.size[1], (uint32_t)p.size[2]};
   vkf_internal_dispatch(cmd, VKF_INTERNAL_RESOLVE + kind, &source, &target, &p, sizeof p, extent);
}
