/* SPIR-V reader: functions inlined at their calls, blocks, phis, and what an id stands for.
 *
 * SPIR-V's dominance rule does not always carry over to the IR tree (an early return becomes a break, so the
 * block behind the loop is reached by one way more). Hence spv_reach: a value used outside of the list that
 * defines it, or of lists inside that, is carried by a variable. Whatever the module looks like, the IR is
 * well formed.
 */
#include "spirv_reader.h"

#include <stdlib.h>
#include <string.h>

/* ---- constants --------------------------------------------------------------------------------- */

ir_builder spv_prologue(spv_reader *r)
{
   return (ir_builder){.s = r->s, .block = r->mark->block, .before = r->mark, .spirv_word = r->b.spirv_word};
}

ir_inst *spv_c32(spv_reader *r, uint32_t bits)
{
   ir_inst **slot = &r->const_cache[(bits * 2654435761u) >> 22];
   if (!*slot || (*slot)->imm != bits) {
      ir_builder b = spv_prologue(r);
      *slot = ir_const(&b, bits);
   }
   return *slot;
}

ir_inst *spv_cf(spv_reader *r, float f)
{
   uint32_t bits;
   memcpy(&bits, &f, sizeof bits);
   return spv_c32(r, bits);
}

ir_inst *spv_cbool(spv_reader *r, bool v)
{
   if (!r->bool_cache[v]) {
      ir_builder b = spv_prologue(r);
      r->bool_cache[v] = ir_bconst(&b, v);
   }
   return r->bool_cache[v];
}

enum ir_type spv_ir_type(char cls)
{
   return cls == 'b' ? IR_T_BOOL : IR_T_I32;
}

ir_inst *spv_cundef(spv_reader *r, char cls)
{
   ir_inst **slot = &r->undef_cache[cls == 'b'];
   if (!*slot) {
      ir_builder b = spv_prologue(r);
      *slot = ir_undef(&b, spv_ir_type(cls));
   }
   return *slot;
}

/* ---- values ------------------------------------------------------------------------------------ */

spv_value *spv_new_value(spv_reader *r, const spv_type *type)
{
   spv_type_classes(r, type); /* limits the size */
   spv_work(r, type->scalars + 1);
   spv_value *v = spv_alloc(r, sizeof *v);
   v->type = type;
   v->c = spv_alloc(r, (type->scalars + 1) * sizeof *v->c);
   return v;
}

static spv_value *constant_value(spv_reader *r, spv_id *e)
{
   if (!e->value) {
      const char *classes = spv_type_classes(r, e->type);
      spv_value *v = spv_new_value(r, e->type);
      for (uint32_t k = 0; k < e->type->scalars; k++)
         v->c[k] = classes[k] == 'b' ? spv_cbool(r, e->bits[k] != 0) : spv_c32(r, e->bits[k]);
      e->value = v;
   }
   return e->value;
}

static spv_value *global_value(spv_reader *r, spv_id *e)
{
   if (!e->value) {
      spv_value *v = spv_alloc(r, sizeof *v);
      v->type = e->type;
      v->ptr = spv_global_pointer(r, e->var);
      e->value = v;
   }
   return e->value;
}

spv_value *spv_raw(spv_reader *r, uint32_t id)
{
   spv_id *e = spv_get(r, id);
   switch (e->kind) {
   case SPV_K_CONST:
      return constant_value(r, e);
   case SPV_K_GLOBAL:
      return global_value(r, e);
   case SPV_K_LOCAL:
      if (e->fn == r->fn && e->value && e->instance == r->fn->instance)
         return e->value;
      spv_fail(r, SC_E_INVALID, "id %u is used where it is not defined", id);
   default:
      spv_fail(r, SC_E_INVALID, "id %u is not a value", id);
   }
}

void spv_set(spv_reader *r, uint32_t id, spv_value *v)
{
   spv_id *e = spv_get(r, id);
   if (e->kind != SPV_K_LOCAL || e->type != v->type)
      spv_fail(r, SC_E_INVALID, "the result has another type than the operands give");
   e->value = v;
   e->instance = r->fn->instance;
}

/* Variable that carries `i` out of its list: 1 + index, stored right behind the definition. */
static uint32_t carry(spv_reader *r, ir_inst *i)
{
   if (i->id >= r->repair_capacity) {
      uint32_t capacity = r->s->next_id * 2 + 1024;
      uint32_t *grown = realloc(r->repair, capacity * sizeof *grown);
      if (!grown)
         spv_fail(r, SC_E_NO_MEMORY, "out of memory");
      memset(grown + r->repair_capacity, 0, (capacity - r->repair_capacity) * sizeof *grown);
      r->repair = grown;
      r->repair_capacity = capacity;
   }
   if (!r->repair[i->id]) {
      uint32_t var = ir_var_create(r->s, (enum ir_type)i->type, NULL);
      ir_builder b = {.s = r->s, .block = i->block, .before = i->next, .spirv_word = i->spirv_word};
      ir_var_store(&b, var, i);
      r->repair[i->id] = 1 + var;
   }
   return r->repair[i->id];
}

ir_inst *spv_reach(spv_reader *r, ir_inst *i)
{
   if (!i->block || i->block == r->b.block || i->block == r->mark->block || r->s->out_of_memory)
      return i;
   const ir_list *home = i->block->node.list;
   for (const ir_list *l = r->b.block->node.list; l; l = l->parent ? l->parent->list : NULL)
      if (l == home)
         return i;
   return ir_var_load(&r->b, carry(r, i) - 1);
}

spv_value *spv_use(spv_reader *r, uint32_t id)
{
   spv_value *v = spv_raw(r, id), *copy = NULL;
   if (!v->c && v->ptr)
      return spv_pointer_to_value(r, v->type, spv_use_pointer(r, id));
   if (!v->c)
      spv_fail(r, SC_E_INVALID, "id %u is %s, not a value", id, v->ptr ? "a pointer" : "an image or sampler");
   spv_work(r, v->type->scalars);
   for (uint32_t k = 0; k < v->type->scalars; k++) {
      ir_inst *here = spv_reach(r, v->c[k]);
      if (here == v->c[k])
         continue;
      if (!copy) {
         copy = spv_new_value(r, v->type);
         memcpy(copy->c, v->c, v->type->scalars * sizeof *v->c);
      }
      copy->c[k] = here;
   }
   return copy ? copy : v;
}

spv_value *spv_use_class(spv_reader *r, uint32_t id, char cls, uint32_t count)
{
   spv_value *v = spv_use(r, id);
   if (spv_scalar_class(v->type) != cls || v->type->scalars != count || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "operand %u should be %u x %s", id, count,
               cls == 'b' ? "bool" : cls == 'i' ? "integer" : "float");
   return v;
}

spv_value *spv_use_kind(spv_reader *r, uint32_t id, char kind, uint32_t count)
{
   spv_value *v = spv_use(r, id);
   if (spv_kind(v->type) != kind || (count && spv_components(v->type) != count) || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "operand %u should be %u x %s", id, count,
               kind == 'b' ? "bool" : kind == 'i' ? "integer" : "float");
   return v;
}

ir_inst *spv_use_index(spv_reader *r, uint32_t id)
{
   const spv_value *v = spv_use_kind(r, id, 'i', 1); /* of 64 bits the low half: nothing is that large */
   return v->type->width < 32 ? spv_get_component(r, v, 0, v->type->is_signed) : v->c[0];
}

spv_pointer *spv_use_pointer(spv_reader *r, uint32_t id)
{
   const spv_value *v = spv_raw(r, id);
   if (!v->ptr && v->c && v->type->kind == SPV_T_POINTER)
      return spv_value_to_pointer(r, spv_use(r, id));
   if (!v->ptr)
      spv_fail(r, SC_E_INVALID, "id %u is not a pointer", id);
   spv_pointer *p = spv_alloc(r, sizeof *p);
   *p = *v->ptr;
   for (unsigned k = 0; k < 4 && p->word[k]; k++)
      p->word[k] = spv_reach(r, p->word[k]);
   if (p->base)
      p->base = spv_reach(r, p->base);
   if (p->element)
      p->element = spv_reach(r, p->element);
   for (unsigned k = 0; k < p->dyn_count; k++)
      p->dyn[k].index = spv_reach(r, p->dyn[k].index);
   for (unsigned k = 0; k < 4; k++) {
      if (p->texel_at[k])
         p->texel_at[k] = spv_reach(r, p->texel_at[k]);
   }
   return p;
}

/* ---- phis -------------------------------------------------------------------------------------- */

static uint32_t *new_vars(spv_reader *r, const spv_type *t, const char *name)
{
   const char *classes = spv_type_classes(r, t);
   uint32_t *vars = spv_alloc(r, (t->scalars + 1) * sizeof *vars);
   spv_work(r, t->scalars);
   for (uint32_t k = 0; k < t->scalars; k++)
      vars[k] = ir_var_create(r->s, spv_ir_type(classes[k]), name);
   return vars;
}

static const uint32_t *phi_vars(spv_reader *r, spv_id *e)
{
   if (!e->phi_vars || e->phi_instance != r->fn->instance) {
      e->phi_vars = new_vars(r, e->type, e->name);
      e->phi_instance = r->fn->instance;
   }
   return e->phi_vars;
}

static spv_value *load_vars(spv_reader *r, const spv_type *t, const uint32_t *vars)
{
   spv_value *v = spv_new_value(r, t);
   for (uint32_t k = 0; k < t->scalars; k++)
      v->c[k] = ir_var_load(&r->b, vars[k]);
   return v;
}

static void emit_phi(spv_reader *r, const spv_inst *i)
{
   spv_id *e = spv_get(r, i->w[2]);
   spv_set(r, i->w[2], load_vars(r, e->type, phi_vars(r, e)));
}

static void copy_phi(spv_reader *r, const spv_inst *i, uint32_t from)
{
   spv_id *e = spv_get(r, i->w[2]);
   for (uint32_t k = 3; k + 1 < i->n; k += 2) {
      spv_work(r, 1);
      if (i->w[k + 1] != from)
         continue;
      spv_value *v = spv_use(r, i->w[k]);
      const uint32_t *vars = phi_vars(r, e);
      if (v->type != e->type)
         spv_fail(r, SC_E_INVALID, "value %u has another type than the phi", i->w[k]);
      for (uint32_t c = 0; c < v->type->scalars; c++)
         ir_var_store(&r->b, vars[c], v->c[c]);
      return;
   }
   spv_fail(r, SC_E_INVALID, "no value for predecessor %u", from);
}

/* Phis were read into SSA values at the start of their block, so stores to one cannot disturb another's
 * source. */
void spv_emit_phi_copies(spv_reader *r, uint32_t from, spv_block *to)
{
   uint32_t current = r->current;
   for (uint32_t word = to->first; word < to->term;) {
      spv_inst i = spv_read(r, word);
      if (i.op == SpvOpPhi)
         copy_phi(r, &i, from);
      else if (i.op != SpvOpLine && i.op != SpvOpNoLine && i.op != SpvOpNop && i.op != SpvOpExtInst)
         break;
      word += i.n;
   }
   r->current = current;
}

/* ---- instructions ------------------------------------------------------------------------------ */

static void emit_ext_inst(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   const spv_id *set = spv_get(r, i->w[3]);
   if (set->kind != SPV_K_EXT_SET)
      spv_fail(r, SC_E_INVALID, "id %u is not an extended instruction set", i->w[3]);
   if (set->ext_set == SPV_EXT_UNKNOWN)
      spv_fail(r, SC_E_UNSUPPORTED, "extended instruction set \"%.60s\" is not supported", set->name);
   if (set->ext_set == SPV_EXT_GLSL450)
      spv_emit_glsl450(r, i);
}

static void emit_undef(spv_reader *r, const spv_inst *i)
{
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (t->kind == SPV_T_IMAGE || t->kind == SPV_T_SAMPLER || t->kind == SPV_T_SAMPLED_IMAGE) {
      spv_set(r, i->w[2], spv_undefined_handle(r, t));
      return;
   }
   if (t->scalars == SPV_UNKNOWN) { /* defined, but nothing can use it */
      spv_value *none = spv_alloc(r, sizeof *none);
      none->type = t;
      spv_set(r, i->w[2], none);
      return;
   }
   const char *classes = spv_type_classes(r, t);
   spv_value *v = spv_new_value(r, t);
   for (uint32_t k = 0; k < t->scalars; k++)
      v->c[k] = spv_cundef(r, classes[k]);
   spv_set(r, i->w[2], v);
}

static void emit_inst(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpNop:
   case SpvOpLine:
   case SpvOpNoLine:
   case SpvOpSelectionMerge:
   case SpvOpLoopMerge:
      break;
   case SpvOpPhi:
      emit_phi(r, i);
      break;
   case SpvOpUndef:
      emit_undef(r, i);
      break;
   case SpvOpFunctionCall:
      spv_emit_call(r, i);
      break;
   case SpvOpExtInst:
      emit_ext_inst(r, i);
      break;
   default:
      if (!spv_emit_memory(r, i) && !spv_emit_pointer_value(r, i) && !spv_emit_alu(r, i) &&
          !spv_emit_composite(r, i) && !spv_emit_matrix(r, i) && !spv_emit_atomic(r, i) && !spv_emit_image(r, i) &&
          !spv_emit_image_query(r, i) && !spv_emit_group(r, i) && !spv_emit_stage(r, i))
         spv_unsupported_op(r, i);
   }
}

static bool is_no_contraction(spv_reader *r, const spv_inst *i)
{
   if (i->n < 3 || i->w[2] >= r->bound)
      return false;
   const spv_id *e = r->ids[i->w[2]];
   return e && e->word == i->word && e->no_contraction;
}

void spv_emit_block(spv_reader *r, spv_block *b)
{
   for (uint32_t word = b->first; word < b->term;) {
      spv_inst i = spv_read(r, word);
      spv_work(r, 4);
      r->b.spirv_word = word;
      r->b.exact = is_no_contraction(r, &i);
      emit_inst(r, &i);
      r->b.exact = false;
      r->current = word;
      if (r->s->out_of_memory)
         spv_fail(r, SC_E_NO_MEMORY, "out of memory");
      if (r->s->next_id > SPV_MAX_IR)
         spv_fail(r, SC_E_LIMIT, "the shader needs more than %u instructions", SPV_MAX_IR);
      word += i.n;
   }
}

/* ---- calls ------------------------------------------------------------------------------------- */

/* Emits the body in place. The caller has read the arguments already. */
static void inline_function(spv_reader *r, spv_function *f, spv_value **args)
{
   spv_function *caller = r->fn;
   uint32_t scratch_B = r->scratch_B;
   f->active = true;
   f->instance = ++r->instances;
   f->return_vars = f->type->elem->kind == SPV_T_VOID ? NULL : new_vars(r, f->type->elem, "return");
   r->fn = f;
   for (uint32_t k = 0; k < f->param_count; k++)
      spv_set(r, f->params[k], args[k]);
   spv_emit_function_body(r, f);
   r->fn = caller;
   r->scratch_B =
       scratch_B > r->scratch_floor_B ? scratch_B : r->scratch_floor_B; /* the callee's variables are dead */
   f->active = false;
}

static spv_value *argument(spv_reader *r, uint32_t id)
{
   spv_value *v = spv_raw(r, id);
   if (!v->ptr && !v->handle)
      return spv_use(r, id);
   spv_value *copy = spv_alloc(r, sizeof *copy);
   copy->type = v->type;
   if (v->handle)
      copy->handle = spv_reach_handle(r, v->handle);
   else
      copy->ptr = spv_use_pointer(r, id);
   return copy;
}

void spv_emit_call(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_function *f = spv_get_function(r, i->w[3]);
   uint32_t count = i->n - 4;
   if (f->active)
      spv_fail(r, SC_E_INVALID, "function %u calls itself", f->id);
   if (count != f->param_count)
      spv_fail(r, SC_E_INVALID, "%u arguments for %u parameters", count, f->param_count);
   if (r->call_depth == SPV_MAX_CALL_DEPTH)
      spv_fail(r, SC_E_LIMIT, "calls are nested deeper than %u", SPV_MAX_CALL_DEPTH);
   if (!f->scope)
      cf_build(r, f);
   spv_value **args = spv_alloc(r, (count + 1) * sizeof *args);
   for (uint32_t k = 0; k < count; k++)
      args[k] = argument(r, i->w[4 + k]);
   r->call_depth++;
   inline_function(r, f, args);
   r->call_depth--;
   r->current = i->word;
   r->b.spirv_word = i->word;
   spv_id *e = spv_get(r, i->w[2]);
   if (e->type != f->type->elem)
      spv_fail(r, SC_E_INVALID, "the result has another type than the function returns");
   if (f->return_vars)
      spv_set(r, i->w[2], load_vars(r, f->type->elem, f->return_vars));
}

void spv_emit_entry(spv_reader *r)
{
   spv_function *f = spv_get_function(r, r->entry);
   if (f->param_count || f->type->elem->kind != SPV_T_VOID)
      spv_fail(r, SC_E_INVALID, "the entry point has parameters or a result");
   r->b = (ir_builder){.s = r->s, .block = ir_first_block(r->s)};
   r->mark = ir_const(&r->b, 0);
   cf_build(r, f);
   f->scope->needs_loop |= r->has_kill;
   r->entry_scope = f->scope;
   spv_emit_shared_init(r);
   spv_emit_output_init(r);
   inline_function(r, f, NULL);
   if (r->s->stage) {
      if (r->in->stage != SC_STAGE_GEOMETRY)
         spv_emit_outputs(r);
      spv_collect_captures(r);
      spv_find_sample_shading(r);
   }
}
