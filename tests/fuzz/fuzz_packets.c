/* Any ring on the real firmware. Two bytes choose ring and behaviour, two the number of ring dwords; those follow, and
 * the rest is memory that packets may name (indirect buffers, values). Whatever stands there, the ring ends in a
 * fault, waits, runs out, or (a long indirect buffer of zeros) is still busy but can be disabled; the firmware keeps
 * running, and another ring works at the same time.
 *
 * The firmware is interpreted, so the fuzzer sees nothing of its branches: what became of the ring is given to libFuzzer
 * as counters of its own. */
#include "fw_rig.h"
#include "fuzz.h"

#define RING_DW 1024u
#define MAX_DATA_B 16384u
#define PATIENCE_NS UINT64_C(20000000)

#ifdef FIGMENT_FUZZ
#define SEEN 16384
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t seen[SEEN];
static void note(uint32_t kind, uint32_t a, uint32_t b)
{
   uint32_t h = (kind * 0x9e3779b1u ^ a) * 0x85ebca6bu ^ b * 0xc2b2ae35u;
   seen[(h ^ h >> 15) % SEEN] = 1;
}
#else
static void note(uint32_t kind, uint32_t a, uint32_t b) {}
#endif

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   setenv("FIGMENT_PROFILE", FUZZ_CARD, 1);
   rig_open();
   rig_boot();
   return 0;
}

static uint32_t settle(uint32_t ring)
{
   uint64_t end = emu_clock_ns() + PATIENCE_NS;
   for (;;) {
      uint32_t s = emu_mmio_read(rig, GPU_REG_AT(RING, STATUS, ring));
      if (s == GPU_RING_FAULTED || s == GPU_RING_WAITING ||
          (s == GPU_RING_IDLE && emu_mmio_read(rig, GPU_REG_AT(RING, RPTR, ring)) == rig_wptr[ring]))
         return s;
      if (emu_clock_ns() > end)
         return GPU_RING_BUSY;
      emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 20000);
   }
}

static void note_outcome(uint32_t ring, uint32_t status, const uint32_t *dw, size_t count)
{
   uint32_t rptr = emu_mmio_read(rig, GPU_REG_AT(RING, RPTR, ring));
   uint32_t type = emu_mmio_read(rig, GPU_REG_FAULT_TYPE), info = emu_mmio_read(rig, GPU_REG_FAULT_INFO);
   uint32_t header = rptr < count ? dw[rptr] : 0;
   note(0, status, header & 0xff);
   if (status == GPU_RING_FAULTED) {
      note(1, header >> 8, type);
      note(2, header & 0xff, type << 8 | (info & 0xff));
   }
   note(3, rptr, status);
   for (size_t at = 0, last = 0; at < rptr && at < count; at++) { /* pairs of packets that were passed */
      note(4, dw[at] & 0xff00ffff, (uint32_t)last);
      last = dw[at] & 0xff;
   }
   for (uint32_t c = 0; c < GPU_COUNTER_COUNT; c++) {
      uint64_t v = atomic_exchange(&rig->counters[c], 0);
      note(5, c, v ? 64u - (uint32_t)__builtin_clzll(v) : 0);
   }
}

static void check_alive(void)
{
   rig_enable(7, RING_DW);
   rig_write64(rig_fence_va(7), 0);
   fuzz_check(rig_fence(7, 0x1234));
   rig_disable(7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   static unsigned inputs;
   fuzz_in in = {data, size};
   uint32_t ring = (uint32_t)fuzz_take(&in, 1) % 7, how = (uint32_t)fuzz_take(&in, 1);
   size_t count = fuzz_take(&in, 2) % RING_DW;
   if (count * 4 > in.left_B)
      count = in.left_B / 4;
   uint32_t dw[RING_DW];
   memcpy(dw, in.p, count * 4);
   in.p += count * 4, in.left_B -= count * 4;
   size_t data_B = in.left_B < MAX_DATA_B ? in.left_B : MAX_DATA_B;

   emu_aperture_discard(rig, RIG_PA, RIG_B);
   memcpy(rig_host(VA(0)), in.p, data_B);
   atomic_store(&rig_cs_auto, true);
   rig_enable(ring, RING_DW);
   for (size_t i = 0; i < count; i++)
      rig_dw(ring, dw[i]);
   if (how & 1)
      rig_wptr[ring] += how >> 1; /* more than was written: zeros, or past the ring's end */
   rig_kick(ring);
   uint32_t status = settle(ring);
   if (status == GPU_RING_WAITING && how & 2) { /* what it waits for may come */
      for (uint64_t i = 0; i < data_B / 8; i++)
         rig_write64(VA(i * 8), how & 4 ? ~UINT64_C(0) : i);
      emu_doorbell(rig, ring, rig_wptr[ring]);
      status = settle(ring);
   }
   fuzz_check(emu_mmio_read(rig, GPU_REG_CP_STATUS) == GPU_CP_RUNNING);
   note_outcome(ring, status, dw, count);
   if (status == GPU_RING_BUSY || ++inputs % 16 == 0)
      check_alive();
   rig_disable(ring);
   emu_mmio_write(rig, GPU_REG_FAULT_STATUS, 1);
   return 0;
}
