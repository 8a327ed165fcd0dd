/* How fast the interpreter is on one host core, level by level: lane operations per second of small loops
 * that are typical of shaders. `bench_interp [seconds per measurement]`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/core.h"
#include "core/wave.h"

static double now(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct bench {
   const char *name, *body;
   unsigned operations; /* vector instructions in the body */
} bench;

static const bench benches[] = {
    {"f32 fma, registers",
     "v_fma_f32.nd v4, v1, v2, v4\n v_fma_f32.nd v5, v1, v2, v5\n v_fma_f32.nd v6, v1, v2, v6\n v_fma_f32.nd "
     "v7, v1, v2, v7\n"
     "v_fma_f32.nd v8, v1, v2, v8\n v_fma_f32.nd v9, v1, v2, v9\n v_fma_f32.nd v10, v1, v2, v10\n "
     "v_fma_f32.nd v11, v1, v2, v11\n",
     8},
    {"f32 fma, scalar and constant",
     "v_fma_f32.nd v4, v4, s4, 0.5\n v_fma_f32.nd v5, v5, s4, 0.5\n v_fma_f32.nd v6, v6, s4, 0.5\n "
     "v_fma_f32.nd v7, v7, s4, 0.5\n"
     "v_fma_f32.nd v8, v8, s4, 0.5\n v_fma_f32.nd v9, v9, s4, 0.5\n v_fma_f32.nd v10, v10, s4, 0.5\n "
     "v_fma_f32.nd v11, v11, s4, 0.5\n",
     8},
    {"f32 fma, negated source",
     "v_fma_f32 v4, -v1, v2, v4\n v_fma_f32 v5, -v1, v2, v5\n v_fma_f32 v6, -v1, v2, v6\n v_fma_f32 v7, -v1, "
     "v2, v7\n",
     4},
    {"f32 add mul min max",
     "v_add_f32 v4, v1, v2\n v_mul_f32 v5, v1, v2\n v_min_f32 v6, v1, v2\n v_max_f32 v7, v1, v2\n", 4},
    {"integer add and xor shl",
     "v_add_u32 v4, v1, v2\n v_and v5, v1, v2\n v_xor v6, v1, v2\n v_shl v7, v1, 3\n", 4},
    {"compare and select",
     "v_cmp_lt_f32 s6, v1, v2\n v_sel v4, v1, v2, s6\n v_cmp_lt_i32 s7, v1, v2\n v_sel v5, v1, v2, s7\n", 4},
    {"exp2 log2", "v_exp2_f32 v4, v1\n v_log2_f32 v5, v2\n", 2},
    {"sin cos", "v_sin_f32 v4, v1\n v_cos_f32 v5, v2\n", 2},
    {"div sqrt", "v_div_f32 v4, v1, v2\n v_sqrt_f32 v5, v2\n", 2},
    {"LDS store load, run", "l_store_x1 v3, v1\n l_load_x1 v4, v3\n", 2},
};

static emu_core_ctx ctx __attribute__((aligned(128)));
static emu_tlb tlb;

static void measure(const emu_interp *interp, const emu_profile *profile, const bench *b, double seconds)
{
   char text[4096], err[256];
   size_t count;
   snprintf(text, sizeof text,
            "s_mov s0, 1024\n v_lane_id v3\n v_shl v3, v3, 2\n v_mov v1, 0.5\n v_mov v2, 2.0\n"
            "loop:\n%s s_sub s0, s0, 1\n s_brnz s0, loop\n s_endpgm\n",
            b->body);
   uint64_t *words = isa_assemble(text, &count, err, sizeof err);
   if (!words) {
      fprintf(stderr, "%s: %s\n", b->name, err);
      exit(1);
   }
   emu_program *program = emu_program_decode(interp, profile, words, count, 16, 16);
   emu_launch launch = {.program = program, .size = {32, 1, 1}, .grid = {1, 1, 1}, .lds_B = 256};
   emu_launch_prepare(&launch);
   emu_group *g = emu_group_create(&launch);
   atomic_bool kill = false;
   ctx.tlb = &tlb;
   ctx.segments = calloc(program->segment_count, sizeof *ctx.segments);
   double start = now(), end;
   uint64_t runs = 0;
   do {
      emu_group_start(g, &launch, 0);
      while (emu_group_turn(g, &launch, interp, &ctx, &kill) != EMU_TURN_DONE) {
      }
      runs++;
      end = now();
   } while (end - start < seconds);
   double operations = (double)runs * 1024 * b->operations;
   printf("  %-30s %7.2f G lane-operations/s %7.2f ns per instruction\n", b->name,
          operations * ISA_WAVE_LANES / (end - start) * 1e-9, (end - start) / operations * 1e9);
   free(ctx.segments);
   emu_group_destroy(g);
   emu_launch_release(&launch);
   emu_program_destroy(program);
   free(words);
}

int main(int argc, char **argv)
{
   static const enum emu_isa_level levels[] = {EMU_ISA_V2, EMU_ISA_V3, EMU_ISA_V4};
   double seconds = argc > 1 ? atof(argv[1]) : 0.2;
   emu_profile profile;
   char err[256];
   if (!emu_profile_load("fg1", &profile, err, sizeof err)) {
      fprintf(stderr, "%s\n", err);
      return 1;
   }
   for (unsigned i = 0; i < 3; i++) {
      const emu_interp *interp = emu_interp_select(levels[i]);
      if (!interp)
         continue;
      printf("%s\n", interp->name);
      for (size_t k = 0; k < sizeof benches / sizeof benches[0]; k++)
         measure(interp, &profile, &benches[k], seconds);
   }
   return 0;
}
