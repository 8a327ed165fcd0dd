/* The whole machine through its public boundary alone (emu/device.h and the contract), as a driver uses it: boot, shaders on two rings,
 * copies, waits across rings, a wild pointer, an endless shader, reset. Plain program, so that it also runs as a
 * Windows binary. Prints each failed check, then "N passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "emu/device.h"
#include "gpu.h"
#include "fw_image.h"
#include "isa.h"

#define TABLES UINT64_C(0x100000)
#define FIRMWARE UINT64_C(0x200000)
#define MEMORY UINT64_C(0x400000)
#define VA UINT64_C(0x123400000000) /* MEMORY, 8 MiB in 2 MiB pages */
#define RING_B 0x10000u
#define PROGRAM_OFFSET 0x100000u
#define DATA_OFFSET 0x200000u
#define FENCE_OFFSET 0x180000u

static emu_device *dev;
static uint8_t *memory; /* host address of MEMORY */
static uint32_t wptr[GPU_RINGS];
static int passed, failed;

#define CHECK(e) ((e) ? (void)passed++ : (void)(failed++, printf("%s:%d: %s\n", __func__, __LINE__, #e)))

static double now_us(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static uint64_t load64(uint32_t offset)
{
   return __atomic_load_n((uint64_t *)(memory + offset), __ATOMIC_ACQUIRE);
}

static uint64_t *table(unsigned i)
{
   return emu_aperture_map(dev, TABLES + i * 4096u, 4096);
}

static void map_memory(void)
{
   table(0)[VA >> 39 & 511] = (TABLES + 4096) | GPU_PTE_VALID;
   table(1)[VA >> 30 & 511] = (TABLES + 8192) | GPU_PTE_VALID;
   for (unsigned i = 0; i < 4; i++)
      table(2)[(VA >> 21 & 511) + i] = (MEMORY + ((uint64_t)i << 21)) | GPU_PTE_VALID | GPU_PTE_WRITE | GPU_PTE_LEAF;
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_LO, (uint32_t)TABLES);
   emu_mmio_write(dev, GPU_REG_MMU_ENABLE, 1);
   emu_mmio_write(dev, GPU_REG_MMU_INVALIDATE, 1);
}

static bool wait_register(uint32_t address, uint32_t value)
{
   uint64_t seq = 0;
   for (double end = now_us() + 10e6; emu_mmio_read(dev, address) != value;) {
      if (now_us() > end)
         return false;
      seq = emu_irq_wait(dev, seq, 200000);
   }
   return true;
}

static void boot(void)
{
   emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
   memcpy(emu_aperture_map(dev, FIRMWARE, gpu_firmware_image_size), gpu_firmware_image, gpu_firmware_image_size);
   emu_mmio_write(dev, GPU_REG_CP_FW_LO, (uint32_t)FIRMWARE);
   emu_mmio_write(dev, GPU_REG_CP_FW_SIZE, gpu_firmware_image_size);
   emu_mmio_write(dev, GPU_REG_CP_MAILBOX2, 1); /* 2^20 instructions a wave */
   emu_mmio_write(dev, GPU_REG_CP_RESET, 0);
   CHECK(wait_register(GPU_REG_CP_MAILBOX0, GPU_FW_READY));
   memset(wptr, 0, sizeof wptr);
}

static void enable(uint32_t ring)
{
   uint64_t base = VA + ring * RING_B;
   wptr[ring] = 0;
   emu_mmio_write(dev, GPU_REG_AT(RING, BASE_LO, ring), (uint32_t)base);
   emu_mmio_write(dev, GPU_REG_AT(RING, BASE_HI, ring), (uint32_t)(base >> 32));
   emu_mmio_write(dev, GPU_REG_AT(RING, SIZE_DW, ring), RING_B / 4);
   emu_mmio_write(dev, GPU_REG_AT(RING, WPTR, ring), 0);
   emu_mmio_write(dev, GPU_REG_AT(RING, ENABLE, ring), 1);
}

static void put(uint32_t ring, uint32_t dw)
{
   uint32_t *at = (uint32_t *)(memory + ring * RING_B) + wptr[ring]++ % (RING_B / 4);
   __atomic_store_n(at, dw, __ATOMIC_RELAXED);
}

#define PKT(ring, name, ...)                                                    \
   do {                                                                         \
      const uint32_t words[] = { __VA_ARGS__ };                                 \
      put(ring, GPU_PKT_HEADER(GPU_PKT_##name, sizeof words / 4, 0));           \
      for (size_t n = 0; n < sizeof words / 4; n++)                             \
         put(ring, words[n]);                                                   \
   } while (0)
#define U64(v) (uint32_t)(v), (uint32_t)((uint64_t)(v) >> 32)

static void kick(uint32_t ring)
{
   emu_doorbell(dev, ring, wptr[ring]);
}

static void put_fence(uint32_t ring, uint64_t value)
{
   PKT(ring, FENCE, U64(VA + FENCE_OFFSET + 16 * ring), U64(value));
   kick(ring);
}

static bool wait_fence(uint32_t ring, uint64_t value)
{
   uint64_t seq = 0;
   for (double end = now_us() + 10e6; load64(FENCE_OFFSET + 16 * ring) != value;) {
      if (now_us() > end)
         return false;
      seq = emu_irq_wait(dev, seq, 50000000);
   }
   return true;
}

/* Registers for a program and the data buffer from `offset` on as buffer s[0:3]. */
static void use_program(uint32_t ring, uint32_t slot, const char *text, uint32_t offset)
{
   char err[200] = "";
   size_t count = 0;
   uint64_t *words = isa_assemble(text, &count, err, sizeof err);
   uint32_t at = PROGRAM_OFFSET + slot * 4096;
   CHECK(words != NULL);
   if (!words) {
      printf("%s\n", err);
      return;
   }
   memcpy(memory + at, words, count * 8);
   free(words);
   PKT(ring, SET_REGS, GPU_OFF_CS_PROGRAM_LO, U64(VA + at), (uint32_t)count, 16 | 64 << 16, 0, 0, 32, 1, 1);
   PKT(ring, SET_REGS, GPU_OFF_CS_USER, U64(VA + DATA_OFFSET + offset), 0x100000, 0);
}

/* dword[i] = i * k over groups of 32 */
#define MULTIPLY(k)                                                                                          \
   "s_shl s30, s16, 5\n v_add_u32 v4, v0, s30\n v_shl v3, v4, 2\n v_mul_lo_u32 v4, v4, " #k "\n"             \
   "b_store_x1 s[0:3], v3, v4\n s_endpgm\n"

static void shaders_on_two_rings(void)
{
   const uint32_t *out = (const uint32_t *)(memory + DATA_OFFSET);
   enable(0);
   enable(1);
   use_program(0, 0, MULTIPLY(3), 0);
   use_program(1, 1, MULTIPLY(5), 0x10000);
   PKT(1, WAIT_MEM64, U64(VA + FENCE_OFFSET), U64(1)); /* ring 0's fence */
   PKT(1, DISPATCH, 100, 1, 1);
   PKT(1, BARRIER, GPU_BARRIER_CS);
   PKT(1, COPY, U64(VA + DATA_OFFSET + 0x10000), U64(VA + DATA_OFFSET + 0x20000), U64(12800));
   put_fence(1, 1);
   PKT(0, DISPATCH, 100, 1, 1);
   put_fence(0, 1);
   CHECK(wait_fence(1, 1));
   int wrong = 0;
   for (uint32_t i = 0; i < 3200; i++)
      wrong += (out[i] != i * 3) + (out[0x4000 + i] != i * 5) + (out[0x8000 + i] != i * 5);
   CHECK(wrong == 0);
   CHECK(load64(FENCE_OFFSET + 24) > load64(FENCE_OFFSET + 8)); /* ring 1 ended after ring 0 */
   uint64_t time = emu_mmio_read(dev, GPU_REG_CP_TIME_LO);
   CHECK(time >= load64(FENCE_OFFSET + 24));
}

static void expect_fault(uint32_t ring, uint32_t type)
{
   CHECK(wait_register(GPU_REG_AT(RING, STATUS, ring), GPU_RING_FAULTED));
   CHECK(emu_mmio_read(dev, GPU_REG_FAULT_TYPE) == type);
   CHECK(emu_mmio_read(dev, GPU_REG_FAULT_RING) == ring);
   CHECK(emu_mmio_read(dev, GPU_REG_IRQ_STATUS) & GPU_IRQ_FAULT);
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
   emu_mmio_write(dev, GPU_REG_IRQ_STATUS, ~0u);
   emu_mmio_write(dev, GPU_REG_AT(RING, ENABLE, ring), 0);
   CHECK(wait_register(GPU_REG_AT(RING, STATUS, ring), GPU_RING_OFF));
}

/* Rings 2 and 3 go wrong, ring 0 goes on; ring 2 is used again. */
static void bad_shaders(void)
{
   enable(2);
   use_program(2, 2, "v_mov v2, 0xdead0000\n v_mov v3, 0x4321\n g_store_x1 v[2:3], v0, v0\n s_endpgm\n", 0);
   PKT(2, DISPATCH, 4, 1, 1);
   put_fence(2, 1);
   expect_fault(2, GPU_FAULT_UNMAPPED);
   CHECK(emu_mmio_read(dev, GPU_REG_FAULT_VA_HI) == 0x4321);
   enable(3);
   use_program(3, 3, "again: s_br again\n s_endpgm\n", 0);
   PKT(3, DISPATCH, 4, 1, 1);
   put_fence(3, 1);
   put_fence(0, 2);
   CHECK(wait_fence(0, 2));
   expect_fault(3, GPU_FAULT_WATCHDOG);
   CHECK(load64(FENCE_OFFSET + 32) == 0 && load64(FENCE_OFFSET + 48) == 0);
   enable(2);
   use_program(2, 2, MULTIPLY(7), 0x30000);
   PKT(2, DISPATCH, 10, 1, 1);
   put_fence(2, 5);
   CHECK(wait_fence(2, 5));
   CHECK(((const uint32_t *)(memory + DATA_OFFSET + 0x30000))[319] == 319 * 7);
}

static void reset_in_the_middle(void)
{
   emu_mmio_write(dev, GPU_REG_CP_MAILBOX2, 0); /* no watchdog: only reset ends this one */
   enable(4);
   use_program(4, 4, "again: s_br again\n s_endpgm\n", 0);
   PKT(4, DISPATCH, 64, 1, 1);
   put_fence(4, 1);
   CHECK(wait_register(GPU_REG_AT(RING, STATUS, 4), GPU_RING_BUSY));
   boot();
   memset(memory + FENCE_OFFSET, 0, 256);
   shaders_on_two_rings();
}

static int compare(const void *a, const void *b)
{
   double x = *(const double *)a, y = *(const double *)b;
   return (x > y) - (x < y);
}

static void round_trips(void)
{
   enum { N = 1000 };
   static double us[N];
   for (int i = 0; i < N; i++) {
      double start = now_us();
      put_fence(0, 100 + (uint64_t)i);
      CHECK(wait_fence(0, 100 + (uint64_t)i));
      us[i] = now_us() - start;
   }
   qsort(us, N, sizeof us[0], compare);
   printf("submit + fence: median %.1f us, 99%% %.1f us\n", us[N / 2], us[N * 99 / 100]);
}

int main(void)
{
   char err[256] = "";
   if (emu_device_open(&(emu_open_info) { .profile = "fg1-nano" }, &dev, err, sizeof err) != EMU_OK) {
      printf("open: %s\n", err);
      return 1;
   }
   memory = emu_aperture_map(dev, MEMORY, 8 << 20);
   map_memory();
   boot();
   shaders_on_two_rings();
   bad_shaders();
   reset_in_the_middle();
   round_trips();
   emu_device_close(dev);
   printf("%d passed, %d failed\n", passed, failed);
   return failed != 0;
}
