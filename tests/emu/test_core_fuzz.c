/* Programs of random bits, of random valid instructions and of good programs with flipped bits, on every host level: whatever they do,
 * they end by themselves, by a fault or by the watchdog, with the same registers, faults and counts on every level. */
#include "core_rig.h"
#include <cmocka.h>

#define WORDS 48

static emu_device *dev;
static const emu_interp *levels[3];
static unsigned level_count;

static uint64_t random_word(const isa_info *table, size_t count)
{
   const isa_info *info = &table[rnd() % count];
   uint64_t w = info->opcode;
   const unsigned shift[4] = {11, 20, 29, 38};
   const uint8_t kind[4] = {info->dst, info->src[0], info->src[1], info->src[2]};
   if (info->format == ISA_FMT_BRANCH)
      return w | (uint64_t)(info->src[0] ? ISA_S0 + rnd() % 32 : 0) << 20 | (uint64_t)(uint32_t)((int)(rnd() % 40) - 20) << 32;
   for (unsigned i = 0; i < 4; i++) {
      uint64_t operand = rnd() % 29;
      bool scalar = kind[i] >= ISA_K_S1 && kind[i] <= ISA_K_S8;
      if (kind[i] == ISA_K_N)
         continue;
      if (scalar || kind[i] == ISA_K_U1 || ((kind[i] == ISA_K_A1 || kind[i] >= ISA_K_P2) && rnd() % 2))
         operand = ISA_S0 + rnd() % 25;
      if (kind[i] >= ISA_K_P2)
         operand &= ~UINT64_C(3); /* where addresses are */
      if (info->format == ISA_FMT_MEM && i == 2)
         operand |= 3;
      if ((kind[i] == ISA_K_A1 || kind[i] == ISA_K_U1) && rnd() % 4 == 0)
         operand = ISA_INT_M16 + rnd() % 72;
      if ((kind[i] == ISA_K_A1 || kind[i] == ISA_K_U1) && rnd() % 8 == 0)
         operand = rnd() % 2 ? ISA_LITERAL : ISA_EXEC;
      w |= operand << shift[i];
   }
   return w;
}

static bool wants_literal(uint64_t word)
{
   const isa_info *info = isa_lookup(word & 0x3ff);
   return info && ((word >> 20 & 0x1ff) == ISA_LITERAL || (word >> 29 & 0x1ff) == ISA_LITERAL || (word >> 38 & 0x1ff) == ISA_LITERAL) &&
          info->format != ISA_FMT_BRANCH;
}

static void make_program(uint64_t *words, unsigned round)
{
   size_t count;
   const isa_info *table = isa_table(&count);
   for (unsigned i = 0; i < WORDS; i++) {
      words[i] = random_word(table, count);
      if (round % 3 == 0)
         words[i] ^= rnd() % 16 ? 0 : UINT64_C(1) << (rnd() % 64);
      if (round % 16 == 1)
         words[i] = (uint64_t)rnd() << 32 | rnd();
      if (i && wants_literal(words[i - 1]) && rnd() % 16)
         words[i] = rnd() % 3 ? rnd() % 64 * 4 : rnd();
   }
}

/* Also what the memory of RIG_VA holds afterwards is part of the outcome, as a sum. */
typedef struct outcome {
   enum emu_turn turn;
   uint64_t instructions;
   uint64_t memory;
   uint32_t s[64], exec, v[32][32];
   emu_fault_info fault;
   emu_core_sums sums;
} outcome;

static uint8_t *rig_page0; /* first page of RIG_VA */

static void reset_memory(void)
{
   static uint8_t *page[RIG_B >> 16], content[0x10000];
   for (uint32_t k = 0; k < sizeof content && !page[0]; k += 4)
      *(uint32_t *)(content + k) = k * 0x9e3779b9u;
   for (uint32_t i = 0; i < RIG_B >> 16; i++) {
      if (!page[i])
         page[i] = rig_host(dev, i << 16);
      memcpy(page[i], content, sizeof content);
   }
   rig_page0 = page[0];
}

static void run(const emu_interp *interp, const uint64_t *words, unsigned round, outcome *o)
{
   rig_wave t;
   memset(o, 0, sizeof *o);
   rig_wave_open(&t, dev, interp, words, WORDS, 256, 64);
   t.launch.watchdog = 20000;
   /* addresses that often hit */
   for (unsigned i = 0; i < 32; i++) {
      t.wave->s[i] = i % 4 == 0 ? (uint32_t)RIG_VA : i % 4 == 1 ? (uint32_t)(RIG_VA >> 32) : i % 4 == 2 ? RIG_B : round * i;
      for (unsigned l = 0; l < 32; l++)
         t.wave->rows[i][l] = i % 4 == 0 ? (uint32_t)RIG_VA : i % 4 == 1 ? (uint32_t)(RIG_VA >> 32) : (l * i * 4) & 0x3fff;
   }
   rig_wave_refresh(&t);
   o->turn = rig_wave_run(&t);
   o->instructions = t.wave->instructions;
   o->exec = t.wave->exec;
   memcpy(o->s, t.wave->s, sizeof o->s);
   memcpy(o->v, t.wave->rows, sizeof o->v);
   if (o->turn == EMU_TURN_FAULT)
      o->fault = t.x->fault;
   o->sums = t.x->sums;
   for (uint32_t i = 0; i < 0x10000; i += 8)
      o->memory = o->memory * 31 + *(uint64_t *)(rig_page0 + i);
   uint64_t counted = 0;
   for (uint32_t i = 0; i < t.program->segment_count; i++) {
      counted += t.x->segments[i].runs * t.program->segments[i].instructions;
      for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
         o->sums.class_instructions[c] += t.x->segments[i].runs * t.program->segments[i].class_instructions[c];
   }
   uint64_t by_class = 0;
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
      by_class += o->sums.class_instructions[c];
   assert_int_equal(by_class, o->instructions);
   assert_true(counted >= o->instructions && o->instructions <= 20000);
   rig_wave_close(&t);
}

static void random_programs(void **state)
{
   unsigned ended = 0, faults[GPU_FAULT_COUNT] = {0};
   for (unsigned round = 0; round < 15000; round++) {
      uint64_t words[WORDS];
      static outcome first, other;
      make_program(words, round);
      for (unsigned i = 0; i < level_count; i++) {
         outcome *o = i ? &other : &first;
         reset_memory();
         run(levels[i], words, round, o);
         if (i && memcmp(&first, &other, sizeof first))
            fail_msg("round %u: %s and %s differ", round, levels[0]->name, levels[i]->name);
      }
      ended += first.turn == EMU_TURN_DONE;
      faults[first.fault.type]++;
   }
   print_message("ended %u, watchdog %u, illegal instruction %u, pc %u, unmapped %u, misaligned %u, trap %u\n", ended,
                 faults[GPU_FAULT_WATCHDOG], faults[GPU_FAULT_ILLEGAL_INST], faults[GPU_FAULT_ILLEGAL_PC],
                 faults[GPU_FAULT_UNMAPPED], faults[GPU_FAULT_MISALIGNED], faults[GPU_FAULT_SHADER_TRAP]);
   assert_true(ended && faults[GPU_FAULT_WATCHDOG] && faults[GPU_FAULT_ILLEGAL_INST] && faults[GPU_FAULT_UNMAPPED]);
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
