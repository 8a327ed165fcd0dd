/* Packet writers: each writes one packet of gpu/packets.def at p and returns the dword behind it. */
#ifndef VKF_PACKET_H
#define VKF_PACKET_H

#include "vkf.h"

/* Header and payload size of a packet of fixed length. */
#define VKF_PKT_DW(name) (1u + GPU_PKT_MAX_##name)
#define VKF_PKT_FIXED(name, flags) GPU_PKT_HEADER(GPU_PKT_##name, GPU_PKT_MAX_##name, flags)

#define VKF_CACHE_WRITEBACK 1u
#define VKF_CACHE_INVALIDATE 2u

static inline uint32_t *vkf_put64(uint32_t *p, uint64_t v)
{
   *p++ = VKF_LO(v);
   *p++ = VKF_HI(v);
   return p;
}

static inline uint32_t *vkf_pkt_indirect(uint32_t *p, uint64_t va, uint32_t size_dw)
{
   *p++ = VKF_PKT_FIXED(INDIRECT, 0);
   p = vkf_put64(p, va);
   *p++ = size_dw;
   return p;
}

static inline uint32_t *vkf_pkt_barrier(uint32_t *p, uint32_t wait, uint32_t caches)
{
   *p++ = VKF_PKT_FIXED(BARRIER, 0);
   *p++ = wait | caches << 8;
   return p;
}

static inline uint32_t *vkf_pkt_copy(uint32_t *p, uint64_t src, uint64_t dst, uint64_t size_B)
{
   *p++ = VKF_PKT_FIXED(COPY, 0);
   p = vkf_put64(p, src);
   p = vkf_put64(p, dst);
   return vkf_put64(p, size_B);
}

static inline uint32_t *vkf_pkt_fill(uint32_t *p, uint64_t dst, uint64_t size_B, uint32_t value)
{
   *p++ = VKF_PKT_FIXED(FILL, 0);
   p = vkf_put64(p, dst);
   p = vkf_put64(p, size_B);
   *p++ = value;
   return p;
}

static inline uint32_t *vkf_pkt_write(uint32_t *p, uint64_t dst, const void *values, uint32_t count_dw)
{
   *p++ = GPU_PKT_HEADER(GPU_PKT_WRITE, 2 + count_dw, 0);
   p = vkf_put64(p, dst);
   memcpy(p, values, (size_t)count_dw * 4);
   return p + count_dw;
}
#define VKF_PKT_WRITE_DW(count_dw) (3u + (count_dw))

static inline uint32_t *vkf_pkt_write1(uint32_t *p, uint64_t dst, uint32_t value)
{
   return vkf_pkt_write(p, dst, &value, 1);
}

static inline uint32_t *vkf_pkt_wait_mem(uint32_t *p, uint64_t va, uint32_t ref, uint32_t mask,
                                         enum gpu_wait_func f)
{
   *p++ = VKF_PKT_FIXED(WAIT_MEM, 0);
   p = vkf_put64(p, va);
   *p++ = ref;
   *p++ = mask;
   *p++ = f;
   return p;
}

static inline uint32_t *vkf_pkt_wait_mem64(uint32_t *p, uint64_t va, uint64_t ref)
{
   *p++ = VKF_PKT_FIXED(WAIT_MEM64, 0);
   p = vkf_put64(p, va);
   return vkf_put64(p, ref);
}

static inline uint32_t *vkf_pkt_signal64(uint32_t *p, uint64_t va, uint64_t value)
{
   *p++ = VKF_PKT_FIXED(SIGNAL64, 0);
   p = vkf_put64(p, va);
   return vkf_put64(p, value);
}

static inline uint32_t *vkf_pkt_fence(uint32_t *p, uint64_t va, uint64_t value)
{
   *p++ = VKF_PKT_FIXED(FENCE, 0);
   p = vkf_put64(p, va);
   return vkf_put64(p, value);
}

static inline uint32_t *vkf_pkt_timestamp(uint32_t *p, uint64_t va, bool after_work)
{
   *p++ = VKF_PKT_FIXED(TIMESTAMP, after_work ? GPU_PKT_F_WAIT : 0);
   return vkf_put64(p, va);
}

/* The next skip_dw dwords are left out unless (dword at va & mask) != 0. */
static inline uint32_t *vkf_pkt_cond(uint32_t *p, uint64_t va, uint32_t mask, uint32_t skip_dw)
{
   *p++ = VKF_PKT_FIXED(COND, 0);
   p = vkf_put64(p, va);
   *p++ = mask;
   *p++ = skip_dw;
   return p;
}

/* The next skip_dw dwords are left out if (dword at va & mask) != 0. */
static inline uint32_t *vkf_pkt_cond_not(uint32_t *p, uint64_t va, uint32_t mask, uint32_t skip_dw)
{
   uint32_t *end = vkf_pkt_cond(p, va, mask, skip_dw);
   *p = VKF_PKT_FIXED(COND, GPU_PKT_F_INVERT);
   return end;
}

/* Counters once earlier work is done; delta: less what stands there. */
static inline uint32_t *vkf_pkt_counters(uint32_t *p, uint64_t va, uint32_t first, uint32_t count, bool delta)
{
   *p++ = VKF_PKT_FIXED(COUNTERS, delta ? GPU_PKT_F_DELTA : 0);
   p = vkf_put64(p, va);
   *p++ = first | count << 16;
   return p;
}

/* How far buffer n is filled: from memory (va 0: nothing yet), or into it. */
static inline uint32_t *vkf_pkt_xfb(uint32_t *p, bool store, uint32_t n, uint64_t va)
{
   *p++ = store ? VKF_PKT_FIXED(XFB_STORE, 0) : VKF_PKT_FIXED(XFB_LOAD, 0);
   *p++ = n;
   return vkf_put64(p, va);
}

static inline uint32_t *vkf_pkt_dispatch(uint32_t *p, uint32_t x, uint32_t y, uint32_t z)
{
   *p++ = VKF_PKT_FIXED(DISPATCH, 0);
   *p++ = x;
   *p++ = y;
   *p++ = z;
   return p;
}

static inline uint32_t *vkf_pkt_dispatch_indirect(uint32_t *p, uint64_t va)
{
   *p++ = VKF_PKT_FIXED(DISPATCH_INDIRECT, 0);
   return vkf_put64(p, va);
}

/* first: GPU_OFF_CS_* of the first register; values are the caller's to append: count of them. */
static inline uint32_t *vkf_pkt_set_regs(uint32_t *p, uint32_t first, uint32_t count)
{
   *p++ = GPU_PKT_HEADER(GPU_PKT_SET_REGS, 1 + count, 0);
   *p++ = first;
   return p;
}

#define VKF_LABEL_MAX_DW GPU_PKT_MAX_LABEL
static inline uint32_t vkf_label_dw(const char *text)
{
   uint32_t dw = (uint32_t)(strlen(text) + 3) / 4;
   return dw < 1 ? 1 : VKF_MIN(dw, VKF_LABEL_MAX_DW);
}

/* flags: GPU_PKT_F_PUSH, GPU_PKT_F_POP, or 0 for a mark. Text that is too long ends where a character of UTF-8 begins. */
static inline uint32_t *vkf_pkt_label(uint32_t *p, const char *text, uint32_t flags)
{
   uint32_t dw = vkf_label_dw(text);
   size_t length = strlen(text);
   if (length > (size_t)dw * 4)
      for (length = (size_t)dw * 4; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;)
         length--;
   *p++ = GPU_PKT_HEADER(GPU_PKT_LABEL, dw, flags);
   memset(p, 0, dw * 4);
   memcpy(p, text, length);
   return p + dw;
}

#endif
