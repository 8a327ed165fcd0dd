/* ETC2 and EAC blocks to texels. Private to gpu/; users call fmt_decode_block.
 *
 * Blocks are big-endian 64-bit words whose texels run down the columns. Rules: Khronos Data Format Specification,
 * chapter ETC2. Every bit pattern means something.
 */
#include "fmt_block_formats.h"

typedef struct rgb {
   int c[3];
} rgb;

static uint64_t big_endian(const uint8_t *p)
{
   uint64_t v = 0;
   for (unsigned i = 0; i < 8; i++)
      v = v << 8 | p[i];
   return v;
}

static unsigned bits(uint64_t word, unsigned low, unsigned n)
{
   return (unsigned)(word >> low) & ((1u << n) - 1);
}

static int clamp(int x, int low, int high)
{
   return x < low ? low : x > high ? high : x;
}

/* n bits to 8 by repeating the upper ones. */
static int widen(unsigned v, unsigned n)
{
   v <<= 8 - n;
   return (int)(v | v >> n);
}

static rgb add(rgb colour, int d)
{
   for (unsigned k = 0; k < 3; k++)
      colour.c[k] = clamp(colour.c[k] + d, 0, 255);
   return colour;
}

static unsigned texel_index(uint64_t word, unsigned column_order)
{
   return bits(word, 16 + column_order, 1) << 1 | bits(word, column_order, 1);
}

static void put(const fmt_info *info, float *texel, rgb colour, bool opaque)
{
   for (unsigned k = 0; k < 3; k++)
      texel[k] = !opaque                  ? 0
                 : info->type == FMT_SRGB ? fmt_srgb_to_f32((uint8_t)colour.c[k])
                                          : (float)colour.c[k] / 255.0f;
   texel[3] = opaque ? 1 : 0;
}

/* Two half blocks, each a base colour and a table of brightnesses. */
static void decode_halves(const fmt_info *info, uint64_t w, const rgb base[2], bool opaque, float *out)
{
   static const uint8_t steps[8][2] = {{2, 8}, {5, 17}, {9, 29}, {13, 42}, {18, 60}, {24, 80}, {33, 106}, {47, 183}};
   bool flip = bits(w, 32, 1);

   for (unsigned i = 0; i < 16; i++) {
      unsigned x = i / 4, y = i % 4, half = (flip ? y : x) >= 2, k = texel_index(w, i);
      int step = steps[bits(w, half ? 34 : 37, 3)][k & 1];
      if (!opaque && !(k & 1))
         step = 0;
      put(info, out + 4 * (4 * y + x), add(base[half], k & 2 ? -step : step), opaque || k != 2);
   }
}

static void decode_individual(const fmt_info *info, uint64_t w, float *out)
{
   rgb base[2];
   for (unsigned k = 0; k < 3; k++) {
      base[0].c[k] = widen(bits(w, 60 - 8 * k, 4), 4);
      base[1].c[k] = widen(bits(w, 56 - 8 * k, 4), 4);
   }
   decode_halves(info, w, base, true, out);
}

static void decode_paints(const fmt_info *info, uint64_t w, const rgb paint[4], bool opaque, float *out)
{
   for (unsigned i = 0; i < 16; i++) {
      unsigned k = texel_index(w, i);
      put(info, out + 4 * (i % 4 * 4 + i / 4), paint[k], opaque || k != 2);
   }
}

static const uint8_t distances[8] = {3, 6, 11, 16, 23, 32, 41, 64};

static void decode_t(const fmt_info *info, uint64_t w, bool opaque, float *out)
{
   rgb a = {{widen(bits(w, 59, 2) << 2 | bits(w, 56, 2), 4), widen(bits(w, 52, 4), 4), widen(bits(w, 48, 4), 4)}};
   rgb b = {{widen(bits(w, 44, 4), 4), widen(bits(w, 40, 4), 4), widen(bits(w, 36, 4), 4)}};
   int d = distances[bits(w, 34, 2) << 1 | bits(w, 32, 1)];
   rgb paint[4] = {a, add(b, d), b, add(b, -d)};
   decode_paints(info, w, paint, opaque, out);
}

static void decode_h(const fmt_info *info, uint64_t w, bool opaque, float *out)
{
   unsigned a[3] = {bits(w, 59, 4), bits(w, 56, 3) << 1 | bits(w, 52, 1), bits(w, 51, 1) << 3 | bits(w, 47, 3)};
   unsigned b[3] = {bits(w, 43, 4), bits(w, 39, 4), bits(w, 35, 4)};
   rgb first, second;
   for (unsigned k = 0; k < 3; k++) {
      first.c[k] = widen(a[k], 4);
      second.c[k] = widen(b[k], 4);
   }
   /* which colour comes first is the lowest bit of the distance */
   bool ordered = (a[0] << 8 | a[1] << 4 | a[2]) >= (b[0] << 8 | b[1] << 4 | b[2]);
   int d = distances[bits(w, 34, 1) << 2 | bits(w, 32, 1) << 1 | ordered];
   rgb paint[4] = {add(first, d), add(first, -d), add(second, d), add(second, -d)};
   decode_paints(info, w, paint, opaque, out);
}

static void decode_planar(const fmt_info *info, uint64_t w, float *out)
{
   int o[3] = {widen(bits(w, 57, 6), 6), widen(bits(w, 56, 1) << 6 | bits(w, 49, 6), 7),
               widen(bits(w, 48, 1) << 5 | bits(w, 43, 2) << 3 | bits(w, 39, 3), 6)};
   int h[3] = {widen(bits(w, 34, 5) << 1 | bits(w, 32, 1), 6), widen(bits(w, 25, 7), 7), widen(bits(w, 19, 6), 6)};
   int v[3] = {widen(bits(w, 13, 6), 6), widen(bits(w, 6, 7), 7), widen(bits(w, 0, 6), 6)};

   for (int i = 0; i < 16; i++) {
      rgb colour;
      for (unsigned k = 0; k < 3; k++)
         colour.c[k] = clamp((i % 4 * (h[k] - o[k]) + i / 4 * (v[k] - o[k]) + 4 * o[k] + 2) >> 2, 0, 255);
      put(info, out + 4 * i, colour, true);
   }
}

/* A 5-bit base and a signed 3-bit difference per component; a sum out of range announces another mode. */
static void decode_rgb(const fmt_info *info, const uint8_t *block, bool punch_through, float *out)
{
   uint64_t w = big_endian(block);
   bool flag = bits(w, 33, 1), opaque = !punch_through || flag;
   rgb base[2];
   int overflow = -1;

   if (!punch_through && !flag) {
      decode_individual(info, w, out);
      return;
   }
   for (unsigned k = 0; k < 3; k++) {
      int b = (int)bits(w, 59 - 8 * k, 5), d = (int)(bits(w, 56 - 8 * k, 3) ^ 4) - 4;
      if ((b + d < 0 || b + d > 31) && overflow < 0)
         overflow = (int)k;
      base[0].c[k] = widen((unsigned)b, 5);
      base[1].c[k] = widen((unsigned)(b + d) & 31, 5);
   }
   if (overflow == 0)
      decode_t(info, w, opaque, out);
   else if (overflow == 1)
      decode_h(info, w, opaque, out);
   else if (overflow == 2)
      decode_planar(info, w, out);
   else
      decode_halves(info, w, base, opaque, out);
}

/* ---- EAC: one component ------------------------------------------------------------------------------------ */
static const int8_t eac_steps[16][4] = { /* the negative four; the others are -1 - step */
   {-3, -6, -9, -15}, {-3, -7, -10, -13}, {-2, -5, -8, -13}, {-2, -4, -6, -13}, {-3, -6, -8, -12}, {-3, -7, -9, -11},
   {-4, -7, -8, -11}, {-3, -5, -8, -11},  {-2, -6, -8, -10}, {-2, -5, -8, -10}, {-2, -4, -8, -10}, {-2, -5, -7, -10},
   {-3, -4, -7, -10}, {-1, -2, -3, -10},  {-4, -6, -8, -9},  {-3, -5, -7, -9},
};

static int eac_step(uint64_t w, unsigned i)
{
   unsigned k = bits(w, 45 - 3 * i, 3);
   int s = eac_steps[bits(w, 48, 4)][k & 3];
   return k & 4 ? -1 - s : s;
}

static void decode_eac8(const uint8_t *block, float *out)
{
   uint64_t w = big_endian(block);
   for (unsigned i = 0; i < 16; i++)
      out[4 * (i % 4 * 4 + i / 4)] =
         (float)clamp((int)bits(w, 56, 8) + (int)bits(w, 52, 4) * eac_step(w, i), 0, 255) / 255.0f;
}

static void decode_eac11(const uint8_t *block, bool is_signed, float *out)
{
   uint64_t w = big_endian(block);
   int base = (int)bits(w, 56, 8), scale = (int)bits(w, 52, 4) * 8;

   if (is_signed) {
      base = base > 127 ? base - 256 : base;
      base = base == -128 ? -127 : base;
   }
   for (unsigned i = 0; i < 16; i++) {
      int v = base * 8 + (is_signed ? 0 : 4) + (scale ? scale : 1) * eac_step(w, i);
      out[4 * (i % 4 * 4 + i / 4)] =
         is_signed ? (float)clamp(v, -1023, 1023) / 1023.0f : (float)clamp(v, 0, 2047) / 2047.0f;
   }
}

void fmt_etc_decode(const fmt_info *info, const uint8_t *block, float *out)
{
   bool eac11 = info->name[0] == 'E' && info->name[1] == 'A';

   if (eac11) {
      for (unsigned c = 0; c < info->components; c++)
         decode_eac11(block + 8 * c, info->type == FMT_SNORM, out + c);
      return;
   }
   if (info->block_B == 16) {
      decode_rgb(info, block + 8, false, out);
      decode_eac8(block, out + 3);
   } else {
      decode_rgb(info, block, info->components == 4, out);
   }
}
