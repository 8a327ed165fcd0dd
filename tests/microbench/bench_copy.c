/* Copies of buffers: within the device's memory, to it and from it. */
#include "microbench.h"

struct copy {
   VkBuffer from, to;
   VkBufferCopy region;
};

static void record(struct mb *m, VkCommandBuffer cmd, const void *what)
{
   const struct copy *c = what;
   (void)m;
   vk.CmdCopyBuffer(cmd, c->from, c->to, 1, &c->region);
}

void bench_copy(struct mb *m)
{
   const uint64_t most = m->arena_B / 4 < 64 * MIB ? m->arena_B / 4 : 64 * MIB;
   struct mb_buffer host;
   if (!mb_buffer_try(m, most, VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT, true, &host)) {
      mb_unsupported(m, "host to device", "no memory of the host can be had");
      return;
   }
   const struct {
      const char *name;
      struct copy copy;
   } ways[] = {{"device to device", {m->arena.buffer, m->arena.buffer, {.dstOffset = m->arena_B / 2}}},
               {"host to device", {host.buffer, m->arena.buffer, {0}}},
               {"device to host", {m->arena.buffer, host.buffer, {0}}}};
   for (int i = 0; i < 3; i++)
      for (uint64_t size = 4 * KIB; size <= most; size *= m->quick ? 4 : 2) {
         struct copy c = ways[i].copy;
         c.region.size = size;
         mb_point(m, ways[i].name, (double)size, (double)size / mb_time(m, NULL, NULL, record, &c));
      }
   mb_buffer_free(m, &host);
}
