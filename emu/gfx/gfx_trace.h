/* What the graphics pipeline tells the timing model (time/trace.h): which work of which block stands between
 * which waves, and the lines of memory that it touches. Included by pipeline.h. Without a job nobody gets
 * here but for two tests of a pointer.
 *
 * A draw's units are numbered by its captain in the machine's order: batches of a round, then the tiles of
 * its layers as they were binned. Whoever works on one writes it as a whole, so units do not depend on the
 * host's threads.
 */
#ifndef EMU_GFX_TRACE_H
#define EMU_GFX_TRACE_H

#include "../time/timing.h"

struct gfx_worker;
struct gfx_draw;
struct gfx_batch;
struct gfx_tile;
struct gfx_shape;

/* Lines that one block touches in one way, each once. The arrays are filled up to `count`. */
#define GFX_LINES 32u
typedef struct gfx_lines {
   enum emu_block block;
   bool read, write;
   uint32_t count;
   uint64_t seen; /* a line that has no bit here, by number modulo 64, is not in the list */
   uint64_t line[GFX_LINES];
   uint8_t sectors[GFX_LINES];
} gfx_lines;
static inline void gfx_lines_begin(gfx_lines *l, enum emu_block block, bool read, bool write)
{
   l->block = block;
   l->read = read;
   l->write = write;
   l->count = 0;
   l->seen = 0;
}

/* Vertex attributes that lie together. */
typedef struct gfx_span {
   uint32_t binding, offset_B, size_B;
} gfx_span;

/* Blocks and quads of a tile since its last wave, and where the tile begins in the targets that are stored tile by tile. */
typedef struct gfx_tile_work {
   uint32_t blocks, hidden, quads, early, killed;
   uint64_t colour_va[GPU_GFX_TARGETS], depth_va;
   gfx_lines depth;
} gfx_tile_work;

/* Numbers for the draw's next `count` units; d->first_unit is the first of them. The captain's. */
void gfx_units_add(struct gfx_draw *d, uint32_t count);
/* The unit that the worker is on: between the two wk->trace is its writer if the draw has a job. */
void gfx_unit_begin(struct gfx_worker *wk, struct gfx_draw *d, enum emu_unit kind, uint64_t number);
void gfx_unit_end(struct gfx_worker *wk);

/* Everything below needs wk->trace. */
/* Sectors of a line that is not the latest one. */
void gfx_lines_find(struct gfx_worker *wk, gfx_lines *l, uint64_t line, uint32_t sectors);
static inline void gfx_lines_touch(struct gfx_worker *wk, gfx_lines *l, uint64_t line, uint32_t sectors)
{
   if (l->count && l->line[l->count - 1] == line)
      l->sectors[l->count - 1] |= (uint8_t)sectors;
   else
      gfx_lines_find(wk, l, line, sectors);
}
static inline void gfx_lines_add(struct gfx_worker *wk, gfx_lines *l, uint64_t va, uint64_t bytes)
{
   const uint32_t line_B = 1u << EMU_LINE_LOG2;
   while (bytes) {
      uint32_t at = (uint32_t)va & (line_B - 1), n = bytes < line_B - at ? (uint32_t)bytes : line_B - at;
      uint32_t first = at >> EMU_SECTOR_LOG2, last = (at + n - 1) >> EMU_SECTOR_LOG2;
      gfx_lines_touch(wk, l, va >> EMU_LINE_LOG2, (2u << last) - (1u << first));
      va += n;
      bytes -= n;
   }
}
void gfx_lines_emit(struct gfx_worker *wk, gfx_lines *l); /* and empty the list */

/* gfx_trace.c: a batch before its first wave and behind its last one. */
void gfx_trace_input(struct gfx_worker *wk, const struct gfx_draw *d, const struct gfx_batch *b);
void gfx_trace_output(struct gfx_worker *wk, const struct gfx_draw *d, const struct gfx_batch *b);

/* gfx_trace_tile.c */
void gfx_trace_tile(struct gfx_tile *t);
/* Quads of gfx_quads_add, before the early tests and behind them. */
void gfx_trace_early(struct gfx_tile *t, const struct gfx_shape *s, int32_t x, int32_t y,
                     const uint32_t *before, const uint32_t *cover, unsigned count);
void gfx_trace_untested(struct gfx_tile *t, const uint32_t *cover, unsigned count);
void gfx_trace_gathered(struct gfx_tile *t); /* what led to the wave that begins, or to the tile's end */
/* Quads of the wave behind the late tests: those of them that were tested, as bits. */
void gfx_trace_late(struct gfx_tile *t, uint32_t tested);
void gfx_trace_colour(struct gfx_tile *t, const uint8_t *cover);
/* A rectangle of pixels that a clear filled; whole: all of their bits. */
void gfx_trace_clear(struct gfx_tile *t, bool depth, unsigned colour, bool whole, uint32_t x0, uint32_t y0,
                     uint32_t x1, uint32_t y1);

#endif
