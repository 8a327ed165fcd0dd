/* Speeds of the driver's own paths: creation, empty submission, recording. Not a test: prints figures. */
#include "vkt.h"
#include <time.h>

static double now_us(void)
{
   struct timespec ts;
   clock_gettime(CLOCK_MONOTONIC, &ts);
   return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static long resident_kib(void)
{
   long pages = 0;
   FILE *f = fopen("/proc/self/statm", "r");
   if (f && fscanf(f, "%*d %ld", &pages) != 1)
      pages = 0;
   if (f)
      fclose(f);
   return pages * 4;
}

int main(void)
{
   struct vkt t;
   const struct vkt_options o = {0};
   double best = 1e9, total = 0;
   vkt_load();
   for (int i = 0; i < 20; i++) {
      double start = now_us();
      vkt_open_instance(&t, &o);
      vkt_ok(vkt_create_device(&t, &o));
      if (i == 0)
         printf("resident after device creation: %ld KiB\n", resident_kib());
      vkt_close(&t);
      double us = now_us() - start;
      total += us;
      best = us < best ? us : best;
   }
   printf("instance + device + destroy: best %.2f ms, mean %.2f ms\n", best / 1e3, total / 20e3);
   vkt_open(&t);
   VkFence fence = vkt_fence(&t);
   best = 1e9;
   total = 0;
   for (int i = 0; i < 2000; i++) {
      double start = now_us();
      vkt_ok(vk.QueueSubmit(t.queue, 0, NULL, fence));
      vkt_ok(vk.WaitForFences(t.device, 1, &fence, VK_TRUE, UINT64_MAX));
      vkt_ok(vk.ResetFences(t.device, 1, &fence));
      double us = now_us() - start;
      total += us;
      best = us < best ? us : best;
   }
   printf("empty submit + fence: best %.1f us, mean %.1f us\n", best, total / 2000);
   vk.DestroyFence(t.device, fence, NULL);
   vkt_close(&t);
   return 0;
}
