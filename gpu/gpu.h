/* The hardware contract in one header: register addresses, packet fields, page tables, faults,
 * memory map. Freestanding: firmware for riscv32 includes it too. Manual: chapters "Memory map",
 * "Registers", "Packets", "Page tables", "Faults".
 */
#ifndef GPU_GPU_H
#define GPU_GPU_H

#include <stdint.h>

#define GPU_MAGIC 0x464d4749u
#define GPU_ABI_VERSION 1u
#define GPU_RINGS 8u
#define GPU_CS_DEPTH 64u
#define GPU_DMA_DEPTH 64u
#define GPU_CS_USER_REGS 16u

/* ---- physical memory map -------------------------------------------------------------- */
#define GPU_PA_BITS 40u
#define GPU_CHUNK_LOG2 16u                  /* physical memory is backed in 64 KiB chunks */
#define GPU_CHUNK_B (UINT64_C(1) << GPU_CHUNK_LOG2)
#define GPU_PA_VRAM UINT64_C(0)             /* VRAM starts here */
#define GPU_PA_SYSMEM (UINT64_C(1) << 39)   /* system memory as the bus shows it starts here */

/* ---- BARs --------------------------------------------------------------------------------
 * BAR0 registers (64 KiB), BAR1 VRAM aperture (all of VRAM), BAR2 doorbells (8 bytes per ring). */
#define GPU_BAR0_B 0x10000u

/* ---- page tables: 4 levels of 512 eight-byte entries, in VRAM ------------------------------
 * VA [47:39] L3 (root), [38:30] L2, [29:21] L1, [20:12] L0. L1 entries may map 2 MiB pages, L0
 * entries map 4 KiB. Sixteen L0 entries that map one aligned 64 KiB run all carry CONTIG. */
#define GPU_VA_BITS 48u
#define GPU_PTE_VALID (UINT64_C(1) << 0)
#define GPU_PTE_WRITE (UINT64_C(1) << 1)
#define GPU_PTE_LEAF (UINT64_C(1) << 2)     /* L1: this entry maps 2 MiB; L0: must be set */
#define GPU_PTE_CONTIG (UINT64_C(1) << 3)   /* L0: part of an aligned 64 KiB page */
#define GPU_PTE_SOFTWARE UINT64_C(0xff0)    /* bits 4..11: ignored by hardware */
#define GPU_PTE_PA UINT64_C(0x000000fffffff000)
/* An entry without VALID has no other meaning. Of a valid one bits 40..63 must be zero, LEAF must fit the level, a table entry has no
 * CONTIG (its WRITE means nothing), a 2 MiB page has no CONTIG and a 2 MiB aligned address, a CONTIG entry's address bits 12..15
 * equal those of its VA; tables and the root lie in VRAM on 4 KiB boundaries. Anything else is a RESERVED_PTE fault. */

/* ---- enums ------------------------------------------------------------------------------ */
enum gpu_fault {
   GPU_FAULT_NONE,
   GPU_FAULT_UNMAPPED,       /* no valid entry */
   GPU_FAULT_READ_ONLY,      /* write through an entry without WRITE */
   GPU_FAULT_RESERVED_PTE,   /* reserved bits set, LEAF wrong for the level, table outside VRAM */
   GPU_FAULT_BAD_ADDRESS,    /* VA beyond 48 bits, or physical address with nothing behind it */
   GPU_FAULT_MISALIGNED,     /* dword access not on a dword */
   GPU_FAULT_ILLEGAL_INST,   /* undecodable shader word: INFO is isa_error; register beyond RESOURCES: 0x10000 + operand number */
   GPU_FAULT_ILLEGAL_PC,     /* PC outside the program */
   GPU_FAULT_SHADER_TRAP,    /* s_trap; INFO is its code */
   GPU_FAULT_WATCHDOG,       /* a wave exceeded its instruction budget */
   GPU_FAULT_BAD_DISPATCH,   /* CS registers out of range; INFO is the offending register's offset */
   GPU_FAULT_BAD_PACKET,     /* undefined packet or field; INFO is the header */
   GPU_FAULT_BAD_RING,       /* ring registers out of range, WPTR too far ahead */
   GPU_FAULT_BAD_DMA,        /* copy engine registers out of range */
   GPU_FAULT_EXHAUSTED,      /* the board ran out of resources for a valid dispatch; INFO is the CS register that asked */
   GPU_FAULT_BAD_DRAW,       /* GFX registers out of range; INFO is the offending register's offset */
   GPU_FAULT_COUNT
};

enum gpu_access { GPU_ACCESS_NONE, GPU_ACCESS_READ, GPU_ACCESS_WRITE, GPU_ACCESS_ATOMIC, GPU_ACCESS_EXECUTE };

enum gpu_cp_status {
   GPU_CP_IN_RESET,
   GPU_CP_RUNNING,
   GPU_CP_BAD_IMAGE, /* the boot ROM refused the image: header or checksum */
   GPU_CP_HALTED,    /* the firmware trapped without a handler; PC, CAUSE, TVAL tell where */
};

enum gpu_ring_status {
   GPU_RING_IDLE,
   GPU_RING_BUSY,
   GPU_RING_WAITING,
   GPU_RING_FAULTED,
   GPU_RING_OFF, /* not enabled, and none of its work is left */
};

enum gpu_cp_event {
   GPU_EVENT_DOORBELL = 1 << 0, /* some WPTR was written */
   GPU_EVENT_CS = 1 << 1,       /* a dispatch retired */
   GPU_EVENT_DMA = 1 << 2,      /* a copy engine job finished */
   GPU_EVENT_FAULT = 1 << 3,    /* a fault was recorded by a shader or the copy engine */
   GPU_EVENT_TIMER = 1 << 4,
   GPU_EVENT_POKE = 1 << 5,
   GPU_EVENT_GFX = 1 << 6,      /* a draw finished */
   GPU_EVENT_TIME = 1 << 7,     /* a ring's clock is known that was not when RING.CLOCK_KNOWN was read */
};

#define GPU_IRQ_FENCE(ring) (1u << (ring))
#define GPU_IRQ_FAULT (1u << 8)
#define GPU_IRQ_CP_HALT (1u << 9)

enum gpu_wait_func { GPU_WAIT_EQ, GPU_WAIT_NE, GPU_WAIT_LT, GPU_WAIT_LE, GPU_WAIT_GT, GPU_WAIT_GE, GPU_WAIT_COUNT };

/* What RING.CLOCK_OP does with the ring's clock. */
enum gpu_clock_op {
   GPU_CLOCK_PUBLISH = 1, /* CP.TIME is at least the clock */
   GPU_CLOCK_WAKE = 2,    /* the clock is at least CP.TIME */
};

#define GPU_CS_FLAG_ORDERED 1u
#define GPU_DMA_COPY 1u
#define GPU_DMA_FILL 2u
#define GPU_DMA_COPY_IMAGE 3u
#define GPU_DMA_FILL_IMAGE 4u
#define GPU_XFER_READ 1u
#define GPU_XFER_WRITE 2u
#define GPU_FW_READY 0x600df00du

/* ---- firmware image ------------------------------------------------------------------------
 * The image in VRAM starts with this header; `bytes` of code and data follow and are copied to
 * SRAM address 0; execution starts at `entry`. The boot ROM checks magic, abi, sizes and crc
 * (CRC-32, polynomial 0xEDB88320 reflected, initial and final ~0, over the following bytes). */
#define GPU_FW_MAGIC 0x57464746u /* "FGFW" */
struct gpu_fw_header {
   uint32_t magic, abi, bytes, entry, crc, version, reserved[2];
};

/* ---- command processor address map ----------------------------------------------------------
 * 0x00000000 SRAM (ID.CP_SRAM_B bytes), 0x40000000 the register space. Anything else traps. */
#define GPU_CP_REGS_BASE 0x40000000u

/* ---- registers -------------------------------------------------------------------------------*/
enum {
#define REG_BLOCK(block, base, stride, count, doc)                                                 \
   GPU_BLOCK_##block = (base), GPU_STRIDE_##block = (stride), GPU_COUNT_##block = (count),
#include "regs.def"
};
/* Byte address in BAR0 of a register of a single-instance block or of instance 0. */
enum {
#define REG(block, name, offset, access, reset, doc) GPU_REG_##block##_##name = GPU_BLOCK_##block + (offset),
#include "regs.def"
};
/* Byte offset inside its block. */
enum {
#define REG(block, name, offset, access, reset, doc) GPU_OFF_##block##_##name = (offset),
#include "regs.def"
};
/* Address of a register of instance i: GPU_REG_AT(RING, WPTR, 2). */
#define GPU_REG_AT(block, name, i) (GPU_REG_##block##_##name + (uint32_t)(i) * GPU_STRIDE_##block)

/* ---- packets ---------------------------------------------------------------------------------*/
enum gpu_packet {
#define PACKET(name, opcode, min, max, doc) GPU_PKT_##name = (opcode),
#include "packets.def"
};
enum {
#define PACKET(name, opcode, min, max, doc) GPU_PKT_MIN_##name = (min), GPU_PKT_MAX_##name = (max),
#include "packets.def"
};
enum {
#define PACKET_FIELD(packet, field, dw, shift, bits, doc) GPU_PKTF_##packet##_##field = (dw),
#include "packets.def"
};
#define GPU_PKT_F_WAIT 0x01u   /* TIMESTAMP */
#define GPU_PKT_F_INVERT 0x01u /* COND */
#define GPU_PKT_F_DELTA 0x01u  /* COUNTERS */
#define GPU_PKT_F_PUSH 0x01u   /* LABEL */
#define GPU_PKT_F_POP 0x02u    /* LABEL */
#define GPU_PKT_HEADER(op, payload_dw, flags)                                                      \
   ((uint32_t)(op) | ((uint32_t)(payload_dw) << 8) | ((uint32_t)(flags) << 24))
#define GPU_BARRIER_CS 1u
#define GPU_BARRIER_DMA 2u
#define GPU_BARRIER_GFX 4u

/* ---- counters ---------------------------------------------------------------------------------*/
enum gpu_counter {
#define COUNTER(name, unit, block, doc) GPU_COUNTER_##name,
#include "counters.def"
   GPU_COUNTER_COUNT
};

/* ---- shader start state (manual, "Wave launch") -------------------------------------------------
 * s0..s15 USER registers · s16..18 workgroup id (BASE added) · s19 index of the wave in its group ·
 * s20..22 grid size · v0..v2 local invocation id · exec: lanes that exist. All other
 * registers, the LDS and scratch start as zero. Lane l of wave w is local invocation index 32*w+l. */
enum {
   GPU_SREG_GROUP_ID = 16,
   GPU_SREG_WAVE_INDEX = 19,
   GPU_SREG_GRID = 20,
   GPU_SREG_INITIAL_COUNT = 23,
   GPU_VREG_LOCAL_ID = 0,
   GPU_VREG_INITIAL_COUNT = 3,
};

/* ---- buffer descriptor: 16 bytes in memory, 4 registers in a shader -----------------------------*/
struct gpu_buffer_desc {
   uint32_t va_lo, va_hi, size_B, flags; /* flags must be zero */
};

#endif
