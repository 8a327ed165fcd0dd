/* Expectations of the shader cores: shared memory, control flow, arithmetic, launches. */
#include "check.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static unsigned common_divisor(unsigned a, unsigned b) { return b ? common_divisor(b, a % b) : a; }

static void shared(struct ck *c)
{
   static const unsigned strides[] = {0, 1, 2, 3, 4, 6, 8, 16, 31, 32, 33};
   const double one = ck_at(c, "shared_stride", "one workgroup", 1), base = ck_cycles(c, one);
   const double issue = 4 / ck_key(c, "schedulers_per_core"); /* a load and what stands beside it */
   for (unsigned i = 0; i < sizeof strides / sizeof strides[0]; i++) {
      char what[64];
      unsigned ways = strides[i] ? common_divisor(strides[i], 32) : 1;
      double y = ck_median(c, "shared_stride", "one workgroup", strides[i] - 0.1, strides[i] + 0.1);
      snprintf(what, sizeof what, "shared_stride: stride %u conflicts %u-fold", strides[i], ways);
      if (c->profile && ways > 1)
         ck_near(c, what, fmax(ways, base), ck_cycles(c, y), 0.1, "cycles");
      else if (c->profile)
         ck_within(c, what, 0.9, fmax(1.4, issue), ck_cycles(c, y), "cycles"); /* the instructions between the loads show */
      else
         ck_within(c, what, 0.5 * ways, 1.3 * ways, y / one, "times");
   }
   /* A load and the shift that makes a byte address of a word's. */
   ck_near(c, "shared_latency: one wave", ck_key(c, "cost.LDS.latency_cycles") + ck_key(c, "cost.VALU.latency_cycles"),
           ck_cycles(c, ck_at(c, "shared_latency", "without conflicts", 1)), 0.1, "cycles");
}

static void divergence(struct ck *c)
{
   const char *b = "divergence", *lanes = "lanes of a wave part", *waves = "whole waves part";
   for (int ways = 2; ways <= 32; ways *= 4) {
      char what[64];
      snprintf(what, sizeof what, "divergence: %d ways cost their sum", ways);
      ck_within(c, what, 0.75 * ways, 1.15 * ways, ck_at(c, b, lanes, ways) / ck_at(c, b, lanes, 1), "times");
   }
   ck_within(c, "divergence: whole waves cost no more", 0.8, 1.3, ck_at(c, b, waves, 32) / ck_at(c, b, waves, 1), "times");
}

static const struct {
   const char *name, *bench, *class;
} ops[] = {
#define MB_OP(name, bench, bits, count, class, type, ...) {#name, #bench, #class},
#include "ops.def"
#undef MB_OP
};

static double one_op(struct ck *c, const char *name, double waves)
{
   for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
      if (!strcmp(ops[i].name, name))
         return ck_at(c, ops[i].bench, name, waves);
   return NAN;
}

static void operations(struct ck *c)
{
   const double schedulers = ck_key(c, "schedulers_per_core");
   for (size_t i = 0; c->profile && i < sizeof ops / sizeof ops[0]; i++) {
      char what[64], key[64];
      if (!strcmp(ops[i].class, "NONE"))
         continue;
      snprintf(what, sizeof what, "%s: latency of %s", ops[i].bench, ops[i].name);
      snprintf(key, sizeof key, "cost.%s.latency_cycles", ops[i].class);
      ck_near(c, what, ck_key(c, key), ck_cycles(c, ck_at(c, ops[i].bench, ops[i].name, 1)), 0.1, "cycles");
      snprintf(what, sizeof what, "%s: rate of %s", ops[i].bench, ops[i].name);
      snprintf(key, sizeof key, "cost.%s.issue_cycles", ops[i].class);
      ck_near(c, what, ck_key(c, key) / schedulers, ck_cycles(c, ck_at(c, ops[i].bench, ops[i].name, 128)), 0.1, "cycles");
   }
   static const struct {
      const char *bench, *name;
   } slow[] = {{"ops_float", "f32_div"}, {"ops_float", "f32_sqrt"}, {"ops_double", "f64_fma"}, {"ops_double", "f64_div"},
               {"ops_integer", "i32_div"}};
   for (size_t i = 0; i < sizeof slow / sizeof slow[0]; i++) {
      char what[64];
      snprintf(what, sizeof what, "%s: %s slower than f32_fma", slow[i].bench, slow[i].name);
      ck_within(c, what, 1.5, INFINITY, one_op(c, slow[i].name, 128) / one_op(c, "f32_fma", 128), "times");
   }
}

static void launches(struct ck *c)
{
   ck_within(c, "launch: a dispatch behind a barrier", 0.5, 20, ck_least(c, "launch", "dispatches, a barrier between", 32, 1024), "us");
   ck_within(c, "launch: a dispatch alone", 1, 50, ck_at(c, "launch", "dispatches", 1), "us");
   ck_within(c, "launch: a dispatch among many costs less than alone", 0, 0.95,
             ck_least(c, "launch", "dispatches", 32, 1024) / ck_at(c, "launch", "dispatches", 1), "times");
}

void ck_cores(struct ck *c)
{
   shared(c);
   divergence(c);
   operations(c);
   launches(c);
}
