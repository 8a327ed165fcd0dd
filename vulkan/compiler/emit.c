/* Encoding: allocated machine code to ISA words.
 *
 * Drops what allocation made redundant (copies to the same register, exec writes nobody sees, branches to the
 * next instruction), then lays out and encodes. The only stage that knows word distances.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mach.h"
#include "sc.h"

struct line {
   isa_inst isa;
   uint32_t target;  /* block, MACH_NO_BLOCK */
   uint32_t at;      /* word */
   uint32_t unit[4]; /* of src0..2 and dst, NO_UNIT */
   uint32_t spirv_word;
   bool dropped;
};
#define NO_UNIT UINT32_MAX
#define DST 3

struct emission {
   mach *m;
   struct line *lines;
   uint32_t count;
   uint32_t *block_line; /* first line of each block */
   uint32_t *reads;      /* by unit */
   bool *entered;        /* by line: a branch leads there, other than one taken only when exec is 0 */
   const char *error;
};

static uint16_t operand(struct emission *e, const mach_operand *o, isa_inst *i)
{
   switch (o->kind) {
   case MACH_UNIT: {
      const mach_unit *u = &e->m->units[o->value];
      if (u->reg < 0)
         e->error = "internal: a value has no register";
      return (uint16_t)((u->cls == MACH_V ? ISA_V0 : ISA_S0) + u->reg);
   }
   case MACH_CONST: {
      uint16_t inlined = isa_inline_bits(o->value);
      if (inlined == ISA_LITERAL) {
         i->has_literal = true;
         i->literal = o->value;
      }
      return inlined;
   }
   case MACH_EXEC:
      return ISA_EXEC;
   case MACH_PHYS:
      return (uint16_t)(ISA_V0 + e->m->lane_spill_base + o->value);
   default:
      return 0;
   }
}

static bool is_vector(const struct emission *e, const mach_operand *o)
{
   return o->kind == MACH_UNIT && e->m->units[o->value].cls == MACH_V;
}

static void add_line(struct emission *e, const mach_inst *i)
{
   struct line *l = &e->lines[e->count];
   if (i->op == MACH_FIXED || i->op == MACH_IMPDEF)
      return;
   *l = (struct line){.target = mach_is_branch(i) ? i->target : MACH_NO_BLOCK, .spirv_word = i->spirv_word};
   l->isa = (isa_inst){.op = i->op, .nd = i->nd, .neg = i->neg, .abs = i->abs, .sat = i->sat, .ret = i->ret,
                       .coherent = i->coherent, .img = i->img, .imm = i->imm};
   if (i->op == MACH_COPY)
      l->isa.op = is_vector(e, &i->dst)      ? ISA_OP_v_mov
                  : is_vector(e, &i->src[0]) ? ISA_OP_v_readfirst
                                             : ISA_OP_s_mov;
   l->isa.dst = operand(e, &i->dst, &l->isa);
   for (int k = 0; k < 3; k++)
      l->isa.src[k] = operand(e, &i->src[k], &l->isa);
   if (i->op == MACH_COPY && l->isa.dst == l->isa.src[0])
      return;
   for (int k = 0; k < 4; k++) {
      const mach_operand *o = k < 3 ? &i->src[k] : &i->dst;
      l->unit[k] = o->kind == MACH_UNIT ? o->value : NO_UNIT;
      for (unsigned n = k < 3 ? mach_operand_units(i, k) : 0; n-- > 0;)
         e->reads[o->value + n]++;
   }
   e->count++;
}

/* ---- what became redundant --------------------------------------------------------------------------- */

static bool is_branch(const struct line *l)
{
   return l->target != MACH_NO_BLOCK;
}

static bool reads_exec(const isa_inst *i)
{
   const isa_info *info = isa_lookup(i->op);
   bool scalar = info->cls == ISA_CLASS_SALU || info->cls == ISA_CLASS_SMEM;
   for (int k = 0; k < 3; k++) {
      if (info->src[k] != ISA_K_N && i->src[k] == ISA_EXEC)
         return true;
   }
   return !scalar && i->op != ISA_OP_v_readlane && i->op != ISA_OP_v_writelane;
}

static bool writes_exec(const isa_inst *i)
{
   return isa_lookup(i->op)->dst == ISA_K_S1 && i->dst == ISA_EXEC;
}

/* Does nothing see the exec that line n writes? Labels in between change nothing: who comes from there has
 * its own. */
static bool exec_unseen(const struct emission *e, uint32_t n)
{
   for (uint32_t k = n + 1; k < e->count; k++) {
      const isa_inst *i = &e->lines[k].isa;
      if (e->lines[k].dropped)
         continue;
      if (i->op == ISA_OP_s_endpgm)
         return true;
      if (is_branch(&e->lines[k]) || reads_exec(i))
         return false;
      if (writes_exec(i))
         return true;
   }
   return true;
}

static bool branches_to_next(const struct emission *e, uint32_t n)
{
   uint32_t to = e->block_line[e->lines[n].target];
   if (to <= n)
      return false;
   for (uint32_t k = n + 1; k < to; k++) {
      if (!e->lines[k].dropped)
         return false;
   }
   return true;
}

static uint32_t next_line(const struct emission *e, uint32_t n)
{
   do
      n++;
   while (n < e->count && e->lines[n].dropped);
   return n;
}

static void mark_entries(struct emission *e)
{
   for (uint32_t n = 0; n < e->count; n++) {
      const struct line *l = &e->lines[n];
      if (is_branch(l) && !(l->isa.op == ISA_OP_s_brz && l->isa.src[0] == ISA_EXEC))
         e->entered[e->block_line[l->target]] = true;
   }
}

static bool entered_between(const struct emission *e, uint32_t first, uint32_t last)
{
   for (uint32_t n = first; n <= last; n++) {
      if (e->entered[n])
         return true;
   }
   return false;
}

/* Lanes that leave a loop: exec &= C; phi copies; S &= ~exec; exec = S, with S = exec from before and read
 * nowhere else. exec = S & ~exec does the same, also for who jumps there with an empty exec. If allocation
 * left no copies, it all is exec &= ~C. Not if a branch of the lanes that stay leads in between. Returns
 * whether line n was such an s_andn. */
static bool shorten_exit(struct emission *e, uint32_t n)
{
   struct line *leave = &e->lines[n];
   uint32_t m = next_line(e, n), unit = leave->unit[DST];
   if (leave->isa.op != ISA_OP_s_andn || unit == NO_UNIT || unit != leave->unit[0] ||
       leave->isa.src[1] != ISA_EXEC || e->reads[unit] != 2 || m >= e->count)
      return false;
   struct line *restore = &e->lines[m];
   if (restore->isa.op != ISA_OP_s_mov || restore->isa.dst != ISA_EXEC || restore->unit[0] != unit ||
       entered_between(e, n + 1, m))
      return false;
   leave->dropped = true;
   uint32_t before = n;
   while (before-- > 0 && e->lines[before].dropped)
      ;
   struct line *narrow = before < n ? &e->lines[before] : NULL;
   bool direct = narrow && !entered_between(e, before + 1, n) && narrow->isa.dst == ISA_EXEC &&
                 narrow->isa.src[0] == ISA_EXEC &&
                 (narrow->isa.op == ISA_OP_s_and || narrow->isa.op == ISA_OP_s_andn);
   if (direct) {
      narrow->isa.op = narrow->isa.op == ISA_OP_s_and ? ISA_OP_s_andn : ISA_OP_s_and;
      restore->dropped = true;
      e->reads[unit] = 0;
   } else {
      restore->isa.op = ISA_OP_s_andn;
      restore->isa.src[1] = ISA_EXEC;
      e->reads[unit] = 1;
   }
   return true;
}

/* A saved exec that nobody reads any more. */
static bool save_unread(const struct emission *e, const struct line *l)
{
   return l->isa.op == ISA_OP_s_mov && l->unit[DST] != NO_UNIT && l->isa.src[0] == ISA_EXEC &&
          !e->reads[l->unit[DST]];
}

/* A conditional branch over an unconditional one. */
static bool turn_branch(struct emission *e, uint32_t n)
{
   struct line *l = &e->lines[n];
   if (l->isa.op != ISA_OP_s_brz && l->isa.op != ISA_OP_s_brnz)
      return false;
   uint32_t m = next_line(e, n), to = e->block_line[l->target];
   if (m >= e->count || e->lines[m].isa.op != ISA_OP_s_br || to <= m || entered_between(e, n + 1, m))
      return false;
   for (uint32_t k = m + 1; k < to; k++) {
      if (!e->lines[k].dropped)
         return false;
   }
   l->isa.op = l->isa.op == ISA_OP_s_brz ? ISA_OP_s_brnz : ISA_OP_s_brz;
   l->target = e->lines[m].target;
   e->entered[e->block_line[l->target]] = true;
   e->lines[m].dropped = true;
   return true;
}

static void drop_redundant(struct emission *e)
{
   mark_entries(e);
   for (bool again = true; again;) {
      again = false;
      for (uint32_t n = e->count; n-- > 0;) {
         struct line *l = &e->lines[n];
         if (l->dropped)
            continue;
         if (shorten_exit(e, n) || turn_branch(e, n))
            again = true;
         else if (is_branch(l) ? branches_to_next(e, n)
                               : save_unread(e, l) || (writes_exec(&l->isa) && exec_unseen(e, n)))
            again = l->dropped = true;
      }
   }
}

/* ---- layout and encoding ----------------------------------------------------------------------------- */

static uint32_t layout(struct emission *e)
{
   uint32_t at = 0;
   for (uint32_t n = 0; n < e->count; n++) {
      e->lines[n].at = at;
      if (!e->lines[n].dropped)
         at += e->lines[n].isa.has_literal ? 2 : 1;
   }
   return at;
}

static void encode(struct emission *e, uint64_t *words, uint32_t total)
{
   for (uint32_t n = 0; n < e->count && !e->error; n++) {
      struct line *l = &e->lines[n];
      unsigned used;
      uint64_t pair[2] = {0, 0};
      if (l->dropped)
         continue;
      if (is_branch(l)) {
         uint32_t to = e->block_line[l->target];
         uint32_t target = to < e->count ? e->lines[to].at : total;
         l->isa.target = (int32_t)(target - (l->at + 1 + l->isa.has_literal));
      }
      isa_error error = isa_encode(&l->isa, pair, &used);
      if (error != ISA_OK) {
         e->error = isa_error_text(error);
         return;
      }
      memcpy(words + l->at, pair, used * sizeof *words);
   }
}

/* Which SPIR-V instruction each word comes from; what allocation put in, from the one before. */
static uint32_t *origins(const struct emission *e, uint32_t total)
{
   uint32_t *words = calloc(total + 1, sizeof *words), latest = 0;
   for (uint32_t n = 0; words && n < e->count; n++) {
      const struct line *l = &e->lines[n];
      latest = l->spirv_word ? l->spirv_word : latest;
      for (uint32_t k = 0; !l->dropped && k < 1u + l->isa.has_literal; k++)
         words[l->at + k] = latest;
   }
   return words;
}

static void fill_program(const mach *m, struct sc_program *out, uint64_t *words, uint32_t count)
{
   out->words = words;
   out->word_count = count;
   out->vregs = m->vregs ? m->vregs : 1;
   out->sregs = m->sregs ? m->sregs : 1;
   out->scratch_B = m->scratch_B;
   out->ordered = m->ordered;
   out->stats.sgprs = out->sregs;
   out->stats.vgprs = out->vregs;
   out->stats.spills = m->spills;
   out->stats.fills = m->fills;
}

int emit_program(mach *m, struct sc_program *out, char *err, size_t err_size)
{
   mach_number(m);
   struct emission e = {.m = m, .lines = malloc((m->inst_count + 1) * sizeof *e.lines),
                        .block_line = calloc(m->block_count + 1, sizeof *e.block_line),
                        .reads = calloc(m->unit_count + 1, sizeof *e.reads),
                        .entered = calloc(m->inst_count + 1, sizeof *e.entered)};
   int result = SC_E_NO_MEMORY;
   if (e.lines && e.block_line && e.reads && e.entered) {
      for (uint32_t o = 0; o < m->order_count; o++) {
         e.block_line[m->order[o]] = e.count;
         for (uint32_t k = 0; k < m->blocks[m->order[o]].count; k++)
            add_line(&e, &m->blocks[m->order[o]].insts[k]);
      }
      drop_redundant(&e);
      uint32_t total = layout(&e);
      uint64_t *words = malloc((total + 1) * sizeof *words);
      if (words)
         encode(&e, words, total);
      if (words && e.error) {
         snprintf(err, err_size, "encoding: %s", e.error);
         free(words);
         result = SC_E_LIMIT;
      } else if (words) {
         fill_program(m, out, words, total);
         out->origins = m->keep_origins ? origins(&e, total) : NULL;
         for (uint32_t n = 0; n < e.count; n++)
            out->stats.instructions += !e.lines[n].dropped;
         result = SC_OK;
      }
   }
   free(e.lines);
   free(e.block_line);
   free(e.reads);
   free(e.entered);
   return result;
}
