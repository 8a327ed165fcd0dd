/* The back half of the graphics pipeline: from primitives in window space to pixels.
 *
 * gfx_setup.c   edges and planes of a primitive     gfx_bin.c       screen tiles, which run in parallel
 * gfx_raster.c  coverage                            gfx_line.c      Bresenham lines, stipple
 * gfx_depth.c   depth and stencil                   gfx_fragment.c  quads, fragment waves, what they put out
 * gfx_blend.c   colour                              gfx_target.c    render targets, the tile's part of them
 * gfx_clear.c   clears of targets                   gfx_trace_tile.c, gfx_trace_quads.h  what the timing model is told
 *
 * A tile is 32 x 32 pixels of one layer. Its primitives are worked on in their order by one host thread,
 * different tiles by any.
 */
#ifndef EMU_GFX_BACK_H
#define EMU_GFX_BACK_H

#include "pipeline.h"

#define GFX_TILE_LOG2 5u
#define GFX_TILE (1u << GFX_TILE_LOG2)
#define GFX_SUBPIXELS 256

/* ---- state (gfx_target.c)
 * ------------------------------------------------------------------------------------------------------- */
typedef struct gfx_target {
   bool on;
   gpu_image image;
   const fmt_info *format;
   gpu_image_level level;
   uint32_t layers;
   uint8_t write_bits[16]; /* colour: bits of the components that may be written */
   bool writes, blends, integer, unorm8, all;
   bool rgba8, swapped; /* unorm8 of four components; red and blue change places */
   bool fast;           /* gfx_lanes.colour does it */
   uint8_t shift8[4]; /* unorm8: byte of each component */
   uint32_t blend;
} gfx_target;

typedef struct gfx_stencil {
   enum gpu_compare compare;
   uint8_t fail, pass, depth_fail, reference, compare_mask, write_mask;
} gfx_stencil;

typedef struct gfx_back {
   gfx_target colour[GPU_GFX_TARGETS], depth;
   uint32_t written; /* colour targets that something is written to, as bits */
   uint32_t width, height, samples_log2, samples, sample_mask;
   bool sample_shading, alpha_to_coverage, alpha_to_one, fragments, early;
   int32_t area[4];
   bool depth_test, depth_write, bounds_test, stencil_test, depth_clamp;
   enum gpu_compare compare;
   unsigned depth_bits; /* UNORM; 0: f32 or no depth */
   bool has_depth, has_stencil;
   bool tests; /* any of them */
   bool fast_depth; /* nothing but a depth test, in a format that gfx_lanes.depth does */
   float bounds[2];
   gfx_stencil stencil[2]; /* front, back */
   float constant[4];
   uint32_t logic; /* 16: none, else the operation */
   uint32_t fs_flags;
} gfx_back;

/* An image that can be drawn to; the null descriptor is none. Returns false if it can never be one. */
bool gfx_target_decode(const uint32_t *dw, bool depth, gfx_target *t);
/* Decode; false: a target that cannot be drawn to, fault recorded. */
bool gfx_back_prepare(gfx_worker *wk, gfx_draw *d);

/* ---- set-up
 * ------------------------------------------------------------------------------------------------------------------------
 */
/* f = c + dx x + dy y, x and y relative to the shape's origin. */
typedef struct gfx_plane {
   double c, dx, dy;
} gfx_plane;

typedef struct gfx_edge {
   int64_t a, b, c; /* a x + b y + c >= 0 inside, in subpixels; the rule for edges is in c */
} gfx_edge;

typedef struct gfx_shape {
   const gfx_prim *prim;
   uint8_t edges;
   bool bresenham, conservative;
   int32_t x0, y0, x1, y1; /* pixels it may cover, cut by scissor and area; x1, y1 exclusive */
   double ox, oy;          /* origin of the planes, pixels */
   gfx_edge edge[4];
   gfx_plane z, inv_w, i, j, li, lj,
       along; /* i and j are divided by w; along: lines, pixels from the start of the strip */
   double bias, z_least, z_most;
   int32_t px, py, qx, qy; /* lines: ends in subpixels */
} gfx_shape;
/* False: nothing of it is seen. */
bool gfx_setup(const gfx_state *s, const gfx_back *k, const gfx_prim *p, gfx_shape *out);
static inline double gfx_at(const gfx_plane *p, double x, double y)
{
   return p->c + p->dx * x + p->dy * y;
}

/* ---- tiles
 * ---------------------------------------------------------------------------------------------------------------------------
 */
typedef struct gfx_surface {
   const gfx_target *target;
   uint8_t *base; /* elements of the tile in Morton order */
   bool mapped, direct;
   uint64_t va, generation;
   uint8_t *buffer; /* not direct: a copy, whose changed elements go back */
   size_t buffer_B;
   uint32_t dirty[GFX_TILE];
} gfx_surface;

typedef struct gfx_quad {
   const gfx_shape *shape;
   int32_t x, y; /* upper left pixel, even */
   union {
      uint8_t cover[4]; /* samples of each pixel */
      uint32_t all;
   };
   uint8_t sample; /* sample shading: the one */
} gfx_quad;

typedef struct gfx_tile {
   gfx_worker *wk;
   gfx_draw *d;
   const gfx_back *k;
   int32_t x, y; /* first pixel */
   uint32_t layer;
   gfx_surface colour[GPU_GFX_TARGETS], depth;
   gfx_quad quad[EMU_STAGE_QUADS];
   unsigned quads;
   bool regular; /* the gathered quads are half a block of 8 x 8 pixels, its upper or lower one, and wholly covered */
   const gfx_shape *staged; /* the worker's stage has this shape's records for all quads; NULL: other ones */
   uint32_t record[GPU_FRAGMENT_DW][ISA_WAVE_LANES]; /* what the wave puts out */
   const struct gfx_lanes *lanes;
   bool fast_depth;
   uint64_t counters[GFX_COUNTERS];
   uint64_t shaded_quads;
   uint16_t shaded[GFX_TILE / 2]; /* rows of quads: which have been shaded */
   bool failed;
   /* hierarchical Z: of blocks of 8 x 8 pixels, how often looked at, and the depth that nothing in it lies behind */
   uint8_t looked[16];
   double farthest[16];
   /* the same of what is stored now, of the blocks whose bits are set: nothing has been written there since */
   uint16_t current;
   double current_farthest[16];
   bool traced;        /* the timing model is told of it */
   gfx_tile_work work;
} gfx_tile;

static inline uint32_t gfx_morton(int32_t x, int32_t y)
{
   return gpu_image_spread((uint32_t)x & 31) | gpu_image_spread((uint32_t)y & 31) << 1;
}
/* gfx_target.c: make the surface's elements reachable (again). False: fault, recorded. */
bool gfx_surface_map(gfx_tile *t, gfx_surface *s, const gfx_target *target);
bool gfx_surface_flush(gfx_tile *t, gfx_surface *s);
/* Where an element of the tile's layer lies. */
static inline uint64_t gfx_element_va(const gfx_tile *t, const gfx_target *g, uint32_t x, uint32_t y)
{
   bool is_3d = g->image.dim == GPU_DIM_3D;
   uint64_t layer = is_3d ? 0 : g->image.base_layer + t->layer;
   return g->image.va + layer * g->image.layer_stride_B +
          gpu_image_element_offset(&g->level, x, y, is_3d ? t->layer : 0);
}
/* Element of a pixel; NULL: the target does not reach that far. The surface is mapped. */
static inline uint8_t *gfx_element(const gfx_surface *s, int32_t x, int32_t y)
{
   const gpu_image_level *l = &s->target->level;
   if ((uint32_t)x >= l->width_px || (uint32_t)y >= l->height_px)
      return NULL;
   return s->base + (size_t)gfx_morton(x, y) * l->element_B;
}
static inline void gfx_touch(gfx_surface *s, int32_t x, int32_t y)
{
   s->dirty[y & 31] |= 1u << (x & 31);
}

/* gfx_raster.c: quads of a shape in a tile. */
void gfx_raster(gfx_tile *t, const gfx_shape *shape);
/* gfx_line.c: coverage of a Bresenham line, one pixel after the other; stipple of any line. */
void gfx_bresenham(gfx_tile *t, const gfx_shape *shape);
bool gfx_stippled_out(const gfx_state *s, double along);
uint32_t gfx_bresenham_length(const gfx_state *s, const gfx_prim *p); /* columns with pixels */
int32_t gfx_snap(double v); /* gfx_setup.c: pixels to subpixels, to nearest even */
/* gfx_fragment.c: take quads of one shape and shade what has gathered. Quad i is at (x + i % 4 * 2, y + i / 4 * 2); their cover,
 * as in gfx_quad.all, is changed. */
#define GFX_BLOCK_QUADS 16u
void gfx_quads_add(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y, uint32_t *cover, unsigned count);
void gfx_quads_flush(gfx_tile *t);
/* gfx_depth.c: tests of a pixel's samples; those that pass. z of each sample, NULL: from the shape. */
uint8_t gfx_depth_test(gfx_tile *t, const gfx_quad *q, unsigned pixel, uint8_t cover, const float *z,
                       int32_t reference);
/* Would every sample of the shape in the 8 x 8 block at (x, y) fail the depth test, and do nothing else? */
bool gfx_depth_hides(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y);
/* The same by what is stored there now; the block has to be told of early tests that may have written to it. */
void gfx_depth_written(gfx_tile *t, int32_t x, int32_t y);
bool gfx_depth_behind(gfx_tile *t, const gfx_shape *s, int32_t x, int32_t y);
float gfx_depth_at(const gfx_back *k, const gfx_shape *s, double x, double y);
float gfx_depth_limit(const gfx_back *k, const gfx_shape *s, float z);
/* gfx_blend.c: colours of the quads' lanes into all targets; cover of each lane. */
void gfx_blend_quads(gfx_tile *t, const uint8_t cover[ISA_WAVE_LANES]);

/* gfx_clear.c: a clear from its registers to the target. */
void gfx_clear_run(gfx_worker *wk, gfx_draw *d);

/* gfx_bin.c: the worker's tile at pixel (x, y), with nothing in it; NULL: killed, or no memory (fault recorded). */
gfx_tile *gfx_tile_begin(gfx_worker *wk, gfx_draw *d, uint32_t x, uint32_t y, uint32_t layer);
/* What it holds goes to memory. */
void gfx_tile_end(gfx_tile *t);
/* Everything of a round. */
void gfx_back_run(gfx_worker *wk, gfx_draw *d, uint32_t batches);
/* gfx_places.c: before the tiles of a layer; what a tile adds to the places that the draw has shaded; at its end */
void gfx_places_layer(gfx_draw *d, uint32_t layer, uint32_t tiles);
uint64_t gfx_places_add(gfx_draw *d, const gfx_tile *t, uint32_t tile);
void gfx_places_free(gfx_draw *d);
void gfx_bins_free(emu_gfx *g);
/* Set up what a batch has, for gfx_back_run to sort in. */
void gfx_batch_setup(gfx_worker *wk, gfx_draw *d, gfx_batch *b);
uint32_t gfx_bin_tiles(const gfx_shape *s); /* tiles that a shape is sorted into */

#endif
