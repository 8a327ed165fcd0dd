/* Formats as data, and one texel between memory and numbers. Manual: chapter "Formats".
 *
 * Numbers are those of VkFormat, so that a driver passes them through; this header needs none of Vulkan's.
 */
#ifndef GPU_FORMATS_H
#define GPU_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fmt_layout { FMT_PLAIN, FMT_SHARED_EXP, FMT_DEPTH, FMT_BC, FMT_ETC2, FMT_ASTC };
enum fmt_type {
   FMT_UNORM,   /* unsigned, all ones is 1 */
   FMT_SNORM,   /* two's complement, greatest is 1, the two least are -1 */
   FMT_USCALED, /* unsigned integer as a float of the same value */
   FMT_SSCALED,
   FMT_UINT,
   FMT_SINT,
   FMT_SFLOAT, /* IEEE 16, 32 or 64 bits */
   FMT_UFLOAT, /* 10 or 11 bits: 5-bit exponent of bias 15, no sign */
   FMT_SRGB,
};

typedef struct fmt_component {
   uint8_t shift, bits; /* in the little-endian block; bits 0: absent */
} fmt_component;

typedef struct fmt_info {
   const char *name; /* "R8G8B8A8_UNORM" */
   uint32_t number;  /* VkFormat */
   enum fmt_layout layout;
   uint8_t block_B, block_w_px, block_h_px;
   enum fmt_type type;
   uint8_t components;
   fmt_component component[4]; /* red, green, blue, alpha; depth, stencil */
} fmt_info;

/* One texel as numbers: f for float-like types, u or i for UINT and SINT, and the 64-bit members for
 * components of 64 bits. In the order of fmt_info.component. */
typedef struct fmt_texel {
   union {
      float f;
      uint32_t u;
      int32_t i;
      double f64;
      uint64_t u64;
      int64_t i64;
   } c[4];
} fmt_texel;

const fmt_info *fmt_table(size_t *count);
/* NULL if undefined. */
const fmt_info *fmt_lookup(uint32_t number);
const fmt_info *fmt_lookup_name(const char *name, size_t len);
const char *fmt_layout_text(enum fmt_layout layout);
const char *fmt_type_text(enum fmt_type type);

/* How the bits of component c become a number; differs from info->type for the alpha of SRGB and for stencil.
 */
enum fmt_type fmt_component_type(const fmt_info *info, unsigned c);

/* One texel of a PLAIN, SHARED_EXP or DEPTH format from and to block_B bytes of memory. False if the format
 * is compressed. Unpack: absent green and blue are 0, absent alpha is 1; NaN becomes the machine's NaN (f32
 * and f64 keep their bits). Pack: values out of range are clamped, NaN gives 0 in fixed point; rounding is to
 * nearest even (SRGB: to the nearest code, E5B9G9R9: as the Vulkan specification says); bits of no component
 * become 0. */
bool fmt_unpack(const fmt_info *info, const void *memory, fmt_texel *out);
bool fmt_pack(const fmt_info *info, const fmt_texel *texel, void *memory);

/* f16 <-> f32 as the shader core converts; NaN becomes 0x7e00 and 0x7fc00000. */
uint16_t fmt_f32_to_f16(float value);
float fmt_f16_to_f32(uint16_t bits);

#endif
