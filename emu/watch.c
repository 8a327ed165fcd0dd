/* Counter page: with FIGMENT_WATCH=on a thread of each device copies the counters into a section of their own fifty times a second, where
 * `figment view` finds them. What others write there is overwritten and never read, so the card's results cannot depend on it.
 */
#include "watch.h"
#include "device.h"
#include "watch_page.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PERIOD_NS 20000000

typedef struct watcher {
   struct watcher *next;
   emu_device *dev;
   emu_section *section;
   pthread_t thread;
   pthread_cond_t wake;
   bool stop;
} watcher;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the list and of every watcher's stop */
static watcher *watchers;

static void copy_counters(const watcher *w)
{
   volatile struct gpu_watch_page *page = emu_section_host(w->section);
   _Atomic uint64_t *copies = (_Atomic uint64_t *)&page->copies;
   atomic_fetch_add(copies, 1);
   for (unsigned i = 0; i < GPU_COUNTER_COUNT; i++)
      page->counter[i] = atomic_load_explicit(&w->dev->counters[i], memory_order_relaxed);
   atomic_fetch_add(copies, 1);
}

static void *watch(void *arg)
{
   watcher *w = arg;
   pthread_mutex_lock(&lock);
   while (!w->stop) {
      struct timespec t;
      copy_counters(w);
      clock_gettime(CLOCK_REALTIME, &t);
      t.tv_nsec += PERIOD_NS;
      t.tv_sec += t.tv_nsec / 1000000000;
      t.tv_nsec %= 1000000000;
      pthread_cond_timedwait(&w->wake, &lock, &t);
   }
   copy_counters(w);
   pthread_mutex_unlock(&lock);
   return NULL;
}

bool emu_watched(void)
{
   const char *v = getenv("FIGMENT_WATCH");
   return v && !strcmp(v, "on");
}

static bool create_section(watcher *w)
{
   emu_section_info info = {.size_B = sizeof(struct gpu_watch_page)};
   if (emu_section_create(&info, &w->section) != EMU_OK)
      return false;
   struct gpu_watch_page *page = emu_section_host(w->section);
   page->size_B = sizeof(*page);
   page->count = GPU_COUNTER_COUNT;
   snprintf(page->profile, sizeof(page->profile), "%s", w->dev->profile.name);
   page->magic = GPU_WATCH_MAGIC;
   return true;
}

void emu_watch_open(emu_device *dev)
{
   watcher *w = emu_watched() ? calloc(1, sizeof(*w)) : NULL;
   if (!w)
      return;
   w->dev = dev;
   if (!create_section(w)) {
      free(w);
      return;
   }
   pthread_cond_init(&w->wake, NULL);
   if (pthread_create(&w->thread, NULL, watch, w) != 0) {
      pthread_cond_destroy(&w->wake);
      emu_section_unref(w->section);
      free(w);
      return;
   }
   pthread_mutex_lock(&lock);
   w->next = watchers;
   watchers = w;
   pthread_mutex_unlock(&lock);
}

/* Take the device's watcher off the list and tell it to stop. */
static watcher *stop_watcher(const emu_device *dev)
{
   watcher *found = NULL;
   pthread_mutex_lock(&lock);
   for (watcher **w = &watchers; *w && !found; w = found ? w : &(*w)->next)
      if ((*w)->dev == dev) {
         found = *w;
         *w = found->next;
         found->stop = true;
         pthread_cond_signal(&found->wake);
      }
   pthread_mutex_unlock(&lock);
   return found;
}

void emu_watch_close(emu_device *dev)
{
   watcher *w = stop_watcher(dev);
   if (!w)
      return;
   pthread_join(w->thread, NULL);
   pthread_cond_destroy(&w->wake);
   emu_section_unref(w->section);
   free(w);
}
