/* The shader instruction set as data: enums, the record table, encode and decode.
 *
 * Shared by assembler, compiler, interpreter, disassembler and tests. Decoding is total: every
 * 64-bit pattern is either a valid instruction or a defined error. Manual: chapter "Shader ISA".
 *
 * Instruction word (64 bits):
 *   [9:0]   opcode
 *   [10]    ND: the destination's inactive lanes are dead and may take any value
 *   [19:11] dst      [28:20] src0     [37:29] src1     [46:38] src2   (9-bit operand numbers)
 *   ALU:    [47] neg0 [48] neg1 [49] neg2 [50] abs0 [51] abs1 [52] abs2 [53] sat   [63:54] zero
 *   MEM:    [58:47] imm, unsigned bytes   [59] RET (atomics: return old value)
 *           [60] COHERENT (bypass the L1)   [63:61] zero
 *   IMG:    [50:47] DIM (enum gpu_dim of image.h) [53:51] LOD mode [54] OFFSET [55] COMPARE
 *           [57:56] component [58] SAMPLE index [59] RET [60] COHERENT [63:61] zero
 *   BRANCH: [63:32] signed distance in 64-bit words from the following instruction; [31:29] zero;
 *           src0 is the only operand
 * Fields of absent operands are zero. ND needs a vector destination of an instruction that is not
 * PARTIAL; neg and abs need the operand and ISA_F_FMOD, sat besides a vector destination; RET needs
 * ISA_F_ATOMIC (without it D keeps its value). Elsewhere those bits must be zero.
 * An instruction with a literal operand is followed by one more 64-bit word: the literal in [31:0],
 * zeros above. At most one literal per instruction (it may be named by several operands). Where an operand has
 * 64 bits, inline constants and literals keep their 32 bits and are widened: see ISA_K_A2 and ISA_K_F2.
 *
 * Sources are read before the destination is written, so both may name the same registers, also in part. Only
 * the destination of a vector load of several dwords must not overlap its address registers.
 *
 * Operand numbers: 0..255 v0..v255 · 256..383 s0..s127 · 384..447 integers -16..47 ·
 * 448..455 0.5 -0.5 1 -1 2 -2 4 -4 as f32 · 464 literal · 465 exec · others undefined.
 */
#ifndef GPU_ISA_H
#define GPU_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ISA_WAVE_LANES 32u
#define ISA_MAX_VREGS 256u
#define ISA_MAX_SREGS 128u
#define ISA_OPCODES 1024u
#define ISA_IMM_MAX 4095u /* largest MEM immediate, bytes */

enum isa_operand_number {
   ISA_V0 = 0,
   ISA_S0 = 256,
   ISA_INT_M16 = 384, /* inline integer i is ISA_INT_M16 + 16 + i, -16 <= i <= 47 */
   ISA_FLT_0_5 = 448,
   ISA_FLT_M0_5,
   ISA_FLT_1,
   ISA_FLT_M1,
   ISA_FLT_2,
   ISA_FLT_M2,
   ISA_FLT_4,
   ISA_FLT_M4,
   ISA_LITERAL = 464,
   ISA_EXEC = 465,
};

/* Operand kinds: what may stand there, and how many consecutive registers it names. */
enum isa_kind {
   ISA_K_N,                                /* absent */
   ISA_K_V1, ISA_K_V2, ISA_K_V3, ISA_K_V4, /* vector registers only */
   ISA_K_S1, ISA_K_S2, ISA_K_S4, ISA_K_S8, /* scalar registers only; S1 also exec */
   ISA_K_A1,                               /* vector, scalar, exec, inline or literal */
   ISA_K_U1,                               /* scalar, exec, inline or literal */
   ISA_K_P2,                               /* 64-bit address: 2 vector or 2 scalar registers */
   ISA_K_D4,                               /* buffer descriptor: 4 vector or 4 scalar registers */
   ISA_K_A2,                               /* 64-bit integer: 2 vector or 2 scalar registers, low half first, or an
                                              inline or literal whose 32 bits are sign-extended */
   ISA_K_F2,                               /* f64: the same registers, or an inline or literal whose 32 bits, read as
                                              f32, are converted exactly (a NaN to 0x7ff8000000000000) */
   ISA_K_VA,                               /* image address: vector registers, as many as the fields ask for */
};

enum isa_format { ISA_FMT_NONE, ISA_FMT_ALU, ISA_FMT_MEM, ISA_FMT_BRANCH, ISA_FMT_IMG };

/* Where the level of detail of an image instruction comes from. */
enum isa_lod {
   ISA_LOD_ZERO,  /* level 0: no operand */
   ISA_LOD_LEVEL, /* operand: f32 for sampling, integer for load and store */
   ISA_LOD_GRAD,  /* operands: d/dx of every coordinate, then d/dy */
   ISA_LOD_QUAD,  /* gradients are differences inside each quad of lanes 4n..4n+3 */
   ISA_LOD_BIAS,  /* QUAD, and the operand is added to the level of detail */
   ISA_LOD_COUNT
};

/* Scheduling classes: what the timing model and the compiler's scheduler cost by. */
#define ISA_CLASS_LIST(X)                                                                          \
   X(SALU, "scalar ALU") X(VALU, "vector ALU, full rate") X(VCMP, "vector compare to mask")        \
   X(VMUL, "32-bit integer multiply") X(VTRANS, "transcendental") X(VDIV, "division, square root") \
   X(XLANE, "cross-lane") X(SMEM, "scalar memory") X(VMEM, "vector memory") X(ATOM, "atomic")      \
   X(LDS, "local data share") X(BRANCH, "branch") X(SYNC, "barrier, fence, yield")                 \
   X(VDP, "64-bit vector arithmetic")
enum isa_class {
#define X(name, doc) ISA_CLASS_##name,
   ISA_CLASS_LIST(X)
#undef X
   ISA_CLASS_COUNT
};

#define ISA_F_FMOD 0x01u    /* neg, abs, sat fields are allowed */
#define ISA_F_LOAD 0x02u
#define ISA_F_STORE 0x04u
#define ISA_F_ATOMIC 0x08u
#define ISA_F_PARTIAL 0x10u /* reads its destination too */
/* What fields an IMG instruction may have (DIM it always has). */
#define ISA_F_IMG_LEVEL 0x100u   /* LOD modes ZERO and LEVEL */
#define ISA_F_IMG_LOD 0x200u     /* all LOD modes, not BUFFER */
#define ISA_F_IMG_OFFSET 0x400u
#define ISA_F_IMG_COMPARE 0x800u
#define ISA_F_IMG_SAMPLE 0x1000u /* sample index, with DIM 2D and 2D_ARRAY */
#define ISA_F_IMG_GATHER 0x2000u /* component; DIM 2D, 2D_ARRAY, CUBE, CUBE_ARRAY */

enum isa_op {
#define ISA_OP(name, opcode, ...) ISA_OP_##name = opcode,
#include "isa.def"
#undef ISA_OP
};

typedef struct isa_info {
   const char *name;
   uint16_t opcode;
   uint8_t format;   /* enum isa_format */
   uint8_t cls;      /* enum isa_class */
   uint8_t dst;      /* enum isa_kind */
   uint8_t src[3];   /* enum isa_kind */
   uint32_t flags;
   const char *doc;
} isa_info;

/* Fields of format IMG. */
typedef struct isa_img {
   uint8_t dim;       /* enum gpu_dim */
   uint8_t lod;       /* enum isa_lod */
   uint8_t component; /* gathered: 0..3 */
   bool offset, compare, sample;
} isa_img;

/* One decoded instruction. Absent operands are 0. */
typedef struct isa_inst {
   uint16_t op;            /* enum isa_op */
   uint16_t dst, src[3];   /* operand numbers */
   bool nd;
   uint8_t neg, abs;       /* bit i: modifier of src[i]; abs acts before neg */
   bool sat;               /* clamp the result to [0, 1], NaN gives 0 */
   bool ret, coherent;     /* MEM, IMG */
   isa_img img;            /* IMG */
   uint32_t imm;           /* MEM: bytes, 0..ISA_IMM_MAX */
   int32_t target;         /* BRANCH: words from the following instruction */
   bool has_literal;
   uint32_t literal;
} isa_inst;

typedef enum isa_error {
   ISA_OK,
   ISA_E_OPCODE,    /* no such opcode */
   ISA_E_OPERAND,   /* operand number not allowed there, or register range past the end */
   ISA_E_RESERVED,  /* a must-be-zero field is not zero */
   ISA_E_TRUNCATED, /* literal word missing */
   ISA_E_RANGE,     /* encode only: immediate or modifier does not fit */
} isa_error;

/* Record of an opcode (any value), NULL if undefined. */
const isa_info *isa_lookup(uint32_t opcode);
/* Record by mnemonic, NULL if unknown. */
const isa_info *isa_lookup_name(const char *name, size_t len);
/* All records in table order; *count is set. */
const isa_info *isa_table(size_t *count);

/* Number of registers that an operand kind names (0 for N, 1 for A1/U1, 2 for A2/F2). */
unsigned isa_kind_regs(unsigned kind);

/* Vector registers of an image address (ISA_K_VA), in this order: coordinates x y z as DIM has them, layer of
 * arrays, sample index, level or bias or gradients, packed offset, reference value. */
unsigned isa_img_regs(const isa_img *img);
/* Coordinates of a dimension without the layer: 1, 2 or 3. */
unsigned isa_img_coords(unsigned dim);
/* IMG fields as bits [58:47] of the instruction word, shifted down, and back. */
uint32_t isa_img_pack(const isa_img *img);
isa_img isa_img_unpack(uint32_t bits);
/* Text of a dimension ("2da") and of a LOD mode ("lod"); "?" if undefined. */
const char *isa_img_dim_text(unsigned dim);
const char *isa_img_lod_text(unsigned lod);
/* Registers that source i of this instruction names; isa_kind_regs for all kinds but ISA_K_VA. */
unsigned isa_source_regs(const isa_inst *inst, unsigned i);

/* May this operand number stand where the kind is asked for? */
bool isa_kind_allows(unsigned kind, uint32_t operand);
/* What a kind admits, for messages: "2 vector or 2 scalar registers". */
const char *isa_kind_text(unsigned kind);

/* Decode the instruction at words[0]; n is the number of words available (>= 1). On success *used is
 * 1 or 2. On error *out holds what could be read, *used is 1. */
isa_error isa_decode(const uint64_t *words, size_t n, isa_inst *out, unsigned *used);

/* Encode into words[0..1]; returns ISA_OK and the number of words in *used, or why it does not fit. */
isa_error isa_encode(const isa_inst *inst, uint64_t words[2], unsigned *used);

const char *isa_error_text(isa_error e);

/* Operand number of inline integer i, or ISA_LITERAL if there is none. */
static inline uint16_t isa_inline_int(int32_t i)
{
   return i >= -16 && i <= 47 ? (uint16_t)(ISA_INT_M16 + 16 + i) : (uint16_t)ISA_LITERAL;
}
/* Operand number of the inline constant with these 32 bits (integer or f32), or ISA_LITERAL. */
uint16_t isa_inline_bits(uint32_t bits);
/* The 32 bits of inline operand number `operand` (384..455); false if it is not inline. */
bool isa_inline_value(uint16_t operand, uint32_t *bits);

/* The text form is exact: assembling what isa_print wrote gives the same bits. Decimal integers and
 * floats become inline constants where one exists, hexadecimal numbers always become a literal word.
 *
 * Text: one instruction to buf, without newline: "v_add_f32 v3, v1, -abs(s4)". pc_words is used for
 * branch targets ("@12" = absolute word index). Returns the length as snprintf does. */
int isa_print(const isa_inst *inst, uint32_t pc_words, char *buf, size_t size);

/* Assemble a whole text (labels "name:", comments ';' or '//', raw words
 * ".word 0x..."). On success returns a malloc'ed array of words
 * and sets *count; on error returns NULL and writes "line:column: message" to err. */
uint64_t *isa_assemble(const char *text, size_t *count, char *err, size_t err_size);

#endif
