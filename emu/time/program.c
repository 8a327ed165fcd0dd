/* What the model knows of a program: its instructions segment by segment, from the decoded program.
 *
 * The functional model numbers segments and the instructions of each in its own order; the same numbers stand
 * in traces. Registers are those of the operands, and what is read or written without being named: exec by
 * every vector instruction, the destination by those that keep part of it.
 */
#include <stdlib.h>
#include "../core/core.h"
#include "memory.h"
#include "plan.h"

static bool is_memory_class(unsigned cls)
{
   return cls == ISA_CLASS_SMEM || cls == ISA_CLASS_VMEM || cls == ISA_CLASS_ATOM || cls == ISA_CLASS_LDS;
}

static bool reads_exec(unsigned cls)
{
   return cls != ISA_CLASS_SALU && cls != ISA_CLASS_SMEM && cls != ISA_CLASS_BRANCH && cls != ISA_CLASS_SYNC;
}

/* Registers of an operand on the scoreboard; count 0: none. */
static time_regs board_regs(const time_program *t, unsigned operand, unsigned regs)
{
   if (operand < ISA_S0)
      return (time_regs){(uint16_t)operand, (uint16_t)regs};
   if (operand < ISA_INT_M16)
      return (time_regs){(uint16_t)(t->vregs + operand - ISA_S0), (uint16_t)regs};
   if (operand == ISA_EXEC)
      return (time_regs){(uint16_t)(t->board - 1), 1};
   return (time_regs){0, 0};
}

static void add_source(const time_program *t, time_inst *i, time_regs r)
{
   if (r.count && r.first + r.count <= t->board && i->sources < TIME_SOURCES)
      i->src[i->sources++] = r;
}

static void set_registers(const time_program *t, time_inst *i, const isa_inst *inst, const isa_info *info)
{
   bool no_dst = info->dst == ISA_K_N || ((info->flags & ISA_F_ATOMIC) && !inst->ret);
   for (unsigned k = 0; k < 3; k++)
      if (info->src[k] != ISA_K_N)
         add_source(t, i, board_regs(t, inst->src[k], isa_source_regs(inst, k)));
   if (!no_dst)
      i->dst = board_regs(t, inst->dst, isa_kind_regs(info->dst));
   if (i->dst.first + i->dst.count > t->board)
      i->dst = (time_regs){0, 0};
   if (info->flags & ISA_F_PARTIAL)
      add_source(t, i, i->dst);
   if (reads_exec(info->cls))
      add_source(t, i, (time_regs){(uint16_t)(t->board - 1), 1});
}

static void set_memory(time_inst *i, const isa_inst *inst, const isa_info *info)
{
   bool image = info->format == ISA_FMT_IMG;
   i->kind = TIME_KIND_MEMORY;
   i->op = info->flags & ISA_F_ATOMIC  ? (inst->ret ? TIME_ATOMIC_RETURN : TIME_ATOMIC)
           : info->flags & ISA_F_STORE ? TIME_WRITE
                                       : TIME_READ;
   if (info->cls == ISA_CLASS_LDS) {
      unsigned data = 0;
      for (unsigned k = 0; k < 3; k++)
         data = info->src[k] == ISA_K_N || k < 2 ? data : isa_source_regs(inst, k);
      data = i->dst.count > data ? i->dst.count : data;
      i->port = TIME_PORT_LDS;
      i->path = 0xff;
      i->why = TIME_WHY_LDS;
      i->passes = (uint8_t)(data ? data : 1);
   } else if (info->cls == ISA_CLASS_SMEM) {
      i->port = TIME_PORT_SCALAR;
      i->path = TIME_PATH_SCALAR;
      i->why = TIME_WHY_SCALAR;
   } else {
      i->port = image ? TIME_PORT_TEXTURE : TIME_PORT_VECTOR;
      i->path = image ? TIME_PATH_TEXTURE : TIME_PATH_VECTOR;
      i->why = info->cls == ISA_CLASS_ATOM ? TIME_WHY_ATOMIC : image ? TIME_WHY_TEXTURE : TIME_WHY_MEMORY;
   }
}

static void set_instruction(time_program *t, time_inst *i, const isa_inst *inst, const emu_profile *profile)
{
   const isa_info *info = isa_lookup(inst->op);
   i->opcode = inst->op;
   i->cls = info->cls;
   i->kind = TIME_KIND_ALU;
   i->op = i->path = 0xff;
   i->port = TIME_PORT_NONE;
   i->why = TIME_WHY_DEPENDENCY;
   i->issue_cycles = profile->cost[info->cls].issue_cycles;
   i->latency_cycles = profile->cost[info->cls].latency_cycles;
   set_registers(t, i, inst, info);
   if (is_memory_class(info->cls))
      set_memory(i, inst, info);
   else if (inst->op == ISA_OP_s_endpgm || inst->op == ISA_OP_s_trap)
      i->kind = TIME_KIND_END;
   else if (inst->op == ISA_OP_s_barrier)
      i->kind = TIME_KIND_BARRIER;
   else if (inst->op == ISA_OP_s_fence)
      i->kind = TIME_KIND_FENCE;
   else if (info->cls == ISA_CLASS_BRANCH || inst->op == ISA_OP_s_yield)
      i->kind = TIME_KIND_BRANCH;
   else if (i->latency_cycles > t->longest_cycles)
      t->longest_cycles = i->latency_cycles;
}

/* Instructions from micro-op `first` up to `end`. */
static void fill_segment(time_program *t, time_segment *s, const emu_program *p, uint32_t first, uint32_t end,
                         const emu_profile *profile)
{
   s->first = t->insts;
   for (uint32_t u = first; u < end; u++) {
      isa_inst inst;
      unsigned used;
      uint32_t word = p->uop_word[u];
      if (p->uop_class[u] == 0xff ||
          isa_decode(p->words + word, p->word_count - word, &inst, &used) != ISA_OK)
         continue;
      time_inst *i = &t->inst[t->insts++];
      i->word = word;
      set_instruction(t, i, &inst, profile);
   }
   s->count = t->insts - s->first;
}

static time_program *make(const emu_program *p, const emu_profile *profile)
{
   time_program *t = calloc(1, sizeof *t);
   if (!t)
      return NULL;
   uint32_t count = 0;
   for (uint32_t u = 0; u < p->uop_count; u++)
      count += p->uop_class[u] != 0xff;
   t->words = (uint32_t)p->word_count;
   t->vregs = p->vregs;
   t->board = p->vregs + p->sregs + 1;
   t->segments = p->segment_count;
   t->inst = calloc(count ? count : 1, sizeof *t->inst);
   t->segment = calloc(t->segments ? t->segments : 1, sizeof *t->segment);
   if (!t->inst || !t->segment) {
      time_program_destroy(t);
      return NULL;
   }
   for (uint32_t k = 0; k < t->segments; k++) {
      uint32_t end = k + 1 < t->segments ? p->segments[k + 1].first_uop : p->uop_count;
      fill_segment(t, &t->segment[k], p, p->segments[k].first_uop, end, profile);
   }
   return t;
}

time_program *time_program_get(emu_program *p, const emu_profile *profile)
{
   if (!p->time)
      p->time = make(p, profile);
   return p->time;
}

void time_program_destroy(time_program *t)
{
   if (!t)
      return;
   time_plan_destroy(t->plan);
   free(t->inst);
   free(t->segment);
   free(t);
}
