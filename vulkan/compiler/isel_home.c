/* Which register file a value lives in.
 *
 * Divergent values live in vector registers, bools as masks in scalar registers. A uniform value lives in a
 * scalar register if the scalar unit can compute it from scalar operands, else in vector registers, where all
 * active lanes agree: floats mostly. Starts with every candidate scalar and demotes to a fixed point. The
 * same walk finds the bools in "full" form: computed by scalar compares from scalar values, they are 0 or ~0
 * independent of exec.
 */
#include <string.h>

#include "isel.h"

static bool in_scalar(isel_ctx *c, const ir_inst *i)
{
   return isel_is_const(i) || isel_val(c, i)->home == HOME_S;
}

static bool all_scalar(isel_ctx *c, const ir_inst *i)
{
   for (unsigned k = 0; k < i->nsrc; k++) {
      if (!in_scalar(c, i->src[k]))
         return false;
   }
   return true;
}

static bool all_full(isel_ctx *c, const ir_inst *i, unsigned first)
{
   for (unsigned k = first; k < i->nsrc; k++) {
      if (!isel_is_const(i->src[k]) && !isel_val(c, i->src[k])->full)
         return false;
   }
   return true;
}

static bool bool_full(isel_ctx *c, const ir_inst *i)
{
   if (i->divergent)
      return false;
   switch (i->op) {
   case IR_bconst: case IR_undef:
      return true;
   case IR_band: case IR_bor: case IR_bxor: case IR_bnot: case IR_sel: case IR_phi:
      return all_full(c, i, 0);
   default: /* compares */
      return isel_has_scalar_op(i->op) && all_scalar(c, i);
   }
}

bool isel_scalar_buffer(const isel_ctx *c, const ir_inst *load)
{
   const ir_inst *desc = load->src[0];
   const struct sc_input *in = c->s->input;
   if (load->coherent || load->aux != IR_W_DWORDS || desc->op != IR_desc || desc->divergent || !in ||
       desc->imm >= in->binding_count)
      return false;
   return in->bindings[desc->imm].kind == SC_BINDING_UNIFORM_BUFFER || !c->written[desc->imm];
}

/* Can the value be in scalar registers, given where its sources are now? */
static bool can_be_scalar(isel_ctx *c, ir_inst *i)
{
   isel_value *v = isel_val(c, i);
   switch (i->op) {
   case IR_const: case IR_undef: case IR_group_id: case IR_grid_size: case IR_wave_index:
   case IR_launch_s:
      return true;
   case IR_ballot: case IR_read_first: case IR_shuffle:
      return true; /* uniform shuffles read one lane */
   case IR_desc: case IR_push_load: case IR_res_desc: case IR_first_lane:
      return true; /* a uniform index is brought to a scalar register if it is not in one */
   case IR_extract: case IR_buf_size: case IR_phi:
      return all_scalar(c, i);
   case IR_buf_load:
      if (isel_scalar_buffer(c, i) && all_scalar(c, i)) {
         v->via_vector = false;
         return true;
      }
      v->via_vector = v->wants_scalar;
      return v->wants_scalar;
   case IR_lds_load:
      v->via_vector = v->wants_scalar;
      return v->wants_scalar;
   case IR_sel:
      return in_scalar(c, i->src[1]) && in_scalar(c, i->src[2]) &&
             (isel_is_const(i->src[0]) || isel_val(c, i->src[0])->full);
   default:
      return isel_has_scalar_op(i->op) && all_scalar(c, i);
   }
}

static void note_writes(isel_ctx *c, const ir_inst *i)
{
   size_t count = c->s->input ? c->s->input->binding_count : 0;
   if (i->op != IR_buf_store && i->op != IR_buf_atomic)
      return;
   if (i->src[0]->op == IR_desc && i->src[0]->imm < count)
      c->written[i->src[0]->imm] = true;
   else
      memset(c->written, true, count);
}

static void note_wishes(isel_ctx *c, const ir_inst *i)
{
   if (i->divergent || !isel_has_scalar_op(i->op) || i->op == IR_sel)
      return;
   for (unsigned k = 0; k < i->nsrc; k++) {
      const ir_inst *src = i->src[k]->op == IR_extract ? i->src[k]->src[0] : i->src[k];
      isel_val(c, src)->wants_scalar = true;
   }
}

static void start(isel_ctx *c, ir_inst *i)
{
   isel_value *v = isel_val(c, i);
   note_writes(c, i);
   note_wishes(c, i);
   if (i->type == IR_T_NONE)
      return;
   v->home = i->type == IR_T_BOOL || !i->divergent ? HOME_S : HOME_V;
   v->full = i->type == IR_T_BOOL && !i->divergent;
}

static bool demote(isel_ctx *c, ir_inst *i)
{
   isel_value *v = isel_val(c, i);
   if (i->type == IR_T_BOOL) {
      if (!v->full || bool_full(c, i))
         return false;
      v->full = false;
      return true;
   }
   if (i->type == IR_T_NONE || v->home != HOME_S || can_be_scalar(c, i))
      return false;
   v->home = HOME_V;
   return true;
}

void isel_decide_homes(isel_ctx *c)
{
   for (ir_block *b = ir_first_block(c->s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next)
         start(c, i);
   }
   for (bool changed = true; changed;) {
      changed = false;
      for (ir_block *b = ir_first_block(c->s); b; b = ir_next_block(b)) {
         for (ir_inst *i = b->first; i; i = i->next)
            changed |= demote(c, i);
      }
   }
}
