/* Arithmetic: the same dependent operations in one wave, which shows their latency, and in more and more waves of one workgroup, in the
 * end with four independent sequences each, until the rate of what computes them is reached. */
#include "microbench.h"
#include <string.h>

#define TURNS 64u /* of op.comp's loop */

struct op {
   const char *name, *bench;
   uint32_t bits, count;
   const struct mb_code *code;
};

static const struct op ops[] = {
#define MB_OP(name, bench, bits, count, class, type, ...)                                                                       \
   {#name, #bench, bits, count, &op_##name##_code},
#include "ops.def"
#undef MB_OP
};

static const char *missing(const struct mb *m, const struct op *o)
{
   if (o->bits == 16 && !m->has_f16)
      return "the device has no shaderFloat16";
   if (o->bits == 64 && !m->features.shaderFloat64)
      return "the device has no shaderFloat64";
   if (o->bits == 64 && !m->features.shaderInt64)
      return "the device has no shaderInt64";
   if (o->bits == 1 && !m->has_shuffle)
      return "the device has no shuffles of 32 lanes";
   return NULL;
}

static void measure(struct mb *m, const struct op *o, uint32_t waves, uint32_t chains)
{
   VkPipeline p = mb_compute(m, o->code, waves * 32, chains);
   const struct mb_run run = {.pipeline = p, .groups = 1, .push = {.f = 1.5f, .g = 2.5f}};
   mb_point(m, o->name, waves * chains, mb_slope(m, NULL, run, 1, 4) / (TURNS * o->count * waves * chains));
   mb_pipeline_free(m, &p);
}

static void measure_all(struct mb *m)
{
   for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
      const char *why = missing(m, &ops[i]);
      if (strcmp(ops[i].bench, m->bench->name))
         continue;
      if (why) {
         mb_unsupported(m, ops[i].name, why);
         continue;
      }
      for (uint32_t waves = 1; waves * 32 < m->group; waves *= m->quick ? m->group / 32 : 2)
         measure(m, &ops[i], waves, 1);
      measure(m, &ops[i], m->group / 32, 1);
      measure(m, &ops[i], m->group / 32, 4);
   }
}

void bench_ops_float(struct mb *m) { measure_all(m); }
void bench_ops_integer(struct mb *m) { measure_all(m); }
void bench_ops_convert(struct mb *m) { measure_all(m); }
void bench_ops_half(struct mb *m) { measure_all(m); }
void bench_ops_double(struct mb *m) { measure_all(m); }
