/* One ring: following its ENABLE register, and its turn of packets. A packet is judged, waited for and executed here; what it
 * does is in packets.c.
 */
#include "fw.h"

void fw_ring_set_status(struct fw_ring *r, enum gpu_ring_status status)
{
   if (r->status == status)
      return;
   r->status = status;
   hw_write(fw_ring_reg(r, GPU_OFF_RING_STATUS), status);
}

static void set_rptr(struct fw_ring *r, uint32_t rptr)
{
   hw_write(fw_ring_reg(r, GPU_OFF_RING_RPTR), rptr);
}

bool fw_ring_drained(const struct fw_ring *r)
{
   return hw_read(fw_cs(r, GPU_OFF_CS_INFLIGHT)) == 0 && hw_read(fw_dma(r, GPU_OFF_DMA_INFLIGHT)) == 0 &&
          (r->index != 0 || hw_read(GPU_REG_GFX_INFLIGHT) == 0);
}

void fw_ring_init(struct fw_ring *r, uint32_t index)
{
   r->index = index;
   r->state = FW_OFF;
   r->status = ~0u;
   set_rptr(r, 0);
   fw_ring_set_status(r, GPU_RING_OFF);
}

/* ---- ENABLE --------------------------------------------------------------------------------------- */
static bool enabled(const struct fw_ring *r)
{
   return hw_read(fw_ring_reg(r, GPU_OFF_RING_ENABLE)) & 1;
}

static void start(struct fw_ring *r)
{
   /* ORDER: not OFF any more, then enabled still? A driver that disabled the ring and found it OFF may be changing its registers. */
   fw_ring_set_status(r, GPU_RING_IDLE);
   if (!enabled(r)) {
      fw_ring_set_status(r, GPU_RING_OFF);
      return;
   }
   uint64_t base = hw_read64(fw_ring_reg(r, GPU_OFF_RING_BASE_LO));
   uint32_t size_dw = hw_read(fw_ring_reg(r, GPU_OFF_RING_SIZE_DW));
   hw_write(GPU_REG_FAULT_RINGS, 1u << r->index); /* what is left of an earlier life */
   set_rptr(r, 0);
   r->state = FW_ON;
   r->hold = FW_GO;
   r->waits = 0;
   r->drawn = 0;
   hw_write(GPU_REG_CPL_LABEL_NONE, r->index);
   fw_fetch_start(r, base, size_dw);
   bool base_ok = base % 4096 == 0 && base >> GPU_VA_BITS == 0;
   bool size_ok = size_dw >= 1024 && size_dw <= 1048576 && (size_dw & (size_dw - 1)) == 0;
   if (!base_ok || !size_ok)
      fw_fault(r, GPU_FAULT_BAD_RING, GPU_ACCESS_NONE, size_dw, base);
}

void fw_ring_kill(const struct fw_ring *r)
{
   hw_write(fw_cs(r, GPU_OFF_CS_KILL), 1);
   hw_write(fw_dma(r, GPU_OFF_DMA_KILL), 1);
   if (r->index == 0)
      hw_write(GPU_REG_GFX_KILL, 1);
}

static void stop(struct fw_ring *r)
{
   fw_ring_kill(r);
   r->state = FW_STOPPING;
   r->hold = FW_HOLD_MEMORY; /* killed work may vanish without an event */
}

void fw_ring_control(struct fw_ring *r)
{
   bool enable = enabled(r);
   if (r->state == FW_OFF && enable)
      start(r);
   else if ((r->state == FW_ON || r->state == FW_FAULTED) && !enable)
      stop(r);
   if (r->state == FW_STOPPING && fw_ring_drained(r)) {
      r->state = FW_OFF;
      r->hold = FW_GO;
      set_rptr(r, 0);
      fw_ring_set_status(r, GPU_RING_OFF); /* a state of its own: an idle ring must not look as if it were off already */
   }
}

/* ---- a turn ------------------------------------------------------------------------------------------- */
/* Take the driver's write pointer; false if it cannot be right. */
static bool take_wptr(struct fw_ring *r)
{
   struct fw_level *ring = &r->level[0];
   uint32_t wptr = hw_read(fw_ring_reg(r, GPU_OFF_RING_WPTR));
   if (wptr - ring->at_dw > r->size_dw)
      return fw_fault(r, GPU_FAULT_BAD_RING, GPU_ACCESS_NONE, wptr, ring->va);
   ring->end_dw = wptr;
   return true;
}

/* Whether a packet stands ahead; leaves indirect buffers that are done. */
static bool more(struct fw_ring *r)
{
   while (r->depth && !fw_fetch_left(r)) {
      r->depth--;
      fw_fetch_drop(r);
   }
   if (!r->depth)
      set_rptr(r, r->level[0].at_dw);
   return fw_fetch_left(r) != 0;
}

/* Read and judge the packet ahead. NULL: it raised a fault. */
static const struct fw_packet_type *read_packet(struct fw_ring *r, struct fw_packet *p)
{
   const uint32_t *w = fw_fetch(r, 1);
   if (!w)
      return 0;
   p->header = w[0];
   p->opcode = w[0] & 0xff;
   p->count = w[0] >> 8 & 0xffff;
   p->flags = w[0] >> 24;
   p->va = fw_fetch_va(r);
   const struct fw_packet_type *type = fw_packet_type(p->opcode);
   bool ok = type && p->count >= type->min_dw && p->count <= type->max_dw && !(p->flags & ~type->flags) &&
             p->count < fw_fetch_left(r);
   if (ok) {
      w = fw_fetch(r, fw_packet_resident_dw(p->opcode, p->count));
      if (!w)
         return 0;
      p->payload = w + 1;
      ok = !type->valid || type->valid(p);
   }
   if (!ok)
      fw_fault_packet(r, p);
   return ok ? type : 0;
}

static void execute(struct fw_ring *r, const struct fw_packet_type *type, const struct fw_packet *p)
{
   hw_write(GPU_REG_CPL_TRACE, (uint32_t)(uintptr_t)(p->payload - 1) | r->index << 24);
   hw_write(GPU_REG_CPL_ACCOUNT, 1);
   hw_write(GPU_REG_CPL_COUNT_VALUE, 1);
   hw_write(GPU_REG_CPL_COUNT, GPU_COUNTER_CP_PACKETS);
   type->execute(r, p);
   hw_write(GPU_REG_CPL_ACCOUNT, 0);
   fw_time_packet(r);
}

static enum gpu_ring_status status_of(const struct fw_ring *r)
{
   return r->hold == FW_HOLD_MEMORY ? GPU_RING_WAITING : GPU_RING_BUSY;
}

bool fw_ring_turn(struct fw_ring *r, uint32_t packets)
{
   bool progress = false;
   if (!take_wptr(r))
      return false;
   for (; packets; packets--) {
      if (!more(r)) {
         r->hold = FW_GO;
         if (r->status != GPU_RING_IDLE && fw_ring_drained(r))
            fw_ring_set_status(r, GPU_RING_IDLE);
         return progress;
      }
      if (r->status == GPU_RING_IDLE)
         fw_time_wake(r);
      struct fw_packet p;
      const struct fw_packet_type *type = read_packet(r, &p);
      if (!type)
         return progress;
      r->hold = type->ready ? type->ready(r, &p) : FW_GO;
      if (r->state != FW_ON)
         return progress;
      fw_ring_set_status(r, status_of(r));
      if (r->hold != FW_GO)
         return progress;
      execute(r, type, &p);
      progress = true;
      if (r->state != FW_ON)
         return progress;
   }
   return progress;
}
