/* Encoders of RV32I instructions for tests that write programs by hand. */
#ifndef TESTS_RV32_ASM_H
#define TESTS_RV32_ASM_H

#include <stdint.h>

enum { ZERO, RA, SP, GP, TP, T0, T1, T2, S0, S1, A0, A1, A2, A3, A4, A5 };

static inline uint32_t asm_i(uint32_t opcode, uint32_t f3, uint32_t rd, uint32_t rs1, int32_t imm)
{
   return opcode | rd << 7 | f3 << 12 | rs1 << 15 | (uint32_t)imm << 20;
}
static inline uint32_t asm_r(uint32_t f7, uint32_t f3, uint32_t rd, uint32_t rs1, uint32_t rs2)
{
   return 0x33 | rd << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | f7 << 25;
}
static inline uint32_t addi(uint32_t rd, uint32_t rs1, int32_t imm) { return asm_i(0x13, 0, rd, rs1, imm); }
static inline uint32_t slli(uint32_t rd, uint32_t rs1, int32_t n) { return asm_i(0x13, 1, rd, rs1, n); }
static inline uint32_t lui(uint32_t rd, uint32_t imm20) { return 0x37 | rd << 7 | imm20 << 12; }
static inline uint32_t lw(uint32_t rd, uint32_t rs1, int32_t imm) { return asm_i(0x03, 2, rd, rs1, imm); }
static inline uint32_t store(uint32_t f3, uint32_t rs2, uint32_t rs1, int32_t imm)
{
   return 0x23 | ((uint32_t)imm & 31) << 7 | f3 << 12 | rs1 << 15 | rs2 << 20 | ((uint32_t)imm >> 5) << 25;
}
static inline uint32_t sw(uint32_t rs2, uint32_t rs1, int32_t imm) { return store(2, rs2, rs1, imm); }
static inline uint32_t branch(uint32_t f3, uint32_t rs1, uint32_t rs2, int32_t to)
{
   uint32_t o = (uint32_t)to;
   return 0x63 | (o >> 11 & 1) << 7 | (o >> 1 & 15) << 8 | f3 << 12 | rs1 << 15 | rs2 << 20 | (o >> 5 & 63) << 25 | (o >> 12 & 1) << 31;
}
static inline uint32_t bne(uint32_t rs1, uint32_t rs2, int32_t to) { return branch(1, rs1, rs2, to); }
static inline uint32_t jal(uint32_t rd, int32_t to)
{
   uint32_t o = (uint32_t)to;
   return 0x6f | rd << 7 | (o >> 12 & 255) << 12 | (o >> 11 & 1) << 20 | (o >> 1 & 1023) << 21 | (o >> 20 & 1) << 31;
}
static inline uint32_t jalr(uint32_t rd, uint32_t rs1, int32_t imm) { return asm_i(0x67, 0, rd, rs1, imm); }
static inline uint32_t csrrw(uint32_t rd, uint32_t csr, uint32_t rs1) { return asm_i(0x73, 1, rd, rs1, (int32_t)csr); }
static inline uint32_t csrrs(uint32_t rd, uint32_t csr, uint32_t rs1) { return asm_i(0x73, 2, rd, rs1, (int32_t)csr); }
#define ECALL 0x00000073u
#define EBREAK 0x00100073u
#define MRET 0x30200073u
#define WFI 0x10500073u
#define FENCE_I 0x0000100fu

#endif
