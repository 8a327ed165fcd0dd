/* VK_KHR_win32_surface: windows of Windows, by GDI. Frames go from the driver's memory to the window in one
 * call, which has read the pixels when it returns. A minimised window is 0 by 0 pixels large, and no
 * swapchain fits it. */
#ifdef _WIN32
#include "vkf_surface.h"

static HWND window_of(const struct vkf_surface *surface)
{
   return (HWND)surface->window;
}

static bool supports(struct vkf_surface *surface)
{
   return IsWindow(window_of(surface));
}

static VkResult extent(struct vkf_surface *surface, VkExtent2D *out)
{
   RECT r;
   if (!GetClientRect(window_of(surface), &r))
      return VK_ERROR_SURFACE_LOST_KHR;
   *out = (VkExtent2D){(uint32_t)(r.right - r.left), (uint32_t)(r.bottom - r.top)};
   return VK_SUCCESS;
}

static VkResult open_window(struct vkf_wsi_window *window)
{
   return supports(window->surface) ? VK_SUCCESS : VK_ERROR_SURFACE_LOST_KHR;
}

static void close_window(struct vkf_wsi_window *window) {}

static VkResult attach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   return VK_SUCCESS;
}

static void detach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame) {}

static VkResult show(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   HWND at = window_of(window->surface);
   HDC dc = GetDC(at);
   if (!dc)
      return IsWindow(at) ? VK_ERROR_OUT_OF_HOST_MEMORY : VK_ERROR_SURFACE_LOST_KHR;
   BITMAPINFO info = {.bmiHeader = {.biSize = sizeof info.bmiHeader,
                                    .biWidth = (LONG)frame->width_px,
                                    .biHeight = -(LONG)frame->height_px, /* from the top down */
                                    .biPlanes = 1,
                                    .biBitCount = 32,
                                    .biCompression = BI_RGB}};
   /* What it returns counts the rows that were visible. */
   SetDIBitsToDevice(dc, 0, 0, frame->width_px, frame->height_px, 0, 0, 0, frame->height_px, frame->pixels,
                     &info, DIB_RGB_COLORS);
   GdiFlush();
   ReleaseDC(at, dc);
   return IsWindow(at) ? VK_SUCCESS : VK_ERROR_SURFACE_LOST_KHR;
}

static const VkPresentModeKHR modes[] = {VK_PRESENT_MODE_FIFO_KHR, VK_PRESENT_MODE_FIFO_RELAXED_KHR,
                                         VK_PRESENT_MODE_MAILBOX_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR};

static const struct vkf_wsi win32 = {.modes = modes,
                                     .mode_count = VKF_COUNT(modes),
                                     .alpha = VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR,
                                     .supports = supports,
                                     .extent = extent,
                                     .open = open_window,
                                     .close = close_window,
                                     .attach = attach,
                                     .detach = detach,
                                     .show = show};

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateWin32SurfaceKHR(VkInstance instance,
                                                         const VkWin32SurfaceCreateInfoKHR *pCreateInfo,
                                                         const VkAllocationCallbacks *pAllocator,
                                                         VkSurfaceKHR *pSurface)
{
   return vkf_surface_create(instance, pAllocator, &win32, pCreateInfo->hinstance,
                             (uintptr_t)pCreateInfo->hwnd, pSurface);
}

VKAPI_ATTR VkBool32 VKAPI_CALL
vkf_GetPhysicalDeviceWin32PresentationSupportKHR(VkPhysicalDevice physicalDevice, uint32_t queueFamilyIndex)
{
   return VK_TRUE;
}

#endif
