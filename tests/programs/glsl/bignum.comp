// 256-bit product and sum with carries, schoolbook; and n! in 16 dwords.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32) in;
void main()
{
   uint a[8], b[8], r[16];
   for (int i = 0; i < 8; i++) {
      a[i] = random_dw[GID * 16 + i];
      b[i] = random_dw[GID * 16 + 8 + i];
   }
   for (int i = 0; i < 16; i++)
      r[i] = 0;
   for (int i = 0; i < 8; i++) {
      uint carry = 0;
      for (int j = 0; j < 8; j++) {
         uint high, low, c1, c2;
         umulExtended(a[i], b[j], high, low);
         low = uaddCarry(low, carry, c1);
         r[i + j] = uaddCarry(r[i + j], low, c2);
         carry = high + c1 + c2;
      }
      r[i + 8] = carry;
   }
   uint borrow = 0;
   for (int i = 0; i < 8; i++) {
      uint b1, b2, d = usubBorrow(r[i + 8], b[i], b1);
      d = usubBorrow(d, borrow, b2);
      borrow = b1 | b2;
      put(GID * 32 + i + 16, d);
   }
   for (int i = 0; i < 16; i++)
      put(GID * 32 + i, r[i]);
   uint f[8] = uint[8](1, 0, 0, 0, 0, 0, 0, 0);
   for (uint n = 2; n <= GID % 50; n++) {
      uint carry = 0;
      for (int i = 0; i < f.length(); i++) {
         uint high, low, c;
         umulExtended(f[i], n, high, low);
         f[i] = uaddCarry(low, carry, c);
         carry = high + c;
      }
   }
   for (int i = 0; i < 8; i++)
      put(GID * 32 + 24 + i, f[i]);
}
