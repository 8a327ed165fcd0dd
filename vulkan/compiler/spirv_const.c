/* SPIR-V reader: constants and specialisation constants, evaluated while the module is parsed.
 *
 * The specialisation is known, so a specialisation constant is a constant like any other: 32 bits per scalar
 * in flat order, small integers zero-extended, bools 0 or 1. OpUndef outside of functions is 0. OpSpecConstantOp is in spirv_const_op.c.
 */
#include "spirv_reader.h"

#include <string.h>

bool spv_try_const_u32(spv_reader *r, uint32_t id, uint32_t *value)
{
   const spv_id *e = id && id < r->bound ? r->ids[id] : NULL;
   if (!e || e->kind != SPV_K_CONST || e->type->kind != SPV_T_INT)
      return false;
   *value = e->bits[0];
   return true;
}

uint32_t spv_const_u32(spv_reader *r, uint32_t id)
{
   uint32_t value;
   if (!spv_try_const_u32(r, id, &value))
      spv_fail(r, SC_E_INVALID, "id %u is not an integer constant", id);
   return value;
}

/* Value given by the application for the SpecId of `e`, else `standard`. */
static uint64_t specialised(spv_reader *r, const spv_id *e, uint64_t standard)
{
   const spv_decoration *d = spv_find_decoration(e, SpvDecorationSpecId, SPV_UNKNOWN);
   if (!d || !d->arg_count)
      return standard;
   for (size_t k = 0; k < r->in->spec_count; k++)
      if (r->in->spec[k].id == d->args[0])
         return r->in->spec[k].value;
   return standard;
}

static spv_id *new_constant(spv_reader *r, const spv_inst *i, const spv_type **type)
{
   spv_need(r, i, 3);
   spv_id *e = spv_get(r, i->w[2]);
   const spv_type *t = spv_get_type(r, i->w[1]);
   if (t->kind == SPV_T_VOID || t->kind == SPV_T_FUNCTION)
      spv_fail(r, SC_E_INVALID, "constant of type %u", i->w[1]);
   spv_type_classes(r, t); /* limits the size; pointers of most storage classes have none */
   spv_define(r, e, SPV_K_CONST);
   e->type = t;
   e->bits = spv_alloc(r, (t->scalars + 1) * sizeof *e->bits);
   *type = t;
   return e;
}

static void parse_bool(spv_reader *r, const spv_inst *i)
{
   const spv_type *t;
   spv_id *e = new_constant(r, i, &t);
   if (t->kind != SPV_T_BOOL)
      spv_fail(r, SC_E_INVALID, "bool constant of another type");
   e->bits[0] = i->op == SpvOpConstantTrue || i->op == SpvOpSpecConstantTrue;
   if (i->op == SpvOpSpecConstantTrue || i->op == SpvOpSpecConstantFalse)
      e->bits[0] = specialised(r, e, e->bits[0]) != 0;
}

static void parse_scalar(spv_reader *r, const spv_inst *i)
{
   const spv_type *t;
   spv_id *e = new_constant(r, i, &t);
   spv_need(r, i, 4);
   if (t->kind != SPV_T_INT && t->kind != SPV_T_FLOAT)
      spv_fail(r, SC_E_INVALID, "numeric constant of another type");
   spv_need(r, i, 3u + t->slots);
   uint64_t value = i->w[3] | (t->slots == 2 ? (uint64_t)i->w[4] << 32 : 0);
   if (i->op == SpvOpSpecConstant)
      value = specialised(r, e, value);
   if (t->width < 32)
      value &= (1u << t->width) - 1;
   e->bits[0] = (uint32_t)value;
   if (t->slots == 2)
      e->bits[1] = (uint32_t)(value >> 32);
}

/* Type of constituent k of a composite. */
static const spv_type *part(const spv_type *t, uint32_t k)
{
   return t->kind == SPV_T_STRUCT ? t->members[k].type : t->elem;
}

static void parse_composite(spv_reader *r, const spv_inst *i)
{
   const spv_type *t;
   spv_id *e = new_constant(r, i, &t);
   uint32_t flat = 0;
   if (spv_is_scalar(t) || i->n - 3 != t->count)
      spv_fail(r, SC_E_INVALID, "composite constant of %u constituents, the type has %u", i->n - 3, t->count);
   for (uint32_t k = 0; k < t->count; k++) {
      const spv_id *c = spv_get(r, i->w[3 + k]);
      if (c->kind != SPV_K_CONST || c->type != part(t, k) || !c->bits)
         spv_fail(r, SC_E_INVALID, "constituent %u is not a constant of the right type", k);
      memcpy(e->bits + flat, c->bits, c->type->scalars * sizeof *e->bits);
      flat += c->type->scalars;
   }
}

/* Zeros, and the pointer that points nowhere: LDS offset 0 is a place like others. What has no size may be declared; no
 * instruction takes it. */
static void parse_null(spv_reader *r, const spv_inst *i)
{
   const spv_type *t;
   spv_need(r, i, 3);
   if (spv_get_type(r, i->w[1])->scalars == SPV_UNKNOWN) {
      spv_id *unsized = spv_get(r, i->w[2]);
      spv_define(r, unsized, SPV_K_CONST);
      unsized->type = spv_get_type(r, i->w[1]);
      return;
   }
   spv_id *e = new_constant(r, i, &t);
   const char *classes = spv_type_classes(r, t);
   for (uint32_t k = 0; k < t->scalars; k++)
      e->bits[k] = classes[k] == 'w' ? UINT32_MAX : 0;
}

static void parse_spec_op(spv_reader *r, const spv_inst *i)
{
   const spv_type *t;
   spv_id *e = new_constant(r, i, &t);
   spv_need(r, i, 4);
   spv_eval_spec_op(r, i, t, e->bits);
}

bool spv_parse_constant(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpConstantTrue:
   case SpvOpConstantFalse:
   case SpvOpSpecConstantTrue:
   case SpvOpSpecConstantFalse:
      parse_bool(r, i);
      return true;
   case SpvOpConstant:
   case SpvOpSpecConstant:
      parse_scalar(r, i);
      return true;
   case SpvOpConstantComposite:
   case SpvOpSpecConstantComposite:
      parse_composite(r, i);
      return true;
   case SpvOpConstantNull:
   case SpvOpUndef:
      parse_null(r, i);
      return true;
   case SpvOpSpecConstantOp:
      parse_spec_op(r, i);
      return true;
   default:
      return false;
   }
}
