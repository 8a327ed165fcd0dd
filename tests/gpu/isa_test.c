/* The instruction set: every record round-trips between fields, bits and text; decoding is total;
 * wrong text is refused at the right place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "isa.h"
#include "random.h"

#define ROUNDS 300

static bool same(const isa_inst *a, const isa_inst *b)
{
   return a->op == b->op && a->dst == b->dst && !memcmp(a->src, b->src, sizeof a->src) && a->nd == b->nd &&
          a->neg == b->neg && a->abs == b->abs && a->sat == b->sat && a->ret == b->ret &&
          a->coherent == b->coherent && a->imm == b->imm && a->target == b->target &&
          a->has_literal == b->has_literal && a->literal == b->literal;
}

static bool vector_dst(const isa_info *info)
{
   return info->dst >= ISA_K_V1 && info->dst <= ISA_K_V4;
}

/* A random operand number that the kind admits, straight from the definition in isa.h. */
static uint16_t random_operand(unsigned kind)
{
   unsigned regs = isa_kind_regs(kind);
   uint16_t v = (uint16_t)random_below(257 - (regs ? regs : 1));
   uint16_t s = (uint16_t)(256 + random_below(129 - (regs ? regs : 1)));
   static const uint16_t edges[] = {384, 447, 448, 455, 464, 465};
   uint16_t other = random_below(2) ? edges[random_below(6)] : (uint16_t)(384 + random_below(72));

   switch (kind) {
   case ISA_K_N: return 0;
   case ISA_K_V1: case ISA_K_V2: case ISA_K_V3: case ISA_K_V4: return v;
   case ISA_K_S1: return random_below(8) ? s : 465;
   case ISA_K_S2: case ISA_K_S4: case ISA_K_S8: return s;
   case ISA_K_A1: return random_below(3) == 0 ? v : random_below(2) ? s : other;
   case ISA_K_A2: case ISA_K_F2: return random_below(3) == 0 ? v : random_below(2) || other == ISA_EXEC ? s : other;
   case ISA_K_U1: return random_below(2) ? s : other;
   default: return random_below(2) ? v : s;
   }
}

/* Fields that the record allows. */
static isa_img random_img(const isa_info *info)
{
   isa_img img;
   isa_inst probe;
   uint64_t words[2];
   unsigned used;

   do {
      img = isa_img_unpack((uint32_t)random_u64());
      probe = (isa_inst){.op = info->opcode, .img = img};
      for (int i = 0; i < 3; i++)
         probe.src[i] = isa_kind_allows(info->src[i], 0) ? 0 : ISA_S0;
   } while (isa_encode(&probe, words, &used) != ISA_OK);
   return img;
}

static isa_inst random_inst(const isa_info *info)
{
   isa_inst inst = {.op = info->opcode, .dst = random_operand(info->dst)};

   for (int i = 0; i < 3; i++) {
      inst.src[i] = random_operand(info->src[i]);
      if (inst.src[i] == ISA_LITERAL)
         inst.has_literal = true;
      if (info->src[i] && (info->flags & ISA_F_FMOD)) {
         inst.neg |= (uint8_t)(random_below(2) << i);
         inst.abs |= (uint8_t)(random_below(2) << i);
      }
   }
   if (inst.has_literal)
      inst.literal = random_below(2) ? (uint32_t)random_u64() : random_below(64);
   inst.nd = vector_dst(info) && !(info->flags & ISA_F_PARTIAL) && random_below(2);
   inst.sat = vector_dst(info) && (info->flags & ISA_F_FMOD) && random_below(2);
   if (info->format == ISA_FMT_MEM) {
      inst.imm = random_below(3) ? random_below(ISA_IMM_MAX + 1) : random_below(2) * ISA_IMM_MAX;
      inst.coherent = random_below(2);
      inst.ret = (info->flags & ISA_F_ATOMIC) && random_below(2);
   }
   if (info->format == ISA_FMT_IMG) {
      inst.img = random_img(info);
      inst.coherent = random_below(2);
      inst.ret = (info->flags & ISA_F_ATOMIC) && random_below(2);
   }
   for (int i = 0; i < 3; i++)
      if (info->src[i] == ISA_K_VA)
         inst.src[i] = (uint16_t)random_below(ISA_MAX_VREGS + 1 - isa_img_regs(&inst.img));
   if (info->format == ISA_FMT_BRANCH)
      inst.target = random_below(2) ? (int32_t)random_u64() : (int32_t)random_below(64) - 32;
   return inst;
}

static void encodings_do_not_overlap(void **state)
{
   size_t count;
   const isa_info *table = isa_table(&count);
   uint8_t seen[ISA_OPCODES] = {0};

   assert_true(count > 100);
   for (size_t i = 0; i < count; i++) {
      assert_true(table[i].opcode < ISA_OPCODES);
      assert_false(seen[table[i].opcode]);
      seen[table[i].opcode] = 1;
      assert_ptr_equal(isa_lookup(table[i].opcode), &table[i]);
      assert_ptr_equal(isa_lookup_name(table[i].name, strlen(table[i].name)), &table[i]);
      assert_true(table[i].doc[0]);
   }
   for (uint32_t op = 0; op < ISA_OPCODES; op++)
      assert_int_equal(isa_lookup(op) != NULL, seen[op]);
   assert_null(isa_lookup(ISA_OPCODES));
   assert_null(isa_lookup(UINT32_MAX));
   assert_null(isa_lookup_name("s_no", 4));
   assert_null(isa_lookup_name("", 0));
}

static void records_obey_the_format(void **state)
{
   size_t count;
   const isa_info *table = isa_table(&count);

   for (size_t i = 0; i < count; i++) {
      const isa_info *r = &table[i];
      if (r->format == ISA_FMT_BRANCH)
         assert_true(!r->dst && !r->src[1] && !r->src[2]);
      if (r->flags & ISA_F_FMOD)
         assert_int_equal(r->format, ISA_FMT_ALU);
      if (r->flags & (ISA_F_LOAD | ISA_F_STORE | ISA_F_ATOMIC))
         assert_true(r->format == ISA_FMT_MEM || r->format == ISA_FMT_IMG);
      if (r->flags & ISA_F_LOAD)
         assert_true(r->dst != ISA_K_N);
      if (r->flags & ISA_F_STORE)
         assert_true(r->dst == ISA_K_N && r->src[2] != ISA_K_N);
   }
}

static void every_record_round_trips(void **state)
{
   size_t count;
   const isa_info *table = isa_table(&count);

   for (size_t i = 0; i < count; i++) {
      for (int round = 0; round < ROUNDS; round++) {
         isa_inst inst = random_inst(&table[i]), back;
         uint64_t words[2] = {0, 0};
         unsigned used, decoded;

         assert_int_equal(isa_encode(&inst, words, &used), ISA_OK);
         assert_int_equal(used, inst.has_literal ? 2 : 1);
         assert_int_equal(isa_decode(words, used, &back, &decoded), ISA_OK);
         assert_int_equal(decoded, used);
         assert_true(same(&inst, &back));

         char text[256], err[256];
         size_t n;
         int length = isa_print(&inst, 0, text, sizeof text);
         assert_int_equal(length, strlen(text));
         uint64_t *again = isa_assemble(text, &n, err, sizeof err);
         if (!again)
            fail_msg("%s: %s", text, err);
         assert_int_equal(n, used);
         if (memcmp(again, words, used * sizeof *words))
            fail_msg("%s assembles to other bits", text);
         free(again);
         assert_int_equal(isa_print(&inst, 0, NULL, 0), length);
      }
   }
}

/* Random words are either an error or an instruction that encodes to the same bits. */
static void check_decode(const uint64_t words[2], size_t n)
{
   isa_inst inst;
   unsigned used, encoded;
   uint64_t again[2];
   char text[256];
   isa_error e = isa_decode(words, n, &inst, &used);

   isa_print(&inst, random_below(1000), text, sizeof text);
   if (e != ISA_OK) {
      assert_int_equal(used, 1);
      return;
   }
   assert_true(used >= 1 && used <= n);
   assert_int_equal(isa_encode(&inst, again, &encoded), ISA_OK);
   assert_int_equal(encoded, used);
   assert_memory_equal(again, words, used * sizeof *words);
}

static void decoding_is_total(void **state)
{
   size_t count;
   const isa_info *table = isa_table(&count);

   for (int i = 0; i < 200000; i++) {
      uint64_t words[2] = {random_u64(), random_below(2) ? random_u64() : (uint32_t)random_u64()};
      check_decode(words, 1 + random_below(2));
      /* Near misses: a legal instruction with one bit turned. */
      isa_inst inst = random_inst(&table[random_below((uint32_t)count)]);
      unsigned used;
      assert_int_equal(isa_encode(&inst, words, &used), ISA_OK);
      words[0] ^= UINT64_C(1) << random_below(64);
      check_decode(words, 1 + random_below(2));
   }
}

static isa_error decode_error(uint64_t word, size_t n, uint64_t literal)
{
   isa_inst inst;
   unsigned used;
   uint64_t words[2] = {word, literal};
   return isa_decode(words, n, &inst, &used);
}

static void defined_errors(void **state)
{
   uint64_t add = ISA_OP_v_add_f32, lit = (uint64_t)ISA_LITERAL << 20;

   assert_int_equal(decode_error(add, 1, 0), ISA_OK);
   assert_int_equal(decode_error(0x3ff, 1, 0), ISA_E_OPCODE);
   assert_int_equal(decode_error(add | UINT64_C(256) << 11, 1, 0), ISA_E_OPERAND);
   assert_int_equal(decode_error(add | UINT64_C(511) << 20, 1, 0), ISA_E_OPERAND);
   assert_int_equal(decode_error(add | UINT64_C(1) << 38, 1, 0), ISA_E_OPERAND); /* no third source */
   assert_int_equal(decode_error(add | UINT64_C(1) << 49, 1, 0), ISA_E_RESERVED);
   assert_int_equal(decode_error(add | UINT64_C(1) << 63, 1, 0), ISA_E_RESERVED);
   assert_int_equal(decode_error(add | lit, 1, 0), ISA_E_TRUNCATED);
   assert_int_equal(decode_error(add | lit, 2, 7), ISA_OK);
   assert_int_equal(decode_error(add | lit, 2, UINT64_C(1) << 32), ISA_E_RESERVED);
   assert_int_equal(decode_error(ISA_OP_s_barrier | 1 << 10, 1, 0), ISA_E_RESERVED);
   assert_int_equal(decode_error(ISA_OP_v_add_u32 | UINT64_C(1) << 47, 1, 0), ISA_E_RESERVED);
   /* registers past the end: v255 as a pair, s127 as four */
   assert_int_equal(decode_error(ISA_OP_l_load_x2 | UINT64_C(255) << 11, 1, 0), ISA_E_OPERAND);
   assert_int_equal(decode_error(ISA_OP_l_load_x2 | UINT64_C(254) << 11, 1, 0), ISA_OK);
   for (int e = ISA_OK; e <= ISA_E_RANGE; e++)
      assert_true(strlen(isa_error_text((isa_error)e)) > 1);
}

static void encode_refuses(void **state)
{
   uint64_t words[2];
   unsigned used;
   isa_inst base = {.op = ISA_OP_l_load_x1}, i;

   i = base, i.imm = ISA_IMM_MAX + 1;
   assert_int_equal(isa_encode(&i, words, &used), ISA_E_RANGE);
   i = base, i.ret = true;
   assert_int_equal(isa_encode(&i, words, &used), ISA_E_RANGE);
   i = base, i.neg = 1;
   assert_int_equal(isa_encode(&i, words, &used), ISA_E_RANGE);
   i = base, i.has_literal = true;
   assert_int_equal(isa_encode(&i, words, &used), ISA_E_RANGE);
   i = base, i.src[0] = 3;
   assert_int_equal(isa_encode(&i, words, &used), ISA_E_OPERAND);
   i = base, i.op = 0x3ff;
   assert_int_equal(isa_encode(&i, words, &used), ISA_E_OPCODE);
   i = (isa_inst){.op = ISA_OP_v_cmp_eq_f32, .dst = ISA_S0, .sat = true};
   assert_int_equal(isa_encode(&i, words, &used), ISA_E_RANGE);
}

static void inline_constants(void **state)
{
   uint32_t bits;

   for (uint16_t op = 0; op < 512; op++) {
      bool is = isa_inline_value(op, &bits);
      assert_int_equal(is, op >= 384 && op <= 455);
      if (is)
         assert_int_equal(isa_inline_bits(bits), op);
   }
   assert_int_equal(isa_inline_bits(0x40800000), ISA_FLT_4);
   assert_int_equal(isa_inline_bits((uint32_t)-16), ISA_INT_M16);
   assert_int_equal(isa_inline_bits((uint32_t)-17), ISA_LITERAL);
   assert_int_equal(isa_inline_bits(48), ISA_LITERAL);
}

static void a_program(void **state)
{
   static const char text[] =
      "; sum of 0..n-1\n"
      "start: s_mov s30, 0 // total\n"
      "   s_mov s31, 1000\n"
      "\n"
      "loop:\n"
      "   s_add s30, s30, s31\n"
      "   s_sub s31, s31, 1\n"
      "   s_brnz s31, loop\n"
      "   v_fma_f32.sat.nd v1, -abs(v2), 0.5, -(1.0)\n"
      "   v_mul_f32 v1, 3.25, -v2\r\n"
      "   g_load_x2 v[4:5], s[0:1], v3 +16\n"
      "   b_atom_add.ret.coh v7, s[4:7], 0, v1, +4095\n"
      "   s_br end\n"
      "   s_br @0\n"
      "   .word 0x3ff\n"
      "end: finish: s_endpgm";
   static const char *const printed[] = {
      "s_mov s30, 0", "s_mov s31, 0x000003e8", "s_add s30, s30, s31", "s_sub s31, s31, 1", "s_brnz s31, @3",
      "v_fma_f32.sat.nd v1, -abs(v2), 0.5, -(1.0)", "v_mul_f32 v1, 0x40500000, -v2",
      "g_load_x2 v[4:5], s[0:1], v3 +16", "b_atom_add.ret.coh v7, s[4:7], 0, v1 +4095", "s_br @14", "s_br @0",
      NULL, "s_endpgm",
   };
   char err[200], line[200];
   size_t n, at = 0;
   uint64_t *words = isa_assemble(text, &n, err, sizeof err);

   if (!words)
      fail_msg("%s", err);
   for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
      isa_inst inst;
      unsigned used;
      assert_true(at < n);
      isa_error e = isa_decode(words + at, n - at, &inst, &used);
      assert_int_equal(e, printed[i] ? ISA_OK : ISA_E_OPCODE);
      isa_print(&inst, (uint32_t)at, line, sizeof line);
      if (printed[i])
         assert_string_equal(line, printed[i]);
      at += used;
   }
   assert_int_equal(at, n);
   free(words);
}

static void wrong_text_is_located(void **state)
{
   static const struct { const char *text, *where; } cases[] = {
      {"s_nop\n  bogus v1", "2:3: "},
      {"s_mov s1", "1:9: expected ','"},
      {"s_mov s1,", "1:10: "},
      {"s_mov s1, s2 s3", "1:14: "},
      {"s_mov v1, s2", "1:7: expected a scalar register or exec"},
      {"s_mov s128, s2", "1:8: number too large"},
      {"s_mov s[1:2], 3", "1:7: "},
      {"v_mov v256, 0", "1:8: "},
      {"v_add_u32 v1, -v2, v3", "1:15: "},
      {"v_add_u32.sat v1, v2, v3", "1:10: "},
      {"v_add_f32.foo v1, v2, v3", "1:10: unknown suffix"},
      {"v_add_f32 v1, 0x11111111, 0x22222222", "1:27: "},
      {"v_add_f32 v1, abs(v2, v3", "1:21: expected ')'"},
      {"v_add_f32 v1, abs v2, v3", "1:18: expected '('"},
      {"v_add_f32 v1, 1.2.3, v3", "1:18: "},
      {"v_add_f32 v1, 1e, v3", "1:15: malformed number"},
      {"v_add_f32 v1, 1e99, v3", "1:15: number too large for f32"},
      {"v_add_f32 v1, 5000000000, v3", "1:15: number does not fit 32 bits"},
      {"v_add_f32 v1, -3000000000, v3", "1:15: number does not fit 32 bits"},
      {"v_add_f32 v1, 12ab, v3", "1:15: malformed number"},
      {"v_add_f32 v1, 0x, v3", "1:15: "},
      {"v_add_f32 v1, 0x123456789, v3", "1:15: number too large"},
      {"g_load_x2 v1, s[0:1], v3", "1:11: expected 2 vector registers"},
      {"g_load_x2 v[1:2], s[1:0], v3", "1:19: register range runs backwards"},
      {"g_load_x2 v[1:2], s[127:128], v3", "1:25: "},
      {"g_load_x1 v1, s[0:1], v3 +4096", "1:27: number too large"},
      {"g_load_x1 v1, s[0:1], v3 16", "1:26: "},
      {"s_br nowhere", "1:6: undefined label 'nowhere'"},
      {"a: s_nop\n\n a: s_nop", "3:2: label 'a' is defined twice, first on line 1"},
      {"s_br", "1:5: expected a branch target"},
      {"s_br @", "1:7: "},
      {"s_br @4294967295", "1:6: branch target out of reach"},
      {".word 0x10000000000000000", "1:7: "},
      {".wordy 1", "1:1: "},
      {"s_nop s_nop", "1:7: unexpected text"},
      {"9", "1:1: expected an instruction"},
      {"s_nop\n\x80\xff", "2:1: "},
      {"-abs(v1) v_mov", "1:1: "},
      {"s_mov -s1, s2", "1:7: a destination has no modifiers"},
   };
   char err[200], tiny[4];
   size_t n;

   for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      uint64_t *words = isa_assemble(cases[i].text, &n, err, sizeof err);
      if (words)
         fail_msg("accepted: %s", cases[i].text);
      if (strncmp(err, cases[i].where, strlen(cases[i].where)))
         fail_msg("%s\n  gives    %s\n  expected %s", cases[i].text, err, cases[i].where);
      assert_null(isa_assemble(cases[i].text, &n, tiny, sizeof tiny));
      assert_null(isa_assemble(cases[i].text, &n, NULL, 0));
   }
   uint64_t *empty = isa_assemble(" ; nothing\n", &n, err, sizeof err);
   assert_non_null(empty);
   assert_int_equal(n, 0);
   free(empty);
}

/* Text with random bytes changed never crashes; what is accepted decodes. */
static void noisy_text(void **state)
{
   static const char seed[] = "x: v_fma_f32.sat v1, -abs(v2), 0.5, 0x12345678\n"
                              "b_atom_add.ret v7, s[4:7], 0, v1 +4095\n s_brz exec, x\n.word 0x12";
   static const char alphabet[] = "vs[]:,.+-@0x19abe() \n;/_~";
   char text[sizeof seed], err[100];

   for (int round = 0; round < 30000; round++) {
      memcpy(text, seed, sizeof seed);
      for (uint32_t k = random_below(4) + 1; k; k--)
         text[random_below(sizeof seed - 1)] = alphabet[random_below(sizeof alphabet - 1)];
      size_t n;
      uint64_t *words = isa_assemble(text, &n, err, sizeof err);
      if (!words)
         assert_true(strchr(err, ':') != NULL);
      free(words);
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(encodings_do_not_overlap),
      cmocka_unit_test(records_obey_the_format),
      cmocka_unit_test(every_record_round_trips),
      cmocka_unit_test(decoding_is_total),
      cmocka_unit_test(defined_errors),
      cmocka_unit_test(encode_refuses),
      cmocka_unit_test(inline_constants),
      cmocka_unit_test(a_program),
      cmocka_unit_test(wrong_text_is_located),
      cmocka_unit_test(noisy_text),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
