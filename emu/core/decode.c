/* Decoding of a shader program into micro-ops.
 *
 * Every word that can be reached is found first by following the branches, which are all direct. A leader is
 * a word that something other than its predecessor may lead to; blocks of straight-line code from one leader
 * to the next are then emitted in address order. What cannot be executed (undecodable words, registers beyond
 * RESOURCES, a way out of the program) becomes a FAULT micro-op, so it faults when it is reached and not
 * before. Scalar operands of vector instructions are rows, too: constants and never-written registers are set
 * up when a wave starts, others are broadcast once per block by a helper micro-op. Running the result is left
 * to interp.c.
 */
#include <stdlib.h>
#include <string.h>
#include "core.h"
#include "arith_f64.h"
#include "../time/program.h"

#define CONST_ROWS_MAX 256u
#define NO_ROW UINT32_MAX
#define SCALARS (ISA_MAX_SREGS + 1u) /* the last one is exec */
#define INVARIANTS_MAX (SCALARS + 2 * ISA_MAX_SREGS)

enum { WORD_VISITED = 1, WORD_LEADER = 2 };

typedef struct branch_fix {
   uint32_t uop;
   int64_t target;
} branch_fix;

typedef struct decoder {
   const emu_interp *interp;
   const emu_profile *profile;
   emu_program *p;
   const uint64_t *words;
   size_t count;
   bool failed;     /* host memory */
   uint8_t *marks;  /* [count] WORD_* */
   uint32_t *label; /* [count] micro-op of a leader's SEG */
   uint32_t uop_cap, segment_cap, fix_count, fix_cap;
   branch_fix *fixes;
   bool written[SCALARS];
   uint32_t scalar_row[SCALARS], temp_row[3];
   bool row_valid[SCALARS]; /* broadcast holds the register's value at this point of the block */
   uint32_t pair_row[ISA_MAX_SREGS], temp_pair[3]; /* two rows: s[i], s[i+1]; low and high half */
   bool pair_valid[ISA_MAX_SREGS];
   uint32_t next_row;
   uint32_t seg_uop; /* SEG of the open segment */
   bool open;
   uint32_t word; /* of the instruction being emitted */
   bool entry;                               /* still in the straight line from the first word, all lanes active */
   uint32_t entry_written[ISA_MAX_VREGS / 32];
} decoder;

/* ---- growing arrays -------------------------------------------------------------------------- */
static bool grow(decoder *d, void *array, size_t element_B, uint32_t *cap, uint32_t need)
{
   if (need <= *cap)
      return true;
   uint32_t n = *cap ? *cap * 2 : 64;
   void *p = realloc(*(void **)array, n * element_B);
   if (!p) {
      d->failed = true;
      return false;
   }
   *(void **)array = p;
   *cap = n;
   return true;
}

static emu_uop *add_uop(decoder *d, emu_handler fn, uint8_t cls)
{
   static emu_uop sink;
   emu_program *p = d->p;
   uint32_t cap_word = d->uop_cap, cap_class = d->uop_cap;
   if (!grow(d, &p->uop_word, sizeof *p->uop_word, &cap_word, p->uop_count + 1) ||
       !grow(d, &p->uop_class, sizeof *p->uop_class, &cap_class, p->uop_count + 1) ||
       !grow(d, &p->uops, sizeof *p->uops, &d->uop_cap, p->uop_count + 1))
      return &sink; /* the program is thrown away */
   p->uop_word[p->uop_count] = d->word;
   p->uop_class[p->uop_count] = cls;
   emu_uop *u = &p->uops[p->uop_count++];
   *u = (emu_uop){.fn = fn};
   return u;
}

static emu_uop *add_helper(decoder *d, enum emu_helper h)
{
   return add_uop(d, d->interp->helper[h], 0xff);
}

static void add_fix(decoder *d, int64_t target)
{
   if (grow(d, &d->fixes, sizeof *d->fixes, &d->fix_cap, d->fix_count + 1))
      d->fixes[d->fix_count++] = (branch_fix){d->p->uop_count - 1, target};
}

/* ---- finding the code ------------------------------------------------------------------------ */
static bool is_vector_register(unsigned operand)
{
   return operand < ISA_S0;
}

static bool ends_program(const isa_inst *inst)
{
   return inst->op == ISA_OP_s_endpgm || inst->op == ISA_OP_s_trap;
}

static unsigned scalar_index(unsigned operand)
{
   return operand == ISA_EXEC ? ISA_MAX_SREGS : operand - ISA_S0;
}

static bool writes_scalars(const isa_info *info)
{
   return info->dst >= ISA_K_S1 && info->dst <= ISA_K_S8;
}

/* Scalar register i is written: broadcasts of the pairs that it belongs to are stale. */
static void forget_pairs(decoder *d, unsigned i)
{
   if (i < ISA_MAX_SREGS)
      d->pair_valid[i] = false;
   if (i > 0)
      d->pair_valid[i - 1] = false;
}

static void note_writes(decoder *d, const isa_inst *inst)
{
   const isa_info *info = isa_lookup(inst->op);
   if (!writes_scalars(info))
      return;
   for (unsigned i = 0; i < isa_kind_regs(info->dst); i++) {
      d->written[scalar_index(inst->dst) + i] = true;
      d->row_valid[scalar_index(inst->dst) + i] = false;
      forget_pairs(d, scalar_index(inst->dst) + i);
   }
}

static int64_t branch_target(size_t word, unsigned used, const isa_inst *inst)
{
   return (int64_t)word + used + inst->target;
}

static bool inside(const decoder *d, int64_t word)
{
   return word >= 0 && (uint64_t)word < d->count;
}

/* Follow straight-line code from `word`; branch targets go to the work list. */
static void find_from(decoder *d, size_t word, uint32_t **work, uint32_t *work_count, uint32_t *work_cap)
{
   while (word < d->count) {
      if (d->marks[word] & WORD_VISITED) {
         d->marks[word] |= WORD_LEADER;
         return;
      }
      d->marks[word] |= WORD_VISITED;
      isa_inst inst;
      unsigned used;
      if (isa_decode(d->words + word, d->count - word, &inst, &used) != ISA_OK || ends_program(&inst))
         return;
      note_writes(d, &inst);
      if (isa_lookup(inst.op)->format == ISA_FMT_BRANCH) {
         int64_t target = branch_target(word, used, &inst);
         if (inside(d, target)) {
            d->marks[target] |= WORD_LEADER;
            if (!(d->marks[target] & WORD_VISITED)) {
               if (!grow(d, work, sizeof **work, work_cap, *work_count + 1))
                  return;
               (*work)[(*work_count)++] = (uint32_t)target;
            }
         }
         if (inst.op == ISA_OP_s_br)
            return;
         if (word + used < d->count)
            d->marks[word + used] |= WORD_LEADER;
      }
      word += used;
   }
}

static void find_code(decoder *d)
{
   uint32_t *work = NULL, count = 0, cap = 0;
   if (d->count)
      d->marks[0] |= WORD_LEADER;
   find_from(d, 0, &work, &count, &cap);
   while (count && !d->failed)
      find_from(d, work[--count], &work, &count, &cap);
   free(work);
}

/* ---- segments -------------------------------------------------------------------------------- */
static void close_segment(decoder *d)
{
   if (!d->open || d->failed)
      return;
   const emu_segment *s = &d->p->segments[d->p->segment_count - 1];
   emu_uop *u = &d->p->uops[d->seg_uop];
   u->imm = s->instructions;
   d->open = false;
}

static void open_segment(decoder *d)
{
   close_segment(d);
   emu_program *p = d->p;
   if (!grow(d, &p->segments, sizeof *p->segments, &d->segment_cap, p->segment_count + 1))
      return;
   d->seg_uop = p->uop_count;
   p->segments[p->segment_count] = (emu_segment){.first_uop = p->uop_count};
   add_helper(d, EMU_HELPER_SEG)->a = p->segment_count++;
   d->open = true;
}

static bool is_vector_class(unsigned cls)
{
   return cls != ISA_CLASS_SALU && cls != ISA_CLASS_SMEM && cls != ISA_CLASS_BRANCH && cls != ISA_CLASS_SYNC;
}

static void count_instruction(decoder *d, const isa_inst *inst, const isa_info *info)
{
   if (d->failed)
      return;
   emu_segment *s = &d->p->segments[d->p->segment_count - 1];
   s->instructions++;
   s->class_instructions[info->cls]++;
   s->vector_instructions += is_vector_class(info->cls);
}

/* ---- operands -------------------------------------------------------------------------------- */
static uint32_t find_const(decoder *d, uint32_t bits)
{
   emu_program *p = d->p;
   for (uint32_t i = 0; i < p->const_count; i++)
      if (p->consts[i].bits == bits)
         return p->consts[i].row;
   if (p->const_count == CONST_ROWS_MAX)
      return NO_ROW;
   p->consts[p->const_count].bits = bits;
   p->consts[p->const_count++].row = d->next_row;
   return d->next_row++;
}

/* Row that holds a constant in all lanes; when there are too many of them, a temporary one per source. */
static uint32_t const_row(decoder *d, uint32_t bits, unsigned source)
{
   uint32_t constant = find_const(d, bits);
   if (constant != NO_ROW)
      return EMU_WAVE_ROW(constant);
   if (d->temp_row[source] == NO_ROW)
      d->temp_row[source] = d->next_row++;
   emu_uop *u = add_helper(d, EMU_HELPER_BROADCAST_IMM);
   u->d = EMU_WAVE_ROW(d->temp_row[source]);
   u->imm = bits;
   return u->d;
}

static uint32_t scalar_offset(unsigned operand)
{
   return operand == ISA_EXEC ? EMU_WAVE_EXEC : EMU_WAVE_S(operand - ISA_S0);
}

static uint32_t broadcast_row(decoder *d, unsigned operand)
{
   unsigned i = scalar_index(operand);
   emu_program *p = d->p;
   if (d->scalar_row[i] == NO_ROW) {
      d->scalar_row[i] = d->next_row++;
      if (!d->written[i] && operand != ISA_EXEC) {
         p->invariants[p->invariant_count].sreg = i;
         p->invariants[p->invariant_count++].row = d->scalar_row[i];
      }
   }
   bool invariant = !d->written[i] && operand != ISA_EXEC;
   if (!invariant && !d->row_valid[i]) {
      emu_uop *u = add_helper(d, EMU_HELPER_BROADCAST);
      u->a = scalar_offset(operand);
      u->d = EMU_WAVE_ROW(d->scalar_row[i]);
      d->row_valid[i] = true;
   }
   return EMU_WAVE_ROW(d->scalar_row[i]);
}

/* The same for 64-bit operands, whose two rows are neighbours. */
static uint32_t find_pair(decoder *d, uint32_t low, uint32_t high)
{
   emu_program *p = d->p;
   for (uint32_t i = 0; i + 1 < p->const_count; i++)
      if (p->consts[i].bits == low && p->consts[i + 1].bits == high &&
          p->consts[i + 1].row == p->consts[i].row + 1)
         return p->consts[i].row;
   if (p->const_count + 2 > CONST_ROWS_MAX)
      return NO_ROW;
   for (unsigned i = 0; i < 2; i++) {
      p->consts[p->const_count].bits = i ? high : low;
      p->consts[p->const_count++].row = d->next_row++;
   }
   return d->next_row - 2;
}

static uint32_t const_pair(decoder *d, uint64_t value, unsigned source)
{
   uint32_t constant = find_pair(d, (uint32_t)value, (uint32_t)(value >> 32));
   if (constant != NO_ROW)
      return EMU_WAVE_ROW(constant);
   if (d->temp_pair[source] == NO_ROW) {
      d->temp_pair[source] = d->next_row;
      d->next_row += 2;
   }
   for (unsigned i = 0; i < 2; i++) {
      emu_uop *u = add_helper(d, EMU_HELPER_BROADCAST_IMM);
      u->d = EMU_WAVE_ROW(d->temp_pair[source] + i);
      u->imm = (uint32_t)(value >> (32 * i));
   }
   return EMU_WAVE_ROW(d->temp_pair[source]);
}

static uint32_t broadcast_pair(decoder *d, unsigned operand)
{
   unsigned i = scalar_index(operand);
   emu_program *p = d->p;
   bool invariant = !d->written[i] && !d->written[i + 1];
   if (d->pair_row[i] == NO_ROW) {
      d->pair_row[i] = d->next_row;
      d->next_row += 2;
      for (unsigned k = 0; k < 2 && invariant; k++) {
         p->invariants[p->invariant_count].sreg = i + k;
         p->invariants[p->invariant_count++].row = d->pair_row[i] + k;
      }
   }
   for (unsigned k = 0; k < 2 && !invariant && !d->pair_valid[i]; k++) {
      emu_uop *u = add_helper(d, EMU_HELPER_BROADCAST);
      u->a = scalar_offset(operand + k);
      u->d = EMU_WAVE_ROW(d->pair_row[i] + k);
   }
   d->pair_valid[i] = true;
   return EMU_WAVE_ROW(d->pair_row[i]);
}

/* A constant as 64-bit operand: integers are sign-extended, f32 becomes f64. */
static uint64_t widen(uint32_t bits, unsigned kind)
{
   return kind == ISA_K_F2 ? arith_bits64(arith_f64_f32(arith_float(bits)))
                           : (uint64_t)(int64_t)(int32_t)bits;
}

static bool constant_bits(const isa_inst *inst, unsigned operand, uint32_t *bits)
{
   if (operand == ISA_LITERAL) {
      *bits = inst->literal;
      return true;
   }
   return operand >= ISA_INT_M16 && isa_inline_value((uint16_t)operand, bits);
}

/* Byte offset of source i; helpers that it needs are emitted first. */
static uint32_t source_offset(decoder *d, const isa_inst *inst, unsigned i, unsigned kind)
{
   unsigned operand = inst->src[i];
   uint32_t bits;
   if (kind == ISA_K_N)
      return 0;
   if (is_vector_register(operand))
      return EMU_WAVE_ROW(operand);
   bool pair = kind == ISA_K_A2 || kind == ISA_K_F2;
   if (constant_bits(inst, operand, &bits))
      return pair ? const_pair(d, widen(bits, kind), i) : const_row(d, bits, i);
   if (pair)
      return broadcast_pair(d, operand);
   return kind == ISA_K_A1 ? broadcast_row(d, operand) : scalar_offset(operand);
}

/* Registers that the program declared; the operand number of the first one beyond them, else -1. */
static int undeclared(const decoder *d, unsigned operand, unsigned kind, unsigned regs)
{
   unsigned last = operand + regs - 1;
   if (kind == ISA_K_N || operand >= ISA_INT_M16)
      return -1;
   if (is_vector_register(operand))
      return last < d->p->vregs ? -1 : (int)last;
   return last - ISA_S0 < d->p->sregs ? -1 : (int)last;
}

static int undeclared_any(const decoder *d, const isa_inst *inst, const isa_info *info)
{
   bool no_dst = (info->flags & ISA_F_ATOMIC) && !inst->ret;
   int bad = no_dst ? -1 : undeclared(d, inst->dst, info->dst, isa_kind_regs(info->dst));
   for (unsigned i = 0; i < 3 && bad < 0; i++)
      bad = undeclared(d, inst->src[i], info->src[i], isa_source_regs(inst, i));
   return bad;
}

/* ---- instructions ---------------------------------------------------------------------------- */
/* FAULT: d type, a INFO, b and c the word index, signed 64 bits. */
static void emit_fault(decoder *d, enum gpu_fault type, uint32_t info, int64_t word)
{
   emu_uop *u = add_helper(d, EMU_HELPER_FAULT);
   u->d = type;
   u->a = info;
   u->b = (uint32_t)(uint64_t)word;
   u->c = (uint32_t)((uint64_t)word >> 32);
}

static uint32_t uop_flags(const isa_inst *inst, const isa_info *info)
{
   uint32_t f =
       (inst->nd ? EMU_UOP_ND : 0u) | (inst->ret ? EMU_UOP_RET : 0u) | (inst->sat ? EMU_UOP_SAT : 0u);
   f |= (uint32_t)inst->neg << EMU_UOP_NEG_SHIFT | (uint32_t)inst->abs << EMU_UOP_ABS_SHIFT;
   bool wide = info->src[0] == ISA_K_P2 || info->src[0] == ISA_K_D4;
   bool one_address = wide ? !is_vector_register(inst->src[0]) : !is_vector_register(inst->src[1]);
   if (info->format == ISA_FMT_MEM && one_address)
      f |= EMU_UOP_UNIFORM;
   return f;
}

static uint32_t destination_offset(const isa_inst *inst, const isa_info *info)
{
   if (info->dst == ISA_K_N)
      return 0;
   return is_vector_register(inst->dst) ? EMU_WAVE_ROW(inst->dst) : scalar_offset(inst->dst);
}

/* Does it change what others see? LDS and scratch are the wave's own. */
static bool has_effect(const isa_info *info)
{
   bool global = info->src[0] == ISA_K_P2 || info->src[0] == ISA_K_D4 || info->format == ISA_FMT_IMG;
   return global && (info->flags & (ISA_F_STORE | ISA_F_ATOMIC));
}

static void emit_instruction(decoder *d, const isa_inst *inst, const isa_info *info)
{
   uint32_t source[3];
   bool masked = d->p->fragment && has_effect(info);
   for (unsigned i = 0; i < 3; i++)
      source[i] = source_offset(d, inst, i, info->src[i]);
   bool modified = inst->neg || inst->abs || inst->sat;
   if (masked)
      add_helper(d, EMU_HELPER_LIVE_ENTER);
   emu_handler fn = modified && d->interp->op_modified[inst->op] ? d->interp->op_modified[inst->op]
                                                                 : d->interp->op[inst->op];
   emu_uop *u = add_uop(d, fn, info->cls);
   u->d = destination_offset(inst, info);
   u->a = source[0];
   u->b = source[1];
   u->c = source[2];
   u->imm = info->format == ISA_FMT_IMG ? isa_img_pack(&inst->img) : inst->imm;
   u->flags = uop_flags(inst, info) | (uint32_t)d->p->segments[d->p->segment_count - 1].instructions << EMU_UOP_PLACE_SHIFT;
   if (masked)
      add_helper(d, EMU_HELPER_LIVE_LEAVE);
   count_instruction(d, inst, info);
   if (writes_scalars(info))
      note_writes(d, inst);
}

/* ---- registers at the start ------------------------------------------------------------------ */
static void note_entry_read(decoder *d, unsigned operand, unsigned regs)
{
   for (unsigned r = operand; r < operand + regs && is_vector_register(operand); r++)
      if (!(d->entry_written[r / 32] >> r % 32 & 1))
         d->p->entry[r / 32] |= 1u << r % 32;
}

/* The straight line ends where control may go elsewhere or lanes are switched off. What it leaves open counts as read, unless
 * nothing follows. */
static void note_entry(decoder *d, const isa_inst *inst, const isa_info *info)
{
   bool old_value = (info->flags & (ISA_F_PARTIAL | ISA_F_ATOMIC)) != 0; /* atomics leave helper lanes out */
   if (!d->entry)
      return;
   for (unsigned i = 0; i < 3; i++)
      if (info->src[i] != ISA_K_N)
         note_entry_read(d, inst->src[i], isa_source_regs(inst, i));
   for (unsigned k = 0; k < isa_kind_regs(info->dst) && is_vector_register(inst->dst) && !(info->flags & ISA_F_ATOMIC); k++) {
      unsigned r = inst->dst + k;
      if (old_value)
         note_entry_read(d, r, 1);
      d->entry_written[r / 32] |= 1u << r % 32;
   }
   if (ends_program(inst))
      d->entry = false;
}

static void end_entry(decoder *d)
{
   for (unsigned i = 0; i < ISA_MAX_VREGS / 32 && d->entry; i++)
      d->p->entry[i] |= ~d->entry_written[i];
   d->entry = false;
}

static bool ends_segment(const isa_inst *inst, const isa_info *info)
{
   bool sync = inst->op == ISA_OP_s_barrier || inst->op == ISA_OP_s_yield;
   return sync || (writes_scalars(info) && inst->dst == ISA_EXEC);
}

/* Emit from a leader up to the next one or the end of the straight line. `following` is the leader emitted
 * next. */
static void emit_block(decoder *d, size_t word, size_t following)
{
   memset(d->row_valid, 0, sizeof d->row_valid);
   memset(d->pair_valid, 0, sizeof d->pair_valid);
   d->word = (uint32_t)word;
   d->label[word] = d->p->uop_count;
   open_segment(d);
   for (bool first = true; !d->failed; first = false) {
      d->word = (uint32_t)word;
      if (word >= d->count) {
         emit_fault(d, GPU_FAULT_ILLEGAL_PC, 0, (int64_t)word);
         break;
      }
      if (!first && (d->marks[word] & WORD_LEADER)) {
         if (word != following) {
            add_helper(d, EMU_HELPER_JUMP);
            add_fix(d, (int64_t)word);
         }
         break;
      }
      isa_inst inst;
      unsigned used;
      isa_error e = isa_decode(d->words + word, d->count - word, &inst, &used);
      const isa_info *info = e == ISA_OK ? isa_lookup(inst.op) : NULL;
      int bad = info ? undeclared_any(d, &inst, info) : -1;
      if (!info || bad >= 0) {
         emit_fault(d, GPU_FAULT_ILLEGAL_INST, info ? 0x10000u | (uint32_t)bad : (uint32_t)e, (int64_t)word);
         break;
      }
      if (d->p->segments[d->p->segment_count - 1].instructions >= EMU_SEGMENT_MAX)
         open_segment(d);
      emit_instruction(d, &inst, info);
      note_entry(d, &inst, info);
      if (info->format == ISA_FMT_BRANCH || (writes_scalars(info) && inst.dst == ISA_EXEC))
         end_entry(d);
      if (info->format == ISA_FMT_BRANCH)
         add_fix(d, branch_target(word, used, &inst));
      if (ends_program(&inst) || inst.op == ISA_OP_s_br)
         break;
      if (ends_segment(&inst, info)) {
         if (writes_scalars(info))
            add_helper(d, EMU_HELPER_EXEC_CHANGED);
         if (word + used >= d->count || !(d->marks[word + used] & WORD_LEADER))
            open_segment(d);
      }
      word += used;
   }
   close_segment(d);
   end_entry(d);
}

static void emit_code(decoder *d)
{
   size_t word = 0;
   while (word < d->count && !d->failed) {
      size_t following = word + 1;
      while (following < d->count && !(d->marks[following] & WORD_LEADER))
         following++;
      emit_block(d, word, following);
      word = following;
   }
   if (d->count == 0) {
      open_segment(d);
      emit_fault(d, GPU_FAULT_ILLEGAL_PC, 0, 0);
      close_segment(d);
   }
}

static void resolve_branches(decoder *d)
{
   for (uint32_t i = 0; i < d->fix_count && !d->failed; i++) {
      branch_fix f = d->fixes[i];
      uint32_t target = d->p->uop_count;
      if (inside(d, f.target)) {
         target = d->label[f.target];
      } else {
         d->word = d->p->uop_word[f.uop];
         open_segment(d);
         emit_fault(d, GPU_FAULT_ILLEGAL_PC, 0, f.target);
         close_segment(d);
      }
      if (!d->failed)
         d->p->uops[f.uop].imm = target - f.uop;
   }
}

static bool allocate(decoder *d)
{
   emu_program *p = d->p;
   size_t n = d->count ? d->count : 1;
   d->marks = calloc(n, 1);
   d->label = calloc(n, sizeof *d->label);
   p->words = malloc(n * sizeof *p->words);
   p->consts = malloc(CONST_ROWS_MAX * sizeof *p->consts);
   p->invariants = malloc(INVARIANTS_MAX * sizeof *p->invariants);
   if (!d->marks || !d->label || !p->words || !p->consts || !p->invariants)
      return false;
   if (d->count)
      memcpy(p->words, d->words, d->count * sizeof *p->words);
   return true;
}

static void account_bytes(decoder *d)
{
   emu_program *p = d->p;
   p->bytes = sizeof *p + d->count * sizeof *p->words + CONST_ROWS_MAX * sizeof *p->consts +
              INVARIANTS_MAX * sizeof *p->invariants + d->segment_cap * sizeof *p->segments +
              d->uop_cap * (sizeof *p->uops + sizeof *p->uop_word + 1u);
}

emu_program *emu_program_decode(const emu_interp *interp, const emu_profile *profile, const uint64_t *words,
                                size_t count, uint32_t vregs, uint32_t sregs)
{
   decoder *d = calloc(1, sizeof *d);
   emu_program *p = calloc(1, sizeof *p);
   if (!d || !p) {
      free(d);
      free(p);
      return NULL;
   }
   *d = (decoder){.interp = interp, .profile = profile, .p = p, .words = words, .count = count};
   p->word_count = count;
   p->vregs = vregs;
   p->sregs = sregs & ~EMU_PROGRAM_FRAGMENT;
   p->fragment = sregs & EMU_PROGRAM_FRAGMENT;
   d->next_row = vregs;
   d->entry = true;
   memset(d->scalar_row, 0xff, sizeof d->scalar_row);
   memset(d->temp_row, 0xff, sizeof d->temp_row);
   memset(d->pair_row, 0xff, sizeof d->pair_row);
   memset(d->temp_pair, 0xff, sizeof d->temp_pair);
   if (allocate(d)) {
      find_code(d);
      emit_code(d);
      resolve_branches(d);
      p->rows = d->next_row;
      account_bytes(d);
   } else {
      d->failed = true;
   }
   if (d->failed) {
      emu_program_destroy(p);
      p = NULL;
   }
   free(d->marks);
   free(d->label);
   free(d->fixes);
   free(d);
   return p;
}

uint32_t emu_program_segment_words(const emu_program *p, uint32_t segment, uint32_t *out, uint32_t max)
{
   const emu_segment *s = &p->segments[segment];
   uint32_t n = 0;
   for (uint32_t i = s->first_uop; n < s->instructions; i++)
      if (p->uop_class[i] != 0xff) {
         if (n < max)
            out[n] = p->uop_word[i];
         n++;
      }
   return n;
}

void emu_program_destroy(emu_program *p)
{
   if (!p)
      return;
   free(p->words);
   free(p->consts);
   free(p->invariants);
   free(p->uops);
   free(p->uop_word);
   free(p->uop_class);
   free(p->segments);
   time_program_destroy(p->time);
   free(p);
}
