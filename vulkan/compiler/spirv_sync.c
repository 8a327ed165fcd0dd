/* SPIR-V reader: atomics, barriers and zero-initialised workgroup memory.
 *
 * Atomics act on buffers and LDS. Their acquire and release semantics become fences around them; barriers for
 * execution are of workgroup or subgroup scope.
 */
#include "spirv_reader.h"

#define ACQUIRE                                                                                              \
   (SpvMemorySemanticsAcquireMask | SpvMemorySemanticsAcquireReleaseMask |                                   \
    SpvMemorySemanticsSequentiallyConsistentMask)
#define RELEASE                                                                                              \
   (SpvMemorySemanticsReleaseMask | SpvMemorySemanticsAcquireReleaseMask |                                   \
    SpvMemorySemanticsSequentiallyConsistentMask)

static void fence(spv_reader *r)
{
   ir_op0(&r->b, IR_fence, 0);
}

/* Pointer operand, checked to be something that atomics can act on. */
static const spv_pointer *atomic_pointer(spv_reader *r, uint32_t id)
{
   const spv_pointer *p = spv_use_pointer(r, id);
   if (p->kind != SPV_P_BUFFER && p->kind != SPV_P_ADDRESS && p->kind != SPV_P_LDS && p->kind != SPV_P_TEXEL)
      spv_fail(r, SC_E_INVALID, "atomic outside of buffers, images and shared memory");
   if (p->type->kind != SPV_T_INT && p->type->kind != SPV_T_FLOAT)
      spv_fail(r, SC_E_INVALID, "atomic on type %u, which is not a number", p->type->id);
   if (p->type->width < 32)
      spv_fail(r, SC_E_UNSUPPORTED, "atomics on %u bits are not supported", p->type->width);
   if (p->kind == SPV_P_BUFFER && !p->chosen &&
       (!p->in_block || r->in->bindings[p->binding].kind != SC_BINDING_STORAGE_BUFFER))
      spv_fail(r, SC_E_INVALID, "atomic on a buffer that is read only");
   return p;
}

/* The operation on the scalars of data and compare, one or a pair; returns the old value likewise. */
static ir_inst *atomic(spv_reader *r, const spv_pointer *p, enum ir_atomic kind, ir_inst *data,
                       ir_inst *compare)
{
   uint32_t imm, nsrc = 0;
   ir_inst *src[4];
   bool global = p->kind == SPV_P_BUFFER || p->kind == SPV_P_ADDRESS;
   if (p->kind == SPV_P_TEXEL)
      return spv_texel_atomic(r, p, kind, data, compare);
   if (global)
      src[nsrc++] = spv_descriptor(r, p);
   src[nsrc++] = spv_address(r, p, 0, &imm);
   src[nsrc++] = data;
   if (compare)
      src[nsrc++] = compare;
   ir_inst *old =
       ir_emit(&r->b, global ? IR_buf_atomic : IR_lds_atomic, IR_T_I32, data->ncomp, imm, nsrc, src);
   old->aux = (uint8_t)kind;
   old->coherent = true;
   return old;
}

static ir_inst *operand(spv_reader *r, uint32_t id, const spv_type *type)
{
   const spv_value *v = spv_use(r, id);
   if (v->type != type)
      spv_fail(r, SC_E_INVALID, "operand %u has another type than the pointer's target", id);
   return type->slots == 2 ? spv_pair(r, v->c[0], v->c[1]) : v->c[0];
}

static bool atomic_kind(uint32_t op, enum ir_atomic *kind)
{
   switch (op) {
   case SpvOpAtomicExchange: *kind = IR_ATOM_SWAP; return true;
   case SpvOpAtomicIAdd: case SpvOpAtomicISub: case SpvOpAtomicIIncrement: case SpvOpAtomicIDecrement:
      *kind = IR_ATOM_ADD;
      return true;
   case SpvOpAtomicSMin: *kind = IR_ATOM_IMIN; return true;
   case SpvOpAtomicUMin: *kind = IR_ATOM_UMIN; return true;
   case SpvOpAtomicSMax: *kind = IR_ATOM_IMAX; return true;
   case SpvOpAtomicUMax: *kind = IR_ATOM_UMAX; return true;
   case SpvOpAtomicAnd: *kind = IR_ATOM_AND; return true;
   case SpvOpAtomicOr: *kind = IR_ATOM_OR; return true;
   case SpvOpAtomicXor: *kind = IR_ATOM_XOR; return true;
   case SpvOpAtomicCompareExchange: *kind = IR_ATOM_CMPSWAP; return true;
   case SpvOpAtomicFAddEXT: *kind = IR_ATOM_FADD; return true;
   case SpvOpAtomicFMinEXT: *kind = IR_ATOM_FMIN; return true;
   case SpvOpAtomicFMaxEXT: *kind = IR_ATOM_FMAX; return true;
   default: return false;
   }
}

static uint32_t semantics_of(spv_reader *r, uint32_t id)
{
   uint32_t mask = 0;
   if (!spv_try_const_u32(r, id, &mask))
      spv_fail(r, SC_E_INVALID, "scope or memory semantics %u is not a constant", id);
   return mask;
}

static ir_inst *constant(spv_reader *r, const spv_type *t, int32_t value)
{
   ir_inst *low = spv_c32(r, (uint32_t)value);
   return t->slots == 2 ? spv_pair(r, low, spv_c32(r, value < 0 ? UINT32_MAX : 0)) : low;
}

/* Two halves could tear: 64 bits are read by adding no bits to them, and written by exchange. */
static spv_value *atomic_load(spv_reader *r, const spv_pointer *p)
{
   if (p->type->slots != 2 && p->kind != SPV_P_TEXEL)
      return spv_load(r, p, true);
   spv_value *v = spv_new_value(r, p->type);
   bool wide = p->type->slots == 2;
   spv_put_component(r, p->type, v->c,
                     wide ? atomic(r, p, IR_ATOM_OR, constant(r, p->type, 0), NULL) : spv_texel_load(r, p));
   return v;
}

static void atomic_store(spv_reader *r, const spv_pointer *p, uint32_t id)
{
   if (p->type->slots == 2)
      atomic(r, p, IR_ATOM_SWAP, operand(r, id, p->type), NULL);
   else if (p->kind == SPV_P_TEXEL)
      spv_texel_store(r, p, operand(r, id, p->type));
   else
      spv_store(r, p, spv_use(r, id), true);
}

static void emit_atomic_load(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 6);
   uint32_t semantics = semantics_of(r, i->w[5]);
   const spv_pointer *p = atomic_pointer(r, i->w[3]);
   spv_value *v = atomic_load(r, p);
   if (semantics & ACQUIRE)
      fence(r);
   spv_set(r, i->w[2], v);
}

static void emit_atomic_store(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   const spv_pointer *p = atomic_pointer(r, i->w[1]);
   if (semantics_of(r, i->w[3]) & RELEASE)
      fence(r);
   atomic_store(r, p, i->w[4]);
}

static void emit_atomic_rmw(spv_reader *r, const spv_inst *i, enum ir_atomic kind)
{
   bool unary = i->op == SpvOpAtomicIIncrement || i->op == SpvOpAtomicIDecrement,
        swap = kind == IR_ATOM_CMPSWAP;
   spv_need(r, i, swap ? 9 : unary ? 6 : 7);
   const spv_pointer *p = atomic_pointer(r, i->w[3]);
   uint32_t semantics = semantics_of(r, i->w[5]);
   ir_inst *data, *compare = NULL;
   if (kind != IR_ATOM_SWAP && (p->type->kind == SPV_T_FLOAT) != (kind >= IR_ATOM_FADD))
      spv_fail(r, SC_E_INVALID, "atomic operation on type %u", p->type->id);
   if (kind > IR_ATOM_FADD && p->type->width == 64)
      spv_fail(r, SC_E_UNSUPPORTED, "atomic minimum and maximum of f64 are not supported");
   if (unary)
      data = constant(r, p->type, i->op == SpvOpAtomicIIncrement ? 1 : -1);
   else
      data = operand(r, i->w[swap ? 7 : 6], p->type);
   if (swap) {
      compare = operand(r, i->w[8], p->type);
      semantics |= semantics_of(r, i->w[6]);
   }
   if (i->op == SpvOpAtomicISub)
      data = E2(r, isub, constant(r, p->type, 0), data);
   if (semantics & RELEASE)
      fence(r);
   spv_value *v = spv_new_value(r, p->type);
   spv_put_component(r, p->type, v->c, atomic(r, p, kind, data, compare));
   if (semantics & ACQUIRE)
      fence(r);
   spv_set(r, i->w[2], v);
}

static void emit_control_barrier(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   uint32_t scope = semantics_of(r, i->w[1]);
   if (scope != SpvScopeWorkgroup && scope != SpvScopeSubgroup)
      spv_fail(r, SC_E_UNSUPPORTED,
               "execution scope %u of a barrier is not supported, only Workgroup and Subgroup", scope);
   if (semantics_of(r, i->w[3]))
      fence(r);
   if (scope == SpvScopeWorkgroup) /* the lanes of a wave are always together */
      ir_op0(&r->b, IR_barrier, 0);
}

bool spv_emit_atomic(spv_reader *r, const spv_inst *i)
{
   enum ir_atomic kind;
   switch (i->op) {
   case SpvOpAtomicLoad:
      emit_atomic_load(r, i);
      return true;
   case SpvOpAtomicStore:
      emit_atomic_store(r, i);
      return true;
   case SpvOpControlBarrier:
      emit_control_barrier(r, i);
      return true;
   case SpvOpMemoryBarrier:
      spv_need(r, i, 3);
      fence(r);
      return true;
   default:
      if (!atomic_kind(i->op, &kind))
         return false;
      emit_atomic_rmw(r, i, kind);
      return true;
   }
}

/* ---- workgroup variables with a null initializer ----------------------------------------------- */

/* Each invocation clears every group-size'th dword. */
static void clear(spv_reader *r, const spv_pointer *p)
{
   const uint32_t *g = r->s->group_size;
   uint32_t var = ir_var_create(r->s, IR_T_I32, "clear"), imm = (uint32_t)p->imm;
   uint64_t size = r->lds_explicit ? spv_extent_B(r, p->type) : p->type->packed_B;
   ir_inst *bytes = spv_c32(r, ((uint32_t)size + 3) & ~3u), *stride = spv_c32(r, g[0] * g[1] * g[2] * 4);
   ir_inst *index = spv_input_scalar(r, SpvBuiltInLocalInvocationIndex, 0);
   ir_inst *zero = spv_c32(r, 0);
   ir_var_store(&r->b, var, E2(r, shl, index, spv_c32(r, 2)));
   ir_loop *l = ir_begin_loop(&r->b);
   ir_inst *at = ir_var_load(&r->b, var);
   ir_if *done = ir_begin_if(&r->b, E2(r, ule, bytes, at));
   ir_break(&r->b);
   ir_end_if(&r->b, done);
   ir_emit(&r->b, IR_lds_store, IR_T_NONE, 1, imm, 2, (ir_inst *[]){at, zero});
   ir_var_store(&r->b, var, E2(r, iadd, at, stride));
   ir_end_loop(&r->b, l);
}

void spv_emit_shared_init(spv_reader *r)
{
   bool any = false;
   for (spv_variable *v = r->variables; v; v = v->next) {
      if (v->storage != SpvStorageClassWorkgroup || !v->initializer)
         continue;
      const spv_id *e = spv_get(r, v->initializer);
      if (e->kind != SPV_K_CONST || (r->w[e->word] & 0xffff) != SpvOpConstantNull || e->type != v->type)
         spv_fail(r, SC_E_INVALID, "initializer %u of a workgroup variable is not null", v->initializer);
      clear(r, spv_global_pointer(r, v));
      any = true;
   }
   if (any) {
      fence(r);
      ir_op0(&r->b, IR_barrier, 0);
   }
}
