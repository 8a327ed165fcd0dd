/* Texels of the patterns that images begin with, in whole numbers only, so that they are the same everywhere. */
#include "frame.h"

static uint32_t hash(uint32_t x, uint32_t y, uint32_t z)
{
   uint32_t h = x * 0x9e3779b1u ^ y * 0x85ebca77u ^ z * 0xc2b2ae3du;
   h = (h ^ h >> 15) * 0x2c1b3c6du;
   h = (h ^ h >> 12) * 0x297a2d39u;
   return h ^ h >> 15;
}

static void put(uint8_t *t, uint32_t r, uint32_t g, uint32_t b, uint32_t a)
{
   t[0] = (uint8_t)r;
   t[1] = (uint8_t)g;
   t[2] = (uint8_t)b;
   t[3] = (uint8_t)a;
}

/* Squares of an eighth of the width; dark ones in a colour of the layer, alpha falls to the right. */
static void checker(uint32_t x, uint32_t y, uint32_t layer, uint32_t w, uint32_t h, uint8_t *t)
{
   uint32_t cell_w = w >= 8 ? w / 8 : 1, cell_h = h >= 8 ? h / 8 : 1;
   if ((x / cell_w + y / cell_h) & 1)
      put(t, 235, 232, 220, 255 - x * 128 / w);
   else
      put(t, 40 + 35 * (layer & 3), 60 + 150 * y / h, 200 - 30 * (layer >> 1), 255 - x * 128 / w);
}

static void bricks(uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint8_t *t)
{
   uint32_t row_h = h >= 8 ? h / 8 : 1, brick_w = w >= 4 ? w / 4 : 1, row = y / row_h;
   uint32_t bx = x + (row & 1) * brick_w / 2, mortar = y % row_h < 1 || bx % brick_w < 1;
   uint32_t shade = hash((bx / brick_w) & 3, row, 7) % 60, grain = hash(x, y, 1) % 24;
   if (mortar)
      put(t, 196 + grain / 2, 190 + grain / 2, 180 + grain / 2, 255);
   else
      put(t, 130 + shade + grain, 52 + shade / 2 + grain, 40 + grain, 255);
}

/* A colour of its own for each level, so that a picture tells which one was read. */
static void levels(uint32_t x, uint32_t y, uint32_t level, uint8_t *t)
{
   static const uint8_t colours[8][3] = {{230, 60, 50}, {240, 160, 40}, {235, 230, 60}, {80, 200, 80},
                                         {60, 190, 220}, {70, 90, 220}, {170, 80, 210}, {240, 240, 240}};
   const uint8_t *c = colours[level < 8 ? level : 7];
   uint32_t half = (x / 4 + y / 4) & 1 ? 4 : 3;
   put(t, c[0] * half / 4u, c[1] * half / 4u, c[2] * half / 4u, 255);
}

void frame_fill_texels(enum frame_fill fill, uint32_t level, uint32_t layer, uint32_t width, uint32_t height, uint8_t *rgba)
{
   for (uint32_t y = 0; y < height; y++)
      for (uint32_t x = 0; x < width; x++, rgba += 4)
         switch (fill) {
         case FRAME_FILL_CHECKER:
            checker(x, y, layer, width, height, rgba);
            break;
         case FRAME_FILL_BRICKS:
            bricks(x, y, width, height, rgba);
            break;
         case FRAME_FILL_LEVELS:
            levels(x, y, level, rgba);
            break;
         default: {
            uint32_t n = hash(x, y, layer + 3);
            put(rgba, n & 255, n >> 8 & 255, n >> 16 & 255, 255);
         }
         }
}
