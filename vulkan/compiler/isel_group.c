/* Instruction selection of what looks across the active lanes: ballots, reads of other lanes, reductions and scans.
 *
 * All of it obeys exec by itself: the mask of a ballot is cut to the active lanes, v_group_* fold active lanes only. A
 * shuffle whose index is uniform reads one lane into a scalar register. A value in a scalar register is the same in
 * every lane, so reading another lane's is a copy.
 */
#include "isel.h"

_Static_assert(ISA_OP_v_group_max_f32 == ISA_OP_v_group_add_u32 + IR_GROUP_FMAX &&
                  ISA_OP_v_group_xor == ISA_OP_v_group_add_u32 + IR_GROUP_XOR &&
                  ISA_OP_v_group_max_u64 == ISA_OP_v_group_add_u64 + IR_GROUP_UMAX &&
                  ISA_OP_v_group_add_f64 == ISA_OP_v_group_max_u64 + 1 &&
                  ISA_OP_v_group_max_f64 == ISA_OP_v_group_add_f64 + 3,
               "operations on groups of lanes are in the order of enum ir_group");

static bool in_scalar(isel_ctx *c, const ir_inst *i)
{
   return isel_is_const(i) || isel_val(c, i)->home == HOME_S;
}

static void ballot(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   ir_inst *cond = i->src[0];
   if (isel_is_const(cond) && cond->imm)
      isel_emit(c, ISA_OP_s_mov, dst, mach_exec(), mach_none(), mach_none());
   else
      isel_emit(c, ISA_OP_s_and, dst, isel_mask(c, cond), mach_exec(), mach_none());
}

static void shuffle(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   ir_inst *value = i->src[0], *index = i->src[1];
   if (isel_val(c, i)->home == HOME_S)
      isel_emit(c, ISA_OP_v_readlane, dst, isel_vector(c, value), isel_uniform(c, index), mach_none());
   else
      isel_emit(c, ISA_OP_v_shuffle, dst, isel_vector(c, value), isel_any(c, index), mach_none());
}

static void group(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   unsigned first = ISA_OP_v_group_add_u32, op = i->aux;
   if (i->ncomp == 2) {
      first = ISA_OP_v_group_add_u64;
      op = op >= IR_GROUP_FADD ? op - IR_GROUP_FADD + IR_GROUP_UMAX + 1 : op;
   }
   isel_emit(c, (enum isa_op)(first + op), dst, isel_any(c, i->src[0]), mach_const(i->imm), mach_none());
}

void isel_group(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   switch (i->op) {
   case IR_ballot:
      ballot(c, i, dst);
      break;
   case IR_group:
      group(c, i, dst);
      break;
   default:
      if (in_scalar(c, i->src[0]))
         isel_copy(c, dst.value, isel_any(c, i->src[0]));
      else if (i->op == IR_read_first)
         isel_emit(c, ISA_OP_v_readfirst, dst, isel_vector(c, i->src[0]), mach_none(), mach_none());
      else
         shuffle(c, i, dst);
      break;
   }
}
