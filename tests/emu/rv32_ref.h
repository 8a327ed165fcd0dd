/* Reference RV32IMC core for tests: decodes every instruction every time, straight from the manual's bit layouts,
 * and shares no code with emu/rv32_*.c. Header only, one user per program.
 */
#ifndef TESTS_RV32_REF_H
#define TESTS_RV32_REF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct ref_core {
   uint32_t x[32], pc;
   uint64_t instret;
   uint32_t mstatus, mie, mip, mtvec, mscratch, mepc, mcause, mtval;
   uint64_t cycle_bias, instret_bias;
   bool in_trap, halted, wfi;
   uint32_t halt_pc, halt_cause, halt_tval;
   uint8_t *sram;
   uint32_t sram_B;
   uint32_t (*read)(void *context, uint32_t offset);
   void (*write)(void *context, uint32_t offset, uint32_t value);
   void *context;
   uint32_t bus_B;
} ref_core;

static uint32_t ref_field(uint32_t v, int hi, int lo)
{
   return (v << (31 - hi)) >> (31 - hi + lo);
}

static int32_t ref_signed(uint32_t v, int width)
{
   return (int32_t)(v << (32 - width)) >> (32 - width);
}

static void ref_trap(ref_core *c, uint32_t cause, uint32_t tval)
{
   if (c->in_trap || c->mtvec == 0) {
      c->halted = true;
      c->halt_pc = c->pc;
      c->halt_cause = cause;
      c->halt_tval = tval;
      return;
   }
   c->in_trap = true;
   c->mepc = c->pc;
   c->mcause = cause;
   c->mtval = tval;
   c->mstatus = (c->mstatus & 8) << 4;
   c->pc = c->mtvec;
}

static void ref_set(ref_core *c, uint32_t rd, uint32_t v)
{
   if (rd)
      c->x[rd] = v;
}

static void ref_retire(ref_core *c, uint32_t next)
{
   c->pc = next;
   c->instret++;
}

/* False: it trapped. */
static bool ref_load(ref_core *c, uint32_t address, unsigned size, bool is_signed, uint32_t *v)
{
   if (address & (size - 1)) {
      ref_trap(c, 4, address);
      return false;
   }
   if (address < c->sram_B) {
      uint32_t raw = 0;
      for (unsigned i = 0; i < size; i++)
         raw |= (uint32_t)c->sram[address + i] << (8 * i);
      *v = is_signed && size < 4 ? (uint32_t)ref_signed(raw, (int)size * 8) : raw;
      return true;
   }
   if (size == 4 && address >= 0x40000000u && address < 0x40000000u + c->bus_B) {
      *v = c->read(c->context, address - 0x40000000u);
      return true;
   }
   ref_trap(c, 5, address);
   return false;
}

static bool ref_store(ref_core *c, uint32_t address, unsigned size, uint32_t v)
{
   if (address & (size - 1)) {
      ref_trap(c, 6, address);
      return false;
   }
   if (address < c->sram_B) {
      for (unsigned i = 0; i < size; i++)
         c->sram[address + i] = (uint8_t)(v >> (8 * i));
      return true;
   }
   if (size == 4 && address >= 0x40000000u && address < 0x40000000u + c->bus_B) {
      c->write(c->context, address - 0x40000000u, v);
      return true;
   }
   ref_trap(c, 7, address);
   return false;
}

static bool ref_csr_get(ref_core *c, uint32_t n, uint32_t *v)
{
   uint64_t cyc = c->instret + c->cycle_bias, ins = c->instret + c->instret_bias;
   switch (n) {
   case 0x300: *v = c->mstatus | 0x1800; return true;
   case 0x301: *v = 0x40001104; return true;
   case 0x304: *v = c->mie; return true;
   case 0x305: *v = c->mtvec; return true;
   case 0x340: *v = c->mscratch; return true;
   case 0x341: *v = c->mepc; return true;
   case 0x342: *v = c->mcause; return true;
   case 0x343: *v = c->mtval; return true;
   case 0x344: *v = c->mip; return true;
   case 0xb00: case 0xc00: *v = (uint32_t)cyc; return true;
   case 0xb80: case 0xc80: *v = (uint32_t)(cyc >> 32); return true;
   case 0xb02: case 0xc02: *v = (uint32_t)ins; return true;
   case 0xb82: case 0xc82: *v = (uint32_t)(ins >> 32); return true;
   case 0x310: case 0xf11: case 0xf12: case 0xf13: case 0xf14: *v = 0; return true;
   default: return false;
   }
}

static void ref_csr_put(ref_core *c, uint32_t n, uint32_t v)
{
   uint64_t after = c->instret + 1;
   switch (n) {
   case 0x300: c->mstatus = v & 0x88; break;
   case 0x304: c->mie = v & 0x800; break;
   case 0x305: c->mtvec = v & ~3u; break;
   case 0x340: c->mscratch = v; break;
   case 0x341: c->mepc = v & ~1u; break;
   case 0x342: c->mcause = v; break;
   case 0x343: c->mtval = v; break;
   case 0xb00: c->cycle_bias = (((after + c->cycle_bias) >> 32 << 32) | v) - after; break;
   case 0xb80: c->cycle_bias = ((uint64_t)v << 32 | (uint32_t)(after + c->cycle_bias)) - after; break;
   case 0xb02: c->instret_bias = (((after + c->instret_bias) >> 32 << 32) | v) - after; break;
   case 0xb82: c->instret_bias = ((uint64_t)v << 32 | (uint32_t)(after + c->instret_bias)) - after; break;
   default: break;
   }
}

static void ref_compressed(ref_core *c, uint32_t i)
{
   uint32_t next = c->pc + 2, v, rd = ref_field(i, 11, 7), rs2 = ref_field(i, 6, 2);
   uint32_t rdp = 8 + ref_field(i, 4, 2), rsp = 8 + ref_field(i, 9, 7), b12 = ref_field(i, 12, 12);
   int32_t imm6 = ref_signed(b12 << 5 | rs2, 6);
   switch ((i & 3) << 3 | i >> 13) {
   case 000: {
      uint32_t imm = ref_field(i, 10, 7) << 6 | ref_field(i, 12, 11) << 4 | ref_field(i, 5, 5) << 3 | ref_field(i, 6, 6) << 2;
      if (!imm)
         break;
      ref_set(c, rdp, c->x[2] + imm);
      ref_retire(c, next);
      return;
   }
   case 002: case 006: {
      uint32_t a = c->x[rsp] + (ref_field(i, 5, 5) << 6 | ref_field(i, 12, 10) << 3 | ref_field(i, 6, 6) << 2);
      if (i >> 13 == 2 ? !ref_load(c, a, 4, false, &v) : !ref_store(c, a, 4, c->x[rdp]))
         return;
      if (i >> 13 == 2)
         ref_set(c, rdp, v);
      ref_retire(c, next);
      return;
   }
   case 010: ref_set(c, rd, c->x[rd] + (uint32_t)imm6); ref_retire(c, next); return;
   case 012: ref_set(c, rd, (uint32_t)imm6); ref_retire(c, next); return;
   case 011: case 015: {
      int32_t off = ref_signed(b12 << 11 | ref_field(i, 8, 8) << 10 | ref_field(i, 10, 9) << 8 | ref_field(i, 6, 6) << 7 |
                               ref_field(i, 7, 7) << 6 | ref_field(i, 2, 2) << 5 | ref_field(i, 11, 11) << 4 |
                               ref_field(i, 5, 3) << 1, 12);
      uint32_t to = c->pc + (uint32_t)off;
      if (i >> 13 == 1)
         ref_set(c, 1, next);
      ref_retire(c, to);
      return;
   }
   case 013:
      if (!imm6)
         break;
      if (rd == 2)
         c->x[2] += (uint32_t)ref_signed(b12 << 9 | ref_field(i, 4, 3) << 7 | ref_field(i, 5, 5) << 6 |
                                         ref_field(i, 2, 2) << 5 | ref_field(i, 6, 6) << 4, 10);
      else
         ref_set(c, rd, (uint32_t)imm6 << 12);
      ref_retire(c, next);
      return;
   case 014: {
      uint32_t a = c->x[rsp], b = c->x[rdp], kind = ref_field(i, 11, 10);
      if (b12 && kind != 2)
         break;
      if (kind == 0)
         a >>= rs2;
      else if (kind == 1)
         a = (uint32_t)((int32_t)a >> rs2);
      else if (kind == 2)
         a &= (uint32_t)imm6;
      else {
         uint32_t op = ref_field(i, 6, 5);
         a = op == 0 ? a - b : op == 1 ? a ^ b : op == 2 ? a | b : a & b;
      }
      ref_set(c, rsp, a);
      ref_retire(c, next);
      return;
   }
   case 016: case 017: {
      int32_t off = ref_signed(b12 << 8 | ref_field(i, 6, 5) << 6 | ref_field(i, 2, 2) << 5 | ref_field(i, 11, 10) << 3 |
                               ref_field(i, 4, 3) << 1, 9);
      bool zero = c->x[rsp] == 0;
      ref_retire(c, zero == (i >> 13 == 6) ? c->pc + (uint32_t)off : next);
      return;
   }
   case 020:
      if (b12)
         break;
      ref_set(c, rd, c->x[rd] << rs2);
      ref_retire(c, next);
      return;
   case 022:
      if (!rd)
         break;
      if (!ref_load(c, c->x[2] + (ref_field(i, 3, 2) << 6 | b12 << 5 | ref_field(i, 6, 4) << 2), 4, false, &v))
         return;
      ref_set(c, rd, v);
      ref_retire(c, next);
      return;
   case 024:
      if (rs2) {
         ref_set(c, rd, (b12 ? c->x[rd] : 0) + c->x[rs2]);
         ref_retire(c, next);
         return;
      }
      if (!rd && !b12)
         break;
      if (!rd) {
         ref_trap(c, 3, c->pc);
         return;
      }
      v = c->x[rd] & ~1u;
      if (b12)
         ref_set(c, 1, next);
      ref_retire(c, v);
      return;
   case 026:
      if (ref_store(c, c->x[2] + (ref_field(i, 8, 7) << 6 | ref_field(i, 12, 9) << 2), 4, c->x[rs2]))
         ref_retire(c, next);
      return;
   default: break;
   }
   ref_trap(c, 2, i);
}

static bool ref_arith(uint32_t f7, uint32_t f3, uint32_t a, uint32_t b, uint32_t *r)
{
   int32_t sa = (int32_t)a, sb = (int32_t)b;
   switch (f7 << 3 | f3) {
   case 0000: *r = a + b; return true;
   case 0001: *r = a << (b & 31); return true;
   case 0002: *r = sa < sb; return true;
   case 0003: *r = a < b; return true;
   case 0004: *r = a ^ b; return true;
   case 0005: *r = a >> (b & 31); return true;
   case 0006: *r = a | b; return true;
   case 0007: *r = a & b; return true;
   case 0400: *r = a - b; return true;
   case 0405: *r = (uint32_t)(sa >> (b & 31)); return true;
   case 0010: *r = a * b; return true;
   case 0011: *r = (uint32_t)((uint64_t)((int64_t)sa * sb) >> 32); return true;
   case 0012: *r = (uint32_t)((uint64_t)((int64_t)sa * (int64_t)(uint64_t)b) >> 32); return true;
   case 0013: *r = (uint32_t)((uint64_t)a * b >> 32); return true;
   case 0014: *r = !b ? ~0u : a == 0x80000000u && b == ~0u ? a : (uint32_t)(sa / sb); return true;
   case 0015: *r = b ? a / b : ~0u; return true;
   case 0016: *r = !b ? a : a == 0x80000000u && b == ~0u ? 0 : (uint32_t)(sa % sb); return true;
   case 0017: *r = b ? a % b : a; return true;
   default: return false;
   }
}

static void ref_system(ref_core *c, uint32_t i)
{
   uint32_t f3 = ref_field(i, 14, 12), rs1 = ref_field(i, 19, 15), csr = i >> 20, old;
   if (i == 0x73) {
      ref_trap(c, 11, 0);
   } else if (i == 0x100073) {
      ref_trap(c, 3, c->pc);
   } else if (i == 0x30200073) {
      c->mstatus = 0x80 | (c->mstatus & 0x80) >> 4;
      c->in_trap = false;
      ref_retire(c, c->mepc);
   } else if (i == 0x10500073) {
      c->wfi = true;
      ref_retire(c, c->pc + 4);
   } else if ((f3 & 3) == 0 || !ref_csr_get(c, csr, &old) || (csr >> 10 == 3 && ((f3 & 3) == 1 || rs1))) {
      ref_trap(c, 2, i);
   } else {
      uint32_t v = f3 & 4 ? rs1 : c->x[rs1];
      if ((f3 & 3) == 1)
         ref_csr_put(c, csr, v);
      else if (rs1)
         ref_csr_put(c, csr, (f3 & 3) == 2 ? old | v : old & ~v);
      ref_set(c, ref_field(i, 11, 7), old);
      ref_retire(c, c->pc + 4);
   }
}

static void ref_full(ref_core *c, uint32_t i)
{
   uint32_t f3 = ref_field(i, 14, 12), rd = ref_field(i, 11, 7), a = c->x[ref_field(i, 19, 15)], b = c->x[ref_field(i, 24, 20)];
   uint32_t imm = (uint32_t)((int32_t)i >> 20), next = c->pc + 4, v;
   switch (i & 0x7f) {
   case 0x37: ref_set(c, rd, i & 0xfffff000u); ref_retire(c, next); return;
   case 0x17: ref_set(c, rd, c->pc + (i & 0xfffff000u)); ref_retire(c, next); return;
   case 0x6f: {
      uint32_t to = c->pc + (uint32_t)ref_signed(i >> 31 << 20 | ref_field(i, 19, 12) << 12 | ref_field(i, 20, 20) << 11 |
                                                 ref_field(i, 30, 21) << 1, 21);
      ref_set(c, rd, next);
      ref_retire(c, to);
      return;
   }
   case 0x67:
      if (f3)
         break;
      ref_set(c, rd, next);
      ref_retire(c, (a + imm) & ~1u);
      return;
   case 0x63: {
      bool taken = f3 >> 1 == 0 ? a == b : f3 >> 1 == 2 ? (int32_t)a < (int32_t)b : a < b;
      if (f3 >> 1 == 1)
         break;
      uint32_t to = c->pc + (uint32_t)ref_signed(i >> 31 << 12 | ref_field(i, 7, 7) << 11 | ref_field(i, 30, 25) << 5 |
                                                 ref_field(i, 11, 8) << 1, 13);
      ref_retire(c, taken != (f3 & 1) ? to : next);
      return;
   }
   case 0x03:
      if (f3 == 3 || f3 > 5)
         break;
      if (!ref_load(c, a + imm, 1u << (f3 & 3), f3 < 4, &v))
         return;
      ref_set(c, rd, v);
      ref_retire(c, next);
      return;
   case 0x23:
      if (f3 > 2)
         break;
      if (ref_store(c, a + ((imm & ~31u) | rd), 1u << f3, b))
         ref_retire(c, next);
      return;
   case 0x13:
      if (f3 == 1 || f3 == 5) {
         if (i >> 25 != 0 && !(f3 == 5 && i >> 25 == 0x20))
            break;
         ref_arith(i >> 25, f3, a, ref_field(i, 24, 20), &v);
      } else {
         ref_arith(0, f3, a, imm, &v);
      }
      ref_set(c, rd, v);
      ref_retire(c, next);
      return;
   case 0x33:
      if (!ref_arith(i >> 25, f3, a, b, &v))
         break;
      ref_set(c, rd, v);
      ref_retire(c, next);
      return;
   case 0x0f:
      if (f3 > 1)
         break;
      ref_retire(c, next);
      return;
   case 0x73: ref_system(c, i); return;
   default: break;
   }
   ref_trap(c, 2, i);
}

/* One instruction, or one trap. */
static void ref_step(ref_core *c)
{
   if (c->pc >= c->sram_B) {
      ref_trap(c, 1, c->pc);
      return;
   }
   uint32_t i = c->sram[c->pc] | (uint32_t)c->sram[c->pc + 1] << 8;
   if ((i & 3) != 3) {
      ref_compressed(c, i);
      return;
   }
   if (c->pc + 2 >= c->sram_B) {
      ref_trap(c, 1, c->pc + 2);
      return;
   }
   ref_full(c, i | (uint32_t)c->sram[c->pc + 2] << 16 | (uint32_t)c->sram[c->pc + 3] << 24);
}

#endif
