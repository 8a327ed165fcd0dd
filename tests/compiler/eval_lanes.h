/* What the evaluators of the tests know of lanes that look at each other: where a lane is in the control-flow tree, which
 * lanes of a wave are at one place together, and what the operations across them give.
 *
 * A lane's place is the path from the body's root: node numbers, sides of ifs and iterations of loops. Lanes that wait at
 * the same place are the active ones there, once no lane of the wave is at an earlier place, from which it could still come.
 * That is structured reconvergence, without masks.
 */
#ifndef TEST_EVAL_LANES_H
#define TEST_EVAL_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "eval_wide.h"
#include "ir.h"

struct lane_path {
   uint32_t *at;
   unsigned depth, capacity;
};

static inline unsigned lane_path_push(struct lane_path *p)
{
   if (p->depth == p->capacity) {
      p->capacity = p->capacity ? p->capacity * 2 : 64;
      p->at = realloc(p->at, p->capacity * sizeof *p->at);
      if (!p->at)
         abort();
   }
   p->at[p->depth] = 0;
   return p->depth++;
}

static inline int lane_path_compare(const struct lane_path *a, const struct lane_path *b)
{
   for (unsigned i = 0; i < a->depth && i < b->depth; i++) {
      if (a->at[i] != b->at[i])
         return a->at[i] < b->at[i] ? -1 : 1;
   }
   return a->depth < b->depth ? -1 : a->depth > b->depth;
}

static inline bool lanes_is_cross(const ir_inst *i)
{
   return ir_op_flags((enum ir_op)i->op) & IR_OPF_CROSS;
}

/* One lane at an operation across lanes. */
struct lane_wait {
   const ir_inst *inst; /* NULL: the lane does not wait for others */
   struct lane_path *path;
   uint64_t src[2], result;
};

static inline uint64_t lanes_fold32(unsigned op, uint32_t a, uint32_t b)
{
   float x = wide_float(a), y = wide_float(b);
   switch (op) {
   case IR_GROUP_ADD: return (uint32_t)(a + b);
   case IR_GROUP_MUL: return (uint32_t)(a * b);
   case IR_GROUP_IMIN: return (int32_t)a < (int32_t)b ? a : b;
   case IR_GROUP_IMAX: return (int32_t)a > (int32_t)b ? a : b;
   case IR_GROUP_UMIN: return a < b ? a : b;
   case IR_GROUP_UMAX: return a > b ? a : b;
   case IR_GROUP_AND: return a & b;
   case IR_GROUP_OR: return a | b;
   case IR_GROUP_XOR: return a ^ b;
   case IR_GROUP_FADD: return wide_float_bits(x + y);
   case IR_GROUP_FMUL: return wide_float_bits(x * y);
   case IR_GROUP_FMIN: return wide_float_bits(x < y || y != y ? x : y);
   default: return wide_float_bits(x > y || y != y ? x : y);
   }
}

static inline uint64_t lanes_fold64(unsigned op, uint64_t a, uint64_t b)
{
   double x = wide_double(a), y = wide_double(b);
   switch (op) {
   case IR_GROUP_ADD: return a + b;
   case IR_GROUP_MUL: return a * b;
   case IR_GROUP_IMIN: return (int64_t)a < (int64_t)b ? a : b;
   case IR_GROUP_IMAX: return (int64_t)a > (int64_t)b ? a : b;
   case IR_GROUP_UMIN: return a < b ? a : b;
   case IR_GROUP_UMAX: return a > b ? a : b;
   case IR_GROUP_FADD: return wide_bits(x + y);
   case IR_GROUP_FMUL: return wide_bits(x * y);
   case IR_GROUP_FMIN: return wide_bits(x < y || y != y ? x : y);
   default: return wide_bits(x > y || y != y ? x : y);
   }
}

static inline uint64_t lanes_identity(unsigned op, bool wide)
{
   double number = op == IR_GROUP_FMUL ? 1.0 : op == IR_GROUP_FMIN ? INFINITY : op == IR_GROUP_FMAX ? -INFINITY : 0.0;
   switch (op) {
   case IR_GROUP_MUL: return 1;
   case IR_GROUP_IMIN: return wide ? INT64_MAX : INT32_MAX;
   case IR_GROUP_IMAX: return wide ? (uint64_t)INT64_MIN : 0x80000000u;
   case IR_GROUP_UMIN: case IR_GROUP_AND: return wide ? UINT64_MAX : UINT32_MAX;
   case IR_GROUP_FADD: case IR_GROUP_FMUL: case IR_GROUP_FMIN: case IR_GROUP_FMAX:
      return wide ? wide_bits(number) : wide_float_bits((float)number);
   default: return 0;
   }
}

static inline uint64_t lanes_group(const ir_inst *i, struct lane_wait *const lane[32], uint32_t active, unsigned l)
{
   unsigned log2 = i->imm & 7, mode = i->imm >> 3;
   uint64_t sum = lanes_identity(i->aux, i->ncomp == 2);
   bool any = false;
   for (unsigned k = 0; k < 32; k++) {
      if (!(active >> k & 1) || k >> log2 != l >> log2 || (mode == IR_GROUP_INCLUSIVE && k > l) ||
          (mode == IR_GROUP_EXCLUSIVE && k >= l))
         continue;
      uint64_t v = lane[k]->src[0];
      sum = !any           ? v
            : i->ncomp == 2 ? lanes_fold64(i->aux, sum, v)
                            : lanes_fold32(i->aux, (uint32_t)sum, (uint32_t)v);
      any = true;
   }
   return sum;
}

static inline uint64_t lanes_result(const ir_inst *i, struct lane_wait *const lane[32], uint32_t active, unsigned l)
{
   uint32_t mask = 0;
   switch (i->op) {
   case IR_ballot:
      for (unsigned k = 0; k < 32; k++)
         mask |= active >> k & 1 && lane[k]->src[0] ? 1u << k : 0;
      return mask;
   case IR_read_first:
      return lane[__builtin_ctz(active)]->src[0];
   case IR_shuffle:
      l = lane[l]->src[1] & 31;
      return active >> l & 1 ? lane[l]->src[0] : 0xbad1a9e;
   default:
      return lanes_group(i, lane, active, l);
   }
}

/* All lanes of a wave that have not ended wait, here or at a barrier; lane[k] NULL where there is none. Lets the ones that
 * are not behind any other go on: returns them, with their results set; 0 if nobody waits here. */
static inline uint32_t lanes_resolve(struct lane_wait *const lane[32])
{
   const struct lane_wait *first = NULL;
   uint32_t active = 0;
   for (unsigned k = 0; k < 32; k++) {
      if (lane[k] && lane[k]->inst && (!first || lane_path_compare(lane[k]->path, first->path) < 0))
         first = lane[k];
   }
   for (unsigned k = 0; k < 32 && first; k++) {
      if (lane[k] && lane[k]->inst && !lane_path_compare(lane[k]->path, first->path))
         active |= 1u << k;
   }
   for (unsigned k = 0; k < 32; k++) {
      if (active >> k & 1)
         lane[k]->result = lanes_result(lane[k]->inst, lane, active, k);
   }
   for (unsigned k = 0; k < 32; k++) {
      if (active >> k & 1)
         lane[k]->inst = NULL;
   }
   return active;
}

#endif
