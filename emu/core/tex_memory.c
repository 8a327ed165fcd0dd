/* Texels in memory: the address of each, and the way through the TLB.
 *
 * Lanes act in lane order; a fault names the lane and the texel's address. Bytes are relaxed host accesses,
 * whole dwords where the texel lies on dwords. What the bytes mean is tex_format.c's.
 */
#include <stdlib.h>
#include <string.h>
#include "fmt_block.h"
#include "core_sectors.h"
#include "tex.h"

const gpu_image_level *tex_level(tex_unit *t, uint32_t level)
{
   uint32_t absolute = (t->image.base_level + level) % GPU_IMAGE_LEVELS_MAX;
   for (; t->levels_known <= absolute; t->levels_known++) {
      uint32_t n = t->levels_known;
      uint64_t offset_B = n ? t->level[n - 1].offset_B + t->level[n - 1].size_B : 0;
      gpu_image_level_at(&t->shape, n, offset_B, &t->level[n]);
   }
   return &t->level[absolute];
}

uint64_t tex_va(tex_unit *t, const tex_place *p)
{
   const fmt_info *f = t->format;
   if (t->image.dim == GPU_DIM_BUFFER)
      return t->image.va + t->image.offset_B + (uint64_t)p->x * f->block_B;
   const gpu_image_level *l = tex_level(t, p->level);
   bool block = t->kind == TEX_BLOCK;
   uint32_t x = block ? p->x / f->block_w_px : p->x, y = block ? p->y / f->block_h_px : p->y;
   return t->image.va + (t->image.base_layer + p->layer) * t->image.layer_stride_B +
          gpu_image_element_offset(l, x, y, p->z) + (uint64_t)p->sample * f->block_B;
}

static bool fault(tex_unit *t, enum gpu_fault type, enum gpu_access access, uint64_t va)
{
   emu_core_fault(t->x, type, access, va, 1u << t->lane, 0);
   return false;
}

static void copy_in(uint8_t *out, const uint8_t *host, unsigned n)
{
   if (((uintptr_t)host & 3) == 0 && n % 4 == 0) {
      for (unsigned i = 0; i < n; i += 4) {
         uint32_t dw = __atomic_load_n((const uint32_t *)(const void *)(host + i), __ATOMIC_RELAXED);
         memcpy(out + i, &dw, 4);
      }
   } else {
      for (unsigned i = 0; i < n; i++)
         out[i] = __atomic_load_n(host + i, __ATOMIC_RELAXED);
   }
}

static void copy_out(uint8_t *host, const uint8_t *in, unsigned n)
{
   if (((uintptr_t)host & 3) == 0 && n % 4 == 0) {
      for (unsigned i = 0; i < n; i += 4) {
         uint32_t dw;
         memcpy(&dw, in + i, 4);
         __atomic_store_n((uint32_t *)(void *)(host + i), dw, __ATOMIC_RELAXED);
      }
   } else {
      for (unsigned i = 0; i < n; i++)
         __atomic_store_n(host + i, in[i], __ATOMIC_RELAXED);
   }
}

/* n <= 32 bytes from or to va; a texel may straddle pages. */
static bool transfer(tex_unit *t, uint64_t va, uint8_t *bytes, unsigned n, bool write)
{
   enum gpu_access access = write ? GPU_ACCESS_WRITE : GPU_ACCESS_READ;
   uint8_t *host = (va & 0xffff) + n <= 0x10000 ? emu_tlb_fast(t->x->tlb, va, write) : NULL;

   for (unsigned done = 0, part; done < n; done += part) {
      uint64_t avail_B = n;
      if (!host || done) {
         void *p;
         enum gpu_fault f = emu_tlb_translate(t->x->tlb, va + done, access, &p, &avail_B);
         if (f)
            return fault(t, f, access, va + done);
         host = p;
      }
      part = avail_B < n - done ? (unsigned)avail_B : n - done;
      if (write)
         copy_out(host, bytes + done, part);
      else
         copy_in(bytes + done, host, part);
   }
   *(write ? &t->x->sums.bytes_written : &t->x->sums.bytes_read) += n;
   if (t->traced)
      core_sectors_touch(t->u, t->x, va, n);
   return true;
}

static unsigned entry_of(const uint8_t *bytes)
{
   uint64_t half[2];
   memcpy(half, bytes, sizeof half);
   return (unsigned)((half[0] * UINT64_C(0x9e3779b97f4a7c15) ^ half[1] * UINT64_C(0xc2b2ae3d27d4eb4f)) >> 40) % TEX_CACHE_ENTRIES;
}

/* bytes: TEX_BLOCK_B of them, zeros behind a shorter block. */
static void decode_block(tex_unit *t, const uint8_t *bytes, tex_texel *out)
{
   struct emu_tex_cache **slot = t->x->tex_cache;
   size_t size = sizeof *out * t->format->block_w_px * t->format->block_h_px;
   if (slot && !*slot)
      *slot = calloc(1, sizeof **slot);
   if (!slot || !*slot) {
      fmt_decode_block(t->format, bytes, out->f);
      return;
   }
   unsigned n = entry_of(bytes);
   if ((*slot)->entry[n].format != t->format->number || memcmp((*slot)->entry[n].bytes, bytes, TEX_BLOCK_B)) {
      fmt_decode_block(t->format, bytes, (*slot)->entry[n].texel->f);
      (*slot)->entry[n].format = t->format->number;
      memcpy((*slot)->entry[n].bytes, bytes, TEX_BLOCK_B);
   }
   memcpy(out, (*slot)->entry[n].texel, size);
}

/* The decoded block at va; adjacent lanes mostly find it in the unit already. */
static const tex_block *block_at(tex_unit *t, uint64_t va)
{
   tex_block *b = &t->block[va / t->format->block_B % TEX_BLOCKS];
   uint8_t bytes[32] = {0};
   if (b->va == va)
      return b;
   if (!transfer(t, va, bytes, t->format->block_B, false))
      return NULL;
   b->va = va;
   decode_block(t, bytes, b->texel);
   return b;
}

bool tex_read(tex_unit *t, const tex_place *p, tex_texel *out)
{
   uint8_t bytes[32];
   uint64_t va = tex_va(t, p);

   if (t->kind == TEX_BLOCK) {
      const tex_block *b = block_at(t, va);
      uint32_t w = t->format->block_w_px, h = t->format->block_h_px;
      if (b)
         *out = b->texel[p->y % h * w + p->x % w];
      return b != NULL;
   }
   if (!transfer(t, va, bytes, t->format->block_B, false))
      return false;
   tex_decode(t, bytes, out);
   return true;
}

bool tex_write(tex_unit *t, const tex_place *p, const tex_texel *value)
{
   uint8_t bytes[32];
   uint64_t va = tex_va(t, p);

   if (t->kind == TEX_BLOCK)
      return true;
   if (t->kind == TEX_DEPTH || t->kind == TEX_STENCIL) {
      /* Not a byte of a combined format's other aspect is touched: somebody else may be writing it. Aspects are whole bytes. */
      const fmt_component *c = &t->format->component[t->kind == TEX_STENCIL];
      bool combined = t->format->component[t->kind != TEX_STENCIL].bits != 0;
      unsigned first = combined ? c->shift / 8u : 0, n = combined ? c->bits / 8u : t->format->block_B;
      memset(bytes, 0, sizeof bytes);
      tex_encode(t, value, bytes);
      return transfer(t, va + first, bytes + first, n, true);
   }
   tex_encode(t, value, bytes);
   return transfer(t, va, bytes, t->format->block_B, true);
}

/* ---- 64-bit atomics ---------------------------------------------------------------------------------------- */
static uint64_t result64(enum emu_atomic op, uint64_t old, uint64_t c, uint64_t c2)
{
   switch (op) {
   case EMU_ATOMIC_ADD:
      return old + c;
   case EMU_ATOMIC_MIN_I32:
      return (int64_t)old < (int64_t)c ? old : c;
   case EMU_ATOMIC_MAX_I32:
      return (int64_t)old > (int64_t)c ? old : c;
   case EMU_ATOMIC_MIN_U32:
      return old < c ? old : c;
   case EMU_ATOMIC_MAX_U32:
      return old > c ? old : c;
   case EMU_ATOMIC_AND:
      return old & c;
   case EMU_ATOMIC_OR:
      return old | c;
   case EMU_ATOMIC_XOR:
      return old ^ c;
   case EMU_ATOMIC_SWAP:
      return c;
   default:
      return old == c2 ? c : old;
   }
}

bool tex_atomic64(tex_unit *t, uint64_t va, enum emu_atomic op, uint64_t c, uint64_t c2, uint64_t *old)
{
   void *host;
   uint64_t avail_B;

   if (va & 7)
      return fault(t, GPU_FAULT_MISALIGNED, GPU_ACCESS_ATOMIC, va);
   enum gpu_fault f = emu_tlb_translate(t->x->tlb, va, GPU_ACCESS_ATOMIC, &host, &avail_B);
   if (f)
      return fault(t, f, GPU_ACCESS_ATOMIC, va);
   uint64_t *p = host;
   *old = __atomic_load_n(p, __ATOMIC_RELAXED);
   while (!__atomic_compare_exchange_n(p, old, result64(op, *old, c, c2), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
   }
   t->x->sums.bytes_read += 8;
   t->x->sums.bytes_written += 8;
   return true;
}
