/* Common subexpressions: a pure operation equal to one in a dominating place is replaced by it.
 *
 * Blocks are visited in program order, so an earlier table entry whose block dominates is defined before.
 * Sources are compared after replacement. Loads are left to opt_memory.
 */
#include "ir.h"

#include <stdlib.h>

#define MAX_PROBES 24u /* entries of one hash value that are looked at */

struct cse {
   ir_inst **table; /* open addressing, power of two */
   size_t mask;
};

static bool is_commutative(unsigned op)
{
   switch (op) {
   case IR_fadd:
   case IR_fmul:
   case IR_iadd:
   case IR_imul:
   case IR_umulh:
   case IR_imulh:
   case IR_imin:
   case IR_imax:
   case IR_umin: case IR_umax: case IR_and: case IR_or: case IR_xor: case IR_feq: case IR_fne: case IR_fequ:
   case IR_fneu: case IR_ieq: case IR_ine: case IR_band: case IR_bor: case IR_bxor: case IR_ffma:
      return true;
   default:
      return false;
   }
}

static uint32_t hash_inst(const ir_inst *i)
{
   uint32_t h = i->op * 0x9e3779b1u ^ i->imm * 0x85ebca6bu ^ i->type << 8 ^ i->ncomp;
   for (unsigned k = 0; k < i->nsrc; k++)
      h = (h ^ i->src[k]->id) * 0xc2b2ae35u + (h >> 15);
   return h ^ h >> 13;
}

static bool same(const ir_inst *a, const ir_inst *b)
{
   if (a->op != b->op || a->type != b->type || a->ncomp != b->ncomp || a->imm != b->imm || a->aux != b->aux ||
       a->nsrc != b->nsrc)
      return false;
   for (unsigned k = 0; k < a->nsrc; k++) {
      if (a->src[k] != b->src[k])
         return false;
   }
   return true;
}

static void visit(struct cse *c, ir_inst *i, bool *progress)
{
   for (unsigned k = 0; k < i->nsrc; k++) {
      while (i->src[k]->forward)
         i->src[k] = i->src[k]->forward;
   }
   if (!(ir_op_flags((enum ir_op)i->op) & IR_OPF_PURE) || i->op == IR_undef)
      return;
   if (is_commutative(i->op) && i->src[0]->id > i->src[1]->id && i->src[1]->op != IR_const) {
      ir_inst *t = i->src[0];
      i->src[0] = i->src[1];
      i->src[1] = t;
   }
   size_t slot = hash_inst(i) & c->mask;
   for (unsigned probe = 0; c->table[slot] && probe < MAX_PROBES; probe++, slot = (slot + 1) & c->mask) {
      ir_inst *old = c->table[slot];
      if (same(old, i) && ir_dominates(old->block, i->block)) {
         old->exact |= i->exact;
         i->forward = old;
         *progress = true;
         return;
      }
   }
   c->table[slot] = i; /* may push out an older entry: only an opportunity is lost */
}

bool opt_cse(ir_shader *s)
{
   ir_build_dominance(s);
   size_t size = 64;
   while (size < (size_t)s->next_id * 2)
      size *= 2;
   struct cse c = {.table = calloc(size, sizeof(ir_inst *)), .mask = size - 1};
   if (!c.table || s->out_of_memory) {
      s->out_of_memory = true;
      free(c.table);
      return false;
   }
   bool progress = false;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; b->reachable && i; i = i->next)
         visit(&c, i, &progress);
   }
   ir_apply_forwards(s);
   free(c.table);
   return progress;
}
