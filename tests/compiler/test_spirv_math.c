/* Accuracy of the transcendental functions, with the machine's arithmetic, against libm in double precision.
 *
 * The bounds are tighter than "Precision and Operation of SPIR-V Instructions" of the Vulkan specification asks
 * (which names 3 + 2|x| ulp for exp, 4096 ulp for atan and gives most others in terms of those).
 * FIGMENT_TEST_VERBOSE prints the worst error of each function.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "oracle.h"
#include "spirv_fixture.h"

#define SAMPLES 1024u

static double ref_exp2(double x, double y) { return exp2(x); }
static double ref_exp(double x, double y) { return exp(x); }
static double ref_log(double x, double y) { return log(x); }
static double ref_log2(double x, double y) { return log2(x); }
static double ref_sin(double x, double y) { return sin(x); }
static double ref_cos(double x, double y) { return cos(x); }
static double ref_tan(double x, double y) { return tan(x); }
static double ref_asin(double x, double y) { return asin(x); }
static double ref_acos(double x, double y) { return acos(x); }
static double ref_atan(double x, double y) { return atan(x); }
static double ref_sinh(double x, double y) { return sinh(x); }
static double ref_cosh(double x, double y) { return cosh(x); }
static double ref_tanh(double x, double y) { return tanh(x); }
static double ref_asinh(double x, double y) { return asinh(x); }
static double ref_acosh(double x, double y) { return acosh(x); }
static double ref_atanh(double x, double y) { return atanh(x); }
static double ref_sqrt(double x, double y) { return sqrt(x); }
static double ref_rsqrt(double x, double y) { return 1 / sqrt(x); }
static double ref_div(double x, double y) { return x / y; }
static double ref_mod(double x, double y) { return x - y * floor((float)(x / y)); }

/* Arguments: exponents of x from low to high, negative ones too if `both`; offset is added, y likewise. */
static const struct function {
   const char *name;
   double (*ref)(double, double);
   double low, high, offset;
   bool both;
   double max_ulp;
} functions[] = {
   {"exp", ref_exp, -20, 6.4, 0, true, 2},      {"log", ref_log, -125, 127, 0, false, 2},
   {"exp2", ref_exp2, -20, 6.9, 0, true, 1},    {"log2", ref_log2, -125, 127, 0, false, 1},
   {"pow", pow, -3, 3, 0, false, 40},           {"sin", ref_sin, -20, 16, 0, true, 1},
   {"cos", ref_cos, -20, 16, 0, true, 1},       {"tan", ref_tan, -20, 10, 0, true, 3},
   {"asin", ref_asin, -20, -1e-3, 0, true, 3},  {"acos", ref_acos, -20, -1e-3, 0, true, 3},
   {"atan", ref_atan, -20, 20, 0, true, 3},     {"atan2", atan2, -20, 20, 0, true, 4},
   {"sinh", ref_sinh, -20, 6.4, 0, true, 3},    {"cosh", ref_cosh, -20, 6.4, 0, true, 3},
   {"tanh", ref_tanh, -20, 6, 0, true, 3},      {"asinh", ref_asinh, -20, 126, 0, true, 4},
   {"acosh", ref_acosh, -20, 126, 1, false, 4}, {"atanh", ref_atanh, -20, -1e-3, 0, true, 4},
   {"sqrt", ref_sqrt, -125, 127, 0, false, 0.51}, {"inversesqrt", ref_rsqrt, -125, 127, 0, false, 1.5},
   {"divide", ref_div, -60, 60, 0, true, 0.51}, {"mod", ref_mod, -3, 10, 0, true, 1},
};

static uint32_t seed = 1;

static double uniform(void)
{
   seed = seed * 1664525u + 1013904223u;
   return (seed >> 8) / 16777216.0;
}

static float sample(const struct function *f)
{
   double x = exp2(f->low + (f->high - f->low) * uniform());
   return (float)((f->both && uniform() < 0.5 ? -x : x) + f->offset);
}

static double error_ulp(float got, double want)
{
   int exponent;
   if (isnan(want) || isinf((float)want))
      return isnan(want) == isnan(got) && (isnan(want) || got == (float)want) ? 0 : 1e9;
   frexp(want, &exponent);
   if (exponent < -125)
      exponent = -125;
   return fabs(got - want) / ldexp(1.0, exponent - 24);
}

static void run_function(const struct fixture_module *m, uint32_t number, float *x, float *y, float *out)
{
   const sc_spec_entry spec = {0, 4, number};
   sc_input in = fixture_input(m);
   eval_env env = {.grid = {SAMPLES / 32, 1, 1}, .budget = 1u << 20};
   char err[256];
   ir_shader *s;
   in.spec = &spec;
   in.spec_count = 1;
   if (spirv_to_ir(&in, &s, err, sizeof err) != SC_OK)
      fail_msg("%s", err);
   opt_mem2reg(s);
   opt_fold(s);
   opt_fma(s);
   env.buffer[1] = (uint32_t *)x;
   env.buffer[2] = (uint32_t *)out;
   env.buffer[3] = (uint32_t *)y;
   env.size_B[1] = env.size_B[2] = env.size_B[3] = SAMPLES * 4;
   assert_true(oracle_run(s, &env));
   ir_shader_destroy(s);
}

static void accuracy(void **state)
{
   struct fixture_module m = {0};
   bool verbose = getenv("FIGMENT_TEST_VERBOSE") != NULL;
   assert_true(fixture_compile("../glsl_math/functions.comp", "", &m));
   for (uint32_t k = 0; k < sizeof functions / sizeof *functions; k++) {
      const struct function *f = &functions[k];
      static float x[SAMPLES], y[SAMPLES], out[SAMPLES];
      double worst = 0;
      uint32_t at = 0;
      for (uint32_t i = 0; i < SAMPLES; i++) {
         x[i] = sample(f);
         y[i] = sample(f);
      }
      run_function(&m, k, x, y, out);
      for (uint32_t i = 0; i < SAMPLES; i++) {
         double e = error_ulp(out[i], f->ref(x[i], y[i]));
         if (e > worst) {
            worst = e;
            at = i;
         }
      }
      if (verbose)
         printf("%-12s %.3g ulp at (%.9g, %.9g)\n", f->name, worst, x[at], y[at]);
      if (worst > f->max_ulp)
         fail_msg("%s(%.9g, %.9g) = %.9g, off by %g ulp", f->name, x[at], y[at], out[at], worst);
   }
   free(m.words);
}

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(accuracy)};
   return cmocka_run_group_tests(tests, NULL, NULL);
}
