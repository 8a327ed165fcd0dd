/* Random programs and what becomes of them. Used by the fuzz test and, with a golden result, under Windows.
 */
#ifndef CORE_FUZZ_H
#define CORE_FUZZ_H

#include "core_rig.h"

#define WORDS 48

static uint64_t random_word(const isa_info *table, size_t count)
{
   const isa_info *info = &table[rnd() % count];
   uint64_t w = info->opcode;
   const unsigned shift[4] = {11, 20, 29, 38};
   const uint8_t kind[4] = {info->dst, info->src[0], info->src[1], info->src[2]};
   if (info->format == ISA_FMT_BRANCH)
      return w | (uint64_t)(info->src[0] ? ISA_S0 + rnd() % 32 : 0) << 20 |
             (uint64_t)(uint32_t)((int)(rnd() % 40) - 20) << 32;
   if (info->format == ISA_FMT_IMG) {
      isa_inst img = {.op = info->opcode, .nd = rnd() % 2 && info->dst, .img = isa_img_unpack(rnd())};
      unsigned used;
      uint64_t words[2];
      img.dst = (uint16_t)(rnd() % 20);
      for (unsigned i = 0; i < 3; i++)
         img.src[i] = (uint16_t)(info->src[i] == ISA_K_N    ? 0
                                 : info->src[i] == ISA_K_S8 ? ISA_S0 + rnd() % 7 * 8
                                                            : rnd() % 20);
      while (isa_encode(&img, words, &used) != ISA_OK) {
         img.img = isa_img_unpack(rnd());
         img.dst = info->dst ? img.dst : 0;
      }
      return words[0];
   }
   for (unsigned i = 0; i < 4; i++) {
      uint64_t operand = rnd() % 29;
      bool scalar = kind[i] >= ISA_K_S1 && kind[i] <= ISA_K_S8;
      bool any = kind[i] == ISA_K_A1 || kind[i] == ISA_K_A2 || kind[i] == ISA_K_F2;
      if (kind[i] == ISA_K_N)
         continue;
      if (scalar || kind[i] == ISA_K_U1 || ((any || kind[i] >= ISA_K_P2) && rnd() % 2))
         operand = ISA_S0 + rnd() % 25;
      if (kind[i] >= ISA_K_P2 && !any)
         operand &= ~UINT64_C(3); /* where addresses are */
      if (info->format == ISA_FMT_MEM && i == 2)
         operand |= 3;
      if ((any || kind[i] == ISA_K_U1) && rnd() % 4 == 0)
         operand = ISA_INT_M16 + rnd() % 72;
      if ((any || kind[i] == ISA_K_U1) && rnd() % 8 == 0)
         operand = rnd() % 2 ? ISA_LITERAL : ISA_EXEC;
      w |= operand << shift[i];
   }
   return w;
}

static bool wants_literal(uint64_t word)
{
   const isa_info *info = isa_lookup(word & 0x3ff);
   return info &&
          ((word >> 20 & 0x1ff) == ISA_LITERAL || (word >> 29 & 0x1ff) == ISA_LITERAL ||
           (word >> 38 & 0x1ff) == ISA_LITERAL) &&
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

static inline void reset_memory(emu_device *dev)
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

static inline void run_program(emu_device *dev, const emu_interp *interp, const uint64_t *words, unsigned round,
                        outcome *o)
{
   rig_wave t;
   memset(o, 0, sizeof *o);
   rig_wave_open(&t, dev, interp, words, WORDS, 256, 64);
   t.launch.watchdog = 20000;
   /* addresses that often hit */
   for (unsigned i = 0; i < 32; i++) {
      t.wave->s[i] = i % 4 == 0   ? (uint32_t)RIG_VA
                     : i % 4 == 1 ? (uint32_t)(RIG_VA >> 32)
                     : i % 4 == 2 ? RIG_B
                                  : round * i * 8;
      for (unsigned l = 0; l < 32; l++)
         t.wave->rows[i][l] = i % 4 == 0   ? (uint32_t)RIG_VA
                              : i % 4 == 1 ? (uint32_t)(RIG_VA >> 32)
                                           : (l * i * 8) & 0x3fff;
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
         o->sums.class_instructions[c] +=
             t.x->segments[i].runs * t.program->segments[i].class_instructions[c];
   }
   uint64_t by_class = 0;
   for (unsigned c = 0; c < ISA_CLASS_COUNT; c++)
      by_class += o->sums.class_instructions[c];
   if (by_class != o->instructions || counted < o->instructions || o->instructions > 20000) {
      fprintf(stderr, "round %u: %s: instructions are miscounted\n", round, interp->name);
      abort();
   }
   rig_wave_close(&t);
}

/* The outcomes of the first programs as one number: the same on every host, compiler and operating system. */
#define FUZZ_GOLDEN_ROUNDS 2000
#define FUZZ_GOLDEN UINT64_C(0x57d1eb15bdf7e730) /* changes with isa.def */

static inline uint64_t hash_outcome(uint64_t hash, const outcome *o)
{
   const uint8_t *p = (const uint8_t *)o;
   for (size_t i = 0; i < sizeof *o; i++)
      hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
   return hash;
}

#endif
