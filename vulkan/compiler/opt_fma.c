/* Contraction: a product used once, by an addition, becomes part of one ffma.
 *
 * Vulkan allows it unless either operation is exact (NoContraction). The results differ from the separate
 * ones in the last bit, so tests that compare before and after leave this pass out.
 */
#include "ir.h"

static bool fusable(const ir_inst *mul, const ir_inst *add)
{
   return mul->op == IR_fmul && mul->use_count == 1 && !mul->exact && mul->block->loop == add->block->loop;
}

static ir_inst *fuse(ir_shader *s, ir_inst *i)
{
   ir_builder b = {.s = s, .block = i->block, .before = i, .spirv_word = i->spirv_word};
   ir_inst *x = i->src[0], *y = i->src[1];
   if (fusable(x, i)) {
      ir_inst *addend = i->op == IR_fsub ? ir_op1(&b, IR_fneg, y) : y;
      return ir_op3(&b, IR_ffma, x->src[0], x->src[1], addend);
   }
   if (!fusable(y, i))
      return NULL;
   ir_inst *factor = i->op == IR_fsub ? ir_op1(&b, IR_fneg, y->src[0]) : y->src[0];
   return ir_op3(&b, IR_ffma, factor, y->src[1], x);
}

bool opt_fma(ir_shader *s)
{
   bool progress = false;
   ir_index_blocks(s);
   ir_count_uses(s);
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i && !s->out_of_memory; i = i->next) {
         if ((i->op != IR_fadd && i->op != IR_fsub) || i->exact)
            continue;
         i->forward = fuse(s, i);
         progress = progress || i->forward;
      }
   }
   if (!s->out_of_memory)
      ir_apply_forwards(s);
   return progress;
}
