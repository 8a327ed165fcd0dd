/* Single passes on small shaders built by hand: what must be there afterwards, and what must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fold_const.h"
#include "ir.h"
#include "sc.h"

static const sc_binding bindings[] = {{0, 0, SC_BINDING_STORAGE_BUFFER, 1, false, 0},
                                      {0, 1, SC_BINDING_UNIFORM_BUFFER, 1, false, 16}};
static const sc_input input = {.bindings = bindings, .binding_count = 2};

struct rig {
   ir_shader *s;
   ir_builder b;
   ir_inst *out;      /* descriptor of binding 0 */
   uint32_t stored;
};

static struct rig begin(void)
{
   struct rig r = {.s = ir_shader_create(&input)};
   r.b = (ir_builder){.s = r.s, .block = ir_first_block(r.s)};
   r.s->group_size[0] = 64;
   ir_inst *zero = ir_const(&r.b, 0);
   r.out = ir_emit(&r.b, IR_desc, IR_T_I32, 4, 0, 1, &zero);
   return r;
}

static ir_inst *store(struct rig *r, ir_inst *value)
{
   ir_inst *src[3] = {r->out, ir_const(&r->b, 16 * r->stored++), value};
   return ir_emit(&r->b, IR_buf_store, IR_T_NONE, 1, 0, 3, src);
}

static ir_inst *load(struct rig *r, uint32_t imm, unsigned ncomp)
{
   ir_inst *src[2] = {r->out, ir_op0(&r->b, IR_local_id, 0)};
   return ir_emit(&r->b, IR_buf_load, IR_T_I32, ncomp, imm, 2, src);
}

static unsigned count(struct rig *r, unsigned op)
{
   unsigned n = 0;
   for (ir_block *b = ir_first_block(r->s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next)
         n += i->op == op;
   }
   return n;
}

static ir_inst *find(struct rig *r, unsigned op)
{
   for (ir_block *b = ir_first_block(r->s); b; b = ir_next_block(b)) {
      for (ir_inst *i = b->first; i; i = i->next) {
         if (i->op == op)
            return i;
      }
   }
   return NULL;
}

static unsigned nodes(struct rig *r, unsigned kind)
{
   unsigned n = 0;
   for (ir_block *b = ir_first_block(r->s); b; b = ir_next_block(b))
      n += b->node.next && b->node.next->kind == kind;
   return n;
}

static void simplify(struct rig *r)
{
   for (int k = 0; k < 4; k++) {
      opt_fold(r->s);
      opt_cse(r->s);
      opt_dce(r->s);
      opt_if(r->s);
      assert_true(ir_validate(r->s, "simplify"));
   }
}

static ir_inst *lane(struct rig *r)
{
   return ir_op0(&r->b, IR_lane_id, 0);
}

/* ---- mem2reg ------------------------------------------------------------------------------------------ */

static void mem2reg_puts_phis_at_merges(void **state)
{
   struct rig r = begin();
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v"), same = ir_var_create(r.s, IR_T_I32, "same");
   ir_var_store(&r.b, v, ir_const(&r.b, 1));
   ir_var_store(&r.b, same, lane(&r));
   ir_if *i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ieq, lane(&r), ir_const(&r.b, 3)));
   ir_var_store(&r.b, v, ir_const(&r.b, 2));
   ir_begin_else(&r.b, i);
   ir_end_if(&r.b, i);
   store(&r, ir_var_load(&r.b, v));
   store(&r, ir_var_load(&r.b, same));
   opt_mem2reg(r.s);
   opt_dce(r.s);
   assert_true(ir_validate(r.s, "opt_mem2reg"));
   assert_int_equal(count(&r, IR_phi), 1);
   assert_int_equal(count(&r, IR_var_load) + count(&r, IR_var_store), 0);
   ir_inst *phi = find(&r, IR_phi);
   assert_int_equal(phi->src[0]->imm, 2);
   assert_int_equal(phi->src[1]->imm, 1);
   ir_shader_destroy(r.s);
}

static void mem2reg_follows_breaks_and_continues(void **state)
{
   struct rig r = begin();
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v");
   ir_var_store(&r.b, v, ir_const(&r.b, 10));
   ir_loop *l = ir_begin_loop(&r.b);
   ir_inst *now = ir_var_load(&r.b, v);
   ir_if *i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, now, lane(&r)));
   ir_var_store(&r.b, v, ir_const(&r.b, 11));
   ir_break(&r.b);
   ir_begin_else(&r.b, i);
   ir_end_if(&r.b, i);
   i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ieq, now, ir_const(&r.b, 5)));
   ir_var_store(&r.b, v, ir_const(&r.b, 12));
   ir_continue(&r.b);
   ir_begin_else(&r.b, i);
   ir_end_if(&r.b, i);
   ir_var_store(&r.b, v, ir_const(&r.b, 13));
   ir_end_loop(&r.b, l);
   store(&r, ir_var_load(&r.b, v));
   opt_mem2reg(r.s);
   opt_dce(r.s);
   assert_true(ir_validate(r.s, "opt_mem2reg"));
   ir_inst *head = find(&r, IR_phi);
   assert_int_equal(head->nsrc, 3);
   assert_int_equal(head->src[0]->imm, 10);
   assert_int_equal(head->src[1]->imm, 12);
   assert_int_equal(head->src[2]->imm, 13);
   ir_shader_destroy(r.s);
}

static void code_behind_a_jump_is_dropped(void **state)
{
   struct rig r = begin();
   ir_loop *l = ir_begin_loop(&r.b);
   store(&r, lane(&r));
   ir_break(&r.b);
   store(&r, lane(&r)); /* unreachable, also with control flow in it */
   ir_if *i = ir_begin_if(&r.b, ir_bconst(&r.b, true));
   store(&r, lane(&r));
   ir_end_if(&r.b, i);
   ir_end_loop(&r.b, l);
   assert_true(ir_validate(r.s, "build"));
   opt_mem2reg(r.s);
   assert_int_equal(count(&r, IR_buf_store), 1);
   ir_shader_destroy(r.s);
}

/* ---- folding ----------------------------------------------------------------------------------------------
 */

static uint32_t folded(unsigned op, uint32_t a, uint32_t b, uint32_t c)
{
   uint32_t result = 0xdeadbeef;
   assert_true(fold_const(op, (uint32_t[]){a, b, c}, &result));
   return result;
}

static void constants_fold_as_the_machine_computes(void **state)
{
   assert_int_equal(folded(IR_fadd, 0x7f800000, 0xff800000, 0),
                    0x7fc00000); /* inf - inf: the canonical NaN */
   assert_int_equal(folded(IR_fmul, 0xffc12345, 0x3f800000, 0), 0x7fc00000);   /* payloads are lost */
   assert_int_equal(folded(IR_fmin, 0x7fc00000, 0x40000000, 0), 0x40000000);   /* the number wins */
   assert_int_equal(folded(IR_fmax, 0x40000000, 0x7fc00000, 0), 0x40000000);
   assert_int_equal(folded(IR_fneg, 0x7fc00000, 0, 0), 0xffc00000);            /* a bit operation */
   assert_int_equal(folded(IR_fadd, 1, 1, 0), 2);                              /* denormals are numbers */
   assert_int_equal(folded(IR_fsat, 0x80000000, 0, 0), 0);
   assert_int_equal(folded(IR_fsat, 0x7fc00000, 0, 0), 0);
   assert_int_equal(folded(IR_ffma, 0x3f800001, 0x3f800001, 0xbf800002),
                    0x28800000); /* rounded once: 2^-46 is left */
   assert_int_equal(folded(IR_frndne, 0x40200000, 0, 0), 0x40000000);          /* 2.5 to even */
   assert_int_equal(folded(IR_frndne, 0xbe800000, 0, 0), 0x80000000);          /* -0.25 to -0 */
   assert_int_equal(folded(IR_f2i, 0x4f000000, 0, 0), 0x7fffffff);
   assert_int_equal(folded(IR_f2u, 0xbf800000, 0, 0), 0);
   assert_int_equal(folded(IR_idiv, 0x80000000, 0xffffffff, 0), 0x80000000);
   assert_int_equal(folded(IR_udiv, 7, 0, 0), 0xffffffff);
   assert_int_equal(folded(IR_irem, 7, 0, 0), 7);
   assert_int_equal(folded(IR_shl, 1, 33, 0), 2);
   assert_int_equal(folded(IR_ibfe, 0x80, 4, 4), 0xfffffff8);
   assert_int_equal(folded(IR_ubfe, 0xffffffff, 4, 40), 0x0fffffff);
   assert_int_equal(folded(IR_bfm, 40, 4, 0), 0xfffffff0);
   assert_int_equal(folded(IR_imsb, 0xffffffff, 0, 0), 0xffffffff);
   assert_int_equal(folded(IR_fltu, 0x7fc00000, 0, 0), 1);
   assert_int_equal(folded(IR_fne, 0x7fc00000, 0, 0), 0);
   uint32_t unused;
   assert_false(
       fold_const(IR_fsin, (uint32_t[]){0, 0, 0}, &unused)); /* the machine's polynomials are its own */
   assert_false(fold_const(IR_fexp2, (uint32_t[]){0, 0, 0}, &unused));
}

static void integer_identities(void **state)
{
   struct rig r = begin();
   ir_inst *x = lane(&r), *c8 = ir_const(&r.b, 8);
   store(&r, ir_op2(&r.b, IR_imul, x, c8));
   store(&r, ir_op2(&r.b, IR_udiv, x, c8));
   store(&r, ir_op2(&r.b, IR_urem, x, c8));
   store(&r, ir_op2(&r.b, IR_iadd, ir_op2(&r.b, IR_iadd, x, c8), ir_const(&r.b, (uint32_t)-8)));
   store(&r, ir_op2(&r.b, IR_isub, x, x));
   simplify(&r);
   assert_int_equal(count(&r, IR_imul) + count(&r, IR_udiv) + count(&r, IR_urem) + count(&r, IR_iadd) +
                        count(&r, IR_isub),
                    0);
   assert_int_equal(count(&r, IR_shl), 1);
   assert_int_equal(count(&r, IR_shr), 1);
   assert_int_equal(count(&r, IR_and), 1);
   ir_shader_destroy(r.s);
}

static void float_identities_keep_nan_bits(void **state)
{
   struct rig r = begin();
   ir_inst *memory = load(&r, 0, 1), *sum = ir_op2(&r.b, IR_fadd, memory, memory),
           *one = ir_constf(&r.b, 1.0f);
   store(&r, ir_op2(&r.b, IR_fmul, sum, one));                  /* a sum is canonical: goes */
   store(&r, ir_op2(&r.b, IR_fmul, memory, one));               /* memory may hold any NaN: stays */
   store(&r, ir_op2(&r.b, IR_fadd, sum, ir_constf(&r.b, 0.0f))); /* -0 + 0 = +0: stays */
   store(&r, ir_op2(&r.b, IR_fmul, memory, ir_constf(&r.b, 0.0f))); /* inf * 0 is NaN: stays */
   simplify(&r);
   assert_int_equal(count(&r, IR_fmul), 2);
   assert_int_equal(count(&r, IR_fadd), 2);
   ir_shader_destroy(r.s);
}

static void negated_compares_respect_nan(void **state)
{
   struct rig r = begin();
   ir_inst *x = load(&r, 0, 1), *y = load(&r, 64, 1);
   ir_inst *c = ir_op1(&r.b, IR_bnot, ir_op2(&r.b, IR_flt, x, y));
   store(&r, ir_op3(&r.b, IR_sel, c, x, y));
   simplify(&r);
   ir_inst *sel = find(&r, IR_sel);
   /* not (x < y) is "y <= x or unordered", or the same select with its sides exchanged */
   if (sel->src[0]->op == IR_fleu) {
      assert_ptr_equal(sel->src[0]->src[0], sel->src[2]);
      assert_ptr_equal(sel->src[0]->src[1], sel->src[1]);
   } else {
      assert_int_equal(sel->src[0]->op, IR_flt);
      assert_ptr_equal(sel->src[0]->src[1], sel->src[1]);
   }
   assert_int_equal(count(&r, IR_bnot), 0);
   ir_shader_destroy(r.s);
}

/* ---- CSE, branches, loops
 * ------------------------------------------------------------------------------------ */

static void cse_needs_dominance(void **state)
{
   struct rig r = begin();
   ir_inst *x = lane(&r), *c = ir_op2(&r.b, IR_ieq, load(&r, 0, 1), x);
   ir_if *i = ir_begin_if(&r.b, c);
   store(&r, ir_op2(&r.b, IR_umulh, x, x));
   ir_begin_else(&r.b, i);
   store(&r, ir_op2(&r.b, IR_umulh, x, x)); /* the other one does not dominate this */
   ir_end_if(&r.b, i);
   opt_cse(r.s);
   opt_dce(r.s);
   assert_true(ir_validate(r.s, "opt_cse"));
   assert_int_equal(count(&r, IR_umulh), 2);
   ir_shader_destroy(r.s);
}

static void small_branches_become_selects(void **state)
{
   struct rig r = begin();
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v");
   ir_inst *x = lane(&r);
   ir_var_store(&r.b, v, x);
   ir_if *i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, x, ir_const(&r.b, 9)));
   ir_var_store(&r.b, v, ir_op2(&r.b, IR_iadd, x, ir_const(&r.b, 1)));
   ir_end_if(&r.b, i);
   store(&r, ir_var_load(&r.b, v));
   opt_mem2reg(r.s);
   simplify(&r);
   assert_int_equal(nodes(&r, IR_NODE_IF), 0);
   assert_int_equal(count(&r, IR_sel), 1);
   ir_shader_destroy(r.s);
}

static void branches_with_effects_stay(void **state)
{
   struct rig r = begin();
   ir_if *i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, lane(&r), ir_const(&r.b, 9)));
   store(&r, lane(&r));
   ir_end_if(&r.b, i);
   i = ir_begin_if(&r.b, ir_bconst(&r.b, false)); /* this one goes, with its store */
   store(&r, lane(&r));
   ir_end_if(&r.b, i);
   opt_mem2reg(r.s);
   simplify(&r);
   assert_int_equal(nodes(&r, IR_NODE_IF), 1);
   assert_int_equal(count(&r, IR_buf_store), 1);
   ir_shader_destroy(r.s);
}

static void constant_conditions_drop_jumps(void **state)
{
   struct rig r = begin();
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v");
   ir_var_store(&r.b, v, ir_const(&r.b, 1));
   ir_loop *l = ir_begin_loop(&r.b);
   ir_if *i = ir_begin_if(&r.b, ir_bconst(&r.b, false));
   ir_var_store(&r.b, v, ir_const(&r.b, 2));
   ir_break(&r.b);
   ir_end_if(&r.b, i);
   ir_var_store(&r.b, v, ir_const(&r.b, 3));
   ir_break(&r.b);
   ir_end_loop(&r.b, l);
   store(&r, ir_var_load(&r.b, v));
   opt_mem2reg(r.s);
   simplify(&r);
   assert_int_equal(nodes(&r, IR_NODE_LOOP) + nodes(&r, IR_NODE_IF), 0);
   assert_int_equal(find(&r, IR_buf_store)->src[2]->imm, 3);
   ir_shader_destroy(r.s);
}

static void licm_moves_invariants_only(void **state)
{
   struct rig r = begin();
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v");
   ir_inst *x = lane(&r);
   ir_var_store(&r.b, v, ir_const(&r.b, 0));
   ir_loop *l = ir_begin_loop(&r.b);
   ir_inst *now = ir_var_load(&r.b, v), *fixed = ir_op2(&r.b, IR_umulh, x, x),
           *moving = ir_op2(&r.b, IR_imulh, now, x);
   ir_if *i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, fixed, now));
   ir_break(&r.b);
   ir_end_if(&r.b, i);
   store(&r, moving);
   ir_var_store(&r.b, v, ir_op2(&r.b, IR_iadd, now, fixed));
   ir_end_loop(&r.b, l);
   opt_mem2reg(r.s);
   opt_licm(r.s);
   assert_true(ir_validate(r.s, "opt_licm"));
   ir_build_cfg(r.s);
   assert_null(find(&r, IR_umulh)->block->loop);
   assert_non_null(find(&r, IR_imulh)->block->loop);
   ir_shader_destroy(r.s);
}

/* ---- memory and contraction
 * --------------------------------------------------------------------------------------- */

static void neighbouring_loads_merge(void **state)
{
   struct rig r = begin();
   ir_inst *src[2] = {r.out, lane(&r)};
   ir_inst *v[4];
   for (unsigned k = 0; k < 4; k++)
      v[k] = ir_emit(&r.b, IR_buf_load, IR_T_I32, 1, 12 - 4 * k, 2, src);
   store(&r, ir_op2(&r.b, IR_iadd, ir_op2(&r.b, IR_iadd, v[0], v[1]), ir_op2(&r.b, IR_isub, v[2], v[3])));
   opt_memory(r.s);
   simplify(&r);
   assert_int_equal(count(&r, IR_buf_load), 1);
   assert_int_equal(find(&r, IR_buf_load)->ncomp, 4);
   assert_int_equal(find(&r, IR_isub)->src[0]->imm, 1); /* v[2] was at byte 4 */
   ir_shader_destroy(r.s);
}

static void loads_do_not_cross_stores(void **state)
{
   struct rig r = begin();
   ir_inst *src[2] = {r.out, lane(&r)};
   ir_inst *a = ir_emit(&r.b, IR_buf_load, IR_T_I32, 1, 0, 2, src);
   store(&r, a);
   ir_inst *again = ir_emit(&r.b, IR_buf_load, IR_T_I32, 1, 0, 2, src);
   store(&r, again);
   r.b.coherent = true;
   ir_inst *c1 = ir_emit(&r.b, IR_buf_load, IR_T_I32, 1, 0, 2, src),
           *c2 = ir_emit(&r.b, IR_buf_load, IR_T_I32, 1, 0, 2, src);
   r.b.coherent = false;
   store(&r, ir_op2(&r.b, IR_iadd, c1, c2));
   opt_memory(r.s);
   simplify(&r);
   assert_int_equal(count(&r, IR_buf_load), 4);
   ir_shader_destroy(r.s);
}

static void contraction_respects_exact(void **state)
{
   struct rig r = begin();
   ir_inst *x = load(&r, 0, 1), *y = load(&r, 64, 1);
   store(&r, ir_op2(&r.b, IR_fadd, ir_op2(&r.b, IR_fmul, x, y), y));
   r.b.exact = true;
   store(&r, ir_op2(&r.b, IR_fadd, ir_op2(&r.b, IR_fmul, y, y), x));
   r.b.exact = false;
   ir_inst *shared = ir_op2(&r.b, IR_fmul, x, x);
   store(&r, ir_op2(&r.b, IR_fadd, shared, y)); /* the product is needed anyway */
   store(&r, shared);
   opt_fma(r.s);
   opt_dce(r.s);
   assert_true(ir_validate(r.s, "opt_fma"));
   assert_int_equal(count(&r, IR_ffma), 1);
   assert_int_equal(count(&r, IR_fmul), 2);
   ir_shader_destroy(r.s);
}

/* ---- divergence
 * ----------------------------------------------------------------------------------------------------- */

static void temporal_divergence(void **state)
{
   struct rig r = begin();
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v");
   ir_var_store(&r.b, v, ir_const(&r.b, 0));
   ir_loop *l = ir_begin_loop(&r.b);
   ir_inst *now = ir_var_load(&r.b, v), *next = ir_op2(&r.b, IR_iadd, now, ir_const(&r.b, 1));
   ir_var_store(&r.b, v, next);
   ir_if *i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, lane(&r), next));
   ir_break(&r.b);
   ir_end_if(&r.b, i);
   ir_end_loop(&r.b, l);
   ir_inst *out = store(&r, next);
   opt_mem2reg(r.s);
   lower_lcssa(r.s);
   assert_true(ir_validate(r.s, "lower_lcssa"));
   analyse_divergence(r.s);
   assert_true(l->divergent && l->divergent_break && !l->divergent_continue);
   assert_false(next->divergent); /* the same for all lanes of an iteration */
   assert_int_equal(out->src[2]->op, IR_phi);
   assert_true(out->src[2]->divergent); /* but not behind the loop */
   ir_shader_destroy(r.s);
}

static void uniform_control_stays_uniform(void **state)
{
   struct rig r = begin();
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v");
   ir_inst *u = ir_op0(&r.b, IR_group_id, 0);
   ir_var_store(&r.b, v, ir_const(&r.b, 0));
   ir_if *i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, u, ir_const(&r.b, 4)));
   ir_var_store(&r.b, v, u);
   store(&r, lane(&r));
   ir_end_if(&r.b, i);
   ir_inst *uniform = store(&r, ir_var_load(&r.b, v));
   i = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, lane(&r), ir_const(&r.b, 4)));
   ir_var_store(&r.b, v, ir_const(&r.b, 7));
   store(&r, lane(&r));
   ir_end_if(&r.b, i);
   ir_inst *mixed = store(&r, ir_var_load(&r.b, v));
   opt_mem2reg(r.s);
   analyse_divergence(r.s);
   assert_false(uniform->src[2]->divergent);
   assert_true(mixed->src[2]->divergent);
   ir_shader_destroy(r.s);
}

#define T(f) cmocka_unit_test(f)
int main(void)
{
   const struct CMUnitTest tests[] = {
       T(mem2reg_puts_phis_at_merges),
       T(mem2reg_follows_breaks_and_continues),
       T(code_behind_a_jump_is_dropped),
       T(constants_fold_as_the_machine_computes),
       T(integer_identities),
       T(float_identities_keep_nan_bits),
       T(negated_compares_respect_nan),
       T(cse_needs_dominance),
       T(small_branches_become_selects),
       T(branches_with_effects_stay),
       T(constant_conditions_drop_jumps),
       T(licm_moves_invariants_only),
       T(neighbouring_loads_merge),
       T(loads_do_not_cross_stores),
       T(contraction_respects_exact),
       T(temporal_divergence),
       T(uniform_control_stays_uniform),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
