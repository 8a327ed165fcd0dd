/* Conversions between every two types of numbers on the GPU: correctly rounded to nearest even, and towards zero to integers,
 * for all f16, edge cases and random numbers of every size. What does not fit into an integer is not defined. */
#include "vkt.h"
#ifdef __SIZEOF_FLOAT128__
#include "precision_convert_spirv.h"
#include "precision/precision_wide.h"

#define RECORDS 65536u

static struct vkt t;
static const char *const names[] = {"f16", "f32", "f64", "i32", "u32", "i64", "u64"};
enum { FLOATS = 3, TYPES = 7 };

static int width_of(uint32_t type) { return type < FLOATS ? formats[type].bits : type < 5 ? 32 : 64; }
static bool is_signed(uint32_t type) { return type == 3 || type == 5; }

static W value_of(uint32_t type, uint64_t bits)
{
   if (type < FLOATS) {
      fm = &formats[type];
      return from_bits(bits);
   }
   if (is_signed(type))
      return type == 3 ? (W)(int32_t)(uint32_t)bits : (W)(int64_t)bits;
   return (W)bits;
}

static uint64_t next(uint64_t *seed)
{
   *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
   return *seed >> 20 ^ *seed << 37;
}

/* Every f16; else random bits, numbers of random size, and halfway cases one after the other. */
static uint64_t operand(uint32_t type, uint32_t i, uint64_t *seed)
{
   uint64_t mask = width_of(type) == 64 ? UINT64_MAX : (UINT64_C(1) << width_of(type)) - 1, any = next(seed);
   if (type == 0)
      return i;
   if (type >= FLOATS)
      return (i % 4 == 0   ? any
              : i % 4 == 1 ? any >> any % 64
              : i % 4 == 2 ? (UINT64_C(1) << any % 64) + (any >> 8) % 5 - 2
                           : ((any >> 40 | 1) << any % 40) + (any >> 20) % 3 - 1) & mask;
   /* of a wider float: bits that end near the middle between two narrower ones, sizes that integers have */
   fm = &formats[type];
   uint64_t tail = (any >> 12) % 3 - 1;
   if (i % 4 == 0)
      return any & mask;
   if (i % 4 == 1)
      return to_bits((W)(int64_t)any * w_pow2(-(int)(next(seed) % 64)));
   int cut = i % 4 == 2 ? fm->digits - 11 : fm->digits - 24;
   if (cut < 1)
      cut = fm->digits - 11;
   uint64_t middle = (any & mask & ~((UINT64_C(1) << cut) - 1)) | UINT64_C(1) << (cut - 1);
   uint64_t near_1 = (uint64_t)(fm->e_max - 30 + (int)(next(seed) % 60)) << (fm->digits - 1);
   return (near_1 | (middle & ((UINT64_C(1) << (fm->digits - 1)) - 1))) + (tail & mask);
}

/* False if the result is not defined. */
static bool expect(uint32_t to, W v, uint64_t *bits)
{
   if (to < FLOATS) {
      fm = &formats[to];
      *bits = v == v ? to_bits(to_format(v, 0)) : 0;
      if (v == v && !finite_w(to_format(v, 0)))
         *bits = (uint64_t)(2 * fm->e_max + 1) << (fm->digits - 1) | (uint64_t)(v < 0) << (fm->bits - 1);
      return true;
   }
   int w = width_of(to) - is_signed(to);
   W whole = w_trunc(v);
   if (!(whole < w_pow2(w)) || !(whole >= (is_signed(to) ? -w_pow2(w) : 0)))
      return false;
   *bits = whole < 0 ? (uint64_t)(int64_t)whole : (uint64_t)whole;
   *bits &= width_of(to) == 64 ? UINT64_MAX : UINT32_MAX;
   return true;
}

static uint32_t compare(uint32_t from, uint32_t to, const uint64_t *in, const uint64_t *out)
{
   uint32_t wrong = 0;
   for (uint32_t i = 0; i < RECORDS; i++) {
      W v = value_of(from, in[i]);
      uint64_t want;
      if (!expect(to, v, &want))
         continue;
      bool same = out[i] == want;
      if (to < FLOATS && v != v)
         same = value_of(to, out[i]) != value_of(to, out[i]);
      if (!same && wrong++ < 3)
         print_error("%s to %s: 0x%llx gives 0x%llx, not 0x%llx\n", names[from], names[to], (unsigned long long)in[i],
                     (unsigned long long)out[i], (unsigned long long)want);
   }
   return wrong;
}

static void test_conversions(void **state)
{
   struct vkt_buffer in = vkt_buffer(&t, RECORDS * 8, VKT_TYPE_SYSTEM_CACHED);
   struct vkt_buffer out = vkt_buffer(&t, RECORDS * 8, VKT_TYPE_SYSTEM_CACHED);
   uint32_t wrong = 0;
   uint64_t seed = 1;
   for (uint32_t n = 0; n < TYPES * TYPES; n++) {
      VkSpecializationMapEntry entry = {0, 0, 4};
      VkSpecializationInfo spec = {1, &entry, 4, &n};
      struct vkt_compute_info info = {VKT_SPIRV(precision_convert_spirv), .bindings = 2, .spec = &spec};
      if (n / TYPES >= FLOATS && n % TYPES >= FLOATS)
         continue;
      struct vkt_compute c = vkt_compute(&t, &info);
      for (uint32_t i = 0; i < RECORDS; i++)
         ((uint64_t *)in.host)[i] = operand(n / TYPES, i, &seed);
      vkt_bind_buffer(&t, &c, 0, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &in, 0, VK_WHOLE_SIZE);
      vkt_bind_buffer(&t, &c, 1, 0, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, &out, 0, VK_WHOLE_SIZE);
      VkCommandBuffer cmd = vkt_begin(&t);
      vkt_dispatch(cmd, &c, RECORDS / 64, 1, 1);
      vkt_barrier(cmd);
      vkt_ok(vkt_submit(&t, cmd));
      wrong += compare(n / TYPES, n % TYPES, in.host, out.host);
      vkt_compute_free(&t, &c);
   }
   vkt_buffer_free(&t, &in);
   vkt_buffer_free(&t, &out);
   assert_int_equal(wrong, 0);
}

static int setup(void **state)
{
   static const char *const extensions[] = {VK_KHR_SHADER_FLOAT16_INT8_EXTENSION_NAME};
   VkPhysicalDeviceShaderFloat16Int8Features halves = {
      .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES, .shaderFloat16 = VK_TRUE};
   VkPhysicalDeviceFeatures2 features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                         .pNext = &halves,
                                         .features = {.shaderFloat64 = VK_TRUE, .shaderInt16 = VK_TRUE, .shaderInt64 = VK_TRUE}};
   struct vkt_options o = {.extensions = extensions, .extension_count = 1, .device_next = &features};
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
static void test_conversions(void **state)
{
   print_message("the compiler has no __float128\n");
   skip();
}
#endif

int main(void)
{
   const struct CMUnitTest tests[] = {cmocka_unit_test(test_conversions)};
   return cmocka_run_group_tests(tests, setup, teardown);
}
