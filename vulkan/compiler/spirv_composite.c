/* SPIR-V reader: instructions that take composites apart and put them together.
 *
 * A value is a flat list of scalars, so nothing is emitted here except for dynamic component indices. Scalars
 * are passed on as they were defined (spv_raw); who finally uses one makes it reachable.
 */
#include "spirv_reader.h"

#include <string.h>

/* A value operand, not a pointer. */
static spv_value *raw_operand(spv_reader *r, uint32_t id)
{
   spv_value *v = spv_raw(r, id);
   if (!v->c && v->ptr)
      return spv_use(r, id);
   if (!v->c)
      spv_fail(r, SC_E_INVALID, "operand %u is a pointer", id);
   return v;
}

static const spv_type *result_type(spv_reader *r, const spv_inst *i)
{
   return spv_get(r, i->w[2])->type;
}

/* Follows literal indices from word `first`; returns the part's type and adds its position to *flat. */
static const spv_type *walk(spv_reader *r, const spv_inst *i, uint32_t first, const spv_type *t,
                            uint32_t *flat)
{
   for (uint32_t k = first; k < i->n; k++) {
      uint32_t index = i->w[k];
      if (spv_is_scalar(t) || index >= t->count)
         spv_fail(r, SC_E_INVALID, "index %u is out of range", index);
      *flat += t->kind == SPV_T_STRUCT ? t->members[index].first : index * t->elem->scalars;
      t = t->kind == SPV_T_STRUCT ? t->members[index].type : t->elem;
   }
   return t;
}

static void emit_extract(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_value *a = raw_operand(r, i->w[3]), *v = spv_alloc(r, sizeof *v);
   uint32_t flat = 0;
   v->type = walk(r, i, 4, a->type, &flat);
   v->c = a->c + flat;
   spv_set(r, i->w[2], v);
}

static void emit_insert(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   spv_value *object = raw_operand(r, i->w[3]), *a = raw_operand(r, i->w[4]), *v = spv_new_value(r, a->type);
   uint32_t flat = 0;
   if (walk(r, i, 5, a->type, &flat) != object->type)
      spv_fail(r, SC_E_INVALID, "the object has another type than the part that it replaces");
   memcpy(v->c, a->c, a->type->scalars * sizeof *v->c);
   memcpy(v->c + flat, object->c, object->type->scalars * sizeof *v->c);
   spv_set(r, i->w[2], v);
}

/* Vectors may be made of shorter vectors, all else of exactly its parts. */
static bool fits(const spv_type *t, const spv_type *part, uint32_t k)
{
   if (t->kind == SPV_T_VECTOR)
      return part == t->elem || (part->kind == SPV_T_VECTOR && part->elem == t->elem);
   return k < t->count && part == (t->kind == SPV_T_STRUCT ? t->members[k].type : t->elem);
}

static void emit_construct(spv_reader *r, const spv_inst *i)
{
   const spv_type *t = result_type(r, i);
   uint32_t flat = 0;
   if (spv_is_scalar(t) || t->kind == SPV_T_POINTER)
      spv_fail(r, SC_E_INVALID, "type %u is not a composite", t->id);
   spv_value *v = spv_new_value(r, t);
   for (uint32_t k = 0; k + 3 < i->n; k++) {
      const spv_value *part = raw_operand(r, i->w[3 + k]);
      uint32_t n = part->type->scalars;
      if (!fits(t, part->type, k) || n > t->scalars - flat)
         spv_fail(r, SC_E_INVALID, "constituent %u does not fit the type", k);
      memcpy(v->c + flat, part->c, n * sizeof *v->c);
      flat += n;
   }
   if (flat != t->scalars || (t->kind != SPV_T_VECTOR && i->n - 3 != t->count))
      spv_fail(r, SC_E_INVALID, "too few constituents");
   spv_set(r, i->w[2], v);
}

static void emit_shuffle(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   const spv_type *t = result_type(r, i);
   spv_value *a = raw_operand(r, i->w[3]), *b = raw_operand(r, i->w[4]), *v = spv_new_value(r, t);
   if (t->kind != SPV_T_VECTOR || a->type->kind != SPV_T_VECTOR || b->type->kind != SPV_T_VECTOR ||
       a->type->elem != t->elem || b->type->elem != t->elem || i->n - 5 != t->count)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   ir_inst *undefined[2] = {spv_cundef(r, spv_scalar_class(t)), spv_cundef(r, spv_scalar_class(t))};
   for (uint32_t k = 0; k < t->count; k++) {
      uint32_t index = i->w[5 + k];
      ir_inst **from;
      if (index == UINT32_MAX)
         from = undefined;
      else if (index < a->type->count)
         from = a->c + index * t->slots;
      else if (index - a->type->count < b->type->count)
         from = b->c + (index - a->type->count) * t->slots;
      else
         spv_fail(r, SC_E_INVALID, "component %u is out of range", index);
      memcpy(v->c + k * t->slots, from, t->slots * sizeof *from);
   }
   spv_set(r, i->w[2], v);
}

static void emit_extract_dynamic(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   spv_value *a = spv_use(r, i->w[3]), *v = spv_new_value(r, result_type(r, i));
   ir_inst *index = spv_use_index(r, i->w[4]);
   if (a->type->kind != SPV_T_VECTOR || a->type->elem != v->type)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   uint32_t slots = a->type->slots;
   memcpy(v->c, a->c, slots * sizeof *v->c);
   for (uint32_t k = 1; k < a->type->count; k++) {
      ir_inst *here = E2(r, ieq, index, spv_c32(r, k));
      for (uint32_t j = 0; j < slots; j++)
         v->c[j] = E3(r, sel, here, a->c[k * slots + j], v->c[j]);
   }
   spv_set(r, i->w[2], v);
}

static void emit_insert_dynamic(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 6);
   spv_value *a = spv_use(r, i->w[3]), *object = spv_use(r, i->w[4]), *v = spv_new_value(r, a->type);
   ir_inst *index = spv_use_index(r, i->w[5]);
   if (a->type->kind != SPV_T_VECTOR || a->type->elem != object->type)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   uint32_t slots = a->type->slots;
   for (uint32_t k = 0; k < a->type->count; k++) {
      ir_inst *here = E2(r, ieq, index, spv_c32(r, k));
      for (uint32_t j = 0; j < slots; j++)
         v->c[k * slots + j] = E3(r, sel, here, object->c[j], a->c[k * slots + j]);
   }
   spv_set(r, i->w[2], v);
}

static void emit_copy_object(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_set(r, i->w[2], spv_raw(r, i->w[3]));
}

/* The same scalars under another type with the same structure. */
static void emit_copy_logical(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_value *a = raw_operand(r, i->w[3]), *v = spv_alloc(r, sizeof *v);
   v->type = result_type(r, i);
   v->c = a->c;
   const char *to = spv_type_classes(r, v->type), *from = spv_type_classes(r, a->type);
   if (v->type->scalars != a->type->scalars || memcmp(to, from, a->type->scalars))
      spv_fail(r, SC_E_INVALID, "types %u and %u do not match logically", a->type->id, v->type->id);
   spv_set(r, i->w[2], v);
}

bool spv_emit_composite(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpCompositeExtract:
      emit_extract(r, i);
      return true;
   case SpvOpCompositeInsert:
      emit_insert(r, i);
      return true;
   case SpvOpCompositeConstruct:
      spv_need(r, i, 3);
      emit_construct(r, i);
      return true;
   case SpvOpVectorShuffle:
      emit_shuffle(r, i);
      return true;
   case SpvOpVectorExtractDynamic:
      emit_extract_dynamic(r, i);
      return true;
   case SpvOpVectorInsertDynamic:
      emit_insert_dynamic(r, i);
      return true;
   case SpvOpCopyObject:
      emit_copy_object(r, i);
      return true;
   case SpvOpCopyLogical:
      emit_copy_logical(r, i);
      return true;
   default:
      return false;
   }
}
