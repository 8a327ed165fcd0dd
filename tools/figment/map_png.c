/* figment map: texels to PNG, through the format table. stb_image_write needs no library, so the Windows
 * build has it too. */
#include "map.h"

#include <stdlib.h>
#include <string.h>

#include "formats.h"

#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

static const fmt_info *find_format(const char *name)
{
   if (!strcmp(name, "rgba8"))
      name = "R8G8B8A8_UNORM";
   else if (!strcmp(name, "bgra8"))
      name = "B8G8R8A8_UNORM";
   const fmt_info *info = fmt_lookup_name(name, strlen(name));
   return info && info->layout <= FMT_DEPTH && info->component[0].bits < 64 ? info : NULL;
}

unsigned map_texel_bytes(const char *format)
{
   const fmt_info *info = find_format(format);
   return info ? info->block_B : 0;
}

/* A component as a number from 0 to 1; integers by their own range, small ones by their low byte. */
static float shown(const fmt_info *info, const fmt_texel *t, unsigned c)
{
   unsigned bits = info->component[c].bits;

   switch (fmt_component_type(info, c)) {
   case FMT_UINT:
      return bits ? (float)t->c[c].u / (float)(bits < 32 ? (1u << bits) - 1 : UINT32_MAX) : (float)t->c[c].u;
   case FMT_SINT:
      return bits ? (float)t->c[c].i / (float)((UINT32_C(1) << (bits - 1)) - 1) : (float)t->c[c].i;
   case FMT_USCALED:
   case FMT_SSCALED:
      return t->c[c].f / 255;
   default:
      return t->c[c].f;
   }
}

/* sRGB texels are stored as they are: a PNG's values are sRGB codes. All others are shown as UNORM. */
static void convert(const fmt_info *info, const fmt_info *target, const uint8_t *in, uint8_t *out)
{
   fmt_texel t, rgba;

   fmt_unpack(info, in, &t);
   for (unsigned c = 0; c < 4; c++)
      rgba.c[c].f = shown(info, &t, c);
   if (info->layout == FMT_DEPTH)
      for (unsigned c = 1; c < 4; c++)
         rgba.c[c].f = c == 3 ? 1 : rgba.c[0].f;
   else if (info->components == 1)
      rgba.c[1].f = rgba.c[2].f = rgba.c[0].f;
   fmt_pack(target, &rgba, out);
}

void map_convert(const char *format, const uint8_t *texels, uint32_t w, uint32_t h, uint64_t stride, uint8_t *rgba)
{
   const fmt_info *info = find_format(format);
   bool srgb = info->type == FMT_SRGB;
   const fmt_info *target = fmt_lookup_name(srgb ? "R8G8B8A8_SRGB" : "R8G8B8A8_UNORM", srgb ? 13 : 14);

   for (uint32_t y = 0; y < h; y++) {
      const uint8_t *row = texels + y * stride;
      uint8_t *out = rgba + (size_t)y * w * 4;
      if (info == target) {
         memcpy(out, row, (size_t)w * 4);
         continue;
      }
      for (uint32_t x = 0; x < w; x++)
         convert(info, target, row + (uint64_t)x * info->block_B, out + (size_t)x * 4);
   }
}

bool map_write_rgba(const tool_command *c, const char *path, const uint8_t *rgba, uint32_t w, uint32_t h)
{
   if (stbi_write_png(path, (int)w, (int)h, 4, rgba, (int)w * 4))
      return true;
   tool_fail(c, "cannot write %s", path);
   return false;
}

bool map_write_png(const tool_command *c, const char *path, const uint8_t *texels, uint32_t w, uint32_t h,
                   uint64_t stride, const char *format)
{
   uint8_t *rgba = malloc((size_t)w * h * 4);

   if (!rgba) {
      tool_fail(c, "not enough memory for the picture");
      return false;
   }
   map_convert(format, texels, w, h, stride, rgba);
   bool ok = map_write_rgba(c, path, rgba, w, h);
   free(rgba);
   return ok;
}
