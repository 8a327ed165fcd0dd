/* Boot and the scheduler loop: rings of high priority first, then the others, each a bounded number of packets in
 * turn, starting one ring later every time; when no ring can go on, sleep until an event.
 */
#include "fw.h"

#define EVENTS                                                                                                             \
   (GPU_EVENT_DOORBELL | GPU_EVENT_CS | GPU_EVENT_DMA | GPU_EVENT_GFX | GPU_EVENT_FAULT | GPU_EVENT_TIMER | GPU_EVENT_POKE | GPU_EVENT_TIME)

struct fw_ring fw_rings[GPU_RINGS];

static bool turns(uint32_t mask, uint32_t first, uint32_t packets)
{
   bool progress = false;
   for (uint32_t i = 0; mask && i < GPU_RINGS; i++) {
      uint32_t n = (first + i) % GPU_RINGS;
      if (mask >> n & 1)
         progress |= fw_ring_turn(&fw_rings[n], packets);
   }
   return progress;
}

static bool pass(uint32_t first)
{
   uint32_t high = 0, normal = 0;
   for (uint32_t i = 0; i < GPU_RINGS; i++) {
      struct fw_ring *r = &fw_rings[i];
      fw_ring_control(r);
      if (r->state != FW_ON)
         continue;
      if (hw_read(fw_ring_reg(r, GPU_OFF_RING_PRIORITY)) & 1)
         high |= 1u << i;
      else
         normal |= 1u << i;
   }
   bool progress = turns(high, first, FW_TURN_HIGH);
   return turns(normal, first, FW_TURN_NORMAL) || progress;
}

static void init(void)
{
   hw_write(GPU_REG_CPL_ACCOUNT, 0);
   fw_time_init();
   for (uint32_t i = 0; i < GPU_RINGS; i++)
      fw_ring_init(&fw_rings[i], i);
   hw_write(GPU_REG_CPL_EVENT_MASK, EVENTS);
   hw_write(GPU_REG_CP_MAILBOX1, FW_VERSION);
   hw_write(GPU_REG_CP_MAILBOX0, GPU_FW_READY);
   fw_log("firmware ready\n");
}

void fw_main(void)
{
   init();
   for (uint32_t first = 0;; first = (first + 1) % GPU_RINGS) {
      uint32_t events = hw_read(GPU_REG_CPL_EVENT);
      hw_write(GPU_REG_CPL_EVENT, events); /* before looking at what they announce, so that none is lost */
      if (events & GPU_EVENT_FAULT)
         fw_fault_collect();
      bool progress = pass(first);
      fw_wait_timer(progress);
      if (!progress)
         hw_wfi();
   }
}
