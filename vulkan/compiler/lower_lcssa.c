/* Loop-closed form: a value defined in a loop and used behind it passes through a phi at the loop's exit.
 *
 * Lanes leave a loop at different times. A value that all lanes of one iteration share is no longer shared
 * behind a loop that lanes left in different iterations; the phi is where each lane keeps what it saw when it
 * left, and analyse_divergence makes it divergent. Constants and undefined values need none. opt_fold would
 * remove the phis again, so this runs last.
 */
#include "ir.h"

static bool inside(const ir_loop *l, const ir_block *b)
{
   return b->index >= l->first_index && b->index <= l->last_index;
}

static ir_inst *exit_phi(ir_shader *s, ir_inst *value)
{
   if (value->forward)
      return value->forward; /* one per value: its innermost loop has one exit */
   ir_block *after = ir_as_block(value->block->loop->node.next);
   ir_builder b = {.s = s, .block = after, .before = after->first};
   ir_inst *phi = ir_emit(&b, IR_phi, (enum ir_type)value->type, value->ncomp, 0, after->pred_count, NULL);
   for (unsigned k = 0; k < phi->nsrc; k++)
      phi->src[k] = value;
   if (!s->out_of_memory)
      value->forward = phi;
   return phi;
}

/* The name of the value in block `at`. */
static ir_inst *carry_out(ir_shader *s, ir_inst *value, ir_block *at, bool *progress)
{
   if (value->op == IR_const || value->op == IR_bconst || value->op == IR_undef)
      return value;
   while (value->block->loop && !inside(value->block->loop, at) && !s->out_of_memory) {
      value = exit_phi(s, value);
      *progress = true;
   }
   return value;
}

bool lower_lcssa(ir_shader *s)
{
   bool progress = false;
   ir_build_cfg(s);
   for (ir_block *b = ir_first_block(s); b && !s->out_of_memory; b = ir_next_block(b)) {
      if (!b->reachable)
         continue;
      for (ir_inst *i = b->first; i && !s->out_of_memory; i = i->next) {
         for (unsigned k = 0; k < i->nsrc; k++)
            i->src[k] = carry_out(s, i->src[k], i->op == IR_phi ? b->preds[k] : b, &progress);
      }
      if (b->node.next && b->node.next->kind == IR_NODE_IF)
         ir_as_if(b->node.next)->cond = carry_out(s, ir_as_if(b->node.next)->cond, b, &progress);
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next)
         i->forward = NULL;
   }
   return progress;
}
