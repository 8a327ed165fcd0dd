/* What the firmware's tests share: a whole device with the real processor, copy engine, memory and registers, and a compute
 * front end that is scripted by the test (it takes the place of the archive's cs.c). Commands are written into rings as a driver
 * would. Included once per test program.
 */
#ifndef FW_RIG_H
#define FW_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "clock.h"
#include "fw_image.h"
#include "gfx.h"
#include "machine.h"
#include "time/timing.h"

/* ---- scripted compute front end ------------------------------------------------------------------------------- */
#define CS_JOBS 64
#define RIG_PROGRAM_FAULTS 0xfa017000u /* PROGRAM_LO of a dispatch that faults when it retires */
typedef struct rig_cs_ring {
   uint32_t regs[64];
   uint32_t jobs[CS_JOBS][64]; /* registers as latched */
   uint32_t started, retired;  /* counts since reset */
   emu_time_job *timed[CS_JOBS];
   bool stopped;
} rig_cs_ring;
static rig_cs_ring rig_cs[GPU_RINGS];
static pthread_mutex_t rig_cs_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool rig_cs_auto; /* retire at once */
static uint32_t rig_kills;

static void rig_cs_retire_locked(emu_device *dev, uint32_t ring)
{
   rig_cs_ring *c = &rig_cs[ring];
   const uint32_t *job = c->jobs[c->retired % CS_JOBS];
   if (c->retired == c->started)
      return;
   if (job[GPU_OFF_CS_PROGRAM_LO / 4] == RIG_PROGRAM_FAULTS) {
      emu_fault_record(dev, &(emu_fault_info) { .type = GPU_FAULT_UNMAPPED, .access = GPU_ACCESS_READ, .va = 0x1234, .ring = ring });
      c->stopped = true;
   }
   if (c->timed[c->retired % CS_JOBS]) /* no workgroups: it takes what a launch does */
      emu_time_finish(c->timed[c->retired % CS_JOBS], 0, false);
   c->retired++;
   emu_counter_add(dev, GPU_COUNTER_DISPATCHES, 1);
}

/* What is in flight vanishes. */
static void rig_cs_forget(rig_cs_ring *c)
{
   for (; c->retired != c->started; c->retired++)
      if (c->timed[c->retired % CS_JOBS])
         emu_time_finish(c->timed[c->retired % CS_JOBS], 0, true);
}

/* The oldest dispatch of the ring is done. */
static inline void rig_cs_retire(emu_device *dev, uint32_t ring)
{
   pthread_mutex_lock(&rig_cs_lock);
   rig_cs_retire_locked(dev, ring);
   pthread_mutex_unlock(&rig_cs_lock);
   emu_cp_event(dev, GPU_EVENT_CS);
}

/* Dispatches started since reset, and those in flight. */
static inline uint32_t rig_cs_started(uint32_t ring)
{
   pthread_mutex_lock(&rig_cs_lock);
   uint32_t n = rig_cs[ring].started;
   pthread_mutex_unlock(&rig_cs_lock);
   return n;
}

static inline uint32_t rig_cs_inflight(uint32_t ring)
{
   pthread_mutex_lock(&rig_cs_lock);
   uint32_t n = rig_cs[ring].started - rig_cs[ring].retired;
   pthread_mutex_unlock(&rig_cs_lock);
   return n;
}

bool emu_cs_create(emu_device *dev)
{
   memset(rig_cs, 0, sizeof rig_cs);
   rig_kills = 0;
   return true;
}
void emu_cs_destroy(emu_device *dev) {}
void emu_cs_reset(emu_device *dev)
{
   pthread_mutex_lock(&rig_cs_lock);
   for (uint32_t ring = 0; ring < GPU_RINGS; ring++)
      rig_cs_forget(&rig_cs[ring]);
   memset(rig_cs, 0, sizeof rig_cs);
   pthread_mutex_unlock(&rig_cs_lock);
}
uint32_t emu_cs_read(emu_device *dev, uint32_t ring, uint32_t offset)
{
   rig_cs_ring *c = &rig_cs[ring];
   pthread_mutex_lock(&rig_cs_lock);
   uint32_t v = offset == GPU_OFF_CS_INFLIGHT    ? c->started - c->retired
                                                 : c->regs[offset / 4];
   pthread_mutex_unlock(&rig_cs_lock);
   return v;
}
void emu_cs_write(emu_device *dev, uint32_t ring, uint32_t offset, uint32_t value)
{
   rig_cs_ring *c = &rig_cs[ring];
   bool event = false;
   pthread_mutex_lock(&rig_cs_lock);
   if (offset == GPU_OFF_CS_GO && !c->stopped && c->started - c->retired < GPU_CS_DEPTH) {
      c->timed[c->started % CS_JOBS] = emu_time_launch(dev, ring, EMU_JOB_DISPATCH, 0);
      memcpy(c->jobs[c->started++ % CS_JOBS], c->regs, sizeof c->regs);
      event = atomic_load(&rig_cs_auto);
      if (event)
         rig_cs_retire_locked(dev, ring);
   } else if (offset == GPU_OFF_CS_KILL) {
      rig_cs_forget(c);
      c->stopped = false;
      rig_kills++;
   } else if (offset != GPU_OFF_CS_GO) {
      c->regs[offset / 4] = value;
   }
   pthread_mutex_unlock(&rig_cs_lock);
   if (event)
      emu_cp_event(dev, GPU_EVENT_CS);
}

/* ---- device and memory: VA RIG_VA + x is VRAM RIG_PA + x for 32 MiB --------------------------------------------- */
#define RIG_TABLES UINT64_C(0x100000)
#define RIG_FW UINT64_C(0x200000)
#define RIG_PA UINT64_C(0x400000)
#define RIG_VA UINT64_C(0x700000000000)
#define RIG_B (UINT64_C(32) << 20)
#define RIG_RING_B UINT64_C(0x100000) /* room for each ring */
#define RIG_RING_VA(i) (RIG_VA + (i) * RIG_RING_B)
#define RIG_DATA (8 * RIG_RING_B)     /* offset of what tests use */
#define VA(offset) (RIG_VA + RIG_DATA + (offset))

static emu_device *rig;
static uint32_t rig_wptr[GPU_RINGS], rig_size_dw[GPU_RINGS];

static inline void *rig_host(uint64_t va)
{
   return emu_aperture_map(rig, va - RIG_VA + RIG_PA, 4);
}

static inline uint32_t rig_read32(uint64_t va)
{
   return __atomic_load_n((uint32_t *)rig_host(va), __ATOMIC_ACQUIRE);
}

static inline void rig_write32(uint64_t va, uint32_t v)
{
   __atomic_store_n((uint32_t *)rig_host(va), v, __ATOMIC_RELEASE);
}

static inline uint64_t rig_read64(uint64_t va)
{
   return __atomic_load_n((uint64_t *)rig_host(va), __ATOMIC_ACQUIRE);
}

static inline void rig_write64(uint64_t va, uint64_t v)
{
   __atomic_store_n((uint64_t *)rig_host(va), v, __ATOMIC_RELEASE);
}

static inline uint64_t *rig_table(unsigned i)
{
   return emu_aperture_map(rig, RIG_TABLES + i * 4096u, 4096);
}

static inline void rig_page_tables(void)
{
   rig_table(0)[RIG_VA >> 39 & 511] = (RIG_TABLES + 4096) | GPU_PTE_VALID;
   rig_table(1)[0] = (RIG_TABLES + 8192) | GPU_PTE_VALID;
   for (unsigned i = 0; i < RIG_B >> 21; i++)
      rig_table(2)[i] = (RIG_PA + ((uint64_t)i << 21)) | GPU_PTE_VALID | GPU_PTE_WRITE | GPU_PTE_LEAF;
   emu_mmio_write(rig, GPU_REG_MMU_ROOT_LO, (uint32_t)RIG_TABLES);
   emu_mmio_write(rig, GPU_REG_MMU_ENABLE, 1);
   emu_mmio_write(rig, GPU_REG_MMU_INVALIDATE, 1);
}

static inline uint32_t rig_boot_image(const void *image, uint32_t size_B)
{
   emu_mmio_write(rig, GPU_REG_CP_RESET, 1);
   memcpy(emu_aperture_map(rig, RIG_FW, size_B), image, size_B);
   emu_mmio_write(rig, GPU_REG_CP_FW_LO, (uint32_t)RIG_FW);
   emu_mmio_write(rig, GPU_REG_CP_FW_HI, 0);
   emu_mmio_write(rig, GPU_REG_CP_FW_SIZE, size_B);
   emu_mmio_write(rig, GPU_REG_CP_RESET, 0);
   return emu_mmio_read(rig, GPU_REG_CP_STATUS);
}

/* Wait up to ten seconds for a register to take a value. */
static inline bool rig_wait_reg(uint32_t address, uint32_t value)
{
   uint64_t end = emu_clock_ns() + UINT64_C(10000000000), seq = 0;
   while (emu_mmio_read(rig, address) != value) {
      if (emu_clock_ns() > end)
         return false;
      seq = emu_irq_wait(rig, seq, 200000);
   }
   return true;
}

static inline void rig_boot(void)
{
   assert_int_equal(rig_boot_image(gpu_firmware_image, gpu_firmware_image_size), GPU_CP_RUNNING);
   assert_true(rig_wait_reg(GPU_REG_CP_MAILBOX0, GPU_FW_READY));
   memset(rig_wptr, 0, sizeof rig_wptr);
   memset(rig_size_dw, 0, sizeof rig_size_dw);
}

static inline void rig_open(void)
{
   char err[256];
   assert_int_equal(emu_device_open(&(emu_open_info) { .profile = "fg1-nano" }, &rig, err, sizeof err), EMU_OK);
   rig_page_tables();
}

static inline int rig_setup(void **state)
{
   rig_open();
   rig_boot();
   atomic_store(&rig_cs_auto, false);
   return 0;
}

static inline int rig_teardown(void **state)
{
   emu_device_close(rig);
   return 0;
}

/* ---- rings ------------------------------------------------------------------------------------------------------ */
static inline void rig_enable(uint32_t ring, uint32_t size_dw)
{
   rig_size_dw[ring] = size_dw;
   rig_wptr[ring] = 0;
   emu_mmio_write(rig, GPU_REG_AT(RING, BASE_LO, ring), (uint32_t)RIG_RING_VA(ring));
   emu_mmio_write(rig, GPU_REG_AT(RING, BASE_HI, ring), (uint32_t)(RIG_RING_VA(ring) >> 32));
   emu_mmio_write(rig, GPU_REG_AT(RING, SIZE_DW, ring), size_dw);
   emu_mmio_write(rig, GPU_REG_AT(RING, WPTR, ring), 0);
   emu_mmio_write(rig, GPU_REG_AT(RING, ENABLE, ring), 1);
}

static inline void rig_disable(uint32_t ring)
{
   emu_mmio_write(rig, GPU_REG_AT(RING, ENABLE, ring), 0);
   assert_true(rig_wait_reg(GPU_REG_AT(RING, STATUS, ring), GPU_RING_OFF));
   assert_int_equal(emu_mmio_read(rig, GPU_REG_AT(RING, RPTR, ring)), 0);
}

static inline void rig_dw(uint32_t ring, uint32_t dw)
{
   rig_write32(RIG_RING_VA(ring) + 4ull * (rig_wptr[ring]++ % rig_size_dw[ring]), dw);
}

static inline void rig_kick(uint32_t ring)
{
   emu_doorbell(rig, ring, rig_wptr[ring]);
}

/* A packet without flags; payload as a list of dwords. */
#define PKT(ring, name, ...) PKT_FLAGS(ring, name, 0, __VA_ARGS__)
#define PKT_FLAGS(ring, name, flags, ...)                                                    \
   do {                                                                                      \
      const uint32_t pkt_words[] = { __VA_ARGS__ };                                          \
      rig_dw(ring, GPU_PKT_HEADER(GPU_PKT_##name, sizeof pkt_words / 4, flags));             \
      for (size_t pkt_i = 0; pkt_i < sizeof pkt_words / 4; pkt_i++)                          \
         rig_dw(ring, pkt_words[pkt_i]);                                                     \
   } while (0)
#define U64(v) (uint32_t)(v), (uint32_t)((uint64_t)(v) >> 32)

/* Memory whose value becomes `v` within ten seconds. */
static inline bool rig_wait64(uint64_t va, uint64_t v)
{
   uint64_t end = emu_clock_ns() + UINT64_C(10000000000), seq = 0;
   while (rig_read64(va) != v) {
      if (emu_clock_ns() > end)
         return false;
      seq = emu_irq_wait(rig, seq, 200000);
   }
   return true;
}

/* Fence memory of a ring: 64 bytes apart, at the start of the data area. */
static inline uint64_t rig_fence_va(uint32_t ring)
{
   return VA(64 * ring);
}

/* A fence behind what is in the ring, kicked and waited for; false if it does not come. */
static inline bool rig_fence(uint32_t ring, uint64_t value)
{
   PKT(ring, FENCE, U64(rig_fence_va(ring)), U64(value));
   rig_kick(ring);
   return rig_wait64(rig_fence_va(ring), value);
}

/* The ring faults, with this record; the record is cleared. */
static inline void rig_expect_fault(uint32_t ring, enum gpu_fault type)
{
   assert_true(rig_wait_reg(GPU_REG_AT(RING, STATUS, ring), GPU_RING_FAULTED));
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_STATUS), 1);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_TYPE), type);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_FAULT_RING), ring);
   assert_true(rig_wait_reg(GPU_REG_IRQ_STATUS, emu_mmio_read(rig, GPU_REG_IRQ_STATUS) | GPU_IRQ_FAULT));
   emu_mmio_write(rig, GPU_REG_IRQ_STATUS, GPU_IRQ_FAULT);
   emu_mmio_write(rig, GPU_REG_FAULT_STATUS, 1);
}

static inline void rig_restart(uint32_t ring, uint32_t size_dw)
{
   rig_disable(ring);
   rig_enable(ring, size_dw);
}

#endif
