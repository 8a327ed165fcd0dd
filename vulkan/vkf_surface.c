/* VkSurfaceKHR: life, and what can be asked of a surface. All surfaces have the same formats; what differs is
 * the window system's table, and the extent, which the window system is asked for each time. */
#include "vkf_surface.h"
#include "vkf_image.h"
#include "vkf_instance.h"

static const VkSurfaceFormatKHR formats[] = {
    {VK_FORMAT_B8G8R8A8_UNORM, VK_COLOR_SPACE_SRGB_NONLINEAR_KHR},
    {VK_FORMAT_B8G8R8A8_SRGB, VK_COLOR_SPACE_SRGB_NONLINEAR_KHR},
    {VK_FORMAT_R8G8B8A8_UNORM, VK_COLOR_SPACE_SRGB_NONLINEAR_KHR},
    {VK_FORMAT_R8G8B8A8_SRGB, VK_COLOR_SPACE_SRGB_NONLINEAR_KHR},
};

VkResult vkf_surface_create(VkInstance instance_, const VkAllocationCallbacks *alloc,
                            const struct vkf_wsi *wsi, void *connection, uintptr_t window, VkSurfaceKHR *out)
{
   struct vkf_instance *instance = vkf_instance_from(instance_);
   struct vkf_surface *s = vkf_object_new(alloc, instance->alloc, sizeof *s, VK_OBJECT_TYPE_SURFACE_KHR,
                                          VK_SYSTEM_ALLOCATION_SCOPE_OBJECT);
   if (!s)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   s->wsi = wsi;
   s->connection = connection;
   s->window = window;
   pthread_mutex_init(&s->lock, NULL);
   *out = vkf_surface_to(s);
   return VK_SUCCESS;
}

VKAPI_ATTR void VKAPI_CALL vkf_DestroySurfaceKHR(VkInstance instance, VkSurfaceKHR surface,
                                                 const VkAllocationCallbacks *pAllocator)
{
   struct vkf_surface *s = vkf_surface_from(surface);
   if (!s)
      return;
   pthread_mutex_destroy(&s->lock);
   vkf_object_delete(pAllocator, vkf_instance_from(instance)->alloc, s);
}

bool vkf_surface_has_format(VkFormat format, VkColorSpaceKHR space)
{
   for (size_t i = 0; i < VKF_COUNT(formats); i++)
      if (formats[i].format == format && formats[i].colorSpace == space)
         return true;
   return false;
}

bool vkf_surface_has_mode(const struct vkf_surface *surface, VkPresentModeKHR mode)
{
   for (uint32_t i = 0; i < surface->wsi->mode_count; i++)
      if (surface->wsi->modes[i] == mode)
         return true;
   return false;
}

/* ---- queries ------------------------------------------------------------------------------------------- */
VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceSurfaceSupportKHR(VkPhysicalDevice physicalDevice,
                                                                      uint32_t queueFamilyIndex,
                                                                      VkSurfaceKHR surface_,
                                                                      VkBool32 *pSupported)
{
   struct vkf_surface *surface = vkf_surface_from(surface_);
   *pSupported = surface->wsi->supports(surface); /* every family copies images */
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceSurfaceCapabilitiesKHR(
    VkPhysicalDevice physicalDevice, VkSurfaceKHR surface_, VkSurfaceCapabilitiesKHR *pCapabilities)
{
   struct vkf_surface *surface = vkf_surface_from(surface_);
   VkExtent2D extent;
   VkResult r = surface->wsi->extent(surface, &extent);
   if (r != VK_SUCCESS)
      return r;
   bool any = extent.width == UINT32_MAX;
   *pCapabilities = (VkSurfaceCapabilitiesKHR){
       .minImageCount = VKF_SWAPCHAIN_IMAGES_MIN,
       .maxImageCount = VKF_SWAPCHAIN_IMAGES_MAX,
       .currentExtent = extent,
       .minImageExtent = any ? (VkExtent2D){1, 1} : extent,
       .maxImageExtent = any ? (VkExtent2D){VKF_IMAGE_SIZE_MAX, VKF_IMAGE_SIZE_MAX} : extent,
       .maxImageArrayLayers = 1,
       .supportedTransforms = VK_SURFACE_TRANSFORM_IDENTITY_BIT_KHR,
       .currentTransform = VK_SURFACE_TRANSFORM_IDENTITY_BIT_KHR,
       .supportedCompositeAlpha = surface->wsi->alpha,
       .supportedUsageFlags = VKF_SWAPCHAIN_USAGE,
   };
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceSurfaceCapabilities2KHR(
    VkPhysicalDevice physicalDevice, const VkPhysicalDeviceSurfaceInfo2KHR *pSurfaceInfo,
    VkSurfaceCapabilities2KHR *pCapabilities)
{
   return vkf_GetPhysicalDeviceSurfaceCapabilitiesKHR(physicalDevice, pSurfaceInfo->surface,
                                                      &pCapabilities->surfaceCapabilities);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceSurfaceFormatsKHR(VkPhysicalDevice physicalDevice,
                                                                      VkSurfaceKHR surface, uint32_t *pCount,
                                                                      VkSurfaceFormatKHR *pFormats)
{
   return vkf_return_array(formats, VKF_COUNT(formats), sizeof formats[0], pCount, pFormats);
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceSurfaceFormats2KHR(
    VkPhysicalDevice physicalDevice, const VkPhysicalDeviceSurfaceInfo2KHR *pSurfaceInfo, uint32_t *pCount,
    VkSurfaceFormat2KHR *pFormats)
{
   uint32_t n = VKF_COUNT(formats);
   if (!pFormats) {
      *pCount = n;
      return VK_SUCCESS;
   }
   *pCount = VKF_MIN(*pCount, n);
   for (uint32_t i = 0; i < *pCount; i++)
      pFormats[i].surfaceFormat = formats[i];
   return *pCount < n ? VK_INCOMPLETE : VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDeviceSurfacePresentModesKHR(VkPhysicalDevice physicalDevice,
                                                                           VkSurfaceKHR surface,
                                                                           uint32_t *pCount,
                                                                           VkPresentModeKHR *pModes)
{
   const struct vkf_wsi *wsi = vkf_surface_from(surface)->wsi;
   return vkf_return_array(wsi->modes, wsi->mode_count, sizeof wsi->modes[0], pCount, pModes);
}

/* ---- groups of the one card ------------------------------------------------------------------------------
 */
VKAPI_ATTR VkResult VKAPI_CALL vkf_GetPhysicalDevicePresentRectanglesKHR(VkPhysicalDevice physicalDevice,
                                                                         VkSurfaceKHR surface_,
                                                                         uint32_t *pCount, VkRect2D *pRects)
{
   struct vkf_surface *surface = vkf_surface_from(surface_);
   VkRect2D all = {{0, 0}, {0, 0}};
   VkResult r = surface->wsi->extent(surface, &all.extent);
   return r == VK_SUCCESS ? vkf_return_array(&all, 1, sizeof all, pCount, pRects) : r;
}

VKAPI_ATTR VkResult VKAPI_CALL
vkf_GetDeviceGroupPresentCapabilitiesKHR(VkDevice device, VkDeviceGroupPresentCapabilitiesKHR *pCapabilities)
{
   memset(pCapabilities->presentMask, 0, sizeof pCapabilities->presentMask);
   pCapabilities->presentMask[0] = 1;
   pCapabilities->modes = VK_DEVICE_GROUP_PRESENT_MODE_LOCAL_BIT_KHR;
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_GetDeviceGroupSurfacePresentModesKHR(
    VkDevice device, VkSurfaceKHR surface, VkDeviceGroupPresentModeFlagsKHR *pModes)
{
   *pModes = VK_DEVICE_GROUP_PRESENT_MODE_LOCAL_BIT_KHR;
   return VK_SUCCESS;
}
