/* Control and status registers, traps and life cycle of the RV32IMC core.
 *
 * Machine mode only. Traps are direct (mtvec mode bits read 0). A trap with mtvec 0, or a trap inside a handler
 * (before its mret), halts the core and leaves halt_pc, halt_cause and halt_tval.
 */
#include <stdlib.h>
#include <string.h>
#include "rv32.h"

enum {
   CSR_MSTATUS = 0x300, CSR_MISA = 0x301, CSR_MIE = 0x304, CSR_MTVEC = 0x305, CSR_MSTATUSH = 0x310, CSR_MSCRATCH = 0x340,
   CSR_MEPC = 0x341, CSR_MCAUSE = 0x342, CSR_MTVAL = 0x343, CSR_MIP = 0x344,
   CSR_MCYCLE = 0xb00, CSR_MINSTRET = 0xb02, CSR_MCYCLEH = 0xb80, CSR_MINSTRETH = 0xb82,
   CSR_CYCLE = 0xc00, CSR_INSTRET = 0xc02, CSR_CYCLEH = 0xc80, CSR_INSTRETH = 0xc82,
   CSR_MVENDORID = 0xf11, CSR_MARCHID = 0xf12, CSR_MIMPID = 0xf13, CSR_MHARTID = 0xf14,
};
#define MISA_RV32IMC (1u << 30 | 1u << 12 | 1u << 8 | 1u << 2)

bool rv32_create(rv32_core *core, uint32_t sram_B, const rv32_bus *bus)
{
   memset(core, 0, sizeof *core);
   core->sram_B = sram_B;
   core->bus = *bus;
   core->sram = calloc(1, sram_B);
   if (core->sram && rv32_cache_create(core))
      return true;
   rv32_destroy(core);
   return false;
}

void rv32_destroy(rv32_core *core)
{
   rv32_cache_destroy(core);
   free(core->sram);
   core->sram = NULL;
}

void rv32_reset(rv32_core *core, uint32_t entry)
{
   rv32_core keep = *core;
   memset(core, 0, sizeof *core);
   core->sram = keep.sram;
   core->sram_B = keep.sram_B;
   core->bus = keep.bus;
   core->cache = keep.cache;
   core->pc = entry & ~1u;
   rv32_cache_flush(core);
}

bool rv32_trap(rv32_core *core, uint32_t cause, uint32_t tval, uint32_t epc)
{
   if (!core->mtvec || core->in_trap) {
      core->halt_pc = epc;
      core->halt_cause = cause;
      core->halt_tval = tval;
      core->pc = epc;
      return false;
   }
   core->in_trap = true;
   core->mepc = epc;
   core->mcause = cause;
   core->mtval = tval;
   core->mstatus = core->mstatus & RV32_MSTATUS_MIE ? RV32_MSTATUS_MPIE : 0;
   core->pc = core->mtvec;
   return true;
}

void rv32_set_interrupt(rv32_core *core, bool pending)
{
   core->mip = pending ? RV32_MIP_MEIP : 0;
}

static bool csr_read(rv32_core *core, uint32_t csr, uint32_t *v)
{
   uint64_t cycle = core->instret + core->mcycle_bias, instret = core->instret + core->minstret_bias;
   switch (csr) {
   case CSR_MSTATUS: *v = core->mstatus | RV32_MSTATUS_MPP; return true;
   case CSR_MISA: *v = MISA_RV32IMC; return true;
   case CSR_MIE: *v = core->mie; return true;
   case CSR_MTVEC: *v = core->mtvec; return true;
   case CSR_MSCRATCH: *v = core->mscratch; return true;
   case CSR_MEPC: *v = core->mepc; return true;
   case CSR_MCAUSE: *v = core->mcause; return true;
   case CSR_MTVAL: *v = core->mtval; return true;
   case CSR_MIP: *v = core->mip; return true;
   case CSR_MCYCLE: case CSR_CYCLE: *v = (uint32_t)cycle; return true;
   case CSR_MCYCLEH: case CSR_CYCLEH: *v = (uint32_t)(cycle >> 32); return true;
   case CSR_MINSTRET: case CSR_INSTRET: *v = (uint32_t)instret; return true;
   case CSR_MINSTRETH: case CSR_INSTRETH: *v = (uint32_t)(instret >> 32); return true;
   case CSR_MSTATUSH: case CSR_MVENDORID: case CSR_MARCHID: case CSR_MIMPID: case CSR_MHARTID: *v = 0; return true;
   default: return false;
   }
}

/* A counter shows the written value to the next instruction: the write replaces its own instruction's increment. */
static void counter_write(const rv32_core *core, uint64_t *bias, uint32_t v, bool high)
{
   uint64_t next = core->instret + 1, now = next + *bias;
   now = high ? (now & 0xffffffffu) | (uint64_t)v << 32 : (now & ~UINT64_C(0xffffffff)) | v;
   *bias = now - next;
}

static void csr_write(rv32_core *core, uint32_t csr, uint32_t v)
{
   switch (csr) {
   case CSR_MSTATUS: core->mstatus = v & (RV32_MSTATUS_MIE | RV32_MSTATUS_MPIE); break;
   case CSR_MIE: core->mie = v & RV32_MIP_MEIP; break;
   case CSR_MTVEC: core->mtvec = v & ~3u; break;
   case CSR_MSCRATCH: core->mscratch = v; break;
   case CSR_MEPC: core->mepc = v & ~1u; break;
   case CSR_MCAUSE: core->mcause = v; break;
   case CSR_MTVAL: core->mtval = v; break;
   case CSR_MCYCLE: counter_write(core, &core->mcycle_bias, v, false); break;
   case CSR_MCYCLEH: counter_write(core, &core->mcycle_bias, v, true); break;
   case CSR_MINSTRET: counter_write(core, &core->minstret_bias, v, false); break;
   case CSR_MINSTRETH: counter_write(core, &core->minstret_bias, v, true); break;
   default: break; /* misa, mip and mstatush ignore writes */
   }
}

bool rv32_csr_execute(rv32_core *core, enum rv32_opcode opcode, const rv32_op *op)
{
   uint32_t csr = (uint32_t)op->imm & 0xfff, old;
   bool immediate = opcode >= RV32_CSRRWI, set = opcode == RV32_CSRRS || opcode == RV32_CSRRSI;
   bool replace = opcode == RV32_CSRRW || opcode == RV32_CSRRWI;
   bool writes = replace || op->rs1 != 0;
   if (!csr_read(core, csr, &old) || (writes && csr >> 10 == 3))
      return false;
   uint32_t operand = immediate ? op->rs1 : core->x[op->rs1];
   if (writes)
      csr_write(core, csr, replace ? operand : set ? old | operand : old & ~operand);
   core->x[op->rd] = old;
   return true;
}
