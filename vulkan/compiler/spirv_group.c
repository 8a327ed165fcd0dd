/* SPIR-V reader: subgroup operations. A subgroup is a wave of 32 lanes.
 *
 * What moves values between lanes works on scalars as bits; arithmetic on components in their working form. Votes and
 * ballots come from one mask of 32 bits; the other words of a ballot are 0. Which lanes take part is decided by where
 * the instruction stands in the control-flow tree, so it is emitted right there and stays there (IR_OPF_CROSS).
 */
#include "spirv_reader.h"

#include "isa.h"

static void check_scope(spv_reader *r, uint32_t id)
{
   uint32_t scope = 0;
   if (!spv_try_const_u32(r, id, &scope))
      spv_fail(r, SC_E_INVALID, "scope %u is not a constant", id);
   if (scope != SpvScopeSubgroup)
      spv_fail(r, SC_E_UNSUPPORTED, "scope %u is not supported here, only Subgroup", scope);
}

static ir_inst *lane(spv_reader *r)
{
   return ir_op0(&r->b, IR_lane_id, 0);
}

static ir_inst *ballot(spv_reader *r, ir_inst *cond)
{
   return E1(r, ballot, cond);
}

static ir_inst *as_bits(spv_reader *r, ir_inst *s)
{
   return s->type == IR_T_BOOL ? E3(r, sel, s, spv_c32(r, 1), spv_c32(r, 0)) : s;
}

static ir_inst *like(spv_reader *r, const ir_inst *original, ir_inst *bits)
{
   return original->type == IR_T_BOOL ? E2(r, ine, bits, spv_c32(r, 0)) : bits;
}

static ir_inst *predicate(spv_reader *r, uint32_t id)
{
   return spv_use_class(r, id, 'b', 1)->c[0];
}

/* Low word of a ballot operand, the only one that counts. */
static ir_inst *mask_operand(spv_reader *r, uint32_t id)
{
   return spv_use_class(r, id, 'i', 4)->c[0];
}

static const spv_type *result_type(spv_reader *r, const spv_inst *i)
{
   return spv_get(r, i->w[2])->type;
}

static void set_scalar(spv_reader *r, const spv_inst *i, char cls, ir_inst *x)
{
   spv_value *v = spv_new_value(r, result_type(r, i));
   if (!spv_is_scalar(v->type) || spv_scalar_class(v->type) != cls)
      spv_fail(r, SC_E_INVALID, "result of type %u", v->type->id);
   v->c[0] = x;
   spv_set(r, i->w[2], v);
}

static void set_ballot(spv_reader *r, const spv_inst *i, ir_inst *mask)
{
   spv_value *v = spv_new_value(r, result_type(r, i));
   if (v->type->kind != SPV_T_VECTOR || v->type->count != 4 || spv_scalar_class(v->type) != 'i')
      spv_fail(r, SC_E_INVALID, "result of type %u", v->type->id);
   v->c[0] = mask;
   v->c[1] = v->c[2] = v->c[3] = spv_c32(r, 0);
   spv_set(r, i->w[2], v);
}

/* A scalar or vector operand of the result's type. */
static const spv_value *value_operand(spv_reader *r, const spv_inst *i, uint32_t id)
{
   const spv_value *v = spv_use(r, id);
   if (v->type != result_type(r, i) || !spv_kind(v->type) || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "operand %u has type %u", id, v->type->id);
   return v;
}

/* ---- votes and masks --------------------------------------------------------------------------- */

static ir_inst *all(spv_reader *r, ir_inst *cond)
{
   return E2(r, ieq, ballot(r, E1(r, bnot, cond)), spv_c32(r, 0));
}

static ir_inst *any(spv_reader *r, ir_inst *cond)
{
   return E2(r, ine, ballot(r, cond), spv_c32(r, 0));
}

static ir_inst *component_equal(spv_reader *r, const spv_value *a, const spv_value *b, uint32_t k)
{
   if (spv_kind(a->type) == 'b')
      return E1(r, bnot, E2(r, bxor, a->c[k], b->c[k]));
   ir_inst *x = spv_get_component(r, a, k, false), *y = spv_get_component(r, b, k, false);
   return spv_kind(a->type) == 'f' ? E2(r, feq, x, y) : E2(r, ieq, x, y);
}

/* Does every lane have what the lowest one has? */
static ir_inst *all_equal(spv_reader *r, uint32_t id)
{
   const spv_value *v = spv_use(r, id);
   if (!spv_kind(v->type) || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "operand %u has type %u", id, v->type->id);
   spv_value *first = spv_new_value(r, v->type);
   for (uint32_t k = 0; k < v->type->scalars; k++)
      first->c[k] = like(r, v->c[k], E1(r, read_first, as_bits(r, v->c[k])));
   ir_inst *same = component_equal(r, v, first, 0);
   for (uint32_t k = 1; k < spv_components(v->type); k++)
      same = E2(r, band, same, component_equal(r, v, first, k));
   return all(r, same);
}

static ir_inst *elect(spv_reader *r)
{
   return E2(r, ieq, lane(r), E1(r, ctz, ballot(r, spv_cbool(r, true))));
}

static ir_inst *lanes_below(spv_reader *r, bool and_this)
{
   ir_inst *count = and_this ? E2(r, iadd, lane(r), spv_c32(r, 1)) : lane(r);
   return E2(r, bfm, count, spv_c32(r, 0));
}

ir_inst *spv_subgroup_mask(spv_reader *r, uint32_t builtin)
{
   switch (builtin) {
   case SpvBuiltInSubgroupEqMask:
      return E2(r, shl, spv_c32(r, 1), lane(r));
   case SpvBuiltInSubgroupGeMask:
      return E1(r, not, lanes_below(r, false));
   case SpvBuiltInSubgroupGtMask:
      return E1(r, not, lanes_below(r, true));
   default:
      return lanes_below(r, builtin == SpvBuiltInSubgroupLeMask);
   }
}

static ir_inst *mask_bit(spv_reader *r, ir_inst *mask, ir_inst *index)
{
   return E2(r, ine, E2(r, and, E2(r, shr, mask, index), spv_c32(r, 1)), spv_c32(r, 0));
}

static ir_inst *count_bits(spv_reader *r, uint32_t operation, ir_inst *mask)
{
   switch (operation) {
   case SpvGroupOperationReduce:
      break;
   case SpvGroupOperationInclusiveScan:
      mask = E2(r, and, mask, lanes_below(r, true));
      break;
   case SpvGroupOperationExclusiveScan:
      mask = E2(r, and, mask, lanes_below(r, false));
      break;
   default:
      spv_fail(r, SC_E_INVALID, "group operation %u is not defined for it", operation);
   }
   return E1(r, bcnt, mask);
}

/* ---- values of other lanes ----------------------------------------------------------------------- */

/* index: of the lane to read, NULL for the lowest active one. */
static void emit_move(spv_reader *r, const spv_inst *i, uint32_t id, ir_inst *index)
{
   const spv_value *v = value_operand(r, i, id);
   spv_value *out = spv_new_value(r, v->type);
   for (uint32_t k = 0; k < v->type->scalars; k++) {
      ir_inst *bits = as_bits(r, v->c[k]);
      bits = index ? E2(r, shuffle, bits, index) : E1(r, read_first, bits);
      out->c[k] = like(r, v->c[k], bits);
   }
   spv_set(r, i->w[2], out);
}

/* log2 of a cluster's size; one larger than the wave is the wave. */
static uint32_t cluster_log2(spv_reader *r, uint32_t id)
{
   uint32_t size = 0;
   if (!spv_try_const_u32(r, id, &size) || !size || (size & (size - 1)))
      spv_fail(r, SC_E_INVALID, "cluster size %u is no constant power of two", id);
   return size > ISA_WAVE_LANES ? IR_WAVE_LOG2 : (uint32_t)__builtin_ctz(size);
}

/* The lane's place with its low bits replaced. */
static ir_inst *within(spv_reader *r, uint32_t log2, ir_inst *place)
{
   uint32_t low = (1u << log2) - 1;
   return E2(r, or, E2(r, and, lane(r), spv_c32(r, ~low)), E2(r, and, place, spv_c32(r, low)));
}

static ir_inst *rotated(spv_reader *r, const spv_inst *i)
{
   ir_inst *place = E2(r, iadd, lane(r), spv_use_index(r, i->w[5]));
   return within(r, i->n > 6 ? cluster_log2(r, i->w[6]) : IR_WAVE_LOG2, place);
}

static ir_inst *quad_neighbour(spv_reader *r, uint32_t id)
{
   uint32_t direction = 0;
   if (!spv_try_const_u32(r, id, &direction) || direction > 2)
      spv_fail(r, SC_E_INVALID, "direction %u is not a constant 0, 1 or 2", id);
   return E2(r, xor, lane(r), spv_c32(r, direction + 1)); /* horizontal, vertical, diagonal */
}

/* The lane whose value is wanted. */
static ir_inst *source_lane(spv_reader *r, const spv_inst *i)
{
   if (i->op == SpvOpGroupNonUniformQuadSwap)
      return quad_neighbour(r, i->w[5]);
   if (i->op == SpvOpGroupNonUniformRotateKHR)
      return rotated(r, i);
   ir_inst *operand = spv_use_index(r, i->w[5]);
   switch (i->op) {
   case SpvOpGroupNonUniformShuffleXor:
      return E2(r, xor, lane(r), operand);
   case SpvOpGroupNonUniformShuffleUp:
      return E2(r, isub, lane(r), operand);
   case SpvOpGroupNonUniformShuffleDown:
      return E2(r, iadd, lane(r), operand);
   case SpvOpGroupNonUniformQuadBroadcast:
      return within(r, 2, operand);
   default:
      return operand;
   }
}

/* ---- reductions and scans ------------------------------------------------------------------------ */

struct reduction {
   uint8_t group; /* enum ir_group */
   char kind;     /* of the operand */
   bool sign;     /* small integers are sign-extended */
};

static struct reduction reduction_of(uint32_t op)
{
   switch (op) {
   case SpvOpGroupNonUniformIAdd: return (struct reduction){IR_GROUP_ADD, 'i', false};
   case SpvOpGroupNonUniformFAdd: return (struct reduction){IR_GROUP_FADD, 'f', false};
   case SpvOpGroupNonUniformIMul: return (struct reduction){IR_GROUP_MUL, 'i', false};
   case SpvOpGroupNonUniformFMul: return (struct reduction){IR_GROUP_FMUL, 'f', false};
   case SpvOpGroupNonUniformSMin: return (struct reduction){IR_GROUP_IMIN, 'i', true};
   case SpvOpGroupNonUniformUMin: return (struct reduction){IR_GROUP_UMIN, 'i', false};
   case SpvOpGroupNonUniformFMin: return (struct reduction){IR_GROUP_FMIN, 'f', false};
   case SpvOpGroupNonUniformSMax: return (struct reduction){IR_GROUP_IMAX, 'i', true};
   case SpvOpGroupNonUniformUMax: return (struct reduction){IR_GROUP_UMAX, 'i', false};
   case SpvOpGroupNonUniformFMax: return (struct reduction){IR_GROUP_FMAX, 'f', false};
   case SpvOpGroupNonUniformBitwiseAnd: return (struct reduction){IR_GROUP_AND, 'i', false};
   case SpvOpGroupNonUniformBitwiseOr: return (struct reduction){IR_GROUP_OR, 'i', false};
   case SpvOpGroupNonUniformBitwiseXor: return (struct reduction){IR_GROUP_XOR, 'i', false};
   case SpvOpGroupNonUniformLogicalAnd: return (struct reduction){IR_GROUP_AND, 'b', false};
   case SpvOpGroupNonUniformLogicalOr: return (struct reduction){IR_GROUP_OR, 'b', false};
   default: return (struct reduction){IR_GROUP_XOR, 'b', false};
   }
}

static uint32_t scan_of(spv_reader *r, const spv_inst *i)
{
   switch (i->w[4]) {
   case SpvGroupOperationReduce:
      return IR_GROUP_IMM(IR_GROUP_REDUCE, IR_WAVE_LOG2);
   case SpvGroupOperationInclusiveScan:
      return IR_GROUP_IMM(IR_GROUP_INCLUSIVE, IR_WAVE_LOG2);
   case SpvGroupOperationExclusiveScan:
      return IR_GROUP_IMM(IR_GROUP_EXCLUSIVE, IR_WAVE_LOG2);
   case SpvGroupOperationClusteredReduce:
      spv_need(r, i, 7);
      return IR_GROUP_IMM(IR_GROUP_REDUCE, cluster_log2(r, i->w[6]));
   case SpvGroupOperationPartitionedReduceNV:
      return IR_GROUP_REDUCE;
   case SpvGroupOperationPartitionedInclusiveScanNV:
      return IR_GROUP_INCLUSIVE;
   case SpvGroupOperationPartitionedExclusiveScanNV:
      return IR_GROUP_EXCLUSIVE;
   default:
      spv_fail(r, SC_E_UNSUPPORTED, "group operation %u is not supported", i->w[4]);
   }
}

static ir_inst *group(spv_reader *r, uint8_t op, uint32_t imm, ir_inst *x)
{
   bool bitwise = op >= IR_GROUP_AND && op <= IR_GROUP_XOR;
   if (bitwise && x->ncomp == 2)
      return spv_pair(r, group(r, op, imm, spv_half(r, x, 0)), group(r, op, imm, spv_half(r, x, 1)));
   ir_inst *result = ir_emit(&r->b, IR_group, IR_T_I32, x->ncomp, imm, 1, &x);
   result->aux = op;
   return result;
}

static ir_inst *scan(spv_reader *r, const spv_partition *part, uint8_t op, uint32_t imm, ir_inst *x)
{
   return part ? spv_partition_scan(r, part, op, imm, x) : group(r, op, imm, x);
}

/* Identities of the hardware are those of 32 bits: smaller signed integers have nearer ends. */
static ir_inst *narrow_identity(spv_reader *r, uint8_t op, unsigned width, ir_inst *x)
{
   uint32_t most = (1u << (width - 1)) - 1;
   return op == IR_GROUP_IMIN   ? E2(r, imin, x, spv_c32(r, most))
          : op == IR_GROUP_IMAX ? E2(r, imax, x, spv_c32(r, ~most))
                                : x;
}

static void emit_reduction(spv_reader *r, const spv_inst *i)
{
   struct reduction red = reduction_of(i->op);
   spv_need(r, i, 6);
   const spv_value *v = value_operand(r, i, i->w[5]);
   uint32_t imm = scan_of(r, i), count = spv_components(v->type);
   unsigned width = spv_component(v->type)->width;
   const spv_partition *part = NULL;
   if (spv_kind(v->type) != red.kind)
      spv_fail(r, SC_E_INVALID, "operand %u has type %u", i->w[5], v->type->id);
   if (i->w[4] >= SpvGroupOperationPartitionedReduceNV) {
      spv_need(r, i, 7);
      part = spv_use_partition(r, mask_operand(r, i->w[6]));
   }
   spv_value *out = spv_new_value(r, v->type);
   for (uint32_t k = 0; k < count; k++) {
      if (red.kind == 'b') {
         out->c[k] = like(r, v->c[k], scan(r, part, red.group, imm, as_bits(r, v->c[k])));
         continue;
      }
      ir_inst *x = scan(r, part, red.group, imm, spv_get_component(r, v, k, red.sign));
      if (red.kind == 'i' && width < 32)
         x = narrow_identity(r, red.group, width, x);
      spv_put_component(r, v->type, out->c + k * v->type->slots, x);
   }
   spv_set(r, i->w[2], out);
}

/* ---- instructions ---------------------------------------------------------------------------------- */

/* Those of SPV_KHR_shader_ballot and SPV_KHR_subgroup_vote, which have no scope operand. */
static bool emit_without_scope(spv_reader *r, const spv_inst *i)
{
   if (i->op < SpvOpSubgroupBallotKHR || i->op > SpvOpSubgroupReadInvocationKHR)
      return false;
   spv_need(r, i, i->op == SpvOpSubgroupReadInvocationKHR ? 5 : 4);
   switch (i->op) {
   case SpvOpSubgroupBallotKHR:
      set_ballot(r, i, ballot(r, predicate(r, i->w[3])));
      return true;
   case SpvOpSubgroupFirstInvocationKHR:
      emit_move(r, i, i->w[3], NULL);
      return true;
   case SpvOpSubgroupReadInvocationKHR:
      emit_move(r, i, i->w[3], spv_use_index(r, i->w[4]));
      return true;
   case SpvOpSubgroupAllKHR:
      set_scalar(r, i, 'b', all(r, predicate(r, i->w[3])));
      return true;
   case SpvOpSubgroupAnyKHR:
      set_scalar(r, i, 'b', any(r, predicate(r, i->w[3])));
      return true;
   case SpvOpSubgroupAllEqualKHR:
      set_scalar(r, i, 'b', all_equal(r, i->w[3]));
      return true;
   default:
      return false;
   }
}

static uint32_t words_of(uint32_t op)
{
   switch (op) {
   case SpvOpGroupNonUniformElect:
      return 4;
   case SpvOpGroupNonUniformAll: case SpvOpGroupNonUniformAny: case SpvOpGroupNonUniformAllEqual:
   case SpvOpGroupNonUniformBroadcastFirst: case SpvOpGroupNonUniformBallot:
   case SpvOpGroupNonUniformInverseBallot: case SpvOpGroupNonUniformBallotFindLSB:
   case SpvOpGroupNonUniformBallotFindMSB:
      return 5;
   default:
      return 6;
   }
}

bool spv_emit_group(spv_reader *r, const spv_inst *i)
{
   if (emit_without_scope(r, i))
      return true;
   if (i->op == SpvOpGroupNonUniformPartitionNV) {
      spv_need(r, i, 4);
      const spv_value *v = spv_use(r, i->w[3]);
      if (!spv_kind(v->type) || v->type->kind == SPV_T_MATRIX)
         spv_fail(r, SC_E_INVALID, "operand %u has type %u", i->w[3], v->type->id);
      set_ballot(r, i, spv_partition_of(r, v));
      return true;
   }
   if ((i->op < SpvOpGroupNonUniformElect || i->op > SpvOpGroupNonUniformQuadSwap) &&
       i->op != SpvOpGroupNonUniformRotateKHR)
      return false;
   spv_need(r, i, words_of(i->op));
   check_scope(r, i->w[3]);
   switch (i->op) {
   case SpvOpGroupNonUniformElect:
      set_scalar(r, i, 'b', elect(r));
      break;
   case SpvOpGroupNonUniformAll:
      set_scalar(r, i, 'b', all(r, predicate(r, i->w[4])));
      break;
   case SpvOpGroupNonUniformAny:
      set_scalar(r, i, 'b', any(r, predicate(r, i->w[4])));
      break;
   case SpvOpGroupNonUniformAllEqual:
      set_scalar(r, i, 'b', all_equal(r, i->w[4]));
      break;
   case SpvOpGroupNonUniformBallot:
      set_ballot(r, i, ballot(r, predicate(r, i->w[4])));
      break;
   case SpvOpGroupNonUniformInverseBallot:
      set_scalar(r, i, 'b', mask_bit(r, mask_operand(r, i->w[4]), lane(r)));
      break;
   case SpvOpGroupNonUniformBallotBitExtract:
      set_scalar(r, i, 'b', mask_bit(r, mask_operand(r, i->w[4]), spv_use_index(r, i->w[5])));
      break;
   case SpvOpGroupNonUniformBallotBitCount:
      set_scalar(r, i, 'i', count_bits(r, i->w[4], mask_operand(r, i->w[5])));
      break;
   case SpvOpGroupNonUniformBallotFindLSB:
      set_scalar(r, i, 'i', E1(r, ctz, mask_operand(r, i->w[4])));
      break;
   case SpvOpGroupNonUniformBallotFindMSB:
      set_scalar(r, i, 'i', E1(r, umsb, mask_operand(r, i->w[4])));
      break;
   case SpvOpGroupNonUniformBroadcastFirst:
      emit_move(r, i, i->w[4], NULL);
      break;
   case SpvOpGroupNonUniformBroadcast: case SpvOpGroupNonUniformShuffle: case SpvOpGroupNonUniformShuffleXor:
   case SpvOpGroupNonUniformShuffleUp: case SpvOpGroupNonUniformShuffleDown:
   case SpvOpGroupNonUniformQuadBroadcast: case SpvOpGroupNonUniformQuadSwap:
   case SpvOpGroupNonUniformRotateKHR:
      emit_move(r, i, i->w[4], source_lane(r, i));
      break;
   default:
      emit_reduction(r, i);
      break;
   }
   return true;
}
