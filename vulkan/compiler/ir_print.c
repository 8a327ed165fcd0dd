/* Text form of the IR for dumps and test failures. Stable: no pointers, ids and block numbers only. */
#include "ir.h"

#include "isa.h"

#include <string.h>

static const char *const atomic_names[] = {"add", "imin", "imax",    "umin", "umax", "and", "or",
                                           "xor", "swap", "cmpswap", "fadd", "fmin", "fmax"};

static void indent(FILE *f, unsigned depth)
{
   for (unsigned i = 0; i < depth; i++)
      fputs("   ", f);
}

static bool has_imm(const ir_inst *i)
{
   switch (i->op) {
   case IR_bconst: case IR_extract: case IR_local_id: case IR_group_id: case IR_grid_size: case IR_var_load:
   case IR_var_store: case IR_desc: case IR_res_desc:
      return true;
   default:
      return i->imm != 0;
   }
}

static void print_inst(const ir_inst *i, FILE *f, unsigned depth)
{
   indent(f, depth);
   if (i->type != IR_T_NONE) {
      fprintf(f, "%%%u%s", i->id, i->type == IR_T_BOOL ? ":b" : "");
      if (i->ncomp > 1)
         fprintf(f, ":x%u", i->ncomp);
      fprintf(f, "%s = ", i->divergent ? "~" : "");
   }
   fputs(ir_op_name((enum ir_op)i->op), f);
   if (i->op == IR_buf_atomic || i->op == IR_lds_atomic || i->op == IR_img_atomic)
      fprintf(f, ".%s", i->aux <= IR_ATOM_FMAX ? atomic_names[i->aux] : "?");
   else if (i->op == IR_res_desc)
      fputs(i->aux ? ".sampler" : "", f);
   else if (i->aux)
      fputs(i->aux == IR_W_8 ? ".8" : ".16", f);
   if (i->exact)
      fputs(".exact", f);
   if (i->coherent)
      fputs(".coherent", f);
   const char *sep = " ";
   for (unsigned k = 0; k < i->nsrc; k++) {
      fprintf(f, "%s%%%u", sep, i->src[k]->id);
      sep = ", ";
   }
   if (ir_is_image(i)) {
      isa_img img = isa_img_unpack(i->imm);
      fprintf(f, "%s%s.%s%s%s%s", sep, isa_img_dim_text(img.dim), isa_img_lod_text(img.lod), img.offset ? ".off" : "",
              img.compare ? ".cmp" : "", img.sample ? ".sample" : "");
      if (i->op == IR_img_gather)
         fprintf(f, ".%c", "rgba"[img.component]);
   } else if (i->op == IR_const) {
      float value;
      memcpy(&value, &i->imm, 4);
      fprintf(f, " 0x%08x (%g)", i->imm, (double)value);
   } else if (has_imm(i)) {
      fprintf(f, "%s#%u", sep, i->imm);
   }
   fputc('\n', f);
}

static void print_block(const ir_block *b, FILE *f, unsigned depth)
{
   indent(f, depth);
   fprintf(f, "b%u:", b->index);
   for (uint32_t i = 0; i < b->pred_count; i++)
      fprintf(f, "%s b%u", i ? "" : " ; from", b->preds[i]->index);
   fputc('\n', f);
   for (const ir_inst *i = b->first; i; i = i->next)
      print_inst(i, f, depth + 1);
}

static void print_list(const ir_list *l, FILE *f, unsigned depth)
{
   for (const ir_node *n = l->first; n; n = n->next) {
      if (n->kind == IR_NODE_BLOCK) {
         print_block((const ir_block *)n, f, depth);
      } else if (n->kind == IR_NODE_IF) {
         const ir_if *i = (const ir_if *)n;
         indent(f, depth);
         fprintf(f, "if %%%u {\n", i->cond->id);
         print_list(&i->then_list, f, depth + 1);
         indent(f, depth);
         fputs("} else {\n", f);
         print_list(&i->else_list, f, depth + 1);
         indent(f, depth);
         fputs("}\n", f);
      } else {
         const ir_loop *loop = (const ir_loop *)n;
         indent(f, depth);
         fprintf(f, "loop {%s\n", loop->divergent ? " ; divergent" : "");
         print_list(&loop->body, f, depth + 1);
         indent(f, depth);
         fputs("}\n", f);
      }
   }
}

void ir_print(const ir_shader *s, FILE *f)
{
   fprintf(f, "shader group %ux%ux%u lds %u scratch %u\n", s->group_size[0], s->group_size[1],
           s->group_size[2], s->lds_B, s->scratch_B);
   if (s->too_deep || s->out_of_memory)
      fputs("incomplete: out of memory or nested too deep\n", f);
   else
      print_list(&s->body, f, 0);
}
