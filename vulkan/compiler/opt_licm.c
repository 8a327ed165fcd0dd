/* Loop-invariant code: pure values whose sources lie outside a loop move in front of it, innermost loops
 * first.
 *
 * Pure operations never fault, so computing one that the loop would not have reached is harmless. What is
 * moved lives in a register for the whole loop, hence the limit.
 */
#include "ir.h"

#define MAX_MOVED 40u /* values of one loop, constants not counted */

static bool is_free(const ir_inst *i)
{
   return i->op == IR_const || i->op == IR_bconst || i->op == IR_undef || i->op == IR_extract;
}

static bool is_invariant(const ir_inst *i, const ir_loop *l)
{
   if (!(ir_op_flags((enum ir_op)i->op) & IR_OPF_PURE) || i->op == IR_vec)
      return false;
   for (unsigned k = 0; k < i->nsrc; k++) {
      uint32_t at = i->src[k]->block->index;
      if (at >= l->first_index && at <= l->last_index)
         return false;
   }
   return true;
}

static bool hoist(ir_loop *l)
{
   ir_block *before = ir_as_block(l->node.prev), *last = ir_as_block(l->body.last);
   bool progress = false;
   unsigned moved = 0;
   for (ir_block *b = ir_as_block(l->body.first); b; b = b == last ? NULL : ir_next_block(b)) {
      for (ir_inst *i = b->first, *next; i; i = next) {
         next = i->next;
         if (!is_invariant(i, l) || (moved >= MAX_MOVED && !is_free(i)))
            continue;
         moved += !is_free(i);
         ir_unlink(i);
         ir_append(before, i);
         progress = true;
      }
   }
   return progress;
}

static bool visit_list(ir_list *l)
{
   bool progress = false;
   for (ir_node *n = l->first; n; n = n->next) {
      if (n->kind == IR_NODE_IF) {
         progress |= visit_list(&ir_as_if(n)->then_list);
         progress |= visit_list(&ir_as_if(n)->else_list);
      } else if (n->kind == IR_NODE_LOOP) {
         progress |= visit_list(&ir_as_loop(n)->body);
         progress |= hoist(ir_as_loop(n));
      }
   }
   return progress;
}

bool opt_licm(ir_shader *s)
{
   ir_build_cfg(s);
   return visit_list(&s->body);
}
