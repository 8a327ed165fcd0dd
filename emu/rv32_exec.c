/* Execution of the RV32IMC core: threaded dispatch over decoded blocks.
 *
 * Invariant: between two operations all architectural state is in rv32_core except the program counter and the count
 * of retired instructions, which follow from the block and the position in it; `settle` writes them back where someone
 * looks (bus, CSR, trap, exit). The limit is checked where a block is entered, so each loop passes it.
 */
#include <string.h>
#include "rv32.h"

static int32_t divide(int32_t a, int32_t b)
{
   return b == 0 ? -1 : a == INT32_MIN && b == -1 ? a : a / b;
}

static int32_t remainder_of(int32_t a, int32_t b)
{
   return b == 0 ? a : a == INT32_MIN && b == -1 ? 0 : a % b;
}

static uint32_t load32(const uint8_t *p)
{
   uint32_t v;
   memcpy(&v, p, 4);
   return v;
}

static uint32_t load16(const uint8_t *p)
{
   uint16_t v;
   memcpy(&v, p, 2);
   return v;
}

#if defined(__GNUC__) && !defined(__clang__)
__attribute__((optimize("no-gcse", "no-crossjumping")))
#endif
enum rv32_exit rv32_run(rv32_core *core, uint32_t limit)
{
   static const void *const labels[RV32_OPCODE_COUNT] = {
#define RV32_OP(name, ends) &&do_##name,
#include "rv32_ops.def"
   };
   uint32_t *const x = core->x;
   uint8_t *const sram = core->sram;
   const uint32_t sram_B = core->sram_B;
   const uint8_t *const code_page = core->cache->code_page;
   const uint64_t end = core->instret + (limit ? limit : 1);
   int64_t left = limit ? limit : 1; /* instructions still to run; the current block is already taken off */
   uint32_t target = core->pc, address, cause, tval, generation;
   rv32_block *blk = NULL, *next;
   rv32_block **link = NULL;
   const rv32_op *op = NULL;
   enum rv32_opcode opcode;
   bool misaligned, word;

   core->break_request = false;
   if (rv32_interruptible(core) && core->mip) {
      if (!rv32_trap(core, RV32_CAUSE_EXTERNAL, 0, core->pc))
         return RV32_EXIT_HALT;
      target = core->pc;
   }
   goto find;

#define INDEX ((uint32_t)(op - blk->ops))
/* Retired before the operation at hand. */
#define SETTLE (core->instret = end - (uint64_t)(left + (int64_t)(blk->count - INDEX)))
#define PC (INDEX ? blk->pc + 2u * op[-1].end_half : blk->pc)
#define RD x[op->rd]
#define RS1 x[op->rs1]
#define RS2 x[op->rs2]
#define IMM ((uint32_t)op->imm)
#define NEXT do { op++; goto *op->go; } while (0)
#define ENTER(to) \
   do { \
      blk = (to); \
      if (__builtin_expect(left <= 0, 0)) \
         goto limit_reached; \
      left -= blk->count; \
      op = blk->ops; \
      goto *op->go; \
   } while (0)
#define LEAVE(taken, pc) \
   do { \
      next = blk->next[taken]; \
      if (__builtin_expect(next != NULL, 1)) \
         ENTER(next); \
      target = (pc); \
      link = &blk->next[taken]; \
      goto find; \
   } while (0)
#define BRANCH(condition) \
   do { \
      if (condition) \
         LEAVE(1, IMM); \
      LEAVE(0, blk->end_pc); \
   } while (0)

find:
   if (target >= sram_B) {
      core->instret = end - (uint64_t)left;
      if (!rv32_trap(core, RV32_CAUSE_FETCH_ACCESS, target, target))
         return RV32_EXIT_HALT;
      target = core->pc; /* a handler that is not there either is a trap inside a trap */
      link = NULL;
      goto find;
   }
   generation = core->cache->flushes;
   next = rv32_block_find(core, target, labels);
   if (link && generation == core->cache->flushes)
      *link = next;
   link = NULL;
   ENTER(next);

limit_reached:
   core->instret = end - (uint64_t)left;
   core->pc = blk->pc;
   return RV32_EXIT_LIMIT;

do_LI: RD = IMM; NEXT;
do_AUIPC: __builtin_unreachable(); /* folded into LI */
do_ADDI: RD = RS1 + IMM; NEXT;
do_SLTI: RD = (int32_t)RS1 < op->imm; NEXT;
do_SLTIU: RD = RS1 < IMM; NEXT;
do_XORI: RD = RS1 ^ IMM; NEXT;
do_ORI: RD = RS1 | IMM; NEXT;
do_ANDI: RD = RS1 & IMM; NEXT;
do_SLLI: RD = RS1 << IMM; NEXT;
do_SRLI: RD = RS1 >> IMM; NEXT;
do_SRAI: RD = (uint32_t)((int32_t)RS1 >> IMM); NEXT;
do_ADD: RD = RS1 + RS2; NEXT;
do_SUB: RD = RS1 - RS2; NEXT;
do_SLL: RD = RS1 << (RS2 & 31); NEXT;
do_SLT: RD = (int32_t)RS1 < (int32_t)RS2; NEXT;
do_SLTU: RD = RS1 < RS2; NEXT;
do_XOR: RD = RS1 ^ RS2; NEXT;
do_SRL: RD = RS1 >> (RS2 & 31); NEXT;
do_SRA: RD = (uint32_t)((int32_t)RS1 >> (RS2 & 31)); NEXT;
do_OR: RD = RS1 | RS2; NEXT;
do_AND: RD = RS1 & RS2; NEXT;
do_MUL: RD = RS1 * RS2; NEXT;
do_MULH: RD = (uint32_t)((uint64_t)((int64_t)(int32_t)RS1 * (int32_t)RS2) >> 32); NEXT;
do_MULHSU: RD = (uint32_t)((uint64_t)((int64_t)(int32_t)RS1 * (int64_t)RS2) >> 32); NEXT;
do_MULHU: RD = (uint32_t)((uint64_t)RS1 * RS2 >> 32); NEXT;
do_DIV: RD = (uint32_t)divide((int32_t)RS1, (int32_t)RS2); NEXT;
do_DIVU: RD = RS2 ? RS1 / RS2 : ~0u; NEXT;
do_REM: RD = (uint32_t)remainder_of((int32_t)RS1, (int32_t)RS2); NEXT;
do_REMU: RD = RS2 ? RS1 % RS2 : RS1; NEXT;
do_FENCE: NEXT;

#define LOAD(type, expression) \
   do { \
      address = RS1 + IMM; \
      if (__builtin_expect(address >= sram_B || address % sizeof(type), 0)) { \
         misaligned = address % sizeof(type) != 0; \
         word = sizeof(type) == 4; \
         goto load_slow; \
      } \
      RD = (expression); \
      NEXT; \
   } while (0)
do_LW: LOAD(uint32_t, load32(sram + address));
do_LB: LOAD(uint8_t, (uint32_t)(int8_t)sram[address]);
do_LH: LOAD(uint16_t, (uint32_t)(int16_t)load16(sram + address));
do_LBU: LOAD(uint8_t, sram[address]);
do_LHU: LOAD(uint16_t, load16(sram + address));

load_slow:
   if (!misaligned && word && address - RV32_BUS_BASE < core->bus.size_B) {
      SETTLE;
      RD = core->bus.read(core->bus.context, address - RV32_BUS_BASE);
      NEXT;
   }
   cause = misaligned ? RV32_CAUSE_LOAD_MISALIGNED : RV32_CAUSE_LOAD_ACCESS;
   tval = address;
   goto trap;

#define STORE(type) \
   do { \
      address = RS1 + IMM; \
      if (__builtin_expect(address >= sram_B || address % sizeof(type), 0)) { \
         misaligned = address % sizeof(type) != 0; \
         word = sizeof(type) == 4; \
         goto store_slow; \
      } \
      type v = (type)RS2; \
      memcpy(sram + address, &v, sizeof v); \
      if (__builtin_expect(code_page[address >> RV32_PAGE_LOG2], 0)) { \
         rv32_cache_flush(core); \
         goto leave_after; \
      } \
      NEXT; \
   } while (0)
do_SW: STORE(uint32_t);
do_SB: STORE(uint8_t);
do_SH: STORE(uint16_t);

store_slow:
   if (!misaligned && word && address - RV32_BUS_BASE < core->bus.size_B) {
      SETTLE;
      generation = core->cache->flushes;
      core->bus.write(core->bus.context, address - RV32_BUS_BASE, RS2);
      if (generation != core->cache->flushes || core->break_request)
         goto leave_after;
      NEXT;
   }
   cause = misaligned ? RV32_CAUSE_STORE_MISALIGNED : RV32_CAUSE_STORE_ACCESS;
   tval = address;
   goto trap;

leave_after: /* the operation at hand retires, the rest of its block may be void (a flushed block's memory stays readable) */
   left += (int64_t)(blk->count - INDEX - 1);
   target = blk->pc + 2u * op->end_half;
   if (core->break_request)
      goto exit_at_target;
   link = NULL;
   goto find;

do_BEQ: BRANCH(RS1 == RS2);
do_BNE: BRANCH(RS1 != RS2);
do_BLT: BRANCH((int32_t)RS1 < (int32_t)RS2);
do_BGE: BRANCH((int32_t)RS1 >= (int32_t)RS2);
do_BLTU: BRANCH(RS1 < RS2);
do_BGEU: BRANCH(RS1 >= RS2);
do_JAL: RD = blk->end_pc; LEAVE(1, IMM);
do_JALR:
   target = (RS1 + IMM) & ~1u;
   RD = blk->end_pc;
   if (__builtin_expect(target < sram_B && (next = core->cache->map[target / 2]) != NULL, 1))
      ENTER(next);
   link = NULL;
   goto find;
do_FENCE_I: LEAVE(0, blk->end_pc); /* every write to code has dropped it already */
do_FALL: LEAVE(0, blk->end_pc);

do_CSRRW: opcode = RV32_CSRRW; goto csr;
do_CSRRS: opcode = RV32_CSRRS; goto csr;
do_CSRRC: opcode = RV32_CSRRC; goto csr;
do_CSRRWI: opcode = RV32_CSRRWI; goto csr;
do_CSRRSI: opcode = RV32_CSRRSI; goto csr;
do_CSRRCI: opcode = RV32_CSRRCI; goto csr;
csr:
   SETTLE;
   if (!rv32_csr_execute(core, opcode, op)) {
      cause = RV32_CAUSE_ILLEGAL;
      tval = load32(sram + blk->end_pc - 4);
      goto trap;
   }
   target = blk->end_pc;
   if (rv32_interruptible(core))
      goto exit_at_target;
   LEAVE(0, target);

do_MRET:
   core->mstatus = RV32_MSTATUS_MPIE | (core->mstatus & RV32_MSTATUS_MPIE ? RV32_MSTATUS_MIE : 0);
   core->in_trap = false;
   target = core->mepc;
   if (rv32_interruptible(core))
      goto exit_at_target;
   link = NULL;
   goto find;

do_WFI:
   core->instret = end - (uint64_t)left;
   core->pc = blk->end_pc;
   return RV32_EXIT_WFI;

exit_at_target:
   core->instret = end - (uint64_t)left;
   core->pc = target;
   return RV32_EXIT_LIMIT;

do_ECALL: cause = RV32_CAUSE_ECALL; tval = 0; goto trap;
do_EBREAK: cause = RV32_CAUSE_EBREAK; tval = PC; goto trap;
do_ILLEGAL: cause = RV32_CAUSE_ILLEGAL; tval = IMM; goto trap;
do_FETCH_FAULT: cause = RV32_CAUSE_FETCH_ACCESS; tval = IMM; goto trap;

trap: /* the operation at hand does not retire */
   SETTLE;
   left += (int64_t)(blk->count - INDEX);
   if (!rv32_trap(core, cause, tval, PC))
      return RV32_EXIT_HALT;
   target = core->pc;
   link = NULL;
   goto find;
}
