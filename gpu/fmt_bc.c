/* BC1 to BC7 blocks to texels. Private to gpu/; users call fmt_decode_block.
 *
 * BC1 to BC3 interpolate 8-bit codes (so that sRGB decodes a code), rounding down; BC4 and BC5 interpolate f32; BC6H
 * and BC7 are exact by specification. Reserved modes give opaque black. Rules: Khronos Data Format Specification,
 * chapters S3TC, RGTC and BPTC.
 */
#include "fmt_block_formats.h"

#include <string.h>

/* ---- bits ------------------------------------------------------------------------------------------------- */
struct bits {
   uint64_t word[2];
   unsigned at;
};

static uint64_t little_endian(const uint8_t *p, unsigned n)
{
   uint64_t v = 0;
   for (unsigned i = 0; i < n; i++)
      v |= (uint64_t)p[i] << 8 * i;
   return v;
}

static struct bits bits_of(const uint8_t *block)
{
   return (struct bits){{little_endian(block, 8), little_endian(block + 8, 8)}, 0};
}

static unsigned take(struct bits *b, unsigned n)
{
   unsigned value = 0;
   for (unsigned i = 0; i < n; i++, b->at++)
      value |= (unsigned)(b->word[b->at / 64 & 1] >> b->at % 64 & 1) << i;
   return value;
}

static float from_code(const fmt_info *info, uint8_t code)
{
   return info->type == FMT_SRGB ? fmt_srgb_to_f32(code) : (float)code / 255.0f;
}

/* ---- BC1, and the colours of BC2 and BC3 --------------------------------------------------------------------- */
static void expand_565(unsigned c, uint8_t rgb[3])
{
   unsigned r = c >> 11, g = c >> 5 & 63, b = c & 31;
   rgb[0] = (uint8_t)(r << 3 | r >> 2);
   rgb[1] = (uint8_t)(g << 2 | g >> 4);
   rgb[2] = (uint8_t)(b << 3 | b >> 2);
}

static void decode_colours(const fmt_info *info, const uint8_t *block, bool four_always, float *out)
{
   unsigned c0 = (unsigned)little_endian(block, 2), c1 = (unsigned)little_endian(block + 2, 2);
   bool four = four_always || c0 > c1;
   uint8_t code[4][3];
   uint64_t index = little_endian(block + 4, 4);

   expand_565(c0, code[0]);
   expand_565(c1, code[1]);
   for (unsigned c = 0; c < 3; c++) {
      unsigned a = code[0][c], b = code[1][c];
      code[2][c] = (uint8_t)(four ? (2 * a + b) / 3 : (a + b) / 2);
      code[3][c] = (uint8_t)(four ? (a + 2 * b) / 3 : 0);
   }
   for (unsigned i = 0; i < 16; i++) {
      unsigned k = index >> 2 * i & 3;
      for (unsigned c = 0; c < 3; c++)
         out[4 * i + c] = from_code(info, code[k][c]);
      out[4 * i + 3] = !four && k == 3 && info->components == 4 ? 0.0f : 1.0f;
   }
}

/* ---- BC4, BC5 and the alpha of BC2 and BC3 --------------------------------------------------------------------- */
static float end_value(uint8_t code, bool is_signed)
{
   float v = is_signed ? (float)(int8_t)code / 127.0f : (float)code / 255.0f;
   return v < -1 ? -1 : v;
}

static void decode_ramp(const uint8_t *block, bool is_signed, float *out)
{
   float v[8] = {end_value(block[0], is_signed), end_value(block[1], is_signed)};
   uint64_t index = little_endian(block + 2, 6);
   unsigned steps = v[0] > v[1] ? 7 : 5;

   for (unsigned i = 1; i < steps; i++)
      v[i + 1] = (v[0] * (float)(steps - i) + v[1] * (float)i) / (float)steps;
   if (steps == 5) {
      v[6] = is_signed ? -1 : 0;
      v[7] = 1;
   }
   for (unsigned i = 0; i < 16; i++)
      out[4 * i] = v[index >> 3 * i & 7];
}

static void decode_bc4_bc5(const fmt_info *info, const uint8_t *block, float *out)
{
   for (unsigned c = 0; c < info->components; c++)
      decode_ramp(block + 8 * c, info->type == FMT_SNORM, out + c);
}

static void decode_bc2(const fmt_info *info, const uint8_t *block, float *out)
{
   decode_colours(info, block + 8, true, out);
   for (unsigned i = 0; i < 16; i++)
      out[4 * i + 3] = (float)(block[i / 2] >> 4 * (i & 1) & 15) / 15.0f;
}

static void decode_bc3(const fmt_info *info, const uint8_t *block, float *out)
{
   decode_colours(info, block + 8, true, out);
   decode_ramp(block, false, out + 3);
}

/* ---- partitions and weights of BC6H and BC7 ---------------------------------------------------------------------- */
static const uint16_t subsets_2[64] = {
   0xcccc, 0x8888, 0xeeee, 0xecc8, 0xc880, 0xfeec, 0xfec8, 0xec80, 0xc800, 0xffec, 0xfe80, 0xe800, 0xffe8,
   0xff00, 0xfff0, 0xf000, 0xf710, 0x008e, 0x7100, 0x08ce, 0x008c, 0x7310, 0x3100, 0x8cce, 0x088c, 0x3110,
   0x6666, 0x366c, 0x17e8, 0x0ff0, 0x718e, 0x399c, 0xaaaa, 0xf0f0, 0x5a5a, 0x33cc, 0x3c3c, 0x55aa, 0x9696,
   0xa55a, 0x73ce, 0x13c8, 0x324c, 0x3bdc, 0x6996, 0xc33c, 0x9966, 0x0660, 0x0272, 0x04e4, 0x4e40, 0x2720,
   0xc936, 0x936c, 0x39c6, 0x639c, 0x9336, 0x9cc6, 0x817e, 0xe718, 0xccf0, 0x0fcc, 0x7744, 0xee22,
};
static const uint32_t subsets_3[64] = {
   0xaa685050, 0x6a5a5040, 0x5a5a4200, 0x5450a0a8, 0xa5a50000, 0xa0a05050, 0x5555a0a0, 0x5a5a5050,
   0xaa550000, 0xaa555500, 0xaaaa5500, 0x90909090, 0x94949494, 0xa4a4a4a4, 0xa9a59450, 0x2a0a4250,
   0xa5945040, 0x0a425054, 0xa5a5a500, 0x55a0a0a0, 0xa8a85454, 0x6a6a4040, 0xa4a45000, 0x1a1a0500,
   0x0050a4a4, 0xaaa59090, 0x14696914, 0x69691400, 0xa08585a0, 0xaa821414, 0x50a4a450, 0x6a5a0200,
   0xa9a58000, 0x5090a0a8, 0xa8a09050, 0x24242424, 0x00aa5500, 0x24924924, 0x24499224, 0x50a50a50,
   0x500aa550, 0xaaaa4444, 0x66660000, 0xa5a0a5a0, 0x50a050a0, 0x69286928, 0x44aaaa44, 0x66666600,
   0xaa444444, 0x54a854a8, 0x95809580, 0x96969600, 0xa85454a8, 0x80959580, 0xaa141414, 0x96960000,
   0xaaaa1414, 0xa05050a0, 0xa0a5a5a0, 0x96000000, 0x40804080, 0xa9a8a9a8, 0xaaaaaa44, 0x2a4a5254,
};
/* Texel whose index has one bit less, of the second (and third) subset; the first subset's is texel 0. */
static const uint8_t anchor_2[64] = {
   15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 2, 8, 2,  2,  8, 8,  15, 2,  8,  2,  2,  8,  8, 2, 2,
   15, 15, 6,  8,  2,  8,  15, 15, 2,  8,  2,  2,  2,  15, 15, 6,  6,  2, 6, 8,  15, 15, 2, 2,  15, 15, 15, 15, 15, 2, 2, 15,
};
static const uint8_t anchor_3[2][64] = {
   {3, 3, 15, 15, 8, 3,  15, 15, 8, 8, 6, 6, 6, 5, 3, 3,  3,  3,  8,  15, 3, 3,  6, 10, 5, 8,  8, 6,  8, 5,  15, 15,
    8, 15, 3, 5,  6, 10, 8,  15, 15, 3, 15, 5, 15, 15, 15, 15, 3, 15, 5, 5, 5, 8,  5, 10, 5, 10, 8, 13, 15, 12, 3, 3},
   {15, 8,  8, 3,  15, 15, 3, 8, 15, 15, 15, 15, 15, 15, 15, 8, 15, 8,  15, 3,  15, 8,  15, 8,  3,  15, 6, 10, 15, 15, 10, 8,
    15, 3,  15, 10, 10, 8, 9, 10, 6, 15, 8,  15, 3,  6,  6,  8, 15, 3,  15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 3, 15, 15, 8},
};

static unsigned subset_of(unsigned subsets, unsigned partition, unsigned texel)
{
   if (subsets == 2)
      return subsets_2[partition] >> texel & 1;
   return subsets == 3 ? subsets_3[partition] >> 2 * texel & 3 : 0;
}

static bool is_anchor(unsigned subsets, unsigned partition, unsigned texel)
{
   if (texel == 0)
      return true;
   if (subsets == 2)
      return texel == anchor_2[partition];
   return subsets == 3 && (texel == anchor_3[0][partition] || texel == anchor_3[1][partition]);
}

static int weight(unsigned bits, unsigned index)
{
   static const uint8_t w2[4] = {0, 21, 43, 64}, w3[8] = {0, 9, 18, 27, 37, 46, 55, 64};
   static const uint8_t w4[16] = {0, 4, 9, 13, 17, 21, 26, 30, 34, 38, 43, 47, 51, 55, 60, 64};
   return bits == 2 ? w2[index] : bits == 3 ? w3[index] : w4[index];
}

static int blend(int a, int b, int w)
{
   return (a * (64 - w) + b * w + 32) >> 6;
}

/* ---- BC7 ----------------------------------------------------------------------------------------------------------- */
struct bc7_mode {
   uint8_t subsets, partition_bits, rotation_bits, select_bits, colour_bits, alpha_bits;
   uint8_t endpoint_p, subset_p; /* one extra low bit per endpoint, or shared by a subset's two */
   uint8_t index_bits, index2_bits;
};
static const struct bc7_mode bc7_modes[8] = {
   {3, 4, 0, 0, 4, 0, 1, 0, 3, 0}, {2, 6, 0, 0, 6, 0, 0, 1, 3, 0}, {3, 6, 0, 0, 5, 0, 0, 0, 2, 0}, {2, 6, 0, 0, 7, 0, 1, 0, 2, 0},
   {1, 0, 2, 1, 5, 6, 0, 0, 2, 3}, {1, 0, 2, 0, 7, 8, 0, 0, 2, 2}, {1, 0, 0, 0, 7, 7, 1, 0, 4, 0}, {2, 6, 0, 0, 5, 5, 1, 0, 2, 0},
};

static uint8_t widen(unsigned v, unsigned bits)
{
   v <<= 8 - bits;
   return (uint8_t)(v | v >> bits);
}

static void bc7_endpoints(const struct bc7_mode *m, struct bits *b, uint8_t e[6][4])
{
   unsigned n = 2u * m->subsets, channels = m->alpha_bits ? 4 : 3, raw[6][4], p[6] = {0};
   unsigned extra = m->endpoint_p | m->subset_p;

   for (unsigned c = 0; c < channels; c++)
      for (unsigned i = 0; i < n; i++)
         raw[i][c] = take(b, c == 3 ? m->alpha_bits : m->colour_bits);
   for (unsigned i = 0; i < n && extra; i++)
      p[i] = m->subset_p && i & 1 ? p[i - 1] : take(b, 1);
   for (unsigned i = 0; i < n; i++) {
      e[i][3] = 255;
      for (unsigned c = 0; c < channels; c++)
         e[i][c] = widen(extra ? raw[i][c] << 1 | p[i] : raw[i][c], (c == 3 ? m->alpha_bits : m->colour_bits) + extra);
   }
}

static void bc7_indices(struct bits *b, unsigned bits, unsigned subsets, unsigned partition, uint8_t index[16])
{
   for (unsigned i = 0; i < 16; i++)
      index[i] = (uint8_t)(bits ? take(b, bits - is_anchor(subsets, partition, i)) : 0);
}

static void decode_bc7(const fmt_info *info, const uint8_t *block, float *out)
{
   struct bits b = bits_of(block);
   uint8_t e[6][4], index[2][16];
   unsigned mode = 0;

   while (mode < 8 && !take(&b, 1))
      mode++;
   if (mode == 8) {
      for (unsigned i = 0; i < 64; i++)
         out[i] = 0;
      return;
   }
   const struct bc7_mode *m = &bc7_modes[mode];
   unsigned partition = take(&b, m->partition_bits), rotation = take(&b, m->rotation_bits), select = take(&b, m->select_bits);
   bc7_endpoints(m, &b, e);
   bc7_indices(&b, m->index_bits, m->subsets, partition, index[0]);
   bc7_indices(&b, m->index2_bits, 1, 0, index[1]);
   for (unsigned i = 0; i < 16; i++) {
      unsigned s = 2 * subset_of(m->subsets, partition, i);
      int w0 = weight(m->index_bits, index[0][i]), w1 = m->index2_bits ? weight(m->index2_bits, index[1][i]) : w0;
      int wc = select ? w1 : w0, wa = select ? w0 : w1;
      uint8_t code[4];
      for (unsigned c = 0; c < 4; c++)
         code[c] = (uint8_t)blend(e[s][c], e[s + 1][c], c == 3 ? wa : wc);
      if (rotation) {
         uint8_t alpha = code[3];
         code[3] = code[rotation - 1];
         code[rotation - 1] = alpha;
      }
      for (unsigned c = 0; c < 3; c++)
         out[4 * i + c] = from_code(info, code[c]);
      out[4 * i + 3] = (float)code[3] / 255.0f;
   }
}

/* ---- BC6H ------------------------------------------------------------------------------------------------------------ */
/* Where the bits of the endpoints lie, from the first bit behind the mode on: component (r g b), endpoint (w x are
 * those of the first subset, y z of the second), first and last bit in hexadecimal. */
static const char *const bc6_layout[14] = {
   "gy44 by44 bz44 rw09 gw09 bw09 rx04 gz44 gy03 gx04 bz00 gz03 bx04 bz11 by03 ry04 bz22 rz04 "
   "bz33",
   "gy55 gz45 rw06 bz01 by44 gw06 by55 bz22 gy44 bw06 bz33 bz54 rx05 gy03 gx05 gz03 bx05 by03 "
   "ry05 rz05",
   "rw09 gw09 bw09 rx04 rwaa gy03 gx03 gwaa bz00 gz03 bx03 bwaa bz11 by03 ry04 bz22 rz04 bz33",
   "rw09 gw09 bw09 rx03 rwaa gz44 gy03 gx04 gwaa gz03 bx03 bwaa bz11 by03 ry03 bz00 bz22 rz03 "
   "gy44 bz33",
   "rw09 gw09 bw09 rx03 rwaa by44 gy03 gx03 gwaa bz00 gz03 bx04 bwaa by03 ry03 bz12 rz03 bz43",
   "rw08 by44 gw08 gy44 bw08 bz44 rx04 gz44 gy03 gx04 bz00 gz03 bx04 bz11 by03 ry04 bz22 rz04 "
   "bz33",
   "rw07 gz44 by44 gw07 bz22 gy44 bw07 bz34 rx05 gy03 gx04 bz00 gz03 bx04 bz11 by03 ry05 rz05",
   "rw07 bz00 by44 gw07 gy54 bw07 gz55 bz44 rx04 gz44 gy03 gx05 gz03 bx04 bz11 by03 ry04 bz22 "
   "rz04 bz33",
   "rw07 bz11 by44 gw07 by55 gy44 bw07 bz54 rx04 gz44 gy03 gx04 bz00 gz03 bx05 by03 ry04 bz22 "
   "rz04 bz33",
   "rw05 gz44 bz01 by44 gw05 gy55 by55 bz22 gy44 bw05 gz55 bz33 bz54 rx05 gy03 gx05 gz03 bx05 "
   "by03 ry05 rz05",
   "rw09 gw09 bw09 rx09 gx09 bx09",
   "rw09 gw09 bw09 rx08 rwaa gx08 gwaa bx08 bwaa",
   "rw09 gw09 bw09 rx07 rwba gx07 gwba bx07 bwba",
   "rw09 gw09 bw09 rx03 rwfa gx03 gwfa bx03 bwfa",
};
static const uint8_t bc6_bits[14][4] = { /* of endpoint w, and of the others in red, green, blue */
   {10, 5, 5, 5}, {7, 6, 6, 6}, {11, 5, 4, 4}, {11, 4, 5, 4}, {11, 4, 4, 5}, {9, 5, 5, 5},    {8, 6, 5, 5},
   {8, 5, 6, 5},  {8, 5, 5, 6}, {6, 6, 6, 6},  {10, 10, 10, 10}, {11, 9, 9, 9}, {12, 8, 8, 8}, {16, 4, 4, 4},
};

static unsigned hex(char c)
{
   return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void bc6_read(struct bits *b, const char *layout, int e[4][3])
{
   for (const char *p = layout;; p += 5) {
      unsigned c = p[0] == 'r' ? 0 : p[0] == 'g' ? 1 : 2, k = (unsigned)(p[1] - 'w'), from = hex(p[2]), to = hex(p[3]);
      for (unsigned bit = from;; bit += from < to ? 1u : -1u) {
         e[k][c] |= (int)(take(b, 1) << bit);
         if (bit == to)
            break;
      }
      if (!p[4])
         return;
   }
}

static int sign_extend(int v, unsigned bits)
{
   return v & 1 << (bits - 1) ? v - (1 << bits) : v;
}

static int bc6_unquantise(int v, unsigned bits, bool is_signed)
{
   if (!is_signed) {
      if (bits >= 15 || v == 0)
         return v;
      return v == (1 << bits) - 1 ? 0xffff : ((v << 16) + 0x8000) >> bits;
   }
   int magnitude = v < 0 ? -v : v;
   if (bits < 16 && magnitude)
      magnitude = magnitude >= (1 << (bits - 1)) - 1 ? 0x7fff : ((magnitude << 15) + 0x4000) >> (bits - 1);
   return v < 0 ? -magnitude : magnitude;
}

static float bc6_finish(int v, bool is_signed)
{
   if (!is_signed)
      return fmt_f16_to_f32((uint16_t)(v * 31 >> 6));
   int magnitude = (v < 0 ? -v : v) * 31 >> 5;
   return fmt_f16_to_f32((uint16_t)(magnitude | (v < 0 ? 0x8000 : 0)));
}

static void bc6_endpoints(unsigned mode, bool is_signed, int e[4][3])
{
   const uint8_t *bits = bc6_bits[mode];
   bool deltas = mode != 9 && mode != 10;

   for (unsigned c = 0; c < 3; c++) {
      if (is_signed)
         e[0][c] = sign_extend(e[0][c], bits[0]);
      for (unsigned k = 1; k < 4; k++) {
         if (deltas || is_signed)
            e[k][c] = sign_extend(e[k][c], bits[1 + c]);
         if (deltas)
            e[k][c] = (e[0][c] + e[k][c]) & ((1 << bits[0]) - 1);
         if (deltas && is_signed)
            e[k][c] = sign_extend(e[k][c], bits[0]);
      }
      for (unsigned k = 0; k < 4; k++)
         e[k][c] = bc6_unquantise(e[k][c], bits[0], is_signed);
   }
}

static void decode_bc6(const fmt_info *info, const uint8_t *block, float *out)
{
   struct bits b = bits_of(block);
   bool is_signed = info->type == FMT_SFLOAT;
   unsigned mode = take(&b, 2);
   int e[4][3] = {{0}};

   if (mode > 1)
      mode = (mode == 2 ? 2 : 10) + take(&b, 3);
   for (unsigned i = 0; i < 16; i++)
      out[4 * i + 3] = 1;
   if (mode > 13)
      return;
   bc6_read(&b, bc6_layout[mode], e);
   bc6_endpoints(mode, is_signed, e);
   unsigned subsets = mode < 10 ? 2 : 1, index_bits = mode < 10 ? 3 : 4, partition = mode < 10 ? take(&b, 5) : 0;
   for (unsigned i = 0; i < 16; i++) {
      unsigned s = 2 * subset_of(subsets, partition, i);
      int w = weight(index_bits, take(&b, index_bits - is_anchor(subsets, partition, i)));
      for (unsigned c = 0; c < 3; c++)
         out[4 * i + c] = bc6_finish(blend(e[s][c], e[s + 1][c], w), is_signed);
   }
}

/* ---- which ---------------------------------------------------------------------------------------------------------------- */
void fmt_bc_decode(const fmt_info *info, const uint8_t *block, float *out)
{
   switch (info->name[2]) {
   case '1':
      decode_colours(info, block, false, out);
      return;
   case '2':
      decode_bc2(info, block, out);
      return;
   case '3':
      decode_bc3(info, block, out);
      return;
   case '6':
      decode_bc6(info, block, out);
      return;
   case '7':
      decode_bc7(info, block, out);
      return;
   default:
      decode_bc4_bc5(info, block, out);
      return;
   }
}
