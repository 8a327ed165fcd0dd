/* SPIR-V reader: variables, loads, stores, copies and array lengths.
 *
 * Memory is moved in runs: neighbouring scalars of the value whose bytes are neighbours too go in one access
 * of up to 4 dwords, whatever vectors or members they belong to; 8 and 16 bits one by one. Bools are dwords 0 and 1
 * in memory.
 */
#include "spirv_reader.h"

#include <string.h>

/* ---- IR variables and inputs ------------------------------------------------------------------- */

/* Scalar at flat index `at`, dynamic indices from `level` on resolved by selects. */
static ir_inst *flat_load(spv_reader *r, const spv_pointer *p, uint32_t at, unsigned level)
{
   if (level == p->dyn_count)
      return p->kind == SPV_P_VARS ? ir_var_load(&r->b, p->vars[at])
             : p->stage            ? spv_stage_scalar(r, p, at)
                                   : spv_input_scalar(r, p->builtin, at);
   ir_inst *v = flat_load(r, p, at, level + 1);
   for (uint32_t k = 1; k < p->dyn[level].count; k++) {
      ir_inst *here = E2(r, ieq, p->dyn[level].index, spv_c32(r, k));
      v = E3(r, sel, here, flat_load(r, p, at + k * p->dyn[level].stride, level + 1), v);
   }
   return v;
}

static void flat_store(spv_reader *r, const spv_pointer *p, uint32_t at, unsigned level, ir_inst *cond,
                       ir_inst *v)
{
   if (level == p->dyn_count) {
      if (cond)
         v = E3(r, sel, cond, v, ir_var_load(&r->b, p->vars[at]));
      ir_var_store(&r->b, p->vars[at], v);
      return;
   }
   for (uint32_t k = 0; k < p->dyn[level].count; k++) {
      ir_inst *here = E2(r, ieq, p->dyn[level].index, spv_c32(r, k));
      flat_store(r, p, at + k * p->dyn[level].stride, level + 1, cond ? E2(r, band, cond, here) : here, v);
   }
}

/* ---- memory ------------------------------------------------------------------------------------ */

static enum ir_width width_of(char cls)
{
   return cls == 'c' ? IR_W_8 : cls == 's' || cls == 'h' ? IR_W_16 : IR_W_DWORDS;
}

/* Number of scalars from k on that one access can move. */
static uint32_t run_length(const spv_pointer *p, const uint32_t *offsets, const char *classes, uint32_t k)
{
   uint32_t n = 1, limit = p->kind == SPV_P_SCRATCH || width_of(classes[k]) != IR_W_DWORDS ? 1 : 4;
   while (n < limit && k + n < p->type->scalars && width_of(classes[k + n]) == IR_W_DWORDS &&
          offsets[k + n] == offsets[k] + 4 * n)
      n++;
   return n;
}

static const uint32_t *layout_of(spv_reader *r, const spv_pointer *p)
{
   uint32_t *offsets = spv_alloc(r, (p->type->scalars + 1) * sizeof *offsets);
   spv_layout(r, p, offsets);
   return offsets;
}

static void check_access(spv_reader *r, const spv_pointer *p, bool store)
{
   if (p->kind == SPV_P_RESOURCE || p->kind == SPV_P_TEXEL)
      spv_fail(r, SC_E_INVALID, "images and samplers are not accessed as memory");
   if (p->kind == SPV_P_BUFFER && !p->in_block)
      spv_fail(r, SC_E_INVALID, "access to an array of buffers as a whole");
   if (store && (p->kind == SPV_P_INPUT || p->kind == SPV_P_PUSH ||
                 (p->kind == SPV_P_BUFFER && !p->chosen &&
                  r->in->bindings[p->binding].kind != SC_BINDING_STORAGE_BUFFER)))
      spv_fail(r, SC_E_INVALID, "store to memory that is read only");
   if (p->kind == SPV_P_PUSH && p->imm >= SC_PUSH_MAX_B)
      spv_fail(r, SC_E_INVALID, "push constant offset %llu, the limit is %u", (unsigned long long)p->imm,
               SC_PUSH_MAX_B);
}

/* Push constants are read in dwords: the part at the byte address src + imm. */
static ir_inst *narrow_push(spv_reader *r, ir_inst *src, uint32_t imm, enum ir_width width)
{
   ir_inst *at = E2(r, iadd, src, spv_c32(r, imm)), *dword = E2(r, and, at, spv_c32(r, ~3u));
   ir_inst *bits = ir_emit(&r->b, IR_push_load, IR_T_I32, 1, 0, 1, &dword);
   ir_inst *shift = E2(r, shl, E2(r, and, at, spv_c32(r, 3)), spv_c32(r, 3));
   return E3(r, ubfe, bits, shift, spv_c32(r, width == IR_W_8 ? 8 : 16));
}

static ir_inst *load_run(spv_reader *r, const spv_pointer *p, uint32_t offset_B, uint32_t n, enum ir_width width)
{
   static const uint16_t ops[] = {[SPV_P_SCRATCH] = IR_scratch_load, [SPV_P_LDS] = IR_lds_load,
                                  [SPV_P_BUFFER] = IR_buf_load, [SPV_P_PUSH] = IR_push_load,
                                  [SPV_P_ADDRESS] = IR_buf_load};
   uint32_t imm, nsrc = 0;
   ir_inst *src[2];
   if (p->kind == SPV_P_BUFFER || p->kind == SPV_P_ADDRESS)
      src[nsrc++] = spv_descriptor(r, p);
   src[nsrc++] = spv_address(r, p, offset_B, &imm);
   if (p->kind == SPV_P_PUSH && width != IR_W_DWORDS)
      return narrow_push(r, src[0], imm, width);
   ir_inst *load = ir_emit(&r->b, (enum ir_op)ops[p->kind], IR_T_I32, n, imm, nsrc, src);
   load->aux = (uint8_t)width;
   return load;
}

static void store_run(spv_reader *r, const spv_pointer *p, uint32_t offset_B, uint32_t n, ir_inst *const *c,
                      enum ir_width width)
{
   static const uint16_t ops[] = {[SPV_P_SCRATCH] = IR_scratch_store, [SPV_P_LDS] = IR_lds_store,
                                  [SPV_P_BUFFER] = IR_buf_store, [SPV_P_ADDRESS] = IR_buf_store};
   uint32_t imm, nsrc = 0;
   ir_inst *src[3];
   if (p->kind == SPV_P_BUFFER || p->kind == SPV_P_ADDRESS)
      src[nsrc++] = spv_descriptor(r, p);
   src[nsrc++] = spv_address(r, p, offset_B, &imm);
   src[nsrc++] = ir_vec(&r->b, n, c);
   ir_emit(&r->b, (enum ir_op)ops[p->kind], IR_T_NONE, 1, imm, nsrc, src)->aux = (uint8_t)width;
}

static void memory_load(spv_reader *r, const spv_pointer *p, spv_value *v)
{
   const uint32_t *offsets = layout_of(r, p);
   const char *classes = spv_type_classes(r, p->type);
   for (uint32_t k = 0, n; k < p->type->scalars; k += n) {
      n = run_length(p, offsets, classes, k);
      ir_inst *tuple = load_run(r, p, offsets[k], n, width_of(classes[k]));
      for (uint32_t j = 0; j < n; j++) {
         ir_inst *c = ir_extract(&r->b, tuple, j);
         v->c[k + j] = classes[k + j] == 'b' ? E2(r, ine, c, spv_c32(r, 0)) : c;
      }
   }
}

static void memory_store(spv_reader *r, const spv_pointer *p, const spv_value *v)
{
   const uint32_t *offsets = layout_of(r, p);
   const char *classes = spv_type_classes(r, p->type);
   for (uint32_t k = 0, n; k < p->type->scalars; k += n) {
      ir_inst *c[4];
      n = run_length(p, offsets, classes, k);
      for (uint32_t j = 0; j < n; j++)
         c[j] = classes[k + j] == 'b' ? E3(r, sel, v->c[k + j], spv_c32(r, 1), spv_c32(r, 0)) : v->c[k + j];
      store_run(r, p, offsets[k], n, c, width_of(classes[k]));
   }
}

spv_value *spv_load(spv_reader *r, const spv_pointer *p, bool coherent)
{
   check_access(r, p, false);
   spv_value *v = spv_new_value(r, p->type);
   r->b.coherent = coherent || p->coherent;
   if (p->kind == SPV_P_VARS || p->kind == SPV_P_INPUT) {
      for (uint32_t k = 0; k < p->type->scalars; k++)
         v->c[k] = flat_load(r, p, p->first + k, 0);
   } else if (p->kind == SPV_P_RECORD) {
      spv_stage_load(r, p, v);
   } else {
      memory_load(r, p, v);
   }
   r->b.coherent = false;
   return v;
}

void spv_store(spv_reader *r, const spv_pointer *p, const spv_value *v, bool coherent)
{
   check_access(r, p, true);
   if (v->type != p->type)
      spv_fail(r, SC_E_INVALID, "the value has another type than the pointer's target");
   r->b.coherent = coherent || p->coherent;
   if (p->kind == SPV_P_VARS) {
      for (uint32_t k = 0; k < p->type->scalars; k++)
         flat_store(r, p, p->first + k, 0, NULL, v->c[k]);
   } else if (p->kind == SPV_P_RECORD) {
      spv_stage_store(r, p, v);
   } else {
      memory_store(r, p, v);
   }
   r->b.coherent = false;
}

/* ---- instructions ------------------------------------------------------------------------------ */

/* Whether the memory operands from word k on ask for coherence. */
static bool operands_coherent(const spv_inst *i, uint32_t k)
{
   return i->n > k &&
          (i->w[k] & (SpvMemoryAccessVolatileMask | SpvMemoryAccessMakePointerAvailableMask |
                      SpvMemoryAccessMakePointerVisibleMask | SpvMemoryAccessNonPrivatePointerMask));
}

void spv_set_pointer(spv_reader *r, const spv_inst *i, spv_pointer *p)
{
   const spv_type *t = spv_get(r, i->w[2])->type;
   if (t->kind != SPV_T_POINTER || t->elem != p->type)
      spv_fail(r, SC_E_INVALID, "the result is not a pointer to type %u", p->type->id);
   spv_value *v = spv_alloc(r, sizeof *v);
   v->type = t;
   v->ptr = p;
   spv_set(r, i->w[2], v);
}

static void emit_variable(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   const spv_id *e = spv_get(r, i->w[2]);
   if (i->w[3] != SpvStorageClassFunction || e->type->kind != SPV_T_POINTER)
      spv_fail(r, SC_E_INVALID, "variable in a function is not of storage class Function");
   spv_pointer *p = spv_make_storage(r, e->type->elem, e->needs_memory, e->name);
   if (i->n > 4)
      spv_store(r, p, spv_use(r, i->w[4]), false);
   spv_set_pointer(r, i, p);
}

static void emit_load(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   const spv_pointer *p = spv_use_pointer(r, i->w[3]);
   spv_set(r, i->w[2],
           p->kind == SPV_P_RESOURCE ? spv_load_handle(r, p) : spv_load(r, p, operands_coherent(i, 4)));
}

static void emit_access_chain(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 4);
   spv_set_pointer(r, i, spv_access(r, spv_use_pointer(r, i->w[3]), i->w + 4, i->n - 4));
}

static void emit_copy(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 3);
   bool coherent = operands_coherent(i, 3);
   const spv_pointer *to = spv_use_pointer(r, i->w[1]), *from = spv_use_pointer(r, i->w[2]);
   spv_store(r, to, spv_load(r, from, coherent), coherent);
}

static void emit_array_length(spv_reader *r, const spv_inst *i)
{
   spv_need(r, i, 5);
   const spv_pointer *p = spv_use_pointer(r, i->w[3]);
   const spv_type *t = p->type;
   uint32_t index = i->w[4];
   if (p->kind != SPV_P_BUFFER || !p->in_block || (p->base && !p->chosen) || t->kind != SPV_T_STRUCT || index >= t->count ||
       t->members[index].type->kind != SPV_T_RUNTIME_ARRAY)
      spv_fail(r, SC_E_INVALID, "operand is not a runtime array of a buffer");
   const spv_member *m = &t->members[index];
   uint32_t stride = m->type->stride_B;
   if (!stride || m->offset_B == SPV_UNKNOWN)
      spv_fail(r, SC_E_INVALID, "runtime array has no Offset or ArrayStride");
   ir_inst *size = E1(r, buf_size, spv_descriptor(r, p)), *n = size;
   if (m->offset_B || p->base) { /* 0 elements if the buffer ends before the array begins */
      ir_inst *offset = spv_c32(r, m->offset_B);
      if (p->base)
         offset = E2(r, iadd, p->base, offset);
      n = E2(r, isub, E2(r, umax, size, offset), offset);
   }
   n = stride & (stride - 1) ? E2(r, udiv, n, spv_c32(r, stride))
                             : E2(r, shr, n, spv_c32(r, (uint32_t)__builtin_ctz(stride)));
   const spv_type *result = spv_get(r, i->w[2])->type;
   if (result->kind != SPV_T_INT)
      spv_fail(r, SC_E_INVALID, "the result is not an integer");
   spv_value *v = spv_new_value(r, result);
   v->c[0] = n;
   spv_set(r, i->w[2], v);
}

bool spv_emit_memory(spv_reader *r, const spv_inst *i)
{
   switch (i->op) {
   case SpvOpVariable:
      emit_variable(r, i);
      return true;
   case SpvOpLoad:
      emit_load(r, i);
      return true;
   case SpvOpStore:
      spv_need(r, i, 3);
      spv_store(r, spv_use_pointer(r, i->w[1]), spv_use(r, i->w[2]), operands_coherent(i, 3));
      return true;
   case SpvOpCopyMemory:
      emit_copy(r, i);
      return true;
   case SpvOpAccessChain:
   case SpvOpInBoundsAccessChain:
      emit_access_chain(r, i);
      return true;
   case SpvOpArrayLength:
      emit_array_length(r, i);
      return true;
   default:
      return false;
   }
}
