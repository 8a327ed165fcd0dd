// Powers modulo a 31-bit prime by doubling, Fermat's little theorem, extended Euclid.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
const uint P = 2147483629u;
uint addmod(uint a, uint b) { uint s = a + b; return s >= P ? s - P : s; }
uint mulmod(uint a, uint b)
{
   uint r = 0;
   while (b != 0) {
      if ((b & 1u) == 1u)
         r = addmod(r, a);
      a = addmod(a, a);
      b >>= 1;
   }
   return r;
}
uint power(uint a, uint n)
{
   uint r = 1;
   for (; n != 0; n >>= 1, a = mulmod(a, a))
      if ((n & 1u) != 0)
         r = mulmod(r, a);
   return r;
}
int inverse_of(int a)
{
   int r0 = int(P), r1 = a, t0 = 0, t1 = 1;
   while (r1 != 0) {
      int q = r0 / r1, r = r0 - q * r1, t = t0 - q * t1;
      r0 = r1; r1 = r; t0 = t1; t1 = t;
   }
   return t0 < 0 ? t0 + int(P) : t0;
}
void main()
{
   uint a = random_dw[GID] % (P - 1) + 1;
   put(GID * 3, power(a, P - 1));
   put(GID * 3 + 1, power(a, random_dw[GID + 1024]));
   put(GID * 3 + 2, int(power(a, P - 2)) - inverse_of(int(a)));
}
