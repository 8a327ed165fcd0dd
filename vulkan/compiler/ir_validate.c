/* Checks that a shader obeys every rule of ir.h; run after each pass in debug builds.
 *
 * Invariant: read-only but for the CFG and dominator fields. A fault names the pass after which it was seen,
 * the instruction and the rule.
 */
#include "ir.h"

#include <stdarg.h>
#include <stdlib.h>

#include "isa.h"
#include "sc.h"

struct check {
   ir_shader *s;
   const char *after;
   ir_inst **by_id;
   bool failed;
};

static void fault(struct check *c, const ir_inst *i, const char *format, ...)
{
   if (c->failed)
      return;
   c->failed = true;
   va_list args;
   fprintf(stderr, "ir_validate: after %s: ", c->after);
   if (i)
      fprintf(stderr, "%%%u = %s: ", i->id, ir_op_name((enum ir_op)i->op));
   va_start(args, format);
   vfprintf(stderr, format, args);
   va_end(args);
   fputc('\n', stderr);
}

#define CHECK(cond, inst, ...)                                                                               \
   do {                                                                                                      \
      if (!(cond)) {                                                                                         \
         fault(c, inst, __VA_ARGS__);                                                                        \
         return;                                                                                             \
      }                                                                                                      \
   } while (0)

/* ---- structure ---------------------------------------------------------------------------------- */

static void check_links(struct check *c, ir_block *b)
{
   ir_inst *prev = NULL;
   for (ir_inst *i = b->first; i; prev = i, i = i->next) {
      CHECK(i->prev == prev, i, "broken link to the previous instruction");
      CHECK(i->block == b, i, "block pointer names another block");
      CHECK(i->id < c->s->next_id, i, "id out of range");
      CHECK(!c->by_id[i->id], i, "id used twice");
      c->by_id[i->id] = i;
      CHECK(!i->forward, i, "left with a forward");
      CHECK(i->op < IR_OP_COUNT, i, "no such op");
      CHECK(!ir_is_jump(i) || !i->next, i, "jump is not last in its block");
      CHECK(i->op != IR_phi || !prev || prev->op == IR_phi, i, "phi behind other instructions");
   }
   CHECK(b->last == prev, prev, "last pointer of the block is wrong");
   CHECK(!ir_is_jump(b->last) || !b->node.next, b->last, "nodes follow a jump");
}

static void check_list(struct check *c, ir_list *l, ir_node *parent, bool in_loop)
{
   CHECK(l->first && l->last, NULL, "empty list");
   CHECK(l->first->kind == IR_NODE_BLOCK && l->last->kind == IR_NODE_BLOCK, NULL,
         "list does not begin and end with a block");
   CHECK(l->parent == parent, NULL, "parent pointer of a list is wrong");
   ir_node *prev = NULL;
   for (ir_node *n = l->first; n && !c->failed; prev = n, n = n->next) {
      CHECK(n->list == l && n->prev == prev, NULL, "broken link between nodes");
      CHECK(!prev || (prev->kind == IR_NODE_BLOCK) != (n->kind == IR_NODE_BLOCK), NULL,
            "blocks do not alternate");
      if (n->kind == IR_NODE_BLOCK) {
         check_links(c, ir_as_block(n));
         CHECK(in_loop || !ir_is_jump(ir_as_block(n)->last), ir_as_block(n)->last, "jump outside of a loop");
      } else if (n->kind == IR_NODE_IF) {
         check_list(c, &ir_as_if(n)->then_list, n, in_loop);
         check_list(c, &ir_as_if(n)->else_list, n, in_loop);
      } else {
         check_list(c, &ir_as_loop(n)->body, n, true);
      }
   }
   CHECK(l->last == prev || c->failed, NULL, "last pointer of a list is wrong");
}

/* ---- types ------------------------------------------------------------------------------------------ */

static void want(struct check *c, ir_inst *i, unsigned k, unsigned type, unsigned min, unsigned max)
{
   CHECK(i->src[k]->type == type, i, "source %u (%%%u) has the wrong type", k, i->src[k]->id);
   CHECK(i->src[k]->ncomp >= min && i->src[k]->ncomp <= max, i, "source %u has %u components", k,
         i->src[k]->ncomp);
}

static void want_ncomp(struct check *c, ir_inst *i, unsigned min, unsigned max)
{
   CHECK(i->ncomp >= min && i->ncomp <= max, i, "result has %u components", i->ncomp);
}

/* Narrow loads and stores move one scalar. */
static void check_narrow(struct check *c, ir_inst *i)
{
   bool store = i->op == IR_buf_store || i->op == IR_lds_store || i->op == IR_scratch_store;
   bool load = i->op == IR_buf_load || i->op == IR_lds_load || i->op == IR_scratch_load;
   if ((!store && !load) || i->aux == IR_W_DWORDS)
      return;
   CHECK(i->aux <= IR_W_16, i, "no such width");
   CHECK((store ? i->src[i->nsrc - 1]->ncomp : i->ncomp) == 1, i, "a narrow access moves one scalar");
}

/* Descriptors, data, and as many scalars of the address as its fields ask for. */
static void check_image(struct check *c, ir_inst *i)
{
   bool sampled = i->op == IR_img_sample || i->op == IR_img_gather || i->op == IR_img_lod;
   unsigned fixed = ir_image_fixed(i);
   isa_img img = isa_img_unpack(i->imm);
   bool addressed = i->op != IR_img_size && i->op != IR_img_info;
   CHECK(i->nsrc == fixed + (addressed ? isa_img_regs(&img) : 0), i, "%u sources", i->nsrc);
   want(c, i, 0, IR_T_I32, 8, 8);
   for (unsigned k = 1; k < i->nsrc; k++) {
      unsigned n = k >= fixed || i->op == IR_img_size ? 1 : sampled ? 8 : i->op == IR_img_store ? 4 : i->ncomp;
      want(c, i, k, IR_T_I32, n, n);
   }
   if (i->op == IR_img_atomic)
      want_ncomp(c, i, 1, 2);
   else if (i->type != IR_T_NONE)
      want_ncomp(c, i, 4, 4);
   CHECK(i->op != IR_img_atomic || i->aux <= IR_ATOM_CMPSWAP, i, "no such atomic");
}

static void check_types(struct check *c, ir_inst *i)
{
   bool atomic = i->op == IR_buf_atomic || i->op == IR_lds_atomic;
   int type = ir_op_type((enum ir_op)i->op), nsrc = ir_op_nsrc((enum ir_op)i->op);
   CHECK(nsrc < 0 || i->nsrc == nsrc, i, "%u sources instead of %d", i->nsrc, nsrc);
   CHECK(type < 0 || i->type == type, i, "result type is wrong");
   for (unsigned k = 0; k < i->nsrc; k++) {
      CHECK(i->src[k] && i->src[k]->id < c->s->next_id && c->by_id[i->src[k]->id] == i->src[k], i,
            "source %u is not in the shader", k);
   }
   switch (i->op) {
   case IR_phi:
      CHECK(i->block->reachable == false || i->nsrc == i->block->pred_count, i,
            "%u sources for %u predecessors", i->nsrc, i->block->pred_count);
      for (unsigned k = 0; k < i->nsrc; k++)
         want(c, i, k, i->type, i->ncomp, i->ncomp);
      break;
   case IR_undef:
      break;
   case IR_vec:
      CHECK(i->ncomp >= 2 && i->ncomp <= 8 && i->ncomp == i->nsrc, i, "%u components of %u sources", i->ncomp,
            i->nsrc);
      for (unsigned k = 0; k < i->nsrc; k++)
         want(c, i, k, IR_T_I32, 1, 1);
      break;
   case IR_extract:
      want(c, i, 0, IR_T_I32, 2, 8);
      CHECK(i->imm < i->src[0]->ncomp, i, "component %u of %u", i->imm, i->src[0]->ncomp);
      break;
   case IR_band: case IR_bor: case IR_bxor: case IR_bnot:
      for (unsigned k = 0; k < i->nsrc; k++)
         want(c, i, k, IR_T_BOOL, 1, 1);
      break;
   case IR_sel:
      want(c, i, 0, IR_T_BOOL, 1, 1);
      want(c, i, 1, i->type, 1, 1);
      want(c, i, 2, i->type, 1, 1);
      break;
   case IR_var_load: case IR_var_store:
      CHECK(i->imm < c->s->var_count, i, "variable %u of %u", i->imm, c->s->var_count);
      if (i->op == IR_var_store)
         want(c, i, 0, c->s->vars[i->imm].type, 1, 1);
      else
         CHECK(i->type == c->s->vars[i->imm].type, i, "type differs from the variable's");
      break;
   case IR_buf_load: case IR_buf_store: case IR_buf_atomic:
      CHECK(i->nsrc >= 2, i, "too few sources");
      want(c, i, 0, IR_T_I32, 2, 4);
      CHECK(i->src[0]->ncomp != 3, i, "neither a descriptor nor an address");
      want(c, i, 1, IR_T_I32, 1, 1);
      if (i->op == IR_buf_store)
         want(c, i, 2, IR_T_I32, 1, 4);
      break;
   case IR_ballot:
      want(c, i, 0, IR_T_BOOL, 1, 1);
      break;
   case IR_group:
      want_ncomp(c, i, 1, 2);
      want(c, i, 0, IR_T_I32, i->ncomp, i->ncomp);
      CHECK(i->aux <= IR_GROUP_FMAX && (i->ncomp == 1 || i->aux < IR_GROUP_AND || i->aux > IR_GROUP_XOR), i,
            "no such operation");
      CHECK((i->imm & 7) <= IR_WAVE_LOG2 && i->imm >> 3 <= IR_GROUP_EXCLUSIVE, i, "no such scan");
      break;
   case IR_buf_size:
      want(c, i, 0, IR_T_I32, 4, 4);
      break;
   case IR_img_load: case IR_img_store: case IR_img_atomic: case IR_img_sample: case IR_img_gather: case IR_img_lod:
   case IR_img_size: case IR_img_info:
      check_image(c, i);
      return;
   case IR_desc: case IR_res_desc:
      want(c, i, 0, IR_T_I32, 1, 1);
      want_ncomp(c, i, i->op == IR_desc ? 4 : 8, i->op == IR_desc ? 4 : 8);
      CHECK(!c->s->input || i->imm < c->s->input->binding_count, i, "binding index %u out of range", i->imm);
      break;
   case IR_lds_store: case IR_scratch_store:
      want(c, i, 0, IR_T_I32, 1, 1);
      want(c, i, 1, IR_T_I32, 1, i->op == IR_lds_store ? 4 : 1);
      break;
   case IR_lds_atomic:
      CHECK(i->nsrc >= 1, i, "too few sources");
      want(c, i, 0, IR_T_I32, 1, 1);
      break;
   default:
      for (unsigned k = 0; k < i->nsrc; k++) {
         unsigned n = ir_src_ncomp((enum ir_op)i->op, k);
         want(c, i, k, IR_T_I32, n, n);
      }
      break;
   }
   if (i->op == IR_buf_load || i->op == IR_lds_load || i->op == IR_push_load)
      want_ncomp(c, i, 1, 4);
   else if (ir_op_ncomp((enum ir_op)i->op) == 2)
      want_ncomp(c, i, 2, 2);
   else if (i->op != IR_vec && i->op != IR_desc && i->op != IR_res_desc && i->op != IR_phi && i->op != IR_undef &&
            i->op != IR_group && !atomic)
      want_ncomp(c, i, 0, 1);
   check_narrow(c, i);
   if (atomic) {
      unsigned first = i->op == IR_buf_atomic ? 2 : 1;
      CHECK(i->aux <= IR_ATOM_FMAX, i, "no such atomic");
      CHECK(i->nsrc == first + (i->aux == IR_ATOM_CMPSWAP ? 2u : 1u), i, "%u sources", i->nsrc);
      want_ncomp(c, i, 1, 2);
      for (unsigned k = first; k < i->nsrc; k++)
         want(c, i, k, IR_T_I32, i->ncomp, i->ncomp);
   }
}

/* ---- dominance --------------------------------------------------------------------------------------- */

static void check_dominance(struct check *c, ir_inst *i)
{
   for (unsigned k = 0; k < i->nsrc; k++) {
      ir_block *def = i->src[k]->block;
      if (i->op == IR_phi) {
         CHECK(ir_dominates(def, i->block->preds[k]), i, "source %u (%%%u) does not reach its predecessor", k,
               i->src[k]->id);
      } else if (def == i->block) {
         CHECK(i->src[k]->pass_flags < i->pass_flags, i, "source %u (%%%u) is defined later", k,
               i->src[k]->id);
      } else {
         CHECK(ir_dominates(def, i->block), i, "source %u (%%%u) does not dominate its use", k,
               i->src[k]->id);
      }
   }
}

static void check_block(struct check *c, ir_block *b)
{
   uint32_t number = 1;
   for (ir_inst *i = b->first; i; i = i->next)
      i->pass_flags = number++;
   for (ir_inst *i = b->first; i && !c->failed; i = i->next) {
      check_types(c, i);
      if (!c->failed && b->reachable)
         check_dominance(c, i);
   }
   ir_node *n = b->node.next;
   if (c->failed || !n || n->kind != IR_NODE_IF)
      return;
   ir_inst *cond = ir_as_if(n)->cond;
   CHECK(cond && cond->id < c->s->next_id && c->by_id[cond->id] == cond, NULL,
         "condition is not in the shader");
   CHECK(cond->type == IR_T_BOOL, cond, "condition is no bool");
   CHECK(!b->reachable || ir_dominates(cond->block, b), cond, "condition does not dominate its if");
}

bool ir_validate(ir_shader *s, const char *after)
{
   if (s->out_of_memory || s->too_deep)
      return true; /* the pipeline stops by itself */
   struct check check = {.s = s, .after = after, .by_id = calloc(s->next_id, sizeof(ir_inst *))}, *c = &check;
   if (!c->by_id)
      return true;
   check_list(c, &s->body, NULL, false);
   if (!c->failed) {
      ir_build_dominance(s);
      for (ir_block *b = ir_first_block(s); b && !c->failed && !s->out_of_memory; b = ir_next_block(b))
         check_block(c, b);
   }
   free(c->by_id);
#ifndef NDEBUG
   if (c->failed) {
      ir_print(s, stderr);
      abort();
   }
#endif
   return !c->failed;
}
