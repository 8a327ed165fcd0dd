/* SPIR-V reader: which jumps of the control-flow tree need an IR loop to jump out of.
 *
 * "End" is where control arrives by falling off the end of a list. A jump whose target is that end is a
 * no-op. Any other jump marks its scope needs_loop: the scope's nodes are then emitted inside a loop that
 * runs once, and the jump is a break. Breaks and back edges of real loops, and continues without a continue
 * construct, are free.
 */
#include "spirv_reader.h"

typedef struct end {
   const cf_scope *scope;  /* NULL: falling off leads to no jump target */
   bool cont;              /* end of a loop's body before its continue construct, or of the whole iteration */
} end;

static void analyse_list(spv_reader *r, cf_list *list, end at);

static bool falls_there(const cf_node *j, end at)
{
   if (!at.scope)
      return false;
   switch (j->jump) {
   case CF_J_MERGE: /* behind a case come only cases whose conditions are false */
      return !at.cont &&
             (at.scope == j->scope || (at.scope->kind == CF_S_CASE && at.scope->parent == j->scope));
   case CF_J_FALL:
   case CF_J_RETURN:
      return !at.cont && at.scope == j->scope;
   case CF_J_CONTINUE:
      return at.cont && at.scope == j->scope;
   case CF_J_BACK:
      return at.cont && at.scope == j->scope;
   default:
      return false;
   }
}

static void analyse_jump(cf_node *j, end at)
{
   bool direct = j->scope->kind == CF_S_LOOP &&
                 (j->jump == CF_J_MERGE || j->jump == CF_J_BACK ||
                  (j->jump == CF_J_CONTINUE && j->scope->trivial_continue));
   j->noop = falls_there(j, at);
   if (!j->noop && !direct && j->jump != CF_J_KILL && j->jump != CF_J_UNREACHABLE)
      j->scope->needs_loop = true;
}

static void analyse_node(spv_reader *r, cf_node *n, end at)
{
   end own = {n->scope, false};
   switch (n->kind) {
   case CF_IF:
      /* Without own merge block the arms end where the list ends, if nothing follows. */
      if (!n->scope || !n->scope->merge_count)
         own = at;
      analyse_list(r, &n->then_list, own);
      analyse_list(r, &n->else_list, own);
      break;
   case CF_SEQ:
      analyse_list(r, &n->then_list, own);
      break;
   case CF_SWITCH:
      for (uint32_t k = 0; k < n->case_count; k++)
         analyse_list(r, &n->cases[k].list, (end){n->cases[k].scope, false});
      break;
   case CF_LOOP:
      own.cont = true;
      analyse_list(r, &n->then_list, own);
      analyse_list(r, &n->else_list, own);
      break;
   case CF_JUMP:
      analyse_jump(n, at);
      break;
   default:
      break;
   }
}

static void analyse_list(spv_reader *r, cf_list *list, end at)
{
   for (cf_node *n = list->first; n; n = n->next) {
      spv_work(r, 1);
      analyse_node(r, n, n->next ? (end){NULL, false} : at);
   }
}

bool cf_list_is_empty(const cf_list *list)
{
   for (const cf_node *n = list->first; n; n = n->next)
      if (n->kind != CF_JUMP || !(n->noop || n->jump == CF_J_UNREACHABLE) || n->jump == CF_J_FALL || n->cond)
         return false;
   return true;
}

void cf_analyse(spv_reader *r, spv_function *f)
{
   analyse_list(r, &f->body, (end){f->scope, false});
}
