/* Instruction selection of image operations.
 *
 * Descriptors are groups of eight scalar registers; lower_waterfall.c has made them uniform. The parts of an image
 * address are collected into one group of vector registers, in the order of manual chapter "Images".
 */
#include "isel.h"

static mach_operand image_address(isel_ctx *c, ir_inst *i)
{
   unsigned first = ir_image_fixed(i), n = i->nsrc - first;
   mach_operand group = isel_new(c, MACH_V, n);
   for (unsigned k = 0; k < n; k++)
      isel_copy(c, group.value + k, isel_any(c, i->src[first + k]));
   return group;
}

static mach_operand descriptor(isel_ctx *c, ir_inst *desc)
{
   return mach_unit_op(isel_unit_of(c, desc));
}

static enum isa_op atomic_op(const ir_inst *i)
{
   return (enum isa_op)((i->ncomp == 2 ? ISA_OP_img_atom64_add : ISA_OP_img_atom_add) + (i->aux - IR_ATOM_ADD));
}
/* ORDER isa.def, enum ir_atomic */
_Static_assert(ISA_OP_img_atom_min_i32 - ISA_OP_img_atom_add == IR_ATOM_IMIN &&
                  ISA_OP_img_atom_min_u32 - ISA_OP_img_atom_add == IR_ATOM_UMIN &&
                  ISA_OP_img_atom_and - ISA_OP_img_atom_add == IR_ATOM_AND &&
                  ISA_OP_img_atom_cmpswap - ISA_OP_img_atom_add == IR_ATOM_CMPSWAP &&
                  ISA_OP_img_atom64_cmpswap - ISA_OP_img_atom64_add == IR_ATOM_CMPSWAP,
               "image atomics follow each other like enum ir_atomic");

static enum isa_op op_of(const ir_inst *i)
{
   switch (i->op) {
   case IR_img_load: return ISA_OP_img_load;
   case IR_img_store: return ISA_OP_img_store;
   case IR_img_sample: return ISA_OP_img_sample;
   case IR_img_gather: return ISA_OP_img_gather;
   case IR_img_lod: return ISA_OP_img_lod;
   case IR_img_size: return ISA_OP_img_size;
   case IR_img_info: return ISA_OP_img_info;
   default: return atomic_op(i);
   }
}

/* Operand B: texel, atomic data or sampler. */
static mach_operand second(isel_ctx *c, ir_inst *i)
{
   switch (i->op) {
   case IR_img_store: return isel_vector(c, i->src[1]);
   case IR_img_atomic: return isel_atomic_data(c, i, 1);
   case IR_img_sample: case IR_img_gather: case IR_img_lod: return descriptor(c, i->src[1]);
   default: return mach_none();
   }
}

static mach_operand third(isel_ctx *c, ir_inst *i)
{
   if (i->op == IR_img_info)
      return mach_none();
   return i->op == IR_img_size ? isel_any(c, i->src[1]) : image_address(c, i);
}

void isel_image(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   if (i->op == IR_res_desc) {
      isel_descriptor(c, i, dst);
      return;
   }
   if (i->op == IR_first_lane) {
      isel_emit(c, ISA_OP_v_readfirst, dst, isel_vector(c, i->src[0]), mach_none(), mach_none());
      return;
   }
   bool atomic = i->op == IR_img_atomic;
   mach_operand a = descriptor(c, i->src[0]), b = second(c, i), at = third(c, i);
   if (atomic)
      isel_note_order(c, i);
   mach_inst *m = isel_emit(c, op_of(i), atomic && !i->use_count ? mach_none() : dst, a, b, at);
   m->img = isa_img_unpack(i->imm);
   m->coherent = i->coherent;
   m->ret = atomic && i->use_count;
}
