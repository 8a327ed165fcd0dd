// All solutions of the eight queens by backtracking with a stack; lane n fixes the first two rows.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   uint a = LID & 7u, b = LID >> 3, count = 0;
   uint left[9], columns[9], down[9], up[9];
   if (a != b && a + 1 != b && b + 1 != a) {
      int row = 2;
      columns[2] = 1u << a | 1u << b;
      down[2] = 4u << a >> 0 | 2u << b;
      up[2] = (1u << a) >> 2 | (1u << b) >> 1;
      left[2] = ~(columns[2] | down[2] | up[2]) & 255u;
      while (row >= 2) {
         if (left[row] == 0u) {
            row--;
            continue;
         }
         uint bit = left[row] & -left[row];
         left[row] ^= bit;
         if (row == 7) {
            count++;
            continue;
         }
         columns[row + 1] = columns[row] | bit;
         down[row + 1] = (down[row] | bit) << 1;
         up[row + 1] = (up[row] | bit) >> 1;
         row++;
         left[row] = ~(columns[row] | down[row] | up[row]) & 255u;
      }
   }
   put(LID, count);
   atomicAdd(result[64], count);
}
