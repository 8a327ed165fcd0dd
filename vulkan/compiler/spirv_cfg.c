/* SPIR-V reader: basic blocks to a tree of structured control flow.
 *
 * Walks from the entry block, one list of nodes per arm, with the chain of enclosing constructs ("scopes")
 * at hand. A branch whose target is the merge block or continue target of a scope, or another case of a
 * switch, becomes a CF_JUMP to that scope; any other target is simply what comes next. Every block is placed
 * once: a second path to it means that the module is not structured. When one arm of a selection leaves for
 * good (return, continue, outer merge), the rest of the list moves into the other arm, so that early exits
 * become plain if/else. What the jumps cost in IR loops is decided by spirv_cfg_analyse.c.
 */
#include "spirv_reader.h"

typedef struct builder {
   spv_reader *r;
   spv_function *f;
   uint32_t depth;         /* of the tree at the node being built */
   uint32_t leaving;       /* jumps so far that want to be at the end of all enclosing lists */
} builder;

/* Where the walk goes on: appended to `list`, starting with `block`; done if block is NULL. */
typedef struct cursor {
   cf_list *list;
   spv_block *block;
   uint32_t sunk;          /* arms that this list has moved into, part of builder.depth */
} cursor;

static void build_list(builder *b, cf_scope *scope, spv_block *block, cf_list *list);

cf_node *cf_append(spv_reader *r, cf_list *list, uint8_t kind)
{
   cf_node *n = spv_alloc(r, sizeof *n);
   n->kind = kind;
   n->word = r->current;
   if (list->last)
      list->last->next = n;
   else
      list->first = n;
   list->last = n;
   return n;
}

static spv_block *get_block(builder *b, uint32_t label)
{
   spv_id *e = spv_get(b->r, label);
   if (e->kind != SPV_K_LABEL || e->fn != b->f)
      spv_fail(b->r, SC_E_INVALID, "id %u is not a block of this function", label);
   return e->block;
}

static cf_scope *new_scope(builder *b, uint8_t kind, cf_scope *parent, uint32_t merge)
{
   cf_scope *s = spv_alloc(b->r, sizeof *s);
   s->kind = kind;
   s->parent = parent;
   s->merge = merge;
   return s;
}

/* ---- jumps ------------------------------------------------------------------------------------- */

typedef struct target {
   uint8_t jump;
   cf_scope *scope;        /* NULL: not a jump */
   cf_scope *switch_scope; /* FALL: the switch */
} target;

static target resolve_in_loop(cf_scope *s, uint32_t label)
{
   if (label == s->cont && s->cont != s->header && !s->in_continue)
      return (target){CF_J_CONTINUE, s, NULL};
   if (label == s->header && (s->in_continue || s->cont == s->header))
      return (target){CF_J_BACK, s, NULL};
   return (target){0};
}

static target resolve(builder *b, cf_scope *scope, uint32_t label)
{
   cf_scope *inner_case = NULL;
   for (cf_scope *s = scope; s; s = s->parent) {
      spv_work(b->r, 1);
      if (s->kind == CF_S_CASE)
         inner_case = s;
      else if (s->kind != CF_S_FUNCTION && s->merge == label)
         return (target){CF_J_MERGE, s, NULL};
      if (s->kind == CF_S_SWITCH && inner_case && get_block(b, label)->switch_scope == s)
         return (target){CF_J_FALL, inner_case, s};
      if (s->kind == CF_S_LOOP) {
         target t = resolve_in_loop(s, label);
         if (t.scope)
            return t;
      }
   }
   return (target){0};
}

/* A jump that IR can do from anywhere: break and continue of the innermost loop. */
static bool is_direct(const target *t)
{
   if (t->scope->kind != CF_S_LOOP)
      return false;
   return t->jump == CF_J_MERGE || t->jump == CF_J_BACK ||
          (t->jump == CF_J_CONTINUE && t->scope->trivial_continue);
}

static void append_jump(builder *b, cf_list *list, const target *t, uint32_t label)
{
   cf_node *n = cf_append(b->r, list, CF_JUMP);
   n->jump = t->jump;
   n->scope = t->scope;
   if (t->jump == CF_J_MERGE)
      t->scope->merge_count++;
   if (t->jump == CF_J_CONTINUE)
      t->scope->continue_reached = true;
   if (t->jump == CF_J_FALL)
      n->fall_case = label; /* becomes the case's index when the switch is complete */
   if (!is_direct(t))
      b->leaving++;
}

static void append_edge(builder *b, cf_list *list, uint32_t from, uint32_t label)
{
   spv_block *to = get_block(b, label);
   if (!to->has_phi)
      return;
   cf_node *n = cf_append(b->r, list, CF_EDGE);
   n->from = from;
   n->block = to;
}

/* Control goes on to `label`: a jump, or the block to append next. */
static spv_block *go_on(builder *b, cf_scope *scope, cf_list *list, uint32_t label)
{
   target t = resolve(b, scope, label);
   if (!t.scope)
      return get_block(b, label);
   append_jump(b, list, &t, label);
   return NULL;
}

/* One arm: the edge and all that follows it. */
static void build_arm(builder *b, cf_scope *scope, spv_block *from, uint32_t label, cf_list *list)
{
   append_edge(b, list, from->label, label);
   spv_block *next = go_on(b, scope, list, label);
   if (next)
      build_list(b, scope, next, list);
}

/* ---- terminators ------------------------------------------------------------------------------- */

static void append_exit(builder *b, cf_list *list, uint8_t jump, uint32_t value)
{
   cf_node *n = cf_append(b->r, list, CF_JUMP);
   n->jump = jump;
   n->cond = value;
   n->scope = b->f->scope;
   if (jump != CF_J_UNREACHABLE)
      b->leaving++;
}

static void deeper(builder *b)
{
   if (++b->depth > SPV_MAX_NESTING)
      spv_fail(b->r, SC_E_LIMIT, "control flow is nested deeper than %u", SPV_MAX_NESTING);
}

static void sink(builder *b, cursor *c)
{
   deeper(b);
   c->sunk++;
}

static cursor after_selection(builder *b, cf_scope *scope, cf_scope *own, cf_node *n, cursor c,
                              const uint32_t merges[2], const uint32_t leaving[2])
{
   if (!own->merge_count) {
      c.block = NULL;
      return c;
   }
   for (unsigned arm = 0; arm < 2; arm++) {
      /* The other arm leaves, and would have to jump over the rest: put the rest into this arm. */
      if (merges[!arm] || !leaving[!arm] || b->depth >= SPV_MAX_NESTING / 4)
         continue;
      cf_list *list = arm ? &n->else_list : &n->then_list, inner = *list;
      *list = (cf_list){0};
      cf_node *seq = cf_append(b->r, list, CF_SEQ);
      seq->then_list = inner;
      seq->scope = own;
      n->scope = NULL;
      c.list = list;
      sink(b, &c);
      break;
   }
   c.block = go_on(b, scope, c.list, own->merge);
   return c;
}

static cursor build_selection(builder *b, cf_scope *scope, spv_block *block, const spv_inst *term, cursor c)
{
   spv_inst merge = spv_read(b->r, block->merge);
   spv_need(b->r, &merge, 3);
   get_block(b, merge.w[1]);
   cf_scope *own = new_scope(b, CF_S_SELECTION, scope, merge.w[1]);
   b->r->current = term->word;
   cf_node *n = cf_append(b->r, c.list, CF_IF);
   n->cond = term->w[1];
   n->scope = own;
   uint32_t merges[2], leaving[2];
   for (unsigned arm = 0; arm < 2; arm++) {
      uint32_t merges_before = own->merge_count, leaving_before = b->leaving;
      build_arm(b, own, block, term->w[2 + arm], arm ? &n->else_list : &n->then_list);
      merges[arm] = own->merge_count - merges_before;
      leaving[arm] = b->leaving - leaving_before;
   }
   return after_selection(b, scope, own, n, c, merges, leaving);
}

/* A selection whose arms are the same block. */
static cursor build_single_arm(builder *b, cf_scope *scope, spv_block *block, const spv_inst *term, cursor c)
{
   spv_inst merge = spv_read(b->r, block->merge);
   spv_need(b->r, &merge, 3);
   get_block(b, merge.w[1]);
   cf_scope *own = new_scope(b, CF_S_SELECTION, scope, merge.w[1]);
   b->r->current = term->word;
   cf_node *n = cf_append(b->r, c.list, CF_SEQ);
   n->scope = own;
   build_arm(b, own, block, term->w[2], &n->then_list);
   c.block = own->merge_count ? go_on(b, scope, c.list, own->merge) : NULL;
   return c;
}

/* A conditional branch without a merge instruction: one side usually leaves a construct. */
static cursor build_exit_branch(builder *b, cf_scope *scope, spv_block *block, const spv_inst *term, cursor c)
{
   target t[2] = {resolve(b, scope, term->w[2]), resolve(b, scope, term->w[3])};
   cf_node *n = cf_append(b->r, c.list, CF_IF);
   unsigned out = t[0].scope && is_direct(&t[0]) && t[0].jump != CF_J_BACK ? 0 : 1;
   cf_list *arms[2] = {&n->then_list, &n->else_list};
   n->cond = term->w[1];
   if (t[out].scope && is_direct(&t[out])) { /* break or continue: the rest may follow */
      append_edge(b, arms[out], block->label, term->w[2 + out]);
      append_jump(b, arms[out], &t[out], term->w[2 + out]);
      append_edge(b, c.list, block->label, term->w[2 + !out]);
      c.block = go_on(b, scope, c.list, term->w[2 + !out]);
      return c;
   }
   out = t[0].scope ? 0 : 1;
   build_arm(b, scope, block, term->w[2 + out], arms[out]);
   append_edge(b, arms[!out], block->label, term->w[2 + !out]);
   sink(b, &c);
   c.list = arms[!out];
   c.block = go_on(b, scope, c.list, term->w[2 + !out]);
   return c;
}

/* ---- switch ------------------------------------------------------------------------------------ */

/* Distinct targets of the switch, default first; returns their number. */
static uint32_t collect_cases(builder *b, const spv_inst *term, cf_scope *own, cf_case *cases)
{
   uint32_t count = 0;
   uint32_t step = 1 + spv_literal_words(b->r, term->w[1]);
   for (uint32_t k = 2; k < term->n; k += step) { /* word 2 is default, then literal and label alternate */
      uint32_t label = term->w[k], known = 0;
      while (known < count && cases[known].label != label)
         known++;
      spv_work(b->r, known);
      if (known < count)
         continue;
      cases[count].label = label;
      cases[count].is_default = k == 2;
      cases[count].fall_to = SPV_UNKNOWN;
      cases[count].scope = new_scope(b, CF_S_CASE, own, label);
      cases[count].edge = get_block(b, label)->has_phi;
      count++;
   }
   return count;
}

static uint32_t find_case(const cf_node *n, uint32_t label)
{
   uint32_t k = 0;
   while (k < n->case_count && n->cases[k].label != label)
      k++;
   return k;
}

/* Resolves the labels of CF_J_FALL jumps of this switch inside `list`. */
static void link_falls(builder *b, cf_list *list, cf_node *sw, cf_case *from)
{
   for (cf_node *n = list->first; n; n = n->next) {
      spv_work(b->r, 1);
      if (n->kind == CF_JUMP && n->jump == CF_J_FALL && !n->switch_node && n->scope == from->scope) {
         uint32_t to = find_case(sw, n->fall_case);
         if (from->fall_to != SPV_UNKNOWN && from->fall_to != to)
            spv_fail(b->r, SC_E_INVALID, "a case of the switch continues in two other cases");
         from->fall_to = n->fall_case = to;
         sw->cases[to].falls_in = true;
         n->switch_node = sw;
      } else if (n->kind != CF_BLOCK && n->kind != CF_EDGE && n->kind != CF_JUMP && n->kind != CF_SWITCH) {
         link_falls(b, &n->then_list, sw, from);
         link_falls(b, &n->else_list, sw, from);
      } else if (n->kind == CF_SWITCH) {
         for (uint32_t k = 0; k < n->case_count; k++)
            link_falls(b, &n->cases[k].list, sw, from);
      }
   }
}

/* A case stands before the one that it continues in. Fills `order` with case indices. */
static void order_cases(builder *b, cf_node *n, uint32_t *order)
{
   uint32_t count = 0, *entering = spv_alloc(b->r, n->case_count * sizeof *entering + 4);
   for (uint32_t k = 0; k < n->case_count; k++)
      if (n->cases[k].fall_to != SPV_UNKNOWN)
         entering[n->cases[k].fall_to]++;
   for (uint32_t k = 0; k < n->case_count; k++) {
      uint32_t at = k;
      while (at != SPV_UNKNOWN && entering[at] == 0) {
         entering[at] = SPV_UNKNOWN; /* placed */
         order[count++] = at;
         at = n->cases[at].fall_to;
         if (at != SPV_UNKNOWN)
            entering[at]--;
      }
   }
   if (count != n->case_count)
      spv_fail(b->r, SC_E_INVALID, "the cases of the switch continue in each other in a circle");
}

static cursor build_switch(builder *b, cf_scope *scope, spv_block *block, const spv_inst *term, cursor c)
{
   spv_need(b->r, term, 3);
   if (!block->merge || (b->r->w[block->merge] & 0xffff) != SpvOpSelectionMerge || !(term->n & 1))
      spv_fail(b->r, SC_E_INVALID, "switch without OpSelectionMerge or with half a case");
   spv_inst merge = spv_read(b->r, block->merge);
   spv_need(b->r, &merge, 3);
   get_block(b, merge.w[1]);
   b->r->current = term->word;
   cf_scope *own = new_scope(b, CF_S_SWITCH, scope, merge.w[1]);
   cf_node *n = cf_append(b->r, c.list, CF_SWITCH);
   n->block = block;
   n->cond = term->w[1];
   n->scope = own;
   n->cases = spv_alloc(b->r, (term->n / 2) * sizeof *n->cases);
   n->case_count = collect_cases(b, term, own, n->cases);
   for (uint32_t k = 0; k < n->case_count; k++)
      if (!resolve(b, own, n->cases[k].label).scope)
         get_block(b, n->cases[k].label)->switch_scope = own;
   for (uint32_t k = 0; k < n->case_count; k++) {
      cf_case *cs = &n->cases[k];
      target t = resolve(b, own, cs->label);
      if (t.scope)
         append_jump(b, &cs->list, &t, cs->label);
      else
         build_list(b, cs->scope, get_block(b, cs->label), &cs->list);
   }
   for (uint32_t k = 0; k < n->case_count; k++)
      link_falls(b, &n->cases[k].list, n, &n->cases[k]);
   uint32_t *order = spv_alloc(b->r, n->case_count * sizeof *order + 4);
   order_cases(b, n, order);
   n->order = order;
   c.block = own->merge_count ? go_on(b, scope, c.list, own->merge) : NULL;
   return c;
}

/* ---- blocks and loops -------------------------------------------------------------------------- */

static void check_binary_branch(builder *b, const spv_inst *term)
{
   spv_need(b->r, term, 4);
   get_block(b, term->w[2]);
   get_block(b, term->w[3]);
}

static cursor build_terminator(builder *b, cf_scope *scope, spv_block *block, bool loop_header, cursor c)
{
   spv_inst term = spv_read(b->r, block->term);
   bool selection = block->merge && !loop_header;
   c.block = NULL;
   switch (term.op) {
   case SpvOpBranch:
      spv_need(b->r, &term, 2);
      append_edge(b, c.list, block->label, term.w[1]);
      c.block = go_on(b, scope, c.list, term.w[1]);
      return c;
   case SpvOpBranchConditional:
      check_binary_branch(b, &term);
      if (term.w[2] == term.w[3] && !selection) {
         append_edge(b, c.list, block->label, term.w[2]);
         c.block = go_on(b, scope, c.list, term.w[2]);
         return c;
      }
      if (term.w[2] == term.w[3])
         return build_single_arm(b, scope, block, &term, c);
      return selection ? build_selection(b, scope, block, &term, c)
                       : build_exit_branch(b, scope, block, &term, c);
   case SpvOpSwitch:
      return build_switch(b, scope, block, &term, c);
   case SpvOpReturn:
      append_exit(b, c.list, CF_J_RETURN, 0);
      return c;
   case SpvOpReturnValue:
      spv_need(b->r, &term, 2);
      append_exit(b, c.list, CF_J_RETURN, term.w[1]);
      return c;
   case SpvOpKill:
   case SpvOpTerminateInvocation:
      append_exit(b, c.list, CF_J_KILL, 0);
      return c;
   default:
      append_exit(b, c.list, CF_J_UNREACHABLE, 0);
      return c;
   }
}

static void place(builder *b, spv_block *block, cf_list *list)
{
   b->r->current = block->term;
   spv_work(b->r, 1);
   if (block->placed)
      spv_fail(b->r, SC_E_INVALID, "control flow is not structured: block %u is reached by two paths",
               block->label);
   block->placed = true;
   cf_append(b->r, list, CF_BLOCK)->block = block;
}

/* Whether the block only branches to the loop's header, which has no phis. */
static bool continue_is_trivial(builder *b, const cf_scope *s)
{
   spv_block *block = get_block(b, s->cont);
   if (s->cont == s->header || get_block(b, s->header)->has_phi || block->merge)
      return s->cont == s->header;
   for (uint32_t word = block->first; word < block->term;) {
      spv_inst i = spv_read(b->r, word);
      if (i.op != SpvOpLine && i.op != SpvOpNoLine && i.op != SpvOpNop)
         return false;
      word += i.n;
   }
   spv_inst term = spv_read(b->r, block->term);
   return term.op == SpvOpBranch && term.n > 1 && term.w[1] == s->header;
}

/* The list after a cursor, block by block. */
static void run(builder *b, cf_scope *scope, cursor c);

static cursor build_loop(builder *b, cf_scope *scope, spv_block *header, cursor c)
{
   spv_inst merge = spv_read(b->r, header->merge);
   spv_need(b->r, &merge, 4);
   get_block(b, merge.w[1]);
   get_block(b, merge.w[2]);
   cf_scope *own = new_scope(b, CF_S_LOOP, scope, merge.w[1]);
   own->header = header->label;
   own->cont = merge.w[2];
   own->trivial_continue = continue_is_trivial(b, own);
   b->r->current = merge.word;
   cf_node *n = cf_append(b->r, c.list, CF_LOOP);
   n->scope = own;
   n->block = header;
   cursor body = {.list = &n->then_list};
   place(b, header, body.list);
   run(b, own, build_terminator(b, own, header, true, body));
   if (own->continue_reached && own->cont != own->header && !own->trivial_continue) {
      own->in_continue = true;
      build_list(b, own, get_block(b, own->cont), &n->else_list);
   }
   c.block = own->merge_count ? go_on(b, scope, c.list, own->merge) : NULL;
   return c;
}

static void run(builder *b, cf_scope *scope, cursor c)
{
   while (c.block) {
      spv_block *block = c.block;
      if (block->merge && (b->r->w[block->merge] & 0xffff) == SpvOpLoopMerge) {
         deeper(b);
         c = build_loop(b, scope, block, c);
         b->depth--;
      } else {
         place(b, block, c.list);
         c = build_terminator(b, scope, block, false, c);
      }
   }
   b->depth -= c.sunk;
}

static void build_list(builder *b, cf_scope *scope, spv_block *block, cf_list *list)
{
   deeper(b);
   run(b, scope, (cursor){.list = list, .block = block});
   b->depth--;
}

void cf_build(spv_reader *r, spv_function *f)
{
   builder b = {.r = r, .f = f};
   uint32_t current = r->current;
   f->scope = new_scope(&b, CF_S_FUNCTION, NULL, 0);
   if (!f->blocks)
      spv_fail(r, SC_E_UNSUPPORTED, "function %u has no body", f->id);
   build_list(&b, f->scope, f->blocks, &f->body);
   cf_analyse(r, f);
   r->current = current;
}
