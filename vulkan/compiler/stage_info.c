/* What a graphics shader does to its output record, found in the optimised IR: outputs that are declared and never written
 * count as absent.
 */
#include <stdlib.h>
#include <string.h>

#include "gfx_stage.h"
#include "ir.h"
#include "gfx_stage.h"
#include "sc.h"

static void note_output(sc_stage_info *info, const ir_inst *i)
{
   const ir_inst *at = i->src[0];
   uint32_t first = 0, last = GPU_GFX_RECORD_DW_MAX - 1;
   if (at->op == IR_const)
      first = last = (at->imm + i->imm) / 4;
   for (uint32_t dw = first; dw <= last && dw < 32 * 5; dw++)
      info->outputs[dw / 32] |= 1u << dw % 32;
   if (i->aux && first == last)
      info->cull_distances |= (uint8_t)(1u << (first - GPU_RECORD_DISTANCE) % 8);
}

static void note(sc_stage_info *info, const ir_inst *i)
{
   switch (i->op) {
   case IR_out_store:
      note_output(info, i);
      break;
   case IR_demote:
      info->demotes = true;
      break;
   case IR_buf_store: case IR_buf_atomic: case IR_img_store: case IR_img_atomic:
      info->side_effects = true;
      break;
   default:
      break;
   }
}

bool sc_stage_finish(ir_shader *s, struct sc_program *out)
{
   if (!s->stage)
      return true;
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b))
      for (ir_inst *i = b->first; i; i = i->next)
         note(s->stage, i);
   out->stage = malloc(sizeof *out->stage);
   if (out->stage)
      *out->stage = *s->stage;
   return out->stage != NULL;
}
