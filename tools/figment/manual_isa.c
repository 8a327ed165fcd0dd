/* figment manual: the instruction reference, from isa.def. */
#include <string.h>

#include "isa.h"
#include "manual.h"

static const char *const class_names[] = {
#define X(name, doc) #name,
   ISA_CLASS_LIST(X)
#undef X
};

/* How a kind is written in the syntax column; the legend explains each. */
static const char *const placeholders[] = {
   [ISA_K_N] = "",     [ISA_K_V1] = "v",    [ISA_K_V2] = "v:2",  [ISA_K_V3] = "v:3", [ISA_K_V4] = "v:4",
   [ISA_K_S1] = "s",   [ISA_K_S2] = "s:2",  [ISA_K_S4] = "s:4",  [ISA_K_S8] = "s:8", [ISA_K_A1] = "any",
   [ISA_K_U1] = "uni", [ISA_K_P2] = "addr", [ISA_K_D4] = "desc", [ISA_K_A2] = "any:2", [ISA_K_F2] = "flt:2",
   [ISA_K_VA] = "v:n",
};

static const struct {
   const char *prefix, *title;
} groups[] = {
   {"s_", "Program control, scalar unit, scalar memory"},
   {"v_", "Vector unit"},
   {"g_", "Global memory"},
   {"b_", "Buffers"},
   {"l_", "Local data share"},
   {"p_", "Scratch"},
   {"img_", "Images"},
};

static bool nd_allowed(const isa_info *i)
{
   return i->dst >= ISA_K_V1 && i->dst <= ISA_K_V4 && !(i->flags & ISA_F_PARTIAL);
}

static void put_syntax(manual_text *t, const isa_info *i)
{
   const char *separator = " ";

   manual_put(t, "%s", i->name);
   if (i->dst) {
      manual_put(t, " %s", placeholders[i->dst]);
      separator = ", ";
   }
   for (int k = 0; k < 3; k++) {
      if (!i->src[k])
         continue;
      manual_put(t, "%s%s", separator, placeholders[i->src[k]]);
      separator = ", ";
   }
   if (i->format == ISA_FMT_BRANCH)
      manual_put(t, "%starget", separator);
   if (i->format == ISA_FMT_MEM)
      manual_put(t, " +imm");
}

static void put_extras(manual_text *t, const isa_info *i)
{
   bool fmod = i->flags & ISA_F_FMOD;

   manual_put(t, "%s%s%s%s%s", fmod ? "neg abs " : "", fmod && i->dst <= ISA_K_V2 ? ".sat " : "",
              nd_allowed(i) ? ".nd " : "", i->flags & ISA_F_ATOMIC ? ".ret " : "",
              i->format == ISA_FMT_MEM || i->format == ISA_FMT_IMG ? ".coh " : "");
   if (i->format == ISA_FMT_IMG)
      manual_put(t, "DIM %s%s%s%s%s",
                 i->flags & ISA_F_IMG_LOD     ? ".lod .grad .quad .bias "
                 : i->flags & ISA_F_IMG_LEVEL ? ".lod "
                                              : "",
                 i->flags & ISA_F_IMG_SAMPLE ? ".sample " : "", i->flags & ISA_F_IMG_OFFSET ? ".off " : "",
                 i->flags & ISA_F_IMG_COMPARE ? ".cmp " : "",
                 i->flags & ISA_F_IMG_GATHER ? ".r .g .b .a " : "");
   if (t->length && t->p[t->length - 1] == ' ')
      t->p[--t->length] = '\0';
}

static void put_group(manual_text *t, const char *prefix, const char *title)
{
   size_t count;
   const isa_info *table = isa_table(&count);

   manual_put(
      t, "\n## %s\n\n| opcode | syntax | class | may have | meaning |\n| --- | --- | --- | --- | --- |\n",
      title);
   for (size_t i = 0; i < count; i++) {
      if (strncmp(table[i].name, prefix, strlen(prefix)))
         continue;
      manual_put(t, "| 0x%03x | `", table[i].opcode);
      put_syntax(t, &table[i]);
      manual_put(t, "` | %s | ", class_names[table[i].cls]);
      put_extras(t, &table[i]);
      manual_put(t, " | ");
      manual_put_cell(t, table[i].doc);
      manual_put(t, " |\n");
   }
}

void manual_isa(manual_text *t)
{
   size_t count;

   isa_table(&count);
   manual_put(
      t,
      "# Reference: instructions\n\nGenerated from `gpu/isa.def` by `figment manual`; the rules that all "
      "instructions share are in [isa.md](isa.md).\n%zu instructions. Operands in the syntax column:\n\n"
      "| written | admits | registers |\n| --- | --- | --- |\n",
      count);
   for (unsigned k = ISA_K_N + 1; k < sizeof placeholders / sizeof *placeholders; k++)
      manual_put(t, "| `%s` | %s | %u |\n", placeholders[k], isa_kind_text(k), isa_kind_regs(k));
   manual_put(
      t,
      "\n`+imm` is 0 to %u bytes. In \"meaning\", D is the destination, A B C are the sources by their "
      "place in the word (an absent one keeps its letter), of the same lane.\n",
      ISA_IMM_MAX);
   manual_put(t, "\n| class | what |\n| --- | --- |\n");
#define X(name, doc) manual_put(t, "| %s | %s |\n", #name, doc);
   ISA_CLASS_LIST(X)
#undef X
   for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
      put_group(t, groups[g].prefix, groups[g].title);
}

void manual_instruction(manual_text *t, const isa_info *info)
{
   put_syntax(t, info);
   manual_put(t, "\n   opcode 0x%03x, class %s", info->opcode, class_names[info->cls]);
   size_t before = t->length;
   manual_put(t, ", may have ");
   size_t start = t->length;
   put_extras(t, info);
   if (t->length <= start && t->p) {
      t->length = before;
      t->p[before] = '\0';
   }
   manual_put(t, "\n   %s\n", info->doc);
}
