/* SPIR-V reader: emission of the control-flow tree as IR ifs and loops.
 *
 * IR can only leave or repeat the innermost loop. A jump farther out sets a bool variable, breaks, and behind
 * each IR loop on the way the variable is tested and the jump goes on ("escape"). Scopes marked needs_loop
 * are emitted inside a loop that runs once; for a real loop that is its body, so that a continue reaches the
 * continue construct. A switch becomes a sequence of ifs whose conditions exclude each other, with a variable
 * where one case continues in the next.
 */
#include "spirv_reader.h"

#define MAX_EMIT_DEPTH 480u /* all functions together; below IR_MAX_DEPTH, and a bound on the host's stack */

static void emit_list(spv_reader *r, const cf_list *list);

/* ---- IR loops and jumps ------------------------------------------------------------------------ */

static ir_level *enter_level(spv_reader *r)
{
   ir_level *l = spv_alloc(r, sizeof *l);
   l->loop = ir_begin_loop(&r->b);
   l->parent = r->level;
   r->level = l;
   return l;
}

static ir_escape *find_escape(ir_level *l, const ir_level *target, bool is_continue)
{
   ir_escape *e = l->escapes;
   while (e && (e->target != target || e->is_continue != is_continue))
      e = e->next;
   return e;
}

/* A way out of level `l` to `target`, by variable `var`; false on entry to the level. */
static ir_escape *add_escape(spv_reader *r, ir_level *l, ir_level *target, bool is_continue, uint32_t var)
{
   ir_escape *e = spv_alloc(r, sizeof *e);
   *e = (ir_escape){l->escapes, target, is_continue, var};
   l->escapes = e;
   ir_inst *no = spv_cbool(r, false);
   ir_builder before = {.s = r->s, .block = ir_as_block(l->loop->node.prev), .spirv_word = r->b.spirv_word};
   ir_var_store(&before, var, no);
   return e;
}

/* Leaves through `target`, or starts its next iteration. via: variable that already stands for this way, or
 * NULL. */
static void exit_to(spv_reader *r, ir_level *target, bool is_continue, const ir_escape *via)
{
   if (!r->level || !target)
      spv_fail(r, SC_E_INVALID, "control flow is not structured");
   if (r->level == target) {
      if (is_continue)
         ir_continue(&r->b);
      else
         ir_break(&r->b);
      return;
   }
   ir_escape *e = find_escape(r->level, target, is_continue);
   if (!e)
      e = add_escape(r, r->level, target, is_continue,
                     via ? via->var : ir_var_create(r->s, IR_T_BOOL, "leave"));
   ir_var_store(&r->b, e->var, spv_cbool(r, true));
   ir_break(&r->b);
}

static void leave_level(spv_reader *r, bool once)
{
   ir_level *l = r->level;
   if (once)
      ir_break(&r->b);
   ir_end_loop(&r->b, l->loop);
   r->level = l->parent;
   for (const ir_escape *e = l->escapes; e; e = e->next) {
      ir_if *i = ir_begin_if(&r->b, ir_var_load(&r->b, e->var));
      exit_to(r, e->target, e->is_continue, e);
      ir_end_if(&r->b, i);
   }
}

static void begin_scope(spv_reader *r, cf_scope *s)
{
   if (s && s->needs_loop)
      s->level = enter_level(r);
}

static void end_scope(spv_reader *r, cf_scope *s)
{
   if (s && s->needs_loop) {
      leave_level(r, true);
      s->level = NULL;
   }
}

static void emit_return_value(spv_reader *r, uint32_t id)
{
   spv_function *f = r->fn;
   if (!id)
      return;
   spv_value *v = spv_use(r, id);
   if (!f->return_vars || v->type != f->type->elem)
      spv_fail(r, SC_E_INVALID, "the value does not have the function's return type");
   for (uint32_t k = 0; k < v->type->scalars; k++)
      ir_var_store(&r->b, f->return_vars[k], v->c[k]);
}

static void emit_jump(spv_reader *r, const cf_node *n)
{
   cf_scope *s = n->scope;
   if (n->jump == CF_J_RETURN)
      emit_return_value(r, n->cond);
   if (n->jump == CF_J_FALL)
      ir_var_store(&r->b, n->switch_node->cases[n->fall_case].fall_var, spv_cbool(r, true));
   if (n->noop)
      return;
   switch (n->jump) {
   case CF_J_CONTINUE:
      if (s->body_level)
         exit_to(r, s->body_level, false, NULL);
      else
         exit_to(r, s->level, true, NULL);
      break;
   case CF_J_BACK:
      exit_to(r, s->level, true, NULL);
      break;
   case CF_J_KILL:
      if (r->in->stage == SC_STAGE_FRAGMENT)
         spv_emit_demote(r);
      exit_to(r, r->entry_scope->level, false, NULL);
      break;
   case CF_J_UNREACHABLE: /* whatever follows is as good as anything */
      break;
   default:
      exit_to(r, s->level, false, NULL);
      break;
   }
}

/* ---- selections -------------------------------------------------------------------------------- */

static ir_inst *use_bool(spv_reader *r, uint32_t id)
{
   return spv_use_class(r, id, 'b', 1)->c[0];
}

static void emit_if(spv_reader *r, const cf_node *n)
{
   bool no_then = cf_list_is_empty(&n->then_list), no_else = cf_list_is_empty(&n->else_list);
   ir_inst *cond = use_bool(r, n->cond);
   if (no_then && no_else)
      return;
   begin_scope(r, n->scope);
   ir_if *i = ir_begin_if(&r->b, no_then ? E1(r, bnot, cond) : cond);
   emit_list(r, no_then ? &n->else_list : &n->then_list);
   if (!no_then && !no_else) {
      ir_begin_else(&r->b, i);
      emit_list(r, &n->else_list);
   }
   ir_end_if(&r->b, i);
   end_scope(r, n->scope);
}

static ir_inst *or_bool(spv_reader *r, ir_inst *a, ir_inst *c)
{
   return a ? E2(r, bor, a, c) : c;
}

uint32_t spv_literal_words(spv_reader *r, uint32_t selector)
{
   const spv_type *t = spv_get(r, selector)->type;
   return t && t->kind == SPV_T_INT ? t->slots : 1;
}

/* Does the selector equal the literal? Literals of small integers may come sign-extended. */
static ir_inst *is_literal(spv_reader *r, const spv_value *selector, const uint32_t *literal)
{
   unsigned width = selector->type->width;
   uint32_t low = width < 32 ? literal[0] & ((1u << width) - 1) : literal[0];
   ir_inst *same = E2(r, ieq, selector->c[0], spv_c32(r, low));
   return width == 64 ? E2(r, band, same, E2(r, ieq, selector->c[1], spv_c32(r, literal[1]))) : same;
}

/* match[k]: the selector chooses case k. The default case is the one that no other literal chose. */
static void emit_matches(spv_reader *r, const cf_node *n, ir_inst **match)
{
   const uint32_t *w = r->w + n->word;
   uint32_t words = w[0] >> 16;
   const spv_value *v = spv_use_kind(r, n->cond, 'i', 1);
   ir_inst *any = NULL;
   uint32_t literal = spv_literal_words(r, n->cond);
   for (uint32_t k = 3; k + literal < words; k += 1 + literal) {
      uint32_t c = 0;
      while (n->cases[c].label != w[k + literal])
         c++;
      spv_work(r, c);
      if (c) /* case 0 is the default's block */
         match[c] = or_bool(r, match[c], is_literal(r, v, w + k));
   }
   for (uint32_t c = 1; c < n->case_count; c++)
      any = or_bool(r, any, match[c]);
   match[0] = any ? E1(r, bnot, any) : spv_cbool(r, true);
}

static void emit_case(spv_reader *r, const cf_node *n, cf_case *c, ir_inst *match)
{
   bool copies_apart = c->edge && c->falls_in;
   ir_inst *cond = match;
   ir_if *i;
   if (copies_apart) {
      i = ir_begin_if(&r->b, match);
      spv_emit_phi_copies(r, n->block->label, spv_get(r, c->label)->block);
      ir_end_if(&r->b, i);
   }
   if (c->falls_in)
      cond = E2(r, bor, match, ir_var_load(&r->b, c->fall_var));
   if (cf_list_is_empty(&c->list) && (!c->edge || copies_apart))
      return;
   i = ir_begin_if(&r->b, cond);
   if (c->edge && !copies_apart)
      spv_emit_phi_copies(r, n->block->label, spv_get(r, c->label)->block);
   begin_scope(r, c->scope);
   emit_list(r, &c->list);
   end_scope(r, c->scope);
   ir_end_if(&r->b, i);
}

static void emit_switch(spv_reader *r, const cf_node *n)
{
   ir_inst **match = spv_alloc(r, n->case_count * sizeof *match);
   emit_matches(r, n, match);
   for (uint32_t k = 0; k < n->case_count; k++) {
      if (!n->cases[k].falls_in)
         continue;
      n->cases[k].fall_var = ir_var_create(r->s, IR_T_BOOL, "fall");
      ir_var_store(&r->b, n->cases[k].fall_var, spv_cbool(r, false));
   }
   begin_scope(r, n->scope);
   for (uint32_t k = 0; k < n->case_count; k++)
      emit_case(r, n, &n->cases[n->order[k]], spv_reach(r, match[n->order[k]]));
   end_scope(r, n->scope);
}

/* ---- the tree ---------------------------------------------------------------------------------- */

static void emit_loop(spv_reader *r, const cf_node *n)
{
   cf_scope *s = n->scope;
   s->level = enter_level(r);
   if (s->needs_loop) {
      s->body_level = enter_level(r);
      emit_list(r, &n->then_list);
      leave_level(r, true);
      s->body_level = NULL;
   } else {
      emit_list(r, &n->then_list);
   }
   emit_list(r, &n->else_list);
   leave_level(r, false);
   s->level = NULL;
}

static void emit_node(spv_reader *r, const cf_node *n)
{
   r->current = n->word;
   r->b.spirv_word = n->word;
   switch (n->kind) {
   case CF_BLOCK:
      spv_emit_block(r, n->block);
      break;
   case CF_EDGE:
      spv_emit_phi_copies(r, n->from, n->block);
      break;
   case CF_IF:
      emit_if(r, n);
      break;
   case CF_SEQ:
      begin_scope(r, n->scope);
      emit_list(r, &n->then_list);
      end_scope(r, n->scope);
      break;
   case CF_SWITCH:
      emit_switch(r, n);
      break;
   case CF_LOOP:
      emit_loop(r, n);
      break;
   default:
      emit_jump(r, n);
      break;
   }
}

static void emit_list(spv_reader *r, const cf_list *list)
{
   if (++r->emit_depth > MAX_EMIT_DEPTH || r->s->too_deep)
      spv_fail(r, SC_E_LIMIT, "control flow and calls are nested deeper than %u", MAX_EMIT_DEPTH);
   for (const cf_node *n = list->first; n; n = n->next)
      emit_node(r, n);
   r->emit_depth--;
}

void spv_emit_function_body(spv_reader *r, spv_function *f)
{
   begin_scope(r, f->scope);
   emit_list(r, &f->body);
   end_scope(r, f->scope);
}
