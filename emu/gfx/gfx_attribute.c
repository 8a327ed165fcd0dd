/* Vertex fetch: the attributes of a batch's vertices, converted by their formats into vector registers.
 *
 * An attribute that ends beyond its binding's SIZE reads as the format's zero texel; formats give 32-bit
 * components one register, 64-bit components two. Components the format lacks are 0 0 0 1.
 */
#include "pipeline.h"

static bool is_wide(const fmt_info *f)
{
   return f->component[0].bits == 64;
}

/* 1 to 4 components of 32 bits: memory is what registers get. */
static bool is_raw(const fmt_info *f)
{
   for (unsigned c = 0; c < f->components; c++)
      if (f->component[c].shift != 32 * c || f->component[c].bits != 32)
         return false;
   return true;
}

static uint32_t one_of(const fmt_info *f)
{
   return f->type == FMT_UINT || f->type == FMT_SINT ? 1 : 0x3f800000u;
}

static uint64_t element(const gfx_state *s, const gfx_binding *g, const gfx_batch *b, unsigned lane)
{
   if (!g->by_instance)
      return b->index[lane];
   return s->first_instance + (uint64_t)(g->divisor ? b->instance[lane] / g->divisor : 0);
}

/* block_B bytes at va; misaligned and page-crossing ones the slow way. */
static bool read_bytes(gfx_worker *wk, gfx_draw *d, uint64_t va, uint8_t *bytes, unsigned n)
{
   uint64_t fault_va = 0;
   const uint8_t *host = (va & 0xffff) + n <= 0x10000 ? emu_tlb_fast(&wk->tlb, va, false) : NULL;
   wk->x->sums.bytes_read += n;
   if (host) {
      memcpy(bytes, host, n);
      return true;
   }
   enum gpu_fault f = emu_mem_read(&wk->tlb, va, bytes, n, &fault_va);
   return f == GPU_FAULT_NONE ||
          gfx_stop(wk, d, &(emu_fault_info){.type = f, .access = GPU_ACCESS_READ, .va = fault_va});
}

/* The texel as registers: up to 8 of 64-bit formats. */
static void convert(const fmt_info *f, const uint8_t *bytes, uint32_t out[8])
{
   fmt_texel texel;
   if (is_raw(f)) {
      memcpy(out, bytes, f->block_B);
      for (unsigned c = f->components; c < 4; c++)
         out[c] = c == 3 ? one_of(f) : 0;
      return;
   }
   fmt_unpack(f, bytes, &texel);
   for (unsigned c = 0; c < 4; c++) {
      if (is_wide(f)) {
         out[2 * c] = (uint32_t)texel.c[c].u64;
         out[2 * c + 1] = (uint32_t)(texel.c[c].u64 >> 32);
      } else {
         out[c] = texel.c[c].u;
      }
   }
}

static bool fetch_lane(gfx_worker *wk, gfx_draw *d, const gfx_attribute *at, const gfx_batch *b,
                       unsigned lane, uint32_t out[8])
{
   const gfx_state *s = &d->state;
   const gfx_binding *g = &s->binding[at->binding];
   uint64_t offset = element(s, g, b, lane) * g->stride_B + at->offset_B;
   uint8_t bytes[32] = {0};
   if (offset + at->format->block_B <= g->size_B &&
       !read_bytes(wk, d, g->va + offset, bytes, at->format->block_B))
      return false;
   convert(at->format, bytes, out);
   return true;
}

bool gfx_fetch_attributes(gfx_worker *wk, gfx_draw *d, emu_wave *w, const gfx_batch *b)
{
   const gfx_state *s = &d->state;
   uint64_t last = ~UINT64_C(0);
   for (uint32_t i = 0; i < s->attributes; i++) {
      const gfx_attribute *at = &s->attribute[i];
      unsigned registers = is_wide(at->format) ? 8 : 4;
      uint32_t *row[8], out[8] = {0};
      for (unsigned k = 0; k < registers; k++)
         row[k] = gfx_wave_row(wk, d, GPU_STAGE_VS, w, at->reg + k);
      for (unsigned lane = 0; lane < b->vertices; lane++) {
         const gfx_binding *g = &s->binding[at->binding];
         uint64_t line = (g->va + element(s, g, b, lane) * g->stride_B + at->offset_B) >> wk->x->line_log2;
         if (!fetch_lane(wk, d, at, b, lane, out))
            return false;
         for (unsigned k = 0; k < registers; k++)
            row[k][lane] = out[k];
         wk->x->sums.lines += line != last;
         last = line;
      }
   }
   wk->dirty = true;
   return true;
}
