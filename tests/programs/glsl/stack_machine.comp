// An interpreter: random bytes are the program of a small stack machine, one per lane.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
struct machine { uint stack[16]; uint sp; uint pc; uint acc; };
void push(inout machine m, uint v) { m.stack[m.sp & 15u] = v; m.sp++; }
uint pop(inout machine m) { m.sp--; return m.stack[m.sp & 15u]; }
bool step_once(inout machine m, uint base)
{
   uint op = random_dw[(base + m.pc) & 16383u];
   m.pc++;
   switch (op & 15u) {
   case 0u: push(m, op >> 4); break;
   case 1u: push(m, pop(m) + pop(m)); break;
   case 2u: { uint a = pop(m), b = pop(m); push(m, b - a); } break;
   case 3u: push(m, pop(m) * (op | 1u)); break;
   case 4u: m.acc ^= pop(m); break;
   case 5u: if ((pop(m) & 1u) != 0u) m.pc += op >> 28; break;
   case 6u: { uint t = pop(m); push(m, t); push(m, t); } break;
   case 7u: m.stack[(m.sp + (op >> 5)) & 15u] = m.acc; break;
   case 8u: push(m, m.stack[(m.sp - (op >> 7)) & 15u]); break;
   case 9u: if (op >> 26 == 5u) return false; m.acc = m.acc >> 7 | m.acc << 25; break;
   case 10u: m.pc -= op >> 31; m.acc++; break;
   default: m.acc += m.pc ^ op;
   }
   return true;
}
void main()
{
   machine m;
   m.sp = m.pc = 0u;
   m.acc = GID;
   for (int i = 0; i < 16; i++)
      m.stack[i] = uint(i) * 0x01010101u;
   uint n = 0u;
   while (n < 300u && step_once(m, GID * 97u))
      n++;
   put(GID * 4, m.acc); put(GID * 4 + 1, m.pc); put(GID * 4 + 2, m.sp); put(GID * 4 + 3, pop(m) + n);
}
