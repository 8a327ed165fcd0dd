/* Every operation that the compiler folds gives the bits that the machine gives, on special and random
 * operands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fold_const.h"
#include "run_isa.h"

#define CASES 2048u

static const sc_binding bindings[] = {{0, 0, SC_BINDING_STORAGE_BUFFER, 1, false, 0},
                                      {0, 1, SC_BINDING_STORAGE_BUFFER, 1, false, 16}};
static const sc_input input = {.bindings = bindings, .binding_count = 2};
static uint32_t state = 7;

static uint32_t operand(void)
{
   static const uint32_t special[] = {
       0,          1,          2,          3,          31,         32,         33,
       0x7f,       0xffff,     0xffffffff, 0xfffffffe, 0x80000000, 0x80000001, 0x7fffffff,
       0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000, 0x3fc00000, 0x40200000, 0x40600000,
       0xc0200000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 0x00800000,
       0x007fffff, 0x80000001, 0x4b000000, 0x4affffff, 0x4b7fffff, 0x4f000000, 0xcf000000,
       0x4f800000, 0x3effffff, 0x3f7fffff, 0xbf7fffff, 0x33800000, 0x477fe000, 0x7f7fffff,
   };
   state = state * 1664525u + 1013904223u;
   uint32_t x = state ^ state >> 15;
   if (x % 3 == 0)
      return special[x / 3 % (sizeof special / sizeof *special)];
   if (x % 3 == 1) /* an ordinary float */
      return 0x3d000000u + (x >> 6) % 0x08000000u + (x << 31);
   return x * 2654435761u;
}

/* out[i] = op(in[3i], in[3i + 1], in[3i + 2]); bools are words that are not 0 */
static ir_shader *shader_of(unsigned op)
{
   ir_shader *s = ir_shader_create(&input);
   ir_builder b = {.s = s, .block = ir_first_block(s)};
   s->group_size[0] = 64;
   ir_inst *zero = ir_const(&b, 0);
   ir_inst *out = ir_emit(&b, IR_desc, IR_T_I32, 4, 0, 1, &zero),
           *in = ir_emit(&b, IR_desc, IR_T_I32, 4, 1, 1, &zero);
   ir_inst *i = ir_op2(&b, IR_iadd, ir_op2(&b, IR_imul, ir_op0(&b, IR_group_id, 0), ir_const(&b, 64)),
                       ir_op0(&b, IR_local_id, 0));
   ir_inst *address[2] = {in, ir_op2(&b, IR_imul, i, ir_const(&b, 12))};
   ir_inst *words = ir_emit(&b, IR_buf_load, IR_T_I32, 3, 0, 2, address), *src[3];
   bool bools = op == IR_band || op == IR_bor || op == IR_bxor || op == IR_bnot;
   for (unsigned k = 0; k < 3; k++) {
      src[k] = ir_extract(&b, words, k);
      if (bools || (op == IR_sel && k == 0))
         src[k] = ir_op2(&b, IR_ine, src[k], zero);
   }
   int n = ir_op_nsrc((enum ir_op)op);
   ir_inst *r = n == 1   ? ir_op1(&b, (enum ir_op)op, src[0])
                : n == 2 ? ir_op2(&b, (enum ir_op)op, src[0], src[1])
                         : ir_op3(&b, (enum ir_op)op, src[0], src[1], src[2]);
   if (r->type == IR_T_BOOL)
      r = ir_op3(&b, IR_sel, r, ir_const(&b, 1), zero);
   ir_inst *store[3] = {out, ir_op2(&b, IR_shl, i, ir_const(&b, 2)), r};
   ir_emit(&b, IR_buf_store, IR_T_NONE, 1, 0, 3, store);
   return s;
}

static void check_op(isa_rig *rig, unsigned op)
{
   eval_env env = {.grid = {CASES / 64, 1, 1}, .size_B = {CASES * 4, CASES * 12}};
   char err[128];
   sc_program p = {0};
   ir_shader *s = shader_of(op);
   bool bools = op == IR_band || op == IR_bor || op == IR_bxor || op == IR_bnot;
   env.buffer[0] = calloc(CASES, 4);
   env.buffer[1] = calloc(CASES, 12);
   for (uint32_t i = 0; i < CASES * 3; i++)
      env.buffer[1][i] = operand();
   assert_int_equal(ir_to_isa(s, &p, err, sizeof err), SC_OK);
   assert_null(isa_run(rig, &p, &input, &env));
   for (uint32_t i = 0; i < CASES; i++) {
      uint32_t *in = env.buffer[1] + 3 * i, want;
      uint32_t src[3] = {bools || op == IR_sel ? in[0] != 0 : in[0], bools ? in[1] != 0 : in[1], in[2]};
      assert_true(fold_const(op, src, &want));
      if (env.buffer[0][i] != want)
         fail_msg("%s(0x%08x, 0x%08x, 0x%08x): the machine gives 0x%08x, folding 0x%08x",
                  ir_op_name((enum ir_op)op), src[0], src[1], src[2], env.buffer[0][i], want);
   }
   sc_program_finish(&p);
   ir_shader_destroy(s);
   free(env.buffer[0]);
   free(env.buffer[1]);
}

static void folding_matches_the_machine(void **unused)
{
   isa_rig *rig = isa_rig_open(1);
   unsigned count = 0;
   for (unsigned op = 0; op < IR_OP_COUNT; op++) {
      uint32_t result;
      if (ir_op_nsrc((enum ir_op)op) > 0 && fold_const(op, (uint32_t[]){0, 0, 0}, &result)) {
         check_op(rig, op);
         count++;
      }
   }
   assert_true(count > 60);
   isa_rig_close(rig);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(folding_matches_the_machine)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
