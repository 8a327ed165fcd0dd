/* One texel between memory and numbers, for every format that is not compressed.
 *
 * Invariant: packing what was unpacked gives the same bits, but for the second encoding of SNORM -1
 * and for NaNs. Only exact integer and f32/f64 arithmetic with one rounding is used, so every host
 * computes the same. Compressed blocks are the texture unit's.
 */
#include "formats.h"

#include <string.h>

#include "fmt_srgb.h"

static float f32_of(uint32_t bits)
{
   float f;
   memcpy(&f, &bits, sizeof f);
   return f;
}

static uint32_t bits_of(float f)
{
   uint32_t bits;
   memcpy(&bits, &f, sizeof bits);
   return bits;
}

static uint64_t ones(unsigned bits)
{
   return bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
}

/* A component never crosses more than 8 bytes from the byte it starts in, bit fields only within 4. */
static uint64_t read_bits(const uint8_t *memory, unsigned block_B, fmt_component c)
{
   uint64_t value = 0;
   unsigned first = c.shift / 8, last = (c.shift + c.bits + 7u) / 8;

   for (unsigned i = first; i < last && i < block_B && i - first < 8; i++)
      value |= (uint64_t)memory[i] << 8 * (i - first);
   return value >> c.shift % 8 & ones(c.bits);
}

static void write_bits(uint8_t *memory, unsigned block_B, fmt_component c, uint64_t value)
{
   unsigned first = c.shift / 8, last = (c.shift + c.bits + 7u) / 8;
   uint64_t shifted = (value & ones(c.bits)) << c.shift % 8;

   for (unsigned i = first; i < last && i < block_B && i - first < 8; i++)
      memory[i] |= (uint8_t)(shifted >> 8 * (i - first));
}

/* ---- small floats ------------------------------------------------------------------------ */

/* value >> shift, rounded to nearest even. */
static uint32_t shift_round(uint32_t value, unsigned shift)
{
   if (shift > 31)
      return 0;
   uint32_t kept = value >> shift, rest = value & ((1u << shift) - 1), half = shift ? 1u << (shift - 1) : 1;
   return shift ? kept + (rest > half || (rest == half && (kept & 1))) : value;
}

/* Magnitude of a finite f32 as a float of 5 exponent bits (bias 15) and `mantissa` bits, denormals
 * included; may round up to the infinity pattern. */
static uint32_t small_float(uint32_t magnitude, unsigned mantissa)
{
   int exponent = (int)(magnitude >> 23) - 127 + 15;
   unsigned drop = 23 - mantissa;

   if (exponent >= 31)
      return 31u << mantissa;
   if (exponent > 0)
      return shift_round((uint32_t)exponent << 23 | (magnitude & 0x7fffff), drop);
   if (magnitude < 0x00800000)
      return 0;
   return shift_round((magnitude & 0x7fffff) | 0x800000, drop + 1 - (unsigned)exponent);
}

static float small_float_value(uint32_t bits, unsigned mantissa)
{
   uint32_t exponent = bits >> mantissa & 31, fraction = bits & ((1u << mantissa) - 1);

   if (exponent == 31)
      return f32_of(fraction ? 0x7fc00000 : 0x7f800000);
   if (!exponent) /* fraction * 2^(-14 - mantissa), exact */
      return (float)fraction * f32_of((127u - 14 - mantissa) << 23);
   return f32_of((exponent + 127 - 15) << 23 | fraction << (23 - mantissa));
}

uint16_t fmt_f32_to_f16(float value)
{
   uint32_t bits = bits_of(value), magnitude = bits & 0x7fffffff, sign = bits >> 16 & 0x8000;

   if (magnitude > 0x7f800000)
      return 0x7e00;
   return (uint16_t)(sign | small_float(magnitude, 10));
}

float fmt_f16_to_f32(uint16_t bits)
{
   float magnitude = small_float_value(bits & 0x7fff, 10);
   return bits & 0x8000 && magnitude == magnitude ? -magnitude : magnitude;
}

/* Negative becomes 0, too large the largest finite value, infinity stays. */
static uint32_t pack_ufloat(float value, unsigned bits)
{
   unsigned mantissa = bits - 5;
   uint32_t b = bits_of(value), infinity = 31u << mantissa;

   if ((b & 0x7fffffff) > 0x7f800000)
      return infinity | 1u << (mantissa - 1);
   if (b >> 31)
      return 0;
   if (b == 0x7f800000)
      return infinity;
   uint32_t packed = small_float(b, mantissa);
   return packed < infinity ? packed : infinity - 1;
}

/* ---- fixed point --------------------------------------------------------------------------- */

/* Non-negative x to the nearest integer, ties to even; x < 2^33. */
static uint64_t round_even(double x)
{
   uint64_t n = (uint64_t)x;
   double rest = x - (double)n;
   return n + (rest > 0.5 || (rest == 0.5 && (n & 1)));
}

static double clamp(double x, double low, double high)
{
   if (!(x == x))
      return 0;
   return x < low ? low : x > high ? high : x;
}

static int64_t round_signed(double x)
{
   return x < 0 ? -(int64_t)round_even(-x) : (int64_t)round_even(x);
}

static uint32_t pack_srgb(float value)
{
   uint32_t low = 0, high = 255;

   if (!(value > 0))
      return 0;
   while (low < high) {
      uint32_t mid = (low + high) / 2;
      if (value >= f32_of(fmt_srgb_threshold[mid]))
         low = mid + 1;
      else
         high = mid;
   }
   return low;
}

static int64_t sign_extend(uint64_t raw, unsigned bits)
{
   uint64_t sign = UINT64_C(1) << (bits - 1);
   return (int64_t)((raw ^ sign) - sign);
}

/* ---- one component ---------------------------------------------------------------------------- */

static void unpack_sfloat(uint64_t raw, unsigned bits, fmt_texel *out, unsigned c)
{
   if (bits == 64)
      out->c[c].u64 = raw;
   else if (bits == 32)
      out->c[c].u = (uint32_t)raw;
   else
      out->c[c].f = fmt_f16_to_f32((uint16_t)raw);
}

static void unpack_component(enum fmt_type type, uint64_t raw, unsigned bits, fmt_texel *out, unsigned c)
{
   int64_t value = sign_extend(raw, bits);

   switch (type) {
   case FMT_UNORM:
      out->c[c].f = (float)raw / (float)ones(bits);
      return;
   case FMT_SNORM:
      out->c[c].f = (float)value / (float)ones(bits - 1);
      if (out->c[c].f < -1)
         out->c[c].f = -1;
      return;
   case FMT_USCALED:
      out->c[c].f = (float)raw;
      return;
   case FMT_SSCALED:
      out->c[c].f = (float)value;
      return;
   case FMT_UINT:
      if (bits == 64)
         out->c[c].u64 = raw;
      else
         out->c[c].u = (uint32_t)raw;
      return;
   case FMT_SINT:
      if (bits == 64)
         out->c[c].i64 = value;
      else
         out->c[c].i = (int32_t)value;
      return;
   case FMT_SFLOAT:
      unpack_sfloat(raw, bits, out, c);
      return;
   case FMT_UFLOAT:
      out->c[c].f = small_float_value((uint32_t)raw, bits - 5);
      return;
   case FMT_SRGB:
      out->c[c].f = f32_of(fmt_srgb_linear[raw & 255]);
      return;
   }
}

static uint64_t pack_uint(const fmt_texel *t, unsigned c, unsigned bits)
{
   uint64_t value = bits == 64 ? t->c[c].u64 : t->c[c].u;
   return value < ones(bits) ? value : ones(bits);
}

static uint64_t pack_sint(const fmt_texel *t, unsigned c, unsigned bits)
{
   int64_t value = bits == 64 ? t->c[c].i64 : t->c[c].i, high = (int64_t)ones(bits - 1);
   return (uint64_t)(value > high ? high : value < -high - 1 ? -high - 1 : value);
}

static uint64_t pack_component(enum fmt_type type, const fmt_texel *t, unsigned c, unsigned bits)
{
   double high = (double)ones(bits), signed_high = (double)ones(bits - 1);

   switch (type) {
   case FMT_UNORM:
      return round_even(clamp(t->c[c].f, 0, 1) * high);
   case FMT_SNORM:
      return (uint64_t)round_signed(clamp(t->c[c].f, -1, 1) * signed_high);
   case FMT_USCALED:
      return round_even(clamp(t->c[c].f, 0, high));
   case FMT_SSCALED:
      return (uint64_t)round_signed(clamp(t->c[c].f, -signed_high - 1, signed_high));
   case FMT_UINT:
      return pack_uint(t, c, bits);
   case FMT_SINT:
      return pack_sint(t, c, bits);
   case FMT_SFLOAT:
      return bits == 64 ? t->c[c].u64 : bits == 32 ? t->c[c].u : fmt_f32_to_f16(t->c[c].f);
   case FMT_UFLOAT:
      return pack_ufloat(t->c[c].f, bits);
   case FMT_SRGB:
      return pack_srgb(t->c[c].f);
   }
   return 0;
}

/* ---- E5B9G9R9 (Vulkan specification, "Conversion to shared exponent") ----------------------------- */

#define SHARED_BIAS 15
#define SHARED_MANTISSA 9
#define SHARED_MAX 65408.0f /* 511/512 * 2^16 */

static float power_of_2(int e)
{
   return f32_of((uint32_t)(e + 127) << 23);
}

static void unpack_shared(const uint8_t *memory, fmt_texel *out)
{
   uint32_t raw = (uint32_t)read_bits(memory, 4, (fmt_component){0, 32});
   float scale = power_of_2((int)(raw >> 27) - SHARED_BIAS - SHARED_MANTISSA);

   for (unsigned i = 0; i < 3; i++)
      out->c[i].f = (float)(raw >> 9 * i & 511) * scale;
}

static float clamp_shared(float x)
{
   return !(x > 0) ? 0 : x < SHARED_MAX ? x : SHARED_MAX;
}

static uint32_t shared_mantissa(float x, int exponent)
{
   return (uint32_t)((double)x / power_of_2(exponent - SHARED_BIAS - SHARED_MANTISSA) + 0.5);
}

static void pack_shared(const fmt_texel *t, uint8_t *memory)
{
   float rgb[3], max = 0;

   for (unsigned i = 0; i < 3; i++) {
      rgb[i] = clamp_shared(t->c[i].f);
      max = rgb[i] > max ? rgb[i] : max;
   }
   int log2 = (int)(bits_of(max) >> 23) - 127;
   int exponent = (log2 > -SHARED_BIAS - 1 ? log2 : -SHARED_BIAS - 1) + 1 + SHARED_BIAS;
   if (shared_mantissa(max, exponent) == 1u << SHARED_MANTISSA)
      exponent++;
   uint32_t packed = (uint32_t)exponent << 27;
   for (unsigned i = 0; i < 3; i++)
      packed |= shared_mantissa(rgb[i], exponent) << 9 * i;
   write_bits(memory, 4, (fmt_component){0, 32}, packed);
}

/* ---- one texel --------------------------------------------------------------------------------------- */

/* Value of an absent component: 0, and 1 in the format's own kind of number for alpha. */
static void set_absent(const fmt_info *info, fmt_texel *out, unsigned c)
{
   memset(&out->c[c], 0, sizeof out->c[c]);
   if (c != 3 || info->layout == FMT_DEPTH)
      return;
   bool wide = info->component[0].bits == 64, integer = info->type == FMT_UINT || info->type == FMT_SINT;
   if (integer && wide)
      out->c[c].u64 = 1;
   else if (integer)
      out->c[c].u = 1;
   else if (wide)
      out->c[c].f64 = 1;
   else
      out->c[c].f = 1;
}

static bool has_texels(const fmt_info *info)
{
   return info->layout == FMT_PLAIN || info->layout == FMT_SHARED_EXP || info->layout == FMT_DEPTH;
}

bool fmt_unpack(const fmt_info *info, const void *memory, fmt_texel *out)
{
   if (!has_texels(info))
      return false;
   for (unsigned c = 0; c < 4; c++)
      set_absent(info, out, c);
   if (info->layout == FMT_SHARED_EXP) {
      unpack_shared(memory, out);
      return true;
   }
   for (unsigned c = 0; c < 4; c++)
      if (info->component[c].bits)
         unpack_component(fmt_component_type(info, c), read_bits(memory, info->block_B, info->component[c]),
                          info->component[c].bits, out, c);
   return true;
}

bool fmt_pack(const fmt_info *info, const fmt_texel *texel, void *memory)
{
   if (!has_texels(info))
      return false;
   memset(memory, 0, info->block_B);
   if (info->layout == FMT_SHARED_EXP) {
      pack_shared(texel, memory);
      return true;
   }
   for (unsigned c = 0; c < 4; c++)
      if (info->component[c].bits)
         write_bits(memory, info->block_B, info->component[c],
                    pack_component(fmt_component_type(info, c), texel, c, info->component[c].bits));
   return true;
}
