/* Phis to copies at the ends of the predecessors.
 *
 * All copies of one edge happen at once: they are put in an order in which no copy overwrites what a later
 * one reads, cycles are broken with a temporary. A mask that several groups of lanes assign one after the
 * other is merged: only the bits of active lanes change.
 */
#include <stdlib.h>

#include "isel.h"

struct move {
   uint32_t dst;
   mach_operand src;     /* MACH_NONE: undefined */
   bool merge;           /* mask: keep the bits of inactive lanes */
   bool strict;          /* the source's bits of inactive lanes are 0 */
   uint32_t readers;     /* moves still waiting that read dst */
   struct move *producer; /* the move whose dst this one reads */
   bool done;
};

static unsigned pred_number(const ir_block *from, const ir_block *to)
{
   for (unsigned k = 0; k < to->pred_count; k++) {
      if (to->preds[k] == from)
         return k;
   }
   return UINT32_MAX;
}

bool isel_edge_has_copies(ir_block *from, ir_block *to)
{
   return to->first && to->first->op == IR_phi && pred_number(from, to) != UINT32_MAX;
}

/* Do lanes reach `to` from this predecessor after others have come from an earlier one? */
static bool lanes_come_later(const ir_block *to, unsigned pred)
{
   const ir_node *prev = to->node.prev, *parent = to->node.list->parent;
   if (prev && prev->kind == IR_NODE_IF)
      return ((const ir_if *)prev)->cond->divergent && pred > 0;
   if (prev)
      return ((const ir_loop *)prev)->divergent_break;
   return parent && parent->kind == IR_NODE_LOOP && pred > 0 && ((const ir_loop *)parent)->divergent_continue;
}

static void emit_move(isel_ctx *c, const struct move *m)
{
   mach_operand dst = mach_unit_op(m->dst), keep, add = m->src;
   if (m->src.kind == MACH_NONE) {
      if (!m->merge)
         isel_emit(c, (enum isa_op)MACH_IMPDEF, dst, mach_none(), mach_none(), mach_none());
      return;
   }
   if (!m->merge) {
      isel_copy(c, m->dst, m->src);
      return;
   }
   if (m->src.kind == MACH_CONST) {
      isel_emit(c, m->src.value ? ISA_OP_s_or : ISA_OP_s_andn, dst, dst, mach_exec(), mach_none());
      return;
   }
   keep = isel_new(c, MACH_S, 1);
   isel_emit(c, ISA_OP_s_andn, keep, dst, mach_exec(), mach_none());
   if (!m->strict) {
      add = isel_new(c, MACH_S, 1);
      isel_emit(c, ISA_OP_s_and, add, m->src, mach_exec(), mach_none());
   }
   isel_emit(c, ISA_OP_s_or, dst, keep, add, mach_none());
}

static int by_dst(const void *a, const void *b)
{
   const struct move *x = a, *y = b;
   return x->dst < y->dst ? -1 : x->dst > y->dst;
}

static void link_moves(struct move *moves, unsigned count)
{
   qsort(moves, count, sizeof *moves, by_dst);
   for (unsigned i = 0; i < count; i++) {
      struct move key = {.dst = moves[i].src.value};
      if (moves[i].src.kind != MACH_UNIT)
         continue;
      moves[i].producer = bsearch(&key, moves, count, sizeof *moves, by_dst);
      if (moves[i].producer)
         moves[i].producer->readers++;
   }
}

/* Emits the move and every one that only waited for it. */
static unsigned emit_chain(isel_ctx *c, struct move *m)
{
   unsigned n = 0;
   while (m && !m->done && m->readers == 0) {
      emit_move(c, m);
      m->done = true;
      n++;
      m = m->producer;
      if (m)
         m->readers--;
   }
   return n;
}

static void emit_parallel(isel_ctx *c, struct move *moves, unsigned count)
{
   unsigned done = 0;
   link_moves(moves, count);
   for (unsigned i = 0; i < count; i++)
      done += emit_chain(c, &moves[i]);
   for (unsigned i = 0; i < count && done < count; i++) {
      if (moves[i].done)
         continue;
      /* What is left are cycles. Its old value moves away, so that this one can be overwritten. */
      mach_operand temp = isel_new(c, (enum mach_class)c->m->units[moves[i].dst].cls, 1);
      isel_copy(c, temp.value, mach_unit_op(moves[i].dst));
      for (unsigned k = 0; k < count; k++) {
         if (!moves[k].done && moves[k].producer == &moves[i]) {
            moves[k].src = temp;
            moves[k].producer = NULL;
         }
      }
      moves[i].readers = 0;
      done += emit_chain(c, &moves[i]);
   }
}

void isel_phi_copies(isel_ctx *c, ir_block *from, ir_block *to)
{
   unsigned pred = pred_number(from, to), count = 0, n = 0;
   for (ir_inst *i = to->first; i && i->op == IR_phi; i = i->next)
      count += i->ncomp;
   if (!count || pred == UINT32_MAX)
      return;
   struct move *moves = calloc(count, sizeof *moves);
   if (!moves) {
      c->m->out_of_memory = true;
      return;
   }
   for (ir_inst *i = to->first; i && i->op == IR_phi; i = i->next) {
      ir_inst *src = i->src[pred];
      bool merge = i->type == IR_T_BOOL && lanes_come_later(to, pred);
      for (unsigned k = 0; k < i->ncomp; k++) {
         struct move m = {.dst = isel_unit_of(c, i) + k, .merge = merge};
         if (src->op != IR_undef) {
            m.src = i->type == IR_T_BOOL ? isel_mask(c, src) : isel_any(c, src);
            m.strict = merge && !isel_is_const(src) && isel_val(c, src)->strict &&
                       isel_val(c, src)->strict_epoch == c->epoch;
            m.src.value += m.src.kind == MACH_UNIT ? k : 0;
         }
         if (m.src.kind != MACH_UNIT || m.src.value != m.dst)
            moves[n++] = m;
      }
   }
   emit_parallel(c, moves, n);
   free(moves);
}

void isel_prepare_phis(isel_ctx *c, ir_block *to)
{
   const ir_node *prev = to->node.prev;
   bool later = prev->kind == IR_NODE_IF ? to->pred_count > 1 && ((const ir_if *)prev)->cond->divergent
                                         : ((const ir_loop *)prev)->divergent_break;
   for (ir_inst *i = to->first; later && i && i->op == IR_phi; i = i->next) {
      for (unsigned k = 0; k < i->ncomp && isel_val(c, i)->home == HOME_S; k++)
         isel_emit(c, (enum isa_op)MACH_IMPDEF, mach_unit_op(isel_unit_of(c, i) + k), mach_none(),
                   mach_none(), mach_none());
   }
}
