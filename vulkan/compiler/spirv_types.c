/* SPIR-V reader: types and the layout of their scalars in memory.
 *
 * A type refers only to types defined before it, so there are no cycles. Flat order: components, columns, elements
 * and members in their own order. Besides the module's explicit layout there is a packed one, for scratch and LDS:
 * everything at the next multiple of its alignment, which is that of its largest component.
 */
#include "spirv_reader.h"

spv_type *spv_new_type(spv_reader *r, const spv_inst *i, uint8_t kind)
{
   spv_need(r, i, 2);
   spv_id *e = spv_get(r, i->w[1]);
   spv_define(r, e, SPV_K_TYPE);
   spv_type *t = spv_alloc(r, sizeof *t);
   t->kind = kind;
   t->id = i->w[1];
   e->type = t;
   return t;
}

static const spv_type *element_type(spv_reader *r, spv_type *t, uint32_t id)
{
   const spv_type *elem = spv_get_type(r, id);
   bool pointer = elem->kind == SPV_T_POINTER && elem->scalars == SPV_UNKNOWN;
   if (elem->kind == SPV_T_VOID || elem->kind == SPV_T_FUNCTION || pointer || elem == t)
      spv_fail(r, SC_E_INVALID, "type %u cannot be part of another type", id);
   if (elem->depth + 1 > t->depth)
      t->depth = elem->depth + 1;
   if (t->depth > SPV_MAX_NESTING)
      spv_fail(r, SC_E_LIMIT, "types are nested deeper than %u", SPV_MAX_NESTING);
   return elem;
}

static uint32_t align_up(uint32_t value, uint32_t align)
{
   return value >= SPV_UNKNOWN - align ? SPV_UNKNOWN : (value + align - 1) / align * align;
}

/* Sizes of a scalar type of this many bits. */
static void set_scalar(spv_type *t, uint32_t width)
{
   t->width = (uint8_t)width;
   t->slots = width == 64 ? 2 : 1;
   t->scalars = t->slots;
   t->packed_B = width / 8;
   t->align_B = (uint8_t)(width / 8);
}

static uint32_t times(uint32_t scalars, uint32_t count)
{
   uint64_t n = (uint64_t)scalars * count;
   return scalars == SPV_UNKNOWN || n >= SPV_UNKNOWN ? SPV_UNKNOWN : (uint32_t)n;
}

static void parse_int(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   if (i->w[2] != 8 && i->w[2] != 16 && i->w[2] != 32 && i->w[2] != 64)
      spv_fail(r, SC_E_UNSUPPORTED, "%u-bit integers are not supported", i->w[2]);
   spv_type *t = spv_new_type(r, i, SPV_T_INT);
   t->is_signed = i->w[3] != 0;
   set_scalar(t, i->w[2]);
}

static void parse_float(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 3);
   if (i->w[2] != 16 && i->w[2] != 32 && i->w[2] != 64)
      spv_fail(r, SC_E_UNSUPPORTED, "%u-bit floats are not supported", i->w[2]);
   set_scalar(spv_new_type(r, i, SPV_T_FLOAT), i->w[2]);
}

static void parse_vector(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_type *t = spv_new_type(r, i, SPV_T_VECTOR);
   t->elem = element_type(r, t, i->w[2]);
   t->count = i->w[3];
   if (!spv_is_scalar(t->elem) || t->count < 2 || t->count > 4)
      spv_fail(r, SC_E_INVALID, "vector of %u components of type %u", t->count, i->w[2]);
   t->scalars = t->count * t->elem->scalars;
   t->slots = t->elem->slots;
   t->align_B = t->elem->align_B;
   t->packed_B = t->count * t->elem->packed_B;
}

static void parse_matrix(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_type *t = spv_new_type(r, i, SPV_T_MATRIX);
   t->elem = element_type(r, t, i->w[2]);
   t->count = i->w[3];
   if (t->elem->kind != SPV_T_VECTOR || t->elem->elem->kind != SPV_T_FLOAT || t->count < 2 || t->count > 4)
      spv_fail(r, SC_E_INVALID, "matrix of %u columns of type %u", t->count, i->w[2]);
   t->scalars = t->count * t->elem->scalars;
   t->slots = t->elem->slots;
   t->align_B = t->elem->align_B;
   t->packed_B = t->count * t->elem->packed_B;
}

/* What an explicit offset must be a multiple of: the machine's access, 64 bits being two dwords. */
static uint32_t access_align(const spv_type *t)
{
   return t->align_B > 4 ? 4 : t->align_B ? t->align_B : 1;
}

/* As the module says; whether memory can be laid out so matters where there is memory (spv_array_stride). */
static uint32_t array_stride(spv_reader *r, uint32_t id)
{
   const spv_decoration *d = spv_find_decoration(spv_get(r, id), SpvDecorationArrayStride, SPV_UNKNOWN);
   if (!d)
      return 0;
   if (!d->arg_count || !d->args[0])
      spv_fail(r, SC_E_INVALID, "ArrayStride of type %u is 0", id);
   return d->args[0];
}

uint32_t spv_array_stride(spv_reader *r, const spv_type *t)
{
   if (!t->stride_B)
      spv_fail(r, SC_E_INVALID, "array of type %u has no ArrayStride", t->id);
   if (t->stride_B % access_align(t->elem))
      spv_fail(r, SC_E_UNSUPPORTED, "ArrayStride %u is not a multiple of %u", t->stride_B, access_align(t->elem));
   return t->stride_B;
}

static void parse_array(spv_reader *r, const spv_inst *i)
{
   bool runtime = i->op == SpvOpTypeRuntimeArray;
   spv_need(r, i, runtime ? 3 : 4);
   spv_type *t = spv_new_type(r, i, runtime ? SPV_T_RUNTIME_ARRAY : SPV_T_ARRAY);
   t->elem = element_type(r, t, i->w[2]);
   t->stride_B = array_stride(r, i->w[1]);
   t->scalars = t->packed_B = SPV_UNKNOWN;
   t->align_B = t->elem->align_B;
   if (runtime)
      return;
   t->count = spv_const_u32(r, i->w[3]);
   if (!t->count)
      spv_fail(r, SC_E_INVALID, "array of length 0");
   t->scalars = times(t->elem->scalars, t->count);
   t->packed_B = times(t->elem->packed_B, t->count);
}

static void member_layout(spv_reader *r, const spv_id *e, spv_member *m, uint32_t index)
{
   const spv_decoration *d;
   m->offset_B = SPV_UNKNOWN;
   if ((d = spv_find_decoration(e, SpvDecorationOffset, index)) && d->arg_count)
      m->offset_B = d->args[0];
   if ((d = spv_find_decoration(e, SpvDecorationMatrixStride, index)) && d->arg_count)
      m->matrix_stride_B = d->args[0];
   m->row_major = spv_find_decoration(e, SpvDecorationRowMajor, index) != NULL;
   m->coherent = spv_find_decoration(e, SpvDecorationCoherent, index) ||
                 spv_find_decoration(e, SpvDecorationVolatile, index);
   uint32_t align = access_align(m->type);
   if ((m->offset_B != SPV_UNKNOWN && m->offset_B % align) || m->matrix_stride_B % align)
      spv_fail(r, SC_E_UNSUPPORTED, "member %u: offset or matrix stride is not a multiple of %u", index, align);
}

/* Decorations per member are few, but a module may repeat them without end. */
static uint32_t decoration_count(const spv_id *e)
{
   uint32_t n = 1;
   for (const spv_decoration *d = e->decorations; d; d = d->next)
      n++;
   return n;
}

static void pack_member(spv_type *t, spv_member *m)
{
   m->packed_B = align_up(t->packed_B, m->type->align_B ? m->type->align_B : 1);
   uint64_t sum = (uint64_t)m->packed_B + m->type->packed_B;
   t->packed_B = m->packed_B == SPV_UNKNOWN || sum >= SPV_UNKNOWN ? SPV_UNKNOWN : (uint32_t)sum;
   if (m->type->align_B > t->align_B)
      t->align_B = m->type->align_B;
}

static void parse_struct(spv_reader *r, const spv_inst *i)
{
   spv_type *t = spv_new_type(r, i, SPV_T_STRUCT);
   const spv_id *e = spv_get(r, i->w[1]);
   uint32_t decorations = decoration_count(e);
   t->count = i->n - 2;
   t->members = spv_alloc(r, (t->count + 1) * sizeof *t->members);
   for (uint32_t k = 0; k < t->count; k++) {
      spv_member *m = &t->members[k];
      m->type = element_type(r, t, i->w[2 + k]);
      m->first = t->scalars;
      spv_work(r, decorations);
      member_layout(r, e, m, k);
      uint64_t sum = (uint64_t)t->scalars + m->type->scalars;
      t->scalars = t->scalars == SPV_UNKNOWN || sum >= SPV_UNKNOWN ? SPV_UNKNOWN : (uint32_t)sum;
      pack_member(t, m);
   }
   t->packed_B = align_up(t->packed_B, t->align_B ? t->align_B : 1);
   t->block = spv_find_decoration(e, SpvDecorationBlock, SPV_UNKNOWN) != NULL;
   t->buffer_block = spv_find_decoration(e, SpvDecorationBufferBlock, SPV_UNKNOWN) != NULL;
}

/* A new pointer type, or one that OpTypeForwardPointer has announced. Its size never depends on what it points to. */
static spv_type *pointer_type(spv_reader *r, const spv_inst *i, uint32_t storage)
{
   spv_id *e = spv_get(r, i->w[1]);
   spv_type *t = (spv_type *)e->type;
   if (e->kind != SPV_K_TYPE || t->kind != SPV_T_POINTER || t->elem) {
      t = spv_new_type(r, i, SPV_T_POINTER);
      t->storage = storage;
      t->scalars = spv_pointer_scalars(storage);
      t->packed_B = t->scalars == SPV_UNKNOWN ? SPV_UNKNOWN : t->scalars * 4;
      t->align_B = t->scalars == 2 ? 8 : 4;
   }
   return t;
}

static void parse_forward_pointer(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 3);
   if (i->w[2] != SpvStorageClassPhysicalStorageBuffer)
      spv_fail(r, SC_E_INVALID, "forward pointer of storage class %u", i->w[2]);
   pointer_type(r, i, i->w[2]);
}

static void parse_pointer(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   const spv_type *elem = spv_get_type(r, i->w[3]);
   spv_type *t = pointer_type(r, i, i->w[2]);
   if (elem == t || elem->kind == SPV_T_VOID || elem->kind == SPV_T_FUNCTION || t->storage != i->w[2] ||
       (elem->kind == SPV_T_POINTER && elem->scalars == SPV_UNKNOWN))
      spv_fail(r, SC_E_INVALID, "pointer to type %u", i->w[3]);
   t->elem = elem;
}

static void parse_function_type(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 3);
   spv_type *t = spv_new_type(r, i, SPV_T_FUNCTION);
   t->elem = spv_get_type(r, i->w[2]);
   t->count = i->n - 3;
   t->scalars = SPV_UNKNOWN;
   t->members = spv_alloc(r, (t->count + 1) * sizeof *t->members);
   for (uint32_t k = 0; k < t->count; k++) {
      t->members[k].type = spv_get_type(r, i->w[3 + k]);
      if (t->members[k].type->kind == SPV_T_VOID || t->members[k].type->kind == SPV_T_FUNCTION)
         spv_fail(r, SC_E_INVALID, "parameter %u of type %u", k, i->w[3 + k]);
   }
   if (t->elem->kind == SPV_T_POINTER && t->elem->scalars == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "function that returns a pointer of storage class %u", t->elem->storage);
   if (t->elem->kind == SPV_T_FUNCTION)
      spv_fail(r, SC_E_INVALID, "function that returns a function");
}

bool spv_parse_type(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpTypeVoid:
      spv_new_type(r, i, SPV_T_VOID);
      return true;
   case SpvOpTypeBool:
      set_scalar(spv_new_type(r, i, SPV_T_BOOL), 32);
      return true;
   case SpvOpTypeInt:
      parse_int(r, i);
      return true;
   case SpvOpTypeFloat:
      parse_float(r, i);
      return true;
   case SpvOpTypeVector:
      parse_vector(r, i);
      return true;
   case SpvOpTypeMatrix:
      parse_matrix(r, i);
      return true;
   case SpvOpTypeArray:
   case SpvOpTypeRuntimeArray:
      parse_array(r, i);
      return true;
   case SpvOpTypeStruct:
      parse_struct(r, i);
      return true;
   case SpvOpTypePointer:
      parse_pointer(r, i);
      return true;
   case SpvOpTypeForwardPointer:
      parse_forward_pointer(r, i);
      return true;
   case SpvOpTypeFunction:
      parse_function_type(r, i);
      return true;
   case SpvOpTypeImage:
   case SpvOpTypeSampler:
   case SpvOpTypeSampledImage:
      spv_parse_image_type(r, i);
      return true;
   default:
      return false;
   }
}

/* ---- questions --------------------------------------------------------------------------------- */

bool spv_is_scalar(const spv_type *t)
{
   return t->kind == SPV_T_BOOL || t->kind == SPV_T_INT || t->kind == SPV_T_FLOAT;
}

char spv_scalar_class(const spv_type *t)
{
   switch (t->kind) {
   case SPV_T_BOOL:
      return 'b';
   case SPV_T_INT:
      return t->width == 8 ? 'c' : t->width == 16 ? 's' : t->width == 32 ? 'i' : 'l';
   case SPV_T_FLOAT:
      return t->width == 16 ? 'h' : t->width == 32 ? 'f' : 'd';
   case SPV_T_VECTOR:
   case SPV_T_MATRIX:
      return spv_scalar_class(t->elem);
   default:
      return 0;
   }
}

const spv_type *spv_component(const spv_type *t)
{
   while (t->kind == SPV_T_VECTOR || t->kind == SPV_T_MATRIX)
      t = t->elem;
   return t;
}

char spv_kind(const spv_type *t)
{
   t = spv_component(t);
   return t->kind == SPV_T_BOOL ? 'b' : t->kind == SPV_T_INT ? 'i' : t->kind == SPV_T_FLOAT ? 'f' : 0;
}

uint32_t spv_component_B(const spv_type *t)
{
   return spv_component(t)->packed_B;
}

static void fill_classes(const spv_type *t, char *out)
{
   char cls = spv_scalar_class(t);
   if (!t->scalars) /* nests of empty structs would take exponential time */
      return;
   if (cls || t->kind == SPV_T_POINTER) {
      for (uint32_t k = 0; k < t->scalars; k++)
         out[k] = cls ? cls : t->storage == SpvStorageClassWorkgroup ? 'w' : 'p';
   } else if (t->kind == SPV_T_STRUCT) {
      for (uint32_t k = 0; k < t->count; k++)
         fill_classes(t->members[k].type, out + t->members[k].first);
   } else {
      for (uint32_t k = 0; k < t->count; k++)
         fill_classes(t->elem, out + k * t->elem->scalars);
   }
}

const char *spv_type_classes(spv_reader *r, const spv_type *t)
{
   if (!t->classes) {
      if (t->kind == SPV_T_POINTER && t->scalars == SPV_UNKNOWN)
         spv_fail(r, SC_E_INVALID, "a pointer of storage class %u cannot be a value", t->storage);
      if (t->scalars > SPV_MAX_VALUE_SCALARS || t->kind == SPV_T_VOID)
         spv_fail(r, SC_E_LIMIT, "type %u is too large to be handled as a value", t->id);
      spv_work(r, t->scalars + t->depth);
      char *classes = spv_alloc(r, t->scalars + 1);
      fill_classes(t, classes);
      ((spv_type *)t)->classes = classes;
   }
   return t->classes;
}

/* ---- layout ------------------------------------------------------------------------------------ */

struct layout {
   spv_reader *r;
   bool packed, row_major;
   uint32_t matrix_stride_B, comp_stride_B;
};

static void layout_at(const struct layout *l, const spv_type *t, uint32_t base, uint32_t *out);

static void layout_components(const spv_type *t, uint32_t base, uint32_t stride, uint32_t *out)
{
   for (uint32_t k = 0; k < t->count; k++)
      for (uint32_t j = 0; j < t->slots; j++)
         *out++ = base + k * stride + j * 4;
}

static void layout_matrix(const struct layout *l, const spv_type *t, uint32_t base, uint32_t *out)
{
   uint32_t comp_B = spv_component_B(t), stride = l->packed ? t->elem->packed_B : l->matrix_stride_B;
   bool row_major = l->row_major && !l->packed;
   if (!stride)
      spv_fail(l->r, SC_E_INVALID, "matrix of type %u has no MatrixStride", t->id);
   for (uint32_t c = 0; c < t->count; c++)
      layout_components(t->elem, base + c * (row_major ? comp_B : stride), row_major ? stride : comp_B,
                        out + c * t->elem->scalars);
}

static void layout_struct(const struct layout *l, const spv_type *t, uint32_t base, uint32_t *out)
{
   for (uint32_t k = 0; k < t->count; k++) {
      const spv_member *m = &t->members[k];
      if (m->offset_B == SPV_UNKNOWN && !l->packed)
         spv_fail(l->r, SC_E_INVALID, "member %u of type %u has no Offset", k, t->id);
      struct layout inner = {.r = l->r, .packed = l->packed, .row_major = m->row_major,
                             .matrix_stride_B = m->matrix_stride_B};
      layout_at(&inner, m->type, base + (l->packed ? m->packed_B : m->offset_B), out + m->first);
   }
}

static void layout_at(const struct layout *l, const spv_type *t, uint32_t base, uint32_t *out)
{
   if (!t->scalars)
      return;
   switch (t->kind) {
   case SPV_T_VECTOR:
      layout_components(t, base, l->comp_stride_B ? l->comp_stride_B : spv_component_B(t), out);
      break;
   case SPV_T_MATRIX:
      layout_matrix(l, t, base, out);
      break;
   case SPV_T_ARRAY:
      if (!l->packed)
         spv_array_stride(l->r, t);
      for (uint32_t k = 0; k < t->count; k++)
         layout_at(l, t->elem, base + k * (l->packed ? t->elem->packed_B : t->stride_B), out + k * t->elem->scalars);
      break;
   case SPV_T_STRUCT:
      layout_struct(l, t, base, out);
      break;
   default:
      for (uint32_t j = 0; j < t->scalars; j++)
         out[j] = base + 4 * j;
      break;
   }
}

void spv_layout(spv_reader *r, const spv_pointer *p, uint32_t *offsets)
{
   spv_work(r, p->type->scalars + 1);
   struct layout l = {.r = r, .packed = !spv_is_explicit(r, p), .row_major = p->row_major,
                      .matrix_stride_B = p->matrix_stride_B, .comp_stride_B = p->comp_stride_B};
   layout_at(&l, p->type, 0, offsets);
}

static uint64_t extent_at(spv_reader *r, const spv_type *t, const spv_member *m)
{
   uint64_t end = 0, e;
   spv_work(r, 1);
   switch (t->kind) {
   case SPV_T_ARRAY:
      return (uint64_t)(t->count - 1) * t->stride_B + extent_at(r, t->elem, m);
   case SPV_T_RUNTIME_ARRAY:
      spv_fail(r, SC_E_INVALID, "runtime array outside of a buffer");
   case SPV_T_MATRIX:
      if (m && m->row_major)
         return (uint64_t)(t->elem->count - 1) * m->matrix_stride_B + t->count * spv_component_B(t);
      return (m ? (uint64_t)(t->count - 1) * m->matrix_stride_B : 0) + t->elem->packed_B;
   case SPV_T_STRUCT:
      for (uint32_t k = 0; k < t->count; k++) {
         if (t->members[k].offset_B == SPV_UNKNOWN)
            spv_fail(r, SC_E_INVALID, "member %u of type %u has no Offset", k, t->id);
         e = t->members[k].offset_B + extent_at(r, t->members[k].type, &t->members[k]);
         end = e > end ? e : end;
      }
      return end;
   default:
      return t->packed_B;
   }
}

uint64_t spv_extent_B(spv_reader *r, const spv_type *block)
{
   return extent_at(r, block, NULL);
}
