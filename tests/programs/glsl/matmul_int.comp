// 32 x 32 matrices modulo 2^32, one element a lane, unrolled by uvec4.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32, local_size_y = 4) in;
void main()
{
   uvec2 g = gl_GlobalInvocationID.xy;
   uvec4 acc = uvec4(0);
   for (uint k = 0; k < 32; k += 4) {
      uvec4 a = uvec4(random_dw[g.y * 32 + k], random_dw[g.y * 32 + k + 1], random_dw[g.y * 32 + k + 2], random_dw[g.y * 32 + k + 3]);
      uvec4 b;
      for (int i = 0; i < 4; i++)
         b[i] = random_dw[1024 + (k + i) * 32 + g.x];
      acc += a * b;
   }
   put(g.y * 32 + g.x, acc.x + acc.y + acc.z + acc.w);
}
