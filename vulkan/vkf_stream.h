/* A packet stream under construction: segments of GPU memory with packets growing up and constant data
 * growing down. */
#ifndef VKF_STREAM_H
#define VKF_STREAM_H

#include "vkf.h"
#include "vkf_suballoc.h"

struct vkf_command_pool;

#define VKF_SEGMENT_B 16384u
#define VKF_RESERVE_MAX_DW 1024u

struct vkf_segment {
   struct vkf_segment *next;
   struct vkf_span span;
   uint32_t used_dw; /* packets, from the start */
   uint32_t data_B;  /* byte offset of the lowest data */
};

struct vkf_stream {
   struct vkf_command_pool *pool;
   struct vkf_segment *first, *last;
   VkResult error; /* sticky; looked at once, when recording ends */
};

/* Room for dw dwords of packets in one piece (at most VKF_RESERVE_MAX_DW). Never NULL: after an error it is
 * scratch memory. */
uint32_t *vkf_stream_reserve(struct vkf_stream *s, uint32_t dw);
/* What was written ends here. */
void vkf_stream_commit(struct vkf_stream *s, const uint32_t *end);
/* Constant data, 16-byte aligned, that lives as long as the stream; never NULL. */
void *vkf_stream_data(struct vkf_stream *s, uint32_t size_B, uint64_t *va);
/* Give all segments back to the pool. */
void vkf_stream_reset(struct vkf_stream *s);

#endif
