/* Image operations take their descriptors from scalar registers, so every lane of one instruction uses the same.
 *
 * lower_waterfall: where lanes may want different descriptors, a loop serves them group by group: it takes the
 * first lane's index, does the operation for all lanes of that index and lets them leave with their results.
 * Each turn serves at least the first lane, so the loop ends. Runs on loop-closed code after
 * analyse_divergence, which has to run again.
 * lower_descriptors: before loop-closed form is made, a descriptor that is used behind the loop it was loaded in is
 * loaded again there; its index passes through the phi instead.
 */
#include "ir.h"

#include <stdlib.h>

#define MAX_DESCRIPTORS 2u

static unsigned descriptors_of(const ir_inst *i)
{
   if (!ir_is_image(i))
      return 0;
   return i->op == IR_img_sample || i->op == IR_img_gather || i->op == IR_img_lod ? 2 : 1;
}

static ir_inst *reload(ir_builder *b, const ir_inst *desc, ir_inst *index)
{
   ir_inst *again = ir_emit(b, IR_res_desc, IR_T_I32, desc->ncomp, desc->imm, 1, &index);
   again->aux = desc->aux;
   return again;
}

/* ---- descriptors and loops --------------------------------------------------------------------- */

static bool inside(const ir_loop *l, const ir_block *b)
{
   return b->index >= l->first_index && b->index <= l->last_index;
}

static bool leaves_loop(const ir_inst *desc, const ir_block *user)
{
   return desc->op == IR_res_desc && desc->block->loop && !inside(desc->block->loop, user);
}

bool lower_descriptors(ir_shader *s)
{
   bool progress = false;
   ir_build_cfg(s);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; b->reachable && i; i = i->next) {
         for (unsigned k = 0; k < i->nsrc && !s->out_of_memory; k++) {
            if (i->op == IR_phi || !leaves_loop(i->src[k], b))
               continue;
            ir_builder at = {.s = s, .block = b, .before = i, .spirv_word = i->spirv_word};
            ir_inst *again = reload(&at, i->src[k], i->src[k]->src[0]);
            if (!s->out_of_memory)
               i->src[k] = again;
            progress = true;
         }
      }
   }
   return progress;
}

/* ---- divergent descriptors ----------------------------------------------------------------------- */

static bool needs_loop(const ir_inst *i)
{
   for (unsigned k = 0; k < descriptors_of(i); k++) {
      if (i->src[k]->divergent)
         return true;
   }
   return false;
}

/* The operation for the lanes of one turn, with descriptors at the indices `first`. */
static ir_inst *repeat(ir_builder *b, const ir_inst *i, ir_inst *const *first)
{
   ir_inst *copy = ir_emit(b, (enum ir_op)i->op, (enum ir_type)i->type, i->ncomp, i->imm, i->nsrc, i->src);
   copy->aux = i->aux;
   copy->coherent = i->coherent;
   for (unsigned k = 0; k < descriptors_of(i) && !b->s->out_of_memory; k++) {
      if (!first[k])
         continue;
      ir_builder at = {.s = b->s, .block = copy->block, .before = copy, .spirv_word = i->spirv_word};
      ir_inst *desc = reload(&at, i->src[k], first[k]);
      if (!b->s->out_of_memory)
         copy->src[k] = desc;
   }
   return copy;
}

/* What the lanes left the loop with. */
static ir_inst *collect(ir_shader *s, ir_block *after, ir_inst *at, ir_inst *const *parts, unsigned count)
{
   ir_inst *phis[8];
   ir_builder b = {.s = s, .block = after, .before = at, .spirv_word = at->spirv_word};
   for (unsigned k = 0; k < count; k++)
      phis[k] = ir_emit(&b, IR_phi, IR_T_I32, 1, 0, 1, &parts[k]);
   return ir_vec(&b, count, phis);
}

static void wrap(ir_shader *s, ir_inst *i)
{
   ir_inst *first[MAX_DESCRIPTORS] = {NULL}, *parts[8], *mine = NULL;
   ir_builder b = {.s = s, .block = i->block, .before = i, .spirv_word = i->spirv_word};
   ir_loop *loop = ir_begin_loop(&b);
   for (unsigned k = 0; k < descriptors_of(i); k++) {
      if (!i->src[k]->divergent)
         continue;
      ir_inst *index = i->src[k]->src[0];
      first[k] = ir_op1(&b, IR_first_lane, index);
      ir_inst *same = ir_op2(&b, IR_ieq, index, first[k]);
      mine = mine ? ir_op2(&b, IR_band, mine, same) : same;
   }
   ir_if *turn = ir_begin_if(&b, mine);
   ir_inst *done = repeat(&b, i, first);
   for (unsigned c = 0; i->use_count && c < i->ncomp; c++)
      parts[c] = ir_extract(&b, done, c);
   ir_break(&b);
   ir_end_if(&b, turn);
   ir_end_loop(&b, loop);
   if (s->out_of_memory)
      return;
   if (i->use_count)
      i->forward = collect(s, i->block, i, parts, i->ncomp);
   else
      ir_remove(i);
}

bool lower_waterfall(ir_shader *s)
{
   size_t count = 0;
   ir_count_uses(s);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next)
         count += needs_loop(i);
   }
   ir_inst **work = count ? malloc(count * sizeof *work) : NULL;
   if (count && !work)
      s->out_of_memory = true;
   if (!work)
      return false;
   count = 0;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next) {
         if (needs_loop(i))
            work[count++] = i;
      }
   }
   for (size_t k = 0; k < count && !s->out_of_memory && !s->too_deep; k++)
      wrap(s, work[k]);
   free(work);
   if (!s->out_of_memory)
      ir_apply_forwards(s);
   return true;
}
