/* Damaged SPIR-V: flipped bits, replaced and moved words, truncation. Every module gives either an error with
 * a message or IR that obeys all invariants; never a crash, a hang or an absurd amount of memory. Seeds are
 * fixed. FIGMENT_FUZZ_ROUNDS sets the number of damaged modules per shader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ir.h"
#include "spirv_fixture.h"

static uint64_t seed;

static uint32_t random_u32(void)
{
   seed ^= seed << 13;
   seed ^= seed >> 7;
   seed ^= seed << 17;
   return (uint32_t)(seed >> 16);
}

static uint32_t below(size_t n)
{
   return (uint32_t)(random_u32() % n);
}

/* Start of a random instruction, by walking from a random word that begins one. */
static size_t random_instruction(const struct fixture_module *m)
{
   size_t word = 5, target = 5 + below(m->count - 5);
   while (word < m->count) {
      size_t next = word + (m->words[word] >> 16);
      if (next > target || next == word)
         break;
      word = next;
   }
   return word < m->count ? word : 5;
}

static void damage(struct fixture_module *m)
{
   size_t at = random_instruction(m), words = m->words[at] >> 16;
   size_t inside = at + (words ? below(words) : 0);
   if (inside >= m->count)
      inside = at;
   switch (below(8)) {
   case 0: m->words[below(m->count)] ^= 1u << below(32); break;
   case 1: m->words[inside] ^= 1u << below(32); break;
   case 2: m->words[inside] = random_u32(); break;
   case 3: m->words[inside] = below(m->words[3] ? m->words[3] : 1); break;             /* some other id */
   case 4: m->words[inside] += below(5) - 2; break;
   case 5: m->words[inside] = m->words[below(m->count)]; break;
   case 6: m->words[at] = (m->words[at] & 0xffff0000u) | below(420); break;             /* another opcode */
   default: m->count -= below(m->count - 5); break; /* leaves at least one word behind the header */
   }
}

static bool with_images;
static uint32_t stage;

static void check(const struct fixture_module *m)
{
   sc_input in = with_images ? fixture_image_input(m) : fixture_input(m);
   char err[256];
   ir_shader *s;
   in.stage = stage;
   int rc = spirv_to_ir(&in, &s, err, sizeof err);
   if (rc != SC_OK) {
      assert_null(s);
      assert_true(err[0]);
      return;
   }
   assert_true(ir_validate(s, "spirv_to_ir"));
   opt_mem2reg(s);
   assert_true(ir_validate(s, "opt_mem2reg"));
   ir_shader_destroy(s);
}

static unsigned rounds(void)
{
   const char *text = getenv("FIGMENT_FUZZ_ROUNDS");
   return text ? (unsigned)strtoul(text, NULL, 10) : 400;
}

static void fuzz_shader(const char *name, const char *flags, uint64_t first_seed)
{
   struct fixture_module original;
   if (!fixture_compile(name, flags, &original))
      fail_msg("%s cannot be compiled to SPIR-V", name);
   check(&original);
   for (unsigned k = 0; k < rounds(); k++) {
      struct fixture_module m = {.count = original.count};
      m.words = malloc(original.count * 4);
      memcpy(m.words, original.words, original.count * 4);
      seed = (first_seed + k) * UINT64_C(0x9e3779b97f4a7c15) + 1;
      for (unsigned n = 1 + below(4); n; n--)
         damage(&m);
      m.words = realloc(m.words, m.count * 4); /* so that reading past the end is seen */
      check(&m);
      free(m.words);
   }
   free(original.words);
}

static const char *const shaders[] = {
    "flow_deep.comp", "flow_switch.comp",    "layouts.comp", "arrays.comp",   "functions.comp",
    "atomics.comp",   "spec_constants.comp", "buffers.comp", "matrices.comp", "private_globals.comp"};

static void plain(void **state)
{
   for (unsigned k = 0; k < sizeof shaders / sizeof *shaders; k++)
      fuzz_shader(shaders[k], "--target-env vulkan1.1", 1000 * k);
}

static void optimised(void **state)
{
   for (unsigned k = 0; k < sizeof shaders / sizeof *shaders; k++)
      fuzz_shader(shaders[k], "-Os --target-env vulkan1.2", 500000 + 1000 * k);
}

static void images(void **state)
{
   static const char *const names[] = {"atomics.comp", "divergent.comp", "load_store.comp", "query.comp", "sample.comp",
                                       "texel_buffer.comp"};
   with_images = true;
   for (unsigned k = 0; k < sizeof names / sizeof *names; k++) {
      char path[64];
      snprintf(path, sizeof path, "../glsl_image/%s", names[k]);
      fuzz_shader(path, "--target-env vulkan1.1", 900000 + 1000 * k);
   }
   with_images = false;
}

/* The shaders of every graphics stage. */
static void stages(void **state)
{
   static const struct {
      const char *name;
      enum sc_stage stage;
   } all[] = {{"all.vert", SC_STAGE_VERTEX},  {"all.tesc", SC_STAGE_TESS_CONTROL}, {"all.tese", SC_STAGE_TESS_EVAL},
              {"all.geom", SC_STAGE_GEOMETRY}, {"all.frag", SC_STAGE_FRAGMENT},     {"corners.frag", SC_STAGE_FRAGMENT}};
   with_images = true;
   for (unsigned k = 0; k < sizeof all / sizeof *all; k++) {
      char path[64];
      snprintf(path, sizeof path, "../glsl_stage/%s", all[k].name);
      stage = all[k].stage;
      fuzz_shader(path, k & 1 ? "-Os --target-env vulkan1.2" : "--target-env vulkan1.2", 2000000 + 1000 * k);
   }
   with_images = false;
   stage = SC_STAGE_COMPUTE;
}

/* Headers and sizes that no generator writes. */
static void headers(void **state)
{
   static const uint32_t cases[][6] = {
      {0}, {0x07230203}, {0x07230203, 0x10000, 0, 0xffffffff, 0, 0}, {0x07230203, 0x10000, 0, 0, 0, 0x10000},
      {0x03022307, 0x10000, 0, 10, 0, 0x10000}, {0x07230203, 0x20000, 0, 10, 0, 0x10000},
      {0x07230203, 0x10000, 0, 10, 0, 0}, {0x07230203, 0x10000, 0, 10, 0, 0xffff0000},
   };
   for (unsigned k = 0; k < sizeof cases / sizeof *cases; k++)
      for (size_t n = 0; n <= 6; n++) {
         uint32_t words[6];
         memcpy(words, cases[k], sizeof words);
         struct fixture_module m = {words, n};
         sc_input in = fixture_input(&m);
         char err[128];
         ir_shader *s;
         assert_int_not_equal(spirv_to_ir(&in, &s, err, sizeof err), SC_OK);
         assert_true(err[0]);
         assert_int_not_equal(spirv_to_ir(&in, &s, NULL, 0), SC_OK);
      }
}

int main(void)
{
   const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers),
      cmocka_unit_test(plain),
      cmocka_unit_test(optimised),
      cmocka_unit_test(images),
      cmocka_unit_test(stages),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
