/* vkAcquireNextImageKHR and vkQueuePresentKHR. An acquired image is free of all use, so its semaphore and
 * fence are signalled at once; presenting submits the copies behind the semaphores, and leaves the rest to
 * the presenters. No wait outlives the device. */
#include "vkf_device.h"
#include "vkf_fence.h"
#include "vkf_semaphore.h"
#include "vkf_swapchain.h"

#define LOOK_NS UINT64_C(20000000) /* how long a wait goes without asking for the device */
#define LISTEN_NS                                                                                            \
   UINT64_C(2000000) /* and how long where changes come both from the presenter and a connection */

/* Whether the window still is what the swapchain was made for. */
static VkResult window_state(struct vkf_swapchain *sc)
{
   VkExtent2D now;
   VkResult r = sc->surface->wsi->extent(sc->surface, &now);
   if (r != VK_SUCCESS || now.width == UINT32_MAX)
      return r;
   bool same = now.width == sc->extent.width && now.height == sc->extent.height;
   return same ? VK_SUCCESS : VK_ERROR_OUT_OF_DATE_KHR;
}

/* ---- acquiring -------------------------------------------------------------------------------------------
 */
static struct vkf_swapchain_image *longest_free(struct vkf_swapchain *sc)
{
   struct vkf_swapchain_image *best = NULL;
   for (uint32_t i = 0; i < sc->count; i++) {
      struct vkf_swapchain_image *image = &sc->images[i];
      if (image->state == VKF_IMAGE_FREE && !atomic_load(&image->frame.busy) &&
          (!best || image->freed < best->freed))
         best = image;
   }
   return best;
}

/* With the lock held, for at most that long: until an image may have become free. A window that goes away
 * meanwhile frees none. */
static VkResult wait_for_change(struct vkf_swapchain *sc, uint64_t ns)
{
   const struct vkf_wsi *wsi = sc->surface->wsi;
   if (!wsi->listen)
      vkf_swapchain_sleep(sc, ns);
   pthread_mutex_unlock(&sc->lock);
   if (wsi->listen)
      wsi->listen(&sc->window, VKF_MIN(ns, LISTEN_NS));
   VkResult r = window_state(sc);
   pthread_mutex_lock(&sc->lock);
   return r;
}

/* With the lock held: VK_SUCCESS and an image, or why there is none. */
static VkResult take_free(struct vkf_swapchain *sc, uint64_t timeout_ns, struct vkf_swapchain_image **out)
{
   uint64_t start = vkf_swapchain_now_ns();
   VkResult window =
       sc->surface->wsi->listen ? wait_for_change(sc, 0) : VK_SUCCESS; /* what has come already */
   for (;;) {
      if (window != VK_SUCCESS)
         return window;
      if (sc->status != VK_SUCCESS)
         return sc->status;
      if (sc->retired)
         return VK_ERROR_OUT_OF_DATE_KHR;
      if (vkf_device_is_lost(sc->device))
         return VK_ERROR_DEVICE_LOST;
      *out = longest_free(sc);
      if (*out)
         return VK_SUCCESS;
      uint64_t waited = vkf_swapchain_now_ns() - start;
      if (waited >= timeout_ns)
         return timeout_ns ? VK_TIMEOUT : VK_NOT_READY;
      window = wait_for_change(sc, VKF_MIN(timeout_ns - waited, LOOK_NS));
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_AcquireNextImageKHR(VkDevice device_, VkSwapchainKHR swapchain,
                                                       uint64_t timeout, VkSemaphore semaphore, VkFence fence,
                                                       uint32_t *pImageIndex)
{
   struct vkf_device *device = vkf_device_from(device_);
   struct vkf_swapchain *sc = vkf_swapchain_from(swapchain);
   VkResult r = window_state(sc);
   if (r != VK_SUCCESS)
      return r;
   struct vkf_swapchain_image *image = NULL;
   pthread_mutex_lock(&sc->lock);
   r = take_free(sc, timeout, &image);
   if (r == VK_SUCCESS)
      image->state = VKF_IMAGE_ACQUIRED;
   pthread_mutex_unlock(&sc->lock);
   if (r != VK_SUCCESS)
      return r;
   *pImageIndex = (uint32_t)(image - sc->images);
   if (semaphore)
      vkf_semaphore_signal_now(device, vkf_semaphore_from(semaphore));
   if (fence)
      vkf_fence_signal_now(device, vkf_fence_from(fence));
   return VK_SUCCESS;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_AcquireNextImage2KHR(VkDevice device,
                                                        const VkAcquireNextImageInfoKHR *pAcquireInfo,
                                                        uint32_t *pImageIndex)
{
   return vkf_AcquireNextImageKHR(device, pAcquireInfo->swapchain, pAcquireInfo->timeout,
                                  pAcquireInfo->semaphore, pAcquireInfo->fence, pImageIndex);
}

/* ---- presenting ------------------------------------------------------------------------------------------
 */
/* The copies of all images, after the semaphores; *number is the submission's. */
static VkResult submit_copies(struct vkf_queue *queue, const VkPresentInfoKHR *info, uint64_t *number)
{
   const VkAllocationCallbacks *alloc = queue->device->alloc;
   VkCommandBuffer *copies =
       vkf_alloc(alloc, info->swapchainCount * sizeof *copies, VK_SYSTEM_ALLOCATION_SCOPE_COMMAND);
   if (!copies)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   for (uint32_t i = 0; i < info->swapchainCount; i++)
      copies[i] = vkf_swapchain_from(info->pSwapchains[i])->images[info->pImageIndices[i]].copy;
   VkSubmitInfo s = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                     .waitSemaphoreCount = info->waitSemaphoreCount,
                     .pWaitSemaphores = info->pWaitSemaphores,
                     .commandBufferCount = info->swapchainCount,
                     .pCommandBuffers = copies};
   VkResult r = vkf_QueueSubmit(vkf_queue_to(queue), 1, &s, VK_NULL_HANDLE);
   pthread_mutex_lock(&queue->lock);
   *number = queue->submitted;
   pthread_mutex_unlock(&queue->lock);
   vkf_free(alloc, copies);
   return r;
}

/* Hand image n to the presenter, whose submission is that number of the queue; returns what the application
 * hears. */
static VkResult enqueue(struct vkf_swapchain *sc, uint32_t n, struct vkf_queue *queue, uint64_t number,
                        uint64_t id)
{
   VkResult r = window_state(sc);
   struct vkf_swapchain_image *image = &sc->images[n];
   pthread_mutex_lock(&sc->lock);
   if (sc->status != VK_SUCCESS)
      r = sc->status;
   image->queue = queue;
   image->number = number;
   image->id = id;
   image->hidden = r != VK_SUCCESS;
   sc->pending[sc->pending_count++] = n;
   pthread_cond_broadcast(&sc->changed);
   pthread_mutex_unlock(&sc->lock);
   return r;
}

/* Images that are presented stop being acquired before anything is submitted, so that no two calls, and no
 * two places of one, present the same one. */
static bool claim(struct vkf_swapchain *sc, uint32_t n)
{
   pthread_mutex_lock(&sc->lock);
   bool ours = n < sc->count && sc->images[n].state == VKF_IMAGE_ACQUIRED;
   if (ours)
      sc->images[n].state = VKF_IMAGE_PENDING;
   pthread_mutex_unlock(&sc->lock);
   return ours;
}

static void unclaim(const VkPresentInfoKHR *info, uint32_t count)
{
   for (uint32_t i = 0; i < count; i++) {
      struct vkf_swapchain *sc = vkf_swapchain_from(info->pSwapchains[i]);
      pthread_mutex_lock(&sc->lock);
      sc->images[info->pImageIndices[i]].state = VKF_IMAGE_ACQUIRED;
      pthread_mutex_unlock(&sc->lock);
   }
}

static VkResult claim_all(struct vkf_queue *queue, const VkPresentInfoKHR *info)
{
   for (uint32_t i = 0; i < info->swapchainCount; i++) {
      struct vkf_swapchain *sc = vkf_swapchain_from(info->pSwapchains[i]);
      if (claim(sc, info->pImageIndices[i]))
         continue;
      unclaim(info, i);
      if (vkf_device_is_lost(queue->device))
         return VK_ERROR_DEVICE_LOST;
      return vkf_error(queue->device, sc, VK_ERROR_UNKNOWN,
                       "vkQueuePresentKHR: image %u of swapchain %u is not acquired", info->pImageIndices[i],
                       i);
   }
   return VK_SUCCESS;
}

/* The copies are on their way: whatever comes now, the semaphores are waited for. */
static VkResult enqueue_all(struct vkf_queue *queue, const VkPresentInfoKHR *info, uint64_t number)
{
   const VkPresentIdKHR *ids = vkf_find_in(info->pNext, VK_STRUCTURE_TYPE_PRESENT_ID_KHR);
   VkResult all = VK_SUCCESS;
   for (uint32_t i = 0; i < info->swapchainCount; i++) {
      uint64_t id = ids && ids->pPresentIds ? ids->pPresentIds[i] : 0;
      VkResult r =
          enqueue(vkf_swapchain_from(info->pSwapchains[i]), info->pImageIndices[i], queue, number, id);
      if (info->pResults)
         info->pResults[i] = r;
      if (r < 0 && all == VK_SUCCESS)
         all = r;
   }
   return all;
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_QueuePresentKHR(VkQueue queue_, const VkPresentInfoKHR *pPresentInfo)
{
   struct vkf_queue *queue = vkf_queue_from(queue_);
   uint64_t number = 0;
   VkResult r = claim_all(queue, pPresentInfo);
   if (r == VK_SUCCESS) {
      r = submit_copies(queue, pPresentInfo, &number);
      if (r == VK_SUCCESS)
         return enqueue_all(queue, pPresentInfo, number);
      unclaim(pPresentInfo, pPresentInfo->swapchainCount);
   }
   for (uint32_t i = 0; pPresentInfo->pResults && i < pPresentInfo->swapchainCount; i++)
      pPresentInfo->pResults[i] = r;
   return r;
}

/* ---- waiting for a present -------------------------------------------------------------------------------
 */
/* With the lock held. */
static VkResult await_id(struct vkf_swapchain *sc, uint64_t id, uint64_t timeout_ns)
{
   uint64_t start = vkf_swapchain_now_ns();
   for (;;) {
      if (sc->shown_id >= id)
         return VK_SUCCESS;
      if (sc->status != VK_SUCCESS)
         return sc->status;
      if (vkf_device_is_lost(sc->device))
         return VK_ERROR_DEVICE_LOST;
      uint64_t waited = vkf_swapchain_now_ns() - start;
      if (waited >= timeout_ns)
         return VK_TIMEOUT;
      vkf_swapchain_sleep(sc, VKF_MIN(timeout_ns - waited, LOOK_NS));
   }
}

VKAPI_ATTR VkResult VKAPI_CALL vkf_WaitForPresentKHR(VkDevice device, VkSwapchainKHR swapchain,
                                                     uint64_t presentId, uint64_t timeout)
{
   struct vkf_swapchain *sc = vkf_swapchain_from(swapchain);
   pthread_mutex_lock(&sc->lock);
   VkResult r = await_id(sc, presentId, timeout);
   pthread_mutex_unlock(&sc->lock);
   return r;
}
