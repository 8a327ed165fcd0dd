// Specialisation constants that size arrays and the workgroup, in expressions, of every scalar type.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "io.glsl"
layout(local_size_x_id = 3) in;
layout(constant_id = 0) const uint COUNT = 3;
layout(constant_id = 1) const float SCALE = 1.0;
layout(constant_id = 2) const bool DOWN = false;
layout(constant_id = 4) const int LOW = -1;
layout(constant_id = 9) const int UNSET = 12;
const uint TWICE = COUNT * 2u + 1u;
const int CHOICE = DOWN ? LOW * 3 : LOW / 2;
shared uint pool[TWICE * 16u];
void main()
{
   uint a[TWICE], n = gl_WorkGroupSize.x;
   for (uint i = 0; i < TWICE; i++)
      a[i] = random_dw[i] >> (LID & 7u);
   if (DOWN)
      for (uint i = 0; i < COUNT; i++) {
         uint t = a[i];
         a[i] = a[TWICE - 1u - i];
         a[TWICE - 1u - i] = t;
      }
   for (uint i = LID; i < TWICE * 16u; i += n)
      pool[i] = i * COUNT;
   barrier();
   uint sum = 0;
   for (uint i = 0; i < TWICE * 16u; i++)
      sum += pool[i] * a[i % TWICE];
   put(GID * 4, sum);
   put(GID * 4 + 1, float(a[0] & 255u) * SCALE);
   put(GID * 4 + 2, CHOICE * UNSET);
   put(GID * 4 + 3, n + uint(a.length()) * 100u + uint(pool.length()) * 10000u);
}
