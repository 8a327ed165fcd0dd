/* Waiting without holding up others: a packet that cannot run yet holds its ring, and its condition is looked at again in every
 * pass. Passes come with events; for memory that the host or another process may change, the timer brings them, at
 * growing intervals.
 */
#include "fw.h"

#define POLL_FIRST_US 20u
#define POLL_LAST_US 2000u

static uint32_t poll_us = POLL_FIRST_US;

/* ---- engines --------------------------------------------------------------------------------------- */
enum fw_hold fw_wait_engines(struct fw_ring *r, uint32_t which)
{
   if (which) /* at once: nothing more is started before they are done, so the timing unit may follow them to their end */
      fw_time_engines(r, which);
   if ((which & GPU_BARRIER_CS) && hw_read(fw_cs(r, GPU_OFF_CS_INFLIGHT)))
      return FW_HOLD_ENGINE;
   if ((which & GPU_BARRIER_DMA) && hw_read(fw_dma(r, GPU_OFF_DMA_INFLIGHT)))
      return FW_HOLD_ENGINE;
   if ((which & GPU_BARRIER_GFX) && r->index == 0 && hw_read(GPU_REG_GFX_INFLIGHT))
      return FW_HOLD_ENGINE;
   /* Work that faulted is no longer in flight either: nothing may be signalled before the fault has been looked at. */
   if (which && (hw_read(GPU_REG_CPL_EVENT) & GPU_EVENT_FAULT))
      return FW_HOLD_ENGINE;
   return FW_GO;
}

/* ---- memory ------------------------------------------------------------------------------------------ */
bool fw_valid_wait_mem(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_WAIT_MEM_VA_LO] % 4 == 0 && p->payload[GPU_PKTF_WAIT_MEM_FUNC] < GPU_WAIT_COUNT;
}

static bool compare(uint32_t func, uint32_t value, uint32_t ref)
{
   switch (func) {
   case GPU_WAIT_EQ: return value == ref;
   case GPU_WAIT_NE: return value != ref;
   case GPU_WAIT_LT: return value < ref;
   case GPU_WAIT_LE: return value <= ref;
   case GPU_WAIT_GT: return value > ref;
   default: return value >= ref;
   }
}

enum fw_hold fw_ready_wait_mem(struct fw_ring *r, const struct fw_packet *p)
{
   const uint32_t *w = p->payload;
   uint32_t value;
   fw_transfer_result t = fw_transfer(GPU_XFER_READ, fw_u64(w + GPU_PKTF_WAIT_MEM_VA_LO), &value, 4);
   if (t.fault) {
      fw_fault_transfer(r, t, p->header);
      return FW_GO;
   }
   bool met = compare(w[GPU_PKTF_WAIT_MEM_FUNC], value & w[GPU_PKTF_WAIT_MEM_MASK], w[GPU_PKTF_WAIT_MEM_REF]);
   return met ? FW_GO : FW_HOLD_MEMORY;
}

bool fw_execute_wait_mem(struct fw_ring *r, const struct fw_packet *p)
{
   fw_fetch_advance(r, 1 + p->count);
   fw_fetch_drop(r);
   return true;
}

bool fw_valid_wait_mem64(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_WAIT_MEM64_VA_LO] % 16 == 0;
}

enum fw_hold fw_ready_wait_mem64(struct fw_ring *r, const struct fw_packet *p)
{
   uint64_t value;
   fw_transfer_result t = fw_transfer(GPU_XFER_READ, fw_u64(p->payload + GPU_PKTF_WAIT_MEM64_VA_LO), &value, 8);
   if (t.fault) {
      fw_fault_transfer(r, t, p->header);
      return FW_GO;
   }
   return value >= fw_u64(p->payload + GPU_PKTF_WAIT_MEM64_REF_LO) ? FW_GO : FW_HOLD_MEMORY;
}

/* The time is read after the value was seen, so it is the time of that signal or of a later one. */
bool fw_execute_wait_mem64(struct fw_ring *r, const struct fw_packet *p)
{
   uint64_t time;
   fw_transfer_result t = fw_transfer(GPU_XFER_READ, fw_u64(p->payload + GPU_PKTF_WAIT_MEM64_VA_LO) + 8, &time, 8);
   if (t.fault)
      return fw_fault_transfer(r, t, p->header);
   fw_time_at_least(r, time);
   fw_fetch_advance(r, 1 + p->count);
   fw_fetch_drop(r);
   return true;
}

/* ---- timer ------------------------------------------------------------------------------------------------ */
static bool polling(void)
{
   for (uint32_t i = 0; i < GPU_RINGS; i++)
      if (fw_rings[i].state != FW_OFF && fw_rings[i].hold == FW_HOLD_MEMORY)
         return true;
   return false;
}

void fw_wait_timer(bool progress)
{
   if (progress) {
      poll_us = POLL_FIRST_US;
   } else if (polling()) {
      hw_write(GPU_REG_CPL_TIMER_US, poll_us);
      poll_us = poll_us * 2 > POLL_LAST_US ? POLL_LAST_US : poll_us * 2;
   } else {
      hw_write(GPU_REG_CPL_TIMER_US, 0);
   }
}
