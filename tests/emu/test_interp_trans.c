/* Transcendental functions over the whole range of f32 against f64 libm, with the bounds that the manual
 * states, and bit for bit the same on every host level. Also the software fma of the lowest level, where a
 * tie is decided by the last bit, of f32 and of f64. */
#include "core_rig.h"
#include <cmocka.h>
#include <math.h>
#include "core/arith_f64.h"

static emu_device *dev;

typedef struct function {
   uint16_t op;
   double (*exact)(double);
   double ulp; /* largest error */
} function;
static const function functions[] = {
    {ISA_OP_v_exp2_f32, exp2, 0.51},
    {ISA_OP_v_log2_f32, log2, 0.51},
    {ISA_OP_v_sin_f32, sin, 0.51},
    {ISA_OP_v_cos_f32, cos, 0.51},
};

static void run_lanes(rig_wave *t, const uint32_t *in, uint32_t *out)
{
   emu_group_start(t->group, &t->launch, 0);
   memcpy(t->wave->rows[1], in, 128);
   assert_int_equal(rig_wave_run(t), EMU_TURN_DONE);
   memcpy(out, t->wave->rows[2], 128);
}

/* Error in units of the last place of the exact value; 0 if it is right in a way that has no such unit. */
static double error_ulp(uint32_t got, double exact)
{
   float g = arith_float(got), e = (float)exact;
   if (isnan(exact))
      return got == 0x7fc00000u ? 0 : INFINITY;
   if (isinf(e) || isinf(g))
      return arith_bits(e) == got ? 0 : INFINITY;
   int power = exact == 0 ? -126 : ilogb(exact) < -126 ? -126 : ilogb(exact);
   return fabs((double)g - exact) / ldexp(1, power - 23);
}

static void whole_range(void **state)
{
   const emu_interp *levels[3];
   unsigned level_count = rig_levels(levels);
   for (size_t f = 0; f < sizeof functions / sizeof functions[0]; f++) {
      rig_wave t[3];
      for (unsigned i = 0; i < level_count; i++) {
         isa_inst in = {.op = functions[f].op, .dst = 2, .src = {1}};
         uint64_t words[3];
         unsigned used;
         assert_int_equal(isa_encode(&in, words, &used), ISA_OK);
         words[used] = ISA_OP_s_endpgm;
         rig_wave_open(&t[i], dev, levels[i], words, used + 1, 0, 0);
      }
      double worst = 0;
      for (uint64_t u = 0; u <= 0xffffffffu;) {
         uint32_t in[32], out[3][32];
         for (unsigned l = 0; l < 32; l++, u += u % 4 ? 3001 : 1)
            in[l] = (uint32_t)u;
         for (unsigned i = 0; i < level_count; i++) {
            run_lanes(&t[i], in, out[i]);
            assert_memory_equal(out[i], out[0], 128);
         }
         for (unsigned l = 0; l < 32; l++) {
            double x = (double)arith_float(in[l]);
            double exact = isnan(x) || (isinf(x) && f >= 2) ? NAN : functions[f].exact(x);
            double e = error_ulp(out[0][l], exact);
            if (e > worst)
               worst = e;
            if (e > functions[f].ulp)
               fail_msg("%s of %08x = %a: %08x = %a, exactly %a: %g ulp", isa_lookup(functions[f].op)->name,
                        in[l], x, out[0][l], (double)arith_float(out[0][l]), exact, e);
         }
      }
      print_message("%s: at most %.4f ulp\n", isa_lookup(functions[f].op)->name, worst);
      for (unsigned i = 0; i < level_count; i++)
         rig_wave_close(&t[i]);
   }
}

static void exact_values(void **state)
{
   for (int i = -149; i <= 127; i++) {
      assert_true(arith_exp2((float)i) == ldexpf(1, i));
      assert_true(arith_log2(ldexpf(1, i)) == (float)i);
   }
   assert_int_equal(arith_bits(arith_trig(-0.0f, 0)), 0x80000000u);
   assert_true(arith_trig(0, 1) == 1);
   assert_int_equal(arith_bits(arith_log2(1)), 0);
}

/* Products and sums whose exact value lies on a tie or an ulp of f64 beside one. */
static void software_fma(void **state)
{
   for (unsigned i = 0; i < 3000000; i++) {
      uint32_t a = rnd(), b = rnd(), c = rnd();
      if (i % 2) {
         a = (a & 0x80ffffffu) + (rnd() % 30 + 112) * 0x800000u;
         b = (b & 0x80ffffffu) + (rnd() % 30 + 112) * 0x800000u;
         c = arith_bits(arith_float(a) * arith_float(b)) + (rnd() % 65 - 32) * 0x800000u + rnd() % 3;
      }
      if (i % 8 == 5) { /* a product on a tie, and a sum that leaves it by the last bit of f64 or less */
         a = arith_bits(1.0f + (float)(rnd() % 1024 * 2 + 1) * 0x1p-12f);
         b = arith_bits(1.0f + (float)(rnd() % 1024 * 2 + 1) * 0x1p-12f);
         c = arith_bits(ldexpf(1.0f + (float)(rnd() % 3) * 0x1p-23f, -50 - (int)(rnd() % 6)));
         c = (c - rnd() % 3) | (rnd() & 0x80000000u);
      }
      float want = fmaf(arith_float(a), arith_float(b), arith_float(c));
      uint32_t w = want != want ? 0x7fc00000u : arith_bits(want);
      if (arith_bits(arith_fma_soft(arith_float(a), arith_float(b), arith_float(c))) != w)
         fail_msg("%08x * %08x + %08x", a, b, c);
   }
}

static uint64_t random64(void)
{
   return (uint64_t)rnd() << 32 | rnd();
}

/* f64 near 1, or of any size; often with few bits, so that products and sums are exact or ties. */
static double any_double(bool near)
{
   uint64_t u = random64(), few = random64() & random64();
   u = (rnd() % 2 ? u : u & (few << (rnd() % 50))) | (u & ARITH_SIGN64);
   if (near)
      u = (u & (ARITH_SIGN64 | ARITH_MANT64)) + ((uint64_t)(1023 - 20 + rnd() % 40) << 52);
   return arith_double(u);
}

static void software_fma64(void **state)
{
   for (unsigned i = 0; i < 3000000; i++) {
      double a = any_double(i % 4), b = any_double(i % 4), c = any_double(i % 2);
      if (i % 8 == 1) /* cancellation */
         c = arith_double(arith_bits64(-(a * b)) + rnd() % 5 - 2);
      if (i % 8 == 3) /* a product about 53 bits below or above the sum's end */
         c = ldexp(a * b, (int)(rnd() % 8) + (rnd() % 2 ? 50 : -110));
      if (i % 8 == 5) /* results among the denormals, or beyond the largest number */
         b = ldexp(b, (int)(rnd() % 130) - 1140 + (rnd() % 2 ? 2100 : 0)), c = ldexp(c, -1000);
      if (i % 64 == 7)
         c = 0.0 * c;
      double want = fma(a, b, c);
      uint64_t w = want != want ? UINT64_C(0x7ff8000000000000) : arith_bits64(want);
      if (arith_bits64(arith_fma64_soft(a, b, c)) != w)
         fail_msg("%a * %a + %a is %a, not %a", a, b, c, want, arith_fma64_soft(a, b, c));
   }
}

static int set_up(void **state)
{
   dev = rig_open(1);
   return 0;
}

static int tear_down(void **state)
{
   emu_device_close(dev);
   return 0;
}

int main(void)
{
   const struct CMUnitTest tests[] = {
       cmocka_unit_test(whole_range),
       cmocka_unit_test(exact_values),
       cmocka_unit_test(software_fma),
       cmocka_unit_test(software_fma64),
   };
   return cmocka_run_group_tests(tests, set_up, tear_down);
}
