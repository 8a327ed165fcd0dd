/* The back half's inner loops, compiled once for each level of x86-64 (gfx_lanes.c) and chosen with the interpreter. They
 * are what gfx_raster.c, gfx_depth.c, gfx_fragment.c and gfx_blend.c say, for the usual states and many pixels at once;
 * results are the same bit by bit. Each says when it applies; who calls it sees to that. */
#ifndef EMU_GFX_LANES_H
#define EMU_GFX_LANES_H

#include "back.h"

typedef struct gfx_lanes {
   /* First rows of the wave: x, y, depth and 1/w of the gathered quads' pixels at their centres. Not with sample shading. */
   void (*positions)(const gfx_tile *t, float *x, float *y, float *z, float *inv_w);
   /* Weights at pixel centres of all gathered quads, 0 in lanes behind them. */
   void (*weights)(const gfx_tile *t, bool linear, float *i, float *j);
   /* Depth test of quads at their own depths, placed as for gfx_quads_add: what fails is taken from their cover. Only where
    * t->fast_depth, and the surface is mapped. */
   void (*depth)(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *cover, unsigned count);
   /* Colours of the gathered quads into a target with `fast`, whose surface is mapped; cover of each lane. */
   void (*colour)(gfx_tile *t, unsigned target, const uint8_t cover[ISA_WAVE_LANES]);
} gfx_lanes;

extern const gfx_lanes gfx_lanes_v2, gfx_lanes_v3, gfx_lanes_v4;
const gfx_lanes *gfx_lanes_select(const emu_interp *interp);

#endif
