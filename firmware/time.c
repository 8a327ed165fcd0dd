/* The rings' clocks, which the timing unit keeps: the firmware tells it what a ring does, in the ring's order. A clock goes on by the
 * instructions of the ring's packets and past the end of the work that the ring waits for, never by host time. What a packet says while it
 * is held is said once.
 */
#include "fw.h"

static uint32_t counted; /* INSTRET_LO up to which packet work is in the clocks */

void fw_time_init(void)
{
   counted = hw_read(GPU_REG_CPL_INSTRET_LO);
}

void fw_time_packet(struct fw_ring *r)
{
   uint32_t now = hw_read(GPU_REG_CPL_INSTRET_LO);
   hw_write(fw_ring_reg(r, GPU_OFF_RING_CLOCK_ADVANCE), now - counted);
   counted = now;
   r->waits = 0;
}

void fw_time_engines(struct fw_ring *r, uint32_t which)
{
   if (which & ~r->waits)
      hw_write(fw_ring_reg(r, GPU_OFF_RING_CLOCK_WAIT), which);
   r->waits |= which;
}

bool fw_time_known(const struct fw_ring *r)
{
   return hw_read(fw_ring_reg(r, GPU_OFF_RING_CLOCK_KNOWN)) != 0;
}

uint64_t fw_time(const struct fw_ring *r)
{
   return hw_read64(fw_ring_reg(r, GPU_OFF_RING_TIME_LO));
}

void fw_time_at_least(struct fw_ring *r, uint64_t time)
{
   hw_write(fw_ring_reg(r, GPU_OFF_RING_CLOCK_MIN_LO), (uint32_t)time);
   hw_write(fw_ring_reg(r, GPU_OFF_RING_CLOCK_MIN_HI), (uint32_t)(time >> 32));
}

void fw_time_wake(struct fw_ring *r)
{
   hw_write(fw_ring_reg(r, GPU_OFF_RING_CLOCK_OP), GPU_CLOCK_WAKE);
}

void fw_time_publish(struct fw_ring *r)
{
   hw_write(fw_ring_reg(r, GPU_OFF_RING_CLOCK_OP), GPU_CLOCK_PUBLISH);
}
