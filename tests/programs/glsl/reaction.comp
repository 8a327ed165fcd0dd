// Gray-Scott reaction and diffusion on a 32 x 32 torus, 20 steps in shared memory.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 32, local_size_y = 16) in;
shared vec2 field[32][32];
void main()
{
   ivec2 l = ivec2(gl_LocalInvocationID.xy);
   for (int h = 0; h < 2; h++)
      field[l.y + 16 * h][l.x] = vec2(1.0, unit(uint((l.y + 16 * h) * 32 + l.x)) > 0.8 ? 0.5 : 0.0);
   for (int n = 0; n < 20; n++) {
      vec2 next[2];
      barrier();
      for (int h = 0; h < 2; h++) {
         ivec2 p = l + ivec2(0, 16 * h);
         vec2 c = field[p.y][p.x];
         vec2 lap = field[(p.y + 1) & 31][p.x] + field[(p.y + 31) & 31][p.x] + field[p.y][(p.x + 1) & 31] + field[p.y][(p.x + 31) & 31] - 4.0 * c;
         float r = c.x * c.y * c.y;
         next[h] = c + vec2(0.2, 0.1) * lap + vec2(-r + 0.037 * (1.0 - c.x), r - 0.097 * c.y);
      }
      barrier();
      field[l.y][l.x] = next[0];
      field[l.y + 16][l.x] = next[1];
   }
   for (int h = 0; h < 2; h++) {
      uint o = uint((l.y + 16 * h) * 32 + l.x) * 2;
      put(o, field[l.y + 16 * h][l.x].x);
      put(o + 1, field[l.y + 16 * h][l.x].y);
   }
}
