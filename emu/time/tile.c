/* A core's rasteriser and early tests, and the launch of fragment waves. Manual: "Time", Graphics.
 *
 * Tiles of a core are rasterised one after the other in the order of their draws, whatever becomes of the
 * waves: a tile always goes to the same core, so order per pixel is that of the queues. Blocks of 8 x 8
 * pixels are found at one rate, quads leave at another and are tested at a third; what hierarchical Z kills
 * takes nothing but the first. A wave whose quads and depths are there waits for its turn and for room on the
 * core. Between the rasteriser and the end of the ROP there is room for so many waves of all tiles together.
 */
#include "engine.h"
#include "fixed.h"
#include "sample.h"
#include "skip.h"

static uint32_t amount(const uint32_t *r)
{
   return *r >> 8 & 0xfffff;
}

static void at_least(uint64_t *t, uint64_t at)
{
   *t = at > *t ? at : *t;
}

void time_tile_closes(time_raster *r, time_tile *t, uint64_t end)
{
   time_gfx *g = r->gfx;
   at_least(&t->draw->end, end);
   if (--t->open)
      return;
   time_unit_release(t->draw->job, t->unit);
   time_round_tile_over(g, t->round);
   time_draw_closes(g, t->draw, end);
   t->next = g->free_tiles;
   g->free_tiles = t;
}

/* ---- rasteriser ---------------------------------------------------------------------------------------- */
/* Blocks that are found, and quads that leave behind them: the slower of the two is what it takes. */
static void rasterise(time_raster *r, emu_time_job *j, uint32_t blocks, uint32_t quads)
{
   uint64_t before = r->blocks.busy;
   if (blocks) {
      r->from = r->blocks.free > r->at ? r->blocks.free : r->at;
      r->at = time_serve(&r->blocks, r->at, blocks, r->gfx->p->raster_blocks_per_cycle);
      r->spent = r->blocks.busy - before;
      TIME_COUNT(j, RASTER_CYCLES, r->spent);
      return;
   }
   before = r->quads.busy;
   at_least(&r->at, time_serve(&r->quads, r->from, quads, r->gfx->p->raster_quads_per_cycle));
   uint64_t spent = r->quads.busy - before;
   TIME_COUNT(j, RASTER_CYCLES, spent > r->spent ? spent - r->spent : 0);
   TIME_COUNT(j, RASTER_QUADS, quads);
}

/* What stands before a wave. */
static void take_block(time_raster *r, const uint32_t *record)
{
   emu_time_job *j = r->first->draw->job;
   switch (*record & 0xff) {
   case EMU_BLOCK_RASTER:
      rasterise(r, j, amount(record), 0);
      break;
   case EMU_BLOCK_QUADS:
      rasterise(r, j, 0, amount(record));
      break;
   case EMU_BLOCK_HIZ:
      TIME_COUNT(j, HIZ_KILLED, amount(record));
      break;
   case EMU_BLOCK_EARLY_Z:
      at_least(&r->depth, time_serve(&r->tests, r->at, amount(record), r->gfx->p->early_z_quads_per_cycle));
      if (r->tests.free > r->at + TIME_AHEAD)
         r->at = r->tests.free - TIME_AHEAD;
      TIME_COUNT(j, EARLY_Z_QUADS, amount(record));
      break;
   case EMU_BLOCK_EARLY_KILL:
      TIME_COUNT(j, EARLY_Z_KILLED, amount(record));
      break;
   }
}

static void take_lines(time_raster *r, const uint32_t *record)
{
   time_machine *m = r->gfx->m;
   uint64_t at = r->depth_at > r->at ? r->depth_at : r->at;
   time_result done = time_memory_record(time_machine_memory(m), r->core, TIME_PATH_DEPTH, TIME_READ, record,
                                         at, r->first->draw->job->counters);
   r->depth_at = done.accepted;
   at_least(&r->depth, done.done);
}

static bool is_behind(const uint32_t *record)
{
   uint32_t kind = *record >> 28, block = *record & 0xff;
   return (kind == EMU_REC_BLOCK || kind == EMU_REC_BLOCK_LINES || kind == EMU_REC_RUN) &&
          (block == EMU_BLOCK_LATE_Z || block == EMU_BLOCK_ROP || block == EMU_BLOCK_ROP_MORE ||
           block == EMU_BLOCK_BLEND);
}

/* A place in the order for what comes behind: that of a wave, or of a clear, whose record is none. */
static inline void queue_wave(time_raster *r, time_cursor *c, const uint32_t *record)
{
   time_fragments *f = &r->wave[r->next++ % TIME_TILE_WAVES];
   bool wave = *record >> 28 == EMU_REC_WAVE;
   f->tile = r->first;
   f->data = wave ? record + 2 : NULL;
   f->dwords = wave ? record[1] : 0;
   f->ready = r->at > r->depth ? r->at : r->depth;
   f->end = UINT64_MAX;
   f->size_dw = wave ? 2 + record[1] : 0;
   if (wave)
      time_cursor_next(c);
   f->behind = *c;
   for (const uint32_t *b; (b = time_cursor_record(c)) && is_behind(b);) {
      time_cursor_next(c);
      f->size_dw += (uint32_t)(c->at - b);
   }
   r->first->open++;
}

/* The tile has been rasterised. */
static void next_tile(time_raster *r)
{
   time_tile *t = r->first;
   r->first = t->next;
   if (!r->first)
      r->last = NULL;
   r->begun = false;
   r->tiles--;
   time_feed_wake(r->gfx);
   time_tile_closes(r, t, r->at > r->depth ? r->at : r->depth);
}

/* False: the round's batches come first; the last of them wakes. */
static bool begin_tile(time_raster *r)
{
   time_tile *t = r->first;
   if (t->round->open_batches)
      return false;
   r->begun = true;
   at_least(&r->at, time_now(r->gfx->m));
   time_cursor_start(&r->cursor, t->unit);
   return true;
}

/* Records of the first tile, as far as the rasteriser may be ahead of the clock; true: to the tile's end. */
static bool rasterise_tile(time_raster *r)
{
   uint64_t now = time_now(r->gfx->m);
   time_cursor c = r->cursor;
   const uint32_t *record;
   while (r->at <= now + TIME_AHEAD && r->depth_at <= now + TIME_AHEAD) {
      at_least(&r->at, now);
      if (!(record = time_cursor_record(&c)))
         return true;
      bool wave = *record >> 28 == EMU_REC_WAVE || is_behind(record);
      r->full = wave && r->next - r->oldest == TIME_TILE_WAVES;
      if (r->full) {
         r->cursor = c;
         return false;
      }
      if (wave) {
         queue_wave(r, &c, record);
         continue;
      }
      if (*record >> 28 == EMU_REC_BLOCK)
         take_block(r, record);
      else if (*record >> 28 == EMU_REC_BLOCK_LINES)
         take_lines(r, record);
      time_cursor_next(&c);
   }
   r->cursor = c;
   time_at(r->gfx->m, &r->raster, (r->at > r->depth_at ? r->at : r->depth_at) - TIME_NEAR);
   return false;
}

static void rasterise_tiles(time_raster *r)
{
   while (r->first && (r->begun || begin_tile(r)) && rasterise_tile(r))
      next_tile(r);
}

/* ---- waves --------------------------------------------------------------------------------------------- */
static void launch_act(time_machine *m, time_actor *a)
{
   time_raster *r = TIME_OF(time_raster, launch, a);
   uint64_t now = time_now(m);
   if (a->waiting)
      return;
   while (r->next_launch != r->next) {
      time_fragments *f = &r->wave[r->next_launch % TIME_TILE_WAVES];
      emu_time_job *j = f->tile->draw->job;
      if (f->ready > now + TIME_AHEAD) {
         time_at(m, a, f->ready - TIME_NEAR);
         return;
      }
      if (f->data && !time_core_room(m, r->core, j, GPU_STAGE_FS, 1)) {
         time_core_wait(m, r->core, a);
         return;
      }
      r->next_launch++;
      if (f->data) {
         TIME_COUNT(j, FRAGMENT_WAVES, 1);
         time_wave_start(m, r->core, j, GPU_STAGE_FS, f->data, f->dwords, f->ready, &r->retire, &f->end);
      } else {
         f->end = f->ready;
         time_at(m, &r->retire, f->ready);
      }
   }
}

static void raster_act(time_machine *m, time_actor *a)
{
   time_raster *r = TIME_OF(time_raster, raster, a);
   rasterise_tiles(r);
   launch_act(m, &r->launch);
}

/* ---- the front half's side ----------------------------------------------------------------------------- */
void time_raster_init(time_gfx *g, time_raster *r, uint32_t core)
{
   r->gfx = g;
   r->core = core;
   time_actor_init(g->m, &r->raster, raster_act);
   time_actor_init(g->m, &r->launch, launch_act);
   time_actor_init(g->m, &r->retire, time_rop_act);
}

void time_raster_wake(time_raster *r, uint64_t at)
{
   if (r->first)
      time_at(r->gfx->m, &r->raster, at);
}

void time_raster_add(time_gfx *g, time_tile *t, uint32_t core)
{
   time_raster *r = &g->raster[core];
   *(r->last ? &r->last->next : &r->first) = t;
   r->last = t;
   r->tiles++;
   if (r->first == t)
      time_at(g->m, &r->raster, time_now(g->m));
}

/* ---- for the sampler ----------------------------------------------------------------------------------- */
uint64_t time_raster_places(const time_machine *m, uint32_t core)
{
   return m->gfx->raster[core].retired;
}

uint64_t time_raster_retired_dw(const time_machine *m, uint32_t core)
{
   return m->gfx->raster[core].retired_dw;
}

bool time_raster_busy(const time_machine *m, uint32_t core)
{
   return m->gfx->raster[core].first != NULL;
}

/* Up to the end of a place: what stands before it, the wave if there is one, what comes behind; the dwords of
 * the latter two. */
static uint32_t pass_place(time_machine *m, time_raster *r)
{
   uint32_t size_dw = 0;
   for (const uint32_t *record; (record = time_cursor_record(&r->cursor));) {
      bool wave = *record >> 28 == EMU_REC_WAVE, behind = is_behind(record);
      if (size_dw && !behind)
         return size_dw;
      uint32_t n = time_skip_top(m, r->core, r->first->draw->job, record, (uint32_t)(r->cursor.end - record));
      size_dw += wave || behind ? n : 0;
      r->cursor.at += n;
   }
   next_tile(r);
   return size_dw;
}

/* The draw would end with the tile: before the time is charged that it takes to pass it over. */
static bool ends_draw(const time_tile *t)
{
   return t->draw->all && t->draw->open == 1 && t->open == 1;
}

uint64_t time_raster_pass(time_machine *m, uint32_t core, uint64_t dwords)
{
   time_raster *r = &m->gfx->raster[core];
   const emu_time_job *j = r->first ? r->first->draw->job : NULL;
   uint64_t passed = 0;
   while (passed < dwords && r->first && r->first->draw->job == j && !ends_draw(r->first) &&
          (r->begun || begin_tile(r)))
      passed += pass_place(m, r);
   return passed;
}
