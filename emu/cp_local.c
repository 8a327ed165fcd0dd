/* Local units of the command processor: events, transfer unit, timer, instruction accounts, counters. All of it
 * runs on the processor's thread, inside the store or load that touches the register.
 *
 * Invariant: a transfer takes effect in ascending addresses, each dword (or aligned pair) with release order on the way
 * out and acquire order on the way in, so that memory is coherent with host threads and other processes.
 */
#include <string.h>
#include "clock.h"
#include "cp.h"
#include "labels.h"

void cp_local_reset(emu_cp *cp)
{
   atomic_store(&cp->event, 0);
   atomic_store(&cp->event_mask, 0);
   for (int i = 0; i < 2; i++) /* 2 and 3 are the host's */
      atomic_store(&cp->mailbox[i], 0);
   atomic_store(&cp->halt_pc, 0);
   atomic_store(&cp->halt_cause, 0);
   atomic_store(&cp->halt_tval, 0);
   cp->xfer_va_lo = cp->xfer_va_hi = cp->xfer_sram = cp->xfer_bytes = cp->xfer_status = 0;
   cp->timer_deadline_ns = 0;
   cp->account = cp->count_value = 0;
   cp->accounted = cp->retired[0] = cp->retired[1] = 0;
   cp->log_used = 0;
}

/* ---- instruction accounts ----------------------------------------------------------------------------- */
void cp_account(emu_cp *cp)
{
   uint64_t n = cp->core.instret - cp->accounted;
   cp->accounted = cp->core.instret;
   cp->retired[cp->account] += n;
   if (n)
      emu_counter_add(cp->dev, cp->account ? GPU_COUNTER_CP_INSTRUCTIONS : GPU_COUNTER_CP_IDLE_INSTRUCTIONS, n);
}

static void count(emu_cp *cp, uint32_t counter)
{
   if (counter < GPU_COUNTER_COUNT)
      emu_counter_add(cp->dev, counter, cp->count_value);
}

/* ---- labels --------------------------------------------------------------------------------------------- */
static void label(emu_cp *cp, uint32_t value)
{
   uint32_t address = value & 0xfffffc, header;
   if (address >= cp->core.sram_B)
      return;
   uint32_t avail_dw = (cp->core.sram_B - address) / 4;
   memcpy(&header, cp->core.sram + address, 4);
   uint32_t size_dw = 1 + (header >> 8 & 0xffff);
   emu_label_packet(cp->dev, value >> 24, cp->core.sram + address, size_dw < avail_dw ? size_dw : avail_dw);
}

/* ---- timer ---------------------------------------------------------------------------------------------- */
static void timer_set(emu_cp *cp, uint32_t us)
{
   cp->timer_deadline_ns = us ? emu_clock_ns() + UINT64_C(1000) * us : 0;
}

void cp_timer_poll(emu_cp *cp)
{
   if (!cp->timer_deadline_ns || emu_clock_ns() < cp->timer_deadline_ns)
      return;
   cp->timer_deadline_ns = 0;
   atomic_fetch_or(&cp->event, GPU_EVENT_TIMER);
}

/* ---- transfer unit ---------------------------------------------------------------------------------------- */
static void copy_in(uint8_t *sram, const uint8_t *host, uint64_t size_B)
{
   uint64_t at = 0;
   for (; (uintptr_t)(host + at) % 8 == 0 && at + 8 <= size_B; at += 8) {
      uint64_t v = __atomic_load_n((const uint64_t *)(host + at), __ATOMIC_ACQUIRE);
      memcpy(sram + at, &v, 8);
   }
   for (; at < size_B; at += 4) {
      uint32_t v = __atomic_load_n((const uint32_t *)(host + at), __ATOMIC_ACQUIRE);
      memcpy(sram + at, &v, 4);
   }
}

static void copy_out(uint8_t *host, const uint8_t *sram, uint64_t size_B)
{
   for (uint64_t at = 0; at < size_B;) {
      if ((uintptr_t)(host + at) % 8 == 0 && at + 8 <= size_B) {
         uint64_t v;
         memcpy(&v, sram + at, 8);
         __atomic_store_n((uint64_t *)(host + at), v, __ATOMIC_RELEASE);
         at += 8;
      } else {
         uint32_t v;
         memcpy(&v, sram + at, 4);
         __atomic_store_n((uint32_t *)(host + at), v, __ATOMIC_RELEASE);
         at += 4;
      }
   }
}

static enum gpu_fault transfer_pages(emu_cp *cp, uint64_t va, uint8_t *sram, uint64_t left_B, bool write)
{
   while (left_B > 0) {
      void *host;
      uint64_t avail;
      enum gpu_fault f = emu_tlb_translate(&cp->tlb, va, write ? GPU_ACCESS_WRITE : GPU_ACCESS_READ, &host, &avail);
      if (f != GPU_FAULT_NONE)
         return f;
      uint64_t n = avail < left_B ? avail : left_B;
      if (write)
         copy_out(host, sram, n);
      else
         copy_in(sram, host, n);
      va += n;
      sram += n;
      left_B -= n;
   }
   return GPU_FAULT_NONE;
}

static enum gpu_fault transfer(emu_cp *cp, uint32_t command)
{
   uint64_t va = cp->xfer_va_lo | (uint64_t)cp->xfer_va_hi << 32;
   bool write = command == GPU_XFER_WRITE;
   if ((va | cp->xfer_sram | cp->xfer_bytes) % 4)
      return GPU_FAULT_MISALIGNED;
   if (cp->xfer_bytes > cp->core.sram_B || cp->xfer_sram > cp->core.sram_B - cp->xfer_bytes || (command != GPU_XFER_READ && !write))
      return GPU_FAULT_BAD_ADDRESS;
   emu_agent_enter(cp->agent);
   emu_tlb_sync(&cp->tlb);
   enum gpu_fault f = transfer_pages(cp, va, cp->core.sram + cp->xfer_sram, cp->xfer_bytes, write);
   emu_agent_leave(cp->agent);
   if (!write)
      rv32_sram_written(&cp->core, cp->xfer_sram, cp->xfer_bytes);
   return f;
}

/* ---- registers ---------------------------------------------------------------------------------------------- */
static uint64_t instret(emu_cp *cp)
{
   cp_account(cp);
   return cp->retired[1];
}

uint32_t cp_local_read(emu_cp *cp, uint32_t address)
{
   switch (address) {
   case GPU_REG_CPL_EVENT:
      cp_timer_poll(cp);
      return atomic_load(&cp->event);
   case GPU_REG_CPL_EVENT_MASK: return atomic_load(&cp->event_mask);
   case GPU_REG_CPL_XFER_VA_LO: return cp->xfer_va_lo;
   case GPU_REG_CPL_XFER_VA_HI: return cp->xfer_va_hi;
   case GPU_REG_CPL_XFER_SRAM: return cp->xfer_sram;
   case GPU_REG_CPL_XFER_BYTES: return cp->xfer_bytes;
   case GPU_REG_CPL_XFER_STATUS: return cp->xfer_status;
   case GPU_REG_CPL_ACCOUNT: return cp->account;
   case GPU_REG_CPL_INSTRET_LO: return (uint32_t)instret(cp);
   case GPU_REG_CPL_INSTRET_HI: return (uint32_t)(instret(cp) >> 32);
   case GPU_REG_CPL_COUNT_VALUE: return cp->count_value;
   default: return 0;
   }
}

void cp_local_write(emu_cp *cp, uint32_t address, uint32_t value)
{
   switch (address) {
   case GPU_REG_CPL_EVENT: atomic_fetch_and(&cp->event, ~value); break;
   case GPU_REG_CPL_EVENT_MASK: atomic_store(&cp->event_mask, value); break;
   case GPU_REG_CPL_XFER_VA_LO: cp->xfer_va_lo = value; break;
   case GPU_REG_CPL_XFER_VA_HI: cp->xfer_va_hi = value; break;
   case GPU_REG_CPL_XFER_SRAM: cp->xfer_sram = value; break;
   case GPU_REG_CPL_XFER_BYTES: cp->xfer_bytes = value; break;
   case GPU_REG_CPL_XFER_GO: cp->xfer_status = transfer(cp, value); break;
   case GPU_REG_CPL_TLB_INV: emu_reg_write(cp->dev, GPU_REG_MMU_INVALIDATE, 1, true); break;
   case GPU_REG_CPL_TIMER_US: timer_set(cp, value); break;
   case GPU_REG_CPL_ACCOUNT:
      cp_account(cp);
      cp->account = value & 1;
      break;
   case GPU_REG_CPL_COUNT: count(cp, value & 0xffff); break;
   case GPU_REG_CPL_COUNT_VALUE: cp->count_value = value; break;
   case GPU_REG_CPL_LOG: cp_debug_log(cp, (char)value); break;
   case GPU_REG_CPL_TRACE: cp_debug_packet(cp, value); break;
   case GPU_REG_CPL_LABEL: label(cp, value); break;
   case GPU_REG_CPL_LABEL_NONE: emu_label_clear(cp->dev, value & 7); break;
   default: break;
   }
}
