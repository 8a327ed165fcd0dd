/* The card with its real processor and cores: opened, fed noise, reset and closed, over and over and several at once; cheap in
 * memory, and nothing is left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <malloc.h>
#include <sys/resource.h>
#include "clock.h"
#include "machine.h"

static emu_device *open_card(const char *profile)
{
   char err[256] = "";
   emu_device *dev = NULL;
   emu_open_info info = {.profile = profile};
   if (emu_device_open(&info, &dev, err, sizeof(err)) != EMU_OK)
      fail_msg("open: %s", err);
   return dev;
}

static unsigned entries_of(const char *path)
{
   unsigned n = 0;
   DIR *d = opendir(path);
   while (d && readdir(d))
      n++;
   if (d)
      closedir(d);
   return n;
}

static long resident_KiB(void)
{
   long size, resident = 0;
   FILE *f = fopen("/proc/self/statm", "r");
   int n = f ? fscanf(f, "%ld %ld", &size, &resident) : 0;
   if (f)
      fclose(f);
   return n == 2 ? resident * 4 : -1;
}

static void opening_is_cheap(void **state)
{
   long before = resident_KiB();
   uint64_t start = emu_clock_ns();
   emu_device *dev = open_card("fg1");
   uint64_t opened = emu_clock_ns();
   printf("open: %u us, %ld KiB resident more\n", (unsigned)((opened - start) / 1000), resident_KiB() - before);
   assert_in_range(resident_KiB() - before, 0, 32 * 1024);
   emu_device_close(dev);
}

static void boot_noise(emu_device *dev, uint32_t seed)
{
   uint32_t *image = emu_aperture_map(dev, 1 << 20, 65536);
   for (unsigned i = 0; i < 16384; i++)
      image[i] = seed = seed * 1664525u + 1013904223u;
   emu_mmio_write(dev, GPU_REG_CP_FW_LO, 1 << 20);
   emu_mmio_write(dev, GPU_REG_CP_FW_SIZE, 65536);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 0);
}

static uint32_t status_after_boot(emu_device *dev)
{
   uint64_t deadline = emu_clock_ns() + UINT64_C(10000000000);
   uint32_t s;
   do
      s = emu_mmio_read(dev, GPU_REG_CP_STATUS);
   while (s == GPU_CP_IN_RESET && emu_clock_ns() < deadline);
   return s;
}

static void noise_as_firmware(void **state)
{
   emu_device *dev = open_card("fg1-nano");
   for (uint32_t i = 0; i < 20; i++) {
      boot_noise(dev, i);
      assert_int_equal(status_after_boot(dev), GPU_CP_BAD_IMAGE);
      emu_doorbell(dev, i % GPU_RINGS, 100);
      emu_mmio_write(dev, GPU_REG_CP_POKE, 1);
      emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
      assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_STATUS), GPU_CP_IN_RESET);
   }
   boot_noise(dev, 99);
   emu_device_close(dev); /* while it boots */
}

/* Every register, by the host and with the rights of the processor's bus, any value. */
static void noise_in_registers(void **state)
{
   emu_device *dev = open_card("fg1-nano");
   uint32_t seed = 7;
   for (int i = 0; i < 20000; i++) {
      seed = seed * 1664525u + 1013904223u;
      uint32_t address = seed >> 8 & 0x5ffc;
      seed = seed * 1664525u + 1013904223u;
      emu_mmio_write(dev, address, seed);
      emu_mmio_read(dev, address);
      if (address < GPU_BLOCK_CPL && address >= GPU_BLOCK_IRQ)
         emu_reg_write(dev, address, seed, true);
   }
   emu_device_close(dev);
}

static void many_lives_and_several_at_once(void **state)
{
   emu_device_close(open_card("fg1"));
   unsigned fds = entries_of("/proc/self/fd"), threads = entries_of("/proc/self/task");
   size_t heap = mallinfo2().uordblks;
   for (int i = 0; i < 50; i++) {
      emu_device *devs[4];
      for (int k = 0; k < 4; k++) {
         devs[k] = open_card(k % 2 ? "fg1" : "fg1-nano");
         boot_noise(devs[k], (uint32_t)(i * 4 + k));
      }
      for (int k = 0; k < 4; k++)
         emu_device_close(devs[k]);
   }
   assert_int_equal(entries_of("/proc/self/fd"), fds);
   assert_int_equal(entries_of("/proc/self/task"), threads);
   assert_true(mallinfo2().uordblks < heap + 65536);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static long address_space_KiB(void)
{
   long size = 0;
   FILE *f = fopen("/proc/self/statm", "r");
   if (f && fscanf(f, "%ld", &size) != 1)
      size = 0;
   if (f)
      fclose(f);
   return size * 4;
}

/* With a little more address space each time, so that every part is the first that does not fit. */
static void open_fails_cleanly(void **state)
{
   struct rlimit old, tight;
   unsigned failures = 0, successes = 0;
   emu_open_info info = {.profile = "fg1-nano"};
   getrlimit(RLIMIT_AS, &old);
   unsigned fds = entries_of("/proc/self/fd"), threads = entries_of("/proc/self/task");
   for (unsigned more_KiB = 0; more_KiB < (1200u << 10); more_KiB += more_KiB < 1024u << 10 ? 60000 : 1024) {
      char err[256] = "";
      emu_device *dev = NULL;
      tight = old;
      tight.rlim_cur = ((rlim_t)address_space_KiB() + more_KiB) << 10;
      setrlimit(RLIMIT_AS, &tight);
      emu_result r = emu_device_open(&info, &dev, err, sizeof(err));
      emu_device_close(dev);
      setrlimit(RLIMIT_AS, &old);
      assert_true(r == EMU_OK ? dev != NULL : r == EMU_E_NO_MEMORY && !dev && err[0]);
      failures += r != EMU_OK;
      successes += r == EMU_OK;
   }
   assert_true(failures > 10 && successes > 0);
   assert_int_equal(entries_of("/proc/self/fd"), fds);
   assert_int_equal(entries_of("/proc/self/task"), threads);
}
#endif

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(opening_is_cheap), cmocka_unit_test(noise_as_firmware), cmocka_unit_test(noise_in_registers),
      cmocka_unit_test(many_lives_and_several_at_once),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
      cmocka_unit_test(open_fails_cleanly), /* sanitizers need the address space themselves */
#endif
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
