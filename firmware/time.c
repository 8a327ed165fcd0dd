/* GPU time: every ring has a clock in core cycles. It advances by the firmware instructions of the ring's packets (one
 * cycle of the processor's clock each) and by the cycles that the engines report for the ring's finished work, never by
 * host time. Engine cycles are added where the ring has waited for the engine, so that the sum does not depend on when
 * work happened to finish. Clocks only move forward.
 */
#include "fw.h"

#define TIME_LIMIT (1ull << 62) /* of times read from memory: beyond is noise */

static uint32_t core_per_cp_q16; /* core cycles in a processor cycle, 16 fractional bits */
static uint32_t counted;         /* INSTRET_LO up to which packet work is in the clocks */
static uint64_t published;

/* floor(a * 65536 / b), saturated. */
static uint32_t ratio_q16(uint32_t a, uint32_t b)
{
   uint64_t rest = (uint64_t)a << 16, step = (uint64_t)b << 31;
   uint32_t q = 0;
   if (!b || rest >= step << 1)
      return ~0u;
   for (int i = 31; i >= 0; i--, step >>= 1)
      if (rest >= step) {
         rest -= step;
         q |= 1u << i;
      }
   return q;
}

void fw_time_init(void)
{
   core_per_cp_q16 = ratio_q16(hw_read(GPU_REG_ID_CORE_CLOCK_KHZ), hw_read(GPU_REG_ID_CP_CLOCK_KHZ));
   counted = hw_read(GPU_REG_CPL_INSTRET_LO);
   published = 0;
   hw_write64(GPU_REG_CP_TIME_LO, 0);
}

static void show(const struct fw_ring *r)
{
   hw_write64(fw_ring_reg(r, GPU_OFF_RING_TIME_LO), r->time);
}

void fw_time_packet(struct fw_ring *r)
{
   uint32_t now = hw_read(GPU_REG_CPL_INSTRET_LO);
   uint64_t q16 = (uint64_t)(now - counted) * core_per_cp_q16 + r->time_fraction;
   counted = now;
   r->time += q16 >> 16;
   r->time_fraction = (uint32_t)q16 & 0xffff;
   show(r);
}

static void add_engine(struct fw_ring *r, uint64_t *seen, uint32_t register_lo)
{
   uint64_t now = hw_read64(register_lo);
   r->time += now - *seen;
   *seen = now;
}

void fw_time_engines(struct fw_ring *r, uint32_t which)
{
   if (which & GPU_BARRIER_CS)
      add_engine(r, &r->cs_cycles, fw_cs(r, GPU_OFF_CS_CYCLES_LO));
   if (which & GPU_BARRIER_DMA)
      add_engine(r, &r->dma_cycles, fw_dma(r, GPU_OFF_DMA_CYCLES_LO));
   if ((which & GPU_BARRIER_GFX) && r->index == 0)
      add_engine(r, &r->gfx_cycles, GPU_REG_GFX_CYCLES_LO);
}

void fw_time_at_least(struct fw_ring *r, uint64_t time)
{
   if (time > r->time && time < TIME_LIMIT)
      r->time = time;
}

void fw_time_wake(struct fw_ring *r)
{
   fw_time_at_least(r, published);
}

void fw_time_publish(struct fw_ring *r)
{
   if (r->time > published)
      published = r->time;
   hw_write64(GPU_REG_CP_TIME_LO, published);
   show(r);
}
