/* Compilation under failing allocations: whichever one fails, sc_compile says so, leaks nothing it can be
 * blamed for and does not crash. Built with malloc, calloc and realloc wrapped by the linker.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "spirv_fixture.h"

static long countdown = -1; /* allocations until one fails; negative: none does */
static long live;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);

static bool fails(void)
{
   return countdown >= 0 && countdown-- == 0;
}

static void *counted(void *p)
{
   live += p != NULL;
   return p;
}

void *__wrap_malloc(size_t size) { return fails() ? NULL : counted(__real_malloc(size)); }
void *__wrap_calloc(size_t n, size_t size) { return fails() ? NULL : counted(__real_calloc(n, size)); }
void *__wrap_realloc(void *p, size_t size)
{
   if (fails())
      return NULL;
   live += p == NULL;
   return __real_realloc(p, size);
}
void __wrap_free(void *p)
{
   live -= p != NULL;
   __real_free(p);
}

static long allocations_of(const sc_input *in)
{
   sc_program p;
   char err[256];
   countdown = 1000000;
   assert_int_equal(sc_compile(in, &p, err, sizeof err), SC_OK);
   long used = 1000000 - countdown;
   countdown = -1;
   sc_program_finish(&p);
   return used;
}

static void fail_each(const sc_input *in, const char *name)
{
   long total = allocations_of(in), step = total > 900 ? total / 300 : 1;
   for (long n = 0; n < total; n += n < 300 ? 1 : step) {
      sc_program p;
      char err[256];
      long before = live;
      countdown = n;
      sc_result r = sc_compile(in, &p, err, sizeof err);
      bool happened = countdown < 0;
      countdown = -1;
      if (r == SC_OK)
         sc_program_finish(&p);
      if (happened && r != SC_OK && r != SC_E_NO_MEMORY)
         fail_msg("%s: allocation %ld failed, and the result was %d: %s", name, n, r, err);
      if (live != before)
         fail_msg("%s: allocation %ld failed, %ld blocks leaked", name, n, live - before);
   }
}

static void every_allocation(void **state)
{
   static const char *const names[] = {"flow_loops.comp", "buffers.comp", "shared_memory.comp"};
   for (unsigned i = 0; i < 3; i++) {
      struct fixture_module m;
      assert_true(fixture_compile(names[i], "--target-env vulkan1.1", &m));
      sc_input in = fixture_input(&m);
      in.max_vregs = i == 0 ? 16 : 0; /* through the spilling code as well */
      in.max_sregs = i == 0 ? 16 : 0;
      fail_each(&in, names[i]);
      free(m.words);
   }
}

/* The limit on IR memory works like a failing allocation. */
static void memory_limit(void **state)
{
   struct fixture_module m;
   assert_true(fixture_compile("flow_loops.comp", "--target-env vulkan1.1", &m));
   sc_input in = fixture_input(&m);
   bool failed = false, passed = false;
   for (size_t limit = 65536; limit < (size_t)16 << 20 && !passed; limit += 65536) {
      sc_program p;
      char err[256] = "";
      in.max_memory_B = limit;
      sc_result r = sc_compile(&in, &p, err, sizeof err);
      if (r != SC_OK && ((r != SC_E_NO_MEMORY && r != SC_E_LIMIT) || !err[0]))
         fail_msg("limit %zu: result %d, \"%s\"", limit, r, err);
      failed = failed || r != SC_OK;
      passed = r == SC_OK;
      sc_program_finish(&p);
   }
   assert_true(failed && passed);
   free(m.words);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation), cmocka_unit_test(memory_limit)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
