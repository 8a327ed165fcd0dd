/* Variables to SSA: every var_load becomes the value that reaches it, merges get phis.
 *
 * Where phis go follows from the structure: a variable stored somewhere inside an if needs one behind it, one
 * stored inside a loop needs one at the loop's head and one behind it. One walk in program order then
 * renames, undoing assignments at the end of each branch. Phis nobody needs are left to opt_dce, redundant
 * ones to opt_fold. A variable read before any store is undefined.
 */
#include "ir.h"

#include <stdlib.h>
#include <string.h>

/* What is stored inside an if or a loop, and the phis that follow from it. */
struct region {
   uint32_t *vars, count, capacity, last_var;
   ir_inst **head, **exit;       /* loop: phi of vars[i] at the head and behind */
   uint32_t head_filled, exit_filled; /* phi sources set so far */
};

struct undo {
   uint32_t var;
   ir_inst *value;
};

struct mem2reg {
   ir_shader *s;
   ir_inst **current;            /* per variable, NULL = undefined */
   ir_inst *undef[IR_T_BOOL + 1];
   struct undo *log;
   size_t log_count, log_capacity;
};

static struct region *region_of(ir_shader *s, ir_node *n)
{
   if (!n->pass_data)
      n->pass_data = ir_alloc(s, sizeof(struct region));
   return n->pass_data;
}

static void region_add(ir_shader *s, struct region *r, uint32_t var)
{
   if (r->count == r->capacity) {
      uint32_t capacity = r->capacity ? r->capacity * 2 : 8;
      uint32_t *vars = ir_alloc(s, capacity * sizeof *vars);
      if (s->out_of_memory)
         return;
      if (r->count)
         memcpy(vars, r->vars, r->count * sizeof *vars);
      r->vars = vars;
      r->capacity = capacity;
   }
   r->vars[r->count++] = var;
   r->last_var = var + 1;
}

/* Enters the variable into every region around the store, up to one that has it already. */
static void note_store(ir_shader *s, ir_inst *store)
{
   for (ir_node *p = store->block->node.list->parent; p && !s->out_of_memory; p = p->list->parent) {
      struct region *r = region_of(s, p);
      if (r->last_var == store->imm + 1)
         return;
      region_add(s, r, store->imm);
   }
}

/* Stores grouped by variable, so that a region's last entry tells whether it knows the variable. */
static void find_regions(ir_shader *s)
{
   ir_inst **chain = ir_alloc(s, s->var_count * sizeof *chain);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      b->node.pass_data = NULL;
      if (b->node.next)
         b->node.next->pass_data = NULL;
   }
   for (ir_block *b = ir_first_block(s); b && !s->out_of_memory; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next) {
         if (i->op == IR_var_store) {
            i->forward = chain[i->imm];
            chain[i->imm] = i;
         }
      }
   }
   for (uint32_t var = 0; var < s->var_count && !s->out_of_memory; var++) {
      for (ir_inst *i = chain[var], *next; i; i = next) {
         next = i->forward;
         i->forward = NULL;
         note_store(s, i);
      }
   }
}

static ir_inst *undefined(struct mem2reg *m, unsigned type)
{
   if (!m->undef[type]) {
      ir_block *first = ir_first_block(m->s);
      ir_builder b = {.s = m->s, .block = first, .before = first->first};
      m->undef[type] = ir_undef(&b, (enum ir_type)type);
   }
   return m->undef[type];
}

static ir_inst *value_of(struct mem2reg *m, uint32_t var)
{
   return m->current[var] ? m->current[var] : undefined(m, m->s->vars[var].type);
}

static void assign(struct mem2reg *m, uint32_t var, ir_inst *value)
{
   if (m->log_count == m->log_capacity) {
      size_t capacity = m->log_capacity ? m->log_capacity * 2 : 256;
      struct undo *log = realloc(m->log, capacity * sizeof *log);
      if (!log) {
         m->s->out_of_memory = true;
         return;
      }
      m->log = log;
      m->log_capacity = capacity;
   }
   m->log[m->log_count++] = (struct undo){var, m->current[var]};
   m->current[var] = value;
}

static void undo_to(struct mem2reg *m, size_t mark)
{
   while (m->log_count > mark) {
      struct undo u = m->log[--m->log_count];
      m->current[u.var] = u.value;
   }
}

static ir_inst *new_phi(struct mem2reg *m, ir_block *b, uint32_t var)
{
   ir_builder build = {.s = m->s, .block = b, .before = b->first};
   while (build.before && build.before->op == IR_phi)
      build.before = build.before->next;
   return ir_emit(&build, IR_phi, (enum ir_type)m->s->vars[var].type, 1, 0, b->pred_count, NULL);
}

static void fill(struct mem2reg *m, struct region *r, ir_inst **phis, uint32_t *filled)
{
   for (uint32_t i = 0; i < r->count; i++) {
      if (*filled < phis[i]->nsrc)
         phis[i]->src[*filled] = value_of(m, r->vars[i]);
   }
   (*filled)++;
}

static void rename_block(struct mem2reg *m, ir_block *b)
{
   for (ir_inst *i = b->first, *next; i && !m->s->out_of_memory; i = next) {
      next = i->next;
      if (i->op == IR_var_load) {
         i->forward = value_of(m, i->imm);
      } else if (i->op == IR_var_store) {
         assign(m, i->imm, i->src[0]);
         ir_remove(i);
      }
   }
   if (!ir_is_jump(b->last))
      return;
   struct region *r = region_of(m->s, &b->loop->node);
   if (m->s->out_of_memory)
      return;
   if (b->last->op == IR_jump_break)
      fill(m, r, r->exit, &r->exit_filled);
   else
      fill(m, r, r->head, &r->head_filled);
}

static void rename_list(struct mem2reg *m, ir_list *l);

static bool falls_through(ir_list *l)
{
   ir_block *last = ir_as_block(l->last);
   return last->reachable && !ir_is_jump(last->last);
}

/* Renames one branch; values that leave it go to out[] if control does. */
static void rename_branch(struct mem2reg *m, ir_list *l, struct region *r, ir_inst **out)
{
   size_t mark = m->log_count;
   rename_list(m, l);
   for (uint32_t i = 0; i < r->count && out && !m->s->out_of_memory; i++)
      out[i] = value_of(m, r->vars[i]);
   undo_to(m, mark);
}

static void rename_if(struct mem2reg *m, ir_if *node)
{
   struct region *r = region_of(m->s, &node->node);
   ir_block *after = ir_as_block(node->node.next);
   ir_inst **then_out = ir_alloc(m->s, r->count * sizeof *then_out);
   ir_inst **else_out = ir_alloc(m->s, r->count * sizeof *else_out);
   if (m->s->out_of_memory)
      return;
   bool from_then = falls_through(&node->then_list), from_else = falls_through(&node->else_list);
   rename_branch(m, &node->then_list, r, from_then ? then_out : NULL);
   rename_branch(m, &node->else_list, r, from_else ? else_out : NULL);
   for (uint32_t i = 0; i < r->count && !m->s->out_of_memory; i++) {
      ir_inst *value = from_then ? then_out[i] : else_out[i];
      if (from_then && from_else) {
         value = new_phi(m, after, r->vars[i]);
         if (m->s->out_of_memory)
            return;
         value->src[0] = then_out[i];
         value->src[1] = else_out[i];
      }
      if (from_then || from_else)
         assign(m, r->vars[i], value);
   }
}

static void rename_loop(struct mem2reg *m, ir_loop *node)
{
   struct region *r = region_of(m->s, &node->node);
   ir_block *head = ir_as_block(node->body.first), *after = ir_as_block(node->node.next);
   r->head = ir_alloc(m->s, r->count * sizeof *r->head);
   r->exit = ir_alloc(m->s, r->count * sizeof *r->exit);
   for (uint32_t i = 0; i < r->count && !m->s->out_of_memory; i++) {
      r->head[i] = new_phi(m, head, r->vars[i]);
      r->exit[i] = new_phi(m, after, r->vars[i]);
   }
   if (m->s->out_of_memory)
      return;
   fill(m, r, r->head, &r->head_filled);
   size_t mark = m->log_count;
   for (uint32_t i = 0; i < r->count && !m->s->out_of_memory; i++)
      assign(m, r->vars[i], r->head[i]);
   rename_list(m, &node->body);
   if (!m->s->out_of_memory && falls_through(&node->body))
      fill(m, r, r->head, &r->head_filled);
   undo_to(m, mark);
   for (uint32_t i = 0; i < r->count && !m->s->out_of_memory && after->reachable; i++)
      assign(m, r->vars[i], r->exit[i]);
}

static void rename_list(struct mem2reg *m, ir_list *l)
{
   for (ir_node *n = l->first; n && !m->s->out_of_memory; n = n->next) {
      if (n->kind == IR_NODE_BLOCK) {
         if (!ir_as_block(n)->reachable)
            return;
         rename_block(m, ir_as_block(n));
      } else if (n->kind == IR_NODE_IF) {
         rename_if(m, ir_as_if(n));
      } else {
         rename_loop(m, ir_as_loop(n));
      }
   }
}

bool opt_mem2reg(ir_shader *s)
{
   ir_remove_unreachable(s);
   ir_build_cfg(s);
   if (!s->var_count)
      return false;
   struct mem2reg m = {.s = s, .current = calloc(s->var_count, sizeof(ir_inst *))};
   if (!m.current) {
      s->out_of_memory = true;
      return false;
   }
   find_regions(s);
   if (!s->out_of_memory)
      rename_list(&m, &s->body);
   if (!s->out_of_memory) {
      ir_apply_forwards(s);
      /* Phis of unreachable exits have no sources and no uses. */
      for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
         while (!b->reachable && b->first)
            ir_remove(b->first);
      }
      s->var_count = 0;
   }
   free(m.current);
   free(m.log);
   return true;
}
