/* ASTC blocks, LDR profile, to texels. Private to gpu/; users call fmt_decode_block.
 *
 * Reserved encodings, and texels of partitions with HDR endpoints, give the error colour (1, 0, 1, 1). UNORM texels are 16-bit results / 65536 with
 * 65535 as 1, SRGB texels the upper 8 bits through the curve. Rules: Khronos Data Format Specification, chapter ASTC.
 */
#include "fmt_block_formats.h"

#define WEIGHTS_MAX 64u
#define VALUES_MAX 18u

/* Integer sequence encoding: values of `bits` bits, and a trit or a quint each. */
struct range {
   uint8_t bits;
   uint8_t base; /* 1, 3 or 5 */
};

struct astc {
   uint64_t word[2];
   unsigned block_w, block_h;
   unsigned grid_w, grid_h;
   struct range weights;
   unsigned planes, partitions, plane_component;
   unsigned mode[4]; /* colour endpoint modes */
   unsigned below_weights; /* bits above this one belong to the weights */
   uint8_t endpoint[4][2][4];
   uint8_t weight[2][144];
};

static unsigned get(const struct astc *a, unsigned low, unsigned n)
{
   unsigned value = 0;
   for (unsigned i = 0; i < n && low + i < 128; i++)
      value |= (unsigned)(a->word[(low + i) / 64] >> (low + i) % 64 & 1) << i;
   return value;
}

/* ---- integer sequences ---------------------------------------------------------------------------------------- */
static unsigned sequence_bits(struct range r, unsigned n)
{
   return n * r.bits + (r.base == 3 ? (8 * n + 4) / 5 : r.base == 5 ? (7 * n + 2) / 3 : 0);
}

static void split_trits(unsigned t, uint8_t out[5])
{
   unsigned c;
   if ((t >> 2 & 7) == 7) {
      c = (t >> 5 & 7) << 2 | (t & 3);
      out[4] = out[3] = 2;
   } else {
      c = t & 31;
      bool two = (t >> 5 & 3) == 3;
      out[4] = (uint8_t)(two ? 2 : t >> 7 & 1);
      out[3] = (uint8_t)(two ? t >> 7 & 1 : t >> 5 & 3);
   }
   if ((c & 3) == 3) {
      out[2] = 2;
      out[1] = (uint8_t)(c >> 4 & 1);
      out[0] = (uint8_t)((c >> 3 & 1) << 1 | (c >> 2 & ~(c >> 3) & 1));
   } else if ((c >> 2 & 3) == 3) {
      out[2] = out[1] = 2;
      out[0] = (uint8_t)(c & 3);
   } else {
      out[2] = (uint8_t)(c >> 4 & 1);
      out[1] = (uint8_t)(c >> 2 & 3);
      out[0] = (uint8_t)((c >> 1 & 1) << 1 | (c & ~(c >> 1) & 1));
   }
}

static void split_quints(unsigned q, uint8_t out[3])
{
   unsigned c;
   if ((q >> 1 & 3) == 3 && (q >> 5 & 3) == 0) {
      unsigned q0 = q & 1;
      out[2] = (uint8_t)(q0 << 2 | (q >> 4 & ~q0 & 1) << 1 | (q >> 3 & ~q0 & 1));
      out[1] = out[0] = 4;
      return;
   }
   if ((q >> 1 & 3) == 3) {
      out[2] = 4;
      c = (q >> 3 & 3) << 3 | (~(q >> 5) & 3) << 1 | (q & 1);
   } else {
      out[2] = (uint8_t)(q >> 5 & 3);
      c = q & 31;
   }
   out[1] = (uint8_t)((c & 7) == 5 ? 4 : c >> 3);
   out[0] = (uint8_t)((c & 7) == 5 ? c >> 3 : c & 7);
}

/* Bits of a sequence from `at` on, upwards or (weights) downwards; behind `left` of them there are zeros. */
struct stream {
   const struct astc *a;
   unsigned at, left;
   bool down;
};

static unsigned next(struct stream *s, unsigned n)
{
   unsigned value = 0;
   for (unsigned i = 0; i < n && s->left; i++, s->left--) {
      value |= get(s->a, s->at, 1) << i;
      s->at += s->down ? -1u : 1u;
   }
   return value;
}

/* n values: low bits to m, trit or quint to d. */
static void read_sequence(struct stream *s, struct range r, unsigned n, uint8_t *m, uint8_t *d)
{
   static const uint8_t trit_bits[5] = {2, 2, 1, 2, 1}, quint_bits[3] = {3, 2, 2};
   unsigned group = r.base == 3 ? 5 : r.base == 5 ? 3 : 1;

   for (unsigned first = 0; first < n; first += group) {
      unsigned packed = 0, shift = 0;
      uint8_t digits[5] = {0};
      for (unsigned i = 0; i < group && first + i < n; i++) {
         unsigned extra = r.base == 3 ? trit_bits[i] : r.base == 5 ? quint_bits[i] : 0;
         m[first + i] = (uint8_t)next(s, r.bits);
         packed |= next(s, extra) << shift;
         shift += extra;
      }
      if (r.base == 3)
         split_trits(packed, digits);
      else if (r.base == 5)
         split_quints(packed, digits);
      for (unsigned i = 0; i < group && first + i < n; i++)
         d[first + i] = digits[i];
   }
}

static unsigned replicate(unsigned v, unsigned from, unsigned to)
{
   unsigned r = 0;
   for (int shift = (int)(to - from);; shift -= (int)from) {
      r |= shift >= 0 ? v << shift : v >> -shift;
      if (shift <= 0)
         return r;
   }
}

/* ---- block mode --------------------------------------------------------------------------------------------------- */
static bool set_weight_range(struct astc *a, unsigned r, bool high)
{
   static const struct range ranges[2][6] = {{{1, 1}, {0, 3}, {2, 1}, {0, 5}, {1, 3}, {3, 1}},
                                             {{1, 5}, {2, 3}, {4, 1}, {2, 5}, {3, 3}, {5, 1}}};
   if (r < 2)
      return false;
   a->weights = ranges[high][r - 2];
   return true;
}

static bool read_block_mode(struct astc *a)
{
   unsigned b = get(a, 0, 11), r, x = b >> 5 & 3, y = b >> 7 & 3;
   bool high = b >> 9 & 1, dual = b >> 10 & 1;

   if (b & 3) {
      r = (b & 3) << 1 | (b >> 4 & 1);
      switch (b >> 2 & 3) {
      case 0:
         a->grid_w = y + 4, a->grid_h = x + 2;
         break;
      case 1:
         a->grid_w = y + 8, a->grid_h = x + 2;
         break;
      case 2:
         a->grid_w = x + 2, a->grid_h = y + 8;
         break;
      default:
         a->grid_w = y & 2 ? (y & 1) + 2 : x + 2;
         a->grid_h = y & 2 ? x + 2 : (y & 1) + 6;
      }
   } else {
      r = (b >> 2 & 3) << 1 | (b >> 4 & 1);
      if (!(b >> 2 & 3) || (b >> 6 & 7) == 7)
         return false;
      if (y == 0)
         a->grid_w = 12, a->grid_h = x + 2;
      else if (y == 1)
         a->grid_w = x + 2, a->grid_h = 12;
      else if (y == 2)
         a->grid_w = x + 6, a->grid_h = (b >> 9 & 3) + 6, high = dual = false;
      else
         a->grid_w = x & 1 ? 10 : 6, a->grid_h = x & 1 ? 6 : 10;
   }
   a->planes = dual ? 2 : 1;
   return set_weight_range(a, r, high) && a->grid_w <= a->block_w && a->grid_h <= a->block_h &&
          a->grid_w * a->grid_h * a->planes <= WEIGHTS_MAX;
}

static bool is_hdr(unsigned mode)
{
   return mode == 2 || mode == 3 || mode == 7 || mode == 11 || mode >= 14;
}

static void read_endpoint_modes(struct astc *a)
{
   unsigned n = a->partitions, select = get(a, 23, 2);

   if (n == 1 || !select) {
      for (unsigned i = 0; i < n; i++)
         a->mode[i] = n == 1 ? get(a, 13, 4) : get(a, 25, 4);
   } else {
      /* four bits lie behind the selector, the rest just below the weights */
      unsigned extra = 3 * n - 4;
      a->below_weights -= extra;
      unsigned all = get(a, 25, 4) | get(a, a->below_weights, extra) << 4;
      for (unsigned i = 0; i < n; i++)
         a->mode[i] = (select - !(all >> i & 1)) << 2 | (all >> (n + 2 * i) & 3);
   }
}

/* ---- colour endpoints --------------------------------------------------------------------------------------------------- */
static uint8_t unquantise_colour(struct range r, unsigned m, unsigned d)
{
   static const uint8_t factor[2][6] = {{204, 93, 44, 22, 11, 5}, {113, 54, 26, 13, 6, 0}};
   if (r.base == 1)
      return (uint8_t)replicate(m, r.bits, 8);
   unsigned n = r.bits, high = m >> 1, a = m & 1 ? 511 : 0, b = 0;
   /* the bits above the lowest at the top of nine, and again further down */
   switch (n * 2 + (r.base == 5)) {
   case 4: /* b000b0bb0 */
      b = high * 0x116;
      break;
   case 5: /* b0000bb00 */
      b = high * 0x10c;
      break;
   case 6: /* cb000cbcb */
      b = high << 7 | high << 2 | high;
      break;
   case 7: /* cb0000cbc */
      b = high << 7 | high << 1 | high >> 1;
      break;
   case 8: /* dcb000dcb */
      b = high << 6 | high;
      break;
   case 9: /* dcb0000dc */
      b = high << 6 | high >> 1;
      break;
   case 10: /* edcb000ed */
      b = high << 5 | high >> 2;
      break;
   case 11: /* edcb0000e */
      b = high << 5 | high >> 3;
      break;
   case 12: /* fedcb000f */
      b = high << 4 | high >> 4;
      break;
   }
   unsigned t = (d * factor[r.base == 5][n - 1] + b) ^ a;
   return (uint8_t)((a & 0x80) | t >> 2);
}

/* The finest range in which n values take at most `bits` bits; false if there is none of at least 6 values. */
static bool colour_range(unsigned n, unsigned bits, struct range *r)
{
   static const struct range ranges[] = {{8, 1}, {6, 3}, {5, 5}, {7, 1}, {5, 3}, {4, 5}, {6, 1}, {4, 3}, {3, 5},
                                         {5, 1}, {3, 3}, {2, 5}, {4, 1}, {2, 3}, {1, 5}, {3, 1}, {1, 3}};
   for (unsigned i = 0; i < sizeof ranges / sizeof *ranges; i++)
      if (sequence_bits(ranges[i], n) <= bits) {
         *r = ranges[i];
         return true;
      }
   return false;
}

static uint8_t byte(int v)
{
   return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static void set(uint8_t e[4], int r, int g, int b, int alpha)
{
   e[0] = byte(r), e[1] = byte(g), e[2] = byte(b), e[3] = byte(alpha);
}

static void set_contracted(uint8_t e[4], int r, int g, int b, int alpha)
{
   set(e, (r + b) >> 1, (g + b) >> 1, b, alpha);
}

/* The top bit of a moves to b; a becomes a signed offset of 6 bits. */
static void transfer(int *a, int *b)
{
   *b = *b >> 1 | (*a & 0x80);
   *a = (*a >> 1 & 0x3f) - (*a & 0x40 ? 0x40 : 0);
}

static void rgb_direct(const int *v, int alpha0, int alpha1, uint8_t e[2][4])
{
   if (v[1] + v[3] + v[5] >= v[0] + v[2] + v[4]) {
      set(e[0], v[0], v[2], v[4], alpha0);
      set(e[1], v[1], v[3], v[5], alpha1);
   } else {
      set_contracted(e[0], v[1], v[3], v[5], alpha1);
      set_contracted(e[1], v[0], v[2], v[4], alpha0);
   }
}

static void rgb_offset(int *v, bool has_alpha, uint8_t e[2][4])
{
   int alpha = 255, alpha_sum = 255;

   for (unsigned i = 0; i < (has_alpha ? 8 : 6); i += 2)
      transfer(&v[i + 1], &v[i]);
   if (has_alpha)
      alpha = v[6], alpha_sum = v[6] + v[7];
   int r = v[0] + v[1], g = v[2] + v[3], b = v[4] + v[5];
   if (v[1] + v[3] + v[5] >= 0) {
      set(e[0], v[0], v[2], v[4], alpha);
      set(e[1], r, g, b, alpha_sum);
   } else {
      set_contracted(e[0], r, g, b, alpha_sum);
      set_contracted(e[1], v[0], v[2], v[4], alpha);
   }
}

static void decode_endpoint(unsigned mode, int *v, uint8_t e[2][4])
{
   int low;

   switch (mode) {
   case 0:
      set(e[0], v[0], v[0], v[0], 255);
      set(e[1], v[1], v[1], v[1], 255);
      break;
   case 1:
      low = v[0] >> 2 | (v[1] & 0xc0);
      set(e[0], low, low, low, 255);
      low += v[1] & 0x3f;
      set(e[1], low, low, low, 255);
      break;
   case 4:
      set(e[0], v[0], v[0], v[0], v[2]);
      set(e[1], v[1], v[1], v[1], v[3]);
      break;
   case 5:
      transfer(&v[1], &v[0]);
      transfer(&v[3], &v[2]);
      set(e[0], v[0], v[0], v[0], v[2]);
      set(e[1], v[0] + v[1], v[0] + v[1], v[0] + v[1], v[2] + v[3]);
      break;
   case 6:
   case 10:
      set(e[0], v[0] * v[3] >> 8, v[1] * v[3] >> 8, v[2] * v[3] >> 8, mode == 10 ? v[4] : 255);
      set(e[1], v[0], v[1], v[2], mode == 10 ? v[5] : 255);
      break;
   case 8:
      rgb_direct(v, 255, 255, e);
      break;
   case 12:
      rgb_direct(v, v[6], v[7], e);
      break;
   default: /* 9, 13 */
      rgb_offset(v, mode == 13, e);
      break;
   }
}

static bool read_endpoints(struct astc *a)
{
   unsigned n = 0, start = a->partitions == 1 ? 17 : 29, at = 0;
   uint8_t m[VALUES_MAX], d[VALUES_MAX];
   int v[VALUES_MAX + 8] = {0};
   struct range r;

   for (unsigned i = 0; i < a->partitions; i++)
      n += 2 * (a->mode[i] / 4 + 1);
   if (n > VALUES_MAX || a->below_weights < start || !colour_range(n, a->below_weights - start, &r))
      return false;
   struct stream s = {a, start, sequence_bits(r, n), false};
   read_sequence(&s, r, n, m, d);
   for (unsigned i = 0; i < n; i++)
      v[i] = unquantise_colour(r, m[i], d[i]);
   for (unsigned i = 0; i < a->partitions; i++) {
      if (!is_hdr(a->mode[i]))
         decode_endpoint(a->mode[i], v + at, a->endpoint[i]);
      at += 2 * (a->mode[i] / 4 + 1);
   }
   return true;
}

/* ---- weights ---------------------------------------------------------------------------------------------------------- */
static uint8_t unquantise_weight(struct range r, unsigned m, unsigned d)
{
   static const uint8_t trits[3] = {0, 32, 63}, quints[5] = {0, 16, 32, 47, 63};
   static const uint8_t factor[2][3] = {{50, 23, 11}, {28, 13, 0}};
   unsigned w;

   if (r.base == 1) {
      w = replicate(m, r.bits, 6);
   } else if (r.bits == 0) {
      w = r.base == 3 ? trits[d] : quints[d];
   } else {
      unsigned high = m >> 1, a = m & 1 ? 127 : 0, b = 0;
      if (r.bits == 2)
         b = high * (r.base == 3 ? 0x45 : 0x42); /* b000b0b, b0000b0 */
      else if (r.bits == 3)
         b = high << 5 | high; /* cb000cb */
      unsigned t = (d * factor[r.base == 5][r.bits - 1] + b) ^ a;
      w = (a & 0x20) | t >> 2;
   }
   return (uint8_t)(w > 32 ? w + 1 : w);
}

static void spread_weights(struct astc *a, const uint8_t *grid)
{
   unsigned dx = (1024 + a->block_w / 2) / (a->block_w - 1), dy = (1024 + a->block_h / 2) / (a->block_h - 1);

   for (unsigned y = 0; y < a->block_h; y++)
      for (unsigned x = 0; x < a->block_w; x++) {
         unsigned gx = (dx * x * (a->grid_w - 1) + 32) >> 6, gy = (dy * y * (a->grid_h - 1) + 32) >> 6;
         unsigned fx = gx & 15, fy = gy & 15, at = (gy >> 4) * a->grid_w + (gx >> 4);
         unsigned w11 = (fx * fy + 8) >> 4, w[4] = {16 - fx - fy + w11, fx - w11, fy - w11, w11};
         unsigned next_to[4] = {at, at + 1, at + a->grid_w, at + a->grid_w + 1};
         for (unsigned p = 0; p < a->planes; p++) {
            unsigned sum = 8;
            for (unsigned k = 0; k < 4; k++)
               sum += w[k] ? w[k] * grid[next_to[k] * a->planes + p] : 0;
            a->weight[p][y * a->block_w + x] = (uint8_t)(sum >> 4);
         }
      }
}

static void read_weights(struct astc *a)
{
   unsigned n = a->grid_w * a->grid_h * a->planes;
   uint8_t m[WEIGHTS_MAX], d[WEIGHTS_MAX], grid[WEIGHTS_MAX];
   struct stream s = {a, 127, sequence_bits(a->weights, n), true};

   read_sequence(&s, a->weights, n, m, d);
   for (unsigned i = 0; i < n; i++)
      grid[i] = unquantise_weight(a->weights, m[i], d[i]);
   spread_weights(a, grid);
}

/* ---- partitions ------------------------------------------------------------------------------------------------------- */
static uint32_t hash(uint32_t p)
{
   p ^= p >> 15;
   p *= 0xeede0891u; /* (2^4 + 1) (2^7 + 1) (2^17 - 1) modulo 2^32 */
   p ^= p >> 5;
   p += p << 16;
   p ^= p >> 7;
   p ^= p >> 3;
   p ^= p << 6;
   return p ^ p >> 17;
}

static unsigned partition_of(const struct astc *a, unsigned seed, unsigned x, unsigned y)
{
   if (a->block_w * a->block_h < 31)
      x <<= 1, y <<= 1;
   seed += (a->partitions - 1) * 1024;
   uint32_t random = hash(seed);
   unsigned s[8];
   for (unsigned i = 0; i < 8; i++) {
      s[i] = random >> 4 * i & 15;
      s[i] *= s[i];
   }
   unsigned shift_a = seed & 2 ? 4 : 5, shift_b = a->partitions == 3 ? 6 : 5;
   unsigned shift_x = seed & 1 ? shift_a : shift_b, shift_y = seed & 1 ? shift_b : shift_a;
   unsigned v[4], best = 0;
   for (unsigned i = 0; i < 4; i++)
      v[i] = i < a->partitions
                ? ((s[2 * i] >> shift_x) * x + (s[2 * i + 1] >> shift_y) * y + (random >> (14 - 4 * i))) & 63
                : 0;
   for (unsigned i = 1; i < 4; i++)
      best = v[i] > v[best] ? i : best;
   return best;
}

/* ---- texels ----------------------------------------------------------------------------------------------------------------- */
static float from_16(const fmt_info *info, unsigned c, unsigned component)
{
   if (info->type != FMT_SRGB)
      return c == 65535 ? 1.0f : (float)c / 65536.0f;
   return component == 3 ? (float)(c >> 8) / 255.0f : fmt_srgb_to_f32((uint8_t)(c >> 8));
}

static unsigned interpolate(const fmt_info *info, unsigned a, unsigned b, unsigned w)
{
   unsigned low_a = info->type == FMT_SRGB ? 0x80 : a, low_b = info->type == FMT_SRGB ? 0x80 : b;
   return ((a << 8 | low_a) * (64 - w) + (b << 8 | low_b) * w + 32) >> 6;
}

static void fill(const fmt_info *info, const float colour[4], float *out)
{
   for (unsigned i = 0; i < (unsigned)info->block_w_px * info->block_h_px; i++)
      for (unsigned c = 0; c < 4; c++)
         out[4 * i + c] = colour[c];
}

static bool decode_void_extent(const fmt_info *info, const struct astc *a, float *out)
{
   unsigned s0 = get(a, 12, 13), s1 = get(a, 25, 13), t0 = get(a, 38, 13), t1 = get(a, 51, 13);
   float colour[4];

   if (get(a, 9, 1) || get(a, 10, 2) != 3 || ((s0 & s1 & t0 & t1) != 0x1fff && (s0 >= s1 || t0 >= t1)))
      return false;
   for (unsigned c = 0; c < 4; c++)
      colour[c] = from_16(info, get(a, 64 + 16 * c, 16), c);
   fill(info, colour, out);
   return true;
}

static bool decode(const fmt_info *info, struct astc *a, float *out)
{
   if (get(a, 0, 9) == 0x1fc)
      return decode_void_extent(info, a, out);
   if (!read_block_mode(a))
      return false;
   a->partitions = get(a, 11, 2) + 1;
   unsigned weight_bits = sequence_bits(a->weights, a->grid_w * a->grid_h * a->planes), seed = get(a, 13, 10);
   if (weight_bits < 24 || weight_bits > 96 || (a->planes == 2 && a->partitions == 4))
      return false;
   a->below_weights = 128 - weight_bits;
   read_endpoint_modes(a);
   if (a->planes == 2) {
      a->below_weights -= 2;
      a->plane_component = get(a, a->below_weights, 2);
   }
   if (!read_endpoints(a))
      return false;
   read_weights(a);
   for (unsigned i = 0; i < a->block_w * a->block_h; i++) {
      unsigned p = a->partitions == 1 ? 0 : partition_of(a, seed, i % a->block_w, i / a->block_w);
      for (unsigned c = 0; c < 4; c++) {
         if (is_hdr(a->mode[p])) {
            out[4 * i + c] = c != 1;
            continue;
         }
         unsigned plane = a->planes == 2 && c == a->plane_component;
         unsigned v = interpolate(info, a->endpoint[p][0][c], a->endpoint[p][1][c], a->weight[plane][i]);
         out[4 * i + c] = from_16(info, v, c);
      }
   }
   return true;
}

void fmt_astc_decode(const fmt_info *info, const uint8_t *block, float *out)
{
   struct astc a = {.block_w = info->block_w_px, .block_h = info->block_h_px};

   for (unsigned i = 0; i < 16; i++)
      a.word[i / 8] |= (uint64_t)block[i] << 8 * (i % 8);
   if (!decode(info, &a, out))
      fill(info, (const float[4]){1, 0, 1, 1}, out);
}
