#version 450
/* Reads one word of each of push.count lines, to have them in the outer caches. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x = 64) in;

void main()
{
   uint i = gl_GlobalInvocationID.x;
   uint word = i < push.count ? arena[i * 32u] : 0u;
   if (word == 0x7fffffffu)
      result[1] = i;
}
