/* The instruction set's binary form: record lookup, decode, encode and inline constants.
 *
 * Invariant: isa_decode accepts exactly the words that isa_encode produces, and both judge an
 * instruction by its isa.def record alone. Text is isa_text.c's, meaning is the interpreter's.
 */
#include "image.h"
#include "isa.h"

#include <string.h>

enum {
#define ISA_OP(name, ...) INDEX_##name,
#include "isa.def"
#undef ISA_OP
   RECORDS
};

static const isa_info records[RECORDS] = {
#define ISA_OP(name, opcode, format, cls, dst, a, b, c, flags, doc)                                          \
   {#name, opcode, ISA_FMT_##format, ISA_CLASS_##cls, ISA_K_##dst, {ISA_K_##a, ISA_K_##b, ISA_K_##c},        \
    flags, doc},
#include "isa.def"
#undef ISA_OP
};

/* Opcode -> record index + 1, 0 where undefined. */
static const uint16_t record_of[ISA_OPCODES] = {
#define ISA_OP(name, opcode, ...) [opcode] = INDEX_##name + 1,
#include "isa.def"
#undef ISA_OP
};

static const uint32_t inline_floats[8] = {
   0x3f000000, 0xbf000000, 0x3f800000, 0xbf800000, 0x40000000, 0xc0000000, 0x40800000, 0xc0800000,
};

/* Bit positions of the instruction word (isa.h). */
enum {
   BIT_ND = 10,
   BIT_DST = 11,
   BIT_SRC0 = 20,
   OPERAND_BITS = 9,
   BIT_NEG0 = 47,
   BIT_ABS0 = 50,
   BIT_SAT = 53,
   BIT_IMM = 47,
   IMM_BITS = 12,
   BIT_RET = 59,
   BIT_COHERENT = 60,
   BIT_TARGET = 32,
   IMG_BITS = 12, /* [58:47] */
   IMG_BIT_LOD = 4,
   IMG_BIT_OFFSET = 7,
   IMG_BIT_COMPARE = 8,
   IMG_BIT_COMPONENT = 9,
   IMG_BIT_SAMPLE = 11,
};

static uint32_t field(uint64_t word, unsigned shift, unsigned bits)
{
   return (uint32_t)(word >> shift) & ((UINT32_C(1) << bits) - 1);
}

const isa_info *isa_lookup(uint32_t opcode)
{
   if (opcode >= ISA_OPCODES || !record_of[opcode])
      return NULL;
   return &records[record_of[opcode] - 1];
}

const isa_info *isa_lookup_name(const char *name, size_t len)
{
   for (size_t i = 0; i < RECORDS; i++)
      if (strlen(records[i].name) == len && !memcmp(records[i].name, name, len))
         return &records[i];
   return NULL;
}

const isa_info *isa_table(size_t *count)
{
   *count = RECORDS;
   return records;
}

unsigned isa_kind_regs(unsigned kind)
{
   static const uint8_t regs[] = {
      [ISA_K_N] = 0,  [ISA_K_V1] = 1, [ISA_K_V2] = 2, [ISA_K_V3] = 3, [ISA_K_V4] = 4,
      [ISA_K_S1] = 1, [ISA_K_S2] = 2, [ISA_K_S4] = 4, [ISA_K_S8] = 8, [ISA_K_A1] = 1,
      [ISA_K_U1] = 1, [ISA_K_P2] = 2, [ISA_K_D4] = 4, [ISA_K_A2] = 2, [ISA_K_F2] = 2,
      [ISA_K_VA] = 1,
   };
   return kind < sizeof regs ? regs[kind] : 0;
}

const char *isa_kind_text(unsigned kind)
{
   static const char *const text[] = {
      [ISA_K_N] = "nothing",
      [ISA_K_V1] = "a vector register",
      [ISA_K_V2] = "2 vector registers",
      [ISA_K_V3] = "3 vector registers",
      [ISA_K_V4] = "4 vector registers",
      [ISA_K_S1] = "a scalar register or exec",
      [ISA_K_S2] = "2 scalar registers",
      [ISA_K_S4] = "4 scalar registers",
      [ISA_K_S8] = "8 scalar registers",
      [ISA_K_A1] = "a vector register, scalar register, exec or number",
      [ISA_K_U1] = "a scalar register, exec or number",
      [ISA_K_P2] = "2 vector or 2 scalar registers",
      [ISA_K_D4] = "4 vector or 4 scalar registers",
      [ISA_K_VA] = "as many vector registers as the image address has",
      [ISA_K_A2] = "2 vector registers, 2 scalar registers or a number",
      [ISA_K_F2] = "2 vector registers, 2 scalar registers or an f32 number",
   };
   return kind < sizeof text / sizeof text[0] ? text[kind] : "nothing";
}

unsigned isa_img_coords(unsigned dim)
{
   static const uint8_t coords[GPU_DIM_COUNT] = {
      [GPU_DIM_1D] = 1,       [GPU_DIM_2D] = 2,       [GPU_DIM_3D] = 3,         [GPU_DIM_CUBE] = 3,
      [GPU_DIM_1D_ARRAY] = 1, [GPU_DIM_2D_ARRAY] = 2, [GPU_DIM_CUBE_ARRAY] = 3, [GPU_DIM_BUFFER] = 1,
   };
   return dim < GPU_DIM_COUNT ? coords[dim] : 0;
}

unsigned isa_img_regs(const isa_img *img)
{
   unsigned coords = isa_img_coords(img->dim), lod = 0;

   if (img->lod == ISA_LOD_GRAD)
      lod = 2 * coords;
   else if (img->lod == ISA_LOD_LEVEL || img->lod == ISA_LOD_BIAS)
      lod = 1;
   return coords + gpu_dim_is_array((enum gpu_dim)img->dim) + img->sample + lod + img->offset + img->compare;
}

const char *isa_img_dim_text(unsigned dim)
{
   static const char *const text[GPU_DIM_COUNT] = {"?",   "1d",  "2d",    "3d", "cube",
                                                   "1da", "2da", "cubea", "buf"};
   return dim < GPU_DIM_COUNT ? text[dim] : "?";
}

const char *isa_img_lod_text(unsigned lod)
{
   static const char *const text[ISA_LOD_COUNT] = {"?", "lod", "grad", "quad", "bias"};
   return lod < ISA_LOD_COUNT ? text[lod] : "?";
}

uint32_t isa_img_pack(const isa_img *img)
{
   return (uint32_t)img->dim | (uint32_t)img->lod << IMG_BIT_LOD | (uint32_t)img->offset << IMG_BIT_OFFSET |
          (uint32_t)img->compare << IMG_BIT_COMPARE | (uint32_t)img->component << IMG_BIT_COMPONENT |
          (uint32_t)img->sample << IMG_BIT_SAMPLE;
}

isa_img isa_img_unpack(uint32_t bits)
{
   return (isa_img){
      .dim = bits & 15,
      .lod = bits >> IMG_BIT_LOD & 7,
      .component = bits >> IMG_BIT_COMPONENT & 3,
      .offset = bits >> IMG_BIT_OFFSET & 1,
      .compare = bits >> IMG_BIT_COMPARE & 1,
      .sample = bits >> IMG_BIT_SAMPLE & 1,
   };
}

unsigned isa_source_regs(const isa_inst *inst, unsigned i)
{
   const isa_info *info = isa_lookup(inst->op);

   if (!info)
      return 0;
   return info->src[i] == ISA_K_VA ? isa_img_regs(&inst->img) : isa_kind_regs(info->src[i]);
}

static bool img_dim_allowed(const isa_info *info, unsigned dim)
{
   bool gatherable = dim == GPU_DIM_2D || dim == GPU_DIM_2D_ARRAY || gpu_dim_is_cube((enum gpu_dim)dim);

   if (dim == GPU_DIM_NONE || dim >= GPU_DIM_COUNT)
      return false;
   if (info->flags & ISA_F_IMG_GATHER)
      return gatherable;
   return dim != GPU_DIM_BUFFER || !(info->flags & ISA_F_IMG_LOD);
}

static bool img_lod_allowed(const isa_info *info, const isa_img *img)
{
   if (img->lod == ISA_LOD_ZERO)
      return true;
   if (info->flags & ISA_F_IMG_LEVEL)
      return img->lod == ISA_LOD_LEVEL && img->dim != GPU_DIM_BUFFER && !img->sample;
   return (info->flags & ISA_F_IMG_LOD) && img->lod < ISA_LOD_COUNT;
}

static bool img_fits(const isa_info *info, const isa_img *img)
{
   bool flat = img->dim == GPU_DIM_2D || img->dim == GPU_DIM_2D_ARRAY;
   bool cube = gpu_dim_is_cube((enum gpu_dim)img->dim);

   if (info->format != ISA_FMT_IMG)
      return !img->dim && !img->lod && !img->component && !img->offset && !img->compare && !img->sample;
   return img_dim_allowed(info, img->dim) && img_lod_allowed(info, img) &&
          (!img->offset || ((info->flags & ISA_F_IMG_OFFSET) && !cube)) &&
          (!img->compare || (info->flags & ISA_F_IMG_COMPARE)) &&
          (!img->component || ((info->flags & ISA_F_IMG_GATHER) && !img->compare && img->component < 4)) &&
          (!img->sample || ((info->flags & ISA_F_IMG_SAMPLE) && flat));
}

static bool in_vector(uint32_t operand, unsigned regs)
{
   return operand + regs <= ISA_V0 + ISA_MAX_VREGS;
}

static bool in_scalar(uint32_t operand, unsigned regs)
{
   return operand >= ISA_S0 && operand + regs <= ISA_S0 + ISA_MAX_SREGS;
}

static bool is_constant(uint32_t operand)
{
   return (operand >= ISA_INT_M16 && operand <= ISA_FLT_M4) || operand == ISA_LITERAL;
}

/* A 32-bit value that is the same for the whole wave. */
static bool is_uniform(uint32_t operand)
{
   return (operand >= ISA_S0 && operand <= ISA_FLT_M4) || operand == ISA_LITERAL || operand == ISA_EXEC;
}

bool isa_kind_allows(unsigned kind, uint32_t operand)
{
   unsigned regs = isa_kind_regs(kind);

   switch (kind) {
   case ISA_K_N:
      return operand == 0;
   case ISA_K_V1:
   case ISA_K_V2:
   case ISA_K_V3:
   case ISA_K_V4:
   case ISA_K_VA:
      return in_vector(operand, regs);
   case ISA_K_S1:
      return in_scalar(operand, regs) || operand == ISA_EXEC;
   case ISA_K_S2:
   case ISA_K_S4:
   case ISA_K_S8:
      return in_scalar(operand, regs);
   case ISA_K_A1:
      return in_vector(operand, regs) || is_uniform(operand);
   case ISA_K_U1:
      return is_uniform(operand);
   case ISA_K_P2:
   case ISA_K_D4:
      return in_vector(operand, regs) || in_scalar(operand, regs);
   case ISA_K_A2:
   case ISA_K_F2:
      return in_vector(operand, regs) || in_scalar(operand, regs) || is_constant(operand);
   }
   return false;
}

/* Only a vector destination has inactive lanes, and v_writelane writes one lane whatever exec is. */
static bool nd_allowed(const isa_info *info)
{
   return info->dst >= ISA_K_V1 && info->dst <= ISA_K_V4 && !(info->flags & ISA_F_PARTIAL);
}

static uint8_t modifier_mask(const isa_info *info)
{
   if (!(info->flags & ISA_F_FMOD))
      return 0;
   return (info->src[0] ? 1 : 0) | (info->src[1] ? 2 : 0) | (info->src[2] ? 4 : 0);
}

/* A mask cannot be clamped to [0, 1]: compares have neg and abs but no sat. */
static bool sat_allowed(const isa_info *info)
{
   return (info->flags & ISA_F_FMOD) && (info->dst == ISA_K_V1 || info->dst == ISA_K_V2);
}

static bool operands_legal(const isa_info *info, const isa_inst *inst)
{
   if (!isa_kind_allows(info->dst, inst->dst))
      return false;
   for (int i = 0; i < 3; i++)
      if (!isa_kind_allows(info->src[i], inst->src[i]) ||
          (info->src[i] == ISA_K_VA && !in_vector(inst->src[i], isa_img_regs(&inst->img))))
         return false;
   return true;
}

static bool names_literal(const isa_inst *inst)
{
   return inst->src[0] == ISA_LITERAL || inst->src[1] == ISA_LITERAL || inst->src[2] == ISA_LITERAL;
}

static void read_operands(uint64_t word, isa_inst *out, unsigned sources)
{
   out->dst = (uint16_t)field(word, BIT_DST, OPERAND_BITS);
   for (unsigned i = 0; i < sources; i++)
      out->src[i] = (uint16_t)field(word, BIT_SRC0 + i * OPERAND_BITS, OPERAND_BITS);
}

/* Reads the fields above the operands; false if a must-be-zero bit is set. */
static bool read_format_fields(uint64_t word, const isa_info *info, isa_inst *out)
{
   switch (info->format) {
   case ISA_FMT_ALU:
      out->neg = (uint8_t)field(word, BIT_NEG0, 3);
      out->abs = (uint8_t)field(word, BIT_ABS0, 3);
      out->sat = field(word, BIT_SAT, 1);
      return !(word >> (BIT_SAT + 1)) && !((out->neg | out->abs) & ~modifier_mask(info)) &&
             (!out->sat || sat_allowed(info));
   case ISA_FMT_MEM:
      out->imm = field(word, BIT_IMM, IMM_BITS);
      out->ret = field(word, BIT_RET, 1);
      out->coherent = field(word, BIT_COHERENT, 1);
      return !(word >> (BIT_COHERENT + 1)) && (!out->ret || (info->flags & ISA_F_ATOMIC));
   case ISA_FMT_IMG:
      out->img = isa_img_unpack(field(word, BIT_IMM, IMG_BITS));
      out->ret = field(word, BIT_RET, 1);
      out->coherent = field(word, BIT_COHERENT, 1);
      return !(word >> (BIT_COHERENT + 1)) && (!out->ret || (info->flags & ISA_F_ATOMIC)) &&
             img_fits(info, &out->img);
   case ISA_FMT_BRANCH:
      out->target = (int32_t)(uint32_t)(word >> BIT_TARGET);
      return !field(word, BIT_SRC0 + OPERAND_BITS, BIT_TARGET - BIT_SRC0 - OPERAND_BITS);
   default:
      return !(word >> BIT_NEG0);
   }
}

isa_error isa_decode(const uint64_t *words, size_t n, isa_inst *out, unsigned *used)
{
   uint64_t word = words[0];
   const isa_info *info = isa_lookup(field(word, 0, BIT_ND));

   *out = (isa_inst){.op = (uint16_t)field(word, 0, BIT_ND), .nd = field(word, BIT_ND, 1)};
   *used = 1;
   read_operands(word, out, info && info->format == ISA_FMT_BRANCH ? 1 : 3);
   if (!info)
      return ISA_E_OPCODE;
   bool fields_ok = read_format_fields(word, info, out);
   if (!operands_legal(info, out))
      return ISA_E_OPERAND;
   if (!fields_ok || (out->nd && !nd_allowed(info)))
      return ISA_E_RESERVED;
   if (!names_literal(out))
      return ISA_OK;
   if (n < 2)
      return ISA_E_TRUNCATED;
   if (words[1] >> 32)
      return ISA_E_RESERVED;
   out->has_literal = true;
   out->literal = (uint32_t)words[1];
   *used = 2;
   return ISA_OK;
}

/* Everything but the operands must suit the record, absent fields must be zero. */
static bool fields_fit(const isa_info *info, const isa_inst *inst)
{
   bool mem = info->format == ISA_FMT_MEM;

   if ((inst->neg | inst->abs) & ~modifier_mask(info))
      return false;
   if ((inst->sat && !sat_allowed(info)) || (inst->nd && !nd_allowed(info)))
      return false;
   if (inst->imm > (mem ? ISA_IMM_MAX : 0) || (inst->coherent && !mem && info->format != ISA_FMT_IMG))
      return false;
   if (!img_fits(info, &inst->img))
      return false;
   if (inst->ret && !(info->flags & ISA_F_ATOMIC))
      return false;
   if (inst->target && info->format != ISA_FMT_BRANCH)
      return false;
   return !inst->has_literal || names_literal(inst);
}

isa_error isa_encode(const isa_inst *inst, uint64_t words[2], unsigned *used)
{
   const isa_info *info = isa_lookup(inst->op);

   *used = 0;
   if (!info)
      return ISA_E_OPCODE;
   if (!operands_legal(info, inst))
      return ISA_E_OPERAND;
   if (!fields_fit(info, inst))
      return ISA_E_RANGE;
   uint64_t word = inst->op | (uint64_t)inst->nd << BIT_ND | (uint64_t)inst->dst << BIT_DST;
   for (int i = 0; i < 3; i++)
      word |= (uint64_t)inst->src[i] << (BIT_SRC0 + i * OPERAND_BITS);
   if (info->format == ISA_FMT_ALU)
      word |=
         (uint64_t)inst->neg << BIT_NEG0 | (uint64_t)inst->abs << BIT_ABS0 | (uint64_t)inst->sat << BIT_SAT;
   else if (info->format == ISA_FMT_MEM)
      word |= (uint64_t)inst->imm << BIT_IMM | (uint64_t)inst->ret << BIT_RET |
              (uint64_t)inst->coherent << BIT_COHERENT;
   else if (info->format == ISA_FMT_IMG)
      word |= (uint64_t)isa_img_pack(&inst->img) << BIT_IMM | (uint64_t)inst->ret << BIT_RET |
              (uint64_t)inst->coherent << BIT_COHERENT;
   else if (info->format == ISA_FMT_BRANCH)
      word |= (uint64_t)(uint32_t)inst->target << BIT_TARGET;
   words[0] = word;
   words[1] = inst->literal;
   *used = names_literal(inst) ? 2 : 1;
   return ISA_OK;
}

const char *isa_error_text(isa_error e)
{
   switch (e) {
   case ISA_OK:
      return "ok";
   case ISA_E_OPCODE:
      return "undefined opcode";
   case ISA_E_OPERAND:
      return "operand not allowed here, or registers past the end";
   case ISA_E_RESERVED:
      return "reserved field is not zero";
   case ISA_E_TRUNCATED:
      return "literal word missing";
   case ISA_E_RANGE:
      return "immediate or modifier does not fit";
   }
   return "unknown error";
}

uint16_t isa_inline_bits(uint32_t bits)
{
   uint16_t integer = isa_inline_int((int32_t)bits);

   if (integer != ISA_LITERAL)
      return integer;
   for (unsigned i = 0; i < 8; i++)
      if (inline_floats[i] == bits)
         return (uint16_t)(ISA_FLT_0_5 + i);
   return ISA_LITERAL;
}

bool isa_inline_value(uint16_t operand, uint32_t *bits)
{
   if (operand >= ISA_INT_M16 && operand < ISA_FLT_0_5) {
      *bits = (uint32_t)((int32_t)operand - ISA_INT_M16 - 16);
      return true;
   }
   if (operand >= ISA_FLT_0_5 && operand <= ISA_FLT_M4) {
      *bits = inline_floats[operand - ISA_FLT_0_5];
      return true;
   }
   return false;
}
