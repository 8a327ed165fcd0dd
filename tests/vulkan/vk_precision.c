/* Every operation of the specification's precision tables on the GPU, over edge cases, all exponents and moderate numbers (of f16
 * over all that there are), against the exact value in wider arithmetic and the range that the specification permits
 * (precision/precision_ops.def, precision_range.h). Tells the worst error of each; VKT_PRECISION_TABLE=file writes the
 * manual's table. Needs __float128 in the compiler; without it the test says so and is skipped. */
#include "vkt.h"
#ifdef __SIZEOF_FLOAT128__
#include "precision_16_spirv.h"
#include "precision_32_spirv.h"
#include "precision_64_spirv.h"
#include "precision/precision_range.h"

#define OPERANDS 7
#define RESULTS 3

static struct vkt t;
static const uint32_t records[] = {65536, 16384, 16384};

/* ---- exact values -------------------------------------------------------------------------------------------------- */
static W w_compared(W a, W b)
{
   return (a == b) + 2 * !(a == b) + 4 * (a < b) + 8 * (a <= b) + 16 * (a > b) + 32 * (a >= b);
}
static W w_mantissa(W v) { return v == 0 ? v : v * w_pow2(-exponent_of(v) - 1); }
static W w_exponent(W v) { return v == 0 ? 0 : exponent_of(v) + 1; }
static W w_ldexp(W v, W e) { return v * w_pow2((int)w_trunc(e)); }
static W w_length(W a, W b, W c) { return w_sqrt(a * a + b * b + c * c); }
static W v_round(W v) { return v < 0 ? -w_floor(-v + (W)0.5) : w_floor(v + (W)0.5); }
static iv halfway(W a, W v) { return a - w_floor(a) == (W)0.5 ? (iv){w_floor(a), w_floor(a) + 1} : exactly(v); }
static iv fraction(W v)
{
   iv r = rounded(v);
   r.lo = w_min(r.lo, 1 - w_pow2(-fm->digits)); /* never 1 */
   return r;
}
static W w_smooth(W low, W high, W x)
{
   W k = w_min(w_max((x - low) / (high - low), 0), 1);
   return k * k * (3 - 2 * k);
}
static iv smooth(W low, W high, W x)
{
   iv k = divided(sub(exactly(x), exactly(low)), sub(exactly(high), exactly(low)));
   k = (iv){w_min(w_max(k.lo, 0), 1), w_min(w_max(k.hi, 0), 1)};
   return mul(mul(k, k), sub(exactly(3), mul(exactly(2), k)));
}

/* To f16 and back, either way; what is no normal half may become zero. */
static W to_half_way(W v, int way)
{
   const struct format *kept = fm;
   fm = &formats[0];
   W r = to_format(v, way);
   fm = kept;
   return r;
}
static W to_half(W v) { return to_half_way(v, 0); }
static iv halves(W v)
{
   iv r = {to_half_way(v, -1), to_half_way(v, 1)};
   return w_abs(v) < w_pow2(-14) ? (iv){w_min(r.lo, 0), w_max(r.hi, 0)} : r;
}

static W w_dot(const W *x, const W *y) { return x[0] * y[0] + x[1] * y[1] + x[2] * y[2]; }
static iv r_dot(const W *x, const W *y)
{
   return dotted(exactly(x[0]), exactly(x[1]), exactly(x[2]), exactly(y[0]), exactly(y[1]), exactly(y[2]));
}
static void w_cross(const W *o, W *v)
{
   for (int i = 0; i < 3; i++)
      v[i] = o[(i + 1) % 3] * o[3 + (i + 2) % 3] - o[3 + (i + 1) % 3] * o[(i + 2) % 3];
}
static void r_cross(const W *o, iv *r)
{
   for (int i = 0; i < 3; i++)
      r[i] = sub(mul(exactly(o[(i + 1) % 3]), exactly(o[3 + (i + 2) % 3])),
                 mul(exactly(o[3 + (i + 1) % 3]), exactly(o[(i + 2) % 3])));
}
static void w_normalize(const W *o, W *v)
{
   for (int i = 0; i < 3; i++)
      v[i] = o[i] / w_sqrt(w_dot(o, o));
}
static void r_normalize(const W *o, iv *r)
{
   for (int i = 0; i < 3; i++)
      r[i] = mul(exactly(o[i]), root_inverse(r_dot(o, o)));
}
static void w_reflect(const W *o, W *v)
{
   for (int i = 0; i < 3; i++)
      v[i] = o[i] - 2 * w_dot(o, o + 3) * o[3 + i];
}
static void r_reflect(const W *o, iv *r)
{
   for (int i = 0; i < 3; i++)
      r[i] = sub(exactly(o[i]), mul(mul(exactly(2), r_dot(o, o + 3)), exactly(o[3 + i])));
}

/* GLSL with doubles has the ratio as a float. */
static W ratio(const W *o) { return fm->bits == 64 ? (W)(float)o[6] : o[6]; }
static void w_refract(const W *o, W *v)
{
   W eta = ratio(o), dot = w_dot(o, o + 3), k = 1 - eta * eta * (1 - dot * dot);
   for (int i = 0; i < 3; i++)
      v[i] = k < 0 ? 0 : eta * o[i] - (eta * dot + w_sqrt(k)) * o[3 + i];
}
static void r_refract(const W *o, iv *r)
{
   iv eta = exactly(ratio(o)), dot = r_dot(o, o + 3);
   iv k = sub(exactly(1), mul(mul(eta, eta), sub(exactly(1), mul(dot, dot))));
   for (int i = 0; i < 3; i++)
      r[i] = k.hi < 0    ? exactly(0)
             : k.lo <= 0 ? everything
                         : sub(mul(eta, exactly(o[i])), mul(add(mul(eta, dot), root(k)), exactly(o[3 + i])));
}
static void w_faceforward(const W *o, W *v)
{
   for (int i = 0; i < 3; i++)
      v[i] = w_dot(o, o + 3) < 0 ? o[i] : -o[i];
}
static void r_faceforward(const W *o, iv *r)
{
   iv dot = r_dot(o, o + 3);
   for (int i = 0; i < 3; i++)
      r[i] = dot.hi < 0 ? exactly(o[i]) : dot.lo >= 0 ? exactly(-o[i]) : hull(exactly(o[i]), exactly(-o[i]));
}
static void w_scaled(const W *o, W *v)
{
   for (int i = 0; i < 3; i++)
      v[i] = o[i] * o[6];
}
static void r_scaled(const W *o, iv *r)
{
   for (int i = 0; i < 3; i++)
      r[i] = rounded(o[i] * o[6]);
}

/* ---- the table ----------------------------------------------------------------------------------------------------- */
enum { S = 2, HS = 3, ALL = 7 };
enum inputs { ANY, FINITE, UNIT, ANGLE };

#define OP(number, name, kind, inputs, expression, exact, range)                                                    \
   static void eval_##name(const W *o, W *value, iv *permitted)                                                     \
   {                                                                                                                \
      const W a = o[0], b = o[1], c = o[2], d = o[3], e = o[4], f = o[5], s = o[6];                                 \
      const iv A = exactly(a), B = exactly(b), C = exactly(c), D = exactly(d), E = exactly(e), F = exactly(f);      \
      (void)a, (void)b, (void)c, (void)d, (void)e, (void)f, (void)s, (void)A, (void)B, (void)C, (void)D, (void)E, (void)F; \
      const W v = exact;                                                                                            \
      *value = v;                                                                                                   \
      *permitted = v == v && permitted ? (range) : everything;                                                      \
   }
#define OPV(number, name, kind, inputs, expression, exact, range)                                                   \
   static void eval_##name(const W *o, W *value, iv *permitted)                                                     \
   {                                                                                                                \
      exact(o, value);                                                                                              \
      range(o, permitted);                                                                                          \
   }
#include "precision/precision_ops.def"
#undef OP
#undef OPV

static const struct operation {
   uint32_t number;
   const char *name;
   unsigned kinds;
   enum inputs inputs;
   uint32_t results;
   void (*eval)(const W *operands, W *value, iv *permitted);
} operations[] = {
#define OP(number, name, kind, inputs, expression, exact, range) {number, #name, kind, inputs, 1, eval_##name},
#define OPV(number, name, kind, inputs, expression, exact, range) {number, #name, kind, inputs, 3, eval_##name},
#include "precision/precision_ops.def"
};
#define OPERATIONS (sizeof operations / sizeof *operations)

/* ---- operands ------------------------------------------------------------------------------------------------------ */
static uint64_t seed;
static uint64_t next(void)
{
   seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
   return seed >> 20 ^ seed << 37;
}

static uint64_t special(uint32_t i)
{
   uint64_t one = (uint64_t)fm->e_max << (fm->digits - 1), min = UINT64_C(1) << (fm->digits - 1);
   uint64_t inf = (uint64_t)(2 * fm->e_max + 1) << (fm->digits - 1), quiet = inf | min / 2;
   const uint64_t list[] = {0,       1,           2,           min - 1,    min,        min + 1,      one,     one + 1,
                            one - 1, one + min,   one - min,   inf - 1,    inf - 2,    inf,          quiet,   one + min / 2,
                            one + 2 * min, one + 5 * min + 3, one - 3 * min, one + (uint64_t)(fm->digits - 1) * min,
                            one + (uint64_t)(fm->digits) * min + 1, to_bits(PI), to_bits(PI / 2), to_bits((W)1 / 3)};
   uint32_t n = sizeof list / sizeof *list;
   return list[i / 2 % n] | (uint64_t)(i & 1) << (fm->bits - 1);
}
#define SPECIALS 48

/* Operand k of record i. */
static uint64_t operand(enum inputs inputs, uint32_t i, uint32_t k, uint64_t before)
{
   W unit = (W)(int64_t)(next() >> 1) * w_pow2(-63);
   int around = (int)(next() % 9) - 4;
   if (inputs == UNIT) /* a third is in [0.5, 1), whose arcs are steep */
      return to_bits((2 * unit - 1) * (i % 3 ? w_pow2(around) : 1));
   if (inputs == ANGLE)
      return to_bits(i % 2 ? (2 * unit - 1) * PI : (unit + 1) * w_pow2(-(int)(next() % (uint64_t)fm->e_max)) * (i & 2 ? 1 : -1));
   if (i < SPECIALS * SPECIALS)
      return special(k == 0 ? i / SPECIALS : k == 1 ? i % SPECIALS : (uint32_t)(next() % SPECIALS));
   uint64_t any = next() & (fm->bits == 64 ? UINT64_MAX : (UINT64_C(1) << fm->bits) - 1);
   switch (i % 4) {
   case 0: return any;
   case 1: return to_bits((2 * unit - 1) * w_pow2(around));
   case 2: return k ? before + next() % 7 - 3 : any; /* neighbours */
   default: return to_bits((W)(int)(next() % 4001 - 2000) / (i & 4 ? 2 : 1));
   }
}

/* ---- one operation of one format ----------------------------------------------------------------------------------- */
struct worst {
   double ulp, share; /* of what is permitted */
   uint32_t looked, wrong;
};

static uint64_t load(const struct vkt_buffer *b, uint32_t i)
{
   uint64_t v = 0;
   memcpy(&v, (const char *)b->host + (size_t)i * (size_t)(fm->bits / 8), (size_t)(fm->bits / 8));
   return v;
}

static bool accepted(const struct operation *op, W got, W v, iv may, struct worst *worst)
{
   if (!finite_w(v) || !finite_w(may.lo) || !finite_w(may.hi)) {
      if (op->inputs != ANY || (finite_w(v) && !is_point(may)))
         return true; /* anything, or not defined */
      return v == v ? got == (is_point(may) ? may.lo : v) : got != got;
   }
   if (op->inputs == ANY && v == 0)
      return got == 0 && negative(got) == negative(v);
   W most = w_max(w_abs(v - may.lo), w_abs(v - may.hi)), error = w_abs(got - v);
   if (w_abs(v) + most > largest() && (got == (v > 0 ? W_INF : -W_INF) || w_abs(got) == largest()))
      return true;
   if (!finite_w(got))
      return false;
   double u = (double)(error / ulp(v));
   worst->ulp = u > worst->ulp ? u : worst->ulp;
   if (most > 0 && (double)(error / most) > worst->share)
      worst->share = (double)(error / most);
   return error <= most + most * w_pow2(-40);
}

static void judge(const struct operation *op, const struct vkt_buffer *in, const struct vkt_buffer *out, uint32_t i,
                  struct worst *worst)
{
   W o[OPERANDS], v[RESULTS];
   iv may[RESULTS];
   for (uint32_t k = 0; k < OPERANDS; k++) {
      o[k] = from_bits(load(in, i * OPERANDS + k));
      if (op->inputs != ANY && !finite_w(o[k]))
         return;
   }
   op->eval(o, v, may);
   for (uint32_t k = 0; k < op->results; k++) {
      W got = from_bits(load(out, i * RESULTS + k));
      worst->looked++;
      if (accepted(op, got, v[k], may[k], worst))
         continue;
      if (worst->wrong++ < 3)
         print_error("%s f%d: (%a, %a, %a, %a, %a, %a, %a): %a is not %a within [%a, %a]\n", op->name, fm->bits, (double)o[0],
                     (double)o[1], (double)o[2], (double)o[3], (double)o[4], (double)o[5], (double)o[6], (double)got,
                     (double)v[k], (double)may[k].lo, (double)may[k].hi);
   }
}

static const struct {
   const uint32_t *words;
   size_t size_B;
} modules[] = {{precision_16_spirv, sizeof precision_16_spirv},
               {precision_32_spirv, sizeof precision_32_spirv},
               {precision_64_spirv, sizeof precision_64_spirv}};

/* GLSL has no remainder with the sign of the dividend: OpFMod becomes OpFRem. */
static void make_remainders(uint32_t *words, size_t count)
{
   for (size_t i = 5; i < count && words[i] >> 16; i += words[i] >> 16)
      if ((words[i] & 0xffff) == 141)
         words[i] = (words[i] & 0xffff0000) | 140;
}

static struct worst measure(const struct operation *op, unsigned kind, const struct vkt_buffer *in,
                            const struct vkt_buffer *out)
{
   struct worst worst = {0};
   VkSpecializationMapEntry entry = {0, 0, 4};
   VkSpecializationInfo spec = {1, &entry, 4, &op->number};
   uint32_t *words = malloc(modules[kind].size_B);
   memcpy(words, modules[kind].words, modules[kind].size_B);
   if (!strcmp(op->name, "frem"))
      make_remainders(words, modules[kind].size_B / 4);
   struct vkt_compute_info info = {.spirv = words, .spirv_B = modules[kind].size_B, .bindings = 2, .spec = &spec};
   struct vkt_compute c = vkt_compute(&t, &info);
   seed = op->number;
   for (uint32_t i = 0; i < records[kind]; i++)
      for (uint32_t k = 0; k < OPERANDS; k++) {
         uint64_t before = k ? load(in, i * OPERANDS + k - 1) : 0;
         uint64_t bits = operand(op->inputs, i, k, before);
         if (kind == 0 && k == 0 && op->inputs != ANGLE) /* all that there are */
            bits = i & 0xffff;
         memcpy((char *)in->host + (size_t)(i * OPERANDS + k) * (size_t)(fm->bits / 8), &bits, (size_t)(fm->bits / 8));
      }
   vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, in, 0, VK_WHOLE_SIZE);
   vkt_bind_buffer(&t, &c, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, out, 0, VK_WHOLE_SIZE);
   VkCommandBuffer cmd = vkt_begin(&t);
   vkt_dispatch(cmd, &c, records[kind] / 64, 1, 1);
   vkt_barrier(cmd);
   vkt_ok(vkt_submit(&t, cmd));
   for (uint32_t i = 0; i < records[kind]; i++)
      judge(op, in, out, i, &worst);
   vkt_compute_free(&t, &c);
   free(words);
   return worst;
}

/* ---- the test and its table ---------------------------------------------------------------------------------------- */
static const char chapter[] =
   "# Measured precision\n"
   "\n"
   "The worst errors found by `vk_precision` (tests/vulkan), which runs every operation of the Vulkan specification's tables \"Precision and Operation of\n"
   "SPIR-V Instructions\" on the card and compares with exact values: each f16 there is, edge cases, every exponent, moderate numbers and\n"
   "neighbours. Errors are in units of the last place of the exact result (ulp); 0.5 is the best that rounding can do. \"Share\" is the worst error as a part of what the\n"
   "specification permits: where terms cancel (remainders, dot products, reflections) the ulp say little, and the formula that the specification names is computed\n"
   "as it stands, which is 100 %. Blank: the operation does not exist in that width. Conversions (`vk_conversions`) are all correctly rounded.\n"
   "\n"
   "This table is made by `ninja -C build precision_table`.\n"
   "\n"
   "| operation | f16 ulp | f32 ulp | f64 ulp | share |\n"
   "| --- | --- | --- | --- | --- |\n";

static void print_row(FILE *f, const struct operation *op, const struct worst *worst)
{
   double share = 0;
   fprintf(f, "| %s |", op->name);
   for (int kind = 0; kind < 3; kind++) {
      if (op->kinds >> kind & 1)
         fprintf(f, " %.3g |", worst[kind].ulp);
      else
         fprintf(f, " |");
      share = worst[kind].share > share ? worst[kind].share : share;
   }
   fprintf(f, " %.3g %% |\n", 100 * share);
}

static void test_precision(void **state)
{
   const char *path = getenv("VKT_PRECISION_TABLE");
   FILE *table = path ? fopen(path, "w") : NULL;
   if (table)
      fputs(chapter, table);
   uint32_t wrong = 0;
   struct vkt_buffer in = vkt_buffer(&t, 65536 * OPERANDS * 8, VKT_TYPE_SYSTEM_CACHED);
   struct vkt_buffer out = vkt_buffer(&t, 65536 * RESULTS * 8, VKT_TYPE_SYSTEM_CACHED);
   for (size_t i = 0; i < OPERATIONS; i++) {
      struct worst worst[3] = {{0}};
      for (unsigned kind = 0; kind < 3; kind++) {
         if (!(operations[i].kinds >> kind & 1))
            continue;
         fm = &formats[kind];
         half = kind == 0;
         worst[kind] = measure(&operations[i], kind, &in, &out);
         wrong += worst[kind].wrong;
         if (worst[kind].wrong)
            print_error("%s f%d: %u of %u wrong\n", operations[i].name, fm->bits, worst[kind].wrong, worst[kind].looked);
      }
      print_row(stdout, &operations[i], worst);
      if (table)
         print_row(table, &operations[i], worst);
   }
   vkt_buffer_free(&t, &in);
   vkt_buffer_free(&t, &out);
   if (table)
      fclose(table);
   assert_int_equal(wrong, 0);
}

static int setup(void **state)
{
   static const char *const extensions[] = {
      VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME, VK_KHR_16BIT_STORAGE_EXTENSION_NAME,
      VK_KHR_STORAGE_BUFFER_STORAGE_CLASS_EXTENSION_NAME, VK_KHR_SHADER_FLOAT_CONTROLS_EXTENSION_NAME};
   VkPhysicalDevice16BitStorageFeatures storage = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES, .storageBuffer16BitAccess = VK_TRUE};
   VkPhysicalDeviceShaderFloat16Int8Features halves_too = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES, .pNext = &storage, .shaderFloat16 = VK_TRUE};
   VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                         .pNext = &halves_too,
                                         .features = {.shaderFloat64 = VK_TRUE, .shaderInt16 = VK_TRUE, .shaderInt64 = VK_TRUE}};
   struct vkt_options o = {.extensions = extensions, .extension_count = 4, .device_next = &features};
   vkt_open_instance(&t, &o);
   vkt_ok(vkt_create_device(&t, &o));
   return 0;
}

static int teardown(void **state)
{
   vkt_close(&t);
   return 0;
}
#else
static int setup(void **state) { return 0; }
static int teardown(void **state) { return 0; }
static void test_precision(void **state)
{
   print_message("the compiler has no __float128\n");
   skip();
}
#endif

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(test_precision)};
   return cmocka_run_group_tests(tests, setup, teardown);
}
