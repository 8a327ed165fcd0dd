/* Instruction selection of what only graphics stages have: launch values, records, patch memory, interpolation.
 *
 * Launch values are units of their own (isel.c). Outputs whose value is undefined have been dropped before.
 */
#include "isel.h"

bool isel_is_stage(unsigned op)
{
   return op >= IR_launch_v && op <= IR_live;
}

static void finish(isel_ctx *c, enum isa_op op, mach_operand dst, mach_operand a, mach_operand b, mach_operand d, uint32_t imm)
{
   isel_emit(c, op, dst, a, b, d)->imm = imm;
}

static void record(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   bool store = i->type == IR_T_NONE;
   uint32_t imm;
   bool by_vertex = i->op == IR_in_load || i->op == IR_corner_load;
   mach_operand vertex = by_vertex ? isel_any(c, i->src[0]) : mach_none();
   mach_operand value = store ? isel_any(c, i->src[1]) : mach_none();
   mach_operand at = isel_address(c, i->src[by_vertex], false, i->imm, &imm);
   enum isa_op op = i->op == IR_in_load       ? ISA_OP_i_load
                    : i->op == IR_corner_load ? ISA_OP_f_vertex
                    : i->op == IR_patch_load ? ISA_OP_t_load
                    : i->op == IR_out_store  ? ISA_OP_o_store
                                             : ISA_OP_t_store;
   finish(c, op, dst, vertex, at, value, imm);
}

void isel_stage(isel_ctx *c, ir_inst *i)
{
   mach_operand none = mach_none(), dst = i->type == IR_T_NONE ? none : mach_unit_op(isel_unit_of(c, i));
   mach_operand a = i->nsrc > 0 ? isel_any(c, i->src[0]) : none, b = i->nsrc > 1 ? isel_any(c, i->src[1]) : none;
   switch (i->op) {
   case IR_launch_v: case IR_launch_s:
      break;
   case IR_in_load: case IR_corner_load: case IR_patch_load: case IR_patch_store: case IR_out_store:
      record(c, i, dst);
      break;
   case IR_gs_emit: finish(c, ISA_OP_gs_emit, none, none, none, none, i->imm); break;
   case IR_gs_cut: finish(c, ISA_OP_gs_cut, none, none, none, none, i->imm); break;
   case IR_bary: finish(c, ISA_OP_f_bary, dst, none, none, none, i->imm); break;
   case IR_bary_at: finish(c, ISA_OP_f_bary_at, dst, a, b, none, i->imm); break;
   case IR_bary_sample: finish(c, ISA_OP_f_bary_sample, dst, a, none, none, i->imm); break;
   case IR_interp: finish(c, ISA_OP_f_interp, dst, a, b, mach_const(0), 4 * i->imm); break;
   case IR_flat: finish(c, ISA_OP_f_flat, dst, none, mach_const(0), none, 4 * i->imm); break;
   case IR_demote: finish(c, ISA_OP_f_demote, none, mach_exec(), none, none, 0); break;
   default: finish(c, ISA_OP_f_live, dst, none, none, none, 0); break;
   }
}
