/* SPIR-V reader: where variables live, and access chains.
 *
 * Function and private variables are IR variables, one per scalar, unless an array in them is indexed
 * dynamically or they are large: then they are packed into scratch memory, reused after the inlined function
 * has returned. Workgroup variables are packed into the LDS when they are first used. Buffers and push
 * constants have the module's layout. A constant offset is kept apart from the dynamic one, so that it ends
 * in the instruction's immediate.
 */
#include "isa.h"
#include "spirv_reader.h"

#include "isa.h"

#define IMM_LIMIT ((uint64_t)1 << 40) /* far outside of any memory; keeps sums from overflowing */

/* ---- variables --------------------------------------------------------------------------------- */

/* Place of a packed variable behind *used_B bytes, which then count it too. Sizes are whole dwords. */
static uint32_t place(spv_reader *r, const spv_type *t, uint32_t *used_B, uint32_t limit_B, const char *what)
{
   uint64_t align = t->align_B > 4 ? t->align_B : 4, at = (*used_B + align - 1) / align * align;
   uint64_t end = at + ((uint64_t)t->packed_B + 3) / 4 * 4;
   if (t->packed_B == SPV_UNKNOWN || end > limit_B)
      spv_fail(r, SC_E_LIMIT, "%s memory exceeds %u bytes", what, limit_B);
   *used_B = (uint32_t)end;
   return (uint32_t)at;
}

static spv_pointer *new_pointer(spv_reader *r, uint8_t kind, const spv_type *type)
{
   spv_pointer *p = spv_alloc(r, sizeof *p);
   p->kind = kind;
   p->type = type;
   return p;
}

spv_pointer *spv_make_storage(spv_reader *r, const spv_type *type, bool memory, const char *name)
{
   if (memory || type->scalars > SPV_MAX_VAR_SCALARS) {
      spv_pointer *p = new_pointer(r, SPV_P_SCRATCH, type);
      p->imm = place(r, type, &r->scratch_B, r->in->max_scratch_B, "scratch");
      if (r->scratch_B > r->scratch_max_B)
         r->scratch_max_B = r->scratch_B;
      return p;
   }
   spv_pointer *p = new_pointer(r, SPV_P_VARS, type);
   const char *classes = spv_type_classes(r, type);
   uint32_t *vars = spv_alloc(r, (type->scalars + 1) * sizeof *vars);
   for (uint32_t k = 0; k < type->scalars; k++)
      vars[k] = ir_var_create(r->s, spv_ir_type(classes[k]), name);
   p->vars = vars;
   return p;
}

/* A constant, or the address of a variable that is not itself initialised here. */
static const spv_value *initial_value(spv_reader *r, const spv_variable *v)
{
   const spv_id *e = spv_get(r, v->initializer);
   bool address = e->kind == SPV_K_GLOBAL && e->var->storage != SpvStorageClassPrivate;
   if (e->kind != SPV_K_CONST && !address)
      spv_fail(r, SC_E_UNSUPPORTED, "initializer %u is neither a constant nor the address of a variable", v->initializer);
   if (address && e->type != v->type)
      spv_fail(r, SC_E_INVALID, "initializer %u is of another type", v->initializer);
   return address ? spv_use(r, v->initializer) : spv_raw(r, v->initializer);
}

/* Private variables live as long as the shader and are initialised before anything else. */
static spv_pointer *private_pointer(spv_reader *r, const spv_variable *v)
{
   const spv_id *e = spv_get(r, v->id);
   spv_pointer *p = spv_make_storage(r, v->type, e->needs_memory, e->name);
   if (p->kind == SPV_P_SCRATCH)
      r->scratch_floor_B = r->scratch_B;
   if (v->initializer) {
      ir_builder here = r->b;
      r->b = spv_prologue(r);
      spv_store(r, p, initial_value(r, v), false);
      r->b = here;
   }
   return p;
}

static uint32_t decoration_value(spv_reader *r, const spv_variable *v, uint32_t decoration, const char *name)
{
   const spv_decoration *d = spv_find_decoration(spv_get(r, v->id), decoration, SPV_UNKNOWN);
   if (!d || !d->arg_count)
      spv_fail(r, SC_E_INVALID, "variable %u has no %s", v->id, name);
   return d->args[0];
}

static spv_pointer *buffer_pointer(spv_reader *r, const spv_variable *v)
{
   const spv_type *block = v->type;
   while (block->kind == SPV_T_ARRAY || block->kind == SPV_T_RUNTIME_ARRAY)
      block = block->elem;
   if (block->kind != SPV_T_STRUCT || !(block->block || block->buffer_block))
      spv_fail(r, SC_E_INVALID, "variable %u is not a block", v->id);
   bool storage = v->storage == SpvStorageClassStorageBuffer || block->buffer_block;
   uint32_t set = decoration_value(r, v, SpvDecorationDescriptorSet, "DescriptorSet");
   uint32_t binding = decoration_value(r, v, SpvDecorationBinding, "Binding");
   for (size_t k = 0; k < r->in->binding_count; k++) {
      const sc_binding *b = &r->in->bindings[k];
      if (b->set != set || b->binding != binding)
         continue;
      if ((b->kind == SC_BINDING_STORAGE_BUFFER) != storage)
         spv_fail(r, SC_E_INVALID,
                  "set %u binding %u is a %s buffer in the pipeline layout, not in the shader", set, binding,
                  storage ? "uniform" : "storage");
      spv_pointer *p = new_pointer(r, SPV_P_BUFFER, v->type);
      p->binding = (uint32_t)k;
      p->in_block = v->type == block;
      return p;
   }
   spv_fail(r, SC_E_INVALID, "set %u binding %u is not in the pipeline layout", set, binding);
}

static spv_pointer *input_pointer(spv_reader *r, const spv_variable *v)
{
   uint32_t builtin = decoration_value(r, v, SpvDecorationBuiltIn, "BuiltIn");
   uint32_t scalars = 1;
   switch (builtin) {
   case SpvBuiltInNumWorkgroups:
   case SpvBuiltInWorkgroupSize:
   case SpvBuiltInWorkgroupId:
   case SpvBuiltInLocalInvocationId:
   case SpvBuiltInGlobalInvocationId:
      scalars = 3;
      break;
   case SpvBuiltInLocalInvocationIndex:
   case SpvBuiltInDeviceIndex:
   case SpvBuiltInSubgroupSize:
   case SpvBuiltInNumSubgroups:
   case SpvBuiltInSubgroupId:
   case SpvBuiltInSubgroupLocalInvocationId:
      break;
   case SpvBuiltInSubgroupEqMask:
   case SpvBuiltInSubgroupGeMask:
   case SpvBuiltInSubgroupGtMask:
   case SpvBuiltInSubgroupLeMask:
   case SpvBuiltInSubgroupLtMask:
      scalars = 4;
      break;
   default:
      spv_fail(r, SC_E_UNSUPPORTED, "built-in %s (%u) is not supported", spv_builtin_name(builtin), builtin);
   }
   if (v->type->scalars != scalars || spv_scalar_class(v->type) != 'i')
      spv_fail(r, SC_E_INVALID, "built-in %s has the wrong type", spv_builtin_name(builtin));
   spv_pointer *p = new_pointer(r, SPV_P_INPUT, v->type);
   p->builtin = builtin;
   return p;
}

/* Workgroup blocks all begin at 0. */
static void reserve_block(spv_reader *r, const spv_type *t)
{
   uint64_t end = (spv_extent_B(r, t) + 3) / 4 * 4;
   if (end > r->in->max_lds_B)
      spv_fail(r, SC_E_LIMIT, "shared memory exceeds %u bytes", r->in->max_lds_B);
   if (end > r->lds_B)
      r->lds_B = (uint32_t)end;
}

static spv_pointer *make_global(spv_reader *r, spv_variable *v)
{
   spv_pointer *p;
   if ((v->storage == SpvStorageClassInput || v->storage == SpvStorageClassOutput) && r->in->stage != SC_STAGE_COMPUTE)
      return spv_stage_pointer(r, v, new_pointer(r, SPV_P_INPUT, v->type));
   switch (v->storage) {
   case SpvStorageClassInput:
      return input_pointer(r, v);
   case SpvStorageClassUniform:
   case SpvStorageClassStorageBuffer:
      return buffer_pointer(r, v);
   case SpvStorageClassUniformConstant:
      return spv_resource_pointer(r, v, new_pointer(r, SPV_P_RESOURCE, v->type));
   case SpvStorageClassPushConstant:
      if (v->type->kind != SPV_T_STRUCT)
         spv_fail(r, SC_E_INVALID, "push constants are not a block");
      return new_pointer(r, SPV_P_PUSH, v->type);
   case SpvStorageClassPrivate:
      return private_pointer(r, v);
   case SpvStorageClassWorkgroup:
      p = new_pointer(r, SPV_P_LDS, v->type);
      if (r->lds_explicit)
         reserve_block(r, v->type);
      else
         p->imm = place(r, v->type, &r->lds_B, r->in->max_lds_B, "shared");
      return p;
   default:
      spv_fail(r, SC_E_UNSUPPORTED, "storage class %u of variable %u is not supported", v->storage, v->id);
   }
}

spv_pointer *spv_global_pointer(spv_reader *r, spv_variable *v)
{
   if (!v->ptr) {
      const spv_id *e = spv_get(r, v->id);
      v->ptr = make_global(r, v);
      v->ptr->coherent = spv_find_decoration(e, SpvDecorationCoherent, SPV_UNKNOWN) ||
                         spv_find_decoration(e, SpvDecorationVolatile, SPV_UNKNOWN);
   }
   return v->ptr;
}

/* ---- built-in inputs --------------------------------------------------------------------------- */

static ir_inst *local_id(spv_reader *r, uint32_t c)
{
   return r->s->group_size[c] == 1 ? spv_c32(r, 0) : ir_op0(&r->b, IR_local_id, c);
}

static ir_inst *local_index(spv_reader *r)
{
   const uint32_t *size = r->s->group_size;
   ir_inst *index = local_id(r, 2);
   for (int c = 1; c >= 0; c--) {
      if (index->op != IR_const)
         index = E2(r, imul, index, spv_c32(r, size[c]));
      index = index->op == IR_const ? local_id(r, (uint32_t)c)
              : size[c] == 1        ? index
                                    : E2(r, iadd, index, local_id(r, (uint32_t)c));
   }
   return index;
}

/* Waves are filled in the order of the local invocation index; the last one may have lanes that never run. */
static uint32_t waves_per_group(const spv_reader *r)
{
   const uint32_t *size = r->s->group_size;
   uint64_t lanes = (uint64_t)size[0] * size[1] * size[2];
   return (uint32_t)((lanes + ISA_WAVE_LANES - 1) / ISA_WAVE_LANES);
}

ir_inst *spv_input_scalar(spv_reader *r, uint32_t builtin, uint32_t component)
{
   uint32_t c = component < 3 ? component : 2;
   ir_inst *base;
   switch (builtin) {
   case SpvBuiltInNumWorkgroups:
      return ir_op0(&r->b, IR_grid_size, c);
   case SpvBuiltInWorkgroupSize:
      return spv_c32(r, r->s->group_size[c]);
   case SpvBuiltInWorkgroupId:
      return ir_op0(&r->b, IR_group_id, c);
   case SpvBuiltInLocalInvocationId:
      return local_id(r, c);
   case SpvBuiltInGlobalInvocationId:
      base = ir_op0(&r->b, IR_group_id, c);
      if (r->s->group_size[c] == 1)
         return base;
      return E2(r, iadd, E2(r, imul, base, spv_c32(r, r->s->group_size[c])), local_id(r, c));
   case SpvBuiltInDeviceIndex:
      return spv_c32(r, 0); /* a device group has one device */
   case SpvBuiltInSubgroupSize:
      return spv_c32(r, ISA_WAVE_LANES);
   case SpvBuiltInNumSubgroups:
      return spv_c32(r, waves_per_group(r));
   case SpvBuiltInSubgroupId:
      return ir_op0(&r->b, IR_wave_index, 0);
   case SpvBuiltInSubgroupLocalInvocationId:
      return ir_op0(&r->b, IR_lane_id, 0);
   case SpvBuiltInSubgroupEqMask:
   case SpvBuiltInSubgroupGeMask:
   case SpvBuiltInSubgroupGtMask:
   case SpvBuiltInSubgroupLeMask:
   case SpvBuiltInSubgroupLtMask:
      return component ? spv_c32(r, 0) : spv_subgroup_mask(r, builtin);
   default:
      return local_index(r);
   }
}

/* ---- access chains ----------------------------------------------------------------------------- */

static bool is_flat(const spv_pointer *p)
{
   return p->kind == SPV_P_VARS || p->kind == SPV_P_INPUT;
}

bool spv_is_explicit(const spv_reader *r, const spv_pointer *p)
{
   return p->kind == SPV_P_BUFFER || p->kind == SPV_P_PUSH || p->kind == SPV_P_ADDRESS ||
          (p->kind == SPV_P_LDS && r->lds_explicit);
}

static ir_inst *scaled(spv_reader *r, ir_inst *index, uint32_t stride)
{
   if (stride == 1)
      return index;
   if (!(stride & (stride - 1)))
      return E2(r, shl, index, spv_c32(r, (uint32_t)__builtin_ctz(stride)));
   return E2(r, imul, index, spv_c32(r, stride));
}

/* The byte offset of a dynamic index on top of base (NULL: 0). Where bounds are exact the sum stays at its end rather
 * than wrap, so that an index far outside does not come back into the buffer. */
static ir_inst *indexed(spv_reader *r, const spv_pointer *p, ir_inst *index, uint32_t stride)
{
   bool exact = r->in->exact_bounds && p->kind == SPV_P_BUFFER;
   if (exact && stride > 1)
      index = E2(r, umin, index, spv_c32(r, UINT32_MAX / stride));
   ir_inst *offset = scaled(r, index, stride);
   if (!p->base)
      return offset;
   ir_inst *sum = E2(r, iadd, p->base, offset);
   return exact ? E3(r, sel, E2(r, ult, sum, offset), spv_c32(r, UINT32_MAX), sum) : sum;
}

/* May the offset of an element of this array behind an address need more than 31 bits? count 0: nobody knows. */
static bool leaves_32_bits(spv_reader *r, uint32_t id, uint32_t count, uint32_t stride)
{
   uint32_t index;
   bool narrow = spv_get(r, id)->type && spv_get(r, id)->type->slots == 1;
   if (narrow && spv_try_const_u32(r, id, &index))
      return (uint64_t)index * stride > INT32_MAX;
   return !narrow || !count || (uint64_t)count * stride > INT32_MAX;
}

/* One step into parts that lie `stride` apart: scalars for flat pointers, bytes otherwise. */
static void step(spv_reader *r, spv_pointer *p, uint32_t id, uint32_t count, uint32_t stride)
{
   uint32_t index;
   bool known = spv_try_const_u32(r, id, &index);
   if (p->kind == SPV_P_ADDRESS && leaves_32_bits(r, id, count, stride)) {
      spv_address_step(r, p, id, stride);
      return;
   }
   if (is_flat(p)) {
      if (known) {
         p->first += (index < count ? index : count - 1) * stride;
         return;
      }
      if (p->dyn_count == 2)
         spv_fail(r, SC_E_UNSUPPORTED, "too many dynamic indices");
      p->dyn[p->dyn_count].index = spv_use_index(r, id);
      p->dyn[p->dyn_count].count = count;
      p->dyn[p->dyn_count++].stride = stride;
      return;
   }
   if (known) {
      p->imm += (uint64_t)index * stride;
      if (p->imm > IMM_LIMIT)
         p->imm = IMM_LIMIT;
   } else {
      p->base = indexed(r, p, spv_use_index(r, id), stride);
   }
}

static void step_descriptor(spv_reader *r, spv_pointer *p, uint32_t id)
{
   const spv_type *t = p->type->elem;
   uint32_t inner = 1, index, count = r->in->bindings[p->binding].count;
   for (; t->kind == SPV_T_ARRAY; t = t->elem)
      inner *= t->count;
   if (spv_try_const_u32(r, id, &index)) {
      uint64_t at = (uint64_t)p->element_imm + (uint64_t)index * inner;
      if (at >= count)
         spv_fail(r, SC_E_INVALID, "descriptor %llu of a binding with %u", (unsigned long long)at, count);
      p->element_imm = (uint32_t)at;
   } else {
      ir_inst *offset = scaled(r, spv_use_index(r, id), inner);
      p->element = p->element ? E2(r, iadd, p->element, offset) : offset;
   }
   p->type = p->type->elem;
   p->in_block = p->type->kind == SPV_T_STRUCT;
}

static void step_member(spv_reader *r, spv_pointer *p, uint32_t id)
{
   uint32_t index;
   if (!spv_try_const_u32(r, id, &index) || index >= p->type->count)
      spv_fail(r, SC_E_INVALID, "member index %u is not a constant in 0..%u", id, p->type->count - 1);
   const spv_member *m = &p->type->members[index];
   if (is_flat(p))
      p->first += m->first;
   else if (!spv_is_explicit(r, p))
      p->imm += m->packed_B;
   else if (m->offset_B == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "member %u of type %u has no Offset", index, p->type->id);
   else
      p->imm += m->offset_B;
   p->coherent |= m->coherent;
   p->row_major = m->row_major;
   p->matrix_stride_B = m->matrix_stride_B;
   p->comp_stride_B = 0;
   p->type = m->type;
}

static void step_column(spv_reader *r, spv_pointer *p, uint32_t id)
{
   const spv_type *t = p->type;
   uint32_t index;
   if (spv_try_const_u32(r, id, &index) && index >= t->count)
      spv_fail(r, SC_E_INVALID, "column %u of a matrix with %u", index, t->count);
   if (spv_is_explicit(r, p) && !p->matrix_stride_B)
      spv_fail(r, SC_E_INVALID, "matrix of type %u has no MatrixStride", t->id);
   if (is_flat(p)) {
      step(r, p, id, t->count, t->elem->scalars);
   } else if (!spv_is_explicit(r, p)) {
      step(r, p, id, t->count, t->elem->packed_B);
   } else if (p->row_major) {
      step(r, p, id, t->count, spv_component_B(t));
      p->comp_stride_B = p->matrix_stride_B;
   } else {
      step(r, p, id, t->count, p->matrix_stride_B);
   }
   p->type = t->elem;
}

static void step_array(spv_reader *r, spv_pointer *p, uint32_t id)
{
   const spv_type *t = p->type;
   if (!spv_is_explicit(r, p) && t->elem->scalars == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "runtime array outside of a buffer");
   uint32_t stride = spv_is_explicit(r, p) ? spv_array_stride(r, t) : is_flat(p) ? t->elem->scalars : t->elem->packed_B;
   step(r, p, id, t->count, stride);
   p->element_B = stride;
   p->type = t->elem;
}

static void step_component(spv_reader *r, spv_pointer *p, uint32_t id)
{
   uint32_t index;
   if (spv_try_const_u32(r, id, &index) && index >= p->type->count)
      spv_fail(r, SC_E_INVALID, "component %u of a vector with %u", index, p->type->count);
   uint32_t stride = p->comp_stride_B ? p->comp_stride_B : spv_component_B(p->type);
   step(r, p, id, p->type->count, is_flat(p) ? p->type->slots : stride);
   p->comp_stride_B = 0;
   p->type = p->type->elem;
}

spv_pointer *spv_access(spv_reader *r, const spv_pointer *base, const uint32_t *index_ids, uint32_t count)
{
   spv_pointer *p = spv_alloc(r, sizeof *p);
   *p = *base;
   for (uint32_t k = 0; k < count; k++) {
      p->element_B = 0;
      if (p->kind == SPV_P_RECORD) {
         spv_stage_step(r, p, index_ids[k]);
         continue;
      }
      switch (p->type->kind) {
      case SPV_T_STRUCT:
         step_member(r, p, index_ids[k]);
         break;
      case SPV_T_ARRAY:
      case SPV_T_RUNTIME_ARRAY:
         if ((p->kind == SPV_P_BUFFER && !p->in_block) || p->kind == SPV_P_RESOURCE)
            step_descriptor(r, p, index_ids[k]);
         else
            step_array(r, p, index_ids[k]);
         break;
      case SPV_T_MATRIX:
         step_column(r, p, index_ids[k]);
         break;
      case SPV_T_VECTOR:
         step_component(r, p, index_ids[k]);
         break;
      default:
         spv_fail(r, SC_E_INVALID, "index %u into a scalar", k);
      }
   }
   if (p->kind == SPV_P_ADDRESS && p->imm > INT32_MAX)
      spv_fold_address(r, p);
   return p;
}

/* ---- addresses --------------------------------------------------------------------------------- */

ir_inst *spv_descriptor(spv_reader *r, const spv_pointer *p)
{
   if (p->kind == SPV_P_ADDRESS)
      return spv_pair(r, p->word[0], p->word[1]);
   if (p->chosen)
      return ir_vec(&r->b, 4, p->word);
   ir_inst *element = spv_c32(r, p->element_imm);
   if (p->element)
      element = p->element_imm ? E2(r, iadd, p->element, element) : p->element;
   return ir_emit(&r->b, IR_desc, IR_T_I32, 4, p->binding, 1, &element);
}

ir_inst *spv_address(spv_reader *r, const spv_pointer *p, uint32_t extra_B, uint32_t *imm)
{
   uint64_t offset = p->imm + extra_B;
   if (offset > UINT32_MAX - 16) { /* out of range whatever the dynamic part is */
      *imm = 0;
      return spv_c32(r, UINT32_MAX - 15);
   }
   *imm = (uint32_t)offset;
   if (p->base && offset > ISA_IMM_MAX && r->in->exact_bounds && p->kind == SPV_P_BUFFER) /* will be added to the base */
      return E2(r, umin, p->base, spv_c32(r, UINT32_MAX - *imm));
   return p->base ? p->base : spv_c32(r, 0);
}
