// Escape times in 4.28 fixed point, so that every driver must agree.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 8, local_size_y = 8) in;
int fix(int a, int b)
{
   int high;
   int low;
   imulExtended(a, b, high, low);
   return (high << 4) | int(uint(low) >> 28);
}
void main()
{
   ivec2 p = ivec2(gl_GlobalInvocationID.xy);
   int cx = (p.x * 3 - 2 * 64) * (1 << 22), cy = (p.y * 3 - 96) * (1 << 21);
   int x = 0, y = 0, n = 0;
   for (; n < 200; n++) {
      int xx = fix(x, x), yy = fix(y, y);
      if (xx + yy > 4 << 28 - 1 || xx + yy < 0)
         break;
      y = 2 * fix(x, y) + cy;
      x = xx - yy + cx;
   }
   put(uint(p.y * 64 + p.x), n);
}
