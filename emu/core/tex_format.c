/* Texels of the texture unit between bytes and registers: the common formats by code of their own, all others
 * through fmt_unpack and fmt_pack, with the same results. */
#include <string.h>
#include "fmt_block.h"
#include "tex.h"

static bool in_order(const fmt_info *f, unsigned bits)
{
   for (unsigned c = 0; c < f->components; c++)
      if (f->component[c].shift != bits * c || f->component[c].bits != bits)
         return false;
   return true;
}

static bool is_bgra8(const fmt_info *f)
{
   return f->components == 4 && f->block_B == 4 && f->component[0].shift == 16 && f->component[0].bits == 8 &&
          f->component[3].shift == 24;
}

enum tex_kind tex_kind_of(const fmt_info *f, bool stencil)
{
   if (f->layout == FMT_DEPTH)
      return stencil ? TEX_STENCIL : TEX_DEPTH;
   if (f->layout == FMT_SHARED_EXP)
      return TEX_GENERIC;
   if (f->layout != FMT_PLAIN)
      return TEX_BLOCK;
   if (f->component[0].bits == 64)
      return TEX_WIDE;
   if (in_order(f, 32))
      return TEX_RAW32;
   if (in_order(f, 16) && f->type == FMT_SFLOAT)
      return TEX_FLOAT16;
   if (in_order(f, 8) && f->type == FMT_UNORM)
      return TEX_UNORM8;
   if (in_order(f, 8) && f->type == FMT_SRGB && f->components == 4)
      return TEX_SRGB8;
   if (is_bgra8(f) && f->type == FMT_UNORM)
      return TEX_BGRA8;
   if (is_bgra8(f) && f->type == FMT_SRGB)
      return TEX_SRGB8_BGR;
   return TEX_GENERIC;
}

static uint32_t dword(const uint8_t *p)
{
   uint32_t v;
   memcpy(&v, p, 4);
   return v;
}

static void set_absent(const tex_unit *t, tex_texel *out)
{
   for (unsigned c = t->format->components; c < 4; c++)
      out->u[c] = c == 3 ? t->one : 0;
}

static void decode_unorm8(const uint8_t *memory, unsigned n, tex_texel *out)
{
   for (unsigned c = 0; c < n; c++)
      out->f[c] = (float)memory[c] / 255.0f;
}

static void swap_red_blue(tex_texel *texel)
{
   uint32_t red = texel->u[2];
   texel->u[2] = texel->u[0];
   texel->u[0] = red;
}

static void decode_srgb8(const uint8_t *memory, tex_texel *out)
{
   for (unsigned c = 0; c < 3; c++)
      out->f[c] = fmt_srgb_to_f32(memory[c]);
   out->f[3] = (float)memory[3] / 255.0f;
}

static void decode_float16(const uint8_t *memory, unsigned n, tex_texel *out)
{
   for (unsigned c = 0; c < n; c++)
      out->f[c] = arith_f32_f16(memory[2 * c] | (uint32_t)memory[2 * c + 1] << 8);
}

static void decode_generic(const tex_unit *t, const uint8_t *memory, tex_texel *out)
{
   fmt_texel texel;
   fmt_unpack(t->format, memory, &texel);
   for (unsigned c = 0; c < 4; c++)
      out->u[c] = texel.c[c].u;
}

static void decode_aspect(const tex_unit *t, const uint8_t *memory, tex_texel *out)
{
   fmt_texel texel;
   fmt_unpack(t->format, memory, &texel);
   *out = (tex_texel){.u = {texel.c[t->kind == TEX_STENCIL].u, 0, 0, t->one}};
}

static void decode_wide(const tex_unit *t, const uint8_t *memory, tex_texel *out)
{
   *out = (tex_texel){.u = {dword(memory), dword(memory + 4), 0, t->one}};
   if (t->format->components > 1) {
      out->u[2] = dword(memory + 8);
      out->u[3] = dword(memory + 12);
   }
}

void tex_decode(const tex_unit *t, const uint8_t *memory, tex_texel *out)
{
   unsigned n = t->format->components;

   switch (t->kind) {
   case TEX_UNORM8:
      decode_unorm8(memory, n, out);
      break;
   case TEX_BGRA8:
      decode_unorm8(memory, 4, out);
      swap_red_blue(out);
      return;
   case TEX_SRGB8:
      decode_srgb8(memory, out);
      return;
   case TEX_SRGB8_BGR:
      decode_srgb8(memory, out);
      swap_red_blue(out);
      return;
   case TEX_RAW32:
      memcpy(out->u, memory, 4 * n);
      break;
   case TEX_FLOAT16:
      decode_float16(memory, n, out);
      break;
   case TEX_WIDE:
      decode_wide(t, memory, out);
      return;
   case TEX_DEPTH:
   case TEX_STENCIL:
      decode_aspect(t, memory, out);
      return;
   default:
      decode_generic(t, memory, out);
      return;
   }
   set_absent(t, out);
}

static void encode_aspect(const tex_unit *t, const tex_texel *value, uint8_t *memory)
{
   fmt_texel texel;
   fmt_unpack(t->format, memory, &texel);
   texel.c[t->kind == TEX_STENCIL].u = value->u[0];
   fmt_pack(t->format, &texel, memory);
}

void tex_encode(const tex_unit *t, const tex_texel *value, uint8_t *memory)
{
   fmt_texel texel = {{{0}}};

   if (t->kind == TEX_RAW32) {
      memcpy(memory, value->u, 4 * t->format->components);
      return;
   }
   if (t->kind == TEX_DEPTH || t->kind == TEX_STENCIL) {
      encode_aspect(t, value, memory);
      return;
   }
   for (unsigned c = 0; c < 4 && t->kind != TEX_WIDE; c++)
      texel.c[c].u = value->u[c];
   if (t->kind == TEX_WIDE) {
      texel.c[0].u64 = value->u[0] | (uint64_t)value->u[1] << 32;
      texel.c[1].u64 = value->u[2] | (uint64_t)value->u[3] << 32;
   }
   fmt_pack(t->format, &texel, memory);
}

void tex_zero(const tex_unit *t, tex_texel *out)
{
   static const uint8_t zeros[32];
   *out = (tex_texel){{0}};
   if (t->kind != TEX_BLOCK)
      tex_decode(t, zeros, out);
}

static uint32_t swizzled(const tex_unit *t, const tex_texel *texel, enum gpu_swizzle s)
{
   return s <= GPU_SWIZZLE_A ? texel->u[s] : s == GPU_SWIZZLE_1 ? t->one : 0;
}

void tex_swizzle(const tex_unit *t, tex_texel *texel)
{
   tex_texel in = *texel;
   if (t->kind == TEX_WIDE)
      return;
   for (unsigned c = 0; c < 4; c++)
      texel->u[c] = swizzled(t, &in, t->image.swizzle[c]);
}

void tex_border(tex_unit *t)
{
   bool aspect = t->kind == TEX_DEPTH || t->kind == TEX_STENCIL;
   unsigned n = aspect ? 1 : t->format->components;
   for (unsigned c = 0; c < 4; c++)
      t->border.u[c] = c < n ? t->sampler.border[c] : c == 3 ? t->one : 0;
}
