#version 450
/* Every lane reads push.count dwords at random among push.a + 1 of them, a power of two. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x = 32) in;

void main()
{
   uint dice = (gl_GlobalInvocationID.x + 1u) * 2654435769u, sum = 0;
   for (uint k = 0; k < push.count; k++) {
      dice = dice * 1664525u + 1013904223u;
      sum ^= arena[(dice ^ dice >> 15) & push.a];
   }
   if (sum == 0x7fffffffu)
      result[3] = sum;
}
