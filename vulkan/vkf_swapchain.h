/* VkSwapchainKHR: images of the ordinary kind, each with a linear buffer that the window system shows. */
#ifndef VKF_SWAPCHAIN_H
#define VKF_SWAPCHAIN_H

#include <pthread.h>
#include "vkf.h"
#include "vkf_surface.h"

struct vkf_device;
struct vkf_queue;

enum vkf_swapchain_state { VKF_IMAGE_FREE, VKF_IMAGE_ACQUIRED, VKF_IMAGE_PENDING };

struct vkf_swapchain_image {
   VkImage image;
   VkBuffer buffer;
   VkDeviceMemory image_memory, buffer_memory;
   VkCommandBuffer copy; /* of the image into the buffer */
   struct vkf_wsi_frame frame;
   /* With the swapchain's lock: */
   enum vkf_swapchain_state state;
   uint64_t freed; /* when, in the order of such events */
   /* While pending: the copy's submission. */
   struct vkf_queue *queue;
   uint64_t number;
   bool hidden; /* the window cannot show it any more */
   uint64_t id; /* from VkPresentIdKHR, 0 for none */
};

struct vkf_swapchain {
   struct vkf_object object;
   struct vkf_device *device;
   struct vkf_surface *surface;
   uint64_t serial; /* among those of the surface */
   struct vkf_wsi_window window;
   VkPresentModeKHR mode;
   VkFormat format;
   VkExtent2D extent;
   VkCommandPool pool;
   uint32_t count;
   struct vkf_swapchain_image images[VKF_SWAPCHAIN_IMAGES_MAX];

   pthread_t presenter;
   bool started;
   pthread_mutex_t lock; /* all below, and the images' states */
   pthread_cond_t changed;
   bool stop, retired;
   VkResult status; /* the first error that presenting met; stays */
   uint64_t clock;
   uint64_t shown_id; /* the largest that has been shown */
   uint32_t pending[VKF_SWAPCHAIN_IMAGES_MAX], pending_count; /* in the order of vkQueuePresentKHR */
};
VKF_HANDLE(vkf_swapchain, VkSwapchainKHR)

uint64_t vkf_swapchain_now_ns(void);
/* With the lock held: sleep until something changes, for at most that long. */
void vkf_swapchain_sleep(struct vkf_swapchain *sc, uint64_t ns);

/* vkf_presenter.c: the thread that brings pending images to the window. */
VkResult vkf_presenter_start(struct vkf_swapchain *sc);
/* Shows what is pending without more delay, and returns when all is done. */
void vkf_presenter_stop(struct vkf_swapchain *sc);

#endif
