/* Control flow and the exec mask.
 *
 * exec holds the lanes for which the current place is on their path. A divergent if saves exec, narrows it
 * for each side and restores it. A jump takes its lanes out of the saved masks of the divergent ifs it
 * leaves, so that they do not come back before the loop's end. A loop with divergent jumps runs until no lane
 * is left; lanes that continued early are collected and come back at the bottom; behind the loop the mask
 * from before it returns.
 *
 * Code may run while exec is 0 unless it could then do harm: loops (which might never end) and barriers are
 * reached only after a test (isel_require_lanes), which leaves for the end of the innermost list whose end
 * recomputes exec. c->maybe_empty tracks where that can be. Scalar loads cannot do harm: their addresses are
 * clamped or checked (isel_memory.c).
 */
#include "isel.h"

#define SKIP_COST 10u       /* a divergent side at least this long is jumped over when no lane wants it */
#define REST_COST 48u       /* same for the rest of a list behind a jump */

static uint32_t new_block(isel_ctx *c)
{
   return mach_new_block(c->m, c->depth, c->region);
}

static void place(isel_ctx *c, uint32_t block)
{
   mach_place(c->m, block);
   c->cur = block;
   c->terminated = false;
}

static void add(uint32_t edges[2], uint32_t to)
{
   if (edges[0] == MACH_NO_BLOCK || edges[0] == to)
      edges[0] = to;
   else
      edges[1] = to;
}

static void logical(isel_ctx *c, uint32_t from, uint32_t to)
{
   add(c->m->blocks[from].logical, to);
}

static void physical(isel_ctx *c, uint32_t from, uint32_t to)
{
   add(c->m->blocks[from].physical, to);
}

static void edge(isel_ctx *c, uint32_t from, uint32_t to)
{
   logical(c, from, to);
   physical(c, from, to);
}

/* Branches end their block; the edge to what follows is the caller's. */
static void branch(isel_ctx *c, enum isa_op op, mach_operand cond, uint32_t target)
{
   mach_inst *i = isel_emit(c, op, mach_none(), cond, mach_none(), mach_none());
   i->target = target;
   physical(c, c->cur, target);
   if (op == ISA_OP_s_br)
      c->terminated = true;
}

static void set_exec(isel_ctx *c, enum isa_op op, mach_operand a, mach_operand b)
{
   isel_emit(c, op, mach_exec(), a, b, mach_none());
}

void isel_require_lanes(isel_ctx *c)
{
   if (!c->maybe_empty || !c->scope)
      return;
   branch(c, ISA_OP_s_brz, mach_exec(), c->scope->list_end);
   uint32_t next = new_block(c);
   edge(c, c->cur, next);
   place(c, next);
   c->maybe_empty = false;
}

/* ---- questions about lists ------------------------------------------------------------------------- */

static bool falls_through(const ir_list *l)
{
   const ir_block *last = (const ir_block *)l->last;
   return last->reachable && !ir_is_jump(last->last);
}

static bool is_empty(const ir_list *l)
{
   return l->first == l->last && !((const ir_block *)l->first)->first;
}

/* Rough number of instructions from node n to the end of its list, memory counted as many; stops at limit. */
static unsigned cost_from(const ir_node *n, unsigned limit)
{
   unsigned cost = 0;
   for (; n && cost < limit; n = n->next) {
      if (n->kind == IR_NODE_LOOP)
         return limit;
      if (n->kind == IR_NODE_IF) {
         cost += 4 + cost_from(((const ir_if *)n)->then_list.first, limit) +
                 cost_from(((const ir_if *)n)->else_list.first, limit);
         continue;
      }
      for (const ir_inst *i = ((const ir_block *)n)->first; i && cost < limit; i = i->next)
         cost += isel_is_memory(i->op) ? 8 : i->op != IR_const;
   }
   return cost;
}

/* ---- jumps ------------------------------------------------------------------------------------------- */

static isel_scope *innermost_loop(isel_ctx *c)
{
   isel_scope *s = c->scope;
   while (s && !s->loop)
      s = s->parent;
   return s;
}

/* The lanes leave every divergent if between here and the loop. */
static void leave_ifs(isel_ctx *c, mach_operand lanes)
{
   for (isel_scope *s = c->scope; s && !s->loop; s = s->parent) {
      isel_emit(c, ISA_OP_s_andn, mach_unit_op(s->saved), mach_unit_op(s->saved), lanes, mach_none());
      s->jumped = true;
   }
}

static void divergent_jump(isel_ctx *c, isel_scope *loop, bool is_break)
{
   bool inside_if = !c->scope->loop;
   if (!is_break && loop->loop->divergent_continue)
      isel_emit(c, ISA_OP_s_or, mach_unit_op(loop->continued), mach_unit_op(loop->continued), mach_exec(),
                mach_none());
   leave_ifs(c, mach_exec());
   if (is_break && !inside_if && !loop->loop->divergent_continue) {
      branch(c, ISA_OP_s_br, mach_none(), loop->exit); /* nobody is left */
      return;
   }
   if (is_break && !inside_if)
      set_exec(c, ISA_OP_s_mov, mach_const(0), mach_none());
   branch(c, ISA_OP_s_br, mach_none(), c->scope->list_end);
}

static void emit_jump(isel_ctx *c, ir_inst *jump)
{
   isel_scope *loop = innermost_loop(c);
   bool is_break = jump->op == IR_jump_break;
   uint32_t target = is_break ? loop->exit : loop->head;
   ir_loop *l = loop->loop;
   isel_phi_copies(c, jump->block, ir_as_block(is_break ? l->node.next : l->body.first));
   logical(c, c->cur, target);
   if (l->divergent)
      divergent_jump(c, loop, is_break);
   else
      branch(c, ISA_OP_s_br, mach_none(), target);
}

/* ---- if ------------------------------------------------------------------------------------------------ */

static void finish_side(isel_ctx *c, ir_list *l, ir_block *after, uint32_t end, uint32_t physical_next)
{
   if (falls_through(l)) {
      isel_phi_copies(c, ir_as_block(l->last), after);
      logical(c, c->cur, end);
   }
   if (!c->terminated)
      physical(c, c->cur, physical_next);
}

static bool side_needed(ir_list *l, ir_block *before, ir_block *after)
{
   return !is_empty(l) || isel_edge_has_copies(ir_as_block(l->last), after);
}

static void uniform_if(isel_ctx *c, ir_if *n)
{
   ir_block *before = ir_as_block(n->node.prev), *after = ir_as_block(n->node.next);
   mach_operand cond = isel_mask(c, n->cond);
   isel_value *v = isel_val(c, n->cond);
   if (!isel_is_const(n->cond) && !v->full && !(v->strict && v->strict_epoch == c->epoch)) {
      mach_operand active = isel_new(c, MACH_S, 1);
      isel_emit(c, ISA_OP_s_and, active, cond, mach_exec(), mach_none());
      cond = active;
   }
   bool need_then = side_needed(&n->then_list, before, after),
        need_else = side_needed(&n->else_list, before, after);
   bool empty_before = c->maybe_empty, empty_then = c->maybe_empty;
   uint32_t then_block = new_block(c), else_block = new_block(c), end = new_block(c), from = c->cur;
   branch(c, need_then ? ISA_OP_s_brz : ISA_OP_s_brnz, cond, need_then && need_else ? else_block : end);
   logical(c, from, need_then && need_else ? else_block : end);
   if (need_then) {
      edge(c, from, then_block);
      place(c, then_block);
      isel_list(c, &n->then_list);
      finish_side(c, &n->then_list, after, end, end);
      if (!c->terminated && need_else)
         branch(c, ISA_OP_s_br, mach_none(), end);
      empty_then = c->maybe_empty;
   }
   c->maybe_empty = empty_before;
   if (need_else) {
      if (!need_then)
         edge(c, from, else_block);
      place(c, else_block);
      isel_list(c, &n->else_list);
      finish_side(c, &n->else_list, after, end, end);
   } else {
      edge(c, from, end);
   }
   place(c, end);
   c->maybe_empty = c->maybe_empty || empty_then;
}

/* if (cond) break; and its like: no block of its own, lanes just leave. */
static bool lone_jump(isel_ctx *c, ir_if *n, ir_list *l, bool inverted)
{
   ir_inst *jump = ir_as_block(l->first)->first;
   isel_scope *loop = innermost_loop(c);
   if (l->first != l->last || !ir_is_jump(jump) || !loop)
      return false;
   bool is_break = jump->op == IR_jump_break;
   ir_block *to = ir_as_block(is_break ? loop->loop->node.next : loop->loop->body.first);
   if (isel_edge_has_copies(jump->block, to))
      return false;
   mach_operand cond = isel_mask(c, n->cond);
   if (!is_break || !c->scope->loop) {
      mach_operand lanes = isel_new(c, MACH_S, 1);
      isel_emit(c, inverted ? ISA_OP_s_andn : ISA_OP_s_and, lanes, mach_exec(), cond, mach_none());
      if (!is_break)
         isel_emit(c, ISA_OP_s_or, mach_unit_op(loop->continued), mach_unit_op(loop->continued), lanes,
                   mach_none());
      leave_ifs(c, lanes);
   }
   set_exec(c, inverted ? ISA_OP_s_and : ISA_OP_s_andn, mach_exec(), cond);
   uint32_t next = new_block(c);
   logical(c, c->cur, is_break ? loop->exit : loop->head);
   edge(c, c->cur, next);
   place(c, next);
   return true;
}

/* Jump over a side nobody takes, if it is long enough to be worth a branch. */
static void skip_if_empty(isel_ctx *c, const ir_list *l, uint32_t target, uint32_t next)
{
   c->maybe_empty = cost_from(l->first, SKIP_COST) < SKIP_COST;
   if (!c->maybe_empty)
      branch(c, ISA_OP_s_brz, mach_exec(), target);
   edge(c, c->cur, next);
}

static void divergent_sides(isel_ctx *c, ir_if *n, ir_list *first, ir_list *second, bool inverted,
                            isel_scope *scope, uint32_t end)
{
   ir_block *after = ir_as_block(n->node.next);
   mach_operand cond = isel_mask(c, n->cond), saved = mach_unit_op(scope->saved);
   uint32_t outer = c->region, second_glue = second ? mach_new_block(c->m, c->depth, outer) : end;
   isel_emit(c, ISA_OP_s_mov, saved, mach_exec(), mach_none(), mach_none());
   set_exec(c, inverted ? ISA_OP_s_andn : ISA_OP_s_and, mach_exec(), cond);
   logical(c, c->cur, second_glue);
   scope->list_end = second_glue;
   c->scope = scope;
   c->region = mach_new_region(c->m, outer, second_glue, MACH_NO_BLOCK);
   uint32_t body = new_block(c);
   skip_if_empty(c, first, second_glue, body);
   place(c, body);
   isel_list(c, first);
   finish_side(c, first, after, end, second_glue);
   if (second) {
      c->region = mach_new_region(c->m, outer, end, MACH_NO_BLOCK);
      scope->list_end = end;
      place(c, second_glue);
      set_exec(c, ISA_OP_s_andn, saved, cond);
      body = new_block(c);
      skip_if_empty(c, second, end, body);
      place(c, body);
      isel_list(c, second);
      finish_side(c, second, after, end, end);
   }
   c->scope = scope->parent;
   c->region = outer;
}

static void divergent_if(isel_ctx *c, ir_if *n)
{
   ir_block *before = ir_as_block(n->node.prev), *after = ir_as_block(n->node.next);
   bool need_then = side_needed(&n->then_list, before, after),
        need_else = side_needed(&n->else_list, before, after);
   bool empty_before = c->maybe_empty;
   if (!need_then && !need_else)
      return;
   ir_list *first = need_then ? &n->then_list : &n->else_list,
           *second = need_then && need_else ? &n->else_list : NULL;
   if (!second && lone_jump(c, n, first, !need_then)) {
      c->maybe_empty = true;
   } else {
      isel_scope scope = {.parent = c->scope, .saved = isel_new(c, MACH_S, 1).value};
      uint32_t end = new_block(c);
      isel_prepare_phis(c, after);
      divergent_sides(c, n, first, second, !need_then, &scope, end);
      place(c, end);
      set_exec(c, ISA_OP_s_mov, mach_unit_op(scope.saved), mach_none());
      c->maybe_empty = empty_before || scope.jumped;
   }
   if (c->maybe_empty && cost_from(n->node.next, REST_COST) >= REST_COST)
      isel_require_lanes(c);
}

/* ---- loop ------------------------------------------------------------------------------------------------
 */

static void loop_body(isel_ctx *c, ir_loop *n, isel_scope *scope)
{
   ir_block *head = ir_as_block(n->body.first);
   isel_phi_copies(c, ir_as_block(n->node.prev), head);
   edge(c, c->cur, scope->head);
   place(c, scope->head);
   c->scope = scope;
   c->epoch++;
   if (n->divergent_continue)
      isel_copy(c, scope->continued, mach_const(0));
   isel_list(c, &n->body);
   if (falls_through(&n->body)) {
      isel_phi_copies(c, ir_as_block(n->body.last), head);
      logical(c, c->cur, scope->head);
      if (!n->divergent)
         branch(c, ISA_OP_s_br, mach_none(), scope->head);
   }
   c->scope = scope->parent;
}

static void uniform_loop(isel_ctx *c, ir_loop *n, isel_scope *scope)
{
   scope->list_end = scope->exit;
   loop_body(c, n, scope);
}

/* Lanes that are still in come back to the head. */
static void divergent_loop(isel_ctx *c, ir_loop *n, isel_scope *scope)
{
   uint32_t outer = c->region;
   mach_operand before = isel_new(c, MACH_S, 1);
   isel_emit(c, ISA_OP_s_mov, before, mach_exec(), mach_none(), mach_none());
   if (n->divergent_continue)
      scope->continued = isel_new(c, MACH_S, 1).value;
   c->region = mach_new_region(c->m, outer, n->divergent_break ? scope->exit : MACH_NO_BLOCK,
                               n->divergent_continue ? scope->head : MACH_NO_BLOCK);
   c->m->blocks[scope->head].region = c->region;
   scope->list_end = new_block(c);
   loop_body(c, n, scope);
   if (!c->terminated)
      physical(c, c->cur, scope->list_end);
   place(c, scope->list_end);
   if (n->divergent_continue)
      set_exec(c, ISA_OP_s_or, mach_exec(), mach_unit_op(scope->continued));
   if (ir_as_block(n->body.first)->pred_count > 1)
      branch(c, ISA_OP_s_brnz, mach_exec(), scope->head);
   physical(c, c->cur, scope->exit);
   c->region = outer;
   c->depth--;
   place(c, scope->exit);
   set_exec(c, ISA_OP_s_mov, before, mach_none());
   c->depth++;
}

static void emit_loop(isel_ctx *c, ir_loop *n)
{
   isel_scope scope = {.parent = c->scope, .loop = n};
   isel_require_lanes(c);
   isel_prepare_phis(c, ir_as_block(n->node.next));
   scope.exit = new_block(c);
   c->depth++;
   scope.head = new_block(c);
   if (n->divergent)
      divergent_loop(c, n, &scope);
   else
      uniform_loop(c, n, &scope);
   c->depth--;
   if (!n->divergent)
      place(c, scope.exit);
   c->epoch++;
   c->maybe_empty = false;
}

/* ---- lists
 * -------------------------------------------------------------------------------------------------- */

static void emit_block(isel_ctx *c, ir_block *b)
{
   for (ir_inst *i = b->first; i; i = i->next) {
      c->m->spirv_word = i->spirv_word;
      if (ir_is_jump(i))
         emit_jump(c, i);
      else if (isel_is_memory(i->op))
         isel_memory(c, i);
      else if (isel_is_stage(i->op))
         isel_stage(c, i);
      else
         isel_alu(c, i);
   }
}

void isel_list(isel_ctx *c, ir_list *l)
{
   for (ir_node *n = l->first; n && !c->m->out_of_memory; n = n->next) {
      if (n->kind == IR_NODE_BLOCK) {
         if (!ir_as_block(n)->reachable)
            return;
         emit_block(c, ir_as_block(n));
      } else if (n->kind == IR_NODE_IF) {
         if (ir_as_if(n)->cond->divergent)
            divergent_if(c, ir_as_if(n));
         else
            uniform_if(c, ir_as_if(n));
      } else {
         emit_loop(c, ir_as_loop(n));
      }
   }
}
