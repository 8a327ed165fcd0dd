/* SPIR-V reader: conversions between numbers of all widths, and bit casts.
 *
 * Floats go to f16 by the rounding that the FPRoundingMode decoration asks for, to nearest even without one. An integer
 * that its type cannot hold is cut; a float that the integer cannot hold saturates at 32 or 64 bits and is then cut.
 */
#include "spirv_reader.h"

static bool rounds_to_zero(spv_reader *r, uint32_t id)
{
   const spv_decoration *d = spv_find_decoration(spv_get(r, id), SpvDecorationFPRoundingMode, SPV_UNKNOWN);
   return d && d->arg_count && d->args[0] == SpvFPRoundingModeRTZ;
}

/* Working forms throughout. Integers reach f16 through f32: that rounds twice only beyond 2^24, where f16 has ended. */
static ir_inst *float_to_int(spv_reader *r, ir_inst *x, const spv_type *to, bool sign)
{
   if (to->width == 64) {
      if (x->ncomp == 2)
         return sign ? E1(r, d2l, x) : E1(r, d2ul, x);
      return sign ? E1(r, f2l, x) : E1(r, f2ul, x);
   }
   if (x->ncomp == 2)
      return sign ? E1(r, d2i, x) : E1(r, d2u, x);
   return sign ? E1(r, f2i, x) : E1(r, f2u, x);
}

static ir_inst *int_to_float(spv_reader *r, ir_inst *x, const spv_type *to, bool sign)
{
   if (to->width == 64) {
      if (x->ncomp == 2)
         return sign ? E1(r, l2d, x) : E1(r, ul2d, x);
      return sign ? E1(r, i2d, x) : E1(r, u2d, x);
   }
   if (x->ncomp == 2)
      return sign ? E1(r, l2f, x) : E1(r, ul2f, x);
   return sign ? E1(r, i2f, x) : E1(r, u2f, x);
}

static ir_inst *int_to_int(spv_reader *r, ir_inst *x, const spv_type *to, bool sign)
{
   if (to->width != 64)
      return x->ncomp == 2 ? spv_half(r, x, 0) : x;
   if (x->ncomp == 2)
      return x;
   return spv_pair(r, x, sign ? E2(r, sar, x, spv_c32(r, 31)) : spv_c32(r, 0));
}

/* Not through the working form: f64 must reach f16 in one rounding. */
static void float_to_float(spv_reader *r, uint32_t id, const spv_type *to, ir_inst **out, ir_inst *x)
{
   bool to_zero = rounds_to_zero(r, id);
   if (to->width == 64)
      spv_put_component(r, to, out, x->ncomp == 2 ? x : E1(r, f2d, x));
   else if (to->width == 32)
      out[0] = x->ncomp == 2 ? E1(r, d2f, x) : x;
   else if (x->ncomp == 2)
      out[0] = to_zero ? E1(r, d2h_rtz, x) : E1(r, d2h, x);
   else
      out[0] = to_zero ? E1(r, f2h_rtz, x) : E1(r, f2h, x);
}

static void convert(spv_reader *r, const spv_inst *i, char from, char to, bool sign)
{
   spv_need(r, i, 4);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type);
   if (spv_kind(v->type) != to || v->type->kind == SPV_T_MATRIX)
      spv_fail(r, SC_E_INVALID, "result of type %u", v->type->id);
   uint32_t count = spv_components(v->type);
   const spv_value *a = spv_use_kind(r, i->w[3], from, count);
   const spv_type *type = spv_component(v->type);
   for (uint32_t k = 0; k < count; k++) {
      ir_inst *x = spv_get_component(r, a, k, sign), **out = v->c + k * type->slots;
      if (from == 'f' && to == 'f')
         float_to_float(r, i->w[2], type, out, x);
      else
         spv_put_component(r, type, out, from == 'f'   ? float_to_int(r, x, type, sign)
                                         : to == 'f' ? int_to_float(r, x, type, sign)
                                                     : int_to_int(r, x, type, sign));
   }
   spv_set(r, i->w[2], v);
}

/* ---- bit casts --------------------------------------------------------------------------------- */

/* The components next to each other, as n dwords. */
static void gather(spv_reader *r, const spv_value *a, uint32_t component_B, ir_inst **dwords, uint32_t n)
{
   uint32_t per = component_B >= 4 ? 1 : 4 / component_B;
   for (uint32_t k = 0; k < n; k++) {
      dwords[k] = a->c[k * per];
      for (uint32_t j = 1; j < per && k * per + j < a->type->scalars; j++)
         dwords[k] = E2(r, or, dwords[k], E2(r, shl, a->c[k * per + j], spv_c32(r, j * component_B * 8)));
   }
}

static void scatter(spv_reader *r, spv_value *v, uint32_t component_B, ir_inst *const *dwords)
{
   uint32_t per = component_B >= 4 ? 1 : 4 / component_B;
   for (uint32_t k = 0; k < v->type->scalars; k++) {
      ir_inst *d = dwords[k / per];
      v->c[k] = per == 1 ? d
                         : E3(r, ubfe, d, spv_c32(r, k % per * component_B * 8), spv_c32(r, component_B * 8));
   }
}

static bool is_number(const spv_type *t)
{
   char kind = spv_kind(t);
   return (kind == 'i' || kind == 'f') && t->kind != SPV_T_MATRIX;
}

static void emit_bitcast(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_value *v = spv_new_value(r, spv_get(r, i->w[2])->type), *a = spv_use(r, i->w[3]);
   if (!is_number(v->type) || !is_number(a->type) || v->type->packed_B != a->type->packed_B)
      spv_fail(r, SC_E_INVALID, "bit cast between types %u and %u", a->type->id, v->type->id);
   uint32_t to_B = spv_component_B(v->type), from_B = spv_component_B(a->type);
   if (to_B == from_B || (to_B >= 4 && from_B >= 4)) {
      for (uint32_t k = 0; k < v->type->scalars; k++)
         v->c[k] = a->c[k];
   } else {
      ir_inst *dwords[8];
      gather(r, a, from_B, dwords, (a->type->packed_B + 3) / 4);
      scatter(r, v, to_B, dwords);
   }
   spv_set(r, i->w[2], v);
}

bool spv_emit_conversion(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpConvertFToU: convert(r, i, 'f', 'i', false); return true;
   case SpvOpConvertFToS: convert(r, i, 'f', 'i', true); return true;
   case SpvOpConvertSToF: convert(r, i, 'i', 'f', true); return true;
   case SpvOpConvertUToF: convert(r, i, 'i', 'f', false); return true;
   case SpvOpUConvert: convert(r, i, 'i', 'i', false); return true;
   case SpvOpSConvert: convert(r, i, 'i', 'i', true); return true;
   case SpvOpFConvert: convert(r, i, 'f', 'f', false); return true;
   case SpvOpBitcast: emit_bitcast(r, i); return true;
   default: return false;
   }
}
