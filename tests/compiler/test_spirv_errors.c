/* Modules that must be refused. The first line of each file in glsl_bad/ says with which result code and what
 * the message must contain; "none" means that the module must be accepted. Names that begin with image_ have the layout
 * of the shaders in glsl_image/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "ir.h"
#include "spirv_fixture.h"

#define BAD_DIR "../glsl_bad" /* seen from glsl/ */

static const char *const codes[] = {[SC_OK] = "none",
                                    [SC_E_INVALID] = "invalid",
                                    [SC_E_UNSUPPORTED] = "unsupported",
                                    [SC_E_NO_MEMORY] = "memory",
                                    [SC_E_LIMIT] = "limit"};

static void expectation(const char *path, char *code, char *text)
{
   char line[512];
   FILE *f = fopen(path, "r");
   assert_non_null(f);
   assert_non_null(fgets(line, sizeof line, f));
   fclose(f);
   code[0] = text[0] = 0;
   assert_true(sscanf(line, "%*s error: %63[a-z]: %255[^\n]", code, text) >= 1);
}

static void refused(void **state)
{
   const char *name = *state;
   char path[1400], code[64], text[256], relative[300], err[256] = "";
   struct fixture_module m = {0};
   ir_shader *s = NULL;
   snprintf(relative, sizeof relative, BAD_DIR "/%s", name);
   snprintf(path, sizeof path, "%s/%s", FIXTURE_GLSL_DIR, relative);
   expectation(path, code, text);
   const char *flags = fixture_is_assembly(name) ? "--target-env spv1.5" : "--target-env vulkan1.1";
   if (!fixture_compile(relative, flags, &m))
      fail_msg("%s cannot be compiled to SPIR-V", name);
   sc_input in = strncmp(name, "image_", 6) ? fixture_input(&m) : fixture_image_input(&m);
   int rc = spirv_to_ir(&in, &s, err, sizeof err);
   assert_true((rc == SC_OK) == (s != NULL));
   ir_shader_destroy(s);
   free(m.words);
   assert_string_equal(codes[rc], code);
   if (!strstr(err, text))
      fail_msg("message \"%s\" lacks \"%s\"", err, text);
}

int main(void)
{
   struct CMUnitTest tests[128];
   size_t count = 0;
   char path[1100];
   snprintf(path, sizeof path, "%s/" BAD_DIR, FIXTURE_GLSL_DIR);
   DIR *d = opendir(path);
   for (struct dirent *e; d && (e = readdir(d)) && count < 128;) {
      if (!fixture_is_shader(e->d_name))
         continue;
      char *name = strdup(e->d_name);
      tests[count++] = (struct CMUnitTest){.name = name, .test_func = refused, .initial_state = name};
   }
   if (d)
      closedir(d);
   if (!count) {
      fprintf(stderr, "no modules in %s\n", path);
      return 1;
   }
   int failures = _cmocka_run_group_tests("refused modules", tests, count, NULL, NULL);
   for (size_t k = 0; k < count; k++)
      free((char *)tests[k].name);
   return failures;
}
