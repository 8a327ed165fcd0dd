/* Clears of targets: GO 2 fills a rectangle of some layers of one bound target with a value of its format. A
 * clear takes its place among the draws and reads the same target and area registers, so whoever records one
 * need not know what is bound. Write masks and tests do not count. Manual: "Graphics pipeline", Clears.
 */
#include "back.h"

typedef struct clear {
   gfx_target target;
   bool depth;
   unsigned colour;        /* which surface of the tile */
   uint8_t value[16], mask[16];
   bool whole;             /* the mask has every bit */
   bool all;               /* every bit that means something */
   uint32_t x0, y0, x1, y1;
   uint32_t first_layer, layers;
   uint32_t tiles_x, tiles_y;
} clear;

static uint32_t least(uint32_t a, uint32_t b)
{
   return a < b ? a : b;
}

static uint32_t greatest(uint32_t a, uint32_t b)
{
   return a > b ? a : b;
}

static void set_value(clear *c, const uint32_t *regs)
{
   const fmt_info *f = c->target.format;
   fmt_texel texel = {0};
   for (unsigned k = 0; k < 4; k++)
      texel.c[k].u = regs[GPU_PKTF_CLEAR_TARGET_VALUE0 + k];
   fmt_pack(f, &texel, c->value);
   for (unsigned k = 0; k < 2 && c->depth; k++)
      if (regs[GPU_PKTF_CLEAR_TARGET_WHAT] & (k == 0 ? GPU_CLEAR_DEPTH : GPU_CLEAR_STENCIL))
         for (unsigned b = f->component[k].shift; b < (unsigned)f->component[k].shift + f->component[k].bits; b++)
            c->mask[b / 8] |= (uint8_t)(1u << b % 8);
   c->whole = true;
   for (unsigned b = 0; b < f->block_B && c->depth; b++)
      c->whole &= c->mask[b] == 0xff;
   c->all = true;
   for (unsigned k = 0; k < 2 && c->depth; k++)
      c->all &= !f->component[k].bits || (regs[GPU_PKTF_CLEAR_TARGET_WHAT] & (k == 0 ? GPU_CLEAR_DEPTH : GPU_CLEAR_STENCIL));
}

/* The rectangle ends at the area drawn to and at the target's edges. False: nothing is left. */
static bool set_area(const gfx_state *s, clear *c, const uint32_t *regs)
{
   uint32_t min = regs[GPU_PKTF_CLEAR_TARGET_MIN], max = regs[GPU_PKTF_CLEAR_TARGET_MAX];
   uint32_t area_min = gfx_reg(s, GPU_OFF_GFX_RENDER_AREA_MIN), area_max = gfx_reg(s, GPU_OFF_GFX_RENDER_AREA_MAX);
   uint32_t fb = gfx_reg(s, GPU_OFF_GFX_FB_SIZE), layers = regs[GPU_PKTF_CLEAR_TARGET_LAYERS];
   uint32_t last = least(c->target.layers, gfx_reg(s, GPU_OFF_GFX_FB_LAYERS));
   c->x0 = greatest(min & 0xffff, area_min & 0xffff);
   c->y0 = greatest(min >> 16, area_min >> 16);
   c->x1 = least(least(max & 0xffff, area_max & 0xffff), least(fb & 0xffff, c->target.level.width_px));
   c->y1 = least(least(max >> 16, area_max >> 16), least(fb >> 16, c->target.level.height_px));
   c->first_layer = layers & 0xffff;
   if (c->x0 >= c->x1 || c->y0 >= c->y1 || c->first_layer >= last)
      return false;
   c->layers = least(layers >> 16, last - c->first_layer);
   c->tiles_x = ((c->x1 - 1) >> GFX_TILE_LOG2) - (c->x0 >> GFX_TILE_LOG2) + 1;
   c->tiles_y = ((c->y1 - 1) >> GFX_TILE_LOG2) - (c->y0 >> GFX_TILE_LOG2) + 1;
   return true;
}

static void fill(const clear *c, uint8_t *at, uint32_t texels)
{
   size_t size = c->target.format->block_B, bytes = texels * size;
   if (c->whole) {
      memcpy(at, c->value, size);
      for (size_t done = size, n; done < bytes; done += n) {
         n = done < bytes - done ? done : bytes - done;
         memcpy(at + done, at, n);
      }
      return;
   }
   for (size_t i = 0; i < bytes; i += size)
      for (size_t b = 0; b < size; b++)
         at[i + b] = (uint8_t)((at[i + b] & ~c->mask[b]) | (c->value[b] & c->mask[b]));
}

static void fill_tile(gfx_tile *t, gfx_surface *s, const clear *c)
{
   uint32_t tx = (uint32_t)t->x, ty = (uint32_t)t->y, samples = 1u << c->target.image.samples_log2;
   uint32_t x0 = greatest(c->x0, tx), y0 = greatest(c->y0, ty), x1 = least(c->x1, tx + GFX_TILE),
            y1 = least(c->y1, ty + GFX_TILE);
   if (t->traced)
      gfx_trace_clear(t, c->depth, c->colour, c->all, x0, y0, x1, y1);
   if (s->direct && x1 - x0 == GFX_TILE && y1 - y0 == GFX_TILE) { /* the order does not matter */
      fill(c, s->base, GFX_TILE * GFX_TILE * samples);
      return;
   }
   for (uint32_t y = y0; y < y1; y++)
      for (uint32_t x = x0; x < x1; x++) {
         fill(c, gfx_element(s, (int32_t)x, (int32_t)y), samples);
         gfx_touch(s, (int32_t)x, (int32_t)y);
      }
}

static void clear_item(gfx_worker *wk, gfx_draw *d, void *arg, uint32_t index)
{
   const clear *c = arg;
   uint32_t per_layer = c->tiles_x * c->tiles_y, layer = c->first_layer + index / per_layer,
            tile = index % per_layer;
   gfx_tile *t = gfx_tile_begin(wk, d, c->x0 + tile % c->tiles_x * GFX_TILE, c->y0 + tile / c->tiles_x * GFX_TILE, layer);
   if (!t)
      return;
   gfx_surface *s = c->depth ? &t->depth : &t->colour[c->colour];
   gfx_unit_begin(wk, d, EMU_UNIT_CLEAR, d->first_unit + index);
   gfx_trace_tile(t);
   if (gfx_surface_map(t, s, &c->target))
      fill_tile(t, s, c);
   gfx_unit_end(wk);
   gfx_tile_end(t);
}

void gfx_clear_run(gfx_worker *wk, gfx_draw *d)
{
   const gfx_state *s = &d->state;
   const uint32_t *regs = &s->regs[GPU_OFF_GFX_CLEAR / 4];
   uint32_t what = regs[GPU_PKTF_CLEAR_TARGET_WHAT];
   clear c = {.depth = what >= GPU_CLEAR_DEPTH, .colour = what % GPU_GFX_TARGETS};
   uint32_t at = c.depth ? GPU_OFF_GFX_DEPTH_TARGET : GPU_OFF_GFX_TARGET + 4 * GPU_IMAGE_DESC_DW * c.colour;
   if (gfx_killed(d))
      return;
   if (!gfx_target_decode(&s->regs[at / 4], c.depth, &c.target)) {
      gfx_stop(wk, d, &(emu_fault_info){.type = GPU_FAULT_BAD_DRAW, .info = at});
      return;
   }
   if (!c.target.on || !set_area(s, &c, regs))
      return;
   set_value(&c, regs);
   gfx_units_add(d, c.tiles_x * c.tiles_y * c.layers);
   gfx_parallel(wk, d, clear_item, &c, c.tiles_x * c.tiles_y * c.layers, false);
}
