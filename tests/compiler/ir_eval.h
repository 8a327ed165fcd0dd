/* A plain evaluator of the IR, for tests: what a shader computes, whatever pass has run over it.
 *
 * One invocation at a time, each on a stack of its own so that barriers and operations across lanes (eval_lanes.h) can
 * switch between them. It knows nothing of exec masks, registers or the ISA, and uses libm where the ISA has polynomials: an independent opinion
 * on the front end and on the optimiser. Include in one test file; Linux only (ucontext).
 */
#ifndef TEST_IR_EVAL_H
#define TEST_IR_EVAL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "eval_lanes.h"
#include "eval_wide.h"
#include "ir.h"
#include "sc.h"

#define EVAL_STACK_B (256u << 10)
#define EVAL_MAX_STEPS (8u << 20) /* per invocation */

struct eval_buffer { uint8_t *data; uint32_t size_B; };

/* What a dispatch sees. buffer(binding index, array element). */
struct eval_env {
   struct eval_buffer (*buffer)(void *user, uint32_t binding, uint32_t element);
   void *user;
   uint8_t push[SC_PUSH_MAX_B];
   uint32_t groups[3];
};

struct eval_value { uint32_t c[8]; };

struct eval_lane {
   ucontext_t context;
   void *stack;
   struct eval_value *v;      /* by instruction id */
   uint32_t *vars;
   uint8_t *scratch;
   uint32_t local[3], index;
   const ir_block *previous;
   uint64_t steps;
   bool done, waiting;
   struct lane_path path;
   struct lane_wait wait;
};

struct eval {
   const struct eval_env *env;
   ir_shader *s;
   uint8_t *lds;
   uint32_t group[3];
   ucontext_t scheduler;
   struct eval_lane *lane;    /* running */
   bool failed;
};

enum eval_next { EVAL_FALL, EVAL_BREAK, EVAL_CONTINUE };

static float eval_f(uint32_t u)
{
   float f;
   memcpy(&f, &u, 4);
   return f;
}

static uint32_t eval_u(float f)
{
   uint32_t u;
   if (f != f)
      return 0x7fc00000u;
   memcpy(&u, &f, 4);
   return u;
}

static uint32_t eval_f2h(float f)
{
   uint32_t u = eval_u(f), sign = u >> 16 & 0x8000u, mag = u & 0x7fffffffu;
   if (mag > 0x7f800000u)
      return 0x7e00u;
   if (mag >= 0x477ff000u)
      return sign | 0x7c00u;
   if (mag < 0x38800000u)
      return sign | (uint32_t)lrintf(ldexpf(eval_f(mag), 24));
   return sign | ((mag - 0x38000000u + 0xfffu + (mag >> 13 & 1)) >> 13);
}

static float eval_h2f(uint32_t h)
{
   uint32_t e = h >> 10 & 31, m = h & 1023;
   float f = e == 31 ? (m ? NAN : INFINITY)
             : e     ? ldexpf((float)(m | 1024), (int)e - 25)
                     : ldexpf((float)m, -24);
   return h & 0x8000u ? -f : f;
}

static uint32_t eval_f2i(float f)
{
   return f != f ? 0 : f >= 0x1p31f ? 0x7fffffffu : f < -0x1p31f ? 0x80000000u : (uint32_t)(int32_t)f;
}

static uint32_t eval_f2u(float f)
{
   return !(f > 0) ? 0 : f >= 0x1p32f ? UINT32_MAX : (uint32_t)f;
}

static uint32_t eval_bfe(uint32_t a, uint32_t offset, uint32_t count, bool sign)
{
   int64_t wide = sign ? (int64_t)(int32_t)a : (int64_t)a;
   offset &= 31;
   count &= 63;
   if (!count)
      return 0;
   wide >>= offset;
   if (count >= 32)
      return (uint32_t)wide;
   uint32_t field = (uint32_t)wide & ((1u << count) - 1);
   return sign && field >> (count - 1) ? field | ~((1u << count) - 1) : field;
}

static uint32_t eval_msb(uint32_t a)
{
   return a ? 31u - (uint32_t)__builtin_clz(a) : UINT32_MAX;
}

static uint32_t eval_brev(uint32_t a)
{
   uint32_t r = 0;
   for (int k = 0; k < 32; k++)
      r |= (a >> k & 1) << (31 - k);
   return r;
}

static bool eval_float(uint16_t op, float a, float b, float c, uint32_t *out)
{
   int e;
   switch (op) {
   case IR_fadd: *out = eval_u(a + b); return true;
   case IR_fsub: *out = eval_u(a - b); return true;
   case IR_fmul: *out = eval_u(a * b); return true;
   case IR_ffma: *out = eval_u(fmaf(a, b, c)); return true;
   case IR_fdiv: *out = eval_u(a / b); return true;
   case IR_fneg: *out = eval_u(a) ^ 0x80000000u; return true;
   case IR_fabs: *out = eval_u(a) & 0x7fffffffu; return true;
   case IR_fsat: *out = eval_u(a > 0 ? (a < 1 ? a : 1) : 0); return true;
   case IR_fmin: *out = eval_u(a < b || b != b ? a : b); return true;
   case IR_fmax: *out = eval_u(a > b || b != b ? a : b); return true;
   case IR_ffloor: *out = eval_u(floorf(a)); return true;
   case IR_fceil: *out = eval_u(ceilf(a)); return true;
   case IR_ftrunc: *out = eval_u(truncf(a)); return true;
   case IR_frndne: *out = eval_u(nearbyintf(a)); return true;
   case IR_ffract: *out = eval_u(fminf(a - floorf(a), 0x1.fffffep-1f)); return true;
   case IR_fsqrt: *out = eval_u(sqrtf(a)); return true;
   case IR_frcp: *out = eval_u(1.0f / a); return true;
   case IR_frsq: *out = eval_u(1.0f / sqrtf(a)); return true;
   case IR_fexp2: *out = eval_u((float)exp2((double)a)); return true;
   case IR_flog2: *out = eval_u((float)log2((double)a)); return true;
   case IR_fsin: *out = eval_u((float)sin((double)a)); return true;
   case IR_fcos: *out = eval_u((float)cos((double)a)); return true;
   case IR_frexp_exp: frexpf(a, &e); *out = a == 0 || !isfinite(a) ? 0 : (uint32_t)e; return true;
   case IR_frexp_mant: *out = a == 0 || !isfinite(a) ? eval_u(a) : eval_u(frexpf(a, &e)); return true;
   case IR_f2i: *out = eval_f2i(a); return true;
   case IR_f2u: *out = eval_f2u(a); return true;
   case IR_f2h: *out = eval_f2h(a); return true;
   case IR_feq: *out = a == b; return true;
   case IR_fne: *out = a < b || a > b; return true;
   case IR_flt: *out = a < b; return true;
   case IR_fle: *out = a <= b; return true;
   case IR_fequ: *out = !(a < b || a > b); return true;
   case IR_fneu: *out = !(a == b); return true;
   case IR_fltu: *out = !(a >= b); return true;
   case IR_fleu: *out = !(a > b); return true;
   default: return false;
   }
}

static bool eval_int(uint16_t op, uint32_t a, uint32_t b, uint32_t c, uint32_t *out)
{
   int32_t sa = (int32_t)a, sb = (int32_t)b;
   bool minus1 = b == UINT32_MAX;
   switch (op) {
   case IR_i2f: *out = eval_u((float)sa); return true;
   case IR_u2f: *out = eval_u((float)a); return true;
   case IR_h2f: *out = eval_u(eval_h2f(a)); return true;
   case IR_fldexp: *out = eval_u(ldexpf(eval_f(a), sb < -1000 ? -1000 : sb > 1000 ? 1000 : sb)); return true;
   case IR_iadd: *out = a + b; return true;
   case IR_isub: *out = a - b; return true;
   case IR_imul: *out = a * b; return true;
   case IR_umulh: *out = (uint32_t)((uint64_t)a * b >> 32); return true;
   case IR_imulh: *out = (uint32_t)((uint64_t)((int64_t)sa * sb) >> 32); return true;
   case IR_udiv: *out = b ? a / b : UINT32_MAX; return true;
   case IR_urem: *out = b ? a % b : a; return true;
   case IR_idiv: *out = !b ? UINT32_MAX : minus1 ? 0u - a : (uint32_t)(sa / sb); return true;
   case IR_irem: *out = !b ? a : minus1 ? 0 : (uint32_t)(sa % sb); return true;
   case IR_imin: *out = sa < sb ? a : b; return true;
   case IR_imax: *out = sa > sb ? a : b; return true;
   case IR_umin: *out = a < b ? a : b; return true;
   case IR_umax: *out = a > b ? a : b; return true;
   case IR_and: case IR_band: *out = a & b; return true;
   case IR_or: case IR_bor: *out = a | b; return true;
   case IR_xor: case IR_bxor: *out = a ^ b; return true;
   case IR_not: *out = ~a; return true;
   case IR_bnot: *out = !a; return true;
   case IR_shl: *out = a << (b & 31); return true;
   case IR_shr: *out = a >> (b & 31); return true;
   case IR_sar: *out = (uint32_t)(sa >> (b & 31)); return true;
   case IR_ubfe: *out = eval_bfe(a, b, c, false); return true;
   case IR_ibfe: *out = eval_bfe(a, b, c, true); return true;
   case IR_bfi: *out = (a & b) | (~a & c); return true;
   case IR_bfm: *out = (a >= 32 ? UINT32_MAX : (1u << a) - 1) << (b & 31); return true;
   case IR_bcnt: *out = (uint32_t)__builtin_popcount(a); return true;
   case IR_brev: *out = eval_brev(a); return true;
   case IR_ctz: *out = a ? (uint32_t)__builtin_ctz(a) : UINT32_MAX; return true;
   case IR_umsb: *out = eval_msb(a); return true;
   case IR_imsb: *out = eval_msb(sa < 0 ? ~a : a); return true;
   case IR_ieq: *out = a == b; return true;
   case IR_ine: *out = a != b; return true;
   case IR_ilt: *out = sa < sb; return true;
   case IR_ile: *out = sa <= sb; return true;
   case IR_ult: *out = a < b; return true;
   case IR_ule: *out = a <= b; return true;
   case IR_sel: *out = a ? b : c; return true;
   default: return false;
   }
}

/* ---- memory ------------------------------------------------------------------------------------ */

static const struct eval_value *eval_src(struct eval *e, const ir_inst *i, unsigned k)
{
   return &e->lane->v[i->src[k]->id];
}

/* Host address of n bytes at base + offset (both unsigned, no wrapping), NULL out of range. */
static uint8_t *eval_at(uint8_t *base, uint64_t size_B, uint64_t offset, uint32_t n)
{
   return offset + n <= size_B ? base + offset : NULL;
}

static uint32_t eval_width_B(const ir_inst *i)
{
   return i->aux == IR_W_8 ? 1 : i->aux == IR_W_16 ? 2 : 4;
}

struct eval_place { uint8_t *base; uint64_t size_B, offset; };

static struct eval_place eval_resolve(struct eval *e, const ir_inst *i, unsigned *first)
{
   const struct eval_value *d;
   struct eval_buffer b;
   *first = 0;
   switch (i->op) {
   case IR_buf_load: case IR_buf_store: case IR_buf_atomic:
      d = eval_src(e, i, 0);
      b = e->env->buffer(e->env->user, d->c[0], d->c[1]);
      *first = 1;
      return (struct eval_place){b.data, b.size_B, (uint64_t)eval_src(e, i, 1)->c[0] + i->imm};
   case IR_lds_load: case IR_lds_store: case IR_lds_atomic:
      return (struct eval_place){e->lds, e->s->lds_B, (uint64_t)eval_src(e, i, 0)->c[0] + i->imm};
   case IR_scratch_load: case IR_scratch_store:
      return (struct eval_place){e->lane->scratch, e->s->scratch_B,
                                 (uint64_t)eval_src(e, i, 0)->c[0] + i->imm};
   default:
      return (struct eval_place){(uint8_t *)e->env->push, SC_PUSH_MAX_B,
                                 (uint64_t)eval_src(e, i, 0)->c[0] + i->imm};
   }
}

static void eval_load(struct eval *e, const ir_inst *i, uint32_t *out)
{
   unsigned first;
   struct eval_place p = eval_resolve(e, i, &first);
   for (unsigned k = 0; k < i->ncomp; k++) {
      uint8_t *at = eval_at(p.base, p.size_B, p.offset + 4 * k, eval_width_B(i));
      out[k] = 0;
      if (at)
         memcpy(&out[k], at, eval_width_B(i));
   }
}

static void eval_store(struct eval *e, const ir_inst *i)
{
   unsigned first;
   struct eval_place p = eval_resolve(e, i, &first);
   const ir_inst *value = i->src[first + 1];
   for (unsigned k = 0; k < value->ncomp; k++) {
      uint8_t *at = eval_at(p.base, p.size_B, p.offset + 4 * k, eval_width_B(i));
      if (at)
         memcpy(at, &e->lane->v[value->id].c[k], eval_width_B(i));
   }
}

static uint32_t eval_combine(uint8_t kind, uint32_t old, uint32_t data, uint32_t compare)
{
   switch (kind) {
   case IR_ATOM_ADD: return old + data;
   case IR_ATOM_IMIN: return (int32_t)old < (int32_t)data ? old : data;
   case IR_ATOM_IMAX: return (int32_t)old > (int32_t)data ? old : data;
   case IR_ATOM_UMIN: return old < data ? old : data;
   case IR_ATOM_UMAX: return old > data ? old : data;
   case IR_ATOM_AND: return old & data;
   case IR_ATOM_OR: return old | data;
   case IR_ATOM_XOR: return old ^ data;
   case IR_ATOM_SWAP: return data;
   case IR_ATOM_FADD: return eval_u(eval_f(old) + eval_f(data));
   default: return old == compare ? data : old;
   }
}

static uint64_t eval_pair(const struct eval_value *v)
{
   return v->c[0] | (uint64_t)v->c[1] << 32;
}

static void eval_atomic64(struct eval *e, const ir_inst *i, uint32_t *out)
{
   unsigned first;
   struct eval_place p = eval_resolve(e, i, &first);
   uint64_t data = eval_pair(eval_src(e, i, first + 1)), old = 0;
   uint64_t compare = i->nsrc > first + 2 ? eval_pair(eval_src(e, i, first + 2)) : 0;
   uint8_t *at = eval_at(p.base, p.size_B, p.offset, 8);
   if (!at)
      return;
   memcpy(&old, at, 8);
   memcpy(out, &old, 8);
   data = eval_wide_atomic(i->aux, old, data, compare);
   memcpy(at, &data, 8);
}

static uint32_t eval_atomic(struct eval *e, const ir_inst *i)
{
   unsigned first;
   struct eval_place p = eval_resolve(e, i, &first);
   uint32_t data = eval_src(e, i, first + 1)->c[0], old = 0;
   uint32_t compare = i->nsrc > first + 2 ? eval_src(e, i, first + 2)->c[0] : 0;
   uint8_t *at = eval_at(p.base, p.size_B, p.offset, 4);
   if (!at)
      return 0;
   memcpy(&old, at, 4);
   data = eval_combine(i->aux, old, data, compare);
   memcpy(at, &data, 4);
   return old;
}

/* ---- instructions ------------------------------------------------------------------------------ */

static void eval_wait(struct eval *e)
{
   e->lane->waiting = true;
   swapcontext(&e->lane->context, &e->scheduler);
}

static void eval_across(struct eval *e, const ir_inst *i, uint32_t *out)
{
   struct eval_lane *l = e->lane;
   l->wait = (struct lane_wait){.inst = i, .path = &l->path};
   for (unsigned k = 0; k < i->nsrc; k++)
      l->wait.src[k] = i->src[k]->ncomp == 2 ? eval_pair(eval_src(e, i, k)) : eval_src(e, i, k)->c[0];
   eval_wait(e);
   out[0] = (uint32_t)l->wait.result;
   if (i->ncomp == 2)
      out[1] = (uint32_t)(l->wait.result >> 32);
}

static bool eval_special(struct eval *e, const ir_inst *i, struct eval_value *v)
{
   struct eval_lane *l = e->lane;
   struct eval_buffer b;
   switch (i->op) {
   case IR_const: case IR_bconst: v->c[0] = i->imm; return true;
   case IR_undef: v->c[0] = i->type == IR_T_BOOL ? 1 : 0xdeadbeefu; return true;
   case IR_vec:
      for (unsigned k = 0; k < i->nsrc; k++)
         v->c[k] = eval_src(e, i, k)->c[0];
      return true;
   case IR_extract: v->c[0] = eval_src(e, i, 0)->c[i->imm]; return true;
   case IR_local_id: v->c[0] = l->local[i->imm]; return true;
   case IR_group_id: v->c[0] = e->group[i->imm]; return true;
   case IR_grid_size: v->c[0] = e->env->groups[i->imm]; return true;
   case IR_wave_index: v->c[0] = l->index / 32; return true;
   case IR_lane_id: v->c[0] = l->index % 32; return true;
   case IR_var_load: v->c[0] = l->vars[i->imm]; return true;
   case IR_var_store: l->vars[i->imm] = eval_src(e, i, 0)->c[0]; return true;
   case IR_desc: v->c[0] = i->imm; v->c[1] = eval_src(e, i, 0)->c[0]; return true;
   case IR_buf_size:
      b = e->env->buffer(e->env->user, eval_src(e, i, 0)->c[0], eval_src(e, i, 0)->c[1]);
      v->c[0] = b.size_B;
      return true;
   case IR_buf_load:
   case IR_lds_load:
   case IR_scratch_load:
   case IR_push_load: eval_load(e, i, v->c); return true;
   case IR_buf_store: case IR_lds_store: case IR_scratch_store: eval_store(e, i); return true;
   case IR_buf_atomic: case IR_lds_atomic:
      if (i->ncomp == 2)
         eval_atomic64(e, i, v->c);
      else
         v->c[0] = eval_atomic(e, i);
      return true;
   case IR_barrier: eval_wait(e); return true;
   case IR_ballot: case IR_read_first: case IR_shuffle: case IR_group:
      eval_across(e, i, v->c);
      return true;
   case IR_fence: return true;
   default: return false;
   }
}

static void eval_inst(struct eval *e, const ir_inst *i)
{
   struct eval_value v = {{0}};
   uint32_t s[3] = {0};
   uint64_t wide[3] = {0};
   if (!eval_special(e, i, &v)) {
      for (unsigned k = 0; k < i->nsrc && k < 3; k++) {
         s[k] = eval_src(e, i, k)->c[0];
         wide[k] = i->src[k]->ncomp == 2 ? eval_pair(eval_src(e, i, k)) : s[k];
      }
      if (!eval_wide(i->op, wide, v.c) && !eval_float(i->op, eval_f(s[0]), eval_f(s[1]), eval_f(s[2]), &v.c[0]) &&
          !eval_int(i->op, s[0], s[1], s[2], &v.c[0])) {
         fprintf(stderr, "ir_eval: no such operation: %s\n", ir_op_name((enum ir_op)i->op));
         e->failed = true;
      }
   }
   e->lane->v[i->id] = v;
}

/* All phis of a block read their sources before any of them is written. */
static const ir_inst *eval_phis(struct eval *e, const ir_block *b)
{
   uint32_t pred = 0, n = 0;
   struct eval_value *copies;
   const ir_inst *i = b->first;
   if (!i || i->op != IR_phi)
      return i;
   while (pred < b->pred_count && b->preds[pred] != e->lane->previous)
      pred++;
   for (; i && i->op == IR_phi; i = i->next)
      n++;
   copies = calloc(n, sizeof *copies);
   n = 0;
   for (i = b->first; i && i->op == IR_phi; i = i->next)
      if (pred < i->nsrc)
         copies[n++] = e->lane->v[i->src[pred]->id];
      else
         e->failed = true;
   n = 0;
   for (i = b->first; i && i->op == IR_phi && !e->failed; i = i->next)
      e->lane->v[i->id] = copies[n++];
   free(copies);
   return i;
}

static enum eval_next eval_list(struct eval *e, const ir_list *list);

static enum eval_next eval_block(struct eval *e, const ir_block *b)
{
   unsigned level = lane_path_push(&e->lane->path);
   for (const ir_inst *i = eval_phis(e, b); i && !e->failed; i = i->next, e->lane->path.at[level]++) {
      if (i->op == IR_jump_break || i->op == IR_jump_continue) {
         e->lane->previous = b;
         return i->op == IR_jump_break ? EVAL_BREAK : EVAL_CONTINUE;
      }
      if (++e->lane->steps > EVAL_MAX_STEPS) {
         fprintf(stderr, "ir_eval: endless shader\n");
         e->failed = true;
      }
      eval_inst(e, i);
   }
   e->lane->previous = b;
   return EVAL_FALL;
}

static enum eval_next eval_node(struct eval *e, ir_node *n)
{
   if (n->kind == IR_NODE_BLOCK)
      return eval_block(e, ir_as_block(n));
   if (n->kind == IR_NODE_IF) {
      ir_if *i = ir_as_if(n);
      bool taken = e->lane->v[i->cond->id].c[0] != 0;
      e->lane->path.at[lane_path_push(&e->lane->path)] = taken ? 0 : 1;
      return eval_list(e, taken ? &i->then_list : &i->else_list);
   }
   unsigned level = lane_path_push(&e->lane->path);
   for (; !e->failed; e->lane->path.at[level]++) {
      if (++e->lane->steps > EVAL_MAX_STEPS)
         e->failed = true;
      e->lane->path.depth = level + 1;
      if (eval_list(e, &ir_as_loop(n)->body) == EVAL_BREAK)
         break;
   }
   return EVAL_FALL;
}

static enum eval_next eval_list(struct eval *e, const ir_list *list)
{
   enum eval_next next = EVAL_FALL;
   unsigned level = lane_path_push(&e->lane->path);
   for (ir_node *n = list->first; n && next == EVAL_FALL && !e->failed; n = n->next, e->lane->path.at[level]++) {
      e->lane->path.depth = level + 1;
      next = eval_node(e, n);
   }
   return next;
}

static struct eval *eval_running; /* makecontext passes ints only */

static void eval_lane_main(void)
{
   struct eval *e = eval_running;
   eval_list(e, &e->s->body);
   e->lane->done = true;
   swapcontext(&e->lane->context, &e->scheduler);
}

static void eval_lane_init(struct eval *e, struct eval_lane *l, uint32_t index)
{
   const uint32_t *g = e->s->group_size;
   l->index = index;
   l->local[0] = index % g[0];
   l->local[1] = index / g[0] % g[1];
   l->local[2] = index / g[0] / g[1];
   l->v = calloc(e->s->next_id, sizeof *l->v);
   l->vars = calloc(e->s->var_count + 1, sizeof *l->vars);
   l->scratch = calloc(1, e->s->scratch_B + 4);
   l->stack = malloc(EVAL_STACK_B);
   for (uint32_t k = 0; k < e->s->var_count; k++)
      l->vars[k] = e->s->vars[k].type == IR_T_BOOL ? 1 : 0xdeadbeefu;
   getcontext(&l->context);
   l->context.uc_stack.ss_sp = l->stack;
   l->context.uc_stack.ss_size = EVAL_STACK_B;
   l->context.uc_link = NULL;
   makecontext(&l->context, eval_lane_main, 0);
}

/* Nobody runs: lanes that wait for each other go on, or all of the group from a barrier. */
static void eval_go_on(struct eval_lane *lanes, uint32_t count)
{
   bool any = false;
   for (uint32_t first = 0; first < count; first += 32) {
      struct lane_wait *wave[32] = {NULL};
      for (uint32_t k = first; k < count && k < first + 32; k++)
         wave[k - first] = lanes[k].done ? NULL : &lanes[k].wait;
      uint32_t ready = lanes_resolve(wave);
      for (uint32_t k = 0; k < 32; k++) {
         if (ready >> k & 1)
            lanes[first + k].waiting = false;
      }
      any = any || ready;
   }
   for (uint32_t k = 0; k < count && !any; k++)
      lanes[k].waiting = false;
}

static bool eval_group(struct eval *e)
{
   const uint32_t *g = e->s->group_size;
   uint32_t count = g[0] * g[1] * g[2], running = count;
   struct eval_lane *lanes = calloc(count, sizeof *lanes);
   e->lds = calloc(1, e->s->lds_B + 4);
   memset(e->lds, 0xa5, e->s->lds_B); /* shared memory starts undefined */
   for (uint32_t k = 0; k < count; k++)
      eval_lane_init(e, &lanes[k], k);
   while (running && !e->failed) {
      for (uint32_t k = 0; k < count && !e->failed; k++) {
         if (lanes[k].done || lanes[k].waiting)
            continue;
         e->lane = &lanes[k];
         eval_running = e;
         swapcontext(&e->scheduler, &lanes[k].context);
         running -= lanes[k].done;
      }
      eval_go_on(lanes, count);
   }
   for (uint32_t k = 0; k < count; k++) {
      free(lanes[k].v);
      free(lanes[k].vars);
      free(lanes[k].scratch);
      free(lanes[k].stack);
      free(lanes[k].path.at);
   }
   free(lanes);
   free(e->lds);
   return !e->failed;
}

/* Runs the whole dispatch; false if the shader does not end or uses something unknown. */
static bool eval_dispatch(ir_shader *s, const struct eval_env *env)
{
   struct eval e = {.env = env, .s = s};
   ir_build_cfg(s);
   for (e.group[2] = 0; e.group[2] < env->groups[2]; e.group[2]++)
      for (e.group[1] = 0; e.group[1] < env->groups[1]; e.group[1]++)
         for (e.group[0] = 0; e.group[0] < env->groups[0]; e.group[0]++)
            if (!eval_group(&e))
               return false;
   return true;
}

#endif
