/* VK_EXT_headless_surface: a window that nobody sees. Frames are taken and dropped, at the pace of the mode. */
#include "vkf_surface.h"

static bool supports(struct vkf_surface *surface)
{
   return true;
}

static VkResult extent(struct vkf_surface *surface, VkExtent2D *out)
{
   *out = (VkExtent2D){UINT32_MAX, UINT32_MAX};
   return VK_SUCCESS;
}

static VkResult open_window(struct vkf_wsi_window *window)
{
   return VK_SUCCESS;
}

static void close_window(struct vkf_wsi_window *window) {}

static VkResult attach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   return VK_SUCCESS;
}

static void detach(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame) {}

static VkResult show(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame)
{
   return VK_SUCCESS;
}

static const VkPresentModeKHR modes[] = {VK_PRESENT_MODE_FIFO_KHR, VK_PRESENT_MODE_FIFO_RELAXED_KHR,
                                         VK_PRESENT_MODE_MAILBOX_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR};

static const struct vkf_wsi headless = {.modes = modes,
                                        .mode_count = VKF_COUNT(modes),
                                        .alpha = VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR |
                                                 VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR,
                                        .supports = supports,
                                        .extent = extent,
                                        .open = open_window,
                                        .close = close_window,
                                        .attach = attach,
                                        .detach = detach,
                                        .show = show};

VKAPI_ATTR VkResult VKAPI_CALL vkf_CreateHeadlessSurfaceEXT(VkInstance instance,
                                                            const VkHeadlessSurfaceCreateInfoEXT *pCreateInfo,
                                                            const VkAllocationCallbacks *pAllocator,
                                                            VkSurfaceKHR *pSurface)
{
   return vkf_surface_create(instance, pAllocator, &headless, NULL, 0, pSurface);
}
