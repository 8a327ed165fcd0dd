/* Register decoder: one for BAR0 and for the command processor, driven by regs.def. It knows who may read and write each register and which
 * block answers; the ring registers are kept here, because nothing but memory stands behind them.
 * Invariant: an address that no record covers reads 0 and swallows writes, on both sides.
 */
#include "blocks.h"
#include "settings.h"
#include "time/timing.h"
#include <assert.h>
#include <stdlib.h>

#define ADDRESSES (GPU_BAR0_B / 4)
#define RING_DW (GPU_STRIDE_RING / 4)

enum access { RO, RW, W1C, CP, GO, CPGO };
enum block {
#define REG_BLOCK(block, base, stride, count, doc) BLOCK_##block,
#include "regs.def"
};

typedef struct reg_record {
   uint8_t block, access;
   uint16_t offset, count; /* count: 4-byte steps of an array */
   uint32_t reset;
} reg_record;

typedef struct reg_block {
   uint32_t base, stride, count;
} reg_block;

static const reg_block blocks[] = {
#define REG_BLOCK(block, base, stride, count, doc) {base, stride, count},
#include "regs.def"
};

static const reg_record records[] = {
#define REG(block, name, offset, access, reset, doc) {BLOCK_##block, access, offset, 1, reset},
#include "regs.def"
};
#define RECORDS (sizeof(records) / sizeof(records[0]))

struct emu_regs {
   _Atomic uint32_t ring[GPU_RINGS][RING_DW];
   _Atomic uint32_t latched[2][GPU_COUNTER_COUNT]; /* high halves; the host's and the processor's */
};

static uint16_t record_at[ADDRESSES]; /* index + 1 into records; 0: nothing there */
static pthread_once_t built = PTHREAD_ONCE_INIT;

static uint32_t array_length(enum block b, uint32_t offset)
{
#define REG_ARRAY(block, name, count)                                                                        \
   if (b == BLOCK_##block && offset == GPU_OFF_##block##_##name)                                             \
      return count;
#include "regs.def"
   return 1;
}

static void place(uint16_t number, uint32_t address)
{
   assert(address < GPU_BAR0_B && address % 4 == 0 && record_at[address / 4] == 0);
   record_at[address / 4] = number;
}

static void build(void)
{
   for (size_t r = 0; r < RECORDS; r++) {
      const reg_block *b = &blocks[records[r].block];
      uint32_t steps = array_length(records[r].block, records[r].offset);
      for (uint32_t i = 0; i < b->count; i++)
         for (uint32_t s = 0; s < steps; s++)
            place((uint16_t)(r + 1), b->base + i * b->stride + records[r].offset + 4 * s);
   }
}

static const reg_record *decode(uint32_t address)
{
   if (address >= GPU_BAR0_B || address % 4 != 0 || record_at[address / 4] == 0)
      return NULL;
   return &records[record_at[address / 4] - 1];
}

/* ---- ID -------------------------------------------------------------------------------------------------------- */
static uint32_t watchdog_M(const emu_profile *p)
{
   uint64_t m = (p->watchdog_wave_instructions + 0xfffff) >> 20;
   return m > UINT32_MAX ? UINT32_MAX : (uint32_t)m;
}

static uint32_t class_cost(const emu_profile *p, uint32_t cls)
{
   if (cls >= ISA_CLASS_COUNT)
      return 0;
   uint32_t issue = p->cost[cls].issue_cycles, latency = p->cost[cls].latency_cycles;
   return (issue < 0xffff ? issue : 0xffff) | (latency < 0xffff ? latency : 0xffff) << 16;
}

static uint32_t id_read(const emu_profile *p, uint32_t offset)
{
   switch (offset) {
   case GPU_OFF_ID_MAGIC: return GPU_MAGIC;
   case GPU_OFF_ID_ABI: return GPU_ABI_VERSION;
   case GPU_OFF_ID_REVISION: return 0;
   case GPU_OFF_ID_VRAM_LO: return (uint32_t)p->vram_B;
   case GPU_OFF_ID_VRAM_HI: return (uint32_t)(p->vram_B >> 32);
   case GPU_OFF_ID_CORES: return p->cores;
   case GPU_OFF_ID_WAVES_PER_CORE: return p->waves_per_core;
   case GPU_OFF_ID_LDS_B: return p->lds_B_per_group;
   case GPU_OFF_ID_CORE_CLOCK_KHZ: return p->core_clock_khz;
   case GPU_OFF_ID_CP_CLOCK_KHZ: return p->cp_clock_khz;
   case GPU_OFF_ID_CP_SRAM_B: return p->cp_sram_B;
   case GPU_OFF_ID_RINGS: return GPU_RINGS;
   case GPU_OFF_ID_SCRATCH_MAX_B: return p->scratch_max_B;
   case GPU_OFF_ID_SYSMEM_LO: return (uint32_t)p->sysmem_B;
   case GPU_OFF_ID_SYSMEM_HI: return (uint32_t)(p->sysmem_B >> 32);
   case GPU_OFF_ID_SCHEDULERS: return p->schedulers_per_core;
   case GPU_OFF_ID_WATCHDOG_M: return watchdog_M(p);
   case GPU_OFF_ID_VREGS_PER_CORE: return p->vregs_per_core;
   case GPU_OFF_ID_LDS_PER_CORE_B: return p->lds_B_per_core;
   default: return offset >= GPU_OFF_ID_CLASS_COST ? class_cost(p, (offset - GPU_OFF_ID_CLASS_COST) / 4) : 0;
   }
}

/* ---- the rings' clocks: the timing unit keeps them ------------------------------------------------------------- */
static void clock_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value)
{
   _Atomic uint32_t *low = &dev->regs->ring[ring][GPU_OFF_RING_CLOCK_MIN_LO / 4];
   switch (offset) {
   case GPU_OFF_RING_CLOCK_ADVANCE: emu_time_advance(dev, ring, value); break;
   case GPU_OFF_RING_CLOCK_WAIT: emu_time_wait(dev, ring, value); break;
   case GPU_OFF_RING_CLOCK_MIN_LO: atomic_store(low, value); break;
   case GPU_OFF_RING_CLOCK_MIN_HI: emu_time_at_least(dev, ring, (uint64_t)value << 32 | atomic_load(low)); break;
   case GPU_OFF_RING_CLOCK_OP:
      if (value == GPU_CLOCK_PUBLISH)
         emu_time_publish(dev, ring);
      else if (value == GPU_CLOCK_WAKE)
         emu_time_wake(dev, ring);
      break;
   default: break;
   }
}

static uint32_t ring_read(emu_device *dev, uint32_t ring, uint32_t offset, bool from_cp)
{
   uint64_t clock;
   switch (offset) {
   case GPU_OFF_RING_TIME_LO: return (uint32_t)emu_time_clock(dev, ring);
   case GPU_OFF_RING_TIME_HI: return (uint32_t)(emu_time_clock(dev, ring) >> 32);
   case GPU_OFF_RING_CLOCK_KNOWN: return from_cp && emu_time_read(dev, ring, &clock);
   default: return atomic_load(&dev->regs->ring[ring][offset / 4]);
   }
}

/* ---- rings ------------------------------------------------------------------------------------------------------ */
static void ring_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value)
{
   /* ORDER: packets stand in memory before the pointer that covers them; ENABLE and STATUS, each written by one side and read by the
    * other, are seen in one order by both */
   if (offset >= GPU_OFF_RING_CLOCK_ADVANCE) {
      clock_write(dev, ring, offset, value);
      return;
   }
   atomic_store(&dev->regs->ring[ring][offset / 4], value);
   if (offset == GPU_OFF_RING_WPTR || offset == GPU_OFF_RING_ENABLE)
      emu_cp_event(dev, GPU_EVENT_DOORBELL);
}

void emu_doorbell(emu_device *dev, uint32_t ring, uint32_t wptr_dw)
{
   if (ring < GPU_RINGS)
      ring_write(dev, ring, GPU_OFF_RING_WPTR, wptr_dw);
}

void emu_regs_reset(emu_device *dev)
{
   for (uint32_t ring = 0; ring < GPU_RINGS; ring++)
      for (uint32_t i = 0; i < RING_DW; i++)
         atomic_store_explicit(&dev->regs->ring[ring][i], 0, memory_order_relaxed);
}

/* ---- counters ----------------------------------------------------------------------------------------------------- */
static uint32_t counter_read(emu_device *dev, uint32_t index, uint32_t offset, bool from_cp)
{
   if (index >= GPU_COUNTER_COUNT)
      return 0;
   _Atomic uint32_t *latched = &dev->regs->latched[from_cp][index];
   if (offset == GPU_OFF_COUNTER_HI)
      return atomic_load_explicit(latched, memory_order_relaxed);
   uint64_t value = atomic_load_explicit(&dev->counters[index], memory_order_relaxed);
   atomic_store_explicit(latched, (uint32_t)(value >> 32), memory_order_relaxed);
   return (uint32_t)value;
}

/* ---- decoder -------------------------------------------------------------------------------------------------------- */
static bool readable(const reg_record *r)
{
   return r->access != GO && r->access != CPGO;
}

static bool writable(const reg_record *r, bool from_cp)
{
   switch (r->access) {
   case RW:
   case W1C:
   case GO:
      return true;
   case CP:
   case CPGO:
      return from_cp;
   default:
      return false;
   }
}

uint32_t emu_reg_read(emu_device *dev, uint32_t address, bool from_cp)
{
   const reg_record *r = decode(address);
   if (!r || !readable(r))
      return 0;
   const reg_block *b = &blocks[r->block];
   uint32_t instance = b->stride ? (address - b->base) / b->stride : 0;
   uint32_t offset = address - b->base - instance * b->stride;
   switch (r->block) {
   case BLOCK_ID: return id_read(&dev->profile, offset);
   case BLOCK_CP: return emu_cp_read(dev, address);
   case BLOCK_IRQ: return emu_irq_read(dev, offset);
   case BLOCK_MMU: return emu_mmu_read(dev, offset);
   case BLOCK_FAULT: return emu_fault_read(dev, offset);
   case BLOCK_RING: return ring_read(dev, instance, offset, from_cp);
   case BLOCK_CS: return emu_cs_read(dev, instance, offset);
   case BLOCK_DMA: return emu_dma_read(dev, instance, offset);
   case BLOCK_GFX: return emu_gfx_read(dev, offset);
   case BLOCK_CPL: return from_cp ? emu_cp_read(dev, address) : 0;
   case BLOCK_COUNTER: return counter_read(dev, instance, offset, from_cp);
   default: return 0;
   }
}

void emu_reg_write(emu_device *dev, uint32_t address, uint32_t value, bool from_cp)
{
   const reg_record *r = decode(address);
   if (!r || !writable(r, from_cp))
      return;
   const reg_block *b = &blocks[r->block];
   uint32_t instance = b->stride ? (address - b->base) / b->stride : 0;
   uint32_t offset = address - b->base - instance * b->stride;
   switch (r->block) {
   case BLOCK_CP:
      if (address == GPU_REG_CP_RESET && !from_cp && (value & 1u))
         emu_device_reset(dev);
      else
         emu_cp_write(dev, address, value, from_cp);
      break;
   case BLOCK_IRQ: emu_irq_write(dev, offset, value); break;
   case BLOCK_MMU: emu_mmu_write(dev, offset, value); break;
   case BLOCK_FAULT: emu_fault_write(dev, offset, value); break;
   case BLOCK_RING: ring_write(dev, instance, offset, value); break;
   case BLOCK_CS: emu_cs_write(dev, instance, offset, value); break;
   case BLOCK_DMA: emu_dma_write(dev, instance, offset, value); break;
   case BLOCK_GFX: emu_gfx_write(dev, offset, value); break;
   case BLOCK_CPL:
      if (from_cp)
         emu_cp_write(dev, address, value, true);
      break;
   default: break;
   }
}

uint32_t emu_mmio_read(emu_device *dev, uint32_t address)
{
   uint32_t value = emu_reg_read(dev, address, false);
   emu_debug(dev, MMIO, "read  %04x = %08x", address, value);
   return value;
}

void emu_mmio_write(emu_device *dev, uint32_t address, uint32_t value)
{
   emu_debug(dev, MMIO, "write %04x = %08x", address, value);
   emu_reg_write(dev, address, value, false);
}

bool emu_regs_create(emu_device *dev)
{
   pthread_once(&built, build);
   dev->regs = calloc(1, sizeof(*dev->regs));
   return dev->regs != NULL;
}

void emu_regs_destroy(emu_device *dev)
{
   free(dev->regs);
   dev->regs = NULL;
}
