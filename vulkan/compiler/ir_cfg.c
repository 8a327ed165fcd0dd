/* Control-flow analyses of the structured IR: program order, edges, dominators, use counts.
 *
 * Program order (ifs and loops entered in place) is a topological order of all edges but loop back
 * edges, whose target is always the first block of a loop body. So reachability and dominators need one pass
 * and no iteration. Unreachable blocks have no edges and no dominator.
 */
#include "ir.h"

#include <string.h>

static ir_block *first_block_of(ir_list *l)
{
   return ir_as_block(l->first);
}

ir_block *ir_first_block(ir_shader *s)
{
   return first_block_of(&s->body);
}

/* The block that control reaches in program order behind the end of the list. */
static ir_block *after_list(ir_list *l)
{
   for (;;) {
      ir_node *p = l->parent;
      if (!p)
         return NULL;
      if (p->kind == IR_NODE_IF && l == &ir_as_if(p)->then_list)
         return first_block_of(&ir_as_if(p)->else_list);
      if (p->next)
         return ir_as_block(p->next);
      l = p->list;
   }
}

ir_block *ir_next_block(ir_block *b)
{
   ir_node *n = b->node.next;
   if (!n)
      return after_list(b->node.list);
   if (n->kind == IR_NODE_IF)
      return first_block_of(&ir_as_if(n)->then_list);
   return first_block_of(&ir_as_loop(n)->body);
}

static void index_list(ir_list *l, ir_loop *loop, uint32_t depth, uint32_t *index)
{
   for (ir_node *n = l->first; n; n = n->next) {
      if (n->kind == IR_NODE_BLOCK) {
         ir_as_block(n)->index = (*index)++;
         ir_as_block(n)->loop = loop;
         ir_as_block(n)->loop_depth = depth;
      } else if (n->kind == IR_NODE_IF) {
         index_list(&ir_as_if(n)->then_list, loop, depth, index);
         index_list(&ir_as_if(n)->else_list, loop, depth, index);
      } else {
         ir_loop *inner = ir_as_loop(n);
         inner->first_index = *index;
         index_list(&inner->body, inner, depth + 1, index);
         inner->last_index = *index - 1;
      }
   }
}

void ir_index_blocks(ir_shader *s)
{
   uint32_t index = 0;
   index_list(&s->body, NULL, 0, &index);
   s->block_count = index;
}

static void set_succs(ir_block *b)
{
   ir_node *n = b->node.next;
   b->succs[0] = b->succs[1] = NULL;
   if (ir_is_jump(b->last)) {
      if (b->loop)
         b->succs[0] =
             b->last->op == IR_jump_break ? ir_as_block(b->loop->node.next) : first_block_of(&b->loop->body);
   } else if (n && n->kind == IR_NODE_IF) {
      b->succs[0] = first_block_of(&ir_as_if(n)->then_list);
      b->succs[1] = first_block_of(&ir_as_if(n)->else_list);
   } else if (n) {
      b->succs[0] = first_block_of(&ir_as_loop(n)->body);
   } else if (b->node.list->parent) {
      ir_node *p = b->node.list->parent;
      b->succs[0] = p->kind == IR_NODE_LOOP ? first_block_of(&ir_as_loop(p)->body) : ir_as_block(p->next);
   }
}

static void mark_reachable(ir_shader *s)
{
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      b->reachable = false;
      b->pred_count = 0;
   }
   ir_first_block(s)->reachable = true;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (!b->reachable) {
         b->succs[0] = b->succs[1] = NULL;
         continue;
      }
      set_succs(b);
      for (int i = 0; i < 2; i++) {
         if (b->succs[i]) {
            b->succs[i]->reachable = true;
            b->succs[i]->pred_count++;
         }
      }
   }
}

void ir_build_cfg(ir_shader *s)
{
   ir_index_blocks(s);
   mark_reachable(s);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (b->pred_count > b->pred_capacity) {
         b->preds = ir_alloc(s, b->pred_count * sizeof *b->preds);
         if (s->out_of_memory) {
            b->pred_capacity = b->pred_count = 0;
            continue;
         }
         b->pred_capacity = b->pred_count;
      }
      b->pred_count = 0;
   }
   if (s->out_of_memory) { /* no edges at all is a state that every caller can walk */
      for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b))
         b->pred_count = 0;
      return;
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (int i = 0; i < 2; i++) {
         if (b->succs[i])
            b->succs[i]->preds[b->succs[i]->pred_count++] = b;
      }
   }
}

bool ir_remove_unreachable(ir_shader *s)
{
   bool progress = false;
   ir_build_cfg(s);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (b->reachable || (!b->first && !b->node.next))
         continue;
      while (b->first)
         ir_unlink(b->first);
      ir_drop_after(b);
      progress = true;
   }
   if (progress)
      ir_build_cfg(s);
   return progress;
}

static ir_block *merged_block(ir_block *b)
{
   while (b->merged)
      b = b->merged;
   return b;
}

/* Keeps the phi sources whose predecessor is still one; `old` are the predecessors before the change. */
static void filter_phi(ir_inst *phi, ir_block **old, uint32_t old_count)
{
   ir_block *b = phi->block;
   uint32_t n = 0;
   for (uint32_t i = 0; i < b->pred_count; i++) {
      for (uint32_t j = i; j < old_count && j < phi->nsrc; j++) {
         if (merged_block(old[j]) == b->preds[i]) {
            phi->src[n++] = phi->src[j];
            break;
         }
      }
   }
   phi->nsrc = (uint16_t)n;
}

void ir_update_cfg(ir_shader *s)
{
   ir_index_blocks(s);
   ir_block ***old = ir_alloc(s, s->block_count * sizeof *old);
   uint32_t *old_count = ir_alloc(s, s->block_count * sizeof *old_count);
   if (s->out_of_memory)
      return;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (!b->first || b->first->op != IR_phi)
         continue;
      old_count[b->index] = b->pred_count;
      old[b->index] = b->preds;
      b->preds = NULL; /* keep the old array as it is */
      b->pred_capacity = 0;
   }
   uint32_t count = s->block_count;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b))
      b->dom_pre = b->index; /* the index survives ir_remove_unreachable here */
   ir_remove_unreachable(s);
   if (s->out_of_memory)
      return;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (b->dom_pre < count && old[b->dom_pre]) {
         for (ir_inst *i = b->first; i && i->op == IR_phi; i = i->next)
            filter_phi(i, old[b->dom_pre], old_count[b->dom_pre]);
      }
   }
}

/* ---- dominators ----------------------------------------------------------------------------------- */

static ir_block *intersect(ir_block *a, ir_block *b)
{
   while (a != b) {
      while (a && b && a->index > b->index)
         a = a->idom;
      while (a && b && b->index > a->index)
         b = b->idom;
      if (!a || !b)
         return NULL;
   }
   return a;
}

/* Numbers the dominator tree without recursion: a dominates b iff b's interval lies within a's. */
static void number_tree(ir_block *root)
{
   uint32_t n = 0;
   ir_block *b = root;
   b->dom_pre = n++;
   for (;;) {
      if (b->dom_child) {
         b = b->dom_child;
         b->dom_pre = n++;
         continue;
      }
      b->dom_post = n++;
      while (b != root && !b->dom_sibling) {
         b = b->idom;
         b->dom_post = n++;
      }
      if (b == root)
         return;
      b = b->dom_sibling;
      b->dom_pre = n++;
   }
}

void ir_build_dominance(ir_shader *s)
{
   ir_build_cfg(s);
   ir_block *root = ir_first_block(s);
   for (ir_block *b = root; b; b = ir_next_block(b)) {
      b->idom = b->dom_child = b->dom_sibling = NULL;
      b->dom_pre = 1; /* unreachable: an empty interval that nothing contains */
      b->dom_post = 0;
   }
   for (ir_block *b = ir_next_block(root); b; b = ir_next_block(b)) {
      if (!b->reachable || !b->pred_count)
         continue;
      ir_block *dom = b->preds[0];
      for (uint32_t i = 1; i < b->pred_count && dom; i++) {
         if (b->preds[i]->index < b->index)
            dom = intersect(dom, b->preds[i]);
      }
      b->idom = dom;
      if (dom) {
         b->dom_sibling = dom->dom_child;
         dom->dom_child = b;
      }
   }
   number_tree(root);
}

/* ---- uses -------------------------------------------------------------------------------------------- */

#define FOR_EACH_INST(s, b, i)                                                                               \
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b))                                            \
      for (ir_inst *i = b->first; i; i = i->next)

/* The if that consumes its condition behind block b, or NULL. */
static ir_if *if_behind(ir_block *b)
{
   return b->node.next && b->node.next->kind == IR_NODE_IF ? ir_as_if(b->node.next) : NULL;
}

void ir_count_uses(ir_shader *s)
{
   FOR_EACH_INST (s, b, i)
      i->use_count = 0;
   FOR_EACH_INST (s, b, i) {
      for (unsigned k = 0; k < i->nsrc; k++)
         i->src[k]->use_count++;
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (if_behind(b))
         if_behind(b)->cond->use_count++;
   }
}

void ir_replace_uses(ir_shader *s, ir_inst *old, ir_inst *new_value)
{
   FOR_EACH_INST (s, b, i) {
      for (unsigned k = 0; k < i->nsrc; k++) {
         if (i->src[k] == old)
            i->src[k] = new_value;
      }
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (if_behind(b) && if_behind(b)->cond == old)
         if_behind(b)->cond = new_value;
   }
}

static ir_inst *resolve(ir_inst *i)
{
   ir_inst *end = i;
   while (end->forward)
      end = end->forward;
   while (i->forward) { /* shorten the chain for the next one */
      ir_inst *next = i->forward;
      i->forward = end;
      i = next;
   }
   return end;
}

void ir_apply_forwards(ir_shader *s)
{
   FOR_EACH_INST (s, b, i) {
      for (unsigned k = 0; k < i->nsrc; k++)
         i->src[k] = resolve(i->src[k]);
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      if (if_behind(b))
         if_behind(b)->cond = resolve(if_behind(b)->cond);
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first, *next; i; i = next) {
         next = i->next;
         if (i->forward)
            ir_unlink(i);
      }
   }
}
