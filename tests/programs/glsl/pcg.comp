// PCG-RXS-M-XS 32, 1000 steps a lane, and its jump-ahead, which must agree.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
uint output_of(uint s)
{
   uint w = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
   return (w >> 22u) ^ w;
}
uint jump(uint state, uint steps)
{
   uint mul = 747796405u, add = 2891336453u, am = 1u, aa = 0u;
   for (; steps > 0u; steps >>= 1) {
      if ((steps & 1u) != 0u) {
         am *= mul;
         aa = aa * mul + add;
      }
      add = (mul + 1u) * add;
      mul *= mul;
   }
   return am * state + aa;
}
void main()
{
   uint s = GID, acc = 0u;
   for (int i = 0; i < 1000; i++) {
      acc ^= output_of(s) + uint(i);
      s = s * 747796405u + 2891336453u;
   }
   put(GID * 2, acc);
   put(GID * 2 + 1, jump(GID, 1000u) - s);
}
