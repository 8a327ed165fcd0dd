/* Instruction decoder of the RV32IMC core: compressed instructions are expanded to their 32-bit form, which
 * is decoded into an operation with its operands. Total over all bit patterns. Leaves the meaning to
 * rv32_exec.c and rv32_csr.c.
 */
#include "rv32.h"

static uint32_t bits(uint32_t v, unsigned hi, unsigned lo)
{
   return (v >> lo) & ((2u << (hi - lo)) - 1u);
}

static int32_t sign_extend(uint32_t v, unsigned width)
{
   uint32_t sign = 1u << (width - 1);
   return (int32_t)((v ^ sign) - sign);
}

/* ---- compressed: encoders of the 32-bit forms ------------------------------------------------------- */
enum { OP_LOAD = 0x03, OP_MISC_MEM = 0x0f, OP_IMM = 0x13, OP_AUIPC = 0x17, OP_STORE = 0x23, OP_REG = 0x33,
       OP_LUI = 0x37, OP_BRANCH = 0x63, OP_JALR = 0x67, OP_JAL = 0x6f, OP_SYSTEM = 0x73 };

static uint32_t enc_i(uint32_t opcode, uint32_t f3, uint32_t rd, uint32_t rs1, int32_t imm)
{
   return opcode | rd << 7 | f3 << 12 | rs1 << 15 | (uint32_t)imm << 20;
}

static uint32_t enc_r(uint32_t f3, uint32_t f7, uint32_t rd, uint32_t rs1, uint32_t rs2)
{
   return OP_REG | rd << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | f7 << 25;
}

static uint32_t enc_s(uint32_t f3, uint32_t rs1, uint32_t rs2, uint32_t imm)
{
   return OP_STORE | bits(imm, 4, 0) << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | bits(imm, 11, 5) << 25;
}

static uint32_t enc_b(uint32_t f3, uint32_t rs1, uint32_t rs2, int32_t offset)
{
   uint32_t imm = (uint32_t)offset;
   return OP_BRANCH | bits(imm, 11, 11) << 7 | bits(imm, 4, 1) << 8 | f3 << 12 | rs1 << 15 | rs2 << 20 |
          bits(imm, 10, 5) << 25 | bits(imm, 12, 12) << 31;
}

static uint32_t enc_j(uint32_t rd, int32_t offset)
{
   uint32_t imm = (uint32_t)offset;
   return OP_JAL | rd << 7 | bits(imm, 19, 12) << 12 | bits(imm, 11, 11) << 20 | bits(imm, 10, 1) << 21 |
          bits(imm, 20, 20) << 31;
}

static uint32_t expand_quadrant0(uint32_t c)
{
   uint32_t rd = bits(c, 4, 2) + 8, rs1 = bits(c, 9, 7) + 8;
   uint32_t word_offset = bits(c, 12, 10) << 3 | bits(c, 6, 6) << 2 | bits(c, 5, 5) << 6;
   switch (bits(c, 15, 13)) {
   case 0: {
      uint32_t imm = bits(c, 12, 11) << 4 | bits(c, 10, 7) << 6 | bits(c, 6, 6) << 2 | bits(c, 5, 5) << 3;
      return imm ? enc_i(OP_IMM, 0, rd, 2, (int32_t)imm) : 0;
   }
   case 2: return enc_i(OP_LOAD, 2, rd, rs1, (int32_t)word_offset);
   case 6: return enc_s(2, rs1, rd, word_offset);
   default: return 0;
   }
}

static int32_t jump_offset(uint32_t c)
{
   return sign_extend(bits(c, 12, 12) << 11 | bits(c, 11, 11) << 4 | bits(c, 10, 9) << 8 | bits(c, 8, 8) << 10 |
                      bits(c, 7, 7) << 6 | bits(c, 6, 6) << 7 | bits(c, 5, 3) << 1 | bits(c, 2, 2) << 5, 12);
}

static int32_t branch_offset(uint32_t c)
{
   return sign_extend(bits(c, 12, 12) << 8 | bits(c, 11, 10) << 3 | bits(c, 6, 5) << 6 | bits(c, 4, 3) << 1 |
                      bits(c, 2, 2) << 5, 9);
}

static uint32_t expand_arithmetic(uint32_t c)
{
   static const uint8_t funct3[4] = { 0, 4, 6, 7 }; /* sub xor or and */
   uint32_t rd = bits(c, 9, 7) + 8, shift = bits(c, 6, 2), high = bits(c, 12, 12), kind = bits(c, 6, 5);
   switch (bits(c, 11, 10)) {
   case 0: return high ? 0 : enc_i(OP_IMM, 5, rd, rd, (int32_t)shift);
   case 1: return high ? 0 : enc_i(OP_IMM, 5, rd, rd, (int32_t)(shift | 0x400));
   case 2: return enc_i(OP_IMM, 7, rd, rd, sign_extend(high << 5 | shift, 6));
   default: return high ? 0 : enc_r(funct3[kind], kind ? 0 : 0x20, rd, rd, bits(c, 4, 2) + 8);
   }
}

static uint32_t expand_quadrant1(uint32_t c)
{
   uint32_t rd = bits(c, 11, 7), short_rs1 = bits(c, 9, 7) + 8;
   int32_t imm = sign_extend(bits(c, 12, 12) << 5 | bits(c, 6, 2), 6);
   switch (bits(c, 15, 13)) {
   case 0: return enc_i(OP_IMM, 0, rd, rd, imm);
   case 1: return enc_j(1, jump_offset(c));
   case 2: return enc_i(OP_IMM, 0, rd, 0, imm);
   case 3:
      if (!imm)
         return 0;
      if (rd != 2)
         return OP_LUI | rd << 7 | (uint32_t)imm << 12;
      return enc_i(OP_IMM, 0, 2, 2, sign_extend(bits(c, 12, 12) << 9 | bits(c, 6, 6) << 4 | bits(c, 5, 5) << 6 |
                                                bits(c, 4, 3) << 7 | bits(c, 2, 2) << 5, 10));
   case 4: return expand_arithmetic(c);
   case 5: return enc_j(0, jump_offset(c));
   case 6: return enc_b(0, short_rs1, 0, branch_offset(c));
   default: return enc_b(1, short_rs1, 0, branch_offset(c));
   }
}

static uint32_t expand_jump_or_move(uint32_t c)
{
   uint32_t rd = bits(c, 11, 7), rs2 = bits(c, 6, 2), high = bits(c, 12, 12);
   if (rs2)
      return enc_r(0, 0, rd, high ? rd : 0, rs2);
   if (rd)
      return enc_i(OP_JALR, 0, high, rd, 0);
   return high ? enc_i(OP_SYSTEM, 0, 0, 0, 1) : 0;
}

static uint32_t expand_quadrant2(uint32_t c)
{
   uint32_t rd = bits(c, 11, 7), rs2 = bits(c, 6, 2), high = bits(c, 12, 12);
   switch (bits(c, 15, 13)) {
   case 0: return high ? 0 : enc_i(OP_IMM, 1, rd, rd, (int32_t)rs2);
   case 2: return rd ? enc_i(OP_LOAD, 2, rd, 2, (int32_t)(high << 5 | bits(c, 6, 4) << 2 | bits(c, 3, 2) << 6)) : 0;
   case 4: return expand_jump_or_move(c);
   case 6: return enc_s(2, 2, rs2, bits(c, 12, 9) << 2 | bits(c, 8, 7) << 6);
   default: return 0;
   }
}

uint32_t rv32_expand(uint16_t c)
{
   switch (c & 3) {
   case 0: return expand_quadrant0(c);
   case 1: return expand_quadrant1(c);
   case 2: return expand_quadrant2(c);
   default: return 0;
   }
}

/* ---- 32-bit instructions -------------------------------------------------------------------------------- */
static int32_t imm_s(uint32_t w)
{
   return sign_extend(bits(w, 31, 25) << 5 | bits(w, 11, 7), 12);
}

static int32_t imm_b(uint32_t w)
{
   return sign_extend(bits(w, 31, 31) << 12 | bits(w, 7, 7) << 11 | bits(w, 30, 25) << 5 | bits(w, 11, 8) << 1, 13);
}

static int32_t imm_j(uint32_t w)
{
   return sign_extend(bits(w, 31, 31) << 20 | bits(w, 19, 12) << 12 | bits(w, 20, 20) << 11 | bits(w, 30, 21) << 1, 21);
}

static uint8_t op_imm(uint32_t w, uint32_t f3)
{
   static const uint8_t op[8] = { RV32_ADDI, RV32_SLLI, RV32_SLTI, RV32_SLTIU, RV32_XORI, RV32_SRLI, RV32_ORI, RV32_ANDI };
   uint32_t f7 = bits(w, 31, 25);
   if (f3 == 5 && f7 == 0x20)
      return RV32_SRAI;
   if ((f3 == 1 || f3 == 5) && f7)
      return RV32_ILLEGAL;
   return op[f3];
}

static uint8_t op_reg(uint32_t w, uint32_t f3)
{
   static const uint8_t base[8] = { RV32_ADD, RV32_SLL, RV32_SLT, RV32_SLTU, RV32_XOR, RV32_SRL, RV32_OR, RV32_AND };
   static const uint8_t muldiv[8] = { RV32_MUL, RV32_MULH, RV32_MULHSU, RV32_MULHU, RV32_DIV, RV32_DIVU, RV32_REM, RV32_REMU };
   switch (bits(w, 31, 25)) {
   case 0x00: return base[f3];
   case 0x01: return muldiv[f3];
   case 0x20: return f3 == 0 ? RV32_SUB : f3 == 5 ? RV32_SRA : RV32_ILLEGAL;
   default: return RV32_ILLEGAL;
   }
}

static uint8_t op_system(uint32_t w, uint32_t f3)
{
   static const uint8_t csr[8] = { RV32_ILLEGAL, RV32_CSRRW, RV32_CSRRS, RV32_CSRRC,
                                   RV32_ILLEGAL, RV32_CSRRWI, RV32_CSRRSI, RV32_CSRRCI };
   if (f3)
      return csr[f3];
   switch (w) {
   case 0x00000073: return RV32_ECALL;
   case 0x00100073: return RV32_EBREAK;
   case 0x30200073: return RV32_MRET;
   case 0x10500073: return RV32_WFI;
   default: return RV32_ILLEGAL;
   }
}

static void decode_full(uint32_t w, rv32_inst *i)
{
   static const uint8_t load[8] = { RV32_LB, RV32_LH, RV32_LW, RV32_ILLEGAL, RV32_LBU, RV32_LHU, RV32_ILLEGAL, RV32_ILLEGAL };
   static const uint8_t store[8] = { RV32_SB, RV32_SH, RV32_SW, RV32_ILLEGAL, RV32_ILLEGAL, RV32_ILLEGAL, RV32_ILLEGAL, RV32_ILLEGAL };
   static const uint8_t branch[8] = { RV32_BEQ, RV32_BNE, RV32_ILLEGAL, RV32_ILLEGAL, RV32_BLT, RV32_BGE, RV32_BLTU, RV32_BGEU };
   uint32_t f3 = bits(w, 14, 12);
   i->rd = (uint8_t)bits(w, 11, 7);
   i->rs1 = (uint8_t)bits(w, 19, 15);
   i->rs2 = (uint8_t)bits(w, 24, 20);
   i->imm = sign_extend(bits(w, 31, 20), 12);
   i->op = RV32_ILLEGAL;
   switch (bits(w, 6, 0)) {
   case OP_LUI: i->op = RV32_LI, i->imm = (int32_t)(w & 0xfffff000u); break;
   case OP_AUIPC: i->op = RV32_AUIPC, i->imm = (int32_t)(w & 0xfffff000u); break;
   case OP_IMM:
      i->op = op_imm(w, f3);
      if (f3 == 1 || f3 == 5)
         i->imm = i->rs2;
      break;
   case OP_REG: i->op = op_reg(w, f3); break;
   case OP_LOAD: i->op = load[f3]; break;
   case OP_STORE: i->op = store[f3], i->imm = imm_s(w); break;
   case OP_BRANCH: i->op = branch[f3], i->imm = imm_b(w); break;
   case OP_JAL: i->op = RV32_JAL, i->imm = imm_j(w); break;
   case OP_JALR: i->op = f3 ? RV32_ILLEGAL : RV32_JALR; break;
   case OP_MISC_MEM: i->op = f3 == 0 ? RV32_FENCE : f3 == 1 ? RV32_FENCE_I : RV32_ILLEGAL; break;
   case OP_SYSTEM: i->op = op_system(w, f3), i->imm = (int32_t)bits(w, 31, 20); break;
   default: break;
   }
}

rv32_inst rv32_decode(uint32_t word)
{
   rv32_inst i = { 0 };
   bool full = (word & 3) == 3;
   uint32_t seen = full ? word : word & 0xffff;
   i.length_B = full ? 4 : 2;
   decode_full(full ? word : rv32_expand((uint16_t)word), &i);
   if (i.op == RV32_ILLEGAL)
      i.imm = (int32_t)seen;
   return i;
}
