/* Any firmware image. The first byte chooses: 0 the image as it stands goes to the boot ROM of a whole device; 1 the same
 * with a header that the ROM accepts put in front, so that its code runs for a moment among host accesses; 2 the code
 * runs on the block cache and on the step-by-step reference, which must agree on everything. */
#include "fw_rig.h"
#include "fuzz.h"

#define SRAM_B 16384u
#define BUS_B 256u
#define MAX_IMAGE_B 32768u
#include "../emu/rv32_follow.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   rig_open();
   return 0;
}

/* ---- on the device ------------------------------------------------------------------------------- */
static uint32_t crc32_of(const uint8_t *p, size_t n)
{
   uint32_t crc = ~0u;
   for (size_t i = 0; i < n; i++) {
      crc ^= p[i];
      for (int bit = 0; bit < 8; bit++)
         crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
   }
   return ~crc;
}

static void boot(const void *image, size_t size)
{
   uint32_t status = rig_boot_image(image, (uint32_t)size);
   for (uint32_t i = 0; i < 20 && status == GPU_CP_RUNNING; i++) {
      emu_doorbell(rig, i % GPU_RINGS, i);
      emu_mmio_write(rig, GPU_REG_CP_MAILBOX0, i);
      emu_mmio_write(rig, GPU_REG_IRQ_STATUS, ~0u);
      emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 10000);
      status = emu_mmio_read(rig, GPU_REG_CP_STATUS);
   }
   emu_mmio_write(rig, GPU_REG_CP_RESET, 1); /* stops whatever runs */
   emu_mmio_write(rig, GPU_REG_FAULT_STATUS, 1);
}

static void boot_with_header(const uint8_t *code, size_t size)
{
   uint8_t *image = malloc(sizeof(struct gpu_fw_header) + size);
   fuzz_check(image);
   struct gpu_fw_header h = {.magic = GPU_FW_MAGIC,
                             .abi = GPU_ABI_VERSION,
                             .bytes = (uint32_t)size,
                             .crc = crc32_of(code, size)};
   memcpy(image, &h, sizeof h);
   memcpy(image + sizeof h, code, size);
   boot(image, sizeof h + size);
   free(image);
}

/* ---- against the reference ----------------------------------------------------------------------- */
static void check_same(const rv32_core *c, const ref_core *r)
{
   fuzz_check(c->pc == r->pc && c->instret == r->instret);
   fuzz_check(!memcmp(c->x, r->x, sizeof r->x));
   fuzz_check(c->mstatus == r->mstatus && c->mepc == r->mepc && c->mcause == r->mcause && c->mtval == r->mtval);
   fuzz_check(c->mtvec == r->mtvec && c->mscratch == r->mscratch && c->in_trap == r->in_trap);
   fuzz_check(!memcmp(c->sram, r->sram, SRAM_B));
}

static void differential(const uint8_t *code, size_t size)
{
   static rv32_core core;
   static uint8_t sram[SRAM_B];
   static bool made;
   const rv32_bus bus = {.size_B = BUS_B, .read = bus_read, .write = bus_write};
   if (!made)
      fuzz_check(made = rv32_create(&core, SRAM_B, &bus));
   size = size < SRAM_B ? size : SRAM_B;
   memset(core.sram, 0, SRAM_B);
   memcpy(core.sram, code, size);
   rv32_reset(&core, 0);
   ref_core ref = {.sram = sram, .sram_B = SRAM_B, .bus_B = BUS_B, .read = bus_read, .write = bus_write};
   memcpy(sram, core.sram, SRAM_B);
   for (uint32_t i = 1; i < 32; i++)
      core.x[i] = i * 64;
   core.x[4] = RV32_BUS_BASE;
   core.mtvec = SRAM_B / 2;
   memcpy(ref.x, core.x, sizeof ref.x);
   ref.mtvec = core.mtvec;
   bus_log fast = {.hash = 1, .instret = &core.instret, .core = &core};
   bus_log slow = {.hash = 1, .instret = &ref.instret, .ref = &ref};
   core.bus.context = &fast;
   ref.context = &slow;
   for (uint32_t i = 0; i < 24; i++) {
      enum rv32_exit e = rv32_run(&core, i < 8 ? 1 + i : 100);
      follow(&core, &ref, e == RV32_EXIT_HALT);
      check_same(&core, &ref);
      fuzz_check(fast.hash == slow.hash && (e == RV32_EXIT_HALT) == ref.halted);
      if (e != RV32_EXIT_HALT)
         continue;
      fuzz_check(core.halt_pc == ref.halt_pc && core.halt_cause == ref.halt_cause && core.halt_tval == ref.halt_tval);
      break;
   }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   if (size < 2)
      return 0;
   size_t n = size - 1 < MAX_IMAGE_B ? size - 1 : MAX_IMAGE_B;
   if (data[0] % 4 == 0)
      boot(data + 1, n);
   else if (data[0] % 4 == 1)
      boot_with_header(data + 1, n);
   else
      differential(data + 1, n);
   return 0;
}
