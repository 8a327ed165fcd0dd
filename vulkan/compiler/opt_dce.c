/* Dead code: whatever no side effect, jump or branch condition depends on is removed, loads included.
 *
 * Marking starts at the effects, so that phis which only feed each other die too.
 */
#include "ir.h"

#include <stdlib.h>

struct dce {
   ir_inst **work;
   size_t count;
};

static void mark(struct dce *d, ir_inst *i)
{
   if (i->pass_flags)
      return;
   i->pass_flags = 1;
   d->work[d->count++] = i;
}

static bool is_root(const ir_inst *i)
{
   if (i->op == IR_out_store && i->src[1]->op == IR_undef)
      return false; /* an output that nobody wrote: any value will do, also the one that is there */
   return (ir_op_flags((enum ir_op)i->op) & IR_OPF_EFFECT) || ir_is_jump(i);
}

bool opt_dce(ir_shader *s)
{
   struct dce d = {.work = malloc(s->next_id * sizeof(ir_inst *))};
   if (!d.work) {
      s->out_of_memory = true;
      return false;
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next)
         i->pass_flags = 0;
   }
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next) {
         if (is_root(i))
            mark(&d, i);
      }
      if (b->node.next && b->node.next->kind == IR_NODE_IF)
         mark(&d, ir_as_if(b->node.next)->cond);
   }
   while (d.count) {
      ir_inst *i = d.work[--d.count];
      for (unsigned k = 0; k < i->nsrc; k++)
         mark(&d, i->src[k]);
   }
   bool progress = false;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first, *next; i; i = next) {
         next = i->next;
         if (!i->pass_flags) {
            ir_remove(i);
            progress = true;
         }
      }
   }
   free(d.work);
   return progress;
}
