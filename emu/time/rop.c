/* Behind the fragment waves of a core: late tests and colour, in the order in which the rasteriser formed the
 * waves, however they end. The ROP takes a quad of a target a cycle (rop_quads_per_cycle), more where
 * blending or samples cost more (EMU_BLOCK_ROP_MORE); its caches hold it up when they take no more. A wave's
 * place is free when the ROP is through with it.
 */
#include "engine.h"
#include "fixed.h"

static uint32_t amount(const uint32_t *r)
{
   return *r >> 8 & 0xfffff;
}

static void at_least(uint64_t *t, uint64_t at)
{
   *t = at > *t ? at : *t;
}

static time_result touch(time_raster *r, const time_fragments *f, const uint32_t *record, enum time_path path,
                         uint64_t at)
{
   return time_memory_record(time_machine_memory(r->gfx->m), r->core, path, TIME_WRITE, record, at,
                             f->tile->draw->job->counters);
}

/* Tests with the depths that the wave put out; colours wait for them. */
static uint64_t late_tests(time_raster *r, const time_fragments *f, const uint32_t *record, uint64_t at)
{
   if (*record >> 28 != EMU_REC_BLOCK) {
      time_result z = touch(r, f, record, TIME_PATH_DEPTH, at > r->depth_at ? at : r->depth_at);
      r->depth_at = z.accepted;
      return z.done;
   }
   if (f->data)
      TIME_COUNT(f->tile->draw->job, LATE_Z_QUADS, amount(record));
   return time_serve(&r->tests, at, amount(record), r->gfx->p->early_z_quads_per_cycle);
}

static void colour(time_raster *r, const time_fragments *f, const uint32_t *record, uint64_t at)
{
   emu_time_job *j = f->tile->draw->job;
   uint64_t before = r->rop.busy;
   switch (*record & 0xff) {
   case EMU_BLOCK_ROP:
      TIME_COUNT(j, ROP_QUADS, amount(record));
      /* fall through */
   case EMU_BLOCK_ROP_MORE:
      time_serve(&r->rop, at, amount(record), r->gfx->p->rop_quads_per_cycle);
      TIME_COUNT(j, ROP_CYCLES, r->rop.busy - before);
      break;
   case EMU_BLOCK_BLEND:
      TIME_COUNT(j, BLEND_QUADS, amount(record));
      break;
   }
}

/* All that the wave writes; when the last of it is on its way. */
static uint64_t write_out(time_raster *r, time_fragments *f)
{
   uint64_t at = f->end, done = f->end;
   time_cursor *c = &f->behind;
   const uint32_t *record;
   for (; (record = time_cursor_record(c)) && *record >> 28 != EMU_REC_WAVE; time_cursor_next(c)) {
      uint32_t block = *record & 0xff;
      if (block == EMU_BLOCK_LATE_Z) {
         at_least(&at, late_tests(r, f, record, f->end));
      } else if (block != EMU_BLOCK_ROP && block != EMU_BLOCK_ROP_MORE && block != EMU_BLOCK_BLEND) {
         break;
      } else if (*record >> 28 != EMU_REC_BLOCK) {
         uint64_t from = at > r->colour_at ? at : r->colour_at;
         time_result w = touch(r, f, record, TIME_PATH_COLOUR, from);
         r->colour_at = w.accepted;
         at_least(&done, w.done);
      } else {
         colour(r, f, record, at);
      }
   }
   at_least(&done, at);
   at_least(&done, r->rop.free + (r->rop.part != 0));
   return done;
}

void time_rop_act(time_machine *m, time_actor *a)
{
   time_raster *r = TIME_OF(time_raster, retire, a);
   uint64_t now = time_now(m);
   while (r->oldest != r->next_launch) {
      time_fragments *f = &r->wave[r->oldest % TIME_TILE_WAVES];
      uint64_t busy = r->rop.free > r->colour_at ? r->rop.free : r->colour_at;
      if (f->end == UINT64_MAX)
         return; /* wakes when it ends */
      if (f->end > now || busy > now + TIME_AHEAD) {
         time_at(m, a, f->end > now ? f->end : busy - TIME_NEAR);
         return;
      }
      uint64_t done = write_out(r, f);
      time_tile *t = f->tile;
      r->oldest++;
      r->retired++;
      r->retired_dw += f->size_dw;
      time_tile_closes(r, t, done);
      if (r->full && r->next - r->oldest <= TIME_TILE_WAVES - TIME_ROOM) {
         r->full = false;
         time_raster_wake(r, now);
      }
   }
}
