/* The RV32IMC core of the command processor: machine mode only, SRAM at address 0, registers on a bus.
 *
 * Code runs from decoded blocks (rv32_block.c) with threaded dispatch (rv32_exec.c). Every instruction is
 * precise: traps, the retired-instruction count and bus accesses are exact at each instruction, whatever the
 * block structure. Nothing that the SRAM holds can reach outside the SRAM or keep rv32_run() from returning.
 * Not thread safe: one thread owns a core. Manual: chapter "Command processor".
 */
#ifndef EMU_RV32_H
#define EMU_RV32_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rv32_opcode {
#define RV32_OP(name, ends) RV32_##name,
#include "rv32_ops.def"
   RV32_OPCODE_COUNT
};

/* An instruction as the decoder sees it. imm of CSR operations is the CSR number, of ILLEGAL the instruction's bits. */
typedef struct rv32_inst {
   uint8_t op, rd, rs1, rs2;
   uint8_t length_B; /* 2 or 4 */
   int32_t imm;
} rv32_inst;

/* Total: every bit pattern is an instruction or ILLEGAL. `bits` holds 32 bits, the upper half is ignored for compressed instructions. */
rv32_inst rv32_decode(uint32_t bits);
/* The 32-bit form of a compressed instruction, 0 (which is illegal) if it is not defined in RV32IMC. */
uint32_t rv32_expand(uint16_t c);

enum rv32_cause {
   RV32_CAUSE_FETCH_ACCESS = 1,
   RV32_CAUSE_ILLEGAL = 2,
   RV32_CAUSE_EBREAK = 3,
   RV32_CAUSE_LOAD_MISALIGNED = 4,
   RV32_CAUSE_LOAD_ACCESS = 5,
   RV32_CAUSE_STORE_MISALIGNED = 6,
   RV32_CAUSE_STORE_ACCESS = 7,
   RV32_CAUSE_ECALL = 11,
};
#define RV32_CAUSE_EXTERNAL 0x8000000bu
#define RV32_MSTATUS_MIE (1u << 3)
#define RV32_MSTATUS_MPIE (1u << 7)
#define RV32_MSTATUS_MPP (3u << 11) /* only machine mode exists */
#define RV32_MIP_MEIP (1u << 11)

enum rv32_exit {
   RV32_EXIT_LIMIT, /* the limit was reached, or the bus or a CSR write asked for a break */
   RV32_EXIT_WFI,   /* a wfi retired; pc stands behind it */
   RV32_EXIT_HALT,  /* a trap without a handler or inside a handler: halt_* tell */
};

/* The bus outside the SRAM: aligned 32-bit accesses in [RV32_BUS_BASE, + bus_B). */
#define RV32_BUS_BASE 0x40000000u
typedef struct rv32_bus {
   void *context;
   uint32_t size_B;
   uint32_t (*read)(void *context, uint32_t offset);
   void (*write)(void *context, uint32_t offset, uint32_t value);
} rv32_bus;

typedef struct rv32_block rv32_block;
typedef struct rv32_cache rv32_cache;

typedef struct rv32_core {
   uint32_t x[33];     /* x[32] takes what is written to x0 */
   uint32_t pc;
   uint64_t instret;   /* instructions retired since reset; exact when the bus is called and after rv32_run */
   uint32_t mstatus, mie, mip, mtvec, mscratch, mepc, mcause, mtval;
   uint64_t mcycle_bias, minstret_bias;
   bool in_trap;       /* between a trap and its mret: another trap halts */
   bool break_request; /* set by the bus: rv32_run returns after this instruction */
   uint32_t halt_pc, halt_cause, halt_tval;

   uint8_t *sram;
   uint32_t sram_B;
   rv32_bus bus;
   rv32_cache *cache;
} rv32_core;

/* SRAM of sram_B bytes (multiple of 4096), zeroed. False if the host has no memory. */
bool rv32_create(rv32_core *core, uint32_t sram_B, const rv32_bus *bus);
void rv32_destroy(rv32_core *core);
/* Registers to zero, pc to entry; the SRAM keeps its content but every decoded block is dropped. */
void rv32_reset(rv32_core *core, uint32_t entry);
/* Run about `limit` instructions (at most one block more), at least one unless halted. */
enum rv32_exit rv32_run(rv32_core *core, uint32_t limit);
/* Level of the external interrupt line. When enabled it is taken before the next rv32_run executes anything. */
void rv32_set_interrupt(rv32_core *core, bool pending);
/* Whether an interrupt could be taken at all, so that the caller chooses shorter runs. */
static inline bool rv32_interruptible(const rv32_core *core)
{
   return (core->mstatus & RV32_MSTATUS_MIE) && (core->mie & RV32_MIP_MEIP);
}
/* Someone other than the core wrote SRAM [address, address + size_B): drop decoded code that lies there. */
void rv32_sram_written(rv32_core *core, uint32_t address, uint32_t size_B);

/* ---- between the core's files ---------------------------------------------------------------------- */
#define RV32_BLOCK_MAX 64u      /* instructions in a block */
#define RV32_PAGE_LOG2 8u       /* granule in which written code is noticed */

typedef struct rv32_op {
   const void *go; /* label in rv32_run */
   int32_t imm;
   uint8_t rd, rs1, rs2;
   uint8_t end_half; /* half-words from the block's start to behind this instruction */
} rv32_op;

struct rv32_block {
   uint32_t pc, end_pc; /* end_pc: behind the last instruction */
   uint32_t count;      /* instructions; ops[count] may be a FALL or FETCH_FAULT */
   rv32_block *next[2]; /* chained successors: fall through, taken; NULL until first used */
   rv32_op ops[];
};

struct rv32_cache {
   rv32_block **map;    /* by pc / 2 */
   uint8_t *code_page;  /* nonzero: some block was decoded from this page of SRAM */
   uint8_t *arena;
   size_t arena_B, used_B;
   uint32_t flushes;    /* generation: chained pointers of older generations are void */
};

bool rv32_cache_create(rv32_core *core);
void rv32_cache_destroy(rv32_core *core);
void rv32_cache_flush(rv32_core *core);
/* The block at pc (even, inside the SRAM), decoded now if need be; may flush the cache. labels: by operation. */
rv32_block *rv32_block_find(rv32_core *core, uint32_t pc, const void *const *labels);

/* Enter the trap handler; false if the core halts instead. */
bool rv32_trap(rv32_core *core, uint32_t cause, uint32_t tval, uint32_t epc);
/* Read-modify-write of a CSR; core->instret counts the instructions before it. False: illegal. */
bool rv32_csr_execute(rv32_core *core, enum rv32_opcode opcode, const rv32_op *op);

#endif
