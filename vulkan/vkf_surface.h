/* VkSurfaceKHR: a window of some window system, which is a small table of functions (vkf_wsi_<system>.c). */
#ifndef VKF_SURFACE_H
#define VKF_SURFACE_H

#include <pthread.h>
#include <stdatomic.h>
#include "vkf.h"

struct vkf_surface;

/* One buffer of pixels that a window can show: rows of 4 bytes each, without gaps, blue first. */
struct vkf_wsi_frame {
   void *pixels;
   intptr_t handle; /* of shared memory that begins with the pixels, -1 for none; valid while attaching */
   uint32_t width_px, height_px;
   bool opaque;      /* alpha is to count as 1 */
   atomic_bool busy; /* the window system still reads the pixels */
   /* The window system's own. */
   uint32_t segment;
   void *buffer;
};

/* What a swapchain keeps of its window. */
struct vkf_wsi_window {
   struct vkf_surface *surface;
   bool fifo; /* every frame is to be seen */
   /* The window system's own. */
   uint32_t gc;
   uint8_t depth;
   void *state;
};

struct vkf_wsi {
   bool shared; /* shows frames in shared memory without a copy through a socket */
   const VkPresentModeKHR *modes;
   uint32_t mode_count;
   VkCompositeAlphaFlagsKHR alpha;
   bool (*supports)(struct vkf_surface *surface);
   /* The window's size, UINT32_MAX where the swapchain decides; VK_ERROR_SURFACE_LOST_KHR. */
   VkResult (*extent)(struct vkf_surface *surface, VkExtent2D *out);
   /* For a swapchain. close and detach also take what was never opened or attached. */
   VkResult (*open)(struct vkf_wsi_window *window);
   void (*close)(struct vkf_wsi_window *window);
   VkResult (*attach)(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame);
   void (*detach)(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame);
   /* On any thread. The pixels may be changed again once frame->busy is false. VK_ERROR_SURFACE_LOST_KHR. */
   VkResult (*show)(struct vkf_wsi_window *window, struct vkf_wsi_frame *frame);
   /* Only where the window system says when frames are due and buffers free; NULL elsewhere. listen hears it
    * for at most ns; due: the window wants its next frame. On any thread. */
   void (*listen)(struct vkf_wsi_window *window, uint64_t ns);
   bool (*due)(struct vkf_wsi_window *window);
};

struct vkf_swapchain;

struct vkf_surface {
   struct vkf_object object;
   const struct vkf_wsi *wsi;
   void *connection;
   uintptr_t window;
   struct vkf_swapchain *swapchain; /* that is not retired; NULL for none */
   pthread_mutex_t lock;            /* showing, and what follows */
   uint64_t swapchains;             /* so far: their numbers */
   uint64_t newest;                 /* of those presented to; older ones no longer reach the window */
};
VKF_HANDLE(vkf_surface, VkSurfaceKHR)

#define VKF_SWAPCHAIN_IMAGES_MIN 2u
#define VKF_SWAPCHAIN_IMAGES_MAX 16u
#define VKF_SWAPCHAIN_USAGE                                                                                  \
   (VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |         \
    VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_INPUT_ATTACHMENT_BIT)

VkResult vkf_surface_create(VkInstance instance, const VkAllocationCallbacks *alloc,
                            const struct vkf_wsi *wsi, void *connection, uintptr_t window, VkSurfaceKHR *out);
bool vkf_surface_has_format(VkFormat format, VkColorSpaceKHR space);
bool vkf_surface_has_mode(const struct vkf_surface *surface, VkPresentModeKHR mode);

#endif
