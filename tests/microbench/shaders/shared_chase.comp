#version 450
/* Every lane follows a chain of its own in shared memory; the 32 lanes of a wave are always in 32 different banks. */
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
layout(local_size_x_id = 0) in;
shared uint words[32];
#define STEP at = words[at];

void main()
{
   if (gl_LocalInvocationIndex < 32u)
      words[gl_LocalInvocationIndex] = (gl_LocalInvocationIndex * 5u + 3u) & 31u;
   barrier();
   uint at = gl_LocalInvocationIndex & 31u;
   for (uint k = 0; k < push.count; k++) {
      STEP STEP STEP STEP STEP STEP STEP STEP
      STEP STEP STEP STEP STEP STEP STEP STEP
   }
   if (at == 0x7fffffffu)
      result[6] = at;
}
