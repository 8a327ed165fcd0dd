/* The device boundary: registers and who may touch them, interrupts and their waits, fault records, reset, report, and that open and close
 * leave nothing behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>
#include "machine_rig.h"
#include "clock.h"

static emu_device *dev;

static int setup(void **state)
{
   memset(fake_cp_values, 0, sizeof(fake_cp_values));
   memset(fake_cs_values, 0, sizeof(fake_cs_values));
   dev = rig_open("fg1-nano");
   return 0;
}

static int teardown(void **state)
{
   emu_device_close(dev);
   return 0;
}

static void identification(void **state)
{
   assert_int_equal(emu_mmio_read(dev, GPU_REG_ID_MAGIC), GPU_MAGIC);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_ID_ABI), GPU_ABI_VERSION);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_ID_VRAM_LO), (uint32_t)dev->profile.vram_B);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_ID_CORES), 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_ID_RINGS), GPU_RINGS);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_ID_WATCHDOG_M), 256);
   emu_mmio_write(dev, GPU_REG_ID_MAGIC, 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_ID_MAGIC), GPU_MAGIC);
   assert_string_equal(emu_device_profile_name(dev), "fg1-nano");
}

static void addresses_without_register(void **state)
{
   static const uint32_t addresses[] = {1, 2, 0x7c, 0xfffc, 0x10000, 0xfffffffc, 0x1028, 0x20f0,
                                        GPU_REG_AT(COUNTER, LO, GPU_COUNTER_COUNT)};
   for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
      emu_mmio_write(dev, addresses[i], 0xffffffff);
      assert_int_equal(emu_mmio_read(dev, addresses[i]), 0);
      emu_reg_write(dev, addresses[i], 0xffffffff, true);
      assert_int_equal(emu_reg_read(dev, addresses[i], true), 0);
   }
}

static void who_may_write(void **state)
{
   uint32_t program = GPU_REG_AT(CS, PROGRAM_LO, 3), user15 = GPU_REG_AT(CS, USER, 3) + 60;
   emu_mmio_write(dev, program, 5);
   assert_int_equal(emu_mmio_read(dev, program), 0);
   emu_reg_write(dev, program, 5, true);
   assert_int_equal(emu_mmio_read(dev, program), 5);
   emu_reg_write(dev, user15, 15, true);
   assert_int_equal(emu_mmio_read(dev, user15), 15);
   emu_reg_write(dev, GPU_REG_AT(CS, GO, 3), 1, true);
   assert_int_equal(fake_cs_values[3][GPU_OFF_CS_GO / 4], 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_AT(CS, GO, 3)), 0); /* actions read as 0 */
   emu_mmio_write(dev, GPU_REG_AT(RING, RPTR, 0), 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_AT(RING, RPTR, 0)), 0);
   emu_reg_write(dev, GPU_REG_AT(RING, RPTR, 0), 1, true);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_AT(RING, RPTR, 0)), 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CPL_EVENT), 0); /* the host sees nothing of the local units */
   assert_int_equal(emu_reg_read(dev, GPU_REG_CPL_EVENT, true), 0xc91);
   emu_mmio_write(dev, GPU_REG_IRQ_RAISE, 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_IRQ_STATUS), 0);
}

static void rings_and_doorbells(void **state)
{
   for (uint32_t r = 0; r < GPU_RINGS; r++) {
      emu_mmio_write(dev, GPU_REG_AT(RING, BASE_LO, r), 0x1000 * (r + 1));
      assert_int_equal(atomic_load(&fake_events), 0);
      emu_doorbell(dev, r, 100 + r);
      assert_int_equal(atomic_exchange(&fake_events, 0), GPU_EVENT_DOORBELL);
      assert_int_equal(emu_reg_read(dev, GPU_REG_AT(RING, WPTR, r), true), 100 + r);
      assert_int_equal(emu_reg_read(dev, GPU_REG_AT(RING, BASE_LO, r), true), 0x1000 * (r + 1));
      emu_mmio_write(dev, GPU_REG_AT(RING, WPTR, r), 7);
      assert_int_equal(atomic_exchange(&fake_events, 0), GPU_EVENT_DOORBELL);
   }
   emu_doorbell(dev, GPU_RINGS, 1);
   emu_doorbell(dev, UINT32_MAX, 1);
   assert_int_equal(atomic_load(&fake_events), 0);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_AT(RING, BASE_LO, 5)), 0);
}

static void counters_latch(void **state)
{
   uint32_t lo = GPU_REG_AT(COUNTER, LO, GPU_COUNTER_WAVES), hi = GPU_REG_AT(COUNTER, HI, GPU_COUNTER_WAVES);
   emu_counter_add(dev, GPU_COUNTER_WAVES, 0xffffffff);
   assert_int_equal(emu_mmio_read(dev, lo), 0xffffffff);
   emu_counter_add(dev, GPU_COUNTER_WAVES, 2);
   assert_int_equal(emu_reg_read(dev, lo, true), 1); /* the processor's latch is its own */
   assert_int_equal(emu_mmio_read(dev, hi), 0);
   assert_int_equal(emu_reg_read(dev, hi, true), 1);
   assert_int_equal(emu_mmio_read(dev, lo), 1);
   assert_int_equal(emu_mmio_read(dev, hi), 1);
}

/* ---- interrupts ---- */
static uint64_t waited_ns(uint64_t seq, int64_t timeout, uint64_t *now)
{
   uint64_t start = emu_clock_ns();
   *now = emu_irq_wait(dev, seq, timeout);
   return emu_clock_ns() - start;
}

static void interrupt_waits(void **state)
{
   uint64_t now, seq = emu_irq_wait(dev, 0, 0);
   assert_true(waited_ns(seq, 0, &now) < 20000000);
   assert_int_equal(now, seq);
   uint64_t t = waited_ns(seq, 30000000, &now);
   assert_true(t >= 30000000 && t < 2000000000);
   assert_int_equal(now, seq);
   emu_reg_write(dev, GPU_REG_IRQ_RAISE, GPU_IRQ_FENCE(2), true);
   assert_true(waited_ns(seq, -1, &now) < 1000000000);
   assert_int_equal(now, seq + 1);
   assert_true(waited_ns(seq, INT64_MAX, &now) < 1000000000);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_IRQ_STATUS), GPU_IRQ_FENCE(2));
   emu_mmio_write(dev, GPU_REG_IRQ_STATUS, GPU_IRQ_FENCE(1));
   assert_int_equal(emu_mmio_read(dev, GPU_REG_IRQ_STATUS), GPU_IRQ_FENCE(2));
   emu_mmio_write(dev, GPU_REG_IRQ_STATUS, GPU_IRQ_FENCE(2));
   assert_int_equal(emu_mmio_read(dev, GPU_REG_IRQ_STATUS), 0);
}

static void masked_interrupts(void **state)
{
   uint64_t seq = emu_irq_wait(dev, 0, 0);
   emu_mmio_write(dev, GPU_REG_IRQ_ENABLE, GPU_IRQ_FAULT);
   emu_irq_raise(dev, GPU_IRQ_FENCE(0));
   assert_int_equal(emu_irq_wait(dev, seq, 0), seq);
   emu_mmio_write(dev, GPU_REG_IRQ_ENABLE, GPU_IRQ_FAULT | GPU_IRQ_FENCE(0)); /* uncovers it */
   assert_int_equal(emu_irq_wait(dev, seq, 0), seq + 1);
   emu_irq_raise(dev, GPU_IRQ_FAULT);
   assert_int_equal(emu_irq_wait(dev, seq + 1, 0), seq + 2);
}

static void *raise_later(void *arg)
{
   struct timespec nap = {0, 20000000};
   for (int i = 0; i < 5; i++) {
      nanosleep(&nap, NULL);
      emu_irq_raise(dev, GPU_IRQ_FENCE(0));
   }
   return NULL;
}

static void a_sleeper_is_woken(void **state)
{
   pthread_t t;
   uint64_t seq = emu_irq_wait(dev, 0, 0), end = seq + 5;
   assert_int_equal(pthread_create(&t, NULL, raise_later, NULL), 0);
   while (seq != end)
      seq = emu_irq_wait(dev, seq, seq % 2 ? -1 : 10000000000);
   pthread_join(t, NULL);
}

/* ---- faults ---- */
static uint32_t fault_reg(uint32_t offset) { return emu_mmio_read(dev, GPU_BLOCK_FAULT + offset); }

static void first_fault_wins(void **state)
{
   emu_fault_info a = {.type = GPU_FAULT_WATCHDOG, .access = GPU_ACCESS_EXECUTE, .va = 0x123456789abc, .pc = 0x987654321000,
                       .ring = 3, .group = {1, 2, 3}, .lanes = 0xf0f0, .info = 77};
   emu_fault_info b = {.type = GPU_FAULT_UNMAPPED, .ring = 6};
   emu_fault_record(dev, &a);
   assert_int_equal(atomic_load(&fake_events), GPU_EVENT_FAULT);
   emu_fault_record(dev, &b);
   static const uint32_t expected[] = {1, GPU_FAULT_WATCHDOG, GPU_ACCESS_EXECUTE, 0x56789abc, 0x1234, 0x54321000, 0x9876, 3,
                                       1, 2, 3, 0xf0f0, 77};
   for (uint32_t i = 0; i < 13; i++)
      assert_int_equal(fault_reg(i * 4), expected[i]);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RINGS), 1 << 3 | 1 << 6);
   emu_reg_write(dev, GPU_REG_FAULT_RINGS, 1 << 3, true);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RINGS), 1 << 6);
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 0);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 1);
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
   emu_fault_record(dev, &b);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_TYPE), GPU_FAULT_UNMAPPED);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RINGS), 0);
}

static void firmware_raises_faults(void **state)
{
   emu_reg_write(dev, GPU_REG_FAULT_SET_RING, 4, true);
   emu_reg_write(dev, GPU_REG_FAULT_SET_INFO, 99, true);
   emu_reg_write(dev, GPU_REG_FAULT_SET_VA_LO, 0x1000, true);
   emu_reg_write(dev, GPU_REG_FAULT_SET_VA_HI, 7, true);
   emu_mmio_write(dev, GPU_REG_FAULT_RAISE, GPU_FAULT_BAD_PACKET); /* not the host's to raise */
   emu_reg_write(dev, GPU_REG_FAULT_RAISE, GPU_FAULT_NONE, true);
   emu_reg_write(dev, GPU_REG_FAULT_RAISE, GPU_FAULT_COUNT, true);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_STATUS), 0);
   emu_reg_write(dev, GPU_REG_FAULT_RAISE, GPU_FAULT_BAD_PACKET | GPU_ACCESS_READ << 8, true);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_TYPE), GPU_FAULT_BAD_PACKET);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_ACCESS), GPU_ACCESS_READ);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RING), 4);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_INFO), 99);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_VA_HI), 7);
   assert_int_equal(fault_reg(GPU_OFF_FAULT_RINGS), 0);
   assert_int_equal(atomic_load(&fake_events), 0);
}

/* ---- life ---- */
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

static void two_hundred_lives(void **state)
{
   emu_device_close(rig_open("fg1"));
   unsigned fds = entries_of("/proc/self/fd"), threads = entries_of("/proc/self/task");
   size_t heap = mallinfo2().uordblks;
   uint64_t start = emu_clock_ns();
   for (int i = 0; i < 200; i++) {
      emu_device *d = rig_open(i % 2 ? "fg1" : "fg1-nano");
      emu_section *s = NULL;
      assert_int_equal(emu_section_create(&(emu_section_info){.size_B = 100000}, &s), EMU_OK);
      assert_int_equal(emu_section_bind(d, 1 << 20, s), EMU_OK);
      emu_section_unref(s);
      emu_device_close(d); /* with the section still bound */
   }
   uint64_t each_ns = (emu_clock_ns() - start) / 200;
   printf("open, bind and close: %u us\n", (unsigned)(each_ns / 1000));
   assert_int_equal(entries_of("/proc/self/fd"), fds);
   assert_int_equal(entries_of("/proc/self/task"), threads);
   assert_true(mallinfo2().uordblks < heap + 65536);
   emu_device_close(NULL);
}

static char *read_file(const char *path)
{
   static char text[65536];
   FILE *f = fopen(path, "rb");
   size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
   if (f)
      fclose(f);
   text[n] = '\0';
   return text;
}

static void report_of_two_devices(void **state)
{
   char dir[] = "/tmp/figment-report-XXXXXX", path[64];
   assert_non_null(mkdtemp(dir));
   snprintf(path, sizeof(path), "%s/r.json", dir);
   setenv("FIGMENT_REPORT", path, 1);
   emu_device *a = rig_open("fg1-nano"), *b = rig_open("fg1");
   emu_counter_add(a, GPU_COUNTER_WAVES, 11);
   emu_counter_add(b, GPU_COUNTER_WAVES, 22);
   emu_counter_add(b, GPU_COUNTER_TLB_MISSES, 44);
   emu_counter_add(b, GPU_COUNTER_FAULTS, UINT64_MAX);
   emu_device_close(b);
   emu_device_close(a);
   char *text = read_file(path);
   assert_int_equal(strncmp(text, "{\"figment\":1,\"devices\":[", 24), 0);
   char *first = strstr(text, "\"profile\":\"fg1-nano\""), *second = strstr(text, "\"profile\":\"fg1\"");
   assert_true(first && second && first < second);
   assert_true(strstr(first, "\"WAVES\":11,") && strstr(second, "\"WAVES\":22,"));
   assert_non_null(strstr(second, "\"FAULTS\":18446744073709551615"));
   char *host = strstr(second, "},\"host\":{"), *misses = strstr(second, "\"TLB_MISSES\":44"); /* no counter of the machine */
   assert_true(host && misses && host < misses);
   assert_int_equal(entries_of(dir), 3); /* . .. r.json: nothing half-written */
   unlink(path);
   pid_t child = fork(); /* a program that never closes its device */
   if (child == 0) {
      emu_device *d = rig_open("fg1-nano");
      emu_counter_add(d, GPU_COUNTER_WAVES, 33);
      exit(0);
   }
   int status = -1;
   assert_int_equal(waitpid(child, &status, 0), child);
   assert_int_equal(status, 0);
   assert_non_null(strstr(read_file(path), "\"WAVES\":33,"));
   unlink(path);
   rmdir(dir);
   setenv("FIGMENT_REPORT", "/nonexistent/dir/r.json", 1); /* only said on stderr */
   emu_device_close(rig_open("fg1-nano"));
   unsetenv("FIGMENT_REPORT");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
   const struct CMUnitTest tests[] = {
      T(identification), T(addresses_without_register), T(who_may_write), T(rings_and_doorbells), T(counters_latch),
      T(interrupt_waits), T(masked_interrupts), T(a_sleeper_is_woken), T(first_fault_wins), T(firmware_raises_faults),
      cmocka_unit_test(two_hundred_lives), cmocka_unit_test(report_of_two_devices),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
