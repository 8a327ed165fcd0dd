/* Instruction selection: entry point, and operands of every kind.
 *
 * Values get units when first needed. A value that is needed in the other register file is moved there once
 * per block. Constants are operands; all but one distinct literal of an instruction are put into a register.
 */
#include "isel.h"

#include <stdlib.h>
#include <string.h>

#include "gpu.h"

/* ---- emission -------------------------------------------------------------------------------- */

static bool is_literal(const mach_operand *o)
{
   return o->kind == MACH_CONST && isa_inline_bits(o->value) == ISA_LITERAL;
}

/* An instruction holds one literal: others become scalar registers. */
static void limit_literals(isel_ctx *c, uint32_t block, mach_inst *i)
{
   const mach_operand *first = NULL;
   for (int k = 0; k < 3; k++) {
      if (!is_literal(&i->src[k]) || i->op == MACH_COPY)
         continue;
      if (!first || i->src[k].value == first->value) {
         first = first ? first : &i->src[k];
         continue;
      }
      mach_inst mov = {.op = MACH_COPY, .dst = isel_new(c, MACH_S, 1), .src = {i->src[k]}};
      mach_append(c->m, block, &mov);
      i->src[k] = mov.dst;
   }
}

mach_inst *isel_emit_at(isel_ctx *c, uint32_t block, enum isa_op op, mach_operand dst, mach_operand a,
                        mach_operand b, mach_operand d)
{
   mach_inst i = {.op = (uint16_t)op, .dst = dst, .src = {a, b, d}, .target = MACH_NO_BLOCK};
   limit_literals(c, block, &i);
   mach_inst *placed = mach_append(c->m, block, &i);
   if (dst.kind == MACH_EXEC)
      c->epoch++;
   return placed ? placed : &c->no_memory;
}

mach_inst *isel_emit(isel_ctx *c, enum isa_op op, mach_operand dst, mach_operand a, mach_operand b,
                     mach_operand d)
{
   return isel_emit_at(c, c->cur, op, dst, a, b, d);
}

void isel_copy(isel_ctx *c, uint32_t dst_unit, mach_operand src)
{
   isel_emit(c, (enum isa_op)MACH_COPY, mach_unit_op(dst_unit), src, mach_none(), mach_none());
}

mach_operand isel_new(isel_ctx *c, enum mach_class cls, unsigned size)
{
   return mach_unit_op(mach_new_units(c->m, cls, size));
}

/* ---- launch state ------------------------------------------------------------------------------ */

/* A unit group that starts out as what the hardware puts into `reg`. The copy lets the value live elsewhere.
 */
static uint32_t launch_value(isel_ctx *c, enum mach_class cls, unsigned reg, unsigned size)
{
   uint32_t fixed = mach_new_units(c->m, cls, size), unit = mach_new_units(c->m, cls, size);
   if (c->m->out_of_memory)
      return 0;
   mach_inst start = {.op = MACH_FIXED, .dst = mach_unit_op(fixed), .imm = size};
   mach_insert(c->m, c->entry, 0, &start); /* all of them stand first: they are all set at once */
   for (unsigned k = 0; k < size; k++) {
      c->m->units[fixed + k].fixed = (int16_t)(reg + k);
      c->m->units[unit + k].hint = (int16_t)(reg + k);
      mach_inst copy = {.op = MACH_COPY, .dst = mach_unit_op(unit + k), .src = {mach_unit_op(fixed + k)}};
      mach_append(c->m, c->entry, &copy);
   }
   return unit;
}

/* Launch register of a graphics stage. */
static uint32_t launch_unit(isel_ctx *c, const ir_inst *i)
{
   bool vector = i->op == IR_launch_v;
   uint32_t reg = vector ? i->imm % ISA_MAX_VREGS : i->imm % ISEL_LAUNCH_SREGS;
   uint32_t *unit = vector ? &c->launch_v[reg] : &c->launch_s[reg];
   if (*unit == ISEL_NONE)
      *unit = launch_value(c, vector ? MACH_V : MACH_S, reg, 1);
   return *unit;
}

/* ---- operands -------------------------------------------------------------------------------- */

uint32_t isel_unit_of(isel_ctx *c, ir_inst *i)
{
   isel_value *v = isel_val(c, i);
   if (v->unit != ISEL_NONE)
      return v->unit;
   if (i->op == IR_extract) {
      v->unit = isel_unit_of(c, i->src[0]) + i->imm;
   } else if (i->op == IR_buf_size) {
      v->unit = isel_unit_of(c, i->src[0]) + 2; /* the descriptor's size field */
   } else if (i->op == IR_local_id || i->op == IR_group_id || i->op == IR_grid_size) {
      const uint32_t *units = i->op == IR_local_id   ? c->local_id
                              : i->op == IR_group_id ? c->group_id
                                                     : c->grid_size;
      v->unit = units[i->imm < 3 ? i->imm : 0];
   } else if (i->op == IR_wave_index) {
      v->unit = c->wave_index;
   } else if (i->op == IR_launch_v || i->op == IR_launch_s) {
      v->unit = launch_unit(c, i);
   } else if (v->home == HOME_V) {
      v->unit = mach_new_units(c->m, MACH_V, i->ncomp);
   } else {
      v->unit =
          mach_new_units(c->m, MACH_S, i->ncomp == 3 ? 4 : i->ncomp); /* there is no scalar load of three */
   }
   return v->unit;
}

mach_operand isel_any(isel_ctx *c, ir_inst *i)
{
   if (isel_is_const(i))
      return mach_const(i->imm);
   return mach_unit_op(isel_unit_of(c, i));
}

/* The value in the other register file: components one by one, remembered for the rest of the block. */
static mach_operand moved(isel_ctx *c, ir_inst *i, enum mach_class to)
{
   isel_value *v = isel_val(c, i);
   if (v->moved_unit != ISEL_NONE && v->moved_block == c->cur)
      return mach_unit_op(v->moved_unit);
   mach_operand dst = isel_new(c, to, i->ncomp);
   for (unsigned k = 0; k < i->ncomp; k++) {
      mach_operand src =
          isel_is_const(i) ? mach_const(i->imm) : mach_plus(mach_unit_op(isel_unit_of(c, i)), k);
      if (to == MACH_S)
         isel_emit(c, ISA_OP_v_readfirst, mach_plus(dst, k), src, mach_none(), mach_none());
      else
         isel_copy(c, dst.value + k, src);
   }
   v->moved_unit = dst.value;
   v->moved_block = c->cur;
   return dst;
}

mach_operand isel_uniform(isel_ctx *c, ir_inst *i)
{
   if (isel_is_const(i) || isel_val(c, i)->home == HOME_S)
      return isel_any(c, i);
   return moved(c, i, MACH_S);
}

mach_operand isel_vector(isel_ctx *c, ir_inst *i)
{
   if (!isel_is_const(i) && isel_val(c, i)->home == HOME_V)
      return mach_unit_op(isel_unit_of(c, i));
   return moved(c, i, MACH_V);
}

mach_operand isel_mask(isel_ctx *c, ir_inst *i)
{
   if (isel_is_const(i))
      return mach_const(i->imm ? 0xffffffffu : 0);
   return mach_unit_op(isel_unit_of(c, i));
}

static void launch_state(isel_ctx *c)
{
   c->root = launch_value(c, MACH_S, 0, 2);
   memset(c->launch_v, 0xff, sizeof c->launch_v); /* ISEL_NONE */
   memset(c->launch_s, 0xff, sizeof c->launch_s);
   if (c->s->stage)
      return;
   for (unsigned k = 0; k < 3; k++) {
      c->local_id[k] = launch_value(c, MACH_V, GPU_VREG_LOCAL_ID + k, 1);
      c->group_id[k] = launch_value(c, MACH_S, GPU_SREG_GROUP_ID + k, 1);
      c->grid_size[k] = launch_value(c, MACH_S, GPU_SREG_GRID + k, 1);
   }
   c->wave_index = launch_value(c, MACH_S, GPU_SREG_WAVE_INDEX, 1);
}

/* ---- entry --------------------------------------------------------------------------------------- */

/* Saturation of a value that nobody else uses is done by the operation that computes it. */
static void fold_saturation(isel_ctx *c)
{
   ir_count_uses(c->s);
   for (ir_block *b = ir_first_block(c->s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next) {
         if (i->op != IR_fsat || i->src[0]->use_count != 1 || !isel_takes_sat(i->src[0]->op))
            continue;
         isel_val(c, i->src[0])->sat = i;
         isel_val(c, i)->folded = true;
      }
   }
}

static void run(isel_ctx *c)
{
   mach *m = c->m;
   c->entry = mach_new_block(m, 0, 0);
   mach_place(m, c->entry);
   launch_state(c);
   c->cur = mach_new_block(m, 0, 0);
   mach_place(m, c->cur);
   m->blocks[c->entry].logical[0] = m->blocks[c->entry].physical[0] = c->cur;
   isel_list(c, &c->s->body);
   isel_emit(c, ISA_OP_s_endpgm, mach_none(), mach_none(), mach_none(), mach_none());
}

mach *isel(ir_shader *s)
{
   isel_ctx c = {.s = s, .m = mach_create(), .values = malloc(s->next_id * sizeof(isel_value))};
   size_t bindings = s->input ? s->input->binding_count : 0;
   c.written = calloc(bindings + 1, sizeof *c.written);
   if (c.m && c.values && c.written) {
      memset(c.values, 0, s->next_id * sizeof *c.values);
      for (uint32_t i = 0; i < s->next_id; i++)
         c.values[i].unit = c.values[i].moved_unit = ISEL_NONE;
      for (unsigned i = 0; i < SC_MAX_SETS; i++)
         c.set_pointer[i] = ISEL_NONE;
      ir_build_cfg(s);
      isel_decide_homes(&c);
      fold_saturation(&c);
      run(&c);
   }
   if (c.m && (!c.values || !c.written || c.m->out_of_memory || s->out_of_memory)) {
      mach_destroy(c.m);
      c.m = NULL;
   }
   free(c.values);
   free(c.written);
   return c.m;
}
