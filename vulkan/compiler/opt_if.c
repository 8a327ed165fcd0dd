/* Control flow: constant conditions, branches with nothing in them, small branches to selects, loops run
 * once.
 *
 * Innermost first. A branch becomes selects only if both sides are single blocks of cheap pure operations:
 * pure operations never fault, so they may run for lanes that would not have come by.
 *
 * Replacements are noted as forwards and the CFG is brought up to date once, at the end. Until then the phis
 * of the constructs around a removed jump are stale, so those are left for the next call.
 */
#include "ir.h"

#define FLATTEN_COST 10u

struct opt_if {
   ir_shader *s;
   bool progress;
};

static unsigned cost_of(const ir_inst *i)
{
   switch (i->op) {
   case IR_const: case IR_bconst: case IR_undef: case IR_extract: case IR_vec:
      return 0;
   case IR_fdiv:
   case IR_fsqrt:
   case IR_frsq:
   case IR_frcp:
   case IR_fexp2:
   case IR_flog2:
   case IR_fsin:
   case IR_fcos:
   case IR_udiv: case IR_urem: case IR_idiv: case IR_irem:
      return 6;
   case IR_push_load:
      return i->src[0]->op == IR_const
                 ? 1
                 : FLATTEN_COST + 1; /* a computed address may mean nothing on the other path */
   case IR_desc: case IR_buf_size: case IR_res_desc:
      return FLATTEN_COST + 1; /* memory behind them */
   default:
      return 1;
   }
}

/* Cost of running the list unconditionally, above FLATTEN_COST if that cannot be done. */
static unsigned list_cost(const ir_list *l)
{
   unsigned cost = 0;
   if (l->first != l->last)
      return FLATTEN_COST + 1;
   for (ir_inst *i = ir_as_block(l->first)->first; i && cost <= FLATTEN_COST; i = i->next)
      cost += ir_op_flags((enum ir_op)i->op) & IR_OPF_PURE ? cost_of(i) : FLATTEN_COST + 1;
   return cost;
}

static bool phis_selectable(ir_block *b, unsigned *count)
{
   *count = 0;
   for (ir_inst *i = b->first; i && i->op == IR_phi; i = i->next) {
      if (i->ncomp != 1 || i->nsrc != 2)
         return false;
      ++*count;
   }
   return true;
}

static void append_all(ir_block *to, ir_block *from)
{
   for (ir_inst *i = from->first, *next; i; i = next) {
      next = i->next;
      ir_unlink(i);
      ir_append(to, i);
   }
}

static bool flatten(struct opt_if *o, ir_if *node)
{
   ir_block *before = ir_as_block(node->node.prev), *after = ir_as_block(node->node.next);
   unsigned phis, cost = list_cost(&node->then_list) + list_cost(&node->else_list);
   if (cost > FLATTEN_COST || !phis_selectable(after, &phis) || cost + phis > FLATTEN_COST + 2)
      return false;
   append_all(before, ir_as_block(node->then_list.first));
   append_all(before, ir_as_block(node->else_list.first));
   for (ir_inst *i = after->first, *next; i && i->op == IR_phi; i = next) {
      next = i->next;
      ir_builder b = {.s = o->s, .block = before};
      i->forward = ir_op3(&b, IR_sel, node->cond, i->src[0], i->src[1]);
      if (o->s->out_of_memory) {
         i->forward = NULL;
         return false;
      }
   }
   ir_remove_node(o->s, &node->node);
   return true;
}

static bool falls_through(ir_list *l)
{
   return ir_as_block(l->last)->reachable && !ir_is_jump(ir_as_block(l->last)->last);
}

static ir_inst *condition(const ir_if *i)
{
   ir_inst *c = i->cond;
   while (c->forward)
      c = c->forward;
   return c;
}

/* Keeps the side that a constant condition chooses. */
static void dissolve_if(struct opt_if *o, ir_if *node)
{
   bool taken = condition(node)->imm != 0;
   ir_list *keep = taken ? &node->then_list : &node->else_list;
   ir_block *before = ir_as_block(node->node.prev), *after = ir_as_block(node->node.next);
   unsigned source = !taken && falls_through(&node->then_list) ? 1 : 0;
   for (ir_inst *i = after->first; i && i->op == IR_phi; i = i->next) {
      if (falls_through(keep))
         i->forward = i->src[source];
   }
   ir_splice_list(o->s, before, keep);
   ir_remove_node(o->s, &node->node);
}

/* A loop whose only jump is a break at the end of its body. */
static bool runs_once(ir_loop *l)
{
   ir_block *last = ir_as_block(l->body.last), *after = ir_as_block(l->node.next);
   ir_block *head = ir_as_block(l->body.first);
   return last->reachable && last->last && last->last->op == IR_jump_break && after->pred_count == 1 &&
          head->pred_count == 1;
}

static void dissolve_loop(struct opt_if *o, ir_loop *l)
{
   ir_block *before = ir_as_block(l->node.prev), *after = ir_as_block(l->node.next);
   for (ir_inst *i = after->first; i && i->op == IR_phi; i = i->next)
      i->forward = i->src[0];
   for (ir_inst *i = ir_as_block(l->body.first)->first; i && i->op == IR_phi; i = i->next)
      i->forward = i->src[0];
   ir_remove(ir_as_block(l->body.last)->last);
   ir_splice_list(o->s, before, &l->body);
   ir_remove_node(o->s, &l->node);
}

static bool has_jump(const ir_list *l)
{
   for (const ir_node *n = l->first; n; n = n->next) {
      if (n->kind == IR_NODE_BLOCK ? ir_is_jump(((const ir_block *)n)->last)
                                   : n->kind == IR_NODE_IF && (has_jump(&((const ir_if *)n)->then_list) ||
                                                               has_jump(&((const ir_if *)n)->else_list)))
         return true;
   }
   return false;
}

enum { CHANGED = 1, JUMPS_GONE = 2 };

static unsigned visit_list(struct opt_if *o, ir_list *l);

static unsigned visit_if(struct opt_if *o, ir_if *i)
{
   unsigned inside = visit_list(o, &i->then_list) | visit_list(o, &i->else_list);
   if (inside & JUMPS_GONE)
      return inside;
   if (condition(i)->op != IR_bconst)
      return flatten(o, i) ? CHANGED : 0;
   bool jumps = has_jump(&i->then_list) || has_jump(&i->else_list);
   dissolve_if(o, i);
   return jumps ? CHANGED | JUMPS_GONE : CHANGED;
}

static unsigned visit_loop(struct opt_if *o, ir_loop *l)
{
   if ((visit_list(o, &l->body) & JUMPS_GONE) || !runs_once(l))
      return 0; /* jumps stay within their loop */
   dissolve_loop(o, l);
   return CHANGED;
}

/* Whether jumps of the loop around the list have gone. */
static unsigned visit_list(struct opt_if *o, ir_list *l)
{
   unsigned gone = 0;
   for (ir_node *n = l->first, *next; n && !o->s->out_of_memory; n = next) {
      next = n->next;
      if (n->kind == IR_NODE_BLOCK)
         continue;
      ir_node *following = n->next->next; /* not what is spliced in: it has been visited, and is stale */
      if (!ir_as_block(n->prev)->reachable)
         return gone;
      unsigned what = n->kind == IR_NODE_IF ? visit_if(o, ir_as_if(n)) : visit_loop(o, ir_as_loop(n));
      gone |= what & JUMPS_GONE;
      if (what & CHANGED) {
         o->progress = true;
         next = following && following->list == l ? following : NULL;
      }
   }
   return gone;
}

bool opt_if(ir_shader *s)
{
   struct opt_if o = {.s = s};
   ir_build_cfg(s);
   visit_list(&o, &s->body);
   if (!s->out_of_memory) {
      ir_apply_forwards(s);
      ir_update_cfg(s);
   }
   return o.progress;
}
