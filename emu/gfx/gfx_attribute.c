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

uint64_t gfx_element_number(const gfx_state *s, const gfx_binding *g, const gfx_batch *b, unsigned vertex)
{
   if (!g->by_instance)
      return b->index[vertex];
   return s->first_instance + (uint64_t)(g->divisor ? b->instance[vertex] / g->divisor : 0);
}

/* Where the worker is among pages: most vertices follow each other. */
typedef struct reader {
   uint64_t page; /* va >> 16, all ones: none */
   const uint8_t *host;
} reader;

/* n bytes at va, or NULL: fault, recorded. Misaligned and page-crossing ones and pages not at hand go through `bytes`. */
static const uint8_t *read_bytes(gfx_worker *wk, gfx_draw *d, reader *r, uint64_t va, uint8_t *bytes, unsigned n)
{
   uint64_t fault_va = 0;
   if (va >> 16 != r->page) {
      r->host = emu_tlb_fast(&wk->tlb, va & ~UINT64_C(0xffff), false);
      r->page = va >> 16;
   }
   if (r->host && (va & 0xffff) + n <= 0x10000)
      return r->host + (va & 0xffff);
   r->page = UINT64_MAX; /* what is read now may bring the page */
   enum gpu_fault f = emu_mem_read(&wk->tlb, va, bytes, n, &fault_va);
   if (f)
      gfx_stop(wk, d, &(emu_fault_info){.type = f, .access = GPU_ACCESS_READ, .va = fault_va});
   return f ? NULL : bytes;
}

/* The texel as registers: up to 8 of 64-bit formats. */
static void convert(const fmt_info *f, const uint8_t *bytes, uint32_t out[8])
{
   fmt_texel texel;
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

static void put_raw(uint32_t *const row[8], unsigned lane, const uint8_t *bytes, unsigned components)
{
   for (unsigned c = 0; c < components; c++)
      memcpy(&row[c][lane], bytes + 4 * c, 4);
}

/* Attributes of one kind by vertex, as they stand in memory: the same as below with nothing left to decide per lane. */
static inline __attribute__((always_inline)) bool fetch_raw(gfx_worker *wk, gfx_draw *d, const gfx_attribute *at,
                                                            const gfx_batch *b, uint32_t *const row[8],
                                                            const unsigned components)
{
   static const uint8_t zeros[16];
   const gfx_binding g = d->state.binding[at->binding];
   const unsigned size_B = 4 * components, count = b->vertices;
   const uint64_t offset_B = at->offset_B;
   uint32_t *const r0 = row[0], *const r1 = row[1], *const r2 = row[2], *const r3 = row[3];
   uint64_t bytes = 0;
   bool ok = true;
   reader r = {.page = UINT64_MAX};
   for (unsigned lane = 0; lane < count; lane++) {
      uint64_t offset = (uint64_t)b->index[lane] * g.stride_B + offset_B, va = g.va + offset;
      uint8_t buffer[16];
      const uint8_t *from = zeros;
      uint32_t v[4];
      if (offset + size_B <= g.size_B) {
         if (va >> 16 == r.page && r.host && (va & 0xffff) + size_B <= 0x10000)
            from = r.host + (va & 0xffff);
         else if (!(from = read_bytes(wk, d, &r, va, buffer, size_B))) {
            ok = false;
            break;
         }
         bytes += size_B;
      }
      memcpy(v, from, size_B);
      r0[lane] = v[0];
      if (components > 1)
         r1[lane] = v[1];
      if (components > 2)
         r2[lane] = v[2];
      if (components > 3)
         r3[lane] = v[3];
   }
   wk->x->sums.bytes_read += bytes;
   for (unsigned c = components; c < 4; c++)
      for (unsigned lane = 0; lane < count; lane++)
         row[c][lane] = c == 3 ? one_of(at->format) : 0;
   return ok;
}

static bool fetch(gfx_worker *wk, gfx_draw *d, const gfx_attribute *at, const gfx_batch *b, uint32_t *const row[8])
{
   static const uint8_t zeros[32];
   const gfx_state *s = &d->state;
   const gfx_binding *g = &s->binding[at->binding];
   const fmt_info *f = at->format;
   const bool raw = is_raw(f);
   const unsigned registers = is_wide(f) ? 8 : 4, size_B = f->block_B;
   if (raw && !g->by_instance)
      switch (f->components) {
      case 1:
         return fetch_raw(wk, d, at, b, row, 1);
      case 2:
         return fetch_raw(wk, d, at, b, row, 2);
      case 3:
         return fetch_raw(wk, d, at, b, row, 3);
      default:
         return fetch_raw(wk, d, at, b, row, 4);
      }
   reader r = {.page = UINT64_MAX};
   for (unsigned lane = 0; lane < b->vertices; lane++) {
      uint64_t offset = gfx_element_number(s, g, b, lane) * g->stride_B + at->offset_B;
      uint8_t bytes[32];
      const uint8_t *from = zeros;
      if (offset + size_B <= g->size_B) {
         if (!(from = read_bytes(wk, d, &r, g->va + offset, bytes, size_B)))
            return false;
         wk->x->sums.bytes_read += size_B;
      }
      if (raw) {
         put_raw(row, lane, from, f->components);
      } else {
         uint32_t out[8];
         convert(f, from, out);
         for (unsigned k = 0; k < registers; k++)
            row[k][lane] = out[k];
      }
   }
   for (unsigned c = f->components; raw && c < 4; c++)
      for (unsigned lane = 0; lane < b->vertices; lane++)
         row[c][lane] = c == 3 ? one_of(f) : 0;
   return true;
}

bool gfx_fetch_attributes(gfx_worker *wk, gfx_draw *d, emu_wave *w, const gfx_batch *b)
{
   const gfx_state *s = &d->state;
   wk->dirty = true;
   for (uint32_t i = 0; i < s->attributes; i++) {
      const gfx_attribute *at = &s->attribute[i];
      uint32_t *row[8];
      for (unsigned k = 0; k < 8; k++)
         row[k] = gfx_wave_row(wk, d, GPU_STAGE_VS, w, at->reg + k);
      if (!fetch(wk, d, at, b, row))
         return false;
   }
   return true;
}
