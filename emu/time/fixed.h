/* What the files of the fixed functions share: draws, their rounds, batches and tiles.
 *
 * place.c   tiles to cores
 * front.c   draws in the ring's order, units in theirs, batches of vertices up to the bins
 * tile.c    a core's rasteriser: tiles in order, early tests, fragment waves
 * rop.c     behind the waves, in order: late tests, colour
 *
 * A draw's units come in rounds: batches, then the tiles that their primitives were binned into. A tile
 * begins when all batches of its round are binned; the batches of the next round and of the next draw go on
 * meanwhile, as long as the bins hold them.
 */
#ifndef EMU_TIME_FIXED_H
#define EMU_TIME_FIXED_H

#include "model.h"

#define TIME_BATCH_WAVES 8u /* of one stage, side by side */
#define TIME_TILE_WAVES 32u /* of a core, between rasteriser and the end of the ROP */
/* A block's account may be so many cycles ahead of the clock; then it waits until the clock has come so near.
 * Its own times are exact: this is so that it acts once for several waves. */
#define TIME_AHEAD 64u
#define TIME_NEAR 16u
#define TIME_ROOM 8u /* places that a rasteriser which found none waits for */

/* A block that takes so many items a cycle. */
typedef struct time_server {
   uint64_t free; /* taken until then */
   uint32_t part; /* and this many items of the cycle that begins then */
   uint64_t busy; /* cycles in all */
} time_server;

/* n items that come at `at`; when the last of them has gone through. */
static inline uint64_t time_serve(time_server *s, uint64_t at, uint64_t n, uint32_t rate)
{
   if (!n)
      return at > s->free ? at : s->free;
   if (at > s->free) {
      s->busy += s->part != 0;
      s->free = at;
      s->part = 0;
   }
   uint64_t items = s->part + n,
            cycles = items >> 32 ? items / rate : (uint32_t)items / rate; /* short divisions are fast */
   s->free += cycles;
   s->busy += cycles;
   s->part = (uint32_t)(items - cycles * rate);
   return s->free + (s->part != 0);
}

/* Which core draws a tile (place.c). */
#define TIME_PLACE_DIGITS 10u /* of at most 1024 cores */
typedef struct time_place {
   uint32_t cores, layer_step, digits;
   uint16_t prime[TIME_PLACE_DIGITS], step[TIME_PLACE_DIGITS];
} time_place;
void time_place_init(time_place *p, uint32_t cores);
uint32_t time_place_core(const time_place *p, uint32_t x, uint32_t y, uint32_t layer);

typedef struct time_gfx time_gfx;
typedef struct time_draw time_draw;

typedef struct time_round {
   struct time_round *next; /* of the free ones */
   uint32_t batches, open_batches, open_tiles;
   bool closed; /* no unit more comes */
} time_round;

struct time_draw {
   time_draw *next;
   emu_time_job *job;
   uint64_t start; /* of the ring's clock */
   uint64_t end;
   time_round *round; /* that units are taken for */
   bool tiles;        /* of it some have been taken */
   bool all;          /* no unit is left to take */
   uint32_t open;     /* units */
};

/* A place in a unit's records, which may have come in pieces: the next one is in [at, end), or behind the
 * piece. */
typedef struct time_cursor {
   const time_piece *piece;
   const uint32_t *at, *end;
} time_cursor;
static inline void time_cursor_piece(time_cursor *c, const time_piece *p)
{
   *c = (time_cursor){p, p ? p->data : NULL, p ? p->data + p->dwords : NULL};
}
static inline void time_cursor_start(time_cursor *c, const time_unit *u)
{
   time_cursor_piece(c, u->first);
}
/* The record there, NULL at the unit's end. */
static inline const uint32_t *time_cursor_record(time_cursor *c)
{
   while (c->at == c->end && c->piece)
      time_cursor_piece(c, c->piece->next);
   return c->at;
}
/* What comes next has left the writer's caches long ago and is not in ours yet. */
static inline void time_cursor_next(time_cursor *c)
{
   const uint32_t r = *c->at, kind = r >> 28;
   size_t n = 1;
   if (kind == EMU_REC_BLOCK_LINES || kind == EMU_REC_LINES || kind == EMU_REC_MORE_LINES)
      n += 2 * (r >> 8 & 0xff);
   else if (kind == EMU_REC_WAVE)
      n = 2 + (size_t)c->at[1];
   else if (kind != EMU_REC_BLOCK)
      n = kind == EMU_REC_RUN ? 3 : kind == EMU_REC_COPY ? 7 : 1;
   __builtin_prefetch(c->at + n + 32);
   c->at = n < (size_t)(c->end - c->at) ? c->at + n : c->end;
}

enum time_batch_state { TIME_BATCH_FETCH, TIME_BATCH_WAVES_RUN, TIME_BATCH_DONE, TIME_BATCH_BINNED };

typedef struct time_batch {
   struct time_batch *next; /* in order; of the free ones */
   time_actor actor;
   time_gfx *gfx;
   time_draw *draw;
   time_round *round;
   time_unit *unit;
   time_cursor cursor;
   enum time_batch_state state;
   uint32_t core;
   uint64_t input; /* what comes before the waves is there */
   uint64_t fetch; /* the attributes may be asked for */
   uint64_t ready; /* tessellator */
   uint64_t cost;  /* of its busiest block */
   uint32_t clip, setup, bin, xfb;
   unsigned stage; /* of the waves that run */
   uint32_t running;
   uint64_t end[TIME_BATCH_WAVES];
} time_batch;

typedef struct time_tile {
   struct time_tile *next; /* of the core; of the free ones */
   time_draw *draw;
   time_round *round;
   time_unit *unit;
   uint32_t open; /* waves, and one while it is being rasterised */
} time_tile;

/* A fragment wave: its place in the core's queue tells the order. */
typedef struct time_fragments {
   time_tile *tile;
   const uint32_t *data; /* its portion; NULL: a clear's place in the order */
   uint32_t dwords;
   uint32_t size_dw;   /* with what it writes */
   time_cursor behind; /* what it writes */
   uint64_t ready;
   uint64_t end; /* UINT64_MAX: it has not ended */
} time_fragments;

/* What a core has behind the bins. */
typedef struct time_raster {
   time_gfx *gfx;
   uint32_t core;
   time_actor raster, launch, retire;
   time_tile *first, *last; /* not yet rasterised; the first is being */
   uint32_t tiles;          /* of them */
   bool begun;              /* it is */
   time_cursor cursor;
   time_server blocks, quads, tests, rop;
   uint64_t at, from, spent; /* the rasteriser's own time; that of its latest blocks, and what they took */
   uint64_t depth_at, depth; /* the depth cache takes more; what it was asked for is there */
   uint64_t colour_at;
   time_fragments wave[TIME_TILE_WAVES];
   uint32_t oldest, next_launch, next; /* modulo 2^32 */
   bool full;                          /* the rasteriser waits for places */
   uint64_t retired, retired_dw;       /* places that the ROP is through with, their records' dwords */
} time_raster;

struct time_gfx {
   time_machine *m;
   const emu_profile *p;
   time_draw *draws, *last_draw; /* not all units are taken; the first one is at it */
   bool begun;                   /* it is */
   uint32_t alive;               /* draws that are not over */
   time_actor feed;
   time_unit *held; /* taken, waits for a place */
   time_server index, attribute, assemble, tess, clip, setup, bin, xfb;
   time_batch *batches, *last_batch; /* in order */
   uint32_t in_flight, binned;       /* batches before and in the bins */
   bool blocked;                     /* the feed waits for one of them */
   uint64_t finished;                /* batches */
   uint64_t busy, busy_from;         /* cycles in which batches were in flight, but for those since */
   uint64_t number;                  /* of batches, for cores */
   time_place place;                 /* of tiles */
   time_raster *raster;              /* of each core */
   time_draw *free_draws;
   time_round *free_rounds;
   time_batch *free_batches;
   time_tile *free_tiles;
};

/* front.c */
void time_feed_wake(time_gfx *g); /* there may be room for what it holds */
void time_draw_closes(time_gfx *g, time_draw *d, uint64_t end); /* a unit of it is through */
void time_round_tile_over(time_gfx *g, time_round *r);
/* tile.c */
void time_raster_init(time_gfx *g, time_raster *r, uint32_t core);
void time_raster_add(time_gfx *g, time_tile *t, uint32_t core);
void time_raster_wake(time_raster *r, uint64_t at); /* a round has been binned, a place is free */
void time_tile_closes(time_raster *r, time_tile *t, uint64_t end);
/* rop.c */
void time_rop_act(time_machine *m, time_actor *a);

#define TIME_OF(type, member, a) ((type *)(void *)((char *)(a)-offsetof(type, member)))

#endif
