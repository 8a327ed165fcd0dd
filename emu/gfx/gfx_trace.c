/* Units of a draw for the timing model, and what the front half writes into those of its batches. Amounts are
 * counted in what time/trace.h says, lines by address and sector, each once for everything that stands
 * between two waves.
 */
#include "back.h"

/* ---- units --------------------------------------------------------------------------------------------- */
void gfx_units_add(gfx_draw *d, uint32_t count)
{
   if (!d->job)
      return;
   d->first_unit = emu_time_units(d->job, count);
   d->units += count;
}

void gfx_unit_begin(gfx_worker *wk, gfx_draw *d, enum emu_unit kind, uint64_t number)
{
   wk->trace = NULL;
   if (!d->job)
      return;
   if (!wk->writer)
      wk->writer = emu_trace_create(wk->gfx->dev);
   if (!wk->writer)
      gfx_stop_memory(wk, d);
   wk->trace = wk->writer;
   wk->unit_waves = (uint32_t)number * 64; /* neighbours do not share scratch */
   if (wk->trace)
      emu_trace_unit_begin(wk->trace, d->job, kind, number);
}

void gfx_unit_end(gfx_worker *wk)
{
   if (wk->trace)
      emu_trace_unit_end(wk->trace, true);
   wk->trace = NULL;
}

/* ---- lines --------------------------------------------------------------------------------------------- */
void gfx_lines_emit(gfx_worker *wk, gfx_lines *l)
{
   emu_trace *t = wk->trace;
   if (l->count && emu_trace_room(t, 1 + 2 * (size_t)l->count)) {
      t->segment = NULL;
      *t->at++ = (uint32_t)EMU_REC_BLOCK_LINES << 28 | (uint32_t)l->block | l->count << 8 |
                 (uint32_t)l->write << 16 | (uint32_t)l->read << 17;
      const unsigned small_log2 = 12 - EMU_LINE_LOG2; /* lines of the smallest page */
      uint64_t page = UINT64_MAX;
      uint32_t flags = 0, *at = t->at;
      for (uint32_t i = 0; i < l->count; i++, at += 2) {
         uint64_t va = l->line[i] << EMU_LINE_LOG2;
         if (l->line[i] >> small_log2 != page)
            flags = emu_tlb_page_flags(&wk->tlb, va);
         page = l->line[i] >> small_log2;
         emu_entry_pack(at, va, l->sectors[i], 1, flags);
      }
      t->at = at;
   }
   l->count = 0;
   l->seen = 0;
}

void gfx_lines_find(gfx_worker *wk, gfx_lines *l, uint64_t line, uint32_t sectors)
{
   for (uint32_t i = l->seen >> (line & 63) & 1 ? l->count : 0; i-- > 0;)
      if (l->line[i] == line) {
         l->sectors[i] |= (uint8_t)sectors;
         return;
      }
   if (l->count == GFX_LINES)
      gfx_lines_emit(wk, l);
   l->seen |= UINT64_C(1) << (line & 63);
   l->line[l->count] = line;
   l->sectors[l->count++] = (uint8_t)sectors;
}

/* ---- batches ------------------------------------------------------------------------------------------- */
/* Indices [first, first + count) of the draw's, as far as the buffer reaches. */
static void touch_indices(gfx_worker *wk, const gfx_state *s, gfx_lines *l, uint64_t first, uint64_t count)
{
   uint64_t from = first + s->first, inside = s->index_B >> s->index_log2;
   uint64_t there = from >= inside ? 0 : inside - from < count ? inside - from : count;
   gfx_lines_add(wk, l, s->index_va + (from << s->index_log2), there << s->index_log2);
}

static void trace_indices(gfx_worker *wk, const gfx_state *s, const gfx_batch *b)
{
   gfx_lines l;
   gfx_lines_begin(&l, EMU_BLOCK_INDEX, true, false);
   emu_trace_block(wk->trace, EMU_BLOCK_INDEX, b->indices < 0xfffff ? (uint32_t)b->indices : 0xfffff);
   if (!s->indexed || !b->indices)
      return;
   if (b->indices >= s->count) { /* whole instances */
      touch_indices(wk, s, &l, 0, s->count);
   } else {
      uint64_t left = s->count - b->first_index, n = b->indices < left ? b->indices : left;
      touch_indices(wk, s, &l, b->first_index, n);
      touch_indices(wk, s, &l, 0, b->indices - n);
   }
   gfx_lines_emit(wk, &l);
}

/* Attributes of a binding that lie side by side are read as one. */
static uint32_t spans_of(const gfx_state *s, gfx_span *span)
{
   uint32_t n = 0;
   for (uint32_t i = 0; i < s->attributes; i++) {
      const gfx_attribute *a = &s->attribute[i];
      uint32_t begin = a->offset_B, end = begin + a->format->block_B, k = 0;
      while (k < n && (span[k].binding != a->binding || begin > span[k].offset_B + span[k].size_B + 8 ||
                       span[k].offset_B > end + 8))
         k++;
      if (k == n) {
         span[n++] = (gfx_span){a->binding, begin, end - begin};
         continue;
      }
      uint32_t last = span[k].offset_B + span[k].size_B;
      span[k].offset_B = begin < span[k].offset_B ? begin : span[k].offset_B;
      span[k].size_B = (end > last ? end : last) - span[k].offset_B;
   }
   return n;
}

static void trace_attributes(gfx_worker *wk, const gfx_state *s, const gfx_batch *b)
{
   gfx_span span[GPU_GFX_ATTRIBUTES];
   gfx_lines l;
   gfx_lines_begin(&l, EMU_BLOCK_FETCH, true, false);
   uint32_t spans = spans_of(s, span);
   emu_trace_block(wk->trace, EMU_BLOCK_FETCH, s->attributes * b->vertices);
   for (uint32_t v = 0; v < b->vertices; v++)
      for (uint32_t i = 0; i < spans; i++) {
         const gfx_binding *g = &s->binding[span[i].binding];
         uint64_t offset = gfx_element_number(s, g, b, v) * g->stride_B + span[i].offset_B;
         if (offset < g->size_B)
            gfx_lines_add(wk, &l, g->va + offset,
                          span[i].size_B < g->size_B - offset ? span[i].size_B : g->size_B - offset);
      }
   gfx_lines_emit(wk, &l);
}

void gfx_trace_input(gfx_worker *wk, const gfx_draw *d, const gfx_batch *b)
{
   trace_indices(wk, &d->state, b);
   emu_trace_block(wk->trace, EMU_BLOCK_ASSEMBLE, b->primitives);
   trace_attributes(wk, &d->state, b);
}

/* Tiles that the shapes go to. */
static uint32_t pairs_of(const gfx_batch *b)
{
   uint64_t pairs = 0;
   for (uint32_t i = 0; i < b->shape_count; i++)
      pairs += gfx_bin_tiles(&b->shapes[i]);
   return pairs < 0xfffff ? (uint32_t)pairs : 0xfffff;
}

void gfx_trace_output(gfx_worker *wk, const gfx_draw *d, const gfx_batch *b)
{
   uint64_t judged = b->counters[GPU_COUNTER_CLIP_IN - GPU_COUNTER_DRAWS];
   emu_trace_block(wk->trace, EMU_BLOCK_CLIP, (uint32_t)judged + 7 * b->cut);
   if (!d->back)
      return;
   emu_trace_block(wk->trace, EMU_BLOCK_SETUP, b->prim_count);
   emu_trace_block(wk->trace, EMU_BLOCK_BIN, pairs_of(b));
}
