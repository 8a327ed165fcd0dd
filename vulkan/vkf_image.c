/* VkImage: creation, requirements, binding, and the hardware's view of a part of one. Any memory type will do
 * for any image. Invariant: an image is one that vkf_image_format_limits allows, so all its numbers fit the
 * fields of a descriptor. */
#include "vkf_image.h"
#include "vkf_address_report.h"
#include "vkf_device.h"
#include "vkf_format.h"
#include "vkf_memory.h"
#include "vkf_picture.h"
#include "vkf_swapchain.h"

#define LINEAR_PITCH_ALIGN_B 64u

static uint32_t log2_of(uint32_t pow2)
{
   uint32_t n = 0;
   while (pow2 >> n > 1)
      n++;
   return n;
}

/* ---- creation ------------------------------------------------------------------------------------------ */
static uint64_t memory_max_B(const struct vkf_device *device)
{
   return VKF_MAX(device->physical->vram_B, device->physical->sysmem_B);
}

static VkResult check(struct vkf_device *device, const VkImageCreateInfo *info, uint64_t memory_B)
{
   VkImageFormatProperties p;
   const VkImageStencilUsageCreateInfo *stencil =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_IMAGE_STENCIL_USAGE_CREATE_INFO);
   VkImageUsageFlags usage = info->usage | (stencil ? stencil->stencilUsage : 0);
   VkResult r = vkf_image_format_limits(info->format, info->imageType, info->tiling,
                                        usage, info->flags, memory_B, &p);
   if (r != VK_SUCCESS)
      return vkf_error(device, NULL, r,
                       "vkCreateImage: no images of format %d, type %d, tiling %d, usage 0x%x, flags 0x%x",
                       info->format, info->imageType, info->tiling, usage, info->flags);
   const VkExternalMemoryImageCreateInfo *external =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_IMAGE_CREATE_INFO);
   if (external && (external->handleTypes & ~(VkExternalMemoryHandleTypeFlags)VKF_OPAQUE_HANDLE))
      return vkf_error(device, NULL, VK_ERROR_INVALID_EXTERNAL_HANDLE,
                       "vkCreateImage: handle types 0x%x are not supported", external->handleTypes);
   const VkExtent3D *e = &info->extent;
   uint32_t largest = VKF_MAX(VKF_MAX(e->width, e->height), e->depth);
   bool some = e->width && e->height && e->depth && info->mipLevels && info->arrayLayers;
   bool fits = e->width <= p.maxExtent.width && e->height <= p.maxExtent.height &&
               e->depth <= p.maxExtent.depth && info->arrayLayers <= p.maxArrayLayers &&
               info->mipLevels <= p.maxMipLevels && info->mipLevels <= log2_of(largest) + 1;
   bool samples = info->samples && !(info->samples & (info->samples - 1)) &&
                  (info->samples & p.sampleCounts) && (info->samples == 1 || info->mipLevels == 1);
   if (!some || !fits || !samples)
      return vkf_error(device, NULL, VK_ERROR_OUT_OF_DEVICE_MEMORY,
                       "vkCreateImage: %u x %u x %u texels, %u levels, %u layers, %u samples are not possible",
                       e->width, e->height, e->depth, info->mipLevels, info->arrayLayers, info->samples);
   return VK_SUCCESS;
}

static void place(struct vkf_image *image)
{
   const fmt_info *f = image->info;
   gpu_image_shape *s = &image->shape;
   *s = (gpu_image_shape){.tiling = image->tiling == VK_IMAGE_TILING_LINEAR ? GPU_TILING_LINEAR : GPU_TILING_TILED,
                          .is_1d = image->type == VK_IMAGE_TYPE_1D,
                          .element_B = (uint32_t)f->block_B << image->samples_log2,
                          .block_w_px = f->block_w_px,
                          .block_h_px = f->block_h_px,
                          .width = image->extent.width,
                          .height = image->extent.height,
                          .depth = image->extent.depth};
   if (s->tiling == GPU_TILING_LINEAR) {
      uint32_t blocks = (s->width + s->block_w_px - 1) / s->block_w_px;
      uint32_t rows = (s->height + s->block_h_px - 1) / s->block_h_px;
      s->row_pitch_B = (uint32_t)vkf_align(blocks * s->element_B, LINEAR_PITCH_ALIGN_B);
      s->slice_pitch_B = image->type == VK_IMAGE_TYPE_3D ? s->row_pitch_B * rows : 0;
   }
   image->layer_stride_B = vkf_align(gpu_image_layer_B(s, image->levels), GPU_IMAGE_ALIGN_B);
   image->size_B = image->layer_stride_B * image->layers;
}

VkResult vkf_image_plan(struct vkf_device *device, const VkImageCreateInfo *info, struct vkf_image *out)
{
   VkResult r = check(device, info, memory_max_B(device));
   if (r != VK_SUCCESS)
      return r;
   out->flags = info->flags;
   out->type = info->imageType;
   out->format = info->format;
   out->info = fmt_lookup(info->format);
   out->tiling = info->tiling;
   out->usage = info->usage;
   out->aspects = vkf_format_aspects(out->info);
   out->extent = info->extent;
   out->levels = info->mipLevels;
   out->layers = info->arrayLayers;
   out->samples_log2 = log2_of(info->samples);
   place(out);
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateImage(VkDevice device_, const VkImageCreateInfo *pCreateInfo,
                                               const VkAllocationCallbacks *pAllocator, VkImage *pImage)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_image plan = {0};
   VkResult r = vkf_image_plan(device, pCreateInfo, &plan);
   if (r != VK_SUCCESS)
      return r;
   if (plan.size_B > memory_max_B(device))
      return vkf_error(device, NULL, VK_ERROR_OUT_OF_DEVICE_MEMORY, "vkCreateImage: larger than any memory");
   struct vkf_image *image = vkf_device_object(device, pAllocator, sizeof *image, VK_OBJECT_TYPE_IMAGE);
   if (!image)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   plan.object = image->object;
   *image = plan;
   *pImage = vkf_image_to(image);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroyImage(VkDevice device, VkImage image,
                                            const VkAllocationCallbacks *pAllocator)
{
   const struct vkf_image *i = vkf_image_from(image);
   if (i)
      vkf_address_unbound(vkf_device_from(device), i, i->va, i->size_B);
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_image_from(image));
}

/* ---- memory -------------------------------------------------------------------------------------------- */
VKAPI_ATTR void VKAPI_CALL vkf_GetImageMemoryRequirements(VkDevice device, VkImage image,
                                                          VkMemoryRequirements *pMemoryRequirements)
{
   *pMemoryRequirements = (VkMemoryRequirements){.size = vkf_image_from(image)->size_B,
                                                 .alignment = GPU_IMAGE_ALIGN_B,
                                                 .memoryTypeBits = VKF_MEMORY_TYPE_BITS};
}

VKAPI_ATTR void VKAPI_CALL vkf_GetImageMemoryRequirements2KHR(VkDevice device,
                                                              const VkImageMemoryRequirementsInfo2 *pInfo,
                                                              VkMemoryRequirements2 *pMemoryRequirements)
{
   vkf_GetImageMemoryRequirements(device, pInfo->image, &pMemoryRequirements->memoryRequirements);
   for (VkBaseOutStructure *s = pMemoryRequirements->pNext; s; s = s->pNext) {
      if (s->sType == VK_STRUCTURE_TYPE_MEMORY_DEDICATED_REQUIREMENTS) {
         VkMemoryDedicatedRequirements *d = (VkMemoryDedicatedRequirements *)s;
         d->prefersDedicatedAllocation = VK_FALSE;
         d->requiresDedicatedAllocation = VK_FALSE;
      }
   }
}

VKAPI_ATTR void VKAPI_CALL
vkf_GetImageSparseMemoryRequirements(VkDevice device, VkImage image, uint32_t *pSparseMemoryRequirementCount,
                                     VkSparseImageMemoryRequirements *pSparseMemoryRequirements)
{
   *pSparseMemoryRequirementCount = 0;
}

VKAPI_ATTR void VKAPI_CALL vkf_GetImageSparseMemoryRequirements2KHR(
    VkDevice device, const VkImageSparseMemoryRequirementsInfo2 *pInfo,
    uint32_t *pSparseMemoryRequirementCount, VkSparseImageMemoryRequirements2 *pSparseMemoryRequirements)
{
   *pSparseMemoryRequirementCount = 0;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_BindImageMemory(VkDevice device, VkImage image, VkDeviceMemory memory,
                                                   VkDeviceSize memoryOffset)
{
   struct vkf_image *i = vkf_image_from(image);
   const struct vkf_bo *bo = &vkf_memory_from(memory)->bo;
   i->va = bo->va + memoryOffset;
   vkf_picture_bound(bo->section, i, memoryOffset);
   vkf_address_bound(vkf_device_from(device), i, i->va, i->size_B);
   return VK_SUCCESS;
}

/* The memory of a swapchain's image, made with the same parameters. */
static void bind_swapchain_image(struct vkf_image *image, const VkBindImageMemorySwapchainInfoKHR *s)
{
   const struct vkf_swapchain *sc = vkf_swapchain_from(s->swapchain);
   const struct vkf_image *of = s->imageIndex < sc->count ? vkf_image_from(sc->images[s->imageIndex].image) : NULL;
   if (of && of->size_B >= image->size_B)
      image->va = of->va;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_BindImageMemory2KHR(VkDevice device, uint32_t bindInfoCount,
                                                       const VkBindImageMemoryInfo *pBindInfos)
{
   for (uint32_t i = 0; i < bindInfoCount; i++) {
      const VkBindImageMemorySwapchainInfoKHR *s =
          vkf_find_in(pBindInfos[i].pNext, VK_STRUCTURE_TYPE_BIND_IMAGE_MEMORY_SWAPCHAIN_INFO_KHR);
      if (s && s->swapchain)
         bind_swapchain_image(vkf_image_from(pBindInfos[i].image), s);
      else
         vkf_BindImageMemory(device, pBindInfos[i].image, pBindInfos[i].memory, pBindInfos[i].memoryOffset);
   }
   return VK_SUCCESS;
}

/* Of linear images by right, of others for the curious. */
VKAPI_ATTR void VKAPI_CALL vkf_GetImageSubresourceLayout(VkDevice device, VkImage image_,
                                                         const VkImageSubresource *pSubresource,
                                                         VkSubresourceLayout *pLayout)
{
   const struct vkf_image *image = vkf_image_from(image_);
   if (pSubresource->mipLevel >= image->levels || pSubresource->arrayLayer >= image->layers) {
      *pLayout = (VkSubresourceLayout){0};
      return;
   }
   gpu_image_level l = vkf_image_level(image, pSubresource->mipLevel);
   *pLayout = (VkSubresourceLayout){
       .offset = pSubresource->arrayLayer * image->layer_stride_B + l.offset_B,
       .size = l.size_B,
       .rowPitch = l.row_B,
       .arrayPitch = image->layers > 1 ? image->layer_stride_B : 0,
       .depthPitch = image->type == VK_IMAGE_TYPE_3D ? l.slice_B : 0,
   };
}

/* ---- the hardware's view ------------------------------------------------------------------------------- */
static void clip(uint32_t total, uint32_t base, uint32_t count, uint32_t *out_base, uint32_t *out_count)
{
   *out_base = VKF_MIN(base, total);
   *out_count = VKF_MIN(count, total - *out_base); /* VK_REMAINING_* is the greatest number */
}

struct vkf_image_range vkf_image_range(const struct vkf_image *image, const VkImageSubresourceRange *range)
{
   struct vkf_image_range r;
   clip(image->levels, range->baseMipLevel, range->levelCount, &r.base_level, &r.levels);
   clip(image->layers, range->baseArrayLayer, range->layerCount, &r.base_layer, &r.layers);
   return r;
}

/* Base the descriptor at the range's level, whose blocks become the texels. */
static void describe_blocks(const struct vkf_image *image, const struct vkf_image_range *range, gpu_image *out)
{
   gpu_image_level l = vkf_image_level(image, range->base_level);
   out->va += l.offset_B;
   out->width = l.width_el;
   out->height = l.height_el;
   out->depth = l.depth;
   out->base_level = 0;
   out->levels = 1;
}

/* Slices as layers, the level as the only one. */
static bool describe_slices(const struct vkf_image *image, const struct vkf_image_range *range, gpu_image *out)
{
   gpu_image_level l = vkf_image_level(image, range->base_level);
   out->va += l.offset_B + range->base_layer * l.slice_B;
   out->width = l.width_px;
   out->height = l.height_px;
   out->depth = 1;
   out->base_level = 0;
   out->levels = 1;
   out->layers = range->layers;
   out->base_layer = 0;
   out->layer_stride_B = l.slice_B;
   return out->va % GPU_IMAGE_ALIGN_B == 0 && (range->layers == 1 || l.slice_B % GPU_IMAGE_ALIGN_B == 0);
}

bool vkf_image_describe(const struct vkf_image *image, VkFormat format, enum gpu_dim dim, bool stencil,
                        const struct vkf_image_range *range, gpu_image *out)
{
   *out = (gpu_image){.dim = GPU_DIM_NONE};
   const fmt_info *as = fmt_lookup(format);
   if (!as || as->block_B != image->info->block_B || !range->levels || !range->layers || !image->va)
      return false;
   gpu_image d = {.va = image->va,
                  .format = format,
                  .dim = dim,
                  .tiling = image->shape.tiling,
                  .samples_log2 = image->samples_log2,
                  .stencil = stencil,
                  .width = image->extent.width,
                  .height = image->extent.height,
                  .depth = image->extent.depth,
                  .base_layer = range->base_layer,
                  .layers = range->layers,
                  .base_level = range->base_level,
                  .levels = range->levels,
                  .swizzle = {GPU_SWIZZLE_R, GPU_SWIZZLE_G, GPU_SWIZZLE_B, GPU_SWIZZLE_A},
                  .row_pitch_B = image->shape.row_pitch_B,
                  .slice_pitch_B = image->shape.slice_pitch_B,
                  .layer_stride_B = image->layer_stride_B};
   bool slices = image->type == VK_IMAGE_TYPE_3D && dim != GPU_DIM_3D;
   bool blocks = as->block_w_px != image->info->block_w_px || as->block_h_px != image->info->block_h_px;
   if (slices && (blocks || !describe_slices(image, range, &d)))
      return false;
   if (blocks)
      describe_blocks(image, range, &d);
   *out = d;
   return true;
}
