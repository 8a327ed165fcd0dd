/* Expectations of textures and of the graphics pipeline. */
#include "check.h"
#include <math.h>
#include <stdio.h>

static void textures(struct ck *c)
{
   const char *turn = "texture_turn", *shrink = "texture_shrink", *filter = "texture_filter";
   const double bilinear = ck_at(c, filter, "bilinear", 4);
   ck_within(c, "texture_turn: optimal tiling against linear, turned", 1.5, INFINITY,
             ck_median(c, turn, "optimal tiling", 40, 90) / ck_median(c, turn, "linear tiling", 40, 90), "times");
   ck_within(c, "texture_turn: optimal tiling hardly minds", 0.3, 1,
             ck_least(c, turn, "optimal tiling", 0, 90) / ck_most(c, turn, "optimal tiling", 0, 90), "times");
   ck_within(c, "texture_shrink: levels against none", 3, INFINITY,
             ck_at(c, shrink, "level of the right size", 16) / ck_at(c, shrink, "level 0 always", 16), "times");
   ck_within(c, "texture_shrink: the right level costs the same at any size", 0.6, 1,
             ck_least(c, shrink, "level of the right size", 1, 16) / ck_most(c, shrink, "level of the right size", 1, 16), "times");
   ck_within(c, "texture_filter: nearest no dearer than bilinear", 0, 1.1, ck_at(c, filter, "nearest", 1) / bilinear, "times");
   ck_within(c, "texture_filter: trilinear is two bilinear ones", 1.7, 2.3, ck_at(c, filter, "trilinear", 8) / bilinear, "times");
   ck_within(c, "texture_filter: anisotropy 4 is four", 3, 5, ck_at(c, filter, "anisotropic", 16) / bilinear, "times");
   ck_within(c, "texture_filter: anisotropy 16 is sixteen", 11, 18, ck_at(c, filter, "anisotropic", 64) / bilinear, "times");
}

static void triangles(struct ck *c)
{
   const double fill = ck_at(c, "fill", "written", 4);
   ck_within(c, "triangles: large ones are bound by pixels", 0.4, 1.2, ck_at(c, "triangles", "drawn", 8192) * 8192e-3 / fill,
             "of the fill rate");
   ck_within(c, "triangles: small ones are not", 3, INFINITY,
             ck_at(c, "triangles", "drawn", 2) / ck_at(c, "triangles", "drawn", 2048), "times");
   ck_within(c, "triangles: culled ones cost no more than drawn ones", 0.95, INFINITY,
             ck_at(c, "triangles", "facing away", 32) / ck_at(c, "triangles", "drawn", 32), "times");
   ck_within(c, "vertex_reuse: narrow grids reuse the row above", 0.5, 0.95, ck_at(c, "vertex_reuse", "indexed", 4), "runs");
   ck_within(c, "vertex_reuse: batches end before a long row comes back", 1, 1.4, ck_at(c, "vertex_reuse", "indexed", 512), "runs");
   ck_near(c, "vertex_reuse: without indices there is none", 3, ck_at(c, "vertex_reuse", "without indices", 512), 0.01, "runs");
}

/* Tiles of 32 x 32 pixels, spread evenly over the cores; what exceeds L2 is bound by memory. */
static void targets(struct ck *c)
{
   const double cores = ck_key(c, "cores"), core = ck_key(c, "rop_quads_per_cycle") * 4 * c->ghz;
   for (double side = 32; side <= 1024 && side * side * 4 <= ck_key(c, "l2_B"); side *= 2) {
      char what[64];
      const double tiles = side * side / 1024;
      snprintf(what, sizeof what, "target_size: %g px, tiles on all cores", side);
      ck_near(c, what, core * tiles / ceil(tiles / cores), ck_at(c, "target_size", "blended", side), 0.1,
              "G/s");
   }
}

/* A tile of 32 x 32 pixels of so many bytes does not fit a ROP's cache: its misses bound the rate, too. */
static bool outgrows(const struct ck *c, double pixel_B)
{
   return 1024 * pixel_B > ck_key(c, "rop_colour_B");
}

static void blends_at(struct ck *c, const char *what, double share, double pixel_B, double measured)
{
   if (outgrows(c, pixel_B))
      ck_within(c, what, 0.4 * share, 1.15 * share, measured, "times");
   else
      ck_near(c, what, share, measured, 0.15, "times");
}

static void pixels(struct ck *c)
{
   const double blend = ck_at(c, "fill", "blended", 4);
   ck_near(c, "fill: blending at the ROPs' rate", ck_key(c, "rop_quads_per_cycle") * 4 * ck_key(c, "cores") * c->ghz, blend, 0.1, "G/s");
   ck_near(c, "fill: blending of 8 bits as fast as of 32", 1, ck_at(c, "fill", "blended", 1) / blend, 0.15, "times");
   /* The pass begins with a clear, which leaves tags: depths are tested against these, not against what memory holds. */
   const double rops = ck_key(c, "rop_quads_per_cycle") * 4 * ck_key(c, "cores") * c->ghz, written = ck_key(c, "dram_B_per_s") * 1e-9 / 4;
   ck_within(c, "fill: depth alone over a clear", ck_key(c, "l2_B") >= 1 << 20 ? 0.9 * rops : 0.7 * fmin(rops, written), INFINITY,
             ck_at(c, "fill", "depth only", 4), "G/s");
   blends_at(c, "fill: blending of 64 bits at half rate", 0.5, 8, ck_at(c, "fill", "blended", 8) / blend);
   blends_at(c, "fill: blending of 128 bits at a quarter", 0.25, 16, ck_at(c, "fill", "blended", 16) / blend);
   ck_within(c, "msaa: four samples blend slower than one", outgrows(c, 4 * 4) ? 0.06 : 0.15, 0.6,
             ck_at(c, "msaa", "blended", 4) / ck_at(c, "msaa", "blended", 1), "times");
   const double back1 = ck_at(c, "overdraw", "back to front", 1), back7 = ck_at(c, "overdraw", "back to front", 7),
                back13 = ck_at(c, "overdraw", "back to front", 13), front13 = ck_at(c, "overdraw", "front to back", 13);
   ck_within(c, "overdraw: front to back, 12 layers hidden", 0.95, 1.5, front13 / ck_at(c, "overdraw", "front to back", 1), "times");
   /* what does not depend on layers, clear and launch, is a good part of a small picture */
   ck_within(c, "overdraw: back to front, 13 layers seen", 2.5, 13, back13 / front13, "times");
   ck_near(c, "overdraw: back to front, each layer costs the same", 1, (back13 - back7) / (back7 - back1), 0.1, "times");
   ck_within(c, "overdraw: discard keeps depth from being known early", 1.5, 14,
             ck_at(c, "overdraw", "front to back, may discard", 13) / front13, "times");
}

void ck_graphics(struct ck *c)
{
   textures(c);
   triangles(c);
   targets(c);
   pixels(c);
}
