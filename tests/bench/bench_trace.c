/* What writing traces costs the interpreter: nanoseconds of a loop's turn without and with, both in turns, the least of each counts.
 * `bench_trace [milliseconds per measurement]`. */
#include "../emu/core_rig.h"
#include "formats.h"
#include "image.h"

static double now(void)
{
   struct timespec t;
   clock_gettime(CLOCK_MONOTONIC, &t);
   return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static const struct {
   const char *name, *body;
} loops[] = {
   {"8 fma", "v_fma_f32.nd v4, v1, v2, v4\n v_fma_f32.nd v5, v1, v2, v5\n v_fma_f32.nd v6, v1, v2, v6\n v_fma_f32.nd v7, v1, v2, v7\n"
             "v_fma_f32.nd v8, v1, v2, v8\n v_fma_f32.nd v9, v1, v2, v9\n v_fma_f32.nd v10, v1, v2, v10\n v_fma_f32.nd v11, v1, v2, v11\n"},
   {"load, fma, store, side by side", "b_load_x1 v4, s[0:3], v20\n v_fma_f32.nd v4, v1, v2, v4\n b_store_x1 s[0:3], v20, v4\n"},
   {"8 fma, load x4", "v_fma_f32.nd v4, v1, v2, v4\n v_fma_f32.nd v5, v1, v2, v5\n v_fma_f32.nd v6, v1, v2, v6\n v_fma_f32.nd v7, v1, v2, v7\n"
                      "v_fma_f32.nd v8, v1, v2, v8\n v_fma_f32.nd v9, v1, v2, v9\n v_fma_f32.nd v10, v1, v2, v10\n v_fma_f32.nd v11, v1, v2, v11\n"
                      "b_load_x4 v[12:15], s[0:3], v23\n"},
   {"load, one address", "b_load_x1 v4, s[0:3], v19\n v_fma_f32.nd v4, v1, v2, v4\n"},
   {"load, every other dword", "b_load_x1 v4, s[0:3], v21\n v_fma_f32.nd v4, v1, v2, v4\n"},
   {"load x4, every other 16 bytes", "b_load_x4 v[4:7], s[0:3], v24\n v_fma_f32.nd v4, v1, v2, v4\n"},
   {"load, lines of their own", "b_load_x1 v4, s[0:3], v22\n v_fma_f32.nd v4, v1, v2, v4\n"},
   {"load, anywhere in 32 KiB", "b_load_x1 v4, s[0:3], v25\n v_fma_f32.nd v4, v1, v2, v4\n"},
   {"load, one lane", "s_mov s31, exec\n s_mov exec, 64\n b_load_x1 v4, s[0:3], v25\n s_mov exec, s31\n"},
   {"load, every other lane anywhere", "s_mov s31, exec\n s_mov exec, 0x55555555\n b_load_x1 v4, s[0:3], v25\n s_mov exec, s31\n"},
   {"load x4, anywhere in 32 KiB", "b_load_x4 v[4:7], s[0:3], v27\n"},
   {"scratch, one dword", "p_store_x1 v19, v1\n p_load_x1 v4, v19\n"},
   {"scratch, two dwords", "p_store_x1 v17, v1\n p_load_x1 v4, v17\n"},
   {"scratch, dwords of their own", "p_store_x1 v20, v1\n p_load_x1 v4, v20\n"},
   {"scalar load", "s_load_x4 s[40:43], s[0:1], 64\n v_fma_f32.nd v4, v1, v2, v4\n"},
   {"LDS, side by side", "l_store_x1 v20, v1\n l_load_x1 v4, v20\n"},
   {"LDS, two-fold conflict", "l_store_x1 v21, v1\n l_load_x1 v4, v21\n"},
   {"LDS, rows and columns of 8 x 4", "l_load_x1 v4, v16\n l_load_x1 v5, v18\n"},
   {"atomics, one address", "b_atom_add.ret v4, s[0:3], v19, v26\n"},
   {"atomics, side by side", "b_atom_add.ret v4, s[0:3], v20, v26\n"},
   {"img_sample, bilinear", "img_sample.2d v[4:7], s[8:15], s[16:23], v[28:29]\n"},
   {"img_load", "img_load.2d v[4:7], s[8:15], v[30:31]\n"},
};

static uint32_t bits(float f)
{
   uint32_t u;
   memcpy(&u, &f, 4);
   return u;
}

static void set_up(emu_wave *w)
{
   gpu_image i = {.va = RIG_VA, .format = fmt_lookup_name("R8G8B8A8_UNORM", 14)->number, .dim = GPU_DIM_2D, .width = 256, .height = 256,
                  .depth = 1, .layers = 1, .levels = 1, .swizzle = {GPU_SWIZZLE_R, GPU_SWIZZLE_G, GPU_SWIZZLE_B, GPU_SWIZZLE_A}};
   gpu_sampler s = {.mag_linear = true, .min_linear = true};
   w->s[0] = (uint32_t)RIG_VA;
   w->s[1] = (uint32_t)(RIG_VA >> 32);
   w->s[2] = RIG_B;
   gpu_image_encode(&i, &w->s[8]);
   gpu_sampler_encode(&s, &w->s[16]);
   for (uint32_t l = 0; l < 32; l++) {
      uint32_t x = (l & 1) | (l >> 2 & 1) << 1 | (l >> 4) << 2, y = (l >> 1 & 1) | (l >> 3 & 1) << 1;
      w->rows[16][l] = l % 8 * 4;
      w->rows[17][l] = 4 * (l & 1);
      w->rows[18][l] = l / 8 * 64;
      w->rows[19][l] = 256;
      w->rows[20][l] = 4 * l;
      w->rows[21][l] = 8 * l;
      w->rows[22][l] = 128 * l;
      w->rows[23][l] = 16 * l;
      w->rows[24][l] = 32 * l;
      w->rows[25][l] = rnd() % 8192 * 4;
      w->rows[26][l] = 1;
      w->rows[27][l] = rnd() % 2048 * 16;
      w->rows[28][l] = bits((float)(x + 100) / 256 + 0.001f);
      w->rows[29][l] = bits((float)(y + 100) / 256 + 0.001f);
      w->rows[30][l] = x + 100;
      w->rows[31][l] = y + 100;
   }
}

#define TURNS 1000

static double measure(rig_wave *t, emu_trace *trace, double seconds)
{
   double least = 1e9, end = now() + seconds;
   t->x->trace = trace;
   do {
      emu_group_start(t->group, &t->launch, 0);
      set_up(t->wave);
      rig_wave_refresh(t);
      double start = now();
      rig_wave_run(t);
      double took = now() - start;
      least = took < least ? took : least;
      if (trace)
         trace->at = trace->first;
   } while (now() < end);
   return least / TURNS * 1e9;
}

int main(int argc, char **argv)
{
   double seconds = 1e-3 * (argc > 1 ? atof(argv[1]) : 50);
   rig_setting("FIGMENT_TIMING", "off");
   emu_device *dev = rig_open(1);
   const emu_interp *interp = emu_interp_select(EMU_ISA_AUTO);
   struct emu_tex_cache *cache = NULL;
   printf("%s, ns per turn of the loop         without     with   bytes\n", interp->name);
   for (unsigned i = 0; i < sizeof loops / sizeof *loops; i++) {
      char text[1500];
      size_t count;
      rig_wave t;
      emu_trace trace = {0};
      snprintf(text, sizeof text, "s_mov s30, %u\n loop:\n%s s_sub s30, s30, 1\n s_brnz s30, loop\n s_endpgm\n", TURNS, loops[i].body);
      uint64_t *words = rig_assemble(text, &count);
      rig_wave_open(&t, dev, interp, words, count, 1024, 1024);
      t.x->tex_cache = &cache;
      measure(&t, &trace, 0.001);
      double without = 1e9, with = 1e9;
      for (unsigned k = 0; k < 4; k++) {
         double a = measure(&t, NULL, seconds / 4), b = measure(&t, &trace, seconds / 4);
         without = a < without ? a : without;
         with = b < with ? b : with;
      }
      emu_group_start(t.group, &t.launch, 0);
      set_up(t.wave);
      rig_wave_refresh(&t);
      rig_wave_run(&t);
      printf("%-32s %10.1f %10.1f %7.1f   %+.0f %%\n", loops[i].name, without, with, (double)(trace.at - trace.first) * 4 / TURNS,
             100 * (with / without - 1));
      rig_wave_close(&t);
      free(words);
   }
   free(cache);
   emu_device_close(dev);
   return 0;
}
