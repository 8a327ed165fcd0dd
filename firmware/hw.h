/* The firmware's access to the machine: registers at GPU_CP_REGS_BASE, the transfer unit, wfi. */
#ifndef FW_HW_H
#define FW_HW_H

#include <stdbool.h>
#include <stdint.h>
#include "gfx.h"
#include "gpu.h"

static inline volatile uint32_t *hw_reg(uint32_t address)
{
   return (volatile uint32_t *)(GPU_CP_REGS_BASE + address);
}

static inline uint32_t hw_read(uint32_t address)
{
   return *hw_reg(address);
}

static inline void hw_write(uint32_t address, uint32_t value)
{
   *hw_reg(address) = value;
}

/* A _LO/_HI pair that nobody changes meanwhile. */
static inline uint64_t hw_read64(uint32_t address_lo)
{
   uint32_t lo = hw_read(address_lo);
   return lo | (uint64_t)hw_read(address_lo + 4) << 32;
}

static inline void hw_write64(uint32_t address_lo, uint64_t value)
{
   hw_write(address_lo + 4, (uint32_t)(value >> 32));
   hw_write(address_lo, (uint32_t)value);
}

static inline void hw_wfi(void)
{
   __asm__ volatile("wfi" ::: "memory");
}

/* Move bytes (multiple of 4) between GPU virtual memory and SRAM. On failure the fault and the address of the 4 KiB page part
 * that failed; earlier parts have been moved. */
typedef struct fw_transfer_result {
   enum gpu_fault fault;
   enum gpu_access access;
   uint64_t va;
} fw_transfer_result;
fw_transfer_result fw_transfer(uint32_t direction, uint64_t va, void *sram, uint32_t size_B);

#endif
