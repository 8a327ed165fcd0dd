/* Pictures: PNG files, comparison, and the picture of a difference. */
#include "frame.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include "stb/stb_image.h"
#include "stb/stb_image_write.h"
#pragma GCC diagnostic pop

bool frame_read_png(const char *path, struct frame_picture *out)
{
   int w, h, channels;
   out->rgba = stbi_load(path, &w, &h, &channels, 4);
   if (!out->rgba)
      return false;
   out->width = (uint32_t)w;
   out->height = (uint32_t)h;
   return true;
}

bool frame_write_png(const char *path, const struct frame_picture *p)
{
   stbi_write_png_compression_level = 9;
   if (stbi_write_png(path, (int)p->width, (int)p->height, 4, p->rgba, (int)p->width * 4))
      return true;
   fprintf(stderr, "frames: cannot write %s\n", path);
   return false;
}

static int pixel_difference(const uint8_t *a, const uint8_t *b)
{
   int greatest = 0;
   for (unsigned c = 0; c < 4; c++) {
      int d = abs(a[c] - b[c]);
      greatest = d > greatest ? d : greatest;
   }
   return greatest;
}

struct frame_difference frame_compare(const struct frame_picture *a, const struct frame_picture *b, int tolerance)
{
   struct frame_difference d = {.size = a->width != b->width || a->height != b->height};
   if (d.size)
      return d;
   for (size_t i = 0; i < (size_t)a->width * a->height; i++) {
      int pixel = pixel_difference(a->rgba + i * 4, b->rgba + i * 4);
      d.greatest = pixel > d.greatest ? pixel : d.greatest;
      d.pixels += pixel > 0;
      d.beyond += pixel > tolerance;
   }
   return d;
}

/* Greyed and dimmed where nothing differs; else red, the brighter the more. */
static void show_difference(const uint8_t *drawn, const uint8_t *baseline, uint8_t *out)
{
   int d = pixel_difference(drawn, baseline), grey = (baseline[0] + baseline[1] + baseline[2]) / 9;
   out[0] = (uint8_t)(d ? 128 + d / 2 : grey);
   out[1] = out[2] = (uint8_t)(d ? 0 : grey);
   out[3] = 255;
}

bool frame_write_difference(const char *path, const struct frame_picture *drawn, const struct frame_picture *baseline)
{
   uint32_t w = drawn->width, h = drawn->height;
   struct frame_picture sheet = {3 * w, h, calloc((size_t)w * h, 12)};
   if (!sheet.rgba)
      return false;
   for (uint32_t y = 0; y < h; y++) {
      uint8_t *row = sheet.rgba + (size_t)y * sheet.width * 4;
      memcpy(row, baseline->rgba + (size_t)y * w * 4, (size_t)w * 4);
      memcpy(row + (size_t)w * 4, drawn->rgba + (size_t)y * w * 4, (size_t)w * 4);
      for (uint32_t x = 0; x < w; x++)
         show_difference(drawn->rgba + ((size_t)y * w + x) * 4, baseline->rgba + ((size_t)y * w + x) * 4, row + (2 * (size_t)w + x) * 4);
   }
   bool ok = frame_write_png(path, &sheet);
   free(sheet.rgba);
   return ok;
}
