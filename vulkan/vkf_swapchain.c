/* VkSwapchainKHR: creation and destruction. Invariant: a swapchain that exists has all its images bound, its
 * copies recorded, its frames attached to the window and its presenter running. */
#include "vkf_swapchain.h"
#include "vkf_buffer.h"
#include "vkf_command_buffer.h"
#include "vkf_device.h"
#include "vkf_image.h"
#include "vkf_machine.h"
#include "vkf_memory.h"
#include "vkf_picture.h"
#include <time.h>
#ifndef _WIN32
#include <unistd.h>
#endif

/* ---- an image and its buffer ----------------------------------------------------------------------------
 */
static VkResult make_image(struct vkf_swapchain *sc, const VkSwapchainCreateInfoKHR *info,
                           struct vkf_swapchain_image *i)
{
   VkDevice device = vkf_device_to(sc->device);
   bool mutable = info->flags & VK_SWAPCHAIN_CREATE_MUTABLE_FORMAT_BIT_KHR;
   VkImageCreateInfo ii = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                           .flags = mutable ? VK_IMAGE_CREATE_MUTABLE_FORMAT_BIT | VK_IMAGE_CREATE_EXTENDED_USAGE_BIT
                                            : 0,
                           .imageType = VK_IMAGE_TYPE_2D,
                           .format = sc->format,
                           .extent = {sc->extent.width, sc->extent.height, 1},
                           .mipLevels = 1,
                           .arrayLayers = 1,
                           .samples = VK_SAMPLE_COUNT_1_BIT,
                           .tiling = VK_IMAGE_TILING_OPTIMAL,
                           .usage = info->imageUsage | VK_IMAGE_USAGE_TRANSFER_SRC_BIT};
   VkResult r = vkf_CreateImage(device, &ii, NULL, &i->image);
   if (r != VK_SUCCESS)
      return r;
   VkMemoryAllocateInfo mi = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                              .allocationSize = vkf_image_from(i->image)->size_B,
                              .memoryTypeIndex = VKF_MEMORY_VRAM};
   r = vkf_AllocateMemory(device, &mi, NULL, &i->image_memory);
   return r == VK_SUCCESS ? vkf_BindImageMemory(device, i->image, i->image_memory, 0) : r;
}

/* Where the window system, or someone who looks on, takes it from memory that is shared. */
static VkResult allocate_frame(struct vkf_swapchain *sc, uint64_t size_B, VkDeviceMemory *memory)
{
   VkExportMemoryAllocateInfo share = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                       .handleTypes = VKF_OPAQUE_HANDLE};
   VkMemoryAllocateInfo mi = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                              .pNext = sc->surface->wsi->shared || vkf_machine_watched() ? &share : NULL,
                              .allocationSize = size_B,
                              .memoryTypeIndex = VKF_MEMORY_SYSTEM_CACHED};
   return vkf_AllocateMemory(vkf_device_to(sc->device), &mi, NULL, memory);
}

static VkResult make_buffer(struct vkf_swapchain *sc, struct vkf_swapchain_image *i)
{
   VkDevice device = vkf_device_to(sc->device);
   VkBufferCreateInfo bi = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                            .size = (VkDeviceSize)sc->extent.width * sc->extent.height * 4,
                            .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
   VkResult r = vkf_CreateBuffer(device, &bi, NULL, &i->buffer);
   if (r != VK_SUCCESS)
      return r;
   r = allocate_frame(sc, bi.size, &i->buffer_memory);
   return r == VK_SUCCESS ? vkf_BindBufferMemory(device, i->buffer, i->buffer_memory, 0) : r;
}

static VkResult record_copy(struct vkf_swapchain *sc, struct vkf_swapchain_image *i)
{
   VkCommandBufferAllocateInfo ai = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                     .commandPool = sc->pool,
                                     .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                     .commandBufferCount = 1};
   VkResult r = vkf_AllocateCommandBuffers(vkf_device_to(sc->device), &ai, &i->copy);
   VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
   if (r == VK_SUCCESS)
      r = vkf_BeginCommandBuffer(i->copy, &begin);
   if (r != VK_SUCCESS)
      return r;
   VkBufferImageCopy all = {.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                            .imageExtent = {sc->extent.width, sc->extent.height, 1}};
   vkf_CmdCopyImageToBuffer(i->copy, i->image, VK_IMAGE_LAYOUT_PRESENT_SRC_KHR, i->buffer, 1, &all);
   return vkf_EndCommandBuffer(i->copy);
}

static VkResult attach_frame(struct vkf_swapchain *sc, const VkSwapchainCreateInfoKHR *info,
                             struct vkf_swapchain_image *i)
{
   const struct vkf_bo *bo = &vkf_memory_from(i->buffer_memory)->bo;
   i->frame.pixels = bo->host;
   i->frame.handle = -1;
   i->frame.width_px = sc->extent.width;
   i->frame.height_px = sc->extent.height;
   i->frame.opaque = info->compositeAlpha == VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR;
#ifndef _WIN32
   /* Without a handle the frame goes the slow way. */
   if (bo->section && vkf_section_export(bo->section, 0, false, &i->frame.handle) != VK_SUCCESS)
      i->frame.handle = -1;
#endif
   VkResult r = sc->surface->wsi->attach(&sc->window, &i->frame);
#ifndef _WIN32
   if (i->frame.handle >= 0)
      close((int)i->frame.handle);
#endif
   i->frame.handle = -1;
   vkf_picture_frame(bo->section, sc->extent);
   return r;
}

static VkResult make(struct vkf_swapchain *sc, const VkSwapchainCreateInfoKHR *info,
                     struct vkf_swapchain_image *i)
{
   VkResult r = make_image(sc, info, i);
   if (r == VK_SUCCESS)
      r = make_buffer(sc, i);
   if (r == VK_SUCCESS)
      r = record_copy(sc, i);
   if (r == VK_SUCCESS)
      r = attach_frame(sc, info, i);
   return r == VK_ERROR_TOO_MANY_OBJECTS ? VK_ERROR_OUT_OF_HOST_MEMORY : r;
}

/* ---- waiting ---------------------------------------------------------------------------------------------
 */
/* Windows' threads library knows only the wall clock for waits; they are short and looked at again. */
#ifdef _WIN32
#define WAIT_CLOCK CLOCK_REALTIME
#else
#define WAIT_CLOCK CLOCK_MONOTONIC
#endif

static void init_lock(struct vkf_swapchain *sc)
{
   pthread_condattr_t attr;
   pthread_mutex_init(&sc->lock, NULL);
   pthread_condattr_init(&attr);
#ifndef _WIN32
   pthread_condattr_setclock(&attr, WAIT_CLOCK);
#endif
   pthread_cond_init(&sc->changed, &attr);
   pthread_condattr_destroy(&attr);
}

uint64_t vkf_swapchain_now_ns(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void vkf_swapchain_sleep(struct vkf_swapchain *sc, uint64_t ns)
{
   struct timespec t;
   clock_gettime(WAIT_CLOCK, &t);
   uint64_t until = (uint64_t)t.tv_nsec + ns;
   t.tv_sec += (time_t)(until / 1000000000u);
   t.tv_nsec = (long)(until % 1000000000u);
   pthread_cond_timedwait(&sc->changed, &sc->lock, &t);
}

/* ---- the swapchain ---------------------------------------------------------------------------------------
 */
static VkResult check(struct vkf_device *device, const VkSwapchainCreateInfoKHR *info)
{
   struct vkf_surface *surface = vkf_surface_from(info->surface);
   struct vkf_swapchain *old = vkf_swapchain_from(info->oldSwapchain);
   if (surface->swapchain && surface->swapchain != old)
      return vkf_error(device, NULL, VK_ERROR_NATIVE_WINDOW_IN_USE_KHR,
                       "vkCreateSwapchainKHR: the surface has a swapchain that oldSwapchain does not name");
   bool fits = vkf_surface_has_format(info->imageFormat, info->imageColorSpace) &&
               vkf_surface_has_mode(surface, info->presentMode) && info->imageArrayLayers == 1 &&
               !(info->flags & ~(VkSwapchainCreateFlagsKHR)VK_SWAPCHAIN_CREATE_MUTABLE_FORMAT_BIT_KHR) &&
               info->minImageCount <= VKF_SWAPCHAIN_IMAGES_MAX &&
               info->preTransform == VK_SURFACE_TRANSFORM_IDENTITY_BIT_KHR &&
               info->compositeAlpha & surface->wsi->alpha && info->imageExtent.width &&
               info->imageExtent.height && info->imageExtent.width <= VKF_IMAGE_SIZE_MAX &&
               info->imageExtent.height <= VKF_IMAGE_SIZE_MAX &&
               !(info->imageUsage & ~(VkImageUsageFlags)VKF_SWAPCHAIN_USAGE);
   if (!fits)
      return vkf_error(device, NULL, VK_ERROR_INITIALIZATION_FAILED,
                       "vkCreateSwapchainKHR: %ux%u, format %d, mode %d, %u images of %u layers, usage 0x%x, "
                       "flags 0x%x, alpha 0x%x, transform 0x%x",
                       info->imageExtent.width, info->imageExtent.height, info->imageFormat,
                       info->presentMode, info->minImageCount, info->imageArrayLayers, info->imageUsage,
                       info->flags, info->compositeAlpha, info->preTransform);
   VkExtent2D now;
   return surface->wsi->extent(surface, &now);
}

static VkResult init(struct vkf_swapchain *sc, const VkSwapchainCreateInfoKHR *info)
{
   VkCommandPoolCreateInfo pi = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
   VkResult r = vkf_CreateCommandPool(vkf_device_to(sc->device), &pi, NULL, &sc->pool);
   if (r == VK_SUCCESS)
      r = sc->surface->wsi->open(&sc->window);
   for (uint32_t i = 0; i < sc->count && r == VK_SUCCESS; i++)
      r = make(sc, info, &sc->images[i]);
   return r == VK_SUCCESS ? vkf_presenter_start(sc) : r;
}

static void swapchain_free(struct vkf_swapchain *sc, const VkAllocationCallbacks *given)
{
   VkDevice device = vkf_device_to(sc->device);
   vkf_presenter_stop(sc);
   for (uint32_t i = 0; i < sc->count; i++) {
      struct vkf_swapchain_image *image = &sc->images[i];
      sc->surface->wsi->detach(&sc->window, &image->frame);
      vkf_DestroyBuffer(device, image->buffer, NULL);
      vkf_DestroyImage(device, image->image, NULL);
      vkf_FreeMemory(device, image->buffer_memory, NULL);
      vkf_FreeMemory(device, image->image_memory, NULL);
   }
   sc->surface->wsi->close(&sc->window);
   vkf_DestroyCommandPool(device, sc->pool, NULL);
   pthread_cond_destroy(&sc->changed);
   pthread_mutex_destroy(&sc->lock);
   vkf_object_delete(given, sc->device->alloc, sc);
}

static void retire(struct vkf_swapchain *old)
{
   if (!old)
      return;
   pthread_mutex_lock(&old->lock);
   old->retired = true;
   pthread_cond_broadcast(&old->changed);
   pthread_mutex_unlock(&old->lock);
   if (old->surface->swapchain == old)
      old->surface->swapchain = NULL;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateSwapchainKHR(VkDevice device_,
                                                      const VkSwapchainCreateInfoKHR *pCreateInfo,
                                                      const VkAllocationCallbacks *pAllocator,
                                                      VkSwapchainKHR *pSwapchain)
{
   struct vkf_device *device = vkf_device_from(device_);
   VkResult r = check(device, pCreateInfo);
   retire(vkf_swapchain_from(pCreateInfo->oldSwapchain)); /* even if no new one can be made */
   if (r != VK_SUCCESS)
      return r;
   struct vkf_swapchain *sc = vkf_device_object(device, pAllocator, sizeof *sc, VK_OBJECT_TYPE_SWAPCHAIN_KHR);
   if (!sc)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   sc->device = device;
   sc->surface = vkf_surface_from(pCreateInfo->surface);
   sc->mode = pCreateInfo->presentMode;
   sc->format = pCreateInfo->imageFormat;
   sc->extent = pCreateInfo->imageExtent;
   sc->count = VKF_MAX(pCreateInfo->minImageCount, VKF_SWAPCHAIN_IMAGES_MIN);
   sc->window.surface = sc->surface;
   sc->window.fifo = sc->mode == VK_PRESENT_MODE_FIFO_KHR || sc->mode == VK_PRESENT_MODE_FIFO_RELAXED_KHR;
   sc->serial = ++sc->surface->swapchains;
   init_lock(sc);
   r = init(sc, pCreateInfo);
   if (r != VK_SUCCESS) {
      swapchain_free(sc, pAllocator);
      return r;
   }
   sc->surface->swapchain = sc;
   *pSwapchain = vkf_swapchain_to(sc);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroySwapchainKHR(VkDevice device, VkSwapchainKHR swapchain,
                                                   const VkAllocationCallbacks *pAllocator)
{
   struct vkf_swapchain *sc = vkf_swapchain_from(swapchain);
   if (!sc)
      return;
   if (sc->surface->swapchain == sc)
      sc->surface->swapchain = NULL;
   swapchain_free(sc, pAllocator);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetSwapchainImagesKHR(VkDevice device, VkSwapchainKHR swapchain,
                                                         uint32_t *pCount, VkImage *pImages)
{
   const struct vkf_swapchain *sc = vkf_swapchain_from(swapchain);
   VkImage all[VKF_SWAPCHAIN_IMAGES_MAX];
   for (uint32_t i = 0; i < sc->count; i++)
      all[i] = sc->images[i].image;
   return vkf_return_array(all, sc->count, sizeof all[0], pCount, pImages);
}
