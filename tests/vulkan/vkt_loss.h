/* What tests of lost devices share: the proof that one lives, a card whose watchdog bites early, and a host
 * thread that waits for a fence. The thread's memory is its own, since a test that fails leaves its thread and
 * its device behind. */
#ifndef VKT_LOSS_H
#define VKT_LOSS_H

#include "vkt.h"
#include <pthread.h>
#include "square_spirv.h"

/* The device computes. */
static inline void vkt_prove_alive(struct vkt *t)
{
   struct vkt_buffer b = vkt_buffer(t, 256, VKT_TYPE_SYSTEM);
   struct vkt_compute c = vkt_compute(t, &(struct vkt_compute_info){VKT_SPIRV(square_spirv), .bindings = 1});
   vkt_bind_buffer(t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &b, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(t);
   vkt_dispatch(cmd, &c, 1, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(t, cmd));
   assert_int_equal(((uint32_t *)b.host)[63], 63);
   vkt_compute_free(t, &c);
   vkt_buffer_free(t, &b);
}

/* The small card with a limit of one million instructions a wave, for devices opened until vkt_setenv("FIGMENT_PROFILE", NULL).
 * The programs with this test may run side by side, so each writes a file of its own. */
static inline void vkt_use_short_watchdog(const char *file)
{
   static char text[16384];
   const char key[] = "\"watchdog_wave_instructions\":";
   FILE *f = fopen(PROFILE_DIR "/fg1-nano.json", "rb");
   assert_non_null(f);
   size_t n = fread(text, 1, sizeof text - 1, f);
   fclose(f);
   text[n] = 0;
   char *at = strstr(text, key);
   assert_non_null(at);
   char *rest = strchr(at, ',');
   assert_non_null(rest);
   f = fopen(file, "wb");
   assert_non_null(f);
   fprintf(f, "%.*s%s 1048576%s", (int)(at - text), text, key, rest);
   fclose(f);
   vkt_setenv("FIGMENT_PROFILE", file);
}

struct vkt_waiter {
   VkDevice device;
   VkFence fence;
   VkResult result;
   pthread_t thread;
};

static inline void *vkt_wait_for_ever(void *context)
{
   struct vkt_waiter *w = context;
   w->result = vk.WaitForFences(w->device, 1, &w->fence, VK_TRUE, UINT64_MAX);
   return NULL;
}

/* w is static. */
static inline void vkt_start_waiter(struct vkt_waiter *w, struct vkt *t, VkFence fence)
{
   *w = (struct vkt_waiter){.device = t->device, .fence = fence};
   assert_int_equal(pthread_create(&w->thread, NULL, vkt_wait_for_ever, w), 0);
}

static inline VkResult vkt_join_waiter(struct vkt_waiter *w)
{
   pthread_join(w->thread, NULL);
   return w->result;
}

#endif
