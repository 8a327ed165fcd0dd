/* Whatever a shader or a dispatch does wrong: the fault record names it, the dispatch retires, the machine
 * lives on. Endless shaders: watchdog, kill, reset, close. */
#include "core_rig.h"
#include <cmocka.h>

static emu_device *dev;

typedef struct record {
   uint32_t type, access, ring, group[3], lanes, info;
   uint64_t va, pc;
} record;

static uint64_t pair(uint32_t lo)
{
   return emu_mmio_read(dev, lo) | (uint64_t)emu_mmio_read(dev, lo + 4) << 32;
}

static record take_record(void)
{
   assert_int_equal(emu_mmio_read(dev, GPU_REG_FAULT_STATUS) & 1, 1);
   record r = {.type = emu_mmio_read(dev, GPU_REG_FAULT_TYPE),
               .access = emu_mmio_read(dev, GPU_REG_FAULT_ACCESS),
               .ring = emu_mmio_read(dev, GPU_REG_FAULT_RING),
               .lanes = emu_mmio_read(dev, GPU_REG_FAULT_LANES),
               .info = emu_mmio_read(dev, GPU_REG_FAULT_INFO),
               .va = pair(GPU_REG_FAULT_VA_LO),
               .pc = pair(GPU_REG_FAULT_PC_LO)};
   for (unsigned i = 0; i < 3; i++)
      r.group[i] = emu_mmio_read(dev, GPU_REG_FAULT_GROUP_X + 4 * i);
   emu_mmio_write(dev, GPU_REG_FAULT_STATUS, 1);
   return r;
}

/* The machine still works. */
static void expect_alive(void)
{
   rig_dispatch d =
       rig_program(dev, "v_mov v3, 0x7000\n v_mov v4, 1\n b_atom_add v0, s[0:3], v3, v4\n s_endpgm\n");
   uint32_t before = *(uint32_t *)rig_host(dev, 0x7000);
   d.grid[0] = 7;
   rig_go(dev, &d);
   assert_true(rig_wait(dev, 0));
   assert_int_equal(emu_mmio_read(dev, GPU_REG_FAULT_STATUS), 0);
   assert_int_equal(*(uint32_t *)rig_host(dev, 0x7000) - before, 7 * 32);
}

static record run_to_fault(const rig_dispatch *d)
{
   rig_go(dev, d);
   assert_true(rig_wait(dev, d->ring));
   record r = take_record();
   assert_int_equal(r.ring, d->ring);
   return r;
}

static const struct {
   const char *text; /* s[4:5] = fault address, see user registers below */
   uint64_t va;      /* of s[4:5] */
   uint32_t type, access, lanes, info;
   uint64_t offset; /* reported va - s[4:5] */
   uint32_t word;   /* reported pc */
} shader_faults[] = {
    {"g_load_x1 v3, s[4:5], v0", 0x40000000, GPU_FAULT_UNMAPPED, GPU_ACCESS_READ, 0x11111111, 0, 0, 0},
    {"v_mov v4, 8\n g_store_x2 s[4:5], v4, v[6:7] +4", 0x40000000, GPU_FAULT_UNMAPPED, GPU_ACCESS_WRITE, ~0u,
     0, 12, 1},
    {"v_mov v4, 8\n g_atom_add.ret v5, s[4:5], v4, v6", 0x40000000, GPU_FAULT_UNMAPPED, GPU_ACCESS_ATOMIC,
     ~0u, 0, 8, 1},
    {"v_shl v4, v0, 2\n g_store_x1 s[4:5], v4, v6", RIG_RO_VA, GPU_FAULT_READ_ONLY, GPU_ACCESS_WRITE, ~0u, 0,
     0, 1},
    {"v_shl v4, v0, 2\n g_atom_or v1, s[4:5], v4, v6", RIG_RO_VA, GPU_FAULT_READ_ONLY, GPU_ACCESS_ATOMIC, ~0u,
     0, 0, 1},
    {"v_shl v4, v0, 2\n g_load_x1 v6, s[4:5], v4", RIG_VA + RIG_B - 64, GPU_FAULT_UNMAPPED, GPU_ACCESS_READ,
     0xffff0000, 0, 64, 1},
    {"v_shl v4, v0, 2\n g_load_x3 v[6:8], s[4:5], v4", RIG_VA + RIG_B - 64, GPU_FAULT_UNMAPPED,
     GPU_ACCESS_READ, 0xffffc000, 0, 64, 1},
    {"v_mov v4, 0\n g_load_x1 v6, s[4:5], v4", RIG_VA + 2, GPU_FAULT_MISALIGNED, GPU_ACCESS_READ, ~0u, 0, 0,
     1},
    {"g_store_x1 s[4:5], v0, v6", RIG_VA, GPU_FAULT_MISALIGNED, GPU_ACCESS_WRITE, 0xeeeeeeee, 0, 1, 0},
    {"g_load_x4 v[4:7], s[4:5], 0", UINT64_C(1) << 48, GPU_FAULT_BAD_ADDRESS, GPU_ACCESS_READ, ~0u, 0, 0, 0},
    {"s_load_x4 s[8:11], s[4:5], 16", 0x50000000, GPU_FAULT_UNMAPPED, GPU_ACCESS_READ, 0, 0, 16, 0},
    {"s_load_x1 s8, s[4:5], 0", RIG_VA + 1, GPU_FAULT_MISALIGNED, GPU_ACCESS_READ, 0, 0, 0, 0},
    {"v_mov v4, 3\n l_load_x1 v5, v4", 0, GPU_FAULT_MISALIGNED, GPU_ACCESS_READ, ~0u, 0, 3, 1},
    {"v_mov v4, 5\n l_atom_add v5, v4, v6", 0, GPU_FAULT_MISALIGNED, GPU_ACCESS_ATOMIC, ~0u, 0, 5, 1},
    {"p_store_x1 1, v4", 0, GPU_FAULT_MISALIGNED, GPU_ACCESS_WRITE, ~0u, 0, 1, 0},
    {"g_load_u16 v3, s[4:5], v0", RIG_VA, GPU_FAULT_MISALIGNED, GPU_ACCESS_READ, 0xaaaaaaaa, 0, 1, 0},
    {"v_mul_lo_u32 v4, v0, 4\n g_load_i8 v3, s[4:5], v4 +1", RIG_VA + RIG_B - 64, GPU_FAULT_UNMAPPED,
     GPU_ACCESS_READ, 0xffff0000, 0, 65, 1},
    {"g_store_b8 s[4:5], v0, v6", RIG_RO_VA, GPU_FAULT_READ_ONLY, GPU_ACCESS_WRITE, ~0u, 0, 0, 0},
    {"g_store_b16 s[4:5], 0, v6 +4095", RIG_VA + 2, GPU_FAULT_MISALIGNED, GPU_ACCESS_WRITE, ~0u, 0, 4095, 0},
    {"v_shl v4, v0, 2\n g_atom_add_u64 v[0:1], s[4:5], v4, v[6:7]", RIG_VA, GPU_FAULT_MISALIGNED,
     GPU_ACCESS_ATOMIC, 0xaaaaaaaa, 0, 4, 1},
    {"v_shl v4, v0, 3\n g_atom_cmpswap_u64 v[0:1], s[4:5], v4, v[6:9]", RIG_VA + RIG_B - 64, GPU_FAULT_UNMAPPED,
     GPU_ACCESS_ATOMIC, 0xffffff00, 0, 64, 1},
    {"g_atom_add_f32 v0, s[4:5], 0, v6", RIG_RO_VA, GPU_FAULT_READ_ONLY, GPU_ACCESS_ATOMIC, ~0u, 0, 0, 0},
    {"v_mov v4, 3\n l_load_u16 v5, v4", 0, GPU_FAULT_MISALIGNED, GPU_ACCESS_READ, ~0u, 0, 3, 1},
    {"v_mov v4, 12\n l_atom_swap_u64 v[0:1], v4, v[6:7]", 0, GPU_FAULT_MISALIGNED, GPU_ACCESS_ATOMIC, ~0u, 0, 12,
     1},
    {"p_store_b16 5, v4", 0, GPU_FAULT_MISALIGNED, GPU_ACCESS_WRITE, ~0u, 0, 5, 0},
    {"v_add_u64 v[4:5], v[31:32], 0", 0, GPU_FAULT_ILLEGAL_INST, GPU_ACCESS_EXECUTE, ~0u, 0x10000 | 32, 0, 0},
    {"v_add_u64 v[4:5], v[6:7], s[63:64]", 0, GPU_FAULT_ILLEGAL_INST, GPU_ACCESS_EXECUTE, ~0u,
     0x10000 | (256 + 64), 0, 0},
    {"s_mov exec, 0xf0\n s_trap 0x1234", 0, GPU_FAULT_SHADER_TRAP, GPU_ACCESS_EXECUTE, 0xf0, 0x1234, 0, 2},
    {"v_mov v40, 0", 0, GPU_FAULT_ILLEGAL_INST, GPU_ACCESS_EXECUTE, ~0u, 0x10000 | 40, 0, 0},
    {"s_nop\n g_load_x4 v[29:32], s[4:5], 0", 0, GPU_FAULT_ILLEGAL_INST, GPU_ACCESS_EXECUTE, ~0u,
     0x10000 | 32, 0, 1},
    {"s_mov s64, 0", 0, GPU_FAULT_ILLEGAL_INST, GPU_ACCESS_EXECUTE, ~0u, 0x10000 | (256 + 64), 0, 0},
    {"v_mov v1, 0x12345678", 0, GPU_FAULT_ILLEGAL_PC, GPU_ACCESS_EXECUTE, ~0u, 0, 0, 2},
};

static void shaders(void **state)
{
   for (size_t i = 0; i < sizeof shader_faults / sizeof shader_faults[0]; i++) {
      char text[256];
      bool ends = shader_faults[i].type == GPU_FAULT_ILLEGAL_PC;
      snprintf(text, sizeof text, "%s\n%s", shader_faults[i].text, ends ? "" : "s_endpgm\n");
      rig_dispatch d = rig_program(dev, text);
      d.user[4] = (uint32_t)shader_faults[i].va;
      d.user[5] = (uint32_t)(shader_faults[i].va >> 32);
      d.ring = (uint32_t)i % GPU_RINGS;
      d.lds_B = d.scratch_B = 64;
      memcpy(d.base, (uint32_t[]){3, 4, 5}, 12);
      uint64_t instructions = rig_counter(dev, GPU_COUNTER_WAVE_INSTRUCTIONS);
      record r = run_to_fault(&d);
      if (r.type != shader_faults[i].type || r.access != shader_faults[i].access ||
          r.lanes != shader_faults[i].lanes || r.info != shader_faults[i].info ||
          r.pc != RIG_VA + RIG_PROGRAM + 8 * shader_faults[i].word ||
          (r.va && r.va != shader_faults[i].va + shader_faults[i].offset))
         fail_msg("%s: type %u access %u lanes %x info %x va %llx pc word %llx", shader_faults[i].text,
                  r.type, r.access, r.lanes, r.info, (unsigned long long)r.va,
                  (unsigned long long)(r.pc - RIG_VA - RIG_PROGRAM) / 8);
      assert_int_equal(r.group[0], 3);
      assert_int_equal(r.group[2], 5);
      uint64_t before_fault = strchr(shader_faults[i].text, '\n') || ends ? 1 : 0;
      assert_int_equal(rig_counter(dev, GPU_COUNTER_WAVE_INSTRUCTIONS) - instructions, before_fault);
   }
   expect_alive();
}

static void which_group(void **state)
{
   rig_dispatch d =
       rig_program(dev, "s_cmp_eq s30, s16, 3\n s_cmp_eq s31, s17, 2\n s_and s30, s30, s31\n s_brz s30, end\n"
                        "s_trap s16\n end: s_endpgm\n");
   memcpy(d.grid, (uint32_t[]){5, 4, 1}, 12);
   record r = run_to_fault(&d);
   assert_int_equal(r.group[0], 3);
   assert_int_equal(r.group[1], 2);
   assert_int_equal(r.info, 3);
}

/* Words that no path reaches may be anything. */
static void unreached_garbage(void **state)
{
   rig_dispatch d =
       rig_program(dev, "s_br over\n s_nop\n s_nop\n over: s_brz 1, far\n s_endpgm\n far: s_nop\n");
   uint64_t bad[2] = {~UINT64_C(0), 0x3ff};
   rig_copy(dev, RIG_PROGRAM + 8, bad, 16, true);
   rig_copy(dev, RIG_PROGRAM + 8 * 5, bad, 8, true);
   rig_go(dev, &d);
   assert_true(rig_wait(dev, 0));
   assert_int_equal(emu_mmio_read(dev, GPU_REG_FAULT_STATUS), 0);
   uint64_t jump = ISA_OP_s_br; /* to the word behind it, now */
   rig_copy(dev, RIG_PROGRAM, &jump, 8, true);
   record r = run_to_fault(&d);
   assert_int_equal(r.type, GPU_FAULT_ILLEGAL_INST);
   assert_int_equal(r.pc, RIG_VA + RIG_PROGRAM + 8);
   assert_int_equal(r.info, ISA_E_OPCODE);
}

static void branches_out(void **state)
{
   for (int i = 0; i < 2; i++) {
      rig_dispatch d = rig_program(dev, "s_nop\n s_nop\n s_endpgm\n");
      uint64_t jump = ISA_OP_s_br | (uint64_t)(uint32_t)(i ? -100 : 1000) << 32;
      rig_copy(dev, RIG_PROGRAM + 8, &jump, 8, true);
      record r = run_to_fault(&d);
      assert_int_equal(r.type, GPU_FAULT_ILLEGAL_PC);
      assert_true(r.pc == RIG_VA + RIG_PROGRAM + 8 * (uint64_t)(2 + (i ? -100 : 1000)));
   }
}

static void bad_dispatches(void **state)
{
   const struct {
      uint32_t offset, value, info;
   } bad[] = {
       {GPU_OFF_CS_PROGRAM_LO, (uint32_t)RIG_VA + 4, GPU_OFF_CS_PROGRAM_LO},
       {GPU_OFF_CS_PROGRAM_HI, 0x10000, GPU_OFF_CS_PROGRAM_HI},
       {GPU_OFF_CS_PROGRAM_QW, 0, GPU_OFF_CS_PROGRAM_QW},
       {GPU_OFF_CS_PROGRAM_QW, 0xffffffff, GPU_OFF_CS_PROGRAM_QW},
       {GPU_OFF_CS_RESOURCES, 257, GPU_OFF_CS_RESOURCES},
       {GPU_OFF_CS_RESOURCES, 129 << 16, GPU_OFF_CS_RESOURCES},
       {GPU_OFF_CS_RESOURCES, 1 << 12, GPU_OFF_CS_RESOURCES},
       {GPU_OFF_CS_LDS_B, 0x10001, GPU_OFF_CS_LDS_B},
       {GPU_OFF_CS_SCRATCH_B, 0x10004, GPU_OFF_CS_SCRATCH_B},
       {GPU_OFF_CS_SCRATCH_B, 6, GPU_OFF_CS_SCRATCH_B},
       {GPU_OFF_CS_GROUP_X, 0, GPU_OFF_CS_GROUP_X},
       {GPU_OFF_CS_GROUP_X, 1025, GPU_OFF_CS_GROUP_X},
       {GPU_OFF_CS_GROUP_Y, 33, GPU_OFF_CS_GROUP_Y},
       {GPU_OFF_CS_GROUP_Z, 0x80000000, GPU_OFF_CS_GROUP_Z},
       {GPU_OFF_CS_FLAGS, 2, GPU_OFF_CS_FLAGS},
   };
   rig_dispatch d = rig_program(dev, "s_endpgm\n");
   for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
      uint64_t dispatches = rig_counter(dev, GPU_COUNTER_DISPATCHES);
      rig_load(dev, &d);
      emu_cs_write(dev, 0, bad[i].offset, bad[i].value);
      emu_cs_write(dev, 0, GPU_OFF_CS_GO, 1);
      assert_true(rig_wait(dev, 0));
      record r = take_record();
      assert_int_equal(r.type, GPU_FAULT_BAD_DISPATCH);
      assert_int_equal(r.info, bad[i].info);
      assert_int_equal(rig_counter(dev, GPU_COUNTER_DISPATCHES) - dispatches, 1);
   }
   memcpy(d.grid, (uint32_t[]){~0u, ~0u, ~0u}, 12);
   assert_int_equal(run_to_fault(&d).info, GPU_OFF_CS_GRID_Z);
   expect_alive();
}

static void program_not_mapped(void **state)
{
   rig_dispatch d = rig_program(dev, "s_endpgm\n");
   d.program_qw = 0x20000 / 8 + 1; /* runs into the hole */
   record r = run_to_fault(&d);
   assert_int_equal(r.type, GPU_FAULT_UNMAPPED);
   assert_int_equal(r.access, GPU_ACCESS_EXECUTE);
   assert_true(r.va == RIG_VA + RIG_B);
}

static void watchdog(void **state)
{
   for (unsigned i = 0; i < 2; i++) {
      rig_dispatch d =
          rig_program(dev, i ? "loop: s_barrier\n s_yield\n s_br loop\n" : "loop: s_nop\n s_br loop\n");
      d.watchdog = 1;
      uint64_t before = rig_counter(dev, GPU_COUNTER_WAVE_INSTRUCTIONS);
      record r = run_to_fault(&d);
      assert_int_equal(r.type, GPU_FAULT_WATCHDOG);
      assert_true(r.pc >= RIG_VA + RIG_PROGRAM && r.pc <= RIG_VA + RIG_PROGRAM + 16);
      uint64_t executed = rig_counter(dev, GPU_COUNTER_WAVE_INSTRUCTIONS) - before;
      assert_true(executed <= 1u << 20 && executed >= (1u << 20) - 256);
   }
   /* one instruction less than the limit is fine */
   rig_dispatch d =
       rig_program(dev, "s_mov s30, 0x7fffe\n loop: s_sub s30, s30, 1\n s_brnz s30, loop\n s_endpgm\n");
   d.watchdog = 1;
   rig_go(dev, &d);
   assert_true(rig_wait(dev, 0));
   assert_int_equal(emu_mmio_read(dev, GPU_REG_FAULT_STATUS), 0);
   expect_alive();
}

/* Loops of every kind, on grids of every size, end by KILL within a moment. */
static void kill(void **state)
{
   const char *texts[] = {"loop: s_br loop\n", "loop: s_barrier\n s_br loop\n", "loop: s_yield\n s_br loop\n",
                          "s_endpgm\n", "v_mov v3, 0\n b_atom_add.ret v4, s[0:3], v3, v3\n s_endpgm\n"};
   for (unsigned i = 0; i < 5; i++)
      for (unsigned flags = 0; flags < 2; flags++) {
         rig_dispatch d = rig_program(dev, texts[i]);
         d.flags = flags;
         d.group[0] = 128;
         memcpy(d.grid, (uint32_t[]){65535, 65535, 65535}, 12);
         d.ring = 2;
         rig_go(dev, &d);
         rig_go(dev, &d);
         rig_sleep_us(3000);
         assert_int_equal(emu_cs_read(dev, 2, GPU_OFF_CS_INFLIGHT), 2);
         emu_cs_write(dev, 2, GPU_OFF_CS_KILL, 1);
         assert_true(rig_wait(dev, 2));
         assert_int_equal(emu_mmio_read(dev, GPU_REG_FAULT_STATUS), 0);
      }
   expect_alive();
}

/* A fault in one workgroup stops the others, endless or not. */
static void fault_stops_the_rest(void **state)
{
   rig_dispatch d =
       rig_program(dev, "s_cmp_eq s30, s16, 50\n s_brnz s30, bad\n loop: s_br loop\n bad: s_trap 7\n");
   d.grid[0] = 1000;
   d.ring = 1;
   record r = run_to_fault(&d);
   assert_int_equal(r.info, 7);
   assert_int_equal(r.group[0], 50);
   expect_alive();
}

static void reset_and_close_with_work(void **state)
{
   rig_dispatch d = rig_program(dev, "loop: s_br loop\n");
   d.grid[0] = 1000;
   for (unsigned i = 0; i < 20; i++) {
      d.ring = i % GPU_RINGS;
      rig_go(dev, &d);
   }
   emu_cs_reset(dev);
   for (unsigned r = 0; r < GPU_RINGS; r++)
      assert_int_equal(emu_cs_read(dev, r, GPU_OFF_CS_INFLIGHT), 0);
   expect_alive();
   emu_device *other = rig_open(3);
   rig_dispatch e = rig_program(other, "loop: s_br loop\n");
   e.grid[0] = 1000;
   rig_go(other, &e);
   rig_sleep_us(1000);
   emu_device_close(other);
}

static void empty_grid(void **state)
{
   rig_dispatch d = rig_program(dev, "s_trap 1\n");
   d.grid[1] = 0;
   rig_go(dev, &d);
   assert_true(rig_wait(dev, 0));
   assert_int_equal(emu_mmio_read(dev, GPU_REG_FAULT_STATUS), 0);
}

static int set_up(void **state)
{
   dev = rig_open(2);
   return 0;
}

static int tear_down(void **state)
{
   emu_device_close(dev);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(shaders),
       cmocka_unit_test(which_group),
       cmocka_unit_test(unreached_garbage),
       cmocka_unit_test(branches_out),
       cmocka_unit_test(bad_dispatches),
       cmocka_unit_test(program_not_mapped),
       cmocka_unit_test(watchdog),
       cmocka_unit_test(kill),
       cmocka_unit_test(fault_stops_the_rest),
       cmocka_unit_test(reset_and_close_with_work),
       cmocka_unit_test(empty_grid),
   };
   return cmocka_run_group_tests(tests, set_up, tear_down);
}
