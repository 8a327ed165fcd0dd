/* Programs of random bits, of random valid instructions and of good programs with flipped bits, on every host
 * level: whatever they do, they end by themselves, by a fault or by the watchdog, with the same registers,
 * faults and counts on every level. */
#include "core_rig.h"
#include <cmocka.h>
#include "core_fuzz.h"

static emu_device *dev;
static const emu_interp *levels[3];
static unsigned level_count;

static void random_programs(void **state)
{
   uint64_t hash = 0;
   unsigned ended = 0, faults[GPU_FAULT_COUNT] = {0};
   for (unsigned round = 0; round < 15000; round++) {
      uint64_t words[WORDS];
      static outcome first, other;
      make_program(words, round);
      for (unsigned i = 0; i < level_count; i++) {
         outcome *o = i ? &other : &first;
         reset_memory(dev);
         run_program(dev, levels[i], words, round, o);
         if (i && memcmp(&first, &other, sizeof first))
            fail_msg("round %u: %s and %s differ", round, levels[0]->name, levels[i]->name);
      }
      if (round < FUZZ_GOLDEN_ROUNDS)
         hash = hash_outcome(hash, &first);
      ended += first.turn == EMU_TURN_DONE;
      faults[first.fault.type]++;
   }
   print_message(
       "ended %u, watchdog %u, illegal instruction %u, pc %u, unmapped %u, misaligned %u, trap %u\n", ended,
       faults[GPU_FAULT_WATCHDOG], faults[GPU_FAULT_ILLEGAL_INST], faults[GPU_FAULT_ILLEGAL_PC],
       faults[GPU_FAULT_UNMAPPED], faults[GPU_FAULT_MISALIGNED], faults[GPU_FAULT_SHADER_TRAP]);
   if (hash != FUZZ_GOLDEN)
      fail_msg("golden result is now %llx", (unsigned long long)hash);
   assert_true(ended && faults[GPU_FAULT_WATCHDOG] && faults[GPU_FAULT_ILLEGAL_INST] &&
               faults[GPU_FAULT_UNMAPPED]);
}

/* A program of nothing but literals, entered at both parities, and one longer than the table of constants. */
static void strange_shapes(void **state)
{
   enum { N = 4000 };
   static uint64_t words[N];
   for (unsigned i = 0; i < N; i++)
      words[i] = ISA_OP_v_mov | (uint64_t)ISA_LITERAL << 20 | (i % 32) << 11;
   words[N - 2] = ISA_OP_s_br | (uint64_t)(uint32_t)(-(N - 2) - 1 + 1) << 32;
   words[N - 1] = ISA_OP_s_brz | (uint64_t)(ISA_INT_M16 + 16) << 20 | (uint64_t)(uint32_t)-N << 32;
   emu_program *p = emu_program_decode(levels[0], &dev->profile, words, N, 32, 32);
   assert_non_null(p);
   assert_true(p->uop_count < 5 * N);
   emu_program_destroy(p);
   for (unsigned i = 0; i + 1 < N; i += 2) {
      words[i] = ISA_OP_v_add_u32 | 1 << 11 | 1 << 20 | (uint64_t)ISA_LITERAL << 29;
      words[i + 1] = i * 77;
   }
   words[N - 2] = ISA_OP_s_endpgm;
   words[N - 1] = ISA_OP_s_endpgm;
   uint32_t want = 0;
   for (unsigned i = 0; i + 2 < N; i += 2)
      want += i * 77;
   for (unsigned i = 0; i < level_count; i++) {
      rig_wave t;
      rig_wave_open(&t, dev, levels[i], words, N, 0, 0);
      assert_int_equal(rig_wave_run(&t), EMU_TURN_DONE);
      for (unsigned l = 0; l < 32; l++)
         assert_int_equal(t.wave->rows[1][l], want);
      rig_wave_close(&t);
   }
}

static int set_up(void **state)
{
   dev = rig_open(1);
   level_count = rig_levels(levels);
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
       cmocka_unit_test(random_programs),
       cmocka_unit_test(strange_shapes),
   };
   return cmocka_run_group_tests(tests, set_up, tear_down);
}
