/* RV32IMC core: results, traps, self-modifying code, interrupts, limits, each as a small program written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "rv32.h"
#include "rv32_asm.h"

#define SRAM_B 65536u

static rv32_core core;
static uint32_t bus_value, bus_written, bus_offset;
static uint64_t bus_instret;

static uint32_t bus_read(void *context, uint32_t offset)
{
   bus_instret = core.instret;
   bus_offset = offset;
   return bus_value;
}

static void bus_write(void *context, uint32_t offset, uint32_t value)
{
   bus_instret = core.instret;
   bus_offset = offset;
   bus_written = value;
}

static int setup(void **state)
{
   const rv32_bus bus = { .size_B = 0x1000, .read = bus_read, .write = bus_write };
   return rv32_create(&core, SRAM_B, &bus) ? 0 : -1;
}

static int teardown(void **state)
{
   rv32_destroy(&core);
   return 0;
}

#define PROGRAM(at, ...)                                     \
   do {                                                      \
      const uint32_t words[] = { __VA_ARGS__ };              \
      memcpy(core.sram + (at), words, sizeof words);         \
      rv32_sram_written(&core, (at), sizeof words);          \
   } while (0)
#define START(...)                                           \
   do {                                                      \
      memset(core.sram, 0, SRAM_B);                          \
      rv32_reset(&core, 0);                                  \
      PROGRAM(0, __VA_ARGS__);                               \
   } while (0)

static void expect_halt(uint32_t cause, uint32_t pc, uint32_t tval)
{
   assert_int_equal(rv32_run(&core, 1000), RV32_EXIT_HALT);
   assert_int_equal(core.halt_cause, cause);
   assert_int_equal(core.halt_pc, pc);
   assert_int_equal(core.halt_tval, tval);
}

static uint32_t alu(uint32_t f7, uint32_t f3, uint32_t a, uint32_t b)
{
   START(asm_r(f7, f3, A2, A0, A1), EBREAK);
   core.x[A0] = a;
   core.x[A1] = b;
   expect_halt(RV32_CAUSE_EBREAK, 4, 4);
   return core.x[A2];
}

static void division_edges(void **state)
{
   assert_int_equal(alu(1, 4, 7, 0), ~0u);                          /* div */
   assert_int_equal(alu(1, 4, 0x80000000u, ~0u), 0x80000000u);
   assert_int_equal(alu(1, 4, (uint32_t)-7, 2), (uint32_t)-3);
   assert_int_equal(alu(1, 5, 7, 0), ~0u);                          /* divu */
   assert_int_equal(alu(1, 6, (uint32_t)-7, 2), (uint32_t)-1);      /* rem */
   assert_int_equal(alu(1, 6, 0x80000000u, ~0u), 0);
   assert_int_equal(alu(1, 6, 5, 0), 5);
   assert_int_equal(alu(1, 7, 5, 0), 5);                            /* remu */
   assert_int_equal(alu(1, 1, 0x80000000u, 0x80000000u), 0x40000000u); /* mulh */
   assert_int_equal(alu(1, 2, ~0u, ~0u), ~0u);                      /* mulhsu: -1 * (2^32-1) >> 32 */
   assert_int_equal(alu(1, 3, ~0u, ~0u), 0xfffffffeu);              /* mulhu */
   assert_int_equal(alu(0x20, 5, 0x80000000u, 33), 0xc0000000u);    /* sra takes five bits */
}

static void x0_stays_zero(void **state)
{
   START(addi(ZERO, ZERO, 5), lui(ZERO, 5), addi(A0, ZERO, 1), EBREAK);
   expect_halt(RV32_CAUSE_EBREAK, 12, 12);
   assert_int_equal(core.x[A0], 1);
}

static void loop_and_count(void **state)
{
   START(addi(A0, ZERO, 100), addi(A1, A1, 3), addi(A0, A0, -1), bne(A0, ZERO, -8), csrrs(A2, 0xc02, ZERO), EBREAK);
   expect_halt(RV32_CAUSE_EBREAK, 20, 20);
   assert_int_equal(core.x[A1], 300);
   assert_int_equal(core.x[A2], 301);
   assert_int_equal(core.instret, 302);
}

static void halts_without_handler(void **state)
{
   START(ECALL);
   expect_halt(RV32_CAUSE_ECALL, 0, 0);
   START(addi(A0, ZERO, 2), lw(A1, A0, 0));
   expect_halt(RV32_CAUSE_LOAD_MISALIGNED, 4, 2);
   assert_int_equal(core.instret, 1);
   START(lui(A0, 0x10), lw(A1, A0, 0)); /* the first byte behind the SRAM */
   expect_halt(RV32_CAUSE_LOAD_ACCESS, 4, SRAM_B);
   START(addi(A0, ZERO, -4), sw(A1, A0, 0));
   expect_halt(RV32_CAUSE_STORE_ACCESS, 4, ~3u);
   START(addi(A0, ZERO, 1), store(1, A1, A0, 0));
   expect_halt(RV32_CAUSE_STORE_MISALIGNED, 4, 1);
   START(lui(A0, 0x20), jalr(RA, A0, 0));
   expect_halt(RV32_CAUSE_FETCH_ACCESS, 0x20000, 0x20000);
   assert_int_equal(core.x[RA], 8);
   START(addi(A0, ZERO, 1), 0xffffffffu);
   expect_halt(RV32_CAUSE_ILLEGAL, 4, ~0u);
   START(0x00010000);                   /* 0x0000: the defined illegal compressed instruction */
   expect_halt(RV32_CAUSE_ILLEGAL, 0, 0);
   START(csrrw(A0, 0xc02, A1));         /* read-only */
   expect_halt(RV32_CAUSE_ILLEGAL, 0, csrrw(A0, 0xc02, A1));
}

static void instruction_across_the_end(void **state)
{
   START(lui(A0, 0x10), jalr(ZERO, A0, -2));
   core.sram[SRAM_B - 2] = 0x13; /* first half of a 32-bit addi */
   expect_halt(RV32_CAUSE_FETCH_ACCESS, SRAM_B - 2, SRAM_B);
}

static void handler_and_return(void **state)
{
   START(addi(A0, ZERO, 0x100), csrrw(ZERO, 0x305, A0), ECALL, addi(A1, ZERO, 9), WFI);
   PROGRAM(0x100, csrrs(A2, 0x341, ZERO), csrrs(A3, 0x342, ZERO), addi(A2, A2, 4), csrrw(ZERO, 0x341, A2), MRET);
   assert_int_equal(rv32_run(&core, 1000), RV32_EXIT_WFI);
   assert_int_equal(core.x[A1], 9);
   assert_int_equal(core.x[A3], RV32_CAUSE_ECALL);
   assert_int_equal(core.instret, 9); /* the ecall does not retire, the wfi does */
}

static void trap_inside_a_handler_halts(void **state)
{
   START(addi(A0, ZERO, 0x100), csrrw(ZERO, 0x305, A0), ECALL);
   PROGRAM(0x100, addi(A1, A1, 1), EBREAK);
   expect_halt(RV32_CAUSE_EBREAK, 0x104, 0x104);
   START(addi(A0, ZERO, 0x100), csrrw(ZERO, 0x305, A0), ECALL); /* handler is all zeros */
   expect_halt(RV32_CAUSE_ILLEGAL, 0x100, 0);
   START(lui(A0, 0x40), csrrw(ZERO, 0x305, A0), ECALL); /* handler outside the SRAM */
   expect_halt(RV32_CAUSE_FETCH_ACCESS, 0x40000, 0x40000);
}

static void interrupt_is_taken(void **state)
{
   START(addi(A0, ZERO, 0x100), csrrw(ZERO, 0x305, A0), lui(A0, 1), addi(A0, A0, -2048), csrrw(ZERO, 0x304, A0),
         addi(A0, ZERO, 8), csrrw(ZERO, 0x300, A0), jal(ZERO, 0));
   PROGRAM(0x100, csrrs(A2, 0x342, ZERO), WFI, MRET);
   rv32_set_interrupt(&core, true);
   assert_int_equal(rv32_run(&core, 100), RV32_EXIT_LIMIT); /* left after the CSR write that enables it */
   assert_true(rv32_interruptible(&core));
   assert_int_equal(rv32_run(&core, 100), RV32_EXIT_WFI);
   assert_int_equal(core.x[A2], RV32_CAUSE_EXTERNAL);
   assert_int_equal(core.mepc, 28);
   assert_false(rv32_interruptible(&core));
   rv32_set_interrupt(&core, false);
   rv32_run(&core, 100);
   assert_int_equal(core.pc, 28);
   assert_true(rv32_interruptible(&core));
}

static void endless_loop_obeys_the_limit(void **state)
{
   START(jal(ZERO, 0));
   assert_int_equal(rv32_run(&core, 1000), RV32_EXIT_LIMIT);
   assert_int_equal(core.instret, 1000);
   assert_int_equal(core.pc, 0);
}

static void bus_sees_exact_counts(void **state)
{
   START(lui(A0, 0x40000), addi(A1, ZERO, 77), sw(A1, A0, 0x10), lw(A2, A0, 0x20), EBREAK);
   bus_value = 0xabcd1234u;
   assert_int_equal(rv32_run(&core, 3), RV32_EXIT_HALT);
   assert_int_equal(bus_written, 77);
   assert_int_equal(bus_offset, 0x20);
   assert_int_equal(bus_instret, 3);
   assert_int_equal(core.x[A2], 0xabcd1234u);
   START(lui(A0, 0x40001), lw(A2, A0, 0));           /* behind the bus */
   expect_halt(RV32_CAUSE_LOAD_ACCESS, 4, 0x40001000);
   START(lui(A0, 0x40000), store(0, A1, A0, 0));     /* a byte store */
   expect_halt(RV32_CAUSE_STORE_ACCESS, 4, 0x40000000);
}

/* A store into the very block that runs, one instruction ahead. */
static void store_ahead_in_the_same_block(void **state)
{
   START(lw(A0, ZERO, 0x40), sw(A0, ZERO, 8), addi(A1, ZERO, 1), EBREAK);
   PROGRAM(0x40, addi(A1, ZERO, 42));
   expect_halt(RV32_CAUSE_EBREAK, 12, 12);
   assert_int_equal(core.x[A1], 42);
   assert_int_equal(core.instret, 3);
}

/* Rewrites an instruction of a function between two calls of it: a chained, hot block has to go. */
static void rewritten_function(void **state)
{
   START(addi(A4, ZERO, 50), jal(RA, 0x100 - 4), addi(A4, A4, -1), bne(A4, ZERO, -8), lw(A0, ZERO, 0x80), sw(A0, ZERO, 0x100),
         FENCE_I, jal(RA, 0x100 - 28), EBREAK);
   PROGRAM(0x80, addi(A1, A1, 1000));
   PROGRAM(0x100, addi(A1, A1, 1), jalr(ZERO, RA, 0));
   expect_halt(RV32_CAUSE_EBREAK, 32, 32);
   assert_int_equal(core.x[A1], 1050);
}

/* More code than the arena holds blocks for: everything is decoded again and again, nothing is lost. */
static void more_blocks_than_the_arena(void **state)
{
   memset(core.sram, 0, SRAM_B);
   rv32_reset(&core, 0);
   for (uint32_t at = 0; at < SRAM_B - 8; at += 4) {
      uint32_t w = at % 8 ? jal(ZERO, 4) : addi(A0, A0, 1);
      memcpy(core.sram + at, &w, 4);
   }
   uint32_t back = lui(A1, 0), jump = jalr(ZERO, A1, 0);
   memcpy(core.sram + SRAM_B - 8, &back, 4);
   memcpy(core.sram + SRAM_B - 4, &jump, 4);
   for (int i = 0; i < 64; i++) {
      core.pc = i % 2 ? 4 : 0;
      rv32_run(&core, 100000);
   }
   assert_true(core.x[A0] > 64 * 40000);
   assert_true(core.instret >= 6400000);
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(division_edges), cmocka_unit_test(x0_stays_zero), cmocka_unit_test(loop_and_count),
      cmocka_unit_test(halts_without_handler), cmocka_unit_test(instruction_across_the_end),
      cmocka_unit_test(handler_and_return), cmocka_unit_test(trap_inside_a_handler_halts),
      cmocka_unit_test(interrupt_is_taken), cmocka_unit_test(endless_loop_obeys_the_limit),
      cmocka_unit_test(bus_sees_exact_counts), cmocka_unit_test(store_ahead_in_the_same_block),
      cmocka_unit_test(rewritten_function), cmocka_unit_test(more_blocks_than_the_arena),
   };
   return cmocka_run_group_tests(tests, setup, teardown);
}
