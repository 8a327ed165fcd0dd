// Steps to one: loops whose length differs by lane.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x = 64) in;
void main()
{
   uint n = GID + 1, steps = 0, top = n;
   while (n != 1) {
      n = (n & 1) == 0 ? n / 2 : 3 * n + 1;
      top = max(top, n);
      steps++;
   }
   put(GID * 2, steps);
   put(GID * 2 + 1, top);
}
