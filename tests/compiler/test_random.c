/* Random shaders: the reference evaluator on the IR as built, after every pass, and the machine on the final
 * program must all leave the same memory. Register limits are drawn too, down to where nearly everything
 * spills.
 *
 * Arguments: [first seed] [count] [statements] for longer or shorter ones by hand; FIGMENT_SC=ir-all,mach,isa
 * helps with a failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "random_shader.h"
#include "run_isa.h"

static uint32_t first_seed = 1, seed_count = 400, statements;

struct run {
   random_options options;
   sc_input input;
   eval_env reference;
   ir_shader *s;
   isa_rig *rig;
   char what[96];
};

static void compare(struct run *r, const eval_env *got)
{
   for (unsigned i = 0; i < EVAL_BUFFERS; i++) {
      for (uint32_t k = 0; k < got->size_B[i] / 4; k++) {
         if (got->buffer[i][k] == r->reference.buffer[i][k])
            continue;
         fail_msg("seed %u, %s: buffer %u word %u (invocation %u, output %u) is 0x%x instead of 0x%x",
                  r->options.seed, r->what, i, k, k / RANDOM_OUTPUTS, k % RANDOM_OUTPUTS, got->buffer[i][k],
                  r->reference.buffer[i][k]);
      }
   }
}

static void evaluate(struct run *r, const char *after)
{
   eval_env env;
   snprintf(r->what, sizeof r->what, "after %s", after);
   if (!ir_validate(r->s, after))
      fail_msg("seed %u: invalid after %s", r->options.seed, after);
   assert_true(random_memory(&env, &r->options));
   if (!oracle_run(r->s, &env))
      fail_msg("seed %u: evaluation failed after %s", r->options.seed, after);
   compare(r, &env);
   random_memory_free(&env);
}

#define PASS(r, pass)                                                                                        \
   do {                                                                                                      \
      pass((r)->s);                                                                                          \
      evaluate(r, #pass);                                                                                    \
   } while (0)

static void optimise(struct run *r)
{
   PASS(r, opt_mem2reg);
   if (r->options.seed % 5 == 0)
      return; /* the back end must cope with anything valid */
   for (unsigned round = 0; round < 2; round++) {
      PASS(r, opt_fold);
      PASS(r, opt_cse);
      PASS(r, opt_dce);
      PASS(r, opt_if);
   }
   PASS(r, opt_memory);
   PASS(r, opt_licm);
   if (r->options.seed % 7 == 0) { /* contraction changes results: a new reference */
      opt_fma(r->s);
      random_memory_free(&r->reference);
      assert_true(random_memory(&r->reference, &r->options));
      assert_true(oracle_run(r->s, &r->reference));
   }
   sc_optimise(r->s, false);
   evaluate(r, "sc_optimise");
}

static void execute(struct run *r)
{
   sc_program p = {0};
   char err[256] = "";
   eval_env env;
   int result = ir_to_isa(r->s, &p, err, sizeof err);
   if (result != SC_OK)
      fail_msg("seed %u: ir_to_isa: %d %s", r->options.seed, result, err);
   assert_true(p.vregs <= (r->input.max_vregs ? r->input.max_vregs : 256));
   snprintf(r->what, sizeof r->what, "on the machine, %u vregs %u sregs, %u spills", p.vregs, p.sregs,
            p.stats.spills);
   assert_true(random_memory(&env, &r->options));
   const char *why = isa_run(r->rig, &p, &r->input, &env);
   if (why)
      fail_msg("seed %u, %s: %s", r->options.seed, r->what, why);
   compare(r, &env);
   random_memory_free(&env);
   sc_program_finish(&p);
}

static void one_seed(isa_rig *rig, uint32_t seed)
{
   static const uint16_t vregs[] = {0, 0, 16, 18, 24, 32, 48}, sregs[] = {0, 0, 0, 16, 24, 32};
   struct run r = {.rig = rig};
   r.options = (random_options){.seed = seed,
                                .statements = 20 + seed * 7 % 240,
                                .variables = 3 + seed % 14,
                                .live = seed * 3 % 40,
                                .max_depth = 2 + seed % 5,
                                .floats = seed % 3 != 0,
                                .across = seed % 2 != 0};
   if (statements)
      r.options.statements = statements;
   random_input(&r.input, &r.options);
   r.input.max_vregs = vregs[seed % 7];
   r.input.max_sregs = sregs[seed / 2 % 6];
   assert_true(random_memory(&r.reference, &r.options));
   r.s = random_shader(&r.input, &r.options);
   assert_non_null(r.s);
   ir_validate(r.s, "generator");
   if (!oracle_run(r.s, &r.reference))
      fail_msg("seed %u: evaluation of the original failed", seed);
   optimise(&r);
   execute(&r);
   random_memory_free(&r.reference);
   ir_shader_destroy(r.s);
}

static void random_shaders(void **state)
{
   isa_rig *rig = isa_rig_open(1);
   assert_non_null(rig);
   for (uint32_t i = 0; i < seed_count; i++)
      one_seed(rig, first_seed + i);
   isa_rig_close(rig);
}

int main(int argc, char **argv)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(random_shaders)};
   if (argc > 1)
      first_seed = (uint32_t)strtoul(argv[1], NULL, 0);
   if (argc > 2)
      seed_count = (uint32_t)strtoul(argv[2], NULL, 0);
   if (argc > 3)
      statements = (uint32_t)strtoul(argv[3], NULL, 0);
   return cmocka_run_group_tests(tests, NULL, NULL);
}
