/* Divergence: which values may differ between the active lanes of a wave, and which loops lanes may leave or
 * repeat apart from each other.
 *
 * Starts from "everything uniform" and grows to a fixed point. Requires loop-closed form (lower_lcssa). Rules
 * beyond data flow:
 *  - behind an if with a divergent condition, phis are divergent;
 *  - a break is divergent if a divergent if around it (within its loop) or an earlier divergent continue of
 * the loop keeps some lanes from taking it; exit phis of such a loop are divergent;
 *  - what is computed from all active lanes alike (ballots, reductions over the wave) is uniform for them;
 *  - a continue likewise; then every phi at the loop's head is divergent, because some lanes have the next
 * iteration's value already while others still use this one's.
 */
#include "ir.h"

struct divergence {
   bool changed;
};

/* State of the innermost loop while its body is walked. */
struct scope {
   ir_loop *loop;
   unsigned divergent_ifs;    /* around the current place, within the loop */
   bool continued_apart;      /* a divergent continue lies behind us */
};

static bool any_source(const ir_inst *i)
{
   for (unsigned k = 0; k < i->nsrc; k++) {
      if (i->src[k]->divergent)
         return true;
   }
   return false;
}

static bool same_sources(const ir_inst *phi)
{
   for (unsigned k = 1; k < phi->nsrc; k++) {
      if (phi->src[k] != phi->src[0])
         return false;
   }
   return true;
}

static bool phi_divergent(const ir_inst *phi)
{
   const ir_block *b = phi->block;
   const ir_node *prev = b->node.prev, *parent = b->node.list->parent;
   if (any_source(phi))
      return true;
   if (prev && prev->kind == IR_NODE_IF)
      return ((const ir_if *)prev)->cond->divergent && !same_sources(phi);
   if (prev)
      return ((const ir_loop *)prev)->divergent_break;
   return parent && parent->kind == IR_NODE_LOOP && ((const ir_loop *)parent)->divergent_continue;
}

static bool inst_divergent(const ir_inst *i)
{
   switch (i->op) {
   case IR_phi:
      return phi_divergent(i);
   case IR_local_id: case IR_lane_id: case IR_buf_atomic: case IR_lds_atomic: case IR_scratch_load:
   case IR_img_atomic:
   case IR_launch_v: case IR_in_load: case IR_corner_load: case IR_patch_load: case IR_bary: case IR_bary_at: case IR_bary_sample:
   case IR_interp: case IR_flat: case IR_live:
      return true;
   case IR_ballot: case IR_read_first: case IR_first_lane:
      return false;
   case IR_shuffle: /* all lanes read the same one if they name the same one */
      return i->src[1]->divergent;
   case IR_group:
      return i->imm != IR_GROUP_IMM(IR_GROUP_REDUCE, IR_WAVE_LOG2);
   default:
      return any_source(i);
   }
}

static void visit_jump(struct divergence *d, struct scope *sc, const ir_inst *jump)
{
   ir_loop *l = sc->loop;
   bool apart = sc->divergent_ifs || sc->continued_apart;
   bool *flag = jump->op == IR_jump_break ? &l->divergent_break : &l->divergent_continue;
   if (apart && !*flag) {
      *flag = l->divergent = true;
      d->changed = true;
   }
   if (jump->op == IR_jump_continue && sc->divergent_ifs)
      sc->continued_apart = true;
}

static void visit_list(struct divergence *d, struct scope *sc, ir_list *l)
{
   for (ir_node *n = l->first; n; n = n->next) {
      if (n->kind == IR_NODE_BLOCK) {
         for (ir_inst *i = ir_as_block(n)->first; i; i = i->next) {
            if (i->type != IR_T_NONE && !i->divergent && inst_divergent(i))
               i->divergent = d->changed = true;
            if (ir_is_jump(i) && sc->loop)
               visit_jump(d, sc, i);
         }
      } else if (n->kind == IR_NODE_IF) {
         ir_if *branch = ir_as_if(n);
         bool divergent = branch->cond->divergent;
         sc->divergent_ifs += divergent;
         visit_list(d, sc, &branch->then_list);
         visit_list(d, sc, &branch->else_list);
         sc->divergent_ifs -= divergent;
      } else {
         struct scope inner = {.loop = ir_as_loop(n)};
         visit_list(d, &inner, &ir_as_loop(n)->body);
      }
   }
}

void analyse_divergence(ir_shader *s)
{
   struct divergence d;
   ir_build_cfg(s);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next)
         i->divergent = false;
      if (b->loop)
         b->loop->divergent = b->loop->divergent_break = b->loop->divergent_continue = false;
   }
   do {
      struct scope body = {0};
      d.changed = false;
      visit_list(&d, &body, &s->body);
   } while (d.changed);
}
