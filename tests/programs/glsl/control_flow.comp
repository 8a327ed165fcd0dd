// Nested loops with continue, break, switch in loop in switch, early returns out of all of it.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
uint walk(uint x)
{
   uint acc = x;
   for (uint i = 0; i < 12; i++) {
      if ((acc & 3) == 1) {
         acc += 7;
         continue;
      }
      uint j = 0;
      do {
         switch ((acc >> j) & 7) {
         case 0:
            acc = acc * 5 + 1;
            break;
         case 1:
         case 2:
            if (j > 3)
               break;
            acc ^= i << j;
            continue;
         case 6:
            for (uint k = 0;; k++) {
               if (k > (acc & 15))
                  break;
               switch (k % 3) {
               case 1: acc += k; continue;
               case 2: if ((acc & 0xf0) == 0x50) return acc ^ 0xaaaa;
               default: acc = (acc << 1) | (acc >> 31);
               }
            }
            // falls through
         case 3:
            acc -= 3;
            break;
         case 7:
            if (i > 8)
               return acc;
         default:
            acc = ~acc;
         }
         if (acc == 77)
            break;
      } while (++j < 5);
      if ((acc >> 28) == 15)
         break;
   }
   return acc * 2 + 1;
}
void nothing(inout uint x)
{
   if ((x & 1) == 0)
      return;
   while (true) {
      x >>= 1;
      if ((x & 1) == 0)
         return;
   }
}
void main()
{
   uint r = walk(random_dw[GID]);
   put(GID * 2, r);
   if (GID % 5 == 3)
      return;
   nothing(r);
   put(GID * 2 + 1, r);
}
