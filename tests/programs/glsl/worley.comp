// Cellular noise: the two smallest distances, kept in order by swapping.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   vec2 p = vec2(GID % 64, GID / 64) / 9.0, cell = floor(p);
   float near1 = 1e30, near2 = 1e30;
   uint who = 0;
   for (int y = -1; y <= 1; y++)
      for (int x = -1; x <= 1; x++) {
         ivec2 c = ivec2(cell) + ivec2(x, y);
         uint h = uint((c.x & 15) * 16 + (c.y & 15)) * 2;
         float d = distance(p, vec2(c) + vec2(unit(h), unit(h + 1)));
         if (d < near1) {
            near2 = near1;
            near1 = d;
            who = h;
         } else if (d < near2)
            near2 = d;
      }
   put(GID * 2, near2 - near1);
   put(GID * 2 + 1, float(who));
}
