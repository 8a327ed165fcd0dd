/* Telling others: signals, fences, timestamps and counters. A signal's time is stored before its value, so that whoever sees the
 * value finds the time.
 */
#include "fw.h"

#define ALL (GPU_BARRIER_CS | GPU_BARRIER_DMA | GPU_BARRIER_GFX)

static bool store64(struct fw_ring *r, const struct fw_packet *p, uint64_t va, uint64_t value)
{
   fw_transfer_result t = fw_transfer(GPU_XFER_WRITE, va, &value, 8);
   return !t.fault || fw_fault_transfer(r, t, p->header);
}

/* All of its work is done, and when is known. */
enum fw_hold fw_ready_drained(struct fw_ring *r, const struct fw_packet *p)
{
   (void)p;
   enum fw_hold hold = fw_wait_engines(r, ALL);
   return hold == FW_GO && !fw_time_known(r) ? FW_HOLD_ENGINE : hold;
}

/* ---- SIGNAL64, FENCE (same layout) ------------------------------------------------------------------- */
bool fw_valid_signal(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_SIGNAL64_VA_LO] % 16 == 0;
}

bool fw_execute_signal(struct fw_ring *r, const struct fw_packet *p)
{
   uint64_t va = fw_u64(p->payload + GPU_PKTF_SIGNAL64_VA_LO);
   if (!store64(r, p, va + 8, fw_time(r)) || !store64(r, p, va, fw_u64(p->payload + GPU_PKTF_SIGNAL64_VALUE_LO)))
      return false;
   fw_fetch_advance(r, 1 + p->count);
   return true;
}

bool fw_execute_fence(struct fw_ring *r, const struct fw_packet *p)
{
   fw_time_publish(r); /* before the value: who sees the fence finds the time published */
   if (!fw_execute_signal(r, p))
      return false;
   hw_write(GPU_REG_CPL_COUNT, GPU_COUNTER_CP_FENCES);
   hw_write(GPU_REG_IRQ_RAISE, GPU_IRQ_FENCE(r->index));
   return true;
}

/* ---- TIMESTAMP ------------------------------------------------------------------------------------------- */
bool fw_valid_timestamp(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_TIMESTAMP_VA_LO] % 8 == 0;
}

enum fw_hold fw_ready_timestamp(struct fw_ring *r, const struct fw_packet *p)
{
   if (p->flags & GPU_PKT_F_WAIT)
      return fw_ready_drained(r, p);
   return fw_time_known(r) ? FW_GO : FW_HOLD_ENGINE;
}

bool fw_execute_timestamp(struct fw_ring *r, const struct fw_packet *p)
{
   if (!store64(r, p, fw_u64(p->payload + GPU_PKTF_TIMESTAMP_VA_LO), fw_time(r)))
      return false;
   fw_fetch_advance(r, 1 + p->count);
   return true;
}

/* ---- COUNTERS --------------------------------------------------------------------------------------------- */
static uint32_t counters_first(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_COUNTERS_FIRST] & 0xffff;
}

static uint32_t counters_count(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_COUNTERS_COUNT] >> 16;
}

bool fw_valid_counters(const struct fw_packet *p)
{
   return p->payload[GPU_PKTF_COUNTERS_VA_LO] % 8 == 0 && counters_first(p) + counters_count(p) <= GPU_COUNTER_COUNT;
}

/* Those that the timing unit adds to are right when it has come as far. */
static bool is_timed(const struct fw_packet *p)
{
   uint32_t first = counters_first(p), end = first + counters_count(p);
   return (first <= GPU_COUNTER_GPU_CYCLES && end > GPU_COUNTER_GPU_CYCLES) || end > GPU_COUNTER_CORE_CYCLES;
}

enum fw_hold fw_ready_counters(struct fw_ring *r, const struct fw_packet *p)
{
   return is_timed(p) ? fw_ready_drained(r, p) : fw_wait_engines(r, ALL);
}

bool fw_execute_counters(struct fw_ring *r, const struct fw_packet *p)
{
   uint64_t values[GPU_COUNTER_COUNT];
   uint64_t va = fw_u64(p->payload + GPU_PKTF_COUNTERS_VA_LO);
   uint32_t n = counters_count(p);
   bool delta = p->flags & GPU_PKT_F_DELTA;
   fw_transfer_result t = {GPU_FAULT_NONE, GPU_ACCESS_NONE, 0};
   if (delta)
      t = fw_transfer(GPU_XFER_READ, va, values, n * 8);
   for (uint32_t i = 0; i < n; i++)
      values[i] = hw_read64(GPU_REG_AT(COUNTER, LO, counters_first(p) + i)) - (delta ? values[i] : 0);
   if (!t.fault)
      t = fw_transfer(GPU_XFER_WRITE, va, values, n * 8);
   if (t.fault)
      return fw_fault_transfer(r, t, p->header);
   fw_fetch_advance(r, 1 + p->count);
   return true;
}
