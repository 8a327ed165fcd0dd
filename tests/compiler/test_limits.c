/* Large and hostile shaders: compile time, nesting, register demand, hardware limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "random_shader.h"
#include "sc.h"

static double seconds(void)
{
   struct timespec t;
   clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
   return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compile(ir_shader *s, sc_program *p, char *err, size_t size)
{
   sc_optimise(s, true);
   return s->too_deep ? SC_E_LIMIT : ir_to_isa(s, p, err, size);
}

static void large_shaders_compile_quickly(void **state)
{
   random_options o = {
       .seed = 3, .statements = 4000, .variables = 40, .live = 60, .max_depth = 6, .floats = true};
   sc_input in;
   random_input(&in, &o);
   for (unsigned k = 0; k < 3; k++) {
      sc_program p = {0};
      char err[256] = "";
      in.max_vregs = k == 1 ? 32 : 0;
      in.max_sregs = k == 2 ? 24 : 0;
      ir_shader *s = random_shader(&in, &o);
      double start = seconds();
      assert_int_equal(compile(s, &p, err, sizeof err), SC_OK);
      double used = seconds() - start;
      assert_true(p.stats.instructions > 4000);
      if (used > 5.0) /* far above what it takes even unoptimised; a quadratic step would show */
         fail_msg("%u instructions took %.2f s", p.stats.instructions, used);
      sc_program_finish(&p);
      ir_shader_destroy(s);
   }
}

static void nest(ir_builder *b, unsigned depth)
{
   ir_inst *c = ir_op2(b, IR_ult, ir_op0(b, IR_lane_id, 0), ir_const(b, depth));
   for (unsigned k = 0; k < depth; k++)
      ir_begin_if(b, c);
   ir_inst *zero = ir_const(b, 0);
   ir_inst *desc = ir_emit(b, IR_desc, IR_T_I32, 4, 0, 1, &zero), *src[3] = {desc, zero, zero};
   ir_emit(b, IR_buf_store, IR_T_NONE, 1, 0, 3, src);
}

static int compile_nested(unsigned depth)
{
   static const random_options o = {.seed = 1};
   sc_input in;
   sc_program p = {0};
   char err[256] = "";
   random_input(&in, &o);
   ir_shader *s = ir_shader_create(&in);
   ir_builder b = {.s = s, .block = ir_first_block(s)};
   nest(&b, depth);
   int result = compile(s, &p, err, sizeof err);
   sc_program_finish(&p);
   ir_shader_destroy(s);
   return result;
}

static void deep_nesting(void **state)
{
   assert_int_equal(compile_nested(120), SC_OK); /* more saved masks than scalar registers: spilled */
   assert_int_equal(compile_nested(IR_MAX_DEPTH - 1), SC_OK);
   assert_int_equal(compile_nested(IR_MAX_DEPTH + 1), SC_E_LIMIT);
   assert_int_equal(compile_nested(20000), SC_E_LIMIT);
}

/* 600 values alive at once, one basic block: spilled, and within the scratch limit or refused. */
static void register_demand(void **state)
{
   static const random_options o = {.seed = 1};
   for (unsigned k = 0; k < 2; k++) {
      sc_input in;
      sc_program p = {0};
      char err[256] = "";
      random_input(&in, &o);
      in.max_scratch_B = k ? 64 : 65536;
      ir_shader *s = ir_shader_create(&in);
      ir_builder b = {.s = s, .block = ir_first_block(s)};
      ir_inst *zero = ir_const(&b, 0), *value[600], *desc = ir_emit(&b, IR_desc, IR_T_I32, 4, 0, 1, &zero);
      ir_inst *src[3] = {desc, ir_op0(&b, IR_local_id, 0), NULL};
      for (unsigned n = 0; n < 600; n++)
         value[n] = ir_emit(&b, IR_buf_load, IR_T_I32, 1, 8 * n, 2, src);
      for (unsigned n = 0; n < 600; n++) {
         src[2] = ir_op2(&b, IR_umulh, value[n], value[599 - n]);
         ir_emit(&b, IR_buf_store, IR_T_NONE, 1, 8 * n, 3, src);
      }
      s->group_size[0] = 32;
      int result = compile(s, &p, err, sizeof err);
      if (k)
         assert_int_equal(result, SC_E_LIMIT);
      else
         assert_int_equal(result, SC_OK);
      assert_true(k ? err[0] != 0 : p.stats.spills > 0 && p.scratch_B > 0);
      sc_program_finish(&p);
      ir_shader_destroy(s);
   }
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(large_shaders_compile_quickly),
       cmocka_unit_test(deep_nesting),
       cmocka_unit_test(register_demand),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
