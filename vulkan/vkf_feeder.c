/* The feeder: vkQueueSubmit never blocks, so what a full ring has no room for waits in the queue's backlog, and this
 * thread moves it on as the ring drains, whether or not the application calls anything. Invariant: while a
 * queue has a backlog, the feeder is awake: it looks after every interrupt, and between them (a submission larger
 * than the ring drains without any) in growing intervals. It is started by the first backlog. */
#include <stdatomic.h>
#include "vkf_device.h"
#include "vkf_machine.h"

#define FIRST_LOOK_NS 100000
#define LAST_LOOK_NS 2000000

struct vkf_feeder {
   struct vkf_device *device;
   pthread_t thread;
   pthread_mutex_t lock; /* work */
   pthread_cond_t changed;
   bool work;
   atomic_bool stop;
};

static bool feed_all(struct vkf_device *device)
{
   bool left = false;
   for (uint32_t i = 0; i < VKF_QUEUE_COUNT; i++)
      if (device->queues[i])
         left |= vkf_queue_feed(device->queues[i]);
   return left;
}

/* Until the backlogs are empty, or the device is lost and nothing will ever drain. Finding out that it is, and telling,
 * is left to the application's own calls. */
static void drain(struct vkf_feeder *f)
{
   int64_t look = FIRST_LOOK_NS;
   while (!atomic_load(&f->stop) && !atomic_load(&f->device->lost)) {
      uint64_t seen = vkf_machine_irq_wait(f->device->machine, 0, 0);
      if (!feed_all(f->device))
         return;
      uint64_t now = vkf_machine_irq_wait(f->device->machine, seen, look);
      look = now != seen ? FIRST_LOOK_NS : VKF_MIN(2 * look, LAST_LOOK_NS);
   }
}

static void *run(void *context)
{
   struct vkf_feeder *f = context;
   pthread_mutex_lock(&f->lock);
   while (!atomic_load(&f->stop)) {
      if (!f->work) {
         pthread_cond_wait(&f->changed, &f->lock);
         continue;
      }
      /* Cleared before looking: a backlog that comes in afterwards sets it again. */
      f->work = false;
      pthread_mutex_unlock(&f->lock);
      drain(f);
      pthread_mutex_lock(&f->lock);
   }
   pthread_mutex_unlock(&f->lock);
   return NULL;
}

static void feeder_free(struct vkf_feeder *f)
{
   pthread_cond_destroy(&f->changed);
   pthread_mutex_destroy(&f->lock);
   vkf_free(f->device->alloc, f);
}

static VkResult start(struct vkf_device *device)
{
   struct vkf_feeder *f = vkf_alloc(device->alloc, sizeof *f, VK_SYSTEM_ALLOCATION_SCOPE_DEVICE);
   if (!f)
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   f->device = device;
   f->work = true;
   pthread_mutex_init(&f->lock, NULL);
   pthread_cond_init(&f->changed, NULL);
   if (pthread_create(&f->thread, NULL, run, f)) {
      feeder_free(f);
      return VK_ERROR_OUT_OF_HOST_MEMORY;
   }
   device->feeder = f;
   return VK_SUCCESS;
}

VkResult vkf_feeder_wake(struct vkf_device *device)
{
   VkResult r = VK_SUCCESS;
   pthread_mutex_lock(&device->feeder_lock);
   struct vkf_feeder *f = device->feeder;
   if (!f) {
      r = start(device);
   } else {
      pthread_mutex_lock(&f->lock);
      f->work = true;
      pthread_cond_signal(&f->changed);
      pthread_mutex_unlock(&f->lock);
   }
   pthread_mutex_unlock(&device->feeder_lock);
   return r;
}

void vkf_feeder_stop(struct vkf_device *device)
{
   struct vkf_feeder *f = device->feeder;
   if (!f)
      return;
   pthread_mutex_lock(&f->lock);
   atomic_store(&f->stop, true);
   pthread_cond_signal(&f->changed);
   pthread_mutex_unlock(&f->lock);
   vkf_machine_irq_wake(device->machine);
   pthread_join(f->thread, NULL);
   device->feeder = NULL;
   feeder_free(f);
}
