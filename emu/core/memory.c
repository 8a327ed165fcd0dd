/* Memory instructions of the shader core, element by element: whatever the interpreter's fast paths leave
 * over.
 *
 * Lanes act in lane order; a fault names its first lane's address and every lane that has a fault of the same
 * type. Accesses are relaxed host accesses of whole elements: dwords, or 1, 2 or 8 bytes. An element beyond
 * the lane's `valid` count reads 0, is not written and cannot fault. Used by all interpreter levels.
 */
#include <string.h>
#include "core.h"
#include "arith_f64.h"
#include "arith_i64.h"

static enum gpu_fault element_host(emu_core_ctx *x, uint64_t va, unsigned bytes, enum gpu_access access,
                                   void **host)
{
   uint64_t avail_B;
   if (va & (bytes - 1))
      return GPU_FAULT_MISALIGNED;
   *host = emu_tlb_fast(x->tlb, va, access != GPU_ACCESS_READ);
   return *host ? GPU_FAULT_NONE : emu_tlb_translate(x->tlb, va, access, host, &avail_B);
}

static enum gpu_fault dword_host(emu_core_ctx *x, uint64_t va, enum gpu_access access, uint32_t **host)
{
   void *p = NULL;
   enum gpu_fault f = element_host(x, va, 4, access, &p);
   *host = p;
   return f;
}

static enum gpu_fault lane_fault(emu_core_ctx *x, const emu_lanes *m, unsigned lane, unsigned elements,
                                 unsigned bytes, enum gpu_access access)
{
   for (unsigned k = 0; k < elements && k < m->valid[lane]; k++) {
      void *host;
      enum gpu_fault f = element_host(x, m->va[lane] + bytes * k, bytes, access, &host);
      if (f)
         return f;
   }
   return GPU_FAULT_NONE;
}

/* The fault of `lane` at va, with the later lanes whose `elements` meet the same type. */
static bool raise_fault(emu_core_ctx *x, const emu_lanes *m, unsigned lane, unsigned elements, unsigned bytes,
                        enum gpu_access access, enum gpu_fault type, uint64_t va)
{
   uint32_t lanes = 1u << lane;
   for (uint32_t rest = m->exec & ~((2u << lane) - 1); rest; rest &= rest - 1) {
      unsigned l = (unsigned)__builtin_ctz(rest);
      lanes |= lane_fault(x, m, l, elements, bytes, access) == type ? 1u << l : 0;
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
            return raise_fault(x, m, l, dwords, 4, GPU_ACCESS_READ, f, m->va[l] + 4 * k);
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
            return raise_fault(x, m, l, dwords, 4, GPU_ACCESS_WRITE, f, m->va[l] + 4 * k);
         __atomic_store_n(host, data[k][l], __ATOMIC_RELAXED);
         x->sums.bytes_written += 4;
      }
   }
   return true;
}

/* ---- LDS ------------------------------------------------------------------------------------- */
static bool lds_misaligned(emu_core_ctx *x, const emu_lanes *m, unsigned bytes, enum gpu_access access)
{
   uint32_t lanes = 0;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      lanes |= (m->va[l] & (bytes - 1)) && m->valid[l] ? 1u << l : 0;
   }
   if (lanes)
      emu_core_fault(x, GPU_FAULT_MISALIGNED, access, m->va[__builtin_ctz(lanes)], lanes, 0);
   return lanes != 0;
}

bool emu_core_lds_load(emu_core_ctx *x, const emu_lanes *m, uint32_t (*data)[ISA_WAVE_LANES], unsigned dwords)
{
   if (lds_misaligned(x, m, 4, GPU_ACCESS_READ))
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
   if (lds_misaligned(x, m, 4, GPU_ACCESS_WRITE))
      return false;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      for (unsigned k = 0; k < dwords && k < m->valid[l]; k++)
         *(uint32_t *)(x->lds + m->va[l] + 4 * k) = data[k][l];
   }
   return true;
}

/* ---- bytes and 16-bit words ------------------------------------------------------------------ */
static uint32_t small_load(const void *host, unsigned bytes)
{
   return bytes == 1 ? __atomic_load_n((const uint8_t *)host, __ATOMIC_RELAXED)
                     : __atomic_load_n((const uint16_t *)host, __ATOMIC_RELAXED);
}

static void small_store(void *host, uint32_t value, unsigned bytes)
{
   if (bytes == 1)
      __atomic_store_n((uint8_t *)host, (uint8_t)value, __ATOMIC_RELAXED);
   else
      __atomic_store_n((uint16_t *)host, (uint16_t)value, __ATOMIC_RELAXED);
}

bool emu_core_element_load(emu_core_ctx *x, const emu_lanes *m, uint32_t *data, unsigned bytes, bool lds)
{
   if (lds && lds_misaligned(x, m, bytes, GPU_ACCESS_READ))
      return false;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      void *host = x->lds + (lds && m->valid[l] ? m->va[l] : 0);
      if (!m->valid[l]) {
         data[l] = 0;
         continue;
      }
      enum gpu_fault f = lds ? GPU_FAULT_NONE : element_host(x, m->va[l], bytes, GPU_ACCESS_READ, &host);
      if (f)
         return raise_fault(x, m, l, 1, bytes, GPU_ACCESS_READ, f, m->va[l]);
      data[l] = small_load(host, bytes);
      x->sums.bytes_read += lds ? 0 : bytes;
   }
   return true;
}

bool emu_core_element_store(emu_core_ctx *x, const emu_lanes *m, const uint32_t *data, unsigned bytes,
                            bool lds)
{
   if (lds && lds_misaligned(x, m, bytes, GPU_ACCESS_WRITE))
      return false;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      void *host = x->lds + (lds && m->valid[l] ? m->va[l] : 0);
      if (!m->valid[l])
         continue;
      enum gpu_fault f = lds ? GPU_FAULT_NONE : element_host(x, m->va[l], bytes, GPU_ACCESS_WRITE, &host);
      if (f)
         return raise_fault(x, m, l, 1, bytes, GPU_ACCESS_WRITE, f, m->va[l]);
      small_store(host, data[l], bytes);
      x->sums.bytes_written += lds ? 0 : bytes;
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
   case EMU_ATOMIC_ADD_FLOAT:
      return arith_bits(arith_add(arith_float(old), arith_float(c)));
   case EMU_ATOMIC_MIN_FLOAT:
      return arith_bits(arith_min(arith_float(old), arith_float(c)));
   case EMU_ATOMIC_MAX_FLOAT:
      return arith_bits(arith_max(arith_float(old), arith_float(c)));
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
   if (lds && lds_misaligned(x, m, 4, GPU_ACCESS_ATOMIC))
      return false;
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
         return raise_fault(x, m, l, 1, 4, GPU_ACCESS_ATOMIC, f, m->va[l]);
      old[l] = atomic_shared(host, op, c, c2);
      x->sums.bytes_read += 4;
      x->sums.bytes_written += 4;
   }
   return true;
}

/* ---- 64-bit atomics -------------------------------------------------------------------------- */
static uint64_t atomic64_result(enum emu_atomic op, uint64_t old, uint64_t c, uint64_t c2)
{
   switch (op) {
   case EMU_ATOMIC_ADD:
      return old + c;
   case EMU_ATOMIC_MIN_I32:
      return arith_min_i64(old, c);
   case EMU_ATOMIC_MAX_I32:
      return arith_max_i64(old, c);
   case EMU_ATOMIC_MIN_U32:
      return arith_min_u64(old, c);
   case EMU_ATOMIC_MAX_U32:
      return arith_max_u64(old, c);
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
   case EMU_ATOMIC_ADD_FLOAT:
      return arith_bits64(arith_add64(arith_double(old), arith_double(c)));
   case EMU_ATOMIC_MIN_FLOAT:
      return arith_bits64(arith_min64(arith_double(old), arith_double(c)));
   case EMU_ATOMIC_MAX_FLOAT:
      return arith_bits64(arith_max64(arith_double(old), arith_double(c)));
   }
   return old;
}

static uint64_t atomic64_shared(uint64_t *p, enum emu_atomic op, uint64_t c, uint64_t c2)
{
   uint64_t old = __atomic_load_n(p, __ATOMIC_RELAXED);
   while (!__atomic_compare_exchange_n(p, &old, atomic64_result(op, old, c, c2), false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED)) {
   }
   return old;
}

static uint64_t atomic64_private(uint8_t *p, enum emu_atomic op, uint64_t c, uint64_t c2)
{
   uint64_t old, value;
   memcpy(&old, p, 8);
   value = atomic64_result(op, old, c, c2);
   memcpy(p, &value, 8);
   return old;
}

static uint64_t data_pair(uint32_t (*data)[ISA_WAVE_LANES], unsigned first, unsigned lane)
{
   return data[first][lane] | (uint64_t)data[first + 1][lane] << 32;
}

bool emu_core_atomic64(emu_core_ctx *x, const emu_lanes *m, enum emu_atomic op,
                       uint32_t (*data)[ISA_WAVE_LANES], uint64_t *old, bool lds)
{
   if (lds && lds_misaligned(x, m, 8, GPU_ACCESS_ATOMIC))
      return false;
   for (uint32_t mask = m->exec; mask; mask &= mask - 1) {
      unsigned l = (unsigned)__builtin_ctz(mask);
      uint64_t c = data_pair(data, 0, l), c2 = op == EMU_ATOMIC_CMPSWAP ? data_pair(data, 2, l) : 0;
      if (!m->valid[l]) {
         old[l] = 0;
         continue;
      }
      if (lds) {
         old[l] = atomic64_private(x->lds + m->va[l], op, c, c2);
         continue;
      }
      void *host;
      enum gpu_fault f = element_host(x, m->va[l], 8, GPU_ACCESS_ATOMIC, &host);
      if (f)
         return raise_fault(x, m, l, 1, 8, GPU_ACCESS_ATOMIC, f, m->va[l]);
      old[l] = atomic64_shared(host, op, c, c2);
      x->sums.bytes_read += 8;
      x->sums.bytes_written += 8;
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
   return true;
}
