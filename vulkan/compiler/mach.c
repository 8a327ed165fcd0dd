/* Machine code containers: blocks, units, regions, and what an operand reads or writes. */
#include "mach.h"

#include <stdlib.h>
#include <string.h>

mach *mach_create(void)
{
   mach *m = calloc(1, sizeof *m);
   if (!m)
      return NULL;
   mach_new_region(m, 0, MACH_NO_BLOCK, MACH_NO_BLOCK);
   mach_new_block(
       m, 0, 0); /* block 0 is never placed and units 0 to 7 never used: they stand in when memory is out */
   mach_new_units(m, MACH_S, 8);
   if (m->out_of_memory) {
      mach_destroy(m);
      return NULL;
   }
   return m;
}

void mach_destroy(mach *m)
{
   if (!m)
      return;
   for (uint32_t i = 0; i < m->block_count; i++)
      free(m->blocks[i].insts);
   for (uint32_t i = 0; i < m->unit_count; i++)
      free(m->units[i].segs);
   free(m->blocks);
   free(m->order);
   free(m->units);
   free(m->regions);
   free(m);
}

bool mach_grow(mach *m, void *items, uint32_t *capacity, uint32_t need, size_t size)
{
   void **array = items;
   if (need <= *capacity)
      return true;
   uint32_t wanted = *capacity ? *capacity : 8;
   while (wanted < need)
      wanted *= 2;
   void *p = need > UINT32_MAX / 4 ? NULL : realloc(*array, (size_t)wanted * size);
   if (!p) {
      m->out_of_memory = true;
      return false;
   }
   *array = p;
   *capacity = wanted;
   return true;
}

/* When memory is out, number 0 is handed out (mach_create): callers stay in bounds and see the sticky flag at
 * the end. */
uint32_t mach_new_block(mach *m, uint32_t loop_depth, uint32_t region)
{
   if (!mach_grow(m, &m->blocks, &m->block_capacity, m->block_count + 1, sizeof *m->blocks))
      return 0;
   m->blocks[m->block_count] = (mach_block){
      .logical = {MACH_NO_BLOCK, MACH_NO_BLOCK}, .physical = {MACH_NO_BLOCK, MACH_NO_BLOCK},
      .loop_depth = loop_depth, .region = region, .order = MACH_NO_BLOCK,
   };
   return m->block_count++;
}

void mach_place(mach *m, uint32_t block)
{
   if (!mach_grow(m, &m->order, &m->order_capacity, m->order_count + 1, sizeof *m->order))
      return;
   m->blocks[block].order = m->order_count;
   m->order[m->order_count++] = block;
}

uint32_t mach_new_region(mach *m, uint32_t parent, uint32_t wait0, uint32_t wait1)
{
   if (!mach_grow(m, &m->regions, &m->region_capacity, m->region_count + 1, sizeof *m->regions))
      return 0;
   m->regions[m->region_count] = (mach_region){parent, {wait0, wait1}};
   return m->region_count++;
}

uint32_t mach_new_units(mach *m, enum mach_class cls, unsigned size)
{
   if (!mach_grow(m, &m->units, &m->unit_capacity, m->unit_count + size, sizeof *m->units))
      return 0;
   for (unsigned i = 0; i < size; i++) {
      m->units[m->unit_count + i] = (mach_unit){
         .cls = (uint8_t)cls, .size = (uint8_t)size, .index = (uint8_t)i,
         .fixed = -1, .hint = -1, .reg = -1, .same_as = m->unit_count + i,
      };
   }
   m->unit_count += size;
   return m->unit_count - size;
}

mach_inst *mach_insert(mach *m, uint32_t block, uint32_t at, const mach_inst *i)
{
   static const mach_inst nop = {.op = ISA_OP_s_nop};
   mach_block *b = &m->blocks[block];
   if (!mach_grow(m, &b->insts, &b->capacity, b->count + 1, sizeof *b->insts))
      return NULL;
   if (at < b->count)
      memmove(b->insts + at + 1, b->insts + at, (b->count - at) * sizeof *b->insts);
   b->insts[at] = i ? *i : nop;
   if (!b->insts[at].spirv_word)
      b->insts[at].spirv_word = m->spirv_word;
   b->count++;
   return &b->insts[at];
}

mach_inst *mach_append(mach *m, uint32_t block, const mach_inst *i)
{
   return mach_insert(m, block, m->blocks[block].count, i);
}

void mach_number(mach *m)
{
   uint32_t n = 0;
   for (uint32_t i = 0; i < m->order_count; i++) {
      m->blocks[m->order[i]].start = n;
      n += m->blocks[m->order[i]].count;
   }
   m->inst_count = n;
}

unsigned mach_operand_units(const mach_inst *i, int k)
{
   const mach_operand *o = k < 0 ? &i->dst : &i->src[k];
   if (o->kind != MACH_UNIT)
      return 0;
   if (i->op == MACH_FIXED)
      return i->imm;
   if (i->op >= ISA_OPCODES)
      return 1;
   const isa_info *info = isa_lookup(i->op);
   if (k >= 0 && info->src[k] == ISA_K_VA)
      return isa_img_regs(&i->img);
   return isa_kind_regs(k < 0 ? info->dst : info->src[k]);
}

enum isa_class mach_class_of(const mach_inst *i)
{
   return i->op >= ISA_OPCODES ? ISA_CLASS_SALU : (enum isa_class)isa_lookup(i->op)->cls;
}

/* Must stay even if nobody reads the destination. */
bool mach_has_effect(const mach_inst *i)
{
   if (i->op >= ISA_OPCODES)
      return false;
   const isa_info *info = isa_lookup(i->op);
   return i->dst.kind == MACH_NONE || i->dst.kind == MACH_EXEC ||
          (info->flags & (ISA_F_STORE | ISA_F_ATOMIC)) || info->cls == ISA_CLASS_BRANCH ||
          info->cls == ISA_CLASS_SYNC;
}

/* ---- dead code -------------------------------------------------------------------------------- */

static void count_uses(const mach *m, uint32_t *uses, const mach_inst *i, int step)
{
   for (int k = 0; k < 3; k++) {
      for (unsigned n = mach_operand_units(i, k); n-- > 0;)
         uses[i->src[k].value + n] += (uint32_t)step;
   }
}

static bool is_dead(const uint32_t *uses, const mach_inst *i)
{
   if (mach_has_effect(i) || i->dst.kind != MACH_UNIT)
      return false;
   for (unsigned n = mach_operand_units(i, -1); n-- > 0;) {
      if (uses[i->dst.value + n])
         return false;
   }
   return true;
}

void mach_dce(mach *m)
{
   uint32_t *uses = calloc(m->unit_count + 1, sizeof *uses);
   if (!uses) {
      m->out_of_memory = true;
      return;
   }
   for (uint32_t b = 0; b < m->block_count; b++) {
      for (uint32_t i = 0; i < m->blocks[b].count; i++)
         count_uses(m, uses, &m->blocks[b].insts[i], 1);
   }
   for (bool again = true; again;) {
      again = false;
      for (uint32_t o = m->order_count;
           o-- > 0;) { /* backwards: uses before definitions, one round mostly does */
         mach_block *b = &m->blocks[m->order[o]];
         uint32_t kept = b->count;
         for (uint32_t i = b->count; i-- > 0;) {
            if (is_dead(uses, &b->insts[i])) {
               count_uses(m, uses, &b->insts[i], -1);
               again = true;
            } else {
               b->insts[--kept] = b->insts[i];
            }
         }
         if (kept)
            memmove(b->insts, b->insts + kept, (b->count - kept) * sizeof *b->insts);
         b->count -= kept;
      }
   }
   free(uses);
}

/* ---- text ------------------------------------------------------------------------------------- */

static void print_operand(const mach *m, const mach_operand *o, FILE *f)
{
   switch (o->kind) {
   case MACH_UNIT: {
      const mach_unit *u = &m->units[o->value];
      if (u->reg >= 0)
         fprintf(f, " %c%d", u->cls == MACH_V ? 'v' : 's', u->reg);
      else
         fprintf(f, " %%%c%u", u->cls == MACH_V ? 'v' : 's', o->value);
      break;
   }
   case MACH_CONST: fprintf(f, " 0x%x", o->value); break;
   case MACH_EXEC: fputs(" exec", f); break;
   case MACH_PHYS: fprintf(f, " #%u", o->value); break;
   default: break;
   }
}

void mach_print(const mach *m, FILE *f)
{
   static const char *const pseudo[] = {"FIXED", "IMPDEF", "COPY"};
   for (uint32_t o = 0; o < m->order_count; o++) {
      const mach_block *b = &m->blocks[m->order[o]];
      fprintf(f, "m%u: depth %u region %u ; logical %d %d physical %d %d\n", m->order[o], b->loop_depth,
              b->region, (int)b->logical[0], (int)b->logical[1], (int)b->physical[0], (int)b->physical[1]);
      for (uint32_t k = 0; k < b->count; k++) {
         const mach_inst *i = &b->insts[k];
         fprintf(f, "   %s", i->op >= ISA_OPCODES ? pseudo[i->op - ISA_OPCODES] : isa_lookup(i->op)->name);
         print_operand(m, &i->dst, f);
         for (int s = 0; s < 3; s++)
            print_operand(m, &i->src[s], f);
         if (i->neg || i->abs || i->sat)
            fprintf(f, " neg %u abs %u%s", i->neg, i->abs, i->sat ? " sat" : "");
         if (i->imm)
            fprintf(f, " imm %u", i->imm);
         if (mach_is_branch(i))
            fprintf(f, " -> m%u", i->target);
         fprintf(f, "%s\n", i->nd ? " nd" : "");
      }
   }
}
