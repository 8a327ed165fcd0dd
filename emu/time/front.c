/* Draws and clears: the ring's order, their units, and the front half. Manual: "Time", Graphics.
 *
 * The front end takes batches one after the other: indices, assembly and attribute fetch book their time,
 * memory answers on the way of the core that the batch is given to (one after the other round the cores), and
 * the waves start there when everything has come. Waves of one stage run side by side, stages follow each
 * other. Behind them clipping, set-up and binning take the batches in order. The next draw's batches follow
 * the last of this one; only bins that are full hold them up.
 */
#include <stdlib.h>
#include "engine.h"
#include "fixed.h"
#include "sample.h"
#include "skip.h"

/* ---- records ------------------------------------------------------------------------------------------- */
static uint32_t amount(const uint32_t *r)
{
   return *r >> 8 & 0xfffff;
}

/* ---- rounds and draws ---------------------------------------------------------------------------------- */
static time_round *round_new(time_gfx *g)
{
   time_round *r = g->free_rounds;
   if (r)
      g->free_rounds = r->next;
   else if (!(r = time_machine_alloc(g->m, sizeof *r)))
      return NULL;
   *r = (time_round){0};
   return r;
}

void time_feed_wake(time_gfx *g)
{
   if (g->blocked)
      time_at(g->m, &g->feed, time_now(g->m));
}

/* Nothing of it is left: the bins have room for others. */
static void round_check(time_gfx *g, time_round *r)
{
   if (!r->closed || r->open_batches || r->open_tiles)
      return;
   g->binned -= r->batches;
   r->next = g->free_rounds;
   g->free_rounds = r;
   time_feed_wake(g);
}

static void round_close(time_gfx *g, time_draw *d)
{
   time_round *r = d->round;
   d->round = NULL;
   d->tiles = false;
   if (!r)
      return;
   r->closed = true;
   round_check(g, r);
}

void time_round_tile_over(time_gfx *g, time_round *r)
{
   r->open_tiles--;
   round_check(g, r);
}

static void draw_check(time_gfx *g, time_draw *d)
{
   if (!d->all || d->open)
      return;
   uint64_t end = d->end > time_now(g->m) ? d->end : time_now(g->m);
   if (--g->alive == 0) /* whoever waits for the pipeline reads pictures next */
      end = time_memory_flush_rops(time_machine_memory(g->m), end, d->job->counters);
   time_job_over(g->m, d->job, end);
   d->next = g->free_draws;
   g->free_draws = d;
}

void time_draw_closes(time_gfx *g, time_draw *d, uint64_t end)
{
   d->end = end > d->end ? end : d->end;
   d->open--;
   draw_check(g, d);
}

/* ---- batches: before the waves ------------------------------------------------------------------------- */
static uint64_t touch(time_batch *b, const uint32_t *r, enum time_op op, uint64_t at)
{
   time_gfx *g = b->gfx;
   return time_memory_record(time_machine_memory(g->m), b->core, TIME_PATH_VERTEX, op, r, at,
                             b->draw->job->counters)
       .done;
}

static void at_least(uint64_t *t, uint64_t at)
{
   *t = at > *t ? at : *t;
}

/* The batch at a block; when it is through. Its front end was busy as long as the busiest of its blocks. */
static uint64_t serve(time_batch *b, time_server *s, uint64_t at, uint64_t n, uint32_t rate)
{
   uint64_t before = s->busy, done = time_serve(s, at, n, rate);
   at_least(&b->cost, s->busy - before);
   return done;
}

/* Indices and assembly at `now`, up to where attributes are fetched. */
static void take_input(time_batch *b, uint64_t now)
{
   time_gfx *g = b->gfx;
   const emu_profile *p = g->p;
   b->input = b->fetch = now;
   for (const uint32_t *r; (r = time_cursor_record(&b->cursor)); time_cursor_next(&b->cursor)) {
      uint32_t kind = *r >> 28, block = *r & 0xff;
      if (kind == EMU_REC_BLOCK && block == EMU_BLOCK_INDEX)
         at_least(&b->input, serve(b, &g->index, now, amount(r), p->front_indices_per_cycle));
      else if (kind == EMU_REC_BLOCK && block == EMU_BLOCK_ASSEMBLE)
         at_least(&b->input, serve(b, &g->assemble, now, amount(r), p->front_primitives_per_cycle));
      else if (kind == EMU_REC_BLOCK_LINES && block == EMU_BLOCK_INDEX)
         at_least(&b->fetch, touch(b, r, TIME_READ, now));
      else
         break;
   }
}

static void take_attributes(time_batch *b, uint64_t now)
{
   time_gfx *g = b->gfx;
   for (const uint32_t *r; (r = time_cursor_record(&b->cursor)); time_cursor_next(&b->cursor)) {
      uint32_t kind = *r >> 28;
      if ((kind != EMU_REC_BLOCK && kind != EMU_REC_BLOCK_LINES) || (*r & 0xff) != EMU_BLOCK_FETCH)
         break;
      at_least(&b->input, kind == EMU_REC_BLOCK
                              ? serve(b, &g->attribute, now, amount(r), g->p->front_attributes_per_cycle)
                              : touch(b, r, TIME_READ, now));
   }
}

/* ---- batches: waves ------------------------------------------------------------------------------------ */
static bool start_wave(time_batch *b, const uint32_t *r)
{
   time_gfx *g = b->gfx;
   unsigned stage = *r >> 16 & 15;
   if (!time_core_room(g->m, b->core, b->draw->job, stage, 1)) {
      time_core_wait(g->m, b->core, &b->actor);
      return false;
   }
   uint64_t *end = NULL;
   for (unsigned i = 0; i < TIME_BATCH_WAVES && !end; i++)
      if (b->end[i] == 0)
         end = &b->end[i];
   *end = UINT64_MAX;
   b->stage = stage;
   b->running++;
   TIME_COUNT(b->draw->job, FRONT_WAVES, 1);
   time_wave_start(g->m, b->core, b->draw->job, stage, r + 2, r[1], time_now(g->m), &b->actor, end);
   return true;
}

static void gather_ends(time_batch *b)
{
   uint64_t now = time_now(b->gfx->m);
   for (unsigned i = 0; i < TIME_BATCH_WAVES; i++)
      if (b->end[i] && b->end[i] <= now) {
         b->end[i] = 0;
         b->running--;
      }
}

static void count_block(time_batch *b, const uint32_t *r)
{
   switch (*r & 0xff) {
   case EMU_BLOCK_CLIP:
      b->clip += amount(r);
      break;
   case EMU_BLOCK_SETUP:
      b->setup += amount(r);
      break;
   case EMU_BLOCK_BIN:
      b->bin += amount(r);
      break;
   case EMU_BLOCK_XFB:
      b->xfb += amount(r);
      break;
   }
}

/* Go on with what comes now; true: everything is done. */
static bool run_waves(time_batch *b)
{
   time_gfx *g = b->gfx;
   uint64_t now = time_now(g->m);
   gather_ends(b);
   for (const uint32_t *r; (r = time_cursor_record(&b->cursor)); time_cursor_next(&b->cursor)) {
      uint32_t kind = *r >> 28, block = *r & 0xff;
      bool wave = kind == EMU_REC_WAVE;
      if (b->running && (!wave || (*r >> 16 & 15) != b->stage || b->running == TIME_BATCH_WAVES))
         return false; /* those that run come first */
      if (b->ready > now) {
         time_at(g->m, &b->actor, b->ready);
         return false;
      }
      if (wave && !start_wave(b, r))
         return false;
      if (kind == EMU_REC_BLOCK && block == EMU_BLOCK_TESSELLATE)
         b->ready = serve(b, &g->tess, now, amount(r), g->p->tess_points_per_cycle);
      else if (kind == EMU_REC_BLOCK_LINES)
         at_least(&b->draw->end, touch(b, r, TIME_WRITE, now));
      else if (kind == EMU_REC_BLOCK)
         count_block(b, r);
   }
   return !b->running;
}

/* ---- batches: behind the waves, in order --------------------------------------------------------------- */
static void bin(time_gfx *g, time_batch *b)
{
   const emu_profile *p = g->p;
   uint64_t now = time_now(g->m), clip_at = g->clip.free > now ? g->clip.free : now;
   uint64_t clipped = serve(b, &g->clip, now, b->clip, p->front_primitives_per_cycle);
   uint64_t before = g->setup.busy, setup_at = g->setup.free > clip_at ? g->setup.free : clip_at;
   uint64_t done = serve(b, &g->setup, clip_at, b->setup, p->setup_primitives_per_cycle);
   at_least(&done, clipped);
   at_least(&done, serve(b, &g->bin, setup_at, b->bin, p->bin_pairs_per_cycle));
   at_least(&done, serve(b, &g->xfb, now, b->xfb, p->xfb_dwords_per_cycle));
   TIME_COUNT(b->draw->job, SETUP_CYCLES, g->setup.busy - before);
   TIME_COUNT(b->draw->job, FRONT_CYCLES, b->cost);
   b->state = TIME_BATCH_BINNED;
   time_at(g->m, &b->actor, done);
}

/* The oldest batches whose waves are through. */
static void bin_in_order(time_gfx *g)
{
   while (g->batches && g->batches->state == TIME_BATCH_DONE) {
      time_batch *b = g->batches;
      g->batches = b->next;
      if (!g->batches)
         g->last_batch = NULL;
      bin(g, b);
   }
}

static void batch_over(time_gfx *g, time_batch *b)
{
   time_round *r = b->round;
   time_draw *d = b->draw;
   uint64_t now = time_now(g->m);
   time_unit_release(d->job, b->unit);
   b->next = g->free_batches;
   g->free_batches = b;
   g->finished++;
   if (--g->in_flight == 0)
      g->busy += now - g->busy_from;
   if (--r->open_batches == 0)
      for (uint32_t c = 0; c < g->p->cores; c++)
         time_raster_wake(&g->raster[c], now);
   round_check(g, r);
   time_draw_closes(g, d, now);
   time_feed_wake(g);
}

static void batch_act(time_machine *m, time_actor *a)
{
   time_batch *b = TIME_OF(time_batch, actor, a);
   uint64_t now = time_now(m);
   switch (b->state) {
   case TIME_BATCH_FETCH:
      if (b->fetch > now) {
         time_at(m, a, b->fetch);
         return;
      }
      take_attributes(b, now);
      b->ready = b->input;
      b->state = TIME_BATCH_WAVES_RUN;
      /* fall through */
   case TIME_BATCH_WAVES_RUN:
      if (!run_waves(b))
         return;
      b->state = TIME_BATCH_DONE;
      bin_in_order(b->gfx);
      return;
   case TIME_BATCH_DONE:
      return;
   case TIME_BATCH_BINNED:
      batch_over(b->gfx, b);
   }
}

static time_batch *batch_new(time_gfx *g)
{
   time_batch *b = g->free_batches;
   if (b) {
      g->free_batches = b->next;
   } else if ((b = time_machine_alloc(g->m, sizeof *b))) {
      time_actor_init(g->m, &b->actor, batch_act);
   } else {
      return NULL;
   }
   time_actor actor = b->actor;
   *b = (time_batch){.actor = actor, .gfx = g};
   return b;
}

/* ---- units --------------------------------------------------------------------------------------------- */
/* Into the pipeline, as soon as there is room. False: the machine has failed. */
static bool begin_batch(time_gfx *g, time_draw *d, time_unit *u)
{
   time_batch *b = batch_new(g);
   if (b && !d->round)
      d->round = round_new(g);
   if (!b || !d->round)
      return false;
   b->draw = d;
   b->round = d->round;
   b->unit = u;
   b->core = (uint32_t)(g->number++ % g->p->cores);
   d->round->batches++;
   d->round->open_batches++;
   d->open++;
   if (g->in_flight++ == 0)
      g->busy_from = time_now(g->m);
   g->binned++;
   *(g->last_batch ? &g->last_batch->next : &g->batches) = b;
   g->last_batch = b;
   time_cursor_start(&b->cursor, u);
   take_input(b, time_now(g->m));
   time_at(g->m, &b->actor, b->fetch);
   return true;
}

/* The core of a tile, by its first records. */
static uint32_t core_of(const time_gfx *g, const time_unit *u)
{
   uint32_t x = 0, y = 0, layer = 0;
   time_cursor c;
   time_cursor_start(&c, u);
   for (const uint32_t *r; (r = time_cursor_record(&c)) && *r >> 28 == EMU_REC_BLOCK; time_cursor_next(&c)) {
      if ((*r & 0xff) == EMU_BLOCK_TILE) {
         x = (amount(r) - 1) & (EMU_TILES_X - 1);
         y = (amount(r) - 1) / EMU_TILES_X;
      } else if ((*r & 0xff) == EMU_BLOCK_LAYER) {
         layer = amount(r);
      } else {
         break;
      }
   }
   return time_place_core(&g->place, x, y, layer);
}

static bool begin_tile(time_gfx *g, time_draw *d, time_unit *u, uint32_t core)
{
   time_tile *t = g->free_tiles;
   if (t)
      g->free_tiles = t->next;
   else
      t = time_machine_alloc(g->m, sizeof *t);
   if (t && !d->round)
      d->round = round_new(g);
   if (!t || !d->round)
      return false;
   *t = (time_tile){.draw = d, .round = d->round, .unit = u, .open = 1};
   d->tiles = true;
   d->round->open_tiles++;
   d->open++;
   time_raster_add(g, t, core);
   return true;
}

/* The bins' limit is for rounds before this one: where all primitives were culled no tile comes that would
 * end a round. */
static bool has_room_for_batch(const time_gfx *g, const time_draw *d)
{
   uint32_t before = g->binned - (d->round && !d->tiles ? d->round->batches : 0);
   return g->in_flight < g->p->front_batches && before < g->p->bin_batches;
}

/* The unit goes on its way, if there is room for it. */
static enum time_fed feed_unit(time_gfx *g, time_draw *d, time_unit *u)
{
   const bool batch = u->kind == EMU_UNIT_BATCH;
   const uint32_t core = batch ? 0 : core_of(g, u);
   if (batch && d->tiles) /* even if it has to wait: nothing else would end the round whose room it waits for */
      round_close(g, d);
   g->blocked = batch ? !has_room_for_batch(g, d) : g->raster[core].tiles >= g->p->raster_tiles;
   if (g->blocked)
      return TIME_FED_BLOCKED;
   g->held = NULL;
   if (batch ? begin_batch(g, d, u) : begin_tile(g, d, u, core))
      return TIME_FED;
   time_unit_release(d->job, u);
   return TIME_FED_NOTHING;
}

/* The first draw has no unit left: the next one's turn. */
static void draw_taken(time_gfx *g)
{
   time_draw *d = g->draws;
   g->draws = d->next;
   if (!g->draws)
      g->last_draw = NULL;
   g->begun = false;
   round_close(g, d);
   d->all = true;
   draw_check(g, d);
}

/* The unit to go on with, complete; NULL: the feed is to return. */
static time_unit *next_unit(time_gfx *g)
{
   time_draw *d = g->draws;
   bool starved = false;
   if (!g->held)
      g->held = time_job_take(d->job, &starved);
   if (g->held && !g->held->complete)
      time_unit_poll(d->job, g->held);
   if (starved || (g->held && !g->held->complete)) {
      time_starve(g->m, &g->feed);
      return NULL;
   }
   if (!g->held) {
      draw_taken(g);
      if (g->draws)
         time_at(g->m, &g->feed, time_now(g->m));
   }
   return g->held;
}

/* One batch at a time: the next one when indices and assembly are through with it. */
static void feed_act(time_machine *m, time_actor *a)
{
   time_gfx *g = TIME_OF(time_gfx, feed, a);
   time_draw *d = g->draws;
   g->blocked = false;
   if (!d)
      return;
   if (!g->begun) { /* its state is loaded */
      g->begun = true;
      time_at(m, a, time_at_clock(m, d->start) + g->p->draw_launch_cycles);
      return;
   }
   time_sample_begin(m); /* with the first unit: a launch may take longer than the sampler waits for one */
   for (time_unit *u; g->draws == d && (u = next_unit(g));) {
      bool batch = u->kind == EMU_UNIT_BATCH;
      if (feed_unit(g, d, u) != TIME_FED)
         return;
      uint64_t next = g->index.free > g->assemble.free ? g->index.free : g->assemble.free;
      if (batch && next > time_now(m)) {
         time_at(m, a, next);
         return;
      }
   }
}

/* ---- for the sampler ----------------------------------------------------------------------------------- */
uint64_t time_feed_finished(const time_machine *m)
{
   return m->gfx ? m->gfx->finished : 0;
}

uint64_t time_feed_busy(const time_machine *m)
{
   const time_gfx *g = m->gfx;
   return !g ? 0 : g->busy + (g->in_flight ? time_now(m) - g->busy_from : 0);
}

/* The next unit of the present draw, complete; NULL: there is none, or *starved. */
static time_unit *peek_unit(time_gfx *g, bool *starved)
{
   time_draw *d = g->draws;
   *starved = false;
   if (!d || !g->begun)
      return NULL;
   if (!g->held)
      g->held = time_job_take(d->job, starved);
   if (g->held && !g->held->complete)
      time_unit_poll(d->job, g->held);
   *starved |= g->held && !g->held->complete;
   return *starved ? NULL : g->held;
}

enum time_fed time_feed_pass(time_machine *m, bool batches)
{
   time_gfx *g = m->gfx;
   time_draw *d = g->draws;
   bool starved;
   time_unit *u = peek_unit(g, &starved);
   if (!u)
      return starved ? TIME_FED_STARVED : TIME_FED_NOTHING;
   if (u->kind != EMU_UNIT_BATCH)
      return feed_unit(g, d, u);
   if (!batches)
      return TIME_FED_NOTHING;
   g->held = NULL;
   g->blocked = false;
   time_skip_unit(m, (uint32_t)(g->number++ % g->p->cores), d->job, u);
   time_unit_release(d->job, u);
   return TIME_FED_PASSED;
}

void time_feed_retime(time_machine *m)
{
   time_gfx *g = m->gfx;
   if (g && g->draws && !g->begun)
      time_at(m, &g->feed, time_at_clock(m, g->draws->start));
}

void time_feed_resume(time_machine *m)
{
   time_gfx *g = m->gfx;
   if (g->draws && !g->feed.queued)
      time_at(m, &g->feed, time_now(m));
}

/* ---- the machine's side -------------------------------------------------------------------------------- */
static time_gfx *gfx_of(time_machine *m)
{
   time_gfx *g = m->gfx;
   if (g)
      return g;
   g = time_machine_alloc(m, sizeof *g);
   time_raster *raster = g ? time_machine_alloc(m, m->profile.cores * sizeof *raster) : NULL;
   if (!raster)
      return NULL;
   g->m = m;
   g->p = &m->profile;
   g->raster = raster;
   time_place_init(&g->place, g->p->cores);
   time_actor_init(m, &g->feed, feed_act);
   for (uint32_t i = 0; i < g->p->cores; i++)
      time_raster_init(g, &raster[i], i);
   return m->gfx = g;
}

bool time_draw_begin(time_machine *m, emu_time_job *j, uint64_t start)
{
   time_gfx *g = gfx_of(m);
   if (!g)
      return false;
   time_draw *d = g->free_draws;
   if (d)
      g->free_draws = d->next;
   else if (!(d = time_machine_alloc(m, sizeof *d)))
      return false;
   *d = (time_draw){.job = j, .start = start};
   *(g->last_draw ? &g->last_draw->next : &g->draws) = d;
   g->last_draw = d;
   g->alive++;
   if (g->draws == d)
      time_at(m, &g->feed, time_at_clock(m, start));
   return true;
}
