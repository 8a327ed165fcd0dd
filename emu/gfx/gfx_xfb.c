/* Transform feedback: primitives of a batch, in order, into up to four buffers.
 *
 * A primitive is written to all buffers of its stream or to none: it is left out as soon as it does not fit
 * one of them, and everything of that stream behind it, too, because fewer bytes are never needed. Counted
 * are those needed and those written.
 */
#include "pipeline.h"

static uint32_t entry(const gfx_state *s, uint32_t i)
{
   return gfx_reg(s, GPU_OFF_GFX_XFB_ENTRY + 4 * i);
}

static const uint32_t *buffer(const gfx_state *s, unsigned n)
{
   return &s->regs[GPU_OFF_GFX_XFB_BUFFER / 4 + 4 * n];
}

/* Buffers that some entry of the stream writes to, as bits. */
static uint32_t buffers_of(const gfx_state *s, unsigned stream)
{
   uint32_t mask = 0;
   for (uint32_t i = 0; i < gfx_reg(s, GPU_OFF_GFX_XFB_ENTRIES); i++)
      if ((entry(s, i) >> 10 & 3) == stream)
         mask |= 1u << (entry(s, i) >> 8 & 3);
   return mask;
}

static bool fits(const gfx_draw *d, uint32_t buffers, unsigned vertices)
{
   for (unsigned n = 0; n < GPU_GFX_XFB_BUFFERS; n++) {
      const uint32_t *b = buffer(&d->state, n);
      if (buffers >> n & 1 && (uint64_t)d->xfb_written[n] + (uint64_t)b[3] * vertices > b[2])
         return false;
   }
   return true;
}

static bool write_vertex(gfx_worker *wk, gfx_draw *d, unsigned stream, const uint32_t *record,
                         uint32_t record_dw, gfx_lines *lines)
{
   const gfx_state *s = &d->state;
   for (uint32_t i = 0; i < gfx_reg(s, GPU_OFF_GFX_XFB_ENTRIES); i++) {
      uint32_t e = entry(s, i), dw = e & 0xff, n = e >> 8 & 3;
      const uint32_t *b = buffer(s, n);
      uint64_t at = (uint64_t)d->xfb_written[n] + (e >> 16), va = (b[0] | (uint64_t)b[1] << 32) + at,
               fault_va = 0;
      uint32_t value = dw < record_dw ? record[dw] : 0;
      if ((e >> 10 & 3) != stream || at + 4 > b[2])
         continue;
      enum gpu_fault f = emu_mem_write(&wk->tlb, va, &value, 4, &fault_va);
      if (f)
         return gfx_stop(wk, d, &(emu_fault_info){.type = f, .access = GPU_ACCESS_WRITE, .va = fault_va});
      wk->x->sums.bytes_written += 4;
      if (wk->trace)
         gfx_lines_add(wk, lines, va, 4);
   }
   return true;
}

static bool write_primitive(gfx_worker *wk, gfx_draw *d, const gfx_input *in, uint32_t buffers, gfx_lines *lines)
{
   uint32_t record_dw = gfx_last_stage(&d->state)->out_dw;
   for (unsigned v = 0; v < in->vertices; v++) {
      if (!write_vertex(wk, d, in->stream, in->record[v], record_dw, lines))
         return false;
      for (unsigned n = 0; n < GPU_GFX_XFB_BUFFERS; n++)
         if (buffers >> n & 1)
            d->xfb_written[n] += buffer(&d->state, n)[3];
   }
   return true;
}

bool gfx_xfb_write(gfx_worker *wk, gfx_draw *d, const gfx_batch *b)
{
   uint32_t buffers[GPU_GFX_STREAMS];
   gfx_lines lines;
   gfx_lines_begin(&lines, EMU_BLOCK_XFB, false, true);
   uint64_t before = wk->x->sums.bytes_written;
   for (unsigned k = 0; k < GPU_GFX_STREAMS; k++)
      buffers[k] = buffers_of(&d->state, k);
   wk->dirty = true;
   for (uint32_t i = 0; i < b->out.count; i++) {
      const gfx_input *in = &b->out.list[i];
      d->counters[GPU_COUNTER_XFB_NEEDED0 - GPU_COUNTER_DRAWS + in->stream]++;
      if (!fits(d, buffers[in->stream], in->vertices))
         continue;
      if (!write_primitive(wk, d, in, buffers[in->stream], &lines))
         return false;
      d->counters[GPU_COUNTER_XFB_WRITTEN0 - GPU_COUNTER_DRAWS + in->stream]++;
   }
   if (wk->trace) {
      uint64_t dwords = (wk->x->sums.bytes_written - before) / 4;
      emu_trace_block(wk->trace, EMU_BLOCK_XFB, dwords < 0xfffff ? (uint32_t)dwords : 0xfffff);
      gfx_lines_emit(wk, &lines);
   }
   return true;
}
