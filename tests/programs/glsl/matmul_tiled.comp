// 64 x 64 float matrices, 16 x 16 tiles in shared memory.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 16, local_size_y = 16) in;
shared float ta[16][16], tb[16][17];
void main()
{
   uvec2 l = gl_LocalInvocationID.xy, g = gl_GlobalInvocationID.xy;
   float sum = 0.0;
   for (uint t = 0; t < 4; t++) {
      ta[l.y][l.x] = unit(g.y * 64 + t * 16 + l.x) - 0.5;
      tb[l.y][l.x] = unit(4096 + (t * 16 + l.y) * 64 + g.x) - 0.5;
      barrier();
      for (uint k = 0; k < 16; k++)
         sum = fma(ta[l.y][k], tb[k][l.x], sum);
      barrier();
   }
   put(g.y * 64 + g.x, sum);
}
