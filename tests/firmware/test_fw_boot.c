/* Boot: the good image, every way of being a bad one, code that is noise; and that reset and close always work. */
#include "fw_rig.h"

static uint8_t image[1 << 16];
static uint32_t image_B;

static struct gpu_fw_header *header(void)
{
   return (struct gpu_fw_header *)image;
}

static int setup(void **state)
{
   rig_open();
   image_B = gpu_firmware_image_size;
   memcpy(image, gpu_firmware_image, image_B);
   return 0;
}

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
   uint32_t crc = ~0u;
   for (; n--; p++)
      for (int i = 0; i < 8; i++)
         crc = crc >> 1 ^ ((crc ^ *p >> i) & 1 ? 0xedb88320u : 0);
   return ~crc;
}

static void good_image_runs(void)
{
   rig_boot();
   rig_enable(0, 1024);
   rig_write64(rig_fence_va(0), 0);
   assert_true(rig_fence(0, 1));
}

static void good_image(void **state)
{
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_STATUS), GPU_CP_IN_RESET);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_RESET), 1);
   for (int i = 0; i < 20; i++)
      good_image_runs();
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_RESET), 0);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_MAILBOX1), 1);
   emu_mmio_write(rig, GPU_REG_CP_RESET, 1);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_STATUS), GPU_CP_IN_RESET);
}

static void refused(void)
{
   assert_int_equal(rig_boot_image(image, image_B), GPU_CP_BAD_IMAGE);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_MAILBOX0), 0);
   memcpy(image, gpu_firmware_image, gpu_firmware_image_size);
   image_B = gpu_firmware_image_size;
}

static void bad_headers(void **state)
{
   header()->magic ^= 1;
   refused();
   header()->abi++;
   refused();
   header()->bytes = 0;
   refused();
   header()->bytes = image_B;
   refused();
   header()->bytes = 0xfffffff0u;
   refused();
   header()->entry = header()->bytes;
   refused();
   header()->entry |= 1;
   refused();
   header()->crc ^= 0x80000000u;
   refused();
   for (uint32_t at = sizeof(struct gpu_fw_header); at < gpu_firmware_image_size; at += 97) { /* any bit of the code */
      image[at] ^= (uint8_t)(1u << at % 8);
      refused();
   }
   image_B = sizeof(struct gpu_fw_header) - 1;
   refused();
   good_image_runs();
}

static void image_elsewhere(void **state)
{
   static const uint64_t where[] = { UINT64_C(1) << 39, UINT64_C(0x3fffffff0), ~UINT64_C(3), 2 };
   for (size_t i = 0; i < 4; i++) {
      emu_mmio_write(rig, GPU_REG_CP_RESET, 1);
      emu_mmio_write(rig, GPU_REG_CP_FW_LO, (uint32_t)where[i]);
      emu_mmio_write(rig, GPU_REG_CP_FW_HI, (uint32_t)(where[i] >> 32));
      emu_mmio_write(rig, GPU_REG_CP_FW_SIZE, gpu_firmware_image_size);
      emu_mmio_write(rig, GPU_REG_CP_RESET, 0);
      assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_STATUS), GPU_CP_BAD_IMAGE);
   }
   good_image_runs();
}

static uint32_t boot_code(const uint32_t *words, uint32_t n)
{
   memcpy(image + sizeof(struct gpu_fw_header), words, n * 4);
   *header() = (struct gpu_fw_header) { GPU_FW_MAGIC, GPU_ABI_VERSION, n * 4, 0, crc32_of(image + sizeof(struct gpu_fw_header), n * 4),
                                        0, { 0, 0 } };
   return rig_boot_image(image, sizeof(struct gpu_fw_header) + n * 4);
}

static void halt_is_reported(void **state)
{
   const uint32_t code[] = { 0x00100513, 0x00252583 }; /* li a0, 1; lw a1, 2(a0) */
   uint64_t seq = emu_irq_wait(rig, 0, 0);
   assert_int_not_equal(boot_code(code, 2), GPU_CP_BAD_IMAGE);
   assert_true(rig_wait_reg(GPU_REG_CP_STATUS, GPU_CP_HALTED));
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_PC), 4);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_CAUSE), 4);
   assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_TVAL), 3);
   assert_true(rig_wait_reg(GPU_REG_IRQ_STATUS, GPU_IRQ_CP_HALT));
   assert_true(emu_irq_wait(rig, seq, 1000000000) != seq);
   good_image_runs();
}

static void endless_loop_obeys_reset(void **state)
{
   const uint32_t loop[] = { 0x0000006f };
   for (int i = 0; i < 20; i++) {
      uint64_t start = emu_clock_ns();
      assert_int_equal(boot_code(loop, 1), GPU_CP_RUNNING);
      emu_mmio_write(rig, GPU_REG_CP_RESET, 1);
      assert_int_equal(emu_mmio_read(rig, GPU_REG_CP_STATUS), GPU_CP_IN_RESET);
      assert_true(emu_clock_ns() - start < UINT64_C(500000000));
   }
   assert_int_equal(boot_code(loop, 1), GPU_CP_RUNNING); /* left running: close has to stop it */
}

/* Noise with a right checksum, and the real firmware with bits flipped under a right checksum: anything may happen inside, nothing
 * outside. */
static void noise_is_harmless(void **state)
{
   uint64_t seed = 88172645463325252u;
   uint32_t halted = 0;
   for (uint32_t round = 0; round < 300; round++) {
      uint32_t words[4096], n = round % 2 ? 2048 : header()->bytes / 4;
      memcpy(image, gpu_firmware_image, gpu_firmware_image_size);
      n = round % 2 ? 2048 : header()->bytes / 4;
      memcpy(words, image + sizeof(struct gpu_fw_header), header()->bytes);
      for (uint32_t i = 0; i < n; i++) {
         seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
         if (round % 2)
            words[i] = (uint32_t)seed;
         else if (seed % 64 == 0)
            words[i] ^= 1u << (seed >> 8) % 32;
      }
      assert_int_not_equal(boot_code(words, n), GPU_CP_BAD_IMAGE);
      rig_enable(0, 1024);
      rig_dw(0, GPU_PKT_HEADER(GPU_PKT_NOP, 0, 0));
      rig_kick(0);
      emu_irq_wait(rig, emu_irq_wait(rig, 0, 0), 300000);
      halted += emu_mmio_read(rig, GPU_REG_CP_STATUS) == GPU_CP_HALTED;
   }
   rig_page_tables(); /* whatever it did to its own registers */
   good_image_runs();
   print_message("%u of 300 halted\n", halted);
   assert_true(halted > 100);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, rig_teardown)
   const struct CMUnitTest tests[] = {
      TEST(good_image), TEST(bad_headers), TEST(image_elsewhere), TEST(halt_is_reported), TEST(endless_loop_obeys_reset),
      TEST(noise_is_harmless),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
