/* Instruction selection of memory: push constants, descriptors, buffers, LDS, scratch, barriers.
 *
 * The root table address comes in s0:s1 (sc.h). Set pointers, and descriptors with a constant index, are
 * loaded once in the entry block. A dynamic descriptor index is clamped to the binding's array, so that a
 * descriptor load never leaves the set, not even when it runs for lanes that are switched off.
 */
#include "isel.h"

#define MAX_HOISTED 12u /* descriptors kept in scalar registers from the start */

bool isel_is_memory(unsigned op)
{
   switch (op) {
   case IR_push_load: case IR_desc: case IR_buf_load: case IR_buf_store: case IR_buf_atomic: case IR_lds_load:
   case IR_lds_store:
   case IR_lds_atomic:
   case IR_scratch_load:
   case IR_scratch_store:
   case IR_barrier:
   case IR_fence:
   case IR_res_desc: case IR_img_load: case IR_img_store: case IR_img_atomic: case IR_img_sample: case IR_img_gather:
   case IR_img_lod: case IR_img_size: case IR_img_info: case IR_first_lane:
      return true;
   default:
      return false;
   }
}

static enum isa_op sized(enum isa_op x1, unsigned ncomp)
{
   return (enum isa_op)(x1 + ncomp - 1); /* ORDER isa.def: x1 x2 x3 x4 follow each other */
}

static enum isa_op scalar_sized(enum isa_op x1, unsigned ncomp)
{
   return (enum isa_op)(x1 + (ncomp == 1 ? 0 : ncomp == 2 ? 1 : 2)); /* x1 x2 x4 */
}
_Static_assert(ISA_OP_b_load_x4 == ISA_OP_b_load_x1 + 3 && ISA_OP_l_store_x4 == ISA_OP_l_store_x1 + 3 &&
                   ISA_OP_g_load_x4 == ISA_OP_g_load_x1 + 3 && ISA_OP_b_store_x4 == ISA_OP_b_store_x1 + 3 &&
                   ISA_OP_s_load_x4 == ISA_OP_s_load_x1 + 2 &&
                   ISA_OP_s_buf_load_x4 == ISA_OP_s_buf_load_x1 + 2,
               "sized opcodes are consecutive");

/* Load or store of i->aux wide scalars: x1 is the operation on one dword, x8 the one on a byte. */
static enum isa_op of_width(const ir_inst *i, enum isa_op x1, enum isa_op x8, unsigned ncomp)
{
   if (i->aux == IR_W_DWORDS)
      return sized(x1, ncomp);
   bool load = i->type != IR_T_NONE; /* ORDER isa.def: loads u8 i8 u16 i16, stores b8 b16 */
   return (enum isa_op)(x8 + (i->aux == IR_W_8 ? 0 : load ? 2 : 1));
}
_Static_assert(ISA_OP_b_load_u16 == ISA_OP_b_load_u8 + 2 && ISA_OP_b_store_b16 == ISA_OP_b_store_b8 + 1 &&
                  ISA_OP_g_load_u16 == ISA_OP_g_load_u8 + 2 && ISA_OP_g_store_b16 == ISA_OP_g_store_b8 + 1 &&
                  ISA_OP_l_load_u16 == ISA_OP_l_load_u8 + 2 && ISA_OP_l_store_b16 == ISA_OP_l_store_b8 + 1 &&
                  ISA_OP_p_load_u16 == ISA_OP_p_load_u8 + 2 && ISA_OP_p_store_b16 == ISA_OP_p_store_b8 + 1,
               "narrow opcodes are consecutive");

/* Does a buffer operation act on a global address instead of a descriptor? */
static bool is_global(const ir_inst *i)
{
   return i->src[0]->ncomp == 2;
}

/* ---- push constants ------------------------------------------------------------------------------ */

/* Offsets are clamped to the push constants, so that a load never leaves the root table, not even one that runs for
 * no lane or in front of the condition that guards it. */
static mach_operand push_offset(isel_ctx *c, ir_inst *i, bool scalar, uint32_t *imm)
{
   uint32_t size = 4u * i->ncomp, room = SC_PUSH_MAX_B - size, at = i->imm < room ? i->imm : room;
   ir_inst *offset = i->src[0];
   if (isel_is_const(offset)) {
      uint32_t rest = room - at;
      *imm = SC_ROOT_PUSH + ((at + (offset->imm < rest ? offset->imm : rest)) & ~3u);
      return mach_const(0);
   }
   *imm = SC_ROOT_PUSH + at;
   mach_operand clamped = isel_new(c, scalar ? MACH_S : MACH_V, 1);
   mach_operand value = scalar ? isel_uniform(c, offset) : isel_any(c, offset);
   isel_emit(c, scalar ? ISA_OP_s_min_u32 : ISA_OP_v_min_u32, clamped, value, mach_const(room - at), mach_none());
   return clamped;
}

static void push_load(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   bool scalar = isel_val(c, i)->home == HOME_S;
   uint32_t imm;
   mach_operand at = push_offset(c, i, scalar, &imm);
   enum isa_op op = scalar ? scalar_sized(ISA_OP_s_load_x1, i->ncomp) : sized(ISA_OP_g_load_x1, i->ncomp);
   isel_emit(c, op, dst, mach_unit_op(c->root), at, mach_none())->imm = imm;
}

/* ---- descriptors ----------------------------------------------------------------------------------- */

/* Address of the memory a descriptor lies in, and the byte offset of the binding there. */
static mach_operand descriptor_table(isel_ctx *c, const sc_binding *binding, uint32_t *offset)
{
   if (binding->dynamic) {
      *offset = SC_ROOT_DYNAMIC + binding->offset_B * 16u;
      return mach_unit_op(c->root);
   }
   *offset = binding->offset_B;
   uint32_t set = binding->set < SC_MAX_SETS ? binding->set : 0;
   if (c->set_pointer[set] == ISEL_NONE) {
      mach_operand pointer = isel_new(c, MACH_S, 2);
      mach_inst *m = isel_emit_at(c, c->entry, ISA_OP_s_load_x2, pointer, mach_unit_op(c->root),
                                  mach_const(0), mach_none());
      m->imm = SC_ROOT_SETS + set * 8;
      c->set_pointer[set] = pointer.value;
   }
   return mach_unit_op(c->set_pointer[set]);
}

/* offset = index << shift, clamped, + what does not fit the immediate. */
static mach_operand descriptor_offset(isel_ctx *c, ir_inst *index, bool scalar, uint32_t count, unsigned shift,
                                      uint32_t *offset)
{
   enum mach_class cls = scalar ? MACH_S : MACH_V;
   uint32_t last = count ? count - 1 : 0;
   mach_operand at, t = isel_new(c, cls, 1), u = isel_new(c, cls, 1);
   if (isel_is_const(index)) {
      uint32_t total = *offset + ((index->imm < last ? index->imm : last) << shift);
      *offset = total & 0xfffu;
      return mach_const(total & ~0xfffu);
   }
   at = scalar ? isel_uniform(c, index) : isel_any(c, index);
   isel_emit(c, scalar ? ISA_OP_s_min_u32 : ISA_OP_v_min_u32, t, at, mach_const(last), mach_none());
   isel_emit(c, scalar ? ISA_OP_s_shl : ISA_OP_v_shl, u, t, mach_const(shift), mach_none());
   if (*offset > ISA_IMM_MAX) {
      at = u;
      u = isel_new(c, cls, 1);
      isel_emit(c, scalar ? ISA_OP_s_add : ISA_OP_v_add_u32, u, at, mach_const(*offset & ~0xfffu),
                mach_none());
      *offset &= 0xfffu;
   }
   return u;
}

void isel_descriptor(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   const sc_binding *binding = &c->s->input->bindings[i->imm];
   bool scalar = isel_val(c, i)->home == HOME_S, constant = isel_is_const(i->src[0]), wide = i->op == IR_res_desc;
   uint32_t block = c->cur, offset;
   mach_operand table = descriptor_table(c, binding, &offset);
   unsigned shift = (unsigned)__builtin_ctz(sc_binding_stride_B(binding->kind));
   enum isa_op op = !scalar ? ISA_OP_g_load_x4 : wide ? ISA_OP_s_load_x8 : ISA_OP_s_load_x4;
   offset += wide && i->aux ? 32 : 0;
   if (constant && scalar && c->hoisted + wide < MAX_HOISTED) {
      c->hoisted += 1u + wide;
      block = c->entry;
   }
   mach_operand at = descriptor_offset(c, i->src[0], scalar, binding->count, shift, &offset);
   isel_emit_at(c, block, op, dst, table, at, mach_none())->imm = offset;
}

/* ---- addresses -------------------------------------------------------------------------------------- */

mach_operand isel_address(isel_ctx *c, ir_inst *offset, bool scalar, uint32_t imm, uint32_t *imm_out)
{
   mach_operand at = scalar ? isel_uniform(c, offset) : isel_any(c, offset);
   if (at.kind == MACH_CONST) {
      uint64_t total = (uint64_t)at.value + imm;
      if (total <= ISA_IMM_MAX) {
         *imm_out = (uint32_t)total;
         return mach_const(0);
      }
   }
   if (imm <= ISA_IMM_MAX) {
      *imm_out = imm;
      return at;
   }
   *imm_out = 0;
   if (at.kind == MACH_CONST) {
      uint64_t total = (uint64_t)at.value + imm;
      return mach_const(total > 0xfffffffcu ? 0xfffffffcu : (uint32_t)total);
   }
   bool vector = at.kind == MACH_UNIT && c->m->units[at.value].cls == MACH_V;
   mach_operand sum = isel_new(c, vector ? MACH_V : MACH_S, 1);
   isel_emit(c, vector ? ISA_OP_v_add_u32 : ISA_OP_s_add, sum, at, mach_const(imm), mach_none());
   return sum;
}

/* Sets the fields that every memory instruction has. */
static void finish(mach_inst *m, const ir_inst *i, uint32_t imm)
{
   m->imm = imm;
   m->coherent = i->coherent;
}

/* Result of a uniform vector load in scalar registers. */
static void read_first(isel_ctx *c, mach_operand dst, mach_operand src, unsigned n)
{
   for (unsigned k = 0; k < n; k++)
      isel_emit(c, ISA_OP_v_readfirst, mach_plus(dst, k), mach_plus(src, k), mach_none(), mach_none());
}

static mach_operand descriptor_operand(isel_ctx *c, ir_inst *desc)
{
   return mach_unit_op(isel_unit_of(c, desc));
}

/* ---- buffers ------------------------------------------------------------------------------------------ */

static void buffer_load(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   isel_value *v = isel_val(c, i);
   uint32_t imm;
   if (v->home == HOME_S && !v->via_vector) {
      mach_operand at = isel_address(c, i->src[1], true, i->imm, &imm);
      finish(isel_emit(c, scalar_sized(ISA_OP_s_buf_load_x1, i->ncomp), dst, descriptor_operand(c, i->src[0]),
                       at, mach_none()),
             i, imm);
      return;
   }
   mach_operand to = v->via_vector ? isel_new(c, MACH_V, i->ncomp) : dst;
   mach_operand at = isel_address(c, i->src[1], false, i->imm, &imm);
   enum isa_op op = is_global(i) ? of_width(i, ISA_OP_g_load_x1, ISA_OP_g_load_u8, i->ncomp)
                                 : of_width(i, ISA_OP_b_load_x1, ISA_OP_b_load_u8, i->ncomp);
   finish(isel_emit(c, op, to, descriptor_operand(c, i->src[0]), at, mach_none()), i, imm);
   if (v->via_vector)
      read_first(c, dst, to, i->ncomp);
}

static void buffer_store(isel_ctx *c, ir_inst *i)
{
   uint32_t imm;
   mach_operand data = isel_vector(c, i->src[2]), at = isel_address(c, i->src[1], false, i->imm, &imm);
   unsigned n = i->src[2]->ncomp;
   enum isa_op op = is_global(i) ? of_width(i, ISA_OP_g_store_x1, ISA_OP_g_store_b8, n)
                                 : of_width(i, ISA_OP_b_store_x1, ISA_OP_b_store_b8, n);
   finish(isel_emit(c, op, mach_none(), descriptor_operand(c, i->src[0]), at, data),
          i, imm);
}

static mach_operand component(isel_ctx *c, ir_inst *i, unsigned k)
{
   return i->ncomp == 1 ? isel_any(c, i) : mach_plus(isel_any(c, i), k);
}

/* Data operand of an atomic: one value, or new value and comparator next to each other. */
mach_operand isel_atomic_data(isel_ctx *c, ir_inst *i, unsigned first)
{
   if (i->aux != IR_ATOM_CMPSWAP)
      return isel_vector(c, i->src[first]);
   mach_operand pair = isel_new(c, MACH_V, 2u * i->ncomp);
   for (unsigned k = 0; k < i->ncomp; k++) {
      isel_copy(c, pair.value + k, component(c, i->src[first], k));
      isel_copy(c, pair.value + i->ncomp + k, component(c, i->src[first + 1], k));
   }
   return pair;
}

/* The result depends on the order of waves if an old value is used, if the last writer wins, or if sums are
 * rounded. */
void isel_note_order(isel_ctx *c, const ir_inst *i)
{
   if (i->use_count || i->aux == IR_ATOM_SWAP || i->aux == IR_ATOM_CMPSWAP || i->aux == IR_ATOM_FADD)
      c->m->ordered = true;
}

static enum isa_op atomic_op(const ir_inst *i, bool buffer)
{
   static const uint8_t offsets[] = {
      [IR_ATOM_ADD] = 0, [IR_ATOM_IMIN] = 1, [IR_ATOM_IMAX] = 2, [IR_ATOM_UMIN] = 3, [IR_ATOM_UMAX] = 4,
      [IR_ATOM_AND] = 5, [IR_ATOM_OR] = 6, [IR_ATOM_XOR] = 7, [IR_ATOM_SWAP] = 8, [IR_ATOM_CMPSWAP] = 9,
      [IR_ATOM_FADD] = 10, [IR_ATOM_FMIN] = 11, [IR_ATOM_FMAX] = 12,
   };
   static const uint16_t dword[3] = {ISA_OP_l_atom_add, ISA_OP_b_atom_add, ISA_OP_g_atom_add};
   static const uint16_t wide[3] = {ISA_OP_l_atom_add_u64, ISA_OP_b_atom_add_u64, ISA_OP_g_atom_add_u64};
   static const uint16_t add_f64[3] = {ISA_OP_l_atom_add_f64, ISA_OP_b_atom_add_f64, ISA_OP_g_atom_add_f64};
   unsigned space = !buffer ? 0 : is_global(i) ? 2 : 1;
   if (i->ncomp == 2 && i->aux >= IR_ATOM_FADD)
      return (enum isa_op)add_f64[space];
   return (enum isa_op)((i->ncomp == 2 || i->aux >= IR_ATOM_FADD ? wide : dword)[space] + offsets[i->aux]);
}
_Static_assert(ISA_OP_b_atom_cmpswap_u64 == ISA_OP_b_atom_add_u64 + 9 &&
                   ISA_OP_b_atom_add_f32 == ISA_OP_b_atom_add_u64 + 10 &&
                   ISA_OP_g_atom_add_f32 == ISA_OP_g_atom_add_u64 + 10 &&
                   ISA_OP_l_atom_add_f32 == ISA_OP_l_atom_add_u64 + 10 &&
                   ISA_OP_b_atom_max_f32 == ISA_OP_b_atom_add_f32 + 2,
               "atomics follow each other in this order");

static void atomic(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   bool buffer = i->op == IR_buf_atomic;
   unsigned first = buffer ? 2 : 1;
   uint32_t imm;
   mach_operand base = buffer ? descriptor_operand(c, i->src[0]) : mach_none();
   mach_operand data = isel_atomic_data(c, i, first), at = isel_address(c, i->src[first - 1], false, i->imm, &imm);
   isel_note_order(c, i);
   mach_inst *m = isel_emit(c, atomic_op(i, buffer), i->use_count ? dst : mach_none(), base, at, data);
   finish(m, i, imm);
   m->ret = i->use_count != 0;
}

/* ---- LDS and scratch ------------------------------------------------------------------------------------
 */

static void local_load(isel_ctx *c, ir_inst *i, mach_operand dst)
{
   isel_value *v = isel_val(c, i);
   enum isa_op op = i->op == IR_lds_load ? of_width(i, ISA_OP_l_load_x1, ISA_OP_l_load_u8, i->ncomp)
                                         : of_width(i, ISA_OP_p_load_x1, ISA_OP_p_load_u8, 1);
   mach_operand to = v->via_vector ? isel_new(c, MACH_V, i->ncomp) : dst;
   uint32_t imm;
   mach_operand at = isel_address(c, i->src[0], false, i->imm, &imm);
   finish(isel_emit(c, op, to, mach_none(), at, mach_none()), i, imm);
   if (v->via_vector)
      read_first(c, dst, to, i->ncomp);
}

static void local_store(isel_ctx *c, ir_inst *i)
{
   enum isa_op op = i->op == IR_lds_store
                        ? of_width(i, ISA_OP_l_store_x1, ISA_OP_l_store_b8, i->src[1]->ncomp)
                        : of_width(i, ISA_OP_p_store_x1, ISA_OP_p_store_b8, 1);
   uint32_t imm;
   mach_operand data = isel_vector(c, i->src[1]), at = isel_address(c, i->src[0], false, i->imm, &imm);
   finish(isel_emit(c, op, mach_none(), mach_none(), at, data), i, imm);
}

void isel_memory(isel_ctx *c, ir_inst *i)
{
   mach_operand dst = i->type == IR_T_NONE ? mach_none() : mach_unit_op(isel_unit_of(c, i));
   switch (i->op) {
   case IR_push_load: push_load(c, i, dst); break;
   case IR_desc: isel_descriptor(c, i, dst); break;
   case IR_buf_load: buffer_load(c, i, dst); break;
   case IR_buf_store: buffer_store(c, i); break;
   case IR_buf_atomic: case IR_lds_atomic: atomic(c, i, dst); break;
   case IR_lds_load: case IR_scratch_load: local_load(c, i, dst); break;
   case IR_lds_store: case IR_scratch_store: local_store(c, i); break;
   case IR_barrier:
      isel_require_lanes(c);
      isel_emit(c, ISA_OP_s_barrier, mach_none(), mach_none(), mach_none(), mach_none());
      break;
   case IR_res_desc: case IR_img_load: case IR_img_store: case IR_img_atomic: case IR_img_sample: case IR_img_gather:
   case IR_img_lod: case IR_img_size: case IR_img_info: case IR_first_lane:
      isel_image(c, i, dst);
      break;
   default:
      isel_emit(c, ISA_OP_s_fence, mach_none(), mach_none(), mach_none(), mach_none());
      break;
   }
}
