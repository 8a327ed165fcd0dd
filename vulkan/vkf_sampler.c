/* VkSampler. The hardware's numbers of address modes, comparisons and reductions are Vulkan's own. */
#include "vkf_sampler.h"
#include "vkf_device.h"

#define SAME(vulkan, gpu) _Static_assert((int)(vulkan) == (int)(gpu), #vulkan)
SAME(VK_SAMPLER_ADDRESS_MODE_REPEAT, GPU_ADDRESS_REPEAT);
SAME(VK_SAMPLER_ADDRESS_MODE_MIRRORED_REPEAT, GPU_ADDRESS_MIRROR);
SAME(VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE, GPU_ADDRESS_CLAMP);
SAME(VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_BORDER, GPU_ADDRESS_BORDER);
SAME(VK_SAMPLER_ADDRESS_MODE_MIRROR_CLAMP_TO_EDGE, GPU_ADDRESS_MIRROR_CLAMP);
SAME(VK_COMPARE_OP_LESS, GPU_COMPARE_LESS);
SAME(VK_COMPARE_OP_LESS_OR_EQUAL, GPU_COMPARE_LESS_EQUAL);
SAME(VK_COMPARE_OP_NOT_EQUAL, GPU_COMPARE_NOT_EQUAL);
SAME(VK_COMPARE_OP_ALWAYS, GPU_COMPARE_ALWAYS);
SAME(VK_SAMPLER_REDUCTION_MODE_WEIGHTED_AVERAGE, GPU_REDUCE_AVERAGE);
SAME(VK_SAMPLER_REDUCTION_MODE_MIN, GPU_REDUCE_MIN);
SAME(VK_SAMPLER_REDUCTION_MODE_MAX, GPU_REDUCE_MAX);

static uint32_t bits_of(float f)
{
   uint32_t u;
   memcpy(&u, &f, sizeof u);
   return u;
}

static void fill_border(const VkSamplerCreateInfo *info, uint32_t out[4])
{
   const VkSamplerCustomBorderColorCreateInfoEXT *custom =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_SAMPLER_CUSTOM_BORDER_COLOR_CREATE_INFO_EXT);
   uint32_t one = bits_of(1.0f);
   memset(out, 0, 4 * sizeof out[0]);
   switch (info->borderColor) {
   case VK_BORDER_COLOR_FLOAT_OPAQUE_WHITE:
      out[0] = out[1] = out[2] = out[3] = one;
      break;
   case VK_BORDER_COLOR_INT_OPAQUE_WHITE:
      out[0] = out[1] = out[2] = out[3] = 1;
      break;
   case VK_BORDER_COLOR_FLOAT_OPAQUE_BLACK:
      out[3] = one;
      break;
   case VK_BORDER_COLOR_INT_OPAQUE_BLACK:
      out[3] = 1;
      break;
   case VK_BORDER_COLOR_FLOAT_CUSTOM_EXT:
   case VK_BORDER_COLOR_INT_CUSTOM_EXT:
      if (custom)
         memcpy(out, &custom->customBorderColor, 4 * sizeof out[0]);
      break;
   default:
      break;
   }
}

/* NaN and what is below 1 mean none. */
static uint32_t anisotropy_of(const VkSamplerCreateInfo *info)
{
   if (!info->anisotropyEnable || !(info->maxAnisotropy >= 1.0f))
      return 0;
   return info->maxAnisotropy >= (float)GPU_IMAGE_ANISOTROPY_MAX ? GPU_IMAGE_ANISOTROPY_MAX
                                                                 : (uint32_t)info->maxAnisotropy;
}

static enum gpu_address_mode address_of(VkSamplerAddressMode mode)
{
   return (uint32_t)mode <= VK_SAMPLER_ADDRESS_MODE_MIRROR_CLAMP_TO_EDGE ? (enum gpu_address_mode)mode
                                                                         : GPU_ADDRESS_REPEAT;
}

static void describe(const VkSamplerCreateInfo *info, uint32_t out[GPU_SAMPLER_DESC_DW])
{
   const VkSamplerReductionModeCreateInfo *reduction =
       vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_SAMPLER_REDUCTION_MODE_CREATE_INFO);
   gpu_sampler s = {
       .mag_linear = info->magFilter == VK_FILTER_LINEAR,
       .min_linear = info->minFilter == VK_FILTER_LINEAR,
       .mip_linear = info->mipmapMode == VK_SAMPLER_MIPMAP_MODE_LINEAR,
       .unnormalised = info->unnormalizedCoordinates,
       .not_seamless = info->flags & VK_SAMPLER_CREATE_NON_SEAMLESS_CUBE_MAP_BIT_EXT,
       .address = {address_of(info->addressModeU), address_of(info->addressModeV), address_of(info->addressModeW)},
       .compare = info->compareEnable ? (enum gpu_compare)((uint32_t)info->compareOp & 7) : GPU_COMPARE_NEVER,
       .reduction = reduction ? (enum gpu_reduction)((uint32_t)reduction->reductionMode & 3) : GPU_REDUCE_AVERAGE,
       .anisotropy = anisotropy_of(info),
       .bias = bits_of(info->mipLodBias),
       .min_lod = bits_of(info->minLod),
       .max_lod = bits_of(info->maxLod)};
   fill_border(info, s.border);
   gpu_sampler_encode(&s, out);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateSampler(VkDevice device_, const VkSamplerCreateInfo *pCreateInfo,
                                                 const VkAllocationCallbacks *pAllocator, VkSampler *pSampler)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_sampler *s = vkf_device_object(device, pAllocator, sizeof *s, VK_OBJECT_TYPE_SAMPLER);
   if (!s)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   describe(pCreateInfo, s->descriptor);
   *pSampler = vkf_sampler_to(s);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroySampler(VkDevice device, VkSampler sampler,
                                              const VkAllocationCallbacks *pAllocator)
{
   vkf_object_delete(pAllocator, vkf_device_from(device)->alloc, vkf_sampler_from(sampler));
}
