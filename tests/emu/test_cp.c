/* The command processor block on a real device, driven by small programs: transfer unit, events and wfi, timer, instruction
 * accounts, counters, and who may touch which register.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "clock.h"
#include "machine.h"
#include "rv32_asm.h"

#define TABLES UINT64_C(0x100000)
#define IMAGE UINT64_C(0x200000)
#define MEMORY UINT64_C(0x400000)   /* two MiB, mapped at VA */
#define VA UINT64_C(0x5000000000)
#define RESULT 0x800                /* SRAM address that programs use for data */

static emu_device *dev;

static uint64_t *table(unsigned i)
{
   return emu_aperture_map(dev, TABLES + i * 4096u, 4096);
}

static int setup(void **state)
{
   char err[256];
   if (emu_device_open(&(emu_open_info) { .profile = "fg1-nano" }, &dev, err, sizeof err) != EMU_OK)
      return -1;
   table(0)[VA >> 39 & 511] = (TABLES + 4096) | GPU_PTE_VALID;
   table(1)[VA >> 30 & 511] = (TABLES + 8192) | GPU_PTE_VALID;
   table(2)[0] = MEMORY | GPU_PTE_VALID | GPU_PTE_WRITE | GPU_PTE_LEAF;
   table(2)[1] = MEMORY | GPU_PTE_VALID | GPU_PTE_LEAF; /* read only */
   emu_mmio_write(dev, GPU_REG_MMU_ROOT_LO, (uint32_t)TABLES);
   emu_mmio_write(dev, GPU_REG_MMU_ENABLE, 1);
   return 0;
}

static int teardown(void **state)
{
   emu_device_close(dev);
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

/* ---- programs are put together piece by piece; s0 holds the register space ------------------------------------------ */
static uint32_t code[1024], used;

static void emit(uint32_t word)
{
   code[used++] = word;
}

static void li(uint32_t rd, uint32_t v)
{
   emit(lui(rd, (v + 0x800) >> 12));
   emit(addi(rd, rd, (int32_t)(v << 20) >> 20));
}

static void begin(void)
{
   used = 0;
   emit(lui(S0, 0x40000));
}

static void reg_address(uint32_t address)
{
   li(T1, address);
   emit(asm_r(0, 0, T1, T1, S0));
}

static void wr(uint32_t address, uint32_t value)
{
   li(T0, value);
   reg_address(address);
   emit(sw(T0, T1, 0));
}

/* Register into mailbox m. */
static void report(uint32_t address, uint32_t m)
{
   reg_address(address);
   emit(lw(T0, T1, 0));
   reg_address(GPU_REG_CP_MAILBOX0 + 4 * m);
   emit(sw(T0, T1, 0));
}

static void run_until_halt(void)
{
   struct gpu_fw_header h = { .magic = GPU_FW_MAGIC, .abi = GPU_ABI_VERSION };
   emit(EBREAK);
   h.bytes = used * 4;
   h.crc = crc32_of((const uint8_t *)code, h.bytes);
   uint8_t *to = emu_aperture_map(dev, IMAGE, sizeof h + sizeof code);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
   memcpy(to, &h, sizeof h);
   memcpy(to + sizeof h, code, h.bytes);
   emu_mmio_write(dev, GPU_REG_CP_FW_LO, (uint32_t)IMAGE);
   emu_mmio_write(dev, GPU_REG_CP_FW_SIZE, sizeof h + h.bytes);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 0);
}

static bool halted(void)
{
   uint64_t end = emu_clock_ns() + UINT64_C(5000000000);
   while (emu_mmio_read(dev, GPU_REG_CP_STATUS) != GPU_CP_HALTED)
      if (emu_clock_ns() > end)
         return false;
   return emu_mmio_read(dev, GPU_REG_CP_CAUSE) == 3;
}

static void run(void)
{
   run_until_halt();
   assert_true(halted());
}

static uint32_t mailbox(uint32_t m)
{
   return emu_mmio_read(dev, GPU_REG_CP_MAILBOX0 + 4 * m);
}

static void transfer(uint64_t va, uint32_t sram, uint32_t bytes, uint32_t command, uint32_t m)
{
   wr(GPU_REG_CPL_XFER_VA_LO, (uint32_t)va);
   wr(GPU_REG_CPL_XFER_VA_HI, (uint32_t)(va >> 32));
   wr(GPU_REG_CPL_XFER_SRAM, sram);
   wr(GPU_REG_CPL_XFER_BYTES, bytes);
   wr(GPU_REG_CPL_XFER_GO, command);
   report(GPU_REG_CPL_XFER_STATUS, m);
}

static void transfers_move_memory(void **state)
{
   uint32_t *memory = emu_aperture_map(dev, MEMORY, 1 << 21);
   for (uint32_t i = 0; i < 64; i++)
      memory[0x1000 + i] = i * 7;
   begin();
   transfer(VA + 0x4004, RESULT, 200, GPU_XFER_READ, 0);
   transfer(VA + 0x8000, RESULT + 4, 196, GPU_XFER_WRITE, 1);
   transfer(VA + 0xfffc, RESULT + 4, 16, GPU_XFER_WRITE, 2); /* across 64 KiB */
   run();
   for (uint32_t m = 0; m < 3; m++)
      assert_int_equal(mailbox(m), 0);
   for (uint32_t i = 0; i < 49; i++)
      assert_int_equal(memory[0x2000 + i], (i + 2) * 7);
   assert_int_equal(memory[0x2000 + 49], 0);
   for (uint32_t i = 0; i < 4; i++)
      assert_int_equal(memory[0x3fff + i], (i + 2) * 7);
}

static void transfers_are_judged(void **state)
{
   static const struct {
      uint64_t va;
      uint32_t sram, bytes, command, expected;
   } cases[] = {
      { VA + 2, RESULT, 4, GPU_XFER_READ, GPU_FAULT_MISALIGNED },
      { VA, RESULT + 1, 4, GPU_XFER_READ, GPU_FAULT_MISALIGNED },
      { VA, RESULT, 6, GPU_XFER_READ, GPU_FAULT_MISALIGNED },
      { VA, 262144 - 4, 8, GPU_XFER_READ, GPU_FAULT_BAD_ADDRESS },
      { VA, 0xfffffffc, 8, GPU_XFER_READ, GPU_FAULT_BAD_ADDRESS },
      { VA, 4, 0xfffffffc, GPU_XFER_READ, GPU_FAULT_BAD_ADDRESS },
      { VA, RESULT, 4, 3, GPU_FAULT_BAD_ADDRESS },
      { VA + (1 << 21), RESULT, 4, GPU_XFER_WRITE, GPU_FAULT_READ_ONLY },
      { VA + (1 << 21), RESULT, 4, GPU_XFER_READ, GPU_FAULT_NONE },
      { VA + (2 << 21) - 4, RESULT, 8, GPU_XFER_READ, GPU_FAULT_UNMAPPED },
      { UINT64_C(1) << 48, RESULT, 4, GPU_XFER_READ, GPU_FAULT_BAD_ADDRESS },
      { VA, 262144 - 4, 4, GPU_XFER_WRITE, GPU_FAULT_NONE },
      { UINT64_C(1) << 48, RESULT, 0, GPU_XFER_READ, GPU_FAULT_NONE },
   };
   for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      begin();
      transfer(cases[i].va, cases[i].sram, cases[i].bytes, cases[i].command, 0);
      run();
      assert_int_equal(mailbox(0), cases[i].expected);
   }
   assert_int_equal(emu_mmio_read(dev, GPU_REG_FAULT_STATUS), 0); /* nothing is recorded */
}

/* New code comes by transfer, over a function that has run. */
static void transferred_code_runs(void **state)
{
   uint32_t *memory = emu_aperture_map(dev, MEMORY, 4096);
   begin();
   uint32_t call = used;
   emit(0); /* over the function */
   uint32_t function = used;
   emit(addi(A0, A0, 1));
   emit(jalr(ZERO, RA, 0));
   code[call] = jal(ZERO, 4 * (int32_t)(used - call));
   emit(jal(RA, 4 * ((int32_t)function - (int32_t)used)));
   memory[0] = addi(A0, A0, 100);
   transfer(VA, function * 4, 4, GPU_XFER_READ, 0);
   emit(jal(RA, 4 * ((int32_t)function - (int32_t)used)));
   reg_address(GPU_REG_CP_MAILBOX1);
   emit(sw(A0, T1, 0));
   run();
   assert_int_equal(mailbox(0), 0);
   assert_int_equal(mailbox(1), 101);
}

static void timer_ends_wfi(void **state)
{
   begin();
   wr(GPU_REG_CPL_EVENT_MASK, GPU_EVENT_TIMER);
   wr(GPU_REG_CPL_TIMER_US, 20000);
   emit(WFI);
   report(GPU_REG_CPL_EVENT, 0);
   wr(GPU_REG_CPL_EVENT, GPU_EVENT_TIMER);
   report(GPU_REG_CPL_EVENT, 1);
   uint64_t start = emu_clock_ns();
   run();
   assert_true(emu_clock_ns() - start >= 20000000);
   assert_int_equal(mailbox(0), GPU_EVENT_TIMER);
   assert_int_equal(mailbox(1), 0);
}

/* A masked event is remembered and does not wake; the awaited one does; both are seen. */
static void events_wake(void **state)
{
   begin();
   wr(GPU_REG_CPL_EVENT_MASK, GPU_EVENT_POKE);
   wr(GPU_REG_CP_MAILBOX0, 1);
   emit(WFI);
   report(GPU_REG_CPL_EVENT, 1);
   run_until_halt();
   while (mailbox(0) != 1)
      ;
   emu_cp_event(dev, GPU_EVENT_DMA);
   emu_irq_wait(dev, emu_irq_wait(dev, 0, 0), 5000000);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_STATUS), GPU_CP_RUNNING);
   emu_mmio_write(dev, GPU_REG_CP_POKE, 1);
   assert_true(halted());
   assert_int_equal(mailbox(1), GPU_EVENT_DMA | GPU_EVENT_POKE);
}

/* Nothing is awaited: wfi sleeps until reset, and reset works. */
static void sleep_for_ever(void **state)
{
   begin();
   wr(GPU_REG_CPL_EVENT_MASK, 0);
   wr(GPU_REG_CP_MAILBOX0, 1);
   emit(WFI);
   run_until_halt();
   while (mailbox(0) != 1)
      ;
   emu_mmio_write(dev, GPU_REG_CP_POKE, 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_STATUS), GPU_CP_RUNNING);
   emu_mmio_write(dev, GPU_REG_CP_RESET, 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_STATUS), GPU_CP_IN_RESET);
}

static void accounts_are_exact(void **state)
{
   uint64_t before = dev->counters[GPU_COUNTER_CP_INSTRUCTIONS];
   begin();
   emit(addi(A2, ZERO, 1));
   reg_address(GPU_REG_CPL_ACCOUNT);
   for (int i = 0; i < 3; i++) {
      emit(sw(A2, T1, 0));
      for (int k = 0; k < 10 * (i + 1); k++)
         emit(addi(A3, A3, 1));
      emit(sw(ZERO, T1, 0)); /* counts itself */
      emit(addi(A3, A3, 1));
   }
   report(GPU_REG_CPL_INSTRET_LO, 0);
   run();
   assert_int_equal(mailbox(0), 63);
   assert_int_equal(dev->counters[GPU_COUNTER_CP_INSTRUCTIONS] - before, 63);
   assert_true(dev->counters[GPU_COUNTER_CP_IDLE_INSTRUCTIONS] > 10);
}

static void counters_count(void **state)
{
   uint64_t fences = dev->counters[GPU_COUNTER_CP_FENCES];
   begin();
   wr(GPU_REG_CPL_COUNT_VALUE, 12345);
   wr(GPU_REG_CPL_COUNT, GPU_COUNTER_CP_FENCES);
   wr(GPU_REG_CPL_COUNT, GPU_COUNTER_COUNT);
   wr(GPU_REG_CPL_COUNT, 0xffff);
   report(GPU_REG_AT(COUNTER, LO, GPU_COUNTER_CP_FENCES), 0);
   run();
   assert_int_equal(mailbox(0), (uint32_t)fences + 12345);
}

static void who_may_write(void **state)
{
   emu_mmio_write(dev, GPU_REG_AT(RING, CLOCK_ADVANCE, 0), 99);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_AT(RING, TIME_LO, 0)), 0);
   emu_mmio_write(dev, GPU_REG_CP_STATUS, 99);
   emu_mmio_write(dev, GPU_REG_CPL_ACCOUNT, 1);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_STATUS), GPU_CP_IN_RESET);
   begin();
   wr(GPU_REG_CP_RESET, 1);
   wr(GPU_REG_CP_FW_LO, 0x123000);
   wr(GPU_REG_CP_STATUS, 0);
   wr(GPU_REG_AT(RING, CLOCK_MIN_LO, 0), 8);
   report(GPU_REG_AT(RING, TIME_LO, 0), 1);
   wr(GPU_REG_AT(RING, CLOCK_MIN_HI, 0), 7);
   wr(GPU_REG_AT(RING, CLOCK_OP, 0), GPU_CLOCK_PUBLISH);
   wr(GPU_REG_CP_MAILBOX3, 42);
   run();
   assert_int_equal(mailbox(3), 42);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_FW_LO), (uint32_t)IMAGE);
   assert_int_equal(mailbox(1), 0); /* both halves at once */
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_TIME_HI), 7);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CP_TIME_LO), 8);
   assert_int_equal(emu_mmio_read(dev, GPU_REG_CPL_EVENT_MASK), 0);
   emu_mmio_write(dev, GPU_REG_CP_MAILBOX2, 5);
   run();
   assert_int_equal(mailbox(2), 5); /* the host's mailboxes survive a boot */
}

static void *poke_often(void *arg)
{
   for (int i = 0; i < 20000; i++)
      emu_cp_event(dev, GPU_EVENT_POKE);
   return NULL;
}

/* Events from several threads while the processor goes to sleep and wakes: none may be lost. */
static void no_event_is_lost(void **state)
{
   pthread_t threads[2];
   begin();
   wr(GPU_REG_CPL_EVENT_MASK, GPU_EVENT_POKE);
   wr(GPU_REG_CP_MAILBOX0, 1);
   uint32_t loop = used;
   emit(WFI);
   wr(GPU_REG_CPL_EVENT, GPU_EVENT_POKE); /* before the work that it announces */
   wr(GPU_REG_CP_MAILBOX1, GPU_EVENT_POKE);
   emit(jal(ZERO, 4 * ((int32_t)loop - (int32_t)used)));
   run_until_halt();
   while (mailbox(0) != 1)
      ;
   for (int i = 0; i < 2; i++)
      assert_int_equal(pthread_create(&threads[i], NULL, poke_often, NULL), 0);
   for (int i = 0; i < 2; i++)
      pthread_join(threads[i], NULL);
   for (uint32_t i = 0; i < 1000; i++) { /* each single poke wakes a sleeper */
      emu_mmio_write(dev, GPU_REG_CP_MAILBOX1, 0);
      emu_cp_event(dev, GPU_EVENT_POKE);
      uint64_t end = emu_clock_ns() + UINT64_C(5000000000);
      while (mailbox(1) != GPU_EVENT_POKE)
         assert_true(emu_clock_ns() < end);
   }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
   const struct CMUnitTest tests[] = {
      TEST(transfers_move_memory), TEST(transfers_are_judged), TEST(transferred_code_runs), TEST(timer_ends_wfi),
      TEST(events_wake), TEST(sleep_for_ever), TEST(accounts_are_exact), TEST(counters_count), TEST(who_may_write),
      TEST(no_event_is_lost),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
