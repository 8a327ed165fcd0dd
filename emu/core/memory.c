/* Memory instructions of the shader core, dword by dword: whatever the interpreter's fast paths leave over.
 *
 * Lanes act in lane order; a fault names its first lane's address and every lane that has a fault of the same
 * type. Accesses are relaxed host accesses of whole dwords. A dword beyond the lane's `valid` count reads 0,
 * is not written and cannot fault. Used by all interpreter levels; timing only sees the sums.
 */
#include "core.h"

static enum gpu_fault dword_host(emu_core_ctx *x, uint64_t va, enum gpu_access access, uint32_t **host)
{
   if (va & 3)
      return GPU_FAULT_MISALIGNED;
   *host = (uint32_t *)emu_tlb_fast(x->tlb, va, access != GPU_ACCESS_READ);
   if (*host)
      return GPU_FAULT_NONE;
   void *p;
   uint64_t avail_B;
   enum gpu_fault f = emu_tlb_translate(x->tlb, va, access, &p, &avail_B);
   *host = p;
   return f;
}

static enum gpu_fault lane_fault(emu_core_ctx *x, const emu_lanes *m, unsigned lane, unsigned dwords,
                                 enum gpu_access access, uint64_t *va)
{
   for (unsigned k = 0; k < dwords && k < m->valid[lane]; k++) {
      uint32_t *host;
      *va = m->va[lane] + 4 * k;
      enum gpu_fault f = dword_host(x, *va, access, &host);
      if (f)
         return f;
   }
   return GPU_FAULT_NONE;
}

static bool raise_fault(emu_core_ctx *x, const emu_lanes *m, unsigned lane, unsigned dwords,
                        enum gpu_access access, enum gpu_fault type, uint64_t va)
{
   uint32_t lanes = 1u << lane;
   for (uint32_t rest = m->exec & ~((2u << lane) - 1); rest; rest &= rest - 1) {
      unsigned l = (unsigned)__builtin_ctz(rest);
      uint64_t ignored;
      lanes |= lane_fault(x, m, l, dwords, access, &ignored) == type ? 1u << l : 0;
   }
   emu_core_fault(x, type, access, va, lanes, 0);
   return false;
}

bool emu_core_load(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES], unsigned dwords)
{
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      for (unsigned k = 0; k < dwords; k++) {
         if (k >= m->valid[l]) {
            data[k][l] = 0;
            continue;
         }
         uint32_t *host;
         enum gpu_fault f = dword_host(x, m->va[l] + 4 * k, GPU_ACCESS_READ, &host);
         if (f)
            return raise_fault(x, m, l, dwords, GPU_ACCESS_READ, f, m->va[l] + 4 * k);
         data[k][l] = __atomic_load_n(host, __ATOMIC_RELAXED);
         x->sums.bytes_read += 4;
      }
   }
   return true;
}

bool emu_core_store(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES], unsigned dwords)
{
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      for (unsigned k = 0; k < dwords && k < m->valid[l]; k++) {
         uint32_t *host;
         enum gpu_fault f = dword_host(x, m->va[l] + 4 * k, GPU_ACCESS_WRITE, &host);
         if (f)
            return raise_fault(x, m, l, dwords, GPU_ACCESS_WRITE, f, m->va[l] + 4 * k);
         __atomic_store_n(host, data[k][l], __ATOMIC_RELAXED);
         x->sums.bytes_written += 4;
      }
   }
   return true;
}

/* ---- LDS ------------------------------------------------------------------------------------- */
static bool lds_misaligned(emu_core_ctx *x, const emu_lanes *m, enum gpu_access access)
{
   uint32_t lanes = 0;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      lanes |= (m->va[l] & 3) && m->valid[l] ? 1u << l : 0;
   }
   if (lanes)
      emu_core_fault(x, GPU_FAULT_MISALIGNED, access, m->va[__builtin_ctz(lanes)], lanes, 0);
   return lanes != 0;
}

bool emu_core_lds_load(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES], unsigned dwords)
{
   if (lds_misaligned(x, m, GPU_ACCESS_READ))
      return false;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      for (unsigned k = 0; k < dwords; k++)
         data[k][l] = k < m->valid[l] ? *(const uint32_t *)(x->lds + m->va[l] + 4 * k) : 0;
   }
   return true;
}

bool emu_core_lds_store(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES],
                        unsigned dwords)
{
   if (lds_misaligned(x, m, GPU_ACCESS_WRITE))
      return false;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      for (unsigned k = 0; k < dwords && k < m->valid[l]; k++)
         *(uint32_t *)(x->lds + m->va[l] + 4 * k) = data[k][l];
   }
   return true;
}

/* ---- atomics --------------------------------------------------------------------------------- */
static uint32_t atomic_result(enum emu_atomic op, uint32_t old, uint32_t c, uint32_t c2)
{
   switch (op) {
   case EMU_ATOMIC_ADD:
      return old + c;
   case EMU_ATOMIC_MIN_I32:
      return (int32_t)old < (int32_t)c ? old : c;
   case EMU_ATOMIC_MAX_I32:
      return (int32_t)old > (int32_t)c ? old : c;
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
   case EMU_ATOMIC_CMPSWAP:
      return old == c2 ? c : old;
   }
   return old;
}

static uint32_t atomic_shared(uint32_t *p, enum emu_atomic op, uint32_t c, uint32_t c2)
{
   if (op == EMU_ATOMIC_ADD)
      return __atomic_fetch_add(p, c, __ATOMIC_RELAXED);
   if (op == EMU_ATOMIC_SWAP)
      return __atomic_exchange_n(p, c, __ATOMIC_RELAXED);
   uint32_t old = __atomic_load_n(p, __ATOMIC_RELAXED);
   while (!__atomic_compare_exchange_n(p, &old, atomic_result(op, old, c, c2), false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED)) {
   }
   return old;
}

static uint32_t atomic_private(uint32_t *p, enum emu_atomic op, uint32_t c, uint32_t c2)
{
   uint32_t old = *p;
   *p = atomic_result(op, old, c, c2);
   return old;
}

bool emu_core_atomic(emu_core_ctx *x, const emu_lanes *m, enum emu_atomic op,
                     uint32_t (*data)[ISA_WAVE_LANES], uint32_t *old, bool lds)
{
   if (lds && lds_misaligned(x, m, GPU_ACCESS_ATOMIC))
      return false;
   uint64_t previous_line = ~UINT64_C(0);
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint32_t c = data[0][l], c2 = op == EMU_ATOMIC_CMPSWAP ? data[1][l] : 0, *host;
      if (!m->valid[l]) {
         old[l] = 0;
         continue;
      }
      if (lds) {
         old[l] = atomic_private((uint32_t *)(x->lds + m->va[l]), op, c, c2);
         continue;
      }
      enum gpu_fault f = dword_host(x, m->va[l], GPU_ACCESS_ATOMIC, &host);
      if (f)
         return raise_fault(x, m, l, 1, GPU_ACCESS_ATOMIC, f, m->va[l]);
      old[l] = atomic_shared(host, op, c, c2);
      x->sums.bytes_read += 4;
      x->sums.bytes_written += 4;
      x->sums.lines += m->va[l] >> x->line_log2 != previous_line;
      previous_line = m->va[l] >> x->line_log2;
   }
   return true;
}

/* ---- scalar unit ----------------------------------------------------------------------------- */
bool emu_core_scalar_load(emu_core_ctx *x, uint64_t va, uint32_t *dst, unsigned dwords, unsigned valid)
{
   uint32_t value[8] = {0};
   for (unsigned k = 0; k < valid; k++) {
      uint32_t *host;
      enum gpu_fault f = dword_host(x, va + 4 * k, GPU_ACCESS_READ, &host);
      if (f) {
         emu_core_fault(x, f, GPU_ACCESS_READ, va + 4 * k, 0, 0);
         return false;
      }
      value[k] = __atomic_load_n(host, __ATOMIC_RELAXED);
   }
   for (unsigned k = 0; k < dwords; k++)
      dst[k] = value[k];
   x->sums.bytes_read += 4 * valid;
   x->sums.lines += valid != 0;
   return true;
}
