/* The presenter, a thread per swapchain: it waits for the copy of a pending image, for the moment that the
 * present mode sets, and shows the frame. Invariant: an image is free again only once its copy is done, so
 * the application may draw into it at once (its buffer may still be read: frame.busy); and whatever fails,
 * pending images become free. Refreshes come at 60 Hz, but where the window system itself says when a frame
 * is due. */
#include "vkf_device.h"
#include "vkf_memory.h"
#include "vkf_picture.h"
#include "vkf_swapchain.h"

#define PERIOD_NS UINT64_C(16666667) /* between two refreshes */
#define HIDDEN_NS                                                                                            \
   UINT64_C(200000000) /* a window that is not seen is never due, yet its frames go on after this */
#define LISTEN_NS UINT64_C(4000000)
#define COPYING_NS UINT64_C(500000) /* between looks at a copy that does not wake the presenter */

static bool is_copied(void *context)
{
   const struct vkf_swapchain_image *i = context;
   return vkf_queue_finished(i->queue) >= i->number;
}

/* Windows take blue first. */
static void swap_red_and_blue(struct vkf_wsi_frame *frame)
{
   uint8_t *p = frame->pixels;
   for (size_t n = (size_t)frame->width_px * frame->height_px; n; n--, p += 4) {
      uint8_t red = p[0];
      p[0] = p[2];
      p[2] = red;
   }
}

/* With the lock held: image n is the application's to acquire. */
static void set_free(struct vkf_swapchain *sc, uint32_t n)
{
   sc->images[n].state = VKF_IMAGE_FREE;
   sc->images[n].freed = ++sc->clock;
   pthread_cond_broadcast(&sc->changed);
}

static uint32_t take_first(struct vkf_swapchain *sc)
{
   uint32_t n = sc->pending[0];
   sc->pending_count--;
   memmove(sc->pending, sc->pending + 1, sc->pending_count * sizeof sc->pending[0]);
   return n;
}

/* ---- the moment ------------------------------------------------------------------------------------------
 */
/* With the lock held: FIFO where the window system tells. */
static void await_due(struct vkf_swapchain *sc)
{
   const struct vkf_wsi *wsi = sc->surface->wsi;
   uint64_t start = vkf_swapchain_now_ns();
   while (!sc->stop && !wsi->due(&sc->window) && vkf_swapchain_now_ns() - start < HIDDEN_NS) {
      pthread_mutex_unlock(&sc->lock);
      wsi->listen(&sc->window, LISTEN_NS);
      pthread_mutex_lock(&sc->lock);
   }
}

/* With the lock held: until then, or until all is to end. */
static void await_time(struct vkf_swapchain *sc, uint64_t at_ns)
{
   for (uint64_t now = vkf_swapchain_now_ns(); !sc->stop && now < at_ns; now = vkf_swapchain_now_ns())
      vkf_swapchain_sleep(sc, at_ns - now);
}

/* With the lock held: until then, MAILBOX puts each next image that is ready in the place of image n; returns
 * the last. */
static uint32_t await_newest(struct vkf_swapchain *sc, uint32_t n, uint64_t at_ns)
{
   while (!sc->stop) {
      struct vkf_swapchain_image *next = sc->pending_count ? &sc->images[sc->pending[0]] : NULL;
      if (next && !next->hidden && is_copied(next)) {
         next->id = VKF_MAX(next->id, sc->images[n].id); /* who waits for the older one waits for this one */
         set_free(sc, n);
         n = take_first(sc);
         continue;
      }
      uint64_t now = vkf_swapchain_now_ns();
      if (now >= at_ns)
         break;
      vkf_swapchain_sleep(sc, next && !next->hidden ? VKF_MIN(at_ns - now, COPYING_NS) : at_ns - now);
   }
   return n;
}

/* The refresh after the one at last_ns: on the grid that began with it, or, where a late frame need not wait
 * for the grid, at once. */
static uint64_t next_refresh(uint64_t last_ns, bool relaxed)
{
   uint64_t now = vkf_swapchain_now_ns(), next = last_ns + PERIOD_NS;
   if (next >= now)
      return next;
   return relaxed ? now : now + (PERIOD_NS - (now - next) % PERIOD_NS) % PERIOD_NS;
}

/* With the lock held: wait as the mode has it for the moment to show image n; returns the image to show. */
static uint32_t await_moment(struct vkf_swapchain *sc, uint32_t n, uint64_t *last_ns)
{
   bool told = sc->surface->wsi->due != NULL;
   if (sc->mode == VK_PRESENT_MODE_IMMEDIATE_KHR || (told && !sc->window.fifo))
      return n;
   if (told) {
      await_due(sc);
      return n;
   }
   uint64_t at = next_refresh(*last_ns, sc->mode == VK_PRESENT_MODE_FIFO_RELAXED_KHR);
   if (sc->window.fifo)
      await_time(sc, at);
   else
      n = await_newest(sc, n, at);
   *last_ns = at;
   return n;
}

/* ---- the thread -------------------------------------------------------------------------------------------
 */
/* The window shows the newest swapchain that was presented to. */
static VkResult show(struct vkf_swapchain *sc, struct vkf_swapchain_image *i)
{
   struct vkf_surface *surface = sc->surface;
   VkResult r = VK_SUCCESS;
   if (sc->format == VK_FORMAT_R8G8B8A8_UNORM || sc->format == VK_FORMAT_R8G8B8A8_SRGB)
      swap_red_and_blue(&i->frame);
   pthread_mutex_lock(&surface->lock);
   if (sc->serial >= surface->newest) {
      surface->newest = sc->serial;
      r = surface->wsi->show(&sc->window, &i->frame);
      vkf_picture_shown(vkf_memory_from(i->buffer_memory)->bo.section, vkf_swapchain_now_ns());
   }
   pthread_mutex_unlock(&surface->lock);
   return r;
}

/* With the lock held, which is let go meanwhile: the first pending image, through to the window. */
static void present_first(struct vkf_swapchain *sc, uint64_t *last_ns)
{
   uint32_t n = take_first(sc);
   struct vkf_swapchain_image *i = &sc->images[n];
   pthread_mutex_unlock(&sc->lock);
   VkResult r = vkf_device_wait(sc->device, is_copied, i, UINT64_MAX, 0);
   pthread_mutex_lock(&sc->lock);
   if (r == VK_SUCCESS && !i->hidden && sc->status == VK_SUCCESS) {
      n = await_moment(sc, n, last_ns);
      pthread_mutex_unlock(&sc->lock);
      r = show(sc, &sc->images[n]);
      pthread_mutex_lock(&sc->lock);
      if (r == VK_SUCCESS)
         sc->shown_id = VKF_MAX(sc->shown_id, sc->images[n].id);
   }
   if (r < 0 && sc->status == VK_SUCCESS)
      sc->status = r;
   set_free(sc, n);
}

static void *run(void *context)
{
   struct vkf_swapchain *sc = context;
   uint64_t last_ns = 0;
   pthread_mutex_lock(&sc->lock);
   while (sc->pending_count || !sc->stop) {
      if (sc->pending_count)
         present_first(sc, &last_ns);
      else
         pthread_cond_wait(&sc->changed, &sc->lock);
   }
   pthread_mutex_unlock(&sc->lock);
   return NULL;
}

VkResult vkf_presenter_start(struct vkf_swapchain *sc)
{
   if (pthread_create(&sc->presenter, NULL, run, sc))
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   sc->started = true;
   return VK_SUCCESS;
}

void vkf_presenter_stop(struct vkf_swapchain *sc)
{
   if (!sc->started)
      return;
   pthread_mutex_lock(&sc->lock);
   sc->stop = true;
   pthread_cond_broadcast(&sc->changed);
   pthread_mutex_unlock(&sc->lock);
   pthread_join(sc->presenter, NULL);
   sc->started = false;
}
