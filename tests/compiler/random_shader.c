/* Generator of random structured shaders: nested ifs and loops with uniform and divergent conditions, breaks,
 * continues, early exits, variables, bools, tuples, memory of each kind.
 *
 * Every shader ends: each loop counts, and breaks at a limit before anything else. Every result is defined
 * and independent of the order of invocations: an invocation writes only words of its own, and atomics whose
 * results are unused only add.
 */
#include "random_shader.h"

#include <stdlib.h>
#include <string.h>

#define POOL 256u
#define INPUT_WORDS 1024u
#define UNIFORM_WORDS 64u
#define ATOMIC_WORDS 16u
#define ARRAY_WORDS 16u
#define SCRATCH_WORDS 16u
#define GROUP_MAX 80u

struct gen {
   const random_options *o;
   ir_shader *s;
   ir_builder b;
   uint64_t state;
   int budget;
   ir_inst *pool[POOL], *bools[POOL];    /* values that dominate the current place */
   unsigned pool_count, bool_count;
   uint32_t ints, bool_vars;             /* first variable of each kind */
   unsigned int_var_count, bool_var_count;
   ir_inst *id;                          /* global invocation number */
   ir_inst *desc[RANDOM_BINDINGS];
   ir_inst *outside[8];                  /* of the outermost list */
   unsigned loops;
   uint32_t counter;                     /* variable of the innermost loop */
   bool barriers;
};

static uint32_t next(struct gen *g)
{
   g->state = g->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
   uint32_t x = (uint32_t)(g->state >> 33);
   return x ^ x >> 7;
}

static unsigned below(struct gen *g, unsigned n)
{
   return next(g) % n;
}

static bool chance(struct gen *g, unsigned percent)
{
   return below(g, 100) < percent;
}

static ir_inst *keep(struct gen *g, ir_inst *v)
{
   ir_inst **list = v->type == IR_T_BOOL ? g->bools : g->pool;
   unsigned *count = v->type == IR_T_BOOL ? &g->bool_count : &g->pool_count;
   if (*count < POOL)
      list[(*count)++] = v;
   else
      list[below(g, POOL)] = v;
   return v;
}

static ir_inst *value(struct gen *g);
static ir_inst *uniform(struct gen *g);
static ir_inst *boolean(struct gen *g);

static ir_inst *constant(struct gen *g)
{
   static const uint32_t interesting[] = {0,           1,           2,           3,
                                          5,           31,          32,          0xffffffffu,
                                          0x80000000u, 0x3f800000u, 0x40490fdbu, 0xbf000000u,
                                          0x7f800000u, 0x00000400u, 0x12345678u, 0x3dcccccdu};
   return ir_const(&g->b,
                   chance(g, 70) ? interesting[below(g, sizeof interesting / sizeof *interesting)] : next(g));
}

static ir_inst *pick(struct gen *g)
{
   if (chance(g, 15) || !g->pool_count)
      return constant(g);
   if (chance(g, 25) && g->int_var_count)
      return keep(g, ir_var_load(&g->b, g->ints + below(g, g->int_var_count)));
   unsigned window = g->pool_count > 12 && chance(g, 60) ? 12 : g->pool_count;
   return g->pool[g->pool_count - 1 - below(g, window)];
}

static ir_inst *pick_bool(struct gen *g)
{
   if (chance(g, 20) && g->bool_var_count)
      return keep(g, ir_var_load(&g->b, g->bool_vars + below(g, g->bool_var_count)));
   if (g->bool_count && chance(g, 60))
      return g->bools[below(g, g->bool_count)];
   return chance(g, 5) ? ir_bconst(&g->b, chance(g, 50)) : boolean(g);
}

/* A byte offset of a word below `words`. */
static ir_inst *offset_below(struct gen *g, unsigned words)
{
   ir_inst *masked = ir_op2(&g->b, IR_and, pick(g), ir_const(&g->b, words - 1));
   return ir_op2(&g->b, IR_shl, masked, ir_const(&g->b, 2));
}

static ir_inst *load(struct gen *g)
{
   unsigned n = 1 + below(g, 4), binding = chance(g, 60) ? 2 : 1;
   ir_inst *src[2] = {g->desc[binding], NULL}, *v;
   if (chance(g, 15)) { /* array of buffers, index uniform or not */
      ir_inst *index = chance(g, 50) ? ir_op0(&g->b, IR_group_id, 0) : pick(g);
      index = ir_op2(&g->b, IR_and, index, ir_const(&g->b, 3));
      src[0] = ir_emit(&g->b, IR_desc, IR_T_I32, 4, 4, 1, &index);
      src[1] = offset_below(g, ARRAY_WORDS);
   } else {
      src[1] = offset_below(g, binding == 2 ? UNIFORM_WORDS : INPUT_WORDS);
      if (chance(g, 30))
         src[1] = ir_const(&g->b, 4 * below(g, UNIFORM_WORDS));
   }
   if (chance(g, 20)) {
      ir_inst *zero = chance(g, 60) ? ir_const(&g->b, 0) : offset_below(g, 8);
      v = ir_emit(&g->b, IR_push_load, IR_T_I32, n, 4 * below(g, 16), 1, &zero);
   } else {
      v = ir_emit(&g->b, IR_buf_load, IR_T_I32, n, 4 * below(g, 8), 2, src);
   }
   return keep(g, ir_extract(&g->b, v, below(g, n)));
}

static ir_inst *float_op(struct gen *g)
{
   static const uint8_t unary[] = {
       IR_fneg, IR_fabs, IR_fsat,  IR_ffloor,    IR_fceil,      IR_ftrunc, IR_frndne, IR_ffract, IR_fsqrt,
       IR_frcp, IR_frsq, IR_fexp2, IR_flog2,     IR_fsin,       IR_fcos,   IR_i2f,    IR_u2f,    IR_f2i,
       IR_f2u,  IR_f2h,  IR_h2f,   IR_frexp_exp, IR_frexp_mant, IR_fneg,   IR_fabs,   IR_fsat};
   static const uint8_t binary[] = {IR_fadd, IR_fsub,   IR_fmul, IR_fdiv, IR_fmin,
                                    IR_fmax, IR_fldexp, IR_fadd, IR_fmul, IR_fsub};
   if (chance(g, 35))
      return ir_op1(&g->b, (enum ir_op)unary[below(g, sizeof unary)], pick(g));
   if (chance(g, 20))
      return ir_op3(&g->b, IR_ffma, pick(g), pick(g), pick(g));
   return ir_op2(&g->b, (enum ir_op)binary[below(g, sizeof binary)], pick(g), pick(g));
}

static ir_inst *int_op(struct gen *g)
{
   static const uint8_t unary[] = {IR_not, IR_bcnt, IR_brev, IR_ctz, IR_umsb, IR_imsb};
   static const uint8_t binary[] = {IR_iadd, IR_isub, IR_imul, IR_umulh, IR_imulh, IR_udiv, IR_urem, IR_idiv,
                                    IR_irem, IR_imin, IR_imax, IR_umin,  IR_umax,  IR_and,  IR_or,   IR_xor,
                                    IR_shl,  IR_shr,  IR_sar,  IR_bfm,   IR_iadd,  IR_iadd, IR_isub, IR_xor};
   static const uint8_t ternary[] = {IR_ubfe, IR_ibfe, IR_bfi};
   if (chance(g, 12))
      return ir_op1(&g->b, (enum ir_op)unary[below(g, sizeof unary)], pick(g));
   if (chance(g, 8))
      return ir_op3(&g->b, (enum ir_op)ternary[below(g, sizeof ternary)], pick(g), pick(g), pick(g));
   return ir_op2(&g->b, (enum ir_op)binary[below(g, sizeof binary)], pick(g), pick(g));
}

/* A lane that is active here, whatever `wish` is. */
static ir_inst *active_lane(struct gen *g, ir_inst *wish)
{
   ir_builder *b = &g->b;
   ir_inst *active = ir_op1(b, IR_ballot, ir_bconst(b, true)), *one = ir_const(b, 1);
   ir_inst *bit = ir_op2(b, IR_and, ir_op2(b, IR_shr, active, wish), one);
   return ir_op3(b, IR_sel, ir_op2(b, IR_ine, bit, ir_const(b, 0)), wish, ir_op1(b, IR_ctz, active));
}

/* What the lanes that are here together see of each other. */
static ir_inst *across(struct gen *g)
{
   ir_inst *x = pick(g), *wide;
   unsigned mode = below(g, 3);
   switch (below(g, 5)) {
   case 0: return ir_op1(&g->b, IR_ballot, pick_bool(g));
   case 1: return ir_op1(&g->b, IR_read_first, x);
   case 2: return ir_op2(&g->b, IR_shuffle, x, active_lane(g, chance(g, 40) ? uniform(g) : pick(g)));
   case 3:
      wide = ir_vec(&g->b, 2, (ir_inst *[]){x, pick(g)});
      wide = ir_emit(&g->b, IR_group, IR_T_I32, 2, IR_GROUP_IMM(mode, mode ? IR_WAVE_LOG2 : below(g, 6)), 1, &wide);
      wide->aux = (uint8_t)below(g, IR_GROUP_AND);
      if (g->o->floats && chance(g, 30))
         wide->aux = (uint8_t)(IR_GROUP_FADD + below(g, 4));
      return ir_extract(&g->b, wide, below(g, 2));
   default:
      x = ir_emit(&g->b, IR_group, IR_T_I32, 1, IR_GROUP_IMM(mode, chance(g, 50) ? IR_WAVE_LOG2 : below(g, 6)), 1, &x);
      x->aux = (uint8_t)below(g, g->o->floats ? IR_GROUP_FMAX + 1 : IR_GROUP_FADD);
      return x;
   }
}

static ir_inst *uniform(struct gen *g)
{
   switch (below(g, 4)) {
   case 0: return ir_op0(&g->b, IR_group_id, below(g, 3));
   case 1: return ir_op0(&g->b, IR_grid_size, below(g, 3));
   case 2: return ir_op0(&g->b, IR_wave_index, 0);
   default: {
      ir_inst *zero = ir_const(&g->b, 0);
      return ir_emit(&g->b, IR_push_load, IR_T_I32, 1, 4 * below(g, 32), 1, &zero);
   }
   }
}

static ir_inst *value(struct gen *g)
{
   unsigned kind = below(g, 100);
   if (kind < 8)
      return keep(g, uniform(g));
   if (kind < 12)
      return keep(g, chance(g, 50) ? ir_op0(&g->b, IR_lane_id, 0) : ir_op0(&g->b, IR_local_id, below(g, 3)));
   if (kind < 22)
      return load(g);
   if (kind < 30)
      return keep(g, ir_op3(&g->b, IR_sel, pick_bool(g), pick(g), pick(g)));
   if (kind < 34) {
      ir_inst *word = offset_below(g, SCRATCH_WORDS);
      return keep(g, ir_op1(&g->b, IR_scratch_load, word));
   }
   if (kind < 40 && g->o->across)
      return keep(g, across(g));
   return keep(g, g->o->floats && kind < 62 ? float_op(g) : int_op(g));
}

static ir_inst *boolean(struct gen *g)
{
   static const uint8_t compares[] = {IR_ieq, IR_ine, IR_ilt, IR_ile,  IR_ult,  IR_ule,  IR_feq,
                                      IR_fne, IR_flt, IR_fle, IR_fequ, IR_fneu, IR_fltu, IR_fleu};
   unsigned kind = below(g, 100);
   if (kind < 50 || g->bool_count < 2)
      return keep(g, ir_op2(&g->b, (enum ir_op)compares[below(g, sizeof compares)], pick(g), pick(g)));
   if (kind < 60) { /* one that is uniform and not constant */
      ir_inst *bit = ir_op2(&g->b, IR_and, uniform(g), ir_const(&g->b, 1u << below(g, 3)));
      return keep(g, ir_op2(&g->b, IR_ine, bit, ir_const(&g->b, 0)));
   }
   if (kind < 70) { /* one that splits the lanes */
      ir_inst *bit = ir_op2(&g->b, IR_and, g->id, ir_const(&g->b, 1u << below(g, 5)));
      return keep(g, ir_op2(&g->b, IR_ine, bit, ir_const(&g->b, 0)));
   }
   ir_inst *x = g->bools[below(g, g->bool_count)], *y = g->bools[below(g, g->bool_count)];
   if (kind < 76)
      return keep(g, ir_op1(&g->b, IR_bnot, x));
   if (kind < 84)
      return keep(g, ir_op3(&g->b, IR_sel, g->bools[below(g, g->bool_count)], x, y));
   return keep(g, ir_op2(&g->b, (enum ir_op)(IR_band + below(g, 3)), x, y));
}

/* ---- statements -------------------------------------------------------------------------------------- */

static void statements(struct gen *g, unsigned depth, unsigned count);

/* Values defined in a branch or loop cannot be used behind it. */
struct mark {
   ir_inst *pool[POOL], *bools[POOL];
   unsigned pool_count, bool_count;
};

static void set_mark(const struct gen *g, struct mark *m)
{
   memcpy(m->pool, g->pool, sizeof m->pool);
   memcpy(m->bools, g->bools, sizeof m->bools);
   m->pool_count = g->pool_count;
   m->bool_count = g->bool_count;
}

static void return_to(struct gen *g, const struct mark *m)
{
   memcpy(g->pool, m->pool, sizeof g->pool);
   memcpy(g->bools, m->bools, sizeof g->bools);
   g->pool_count = m->pool_count;
   g->bool_count = m->bool_count;
}

static void scoped(struct gen *g, unsigned depth, unsigned count)
{
   struct mark mark;
   set_mark(g, &mark);
   statements(g, depth, count);
   return_to(g, &mark);
}

static ir_inst *own_word(struct gen *g, unsigned n)
{
   ir_inst *base = ir_op2(&g->b, IR_imul, g->id, ir_const(&g->b, RANDOM_OUTPUTS * 4));
   return ir_op2(&g->b, IR_iadd, base, ir_const(&g->b, 4 * n));
}

static void store(struct gen *g)
{
   unsigned n = 1 + below(g, 4), at = below(g, RANDOM_OUTPUTS - 4);
   ir_inst *comp[4], *src[3];
   for (unsigned k = 0; k < n; k++)
      comp[k] = pick(g);
   ir_inst *data = ir_vec(&g->b, n, comp);
   switch (below(g, 4)) {
   case 0: { /* scratch */
      src[0] = offset_below(g, SCRATCH_WORDS);
      src[1] = pick(g);
      ir_emit(&g->b, IR_scratch_store, IR_T_NONE, 1, 0, 2, src);
      break;
   }
   case 1: { /* LDS: the invocation's own four words */
      src[0] = ir_op2(&g->b, IR_shl, ir_op2(&g->b, IR_and, g->outside[0], ir_const(&g->b, 127)),
                      ir_const(&g->b, 4));
      src[1] = data;
      ir_emit(&g->b, IR_lds_store, IR_T_NONE, 1, 0, 2, src);
      ir_inst *back = ir_emit(&g->b, IR_lds_load, IR_T_I32, n, 0, 1, src);
      keep(g, ir_extract(&g->b, back, below(g, n)));
      break;
   }
   case 2: {
      static const uint8_t ops[] = {IR_ATOM_ADD, IR_ATOM_IMIN, IR_ATOM_UMAX,
                                    IR_ATOM_XOR, IR_ATOM_AND,  IR_ATOM_OR};
      unsigned which = below(g, sizeof ops); /* one operation per word, so that the order cannot matter */
      src[0] = g->desc[3];
      src[1] = ir_const(&g->b, 4 * which);
      src[2] = pick(g);
      ir_emit(&g->b, IR_buf_atomic, IR_T_I32, 1, 0, 3, src)->aux = ops[which];
      break;
   }
   default:
      src[0] = g->desc[0];
      src[1] = own_word(g, at);
      src[2] = data;
      ir_emit(&g->b, IR_buf_store, IR_T_NONE, 1, 0, 3, src);
      break;
   }
}

static void assign(struct gen *g)
{
   if (g->bool_var_count && chance(g, 25))
      ir_var_store(&g->b, g->bool_vars + below(g, g->bool_var_count), pick_bool(g));
   else
      ir_var_store(&g->b, g->ints + below(g, g->int_var_count), chance(g, 50) ? value(g) : pick(g));
}

static void branch(struct gen *g, unsigned depth)
{
   ir_if *i = ir_begin_if(&g->b, pick_bool(g));
   scoped(g, depth + 1, 1 + below(g, 6));
   ir_begin_else(&g->b, i);
   if (chance(g, 60))
      scoped(g, depth + 1, 1 + below(g, 6));
   ir_end_if(&g->b, i);
}

static void step_counter(struct gen *g, ir_inst *limit)
{
   ir_inst *n = ir_var_load(&g->b, g->counter);
   ir_if *done = ir_begin_if(&g->b, ir_op2(&g->b, IR_ule, limit, n));
   ir_break(&g->b);
   ir_end_if(&g->b, done);
   ir_var_store(&g->b, g->counter, ir_op2(&g->b, IR_iadd, n, ir_const(&g->b, 1)));
   keep(g, n);
}

static void loop(struct gen *g, unsigned depth)
{
   uint32_t outer = g->counter;
   ir_inst *limit =
       chance(g, 50) ? ir_const(&g->b, 1 + below(g, 5)) : ir_op2(&g->b, IR_and, pick(g), ir_const(&g->b, 7));
   g->counter = ir_var_create(g->s, IR_T_I32, "counter");
   ir_var_store(&g->b, g->counter, ir_const(&g->b, 0));
   ir_loop *l = ir_begin_loop(&g->b);
   struct mark mark;
   set_mark(g, &mark);
   step_counter(g, limit);
   g->loops++;
   statements(g, depth + 1, 2 + below(g, 7));
   g->loops--;
   ir_end_loop(&g->b, l);
   return_to(g, &mark);
   g->counter = outer;
}

static void leave(struct gen *g)
{
   ir_if *i = ir_begin_if(&g->b, pick_bool(g));
   bool first = chance(g, 70);
   struct mark mark;
   set_mark(g, &mark);
   if (!first)
      ir_begin_else(&g->b, i);
   if (chance(g, 30))
      assign(g);
   if (chance(g, 60))
      ir_break(&g->b);
   else
      ir_continue(&g->b);
   return_to(g, &mark);
   ir_end_if(&g->b, i);
}

static void statements(struct gen *g, unsigned depth, unsigned count)
{
   for (unsigned k = 0; k < count && g->budget > 0; k++) {
      unsigned kind = below(g, 100);
      g->budget--;
      if (kind < 28)
         value(g);
      else if (kind < 34)
         boolean(g);
      else if (kind < 58)
         assign(g);
      else if (kind < 68)
         store(g);
      else if (kind < 82 && depth < g->o->max_depth)
         branch(g, depth);
      else if (kind < 90 && depth < g->o->max_depth && g->loops < 3)
         loop(g, depth);
      else if (kind >= 90 && g->loops && depth)
         leave(g);
      else
         assign(g);
   }
   if (g->loops && depth > 1 && chance(g, 6)) { /* the rest of this list is never reached */
      if (chance(g, 70))
         ir_break(&g->b);
      else
         ir_continue(&g->b);
   }
}

/* ---- whole shaders --------------------------------------------------------------------------------------
 */

static void prologue(struct gen *g)
{
   ir_builder *b = &g->b;
   ir_shader *s = g->s;
   ir_inst *x = ir_op0(b, IR_local_id, 0), *y = ir_op0(b, IR_local_id, 1), *z = ir_op0(b, IR_local_id, 2);
   uint32_t size = s->group_size[0] * s->group_size[1] * s->group_size[2];
   ir_inst *row = ir_op2(b, IR_iadd, ir_op2(b, IR_imul, z, ir_const(b, s->group_size[1])), y);
   ir_inst *local = ir_op2(b, IR_iadd, ir_op2(b, IR_imul, row, ir_const(b, s->group_size[0])), x);
   g->outside[0] = local;
   g->id = ir_op2(b, IR_iadd, ir_op2(b, IR_imul, ir_op0(b, IR_group_id, 0), ir_const(b, size)), local);
   keep(g, g->id);
   for (uint32_t k = 0; k < RANDOM_BINDINGS; k++) {
      ir_inst *zero = ir_const(b, 0);
      g->desc[k] = ir_emit(b, IR_desc, IR_T_I32, 4, k, 1, &zero);
   }
   ir_inst *src[2] = {
       g->desc[1],
       ir_op2(b, IR_shl, ir_op2(b, IR_and, g->id, ir_const(b, INPUT_WORDS / 2 - 1)), ir_const(b, 2))};
   for (unsigned k = 0; k < 4; k++)
      keep(g, ir_emit(b, IR_buf_load, IR_T_I32, 1, 256 * k, 2, src));
   g->ints = s->var_count;
   for (unsigned k = 0; k < g->o->variables; k++, g->int_var_count++) /* only assigned ones may be read */
      ir_var_store(b, ir_var_create(s, IR_T_I32, "v"), pick(g));
   g->bool_vars = s->var_count;
   for (unsigned k = 0; k < g->o->variables / 3; k++, g->bool_var_count++)
      ir_var_store(b, ir_var_create(s, IR_T_BOOL, "b"), boolean(g));
}

/* Values from the start that are used at the end: pressure over everything between. */
static void epilogue(struct gen *g, ir_inst **live)
{
   ir_builder *b = &g->b;
   ir_inst *sum = ir_const(b, 0);
   for (unsigned k = 0; k < g->o->live; k++)
      sum = ir_op2(b, k & 1 ? IR_iadd : IR_xor, ir_op2(b, IR_imul, sum, ir_const(b, 0x01000193)), live[k]);
   ir_inst *src[3] = {g->desc[0], own_word(g, RANDOM_OUTPUTS - 4), sum};
   ir_emit(b, IR_buf_store, IR_T_NONE, 1, 0, 3, src);
   for (unsigned n = 0; n < 3; n++) {
      ir_inst *mix = ir_const(b, n);
      for (unsigned k = n; k < g->int_var_count; k += 3)
         mix = ir_op2(b, IR_iadd, ir_op2(b, IR_imul, mix, ir_const(b, 33)), ir_var_load(b, g->ints + k));
      for (unsigned k = n; k < g->bool_var_count; k += 3)
         mix = ir_op2(b, IR_xor, ir_op2(b, IR_shl, mix, ir_const(b, 1)),
                      ir_op3(b, IR_sel, ir_var_load(b, g->bool_vars + k), ir_const(b, 1), ir_const(b, 0)));
      ir_inst *out[3] = {g->desc[0], own_word(g, RANDOM_OUTPUTS - 3 + n), mix};
      ir_emit(b, IR_buf_store, IR_T_NONE, 1, 0, 3, out);
   }
}

ir_shader *random_shader(const sc_input *in, const random_options *o)
{
   static const uint16_t sizes[][3] = {{32, 1, 1}, {8, 4, 1}, {40, 1, 1}, {5, 3, 2},
                                       {64, 1, 1}, {1, 1, 1}, {16, 5, 1}};
   struct gen *g = calloc(1, sizeof *g);
   ir_inst **live = calloc(o->live + 1, sizeof *live);
   g->o = o;
   g->state = o->seed * UINT64_C(0x9e3779b97f4a7c15) + 12345;
   g->s = ir_shader_create(in);
   g->b = (ir_builder){.s = g->s, .block = ir_first_block(g->s)};
   g->budget = (int)o->statements;
   for (unsigned k = 0, which = below(g, 7); k < 3; k++)
      g->s->group_size[k] = sizes[which][k];
   g->s->lds_B = 128 * 16;
   g->s->scratch_B = SCRATCH_WORDS * 4;
   prologue(g);
   for (unsigned k = 0; k < o->live; k++)
      live[k] = value(g);
   while (g->budget > 0)
      statements(g, 0, 12);
   epilogue(g, live);
   ir_shader *s = g->s;
   free(live);
   free(g);
   return s;
}

void random_input(sc_input *in, const random_options *o)
{
   static const sc_binding bindings[] = {
      {0, 0, SC_BINDING_STORAGE_BUFFER, 1, false, 0},    {0, 1, SC_BINDING_STORAGE_BUFFER, 1, false, 16},
      {1, 2, SC_BINDING_UNIFORM_BUFFER, 1, false, 48},   {1, 3, SC_BINDING_STORAGE_BUFFER, 1, true, 2},
      {2, 4, SC_BINDING_UNIFORM_BUFFER, 4, false, 128},
   };
   *in = (sc_input){.bindings = bindings, .binding_count = RANDOM_BINDINGS, .max_scratch_B = 65536};
}

bool random_memory(eval_env *env, const random_options *o)
{
   static const uint32_t words[8] = {2 * GROUP_MAX * RANDOM_OUTPUTS, INPUT_WORDS, UNIFORM_WORDS, ATOMIC_WORDS,
                                     ARRAY_WORDS, ARRAY_WORDS, ARRAY_WORDS, ARRAY_WORDS};
   uint32_t x = o->seed * 2654435761u + 1;
   memset(env, 0, sizeof *env);
   env->grid[0] = 2;
   env->grid[1] = env->grid[2] = 1;
   env->budget = 2000000;
   for (unsigned i = 0; i < 64; i++)
      env->push[i] = i % 3 ? i : (x = x * 1664525u + 1013904223u);
   for (unsigned i = 0; i < 8; i++) {
      env->size_B[i] = words[i] * 4;
      env->buffer[i] = calloc(words[i], 4);
      if (!env->buffer[i])
         return false;
      for (uint32_t k = 0; i != 0 && k < words[i]; k++) {
         x = x * 1664525u + 1013904223u;
         env->buffer[i][k] = x >> 30 == 0   ? x >> 8 & 15
                             : x >> 30 == 1 ? 0x3f000000u + (x >> 6 & 0xffffff)
                                            : x ^ x >> 13;
      }
   }
   return true;
}

void random_memory_free(eval_env *env)
{
   for (unsigned i = 0; i < EVAL_BUFFERS; i++)
      free(env->buffer[i]);
}
