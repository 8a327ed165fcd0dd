/* Packet streams. Invariant: a packet, and a COND packet together with what it may skip, never crosses
 * segments, because each segment is executed by an INDIRECT packet of its own. Errors are sticky, so that
 * writers of packets need no checks. */
#include "vkf_stream.h"
#include "vkf_command_pool.h"

static _Thread_local uint32_t sink[VKF_RESERVE_MAX_DW];

static bool grow(struct vkf_stream *s)
{
   struct vkf_segment *segment = NULL;
   if (s->error != VK_SUCCESS)
      return false;
   s->error = vkf_command_pool_segment(s->pool, &segment);
   if (s->error != VK_SUCCESS)
      return false;
   segment->next = NULL;
   segment->used_dw = 0;
   segment->data_B = (uint32_t)segment->span.size_B;
   if (s->last)
      s->last->next = segment;
   else
      s->first = segment;
   s->last = segment;
   return true;
}

static bool fits(const struct vkf_stream *s, uint32_t size_B)
{
   return s->last && s->last->used_dw * 4 + size_B <= s->last->data_B;
}

uint32_t *vkf_stream_reserve(struct vkf_stream *s, uint32_t dw)
{
   if (s->error != VK_SUCCESS || (!fits(s, dw * 4) && !grow(s)))
      return sink;
   return (uint32_t *)s->last->span.host + s->last->used_dw;
}

void vkf_stream_commit(struct vkf_stream *s, const uint32_t *end)
{
   if (s->error == VK_SUCCESS)
      s->last->used_dw = (uint32_t)(end - (const uint32_t *)s->last->span.host);
}

void *vkf_stream_data(struct vkf_stream *s, uint32_t size_B, uint64_t *va)
{
   size_B = (uint32_t)vkf_align(size_B, 16);
   *va = 0;
   if (s->error != VK_SUCCESS || (!fits(s, size_B) && !grow(s)))
      return sink;
   s->last->data_B -= size_B;
   *va = s->last->span.va + s->last->data_B;
   return (char *)s->last->span.host + s->last->data_B;
}

void vkf_stream_reset(struct vkf_stream *s)
{
   while (s->first) {
      struct vkf_segment *segment = s->first;
      s->first = segment->next;
      vkf_command_pool_recycle(s->pool, segment);
   }
   s->last = NULL;
   s->error = VK_SUCCESS;
}
