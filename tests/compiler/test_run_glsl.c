/* The self-checking shaders of glsl/ on the machine, with all registers and with so few that nearly
 * everything spills. Their checks must hold, and as many must have been made as the reference evaluator makes
 * on the IR as read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "run_isa.h"
#include "spirv_fixture.h"

static const uint32_t sizes_B[9] = {65536, 4096, 65536, 65536, 4096, 4096, 4096, 4096, 4096};

static void make_memory(eval_env *env)
{
   *env = (eval_env){.grid = {3, 2, 1}, .budget = 8u << 20};
   for (unsigned i = 0; i < 64; i++)
      env->push[i] = 100 + i;
   for (unsigned i = 0; i < 9; i++) {
      env->size_B[i] = sizes_B[i];
      env->buffer[i] = calloc(1, sizes_B[i]);
      assert_non_null(env->buffer[i]);
      for (uint32_t k = 0; (i == 1 || i >= 6) && k < sizes_B[i] / 4; k++)
         env->buffer[i][k] = k;
   }
}

static void free_memory(eval_env *env)
{
   for (unsigned i = 0; i < EVAL_BUFFERS; i++)
      free(env->buffer[i]);
}

static uint32_t checks_of(const char *name, const char *where, const eval_env *env)
{
   const uint32_t *head = env->buffer[0];
   if (head[0] || !head[1])
      fail_msg("%s %s: %u of %u checks failed, the last in line %u", name, where, head[0], head[1], head[2]);
   return head[1];
}

static uint32_t reference_checks(const char *name, const sc_input *in)
{
   char err[256] = "";
   eval_env env;
   ir_shader *s;
   if (spirv_to_ir(in, &s, err, sizeof err) != SC_OK)
      fail_msg("%s: %s", name, err);
   make_memory(&env);
   assert_true(oracle_run(s, &env));
   uint32_t checks = checks_of(name, "on the evaluator", &env);
   free_memory(&env);
   ir_shader_destroy(s);
   return checks;
}

static void run_with(isa_rig *rig, const char *name, sc_input in, uint32_t vregs, uint32_t sregs,
                     uint32_t want)
{
   char err[256] = "", where[64];
   sc_program p;
   eval_env env;
   in.max_vregs = vregs;
   in.max_sregs = sregs;
   if (sc_compile(&in, &p, err, sizeof err) != SC_OK)
      fail_msg("%s: %s", name, err);
   snprintf(where, sizeof where, "on the machine with %u vregs, %u sregs", p.vregs, p.sregs);
   make_memory(&env);
   const char *why = isa_run(rig, &p, &in, &env);
   if (why)
      fail_msg("%s %s: %s", name, where, why);
   assert_int_equal(checks_of(name, where, &env), want);
   free_memory(&env);
   sc_program_finish(&p);
}

static void shaders(void **state)
{
   DIR *dir = opendir(FIXTURE_GLSL_DIR);
   isa_rig *rig = isa_rig_open(2);
   unsigned count = 0;
   assert_non_null(dir);
   for (struct dirent *e; (e = readdir(dir));) {
      struct fixture_module m;
      if (!fixture_is_shader(e->d_name))
         continue;
      if (!fixture_compile(e->d_name, fixture_is_assembly(e->d_name) ? "" : "--target-env vulkan1.1", &m))
         fail_msg("%s does not compile", e->d_name);
      sc_input in = fixture_input(&m);
      uint32_t want = reference_checks(e->d_name, &in);
      run_with(rig, e->d_name, in, 0, 0, want);
      run_with(rig, e->d_name, in, 16, 16, want);
      run_with(rig, e->d_name, in, 20, 128, want);
      free(m.words);
      count++;
   }
   closedir(dir);
   isa_rig_close(rig);
   assert_true(count > 10);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(shaders)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
