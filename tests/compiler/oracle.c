/* Reference evaluator of the IR. Deliberately naive: it walks the structured tree for each invocation, so
 * that it shares no idea with the passes and the back end it is compared with. Arithmetic is the emulator's.
 *
 * Invocations of a group run one after the other up to the next barrier or operation across lanes (eval_lanes.h), each on
 * a stack of its own; a shader without them needs no such stacks.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "core/arith_f32.h"
#include "core/arith_int.h"
#include "eval_lanes.h"
#include "eval_wide.h"
#include "sc.h"

#define STACK_B (512u * 1024u)

typedef struct tuple { uint32_t c[8]; } tuple;

struct group {
   ir_shader *s;
   const eval_env *env;
   uint32_t id[3], count;
   bool barriers;
   uint8_t *lds;
   ucontext_t scheduler;
};

struct invocation {
   struct group *g;
   tuple *values;
   uint32_t *vars;
   uint8_t *scratch;
   uint32_t index;
   uint64_t budget;
   ir_block *from;        /* block that control came from, for phis */
   ucontext_t context;
   void *stack;
   bool finished, failed, waiting; /* waiting: at a barrier or for other lanes */
   struct lane_path path;
   struct lane_wait wait;
};

enum flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE, FLOW_FAIL };

static enum flow eval_list(struct invocation *v, ir_list *l);

/* ---- memory ------------------------------------------------------------------------------------- */

static uint32_t *buffer_word(struct invocation *v, const tuple *desc, uint64_t at)
{
   const eval_env *e = v->g->env;
   uint32_t slot = desc->c[0];
   if (slot >= EVAL_BUFFERS || at + 4 > e->size_B[slot] || (at & 3))
      return NULL;
   return e->buffer[slot] + at / 4;
}

static uint32_t *local_word(uint8_t *base, uint64_t at, uint32_t size)
{
   return (at & 3) || at + 4 > size ? NULL : (uint32_t *)(void *)(base + at);
}

static uint32_t change(uint32_t old, unsigned op, uint32_t data, uint32_t comparator)
{
   switch (op) {
   case IR_ATOM_ADD: return old + data;
   case IR_ATOM_IMIN: return arith_min_i32(old, data);
   case IR_ATOM_IMAX: return arith_max_i32(old, data);
   case IR_ATOM_UMIN: return arith_min_u32(old, data);
   case IR_ATOM_UMAX: return arith_max_u32(old, data);
   case IR_ATOM_AND: return old & data;
   case IR_ATOM_OR: return old | data;
   case IR_ATOM_XOR: return old ^ data;
   case IR_ATOM_SWAP: return data;
   case IR_ATOM_FADD: return arith_bits(arith_add(arith_float(old), arith_float(data)));
   default: return old == comparator ? data : old;
   }
}

/* The dword `delta_B` bytes behind the instruction's address. */
static uint32_t *word_at(struct invocation *v, const ir_inst *i, int64_t delta_B)
{
   const tuple *a = &v->values[i->src[0]->id];
   switch (i->op) {
   case IR_buf_load: case IR_buf_store: case IR_buf_atomic:
      return buffer_word(v, a, (uint64_t)((int64_t)v->values[i->src[1]->id].c[0] + i->imm + delta_B));
   case IR_lds_load: case IR_lds_store: case IR_lds_atomic:
      return local_word(v->g->lds, (uint64_t)((int64_t)a->c[0] + i->imm + delta_B), v->g->s->lds_B);
   default:
      return local_word(v->scratch, (uint64_t)((int64_t)a->c[0] + i->imm + delta_B), v->g->s->scratch_B);
   }
}

static uint64_t pair_of(const struct invocation *v, const ir_inst *i)
{
   const uint32_t *c = v->values[i->id].c;
   return i->ncomp == 2 ? c[0] | (uint64_t)c[1] << 32 : c[0];
}

static void eval_atomic64(struct invocation *v, const ir_inst *i, unsigned value, tuple *out)
{
   uint32_t *p = word_at(v, i, 0);
   uint64_t comparator = i->aux == IR_ATOM_CMPSWAP ? pair_of(v, i->src[value + 1]) : 0;
   if (!p || !word_at(v, i, 4))
      return;
   memcpy(out->c, p, 8);
   uint64_t fresh = eval_wide_atomic(i->aux, p[0] | (uint64_t)p[1] << 32, pair_of(v, i->src[value]), comparator);
   memcpy(p, &fresh, 8);
}

/* One scalar of 8 or 16 bits. It never crosses a dword, and all buffers are whole dwords. */
static void eval_narrow(struct invocation *v, const ir_inst *i, unsigned value, bool store, tuple *out)
{
   unsigned size = i->aux == IR_W_8 ? 1 : 2;
   uint32_t place = (v->values[i->src[value == 2 ? 1 : 0]->id].c[0] + i->imm) & 3;
   uint8_t *p = (uint8_t *)word_at(v, i, -(int64_t)place);
   if (p && store)
      memcpy(p + place, &v->values[i->src[value]->id].c[0], size);
   else if (p)
      memcpy(&out->c[0], p + place, size);
}

static void eval_memory(struct invocation *v, const ir_inst *i, tuple *out)
{
   bool buffer = i->op == IR_buf_load || i->op == IR_buf_store || i->op == IR_buf_atomic;
   unsigned value = buffer ? 2 : 1;
   if ((i->op == IR_buf_atomic || i->op == IR_lds_atomic) && i->ncomp == 2) {
      eval_atomic64(v, i, value, out);
      return;
   }
   if (i->op == IR_buf_atomic || i->op == IR_lds_atomic) {
      uint32_t *p = word_at(v, i, 0), data = v->values[i->src[value]->id].c[0];
      uint32_t comparator = i->aux == IR_ATOM_CMPSWAP ? v->values[i->src[value + 1]->id].c[0] : 0;
      if (p) {
         out->c[0] = *p;
         *p = change(*p, i->aux, data, comparator);
      }
      return;
   }
   bool store = i->op == IR_buf_store || i->op == IR_lds_store || i->op == IR_scratch_store;
   unsigned n = store ? i->src[value]->ncomp : i->ncomp;
   if (i->aux != IR_W_DWORDS) {
      eval_narrow(v, i, value, store, out);
      return;
   }
   for (unsigned k = 0; k < n; k++) {
      uint32_t *p = word_at(v, i, 4 * (int64_t)k);
      if (store && p)
         *p = v->values[i->src[value]->id].c[k];
      else if (!store)
         out->c[k] = p ? *p : 0;
   }
}

/* ---- values ---------------------------------------------------------------------------------------- */

static bool eval_float(unsigned op, uint32_t a, uint32_t b, uint32_t c, uint32_t *r)
{
   float x = arith_float(a), y = arith_float(b), z = arith_float(c);
   bool large = (a & 0x7fffffffu) >= arith_bits(ARITH_TRIG_LARGE);
   switch (op) {
   case IR_fadd: *r = arith_bits(arith_add(x, y)); break;
   case IR_fsub: *r = arith_bits(arith_add(x, -y)); break;
   case IR_fmul: *r = arith_bits(arith_mul(x, y)); break;
   case IR_ffma: *r = arith_bits(arith_fma_soft(x, y, z)); break;
   case IR_fdiv: *r = arith_bits(arith_div(x, y)); break;
   case IR_fneg: *r = a ^ 0x80000000u; break;
   case IR_fabs: *r = a & 0x7fffffffu; break;
   case IR_fsat: *r = arith_bits(arith_sat(x)); break;
   case IR_fmin: *r = arith_bits(arith_min(x, y)); break;
   case IR_fmax: *r = arith_bits(arith_max(x, y)); break;
   case IR_ffloor: *r = arith_bits(arith_floor(x)); break;
   case IR_fceil: *r = arith_bits(arith_ceil(x)); break;
   case IR_ftrunc: *r = arith_bits(arith_trunc(x)); break;
   case IR_frndne: *r = arith_bits(arith_rndne(x)); break;
   case IR_ffract: *r = arith_bits(arith_fract(x)); break;
   case IR_fsqrt: *r = arith_bits(arith_sqrt(x)); break;
   case IR_frcp: *r = arith_bits(arith_rcp(x)); break;
   case IR_frsq: *r = arith_bits(arith_rsq(x)); break;
   case IR_fexp2: *r = arith_bits(arith_exp2(x)); break;
   case IR_flog2: *r = arith_bits(arith_log2(x)); break;
   case IR_fsin: *r = arith_bits(large ? arith_trig_large(x, 0) : arith_trig(x, 0)); break;
   case IR_fcos: *r = arith_bits(large ? arith_trig_large(x, 1) : arith_trig(x, 1)); break;
   case IR_fldexp: *r = arith_bits(arith_ldexp(x, (int32_t)b)); break;
   case IR_frexp_exp: *r = arith_frexp_exp(a); break;
   case IR_frexp_mant: *r = arith_frexp_mant(a); break;
   case IR_i2f: *r = arith_bits(arith_f32_i32(a)); break;
   case IR_u2f: *r = arith_bits(arith_f32_u32(a)); break;
   case IR_f2i: *r = arith_i32_f32(x); break;
   case IR_f2u: *r = arith_u32_f32(x); break;
   case IR_f2h: *r = arith_f16_f32(x); break;
   case IR_h2f: *r = arith_bits(arith_f32_f16(a)); break;
   case IR_feq: *r = x == y; break;
   case IR_fne: *r = x < y || x > y; break;
   case IR_flt: *r = x < y; break;
   case IR_fle: *r = x <= y; break;
   case IR_fequ: *r = !(x < y || x > y); break;
   case IR_fneu: *r = x != y; break;
   case IR_fltu: *r = !(x >= y); break;
   case IR_fleu: *r = !(x > y); break;
   default: return false;
   }
   return true;
}

static bool eval_int(unsigned op, uint32_t a, uint32_t b, uint32_t c, uint32_t *r)
{
   switch (op) {
   case IR_iadd: *r = a + b; break;
   case IR_isub: *r = a - b; break;
   case IR_imul: *r = a * b; break;
   case IR_umulh: *r = arith_mul_hi_u32(a, b); break;
   case IR_imulh: *r = arith_mul_hi_i32(a, b); break;
   case IR_udiv: *r = b ? a / b : ~0u; break;
   case IR_urem: *r = b ? a % b : a; break;
   case IR_idiv: *r = arith_div_i32(a, b); break;
   case IR_irem: *r = arith_rem_i32(a, b); break;
   case IR_imin: *r = arith_min_i32(a, b); break;
   case IR_imax: *r = arith_max_i32(a, b); break;
   case IR_umin: *r = arith_min_u32(a, b); break;
   case IR_umax: *r = arith_max_u32(a, b); break;
   case IR_and: *r = a & b; break;
   case IR_or: *r = a | b; break;
   case IR_xor: *r = a ^ b; break;
   case IR_not: *r = ~a; break;
   case IR_shl: *r = a << (b & 31); break;
   case IR_shr: *r = a >> (b & 31); break;
   case IR_sar: *r = arith_sar(a, b); break;
   case IR_ubfe: *r = arith_bfe_u32(a, b, c); break;
   case IR_ibfe: *r = arith_bfe_i32(a, b, c); break;
   case IR_bfi: *r = (a & b) | (~a & c); break;
   case IR_bfm: *r = (a >= 32 ? ~0u : (1u << a) - 1) << (b & 31); break;
   case IR_bcnt: *r = (uint32_t)__builtin_popcount(a); break;
   case IR_brev: *r = 0; for (int i = 0; i < 32; i++) *r |= (a >> i & 1) << (31 - i); break;
   case IR_ctz: *r = a ? (uint32_t)__builtin_ctz(a) : ~0u; break;
   case IR_umsb: *r = a ? 31u - (uint32_t)__builtin_clz(a) : ~0u; break;
   case IR_imsb: a ^= (uint32_t)((int32_t)a >> 31); *r = a ? 31u - (uint32_t)__builtin_clz(a) : ~0u; break;
   case IR_ieq: *r = a == b; break;
   case IR_ine: *r = a != b; break;
   case IR_ilt: *r = (int32_t)a < (int32_t)b; break;
   case IR_ile: *r = (int32_t)a <= (int32_t)b; break;
   case IR_ult: *r = a < b; break;
   case IR_ule: *r = a <= b; break;
   case IR_band: *r = a & b; break;
   case IR_bor: *r = a | b; break;
   case IR_bxor: *r = a ^ b; break;
   case IR_bnot: *r = !a; break;
   case IR_sel: *r = a ? b : c; break;
   default: return false;
   }
   return true;
}

static uint32_t local_component(const struct invocation *v, unsigned k)
{
   const uint32_t *size = v->g->s->group_size;
   uint32_t i = v->index;
   return k == 0 ? i % size[0] : k == 1 ? i / size[0] % size[1] : i / size[0] / size[1];
}

uint32_t oracle_slot(const sc_input *in, uint32_t binding, uint32_t element)
{
   for (uint32_t i = 0; i < binding; i++)
      element += in->bindings[i].count;
   return element;
}

static void eval_desc(const struct invocation *v, const ir_inst *i, uint32_t element, tuple *out)
{
   const sc_binding *b = &v->g->s->input->bindings[i->imm];
   uint32_t slot = oracle_slot(v->g->s->input, i->imm, element < b->count ? element : b->count - 1);
   *out = (tuple){{slot, 0, slot < EVAL_BUFFERS ? v->g->env->size_B[slot] : 0, 0}};
}

static void wait_for_others(struct invocation *v)
{
   v->waiting = true;
   swapcontext(&v->context, &v->g->scheduler);
}

static void eval_across(struct invocation *v, const ir_inst *i, tuple *out)
{
   v->wait = (struct lane_wait){.inst = i, .path = &v->path};
   for (unsigned k = 0; k < i->nsrc; k++)
      v->wait.src[k] = pair_of(v, i->src[k]);
   wait_for_others(v);
   out->c[0] = (uint32_t)v->wait.result;
   if (i->ncomp == 2)
      out->c[1] = (uint32_t)(v->wait.result >> 32);
}

static bool eval_value(struct invocation *v, const ir_inst *i, tuple *out)
{
   uint32_t a = i->nsrc > 0 ? v->values[i->src[0]->id].c[0] : 0;
   uint32_t b = i->nsrc > 1 ? v->values[i->src[1]->id].c[0] : 0;
   uint32_t c = i->nsrc > 2 ? v->values[i->src[2]->id].c[0] : 0;
   uint64_t wide[3] = {0};
   switch (i->op) {
   case IR_const: case IR_bconst: out->c[0] = i->imm; return true;
   case IR_undef: return true;
   case IR_vec:
      for (unsigned k = 0; k < i->nsrc; k++)
         out->c[k] = v->values[i->src[k]->id].c[0];
      return true;
   case IR_extract: out->c[0] = v->values[i->src[0]->id].c[i->imm]; return true;
   case IR_local_id: out->c[0] = local_component(v, i->imm); return true;
   case IR_group_id: out->c[0] = v->g->id[i->imm]; return true;
   case IR_grid_size: out->c[0] = v->g->env->grid[i->imm]; return true;
   case IR_wave_index: out->c[0] = v->index / 32; return true;
   case IR_lane_id: out->c[0] = v->index % 32; return true;
   case IR_push_load:
      for (unsigned k = 0; k < i->ncomp; k++)
         out->c[k] = v->g->env->push[(a + i->imm) / 4 + k < 64 ? (a + i->imm) / 4 + k : 0];
      return true;
   case IR_desc: eval_desc(v, i, a, out); return true;
   case IR_buf_size: out->c[0] = v->values[i->src[0]->id].c[2]; return true;
   case IR_buf_load:
   case IR_buf_store:
   case IR_buf_atomic:
   case IR_lds_load:
   case IR_lds_store:
   case IR_lds_atomic:
   case IR_scratch_load: case IR_scratch_store:
      eval_memory(v, i, out);
      return true;
   case IR_fence: return true;
   case IR_barrier:
      wait_for_others(v);
      return true;
   case IR_ballot: case IR_read_first: case IR_shuffle: case IR_group:
      eval_across(v, i, out);
      return true;
   case IR_var_load: out->c[0] = v->vars[i->imm]; return true;
   case IR_var_store: v->vars[i->imm] = a; return true;
   default:
      for (unsigned k = 0; k < i->nsrc && k < 3; k++)
         wide[k] = pair_of(v, i->src[k]);
      return eval_wide(i->op, wide, out->c) || eval_int(i->op, a, b, c, &out->c[0]) || eval_float(i->op, a, b, c, &out->c[0]);
   }
}

/* ---- control flow -------------------------------------------------------------------------------------- */

/* Phis read their sources at once, before any of them is assigned. */
static ir_inst *eval_phis(struct invocation *v, ir_block *b)
{
   unsigned pred = 0, count = 0;
   ir_inst *i;
   while (pred < b->pred_count && b->preds[pred] != v->from)
      pred++;
   for (i = b->first; i && i->op == IR_phi; i = i->next)
      count++;
   tuple *fresh = malloc((count + 1) * sizeof *fresh);
   for (i = b->first, count = 0; i && i->op == IR_phi; i = i->next)
      fresh[count++] = pred < i->nsrc ? v->values[i->src[pred]->id] : (tuple){{0}};
   for (i = b->first, count = 0; i && i->op == IR_phi; i = i->next)
      v->values[i->id] = fresh[count++];
   free(fresh);
   return i;
}

static enum flow eval_block(struct invocation *v, ir_block *b)
{
   ir_inst *i = eval_phis(v, b);
   unsigned level = lane_path_push(&v->path);
   v->from = b;
   for (; i; i = i->next, v->path.at[level]++) {
      tuple out = {{0}};
      if (v->budget-- == 0)
         return FLOW_FAIL;
      if (ir_is_jump(i))
         return i->op == IR_jump_break ? FLOW_BREAK : FLOW_CONTINUE;
      if (!eval_value(v, i, &out))
         return FLOW_FAIL;
      v->values[i->id] = out;
   }
   return FLOW_NEXT;
}

static enum flow eval_loop(struct invocation *v, ir_loop *l)
{
   unsigned level = lane_path_push(&v->path);
   for (;; v->path.at[level]++) {
      enum flow f = eval_list(v, &l->body);
      v->path.depth = level + 1;
      if (f == FLOW_BREAK)
         return FLOW_NEXT;
      if (f == FLOW_FAIL || v->budget-- == 0)
         return FLOW_FAIL;
   }
}

static enum flow eval_if(struct invocation *v, ir_if *i)
{
   bool taken = v->values[i->cond->id].c[0] != 0;
   v->path.at[lane_path_push(&v->path)] = taken ? 0 : 1;
   return eval_list(v, taken ? &i->then_list : &i->else_list);
}

static enum flow eval_list(struct invocation *v, ir_list *l)
{
   unsigned level = lane_path_push(&v->path);
   for (ir_node *n = l->first; n; n = n->next, v->path.at[level]++) {
      enum flow f;
      v->path.depth = level + 1;
      if (n->kind == IR_NODE_BLOCK)
         f = eval_block(v, ir_as_block(n));
      else if (n->kind == IR_NODE_LOOP)
         f = eval_loop(v, ir_as_loop(n));
      else
         f = eval_if(v, ir_as_if(n));
      if (f != FLOW_NEXT)
         return f;
   }
   return FLOW_NEXT;
}

/* ---- groups ---------------------------------------------------------------------------------------------
 */

static void invoke(struct invocation *v)
{
   v->failed = eval_list(v, &v->g->s->body) == FLOW_FAIL;
   v->finished = true;
}

static void entry(uint32_t low, uint32_t high)
{
   invoke((struct invocation *)((uintptr_t)low | (uintptr_t)high << 32));
}

static bool waits(ir_shader *s)
{
   for (ir_block *b = ir_first_block(s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next) {
         if (i->op == IR_barrier || lanes_is_cross(i))
            return true;
      }
   }
   return false;
}

static bool start(struct group *g, struct invocation *v, uint32_t index)
{
   ir_shader *s = g->s;
   *v = (struct invocation){.g = g, .index = index, .budget = g->env->budget};
   v->values = calloc(s->next_id, sizeof *v->values);
   v->vars = calloc(s->var_capacity + 1, sizeof *v->vars);
   v->scratch = calloc(1, s->scratch_B + 4);
   if (!v->values || !v->vars || !v->scratch)
      return false;
   if (!g->barriers)
      return true;
   v->stack = malloc(STACK_B);
   if (!v->stack)
      return false;
   getcontext(&v->context);
   v->context.uc_stack.ss_sp = v->stack;
   v->context.uc_stack.ss_size = STACK_B;
   v->context.uc_link = &g->scheduler;
   makecontext(&v->context, (void (*)(void))entry, 2, (uint32_t)(uintptr_t)v, (uint32_t)((uintptr_t)v >> 32));
   return true;
}

/* Nobody runs. Lets lanes that wait for each other go on, or all of the group from a barrier. */
static void go_on(struct group *g, struct invocation *all)
{
   bool any = false;
   for (uint32_t first = 0; first < g->count; first += 32) {
      struct lane_wait *lane[32] = {NULL};
      for (uint32_t k = first; k < g->count && k < first + 32; k++)
         lane[k - first] = all[k].finished ? NULL : &all[k].wait;
      uint32_t ready = lanes_resolve(lane);
      for (uint32_t k = 0; k < 32; k++) {
         if (ready >> k & 1)
            all[first + k].waiting = false;
      }
      any = any || ready;
   }
   for (uint32_t k = 0; k < g->count && !any; k++)
      all[k].waiting = false;
}

static bool run_group(struct group *g)
{
   struct invocation *all = calloc(g->count, sizeof *all);
   bool ok = all != NULL;
   for (uint32_t i = 0; ok && i < g->count; i++)
      ok = start(g, &all[i], i);
   for (bool running = ok; running;) {
      running = false;
      for (uint32_t i = 0; i < g->count; i++) {
         if (all[i].finished || all[i].waiting)
            continue;
         if (g->barriers)
            swapcontext(&g->scheduler, &all[i].context);
         else
            invoke(&all[i]);
         ok = ok && !all[i].failed;
      }
      for (uint32_t i = 0; i < g->count; i++)
         running = running || !all[i].finished;
      go_on(g, all);
   }
   for (uint32_t i = 0; all && i < g->count; i++) {
      free(all[i].values);
      free(all[i].vars);
      free(all[i].scratch);
      free(all[i].stack);
      free(all[i].path.at);
   }
   free(all);
   return ok;
}

bool oracle_run(ir_shader *s, const eval_env *env)
{
   struct group g = {.s = s, .env = env, .count = s->group_size[0] * s->group_size[1] * s->group_size[2]};
   bool ok = true;
   ir_build_cfg(s);
   g.barriers = waits(s);
   for (g.id[2] = 0; g.id[2] < env->grid[2]; g.id[2]++) {
      for (g.id[1] = 0; g.id[1] < env->grid[1]; g.id[1]++) {
         for (g.id[0] = 0; ok && g.id[0] < env->grid[0]; g.id[0]++) {
            g.lds = calloc(1, s->lds_B + 4);
            ok = g.lds && run_group(&g);
            free(g.lds);
         }
      }
   }
   return ok;
}
