/* Every shader of glsl/ through glslang, the SPIR-V reader and the IR evaluator: all self-checks hold, before
 * and after mem2reg, for plain, optimised and debug modules and for several versions of SPIR-V.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "ir_eval.h"
#include "spirv_fixture.h"

static struct memory {
   uint8_t results[65536], two[65536], three[65536], four[2][4096];
   uint32_t input[1024];
} mem;

static struct eval_buffer get_buffer(void *user, uint32_t binding, uint32_t element)
{
   switch (binding) {
   case 0: return (struct eval_buffer){mem.results, sizeof mem.results};
   case 1: return (struct eval_buffer){(uint8_t *)mem.input, sizeof mem.input};
   case 2: return (struct eval_buffer){mem.two, sizeof mem.two};
   case 3: return (struct eval_buffer){mem.three, sizeof mem.three};
   case 4: return (struct eval_buffer){mem.four[element & 1], sizeof mem.four[0]};
   default: return (struct eval_buffer){(uint8_t *)mem.input, sizeof mem.input};
   }
}

static void run(ir_shader *s, const char *what)
{
   struct eval_env env = {.buffer = get_buffer, .groups = {3, 2, 1}};
   uint32_t head[3];
   memset(&mem, 0, sizeof mem);
   for (uint32_t k = 0; k < 1024; k++)
      mem.input[k] = k;
   for (uint32_t k = 0; k < SC_PUSH_MAX_B / 4; k++)
      memcpy(env.push + 4 * k, &(uint32_t){100 + k}, 4);
   if (!eval_dispatch(s, &env))
      fail_msg("%s: did not run to its end", what);
   memcpy(head, mem.results, sizeof head);
   if (head[0] || !head[1])
      fail_msg("%s: %u of %u checks failed, the last in line %u", what, head[0], head[1], head[2]);
}

static void check_module(const struct fixture_module *m, const char *what)
{
   sc_input in = fixture_input(m);
   char err[256];
   ir_shader *s;
   int rc = spirv_to_ir(&in, &s, err, sizeof err);
   if (rc != SC_OK)
      fail_msg("%s: %s", what, err);
   assert_true(ir_validate(s, "spirv_to_ir"));
   run(s, what);
   opt_mem2reg(s);
   assert_true(ir_validate(s, "opt_mem2reg"));
   run(s, what);
   ir_shader_destroy(s);
}

/* FIGMENT_TEST_LONG adds the rest. No -gVS: it makes glslang 12 read freed memory now and then, and crash.
 * glsl/debug_info.spvasm holds such a module instead. */
static const char *const variants[] = {
   "--target-env vulkan1.0", "-Os --target-env vulkan1.1", "-g --target-env vulkan1.3", NULL,
};
/* Subgroup operations begin with SPIR-V 1.3. None is optimised: spirv-opt joins a block that leaves a loop with the loop's
 * merge block, where more lanes are together. */
static const char *const subgroup_variants[] = {
   "--target-env vulkan1.1", "-g --target-env vulkan1.3", NULL,
};
static const char *const more_variants[] = {
    "--target-env vulkan1.1",
    "--target-env vulkan1.3",
    "-g --target-env vulkan1.2",
    "-Os --target-env vulkan1.3",
    NULL,
};

static bool is_subgroup(const char *name)
{
   return !strncmp(name, "subgroup", 8);
}

static void check_variants(const char *name, const char *const *flags)
{
   for (unsigned k = 0; flags[k]; k++) {
      struct fixture_module m = {0};
      char what[256];
      snprintf(what, sizeof what, "%s (%s)", name, flags[k]);
      if (!fixture_compile(name, flags[k], &m))
         fail_msg("%s: cannot be compiled to SPIR-V", what);
      check_module(&m, what);
      if (!k && !is_subgroup(name) && fixture_optimise(&m))
         check_module(&m, what);
      free(m.words);
   }
}

static void check_shader(void **state)
{
   static const char *const assembly[] = {"--target-env spv1.5", NULL};
   const char *name = *state;
   if (fixture_is_assembly(name)) {
      check_variants(name, assembly);
      return;
   }
   if (is_subgroup(name)) {
      check_variants(name, subgroup_variants);
      return;
   }
   check_variants(name, variants);
   if (getenv("FIGMENT_TEST_LONG"))
      check_variants(name, more_variants);
}

int main(void)
{
   struct CMUnitTest tests[128];
   size_t count = 0;
   DIR *d = opendir(FIXTURE_GLSL_DIR);
   for (struct dirent *e; d && (e = readdir(d)) && count < 128;) {
      if (!fixture_is_shader(e->d_name))
         continue;
      char *name = strdup(e->d_name);
      tests[count++] = (struct CMUnitTest){.name = name, .test_func = check_shader, .initial_state = name};
   }
   if (!count) {
      fprintf(stderr, "no shaders in %s\n", FIXTURE_GLSL_DIR);
      return 1;
   }
   closedir(d);
   return _cmocka_run_group_tests("spirv shaders", tests, count, NULL, NULL);
}
