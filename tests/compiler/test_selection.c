/* What the back end selects: instructions expected in the final program of small shaders, and the program's
 * properties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ir.h"
#include "isa.h"
#include "sc.h"

static const sc_binding bindings[] = {
   {0, 0, SC_BINDING_STORAGE_BUFFER, 1, false, 0},
   {1, 1, SC_BINDING_UNIFORM_BUFFER, 1, false, 32},
   {2, 2, SC_BINDING_STORAGE_BUFFER, 1, true, 3},
   {3, 3, SC_BINDING_UNIFORM_BUFFER, 8, false, 4160},
};
static const sc_input input = {.bindings = bindings, .binding_count = 4};

struct rig {
   ir_shader *s;
   ir_builder b;
   sc_program p;
};

static struct rig begin(void)
{
   struct rig r = {.s = ir_shader_create(&input)};
   r.b = (ir_builder){.s = r.s, .block = ir_first_block(r.s)};
   r.s->group_size[0] = 64;
   return r;
}

static ir_inst *desc(struct rig *r, uint32_t binding, ir_inst *index)
{
   index = index ? index : ir_const(&r->b, 0);
   return ir_emit(&r->b, IR_desc, IR_T_I32, 4, binding, 1, &index);
}

static ir_inst *load(struct rig *r, ir_inst *d, ir_inst *offset)
{
   return ir_emit(&r->b, IR_buf_load, IR_T_I32, 1, 0, 2, (ir_inst *[]){d, offset});
}

static void store(struct rig *r, ir_inst *offset, ir_inst *value)
{
   ir_emit(&r->b, IR_buf_store, IR_T_NONE, 1, 0, 3, (ir_inst *[]){desc(r, 0, NULL), offset, value});
}

static ir_inst *lane(struct rig *r)
{
   return ir_op0(&r->b, IR_lane_id, 0);
}

static void finish(struct rig *r)
{
   char err[256] = "";
   sc_optimise(r->s, true);
   assert_int_equal(ir_to_isa(r->s, &r->p, err, sizeof err), SC_OK);
}

static void end(struct rig *r)
{
   sc_program_finish(&r->p);
   ir_shader_destroy(r->s);
}

/* How many instructions of the program have the opcode; *last is one of them. */
static unsigned count(struct rig *r, unsigned op, isa_inst *last)
{
   unsigned n = 0, used;
   isa_inst i;
   for (size_t at = 0; at < r->p.word_count; at += used) {
      assert_int_equal(isa_decode(r->p.words + at, r->p.word_count - at, &i, &used), ISA_OK);
      if (i.op == op) {
         n++;
         if (last)
            *last = i;
      }
   }
   return n;
}

static void uniform_values_use_the_scalar_unit(void **state)
{
   struct rig r = begin();
   ir_inst *group = ir_op0(&r.b, IR_group_id, 0);
   ir_inst *word = load(&r, desc(&r, 1, NULL), ir_op2(&r.b, IR_shl, group, ir_const(&r.b, 2)));
   store(&r, ir_op2(&r.b, IR_shl, lane(&r), ir_const(&r.b, 2)), ir_op2(&r.b, IR_imul, word, group));
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_s_buf_load_x1, NULL), 1);
   assert_int_equal(count(&r, ISA_OP_s_mul, NULL), 1);
   assert_int_equal(count(&r, ISA_OP_v_mul_lo_u32, NULL), 0);
   end(&r);
}

static void written_buffers_are_not_read_by_the_scalar_unit(void **state)
{
   struct rig r = begin();
   ir_inst *zero = ir_const(&r.b, 0), *word = load(&r, desc(&r, 0, NULL), zero);
   store(&r, ir_const(&r.b, 4), word);
   ir_inst *other = load(&r, desc(&r, 2, NULL), zero); /* never written here: may be */
   store(&r, ir_const(&r.b, 64), other);
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_s_buf_load_x1, NULL), 1);
   assert_int_equal(count(&r, ISA_OP_b_load_x1, NULL), 1);
   end(&r);
}

static void coherent_accesses_say_so(void **state)
{
   struct rig r = begin();
   isa_inst i = {0};
   r.b.coherent = true;
   ir_inst *word = load(&r, desc(&r, 2, NULL), ir_const(&r.b, 0));
   r.b.coherent = false;
   store(&r, ir_const(&r.b, 64), word);
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_b_load_x1, &i), 1);
   assert_true(i.coherent);
   assert_int_equal(count(&r, ISA_OP_b_store_x1, &i), 1);
   assert_false(i.coherent);
   end(&r);
}

static void sign_operations_become_modifiers(void **state)
{
   struct rig r = begin();
   isa_inst i = {0};
   ir_inst *at = ir_op2(&r.b, IR_shl, lane(&r), ir_const(&r.b, 2)), *x = load(&r, desc(&r, 2, NULL), at);
   ir_inst *y = ir_op1(&r.b, IR_fneg, ir_op1(&r.b, IR_fabs, x));
   store(&r, at, ir_op1(&r.b, IR_fsat, ir_op2(&r.b, IR_fmax, ir_op2(&r.b, IR_fsub, x, y), y)));
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_v_xor, NULL) + count(&r, ISA_OP_v_and, NULL), 0);
   assert_int_equal(count(&r, ISA_OP_v_add_f32, &i), 1);
   assert_int_equal(i.abs, 2);
   assert_int_equal(i.neg, 0); /* a - -|b| */
   assert_int_equal(count(&r, ISA_OP_v_max_f32, &i), 1);
   assert_int_equal(i.abs, 2);
   assert_int_equal(i.neg, 2);
   assert_true(i.sat);
   end(&r);
}

static void saturation_of_a_shared_value_stays_apart(void **state)
{
   struct rig r = begin();
   isa_inst i = {0};
   ir_inst *at = ir_op2(&r.b, IR_shl, lane(&r), ir_const(&r.b, 2)), *x = load(&r, desc(&r, 2, NULL), at);
   ir_inst *sum = ir_op2(&r.b, IR_fadd, x, x);
   store(&r, at, ir_op1(&r.b, IR_fsat, sum));
   store(&r, ir_op2(&r.b, IR_iadd, at, ir_const(&r.b, 256)), sum);
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_v_add_f32, &i), 1);
   assert_false(i.sat);
   end(&r);
}

static void one_literal_per_instruction(void **state)
{
   struct rig r = begin();
   ir_inst *at = ir_op2(&r.b, IR_shl, lane(&r), ir_const(&r.b, 2)), *x = load(&r, desc(&r, 2, NULL), at);
   store(&r, at, ir_op3(&r.b, IR_bfi, ir_const(&r.b, 0x12345678), x, ir_const(&r.b, 0x87654321)));
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_v_bfi, NULL), 1); /* isa_encode would have refused two */
   assert_int_equal(count(&r, ISA_OP_s_mov, NULL), 1);
   end(&r);
}

static ir_inst *atomic(struct rig *r, unsigned op, bool shared)
{
   ir_inst *src[4] = {desc(r, 0, NULL), ir_const(&r->b, 0), lane(r), ir_const(&r->b, 7)};
   unsigned n = 3 + (op == IR_ATOM_CMPSWAP);
   ir_inst *i = shared ? ir_emit(&r->b, IR_lds_atomic, IR_T_I32, 1, 0, n - 1, src + 1)
                       : ir_emit(&r->b, IR_buf_atomic, IR_T_I32, 1, 0, n, src);
   i->aux = (uint8_t)op;
   return i;
}

static void order_matters_where_an_old_value_is_used(void **state)
{
   static const struct {
      unsigned op, isa;
      bool use, ordered;
   } cases[] = {
      {IR_ATOM_ADD, ISA_OP_b_atom_add, false, false},        {IR_ATOM_ADD, ISA_OP_b_atom_add, true, true},
      {IR_ATOM_UMAX, ISA_OP_b_atom_max_u32, false, false},   {IR_ATOM_SWAP, ISA_OP_b_atom_swap, false, true},
      {IR_ATOM_CMPSWAP, ISA_OP_b_atom_cmpswap, false, true}, {IR_ATOM_XOR, ISA_OP_b_atom_xor, true, true},
   };
   for (unsigned k = 0; k < sizeof cases / sizeof *cases; k++) {
      struct rig r = begin();
      isa_inst i = {0};
      ir_inst *old = atomic(&r, cases[k].op, false);
      if (cases[k].use)
         store(&r, ir_const(&r.b, 64), old);
      finish(&r);
      assert_int_equal(count(&r, cases[k].isa, &i), 1);
      assert_int_equal(i.ret, cases[k].use);
      assert_int_equal(r.p.ordered, cases[k].ordered);
      end(&r);
   }
   struct rig r = begin();
   r.s->lds_B = 16;
   store(&r, ir_const(&r.b, 64), atomic(&r, IR_ATOM_ADD, true));
   finish(&r);
   assert_true(r.p.ordered);
   end(&r);
}

/* Descriptor addresses: dynamic descriptors in the root table, large offsets, clamped indices. */
static void descriptors(void **state)
{
   struct rig r = begin();
   isa_inst i = {0};
   ir_inst *zero = ir_const(&r.b, 0);
   store(&r, zero, load(&r, desc(&r, 2, NULL), zero));
   finish(&r);
   bool found = false;
   unsigned used;
   for (size_t at = 0; at < r.p.word_count; at += used) {
      assert_int_equal(isa_decode(r.p.words + at, r.p.word_count - at, &i, &used), ISA_OK);
      found = found || (i.op == ISA_OP_s_load_x4 && i.imm == SC_ROOT_DYNAMIC + 3 * 16);
   }
   assert_true(found);
   end(&r);
   r = begin();
   zero = ir_const(&r.b, 0);
   store(&r, zero, load(&r, desc(&r, 3, ir_op0(&r.b, IR_group_id, 0)), zero));
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_s_min_u32, &i), 1); /* an index past the end stays in the set's memory */
   end(&r);
   r = begin();
   zero = ir_const(&r.b, 0);
   store(&r, zero, load(&r, desc(&r, 3, lane(&r)), zero));
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_g_load_x4, &i), 1);
   assert_int_equal(count(&r, ISA_OP_v_min_u32, &i), 1);
   end(&r);
}

/* At the outermost level every write may ignore the lanes that do not exist; under divergent control what
 * others need is kept. */
static void hints_for_inactive_lanes(void **state)
{
   struct rig r = begin();
   isa_inst i = {0};
   uint32_t v = ir_var_create(r.s, IR_T_I32, "v");
   ir_inst *at = ir_op2(&r.b, IR_shl, lane(&r), ir_const(&r.b, 2)), *x = load(&r, desc(&r, 2, NULL), at);
   ir_var_store(&r.b, v, x);
   ir_if *branch = ir_begin_if(&r.b, ir_op2(&r.b, IR_ult, x, ir_const(&r.b, 9)));
   store(&r, at, ir_op2(&r.b, IR_umulh, x, x));           /* temporary: nobody else's */
   ir_var_store(&r.b, v, ir_op2(&r.b, IR_imulh, x, x));   /* merged with the other lanes' x */
   ir_end_if(&r.b, branch);
   store(&r, ir_op2(&r.b, IR_iadd, at, ir_const(&r.b, 512)), ir_var_load(&r.b, v));
   finish(&r);
   assert_int_equal(count(&r, ISA_OP_b_load_x1, &i), 1);
   assert_true(i.nd);
   assert_int_equal(count(&r, ISA_OP_v_mul_hi_u32, &i), 1);
   assert_true(i.nd);
   assert_int_equal(count(&r, ISA_OP_v_mul_hi_i32, &i), 1);
   assert_false(i.nd);
   end(&r);
}

#define T(f) cmocka_unit_test(f)
int main(void)
{
   const struct CMUnitTest tests[] = {
      T(uniform_values_use_the_scalar_unit), T(written_buffers_are_not_read_by_the_scalar_unit),
      T(coherent_accesses_say_so),           T(sign_operations_become_modifiers),
      T(saturation_of_a_shared_value_stays_apart), T(one_literal_per_instruction),
      T(order_matters_where_an_old_value_is_used), T(descriptors),
      T(hints_for_inactive_lanes),
   };
   return cmocka_run_group_tests(tests, NULL, NULL);
}
