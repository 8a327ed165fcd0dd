// Game of life on a 32 x 32 torus, 50 generations.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32, local_size_y = 32) in;
shared bool cell[32][32];
void main()
{
   ivec2 p = ivec2(gl_LocalInvocationID.xy);
   cell[p.y][p.x] = (random_dw[p.y] >> p.x & 1) != 0;
   for (int g = 0; g < 50; g++) {
      barrier();
      int n = 0;
      for (int dy = -1; dy <= 1; dy++)
         for (int dx = -1; dx <= 1; dx++) {
            if (dx == 0 && dy == 0)
               continue;
            n += cell[(p.y + dy) & 31][(p.x + dx) & 31] ? 1 : 0;
         }
      bool next = n == 3 || (cell[p.y][p.x] && n == 2);
      barrier();
      cell[p.y][p.x] = next;
   }
   put(uint(p.y * 32 + p.x), cell[p.y][p.x] ? 1 : 0);
}
