/* The instruction set's text form, from the machine's side: one decoded instruction to one line.
 *
 * Invariant: isa_assemble (isa_text.c) turns the line back into the same words, and the line depends
 * on nothing but the instruction and its place. Operand syntax: manual, chapter "Shader ISA".
 */
#include "gpu_printf.h"
#include "isa.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* A bounded buffer that keeps counting past its end, as snprintf does. */
struct line {
   char *buf;
   size_t size, len;
};

GPU_PRINTF(2, 3) static void put(struct line *l, const char *format, ...)
{
   size_t left = l->len < l->size ? l->size - l->len : 0;
   va_list args;

   va_start(args, format);
   int n = vsnprintf(left ? l->buf + l->len : NULL, left, format, args);
   va_end(args);
   if (n > 0)
      l->len += (size_t)n;
}

static void put_registers(struct line *l, char file, unsigned first, unsigned count)
{
   if (count > 1)
      put(l, "%c[%u:%u]", file, first, first + count - 1);
   else
      put(l, "%c%u", file, first);
}

static void put_constant(struct line *l, uint16_t operand, uint32_t literal)
{
   static const char *const floats[] = {"0.5", "-0.5", "1.0", "-1.0", "2.0", "-2.0", "4.0", "-4.0"};

   if (operand >= ISA_INT_M16 && operand < ISA_FLT_0_5)
      put(l, "%d", (int)operand - ISA_INT_M16 - 16);
   else if (operand >= ISA_FLT_0_5 && operand <= ISA_FLT_M4)
      put(l, "%s", floats[operand - ISA_FLT_0_5]);
   else if (operand == ISA_LITERAL)
      put(l, "0x%08" PRIx32, literal);
   else
      put(l, "operand_%u", operand);
}

static bool is_register(uint16_t operand)
{
   return operand < ISA_S0 + ISA_MAX_SREGS || operand == ISA_EXEC;
}

static void put_operand(struct line *l, uint16_t operand, unsigned regs, uint32_t literal)
{
   if (operand < ISA_S0)
      put_registers(l, 'v', operand, regs);
   else if (operand < ISA_S0 + ISA_MAX_SREGS)
      put_registers(l, 's', operand - ISA_S0, regs);
   else if (operand == ISA_EXEC)
      put(l, "exec");
   else
      put_constant(l, operand, literal);
}

/* A negated constant needs parentheses: "-1" is the constant minus one. */
static void put_source(struct line *l, const isa_inst *inst, unsigned i)
{
   bool neg = inst->neg >> i & 1, abs = inst->abs >> i & 1;
   bool parens = abs || (neg && !is_register(inst->src[i]));

   put(l, "%s%s%s", neg ? "-" : "", abs ? "abs" : "", parens ? "(" : "");
   put_operand(l, inst->src[i], isa_source_regs(inst, i), inst->literal);
   put(l, "%s", parens ? ")" : "");
}

static void put_img_fields(struct line *l, const isa_img *img, const isa_info *info)
{
   put(l, ".%s", isa_img_dim_text(img->dim));
   if (img->lod)
      put(l, ".%s", isa_img_lod_text(img->lod));
   if ((info->flags & ISA_F_IMG_GATHER) && !img->compare)
      put(l, ".%c", "rgba"[img->component & 3]);
   put(l, "%s%s%s", img->sample ? ".sample" : "", img->offset ? ".off" : "", img->compare ? ".cmp" : "");
}

static void put_mnemonic(struct line *l, const isa_inst *inst, const isa_info *info)
{
   put(l, "%s", info->name);
   if (info->format == ISA_FMT_IMG)
      put_img_fields(l, &inst->img, info);
   put(l, "%s%s%s%s", inst->sat ? ".sat" : "", inst->nd ? ".nd" : "", inst->ret ? ".ret" : "",
       inst->coherent ? ".coh" : "");
}

int isa_print(const isa_inst *inst, uint32_t pc_words, char *buf, size_t size)
{
   struct line l = {buf, size, 0};
   const isa_info *info = isa_lookup(inst->op);
   const char *separator = " ";

   if (size)
      buf[0] = '\0';
   if (!info) {
      put(&l, "undefined_0x%03x", inst->op);
      return (int)l.len;
   }
   put_mnemonic(&l, inst, info);
   if (info->dst) {
      put(&l, "%s", separator);
      put_operand(&l, inst->dst, isa_kind_regs(info->dst), inst->literal);
      separator = ", ";
   }
   for (unsigned i = 0; i < 3; i++) {
      if (!info->src[i])
         continue;
      put(&l, "%s", separator);
      put_source(&l, inst, i);
      separator = ", ";
   }
   if (info->format == ISA_FMT_BRANCH)
      put(&l, "%s@%" PRId64, separator, (int64_t)pc_words + 1 + inst->has_literal + inst->target);
   if (info->format == ISA_FMT_MEM && inst->imm)
      put(&l, " +%" PRIu32, inst->imm);
   return (int)l.len;
}
