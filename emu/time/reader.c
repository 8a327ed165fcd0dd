/* Traces of a unit, wave by wave.
 *
 * The functional model runs the waves of a workgroup in turns, and its trace arrives in pieces; here every
 * wave has its own list of portions, which is continued from the unit's pieces when the wave has come to the
 * end of it. What has not arrived starves whoever asked. Records are the functional model's own; what does
 * not fit the program (a wave that was stopped in a segment's middle) is passed over.
 */
#include "engine.h"

static time_portion *portion_new(time_machine *m)
{
   time_portion *p = m->free_portions;
   if (p)
      m->free_portions = p->next;
   else
      p = time_machine_alloc(m, sizeof *p);
   return p;
}

static void portion_free(time_machine *m, time_portion *p)
{
   p->next = m->free_portions;
   m->free_portions = p;
}

/* A piece is let go when all of it has been dealt out and read; the one that is being dealt out stays. */
static void piece_read(time_group *g, time_piece *p)
{
   if (p && --p->readers == 0 && p != g->piece)
      time_unit_drop(g->job, g->unit, p);
}

/* ---- a workgroup's unit --------------------------------------------------------------------- */
static void deal_portion(time_machine *m, time_group *g, const uint32_t *r, uint32_t left)
{
   uint32_t index = *r & 0xffff, dwords = r[1] < left - 2 ? r[1] : left - 2;
   time_wave *w = index < g->waves ? g->wave[index] : NULL;
   time_portion *p = w && !w->last ? portion_new(m) : NULL;
   if (!p)
      return;
   *p = (time_portion){.piece = g->piece,
                       .data = r + 2,
                       .dwords = dwords,
                       .last = *r >> 21 & 1,
                       .barrier = *r >> 22 & 1};
   g->piece->readers++;
   *(w->last_portion ? &w->last_portion->next : &w->first_portion) = p;
   w->last_portion = p;
   w->last = p->last;
}

/* One portion more of the unit, or false. */
static bool deal_next(time_machine *m, time_group *g)
{
   if (!g->piece && (g->piece = g->unit->first))
      g->piece->readers = 0;
   while (g->piece) {
      if (g->offset + 2 <= g->piece->dwords) {
         const uint32_t *r = g->piece->data + g->offset;
         uint32_t left = g->piece->dwords - g->offset;
         bool is_wave = *r >> 28 == EMU_REC_WAVE;
         uint32_t step = is_wave ? 2 + r[1] : time_record_dwords(r);
         g->offset = step < left ? g->offset + step : g->piece->dwords;
         if (is_wave) {
            deal_portion(m, g, r, left);
            return true;
         }
         continue;
      }
      if (!g->piece->next)
         return false;
      time_piece *read = g->piece;
      g->piece = read->next;
      g->piece->readers = 0;
      g->offset = 0;
      if (read->readers == 0)
         time_unit_drop(g->job, g->unit, read);
   }
   return false;
}

/* ---- a wave --------------------------------------------------------------------------------- */
void time_read_drop(time_machine *m, time_wave *w)
{
   while (w->first_portion) {
      time_portion *p = w->first_portion;
      w->first_portion = p->next;
      piece_read(w->group, p->piece);
      portion_free(m, p);
   }
   w->last_portion = NULL;
   piece_read(w->group, w->piece);
   w->piece = NULL;
}

enum time_read time_read_ahead(time_machine *m, time_wave *w, time_portion **at)
{
   time_portion *const *next = *at ? &(*at)->next : &w->first_portion;
   while (!*next) {
      if (w->last || !w->group || m->failed)
         return TIME_READ_OVER;
      if (deal_next(m, w->group))
         continue;
      if (w->group->unit->complete)
         return TIME_READ_OVER;
      if (!time_unit_poll(w->job, w->group->unit))
         return TIME_READ_STARVED;
   }
   *at = *next;
   return TIME_READ_SEGMENT;
}

enum time_read time_read_portion(time_machine *m, time_wave *w)
{
   time_portion *p = NULL;
   enum time_read r = time_read_ahead(m, w, &p);
   if (r != TIME_READ_SEGMENT)
      return r;
   w->first_portion = p->next;
   if (!p->next)
      w->last_portion = NULL;
   piece_read(w->group, w->piece);
   w->piece = p->piece;
   w->at = p->data;
   w->end = p->data + p->dwords;
   w->to_barrier = p->barrier;
   portion_free(m, p);
   return TIME_READ_SEGMENT;
}

enum time_read time_peek_segment(time_machine *m, time_wave *w)
{
   for (;;) {
      while (w->at < w->end && *w->at >> 28 != EMU_REC_SEGMENT) {
         uint32_t n = time_record_dwords(w->at);
         w->at = n < (size_t)(w->end - w->at) ? w->at + n : w->end;
      }
      if (w->at < w->end)
         return TIME_READ_SEGMENT;
      enum time_read r = time_read_portion(m, w);
      if (r != TIME_READ_SEGMENT)
         return r;
   }
}

enum time_read time_read_segment(time_machine *m, time_wave *w)
{
   enum time_read read;
   while ((read = time_peek_segment(m, w)) == TIME_READ_SEGMENT) {
      uint32_t r = *w->at++;
      w->segment = r & 0xfffff;
      w->repeat = r >> 20 & 0xff;
      if (w->segment >= w->program->segments)
         return TIME_READ_OVER;
      const time_segment *s = &w->program->segment[w->segment];
      w->inst = w->inst_first = s->first;
      w->inst_end = s->first + s->count;
      if (s->count)
         break;
   }
   return read;
}

const uint32_t *time_read_record(time_wave *w)
{
   const uint32_t *r = w->at;
   if (r >= w->end)
      return NULL;
   uint32_t kind = *r >> 28;
   size_t left = (size_t)(w->end - r), n = 3;
   bool memory = kind == EMU_REC_RUN || kind == EMU_REC_LINES || kind == EMU_REC_LDS;
   if (!memory || (*r & 0xff) != w->inst - w->inst_first)
      return NULL;
   if (kind == EMU_REC_RUN && n <= left) {
      w->at += n;
      return r;
   }
   const uint32_t *part = r;
   n = time_record_dwords(r);
   while (emu_lines_continue(part) && n < left && r[n] >> 28 == EMU_REC_MORE_LINES) {
      part = r + n;
      n += time_record_dwords(part);
   }
   if (n > left || emu_lines_continue(part))
      return NULL;
   w->at += n;
   return r;
}
