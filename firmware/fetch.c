/* Command fetch: per ring a stack of levels (the ring and its indirect buffers) and a buffer in SRAM that holds the
 * commands ahead of the innermost one. Invariant: words[0 .. fetched_dw) are the dwords of the current level from
 * position fetched_at_dw on; positions of the ring wrap at its size, those of an indirect buffer do not.
 */
#include "fw.h"

fw_transfer_result fw_transfer(uint32_t direction, uint64_t va, void *sram, uint32_t size_B)
{
   fw_transfer_result result = { GPU_FAULT_NONE, direction == GPU_XFER_WRITE ? GPU_ACCESS_WRITE : GPU_ACCESS_READ, va };
   uint32_t to = (uint32_t)(uintptr_t)sram;
   while (size_B) {
      uint32_t n = 4096 - ((uint32_t)va & 4095); /* page by page, so that a fault names its page */
      if (n > size_B)
         n = size_B;
      hw_write(GPU_REG_CPL_XFER_VA_LO, (uint32_t)va);
      hw_write(GPU_REG_CPL_XFER_VA_HI, (uint32_t)(va >> 32));
      hw_write(GPU_REG_CPL_XFER_SRAM, to);
      hw_write(GPU_REG_CPL_XFER_BYTES, n);
      hw_write(GPU_REG_CPL_XFER_GO, direction);
      __asm__ volatile("" ::: "memory"); /* SRAM has changed behind the compiler's back */
      result.fault = hw_read(GPU_REG_CPL_XFER_STATUS);
      result.va = va;
      if (result.fault)
         break;
      va += n;
      to += n;
      size_B -= n;
   }
   return result;
}

void fw_fetch_start(struct fw_ring *r, uint64_t base, uint32_t size_dw)
{
   r->size_dw = size_dw;
   r->depth = 0;
   r->level[0] = (struct fw_level) { base, 0, 0 };
   fw_fetch_drop(r);
}

void fw_fetch_drop(struct fw_ring *r)
{
   r->fetched_dw = 0;
}

static uint32_t offset_dw(const struct fw_ring *r, uint32_t at_dw)
{
   return r->depth ? at_dw : at_dw & (r->size_dw - 1);
}

static uint64_t address(const struct fw_ring *r, uint32_t at_dw)
{
   return r->level[r->depth].va + 4ull * offset_dw(r, at_dw);
}

uint64_t fw_fetch_va(const struct fw_ring *r)
{
   return address(r, r->level[r->depth].at_dw);
}

static fw_transfer_result read_level(const struct fw_ring *r, uint32_t at_dw, uint32_t *out, uint32_t n)
{
   uint32_t first = n;
   if (!r->depth && r->size_dw - offset_dw(r, at_dw) < n)
      first = r->size_dw - offset_dw(r, at_dw);
   fw_transfer_result t = fw_transfer(GPU_XFER_READ, address(r, at_dw), out, first * 4);
   if (!t.fault && first < n)
      t = fw_transfer(GPU_XFER_READ, r->level[0].va, out + first, (n - first) * 4);
   return t;
}

fw_transfer_result fw_stream(const struct fw_ring *r, uint32_t at_dw, uint32_t *out, uint32_t n)
{
   return read_level(r, r->level[r->depth].at_dw + at_dw, out, n);
}

static bool refill(struct fw_ring *r, uint32_t need)
{
   uint32_t at = r->level[r->depth].at_dw, n = fw_fetch_left(r);
   if (n > FW_FETCH_DW)
      n = FW_FETCH_DW;
   r->fetched_dw = 0;
   fw_transfer_result t = read_level(r, at, r->words, n);
   if (t.fault && n != need) {
      /* What lies further ahead may never be reached. */
      n = need;
      t = read_level(r, at, r->words, n);
   }
   if (t.fault)
      return fw_fault_transfer(r, t, 0);
   r->fetched_at_dw = at;
   r->fetched_dw = n;
   return true;
}

const uint32_t *fw_fetch(struct fw_ring *r, uint32_t n)
{
   uint32_t skip = r->level[r->depth].at_dw - r->fetched_at_dw;
   bool there = r->fetched_dw >= n && skip <= r->fetched_dw - n;
   if (there)
      return r->words + skip;
   return refill(r, n) ? r->words : 0;
}

void fw_fetch_advance(struct fw_ring *r, uint32_t n)
{
   r->level[r->depth].at_dw += n;
}

bool fw_fetch_push(struct fw_ring *r, uint64_t va, uint32_t size_dw)
{
   if (r->depth + 1 == FW_LEVELS)
      return false;
   r->level[++r->depth] = (struct fw_level) { va, 0, size_dw };
   fw_fetch_drop(r);
   return true;
}
