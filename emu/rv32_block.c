/* Decoded-block cache of the RV32IMC core.
 *
 * A block is a run of instructions up to the first that may leave it, decoded once. Blocks live in an arena and
 * are found by program counter; rv32_exec.c chains them. Invariant: every page of SRAM from which a live block
 * was decoded is marked in code_page, and a write to such a page drops all blocks at once (firmware does not write its
 * own code, so what is simple is also fast). A full arena is emptied in the same way.
 */
#include <stdlib.h>
#include <string.h>
#include "rv32.h"

#define ARENA_B (2u << 20)

static const uint8_t op_ends[RV32_OPCODE_COUNT] = {
#define RV32_OP(name, ends) ends,
#include "rv32_ops.def"
};

bool rv32_cache_create(rv32_core *core)
{
   rv32_cache *c = calloc(1, sizeof *c);
   core->cache = c;
   if (!c)
      return false;
   c->map = calloc(core->sram_B / 2, sizeof *c->map);
   c->code_page = calloc(core->sram_B >> RV32_PAGE_LOG2, 1);
   c->arena = malloc(ARENA_B);
   c->arena_B = ARENA_B;
   return c->map && c->code_page && c->arena;
}

void rv32_cache_destroy(rv32_core *core)
{
   rv32_cache *c = core->cache;
   if (!c)
      return;
   free(c->map);
   free(c->code_page);
   free(c->arena);
   free(c);
   core->cache = NULL;
}

static size_t block_size_B(const rv32_block *b)
{
   return sizeof *b + (b->count + 1) * sizeof b->ops[0];
}

void rv32_cache_flush(rv32_core *core)
{
   rv32_cache *c = core->cache;
   for (size_t at = 0; at < c->used_B;) {
      rv32_block *b = (rv32_block *)(c->arena + at);
      c->map[b->pc / 2] = NULL;
      at += block_size_B(b);
   }
   memset(c->code_page, 0, core->sram_B >> RV32_PAGE_LOG2);
   c->used_B = 0;
   c->flushes++;
}

void rv32_sram_written(rv32_core *core, uint32_t address, uint32_t size_B)
{
   if (!size_B)
      return;
   for (uint32_t p = address >> RV32_PAGE_LOG2; p <= (address + size_B - 1) >> RV32_PAGE_LOG2; p++)
      if (core->cache->code_page[p]) {
         rv32_cache_flush(core);
         return;
      }
}

static uint32_t fetch_half(const rv32_core *core, uint32_t pc)
{
   return (uint32_t)core->sram[pc] | (uint32_t)core->sram[pc + 1] << 8;
}

/* Fold what is known at decode time: the program counter and the register that swallows writes to x0. */
static void fold(rv32_op *op, const rv32_inst *i, uint32_t pc, const void *const *labels)
{
   uint8_t code = i->op == RV32_AUIPC ? RV32_LI : i->op;
   op->imm = i->imm;
   op->rd = i->rd ? i->rd : 32;
   op->rs1 = i->rs1;
   op->rs2 = i->rs2;
   if (i->op == RV32_AUIPC || i->op == RV32_JAL || (i->op >= RV32_BEQ && i->op <= RV32_BGEU))
      op->imm = (int32_t)((uint32_t)i->imm + pc);
   op->go = labels[code];
}

static void pseudo(rv32_op *op, uint8_t code, uint32_t imm, const void *const *labels)
{
   *op = (rv32_op) { .go = labels[code], .imm = (int32_t)imm };
}

static rv32_block *block_build(rv32_core *core, uint32_t pc, const void *const *labels)
{
   rv32_cache *c = core->cache;
   if (c->used_B + sizeof(rv32_block) + (RV32_BLOCK_MAX + 1) * sizeof(rv32_op) > c->arena_B)
      rv32_cache_flush(core);
   rv32_block *b = (rv32_block *)(c->arena + c->used_B);
   uint32_t at = pc, n = 0;
   for (;;) {
      if (n == RV32_BLOCK_MAX) {
         pseudo(&b->ops[n], RV32_FALL, at, labels);
         break;
      }
      if (at >= core->sram_B) {
         pseudo(&b->ops[n], RV32_FETCH_FAULT, at, labels);
         break;
      }
      uint32_t word = fetch_half(core, at);
      c->code_page[at >> RV32_PAGE_LOG2] = 1;
      if ((word & 3) == 3) {
         if (at + 2 >= core->sram_B) {
            pseudo(&b->ops[n], RV32_FETCH_FAULT, at + 2, labels);
            break;
         }
         word |= fetch_half(core, at + 2) << 16;
         c->code_page[(at + 2) >> RV32_PAGE_LOG2] = 1;
      }
      rv32_inst i = rv32_decode(word);
      fold(&b->ops[n++], &i, at, labels);
      at += i.length_B;
      b->ops[n - 1].end_half = (uint8_t)((at - pc) / 2);
      if (op_ends[i.op])
         break;
   }
   b->pc = pc;
   b->end_pc = at;
   b->count = n;
   b->next[0] = b->next[1] = NULL;
   c->used_B += block_size_B(b);
   return c->map[pc / 2] = b;
}

rv32_block *rv32_block_find(rv32_core *core, uint32_t pc, const void *const *labels)
{
   rv32_block *b = core->cache->map[pc / 2];
   return b ? b : block_build(core, pc, labels);
}
