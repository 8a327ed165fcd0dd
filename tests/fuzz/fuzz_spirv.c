/* The whole compiler on any words. The input is a module; bits of its generator word, which nothing else reads, choose
 * the pipeline layout, the register limits and the stage. A module is refused with a message or gives a program of defined
 * instructions within the limits. spirv_mutate.c changes modules by instruction. */
#include "fuzz.h"
#include "isa.h"
#include "../compiler/spirv_layout.h"

#define MAX_INPUT_B 16384u
#define MAX_MEMORY_B (64u << 20)
#define MAX_LDS_B 65536u
#define MAX_SCRATCH_B 65536u

/* The layouts that the compiler's test shaders expect, and variations. */
static const sc_binding dynamic[] = {
   {0, 0, SC_BINDING_STORAGE_BUFFER, 1, true, 0}, {0, 1, SC_BINDING_STORAGE_BUFFER, 1, true, 1},
   {0, 2, SC_BINDING_STORAGE_BUFFER, 1, true, 2}, {0, 3, SC_BINDING_STORAGE_BUFFER, 1, false, 0},
   {0, 4, SC_BINDING_STORAGE_BUFFER, 2, true, 3}, {1, 0, SC_BINDING_UNIFORM_BUFFER, 1, true, 5},
   {1, 1, SC_BINDING_UNIFORM_BUFFER, 2, true, 6},
};
static const sc_binding arrays[] = {
   {0, 0, SC_BINDING_STORAGE_BUFFER, 1000, false, 0}, {0, 1, SC_BINDING_UNIFORM_BUFFER, 3, false, 16000},
   {0, 4, SC_BINDING_STORAGE_BUFFER, 2, false, 16048}, {7, 4000000000u, SC_BINDING_STORAGE_BUFFER, 1, false, 0},
};
static const struct {
   const sc_binding *bindings;
   size_t count;
} layouts[] = {{fixture_bindings, 7}, {dynamic, 7}, {arrays, 4}, {NULL, 0}},
  image_layout = {fixture_image_bindings, sizeof fixture_image_bindings / sizeof *fixture_image_bindings};

static const sc_spec_entry spec[] = {{0, 4, 6}, {2, 4, 1}, {10, 4, 8}, {11, 4, 2}, {12, 8, ~UINT64_C(0)}, {13, 1, 200}};

/* What the driver writes into registers. */
static void check_stage(const sc_stage_info *s)
{
   fuzz_check(s->xfb_count <= SC_XFB_MAX && s->streams < 16);
   fuzz_check(s->domain <= SC_DOMAIN_ISOLINES && s->spacing <= SC_SPACING_ODD && s->output_primitive <= SC_OUTPUT_TRIANGLES);
   for (uint32_t i = 0; i < s->xfb_count; i++)
      fuzz_check(s->xfb[i].dword < 144 && s->xfb[i].buffer < SC_XFB_BUFFERS && s->xfb[i].stream < 4 &&
                 s->xfb[i].offset_B % 4 == 0 && s->xfb[i].offset_B < SC_XFB_STRIDE_MAX_B);
   for (uint32_t b = 0; b < SC_XFB_BUFFERS; b++)
      fuzz_check(s->xfb_stride_B[b] % 4 == 0 && s->xfb_stride_B[b] <= SC_XFB_STRIDE_MAX_B);
}

static void check_program(const sc_program *p, const sc_input *in)
{
   fuzz_check(p->words && p->word_count);
   /* Vertex attributes come in registers of their own, whatever the limit. */
   uint32_t attributes = in->stage == SC_STAGE_VERTEX ? SC_ATTRIBUTE_REG(4 * 32) : 0;
   fuzz_check(!in->max_vregs || p->vregs <= in->max_vregs || p->vregs <= attributes);
   fuzz_check(p->vregs <= 256);
   fuzz_check(p->lds_B <= MAX_LDS_B && p->scratch_B <= MAX_SCRATCH_B);
   fuzz_check((p->stage != NULL) == (in->stage != SC_STAGE_COMPUTE));
   if (p->stage)
      check_stage(p->stage);
   fuzz_check((uint64_t)p->group_size[0] * p->group_size[1] * p->group_size[2] - 1 < 1024);
   for (size_t i = 0; i < p->word_count;) {
      isa_inst inst;
      unsigned used = 0;
      fuzz_check(isa_decode(p->words + i, p->word_count - i, &inst, &used) == ISA_OK);
      i += used;
   }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
   return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
   size_t count = (size < MAX_INPUT_B ? size : MAX_INPUT_B) / 4;
   uint32_t *words = malloc(count ? count * 4 : 1);
   fuzz_check(words);
   memcpy(words, data, count * 4);
   uint32_t choice = count > 2 ? words[2] : 0;
   sc_input in = {
      .stage = (choice >> 6 & 7) % SC_STAGE_COUNT,
      .words = words,
      .word_count = count,
      .entry = "main",
      .bindings = choice & 32 ? image_layout.bindings : layouts[choice & 3].bindings,
      .binding_count = choice & 32 ? image_layout.count : layouts[choice & 3].count,
      .spec = spec,
      .spec_count = choice & 4 ? sizeof spec / sizeof *spec : 0,
      .max_group_invocations = 1024,
      .max_group_size = {1024, 1024, 64},
      .max_lds_B = MAX_LDS_B,
      .max_scratch_B = MAX_SCRATCH_B,
      .max_vregs = choice & 8 ? 16 : 0,
      .max_sregs = choice & 16 ? 24 : 0,
      .max_memory_B = MAX_MEMORY_B,
   };
   sc_program program;
   char err[256] = "";
   sc_result r = sc_compile(&in, &program, err, sizeof err);
   if (getenv("FUZZ_VERBOSE"))
      fprintf(stderr, "%d %s\n", r, err);
   if (r == SC_OK) {
      check_program(&program, &in);
      sc_program_finish(&program);
   } else {
      fuzz_check(err[0] && memchr(err, 0, sizeof err) && !program.words);
   }
   free(words);
   return 0;
}
