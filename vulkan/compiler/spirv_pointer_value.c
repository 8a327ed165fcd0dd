/* SPIR-V reader: pointers as values (variable pointers, physical storage buffers).
 *
 * A pointer that is merely passed on is a description of a place (spv_pointer). Where it must be a value - in a phi, a select, a
 * variable, memory, a composite - it becomes scalars, and a description again where it is used:
 *   PhysicalStorageBuffer  2: the address
 *   StorageBuffer          5: the four dwords of the buffer descriptor, byte offset in the buffer. Range checks stay as they are
 *   Workgroup              1: byte offset in the LDS
 * The null pointer is all zeros, in Workgroup all ones. Pointers of other storage classes are never values. A place inside a
 * matrix that the module lays out has a layout that its type does not tell, so it is no value either.
 */
#include "spirv_reader.h"

#include <string.h>

uint32_t spv_pointer_scalars(uint32_t storage)
{
   switch (storage) {
   case SpvStorageClassPhysicalStorageBuffer:
      return 2;
   case SpvStorageClassStorageBuffer:
      return 5;
   case SpvStorageClassWorkgroup:
      return 1;
   default:
      return SPV_UNKNOWN;
   }
}

/* ---- from place to scalars and back ------------------------------------------------------------- */

/* The 32-bit byte offset of a place in its buffer or the LDS. */
static ir_inst *offset_of(spv_reader *r, const spv_pointer *p)
{
   uint32_t imm;
   ir_inst *base = spv_address(r, p, 0, &imm);
   return imm ? E2(r, iadd, base, spv_c32(r, imm)) : base;
}

/* The 64-bit address of a physical place. */
static ir_inst *address_of(spv_reader *r, const spv_pointer *p)
{
   ir_inst *address = spv_pair(r, p->word[0], p->word[1]);
   if (p->base)
      address = E2(r, iadd, address, spv_pair(r, p->base, spv_c32(r, 0)));
   if (p->imm)
      address = E2(r, iadd, address, spv_pair(r, spv_c32(r, (uint32_t)p->imm), spv_c32(r, (uint32_t)(p->imm >> 32))));
   return address;
}

static void set_address(spv_reader *r, spv_pointer *p, ir_inst *pair)
{
   p->word[0] = spv_half(r, pair, 0);
   p->word[1] = spv_half(r, pair, 1);
   p->base = NULL;
   p->imm = 0;
}

void spv_fold_address(spv_reader *r, spv_pointer *p)
{
   set_address(r, p, address_of(r, p));
}

/* The scalars, whether or not they tell the layout of what is pointed to. */
static spv_value *place(spv_reader *r, const spv_type *type, const spv_pointer *p)
{
   if (type->scalars == SPV_UNKNOWN || (p->kind == SPV_P_BUFFER && !p->in_block))
      spv_fail(r, SC_E_INVALID, "a pointer of type %u cannot be a value", type->id);
   spv_value *v = spv_new_value(r, type);
   if (p->kind == SPV_P_ADDRESS) {
      ir_inst *address = address_of(r, p);
      v->c[0] = spv_half(r, address, 0);
      v->c[1] = spv_half(r, address, 1);
   } else if (p->kind == SPV_P_BUFFER) {
      ir_inst *desc = spv_descriptor(r, p);
      for (unsigned k = 0; k < 4; k++)
         v->c[k] = p->chosen ? p->word[k] : ir_extract(&r->b, desc, k);
      v->c[4] = offset_of(r, p);
   } else {
      v->c[0] = offset_of(r, p);
   }
   return v;
}

spv_value *spv_pointer_to_value(spv_reader *r, const spv_type *type, const spv_pointer *p)
{
   if (p->comp_stride_B || (p->type->kind == SPV_T_MATRIX && spv_is_explicit(r, p)))
      spv_fail(r, SC_E_UNSUPPORTED, "pointers to or into matrices are not supported as values");
   return place(r, type, p);
}

spv_pointer *spv_value_to_pointer(spv_reader *r, const spv_value *v)
{
   const spv_type *t = v->type;
   spv_pointer *p = spv_alloc(r, sizeof *p);
   p->type = t->elem;
   if (t->storage == SpvStorageClassWorkgroup) {
      p->kind = SPV_P_LDS;
      p->base = v->c[0];
      return p;
   }
   bool physical = t->storage == SpvStorageClassPhysicalStorageBuffer;
   p->kind = physical ? SPV_P_ADDRESS : SPV_P_BUFFER;
   p->chosen = p->in_block = true;
   memcpy(p->word, v->c, (physical ? 2 : 4) * sizeof *v->c);
   if (!physical)
      p->base = v->c[4];
   return p;
}

/* ---- steps that pointer arithmetic takes ---------------------------------------------------------- */

/* A step of index x stride bytes that may be negative: wraps in 32 bits, in 64 for addresses. */
static void step_signed(spv_reader *r, spv_pointer *p, uint32_t id, uint32_t stride)
{
   if (p->kind == SPV_P_ADDRESS) {
      spv_address_step(r, p, id, stride);
      return;
   }
   ir_inst *by = E2(r, imul, spv_use_index(r, id), spv_c32(r, stride));
   p->base = E2(r, iadd, offset_of(r, p), by);
   p->imm = 0;
}

/* Index of any width, signed, as a pair. */
static ir_inst *wide_index(spv_reader *r, uint32_t id)
{
   const spv_value *v = spv_use_kind(r, id, 'i', 1);
   ir_inst *x = spv_get_component(r, v, 0, true);
   return x->ncomp == 2 ? x : spv_pair(r, x, E2(r, sar, x, spv_c32(r, 31)));
}

void spv_address_step(spv_reader *r, spv_pointer *p, uint32_t id, uint32_t stride)
{
   ir_inst *by = E2(r, imul, wide_index(r, id), spv_pair(r, spv_c32(r, stride), spv_c32(r, 0)));
   set_address(r, p, E2(r, iadd, address_of(r, p), by));
}

/* Bytes from one element to the next where `type` points into an array. */
static uint32_t element_stride(spv_reader *r, const spv_type *type, const spv_pointer *p)
{
   const spv_decoration *d = spv_find_decoration(spv_get(r, type->id), SpvDecorationArrayStride, SPV_UNKNOWN);
   if (d && d->arg_count && spv_is_explicit(r, p))
      return d->args[0];
   if (spv_is_explicit(r, p) || p->type->packed_B == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "pointer type %u has no ArrayStride", type->id);
   return p->type->packed_B;
}

static bool can_step(const spv_pointer *p)
{
   return p->kind == SPV_P_ADDRESS || p->kind == SPV_P_LDS || (p->kind == SPV_P_BUFFER && p->in_block);
}

static void emit_ptr_access_chain(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   const spv_type *type = spv_raw(r, i->w[3])->type;
   spv_pointer *p = spv_use_pointer(r, i->w[3]);
   if (!can_step(p) || p->comp_stride_B)
      spv_fail(r, SC_E_INVALID, "operand %u does not point into an array in memory", i->w[3]);
   step_signed(r, p, i->w[4], element_stride(r, type, p));
   spv_set_pointer(r, i, spv_access(r, p, i->w + 5, i->n - 5));
}

/* ---- comparisons ------------------------------------------------------------------------------------ */

/* What two equal pointers have in common, as a pair: the address, or the offset in the LDS. */
static ir_inst *position(spv_reader *r, uint32_t id)
{
   const spv_value *v = spv_raw(r, id);
   if (v->type->kind != SPV_T_POINTER)
      spv_fail(r, SC_E_INVALID, "operand %u is not a pointer", id);
   v = v->ptr && v->type->scalars != SPV_UNKNOWN ? place(r, v->type, v->ptr) : spv_use(r, id);
   if (v->type->scalars == 1)
      return spv_pair(r, v->c[0], spv_c32(r, 0));
   ir_inst *address = spv_pair(r, v->c[0], v->c[1]);
   return v->type->scalars == 2 ? address : E2(r, iadd, address, spv_pair(r, v->c[4], spv_c32(r, 0)));
}

static void emit_compare(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   ir_inst *a = position(r, i->w[3]), *b = position(r, i->w[4]);
   if (v->type->kind != SPV_T_BOOL || spv_raw(r, i->w[3])->type != spv_raw(r, i->w[4])->type)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   v->c[0] = i->op == SpvOpPtrEqual ? E2(r, ieq, a, b) : E2(r, ine, a, b);
   spv_set(r, i->w[2], v);
}

/* Bytes from element to element of the array that two pointers lie in: as their type says, or as they were made. */
static uint32_t distance(spv_reader *r, const spv_type *type, uint32_t id)
{
   const spv_pointer *p = spv_use_pointer(r, id);
   bool said = spv_find_decoration(spv_get(r, type->id), SpvDecorationArrayStride, SPV_UNKNOWN) != NULL;
   if (said || !spv_is_explicit(r, p))
      return element_stride(r, type, p);
   return p->element_B ? p->element_B : p->type->packed_B;
}

static void emit_difference(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   const spv_type *type = spv_raw(r, i->w[3])->type;
   ir_inst *bytes = E2(r, isub, position(r, i->w[3]), position(r, i->w[4]));
   uint32_t stride = distance(r, type, i->w[3]);
   if (v->type->kind != SPV_T_INT || type != spv_raw(r, i->w[4])->type || !stride || stride == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   ir_inst *n = E2(r, idiv, bytes, spv_pair(r, spv_c32(r, stride), spv_c32(r, 0)));
   spv_put_component(r, v->type, v->c, v->type->slots == 2 ? n : spv_half(r, n, 0));
   spv_set(r, i->w[2], v);
}

/* ---- addresses as numbers --------------------------------------------------------------------------- */

static void emit_to_number(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   const spv_value *a = spv_use(r, i->w[3]);
   if (v->type->kind != SPV_T_INT || a->type->kind != SPV_T_POINTER || a->type->scalars != 2)
      spv_fail(r, SC_E_INVALID, "operand types do not fit");
   ir_inst *pair = spv_pair(r, a->c[0], a->c[1]);
   spv_put_component(r, v->type, v->c, v->type->slots == 2 ? pair : a->c[0]);
   spv_set(r, i->w[2], v);
}

static void emit_to_pointer(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   const spv_value *a = spv_use_kind(r, i->w[3], 'i', 1);
   if (v->type->kind != SPV_T_POINTER || v->type->scalars != 2)
      spv_fail(r, SC_E_INVALID, "type %u is not a physical pointer", v->type->id);
   v->c[0] = spv_get_component(r, a, 0, false);
   v->c[1] = spv_c32(r, 0);
   if (a->type->slots == 2) {
      v->c[0] = a->c[0];
      v->c[1] = a->c[1];
   }
   spv_set(r, i->w[2], v);
}

/* OpBitcast to or from a physical pointer; false if neither operand nor result is one. */
static bool emit_pointer_cast(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   const spv_type *to = spv_get(r, i->w[2])->type, *from = spv_raw(r, i->w[3])->type;
   if (to->kind != SPV_T_POINTER && from->kind != SPV_T_POINTER)
      return false;
   const spv_value *a = spv_use(r, i->w[3]);
   spv_value *v = spv_alloc(r, sizeof *v);
   if (to->scalars != 2 || from->scalars != 2 || to->packed_B != 8 || from->packed_B != 8 || to->kind == SPV_T_STRUCT ||
       from->kind == SPV_T_STRUCT)
      spv_fail(r, SC_E_INVALID, "bit cast between types %u and %u", from->id, to->id);
   v->type = to;
   v->c = a->c;
   spv_set(r, i->w[2], v);
   return true;
}

bool spv_emit_pointer_value(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpPtrAccessChain:
   case SpvOpInBoundsPtrAccessChain:
      emit_ptr_access_chain(r, i);
      return true;
   case SpvOpPtrEqual:
   case SpvOpPtrNotEqual:
      emit_compare(r, i);
      return true;
   case SpvOpPtrDiff:
      emit_difference(r, i);
      return true;
   case SpvOpConvertPtrToU:
      emit_to_number(r, i);
      return true;
   case SpvOpConvertUToPtr:
      emit_to_pointer(r, i);
      return true;
   case SpvOpBitcast:
      return emit_pointer_cast(r, i);
   default:
      return false;
   }
}
